/* ES10b.AuthenticateServer (SGP.22 5.7.13, 3.1.2): the common mutual authentication, card side. The order of the
 * checks: session, root, curve, certificate, role, signature, challenge. Nothing is signed and no EUICCInfo2 leaves
 * before all of them passed. */
#include "isdr/internal.h"

enum authenticate_error {
    AUTHENTICATE_OK = 0,
    INVALID_CERTIFICATE = 1,
    INVALID_SERVER_SIGNATURE = 2,
    UNSUPPORTED_CURVE = 3,
    NO_SESSION = 4,
    INVALID_OID = 5,
    EUICC_CHALLENGE_MISMATCH = 6,
    CI_PK_UNKNOWN = 7,
};

static const char *const error_names[] = {
    "ok",        "invalidCertificate", "invalidSignature",       "unsupportedCurve",
    "noSession", "invalidOid",         "euiccChallengeMismatch", "ciPKUnknown"};

static bool is_authentication_role(enum certificate_role role)
{
    return role == ROLE_DP_AUTH || role == ROLE_DS_AUTH;
}

static enum authenticate_error from_fault(enum certificate_fault fault)
{
    switch (fault) {
    case CERTIFICATE_GOOD:
        return AUTHENTICATE_OK;
    case CERTIFICATE_CURVE:
        return UNSUPPORTED_CURVE;
    case CERTIFICATE_CI_UNKNOWN:
        return CI_PK_UNKNOWN;
    case CERTIFICATE_ROLE:
        return INVALID_OID;
    case CERTIFICATE_INVALID:
        break;
    }
    return INVALID_CERTIFICATE;
}

static enum err verify(struct model *m, const struct authenticate_server_request *r, struct certificate *certificate,
                       size_t *verify_root, size_t *sign_root, enum authenticate_error *error)
{
    enum certificate_fault fault;
    bool valid = false;
    *error = NO_SESSION;
    if (m->session.state != SESSION_CHALLENGE) {
        SAY_WHY(m, "5.7.13", "a GetEUICCChallenge before", "no open challenge");
        return OK;
    }
    TRY(server_certificate_check(m, r->server_certificate, "SGP.22 5.7.13", is_authentication_role,
                                 "the role of an SM-DP+ or SM-DS for authentication", certificate, verify_root,
                                 &fault));
    const struct root *signing = identity_root(m, r->ci_pk_id, sign_root);
    if (fault != CERTIFICATE_CI_UNKNOWN && (!signing || !signing->signs)) {
        /* comes before whatever else is wrong with the certificate */
        reason_begin(&m->reason, m->reason.function);
        SAY_WHY(m, "5.7.13", "euiccCiPKIdToBeUsed of euiccCiPKIdListForSigning", "another key identifier");
        *error = CI_PK_UNKNOWN;
        return OK;
    }
    *error = from_fault(fault);
    if (fault != CERTIFICATE_GOOD) return OK;
    *error = INVALID_SERVER_SIGNATURE;
    TRY(ecdsa_verify(certificate->curve, certificate->point, &r->server_signed1, 1, r->server_signature1, &valid));
    if (!valid) {
        SAY_WHY(m, "5.7.13", "serverSignature1 over serverSigned1", "one that does not verify");
        return OK;
    }
    *error = EUICC_CHALLENGE_MISMATCH;
    if (!crypto_equal(r->euicc_challenge.p, m->session.challenge, sizeof m->session.challenge)) {
        SAY_WHY(m, "5.7.13", "the euiccChallenge of this session", "another one");
        return OK;
    }
    *error = AUTHENTICATE_OK;
    return OK;
}

/* euiccSigned1: transactionId, serverAddress, serverChallenge, euiccInfo2, ctxParams1 as received. */
static enum err sign(struct model *m, const struct authenticate_server_request *r, size_t root, struct buf *response,
                     uint8_t signature[ECDSA_RAW_SIZE])
{
    BUF_LOCAL signed1 = {0};
    size_t mark = tlv_open(&signed1, 0x30);
    tlv_put(&signed1, 0x80, r->transaction_id);
    tlv_put(&signed1, 0x83, r->server_address);
    tlv_put(&signed1, 0x84, r->server_challenge);
    euicc_info2(m, &signed1);
    buf_append(&signed1, r->ctx_params1);
    tlv_close(&signed1, mark);
    TRY(buf_err(&signed1));
    struct slice part = buf_slice(&signed1);
    TRY(identity_sign(m, root, &part, 1, signature));
    size_t outer = tlv_open(response, 0xbf38);
    size_t ok = tlv_open(response, 0xa0);
    buf_append(response, part);
    tlv_put(response, 0x5f37, slice_of(signature, ECDSA_RAW_SIZE));
    buf_append(response, m->identity.roots[root].euicc_certificate);
    buf_append(response, m->identity.roots[root].eum_certificate);
    tlv_close(response, ok);
    tlv_close(response, outer);
    return buf_err(response);
}

static enum err open_session(struct model *m, const struct authenticate_server_request *r,
                             const struct certificate *certificate)
{
    struct session *s = &m->session;
    memcpy(s->transaction_id, r->transaction_id.p, r->transaction_id.n);
    s->transaction_id_size = r->transaction_id.n;
    s->is_smdp = certificate->role == ROLE_DP_AUTH;
    buf_reset(&s->server_oid);
    buf_append(&s->server_oid, certificate->registered_id);
    buf_reset(&s->server_address);
    buf_append(&s->server_address, r->server_address);
    s->state = SESSION_AUTHENTICATED;
    return s->server_oid.failed || s->server_address.failed ? ERR_MEMORY : OK;
}

static enum err refuse(struct model *m, const struct authenticate_server_request *r, enum authenticate_error error,
                       struct buf *response)
{
    if (m->session.state == SESSION_CHALLENGE && !m->personality.challenge_survives_refusal) session_drop(&m->session);
    size_t outer = tlv_open(response, 0xbf38);
    size_t inner = tlv_open(response, 0xa1);
    tlv_put(response, 0x80, r->transaction_id);
    tlv_put_unsigned(response, 0x02, error);
    tlv_close(response, inner);
    tlv_close(response, outer);
    model_trace(m, EUICC_EVENT_RESULT, "%s(%d)", error_names[error], (int)error);
    return buf_err(response);
}

enum err es10b_authenticate_server(struct model *m, struct slice request, struct buf *response)
{
    struct authenticate_server_request r;
    struct certificate certificate = {0};
    enum authenticate_error error;
    size_t verify_root = 0;
    size_t sign_root = 0;
    TRY(asn1_authenticate_server_request(request, &r, &m->reason));
    model_trace(m, EUICC_EVENT_DETAIL, "serverAddress %.*s", (int)r.server_address.n, (const char *)r.server_address.p);
    model_trace(m, EUICC_EVENT_DETAIL, "matchingId %.*s", (int)r.matching_id.n, (const char *)r.matching_id.p);
    TRY(verify(m, &r, &certificate, &verify_root, &sign_root, &error));
    if (error != AUTHENTICATE_OK) return refuse(m, &r, error, response);
    uint8_t signature[ECDSA_RAW_SIZE];
    TRY(sign(m, &r, sign_root, response, signature));
    memcpy(m->session.euicc_signature1, signature, sizeof signature);
    m->session.verify_root = verify_root;
    m->session.sign_root = sign_root;
    TRY(open_session(m, &r, &certificate));
    model_trace(m, EUICC_EVENT_RESULT, "ok");
    return OK;
}
