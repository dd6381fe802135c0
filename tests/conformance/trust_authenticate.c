/* AuthenticateServer: which server the card trusts, which error code belongs to each failure, and what it signs (SGP.22
 * 4.5.2, 5.7.13; cases 13 to 27). */
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
static const uint8_t rid_ds[] = {0x88, 0x37, 0x0f};

/* A certificate from the SGP.26 CI of `curve` for a new key on `leaf_curve`. */
static void issue(enum test_curve curve, enum test_curve leaf_curve, enum pki_role role, struct pki_flaws flaws)
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
                                        .registered_id = role == PKI_DS_AUTH ? SLICE(rid_ds) : SLICE(rid_dp),
                                        .flaws = flaws};
    buf_reset(&certificate);
    ck_assert(pki_issue(&request, &ci, &certificate));
    rig.dp->spoil.auth_certificate = buf_slice(&certificate);
    rig.dp->spoil.auth_key = &leaf;
}

/* ---- certificates ---- */

static const struct certificate_row {
    const char *row;
    enum pki_role role;
    enum test_curve leaf_curve; /* TEST_P256: the CI's */
    struct pki_flaws flaws;
    int code; /* 0: accepted */
    const char *expected, *came;
} certificates[] = {
    {"a new DPauth", PKI_DP_AUTH, TEST_P256, {0}, 0, NULL, NULL},
    {"27 expired DPauth", PKI_DP_AUTH, TEST_P256, {.expired = true}, 0, NULL, NULL},
    {"DPauth with an unknown extension", PKI_DP_AUTH, TEST_P256, {.unknown_extension = true}, 0, NULL, NULL},
    {"19 broken CI signature", PKI_DP_AUTH, TEST_P256, {.bad_signature = true}, 1, "signed by its CI", "another"},
    {"19 changed after signing",
     PKI_DP_AUTH,
     TEST_P256,
     {.changed_after_signing = true},
     1,
     "signed by its CI",
     "another"},
    {"no key usage", PKI_DP_AUTH, TEST_P256, {.no_key_usage = true}, 1, "digitalSignature", "none"},
    {"key usage keyAgreement", PKI_DP_AUTH, TEST_P256, {.wrong_key_usage = true}, 1, "digitalSignature", ""},
    {"no policy", PKI_DP_AUTH, TEST_P256, {.no_policies = true}, 1, "certificate policy", "none"},
    {"unknown critical extension",
     PKI_DP_AUTH,
     TEST_P256,
     {.unknown_critical_extension = true},
     1,
     "critical",
     "unknown"},
    {"no subject key identifier",
     PKI_DP_AUTH,
     TEST_P256,
     {.no_subject_key_identifier = true},
     1,
     "subject key",
     "none"},
    {"no authority key identifier",
     PKI_DP_AUTH,
     TEST_P256,
     {.no_authority_key_identifier = true},
     1,
     "authority key",
     "none"},
    {"no extensions", PKI_DP_AUTH, TEST_P256, {.no_extensions = true}, 1, "extensions", ""},
    {"version 1", PKI_DP_AUTH, TEST_P256, {.version_1 = true}, 1, "version", ""},
    {"SHA-384 named", PKI_DP_AUTH, TEST_P256, {.wrong_algorithm = true}, 1, "ecdsa-with-SHA256", "another"},
    {"20 DPpb", PKI_DP_PB, TEST_P256, {0}, 5, "SM-DP+ or SM-DS for authentication", "DPpb"},
    {"20 DPtls", PKI_DP_TLS, TEST_P256, {0}, 5, "SM-DP+ or SM-DS for authentication", "DPtls"},
    {"20 DStls", PKI_DS_TLS, TEST_P256, {0}, 5, "SM-DP+ or SM-DS for authentication", "DStls"},
    {"20 eUICC", PKI_EUICC, TEST_P256, {0}, 5, "SM-DP+ or SM-DS for authentication", "eUICC"},
    {"EUM", PKI_EUM, TEST_P256, {0}, 1, "digitalSignature", ""},
    {"21 DPauth on P-192", PKI_DP_AUTH, TEST_P192, {0}, 3, "P-256 or brainpoolP256r1", "another curve"},
    {"21 DPauth on BP-192", PKI_DP_AUTH, TEST_BP192, {0}, 3, "P-256 or brainpoolP256r1", "another curve"},
};

START_TEST(test_certificates)
{
    const struct certificate_row *row = &certificates[_i];
    for (int curve = TEST_P256; curve <= TEST_BP256; curve++) {
        enum test_curve ci = (enum test_curve)curve;
        rig_open(&rig, &(struct rig_options){.curve = ci});
        issue(ci, row->leaf_curve == TEST_P256 ? ci : row->leaf_curve, row->role, row->flaws);
        if (row->code == 0) {
            rig_session(&rig, row->row, LPA_STAGE_PREPARE);
        } else {
            const struct rig_refusal refusal = {row->row, LPA_STAGE_AUTHENTICATE, row->code, row->expected, row->came};
            rig_is_refused(&rig, &refusal, NULL);
        }
        /* the other way round too: nothing stays behind */
        rig_good_one_works(&rig, row->row);
        if (curve == TEST_P256) rig_close(&rig);
    }
}
END_TEST

/* A leaf on one curve under a CI on the other is fine. */
START_TEST(test_mixed_curves)
{
    rig_open(&rig, NULL);
    issue(TEST_P256, TEST_BP256, PKI_DP_AUTH, (struct pki_flaws){0});
    rig_session(&rig, "brainpool under P-256", LPA_STAGE_PREPARE);
    rig_use_smdpp(&rig, TEST_BP256, 1);
    issue(TEST_BP256, TEST_P256, PKI_DP_AUTH, (struct pki_flaws){0});
    rig_session(&rig, "P-256 under brainpool", LPA_STAGE_PREPARE);
}
END_TEST

/* ---- the rest of the request ---- */

static const uint8_t unknown_id[20] = {1, 2, 3};
static const uint8_t short_id[1] = {1};
static const uint8_t foreign_challenge[16] = {7};
static const uint8_t zeros[65];
static const uint8_t ones[64] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
/* r = 1, s = n of P-256 */
static const uint8_t s_is_n[64] = {[31] = 1, [32] = 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff,
                                   0xff,     0xff,        0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
                                   0x17,     0x9e,        0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

#define BYTES(array)                                                                                                   \
    {                                                                                                                  \
        (array), sizeof(array)                                                                                         \
    }
#define SIGNATURE "serverSignature1 over serverSigned1", "does not verify"

static const struct request_row {
    struct rig_refusal refusal;
    struct smdpp_spoil spoil;
} requests[] = {
    {{"15 one bit of serverSigned1", LPA_STAGE_AUTHENTICATE, 2, SIGNATURE}, {.signed1_bit = true}},
    {{"16 foreign euiccChallenge", LPA_STAGE_AUTHENTICATE, 6, "the euiccChallenge of this session", "another"},
     {.signed1_challenge = BYTES(foreign_challenge)}},
    {{"17 unknown euiccCiPKIdToBeUsed", LPA_STAGE_AUTHENTICATE, 7, "euiccCiPKIdListForSigning", "another"},
     {.ci_pk_id = BYTES(unknown_id)}},
    {{"17 euiccCiPKIdToBeUsed of 1 byte", LPA_STAGE_AUTHENTICATE, 7, "euiccCiPKIdListForSigning", "another"},
     {.ci_pk_id = BYTES(short_id)}},
    {{"22 signature of 63 bytes", LPA_STAGE_AUTHENTICATE, 2, SIGNATURE}, {.signature1 = {ones, 63}}},
    {{"22 signature of 65 bytes", LPA_STAGE_AUTHENTICATE, 2, SIGNATURE}, {.signature1 = BYTES(zeros)}},
    {{"22 signature of 1 byte", LPA_STAGE_AUTHENTICATE, 2, SIGNATURE}, {.signature1 = {ones, 1}}},
    {{"22 r = s = 0", LPA_STAGE_AUTHENTICATE, 2, SIGNATURE}, {.signature1 = {zeros, 64}}},
    {{"22 r and s beyond n", LPA_STAGE_AUTHENTICATE, 2, SIGNATURE}, {.signature1 = BYTES(ones)}},
    {{"22 s = n", LPA_STAGE_AUTHENTICATE, 2, SIGNATURE}, {.signature1 = BYTES(s_is_n)}},
};

START_TEST(test_requests)
{
    const struct request_row *row = &requests[_i];
    for (int curve = TEST_P256; curve <= TEST_BP256; curve++) {
        rig_open(&rig, &(struct rig_options){.curve = (enum test_curve)curve});
        rig.dp->spoil = row->spoil;
        rig_is_refused(&rig, &row->refusal, NULL);
        rig_good_one_works(&rig, row->refusal.row);
        if (curve == TEST_P256) rig_close(&rig);
    }
}
END_TEST

/* Under a CI that the card does not know (7), and under one that it knows but with a key that is not that CI's (1). */
START_TEST(test_other_ci)
{
    static const struct rig_refusal unknown = {"18 certificate of an unknown CI", LPA_STAGE_AUTHENTICATE, 7,
                                               "euiccCiPKIdListForVerification", "another authority key identifier"};
    static const struct rig_refusal forged = {"19 forged under the name of a known CI", LPA_STAGE_AUTHENTICATE, 1,
                                              "signed by its CI", "another"};
    struct pki_issuer ci = {0};
    struct test_key real;
    uint8_t id[20];
    rig_open(&rig, NULL);
    ck_assert(test_key_derive(&ci.key, TEST_P256, slice_text("trust"), "a foreign CI"));
    ck_assert(test_key_derive(&leaf, TEST_P256, slice_text("trust"), "leaf"));
    ck_assert(test_key_public(&real, TEST_P256, kat_slice(rig.keys, "SK_CI_NIST.pk")));
    test_key_identifier(&real, id);
    struct pki_request request = {.role = PKI_DP_AUTH,
                                  .key = &leaf,
                                  .organization = "ACME",
                                  .common_name = "a server",
                                  .registered_id = SLICE(rid_dp)};
    for (int i = 0; i < 2; i++) {
        if (i) request.authority_key_id = SLICE(id);
        buf_reset(&certificate);
        ck_assert(pki_issue(&request, &ci, &certificate));
        rig.dp->spoil.auth_certificate = buf_slice(&certificate);
        rig.dp->spoil.auth_key = &leaf;
        rig_is_refused(&rig, i ? &forged : &unknown, NULL);
        rig_good_one_works(&rig, i ? forged.row : unknown.row);
    }
}
END_TEST

/* A root without a chain of the card's own verifies, but does not sign. */
START_TEST(test_verify_only_root)
{
    static const struct rig_refusal refusal = {"17 a CI for verification only", LPA_STAGE_AUTHENTICATE, 7,
                                               "euiccCiPKIdListForSigning", "another"};
    struct kat *keys = kat_open("sgp26.txt");
    struct slice nist = kat_slice(keys, "CERT_CI_NIST_2024.der");
    struct slice brainpool = kat_slice(keys, "CERT_CI_BRP_2020.der");
    struct slice eum = kat_slice(keys, "CERT_EUM_NIST_2020.der");
    struct slice eum_key = kat_slice(keys, "SK_EUM_NIST.sk");
    const struct euicc_issuer issuers[] = {
        {.ci_certificate = {nist.p, nist.n}, .eum_certificate = {eum.p, eum.n}, .eum_key = {eum_key.p, eum_key.n}},
        {.ci_certificate = {brainpool.p, brainpool.n}}};
    rig_open(&rig, &(struct rig_options){.issuers = issuers, .issuer_count = 2, .curve = TEST_BP256});
    rig_good_one_works(&rig, "brainpool servers, signed under P-256");
    rig.dp->spoil.ci_pk_id = SLICE(rig.dp->config.anchors[0].id);
    rig_is_refused(&rig, &refusal, NULL);
    kat_free(keys);
}
END_TEST

/* ---- transactionId, ctxParams1 ---- */

START_TEST(test_transaction_ids)
{
    static const uint8_t bytes[17] = {0xa1, 0xa2, 0xa3};
    char row[48];
    rig_open(&rig, NULL);
    for (size_t n = 1; n <= 16; n++) {
        snprintf(row, sizeof row, "23 transactionId of %zu bytes", n);
        rig.dp->fixed_transaction_id = slice_of(bytes, n);
        rig_download_works(&rig, row, NULL, NULL);
        rig_delete(&rig, row, TINY_ICCID);
    }
    LPA_DOWNLOAD_LOCAL result = {0};
    rig.dp->fixed_transaction_id = SLICE(bytes);
    ck_assert(!lpa_download(&rig.lpa, rig.dp, NULL, &result));
    ck_assert_int_eq(result.stage, LPA_STAGE_AUTHENTICATE);
    ck_assert_uint_eq(rig.lpa.sw, 0x6a80);
    rig_expect_said(&rig, "23 transactionId of 17 bytes", "ES10b.AuthenticateServer", "SGP.22 5.7.13", "1 to 16 bytes",
                    "17");
    rig_good_one_works(&rig, "23 after 17 bytes");
}
END_TEST

/* Whatever is in ctxParams1 comes back byte by byte under the signature: the LPA double compares it. */
static const char *const ctx_params[] = {
    "a00e 8000 a10a 800435290611 a102 8000",
    "a01a 8000 a116 800435290611 a104 80020102 8208 0102030405060708",
    "a013 800341424d a10d 800435290611 a105 83030103ff",
    /* unknown members in each level, and behind what is known */
    "a021 8003414243 a10a 800435290611 a102 8600 820101 a306 0c04 74657374 9f7b0155",
    "a030 a127 800435290611 a111 8003020000 8103020100 8203030200 8300 82080102030405060708 8702aabb 840101 850102",
};

START_TEST(test_ctx_params)
{
    BUF_LOCAL bytes = {0};
    BUF_LOCAL ctx = {0};
    rig_open(&rig, NULL);
    struct tlv t;
    /* lengths are written anew: the rows show members, not arithmetic */
    (void)hex(&bytes, ctx_params[_i]);
    struct slice in = slice_skip(buf_slice(&bytes), 2);
    size_t mark = tlv_open(&ctx, 0xa0);
    buf_append(&ctx, in);
    tlv_close(&ctx, mark);
    in = buf_slice(&ctx);
    ck_assert_msg(tlv_strict(in, TLV_DEPTH_MAX, NULL) && tlv_next(&in, &t), "row %d is no DER", _i);
    const struct lpa_download_options options = {.ctx_params1 = buf_slice(&ctx)};
    rig_download_works(&rig, ctx_params[_i], &options, NULL);
    ck_assert(slice_equal(buf_slice(&rig.dp->session.ctx_params1), buf_slice(&ctx)));
}
END_TEST

/* A matchingId of 2,000 bytes is a long chain, not a problem. */
START_TEST(test_long_ctx_params)
{
    static char long_id[2001];
    rig_open(&rig, NULL);
    memset(long_id, 'M', sizeof long_id - 1);
    rig_download_works(&rig, "26 long ctxParams1", &(struct lpa_download_options){.matching_id = long_id}, NULL);
}
END_TEST

/* Unknown members at the end of what the server signed are covered by its signature and kept out of the answer. */
START_TEST(test_unknown_members)
{
    static const uint8_t more[] = {0xa5, 0x03, 0x80, 0x01, 0x01, 0x86, 0x01, 0x00};
    rig_open(&rig, NULL);
    rig.dp->spoil.signed1_extra = SLICE(more);
    rig_session(&rig, "unknown members in serverSigned1", LPA_STAGE_PREPARE);
    rig.dp->spoil.signed1_bit = true;
    rig_is_refused(&rig, &requests[0].refusal, NULL);
}
END_TEST

/* ---- SM-DS ---- */

START_TEST(test_smds)
{
    struct pki_certificate ds;
    const char *why = "";
    rig_open(&rig, NULL);
    issue(TEST_P256, TEST_P256, PKI_DS_AUTH, (struct pki_flaws){0});
    static const struct rig_refusal no_download = {"24 PrepareDownload after DSauth", LPA_STAGE_PREPARE, 4,
                                                   "CERT.DPauth", "CERT.DSauth"};
    rig_is_refused(&rig, &no_download, NULL);
    /* and the session can be cancelled, in the name of the SM-DS */
    ck_assert_int_eq(lpa_cancel_session(&rig.lpa, buf_slice(&rig.dp->session.transaction_id), 1), 0);
    ck_assert_msg(pki_read(buf_slice(&certificate), &ds, &why), "%s", why);
    rig.dp->auth = ds;
    ck_assert_msg(smdpp_check_cancel_session(rig.dp, buf_slice(&rig.lpa.response), 1), "%s", rig.dp->error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trust_authenticate");
    TCase *t = tcase_create("authenticate");
    tcase_add_checked_fixture(t, NULL, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_certificates, 0, COUNT(certificates));
    tcase_add_test(t, test_mixed_curves);
    tcase_add_loop_test(t, test_requests, 0, COUNT(requests));
    tcase_add_test(t, test_other_ci);
    tcase_add_test(t, test_verify_only_root);
    tcase_add_test(t, test_transaction_ids);
    tcase_add_loop_test(t, test_ctx_params, 0, COUNT(ctx_params));
    tcase_add_test(t, test_long_ctx_params);
    tcase_add_test(t, test_unknown_members);
    tcase_add_test(t, test_smds);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
