/* Certificate revocation lists (SGP.22 v2.5 5.7.12 LoadCRL, 4.5.2.2; X.509 5.2): checked against the root that signed
 * them, kept as their revoked serial numbers, asked by ES10b.AuthenticateServer and ES10b.PrepareDownload.
 * `crl/<ciPKId>/<cRLNumber>/<part>` holds 80 total parts and the revokedCertificates. */
#include "model/model.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"

#define KEY_SIZE 96
#define CRL_MEMORY 65536 /* bytes of lists kept in all */

struct crl {
    struct slice authority_key_id;
    struct slice revoked; /* content of revokedCertificates */
    uint32_t number, total, part, base;
    bool has_number, has_base, unknown_critical;
};

static const uint8_t oid_authority_key_id[] = {0x55, 0x1d, 0x23};
static const uint8_t oid_crl_number[] = {0x55, 0x1d, 0x14};
static const uint8_t oid_delta_crl_indicator[] = {0x55, 0x1d, 0x1b};
static const uint8_t oid_issuing_distribution_point[] = {0x55, 0x1d, 0x1c};
static const uint8_t oid_total_partial_crl_number[] = {0x67, 0x81, 0x12, 0x01, 0x02, 0x00, 0x02};
static const uint8_t oid_partial_crl_number[] = {0x67, 0x81, 0x12, 0x01, 0x02, 0x00, 0x03};
static const uint8_t ecdsa_with_sha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

static bool whole_integer(struct slice s, uint32_t *out)
{
    struct tlv t;
    return tlv_next(&s, &t) && t.tag == 0x02 && s.n == 0 && tlv_unsigned(t.value, out);
}

/* Extension ::= SEQUENCE {OID, critical BOOLEAN OPTIONAL, OCTET STRING}. */
static bool parse_extension(struct slice in, struct crl *c)
{
    struct tlv oid;
    struct tlv t;
    struct tlv inner;
    bool critical = false;
    if (!tlv_next(&in, &oid) || oid.tag != 0x06 || !tlv_next(&in, &t)) return false;
    if (t.tag == 0x01) {
        critical = t.value.n == 1 && t.value.p[0] != 0;
        if (!tlv_next(&in, &t)) return false;
    }
    if (t.tag != 0x04 || in.n) return false;
    if (slice_equal(oid.value, SLICE(oid_crl_number))) return c->has_number = whole_integer(t.value, &c->number);
    if (slice_equal(oid.value, SLICE(oid_delta_crl_indicator))) return c->has_base = whole_integer(t.value, &c->base);
    if (slice_equal(oid.value, SLICE(oid_total_partial_crl_number))) return whole_integer(t.value, &c->total);
    if (slice_equal(oid.value, SLICE(oid_partial_crl_number))) return whole_integer(t.value, &c->part);
    if (slice_equal(oid.value, SLICE(oid_issuing_distribution_point))) return true;
    if (slice_equal(oid.value, SLICE(oid_authority_key_id))) {
        if (!tlv_next(&t.value, &inner) || inner.tag != 0x30 || !tlv_find(inner.value, 0x80, &t)) return false;
        c->authority_key_id = t.value;
        return true;
    }
    if (critical) c->unknown_critical = true;
    return true;
}

static bool parse_extensions(struct slice wrapper, struct crl *c)
{
    struct tlv list;
    struct tlv t;
    if (!tlv_next(&wrapper, &list) || list.tag != 0x30 || wrapper.n) return false;
    while (list.value.n)
        if (!tlv_next(&list.value, &t) || t.tag != 0x30 || !parse_extension(t.value, c)) return false;
    return true;
}

/* revokedCertificates: each 30 {02 serial, time, [30 extensions]}. */
static bool revoked_well_formed(struct slice list)
{
    struct tlv entry;
    struct tlv serial;
    while (list.n)
        if (!tlv_next(&list, &entry) || entry.tag != 0x30 || !tlv_next(&entry.value, &serial) || serial.tag != 0x02 ||
            !entry.value.n)
            return false;
    return true;
}

/* TBSCertList v2: version 1, algorithm, issuer, thisUpdate, [nextUpdate], [revokedCertificates], [0] extensions. */
static bool parse(struct slice tbs, struct crl *c)
{
    struct tlv t;
    *c = (struct crl){.total = 1, .part = 1};
    if (!tlv_next(&tbs, &t) || t.tag != 0x30 || tbs.n) return false;
    struct slice in = t.value;
    if (!tlv_next(&in, &t) || t.tag != 0x02 || t.value.n != 1 || t.value.p[0] != 1) return false;
    if (!tlv_next(&in, &t) || !slice_equal(t.whole, SLICE(ecdsa_with_sha256))) return false;
    if (!tlv_next(&in, &t) || t.tag != 0x30) return false;
    if (!tlv_next(&in, &t) || (t.tag != 0x17 && t.tag != 0x18)) return false;
    while (in.n) {
        if (!tlv_next(&in, &t)) return false;
        if (t.tag == 0x17 || t.tag == 0x18) continue;
        if (t.tag == 0x30) {
            c->revoked = t.value;
            if (!revoked_well_formed(t.value)) return false;
        } else if (t.tag != 0xa0 || in.n || !parse_extensions(t.value, c)) {
            return false;
        }
    }
    return c->has_number && c->authority_key_id.n && !c->unknown_critical && c->total >= 1 && c->total <= 256 &&
           c->part >= 1 && c->part <= c->total;
}

static void root_prefix(const struct root *root, char key[KEY_SIZE])
{
    memcpy(key, "crl/", 4);
    hex_encode(SLICE(root->ci_pk_id), key + 4);
    memcpy(key + 4 + 2 * CI_PK_ID_SIZE, "/", 2);
}

static void list_prefix(const struct root *root, uint32_t number, char key[KEY_SIZE])
{
    root_prefix(root, key);
    size_t n = strlen(key);
    (void)snprintf(key + n, KEY_SIZE - n, "%010u/", number);
}

/* The highest cRLNumber that is loaded under this root. */
static bool loaded_number(const struct model *m, const struct root *root, uint32_t *highest)
{
    char prefix[KEY_SIZE];
    bool any = false;
    root_prefix(root, prefix);
    for (struct store_item i = store_first(m->store, prefix); i.key; i = store_after(m->store, prefix, i.key)) {
        uint32_t number = 0;
        for (const char *p = i.key + strlen(prefix); *p && *p != '/'; p++)
            number = number * 10 + (uint32_t)(*p - '0');
        if (!any || number > *highest) *highest = number;
        any = true;
    }
    return any;
}

static size_t stored_bytes(const struct model *m)
{
    size_t n = 0;
    for (struct store_item i = store_first(m->store, "crl/"); i.key; i = store_after(m->store, "crl/", i.key))
        n += i.value.n;
    return n;
}

static enum err list_missing(const struct model *m, const struct root *root, const struct crl *c, struct buf *missing)
{
    char prefix[KEY_SIZE];
    list_prefix(root, c->number, prefix);
    size_t n = strlen(prefix);
    for (uint32_t part = 1; part <= c->total; part++) {
        struct slice ignored;
        (void)snprintf(prefix + n, KEY_SIZE - n, "%04u", part);
        if (store_get(m->store, prefix, &ignored)) continue;
        tlv_put_unsigned(missing, 0x02, part);
    }
    return buf_err(missing);
}

/* A complete new list replaces the older ones; a delta list adds to them. */
static enum err drop_older(struct model *m, const struct root *root, const struct crl *c)
{
    char prefix[KEY_SIZE];
    char keep[KEY_SIZE];
    char key[KEY_SIZE];
    root_prefix(root, prefix);
    list_prefix(root, c->number, keep);
    struct store_item i = store_first(m->store, prefix);
    while (i.key) {
        (void)snprintf(key, sizeof key, "%s", i.key);
        if (strncmp(key, keep, strlen(keep)) != 0) TRY(store_delete(m->store, key));
        i = store_after(m->store, prefix, key);
    }
    return OK;
}

static enum err store_part(struct model *m, const struct root *root, const struct crl *c, struct buf *missing)
{
    char key[KEY_SIZE];
    BUF_LOCAL value = {0};
    tlv_put_unsigned(&value, 0x80, c->total);
    tlv_put(&value, 0x30, c->revoked);
    TRY(buf_err(&value));
    list_prefix(root, c->number, key);
    size_t n = strlen(key);
    (void)snprintf(key + n, KEY_SIZE - n, "%04u", c->part);
    TRY(store_put(m->store, key, buf_slice(&value)));
    TRY(list_missing(m, root, c, missing));
    return missing->n == 0 && !c->has_base ? drop_older(m, root, c) : OK;
}

enum err crl_load(struct model *m, const struct load_crl_request *request, enum crl_result *result, struct buf *missing)
{
    struct crl c;
    size_t index;
    uint32_t highest = 0;
    bool valid = false;
    *result = CRL_INVALID_FORMAT;
    if (!parse(request->tbs, &c) || !slice_equal(request->algorithm, SLICE(ecdsa_with_sha256))) return OK;
    const struct root *root = identity_root(m, c.authority_key_id, &index);
    *result = CRL_NO_KEY;
    if (!root) return OK;
    /* A CRL is SIGNED as a certificate is: the same signature over the whole of its first member. */
    struct certificate as_signed = {.tbs = request->tbs, .signature = request->signature, .algorithm_ok = true};
    TRY(certificate_verify(&as_signed, root->curve, slice_of(root->point, EC_POINT_SIZE), &valid));
    *result = CRL_INVALID_SIGNATURE;
    if (!valid) return OK;
    bool any = loaded_number(m, root, &highest);
    *result = CRL_FRESHER_LOADED;
    if (any && highest > c.number) return OK;
    *result = CRL_BASE_MISSING;
    if (c.has_base && (!any || highest < c.base)) return OK;
    *result = CRL_NO_MEMORY;
    if (stored_bytes(m) + request->tbs.n > CRL_MEMORY) return OK;
    *result = CRL_OK;
    return store_part(m, root, &c, missing);
}

bool crl_revokes(const struct model *m, const struct root *root, struct slice serial)
{
    char prefix[KEY_SIZE];
    struct tlv list;
    struct tlv entry;
    struct tlv t;
    root_prefix(root, prefix);
    for (struct store_item i = store_first(m->store, prefix); i.key; i = store_after(m->store, prefix, i.key)) {
        if (!tlv_find(i.value, 0x30, &list)) continue;
        while (tlv_next(&list.value, &entry))
            if (tlv_next(&entry.value, &t) && t.tag == 0x02 && slice_equal(t.value, serial)) return true;
    }
    return false;
}
