/* Ciphers and checksums of secured packets; see scp80.h. Rarely used, so the algorithms are fetched on use and nothing
 * of them stays in the process's context. */
#include "crypto/scp80.h"

#include "crypto/internal.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

DEFINE_CLEANUP(EVP_CIPHER, EVP_CIPHER_free)
DEFINE_CLEANUP(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)
DEFINE_CLEANUP(EVP_MAC_CTX, EVP_MAC_CTX_free)

#define TRIPLE_DES_KEY 24

/* A key as OpenSSL wants it; wiped when its scope ends. */
struct whole_key {
    uint8_t bytes[SCP80_KEY_MAX];
    const char *cipher;
};

static void whole_key_wipe(struct whole_key *key)
{
    OPENSSL_cleanse(key, sizeof *key);
}

size_t scp80_block_size(enum scp80_algorithm algorithm)
{
    return algorithm == SCP80_AES ? 16 : 8;
}

bool scp80_key_fits(enum scp80_algorithm algorithm, size_t n)
{
    return n == 16 || n == 24 || (algorithm == SCP80_AES && n == 32);
}

static bool take_key(enum scp80_algorithm algorithm, struct slice key, struct whole_key *out)
{
    if (!scp80_key_fits(algorithm, key.n)) return false;
    memcpy(out->bytes, key.p, key.n);
    if (algorithm == SCP80_AES) {
        out->cipher = key.n == 16 ? "AES-128-CBC" : key.n == 24 ? "AES-192-CBC" : "AES-256-CBC";
        return true;
    }
    if (key.n < TRIPLE_DES_KEY) memcpy(out->bytes + key.n, key.p, TRIPLE_DES_KEY - key.n); /* K1 K2 K1 */
    out->cipher = "DES-EDE3-CBC";
    return true;
}

static enum err cbc_begin(const struct whole_key *key, int encrypt, EVP_CIPHER_CTX *ctx)
{
    static const uint8_t zero[SCP80_BLOCK_MAX] = {0};
    const struct crypto_context *c = crypto_context();
    if (!c || !ctx) return crypto_failure();
    CLEANUP(EVP_CIPHER) *cipher = EVP_CIPHER_fetch(c->library, key->cipher, NULL);
    if (!cipher || EVP_CipherInit_ex2(ctx, cipher, key->bytes, zero, encrypt, NULL) != 1) return crypto_failure();
    return EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 ? OK : crypto_failure();
}

static enum err cbc(enum scp80_algorithm algorithm, struct slice key, int encrypt, struct slice in, uint8_t *out)
{
    __attribute__((cleanup(whole_key_wipe))) struct whole_key whole;
    int n = 0;
    if (!take_key(algorithm, key, &whole) || in.n % scp80_block_size(algorithm) != 0 || in.n > INT_MAX) return ERR_DATA;
    if (in.n == 0) return OK;
    CLEANUP(EVP_CIPHER_CTX) *ctx = EVP_CIPHER_CTX_new();
    TRY(cbc_begin(&whole, encrypt, ctx));
    if (EVP_CipherUpdate(ctx, out, &n, in.p, (int)in.n) != 1 || (size_t)n != in.n) return crypto_failure();
    return OK;
}

enum err scp80_encrypt(enum scp80_algorithm algorithm, struct slice key, struct slice in, uint8_t *out)
{
    return cbc(algorithm, key, 1, in, out);
}

enum err scp80_decrypt(enum scp80_algorithm algorithm, struct slice key, struct slice in, uint8_t *out)
{
    return cbc(algorithm, key, 0, in, out);
}

/* The last block of the CBC encryption of the zero-padded message. */
static enum err triple_des_mac(const struct whole_key *key, const struct slice *parts, size_t n, uint8_t out[8])
{
    CLEANUP(EVP_CIPHER_CTX) *ctx = EVP_CIPHER_CTX_new();
    uint8_t block[8];
    uint8_t ignored[8];
    size_t fill = 0;
    int written;
    TRY(cbc_begin(key, 1, ctx));
    memset(out, 0, 8);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < parts[i].n; j++) {
            block[fill++] = parts[i].p[j];
            if (fill < sizeof block) continue;
            if (EVP_CipherUpdate(ctx, out, &written, block, sizeof block) != 1) return crypto_failure();
            fill = 0;
        }
    }
    if (fill == 0) return OK;
    memset(block + fill, 0, sizeof block - fill);
    if (EVP_CipherUpdate(ctx, ignored, &written, block, sizeof block) != 1) return crypto_failure();
    memcpy(out, ignored, sizeof ignored);
    return OK;
}

static enum err aes_mac(struct whole_key *key, size_t key_n, const struct slice *parts, size_t n, uint8_t out[16])
{
    const struct crypto_context *c = crypto_context();
    char cipher[16];
    if (!c) return crypto_failure();
    (void)strncpy(cipher, key->cipher, sizeof cipher - 1);
    cipher[sizeof cipher - 1] = 0;
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
                                 OSSL_PARAM_construct_end()};
    CLEANUP(EVP_MAC_CTX) *ctx = EVP_MAC_CTX_new(c->cmac);
    if (!ctx || EVP_MAC_init(ctx, key->bytes, key_n, params) != 1) return crypto_failure();
    return cmac_run(ctx, parts, n, out) ? OK : crypto_failure();
}

enum err scp80_checksum(enum scp80_algorithm algorithm, struct slice key, const struct slice *parts, size_t parts_n,
                        uint8_t out[SCP80_BLOCK_MAX], size_t *n)
{
    __attribute__((cleanup(whole_key_wipe))) struct whole_key whole;
    if (!take_key(algorithm, key, &whole)) return ERR_DATA;
    *n = scp80_block_size(algorithm);
    if (algorithm == SCP80_AES) return aes_mac(&whole, key.n, parts, parts_n, out);
    return triple_des_mac(&whole, parts, parts_n, out);
}

/* Bit by bit: packets are a hundred bytes. `polynomial` is reversed, as the least significant bit comes first. */
static uint32_t crc(const struct slice *parts, size_t n, uint32_t start, uint32_t polynomial)
{
    uint32_t value = start;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < parts[i].n; j++) {
            value ^= parts[i].p[j];
            for (unsigned bit = 0; bit < 8; bit++)
                value = value & 1 ? value >> 1 ^ polynomial : value >> 1;
        }
    }
    return value ^ start;
}

uint16_t scp80_crc16(const struct slice *parts, size_t n)
{
    return (uint16_t)crc(parts, n, 0xffff, 0x8408);
}

uint32_t scp80_crc32(const struct slice *parts, size_t n)
{
    return crc(parts, n, 0xffffffff, 0xedb88320);
}
