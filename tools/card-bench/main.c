/* softeuicc-bench: conformance cases on our card, on any PC/SC card, on a card behind a socket; README.md. */
#define _GNU_SOURCE
#include "run.h"

#include "options.h"
#include "say.h"
#include "states.h"

#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_PASSED = 0, EXIT_FAILED = 1, EXIT_WRONG_USAGE = 2, EXIT_ERRORS = 3 };

bool say_problem(const char *format, ...)
{
    va_list args;
    (void)fputs("softeuicc-bench: ", stderr);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    return false;
}

static int run_chosen(struct run *r)
{
    const struct options *o = r->options;
    if (!run_open(r)) {
        (void)say_problem("%s", r->why.text);
        return EXIT_ERRORS;
    }
    bool good = run_cases(r);
    report_summary(r);
    if (o->json && !report_json(r, o->json)) good = false;
    if (o->junit && !report_junit(r, o->junit)) good = false;
    return good ? run_exit_code(r) : EXIT_ERRORS;
}

/* On a foreign card each change of state takes a while, so cases of one state stand together, and those that spoil it
 * come last. */
static int by_state(const void *a, const void *b)
{
    const struct case_row *x = *(const struct case_row *const *)a;
    const struct case_row *y = *(const struct case_row *const *)b;
    ptrdiff_t states_apart = state_find(x->state) - state_find(y->state);
    if (states_apart) return states_apart < 0 ? -1 : 1;
    if (x->destructive != y->destructive) return x->destructive ? 1 : -1;
    return strcmp(x->id, y->id);
}

static int run(const struct options *o, const struct case_list *list)
{
    struct run r = {.options = o, .list = list, .progress = report_progress};
    r.rows = calloc(list->n, sizeof(const struct case_row *));
    for (size_t i = 0; r.rows && i < list->n; i++)
        if (case_matches(&list->rows[i], o->filters, o->filter_n)) r.rows[r.row_n++] = &list->rows[i];
    bool builtin = o->card && strcmp(o->card, "builtin") == 0;
    if (r.rows && !builtin) qsort(r.rows, r.row_n, sizeof(const struct case_row *), by_state);
    int status = EXIT_WRONG_USAGE;
    if (!r.row_n)
        (void)say_problem("no case fits; softeuicc-bench list has them all");
    else
        status = run_chosen(&r);
    run_close(&r);
    free(r.rows);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    struct case_list list = {0};
    char folder[PATH_MAX];
    int status = EXIT_WRONG_USAGE;
    /* a reader of the reports that goes away must not end the card's clean-up */
    (void)signal(SIGPIPE, SIG_IGN);
    if (options_read(argc, argv, &options)) {
        if (options.help)
            status = options_print_help() ? EXIT_PASSED : EXIT_ERRORS;
        else if (options.version)
            status = printf("softeuicc-bench %s\n", SOFTEUICC_VERSION) < 0 ? EXIT_ERRORS : EXIT_PASSED;
        else if (!case_list_folder(options.cases, folder, sizeof folder))
            (void)say_problem("the cases are not beside the program: --cases DIR");
        else if (case_list_load(&list, folder))
            status = options.command == COMMAND_RUN                    ? run(&options, &list)
                     : report_list(&list, &options, options.json_list) ? EXIT_PASSED
                                                                       : EXIT_ERRORS;
    }
    case_list_free(&list);
    options_free(&options);
    return status;
}
