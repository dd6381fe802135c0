/* Decoders of the ES10a, ES10b and ES10c requests (SGP.22 v2.5 5.7); see messages.h. Called by src/isdr. */
#include "asn1/messages.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define FUNCTION(clause_text, type_name)                                                                               \
    ASN1_LOCAL a = {0};                                                                                                \
    *out = (__typeof__(*out)){0};                                                                                      \
    TRY(asn1_open(&a, type_name, der, "SGP.22 " clause_text, reason))

/* Slot members of the SEQUENCE at `path` must not carry one of these tags: those are known members out of place. */
#define ONLY_ONCE(path, ...)                                                                                           \
    do {                                                                                                               \
        static const uint32_t known_[] = {__VA_ARGS__};                                                                \
        asn1_check_extensions(&a, path, known_, COUNT(known_));                                                        \
    } while (0)

enum err asn1_empty_request(struct slice der, const char *type, const char *clause, struct reason *reason)
{
    ASN1_LOCAL a = {0};
    return asn1_open(&a, type, der, clause, reason);
}

/* ctxParams1 is a CHOICE of which v2 knows one: ctxParamsForCommonAuthentication [0]. */
static enum err decode_ctx_params1(struct slice whole, struct slice *matching_id, struct reason *reason)
{
    ASN1_LOCAL a = {0};
    bool present;
    TRY(asn1_open(&a, "CtxParamsForCommonAuthentication", whole, "SGP.22 5.7.13", reason));
    *matching_id = asn1_optional_bytes(&a, "matchingId", 0, whole.n, &present);
    (void)asn1_bytes(&a, "deviceInfo.tac", 4, 4);
    (void)asn1_whole(&a, "deviceInfo.deviceCapabilities");
    (void)asn1_optional_bytes(&a, "deviceInfo.imei", 8, 8, &present);
    ONLY_ONCE("deviceInfo.deviceCapabilities", 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a);
    ONLY_ONCE("deviceInfo", 0x80, 0xa1, 0x82);
    ONLY_ONCE("", 0x80, 0xa1);
    return asn1_done(&a);
}

enum err asn1_authenticate_server_request(struct slice der, struct authenticate_server_request *out,
                                          struct reason *reason)
{
    FUNCTION("5.7.13", "AuthenticateServerRequest");
    out->server_signed1 = asn1_whole(&a, "serverSigned1");
    out->transaction_id = asn1_bytes(&a, "serverSigned1.transactionId", 1, 16);
    out->euicc_challenge = asn1_bytes(&a, "serverSigned1.euiccChallenge", 16, 16);
    out->server_address = asn1_text(&a, "serverSigned1.serverAddress", 255);
    out->server_challenge = asn1_bytes(&a, "serverSigned1.serverChallenge", 16, 16);
    ONLY_ONCE("serverSigned1", 0x80, 0x81, 0x83, 0x84);
    out->server_signature1 = asn1_bytes(&a, "serverSignature1", 0, der.n);
    out->ci_pk_id = asn1_bytes(&a, "euiccCiPKIdToBeUsed", 0, 64);
    out->server_certificate = asn1_whole(&a, "serverCertificate");
    out->ctx_params1 = asn1_whole(&a, "ctxParams1");
    ONLY_ONCE("", 0x30, 0x5f37, 0x04, 0xa0);
    TRY(asn1_done(&a));
    enum err e = decode_ctx_params1(out->ctx_params1, &out->matching_id, reason);
    /* Offsets count from the start of the request. */
    if (e == ERR_DATA && reason->offset != REASON_NO_OFFSET) reason->offset += (size_t)(out->ctx_params1.p - der.p);
    return e;
}

enum err asn1_prepare_download_request(struct slice der, struct prepare_download_request *out, struct reason *reason)
{
    FUNCTION("5.7.5", "PrepareDownloadRequest");
    out->smdp_signed2 = asn1_whole(&a, "smdpSigned2");
    out->transaction_id = asn1_bytes(&a, "smdpSigned2.transactionId", 1, 16);
    struct slice flag = asn1_bytes(&a, "smdpSigned2.ccRequiredFlag", 1, 1);
    out->euicc_otpk = asn1_optional_bytes(&a, "smdpSigned2.bppEuiccOtpk", 0, der.n, &out->has_euicc_otpk);
    ONLY_ONCE("smdpSigned2", 0x80, 0x01, 0x5f49);
    out->smdp_signature2 = asn1_bytes(&a, "smdpSignature2", 0, der.n);
    out->hash_cc = asn1_optional_bytes(&a, "hashCc", 32, 32, &out->has_hash_cc);
    out->smdp_certificate = asn1_whole(&a, "smdpCertificate");
    ONLY_ONCE("", 0x30, 0x5f37, 0x04);
    TRY(asn1_done(&a));
    out->cc_required = flag.p[0] != 0;
    return OK;
}

enum err asn1_cancel_session_request(struct slice der, struct cancel_session_request *out, struct reason *reason)
{
    FUNCTION("5.7.14", "CancelSessionRequest");
    out->transaction_id = asn1_bytes(&a, "transactionId", 1, 16);
    out->reason = asn1_unsigned(&a, "reason");
    struct tlv t;
    if (!a.failed && out->reason > 127)
        asn1_refuse(&a, asn1_tlv(&a, "reason", &t) ? t.whole.p : NULL, "reason 0 to 127", "a larger number");
    ONLY_ONCE("", 0x80, 0x81);
    return asn1_done(&a);
}

enum err asn1_list_notification_request(struct slice der, struct notification_criteria *out, struct reason *reason)
{
    FUNCTION("5.7.9", "ListNotificationRequest");
    out->by_event = asn1_present(&a, "profileManagementOperation");
    if (out->by_event) out->events = asn1_bits(&a, "profileManagementOperation");
    ONLY_ONCE("", 0x81);
    return asn1_done(&a);
}

enum err asn1_retrieve_notifications_list_request(struct slice der, struct notification_criteria *out,
                                                  struct reason *reason)
{
    struct tlv wrapper;
    struct tlv t;
    FUNCTION("5.7.10", "RetrieveNotificationsListRequest");
    ONLY_ONCE("", 0xa0, 0x80, 0x81, 0x82); /* a criterion without its A0 is no extension */
    if (!asn1_tlv(&a, "searchCriteria", &wrapper)) return asn1_done(&a);
    if (!tlv_next(&wrapper.value, &t)) {
        asn1_refuse(&a, wrapper.whole.p, "searchCriteria with one member", "an empty one");
    } else if (t.tag == 0x80) {
        out->by_sequence_number = true;
        if (!tlv_unsigned(t.value, &out->sequence_number))
            asn1_refuse(&a, t.whole.p, "seqNumber 0 to 2^32-1 in DER", "another value");
    } else if (t.tag == 0x81) {
        out->by_event = true;
        if (!tlv_bits(t.value, &out->events)) asn1_refuse(&a, t.whole.p, "a BIT STRING of events", "a malformed one");
    } else if (t.tag == 0x82 && t.value.n == 0) {
        out->package_results = true;
    } else {
        asn1_refuse(&a, t.whole.p, "seqNumber 80, profileManagementOperation 81 or euiccPackageResults 82",
                    "another tag");
    }
    return asn1_done(&a);
}

enum err asn1_notification_sent_request(struct slice der, struct notification_criteria *out, struct reason *reason)
{
    FUNCTION("5.7.11", "NotificationSentRequest");
    out->by_sequence_number = true;
    out->sequence_number = asn1_unsigned(&a, "seqNumber");
    ONLY_ONCE("", 0x80);
    return asn1_done(&a);
}

enum err asn1_load_crl_request(struct slice der, struct load_crl_request *out, struct reason *reason)
{
    FUNCTION("5.7.12", "LoadCRLRequest");
    out->tbs = asn1_whole(&a, "crl.tbsCertList");
    out->algorithm = asn1_whole(&a, "crl.signatureAlgorithm");
    struct slice bits = asn1_bytes(&a, "crl.signature", 1, der.n);
    if (!a.failed && bits.p[0] != 0) asn1_refuse(&a, bits.p, "a signature of whole bytes", "unused bits");
    if (!a.failed) out->signature = slice_skip(bits, 1);
    ONLY_ONCE("", 0xa0);
    return asn1_done(&a);
}

/* The one member of a [0] wrapper (or of DeleteProfile itself): 4F isdpAid or 5A iccid. */
static void decode_identifier(struct asn1 *a, struct tlv wrapper, struct profile_identifier *out)
{
    struct tlv t;
    if (!tlv_next(&wrapper.value, &t)) {
        asn1_refuse(a, wrapper.whole.p, "isdpAid 4F or iccid 5A", "nothing");
        return;
    }
    if (t.tag != 0x4f && t.tag != 0x5a) {
        asn1_refuse(a, t.whole.p, "isdpAid 4F or iccid 5A", "another tag");
        return;
    }
    out->by_aid = t.tag == 0x4f;
    out->value = t.value;
}

/* 5C: tags of 1 to 3 bytes, the last one complete. */
static bool tag_list_well_formed(struct slice s)
{
    size_t i = 0;
    while (i < s.n) {
        size_t start = i;
        if ((s.p[i++] & 0x1f) != 0x1f) continue;
        do {
            if (i == s.n || i - start == 3) return false;
        } while (s.p[i++] & 0x80);
    }
    return true;
}

enum err asn1_profile_info_list_request(struct slice der, struct profile_info_list_request *out, struct reason *reason)
{
    struct tlv wrapper;
    struct tlv t;
    FUNCTION("5.7.15", "ProfileInfoListRequest");
    ONLY_ONCE("", 0xa0, 0x5c);
    out->tag_list = asn1_optional_bytes(&a, "tagList", 0, der.n, &out->has_tag_list);
    if (!tag_list_well_formed(out->tag_list)) asn1_refuse(&a, out->tag_list.p, "a tagList of whole tags", "a cut tag");
    if (!asn1_tlv(&a, "searchCriteria", &wrapper)) return asn1_done(&a);
    struct slice inner = wrapper.value;
    if (tlv_next(&inner, &t) && t.tag == 0x95) {
        out->has_class = true;
        if (!tlv_unsigned(t.value, &out->profile_class))
            asn1_refuse(&a, t.whole.p, "profileClass in DER", "another value");
    } else {
        out->has_identifier = true;
        decode_identifier(&a, wrapper, &out->identifier);
    }
    return asn1_done(&a);
}

static enum err decode_switch(struct asn1 *a, struct profile_switch_request *out)
{
    static const uint32_t known[] = {0xa0, 0x81};
    struct tlv wrapper;
    if (asn1_tlv(a, "profileIdentifier", &wrapper))
        decode_identifier(a, wrapper, &out->identifier);
    else
        asn1_refuse(a, a->der.p, "profileIdentifier (mandatory)", "nothing");
    struct slice flag = asn1_bytes(a, "refreshFlag", 1, 1);
    asn1_check_extensions(a, "", known, COUNT(known));
    TRY(asn1_done(a));
    out->refresh = flag.p[0] != 0;
    return OK;
}

enum err asn1_enable_profile_request(struct slice der, struct profile_switch_request *out, struct reason *reason)
{
    FUNCTION("5.7.16", "EnableProfileRequest");
    return decode_switch(&a, out);
}

enum err asn1_disable_profile_request(struct slice der, struct profile_switch_request *out, struct reason *reason)
{
    FUNCTION("5.7.17", "DisableProfileRequest");
    return decode_switch(&a, out);
}

enum err asn1_delete_profile_request(struct slice der, struct profile_identifier *out, struct reason *reason)
{
    struct tlv t;
    FUNCTION("5.7.18", "DeleteProfileRequest");
    if (tlv_next(&der, &t)) decode_identifier(&a, t, out);
    return asn1_done(&a);
}

enum err asn1_memory_reset_request(struct slice der, struct memory_reset_request *out, struct reason *reason)
{
    FUNCTION("5.7.19", "EuiccMemoryResetRequest");
    out->options = asn1_bits(&a, "resetOptions");
    ONLY_ONCE("", 0x82);
    return asn1_done(&a);
}

enum err asn1_get_euicc_data_request(struct slice der, struct get_euicc_data_request *out, struct reason *reason)
{
    FUNCTION("5.7.20", "GetEuiccDataRequest");
    out->tag_list = asn1_bytes(&a, "tagList", 1, der.n);
    ONLY_ONCE("", 0x5c);
    return asn1_done(&a);
}

enum err asn1_set_nickname_request(struct slice der, struct set_nickname_request *out, struct reason *reason)
{
    FUNCTION("5.7.21", "SetNicknameRequest");
    out->iccid = asn1_bytes(&a, "iccid", 0, der.n);
    out->nickname = asn1_bytes(&a, "profileNickname", 0, der.n);
    ONLY_ONCE("", 0x5a, 0x90);
    return asn1_done(&a);
}

enum err asn1_set_default_dp_address_request(struct slice der, struct set_default_dp_address_request *out,
                                             struct reason *reason)
{
    FUNCTION("5.7.4", "SetDefaultDpAddressRequest");
    out->address = asn1_bytes(&a, "defaultDpAddress", 0, der.n);
    ONLY_ONCE("", 0x80);
    return asn1_done(&a);
}

enum err asn1_lpae_activation_request(struct slice der, struct lpae_activation_request *out, struct reason *reason)
{
    FUNCTION("5.7.1", "LpaeActivationRequest");
    out->options = asn1_bits(&a, "lpaeOption");
    ONLY_ONCE("", 0x80);
    return asn1_done(&a);
}
