/* The requests of SGP.22 as structs of slices into the caller's bytes. Every decoder: OK, or ERR_DATA with a reason
 * (what was expected, at which byte), or ERR_MEMORY. Sizes and ranges of the specification are checked here, its
 * meaning is not. */
#ifndef SOFTEUICC_ASN1_MESSAGES_H
#define SOFTEUICC_ASN1_MESSAGES_H

#include "asn1/asn1.h"

/* `at`: the place of a request in the data that the reason's offsets count from is its first byte. */
#define DECODER(name, type) MUST_USE enum err asn1_##name(struct slice der, struct type *out, struct reason *reason)

/* 5.7.13 */
struct authenticate_server_request {
    struct slice server_signed1; /* whole TLV: what serverSignature1 covers */
    struct slice transaction_id, euicc_challenge, server_address, server_challenge;
    struct slice server_signature1;
    struct slice ci_pk_id;
    struct slice server_certificate; /* whole TLV */
    struct slice ctx_params1;        /* whole TLV, copied into euiccSigned1 as it came */
    struct slice matching_id;
};
DECODER(authenticate_server_request, authenticate_server_request);

/* 5.7.5 */
struct prepare_download_request {
    struct slice smdp_signed2; /* whole TLV */
    struct slice transaction_id;
    bool cc_required;
    bool has_euicc_otpk, has_hash_cc;
    struct slice euicc_otpk, hash_cc;
    struct slice smdp_signature2;
    struct slice smdp_certificate; /* whole TLV */
};
DECODER(prepare_download_request, prepare_download_request);

/* 5.7.14 */
struct cancel_session_request {
    struct slice transaction_id;
    uint32_t reason;
};
DECODER(cancel_session_request, cancel_session_request);

/* 5.7.9 to 5.7.11 */
struct notification_criteria {
    bool by_sequence_number, by_event;
    bool package_results; /* SGP.32: all EuiccPackageResults */
    uint32_t sequence_number;
    uint32_t events; /* named bits, see NotificationEvent */
};
DECODER(list_notification_request, notification_criteria);
DECODER(retrieve_notifications_list_request, notification_criteria);
DECODER(notification_sent_request, notification_criteria);

/* 5.7.12: the parts of a CertificateList; the whole is signature input, so all are as received */
struct load_crl_request {
    struct slice tbs;       /* whole TBSCertList TLV */
    struct slice algorithm; /* whole AlgorithmIdentifier TLV */
    struct slice signature; /* DER ECDSA-Sig-Value inside the BIT STRING */
};
DECODER(load_crl_request, load_crl_request);

/* Which profile: by AID of its ISD-P or by ICCID. */
struct profile_identifier {
    bool by_aid;
    struct slice value;
};

/* 5.7.15 */
struct profile_info_list_request {
    bool has_identifier, has_class, has_tag_list;
    struct profile_identifier identifier;
    uint32_t profile_class;
    struct slice tag_list; /* concatenated tags, each well formed */
};
DECODER(profile_info_list_request, profile_info_list_request);

/* 5.7.16, 5.7.17 */
struct profile_switch_request {
    struct profile_identifier identifier;
    bool refresh;
};
DECODER(enable_profile_request, profile_switch_request);
DECODER(disable_profile_request, profile_switch_request);
/* 5.7.18 */
DECODER(delete_profile_request, profile_identifier);

/* 5.7.19 */
struct memory_reset_request {
    uint32_t options;
};
DECODER(memory_reset_request, memory_reset_request);

/* 5.7.20 */
struct get_euicc_data_request {
    struct slice tag_list;
};
DECODER(get_euicc_data_request, get_euicc_data_request);

/* 5.7.21 */
struct set_nickname_request {
    struct slice iccid, nickname;
};
DECODER(set_nickname_request, set_nickname_request);

/* 5.7.4 */
struct set_default_dp_address_request {
    struct slice address;
};
DECODER(set_default_dp_address_request, set_default_dp_address_request);

/* Requests without members of their own: `type` names it ("GetEuiccChallengeRequest"). */
MUST_USE enum err asn1_empty_request(struct slice der, const char *type, const char *clause, struct reason *reason);

/* 5.7.1 LpaeActivation */
struct lpae_activation_request {
    uint32_t options;
};
DECODER(lpae_activation_request, lpae_activation_request);

/* 5.5.1 */
struct initialise_secure_channel_request {
    uint32_t remote_operation;
    struct slice transaction_id;
    uint8_t key_type, key_length;
    struct slice host_id;
    struct slice smdp_otpk;
    struct slice smdp_sign;
    struct slice signed_part; /* from remoteOpId to the end of smdpOtpk, as received */
};
DECODER(initialise_secure_channel_request, initialise_secure_channel_request);

/* 5.5.2 */
struct configure_isdp_request {
    bool has_dp_proprietary_data;
    struct slice dp_proprietary_data; /* whole TLV */
};
DECODER(configure_isdp_request, configure_isdp_request);

enum profile_class { PROFILE_CLASS_TEST = 0, PROFILE_CLASS_PROVISIONING = 1, PROFILE_CLASS_OPERATIONAL = 2 };

/* 5.5.3: the slices of optional members are whole TLVs, empty if absent */
struct store_metadata_request {
    struct slice iccid; /* content, 10 bytes */
    struct slice service_provider_name, profile_name;
    struct slice icon_type, icon;
    uint32_t profile_class; /* operational if absent */
    bool has_class;
    struct slice notification_configuration; /* content: SEQUENCE OF */
    bool has_notification_configuration;
    struct slice owner; /* whole B7 */
    bool has_owner;
    struct slice owner_mcc_mnc, owner_gid1, owner_gid2;
    bool has_gid1, has_gid2;
    bool has_ppr;
    uint32_t ppr;                            /* named bits, see PprIds */
    struct slice service_specific_data;      /* whole BF22 */
    bool ecall_indication, fallback_allowed; /* SGP.32 v1.1 */
};
DECODER(store_metadata_request, store_metadata_request);
/* The same members of a request that was accepted before and kept: read without the checks, at a hundredth of the cost.
 * ERR_CORRUPT if it is no such request any more. */
MUST_USE enum err asn1_stored_metadata(struct slice der, struct store_metadata_request *out);

/* 5.5.4 */
struct replace_session_keys_request {
    struct slice mcv, enc, mac;
};
DECODER(replace_session_keys_request, replace_session_keys_request);

#endif
