/* The run: which cases, on which card, in which order, and what came of each. Called by main.c; read by report_*.c. */
#ifndef SOFTEUICC_CARD_BENCH_RUN_H
#define SOFTEUICC_CARD_BENCH_RUN_H

#include "bench.h"

#include <stdatomic.h>

#define FILTERS_MAX 64

struct options {
    enum bench_command { COMMAND_NONE, COMMAND_LIST, COMMAND_RUN, COMMAND_REQUIREMENTS, COMMAND_DIFF } command;
    const char *card; /* "builtin" or a file; NULL with one of the others */
    const char *reader;
    const char *connect;
    const char *cases;       /* folder; NULL: as case_list_folder() finds it */
    const char *personality; /* file or name of a built-in one, of the built-in card */
    const char *mutate;      /* rule file */
    const char *json;        /* file, "-": standard output; NULL: none */
    const char *junit;
    const char *html;
    char *const *filters;
    size_t filter_n;
    struct bench_options bench;
    struct buf pin, adm;
    unsigned repeat, jobs, timeout_ms;
    bool stop_at_first, verbose, states, json_list, missing, strict, exact, help, version;
};

struct result {
    const struct case_row *row;
    enum verdict verdict;
    unsigned repetition; /* from 1: the one that the rest is of, the first that did not pass */
    int64_t took;        /* microseconds, of all repetitions */
    char *reason;        /* NULL if it passed */
    struct buf json;     /* the object of the case, if a report is wanted or it did not pass */
};

struct run {
    const struct options *options;
    const struct case_list *list;
    const struct case_row **rows; /* chosen */
    size_t row_n;
    const size_t *order; /* of the run, indices of rows; NULL: as they stand */
    struct target target;
    struct euicc_diagnostic why; /* why run_open() gave false */
    struct facts facts;          /* of the card as the run found it */
    struct result *results;      /* as many as rows, in their order */
    int64_t took;
    size_t counts[4]; /* by enum verdict */
    size_t done;
    /* the built-in card in each state, made when a case asks for it */
    struct kept_state {
        euicc *card;
        struct facts facts;
        enum verdict verdict; /* not pass: it could not be made, and why */
        char why[256];
    } * kept;
    bool facts_stale; /* a case may have changed the foreign card */
    bool used_up;     /* a foreign card on which a case deleted, blocked or left something: states are made anew */
    bool made;        /* of a foreign card: the profiles on it are those of profiles/, the bench put them there */
    bool lost;        /* the card does not even answer power on: no more cases */
    atomic_bool interrupted; /* Ctrl-C: no more cases (interrupt.h) */
    struct secret {
        bool is_tried, is_right;
        char why[96]; /* not right: why it cannot be used */
    } pin, adm;
    struct buf personality, mutations;
    int64_t say_next; /* milliseconds: when to say how far it is */
    void (*progress)(struct run *r, const struct result *latest);
};

/* Opens the card and reads its facts. False: r->why. */
bool run_open(struct run *r);
/* All cases; false: the bench itself failed. */
bool run_cases(struct run *r);
void run_close(struct run *r);
/* 0 all passed or skipped, 1 one failed, 3 errors or interrupted. */
int run_exit_code(const struct run *r);

/* run_jobs.c: the cases spread over processes, each with a built-in card of its own. */
bool run_jobs(struct run *r);
/* The states that the cases begin with, made before the processes part. */
void run_prepare(struct run *r);
/* r->results[..] is complete: counts and progress. */
void run_count(struct run *r, const struct result *result);
/* One case into r->results[index]. */
void run_case(struct run *r, size_t index);

/* ---- report_json.c ---- */
/* Appends the object of a case with its dialogue. */
void report_case(const struct bench *b, const struct result *result, struct buf *out);
/* The whole report; false: no memory, or a requirement is written wrongly. */
bool report_json(const struct run *r, struct buf *out);
bool report_list(const struct case_list *list, const struct options *o, bool json);
/* ---- report_junit.c ---- */
bool report_junit(const struct run *r, const char *path);
/* ---- report_html.c ---- */
/* Writes the page that `script` ("run.js", "diff.js") makes of this JSON. */
bool report_page(const char *path, const char *script, struct slice json);
/* ---- diff.c ---- */
/* Compares the reports o->filters[0] and [1]. 0 the same, 1 they differ, 3 one cannot be read. */
int report_diff(const struct options *o);
/* ---- report_text.c ---- */
void report_progress(struct run *r, const struct result *latest);
void report_summary(const struct run *r);
/* Writes a report; path "-": standard output. */
bool report_write(const char *path, struct slice text);
/* So that nobody waits for a run whose report cannot be written: false, said so. NULL: no report is wanted. */
bool report_can_write(const char *path);

#endif
