/* Bytes for unit tests: hex text to a copy on the heap of exactly its size, so that a sanitizer sees a read past its
 * end. Included by the tests of parsers. */
#ifndef SOFTEUICC_TESTS_UNIT_BYTES_H
#define SOFTEUICC_TESTS_UNIT_BYTES_H

#include "base/hex.h"

#include <check.h>
#include <stdlib.h>

/* Bytes that the test owns; BYTES_LOCAL frees them. */
struct bytes {
    uint8_t *p;
    size_t n;
};

static inline void bytes_free(struct bytes *b)
{
    free(b->p);
    *b = (struct bytes){0};
}

#define BYTES_LOCAL __attribute__((cleanup(bytes_free), unused)) struct bytes

static inline struct slice bytes_slice(const struct bytes *b)
{
    return slice_of(b->p, b->n);
}

static inline struct bytes bytes_copy(struct slice s)
{
    struct bytes out = {.p = malloc(s.n ? s.n : 1), .n = s.n};
    ck_assert_ptr_nonnull(out.p);
    if (s.n) memcpy(out.p, s.p, s.n);
    return out;
}

static inline struct bytes bytes_of(const char *hex)
{
    BUF_LOCAL b = {0};
    ck_assert_msg(hex_decode(slice_text(hex), &b), "not hex: %s", hex);
    return bytes_copy(buf_slice(&b));
}

/* Asserts that `came` is the bytes of `hex`; `what` names the row. */
static inline void bytes_assert(struct slice came, const char *hex, const char *what)
{
    BYTES_LOCAL wanted = bytes_of(hex);
    char *text = malloc(2 * came.n + 1);
    ck_assert_ptr_nonnull(text);
    hex_encode(came, text);
    ck_assert_msg(slice_equal(came, bytes_slice(&wanted)), "%s: expected %s, came %s", what, hex, text);
    free(text);
}

#endif
