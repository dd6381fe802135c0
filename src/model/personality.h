/* Personality: what differs between real cards, as data (design 6). A small readable text, `name = value` a line. */
#ifndef SOFTEUICC_MODEL_PERSONALITY_H
#define SOFTEUICC_MODEL_PERSONALITY_H

#include "base/buf.h"

enum refresh_without_cat { REFRESH_IMMEDIATE, REFRESH_AT_RESET };
enum refresh_pending { PENDING_REFUSES_STATE, PENDING_REFUSES_ALL };
enum test_key_rule { TEST_KEY_LENIENT, TEST_KEY_STRICT, TEST_KEY_ANY };
enum no_notification { NO_NOTIFICATION_EMPTY_LIST, NO_NOTIFICATION_ERROR };
enum ecasd_eid { ECASD_EID_RAW, ECASD_EID_TLV };
enum sgp32 { SGP32_NONE, SGP32_1_0, SGP32_1_1, SGP32_1_2 };
enum rollback_result { ROLLBACK_RESULT_ONLY, ROLLBACK_RESULT_APPEND };
enum ipa_mode { IPA_MODE_IPAD, IPA_MODE_IPAE };

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
    uint32_t one_isdr_channel;        /* a second channel with the ISD-R is refused */
    uint32_t read_only_while_loading; /* read functions answer while a bound profile package loads */
    uint32_t strict_segment_length;   /* refuse protected TLVs of more than 1020 bytes */
    enum refresh_without_cat refresh_without_cat;
    enum refresh_pending refresh_pending;
    uint32_t refresh_keep_on_temporary_failure;
    enum test_key_rule test_key_rule;
    enum no_notification no_notification;
    uint32_t challenge_survives_refusal; /* AuthenticateServer error leaves the challenge open */
    enum ecasd_eid ecasd_eid;            /* GET DATA of the EID on the ECASD: 16 bytes, or 5A 10 and them */
    uint32_t interruption_result;        /* a cut installation gets its result at the next start */
    uint32_t check_owner;                /* owner against EF.IMSI, GID1, GID2 */
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
