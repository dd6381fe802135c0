/* Block ciphers and CMAC with keys of several lengths, for the secure channels; see internal.h. */
#include "crypto/internal.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <string.h>

DEFINE_CLEANUP(EVP_CIPHER, EVP_CIPHER_free)
DEFINE_CLEANUP(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)
DEFINE_CLEANUP(EVP_MAC_CTX, EVP_MAC_CTX_free)

static const char *aes_cbc_name(size_t key_size)
{
    return key_size == 16 ? "AES-128-CBC" : key_size == 24 ? "AES-192-CBC" : key_size == 32 ? "AES-256-CBC" : NULL;
}

static enum err cbc(const char *name, const uint8_t *key, const uint8_t *iv, bool encrypt, struct slice in,
                    uint8_t *out)
{
    int n;
    if (in.n == 0) return OK;
    const struct crypto_context *c = crypto_context();
    if (!c) return crypto_failure();
    CLEANUP(EVP_CIPHER) *cipher = EVP_CIPHER_fetch(c->library, name, NULL);
    CLEANUP(EVP_CIPHER_CTX) *ctx = EVP_CIPHER_CTX_new();
    if (!cipher || !ctx || EVP_CipherInit_ex2(ctx, cipher, key, iv, encrypt ? 1 : 0, NULL) != 1)
        return crypto_failure();
    EVP_CIPHER_CTX_set_padding(ctx, 0);
    return EVP_CipherUpdate(ctx, out, &n, in.p, (int)in.n) == 1 && (size_t)n == in.n ? OK : crypto_failure();
}

enum err aes_cbc(struct slice key, const uint8_t iv[16], bool encrypt, struct slice in, uint8_t *out)
{
    const char *name = aes_cbc_name(key.n);
    if (!name || in.n % 16 != 0 || in.n > INT_MAX) return ERR_DATA;
    return cbc(name, key.p, iv, encrypt, in, out);
}

enum err des3_cbc(struct slice key, const uint8_t iv[8], bool encrypt, struct slice in, uint8_t *out)
{
    uint8_t whole[24];
    if ((key.n != 8 && key.n != 16 && key.n != 24) || in.n % 8 != 0 || in.n > INT_MAX) return ERR_DATA;
    for (size_t i = 0; i < sizeof whole; i++)
        whole[i] = key.p[i % key.n];
    enum err e = cbc("DES-EDE3-CBC", whole, iv, encrypt, in, out);
    OPENSSL_cleanse(whole, sizeof whole);
    return e;
}

enum err aes_cmac(struct slice key, const struct slice *parts, size_t n, uint8_t out[16])
{
    const char *name = aes_cbc_name(key.n);
    char cipher[16];
    const struct crypto_context *c = crypto_context();
    if (!name) return ERR_DATA;
    if (!c) return crypto_failure();
    memcpy(cipher, name, strlen(name) + 1);
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
                                 OSSL_PARAM_construct_end()};
    CLEANUP(EVP_MAC_CTX) *ctx = EVP_MAC_CTX_new(c->cmac);
    if (!ctx || EVP_MAC_init(ctx, key.p, key.n, params) != 1) return crypto_failure();
    return cmac_run(ctx, parts, n, out) ? OK : crypto_failure();
}
