/* The value of one data object in words; see decode_internal.h. What is not as its kind wants it is shown in hex with
 * the word "malformed" before it. Called by decode.c. */
#include "base/hex.h"
#include "cli/decode_internal.h"

#include <inttypes.h>

enum { HEX_WHOLE = 32, HEX_SHORT = 8, TEXT_SHOWN = 128, TAGS_SHOWN = 64 };

static void put_hex(struct buf *out, struct slice bytes)
{
    uint8_t *p = buf_extend(out, 2 * bytes.n + 1);
    if (!p) return;
    hex_encode(bytes, (char *)p);
    buf_truncate(out, out->n - 1); /* the NUL */
}

void decode_hex(struct slice value, struct decode_row *row, struct buf *scratch)
{
    row->cut = value.n > HEX_WHOLE;
    row->sized = row->cut || value.n == 0;
    row->bytes = value.n;
    put_hex(scratch, slice_of(value.p, row->cut ? HEX_SHORT : value.n));
    row->value = buf_slice(scratch);
}

static bool put_text(struct slice value, struct decode_row *row)
{
    size_t n = value.n;
    row->quoted = true;
    if (n > TEXT_SHOWN) {
        row->cut = row->sized = true;
        row->bytes = value.n;
        /* not inside a character, which has at most 4 bytes */
        for (n = TEXT_SHOWN; n > TEXT_SHOWN - 3 && (value.p[n] & 0xc0) == 0x80;)
            n--;
    }
    row->value = slice_of(value.p, n);
    return true;
}

static bool put_iccid(struct buf *out, struct slice value)
{
    bool padded = false;
    if (value.n == 0 || value.n > 10) return false;
    for (size_t i = 0; i < 2 * value.n; i++) {
        unsigned digit = i % 2 ? value.p[i / 2] >> 4 : value.p[i / 2] & 0x0f;
        if (digit == 0x0f) {
            padded = true;
        } else if (padded || digit > 9) {
            return false;
        } else {
            buf_byte(out, (uint8_t)('0' + digit));
        }
    }
    return true;
}

/* TS 24.008 10.5.1.13: MCC2 MCC1, MNC3 MCC3, MNC2 MNC1; MNC3 is F if there is none. */
static bool put_plmn(struct buf *out, struct slice value)
{
    if (value.n != 3) return false;
    const uint8_t *p = value.p;
    text_format(out, "%X%X%X-%X%X", p[0] & 0x0fU, p[0] >> 4 & 0x0fU, p[1] & 0x0fU, p[2] & 0x0fU, p[2] >> 4 & 0x0fU);
    if (p[1] >> 4 != 0x0f) text_format(out, "%X", p[1] >> 4 & 0x0fU);
    return true;
}

static bool put_version(struct buf *out, struct slice value)
{
    if (value.n != 3) return false;
    text_format(out, "%u.%u.%u", value.p[0], value.p[1], value.p[2]);
    return true;
}

static bool put_count(struct buf *out, struct slice value)
{
    uint64_t count = 0;
    if (value.n == 0 || value.n > 8) return false;
    for (size_t i = 0; i < value.n; i++)
        count = count << 8 | value.p[i];
    text_format(out, "%" PRIu64, count);
    return true;
}

static bool put_flag(struct buf *out, struct slice value)
{
    if (value.n != 1) return false; /* true in DER is FF, but what is not 0 counts (X.690 8.2.2) */
    buf_append(out, slice_text(value.p[0] ? "true" : "false"));
    return true;
}

static bool put_number(struct buf *out, struct slice value, const struct decode_name *names)
{
    uint32_t number;
    if (!tlv_unsigned(value, &number)) return false;
    text_format(out, "%" PRIu32, number);
    const char *name = names ? names_of(names, number) : NULL;
    if (name) text_format(out, " %s", name);
    return true;
}

/* DER INTEGER: two's complement, of at most 8 bytes, as short as possible. */
static bool put_integer(struct buf *out, struct slice value)
{
    if (value.n == 0 || value.n > 8) return false;
    if (value.n > 1 && (value.p[0] == 0 || value.p[0] == 0xff) && !((value.p[0] ^ value.p[1]) & 0x80)) return false;
    uint64_t number = value.p[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < value.n; i++)
        number = number << 8 | value.p[i];
    text_format(out, "%" PRId64, (int64_t)number);
    return true;
}

static bool put_bits(struct buf *out, struct slice value, const struct decode_name *names)
{
    uint32_t bits;
    if (!tlv_bits(value, &bits)) return false;
    for (uint32_t bit = 0; bit < 32; bit++) {
        if (!(bits >> bit & 1)) continue;
        const char *name = names_of(names, bit);
        if (out->n) buf_byte(out, ' ');
        if (name) {
            buf_append(out, slice_text(name));
        } else {
            text_format(out, "bit%" PRIu32, bit);
        }
    }
    if (out->n == 0) buf_append(out, slice_text("none"));
    return true;
}

/* ISO/IEC 8825-1 8.19: 7 bits a byte, the first number holds two arcs. */
static bool put_oid(struct buf *out, struct slice value)
{
    uint32_t arc = 0;
    if (value.n == 0 || value.n > HEX_WHOLE || value.p[value.n - 1] & 0x80) return false;
    for (size_t i = 0; i < value.n; i++) {
        if (arc > UINT32_MAX >> 7) return false;
        arc = arc << 7 | (value.p[i] & 0x7fU);
        if (value.p[i] & 0x80) continue;
        if (out->n == 0) {
            uint32_t top = arc < 80 ? arc / 40 : 2;
            text_format(out, "%" PRIu32 ".%" PRIu32, top, arc - 40 * top);
        } else {
            text_format(out, ".%" PRIu32, arc);
        }
        arc = 0;
    }
    return true;
}

/* A tag goes on if its first byte ends in 11111, and then while bit 8 is set; 3 bytes are the most. */
static bool put_tags(struct buf *out, struct slice value, struct decode_row *row)
{
    size_t shown = value.n > TAGS_SHOWN ? TAGS_SHOWN : value.n;
    row->cut = row->sized = shown < value.n;
    row->bytes = value.n;
    if (value.n == 0) return false;
    for (size_t i = 0; i < shown;) {
        if (out->n) buf_byte(out, ' ');
        size_t start = i;
        bool more = (value.p[i] & 0x1f) == 0x1f;
        text_format(out, "%02X", value.p[i++]);
        while (more) {
            if (i == value.n || i - start == 3) return false;
            more = value.p[i] & 0x80;
            text_format(out, "%02X", value.p[i++]);
        }
    }
    return true;
}

/* The content of a Certificate (RFC 5280 4.1) down to its subjectKeyIdentifier (4.2.1.2). */
static bool find_subject_key_identifier(struct slice certificate, struct slice *out)
{
    static const uint8_t oid[] = {0x55, 0x1d, 0x0e};
    struct tlv t;
    struct tlv member;
    if (!tlv_find(certificate, 0x30, &t) || !tlv_find(t.value, 0xa3, &t) || !tlv_find(t.value, 0x30, &t)) return false;
    struct slice extensions = t.value;
    while (tlv_next(&extensions, &t)) {
        if (!tlv_find(t.value, 0x06, &member) || !slice_equal(member.value, SLICE(oid))) continue;
        if (!tlv_find(t.value, 0x04, &member) || !tlv_find(member.value, 0x04, &member)) return false;
        *out = member.value;
        return out->n > 0 && out->n <= HEX_WHOLE;
    }
    return false;
}

static bool put_certificate(struct buf *out, const struct tlv *certificate, struct decode_row *row)
{
    struct slice identifier;
    row->sized = true;
    row->bytes = certificate->whole.n;
    if (!find_subject_key_identifier(certificate->value, &identifier)) return true;
    buf_append(out, slice_text("subjectKeyIdentifier "));
    put_hex(out, identifier);
    return true;
}

static bool put_value(const struct decode_field *field, const struct tlv *t, struct decode_row *row, struct buf *out)
{
    struct slice value = t->value;
    switch (field->kind) {
    case DECODE_SIZE:
        row->sized = true;
        row->bytes = value.n;
        return true;
    case DECODE_TEXT:
        return put_text(value, row);
    case DECODE_ICCID:
        return put_iccid(out, value);
    case DECODE_PLMN:
        return put_plmn(out, value);
    case DECODE_VERSION:
        return put_version(out, value);
    case DECODE_NUMBER:
        return put_number(out, value, NULL);
    case DECODE_INTEGER:
        return put_integer(out, value);
    case DECODE_COUNT:
        return put_count(out, value);
    case DECODE_FLAG:
        return put_flag(out, value);
    case DECODE_NULL:
        return value.n == 0;
    case DECODE_CODE:
        return put_number(out, value, field->names);
    case DECODE_BITS:
        return put_bits(out, value, field->names);
    case DECODE_OID:
        return put_oid(out, value);
    case DECODE_TAGS:
        return put_tags(out, value, row);
    case DECODE_CERTIFICATE:
        return put_certificate(out, t, row);
    case DECODE_HEX:
    case DECODE_SEQUENCE:
    case DECODE_SEQUENCE_OF:
    case DECODE_NESTED:
        decode_hex(value, row, out);
        return true;
    }
    return false;
}

void decode_value(const struct decode_field *field, const struct tlv *t, struct decode_row *row, struct buf *scratch)
{
    if (put_value(field, t, row, scratch)) {
        if (!row->quoted) row->value = buf_slice(scratch);
        return;
    }
    buf_reset(scratch);
    buf_append(scratch, slice_text(t->value.n ? "malformed " : "malformed"));
    decode_hex(t->value, row, scratch);
}
