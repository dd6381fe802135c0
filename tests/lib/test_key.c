/* Key pairs, ECDSA and ECKA for the doubles; see primitives.h. Signing is done with the group's arithmetic since
 * OpenSSL 3.0 has no RFC 6979; verification is OpenSSL's own ECDSA. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "primitives.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

static EC_GROUP *group_new(enum test_curve curve)
{
    static const int nids[] = {NID_X9_62_prime256v1, NID_brainpoolP256r1, NID_X9_62_prime192v1, NID_brainpoolP192r1};
    return EC_GROUP_new_by_curve_name(nids[curve]);
}

static size_t coordinate_size(enum test_curve curve)
{
    return curve == TEST_P192 || curve == TEST_BP192 ? 24 : 32;
}

bool test_key_private(struct test_key *key, enum test_curve curve, struct slice d)
{
    *key = (struct test_key){.curve = curve, .n = coordinate_size(curve), .has_private = true};
    if (d.n != key->n) return false;
    memcpy(key->private_key, d.p, d.n);
    EC_GROUP *group = group_new(curve);
    EC_POINT *q = group ? EC_POINT_new(group) : NULL;
    BIGNUM *scalar = BN_bin2bn(d.p, (int)d.n, NULL);
    bool ok = q && scalar && !BN_is_zero(scalar) && BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0 &&
              EC_POINT_mul(group, q, scalar, NULL, NULL, NULL) == 1;
    if (ok)
        key->point_n = EC_POINT_point2oct(group, q, POINT_CONVERSION_UNCOMPRESSED, key->point, sizeof key->point, NULL);
    BN_clear_free(scalar);
    EC_POINT_free(q);
    EC_GROUP_free(group);
    return ok && key->point_n == 1 + 2 * key->n;
}

bool test_key_public(struct test_key *key, enum test_curve curve, struct slice point)
{
    *key = (struct test_key){.curve = curve, .n = coordinate_size(curve)};
    if (point.n != 1 + 2 * key->n || point.p[0] != 4) return false;
    EC_GROUP *group = group_new(curve);
    EC_POINT *q = group ? EC_POINT_new(group) : NULL;
    bool ok = q && EC_POINT_oct2point(group, q, point.p, point.n, NULL) == 1;
    EC_POINT_free(q);
    EC_GROUP_free(group);
    if (!ok) return false;
    memcpy(key->point, point.p, point.n);
    key->point_n = point.n;
    return true;
}

bool test_key_derive(struct test_key *key, enum test_curve curve, struct slice seed, const char *label)
{
    for (uint8_t attempt = 0; attempt < 64; attempt++) {
        uint8_t d[32];
        BUF_LOCAL in = {0};
        buf_append(&in, slice_text(label));
        buf_byte(&in, attempt);
        test_hmac_sha256(seed, buf_slice(&in), d);
        if (test_key_private(key, curve, slice_of(d, coordinate_size(curve)))) return true;
    }
    return false;
}

void test_key_identifier(const struct test_key *key, uint8_t out[20])
{
    test_sha1(test_key_point(key), out);
}

/* bits2int of RFC 6979 2.3.2: the leftmost bits of the hash, as many as the order has. */
static void hash_to_number(const uint8_t hash[32], const BIGNUM *order, BIGNUM *out)
{
    int excess = 256 - BN_num_bits(order);
    BN_bin2bn(hash, 32, out);
    if (excess > 0) BN_rshift(out, out, excess);
}

struct nonce {
    uint8_t k[32];
    uint8_t v[32];
};

/* K = HMAC(K, V || middle || more); V = HMAC(K, V): steps d to g of RFC 6979 3.2. */
static void nonce_mix(struct nonce *s, uint8_t middle, struct slice more)
{
    BUF_LOCAL in = {0};
    buf_append(&in, SLICE(s->v));
    buf_byte(&in, middle);
    buf_append(&in, more);
    test_hmac_sha256(SLICE(s->k), buf_slice(&in), s->k);
    test_hmac_sha256(SLICE(s->k), SLICE(s->v), s->v);
}

/* One candidate: r = (k * G).x, s = (e + r d) / k; false if the candidate is out of range. */
static bool sign_with(const EC_GROUP *group, const BIGNUM *k, const BIGNUM *d, const BIGNUM *e, BIGNUM *r, BIGNUM *s,
                      BN_CTX *ctx)
{
    const BIGNUM *order = EC_GROUP_get0_order(group);
    if (BN_is_zero(k) || BN_cmp(k, order) >= 0) return false;
    EC_POINT *p = EC_POINT_new(group);
    BIGNUM *inverse = BN_mod_inverse(NULL, k, order, ctx);
    bool ok = p && inverse && EC_POINT_mul(group, p, k, NULL, NULL, ctx) == 1 &&
              EC_POINT_get_affine_coordinates(group, p, r, NULL, ctx) == 1 && BN_nnmod(r, r, order, ctx) == 1 &&
              BN_mod_mul(s, r, d, order, ctx) == 1 && BN_mod_add(s, s, e, order, ctx) == 1 &&
              BN_mod_mul(s, s, inverse, order, ctx) == 1 && !BN_is_zero(r) && !BN_is_zero(s);
    BN_clear_free(inverse);
    EC_POINT_free(p);
    return ok;
}

bool test_sign(const struct test_key *key, struct slice message, struct buf *signature)
{
    if (!key->has_private) return false;
    uint8_t hash[32];
    test_sha256(message, hash);
    EC_GROUP *group = group_new(key->curve);
    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *d = BN_bin2bn(key->private_key, (int)key->n, NULL);
    BIGNUM *e = BN_new();
    BIGNUM *k = BN_new();
    BIGNUM *r = BN_new();
    BIGNUM *s = BN_new();
    bool ok = false;
    if (group && ctx && d && e && k && r && s) {
        const BIGNUM *order = EC_GROUP_get0_order(group);
        hash_to_number(hash, order, e);
        BN_nnmod(e, e, order, ctx);
        uint8_t seed[2 * TEST_KEY_MAX];
        memcpy(seed, key->private_key, key->n);
        BN_bn2binpad(e, seed + key->n, (int)key->n);
        struct nonce state = {{0}, {0}};
        memset(state.v, 1, sizeof state.v);
        nonce_mix(&state, 0, slice_of(seed, 2 * key->n));
        nonce_mix(&state, 1, slice_of(seed, 2 * key->n));
        for (int attempt = 0; attempt < 64 && !ok; attempt++) {
            test_hmac_sha256(SLICE(state.k), SLICE(state.v), state.v);
            hash_to_number(state.v, order, k);
            ok = sign_with(group, k, d, e, r, s, ctx);
            if (!ok) nonce_mix(&state, 0, slice_of(NULL, 0));
        }
    }
    uint8_t *out = ok ? buf_extend(signature, 2 * key->n) : NULL;
    ok = out && BN_bn2binpad(r, out, (int)key->n) == (int)key->n &&
         BN_bn2binpad(s, out + key->n, (int)key->n) == (int)key->n;
    BN_clear_free(d);
    BN_free(e);
    BN_clear_free(k);
    BN_free(r);
    BN_free(s);
    BN_CTX_free(ctx);
    EC_GROUP_free(group);
    return ok;
}

static EC_KEY *ec_key_new(const struct test_key *key)
{
    EC_GROUP *group = group_new(key->curve);
    EC_KEY *ec = EC_KEY_new();
    EC_POINT *q = group ? EC_POINT_new(group) : NULL;
    bool ok = ec && q && EC_POINT_oct2point(group, q, key->point, key->point_n, NULL) == 1 &&
              EC_KEY_set_group(ec, group) == 1 && EC_KEY_set_public_key(ec, q) == 1;
    EC_POINT_free(q);
    EC_GROUP_free(group);
    if (ok) return ec;
    EC_KEY_free(ec);
    return NULL;
}

bool test_verify(const struct test_key *key, struct slice message, struct slice signature)
{
    if (signature.n != 2 * key->n || key->point_n == 0) return false;
    uint8_t hash[32];
    test_sha256(message, hash);
    EC_KEY *ec = ec_key_new(key);
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature.p, (int)key->n, NULL);
    BIGNUM *s = BN_bin2bn(signature.p + key->n, (int)key->n, NULL);
    bool owned = ec && sig && r && s && ECDSA_SIG_set0(sig, r, s) == 1;
    bool ok = owned && ECDSA_do_verify(hash, sizeof hash, sig, ec) == 1;
    if (!owned) {
        BN_free(r);
        BN_free(s);
    }
    ECDSA_SIG_free(sig);
    EC_KEY_free(ec);
    return ok;
}

bool test_agree(const struct test_key *mine, const struct test_key *other, uint8_t z[32])
{
    if (!mine->has_private || mine->curve != other->curve || mine->n != 32) return false;
    EC_GROUP *group = group_new(mine->curve);
    EC_POINT *q = group ? EC_POINT_new(group) : NULL;
    BIGNUM *d = BN_bin2bn(mine->private_key, (int)mine->n, NULL);
    BIGNUM *x = BN_new();
    bool ok = q && d && x && EC_POINT_oct2point(group, q, other->point, other->point_n, NULL) == 1 &&
              EC_POINT_mul(group, q, NULL, q, d, NULL) == 1 &&
              EC_POINT_get_affine_coordinates(group, q, x, NULL, NULL) == 1 && BN_bn2binpad(x, z, 32) == 32;
    BN_clear_free(d);
    BN_clear_free(x);
    EC_POINT_free(q);
    EC_GROUP_free(group);
    return ok;
}
