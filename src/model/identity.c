/* Who the card is: its EID, the roots it trusts, its key and chain under each (SGP.22 2.4.1, 4.5). Made
 * once, when the card is personalised, then only read. */
#define _DEFAULT_SOURCE
#include "model/model.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/tlv.h"
#include "builtin_pki.h"

#define KEY_SIZE 32

static void root_key(size_t index, const char *part, char key[KEY_SIZE])
{
    (void)snprintf(key, KEY_SIZE, "ci/%zu/%s", index, part);
}

static enum err put_root(struct model *m, size_t index, const char *part, struct slice value)
{
    char key[KEY_SIZE];
    root_key(index, part, key);
    return store_put(m->store, key, value);
}

/* Value modulo 97 of decimal digits. */
static unsigned digits_modulo_97(const char *digits, size_t n)
{
    unsigned rest = 0;
    for (size_t i = 0; i < n; i++)
        rest = (rest * 10 + (unsigned)(digits[i] - '0')) % 97;
    return rest;
}

/* 32 decimal digits, starting with 89, whose number is 1 modulo 97 (SGP.02 2.2.2, SGP.29). */
static bool parse_eid(const char *digits, uint8_t eid[16], char why[256])
{
    if (strlen(digits) != 32 || strspn(digits, "0123456789") != 32) {
        (void)snprintf(why, 256, "EID: expected 32 decimal digits");
        return false;
    }
    if (memcmp(digits, "89", 2) != 0) {
        (void)snprintf(why, 256, "EID %s: expected 89 at its start", digits);
        return false;
    }
    if (digits_modulo_97(digits, 32) != 1) {
        char first[33];
        memcpy(first, digits, 30);
        memcpy(first + 30, "00", 3);
        (void)snprintf(why, 256, "EID %s: expected check digits %02u", digits, 98 - digits_modulo_97(first, 32));
        return false;
    }
    for (int i = 0; i < 16; i++)
        eid[i] = (uint8_t)((unsigned)(digits[2 * i] - '0') << 4 | (unsigned)(digits[2 * i + 1] - '0'));
    return true;
}

/* A random EID under the issuer's number: EIN, random digits, two check digits. */
static enum err random_eid(const char *prefix, char digits[33])
{
    size_t n = strlen(prefix);
    memcpy(digits, prefix, n);
    while (n < 30) {
        uint8_t byte;
        TRY(crypto_random(&byte, 1));
        if (byte < 250) digits[n++] = (char)('0' + byte % 10);
    }
    memcpy(digits + 30, "00", 3);
    (void)snprintf(digits + 30, 3, "%02u", (98 - digits_modulo_97(digits, 32)) % 100);
    return OK;
}

static struct slice given(struct euicc_bytes b)
{
    return slice_of(b.p, b.n);
}

/* True if the subject names this EID: Name {SET {SEQUENCE {2.5.4.5 serialNumber, digits}}} (SGP.22 4.5.2.1.0.2). */
static bool subject_has_eid(struct slice subject, const char *eid)
{
    static const uint8_t serial_number[] = {0x55, 0x04, 0x05};
    struct tlv name;
    struct tlv set;
    struct tlv attribute;
    struct tlv type;
    struct tlv value;
    if (!tlv_next(&subject, &name)) return false;
    while (tlv_next(&name.value, &set)) {
        while (tlv_next(&set.value, &attribute)) {
            if (tlv_next(&attribute.value, &type) && slice_equal(type.value, SLICE(serial_number)) &&
                tlv_next(&attribute.value, &value) && slice_equal(value.value, slice_text(eid)))
                return true;
        }
    }
    return false;
}

/* The card's own certificate, as given: by this EUM, for this key and this EID. */
static enum err check_own_certificate(size_t index, const struct euicc_issuer *issuer, const struct certificate *eum,
                                      enum curve curve, const char *eid, char why[256])
{
    struct certificate own;
    uint8_t pk[EC_POINT_SIZE];
    const char *problem = "";
    size_t offset;
    bool valid;
    if (!certificate_parse(given(issuer->euicc_certificate), &own, &problem, &offset)) {
        (void)snprintf(why, 256, "eUICC certificate %zu: at byte %zu expected %s", index, offset, problem);
        return ERR_DATA;
    }
    TRY(certificate_verify(&own, eum->curve, eum->point, &valid));
    if (!valid || own.role != ROLE_EUICC) {
        (void)snprintf(why, 256, "eUICC certificate %zu: expected an eUICC certificate signed by the EUM", index);
        return ERR_DATA;
    }
    enum err e = ec_public(curve, issuer->euicc_key.p, pk);
    if (e != OK && e != ERR_DATA) return e;
    if (e != OK || own.curve != curve || !slice_equal(own.point, SLICE(pk))) {
        (void)snprintf(why, 256, "eUICC certificate %zu: expected the certificate of the given key", index);
        return ERR_DATA;
    }
    if (!subject_has_eid(own.subject, eid)) {
        (void)snprintf(why, 256, "eUICC certificate %zu: expected the certificate of EID %s", index, eid);
        return ERR_DATA;
    }
    return OK;
}

/* The card's key and certificate under one root: as given, or made now by the EUM's key. */
static enum err put_chain(struct model *m, size_t index, const struct euicc_issuer *issuer,
                          const struct certificate *ci, const char *eid, char why[256])
{
    uint8_t sk[EC_SCALAR_SIZE];
    uint8_t pk[EC_POINT_SIZE];
    struct certificate eum;
    const char *problem = "";
    size_t offset;
    bool valid;
    BUF_LOCAL certificate = {0};
    if (!certificate_parse(given(issuer->eum_certificate), &eum, &problem, &offset)) {
        (void)snprintf(why, 256, "EUM certificate %zu: at byte %zu expected %s", index, offset, problem);
        return ERR_DATA;
    }
    TRY(certificate_verify(&eum, ci->curve, ci->point, &valid));
    if (!valid || eum.role != ROLE_EUM) {
        (void)snprintf(why, 256, "EUM certificate %zu: expected an EUM certificate signed by the CI", index);
        return ERR_DATA;
    }
    if (issuer->euicc_certificate.n) {
        TRY(check_own_certificate(index, issuer, &eum, ci->curve, eid, why));
        memcpy(sk, issuer->euicc_key.p, sizeof sk);
        buf_append(&certificate, given(issuer->euicc_certificate));
    } else {
        TRY(ec_generate(ci->curve, sk, pk));
        enum err e = certificate_mint_euicc(given(issuer->eum_certificate), issuer->eum_key.p, eid, ci->curve, pk,
                                            &certificate, &problem);
        if (e == ERR_DATA) (void)snprintf(why, 256, "EUM certificate %zu: %s", index, problem);
        TRY(e);
    }
    TRY(buf_err(&certificate));
    TRY(put_root(m, index, "eum", given(issuer->eum_certificate)));
    TRY(put_root(m, index, "euicc", buf_slice(&certificate)));
    enum err e = put_root(m, index, "key", SLICE(sk));
    explicit_bzero(sk, sizeof sk);
    return e;
}

static enum err put_issuer(struct model *m, size_t index, const struct euicc_issuer *issuer, const char *eid,
                           char why[256])
{
    struct certificate ci;
    const char *expected = "";
    size_t offset = 0;
    uint8_t point[1 + EC_POINT_SIZE];
    bool valid = false;
    if (!certificate_parse(given(issuer->ci_certificate), &ci, &expected, &offset)) {
        (void)snprintf(why, 256, "CI certificate %zu: at byte %zu expected %s", index, offset, expected);
        return ERR_DATA;
    }
    if (ci.curve != CURVE_UNKNOWN) TRY(certificate_verify(&ci, ci.curve, ci.point, &valid));
    if (!valid || ci.subject_key_id.n != CI_PK_ID_SIZE) {
        (void)snprintf(why, 256,
                       "CI certificate %zu: expected a self-signed one on P-256 or brainpoolP256r1 with a key id",
                       index);
        return ERR_DATA;
    }
    point[0] = (uint8_t)ci.curve;
    memcpy(point + 1, ci.point.p, EC_POINT_SIZE);
    TRY(put_root(m, index, "id", ci.subject_key_id));
    TRY(put_root(m, index, "point", SLICE(point)));
    if (!issuer->eum_certificate.n) return OK;
    if (issuer->euicc_certificate.n ? issuer->euicc_key.n != EC_SCALAR_SIZE : issuer->eum_key.n != EC_SCALAR_SIZE) {
        (void)snprintf(why, 256, "issuer %zu: expected a private key of 32 bytes", index);
        return ERR_DATA;
    }
    return put_chain(m, index, issuer, &ci, eid, why);
}

/* The SGP.26 test PKI, for a configuration that names none. */
static size_t builtin_config(struct euicc_issuer out[ROOTS_MAX])
{
    size_t n = builtin_issuer_count < ROOTS_MAX ? builtin_issuer_count : ROOTS_MAX;
    for (size_t i = 0; i < n; i++) {
        const struct builtin_issuer *b = &builtin_issuers[i];
        out[i] = (struct euicc_issuer){.ci_certificate = {b->ci, b->ci_n},
                                       .eum_certificate = {b->eum, b->eum_n},
                                       .eum_key = {b->eum_key, EC_SCALAR_SIZE}};
    }
    return n;
}

enum err identity_create(struct model *m, const struct euicc_config *config, char why[256])
{
    struct euicc_issuer builtin[ROOTS_MAX];
    const struct euicc_issuer *issuers = config->issuers;
    size_t count = config->issuer_count;
    char digits[33];
    char prefix[33] = "";
    if (!issuers) {
        issuers = builtin;
        count = builtin_config(builtin);
    }
    if (count == 0 || count > ROOTS_MAX) {
        (void)snprintf(why, 256, "issuers: expected 1 to %d", ROOTS_MAX);
        return ERR_DATA;
    }
    if (config->eid) {
        (void)snprintf(digits, sizeof digits, "%.32s", config->eid);
        if (strlen(config->eid) != 32) digits[0] = 0;
    } else {
        if (issuers[0].eum_certificate.n) (void)certificate_eum_eid_prefix(given(issuers[0].eum_certificate), prefix);
        if (!prefix[0] || strlen(prefix) > 30) (void)snprintf(prefix, sizeof prefix, "89049032");
        TRY(random_eid(prefix, digits));
    }
    if (!parse_eid(digits, m->identity.eid, why)) return ERR_DATA;
    TRY(store_put(m->store, "card/eid", SLICE(m->identity.eid)));
    for (size_t i = 0; i < count; i++)
        TRY(put_issuer(m, i, &issuers[i], digits, why));
    return OK;
}

static bool load_root(struct model *m, size_t index, struct root *r)
{
    char key[KEY_SIZE];
    struct slice s;
    root_key(index, "id", key);
    if (!store_get(m->store, key, &s) || s.n != CI_PK_ID_SIZE) return false;
    memcpy(r->ci_pk_id, s.p, CI_PK_ID_SIZE);
    root_key(index, "point", key);
    if (!store_get(m->store, key, &s) || s.n != 1 + EC_POINT_SIZE) return false;
    r->curve = (enum curve)s.p[0];
    memcpy(r->point, s.p + 1, EC_POINT_SIZE);
    root_key(index, "key", key);
    r->signs = store_get(m->store, key, &s);
    if (!r->signs) return true;
    if (s.n != EC_SCALAR_SIZE) return false;
    memcpy(r->key, s.p, EC_SCALAR_SIZE);
    root_key(index, "euicc", key);
    if (!store_get(m->store, key, &r->euicc_certificate)) return false;
    root_key(index, "eum", key);
    return store_get(m->store, key, &r->eum_certificate);
}

enum err identity_load(struct model *m)
{
    char key[KEY_SIZE];
    struct slice s;
    m->identity.root_count = 0;
    if (!store_get(m->store, "card/eid", &s) || s.n != sizeof m->identity.eid) return ERR_CORRUPT;
    memcpy(m->identity.eid, s.p, s.n);
    for (size_t i = 0; i < ROOTS_MAX; i++) {
        root_key(i, "id", key);
        if (!store_get(m->store, key, &s)) break;
        m->identity.roots[i] = (struct root){0};
        if (!load_root(m, i, &m->identity.roots[i])) return ERR_CORRUPT;
        m->identity.root_count++;
    }
    return m->identity.root_count ? OK : ERR_CORRUPT;
}

const struct root *identity_root(const struct model *m, struct slice ci_pk_id, size_t *index)
{
    for (size_t i = 0; i < m->identity.root_count; i++) {
        if (!slice_equal(SLICE(m->identity.roots[i].ci_pk_id), ci_pk_id)) continue;
        *index = i;
        return &m->identity.roots[i];
    }
    return NULL;
}

size_t identity_default_root(const struct model *m)
{
    for (size_t i = 0; i < m->identity.root_count; i++)
        if (m->identity.roots[i].signs) return i;
    return 0;
}

enum err identity_sign(const struct model *m, size_t root, const struct slice *parts, size_t n,
                       uint8_t out[ECDSA_RAW_SIZE])
{
    const struct root *r = &m->identity.roots[root];
    if (root >= m->identity.root_count || !r->signs) return ERR_CONDITIONS;
    return ecdsa_sign(r->curve, r->key, parts, n, out);
}
