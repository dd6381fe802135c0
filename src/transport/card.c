/* The card, or what a filter makes of it; see card.h. Called by frame.c, listen.c and stdio.c. */
#include "transport/card.h"

#include "transport/frame.h"

static int filtered(const struct transport *transport, int result, bool cold, struct euicc_atr *atr)
{
    const struct transport_filter *filter = transport->filter;
    if (filter && result == EUICC_OK) filter->power(filter->ctx, cold, atr);
    return result;
}

int card_power_on(const struct transport *transport, struct euicc_atr *atr)
{
    return filtered(transport, euicc_power_on(transport->card, atr), true, atr);
}

int card_reset(const struct transport *transport, struct euicc_atr *atr)
{
    return filtered(transport, euicc_reset(transport->card, atr), false, atr);
}

int card_atr(const struct transport *transport, struct euicc_atr *atr)
{
    int result = euicc_describe_atr(transport->card, atr);
    if (transport->filter && result == EUICC_OK) transport->filter->atr(transport->filter->ctx, atr);
    return result;
}

int card_transmit(const struct transport *transport, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap,
                  size_t *rn)
{
    const struct transport_filter *filter = transport->filter;
    unsigned delay_ms = 0;
    if (!filter) return euicc_transmit(transport->card, capdu, n, rapdu, cap, rn);
    int result = filter->transmit(filter->ctx, capdu, n, rapdu, cap, rn, &delay_ms);
    if (delay_ms > 0) (void)frame_wait(-1, 0, transport->stop, (int)delay_ms);
    return result;
}
