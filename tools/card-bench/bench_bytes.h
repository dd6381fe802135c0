/* Bytes as in case files (pattern.h), for cases in C: what is sent, and what has to come. Digits may have blanks,
 * "text", {variables} and (..) for a DER length; patterns also x, * and captures, and `|` between alternatives. Used by
 * cases_*.c, bench_package.c and ota_case.c. */
#ifndef SOFTEUICC_CARD_BENCH_BYTES_H
#define SOFTEUICC_CARD_BENCH_BYTES_H

#include "bench.h"

/* Appended; false: a verdict. */
bool bench_bytes(struct bench *b, const char *text, struct buf *out);
/* In place of what `out` had: digits alone, without a card. NULL: none. False: no digits, or no memory. */
bool put_digits(struct buf *out, const char *digits);
/* True if one of the alternatives fits; its captures are set. */
bool bench_fits(struct bench *b, const char *patterns, struct slice data);

/* One command, its answer in b->answer. */
bool bench_send(struct bench *b, const char *text);
/* The same for what the case begins with: an error if the answer is not 9000. */
bool bench_given(struct bench *b, const char *text);

/* Expectations; `clause` NULL: those of the case. */
const char *bench_clause(const struct bench *b, const char *clause);
bool bench_expect_bytes(struct bench *b, const char *clause, const char *patterns, struct slice data);
/* The status word is one of those: "6982 6985". */
bool bench_expect_status(struct bench *b, const char *clause, const char *words);

#endif
