/* TLV reader and writer; see tlv.h. The shape is ISO/IEC 8825-1 (BER/DER) and ISO/IEC 7816-4 annex E. */
#include "base/tlv.h"

/* Reads a tag of 1 to 3 bytes at in.p[*at]. */
static enum tlv_status read_tag(struct slice in, bool strict, uint32_t *tag, size_t *at)
{
    size_t i = *at;
    if (i == in.n) return TLV_TRUNCATED;
    uint32_t t = in.p[i++];
    if ((t & 0x1f) == 0x1f) {
        size_t start = i;
        do {
            if (i - start == 2) return TLV_BAD;
            if (i == in.n) return TLV_TRUNCATED;
            if (i == start && in.p[i] == 0x80) return TLV_BAD;
            t = t << 8 | in.p[i];
        } while (in.p[i++] & 0x80);
        if (strict && i - start == 1 && (t & 0x7f) < 0x1f) return TLV_BAD;
    }
    *tag = t;
    *at = i;
    return TLV_OK;
}

static enum tlv_status read_length(struct slice in, bool strict, size_t *length, size_t *at)
{
    size_t i = *at;
    if (i == in.n) return TLV_TRUNCATED;
    size_t n = in.p[i++];
    if (n & 0x80) {
        size_t k = n & 0x7f;
        if (k == 0 || k > 4) return TLV_BAD;
        n = 0;
        for (size_t j = 0; j < k; j++) {
            if (i == in.n) return TLV_TRUNCATED;
            if (strict && j == 0 && in.p[i] == 0) return TLV_BAD;
            n = n << 8 | in.p[i++];
        }
        if (strict && n < 0x80) return TLV_BAD;
        if (n > 0x7fffffff) return TLV_BAD;
    }
    *length = n;
    *at = i;
    return TLV_OK;
}

static enum tlv_status read_head(struct slice in, bool strict, uint32_t *tag, size_t *length, size_t *head)
{
    size_t at = 0;
    if (in.n == 0) return TLV_END;
    if (in.n >= 2 && (in.p[0] & 0x1f) != 0x1f && in.p[1] < 0x80) { /* nearly all are like this */
        *tag = in.p[0];
        *length = in.p[1];
        *head = 2;
        return TLV_OK;
    }
    enum tlv_status s = read_tag(in, strict, tag, &at);
    if (s == TLV_OK) s = read_length(in, strict, length, &at);
    if (s == TLV_OK) *head = at;
    return s;
}

static enum tlv_status read_any(struct slice *in, bool strict, struct tlv *out)
{
    uint32_t tag;
    size_t length;
    size_t head;
    enum tlv_status s = read_head(*in, strict, &tag, &length, &head);
    if (s != TLV_OK) return s;
    if (length > in->n - head) return TLV_TRUNCATED;
    *out = (struct tlv){tag, slice_of(in->p + head, length), slice_of(in->p, head + length)};
    *in = slice_skip(*in, head + length);
    return TLV_OK;
}

enum tlv_status tlv_read(struct slice *in, struct tlv *out)
{
    return read_any(in, true, out);
}

enum tlv_status tlv_read_lax(struct slice *in, struct tlv *out)
{
    return read_any(in, false, out);
}

enum tlv_status tlv_head(struct slice in, uint32_t *tag, size_t *length, size_t *head)
{
    return read_head(in, true, tag, length, head);
}

bool tlv_find(struct slice in, uint32_t tag, struct tlv *out)
{
    struct tlv t;
    while (tlv_next(&in, &t)) {
        if (t.tag == tag) {
            *out = t;
            return true;
        }
    }
    return false;
}

static bool is_constructed(uint32_t tag)
{
    while (tag > 0xff)
        tag >>= 8;
    return tag & 0x20;
}

static bool strict_at(struct slice in, unsigned depth, size_t base, size_t *offset)
{
    size_t total = in.n;
    struct tlv t;
    while (in.n) {
        size_t here = base + total - in.n;
        if (tlv_read(&in, &t) != TLV_OK) {
            *offset = here;
            return false;
        }
        if (!is_constructed(t.tag)) continue;
        if (depth == 0) {
            *offset = here;
            return false;
        }
        if (!strict_at(t.value, depth - 1, here + (t.whole.n - t.value.n), offset)) return false;
    }
    return true;
}

bool tlv_strict(struct slice in, unsigned depth, size_t *offset)
{
    size_t ignored;
    return strict_at(in, depth, 0, offset ? offset : &ignored);
}

bool tlv_unsigned(struct slice value, uint32_t *out)
{
    if (value.n == 0 || (value.p[0] & 0x80)) return false;
    if (value.n > 1 && value.p[0] == 0 && !(value.p[1] & 0x80)) return false;
    if (value.n > 5 || (value.n == 5 && value.p[0] != 0)) return false;
    uint32_t v = 0;
    for (size_t i = 0; i < value.n; i++)
        v = v << 8 | value.p[i];
    *out = v;
    return true;
}

/* Writes a tag into out, returns how many bytes. */
static size_t encode_tag(uint32_t tag, uint8_t out[3])
{
    size_t k = 0;
    if (tag > 0xffff) out[k++] = (uint8_t)(tag >> 16);
    if (tag > 0xff) out[k++] = (uint8_t)(tag >> 8);
    out[k++] = (uint8_t)tag;
    return k;
}

/* Writes a minimal length into out (at most 5 bytes), returns how many. */
static size_t encode_length(size_t n, uint8_t out[5])
{
    if (n < 0x80) {
        out[0] = (uint8_t)n;
        return 1;
    }
    size_t k = 0;
    for (size_t rest = n; rest; rest >>= 8)
        k++;
    out[0] = (uint8_t)(0x80 | k);
    for (size_t i = 0; i < k; i++)
        out[1 + i] = (uint8_t)(n >> (8 * (k - 1 - i)));
    return k + 1;
}

void tlv_put(struct buf *b, uint32_t tag, struct slice value)
{
    uint8_t head[8];
    size_t k = encode_tag(tag, head);
    k += encode_length(value.n, head + k);
    uint8_t *at = buf_extend(b, k + value.n);
    if (!at) return;
    memcpy(at, head, k);
    if (value.n) memcpy(at + k, value.p, value.n);
}

void tlv_put_u8(struct buf *b, uint32_t tag, uint8_t value)
{
    tlv_put(b, tag, slice_of(&value, 1));
}

void tlv_put_unsigned(struct buf *b, uint32_t tag, uint32_t value)
{
    uint8_t bytes[5] = {0, (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
    size_t skip = 0;
    while (skip < 4 && bytes[skip] == 0 && !(bytes[skip + 1] & 0x80))
        skip++;
    tlv_put(b, tag, slice_of(bytes + skip, 5 - skip));
}

void tlv_put_bits(struct buf *b, uint32_t tag, uint32_t bits)
{
    uint8_t bytes[5] = {0};
    size_t count = 0;
    for (size_t i = 0; i < 32; i++) {
        if (!(bits >> i & 1)) continue;
        bytes[1 + i / 8] |= (uint8_t)(0x80 >> (i % 8));
        count = i + 1;
    }
    bytes[0] = (uint8_t)((8 - count % 8) % 8);
    tlv_put(b, tag, slice_of(bytes, 1 + (count + 7) / 8));
}

size_t tlv_open(struct buf *b, uint32_t tag)
{
    uint8_t head[4];
    size_t k = encode_tag(tag, head);
    head[k++] = 0;
    buf_append(b, slice_of(head, k));
    return b->n;
}

void tlv_close(struct buf *b, size_t mark)
{
    if (b->failed) return;
    uint8_t length[5];
    size_t n = b->n - mark;
    size_t k = encode_length(n, length);
    if (k > 1) {
        if (!buf_extend(b, k - 1)) return;
        memmove(b->p + mark + k - 1, b->p + mark, n);
    }
    memcpy(b->p + mark - 1, length, k);
}

bool tlv_bits(struct slice value, uint32_t *out)
{
    if (value.n == 0 || value.p[0] > 7 || (value.n == 1 && value.p[0] != 0)) return false;
    uint32_t bits = 0;
    for (size_t i = 0; i < 32 && 1 + i / 8 < value.n; i++)
        if (value.p[1 + i / 8] & (0x80 >> (i % 8))) bits |= (uint32_t)1 << i;
    if (value.n > 1) {
        uint8_t unused = (uint8_t)((1u << value.p[0]) - 1);
        if (value.p[value.n - 1] & unused) return false;
    }
    *out = bits;
    return true;
}
