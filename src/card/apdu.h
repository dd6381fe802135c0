/* Command APDUs: the four cases, short and extended (ISO/IEC 7816-3 12.1), and the class byte (TS 102 221 10.1.1). */
#ifndef SOFTEUICC_CARD_APDU_H
#define SOFTEUICC_CARD_APDU_H

#include "base/err.h"
#include "base/slice.h"

struct apdu {
    uint8_t cla, ins, p1, p2;
    struct slice data;
    bool has_le;
    size_t le;        /* 1 to 65536 */
    bool extended;    /* Lc or Le in extended form */
    bool proprietary; /* class 8X, CX, EX */
    unsigned channel;
    bool secured;   /* the class says secure messaging of GlobalPlatform */
    bool unwrapped; /* it was secured; data is in clear, the response is to be protected too */
};

/* ERR_LENGTH: the bytes fit none of the cases, or an extended Lc that is not accepted. */
MUST_USE enum err apdu_parse(struct slice in, bool extended_lc, struct apdu *out);
/* Fills in channel, proprietary and secured. ERR_CLASS; ERR_SECURE_MESSAGING for the forms of ISO 7816-4. */
MUST_USE enum err apdu_parse_class(struct apdu *a);

#endif
