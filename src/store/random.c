/* Random sources for struct euicc_env.random (euicc.h). Used by the program, the tools and the tests.
 *
 * Without a seed the bytes are the operating system's (getrandom). With a seed they are xoshiro256** by Blackman and
 * Vigna, its state filled by splitmix64: a published generator that anyone can rebuild in a few lines, for runs that
 * must repeat. It is no protection for keys: whoever knows the seed, or enough of the output, knows all of it. The
 * bytes are one stream, each 64-bit output least significant byte first; how callers cut it does not change it. */
#define _DEFAULT_SOURCE
#include "euicc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct euicc_random {
    bool seeded;
    uint64_t state[4];
    uint64_t output;
    unsigned left; /* bytes of output not given out yet, the low ones */
};

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static uint64_t rotate_left(uint64_t x, unsigned bits)
{
    return (x << bits) | (x >> (64 - bits));
}

static uint64_t xoshiro256ss(uint64_t s[4])
{
    uint64_t result = rotate_left(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

int euicc_random_new(euicc_random **out, bool seeded, uint64_t seed)
{
    if (!out) return EUICC_BAD_ARGUMENT;
    *out = calloc(1, sizeof **out);
    if (!*out) return EUICC_NO_MEMORY;
    (*out)->seeded = seeded;
    for (size_t i = 0; seeded && i < 4; i++)
        (*out)->state[i] = splitmix64(&seed);
    return EUICC_OK;
}

void euicc_random_free(euicc_random *random)
{
    if (!random) return;
    explicit_bzero(random, sizeof *random);
    free(random);
}

static int system_bytes(uint8_t *out, size_t n)
{
    while (n) {
        ssize_t got = getrandom(out, n, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return EUICC_RANDOM;
        out += got;
        n -= (size_t)got;
    }
    return EUICC_OK;
}

int euicc_random_bytes(void *random, uint8_t *out, size_t n)
{
    euicc_random *r = random;
    if (!r || (!out && n)) return EUICC_BAD_ARGUMENT;
    if (!r->seeded) return system_bytes(out, n);
    for (; n; n--) {
        if (r->left == 0) {
            r->output = xoshiro256ss(r->state);
            r->left = sizeof r->output;
        }
        *out++ = (uint8_t)r->output;
        r->output >>= 8;
        r->left--;
    }
    return EUICC_OK;
}
