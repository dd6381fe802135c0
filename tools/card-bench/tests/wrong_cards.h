/* Cards that are wrong inside, for the question whether the bench sees it (test_wrong_cards.py). The card has no holes
 * for this: the linker puts functions of this program (`__wrap_NAME`, ld --wrap) in front of functions of the card that
 * are called across files, and the card that was chosen decides what they do. What most cards have in common is a kind
 * and a row (wrong_cards.c); the others ask wrong_is() in a function of their own (wrong_session.c, wrong_iot.c,
 * wrong_uicc.c). Called by wrong_main.c. */
#ifndef SOFTEUICC_CARD_BENCH_WRONG_CARDS_H
#define SOFTEUICC_CARD_BENCH_WRONG_CARDS_H

#include <stdbool.h>
#include <stddef.h>

enum wrong_kind {
    TRUSTS_SIGNATURE,   /* takes every signature for a good one */
    TRUSTS_CERTIFICATE, /* the same of certificates */
    TRUSTS_EQUALITY,    /* takes every MAC, PIN or challenge for the right one */
    SIGNS_LESS,         /* its own signatures leave out the last byte */
    FORGETS,            /* does not store the values whose keys are like `what` */
    KEEPS,              /* does not delete them */
    ONLY_SAYS_SO,       /* answers `what` (hex) and does nothing */
    WITHOUT_MEMBER,     /* FCP templates without the member `what` (hex) */
    OF_ITS_OWN,         /* a function asks wrong_is() */
};

struct wrong_card {
    const char *name;
    enum wrong_kind kind;
    const char *where; /* pattern of the function that is at work; NULL: any */
    const char *what;
};

/* The card to be from now on; NULL: a right one. False: there is no such card. */
bool wrong_choose(const char *name);
/* NULL past the end. */
const struct wrong_card *wrong_card_at(size_t index);

/* As long as a right card is chosen: `seen` (one a card, in the order of wrong_card_at) becomes true for each card that
 * would have done something else by now. What a card never had occasion to do wrong is as it is with a right one: the
 * cases draw the same random numbers. NULL: no more. */
void wrong_observe(bool *seen);

#endif
