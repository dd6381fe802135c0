/* What the SM-DP+ double and the certificate factory spoil on request: each flaw is there, and only that one, so that a
 * negative test of the card means what it says. */
#include "base/hex.h"
#include "base/tlv.h"
#include "smdpp.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct kat *session_kat;
static struct kat *keys_kat;
static struct smdpp *dp;

static const uint8_t upp[300] = {0xa0, 0x01, 0x02};

static void set_up(void)
{
    struct smdpp_config config;
    session_kat = kat_open("session.txt");
    keys_kat = kat_open("sgp26.txt");
    ck_assert(session_kat && keys_kat && smdpp_config_sgp26(&config, keys_kat, TEST_P256, 1));
    dp = smdpp_new(&config);
    ck_assert_ptr_nonnull(dp);
    dp->fixed_transaction_id = kat_slice(session_kat, "transaction_id");
    dp->fixed_server_challenge = kat_slice(session_kat, "server_challenge");
    dp->profile = (struct smdpp_profile){
        .metadata = kat_slice(session_kat, "bpp.metadata"), .upp = SLICE(upp), .segment = 100, .use_ppk = true};
    memset(dp->profile.ppk_enc, 0x11, 16);
    memset(dp->profile.ppk_mac, 0x22, 16);
    memset(dp->profile.ppk_mcv, 0x33, 16);
}

static void tear_down(void)
{
    smdpp_free(dp);
    kat_free(session_kat);
    kat_free(keys_kat);
}

static bool session(struct buf *bpp)
{
    SMDPP_ANSWER_LOCAL answer = {0};
    if (!smdpp_initiate_authentication(dp, kat_slice(session_kat, "euicc_challenge"),
                                       kat_slice(session_kat, "euicc_info1"), kat_text(session_kat, "server_address"),
                                       &answer) ||
        !smdpp_authenticate_client(dp, kat_slice(session_kat, "authenticate.response"), &answer))
        return false;
    return smdpp_get_bound_profile_package(dp, kat_slice(session_kat, "prepare.response"), bpp);
}

/* A package as a card would see it: one letter for each item, in order: "c" ConfigureISDP, "m" StoreMetadata, "r"
 * ReplaceSessionKeys, "p" profile elements if they open; "?" if an item does not open, after which nothing is tried;
 * "x" another tag. '|' stands before each section. */
static void describe(struct slice bpp, char *out)
{
    struct smdpp_bsp bsp;
    struct test_key card;
    struct tlv whole;
    struct tlv section;
    struct tlv item;
    uint8_t z[32];
    BUF_LOCAL eid = {0};
    ck_assert(test_key_private(&card, TEST_P256, kat_slice(session_kat, "prepare.otSK_EUICC")));
    ck_assert(test_agree(&card, &dp->kept_otsk, z));
    ck_assert(hex_decode(slice_text("89049032123451234512345678901235"), &eid));
    smdpp_bsp_derive(&bsp, SLICE(z), slice_text("smdp-host"), buf_slice(&eid));
    ck_assert(tlv_next(&bpp, &whole) && whole.tag == 0xbf36 && bpp.n == 0);
    struct slice in = whole.value;
    ck_assert(tlv_next(&in, &section) && section.tag == 0xbf23);
    bool dead = false;
    while (tlv_next(&in, &section)) {
        *out++ = '|';
        for (struct slice items = section.value; tlv_next(&items, &item);) {
            BUF_LOCAL plain = {0};
            bool known = item.tag == 0x86 || item.tag == 0x87 || item.tag == 0x88;
            if (dead) continue;
            dead = known && !smdpp_bsp_open(&bsp, item.whole, &plain);
            *out++ = !known ? 'x' : dead ? '?' : section.tag == 0xa2 ? 'r' : "pcm"[item.tag - 0x86];
            if (section.tag == 0xa2 && !dead)
                smdpp_bsp_set(&bsp, dp->profile.ppk_enc, dp->profile.ppk_mac, dp->profile.ppk_mcv);
        }
    }
    *out = 0;
}

#define ck_assert_package(expected)                                                                                    \
    do {                                                                                                               \
        BUF_LOCAL bpp_ = {0};                                                                                          \
        char shape_[64];                                                                                               \
        ck_assert_msg(session(&bpp_), "%s", dp->error);                                                                \
        describe(buf_slice(&bpp_), shape_);                                                                            \
        ck_assert_str_eq(shape_, expected);                                                                            \
        dp->spoil = (struct smdpp_spoil){0};                                                                           \
    } while (0)

START_TEST(test_items)
{
    static const uint8_t extra[] = {0x85, 0x01, 0x00};
    ck_assert_package("|c|m|r|ppp");
    dp->spoil.mac_item = 1;
    ck_assert_package("|?|||");
    dp->spoil.mac_item = 2;
    ck_assert_package("|c|?||");
    dp->spoil.cipher_item = 3;
    ck_assert_package("|c|m|?|");
    /* A wrong ICV spoils the first block only: it shows in the padding if that is also the last one. */
    dp->spoil.icv_item = 1;
    ck_assert_package("|?|||");
    dp->spoil.icv_item = 5;
    ck_assert_package("|c|m|r|ppp");
    dp->spoil.padding_item = 6;
    ck_assert_package("|c|m|r|pp?");
    dp->spoil.cut_item = 4;
    ck_assert_package("|c|m|r|?");
    dp->spoil.short_item = 4;
    ck_assert_package("|c|m|r|?");
    dp->spoil.swap_86 = 1;
    ck_assert_package("|c|m|r|?");
    dp->spoil.swap_86 = 2;
    ck_assert_package("|c|m|r|p?");
    dp->spoil.replay_86 = 2;
    ck_assert_package("|c|m|r|pp?");
    dp->spoil.drop_86 = 3;
    ck_assert_package("|c|m|r|pp");
    dp->spoil.drop_86 = 1;
    ck_assert_package("|c|m|r|?");
    dp->spoil.insert_item = 5;
    dp->spoil.insert_bytes = SLICE(extra);
    ck_assert_package("|c|m|r|pxpp");
}
END_TEST

START_TEST(test_sections)
{
    dp->spoil.order = "0213";
    ck_assert_package("|c|?||");
    dp->spoil.order = "0213";
    dp->spoil.order_before_protect = true;
    ck_assert_package("|c|r|m|ppp");
    dp->spoil.order = "013";
    ck_assert_package("|c|m|?");
    dp->spoil.retag_item = 4;
    dp->spoil.retag_to = 0x87;
    ck_assert_package("|c|m|r|cpp");
    dp->spoil.replace_session_keys_count = 2;
    ck_assert_package("|c|m|rr|ppp");
    dp->profile.use_ppk = false;
    ck_assert_package("|c|m|ppp");
    dp->profile.metadata_segment = 100;
    dp->profile.segment = 0;
    ck_assert_package("|c|mm|p");
}
END_TEST

/* BF23: which member changed, and whether smdpSign still fits. */
static void check_isc(uint32_t tag, const char *content, bool signature_fits)
{
    BUF_LOCAL bpp = {0};
    BUF_LOCAL expected = {0};
    BUF_LOCAL input = {0};
    struct tlv whole;
    struct tlv bf23;
    struct tlv t;
    struct tlv signature;
    ck_assert_msg(session(&bpp), "%s", dp->error);
    struct slice in = buf_slice(&bpp);
    ck_assert(tlv_next(&in, &whole) && tlv_find(whole.value, 0xbf23, &bf23) && tlv_find(bf23.value, tag, &t));
    ck_assert(hex_decode(slice_text(content), &expected) && slice_equal(t.value, buf_slice(&expected)));
    ck_assert(tlv_find(bf23.value, 0x5f37, &signature));
    buf_append(&input, slice_of(bf23.value.p, (size_t)(signature.whole.p - bf23.value.p)));
    tlv_put(&input, 0x5f49, buf_slice(&dp->session.otpk_euicc));
    ck_assert(test_verify(&dp->pb.key, buf_slice(&input), signature.value) == signature_fits);
    dp->spoil = (struct smdpp_spoil){0};
}

START_TEST(test_initialise_secure_channel)
{
    static const uint8_t tid[] = {0xde, 0xad};
    static const uint8_t infinity[] = {0x00};
    const char *right = "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf";
    check_isc(0x80, right, true);
    dp->spoil.isc_transaction_id = SLICE(tid);
    check_isc(0x80, "dead", true);
    dp->spoil.isc_remote_operation = 2;
    check_isc(0x82, "02", true);
    dp->spoil.isc_key_type = 0x80;
    check_isc(0xa6, "800180 810110 8409736d64702d686f7374", true);
    dp->spoil.isc_key_length = 0x20;
    check_isc(0xa6, "800188 810120 8409736d64702d686f7374", true);
    dp->spoil.isc_otpk = SLICE(infinity);
    check_isc(0x5f49, "00", true);
    dp->spoil.isc_signature_bit = true;
    check_isc(0x80, right, false);
}
END_TEST

START_TEST(test_server_signed)
{
    static const uint8_t tid[] = {0x55};
    SMDPP_ANSWER_LOCAL answer = {0};
    struct slice challenge = kat_slice(session_kat, "euicc_challenge");
    struct slice info1 = kat_slice(session_kat, "euicc_info1");
    struct tlv t;
    for (int flaw = 0; flaw < 4; flaw++) {
        dp->spoil = (struct smdpp_spoil){0};
        if (flaw == 1) dp->spoil.signed1_bit = true;
        if (flaw == 2) dp->spoil.signed1_transaction_id = SLICE(tid);
        if (flaw == 3) dp->spoil.signature1 = SLICE(tid);
        ck_assert(smdpp_initiate_authentication(dp, challenge, info1, "host", &answer));
        struct slice signature = slice_skip(buf_slice(&answer.signature), 3);
        ck_assert(test_verify(&dp->auth.key, buf_slice(&answer.data), signature) == (flaw == 0 || flaw == 2));
        struct slice in = buf_slice(&answer.data);
        ck_assert(tlv_next(&in, &t) && tlv_find(t.value, 0x80, &t) && (t.value.n == 1) == (flaw == 2));
    }
    /* smdpSignature2 with other inputs is a good signature over something else. */
    struct slice signature1 = kat_slice(session_kat, "authenticate.euiccSignature1");
    for (int input = SMDPP_SIGNATURE2_RIGHT; input <= SMDPP_SIGNATURE2_WITHOUT_HEADER; input++) {
        dp->spoil = (struct smdpp_spoil){.signature2_input = (enum smdpp_signature2_input)input};
        ck_assert(
            smdpp_initiate_authentication(dp, challenge, info1, kat_text(session_kat, "server_address"), &answer));
        ck_assert(smdpp_authenticate_client(dp, kat_slice(session_kat, "authenticate.response"), &answer));
        BUF_LOCAL bytes = {0};
        buf_append(&bytes, buf_slice(&answer.data));
        if (input == SMDPP_SIGNATURE2_RIGHT) tlv_put(&bytes, 0x5f37, signature1);
        if (input == SMDPP_SIGNATURE2_WITHOUT_HEADER) buf_append(&bytes, signature1);
        ck_assert(test_verify(&dp->pb.key, buf_slice(&bytes), slice_skip(buf_slice(&answer.signature), 3)));
    }
}
END_TEST

/* ---- certificates ---- */

static void root_issuer(struct pki_issuer *issuer, struct pki_anchor *anchor, enum test_curve curve)
{
    const char *suffix = curve == TEST_P256 ? "NIST" : "BRP";
    ck_assert(test_key_private(&issuer->key, curve, kat_slicef(keys_kat, "SK_CI_%s.sk", suffix)));
    issuer->certificate = kat_slicef(keys_kat, "CERT_CI_%s_2020.der", suffix);
    anchor->key = issuer->key;
    test_key_identifier(&anchor->key, anchor->id);
}

static const uint8_t rid[] = {0x88, 0x37, 0x0a};

START_TEST(test_factory_servers)
{
    static const enum pki_role roles[] = {PKI_DP_AUTH, PKI_DP_PB, PKI_DS_AUTH};
    static const enum test_curve curves[] = {TEST_P256, TEST_BP256, TEST_P192, TEST_BP192};
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 4; j++) {
            struct pki_issuer issuer;
            struct pki_anchor anchor;
            struct test_key key;
            struct pki_certificate read;
            BUF_LOCAL der = {0};
            const char *why = "";
            root_issuer(&issuer, &anchor, j % 2 ? TEST_BP256 : TEST_P256);
            ck_assert(test_key_derive(&key, curves[j], slice_text("x"), "leaf"));
            const struct pki_request request = {.role = roles[i],
                                                .key = &key,
                                                .organization = "ACME",
                                                .common_name = "DP",
                                                .registered_id = SLICE(rid)};
            ck_assert(pki_issue(&request, &issuer, &der));
            ck_assert_msg(pki_read(buf_slice(&der), &read, &why), "%s", why);
            ck_assert(read.role == (int)roles[i] && read.key.curve == curves[j] && read.digital_signature);
            ck_assert(slice_equal(slice_of(read.registered_id, read.registered_id_n), SLICE(rid)));
            ck_assert(memcmp(read.aki, anchor.id, 20) == 0);
            ck_assert(pki_is_signed_by(buf_slice(&der), &anchor.key));
        }
    }
}
END_TEST

/* A CI that nobody trusts: self-signed, with a server certificate under it that names the trusted CI's key. */
START_TEST(test_factory_foreign_root)
{
    struct pki_issuer root = {.certificate = {0}};
    struct pki_issuer trusted;
    struct pki_anchor anchor;
    struct pki_certificate read;
    struct test_key key;
    BUF_LOCAL root_der = {0};
    BUF_LOCAL der = {0};
    const char *why = "";
    root_issuer(&trusted, &anchor, TEST_P256);
    ck_assert(test_key_derive(&root.key, TEST_P256, slice_text("x"), "foreign CI"));
    ck_assert(test_key_derive(&key, TEST_P256, slice_text("x"), "leaf"));
    const struct pki_request root_request = {
        .role = PKI_CI, .key = &root.key, .organization = "X", .common_name = "CI"};
    ck_assert(pki_issue(&root_request, &root, &root_der));
    ck_assert_msg(pki_read(buf_slice(&root_der), &read, &why), "%s", why);
    ck_assert(read.role == PKI_CI && read.certificate_sign);
    ck_assert(pki_is_signed_by(buf_slice(&root_der), &root.key));
    root.certificate = buf_slice(&root_der);
    const struct pki_request request = {.role = PKI_DP_AUTH,
                                        .key = &key,
                                        .organization = "ACME",
                                        .common_name = "DP",
                                        .authority_key_id = SLICE(anchor.id)};
    ck_assert(pki_issue(&request, &root, &der));
    ck_assert_msg(pki_read(buf_slice(&der), &read, &why), "%s", why);
    ck_assert(memcmp(read.aki, anchor.id, 20) == 0);
    ck_assert(pki_is_signed_by(buf_slice(&der), &root.key) && !pki_is_signed_by(buf_slice(&der), &anchor.key));
}
END_TEST

START_TEST(test_factory_flaws)
{
    static const struct {
        struct pki_flaws flaws;
        bool reads;
        bool is_signed;
    } rows[] = {
        {{.unknown_extension = true}, true, true},
        {{.expired = true}, true, true},
        {{.no_subject_alt_name = true}, true, true},
        {{.bad_signature = true}, true, false},
        {{.changed_after_signing = true}, true, false},
        {{.wrong_algorithm = true}, false, false},
        {{.no_key_usage = true}, false, true},
        {{.no_policies = true}, false, true},
        {{.unknown_critical_extension = true}, false, true},
        {{.no_subject_key_identifier = true}, false, true},
        {{.no_authority_key_identifier = true}, false, true},
        {{.no_extensions = true}, false, true},
        {{.version_1 = true}, false, true},
    };
    struct pki_issuer issuer;
    struct pki_anchor anchor;
    struct test_key key;
    root_issuer(&issuer, &anchor, TEST_P256);
    ck_assert(test_key_derive(&key, TEST_P256, slice_text("x"), "leaf"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct pki_request request = {.role = PKI_DP_AUTH,
                                            .key = &key,
                                            .organization = "ACME",
                                            .common_name = "DP",
                                            .registered_id = SLICE(rid),
                                            .flaws = rows[i].flaws};
        struct pki_certificate read;
        BUF_LOCAL der = {0};
        const char *why = "";
        ck_assert(pki_issue(&request, &issuer, &der));
        ck_assert_msg(pki_read(buf_slice(&der), &read, &why) == rows[i].reads, "row %zu: %s", i, why);
        ck_assert_msg(pki_is_signed_by(buf_slice(&der), &anchor.key) == rows[i].is_signed, "row %zu", i);
    }
}
END_TEST

struct chain_row {
    const char *name;
    const char *eid;
    const char *ein;
    const char *organization;
    struct pki_flaws eum_flaws;
    struct pki_flaws leaf_flaws;
    enum pki_role leaf_role;
    bool other_root;
    bool accepted;
};

static bool chain_is_accepted(const struct chain_row *row)
{
    struct pki_issuer root;
    struct pki_issuer other;
    struct pki_issuer eum;
    struct pki_anchor anchor;
    struct pki_anchor ignored;
    struct test_key key;
    struct pki_certificate read;
    BUF_LOCAL eum_der = {0};
    BUF_LOCAL der = {0};
    const char *why = "";
    root_issuer(&root, &anchor, TEST_P256);
    root_issuer(&other, &ignored, TEST_BP256);
    ck_assert(test_key_derive(&eum.key, TEST_P256, slice_text("x"), "EUM"));
    ck_assert(test_key_derive(&key, TEST_P256, slice_text("x"), "eUICC"));
    const struct pki_request eum_request = {.role = PKI_EUM,
                                            .key = &eum.key,
                                            .organization = "EUM",
                                            .common_name = "EUM Test",
                                            .permitted_ein = row->ein,
                                            .flaws = row->eum_flaws};
    ck_assert(pki_issue(&eum_request, row->other_root ? &other : &root, &eum_der));
    eum.certificate = buf_slice(&eum_der);
    const struct pki_request request = {.role = row->leaf_role,
                                        .key = &key,
                                        .organization = row->organization,
                                        .common_name = "eUICC",
                                        .serial_number = row->eid,
                                        .flaws = row->leaf_flaws};
    ck_assert(pki_issue(&request, &eum, &der));
    return pki_check_euicc(buf_slice(&der), buf_slice(&eum_der), &anchor, &read, &why) &&
           strcmp(read.eid, row->eid) == 0;
}

START_TEST(test_factory_chains)
{
    const char *eid = "89049032123451234512345678901235";
    const struct chain_row rows[] = {
        {"good", eid, "89049032", "EUM", {0}, {0}, PKI_EUICC, false, true},
        {"short EIN", eid, "8904", "EUM", {0}, {0}, PKI_EUICC, false, true},
        {"other EIN", eid, "89049033", "EUM", {0}, {0}, PKI_EUICC, false, false},
        {"no constraint", eid, NULL, "EUM", {0}, {0}, PKI_EUICC, false, false},
        {"check digits", "89049032123451234512345678901234", "89049032", "EUM", {0}, {0}, PKI_EUICC, false, false},
        {"31 digits", "8904903212345123451234567890123", "89049032", "EUM", {0}, {0}, PKI_EUICC, false, false},
        {"organization", eid, "89049032", "MUE", {0}, {0}, PKI_EUICC, false, false},
        {"role", eid, "89049032", "EUM", {0}, {0}, PKI_DP_AUTH, false, false},
        {"other CI", eid, "89049032", "EUM", {0}, {0}, PKI_EUICC, true, false},
        {"EUM signature", eid, "89049032", "EUM", {.bad_signature = true}, {0}, PKI_EUICC, false, false},
        {"EUM usage", eid, "89049032", "EUM", {.wrong_key_usage = true}, {0}, PKI_EUICC, false, false},
        {"leaf signature", eid, "89049032", "EUM", {0}, {.bad_signature = true}, PKI_EUICC, false, false},
        {"leaf usage", eid, "89049032", "EUM", {0}, {.wrong_key_usage = true}, PKI_EUICC, false, false},
        {"leaf extension", eid, "89049032", "EUM", {0}, {.unknown_critical_extension = true}, PKI_EUICC, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(chain_is_accepted(&rows[i]) == rows[i].accepted, "%s", rows[i].name);
    /* The published chains. */
    static const char *const published[2][2] = {{"CERT_EUICC_NIST_2020.der", "CERT_EUM_NIST_2020.der"},
                                                {"CERT_EUICC_BRP_2020.der", "CERT_EUM_BRP_2020.der"}};
    for (size_t i = 0; i < 2; i++) {
        struct pki_issuer root;
        struct pki_anchor anchor;
        struct pki_certificate read;
        const char *why = "";
        root_issuer(&root, &anchor, i ? TEST_BP256 : TEST_P256);
        ck_assert_msg(pki_check_euicc(kat_slice(keys_kat, published[i][0]), kat_slice(keys_kat, published[i][1]),
                                      &anchor, &read, &why),
                      "%s", why);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("spoil");
    TCase *t = tcase_create("spoil");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_items);
    tcase_add_test(t, test_sections);
    tcase_add_test(t, test_initialise_secure_channel);
    tcase_add_test(t, test_server_signed);
    tcase_add_test(t, test_factory_servers);
    tcase_add_test(t, test_factory_foreign_root);
    tcase_add_test(t, test_factory_flaws);
    tcase_add_test(t, test_factory_chains);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
