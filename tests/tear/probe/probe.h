/* The probe stands between every conformance program and its card. With TEAR_PROBE in the environment, what a test asks
 * of the card (a command, power, a reset, what the owner of the card file may do) is, after it was carried out, carried
 * out again on clones of the card as it was before: once as a reference, then once for each way in which it can go
 * wrong. The test itself notices nothing of that. The linker puts wrap.c between them (--wrap); without TEAR_PROBE its
 * functions do nothing but pass the call on.
 *
 *   TEAR_PROBE=cut,pin  the experiments to make (rows of probe_experiments), or "all"
 *   TEAR_STRIDE=16      only every 16th command that the experiment is for, those of a test from a place of its own
 *   TEAR_TESTS=8        only every 8th test of the program, the first one always
 *   TEAR_EACH=3         faults only at 3 of the places where a command may meet one
 *   TEAR_ALL=1          every one, whatever TEAR_STRIDE, TEAR_TESTS and TEAR_EACH say
 *   TEAR_AT=17.42       only the 42nd call of the card in the 17th test of the program
 *   TEAR_TRACE=1        says what is tried
 *
 * A failure ends the test and gives the line that replays it. */
#ifndef SOFTEUICC_TESTS_TEAR_PROBE_H
#define SOFTEUICC_TESTS_TEAR_PROBE_H

#include "storage.h"

/* ---- what is probed ---- */

enum probe_kind { PROBE_COMMAND, PROBE_POWER_ON, PROBE_RESET, PROBE_FACTORY_RESET, PROBE_EIM_ADD, PROBE_EIM_REMOVE };

#define PROBE_COMMITS_MAX 64 /* of one command: a script may present many PINs */

/* How a call of the card ended. */
struct probe_outcome {
    int result;
    uint8_t *rapdu;
    size_t rapdu_n;
    size_t commits;
};

/* One call of the card in a test. */
struct probe {
    enum probe_kind kind;
    const uint8_t *bytes; /* the C-APDU or the eIM configuration */
    size_t n;
    const char *id;            /* PROBE_EIM_REMOVE */
    int64_t now;               /* the clock of the test; -1: none */
    euicc *before;             /* the card as it was, session and all; never changed */
    struct storage stored;     /* what it had stored */
    unsigned test, number;     /* TEAR_AT */
    const char *experiment;    /* at work */
    char what[160];            /* what it tries, for the failure: "before:1 then after:2" */
    struct probe_outcome went; /* the reference: untouched */
    struct storage
        states[PROBE_COMMITS_MAX + 1]; /* stored before the first and after the k-th commit of the reference */
};

/* ---- a card of the probe's own ---- */

/* Tries the command once, on a clone with a storage of its own. */
struct trial {
    struct probe *probe;
    euicc *card;
    struct euicc_env env;
    struct storage stored;
    uint64_t random; /* state of the random source; each trial of a command begins with the same */
    struct cut cut;
    bool fired;
    size_t commits; /* since trial_begin or the last new start */
    size_t randoms; /* likewise */
    /* For experiments: called before anything is drawn or committed; not 0: that is the outcome. May be NULL. */
    int (*before_random)(struct trial *t);
    int (*before_commit)(struct trial *t, const struct euicc_change *changes, size_t n);
    void (*arm)(bool on); /* called before and after the card is at work, not while it is in its storage; may be NULL */
    void *ctx;
    struct probe_outcome went; /* the last call */
};
/* The card as it was before the command. `t` must stay where it is until trial_end. */
void trial_begin(struct trial *t, struct probe *p);
void trial_end(struct trial *t);
/* Carries the command out; the outcome is in t->went. */
void trial_run(struct trial *t);
/* Any other command; the outcome is in t->went. */
void trial_transmit(struct trial *t, const uint8_t *capdu, size_t n);
/* The card object goes, a new one starts over what was stored. It is off. */
void trial_new_card(struct trial *t);
/* Switches the card on; gives enum euicc_result. */
int trial_power_on(struct trial *t);
/* Ends the test unless the card is in a state that a card may be in, and may be in after the one before (holds.h). What
 * did not hold at any time before either is not asked for: some tests make odd cards. */
void trial_check(struct trial *t);

/* ---- experiments ---- */

struct experiment {
    const char *name;
    bool commits_only; /* for commands that store something; else for all */
    void (*run)(struct probe *p);
};
extern const struct experiment probe_experiments[];
void experiment_cut(struct probe *p); /* cut.c */
void experiment_pin(struct probe *p);
void experiment_allocation(struct probe *p); /* fault.c */
void experiment_random(struct probe *p);
void experiment_crypto(struct probe *p);
/* How many faults an experiment injects into one call of the card, evenly spread: TEAR_EACH; 0: all. */
size_t probe_each(void);

/* Ends the test. */
void probe_fail(const struct probe *p, const char *file, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 4, 5)));
#define probe_check(p, condition, ...)                                                                                 \
    do {                                                                                                               \
        if (!(condition)) probe_fail(p, __FILE__, __LINE__, __VA_ARGS__);                                              \
    } while (0)
/* Says what comes next; it is part of the failure. */
void probe_try(struct probe *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- for wrap.c ---- */

bool probe_is_on(void);
/* A test is added to the program: true if it is to run. */
bool probe_wants_test(void);
/* A call of the card begins: true if it may be probed; it is counted. */
bool probe_wants(struct probe *p);
/* It went, with that many commits: makes the experiments. `before` is the probe's now. */
void probe_run(struct probe *p, size_t commits);

#endif
