/* The bench of the power cut and fault tests: a storage that outlives the card and loses power before, inside or after
 * its n-th commit, flows of an LPA or IPA that go on from wherever they were interrupted, and what has to hold for a
 * card at any time (invariants.c). Used by flows_*.c, test_power_cut.c and test_fault.c.
 *
 * A run begins with the state that a flow prepared. After a cut the card object is thrown away and a new one starts
 * over what was stored; then the flow goes on, and must end with the card as if nothing had happened. A failure prints
 * one line that replays it. */
#ifndef SOFTEUICC_TESTS_TEAR_BENCH_H
#define SOFTEUICC_TESTS_TEAR_BENCH_H

#include "common.h"
#include "ipa.h"
#include "storage.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- the bench ---- */

#define PACKAGES_MAX 16
#define NUMBERS_MAX 64
#define TOKENS_MAX 16
#define EIMS_MAX 4

/* What the outside world knows of the card for all time, whatever happens to the card. */
struct memory {
    uint32_t highest_number;
    struct {
        uint32_t number;
        uint64_t content;
    } numbers[NUMBERS_MAX]; /* of notifications and results that were seen */
    size_t number_n;
    struct {
        char id[129];
        uint32_t counter;
        int64_t token;
    } eims[EIMS_MAX]; /* that are associated */
    size_t eim_n;
    uint32_t tokens[TOKENS_MAX]; /* that any eIM ever got */
    size_t token_n;
};

struct sent {
    bool is_signed;
    bool delivered; /* the IPA took the result off the card */
    size_t eim;
    struct eim_package package;
};

struct flow;
struct bench {
    const struct flow *flow;
    struct storage stored;
    struct storage journal; /* the first half of a commit that was cut */
    size_t commits;         /* since the card was created */
    struct cut cut;
    bool lost;             /* the power is gone */
    bool refused;          /* not the power: the storage failed */
    unsigned fired;        /* how often it went, or a fault was injected, in this run */
    const struct step *at; /* the step at work */
    bool hit;              /* a fault was injected and the card said 6F00 or nothing */
    euicc *card;
    euicc_random *random;
    struct kat *keys;
    struct smdpp *dp;
    struct ipa ipa; /* its lpa serves for SGP.22 */
    struct eim eims[EIMS_MAX];
    size_t eim_n;
    struct sent sent[PACKAGES_MAX];
    struct memory memory;
    /* faults: called around each command of the card; may be NULL */
    void (*arm)(bool on);
    int (*random_fault)(void);
    uint8_t last_ins; /* of the last command */
    int last_result;  /* of the last call of the card */
};

/* ---- flows ---- */

/* What a step has to bring about: `done` looks at the card, without a command, and tells if that is so already. The one
 * that was interrupted begins again unless it is done; those before it must have stayed. `run` gives false if the card
 * went silent or failed in it; anything else that is not as expected ends the test. */
struct step {
    const char *what;
    bool (*done)(struct bench *b);
    bool (*run)(struct bench *b);
    int argument; /* for both: b->at->argument */
};

struct flow {
    const char *name;
    const char *personality; /* a built-in one; NULL: default */
    const char *lines;       /* that change it */
    bool refresh;            /* the terminal offers REFRESH and the LPA asks for it */
    void (*prepare)(struct bench *b);
    struct step steps[10];
};
extern const struct flow *const consumer_flows[];
extern const struct flow *const iot_flows[];
extern const struct flow *const uicc_flows[];
extern const struct flow *const remote_flows[];
/* NULL: past the end of all lists. */
const struct flow *flow_at(size_t index);
size_t flow_count(void);

/* The storage and memory with which each run of a flow begins. */
struct prepared {
    const struct flow *flow;
    struct storage stored;
    struct memory memory;
    struct eim eims[EIMS_MAX];
    size_t eim_n;
    char *summary; /* of the card after an untouched run; free() it */
    size_t commits;
};
void prepare(struct prepared *p, const struct flow *flow);
void prepared_free(struct prepared *p);

/* A bench over the prepared state, the card on. */
void bench_begin(struct bench *b, const struct prepared *p);
void bench_end(struct bench *b);
/* A new card over what is stored, or (same_object) the same one; switched on, the ISD-R selected, invariants checked.
 * False: the power went again. */
bool bench_start(struct bench *b, bool same_object);
/* The steps from the one at work on (from the first in a new run). False: interrupted. */
bool bench_steps(struct bench *b);
/* After a fault: the card as it is, with the ISD-R selected again; switched on again if it gave no answer,
 * or if a REFRESH was at work. */
void bench_again(struct bench *b);
/* Until the flow ends, with as many new starts as there are cuts; the end must be that of an untouched run. */
void bench_complete(struct bench *b, const struct prepared *p);
/* After a function of an LPA: true if it went well, false if it was interrupted; anything else ends the test. */
bool bench_went(struct bench *b, bool well, const char *what);

/* Ends the test with a message and the line that replays the run. */
#define bench_check(b, condition, ...)                                                                                 \
    do {                                                                                                               \
        if (!(condition)) bench_fail(b, __FILE__, __LINE__, __VA_ARGS__);                                              \
    } while (0)
void bench_fail(const struct bench *b, const char *file, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 4, 5)));
/* The environment that leads to the run at work: "TEAR_FLOW=enable TEAR_CUT=after:2". */
void replay_set(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- invariants.c ---- */

/* At most one profile is enabled; every ISD-P is whole or absent; the memory in use is what is there; numbers, counters
 * and tokens neither go back nor repeat; each package that was carried out has a result, and no other. */
void invariants(struct bench *b);
/* ProfileInstallationResults on the card; without those of interrupted installations (errorReason 11), or only them. */
size_t installation_results(const struct bench *b, bool interrupted);
/* The state as text, for comparison: all that a card may show except what is random, and what an interruption adds (a
 * result with errorReason 11, and the number that it took). free() it. */
char *summary(struct bench *b);

#endif
