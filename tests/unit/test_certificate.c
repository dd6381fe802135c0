/* src/crypto/certificate*.c: the public SGP.26 certificates (tests/kat/sgp26.txt, session.txt), the same
 * ones cut and changed at every place, certificates put together from parts, and eUICC certificates made here.
 * OpenSSL's X509 code is the independent side. */
#include "certificate_parts.h"

#include <openssl/x509v3.h>

static struct kat *vectors;

static void setup(void)
{
    vectors = kat_open("sgp26.txt");
    ck_assert_ptr_nonnull(vectors);
}

static void teardown(void)
{
    kat_free(vectors);
}

/* What SGP.22 4.5.2 and the extension files of SGP.26 say of each certificate. rid: the last arc of 2.999.x,
 * 0 if it has no registeredID. */
static const struct known {
    const char *name, *issuer_key;
    enum curve curve;
    enum certificate_role role;
    uint32_t key_usage;
    uint8_t rid;
} known[] = {
    {"CERT_CI_NIST_2017", "SK_CI_NIST", CURVE_P256, ROLE_CI, KEY_USAGE_KEY_CERT_SIGN | KEY_USAGE_CRL_SIGN, 1},
    {"CERT_CI_NIST_2020", "SK_CI_NIST", CURVE_P256, ROLE_CI, KEY_USAGE_KEY_CERT_SIGN | KEY_USAGE_CRL_SIGN, 1},
    {"CERT_CI_NIST_2024", "SK_CI_NIST", CURVE_P256, ROLE_CI, KEY_USAGE_KEY_CERT_SIGN | KEY_USAGE_CRL_SIGN, 1},
    {"CERT_CI_BRP_2020", "SK_CI_BRP", CURVE_BRAINPOOLP256R1, ROLE_CI, KEY_USAGE_KEY_CERT_SIGN | KEY_USAGE_CRL_SIGN, 1},
    {"CERT_EUM_NIST_2017", "SK_CI_NIST", CURVE_P256, ROLE_EUM, KEY_USAGE_KEY_CERT_SIGN, 5},
    {"CERT_EUM_NIST_2020", "SK_CI_NIST", CURVE_P256, ROLE_EUM, KEY_USAGE_KEY_CERT_SIGN, 5},
    {"CERT_EUM_BRP_2020", "SK_CI_BRP", CURVE_BRAINPOOLP256R1, ROLE_EUM, KEY_USAGE_KEY_CERT_SIGN, 5},
    {"CERT_EUICC_NIST_2020", "SK_EUM_NIST", CURVE_P256, ROLE_EUICC, KEY_USAGE_DIGITAL_SIGNATURE, 0},
    {"CERT_EUICC_BRP_2020", "SK_EUM_BRP", CURVE_BRAINPOOLP256R1, ROLE_EUICC, KEY_USAGE_DIGITAL_SIGNATURE, 0},
    {"CERT_DPauth_NIST", "SK_CI_NIST", CURVE_P256, ROLE_DP_AUTH, KEY_USAGE_DIGITAL_SIGNATURE, 10},
    {"CERT_DPauth_BRP", "SK_CI_BRP", CURVE_BRAINPOOLP256R1, ROLE_DP_AUTH, KEY_USAGE_DIGITAL_SIGNATURE, 10},
    {"CERT_DPpb_NIST", "SK_CI_NIST", CURVE_P256, ROLE_DP_PB, KEY_USAGE_DIGITAL_SIGNATURE, 10},
    {"CERT_DPpb_BRP", "SK_CI_BRP", CURVE_BRAINPOOLP256R1, ROLE_DP_PB, KEY_USAGE_DIGITAL_SIGNATURE, 10},
    {"CERT_DP2auth_NIST", "SK_CI_NIST", CURVE_P256, ROLE_DP_AUTH, KEY_USAGE_DIGITAL_SIGNATURE, 12},
    {"CERT_DP2auth_BRP", "SK_CI_BRP", CURVE_BRAINPOOLP256R1, ROLE_DP_AUTH, KEY_USAGE_DIGITAL_SIGNATURE, 12},
    {"CERT_DP2pb_NIST", "SK_CI_NIST", CURVE_P256, ROLE_DP_PB, KEY_USAGE_DIGITAL_SIGNATURE, 12},
    {"CERT_DP2pb_BRP", "SK_CI_BRP", CURVE_BRAINPOOLP256R1, ROLE_DP_PB, KEY_USAGE_DIGITAL_SIGNATURE, 12},
    {"CERT_DPauth_VARO_2024", "SK_CI_NIST", CURVE_P256, ROLE_DP_AUTH, KEY_USAGE_DIGITAL_SIGNATURE, 10},
    {"CERT_DPpb_VARO_2024", "SK_CI_NIST", CURVE_P256, ROLE_DP_PB, KEY_USAGE_DIGITAL_SIGNATURE, 10},
};
#define KNOWN (int)(sizeof known / sizeof known[0])

static struct slice der_of(const char *name)
{
    return kat_slicef(vectors, "%s.der", name);
}

START_TEST(known_certificates)
{
    const struct known *k = &known[_i];
    struct slice der = der_of(k->name);
    struct certificate c = parse(der);
    char name[64];
    ck_slice_eq(c.whole, der);
    ck_assert_int_eq(c.curve, k->curve);
    bool valid = false;
    ck_assert(ec_point_check(c.curve, c.point, &valid) == OK && valid);
    ck_assert_int_eq(c.role, k->role);
    ck_assert(c.has_policy && c.has_key_usage && c.algorithm_ok && !c.unknown_critical);
    ck_assert_uint_eq(c.key_usage, k->key_usage);
    ck_slice_eq(c.subject_key_id, kat_slicef(vectors, "%s.ski", k->name));
    snprintf(name, sizeof name, "%s.aki", k->name);
    if (kat_has(vectors, name) && kat_slice(vectors, name).n == 20)
        ck_slice_eq(c.authority_key_id, kat_slice(vectors, name));
    else
        ck_assert_int_eq(k->role, ROLE_CI);
    const uint8_t rid[] = {0x88, 0x37, k->rid};
    ck_slice_eq(c.registered_id, slice_of(rid, k->rid ? 3 : 0));
    bool ca = k->role == ROLE_CI || k->role == ROLE_EUM;
    ck_assert(c.is_ca == ca);
    ck_assert(c.has_path_length == (k->role == ROLE_EUM) && c.path_length == 0);

    struct slice issuer = kat_slicef(vectors, "%s.pk", k->issuer_key);
    ck_assert(verify(&c, k->curve, issuer));
    ck_assert(!verify(&c, k->curve, kat_slice(vectors, k->curve == CURVE_P256 ? "SK_DPpb_NIST.pk" : "SK_DPpb_BRP.pk")));
    ck_assert(!verify(&c, k->curve == CURVE_P256 ? CURVE_BRAINPOOLP256R1 : CURVE_P256, issuer));
    ck_assert(!verify(&c, CURVE_UNKNOWN, issuer));
}
END_TEST

/* The same certificate as OpenSSL reads it. */
START_TEST(known_certificates_against_openssl)
{
    struct slice der = der_of(known[_i].name);
    struct certificate c = parse(der);
    const unsigned char *p = der.p;
    X509 *x = d2i_X509(NULL, &p, (long)der.n);
    ck_assert_ptr_nonnull(x);
    unsigned char *bytes = NULL;
    int n = i2d_re_X509_tbs(x, &bytes);
    ck_slice_eq(c.tbs, slice_of(bytes, (size_t)n));
    OPENSSL_free(bytes);
    bytes = NULL;
    n = i2d_X509_NAME(X509_get_issuer_name(x), &bytes);
    ck_slice_eq(c.issuer, slice_of(bytes, (size_t)n));
    OPENSSL_free(bytes);
    bytes = NULL;
    n = i2d_X509_NAME(X509_get_subject_name(x), &bytes);
    ck_slice_eq(c.subject, slice_of(bytes, (size_t)n));
    OPENSSL_free(bytes);
    BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL),
           *ours = BN_bin2bn(c.serial.p, (int)c.serial.n, NULL);
    ck_assert_int_eq(BN_cmp(serial, ours), 0);
    BN_free(serial);
    BN_free(ours);
    const ASN1_OCTET_STRING *ski = X509_get0_subject_key_id(x), *aki = X509_get0_authority_key_id(x);
    ck_slice_eq(c.subject_key_id, slice_of(ASN1_STRING_get0_data(ski), (size_t)ASN1_STRING_length(ski)));
    if (aki) ck_slice_eq(c.authority_key_id, slice_of(ASN1_STRING_get0_data(aki), (size_t)ASN1_STRING_length(aki)));
    ck_assert_uint_eq(c.authority_key_id.n, aki ? 20 : 0);
    const ASN1_BIT_STRING *signature, *key = X509_get0_pubkey_bitstr(x);
    X509_get0_signature(&signature, NULL, x);
    ck_slice_eq(c.signature, slice_of(ASN1_STRING_get0_data(signature), (size_t)ASN1_STRING_length(signature)));
    ck_slice_eq(c.point, slice_of(ASN1_STRING_get0_data(key), (size_t)ASN1_STRING_length(key)));
    X509_free(x);
}
END_TEST

START_TEST(truncated)
{
    struct slice der = der_of(known[_i].name);
    for (size_t n = 0; n < der.n; n++) {
        struct certificate c;
        const char *expected = NULL;
        size_t offset = SIZE_MAX;
        uint8_t *copy = exact(slice_of(der.p, n));
        ck_assert(!certificate_parse(slice_of(copy, n), &c, &expected, &offset));
        ck_assert_ptr_nonnull(expected);
        ck_assert_uint_le(offset, n);
        free(copy);
    }
    uint8_t *longer = malloc(der.n + 2);
    memcpy(longer, der.p, der.n);
    memcpy(longer + der.n, "\x05\x00", 2);
    for (size_t more = 1; more <= 2; more++) { /* half a TLV, and one that is whole */
        struct certificate c;
        const char *expected = NULL;
        size_t offset;
        ck_assert(!certificate_parse(slice_of(longer, der.n + more), &c, &expected, &offset));
        ck_assert_uint_eq(offset, der.n);
        ck_assert_str_eq(expected, "nothing after the certificate");
    }
    free(longer);
}
END_TEST

/* Every bit: the reader refuses, or the signature no longer fits. */
START_TEST(one_bit_changed)
{
    const struct known *k = &known[_i];
    struct slice der = der_of(k->name);
    struct slice issuer = kat_slicef(vectors, "%s.pk", k->issuer_key);
    size_t parsed = 0;
    /* Every bit of two certificates, one bit a byte of the others: a verification on brainpool takes 0.3 ms. */
    unsigned step = k->role == ROLE_EUM && k->curve == CURVE_P256 ? 1 : 8;
    for (size_t bit = 0; bit < 8 * der.n; bit += step) {
        struct certificate c;
        const char *expected = NULL;
        size_t offset;
        uint8_t *copy = exact(der);
        copy[bit / 8] ^= (uint8_t)(1u << (bit + bit / 8) % 8);
        if (certificate_parse(slice_of(copy, der.n), &c, &expected, &offset)) {
            parsed++;
            ck_assert_msg(!verify(&c, k->curve, issuer), "byte %zu", bit / 8);
        } else {
            ck_assert_ptr_nonnull(expected);
            ck_assert_uint_le(offset, der.n);
        }
        free(copy);
    }
    ck_assert_uint_gt(parsed, der.n / 8); /* keys, names and the signature keep their form */
}
END_TEST

/* ---- certificates put together from parts ---- */

static const uint8_t *leaf_point(void)
{
    return kat_slice(vectors, "SK_DPauth_NIST.pk").p;
}

static const char *complaint(struct slice der)
{
    struct certificate c;
    const char *expected = NULL;
    size_t offset = 0;
    uint8_t *copy = exact(der);
    bool good = certificate_parse(slice_of(copy, der.n), &c, &expected, &offset);
    free(copy);
    return good ? "it is accepted" : expected;
}

static const struct {
    struct extension extension;
    const char *says;
} refused_extensions[] = {
    {{SKI_ID, "010100", "04021234"}, "critical"}, /* FALSE written out (X.690 11.5) */
    {{SKI_ID, "010101", "04021234"}, "critical"}, /* TRUE not as FF (X.690 11.1) */
    {{SKI_ID, "01020001", "04021234"}, "critical"},
    {{SKI_ID, "0500", "04021234"}, "extnValue"},
    {{"", "", "04021234"}, "extnID"},
    {{"551d80", "", "04021234"}, "extnID"},
    {{"55801d0e", "", "04021234"}, "extnID"}, /* a subidentifier with leading zeros (X.690 8.19.2) */
    {{SKI_ID, "", "040212340500"}, "nothing after"},
    {{SKI_ID, "", "02020101"}, "SubjectKeyIdentifier"},
    {{SKI_ID, "", "0400"}, "not empty"},
    {{SKI_ID, "", ""}, "SubjectKeyIdentifier"},
    {{SKI_ID, "", "0481021234"}, "DER inside"}, /* length not minimal */
    {{SKI_ID, "", "04031234"}, "DER inside"},   /* longer than what is there */
    {{KU_ID, "", "03020080"}, "KeyUsage"},      /* trailing zero bits (X.690 11.2.2) */
    {{KU_ID, "", "03020781"}, "KeyUsage"},      /* an unused bit set */
    {{KU_ID, "", "030100"}, "KeyUsage"},        /* none set */
    {{KU_ID, "", "03020000"}, "KeyUsage"},
    {{KU_ID, "", "03020880"}, "KeyUsage"},
    {{KU_ID, "", "0300"}, "KeyUsage"},
    {{SAN_ID, "", "3000"}, "GeneralName"},
    {{SAN_ID, "", "3004880201ff"}, "registeredID"},
    {{SAN_ID, "", "30028800"}, "registeredID"},
    {{BC_ID, "", "3003010100"}, "cA"},
    {{BC_ID, "", "3003020100"}, "BasicConstraints"}, /* a path length without cA */
    {{BC_ID, "", "30060101ff0201ff"}, "pathLenConstraint"},
    {{BC_ID, "", "30070101ff02020001"}, "shortest"},
    {{POLICY_ID, "", "3000"}, "PolicyInformation"},
    {{POLICY_ID, "", "30023000"}, "policyIdentifier"},
    {{POLICY_ID, "", "300430020600"}, "policyIdentifier"},
    {{POLICY_ID, "", "3007300506012a0500"}, "policyQualifiers"},
    {{EKU_ID, "", "3000"}, "KeyPurposeId"},
    {{EKU_ID, "", "30020500"}, "KeyPurposeId"},
    {{AKI_ID, "", "30028000"}, "keyIdentifier"},
    {{AKI_ID, "", "3003830100"}, "AuthorityKeyIdentifier"},
    {{NC_ID, "", "3100"}, "SEQUENCE"},
    {{CRL_ID, "", "0500"}, "SEQUENCE"},
    {{CRL_ID, "", "3003300201"}, "DER inside"},
};

START_TEST(refuses_extensions)
{
    BUF_LOCAL der = {0};
    assemble(&(struct parts){.point = leaf_point()}, &refused_extensions[_i].extension, 1, &der);
    const char *says = complaint(buf_slice(&der));
    ck_assert_msg(strstr(says, refused_extensions[_i].says) != NULL, "row %d: %s", _i, says);
}
END_TEST

static const struct {
    struct parts parts;
    const char *says;
} refused_forms[] = {
    {{.version = ""}, "version (A0)"},
    {{.version = "a003020101"}, "v3"},
    {{.version = "a00402020002"}, "shortest"},
    {{.version = "a006020102020102"}, "nothing after the version"},
    {{.algorithm = "300e06082a8648ce3d04030205000500"}, "nothing after the algorithm parameters"},
    {{.algorithm = "3003060180"}, "algorithm (06)"},
    {{.algorithm = "3000"}, "algorithm (06)"},
    {{.validity = "301e170d3230303430313038333133305a170d33303033333030383331333041"}, "notAfter"},
    {{.validity = "301e170d3230303430313038333133ff5a170d3330303333303038333133305a"}, "notBefore"},
    {{.validity = "300f170d3230303430313038333133305a"}, "notAfter"},
    {{.validity = "3020170d3230303430313038333133305a170d3330303333303038333133305a0500"}, "nothing after notAfter"},
    {{.key = "3017301306072a8648ce3d020106082a8648ce3d0301070300"}, "subjectPublicKey"},
    {{.key = "3019301306072a8648ce3d020106082a8648ce3d03010703020108"}, "subjectPublicKey"},
    {{.key = "3019301306072a8648ce3d020106082a8648ce3d03018703020008"}, "namedCurve"},
    {{.raw_extensions = "300b0603551d0e040404021234", .after = "0500"}, "nothing after the extensions"},
    {{.raw_extensions = "300b0603551d0e0404040212340500"}, "Extension (30)"},
    {{.raw_extensions = "300b0603551d0e04040402123400"}, "Extension (30)"},
    {{.raw_extensions = "300d0603551d0e0404040212340500"}, "nothing after extnValue"},
    {{.raw_extensions = "300b0603551d0e040404021234300b0603551d0e040404021234"}, "only once"},
    {{.raw_extensions = ""}, "at least one Extension"},
};

START_TEST(refuses_forms)
{
    BUF_LOCAL der = {0};
    struct parts parts = refused_forms[_i].parts;
    parts.point = leaf_point();
    assemble(&parts, NULL, 0, &der);
    const char *says = complaint(buf_slice(&der));
    ck_assert_msg(strstr(says, refused_forms[_i].says) != NULL, "row %d: %s", _i, says);
}
END_TEST

/* What the walk does not enter must be DER too: a GeneralName with an overlong length inside. */
START_TEST(refuses_what_is_hidden)
{
    BUF_LOCAL der = {0};
    assemble(&(struct parts){.point = leaf_point(), .algorithm = "300f06082a8648ce3d0403023003048100"},
             &(struct extension){SKI_ID, "", "040112"}, 1, &der);
    ck_assert_str_eq(complaint(buf_slice(&der)), "DER: minimal tags and definite minimal lengths inside their parent");
}
END_TEST

START_TEST(accepts_extensions)
{
    static const struct extension unknown[] = {{"2a03", "", "ffff"}, {"2a04", "0101ff", "ff"}, {"2a05", "0101ff", ""}};
    static const struct extension full[] = {
        {SAN_ID, "", "3019820161820162880388370188038837028607687474703a2f2f"},
        {BC_ID, "", "3000"},
        {AKI_ID, "", "3010800401020304a1058203612e62820109"},
        {EKU_ID, "0101ff", "300a06082b06010505070301"},
        {NC_ID, "0101ff", "3000"},
        {CRL_ID, "0101ff", "3000"},
        {"67811201020200", "0101ff", "300413023839"}, /* permittedEins */
        {KU_ID, "0101ff", "03020106"},
    };
    BUF_LOCAL a = {0};
    assemble(&(struct parts){.point = leaf_point()}, unknown, 3, &a);
    struct certificate c = parse(buf_slice(&a));
    ck_assert(c.unknown_critical);
    ck_slice_eq(c.unknown_critical_oid, slice_of("\x2a\x04", 2));
    ck_assert(!c.has_policy && !c.has_key_usage && !c.has_basic_constraints && c.role == ROLE_NONE);
    ck_assert_uint_eq(c.subject_key_id.n + c.authority_key_id.n + c.registered_id.n, 0);
    BUF_LOCAL b = {0};
    assemble(&(struct parts){.point = leaf_point()}, unknown, 1,
             &b); /* not critical: need be neither known nor DER inside */
    ck_assert(!parse(buf_slice(&b)).unknown_critical);
    BUF_LOCAL d = {0};
    assemble(&(struct parts){.point = leaf_point()}, full, 8, &d);
    c = parse(buf_slice(&d));
    ck_assert(!c.unknown_critical);
    ck_slice_eq(c.registered_id, slice_of("\x88\x37\x01", 3)); /* the first among names of other kinds */
    ck_slice_eq(c.authority_key_id, slice_of("\x01\x02\x03\x04", 4));
    ck_assert(c.has_basic_constraints && !c.is_ca && !c.has_path_length);
    ck_assert_uint_eq(c.key_usage, KEY_USAGE_KEY_CERT_SIGN | KEY_USAGE_CRL_SIGN);
}
END_TEST

static const struct {
    const char *first, *second;
    enum certificate_role role;
    const char *name;
    bool second_counts;
} roles[] = {
    {R "00", NULL, ROLE_CI, "CI", false},
    {R "01", NULL, ROLE_EUICC, "eUICC", false},
    {R "02", NULL, ROLE_EUM, "EUM", false},
    {R "03", NULL, ROLE_DP_TLS, "DPtls", false},
    {R "04", NULL, ROLE_DP_AUTH, "DPauth", false},
    {R "05", NULL, ROLE_DP_PB, "DPpb", false},
    {R "06", NULL, ROLE_DS_TLS, "DStls", false},
    {R "07", NULL, ROLE_DS_AUTH, "DSauth", false},
    {R "0000", NULL, ROLE_SUB_CA, "SubCA", false},
    {R "000000", NULL, ROLE_EUM, "EUM", false},
    {R "00000000", NULL, ROLE_SUB_CA, "SubCA", false},
    {R "0000000000", NULL, ROLE_EUICC, "eUICC", false},
    {R "000001", NULL, ROLE_SUB_CA, "SubCA", false},
    {R "00000100", NULL, ROLE_DP_TLS, "DPtls", false},
    {R "00000101", NULL, ROLE_DP_AUTH, "DPauth", false},
    {R "00000102", NULL, ROLE_DP_PB, "DPpb", false},
    {R "000002", NULL, ROLE_SUB_CA, "SubCA", false},
    {R "00000200", NULL, ROLE_DS_TLS, "DStls", false},
    {R "00000201", NULL, ROLE_DS_AUTH, "DSauth", false},
    {R "08", NULL, ROLE_OTHER, "other", false},
    {R, NULL, ROLE_OTHER, "other", false},
    {R "000003", NULL, ROLE_OTHER, "other", false},
    {"2a03", NULL, ROLE_OTHER, "other", false},
    {"2a03", R "04", ROLE_DP_AUTH, "DPauth", true},
    {R "05", R "04", ROLE_DP_PB, "DPpb", false},
    {R "05", "2a03", ROLE_DP_PB, "DPpb", false},
    {"2a03", "2a04", ROLE_OTHER, "other", false},
};

START_TEST(role_of_policies)
{
    char value[128];
    BUF_LOCAL der = {0};
    BUF_LOCAL oid = {0};
    policies_hex(roles[_i].first, roles[_i].second, value);
    const struct extension extension = {POLICY_ID, "0101ff", value};
    assemble(&(struct parts){.point = leaf_point()}, &extension, 1, &der);
    struct certificate c = parse(buf_slice(&der));
    ck_assert_int_eq(c.role, roles[_i].role);
    ck_assert_str_eq(certificate_role_name(c.role), roles[_i].name);
    put_hex(&oid, roles[_i].second_counts ? roles[_i].second : roles[_i].first);
    ck_slice_eq(c.policy, buf_slice(&oid));
    ck_assert(c.has_policy);
}
END_TEST

START_TEST(other_algorithms)
{
    const struct extension ski = {SKI_ID, "", "040112"};
    BUF_LOCAL sha384 = {0};
    assemble(&(struct parts){.point = leaf_point(), .algorithm = "300a06082a8648ce3d040303"}, &ski, 1, &sha384);
    struct certificate c = parse(buf_slice(&sha384));
    ck_assert(!c.algorithm_ok);
    ck_assert(!verify(&c, CURVE_P256, kat_slice(vectors, "SK_CI_NIST.pk")));
    BUF_LOCAL p192 = {0}; /* 1.2.840.10045.3.1.1, the bad leaf curve of SGP.26 */
    assemble(&(struct parts){.key = "3019301306072a8648ce3d020106082a8648ce3d03010103020004"}, &ski, 1, &p192);
    c = parse(buf_slice(&p192));
    ck_assert_int_eq(c.curve, CURVE_UNKNOWN);
    ck_slice_eq(c.curve_oid, slice_of("\x2a\x86\x48\xce\x3d\x03\x01\x01", 8));
    BUF_LOCAL rsa = {0};
    assemble(&(struct parts){.key = "3013300d06092a864886f70d010101050003020000"}, &ski, 1, &rsa);
    c = parse(buf_slice(&rsa));
    ck_assert(c.curve == CURVE_UNKNOWN && c.curve_oid.n == 0);
    /* The signature of these is SEQUENCE { 1, 1 }: well formed and wrong. */
    ck_assert(c.algorithm_ok && !verify(&c, CURVE_P256, kat_slice(vectors, "SK_CI_NIST.pk")));
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

static Suite *certificate_suite(void)
{
    Suite *s = suite_create("certificate");
    TCase *vector = tcase_create("SGP.26");
    tcase_set_timeout(vector, 60);
    tcase_add_checked_fixture(vector, setup, teardown);
    tcase_add_loop_test(vector, known_certificates, 0, KNOWN);
    tcase_add_loop_test(vector, known_certificates_against_openssl, 0, KNOWN);
    tcase_add_loop_test(vector, truncated, 0, KNOWN);
    tcase_add_loop_test(vector, one_bit_changed, 0, KNOWN);
    suite_add_tcase(s, vector);

    TCase *parts = tcase_create("parts");
    tcase_add_checked_fixture(parts, setup, teardown);
    tcase_add_loop_test(parts, refuses_extensions, 0, ROWS(refused_extensions));
    tcase_add_loop_test(parts, refuses_forms, 0, ROWS(refused_forms));
    tcase_add_test(parts, refuses_what_is_hidden);
    tcase_add_test(parts, accepts_extensions);
    tcase_add_loop_test(parts, role_of_policies, 0, ROWS(roles));
    tcase_add_test(parts, other_algorithms);
    suite_add_tcase(s, parts);

    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(certificate_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
