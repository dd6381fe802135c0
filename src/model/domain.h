/* domain: the security domains of a profile, their keys and data, and what is addressed by TAR: records on
 * model/isdp.h. GlobalPlatform Card 2.3, SAIP 8.6 to 8.8, ETSI TS 102 226. src/saip writes them, src/domain works on
 * them.
 *
 * Keys: `sd/<nn>` a domain (or an inert applet), `sdkey/<nn>/<KVN><KID>` one of its keys, `sdcount/<nn>/<KVN><KID>`
 * that key's counter, `sdsequence/<nn>/<KVN>` the sequence counter of secure channels, `sddata/<nn>/<DGI>` one data
 * group of its personalisation, `rfm/<nn>` a remote file management application, `load/<nn>` a load file. */
#ifndef SOFTEUICC_MODEL_DOMAIN_H
#define SOFTEUICC_MODEL_DOMAIN_H

#include "model/isdp.h"

/* Life cycle of a security domain or application (GP 5.3.1, 5.3.2). */
#define DOMAIN_INSTALLED 0x03
#define DOMAIN_SELECTABLE 0x07
#define DOMAIN_PERSONALIZED 0x0f
#define DOMAIN_LOCKED 0x80

#define DOMAIN_AID_MIN 5
#define DOMAIN_PRIVILEGES_MAX 3

/* A security domain; `is_applet`: an application that nothing can run, kept for the registry only (personality
 * inert_applets). Slices lie in the store, valid until it changes. */
struct domain {
    uint8_t number; /* in this profile; domain_add() gives it */
    bool is_mno;    /* the MNO-SD: the first of the package */
    bool is_applet;
    uint8_t life_cycle;
    struct slice aid, package, module; /* instanceAID, loadPackageAID, classAID */
    struct slice parent;               /* AID of the security domain it belongs to; empty: itself (the MNO-SD) */
    struct slice privileges;           /* 1 or 3 bytes */
    struct slice parameters;           /* content of C9 */
    struct slice system_parameters;    /* content of EF */
    struct slice toolkit;              /* content of EA/80: see domain_toolkit() */
    struct slice access, admin_access; /* contents of EA/81 and EA/82 (TS 102 226 8.2.1.3.2.2) */
    struct slice provider;             /* content of B0/5F20 */
    struct slice open_personalisation; /* content of A4 of the profile element: for the contactless registry */
    struct slice cat_tp;               /* content of A5 of the profile element */
};

/* *found false: there is none. ERR_CORRUPT if a record does not decode. */
MUST_USE enum err domain_get(const struct isdp *isdp, uint8_t number, struct domain *out, bool *found);
MUST_USE enum err domain_find(const struct isdp *isdp, struct slice aid, struct domain *out, bool *found);
MUST_USE enum err domain_mno(const struct isdp *isdp, struct domain *out, bool *found);
/* In the order of installation: start with *next 0 and call until *found is false. */
MUST_USE enum err domain_next(const struct isdp *isdp, unsigned *next, struct domain *out, bool *found);
/* Gives it a number. ERR_NO_SPACE after 256. */
MUST_USE enum err domain_add(const struct isdp *isdp, struct domain *d);
/* Replaces the record with this number; slices of *d may point into the store, and are no longer valid then. */
MUST_USE enum err domain_put(const struct isdp *isdp, const struct domain *d);
/* The record with all its keys, counters and data. */
MUST_USE enum err domain_delete(const struct isdp *isdp, uint8_t number);

/* Toolkit parameters (TS 102 226 8.2.1.3.2.1): the TARs, 3 bytes each, and the minimum security level as a first octet
 * of an SPI (0: none). False if they are malformed; without any (n 0) true and no TAR. */
bool domain_toolkit(struct slice toolkit, struct slice *tars, uint8_t *minimum_security_level);

/* ---- keys ---- */

/* Key types (GP 11.1.8). */
#define KEY_TYPE_DES 0x80
#define KEY_TYPE_PSK_TLS 0x85
#define KEY_TYPE_AES 0x88
#define KEY_TYPE_HMAC_SHA1 0x90
#define KEY_TYPE_HMAC_SHA1_160 0x91
#define KEY_TYPE_ECC_PUBLIC 0xb0
#define KEY_TYPE_ECC_PRIVATE 0xb1
#define KEY_TYPE_ECC_PARAMETERS 0xf0

#define KEY_COMPONENTS_MAX 8
#define KEY_COUNTER_SIZE 5 /* of a secured packet (TS 102 225 5.1.3) */
#define KEY_COUNTER_MAX 0xffffffffffu

struct domain_key {
    uint8_t version, identifier; /* KVN, KID */
    uint8_t usage[2];            /* key usage qualifier (GP 11.1.9), usage_n bytes */
    uint8_t usage_n;
    uint8_t access;
    size_t n;
    struct {
        uint8_t type;
        uint8_t mac_length;
        struct slice data; /* in the store */
    } components[KEY_COMPONENTS_MAX];
};

MUST_USE enum err domain_key_get(const struct isdp *isdp, uint8_t number, uint8_t version, uint8_t identifier,
                                 struct domain_key *out, bool *found);
/* The data of the component of this type; false if the key has none. */
bool domain_key_component(const struct domain_key *key, uint8_t type, struct slice *data);
/* Replaces or makes it. The counter stays: a new key's is 0 until domain_key_put_counter(). */
MUST_USE enum err domain_key_put(const struct isdp *isdp, uint8_t number, const struct domain_key *key);
/* With its counter; the last key of a version also with the counter of the channels opened with it. */
MUST_USE enum err domain_key_delete(const struct isdp *isdp, uint8_t number, uint8_t version, uint8_t identifier);
/* In the order of version and identifier: start with *next 0 and call until *found is false. */
MUST_USE enum err domain_key_next(const struct isdp *isdp, uint8_t number, unsigned *next, struct domain_key *out,
                                  bool *found);
/* The counter of secured packets under this key; 0 if none was stored. */
MUST_USE enum err domain_key_counter(const struct isdp *isdp, uint8_t number, uint8_t version, uint8_t identifier,
                                     uint64_t *counter);
MUST_USE enum err domain_key_put_counter(const struct isdp *isdp, uint8_t number, uint8_t version, uint8_t identifier,
                                         uint64_t counter);
/* The sequence counter of secure channels under this key version (SCP02 E.1.2.5: two bytes, SCP03 6.2.2.1: three). */
MUST_USE enum err domain_sequence(const struct isdp *isdp, uint8_t number, uint8_t version, uint32_t *sequence);
MUST_USE enum err domain_put_sequence(const struct isdp *isdp, uint8_t number, uint8_t version, uint32_t sequence);

/* ---- personalisation data: data groups by their identifier ---- */

bool domain_data(const struct isdp *isdp, uint8_t number, uint16_t identifier, struct slice *out);
MUST_USE enum err domain_put_data(const struct isdp *isdp, uint8_t number, uint16_t identifier, struct slice value);
/* Reads one data group off the front of *in: identifier of 2 bytes, length of 1 byte or FF and 2, data. False if it is
 * not one; *in is then unchanged. */
bool domain_data_group(struct slice *in, uint16_t *identifier, struct slice *data);

/* ---- remote file management (SAIP 8.8, TS 102 226 8.3) ---- */

struct remote_files {
    uint8_t number;
    struct slice aid, domain; /* instanceAID; AID of the security domain whose keys protect it */
    struct slice tars;        /* 3 bytes each; empty: not addressable */
    uint8_t minimum_security_level;
    struct slice access, admin_access; /* access domains for the files of the UICC */
    struct slice adf;                  /* AID of the ADF that scripts start in; empty: the MF */
    struct slice adf_access, adf_admin_access;
};

MUST_USE enum err remote_files_add(const struct isdp *isdp, struct remote_files *r);
MUST_USE enum err remote_files_next(const struct isdp *isdp, unsigned *next, struct remote_files *out, bool *found);
MUST_USE enum err remote_files_find(const struct isdp *isdp, struct slice aid, struct remote_files *out, bool *found);
MUST_USE enum err remote_files_delete(const struct isdp *isdp, uint8_t number);

/* What a TAR means: an application for remote file management, or a security domain (remote application management).
 * `domain` is in either case the one whose keys protect the packet. */
struct target {
    bool is_files;
    struct remote_files files; /* is_files */
    struct domain domain;
    uint8_t minimum_security_level; /* as the first octet of an SPI */
};
MUST_USE enum err target_find(const struct isdp *isdp, const uint8_t tar[3], struct target *out, bool *found);

/* ---- load files of inert applets ---- */

MUST_USE enum err load_file_add(const struct isdp *isdp, struct slice aid, struct slice block);
/* As domain_next(): the AID and the load block. */
MUST_USE enum err load_file_next(const struct isdp *isdp, unsigned *next, struct slice *aid, struct slice *block,
                                 bool *found);

#endif
