/* eUICC packages over the life of a card (SGP.32 2.11, 3.3.1, 5.9.1): several eIMs with keys of every kind, counters
 * and tokens that are never used again, results until they are removed, power cuts, a download in between. */
#include "iot_common.h"

#include <stdio.h>
#include <stdlib.h>

#define CLAUSE "SGP.32 5.9.1"
#define SENDER "SGP.32 2.11.1.1"
#define RAT_RESULT "A6(30(80(0560)A1(30(80(EEEEEE)81()82()))82(0780)))"
#define EIM1 "65696D31"
#define RESET_EIMS "BF64(82(0204))"

static struct iot iot;
static struct eim_op rat = {.kind = EIM_OP_RAT};
static const struct eim_order rat_order = {.ops = &rat, .n = 1};
static const struct iot_refusal replay = {"replay", 4, false, CLAUSE, "above the last one", "after"};
static const struct iot_refusal wrong_token = {
    "token", IOT_UNSIGNED, true, SENDER, "and the associationToken", "does not verify for token"};

static void set_up(void)
{
    iot_new_associated(&iot, SGP32_1_2, NULL, true);
}

static void tear_down(void)
{
    iot_free(&iot);
}

/* ---- several eIMs ---- */

#define EIMS 4

static void make_eims(struct eim eims[EIMS], struct eim *list[EIMS])
{
    static const struct {
        const char *id;
        enum test_curve curve;
        bool certificate;
        uint32_t counter;
    } kinds[EIMS] = {{"bare-nist", TEST_P256, false, 0},
                     {"bare-brainpool", TEST_BP256, false, 100},
                     {"certificate-nist", TEST_P256, true, 8388600},
                     {"certificate-brainpool", TEST_BP256, true, 1}};
    for (size_t k = 0; k < EIMS; k++) {
        iot_eim(&iot, &eims[k], kinds[k].id, kinds[k].curve, kinds[k].certificate, kinds[k].counter);
        list[k] = &eims[k];
    }
}

/* Both curves, bare keys and certificates, with and without tokens; each eIM has its own counter. */
START_TEST(test_several_eims)
{
    for (int tokens = 0; tokens < 2; tokens++) {
        struct eim eims[EIMS];
        struct eim *list[EIMS];
        iot_free(&iot);
        iot_new(&iot, SGP32_1_2, NULL);
        make_eims(eims, list);
        iot_associate(&iot, list, EIMS, tokens ? 1 : 0);
        for (unsigned round = 1; round <= 3; round++) {
            for (size_t k = 0; k < EIMS; k++) {
                iot_psmo_ok(&iot, &eims[k], "A600", RAT_RESULT);
                for (size_t other = 0; other < EIMS; other++)
                    ck_assert_uint_eq(iot_counter(&iot, eims[other].id),
                                      eims[other].initial_counter + round - (other > k ? 1 : 0));
                struct eim_order order = rat_order;
                order.spoil.key = &eims[(k + 2) % EIMS].key; /* of the same curve */
                struct iot_refusal r = wrong_token;
                r.token = tokens;
                iot_refused(&iot, &eims[k], &order, &r);
            }
            card_cut(&iot.f);
        }
        for (size_t k = 0; k < EIMS; k++)
            eim_free(&eims[k]);
    }
}
END_TEST

/* euiccCiPKId chooses the key that signs results and errors, of either curve; without one it is the first CI. The
 * choice of a package is the one from before its own updateEim. */
#define CI_NIST "F54172BDF98A95D65CBEB88A38A1C11D800A85C3"
#define CI_BRP "C0BC70BA36929D43B467FF57570530E57AB8FCD8"

START_TEST(test_signing_ci)
{
    char list[300];
    (void)snprintf(list, sizeof list, "AA(80(" EIM1 ")88(%s))", CI_BRP);
    iot_eco_ok(&iot, &iot.eim, list, "8A0100"); /* still signed under the first CI */
    iot_learn_key(&iot, CI_BRP);
    ck_assert_int_eq(iot.card_key.curve, TEST_BP256);
    iot_psmo_ok(&iot, &iot.eim, "A600", RAT_RESULT);
    uint64_t storage = iot_storage(&iot);
    iot_load(&iot);
    iot_expect_refusal(&iot, &replay, storage, iot.f.commits);
    card_cut(&iot.f);
    (void)snprintf(list, sizeof list, "AA(80(" EIM1 ")88(%s))", CI_NIST);
    iot_eco_ok(&iot, &iot.eim, list, "8A0100");
    iot_learn_key(&iot, CI_NIST);
    ck_assert_int_eq(iot.card_key.curve, TEST_P256);
    iot_psmo_ok(&iot, &iot.eim, "A600", RAT_RESULT);
}
END_TEST

/* Tokens of more than one byte: DER INTEGER with its leading zero; an eIM that leaves it out does not get through. */
START_TEST(test_token_128)
{
    struct eim *const list[] = {&iot.eim};
    for (uint32_t token = 2; token <= 128; token++) {
        es10(&iot.f, RESET_EIMS, "BF64(80(00)81(00))");
        iot_associate(&iot, list, 1, token);
    }
    struct eim_order order = rat_order;
    order.spoil.token = EIM_TOKEN_UNSIGNED;
    struct iot_refusal r = wrong_token;
    r.came = "token 128";
    iot_refused(&iot, &iot.eim, &order, &r);
    iot_psmo_ok(&iot, &iot.eim, "A600", RAT_RESULT);
}
END_TEST

/* ---- tokens are never used again, rows 21 to 23 ---- */

/* A package that is signed now and sent later. */
static void record(struct buf *out)
{
    struct eim_order order = rat_order;
    order.has_counter = true;
    order.counter = 1000;
    ck_assert(eim_sign(&iot.eim, &order, &iot.package));
    buf_append(out, buf_slice(&iot.package.request));
}

/* The recorded one again, against what the card holds now. */
static void expect_recorded_refused(const struct buf *recorded, const char *what)
{
    struct iot_refusal r = wrong_token;
    uint64_t storage = iot_storage(&iot);
    ck_assert(eim_read_package(&iot.eim, buf_slice(recorded), &iot.package));
    iot_load(&iot);
    r.what = what;
    iot_expect_refusal(&iot, &r, storage, iot.f.commits);
}

START_TEST(test_row_21_delete_and_add_again)
{
    BUF_LOCAL recorded = {0};
    char list[4000];
    char *own = iot_configuration(&iot.eim, true);
    record(&recorded);
    (void)snprintf(list, sizeof list, "A9(80(" EIM1 "))A8(%s)", own);
    iot_eco_ok(&iot, &iot.eim, list, "890102A8(840102)");
    iot.eim.token = 2;
    expect_recorded_refused(&recorded, "row 21");
    /* and once more by its owner */
    iot_eco_ok(&iot, &iot.eim, list, "890102A8(840103)");
    iot.eim.token = 3;
    expect_recorded_refused(&recorded, "row 21");
    free(own);
}
END_TEST

/* Row 22: without a token only the counter protects, from where the association began again. */
START_TEST(test_row_22_without_tokens)
{
    struct eim *const list[] = {&iot.eim};
    BUF_LOCAL recorded = {0};
    es10(&iot.f, RESET_EIMS, "BF64(80(00)81(00))");
    iot_associate(&iot, list, 1, 0);
    record(&recorded);
    iot_load(&iot);
    (void)iot_expect_result(&iot, "row 22: first", RAT_RESULT);
    es10(&iot.f, RESET_EIMS, "BF64(80(00)81(00))");
    iot.eim.initial_counter = 1000;
    iot_associate(&iot, list, 1, 0);
    uint64_t storage = iot_storage(&iot);
    iot_load(&iot);
    iot_expect_refusal(&iot, &replay, storage, iot.f.commits);
    es10(&iot.f, RESET_EIMS, "BF64(80(00)81(00))");
    iot.eim.initial_counter = 999;
    iot_associate(&iot, list, 1, 0);
    iot_load(&iot);
    (void)iot_expect_result(&iot, "row 22: the known weakness", RAT_RESULT);
}
END_TEST

START_TEST(test_row_23_resets)
{
    struct eim *const list[] = {&iot.eim};
    BUF_LOCAL recorded = {0};
    record(&recorded);
    es10(&iot.f, RESET_EIMS, "BF64(80(00)81(00))");
    iot_associate(&iot, list, 1, 2);
    expect_recorded_refused(&recorded, "row 23: memory reset");
    ck_assert_int_eq(euicc_factory_reset(iot.f.card), EUICC_OK);
    card_cut(&iot.f);
    struct euicc_eim_description none;
    ck_assert(!iot_find_eim(&iot, "eim1", &none));
    iot_associate(&iot, list, 1, 3);
    expect_recorded_refused(&recorded, "factory reset");
    /* by the owner of the card file */
    struct euicc_diagnostic why;
    BUF_LOCAL configuration = {0};
    char *own = iot_configuration(&iot.eim, true);
    char text[4000];
    (void)snprintf(text, sizeof text, "30(%s)", own);
    put_hex(&configuration, text);
    ck_assert_int_eq(euicc_eim_remove(iot.f.card, "eim1"), EUICC_OK);
    ck_assert_msg(euicc_eim_add(iot.f.card, configuration.p, configuration.n, &why) == EUICC_OK, "%s", why.text);
    card_cut(&iot.f);
    iot.eim.token = 4;
    expect_recorded_refused(&recorded, "added by the owner");
    iot_psmo_ok(&iot, &iot.eim, "A600", RAT_RESULT);
    free(own);
}
END_TEST

/* ---- results ---- */

/* All stored results in the order of their numbers, byte by byte, after a power cut; errors are not kept. */
START_TEST(test_results_are_kept)
{
    BUF_LOCAL all = {0};
    BUF_LOCAL list = {0};
    struct eim_order spoiled = rat_order;
    spoiled.spoil.signature_bit = true;
    for (int n = 0; n < 5; n++) {
        iot_send(&iot, &iot.eim, &rat_order);
        (void)iot_expect_result(&iot, "kept", RAT_RESULT);
        buf_append(&list, buf_slice(&iot.answer));
        iot_load(&iot); /* a signed error */
        iot_send(&iot, &iot.eim, &spoiled);
    }
    size_t mark = tlv_open(&all, 0xbf2b);
    tlv_put(&all, 0xa2, buf_slice(&list));
    tlv_close(&all, mark);
    char *expected = iot_digits(buf_slice(&all));
    for (int cut = 0; cut < 2; cut++) {
        es10(&iot.f, "BF2B(A0(8200))", expected);
        card_cut(&iot.f);
    }
    free(expected);
    es10(&iot.f, "BF30(80(01))", "BF30(80(00))");
    struct tlv first;
    struct slice in = buf_slice(&list);
    ck_assert(tlv_next(&in, &first));
    ck_assert(lpa_store_data(&iot.f.lpa, slice_of("\xbf\x2b\x04\xa0\x02\x82\x00", 7), &all, &iot.sw));
    ck_assert_msg(all.n < list.n, "a removed result is still there");
}
END_TEST

/* Every result has a number above all before, whatever else took numbers. */
START_TEST(test_numbers_rise)
{
    uint32_t last = 0;
    for (int n = 0; n < 4; n++) {
        uint32_t installation = install_plain(&iot.f, n % 2 ? ICCID_2 : ICCID_1);
        ck_assert_uint_gt(installation, last);
        iot_send(&iot, &iot.eim, &rat_order);
        last = iot_expect_result(&iot, "after an installation", RAT_RESULT);
        ck_assert_uint_gt(last, installation);
        remove_notifications(&iot.f);
        iot_psmo_ok(&iot, &iot.eim, n % 2 ? DELETE(ICCID_2) : DELETE(ICCID_1), "850100");
        es10(&iot.f, RESET_EIMS, "BF64(80(00)81(00))");
        struct eim *const list[] = {&iot.eim};
        iot_associate(&iot, list, 1, (uint32_t)n + 2);
        remove_notifications(&iot.f);
        last = (uint32_t)iot.sequence_number;
    }
}
END_TEST

/* ---- row 84: power ---- */

static void send_enable(void)
{
    BUF_LOCAL list = {0};
    put_hex(&list, ENABLE_ROLLBACK(ICCID_2));
    const struct eim_op op = {.kind = EIM_OP_RAW, .bytes = buf_slice(&list)};
    const struct eim_order order = {.ops = &op, .n = 1};
    iot.eim.counter = iot_counter(&iot, "eim1");
    ck_assert(eim_sign(&iot.eim, &order, &iot.package));
    ck_assert_msg(!lpa_store_data(&iot.f.lpa, buf_slice(&iot.package.request), &iot.answer, &iot.sw),
                  "an answer after the power went: %04X", iot.sw);
}

START_TEST(test_row_84_power_cut)
{
    iot_install(&iot, ICCID_1, 0, NULL);
    iot_install(&iot, ICCID_2, 0, NULL);
    iot_psmo_ok(&iot, &iot.eim, ENABLE(ICCID_1), "830100");
    remove_notifications(&iot.f);
    uint32_t counter = iot_counter(&iot, "eim1");
    /* before the commit: nothing happened */
    uint64_t storage = iot_storage(&iot);
    iot.f.power_cut = CUT_BEFORE_COMMIT;
    send_enable();
    iot.f.power_cut = CUT_NEVER;
    card_cut(&iot.f);
    ck_assert(iot_storage(&iot) == storage);
    iot_expect_enabled(&iot, ICCID_1);
    ck_assert_uint_eq(iot_counter(&iot, "eim1"), counter);
    assert_notifications(&iot.f, "");
    const struct row no_grant = {"no rollback",   "BF58(80(00))",          "BF58(020101)", "ES10b.ProfileRollback",
                                 "SGP.32 5.9.16", "authorised a rollback", "none",         NO_OFFSET};
    es10_row(&iot.f, &no_grant);
}
END_TEST

START_TEST(test_row_84_power_cut_after_the_commit)
{
    iot_install(&iot, ICCID_1, 0, NULL);
    iot_install(&iot, ICCID_2, 0, NULL);
    iot_psmo_ok(&iot, &iot.eim, ENABLE(ICCID_1), "830100");
    remove_notifications(&iot.f);
    uint32_t counter = iot_counter(&iot, "eim1");
    iot.f.power_cut = CUT_AFTER_COMMIT;
    send_enable();
    iot.f.power_cut = CUT_NEVER;
    card_cut(&iot.f);
    /* all of it happened, and the result is found */
    iot_expect_enabled(&iot, ICCID_2);
    ck_assert_uint_eq(iot_counter(&iot, "eim1"), counter + 1);
    BUF_LOCAL all = {0};
    struct tlv outer;
    struct tlv list;
    struct tlv result;
    ck_assert(lpa_store_data(&iot.f.lpa, slice_of("\xbf\x2b\x04\xa0\x02\x82\x00", 7), &all, &iot.sw));
    struct slice in = buf_slice(&all);
    ck_assert(tlv_next(&in, &outer) && tlv_find(outer.value, 0xa2, &list));
    while (tlv_next(&list.value, &result))
        ck_assert(result.tag == 0xbf51);
    buf_reset(&iot.answer);
    buf_append(&iot.answer, result.whole);
    iot.sw = 0x9000;
    (void)iot_expect_result(&iot, "row 84: the result that was not fetched", "830100");
    uint64_t storage = iot_storage(&iot);
    iot_load(&iot); /* sent again */
    iot_expect_refusal(&iot, &replay, storage, iot.f.commits);
}
END_TEST

/* The blocks before the last one do nothing; a chain that is cut leaves nothing. */
START_TEST(test_cut_between_blocks)
{
    uint64_t storage = iot_storage(&iot);
    char command[700];
    ck_assert(eim_sign(&iot.eim, &rat_order, &iot.package));
    char *digits = iot_digits(slice_of(iot.package.request.p, 100));
    (void)snprintf(command, sizeof command, "80E2110064%s", digits);
    free(digits);
    apdu(&iot.f, command, "9000");
    card_cut(&iot.f);
    ck_assert(iot_storage(&iot) == storage);
    iot_psmo_ok(&iot, &iot.eim, "A600", RAT_RESULT);
}
END_TEST

/* ---- a download in between ---- */

struct visitor {
    size_t loading; /* packages sent while the bound profile package came */
};

static bool while_loading(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    struct visitor *v = ctx;
    struct euicc_reason said;
    (void)segment;
    if (index != 1 && index != 3) return true;
    uint64_t storage = iot_storage(&iot);
    ck_assert(eim_sign(&iot.eim, &rat_order, &iot.package));
    ck_assert(lpa_store_data(lpa, buf_slice(&iot.package.request), &iot.answer, &iot.sw));
    euicc_last_reason(iot.f.card, &said);
    ck_assert_msg(iot.sw == 0x6985 && said.said && strstr(said.expected, "rest of the bound profile package"),
                  "a package while a profile loads: %04X", iot.sw);
    ck_assert(iot_storage(&iot) == storage);
    v->loading++;
    return true;
}

static void download(const struct lpa_download_options *options, enum lpa_stage stage)
{
    static const struct wanted w = {.iccid = ICCID_1, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    wanted_metadata(&w, &metadata);
    wanted_package(&w, &package);
    iot.f.dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    bool ok = lpa_download(&iot.f.lpa, iot.f.dp, options, &result);
    iot.f.dp->profile = (struct smdpp_profile){0};
    ck_assert_msg(ok == (stage == LPA_STAGE_DONE) && result.stage == stage, "stage %d: %s", result.stage, result.error);
}

START_TEST(test_package_while_loading)
{
    struct visitor visitor = {0};
    const struct lpa_download_options options = {.before_segment = while_loading, .hook_ctx = &visitor};
    download(&options, LPA_STAGE_DONE);
    ck_assert_uint_eq(visitor.loading, 2);
    iot_psmo_ok(&iot, &iot.eim, ENABLE(ICCID_1), "830100");
}
END_TEST

/* Between the messages of a session a package is carried out; the session goes on (it can still be cancelled). */
START_TEST(test_package_in_a_session)
{
    static const enum lpa_stage stages[] = {LPA_STAGE_AUTHENTICATE, LPA_STAGE_PREPARE, LPA_STAGE_LOAD};
    for (size_t k = 0; k < COUNT(stages); k++) {
        const struct lpa_download_options options = {.stop_before = stages[k]};
        download(&options, stages[k]);
        iot_psmo_ok(&iot, &iot.eim, "A600", RAT_RESULT);
        if (stages[k] == LPA_STAGE_AUTHENTICATE) continue;
        ck_assert_msg(lpa_cancel_session(&iot.f.lpa, buf_slice(&iot.f.dp->session.transaction_id), 0) == 0,
                      "the session is gone after a package: %s", iot.f.lpa.error);
    }
    download(NULL, LPA_STAGE_DONE);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("iot_package_life");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_several_eims);
    tcase_add_test(t, test_signing_ci);
    tcase_add_test(t, test_token_128);
    tcase_add_test(t, test_row_21_delete_and_add_again);
    tcase_add_test(t, test_row_22_without_tokens);
    tcase_add_test(t, test_row_23_resets);
    tcase_add_test(t, test_results_are_kept);
    tcase_add_test(t, test_numbers_rise);
    tcase_add_test(t, test_row_84_power_cut);
    tcase_add_test(t, test_row_84_power_cut_after_the_commit);
    tcase_add_test(t, test_cut_between_blocks);
    tcase_add_test(t, test_package_while_loading);
    tcase_add_test(t, test_package_in_a_session);
    suite_add_tcase(s, t);
    return run_suite(s);
}
