/* The core of the bench: patterns, expressions, case files with each mistake, each expectation both ways on a card that
 * answers from a table, care for foreign cards, and cards that give no answer. */
#define _GNU_SOURCE
#include "bench.h"

#include "care.h"
#include "say.h"

#include "base/hex.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

bool say_problem(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    return false;
}

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

/* ---- a card that answers from a table ---- */

static const struct {
    const char *begins, *answer;
} table[] = {
    {"00CC", "840501"
             "9000"},
    {"00B0000004", "010203049000"},
    {"00B0000005", "6C04"},
    {"00CA", "6A82"},
    {"00C0000004", "AABBCCDD9000"},
    {"00D0", "6104"},
    {"00D1", "61"},
    {"00E4", "9000"},
    {"00A5", "E3035A0101E3035A0102E300"
             "9000"},
};

struct fake {
    size_t commands;
    enum target_result result; /* of everything, if not TARGET_OK */
};

static enum target_result fake_power(struct target *t, bool on, struct buf *atr)
{
    (void)on;
    buf_reset(atr);
    buf_append(atr, slice_of("\x3b\x00", 2));
    return ((struct fake *)t->ctx)->result;
}

static enum target_result fake_reset(struct target *t, struct buf *atr)
{
    return fake_power(t, true, atr);
}

static enum target_result fake_transmit(struct target *t, struct slice command, struct buf *answer)
{
    struct fake *fake = t->ctx;
    fake->commands++;
    buf_reset(answer);
    if (fake->result != TARGET_OK) return fake->result;
    for (size_t i = 0; i < COUNT(table); i++) {
        BUF_LOCAL begins = {0};
        ck_assert(hex_decode(slice_text(table[i].begins), &begins));
        if (!slice_starts_with(command, buf_slice(&begins))) continue;
        ck_assert(hex_decode(slice_text(table[i].answer), answer));
        return answer->n < 2 ? TARGET_NONSENSE : TARGET_OK;
    }
    buf_append(answer, slice_of("\x90\x00", 2));
    return TARGET_OK;
}

static struct fake fake;
static struct target target;
static const struct bench_options careful = {.seed = 1};
static struct case_list list;
static struct bench bench;

/* Runs the steps as the test of a case. */
static void run_steps(const char *steps, const struct bench_options *options)
{
    BUF_LOCAL text = {0};
    char why[512] = "";
    buf_append(&text, slice_text(HEAD "case a\ntitle T\n"));
    buf_append(&text, slice_text(steps));
    ck_assert_msg(case_file_read(&list, "f", "family", buf_slice(&text), why, sizeof why), "%s\n%s", steps, why);
    target = (struct target){
        .ctx = &fake, .timeout_ms = 100, .power = fake_power, .reset = fake_reset, .transmit = fake_transmit};
    bench_begin(&bench, &target, options, &list.rows[0], NULL);
    ck_assert(variables_set(&bench.variables, "aabb", slice_of("\xaa\xbb", 2)));
    steps_run(&bench);
}

static void tear_down(void)
{
    bench_end(&bench);
    case_list_free(&list);
    fake = (struct fake){0};
}

#define READ "> 00B0000004\n"
#define LIST "> 00A50000\n"
static const struct {
    const char *steps;
    enum verdict verdict;
    const char *reason;
} expectations[] = {
    {"test\n" READ "< 01020304 9000\n", VERDICT_PASS, ""},
    {"test\n" READ "< 01020305 9000\n", VERDICT_FAIL,
     "C: expected 01020305 9000; came 010203049000 (differs at byte 4"},
    {"test\n" READ "< 9000 | 0102*\n", VERDICT_PASS, ""},
    {"test\n" READ "< 9000 | 6A82\n", VERDICT_FAIL, "expected 9000 | 6A82"},
    {"test\n" READ "status 6A82 | 9000\n", VERDICT_PASS, ""},
    {"test\n" READ "status 91xx\n", VERDICT_FAIL, "expected 91xx; came 9000"},
    {"test\n> 00CA0000\nstatus 6Axx\n", VERDICT_PASS, ""},
    {"test\n" LIST "tlv E3/5A = 01\n", VERDICT_PASS, ""},
    {"test\n" LIST "tlv E3[2]/5A = 02\n", VERDICT_PASS, ""},
    {"test\n" LIST "tlv E3[2]/5A = 01\n", VERDICT_FAIL, "expected E3[2]/5A = 01; came 02"},
    {"test\n" LIST "tlv E3[3]/5A absent\n", VERDICT_PASS, ""},
    {"test\n" LIST "tlv E3[3]/5A present\n", VERDICT_FAIL, "came it is not there"},
    {"test\n" LIST "tlv E3 absent\n", VERDICT_FAIL, "came it is there"},
    {"test\n" LIST "tlv E3[3] =\n", VERDICT_PASS, ""},
    {"test\n" LIST "tlv E3[1] =\n", VERDICT_FAIL, "came 5a0101"},
    {"test\n" LIST "tlv E3 count = 3\n", VERDICT_PASS, ""},
    {"test\n" LIST "tlv E3/5A count >= 3\n", VERDICT_FAIL, "came 2"},
    {"test\n" LIST "tlv E3/5A length = 1\n", VERDICT_PASS, ""},
    {"test\n" LIST "tlv E3/5A length > 1\n", VERDICT_FAIL, "came 1"},
    {"test\n" LIST "tlv E3/5A number <= 1\n", VERDICT_PASS, ""},
    {"test\n" LIST "tlv E3/5A number > 1\n", VERDICT_FAIL, "came 1"},
    {"test\n" LIST "tlv E4 length = 1\n", VERDICT_FAIL, "no such data object"},
    {"test\n> 00CC0000\ntlv 84 present\n", VERDICT_FAIL, "no data objects in DER"},
    {"test\n" LIST "capture x = E3[2]/5A\ncheck {x} = 02\n", VERDICT_PASS, ""},
    {"test\n" LIST "capture x = E5\ncheck {x} = 02\n", VERDICT_FAIL, "no such data object"},
    {"test\n" READ "< {x:2}* \ncheck {x} != 0102\n", VERDICT_FAIL, "expected {x} != 0102; came 0102"},
    {"test\n" READ "< {x:2}* \ncheck {x} != 0103\n", VERDICT_PASS, ""},
    {"test\nlet x = {aabb}(01)\ncheck {x} = AABB0101\n", VERDICT_PASS, ""},
    {"test\ncheck {aabb} = AABC\n", VERDICT_FAIL, "differs at byte 2"},
    {"test\n> {nothing}\n< 9000\n", VERDICT_ERROR, "{nothing} has no value here"},
    {"test\n" READ "< {nothing}\n", VERDICT_ERROR, "{nothing} has no value here"},
    {"test\natr 3B*\n", VERDICT_PASS, ""},
    {"test\natr 3F*\n", VERDICT_FAIL, "expected 3F*; came 3b00"},
    {"test\n> 00D00000\n< AABBCCDD 9000\n", VERDICT_PASS, ""},
    {"test\nget-response by-hand\n> 00D00000\n< 6104\n> 00C0000004\n< AABBCCDD 9000\n", VERDICT_PASS, ""},
    {"test\n> 00B0000005\n< 01020304 9000\n", VERDICT_PASS, ""},
    {"test\n> 00D10000\n< 9000\n", VERDICT_ERROR, "no sensible answer to 00d10000"},
    /* what comes before and after the test makes errors, and the first verdict stays */
    {"given\n" READ "< 9000\ntest\n< 9000\n", VERDICT_ERROR, "what the case begins or ends with is not so"},
    {"test\n" READ "< *9000\nfinally\n" READ "< 9000\n", VERDICT_ERROR, "what the case begins or ends with"},
    {"test\n" READ "< 9000\nfinally\n" READ "< 9000\n", VERDICT_FAIL, "C: expected 9000"},
    {"test\n# why: X.1\n" READ "# X.2 says so\n< 9000\n", VERDICT_FAIL, "X.2 says so: expected 9000"},
    {"given\nisd-r\ntest\nstatus 9000\n", VERDICT_ERROR, "MANAGE CHANNEL gave no channel"},
};

START_TEST(test_expectations)
{
    run_steps(expectations[_i].steps, &careful);
    ck_assert_msg(bench.verdict == expectations[_i].verdict && strstr(bench.reason, expectations[_i].reason),
                  "%s\n%s: %s", expectations[_i].steps, verdict_words[bench.verdict], bench.reason);
}
END_TEST

/* finally runs after a failure, too. */
START_TEST(test_finally)
{
    run_steps("test\n" READ "< 9000\n" READ "finally\n" READ READ, &careful);
    ck_assert_int_eq(bench.verdict, VERDICT_FAIL);
    ck_assert_uint_eq(fake.commands, 3);
}
END_TEST

static const struct {
    enum target_result result;
    const char *reason;
} no_answers[] = {{TARGET_SILENT, "no answer to power on"},
                  {TARGET_GONE, "no answer: the card is gone to power on"},
                  {TARGET_NONSENSE, "no sensible answer to power on"}};

START_TEST(test_no_answer)
{
    fake.result = no_answers[_i].result;
    run_steps("test\n> 00A4\n< 9000\nfinally\n> 00B0\n", &careful);
    ck_assert_int_eq(bench.verdict, VERDICT_ERROR);
    ck_assert_str_eq(bench.reason, no_answers[_i].reason);
    ck_assert_uint_eq(fake.commands, 0);
}
END_TEST

/* ---- care ---- */

static const struct {
    const char *steps;
    const char *name; /* NULL: sent */
    const char *pin;
} dangers[] = {
    {"es10 BF33(5A(00))", "DeleteProfile", NULL},
    {"block-size 1\nes10 BF33(5A(00))", "DeleteProfile", NULL},
    {"es10 BF34(82(0780))", "eUICCMemoryReset", NULL},
    {"es10 BF64(82(0780))", "eUICCMemoryReset", NULL},
    {"es10 BF30(8001)", "RemoveNotificationFromList", NULL},
    {"es10 BF51(00)", "LoadEuiccPackage", NULL},
    {"es10 BF36(00)", "LoadBoundProfilePackage", NULL},
    {"> 81E2910002BF33", "DeleteProfile", NULL},
    {"> 00E40000023F00", "DELETE", NULL},
    {"> 00FE0000", "TERMINATE CARD USAGE", NULL},
    {"> 0020000108"
     "30303030FFFFFFFF",
     "VERIFY PIN", NULL},
    {"> 0020000108"
     "30303030FFFFFFFF",
     NULL, "30303030FFFFFFFF"},
    {"> 00200001", NULL, NULL},
    {"es10 BF3E(5C(5A))", NULL, NULL},
    {"> 00A40000023F00", NULL, NULL},
};

START_TEST(test_care)
{
    BUF_LOCAL pin = {0};
    BUF_LOCAL steps = {0};
    struct bench_options options = careful;
    char wish[200];
    if (dangers[_i].pin) ck_assert(hex_decode(slice_text(dangers[_i].pin), &pin));
    options.pin = buf_slice(&pin);
    buf_append(&steps, slice_text("test\n"));
    buf_append(&steps, slice_text(dangers[_i].steps));
    buf_append(&steps, slice_of("\n< *\n", 6)); /* with the NUL */
    run_steps((const char *)steps.p, &options);
    if (!dangers[_i].name) {
        ck_assert_uint_gt(fake.commands, 0);
        return;
    }
    (void)snprintf(wish, sizeof wish, "not sent: %s changes this card for good", dangers[_i].name);
    ck_assert_int_eq(bench.verdict, VERDICT_ERROR);
    ck_assert_msg(strstr(bench.reason, wish), "%s", bench.reason);
    ck_assert_uint_le(fake.commands, 1); /* at most a block with half of the tag */
    tear_down();
    options.allow_destructive = true;
    run_steps((const char *)steps.p, &options);
    ck_assert_uint_gt(fake.commands, 0);
    ck_assert_ptr_null(strstr(bench.reason, "not sent"));
}
END_TEST

/* ---- a card behind a socket that does not behave ---- */

struct rude {
    int listener;
    const char *answer; /* to the first frame, then to each; NULL: none */
    size_t n;
    bool hang_up;
};

static void *rude_card(void *argument)
{
    const struct rude *rude = argument;
    int fd = accept(rude->listener, NULL, NULL);
    char frames[256];
    while (fd >= 0 && read(fd, frames, sizeof frames) > 0) {
        if (rude->answer && write(fd, rude->answer, rude->n) < 0) break;
        if (rude->hang_up) break;
    }
    if (fd >= 0) close(fd);
    return NULL;
}

static const struct {
    const char *answer;
    size_t n;
    bool hang_up;
    enum target_result result;
} rudes[] = {
    {NULL, 0, false, TARGET_SILENT},         {NULL, 0, true, TARGET_GONE},
    {"\0\0", 2, false, TARGET_SILENT},       /* the frame that says "no answer" */
    {"\0\1\x90", 3, false, TARGET_NONSENSE}, /* half a status word */
    {"\0\7\x90", 3, false, TARGET_SILENT},   /* the rest never comes */
    {"\0\2\x3b\0", 4, false, TARGET_OK},
};

START_TEST(test_rude)
{
    struct rude rude = {.answer = rudes[_i].answer, .n = rudes[_i].n, .hang_up = rudes[_i].hang_up};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    struct target t = {.timeout_ms = 150};
    struct euicc_diagnostic why = {""};
    pthread_t thread;
    char name[40];
    BUF_LOCAL atr = {0};
    rude.listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(rude.listener, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(rude.listener, 1), 0);
    ck_assert_int_eq(getsockname(rude.listener, (struct sockaddr *)&address, &size), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, rude_card, &rude), 0);
    (void)snprintf(name, sizeof name, "127.0.0.1:%d", ntohs(address.sin_port));
    ck_assert_msg(target_open_socket(&t, name, &why), "%s", why.text);
    int64_t begin = clock_milliseconds();
    enum target_result result = t.power(&t, true, &atr);
    int64_t took = clock_milliseconds() - begin;
    /* the other side ends before anything is judged: a failure must not leave it waiting */
    target_close(&t);
    pthread_join(thread, NULL);
    close(rude.listener);
    ck_assert_int_eq(result, rudes[_i].result);
    ck_assert_int_lt(took, 2000);
    ck_assert(!target_open_socket(&t, "127.0.0.1", &why));
    ck_assert(strstr(why.text, "expected HOST:PORT"));
    target_close(&t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("card_bench_core");
    TCase *tests = tcase_create("core");
    tcase_set_timeout(tests, 20);
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_add_loop_test(tests, test_patterns, 0, COUNT(patterns));
    tcase_add_loop_test(tests, test_bad_patterns, 0, COUNT(bad_patterns));
    tcase_add_loop_test(tests, test_expressions, 0, COUNT(expressions));
    tcase_add_loop_test(tests, test_mistakes, 0, COUNT(mistakes));
    tcase_add_loop_test(tests, test_expectations, 0, COUNT(expectations));
    tcase_add_test(tests, test_finally);
    tcase_add_loop_test(tests, test_no_answer, 0, COUNT(no_answers));
    tcase_add_loop_test(tests, test_care, 0, COUNT(dangers));
    tcase_add_loop_test(tests, test_rude, 0, COUNT(rudes));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    /* one process for all: hundreds of small ones cost seconds under the sanitizers */
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
