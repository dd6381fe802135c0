/* See openssl_ops.h. Called by download.c and package.c. */
#include "openssl_ops.h"
#include "bench.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

/* Signatures: euiccSigned1, euiccSigned2, the installation result, the install notification that the metadata asks for.
 */
enum { SEGMENT = 1008, VERIFICATIONS = 5, SIGNATURES = 4 };

struct openssl_ops {
    EVP_PKEY *key;
    EVP_PKEY *peer;
    EVP_PKEY_CTX *sign;
    EVP_PKEY_CTX *verify;
    EVP_MAC *cmac_algorithm;
    EVP_MAC_CTX *cmac;
    EVP_CIPHER_CTX *cbc;
    uint8_t signature[80];
    size_t signature_n;
    size_t package;
};

static const uint8_t digest[32] = {1, 2, 3};
static const uint8_t aes_key[16] = {4, 5, 6};

static void must(int result, const char *what)
{
    if (result != 1) bench_die("OpenSSL: %s failed", what);
}

struct openssl_ops *openssl_ops_new(size_t package)
{
    struct openssl_ops *ops = bench_memory(sizeof *ops);
    ops->package = package;
    ops->key = EVP_EC_gen("P-256");
    ops->peer = EVP_EC_gen("P-256");
    must(ops->key && ops->peer, "key generation");
    ops->sign = EVP_PKEY_CTX_new_from_pkey(NULL, ops->key, NULL);
    ops->verify = EVP_PKEY_CTX_new_from_pkey(NULL, ops->key, NULL);
    must(EVP_PKEY_sign_init(ops->sign), "sign_init");
    must(EVP_PKEY_verify_init(ops->verify), "verify_init");
    ops->signature_n = sizeof ops->signature;
    must(EVP_PKEY_sign(ops->sign, ops->signature, &ops->signature_n, digest, sizeof digest), "sign");
    char name[] = "AES-128-CBC";
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, name, 0), OSSL_PARAM_END};
    ops->cmac_algorithm = EVP_MAC_fetch(NULL, "CMAC", NULL);
    ops->cmac = EVP_MAC_CTX_new(ops->cmac_algorithm);
    must(EVP_MAC_init(ops->cmac, aes_key, sizeof aes_key, parameters), "CMAC");
    ops->cbc = EVP_CIPHER_CTX_new();
    must(EVP_DecryptInit_ex(ops->cbc, EVP_aes_128_cbc(), NULL, aes_key, aes_key), "AES");
    EVP_CIPHER_CTX_set_padding(ops->cbc, 0);
    return ops;
}

static void agree(struct openssl_ops *ops)
{
    uint8_t secret[32];
    size_t n = sizeof secret;
    EVP_PKEY *one_time = EVP_EC_gen("P-256");
    must(one_time != NULL, "key generation");
    EVP_PKEY_CTX *derive = EVP_PKEY_CTX_new_from_pkey(NULL, one_time, NULL);
    must(EVP_PKEY_derive_init(derive), "derive_init");
    /* a point that was decoded lies on the curve; the cofactor is 1, so nothing more needs to be checked */
    must(EVP_PKEY_derive_set_peer_ex(derive, ops->peer, 0), "derive_set_peer");
    must(EVP_PKEY_derive(derive, secret, &n), "derive");
    EVP_PKEY_CTX_free(derive);
    EVP_PKEY_free(one_time);
}

static void decrypt_and_authenticate(struct openssl_ops *ops)
{
    uint8_t in[SEGMENT] = {7};
    uint8_t out[SEGMENT + 16];
    uint8_t mac[16];
    for (size_t done = 0; done < ops->package; done += SEGMENT) {
        size_t left = ops->package - done;
        size_t now = left < SEGMENT ? (left + 15) / 16 * 16 : SEGMENT;
        int n;
        size_t mac_n;
        must(EVP_DecryptInit_ex(ops->cbc, NULL, NULL, NULL, aes_key), "AES");
        must(EVP_DecryptUpdate(ops->cbc, out, &n, in, (int)now), "AES");
        must(EVP_MAC_init(ops->cmac, NULL, 0, NULL), "CMAC");
        must(EVP_MAC_update(ops->cmac, in, now), "CMAC");
        must(EVP_MAC_final(ops->cmac, mac, &mac_n, sizeof mac), "CMAC");
    }
}

static void verify_and_sign(struct openssl_ops *ops, int verifications, int signatures)
{
    for (int i = 0; i < verifications; i++)
        must(EVP_PKEY_verify(ops->verify, ops->signature, ops->signature_n, digest, sizeof digest), "verify");
    for (int i = 0; i < signatures; i++) {
        uint8_t signature[80];
        size_t n = sizeof signature;
        must(EVP_PKEY_sign(ops->sign, signature, &n, digest, sizeof digest), "sign");
    }
}

double openssl_ops_verify_and_sign(struct openssl_ops *ops)
{
    double began = bench_now_us();
    verify_and_sign(ops, 1, 1);
    return bench_now_us() - began;
}

double openssl_ops_run(struct openssl_ops *ops)
{
    double began = bench_now_us();
    verify_and_sign(ops, VERIFICATIONS, SIGNATURES);
    agree(ops);
    decrypt_and_authenticate(ops);
    return bench_now_us() - began;
}

void openssl_ops_free(struct openssl_ops *ops)
{
    EVP_MAC_CTX_free(ops->cmac);
    EVP_MAC_free(ops->cmac_algorithm);
    EVP_CIPHER_CTX_free(ops->cbc);
    EVP_PKEY_CTX_free(ops->sign);
    EVP_PKEY_CTX_free(ops->verify);
    EVP_PKEY_free(ops->key);
    EVP_PKEY_free(ops->peer);
    free(ops);
}
