/* The DER cursor of der.h (X.690). */
#include "crypto/der.h"

bool der_fail(struct der *d, const char *expected)
{
    if (!d->fault->expected) *d->fault = (struct der_fault){expected, d->at};
    return false;
}

bool der_fail_at(struct der *d, const struct tlv *t, const char *expected)
{
    if (!d->fault->expected) *d->fault = (struct der_fault){expected, d->at - t->whole.n};
    return false;
}

bool der_any(struct der *d, struct tlv *out, const char *expected)
{
    if (tlv_read(&d->rest, out) != TLV_OK) return der_fail(d, expected);
    d->at += out->whole.n;
    return true;
}

bool der_take(struct der *d, uint32_t tag, struct tlv *out, const char *expected)
{
    struct slice ahead = d->rest;
    if (tlv_read(&ahead, out) != TLV_OK || out->tag != tag) return der_fail(d, expected);
    d->rest = ahead;
    d->at += out->whole.n;
    return true;
}

bool der_enter(struct der *d, uint32_t tag, struct der *inner, const char *expected)
{
    struct tlv t;
    if (!der_take(d, tag, &t, expected)) return false;
    *inner = (struct der){t.value, d->at - t.value.n, d->fault};
    return true;
}

bool der_is_next(const struct der *d, uint8_t tag)
{
    return d->rest.n > 0 && d->rest.p[0] == tag;
}

bool der_end(struct der *d, const char *expected)
{
    return der_at_end(d) || der_fail(d, expected);
}

bool der_oid_valid(struct slice content)
{
    if (content.n == 0 || (content.p[content.n - 1] & 0x80)) return false;
    bool first = true; /* of a subidentifier: must not be a leading zero (80) */
    for (size_t i = 0; i < content.n; i++) {
        if (first && content.p[i] == 0x80) return false;
        first = !(content.p[i] & 0x80);
    }
    return true;
}

bool der_oid(struct der *d, struct slice *content, const char *expected)
{
    struct tlv t;
    if (!der_take(d, DER_OID, &t, expected)) return false;
    if (!der_oid_valid(t.value)) return der_fail_at(d, &t, expected);
    *content = t.value;
    return true;
}

bool der_integer(struct der *d, struct slice *content, const char *expected)
{
    struct tlv t;
    if (!der_take(d, DER_INTEGER, &t, expected)) return false;
    struct slice v = t.value;
    if (v.n == 0) return der_fail_at(d, &t, expected);
    if (v.n > 1 && ((v.p[0] == 0 && !(v.p[1] & 0x80)) || (v.p[0] == 0xff && (v.p[1] & 0x80))))
        return der_fail_at(d, &t, "the shortest form of an INTEGER (X.690 8.3.2)");
    *content = v;
    return true;
}

bool der_default_false(struct der *d, bool *value, const char *expected)
{
    struct tlv t;
    *value = false;
    if (!der_is_next(d, DER_BOOLEAN)) return true;
    if (!der_take(d, DER_BOOLEAN, &t, expected)) return false;
    if (t.value.n != 1 || t.value.p[0] != 0xff) return der_fail_at(d, &t, expected);
    *value = true;
    return true;
}

bool der_octet_bits(struct der *d, struct slice *content, const char *expected)
{
    struct tlv t;
    if (!der_take(d, DER_BIT_STRING, &t, expected)) return false;
    if (t.value.n == 0 || t.value.p[0] != 0) return der_fail_at(d, &t, expected);
    *content = slice_skip(t.value, 1);
    return true;
}
