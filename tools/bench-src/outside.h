/* The environment of a card with a seeded random source and, if wanted, a card file. Used by inproc.c and profile.c. */
#ifndef SOFTEUICC_TOOLS_BENCH_OUTSIDE_H
#define SOFTEUICC_TOOLS_BENCH_OUTSIDE_H

#include "euicc.h"

/* What lies outside the card: struct euicc_env has one ctx for both. */
struct outside {
    euicc_random *random;
    euicc_file *file;
};

static inline int outside_random(void *ctx, uint8_t *out, size_t n)
{
    return euicc_random_bytes(((struct outside *)ctx)->random, out, n);
}

static inline int outside_load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    return euicc_file_load(((struct outside *)ctx)->file, put, put_ctx);
}

static inline int outside_commit(void *ctx, const struct euicc_change *changes, size_t n)
{
    return euicc_file_commit(((struct outside *)ctx)->file, changes, n);
}

#endif
