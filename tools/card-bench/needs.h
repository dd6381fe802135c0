/* What a case needs of the card and of the user: keys, a profile that may be changed, PINs. Called by run.c. */
#ifndef SOFTEUICC_CARD_BENCH_NEEDS_H
#define SOFTEUICC_CARD_BENCH_NEEDS_H

#include "run.h"

/* What no state helps against; false: skipped, with the reason. */
bool needs_of_card(struct bench *b);
/* What the user has to allow or to know, once the card is in the state of the case; false: skipped, with the reason. */
bool needs_of_user(struct run *r, struct bench *b);
/* The profiles on the card are those of profiles/, whatever the user said of the ones that were there. */
bool needs_are_own(const struct run *r);
/* The ICCID that --profile names, if that profile is on the card. */
bool needs_named(const struct run *r, uint8_t iccid[10]);

/* PIN1 and ADM1 of profiles/. */
#define OWN_PIN "30303030FFFFFFFF"
#define OWN_ADM "3838383838383838"

#endif
