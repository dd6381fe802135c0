/* The readable source form to DER; see source.h. Called by main.c. One pass: each statement is encoded as it is read.
 */
#include "source.h"

#include "base/hex.h"
#include "base/tlv.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define REPEAT_MAX 65536

struct reader {
    struct slice text; /* what is still to come */
    size_t line;
    struct buf *der;
    struct problem *why;
};

__attribute__((format(printf, 3, 4))) static bool fail_at(struct reader *r, size_t line, const char *format, ...)
{
    va_list arguments;
    r->why->place = line;
    va_start(arguments, format);
    vsnprintf(r->why->text, sizeof r->why->text, format, arguments);
    va_end(arguments);
    return false;
}
#define fail(r, ...) fail_at(r, (r)->line, __VA_ARGS__)

/* ---- characters ---- */

/* The next character; 0 at the end. A NUL in the text is refused by source_encode beforehand. */
static char peek(const struct reader *r)
{
    return r->text.n ? (char)r->text.p[0] : 0;
}

static void step(struct reader *r)
{
    if (peek(r) == '\n') r->line++;
    r->text = slice_skip(r->text, 1);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
           c == '*';
}

/* Blanks, and ends of lines after a "\". */
static void skip_blanks(struct reader *r)
{
    while (true) {
        char c = peek(r);
        if (c == ' ' || c == '\t' || c == '\r') {
            step(r);
        } else if (c == '\\' && r->text.n > 1 && r->text.p[1] == '\n') {
            step(r);
            step(r);
        } else if (c == '\\' && r->text.n > 2 && r->text.p[1] == '\r' && r->text.p[2] == '\n') {
            step(r);
            step(r);
            step(r);
        } else {
            return;
        }
    }
}

static void skip_comment(struct reader *r)
{
    if (peek(r) != '#') return;
    while (r->text.n && peek(r) != '\n')
        step(r);
}

/* Blanks, comments, ends of lines and of statements. */
static void skip_between(struct reader *r)
{
    while (true) {
        skip_blanks(r);
        skip_comment(r);
        if (peek(r) != '\n' && peek(r) != ';') return;
        step(r);
    }
}

static bool at_statement_end(const struct reader *r)
{
    char c = peek(r);
    return c == 0 || c == '\n' || c == ';' || c == '}' || c == '#';
}

static struct slice take_word(struct reader *r)
{
    struct slice word = {r->text.p, 0};
    while (is_word(peek(r))) {
        word.n++;
        step(r);
    }
    return word;
}

/* For messages: printf("%.*s", CUT(word)). */
#define CUT(s) (int)((s).n > 40 ? 40 : (s).n), (const char *)(s).p

/* ---- values ---- */

static bool read_quoted(struct reader *r, struct buf *out)
{
    size_t start = r->line;
    step(r);
    while (peek(r) != '"') {
        char c = peek(r);
        if (c == 0 || c == '\n') return fail_at(r, start, "the text has no closing \"");
        if (c == '\\') {
            step(r);
            c = peek(r);
            if (c == 'x') {
                if (r->text.n < 3 || !hex_decode(slice_of(r->text.p + 1, 2), out))
                    return fail(r, "expected two hexadecimal digits after \\x");
                step(r);
                step(r);
                step(r);
                continue;
            }
            if (c != '"' && c != '\\') return fail(r, "expected \\\", \\\\ or \\xHH in a text");
        }
        buf_byte(out, (uint8_t)c);
        step(r);
    }
    step(r);
    return true;
}

/* A group of digits, perhaps with "*16". */
static bool read_group(struct reader *r, struct buf *out)
{
    struct slice word = take_word(r);
    struct slice digits = word;
    size_t times = 1;
    for (digits.n = 0; digits.n < word.n && is_hex((char)word.p[digits.n]);)
        digits.n++;
    if (digits.n < word.n) {
        struct slice count = slice_skip(word, digits.n);
        if (count.p[0] != '*') return fail(r, "expected hexadecimal digits, came '%.*s'", CUT(word));
        count = slice_skip(count, 1);
        times = 0;
        for (size_t i = 0; i < count.n && times <= REPEAT_MAX; i++)
            times = is_digit((char)count.p[i]) ? times * 10 + (size_t)(count.p[i] - '0') : REPEAT_MAX + 1;
        if (times == 0 || times > REPEAT_MAX)
            return fail(r, "expected a number from 1 to %d after *, came '%.*s'", REPEAT_MAX, CUT(count));
    }
    if (digits.n == 0 || digits.n % 2)
        return fail(r, "expected an even number of hexadecimal digits, came %zu: '%.*s'", digits.n, CUT(word));
    for (size_t i = 0; i < times; i++)
        if (!hex_decode(digits, out)) return fail(r, "expected hexadecimal digits, came '%.*s'", CUT(word));
    return true;
}

static bool read_bytes(struct reader *r, struct buf *out)
{
    while (true) {
        skip_blanks(r);
        if (at_statement_end(r)) return true;
        char c = peek(r);
        if (c == '"') {
            if (!read_quoted(r, out)) return false;
        } else if (is_word(c)) {
            if (!read_group(r, out)) return false;
        } else {
            return fail(r, "expected hexadecimal digits or a text in \"\", came '%c'", c);
        }
    }
}

static bool read_number(struct reader *r, const struct saip_member *member)
{
    struct slice word = take_word(r);
    for (const struct saip_name *n = member->names; n && n->name; n++) {
        if (!slice_equal(word, slice_text(n->name))) continue;
        tlv_put_unsigned(r->der, member->tag, n->value);
        return true;
    }
    uint64_t value = 0;
    bool good = word.n > 0 && word.n <= 10;
    for (size_t i = 0; good && i < word.n; i++) {
        good = is_digit((char)word.p[i]);
        value = value * 10 + (uint64_t)(word.p[i] - '0');
    }
    if (!good || value < member->minimum || value > member->maximum)
        return fail(r, "%s: expected a number from %" PRIu32 " to %" PRIu32 "%s, came '%.*s'", member->name,
                    member->minimum, member->maximum, member->names ? " or a name" : "", CUT(word));
    tlv_put_unsigned(r->der, member->tag, (uint32_t)value);
    return true;
}

static bool read_sized(struct reader *r, const struct saip_member *member)
{
    BUF_LOCAL value = {0};
    size_t line = r->line;
    if (!read_bytes(r, &value)) return false;
    if (value.n < member->minimum || value.n > member->maximum) {
        if (member->minimum == member->maximum)
            return fail_at(r, line, "%s: expected %" PRIu32 " bytes, came %zu", member->name, member->minimum, value.n);
        if (member->maximum == UINT32_MAX)
            return fail_at(r, line, "%s: expected at least %" PRIu32 " bytes, came %zu", member->name, member->minimum,
                           value.n);
        return fail_at(r, line, "%s: expected %" PRIu32 " to %" PRIu32 " bytes, came %zu", member->name,
                       member->minimum, member->maximum, value.n);
    }
    if (value.failed) r->der->failed = true;
    tlv_put(r->der, member->tag, buf_slice(&value));
    return true;
}

static bool read_oid(struct reader *r, const struct saip_member *member)
{
    BUF_LOCAL value = {0};
    struct slice word = take_word(r);
    if (!oid_from_text(word, &value))
        return fail(r, "%s: expected an object identifier such as 2.23.143.1.2.4, came '%.*s'", member->name,
                    CUT(word));
    if (value.failed) r->der->failed = true;
    tlv_put(r->der, member->tag, buf_slice(&value));
    return true;
}

/* ---- statements ---- */

static bool read_items(struct reader *r, const struct saip_group *group, unsigned depth, size_t opened);

static bool read_constructed(struct reader *r, uint32_t tag, const struct saip_group *group, unsigned depth)
{
    size_t opened = r->line;
    if (depth == SOURCE_DEPTH_MAX) return fail(r, "more than %d levels of {", SOURCE_DEPTH_MAX);
    step(r); /* the { */
    size_t mark = tlv_open(r->der, tag);
    if (!read_items(r, group, depth + 1, opened)) return false;
    tlv_close(r->der, mark);
    return true;
}

/* "[83] 7FF0" or "[A5] { .. }": any tag of 1 to 3 bytes as DER allows it. */
static bool read_unnamed(struct reader *r, unsigned depth)
{
    static const struct saip_group no_names = {"an unnamed element", NULL, 0};
    BUF_LOCAL tag = {0};
    BUF_LOCAL value = {0};
    step(r);
    struct slice digits = take_word(r);
    if (digits.n == 0 || !hex_decode(digits, &tag) || peek(r) != ']')
        return fail(r, "expected a tag such as [A5], came '[%.*s'", CUT(digits));
    step(r);
    buf_byte(&tag, 0); /* with an empty value it must be one whole TLV */
    struct slice whole = buf_slice(&tag);
    struct tlv t;
    if (buf_err(&tag) != OK || tlv_read(&whole, &t) != TLV_OK || whole.n != 0)
        return fail(r, "[%.*s] is not a tag of 1 to 3 bytes", CUT(digits));
    skip_blanks(r);
    if (peek(r) == '{') {
        if (!(tag.p[0] & 0x20)) return fail(r, "[%.*s] is a primitive tag: expected bytes, not {", CUT(digits));
        return read_constructed(r, t.tag, &no_names, depth);
    }
    if (!read_bytes(r, &value)) return false;
    if (value.failed) r->der->failed = true;
    tlv_put(r->der, t.tag, buf_slice(&value));
    return true;
}

static bool read_named(struct reader *r, const struct saip_group *group, unsigned depth)
{
    struct slice name = take_word(r);
    const struct saip_member *member = saip_member_by_name(group, name);
    if (!member) return fail(r, "'%.*s' is not a member of %s", CUT(name), group->name);
    skip_blanks(r);
    switch (member->kind) {
    case SAIP_ITEMS:
        if (peek(r) != '{') return fail(r, "%s: expected {", member->name);
        return read_constructed(r, member->tag, member->items, depth);
    case SAIP_NUMBER:
        return read_number(r, member);
    case SAIP_OID:
        return read_oid(r, member);
    case SAIP_NULL:
        tlv_put(r->der, member->tag, (struct slice){NULL, 0});
        return true;
    case SAIP_BYTES:
    case SAIP_TEXT:
        return read_sized(r, member);
    }
    return false;
}

/* Statements up to the end of the text (opened 0) or up to the } that belongs to the { of line `opened`. */
static bool read_items(struct reader *r, const struct saip_group *group, unsigned depth, size_t opened)
{
    while (true) {
        skip_between(r);
        char c = peek(r);
        if (c == 0 && opened) return fail(r, "the { of line %zu is not closed", opened);
        if (c == 0) return true;
        if (c == '}' && opened) {
            step(r);
            return true;
        }
        if (c == '[') {
            if (!read_unnamed(r, depth)) return false;
        } else if (is_word(c)) {
            if (!read_named(r, group, depth)) return false;
        } else {
            return fail(r, "expected a name or [tag], came '%c'", c);
        }
        skip_blanks(r);
        if (!at_statement_end(r)) return fail(r, "expected the end of the line or ;, came '%c'", peek(r));
    }
}

bool source_encode(struct slice source, struct buf *der, struct problem *why)
{
    struct reader r = {source, 1, der, why};
    *why = (struct problem){0};
    for (size_t i = 0, line = 1; i < source.n; i++) {
        uint8_t c = source.p[i];
        if (c == '\n') line++;
        if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F)
            return fail_at(&r, line, "the character %02X is not text", c);
    }
    if (!read_items(&r, &saip_package, 0, 0)) return false;
    if (buf_err(der) != OK) return fail(&r, "out of memory");
    return true;
}
