/* Shared by the tests of the decoder: the rows of an object as text. */
#ifndef SOFTEUICC_TESTS_UNIT_DECODE_ROWS_H
#define SOFTEUICC_TESTS_UNIT_DECODE_ROWS_H

#include "cli/decode.h"
#include "notation.h"

static const enum decode_what all_kinds[] = {DECODE_REQUEST, DECODE_RESPONSE, DECODE_SEGMENT};
enum { KINDS = sizeof all_kinds / sizeof all_kinds[0] };

/* The rows with a line end after each; free() it. */
static inline char *rows_of(enum decode_what what, struct slice object)
{
    BUF_LOCAL out = {0};
    BYTES_LOCAL exact = bytes_copy(object);
    decode_text(&out, 0, what, bytes_slice(&exact));
    ck_assert_int_eq(buf_err(&out), OK);
    char *text = calloc(1, out.n + 2);
    ck_assert_ptr_nonnull(text);
    if (out.n) memcpy(text, out.p + 1, out.n - 1); /* without the line end before the first row */
    if (out.n) text[out.n - 1] = '\n';
    return text;
}

static inline void expect(enum decode_what what, struct slice object, const char *want)
{
    char *came = rows_of(what, object);
    ck_assert_str_eq(came, want);
    free(came);
}

struct golden {
    enum decode_what what;
    const char *object; /* notation.h */
    const char *want;
};

static inline void expect_golden(const struct golden *golden)
{
    BYTES_LOCAL object = notation_bytes(golden->object, NULL);
    expect(golden->what, bytes_slice(&object), golden->want);
}

/* Of every kind: rows that are not too long and hold no control characters. */
static inline void check_rows(struct slice object)
{
    for (size_t kind = 0; kind < KINDS; kind++) {
        char *came = rows_of(all_kinds[kind], object);
        size_t line = 0;
        for (const char *p = came; *p; p++) {
            line = *p == '\n' ? 0 : line + 1;
            /* no ck_assert for each of millions: it writes to a file even if it holds */
            if (*p != '\n' && (unsigned char)*p < 0x20) ck_abort_msg("control character %02X", (unsigned char)*p);
            if (line >= 1024) ck_abort_msg("a row of %zu characters", line);
        }
        free(came);
    }
}

#endif
