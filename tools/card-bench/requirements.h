/* The requirements that the cases are about: the files of requirements/, built in. A requirement has a name and may
 * have clauses that stand for it; a case is about it if its group, its id or one of its clauses is one of these or lies
 * below one. Used by report_json.c (and so by the page), by `softeuicc-bench requirements` and by
 * tests/test_requirements.c.
 */
#ifndef SOFTEUICC_CARD_BENCH_REQUIREMENTS_H
#define SOFTEUICC_CARD_BENCH_REQUIREMENTS_H

#include "run.h"

#include "cli/text.h"

struct requirement {
    const char *source;  /* the file's name, "sgp22-negative" */
    struct slice name;   /* "ES10c.EnableProfile", "SGP.22 negative 36" */
    struct slice ids;    /* with the name in front: "SELECT; TS 102 221 11.1.1" */
    struct slice text;   /* what it demands */
    struct slice waived; /* why it has no case; empty: it is to have one */
};

/* What a run says of a requirement. */
enum coverage {
    COVERAGE_MET,      /* a case passed and none failed */
    COVERAGE_FAILED,   /* one failed, or could not be judged for an error */
    COVERAGE_UNJUDGED, /* all cases that were run were skipped */
    COVERAGE_UNRUN,    /* it has cases; none was chosen */
    COVERAGE_WAIVED,   /* none, and a reason why */
    COVERAGE_UNTESTED, /* none */
};
extern const char *const coverage_words[6];

struct requirement_list {
    struct requirement *list;
    size_t n, room;
};

/* All that are built in. False: a line is wrong, and standard error says which. */
bool requirements_load(struct requirement_list *list);
/* Appends those of one text. False with one line in `why`. */
bool requirements_read(struct requirement_list *list, const char *source, struct slice text, char *why, size_t size);
void requirements_free(struct requirement_list *list);
/* NULL: there is none of this name. */
const struct requirement *requirements_find(const struct requirement_list *list, const char *name);
bool requirement_fits(const struct requirement *requirement, const struct case_row *row);
/* Its cases in the list of all. */
size_t requirement_cases(const struct requirement *requirement, const struct case_list *cases);

/* Writes the member "requirements" of the report: each with its status by this run and its cases. */
bool requirements_json(struct json *j, const struct run *run);
/* The command: text, or JSON to o->json. Gives the number without a case and without a waiver, or -1. */
int requirements_report(const struct case_list *cases, const struct options *o);

#endif
