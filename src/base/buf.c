/* Growing bytes; see buf.h. Used by every room. */
#define _DEFAULT_SOURCE
#include "base/buf.h"

#include <stdlib.h>

bool buf_reserve(struct buf *b, size_t more)
{
    if (b->failed) return false;
    if (more <= b->cap - b->n) return true;
    if (more > SIZE_MAX / 2 - b->n) {
        b->failed = true;
        return false;
    }
    size_t cap = b->cap ? b->cap : 64;
    while (cap < b->n + more)
        cap *= 2;
    uint8_t *p = malloc(cap);
    if (!p) {
        b->failed = true;
        return false;
    }
    if (b->n) memcpy(p, b->p, b->n);
    if (b->p) {
        explicit_bzero(b->p, b->cap);
        free(b->p);
    }
    b->p = p;
    b->cap = cap;
    return true;
}

uint8_t *buf_extend(struct buf *b, size_t n)
{
    if (!buf_reserve(b, n ? n : 1)) return NULL;
    uint8_t *at = b->p + b->n;
    b->n += n;
    return at;
}

void buf_append(struct buf *b, struct slice s)
{
    if (s.n == 0) return;
    uint8_t *at = buf_extend(b, s.n);
    if (at) memcpy(at, s.p, s.n);
}

void buf_byte(struct buf *b, uint8_t byte)
{
    buf_append(b, slice_of(&byte, 1));
}

void buf_truncate(struct buf *b, size_t n)
{
    if (n < b->n) b->n = n;
}

void buf_reset(struct buf *b)
{
    b->n = 0;
    b->failed = false;
}

void buf_free(struct buf *b)
{
    if (b->p) {
        explicit_bzero(b->p, b->cap);
        free(b->p);
    }
    *b = (struct buf){0};
}
