/* The flows of the IPA and eIM doubles on the card of this project, in each release of SGP.32 it speaks: association of
 * two eIMs, direct and indirect download, switching with REFRESH, rollback, immediate enable, fallback, emergency,
 * heartbeat, hand-over, memory reset and association again. Each flow checks every answer strictly (ipa.h, eim.h); what
 * a single function has to answer in which case is the matter of the conformance tests. */
#include "euicc.h"
#include "ipa.h"
#include "metadata.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define OPERATIONAL "89000101000000000010"
#define TINY "89000101000000000028"

static const struct release {
    enum sgp32_version version;
    const char *personality;
    enum test_curve curve;
    bool certificate;
} releases[] = {
    {SGP32_1_0, "iot-1.0", TEST_P256, false},
    {SGP32_1_1, "iot-1.1", TEST_BP256, false},
    {SGP32_1_2, "iot", TEST_P256, true},
};

static struct kat *keys;
static euicc *card;
static euicc_random *source;
static struct ipa ipa;
static struct eim first;
static struct eim second;
static struct smdpp *dp;
static struct pki_anchor anchors[2];
static struct buf kept;
static struct eim_result result;
static struct lpa_download_result download;
static struct buf packages[2];
static struct buf metadata[2];

static void read_file(const char *path, struct buf *out)
{
    uint8_t piece[4096];
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file, "%s", path);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(out, slice_of(piece, n));
    fclose(file);
}

static void offer(size_t i, bool fallback_allowed, bool emergency)
{
    static const char *const names[] = {"operational", "tiny"};
    char path[1024];
    char error[256];
    METADATA_LOCAL m;
    metadata_begin(&m);
    buf_reset(&packages[i]);
    buf_reset(&metadata[i]);
    snprintf(path, sizeof path, "%s/%s.der", PROFILES_DIR, names[i]);
    read_file(path, &packages[i]);
    snprintf(path, sizeof path, "%s/%s.metadata", PROFILES_DIR, names[i]);
    ck_assert_msg(metadata_load(&m, path, error, sizeof error), "%s", error);
    m.fallback_allowed = fallback_allowed;
    m.emergency = emergency;
    ck_assert(metadata_write(&m, &metadata[i]));
    dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata[i]), .upp = buf_slice(&packages[i])};
}

static void make_eim(struct eim *eim, const char *id, enum test_curve curve, bool certificate, enum sgp32_version v)
{
    const struct eim_config config = {.id = id,
                                      .fqdn = id,
                                      .curve = curve,
                                      .seed = slice_text("flows"),
                                      .certificate = certificate,
                                      .version = v,
                                      .initial_counter = 1};
    ck_assert_msg(eim_init(eim, &config), "%s", eim->error);
}

/* The card's IPA with a terminal that knows REFRESH, two eIMs, the SGP.26 SM-DP+. */
static void begin(const struct release *r)
{
    static const uint8_t terminal[] = {0x01, 0x00, 0x80};
    const struct lpa_options options = {.channel = -1, .block_size = 200, .terminal_profile = SLICE(terminal)};
    const struct euicc_config config = {.eid = "89049032123451234512345678901235",
                                        .personality = euicc_personality_text(r->personality)};
    struct smdpp_config server;
    struct lpa_reader reader;
    struct euicc_diagnostic why = {0};
    keys = kat_open("sgp26.txt");
    ck_assert(keys && smdpp_config_sgp26(&server, keys, TEST_P256, 1));
    memcpy(anchors, server.anchors, sizeof anchors);
    dp = smdpp_new(&server);
    ck_assert_ptr_nonnull(dp);
    ck_assert_int_eq(euicc_random_new(&source, true, 32), EUICC_OK);
    const struct euicc_env env = {.ctx = source, .random = euicc_random_bytes};
    ck_assert_msg(euicc_create(&card, &config, &env, &why) == EUICC_OK, "%s", why.text);
    ck_assert(lpa_reader_card(&reader, card));
    ipa_init(&ipa, &reader, &options, r->version);
    ck_assert_msg(lpa_open(&ipa.lpa), "%s", ipa.lpa.error);
    make_eim(&first, "first.example", r->curve, r->certificate, r->version);
    make_eim(&second, "second.example", TEST_BP256, false, r->version);
    download = (struct lpa_download_result){.card_error = -1};
}

static void end(void)
{
    lpa_download_result_free(&download);
    ipa_free(&ipa);
    eim_free(&first);
    eim_free(&second);
    smdpp_free(dp);
    euicc_destroy(card);
    euicc_random_free(source);
    buf_free(&kept);
    for (size_t i = 0; i < 2; i++) {
        buf_free(&packages[i]);
        buf_free(&metadata[i]);
    }
    kat_free(keys);
}

static void associate(struct eim *eim, bool token)
{
    struct eim *list[] = {eim};
    ck_assert_msg(ipa_associate(&ipa, list, 1, token, anchors, 2), "%s", ipa.lpa.error);
}

/* Carries out operations; the last result has this code. */
static void run(struct eim *eim, const char *operations, int code)
{
    ck_assert_msg(ipa_run(&ipa, eim, operations, NULL, NULL, &kept, &result), "%s: %s", operations, ipa.lpa.error);
    ck_assert_msg(result.kind == EIM_RESULT_SIGNED && result.n, "%s: refused", operations);
    ck_assert_msg(result.data[result.n - 1].code == code, "%s: %d, expected %d", operations,
                  result.data[result.n - 1].code, code);
}

static void enabled_is(const char *iccid)
{
    struct ipa_status status;
    ck_assert_msg(ipa_heartbeat(&ipa, &first, &status), "%s", ipa.lpa.error);
    ck_assert_str_eq(status.enabled_iccid, iccid);
}

static void install_both(bool fallback_allowed, bool emergency)
{
    struct ipa_relay relay = {.eim = &first, .dp = dp};
    offer(0, fallback_allowed, false);
    ck_assert_msg(ipa_download(&ipa, dp, NULL, false, NULL, &download), "%s", ipa.lpa.error);
    offer(1, false, emergency);
    ck_assert_msg(ipa_download_indirect(&ipa, &relay, NULL, "matching-1", &download), "%s", download.error);
    ck_assert_uint_eq(relay.messages, 4);
    ck_assert_str_eq(relay.eid, "89049032123451234512345678901235");
    ck_assert_int_ge(ipa_process_notifications(&ipa, dp), 2);
}

START_TEST(test_association_of_two)
{
    struct ipa_status status;
    struct ipa_isdr isdr;
    struct eim *both[] = {&first, &second};
    begin(&releases[_i]);
    ck_assert_msg(ipa_read_isdr(&ipa, &isdr), "%s", ipa.lpa.error);
    ck_assert(isdr.has_iot == (releases[_i].version != SGP32_1_0) && !isdr.profile_enabled);
    ck_assert_msg(ipa_associate(&ipa, both, 2, true, anchors, 2), "%s", ipa.lpa.error);
    ck_assert_int_eq(first.token, 1);
    ck_assert_int_eq(second.token, 2);
    ck_assert_msg(ipa_heartbeat(&ipa, &second, &status), "%s", ipa.lpa.error);
    ck_assert_uint_eq(status.eims, 2);
    ck_assert_int_eq(status.token, 2);
    /* Each has its own counter; no package of one is one of the other. */
    run(&first, "rat", 0);
    run(&second, "rat; list", 0);
    ck_assert(!ipa_associate(&ipa, both, 1, false, anchors, 2));
    ck_assert_str_eq(ipa.lpa.error, "AddInitialEim: 2");
    end();
}
END_TEST

START_TEST(test_downloads_and_switching)
{
    struct ipa_isdr isdr;
    begin(&releases[_i]);
    associate(&first, true);
    install_both(false, false);
    run(&first, "enable " OPERATIONAL, 0);
    ck_assert_uint_eq(ipa.refreshes, 1);
    enabled_is(OPERATIONAL);
    ck_assert(ipa_read_isdr(&ipa, &isdr) && isdr.profile_enabled == isdr.has_iot);
    run(&first, "disable " OPERATIONAL "; enable " TINY, 0);
    enabled_is(TINY);
    run(&first, "list", 0);
    run(&first, "enable " TINY, 2);
    ck_assert_uint_eq(ipa.refreshes, 2);
    ck_assert_int_gt(ipa_process_notifications(&ipa, dp), 0);
    run(&first, "disable " TINY "; delete " TINY, 0);
    enabled_is("");
    end();
}
END_TEST

START_TEST(test_rollback)
{
    EIM_PACKAGE_LOCAL package = {0};
    EIM_SCRIPT_LOCAL script = {0};
    struct slice none;
    begin(&releases[_i]);
    associate(&first, true);
    install_both(false, false);
    run(&first, "enable " OPERATIONAL, 0);
    ck_assert_int_eq(ipa_profile_rollback(&ipa, true, &none), 1);
    ck_assert(eim_script_read(&script, "enable " TINY " rollback", NULL, NULL));
    const struct eim_order order = {.ops = script.ops, .n = script.n};
    ck_assert(eim_sign(&first, &order, &package));
    ck_assert_msg(ipa_deliver(&ipa, &first, &package, true, &kept, &result), "%s", ipa.lpa.error);
    uint32_t old = (uint32_t)result.sequence_number;
    enabled_is(TINY);
    ck_assert_msg(ipa_roll_back(&ipa, &first, &package, true) == 0, "%s", ipa.lpa.error);
    enabled_is(OPERATIONAL);
    /* The result of the package that was rolled back is gone, and so is the right to roll back. */
    ck_assert_int_eq(ipa_remove(&ipa, old), 1);
    ck_assert_int_eq(ipa_profile_rollback(&ipa, true, &none), 1);
    end();
}
END_TEST

START_TEST(test_immediate_enable)
{
    int code = -1;
    begin(&releases[_i]);
    ck_assert_int_eq(ipa_configure_immediate_enable(&ipa, true, slice_of(NULL, 0), "smdp.example.com"), 0);
    associate(&first, false);
    ck_assert_int_eq(ipa_configure_immediate_enable(&ipa, false, slice_of(NULL, 0), NULL), 2);
    run(&first, "immediate-enable on testsmdpplus1.example.com", 0);
    ck_assert_int_eq(ipa_immediate_enable(&ipa, true), 4);
    offer(1, false, false);
    ck_assert_msg(ipa_download(&ipa, dp, NULL, true, &code, &download), "%s", ipa.lpa.error);
    ck_assert_int_eq(code, 0);
    enabled_is(TINY);
    ck_assert_int_eq(ipa_immediate_enable(&ipa, true), 4);
    end();
}
END_TEST

START_TEST(test_fallback_and_emergency)
{
    begin(&releases[_i]);
    associate(&first, true);
    install_both(true, true);
    if (releases[_i].version == SGP32_1_0) {
        /* None of it is in v1.0. */
        run(&first, "set-fallback " OPERATIONAL, 2);
        ck_assert_uint_eq(result.data[0].tag, 0x02);
        ck_assert_int_eq(ipa_execute_fallback(&ipa, true), -1);
        end();
        return;
    }
    run(&first, "set-fallback " OPERATIONAL, 0);
    ck_assert_int_eq(ipa_execute_fallback(&ipa, true), 7);
    /* The Emergency Profile while nothing is enabled, and packages meanwhile. */
    ck_assert_int_eq(ipa_enable_emergency_profile(&ipa, true), 0);
    ck_assert_msg(ipa_settle(&ipa), "%s", ipa.lpa.error);
    enabled_is(TINY);
    ck_assert_int_eq(ipa_enable_emergency_profile(&ipa, true), 2);
    ck_assert_int_eq(ipa_execute_fallback(&ipa, true), 104);
    ck_assert_msg(ipa_run(&ipa, &first, "rat", NULL, NULL, &kept, &result), "%s", ipa.lpa.error);
    ck_assert_int_eq(result.error, 104);
    ck_assert_int_eq(ipa_disable_emergency_profile(&ipa, true), 0);
    ck_assert_msg(ipa_settle(&ipa), "%s", ipa.lpa.error);
    enabled_is("");
    ck_assert_int_eq(ipa_disable_emergency_profile(&ipa, true), 2);
    /* Fallback with and without REFRESH needs another profile that is enabled: a second one in place of the Emergency
     * Profile. */
    run(&first, "delete " TINY, 0);
    offer(1, false, false);
    ck_assert_msg(ipa_download(&ipa, dp, NULL, false, NULL, &download), "%s", ipa.lpa.error);
    run(&first, "enable " TINY, 0);
    ck_assert_int_eq(ipa_execute_fallback(&ipa, true), 0);
    ck_assert_msg(ipa_settle(&ipa), "%s", ipa.lpa.error);
    enabled_is(OPERATIONAL);
    run(&first, "delete " TINY, 21);
    ck_assert_int_eq(ipa_return_from_fallback(&ipa, false), 0);
    ck_assert_msg(lpa_reset(&ipa.lpa), "%s", ipa.lpa.error);
    enabled_is(TINY);
    ck_assert_int_eq(ipa_return_from_fallback(&ipa, true), 6);
    end();
}
END_TEST

static bool load_second(void *ctx, const char *name, struct buf *out, char *why, size_t size)
{
    BUF_LOCAL key = {0};
    struct eim_configuration configuration;
    (void)ctx;
    (void)name;
    snprintf(why, size, "no second eIM");
    return eim_describe(&second, true, &key, &configuration) && eim_configuration_data(out, &configuration);
}

START_TEST(test_hand_over_and_reset)
{
    struct ipa_reset_result reset;
    struct ipa_status status;
    EIM_PACKAGE_LOCAL recorded = {0};
    const struct eim_op rat = {.kind = EIM_OP_RAT};
    const struct eim_order order = {.ops = &rat, .n = 1};
    begin(&releases[_i]);
    associate(&first, true);
    install_both(false, false);
    /* The first eIM brings the second, which takes over. */
    ck_assert_msg(ipa_run(&ipa, &first, "add-eim second; list-eim", load_second, NULL, &kept, &result), "%s",
                  ipa.lpa.error);
    ck_assert_int_eq(result.data[0].token, 2);
    second.token = result.data[0].token;
    memcpy(second.eid, first.eid, sizeof second.eid);
    eim_know_key(&second, &first.card_key);
    run(&second, "delete-eim first.example", 0);
    ck_assert_msg(ipa_run(&ipa, &first, "rat", NULL, NULL, &kept, &result), "%s", ipa.lpa.error);
    ck_assert_int_eq(result.kind, EIM_RESULT_ERROR_UNSIGNED);
    ck_assert(eim_sign(&second, &order, &recorded));
    /* Memory reset, and the same eIM again with another token: the recorded package is worth nothing. */
    unsigned all = releases[_i].version == SGP32_1_0
                       ? IPA_RESET_OPERATIONAL | IPA_RESET_EIM | IPA_RESET_IMMEDIATE
                       : IPA_RESET_OPERATIONAL | IPA_RESET_EIM | IPA_RESET_IMMEDIATE | IPA_RESET_ADDRESS;
    ck_assert_msg(ipa_memory_reset(&ipa, all, &reset) == 0, "%s", ipa.lpa.error);
    ck_assert_int_eq(reset.eim, 0);
    ck_assert_msg(ipa_heartbeat(&ipa, &second, &status), "%s", ipa.lpa.error);
    ck_assert_uint_eq(status.eims, 0);
    ck_assert_uint_eq(status.profiles, 0);
    associate(&second, true);
    ck_assert_int_eq(second.token, 3);
    recorded.token = second.token;
    ck_assert_msg(ipa_deliver(&ipa, &second, &recorded, false, &kept, &result), "%s", ipa.lpa.error);
    ck_assert_int_eq(result.kind, EIM_RESULT_ERROR_UNSIGNED);
    run(&second, "rat", 0);
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ipa_card");
    TCase *tc = tcase_create("flows");
    int n = (int)(sizeof releases / sizeof *releases);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, test_association_of_two, 0, n);
    tcase_add_loop_test(tc, test_downloads_and_switching, 0, n);
    tcase_add_loop_test(tc, test_rollback, 0, n);
    tcase_add_loop_test(tc, test_immediate_enable, 0, n);
    tcase_add_loop_test(tc, test_fallback_and_emergency, 0, n);
    tcase_add_loop_test(tc, test_hand_over_and_reset, 0, n);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
