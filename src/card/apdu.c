/* Command APDUs; see apdu.h. */
#include "card/apdu.h"

static size_t be16(const uint8_t *p)
{
    return (size_t)p[0] << 8 | p[1];
}

static enum err parse_short(struct slice in, struct apdu *out)
{
    size_t lc = in.p[4];
    if (in.n == 5) {
        out->has_le = true;
        out->le = lc ? lc : 256;
        return OK;
    }
    if (lc == 0 || (in.n != 5 + lc && in.n != 6 + lc)) return ERR_LENGTH;
    out->data = slice_of(in.p + 5, lc);
    out->has_le = in.n == 6 + lc;
    if (out->has_le) out->le = in.p[5 + lc] ? in.p[5 + lc] : 256;
    return OK;
}

static enum err parse_extended(struct slice in, bool extended_lc, struct apdu *out)
{
    out->extended = true;
    size_t lc = be16(in.p + 5);
    if (in.n == 7) {
        out->has_le = true;
        out->le = lc ? lc : 65536;
        return OK;
    }
    if (!extended_lc || lc == 0 || (in.n != 7 + lc && in.n != 9 + lc)) return ERR_LENGTH;
    out->data = slice_of(in.p + 7, lc);
    out->has_le = in.n == 9 + lc;
    if (!out->has_le) return OK;
    size_t le = be16(in.p + 7 + lc);
    out->le = le ? le : 65536;
    return OK;
}

enum err apdu_parse(struct slice in, bool extended_lc, struct apdu *out)
{
    *out = (struct apdu){0};
    if (in.n < 4) return ERR_LENGTH;
    out->cla = in.p[0];
    out->ins = in.p[1];
    out->p1 = in.p[2];
    out->p2 = in.p[3];
    if (in.n == 4) return OK;
    if (in.p[4] == 0 && in.n >= 7) return parse_extended(in, extended_lc, out);
    return parse_short(in, out);
}

enum err apdu_parse_class(struct apdu *a)
{
    uint8_t c = a->cla;
    a->proprietary = c & 0x80;
    if ((c & 0x7f) < 0x10) { /* 0X, 8X: channels 0 to 3, secure messaging in bits 4 and 3 */
        a->channel = c & 3;
        a->secured = (c & 0x0c) == 0x04;
        return c & 0x08 ? ERR_SECURE_MESSAGING : OK;
    }
    if (c & 0x40) { /* 4X to 7X, CX to FX: channels 4 to 19, secure messaging in bit 6, chaining in bit 5 */
        a->channel = 4u + (c & 15);
        if (c & 0x10) return ERR_CLASS;
        a->secured = c & 0x20;
        return OK;
    }
    return ERR_CLASS;
}
