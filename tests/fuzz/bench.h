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

/* One clone at work on one input. */
struct fuzz_card {
    euicc *card;
    struct euicc_env env;
    enum fuzz_kind kind;
    uint64_t random_state;
    unsigned random_fail_at; /* the n-th call fails; 0: none */
    unsigned commit_fail_at; /* likewise */
    enum euicc_result commit_failure;
    unsigned randoms, commits;
    unsigned counted;  /* commits of nothing but what a refusal may store */
    bool failed;       /* one of them failed during this command */
    bool any_state;    /* what is stored may be wrong: counters are not looked at */
    uint32_t sequence; /* card/sequence and card/association-token as last committed */
    uint32_t token;
    uint64_t answers; /* depends on all answers so far */
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
 * memory make the total; notifications in rising order, none above the counter; one time in eight, snapshot -> restore
 * -> same snapshot, and every profile is whole (contents.h). */
void fuzz_invariants(struct fuzz_card *c);
/* The value of a key in an image (src/store/image.h); false if it is not there or the image is malformed. */
bool fuzz_image_find(struct slice image, const char *key, struct slice *value);

#endif
