/* What the functions of wrong_*.c that stand in front of the card's ask: which card was chosen, which function is at
 * work. */
#ifndef SOFTEUICC_CARD_BENCH_WRONG_SEAMS_H
#define SOFTEUICC_CARD_BENCH_WRONG_SEAMS_H

#include "wrong_cards.h"

#include "card/card.h"

#include <stdio.h>

/* All of these are asked last, when everything else says that the chosen card could do something wrong here: that is
 * what wrong_observe() notes. */

/* The chosen card is this one. */
bool wrong_is(const char *name);
/* The chosen card is of this kind, and wrong in the function at work. */
const struct wrong_card *wrong_here(enum wrong_kind kind);
/* The same, and `what` means this key of the store. */
bool wrong_with(enum wrong_kind kind, const char *key);
/* The innermost of the functions listed in wrong_cards.c that is at work, and the card it works on. */
bool wrong_in(const char *function);
struct model *wrong_model(void);
/* Another number with each card and each case. */
unsigned long wrong_round(void);
/* The chosen card only says that it did what the function at work is for: its answer, and *e. */
bool wrong_only_says_so(struct buf *response, enum err *e);

/* Around a function that is listed. */
struct wrong_place {
    const char *function;
    struct model *model;
};
struct wrong_place wrong_enter(const char *function, struct model *m);
void wrong_leave(struct wrong_place before);

#endif
