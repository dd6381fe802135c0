/* Elliptic curves (crypto.h): key pairs, ECDSA with SHA-256 in the plain format of BSI TR-03111 4.1.4 and 5.2.1, and
 * ECKA (TR-03111 4.3). Called for every signature of ES10b and ES8+ and by certificate.c.
 *
 * Keys come as raw numbers and points and go straight onto a group that is cached for the process. An EVP_PKEY would
 * have to be built for every call, which costs 8 (public) to 15 us (private) on top of 17 (sign) to 46 us (verify); the
 * EC_KEY of OpenSSL's older interface costs 1 us. It is marked as deprecated but works and draws its randomness from
 * our library context. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/internal.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>

DEFINE_CLEANUP(BIGNUM, BN_clear_free)
DEFINE_CLEANUP(BN_CTX, BN_CTX_free)
DEFINE_CLEANUP(EC_POINT, EC_POINT_clear_free)
DEFINE_CLEANUP(EC_KEY, EC_KEY_free)
DEFINE_CLEANUP(ECDSA_SIG, ECDSA_SIG_free)

/* A source that gives 128 numbers in a row outside [1, n-1] is broken: by chance that happens once in 2^200 times. */
#define GENERATE_ATTEMPTS 128

/* By enum curve. oid: content of the OBJECT IDENTIFIER, 1.2.840.10045.3.1.7 and 1.3.36.3.3.2.8.1.1.7. */
static const struct curve_row {
    const char *name;
    const char *group_name;
    uint8_t oid_length;
    uint8_t oid[9];
    uint8_t order[EC_SCALAR_SIZE];
} curves[] = {
    [CURVE_UNKNOWN] = {"unknown", NULL, 0, {0}, {0}},
    [CURVE_P256] = {"P-256",
                    "prime256v1",
                    8,
                    {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07},
                    {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                     0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51}},
    [CURVE_BRAINPOOLP256R1] = {"brainpoolP256r1",
                               "brainpoolP256r1",
                               9,
                               {0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07},
                               {0xa9, 0xfb, 0x57, 0xdb, 0xa1, 0xee, 0xa9, 0xbc, 0x3e, 0x66, 0x0a,
                                0x90, 0x9d, 0x83, 0x8d, 0x71, 0x8c, 0x39, 0x7a, 0xa3, 0xb5, 0x61,
                                0xa6, 0xf7, 0x90, 0x1e, 0x0e, 0x82, 0x97, 0x48, 0x56, 0xa7}},
};

static const struct curve_row *row_of(enum curve curve)
{
    return curve == CURVE_P256 || curve == CURVE_BRAINPOOLP256R1 ? &curves[curve] : &curves[CURVE_UNKNOWN];
}

const char *curve_name(enum curve curve)
{
    return row_of(curve)->name;
}

const char *curve_group_name(enum curve curve)
{
    return row_of(curve)->group_name;
}

enum curve curve_from_oid(struct slice oid)
{
    if (slice_equal(oid, slice_of(curves[CURVE_P256].oid, curves[CURVE_P256].oid_length))) return CURVE_P256;
    const struct curve_row *brainpool = &curves[CURVE_BRAINPOOLP256R1];
    if (slice_equal(oid, slice_of(brainpool->oid, brainpool->oid_length))) return CURVE_BRAINPOOLP256R1;
    return CURVE_UNKNOWN;
}

/* Constant time in the scalar: the borrow of scalar - n, and the or of its bytes. */
bool ec_scalar_valid(enum curve curve, const uint8_t scalar[EC_SCALAR_SIZE])
{
    const struct curve_row *row = row_of(curve);
    unsigned borrow = 0;
    unsigned any = 0;
    for (size_t i = EC_SCALAR_SIZE; i-- > 0;) {
        borrow = (unsigned)scalar[i] - row->order[i] - borrow;
        borrow = borrow >> 8 & 1;
        any |= scalar[i];
    }
    return borrow == 1 && any != 0;
}

/* The cached group; NULL if the curve is unknown or OpenSSL could not be set up. */
static const EC_GROUP *group_of(const struct crypto_context *c, enum curve curve)
{
    return c && row_of(curve)->group_name ? c->groups[curve] : NULL;
}

static enum err no_group(enum curve curve)
{
    return row_of(curve)->group_name ? crypto_failure() : ERR_DATA;
}

/* Reads 04||X||Y. OpenSSL checks here that X, Y < p and that the point lies on the curve, and this form cannot say
 * infinity. The cofactor of both curves is 1, so that is the whole validation of TR-03111 3.2.1. NULL: *e is ERR_DATA
 * if the point is wrong. */
static EC_POINT *point_read(const EC_GROUP *group, struct slice in, BN_CTX *bn, enum err *e)
{
    *e = ERR_DATA;
    if (in.n != EC_POINT_SIZE || in.p[0] != POINT_CONVERSION_UNCOMPRESSED) return NULL;
    EC_POINT *point = EC_POINT_new(group);
    if (!point) {
        *e = crypto_failure();
        return NULL;
    }
    ERR_clear_error();
    if (EC_POINT_oct2point(group, point, in.p, in.n, bn) == 1) {
        *e = OK;
        return point;
    }
    /* Only these two say that the point is wrong, and only if nothing failed before them, as for want of memory. */
    unsigned long error = ERR_peek_error();
    bool wrong = ERR_GET_LIB(error) == ERR_LIB_EC && (ERR_GET_REASON(error) == EC_R_INVALID_ENCODING ||
                                                      ERR_GET_REASON(error) == EC_R_POINT_IS_NOT_ON_CURVE);
    enum err failure = crypto_failure();
    *e = wrong ? ERR_DATA : failure;
    EC_POINT_free(point);
    return NULL;
}

enum err ec_point_check(enum curve curve, struct slice point, bool *valid)
{
    const struct crypto_context *c = crypto_context();
    const EC_GROUP *group = group_of(c, curve);
    enum err e = OK;
    *valid = false;
    if (!group) e = no_group(curve);
    if (!group) return e == ERR_DATA ? OK : e;
    CLEANUP(BN_CTX) *bn = BN_CTX_new_ex(c->library);
    if (!bn) return crypto_failure();
    CLEANUP(EC_POINT) *read = point_read(group, point, bn, &e);
    *valid = read != NULL;
    return e == ERR_DATA ? OK : e;
}

static BIGNUM *scalar_read(const uint8_t sk[EC_SCALAR_SIZE])
{
    BIGNUM *k = BN_new();
    if (!k) return NULL;
    BN_set_flags(k, BN_FLG_CONSTTIME);
    if (BN_bin2bn(sk, EC_SCALAR_SIZE, k)) return k;
    BN_clear_free(k);
    return NULL;
}

enum err ec_public(enum curve curve, const uint8_t sk[EC_SCALAR_SIZE], uint8_t pk[EC_POINT_SIZE])
{
    const struct crypto_context *c = crypto_context();
    const EC_GROUP *group = group_of(c, curve);
    if (!group) return no_group(curve);
    if (!ec_scalar_valid(curve, sk)) return ERR_DATA;
    CLEANUP(BN_CTX) *bn = BN_CTX_new_ex(c->library);
    CLEANUP(BIGNUM) *k = scalar_read(sk);
    CLEANUP(EC_POINT) *point = EC_POINT_new(group);
    if (!bn || !k || !point || EC_POINT_mul(group, point, k, NULL, NULL, bn) != 1) return crypto_failure();
    size_t n = EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, pk, EC_POINT_SIZE, bn);
    return n == EC_POINT_SIZE ? OK : crypto_failure();
}

enum err ec_generate(enum curve curve, uint8_t sk[EC_SCALAR_SIZE], uint8_t pk[EC_POINT_SIZE])
{
    enum err e = ERR_DATA;
    if (!row_of(curve)->group_name) return e;
    for (unsigned attempt = 0; attempt < GENERATE_ATTEMPTS; attempt++) {
        e = crypto_random(sk, EC_SCALAR_SIZE);
        if (e != OK || ec_scalar_valid(curve, sk)) break;
        e = ERR_RANDOM;
    }
    if (e == OK) e = ec_public(curve, sk, pk);
    if (e != OK) OPENSSL_cleanse(sk, EC_SCALAR_SIZE);
    return e;
}

enum err ecdsa_sign(enum curve curve, const uint8_t sk[EC_SCALAR_SIZE], const struct slice *parts, size_t n,
                    uint8_t out[ECDSA_RAW_SIZE])
{
    const struct crypto_context *c = crypto_context();
    const EC_GROUP *group = group_of(c, curve);
    uint8_t hash[32];
    if (!group) return no_group(curve);
    if (!ec_scalar_valid(curve, sk)) return ERR_DATA;
    TRY(crypto_sha256(parts, n, hash));
    CLEANUP(EC_KEY) *key = EC_KEY_new_ex(c->library, NULL);
    CLEANUP(BIGNUM) *k = scalar_read(sk);
    if (!key || !k || EC_KEY_set_group(key, group) != 1 || EC_KEY_set_private_key(key, k) != 1) return crypto_failure();
    CLEANUP(ECDSA_SIG) *signature = ECDSA_do_sign(hash, sizeof hash, key);
    if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, 32) != 32 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + 32, 32) != 32)
        return crypto_failure();
    return OK;
}

static ECDSA_SIG *signature_read(const uint8_t raw[ECDSA_RAW_SIZE])
{
    ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, 32, NULL);
    BIGNUM *s = BN_bin2bn(raw + 32, 32, NULL);
    if (signature && r && s && ECDSA_SIG_set0(signature, r, s) == 1) return signature;
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(signature);
    return NULL;
}

enum err ecdsa_verify(enum curve curve, struct slice point, const struct slice *parts, size_t n, struct slice signature,
                      bool *valid)
{
    const struct crypto_context *c = crypto_context();
    const EC_GROUP *group = group_of(c, curve);
    uint8_t hash[32];
    enum err e;
    *valid = false;
    if (!group) return no_group(curve);
    if (signature.n != ECDSA_RAW_SIZE || !ec_scalar_valid(curve, signature.p) ||
        !ec_scalar_valid(curve, signature.p + 32))
        return OK;
    CLEANUP(BN_CTX) *bn = BN_CTX_new_ex(c->library);
    if (!bn) return crypto_failure();
    CLEANUP(EC_POINT) *read = point_read(group, point, bn, &e);
    if (!read) return e == ERR_DATA ? OK : e;
    TRY(crypto_sha256(parts, n, hash));
    CLEANUP(ECDSA_SIG) *sig = signature_read(signature.p);
    CLEANUP(EC_KEY) *key = EC_KEY_new_ex(c->library, NULL);
    if (!sig || !key || EC_KEY_set_group(key, group) != 1 || EC_KEY_set_public_key(key, read) != 1)
        return crypto_failure();
    int result = ECDSA_do_verify(hash, sizeof hash, sig, key);
    if (result < 0) return crypto_failure();
    *valid = result == 1;
    return OK;
}

enum err ecka(enum curve curve, const uint8_t sk[EC_SCALAR_SIZE], struct slice point, uint8_t z[32])
{
    const struct crypto_context *c = crypto_context();
    const EC_GROUP *group = group_of(c, curve);
    enum err e;
    if (!group) return no_group(curve);
    if (!ec_scalar_valid(curve, sk)) return ERR_DATA;
    CLEANUP(BN_CTX) *bn = BN_CTX_new_ex(c->library);
    if (!bn) return crypto_failure();
    CLEANUP(EC_POINT) *peer = point_read(group, point, bn, &e);
    if (!peer) return e;
    CLEANUP(BIGNUM) *k = scalar_read(sk);
    CLEANUP(BIGNUM) *x = BN_new();
    CLEANUP(EC_POINT) *product = EC_POINT_new(group);
    /* One point and no multiple of the generator: OpenSSL takes its constant-time ladder. */
    if (!k || !x || !product || EC_POINT_mul(group, product, NULL, peer, k, bn) != 1) return crypto_failure();
    /* Fails for infinity, which cannot come out of a point of prime order and 1 <= k < n. */
    if (EC_POINT_get_affine_coordinates(group, product, x, NULL, bn) != 1) return crypto_failure();
    return BN_bn2binpad(x, z, 32) == 32 ? OK : crypto_failure();
}
