/* BSP (src/crypto/bsp.c): the known answers of tests/kat/bsp.txt TLV by TLV, and every way to break one. */
#include "crypto_helpers.h"

/* One protected TLV split as bsp_open() wants it. */
struct protected_tlv {
    struct slice header;
    struct slice value;
    bool encrypted;
};

static struct protected_tlv split(struct slice whole)
{
    size_t length_bytes = whole.p[1] < 0x80 ? 1 : 1 + (whole.p[1] & 0x7fu);
    return (struct protected_tlv){slice_of(whole.p, 1 + length_bytes), slice_skip(whole, 1 + length_bytes),
                                  whole.p[0] != 0x88};
}

static enum bsp_result open_tlv(struct bsp *bsp, struct slice whole, struct buf *plain)
{
    struct protected_tlv t = split(whole);
    return bsp_open(bsp, t.header, t.value, t.encrypted, plain);
}

static struct kat *vectors;

static void open_vectors(void)
{
    vectors = kat_open("bsp.txt");
    ck_assert_ptr_nonnull(vectors);
}

static void close_vectors(void)
{
    kat_free(vectors);
}

static struct bsp *session(void)
{
    struct bsp *bsp = NULL;
    ok(bsp_new(&bsp, kat_slice(vectors, "kdf.z").p, 0x88, 16, kat_slice(vectors, "host_id"),
               kat_slice(vectors, "eid")));
    return bsp;
}

/* Opens the whole list and follows a ReplaceSessionKeys (BF26 36 80 10 MCV 81 10 ENC 82 10 MAC) in it. */
static size_t open_list(struct bsp *bsp, const char *list)
{
    size_t n = kat_count(vectors, list);
    for (size_t i = 0; i < n; i++) {
        BUF_LOCAL plain = {0};
        buf_append(&plain, slice_text("before"));
        ck_assert_int_eq(open_tlv(bsp, kat_slicef(vectors, "%s.%zu.out", list, i), &plain), BSP_OK);
        struct slice got = slice_skip(buf_slice(&plain), 6);
        ck_slice_eq(got, kat_slicef(vectors, "%s.%zu.plain", list, i));
        if (got.n == 57 && got.p[0] == 0xbf && got.p[1] == 0x26)
            ok(bsp_replace_keys(bsp, got.p + 5, got.p + 23, got.p + 41));
    }
    return n;
}

START_TEST(known_answers)
{
    struct bsp *bsp = session();
    ck_assert_uint_eq(open_list(bsp, "without_ppk"), 4);
    bsp_free(bsp);
    bsp = session();
    ck_assert_uint_eq(open_list(bsp, "with_ppk"), 6);
    bsp_free(bsp);
    bsp = NULL;
    ok(bsp_new(&bsp, kat_slice(vectors, "third_party.1.kdf.z").p, 0x88, 16, kat_slice(vectors, "third_party.1.host_id"),
               kat_slice(vectors, "third_party.1.eid")));
    ck_assert_uint_eq(open_list(bsp, "third_party.1.tlvs"), 3);
    bsp_free(bsp);
}
END_TEST

/* Keys put in directly, one TLV each with the state that the vectors say it had. */
START_TEST(each_tlv_alone)
{
    static const char *const lists[] = {"without_ppk", "with_ppk", "third_party.1.tlvs"};
    for (size_t l = 0; l < 3; l++) {
        for (size_t i = 0; i < kat_count(vectors, lists[l]); i++) {
            struct bsp *bsp = session();
            BUF_LOCAL plain = {0};
            const uint8_t *mcv = kat_slicef(vectors, "%s.%zu.mcv_in", lists[l], i).p;
            ok(bsp_replace_keys(bsp, mcv, kat_slicef(vectors, "%s.%zu.s_enc", lists[l], i).p,
                                kat_slicef(vectors, "%s.%zu.s_mac", lists[l], i).p));
            struct slice whole = kat_slicef(vectors, "%s.%zu.out", lists[l], i);
            char counter[64];
            snprintf(counter, sizeof counter, "%s.%zu.counter", lists[l], i);
            bool counts = split(whole).encrypted && kat_number(vectors, counter) != 1;
            enum bsp_result result = open_tlv(bsp, whole, &plain);
            /* With the right MAC but the wrong counter the ICV is wrong, and then the first block only: the text comes
             * out, but not this one, or its padding is broken. */
            if (!counts) {
                ck_assert_int_eq(result, BSP_OK);
                ck_slice_eq(buf_slice(&plain), kat_slicef(vectors, "%s.%zu.plain", lists[l], i));
            } else if (result == BSP_OK) {
                ck_assert(!slice_equal(buf_slice(&plain), kat_slicef(vectors, "%s.%zu.plain", lists[l], i)));
            } else {
                ck_assert_int_eq(result, BSP_SECURITY);
                ck_assert_uint_eq(plain.n, 0);
            }
            bsp_free(bsp);
        }
    }
}
END_TEST

/* Any bit of header or value changed, any byte missing or one too many: refused, and the state stays so that the right
 * TLV still opens. */
static void tamper(struct bsp *bsp, struct slice whole)
{
    struct protected_tlv good = split(whole);
    BUF_LOCAL plain = {0};
    buf_append(&plain, slice_text("kept"));
    for (size_t i = 0; i < whole.n; i++) {
        uint8_t *copy = exact(whole);
        copy[i] ^= (uint8_t)(1u << i % 8);
        enum bsp_result result = bsp_open(bsp, slice_of(copy, good.header.n),
                                          slice_of(copy + good.header.n, good.value.n), good.encrypted, &plain);
        ck_assert_int_eq(result, BSP_SECURITY);
        free(copy);
    }
    for (size_t n = 0; n < good.value.n; n++) {
        uint8_t *copy = exact(slice_of(good.value.p, n));
        bool fits = n >= 8 && (!good.encrypted || (n >= 24 && (n - 8) % 16 == 0));
        ck_assert_int_eq(bsp_open(bsp, good.header, slice_of(copy, n), good.encrypted, &plain),
                         fits ? BSP_SECURITY : BSP_STRUCTURE);
        free(copy);
    }
    uint8_t *longer = malloc(good.value.n + 1);
    memcpy(longer, good.value.p, good.value.n);
    longer[good.value.n] = 0;
    ck_assert_int_eq(bsp_open(bsp, good.header, slice_of(longer, good.value.n + 1), good.encrypted, &plain),
                     good.encrypted ? BSP_STRUCTURE : BSP_SECURITY);
    free(longer);
    ck_slice_eq(buf_slice(&plain), slice_text("kept"));
}

START_TEST(tampered)
{
    struct bsp *bsp = session();
    for (size_t i = 0; i < 4; i++) {
        BUF_LOCAL plain = {0};
        struct slice whole = kat_slicef(vectors, "without_ppk.%zu.out", i);
        tamper(bsp, whole);
        ck_assert_int_eq(open_tlv(bsp, whole, &plain), BSP_OK);
        ck_slice_eq(buf_slice(&plain), kat_slicef(vectors, "without_ppk.%zu.plain", i));
        buf_reset(&plain);
        ck_assert_int_eq(open_tlv(bsp, whole, &plain), BSP_SECURITY); /* replayed */
        ck_assert_uint_eq(plain.n, 0);
    }
    bsp_free(bsp);
}
END_TEST

START_TEST(out_of_order)
{
    struct bsp *bsp = session();
    BUF_LOCAL plain = {0};
    for (size_t i = 1; i < 4; i++)
        ck_assert_int_eq(open_tlv(bsp, kat_slicef(vectors, "without_ppk.%zu.out", i), &plain), BSP_SECURITY);
    ck_assert_uint_eq(plain.n, 0);
    ck_assert_uint_eq(open_list(bsp, "without_ppk"), 4);
    bsp_free(bsp);
}
END_TEST

START_TEST(other_inputs_other_keys)
{
    uint8_t z[32];
    struct slice host = kat_slice(vectors, "host_id");
    struct slice eid = kat_slice(vectors, "eid");
    struct slice first = kat_slice(vectors, "without_ppk.0.out");
    memcpy(z, kat_slice(vectors, "kdf.z").p, 32);
    for (int what = 0; what < 4; what++) { /* z, key type, host id, EID differ */
        struct bsp *bsp = NULL;
        BUF_LOCAL plain = {0};
        uint8_t wrong_z[32];
        memcpy(wrong_z, z, 32);
        wrong_z[0] ^= what == 0;
        ok(bsp_new(&bsp, wrong_z, what == 1 ? 0x89 : 0x88, 16, what == 2 ? slice_skip(host, 1) : host,
                   what == 3 ? slice_skip(eid, 1) : eid));
        ck_assert_int_eq(open_tlv(bsp, first, &plain), BSP_SECURITY);
        bsp_free(bsp);
    }
    struct bsp *none = NULL;
    ck_assert_int_eq(bsp_new(&none, z, 0x88, 32, host, eid), ERR_DATA);
    ck_assert_ptr_null(none);
    bsp_free(none);
}
END_TEST

START_TEST(copies_go_their_own_way)
{
    struct bsp *bsp = session(), *copy = NULL;
    BUF_LOCAL plain = {0};
    ck_assert_int_eq(open_tlv(bsp, kat_slice(vectors, "without_ppk.0.out"), &plain), BSP_OK);
    ck_assert_int_eq(open_tlv(bsp, kat_slice(vectors, "without_ppk.1.out"), &plain), BSP_OK);
    ok(bsp_copy(bsp, &copy));
    for (int round = 0; round < 2; round++) {
        struct bsp *one = round ? copy : bsp;
        for (size_t i = 2; i < 4; i++) {
            buf_reset(&plain);
            ck_assert_int_eq(open_tlv(one, kat_slicef(vectors, "without_ppk.%zu.out", i), &plain), BSP_OK);
            ck_slice_eq(buf_slice(&plain), kat_slicef(vectors, "without_ppk.%zu.plain", i));
        }
        bsp_free(one);
    }
}
END_TEST

/* Protects blocks as they are, with OpenSSL: what a sender with the right keys but wrong padding would send. The keys
 * are enc and mac, MCV 0, counter 1. */
static void protect(const uint8_t enc[16], const uint8_t mac[16], uint8_t tag, struct slice padded, bool encrypt,
                    struct buf *out)
{
    uint8_t block[16] = {[15] = 1}, icv[16], full[16];
    static const uint8_t mcv[16] = {0};
    int n = 0;
    size_t written;
    char cipher_name[] = "AES-128-CBC";
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    ck_assert_int_eq(EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, enc, NULL), 1);
    ck_assert_int_eq(EVP_EncryptUpdate(ctx, icv, &n, block, 16), 1);
    ck_assert_int_eq(EVP_EncryptInit_ex(ctx, EVP_aes_128_cbc(), NULL, enc, icv), 1);
    buf_byte(out, tag);
    buf_byte(out, (uint8_t)(padded.n + 8));
    uint8_t *text = buf_extend(out, padded.n);
    ck_assert_ptr_nonnull(text);
    if (encrypt)
        ck_assert_int_eq(EVP_EncryptUpdate(ctx, text, &n, padded.p, (int)padded.n), 1);
    else if (padded.n)
        memcpy(text, padded.p, padded.n);
    EVP_CIPHER_CTX_free(ctx);
    EVP_MAC *type = EVP_MAC_fetch(NULL, "CMAC", NULL);
    EVP_MAC_CTX *cmac = EVP_MAC_CTX_new(type);
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher_name, 0),
                           OSSL_PARAM_construct_end()};
    ck_assert_int_eq(EVP_MAC_init(cmac, mac, 16, params), 1);
    ck_assert_int_eq(EVP_MAC_update(cmac, mcv, 16), 1);
    ck_assert_int_eq(EVP_MAC_update(cmac, out->p, out->n), 1);
    ck_assert_int_eq(EVP_MAC_final(cmac, full, &written, 16), 1);
    buf_append(out, slice_of(full, 8));
    EVP_MAC_CTX_free(cmac);
    EVP_MAC_free(type);
}

START_TEST(padding)
{
    static const uint8_t mcv[16] = {0}, enc[16] = {1}, mac[16] = {2};
    static const struct {
        const char *padded;
        int plain; /* bytes; -1: BSP_SECURITY */
    } rows[] = {
        {"80000000000000000000000000000000", 0},
        {"00000000000000000000000000000080", 15},
        {"80808080808080808080808080808080", 15},
        {"11111111111111111111111111111180", 15},
        {"1111111111111111111111111111111180000000000000000000000000000000", 16},
        {"11111111111111111111111111118000", 14},
        {"11111111111111111111111111111111", -1},
        {"11111111111111111111111111111181", -1},
        {"11111111111111111111111111110100", -1},
        {"00000000000000000000000000000000", -1},
        {"1111111111111111111111111111118000000000000000000000000000000000", -1}, /* 80 not in the last block */
        {"", -2},                                                                 /* no cipher text: BSP_STRUCTURE */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        BUF_LOCAL padded = {0};
        BUF_LOCAL sent = {0};
        BUF_LOCAL plain = {0};
        struct bsp *bsp = session();
        ok(bsp_replace_keys(bsp, mcv, enc, mac));
        ck_assert(hex_decode(slice_text(rows[i].padded), &padded));
        protect(enc, mac, 0x86, buf_slice(&padded), true, &sent);
        enum bsp_result want = rows[i].plain >= 0 ? BSP_OK : rows[i].plain == -1 ? BSP_SECURITY : BSP_STRUCTURE;
        ck_assert_int_eq(open_tlv(bsp, buf_slice(&sent), &plain), want);
        ck_assert_int_eq((int)plain.n, want == BSP_OK ? rows[i].plain : 0);
        if (plain.n) ck_assert_mem_eq(plain.p, padded.p, plain.n);
        bsp_free(bsp);
    }
}
END_TEST

START_TEST(empty_plain_text)
{
    static const uint8_t mcv[16] = {0}, enc[16] = {1}, mac[16] = {2};
    struct bsp *bsp = session();
    BUF_LOCAL sent = {0};
    BUF_LOCAL plain = {0};
    ok(bsp_replace_keys(bsp, mcv, enc, mac));
    protect(enc, mac, 0x88, slice_of(NULL, 0), false, &sent);
    ck_assert_int_eq(open_tlv(bsp, buf_slice(&sent), &plain), BSP_OK);
    ck_assert_uint_eq(plain.n, 0);
    bsp_free(bsp);
    bsp_free(NULL);
}
END_TEST

static Suite *bsp_suite(void)
{
    Suite *s = suite_create("bsp");
    TCase *t = tcase_create("bsp");
    tcase_add_checked_fixture(t, open_vectors, close_vectors);
    tcase_add_test(t, known_answers);
    tcase_add_test(t, each_tlv_alone);
    tcase_add_test(t, tampered);
    tcase_add_test(t, out_of_order);
    tcase_add_test(t, other_inputs_other_keys);
    tcase_add_test(t, copies_go_their_own_way);
    tcase_add_test(t, padding);
    tcase_add_test(t, empty_plain_text);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(bsp_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
