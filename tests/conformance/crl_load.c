/* LoadCRL: lists made and signed by OpenSSL, each answer code, partial and delta lists, and what a revoked certificate
 * then gets (SGP.22 v2.5 4.5.2.2, 5.7.12; case 78). */
#include "download_common.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

static struct rig rig;
static struct buf response;

static void tear_down(void)
{
    rig_close(&rig);
    buf_free(&response);
}

enum list_flaw {
    LIST_GOOD,
    LIST_BAD_SIGNATURE,
    LIST_NO_NUMBER,
    LIST_NO_AUTHORITY,
    LIST_UNKNOWN_CRITICAL,
    LIST_UNKNOWN_EXTENSION,
    LIST_VERSION_1,
    LIST_SHA384,
    LIST_PART_BEYOND_TOTAL,
};

struct list {
    enum test_curve ci;
    long number;
    long base;        /* deltaCRLIndicator; 0: none */
    long total, part; /* of a partial list; 0: none */
    bool foreign_key; /* signed and named by a CI that the card does not know */
    enum list_flaw flaw;
    size_t filler; /* this many other serial numbers */
    struct slice revoked[2];
};

static EVP_PKEY *ci_key(const struct list *list)
{
    static const uint8_t p256[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
    static const uint8_t bp256[] = {0x06, 0x09, 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07};
    const char *name = list->ci == TEST_P256 ? "NIST" : "BRP";
    BUF_LOCAL der = {0};
    struct test_key foreign;
    struct slice sk = kat_slicef(rig.keys, "SK_CI_%s.sk", name);
    if (list->foreign_key) {
        ck_assert(test_key_derive(&foreign, list->ci, slice_text("crl"), "foreign"));
        sk = SLICE(foreign.private_key);
    }
    size_t mark = tlv_open(&der, 0x30);
    tlv_put_u8(&der, 0x02, 1);
    tlv_put(&der, 0x04, sk);
    tlv_put(&der, 0xa0, list->ci == TEST_P256 ? SLICE(p256) : SLICE(bp256));
    tlv_close(&der, mark);
    const unsigned char *p = der.p;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &p, (long)der.n);
    ck_assert_ptr_nonnull(key);
    return key;
}

/* An extension with these bytes inside extnValue. */
static void add_extension(X509_CRL *crl, const char *oid, bool critical, struct slice content)
{
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    ck_assert(object && value && ASN1_OCTET_STRING_set(value, content.p, (int)content.n));
    X509_EXTENSION *extension = X509_EXTENSION_create_by_OBJ(NULL, object, critical, value);
    ck_assert(extension && X509_CRL_add_ext(crl, extension, -1));
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(object);
}

static void add_number(X509_CRL *crl, const char *oid, bool critical, long number)
{
    BUF_LOCAL content = {0};
    tlv_put_unsigned(&content, 0x02, (uint32_t)number);
    add_extension(crl, oid, critical, buf_slice(&content));
}

static void add_authority(X509_CRL *crl, const struct list *list, EVP_PKEY *key)
{
    uint8_t id[20];
    unsigned char *point = NULL;
    BUF_LOCAL content = {0};
    size_t n = EVP_PKEY_get1_encoded_public_key(key, &point);
    (void)list;
    ck_assert_uint_eq(n, 65);
    test_sha1(slice_of(point, n), id);
    OPENSSL_free(point);
    size_t mark = tlv_open(&content, 0x30);
    tlv_put(&content, 0x80, SLICE(id));
    tlv_close(&content, mark);
    add_extension(crl, "2.5.29.35", false, buf_slice(&content));
}

static void add_revoked(X509_CRL *crl, struct slice serial, const ASN1_TIME *date)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    BIGNUM *number = BN_bin2bn(serial.p, (int)serial.n, NULL);
    ASN1_INTEGER *integer = BN_to_ASN1_INTEGER(number, NULL);
    ck_assert(entry && integer && X509_REVOKED_set_serialNumber(entry, integer) &&
              X509_REVOKED_set_revocationDate(entry, (ASN1_TIME *)(uintptr_t)date) &&
              X509_CRL_add0_revoked(crl, entry));
    ASN1_INTEGER_free(integer);
    BN_free(number);
}

static void fill_list(X509_CRL *crl, const struct list *list, EVP_PKEY *key)
{
    ASN1_TIME *date = ASN1_TIME_new();
    X509_NAME *name = X509_NAME_new();
    ck_assert(date && name && ASN1_TIME_set_string_X509(date, "20260101000000Z"));
    ck_assert(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"Test CI", -1, -1, 0));
    ck_assert(X509_CRL_set_version(crl, list->flaw == LIST_VERSION_1 ? 0 : 1) && X509_CRL_set_issuer_name(crl, name) &&
              X509_CRL_set1_lastUpdate(crl, date) && X509_CRL_set1_nextUpdate(crl, date));
    for (size_t i = 0; i < COUNT(list->revoked); i++)
        if (list->revoked[i].n) add_revoked(crl, list->revoked[i], date);
    for (size_t i = 0; i < list->filler; i++)
        add_revoked(crl, slice_of((const uint8_t[]){0x7f, (uint8_t)(i >> 8), (uint8_t)i, 1, 2, 3, 4, 5}, 8), date);
    if (list->flaw != LIST_VERSION_1) {
        if (list->flaw != LIST_NO_AUTHORITY) add_authority(crl, list, key);
        if (list->flaw != LIST_NO_NUMBER) add_number(crl, "2.5.29.20", false, list->number);
        if (list->base) add_number(crl, "2.5.29.27", true, list->base);
        if (list->total) add_number(crl, "2.23.146.1.2.0.2", false, list->total);
        if (list->part) add_number(crl, "2.23.146.1.2.0.3", false, list->part);
        if (list->flaw == LIST_PART_BEYOND_TOTAL) add_number(crl, "2.23.146.1.2.0.3", false, 4);
        if (list->flaw == LIST_UNKNOWN_CRITICAL) add_number(crl, "2.999.7", true, 1);
        if (list->flaw == LIST_UNKNOWN_EXTENSION) add_number(crl, "2.999.7", false, 1);
    }
    X509_NAME_free(name);
    ASN1_TIME_free(date);
}

/* Appends the DER list. */
static void make_list(const struct list *list, struct buf *out)
{
    X509_CRL *crl = X509_CRL_new();
    EVP_PKEY *key = ci_key(list);
    unsigned char *der = NULL;
    fill_list(crl, list, key);
    ck_assert(X509_CRL_sign(crl, key, list->flaw == LIST_SHA384 ? EVP_sha384() : EVP_sha256()) > 0);
    int n = i2d_X509_CRL(crl, &der);
    ck_assert_int_gt(n, 0);
    buf_append(out, slice_of(der, (size_t)n));
    if (list->flaw == LIST_BAD_SIGNATURE) out->p[out->n - 1] ^= 1;
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    X509_CRL_free(crl);
}

/* BF35 {A0 CertificateList}: the content of the SEQUENCE under A0. The whole answer in digits, or a status word. */
static void load(const char *row, const struct list *list, const char *answer)
{
    char came[129];
    struct tlv whole;
    BUF_LOCAL der = {0};
    BUF_LOCAL request = {0};
    BUF_LOCAL expected = {0};
    make_list(list, &der);
    struct slice in = buf_slice(&der);
    ck_assert(tlv_next(&in, &whole));
    size_t mark = tlv_open(&request, 0xbf35);
    tlv_put(&request, 0xa0, whole.value);
    tlv_close(&request, mark);
    uint16_t sw = rig_send(&rig, buf_slice(&request), &response);
    ck_assert_msg(sw == 0x9000 && slice_equal(buf_slice(&response), hex(&expected, answer)),
                  "%s: %s %04X, expected %s; %s, %s", row, hex_short(buf_slice(&response), came, sizeof came), sw,
                  answer, rig.said.expected, rig.said.came);
}

#define OK_ANSWER "bf3502a000"

/* The serial number of a certificate of the SM-DP+. */
static struct slice serial_of(struct slice der)
{
    struct tlv whole;
    struct tlv tbs;
    struct tlv t;
    ck_assert(tlv_next(&der, &whole) && tlv_next(&whole.value, &tbs) && tlv_next(&tbs.value, &t) && t.tag == 0xa0);
    ck_assert(tlv_next(&tbs.value, &t) && t.tag == 0x02);
    return t.value;
}

static const struct rig_refusal auth_revoked = {"revoked DPauth", LPA_STAGE_AUTHENTICATE, 1,
                                                "a certificate that is not revoked", "a revoked serial number"};
static const struct rig_refusal pb_revoked = {"revoked DPpb", LPA_STAGE_PREPARE, 1, "a certificate that is not revoked",
                                              "a revoked serial number"};

/* ---- codes ---- */

static const struct code_row {
    const char *row;
    struct list list;
    const char *answer;
    const char *expected; /* of the reason; NULL: none */
} codes[] = {
    {"a list", {.number = 5}, OK_ANSWER, NULL},
    {"the same number again", {.number = 4}, OK_ANSWER, NULL},
    {"a list with an unknown extension", {.number = 5, .flaw = LIST_UNKNOWN_EXTENSION}, OK_ANSWER, NULL},
    {"1 wrong signature", {.number = 5, .flaw = LIST_BAD_SIGNATURE}, "bf3503810101", "signed by its CI"},
    {"2 no cRLNumber", {.number = 5, .flaw = LIST_NO_NUMBER}, "bf3503810102", "CRL v2"},
    {"2 no authority key identifier", {.number = 5, .flaw = LIST_NO_AUTHORITY}, "bf3503810102", "CRL v2"},
    {"2 unknown critical extension", {.number = 5, .flaw = LIST_UNKNOWN_CRITICAL}, "bf3503810102", "CRL v2"},
    {"2 version 1", {.number = 5, .flaw = LIST_VERSION_1}, "bf3503810102", "CRL v2"},
    {"2 SHA-384", {.number = 5, .flaw = LIST_SHA384}, "bf3503810102", "CRL v2"},
    {"2 part 4 of 3", {.number = 5, .total = 3, .flaw = LIST_PART_BEYOND_TOTAL}, "bf3503810102", "CRL v2"},
    {"4 a CI that the card does not know", {.number = 5, .foreign_key = true}, "bf3503810104", "a known CI"},
    {"5 an older list", {.number = 3}, "bf3503810105", "cRLNumber"},
    {"6 a delta list for a later base", {.number = 6, .base = 5}, "bf3503810106", "base CRL"},
    {"a delta list for the loaded base", {.number = 6, .base = 4}, OK_ANSWER, NULL},
};

START_TEST(test_codes)
{
    const struct code_row *row = &codes[_i];
    for (int curve = TEST_P256; curve <= TEST_BP256; curve++) {
        struct list base = {.ci = (enum test_curve)curve, .number = 4};
        struct list list = row->list;
        rig_open(&rig, &(struct rig_options){.curve = base.ci});
        list.ci = base.ci;
        load("base", &base, OK_ANSWER);
        load(row->row, &list, row->answer);
        if (row->expected) rig_expect_said(&rig, row->row, "ES10b.LoadCRL", "SGP.22 5.7.12", row->expected, "");
        rig_good_one_works(&rig, row->row);
        if (curve == TEST_P256) rig_close(&rig);
    }
}
END_TEST

START_TEST(test_delta_without_base)
{
    rig_open(&rig, NULL);
    load("6 a delta list first", &(struct list){.number = 6, .base = 5}, "bf3503810106");
}
END_TEST

/* What does not even decode gets a status word; a card without support does not know the function. */
START_TEST(test_malformed)
{
    static const char *const requests[] = {"bf3500", "bf3502a000", "bf3504a0023000", "bf350aa0083000300003020001"};
    rig_open(&rig, NULL);
    for (size_t i = 0; i < COUNT(requests); i++) {
        BUF_LOCAL bytes = {0};
        uint16_t sw = rig_send(&rig, hex(&bytes, requests[i]), &response);
        bool code_2 = sw == 0x9000 && response.n == 6 && memcmp(response.p, "\xbf\x35\x03\x81\x01\x02", 6) == 0;
        ck_assert_msg(sw == 0x6a80 || code_2, "%s: %04X", requests[i], sw);
        ck_assert_msg(rig.said.said, "%s: no reason", requests[i]);
    }
}
END_TEST

START_TEST(test_without_support)
{
    rig_open(&rig, &(struct rig_options){.personality = "crl_support = no"});
    rig_exchange(&rig, "78", "bf3504a0023000", "", 0x6a88);
    rig_expect_said(&rig, "78", "ES10b.LoadCRL", "SGP.22 5.7.12", "a function of this card", "crl_support");
    /* and says so: rspCapability bit 1 */
    for (int support = 0; support < 2; support++) {
        struct tlv whole;
        struct tlv t;
        uint32_t capability = 0;
        ck_assert(lpa_get_euicc_info2(&rig.lpa));
        struct slice in = buf_slice(&rig.lpa.response);
        ck_assert(tlv_next(&in, &whole) && tlv_find(whole.value, 0x88, &t) && tlv_bits(t.value, &capability));
        ck_assert_int_eq((capability >> 1) & 1, (unsigned)support);
        if (support) break;
        rig_close(&rig);
        rig_open(&rig, NULL);
    }
}
END_TEST

/* ---- revocation ---- */

START_TEST(test_revoked)
{
    for (int curve = TEST_P256; curve <= TEST_BP256; curve++) {
        enum test_curve ci = (enum test_curve)curve;
        rig_open(&rig, &(struct rig_options){.curve = ci});
        struct slice auth = serial_of(rig.dp->config.auth_certificate);
        struct slice pb = serial_of(rig.dp->config.pb_certificate);
        struct slice other = slice_of("\x01", 1);
        load("other serial numbers", &(struct list){.ci = ci, .number = 1, .revoked = {other}}, OK_ANSWER);
        rig_good_one_works(&rig, "others are revoked");
        load("DPpb", &(struct list){.ci = ci, .number = 2, .revoked = {other, pb}}, OK_ANSWER);
        rig_is_refused(&rig, &pb_revoked, NULL);
        load("DPauth and DPpb", &(struct list){.ci = ci, .number = 3, .revoked = {auth, pb}}, OK_ANSWER);
        rig_is_refused(&rig, &auth_revoked, NULL);
        /* NVM: power off and memory reset change nothing */
        rig_reopen(&rig);
        rig_is_refused(&rig, &auth_revoked, NULL);
        ck_assert_int_eq(lpa_set_default_dp_address(&rig.lpa, "a.example"), 0);
        ck_assert_int_eq(lpa_memory_reset(&rig.lpa, 7), 0);
        rig_is_refused(&rig, &auth_revoked, NULL);
        /* the lists of one CI say nothing about the other's certificates */
        rig_use_smdpp(&rig, ci == TEST_P256 ? TEST_BP256 : TEST_P256, 1);
        rig_good_one_works(&rig, "the other CI");
        rig_use_smdpp(&rig, ci, 1);
        /* a refused list does not let them in again, a later one does */
        load("older", &(struct list){.ci = ci, .number = 2}, "bf3503810105");
        rig_is_refused(&rig, &auth_revoked, NULL);
        load("a later empty list", &(struct list){.ci = ci, .number = 4}, OK_ANSWER);
        rig_good_one_works(&rig, "no longer revoked");
        if (curve == TEST_P256) rig_close(&rig);
    }
}
END_TEST

START_TEST(test_delta)
{
    rig_open(&rig, NULL);
    struct slice auth = serial_of(rig.dp->config.auth_certificate);
    struct slice pb = serial_of(rig.dp->config.pb_certificate);
    load("base", &(struct list){.number = 10, .revoked = {pb}}, OK_ANSWER);
    load("delta", &(struct list){.number = 11, .base = 10, .revoked = {auth}}, OK_ANSWER);
    rig_is_refused(&rig, &auth_revoked, NULL);
    load("delta on the delta", &(struct list){.number = 12, .base = 11}, OK_ANSWER);
    rig_is_refused(&rig, &auth_revoked, NULL);
    load("a complete list", &(struct list){.number = 13, .revoked = {pb}}, OK_ANSWER);
    rig_is_refused(&rig, &pb_revoked, NULL);
}
END_TEST

/* A list in parts: missingParts tells what is still to come; each part counts at once, the older list until all came.
 */
START_TEST(test_parts)
{
    rig_open(&rig, NULL);
    struct slice auth = serial_of(rig.dp->config.auth_certificate);
    struct slice pb = serial_of(rig.dp->config.pb_certificate);
    load("complete", &(struct list){.number = 1, .revoked = {auth}}, OK_ANSWER);
    load("part 2 of 3", &(struct list){.number = 2, .total = 3, .part = 2, .revoked = {pb}},
         "bf350aa008a006 020101 020103");
    rig_is_refused(&rig, &auth_revoked, NULL);
    load("part 2 again", &(struct list){.number = 2, .total = 3, .part = 2, .revoked = {pb}},
         "bf350aa008a006 020101 020103");
    load("part 3 of 3", &(struct list){.number = 2, .total = 3, .part = 3}, "bf3507a005a003 020101");
    rig_is_refused(&rig, &auth_revoked, NULL);
    load("part 1 of 3", &(struct list){.number = 2, .total = 3, .part = 1}, OK_ANSWER);
    rig_is_refused(&rig, &pb_revoked, NULL);
}
END_TEST

/* 64 KB of lists and no more; what was refused is not kept. */
START_TEST(test_no_memory)
{
    rig_open(&rig, NULL);
    struct slice auth = serial_of(rig.dp->config.auth_certificate);
    load("a long list", &(struct list){.number = 1, .filler = 1000}, OK_ANSWER);
    load("another", &(struct list){.number = 2, .base = 1, .filler = 1000}, OK_ANSWER);
    load("3 one more", &(struct list){.number = 3, .base = 2, .filler = 1000, .revoked = {auth}}, "bf3503810103");
    rig_expect_said(&rig, "3", "ES10b.LoadCRL", "SGP.22 5.7.12", "64 KB", "");
    rig_good_one_works(&rig, "after notEnoughMemorySpace");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crl_load");
    TCase *t = tcase_create("lists");
    tcase_add_checked_fixture(t, NULL, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_codes, 0, COUNT(codes));
    tcase_add_test(t, test_delta_without_base);
    tcase_add_test(t, test_malformed);
    tcase_add_test(t, test_without_support);
    tcase_add_test(t, test_revoked);
    tcase_add_test(t, test_delta);
    tcase_add_test(t, test_parts);
    tcase_add_test(t, test_no_memory);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
