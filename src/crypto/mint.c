/* eUICC certificates for cards that are made here (SGP.22 4.5.2.1.0.2), signed with an EUM's key, and what an EUM's
 * certificate says about the EIDs under it. Called by src/card when a card is created; OpenSSL's X509 code writes the
 * certificate, our own reader (certificate.c) reads the EUM's. */
#include "crypto/certificate.h"
#include "crypto/internal.h"

#include <stdio.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/x509v3.h>

#define EID_DIGITS 32
#define NOT_BEFORE "20200401000000Z"
#define NOT_AFTER "74960124000000Z"
#define COMMON_NAME "softeuicc"

DEFINE_CLEANUP(X509, X509_free)
DEFINE_CLEANUP(EVP_PKEY, EVP_PKEY_free)
DEFINE_CLEANUP(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
DEFINE_CLEANUP(BIGNUM, BN_clear_free)
DEFINE_CLEANUP(AUTHORITY_KEYID, AUTHORITY_KEYID_free)
DEFINE_CLEANUP(CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free)
DEFINE_CLEANUP(ASN1_OCTET_STRING, ASN1_OCTET_STRING_free)
DEFINE_CLEANUP(ASN1_BIT_STRING, ASN1_BIT_STRING_free)
DEFINE_CLEANUP(ASN1_OBJECT, ASN1_OBJECT_free)

/* Role OIDs, contents (pre- and post-3.0 numbering). */
static const uint8_t eum_sub_ca_oid[] = {0x67, 0x81, 0x12, 0x01, 0x02, 0x01, 0x00, 0x00, 0x00, 0x00};
static const char euicc_v2[] = "2.23.146.1.2.1.1";
static const char euicc_v3[] = "2.23.146.1.2.1.0.0.0.0.0";
#define V2_ROLE_LENGTH 7 /* of a policy OID with one number for the role */
#define RULES_MAX 32

/* ---- the EUM's certificate ---- */

/* Both readings of one EUM certificate. */
struct eum {
    struct certificate read;
    X509 *x509;
    NAME_CONSTRAINTS *constraints; /* NULL: none */
};

static void cleanup_eum(struct eum *eum)
{
    X509_free(eum->x509);
    NAME_CONSTRAINTS_free(eum->constraints);
}

/* Why OpenSSL could not read: the bytes are wrong only if its readers say so, and nothing failed before them. */
static enum err unreadable(void)
{
    const int library = ERR_GET_LIB(ERR_peek_error());
    enum err e = crypto_failure();
    return e == ERR_CRYPTO && (library == ERR_LIB_ASN1 || library == ERR_LIB_X509V3) ? ERR_DATA : e;
}

static enum err eum_open(struct slice der, struct eum *out, const char **why)
{
    size_t offset;
    int critical;
    const struct crypto_context *c = crypto_context();
    if (!c) return crypto_failure();
    if (!certificate_parse(der, &out->read, why, &offset)) return ERR_DATA;
    *why = "an EUM certificate (certificate policy 2.23.146.1.2.1.2, or .0.0.0 or .0.0.0.0 of SGP.22 3.x)";
    if (out->read.role != ROLE_EUM && !slice_equal(out->read.policy, SLICE(eum_sub_ca_oid))) return ERR_DATA;
    *why = "an EUM certificate that OpenSSL can read";
    const unsigned char *p = der.p;
    out->x509 = X509_new_ex(c->library, NULL);
    if (!out->x509) return crypto_failure();
    ERR_clear_error();
    if (!d2i_X509(&out->x509, &p, (long)der.n)) return unreadable();
    out->constraints = X509_get_ext_d2i(out->x509, NID_name_constraints, &critical, NULL);
    if (!out->constraints && critical != -1) return unreadable();
    return OK;
}

/* The value of the first attribute of this type; empty without one. */
static struct slice name_value(const X509_NAME *name, int nid)
{
    int at = X509_NAME_get_index_by_NID(name, nid, -1);
    if (at < 0) return slice_of(NULL, 0);
    const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
    return slice_of(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
}

/* What an EUM certificate permits: EIDs that start with ein (the EIN), under this organization. Empty: any. */
struct eid_rule {
    struct slice ein;
    struct slice organization;
};

/* The permitted directoryNames of the nameConstraints (pre-3.0 EUMs). Gives how many. */
static size_t name_rules(const struct eum *eum, struct eid_rule rules[RULES_MAX])
{
    size_t n = 0;
    if (!eum->constraints) return 0;
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(eum->constraints->permittedSubtrees) && n < RULES_MAX; i++) {
        const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(eum->constraints->permittedSubtrees, i)->base;
        if (base->type != GEN_DIRNAME) continue;
        rules[n].ein = name_value(base->d.directoryName, NID_serialNumber);
        rules[n++].organization = name_value(base->d.directoryName, NID_organizationName);
    }
    return n;
}

/* permittedEins (SGP.22 3.x), a SEQUENCE OF PrintableString. Gives how many. */
static size_t ein_rules(const struct eum *eum, struct eid_rule rules[RULES_MAX])
{
    size_t n = 0;
    CLEANUP(ASN1_OBJECT) *oid = OBJ_txt2obj("2.23.146.1.2.2.0", 1);
    int at = oid ? X509_get_ext_by_OBJ(eum->x509, oid, -1) : -1;
    if (at < 0) return 0;
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_get_ext(eum->x509, at));
    struct slice in = slice_of(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
    struct tlv t;
    if (!tlv_next(&in, &t)) return 0;
    for (struct slice eins = t.value; n < RULES_MAX && tlv_next(&eins, &t);)
        rules[n++] = (struct eid_rule){t.value, {NULL, 0}};
    return n;
}

bool certificate_eum_eid_prefix(struct slice eum, char out[33])
{
    const char *why;
    struct eid_rule rules[2 * RULES_MAX];
    __attribute__((cleanup(cleanup_eum))) struct eum open = {.x509 = NULL};
    out[0] = '\0';
    if (eum_open(eum, &open, &why) != OK) return false;
    size_t n = name_rules(&open, rules);
    n += ein_rules(&open, rules + n);
    for (size_t i = 0; i < n; i++) {
        if (rules[i].ein.n == 0 || rules[i].ein.n > EID_DIGITS) continue;
        memcpy(out, rules[i].ein.p, rules[i].ein.n);
        out[rules[i].ein.n] = '\0';
        break;
    }
    return true;
}

/* RFC 5280 engines compare whole attribute values; SGP.22 4.5.2.1.0.2 means a prefix of the EID. */
static bool permitted(const struct eid_rule *rules, size_t n, struct slice eid, struct slice organization)
{
    for (size_t i = 0; i < n; i++)
        if (slice_starts_with(eid, rules[i].ein) &&
            (rules[i].organization.n == 0 || slice_equal(rules[i].organization, organization)))
            return true;
    return n == 0;
}

/* ---- the parts of the eUICC's certificate; each gives false if OpenSSL failed ---- */

/* An EVP_PKEY in our library context; sk may be NULL. */
static EVP_PKEY *make_key(const struct crypto_context *c, enum curve curve, const uint8_t *sk,
                          const uint8_t pk[EC_POINT_SIZE])
{
    EVP_PKEY *key = NULL;
    char group[32];
    uint8_t point[EC_POINT_SIZE];
    uint8_t native[EC_SCALAR_SIZE];
    CLEANUP(BIGNUM) *scalar = sk ? BN_bin2bn(sk, EC_SCALAR_SIZE, NULL) : NULL;
    CLEANUP(EVP_PKEY_CTX) *ctx = EVP_PKEY_CTX_new_from_name(c->library, "EC", NULL);
    if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1) return NULL;
    if (sk && (!scalar || BN_bn2nativepad(scalar, native, sizeof native) != sizeof native)) return NULL;
    memcpy(point, pk, sizeof point);
    snprintf(group, sizeof group, "%s", curve_group_name(curve));
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        sk ? OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native, sizeof native) : OSSL_PARAM_construct_end(),
        OSSL_PARAM_construct_end(),
    };
    int result = EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params);
    OPENSSL_cleanse(native, sizeof native);
    return result == 1 ? key : NULL;
}

/* A random positive serial number of 8 bytes. */
static enum err set_serial(X509 *x509)
{
    uint8_t serial[8];
    TRY(crypto_random(serial, sizeof serial));
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40);
    CLEANUP(BIGNUM) *number = BN_bin2bn(serial, sizeof serial, NULL);
    return number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) ? OK : crypto_failure();
}

static bool copy_attribute(X509_NAME *to, const X509_NAME *from, int nid)
{
    int at = X509_NAME_get_index_by_NID(from, nid, -1);
    return at < 0 || X509_NAME_add_entry(to, X509_NAME_get_entry(from, at), -1, 0) == 1;
}

/* C and O of the EUM, serialNumber with the EID, CN. */
static bool set_subject(X509 *x509, const X509_NAME *eum, const char *eid_digits)
{
    X509_NAME *name = X509_get_subject_name(x509);
    return copy_attribute(name, eum, NID_countryName) && copy_attribute(name, eum, NID_organizationName) &&
           X509_NAME_add_entry_by_NID(name, NID_serialNumber, V_ASN1_PRINTABLESTRING, (const unsigned char *)eid_digits,
                                      EID_DIGITS, -1, 0) == 1 &&
           X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING, (const unsigned char *)COMMON_NAME, -1,
                                      -1, 0) == 1;
}

static bool add_key_ids(X509 *x509, X509 *eum, const uint8_t pk_sha1[20])
{
    CLEANUP(AUTHORITY_KEYID) *authority = AUTHORITY_KEYID_new();
    CLEANUP(ASN1_OCTET_STRING) *subject = ASN1_OCTET_STRING_new();
    const ASN1_OCTET_STRING *issuer = X509_get0_subject_key_id(eum);
    if (!authority || !subject || !issuer) return false;
    authority->keyid = ASN1_OCTET_STRING_dup(issuer);
    return authority->keyid && X509_add1_ext_i2d(x509, NID_authority_key_identifier, authority, 0, 0) == 1 &&
           ASN1_OCTET_STRING_set(subject, pk_sha1, 20) == 1 &&
           X509_add1_ext_i2d(x509, NID_subject_key_identifier, subject, 0, 0) == 1;
}

static bool add_key_usage(X509 *x509)
{
    CLEANUP(ASN1_BIT_STRING) *bits = ASN1_BIT_STRING_new();
    return bits && ASN1_BIT_STRING_set_bit(bits, 0, 1) == 1 && X509_add1_ext_i2d(x509, NID_key_usage, bits, 1, 0) == 1;
}

static bool add_policy(X509 *x509, const char *oid)
{
    CLEANUP(CERTIFICATEPOLICIES) *policies = CERTIFICATEPOLICIES_new();
    POLICYINFO *policy = POLICYINFO_new();
    if (!policies || !policy || sk_POLICYINFO_push(policies, policy) <= 0) {
        POLICYINFO_free(policy);
        return false;
    }
    ASN1_OBJECT_free(policy->policyid);
    policy->policyid = OBJ_txt2obj(oid, 1);
    return policy->policyid && X509_add1_ext_i2d(x509, NID_certificate_policies, policies, 1, 0) == 1;
}

/* ---- the whole ---- */

/* ERR_DATA with *why if this EUM may not sign for this EID with this key. */
static enum err check_request(const struct eum *eum, const uint8_t eum_key[EC_SCALAR_SIZE], const char *eid_digits,
                              enum curve curve, const uint8_t pk[EC_POINT_SIZE], const char **why)
{
    uint8_t point[EC_POINT_SIZE];
    bool valid;
    struct eid_rule rules[RULES_MAX];
    struct slice eid = slice_text(eid_digits);
    struct slice organization = name_value(X509_get_subject_name(eum->x509), NID_organizationName);
    *why = "an EID of 32 decimal digits";
    if (eid.n != EID_DIGITS || strspn(eid_digits, "0123456789") != EID_DIGITS) return ERR_DATA;
    *why = "an EID and an organization that the EUM certificate's nameConstraints permit";
    if (!permitted(rules, name_rules(eum, rules), eid, organization)) return ERR_DATA;
    *why = "an EID that starts with one of the EUM certificate's permittedEins";
    if (!permitted(rules, ein_rules(eum, rules), eid, organization)) return ERR_DATA;
    *why = "an EUM certificate with a SubjectKeyIdentifier";
    if (eum->read.subject_key_id.n == 0) return ERR_DATA;
    *why = "the private key that belongs to the EUM certificate";
    if (eum->read.curve == CURVE_UNKNOWN || !ec_scalar_valid(eum->read.curve, eum_key)) return ERR_DATA;
    TRY(ec_public(eum->read.curve, eum_key, point));
    if (!slice_equal(SLICE(point), eum->read.point)) return ERR_DATA;
    *why = "a public key of the eUICC on its curve";
    TRY(ec_point_check(curve, slice_of(pk, EC_POINT_SIZE), &valid));
    return valid ? OK : ERR_DATA;
}

static enum err fill(X509 *x509, const struct eum *eum, const char *eid_digits, const uint8_t pk[EC_POINT_SIZE])
{
    uint8_t pk_sha1[20];
    const char *policy = eum->read.policy.n == V2_ROLE_LENGTH ? euicc_v2 : euicc_v3;
    TRY(crypto_sha1(slice_of(pk, EC_POINT_SIZE), pk_sha1));
    TRY(set_serial(x509));
    if (X509_set_version(x509, X509_VERSION_3) != 1 ||
        X509_set_issuer_name(x509, X509_get_subject_name(eum->x509)) != 1 ||
        ASN1_TIME_set_string_X509(X509_getm_notBefore(x509), NOT_BEFORE) != 1 ||
        ASN1_TIME_set_string_X509(X509_getm_notAfter(x509), NOT_AFTER) != 1 ||
        !set_subject(x509, X509_get_subject_name(eum->x509), eid_digits) || !add_key_ids(x509, eum->x509, pk_sha1) ||
        !add_key_usage(x509) || !add_policy(x509, policy))
        return crypto_failure();
    return OK;
}

enum err certificate_mint_euicc(struct slice eum, const uint8_t eum_key[EC_SCALAR_SIZE], const char *eid_digits,
                                enum curve curve, const uint8_t pk[EC_POINT_SIZE], struct buf *out, const char **why)
{
    const struct crypto_context *c = crypto_context();
    __attribute__((cleanup(cleanup_eum))) struct eum issuer = {.x509 = NULL};
    if (!c) return crypto_failure();
    TRY(eum_open(eum, &issuer, why));
    TRY(check_request(&issuer, eum_key, eid_digits, curve, pk, why));
    CLEANUP(X509) *x509 = X509_new_ex(c->library, NULL);
    CLEANUP(EVP_PKEY) *signing = make_key(c, issuer.read.curve, eum_key, issuer.read.point.p);
    CLEANUP(EVP_PKEY) *signed_key = make_key(c, curve, NULL, pk);
    if (!x509 || !signing || !signed_key) return crypto_failure();
    TRY(fill(x509, &issuer, eid_digits, pk));
    if (X509_set_pubkey(x509, signed_key) != 1 || X509_sign(x509, signing, c->sha256) <= 0) return crypto_failure();
    int n = i2d_X509(x509, NULL);
    unsigned char *at = n > 0 ? buf_extend(out, (size_t)n) : NULL;
    if (n <= 0) return crypto_failure();
    if (!at) return ERR_MEMORY;
    return i2d_X509(x509, &at) == n ? OK : crypto_failure();
}
