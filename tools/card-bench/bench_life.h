/* Steps of cases in which an IoT eUICC switches between profiles: packages and functions of bench_iot.h, and what an
 * IPA does around them. Used by cases_iot_life.c and cases_iot_local.c. */
#ifndef SOFTEUICC_CARD_BENCH_LIFE_H
#define SOFTEUICC_CARD_BENCH_LIFE_H

#include "bench_iot.h"

enum bench_rollback { NO_ROLLBACK, ROLL_BACK, ROLL_BACK_WITH_REFRESH };

/* In this order, each part if it is there. */
struct life_step {
    const char *install;          /* profiles/NAME is downloaded; not what the case is about */
    const char *also;             /* with this line of its metadata set to yes */
    bool terminal_profile;        /* the terminal says that it can REFRESH, and is reset for it */
    struct bench_package p;       /* a package or function */
    bool refresh;                 /* since the step began the terminal got one REFRESH */
    bool settle;                  /* a function has asked for a REFRESH: it is carried out, or the card is reset */
    bool grants;                  /* the package is the one that ProfileRollback is about; {granted}: its seqNumber */
    enum bench_rollback rollback; /* ProfileRollback, its result checked and signed; {rolled-back}: its seqNumber */
    bool rises;                   /* the result of the rollback has a seqNumber above those before */
    const char *enabled;          /* digits of the ICCID of the one profile that is enabled now; "": none is */
};
#define LIFE_STEPS 12

/* For a row whose argument is an array of steps, ended by one with nothing in it; the eIM is on P-256, unless the
 * state is one with an eIM on brainpoolP256r1. */
void run_life(struct bench *b);

/* The profiles of the states, and a row with its steps. */
#define LIFE_A "98001010000000000001" /* profiles/operational, enabled */
#define LIFE_F "98001010000000000015" /* profiles/bootstrap, with the Fallback Attribute */
#define LIFE_C "98001010000000000082" /* profiles/tiny */
#define LIFE(name, words, clause, when, begin, ...)                                                                    \
    {                                                                                                                  \
        .id = "IoT." name, .family = "iot", .title = words, .clauses = clause, .applies = when, .state = begin,        \
        .destructive = true, .run = run_life, .argument = (const struct life_step[LIFE_STEPS]){__VA_ARGS__},           \
    }
/* A function and its answer. */
#define ASK(sent, came)                                                                                                \
    {                                                                                                                  \
        .p = {.request = (sent), .answer = (came) }                                                                    \
    }
#define GIVEN_ASK(sent, came)                                                                                          \
    {                                                                                                                  \
        .p = {.given = true, .request = (sent), .answer = (came) }                                                     \
    }
/* The same, and then this profile is enabled. */
#define SWITCH(sent, came, iccid)                                                                                      \
    {                                                                                                                  \
        .p = {.request = (sent), .answer = (came)}, .enabled = (iccid)                                                 \
    }
#define GIVEN_SWITCH(sent, came, iccid)                                                                                \
    {                                                                                                                  \
        .p = {.given = true, .request = (sent), .answer = (came)}, .enabled = (iccid)                                  \
    }
#define REFRESHED(sent, came, iccid)                                                                                   \
    {                                                                                                                  \
        .p = {.request = (sent), .answer = (came)}, .settle = true, .enabled = (iccid)                                 \
    }
#define PSMO(sent, came)                                                                                               \
    {                                                                                                                  \
        .p = {.psmo = (sent), .result = (came) }                                                                       \
    }
#define GIVEN_PSMO(sent, came)                                                                                         \
    {                                                                                                                  \
        .p = {.given = true, .psmo = (sent), .result = (came) }                                                        \
    }

#endif
