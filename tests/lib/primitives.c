/* Hashes, AES and key derivation for the doubles; see primitives.h. Keys and signatures are in test_key.c. */
#include "primitives.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/sha.h>

void test_sha256(struct slice in, uint8_t out[32])
{
    SHA256(in.p, in.n, out);
}

void test_sha1(struct slice in, uint8_t out[20])
{
    SHA1(in.p, in.n, out);
}

void test_hmac_sha256(struct slice key, struct slice in, uint8_t out[32])
{
    HMAC(EVP_sha256(), key.p, (int)key.n, in.p, in.n, out, NULL);
}

bool test_cmac(const uint8_t key[16], struct slice in, uint8_t mac[16])
{
    char cipher[] = "AES-128-CBC";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("cipher", cipher, 0), OSSL_PARAM_construct_end()};
    EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "CMAC", NULL);
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(algorithm);
    size_t n = 0;
    bool ok = ctx && EVP_MAC_init(ctx, key, 16, params) == 1 && EVP_MAC_update(ctx, in.p, in.n) == 1 &&
              EVP_MAC_final(ctx, mac, &n, 16) == 1 && n == 16;
    EVP_MAC_CTX_free(ctx);
    EVP_MAC_free(algorithm);
    return ok;
}

static bool aes(const EVP_CIPHER *mode, const uint8_t key[16], const uint8_t *iv, bool encrypt, struct slice in,
                uint8_t *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0;
    int rest = 0;
    bool ok = ctx && in.n % 16 == 0 && EVP_CipherInit_ex2(ctx, mode, key, iv, encrypt, NULL) == 1 &&
              EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 && EVP_CipherUpdate(ctx, out, &n, in.p, (int)in.n) == 1 &&
              EVP_CipherFinal_ex(ctx, out + n, &rest) == 1 && (size_t)n + (size_t)rest == in.n;
    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

bool test_aes_block(const uint8_t key[16], const uint8_t in[16], uint8_t out[16])
{
    return aes(EVP_aes_128_ecb(), key, NULL, true, slice_of(in, 16), out);
}

bool test_aes_cbc(const uint8_t key[16], const uint8_t iv[16], bool encrypt, struct slice in, struct buf *out)
{
    if (in.n == 0) return true;
    uint8_t *at = buf_extend(out, in.n);
    return at && aes(EVP_aes_128_cbc(), key, iv, encrypt, in, at);
}

void test_x963(struct slice z, struct slice shared_info, uint8_t *out, size_t n)
{
    for (uint8_t counter = 1; n; counter++) {
        const uint8_t number[4] = {0, 0, 0, counter};
        uint8_t block[32];
        BUF_LOCAL in = {0};
        buf_append(&in, z);
        buf_append(&in, SLICE(number));
        buf_append(&in, shared_info);
        test_sha256(buf_slice(&in), block);
        size_t take = n < 32 ? n : 32;
        memcpy(out, block, take);
        out += take;
        n -= take;
    }
}
