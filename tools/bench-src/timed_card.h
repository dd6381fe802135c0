/* A card in this process behind a reader that adds up the time inside euicc_transmit: what the card costs, without the
 * LPA, the IPA and the servers around it. */
#ifndef SOFTEUICC_TOOLS_BENCH_TIMED_CARD_H
#define SOFTEUICC_TOOLS_BENCH_TIMED_CARD_H

#include "euicc.h"
#include "lpa.h"

struct timed_card {
    euicc *card;
    euicc_random *random;
    struct lpa_reader inner;
    double inside_us; /* since somebody set it to 0 */
};

/* Makes a card in memory with this personality (the text of one) and a reader to it. *card must not move. */
void timed_card_init(struct timed_card *card, const char *personality, struct lpa_reader *reader);
/* After the reader is closed. */
void timed_card_free(struct timed_card *card);

#endif
