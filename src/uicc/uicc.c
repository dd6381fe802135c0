/* The bare file system; see uicc.h. One row a file. Access rules: EF.ARR record 1, read always, everything else never.
 */
#include "uicc/uicc.h"

#define MF 0x3f00
#define EF_ICCID 0x2fe2

enum structure { DEDICATED = 0x78, TRANSPARENT = 0x41, LINEAR_FIXED = 0x42 };

static const uint8_t dir_content[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
/* AM_DO read, SC_DO always; AM_DO all else, SC_DO never (TS 102 221 9.2.4, expanded format) */
static const uint8_t arr_content[] = {0x80, 0x01, 0x01, 0x90, 0x00, 0x80, 0x01, 0x7a, 0x97, 0x00};
/* maximum current in mA, time in seconds of operation, flags: no SUSPEND UICC (TS 102 221 13.6) */
static const uint8_t umpc_content[] = {0x3c, 0x05, 0x00, 0xff, 0xff};

struct file {
    uint16_t fid;
    enum structure structure;
    uint8_t sfi; /* 0: none */
    uint8_t record_length, records;
    const uint8_t *content;
    size_t size;
};

static const struct file files[] = {
    {MF, DEDICATED, 0, 0, 0, NULL, 0},
    {0x2f00, LINEAR_FIXED, 0x1e, sizeof dir_content / 2, 2, dir_content, sizeof dir_content},
    {0x2f06, LINEAR_FIXED, 0x06, sizeof arr_content, 1, arr_content, sizeof arr_content},
    {0x2f08, TRANSPARENT, 0x08, 0, 0, umpc_content, sizeof umpc_content},
    {EF_ICCID, TRANSPARENT, 0x02, 0, 0, NULL, ICCID_SIZE}, /* of the enabled profile */
};

/* The content of a file that is there now; false if it is not. */
static bool find_content(const struct model *m, const struct file *f, struct profile *enabled, struct slice *content)
{
    bool found = false;
    *content = slice_of(f->content, f->size);
    if (f->fid != EF_ICCID) return true;
    if (profile_enabled(m, enabled, &found) != OK || !found) return false;
    *content = SLICE(enabled->iccid);
    return true;
}

static const struct file *find(const struct model *m, uint16_t fid)
{
    struct profile enabled;
    struct slice content;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (files[i].fid == fid) return find_content(m, &files[i], &enabled, &content) ? &files[i] : NULL;
    return NULL;
}

static void put_u16(struct buf *out, uint32_t tag, size_t value)
{
    const uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};
    tlv_put(out, tag, SLICE(bytes));
}

/* A5 of the MF: characteristics, free memory, TERMINAL CAPABILITY is supported. */
static void put_mf_proprietary(const struct model *m, struct buf *out)
{
    size_t n = profile_memory_free(m);
    const uint8_t memory[] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    size_t mark = tlv_open(out, 0xa5);
    tlv_put_u8(out, 0x80, 0x71);
    tlv_put(out, 0x83, SLICE(memory));
    tlv_put_u8(out, 0x87, 0x01);
    tlv_close(out, mark);
}

/* FCP template (TS 102 221 11.1.1.4), tags in the order 82 83 A5 8A 8B 80 88 C6. */
static void put_fcp(const struct model *m, const struct file *f, struct buf *out)
{
    static const uint8_t arr_reference[] = {0x2f, 0x06, 0x01};
    const uint8_t descriptor[] = {(uint8_t)f->structure, 0x21, 0, f->record_length, f->records};
    size_t fcp = tlv_open(out, 0x62);
    tlv_put(out, 0x82, slice_of(descriptor, f->records ? 5 : 2));
    put_u16(out, 0x83, f->fid);
    if (f->structure == DEDICATED) put_mf_proprietary(m, out);
    tlv_put_u8(out, 0x8a, 0x05);
    tlv_put(out, 0x8b, SLICE(arr_reference));
    if (f->structure != DEDICATED) {
        const uint8_t sfi = (uint8_t)(f->sfi << 3);
        put_u16(out, 0x80, f->size);
        tlv_put(out, 0x88, slice_of(&sfi, f->sfi ? 1 : 0));
    } else {
        size_t pins = tlv_open(out, 0xc6); /* no PIN */
        tlv_put_u8(out, 0x90, 0x00);
        tlv_close(out, pins);
    }
    tlv_close(out, fcp);
}

/* The file that P1 and data name; the MF is the only directory. */
static enum err resolve(struct model *m, uint8_t p1, struct slice data, const struct file **out)
{
    bool empty_is_mf = p1 == 0x00 || p1 == 0x03;
    bool by_path = p1 == 0x08 || p1 == 0x09;
    if (p1 > 0x03 && !by_path)
        return reason_say(&m->reason, ERR_PARAMETERS, "TS 102 221 11.1.1", REASON_NO_OFFSET, "P1 00 to 04, 08 or 09",
                          "%02X", p1);
    if (data.n == 0 && empty_is_mf) {
        *out = &files[0];
        return OK;
    }
    if (by_path && data.n == 4 && data.p[0] == 0x3f && data.p[1] == 0x00) data = slice_skip(data, 2);
    if (data.n != 2 && !(by_path && data.n >= 2 && data.n % 2 == 0))
        return reason_say(&m->reason, ERR_LENGTH, "TS 102 221 11.1.1", REASON_NO_OFFSET, "a file identifier of 2 bytes",
                          "%zu bytes", data.n);
    *out = data.n == 2 ? find(m, (uint16_t)(data.p[0] << 8 | data.p[1])) : NULL;
    if (*out && p1 == 0x01 && (*out)->structure == DEDICATED) *out = NULL;
    if (*out && p1 == 0x02 && (*out)->structure == DEDICATED) *out = NULL;
    if (*out) return OK;
    (void)reason_say(&m->reason, ERR_FILE_NOT_FOUND, "TS 102 221 11.1.1", 0, "a file of the MF", "%02X%02X", data.p[0],
                     data.p[1]);
    return ERR_FILE_NOT_FOUND;
}

enum err uicc_select(struct model *m, struct uicc_context *c, uint8_t p1, struct slice data, bool fcp, struct buf *out)
{
    const struct file *f = NULL;
    TRY(resolve(m, p1, data, &f));
    c->current_ef = f->structure == DEDICATED ? 0 : f->fid;
    c->record = 0;
    if (fcp) put_fcp(m, f, out);
    return buf_err(out);
}

enum err uicc_status(struct model *m, uint8_t p2, struct buf *out)
{
    if (p2 == 0x0c) return OK;
    put_fcp(m, &files[0], out);
    return buf_err(out);
}

/* The EF that a command works on: by SFI (becomes the current EF) or the current one. */
static enum err target(struct model *m, struct uicc_context *c, uint8_t sfi, const struct file **out)
{
    if (sfi == 0) {
        *out = c->current_ef ? find(m, c->current_ef) : NULL;
        if (*out) return OK;
        (void)reason_say(&m->reason, ERR_NO_CURRENT_EF, "TS 102 221 11.1.3", REASON_NO_OFFSET, "a selected EF", "none");
        return ERR_NO_CURRENT_EF;
    }
    for (size_t i = 1; i < sizeof files / sizeof files[0]; i++) {
        if (files[i].sfi != sfi || !find(m, files[i].fid)) continue;
        c->current_ef = files[i].fid;
        c->record = 0;
        *out = &files[i];
        return OK;
    }
    (void)reason_say(&m->reason, ERR_FILE_NOT_FOUND, "TS 102 221 8.4.2", REASON_NO_OFFSET, "the SFI of a file", "%02X",
                     sfi);
    return ERR_FILE_NOT_FOUND;
}

static enum err check_structure(struct model *m, const struct file *f, enum structure wanted)
{
    if (f->structure == wanted) return OK;
    return reason_say(&m->reason, ERR_FILE_TYPE, "TS 102 221 11.1.3", REASON_NO_OFFSET,
                      wanted == TRANSPARENT ? "a transparent EF" : "an EF of records", "%04X", f->fid);
}

enum err uicc_read_binary(struct model *m, struct uicc_context *c, uint8_t p1, uint8_t p2, size_t le, struct buf *out,
                          size_t *rest)
{
    const struct file *f;
    struct profile enabled;
    struct slice content;
    size_t offset = p1 & 0x80 ? p2 : (size_t)(p1 & 0x7f) << 8 | p2;
    *rest = 0;
    TRY(target(m, c, p1 & 0x80 ? p1 & 0x1f : 0, &f));
    TRY(check_structure(m, f, TRANSPARENT));
    if (!find_content(m, f, &enabled, &content)) return ERR_FILE_NOT_FOUND;
    if (offset >= content.n)
        return reason_say(&m->reason, ERR_OFFSET, "TS 102 221 11.1.3", REASON_NO_OFFSET, "an offset inside the file",
                          "%zu of %zu", offset, content.n);
    content = slice_skip(content, offset);
    if (le < 256 && le > content.n) {
        *rest = content.n;
        return OK;
    }
    buf_append(out, slice_of(content.p, le < content.n ? le : content.n));
    return buf_err(out);
}

/* P2: SFI, mode 2 next, 3 previous, 4 absolute (P1 00: current). */
static bool choose_record(const struct file *f, const struct uicc_context *c, uint8_t p1, unsigned mode,
                          unsigned *record)
{
    if (mode == 4)
        *record = p1 ? p1 : c->record;
    else if (mode == 2)
        *record = c->record + 1u;
    else
        *record = c->record ? c->record - 1u : f->records;
    return *record >= 1 && *record <= f->records;
}

enum err uicc_read_record(struct model *m, struct uicc_context *c, uint8_t p1, uint8_t p2, size_t le, struct buf *out,
                          size_t *rest)
{
    const struct file *f;
    unsigned record;
    unsigned mode = p2 & 7;
    *rest = 0;
    if (mode < 2 || mode > 4)
        return reason_say(&m->reason, ERR_PARAMETERS, "TS 102 221 11.1.5", REASON_NO_OFFSET, "mode 2, 3 or 4 in P2",
                          "%u", mode);
    TRY(target(m, c, p2 >> 3, &f));
    TRY(check_structure(m, f, LINEAR_FIXED));
    if (!choose_record(f, c, p1, mode, &record))
        return reason_say(&m->reason, ERR_RECORD_NOT_FOUND, "TS 102 221 11.1.5", REASON_NO_OFFSET,
                          "a record of the file", "%u of %u", record, f->records);
    if (le < 256 && le != f->record_length) {
        *rest = f->record_length;
        return OK;
    }
    if (mode != 4) c->record = (uint8_t)record;
    buf_append(out, slice_of(f->content + (size_t)f->record_length * (record - 1), f->record_length));
    return buf_err(out);
}

enum err uicc_update(struct model *m, struct uicc_context *c, bool record, uint8_t p1, uint8_t p2)
{
    const struct file *f;
    TRY(target(m, c, record ? p2 >> 3 : p1 & 0x80 ? p1 & 0x1f : 0, &f));
    TRY(check_structure(m, f, record ? LINEAR_FIXED : TRANSPARENT));
    return reason_say(&m->reason, ERR_SECURITY, "TS 102 221 9.2", REASON_NO_OFFSET,
                      "an access rule that permits update", "never");
}
