/* What people write: patterns, expressions, and case files with each mistake. The cards are in test_core.c. */
#define _GNU_SOURCE
#include "case.h"

#include "base/hex.h"

#include <check.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- patterns ---- */

static const struct {
    const char *pattern, *data;
    bool matches;
    const char *captured; /* of {a:..} */
} patterns[] = {
    {"9000", "9000", true, NULL},
    {"9000", "9001", false, NULL},
    {"9000", "90", false, NULL},
    {"90", "9000", false, NULL},
    {"", "", true, NULL},
    {"", "00", false, NULL},
    {"9x x0", "9570", true, NULL},
    {"9xx0", "8570", false, NULL},
    {"xx", "FF", true, NULL},
    {"*", "", true, NULL},
    {"*9000", "0102039000", true, NULL},
    {"*9000", "01020390", false, NULL},
    {"01*03*05", "0102030405", true, NULL},
    {"01*06*05", "0102030405", false, NULL},
    {"BF3E(5C(5A))", "BF3E035C015A", true, NULL},
    {"BF3E(5C(5A))", "BF3E045C015A", false, NULL},
    {"BF3E(*)", "BF3E035C015A", true, NULL},
    {"BF3E(*)", "BF3E025C015A", false, NULL},
    {"BF3E(*)9000", "BF3E035C015A9000", true, NULL},
    {"04()", "0400", true, NULL},
    {"04(*)", "0481800000", false, NULL},
    {"04(*)", "048101AA", false, NULL}, /* a length that is not DER */
    {"04(\"ab\")", "04026162", true, NULL},
    {"{known}00", "AABB00", true, NULL},
    {"{known}00", "AACC00", false, NULL},
    {"01{a:2}04", "01020304", true, "0203"},
    {"01{a:3}04", "01020304", false, NULL},
    {"5A({a:*})9000", "5A0201029000", true, "0102"},
    {"{a:1}02{a}", "010201", true, "01"},
    {"{a:1}02{a}", "010202", false, NULL},
};

START_TEST(test_patterns)
{
    struct pattern p = {0};
    struct variables v = {0};
    const char *why;
    size_t differs;
    BUF_LOCAL data = {0};
    BUF_LOCAL captured = {0};
    ck_assert(variables_set(&v, "known", slice_of("\xaa\xbb", 2)));
    ck_assert_msg(pattern_parse(&p, slice_text(patterns[_i].pattern), PATTERN_EXPECTED, &why), "%s: %s",
                  patterns[_i].pattern, why);
    ck_assert(hex_decode(slice_text(patterns[_i].data), &data));
    ck_assert_msg(pattern_matches(&p, buf_slice(&data), &v, &differs) == patterns[_i].matches, "%s on %s",
                  patterns[_i].pattern, patterns[_i].data);
    if (patterns[_i].captured) {
        ck_assert(hex_decode(slice_text(patterns[_i].captured), &captured));
        const struct buf *value = variables_get(&v, "a");
        ck_assert(value && slice_equal(buf_slice(value), buf_slice(&captured)));
    }
    pattern_clear(&p);
    variables_free(&v);
}
END_TEST

static const struct {
    const char *text, *why;
    enum pattern_use use;
} bad_patterns[] = {
    {"9", "a digit is missing", PATTERN_EXPECTED},
    {"9 0", "a digit is missing", PATTERN_EXPECTED},
    {"9G", "expected hex", PATTERN_EXPECTED},
    {"#", "expected hex", PATTERN_EXPECTED},
    {"(00", "( without", PATTERN_EXPECTED},
    {"00)", ") without", PATTERN_EXPECTED},
    {"((((((((((((((((((((", "too many parentheses", PATTERN_EXPECTED},
    {"\"ab", "\" at the end", PATTERN_EXPECTED},
    {"{a", "} at the end", PATTERN_EXPECTED},
    {"{}", "a name of 1", PATTERN_EXPECTED},
    {"{a b}", "letters, digits", PATTERN_EXPECTED},
    {"{a:}", "number of bytes", PATTERN_EXPECTED},
    {"{a:x}", "number of bytes", PATTERN_EXPECTED},
    {"{a:99999999}", "up to 65535", PATTERN_EXPECTED},
    {"x0", "not in what is sent", PATTERN_SENT},
    {"*", "not in what is sent", PATTERN_SENT},
    {"{a:1}", "not in what is sent", PATTERN_SENT},
};

START_TEST(test_bad_patterns)
{
    struct pattern p = {0};
    const char *why;
    ck_assert(!pattern_parse(&p, slice_text(bad_patterns[_i].text), bad_patterns[_i].use, &why));
    ck_assert_msg(strstr(why, bad_patterns[_i].why), "%s: %s", bad_patterns[_i].text, why);
    ck_assert_ptr_null(p.items);
}
END_TEST

/* ---- expressions ---- */

static const char *fact(void *ctx, const char *name)
{
    static const char *const facts[][2] = {{"isdr", "yes"}, {"iot", "no"}, {"sgp22", "2.10.1"}, {"ci", "aa bb"}};
    (void)ctx;
    for (size_t i = 0; i < COUNT(facts); i++)
        if (strcmp(facts[i][0], name) == 0) return facts[i][1];
    return NULL;
}

static const struct {
    const char *text;
    int holds; /* -1: not an expression */
    const char *missing;
} expressions[] = {
    {"isdr", 1, NULL},
    {"iot", 0, "iot"},
    {"unknown", 0, "unknown"},
    {"not iot", 1, NULL},
    {"not isdr", 0, "not isdr"},
    {"isdr and iot", 0, "iot"},
    {"iot or isdr", 1, NULL},
    {"not (iot or unknown) and isdr", 1, NULL},
    {"not (iot or isdr)", 0, "not isdr"},
    {"sgp22 >= 2.9", 1, NULL},
    {"sgp22 < 2.9.5", 0, "sgp22 < 2.9.5 (it is 2.10.1)"},
    {"sgp22 = 2.10.1", 1, NULL},
    {"sgp22 != 2.10.1", 0, "sgp22 != 2.10.1"},
    {"sgp22 > 2.10", 1, NULL},
    {"sgp22 <= 2.10.1", 1, NULL},
    {"ci has BB", 1, NULL},
    {"ci has a", 0, "ci has a"},
    {"unknown > 1", 0, "not known"},
    {"", -1, "missing at the end"},
    {"isdr iot", -1, "expected and, or"},
    {"(isdr", -1, ") is missing"},
    {"isdr and", -1, "missing at the end"},
    {"sgp22 >=", -1, "behind the comparison"},
    {"isdr & iot", -1, "expected names"},
    {"and", -1, "expected the name"},
};

START_TEST(test_expressions)
{
    bool holds;
    char missing[160];
    const char *why;
    bool good = expression_evaluate(expressions[_i].text, fact, NULL, &holds, missing, sizeof missing, &why);
    ck_assert_msg(good == (expressions[_i].holds >= 0), "%s: %s", expressions[_i].text, why ? why : "");
    if (good) ck_assert_msg(holds == (expressions[_i].holds == 1), "%s", expressions[_i].text);
    if (expressions[_i].missing)
        ck_assert_msg(strstr(good ? missing : why, expressions[_i].missing), "%s: %s", expressions[_i].text,
                      good ? missing : why);
}
END_TEST

/* ---- case files ---- */

#define HEAD "group G\nclause C\n"
#define CASE HEAD "case a\ntitle T\ntest\n"
static const struct {
    const char *text, *why;
} mistakes[] = {
    {"case a\n", "line 1: a line \"group NAME\""},
    {HEAD "case\n", "line 3: case: expected a name"},
    {HEAD "case a b\n", "line 3: case: expected a name"},
    {"group a b\n", "line 1: group: expected"},
    {"nonsense x\n", "line 1: expected group, case"},
    {HEAD "title\n", "line 3: title: expected something"},
    {HEAD "applies isdr and\n", "line 3: applies: the name"},
    {HEAD "state nowhere\n", "line 3: there is no state \"nowhere\""},
    {HEAD "needs gold\n", "line 3: expected needs of sgp26-keys"},
    {HEAD "destructive perhaps\n", "line 3: expected yes or no"},
    {HEAD "case a\ntest\n< 9000\n", "line 3: case G/a: the title is missing"},
    {"group G\ncase a\ntitle T\ntest\n< 9000\n", "line 2: case G/a: the clause is missing"},
    {CASE "> 00A4\n", "line 3: case G/a: expects nothing"},
    {HEAD "case a\ntitle T\ngiven\n< 9000\n", "line 3: case G/a: expects nothing"},
    {CASE "< 9000\ncase a\ntitle T\n", "line 7: case G/a is there already"},
    {CASE "< 9000\ngiven\n", "line 7: the order is given, test, finally"},
    {"group G\ntest\n> 00\n", "line 3: before the first case only \"given\""},
    {CASE "fly 00\n", "line 6: there is no step \"fly\""},
    {CASE "> 0\n", "line 6: a digit is missing"},
    {CASE ">\n", "line 6: expected bytes"},
    {CASE "> xx\n", "line 6: x stands in what is expected"},
    {CASE "<\n", "line 6: expected a pattern"},
    {CASE "< 90 |\n", "line 6: an alternative is empty"},
    {CASE "< 90|91|92|93|94|95|96\n", "line 6: at most 6 alternatives"},
    {CASE "status 90\n", "line 6: expected a status word"},
    {CASE "tlv 9\n", "line 6: expected a path"},
    {CASE "tlv 9F65[0] present\n", "line 6: expected [1]"},
    {CASE "tlv 6F.84 present\n", "line 6: expected / between"},
    {CASE "tlv 6F\n", "line 6: expected present, absent"},
    {CASE "tlv 6F length 3\n", "line 6: expected = !="},
    {CASE "tlv 6F length > x\n", "line 6: expected a number"},
    {CASE "let x 00\n", "line 6: expected = behind"},
    {CASE "capture x = \n", "line 6: expected a path"},
    {CASE "check 00 9000\n", "line 6: expected BYTES = PATTERN"},
    {CASE "channel 20\n", "line 6: expected channel open"},
    {CASE "get-response perhaps\n", "line 6: expected automatic or by-hand"},
    {CASE "block-size 0\n", "line 6: expected a number of bytes from 1"},
    {CASE "profile\n", "line 6: expected bytes"},
    {CASE "reset now\n", "line 6: expected nothing behind it"},
};

START_TEST(test_mistakes)
{
    struct case_list list = {0};
    char why[512];
    ck_assert(!case_file_read(&list, "f", "family", slice_text(mistakes[_i].text), why, sizeof why));
    ck_assert_msg(strncmp(why, mistakes[_i].why, strlen(mistakes[_i].why)) == 0, "%s\nsaid %s", mistakes[_i].text, why);
    case_list_free(&list);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("card_bench_texts");
    TCase *tests = tcase_create("texts");
    tcase_set_timeout(tests, 20);
    tcase_add_loop_test(tests, test_patterns, 0, COUNT(patterns));
    tcase_add_loop_test(tests, test_bad_patterns, 0, COUNT(bad_patterns));
    tcase_add_loop_test(tests, test_expressions, 0, COUNT(expressions));
    tcase_add_loop_test(tests, test_mistakes, 0, COUNT(mistakes));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    /* one process for all: hundreds of small ones cost seconds under the sanitizers */
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
