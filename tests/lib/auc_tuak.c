/* TUAK of the authentication centre (TS 35.231 6, 7), with a Keccak-f[1600] of its own (FIPS 202 3.2, 3.3): lanes and
 * step mappings as the standard writes them, the tables of rho and iota computed, not copied. */
#include "auc_internal.h"

/* ---- Keccak-f[1600]; lane (x, y) is a[5 * y + x] ---- */

static uint64_t rotated(uint64_t lane, unsigned bits)
{
    bits %= 64;
    return bits ? lane << bits | lane >> (64 - bits) : lane;
}

static void theta(uint64_t a[25])
{
    uint64_t c[5];
    for (unsigned x = 0; x < 5; x++)
        c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (unsigned i = 0; i < 25; i++)
        a[i] ^= c[(i + 4) % 5] ^ rotated(c[(i + 1) % 5], 1);
}

/* rho's walk: from (1, 0), (x, y) to (y, 2x + 3y); the t-th lane on it is rotated by (t + 1)(t + 2) / 2. */
static void rho(uint64_t a[25])
{
    unsigned x = 1;
    unsigned y = 0;
    for (unsigned t = 0; t < 24; t++) {
        unsigned next = (2 * x + 3 * y) % 5;
        a[5 * y + x] = rotated(a[5 * y + x], (t + 1) * (t + 2) / 2);
        x = y;
        y = next;
    }
}

static void pi_and_chi(uint64_t a[25])
{
    uint64_t b[25];
    for (unsigned x = 0; x < 5; x++)
        for (unsigned y = 0; y < 5; y++)
            b[5 * y + x] = a[5 * x + (x + 3 * y) % 5];
    for (unsigned x = 0; x < 5; x++)
        for (unsigned y = 0; y < 5; y++)
            a[5 * y + x] = b[5 * y + x] ^ (~b[5 * y + (x + 1) % 5] & b[5 * y + (x + 2) % 5]);
}

/* rc(t): the register of x^8 + x^6 + x^5 + x^4 + 1 */
static uint64_t round_constant(unsigned round)
{
    uint64_t constant = 0;
    for (unsigned j = 0; j <= 6; j++) {
        unsigned state = 1;
        for (unsigned t = 0; t < (j + 7 * round) % 255; t++)
            state = (state << 1) ^ (state & 0x80 ? 0x171 : 0);
        if (state & 1) constant |= (uint64_t)1 << ((1u << j) - 1);
    }
    return constant;
}

static void keccak(uint8_t bytes[200])
{
    uint64_t a[25];
    for (unsigned i = 0; i < 25; i++) {
        a[i] = 0;
        for (unsigned j = 8; j-- > 0;)
            a[i] = a[i] << 8 | bytes[8 * i + j];
    }
    for (unsigned round = 0; round < 24; round++) {
        theta(a);
        rho(a);
        pi_and_chi(a);
        a[0] ^= round_constant(round);
    }
    for (unsigned i = 0; i < 200; i++)
        bytes[i] = (uint8_t)(a[i / 8] >> 8 * (i % 8));
}

void auc_shake256(struct slice in, uint8_t *out, size_t n)
{
    uint8_t state[200] = {0};
    size_t at = 0;
    for (size_t i = 0; i < in.n; i++) {
        state[at++] ^= in.p[i];
        if (at < 136) continue;
        keccak(state);
        at = 0;
    }
    state[at] ^= 0x1f;
    state[135] ^= 0x80;
    for (size_t i = 0; i < n; i++) {
        if (i % 136 == 0) keccak(state);
        out[i] = state[i % 136];
    }
}

/* ---- TUAK ---- */

/* PUSH of TS 35.231: byte i of the field (first transmitted first) goes to the end that counts backwards. */
static size_t push(uint8_t *state, size_t at, const uint8_t *field, size_t n)
{
    for (size_t i = n; i-- > 0;)
        state[at++] = field[i];
    return at;
}

static void run(const struct auc_subscriber *s, uint8_t instance, const uint8_t *top, const uint8_t *rand,
                const uint8_t *sqn, const uint8_t *amf, uint8_t state[200])
{
    static const uint8_t name[7] = {0x54, 0x55, 0x41, 0x4b, 0x31, 0x2e, 0x30};
    static const uint8_t nothing[16] = {0};
    size_t at = 0;
    instance = (uint8_t)(instance | (s->k_size == 32));
    memset(state, 0, 200);
    at = push(state, at, top, 32);
    at = push(state, at, &instance, 1);
    at = push(state, at, name, 7);
    at = push(state, at, rand ? rand : nothing, 16);
    at = push(state, at, amf ? amf : nothing, 2);
    at = push(state, at, sqn ? sqn : nothing, 6);
    (void)push(state, at, s->k, s->k_size);
    state[96] = 0x1f;
    state[135] = 0x80;
    for (unsigned i = 0; i < s->iterations; i++)
        keccak(state);
}

static void pull(const uint8_t *state, size_t at, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[n - 1 - i] = state[at + i];
}

void auc_tuak_f1(const struct auc_subscriber *s, const uint8_t rand[16], const uint8_t sqn[6], const uint8_t amf[2],
                 bool star, uint8_t *mac)
{
    uint8_t state[200];
    run(s, (uint8_t)((star ? 0x80 : 0) + s->mac_size), s->opc, rand, sqn, amf, state);
    pull(state, 0, mac, s->mac_size);
}

void auc_tuak_f2345(const struct auc_subscriber *s, struct auc_vector *v)
{
    uint8_t state[200];
    unsigned instance = 0x40 + (s->res_size == 4 ? 0 : (unsigned)s->res_size);
    if (s->ck_size == 32) instance += 4;
    if (s->ik_size == 32) instance += 2;
    run(s, (uint8_t)instance, s->opc, v->rand, NULL, NULL, state);
    pull(state, 0, v->res, s->res_size);
    pull(state, 32, v->ck, s->ck_size);
    pull(state, 64, v->ik, s->ik_size);
    pull(state, 96, v->ak, 6);
}

void auc_tuak_f5_star(const struct auc_subscriber *s, const uint8_t rand[16], uint8_t ak[6])
{
    uint8_t state[200];
    run(s, 0xc0, s->opc, rand, NULL, NULL, state);
    pull(state, 96, ak, 6);
}

bool auc_tuak_topc(struct slice k, const uint8_t top[32], unsigned iterations, uint8_t topc[32])
{
    struct auc_subscriber s = {.k_size = k.n, .iterations = iterations};
    uint8_t state[200];
    if (k.n != 16 && k.n != 32) return false;
    memcpy(s.k, k.p, k.n);
    run(&s, 0, top, NULL, NULL, NULL, state);
    pull(state, 0, topc, 32);
    return true;
}
