/* What a profile package as a whole must be (SAIP 8.1.3), and what is in it; see package.h. */
#include "package.h"

#include "base/hex.h"
#include "base/tlv.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* What earlier elements have brought about. */
enum {
    HEADER = 1 << 0,
    MF = 1 << 1,
    USIM = 1 << 2,
    ISIM = 1 << 3,
    CSIM = 1 << 4,
    DOMAIN = 1 << 5, /* the MNO security domain */
    END = 1 << 6,
    PUKS = 1 << 7,
};

/* One row an element: at least one of `needs` must have come before; then `gives` has come. */
struct rule {
    uint32_t tag;
    unsigned needs;
    unsigned gives;
    bool once;
    const char *missing;
};

static const struct rule rules[] = {
    {0xA0, 0, HEADER, true, NULL},
    {0xA1, HEADER, MF | USIM | ISIM | CSIM, false, "the header"}, /* it may create the MF, and any application */
    {0xA2, MF, 0, false, "the MF"},
    {0xA3, MF, PUKS, true, "the MF"},
    {0xA4, USIM | ISIM | CSIM, 0, false, "a USIM, ISIM or CSIM"},
    {0xA5, CSIM | USIM, 0, false, "a CSIM"},
    {0xA6, HEADER, DOMAIN, false, "the header"},
    {0xA7, DOMAIN, 0, false, "the MNO security domain"},
    {0xA8, DOMAIN, 0, false, "the MNO security domain"},
    {0xAA, HEADER, END, true, "the header"},
    {0xB0, HEADER, MF, true, "the header"},
    {0xB1, MF, 0, false, "the MF"},
    {0xB2, MF, 0, false, "the MF"},
    {0xB3, MF, USIM, false, "the MF"},
    {0xB4, USIM, 0, false, "a USIM"},
    {0xB5, MF, ISIM, false, "the MF"},
    {0xB6, ISIM, 0, false, "an ISIM"},
    {0xB7, USIM, 0, false, "a USIM"},
    {0xB8, USIM, 0, false, "a USIM"},
    {0xB9, MF, CSIM, false, "the MF"},
    {0xBA, CSIM, 0, false, "a CSIM"},
    {0xBB, USIM | ISIM | CSIM, 0, false, "a USIM, ISIM or CSIM"},
    {0xBC, USIM, 0, false, "a USIM"},
    {0xBD, USIM, 0, false, "a USIM"},
    {0xBE, USIM, 0, false, "a USIM"},
    {0xBF1F, USIM, 0, false, "a USIM"},
    {0xBF20, HEADER, MF | USIM, true, "the header"}, /* IoT Minimal brings its own files */
    {0xBF21, USIM, 0, false, "the iot element"},
};

struct check {
    void (*report)(void *context, const struct problem *problem);
    void *context;
    size_t problems;
    unsigned seen;
    uint8_t identifications[32768 / 8];
};

__attribute__((format(printf, 3, 4))) static void say(struct check *c, size_t place, const char *format, ...)
{
    struct problem problem = {.place = place};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(problem.text, sizeof problem.text, format, arguments);
    va_end(arguments);
    c->report(c->context, &problem);
    c->problems++;
}

/* PEHeader: member [0] of every element but the header. */
static bool element_header(const struct tlv *element, bool *mandated, uint32_t *identification)
{
    struct slice in = element->value;
    struct tlv header;
    struct tlv member;
    if (element->tag == 0xA0 || !tlv_next(&in, &header) || header.tag != 0xA0) return false;
    *mandated = tlv_find(header.value, 0x80, &member);
    return tlv_find(header.value, 0x81, &member) && tlv_unsigned(member.value, identification);
}

static void check_order(struct check *c, const struct tlv *element, size_t offset)
{
    const char *name = saip_element_name(element->tag);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct rule *rule = &rules[i];
        if (rule->tag != element->tag) continue;
        if (rule->needs && !(c->seen & rule->needs)) say(c, offset, "%s: must come after %s", name, rule->missing);
        if (rule->once && rule->tag != 0xB0 && (c->seen & rule->gives & (HEADER | PUKS | END)))
            say(c, offset, "%s: there may be only one", name);
        if (rule->tag == 0xB0 && (c->seen & MF)) say(c, offset, "%s: there is an MF already", name);
        c->seen |= rule->gives;
    }
}

static void check_identification(struct check *c, const struct tlv *element, size_t offset)
{
    bool mandated;
    uint32_t number;
    const char *name = saip_element_name(element->tag);
    if (element->tag == 0xA0) return;
    if (!element_header(element, &mandated, &number) || number > 32767) {
        say(c, offset, "%s: expected a PEHeader with an identification from 0 to 32767 as its first member", name);
        return;
    }
    uint8_t bit = (uint8_t)(1u << (number & 7));
    if (c->identifications[number >> 3] & bit)
        say(c, offset, "%s: identification %" PRIu32 " is used twice", name, number);
    c->identifications[number >> 3] |= bit;
}

size_t package_check(struct slice der, void (*report)(void *context, const struct problem *problem), void *context)
{
    struct check c = {.report = report, .context = context};
    struct slice in = der;
    struct tlv element;
    if (der.n == 0) say(&c, 0, "expected a profile header, the package is empty");
    while (in.n) {
        size_t offset = der.n - in.n;
        size_t inside;
        if (tlv_read(&in, &element) != TLV_OK) {
            say(&c, offset, "expected a whole profile element in DER");
            return c.problems;
        }
        const char *name = saip_element_name(element.tag);
        if (name[0] == '?') say(&c, offset, "[%02" PRIX32 "]: no profile element has this tag", element.tag);
        if (!tlv_strict(element.value, TLV_DEPTH_MAX, &inside))
            say(&c, offset + element.whole.n - element.value.n + inside, "%s: not DER here", name);
        if (c.seen & END) say(&c, offset, "%s: must not come after the end", name);
        if (offset == 0 && element.tag != 0xA0) say(&c, offset, "expected the header first, came %s", name);
        check_order(&c, &element, offset);
        check_identification(&c, &element, offset);
    }
    if (der.n && !(c.seen & END)) say(&c, der.n, "expected the end element last");
    return c.problems;
}

/* ---- description ---- */

static void put(struct buf *b, const char *text)
{
    buf_append(b, slice_text(text));
}

__attribute__((format(printf, 2, 3))) static void put_format(struct buf *b, const char *format, ...)
{
    char text[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put(b, text);
}

/* RFC 8259 string; bytes that are no printable ASCII are escaped or, from 80 on, kept (the header says UTF-8). */
static void put_string(struct buf *b, struct slice text, bool json)
{
    if (json) buf_byte(b, '"');
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (json && (c == '"' || c == '\\')) {
            buf_byte(b, '\\');
            buf_byte(b, c);
        } else if (c < 0x20 || c == 0x7F) {
            put_format(b, json ? "\\u%04x" : "\\x%02x", c);
        } else {
            buf_byte(b, c);
        }
    }
    if (json) buf_byte(b, '"');
}

/* The digits of the header's ICCID, which is not swapped; the padding is left out. */
static void iccid_text(struct slice iccid, char out[21])
{
    char digits[2 * 10 + 1] = "";
    if (iccid.n == 10) hex_encode(iccid, digits);
    digits[strcspn(digits, "fF")] = 0;
    memcpy(out, digits, sizeof digits);
}

static void describe_header(struct slice header, size_t size, bool json, struct slice more, struct buf *out)
{
    struct tlv t;
    char iccid[21] = "";
    uint32_t major = 0;
    uint32_t minor = 0;
    struct slice type = {NULL, 0};
    if (tlv_find(header, 0x83, &t)) iccid_text(t.value, iccid);
    if (tlv_find(header, 0x80, &t)) (void)tlv_unsigned(t.value, &major);
    if (tlv_find(header, 0x81, &t)) (void)tlv_unsigned(t.value, &minor);
    if (tlv_find(header, 0x82, &t)) type = t.value;
    if (json) {
        put_format(out, "{\"iccid\":\"%s\",\"version\":\"%" PRIu32 ".%" PRIu32 "\",\"type\":", iccid, major, minor);
        put_string(out, type, true);
        put_format(out, ",\"size\":%zu", size);
        buf_append(out, more);
        put(out, ",\"elements\":[");
    } else {
        put_format(out, "ICCID    %s\nversion  %" PRIu32 ".%" PRIu32 "\ntype     ", iccid, major, minor);
        put_string(out, type, false);
        put_format(out, "\nsize     %zu bytes\n", size);
        buf_append(out, more);
        put_format(out, "\n%7s %7s  %5s  %s\n", "offset", "bytes", "id", "element");
    }
}

static void describe_element(const struct tlv *element, size_t offset, bool json, struct buf *out)
{
    bool mandated = false;
    uint32_t number = 0;
    bool known = element_header(element, &mandated, &number);
    char tag[16] = "";
    char id[16] = "-";
    const char *name = saip_element_name(element->tag);
    snprintf(tag, sizeof tag, "[%02" PRIX32 "]", element->tag);
    if (known) snprintf(id, sizeof id, "%" PRIu32, number);
    if (name[0] == '?') name = tag;
    if (json) {
        put_format(out, "{\"element\":\"%s\",\"offset\":%zu,\"size\":%zu", name, offset, element->whole.n);
        if (known) put_format(out, ",\"identification\":%s,\"mandated\":%s", id, mandated ? "true" : "false");
        put(out, "}");
    } else {
        put_format(out, "%7zu %7zu  %5s  %s%s\n", offset, element->whole.n, id, name,
                   known && !mandated ? " (not mandated)" : "");
    }
}

bool package_describe(struct slice der, bool json, struct slice more, struct buf *out, struct problem *why)
{
    struct slice in = der;
    struct tlv element;
    *why = (struct problem){0};
    while (in.n) {
        size_t offset = der.n - in.n;
        why->place = offset;
        if (tlv_read(&in, &element) != TLV_OK) {
            snprintf(why->text, sizeof why->text, "expected a whole profile element in DER");
            return false;
        }
        if (offset == 0) {
            if (element.tag != 0xA0) break;
            describe_header(element.value, der.n, json, more, out);
        } else if (json) {
            put(out, ",");
        }
        describe_element(&element, offset, json, out);
    }
    if (der.n == 0 || der.p[0] != 0xA0) {
        snprintf(why->text, sizeof why->text, "expected the header first");
        return false;
    }
    if (json) put(out, "]}\n");
    if (buf_err(out) == OK) return true;
    snprintf(why->text, sizeof why->text, "out of memory");
    return false;
}
