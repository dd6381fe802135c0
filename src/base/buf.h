/* buf: owned, growing bytes. An append that cannot get memory marks the buf as failed and later appends do nothing,
 * so that an encoder checks once at its end with buf_err(). Bytes are wiped when they are freed or moved. */
#ifndef SOFTEUICC_BASE_BUF_H
#define SOFTEUICC_BASE_BUF_H

#include "base/err.h"
#include "base/slice.h"

struct buf {
    uint8_t *p;
    size_t n;
    size_t cap;
    bool failed;
};

void buf_append(struct buf *b, struct slice s);
void buf_byte(struct buf *b, uint8_t byte);
/* Appends n undefined bytes and returns them, NULL without memory. Valid until the next append. */
uint8_t *buf_extend(struct buf *b, size_t n);
bool buf_reserve(struct buf *b, size_t more);
/* Shortens to n bytes (n <= b->n). Keeps a failure mark. */
void buf_truncate(struct buf *b, size_t n);
/* Empties and clears the failure mark; keeps the memory. */
void buf_reset(struct buf *b);
void buf_free(struct buf *b);

static inline struct slice buf_slice(const struct buf *b)
{
    return (struct slice){b->p, b->n};
}

static inline enum err buf_err(const struct buf *b)
{
    return b->failed ? ERR_MEMORY : OK;
}

/* A local buf that is freed when its scope ends. */
#define BUF_LOCAL __attribute__((cleanup(buf_free))) struct buf

#endif
