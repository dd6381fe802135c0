/* Concealment of the permanent identifier, ECIES profiles A and B (3GPP TS 33.501 C.3, SEC 1 5.1.3). Called by
 * src/uicc/identity.c. */
#include "crypto/aka.h"
#include "crypto/internal.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

DEFINE_CLEANUP(BN_CTX, BN_CTX_free)
DEFINE_CLEANUP(EC_POINT, EC_POINT_free)
DEFINE_CLEANUP(EVP_CIPHER, EVP_CIPHER_free)
DEFINE_CLEANUP(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)
DEFINE_CLEANUP(EVP_PKEY, EVP_PKEY_free)
DEFINE_CLEANUP(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

#define SHARED_SIZE 32
#define PUBLIC_MAX 33
#define ENCRYPTION_KEY 16
#define COUNTER 16
#define MAC_KEY 32
#define TAG 8

/* One key agreement: the ephemeral public key as it is sent, and what both sides share. */
struct agreement {
    uint8_t sent[PUBLIC_MAX];
    size_t sent_size;
    uint8_t shared[SHARED_SIZE];
};

/* Why OpenSSL took no public key: it is wrong only if the part of OpenSSL that looks at it says so first. */
static enum err wrong_key(int looks)
{
    const bool wrong = ERR_GET_LIB(ERR_peek_error()) == looks;
    enum err e = crypto_failure();
    return e == ERR_CRYPTO && wrong ? ERR_DATA : e;
}

/* X25519 (RFC 7748): OpenSSL clamps the private key and refuses a shared secret of zero. */
static enum err agree_x25519(const uint8_t *private_key, struct slice network_key, struct agreement *out)
{
    const struct crypto_context *c = crypto_context();
    size_t n = SHARED_SIZE;
    if (!c) return crypto_failure();
    if (network_key.n != 32) return ERR_DATA;
    CLEANUP(EVP_PKEY) *mine = EVP_PKEY_new_raw_private_key_ex(c->library, "X25519", NULL, private_key, 32);
    CLEANUP(EVP_PKEY) *theirs = EVP_PKEY_new_raw_public_key_ex(c->library, "X25519", NULL, network_key.p, 32);
    CLEANUP(EVP_PKEY_CTX) *ctx = mine ? EVP_PKEY_CTX_new_from_pkey(c->library, mine, NULL) : NULL;
    out->sent_size = 32;
    if (!ctx || !theirs || EVP_PKEY_get_raw_public_key(mine, out->sent, &out->sent_size) != 1 ||
        EVP_PKEY_derive_init(ctx) != 1 || EVP_PKEY_derive_set_peer(ctx, theirs) != 1)
        return crypto_failure();
    ERR_clear_error();
    return EVP_PKEY_derive(ctx, out->shared, &n) == 1 && n == SHARED_SIZE ? OK : wrong_key(ERR_LIB_PROV);
}

/* 02||X, 03||X or 04||X||Y to 04||X||Y. */
static enum err decompress(struct slice key, uint8_t point[EC_POINT_SIZE])
{
    const struct crypto_context *c = crypto_context();
    if (!c) return crypto_failure();
    bool compressed = key.n == PUBLIC_MAX && (key.p[0] == 2 || key.p[0] == 3);
    if (!compressed && (key.n != EC_POINT_SIZE || key.p[0] != 4)) return ERR_DATA;
    const EC_GROUP *group = c->groups[CURVE_P256];
    CLEANUP(BN_CTX) *bn = BN_CTX_new_ex(c->library);
    CLEANUP(EC_POINT) *read = EC_POINT_new(group);
    if (!bn || !read) return crypto_failure();
    ERR_clear_error();
    if (EC_POINT_oct2point(group, read, key.p, key.n, bn) != 1) return wrong_key(ERR_LIB_EC);
    size_t n = EC_POINT_point2oct(group, read, POINT_CONVERSION_UNCOMPRESSED, point, EC_POINT_SIZE, bn);
    return n == EC_POINT_SIZE ? OK : crypto_failure();
}

static enum err agree_p256(struct slice network_key, struct agreement *out)
{
    uint8_t theirs[EC_POINT_SIZE];
    uint8_t mine[EC_POINT_SIZE];
    uint8_t private_key[EC_SCALAR_SIZE];
    TRY(decompress(network_key, theirs));
    enum err e = ec_generate(CURVE_P256, private_key, mine);
    if (e == OK) e = ecka(CURVE_P256, private_key, SLICE(theirs), out->shared);
    OPENSSL_cleanse(private_key, sizeof private_key);
    if (e != OK) return e;
    out->sent_size = PUBLIC_MAX;
    out->sent[0] = (uint8_t)(2 + (mine[EC_POINT_SIZE - 1] & 1));
    memcpy(out->sent + 1, mine + 1, 32);
    return OK;
}

static enum err agree(enum suci_scheme scheme, struct slice network_key, struct agreement *out)
{
    uint8_t private_key[32];
    if (scheme == SUCI_PROFILE_B) return agree_p256(network_key, out);
    TRY(crypto_random(private_key, sizeof private_key));
    enum err e = agree_x25519(private_key, network_key, out);
    OPENSSL_cleanse(private_key, sizeof private_key);
    return e;
}

static enum err encrypt(const uint8_t *key, const uint8_t *counter, struct slice plain, uint8_t *out)
{
    const struct crypto_context *c = crypto_context();
    int n = 0;
    if (!c) return crypto_failure();
    CLEANUP(EVP_CIPHER) *aes = EVP_CIPHER_fetch(c->library, "AES-128-CTR", NULL);
    CLEANUP(EVP_CIPHER_CTX) *ctx = EVP_CIPHER_CTX_new();
    if (!aes || !ctx || EVP_EncryptInit_ex2(ctx, aes, key, counter, NULL) != 1) return crypto_failure();
    return EVP_EncryptUpdate(ctx, out, &n, plain.p, (int)plain.n) == 1 && (size_t)n == plain.n ? OK : crypto_failure();
}

static enum err tag_of(const uint8_t key[MAC_KEY], struct slice cipher_text, uint8_t tag[TAG])
{
    const struct crypto_context *c = crypto_context();
    uint8_t mac[32];
    size_t n = 0;
    if (!c) return crypto_failure();
    if (!EVP_Q_mac(c->library, "HMAC", NULL, "SHA256", NULL, key, MAC_KEY, cipher_text.p, cipher_text.n, mac,
                   sizeof mac, &n) ||
        n != sizeof mac)
        return crypto_failure();
    memcpy(tag, mac, TAG);
    return OK;
}

enum err suci_conceal(enum suci_scheme scheme, struct slice network_key, struct slice plain, struct buf *out)
{
    struct agreement a = {0};
    uint8_t keys[ENCRYPTION_KEY + COUNTER + MAC_KEY];
    uint8_t tag[TAG];
    BUF_LOCAL cipher_text = {0};
    if ((scheme != SUCI_PROFILE_A && scheme != SUCI_PROFILE_B) || plain.n == 0 || plain.n > INT_MAX) return ERR_DATA;
    uint8_t *at = buf_extend(&cipher_text, plain.n);
    if (!at) return ERR_MEMORY;
    enum err e = agree(scheme, network_key, &a);
    if (e == OK) e = x963_kdf(SLICE(a.shared), slice_of(a.sent, a.sent_size), keys, sizeof keys);
    if (e == OK) e = encrypt(keys, keys + ENCRYPTION_KEY, plain, at);
    if (e == OK) e = tag_of(keys + ENCRYPTION_KEY + COUNTER, buf_slice(&cipher_text), tag);
    if (e == OK) {
        buf_append(out, slice_of(a.sent, a.sent_size));
        buf_append(out, buf_slice(&cipher_text));
        buf_append(out, SLICE(tag));
        e = buf_err(out);
    }
    OPENSSL_cleanse(&a, sizeof a);
    OPENSSL_cleanse(keys, sizeof keys);
    return e;
}
