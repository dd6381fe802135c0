/* Every row of the card's own tables (functions of STORE DATA, commands, operations of eUICC packages, profile
 * elements) and every row of the three tables of negative cases stands in requirements/, and has a case there or a
 * reason why not. A new row of the card without one fails here, as does a line about what the card has no more. usage:
 * test_requirements CASES [strict]; without "strict" what has no case is only printed. */
#define _GNU_SOURCE
#include "requirements.h"

#include "card_rows.h"
#include "say.h"

#include "names/names.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* Set once by main(): Check's tests have no arguments. */
static const char *cases_folder;
static bool strict;

static struct requirement_list list;
static struct case_list cases;

static void setup(void)
{
    ck_assert(requirements_load(&list));
    ck_assert(case_list_load(&cases, cases_folder));
}

static void teardown(void)
{
    requirements_free(&list);
    case_list_free(&cases);
}

static void demand(const char *before, const char *name)
{
    char whole[160];
    (void)snprintf(whole, sizeof whole, "%s%s", before, name);
    const struct requirement *one = requirements_find(&list, whole);
    ck_assert_msg(one != NULL, "%s: no line in tools/card-bench/requirements", whole);
    ck_assert_msg(!strict || one->waived.n || requirement_cases(one, &cases), "%s: no case, and no reason why not",
                  whole);
}

static size_t lines_of(const char *source)
{
    size_t n = 0;
    for (size_t i = 0; i < list.n; i++)
        n += strcmp(list.list[i].source, source) == 0;
    return n;
}

/* Each name of a table of the card, with `before` in front. Gives how many there are. */
static size_t demand_all(const char *before, const char *(*row)(size_t index))
{
    size_t n = 0;
    for (const char *name; (name = row(n)) != NULL; n++)
        demand(before, name);
    return n;
}

START_TEST(test_functions)
{
    size_t n = demand_all("", card_function);
    for (const struct decode_name *command = names_bpp_commands; command->name; command++) {
        char name[80];
        /* the second StoreMetadata block is not a function of its own */
        if (strcmp(command->name, "storeMetadata2") == 0) continue;
        (void)snprintf(name, sizeof name, "ES8+.%s", command->name);
        name[5] = (char)(name[5] - 'a' + 'A');
        demand("", name);
        n++;
    }
    demand("", load_bound_profile_package);
    demand("", "ES6.UpdateMetadata");
    ck_assert_uint_eq(lines_of("functions"), n + 2);
}
END_TEST

START_TEST(test_commands)
{
    ck_assert_uint_eq(lines_of("commands"), demand_all("command ", card_command));
}
END_TEST

START_TEST(test_operations)
{
    size_t n = demand_all("PSMO ", card_profile_operation);
    ck_assert_uint_eq(lines_of("packages"), n + demand_all("eCO ", card_eim_operation));
}
END_TEST

START_TEST(test_elements)
{
    ck_assert_uint_eq(lines_of("elements"), demand_all("PE ", card_profile_element));
}
END_TEST

START_TEST(test_negative_rows)
{
    static const struct {
        const char *name;
        unsigned rows;
    } tables[] = {{"SGP.22 negative ", 80}, {"SGP.32 negative ", 102}, {"UICC negative ", 30}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        for (unsigned row = 1; row <= tables[i].rows; row++) {
            char number[12];
            (void)snprintf(number, sizeof number, "%u", row);
            demand(tables[i].name, number);
        }
    }
}
END_TEST

/* Those without a case, one a line; with "strict" none may be. */
START_TEST(test_all)
{
    size_t missing = 0;
    for (size_t i = 0; i < list.n; i++) {
        const struct requirement *one = &list.list[i];
        size_t n = requirement_cases(one, &cases);
        ck_assert_msg(!n || !one->waived.n, "%.*s is waived and has cases", (int)one->name.n,
                      (const char *)one->name.p);
        if (n || one->waived.n) continue;
        (void)printf("no case: %.*s\n", (int)one->name.n, (const char *)one->name.p);
        missing++;
    }
    (void)printf("%zu requirements, %zu without a case\n", list.n, missing);
    ck_assert_msg(!strict || !missing, "%zu requirements have no case", missing);
}
END_TEST

static size_t fits(const char *line, const char *id, const char *clauses)
{
    struct requirement_list one = {0};
    const struct case_row row = {.id = id, .clauses = clauses};
    char why[200];
    ck_assert_msg(requirements_read(&one, "x", slice_text(line), why, sizeof why), "%s", why);
    size_t n = one.n && requirement_fits(&one.list[0], &row);
    requirements_free(&one);
    return n;
}

START_TEST(test_what_fits)
{
    static const char line[] = "SELECT; TS 102 221 11.1.1; UICC.Select | what it does";
    ck_assert(fits(line, "UICC.Select/01-mf", "SGP.22 1"));
    ck_assert(fits(line, "G/1", "a; TS 102 221 11.1.1"));
    ck_assert(fits(line, "G/1", "ETSI TS 102 221 11.1.1.4.2"));
    ck_assert(!fits(line, "G/1", "TS 102 221 11.1.17"));
    ck_assert(fits("a; GP 11.8 | x", "G/1", "GlobalPlatform Card 2.3 11.8.2"));
    ck_assert(!fits("a; GP 11.8 | x", "G/1", "GlobalPlatform Amendment D 11.8"));
    ck_assert(!fits(line, "G/1", "TS 102 221 11.1"));
    ck_assert(!fits(line, "UICC.Selection/1", "SELECTS"));
    ck_assert(fits("SGP.22 negative 3 | x", "G/1", "SGP.22 5.7; SGP.22 negative 3"));
    ck_assert(!fits("SGP.22 negative 3 | x", "G/1", "SGP.22 negative 36"));
    ck_assert(fits("a; G/1 | x", "G/1", "b"));
    ck_assert(!fits("a; G/1 | x", "G/10", "b"));
}
END_TEST

static void refused(const char *text, const char *expected)
{
    struct requirement_list one = {0};
    char why[200] = "";
    ck_assert(!requirements_read(&one, "x", slice_text(text), why, sizeof why));
    ck_assert_str_eq(why, expected);
    requirements_free(&one);
}

START_TEST(test_mistakes)
{
    refused("# comment\n\nname", "x:3: expected NAME; CLAUSE... | TEXT [| waived: REASON]");
    refused("| text", "x:1: expected NAME; CLAUSE... | TEXT [| waived: REASON]");
    refused("a | b | because", "x:1: expected NAME; CLAUSE... | TEXT [| waived: REASON]");
    refused("a | b | waived: ", "x:1: expected NAME; CLAUSE... | TEXT [| waived: REASON]");
    refused("a | b | waived: c | d", "x:1: expected NAME; CLAUSE... | TEXT [| waived: REASON]");
    refused("a | b\na; c | d", "x:2: the name stands in x, too");
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("requirements");
    TCase *t = tcase_create("rows");
    if (argc < 2) return EXIT_FAILURE;
    cases_folder = argv[1];
    strict = argc > 2 && strcmp(argv[2], "strict") == 0;
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_functions);
    tcase_add_test(t, test_commands);
    tcase_add_test(t, test_operations);
    tcase_add_test(t, test_elements);
    tcase_add_test(t, test_negative_rows);
    tcase_add_test(t, test_all);
    tcase_add_test(t, test_what_fits);
    tcase_add_test(t, test_mistakes);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
