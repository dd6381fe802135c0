/* What rules do to one data object: each gives what takes its place. The table of actions (actions.c) names them. */
#include "mutate/edits.h"

#include <stdlib.h>

/* DER INTEGER content. */
static void put_integer(struct buf *out, int64_t number)
{
    uint8_t bytes[8];
    size_t n = sizeof bytes;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
    while (n > 1 && ((bytes[8 - n] == 0 && !(bytes[9 - n] & 0x80)) || (bytes[8 - n] == 0xff && bytes[9 - n] & 0x80)))
        n--;
    buf_append(out, slice_of(bytes + sizeof bytes - n, n));
}

static bool read_integer(struct slice value, int64_t *out)
{
    uint64_t number = value.n && value.p[0] & 0x80 ? UINT64_MAX : 0;
    if (value.n == 0 || value.n > 8) return false;
    for (size_t i = 0; i < value.n; i++)
        number = number << 8 | value.p[i];
    *out = (int64_t)number;
    return true;
}

bool edit_set(struct rule *rule, const struct tlv *t, struct buf *out)
{
    const struct arguments *a = &rule->arguments;
    BUF_LOCAL value = {0};
    switch (a->value_kind) {
    case VALUE_NUMBER:
        put_integer(&value, a->signed_number);
        break;
    case VALUE_RANDOM:
        for (uint32_t i = 0; i < a->number; i++)
            buf_byte(&value, (uint8_t)rule_random(rule));
        break;
    case VALUE_BYTES:
        buf_append(&value, buf_slice(&a->bytes));
        break;
    }
    tlv_put(out, t->tag, buf_slice(&value));
    return !value.failed;
}

bool edit_add(struct rule *rule, const struct tlv *t, struct buf *out)
{
    int64_t number = 0;
    BUF_LOCAL value = {0};
    if (!read_integer(t->value, &number)) return false;
    put_integer(&value, (int64_t)((uint64_t)number + (uint64_t)rule->arguments.signed_number));
    tlv_put(out, t->tag, buf_slice(&value));
    return !value.failed;
}

bool edit_remove(struct rule *rule, const struct tlv *t, struct buf *out)
{
    (void)rule;
    (void)t;
    (void)out;
    return true;
}

bool edit_double(struct rule *rule, const struct tlv *t, struct buf *out)
{
    (void)rule;
    buf_append(out, t->whole);
    buf_append(out, t->whole);
    return true;
}

bool edit_reverse(struct rule *rule, const struct tlv *t, struct buf *out)
{
    struct tlv members[64];
    size_t n = 0;
    struct slice in = t->value;
    BUF_LOCAL value = {0};
    (void)rule;
    while (n < 64 && tlv_next(&in, &members[n]))
        n++;
    if (n < 2 || in.n) return false;
    while (n > 0)
        buf_append(&value, members[--n].whole);
    tlv_put(out, t->tag, buf_slice(&value));
    return !value.failed;
}

bool edit_retag(struct rule *rule, const struct tlv *t, struct buf *out)
{
    tlv_put(out, rule->arguments.tag, t->value);
    return true;
}

bool edit_retag_as_function(struct rule *rule, const struct tlv *t, struct buf *out)
{
    tlv_put(out, rule->arguments.what.tag, t->value);
    return true;
}

/* The length says N more (or fewer) than there are; the lengths around it stay true. */
bool edit_length(struct rule *rule, const struct tlv *t, struct buf *out)
{
    int64_t length = (int64_t)t->value.n + rule->arguments.signed_number;
    if (length < 0) length = 0;
    if (length > 0xffffff) length = 0xffffff;
    uint32_t tag = t->tag;
    for (int shift = 16; shift >= 0; shift -= 8)
        if (tag >> shift || shift == 0) buf_byte(out, (uint8_t)(tag >> shift));
    if (length >= 0x80) buf_byte(out, (uint8_t)(length > 0xffff ? 0x83 : length > 0xff ? 0x82 : 0x81));
    if (length > 0xffff) buf_byte(out, (uint8_t)(length >> 16));
    if (length > 0xff) buf_byte(out, (uint8_t)(length >> 8));
    buf_byte(out, (uint8_t)length);
    buf_append(out, t->value);
    return true;
}

bool edit_cut(struct rule *rule, const struct tlv *t, struct buf *out)
{
    size_t n = t->value.n < rule->arguments.number ? 0 : t->value.n - rule->arguments.number;
    tlv_put(out, t->tag, slice_of(t->value.p, n));
    return t->value.n > 0;
}

void flip_bits(struct rule *rule, uint8_t *p, size_t n)
{
    for (uint32_t i = 0; n && i < rule->arguments.number && i < 65536; i++) {
        uint64_t bit = ((uint64_t)rule_random(rule) << 32 | rule_random(rule)) % ((uint64_t)n * 8);
        p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

bool edit_flip(struct rule *rule, const struct tlv *t, struct buf *out)
{
    tlv_put(out, t->tag, t->value);
    if (out->failed || t->value.n == 0) return false;
    flip_bits(rule, out->p + out->n - t->value.n, t->value.n);
    return true;
}
