/* The readable source form to DER; see source.h. Called by main.c. One pass: each statement is encoded as it is read.
 */
#include "source_reader.h"

#include "base/hex.h"
#include "base/tlv.h"

#include <inttypes.h>

/* ---- values ---- */

static bool put_number(struct reader *r, const struct saip_member *member, uint64_t value, struct slice word)
{
    if (value < member->minimum || value > member->maximum)
        return fail(r, "%s: expected a number from %" PRIu32 " to %" PRIu32 "%s, came '%.*s'", member->name,
                    member->minimum, member->maximum, member->names ? " or a name" : "", CUT(word));
    tlv_put_unsigned(r->der, member->tag, (uint32_t)value);
    return true;
}

static bool read_counted_number(struct reader *r, const struct saip_member *member)
{
    BUF_LOCAL counted = {0};
    struct slice word = r->text;
    uint64_t value = 0;
    if (!read_variable(r, &counted)) return false;
    word.n -= r->text.n;
    for (size_t i = 0; i < counted.n; i++)
        value = value << 8 | counted.p[i];
    return put_number(r, member, buf_err(&counted) == OK ? value : UINT64_MAX, word);
}

static bool read_number(struct reader *r, const struct saip_member *member)
{
    if (peek(r) == '$') return read_counted_number(r, member);
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
    return put_number(r, member, good ? value : UINT64_MAX, word);
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

/* ---- text that is read more than once ---- */

/* Over a text in "" or one character. */
static void skip_token(struct reader *r)
{
    bool quoted = peek(r) == '"';
    step(r);
    while (quoted && r->text.n && peek(r) != '"' && peek(r) != '\n') {
        if (peek(r) == '\\') step(r);
        step(r);
    }
    if (quoted && peek(r) == '"') step(r);
}

/* From the { to behind its }. */
static bool skip_block(struct reader *r)
{
    size_t opened = r->line;
    size_t depth = 0;
    do {
        skip_comment(r);
        char c = peek(r);
        if (c == 0) return fail(r, "the { of line %zu is not closed", opened);
        if (c == '{') depth++;
        if (c == '}') depth--;
        skip_token(r);
    } while (depth);
    return true;
}

static bool read_define(struct reader *r)
{
    skip_blanks(r);
    struct definition d = {.name = take_word(r)};
    skip_blanks(r);
    if (d.name.n == 0 || peek(r) != '{') return fail(r, "expected define NAME {");
    for (size_t i = 0; i < r->definition_count; i++)
        if (slice_equal(r->definitions[i].name, d.name)) return fail(r, "'%.*s' is defined already", CUT(d.name));
    if (r->definition_count == DEFINITIONS_MAX) return fail(r, "more than %d definitions", DEFINITIONS_MAX);
    d.line = r->line;
    d.body = slice_skip(r->text, 1);
    r->definitions[r->definition_count++] = d;
    return skip_block(r);
}

static bool count_statement(struct reader *r)
{
    if (++r->statements <= STATEMENTS_MAX && r->der->n <= PACKAGE_MAX) return true;
    return fail(r, "more than %d statements or %d bytes", STATEMENTS_MAX, PACKAGE_MAX);
}

/* Reads the block whose text begins at `body`, line `line`; then r stands where it stood. */
static bool read_again(struct reader *r, const struct saip_group *group, unsigned depth, struct slice body, size_t line)
{
    struct slice text = r->text;
    size_t before = r->line;
    if (depth == SOURCE_DEPTH_MAX) return fail(r, "more than %d levels of {, use and repeat", SOURCE_DEPTH_MAX);
    r->text = body;
    r->line = line;
    if (!count_statement(r) || !read_items(r, group, depth + 1, line)) return false;
    r->text = text;
    r->line = before;
    return true;
}

static bool read_use(struct reader *r, const struct saip_group *group, unsigned depth)
{
    skip_blanks(r);
    struct slice name = take_word(r);
    for (size_t i = 0; i < r->definition_count; i++) {
        const struct definition *d = &r->definitions[i];
        if (slice_equal(d->name, name)) return read_again(r, group, depth, d->body, d->line);
    }
    return fail(r, "'%.*s' is not defined above", CUT(name));
}

/* Two numbers of as many digits, the second not smaller. */
static bool read_bounds(struct reader *r, uint32_t bounds[2], size_t *bytes)
{
    for (size_t i = 0; i < 2; i++) {
        BUF_LOCAL number = {0};
        skip_blanks(r);
        struct slice word = take_word(r);
        if (!hex_decode(word, &number) || number.n == 0 || number.n > 4 || (i && number.n != *bytes)) return false;
        *bytes = number.n;
        bounds[i] = 0;
        for (size_t k = 0; k < number.n; k++)
            bounds[i] = bounds[i] << 8 | number.p[k];
    }
    return bounds[0] <= bounds[1];
}

static bool read_repeat(struct reader *r, const struct saip_group *group, unsigned depth)
{
    uint32_t bounds[2];
    struct variable v = {0};
    skip_blanks(r);
    v.name = take_word(r);
    if (v.name.n == 0 || !read_bounds(r, bounds, &v.bytes))
        return fail(r, "expected repeat NAME FIRST LAST {, two hexadecimal numbers of the same length");
    skip_blanks(r);
    if (peek(r) != '{') return fail(r, "expected { after repeat NAME FIRST LAST");
    if (r->variable_count == VARIABLES_MAX) return fail(r, "more than %d repeats in each other", VARIABLES_MAX);
    struct slice body = slice_skip(r->text, 1);
    size_t line = r->line;
    size_t place = r->variable_count++;
    for (uint64_t n = bounds[0]; n <= bounds[1]; n++) {
        v.value = (uint32_t)n;
        r->variables[place] = v;
        if (!read_again(r, group, depth, body, line)) return false;
    }
    r->variable_count--;
    return skip_block(r);
}

static bool at_keyword(struct reader *r, const char *keyword)
{
    struct slice word = r->text;
    word.n = 0;
    while (word.n < r->text.n && is_word((char)r->text.p[word.n]))
        word.n++;
    if (!slice_equal(word, slice_text(keyword))) return false;
    r->text = slice_skip(r->text, word.n);
    return true;
}

static bool read_statement(struct reader *r, const struct saip_group *group, unsigned depth)
{
    char c = peek(r);
    if (!count_statement(r)) return false;
    if (c == '[') return read_unnamed(r, depth);
    if (!is_word(c)) return fail(r, "expected a name or [tag], came '%c'", c);
    if (at_keyword(r, "define")) return read_define(r);
    if (at_keyword(r, "use")) return read_use(r, group, depth);
    if (at_keyword(r, "repeat")) return read_repeat(r, group, depth);
    return read_named(r, group, depth);
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
        if (!read_statement(r, group, depth)) return false;
        skip_blanks(r);
        if (!at_statement_end(r)) return fail(r, "expected the end of the line or ;, came '%c'", peek(r));
    }
}

bool source_encode(struct slice source, struct buf *der, struct problem *why)
{
    struct reader r = {.text = source, .line = 1, .der = der, .why = why};
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
