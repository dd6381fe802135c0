/* The one-time key pair that the card keeps for a retry: for whom, how long, and that a package of before then works
 * with a new InitialiseSecureChannel only (SGP.22 3.1.3.2 step 3, 5.7.5, 5.7.14; cases 35 and 59).
 */
#include "download_common.h"

static struct rig rig;
static struct buf kept;

static void set_up(void)
{
    rig_open(&rig, NULL);
}

static void tear_down(void)
{
    rig_close(&rig);
    buf_free(&kept);
}

/* A session up to PrepareDownload in which the SM-DP+ offers this key; gives the card's one-time key. */
static struct slice offer(const char *row, struct slice otpk)
{
    rig.dp->offered_otpk = otpk;
    rig_session(&rig, row, LPA_STAGE_LOAD);
    rig.dp->offered_otpk = slice_of(NULL, 0);
    return buf_slice(&rig.dp->session.otpk_euicc);
}

static void keep(struct slice otpk)
{
    buf_reset(&kept);
    buf_append(&kept, otpk);
}

static void expect_same(const char *row)
{
    ck_assert_msg(slice_equal(offer(row, buf_slice(&kept)), buf_slice(&kept)), "%s: another key", row);
}

static void expect_other(const char *row)
{
    ck_assert_msg(!slice_equal(offer(row, buf_slice(&kept)), buf_slice(&kept)), "%s: the same key", row);
}

START_TEST(test_offers)
{
    static const uint8_t unknown[65] = {4, 1, 2, 3};
    for (int curve = TEST_P256; curve <= TEST_BP256; curve++) {
        rig_use_smdpp(&rig, (enum test_curve)curve, 1);
        keep(offer("none", slice_of(NULL, 0)));
        expect_same("35 the stored one");
        expect_same("35 the stored one, again");
        keep(offer("35 an unknown one", SLICE(unknown)));
        ck_assert(!slice_equal(buf_slice(&kept), SLICE(unknown)));
        expect_same("35 what came in place of the unknown one");
        ck_assert(!slice_equal(offer("35 a shorter one", slice_of(kept.p, 64)), buf_slice(&kept)));
        keep(offer("35 none again", slice_of(NULL, 0)));
        ck_assert(!slice_equal(offer("35 none: a new one each time", slice_of(NULL, 0)), buf_slice(&kept)));
        expect_other("35 the last but one");
    }
}
END_TEST

/* Another SM-DP+ does not get the key of the first, and does not take it away. */
START_TEST(test_other_smdpp)
{
    keep(offer("first SM-DP+", slice_of(NULL, 0)));
    rig_use_smdpp(&rig, TEST_P256, 2);
    expect_other("35 the key of another SM-DP+");
    rig_use_smdpp(&rig, TEST_P256, 1);
    expect_same("35 back at the first SM-DP+");
    rig_use_smdpp(&rig, TEST_BP256, 1);
    expect_other("35 the same SM-DP+ with a certificate on the other curve");
}
END_TEST

START_TEST(test_survives)
{
    keep(offer("survives", slice_of(NULL, 0)));
    ck_assert(lpa_reset(&rig.lpa));
    expect_same("reset");
    rig_reopen(&rig);
    expect_same("power off");
    rig_session(&rig, "another session", LPA_STAGE_AUTHENTICATE);
    expect_same("GetEUICCChallenge");
}
END_TEST

static const struct cancel_row {
    int reason;
    bool kept;
} cancels[] = {{0, false}, {1, true}, {2, true}, {3, false}, {4, false}, {5, false}, {127, false}};

START_TEST(test_cancel)
{
    const struct cancel_row *row = &cancels[_i];
    char name[32];
    snprintf(name, sizeof name, "cancel reason %d", row->reason);
    keep(offer(name, slice_of(NULL, 0)));
    ck_assert_int_eq(lpa_cancel_session(&rig.lpa, buf_slice(&rig.dp->session.transaction_id), row->reason), 0);
    ck_assert_msg(smdpp_check_cancel_session(rig.dp, buf_slice(&rig.lpa.response), row->reason), "%s", rig.dp->error);
    if (row->kept)
        expect_same(name);
    else
        expect_other(name);
}
END_TEST

START_TEST(test_gone_after_success)
{
    rig_download_works(&rig, "success", NULL, NULL);
    keep(buf_slice(&rig.dp->session.otpk_euicc));
    expect_other("after success");
}
END_TEST

START_TEST(test_gone_after_memory_reset)
{
    rig_download_works(&rig, "memory reset", NULL, NULL);
    keep(offer("memory reset", slice_of(NULL, 0)));
    ck_assert_int_eq(lpa_memory_reset(&rig.lpa, 1), 0);
    expect_other("after memory reset");
}
END_TEST

/* A memory reset that finds nothing to delete changes nothing. */
START_TEST(test_kept_after_useless_memory_reset)
{
    keep(offer("useless", slice_of(NULL, 0)));
    ck_assert_int_eq(lpa_memory_reset(&rig.lpa, 1), 1);
    expect_same("after a memory reset without effect");
}
END_TEST

START_TEST(test_factory_reset)
{
    keep(offer("factory reset", slice_of(NULL, 0)));
    ck_assert_int_eq(euicc_factory_reset(rig.card), EUICC_OK);
    rig_reopen(&rig);
    expect_other("after factory reset");
}
END_TEST

/* The oldest pair goes when there is no room; with none allowed none is kept. */
START_TEST(test_limits)
{
    rig_close(&rig);
    rig_open(&rig, &(struct rig_options){.personality = "one_time_keys_max = 1"});
    keep(offer("first", slice_of(NULL, 0)));
    rig_use_smdpp(&rig, TEST_P256, 2);
    (void)offer("second SM-DP+", slice_of(NULL, 0));
    rig_use_smdpp(&rig, TEST_P256, 1);
    expect_other("one_time_keys_max = 1");
    rig_close(&rig);
    rig_open(&rig, &(struct rig_options){.personality = "one_time_keys_max = 0"});
    keep(offer("first", slice_of(NULL, 0)));
    expect_other("one_time_keys_max = 0");
}
END_TEST

/* ---- whole retries ---- */

static bool stop_at_last(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    const size_t *last = ctx;
    (void)lpa;
    (void)segment;
    return index < *last;
}

/* The load breaks off before segment `at`; the same protected body, with BF23 signed again, is taken afterwards. */
static void retry_after(const char *row, size_t at, bool power_cut, bool ppk)
{
    const struct lpa_download_options broken = {.before_segment = stop_at_last, .hook_ctx = &at};
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL body = {0};
    struct rig_state before;
    rig.dp->profile.use_ppk = ppk;
    rig_state(&rig, &before);
    ck_assert(!lpa_download(&rig.lpa, rig.dp, &broken, &result));
    ck_assert_int_eq(result.stage, LPA_STAGE_LOAD);
    buf_append(&body, buf_slice(&rig.dp->kept_body));
    if (power_cut)
        rig_reopen(&rig);
    else
        ck_assert(lpa_reset(&rig.lpa));
    rig_expect_state(&rig, row, &before);
    rig.dp->retry = true;
    rig_download_works(&rig, row, NULL, NULL);
    ck_assert_msg(slice_equal(buf_slice(&rig.dp->kept_body), buf_slice(&body)), "%s: another body was sent", row);
    rig_delete(&rig, row, TINY_ICCID);
    rig_heal(&rig);
}

START_TEST(test_retry)
{
    for (int curve = TEST_P256; curve <= TEST_BP256; curve++) {
        rig_use_smdpp(&rig, (enum test_curve)curve, 1);
        for (size_t at = 0; at < 6; at++) {
            retry_after("59 after a reset", at, false, false);
            retry_after("59 after a power cut", at, true, true);
        }
    }
}
END_TEST

/* After a result with an error too; the failed body is of course refused again in the same way. */
START_TEST(test_retry_after_error)
{
    static const struct rig_failure again = {"59 the bad body again", 5,       8,        true, NULL,
                                             "SGP.22 2.5.3",          "a MAC", "another"};
    rig.dp->spoil.mac_item = 4;
    rig_download_fails(&rig, &again, NULL);
    rig.dp->retry = true;
    rig_download_fails(&rig, &again, NULL);
    buf_free(&rig.dp->kept_body); /* the SM-DP+ makes a new body under the same eUICC key */
    keep(buf_slice(&rig.dp->session.otpk_euicc));
    rig.dp->retry = true;
    rig_download_works(&rig, "59 a good body for the same key", NULL, NULL);
    ck_assert(slice_equal(buf_slice(&rig.dp->session.otpk_euicc), buf_slice(&kept)));
}
END_TEST

/* The old BF23 in a new session: transactionId or signature does not fit. */
START_TEST(test_old_bf23)
{
    static const struct rig_failure old = {"35 new key, old body", 1,       8,        false, NULL,
                                           "SGP.22 2.5.3",         "a MAC", "another"};
    size_t at = 2;
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL body = {0};
    ck_assert(!lpa_download(&rig.lpa, rig.dp,
                            &(struct lpa_download_options){.before_segment = stop_at_last, .hook_ctx = &at}, &result));
    buf_append(&body, buf_slice(&rig.dp->kept_body));
    /* cancelled for good: the card's pair is gone, so the old body cannot be opened any more */
    ck_assert_int_eq(lpa_cancel_session(&rig.lpa, buf_slice(&rig.dp->session.transaction_id), 0), 0);
    rig_session(&rig, "new key", LPA_STAGE_LOAD);
    rig.dp->retry = true;
    buf_reset(&rig.dp->kept_body);
    buf_append(&rig.dp->kept_body, buf_slice(&body));
    keep(buf_slice(&rig.dp->session.otpk_euicc));
    rig_download_fails(&rig, &old, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("download_retry");
    TCase *t = tcase_create("retry");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_offers);
    tcase_add_test(t, test_other_smdpp);
    tcase_add_test(t, test_survives);
    tcase_add_loop_test(t, test_cancel, 0, COUNT(cancels));
    tcase_add_test(t, test_gone_after_success);
    tcase_add_test(t, test_gone_after_memory_reset);
    tcase_add_test(t, test_kept_after_useless_memory_reset);
    tcase_add_test(t, test_factory_reset);
    tcase_add_test(t, test_limits);
    tcase_add_test(t, test_retry);
    tcase_add_test(t, test_retry_after_error);
    tcase_add_test(t, test_old_bf23);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
