/* softeuicc: a software eUICC as a value. The public API: all that the daemon, the tools, the tests and the fuzzers of
 * the whole card need.
 *
 * A card is used by one thread at a time; different cards may be used by different threads at once. Everything outside
 * the card (randomness, time, storage, tracing) is handed in: the same seed, clock and APDUs give the same bytes. */
#ifndef SOFTEUICC_EUICC_H
#define SOFTEUICC_EUICC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define EUICC_API __attribute__((visibility("default")))
#else
#define EUICC_API
#endif

typedef struct euicc euicc;

enum euicc_result {
    EUICC_OK = 0,
    EUICC_BAD_ARGUMENT, /* a parameter, a personality line, an EID, a certificate or a key is wrong */
    EUICC_NO_MEMORY,
    EUICC_NO_CARD,    /* the storage holds no card and no configuration was given */
    EUICC_EXISTS,     /* the storage holds a card already and a configuration was given */
    EUICC_STORAGE,    /* reading or writing the storage failed */
    EUICC_CORRUPT,    /* the stored card does not decode */
    EUICC_NEWER,      /* the stored card was written by a newer version of this program */
    EUICC_LOCKED,     /* another process uses this card file */
    EUICC_POWER_LOST, /* an answer of commit: the power was cut; the card stays mute until power on */
    EUICC_MUTE,       /* the card is off, or went mute after a storage failure */
    EUICC_SHORT_BUFFER,
    EUICC_RANDOM, /* the random source failed */
    EUICC_CRYPTO, /* the cryptographic library failed */
};

/* "the card file is used by another process" and so on. */
EUICC_API const char *euicc_result_text(int result);

/* ---- what lies outside the card ---- */

/* One changed key of a commit. Keys are short readable text; value NULL: the key is gone. */
struct euicc_change {
    const char *key;
    const uint8_t *value;
    size_t n;
};

/* The back end calls this once per stored key while it loads; not 0: stop and return that. */
typedef int (*euicc_put_fn)(void *put_ctx, const char *key, const uint8_t *value, size_t n);

/* Events that are bytes give them as they went over the wire: with the PIN of a VERIFY, the keys that AUTHENTICATE
 * answers, and what a terminal writes into files of keys. Whoever writes them down hides those, as the daemon's log
 * does. Events that are text never hold a secret. */
enum euicc_event {
    EUICC_EVENT_POWER,         /* text: "power on", "power off", "reset" */
    EUICC_EVENT_COMMAND,       /* bytes: the C-APDU */
    EUICC_EVENT_FUNCTION,      /* text: what the command is, "ES10c.GetEID", "SELECT ISD-R", "STORE DATA block 0" */
    EUICC_EVENT_DETAIL,        /* text: one decoded field or fact, for verbose logs */
    EUICC_EVENT_RESULT,        /* text: the answer by name, "ok", "profileNotInDisabledState(2)" */
    EUICC_EVENT_REASON,        /* text: why the card said no, see struct euicc_reason */
    EUICC_EVENT_RESPONSE,      /* bytes: the R-APDU */
    EUICC_EVENT_REQUEST_DATA,  /* bytes: the data object that STORE DATA blocks made up, before it is carried out */
    EUICC_EVENT_RESPONSE_DATA, /* bytes: the whole data object of the answer, however many GET RESPONSEs fetch it */
    EUICC_EVENT_COMMIT,        /* text: "3 keys" written durably */
};

/* `ctx` is passed back. Every function returns 0 (EUICC_OK) or one of enum euicc_result. */
struct euicc_env {
    void *ctx;
    int (*random)(void *ctx, uint8_t *out, size_t n);
    int64_t (*now)(void *ctx);                                              /* seconds since 1970; NULL: no clock */
    int (*load)(void *ctx, euicc_put_fn put, void *put_ctx);                /* NULL: the card lives in memory only */
    int (*commit)(void *ctx, const struct euicc_change *changes, size_t n); /* all or nothing; NULL as for load */
    void (*trace)(void *ctx, enum euicc_event event, const uint8_t *data, size_t n); /* NULL: none */
};

/* ---- making a card ---- */

struct euicc_bytes {
    const uint8_t *p;
    size_t n;
};

/* One root (CI) that the card trusts, and the card's own chain under it. DER certificates, raw 32-byte private keys.
 * With eum_certificate and eum_key the card makes itself a key pair and gets a certificate for its EID; with
 * euicc_certificate and euicc_key it takes those; with neither it only verifies under this root. */
struct euicc_issuer {
    struct euicc_bytes ci_certificate;
    struct euicc_bytes eum_certificate;
    struct euicc_bytes eum_key;
    struct euicc_bytes euicc_certificate;
    struct euicc_bytes euicc_key;
};

struct euicc_config {
    const char *eid;                    /* 32 digits; NULL: a random valid one that the first issuer's EUM may sign */
    const char *personality;            /* the text of a personality file; NULL: the default one */
    const struct euicc_issuer *issuers; /* in order of priority; NULL: the SGP.26 test PKI that is built in */
    size_t issuer_count;
};

/* What went wrong, for people. */
struct euicc_diagnostic {
    char text[256];
};

/* Opens the card that env->load gives, or, if there is none and config is not NULL, makes and stores a new one.
 * `why` may be NULL. The card is off. */
EUICC_API int euicc_create(euicc **out, const struct euicc_config *config, const struct euicc_env *env,
                           struct euicc_diagnostic *why);
EUICC_API void euicc_destroy(euicc *card);

/* ---- using it ---- */

struct euicc_atr {
    uint8_t bytes[33];
    size_t n;
};

EUICC_API int euicc_power_on(euicc *card, struct euicc_atr *atr);
EUICC_API int euicc_reset(euicc *card, struct euicc_atr *atr);
/* Also: tear. Uncommitted and volatile state is gone. */
EUICC_API void euicc_power_off(euicc *card);

/* One command, one response of at least 2 bytes. rapdu should have room for 65538 bytes; EUICC_SHORT_BUFFER if the
 * answer does not fit. EUICC_MUTE: no answer, as from a card that lost power. */
EUICC_API int euicc_transmit(euicc *card, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn);

/* Why the last command was refused. `said` is false if it was not. Valid until the next command. */
struct euicc_reason {
    bool said;
    const char *function; /* "ES10b.AuthenticateServer" */
    const char *clause;   /* "SGP.22 5.7.13" */
    size_t offset;        /* byte in the command data after reassembly; (size_t)-1: none */
    const char *expected;
    const char *came;
};
EUICC_API void euicc_last_reason(const euicc *card, struct euicc_reason *out);

/* For building cards that are wrong on purpose (src/mutate): if `signature` is this card's over `was`, the signature of
 * the same key over `becomes`. No APDU leads here, and nothing is changed or stored. EUICC_BAD_ARGUMENT: the signature
 * is not this card's, or not over `was`. */
EUICC_API int euicc_sign_again(const euicc *card, struct euicc_bytes was, const uint8_t signature[64],
                               struct euicc_bytes becomes, uint8_t out[64]);

/* ---- images ---- */

/* All that survives power off, as one image; free() it. */
EUICC_API int euicc_snapshot(const euicc *card, uint8_t **image, size_t *n);
/* Replaces the card's whole stored state by the image's, durably; the card is off afterwards. A restored older image
 * brings its older counters back. */
EUICC_API int euicc_restore(euicc *card, const uint8_t *image, size_t n);
/* A copy in memory with everything, the open session included. env->load is not called. */
EUICC_API int euicc_clone(const euicc *card, const struct euicc_env *env, euicc **out);

/* ---- looking in, without APDUs ---- */

struct euicc_description {
    char eid[33];
    char personality[64];
    char sgp22_version[16]; /* "2.5.0" */
    size_t memory_total;    /* bytes for profiles */
    size_t memory_free;
    size_t profile_count;
    size_t notification_count;
    size_t ci_count;
    size_t eim_count;            /* associated eIMs */
    size_t package_result_count; /* stored results of eUICC packages */
    const char *sgp32_version;   /* "1.2"; "" for a consumer card */
    char default_smdp_address[256];
};

struct euicc_profile_description {
    char iccid[21];            /* digits as printed on a SIM */
    char isdp_aid[33];         /* hex */
    const char *state;         /* "enabled", "disabled" */
    const char *profile_class; /* "test", "provisioning", "operational" */
    char nickname[257];
    char service_provider[129];
    char name[257];
    size_t size; /* bytes of memory */
};

#define EUICC_PATH_SIZE 40
#define EUICC_PINS_MAX 26

/* One PIN of a profile (TS 102 221 9.5); never its value. */
struct euicc_pin_description {
    char name[16];       /* "PIN1", "PIN2", "ADM1" */
    unsigned reference;  /* key reference, as in P2 of VERIFY PIN */
    unsigned number;     /* in this profile: directories that share a PIN say the same number */
    bool enabled;        /* it is asked for */
    unsigned left, of;   /* tries */
    bool has_unblocking; /* there is a PUK for it */
    unsigned puk_left, puk_of;
};

/* One file of a profile (TS 102 221 8). */
struct euicc_file_description {
    char path[EUICC_PATH_SIZE]; /* "3F00/7FD0/6F07"; an ADF has the identifier that its package gave it */
    const char *type;           /* "MF", "DF", "ADF", "transparent", "linear fixed", "cyclic", "BER-TLV" */
    bool is_directory;
    char aid[33];               /* ADF: hex; else empty */
    char link[EUICC_PATH_SIZE]; /* path of the file whose body this one shares; empty: it has its own */
    const char *state;          /* "activated", "deactivated", "terminated", "creation", "initialisation" */
    unsigned sfi;               /* short file identifier, 0: none */
    size_t size;                /* bytes of an EF; of a BER-TLV EF those that are reserved */
    size_t record_length;       /* 0: no records */
    size_t records;
    char rule[16];          /* "6F06/2": EF.ARR and record with the access rule */
    char access[512];       /* the rule in words: "read PIN1, update ADM1"; what is not named is never allowed */
    const uint8_t *content; /* of an EF; borrowed: valid until the card changes */
    size_t content_size;
    size_t pin_count; /* PINs that belong to this directory */
    struct euicc_pin_description pins[EUICC_PINS_MAX];
};

/* What is installed in a profile beside its files. */
struct euicc_application_description {
    const char *kind;           /* "USIM", "ISIM", "CSIM", "application", "security domain", "remote files" */
    char aid[33];               /* hex */
    char path[EUICC_PATH_SIZE]; /* of its ADF; empty: none */
    const char *algorithm;      /* of authentication: "Milenage", "TUAK", "XOR (TS 34.108)"; "" : none */
    const char *state;          /* life cycle of a security domain: "personalized"; else "" */
    char keys[160];             /* of a security domain: "01 AES, 20 DES", versions and types; never the keys */
    char tars[64];              /* what remote management addresses it by: "B00010, B00011" */
};

struct euicc_notification_description {
    uint32_t sequence_number;
    const char *event; /* "install", "enable", "disable", "delete" */
    char address[256];
    char iccid[21];              /* empty if the notification has none */
    bool is_installation_result; /* a ProfileInstallationResult rather than an otherSignedNotification */
};

/* One associated eIM (SGP.32). */
struct euicc_eim_description {
    char id[129];     /* eimId */
    char fqdn[256];   /* empty: none */
    uint32_t counter; /* counterValue: the last one accepted */
    bool has_token;
    uint32_t token;    /* associationToken */
    const char *curve; /* of its key; "none" without a key */
};

struct euicc_ci_description {
    char ci_pk_id[41]; /* hex */
    const char *curve; /* "P-256", "brainpoolP256r1" */
    bool signs;        /* the card has a certificate under it */
};

EUICC_API int euicc_describe(const euicc *card, struct euicc_description *out);
/* index from 0; EUICC_BAD_ARGUMENT past the end. */
EUICC_API int euicc_describe_profile(const euicc *card, size_t index, struct euicc_profile_description *out);
/* The files of a profile in the order of their paths. `profile`: index as for euicc_describe_profile(); `after`: the
 * path of the file before, NULL for the first one (the MF). EUICC_BAD_ARGUMENT past the last one. */
EUICC_API int euicc_describe_file(const euicc *card, size_t profile, const char *after,
                                  struct euicc_file_description *out);
/* In the order of installation, security domains first; index from 0; EUICC_BAD_ARGUMENT past the end. */
EUICC_API int euicc_describe_application(const euicc *card, size_t profile, size_t index,
                                         struct euicc_application_description *out);
EUICC_API int euicc_describe_notification(const euicc *card, size_t index, struct euicc_notification_description *out);
EUICC_API int euicc_describe_eim(const euicc *card, size_t index, struct euicc_eim_description *out);
EUICC_API int euicc_describe_ci(const euicc *card, size_t index, struct euicc_ci_description *out);
/* The ATR that the card gives, on or off. */
EUICC_API int euicc_describe_atr(const euicc *card, struct euicc_atr *out);

/* Back to how it left the factory: no profiles, notifications, package results, eIMs, addresses or stored one-time
 * keys. EID, keys, certificates, the sequence counter and the last association token stay. Durable; the card is off
 * afterwards. */
EUICC_API int euicc_factory_reset(euicc *card);

/* Associates an eIM as an owner of the card file may, without asking any eIM: `configuration` is EimConfigurationData
 * (DER 30, SGP.32 2.11.1.1.1) with counterValue and a key. With associationToken -1 in it the card gives a token.
 * Durable; the card is off afterwards. EUICC_BAD_ARGUMENT with *why if it is refused. */
EUICC_API int euicc_eim_add(euicc *card, const uint8_t *configuration, size_t n, struct euicc_diagnostic *why);
/* Removes the association with this eimId; EUICC_BAD_ARGUMENT if there is none. Its token is never given again. */
EUICC_API int euicc_eim_remove(euicc *card, const char *id);

/* Names and texts of the built-in personalities; NULL past the end. */
EUICC_API const char *euicc_personality_name(size_t index);
EUICC_API const char *euicc_personality_text(const char *name);

/* ---- ready-made environments ---- */

/* A random source: with a seed every byte follows from it; without, the operating system's. */
typedef struct euicc_random euicc_random;
EUICC_API int euicc_random_new(euicc_random **out, bool seeded, uint64_t seed);
EUICC_API void euicc_random_free(euicc_random *random);
EUICC_API int euicc_random_bytes(void *random, uint8_t *out, size_t n); /* fits struct euicc_env.random */

/* A card file: SQLite, one table (card, key, value, digest), one file for one card or for a fleet. What changes in it
 * by accident, a bit of a value or a lost row, is found when the card is loaded: EUICC_CORRUPT. */
typedef struct euicc_file euicc_file;
enum euicc_file_mode {
    EUICC_FILE_CREATE, /* must not exist */
    EUICC_FILE_OPEN,   /* must exist; locked against other processes */
    EUICC_FILE_OPEN_OR_CREATE,
    EUICC_FILE_READ_ONLY, /* must exist; may be in use by another process */
};
/* `card` names one card in the file; NULL: "card". On failure *why (may be NULL) names file and cause. */
EUICC_API int euicc_file_open(euicc_file **out, const char *path, const char *card, enum euicc_file_mode mode,
                              struct euicc_diagnostic *why);
EUICC_API void euicc_file_close(euicc_file *file);
EUICC_API int euicc_file_load(void *file, euicc_put_fn put, void *put_ctx);                /* fits .load */
EUICC_API int euicc_file_commit(void *file, const struct euicc_change *changes, size_t n); /* fits .commit */
/* Looks through the whole file, all its cards, and changes nothing. EUICC_CORRUPT, and what is wrong by
 * euicc_file_error(). */
struct euicc_file_report {
    unsigned version; /* of the file; version 1 has no digests, only the structure was checked */
    size_t cards;     /* found good */
    size_t keys;
    uint64_t bytes; /* of keys and values */
};
EUICC_API int euicc_file_check(euicc_file *file, struct euicc_file_report *out);
/* Why the last load, commit or check failed; "" if it did not. */
EUICC_API const char *euicc_file_error(const euicc_file *file);

#ifdef __cplusplus
}
#endif
#endif
