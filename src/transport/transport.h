/* How commands reach a card from outside: the vpcd virtual reader, lines of hex, a TCP port. A transport owns the
 * card's power while it runs, knows the card only through euicc.h, and is called by src/cli. Each call returns when
 * `stop` becomes readable, when its input ends, or on a failure that trying again cannot mend. */
#ifndef SOFTEUICC_TRANSPORT_TRANSPORT_H
#define SOFTEUICC_TRANSPORT_TRANSPORT_H

#include "euicc.h"

enum transport_message {
    TRANSPORT_NOTE,    /* where it is connected, who came and went */
    TRANSPORT_PROBLEM, /* what failed, what was expected */
};

/* What may stand between the card and the reader and change what it says (src/mutate). */
struct transport_filter {
    void *ctx;
    /* As euicc_transmit(); the answer goes out *delay_ms later. */
    int (*transmit)(void *ctx, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn,
                    unsigned *delay_ms);
    void (*power)(void *ctx, bool cold, struct euicc_atr *atr); /* after power on (cold) or reset; may change the ATR */
    void (*atr)(void *ctx, struct euicc_atr *atr);              /* the ATR asked for without either */
};

struct transport {
    euicc *card;                           /* borrowed; off before and after the call */
    const struct transport_filter *filter; /* NULL: none */
    int stop;        /* a file descriptor that becomes readable when it is time to end; -1: never */
    bool was_in_use; /* vpcd: a process that died may have held this card on the reader until just now */
    /* One line for people, without a line end. */
    void (*say)(void *ctx, enum transport_message kind, const char *text);
    void *ctx;
};

/* Puts the card on a virtual PC/SC reader as a client of vpcd at `address` ("HOST:PORT"). Waits until vpcd is there and
 * comes back whenever the connection drops. False: the address is unusable; said. */
bool transport_vpcd(const struct transport *transport, const char *address);

/* Serves vpcd's frames at `address` ("HOST:PORT", port 0 picks a free one) to one client at a time; others wait. The
 * card is on as soon as a client connects. Only loopback addresses unless allow_remote. False: the address is unusable;
 * said. */
bool transport_listen(const struct transport *transport, const char *address, bool allow_remote);

/* Hex command lines from in_fd, exactly one line on out_fd for each (see stdio.c for the lines). The card is on from
 * the start. Ends with the input. False: reading or writing failed; said. */
bool transport_stdio(const struct transport *transport, int in_fd, int out_fd);

#endif
