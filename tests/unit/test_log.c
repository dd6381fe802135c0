/* The live log of `softeuicc run`: which commands get a line, what is folded, what the line says. Feeds trace events
 * as a card gives them and reads what was written. */
#define _GNU_SOURCE
#include <stdio.h>

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

/* A log that writes into a pipe. */
struct capture {
    int fds[2];
    struct log log;
};

static void capture_begin(struct capture *capture, bool verbose, bool json)
{
    ck_assert_int_eq(pipe(capture->fds), 0);
    log_begin(&capture->log, capture->fds[1], verbose, json);
}

/* What was written, each line without its time unless it is JSON; free() it. */
static char *capture_end(struct capture *capture)
{
    log_end(&capture->log);
    close(capture->fds[1]);
    char *text = calloc(1, 65536);
    ck_assert_ptr_nonnull(text);
    ssize_t got;
    for (size_t n = 0; (got = read(capture->fds[0], text + n, 65535 - n)) > 0;)
        n += (size_t)got;
    close(capture->fds[0]);
    if (capture->log.json) return text;
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

/* What the log writes for the steps; free() it. */
static char *run(const struct step *steps, bool verbose, bool json)
{
    struct capture capture;
    capture_begin(&capture, verbose, json);
    for (; steps->command; steps++) {
        event_hex(&capture.log, EUICC_EVENT_COMMAND, steps->command);
        event(&capture.log, EUICC_EVENT_FUNCTION, steps->function);
        event(&capture.log, EUICC_EVENT_RESULT, steps->result);
        event(&capture.log, EUICC_EVENT_REASON, steps->reason);
        event_hex(&capture.log, EUICC_EVENT_RESPONSE, steps->response);
    }
    return capture_end(&capture);
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
        {"0020000100", "VERIFY PIN", NULL, NULL, "63C3"}, /* a question, not a refusal */
        {"00200001080102030405060708", "VERIFY PIN", NULL, "another PIN", "63C2"},
        {"00A2010401AA", "SEARCH RECORD", NULL, NULL, "6282"},
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
           "ch0 VERIFY PIN -> warning 63C3\n"
           "ch0 VERIFY PIN -> refused 63C2 because another PIN\n"
           "ch0 SEARCH RECORD -> warning 6282\n"
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

/* PINs and the keys that AUTHENTICATE gives are in no log; AUTS, counters and lengths are. */
START_TEST(verbose_keeps_secrets)
{
    const struct step steps[] = {
        {"0020000108 31323334FFFFFFFF", "VERIFY PIN", NULL, NULL, "63C2"},
        {"002C008110 31323334FFFFFFFF 31323334FFFFFFFF", "UNBLOCK PIN", NULL, NULL, "9000"},
        {"0020000100", "VERIFY PIN", NULL, NULL, "63C2"},
        {"0088008102 1001 00", "AUTHENTICATE", NULL, NULL, "DB02AABB9000"},
        {"0088008102 1001 00", "AUTHENTICATE", NULL, NULL, "DC02AABB9000"},
        {"0188008102 1001", "AUTHENTICATE", NULL, NULL, "6104"},
        {"0020000100", "VERIFY PIN", NULL, NULL, "63C2"},
        {"01C0000004", "GET RESPONSE", NULL, NULL, "DB02AABB9000"},
        {"0188008002 1001 00", "AUTHENTICATE", NULL, NULL, "04AA08BB9000"},
        {"A0200001020304", "VERIFY of GSM", NULL, NULL, "6E00"},
        {"80220001020304", "not VERIFY PIN", NULL, NULL, "6D00"},
        {"01A4000400", "SELECT", NULL, NULL, "6102"},
        {"01C0000002", "GET RESPONSE", NULL, NULL, "AABB9000"},
        {NULL, NULL, NULL, NULL, NULL},
    };
    char *got = run(steps, true, false);
    static const char *const wanted[] = {
        "> 0020000108................\n    < 63c2\n",
        "> 002c008110................................\n",
        "> 0020000100\n",
        "> 0088008102100100\n    < db......9000\n",
        "    < dc02aabb9000\n",
        "> 01c0000004\n    < db......9000\n",
        "    < 04......9000\n",
        "> a020000102....\n",
        "> 80220001020304\n",
        "    < aabb9000\n",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        ck_assert_msg(strstr(got, wanted[i]) != NULL, "%s is not in\n%s", wanted[i], got);
    ck_assert_ptr_null(strstr(got, "31323334"));
    free(got);
    got = run(steps, true, true);
    ck_assert_ptr_nonnull(strstr(got, "\"0020000108................\""));
    ck_assert_ptr_nonnull(strstr(got, "\"db......9000\""));
    ck_assert_ptr_null(strstr(got, "31323334"));
    free(got);
}
END_TEST

/* UPDATE and READ of EF.Keys as a telephone does it, READ of EF.IMSI, and a SELECT of EF.Keys; the same with
 * --log-secrets. */
START_TEST(verbose_keeps_files_of_keys)
{
    static const struct {
        const char *command, *file, *answer, *hidden, *shown;
    } rows[] = {
        {"00D6000003 07AABB", "file MF/ADF.USIM/6F08", "9000", "> 00d6000003......\n", "> 00d600000307aabb\n"},
        {"00B0880003", "file MF/ADF.USIM/6F09", "07AABB9000", "< ......9000\n", "< 07aabb9000\n"},
        {"00B0880003", "file MF/ADF.USIM/6F09", "6103", "< 6103\n", "< 6103\n"},
        {"00C0000003", "file MF/ADF.USIM/6F09", "07AABB9000", "< 07....9000\n", "< 07aabb9000\n"},
        {"00B2010403", "file MF/ADF.USIM/5FC0/4F05", "07AABB9000", "< ......9000\n", "< 07aabb9000\n"},
        {"00DC010403 07AABB", "file MF/ADF.USIM/5FC0/4F03", "9000", "> 00dc010403......\n", "> 00dc01040307aabb\n"},
        {"00D6000001 07", "file MF/ADF.USIM/5F3B/4F20", "9000", "> 00d6000001..\n", "> 00d600000107\n"},
        {"00B0000003", "file MF/ADF.USIM/6F07", "07AABB9000", "< 07aabb9000\n", "< 07aabb9000\n"},
        {"00A4000C02 6F08", "file MF/ADF.USIM/6F08", "9000", "> 00a4000c026f08\n", "> 00a4000c026f08\n"},
    };
    for (int secrets = 0; secrets < 2; secrets++) {
        struct capture capture;
        capture_begin(&capture, true, false);
        capture.log.secrets = secrets;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            event_hex(&capture.log, EUICC_EVENT_COMMAND, rows[i].command);
            event(&capture.log, EUICC_EVENT_DETAIL, rows[i].file);
            event_hex(&capture.log, EUICC_EVENT_RESPONSE, rows[i].answer);
        }
        event_hex(&capture.log, EUICC_EVENT_COMMAND, "0020000102 3132");
        event_hex(&capture.log, EUICC_EVENT_RESPONSE, "9000");
        char *text = capture_end(&capture);
        const char *at = text;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            const char *wanted = secrets ? rows[i].shown : rows[i].hidden;
            at = strstr(at, wanted);
            ck_assert_msg(at != NULL, "%s is not in its place in\n%s", wanted, text);
        }
        ck_assert_ptr_nonnull(strstr(text, secrets ? "> 00200001023132\n" : "> 0020000102....\n"));
        free(text);
    }
}
END_TEST

/* GetEID in two blocks whose answer is fetched, a request that is no data object, a segment of a bound profile package
 * and its ProfileInstallationResult: as the card tells of them. */
static char *run_with_data(bool verbose, bool json)
{
    struct capture capture;
    struct log *log = &capture.log;
    capture_begin(&capture, verbose, json);
    event_hex(log, EUICC_EVENT_COMMAND, "80E2110003BF3E03");
    event(log, EUICC_EVENT_FUNCTION, "STORE DATA block 0");
    event_hex(log, EUICC_EVENT_RESPONSE, "9000");
    event_hex(log, EUICC_EVENT_COMMAND, "80E29101035C015A");
    event_hex(log, EUICC_EVENT_REQUEST_DATA, "BF3E035C015A");
    event(log, EUICC_EVENT_FUNCTION, "ES10c.GetEID");
    event(log, EUICC_EVENT_DETAIL, "a detail");
    event_hex(log, EUICC_EVENT_RESPONSE_DATA, "BF3E125A1089049032123451234512345678901235");
    event_hex(log, EUICC_EVENT_RESPONSE, "6115");
    event_hex(log, EUICC_EVENT_COMMAND, "80C0000015");
    event(log, EUICC_EVENT_FUNCTION, "GET RESPONSE");
    event_hex(log, EUICC_EVENT_RESPONSE, "BF3E125A10890490321234512345123456789012359000");
    event_hex(log, EUICC_EVENT_COMMAND, "80E29100025C05");
    event_hex(log, EUICC_EVENT_REQUEST_DATA, "5C05");
    event(log, EUICC_EVENT_FUNCTION, "STORE DATA");
    event(log, EUICC_EVENT_REASON, "no tag");
    event_hex(log, EUICC_EVENT_RESPONSE, "6A80");
    event_hex(log, EUICC_EVENT_COMMAND, "80E291000486020102");
    event_hex(log, EUICC_EVENT_REQUEST_DATA, "86020102");
    event(log, EUICC_EVENT_FUNCTION, bpp);
    event_hex(log, EUICC_EVENT_RESPONSE_DATA, "BF370DBF270AA208A106800105810108");
    event_hex(log, EUICC_EVENT_RESPONSE, "6110");
    return capture_end(&capture);
}

START_TEST(verbose_decodes_data)
{
    char *text = run_with_data(true, false);
    ck_assert_str_eq(text, "ch0 STORE DATA block 0 -> ok 9000\n"
                           "    > 80e2110003bf3e03\n"
                           "    < 9000\n"
                           "ch0 ES10c.GetEID -> ok 6115\n"
                           "    > 80e29101035c015a\n"
                           "      BF3E GetEuiccDataRequest\n"
                           "        5C tagList 5A\n"
                           "      a detail\n"
                           "    < 6115\n"
                           "      BF3E GetEuiccDataResponse\n"
                           "        5A eidValue 89049032123451234512345678901235\n"
                           "ch0 GET RESPONSE -> ok 9000\n"
                           "    > 80c0000015\n"
                           "    < bf3e125a10890490321234512345123456789012359000\n"
                           "ch0 STORE DATA -> refused 6A80 because no tag\n"
                           "    > 80e29100025c05\n"
                           "      no data object at byte 0: 5c05\n"
                           "    < 6a80\n"
                           "ch0 ES10b.LoadBoundProfilePackage -> ok 6110\n"
                           "    > 80e291000486020102\n"
                           "      86 encryptedSegment (2 bytes)\n"
                           "    < 6110\n"
                           "      BF37 ProfileInstallationResult\n"
                           "        BF27 profileInstallationResultData\n"
                           "          A2 finalResult\n"
                           "            A1 errorResult\n"
                           "              80 bppCommandId 5 loadProfileElements\n"
                           "              81 errorReason 8 scp03tSecurityError\n");
    free(text);
    text = run_with_data(false, false);
    ck_assert_str_eq(text, "ch0 ES10c.GetEID (2 blocks, 6 bytes) -> ok 6115\n"
                           "ch0 STORE DATA -> refused 6A80 because no tag\n"
                           "ch0 ES10b.LoadBoundProfilePackage -> ok 6110\n");
    free(text);
}
END_TEST

/* The file that a command works on has its name. */
START_TEST(verbose_names_files)
{
    static const struct {
        const char *detail, *words;
    } rows[] = {
        {"file MF", "file MF"},
        {"file MF/2FE2", "file MF/EF.ICCID"},
        {"file MF/ADF.USIM/6F07", "file MF/ADF.USIM/EF.IMSI"},
        {"file MF/ADF.ISIM/6F07", "file MF/ADF.ISIM/EF.IST"},
        {"file MF/7F10/5F3A/4F30", "file MF/DF.TELECOM/DF.PHONEBOOK/EF.PBR"},
        {"file MF/ADF.USIM/6FFF", "file MF/ADF.USIM/6FFF"},
        {"file MF/7FD0/6F07", "file MF/7FD0/6F07"},
        {"file MF/7F66/2FE2", "file MF/7F66/2FE2"},
        {"files", "files"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct capture capture;
        char expected[160];
        capture_begin(&capture, true, false);
        event_hex(&capture.log, EUICC_EVENT_COMMAND, "00B0000000");
        event(&capture.log, EUICC_EVENT_FUNCTION, "READ BINARY");
        event(&capture.log, EUICC_EVENT_DETAIL, rows[i].detail);
        event_hex(&capture.log, EUICC_EVENT_RESPONSE, "9000");
        char *text = capture_end(&capture);
        (void)snprintf(expected, sizeof expected,
                       "ch0 READ BINARY -> ok 9000\n    > 00b0000000\n      %s\n    < 9000\n", rows[i].words);
        ck_assert_str_eq(text, expected);
        free(text);
    }
}
END_TEST

START_TEST(verbose_json_decodes_data)
{
    char *json = run_with_data(true, true);
    ck_assert_ptr_nonnull(strstr(json,
                                 "\"function\":\"ES10c.GetEID\",\"result\":\"ok\",\"sw\":\"6115\","
                                 "\"command\":\"80e29101035c015a\","
                                 "\"request_data\":[{\"depth\":0,\"tag\":\"BF3E\",\"name\":\"GetEuiccDataRequest\"},"
                                 "{\"depth\":1,\"tag\":\"5C\",\"name\":\"tagList\",\"value\":\"5A\"}],"
                                 "\"response\":\"6115\","
                                 "\"response_data\":[{\"depth\":0,\"tag\":\"BF3E\",\"name\":\"GetEuiccDataResponse\"},"
                                 "{\"depth\":1,\"tag\":\"5A\",\"name\":\"eidValue\",\"value\":"
                                 "\"89049032123451234512345678901235\"}],\"details\":[\"a detail\"]}\n"));
    ck_assert_ptr_nonnull(strstr(json, "\"command\":\"80c0000015\",\"response\":\"bf3e"));
    free(json);
    json = run_with_data(false, true);
    ck_assert_ptr_null(strstr(json, "_data"));
    free(json);
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
    tcase_add_test(tcase, verbose_keeps_secrets);
    tcase_add_test(tcase, verbose_keeps_files_of_keys);
    tcase_add_test(tcase, verbose_decodes_data);
    tcase_add_test(tcase, verbose_names_files);
    tcase_add_test(tcase, verbose_json_decodes_data);
    tcase_add_test(tcase, short_and_hostile_commands);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
