/* Digests, the X9.63 key derivation and AES one-shots (crypto.h), over OpenSSL's EVP with everything fetched once.
 * Called by src/isdr, src/uicc, src/model and by the files beside it. */
#include "crypto/internal.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

DEFINE_CLEANUP(EVP_MD_CTX, EVP_MD_CTX_free)
DEFINE_CLEANUP(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)
DEFINE_CLEANUP(EVP_MAC_CTX, EVP_MAC_CTX_free)

bool crypto_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
    return CRYPTO_memcmp(a, b, n) == 0;
}

static enum err digest(const EVP_MD *type, const struct slice *parts, size_t n, uint8_t *out)
{
    CLEANUP(EVP_MD_CTX) *ctx = EVP_MD_CTX_new();
    if (!ctx || EVP_DigestInit_ex2(ctx, type, NULL) != 1) return crypto_failure();
    for (size_t i = 0; i < n; i++)
        if (parts[i].n && EVP_DigestUpdate(ctx, parts[i].p, parts[i].n) != 1) return crypto_failure();
    return EVP_DigestFinal_ex(ctx, out, NULL) == 1 ? OK : crypto_failure();
}

enum err crypto_sha1(struct slice in, uint8_t out[20])
{
    const struct crypto_context *c = crypto_context();
    return c ? digest(c->sha1, &in, 1, out) : crypto_failure();
}

enum err crypto_sha256(const struct slice *parts, size_t n, uint8_t out[32])
{
    const struct crypto_context *c = crypto_context();
    return c ? digest(c->sha256, parts, n, out) : crypto_failure();
}

enum err x963_kdf(struct slice z, struct slice shared_info, uint8_t *out, size_t n)
{
    uint8_t block[32];
    enum err e = OK;
    if (n / sizeof block >= UINT32_MAX) return ERR_DATA;
    for (uint32_t counter = 1; n && e == OK; counter++) {
        const uint8_t bytes[4] = {(uint8_t)(counter >> 24), (uint8_t)(counter >> 16), (uint8_t)(counter >> 8),
                                  (uint8_t)counter};
        const struct slice parts[] = {z, SLICE(bytes), shared_info};
        size_t take = n < sizeof block ? n : sizeof block;
        e = crypto_sha256(parts, 3, block);
        if (e == OK) memcpy(out, block, take);
        out += take;
        n -= take;
    }
    OPENSSL_cleanse(block, sizeof block);
    return e;
}

enum err aes128_ecb_encrypt(const uint8_t key[16], const uint8_t in[16], uint8_t out[16])
{
    const struct crypto_context *c = crypto_context();
    if (!c) return crypto_failure();
    CLEANUP(EVP_CIPHER_CTX) *ctx = EVP_CIPHER_CTX_new();
    int n;
    if (!ctx || EVP_EncryptInit_ex2(ctx, c->aes128_ecb, key, NULL, NULL) != 1) return crypto_failure();
    EVP_CIPHER_CTX_set_padding(ctx, 0);
    return EVP_EncryptUpdate(ctx, out, &n, in, 16) == 1 && n == 16 ? OK : crypto_failure();
}

enum err aes128_cbc_decrypt(const uint8_t key[16], const uint8_t iv[16], struct slice in, uint8_t *out)
{
    if (in.n % 16 != 0 || in.n > INT_MAX) return ERR_DATA;
    if (in.n == 0) return OK;
    const struct crypto_context *c = crypto_context();
    if (!c) return crypto_failure();
    CLEANUP(EVP_CIPHER_CTX) *ctx = EVP_CIPHER_CTX_new();
    int n;
    if (!ctx || EVP_DecryptInit_ex2(ctx, c->aes128_cbc, key, iv, NULL) != 1) return crypto_failure();
    EVP_CIPHER_CTX_set_padding(ctx, 0);
    return EVP_DecryptUpdate(ctx, out, &n, in.p, (int)in.n) == 1 && (size_t)n == in.n ? OK : crypto_failure();
}

EVP_MAC_CTX *cmac_new(const struct crypto_context *context, const uint8_t key[16])
{
    char cipher[] = "AES-128-CBC";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
                                 OSSL_PARAM_construct_end()};
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(context->cmac);
    if (ctx && EVP_MAC_init(ctx, key, 16, params) == 1) return ctx;
    EVP_MAC_CTX_free(ctx);
    return NULL;
}

bool cmac_run(EVP_MAC_CTX *cmac, const struct slice *parts, size_t n, uint8_t out[16])
{
    size_t written;
    if (EVP_MAC_init(cmac, NULL, 0, NULL) != 1) return false;
    for (size_t i = 0; i < n; i++)
        if (parts[i].n && EVP_MAC_update(cmac, parts[i].p, parts[i].n) != 1) return false;
    return EVP_MAC_final(cmac, out, &written, 16) == 1 && written == 16;
}

enum err aes128_cmac(const uint8_t key[16], const struct slice *parts, size_t n, uint8_t out[16])
{
    const struct crypto_context *c = crypto_context();
    if (!c) return crypto_failure();
    CLEANUP(EVP_MAC_CTX) *ctx = cmac_new(c, key);
    return ctx && cmac_run(ctx, parts, n, out) ? OK : crypto_failure();
}
