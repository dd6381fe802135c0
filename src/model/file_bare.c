/* The files of a card on which no profile is enabled, as the personality's `without_profile` says. A terminal needs an
 * MF to start with (ETSI TS 102 221 8.1, 13); what real cards present differs. Access rule: EF.ARR record 1, read
 * always, everything else never. */
#include "model/file.h"

static const uint8_t dir_content[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
/* AM_DO read, SC_DO always; AM_DO all else, SC_DO never (TS 102 221 9.2.4, expanded format) */
static const uint8_t arr_content[] = {0x80, 0x01, 0x01, 0x90, 0x00, 0x80, 0x01, 0x7a, 0x97, 0x00};
/* maximum current in mA, time in seconds of operation, flags: no SUSPEND UICC (TS 102 221 13.6) */
static const uint8_t umpc_content[] = {0x3c, 0x05, 0x00, 0xff, 0xff};
/* 8988 0000 0000 0000 000, a number that nobody has */
static const uint8_t iccid_content[] = {0x98, 0x88, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf0};
static const uint8_t short_ids[] = {0x1e, 0x2f, 0x00, 0x06, 0x2f, 0x06, 0x08, 0x2f, 0x08, 0x02, 0x2f, 0xe2};

static const struct bare_file {
    uint16_t fid;
    enum file_kind kind;
    uint8_t descriptor, sfi, record_length, records;
    const uint8_t *content;
    size_t size;
} files[] = {
    {MF_FID, FILE_MF, 0x78, NO_SFI, 0, 0, NULL, 0},
    {0x2f00, FILE_LINEAR_FIXED, 0x42, 0x1e, sizeof dir_content / 2, 2, dir_content, sizeof dir_content},
    {0x2f06, FILE_LINEAR_FIXED, 0x42, 0x06, sizeof arr_content, 1, arr_content, sizeof arr_content},
    {0x2f08, FILE_TRANSPARENT, 0x41, 0x08, 0, 0, umpc_content, sizeof umpc_content},
    {0x2fe2, FILE_TRANSPARENT, 0x41, 0x02, 0, 0, iccid_content, sizeof iccid_content}, /* the last row: see below */
};

enum err file_get_without_profile(const struct isdp *isdp, const struct path *path, struct file *f, bool *found)
{
    size_t n = sizeof files / sizeof files[0];
    if (isdp->without_profile == WITHOUT_PROFILE_NO_FILES) n = 0;
    if (isdp->without_profile == WITHOUT_PROFILE_BARE) n--; /* no EF.ICCID */
    *found = false;
    if (path->n > 1) return OK;
    for (size_t i = 0; i < n; i++) {
        const struct bare_file *row = &files[i];
        if (row->fid != path_fid(path)) continue;
        *f = (struct file){.path = *path,
                           .real = *path,
                           .kind = row->kind,
                           .descriptor = row->descriptor,
                           .record_length = row->record_length,
                           .records = row->records,
                           .life_cycle = FILE_ACTIVATED,
                           .arr = 0x2f06,
                           .arr_record = 1,
                           .sfi = row->sfi,
                           .size = (uint32_t)row->size,
                           .body = slice_of(row->content, row->size)};
        if (row->kind == FILE_MF) f->short_ids = SLICE(short_ids);
        *found = true;
        return OK;
    }
    return OK;
}
