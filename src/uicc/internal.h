/* What the files of this room share: life cycle, records (TS 102 221 8.2.2.2, 8.2.2.3) and administration (TS 102 222).
 * Record 1 stands first in the body; of a cyclic EF it is the one that was written last. */
#ifndef SOFTEUICC_UICC_INTERNAL_H
#define SOFTEUICC_UICC_INTERNAL_H

#include "uicc/uicc.h"

#define RECORD_STRUCTURES (1u << FILE_LINEAR_FIXED | 1u << FILE_CYCLIC)

/* Record n, 1 to f->records. */
static inline struct slice record_at(const struct file *f, unsigned n)
{
    return slice_of(f->body.p + (size_t)f->record_length * (n - 1), f->record_length);
}
/* Overwrites the oldest record of a cyclic EF, which thereby becomes record 1. `content` has the length of a record and
 * may lie in f->body. */
MUST_USE enum err record_push(const struct isdp *isdp, struct file *f, struct slice content);

/* ERR_CONDITIONS for a file that is terminated or below a terminated directory: out of use, but it can still be deleted
 * (TS 102 222 6.7, 6.8). */
MUST_USE enum err uicc_in_use(struct model *m, const struct isdp *isdp, const struct file *f, bool to_delete);

/* ---- administration (TS 102 222), shared by create_file.c and administration.c ---- */
/* The content of the FCP template (62) that is all of the command data. */
MUST_USE enum err uicc_fcp_template(struct model *m, const struct uicc_command *a, const char *clause,
                                    struct slice *out);
/* Big-endian number of 1 to 4 bytes, leading zeros or not. */
bool uicc_number(struct slice value, uint32_t *out);
/* Size and number of records of an EF; ERR_DATA if there is no such file. */
MUST_USE enum err uicc_set_size(struct model *m, const char *clause, struct file *f, uint32_t size);
/* ERR_NO_SPACE if what was just written is more than the card's memory for profiles. */
MUST_USE enum err uicc_check_memory(struct model *m, const char *clause);

#endif
