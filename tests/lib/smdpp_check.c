/* What the SM-DP+ double checks of AuthenticateServerResponse and PrepareDownloadResponse (SGP.22 5.6.2, 5.6.3, 5.7.5,
 * 5.7.13); see smdpp.h. */
#include "smdpp_internal.h"

/* The error form A1{80 transactionId, 02 code} that both responses have. True if it was one. */
static bool is_error_response(struct smdpp *dp, struct slice body, const char *name)
{
    struct tlv error;
    struct tlv tid;
    struct tlv code;
    uint32_t value = 0;
    if (!tlv_next(&body, &error) || error.tag != 0xa1) return false;
    struct slice in = error.value;
    if (!smdpp_take(dp, &in, 0x80, name, &tid) || !smdpp_take(dp, &in, 0x02, name, &code)) return true;
    if (!tlv_unsigned(code.value, &value) || in.n || body.n) {
        smdpp_fail(dp, "%s: malformed error response", name);
        return true;
    }
    dp->card_error = (int)value;
    smdpp_fail(dp, "%s: the card says %u", name, (unsigned)value);
    return true;
}

/* Opens BFxx{A0{..}} and gives back the content of A0. */
static bool open_response(struct smdpp *dp, struct slice response, uint32_t tag, const char *name, struct slice *ok)
{
    struct tlv whole;
    struct tlv choice;
    if (!tlv_strict(response, TLV_DEPTH_MAX, NULL)) return smdpp_fail(dp, "%s is not DER", name);
    if (!smdpp_take(dp, &response, tag, name, &whole) || !smdpp_end(dp, response, name)) return false;
    if (is_error_response(dp, whole.value, name)) return false;
    struct slice in = whole.value;
    if (!smdpp_take(dp, &in, 0xa0, name, &choice) || !smdpp_end(dp, in, name)) return false;
    *ok = choice.value;
    return true;
}

static bool equals(struct smdpp *dp, struct slice came, const struct buf *expected, const char *name)
{
    return slice_equal(came, buf_slice(expected)) || smdpp_fail(dp, "%s is not the session's", name);
}

/* Members of EUICCInfo2 in the order of the RSPDefinitions module (v2.5 and later), and how many bytes they have. */
static const struct info2_row {
    uint32_t tag;
    bool mandatory;
    size_t min;
    size_t max;
} info2_rows[] = {
    {0x81, true, 3, 3},    /* profileVersion */
    {0x82, true, 3, 3},    /* svn */
    {0x83, true, 3, 3},    /* euiccFirmwareVer */
    {0x84, true, 1, 64},   /* extCardResource */
    {0x85, true, 1, 8},    /* uiccCapability */
    {0x86, false, 3, 3},   /* ts102241Version */
    {0x87, false, 3, 3},   /* globalplatformVersion */
    {0x88, true, 1, 8},    /* rspCapability */
    {0xa9, true, 22, 999}, /* euiccCiPKIdListForVerification */
    {0xaa, true, 22, 999}, /* euiccCiPKIdListForSigning */
    {0x8b, false, 1, 1},   /* euiccCategory */
    {0x99, false, 1, 8},   /* forbiddenProfilePolicyRules */
    {0x04, true, 3, 3},    /* ppVersion */
    {0x0c, true, 0, 64},   /* sasAcreditationNumber */
    {0xac, false, 0, 999}, /* certificationDataObject */
    {0x8d, false, 1, 8},   /* treProperties */
    {0x8e, false, 0, 999}, /* treProductReference */
    {0xaf, false, 0, 999}, /* additionalEuiccProfilePackageVersions */
    {0x90, false, 1, 1},   /* lpaMode, ipaMode */
    {0xb1, false, 0, 999}, /* v3 */
    {0x92, false, 0, 64},  /* v3 */
    {0x93, false, 3, 3},   /* v3 */
    {0xb4, false, 0, 999}, /* iotSpecificInfo */
    {0x95, false, 1, 1},   /* v2.7 */
};

static bool check_info2(struct smdpp *dp, struct slice content)
{
    size_t row = 0;
    const size_t rows = sizeof info2_rows / sizeof *info2_rows;
    struct tlv t;
    while (tlv_next(&content, &t)) {
        while (row < rows && info2_rows[row].tag != t.tag) {
            if (info2_rows[row].mandatory)
                return smdpp_fail(dp, "euiccInfo2: %X is missing before %X", (unsigned)info2_rows[row].tag,
                                  (unsigned)t.tag);
            row++;
        }
        if (row == rows) return smdpp_fail(dp, "euiccInfo2: %X is unknown or out of order", (unsigned)t.tag);
        if (t.value.n < info2_rows[row].min || t.value.n > info2_rows[row].max)
            return smdpp_fail(dp, "euiccInfo2: %X has %zu bytes", (unsigned)t.tag, t.value.n);
        row++;
    }
    for (; row < rows; row++)
        if (info2_rows[row].mandatory)
            return smdpp_fail(dp, "euiccInfo2: %X is missing at the end", (unsigned)info2_rows[row].tag);
    return true;
}

/* euiccSigned1 = 30{80 transactionId, 83 serverAddress, 84 serverChallenge, BF22 euiccInfo2, ctxParams1}. */
static bool check_signed1(struct smdpp *dp, struct slice in)
{
    struct smdpp_session *s = &dp->session;
    struct tlv t;
    if (!smdpp_take(dp, &in, 0x80, "euiccSigned1 transactionId", &t) ||
        !equals(dp, t.value, &s->transaction_id, "euiccSigned1 transactionId") ||
        !smdpp_take(dp, &in, 0x83, "euiccSigned1 serverAddress", &t) ||
        !equals(dp, t.value, &s->address, "euiccSigned1 serverAddress") ||
        !smdpp_take(dp, &in, 0x84, "euiccSigned1 serverChallenge", &t) ||
        !equals(dp, t.value, &s->server_challenge, "euiccSigned1 serverChallenge") ||
        !smdpp_take(dp, &in, 0xbf22, "euiccInfo2", &t) || !check_info2(dp, t.value))
        return false;
    smdpp_keep(&s->euicc_info2, t.whole);
    if (!smdpp_take(dp, &in, 0xa0, "ctxParams1", &t) || !smdpp_end(dp, in, "euiccSigned1")) return false;
    smdpp_keep(&s->ctx_params1, t.whole);
    return true;
}

bool smdpp_check_authenticate(struct smdpp *dp, struct slice response)
{
    struct smdpp_session *s = &dp->session;
    struct slice in;
    struct tlv signed1;
    struct tlv signature;
    struct tlv euicc;
    struct tlv eum;
    const char *why = "";
    if (s->transaction_id.n == 0) return smdpp_fail(dp, "no session");
    if (!open_response(dp, response, 0xbf38, "AuthenticateServerResponse", &in)) return false;
    if (!smdpp_take(dp, &in, 0x30, "euiccSigned1", &signed1) ||
        !smdpp_take(dp, &in, 0x5f37, "euiccSignature1", &signature) ||
        !smdpp_take(dp, &in, 0x30, "euiccCertificate", &euicc) || !smdpp_take(dp, &in, 0x30, "eumCertificate", &eum) ||
        !smdpp_end(dp, in, "authenticateResponseOk"))
        return false;
    const struct pki_anchor *anchor = NULL;
    for (size_t i = 0; i < dp->config.anchor_count; i++)
        if (slice_equal(SLICE(dp->config.anchors[i].id), buf_slice(&s->ci_pk_id))) anchor = &dp->config.anchors[i];
    if (!anchor || !pki_check_euicc(euicc.whole, eum.whole, anchor, &s->euicc, &why)) return smdpp_fail(dp, "%s", why);
    if (!test_verify(&s->euicc.key, signed1.whole, signature.value))
        return smdpp_fail(dp, "euiccSignature1 does not verify");
    if (!check_signed1(dp, signed1.value)) return false;
    smdpp_keep(&s->euicc_certificate, euicc.whole);
    smdpp_keep(&s->eum_certificate, eum.whole);
    smdpp_keep(&s->euicc_signature1, signature.whole);
    return true;
}

/* euiccSigned2 = 30{80 transactionId, 5F49 otPK.EUICC, 04 hashCc?}. */
static bool check_signed2(struct smdpp *dp, struct slice in)
{
    struct smdpp_session *s = &dp->session;
    struct tlv t;
    struct test_key otpk;
    if (!smdpp_take(dp, &in, 0x80, "euiccSigned2 transactionId", &t) ||
        !equals(dp, t.value, &s->transaction_id, "euiccSigned2 transactionId") ||
        !smdpp_take(dp, &in, 0x5f49, "euiccOtpk", &t))
        return false;
    if (!test_key_public(&otpk, smdpp_pb_key(dp)->curve, t.value))
        return smdpp_fail(dp, "euiccOtpk is no point of the curve of CERT.DPpb");
    smdpp_keep(&s->otpk_euicc, t.value);
    bool has_hash = in.n != 0;
    if (has_hash && !smdpp_take(dp, &in, 0x04, "hashCc", &t)) return false;
    if (!smdpp_end(dp, in, "euiccSigned2")) return false;
    if (!dp->profile.confirmation_code) return true;
    uint8_t expected[32];
    smdpp_hash_cc(dp->profile.confirmation_code, buf_slice(&s->transaction_id), expected);
    if (!has_hash) return smdpp_fail(dp, "hashCc is missing");
    return slice_equal(t.value, SLICE(expected)) || smdpp_fail(dp, "hashCc is not of this confirmation code");
}

bool smdpp_check_prepare(struct smdpp *dp, struct slice response)
{
    struct smdpp_session *s = &dp->session;
    struct slice in;
    struct tlv signed2;
    struct tlv signature;
    if (s->smdp_signature2.n == 0) return smdpp_fail(dp, "the eUICC is not authenticated");
    if (!open_response(dp, response, 0xbf21, "PrepareDownloadResponse", &in)) return false;
    if (!smdpp_take(dp, &in, 0x30, "euiccSigned2", &signed2) ||
        !smdpp_take(dp, &in, 0x5f37, "euiccSignature2", &signature) || !smdpp_end(dp, in, "downloadResponseOk"))
        return false;
    BUF_LOCAL input = {0};
    buf_append(&input, signed2.whole);
    buf_append(&input, buf_slice(&s->smdp_signature2));
    if (!test_verify(&s->euicc.key, buf_slice(&input), signature.value))
        return smdpp_fail(dp, "euiccSignature2 does not verify");
    return check_signed2(dp, signed2.value);
}
