/* BSP, the protection of bound profile packages: SCP03t of GlobalPlatform Amendment D as SGP.22 2.5.3 and 2.6.4 use it
 * (keys: annex G). Called by src/isdr for the 86, 87 and 88 TLVs of ES8+. */
#include "crypto/internal.h"

#include <limits.h>
#include <stdlib.h>

#include <openssl/crypto.h>

#define MAC_SIZE 8 /* of the 16 bytes that stay in the chaining value */
#define BLOCK 16
#define PADDING_START 0x80

struct bsp {
    uint8_t mac_chaining_value[BLOCK];
    uint8_t enc[BLOCK]; /* kept for bsp_copy() */
    uint8_t mac[BLOCK];
    uint64_t counter;       /* of the TLV to come; steps on for 88 too, although that needs no ICV */
    EVP_CIPHER_CTX *icv;    /* AES-ECB, encrypts the counter */
    EVP_CIPHER_CTX *cipher; /* AES-CBC, decrypts */
    EVP_MAC_CTX *cmac;
};

void bsp_free(struct bsp *bsp)
{
    if (!bsp) return;
    EVP_CIPHER_CTX_free(bsp->icv);
    EVP_CIPHER_CTX_free(bsp->cipher);
    EVP_MAC_CTX_free(bsp->cmac);
    OPENSSL_cleanse(bsp, sizeof *bsp);
    free(bsp);
}

static void cleanup_bsp(struct bsp **p)
{
    bsp_free(*p);
}

enum err bsp_replace_keys(struct bsp *bsp, const uint8_t mcv[16], const uint8_t enc[16], const uint8_t mac[16])
{
    const struct crypto_context *c = crypto_context();
    if (!c) return crypto_failure();
    EVP_MAC_CTX *cmac = cmac_new(c, mac);
    if (!cmac || EVP_EncryptInit_ex2(bsp->icv, c->aes128_ecb, enc, NULL, NULL) != 1 ||
        EVP_DecryptInit_ex2(bsp->cipher, c->aes128_cbc, enc, bsp->mac_chaining_value, NULL) != 1) {
        EVP_MAC_CTX_free(cmac);
        return crypto_failure();
    }
    EVP_CIPHER_CTX_set_padding(bsp->icv, 0);
    EVP_CIPHER_CTX_set_padding(bsp->cipher, 0);
    EVP_MAC_CTX_free(bsp->cmac);
    bsp->cmac = cmac;
    memcpy(bsp->mac_chaining_value, mcv, BLOCK);
    memcpy(bsp->enc, enc, BLOCK);
    memcpy(bsp->mac, mac, BLOCK);
    bsp->counter = 1;
    return OK;
}

/* A state with these keys at counter 1. */
static enum err bsp_make(struct bsp **out, const uint8_t mcv[16], const uint8_t enc[16], const uint8_t mac[16])
{
    __attribute__((cleanup(cleanup_bsp))) struct bsp *bsp = calloc(1, sizeof *bsp);
    if (!bsp) return ERR_MEMORY;
    bsp->icv = EVP_CIPHER_CTX_new();
    bsp->cipher = EVP_CIPHER_CTX_new();
    if (!bsp->icv || !bsp->cipher) return crypto_failure();
    TRY(bsp_replace_keys(bsp, mcv, enc, mac));
    *out = bsp;
    bsp = NULL;
    return OK;
}

enum err bsp_new(struct bsp **out, const uint8_t z[32], uint8_t key_type, uint8_t key_length, struct slice host_id,
                 struct slice eid)
{
    uint8_t info[4 + 2 * UINT8_MAX];
    uint8_t keys[3 * BLOCK]; /* initial MAC chaining value, S-ENC, S-MAC */
    size_t n = 0;
    if (key_length != BLOCK || host_id.n > UINT8_MAX || eid.n > UINT8_MAX) return ERR_DATA;
    info[n++] = key_type;
    info[n++] = key_length;
    info[n++] = (uint8_t)host_id.n;
    if (host_id.n) memcpy(info + n, host_id.p, host_id.n);
    n += host_id.n;
    info[n++] = (uint8_t)eid.n;
    if (eid.n) memcpy(info + n, eid.p, eid.n);
    n += eid.n;
    enum err e = x963_kdf(slice_of(z, 32), slice_of(info, n), keys, sizeof keys);
    if (e == OK) e = bsp_make(out, keys, keys + BLOCK, keys + 2 * BLOCK);
    OPENSSL_cleanse(keys, sizeof keys);
    return e;
}

enum err bsp_copy(const struct bsp *bsp, struct bsp **out)
{
    TRY(bsp_make(out, bsp->mac_chaining_value, bsp->enc, bsp->mac));
    (*out)->counter = bsp->counter;
    return OK;
}

/* Plain text of whole blocks, in place of `out`: ICV = AES(S-ENC, counter), then CBC. */
static bool decrypt(struct bsp *bsp, struct slice in, uint8_t *out)
{
    uint8_t counter[BLOCK] = {0};
    uint8_t icv[BLOCK];
    int n;
    for (size_t i = 0; i < sizeof bsp->counter; i++)
        counter[BLOCK - 1 - i] = (uint8_t)(bsp->counter >> (8 * i));
    if (EVP_EncryptUpdate(bsp->icv, icv, &n, counter, BLOCK) != 1 || n != BLOCK) return false;
    if (EVP_DecryptInit_ex2(bsp->cipher, NULL, NULL, icv, NULL) != 1) return false;
    return EVP_DecryptUpdate(bsp->cipher, out, &n, in.p, (int)in.n) == 1 && (size_t)n == in.n;
}

/* The length without the padding 80 00*, which takes 1 to 16 bytes of the last block; false if it is not there. */
static bool unpadded(struct slice padded, size_t *length)
{
    for (size_t i = 1; i <= BLOCK; i++) {
        uint8_t byte = padded.p[padded.n - i];
        if (byte == 0) continue;
        *length = padded.n - i;
        return byte == PADDING_START;
    }
    return false;
}

/* Appends the plain text, or leaves *plain as it was. */
static enum bsp_result open_text(struct bsp *bsp, struct slice text, bool encrypted, struct buf *plain)
{
    size_t before = plain->n;
    size_t length;
    if (!encrypted) {
        buf_append(plain, text);
        return plain->failed ? BSP_FAILED : BSP_OK;
    }
    uint8_t *at = buf_extend(plain, text.n);
    if (!at) return BSP_FAILED;
    enum bsp_result result = BSP_OK;
    if (!decrypt(bsp, text, at)) {
        (void)crypto_failure();
        result = BSP_FAILED;
    } else if (!unpadded(slice_of(at, text.n), &length)) {
        result = BSP_SECURITY;
    }
    if (result != BSP_OK) {
        OPENSSL_cleanse(at, text.n);
        length = 0;
    }
    buf_truncate(plain, before + length);
    return result;
}

enum bsp_result bsp_open(struct bsp *bsp, struct slice header, struct slice value, bool encrypted, struct buf *plain)
{
    uint8_t mac[BLOCK];
    if (value.n < MAC_SIZE || value.n > INT_MAX) return BSP_STRUCTURE;
    struct slice text = slice_of(value.p, value.n - MAC_SIZE);
    if (encrypted && (text.n == 0 || text.n % BLOCK != 0)) return BSP_STRUCTURE;
    const struct slice parts[] = {SLICE(bsp->mac_chaining_value), header, text};
    if (!cmac_run(bsp->cmac, parts, 3, mac)) {
        (void)crypto_failure();
        return BSP_FAILED;
    }
    if (!crypto_equal(mac, value.p + text.n, MAC_SIZE)) return BSP_SECURITY;
    enum bsp_result result = open_text(bsp, text, encrypted, plain);
    if (result != BSP_OK) return result;
    memcpy(bsp->mac_chaining_value, mac, BLOCK);
    bsp->counter++;
    return BSP_OK;
}
