/* DER to the readable source form; see source.h. Called by main.c.
 * A value that is not what its table row says (length, sign, encoding) is written as "[tag]", which has no rules, so
 * every package can be written and read back to the same bytes. */
#include "source.h"

#include "base/tlv.h"

#include <inttypes.h>
#include <stdio.h>

#define LINE_MAX_COLUMNS 110
#define BYTES_PER_LINE 40

static const struct saip_group no_names = {"", NULL, 0};

static void put(struct buf *b, const char *text)
{
    buf_append(b, slice_text(text));
}

static void put_indent(struct buf *b, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        put(b, "    ");
}

/* `width` bytes a line, the continuation lines indented; 0: all on one line. */
static void put_hex(struct buf *b, struct slice bytes, size_t width, unsigned depth)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < bytes.n; i++) {
        if (width && i && i % width == 0) {
            put(b, " \\\n");
            put_indent(b, depth);
        }
        buf_byte(b, (uint8_t)digits[bytes.p[i] >> 4]);
        buf_byte(b, (uint8_t)digits[bytes.p[i] & 15]);
    }
}

/* The length of the well-formed UTF-8 character at the front (RFC 3629), 0 if there is none. */
static size_t utf8_length(struct slice s)
{
    uint8_t first = s.p[0];
    size_t n = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (n == 0 || n > s.n) return 0;
    for (size_t i = 1; i < n; i++)
        if ((s.p[i] & 0xC0) != 0x80) return 0;
    if (n > 1 && ((first == 0xE0 && s.p[1] < 0xA0) || (first == 0xED && s.p[1] > 0x9F) ||
                  (first == 0xF0 && s.p[1] < 0x90) || (first == 0xF4 && s.p[1] > 0x8F)))
        return 0;
    return n;
}

static void put_quoted(struct buf *b, struct slice text)
{
    buf_byte(b, '"');
    for (size_t i = 0, n; i < text.n; i += n) {
        struct slice rest = slice_of(text.p + i, text.n - i);
        n = utf8_length(rest);
        if (n == 0 || rest.p[0] < 0x20 || rest.p[0] == 0x7F) {
            n = 1;
            put(b, "\\x");
            put_hex(b, slice_of(rest.p, 1), 0, 0);
        } else {
            if (rest.p[0] == '"' || rest.p[0] == '\\') buf_byte(b, '\\');
            buf_append(b, slice_of(rest.p, n));
        }
    }
    buf_byte(b, '"');
}

static void put_number(struct buf *b, uint32_t number, const struct saip_name *names)
{
    char digits[16];
    for (; names && names->name; names++) {
        if (names->value == number) {
            put(b, names->name);
            return;
        }
    }
    snprintf(digits, sizeof digits, "%" PRIu32, number);
    put(b, digits);
}

static bool is_constructed(uint32_t tag)
{
    while (tag > 0xff)
        tag >>= 8;
    return tag & 0x20;
}

/* True if the value can be written by name: source_encode would make the same bytes of it. */
static bool fits(const struct saip_member *member, struct slice value)
{
    uint32_t number;
    switch (member->kind) {
    case SAIP_BYTES:
    case SAIP_TEXT:
        return value.n >= member->minimum && value.n <= member->maximum;
    case SAIP_NUMBER:
        return tlv_unsigned(value, &number) && number >= member->minimum && number <= member->maximum;
    case SAIP_OID: {
        BUF_LOCAL text = {0};
        return oid_to_text(value, &text);
    }
    case SAIP_NULL:
        return value.n == 0;
    case SAIP_ITEMS:
        return tlv_strict(value, TLV_DEPTH_MAX, NULL);
    }
    return false;
}

static void put_primitive(struct buf *b, const struct saip_member *member, struct slice value, bool flat,
                          unsigned depth)
{
    uint32_t number;
    switch (member->kind) {
    case SAIP_TEXT:
        buf_byte(b, ' ');
        put_quoted(b, value);
        break;
    case SAIP_NUMBER:
        buf_byte(b, ' ');
        if (tlv_unsigned(value, &number)) put_number(b, number, member->names);
        break;
    case SAIP_OID:
        buf_byte(b, ' ');
        (void)oid_to_text(value, b); /* cannot fail: fits() has tried */
        break;
    case SAIP_NULL:
        break;
    case SAIP_BYTES:
    case SAIP_ITEMS:
        if (value.n) buf_byte(b, ' ');
        put_hex(b, value, flat ? 0 : BYTES_PER_LINE, depth + 1);
        break;
    }
}

static void put_items(struct buf *b, struct slice in, const struct saip_group *group, bool flat, unsigned depth);

/* One TLV as a statement, without the end of its line. */
static void put_statement(struct buf *b, const struct tlv *t, const struct saip_member *member, bool flat,
                          unsigned depth)
{
    static const struct saip_member anything = {0, NULL, SAIP_BYTES, 0, UINT32_MAX, NULL, NULL};
    bool nested = is_constructed(t->tag) && depth + 2 < SOURCE_DEPTH_MAX && tlv_strict(t->value, TLV_DEPTH_MAX, NULL);
    if (member && !fits(member, t->value)) member = NULL;
    if (member) {
        put(b, member->name);
        nested = nested && member->kind == SAIP_ITEMS;
        /* Too deep for the reader: only the form without a name may have bytes there. */
        if (member->kind == SAIP_ITEMS && !nested) {
            buf_truncate(b, b->n - strlen(member->name));
            member = NULL;
        }
    }
    if (!member) {
        char tag[16];
        snprintf(tag, sizeof tag, "[%02" PRIX32 "]", t->tag);
        put(b, tag);
    }
    if (!nested) {
        put_primitive(b, member ? member : &anything, t->value, flat, depth);
        return;
    }
    const struct saip_group *inside = member ? member->items : &no_names;
    put(b, " {");
    if (t->value.n && flat) {
        buf_byte(b, ' ');
        put_items(b, t->value, inside, true, depth + 1);
        buf_byte(b, ' ');
    } else if (t->value.n) {
        buf_byte(b, '\n');
        put_items(b, t->value, inside, false, depth + 1);
        put_indent(b, depth);
    }
    buf_byte(b, '}');
}

/* Statements on one line, or one a line, those that fit on a line without inner ends of line. */
static void put_items(struct buf *b, struct slice in, const struct saip_group *group, bool flat, unsigned depth)
{
    struct tlv t;
    size_t place = 0;
    bool first = true;
    while (tlv_next(&in, &t)) {
        const struct saip_member *member = group->n ? saip_member_by_tag(group, t.tag, &place) : NULL;
        if (flat) {
            if (!first) put(b, "; ");
            first = false;
            put_statement(b, &t, member, true, depth);
            continue;
        }
        put_indent(b, depth);
        BUF_LOCAL line = {0};
        if (t.whole.n < LINE_MAX_COLUMNS) put_statement(&line, &t, member, true, depth);
        if (line.failed) b->failed = true;
        if (line.n && line.n + 4 * (size_t)depth <= LINE_MAX_COLUMNS) {
            buf_append(b, buf_slice(&line));
        } else {
            put_statement(b, &t, member, false, depth);
        }
        buf_byte(b, '\n');
    }
}

bool source_decode(struct slice der, struct buf *source, struct problem *why)
{
    struct slice in = der;
    struct tlv t;
    size_t place = 0;
    while (in.n) {
        size_t offset = der.n - in.n;
        if (tlv_read(&in, &t) != TLV_OK) {
            *why = (struct problem){.place = offset};
            snprintf(why->text, sizeof why->text, "expected a profile element in DER");
            return false;
        }
        /* A named element is laid out over several lines even if it would fit on one. */
        const struct saip_member *member = saip_member_by_tag(&saip_package, t.tag, &place);
        put_statement(source, &t, member, t.value.n < 12, 0);
        put(source, "\n");
    }
    if (buf_err(source) != OK) {
        *why = (struct problem){.place = 0};
        snprintf(why->text, sizeof why->text, "out of memory");
        return false;
    }
    return true;
}
