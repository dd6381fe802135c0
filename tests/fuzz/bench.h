/* The cards of the fuzz targets: prepared once a process, cloned for each input; commands with checks that hold for any
 * answer; invariants of a card. Used by the targets of the whole card. */
#ifndef SOFTEUICC_TESTS_FUZZ_BENCH_H
#define SOFTEUICC_TESTS_FUZZ_BENCH_H

#include "eim.h"
#include "euicc.h"
#include "fuzz.h"
#include "lpa.h"

/* ---- bench.c: prepared cards ---- */

enum fuzz_kind {
    FUZZ_CONSUMER,
    FUZZ_IOT,
    FUZZ_BOTH,
    FUZZ_KINDS,
    /* with a package of profiles/ enabled and a small one disabled; their states are below */
    FUZZ_OPERATIONAL = FUZZ_KINDS,
    FUZZ_TEST,
    FUZZ_TUAK,
    FUZZ_ALL_KINDS
};
enum fuzz_state {
    FUZZ_FRESH,         /* on, ISD-R selected, two profiles, the first enabled, notifications; iot: an eIM, fallback */
    FUZZ_AUTHENTICATED, /* the same, AuthenticateServer done */
    FUZZ_READY,         /* PrepareDownload done */
    FUZZ_LOADING,       /* half of a bound profile package is in */
    FUZZ_EMPTY,         /* on, ISD-R selected, nothing on the card */
    FUZZ_STATES,
    /* the same numbers for the cards with a package of profiles/ */
    FUZZ_STARTED = 0, /* TERMINAL PROFILE sent, the MF selected */
    FUZZ_VERIFIED,    /* besides PIN1, PIN2 and ADM1 verified, the USIM selected */
    FUZZ_IN_DOMAIN,   /* besides channel 1 open, a session (SCP03, plain commands) with the MNO-SD on channel 0 */
    FUZZ_PLAYGROUND,  /* as FUZZ_VERIFIED, but 7F66 is selected, where all may do everything (FUZZ_TEST) */
    FUZZ_NO_PROFILE   /* the profile is disabled */
};

/* Cards and their other side as they were at that moment. Made once a process, never changed. */
struct fuzz_bench {
    euicc *cards[FUZZ_STATES];
    struct smdpp *dp;         /* in the session of FUZZ_READY */
    struct buf prepared;      /* the card's answer to PrepareDownload */
    struct eim eim;           /* associated in FUZZ_FRESH and later; iot and both */
    struct test_key card_key; /* verifies package results */
};
const struct fuzz_bench *fuzz_bench(enum fuzz_kind kind);
/* bench_uicc.c: that of a card with a package of profiles/: no more than `cards` is set. */
const struct fuzz_bench *fuzz_uicc_bench(enum fuzz_kind kind);
struct gp_host;
/* With the operator's keys of the operational package for SCP02 or SCP03. */
void fuzz_gp_host(struct gp_host *h, uint8_t protocol);

/* BF25 and package of a profile with this ICCID; `more` are digits at the end of BF25. */
void fuzz_profile(const char *iccid, const char *more, struct buf *metadata, struct buf *package);

/* A key that was committed during an input. */
struct fuzz_change {
    char *key;
    struct buf value;
    bool present; /* false: it was deleted */
};

/* One clone at work on one input. */
struct fuzz_card {
    euicc *card;
    struct euicc_env env;
    enum fuzz_kind kind;
    uint64_t random_state;
    unsigned random_fail_at;     /* the n-th call fails; 0: none */
    unsigned commit_fail_at;     /* likewise */
    unsigned allocation_fail_at; /* likewise, of those while the card is at work */
    bool allocation_failed;
    enum euicc_result commit_failure;
    unsigned randoms, commits;
    unsigned stored;   /* commits that were stored; a card that is no prepared one begins with 1 */
    unsigned counted;  /* commits of nothing but what a refusal may store */
    unsigned switches; /* commits of a switch of profiles that waits for the terminal */
    bool failed;       /* one of them failed during this command */
    bool any_state;    /* what is stored may be wrong: counters are not looked at */
    uint32_t sequence; /* card/sequence and card/association-token as last committed */
    uint32_t token;
    uint64_t answers;            /* depends on all answers so far */
    struct slice initial;        /* the image with which the card began; empty: unknown */
    struct fuzz_change *changes; /* committed since then */
    size_t change_n, change_room;
};
/* All but the card. */
void fuzz_prepare(struct fuzz_card *c, enum fuzz_kind kind);
/* `c` must stay where it is until fuzz_end. */
void fuzz_begin(struct fuzz_card *c, enum fuzz_kind kind, enum fuzz_state state);
void fuzz_end(struct fuzz_card *c);
/* Goes on with a clone of the clone, or after a restore of its own snapshot. */
void fuzz_reclone(struct fuzz_card *c);
void fuzz_rerestore(struct fuzz_card *c);
void fuzz_power(struct fuzz_card *c, bool reset);

/* The outcome of a command. */
struct fuzz_answer {
    struct buf data; /* all pieces, without status words */
    uint16_t sw;
    bool said;  /* a reason was given */
    bool alive; /* false: the storage failed and the card is mute */
};
void fuzz_answer_free(struct fuzz_answer *a);
#define FUZZ_ANSWER_LOCAL __attribute__((cleanup(fuzz_answer_free))) struct fuzz_answer

/* One APDU. Checked: a status word that exists, a whole reason if and only if it refuses, no data with a refusal and no
 * commit but of a retry counter, after a failed commit the stored state of before. */
void fuzz_apdu(struct fuzz_card *c, struct slice capdu, struct fuzz_answer *out);
/* One request in STORE DATA blocks of 255 bytes, with GET RESPONSE. Checked besides: the answer is one DER object with
 * the tag of the request (BF37 for segments). */
void fuzz_request(struct fuzz_card *c, struct slice request, struct fuzz_answer *out);
/* FETCH of what 91xx announced, TERMINAL RESPONSE with this general result. */
void fuzz_proactive(struct fuzz_card *c, uint8_t result);
/* SELECT ISD-R; not on the cards with a package of profiles/. */
void fuzz_select(struct fuzz_card *c);

/* What holds for every card: at most one enabled profile; distinct ICCIDs and AIDs; memory of the profiles and free
 * memory make the total; notifications in rising order, none above the counter; by chance, more often the more was
 * stored, snapshot -> restore -> same snapshot, and every profile is whole (contents.h). */
void fuzz_invariants(struct fuzz_card *c);

/* ---- volatile.c ---- */

/* A clone that stores nothing and has no randomness; euicc_destroy. */
euicc *fuzz_copy(const struct fuzz_card *c);
/* `capdu` was refused: the card gives the answers that `before`, a copy from before it, gives to what shows current
 * files, PINs, channels and the proactive session. tried: it counted a try of a PIN, and PINs are left out. */
void fuzz_check_volatile(const struct fuzz_card *c, const euicc *before, struct slice capdu, bool tried);

/* ---- faults.c ---- */

/* What an input makes fail, in three bytes: one of these, and which call of its kind (2 bytes, from 1; 0: none). */
enum {
    FUZZ_FAULT_NONE,
    FUZZ_FAULT_RANDOM,
    FUZZ_FAULT_COMMIT,
    FUZZ_FAULT_POWER,
    FUZZ_FAULT_ALLOCATION,
    FUZZ_FAULTS,
};
#define FUZZ_FAULT_SIZE 3
void fuzz_set_fault(struct fuzz_card *c, const uint8_t p[FUZZ_FAULT_SIZE]);
void fuzz_no_more_faults(struct fuzz_card *c);
/* False for allocations: what OpenSSL keeps from one input to the next moves their number. */
bool fuzz_fault_repeats(const uint8_t p[FUZZ_FAULT_SIZE]);
/* Around each call of the card that may run out of memory. */
void fuzz_arm(struct fuzz_card *c, bool on);

/* ---- image.c ---- */

/* The entries of an image (src/store/image.h), in their order. False: malformed, or no more. */
struct fuzz_image {
    struct slice rest;
    size_t left;
};
bool fuzz_image_open(struct slice image, struct fuzz_image *out);
bool fuzz_image_next(struct fuzz_image *in, struct slice *key, struct slice *value);
/* The value of a key in an image; false if it is not there or the image is malformed. */
bool fuzz_image_find(struct slice image, const char *key, struct slice *value);
/* What is stored is what was stored in the beginning and what was committed since, and nothing else. */
void fuzz_note_change(struct fuzz_card *c, const struct euicc_change *change);
void fuzz_forget_changes(struct fuzz_card *c);
/* What is stored under a key now; borrowed until the next commit. */
bool fuzz_stored(const struct fuzz_card *c, const char *key, struct slice *value);
void fuzz_check_committed(const struct fuzz_card *c, struct slice image);

#endif
