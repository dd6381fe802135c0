/* Bound profile packages as a stream: any segmentation, any block size, both curves, both key modes; and what may and
 * may not come between the segments (SGP.22 2.5.5, 3.1.3.3, 3.1.5, 5.7.6; cases 39, 40, 45 to 47). */
#include "download_common.h"

static struct rig rig;

static void tear_down(void)
{
    rig_close(&rig);
}

static void use_ppk(bool on)
{
    rig.dp->profile.use_ppk = on;
    memset(rig.dp->profile.ppk_enc, 0x51, 16);
    memset(rig.dp->profile.ppk_mac, 0x52, 16);
    memset(rig.dp->profile.ppk_mcv, 0x53, 16);
}

/* The profile is there, disabled, of the right size; it goes without a trace. */
static void install_and_delete(const char *row, const struct lpa_download_options *options)
{
    struct rig_state before;
    struct rig_state after;
    struct lpa_profiles list;
    LPA_DOWNLOAD_LOCAL result = {0};
    rig_state(&rig, &before);
    rig_download_works(&rig, row, options, &result);
    rig_state(&rig, &after);
    ck_assert_msg(after.profiles == before.profiles + 1 && after.applications == before.applications + 1 &&
                      before.free_memory - after.free_memory > rig.dp->profile.upp.n,
                  "%s: profiles or memory after the download", row);
    ck_assert(lpa_get_profiles_info(&rig.lpa, slice_of(NULL, 0), slice_of(NULL, 0), &list) && list.n == 1);
    ck_assert_msg(list.list[0].state == 0, "%s: not disabled", row);
    ck_assert_msg(slice_equal(list.list[0].aid, SLICE(result.result.isdp_aid)), "%s: another AID in the result", row);
    rig_delete(&rig, row, TINY_ICCID);
    rig_expect_state(&rig, row, &before);
    rig_heal(&rig);
}

/* ---- nominal ---- */

static const struct nominal_row {
    const char *row;
    enum test_curve curve;
    int smdpp;
    bool ppk;
} nominal[] = {
    {"P-256, session keys", TEST_P256, 1, false},      {"P-256, profile protection keys", TEST_P256, 1, true},
    {"brainpool, session keys", TEST_BP256, 1, false}, {"brainpool, profile protection keys", TEST_BP256, 1, true},
    {"P-256, second SM-DP+", TEST_P256, 2, true},      {"brainpool, second SM-DP+", TEST_BP256, 2, true},
};

START_TEST(test_nominal)
{
    const struct nominal_row *row = &nominal[_i];
    rig_open(&rig, &(struct rig_options){.curve = row->curve, .smdpp = row->smdpp});
    use_ppk(row->ppk);
    install_and_delete(row->row, NULL);
    /* The SM-DP+ takes only eUICCs of its own CI: the card signs under that one. */
    rig.dp->config.anchor_count = 1;
    use_ppk(row->ppk);
    install_and_delete(row->row, NULL);
    ck_assert_int_eq(rig.dp->session.euicc.key.curve, row->curve);
    use_ppk(row->ppk);
    rig.dp->profile.confirmation_code = "12345678";
    install_and_delete(row->row, &(struct lpa_download_options){.confirmation_code = "12345678"});
}
END_TEST

/* ---- segments and blocks ---- */

static const struct cut_row {
    const char *row;
    enum lpa_segmentation how;
    size_t cut;
    size_t block; /* bytes in each STORE DATA */
} cuts[] = {
    {"lpac", LPA_SEGMENT_LPAC, 0, 120},
    {"lpac with 119-byte blocks", LPA_SEGMENT_LPAC, 0, 119},
    {"47 255-byte blocks", LPA_SEGMENT_LPAC, 0, 255},
    {"each 87 its own segment", LPA_SEGMENT_EACH, 0, 255},
    {"one chain", LPA_SEGMENT_WHOLE, 0, 255},
    {"one chain, 20-byte blocks", LPA_SEGMENT_WHOLE, 0, 20},
    {"47 chains of 1 byte", LPA_SEGMENT_CUT, 1, 255},
    {"chains of 2 bytes", LPA_SEGMENT_CUT, 2, 255},
    {"chains of 3 bytes", LPA_SEGMENT_CUT, 3, 2},
    {"chains of 7 bytes", LPA_SEGMENT_CUT, 7, 255},
    {"47 1-byte blocks", LPA_SEGMENT_CUT, 255, 1},
    {"2-byte blocks", LPA_SEGMENT_CUT, 500, 2},
    {"chains of 64 bytes", LPA_SEGMENT_CUT, 64, 255},
    {"chains of 119 bytes", LPA_SEGMENT_CUT, 119, 119},
    {"chains of 255 bytes", LPA_SEGMENT_CUT, 255, 255},
    {"chains of 1021 bytes", LPA_SEGMENT_CUT, 1021, 255},
};

START_TEST(test_cuts)
{
    const struct cut_row *row = &cuts[_i];
    const struct lpa_download_options options = {
        .segmentation = row->how, .cut = row->cut, .segment_block_size = row->block};
    rig_open(&rig, NULL);
    for (int ppk = 0; ppk < 2; ppk++) {
        use_ppk(ppk);
        rig.dp->profile.segment = 300;
        rig.dp->profile.metadata_segment = 20;
        install_and_delete(row->row, &options);
    }
}
END_TEST

/* A chain may end anywhere in the head of the package: each place once. */
START_TEST(test_cut_at_each_byte_of_the_head)
{
    char row[32];
    rig_open(&rig, NULL);
    for (size_t cut = 1; cut < 260; cut++) {
        const struct lpa_download_options options = {.segmentation = LPA_SEGMENT_CUT, .cut = cut};
        snprintf(row, sizeof row, "cut at %zu", cut);
        rig_download_works(&rig, row, &options, NULL);
        rig_delete(&rig, row, TINY_ICCID);
    }
}
END_TEST

/* The card is replaced by a copy of itself before each segment: the installation under way goes with it. */
static bool clone_before(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    euicc *copy;
    struct euicc_env env = rig.env;
    size_t *clones = ctx;
    (void)lpa;
    (void)index;
    (void)segment;
    ck_assert_int_eq(euicc_clone(rig.card, &env, &copy), EUICC_OK);
    euicc_destroy(rig.card); /* what the copy has may not hang on it */
    rig.card = copy;
    ++*clones;
    return true;
}

START_TEST(test_clones)
{
    uint8_t *image[2];
    size_t n[2];
    size_t clones = 0;
    const struct lpa_download_options options = {.before_segment = clone_before, .hook_ctx = &clones};
    for (int i = 0; i < 2; i++) {
        rig_open(&rig, NULL);
        rig.dp->profile.segment = 64;
        rig_download_works(&rig, "copies", i ? &options : NULL, NULL);
        ck_assert_int_eq(euicc_snapshot(rig.card, &image[i], &n[i]), EUICC_OK);
        if (i == 0) rig_close(&rig);
    }
    ck_assert_uint_gt(clones, 20);
    ck_assert_msg(slice_equal(slice_of(image[0], n[0]), slice_of(image[1], n[1])), "the copy made another card");
    free(image[0]);
    free(image[1]);
}
END_TEST

/* 86 of 1020 bytes as SGP.22 2.5.3 allows, of 1036 as a real card took, and larger. */
static const struct length_row {
    const char *row;
    size_t plain; /* in each 86 */
    bool strict;  /* strict_segment_length = yes takes it too */
} lengths[] = {
    {"86 of 26 bytes", 1, true},          {"86 of 42 bytes", 16, true},
    {"86 with 81 length", 200, true},     {"47 86 of 1020 bytes", 1007, true},
    {"47 86 of 1036 bytes", 1008, false}, {"47 86 of 1036 bytes, full", 1023, false},
    {"86 of 1052 bytes", 1024, false},    {"86 of 1212 bytes", 1200, false},
};

START_TEST(test_lengths)
{
    const struct length_row *row = &lengths[_i];
    static const struct rig_failure too_long = {"", 5, 7, true, NULL, "SGP.22 2.5.4", "fits", "86"};
    for (int strict = 0; strict < 2; strict++) {
        rig_open(&rig, &(struct rig_options){.personality = strict ? "strict_segment_length = yes" : NULL});
        rig.dp->profile.segment = row->plain;
        if (strict && !row->strict) {
            struct rig_failure failure = too_long;
            failure.row = row->row;
            rig_fails_then_works(&rig, &failure, NULL);
        } else {
            install_and_delete(row->row, NULL);
        }
        if (!strict) rig_close(&rig);
    }
}
END_TEST

/* ---- between the segments ---- */

struct between {
    const char *request; /* digits */
    uint16_t sw;         /* expected */
    bool data;           /* a response is expected */
    size_t at;           /* before this segment; 0 is before BF36 */
    size_t seen;
};

static bool send_between(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    struct between *b = ctx;
    uint16_t sw = 0;
    BUF_LOCAL request = {0};
    BUF_LOCAL response = {0};
    (void)segment;
    if (index != b->at) return true;
    ck_assert(lpa_store_data(lpa, hex(&request, b->request), &response, &sw));
    ck_assert_msg(sw == b->sw && (response.n > 0) == b->data, "%s before segment %zu: %04X and %zu bytes", b->request,
                  index, sw, response.n);
    b->seen++;
    return true;
}

static const struct between_row {
    const char *row;
    const char *request;
    uint16_t sw;
    bool data;
    const char *function; /* of the reason; NULL: none is said */
    const char *expected;
} betweens[] = {
    {"40 segment 85", "8503010203", 0x6a88, false, "STORE DATA", "the tag of a function"},
    {"40 segment 8A", "8a00", 0x6a88, false, "STORE DATA", "the tag of a function"},
    {"40 segment A4", "a403860100", 0x6a88, false, "STORE DATA", "the tag of a function"},
    {"40 segment 30", "3000", 0x6a88, false, "STORE DATA", "the tag of a function"},
    {"40 segment BF35 cut", "bf3505a003", 0x6a80, false, "ES10b.LoadCRL", "announced length"},
    {"39 second BF36", "bf360abf2307820101", 0x6985, false, "ES10b.LoadBoundProfilePackage", "the rest of"},
    {"45 EnableProfile", "bf3111a00c5a0a" TINY_ICCID "8101ff", 0x6985, false, "ES10c.EnableProfile", "the rest of"},
    {"45 DisableProfile", "bf3211a00c5a0a" TINY_ICCID "8101ff", 0x6985, false, "ES10c.DisableProfile", "the rest of"},
    {"45 DeleteProfile", "bf330c5a0a" TINY_ICCID, 0x6985, false, "ES10c.DeleteProfile", "the rest of"},
    {"45 eUICCMemoryReset", "bf3404820205e0", 0x6985, false, "ES10c.eUICCMemoryReset", "the rest of"},
    {"45 SetNickname", "bf290f5a0a" TINY_ICCID "900141", 0x6985, false, "ES10c.SetNickname", "the rest of"},
    {"45 SetDefaultDpAddress", "bf3f03800161", 0x6985, false, "ES10a.SetDefaultDpAddress", "the rest of"},
    {"45 RemoveNotificationFromList", "bf3003800101", 0x6985, false, "ES10b.RemoveNotificationFromList", "the rest of"},
    {"45 PrepareDownload", "bf2100", 0x6985, false, "ES10b.PrepareDownload", "the rest of"},
    {"45 AuthenticateServer", "bf3800", 0x6985, false, "ES10b.AuthenticateServer", "the rest of"},
    {"GetEID", "bf3e035c015a", 0x9000, true, NULL, NULL},
    {"GetProfilesInfo", "bf2d00", 0x9000, true, NULL, NULL},
    {"ListNotification", "bf2800", 0x9000, true, NULL, NULL},
    {"RetrieveNotificationsList", "bf2b00", 0x9000, true, NULL, NULL},
    {"GetEUICCInfo1", "bf2000", 0x9000, true, NULL, NULL},
    {"GetEUICCInfo2", "bf2200", 0x9000, true, NULL, NULL},
    {"GetEuiccConfiguredAddresses", "bf3c00", 0x9000, true, NULL, NULL},
    {"GetRAT", "bf4300", 0x9000, true, NULL, NULL},
    {"CancelSession of another session", "bf4106800101810100", 0x9000, true, "ES10b.CancelSession", "transactionId"},
};

/* Whatever is refused (or only read) between two segments: the download goes on to its success. */
START_TEST(test_between)
{
    const struct between_row *row = &betweens[_i];
    struct between b = {.request = row->request, .sw = row->sw, .data = row->data};
    struct lpa_download_options options = {.before_segment = send_between, .hook_ctx = &b};
    rig_open(&rig, NULL);
    use_ppk(true);
    /* segments: BF36 and BF23; A0; A1; 88; A2; A3; 86; 86 */
    for (b.at = 1; b.at <= 7; b.at += 2) {
        b.seen = 0;
        install_and_delete(row->row, &options);
        ck_assert_uint_eq(b.seen, 1);
        use_ppk(true);
    }
}
END_TEST

static bool send_and_stop(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    const struct between *b = ctx;
    (void)send_between(ctx, lpa, index, segment);
    return index < b->at;
}

/* The reason of each refusal, at the moment it is said. */
START_TEST(test_between_reasons)
{
    const struct between_row *row = &betweens[_i];
    struct between b = {.request = row->request, .sw = row->sw, .data = row->data, .at = 4};
    const struct lpa_download_options options = {.before_segment = send_and_stop, .hook_ctx = &b};
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!row->function) return;
    rig_open(&rig, NULL);
    ck_assert(!lpa_download(&rig.lpa, rig.dp, &options, &result));
    ck_assert_uint_eq(b.seen, 1);
    ck_assert(rig.said.said);
    ck_assert_msg(strcmp(rig.said.function, row->function) == 0 && strstr(rig.said.expected, row->expected),
                  "%s: %s: %s, %s", row->row, rig.said.function, rig.said.expected, rig.said.came);
    rig_good_one_works(&rig, row->row);
}
END_TEST

/* With read_only_while_loading = no even reading has to wait. */
START_TEST(test_nothing_between)
{
    struct between b = {.request = "bf3e035c015a", .sw = 0x6985, .at = 3};
    rig_open(&rig, &(struct rig_options){.personality = "read_only_while_loading = no"});
    install_and_delete("GetEID while loading",
                       &(struct lpa_download_options){.before_segment = send_between, .hook_ctx = &b});
    ck_assert_uint_eq(b.seen, 1);
}
END_TEST

/* GetEUICCChallenge and CancelSession end the loading wherever it is: no result, nothing left. */
static bool cancel_between(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    const size_t *at = ctx;
    (void)segment;
    if (index == *at) ck_assert_int_eq(lpa_cancel_session(lpa, buf_slice(&rig.dp->session.transaction_id), 0), 0);
    return true;
}

static void expect_ended(const char *row, const struct lpa_download_result *result, const struct rig_state *before,
                         size_t at)
{
    struct lpa_notifications list;
    ck_assert_msg(result->stage == LPA_STAGE_LOAD && result->segment_sw == 0x6985 && result->segment_failed == at,
                  "%s at %zu: stage %d, %04X at %zu", row, at, result->stage, result->segment_sw,
                  result->segment_failed);
    ck_assert_msg(result->pir.n == 0, "%s at %zu: a result came", row, at);
    ck_assert(lpa_list_notification(&rig.lpa, -1, &list));
    ck_assert_msg(list.n == 0, "%s at %zu: %zu notifications", row, at, list.n);
    rig_expect_state(&rig, row, before);
    rig_good_one_works(&rig, row);
}

START_TEST(test_ended_between)
{
    struct rig_state before;
    rig_open(&rig, NULL);
    rig_state(&rig, &before);
    for (size_t at = 1; at < 7; at++) {
        struct between b = {.request = "bf2e00", .sw = 0x9000, .data = true, .at = at};
        const struct lpa_download_options challenge = {.before_segment = send_between, .hook_ctx = &b};
        const struct lpa_download_options cancel = {.before_segment = cancel_between, .hook_ctx = &at};
        LPA_DOWNLOAD_LOCAL result = {0};
        ck_assert(!lpa_download(&rig.lpa, rig.dp, &challenge, &result));
        expect_ended("GetEUICCChallenge", &result, &before, at);
        ck_assert(!lpa_download(&rig.lpa, rig.dp, &cancel, &result));
        expect_ended("CancelSession", &result, &before, at);
    }
}
END_TEST

enum cut_kind { CUT_RESET, CUT_POWER, CUT_SELECT, CUT_CHANNEL };

struct interruption {
    enum cut_kind kind;
    size_t at;
};

static bool interrupt(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    static const uint8_t isd_r[] = {0xa0, 0, 0, 5, 0x59, 0x10, 0x10, 0xff, 0xff, 0xff, 0xff, 0x89, 0, 0, 1, 0};
    const struct interruption *i = ctx;
    BUF_LOCAL data = {0};
    uint16_t sw;
    (void)segment;
    if (index != i->at) return true;
    if (i->kind == CUT_RESET) ck_assert(lpa_reset(lpa));
    if (i->kind == CUT_POWER) rig_reopen(&rig);
    if (i->kind == CUT_SELECT) ck_assert(lpa_select(lpa, SLICE(isd_r), &data, &sw) && sw == 0x9000);
    if (i->kind == CUT_CHANNEL) {
        ck_assert(lpa_manage_channel_close(lpa) && lpa_manage_channel_open(lpa, -1));
        ck_assert(lpa_select(lpa, SLICE(isd_r), &data, &sw) && sw == 0x9000);
    }
    return true;
}

/* The result that an interrupted installation leaves at the next start: temporary, for the command that was due. */
static void expect_interruption_result(const char *row, size_t at)
{
    /* after BF36 with BF23; A0; A1; 88 (A2 or A3 is due); A3; 86 */
    static const int commands[] = {0, 1, 2, 2, 4, 5, 5};
    struct lpa_notifications list;
    struct smdpp_pir pir;
    ck_assert(lpa_retrieve_notifications(&rig.lpa, -1, -1, &list));
    ck_assert_msg(list.n == 1 && list.list[0].is_result, "%s at %zu: %zu notifications", row, at, list.n);
    ck_assert_msg(smdpp_check_pir(rig.dp, list.list[0].whole, &pir), "%s at %zu: %s", row, at, rig.dp->error);
    ck_assert_msg(!pir.success && pir.command == commands[at] && pir.reason == 11, "%s at %zu: %d/%d", row, at,
                  pir.command, pir.reason);
    ck_assert_msg(pir.has_iccid == (at > 3) && pir.sima_response.n == 0, "%s at %zu: ICCID or simaResponse", row, at);
    ck_assert_int_eq(lpa_process_notifications(&rig.lpa, rig.dp), 1);
    /* it comes once */
    ck_assert(lpa_reset(&rig.lpa) && lpa_list_notification(&rig.lpa, -1, &list));
    ck_assert_msg(list.n == 0, "%s at %zu: another result", row, at);
}

/* Reset or power cut between any two segments: no profile, memory back, a result with installFailedDueToInterruption
 * (case 46) unless the personality has none. */
START_TEST(test_interruptions)
{
    struct rig_state before;
    bool with_result = _i == 0;
    rig_open(&rig, &(struct rig_options){.personality = with_result ? NULL : "interruption_result = no"});
    rig_state(&rig, &before);
    for (int kind = CUT_RESET; kind <= CUT_POWER; kind++) {
        const char *row = kind == CUT_RESET ? "46 reset" : "46 power";
        for (size_t at = 1; at < 7; at++) {
            struct interruption i = {(enum cut_kind)kind, at};
            const struct lpa_download_options options = {.before_segment = interrupt, .hook_ctx = &i};
            LPA_DOWNLOAD_LOCAL result = {0};
            ck_assert(!lpa_download(&rig.lpa, rig.dp, &options, &result));
            if (with_result) expect_interruption_result(row, at);
            expect_ended(row, &result, &before, at);
        }
    }
}
END_TEST

/* A new SELECT or another channel changes nothing, since the session belongs to the card. */
START_TEST(test_channels)
{
    rig_open(&rig, NULL);
    for (int kind = CUT_SELECT; kind <= CUT_CHANNEL; kind++) {
        for (size_t at = 1; at < 7; at++) {
            struct interruption i = {(enum cut_kind)kind, at};
            install_and_delete("SELECT or channel",
                               &(struct lpa_download_options){.before_segment = interrupt, .hook_ctx = &i});
        }
    }
}
END_TEST

/* Nothing may come after the end either; and nothing of a package is taken without a session. */
START_TEST(test_segments_without_session)
{
    static const char *const segments[] = {"bf360abf2307820101",       "a01a",   "a118",  "a203870100", "a30a",
                                           "870a00000000000000000000", "880100", "860100"};
    rig_open(&rig, NULL);
    for (int after = 0; after < 2; after++) {
        for (size_t i = 0; i < COUNT(segments); i++) {
            rig_exchange(&rig, segments[i], segments[i], "", 0x6985);
            rig_expect_said(&rig, segments[i], "ES10b.LoadBoundProfilePackage", "SGP.22 5.7.6", "a PrepareDownload",
                            "");
        }
        if (!after) rig_download_works(&rig, "a download", NULL, NULL);
    }
    rig_session(&rig, "authenticated", LPA_STAGE_PREPARE);
    rig_exchange(&rig, "authenticated only", segments[0], "", 0x6985);
    rig_heal(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("download_stream");
    TCase *t = tcase_create("stream");
    tcase_add_checked_fixture(t, NULL, tear_down);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, test_nominal, 0, COUNT(nominal));
    tcase_add_test(t, test_clones);
    tcase_add_loop_test(t, test_cuts, 0, COUNT(cuts));
    tcase_add_test(t, test_cut_at_each_byte_of_the_head);
    tcase_add_loop_test(t, test_lengths, 0, COUNT(lengths));
    tcase_add_loop_test(t, test_between, 0, COUNT(betweens));
    tcase_add_loop_test(t, test_between_reasons, 0, COUNT(betweens));
    tcase_add_test(t, test_nothing_between);
    tcase_add_test(t, test_ended_between);
    tcase_add_loop_test(t, test_interruptions, 0, 2);
    tcase_add_test(t, test_channels);
    tcase_add_test(t, test_segments_without_session);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
