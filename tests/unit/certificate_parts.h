/* What test_certificate.c and test_mint.c share: reading and verifying, and certificates put together from parts. */
#ifndef SOFTEUICC_TESTS_CERTIFICATE_PARTS_H
#define SOFTEUICC_TESTS_CERTIFICATE_PARTS_H

#include "base/tlv.h"
#include "crypto_helpers.h"

static inline struct certificate parse(struct slice der)
{
    struct certificate c;
    const char *expected = "";
    size_t offset = 0;
    bool good = certificate_parse(der, &c, &expected, &offset);
    ck_assert_msg(good, "byte %zu: expected %s", offset, expected);
    return c;
}

static inline bool verify(const struct certificate *c, enum curve curve, struct slice point)
{
    bool valid;
    ok(certificate_verify(c, curve, point, &valid));
    return valid;
}

/* id-rsp-cert-role is 67 81 12 01 02 01. */
#define R "678112010201"

static inline void put_hex(struct buf *b, const char *hex)
{
    ck_assert_msg(hex_decode(slice_text(hex), b), "%s", hex);
}

/* A certificate like DPauth's with these parts exchanged (NULL: as there), signed by nobody. */
struct parts {
    const char *version, *algorithm, *validity, *key, *after;
    const char *raw_extensions; /* after the list of extensions */
    const uint8_t *point;       /* of the default key; must be there if key is NULL */
};

/* One Extension: content of its OID, the BOOLEAN as a TLV or "", what is inside extnValue. */
struct extension {
    const char *id, *critical, *value;
};

#define SKI_ID "551d0e"
#define KU_ID "551d0f"
#define SAN_ID "551d11"
#define BC_ID "551d13"
#define NC_ID "551d1e"
#define CRL_ID "551d1f"
#define POLICY_ID "551d20"
#define AKI_ID "551d23"
#define EKU_ID "551d25"

static inline void put_wrapped(struct buf *b, uint32_t tag, const char *hex)
{
    size_t mark = tlv_open(b, tag);
    put_hex(b, hex);
    tlv_close(b, mark);
}

static inline void assemble(const struct parts *p, const struct extension *extensions, size_t n, struct buf *out)
{
    const char *algorithm = p->algorithm ? p->algorithm : "300a06082a8648ce3d040302";
    const char *name = "300f310d300b060355040a0c0441434d45"; /* O = ACME */
    size_t certificate = tlv_open(out, 0x30);
    size_t tbs = tlv_open(out, 0x30);
    put_hex(out, p->version ? p->version : "a003020102");
    put_hex(out, "020101");
    put_hex(out, algorithm);
    put_hex(out, name);
    put_hex(out, p->validity ? p->validity : "301e170d3230303430313038333133305a170d3330303333303038333133305a");
    put_hex(out, name);
    put_hex(out, p->key ? p->key : "3059301306072a8648ce3d020106082a8648ce3d030107034200");
    if (!p->key) buf_append(out, slice_of(p->point, 65));
    size_t tagged = tlv_open(out, 0xa3);
    size_t list = tlv_open(out, 0x30);
    for (size_t i = 0; i < n; i++) {
        size_t one = tlv_open(out, 0x30);
        put_wrapped(out, 0x06, extensions[i].id);
        put_hex(out, extensions[i].critical);
        put_wrapped(out, 0x04, extensions[i].value);
        tlv_close(out, one);
    }
    put_hex(out, p->raw_extensions ? p->raw_extensions : "");
    tlv_close(out, list);
    tlv_close(out, tagged);
    put_hex(out, p->after ? p->after : "");
    tlv_close(out, tbs);
    put_hex(out, algorithm);
    put_hex(out, "0309003006020101020101");
    tlv_close(out, certificate);
    ck_assert_int_eq(buf_err(out), OK);
}

/* The hex of SEQUENCE OF PolicyInformation with one or two policies. */
static inline void policies_hex(const char *first, const char *second, char out[128])
{
    char two[64] = "";
    if (second) snprintf(two, sizeof two, "30%02zx06%02zx%s", strlen(second) / 2 + 2, strlen(second) / 2, second);
    snprintf(out, 128, "30%02zx30%02zx06%02zx%s%s", strlen(first) / 2 + 4 + strlen(two) / 2, strlen(first) / 2 + 2,
             strlen(first) / 2, first, two);
}

#endif
