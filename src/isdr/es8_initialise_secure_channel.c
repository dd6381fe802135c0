/* ES8+.InitialiseSecureChannel (SGP.22 5.5.1, 2.6.4, annex G): key agreement and the session keys. The order of the
 * checks: signature, operation, transaction, key parameters, point. */
#define _DEFAULT_SOURCE
#include "isdr/internal.h"

#define INSTALL_BOUND_PROFILE_PACKAGE 1
#define KEY_TYPE_AES 0x88
#define KEY_LENGTH_AES128 0x10

/* smdpSign covers the request from remoteOpId to otPK.DP as received, then otPK.EUICC as a data object. */
static enum err signature_valid(struct model *m, const struct initialise_secure_channel_request *r, bool *valid)
{
    static const uint8_t otpk_head[] = {0x5f, 0x49, EC_POINT_SIZE};
    const struct slice parts[] = {r->signed_part, SLICE(otpk_head), SLICE(m->session.otpk)};
    return ecdsa_verify(m->session.dp_curve, SLICE(m->session.dp_point), parts, 3, r->smdp_sign, valid);
}

static enum err derive(struct model *m, const struct initialise_secure_channel_request *r)
{
    uint8_t z[32];
    enum err e = ecka(m->session.otpk_curve, m->session.otsk, r->smdp_otpk, z);
    if (e == OK)
        e = bsp_new(&m->session.download.bsp, z, r->key_type, r->key_length, r->host_id, SLICE(m->identity.eid));
    explicit_bzero(z, sizeof z);
    return e;
}

enum err es8_initialise_secure_channel(struct model *m, struct slice request, enum bpp_error *error)
{
    struct initialise_secure_channel_request r;
    bool valid = false;
    *error = INCORRECT_INPUT_VALUES;
    enum err e = asn1_initialise_secure_channel_request(request, &r, &m->reason);
    if (e == ERR_DATA) return OK;
    TRY(e);
    TRY(signature_valid(m, &r, &valid));
    *error = INVALID_SIGNATURE;
    if (!valid) {
        SAY_WHY(m, "5.5.1", "smdpSign by CERT.DPpb of this session", "one that does not verify");
        return OK;
    }
    *error = UNSUPPORTED_REMOTE_OPERATION_TYPE;
    if (r.remote_operation != INSTALL_BOUND_PROFILE_PACKAGE) {
        SAY_WHY(m, "5.5.1", "remoteOpId installBoundProfilePackage(1)", "%u", r.remote_operation);
        return OK;
    }
    *error = INVALID_TRANSACTION_ID;
    if (!slice_equal(r.transaction_id, slice_of(m->session.transaction_id, m->session.transaction_id_size))) {
        SAY_WHY(m, "5.5.1", "the transactionId of this session", "another one");
        return OK;
    }
    *error = UNSUPPORTED_CRT_VALUES;
    if (r.key_type != KEY_TYPE_AES || r.key_length != KEY_LENGTH_AES128 || r.host_id.n < 1 || r.host_id.n > 16) {
        SAY_WHY(m, "5.5.1", "keyType 88, keyLen 10, hostId of 1 to 16 bytes", "%02X, %02X, %zu bytes", r.key_type,
                r.key_length, r.host_id.n);
        return OK;
    }
    *error = INCORRECT_INPUT_VALUES;
    TRY(ec_point_check(m->session.otpk_curve, r.smdp_otpk, &valid));
    if (!valid) {
        SAY_WHY(m, "5.5.1", "otPK.DP on the curve of CERT.DPpb", "another point");
        return OK;
    }
    *error = BPP_GOOD;
    return derive(m, &r);
}
