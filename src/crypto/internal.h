/* What the files of src/crypto share: the process's OpenSSL library context with everything fetched from it once, and
 * the curves. Nobody outside this room includes it. */
#ifndef SOFTEUICC_CRYPTO_INTERNAL_H
#define SOFTEUICC_CRYPTO_INTERNAL_H

#include "crypto/crypto.h"

#include <openssl/ec.h>
#include <openssl/evp.h>

/* Filled once a process and read only from then on, by all threads. */
struct crypto_context {
    OSSL_LIB_CTX *library;
    EVP_MD *sha1;
    EVP_MD *sha256;
    EVP_MD *shake256;
    EVP_CIPHER *aes128_ecb;
    EVP_CIPHER *aes128_cbc;
    EVP_MAC *cmac;
    EC_GROUP *groups[3]; /* by enum curve; [CURVE_UNKNOWN] is NULL */
};

/* NULL if OpenSSL could not be set up; the next call tries again. */
const struct crypto_context *crypto_context(void);
/* Why the OpenSSL call before failed: ERR_RANDOM, ERR_MEMORY or ERR_CRYPTO. Empties the thread's error queue. */
enum err crypto_failure(void);

/* A MAC context keyed for AES-128-CMAC; NULL on failure. */
EVP_MAC_CTX *cmac_new(const struct crypto_context *context, const uint8_t key[16]);
/* Starts over with the same key, then MACs the parts. */
bool cmac_run(EVP_MAC_CTX *cmac, const struct slice *parts, size_t n, uint8_t out[16]);

/* symmetric.c. ERR_DATA: a key length that the cipher does not have, or in not whole blocks. out: as many bytes as in;
 * it may be in. DES keys of 8 and 16 bytes are repeated, so that one of 8 is single DES. */
MUST_USE enum err aes_cbc(struct slice key, const uint8_t iv[16], bool encrypt, struct slice in, uint8_t *out);
MUST_USE enum err des3_cbc(struct slice key, const uint8_t iv[8], bool encrypt, struct slice in, uint8_t *out);
MUST_USE enum err aes_cmac(struct slice key, const struct slice *parts, size_t n, uint8_t out[16]);

/* scp02.c and scp03.c, by the protocol of the session; scp.h says what they do. */
struct scp_session;
MUST_USE enum err scp02_cryptogram(const struct scp_session *s, const uint8_t a[8], const uint8_t b[8], uint8_t out[8]);
MUST_USE enum err scp02_command_mac(struct scp_session *s, struct slice message, uint8_t mac[8]);
MUST_USE enum err scp03_cryptogram(const struct scp_session *s, uint8_t constant, const uint8_t host[8],
                                   const uint8_t card[8], uint8_t out[8]);
MUST_USE enum err scp03_command_mac(struct scp_session *s, struct slice message, uint8_t mac[8]);
MUST_USE enum err scp03_cipher(const struct scp_session *s, bool response, bool encrypt, struct slice in, uint8_t *out);

/* The curve that a namedCurve OBJECT IDENTIFIER (content octets) means. */
enum curve curve_from_oid(struct slice oid);
/* As OpenSSL's name in OSSL_PKEY_PARAM_GROUP_NAME; NULL for CURVE_UNKNOWN. */
const char *curve_group_name(enum curve curve);
/* True if 1 <= scalar < n of the curve (32 bytes, big endian). */
bool ec_scalar_valid(enum curve curve, const uint8_t scalar[EC_SCALAR_SIZE]);

/* CLEANUP(BN_CTX) *context = ...; frees with the function that DEFINE_CLEANUP(BN_CTX, BN_CTX_free) named. */
#define DEFINE_CLEANUP(type, free_function)                                                                            \
    static inline void cleanup_##type(type **p)                                                                        \
    {                                                                                                                  \
        free_function(*p);                                                                                             \
    }
#define CLEANUP(type) __attribute__((cleanup(cleanup_##type))) type

#endif
