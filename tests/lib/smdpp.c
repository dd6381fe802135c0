/* The SM-DP+ double: set-up, InitiateAuthentication and AuthenticateClient (SGP.22 5.6.1, 5.6.3); see smdpp.h. */
#include "smdpp_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool smdpp_fail(struct smdpp *dp, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(dp->error, sizeof dp->error, format, args);
    va_end(args);
    return false;
}

void smdpp_draw(struct smdpp *dp, uint8_t out[32])
{
    const uint8_t number[4] = {(uint8_t)(dp->drawn >> 24), (uint8_t)(dp->drawn >> 16), (uint8_t)(dp->drawn >> 8),
                               (uint8_t)dp->drawn};
    dp->drawn++;
    test_hmac_sha256(dp->config.seed, SLICE(number), out);
}

void smdpp_keep(struct buf *b, struct slice s)
{
    buf_reset(b);
    buf_append(b, s);
}

bool smdpp_take(struct smdpp *dp, struct slice *in, uint32_t tag, const char *name, struct tlv *out)
{
    if (!tlv_next(in, out)) return smdpp_fail(dp, "%s: no TLV where %X is expected", name, (unsigned)tag);
    if (out->tag != tag) return smdpp_fail(dp, "%s: tag %X, expected %X", name, (unsigned)out->tag, (unsigned)tag);
    return true;
}

bool smdpp_end(struct smdpp *dp, struct slice in, const char *name)
{
    return in.n == 0 || smdpp_fail(dp, "%s: %zu bytes too many", name, in.n);
}

bool smdpp_put_signature(struct buf *b, const struct test_key *key, struct slice input, struct slice instead)
{
    BUF_LOCAL raw = {0};
    if (!test_sign(key, input, &raw)) return false;
    tlv_put(b, 0x5f37, instead.p ? instead : buf_slice(&raw));
    return buf_err(b) == OK;
}

void smdpp_answer_free(struct smdpp_answer *answer)
{
    buf_free(&answer->data);
    buf_free(&answer->signature);
    buf_free(&answer->ci_pk_id);
    buf_free(&answer->certificate);
}

bool smdpp_config_sgp26(struct smdpp_config *config, const struct kat *keys, enum test_curve curve, int number)
{
    static const struct {
        enum test_curve curve;
        const char *name;
    } cis[2] = {{TEST_P256, "NIST"}, {TEST_BP256, "BRP"}};
    const char *suffix = curve == TEST_P256 ? "NIST" : "BRP";
    const char *dp = number == 2 ? "DP2" : "DP";
    *config = (struct smdpp_config){.anchor_count = 2, .seed = slice_text("an SM-DP+ for tests")};
    for (size_t i = 0; i < 2; i++) {
        size_t at = cis[i].curve == curve ? 0 : 1;
        if (!test_key_public(&config->anchors[at].key, cis[i].curve, kat_slicef(keys, "SK_CI_%s.pk", cis[i].name)))
            return false;
        test_key_identifier(&config->anchors[at].key, config->anchors[at].id);
    }
    config->auth_certificate = kat_slicef(keys, "CERT_%sauth_%s.der", dp, suffix);
    config->pb_certificate = kat_slicef(keys, "CERT_%spb_%s.der", dp, suffix);
    return test_key_private(&config->auth_key, curve, kat_slicef(keys, "SK_%sauth_%s.sk", dp, suffix)) &&
           test_key_private(&config->pb_key, curve, kat_slicef(keys, "SK_%spb_%s.sk", dp, suffix));
}

struct smdpp *smdpp_new(const struct smdpp_config *config)
{
    struct smdpp *dp = calloc(1, sizeof *dp);
    const char *why = NULL;
    if (!dp) return NULL;
    dp->config = *config;
    dp->card_error = -1;
    if (config->anchor_count == 0 || config->anchor_count > SMDPP_ANCHORS_MAX ||
        !pki_read(config->auth_certificate, &dp->auth, &why) || !pki_read(config->pb_certificate, &dp->pb, &why)) {
        fprintf(stderr, "SM-DP+ certificates: %s\n", why ? why : "no CI");
        free(dp);
        return NULL;
    }
    return dp;
}

static void session_clear(struct smdpp_session *s)
{
    struct buf *all[] = {&s->transaction_id,  &s->euicc_challenge,  &s->server_challenge, &s->address,
                         &s->ci_pk_id,        &s->ctx_params1,      &s->euicc_info2,      &s->euicc_certificate,
                         &s->eum_certificate, &s->euicc_signature1, &s->smdp_signature2,  &s->otpk_euicc,
                         &s->metadata};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
    s->euicc = (struct pki_certificate){0};
}

void smdpp_free(struct smdpp *dp)
{
    if (!dp) return;
    session_clear(&dp->session);
    buf_free(&dp->kept_otpk);
    buf_free(&dp->kept_body);
    free(dp);
}

/* Is `id` one of the 04 TLVs in a list? */
static bool list_has(struct slice list, struct slice id)
{
    struct tlv t;
    while (tlv_next(&list, &t))
        if (t.tag == 0x04 && slice_equal(t.value, id)) return true;
    return false;
}

/* EUICCInfo1 (BF20): the CI of our certificates must be in the verification list, and the first signing CI that is one
 * of our anchors becomes euiccCiPKIdToBeUsed (SGP.22 5.6.1). */
static bool choose_ci(struct smdpp *dp, struct slice info1)
{
    struct tlv whole;
    struct tlv svn;
    struct tlv verify;
    struct tlv sign;
    if (!tlv_strict(info1, TLV_DEPTH_MAX, NULL)) return smdpp_fail(dp, "euiccInfo1 is not DER");
    if (!smdpp_take(dp, &info1, 0xbf20, "euiccInfo1", &whole) || !smdpp_end(dp, info1, "euiccInfo1")) return false;
    struct slice in = whole.value;
    if (!smdpp_take(dp, &in, 0x82, "euiccInfo1 svn", &svn)) return false;
    if (svn.value.n != 3) return smdpp_fail(dp, "euiccInfo1: svn of %zu bytes", svn.value.n);
    if (!smdpp_take(dp, &in, 0xa9, "euiccCiPKIdListForVerification", &verify)) return false;
    if (!smdpp_take(dp, &in, 0xaa, "euiccCiPKIdListForSigning", &sign)) return false;
    if (!list_has(verify.value, SLICE(dp->config.anchors[0].id)))
        return smdpp_fail(dp, "the card does not verify under our CI");
    struct tlv id;
    for (struct slice list = sign.value; tlv_next(&list, &id);) {
        for (size_t i = 0; i < dp->config.anchor_count; i++) {
            if (id.tag != 0x04 || !slice_equal(id.value, SLICE(dp->config.anchors[i].id))) continue;
            smdpp_keep(&dp->session.ci_pk_id, id.value);
            return true;
        }
    }
    return smdpp_fail(dp, "the card signs under none of our CIs");
}

bool smdpp_initiate_authentication(struct smdpp *dp, struct slice euicc_challenge, struct slice euicc_info1,
                                   const char *address, struct smdpp_answer *answer)
{
    const struct smdpp_spoil *spoil = &dp->spoil;
    struct smdpp_session *s = &dp->session;
    uint8_t tid[32];
    uint8_t challenge[32];
    session_clear(s);
    dp->card_error = -1;
    if (euicc_challenge.n != 16) return smdpp_fail(dp, "euiccChallenge of %zu bytes", euicc_challenge.n);
    if (!choose_ci(dp, euicc_info1)) return false;
    smdpp_draw(dp, tid);
    smdpp_draw(dp, challenge);
    smdpp_keep(&s->transaction_id, smdpp_or(dp->fixed_transaction_id, slice_of(tid, 16)));
    smdpp_keep(&s->server_challenge, smdpp_or(dp->fixed_server_challenge, slice_of(challenge, 16)));
    smdpp_keep(&s->euicc_challenge, euicc_challenge);
    smdpp_keep(&s->address, slice_text(address));

    buf_reset(&answer->data);
    buf_reset(&answer->signature);
    buf_reset(&answer->ci_pk_id);
    size_t mark = tlv_open(&answer->data, 0x30);
    tlv_put(&answer->data, 0x80, smdpp_or(spoil->signed1_transaction_id, buf_slice(&s->transaction_id)));
    tlv_put(&answer->data, 0x81, smdpp_or(spoil->signed1_challenge, euicc_challenge));
    tlv_put(&answer->data, 0x83, slice_text(address));
    tlv_put(&answer->data, 0x84, buf_slice(&s->server_challenge));
    buf_append(&answer->data, spoil->signed1_extra);
    tlv_close(&answer->data, mark);
    const struct test_key *key = spoil->auth_key ? spoil->auth_key : &dp->config.auth_key;
    if (!smdpp_put_signature(&answer->signature, key, buf_slice(&answer->data), spoil->signature1))
        return smdpp_fail(dp, "signing failed");
    if (spoil->signed1_bit) answer->data.p[answer->data.n - 1] ^= 1;
    tlv_put(&answer->ci_pk_id, 0x04, smdpp_or(spoil->ci_pk_id, buf_slice(&s->ci_pk_id)));
    smdpp_keep(&answer->certificate, smdpp_or(spoil->auth_certificate, dp->config.auth_certificate));
    return buf_err(&answer->ci_pk_id) == OK && buf_err(&answer->certificate) == OK;
}

void smdpp_hash_cc(const char *confirmation_code, struct slice transaction_id, uint8_t out[32])
{
    BUF_LOCAL in = {0};
    uint8_t first[32];
    test_sha256(slice_text(confirmation_code), first);
    buf_append(&in, SLICE(first));
    buf_append(&in, transaction_id);
    test_sha256(buf_slice(&in), out);
}

/* smdpSigned2 and its signature (5.6.3). */
static bool make_signed2(struct smdpp *dp, struct smdpp_answer *answer)
{
    static const uint8_t yes = 0xff;
    static const uint8_t no = 0x00;
    const struct smdpp_spoil *spoil = &dp->spoil;
    struct smdpp_session *s = &dp->session;
    bool cc = dp->profile.confirmation_code || spoil->cc_required;
    struct slice otpk = dp->offered_otpk.n || !dp->retry ? dp->offered_otpk : buf_slice(&dp->kept_otpk);
    buf_reset(&answer->data);
    buf_reset(&answer->signature);
    buf_reset(&answer->ci_pk_id);
    size_t mark = tlv_open(&answer->data, 0x30);
    tlv_put(&answer->data, 0x80, smdpp_or(spoil->signed2_transaction_id, buf_slice(&s->transaction_id)));
    tlv_put(&answer->data, 0x01, slice_of(cc ? &yes : &no, 1));
    if (otpk.n) tlv_put(&answer->data, 0x5f49, otpk);
    buf_append(&answer->data, spoil->signed2_extra);
    tlv_close(&answer->data, mark);

    BUF_LOCAL input = {0};
    struct slice signature1 = buf_slice(&s->euicc_signature1);
    buf_append(&input, buf_slice(&answer->data));
    if (spoil->signature2_input == SMDPP_SIGNATURE2_RIGHT) buf_append(&input, signature1);
    if (spoil->signature2_input == SMDPP_SIGNATURE2_WITHOUT_HEADER) buf_append(&input, slice_skip(signature1, 3));
    if (!smdpp_put_signature(&answer->signature, smdpp_pb_key(dp), buf_slice(&input), spoil->signature2))
        return smdpp_fail(dp, "signing failed");
    smdpp_keep(&s->smdp_signature2, buf_slice(&answer->signature));
    if (spoil->signed2_bit) answer->data.p[4] ^= 1; /* the first byte of the transaction identifier */
    smdpp_keep(&answer->certificate, smdpp_or(spoil->pb_certificate, dp->config.pb_certificate));
    return buf_err(&input) == OK && buf_err(&answer->certificate) == OK;
}

bool smdpp_authenticate_client(struct smdpp *dp, struct slice response, struct smdpp_answer *answer)
{
    dp->card_error = -1;
    return smdpp_check_authenticate(dp, response) && make_signed2(dp, answer);
}
