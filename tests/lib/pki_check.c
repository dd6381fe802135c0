/* Reads and checks certificates with OpenSSL, as an SM-DP+ would; see pki.h. */
#include "pki.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* Fails with a text. */
static bool fail(const char **why, const char *text)
{
    *why = text;
    return false;
}

static X509 *x509_new(struct slice der)
{
    const unsigned char *p = der.p;
    if (der.n == 0) return NULL;
    X509 *x = d2i_X509(NULL, &p, (long)der.n);
    if (x && p == der.p + der.n) return x;
    X509_free(x);
    return NULL;
}

static bool read_key(const X509 *x, struct test_key *key)
{
    EVP_PKEY *pkey = X509_get0_pubkey(x);
    char group[64];
    uint8_t point[80];
    size_t n = 0;
    size_t point_n = 0;
    if (!pkey || EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, &n) != 1 ||
        EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &point_n) != 1)
        return false;
    static const struct {
        const char *name;
        enum test_curve curve;
    } curves[] = {{SN_X9_62_prime256v1, TEST_P256},
                  {SN_brainpoolP256r1, TEST_BP256},
                  {SN_X9_62_prime192v1, TEST_P192},
                  {SN_brainpoolP192r1, TEST_BP192}};
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
        if (strcmp(group, curves[i].name) == 0) return test_key_public(key, curves[i].curve, slice_of(point, point_n));
    return false;
}

static bool copy_identifier(const ASN1_OCTET_STRING *s, uint8_t out[20])
{
    if (!s || ASN1_STRING_length(s) != 20) return false;
    memcpy(out, ASN1_STRING_get0_data(s), 20);
    return true;
}

static void copy_name(const X509_NAME *name, int nid, char *out, size_t size)
{
    int at = X509_NAME_get_index_by_NID(name, nid, -1);
    const ASN1_STRING *s = at < 0 ? NULL : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
    size_t n = s ? (size_t)ASN1_STRING_length(s) : 0;
    if (n >= size) n = 0;
    if (n) memcpy(out, ASN1_STRING_get0_data(s), n);
    out[n] = 0;
}

/* The single policy, if it is 2.23.146.1.2.1.N; -1 otherwise. */
static int read_role(X509 *x, bool *critical)
{
    int crit = -1;
    int role = -1;
    CERTIFICATEPOLICIES *policies = X509_get_ext_d2i(x, NID_certificate_policies, &crit, NULL);
    if (sk_POLICYINFO_num(policies) == 1) {
        static const uint8_t prefix[] = {0x67, 0x81, 0x12, 0x01, 0x02, 0x01};
        const ASN1_OBJECT *oid = sk_POLICYINFO_value(policies, 0)->policyid;
        const uint8_t *p = OBJ_get0_data(oid);
        if (OBJ_length(oid) == sizeof prefix + 1 && memcmp(p, prefix, sizeof prefix) == 0 && p[sizeof prefix] <= 7)
            role = p[sizeof prefix];
    }
    CERTIFICATEPOLICIES_free(policies);
    *critical = crit == 1;
    return role;
}

static void read_registered_id(X509 *x, struct pki_certificate *out)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_RID || OBJ_length(name->d.registeredID) > PKI_RID_MAX) continue;
        out->registered_id_n = OBJ_length(name->d.registeredID);
        memcpy(out->registered_id, OBJ_get0_data(name->d.registeredID), out->registered_id_n);
    }
    GENERAL_NAMES_free(names);
}

static bool is_critical(const X509 *x, int nid)
{
    int at = X509_get_ext_by_NID(x, nid, -1);
    return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x, at));
}

static bool read_x509(X509 *x, struct pki_certificate *out, const char **why)
{
    *out = (struct pki_certificate){.role = -1};
    uint8_t id[20];
    bool policy_critical = false;
    if (X509_get_version(x) != 2) return fail(why, "certificate is not version 3");
    if (X509_get_signature_nid(x) != NID_ecdsa_with_SHA256) return fail(why, "not signed with ecdsa-with-SHA256");
    if (!read_key(x, &out->key)) return fail(why, "public key is not on a known curve or not uncompressed");
    out->role = read_role(x, &policy_critical);
    if (out->role < 0) return fail(why, "certificatePolicies does not name one RSP role");
    if (!policy_critical && out->role != PKI_DP_TLS && out->role != PKI_DS_TLS)
        return fail(why, "certificatePolicies is not critical");
    if (!copy_identifier(X509_get0_subject_key_id(x), out->ski)) return fail(why, "no subjectKeyIdentifier");
    test_key_identifier(&out->key, id);
    if (memcmp(id, out->ski, sizeof id) != 0) return fail(why, "subjectKeyIdentifier is not the SHA-1 of the key");
    if (!copy_identifier(X509_get0_authority_key_id(x), out->aki) && out->role != PKI_CI)
        return fail(why, "no authorityKeyIdentifier");
    if (!is_critical(x, NID_key_usage)) return fail(why, "no critical keyUsage");
    uint32_t usage = X509_get_key_usage(x);
    out->digital_signature = usage & KU_DIGITAL_SIGNATURE;
    out->certificate_sign = usage & KU_KEY_CERT_SIGN;
    read_registered_id(x, out);
    copy_name(X509_get_subject_name(x), NID_serialNumber, out->eid, sizeof out->eid);
    copy_name(X509_get_subject_name(x), NID_organizationName, out->organization, sizeof out->organization);
    if (X509_get_extension_flags(x) & (EXFLAG_INVALID | EXFLAG_CRITICAL))
        return fail(why, "an extension is malformed or unknown and critical");
    return true;
}

bool pki_read(struct slice der, struct pki_certificate *out, const char **why)
{
    X509 *x = x509_new(der);
    if (!x) return fail(why, "not a DER certificate");
    bool ok = read_x509(x, out, why);
    X509_free(x);
    return ok;
}

static EVP_PKEY *evp_key_new(const struct test_key *key)
{
    BUF_LOCAL spki = {0};
    pki_put_public_key(&spki, key);
    const unsigned char *p = spki.p;
    return buf_err(&spki) == OK ? d2i_PUBKEY(NULL, &p, (long)spki.n) : NULL;
}

static bool x509_is_signed_by(X509 *x, const struct test_key *issuer)
{
    EVP_PKEY *key = evp_key_new(issuer);
    bool ok = key && X509_verify(x, key) == 1;
    EVP_PKEY_free(key);
    return ok;
}

bool pki_is_signed_by(struct slice der, const struct test_key *issuer)
{
    X509 *x = x509_new(der);
    bool ok = x && x509_is_signed_by(x, issuer);
    X509_free(x);
    return ok;
}

/* The EID against the EUM's name constraints, by hand: the permitted serialNumber is a prefix of the EID, which RFC
 * 5280 engines do not understand (SGP.14). */
static bool names_permit(X509 *eum, const struct pki_certificate *euicc)
{
    bool permitted = false;
    NAME_CONSTRAINTS *constraints = X509_get_ext_d2i(eum, NID_name_constraints, NULL, NULL);
    for (int i = 0; constraints && i < sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees); i++) {
        const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(constraints->permittedSubtrees, i)->base;
        if (base->type != GEN_DIRNAME) continue;
        char organization[65];
        char ein[33];
        copy_name(base->d.directoryName, NID_organizationName, organization, sizeof organization);
        copy_name(base->d.directoryName, NID_serialNumber, ein, sizeof ein);
        if (*ein && strcmp(organization, euicc->organization) == 0 && strncmp(euicc->eid, ein, strlen(ein)) == 0)
            permitted = true;
    }
    NAME_CONSTRAINTS_free(constraints);
    return permitted;
}

/* SGP.29: 32 decimal digits whose value modulo 97 is 1. */
static bool eid_is_valid(const char *eid)
{
    unsigned rest = 0;
    size_t n = 0;
    for (; eid[n]; n++) {
        if (eid[n] < '0' || eid[n] > '9') return false;
        rest = (rest * 10 + (unsigned)(eid[n] - '0')) % 97;
    }
    return n == 32 && rest == 1;
}

static bool check_eum(X509 *x, const struct pki_anchor *anchor, struct pki_certificate *eum, const char **why)
{
    if (!read_x509(x, eum, why)) return false;
    if (memcmp(eum->aki, anchor->id, 20) != 0) return fail(why, "EUM certificate is under another CI");
    if (!x509_is_signed_by(x, &anchor->key)) return fail(why, "EUM certificate: wrong signature of the CI");
    if (eum->role != PKI_EUM) return fail(why, "EUM certificate has another role");
    if (!eum->certificate_sign) return fail(why, "EUM certificate may not sign certificates");
    if (!is_critical(x, NID_basic_constraints) || !(X509_get_extension_flags(x) & EXFLAG_CA) ||
        X509_get_pathlen(x) != 0)
        return fail(why, "EUM certificate: basicConstraints not critical CA with pathLen 0");
    if (!is_critical(x, NID_name_constraints)) return fail(why, "EUM certificate has no critical nameConstraints");
    return true;
}

static bool check_leaf(X509 *x, X509 *eum_x, const struct pki_certificate *eum, struct pki_certificate *out,
                       const char **why)
{
    if (!read_x509(x, out, why)) return false;
    if (memcmp(out->aki, eum->ski, 20) != 0) return fail(why, "eUICC certificate is under another EUM");
    if (X509_NAME_cmp(X509_get_issuer_name(x), X509_get_subject_name(eum_x)) != 0)
        return fail(why, "eUICC certificate: issuer is not the EUM's subject");
    if (!x509_is_signed_by(x, &eum->key)) return fail(why, "eUICC certificate: wrong signature of the EUM");
    if (out->role != PKI_EUICC) return fail(why, "eUICC certificate has another role");
    if (!out->digital_signature || out->certificate_sign) return fail(why, "eUICC certificate: wrong keyUsage");
    if (X509_get_extension_flags(x) & EXFLAG_CA) return fail(why, "eUICC certificate is a CA");
    if (!eid_is_valid(out->eid)) return fail(why, "eUICC certificate: serialNumber is not a valid EID");
    if (!names_permit(eum_x, out)) return fail(why, "EID or organization outside the EUM's name constraints");
    return true;
}

bool pki_check_euicc(struct slice euicc, struct slice eum, const struct pki_anchor *anchor, struct pki_certificate *out,
                     const char **why)
{
    struct pki_certificate middle;
    X509 *eum_x = x509_new(eum);
    X509 *leaf = x509_new(euicc);
    bool ok = eum_x && leaf ? check_eum(eum_x, anchor, &middle, why) && check_leaf(leaf, eum_x, &middle, out, why)
                            : fail(why, "eUICC or EUM certificate is not DER");
    X509_free(leaf);
    X509_free(eum_x);
    return ok;
}
