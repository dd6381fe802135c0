/* What the files of the decoder share; see decode.h. */
#ifndef SOFTEUICC_CLI_DECODE_INTERNAL_H
#define SOFTEUICC_CLI_DECODE_INTERNAL_H

#include "base/tlv.h"
#include "cli/decode.h"
#include "names/names.h"

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

/* Fills the value of a row, of any kind that has no members. row->value points into `scratch`, which is empty before,
 * or into the object. */
void decode_value(const struct decode_field *field, const struct tlv *t, struct decode_row *row, struct buf *scratch);
/* The same for an object that no table knows. */
void decode_hex(struct slice value, struct decode_row *row, struct buf *scratch);

#endif
