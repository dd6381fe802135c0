/* What source_read.c and source_value.c share: the text that is being read, character by character. */
#ifndef SOFTEUICC_TOOLS_SAIP_SOURCE_READER_H
#define SOFTEUICC_TOOLS_SAIP_SOURCE_READER_H

#include "source.h"

#define DEFINITIONS_MAX 64
#define VARIABLES_MAX 8
/* A source of a few lines can repeat itself without end: a package is never near these. */
#define STATEMENTS_MAX 200000
#define PACKAGE_MAX 0x1000000

/* "define NAME { .. }": text to be read again at each "use NAME". */
struct definition {
    struct slice name;
    struct slice body; /* from behind the { to the end of the source */
    size_t line;
};

/* "repeat NAME 4F00 4F7F { .. }": what "$NAME" is at the moment. */
struct variable {
    struct slice name;
    uint32_t value;
    size_t bytes;
};

struct reader {
    struct slice text; /* what is still to come */
    size_t line;
    struct buf *der;
    struct problem *why;
    struct definition definitions[DEFINITIONS_MAX];
    size_t definition_count;
    struct variable variables[VARIABLES_MAX];
    size_t variable_count;
    size_t statements;
};

/* Says what is wrong in this line; false. */
bool fail_at(struct reader *r, size_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));
#define fail(r, ...) fail_at(r, (r)->line, __VA_ARGS__)

/* ---- characters ---- */

/* The next character; 0 at the end. A NUL in the text is refused by source_encode beforehand. */
static inline char peek(const struct reader *r)
{
    return r->text.n ? (char)r->text.p[0] : 0;
}

static inline void step(struct reader *r)
{
    if (peek(r) == '\n') r->line++;
    r->text = slice_skip(r->text, 1);
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static inline bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
           c == '*';
}

/* Blanks, and ends of lines after a "\". */
static inline void skip_blanks(struct reader *r)
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

static inline void skip_comment(struct reader *r)
{
    if (peek(r) != '#') return;
    while (r->text.n && peek(r) != '\n')
        step(r);
}

/* Blanks, comments, ends of lines and of statements. */
static inline void skip_between(struct reader *r)
{
    while (true) {
        skip_blanks(r);
        skip_comment(r);
        if (peek(r) != '\n' && peek(r) != ';') return;
        step(r);
    }
}

static inline bool at_statement_end(const struct reader *r)
{
    char c = peek(r);
    return c == 0 || c == '\n' || c == ';' || c == '}' || c == '#';
}

static inline struct slice take_word(struct reader *r)
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

/* ---- source_value.c ---- */

/* Appends the bytes up to the end of the statement. */
bool read_bytes(struct reader *r, struct buf *out);
/* "$fid": the number that the repeat around it has come to, in as many bytes as its bounds have. */
bool read_variable(struct reader *r, struct buf *out);

#endif
