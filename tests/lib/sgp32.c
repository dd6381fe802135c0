/* The walk over the tables of sgp32.h: tags, order, DER and sizes of everything that SGP.32 puts on ES10b. Used by
 * eim_check.c, ipa.c and softeuicc-eim. */
#include "sgp32.h"

#include <stdarg.h>

struct walk {
    enum sgp32_version version;
    const struct sgp32_visitor *visitor;
    const uint8_t *start;
    size_t faults;
};

static void walk_type(struct walk *w, const struct sgp32_type *type, struct slice in, unsigned depth);

bool sgp32_exists(enum sgp32_version since, enum sgp32_version before, enum sgp32_version version)
{
    return version >= since && (before == 0 || version < before);
}

static bool field_exists(const struct sgp32_field *field, enum sgp32_version version)
{
    return sgp32_exists(field->since, field->before, version);
}

static void fault(struct walk *w, enum sgp32_severity severity, const uint8_t *at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void fault(struct walk *w, enum sgp32_severity severity, const uint8_t *at, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    w->faults++;
    if (w->visitor->fault) w->visitor->fault(w->visitor->ctx, severity, at ? (size_t)(at - w->start) : 0, text);
}

const struct sgp32_field *sgp32_alternative(const struct sgp32_type *type, uint32_t tag, enum sgp32_version version)
{
    for (size_t i = 0; i < type->n; i++) {
        const struct sgp32_field *f = &type->fields[i];
        const struct sgp32_field *inner = f->kind == SGP32_INLINE ? sgp32_alternative(f->type, tag, version) : NULL;
        if (inner) return inner;
        if (f->kind != SGP32_INLINE && f->tag == tag && field_exists(f, version)) return f;
    }
    return NULL;
}

/* ---- contents ---- */

static bool is_utf8(struct slice s)
{
    for (size_t i = 0; i < s.n;) {
        uint8_t c = s.p[i++];
        size_t more = c < 0x80                ? 0
                      : c >= 0xc2 && c < 0xe0 ? 1
                      : c >= 0xe0 && c < 0xf0 ? 2
                      : c >= 0xf0 && c < 0xf5 ? 3
                                              : 9;
        if (more > s.n - i) return false;
        uint8_t low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
        uint8_t high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
        for (size_t k = 0; k < more; k++, i++) {
            if (s.p[i] < low || s.p[i] > high) return false;
            low = 0x80;
            high = 0xbf;
        }
    }
    return true;
}

/* Ten bytes of nibble-swapped digits, filled up with F (ITU-T E.118, SGP.22 5.2). */
static bool is_iccid(struct slice s)
{
    bool ended = false;
    for (size_t i = 0; i < 20; i++) {
        uint8_t digit = i % 2 ? s.p[i / 2] >> 4 : s.p[i / 2] & 15;
        if (digit > 9 ? digit != 15 : ended) return false;
        ended = digit == 15;
    }
    return s.p[0] != 0xff;
}

static bool is_eid(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] & 15) > 9 || s.p[i] >> 4 > 9) return false;
    return true;
}

static bool is_oid(struct slice s)
{
    return s.n && !(s.p[s.n - 1] & 0x80) && s.p[0] != 0x80;
}

static bool is_tag_list(struct slice s)
{
    for (size_t i = 0; i < s.n;) {
        bool is_long = (s.p[i++] & 0x1f) == 0x1f;
        for (bool more = is_long; more; more = s.p[i++] & 0x80)
            if (i == s.n) return false;
    }
    return s.n > 0;
}

bool sgp32_integer(struct slice value, int64_t *out)
{
    if (value.n == 0 || value.n > 8) return false;
    if (value.n > 1 && (value.p[0] == 0x00 || value.p[0] == 0xff) && (value.p[0] & 0x80) == (value.p[1] & 0x80))
        return false;
    uint64_t v = value.p[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < value.n; i++)
        v = v << 8 | value.p[i];
    *out = (int64_t)v;
    return true;
}

void sgp32_put_integer(struct buf *b, uint32_t tag, int64_t value)
{
    uint8_t bytes[8];
    size_t skip = 0;
    for (size_t i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
    while (skip < 7 && (bytes[skip] == 0x00 || bytes[skip] == 0xff) && (bytes[skip] & 0x80) == (bytes[skip + 1] & 0x80))
        skip++;
    tlv_put(b, tag, slice_of(bytes + skip, 8 - skip));
}

const char *sgp32_code_name(const struct sgp32_code *codes, int64_t value, enum sgp32_version version)
{
    for (; codes && codes->name; codes++)
        if (codes->value == value && sgp32_exists(codes->since, codes->before, version)) return codes->name;
    return NULL;
}

static void check_code(struct walk *w, const struct sgp32_field *f, const struct tlv *t)
{
    int64_t value = 0;
    if (!sgp32_integer(t->value, &value)) {
        fault(w, SGP32_WRONG, t->whole.p, "%s: not a minimal INTEGER of at most 8 bytes", f->name);
    } else if (!sgp32_code_name(f->codes, value, w->version)) {
        fault(w, SGP32_WRONG, t->whole.p, "%s: %lld is no value of it in v%s", f->name, (long long)value,
              sgp32_version_text(w->version));
    }
}

/* Named bits: well-formed, without trailing zero bits (X.690 11.2.2). */
static void check_bits(struct walk *w, const struct sgp32_field *f, const struct tlv *t)
{
    uint32_t bits = 0;
    BUF_LOCAL again = {0};
    if (!tlv_bits(t->value, &bits)) {
        fault(w, SGP32_WRONG, t->whole.p, "%s: not a BIT STRING", f->name);
        return;
    }
    if (t->value.n > 5) return;
    tlv_put_bits(&again, t->tag, bits);
    if (!slice_equal(buf_slice(&again), t->whole))
        fault(w, SGP32_WRONG, t->whole.p, "%s: trailing zero bits of named bits stay", f->name);
}

static void check_boolean(struct walk *w, const struct sgp32_field *f, const struct tlv *t)
{
    if (t->value.n != 1 || (t->value.p[0] != 0x00 && t->value.p[0] != 0xff))
        fault(w, SGP32_WRONG, t->whole.p, "%s: not a DER BOOLEAN (00 or FF)", f->name);
    else if (f->default_false && t->value.p[0] == 0)
        fault(w, SGP32_WRONG, t->whole.p, "%s: FALSE is the default and is left out in DER", f->name);
}

static void check_size(struct walk *w, const struct sgp32_field *f, const struct tlv *t)
{
    if (t->value.n >= f->min && (f->max == 0 || t->value.n <= f->max)) return;
    if (f->min == f->max)
        fault(w, SGP32_WRONG, t->whole.p, "%s: %zu bytes, expected %zu", f->name, t->value.n, f->min);
    else
        fault(w, SGP32_WRONG, t->whole.p, "%s: %zu bytes, expected %zu to %zu", f->name, t->value.n, f->min, f->max);
}

static void walk_field(struct walk *w, const struct sgp32_field *f, const struct tlv *t, unsigned depth)
{
    int64_t number;
    if (w->visitor->field) w->visitor->field(w->visitor->ctx, depth, f, t);
    check_size(w, f, t);
    switch (f->kind) {
    case SGP32_SEQUENCE:
    case SGP32_CHOICE:
    case SGP32_LIST:
        walk_type(w, f->type, t->value, depth + 1);
        break;
    case SGP32_UTF8:
        if (!is_utf8(t->value)) fault(w, SGP32_WRONG, t->whole.p, "%s: not UTF-8", f->name);
        break;
    case SGP32_INTEGER:
        if (!sgp32_integer(t->value, &number))
            fault(w, SGP32_WRONG, t->whole.p, "%s: not a minimal INTEGER of at most 8 bytes", f->name);
        break;
    case SGP32_CODE:
        check_code(w, f, t);
        break;
    case SGP32_BITS:
        check_bits(w, f, t);
        break;
    case SGP32_BOOLEAN:
        check_boolean(w, f, t);
        break;
    case SGP32_NULL:
        if (t->value.n) fault(w, SGP32_WRONG, t->whole.p, "%s: NULL with content", f->name);
        break;
    case SGP32_OID:
        if (!is_oid(t->value)) fault(w, SGP32_WRONG, t->whole.p, "%s: not an OBJECT IDENTIFIER", f->name);
        break;
    case SGP32_ICCID:
        if (t->value.n != 10 || !is_iccid(t->value))
            fault(w, SGP32_WRONG, t->whole.p, "%s: not an ICCID of 10 bytes", f->name);
        break;
    case SGP32_EID:
        if (t->value.n != 16 || !is_eid(t->value))
            fault(w, SGP32_WRONG, t->whole.p, "%s: not an EID of 16 bytes", f->name);
        break;
    case SGP32_VERSION:
        if (t->value.n != 3) fault(w, SGP32_WRONG, t->whole.p, "%s: not a VersionType of 3 bytes", f->name);
        break;
    case SGP32_TAGS:
        if (!is_tag_list(t->value)) fault(w, SGP32_WRONG, t->whole.p, "%s: not a list of tags", f->name);
        break;
    case SGP32_ANY:
        if ((t->tag > 0xff ? t->tag >> (t->tag > 0xffff ? 16 : 8) : t->tag) & 0x20 &&
            !tlv_strict(t->value, TLV_DEPTH_MAX - 8, NULL))
            fault(w, SGP32_WRONG, t->whole.p, "%s: its content is not DER", f->name);
        break;
    case SGP32_OCTETS:
    case SGP32_INLINE:
        break;
    }
}

/* ---- structure ---- */

/* The row that takes this tag, at or after `from`; n: none. *found is that row or the alternative in it. */
static size_t find_row(const struct sgp32_type *type, size_t from, uint32_t tag, enum sgp32_version version,
                       const struct sgp32_field **found)
{
    for (size_t i = from; i < type->n; i++) {
        const struct sgp32_field *f = &type->fields[i];
        if (!field_exists(f, version)) continue;
        *found = f->kind == SGP32_INLINE ? sgp32_alternative(f->type, tag, version) : f->tag == tag ? f : NULL;
        if (*found) return i;
    }
    *found = NULL;
    return type->n;
}

static void missing(struct walk *w, const struct sgp32_type *type, size_t from, size_t to, const uint8_t *at)
{
    for (size_t i = from; i < to; i++) {
        const struct sgp32_field *f = &type->fields[i];
        if (!f->optional && field_exists(f, w->version))
            fault(w, SGP32_WRONG, at, "%s: %s is missing", type->name, f->name);
    }
}

static void stranger(struct walk *w, const struct sgp32_type *type, const struct tlv *t, bool may_extend)
{
    for (int version = SGP32_1_0; version <= SGP32_1_3; version++) {
        const struct sgp32_field *f = sgp32_alternative(type, t->tag, (enum sgp32_version)version);
        if (!f || version == (int)w->version) continue;
        fault(w, may_extend ? SGP32_TOLERATED : SGP32_WRONG, t->whole.p, "%s: %s (%X) belongs to v%s, not to v%s",
              type->name, f->name, (unsigned)t->tag, sgp32_version_text((enum sgp32_version)version),
              sgp32_version_text(w->version));
        return;
    }
    fault(w, may_extend ? SGP32_TOLERATED : SGP32_WRONG, t->whole.p, "%s: %X is not known", type->name,
          (unsigned)t->tag);
}

static void walk_sequence(struct walk *w, const struct sgp32_type *type, struct slice in, unsigned depth)
{
    size_t next = 0;
    struct tlv t;
    while (in.n && tlv_next(&in, &t)) {
        const struct sgp32_field *f;
        const struct sgp32_field *before;
        size_t row = find_row(type, next, t.tag, w->version, &f);
        if (f) {
            missing(w, type, next, row, t.whole.p);
            walk_field(w, f, &t, depth);
            next = row + 1;
            continue;
        }
        size_t earlier = find_row(type, 0, t.tag, w->version, &before);
        if (before && earlier + 1 == next)
            fault(w, SGP32_WRONG, t.whole.p, "%s: %s comes twice", type->name, before->name);
        else if (before)
            fault(w, SGP32_WRONG, t.whole.p, "%s: %s is out of order", type->name, before->name);
        else
            stranger(w, type, &t, in.n == 0);
    }
    if (in.n) fault(w, SGP32_WRONG, in.p, "%s: not a DER TLV", type->name);
    missing(w, type, next, type->n, in.p);
}

static void walk_choice(struct walk *w, const struct sgp32_type *type, struct slice in, unsigned depth)
{
    struct tlv t;
    const uint8_t *at = in.p;
    if (!tlv_next(&in, &t)) {
        fault(w, SGP32_WRONG, at, "%s: nothing chosen", type->name);
        return;
    }
    const struct sgp32_field *f = sgp32_alternative(type, t.tag, w->version);
    if (f)
        walk_field(w, f, &t, depth);
    else
        stranger(w, type, &t, false);
    if (in.n) fault(w, SGP32_WRONG, in.p, "%s: more than one alternative", type->name);
}

static void walk_list(struct walk *w, const struct sgp32_type *type, struct slice in, unsigned depth)
{
    struct tlv t;
    while (in.n && tlv_next(&in, &t)) {
        const struct sgp32_field *f = sgp32_alternative(type, t.tag, w->version);
        if (f)
            walk_field(w, f, &t, depth);
        else
            stranger(w, type, &t, false);
    }
    if (in.n) fault(w, SGP32_WRONG, in.p, "%s: not a DER TLV", type->name);
}

static void walk_type(struct walk *w, const struct sgp32_type *type, struct slice in, unsigned depth)
{
    if (depth > TLV_DEPTH_MAX) {
        fault(w, SGP32_WRONG, in.p, "%s: nested too deep", type->name);
    } else if (type->form == SGP32_CHOICE) {
        walk_choice(w, type, in, depth);
    } else if (type->form == SGP32_LIST) {
        walk_list(w, type, in, depth);
    } else {
        walk_sequence(w, type, in, depth);
    }
}

size_t sgp32_walk(const struct sgp32_type *type, struct slice content, enum sgp32_version version,
                  const struct sgp32_visitor *visitor)
{
    struct walk w = {.version = version, .visitor = visitor, .start = content.p};
    walk_type(&w, type, content, 0);
    return w.faults;
}

struct first_fault {
    char *text;
    size_t size;
    bool said;
};

static void keep_first(void *ctx, enum sgp32_severity severity, size_t offset, const char *text)
{
    struct first_fault *first = ctx;
    (void)severity;
    if (!first->said) snprintf(first->text, first->size, "%s (at byte %zu)", text, offset);
    first->said = true;
}

bool sgp32_strict(const struct sgp32_type *type, struct slice content, enum sgp32_version version, char *why,
                  size_t size)
{
    struct first_fault first = {.text = why, .size = size};
    const struct sgp32_visitor visitor = {.ctx = &first, .fault = keep_first};
    return sgp32_walk(type, content, version, &visitor) == 0;
}
