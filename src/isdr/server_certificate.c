/* Certificates of SM-DP+ and SM-DS as the card verifies them (SGP.22 4.5.2). Chained by key
 * identifiers, not by names; no dates, since a card has no clock. Called by ES10b.AuthenticateServer and
 * ES10b.PrepareDownload. */
#include "isdr/internal.h"

static enum err refuse(struct model *m, enum certificate_fault *fault, enum certificate_fault what, const char *clause,
                       const char *expected, const char *came)
{
    *fault = what;
    return reason_say(&m->reason, OK, clause, REASON_NO_OFFSET, expected, "%s", came);
}

/* What every server certificate must have, its signature aside. NULL: all of it; else what was expected. */
static const char *extension_problem(const struct certificate *c, const char **came)
{
    *came = "none";
    if (!c->has_key_usage || !(c->key_usage & KEY_USAGE_DIGITAL_SIGNATURE)) return "key usage digitalSignature";
    if (!c->subject_key_id.n) return "a subject key identifier";
    if (!c->has_policy) return "a certificate policy";
    *came = "an unknown one";
    if (c->unknown_critical) return "critical extensions that are known";
    *came = "another one";
    if (!c->algorithm_ok) return "signature algorithm ecdsa-with-SHA256";
    *came = "CA:TRUE";
    if (c->is_ca) return "an end entity certificate";
    return NULL;
}

enum err server_certificate_check(struct model *m, struct slice der, const char *clause,
                                  bool (*role)(enum certificate_role), const char *role_text, struct certificate *out,
                                  size_t *root_index, enum certificate_fault *fault)
{
    const char *expected = NULL;
    const char *came = NULL;
    size_t offset = 0;
    bool valid = false;
    *fault = CERTIFICATE_GOOD;
    if (!certificate_parse(der, out, &expected, &offset)) {
        *fault = CERTIFICATE_INVALID;
        return reason_say(&m->reason, OK, clause, REASON_NO_OFFSET, expected,
                          "other bytes at byte %zu of the certificate", offset);
    }
    if (!out->authority_key_id.n)
        return refuse(m, fault, CERTIFICATE_INVALID, clause, "an authority key identifier", "none");
    const struct root *root = identity_root(m, out->authority_key_id, root_index);
    if (!root)
        return refuse(m, fault, CERTIFICATE_CI_UNKNOWN, clause,
                      "a certificate under a CI of euiccCiPKIdListForVerification", "another authority key identifier");
    if (out->curve == CURVE_UNKNOWN)
        return refuse(m, fault, CERTIFICATE_CURVE, clause, "a key on P-256 or brainpoolP256r1", "another curve");
    expected = extension_problem(out, &came);
    if (expected) return refuse(m, fault, CERTIFICATE_INVALID, clause, expected, came);
    TRY(ec_point_check(out->curve, out->point, &valid));
    if (!valid) return refuse(m, fault, CERTIFICATE_INVALID, clause, "a point on the curve", "another one");
    TRY(certificate_verify(out, root->curve, SLICE(root->point), &valid));
    if (!valid)
        return refuse(m, fault, CERTIFICATE_INVALID, clause, "a certificate signed by its CI", "another signature");
    if (m->personality.crl_support && crl_revokes(m, root, out->serial))
        return refuse(m, fault, CERTIFICATE_INVALID, clause, "a certificate that is not revoked",
                      "a revoked serial number");
    if (!role(out->role))
        return refuse(m, fault, CERTIFICATE_ROLE, clause, role_text, certificate_role_name(out->role));
    return OK;
}
