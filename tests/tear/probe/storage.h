/* What outlives a card in the tests: keys and values in the order of the keys. Used by the fixtures of the conformance
 * tests, the bench of the power cuts and the probe. */
#ifndef SOFTEUICC_TESTS_TEAR_STORAGE_H
#define SOFTEUICC_TESTS_TEAR_STORAGE_H

#include "euicc.h"

#include <check.h>

/* As ck_assert, which writes each time to a file where it stands: with hundreds of values and thousands of trials that
 * is most of the time. */
#define must(condition) ((condition) ? (void)0 : ck_abort_msg("%s", #condition))

/* Copies of a storage share it. */
struct stored {
    const char *key;
    const uint8_t *value;
    size_t n;
    size_t *users; /* in one piece with key and value */
};

struct storage {
    struct stored *items; /* in the order of their keys */
    size_t n, room;
};
bool stored_is_same(const struct stored *a, const struct stored *b); /* but for the key */
void storage_clear(struct storage *s);
void storage_copy(const struct storage *from, struct storage *to);
void storage_change(struct storage *s, const struct euicc_change *change);
/* NULL: no such key. */
const struct stored *storage_find(const struct storage *s, const char *key);
/* Hands all to the card; fits the load of struct euicc_env but for its context. */
int storage_load(const struct storage *s, euicc_put_fn put, void *put_ctx);
/* All that the card has stored. */
void storage_of_card(const euicc *card, struct storage *out);
/* The first key that the card has not stored as it is in *s; NULL: none. */
const char *storage_difference_to_card(const struct storage *s, const euicc *card);
/* The first key on which they differ; NULL: they are the same. */
const char *storage_difference(const struct storage *a, const struct storage *b);

/* ---- where the power goes ---- */

enum cut_mode {
    CUT_NOTHING,
    CUT_BEFORE,  /* the power goes before anything is written */
    CUT_INSIDE,  /* half of the changes are in the journal; the next start finds it torn and drops it */
    CUT_AFTER,   /* all is written, the card cannot answer any more */
    CUT_REFUSED, /* the storage fails without a power cut: the card goes mute, the same card object is powered on */
};
extern const char *const cut_names[];
struct cut {
    enum cut_mode mode;
    size_t at; /* commit, from 1 */
};

#endif
