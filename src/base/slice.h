/* slice: borrowed bytes. Never owns; valid as long as what it points into. */
#ifndef SOFTEUICC_BASE_SLICE_H
#define SOFTEUICC_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const uint8_t *p;
    size_t n;
};

static inline struct slice slice_of(const void *p, size_t n)
{
    return (struct slice){(const uint8_t *)p, n};
}

static inline struct slice slice_text(const char *text)
{
    return (struct slice){(const uint8_t *)text, strlen(text)};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool slice_starts_with(struct slice whole, struct slice start)
{
    return whole.n >= start.n && (start.n == 0 || memcmp(whole.p, start.p, start.n) == 0);
}

/* The slice without its first n bytes; n must not exceed s.n. */
static inline struct slice slice_skip(struct slice s, size_t n)
{
    return n == 0 ? s : (struct slice){s.p + n, s.n - n};
}

/* Takes n bytes off the front; false if there are fewer. */
static inline bool slice_take(struct slice *in, size_t n, struct slice *out)
{
    if (in->n < n) return false;
    *out = slice_of(in->p, n);
    *in = slice_skip(*in, n);
    return true;
}

/* Takes a length byte and as many bytes off the front. */
static inline bool slice_take_counted(struct slice *in, struct slice *out)
{
    if (in->n == 0 || in->n - 1 < in->p[0]) return false;
    *out = slice_of(in->p + 1, in->p[0]);
    *in = slice_skip(*in, 1 + out->n);
    return true;
}

/* A slice over an array or a struct. */
#define SLICE(array) slice_of((array), sizeof(array))

#endif
