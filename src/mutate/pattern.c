/* Words of a rule against a pattern; see internal.h. Called by rules.c. */
#include "base/hex.h"
#include "mutate/internal.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

void say_format(struct buf *b, const char *format, ...)
{
    char text[160];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (n < 0) n = 0;
    buf_append(b, slice_of(text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1));
}

void say_hex(struct buf *b, struct slice bytes)
{
    char text[48];
    buf_append(b, slice_text(bytes.n ? hex_short(bytes, text, 43) : "nothing"));
    if (bytes.n > 20) say_format(b, " (%zu bytes)", bytes.n);
}

void say_slice(struct buf *b, struct slice text)
{
    if (text.n > 60) text.n = 60;
    buf_append(b, text);
}

struct slice trimmed(struct slice s)
{
    while (s.n && isspace(s.p[0]))
        s = slice_skip(s, 1);
    while (s.n && isspace(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool word_take(struct slice *in, struct slice *word)
{
    struct slice s = trimmed(*in);
    size_t n = 0;
    while (n < s.n && !isspace(s.p[n]))
        n++;
    *word = slice_of(s.p, n);
    *in = trimmed(slice_skip(s, n));
    return n > 0;
}

void arguments_free(struct arguments *a)
{
    buf_free(&a->bytes);
}

static bool is_text(struct slice s, const char *text)
{
    return slice_equal(s, slice_text(text));
}

/* ---- the capital words ---- */

static void blame(struct buf *why, struct slice came, const char *expected)
{
    buf_byte(why, '"');
    say_slice(why, came);
    say_format(why, "\": expected %s", expected);
}

static bool read_digits(struct slice word, uint64_t most, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < word.n; i++) {
        if (!isdigit(word.p[i]) || value > most / 10) return false;
        value = value * 10 + (word.p[i] - '0');
    }
    *out = value;
    return word.n > 0 && value <= most;
}

static bool read_number(struct slice word, struct arguments *out, struct buf *why)
{
    uint64_t value = 0;
    bool ok = read_digits(word, UINT32_MAX, &value);
    out->number = (uint32_t)value;
    if (!ok) blame(why, word, "a decimal number up to 4294967295");
    return ok;
}

static bool read_signed(struct slice word, struct arguments *out, struct buf *why)
{
    uint64_t value = 0;
    bool negative = word.n && word.p[0] == '-';
    bool sign = negative || (word.n && word.p[0] == '+');
    bool ok = read_digits(sign ? slice_skip(word, 1) : word, INT64_MAX, &value);
    out->signed_number = negative ? -(int64_t)value : (int64_t)value;
    if (!ok) blame(why, word, "a decimal number, +N or -N");
    return ok;
}

static bool read_sw(struct slice word, struct arguments *out, struct buf *why)
{
    unsigned sw = 0;
    unsigned mask = 0;
    bool ok = word.n == 4;
    for (size_t i = 0; ok && i < 4; i++) {
        int c = tolower(word.p[i]);
        ok = isxdigit(c) || c == 'x';
        unsigned digit = c == 'x' ? 0 : (unsigned)(isdigit(c) ? c - '0' : c - 'a' + 10);
        sw = sw << 4 | digit;
        mask = mask << 4 | (c == 'x' ? 0u : 15u);
    }
    out->sw = (uint16_t)sw;
    out->sw_mask = (uint16_t)mask;
    if (!ok) blame(why, word, "a status word of 4 hex digits, x for any");
    return ok;
}

static bool hex_number(struct slice digits, uint32_t *out)
{
    BUF_LOCAL bytes = {0};
    *out = 0;
    if (!hex_decode(digits, &bytes) || bytes.n == 0 || bytes.n > 3) return false;
    for (size_t i = 0; i < bytes.n; i++)
        *out = *out << 8 | bytes.p[i];
    return true;
}

/* Only what can be written again: one byte, or more with the form of a tag. */
static bool is_tag(uint32_t tag)
{
    if (tag <= 0xff) return tag != 0 && (tag & 0x1f) != 0x1f;
    if (tag <= 0xffff) return (tag >> 8 & 0x1f) == 0x1f && !(tag & 0x80);
    return (tag >> 16 & 0x1f) == 0x1f && (tag & 0x8000) && !(tag & 0x80);
}

static bool read_tag(struct slice word, struct arguments *out, struct buf *why)
{
    bool ok = hex_number(word, &out->tag) && is_tag(out->tag);
    if (!ok) blame(why, word, "a tag of 1 to 3 bytes in hex");
    return ok;
}

/* name/name, 0x and a tag for what has no name, [N] at the end. */
static bool read_field(struct slice word, struct arguments *out, struct buf *why)
{
    struct path *path = &out->field;
    *path = (struct path){.index = 1};
    struct slice rest = word;
    bool ok = word.n > 0;
    if (ok && word.p[word.n - 1] == ']') {
        uint64_t index = 0;
        size_t at = word.n;
        while (at > 0 && word.p[at - 1] != '[')
            at--;
        ok = at > 1 && read_digits(slice_of(word.p + at, word.n - 1 - at), 9999, &index) && index > 0;
        path->index = (unsigned)index;
        if (ok) rest.n = at - 1;
    }
    while (ok && rest.n) {
        size_t n = 0;
        while (n < rest.n && rest.p[n] != '/')
            n++;
        struct slice part = slice_of(rest.p, n);
        ok = n > 0 && path->n < PATH_PARTS_MAX && n + 1 != rest.n;
        if (!ok) break;
        if (n > 2 && part.p[0] == '0' && part.p[1] == 'x') ok = hex_number(slice_skip(part, 2), &path->tags[path->n]);
        path->parts[path->n++] = part;
        rest = slice_skip(rest, n < rest.n ? n + 1 : n);
    }
    if (!ok) blame(why, word, "a field: names of data objects with / between, 0x.. for a tag, [N] for the N-th one");
    return ok;
}

static bool read_hex(struct slice text, struct arguments *out, struct buf *why)
{
    bool ok = hex_decode(text, &out->bytes) && out->bytes.n > 0 && out->bytes.n <= ANSWER_MAX;
    if (!ok) blame(why, text, "bytes in hex");
    return ok;
}

/* 12, -1, "text", hex 0A0B, random N bytes, or the name of a code. */
static bool read_value(struct slice text, struct arguments *out, struct buf *why)
{
    struct slice rest = text;
    struct slice word;
    if (!word_take(&rest, &word)) return false;
    out->value_kind = VALUE_BYTES;
    if (is_text(word, "hex")) return rest.n == 0 || read_hex(rest, out, why);
    if (is_text(word, "random")) {
        struct slice bytes;
        out->value_kind = VALUE_RANDOM;
        if (word_take(&rest, &word) && read_number(word, out, why) && out->number <= 65535 &&
            word_take(&rest, &bytes) && is_text(bytes, "bytes") && rest.n == 0)
            return true;
        if (!why->n) blame(why, text, "random N bytes, N up to 65535");
        return false;
    }
    if (text.p[0] == '"') {
        if (text.n >= 2 && text.p[text.n - 1] == '"') {
            buf_append(&out->bytes, slice_of(text.p + 1, text.n - 2));
            return true;
        }
        blame(why, text, "a quotation mark at the end");
        return false;
    }
    out->value_kind = VALUE_NUMBER;
    if (isdigit(word.p[0]) || word.p[0] == '-' || word.p[0] == '+') return rest.n == 0 && read_signed(word, out, why);
    out->word = word;
    if (rest.n) blame(why, text, "a number, \"text\", hex .., random N bytes, or the name of a code");
    return rest.n == 0;
}

bool what_read(struct slice text, struct what *out, struct buf *why)
{
    struct slice rest = text;
    struct slice word;
    *out = (struct what){.kind = WHAT_ANY};
    if (is_text(text, "any")) return true;
    out->kind = is_text(text, "power on") ? WHAT_POWER_ON : WHAT_RESET;
    if (out->kind == WHAT_POWER_ON || is_text(text, "reset")) return true;
    out->kind = WHAT_LOADING;
    if (is_text(text, load_bound_profile_package)) return true;
    out->kind = WHAT_FUNCTION;
    for (const struct named_function *f = named_functions; f->name; f++) {
        out->tag = f->tag;
        if (is_text(text, f->name)) return true;
    }
    out->kind = WHAT_COMMAND;
    for (const struct named_command *c = named_commands; c->name; c++) {
        out->ins = c->ins;
        if (is_text(text, c->name)) return true;
    }
    uint32_t ins = 0;
    if (word_take(&rest, &word) && is_text(word, "INS") && rest.n == 2 && hex_number(rest, &ins)) {
        out->ins = (uint8_t)ins;
        return true;
    }
    blame(why, text,
          "any, power on, reset, a function (ES10c.GetEID), a command (GET RESPONSE) or INS and its byte in hex");
    return false;
}

static bool read_function(struct slice text, struct arguments *out, struct buf *why)
{
    if (!what_read(text, &out->what, why)) return false;
    if (out->what.kind == WHAT_FUNCTION) return true;
    blame(why, text, "a function (ES10c.GetEID)");
    return false;
}

/* ---- patterns ---- */

typedef bool (*read_fn)(struct slice text, struct arguments *out, struct buf *why);
static const struct {
    const char *name;
    read_fn read;
    bool rest; /* takes the rest of the text */
} capitals[] = {
    {"N", read_number, false},   {"SIGNED", read_signed, false}, {"SW", read_sw, false},
    {"TAG", read_tag, false},    {"FIELD", read_field, false},   {"HEX", read_hex, true},
    {"VALUE", read_value, true}, {"WHAT", NULL, true},           {"FUNCTION", read_function, true},
};

static size_t find_capital(struct slice word)
{
    size_t i = 0;
    while (i < sizeof capitals / sizeof *capitals && !is_text(word, capitals[i].name))
        i++;
    return i;
}

/* The words of both agree where the pattern has no capitals. */
static bool has_form(struct slice pattern, struct slice text)
{
    struct slice want;
    struct slice word;
    while (word_take(&pattern, &want)) {
        size_t capital = find_capital(want);
        if (!word_take(&text, &word)) return false;
        bool known = capital < sizeof capitals / sizeof *capitals;
        if (known && capitals[capital].rest) return true;
        if (!known && !slice_equal(want, word)) return false;
    }
    return text.n == 0;
}

bool pattern_read(const char *pattern, struct slice text, struct arguments *out, struct buf *why)
{
    struct slice rest = slice_text(pattern);
    struct slice want;
    struct slice word;
    if (!has_form(rest, text)) return false;
    while (word_take(&rest, &want)) {
        size_t i = find_capital(want);
        text = trimmed(text);
        struct slice all = text;
        if (!word_take(&text, &word)) return false;
        if (i == sizeof capitals / sizeof *capitals) continue;
        if (capitals[i].rest) word = all;
        bool ok = capitals[i].read ? capitals[i].read(word, out, why) : what_read(word, &out->what, why);
        if (!ok && !why->n) blame(why, word, "something else");
        if (!ok) return false;
        if (capitals[i].rest) return true;
    }
    return true;
}
