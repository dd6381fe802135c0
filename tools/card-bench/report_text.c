/* What people see: progress while it runs, and the summary. Called by run.c and main.c. */
#define _GNU_SOURCE
#include "run.h"

#include <stdio.h>
#include <unistd.h>

/* The card went away before. The summary says it once. */
static bool was_not_run(const struct result *result)
{
    return result->verdict == VERDICT_ERROR && result->reason && strncmp(result->reason, "not run", 7) == 0;
}

/* On a terminal one line that changes; else a line for each case that did not pass, and each second how far it is. */
void report_progress(struct run *r, const struct result *latest)
{
    static const char *const marks[] = {"pass ", "skip ", "FAIL ", "ERROR"};
    bool terminal = isatty(STDERR_FILENO);
    bool notable = latest->verdict >= VERDICT_FAIL;
    if (terminal) (void)fprintf(stderr, "\r\033[K");
    if ((notable && !was_not_run(latest)) || r->options->verbose) {
        (void)fprintf(stderr, "%s %s%s%s\n", marks[latest->verdict], latest->row->id, latest->reason ? ": " : "",
                      latest->reason ? latest->reason : "");
        if (notable && latest->repetition > 1) (void)fprintf(stderr, "      in repetition %u\n", latest->repetition);
    }
    if (terminal && r->done < r->row_n) {
        (void)fprintf(stderr, "%zu of %zu  %s", r->done, r->row_n, latest->row->id);
    } else if (!terminal && !r->options->verbose && r->done < r->row_n && clock_milliseconds() >= r->say_next) {
        r->say_next = clock_milliseconds() + 1000;
        (void)fprintf(stderr, "%zu of %zu\n", r->done, r->row_n);
    }
    (void)fflush(stderr);
}

static void print_families(const struct run *r, FILE *out)
{
    for (size_t i = 0; i < r->row_n; i++) {
        size_t counts[4] = {0};
        bool seen = !r->results[i].row;
        for (size_t k = 0; k < i && !seen; k++)
            seen = r->results[k].row && strcmp(r->results[k].row->family, r->results[i].row->family) == 0;
        if (seen) continue;
        for (size_t k = i; k < r->row_n; k++)
            if (r->results[k].row && strcmp(r->results[k].row->family, r->results[i].row->family) == 0)
                counts[r->results[k].verdict]++;
        (void)fprintf(out, "  %-12s %5zu %7zu %7zu %8zu\n", r->results[i].row->family, counts[VERDICT_PASS],
                      counts[VERDICT_FAIL], counts[VERDICT_ERROR], counts[VERDICT_SKIP]);
    }
}

/* Why cases were not judged, each reason once with how many. */
static void print_reasons(const struct run *r, FILE *out)
{
    for (size_t i = 0; i < r->row_n; i++) {
        const struct result *one = &r->results[i];
        size_t n = 0;
        if (!one->row || (one->verdict != VERDICT_SKIP && !was_not_run(one))) continue;
        for (size_t k = 0; k < r->row_n; k++) {
            const struct result *other = &r->results[k];
            if (!other->row || other->verdict != one->verdict || !one->reason || !other->reason ||
                strcmp(one->reason, other->reason) != 0)
                continue;
            if (k < i) break; /* said already */
            n++;
        }
        bool skipped = one->verdict == VERDICT_SKIP;
        if (n)
            (void)fprintf(out, "  %s %zu: %s\n", skipped ? "skipped" : "not run", n,
                          one->reason + (skipped ? 0 : strlen("not run: ")));
    }
}

void report_summary(const struct run *r)
{
    /* a report on standard output is for programs */
    bool taken = (r->options->json && strcmp(r->options->json, "-") == 0) ||
                 (r->options->junit && strcmp(r->options->junit, "-") == 0) ||
                 (r->options->html && strcmp(r->options->html, "-") == 0);
    FILE *out = taken ? stderr : stdout;
    (void)fprintf(out, "%s\n  %-12s %5s %7s %7s %8s\n", r->target.name, "family", "pass", "fail", "error", "skipped");
    print_families(r, out);
    print_reasons(r, out);
    if (r->done < r->row_n)
        (void)fprintf(out, "%s after %zu of %zu cases\n", r->interrupted ? "interrupted" : "ended", r->done, r->row_n);
    (void)fprintf(out, "%zu passed, %zu failed, %zu errors, %zu skipped of %zu in %.2f s\n", r->counts[VERDICT_PASS],
                  r->counts[VERDICT_FAIL], r->counts[VERDICT_ERROR], r->counts[VERDICT_SKIP], r->row_n,
                  (double)r->took / 1e6);
}
