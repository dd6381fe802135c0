/* reason: why the card said no (design rule 5). Every rejection leaves exactly one; the first one said stays. */
#ifndef SOFTEUICC_BASE_REASON_H
#define SOFTEUICC_BASE_REASON_H

#include "base/err.h"
#include "base/slice.h"

#define REASON_NO_OFFSET ((size_t)-1)

struct reason {
    bool said;
    const char *function; /* the function at work, "ES10b.AuthenticateServer"; set by whoever dispatches */
    const char *clause;   /* clause of the specification, "SGP.22 5.7.13" */
    size_t offset;        /* byte in the command data (after reassembly), REASON_NO_OFFSET without one */
    char expected[160];
    char came[160];
};

void reason_clear(struct reason *r);
void reason_begin(struct reason *r, const char *function);
/* Records the reason if none was said yet, and gives back `e` so that a handler can `return reason_say(...)`. */
enum err reason_say(struct reason *r, enum err e, const char *clause, size_t offset, const char *expected,
                    const char *came_format, ...) __attribute__((format(printf, 6, 7)));
/* One line of text: function (clause) at byte N: expected X, came Y. Returns out. */
char *reason_text(const struct reason *r, char *out, size_t size);

#endif
