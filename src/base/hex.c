/* Hexadecimal text; see hex.h. */
#include "base/hex.h"

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool hex_decode(struct slice text, struct buf *b)
{
    size_t start = b->n;
    int high = -1;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        int d = digit(c);
        if (d < 0) goto bad;
        if (high < 0) {
            high = d;
        } else {
            buf_byte(b, (uint8_t)(high << 4 | d));
            high = -1;
        }
    }
    if (high < 0 && !b->failed) return true;
bad:
    buf_truncate(b, start);
    return false;
}

/* Computed, not looked up: so a compiler does many at once, and keys of the store have 32 of them. */
static char digit_of(unsigned value)
{
    return (char)(value + '0' + (unsigned)(value > 9) * ('a' - '0' - 10));
}

void hex_encode(struct slice s, char *restrict out)
{
    for (size_t i = 0; i < s.n; i++) {
        out[2 * i] = digit_of(s.p[i] >> 4);
        out[2 * i + 1] = digit_of(s.p[i] & 15);
    }
    out[2 * s.n] = 0;
}

char *hex_short(struct slice s, char *out, size_t size)
{
    if (size < 3) {
        if (size) out[0] = 0;
        return out;
    }
    if (2 * s.n + 1 <= size) {
        hex_encode(s, out);
        return out;
    }
    size_t fit = (size - 3) / 2;
    hex_encode(slice_of(s.p, fit), out);
    memcpy(out + 2 * fit, "..", 3);
    return out;
}
