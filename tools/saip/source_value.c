/* Values in a source of a profile package: hexadecimal digits, texts, the counters of repeats. Called by source_read.c.
 */
#include "source_reader.h"

#include "base/hex.h"

#include <stdarg.h>
#include <stdio.h>

#define REPEAT_MAX 65536

bool fail_at(struct reader *r, size_t line, const char *format, ...)
{
    va_list arguments;
    r->why->place = line;
    va_start(arguments, format);
    vsnprintf(r->why->text, sizeof r->why->text, format, arguments);
    va_end(arguments);
    return false;
}
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

bool read_variable(struct reader *r, struct buf *out)
{
    step(r); /* the $ */
    struct slice name = take_word(r);
    for (size_t i = r->variable_count; i-- > 0;) {
        const struct variable *v = &r->variables[i];
        if (!slice_equal(v->name, name)) continue;
        for (size_t k = v->bytes; k-- > 0;)
            buf_byte(out, (uint8_t)(v->value >> 8 * k));
        return true;
    }
    return fail(r, "$%.*s: expected the name of a repeat around this line", CUT(name));
}

bool read_bytes(struct reader *r, struct buf *out)
{
    while (true) {
        skip_blanks(r);
        if (at_statement_end(r)) return true;
        char c = peek(r);
        if (c == '"') {
            if (!read_quoted(r, out)) return false;
        } else if (c == '$') {
            if (!read_variable(r, out)) return false;
        } else if (is_word(c)) {
            if (!read_group(r, out)) return false;
        } else {
            return fail(r, "expected hexadecimal digits or a text in \"\", came '%c'", c);
        }
    }
}
