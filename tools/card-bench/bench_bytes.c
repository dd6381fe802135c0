/* Bytes as in case files, sent and expected by cases in C; see bench_bytes.h. */
#define _GNU_SOURCE
#include "bench_bytes.h"

#include "base/hex.h"
#include "cli/text.h"

#include <stdio.h>

bool bench_bytes(struct bench *b, const char *text, struct buf *out)
{
    struct pattern p = {0};
    const char *why = "no memory";
    bool good = pattern_parse(&p, slice_text(text), PATTERN_SENT, &why) && pattern_build(&p, &b->variables, out, &why);
    pattern_clear(&p);
    return good || bench_verdict(b, VERDICT_ERROR, "\"%s\": %s", text, why ? why : "no memory");
}

bool put_digits(struct buf *out, const char *digits)
{
    buf_reset(out);
    return !digits || hex_decode(slice_text(digits), out);
}

bool bench_fits(struct bench *b, const char *patterns, struct slice data)
{
    const char *rest = patterns;
    bool fits = false;
    while (rest && !fits) {
        const char *bar = strchr(rest, '|');
        struct slice text = slice_of(rest, bar ? (size_t)(bar - rest) : strlen(rest));
        struct pattern p = {0};
        const char *why = "no memory";
        size_t differs;
        bool good = pattern_parse(&p, text, PATTERN_EXPECTED, &why);
        fits = good && pattern_matches(&p, data, &b->variables, &differs);
        pattern_clear(&p);
        if (!good) return bench_verdict(b, VERDICT_ERROR, "\"%s\": %s", patterns, why);
        rest = bar ? bar + 1 : NULL;
    }
    return fits;
}

bool bench_send(struct bench *b, const char *text)
{
    BUF_LOCAL command = {0};
    return bench_bytes(b, text, &command) && bench_command(b, buf_slice(&command));
}

bool bench_given(struct bench *b, const char *text)
{
    enum section section = b->section;
    b->section = SECTION_GIVEN;
    bool good = bench_send(b, text) && bench_expect_status(b, "", "9000");
    b->section = section;
    return good;
}

const char *bench_clause(const struct bench *b, const char *clause)
{
    return clause ? clause : b->row ? b->row->clauses : "";
}

bool bench_expect_bytes(struct bench *b, const char *clause, const char *patterns, struct slice data)
{
    char digits[380];
    bool fits = bench_fits(b, patterns, data);
    return bench_goes_on(b) && bench_expect(b, fits, bench_clause(b, clause), patterns, "%s",
                                            data.n ? hex_short(data, digits, sizeof digits) : "nothing");
}

bool bench_expect_status(struct bench *b, const char *clause, const char *words)
{
    char came[8];
    (void)snprintf(came, sizeof came, "%04X", bench_status(b));
    return bench_expect(b, strstr(words, came) != NULL, bench_clause(b, clause), words, "%s", came);
}
