/* Personality: what differs between real cards, as data (design 6). A small readable text, `name = value` a line. */
#ifndef SOFTEUICC_MODEL_PERSONALITY_H
#define SOFTEUICC_MODEL_PERSONALITY_H

#include "base/buf.h"

enum refresh_without_cat { REFRESH_IMMEDIATE, REFRESH_AT_RESET };
enum without_profile { WITHOUT_PROFILE_BARE, WITHOUT_PROFILE_DUMMY_ICCID, WITHOUT_PROFILE_NO_FILES };
enum refresh_pending { PENDING_REFUSES_STATE, PENDING_REFUSES_ALL };
enum test_key_rule { TEST_KEY_LENIENT, TEST_KEY_STRICT, TEST_KEY_ANY };
enum no_notification { NO_NOTIFICATION_EMPTY_LIST, NO_NOTIFICATION_ERROR };
enum ecasd_eid { ECASD_EID_RAW, ECASD_EID_TLV };
enum sgp32 { SGP32_NONE, SGP32_1_0, SGP32_1_1, SGP32_1_2 };
enum rollback_result { ROLLBACK_RESULT_ONLY, ROLLBACK_RESULT_APPEND };
enum adf_identifier { ADF_IDENTIFIER_PACKAGE, ADF_IDENTIFIER_7FFF, ADF_IDENTIFIER_NONE };
enum read_past_end { READ_PAST_END_LENGTH, READ_PAST_END_WARNING };
enum deactivated_file { DEACTIVATED_CONDITIONS, DEACTIVATED_INVALIDATED };
enum disabled_pin { DISABLED_PIN_6984, DISABLED_PIN_6985 };
enum nothing_waits { NOTHING_WAITS_6985, NOTHING_WAITS_6F00 };
enum channel_number { CHANNEL_NUMBER_6A86, CHANNEL_NUMBER_6881 };
enum unknown_pin { UNKNOWN_PIN_6A88, UNKNOWN_PIN_6A86 };
/* authentication */
enum mac_length_codes { MAC_LENGTH_CODES_0, MAC_LENGTH_CODES_1 };
/* offset of a PEStatus (SAIP 8.10) */
enum pe_status_offset { PE_STATUS_OFFSET_ELEMENT, PE_STATUS_OFFSET_PACKAGE };
enum mapping_options { MAPPING_OPTIONS_TABLE, MAPPING_OPTIONS_SHARE };
enum authentications_used_up { AUTHENTICATIONS_USED_UP_6983, AUTHENTICATIONS_USED_UP_6985 };
enum unsupported_context { UNSUPPORTED_CONTEXT_9864, UNSUPPORTED_CONTEXT_6A86 };
enum no_suci { NO_SUCI_6985, NO_SUCI_6A81 };
enum ipa_mode { IPA_MODE_IPAD, IPA_MODE_IPAE };

enum scp02_option { SCP02_OPTION_15, SCP02_OPTION_55 };
enum scp03_option { SCP03_OPTION_60, SCP03_OPTION_70 };
enum scp03_sequence { SCP03_SEQUENCE_INITIALIZE, SCP03_SEQUENCE_SUCCESS };

struct personality {
    char name[64];
    uint8_t sgp22_version[3];
    uint8_t profile_package_version[3];
    uint8_t firmware_version[3];
    uint8_t ts102241_version[3];
    uint8_t globalplatform_version[3];
    uint8_t protection_profile_version[3];
    char sas_accreditation_number[65];
    char platform_label[65];
    char discovery_base_url[129];
    uint32_t euicc_category;
    uint32_t uicc_capability;      /* named bits of UICCCapability */
    uint32_t memory_size;          /* bytes for profiles */
    uint32_t volatile_memory_size; /* bytes */
    uint32_t profiles_max;         /* 0: as many as fit */
    uint32_t notifications_max;
    uint32_t one_time_keys_max;
    uint32_t channels_max;    /* supplementary logical channels, 0 to 19 */
    uint32_t extended_length; /* accept extended Lc */
    uint32_t test_profiles;   /* rspCapability bit 3 */
    uint32_t crl_support;     /* rspCapability bit 1, LoadCRL */
    uint32_t forbidden_ppr;   /* named bits of PprIds */
    uint32_t require_terminal_capability;
    uint32_t one_isdr_channel;            /* a second channel with the ISD-R is refused */
    uint32_t read_only_while_loading;     /* read functions answer while a bound profile package loads */
    uint32_t strict_segment_length;       /* refuse protected TLVs of more than 1020 bytes */
    enum without_profile without_profile; /* the files of a card on which no profile is enabled */
    enum refresh_without_cat refresh_without_cat;
    enum refresh_pending refresh_pending;
    uint32_t refresh_keep_on_temporary_failure;
    enum test_key_rule test_key_rule;
    enum no_notification no_notification;
    uint32_t challenge_survives_refusal; /* AuthenticateServer error leaves the challenge open */
    enum ecasd_eid ecasd_eid;            /* GET DATA of the EID on the ECASD: 16 bytes, or 5A 10 and them */
    uint32_t interruption_result;        /* a cut installation gets its result at the next start */
    uint32_t check_owner;                /* owner against EF.IMSI, GID1, GID2 */
    /* files of profile packages */
    uint32_t package_default_files;
    uint32_t package_rules_must_exist;
    uint32_t package_leave_out_services;
    uint32_t package_select_files;
    /* files of the enabled profile (TS 102 221 8, 11.1) */
    enum adf_identifier adf_identifier; /* tag 83 of an ADF's FCP */
    uint32_t select_adf_by_identifier;  /* the identifier that the package gave an ADF can be selected */
    enum read_past_end read_past_end;   /* READ BINARY with an Le of more than is left: 6Cxx, or the data and 6282 */
    enum deactivated_file deactivated_file; /* status word for the use of a deactivated or terminated file */
    enum nothing_waits nothing_waits;       /* status word of GET RESPONSE and FETCH if nothing waits */
    enum channel_number channel_number;     /* status word of a channel to open that is open or not there */
    /* access rules and PINs */
    enum disabled_pin disabled_pin;         /* status word of VERIFY and CHANGE PIN on a disabled PIN */
    enum unknown_pin unknown_pin;           /* status word of a key reference that means no PIN */
    uint32_t check_new_pin;                 /* a new PIN must be 4 to 8 digits and FF */
    uint32_t full_access_keeps_never;       /* remote file management with full access stops at never */
    enum mac_length_codes mac_length_codes; /* TUAK: code of a MAC of 64 bits in algorithmOptions */
    enum pe_status_offset pe_status_offset; /* counted from the profile element, or from the package */
    enum mapping_options mapping_options;   /* what mappingOptions of a PE-AKAParameter mean */
    uint32_t tuak_whole_mac;                /* AUTN and AUTS carry all of a MAC of more than 64 bits */
    uint32_t test_algorithm_resynchronises; /* AMF FFFF is a synchronisation failure for the test algorithm */
    enum authentications_used_up authentications_used_up; /* status word after authCounterMax authentications */
    enum unsupported_context unsupported_context;         /* status word of VGCS, GBA, MBMS, local key contexts */
    enum no_suci no_suci;                                 /* status word of a GET IDENTITY that cannot conceal */
    /* security domains */
    enum scp02_option scp02_option; /* "i" of the protocols: how the card challenge comes about */
    enum scp03_option scp03_option;
    enum scp03_sequence scp03_sequence; /* when the sequence counter of SCP03 steps on */
    uint32_t inert_applets;             /* applets in a package are kept in the registry, though nothing runs them */
    /* SGP.32 */
    enum sgp32 sgp32;  /* the version spoken; none: no IoT functions */
    uint32_t consumer; /* the functions that only SGP.22 has (ES10a, ES10c) are there */
    uint32_t ipae;     /* the card has an IPAe */
    enum ipa_mode ipa_mode;
    uint32_t emergency; /* ecallSupported */
    uint32_t fallback;  /* fallbackSupported */
    uint32_t eims_max;
    uint32_t package_results_max;
    uint32_t package_size_max;        /* bytes of an EuiccPackageRequest */
    uint32_t result_size_max;         /* bytes of the list in an EuiccPackageResult */
    uint32_t iot_info_in_euicc_info2; /* ipaMode and iotSpecificInfo; old IPAs re-encode without them */
    uint32_t lenient_encodings;       /* known sloppy senders are understood */
    uint32_t lenient_memory_reset;    /* BF34 and BF64 in every version */
    uint32_t list_during_change;      /* listProfileInfo after a change in the same package answers */
    enum rollback_result rollback_result;
    uint32_t fallback_ignores_ppr;
    uint32_t rollback_ignores_ppr;
    /* over-the-air management (SCP80) */
    uint32_t ota_segments_max;     /* short messages of one packet */
    uint32_t ota_por_max;          /* bytes of user data in an SMS-DELIVER-REPORT */
    uint32_t ota_unsecured_por;    /* an error that leaves no keys for the answer is answered in clear */
    uint32_t ota_submit_as_report; /* a proof of receipt asked for by SMS-SUBMIT goes into the SMS-DELIVER-REPORT */
    uint32_t ota_mixed_key_sets;   /* KIc and KID may name different key sets */
    uint32_t ota_stop_at_warning;  /* a script ends at a warning too */
    char default_smdp_address[256];
    char root_smds_address[256];
    uint8_t atr_free[7]; /* the last seven historical bytes */
    uint8_t atr_ta1;
    struct buf rat; /* content of RulesAuthorisationTable, DER */
    bool no_memory; /* why personality_parse() failed */
};

/* Fills in the defaults, then what `text` says. False with *why (256 bytes) naming line and field if it is wrong,
 * with an empty one for want of memory. */
bool personality_parse(struct personality *p, const char *text, char why[256]);
void personality_free(struct personality *p);
bool personality_copy(const struct personality *from, struct personality *to);
/* The built-in ones, "default" first; NULL past the end. */
const char *personality_builtin_name(size_t index);
const char *personality_builtin_text(const char *name);

#endif
