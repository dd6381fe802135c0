/* The card's certificate reader against OpenSSL's. Oracles: all slices lie inside the certificate; what both take has
 * the same serial number and key; a refusal says what was expected, at a byte inside. (The card compares names as bytes
 * and looks into no string, so it takes names that OpenSSL does not.) */
#include "fuzz.h"

#include "crypto/crypto.h"

#include <openssl/x509.h>

static bool inside(struct slice part, struct slice whole)
{
    return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void compare(const struct certificate *c, X509 *x)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
    ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(x);
    BIGNUM *mine = BN_bin2bn(c->serial.p, (int)c->serial.n, NULL);
    BIGNUM *theirs = ASN1_INTEGER_to_BN(serial, NULL);
    FUZZ_CHECK(mine && theirs && ((c->serial.n && c->serial.p[0] & 0x80) || BN_cmp(mine, theirs) == 0),
               "the serial numbers differ");
    FUZZ_CHECK(key && slice_equal(slice_of(ASN1_STRING_get0_data(key), (size_t)ASN1_STRING_length(key)), c->point),
               "the keys differ");
    BN_free(mine);
    BN_free(theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct certificate c;
    const char *expected = NULL;
    size_t offset = 0;
    bool valid = false;
    struct slice der = slice_of(data, n);
    if (!certificate_parse(der, &c, &expected, &offset)) {
        FUZZ_CHECK(expected && *expected && offset <= n, "refused without a word, byte %zu of %zu", offset, n);
        return 0;
    }
    const struct slice parts[] = {c.whole,
                                  c.tbs,
                                  c.signature,
                                  c.serial,
                                  c.issuer,
                                  c.subject,
                                  c.curve_oid,
                                  c.point,
                                  c.subject_key_id,
                                  c.authority_key_id,
                                  c.policy,
                                  c.registered_id,
                                  c.unknown_critical_oid};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        FUZZ_CHECK(inside(parts[i], der), "part %zu lies outside", i);
    FUZZ_CHECK(c.whole.n == n, "%zu bytes of %zu are the certificate", c.whole.n, n);
    if (c.curve != CURVE_UNKNOWN)
        FUZZ_CHECK(certificate_verify(&c, c.curve, c.point, &valid) == OK, "verification failed");
    const uint8_t *p = data;
    X509 *x = d2i_X509(NULL, &p, (long)n);
    if (x) compare(&c, x);
    X509_free(x);
    return 0;
}

FUZZ_TLV_MUTATOR(0, &fuzz_certificate_words)
