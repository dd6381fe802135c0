/* Decoders of the ES8+ requests (SGP.22 v2.5 5.5); see messages.h. Called by src/isdr while a bound profile package
 * streams in. */
#include "asn1/messages.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum err asn1_initialise_secure_channel_request(struct slice der, struct initialise_secure_channel_request *out,
                                                struct reason *reason)
{
    ASN1_LOCAL a = {0};
    *out = (struct initialise_secure_channel_request){0};
    TRY(asn1_open(&a, "InitialiseSecureChannelRequest", der, "SGP.22 5.5.1", reason));
    struct slice first = asn1_whole(&a, "remoteOpId");
    out->remote_operation = asn1_unsigned(&a, "remoteOpId");
    out->transaction_id = asn1_bytes(&a, "transactionId", 1, 16);
    struct slice key_type = asn1_bytes(&a, "controlRefTemplate.keyType", 1, 1);
    struct slice key_length = asn1_bytes(&a, "controlRefTemplate.keyLen", 1, 1);
    out->host_id = asn1_bytes(&a, "controlRefTemplate.hostId", 0, der.n);
    asn1_check_extensions(&a, "controlRefTemplate", (const uint32_t[]){0x80, 0x81, 0x84}, 3);
    out->smdp_otpk = asn1_bytes(&a, "smdpOtpk", 0, der.n);
    out->smdp_sign = asn1_bytes(&a, "smdpSign", 0, der.n);
    struct slice last = asn1_whole(&a, "smdpOtpk");
    TRY(asn1_done(&a));
    out->key_type = key_type.p[0];
    out->key_length = key_length.p[0];
    out->signed_part = slice_of(first.p, (size_t)(last.p + last.n - first.p));
    return OK;
}

enum err asn1_configure_isdp_request(struct slice der, struct configure_isdp_request *out, struct reason *reason)
{
    ASN1_LOCAL a = {0};
    struct tlv t;
    *out = (struct configure_isdp_request){0};
    TRY(asn1_open(&a, "ConfigureISDPRequest", der, "SGP.22 5.5.2", reason));
    asn1_check_extensions(&a, "", (const uint32_t[]){0xb8}, 1);
    asn1_check_extensions(&a, "dpProprietaryData", (const uint32_t[]){0x80}, 1);
    out->has_dp_proprietary_data = asn1_tlv(&a, "dpProprietaryData", &t);
    if (!out->has_dp_proprietary_data) return asn1_done(&a);
    out->dp_proprietary_data = t.whole;
    (void)asn1_bytes(&a, "dpProprietaryData.dpOid", 1, der.n);
    if (t.whole.n > 128) asn1_refuse(&a, t.whole.p, "dpProprietaryData of at most 128 bytes", "a longer one");
    return asn1_done(&a);
}

/* profileOwner B7 {80 mccMnc(3), 81 gid1?, 82 gid2?}. */
static void decode_owner(struct asn1 *a, struct store_metadata_request *out)
{
    struct tlv t;
    out->has_owner = asn1_tlv(a, "profileOwner", &t);
    if (!out->has_owner) return;
    out->owner = t.whole;
    out->owner_mcc_mnc = asn1_bytes(a, "profileOwner.mccMnc", 3, 3);
    out->owner_gid1 = asn1_optional_bytes(a, "profileOwner.gid1", 0, a->der.n, &out->has_gid1);
    out->owner_gid2 = asn1_optional_bytes(a, "profileOwner.gid2", 0, a->der.n, &out->has_gid2);
    asn1_check_extensions(a, "profileOwner", (const uint32_t[]){0x80, 0x81, 0x82}, 3);
}

/* Each item of B6: 30 {80 events, 81 address}. */
static void check_notification_configuration(struct asn1 *a, struct slice items)
{
    struct tlv item;
    struct tlv t;
    uint32_t events;
    size_t characters;
    while (tlv_next(&items, &item)) {
        struct slice in = item.value;
        if (!tlv_next(&in, &t) || t.tag != 0x80 || !tlv_bits(t.value, &events))
            asn1_refuse(a, item.whole.p, "profileManagementOperation in each notification configuration", "none");
        else if (!tlv_next(&in, &t) || t.tag != 0x81 || !utf8_length(t.value, &characters))
            asn1_refuse(a, item.whole.p, "notificationAddress in UTF-8 in each notification configuration", "none");
        else if (t.value.n > 255)
            asn1_refuse(a, t.whole.p, "notificationAddress of at most 255 bytes", "a longer one");
        while (tlv_next(&in, &t))
            if (t.tag == 0x80 || t.tag == 0x81)
                asn1_refuse(a, t.whole.p, "each member of a notification configuration once, in order",
                            "one misplaced");
    }
}

static void decode_icon(struct asn1 *a, struct store_metadata_request *out)
{
    struct tlv t;
    uint32_t type = 0;
    if (asn1_tlv(a, "iconType", &t)) {
        out->icon_type = t.whole;
        type = asn1_unsigned(a, "iconType");
        if (!a->failed && type > 1) asn1_refuse(a, t.whole.p, "iconType jpg(0) or png(1)", "another number");
    }
    if (!asn1_tlv(a, "icon", &t)) return;
    out->icon = t.whole;
    if (t.value.n > 1024) asn1_refuse(a, t.whole.p, "icon of at most 1024 bytes", "a longer one");
    if (!out->icon_type.n) asn1_refuse(a, t.whole.p, "iconType where there is an icon", "none");
}

/* An optional BOOLEAN; senders use other values than FF for true. */
static bool flag(struct asn1 *a, const char *path)
{
    bool present;
    struct slice s = asn1_optional_bytes(a, path, 1, 1, &present);
    return present && s.n == 1 && s.p[0] != 0;
}

enum err asn1_store_metadata_request(struct slice der, struct store_metadata_request *out, struct reason *reason)
{
    static const uint32_t known[] = {0x5a, 0x91, 0x92,   0x93,   0x94,   0x95,  0xb6,
                                     0xb7, 0x99, 0xbf22, 0xbf23, 0x9f7b, 0x9f67};
    ASN1_LOCAL a = {0};
    struct tlv t;
    *out = (struct store_metadata_request){0};
    TRY(asn1_open(&a, "StoreMetadataRequest", der, "SGP.22 5.5.3", reason));
    out->iccid = asn1_bytes(&a, "iccid", 10, 10);
    out->service_provider_name = asn1_text(&a, "serviceProviderName", 32);
    out->profile_name = asn1_text(&a, "profileName", 64);
    decode_icon(&a, out);
    out->has_class = asn1_present(&a, "profileClass");
    out->profile_class = out->has_class ? asn1_unsigned(&a, "profileClass") : PROFILE_CLASS_OPERATIONAL;
    out->has_notification_configuration = asn1_tlv(&a, "notificationConfigurationInfo", &t);
    if (out->has_notification_configuration) {
        out->notification_configuration = t.value;
        check_notification_configuration(&a, t.value);
    }
    decode_owner(&a, out);
    out->has_ppr = asn1_present(&a, "profilePolicyRules");
    if (out->has_ppr) out->ppr = asn1_bits(&a, "profilePolicyRules");
    if (asn1_tlv(&a, "serviceSpecificDataStoredInEuicc", &t)) out->service_specific_data = t.whole;
    out->ecall_indication = flag(&a, "ecallIndication");
    out->fallback_allowed = flag(&a, "fallbackAllowed");
    asn1_check_extensions(&a, "", known, COUNT(known));
    return asn1_done(&a);
}

static bool take_owner(const struct tlv *owner, struct store_metadata_request *out)
{
    struct tlv t;
    out->has_owner = true;
    out->owner = owner->whole;
    if (!tlv_find(owner->value, 0x80, &t) || t.value.n != 3) return false;
    out->owner_mcc_mnc = t.value;
    out->has_gid1 = tlv_find(owner->value, 0x81, &t);
    if (out->has_gid1) out->owner_gid1 = t.value;
    out->has_gid2 = tlv_find(owner->value, 0x82, &t);
    if (out->has_gid2) out->owner_gid2 = t.value;
    return true;
}

static bool take_metadata(const struct tlv *t, struct store_metadata_request *out)
{
    switch (t->tag) {
    case 0x5a:
        out->iccid = t->value;
        return true;
    case 0x91:
        out->service_provider_name = t->value;
        return true;
    case 0x92:
        out->profile_name = t->value;
        return true;
    case 0x93:
        out->icon_type = t->whole;
        return true;
    case 0x94:
        out->icon = t->whole;
        return true;
    case 0x95:
        out->has_class = true;
        return tlv_unsigned(t->value, &out->profile_class);
    case 0xb6:
        out->has_notification_configuration = true;
        out->notification_configuration = t->value;
        return true;
    case 0xb7:
        return take_owner(t, out);
    case 0x99:
        out->has_ppr = true;
        return tlv_bits(t->value, &out->ppr);
    case 0xbf22:
        out->service_specific_data = t->whole;
        return true;
    case 0x9f7b:
        out->ecall_indication = t->value.n == 1 && t->value.p[0];
        return true;
    case 0x9f67:
        out->fallback_allowed = t->value.n == 1 && t->value.p[0];
        return true;
    default:
        return true;
    }
}

enum err asn1_stored_metadata(struct slice der, struct store_metadata_request *out)
{
    struct tlv request;
    struct tlv t;
    *out = (struct store_metadata_request){.profile_class = PROFILE_CLASS_OPERATIONAL};
    if (!tlv_next(&der, &request) || request.tag != 0xbf25 || der.n) return ERR_CORRUPT;
    while (request.value.n)
        if (!tlv_next(&request.value, &t) || !take_metadata(&t, out)) return ERR_CORRUPT;
    return out->iccid.n == 10 ? OK : ERR_CORRUPT;
}

enum err asn1_replace_session_keys_request(struct slice der, struct replace_session_keys_request *out,
                                           struct reason *reason)
{
    ASN1_LOCAL a = {0};
    *out = (struct replace_session_keys_request){0};
    TRY(asn1_open(&a, "ReplaceSessionKeysRequest", der, "SGP.22 5.5.4", reason));
    out->mcv = asn1_bytes(&a, "initialMacChainingValue", 16, 16);
    out->enc = asn1_bytes(&a, "ppkEnc", 16, 16);
    out->mac = asn1_bytes(&a, "ppkCmac", 16, 16);
    return asn1_done(&a);
}
