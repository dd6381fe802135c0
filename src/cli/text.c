/* Text for people and for programs; see text.h. */
#define _GNU_SOURCE
#include "cli/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static void format_into(struct buf *b, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static void format_into(struct buf *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    uint8_t *p = n < 0 ? NULL : buf_extend(b, (size_t)n + 1);
    if (p) {
        (void)vsnprintf((char *)p, (size_t)n + 1, format, again);
        buf_truncate(b, b->n - 1); /* the NUL */
    }
    va_end(again);
}

void text_format(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    format_into(b, format, args);
    va_end(args);
}

void complain(const char *format, ...)
{
    BUF_LOCAL line = {0};
    va_list args;
    text_format(&line, "softeuicc: ");
    va_start(args, format);
    format_into(&line, format, args);
    va_end(args);
    buf_byte(&line, '\n');
    (void)!write_all(STDERR_FILENO, buf_slice(&line));
}

bool write_all(int fd, struct slice bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        bytes = slice_skip(bytes, (size_t)n);
    }
    return true;
}

int read_all(int fd, size_t max, struct buf *out)
{
    enum { PIECE = 4096 };
    for (;;) {
        uint8_t *p = out->n < max ? buf_extend(out, PIECE) : NULL;
        if (!p) return buf_err(out) ? ENOMEM : EFBIG;
        ssize_t n = read(fd, p, PIECE);
        buf_truncate(out, out->n - PIECE + (n > 0 ? (size_t)n : 0));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n < 0 ? errno : 0;
    }
}

/* Number of bytes of the UTF-8 character at `at` (RFC 3629), 0 if there is none; at < text.n. */
static size_t utf8_character(struct slice text, size_t at)
{
    struct slice s = {text.p + at, text.n - at};
    uint8_t c = s.p[0];
    size_t n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
    if (n > s.n) return 0;
    for (size_t i = 1; i < n; i++) {
        if ((s.p[i] & 0xc0) != 0x80) return 0;
    }
    /* overlong forms, surrogates, past U+10FFFF */
    if (n >= 3) {
        uint8_t second = s.p[1];
        if ((c == 0xe0 && second < 0xa0) || (c == 0xed && second > 0x9f)) return 0;
        if ((c == 0xf0 && second < 0x90) || (c == 0xf4 && second > 0x8f)) return 0;
    }
    return n;
}

/* C0 and C1 control characters and DEL. */
static bool is_control(const uint8_t *p, size_t n)
{
    return (n == 1 && (p[0] < 0x20 || p[0] == 0x7f)) || (n == 2 && p[0] == 0xc2 && p[1] < 0xa0);
}

void text_safe(struct buf *b, struct slice utf8)
{
    for (size_t at = 0, n; at < utf8.n; at += n ? n : 1) {
        n = utf8_character(utf8, at);
        if (n == 0 || is_control(utf8.p + at, n)) {
            buf_byte(b, '?');
        } else {
            buf_append(b, slice_of(utf8.p + at, n));
        }
    }
}

static void json_quoted(struct buf *b, struct slice utf8)
{
    buf_byte(b, '"');
    for (size_t at = 0, n; at < utf8.n; at += n ? n : 1) {
        const uint8_t *p = utf8.p + at;
        n = utf8_character(utf8, at);
        if (n == 0) {
            buf_append(b, slice_text("\\ufffd"));
        } else if (is_control(p, n)) {
            text_format(b, "\\u%04x", n == 1 ? p[0] : p[1]);
        } else {
            if (p[0] == '"' || p[0] == '\\') buf_byte(b, '\\');
            buf_append(b, slice_of(p, n));
        }
    }
    buf_byte(b, '"');
}

static void json_key(struct json *j, const char *key)
{
    if (j->comma) buf_byte(j->out, ',');
    j->comma = true;
    if (!key) return;
    json_quoted(j->out, slice_text(key));
    buf_byte(j->out, ':');
}

void json_open(struct json *j, const char *key, char bracket)
{
    json_key(j, key);
    buf_byte(j->out, (uint8_t)bracket);
    j->comma = false;
}

void json_close(struct json *j, char bracket)
{
    buf_byte(j->out, (uint8_t)bracket);
    j->comma = true;
}

void json_text(struct json *j, const char *key, struct slice utf8)
{
    json_key(j, key);
    json_quoted(j->out, utf8);
}

void json_string(struct json *j, const char *key, const char *utf8)
{
    json_text(j, key, slice_text(utf8));
}

void json_number(struct json *j, const char *key, unsigned long long number)
{
    json_key(j, key);
    text_format(j->out, "%llu", number);
}

void json_bool(struct json *j, const char *key, bool value)
{
    json_key(j, key);
    buf_append(j->out, slice_text(value ? "true" : "false"));
}
