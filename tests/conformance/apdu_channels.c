/* Logical channels (TS 102 221 8.7, 11.1.17): opening, closing, 4X and CX classes, the state of each, and
 * what a reset clears. */
#include "common.h"

#include <stdio.h>

#define FCI "6F1F8410" ISDR "A5049F6501FFE0058203020500"
#define ECASD_FCI "6F188410" ECASD "A5049F6501FF"
#define GET_EID "E2910006BF3E035C015A00"
#define EID_ANSWER "BF3E125A10" EID "9000"
#define MANAGE "MANAGE CHANNEL", "TS 102 221 11.1.17"
#define CLOSED(number) "6881", "command", "TS 102 221 10.1.1", "an open logical channel", "channel " number, 0
#define NO_ISDR "6D00", "STORE DATA", "SGP.22 5.7.1", "the ISD-R selected", "no ISD-R", NO_OFFSET

static struct fixture f;

static void set_up(void)
{
    card_make(&f, NULL);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
}

static void tear_down(void)
{
    card_free(&f);
}

START_TEST(test_manage_channel)
{
    static const struct row rows[] = {
        {"open, Le missing", "00700000", "6C01", FINE},
        {"open", "0070000001", "019000", FINE},
        {"open with Le 00", "0070000000", "029000", FINE},
        {"open by number", "00700005", "9000", FINE},
        {"open by number with Le", "0070000600", "9000", FINE},
        {"the lowest free one", "0070000001", "039000", FINE},
        {"open one that is open", "00700005", "6A86", MANAGE, "the number of a closed channel", "5", NO_OFFSET},
        {"open 20", "00700014", "6A86", MANAGE, "the number of a closed channel", "20", NO_OFFSET},
        {"P1 01", "00700101", "6A86", MANAGE, "P1 00 or 80", "01", NO_OFFSET},
        {"close 0", "00708000", "6A86", MANAGE, "the number of a supplementary channel", "0", NO_OFFSET},
        {"close 20", "00708014", "6A86", MANAGE, "the number of a supplementary channel", "20", NO_OFFSET},
        {"open with an extended Le", "00700000000001", "049000", FINE},
        {"any Le will do", "00700000000000", "079000", FINE},
        {"close", "00708004", "9000", FINE},
        {"close", "00708007", "9000", FINE},
        {"close", "00708005", "9000", FINE},
        {"close with Le", "0070800600", "9000", FINE},
        {"close it again", "00708005", "6200", MANAGE, "an open channel", "5", NO_OFFSET},
        {"use it after that", "41B0000000", CLOSED("5")},
        {"a channel closes itself", "03708003", "9000", FINE},
        {"and is closed", "03B0000000", CLOSED("3")},
        {"lowest free one again", "0070000001", "039000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* All 19 supplementary channels; from 4 on with classes 4X and CX. */
START_TEST(test_nineteen)
{
    char request[96];
    char answer[96];
    for (unsigned i = 1; i <= 19; i++) {
        unsigned iso = i < 4 ? i : 0x40 + i - 4;
        unsigned proprietary = iso | 0x80;
        (void)snprintf(answer, sizeof answer, "%02X9000", i);
        apdu(&f, "0070000001", answer);
        (void)snprintf(request, sizeof request, "%02XA4040010" ISDR "00", iso);
        apdu(&f, request, FCI "9000");
        (void)snprintf(request, sizeof request, "%02X" GET_EID, proprietary);
        apdu(&f, request, EID_ANSWER);
        (void)snprintf(request, sizeof request, "%02XF2000100", proprietary);
        apdu(&f, request, "8410" ISDR "9000");
    }
    static const struct row full = {"all open",    "0070000001", "6A81", MANAGE, "a free logical channel",
                                    "all 19 open", NO_OFFSET};
    apdu_row(&f, &full);
    apdu(&f, "00708013", "9000");
    static const struct row closed = {"19 closed", "CF" GET_EID, CLOSED("19")};
    apdu_row(&f, &closed);
    apdu(&f, "0070000001", "139000");
}
END_TEST

/* Cards differ in what they say to a channel that is open or not there. */
START_TEST(test_open_number)
{
    struct fixture g;
    static const struct row rows[] = {
        {"open", "00700002", "9000", FINE},
        {"again", "00700002", "6881", MANAGE, "the number of a closed channel", "2", NO_OFFSET},
        {"not there", "00700014", "6881", MANAGE, "the number of a closed channel", "20", NO_OFFSET},
    };
    card_make(&g, "channel_number = 6881\n");
    ck_assert_int_eq(euicc_power_on(g.card, NULL), EUICC_OK);
    apdu_rows(&g, ROWS(rows));
    card_free(&g);
}
END_TEST

START_TEST(test_channels_max)
{
    struct fixture g;
    static const struct row rows[] = {
        {"1", "0070000001", "019000", FINE},
        {"2", "0070000001", "029000", FINE},
        {"no third", "0070000001", "6A81", MANAGE, "a free logical channel", "all 2 open", NO_OFFSET},
        {"not by number", "00700003", "6A86", MANAGE, "the number of a closed channel", "3", NO_OFFSET},
        {"nothing to close", "00708003", "6200", MANAGE, "an open channel", "3", NO_OFFSET},
    };
    card_make(&g, "channels_max = 2\n");
    ck_assert_int_eq(euicc_power_on(g.card, NULL), EUICC_OK);
    apdu_rows(&g, ROWS(rows));
    card_free(&g);
}
END_TEST

/* Selected application, current file and chain are each channel's own; a channel that another one than 0 opens begins
 * where that one is. */
START_TEST(test_state)
{
    static const struct row rows[] = {
        {"open 1", "0070000001", "019000", FINE},
        {"ISD-R on 1", "01A4040C10" ISDR, "9000", FINE},
        {"not on 0", "80" GET_EID, NO_ISDR},
        {"on 1", "81" GET_EID, EID_ANSWER, FINE},
        {"EF.UMPC on 0", "00A4000C022F08", "9000", FINE},
        {"still ISD-R on 1", "81F2000100", "8410" ISDR "9000", FINE},
        {"open 2 from 0", "0070000001", "029000", FINE},
        {"2 is at the MF without a file", "02B0000000", "6986", "READ BINARY", "TS 102 221 11.1.3", "a selected EF",
         "none", NO_OFFSET},
        {"0 has its file", "00B0000005", "3C0500FFFF9000", FINE},
        {"open 3 from 1", "0170000001", "039000", FINE},
        {"ISD-R on 3", "83" GET_EID, EID_ANSWER, FINE},
        {"ECASD on 3", "03A4040010" ECASD "00", ECASD_FCI "9000", FINE},
        {"ISD-R stays on 1", "81" GET_EID, EID_ANSWER, FINE},
        {"chain on 1, first block", "81E2110003BF3E03", "9000", FINE},
        {"whole function on 3 is refused there", "83" GET_EID, "6982", "STORE DATA", "SGP.22 5.7.1",
         "the ISD-R selected", "the ECASD", NO_OFFSET},
        {"chain on 1, last block", "81E29101035C015A00", EID_ANSWER, FINE},
        {"close 1", "00708001", "9000", FINE},
        {"open 1 anew", "0070000001", "019000", FINE},
        {"nothing is left on it", "81" GET_EID, NO_ISDR},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* The personality that allows the ISD-R on one channel only. */
START_TEST(test_one_isdr_channel)
{
    struct fixture g;
    static const struct row rows[] = {
        {"open 1", "0070000001", "019000", FINE},
        {"ISD-R on 1", "01A4040C10" ISDR, "9000", FINE},
        {"not on 0", "00A4040C10" ISDR, "6985", "SELECT", "SGP.22 5.7.1", "one channel at a time", "a second channel",
         NO_OFFSET},
        {"again on 1", "01A4040C10" ISDR, "9000", FINE},
        {"2 from 1", "0170000001", "029000", FINE},
        {"begins at the MF", "82E2910006BF3E035C015A00", "6D00", "STORE DATA", "SGP.22 5.7.1", "the ISD-R selected",
         "no ISD-R", NO_OFFSET},
        {"ECASD on 0", "00A4040C10" ECASD, "9000", FINE},
        {"ECASD on 1", "01A4040C10" ECASD, "9000", FINE},
        {"now on 0", "00A4040C10" ISDR, "9000", FINE},
    };
    card_make(&g, "one_isdr_channel = yes\n");
    ck_assert_int_eq(euicc_power_on(g.card, NULL), EUICC_OK);
    apdu_rows(&g, ROWS(rows));
    card_free(&g);
}
END_TEST

static int warm(struct fixture *g)
{
    return euicc_reset(g->card, NULL);
}

static int cold(struct fixture *g)
{
    euicc_power_off(g->card);
    return euicc_power_on(g->card, NULL);
}

static int again(struct fixture *g)
{
    return euicc_power_on(g->card, NULL);
}

static int (*const resets[])(struct fixture *) = {warm, cold, again};

/* only channel 0, at the MF; answers and chains that were under way are gone. */
START_TEST(test_reset)
{
    static const struct row before[] = {
        {"open 1", "0070000001", "019000", FINE},
        {"ISD-R on 1", "01A4040C10" ISDR, "9000", FINE},
        {"EF.UMPC on 0", "00A4000C022F08", "9000", FINE},
        {"a chain on 1", "81E2110003BF3E03", "9000", FINE},
        {"TERMINAL PROFILE", "8010000003000080", "9000", FINE},
        {"ENVELOPE after it", "80C2000002D600", "9000", FINE},
        {"an answer on 0", "00A40004022F08", "6119", FINE},
    };
    static const struct row after[] = {
        {"no answer", "00C0000019", "6985", "GET RESPONSE", "TS 102 221 7.4.2.2", "a response that waits", "none",
         NO_OFFSET},
        {"no channel 1", "81E29101035C015A00", CLOSED("1")},
        {"no file", "00B0000005", "6986", "READ BINARY", "TS 102 221 11.1.3", "a selected EF", "none", NO_OFFSET},
        {"no TERMINAL PROFILE", "80C2000002D600", "6985", "ENVELOPE", "TS 102 221 11.2.2", "a TERMINAL PROFILE before",
         "none", NO_OFFSET},
        {"no ISD-R", "80" GET_EID, NO_ISDR},
        {"channel 1 opens at the MF", "0070000001", "019000", FINE},
        {"without ISD-R", "81" GET_EID, NO_ISDR},
        {"select", "01A4040C10" ISDR, "9000", FINE},
        {"the chain is gone", "81E29101035C015A00", "6A86", "STORE DATA", "SGP.22 5.7.2", "block 0", "block 1",
         NO_OFFSET},
    };
    apdu_rows(&f, ROWS(before));
    ck_assert_int_eq(resets[_i](&f), EUICC_OK);
    apdu_rows(&f, ROWS(after));
}
END_TEST

/* The RSP session is lost: AuthenticateServer for a challenge from before gets noSession (4). */
START_TEST(test_reset_session)
{
    struct fixture g;
    uint8_t challenge[16];
    SMDPP_ANSWER_LOCAL answer = {0};
    BUF_LOCAL ctx = {0};
    put_hex(&ctx, "A00AA1088004352906 11A100");
    card_new(&g, NULL, NULL);
    ck_assert(lpa_get_euicc_challenge(&g.lpa, challenge) && lpa_get_euicc_info1(&g.lpa));
    ck_assert(smdpp_initiate_authentication(g.dp, SLICE(challenge), buf_slice(&g.lpa.response),
                                            "testsmdpplus1.example.com", &answer));
    ck_assert_int_eq(resets[_i](&g), EUICC_OK);
    ck_assert(lpa_start(&g.lpa));
    ck_assert(lpa_authenticate_server(&g.lpa, &answer, buf_slice(&ctx)));
    ck_assert(!smdpp_authenticate_client(g.dp, buf_slice(&g.lpa.response), &answer));
    ck_assert_int_eq(g.dp->card_error, 4);
    card_free(&g);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apdu_channels");
    TCase *tests = tcase_create("channels");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_manage_channel);
    tcase_add_test(tests, test_nineteen);
    tcase_add_test(tests, test_open_number);
    tcase_add_test(tests, test_channels_max);
    tcase_add_test(tests, test_state);
    tcase_add_test(tests, test_one_isdr_channel);
    tcase_add_loop_test(tests, test_reset, 0, 3);
    tcase_add_loop_test(tests, test_reset_session, 0, 3);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
