/* softeuicc-bench-wrong: all cases on wrong cards, and what came of each. A card is the name of one of wrong_cards.c,
 * or a file of rules that turn answers on the wire (src/mutate). The states that cases begin with are made once, by a
 * right card. Called by test_wrong_cards.py:
 *
 *   softeuicc-bench-wrong CASES --reader          all cases on cards that go away in the middle
 *   softeuicc-bench-wrong CASES --list            the names of the cards that are wrong inside
 *   softeuicc-bench-wrong CASES --cases           the ids of all cases
 *   softeuicc-bench-wrong CASES CARD...           see wrong_matrix.h
 */
#define _GNU_SOURCE
#include "wrong_cards.h"

#include "say.h"
#include "wrong_matrix.h"
#include "wrong_reader.h"

#include <stdio.h>
#include <stdlib.h>

/* A card that lets the bench wait is mute: what is right answers within milliseconds. */
#define TIMEOUT_MS 200

static bool list_cards(void)
{
    const struct wrong_card *card;
    for (size_t i = 0; (card = wrong_card_at(i)) != NULL; i++)
        (void)puts(card->name);
    return fflush(stdout) == 0;
}

static bool list_cases(const struct case_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        (void)puts(list->rows[i].id);
    return fflush(stdout) == 0;
}

static bool run_cards(struct run *r, char *const *cards)
{
    r->rows = calloc(r->list->n ? r->list->n : 1, sizeof(const struct case_row *));
    if (!r->rows) return say_problem("no memory");
    for (size_t i = 0; i < r->list->n; i++)
        r->rows[r->row_n++] = &r->list->rows[i];
    bool good = run_open(r) || say_problem("%s", r->why.text);
    if (good) run_prepare(r);
    if (good) good = strcmp(*cards, "--reader") == 0 ? wrong_reader_run(r) : wrong_matrix_run(r, cards);
    run_close(r);
    free(r->rows);
    return good;
}

static bool run_all(const struct case_list *list, char *const *cards)
{
    const struct options options = {
        .command = COMMAND_RUN, .card = "builtin", .repeat = 1, .jobs = 1, .bench.seed = 1, .timeout_ms = TIMEOUT_MS};
    struct run r = {.options = &options, .list = list};
    return run_cards(&r, cards);
}

int main(int argc, char **argv)
{
    struct case_list list = {0};
    bool good = argc > 2 || say_problem("usage: softeuicc-bench-wrong CASES --list|--cases|--reader|CARD...");
    if (good && strcmp(argv[2], "--list") == 0) return list_cards() ? EXIT_SUCCESS : EXIT_FAILURE;
    good = good && case_list_load(&list, argv[1]);
    if (good) good = strcmp(argv[2], "--cases") == 0 ? list_cases(&list) : run_all(&list, argv + 2);
    case_list_free(&list);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
