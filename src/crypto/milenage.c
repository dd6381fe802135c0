/* Milenage (3GPP TS 35.206 4.1) with any rotations r1 to r5 and constants c1 to c5. Called by aka.c. */
#include "crypto/aka.h"
#include "crypto/internal.h"

#include <openssl/crypto.h>

DEFINE_CLEANUP(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

#define BLOCK 16

/* `n` blocks in place under a key that is set already. */
static bool encrypt(EVP_CIPHER_CTX *aes, uint8_t *blocks, int n)
{
    int written;
    return EVP_EncryptUpdate(aes, blocks, &written, blocks, n * BLOCK) == 1 && written == n * BLOCK;
}

static void xor_block(uint8_t *to, const uint8_t *with)
{
    for (size_t i = 0; i < BLOCK; i++)
        to[i] ^= with[i];
}

/* rot(): cyclic to the left by `bits`; bit 0 is the most significant one of byte 0. */
static void rotate(const uint8_t in[BLOCK], unsigned bits, uint8_t out[BLOCK])
{
    unsigned bytes = bits / 8;
    unsigned rest = bits % 8;
    for (unsigned i = 0; i < BLOCK; i++) {
        unsigned two = (unsigned)in[(i + bytes) % BLOCK] << 8 | in[(i + bytes + 1) % BLOCK];
        out[i] = (uint8_t)(two << rest >> 8);
    }
}

/* What is encrypted for OUTi, i from 1: rot(in ^ OPc, ri) ^ ci; for OUT1 TEMP comes on top. */
static void prepare(const struct aka_key *key, size_t i, const uint8_t in[BLOCK], uint8_t out[BLOCK])
{
    uint8_t mixed[BLOCK];
    memcpy(mixed, in, BLOCK);
    xor_block(mixed, key->opc);
    rotate(mixed, key->rotation[i - 1], out);
    xor_block(out, key->xoring[i - 1]);
    OPENSSL_cleanse(mixed, sizeof mixed);
}

static bool run_f1(EVP_CIPHER_CTX *aes, const struct aka_key *key, const uint8_t temp[BLOCK], const uint8_t *sqn,
                   const uint8_t *amf, bool star, uint8_t *mac)
{
    uint8_t in[BLOCK];
    uint8_t out[BLOCK];
    for (size_t i = 0; i < BLOCK; i += 8) {
        memcpy(in + i, sqn, AKA_SQN_SIZE);
        memcpy(in + i + AKA_SQN_SIZE, amf, AKA_AMF_SIZE);
    }
    prepare(key, 1, in, out);
    xor_block(out, temp);
    bool good = encrypt(aes, out, 1);
    xor_block(out, key->opc);
    memcpy(mac, out + (star ? 8 : 0), 8);
    OPENSSL_cleanse(out, sizeof out);
    return good;
}

/* The blocks of OUT2 to OUT5 depend on nothing but TEMP: one call of the cipher for those wanted. */
static bool run_outputs(EVP_CIPHER_CTX *aes, const struct aka_key *key, const uint8_t temp[BLOCK], bool star,
                        struct aka_keys *keys)
{
    uint8_t out[3 * BLOCK];
    size_t first = star ? 5 : 2;
    size_t n = star ? 1 : 3;
    for (size_t i = 0; i < n; i++)
        prepare(key, first + i, temp, out + i * BLOCK);
    bool good = encrypt(aes, out, (int)n);
    for (size_t i = 0; i < n; i++)
        xor_block(out + i * BLOCK, key->opc);
    memcpy(keys->ak, out, AKA_SQN_SIZE);
    if (!star) {
        memcpy(keys->res, out + 8, 8);
        memcpy(keys->ck, out + BLOCK, BLOCK);
        memcpy(keys->ik, out + (size_t)2 * BLOCK, BLOCK);
    }
    OPENSSL_cleanse(out, sizeof out);
    return good;
}

enum err milenage_run(const struct aka_key *key, enum aka_function function, const uint8_t random[AKA_RAND_SIZE],
                      const uint8_t *sqn, const uint8_t *amf, uint8_t *mac, struct aka_keys *keys)
{
    const struct crypto_context *c = crypto_context();
    uint8_t temp[BLOCK];
    if (!c) return crypto_failure();
    CLEANUP(EVP_CIPHER_CTX) *aes = EVP_CIPHER_CTX_new();
    if (!aes || EVP_EncryptInit_ex2(aes, c->aes128_ecb, key->key, NULL, NULL) != 1) return crypto_failure();
    EVP_CIPHER_CTX_set_padding(aes, 0);
    memcpy(temp, random, BLOCK);
    xor_block(temp, key->opc);
    bool good = encrypt(aes, temp, 1);
    if (good && (function == AKA_F1 || function == AKA_F1_STAR))
        good = run_f1(aes, key, temp, sqn, amf, function == AKA_F1_STAR, mac);
    else if (good)
        good = run_outputs(aes, key, temp, function == AKA_F5_STAR, keys);
    OPENSSL_cleanse(temp, sizeof temp);
    return good ? OK : crypto_failure();
}
