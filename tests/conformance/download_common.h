/* The bench of the tests of trust, RSP sessions and bound profile packages: one card in memory whose committed state
 * survives power cuts, an LPA and an SM-DP+ double (tests/lib), and what a test says about each download. Used by
 * download_*.c, trust_*.c, session_*.c, kat_*.c and crl_*.c. All functions end the test if something is not as said.
 *
 * A number in front of a row's name is that of a negative or boundary case; 13 to 60 are trust, sessions and packages,
 * and each of them has its rows in these files. */
#ifndef SOFTEUICC_CONFORMANCE_DOWNLOAD_COMMON_H
#define SOFTEUICC_CONFORMANCE_DOWNLOAD_COMMON_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"
#include "base/tlv.h"
#include "euicc.h"
#include "lpa.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The ICCID of profiles/tiny.der, as in EF.ICCID. */
#define TINY_ICCID "98001010000000000082"

struct rig_options {
    const char *personality; /* lines that differ from the default one; NULL: none */
    enum test_curve curve;   /* of the SM-DP+'s keys */
    int smdpp;               /* 2: the second SM-DP+ of SGP.26; else the first */
    uint64_t seed;
    const struct euicc_issuer *issuers; /* NULL: the built-in SGP.26 PKI */
    size_t issuer_count;
    const char *eid;                                         /* NULL: random */
    int (*random)(void *random_ctx, uint8_t *out, size_t n); /* NULL: follows from the seed */
    void *random_ctx;
    struct lpa_options lpa;
};

/* Why the card last said no, copied since the card forgets it with the next command (GET RESPONSE). */
struct rig_said {
    bool said;
    char function[64];
    char clause[64];
    char expected[192];
    char came[192];
    size_t offset;
};

struct rig_stored {
    char *key;
    uint8_t *value;
    size_t n;
};

struct rig {
    struct rig_options options;
    struct kat *keys;
    struct rig_stored *stored; /* what the card committed */
    size_t stored_n;
    size_t commits;
    euicc_random *random;
    struct euicc_env env;
    euicc *card;
    struct lpa lpa;
    struct smdpp *dp;
    struct smdpp_profile good; /* the profile that can always be installed: profiles/tiny.der */
    struct buf package;
    struct buf metadata;
    struct rig_said said;
};

/* options may be NULL. The card is on, the ISD-R selected. */
void rig_open(struct rig *r, const struct rig_options *options);
void rig_close(struct rig *r);
/* Power cut: the card is thrown away and opened again from what it committed. */
void rig_reopen(struct rig *r);
/* Another card in place of the one at work; it belongs to the rig from now on, its environment does not. */
void rig_take_card(struct rig *r, euicc *card);
/* Another SM-DP+ in place of the one at work; curve and number as in rig_options. */
void rig_use_smdpp(struct rig *r, enum test_curve curve, int number);

/* Empties *b and writes the bytes that the digits spell. */
struct slice hex(struct buf *b, const char *digits);

/* The reason of the last refusal: exact function and clause; the texts contain the words. */
void rig_expect_said(const struct rig *r, const char *row, const char *function, const char *clause,
                     const char *expected, const char *came);

/* ---- plain commands ---- */

/* The request as one STORE DATA chain; *response the data, the status word is given back. */
uint16_t rig_send(struct rig *r, struct slice request, struct buf *response);
/* Sends the digits and expects exactly these response data and this status word. */
void rig_exchange(struct rig *r, const char *row, const char *request, const char *response, uint16_t sw);

struct rig_state {
    uint32_t applications;
    uint32_t free_memory;
    size_t profiles;
};
void rig_state(struct rig *r, struct rig_state *out);
void rig_expect_state(struct rig *r, const char *row, const struct rig_state *expected);

/* ---- downloads ---- */

/* Puts the good profile back and takes every flaw away. */
void rig_heal(struct rig *r);
/* The download works; its result is checked by the SM-DP+. result may be NULL. */
void rig_download_works(struct rig *r, const char *row, const struct lpa_download_options *options,
                        struct lpa_download_result *result);
/* Deletes the profile with this ICCID and takes all notifications off the card. */
void rig_delete(struct rig *r, const char *row, const char *iccid);
/* The good profile can be installed and taken away again. */
void rig_good_one_works(struct rig *r, const char *row);

struct rig_failure {
    const char *row;
    int command;      /* bppCommandId */
    int reason;       /* errorReason */
    bool iccid;       /* the result names the ICCID of the metadata */
    const char *sima; /* digits of the EUICCResponse; NULL: no simaResponse */
    const char *clause;
    const char *expected;
    const char *came;
};
/* The download ends with this result, signed; nothing is left of the profile; the result is kept byte for byte; the
 * session is over. The good profile is put back but not yet installed. */
void rig_download_fails(struct rig *r, const struct rig_failure *failure, const struct lpa_download_options *options);
/* rig_download_fails, and then a good download of the same ICCID works at once. */
void rig_fails_then_works(struct rig *r, const struct rig_failure *failure, const struct lpa_download_options *options);

/* AuthenticateServer or PrepareDownload is refused with this code. */
struct rig_refusal {
    const char *row;
    enum lpa_stage stage; /* LPA_STAGE_AUTHENTICATE or LPA_STAGE_PREPARE */
    int code;
    const char *expected;
    const char *came;
};
void rig_is_refused(struct rig *r, const struct rig_refusal *refusal, const struct lpa_download_options *options);
/* A session up to before this stage (LPA_STAGE_AUTHENTICATE, PREPARE, LOAD) or to the end (DONE). */
void rig_session(struct rig *r, const char *row, enum lpa_stage before);

/* ---- download_package.c: profile packages and metadata with chosen flaws ---- */

/* Appends profiles/tiny.der, or another package of that folder. */
void package_load(struct buf *package, const char *file);
/* The bytes `from` occur at least once and are replaced everywhere; both have the same length. */
void package_replace(struct buf *package, const char *from, const char *to);
/* Where the bytes `digits` are for the first time; NULL: the end. */
size_t package_position(const struct buf *package, const char *digits);
/* Puts a profile element before the first one with this tag. */
void package_insert(struct buf *package, uint32_t before, struct slice element);
void package_drop(struct buf *package, uint32_t tag);
/* PE-OPT-USIM with these contents of EF.GID1 and EF.GID2; NULL: no such file. */
void package_put_gids(struct buf *element, const char *gid1, const char *gid2);

/* Members of StoreMetadataRequest in digits; NULL: as in the good profile, "": left out. */
struct metadata_parts {
    const char *iccid; /* content of 5A */
    const char *service_provider;
    const char *name;
    const char *icon;
    const char *profile_class;
    const char *notifications;
    const char *owner;
    const char *rules;
    const char *rest; /* BF22, BF23 and what else follows */
};
void metadata_make(struct buf *metadata, const struct metadata_parts *parts);
/* Digits of a TLV of n bytes `fill`; valid until the next call with this buf. */
const char *metadata_filled(struct buf *digits, const char *tag, size_t n, uint8_t fill);

#endif
