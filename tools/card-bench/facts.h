/* What the card declares, as the bench read it at the start: names and words, for `applies`, for states and for the
 * report. README.md lists them. Called by run.c and states.c. */
#ifndef SOFTEUICC_CARD_BENCH_FACTS_H
#define SOFTEUICC_CARD_BENCH_FACTS_H

#include "base/buf.h"

struct bench;

struct fact {
    char name[32];
    char *value;
};

struct facts {
    struct fact *list;
    size_t n;
};

bool facts_set(struct facts *f, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* NULL: there is none. */
const char *facts_get(const struct facts *f, const char *name);
/* For expression_evaluate(). */
const char *facts_lookup(void *facts, const char *name);
/* An eUICC for IoT alone: its profiles are switched by the packages of an eIM, not by an LPA (SGP.32 5.9). */
bool facts_iot_only(const struct facts *f);
void facts_free(struct facts *f);

/* Asks the card, by a bench that has no case; false: it does not answer (b->reason). What a card has not, has no fact.
 */
bool facts_read(struct bench *b, struct facts *f);

#endif
