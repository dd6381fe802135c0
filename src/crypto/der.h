/* A cursor over a DER structure that remembers where and why it stopped, on top of base/tlv.h. Used by the certificate
 * reader (certificate.c, certificate_extensions.c) and by mint.c. */
#ifndef SOFTEUICC_CRYPTO_DER_H
#define SOFTEUICC_CRYPTO_DER_H

#include "base/tlv.h"

#define DER_BOOLEAN 0x01
#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_OCTET_STRING 0x04
#define DER_OID 0x06
#define DER_PRINTABLE_STRING 0x13
#define DER_UTC_TIME 0x17
#define DER_GENERALIZED_TIME 0x18
#define DER_SEQUENCE 0x30
#define DER_SET 0x31

/* The first complaint of one parse. */
struct der_fault {
    const char *expected; /* NULL: none */
    size_t offset;
};

/* What is still to be read; `at` is where rest begins, counted from the start of the parse. */
struct der {
    struct slice rest;
    size_t at;
    struct der_fault *fault;
};

/* Records what was expected at this place, keeps an earlier complaint. Gives false, to be returned. */
bool der_fail(struct der *d, const char *expected);
/* As der_fail at the start of t, the TLV that was taken last. */
bool der_fail_at(struct der *d, const struct tlv *t, const char *expected);

/* Takes one TLV with this tag; `expected` says what the specification wants here. */
bool der_take(struct der *d, uint32_t tag, struct tlv *out, const char *expected);
/* As der_take; *inner then walks through the value. */
bool der_enter(struct der *d, uint32_t tag, struct der *inner, const char *expected);
/* Takes one TLV of any tag. */
bool der_any(struct der *d, struct tlv *out, const char *expected);
/* True if a TLV with this one-byte tag comes next. */
bool der_is_next(const struct der *d, uint8_t tag);
static inline bool der_at_end(const struct der *d)
{
    return d->rest.n == 0;
}
/* Complains unless everything was read. */
bool der_end(struct der *d, const char *expected);

/* The types with rules of their own (X.690 8.19, 8.3, 11.1, 8.6). */
bool der_oid(struct der *d, struct slice *content, const char *expected);
bool der_integer(struct der *d, struct slice *content, const char *expected);
/* A BOOLEAN of a DEFAULT FALSE member: absent, or TRUE as FF. */
bool der_default_false(struct der *d, bool *value, const char *expected);
/* A BIT STRING of whole bytes. */
bool der_octet_bits(struct der *d, struct slice *content, const char *expected);
/* True if these are content octets of an OBJECT IDENTIFIER. */
bool der_oid_valid(struct slice content);

#endif
