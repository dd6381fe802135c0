/* ES10b.PrepareDownload (SGP.22 5.7.5, 3.1.3.2): the SM-DP+'s binding certificate is verified and a one-time key pair
 * is made, or the kept one taken again. The order of the checks: session, certificate, OID, signature, transaction,
 * confirmation code. */
#define _DEFAULT_SOURCE
#include "isdr/internal.h"

enum download_error {
    DOWNLOAD_OK = 0,
    DOWNLOAD_INVALID_CERTIFICATE = 1,
    DOWNLOAD_INVALID_SIGNATURE = 2,
    DOWNLOAD_UNSUPPORTED_CURVE = 3,
    DOWNLOAD_NO_SESSION = 4,
    DOWNLOAD_INVALID_TRANSACTION_ID = 5,
    DOWNLOAD_UNDEFINED_ERROR = 127,
};

static const char *error_name(enum download_error error)
{
    switch (error) {
    case DOWNLOAD_OK:
        return "ok";
    case DOWNLOAD_INVALID_CERTIFICATE:
        return "invalidCertificate";
    case DOWNLOAD_INVALID_SIGNATURE:
        return "invalidSignature";
    case DOWNLOAD_UNSUPPORTED_CURVE:
        return "unsupportedCurve";
    case DOWNLOAD_NO_SESSION:
        return "noSession";
    case DOWNLOAD_INVALID_TRANSACTION_ID:
        return "invalidTransactionId";
    case DOWNLOAD_UNDEFINED_ERROR:
        break;
    }
    return "undefinedError";
}

static bool is_binding_role(enum certificate_role role)
{
    return role == ROLE_DP_PB;
}

/* CERT.DPpb: as any server certificate, of the same CI and the same SM-DP+ as CERT.DPauth. */
static enum err check_certificate(struct model *m, struct slice der, struct certificate *certificate,
                                  enum download_error *error)
{
    enum certificate_fault fault;
    size_t root = 0;
    TRY(server_certificate_check(m, der, "SGP.22 5.7.5", is_binding_role, "the role of an SM-DP+ for profile binding",
                                 certificate, &root, &fault));
    *error = fault == CERTIFICATE_CURVE ? DOWNLOAD_UNSUPPORTED_CURVE : DOWNLOAD_INVALID_CERTIFICATE;
    if (fault != CERTIFICATE_GOOD) return OK;
    if (root != m->session.verify_root) {
        SAY_WHY(m, "5.7.5", "CERT.DPpb under the CI of CERT.DPauth", "one under another CI");
        return OK;
    }
    if (!slice_equal(certificate->registered_id, buf_slice(&m->session.server_oid)) || !certificate->registered_id.n) {
        SAY_WHY(m, "5.7.5", "CERT.DPpb with the SM-DP+ OID of CERT.DPauth", "another OID");
        return OK;
    }
    *error = DOWNLOAD_OK;
    return OK;
}

static enum err verify(struct model *m, const struct prepare_download_request *r, struct certificate *certificate,
                       enum download_error *error)
{
    struct session *s = &m->session;
    bool valid = false;
    *error = DOWNLOAD_NO_SESSION;
    if ((s->state != SESSION_AUTHENTICATED && s->state != SESSION_READY) || !s->is_smdp) {
        SAY_WHY(m, "5.7.5", "an AuthenticateServer with CERT.DPauth before", "%s",
                s->state == SESSION_AUTHENTICATED ? "one with CERT.DSauth" : "none");
        return OK;
    }
    TRY(check_certificate(m, r->smdp_certificate, certificate, error));
    if (*error != DOWNLOAD_OK) return OK;
    static const uint8_t signature_head[] = {0x5f, 0x37, ECDSA_RAW_SIZE};
    const struct slice parts[] = {r->smdp_signed2, SLICE(signature_head), SLICE(s->euicc_signature1)};
    TRY(ecdsa_verify(certificate->curve, certificate->point, parts, 3, r->smdp_signature2, &valid));
    *error = DOWNLOAD_INVALID_SIGNATURE;
    if (!valid) {
        SAY_WHY(m, "5.7.5", "smdpSignature2 over smdpSigned2 and euiccSignature1", "one that does not verify");
        return OK;
    }
    *error = DOWNLOAD_INVALID_TRANSACTION_ID;
    if (!slice_equal(r->transaction_id, slice_of(s->transaction_id, s->transaction_id_size))) {
        SAY_WHY(m, "5.7.5", "the transactionId of this session", "another one");
        return OK;
    }
    *error = DOWNLOAD_UNDEFINED_ERROR;
    if (r->cc_required && !r->has_hash_cc) {
        SAY_WHY(m, "5.7.5", "hashCc, since ccRequiredFlag is set", "none");
        return OK;
    }
    *error = DOWNLOAD_OK;
    return OK;
}

/* The pair that the SM-DP+ names, if it is the one kept for it; else a new one (SGP.22 3.1.3.2 step 3). */
static enum err choose_key(struct model *m, const struct prepare_download_request *r, enum curve curve)
{
    struct session *s = &m->session;
    struct slice oid = buf_slice(&s->server_oid);
    enum curve kept_curve = CURVE_UNKNOWN;
    bool found = false;
    uint8_t kept[EC_SCALAR_SIZE];
    if (r->has_euicc_otpk) TRY(one_time_key_find(m, oid, r->euicc_otpk, &kept_curve, kept, &found));
    if (found && kept_curve == curve) {
        memcpy(s->otsk, kept, sizeof kept);
        memcpy(s->otpk, r->euicc_otpk.p, EC_POINT_SIZE);
        model_trace(m, EUICC_EVENT_DETAIL, "the kept one-time key is used again");
    } else {
        TRY(ec_generate(curve, s->otsk, s->otpk));
        TRY(one_time_key_store(m, oid, curve, s->otsk, s->otpk));
    }
    explicit_bzero(kept, sizeof kept);
    s->otpk_curve = curve;
    return OK;
}

static enum err answer(struct model *m, const struct prepare_download_request *r, struct buf *response)
{
    BUF_LOCAL signed2 = {0};
    uint8_t signature[ECDSA_RAW_SIZE];
    size_t mark = tlv_open(&signed2, 0x30);
    tlv_put(&signed2, 0x80, r->transaction_id);
    tlv_put(&signed2, 0x5f49, SLICE(m->session.otpk));
    if (r->cc_required) tlv_put(&signed2, 0x04, r->hash_cc);
    tlv_close(&signed2, mark);
    size_t end = signed2.n;
    tlv_put(&signed2, 0x5f37, r->smdp_signature2);
    TRY(buf_err(&signed2));
    struct slice part = buf_slice(&signed2);
    TRY(identity_sign(m, m->session.sign_root, &part, 1, signature));
    size_t outer = tlv_open(response, 0xbf21);
    size_t ok = tlv_open(response, 0xa0);
    buf_append(response, slice_of(signed2.p, end));
    tlv_put(response, 0x5f37, SLICE(signature));
    tlv_close(response, ok);
    tlv_close(response, outer);
    model_trace(m, EUICC_EVENT_RESULT, "ok");
    return buf_err(response);
}

enum err es10b_prepare_download(struct model *m, struct slice request, struct buf *response)
{
    struct prepare_download_request r;
    struct certificate certificate = {0};
    enum download_error error;
    TRY(asn1_prepare_download_request(request, &r, &m->reason));
    TRY(verify(m, &r, &certificate, &error));
    if (error != DOWNLOAD_OK) {
        size_t outer = tlv_open(response, 0xbf21);
        size_t inner = tlv_open(response, 0xa1);
        tlv_put(response, 0x80, r.transaction_id);
        tlv_put_unsigned(response, 0x02, error);
        tlv_close(response, inner);
        tlv_close(response, outer);
        model_trace(m, EUICC_EVENT_RESULT, "%s(%d)", error_name(error), (int)error);
        return buf_err(response);
    }
    TRY(choose_key(m, &r, certificate.curve));
    download_drop(&m->session.download); /* the start of a package for an earlier PrepareDownload of this session */
    m->session.dp_curve = certificate.curve;
    memcpy(m->session.dp_point, certificate.point.p, EC_POINT_SIZE);
    TRY(answer(m, &r, response));
    m->session.state = SESSION_READY;
    return OK;
}
