/* The states that cases begin with, by name. The built-in card is brought there once and then copied for each case. A
 * foreign card that is not there is brought there only if the user allows what that takes (--allow-destructive) and the
 * bench has the keys; else the case is skipped and says why. Called by run.c. */
#ifndef SOFTEUICC_CARD_BENCH_STATES_H
#define SOFTEUICC_CARD_BENCH_STATES_H

#include <stdbool.h>

struct bench;

struct state {
    const char *name;
    const char *text;        /* for people: what is so */
    const char *personality; /* of the built-in card: lines, NULL: the default one */
    const char *is;          /* expression over the facts that is true of a card in this state; NULL: any card is */
    const char *takes;       /* what bringing a card there needs of it; NULL: nothing */
    bool (*reach)(struct bench *b); /* false: a verdict; NULL: nothing to do */
};

extern const struct state states[]; /* ended by a row without a name; the first is the default */
const struct state *state_find(const char *name);

#endif
