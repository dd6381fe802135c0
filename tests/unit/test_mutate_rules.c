/* The language of rule files: every mistake has its line and its words, and every row of the tables of names is the
 * card's. */
#include "isdr/isdr.h"
#include "card/card.h"
#include "isdr/internal.h"
#include "mutate/mutate.h"
#include "names/names.h"

#include <check.h>
#include <stdlib.h>

static int read_rules(const char *text, struct euicc_diagnostic *why)
{
    struct mutate *m = NULL;
    *why = (struct euicc_diagnostic){""};
    /* an exact copy, so that a sanitizer sees a read behind it */
    size_t n = strlen(text);
    char *copy = malloc(n ? n : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, n);
    int result = mutate_new(&m, slice_of(copy, n), 1, why);
    ck_assert((m != NULL) == (result == EUICC_OK));
    free(copy);
    mutate_free(m);
    return result;
}

static const struct mistake {
    const char *text;
    const char *said;
} mistakes[] = {
    {"GetEID: mute", "line 1: \"GetEID: mute\": expected at WHAT, CONDITIONS: ACTION"},
    {"# fine\n\nat any mute", "line 3: \"at any mute\": expected at WHAT, CONDITIONS: ACTION"},
    {"at any: mute\nat ES10c.GetEid: mute", "line 2: \"ES10c.GetEid\": expected any, power on, reset, a function"},
    {"at INS 5: mute", "\"INS 5\": expected any"},
    {"at any, twice: mute", "\"twice\": expected first time, time N, from time N, every N, once"},
    {"at any, time x: mute", "\"x\": expected a decimal number"},
    {"at any, time 0: mute", "\"time 0\": expected a number from 1 on"},
    {"at any, every 0: mute", "\"every 0\": expected a number from 1 on"},
    {"at any, time 4294967296: mute", "\"4294967296\": expected a decimal number up to 4294967295"},
    {"at any, 101 %: mute", "101 %: expected at most 100 %"},
    {"at any, after nothing: mute", "\"nothing\": expected any, power on"},
    {"at any, aid A0000: mute", "\"A0000\": expected bytes in hex"},
    {"at any, status 900: mute", "\"900\": expected a status word of 4 hex digits, x for any"},
    {"at any, tag 1F: mute", "\"1F\": expected a tag of 1 to 3 bytes in hex"},
    {"at any, : mute", "\",\": expected a condition behind it"},
    {"at any: vanish", "\"vanish\": expected status SW keep data, status SW, delay N ms, mute"},
    {"at any: status", "\"status\": expected status SW keep data, status SW"},
    {"at any: status 90000", "\"90000\": expected a status word"},
    {"at any: delay 5", "\"delay 5\": expected delay N ms"},
    {"at any: answer XY", "\"XY\": expected bytes in hex"},
    {"at any: answer as SELECT", "\"SELECT\": expected a function (ES10c.GetEID)"},
    {"at any: remove nonsense", "\"nonsense\": expected a field of an answer"},
    {"at ES10c.GetEID: remove transactionId", "\"transactionId\": expected a field of GetEuiccDataResponse"},
    {"at any: remove eidValue/transactionId", "\"eidValue/transactionId\": expected a field of an answer"},
    {"at any: remove eidValue/", "\"eidValue/\": expected a field: names of data objects"},
    {"at any: remove eidValue[0]", "\"eidValue[0]\": expected a field: names"},
    {"at any: remove 0x", "\"0x\": expected a field of an answer"},
    {"at any: remove 0xBF3", "\"0xBF3\": expected a field: names"},
    {"at any: remove a/b/c/d/e/f/g/h/i", "expected a field: names"},
    {"at any: add 1x to seqNumber", "\"1x\": expected a decimal number, +N or -N"},
    {"at any: add -9223372036854775809 to seqNumber", "expected a decimal number, +N or -N"},
    {"at ES10c.EnableProfile: set enableResult to wellDone", "\"wellDone\": expected the name of a code of this field"},
    {"at any: set seqNumber to \"x", "\"\"x\": expected a quotation mark at the end"},
    {"at any: set seqNumber to random 5", "\"random 5\": expected random N bytes"},
    {"at any: set seqNumber to random 99999 bytes", "expected random N bytes, N up to 65535"},
    {"at any: set seqNumber to 1 2", "\"1 2\": expected"},
    {"at any: set seqNumber to hex 0", "\"0\": expected bytes in hex"},
    {"at any: retag seqNumber as 9F", "\"9F\": expected a tag of 1 to 3 bytes in hex"},
    {"at any: ATR 3B00", "\"ATR HEX\" goes with power on or reset only"},
    {"at reset: mute", "\"mute\" goes with a command, expected ATR at power on or reset"},
    {"at any: early", "early: expected it at a function"},
    {"at any: card: mute", "card: expected an action on a field behind it, \"mute\" needs no signature"},
    {"at any: card: answer as ES10c.GetEID", "card: expected an action on a field"},
    {"at any: \x01\xff", "\"??\": expected status SW"},
};

START_TEST(test_mistake_is_said)
{
    const struct mistake *m = &mistakes[_i];
    struct euicc_diagnostic why;
    ck_assert_msg(read_rules(m->text, &why) == EUICC_BAD_ARGUMENT, "%s", m->text);
    ck_assert_msg(strncmp(why.text, "line ", 5) == 0 && strstr(why.text, m->said), "%s: said %s", m->text, why.text);
}
END_TEST

static const char *const good[] = {
    "",
    "\n\n# only words\n   \n",
    "at any: mute",
    "  at\tES10b.LoadBoundProfilePackage ,  time 3 , once:mute\r\n",
    "at INS 5A, channel 0, status 61xx, from time 2, every 3, at most 4, 50 %, before reset: status xxxx",
    "at STORE DATA, tag BF3E, after ES10c.GetEID: set 0xBF3E/0x5A[2] to hex",
    "at ES10c.EnableProfile: set enableResult to disallowedByPolicy",
    "at any: set eimId to \"a: b, c\"",
    "at ES10b.LoadBoundProfilePackage: card: set errorReason to random 0 bytes",
    "at ES10b.LoadEuiccPackage: card: add -1 to seqNumber",
};

START_TEST(test_good_rules)
{
    struct euicc_diagnostic why;
    ck_assert_msg(read_rules(good[_i], &why) == EUICC_OK, "%s: %s", good[_i], why.text);
}
END_TEST

START_TEST(test_too_many_rules)
{
    struct euicc_diagnostic why;
    BUF_LOCAL text = {0};
    for (int i = 0; i < 1001; i++)
        buf_append(&text, slice_text("at any: mute\n"));
    buf_byte(&text, 0);
    ck_assert_int_eq(read_rules((const char *)text.p, &why), EUICC_BAD_ARGUMENT);
    ck_assert_str_eq(why.text, "line 1001: expected at most 1000 rules");
}
END_TEST

/* What the card has, rules can name. */
START_TEST(test_names_are_the_cards)
{
    size_t functions = 0;
    const struct named_function *f = named_functions;
    for (const struct es_function *e; (e = es_function_at(functions)) != NULL; functions++) {
        ck_assert_msg(f[functions].name && f[functions].tag == e->tag && strcmp(f[functions].name, e->name) == 0,
                      "row %zu of named_functions is not %s", functions, e->name);
    }
    ck_assert_ptr_null(f[functions].name);
    const struct command *c;
    for (size_t i = 0; (c = command_at(i)) != NULL; i++) {
        const struct named_command *n = named_commands;
        while (n->name && (n->ins != c->ins || strcmp(n->name, c->name) != 0))
            n++;
        ck_assert_msg(n->name != NULL, "%s is not in named_commands", c->name);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mutate_rules");
    TCase *tcase = tcase_create("mutate_rules");
    tcase_add_loop_test(tcase, test_mistake_is_said, 0, (int)(sizeof mistakes / sizeof *mistakes));
    tcase_add_loop_test(tcase, test_good_rules, 0, (int)(sizeof good / sizeof *good));
    tcase_add_test(tcase, test_too_many_rules);
    tcase_add_test(tcase, test_names_are_the_cards);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
