/* X.509 v3 certificates as RFC 5280 4.1 and SGP.22 4.5.2 shape them, read with our own cursor: d2i_X509 costs more than
 * two signature verifications. Called by src/isdr for the chains of ES10b and by src/card for the trust anchors. */
#include "crypto/certificate.h"
#include "crypto/internal.h"

/* AlgorithmIdentifier of ecdsa-with-SHA256, 1.2.840.10045.4.3.2 without parameters (RFC 5758 3.2), whole TLV. */
static const uint8_t ecdsa_with_sha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
/* id-ecPublicKey, 1.2.840.10045.2.1 */
static const uint8_t id_ec_public_key[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};

/* AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }; *whole is its TLV. */
static bool read_algorithm(struct der *d, struct slice *whole)
{
    struct der inner;
    struct slice oid;
    struct tlv parameters;
    struct slice before = d->rest;
    if (!der_enter(d, DER_SEQUENCE, &inner, "AlgorithmIdentifier (30)")) return false;
    *whole = slice_of(before.p, before.n - d->rest.n);
    if (!der_oid(&inner, &oid, "algorithm (06)")) return false;
    if (!der_at_end(&inner) && !der_any(&inner, &parameters, "algorithm parameters")) return false;
    return der_end(&inner, "nothing after the algorithm parameters");
}

/* Name ::= SEQUENCE OF SET SIZE (1..) OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }; *whole is its TLV. */
static bool read_name(struct der *d, struct slice *whole, const char *expected)
{
    struct der rdns;
    struct slice before = d->rest;
    if (!der_enter(d, DER_SEQUENCE, &rdns, expected)) return false;
    *whole = slice_of(before.p, before.n - d->rest.n);
    while (!der_at_end(&rdns)) {
        struct der rdn;
        if (!der_enter(&rdns, DER_SET, &rdn, "RelativeDistinguishedName (31)")) return false;
        if (der_at_end(&rdn)) return der_fail(&rdn, "at least one attribute in a RelativeDistinguishedName");
        while (!der_at_end(&rdn)) {
            struct der attribute;
            struct slice type;
            struct tlv value;
            if (!der_enter(&rdn, DER_SEQUENCE, &attribute, "AttributeTypeAndValue (30)")) return false;
            if (!der_oid(&attribute, &type, "attribute type (06)")) return false;
            if (!der_any(&attribute, &value, "attribute value")) return false;
            if (!der_end(&attribute, "nothing after the attribute value")) return false;
        }
    }
    return true;
}

/* UTCTime YYMMDDHHMMSSZ or GeneralizedTime YYYYMMDDHHMMSSZ (RFC 5280 4.1.2.5). The card has no clock: only the form is
 * checked. */
static bool read_time(struct der *d, const char *expected)
{
    struct tlv t;
    bool generalized = der_is_next(d, DER_GENERALIZED_TIME);
    if (!der_take(d, generalized ? DER_GENERALIZED_TIME : DER_UTC_TIME, &t, expected)) return false;
    size_t digits = generalized ? 14 : 12;
    bool good = t.value.n == digits + 1 && t.value.p[digits] == 'Z';
    for (size_t i = 0; good && i < digits; i++)
        good = t.value.p[i] >= '0' && t.value.p[i] <= '9';
    return good || der_fail_at(d, &t, expected);
}

static bool read_validity(struct der *d)
{
    struct der validity;
    return der_enter(d, DER_SEQUENCE, &validity, "validity (30)") &&
           read_time(&validity, "notBefore: YYMMDDHHMMSSZ (17) or YYYYMMDDHHMMSSZ (18)") &&
           read_time(&validity, "notAfter: YYMMDDHHMMSSZ (17) or YYYYMMDDHHMMSSZ (18)") &&
           der_end(&validity, "nothing after notAfter");
}

/* SubjectPublicKeyInfo. Keys of other algorithms are well formed too; they leave the curve unknown. */
static bool read_public_key(struct der *d, struct certificate *out)
{
    struct der info;
    struct der algorithm;
    struct slice oid;
    struct tlv parameters;
    if (!der_enter(d, DER_SEQUENCE, &info, "subjectPublicKeyInfo (30)")) return false;
    if (!der_enter(&info, DER_SEQUENCE, &algorithm, "algorithm of the public key (30)")) return false;
    if (!der_oid(&algorithm, &oid, "algorithm (06)")) return false;
    if (!der_at_end(&algorithm)) {
        if (!der_any(&algorithm, &parameters, "algorithm parameters")) return false;
        if (parameters.tag == DER_OID && slice_equal(oid, SLICE(id_ec_public_key))) {
            if (!der_oid_valid(parameters.value)) return der_fail_at(&algorithm, &parameters, "namedCurve (06)");
            out->curve_oid = parameters.value;
            out->curve = curve_from_oid(parameters.value);
        }
    }
    return der_end(&algorithm, "nothing after the algorithm parameters") &&
           der_octet_bits(&info, &out->point, "subjectPublicKey (03) of whole bytes") &&
           der_end(&info, "nothing after subjectPublicKey");
}

/* issuerUniqueID [1] and subjectUniqueID [2]: RFC 5280 4.1.2.8 forbids them to issuers, not to be read. */
static bool skip_unique_identifiers(struct der *d)
{
    struct tlv t;
    for (uint8_t tag = 0x81; tag <= 0x82; tag++)
        if (der_is_next(d, tag) && !der_take(d, tag, &t, "unique identifier")) return false;
    return true;
}

static bool read_version(struct der *d)
{
    struct der version;
    struct slice number;
    if (!der_enter(d, 0xa0, &version, "version (A0)")) return false;
    if (!der_integer(&version, &number, "version (02)")) return false;
    if (number.n != 1 || number.p[0] != 2) return der_fail(d, "version v3 (2)");
    return der_end(&version, "nothing after the version");
}

static bool read_tbs(struct der *d, struct certificate *out, struct slice *algorithm)
{
    struct der tbs;
    struct der extensions;
    struct slice before = d->rest;
    if (!der_enter(d, DER_SEQUENCE, &tbs, "tbsCertificate (30)")) return false;
    out->tbs = slice_of(before.p, before.n - d->rest.n);
    if (!read_version(&tbs)) return false;
    if (!der_integer(&tbs, &out->serial, "serialNumber (02)")) return false;
    if (!read_algorithm(&tbs, algorithm)) return false;
    if (!read_name(&tbs, &out->issuer, "issuer (30)")) return false;
    if (!read_validity(&tbs)) return false;
    if (!read_name(&tbs, &out->subject, "subject (30)")) return false;
    if (!read_public_key(&tbs, out)) return false;
    if (!skip_unique_identifiers(&tbs)) return false;
    if (!der_enter(&tbs, 0xa3, &extensions, "extensions (A3)")) return false;
    return certificate_read_extensions(&extensions, out) && der_end(&tbs, "nothing after the extensions");
}

static bool read_certificate(struct der *d, struct certificate *out)
{
    struct der certificate;
    struct slice inner_algorithm;
    struct slice algorithm;
    if (!der_enter(d, DER_SEQUENCE, &certificate, "Certificate (30)")) return false;
    if (!der_end(d, "nothing after the certificate")) return false;
    if (!read_tbs(&certificate, out, &inner_algorithm)) return false;
    if (!read_algorithm(&certificate, &algorithm)) return false;
    if (!der_octet_bits(&certificate, &out->signature, "signatureValue (03) of whole bytes")) return false;
    out->algorithm_ok =
        slice_equal(algorithm, SLICE(ecdsa_with_sha256)) && slice_equal(inner_algorithm, SLICE(ecdsa_with_sha256));
    return der_end(&certificate, "nothing after signatureValue");
}

bool certificate_parse(struct slice der, struct certificate *out, const char **expected, size_t *offset)
{
    struct der_fault fault = {NULL, 0};
    struct der d = {der, 0, &fault};
    *out = (struct certificate){.whole = der};
    bool good = read_certificate(&d, out);
    /* What the walk above does not enter must be DER as well. */
    if (good && !tlv_strict(der, TLV_DEPTH_MAX, &fault.offset)) {
        fault.expected = "DER: minimal tags and definite minimal lengths inside their parent";
        good = false;
    }
    if (good) return true;
    *expected = fault.expected;
    *offset = fault.offset;
    return false;
}

/* A positive INTEGER of at most 32 bytes, left padded. */
static bool read_scalar(struct der *d, uint8_t out[EC_SCALAR_SIZE])
{
    struct slice v;
    if (!der_integer(d, &v, "INTEGER") || (v.p[0] & 0x80)) return false;
    if (v.n > 1 && v.p[0] == 0) v = slice_skip(v, 1);
    if (v.n > EC_SCALAR_SIZE) return false;
    memset(out, 0, EC_SCALAR_SIZE);
    memcpy(out + EC_SCALAR_SIZE - v.n, v.p, v.n);
    return true;
}

enum err certificate_verify(const struct certificate *c, enum curve issuer_curve, struct slice issuer_point,
                            bool *valid)
{
    struct der_fault fault = {NULL, 0};
    struct der d = {c->signature, 0, &fault};
    struct der sequence;
    uint8_t raw[ECDSA_RAW_SIZE];
    *valid = false;
    if (!c->algorithm_ok || issuer_curve == CURVE_UNKNOWN) return OK;
    if (!der_enter(&d, DER_SEQUENCE, &sequence, "ECDSA-Sig-Value") || !der_at_end(&d)) return OK;
    if (!read_scalar(&sequence, raw) || !read_scalar(&sequence, raw + EC_SCALAR_SIZE) || !der_at_end(&sequence))
        return OK;
    return ecdsa_verify(issuer_curve, issuer_point, &c->tbs, 1, SLICE(raw), valid);
}
