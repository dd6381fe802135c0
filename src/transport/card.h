/* The card as the transports see it: itself, or behind a filter. Used by frame.c, listen.c and stdio.c. */
#ifndef SOFTEUICC_TRANSPORT_CARD_H
#define SOFTEUICC_TRANSPORT_CARD_H

#include "transport/transport.h"

/* As the functions of euicc.h. */
int card_power_on(const struct transport *transport, struct euicc_atr *atr);
int card_reset(const struct transport *transport, struct euicc_atr *atr);
int card_atr(const struct transport *transport, struct euicc_atr *atr);
/* Waits if the filter says so; at the end of time (transport->stop) no longer. */
int card_transmit(const struct transport *transport, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap,
                  size_t *rn);

#endif
