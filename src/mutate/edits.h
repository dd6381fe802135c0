/* The edits of one data object; see edits.c and internal.h for edit_fn. */
#ifndef SOFTEUICC_MUTATE_EDITS_H
#define SOFTEUICC_MUTATE_EDITS_H

#include "mutate/internal.h"

bool edit_set(struct rule *rule, const struct tlv *t, struct buf *out);
bool edit_add(struct rule *rule, const struct tlv *t, struct buf *out);
bool edit_remove(struct rule *rule, const struct tlv *t, struct buf *out);
bool edit_double(struct rule *rule, const struct tlv *t, struct buf *out);
bool edit_reverse(struct rule *rule, const struct tlv *t, struct buf *out);
bool edit_retag(struct rule *rule, const struct tlv *t, struct buf *out);
bool edit_retag_as_function(struct rule *rule, const struct tlv *t, struct buf *out);
bool edit_length(struct rule *rule, const struct tlv *t, struct buf *out);
bool edit_cut(struct rule *rule, const struct tlv *t, struct buf *out);
bool edit_flip(struct rule *rule, const struct tlv *t, struct buf *out);
/* Flips bits of p at random, as many as the rule says. */
void flip_bits(struct rule *rule, uint8_t *p, size_t n);

#endif
