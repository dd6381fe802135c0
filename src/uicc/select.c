/* SELECT by file identifier and path, the current ADF, STATUS (TS 102 221 8.4, 11.1.1, 11.1.2). Called by
 * src/card/select.c, which selects by AID. */
#include "uicc/uicc.h"

#include <stdio.h>

#define CLAUSE "TS 102 221 11.1.1"
#define CURRENT_ADF 0x7fff

static uint16_t fid_at(struct slice data, size_t at)
{
    return (uint16_t)(data.p[at] << 8 | data.p[at + 1]);
}

/* A file below `directory`. An ADF is found by its identifier only if the personality lets it: that is a name for the
 * profile package, terminals use the AID (8.4.1, SAIP 8.3.2). */
static enum err child(const struct model *m, const struct isdp *isdp, const struct path *directory, uint16_t fid,
                      struct file *out, bool *found)
{
    *found = false;
    if (fid == MF_FID) return OK; /* below nothing */
    TRY(file_child(isdp, directory, fid, out, found));
    if (*found && out->kind == FILE_ADF && !m->personality.select_adf_by_identifier) *found = false;
    return OK;
}

static enum err current_adf(const struct isdp *isdp, const struct uicc_context *c, struct file *out, bool *found)
{
    const struct path root = {0};
    *found = false;
    return c->adf ? file_child(isdp, &root, c->adf, out, found) : OK;
}

/* The search order of 8.4.1: child of the current DF, child DF of its parent, the parent, the current DF itself; 7FFF
 * and 3F00 are names of their own. */
static enum err find_by_identifier(const struct model *m, const struct isdp *isdp, const struct uicc_context *c,
                                   uint16_t fid, struct file *out, bool *found)
{
    struct path up = path_parent(&c->directory);
    const struct path mf = {0};
    if (fid == MF_FID) return file_get(isdp, &mf, out, found);
    if (fid == CURRENT_ADF) return current_adf(isdp, c, out, found);
    TRY(child(m, isdp, &c->directory, fid, out, found));
    if (*found || c->directory.n == 0) return OK;
    TRY(child(m, isdp, &up, fid, out, found)); /* also finds the current DF itself */
    if (*found && file_is_directory(out)) return OK;
    *found = false;
    if (up.n == 0 || path_fid(&up) != fid) return OK;
    TRY(file_get(isdp, &up, out, found));
    if (*found && out->kind == FILE_ADF && !m->personality.select_adf_by_identifier) *found = false;
    return OK;
}

static enum err find_by_path(const struct model *m, const struct isdp *isdp, const struct uicc_context *c,
                             const struct path *start, struct slice data, struct file *out, bool *found)
{
    struct path path = *start;
    size_t at = 0;
    *found = false;
    if (fid_at(data, 0) == CURRENT_ADF) {
        if (!c->adf) return OK;
        path = (struct path){.n = 1, .fid = {c->adf}};
        at = 2;
    } else if (path.n == 0) { /* the first step may not be an ADF */
        TRY(child(m, isdp, &path, fid_at(data, 0), out, found));
        if (!*found) return OK;
        path = out->path;
        at = 2;
    }
    for (; at < data.n; at += 2) {
        *found = false;
        if (!path_push(&path, fid_at(data, at))) return OK;
    }
    return file_get(isdp, &path, out, found);
}

enum err uicc_find(const struct model *m, const struct isdp *isdp, const struct uicc_context *c, uint8_t p1,
                   struct slice data, struct file *out, bool *found)
{
    const struct path mf = {0};
    struct path up = path_parent(&c->directory);
    switch (p1) {
    case 0x01:
        TRY(child(m, isdp, &c->directory, fid_at(data, 0), out, found));
        if (*found && !file_is_directory(out)) *found = false;
        return OK;
    case 0x03:
        return file_get(isdp, &up, out, found);
    case 0x08:
        return find_by_path(m, isdp, c, &mf, data, out, found);
    case 0x09:
        return find_by_path(m, isdp, c, &c->directory, data, out, found);
    default:
        return data.n ? find_by_identifier(m, isdp, c, fid_at(data, 0), out, found) : file_get(isdp, &mf, out, found);
    }
}

static enum err not_found(struct model *m, const struct isdp *isdp, struct slice data)
{
    const char *expected = isdp->store ? "a file of the enabled profile" : "a file of the MF";
    char text[5 * (PATH_LEVELS + 1) + 1] = "3F00";
    for (size_t i = 0, at = 0; i + 2 <= data.n && at + 6 <= sizeof text; i += 2)
        at += (size_t)snprintf(text + at, sizeof text - at, i ? "/%04X" : "%04X", fid_at(data, i));
    return reason_say(&m->reason, ERR_FILE_NOT_FOUND, CLAUSE, 0, expected, "%s", text);
}

/* 6283 and 6285 say that the file is selected all the same. */
static enum err selected(const struct file *f)
{
    if (f->life_cycle >= FILE_TERMINATED) return WARN_TERMINATED;
    return f->life_cycle == FILE_DEACTIVATED ? WARN_DEACTIVATED : OK;
}

static enum err check_form(struct model *m, const struct uicc_command *a)
{
    size_t n = a->data.n;
    bool good = n == 2;
    switch (a->p1) {
    case 0x00:
        good = n == 0 || n == 2;
        break;
    case 0x01:
        break;
    case 0x03:
        good = n == 0;
        break;
    case 0x08:
    case 0x09:
        good = n > 0 && n % 2 == 0;
        break;
    default:
        return reason_say(&m->reason, ERR_PARAMETERS, CLAUSE, REASON_NO_OFFSET, "P1 00, 01, 03, 04, 08 or 09", "%02X",
                          a->p1);
    }
    if (a->p2 & 0x43) /* sessions and occurrences belong to AIDs */
        return reason_say(&m->reason, ERR_PARAMETERS, CLAUSE, REASON_NO_OFFSET, "P2 00, 04 or 0C for a file", "%02X",
                          a->p2);
    if (good) return OK;
    return reason_say(&m->reason, ERR_LENGTH, CLAUSE, REASON_NO_OFFSET,
                      a->p1 == 0x03 ? "no data" : "a file identifier of 2 bytes", "%zu bytes", n);
}

enum err uicc_select(struct model *m, struct uicc_context *c, const struct uicc_command *a, struct uicc_answer *answer)
{
    struct isdp isdp;
    struct file f;
    bool found;
    TRY(check_form(m, a));
    TRY(isdp_enabled(m, &isdp));
    TRY(uicc_find(m, &isdp, c, a->p1, a->data, &f, &found));
    if (!found) return not_found(m, &isdp, a->data);
    if ((a->p2 & 0x0c) != 0x0c) TRY(uicc_fcp(m, &isdp, &f, answer->data));
    uicc_context_enter(c, &f);
    return selected(&f);
}

enum err uicc_select_application(struct model *m, struct uicc_context *c, const struct profile_application *application,
                                 bool with_data, struct buf *out)
{
    const struct path root = {0};
    struct isdp isdp;
    struct file f;
    bool found;
    TRY(isdp_enabled(m, &isdp));
    TRY(file_child(&isdp, &root, application->fid, &f, &found));
    if (!found || f.kind != FILE_ADF) return ERR_CORRUPT;
    if (with_data) TRY(uicc_fcp(m, &isdp, &f, out));
    uicc_context_enter(c, &f);
    return selected(&f);
}

/* 84 and the AID of the application that is active on this channel. */
static enum err status_aid(struct model *m, const struct isdp *isdp, const struct uicc_context *c, struct buf *out)
{
    struct file f;
    bool found;
    TRY(current_adf(isdp, c, &f, &found));
    if (!found)
        return reason_say(&m->reason, ERR_CONDITIONS, "TS 102 221 11.1.2", REASON_NO_OFFSET, "a selected application",
                          "the MF");
    tlv_put(out, 0x84, f.aid);
    return buf_err(out);
}

enum err uicc_status(struct model *m, struct uicc_context *c, const struct uicc_command *a, struct uicc_answer *answer)
{
    struct isdp isdp;
    struct file f;
    bool found;
    if (a->p1 > 2 || (a->p2 != 0x00 && a->p2 != 0x01 && a->p2 != 0x0c))
        return reason_say(&m->reason, ERR_PARAMETERS, "TS 102 221 11.1.2", REASON_NO_OFFSET,
                          "P1 00 to 02, P2 00, 01 or 0C", "%02X %02X", a->p1, a->p2);
    if (a->data.n)
        return reason_say(&m->reason, ERR_LENGTH, "TS 102 221 11.1.2", REASON_NO_OFFSET, "no data", "%zu bytes",
                          a->data.n);
    if (a->p2 == 0x0c) return OK;
    TRY(isdp_enabled(m, &isdp));
    if (a->p2 == 0x01) return status_aid(m, &isdp, c, answer->data);
    TRY(file_get(&isdp, &c->directory, &f, &found));
    if (!found) return not_found(m, &isdp, (struct slice){0});
    return uicc_fcp(m, &isdp, &f, answer->data);
}
