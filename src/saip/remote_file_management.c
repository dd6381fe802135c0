/* PE-RFM: an application that lets a server manage files over the air, known by its TARs. SAIP 8.8, TS 102 226 8.3.
 * The header and tarList have the same tag: members are known by their place. */
#include "saip/applications.h"

#define TAR_SIZE 3
#define TAR_IN_AID 12 /* bytes 13 to 15 of an AID are its TAR (TS 101 220 D) */

/* TARs one after the other into *out; each 3 bytes and not given to something else yet. */
static enum err read_tars(struct saip_install *install, const struct element *e, const struct tlv *list,
                          struct buf *out, struct reason *reason)
{
    struct tlv item;
    struct members m = members_of(list->value);
    while (member_take(&m, 0x04, &item)) {
        TRY(member_size(install, e, &item, "a TAR", TAR_SIZE, TAR_SIZE, reason));
        buf_append(out, item.value);
    }
    TRY(buf_err(out));
    return members_end(install, e, &m, (struct slice){0}, reason);
}

static enum err check_tars(struct saip_install *install, const struct element *e, const struct remote_files *r,
                           struct reason *reason)
{
    struct target other;
    bool found;
    for (size_t i = 0; i < r->tars.n; i += TAR_SIZE) {
        TRY(target_find(&install->isdp, r->tars.p + i, &other, &found));
        for (size_t j = 0; j < i && !found; j += TAR_SIZE)
            found = memcmp(r->tars.p + i, r->tars.p + j, TAR_SIZE) == 0;
        if (found)
            return saip_abort(install, e, NULL, PE_BAD_VALUES, reason, "each TAR once in a profile", "one again");
    }
    return OK;
}

/* An access domain (TS 102 226 8.2.1.3.2.2): at least its first byte. */
static enum err need_access(struct saip_install *install, const struct element *e, struct members *m, uint32_t tag,
                            const char *name, struct slice *out, struct reason *reason)
{
    struct tlv t;
    TRY(member_need(install, e, m, tag, name, &t, reason));
    TRY(member_size(install, e, &t, name, 1, 16, reason));
    *out = t.value;
    return OK;
}

static enum err read_adf_access(struct saip_install *install, const struct element *e, const struct tlv *sequence,
                                struct remote_files *r, struct reason *reason)
{
    static const uint8_t known[] = {0x80, 0x81, 0x82}; /* unlike PE-RFM around it, tagged automatically */
    struct tlv t;
    struct members m = members_of(sequence->value);
    TRY(member_need(install, e, &m, 0x80, "adfAID", &t, reason));
    TRY(member_size(install, e, &t, "adfAID", DOMAIN_AID_MIN, AID_SIZE, reason));
    r->adf = t.value;
    TRY(need_access(install, e, &m, 0x81, "adfAccessDomain", &r->adf_access, reason));
    TRY(need_access(install, e, &m, 0x82, "adfAdminAccessDomain", &r->adf_admin_access, reason));
    return members_end(install, e, &m, SLICE(known), reason);
}

static enum err read_members(struct saip_install *install, const struct element *e, struct remote_files *r,
                             struct buf *tars, struct reason *reason)
{
    static const uint8_t known[] = {0xa0, 0x4f, 0x81, 0x04, 0x30};
    struct tlv t;
    struct members m = members_of(e->value);
    TRY(member_need(install, e, &m, 0xa0, "rfm-header", &t, reason));
    TRY(member_need(install, e, &m, 0x4f, "instanceAID", &t, reason));
    r->aid = t.value;
    TRY(aid_is_free(install, e, r->aid, reason));
    if (member_take(&m, 0x4f, &t)) r->domain = t.value;
    if (member_take(&m, 0xa0, &t))
        TRY(read_tars(install, e, &t, tars, reason));
    else if (r->aid.n >= TAR_IN_AID + TAR_SIZE)
        buf_append(tars, slice_of(r->aid.p + TAR_IN_AID, TAR_SIZE));
    TRY(member_need(install, e, &m, 0x81, "minimumSecurityLevel", &t, reason));
    TRY(member_size(install, e, &t, "minimumSecurityLevel", 1, 1, reason));
    r->minimum_security_level = t.value.p[0];
    TRY(need_access(install, e, &m, 0x04, "uiccAccessDomain", &r->access, reason));
    TRY(need_access(install, e, &m, 0x04, "uiccAdminAccessDomain", &r->admin_access, reason));
    if (member_take(&m, 0x30, &t)) TRY(read_adf_access(install, e, &t, r, reason));
    return members_end(install, e, &m, SLICE(known), reason);
}

enum err saip_take_remote_file_management(struct saip_install *install, const struct element *e, struct reason *reason)
{
    struct remote_files r = {0};
    struct domain d;
    BUF_LOCAL tars = {0};
    TRY(read_members(install, e, &r, &tars, reason));
    TRY(buf_err(&tars));
    r.tars = buf_slice(&tars);
    TRY(domain_for(install, e, r.domain, false, &d, reason));
    r.domain = d.aid;
    TRY(check_tars(install, e, &r, reason));
    enum err added = remote_files_add(&install->isdp, &r);
    if (added == OK)
        added =
            application_add(&install->isdp, &(struct profile_application){.kind = PROFILE_REMOTE_FILES, .aid = r.aid});
    if (added == ERR_NO_SPACE)
        return saip_abort(install, e, NULL, PE_NOT_ENOUGH_MEMORY, reason, "at most 256 applications", "more");
    return added;
}

/* The ADF that a script starts in has to be there in the end. */
enum err saip_end_applications(struct saip_install *install, const struct element *e, struct reason *reason)
{
    struct remote_files r;
    struct profile_application a;
    bool found;
    for (unsigned next = 0;;) {
        TRY(remote_files_next(&install->isdp, &next, &r, &found));
        if (!found) return OK;
        if (r.adf.n == 0) continue;
        TRY(application_find(&install->isdp, r.adf, &a, &found));
        if (!found || a.kind != PROFILE_ADF)
            return saip_abort(install, e, NULL, PE_BAD_VALUES, reason, "an ADF with the adfAID of each rfm", "none");
    }
}
