/* The LPA double on a card in the same process, through the public API; see lpa.h. */
#include "lpa.h"

#include "euicc.h"

#include <stdlib.h>

static bool card_transmit(void *ctx, struct slice capdu, struct buf *rapdu)
{
    uint8_t out[65538];
    size_t n = 0;
    /* An exact-size copy on the heap, so that a sanitizer sees a read behind the command. */
    uint8_t *copy = malloc(capdu.n ? capdu.n : 1);
    if (!copy) return false;
    if (capdu.n) memcpy(copy, capdu.p, capdu.n);
    int result = euicc_transmit(ctx, copy, capdu.n, out, sizeof out, &n);
    free(copy);
    buf_reset(rapdu);
    if (result != EUICC_OK) return false;
    buf_append(rapdu, slice_of(out, n));
    return buf_err(rapdu) == OK;
}

static bool keep_atr(const struct euicc_atr *from, struct buf *atr)
{
    buf_reset(atr);
    buf_append(atr, slice_of(from->bytes, from->n));
    return buf_err(atr) == OK;
}

static bool card_power(void *ctx, bool on, struct buf *atr)
{
    struct euicc_atr came;
    euicc_power_off(ctx);
    if (!on) return true;
    return euicc_power_on(ctx, &came) == EUICC_OK && keep_atr(&came, atr);
}

static bool card_reset(void *ctx, struct buf *atr)
{
    struct euicc_atr came;
    return euicc_reset(ctx, &came) == EUICC_OK && keep_atr(&came, atr);
}

bool lpa_reader_card(struct lpa_reader *reader, struct euicc *card)
{
    *reader = (struct lpa_reader){.ctx = card, .transmit = card_transmit, .power = card_power, .reset = card_reset};
    return card;
}
