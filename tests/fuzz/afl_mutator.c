/* A target's own mutator as a library that AFL++ loads (AFL_CUSTOM_MUTATOR_LIBRARY); tools/fuzz TARGET --afl builds it
 * with the target and main_replay.c, whose byte mutations stand for libFuzzer's. */
#include "fuzz.h"

#define INPUT_MAX (1u << 20)

void *afl_custom_init(void *afl, unsigned seed);
size_t afl_custom_fuzz(void *state, uint8_t *data, size_t n, uint8_t **out, const uint8_t *other, size_t other_n,
                       size_t cap);
void afl_custom_deinit(void *state);

struct state {
    unsigned seed;
    uint8_t bytes[INPUT_MAX];
};

/* Targets without tables of their own have no crossing. */
__attribute__((weak)) size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t an, const uint8_t *b, size_t bn,
                                                       uint8_t *out, size_t cap, unsigned seed)
{
    (void)a, (void)an, (void)b, (void)bn, (void)out, (void)cap, (void)seed;
    return 0;
}

void *afl_custom_init(void *afl, unsigned seed)
{
    (void)afl;
    struct state *s = calloc(1, sizeof *s);
    if (s) s->seed = seed;
    return s;
}

/* One input in four is crossed with another one of the queue. */
size_t afl_custom_fuzz(void *state, uint8_t *data, size_t n, uint8_t **out, const uint8_t *other, size_t other_n,
                       size_t cap)
{
    struct state *s = state;
    if (cap > sizeof s->bytes) cap = sizeof s->bytes;
    if (n > cap) n = cap;
    *out = s->bytes;
    s->seed = s->seed * 1664525u + 1013904223u;
    if (other && s->seed >> 30 == 0) {
        size_t crossed = LLVMFuzzerCustomCrossOver(data, n, other, other_n, s->bytes, cap, s->seed);
        if (crossed) return crossed;
    }
    memcpy(s->bytes, data, n);
    return LLVMFuzzerCustomMutator(s->bytes, n, cap, s->seed);
}

void afl_custom_deinit(void *state)
{
    free(state);
}
