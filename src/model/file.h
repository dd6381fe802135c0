/* file: the files of a profile as records. ETSI TS 102 221 8, 11.1.1.4; SAIP 8.3.
 *
 * The key of a file is its path by file identifiers, `fs/3F00/7FD0/6F07` (an ADF by the identifier that its package
 * gave it). The value is a stored FCP (62) with the body behind it: an EF's content; for a BER-TLV EF how many bytes of
 * data objects there are (4), these, and zeros up to what is reserved for them, so that it costs what it may hold. Tags
 * of a stored FCP: 82 83 84 8A 8B 80 88 C6 as in TS 102 221, A5 {C0 84 86} as in SAIP, and of our own D0 PINs of this
 * directory (key reference, PIN number), D1 short identifiers (SFI, file identifier of 2), D2 path of the target of a
 * link. A link has neither size nor body of its own. */
#ifndef SOFTEUICC_MODEL_FILE_H
#define SOFTEUICC_MODEL_FILE_H

#include "model/isdp.h"

#define PATH_LEVELS 6 /* below the MF */
#define MF_FID 0x3f00
#define NO_SFI 0

/* File identifiers of the levels below the MF; n 0: the MF. */
struct path {
    uint8_t n;
    uint16_t fid[PATH_LEVELS];
};

enum file_kind { FILE_MF, FILE_DF, FILE_ADF, FILE_TRANSPARENT, FILE_LINEAR_FIXED, FILE_CYCLIC, FILE_BER_TLV };

#define FILE_TAG_TARGET 0xd2 /* D2 of a stored FCP */

/* Life cycle status (TS 102 221 11.1.1.4.9). */
#define FILE_CREATION 0x01
#define FILE_INITIALISATION 0x03
#define FILE_DEACTIVATED 0x04
#define FILE_ACTIVATED 0x05
#define FILE_TERMINATED 0x0c

/* specialFileInformation */
#define FILE_HIGH_UPDATE 0x80
#define FILE_USABLE_DEACTIVATED 0x40 /* may be read and updated while deactivated */

struct file {
    struct path path; /* as it was asked for */
    struct path real; /* where the body is: differs for links and below linked directories */
    enum file_kind kind;
    uint8_t descriptor;     /* first byte of 82: 78, 41, 42, 46, 79 and their unshared forms */
    uint16_t record_length; /* linear fixed and cyclic */
    uint8_t records;
    uint8_t life_cycle;
    uint16_t arr; /* access rule: identifier of an EF.ARR and record in it */
    uint8_t arr_record;
    uint8_t sfi;             /* NO_SFI: none */
    uint32_t size;           /* of the body; BER-TLV: what is reserved */
    uint32_t maximum_size;   /* BER-TLV: of all objects, 0: no limit but the size */
    uint8_t special;         /* specialFileInformation */
    uint8_t details;         /* fileDetails: 01 DER */
    struct slice aid;        /* ADF */
    struct slice pin_status; /* DF: key references in the order of C6 */
    struct slice pins;       /* DF: pairs of key reference and PIN number; the PIN context of this directory */
    struct slice short_ids;  /* DF: triples of SFI and file identifier */
    bool is_link;
    struct path target; /* of a link */
    struct slice body;  /* in the store, valid until it changes */
};

static inline bool file_is_directory(const struct file *f)
{
    return f->kind == FILE_MF || f->kind == FILE_DF || f->kind == FILE_ADF;
}
static inline bool file_has_records(const struct file *f)
{
    return f->kind == FILE_LINEAR_FIXED || f->kind == FILE_CYCLIC;
}
/* Bytes of the card's memory that the body of an EF takes: of a BER-TLV EF the most that its objects may have, whether
 * they are there or not (SAIP 8.3.2). */
static inline uint32_t file_reserved(const struct file *f)
{
    return f->kind == FILE_BER_TLV && f->maximum_size ? f->maximum_size : f->size;
}
/* The last identifier; 3F00 for the MF. */
uint16_t path_fid(const struct path *p);
/* False if there is no level left. */
bool path_push(struct path *p, uint16_t fid);
/* The parent; of the MF the MF. */
struct path path_parent(const struct path *p);
bool path_equal(const struct path *a, const struct path *b);
/* True if p is `start` or lies below it. */
bool path_is_below(const struct path *p, const struct path *start);
/* "fs/3F00/7FD0/6F07" */
#define PATH_NAME_SIZE (3 + 4 + 5 * PATH_LEVELS + 1)
void path_name(const struct path *p, char out[PATH_NAME_SIZE]);
/* From bytes, two an identifier, 3F00 in front left out or not; false if odd or too long. */
bool path_read(struct slice bytes, struct path *out);

/* The file with this path; links are followed: kind, sizes and body are the target's, everything else the link's own.
 * *found false: there is none, or a link to no file. ERR_CORRUPT if a record does not decode. */
MUST_USE enum err file_get(const struct isdp *isdp, const struct path *path, struct file *out, bool *found);
MUST_USE enum err file_child(const struct isdp *isdp, const struct path *directory, uint16_t fid, struct file *out,
                             bool *found);
/* The EF of a directory with this short identifier, in constant time. */
MUST_USE enum err file_by_sfi(const struct isdp *isdp, const struct path *directory, uint8_t sfi, struct file *out,
                              bool *found);
/* Writes a new file with f->path, f->body and all other members (f->real is not read), and its short identifier into
 * the parent; below a linked directory it goes into the directory itself. The caller has checked that it is not there
 * and that its parent is. */
MUST_USE enum err file_create(const struct isdp *isdp, const struct file *f);
/* Several files of one directory: it is read once, and written once if it got short identifiers. Between opening and
 * closing nothing else may change the directory's record. An all-zero one is closed. */
struct folder {
    bool is_open;
    struct path path;      /* as it was asked for */
    struct file directory; /* itself, not a link to it; short_ids as they are in the store */
    struct buf short_ids;  /* as they will be */
};
void folder_free(struct folder *folder);
/* *found false, and not open: there is no such directory. A folder that is open already must have been closed. */
MUST_USE enum err folder_open(const struct isdp *isdp, const struct path *path, struct folder *folder, bool *found);
bool folder_has_short_id(const struct folder *folder, uint8_t sfi);
/* How many bytes longer the directory's record will be when it is closed, but for those of its outer length. */
size_t folder_growth(const struct folder *folder);
/* As file_create(), into this directory whatever f->path says but its last identifier. If two files have the same
 * short identifier, it means the first: so a directory lists at most 30. */
MUST_USE enum err folder_create(const struct isdp *isdp, struct folder *folder, const struct file *f);
/* Fine if it is not open. */
MUST_USE enum err folder_close(const struct isdp *isdp, struct folder *folder);

/* Replaces the record of a file by these members and this body (of a link its own record). Slices of *f may point into
 * the store. */
MUST_USE enum err file_put(const struct isdp *isdp, const struct file *f);
/* Overwrites part of the body in place; offset + bytes.n must lie inside. Other members of *f stay valid, f->body is
 * the new one. */
MUST_USE enum err file_write(const struct isdp *isdp, struct file *f, size_t offset, struct slice bytes);
/* A whole new body. */
MUST_USE enum err file_replace_body(const struct isdp *isdp, struct file *f, struct slice body);
/* The file, what is below it, and its short identifier. */
MUST_USE enum err file_delete(const struct isdp *isdp, const struct file *f);

/* file_bare.c: what file_get() finds if no profile is enabled. */
MUST_USE enum err file_get_without_profile(const struct isdp *isdp, const struct path *path, struct file *f,
                                           bool *found);

/* Every file in the order of its path, links not followed into: for tools and checks. A link to no file has size 0. */
MUST_USE enum err file_of_item(const struct isdp *isdp, const struct isdp_item *item, struct file *out);

#endif
