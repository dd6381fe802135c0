/* What has to hold for a card at any time (holds) and from one moment to the next (holds_since). Used by the probe of
 * the conformance tests and by the bench of the flows, which adds what only it knows (invariants.c). */
#ifndef SOFTEUICC_TESTS_TEAR_HOLDS_H
#define SOFTEUICC_TESTS_TEAR_HOLDS_H

#include "storage.h"

#define HOLDS_TEXT 512

/* A card and what it has stored. */
struct moment {
    const euicc *card;
    const struct storage *stored;
};

/* At most one profile is enabled; the profiles are those that are stored and nothing is stored beside them; the memory
 * in use is what is there; numbers of notifications and results rise up to the last one that was given. False: *why
 * says what does not hold. */
bool holds(const struct moment *now, char why[HOLDS_TEXT]);
/* The last number, the last token, counters of eIMs and sequence numbers of authentication are not lower than they
 * were; no number was given twice; a package that was carried out has a result. */
bool holds_since(const struct moment *before, const struct moment *now, char why[HOLDS_TEXT]);

/* No sequence number of an authentication is lower than it was. Not so if a network may make it lower: with the test
 * algorithm (TS 34.108 8.1.2), and where numbers wrap around (TS 33.102 C.2.3). */
bool holds_sequence(const struct storage *before, const struct storage *now, char why[HOLDS_TEXT]);

/* Tries that are left, of a stored PIN or PUK; -1: something else. */
int tries_of(const struct stored *s);

#endif
