/* Milenage, TUAK, the test algorithm and SUCI (src/crypto/aka.h): the test sets of 3GPP in tests/kat/aka.txt, and
 * random inputs against the authentication centre of tests/lib, which is code of its own. */
#include "auc.h"
#include "crypto/aka.h"
#include "crypto_helpers.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static struct kat *kat;
static struct stream numbers;

static void set_up(void)
{
    kat = kat_open("aka.txt");
    ck_assert_ptr_nonnull(kat);
    numbers = (struct stream){.state = 35};
}

static void tear_down(void)
{
    kat_free(kat);
    crypto_bind_random(NULL, NULL);
}

static void copy(uint8_t *out, size_t n, const char *kind, size_t set, const char *name)
{
    struct slice value = kat_slicef(kat, "%s.%zu.%s", kind, set, name);
    ck_assert_uint_le(value.n, n);
    memcpy(out, value.p, value.n);
}

static struct slice answer(const char *kind, size_t set, const char *name)
{
    return kat_slicef(kat, "%s.%zu.%s", kind, set, name);
}

/* Everything that one test set asks. */
static void check_set(const struct aka_key *key, const char *kind, size_t set)
{
    uint8_t random[16], sqn[6], amf[2], mac[AKA_MAC_MAX], ak[6];
    struct aka_keys keys;
    size_t n;
    copy(random, sizeof random, kind, set, "rand");
    copy(sqn, sizeof sqn, kind, set, "sqn");
    copy(amf, sizeof amf, kind, set, "amf");
    ok(aka_mac(key, random, sqn, amf, false, mac, &n));
    ck_slice_eq(slice_of(mac, n), answer(kind, set, "f1"));
    ok(aka_mac(key, random, sqn, amf, true, mac, &n));
    ck_slice_eq(slice_of(mac, n), answer(kind, set, "f1star"));
    ok(aka_derive(key, random, &keys));
    ck_slice_eq(slice_of(keys.res, keys.res_size), answer(kind, set, "f2"));
    ck_slice_eq(slice_of(keys.ck, keys.cipher_key_size), answer(kind, set, "f3"));
    ck_slice_eq(slice_of(keys.ik, keys.integrity_key_size), answer(kind, set, "f4"));
    ck_slice_eq(SLICE(keys.ak), answer(kind, set, "f5"));
    ok(aka_resynchronisation_key(key, random, ak));
    ck_slice_eq(SLICE(ak), answer(kind, set, "f5star"));
}

START_TEST(milenage_sets)
{
    size_t sets = kat_count(kat, "milenage");
    ck_assert_uint_eq(sets, 6);
    for (size_t i = 0; i < sets; i++) {
        struct aka_key key = {.algorithm = AKA_MILENAGE, .key_size = 16};
        uint8_t opc[16];
        aka_defaults(&key);
        copy(key.key, 16, "milenage", i, "k");
        copy(key.opc, 16, "milenage", i, "opc");
        check_set(&key, "milenage", i);
        ck_assert(auc_milenage_opc(key.key, answer("milenage", i, "op").p, opc));
        ck_slice_eq(SLICE(opc), answer("milenage", i, "opc"));
    }
}
END_TEST

START_TEST(tuak_sets)
{
    size_t sets = kat_count(kat, "tuak");
    ck_assert_uint_eq(sets, 6);
    for (size_t i = 0; i < sets; i++) {
        struct aka_key key = {.algorithm = AKA_TUAK};
        uint8_t topc[32];
        aka_defaults(&key);
        key.key_size = answer("tuak", i, "k").n;
        copy(key.key, 32, "tuak", i, "k");
        copy(key.opc, 32, "tuak", i, "topc");
        key.iterations = answer("tuak", i, "iterations").p[0];
        key.mac_size = answer("tuak", i, "f1").n;
        key.res_size = answer("tuak", i, "f2").n;
        key.cipher_key_size = answer("tuak", i, "f3").n;
        key.integrity_key_size = answer("tuak", i, "f4").n;
        check_set(&key, "tuak", i);
        ck_assert(auc_tuak_topc(answer("tuak", i, "k"), answer("tuak", i, "top").p, key.iterations, topc));
        ck_slice_eq(SLICE(topc), answer("tuak", i, "topc"));
    }
}
END_TEST

/* c2, c3, and what goes over the radio, of Milenage's set 1. */
START_TEST(gsm_and_tokens)
{
    struct aka_key key = {.algorithm = AKA_MILENAGE, .key_size = 16};
    struct auc_subscriber s;
    struct auc_vector v;
    struct aka_keys keys;
    uint8_t sres[4], kc[8], sqn[6], mac[AKA_MAC_MAX];
    size_t n;
    static const uint8_t no_amf[2] = {0};
    aka_defaults(&key);
    copy(key.key, 16, "milenage", 0, "k");
    copy(key.opc, 16, "milenage", 0, "opc");
    const uint8_t *random = answer("milenage", 0, "rand").p;
    ok(aka_derive(&key, random, &keys));
    aka_gsm(&keys, sres, kc);
    ck_slice_eq(SLICE(sres), kat_slice(kat, "gsm.sres"));
    ck_slice_eq(SLICE(kc), kat_slice(kat, "gsm.kc"));
    ok(aka_mac(&key, random, kat_slice(kat, "auts.sqn_ms").p, no_amf, true, mac, &n));
    ck_slice_eq(slice_of(mac, n), kat_slice(kat, "auts.mac_s"));
    /* the double agrees with the published values too */
    auc_milenage(&s, key.key, key.opc);
    ck_assert(auc_vector(&s, random, answer("milenage", 0, "sqn").p, answer("milenage", 0, "amf").p, &v));
    ck_slice_eq(slice_of(v.autn, v.autn_size), kat_slice(kat, "gsm.autn"));
    ck_slice_eq(SLICE(v.sres), kat_slice(kat, "gsm.sres"));
    ck_slice_eq(SLICE(v.kc), kat_slice(kat, "gsm.kc"));
    ck_assert(auc_open_auts(&s, random, kat_slice(kat, "auts.auts"), sqn));
    ck_slice_eq(SLICE(sqn), kat_slice(kat, "auts.sqn_ms"));
}
END_TEST

START_TEST(test_algorithm)
{
    struct aka_key key = {.algorithm = AKA_TEST, .key_size = 16};
    struct aka_keys keys;
    struct auc_subscriber s;
    struct auc_vector v;
    uint8_t sres[4], kc[8], sqn[6];
    static const size_t sizes[] = {4, 8, 16};
    aka_defaults(&key);
    memcpy(key.key, kat_slice(kat, "test.k").p, 16);
    const uint8_t *random = kat_slice(kat, "test.rand").p;
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        key.res_size = sizes[i];
        ok(aka_derive(&key, random, &keys));
        ck_slice_eq(slice_of(keys.res, keys.res_size), slice_of(kat_slice(kat, "test.res").p, sizes[i]));
        ck_slice_eq(slice_of(keys.ck, 16), kat_slice(kat, "test.ck"));
        ck_slice_eq(slice_of(keys.ik, 16), kat_slice(kat, "test.ik"));
    }
    aka_gsm(&keys, sres, kc);
    ck_slice_eq(SLICE(sres), kat_slice(kat, "test.sres"));
    ck_slice_eq(SLICE(kc), kat_slice(kat, "test.kc"));
    auc_test(&s, key.key, 16);
    ck_assert(auc_vector(&s, random, kat_slice(kat, "test.sqn").p, kat_slice(kat, "test.amf").p, &v));
    ck_slice_eq(slice_of(v.autn, v.autn_size), kat_slice(kat, "test.autn"));
    ck_assert(auc_open_auts(&s, random, kat_slice(kat, "test.auts"), sqn));
    ck_slice_eq(SLICE(sqn), kat_slice(kat, "test.sqn_ms"));
}
END_TEST

/* ---- against the double ---- */

static void draw(uint8_t *out, size_t n)
{
    ck_assert_int_eq(stream_draw(&numbers, out, n), 0);
}

static unsigned draw_below(unsigned limit)
{
    uint8_t two[2];
    draw(two, 2);
    return (unsigned)(two[0] << 8 | two[1]) % limit;
}

static void to_key(const struct auc_subscriber *s, struct aka_key *key)
{
    static const enum aka_algorithm algorithms[] = {
        [AUC_MILENAGE] = AKA_MILENAGE, [AUC_TUAK] = AKA_TUAK, [AUC_TEST] = AKA_TEST};
    *key = (struct aka_key){.algorithm = algorithms[s->algorithm],
                            .key_size = s->k_size,
                            .iterations = (uint8_t)s->iterations,
                            .mac_size = s->mac_size,
                            .res_size = s->res_size,
                            .cipher_key_size = s->ck_size,
                            .integrity_key_size = s->ik_size};
    memcpy(key->key, s->k, sizeof key->key);
    memcpy(key->opc, s->opc, sizeof key->opc);
    memcpy(key->xoring, s->c, sizeof key->xoring);
    for (size_t i = 0; i < 5; i++)
        key->rotation[i] = (uint8_t)s->r[i];
}

static void compare(const struct auc_subscriber *s)
{
    struct aka_key key;
    struct aka_keys keys;
    struct auc_vector v;
    uint8_t random[16], sqn[6], amf[2], mac[AKA_MAC_MAX], mac_s[32], ak[6], ak_star[6], sres[4], kc[8];
    static const uint8_t no_amf[2] = {0};
    size_t n;
    draw(random, 16);
    draw(sqn, 6);
    draw(amf, 2);
    to_key(s, &key);
    ck_assert(auc_vector(s, random, sqn, amf, &v) && auc_resynchronisation(s, random, sqn, mac_s, ak_star));
    ok(aka_derive(&key, random, &keys));
    ck_slice_eq(slice_of(keys.res, keys.res_size), slice_of(v.res, v.res_size));
    ck_slice_eq(slice_of(keys.ck, keys.cipher_key_size), slice_of(v.ck, v.ck_size));
    ck_slice_eq(slice_of(keys.ik, keys.integrity_key_size), slice_of(v.ik, v.ik_size));
    ck_assert_mem_eq(keys.ak, v.ak, 6);
    ok(aka_mac(&key, random, sqn, amf, false, mac, &n));
    ck_slice_eq(slice_of(mac, n), slice_of(v.mac, s->mac_size));
    ok(aka_mac(&key, random, sqn, no_amf, true, mac, &n));
    ck_slice_eq(slice_of(mac, n), slice_of(mac_s, s->mac_size));
    ok(aka_resynchronisation_key(&key, random, ak));
    ck_assert_mem_eq(ak, ak_star, 6);
    aka_gsm(&keys, sres, kc);
    ck_assert_mem_eq(sres, v.sres, 4);
    ck_assert_mem_eq(kc, v.kc, 8);
}

/* Operators choose their own rotations and constants (TS 35.206 5.3); every rotation once for each OUT. */
START_TEST(milenage_general)
{
    struct auc_subscriber s;
    uint8_t k[16], opc[16];
    for (unsigned round = 0; round < 128; round++) {
        draw(k, 16);
        draw(opc, 16);
        auc_milenage(&s, k, opc);
        for (unsigned i = 0; i < 5; i++)
            s.r[i] = (round + 29 * i) % 128;
        draw(s.c[0], sizeof s.c);
        compare(&s);
    }
}
END_TEST

START_TEST(milenage_bare)
{
    uint8_t k[16], opc[16], random[16], sqn[6], amf[2], out[56];
    struct auc_subscriber s;
    struct auc_vector v;
    draw(k, 16);
    draw(opc, 16);
    draw(random, 16);
    draw(sqn, 6);
    draw(amf, 2);
    auc_milenage(&s, k, opc);
    ck_assert(auc_vector(&s, random, sqn, amf, &v) && auc_milenage_bare(k, opc, random, sqn, amf, out));
    ck_assert_mem_eq(out, v.mac, 8);
    ck_assert_mem_eq(out + 8, v.res, 8);
    ck_assert_mem_eq(out + 16, v.ck, 16);
    ck_assert_mem_eq(out + 32, v.ik, 16);
    ck_assert_mem_eq(out + 48, v.ak, 6);
}
END_TEST

START_TEST(tuak_lengths)
{
    static const size_t macs[] = {8, 16, 32};
    static const size_t results[] = {4, 8, 16, 32};
    struct auc_subscriber s;
    uint8_t k[32], topc[32];
    for (unsigned i = 0; i < 2u * 3 * 4 * 2 * 2; i++) {
        draw(k, 32);
        draw(topc, 32);
        auc_tuak(&s, slice_of(k, i % 2 ? 16 : 32), topc, 1 + draw_below(5));
        s.mac_size = macs[i / 2 % 3];
        s.res_size = results[i / 6 % 4];
        s.ck_size = i / 24 % 2 ? 16 : 32;
        s.ik_size = i / 48 % 2 ? 16 : 32;
        compare(&s);
    }
    s.iterations = 255;
    compare(&s);
}
END_TEST

START_TEST(usim_test_lengths)
{
    struct auc_subscriber s;
    uint8_t k[16];
    for (size_t size = 4; size <= 16; size *= 2) {
        draw(k, 16);
        auc_test(&s, k, size);
        compare(&s);
    }
}
END_TEST

/* The permutation of the double is right: SHAKE256 with it is OpenSSL's SHAKE256. */
START_TEST(shake256)
{
    uint8_t in[300], ours[600], theirs[600];
    for (size_t n = 0; n <= sizeof in; n += 60) {
        draw(in, n ? n : 1);
        auc_shake256(slice_of(in, n), ours, sizeof ours);
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        ck_assert_int_eq(EVP_DigestInit_ex(ctx, EVP_shake256(), NULL), 1);
        ck_assert_int_eq(EVP_DigestUpdate(ctx, in, n), 1);
        ck_assert_int_eq(EVP_DigestFinalXOF(ctx, theirs, sizeof theirs), 1);
        EVP_MD_CTX_free(ctx);
        ck_assert_mem_eq(ours, theirs, sizeof ours);
    }
}
END_TEST

/* Lengths that no standard has do not compute anything. */
START_TEST(lengths_refused)
{
    static const struct {
        enum aka_algorithm algorithm;
        size_t key, mac, res, ck, ik;
    } rows[] = {
        {AKA_MILENAGE, 32, 8, 8, 16, 16},
        {AKA_MILENAGE, 16, 16, 8, 16, 16},
        {AKA_MILENAGE, 16, 8, 4, 16, 16},
        {AKA_MILENAGE, 16, 8, 16, 16, 16},
        {AKA_MILENAGE, 16, 8, 8, 32, 16},
        {AKA_MILENAGE, 16, 8, 8, 16, 32},
        {AKA_TEST, 32, 8, 8, 16, 16},
        {AKA_TEST, 16, 16, 8, 16, 16},
        {AKA_TEST, 16, 8, 32, 16, 16},
        {AKA_TEST, 16, 8, 8, 32, 16},
        {AKA_TUAK, 24, 8, 8, 16, 16},
        {AKA_TUAK, 16, 4, 8, 16, 16},
        {AKA_TUAK, 16, 8, 5, 16, 16},
        {AKA_TUAK, 16, 8, 8, 24, 16},
        {AKA_TUAK, 16, 8, 8, 16, 24},
        {AKA_TUAK, 0, 8, 8, 16, 16},
        {(enum aka_algorithm)4, 16, 8, 8, 16, 16},
    };
    static const uint8_t random[16] = {0};
    struct aka_keys keys;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct aka_key key = {.algorithm = rows[i].algorithm, .key_size = rows[i].key};
        aka_defaults(&key);
        key.mac_size = rows[i].mac;
        key.res_size = rows[i].res;
        key.cipher_key_size = rows[i].ck;
        key.integrity_key_size = rows[i].ik;
        ck_assert_int_eq(aka_derive(&key, random, &keys), ERR_CORRUPT);
    }
    struct aka_key key = {.algorithm = AKA_TUAK, .key_size = 16};
    aka_defaults(&key);
    key.iterations = 0;
    ck_assert_int_eq(aka_derive(&key, random, &keys), ERR_CORRUPT);
}
END_TEST

/* ---- SUCI ---- */

static int give_ephemeral(void *ctx, uint8_t *out, size_t n)
{
    const struct slice *key = ctx;
    ck_assert_uint_eq(n, key->n);
    memcpy(out, key->p, n);
    return 0;
}

static void check_suci(enum suci_scheme scheme, const char *profile)
{
    struct slice ephemeral = kat_slicef(kat, "suci.%s.ephemeral", profile);
    struct slice network = kat_slicef(kat, "suci.%s.network", profile);
    struct slice plain = kat_slice(kat, "suci.plain");
    struct auc_network_key key;
    BUF_LOCAL out = {0};
    BUF_LOCAL wanted = {0};
    BUF_LOCAL opened = {0};
    buf_append(&wanted, kat_slicef(kat, "suci.%s.sent", profile));
    buf_append(&wanted, kat_slicef(kat, "suci.%s.cipher", profile));
    buf_append(&wanted, kat_slicef(kat, "suci.%s.tag", profile));
    crypto_bind_random(give_ephemeral, &ephemeral);
    ok(suci_conceal(scheme, network, plain, &out));
    ck_slice_eq(buf_slice(&out), buf_slice(&wanted));
    /* The home network opens it with the private key of the annex. */
    ck_assert(auc_network_key(&key, scheme == SUCI_PROFILE_B, kat_slicef(kat, "suci.%s.private", profile).p));
    ck_slice_eq(slice_of(key.public_key, key.public_size), network);
    ck_assert(auc_open_suci(&key, buf_slice(&out), &opened));
    ck_slice_eq(buf_slice(&opened), plain);
    out.p[out.n - 1] ^= 1;
    ck_assert(!auc_open_suci(&key, buf_slice(&out), &opened));
}

START_TEST(suci_known_answers)
{
    check_suci(SUCI_PROFILE_A, "a");
    check_suci(SUCI_PROFILE_B, "b");
}
END_TEST

START_TEST(suci_random)
{
    uint8_t private_key[32];
    uint8_t plain[100];
    struct auc_network_key key;
    crypto_bind_random(stream_draw, &numbers);
    for (unsigned i = 0; i < 40; i++) {
        BUF_LOCAL out = {0};
        BUF_LOCAL opened = {0};
        size_t n = 1 + 5 * i % sizeof plain;
        draw(private_key, 32);
        draw(plain, n);
        private_key[0] &= 0x7f; /* below the order of P-256 */
        ck_assert(auc_network_key(&key, i % 2, private_key));
        ok(suci_conceal(i % 2 ? SUCI_PROFILE_B : SUCI_PROFILE_A, slice_of(key.public_key, key.public_size),
                        slice_of(plain, n), &out));
        ck_assert_uint_eq(out.n, key.public_size + n + 8);
        ck_assert(auc_open_suci(&key, buf_slice(&out), &opened));
        ck_slice_eq(buf_slice(&opened), slice_of(plain, n));
    }
}
END_TEST

START_TEST(suci_bad_keys)
{
    static const uint8_t zero[33] = {0};
    static const uint8_t compressed[33] = {[0] = 2, [32] = 5};
    uint8_t key[65] = {0};
    const struct slice plain = slice_text("x");
    BUF_LOCAL out = {0};
    crypto_bind_random(stream_draw, &numbers);
    ck_assert_int_eq(suci_conceal(SUCI_PROFILE_A, slice_of(zero, 32), plain, &out), ERR_DATA); /* of low order */
    ck_assert_int_eq(suci_conceal(SUCI_PROFILE_A, slice_of(zero, 31), plain, &out), ERR_DATA);
    ck_assert_int_eq(suci_conceal(SUCI_PROFILE_A, SLICE(compressed), plain, &out), ERR_DATA);
    ck_assert_int_eq(suci_conceal(SUCI_PROFILE_B, slice_of(zero, 33), plain, &out), ERR_DATA);
    memcpy(key, kat_slice(kat, "suci.b.network").p, 33);
    ck_assert_int_eq(suci_conceal(SUCI_PROFILE_B, slice_of(key, 32), plain, &out), ERR_DATA);
    unsigned off_curve = 0;
    for (uint8_t x = 0; x < 16; x++) {
        uint8_t point[33] = {[0] = 3, [32] = x};
        enum err e = suci_conceal(SUCI_PROFILE_B, SLICE(point), plain, &out);
        ck_assert(e == OK || e == ERR_DATA);
        off_curve += e == ERR_DATA;
    }
    ck_assert_uint_gt(off_curve, 0); /* about half of all x are no point's */
    key[0] = 4;
    ck_assert_int_eq(suci_conceal(SUCI_PROFILE_B, slice_of(key, 65), plain, &out), ERR_DATA);
    ck_assert_int_eq(suci_conceal(SUCI_NULL, slice_of(key, 33), plain, &out), ERR_DATA);
    struct stream broken = {.state = 1, .drawn = 1, .fail_after = 1};
    crypto_bind_random(stream_draw, &broken);
    ck_assert_int_eq(suci_conceal(SUCI_PROFILE_A, kat_slice(kat, "suci.a.network"), plain, &out), ERR_RANDOM);
    ck_assert_int_eq(suci_conceal(SUCI_PROFILE_B, kat_slice(kat, "suci.b.network"), plain, &out), ERR_RANDOM);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("aka");
    TCase *t = tcase_create("aka");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, milenage_sets);
    tcase_add_test(t, tuak_sets);
    tcase_add_test(t, gsm_and_tokens);
    tcase_add_test(t, test_algorithm);
    tcase_add_test(t, milenage_general);
    tcase_add_test(t, milenage_bare);
    tcase_add_test(t, tuak_lengths);
    tcase_add_test(t, usim_test_lengths);
    tcase_add_test(t, shake256);
    tcase_add_test(t, lengths_refused);
    tcase_add_test(t, suci_known_answers);
    tcase_add_test(t, suci_random);
    tcase_add_test(t, suci_bad_keys);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
