/* src/crypto without certificates: digests, key derivation, AES, elliptic curves. Known answers from standards are
 * named where they are used; tests/kat/bsp.txt has those of bound profile packages. The random source and BSP have
 * tests of their own: test_crypto_random.c, test_bsp.c. */
#include "crypto_helpers.h"

#include <openssl/kdf.h>

static const enum curve curves[] = {CURVE_P256, CURVE_BRAINPOOLP256R1};
/* Orders of the two curves: SEC 2 2.4.2, RFC 5639 3.4. */
static const char *const orders[] = {"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
                                     "a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7"};
static const char *const primes[] = {"ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
                                     "a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377"};

static struct stream shared_stream = {.state = 1};

static void bind(void)
{
    shared_stream = (struct stream){.state = 1};
    crypto_bind_random(stream_draw, &shared_stream);
}

static void unbind(void)
{
    crypto_bind_random(NULL, NULL);
}

/* ---- digests, derivation, AES ---- */

START_TEST(digests)
{
    uint8_t out[32];
    uint8_t want[32];
    const struct slice abc[] = {slice_text("a"), slice_of(NULL, 0), slice_text("bc")};
    ok(crypto_sha256(abc, 3, out)); /* FIPS 180-4 example */
    unhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", want, 32);
    ck_assert_mem_eq(out, want, 32);
    ok(crypto_sha1(slice_text("abc"), out));
    unhex("a9993e364706816aba3e25717850c26c9cd0d89d", want, 20);
    ck_assert_mem_eq(out, want, 20);
    ok(crypto_sha256(NULL, 0, out));
    unhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", want, 32);
    ck_assert_mem_eq(out, want, 32);
    ck_assert(crypto_equal(out, want, 32));
    want[31] ^= 1;
    ck_assert(!crypto_equal(out, want, 32));
    ck_assert(crypto_equal(out, want, 31));
}
END_TEST

static void check_x963(struct slice z, struct slice info, struct slice want)
{
    uint8_t out[128];
    ok(x963_kdf(z, info, out, want.n));
    ck_assert_mem_eq(out, want.p, want.n);
}

START_TEST(x963_known_answers)
{
    uint8_t z[24];
    uint8_t key[16];
    /* NIST CAVS ANSI X9.63 (2001), SHA-256, shared secret 192 bits, no SharedInfo, first vector. */
    unhex("96c05619d56c328ab95fe84b18264b08725b85e33fd34f08", z, sizeof z);
    unhex("443024c3dae66b95e6f5670601558f71", key, sizeof key);
    check_x963(SLICE(z), slice_of(NULL, 0), SLICE(key));

    struct kat *k = kat_open("bsp.txt");
    ck_assert_ptr_nonnull(k);
    const char *const names[] = {"kdf", "third_party.0.kdf", "third_party.1.kdf"};
    for (size_t i = 0; i < 3; i++) {
        struct slice secret = kat_slicef(k, "%s.z", names[i]);
        struct slice info = kat_slicef(k, "%s.shared_info", names[i]);
        BUF_LOCAL want = {0};
        buf_append(&want, kat_slicef(k, "%s.block1", names[i]));
        buf_append(&want, kat_slicef(k, "%s.block2", names[i]));
        for (size_t n = 1; n <= want.n; n++)
            check_x963(secret, info, slice_of(want.p, n));
    }
    kat_free(k);
}
END_TEST

START_TEST(x963_against_openssl)
{
    uint8_t ours[131];
    uint8_t theirs[131];
    uint8_t z[32] = {0, 1, 2};
    uint8_t info[36] = {9};
    char digest[] = "SHA256";
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "X963KDF", NULL);
    for (size_t n = 1; n <= sizeof ours; n++) {
        EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
        OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, z, sizeof z),
                               OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof info),
                               OSSL_PARAM_construct_end()};
        ck_assert_int_eq(EVP_KDF_derive(ctx, theirs, n, params), 1);
        EVP_KDF_CTX_free(ctx);
        ok(x963_kdf(SLICE(z), SLICE(info), ours, n));
        ck_assert_mem_eq(ours, theirs, n);
        z[n % 32]++;
    }
    EVP_KDF_free(kdf);
}
END_TEST

START_TEST(aes)
{
    uint8_t key[16];
    uint8_t iv[16];
    uint8_t in[64];
    uint8_t out[64];
    uint8_t want[64];
    unhex("000102030405060708090a0b0c0d0e0f", key, 16); /* FIPS 197 C.1 */
    unhex("00112233445566778899aabbccddeeff", in, 16);
    unhex("69c4e0d86a7b0430d8cdb78070b4c55a", want, 16);
    ok(aes128_ecb_encrypt(key, in, out));
    ck_assert_mem_eq(out, want, 16);

    unhex("2b7e151628aed2a6abf7158809cf4f3c", key, 16); /* SP 800-38A F.2.2 */
    unhex("000102030405060708090a0b0c0d0e0f", iv, 16);
    unhex("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
          "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7",
          in, 64);
    unhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
          "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
          want, 64);
    ok(aes128_cbc_decrypt(key, iv, SLICE(in), out));
    ck_assert_mem_eq(out, want, 64);
    ck_assert_int_eq(aes128_cbc_decrypt(key, iv, slice_of(in, 17), out), ERR_DATA);
    ok(aes128_cbc_decrypt(key, iv, slice_of(NULL, 0), NULL));

    /* RFC 4493 4: the message is the plain text above, cut after 0, 16, 40 and 64 bytes. */
    static const struct {
        size_t n;
        const char *mac;
    } rows[] = {{0, "bb1d6929e95937287fa37d129b756746"},
                {16, "070a16b46b4d4144f79bdd9dd04a287c"},
                {40, "dfa66747de9ae63030ca32611497c827"},
                {64, "51f0bebf7e3b9d92fc49741779363cfe"}};
    for (size_t i = 0; i < 4; i++) {
        const struct slice parts[] = {slice_of(want, rows[i].n / 3),
                                      slice_of(want + rows[i].n / 3, rows[i].n - rows[i].n / 3)};
        uint8_t mac[16];
        unhex(rows[i].mac, mac, 16);
        ok(aes128_cmac(key, parts, 2, out));
        ck_assert_mem_eq(out, mac, 16);
    }
}
END_TEST

/* ---- elliptic curves ---- */

static void scalar_add(uint8_t scalar[32], int add)
{
    for (size_t i = 32; i-- > 0;) {
        int sum = scalar[i] + add;
        scalar[i] = (uint8_t)sum;
        add = sum < 0 ? -1 : sum > 255 ? 1 : 0;
    }
}

/* d, the peer's point, the shared X coordinate. */
static const struct {
    enum curve curve;
    const char *d, *peer, *z;
} agreements[] = {
    /* NIST CAVS ECC CDH P-256, count 0 */
    {CURVE_P256, "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
     "04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
     "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
     "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b"},
    /* RFC 7027 A.1 */
    {CURVE_BRAINPOOLP256R1, "81db1ee100150ff2ea338d708271be38300cb54241d79950f77b063039804f1d",
     "048d2d688c6cf93e1160ad04cc4429117dc2c41825e1e9fca0addd34e6f1b39f7b"
     "990c57520812be512641e47034832106bc7d3e8dd0e4c7f1136d7006547cec6a",
     "89afc39d41d3b327814b80940b042590f96556ec91e6ae7939bce31f3a18bf2b"},
    {CURVE_BRAINPOOLP256R1, "55e40bc41e37e3e2ad25c3c6654511ffa8474a91a0032087593852d3e7d76bd3",
     "0444106e913f92bc02a1705d9953a8414db95e1aaa49e81d9e85f929a8e3100be5"
     "8ab4846f11caccb73ce49cbdd120f5a900a69fd32c272223f789ef10eb089bdc",
     "89afc39d41d3b327814b80940b042590f96556ec91e6ae7939bce31f3a18bf2b"},
};

START_TEST(key_agreement)
{
    uint8_t d[32];
    uint8_t peer[65];
    uint8_t want[32];
    uint8_t z[32];
    for (size_t i = 0; i < sizeof agreements / sizeof agreements[0]; i++) {
        unhex(agreements[i].d, d, 32);
        unhex(agreements[i].peer, peer, 65);
        unhex(agreements[i].z, want, 32);
        ok(ecka(agreements[i].curve, d, SLICE(peer), z));
        ck_assert_mem_eq(z, want, 32);
    }
    struct kat *k = kat_open("bsp.txt");
    ck_assert_ptr_nonnull(k);
    const char *const sides[] = {"DP", "EUICC"};
    for (size_t i = 0; i < 2; i++) {
        uint8_t pk[65];
        ok(ecka(CURVE_P256, kat_slicef(k, "otSK_%s", sides[i]).p, kat_slicef(k, "otPK_%s", sides[1 - i]), z));
        ck_slice_eq(SLICE(z), kat_slice(k, "kdf.z"));
        ok(ec_public(CURVE_P256, kat_slicef(k, "otSK_%s", sides[i]).p, pk));
        ck_slice_eq(SLICE(pk), kat_slicef(k, "otPK_%s", sides[i]));
    }
    kat_free(k);
}
END_TEST

/* 600 agreements with OpenSSL's own EVP_PKEY_derive; some results start with 00, which must stay. */
START_TEST(key_agreement_against_openssl)
{
    enum curve curve = curves[_i];
    size_t leading_zeros = 0;
    uint8_t sk[32], pk[65], peer_sk[32], peer_pk[65], z[32], theirs[32];
    ok(ec_generate(curve, peer_sk, peer_pk));
    for (size_t i = 0; i < 600 || leading_zeros == 0; i++) {
        size_t n = sizeof theirs;
        ck_assert_uint_lt(i, 20000);
        ok(ec_generate(curve, sk, pk));
        ok(ecka(curve, sk, SLICE(peer_pk), z));
        leading_zeros += z[0] == 0;
        if (i % 20 != 0 && z[0] != 0) continue;
        EVP_PKEY *mine = openssl_key(curve, sk, SLICE(pk));
        EVP_PKEY *peer = openssl_key(curve, NULL, SLICE(peer_pk));
        EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(mine, NULL);
        ck_assert_int_eq(EVP_PKEY_derive_init(ctx), 1);
        ck_assert_int_eq(EVP_PKEY_derive_set_peer(ctx, peer), 1);
        ck_assert_int_eq(EVP_PKEY_derive(ctx, theirs, &n), 1);
        ck_assert_mem_eq(z, theirs, 32);
        EVP_PKEY_CTX_free(ctx);
        EVP_PKEY_free(peer);
        EVP_PKEY_free(mine);
    }
}
END_TEST

/* No function may take such a point for a key. */
static bool point_valid(enum curve curve, struct slice point)
{
    bool valid = !curve;
    ok(ec_point_check(curve, point, &valid));
    return valid;
}

static void check_bad_point(enum curve curve, struct slice point)
{
    static const uint8_t sk[32] = {[31] = 5};
    static const uint8_t signature[64] = {[31] = 1, [63] = 1};
    struct slice message = slice_text("m");
    uint8_t z[32];
    uint8_t *copy = exact(point);
    bool valid = true;
    ck_assert(!point_valid(curve, slice_of(copy, point.n)));
    ck_assert_int_eq(ecka(curve, sk, slice_of(copy, point.n), z), ERR_DATA);
    ok(ecdsa_verify(curve, slice_of(copy, point.n), &message, 1, SLICE(signature), &valid));
    ck_assert(!valid);
    free(copy);
}

START_TEST(bad_points)
{
    enum curve curve = curves[_i];
    uint8_t sk[32], pk[65], bad[66];
    ok(ec_generate(curve, sk, pk));
    ck_assert(point_valid(curve, SLICE(pk)));
    ck_assert(!point_valid(CURVE_UNKNOWN, SLICE(pk)));
    ck_assert(!point_valid(curves[1 - _i], SLICE(pk)));
    for (size_t n = 0; n < 65; n++) /* truncated; one byte 04 among them */
        check_bad_point(curve, slice_of(pk, n));
    for (size_t i = 0; i < 65; i++) { /* off the curve */
        memcpy(bad, pk, 65);
        bad[i] ^= (uint8_t)(1u << i % 8);
        check_bad_point(curve, slice_of(bad, 65));
    }
    memcpy(bad, pk, 65);
    bad[65] = 0;
    check_bad_point(curve, slice_of(bad, 66));
    bad[0] = (uint8_t)(6 | (pk[64] & 1)); /* hybrid form */
    check_bad_point(curve, slice_of(bad, 65));
    bad[0] = (uint8_t)(2 | (pk[64] & 1)); /* compressed form */
    check_bad_point(curve, slice_of(bad, 33));
    memset(bad, 0, sizeof bad); /* infinity as 00, as 00 00*, as 04 00* */
    check_bad_point(curve, slice_of(bad, 1));
    check_bad_point(curve, slice_of(bad, 65));
    bad[0] = 4;
    check_bad_point(curve, slice_of(bad, 65));
    /* A coordinate not below p: for small X, X + p still fits into 32 bytes and is the same number modulo p. */
    unhex(primes[_i], bad + 1, 32);
    check_bad_point(curve, slice_of(bad, 65));
    memcpy(bad, pk, 65);
    BIGNUM *x = BN_bin2bn(pk + 1, 32, NULL), *p = NULL;
    ck_assert_int_gt(BN_hex2bn(&p, primes[_i]), 0);
    ck_assert_int_eq(BN_add(x, x, p), 1);
    if (BN_num_bytes(x) <= 32) {
        BN_bn2binpad(x, bad + 1, 32);
        check_bad_point(curve, slice_of(bad, 65));
    }
    BN_free(x);
    BN_free(p);
}
END_TEST

START_TEST(private_key_range)
{
    enum curve curve = curves[_i];
    struct slice message = slice_text("m");
    uint8_t sk[32], pk[65], generator[65], signature[64], z[32];
    memset(sk, 0, 32);
    sk[31] = 1;
    ok(ec_public(curve, sk, generator));
    for (int add = -1; add <= 3; add++) { /* n-1 is good; n, n+1, n+2, 0 and the highest number are not */
        unhex(orders[_i], sk, 32);
        scalar_add(sk, add);
        if (add == 2) memset(sk, 0, 32);
        if (add == 3) memset(sk, 0xff, 32);
        enum err want = add == -1 ? OK : ERR_DATA;
        ck_assert_int_eq(ec_public(curve, sk, pk), want);
        ck_assert_int_eq(ecka(curve, sk, SLICE(generator), z), want);
        ck_assert_int_eq(ecdsa_sign(curve, sk, &message, 1, signature), want);
        if (want == OK) ck_assert_mem_eq(pk, generator, 33); /* (n-1)G = -G */
    }
    ck_assert_int_eq(ec_public(CURVE_UNKNOWN, sk, pk), ERR_DATA);
    ck_assert_int_eq(ec_generate(CURVE_UNKNOWN, sk, pk), ERR_DATA);
}
END_TEST

static bool verifies(enum curve curve, const uint8_t pk[65], struct slice message, struct slice signature)
{
    uint8_t *copy = exact(signature);
    bool valid;
    ok(ecdsa_verify(curve, slice_of(pk, 65), &message, 1, slice_of(copy, signature.n), &valid));
    free(copy);
    return valid;
}

START_TEST(signatures)
{
    enum curve curve = curves[_i];
    struct slice message = slice_text("what is signed");
    const struct slice parts[] = {slice_text("what "), slice_of(NULL, 0), slice_text("is signed")};
    uint8_t sk[32], pk[65], signature[64], theirs[64], bad[65];
    for (int round = 0; round < 20; round++) {
        ok(ec_generate(curve, sk, pk));
        EVP_PKEY *key = openssl_key(curve, sk, SLICE(pk));
        ok(ecdsa_sign(curve, sk, parts, 3, signature));
        ck_assert(openssl_verify(key, message, signature));
        ck_assert(verifies(curve, pk, message, SLICE(signature)));
        openssl_sign(key, message, theirs);
        ck_assert(verifies(curve, pk, message, SLICE(theirs)));
        EVP_PKEY_free(key);
    }
    ck_assert(!verifies(curve, pk, slice_text("what is signeD"), SLICE(signature)));
    for (size_t i = 0; i < 64; i++) {
        memcpy(bad, signature, 64);
        bad[i] ^= (uint8_t)(1u << i % 8);
        ck_assert(!verifies(curve, pk, message, slice_of(bad, 64)));
    }
    for (size_t n = 0; n < 64; n++)
        ck_assert(!verifies(curve, pk, message, slice_of(signature, n)));
    memcpy(bad, signature, 64);
    bad[64] = 0;
    ck_assert(!verifies(curve, pk, message, slice_of(bad, 65)));
    bool valid;
    ck_assert_int_eq(ecdsa_verify(CURVE_UNKNOWN, SLICE(pk), parts, 3, SLICE(signature), &valid), ERR_DATA);
}
END_TEST

START_TEST(signature_number_range)
{
    enum curve curve = curves[_i];
    struct slice message = slice_text("m");
    uint8_t sk[32], pk[65], signature[64], bad[64], order[32];
    unhex(orders[_i], order, 32);
    ok(ec_generate(curve, sk, pk));
    do /* until r + n and s + n fit into 32 bytes, if the curve allows it: the same numbers modulo n */
        ok(ecdsa_sign(curve, sk, &message, 1, signature));
    while (curve == CURVE_BRAINPOOLP256R1 && (signature[0] > 0x50 || signature[32] > 0x50));
    ck_assert(verifies(curve, pk, message, SLICE(signature)));
    for (size_t half = 0; half < 64; half += 32) {
        memcpy(bad, signature, 64);
        memset(bad + half, 0, 32);
        ck_assert(!verifies(curve, pk, message, SLICE(bad)));
        memcpy(bad + half, order, 32);
        ck_assert(!verifies(curve, pk, message, SLICE(bad)));
        memset(bad + half, 0xff, 32);
        ck_assert(!verifies(curve, pk, message, SLICE(bad)));
        if (curve != CURVE_BRAINPOOLP256R1) continue;
        unsigned carry = 0;
        for (size_t i = 32; i-- > 0;) {
            carry += (unsigned)signature[half + i] + order[i];
            bad[half + i] = (uint8_t)carry;
            carry >>= 8;
        }
        ck_assert_uint_eq(carry, 0);
        ck_assert(!verifies(curve, pk, message, SLICE(bad)));
    }
    /* (r, n - s) is as good as (r, s): SGP.22 does not ask for the lower one. */
    memcpy(bad, signature, 64);
    int borrow = 0;
    for (size_t i = 32; i-- > 0;) {
        int difference = order[i] - signature[32 + i] - borrow;
        bad[32 + i] = (uint8_t)difference;
        borrow = difference < 0;
    }
    ck_assert(verifies(curve, pk, message, SLICE(bad)));
}
END_TEST

START_TEST(rfc6979_signature)
{
    uint8_t pk[65], signature[64];
    unhex("0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
          "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
          pk, 65);
    unhex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
          "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
          signature, 64);
    ck_assert(verifies(CURVE_P256, pk, slice_text("sample"), SLICE(signature)));
    ck_assert(!verifies(CURVE_P256, pk, slice_text("Sample"), SLICE(signature)));
}
END_TEST

static Suite *crypto_suite(void)
{
    Suite *s = suite_create("crypto");
    TCase *plain = tcase_create("digests");
    tcase_add_test(plain, digests);
    tcase_add_test(plain, x963_known_answers);
    tcase_add_test(plain, x963_against_openssl);
    tcase_add_test(plain, aes);
    suite_add_tcase(s, plain);

    TCase *ec = tcase_create("elliptic curves");
    tcase_set_timeout(ec, 60);
    tcase_add_checked_fixture(ec, bind, unbind);
    tcase_add_test(ec, key_agreement);
    tcase_add_loop_test(ec, key_agreement_against_openssl, 0, 2);
    tcase_add_loop_test(ec, bad_points, 0, 2);
    tcase_add_loop_test(ec, private_key_range, 0, 2);
    tcase_add_loop_test(ec, signatures, 0, 2);
    tcase_add_loop_test(ec, signature_number_range, 0, 2);
    tcase_add_test(ec, rfc6979_signature);
    suite_add_tcase(s, ec);

    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(crypto_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
