/* The live log of `softeuicc run`: which commands get a line, what is folded, what the line says. Feeds trace events
 * as a card gives them and reads what was written. */
#define _GNU_SOURCE
#include "base/hex.h"
#include "cli/log.h"
#include "cli/text.h"

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

struct step {
    const char *command;
    const char *function;
    const char *result;
    const char *reason;
    const char *response;
};

static void event(struct log *log, enum euicc_event kind, const char *text)
{
    if (text) log_event(log, kind, (const uint8_t *)text, strlen(text));
}

static void event_hex(struct log *log, enum euicc_event kind, const char *hex)
{
    struct buf bytes = {0};
    if (!hex) return;
    ck_assert(hex_decode(slice_text(hex), &bytes));
    log_event(log, kind, bytes.p, bytes.n);
    buf_free(&bytes);
}

/* What the log writes for the steps, each line without its time; free() it. */
static char *run(const struct step *steps, bool verbose, bool json)
{
    int fds[2];
    struct log log;
    ck_assert_int_eq(pipe(fds), 0);
    log_begin(&log, fds[1], verbose, json);
    for (; steps->command; steps++) {
        event_hex(&log, EUICC_EVENT_COMMAND, steps->command);
        event(&log, EUICC_EVENT_FUNCTION, steps->function);
        event(&log, EUICC_EVENT_RESULT, steps->result);
        event(&log, EUICC_EVENT_REASON, steps->reason);
        event_hex(&log, EUICC_EVENT_RESPONSE, steps->response);
    }
    log_end(&log);
    close(fds[1]);
    char *text = calloc(1, 65536);
    ck_assert_ptr_nonnull(text);
    ssize_t got;
    for (size_t n = 0; (got = read(fds[0], text + n, 65535 - n)) > 0;)
        n += (size_t)got;
    close(fds[0]);
    if (json) return text;
    char *to = text;
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n');
        ck_assert_ptr_nonnull(end);
        char *from = strncmp(line, "    ", 4) == 0 ? line : strchr(line, ' ') + 1;
        size_t n = (size_t)(end + 1 - from);
        line = end + 1;
        memmove(to, from, n);
        to += n;
    }
    *to = 0;
    return text;
}

static void expect(const struct step *steps, bool verbose, const char *want)
{
    char *got = run(steps, verbose, false);
    ck_assert_str_eq(got, want);
    free(got);
}

static const char bpp[] = "ES10b.LoadBoundProfilePackage";

START_TEST(one_line_a_command)
{
    const struct step steps[] = {
        {"00A40400", "SELECT ISD-R", "ok", NULL, "9000"},
        {"C3E29100020102", "ES10c.GetEID", "ok", NULL, "9000"},
        {"81E29100020102", "ES10c.EnableProfile", "profileNotInDisabledState(2)",
         "ES10c.EnableProfile (SGP.22 5.7.16): expected disabled, came enabled", "6106"},
        {"80FF0000", NULL, NULL, NULL, "6D00"},
        {"8012000010", "FETCH", NULL, NULL, "9110"},
        {"80FF0000", "unanswered", NULL, NULL, NULL},
        {NULL, NULL, NULL, NULL, NULL},
    };
    expect(steps, false,
           "ch0 SELECT ISD-R -> ok 9000\n"
           "ch7 ES10c.GetEID -> ok 9000\n"
           "ch1 ES10c.EnableProfile -> profileNotInDisabledState(2) 6106 because (SGP.22 5.7.16): expected disabled, "
           "came enabled\n"
           "ch0 INS FF -> refused 6D00\n"
           "ch0 FETCH -> ok, proactive command waiting 9110\n"
           "ch0 unanswered -> no answer\n");
}
END_TEST

START_TEST(blocks_and_get_response_are_folded)
{
    const struct step steps[] = {
        {"80E2110002AABB", "STORE DATA block 0", NULL, NULL, "9000"},
        {"80E2110102AABB", "STORE DATA block 1", NULL, NULL, "9000"},
        {"80E2910201AA", "ES10b.AuthenticateServer", "ok", NULL, "6110"},
        {"80C0000010", "GET RESPONSE", NULL, NULL, "00006105"},
        {"80C0000005", "GET RESPONSE", NULL, NULL, "009000"},
        {"80C0000005", "GET RESPONSE", NULL, "no data", "6985"},
        {"80E2110002AABB", "STORE DATA block 0", NULL, "too long", "6A80"},
        {NULL, NULL, NULL, NULL, NULL},
    };
    expect(steps, false,
           "ch0 ES10b.AuthenticateServer (3 blocks, 5 bytes) -> ok 6110\n"
           "ch0 GET RESPONSE -> refused 6985 because no data\n"
           "ch0 STORE DATA block 0 -> refused 6A80 because too long\n");
}
END_TEST

START_TEST(bound_profile_package_is_one_line)
{
    const struct step whole[] = {
        {"81E2910002AABB", bpp, "ok", NULL, "9000"},
        {"81E2110002AABB", "STORE DATA block 0", NULL, NULL, "9000"},
        {"81E2910102AABB", bpp, "ok", NULL, "9000"},
        {"81E2910002AABB", bpp, "ok", NULL, "6120"},
        {NULL, NULL, NULL, NULL, NULL},
    };
    expect(whole, false, "ch1 ES10b.LoadBoundProfilePackage (4 blocks, 8 bytes) -> ok 6120\n");
    const struct step broken[] = {
        {"81E2910002AABB", bpp, "ok", NULL, "9000"},
        {"81E2910002AABB", bpp, "ok", NULL, "9000"},
        {"81E2110002AABB", "STORE DATA block 0", NULL, NULL, "9000"},
        {"81E2910102AABB", "ES10b.CancelSession", "ok", NULL, "6120"},
        {"81E2110002AABB", "STORE DATA block 0", NULL, NULL, "9000"},
        {"80E2910002AABB", "ES10c.GetEID", "ok", NULL, "9000"}, /* another channel leaves the chain alone */
        {"01A40400", "SELECT ISD-R", "ok", NULL, "9000"},
        {"81E2910002AABB", bpp, "ok", NULL, "9000"},
        {NULL, NULL, NULL, NULL, NULL},
    };
    expect(broken, false,
           "ch1 ES10b.LoadBoundProfilePackage (2 blocks, 4 bytes) -> unfinished\n"
           "ch1 ES10b.CancelSession (2 blocks, 4 bytes) -> ok 6120\n"
           "ch0 ES10c.GetEID -> ok 9000\n"
           "ch1 STORE DATA -> unfinished\n"
           "ch1 SELECT ISD-R -> ok 9000\n"
           "ch1 ES10b.LoadBoundProfilePackage -> unfinished\n");
}
END_TEST

START_TEST(verbose_shows_all)
{
    const struct step steps[] = {
        {"80E2110002AABB", "STORE DATA block 0", "ok", NULL, "9000"},
        {"80C0000010", "GET RESPONSE", NULL, NULL, "019000"},
        {NULL, NULL, NULL, NULL, NULL},
    };
    expect(steps, true,
           "ch0 STORE DATA block 0 -> ok 9000\n    > 80e2110002aabb\n    < 9000\n"
           "ch0 GET RESPONSE -> ok 9000\n    > 80c0000010\n    < 019000\n");
}
END_TEST

START_TEST(short_and_hostile_commands)
{
    const struct step steps[] = {
        {"80", NULL, "wrong length", NULL, "6700"},
        {"80E29100000100", "extended \x1b[31m\xff", NULL, NULL, "9000"},
        {"80E2910000", "ES10c.X", "\"quoted\"", NULL, "9000"},
        {NULL, NULL, NULL, NULL, NULL},
    };
    expect(steps, false,
           "ch0 INS 00 -> wrong length 6700\n"
           "ch0 extended ?[31m? -> ok 9000\n"
           "ch0 ES10c.X -> \"quoted\" 9000\n");
    char *json = run(steps, false, true);
    ck_assert_ptr_nonnull(
        strstr(json, "\"function\":\"extended \\u001b[31m\\ufffd\",\"result\":\"ok\",\"sw\":\"9000\"}\n"));
    ck_assert_ptr_nonnull(strstr(json, "\"result\":\"\\\"quoted\\\"\""));
    free(json);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log");
    TCase *tcase = tcase_create("log");
    tcase_add_test(tcase, one_line_a_command);
    tcase_add_test(tcase, blocks_and_get_response_are_folded);
    tcase_add_test(tcase, bound_profile_package_is_one_line);
    tcase_add_test(tcase, verbose_shows_all);
    tcase_add_test(tcase, short_and_hostile_commands);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
