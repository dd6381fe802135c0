/* softeuicc-bench: conformance cases on our card, on any PC/SC card, on a card behind a socket; README.md. */
#define _GNU_SOURCE
#include "run.h"

#include "interrupt.h"
#include "options.h"
#include "requirements.h"
#include "say.h"
#include "states.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_PASSED = 0, EXIT_FAILED = 1, EXIT_WRONG_USAGE = 2, EXIT_ERRORS = 3 };

static bool write_reports(const struct run *r)
{
    const struct options *o = r->options;
    BUF_LOCAL json = {0};
    if (!o->json && !o->html) return true;
    if (!report_json(r, &json)) return false;
    bool good = !o->json || report_write(o->json, buf_slice(&json));
    return (!o->html || report_page(o->html, "run.js", buf_slice(&json))) && good;
}

static int run_chosen(struct run *r)
{
    const struct options *o = r->options;
    if (!report_can_write(o->json) || !report_can_write(o->html) || !report_can_write(o->junit)) return EXIT_ERRORS;
    if (!run_open(r)) {
        (void)say_problem("%s", r->why.text);
        return EXIT_ERRORS;
    }
    struct interrupt interrupt;
    bool watched = interrupt_watch(&interrupt, &r->interrupted);
    bool good = run_cases(r);
    if (watched) interrupt_end(&interrupt);
    report_summary(r);
    if (!write_reports(r)) good = false;
    if (o->junit && !report_junit(r, o->junit)) good = false;
    return good ? run_exit_code(r) : EXIT_ERRORS;
}

/* On a foreign card each change of state takes a while, so cases of one state stand together, and those that spoil it
 * come last. */
static int by_state(const void *a, const void *b, void *rows)
{
    const struct case_row *x = ((const struct case_row **)rows)[*(const size_t *)a];
    const struct case_row *y = ((const struct case_row **)rows)[*(const size_t *)b];
    ptrdiff_t states_apart = state_find(x->state) - state_find(y->state);
    if (states_apart) return states_apart < 0 ? -1 : 1;
    if (x->destructive != y->destructive) return x->destructive ? 1 : -1;
    return strcmp(x->id, y->id);
}

static size_t *order_by_state(const struct case_row **rows, size_t n)
{
    size_t *order = calloc(n, sizeof *order);
    for (size_t i = 0; order && i < n; i++)
        order[i] = i;
    if (order) qsort_r(order, n, sizeof *order, by_state, rows);
    return order;
}

static int run(const struct options *o, const struct case_list *list)
{
    struct run r = {.options = o, .list = list, .progress = report_progress};
    r.rows = calloc(list->n, sizeof(const struct case_row *));
    for (size_t i = 0; r.rows && i < list->n; i++)
        if (case_matches(&list->rows[i], o->filters, o->filter_n)) r.rows[r.row_n++] = &list->rows[i];
    bool builtin = o->card && strcmp(o->card, "builtin") == 0;
    size_t *order = builtin || !r.row_n ? NULL : order_by_state(r.rows, r.row_n);
    r.order = order;
    int status = EXIT_WRONG_USAGE;
    if (!r.row_n)
        (void)say_problem("no case fits; softeuicc-bench list has them all");
    else
        status = run_chosen(&r);
    run_close(&r);
    free(order);
    free(r.rows);
    return status;
}

static int list_requirements(const struct options *o, const struct case_list *list)
{
    int missing = requirements_report(list, o);
    if (missing < 0) return EXIT_ERRORS;
    return o->strict && missing ? EXIT_FAILED : EXIT_PASSED;
}

static int with_cases(const struct options *o)
{
    struct case_list list = {0};
    char folder[PATH_MAX];
    int status = EXIT_WRONG_USAGE;
    if (!case_list_folder(o->cases, folder, sizeof folder))
        (void)say_problem("the cases are not beside the program: --cases DIR");
    else if (!case_list_load(&list, folder))
        status = EXIT_WRONG_USAGE;
    else if (o->command == COMMAND_RUN)
        status = run(o, &list);
    else if (o->command == COMMAND_REQUIREMENTS)
        status = list_requirements(o, &list);
    else
        status = report_list(&list, o, o->json_list) ? EXIT_PASSED : EXIT_ERRORS;
    case_list_free(&list);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    int status = EXIT_WRONG_USAGE;
    /* a reader of the reports that goes away must not end the card's clean-up */
    (void)signal(SIGPIPE, SIG_IGN);
    if (options_read(argc, argv, &options)) {
        if (options.help)
            status = options_print_help() ? EXIT_PASSED : EXIT_ERRORS;
        else if (options.version)
            status = printf("softeuicc-bench %s\n", SOFTEUICC_VERSION) < 0 ? EXIT_ERRORS : EXIT_PASSED;
        else if (options.command == COMMAND_DIFF)
            status = report_diff(&options);
        else
            status = with_cases(&options);
    }
    options_free(&options);
    return status;
}
