/* Certificate extensions (RFC 5280 4.2) and the roles that SGP.22 gives by certificate policy (SGP.22 4.5.2.1.0.2 and
 * annex I). One row an extension that the card knows; a critical one without a row is reported in the certificate.
 * Called by certificate.c. */
#include "crypto/certificate.h"

/* Each reader gets a cursor over the bytes inside extnValue, which already are DER through and through, and must leave
 * nothing behind. */

/* AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0], authorityCertIssuer [1], authorityCertSerialNumber [2] } */
static bool read_authority_key_id(struct der *d, struct certificate *out)
{
    struct der inner;
    struct tlv t;
    if (!der_enter(d, DER_SEQUENCE, &inner, "AuthorityKeyIdentifier (30)")) return false;
    if (der_is_next(&inner, 0x80)) {
        if (!der_take(&inner, 0x80, &t, "keyIdentifier (80)")) return false;
        if (t.value.n == 0) return der_fail_at(&inner, &t, "a keyIdentifier that is not empty");
        out->authority_key_id = t.value;
    }
    if (der_is_next(&inner, 0xa1) && !der_take(&inner, 0xa1, &t, "authorityCertIssuer (A1)")) return false;
    if (der_is_next(&inner, 0x82) && !der_take(&inner, 0x82, &t, "authorityCertSerialNumber (82)")) return false;
    return der_end(&inner, "nothing after the members of AuthorityKeyIdentifier");
}

static bool read_subject_key_id(struct der *d, struct certificate *out)
{
    struct tlv t;
    if (!der_take(d, DER_OCTET_STRING, &t, "SubjectKeyIdentifier (04)")) return false;
    if (t.value.n == 0) return der_fail_at(d, &t, "a SubjectKeyIdentifier that is not empty");
    out->subject_key_id = t.value;
    return true;
}

/* Named bits: trailing zero bits must be gone (X.690 11.2.2), and at least one is set (RFC 5280 4.2.1.3). */
static bool read_key_usage(struct der *d, struct certificate *out)
{
    struct tlv t;
    if (!der_take(d, DER_BIT_STRING, &t, "KeyUsage (03)")) return false;
    bool good = tlv_bits(t.value, &out->key_usage) && t.value.n > 1 && (t.value.p[t.value.n - 1] >> t.value.p[0] & 1) &&
                out->key_usage != 0;
    if (!good) return der_fail_at(d, &t, "KeyUsage (03) with a bit set and without trailing zero bits");
    out->has_key_usage = true;
    return true;
}

/* BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL } */
static bool read_basic_constraints(struct der *d, struct certificate *out)
{
    struct der inner;
    struct slice length;
    if (!der_enter(d, DER_SEQUENCE, &inner, "BasicConstraints (30)")) return false;
    if (!der_default_false(&inner, &out->is_ca, "cA: TRUE as 01 01 FF, or absent")) return false;
    if (out->is_ca && der_is_next(&inner, DER_INTEGER)) {
        if (!der_integer(&inner, &length, "pathLenConstraint (02)")) return false;
        if (!tlv_unsigned(length, &out->path_length)) return der_fail(&inner, "a pathLenConstraint of 0 or more");
        out->has_path_length = true;
    }
    out->has_basic_constraints = true;
    return der_end(&inner, "nothing after the members of BasicConstraints");
}

/* GeneralNames: the first registeredID [8] among names of any kind. */
static bool read_subject_alt_name(struct der *d, struct certificate *out)
{
    struct der names;
    struct tlv t;
    if (!der_enter(d, DER_SEQUENCE, &names, "GeneralNames (30)")) return false;
    if (der_at_end(&names)) return der_fail(&names, "at least one GeneralName");
    while (!der_at_end(&names)) {
        if (!der_any(&names, &t, "GeneralName")) return false;
        if (t.tag != 0x88) continue;
        if (!der_oid_valid(t.value)) return der_fail_at(&names, &t, "registeredID (88) with an OBJECT IDENTIFIER");
        if (out->registered_id.n == 0) out->registered_id = t.value;
    }
    return true;
}

/* The arcs below id-rsp-cert-role, 2.23.146.1.2.1: SGP.22 2.x has one number a role, 3.x the path through the chain. */
static const uint8_t role_prefix[] = {0x67, 0x81, 0x12, 0x01, 0x02, 0x01};
static const struct {
    uint8_t length;
    uint8_t arcs[5];
    enum certificate_role role;
} roles[] = {
    {1, {0}, ROLE_CI},
    {1, {1}, ROLE_EUICC},
    {1, {2}, ROLE_EUM},
    {1, {3}, ROLE_DP_TLS},
    {1, {4}, ROLE_DP_AUTH},
    {1, {5}, ROLE_DP_PB},
    {1, {6}, ROLE_DS_TLS},
    {1, {7}, ROLE_DS_AUTH},
    {2, {0, 0}, ROLE_SUB_CA}, /* CI SubCA */
    {3, {0, 0, 0}, ROLE_EUM},
    {4, {0, 0, 0, 0}, ROLE_SUB_CA}, /* EUM SubCA */
    {5, {0, 0, 0, 0, 0}, ROLE_EUICC},
    {3, {0, 0, 1}, ROLE_SUB_CA}, /* DP SubCA */
    {4, {0, 0, 1, 0}, ROLE_DP_TLS},
    {4, {0, 0, 1, 1}, ROLE_DP_AUTH},
    {4, {0, 0, 1, 2}, ROLE_DP_PB},
    {3, {0, 0, 2}, ROLE_SUB_CA}, /* DS SubCA */
    {4, {0, 0, 2, 0}, ROLE_DS_TLS},
    {4, {0, 0, 2, 1}, ROLE_DS_AUTH},
};

static enum certificate_role role_from_oid(struct slice oid)
{
    if (!slice_starts_with(oid, SLICE(role_prefix))) return ROLE_OTHER;
    struct slice arcs = slice_skip(oid, sizeof role_prefix);
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (slice_equal(arcs, slice_of(roles[i].arcs, roles[i].length))) return roles[i].role;
    return ROLE_OTHER;
}

/* certificatePolicies ::= SEQUENCE SIZE (1..) OF SEQUENCE { policyIdentifier, policyQualifiers SEQUENCE OPTIONAL } */
static bool read_policies(struct der *d, struct certificate *out)
{
    struct der policies;
    if (!der_enter(d, DER_SEQUENCE, &policies, "certificatePolicies (30)")) return false;
    if (der_at_end(&policies)) return der_fail(&policies, "at least one PolicyInformation");
    while (!der_at_end(&policies)) {
        struct der policy;
        struct slice oid;
        struct tlv qualifiers;
        if (!der_enter(&policies, DER_SEQUENCE, &policy, "PolicyInformation (30)")) return false;
        if (!der_oid(&policy, &oid, "policyIdentifier (06)")) return false;
        if (!der_at_end(&policy) && !der_take(&policy, DER_SEQUENCE, &qualifiers, "policyQualifiers (30)"))
            return false;
        if (!der_end(&policy, "nothing after policyQualifiers")) return false;
        enum certificate_role role = role_from_oid(oid);
        if (!out->has_policy || (out->role == ROLE_OTHER && role != ROLE_OTHER)) {
            out->role = role;
            out->policy = oid;
        }
        out->has_policy = true;
    }
    return true;
}

/* Extensions that the card knows but has no use for: a SEQUENCE that is DER. */
static bool read_sequence(struct der *d, struct certificate *out)
{
    struct tlv t;
    (void)out;
    return der_take(d, DER_SEQUENCE, &t, "SEQUENCE (30)");
}

static bool read_key_purposes(struct der *d, struct certificate *out)
{
    struct der purposes;
    struct slice oid;
    (void)out;
    if (!der_enter(d, DER_SEQUENCE, &purposes, "ExtKeyUsageSyntax (30)")) return false;
    if (der_at_end(&purposes)) return der_fail(&purposes, "at least one KeyPurposeId");
    while (!der_at_end(&purposes))
        if (!der_oid(&purposes, &oid, "KeyPurposeId (06)")) return false;
    return true;
}

static const struct extension_row {
    uint8_t length;
    uint8_t oid[7];
    bool (*read)(struct der *d, struct certificate *out);
} extensions[] = {
    {3, {0x55, 0x1d, 0x0e}, read_subject_key_id},
    {3, {0x55, 0x1d, 0x0f}, read_key_usage},
    {3, {0x55, 0x1d, 0x11}, read_subject_alt_name},
    {3, {0x55, 0x1d, 0x13}, read_basic_constraints},
    {3, {0x55, 0x1d, 0x1e}, read_sequence}, /* nameConstraints: SGP.22 4.5.2.1.0.2 compares them when minting */
    {3, {0x55, 0x1d, 0x1f}, read_sequence}, /* cRLDistributionPoints */
    {3, {0x55, 0x1d, 0x20}, read_policies},
    {3, {0x55, 0x1d, 0x23}, read_authority_key_id},
    {3, {0x55, 0x1d, 0x25}, read_key_purposes},
    {7, {0x67, 0x81, 0x12, 0x01, 0x02, 0x02, 0x00}, read_sequence}, /* permittedEins of SGP.22 3.x, 2.23.146.1.2.2.0 */
};
#define EXTENSION_ROWS (sizeof extensions / sizeof extensions[0])

static bool read_extension(struct der *d, struct certificate *out, bool seen[EXTENSION_ROWS])
{
    struct der extension;
    struct slice oid;
    struct tlv value;
    bool critical;
    size_t inside;
    if (!der_enter(d, DER_SEQUENCE, &extension, "Extension (30)")) return false;
    if (!der_oid(&extension, &oid, "extnID (06)")) return false;
    if (!der_default_false(&extension, &critical, "critical: TRUE as 01 01 FF, or absent")) return false;
    if (!der_take(&extension, DER_OCTET_STRING, &value, "extnValue (04)")) return false;
    if (!der_end(&extension, "nothing after extnValue")) return false;

    size_t row = 0;
    while (row < EXTENSION_ROWS && !slice_equal(oid, slice_of(extensions[row].oid, extensions[row].length)))
        row++;
    if (row == EXTENSION_ROWS) {
        if (critical && !out->unknown_critical) out->unknown_critical_oid = oid;
        out->unknown_critical = out->unknown_critical || critical;
        return true;
    }
    struct der content = {value.value, extension.at - value.value.n, d->fault};
    if (seen[row]) return der_fail(&content, "an extension only once (RFC 5280 4.2)");
    seen[row] = true;
    if (!tlv_strict(content.rest, TLV_DEPTH_MAX, &inside)) {
        content.at += inside;
        return der_fail(&content, "DER inside extnValue");
    }
    return extensions[row].read(&content, out) && der_end(&content, "nothing after the extension's value");
}

bool certificate_read_extensions(struct der *d, struct certificate *out)
{
    struct der list;
    bool seen[EXTENSION_ROWS] = {false};
    if (!der_enter(d, DER_SEQUENCE, &list, "Extensions (30)")) return false;
    if (der_at_end(&list)) return der_fail(&list, "at least one Extension");
    while (!der_at_end(&list))
        if (!read_extension(&list, out, seen)) return false;
    return der_end(d, "nothing after the Extensions");
}

const char *certificate_role_name(enum certificate_role role)
{
    static const char *const names[] = {
        [ROLE_NONE] = "none",      [ROLE_CI] = "CI",          [ROLE_EUICC] = "eUICC", [ROLE_EUM] = "EUM",
        [ROLE_DP_TLS] = "DPtls",   [ROLE_DP_AUTH] = "DPauth", [ROLE_DP_PB] = "DPpb",  [ROLE_DS_TLS] = "DStls",
        [ROLE_DS_AUTH] = "DSauth", [ROLE_SUB_CA] = "SubCA",   [ROLE_OTHER] = "other",
    };
    return (size_t)role < sizeof names / sizeof names[0] ? names[role] : "other";
}
