/* What a terminal knows of a card's proactive session, seen from outside; proactive_model.c. Used by proactive.c. */
#ifndef SOFTEUICC_TESTS_FUZZ_PROACTIVE_H
#define SOFTEUICC_TESTS_FUZZ_PROACTIVE_H

#include "bench.h"

enum session { SESSION_IDLE, SESSION_WAITING /* announced by 91xx */, SESSION_FETCHED };

struct terminal {
    struct fuzz_card card;
    struct eim eim; /* of cards with an eIM; borrows from the bench */
    enum session session;
    uint8_t command[255]; /* that waits or is with the terminal */
    size_t size;
    bool profile_sent;    /* TERMINAL PROFILE since the start */
    bool refresh_offered; /* and REFRESH in it */
    char enabled[21];     /* ICCID; empty: none */
    unsigned switches;    /* that the card had stored to wait for an answer */
};

void terminal_begin(struct terminal *t, enum fuzz_kind kind, enum fuzz_state state);
void terminal_power(struct terminal *t, bool reset);
/* Both check, beside what card.c does: success announces what waits, and only if the terminal offered it; what waits is
 * a well-formed proactive command and stays the same until it is answered; FETCH gives it in the right length only; no
 * profile is switched before the answer, nor by one that says no. */
void terminal_apdu(struct terminal *t, struct slice capdu);
void terminal_request(struct terminal *t, struct slice request);

#endif
