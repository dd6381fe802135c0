/* What test_crypto.c and test_certificate.c share: a random source with a seed, hex, exact-size heap copies (so that
 * AddressSanitizer sees a read past the end), and OpenSSL used directly, as the independent side. */
#ifndef SOFTEUICC_TESTS_CRYPTO_HELPERS_H
#define SOFTEUICC_TESTS_CRYPTO_HELPERS_H

#include "base/hex.h"
#include "crypto/crypto.h"
#include "kat.h"

#include <check.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>

/* SplitMix64 (public domain, Vigna): good enough to be different everywhere. */
struct stream {
    uint64_t state;
    size_t drawn;
    size_t fail_after; /* bytes; 0: never fails */
};

static inline int stream_draw(void *ctx, uint8_t *out, size_t n)
{
    struct stream *s = ctx;
    if (s->fail_after && s->drawn + n > s->fail_after) return -1;
    for (size_t i = 0; i < n; i++) {
        uint64_t z = s->state += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        out[i] = (uint8_t)(z ^ z >> 31);
    }
    s->drawn += n;
    return 0;
}

static inline void ok(enum err e)
{
    ck_assert_int_eq((int)e, (int)OK);
}

static inline void ck_slice_eq(struct slice a, struct slice b)
{
    ck_assert_uint_eq(a.n, b.n);
    if (a.n) ck_assert_mem_eq(a.p, b.p, a.n);
}

/* Decodes hex of exactly n bytes. */
static inline void unhex(const char *text, uint8_t *out, size_t n)
{
    BUF_LOCAL b = {0};
    ck_assert(hex_decode(slice_text(text), &b));
    ck_assert_uint_eq(b.n, n);
    memcpy(out, b.p, n);
}

/* A heap copy of exactly s.n bytes; free() it. */
static inline uint8_t *exact(struct slice s)
{
    uint8_t *p = malloc(s.n ? s.n : 1);
    ck_assert_ptr_nonnull(p);
    if (s.n) memcpy(p, s.p, s.n);
    return p;
}

static inline EVP_PKEY *openssl_key(enum curve curve, const uint8_t *sk, struct slice pk)
{
    char group[32];
    uint8_t native[32];
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    snprintf(group, sizeof group, "%s", curve == CURVE_P256 ? "prime256v1" : "brainpoolP256r1");
    for (size_t i = 0; sk && i < 32;
         i++) /* OpenSSL wants numbers in the machine's order; all of ours is little endian */
        native[i] = sk[31 - i];
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                           OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)pk.p, pk.n),
                           sk ? OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native, sizeof native)
                              : OSSL_PARAM_construct_end(),
                           OSSL_PARAM_construct_end()};
    ck_assert_int_eq(EVP_PKEY_fromdata_init(ctx), 1);
    ck_assert_int_eq(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params), 1);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* ECDSA with SHA-256 over one message, r||s. */
static inline bool openssl_verify(EVP_PKEY *key, struct slice message, const uint8_t raw[64])
{
    ECDSA_SIG *s = ECDSA_SIG_new();
    unsigned char *der = NULL;
    ECDSA_SIG_set0(s, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
    int n = i2d_ECDSA_SIG(s, &der);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    ck_assert_int_eq(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
    bool valid = EVP_DigestVerify(ctx, der, (size_t)n, message.p, message.n) == 1;
    EVP_MD_CTX_free(ctx);
    OPENSSL_free(der);
    ECDSA_SIG_free(s);
    return valid;
}

static inline void openssl_sign(EVP_PKEY *key, struct slice message, uint8_t raw[64])
{
    uint8_t der[80];
    size_t n = sizeof der;
    const unsigned char *p = der;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    ck_assert_int_eq(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
    ck_assert_int_eq(EVP_DigestSign(ctx, der, &n, message.p, message.n), 1);
    ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &p, (long)n);
    ck_assert_int_eq(BN_bn2binpad(ECDSA_SIG_get0_r(s), raw, 32), 32);
    ck_assert_int_eq(BN_bn2binpad(ECDSA_SIG_get0_s(s), raw + 32, 32), 32);
    ECDSA_SIG_free(s);
    EVP_MD_CTX_free(ctx);
}

#endif
