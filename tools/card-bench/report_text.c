/* What people see: progress while it runs, and the summary. Called by run.c and main.c. */
#define _GNU_SOURCE
#include "run.h"

#include <stdio.h>
#include <unistd.h>

/* On a terminal one line that changes; else a line for each case that did not pass, and each second how far it is. */
void report_progress(struct run *r, const struct result *latest)
{
    static const char *const marks[] = {"pass ", "skip ", "FAIL ", "ERROR"};
    bool terminal = isatty(STDERR_FILENO);
    bool notable = latest->verdict >= VERDICT_FAIL;
    if (terminal) (void)fprintf(stderr, "\r\033[K");
    if (notable || r->options->verbose) {
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

/* Why cases were skipped, each reason once with how many. */
static void print_skipped(const struct run *r, FILE *out)
{
    for (size_t i = 0; i < r->row_n; i++) {
        const struct result *one = &r->results[i];
        size_t n = 0;
        if (!one->row || one->verdict != VERDICT_SKIP) continue;
        for (size_t k = 0; k < r->row_n; k++) {
            const struct result *other = &r->results[k];
            if (!other->row || other->verdict != VERDICT_SKIP || !one->reason || !other->reason ||
                strcmp(one->reason, other->reason) != 0)
                continue;
            if (k < i) break; /* said already */
            n++;
        }
        if (n) (void)fprintf(out, "  skipped %zu: %s\n", n, one->reason);
    }
}

void report_summary(const struct run *r)
{
    /* a report on standard output is for programs */
    bool taken = (r->options->json && strcmp(r->options->json, "-") == 0) ||
                 (r->options->junit && strcmp(r->options->junit, "-") == 0);
    FILE *out = taken ? stderr : stdout;
    (void)fprintf(out, "%s\n  %-12s %5s %7s %7s %8s\n", r->target.name, "family", "pass", "fail", "error", "skipped");
    print_families(r, out);
    print_skipped(r, out);
    (void)fprintf(out, "%zu passed, %zu failed, %zu errors, %zu skipped of %zu in %.2f s\n", r->counts[VERDICT_PASS],
                  r->counts[VERDICT_FAIL], r->counts[VERDICT_ERROR], r->counts[VERDICT_SKIP], r->row_n,
                  (double)r->took / 1e6);
}
