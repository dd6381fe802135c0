/* model: typed records on the store, and the state of one card that is lost with its power. What the applications work
 * on: identity (EID, roots, keys), profiles, notifications, one-time keys, the RSP session, the proactive UICC.
 *
 * Keys of the store:
 *   card/eid, card/personality, card/default-dp, card/enabled (AID), card/pending (a switch that waits for its
 * REFRESH), card/previous (the operational profile that a test profile replaced), card/sequence, card/installs,
 * card/suspended (what SUSPEND UICC keeps) eim/<n> an associated eIM; package-result/<seq> a stored EuiccPackageResult;
 * card/association-token (the last token given, never reset), card/rollback, card/fallback, card/fallback-return,
 * card/emergency-return, card/immediate-enable: SGP.32 ci/<n>/...          roots in order of priority, with the card's
 * own chain and key profile/<aid>       the small record of a profile; isdp/<aid>/meta, /dp its large parts, and its
 * contents, see isdp.h: /fs/.. files, /pin/.., /puk/.., /app/.. applications, /connectivity notification/<seq>  one
 * pending notification; otpk/<oid> a one-time key pair kept for a retry; crl/<ci>/<part> */
#ifndef SOFTEUICC_MODEL_MODEL_H
#define SOFTEUICC_MODEL_MODEL_H

#include "asn1/messages.h"
#include "base/reason.h"
#include "crypto/crypto.h"
#include "euicc.h"
#include "model/personality.h"
#include "store/store.h"

#define AID_SIZE 16
#define ICCID_SIZE 10
#define CI_PK_ID_SIZE 20
#define ROOTS_MAX 8

/* A CI public key that the card trusts and, if it signs, the card's own key and chain under it. */
struct root {
    uint8_t ci_pk_id[CI_PK_ID_SIZE];
    enum curve curve;
    uint8_t point[EC_POINT_SIZE];
    bool signs;
    uint8_t key[EC_SCALAR_SIZE];
    struct slice euicc_certificate, eum_certificate; /* in the store */
};

struct identity {
    uint8_t eid[16];
    struct root roots[ROOTS_MAX];
    size_t root_count;
};

/* ---- RSP session (SGP.22 3.1) ---- */
enum session_state {
    SESSION_NONE,
    SESSION_CHALLENGE,     /* GetEUICCChallenge done */
    SESSION_AUTHENTICATED, /* AuthenticateServer done */
    SESSION_READY,         /* PrepareDownload done */
    SESSION_LOADING,       /* InitialiseSecureChannel done */
};

/* Where in the bound profile package the stream is. */
enum bpp_section {
    BPP_HEADER,           /* BF36 tag and length, then BF23 */
    BPP_CONFIGURE_ISDP,   /* A0 and its 87s */
    BPP_STORE_METADATA,   /* A1 and its 88s */
    BPP_REPLACE_KEYS,     /* A2 and its 87s, or A3 */
    BPP_PROFILE_ELEMENTS, /* A3 and its 86s */
};

/* A bound profile package on its way in. Everything here is volatile until the last byte (SGP.22 2.5, 5.5). */
struct download {
    struct buf pending; /* bytes of a TLV that is not complete yet */
    enum bpp_section section;
    bool in_section;     /* the section's own tag and length were read */
    size_t package_left; /* bytes of BF36 still to come */
    size_t section_left; /* bytes of A0..A3 still to come */
    struct bsp *bsp;
    bool keys_replaced;
    struct buf plain; /* plain text of the section's TLVs */
    bool configured;
    struct buf dp_proprietary_data;
    struct buf metadata; /* BF25 as received */
    bool has_metadata;
    struct buf package; /* decrypted bytes of a profile element that is not complete yet */
    void *elements;     /* struct saip_install, owned by src/saip through the two functions below */
    void (*elements_free)(void *);
    void *(*elements_copy)(const void *);
};

struct session {
    enum session_state state;
    uint8_t challenge[16];
    uint8_t transaction_id[16];
    size_t transaction_id_size;
    bool is_smdp;          /* authenticated with a CERT.DPauth rather than a CERT.DSauth */
    struct buf server_oid; /* content of the SAN registeredID */
    struct buf server_address;
    size_t verify_root, sign_root; /* index into identity.roots */
    uint8_t euicc_signature1[ECDSA_RAW_SIZE];
    enum curve dp_curve; /* key of CERT.DPpb */
    uint8_t dp_point[EC_POINT_SIZE];
    uint8_t otsk[EC_SCALAR_SIZE];
    uint8_t otpk[EC_POINT_SIZE];
    enum curve otpk_curve;
    struct download download;
    /* the profile that this session installed, until the next session or reset (SGP.32 5.9.15) */
    bool has_installed;
    uint8_t installed_aid[AID_SIZE];
    struct buf installed_oid, installed_address; /* of the SM-DP+ it came from */
};

/* ---- proactive UICC (ETSI TS 102 223) ---- */
enum proactive_state { PROACTIVE_IDLE, PROACTIVE_WAITING /* 91xx, not fetched */, PROACTIVE_FETCHED };

struct cat {
    bool profile_received;
    bool can_refresh;               /* TERMINAL PROFILE byte 3 bit 8, or byte 34 bit 6 */
    bool can_refresh_profile_state; /* byte 34 bit 6: qualifier 09 */
    enum proactive_state state;
    uint8_t command[32];
    size_t command_size;
};

/* What TERMINAL CAPABILITY announced (SGP.22 3.4.1). */
struct terminal {
    bool capability_received;
    uint8_t euicc; /* tag 83: b1 LUId, b2 LPDd, b3 LDSd */
};

#define SUSPENDED_SIZE 160

struct model {
    struct euicc_env env;
    struct store *store;
    struct personality personality;
    struct identity identity;
    struct reason reason;
    struct session session;
    struct cat cat;
    struct terminal terminal;
    uint8_t verified_pins[32];         /* bit n: the PIN with number n of the enabled profile was verified; see pin.h */
    uint8_t suspended[SUSPENDED_SIZE]; /* what SUSPEND UICC kept, until the first command: src/uicc/suspend.c */
    size_t suspended_n;
    bool switched; /* this command changed the enabled profile: src/card resets channels and the CAT session */
};

/* Loads or, with config, makes the card. `why` (256 bytes) is for people. */
MUST_USE enum err model_open(struct model *m, const struct euicc_config *config, const struct euicc_env *env,
                             char why[256]);
void model_close(struct model *m);
MUST_USE enum err model_clone(const struct model *from, const struct euicc_env *env, struct model *to);
/* Everything that does not survive power off. */
void model_forget_volatile(struct model *m);
/* Reads identity and personality again, after a restore. */
MUST_USE enum err model_reload(struct model *m, char why[256]);
/* True for a card of version 1, which holds packages instead of contents; src/card/migrate.c installs them and says so.
 */
bool model_has_packages(const struct model *m);
MUST_USE enum err model_packages_are_installed(struct model *m);
MUST_USE enum err model_factory_reset(struct model *m);

/* Trace, only if somebody listens. */
void model_trace(const struct model *m, enum euicc_event event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void model_trace_bytes(const struct model *m, enum euicc_event event, struct slice bytes);
/* Why the function at work is refused, for answers inside a response; offset REASON_NO_OFFSET without one. */
#define SAY_WHY(m, clause, expected, ...)                                                                              \
    (void)reason_say(&(m)->reason, OK, "SGP.22 " clause, REASON_NO_OFFSET, expected, __VA_ARGS__)

/* ---- identity.c ---- */
MUST_USE enum err identity_create(struct model *m, const struct euicc_config *config, char why[256]);
MUST_USE enum err identity_load(struct model *m);
const struct root *identity_root(const struct model *m, struct slice ci_pk_id, size_t *index);
/* The first root under which the card signs; what notifications outside a session use. */
size_t identity_default_root(const struct model *m);
MUST_USE enum err identity_sign(const struct model *m, size_t root, const struct slice *parts, size_t n,
                                uint8_t out[ECDSA_RAW_SIZE]);

/* ---- crl.c (SGP.22 v2.5 5.7.12, 4.5) ---- */
enum crl_result {
    CRL_OK = 0,
    CRL_INVALID_SIGNATURE = 1,
    CRL_INVALID_FORMAT = 2,
    CRL_NO_MEMORY = 3,
    CRL_NO_KEY = 4,
    CRL_FRESHER_LOADED = 5,
    CRL_BASE_MISSING = 6
};
/* Checks and stores one (part of a) list. missing: content of missingParts, a 02 for each part still to come; empty if
 * the list is complete. */
MUST_USE enum err crl_load(struct model *m, const struct load_crl_request *request, enum crl_result *result,
                           struct buf *missing);
/* True if a loaded list of this root has the serial number. */
bool crl_revokes(const struct model *m, const struct root *root, struct slice serial);

/* ---- profile.c ---- */
struct profile {
    uint8_t aid[AID_SIZE];
    uint8_t iccid[ICCID_SIZE];
    uint32_t order; /* rises with each installation */
    uint32_t profile_class;
    uint32_t ppr; /* the rules in force, named bits of PprIds */
    bool preloaded;
    bool enabled;
    bool emergency;                  /* ecallIndication: an Emergency Profile (SGP.32) */
    bool fallback_allowed;           /* fallbackAllowed (SGP.32) */
    bool without_contents;           /* its package of an earlier version did not install: it can only be deleted */
    uint8_t ci_pk_id[CI_PK_ID_SIZE]; /* the root of the session that installed it */
    bool has_nickname;
    struct slice nickname; /* in the store */
};
#define PPR1 (1u << 1)
#define PPR2 (1u << 2)

MUST_USE enum err profile_get(const struct model *m, const uint8_t aid[AID_SIZE], struct profile *out, bool *found);
MUST_USE enum err profile_find(const struct model *m, const struct profile_identifier *id, struct profile *out,
                               bool *found);
/* All of them in the order of installation; free() *list. */
MUST_USE enum err profile_list(const struct model *m, struct profile **list, size_t *n);
size_t profile_count(const struct model *m);
MUST_USE enum err profile_put(struct model *m, const struct profile *p);
/* The enabled one. */
MUST_USE enum err profile_enabled(const struct model *m, struct profile *out, bool *found);
/* A part of a profile: "meta", "dp", "connectivity"; its contents are in isdp.h. */
bool profile_part(const struct model *m, const uint8_t aid[AID_SIZE], const char *part, struct slice *out);
MUST_USE enum err profile_put_part(struct model *m, const uint8_t aid[AID_SIZE], const char *part, struct slice value);
/* Nothing may enable it any more, and nothing remembers it. */
MUST_USE enum err profile_lose_contents(struct model *m, struct profile *p);
MUST_USE enum err profile_delete(struct model *m, const uint8_t aid[AID_SIZE]);
MUST_USE enum err profile_allocate_aid(const struct model *m, uint8_t aid[AID_SIZE]);
MUST_USE enum err profile_next_order(struct model *m, uint32_t *order);
size_t profile_memory_free(const struct model *m);
/* By how much what was written is more than the card's memory for profiles; 0: it fits. */
size_t profile_memory_missing(const struct model *m);
/* Bytes that a value of n bytes under the longest key of a profile costs. */
size_t profile_memory_cost(size_t n);
bool profile_key_is_charged(const char *key);
size_t profile_memory_of(const struct model *m, const uint8_t aid[AID_SIZE]);
/* ICCID as digits, swapped and without filler; out needs 21 bytes. */
void iccid_text(const uint8_t iccid[ICCID_SIZE], char out[21]);

/* ---- rat.c (SGP.22 2.9.2) ---- */
/* True if the Rules Authorisation Table allows each of these rules to a profile of this owner. *why names the first
 * reason against. */
bool rat_allows(const struct model *m, uint32_t ppr, const struct store_metadata_request *metadata, const char **why);

/* ---- notification.c (SGP.22 3.5, 5.7.9 to 5.7.11) ---- */
enum notification_event {
    EVENT_INSTALL = 1u << 0,
    EVENT_ENABLE = 1u << 1,
    EVENT_DISABLE = 1u << 2,
    EVENT_DELETE = 1u << 3
};

struct notification {
    uint32_t sequence_number;
    bool is_installation_result;
    uint32_t event;
    struct slice metadata;    /* whole BF2F */
    struct slice signed_part; /* BF37 whole, or BF2F and 5F37 */
    size_t root;              /* chain of an otherSignedNotification */
};
struct notification_iterator {
    struct store_item item;
};
bool notification_first(const struct model *m, struct notification_iterator *i, struct notification *out);
bool notification_next(const struct model *m, struct notification_iterator *i, struct notification *out);
/* Appends the PendingNotification as BF2B gives it. */
void notification_encode(const struct model *m, const struct notification *n, struct buf *out);
/* Takes the next sequence number. */
MUST_USE enum err notification_next_sequence(struct model *m, uint32_t *sequence);
/* BF2F: NotificationMetadata. iccid may be NULL. */
void notification_metadata(uint32_t sequence, uint32_t event, struct slice address, const uint8_t *iccid,
                           struct buf *out);
MUST_USE enum err notification_store_result(struct model *m, uint32_t sequence, struct slice pir);
/* One otherSignedNotification per configuration item of the profile that names the event; none for test profiles. */
MUST_USE enum err notification_add(struct model *m, const struct profile *p, uint32_t event);
MUST_USE enum err notification_remove(struct model *m, uint32_t sequence, bool *found);
const char *notification_event_name(uint32_t event);

/* ---- switch.c (SGP.22 3.2, 5.7.16, 5.7.17; SGP.32 3.9) ---- */
/* target NULL: disable without successor. With refresh and a terminal that can, the switch waits for its REFRESH. */
MUST_USE enum err switch_request(struct model *m, const struct profile *target, bool refresh);
/* The same without notifications, for Emergency Profiles (SGP.32 5.9.22). */
MUST_USE enum err switch_request_silently(struct model *m, const struct profile *target, bool refresh);
/* A profile that is to be deleted as soon as the switch of this command is carried out (SGP.32 5.13.3). */
MUST_USE enum err switch_delete_after(struct model *m, const uint8_t aid[AID_SIZE]);
/* True between switch_delete_after and the switch: for packages the profile is gone. */
bool switch_will_delete(const struct model *m, const uint8_t aid[AID_SIZE]);
bool switch_is_pending(const struct model *m);
bool switch_pending_target(const struct model *m, uint8_t aid[AID_SIZE]);
/* Carries out or drops a waiting switch. */
MUST_USE enum err switch_finish(struct model *m, bool success);
/* The enabled profile goes away by memory reset. */
MUST_USE enum err switch_disable_now(struct model *m, const struct profile *enabled, bool refresh);
/* Which profile a disabled test profile gives way to; *found false: none. */
MUST_USE enum err switch_previous(const struct model *m, struct profile *out, bool *found);

/* ---- cat.c ---- */
void cat_queue_refresh(struct model *m);
/* A proactive session is open: a command waits or is with the terminal. */
bool cat_is_busy(const struct model *m);

/* ---- session.c ---- */
void session_drop(struct session *s);
void download_drop(struct download *d);
/* Ends the session; remembers that it installed this profile. */
MUST_USE enum err session_installed(struct session *s, const uint8_t aid[AID_SIZE]);
void session_forget_installed(struct session *s);
MUST_USE enum err session_copy(const struct session *from, struct session *to);
/* One-time key pairs by SM-DP+ OID (SGP.22 3.1.3.2 step 3, 5.7.5). */
MUST_USE enum err one_time_key_find(const struct model *m, struct slice oid, struct slice otpk, enum curve *curve,
                                    uint8_t sk[EC_SCALAR_SIZE], bool *found);
MUST_USE enum err one_time_key_store(struct model *m, struct slice oid, enum curve curve, const uint8_t *sk,
                                     const uint8_t *pk);
MUST_USE enum err one_time_key_delete(struct model *m, struct slice oid);

/* ---- eim.c (SGP.32 2.11.1.1.1, 3.5) ---- */
#define EIM_COUNTER_MAX 8388607u

/* One associated eIM. Slices point into the store. */
struct eim {
    uint32_t number; /* its place in the order of association; the key is eim/<number> */
    struct slice id; /* eimId, 1 to 128 bytes */
    uint32_t counter;
    bool has_token;
    uint32_t token;   /* associationToken */
    enum curve curve; /* CURVE_UNKNOWN: no key is stored */
    struct slice point;
    struct slice fields; /* EimConfigurationData as it came, without counterValue and associationToken */
    size_t root;         /* under which results for it are signed */
};
struct eim_iterator {
    struct store_item item;
};
bool eim_first(const struct model *m, struct eim_iterator *i, struct eim *out);
bool eim_next(const struct model *m, struct eim_iterator *i, struct eim *out);
bool eim_find(const struct model *m, struct slice id, struct eim *out);
size_t eim_count(const struct model *m);
/* Stores it, as a new one if number is 0. */
MUST_USE enum err eim_put(struct model *m, struct eim *eim);
MUST_USE enum err eim_delete(struct model *m, const struct eim *eim);
/* The next token: each is given once in the life of the card (SGP.32 2.11.1). */
MUST_USE enum err eim_next_token(struct model *m, uint32_t *token);
/* 84 L token, as signatures cover it; 84 01 00 without a token. */
void eim_append_token(const struct eim *eim, struct buf *out);

/* ---- package_result.c (SGP.32 2.11.2, 5.9.11) ---- */
/* Keeps a signed EuiccPackageResult (BF51); the oldest goes when there are package_results_max. */
MUST_USE enum err package_result_store(struct model *m, uint32_t sequence, struct slice result);
bool package_result_get(const struct model *m, uint32_t sequence, struct slice *result);
MUST_USE enum err package_result_remove(struct model *m, uint32_t sequence, bool *found);

/* ---- addresses ---- */
struct slice model_default_dp_address(const struct model *m);

#endif
