/* Answer to reset (ETSI TS 102 221 6.3, ISO/IEC 7816-3 8), computed from the personality. */
#include "card/card.h"

void atr_make(const struct personality *p, struct euicc_atr *out)
{
    /* card capabilities byte 3: extended length, channels assigned by card or terminal, how many (7: 8 or more) */
    uint32_t channels = p->channels_max < 7 ? p->channels_max : 7;
    uint8_t capabilities = (uint8_t)(0x18 | channels | (p->extended_length ? 0x40u : 0));
    const uint8_t head[] = {0x3b, 0x9f, p->atr_ta1, 0x80,         0x3f, 0xc7, /* clock stop, classes A B C */
                            0x82,                                             /* UICC, eUICC functions */
                            0x80, 0x31, 0xe0, /* select by full and partial AID, EF.DIR */
                            0x73, 0xfe, 0x21,       capabilities, 0x67};
    uint8_t check = 0;
    memcpy(out->bytes, head, sizeof head);
    memcpy(out->bytes + sizeof head, p->atr_free, sizeof p->atr_free);
    out->n = sizeof head + sizeof p->atr_free;
    for (size_t i = 1; i < out->n; i++)
        check ^= out->bytes[i];
    out->bytes[out->n++] = check;
}
