/* Helpers without a card: failing, random numbers, digits, files, records; see fuzz.h. */
#include "fuzz.h"

#include "base/hex.h"

#include <stdarg.h>

void fuzz_fail(const char *what, const char *file, int line, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "%s:%d: does not hold: %s: ", file, line, what);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

uint32_t fuzz_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 16);
}

/* Digits up to the next parenthesis, then the content of one, whose length is written before it. */
static const char *put_part(struct buf *b, const char *digits)
{
    for (;;) {
        size_t n = strcspn(digits, "()");
        FUZZ_CHECK(hex_decode(slice_of(digits, n), b), "not hex: %s", digits);
        digits += n;
        if (*digits != '(') return digits;
        BUF_LOCAL content = {0};
        BUF_LOCAL whole = {0};
        digits = put_part(&content, digits + 1);
        FUZZ_CHECK(*digits == ')', "a parenthesis is open");
        digits++;
        tlv_put(&whole, 0x30, buf_slice(&content));
        buf_append(b, slice_skip(buf_slice(&whole), 1)); /* without the tag */
    }
}

void fuzz_put_hex(struct buf *b, const char *digits)
{
    const char *end = put_part(b, digits);
    FUZZ_CHECK(*end == 0 && !b->failed, "too many parentheses: %s", digits);
}

void fuzz_read_source(const char *path, struct buf *out)
{
    char whole[512];
    uint8_t piece[4096];
    (void)snprintf(whole, sizeof whole, "%s/%s", FUZZ_SOURCE_DIR, path);
    FILE *file = fopen(whole, "rb");
    if (!file) fuzz_fail("file", __FILE__, __LINE__, "%s cannot be read", whole);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(out, slice_of(piece, n));
    fclose(file);
}

bool fuzz_next_record(struct slice *in, struct fuzz_record *out)
{
    if (in->n < 3) return false;
    size_t n = (size_t)in->p[1] << 8 | in->p[2];
    out->kind = in->p[0];
    *in = slice_skip(*in, 3);
    if (n > in->n) n = in->n;
    out->content = slice_of(in->p, n);
    *in = slice_skip(*in, n);
    return true;
}

void fuzz_put_record(struct buf *b, uint8_t kind, struct slice content)
{
    size_t n = content.n < 0xffff ? content.n : 0xffff;
    buf_byte(b, kind);
    buf_byte(b, (uint8_t)(n >> 8));
    buf_byte(b, (uint8_t)n);
    buf_append(b, slice_of(content.p, n));
}
