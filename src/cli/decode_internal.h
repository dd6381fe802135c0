/* What the files of the decoder share; see decode.h. */
#ifndef SOFTEUICC_CLI_DECODE_INTERNAL_H
#define SOFTEUICC_CLI_DECODE_INTERNAL_H

#include "base/tlv.h"
#include "cli/decode.h"

enum decode_kind {
    DECODE_HEX,         /* at most 32 bytes in full, of more the first 8 */
    DECODE_SIZE,        /* number of bytes only: icons, cipher text, keys */
    DECODE_TEXT,        /* UTF-8 */
    DECODE_ICCID,       /* as in EF.ICCID: nibbles swapped, F padded (sgp22 A4) */
    DECODE_PLMN,        /* mccMnc of OperatorID, TS 24.008; E is a wildcard */
    DECODE_VERSION,     /* one byte each for major, minor, revision */
    DECODE_NUMBER,      /* DER INTEGER, not negative */
    DECODE_INTEGER,     /* DER INTEGER, negative ones too */
    DECODE_COUNT,       /* big-endian bytes without a sign */
    DECODE_FLAG,        /* BOOLEAN */
    DECODE_NULL,        /* there or not */
    DECODE_CODE,        /* DER INTEGER with names */
    DECODE_BITS,        /* BIT STRING with names */
    DECODE_OID,         /* OBJECT IDENTIFIER */
    DECODE_TAGS,        /* concatenated tags */
    DECODE_CERTIFICATE, /* size and subject key identifier */
    DECODE_SEQUENCE,    /* members, in the order of the table; also a CHOICE */
    DECODE_SEQUENCE_OF, /* any of the members, any number of times */
    DECODE_NESTED, /* an OCTET STRING that should hold members: as SEQUENCE_OF if it holds some that are known, else HEX
                    */
};

/* A code or the number of a bit. The last one of a table has no name. */
struct decode_name {
    uint32_t value;
    const char *name;
};

/* The last one of a table has no name. */
struct decode_field {
    uint32_t tag;
    const char *name;
    enum decode_kind kind;
    const struct decode_field *members; /* of the constructed kinds */
    const struct decode_name *names;    /* of CODE and BITS */
};

struct decode_row {
    unsigned depth;     /* 0: the object itself */
    uint32_t tag;       /* 0: not a data object */
    const char *name;   /* NULL: unknown */
    struct slice value; /* quoted: bytes from outside; else ASCII of our own making */
    bool quoted;
    bool cut;   /* there is more of the value */
    bool sized; /* `bytes` counts */
    size_t bytes;
};

extern const struct decode_field decode_requests[];
extern const struct decode_field decode_responses[];
extern const struct decode_field decode_segments[];

/* Fills the value of a row, of any kind that has no members. row->value points into `scratch`, which is empty before,
 * or into the object. */
void decode_value(const struct decode_field *field, const struct tlv *t, struct decode_row *row, struct buf *scratch);
/* The same for an object that no table knows. */
void decode_hex(struct slice value, struct decode_row *row, struct buf *scratch);

#endif
