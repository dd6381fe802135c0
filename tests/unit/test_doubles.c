/* The SM-DP+ double and the certificate factory against known answers: what they make is byte for byte what independent
 * code and real equipment made, what they check they accept as it is and refuse with any one bit changed. */
#include "base/tlv.h"
#include "smdpp.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct kat *bsp_kat;
static struct kat *session_kat;
static struct kat *real_kat;
static struct kat *keys_kat;
static struct kat *small_kat;

static void open_kats(void)
{
    bsp_kat = kat_open("bsp.txt");
    session_kat = kat_open("session.txt");
    real_kat = kat_open("real-session.txt");
    keys_kat = kat_open("sgp26.txt");
    small_kat = kat_open("small.txt");
    ck_assert(bsp_kat && session_kat && real_kat && keys_kat && small_kat);
}

static void close_kats(void)
{
    kat_free(bsp_kat);
    kat_free(session_kat);
    kat_free(real_kat);
    kat_free(keys_kat);
    kat_free(small_kat);
}

#define ck_assert_slice(a, b) ck_assert(slice_equal((a), (b)))

static struct slice kat_session(const char *name)
{
    return kat_slice(session_kat, name);
}

/* An SM-DP+ with the values of session.txt. */
static struct smdpp *session_smdpp(void)
{
    struct smdpp_config config;
    ck_assert(smdpp_config_sgp26(&config, keys_kat, TEST_P256, 1));
    struct smdpp *dp = smdpp_new(&config);
    ck_assert_ptr_nonnull(dp);
    dp->fixed_transaction_id = kat_session("transaction_id");
    dp->fixed_server_challenge = kat_session("server_challenge");
    dp->fixed_otsk = kat_session("bpp.otSK_DP");
    dp->profile = (struct smdpp_profile){
        .metadata = kat_session("bpp.metadata"), .upp = kat_slice(real_kat, "ppk.upp"), .use_ppk = true};
    memcpy(dp->profile.ppk_enc, kat_session("bpp.ppk.enc").p, 16);
    memcpy(dp->profile.ppk_mac, kat_session("bpp.ppk.cmac").p, 16);
    memcpy(dp->profile.ppk_mcv, kat_session("bpp.ppk.mcv").p, 16);
    return dp;
}

static void initiate(struct smdpp *dp, struct smdpp_answer *answer)
{
    ck_assert_msg(smdpp_initiate_authentication(dp, kat_session("euicc_challenge"), kat_session("euicc_info1"),
                                                kat_text(session_kat, "server_address"), answer),
                  "%s", dp->error);
}

static void authenticate(struct smdpp *dp, struct smdpp_answer *answer)
{
    initiate(dp, answer);
    ck_assert_msg(smdpp_authenticate_client(dp, kat_session("authenticate.response"), answer), "%s", dp->error);
}

/* Up to the package of session.txt. */
static void package(struct smdpp *dp, struct buf *bpp)
{
    SMDPP_ANSWER_LOCAL answer = {0};
    authenticate(dp, &answer);
    ck_assert_msg(smdpp_get_bound_profile_package(dp, kat_session("prepare.response"), bpp), "%s", dp->error);
}

START_TEST(test_kat_files)
{
    ck_assert_uint_eq(kat_count(bsp_kat, "with_ppk"), 6);
    ck_assert_uint_eq(kat_count(session_kat, "bpp.segments"), 18);
    ck_assert_uint_eq(kat_count(real_kat, "messages"), 22);
    ck_assert_uint_eq(kat_number(bsp_kat, "with_ppk.2.counter"), 3);
    ck_assert_uint_eq(kat_slice(real_kat, "ppk.upp").n, kat_number(real_kat, "ppk.upp_len"));
    ck_assert(!kat_has(bsp_kat, "with_ppk.9.out"));
    ck_assert_ptr_null(kat_open("no such file"));
}
END_TEST

START_TEST(test_keys)
{
    struct test_key key;
    uint8_t id[20];
    static const char *const names[] = {"CI_NIST", "EUM_NIST",  "EUICC_NIST", "DPauth_NIST", "DPpb_NIST",
                                        "CI_BRP",  "EUICC_BRP", "DPauth_BRP", "DP2pb_BRP"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        enum test_curve curve = strstr(names[i], "BRP") ? TEST_BP256 : TEST_P256;
        ck_assert(test_key_private(&key, curve, kat_slicef(keys_kat, "SK_%s.sk", names[i])));
        ck_assert_slice(test_key_point(&key), kat_slicef(keys_kat, "SK_%s.pk", names[i]));
        test_key_identifier(&key, id);
        ck_assert_slice(SLICE(id), kat_slicef(keys_kat, "SK_%s.ski", names[i]));
    }
    test_sha1(kat_slice(small_kat, "ski.point"), id);
    ck_assert_slice(SLICE(id), kat_slice(small_kat, "ski.ski"));
}
END_TEST

START_TEST(test_signatures)
{
    static const enum test_curve curves[] = {TEST_P256, TEST_BP256, TEST_P192, TEST_BP192};
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        struct test_key key;
        struct test_key other;
        BUF_LOCAL signature = {0};
        ck_assert(test_key_derive(&key, curves[i], slice_text("seed"), "one"));
        ck_assert(test_key_derive(&other, curves[i], slice_text("seed"), "two"));
        ck_assert(test_sign(&key, slice_text("message"), &signature));
        ck_assert_uint_eq(signature.n, 2 * key.n);
        ck_assert(test_verify(&key, slice_text("message"), buf_slice(&signature)));
        ck_assert(!test_verify(&key, slice_text("massage"), buf_slice(&signature)));
        ck_assert(!test_verify(&other, slice_text("message"), buf_slice(&signature)));
        signature.p[5] ^= 1;
        ck_assert(!test_verify(&key, slice_text("message"), buf_slice(&signature)));
    }
}
END_TEST

static void set_bsp(struct smdpp_bsp *bsp, const struct kat *k, const char *prefix)
{
    smdpp_bsp_set(bsp, kat_slicef(k, "%s.s_enc", prefix).p, kat_slicef(k, "%s.s_mac", prefix).p,
                  kat_slicef(k, "%s.mcv_in", prefix).p);
}

/* Every entry of a list of protected TLVs, made and opened again; the list's own keys are set where they change. */
static void check_tlvs(const char *list)
{
    struct smdpp_bsp bsp = {.counter = 0};
    struct smdpp_bsp back = {.counter = 0};
    size_t n = kat_count(bsp_kat, list);
    ck_assert_uint_gt(n, 0);
    for (size_t i = 0; i < n; i++) {
        char entry[64];
        BUF_LOCAL out = {0};
        BUF_LOCAL plain = {0};
        snprintf(entry, sizeof entry, "%s.%zu", list, i);
        if (!slice_equal(SLICE(bsp.enc), kat_slicef(bsp_kat, "%s.s_enc", entry))) {
            set_bsp(&bsp, bsp_kat, entry);
            back = bsp;
        }
        ck_assert_uint_eq(bsp.counter, kat_slicef(bsp_kat, "%s.counter", entry).p[0]);
        ck_assert_slice(SLICE(bsp.mcv), kat_slicef(bsp_kat, "%s.mcv_in", entry));
        uint8_t tag = kat_slicef(bsp_kat, "%s.tag", entry).p[0];
        struct slice expected = kat_slicef(bsp_kat, "%s.out", entry);
        ck_assert(smdpp_bsp_protect(&bsp, tag, tag != 0x88, kat_slicef(bsp_kat, "%s.plain", entry), NULL, &out));
        ck_assert_slice(buf_slice(&out), expected);
        ck_assert(smdpp_bsp_open(&back, expected, &plain));
        ck_assert_slice(buf_slice(&plain), kat_slicef(bsp_kat, "%s.plain", entry));
    }
}

START_TEST(test_bsp_tlvs)
{
    check_tlvs("without_ppk");
    check_tlvs("with_ppk");
    check_tlvs("third_party.1.tlvs");
}
END_TEST

static void check_derivation(struct slice z, struct slice host_id, struct slice eid, const char *kdf)
{
    struct smdpp_bsp bsp;
    BUF_LOCAL info = {0};
    smdpp_shared_info(&info, host_id, eid);
    ck_assert_slice(buf_slice(&info), kat_slicef(bsp_kat, "%s.shared_info", kdf));
    smdpp_bsp_derive(&bsp, z, host_id, eid);
    ck_assert_slice(SLICE(bsp.enc), kat_slicef(bsp_kat, "%s.s_enc", kdf));
    ck_assert_slice(SLICE(bsp.mac), kat_slicef(bsp_kat, "%s.s_mac", kdf));
    ck_assert_slice(SLICE(bsp.mcv), kat_slicef(bsp_kat, "%s.initial_mcv", kdf));
}

START_TEST(test_bsp_derivation)
{
    struct test_key dp;
    struct test_key card;
    uint8_t z[32];
    ck_assert(test_key_private(&dp, TEST_P256, kat_slice(bsp_kat, "otSK_DP")));
    ck_assert(test_key_public(&card, TEST_P256, kat_slice(bsp_kat, "otPK_EUICC")));
    ck_assert(test_agree(&dp, &card, z));
    ck_assert_slice(SLICE(z), kat_slice(bsp_kat, "kdf.z"));
    check_derivation(SLICE(z), kat_slice(bsp_kat, "host_id"), kat_slice(bsp_kat, "eid"), "kdf");
    for (int i = 0; i < 2; i++) {
        char kdf[32];
        snprintf(kdf, sizeof kdf, "third_party.%d.kdf", i);
        check_derivation(kat_slicef(bsp_kat, "%s.z", kdf), kat_slicef(bsp_kat, "third_party.%d.host_id", i),
                         kat_slicef(bsp_kat, "third_party.%d.eid", i), kdf);
    }
}
END_TEST

/* The segments of the real installation, opened with that server's fixed keys, give the profile package. */
START_TEST(test_bsp_real_segments)
{
    struct smdpp_bsp bsp;
    BUF_LOCAL upp = {0};
    smdpp_bsp_set(&bsp, kat_slice(real_kat, "ppk.ppkEnc").p, kat_slice(real_kat, "ppk.ppkCmac").p,
                  kat_slice(real_kat, "ppk.initialMacChainingValue").p);
    for (size_t i = 0; i < kat_count(real_kat, "ppk.segments"); i++)
        ck_assert(smdpp_bsp_open(&bsp, kat_slicef(real_kat, "messages.%zu.req", 10 + i), &upp));
    ck_assert_slice(buf_slice(&upp), kat_slice(real_kat, "ppk.upp"));
}
END_TEST

START_TEST(test_session_bytes)
{
    struct smdpp *dp = session_smdpp();
    SMDPP_ANSWER_LOCAL answer = {0};
    initiate(dp, &answer);
    ck_assert_slice(buf_slice(&answer.data), kat_session("authenticate.serverSigned1"));
    ck_assert_slice(slice_skip(buf_slice(&answer.signature), 3), kat_session("authenticate.serverSignature1"));
    ck_assert_slice(slice_skip(buf_slice(&answer.ci_pk_id), 2), kat_session("ci_pk_id"));
    ck_assert_msg(smdpp_authenticate_client(dp, kat_session("authenticate.response"), &answer), "%s", dp->error);
    ck_assert_str_eq(dp->session.euicc.eid, "89049032123451234512345678901235");
    ck_assert_slice(buf_slice(&dp->session.ctx_params1), kat_session("authenticate.ctxParams1"));
    ck_assert_slice(buf_slice(&answer.data), kat_session("prepare.smdpSigned2"));
    ck_assert_slice(slice_skip(buf_slice(&answer.signature), 3), kat_session("prepare.smdpSignature2"));
    ck_assert_slice(buf_slice(&answer.certificate), kat_slice(keys_kat, "CERT_DPpb_NIST.der"));
    BUF_LOCAL bpp = {0};
    ck_assert_msg(smdpp_get_bound_profile_package(dp, kat_session("prepare.response"), &bpp), "%s", dp->error);
    BUF_LOCAL expected = {0};
    for (size_t i = 0; i < kat_count(session_kat, "bpp.segments"); i++)
        buf_append(&expected, kat_slicef(session_kat, "bpp.segments.%zu", i));
    ck_assert_slice(buf_slice(&bpp), buf_slice(&expected));
    smdpp_free(dp);
}
END_TEST

START_TEST(test_session_confirmation_code)
{
    struct smdpp *dp = session_smdpp();
    SMDPP_ANSWER_LOCAL answer = {0};
    BUF_LOCAL bpp = {0};
    dp->profile.confirmation_code = kat_text(session_kat, "prepare_with_cc.confirmation_code");
    authenticate(dp, &answer);
    ck_assert_slice(buf_slice(&answer.data), kat_session("prepare_with_cc.smdpSigned2"));
    ck_assert_msg(smdpp_get_bound_profile_package(dp, kat_session("prepare_with_cc.response"), &bpp), "%s", dp->error);
    ck_assert(!smdpp_get_bound_profile_package(dp, kat_session("prepare.response"), &bpp));
    ck_assert(!smdpp_get_bound_profile_package(dp, kat_session("prepare_with_cc.response_if_hashCc_absent"), &bpp));
    ck_assert_int_eq(dp->card_error, 127);
    dp->profile.confirmation_code = "12345679";
    ck_assert(!smdpp_get_bound_profile_package(dp, kat_session("prepare_with_cc.response"), &bpp));
    smdpp_free(dp);
}
END_TEST

START_TEST(test_session_results)
{
    struct smdpp *dp = session_smdpp();
    struct smdpp_pir pir;
    struct smdpp_notification notification;
    BUF_LOCAL bpp = {0};
    package(dp, &bpp);
    ck_assert_msg(smdpp_check_pir(dp, kat_session("pir_success"), &pir), "%s", dp->error);
    ck_assert(pir.success && pir.sequence_number == 1 && pir.isdp_aid[14] == 0x10);
    static const struct {
        const char *name;
        int command;
        int reason;
        bool has_iccid;
    } errors[] = {{"iscInvalidSignature", 0, 2, false},
                  {"badMac_in_86", 5, 8, true},
                  {"iccidExists", 2, 9, true},
                  {"saipPe", 5, 12, true}};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        ck_assert_msg(smdpp_check_pir(dp, kat_slicef(session_kat, "pir_error_examples.%s", errors[i].name), &pir), "%s",
                      dp->error);
        ck_assert(!pir.success && pir.command == errors[i].command && pir.reason == errors[i].reason);
        ck_assert(pir.has_iccid == errors[i].has_iccid);
    }
    ck_assert_msg(smdpp_check_notification(dp, kat_session("other_notification"), &notification), "%s", dp->error);
    ck_assert(notification.event == 1 && notification.sequence_number == 2);
    ck_assert_msg(smdpp_check_cancel_session(dp, kat_session("cancel_session_response"), 1), "%s", dp->error);
    ck_assert(!smdpp_check_cancel_session(dp, kat_session("cancel_session_response"), 2));
    smdpp_free(dp);
}
END_TEST

/* Calls `accepts` with each byte of `good` changed in one bit: none may pass. */
static void refuse_each_bit(struct smdpp *dp, struct slice good, bool (*accepts)(struct smdpp *, struct slice))
{
    ck_assert_msg(accepts(dp, good), "%s", dp->error);
    for (size_t i = 0; i < good.n; i++) {
        uint8_t *copy = malloc(good.n);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, good.p, good.n);
        copy[i] ^= (uint8_t)(1u << (i % 8));
        ck_assert_msg(!accepts(dp, slice_of(copy, good.n)), "bit %zu of byte %zu can change unnoticed", i % 8, i);
        free(copy);
    }
    for (size_t n = 0; n < good.n; n += 7)
        ck_assert_msg(!accepts(dp, slice_of(good.p, n)), "%zu of %zu bytes are accepted", n, good.n);
}

static bool accepts_authenticate(struct smdpp *dp, struct slice s)
{
    SMDPP_ANSWER_LOCAL answer = {0};
    return smdpp_authenticate_client(dp, s, &answer);
}

static bool accepts_prepare(struct smdpp *dp, struct slice s)
{
    BUF_LOCAL bpp = {0};
    return smdpp_get_bound_profile_package(dp, s, &bpp);
}

static bool accepts_pir(struct smdpp *dp, struct slice s)
{
    struct smdpp_pir pir;
    return smdpp_check_pir(dp, s, &pir);
}

static bool accepts_notification(struct smdpp *dp, struct slice s)
{
    struct smdpp_notification notification;
    return smdpp_check_notification(dp, s, &notification);
}

static bool accepts_cancel(struct smdpp *dp, struct slice s)
{
    return smdpp_check_cancel_session(dp, s, 1);
}

START_TEST(test_refuses_each_bit)
{
    struct smdpp *dp = session_smdpp();
    SMDPP_ANSWER_LOCAL answer = {0};
    BUF_LOCAL bpp = {0};
    dp->profile.upp = slice_of(dp->profile.upp.p, 100); /* fast: the package itself is not the point */
    initiate(dp, &answer);
    refuse_each_bit(dp, kat_session("authenticate.response"), accepts_authenticate);
    package(dp, &bpp);
    refuse_each_bit(dp, kat_session("prepare.response"), accepts_prepare);
    refuse_each_bit(dp, kat_session("pir_success"), accepts_pir);
    refuse_each_bit(dp, kat_session("pir_error_examples.saipPe"), accepts_pir);
    refuse_each_bit(dp, kat_session("other_notification"), accepts_notification);
    refuse_each_bit(dp, kat_session("cancel_session_response"), accepts_cancel);
    smdpp_free(dp);
}
END_TEST

/* The recorded session of a real card and server goes through the double as if it were that server. */
START_TEST(test_real_session)
{
    struct smdpp_config config;
    struct slice in = kat_slice(real_kat, "messages.2.req");
    struct tlv request;
    struct tlv part[4];
    struct tlv t;
    ck_assert(smdpp_config_sgp26(&config, keys_kat, TEST_P256, 1) && tlv_next(&in, &request));
    in = request.value;
    for (int i = 0; i < 4; i++)
        ck_assert(tlv_next(&in, &part[i]));
    /* serverSignature1 of the real server under the certificate that it sent. */
    struct pki_certificate auth;
    const char *why = "";
    ck_assert_msg(pki_read(part[3].whole, &auth, &why), "%s", why);
    ck_assert(pki_is_signed_by(part[3].whole, &config.anchors[0].key));
    ck_assert_int_eq(auth.role, PKI_DP_AUTH);
    ck_assert(test_verify(&auth.key, part[0].whole, part[1].value));

    struct smdpp *dp = smdpp_new(&config);
    SMDPP_ANSWER_LOCAL answer = {0};
    BUF_LOCAL bpp = {0};
    char address[128];
    struct slice challenge;
    ck_assert(tlv_find(part[0].value, 0x80, &t));
    dp->fixed_transaction_id = t.value;
    ck_assert(tlv_find(part[0].value, 0x84, &t));
    dp->fixed_server_challenge = t.value;
    ck_assert(tlv_find(part[0].value, 0x81, &t));
    challenge = t.value;
    ck_assert(tlv_find(part[0].value, 0x83, &t));
    snprintf(address, sizeof address, "%.*s", (int)t.value.n, (const char *)t.value.p);
    ck_assert_msg(smdpp_initiate_authentication(dp, challenge, kat_slice(real_kat, "messages.1.rsp"), address, &answer),
                  "%s", dp->error);
    ck_assert_slice(buf_slice(&answer.data), part[0].whole);
    ck_assert_msg(smdpp_authenticate_client(dp, kat_slice(real_kat, "messages.2.rsp"), &answer), "%s", dp->error);
    ck_assert_str_eq(dp->session.euicc.eid, "89049044900000000000000000116517");

    /* The real server's smdpSignature2 had a random nonce: verify it, and go on with it in place of ours. */
    in = kat_slice(real_kat, "messages.3.req");
    ck_assert(tlv_next(&in, &request));
    in = request.value;
    ck_assert(tlv_next(&in, &part[0]) && tlv_next(&in, &part[1]) && tlv_next(&in, &part[2]));
    ck_assert_slice(buf_slice(&answer.data), part[0].whole);
    BUF_LOCAL signed_bytes = {0};
    struct pki_certificate pb;
    buf_append(&signed_bytes, part[0].whole);
    buf_append(&signed_bytes, buf_slice(&dp->session.euicc_signature1));
    ck_assert_msg(pki_read(part[2].whole, &pb, &why) && pb.role == PKI_DP_PB, "%s", why);
    ck_assert(test_verify(&pb.key, buf_slice(&signed_bytes), part[1].value));
    buf_reset(&dp->session.smdp_signature2);
    buf_append(&dp->session.smdp_signature2, part[1].whole);
    ck_assert(tlv_next(&in, &t) == false);
    struct slice first = kat_slice(real_kat, "messages.7.req");
    ck_assert(tlv_next(&first, &t) && t.tag == 0x88);
    dp->profile.metadata = slice_of(t.value.p, t.value.n - 8);
    dp->profile.upp = kat_slice(real_kat, "ppk.upp");
    ck_assert_msg(smdpp_get_bound_profile_package(dp, kat_slice(real_kat, "messages.3.rsp"), &bpp), "%s", dp->error);

    /* smdpSign in BF23 (5.5.1), and the real card's result. */
    struct slice bf23 = slice_skip(kat_slice(real_kat, "messages.4.req"), 5);
    ck_assert(tlv_next(&bf23, &request) && request.tag == 0xbf23);
    ck_assert(tlv_find(request.value, 0x5f37, &t));
    buf_reset(&signed_bytes);
    buf_append(&signed_bytes, slice_of(request.value.p, (size_t)(t.whole.p - request.value.p)));
    tlv_put(&signed_bytes, 0x5f49, buf_slice(&dp->session.otpk_euicc));
    ck_assert(test_verify(&pb.key, buf_slice(&signed_bytes), t.value));
    struct smdpp_pir pir;
    ck_assert_msg(smdpp_check_pir(dp, kat_slice(real_kat, "messages.21.rsp"), &pir), "%s", dp->error);
    ck_assert(pir.success);
    smdpp_free(dp);
}
END_TEST

START_TEST(test_retry_signs_only)
{
    struct smdpp *dp = session_smdpp();
    BUF_LOCAL first = {0};
    BUF_LOCAL again = {0};
    static const uint8_t other_tid[4] = {1, 2, 3, 4};
    package(dp, &first);
    dp->retry = true;
    dp->fixed_otsk = slice_of(NULL, 0);
    dp->spoil.isc_transaction_id = SLICE(other_tid);
    SMDPP_ANSWER_LOCAL answer = {0};
    struct tlv t;
    authenticate(dp, &answer);
    struct slice in = buf_slice(&answer.data);
    ck_assert(tlv_next(&in, &t) && tlv_find(t.value, 0x5f49, &t));
    ck_assert_slice(t.value, kat_session("prepare.otPK_EUICC"));
    /* smdpSigned2 is another now; the answer of session.txt belongs to the one without 5F49. */
    dp->retry = false;
    authenticate(dp, &answer);
    dp->retry = true;
    ck_assert_msg(smdpp_get_bound_profile_package(dp, kat_session("prepare.response"), &again), "%s", dp->error);
    struct slice a = buf_slice(&first);
    struct slice b = buf_slice(&again);
    struct tlv x;
    struct tlv y;
    ck_assert(tlv_next(&a, &x) && tlv_next(&b, &y));
    a = x.value;
    b = y.value;
    ck_assert(tlv_next(&a, &x) && tlv_next(&b, &y));
    ck_assert(!slice_equal(x.whole, y.whole));
    ck_assert_slice(a, b);
    smdpp_free(dp);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("doubles");
    TCase *t = tcase_create("SM-DP+");
    tcase_set_timeout(t, 100);
    tcase_add_checked_fixture(t, open_kats, close_kats);
    tcase_add_test(t, test_kat_files);
    tcase_add_test(t, test_keys);
    tcase_add_test(t, test_signatures);
    tcase_add_test(t, test_bsp_tlvs);
    tcase_add_test(t, test_bsp_derivation);
    tcase_add_test(t, test_bsp_real_segments);
    tcase_add_test(t, test_session_bytes);
    tcase_add_test(t, test_session_confirmation_code);
    tcase_add_test(t, test_session_results);
    tcase_add_test(t, test_refuses_each_bit);
    tcase_add_test(t, test_real_session);
    tcase_add_test(t, test_retry_signs_only);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
