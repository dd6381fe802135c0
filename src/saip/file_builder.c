/* A file's place, access rule and kind; see file_builder.h. Links and directories end here, the bodies of EFs are made
 * in file_body.c. */
#include "saip/file_builder.h"

#define SERVICE_BER_TLV 19
#define SERVICE_DF_LINK 20
#define ARR_OF_MF 0x2f06
#define ARR_OF_DF 0x6f06

void builder_free(struct file_builder *b)
{
    buf_free(&b->body);
    folder_free(&b->folder);
}

enum err builder_bad(struct file_builder *b, const uint8_t *at, const char *expected, const char *came)
{
    return saip_abort(b->install, b->e, at, PE_BAD_VALUES, b->reason, expected, came);
}

/* A rule means the same for all files of a directory. */
static bool rule_was_noted(struct file_builder *b)
{
    uint8_t *byte = &b->noted_records[b->file.arr_record / 8];
    uint8_t bit = (uint8_t)(1u << b->file.arr_record % 8);
    if (b->file.path.n == 0) return false;
    if (b->noted_arr != b->file.arr) memset(b->noted_records, 0, sizeof b->noted_records);
    b->noted_arr = b->file.arr;
    bool noted = *byte & bit;
    *byte |= bit;
    return noted;
}

enum err builder_note_reference(struct file_builder *b, enum reference_kind kind, const uint8_t *at)
{
    if (kind == REFERENCE_RULE && rule_was_noted(b)) return OK;
    struct saip_install *install = b->install;
    struct file_reference reference = {.path = b->file.path,
                                       .kind = kind,
                                       .arr = b->file.arr,
                                       .arr_record = b->file.arr_record,
                                       .tag = b->e->tag,
                                       .identification = b->e->identification,
                                       .element = b->e->offset,
                                       .inside = at ? (size_t)(at - b->e->whole.p) : 0};
    saip_note_reference(install, &reference);
    return buf_err(&install->references);
}

static bool decode_descriptor(struct slice value, struct file *f)
{
    f->descriptor = value.p[0];
    if (value.n == 4) f->record_length = (uint16_t)(value.p[2] << 8 | value.p[3]);
    if (value.n == 3) f->record_length = value.p[2];
    switch (f->descriptor & ~0x40) { /* not: shareable */
    case 0x38:
        f->kind = FILE_DF;
        return true;
    case 0x01:
        f->kind = FILE_TRANSPARENT;
        return true;
    case 0x02:
        f->kind = FILE_LINEAR_FIXED;
        return true;
    case 0x06:
        f->kind = FILE_CYCLIC;
        return true;
    case 0x39:
        f->kind = FILE_BER_TLV;
        return true;
    default:
        return false;
    }
}

static uint8_t descriptor_of(enum file_kind kind)
{
    static const uint8_t descriptors[] = {
        [FILE_MF] = 0x78,     [FILE_DF] = 0x78,      [FILE_ADF] = 0x78,         [FILE_TRANSPARENT] = 0x41,
        [FILE_CYCLIC] = 0x46, [FILE_BER_TLV] = 0x79, [FILE_LINEAR_FIXED] = 0x42};
    return descriptors[kind];
}

static bool row_is_directory(const struct template_file *row)
{
    return row->kind == FILE_MF || row->kind == FILE_DF || row->kind == FILE_ADF;
}

static enum err kind_of_row(struct file_builder *b, const struct template_file *row, const struct fcp *fcp)
{
    struct file *f = &b->file;
    if (row_is_directory(row)) {
        f->kind = (enum file_kind)row->kind;
        f->descriptor = descriptor_of(f->kind);
        return OK;
    }
    if (!fcp_has(fcp, FCP_DESCRIPTOR)) {
        if (row->kind == TEMPLATE_ANY) return builder_bad(b, fcp->at, "fileDescriptor", row->name);
        f->kind = (enum file_kind)row->kind;
        f->descriptor = descriptor_of(f->kind);
        return OK;
    }
    if (!decode_descriptor(fcp->value[FCP_DESCRIPTOR], f) || f->kind == FILE_DF)
        return builder_bad(b, fcp_at(fcp, FCP_DESCRIPTOR), "the descriptor of an EF", row->name);
    return OK;
}

static enum err kind_without_row(struct file_builder *b, const struct fcp *fcp)
{
    static const uint8_t mf[] = {0x3f, 0x00};
    struct file *f = &b->file;
    if (!fcp_has(fcp, FCP_DESCRIPTOR)) return builder_bad(b, fcp->at, "fileDescriptor", "a file without it");
    if (!decode_descriptor(fcp->value[FCP_DESCRIPTOR], f))
        return builder_bad(b, fcp_at(fcp, FCP_DESCRIPTOR), "a kind of file that the card knows", "another descriptor");
    if (f->kind != FILE_DF) return OK;
    if (fcp_has(fcp, FCP_DF_NAME)) f->kind = FILE_ADF;
    if (fcp_has(fcp, FCP_FILE_ID) && slice_equal(fcp->value[FCP_FILE_ID], SLICE(mf))) f->kind = FILE_MF;
    return OK;
}

static enum fcp_role role_of(const struct file *f, const struct template_file *row, bool is_link)
{
    bool directory = file_is_directory(f);
    if (f->kind == FILE_ADF) return row ? FCP_TEMPLATE_ADF : FCP_CREATE_ADF;
    if (row && !directory) return FCP_TEMPLATE_EF;
    if (row) return is_link ? FCP_TEMPLATE_DF_LINK : FCP_TEMPLATE_DF;
    if (directory) return is_link ? FCP_CREATE_DF_LINK : FCP_CREATE_DF;
    return is_link ? FCP_CREATE_EF_LINK : FCP_CREATE_EF;
}

static bool fid_allowed(uint16_t fid, enum file_kind kind)
{
    if (fid == MF_FID || fid == 0x3fff || fid == 0x7fff || fid == 0xffff) return false;
    return kind != FILE_DF || (fid & 0xfff0) != 0x7ff0;
}

/* Opens the directory of a file that is to be made. */
static enum err open_folder(struct file_builder *b, const struct path *path)
{
    bool found;
    if (b->folder.is_open && path_equal(&b->folder.path, path)) return OK;
    TRY(folder_close(&b->install->isdp, &b->folder));
    memset(b->noted_records, 0, sizeof b->noted_records);
    return folder_open(&b->install->isdp, path, &b->folder, &found);
}

static enum err put_file(struct file_builder *b)
{
    if (b->file.path.n == 0) return file_create(&b->install->isdp, &b->file);
    return folder_create(&b->install->isdp, &b->folder, &b->file);
}

/* Where the file goes: below a linked directory that is the directory it stands for. */
static enum err decide_path(struct file_builder *b, const struct path *directory, const struct template_file *row,
                            const struct fcp *fcp)
{
    struct file *f = &b->file;
    struct slice value;
    char name[PATH_NAME_SIZE];
    const uint8_t *at = fcp_at(fcp, FCP_FILE_ID);
    uint16_t fid = row && !b->again ? row->fid : 0;
    if (fcp_has(fcp, FCP_FILE_ID)) fid = (uint16_t)(fcp->value[FCP_FILE_ID].p[0] << 8 | fcp->value[FCP_FILE_ID].p[1]);
    if (fid == 0) return builder_bad(b, at, "fileID", "a file that has none by default");
    if (f->kind == FILE_MF) {
        if (fid != MF_FID) return builder_bad(b, at, "fileID 3F00 of the MF", "another one");
    } else {
        struct path up = {0};
        if (f->kind != FILE_ADF) up = *directory;
        TRY(open_folder(b, &up));
        if (!b->folder.is_open) return builder_bad(b, at, "a directory for the file", "none");
        f->path = b->folder.directory.real;
        if (!fid_allowed(fid, f->kind))
            return builder_bad(b, at, "a file identifier that is not reserved", "one that is");
        uint8_t most = file_is_directory(f) ? DIRECTORY_LEVELS_MAX : DIRECTORY_LEVELS_MAX + 1;
        if (f->path.n >= most || !path_push(&f->path, fid))
            return builder_bad(b, at, "at most 4 levels of directories", "one more");
    }
    path_name(&f->path, name);
    if (isdp_get(&b->install->isdp, name, &value)) return builder_bad(b, at, "a file that is not there yet", name);
    return OK;
}

static enum err decide_rule(struct file_builder *b, const struct template_file *row, const struct fcp *fcp)
{
    struct file *f = &b->file;
    struct slice rule = fcp->value[FCP_ACCESS_RULE];
    b->rule_at = fcp_at(fcp, FCP_ACCESS_RULE);
    f->arr = f->path.n <= 1 ? ARR_OF_MF : ARR_OF_DF;
    if (!fcp_has(fcp, FCP_ACCESS_RULE)) {
        f->arr_record = row ? row->arr_record : 0;
        if (f->arr_record == 0) return builder_bad(b, fcp->at, "securityAttributesReferenced", "none, nor a default");
        return OK;
    }
    if (rule.n == 2) return builder_bad(b, b->rule_at, "securityAttributesReferenced of 1 or 3 bytes", "2");
    if (rule.n == 3) f->arr = (uint16_t)(rule.p[0] << 8 | rule.p[1]);
    f->arr_record = rule.p[rule.n - 1];
    return OK;
}

static enum err decide_life_cycle(struct file_builder *b, const struct fcp *fcp)
{
    b->file.life_cycle = FILE_ACTIVATED;
    if (!fcp_has(fcp, FCP_LIFE_CYCLE)) return OK;
    switch (fcp->value[FCP_LIFE_CYCLE].p[0]) {
    case FILE_CREATION:
    case FILE_INITIALISATION:
    case FILE_DEACTIVATED:
        b->file.life_cycle = fcp->value[FCP_LIFE_CYCLE].p[0];
        return OK;
    case 0x06: /* bit 2 of the operational states says nothing (TS 102 221 11.1.1.4.9) */
        b->file.life_cycle = FILE_DEACTIVATED;
        return OK;
    case FILE_ACTIVATED:
    case 0x07:
        return OK;
    default:
        return builder_bad(b, fcp_at(fcp, FCP_LIFE_CYCLE), "lcsi 01, 03, 04 or 05", "another one");
    }
}

/* The record is in the store: everything that is counted about files. */
static enum err made(struct file_builder *b)
{
    TRY(builder_note_reference(b, REFERENCE_RULE, b->rule_at));
    TRY(buf_err(&b->install->references));
    if (++b->install->context.files > FILES_MAX) return builder_bad(b, b->at, "at most 4096 files", "one more");
    return builder_check_room(b, 0, b->at);
}

/* ---- links ---- */

static enum err decide_target(struct file_builder *b, const struct fcp *fcp)
{
    struct file *f = &b->file;
    struct file target;
    bool found;
    const uint8_t *at = fcp_at(fcp, FCP_LINK);
    bool directory = file_is_directory(f);
    if (!path_read(fcp->value[FCP_LINK], &f->target) || f->target.n == 0)
        return builder_bad(b, at, "linkPath of file identifiers", "other bytes");
    TRY(file_get(&b->install->isdp, &f->target, &target, &found));
    if (!found) return builder_note_reference(b, REFERENCE_LINK, at); /* it may come later */
    if (file_is_directory(&target) != directory || (directory && target.kind != FILE_DF))
        return builder_bad(b, at, "a link to a file of its own kind", "another kind");
    if (path_is_below(&f->path, &target.real)) return builder_bad(b, at, "a link to another place", "to itself");
    f->target = target.real;
    f->descriptor = target.descriptor;
    return OK;
}

static enum err make_link(struct file_builder *b, const struct template_file *row, const struct fcp *fcp)
{
    struct file *f = &b->file;
    f->is_link = true;
    b->is_link = true;
    if (file_is_directory(f) && !(b->install->uicc_capability >> SERVICE_DF_LINK & 1))
        return saip_abort(b->install, b->e, fcp_at(fcp, FCP_LINK), PE_FEATURE_NOT_SUPPORTED, b->reason,
                          "no linked directories on a card without dfLink", "one");
    TRY(decide_target(b, fcp));
    if (!file_is_directory(f)) TRY(builder_short_id(b, row, fcp));
    TRY(put_file(b));
    if (file_is_directory(f)) saip_made_directory(b->install, &f->path);
    return made(b);
}

/* ---- directories ---- */

static enum err check_aid(struct file_builder *b, const struct fcp *fcp)
{
    /* ISD-R, ECASD and the ISD-Ps (SGP.02 annex H) */
    static const uint8_t rsp[] = {0xa0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xff, 0xff, 0xff, 0xff, 0x89};
    struct profile_application other;
    bool found;
    const uint8_t *at = fcp_at(fcp, FCP_DF_NAME);
    if (slice_starts_with(b->file.aid, SLICE(rsp)))
        return builder_bad(b, at, "an AID that is not the eUICC's own", "one that is");
    TRY(application_find(&b->install->isdp, b->file.aid, &other, &found));
    return found ? builder_bad(b, at, "each AID once", "one again") : OK;
}

static void note_application(struct saip_context *c, enum naa_kind naa, uint16_t fid)
{
    c->naa = fid;
    if (naa == NAA_USIM) c->usim = fid;
    if (naa == NAA_ISIM) c->isim = fid;
    if (naa == NAA_CSIM) c->csim = fid;
}

static enum err make_application(struct file_builder *b, const struct fcp *fcp)
{
    struct file *f = &b->file;
    struct profile_application a = {.kind = PROFILE_ADF, .naa = b->naa, .fid = path_fid(&f->path)};
    f->aid = fcp->value[FCP_DF_NAME];
    a.aid = f->aid;
    TRY(check_aid(b, fcp));
    if (a.naa == NAA_OTHER) a.naa = naa_kind_of_aid(f->aid);
    enum err e = application_add(&b->install->isdp, &a);
    if (e == ERR_NO_SPACE)
        return saip_abort(b->install, b->e, fcp_at(fcp, FCP_DF_NAME), PE_NOT_ENOUGH_MEMORY, b->reason,
                          "at most 255 applications", "one more");
    if (e == OK) note_application(&b->install->context, a.naa, a.fid);
    return e;
}

static enum err make_directory(struct file_builder *b, const struct fcp *fcp)
{
    struct file *f = &b->file;
    f->pin_status = fcp->value[FCP_PIN_STATUS];
    if (f->kind == FILE_ADF) TRY(make_application(b, fcp));
    TRY(put_file(b));
    saip_made_directory(b->install, &f->path);
    return made(b);
}

/* ---- */

enum err builder_begin(struct file_builder *b, const struct path *directory, const struct template_file *row,
                       struct fcp *fcp)
{
    TRY(builder_finish(b));
    bool is_link = fcp_has(fcp, FCP_LINK) && fcp->value[FCP_LINK].n > 0;
    b->file = (struct file){0};
    b->at = fcp->at;
    b->is_link = false;
    b->stored = false;
    TRY(row ? kind_of_row(b, row, fcp) : kind_without_row(b, fcp));
    enum fcp_role role = role_of(&b->file, row, is_link);
    TRY(fcp_check(b->install, b->e, fcp, role, b->reason));
    TRY(decide_path(b, directory, row, fcp));
    TRY(decide_rule(b, row, fcp));
    TRY(decide_life_cycle(b, fcp));
    /* after fcp_check(), an ADF has no linkPath any more */
    if (is_link && fcp_has(fcp, FCP_LINK) && b->file.kind != FILE_MF) return make_link(b, row, fcp);
    if (file_is_directory(&b->file)) return make_directory(b, fcp);
    if (b->file.kind == FILE_BER_TLV && !(b->install->uicc_capability >> SERVICE_BER_TLV & 1))
        return saip_abort(b->install, b->e, fcp->at, PE_FEATURE_NOT_SUPPORTED, b->reason,
                          "no BER-TLV files on a card without berTlv", "one");
    return builder_body(b, row, fcp);
}

enum err builder_select(struct file_builder *b, const struct path *path, const uint8_t *at, bool *found)
{
    TRY(builder_finish(b));
    TRY(file_get(&b->install->isdp, path, &b->file, found));
    b->is_link = false;
    if (!*found || file_is_directory(&b->file)) return OK;
    b->at = at;
    b->stored = true;
    b->open = true;
    b->position = 0;
    buf_reset(&b->body);
    buf_append(&b->body, b->file.body);
    return buf_err(&b->body);
}

enum err builder_finish(struct file_builder *b)
{
    static const char expected[] = "BER-TLV data objects in a BER-TLV file";
    struct tlv t;
    struct slice body = buf_slice(&b->body);
    if (!b->open) return OK;
    b->open = false;
    while (b->file.kind == FILE_BER_TLV && body.n)
        if (tlv_read_lax(&body, &t) != TLV_OK) return builder_bad(b, b->at, expected, "other bytes");
    if (b->stored) {
        TRY(file_replace_body(&b->install->isdp, &b->file, buf_slice(&b->body)));
        return builder_check_room(b, 0, b->at);
    }
    b->file.body = buf_slice(&b->body);
    TRY(put_file(b));
    b->file.body = (struct slice){0};
    b->stored = true;
    return made(b);
}

enum err builder_end(struct file_builder *b)
{
    TRY(builder_finish(b));
    return folder_close(&b->install->isdp, &b->folder);
}
