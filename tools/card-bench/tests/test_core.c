/* The core of the bench: each expectation both ways on a card that answers from a table, care for foreign cards, and
 * cards that give no answer. What is wrong in a case file is in test_texts.c. */
#define _GNU_SOURCE
#include "run.h"

#include "care.h"

#include "base/hex.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

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
    /* GetProfilesInfo of AABB and of AABC: both are given AACC and AABB; of 01 and 02 */
    {"80E2910010BF2D0DA0045A02AABB5C055A4F9F7090", "BF2D16A014E3085A02AACC9F700100E3085A02AABB9F700101"
                                                   "9000"},
    {"80E2910010BF2D0DA0045A02AABC5C055A4F9F7090", "BF2D16A014E3085A02AACC9F700100E3085A02AABB9F700101"
                                                   "9000"},
    {"80E291000FBF2D0CA0035A01015C055A4F9F7090", "BF2D038101019000"},
    {"80E291000FBF2D0CA0035A01025C055A4F9F7090", "6A82"},
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
#define FAKE_TARGET                                                                                                    \
    {                                                                                                                  \
        .ctx = &fake, .timeout_ms = 100, .power = fake_power, .reset = fake_reset, .transmit = fake_transmit           \
    }
static struct target target;
static const struct bench_options careful = {.seed = 1};
static struct case_list list;
static struct bench bench;

/* Runs the steps as the test of a case. */
static void run_steps(const char *steps, const struct bench_options *options)
{
    BUF_LOCAL text = {0};
    char why[512] = "";
    buf_append(&text, slice_text("group G\nclause C\ncase a\ntitle T\n"));
    buf_append(&text, slice_text(steps));
    ck_assert_msg(case_file_read(&list, "f", "family", buf_slice(&text), why, sizeof why), "%s\n%s", steps, why);
    target = (struct target)FAKE_TARGET;
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
    /* among others, whatever was asked for */
    {"test\nprofile AABB\ntlv E3/9F70 = 01\n", VERDICT_PASS, ""},
    {"test\nprofile AABB\ntlv E3/9F70 = 00\n", VERDICT_FAIL, "expected E3/9F70 = 00; came 01"},
    {"test\nprofile {aabb}\ntlv E3 count = 1\n", VERDICT_PASS, ""},
    {"test\nprofile AABC\ntlv E3 absent\n", VERDICT_PASS, ""},
    {"test\nprofile AABC\n< 9000\n", VERDICT_PASS, ""},
    {"test\nprofile AABC\ntlv E3 present\n", VERDICT_FAIL, "came it is not there"},
    {"test\nprofile 01\ntlv E3 absent\n", VERDICT_ERROR, "GetProfilesInfo gave no list of profiles: 9000"},
    {"test\nprofile 02\ntlv E3 absent\n", VERDICT_ERROR, "GetProfilesInfo gave no list of profiles: 6A82"},
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

/* ---- cases in C that prove nothing ---- */

static void expect_nothing(struct bench *b)
{
    (void)bench_power(b, true);
}

static void expect_only_given(struct bench *b)
{
    b->section = SECTION_GIVEN;
    (void)bench_expect(b, bench_power(b, true), "", "an ATR", "none");
}

static void expect_something(struct bench *b)
{
    (void)bench_expect(b, bench_power(b, true), "", "an ATR", "none");
}

static const struct {
    void (*run)(struct bench *b);
    enum verdict verdict;
} expecting[] = {{expect_nothing, VERDICT_ERROR}, {expect_only_given, VERDICT_ERROR}, {expect_something, VERDICT_PASS}};

START_TEST(test_expects_nothing)
{
    const struct case_row row = {
        .id = "G/a", .family = "f", .title = "T", .clauses = "C", .state = "any", .run = expecting[_i].run};
    const struct case_row *rows[] = {&row};
    const struct options options = {.repeat = 1, .bench = {.seed = 1}};
    struct result result = {0};
    struct run r = {.options = &options, .rows = rows, .row_n = 1, .results = &result, .target = FAKE_TARGET};
    run_case(&r, 0);
    ck_assert_int_eq(result.verdict, expecting[_i].verdict);
    if (result.verdict == VERDICT_ERROR) ck_assert_str_eq(result.reason, "the case has expected nothing");
    free(result.reason);
    facts_free(&r.facts);
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
    /* blocks on two channels in turns are two requests */
    {"> 81E2110001BF\n> 82E2110001BF\n> 81E2910101"
     "33",
     "DeleteProfile", NULL},
    {"> 81E2110001BF\n> 82E2910001"
     "33\n> C0E2110001BF\n> C1E2910001"
     "33",
     NULL, NULL},
    {"> CFE2110001BF\n> CFE2910101"
     "36",
     "LoadBoundProfilePackage", NULL},
    {"> 00E40000023F00", "DELETE", NULL},
    {"> 00FE0000", "TERMINATE CARD USAGE", NULL},
    {"> 0020000108"
     "30303030FFFFFFFF",
     "VERIFY PIN", NULL},
    {"> 0020000108"
     "30303030FFFFFFFF",
     NULL, "30303030FFFFFFFF"},
    /* the value for this PIN, and no other; more than VERIFY PIN needs leave */
    {"> 0020000108"
     "31303030FFFFFFFF",
     "VERIFY PIN", "30303030FFFFFFFF"},
    {"> 0020000A08"
     "30303030FFFFFFFF",
     "VERIFY PIN", "30303030FFFFFFFF"},
    {"> 0020008108"
     "30303030FFFFFFFF",
     "VERIFY PIN", "30303030FFFFFFFF"},
    {"> 0026000108"
     "30303030FFFFFFFF",
     "DISABLE PIN", "30303030FFFFFFFF"},
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
    ck_assert_uint_le(fake.commands, 2); /* at most blocks with half of a tag */
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

enum { RUDE_SHORT_MS = 150, RUDE_LONG_MS = 60000 };

static void *rude_card(void *argument)
{
    const struct rude *rude = argument;
    int fd = accept(rude->listener, NULL, NULL);
    char frames[256];
    while (fd >= 0 && read(fd, frames, sizeof frames) > 0) {
        if (rude->answer && send(fd, rude->answer, rude->n, MSG_NOSIGNAL) < 0) break;
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
    unsigned
        timeout_ms; /* short where the bench has to wait in vain; where something comes, load must not outlast it */
} rudes[] = {
    {NULL, 0, false, TARGET_SILENT, RUDE_SHORT_MS},        {NULL, 0, true, TARGET_GONE, RUDE_LONG_MS},
    {"\0\0", 2, false, TARGET_SILENT, RUDE_LONG_MS},       /* the frame that says "no answer" */
    {"\0\1\x90", 3, false, TARGET_NONSENSE, RUDE_LONG_MS}, /* half a status word */
    {"\0\7\x90", 3, false, TARGET_SILENT, RUDE_SHORT_MS},  /* the rest never comes */
    {"\0\2\x3b\0", 4, false, TARGET_OK, RUDE_LONG_MS},
};

START_TEST(test_rude)
{
    struct rude rude = {.answer = rudes[_i].answer, .n = rudes[_i].n, .hang_up = rudes[_i].hang_up};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    struct target t = {.timeout_ms = rudes[_i].timeout_ms};
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
    ck_assert_int_lt(took, RUDE_LONG_MS / 2);
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
    tcase_add_loop_test(tests, test_expectations, 0, COUNT(expectations));
    tcase_add_test(tests, test_finally);
    tcase_add_loop_test(tests, test_no_answer, 0, COUNT(no_answers));
    tcase_add_loop_test(tests, test_expects_nothing, 0, COUNT(expecting));
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
