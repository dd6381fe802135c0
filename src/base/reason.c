/* Why the card said no; see reason.h. Written by every application, read by src/card and by tests. */
#define _DEFAULT_SOURCE
#include "base/reason.h"

#include <stdarg.h>
#include <stdio.h>

void reason_clear(struct reason *r)
{
    r->said = false;
    r->function = "";
    r->clause = "";
    r->offset = REASON_NO_OFFSET;
    r->expected[0] = 0;
    r->came[0] = 0;
}

void reason_begin(struct reason *r, const char *function)
{
    reason_clear(r);
    r->function = function;
}

void reason_record(struct reason *r, const char *clause, size_t offset, const char *expected, const char *came_format,
                   ...)
{
    if (r->said) return;
    r->said = true;
    r->clause = clause;
    r->offset = offset;
    const size_t n = strnlen(expected, sizeof r->expected - 1);
    memcpy(r->expected, expected, n);
    r->expected[n] = 0;
    va_list args;
    va_start(args, came_format);
    (void)vsnprintf(r->came, sizeof r->came, came_format, args);
    va_end(args);
}

char *reason_text(const struct reason *r, char *out, size_t size)
{
    char at[32] = "";
    if (r->offset != REASON_NO_OFFSET) (void)snprintf(at, sizeof at, " at byte %zu", r->offset);
    (void)snprintf(out, size, "%s (%s)%s: expected %s, came %s", r->function, r->clause, at, r->expected, r->came);
    return out;
}
