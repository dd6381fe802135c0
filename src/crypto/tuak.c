/* TUAK (3GPP TS 35.231 6, 7) for all lengths of key, MAC, RES, CK and IK. Called by aka.c.
 *
 * TUAK fills the 1600 bits of Keccak-f with 96 bytes of input, 1F, zeros and, as byte 136, 80: just what SHAKE256 (rate
 * 136) makes of an input of 96 bytes. So one permutation is the first 136 bytes that SHAKE256 squeezes out, and n of
 * them the n-th 136; TUAK reads the first 102 at most. OpenSSL's code for SHAKE256 serves, no permutation of our own.
 */
#include "crypto/aka.h"
#include "crypto/internal.h"

#include <openssl/crypto.h>

DEFINE_CLEANUP(EVP_MD_CTX, EVP_MD_CTX_free)

#define RATE 136
#define INPUT 96
#define TOPC 32

static void put_reversed(uint8_t **at, const uint8_t *field, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (*at)[i] = field[n - 1 - i];
    *at += n;
}

/* INSTANCE: which function, and the lengths that it works with (TS 35.231 6.2, 7). */
static uint8_t instance(const struct aka_key *key, enum aka_function function)
{
    uint8_t out = key->key_size == 32 ? 0x01 : 0x00;
    uint8_t mac = (uint8_t)(key->mac_size == 8 ? 0x08 : key->mac_size == 16 ? 0x10 : 0x20);
    switch (function) {
    case AKA_F1:
        return out | mac;
    case AKA_F1_STAR:
        return out | mac | 0x80;
    case AKA_F5_STAR:
        return out | 0xc0;
    case AKA_F2345:
        break;
    }
    out |= 0x40;
    if (key->res_size == 8) out |= 0x08;
    if (key->res_size == 16) out |= 0x10;
    if (key->res_size == 32) out |= 0x20;
    if (key->cipher_key_size == 32) out |= 0x04;
    if (key->integrity_key_size == 32) out |= 0x02;
    return out;
}

static void fill(const struct aka_key *key, enum aka_function function, const uint8_t *random, const uint8_t *sqn,
                 const uint8_t *amf, uint8_t in[INPUT])
{
    uint8_t *at = in;
    const uint8_t which = instance(key, function);
    memset(in, 0, INPUT);
    put_reversed(&at, key->opc, TOPC);
    put_reversed(&at, &which, 1);
    put_reversed(&at, (const uint8_t *)"TUAK1.0", 7);
    put_reversed(&at, random, AKA_RAND_SIZE);
    if (amf) put_reversed(&at, amf, AKA_AMF_SIZE);
    if (sqn) put_reversed(&at, sqn, AKA_SQN_SIZE);
    if (!amf) at += AKA_AMF_SIZE + AKA_SQN_SIZE; /* zero but for f1 and f1* */
    put_reversed(&at, key->key, key->key_size);
}

/* The first RATE bytes of the state after `iterations` permutations. */
static enum err permute(const uint8_t in[INPUT], unsigned iterations, uint8_t state[RATE])
{
    const struct crypto_context *c = crypto_context();
    BUF_LOCAL all = {0};
    if (!c) return crypto_failure();
    uint8_t *out = buf_extend(&all, (size_t)RATE * iterations);
    if (!out) return ERR_MEMORY;
    CLEANUP(EVP_MD_CTX) *ctx = EVP_MD_CTX_new();
    if (!ctx || EVP_DigestInit_ex2(ctx, c->shake256, NULL) != 1 || EVP_DigestUpdate(ctx, in, INPUT) != 1 ||
        EVP_DigestFinalXOF(ctx, out, all.n) != 1)
        return crypto_failure();
    memcpy(state, out + (size_t)RATE * (iterations - 1), RATE);
    return OK;
}

static void take(const uint8_t *state, size_t n, uint8_t *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = state[n - 1 - i];
}

enum err tuak_run(const struct aka_key *key, enum aka_function function, const uint8_t random[AKA_RAND_SIZE],
                  const uint8_t *sqn, const uint8_t *amf, uint8_t *mac, struct aka_keys *keys)
{
    uint8_t in[INPUT];
    uint8_t state[RATE];
    if (key->iterations == 0) return ERR_CORRUPT;
    fill(key, function, random, sqn, amf, in);
    enum err e = permute(in, key->iterations, state);
    if (e == OK && mac) take(state, key->mac_size, mac);
    if (e == OK && keys) {
        take(state + 96, AKA_SQN_SIZE, keys->ak);
        if (function == AKA_F2345) {
            take(state, key->res_size, keys->res);
            take(state + 32, key->cipher_key_size, keys->ck);
            take(state + 64, key->integrity_key_size, keys->ik);
        }
    }
    OPENSSL_cleanse(in, sizeof in);
    OPENSSL_cleanse(state, sizeof state);
    return e;
}
