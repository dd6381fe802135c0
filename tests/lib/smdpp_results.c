/* What the SM-DP+ double checks of installation results, notifications and cancelled sessions
 * (SGP.22 2.5.6, 5.6.4, 5.6.5, 5.7.10, 5.7.14); see smdpp.h. */
#include "smdpp_internal.h"

/* NotificationMetadata BF2F{80 seqNumber, 81 event, 0C address, 5A iccid?}: exactly one event bit. */
static bool read_metadata(struct smdpp *dp, struct slice in, struct smdpp_notification *out)
{
    struct tlv t;
    uint32_t bits = 0;
    *out = (struct smdpp_notification){.event = -1};
    if (!smdpp_take(dp, &in, 0x80, "seqNumber", &t)) return false;
    if (!tlv_unsigned(t.value, &out->sequence_number)) return smdpp_fail(dp, "seqNumber is not a DER INTEGER");
    if (!smdpp_take(dp, &in, 0x81, "profileManagementOperation", &t)) return false;
    for (int i = 0; tlv_bits(t.value, &bits) && i < 4; i++)
        if (bits == 1u << i) out->event = i;
    BUF_LOCAL canonical = {0};
    if (out->event >= 0) tlv_put_bits(&canonical, 0x81, bits);
    if (!slice_equal(buf_slice(&canonical), t.whole))
        return smdpp_fail(dp, "profileManagementOperation is not exactly one event in DER");
    if (!smdpp_take(dp, &in, 0x0c, "notificationAddress", &t)) return false;
    out->address = t.value;
    if (in.n) {
        if (!smdpp_take(dp, &in, 0x5a, "iccid", &t)) return false;
        if (t.value.n != 10) return smdpp_fail(dp, "iccid of %zu bytes", t.value.n);
        out->iccid = t.value;
    }
    return smdpp_end(dp, in, "NotificationMetadata");
}

/* SuccessResult A0{4F aid, 04 simaResponse} or ErrorResult A1{80 command, 81 reason, 82 simaResponse?}. */
static bool read_result(struct smdpp *dp, struct slice in, struct smdpp_pir *out)
{
    struct tlv choice;
    struct tlv t;
    uint32_t number = 0;
    if (!tlv_next(&in, &choice) || in.n) return smdpp_fail(dp, "finalResult is not one TLV");
    in = choice.value;
    out->success = choice.tag == 0xa0;
    if (out->success) {
        if (!smdpp_take(dp, &in, 0x4f, "isdpAid", &t)) return false;
        if (t.value.n != sizeof out->isdp_aid) return smdpp_fail(dp, "isdpAid of %zu bytes", t.value.n);
        memcpy(out->isdp_aid, t.value.p, sizeof out->isdp_aid);
        if (!smdpp_take(dp, &in, 0x04, "simaResponse", &t)) return false;
        out->sima_response = t.value;
        if (!tlv_strict(t.value, TLV_DEPTH_MAX, NULL)) return smdpp_fail(dp, "simaResponse is not DER");
        return smdpp_end(dp, in, "successResult");
    }
    if (choice.tag != 0xa1) return smdpp_fail(dp, "finalResult has tag %X", (unsigned)choice.tag);
    if (!smdpp_take(dp, &in, 0x80, "bppCommandId", &t)) return false;
    if (!tlv_unsigned(t.value, &number) || number > 5) return smdpp_fail(dp, "bppCommandId is none of 0 to 5");
    out->command = (int)number;
    if (!smdpp_take(dp, &in, 0x81, "errorReason", &t)) return false;
    if (!tlv_unsigned(t.value, &number) || number == 0 || number > 127)
        return smdpp_fail(dp, "errorReason is not known");
    out->reason = (int)number;
    if (in.n) {
        if (!smdpp_take(dp, &in, 0x82, "simaResponse", &t)) return false;
        out->sima_response = t.value;
    }
    return smdpp_end(dp, in, "errorResult");
}

/* The 5A of the metadata that this session's package carried. */
static struct slice sent_iccid(const struct smdpp *dp)
{
    struct slice in = buf_slice(&dp->session.metadata);
    struct tlv whole;
    struct tlv iccid;
    if (!tlv_next(&in, &whole) || !tlv_find(whole.value, 0x5a, &iccid)) return slice_of(NULL, 0);
    return iccid.value;
}

static bool check_pir_metadata(struct smdpp *dp, const struct smdpp_notification *meta, struct smdpp_pir *out)
{
    out->sequence_number = meta->sequence_number;
    out->iccid = meta->iccid;
    out->has_iccid = meta->iccid.n != 0;
    if (meta->event != 0) return smdpp_fail(dp, "event of the PIR is not install");
    if (!slice_equal(meta->address, buf_slice(&dp->session.address)))
        return smdpp_fail(dp, "notificationAddress of the PIR is not the address of the session");
    if (out->has_iccid && !slice_equal(meta->iccid, sent_iccid(dp)))
        return smdpp_fail(dp, "iccid of the PIR is not the one of the metadata");
    return true;
}

bool smdpp_check_pir(struct smdpp *dp, struct slice pir, struct smdpp_pir *out)
{
    struct tlv whole;
    struct tlv data;
    struct tlv signature;
    struct tlv t;
    struct smdpp_notification meta;
    *out = (struct smdpp_pir){.command = -1, .reason = -1};
    if (!tlv_strict(pir, TLV_DEPTH_MAX, NULL)) return smdpp_fail(dp, "PIR is not DER");
    if (!smdpp_take(dp, &pir, 0xbf37, "PIR", &whole) || !smdpp_end(dp, pir, "PIR")) return false;
    struct slice in = whole.value;
    if (!smdpp_take(dp, &in, 0xbf27, "profileInstallationResultData", &data) ||
        !smdpp_take(dp, &in, 0x5f37, "euiccSignPIR", &signature) || !smdpp_end(dp, in, "PIR"))
        return false;
    if (!test_verify(&dp->session.euicc.key, data.whole, signature.value))
        return smdpp_fail(dp, "euiccSignPIR does not verify");
    in = data.value;
    if (!smdpp_take(dp, &in, 0x80, "PIR transactionId", &t)) return false;
    if (!slice_equal(t.value, buf_slice(&dp->session.transaction_id)))
        return smdpp_fail(dp, "transactionId of the PIR is not the session's");
    if (!smdpp_take(dp, &in, 0xbf2f, "notificationMetadata", &t) || !read_metadata(dp, t.value, &meta) ||
        !check_pir_metadata(dp, &meta, out) || !smdpp_take(dp, &in, 0x06, "smdpOid", &t))
        return false;
    if (!slice_equal(t.value, slice_of(dp->pb.registered_id, dp->pb.registered_id_n)))
        return smdpp_fail(dp, "smdpOid of the PIR is not ours");
    if (!smdpp_take(dp, &in, 0xa2, "finalResult", &t) || !read_result(dp, t.value, out)) return false;
    if (out->success && !out->has_iccid) return smdpp_fail(dp, "PIR of a success without iccid");
    return smdpp_end(dp, in, "profileInstallationResultData");
}

/* The anchor that an EUM certificate names as its issuer. */
static const struct pki_anchor *anchor_of(const struct smdpp *dp, struct slice eum)
{
    struct pki_certificate certificate;
    const char *why = "";
    if (!pki_read(eum, &certificate, &why)) return NULL;
    for (size_t i = 0; i < dp->config.anchor_count; i++)
        if (memcmp(dp->config.anchors[i].id, certificate.aki, 20) == 0) return &dp->config.anchors[i];
    return NULL;
}

bool smdpp_check_notification(struct smdpp *dp, struct slice notification, struct smdpp_notification *out)
{
    struct tlv whole;
    struct tlv metadata;
    struct tlv signature;
    struct tlv euicc;
    struct tlv eum;
    struct pki_certificate certificate;
    const char *why = "no CI of ours";
    *out = (struct smdpp_notification){.event = -1};
    if (!tlv_strict(notification, TLV_DEPTH_MAX, NULL)) return smdpp_fail(dp, "notification is not DER");
    if (!smdpp_take(dp, &notification, 0x30, "otherSignedNotification", &whole) ||
        !smdpp_end(dp, notification, "otherSignedNotification"))
        return false;
    struct slice in = whole.value;
    if (!smdpp_take(dp, &in, 0xbf2f, "tbsOtherNotification", &metadata) ||
        !smdpp_take(dp, &in, 0x5f37, "euiccNotificationSignature", &signature) ||
        !smdpp_take(dp, &in, 0x30, "euiccCertificate", &euicc) || !smdpp_take(dp, &in, 0x30, "eumCertificate", &eum) ||
        !smdpp_end(dp, in, "otherSignedNotification"))
        return false;
    const struct pki_anchor *anchor = anchor_of(dp, eum.whole);
    if (!anchor || !pki_check_euicc(euicc.whole, eum.whole, anchor, &certificate, &why))
        return smdpp_fail(dp, "%s", why);
    if (!test_verify(&certificate.key, metadata.whole, signature.value))
        return smdpp_fail(dp, "euiccNotificationSignature does not verify");
    if (!read_metadata(dp, metadata.value, out)) return false;
    memcpy(out->eid, certificate.eid, sizeof out->eid);
    return true;
}

bool smdpp_check_cancel_session(struct smdpp *dp, struct slice response, int reason)
{
    struct tlv whole;
    struct tlv choice;
    struct tlv data;
    struct tlv signature;
    struct tlv t;
    uint32_t number = 0;
    dp->card_error = -1;
    if (!tlv_strict(response, TLV_DEPTH_MAX, NULL)) return smdpp_fail(dp, "CancelSessionResponse is not DER");
    if (!smdpp_take(dp, &response, 0xbf41, "CancelSessionResponse", &whole) ||
        !smdpp_end(dp, response, "CancelSessionResponse"))
        return false;
    struct slice in = whole.value;
    if (!tlv_next(&in, &choice) || in.n) return smdpp_fail(dp, "CancelSessionResponse is not one choice");
    if (choice.tag == 0x81 && tlv_unsigned(choice.value, &number)) {
        dp->card_error = (int)number;
        return smdpp_fail(dp, "CancelSessionResponse: the card says %u", (unsigned)number);
    }
    if (choice.tag != 0xa0) return smdpp_fail(dp, "CancelSessionResponse has tag %X", (unsigned)choice.tag);
    in = choice.value;
    if (!smdpp_take(dp, &in, 0x30, "euiccCancelSessionSigned", &data) ||
        !smdpp_take(dp, &in, 0x5f37, "euiccCancelSessionSignature", &signature) ||
        !smdpp_end(dp, in, "cancelSessionResponseOk"))
        return false;
    if (!test_verify(&dp->session.euicc.key, data.whole, signature.value))
        return smdpp_fail(dp, "euiccCancelSessionSignature does not verify");
    in = data.value;
    if (!smdpp_take(dp, &in, 0x80, "cancel transactionId", &t)) return false;
    if (!slice_equal(t.value, buf_slice(&dp->session.transaction_id)))
        return smdpp_fail(dp, "transactionId of the cancelled session is not ours");
    if (!smdpp_take(dp, &in, 0x81, "cancel smdpOid", &t)) return false;
    if (!slice_equal(t.value, slice_of(dp->auth.registered_id, dp->auth.registered_id_n)))
        return smdpp_fail(dp, "smdpOid of the cancelled session is not ours");
    if (!smdpp_take(dp, &in, 0x82, "cancel reason", &t)) return false;
    if (!tlv_unsigned(t.value, &number) || (int)number != reason)
        return smdpp_fail(dp, "reason of the cancelled session is not %d", reason);
    return smdpp_end(dp, in, "euiccCancelSessionSigned");
}
