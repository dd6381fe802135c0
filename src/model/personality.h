/* Personality: what differs between real cards, as data (design 6). A small readable text, `name = value` a line. */
#ifndef SOFTEUICC_MODEL_PERSONALITY_H
#define SOFTEUICC_MODEL_PERSONALITY_H

#include "base/buf.h"

enum refresh_without_cat { REFRESH_IMMEDIATE, REFRESH_AT_RESET };
enum refresh_pending { PENDING_REFUSES_STATE, PENDING_REFUSES_ALL };
enum test_key_rule { TEST_KEY_LENIENT, TEST_KEY_STRICT, TEST_KEY_ANY };
enum no_notification { NO_NOTIFICATION_EMPTY_LIST, NO_NOTIFICATION_ERROR };

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
    uint32_t check_owner;                /* owner against EF.IMSI, GID1, GID2 */
    char default_smdp_address[256];
    char root_smds_address[256];
    uint8_t atr_free[7]; /* the last seven historical bytes */
    uint8_t atr_ta1;
    struct buf rat; /* content of RulesAuthorisationTable, DER */
};

/* Fills in the defaults, then what `text` says. False with *why (256 bytes) naming line and field if it is wrong. */
bool personality_parse(struct personality *p, const char *text, char why[256]);
void personality_free(struct personality *p);
bool personality_copy(const struct personality *from, struct personality *to);
/* The built-in ones, "default" first; NULL past the end. */
const char *personality_builtin_name(size_t index);
const char *personality_builtin_text(const char *name);

#endif
