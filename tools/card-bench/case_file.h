/* What the readers of case files share: case_file.c (headers, sections) and case_step.c (one step). */
#ifndef SOFTEUICC_CARD_BENCH_CASE_FILE_H
#define SOFTEUICC_CARD_BENCH_CASE_FILE_H

#include "case.h"

/* What stands before the steps of a case, or before the first case and then for all of them. */
struct case_header {
    char *title, *clauses, *applies, *state;
    unsigned needs;
    bool changes, destructive;
};

struct shared_step {
    char *text;
    char *why;
    int line;
};

struct case_reader {
    struct case_list *list;
    const char *name, *family;
    int line;
    char *why;
    size_t why_size;
    char *group;
    struct case_header defaults;
    struct case_header header;
    struct case_row *row; /* the case at work; NULL: before the first one */
    enum section section;
    bool in_steps;
    char *comment; /* of the next step; NULL: none */
    struct shared_step *shared;
    size_t shared_n;
};

/* Writes "line N: ..." and gives false. */
bool case_problem(struct case_reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Fills in the step that the line (which may be changed) says. */
bool case_step_read(struct case_reader *r, struct step *step, char *line);

#endif
