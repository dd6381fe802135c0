/* DELETE FILE (ETSI TS 102 222 6.4), TERMINATE DF (6.7), TERMINATE EF (6.8), TERMINATE CARD USAGE (6.9), RESIZE FILE
 * (6.10). The file's access rule decides who may; DELETE FILE is also allowed by the "delete child" of its directory.
 * Called by src/card.
 *
 * TERMINATE CARD USAGE ends the profile whose MF allows it, not the eUICC: its MF is terminated, and with it every file
 * of the profile. A profile of ordinary rules never allows it. */
#include "uicc/internal.h"

static enum err check_parameters(struct model *m, const struct uicc_command *a, const char *clause)
{
    if (a->p1 == 0 && a->p2 == 0) return OK;
    return reason_say(&m->reason, ERR_PARAMETERS, clause, REASON_NO_OFFSET, "P1 P2 00 00", "%02X %02X", a->p1, a->p2);
}

static enum err not_found(struct model *m, const char *clause, uint16_t fid)
{
    return reason_say(&m->reason, ERR_FILE_NOT_FOUND, clause, 0, "a file of the current directory", "%04X", fid);
}

/* The child of the current directory that two bytes of data name. */
static enum err find_child(struct model *m, const struct isdp *isdp, const struct uicc_context *c,
                           const struct uicc_command *a, const char *clause, struct file *out)
{
    bool found;
    if (a->data.n != 2)
        return reason_say(&m->reason, ERR_LENGTH, clause, REASON_NO_OFFSET, "a file identifier of 2 bytes", "%zu bytes",
                          a->data.n);
    uint16_t fid = (uint16_t)(a->data.p[0] << 8 | a->data.p[1]);
    TRY(file_child(isdp, &c->directory, fid, out, &found));
    return found ? OK : not_found(m, clause, fid);
}

/* ---- DELETE FILE ---- */

/* A link to it, or to something below it, would lead nowhere. */
static enum err check_links(struct model *m, const struct isdp *isdp, const struct file *f)
{
    for (struct isdp_item i = isdp_first(isdp, "fs/"); i.name; i = isdp_after(isdp, "fs/", &i)) {
        struct file other;
        TRY(file_of_item(isdp, &i, &other));
        if (!other.is_link || !path_is_below(&other.target, &f->real) || path_is_below(&other.path, &f->real)) continue;
        return reason_say(&m->reason, ERR_CONDITIONS, "TS 102 222 6.4", REASON_NO_OFFSET, "a file that no link needs",
                          "%04X links to it", path_fid(&other.path));
    }
    return OK;
}

static enum err check_delete(struct model *m, const struct isdp *isdp, const struct uicc_context *c,
                             const struct file *f, uint8_t ins)
{
    struct file parent;
    bool found;
    enum err e = uicc_allowed(m, isdp, c, f, ACCESS_DELETE_SELF, ins);
    const struct reason own = m->reason;
    if (e != ERR_SECURITY) return e;
    TRY(file_get(isdp, &c->directory, &parent, &found));
    if (!found) return ERR_CORRUPT;
    m->reason.said = false;
    e = uicc_allowed(m, isdp, c, &parent, ACCESS_DELETE_CHILD, ins);
    if (e != OK) m->reason = own;
    return e;
}

enum err uicc_delete_file(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                          struct uicc_answer *answer)
{
    static const char clause[] = "TS 102 222 6.4";
    struct isdp isdp;
    struct file f;
    (void)answer;
    TRY(check_parameters(m, a, clause));
    TRY(isdp_enabled(m, &isdp));
    TRY(find_child(m, &isdp, c, a, clause, &f));
    TRY(check_delete(m, &isdp, c, &f, a->ins));
    if (f.kind == FILE_ADF)
        return reason_say(&m->reason, ERR_CONDITIONS, clause, 0, "an EF or a DF", "the ADF %04X", path_fid(&f.path));
    if (!f.is_link) {
        TRY(check_links(m, &isdp, &f));
        f.path = f.real;
    }
    uint16_t fid = path_fid(&f.path);
    TRY(file_delete(&isdp, &f));
    if (c->ef == fid) c->ef = 0;
    return OK;
}

/* ---- TERMINATE ---- */

static enum err terminate(struct model *m, const struct isdp *isdp, const struct uicc_context *c,
                          const struct uicc_command *a, struct file *f)
{
    TRY(uicc_allowed(m, isdp, c, f, ACCESS_TERMINATE, a->ins));
    f->life_cycle = FILE_TERMINATED;
    return file_put(isdp, f);
}

/* The current directory, or a DF in it that the data name. */
enum err uicc_terminate_df(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                           struct uicc_answer *answer)
{
    static const char clause[] = "TS 102 222 6.7";
    struct isdp isdp;
    struct file f;
    bool found = true;
    (void)answer;
    TRY(check_parameters(m, a, clause));
    TRY(isdp_enabled(m, &isdp));
    if (a->data.n)
        TRY(find_child(m, &isdp, c, a, clause, &f));
    else
        TRY(file_get(&isdp, &c->directory, &f, &found));
    if (!found) return not_found(m, clause, path_fid(&c->directory));
    if (!file_is_directory(&f) || f.kind == FILE_MF)
        return reason_say(&m->reason, ERR_FILE_TYPE, clause, REASON_NO_OFFSET, "a DF or ADF", "%04X",
                          path_fid(&f.path));
    return terminate(m, &isdp, c, a, &f);
}

enum err uicc_terminate_ef(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                           struct uicc_answer *answer)
{
    static const char clause[] = "TS 102 222 6.8";
    struct isdp isdp;
    struct file f;
    (void)answer;
    TRY(check_parameters(m, a, clause));
    TRY(isdp_enabled(m, &isdp));
    if (a->data.n)
        TRY(find_child(m, &isdp, c, a, clause, &f));
    else
        TRY(uicc_target(m, &isdp, c, NO_SFI, &f));
    if (file_is_directory(&f))
        return reason_say(&m->reason, ERR_FILE_TYPE, clause, 0, "an EF", "the directory %04X", path_fid(&f.path));
    return terminate(m, &isdp, c, a, &f);
}

enum err uicc_terminate_card(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                             struct uicc_answer *answer)
{
    static const char clause[] = "TS 102 222 6.9";
    const struct path root = {0};
    struct isdp isdp;
    struct file mf;
    bool found;
    (void)answer;
    TRY(check_parameters(m, a, clause));
    if (a->data.n)
        return reason_say(&m->reason, ERR_LENGTH, clause, REASON_NO_OFFSET, "no data", "%zu bytes", a->data.n);
    TRY(isdp_enabled(m, &isdp));
    TRY(file_get(&isdp, &root, &mf, &found));
    if (!found) return not_found(m, clause, MF_FID);
    return terminate(m, &isdp, c, a, &mf);
}

/* ---- RESIZE FILE ---- */

struct resize {
    bool identifier, size, maximum;
    uint16_t fid;
    uint32_t new_size, new_maximum;
};

static enum err read_resize(struct model *m, const struct uicc_command *a, const char *clause, struct resize *r)
{
    struct slice in;
    struct tlv t;
    struct tlv member;
    TRY(uicc_fcp_template(m, a, clause, &in));
    while (in.n && tlv_read_lax(&in, &t) == TLV_OK) {
        if (t.tag == 0x83 && t.value.n == 2) {
            r->identifier = true;
            r->fid = (uint16_t)(t.value.p[0] << 8 | t.value.p[1]);
        }
        if (t.tag == 0x80) r->size = uicc_number(t.value, &r->new_size);
        if (t.tag == 0xa5 && tlv_find(t.value, 0x86, &member)) r->maximum = uicc_number(member.value, &r->new_maximum);
    }
    if (in.n == 0 && r->identifier && (r->size || r->maximum)) return OK;
    return reason_say(&m->reason, ERR_DATA, clause, 0, "a file identifier (83) and a new size (80) in the FCP",
                      "not both");
}

/* Record files grow and shrink at their end, which is FF. */
static enum err resize(struct model *m, const struct isdp *isdp, const char *clause, struct file *f, uint32_t size,
                       uint32_t maximum)
{
    BUF_LOCAL body = {0};
    struct file resized = *f;
    resized.size = size;
    resized.maximum_size = maximum;
    const uint32_t reserved = file_reserved(&resized);
    if (reserved > file_reserved(f) && reserved - file_reserved(f) > profile_memory_free(m))
        return reason_say(&m->reason, ERR_NO_SPACE, clause, REASON_NO_OFFSET, "memory for the file", "%u bytes",
                          reserved);
    f->maximum_size = maximum;
    if (f->kind == FILE_BER_TLV && size < f->body.n)
        return reason_say(&m->reason, ERR_NO_SPACE, clause, REASON_NO_OFFSET,
                          "a size that the data objects of the file fit into", "%u bytes", size);
    TRY(uicc_set_size(m, clause, f, size));
    buf_append(&body, f->body);
    if (f->kind != FILE_BER_TLV && body.n > size) buf_truncate(&body, size);
    while (f->kind != FILE_BER_TLV && body.n < size && !body.failed)
        buf_byte(&body, 0xff);
    TRY(buf_err(&body));
    f->body = buf_slice(&body);
    TRY(file_put(isdp, f));
    return uicc_check_memory(m, clause);
}

enum err uicc_resize_file(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                          struct uicc_answer *answer)
{
    static const char clause[] = "TS 102 222 6.10";
    struct resize r = {0};
    struct isdp isdp;
    struct file f;
    bool found;
    (void)answer;
    TRY(check_parameters(m, a, clause));
    TRY(read_resize(m, a, clause, &r));
    TRY(isdp_enabled(m, &isdp));
    TRY(file_child(&isdp, &c->directory, r.fid, &f, &found));
    if (!found) return not_found(m, clause, r.fid);
    if (file_is_directory(&f) || f.kind == FILE_CYCLIC)
        return reason_say(&m->reason, ERR_FILE_TYPE, clause, REASON_NO_OFFSET,
                          "a transparent, linear fixed or BER-TLV structure EF", "%04X", r.fid);
    TRY(uicc_allowed(m, &isdp, c, &f, 0, a->ins));
    if (f.is_link) { /* the size is the target's */
        TRY(file_get(&isdp, &f.target, &f, &found));
        if (!found) return ERR_CORRUPT;
    }
    if (r.maximum && r.new_maximum && r.new_maximum < f.body.n)
        return reason_say(&m->reason, ERR_NO_SPACE, clause, REASON_NO_OFFSET,
                          "a maximum that the data objects of the file fit into", "%u bytes", r.new_maximum);
    bool has_maximum = r.maximum && f.kind == FILE_BER_TLV;
    return resize(m, &isdp, clause, &f, r.size ? r.new_size : f.size, has_maximum ? r.new_maximum : f.maximum_size);
}
