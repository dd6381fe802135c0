/* Names and values of SGP.32 objects for people, and text in bufs; see sgp32.h. */
#include "sgp32.h"

#include <stdarg.h>

static const char *const versions[] = {"1.0", "1.1", "1.2", "1.3"};

bool sgp32_version_read(const char *text, enum sgp32_version *out)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        if (strcmp(text, versions[i]) != 0) continue;
        *out = (enum sgp32_version)i;
        return true;
    }
    return false;
}

const char *sgp32_version_text(enum sgp32_version version)
{
    return versions[version];
}

void sgp32_print(struct buf *b, const char *format, ...)
{
    char small[256];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n < 0) return;
    if ((size_t)n < sizeof small) {
        buf_append(b, slice_of(small, (size_t)n));
        return;
    }
    uint8_t *at = buf_extend(b, (size_t)n + 1);
    if (!at) return;
    va_start(args, format);
    vsnprintf((char *)at, (size_t)n + 1, format, args);
    va_end(args);
    buf_truncate(b, b->n - 1);
}

static void put_hex(struct buf *out, struct slice s)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        buf_byte(out, (uint8_t)digits[s.p[i] >> 4]);
        buf_byte(out, (uint8_t)digits[s.p[i] & 15]);
    }
}

/* Text from a card or an eIM: what could command a terminal becomes a point. */
static void put_text(struct buf *out, struct slice s)
{
    buf_byte(out, '"');
    for (size_t i = 0; i < s.n; i++)
        buf_byte(out, s.p[i] < 0x20 || s.p[i] == 0x7f ? '.' : s.p[i]);
    buf_byte(out, '"');
}

static void put_iccid(struct buf *out, struct slice s)
{
    for (size_t i = 0; i < 2 * s.n; i++) {
        uint8_t digit = i % 2 ? s.p[i / 2] >> 4 : s.p[i / 2] & 15;
        if (digit != 15) buf_byte(out, (uint8_t)(digit > 9 ? '?' : '0' + digit));
    }
}

static void put_bits(struct buf *out, const struct sgp32_field *f, struct slice value, enum sgp32_version version)
{
    uint32_t bits = 0;
    bool first = true;
    if (!tlv_bits(value, &bits) || bits == 0) {
        sgp32_print(out, bits == 0 && value.n ? "none" : "malformed");
        return;
    }
    for (int i = 0; i < 32; i++) {
        if (!(bits >> i & 1)) continue;
        const char *name = sgp32_code_name(f->codes, i, version);
        if (!first) sgp32_print(out, ", ");
        if (name)
            sgp32_print(out, "%s", name);
        else
            sgp32_print(out, "bit %d", i);
        first = false;
    }
}

/* Dotted decimal of an OID's content (X.690 8.19). */
static void put_oid(struct buf *out, struct slice value)
{
    uint64_t arc = 0;
    bool first = true;
    for (size_t i = 0; i < value.n; i++) {
        arc = arc << 7 | (value.p[i] & 0x7f);
        if (value.p[i] & 0x80) continue;
        if (first) {
            uint64_t root = arc < 80 ? arc / 40 : 2;
            sgp32_print(out, "%llu.%llu", (unsigned long long)root, (unsigned long long)(arc - 40 * root));
        } else {
            sgp32_print(out, ".%llu", (unsigned long long)arc);
        }
        first = false;
        arc = 0;
    }
}

static void put_tags(struct buf *out, struct slice value)
{
    for (size_t i = 0; i < value.n;) {
        size_t start = i;
        bool more = (value.p[i++] & 0x1f) == 0x1f;
        while (more && i < value.n)
            more = value.p[i++] & 0x80;
        if (start) buf_byte(out, ' ');
        put_hex(out, slice_of(value.p + start, i - start));
    }
}

static void put_number(struct buf *out, const struct sgp32_field *f, struct slice value, enum sgp32_version version)
{
    int64_t number = 0;
    if (!sgp32_integer(value, &number)) {
        put_hex(out, value);
        return;
    }
    const char *name = f->kind == SGP32_CODE ? sgp32_code_name(f->codes, number, version) : NULL;
    sgp32_print(out, "%lld", (long long)number);
    if (name) sgp32_print(out, " %s", name);
}

void sgp32_put_value(struct buf *out, const struct sgp32_field *f, struct slice value, enum sgp32_version version)
{
    switch (f->kind) {
    case SGP32_UTF8:
        put_text(out, value);
        break;
    case SGP32_INTEGER:
    case SGP32_CODE:
        put_number(out, f, value, version);
        break;
    case SGP32_BITS:
        put_bits(out, f, value, version);
        break;
    case SGP32_BOOLEAN:
        sgp32_print(out, value.n == 1 && value.p[0] ? "TRUE" : "FALSE");
        break;
    case SGP32_NULL:
        sgp32_print(out, "present");
        break;
    case SGP32_OID:
        put_oid(out, value);
        break;
    case SGP32_ICCID:
        put_iccid(out, value);
        break;
    case SGP32_VERSION:
        for (size_t i = 0; i < value.n; i++)
            sgp32_print(out, i ? ".%u" : "%u", value.p[i]);
        break;
    case SGP32_TAGS:
        put_tags(out, value);
        break;
    case SGP32_SEQUENCE:
    case SGP32_CHOICE:
    case SGP32_LIST:
    case SGP32_INLINE:
        break;
    case SGP32_EID:
    case SGP32_OCTETS:
    case SGP32_ANY:
        put_hex(out, value);
        break;
    }
}
