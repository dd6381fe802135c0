/* Bytes as a person writes them in a case: hex digits, with blanks as one likes, and
 *   (..)        a DER length and what is in the parentheses: BF3E(5C(5A)) is BF3E035C015A
 *   "text"      its characters
 *   {name}      the bytes of a variable: what was captured before, or what the bench knows of the card ({eid})
 * and only in what is expected
 *   x           any digit; xx any byte
 *   *           any bytes, as many as there are up to what follows
 *   {name:4}    four bytes, which are kept under this name; {name:*} any number
 * Read by case_file.c, used by steps.c and by cases in C. */
#ifndef SOFTEUICC_CARD_BENCH_PATTERN_H
#define SOFTEUICC_CARD_BENCH_PATTERN_H

#include "base/buf.h"

#define VARIABLE_NAME_SIZE 32

enum pattern_kind {
    PATTERN_BYTE,
    PATTERN_ANY,
    PATTERN_VARIABLE,
    PATTERN_CAPTURE,
    PATTERN_OPEN,
    PATTERN_CLOSE,
};

#define PATTERN_ANY_LENGTH ((size_t)-1)

struct pattern_item {
    enum pattern_kind kind;
    uint8_t value, mask; /* BYTE */
    size_t n;            /* CAPTURE: bytes; OPEN: index of its CLOSE */
    char name[VARIABLE_NAME_SIZE];
};

struct pattern {
    struct pattern_item *items;
    size_t n, room;
};

/* `what`: what may be in it. */
enum pattern_use { PATTERN_SENT, PATTERN_EXPECTED };
/* False with *why, a text of the program: "a digit is missing". *out is then empty. */
bool pattern_parse(struct pattern *out, struct slice text, enum pattern_use use, const char **why);
void pattern_clear(struct pattern *p);

/* ---- variables ---- */

struct variable {
    char name[VARIABLE_NAME_SIZE];
    struct buf value;
};
struct variables {
    struct variable *list;
    size_t n;
};
/* NULL: there is none. */
const struct buf *variables_get(const struct variables *v, const char *name);
bool variables_set(struct variables *v, const char *name, struct slice value);
void variables_free(struct variables *v);

/* Appends the bytes. False: a variable has no value (*missing is its name), or no memory (NULL). */
bool pattern_build(const struct pattern *p, const struct variables *v, struct buf *out, const char **missing);
/* True if the whole of `data` is as the pattern says; then captures are set. *differs: the first byte that is not. */
bool pattern_matches(const struct pattern *p, struct slice data, struct variables *v, size_t *differs);

#endif
