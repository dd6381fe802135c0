/* The LPA double on a PC/SC reader (libpcsclite); see lpa.h. A file of its own, so that only programs that need it link
 * the library. */
#include "lpa.h"

#include <stdio.h>
#include <time.h>
#include <stdlib.h>
#include <winscard.h>

struct pcsc {
    SCARDCONTEXT context;
    SCARDHANDLE card;
    bool connected;
    char reader[MAX_READERNAME];
};

static bool said(LONG status, const char *what)
{
    if (status == SCARD_S_SUCCESS) return true;
    fprintf(stderr, "%s: %s\n", what, pcsc_stringify_error(status));
    return false;
}

static bool read_atr(struct pcsc *p, struct buf *atr)
{
    BYTE bytes[MAX_ATR_SIZE];
    DWORD n = sizeof bytes;
    if (!said(SCardStatus(p->card, NULL, NULL, NULL, NULL, bytes, &n), "SCardStatus")) return false;
    buf_reset(atr);
    buf_append(atr, slice_of(bytes, n));
    return buf_err(atr) == OK;
}

static bool pcsc_transmit(void *ctx, struct slice capdu, struct buf *rapdu)
{
    struct pcsc *p = ctx;
    uint8_t out[65544];
    DWORD n = sizeof out;
    buf_reset(rapdu);
    if (!p->connected || !said(SCardTransmit(p->card, SCARD_PCI_T0, capdu.p, capdu.n, NULL, out, &n), "SCardTransmit"))
        return false;
    buf_append(rapdu, slice_of(out, n));
    return buf_err(rapdu) == OK;
}

static bool pcsc_power(void *ctx, bool on, struct buf *atr)
{
    struct pcsc *p = ctx;
    DWORD protocol = 0;
    if (p->connected) {
        p->connected = false;
        LONG status = SCardDisconnect(p->card, SCARD_UNPOWER_CARD);
        /* A card that was pulled, as by the end of its program, is off already. */
        if (status != SCARD_W_REMOVED_CARD && status != SCARD_E_NO_SMARTCARD && !said(status, "SCardDisconnect") && !on)
            return false;
    }
    if (!on) return true;
    /* T=0 as lpac and modems do. The handle of a process that just ended may stand for a moment. */
    LONG status = SCARD_E_SHARING_VIOLATION;
    for (int tries = 0; tries < 400 && status == SCARD_E_SHARING_VIOLATION; tries++) {
        if (tries) (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
        status = SCardConnect(p->context, p->reader, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0, &p->card, &protocol);
    }
    if (!said(status, "SCardConnect")) return false;
    p->connected = true;
    return read_atr(p, atr);
}

static bool pcsc_reset(void *ctx, struct buf *atr)
{
    struct pcsc *p = ctx;
    DWORD protocol = 0;
    return p->connected &&
           said(SCardReconnect(p->card, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0, SCARD_RESET_CARD, &protocol),
                "SCardReconnect") &&
           read_atr(p, atr);
}

static void pcsc_close(void *ctx)
{
    struct pcsc *p = ctx;
    if (p->connected) SCardDisconnect(p->card, SCARD_UNPOWER_CARD);
    SCardReleaseContext(p->context);
    free(p);
}

/* The reader list is a run of NUL-terminated names with an empty one at its end. */
static bool find_reader(struct pcsc *p, const char *name)
{
    char names[4096];
    DWORD n = sizeof names;
    if (!said(SCardListReaders(p->context, NULL, names, &n), "SCardListReaders")) return false;
    for (const char *at = names; *at; at += strlen(at) + 1) {
        if (!strstr(at, name) || strlen(at) >= sizeof p->reader) continue;
        memcpy(p->reader, at, strlen(at) + 1);
        return true;
    }
    fprintf(stderr, "no reader with \"%s\" in its name\n", name);
    return false;
}

bool lpa_reader_pcsc(struct lpa_reader *reader, const char *name)
{
    struct pcsc *p = calloc(1, sizeof *p);
    if (!p) return false;
    if (!said(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &p->context), "SCardEstablishContext")) {
        free(p);
        return false;
    }
    if (!find_reader(p, name)) {
        SCardReleaseContext(p->context);
        free(p);
        return false;
    }
    *reader = (struct lpa_reader){
        .ctx = p, .transmit = pcsc_transmit, .power = pcsc_power, .reset = pcsc_reset, .close = pcsc_close};
    return true;
}
