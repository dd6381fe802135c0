/* primitives: the cryptography that the SM-DP+ and LPA doubles need, on OpenSSL and nothing of src/crypto, so that a
 * mistake in the card is not mirrored here (SGP.22 2.6, Annex G; GP Amendment D 6.2; BSI TR-03111; RFC 6979). */
#ifndef SOFTEUICC_TESTS_PRIMITIVES_H
#define SOFTEUICC_TESTS_PRIMITIVES_H

#include "base/buf.h"

enum test_curve {
    TEST_P256,
    TEST_BP256,
    TEST_P192,  /* a curve that no eUICC supports: SGP.26 INV_CURVE */
    TEST_BP192, /* likewise */
};

#define TEST_KEY_MAX 32

/* A key pair, or with has_private false a public key. Lengths in bytes: n is that of a coordinate (32 or 24). */
struct test_key {
    enum test_curve curve;
    size_t n;
    bool has_private;
    uint8_t private_key[TEST_KEY_MAX];
    uint8_t point[1 + 2 * TEST_KEY_MAX]; /* 04 || X || Y */
    size_t point_n;
};

/* From a private scalar of the curve's size (1 <= d < n). */
bool test_key_private(struct test_key *key, enum test_curve curve, struct slice d);
/* From an uncompressed point that is on the curve. */
bool test_key_public(struct test_key *key, enum test_curve curve, struct slice point);
/* A key pair that follows from `seed` and `label` alone. */
bool test_key_derive(struct test_key *key, enum test_curve curve, struct slice seed, const char *label);
/* SHA-1 of the point: the subject key identifier of SGP.26. */
void test_key_identifier(const struct test_key *key, uint8_t out[20]);
static inline struct slice test_key_point(const struct test_key *key)
{
    return slice_of(key->point, key->point_n);
}

/* ECDSA with SHA-256, nonce after RFC 6979; appends r||s, each key->n bytes. */
bool test_sign(const struct test_key *key, struct slice message, struct buf *signature);
/* signature: r||s, exactly 2 * key->n bytes, verified by OpenSSL. */
bool test_verify(const struct test_key *key, struct slice message, struct slice signature);
/* ECKA (TR-03111): the X coordinate of d * Q, 32 bytes, leading zeros kept. */
bool test_agree(const struct test_key *mine, const struct test_key *other, uint8_t z[32]);

void test_sha256(struct slice in, uint8_t out[32]);
void test_sha1(struct slice in, uint8_t out[20]);
void test_hmac_sha256(struct slice key, struct slice in, uint8_t out[32]);
bool test_cmac(const uint8_t key[16], struct slice in, uint8_t mac[16]);
bool test_aes_block(const uint8_t key[16], const uint8_t in[16], uint8_t out[16]);
/* n a multiple of 16; no padding. */
bool test_aes_cbc(const uint8_t key[16], const uint8_t iv[16], bool encrypt, struct slice in, struct buf *out);
/* ANSI X9.63 with SHA-256: n bytes (n <= 64). */
void test_x963(struct slice z, struct slice shared_info, uint8_t *out, size_t n);

#endif
