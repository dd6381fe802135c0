/* PrepareDownload: the certificate and signature of the binding SM-DP+, confirmation codes, and the error code of each
 * failure; the session stays open after a refusal (SGP.22 3.1.3.2, 5.7.5; cases 28 to 34). */
#include "download_common.h"

static struct rig rig;
static struct buf certificate;
static struct test_key leaf;

static void tear_down(void)
{
    rig_close(&rig);
    buf_free(&certificate);
}

static const uint8_t rid_dp[] = {0x88, 0x37, 0x0a};
static const uint8_t rid_dp2[] = {0x88, 0x37, 0x0c};

static void issue(enum test_curve curve, enum test_curve leaf_curve, enum pki_role role, struct slice rid,
                  struct pki_flaws flaws)
{
    struct pki_issuer ci;
    const char *name = curve == TEST_P256 ? "NIST" : "BRP";
    ck_assert(test_key_private(&ci.key, curve, kat_slicef(rig.keys, "SK_CI_%s.sk", name)));
    ci.certificate = kat_slicef(rig.keys, "CERT_CI_%s.der", curve == TEST_P256 ? "NIST_2024" : "BRP_2020");
    ck_assert(test_key_derive(&leaf, leaf_curve, slice_text("trust"), "leaf"));
    const struct pki_request request = {.role = role,
                                        .key = &leaf,
                                        .organization = "ACME",
                                        .common_name = "a server",
                                        .registered_id = rid,
                                        .flaws = flaws};
    buf_reset(&certificate);
    ck_assert(pki_issue(&request, &ci, &certificate));
    rig.dp->spoil.pb_certificate = buf_slice(&certificate);
    rig.dp->spoil.pb_key = &leaf;
}

static const struct certificate_row {
    const char *row;
    enum pki_role role;
    bool other_smdpp;
    enum test_curve leaf_curve; /* TEST_P256: the CI's */
    struct pki_flaws flaws;
    int code; /* 0: accepted */
    const char *expected, *came;
} certificates[] = {
    {"a new DPpb", PKI_DP_PB, false, TEST_P256, {0}, 0, NULL, NULL},
    {"27 expired DPpb", PKI_DP_PB, false, TEST_P256, {.expired = true}, 0, NULL, NULL},
    {"29 DPpb of another SM-DP+", PKI_DP_PB, true, TEST_P256, {0}, 1, "SM-DP+ OID of CERT.DPauth", "another OID"},
    {"29 DPpb without OID", PKI_DP_PB, false, TEST_P256, {.no_subject_alt_name = true}, 1, "SM-DP+ OID", "another"},
    {"30 DPauth as DPpb", PKI_DP_AUTH, false, TEST_P256, {0}, 1, "profile binding", "DPauth"},
    {"30 DPtls as DPpb", PKI_DP_TLS, false, TEST_P256, {0}, 1, "profile binding", "DPtls"},
    {"broken CI signature", PKI_DP_PB, false, TEST_P256, {.bad_signature = true}, 1, "signed by its CI", "another"},
    {"changed after signing", PKI_DP_PB, false, TEST_P256, {.changed_after_signing = true}, 1, "signed by its CI", ""},
    {"no key usage", PKI_DP_PB, false, TEST_P256, {.no_key_usage = true}, 1, "digitalSignature", "none"},
    {"key usage keyAgreement", PKI_DP_PB, false, TEST_P256, {.wrong_key_usage = true}, 1, "digitalSignature", ""},
    {"no policy", PKI_DP_PB, false, TEST_P256, {.no_policies = true}, 1, "certificate policy", "none"},
    {"unknown critical", PKI_DP_PB, false, TEST_P256, {.unknown_critical_extension = true}, 1, "critical", "unknown"},
    {"no authority key",
     PKI_DP_PB,
     false,
     TEST_P256,
     {.no_authority_key_identifier = true},
     1,
     "authority key",
     "none"},
    {"DPpb on P-192", PKI_DP_PB, false, TEST_P192, {0}, 3, "P-256 or brainpoolP256r1", "another curve"},
    {"DPpb on BP-192", PKI_DP_PB, false, TEST_BP192, {0}, 3, "P-256 or brainpoolP256r1", "another curve"},
};

/* PrepareDownload is refused, the session stays: it can be cancelled, and after that a good download works. */
static void refused_and_cancelled(const struct rig_refusal *refusal, const struct lpa_download_options *options)
{
    struct rig_state before;
    rig_state(&rig, &before);
    rig_is_refused(&rig, refusal, options);
    rig_expect_state(&rig, refusal->row, &before);
    /* no segment is taken */
    rig_exchange(&rig, refusal->row, "bf360abf2307820101", "", 0x6985);
    ck_assert_int_eq(lpa_cancel_session(&rig.lpa, buf_slice(&rig.dp->session.transaction_id), 0), 0);
    ck_assert_msg(smdpp_check_cancel_session(rig.dp, buf_slice(&rig.lpa.response), 0), "%s", rig.dp->error);
    rig_good_one_works(&rig, refusal->row);
}

START_TEST(test_certificates)
{
    const struct certificate_row *row = &certificates[_i];
    for (int curve = TEST_P256; curve <= TEST_BP256; curve++) {
        enum test_curve ci = (enum test_curve)curve;
        rig_open(&rig, &(struct rig_options){.curve = ci});
        issue(ci, row->leaf_curve == TEST_P256 ? ci : row->leaf_curve, row->role,
              row->other_smdpp ? SLICE(rid_dp2) : SLICE(rid_dp), row->flaws);
        if (row->code == 0) {
            rig_download_works(&rig, row->row, NULL, NULL);
        } else {
            const struct rig_refusal refusal = {row->row, LPA_STAGE_PREPARE, row->code, row->expected, row->came};
            refused_and_cancelled(&refusal, NULL);
        }
        if (curve == TEST_P256) rig_close(&rig);
    }
}
END_TEST

/* The real CERT.DPpb of the second SM-DP+ of SGP.26, rightly signed. */
START_TEST(test_second_smdpp)
{
    static const struct rig_refusal refusal = {"29 CERT.DP2pb after CERT.DPauth", LPA_STAGE_PREPARE, 1, "SM-DP+ OID",
                                               "another OID"};
    struct test_key key;
    rig_open(&rig, NULL);
    ck_assert(test_key_private(&key, TEST_P256, kat_slice(rig.keys, "SK_DP2pb_NIST.sk")));
    rig.dp->spoil.pb_key = &key;
    rig.dp->spoil.pb_certificate = kat_slice(rig.keys, "CERT_DP2pb_NIST.der");
    refused_and_cancelled(&refusal, NULL);
}
END_TEST

/* CERT.DPpb has to be under the same CI as CERT.DPauth. */
START_TEST(test_other_ci)
{
    static const struct rig_refusal refusal = {"DPpb of the other CI", LPA_STAGE_PREPARE, 1, "the CI of CERT.DPauth",
                                               "another CI"};
    rig_open(&rig, NULL);
    issue(TEST_BP256, TEST_BP256, PKI_DP_PB, SLICE(rid_dp), (struct pki_flaws){0});
    refused_and_cancelled(&refusal, NULL);
}
END_TEST

/* DPpb on the other curve under the same CI: the one-time key is on the curve of CERT.DPpb. */
START_TEST(test_mixed_curves)
{
    rig_open(&rig, NULL);
    issue(TEST_P256, TEST_BP256, PKI_DP_PB, SLICE(rid_dp), (struct pki_flaws){0});
    rig_download_works(&rig, "DPpb on brainpool under P-256", NULL, NULL);
}
END_TEST

static const uint8_t other_tid[16] = {0x66};
static const uint8_t short_tid[1] = {0x66};
static const uint8_t zeros[65];

#define BYTES(array)                                                                                                   \
    {                                                                                                                  \
        (array), sizeof(array)                                                                                         \
    }
#define SIGNATURE "smdpSignature2 over smdpSigned2 and euiccSignature1", "does not verify"

static const struct request_row {
    struct rig_refusal refusal;
    struct smdpp_spoil spoil;
} requests[] = {
    {{"one bit of smdpSigned2", LPA_STAGE_PREPARE, 2, SIGNATURE}, {.signed2_bit = true}},
    {{"31 signed without euiccSignature1", LPA_STAGE_PREPARE, 2, SIGNATURE},
     {.signature2_input = SMDPP_SIGNATURE2_WITHOUT}},
    {{"31 signed without its tag", LPA_STAGE_PREPARE, 2, SIGNATURE},
     {.signature2_input = SMDPP_SIGNATURE2_WITHOUT_HEADER}},
    {{"signature of 63 bytes", LPA_STAGE_PREPARE, 2, SIGNATURE}, {.signature2 = {zeros, 63}}},
    {{"signature of zeros", LPA_STAGE_PREPARE, 2, SIGNATURE}, {.signature2 = {zeros, 64}}},
    {{"signature of 65 bytes", LPA_STAGE_PREPARE, 2, SIGNATURE}, {.signature2 = BYTES(zeros)}},
    {{"32 other transactionId", LPA_STAGE_PREPARE, 5, "the transactionId of this session", "another"},
     {.signed2_transaction_id = BYTES(other_tid)}},
    {{"32 transactionId of 1 byte", LPA_STAGE_PREPARE, 5, "the transactionId of this session", "another"},
     {.signed2_transaction_id = BYTES(short_tid)}},
    {{"33 ccRequired without hashCc", LPA_STAGE_PREPARE, 127, "hashCc, since ccRequiredFlag", "none"},
     {.cc_required = true}},
};

START_TEST(test_requests)
{
    const struct request_row *row = &requests[_i];
    for (int curve = TEST_P256; curve <= TEST_BP256; curve++) {
        rig_open(&rig, &(struct rig_options){.curve = (enum test_curve)curve});
        rig.dp->spoil = row->spoil;
        refused_and_cancelled(&row->refusal, NULL);
        if (curve == TEST_P256) rig_close(&rig);
    }
}
END_TEST

/* After a refusal a right PrepareDownload in the same session is still taken (stays authenticated). */
START_TEST(test_second_try)
{
    SMDPP_ANSWER_LOCAL answer = {0};
    BUF_LOCAL bpp = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    uint8_t challenge[16];
    static const char ctx[] = "a00ca10a800435290611a1028000";
    BUF_LOCAL bytes = {0};
    rig_open(&rig, NULL);
    rig.dp->spoil.signed2_transaction_id = SLICE(other_tid);
    ck_assert(lpa_get_euicc_challenge(&rig.lpa, challenge) && lpa_get_euicc_info1(&rig.lpa));
    ck_assert(
        smdpp_initiate_authentication(rig.dp, SLICE(challenge), buf_slice(&rig.lpa.response), "a.example", &answer));
    ck_assert(lpa_authenticate_server(&rig.lpa, &answer, hex(&bytes, ctx)));
    BUF_LOCAL authenticated = {0};
    buf_append(&authenticated, buf_slice(&rig.lpa.response));
    ck_assert_msg(smdpp_authenticate_client(rig.dp, buf_slice(&authenticated), &answer), "%s", rig.dp->error);
    ck_assert(lpa_prepare_download(&rig.lpa, &answer, slice_of(NULL, 0)));
    ck_assert(!smdpp_get_bound_profile_package(rig.dp, buf_slice(&rig.lpa.response), &bpp));
    ck_assert_int_eq(rig.dp->card_error, 5);
    rig.dp->spoil.signed2_transaction_id = slice_of(NULL, 0);
    ck_assert_msg(smdpp_authenticate_client(rig.dp, buf_slice(&authenticated), &answer), "%s", rig.dp->error);
    /* twice: the second pair is the one that counts, whatever came of a package in between */
    for (int i = 0; i < 2; i++) {
        buf_reset(&bpp);
        ck_assert(lpa_prepare_download(&rig.lpa, &answer, slice_of(NULL, 0)));
        ck_assert_msg(smdpp_get_bound_profile_package(rig.dp, buf_slice(&rig.lpa.response), &bpp), "%s", rig.dp->error);
        if (i == 0) rig_exchange(&rig, "the start of a package", "bf36823000", "", 0x9000);
    }
    ck_assert_msg(lpa_load_bound_profile_package(&rig.lpa, buf_slice(&bpp), NULL, &result), "%s", result.error);
    ck_assert_msg(smdpp_check_pir(rig.dp, buf_slice(&result.pir), &result.result), "%s", rig.dp->error);
    ck_assert(result.result.success);
}
END_TEST

/* hashCc: copied by the card when it is asked for, whatever it is; left out when nobody asked. */
START_TEST(test_confirmation_codes)
{
    static const uint8_t hash[32] = {0x31, 0x32};
    rig_open(&rig, NULL);
    rig_download_works(&rig, "34 hashCc that nobody asked for", &(struct lpa_download_options){.hash_cc = SLICE(hash)},
                       NULL);
    rig_delete(&rig, "34", TINY_ICCID);
    rig.dp->profile.confirmation_code = "0000-\xc3\xa9";
    rig_download_works(&rig, "confirmation code", &(struct lpa_download_options){.confirmation_code = "0000-\xc3\xa9"},
                       NULL);
    rig_delete(&rig, "34", TINY_ICCID);
    /* a wrong code is the SM-DP+'s to find out: the card signs it */
    LPA_DOWNLOAD_LOCAL result = {0};
    ck_assert(!lpa_download(&rig.lpa, rig.dp, &(struct lpa_download_options){.confirmation_code = "1"}, &result));
    ck_assert_int_eq(result.stage, LPA_STAGE_PACKAGE);
    ck_assert_int_eq(result.card_error, -1);
    ck_assert_ptr_nonnull(strstr(result.error, "hashCc"));
    rig_heal(&rig);
    ck_assert(!lpa_download(&rig.lpa, rig.dp, &(struct lpa_download_options){.hash_cc = slice_of(hash, 31)}, &result));
    ck_assert_int_eq(result.stage, LPA_STAGE_PREPARE);
    ck_assert_uint_eq(rig.lpa.sw, 0x6a80);
    rig_expect_said(&rig, "hashCc of 31 bytes", "ES10b.PrepareDownload", "SGP.22 5.7.5", "32", "31");
}
END_TEST

/* Without authentication, in each state before it. */
START_TEST(test_no_session)
{
    static const struct rig_refusal refusal = {"28 PrepareDownload before AuthenticateServer", LPA_STAGE_PREPARE, 4,
                                               "an AuthenticateServer with CERT.DPauth before", "none"};
    SMDPP_ANSWER_LOCAL answer = {0};
    rig_open(&rig, NULL);
    /* a request that would be right in its own session */
    BUF_LOCAL bytes = {0};
    uint8_t challenge[16];
    ck_assert(lpa_get_euicc_challenge(&rig.lpa, challenge) && lpa_get_euicc_info1(&rig.lpa));
    ck_assert(
        smdpp_initiate_authentication(rig.dp, SLICE(challenge), buf_slice(&rig.lpa.response), "a.example", &answer));
    ck_assert(lpa_authenticate_server(&rig.lpa, &answer, hex(&bytes, "a00ca10a800435290611a1028000")));
    ck_assert(smdpp_authenticate_client(rig.dp, buf_slice(&rig.lpa.response), &answer));
    static const char *const events[] = {"", "bf2e00", "reset"};
    for (size_t i = 1; i < COUNT(events); i++) {
        BUF_LOCAL bpp = {0};
        BUF_LOCAL out = {0};
        if (i == 2)
            ck_assert(lpa_reset(&rig.lpa));
        else
            ck_assert_uint_eq(rig_send(&rig, hex(&bytes, events[i]), &out), 0x9000);
        ck_assert(lpa_prepare_download(&rig.lpa, &answer, slice_of(NULL, 0)));
        ck_assert(!smdpp_get_bound_profile_package(rig.dp, buf_slice(&rig.lpa.response), &bpp));
        ck_assert_int_eq(rig.dp->card_error, 4);
        rig_expect_said(&rig, refusal.row, "ES10b.PrepareDownload", "SGP.22 5.7.5", refusal.expected, refusal.came);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trust_prepare");
    TCase *t = tcase_create("prepare");
    tcase_add_checked_fixture(t, NULL, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_certificates, 0, COUNT(certificates));
    tcase_add_test(t, test_second_smdpp);
    tcase_add_test(t, test_other_ci);
    tcase_add_test(t, test_mixed_curves);
    tcase_add_loop_test(t, test_requests, 0, COUNT(requests));
    tcase_add_test(t, test_second_try);
    tcase_add_test(t, test_confirmation_codes);
    tcase_add_test(t, test_no_session);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
