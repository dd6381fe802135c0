/* Decoding of structured messages with libtasn1. Callers outside this room use messages.h. */
#ifndef SOFTEUICC_ASN1_ASN1_H
#define SOFTEUICC_ASN1_ASN1_H

#include "base/reason.h"
#include "base/tlv.h"

/* One decoded message; `der` is the caller's bytes, into which all slices point. */
struct asn1 {
    void *node;
    struct slice der;
    const char *clause;
    struct reason *reason;
    bool failed; /* a mandatory member was absent or out of range; the reason says which */
};

/* Loads the definitions, once a process; thread safe. */
MUST_USE enum err asn1_warm_up(void);

/* Decodes `der` as `type` ("AuthenticateServerRequest") of module RSP. Strict DER at every depth, all mandatory
 * members, re-encodes to the same bytes. ERR_DATA with a reason if not. Close after use, also after an error. */
MUST_USE enum err asn1_open(struct asn1 *a, const char *type, struct slice der, const char *clause,
                            struct reason *reason);
void asn1_close(struct asn1 *a);
#define ASN1_LOCAL __attribute__((cleanup(asn1_close))) struct asn1

/* The whole TLV of a member by path ("serverSigned1.transactionId"); false if it is absent. */
bool asn1_tlv(const struct asn1 *a, const char *path, struct tlv *out);
/* Its content octets with a size range; an absent or ill-sized mandatory member marks `a` as failed. */
struct slice asn1_bytes(struct asn1 *a, const char *path, size_t min, size_t max);
/* The same for an OPTIONAL member: absent gives {NULL, 0} and *present false. */
struct slice asn1_optional_bytes(struct asn1 *a, const char *path, size_t min, size_t max, bool *present);
/* The whole TLV of a mandatory member. */
struct slice asn1_whole(struct asn1 *a, const char *path);
/* UTF8String: valid UTF-8 of at most max characters. */
struct slice asn1_text(struct asn1 *a, const char *path, size_t max_characters);
/* INTEGER 0..2^32-1. */
uint32_t asn1_unsigned(struct asn1 *a, const char *path);
/* BIT STRING of named bits, see tlv_bits. */
uint32_t asn1_bits(struct asn1 *a, const char *path);
bool asn1_present(const struct asn1 *a, const char *path);
/* Refuses slot members (ext1..ext3 under path, "" for the top) that carry a tag the type already has. */
void asn1_check_extensions(struct asn1 *a, const char *path, const uint32_t *known, size_t count);
/* Says why and marks as failed. `at` points into der or is NULL. */
void asn1_refuse(struct asn1 *a, const uint8_t *at, const char *expected, const char *came);
/* OK or ERR_DATA, at the end of a decoder. */
MUST_USE enum err asn1_done(const struct asn1 *a);

/* Characters of valid UTF-8 text; false if it is not valid. */
bool utf8_length(struct slice text, size_t *characters);

#endif
