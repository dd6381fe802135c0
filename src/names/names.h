/* The words of the specifications: the data objects of ES10 and ES8+ by name (fields.c, fields_iot.c), functions and
 * commands (functions.c). Read by src/cli, which shows what a card is asked, and by src/mutate, whose rules name it. */
#ifndef SOFTEUICC_NAMES_NAMES_H
#define SOFTEUICC_NAMES_NAMES_H

#include "base/tlv.h"

enum decode_kind {
    DECODE_HEX,         /* at most 32 bytes in full, of more the first 8 */
    DECODE_SIZE,        /* number of bytes only: icons, cipher text, keys */
    DECODE_TEXT,        /* UTF-8 */
    DECODE_ICCID,       /* as in EF.ICCID: nibbles swapped, F padded (TS 102 221 13.2) */
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

/* Codes that are read outside an object, too. */
extern const struct decode_name names_authenticate_errors[]; /* SGP.22 5.7.13 */
extern const struct decode_name names_download_errors[];     /* SGP.22 5.7.5 */
extern const struct decode_name names_bpp_commands[];        /* SGP.22 2.5.6 */
extern const struct decode_name names_bpp_errors[];          /* SGP.22 2.5.6 */
extern const struct decode_name names_enable_results[];      /* SGP.22 5.7.16 */
extern const struct decode_name names_pe_statuses[];         /* SAIP 8.10 */
/* NULL: it has no name. */
const char *names_of(const struct decode_name *table, uint32_t value);

extern const struct decode_field decode_requests[];
extern const struct decode_field decode_responses[];
extern const struct decode_field decode_segments[];

#define NAMES_DEPTH_MAX 16
/* The member with this tag; *next (0 at first) is where the search goes on behind the last match: one tag may stand for
 * two members of a SEQUENCE. NULL: none. */
const struct decode_field *names_find(const struct decode_field *table, size_t *next, uint32_t tag, bool any_order);
/* The first field below `table` whose name, and those above it, are the n parts. NULL: there is none. */
const struct decode_field *names_find_path(const struct decode_field *table, const struct slice *parts, size_t n);

/* An ES10 function by the tag of its request. */
struct named_function {
    uint32_t tag;
    const char *name; /* "ES10b.AuthenticateServer" */
};
/* A command by its instruction byte, of either class. */
struct named_command {
    uint8_t ins;
    const char *name; /* "SELECT" */
};
/* Both end with a row without a name. Two functions may have one name (both memory resets), and
 * LoadBoundProfilePackage, which has no tag of its own, is not among them. */
extern const struct named_function named_functions[];
extern const struct named_command named_commands[];
extern const char load_bound_profile_package[];

#endif
