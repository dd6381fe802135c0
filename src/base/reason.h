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
/* Records the reason if none was said yet. */
void reason_record(struct reason *r, const char *clause, size_t offset, const char *expected, const char *came_format,
                   ...) __attribute__((format(printf, 5, 6)));
/* The same, and gives back the err `e`, so that a handler can `return reason_say(...)`. A macro, so that whoever reads
 * the code without running it (an analyser) sees that e comes back. */
#define reason_say(r, e, ...) (reason_record((r), __VA_ARGS__), (e))
/* One line of text: function (clause) at byte N: expected X, came Y. Returns out. */
char *reason_text(const struct reason *r, char *out, size_t size);

#endif
