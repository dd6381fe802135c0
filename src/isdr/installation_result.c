/* ProfileInstallationResult (SGP.22 2.5.6): built, signed, stored together with the profile, and only
 * then answered. Called at the end of every bound profile package. */
#include "isdr/internal.h"

#include "saip/saip.h"

static const char *error_name(enum bpp_error error)
{
    switch (error) {
    case BPP_GOOD:
        return "ok";
    case INCORRECT_INPUT_VALUES:
        return "incorrectInputValues";
    case INVALID_SIGNATURE:
        return "invalidSignature";
    case INVALID_TRANSACTION_ID:
        return "invalidTransactionId";
    case UNSUPPORTED_CRT_VALUES:
        return "unsupportedCrtValues";
    case UNSUPPORTED_REMOTE_OPERATION_TYPE:
        return "unsupportedRemoteOperationType";
    case UNSUPPORTED_PROFILE_CLASS:
        return "unsupportedProfileClass";
    case SCP03T_STRUCTURE_ERROR:
        return "scp03tStructureError";
    case SCP03T_SECURITY_ERROR:
        return "scp03tSecurityError";
    case ICCID_ALREADY_EXISTS:
        return "installFailedDueToIccidAlreadyExistsOnEuicc";
    case INSUFFICIENT_MEMORY:
        return "installFailedDueToInsufficientMemoryForProfile";
    case INTERRUPTION:
        return "installFailedDueToInterruption";
    case PE_PROCESSING_ERROR:
        return "installFailedDueToPEProcessingError";
    case DATA_MISMATCH:
        return "installFailedDueToDataMismatch";
    case INVALID_NAA_KEY:
        return "testProfileInstallFailedDueToInvalidNaaKey";
    case PPR_NOT_ALLOWED:
        return "pprNotAllowed";
    case UNKNOWN_ERROR:
        break;
    }
    return "installFailedDueToUnknownError";
}

static const char *command_name(enum bpp_command command)
{
    switch (command) {
    case COMMAND_INITIALISE_SECURE_CHANNEL:
        return "initialiseSecureChannel";
    case COMMAND_CONFIGURE_ISDP:
        return "configureISDP";
    case COMMAND_STORE_METADATA:
        return "storeMetadata";
    case COMMAND_REPLACE_SESSION_KEYS:
        return "replaceSessionKeys";
    case COMMAND_LOAD_PROFILE_ELEMENTS:
        break;
    }
    return "loadProfileElements";
}

/* BF37 {BF27 {80 transactionId, BF2F, 06 smdpOid, A2 finalResult}, 5F37}; stored under its own sequence number. */
static enum err finish(struct model *m, struct slice final_result, const uint8_t *iccid, struct buf *response)
{
    uint32_t sequence;
    uint8_t signature[ECDSA_RAW_SIZE];
    struct session *s = &m->session;
    BUF_LOCAL data = {0};
    TRY(notification_next_sequence(m, &sequence));
    size_t mark = tlv_open(&data, 0xbf27);
    tlv_put(&data, 0x80, slice_of(s->transaction_id, s->transaction_id_size));
    notification_metadata(sequence, EVENT_INSTALL, buf_slice(&s->server_address), iccid, &data);
    tlv_put(&data, 0x06, buf_slice(&s->server_oid));
    tlv_put(&data, 0xa2, final_result);
    tlv_close(&data, mark);
    TRY(buf_err(&data));
    struct slice part = buf_slice(&data);
    TRY(identity_sign(m, s->sign_root, &part, 1, signature));
    size_t outer = tlv_open(response, 0xbf37);
    buf_append(response, part);
    tlv_put(response, 0x5f37, SLICE(signature));
    tlv_close(response, outer);
    TRY(buf_err(response));
    return notification_store_result(m, sequence, buf_slice(response));
}

#define NOTE "card/loading" /* 80 transactionId, 81 serverAddress, 06 OID, 82 bppCommandId, 83 root, [5A iccid] */

/* The ICCID of the metadata, once it is known. */
static const uint8_t *known_iccid(const struct download *d)
{
    struct tlv metadata;
    struct tlv iccid;
    struct slice in = buf_slice(&d->metadata);
    bool known = d->has_metadata && tlv_next(&in, &metadata) && tlv_find(metadata.value, 0x5a, &iccid) &&
                 iccid.value.n == ICCID_SIZE;
    return known ? iccid.value.p : NULL;
}

enum err installation_note(struct model *m)
{
    struct session *s = &m->session;
    BUF_LOCAL note = {0};
    if (s->state != SESSION_LOADING || !m->personality.interruption_result) return store_delete(m->store, NOTE);
    tlv_put(&note, 0x80, slice_of(s->transaction_id, s->transaction_id_size));
    tlv_put(&note, 0x81, buf_slice(&s->server_address));
    tlv_put(&note, 0x06, buf_slice(&s->server_oid));
    tlv_put_unsigned(&note, 0x82, bound_profile_package_command(m));
    tlv_put_unsigned(&note, 0x83, (uint32_t)s->sign_root);
    if (known_iccid(&s->download)) tlv_put(&note, 0x5a, slice_of(known_iccid(&s->download), ICCID_SIZE));
    TRY(buf_err(&note));
    return store_put(m->store, NOTE, buf_slice(&note));
}

/* The session of the note, as far as a result needs it. */
static bool recall(struct model *m, struct slice in, uint32_t *command, struct slice *iccid)
{
    struct session *s = &m->session;
    struct tlv t;
    uint32_t root;
    if (!tlv_next(&in, &t) || t.tag != 0x80 || t.value.n > sizeof s->transaction_id) return false;
    memcpy(s->transaction_id, t.value.p, t.value.n);
    s->transaction_id_size = t.value.n;
    if (!tlv_next(&in, &t) || t.tag != 0x81) return false;
    buf_append(&s->server_address, t.value);
    if (!tlv_next(&in, &t) || t.tag != 0x06) return false;
    buf_append(&s->server_oid, t.value);
    if (!tlv_next(&in, &t) || t.tag != 0x82 || !tlv_unsigned(t.value, command)) return false;
    if (!tlv_next(&in, &t) || t.tag != 0x83 || !tlv_unsigned(t.value, &root)) return false;
    s->sign_root = root;
    if (tlv_next(&in, &t) && t.tag == 0x5a && t.value.n == ICCID_SIZE) *iccid = t.value;
    return true;
}

enum err installation_store_record(struct model *m, struct profile *p)
{
    struct download *d = &m->session.download;
    struct store_metadata_request metadata;
    *p = (struct profile){0};
    TRY(asn1_stored_metadata(buf_slice(&d->metadata), &metadata));
    TRY(profile_allocate_aid(m, p->aid));
    TRY(profile_next_order(m, &p->order));
    memcpy(p->iccid, metadata.iccid.p, ICCID_SIZE);
    p->profile_class = metadata.profile_class;
    p->ppr = metadata.ppr;
    p->emergency = metadata.ecall_indication && m->personality.sgp32 >= SGP32_1_1;
    p->fallback_allowed = metadata.fallback_allowed && m->personality.sgp32 >= SGP32_1_1;
    memcpy(p->ci_pk_id, m->identity.roots[m->session.sign_root].ci_pk_id, CI_PK_ID_SIZE);
    TRY(profile_put(m, p));
    TRY(profile_put_part(m, p->aid, "meta", buf_slice(&d->metadata)));
    return d->dp_proprietary_data.n ? profile_put_part(m, p->aid, "dp", buf_slice(&d->dp_proprietary_data)) : OK;
}

static enum err store_profile(struct model *m, struct profile *p)
{
    struct isdp isdp;
    TRY(installation_store_record(m, p));
    isdp_of(m, p->aid, &isdp);
    return saip_install_store(m->session.download.elements, &isdp);
}

enum err installation_succeeded(struct model *m, struct buf *response)
{
    struct profile p;
    BUF_LOCAL result = {0};
    BUF_LOCAL sima = {0};
    TRY(store_profile(m, &p));
    saip_install_response(m->session.download.elements, &sima);
    TRY(buf_err(&sima));
    size_t success = tlv_open(&result, 0xa0);
    tlv_put(&result, 0x4f, SLICE(p.aid));
    tlv_put(&result, 0x04, buf_slice(&sima));
    tlv_close(&result, success);
    TRY(buf_err(&result));
    TRY(finish(m, buf_slice(&result), p.iccid, response));
    TRY(notification_add(m, &p, EVENT_INSTALL));
    TRY(one_time_key_delete(m, buf_slice(&m->session.server_oid)));
    model_trace(m, EUICC_EVENT_RESULT, "installed");
    return session_installed(&m->session, p.aid);
}

enum err installation_failed(struct model *m, enum bpp_command command, enum bpp_error error, struct buf *response)
{
    struct download *d = &m->session.download;
    BUF_LOCAL result = {0};
    size_t failure = tlv_open(&result, 0xa1);
    tlv_put_unsigned(&result, 0x80, command);
    tlv_put_unsigned(&result, 0x81, error);
    if (d->elements && command == COMMAND_LOAD_PROFILE_ELEMENTS && saip_install_status(d->elements) != PE_OK) {
        BUF_LOCAL sima = {0};
        saip_install_response(d->elements, &sima);
        TRY(buf_err(&sima));
        tlv_put(&result, 0x82, buf_slice(&sima));
    }
    tlv_close(&result, failure);
    TRY(buf_err(&result));
    TRY(finish(m, buf_slice(&result), known_iccid(d), response));
    session_drop(&m->session);
    model_trace(m, EUICC_EVENT_RESULT, "%s: %s(%d)", command_name(command), error_name(error), (int)error);
    return OK;
}

enum err isdr_power_on(struct model *m)
{
    struct slice note;
    struct slice iccid = {0};
    uint32_t command = 0;
    BUF_LOCAL result = {0};
    BUF_LOCAL unheard = {0};
    if (!store_get(m->store, NOTE, &note)) return OK;
    if (!recall(m, note, &command, &iccid)) return ERR_CORRUPT;
    TRY(buf_err(&m->session.server_address));
    TRY(buf_err(&m->session.server_oid));
    size_t failure = tlv_open(&result, 0xa1);
    tlv_put_unsigned(&result, 0x80, command);
    tlv_put_unsigned(&result, 0x81, INTERRUPTION);
    tlv_close(&result, failure);
    TRY(buf_err(&result));
    TRY(finish(m, buf_slice(&result), iccid.n ? iccid.p : NULL, &unheard));
    session_drop(&m->session);
    model_trace(m, EUICC_EVENT_DETAIL, "an installation was interrupted: %s(%d)", error_name(INTERRUPTION),
                INTERRUPTION);
    return store_delete(m->store, NOTE);
}
