/* src/crypto/mint.c: eUICC certificates made under the public SGP.26 EUMs (tests/kat/sgp26.txt) and under EUMs of
 * SGP.22 3.x, read by our own reader and judged by OpenSSL. */
#include "certificate_parts.h"

#include <openssl/x509v3.h>

static struct kat *vectors;
static struct stream stream;

static void setup(void)
{
    vectors = kat_open("sgp26.txt");
    ck_assert_ptr_nonnull(vectors);
    stream = (struct stream){.state = 3};
    crypto_bind_random(stream_draw, &stream);
}

static void teardown(void)
{
    kat_free(vectors);
    crypto_bind_random(NULL, NULL);
}

static struct slice der_of(const char *name)
{
    return kat_slicef(vectors, "%s.der", name);
}

#define EID "89049032123451234512345678901235"

static const struct {
    const char *eum, *key;
    enum curve curve;
} issuers[] = {{"CERT_EUM_NIST_2017", "SK_EUM_NIST.sk", CURVE_P256},
               {"CERT_EUM_NIST_2020", "SK_EUM_NIST.sk", CURVE_P256},
               {"CERT_EUM_BRP_2020", "SK_EUM_BRP.sk", CURVE_BRAINPOOLP256R1}};

static struct slice key_of(int issuer)
{
    return kat_slice(vectors, issuers[issuer].key);
}

static void check_name_entry(const X509_NAME *name, int at, int nid, int type, const char *text)
{
    const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, at);
    const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
    ck_assert_int_eq(OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)), nid);
    ck_assert_int_eq(ASN1_STRING_type(value), type);
    ck_slice_eq(slice_of(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)), slice_text(text));
}

/* As OpenSSL sees it. */
static void check_minted(struct slice der, struct slice eum_der, const uint8_t pk[65])
{
    const unsigned char *p = der.p, *q = eum_der.p;
    X509 *x = d2i_X509(NULL, &p, (long)der.n), *eum = d2i_X509(NULL, &q, (long)eum_der.n);
    ck_assert_ptr_nonnull(x);
    ck_assert(p == der.p + der.n);
    ck_assert_int_eq(X509_verify(x, X509_get0_pubkey(eum)), 1);
    ck_assert_int_eq(X509_check_issued(eum, x), X509_V_OK); /* names, AKI and SKI, key usage of the EUM */
    ck_assert_int_eq(X509_get_version(x), 2);
    ck_assert_int_eq(X509_get_ext_count(x), 4);
    ck_assert_int_eq((int)X509_get_key_usage(x), KU_DIGITAL_SIGNATURE);
    ck_assert(!(X509_get_extension_flags(x) & (EXFLAG_CRITICAL | EXFLAG_INVALID | EXFLAG_CA)));
    ck_assert_int_eq(X509_NAME_entry_count(X509_get_subject_name(x)), 4);
    check_name_entry(X509_get_subject_name(x), 1, NID_organizationName, V_ASN1_UTF8STRING, "RSP Test EUM");
    check_name_entry(X509_get_subject_name(x), 2, NID_serialNumber, V_ASN1_PRINTABLESTRING, EID);
    check_name_entry(X509_get_subject_name(x), 3, NID_commonName, V_ASN1_UTF8STRING, "softeuicc");
    ck_assert_str_eq((const char *)ASN1_STRING_get0_data(X509_get0_notBefore(x)), "200401000000Z");
    ck_assert_str_eq((const char *)ASN1_STRING_get0_data(X509_get0_notAfter(x)), "74960124000000Z");
    const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(x);
    ck_slice_eq(slice_of(ASN1_STRING_get0_data(key), (size_t)ASN1_STRING_length(key)), slice_of(pk, 65));
    BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
    ck_assert(!BN_is_negative(serial) && !BN_is_zero(serial) && BN_num_bytes(serial) == 8);
    BN_free(serial);
    X509_free(x);
    X509_free(eum);
}

START_TEST(mints)
{
    struct slice eum = der_of(issuers[_i].eum);
    struct certificate issuer = parse(eum);
    const char *why = "";
    uint8_t sk[32], pk[65], ski[20];
    char prefix[33];
    BUF_LOCAL out = {0};
    ok(ec_generate(issuers[_i].curve, sk, pk));
    buf_byte(&out, 0xee);
    ok(certificate_mint_euicc(eum, key_of(_i).p, EID, issuers[_i].curve, pk, &out, &why));
    ck_assert_uint_eq(out.p[0], 0xee);
    struct slice der = slice_skip(buf_slice(&out), 1);
    struct certificate c = parse(der);
    ck_assert(verify(&c, issuer.curve, issuer.point));
    ck_assert(c.role == ROLE_EUICC && c.algorithm_ok && !c.unknown_critical && !c.has_basic_constraints);
    ck_assert_uint_eq(c.key_usage, KEY_USAGE_DIGITAL_SIGNATURE);
    ck_assert_int_eq(c.curve, issuers[_i].curve);
    ck_slice_eq(c.policy, slice_of("\x67\x81\x12\x01\x02\x01\x01", 7));
    ck_slice_eq(c.point, SLICE(pk));
    ck_assert(c.serial.n == 8 && !(c.serial.p[0] & 0x80));
    ck_slice_eq(c.issuer, issuer.subject);
    ck_slice_eq(c.authority_key_id, issuer.subject_key_id);
    ok(crypto_sha1(SLICE(pk), ski));
    ck_slice_eq(c.subject_key_id, SLICE(ski));
    check_minted(der, eum, pk);
    ck_assert(certificate_eum_eid_prefix(eum, prefix));
    ck_assert_str_eq(prefix, "89049032");
}
END_TEST

START_TEST(mints_the_same_from_the_same_stream)
{
    const char *why;
    BUF_LOCAL first = {0};
    BUF_LOCAL again = {0};
    BUF_LOCAL other = {0};
    struct buf *outs[] = {&first, &again, &other};
    for (size_t i = 0; i < 3; i++) {
        stream = (struct stream){.state = i < 2 ? 11 : 12};
        ok(certificate_mint_euicc(der_of("CERT_EUM_NIST_2020"), key_of(1).p, EID, CURVE_P256,
                                  kat_slice(vectors, "SK_EUICC_NIST.pk").p, outs[i], &why));
    }
    ck_slice_eq(buf_slice(&first), buf_slice(&again));
    ck_assert(!slice_equal(buf_slice(&first), buf_slice(&other)));
    stream = (struct stream){.state = 11, .fail_after = 20}; /* enough for the serial, not for the signature */
    ck_assert_int_eq(certificate_mint_euicc(der_of("CERT_EUM_NIST_2020"), key_of(1).p, EID, CURVE_P256,
                                            kat_slice(vectors, "SK_EUICC_NIST.pk").p, &again, &why),
                     ERR_RANDOM);
    ck_slice_eq(buf_slice(&first), buf_slice(&again)); /* nothing was appended */
}
END_TEST

START_TEST(refuses_to_mint)
{
    static const uint8_t zero[65] = {0};
    struct slice eum = der_of("CERT_EUM_NIST_2020"), key = key_of(1), pk = kat_slice(vectors, "SK_EUICC_NIST.pk");
    const struct {
        struct slice eum;
        const uint8_t *key;
        const char *eid;
        const uint8_t *pk;
        const char *says;
    } rows[] = {
        {eum, key.p, "89049033123451234512345678901235", pk.p, "nameConstraints"},
        {eum, key.p, "8904903212345123451234567890123", pk.p, "32 decimal digits"},
        {eum, key.p, "8904903212345123451234567890123a", pk.p, "32 decimal digits"},
        {eum, key.p, EID "0", pk.p, "32 decimal digits"},
        {eum, key_of(2).p, EID, pk.p, "private key"},
        {eum, zero, EID, pk.p, "private key"},
        {eum, key.p, EID, zero, "public key"},
        {der_of("CERT_DPauth_NIST"), key.p, EID, pk.p, "EUM certificate"},
        {slice_of(eum.p, eum.n - 1), key.p, EID, pk.p, "Certificate"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        BUF_LOCAL out = {0};
        const char *why = "";
        ck_assert_int_eq(
            certificate_mint_euicc(rows[i].eum, rows[i].key, rows[i].eid, CURVE_P256, rows[i].pk, &out, &why),
            ERR_DATA);
        ck_assert_msg(strstr(why, rows[i].says) != NULL, "row %zu: %s", i, why);
        ck_assert_uint_eq(out.n, 0);
    }
    char prefix[33];
    ck_assert(!certificate_eum_eid_prefix(der_of("CERT_CI_NIST_2020"), prefix));
    ck_assert(!certificate_eum_eid_prefix(slice_of(eum.p, 100), prefix));
}
END_TEST

/* An EUM of SGP.22 3.x: another policy, no serialNumber in its nameConstraints, permittedEins instead. */
START_TEST(mints_under_a_v3_eum)
{
    char eum_policy[128], sub_ca_policy[128];
    policies_hex(R "000000", NULL, eum_policy);
    policies_hex(R "00000000", NULL, sub_ca_policy);
    for (int sub_ca = 0; sub_ca < 2; sub_ca++) {
        const struct extension extensions[] = {
            {POLICY_ID, "0101ff", sub_ca ? sub_ca_policy : eum_policy},
            {SKI_ID, "", "0414dd3da24d350c1cc5d0af0965f40ec34c5ee409f1"},
            {NC_ID, "0101ff", "3017a0153013a411300f310d300b060355040a0c0441434d45"}, /* O = ACME */
            {"67811201020200", "", "30141308383930343430343513083839303439303332"},  /* 89044045, 89049032 */
        };
        BUF_LOCAL eum = {0};
        BUF_LOCAL out = {0};
        const char *why = "";
        char prefix[33];
        struct slice pk = kat_slice(vectors, "SK_EUICC_NIST.pk");
        assemble(&(struct parts){.point = kat_slice(vectors, "SK_EUM_NIST.pk").p}, extensions, 4, &eum);
        ck_assert(certificate_eum_eid_prefix(buf_slice(&eum), prefix));
        ck_assert_str_eq(prefix, "89044045");
        ok(certificate_mint_euicc(buf_slice(&eum), key_of(0).p, EID, CURVE_P256, pk.p, &out, &why));
        struct certificate c = parse(buf_slice(&out));
        ck_assert_int_eq(c.role, ROLE_EUICC);
        ck_assert_uint_eq(c.policy.n, 11);
        ck_assert(verify(&c, CURVE_P256, kat_slice(vectors, "SK_EUM_NIST.pk")));
        ck_assert_int_eq(certificate_mint_euicc(buf_slice(&eum), key_of(0).p, "89049033123451234512345678901235",
                                                CURVE_P256, pk.p, &out, &why),
                         ERR_DATA);
        ck_assert_ptr_nonnull(strstr(why, "permittedEins"));
    }
}
END_TEST

static Suite *mint_suite(void)
{
    Suite *s = suite_create("mint");
    TCase *mint = tcase_create("mint");
    tcase_add_checked_fixture(mint, setup, teardown);
    tcase_add_loop_test(mint, mints, 0, (int)(sizeof issuers / sizeof issuers[0]));
    tcase_add_test(mint, mints_the_same_from_the_same_stream);
    tcase_add_test(mint, refuses_to_mint);
    tcase_add_test(mint, mints_under_a_v3_eum);
    suite_add_tcase(s, mint);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(mint_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
