/* The RSP session, row by row of the state table: which event leads where, and what the card then still takes (SGP.22
 * 3.1.2, 3.1.3, 5.7.7, 5.7.13, 5.7.14; cases 13, 14, 25, 60). */
#include "download_common.h"

static struct rig rig;
static struct buf bytes;
static struct buf out;
static struct smdpp_answer server; /* InitiateAuthentication's answer */

static const char ctx_params1[] = "a00ca10a800435290611a1028000";

static void set_up(void)
{
    rig_open(&rig, NULL);
}

static void tear_down(void)
{
    rig_close(&rig);
    buf_free(&bytes);
    buf_free(&out);
    smdpp_answer_free(&server);
}

/* GetEUICCChallenge, and the server's answer to it in `server`. */
static void challenge(void)
{
    uint8_t value[16];
    ck_assert(lpa_get_euicc_challenge(&rig.lpa, value) && lpa_get_euicc_info1(&rig.lpa));
    ck_assert(smdpp_initiate_authentication(rig.dp, SLICE(value), buf_slice(&rig.lpa.response), "a.example", &server));
}

/* AuthenticateServer with `server`: the code, 0 if it is taken. */
static int authenticate(void)
{
    SMDPP_ANSWER_LOCAL answer = {0};
    ck_assert_msg(lpa_authenticate_server(&rig.lpa, &server, hex(&bytes, ctx_params1)), "%s", rig.lpa.error);
    if (smdpp_authenticate_client(rig.dp, buf_slice(&rig.lpa.response), &answer)) return 0;
    ck_assert_msg(rig.dp->card_error > 0, "%s", rig.dp->error);
    return rig.dp->card_error;
}

static void expect_no_challenge(const char *row)
{
    ck_assert_msg(authenticate() == 4, "%s: code %d", row, rig.dp->card_error);
    rig_expect_said(&rig, row, "ES10b.AuthenticateServer", "SGP.22 5.7.13", "a GetEUICCChallenge before",
                    "no open challenge");
}

static int cancel(int reason)
{
    return lpa_cancel_session(&rig.lpa, buf_slice(&rig.dp->session.transaction_id), reason);
}

static void expect_cancel_refused(const char *row, const char *expected, const char *came)
{
    static const uint8_t answer[] = {0xbf, 0x41, 0x03, 0x81, 0x01, 0x05};
    ck_assert_int_eq(cancel(0), 5);
    ck_assert(slice_equal(buf_slice(&rig.lpa.response), SLICE(answer)));
    rig_expect_said(&rig, row, "ES10b.CancelSession", "SGP.22 5.7.14", expected, came);
}

static void expect_cancel_works(const char *row, int reason)
{
    ck_assert_msg(cancel(reason) == 0, "%s: %s", row, rig.lpa.error);
    ck_assert_msg(smdpp_check_cancel_session(rig.dp, buf_slice(&rig.lpa.response), reason), "%s: %s", row,
                  rig.dp->error);
}

/* ---- GetEUICCChallenge ---- */

START_TEST(test_challenges)
{
    uint8_t seen[8][16];
    for (size_t i = 0; i < COUNT(seen); i++) {
        ck_assert(lpa_get_euicc_challenge(&rig.lpa, seen[i]));
        for (size_t j = 0; j < i; j++)
            ck_assert_msg(memcmp(seen[i], seen[j], 16) != 0, "13: challenge %zu again", j);
    }
    /* only the second of two is usable */
    uint8_t value[16];
    ck_assert(lpa_get_euicc_info1(&rig.lpa));
    ck_assert(
        smdpp_initiate_authentication(rig.dp, SLICE(seen[7]), buf_slice(&rig.lpa.response), "a.example", &server));
    ck_assert(lpa_get_euicc_challenge(&rig.lpa, value));
    ck_assert_int_eq(authenticate(), 6);
    rig_expect_said(&rig, "13", "ES10b.AuthenticateServer", "SGP.22 5.7.13", "the euiccChallenge of this session",
                    "another");
    challenge();
    ck_assert_int_eq(authenticate(), 0);
}
END_TEST

/* In every state a new challenge ends what there was. */
static const struct state_row {
    const char *row;
    enum lpa_stage before;
} states[] = {
    {"challenge open", LPA_STAGE_AUTHENTICATE},
    {"authenticated", LPA_STAGE_PREPARE},
    {"ready", LPA_STAGE_LOAD},
    {"after a download", LPA_STAGE_DONE},
};

START_TEST(test_challenge_ends_session)
{
    const struct state_row *row = &states[_i];
    uint8_t value[16];
    rig_session(&rig, row->row, row->before);
    ck_assert(lpa_get_euicc_challenge(&rig.lpa, value));
    rig_exchange(&rig, row->row, "bf360abf2307820101", "", 0x6985);
    expect_cancel_refused(row->row, "an authenticated session", "none");
    rig_exchange(&rig, row->row, "a01a", "", 0x6985);
    if (row->before == LPA_STAGE_DONE) rig_delete(&rig, row->row, TINY_ICCID);
    rig_good_one_works(&rig, row->row);
}
END_TEST

/* Reset, power cut and memory reset end every session too. */
static void expect_ended(const char *row)
{
    rig_exchange(&rig, row, "bf360abf2307820101", "", 0x6985);
    expect_no_challenge(row);
    expect_cancel_refused(row, "an authenticated session", "none");
}

START_TEST(test_resets_end_session)
{
    const struct state_row *row = &states[_i];
    if (row->before == LPA_STAGE_DONE) return;
    for (int how = 0; how < 3; how++) {
        challenge();
        if (row->before != LPA_STAGE_AUTHENTICATE) ck_assert_int_eq(authenticate(), 0);
        if (row->before == LPA_STAGE_LOAD) {
            rig_session(&rig, row->row, LPA_STAGE_LOAD);
        }
        if (how == 0) ck_assert(lpa_reset(&rig.lpa));
        if (how == 1) rig_reopen(&rig);
        if (how == 2) {
            ck_assert_int_eq(lpa_set_default_dp_address(&rig.lpa, "a.example"), 0);
            ck_assert_int_eq(lpa_memory_reset(&rig.lpa, 4), 0);
        }
        expect_ended(row->row);
    }
}
END_TEST

/* ---- AuthenticateServer ---- */

START_TEST(test_authenticate_without_challenge)
{
    uint8_t value[16] = {0};
    ck_assert(lpa_get_euicc_info1(&rig.lpa));
    ck_assert(smdpp_initiate_authentication(rig.dp, SLICE(value), buf_slice(&rig.lpa.response), "a.example", &server));
    expect_no_challenge("14 AuthenticateServer without GetEUICCChallenge");
}
END_TEST

START_TEST(test_authenticate_twice)
{
    challenge();
    ck_assert_int_eq(authenticate(), 0);
    expect_no_challenge("25 the same AuthenticateServer again");
    /* the session of the first is still there */
    expect_cancel_works("25", 1);
}
END_TEST

/* A refused AuthenticateServer leaves the challenge open, or not: challenge_survives_refusal. */
START_TEST(test_challenge_after_refusal)
{
    challenge();
    server.data.p[server.data.n - 1] ^= 1;
    ck_assert_int_eq(authenticate(), 2);
    server.data.p[server.data.n - 1] ^= 1;
    ck_assert_int_eq(authenticate(), 0);
    rig_close(&rig);
    rig_open(&rig, &(struct rig_options){.personality = "challenge_survives_refusal = no"});
    challenge();
    server.data.p[server.data.n - 1] ^= 1;
    ck_assert_int_eq(authenticate(), 2);
    server.data.p[server.data.n - 1] ^= 1;
    expect_no_challenge("challenge_survives_refusal = no");
}
END_TEST

/* Malformed requests are no events: the challenge stays open, the status word says it. */
START_TEST(test_malformed_leaves_challenge)
{
    challenge();
    rig_exchange(&rig, "malformed", "bf3800", "", 0x6a80);
    rig_exchange(&rig, "malformed", "bf38023000", "", 0x6a80);
    ck_assert_int_eq(authenticate(), 0);
    rig_exchange(&rig, "malformed", "bf2100", "", 0x6a80);
    rig_exchange(&rig, "malformed", "bf4100", "", 0x6a80);
    expect_cancel_works("malformed", 0);
}
END_TEST

/* ---- CancelSession ---- */

START_TEST(test_cancel_without_session)
{
    buf_append(&rig.dp->session.transaction_id, slice_text("0123456789abcdef"));
    expect_cancel_refused("60 no session", "an authenticated session", "none");
    challenge();
    expect_cancel_refused("60 only a challenge", "an authenticated session", "none");
    expect_no_challenge("60 the challenge is gone with it");
}
END_TEST

START_TEST(test_cancel_wrong_tid)
{
    static const char *const requests[] = {"bf4106800100810100", "bf4115 8010 ffffffffffffffffffffffffffffffff 810100"};
    for (size_t i = 1; i < 3; i++) {
        rig_session(&rig, states[i].row, states[i].before);
        for (size_t j = 0; j < COUNT(requests); j++) {
            rig_exchange(&rig, "60 wrong transactionId", requests[j], "bf4103810105", 0x9000);
            rig_expect_said(&rig, "60", "ES10b.CancelSession", "SGP.22 5.7.14", "the transactionId of this session",
                            "another");
        }
        expect_cancel_works("60 the session was untouched", 3);
    }
}
END_TEST

START_TEST(test_cancel_twice)
{
    rig_session(&rig, "60", LPA_STAGE_LOAD);
    expect_cancel_works("60 once", 1);
    expect_cancel_refused("60 after success twice", "an authenticated session", "none");
    rig_download_works(&rig, "60", NULL, NULL);
    expect_cancel_refused("60 after a download", "an authenticated session", "none");
}
END_TEST

/* Every reason of v2 is signed as given; the answer has exactly these bytes around the signature. */
START_TEST(test_cancel_reasons)
{
    static const int reasons[] = {0, 1, 2, 3, 4, 5, 127, 16, 25};
    for (int curve = TEST_P256; curve <= TEST_BP256; curve++) {
        rig_use_smdpp(&rig, (enum test_curve)curve, 1);
        for (size_t i = 0; i < COUNT(reasons); i++) {
            for (size_t j = 1; j < 3; j++) {
                BUF_LOCAL expected = {0};
                rig_session(&rig, states[j].row, states[j].before);
                expect_cancel_works(states[j].row, reasons[i]);
                size_t outer = tlv_open(&expected, 0xbf41);
                size_t ok = tlv_open(&expected, 0xa0);
                size_t data = tlv_open(&expected, 0x30);
                tlv_put(&expected, 0x80, buf_slice(&rig.dp->session.transaction_id));
                tlv_put(&expected, 0x81, slice_of("\x88\x37\x0a", 3));
                tlv_put_u8(&expected, 0x82, (uint8_t)reasons[i]);
                tlv_close(&expected, data);
                tlv_put(&expected, 0x5f37, slice_of(rig.lpa.response.p + rig.lpa.response.n - 64, 64));
                tlv_close(&expected, ok);
                tlv_close(&expected, outer);
                ck_assert(slice_equal(buf_slice(&rig.lpa.response), buf_slice(&expected)));
            }
        }
    }
    rig_good_one_works(&rig, "after all reasons");
}
END_TEST

START_TEST(test_cancel_malformed)
{
    rig_session(&rig, "malformed", LPA_STAGE_PREPARE);
    rig_exchange(&rig, "no reason", "bf4103800101", "", 0x6a80);
    rig_exchange(&rig, "no transactionId", "bf4103810100", "", 0x6a80);
    rig_exchange(&rig, "transactionId of 17 bytes", "bf4116 8011 ffffffffffffffffffffffffffffffffff 810100", "",
                 0x6a80);
    rig_expect_said(&rig, "17 bytes", "ES10b.CancelSession", "SGP.22 5.7.14", "1 to 16 bytes", "17");
    rig_exchange(&rig, "reason 128", "bf41078001018102 0080", "", 0x6a80);
    expect_cancel_works("still there", 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_states");
    TCase *t = tcase_create("states");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_challenges);
    tcase_add_loop_test(t, test_challenge_ends_session, 0, COUNT(states));
    tcase_add_loop_test(t, test_resets_end_session, 0, COUNT(states));
    tcase_add_test(t, test_authenticate_without_challenge);
    tcase_add_test(t, test_authenticate_twice);
    tcase_add_test(t, test_challenge_after_refusal);
    tcase_add_test(t, test_malformed_leaves_challenge);
    tcase_add_test(t, test_cancel_without_session);
    tcase_add_test(t, test_cancel_wrong_tid);
    tcase_add_test(t, test_cancel_twice);
    tcase_add_test(t, test_cancel_reasons);
    tcase_add_test(t, test_cancel_malformed);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
