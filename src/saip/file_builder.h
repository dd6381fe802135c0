/* Making one file after the other from what a profile package says about them (SAIP 8.3): used by template.c, where a
 * template has the defaults, and by generic_file_management.c. */
#ifndef SOFTEUICC_SAIP_FILE_BUILDER_H
#define SOFTEUICC_SAIP_FILE_BUILDER_H

#include "saip/fcp.h"
#include "saip/template_tables.h"

#define FILES_MAX 4096
#define DIRECTORY_LEVELS_MAX 4 /* below the MF */

struct file_builder {
    struct saip_install *install;
    const struct element *e;
    struct reason *reason;
    enum naa_kind naa; /* what an ADF of this element is; NAA_OTHER: its AID says so */
    bool again;        /* not the first file of this row: what identifies the row's file is not for it */

    struct folder folder; /* where files were made last: written when another one is asked for, and at the end */
    uint16_t noted_arr;   /* of the files in it, rules of this EF.ARR that were noted already: bit n, record n */
    uint8_t noted_records[32];

    struct file file; /* the last that was begun or selected */
    const uint8_t *at;
    const uint8_t *rule_at; /* its access rule */
    bool open;              /* it is an EF, and its body is here until builder_finish() */
    bool stored;            /* it is in the store already */
    bool is_link;           /* no body yet: the target's, if something is written */
    struct buf body;
    size_t position;
};

void builder_free(struct file_builder *b);

/* The next file, in this directory; an ADF always below the MF. row: its template's defaults, NULL without. Directories
 * and links are in the store at once, an EF after builder_finish(). */
MUST_USE enum err builder_begin(struct file_builder *b, const struct path *directory, const struct template_file *row,
                                struct fcp *fcp);
/* A file that is there already; *found false if not. */
MUST_USE enum err builder_select(struct file_builder *b, const struct path *path, const uint8_t *at, bool *found);
/* fillFileOffset, its content: relative to the last write. */
MUST_USE enum err builder_skip(struct file_builder *b, const struct tlv *offset);
/* fillFileContent */
MUST_USE enum err builder_fill(struct file_builder *b, const struct tlv *content);
/* Puts what was begun into the store; nothing to do is fine. */
MUST_USE enum err builder_finish(struct file_builder *b);
/* The same for the last time: the directory, too, has everything then. */
MUST_USE enum err builder_end(struct file_builder *b);

/* bad-values at this place */
MUST_USE enum err builder_bad(struct file_builder *b, const uint8_t *at, const char *expected, const char *came);
/* ---- file_body.c ---- */
/* not-enough-memory at this place if what is there and `more` bytes do not fit */
MUST_USE enum err builder_check_room(struct file_builder *b, size_t more, const uint8_t *at);
/* Sizes, short identifier, proprietary information and the body as it is before anything is written. */
MUST_USE enum err builder_body(struct file_builder *b, const struct template_file *row, const struct fcp *fcp);
/* shortEFID (SAIP 8.3.3; without a template 8.3.5) */
MUST_USE enum err builder_short_id(struct file_builder *b, const struct template_file *row, const struct fcp *fcp);
/* Notes what is checked when everything is there. */
MUST_USE enum err builder_note_reference(struct file_builder *b, enum reference_kind kind, const uint8_t *at);

#endif
