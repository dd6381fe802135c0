/* What elliptic curves gave before: on the way to where a wrong card goes another way, all is as with the right one,
 * and each signature is checked again, with the same result. Only what depends on nothing but its arguments is
 * remembered. The functions are in front of those of the card and the doubles (ld --wrap); see wrong_cards.h. */
#ifndef SOFTEUICC_CARD_BENCH_WRONG_MEMORY_H
#define SOFTEUICC_CARD_BENCH_WRONG_MEMORY_H

#include "crypto/crypto.h"

/* ecdsa_verify() of the card, remembered. */
enum err remember_ecdsa_verify(enum curve curve, struct slice point, const struct slice *parts, size_t n,
                               struct slice signature, bool *valid);

#endif
