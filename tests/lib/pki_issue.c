/* Writes certificates for tests, flaws included; see pki.h. Profiles: SGP.14 and SGP.22 4.5.2.1. */
#include "pki.h"

#include "base/tlv.h"

static const uint8_t oid_ec_public_key[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
static const uint8_t oid_ecdsa_sha256[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
static const uint8_t oid_ecdsa_sha384[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};
static const uint8_t oid_p256[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
static const uint8_t oid_p192[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x01};
static const uint8_t oid_bp256[] = {0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07};
static const uint8_t oid_bp192[] = {0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x03};

/* X.520 attribute types 2.5.4.N and certificate extensions 2.5.29.N. */
enum { NAME_COMMON_NAME = 3, NAME_SERIAL = 5, NAME_ORGANIZATION = 10 };
enum {
    EXT_SKI = 14,
    EXT_KEY_USAGE = 15,
    EXT_SAN = 17,
    EXT_BASIC = 19,
    EXT_NAMES = 30,
    EXT_POLICIES = 32,
    EXT_AKI = 35
};

static struct slice curve_oid(enum test_curve curve)
{
    switch (curve) {
    case TEST_P256:
        return SLICE(oid_p256);
    case TEST_BP256:
        return SLICE(oid_bp256);
    case TEST_P192:
        return SLICE(oid_p192);
    case TEST_BP192:
        return SLICE(oid_bp192);
    }
    return slice_of(NULL, 0);
}

static void put_bit_string(struct buf *b, struct slice bytes)
{
    size_t mark = tlv_open(b, 0x03);
    buf_byte(b, 0);
    buf_append(b, bytes);
    tlv_close(b, mark);
}

void pki_put_public_key(struct buf *b, const struct test_key *key)
{
    size_t whole = tlv_open(b, 0x30);
    size_t algorithm = tlv_open(b, 0x30);
    tlv_put(b, 0x06, SLICE(oid_ec_public_key));
    tlv_put(b, 0x06, curve_oid(key->curve));
    tlv_close(b, algorithm);
    put_bit_string(b, test_key_point(key));
    tlv_close(b, whole);
}

static void put_algorithm(struct buf *b, bool wrong)
{
    size_t mark = tlv_open(b, 0x30);
    tlv_put(b, 0x06, wrong ? SLICE(oid_ecdsa_sha384) : SLICE(oid_ecdsa_sha256));
    tlv_close(b, mark);
}

static void put_attribute(struct buf *b, uint8_t type, uint32_t string_tag, const char *text)
{
    if (!text) return;
    const uint8_t oid[] = {0x55, 0x04, type};
    size_t set = tlv_open(b, 0x31);
    size_t pair = tlv_open(b, 0x30);
    tlv_put(b, 0x06, SLICE(oid));
    tlv_put(b, string_tag, slice_text(text));
    tlv_close(b, pair);
    tlv_close(b, set);
}

static void put_subject(struct buf *b, const struct pki_request *r)
{
    size_t mark = tlv_open(b, 0x30);
    put_attribute(b, NAME_ORGANIZATION, 0x0c, r->organization);
    put_attribute(b, NAME_SERIAL, 0x13, r->serial_number);
    put_attribute(b, NAME_COMMON_NAME, 0x0c, r->common_name);
    tlv_close(b, mark);
}

static void put_validity(struct buf *b, bool expired)
{
    size_t mark = tlv_open(b, 0x30);
    tlv_put(b, 0x17, slice_text(expired ? "190101000000Z" : "200401000000Z"));
    tlv_put(b, 0x17, slice_text(expired ? "201231235959Z" : "491231235959Z"));
    tlv_close(b, mark);
}

static void put_extension(struct buf *b, uint8_t id, bool critical, const struct buf *value)
{
    const uint8_t oid[] = {0x55, 0x1d, id};
    size_t mark = tlv_open(b, 0x30);
    tlv_put(b, 0x06, SLICE(oid));
    if (critical) tlv_put_u8(b, 0x01, 0xff);
    tlv_put(b, 0x04, buf_slice(value));
    tlv_close(b, mark);
}

/* An extension that no profile names: 2.23.146.1.2.9.99. */
static void put_unknown_extension(struct buf *b, bool critical)
{
    static const uint8_t oid[] = {0x67, 0x81, 0x12, 0x01, 0x02, 0x09, 0x63};
    static const uint8_t value[] = {0x05, 0x00};
    size_t mark = tlv_open(b, 0x30);
    tlv_put(b, 0x06, SLICE(oid));
    if (critical) tlv_put_u8(b, 0x01, 0xff);
    tlv_put(b, 0x04, SLICE(value));
    tlv_close(b, mark);
}

static bool is_authority(const struct pki_request *r)
{
    return r->role == PKI_CI || r->role == PKI_EUM;
}

static void put_key_identifiers(struct buf *b, const struct pki_request *r, const struct pki_issuer *issuer)
{
    uint8_t id[20];
    if (r->role != PKI_CI && !r->flaws.no_authority_key_identifier) {
        BUF_LOCAL value = {0};
        test_key_identifier(&issuer->key, id);
        size_t mark = tlv_open(&value, 0x30);
        tlv_put(&value, 0x80, r->authority_key_id.n ? r->authority_key_id : SLICE(id));
        tlv_close(&value, mark);
        put_extension(b, EXT_AKI, false, &value);
    }
    if (!r->flaws.no_subject_key_identifier) {
        BUF_LOCAL value = {0};
        test_key_identifier(r->key, id);
        tlv_put(&value, 0x04, SLICE(id));
        put_extension(b, EXT_SKI, false, &value);
    }
}

static void put_usage(struct buf *b, const struct pki_request *r)
{
    if (!r->flaws.no_key_usage) {
        BUF_LOCAL value = {0};
        /* RFC 5280 4.2.1.3: bit 0 digitalSignature, 4 keyAgreement, 5 keyCertSign, 6 cRLSign */
        uint32_t bits = is_authority(r) ? (r->role == PKI_CI ? 1u << 5 | 1u << 6 : 1u << 5) : 1u;
        tlv_put_bits(&value, 0x03, r->flaws.wrong_key_usage ? 1u << 4 : bits);
        put_extension(b, EXT_KEY_USAGE, true, &value);
    }
    if (!r->flaws.no_policies) {
        BUF_LOCAL value = {0};
        const uint8_t role[] = {0x67, 0x81, 0x12, 0x01, 0x02, 0x01, (uint8_t)r->role};
        size_t all = tlv_open(&value, 0x30);
        size_t one = tlv_open(&value, 0x30);
        tlv_put(&value, 0x06, SLICE(role));
        tlv_close(&value, one);
        tlv_close(&value, all);
        put_extension(b, EXT_POLICIES, true, &value);
    }
    if (is_authority(r)) {
        BUF_LOCAL value = {0};
        size_t mark = tlv_open(&value, 0x30);
        tlv_put_u8(&value, 0x01, 0xff);
        if (r->role == PKI_EUM) tlv_put_u8(&value, 0x02, 0);
        tlv_close(&value, mark);
        put_extension(b, EXT_BASIC, true, &value);
    }
}

static void put_names(struct buf *b, const struct pki_request *r)
{
    if (r->registered_id.n && !r->flaws.no_subject_alt_name) {
        BUF_LOCAL value = {0};
        size_t mark = tlv_open(&value, 0x30);
        tlv_put(&value, 0x88, r->registered_id);
        tlv_close(&value, mark);
        put_extension(b, EXT_SAN, false, &value);
    }
    if (r->role == PKI_EUM && r->permitted_ein) {
        BUF_LOCAL value = {0};
        size_t constraints = tlv_open(&value, 0x30);
        size_t permitted = tlv_open(&value, 0xa0);
        size_t subtree = tlv_open(&value, 0x30);
        size_t directory = tlv_open(&value, 0xa4);
        size_t name = tlv_open(&value, 0x30);
        put_attribute(&value, NAME_ORGANIZATION, 0x0c, r->organization);
        put_attribute(&value, NAME_SERIAL, 0x13, r->permitted_ein);
        tlv_close(&value, name);
        tlv_close(&value, directory);
        tlv_close(&value, subtree);
        tlv_close(&value, permitted);
        tlv_close(&value, constraints);
        put_extension(b, EXT_NAMES, true, &value);
    }
}

static void put_extensions(struct buf *b, const struct pki_request *r, const struct pki_issuer *issuer)
{
    if (r->flaws.no_extensions || r->flaws.version_1) return;
    size_t tag = tlv_open(b, 0xa3);
    size_t list = tlv_open(b, 0x30);
    put_key_identifiers(b, r, issuer);
    put_usage(b, r);
    put_names(b, r);
    if (r->flaws.unknown_critical_extension) put_unknown_extension(b, true);
    if (r->flaws.unknown_extension) put_unknown_extension(b, false);
    tlv_close(b, list);
    tlv_close(b, tag);
}

/* The subject Name of a certificate: sixth member of tbsCertificate when the version is there. */
static bool subject_of(struct slice certificate, struct slice *name)
{
    struct tlv whole;
    struct tlv tbs;
    struct tlv member;
    if (!tlv_next(&certificate, &whole) || !tlv_next(&whole.value, &tbs)) return false;
    for (int i = 0; i < 6; i++)
        if (!tlv_next(&tbs.value, &member)) return false;
    *name = member.whole;
    return member.tag == 0x30;
}

static bool put_to_be_signed(struct buf *b, const struct pki_request *r, const struct pki_issuer *issuer)
{
    struct slice issuer_name = {0};
    if (issuer->certificate.n && !subject_of(issuer->certificate, &issuer_name)) return false;
    size_t mark = tlv_open(b, 0x30);
    if (!r->flaws.version_1) {
        size_t version = tlv_open(b, 0xa0);
        tlv_put_u8(b, 0x02, 2);
        tlv_close(b, version);
    }
    tlv_put_unsigned(b, 0x02, r->serial ? r->serial : 0x1001);
    put_algorithm(b, r->flaws.wrong_algorithm);
    if (issuer_name.n)
        buf_append(b, issuer_name);
    else
        put_subject(b, r);
    put_validity(b, r->flaws.expired);
    put_subject(b, r);
    pki_put_public_key(b, r->key);
    put_extensions(b, r, issuer);
    tlv_close(b, mark);
    return true;
}

static void put_integer(struct buf *b, struct slice number)
{
    while (number.n > 1 && number.p[0] == 0)
        number = slice_skip(number, 1);
    size_t mark = tlv_open(b, 0x02);
    if (number.p[0] & 0x80) buf_byte(b, 0);
    buf_append(b, number);
    tlv_close(b, mark);
}

void pki_put_signature(struct buf *b, struct slice raw)
{
    size_t half = raw.n / 2;
    size_t mark = tlv_open(b, 0x30);
    put_integer(b, slice_of(raw.p, half));
    put_integer(b, slice_skip(raw, half));
    tlv_close(b, mark);
}

bool pki_issue(const struct pki_request *r, const struct pki_issuer *issuer, struct buf *certificate)
{
    BUF_LOCAL tbs = {0};
    BUF_LOCAL raw = {0};
    BUF_LOCAL der = {0};
    if (!put_to_be_signed(&tbs, r, issuer) || !test_sign(&issuer->key, buf_slice(&tbs), &raw)) return false;
    size_t half = issuer->key.n;
    if (r->flaws.bad_signature) raw.p[half - 1] ^= 1;
    pki_put_signature(&der, buf_slice(&raw));
    if (r->flaws.changed_after_signing) {
        struct slice in = buf_slice(&tbs);
        struct tlv whole;
        struct tlv serial;
        if (!tlv_next(&in, &whole) || !tlv_find(whole.value, 0x02, &serial)) return false;
        tbs.p[(size_t)(serial.value.p - tbs.p) + serial.value.n - 1] ^= 1;
    }
    size_t mark = tlv_open(certificate, 0x30);
    buf_append(certificate, buf_slice(&tbs));
    put_algorithm(certificate, r->flaws.wrong_algorithm);
    put_bit_string(certificate, buf_slice(&der));
    tlv_close(certificate, mark);
    return buf_err(certificate) == OK && buf_err(&tbs) == OK && buf_err(&der) == OK;
}
