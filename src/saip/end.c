/* PE-End: what can be checked only when every file is there (SAIP 8.1.3, 8.3.3), and the service tables (SAIP 9.5.1).
 * Called by saip.c. */
#include "saip/file_builder.h"

enum {
    GBA_USIM_BIT = 10,
    GBA_ISIM_BIT = 11,
    MBMS_BIT = 12,
    GET_IDENTITY_BIT = 22,
    PROFILE_A_BIT = 23,
    PROFILE_B_BIT = 24
};
#define EF_UST 0x6f38
#define EF_IST 0x6f07

/* A failure at the place of the reference, not of PE-End. */
static enum err dangling(struct saip_install *install, const struct file_reference *r, struct reason *reason,
                         const char *expected, const char *came)
{
    const struct element culprit = {.tag = r->tag, .offset = r->element, .identification = r->identification};
    return saip_abort_inside(install, &culprit, r->inside, PE_BAD_VALUES, reason, expected, came);
}

/* The record under this path, if it is a link's; *target and *descriptor as it has them. */
static bool read_link(const struct saip_install *install, const struct path *path, struct path *target,
                      uint8_t *descriptor)
{
    char name[PATH_NAME_SIZE];
    struct slice record;
    struct tlv fcp;
    struct tlv member;
    path_name(path, name);
    if (!isdp_get(&install->isdp, name, &record) || !tlv_next(&record, &fcp)) return false;
    if (!tlv_find(fcp.value, 0x82, &member) || member.value.n == 0) return false;
    *descriptor = member.value.p[0];
    return tlv_find(fcp.value, FILE_TAG_TARGET, &member) && path_read(member.value, target);
}

static enum err check_link(struct saip_install *install, const struct file_reference *r, struct reason *reason)
{
    struct file target;
    struct path path;
    struct path next;
    uint8_t descriptor;
    uint8_t ignored;
    bool found;
    if (!read_link(install, &r->path, &path, &descriptor)) return ERR_CORRUPT;
    if (read_link(install, &path, &next, &ignored))
        return dangling(install, r, reason, "a link to a file", "to a link");
    TRY(file_get(&install->isdp, &path, &target, &found));
    if (!found) return dangling(install, r, reason, "a link to a file of the profile", "to none");
    if (target.is_link) return dangling(install, r, reason, "a link to a file", "to a link");
    /* what the record says of itself has to be what the target is */
    bool directory = (descriptor & ~0x40) == 0x38;
    if (file_is_directory(&target) != directory || (directory && target.kind != FILE_DF))
        return dangling(install, r, reason, "a link to a file of its own kind", "another kind");
    return OK;
}

/* The EF.ARR of a rule: in the directory of the file, of a directory in the one above it, then further up (TS 102 221
 * 9.2.7). */
static enum err find_rule(struct saip_install *install, const struct file_reference *r, struct file *arr, bool *found)
{
    *arr = (struct file){0};
    struct path up = path_parent(&r->path);
    for (;;) {
        TRY(file_child(&install->isdp, &up, r->arr, arr, found));
        if (*found && arr->kind == FILE_LINEAR_FIXED) return OK;
        *found = false;
        if (up.n == 0) return OK;
        up = path_parent(&up);
    }
}

/* The last EF.ARR that was looked for: the next reference is often from the same directory. */
struct last_rule {
    struct path up;
    uint16_t arr;
    bool known, found;
    uint8_t records;
};

static enum err look_for_rule(struct saip_install *install, const struct file_reference *r, struct last_rule *last)
{
    struct file arr;
    struct path up = path_parent(&r->path);
    if (last->known && last->arr == r->arr && path_equal(&last->up, &up)) return OK;
    TRY(find_rule(install, r, &arr, &last->found));
    last->known = true;
    last->up = up;
    last->arr = r->arr;
    last->records = arr.records;
    return OK;
}

static enum err check_rule(struct saip_install *install, const struct file_reference *r, struct last_rule *rule,
                           struct reason *reason)
{
    if (!install->rules_must_exist) return OK;
    TRY(look_for_rule(install, r, rule));
    if (!rule->found)
        return dangling(install, r, reason, "an access rule in an EF.ARR of the profile", "no such EF.ARR");
    if (r->arr_record == 0 || r->arr_record > rule->records)
        return dangling(install, r, reason, "an access rule in a record of EF.ARR", "no such record");
    return OK;
}

/* Bit n of a service table is byte (n-1)/8, bit (n-1)%8 (TS 31.102 4.2.8). */
static enum err clear_services(struct saip_install *install, uint16_t adf, uint16_t fid, const uint8_t *services,
                               size_t n)
{
    struct path directory = {0};
    struct file f;
    bool found;
    BUF_LOCAL body = {0};
    (void)path_push(&directory, adf);
    TRY(file_child(&install->isdp, &directory, fid, &f, &found));
    if (!found || f.kind != FILE_TRANSPARENT) return OK;
    buf_append(&body, f.body);
    TRY(buf_err(&body));
    for (size_t i = 0; i < n; i++) {
        size_t bit = services[i] - 1u;
        if (bit / 8 < body.n) body.p[bit / 8] &= (uint8_t) ~(1u << bit % 8);
    }
    if (slice_equal(buf_slice(&body), f.body)) return OK;
    return file_replace_body(&install->isdp, &f, buf_slice(&body));
}

/* Services that the card does not have and the header did not insist on. */
static enum err fix_service_tables(struct saip_install *install)
{
    uint8_t ust[4];
    uint8_t ist[2];
    size_t ust_n = 0;
    size_t ist_n = 0;
    struct profile_application a;
    bool found = true;
    const uint32_t c = install->uicc_capability;
    if (!(c >> GBA_USIM_BIT & 1)) ust[ust_n++] = 68;
    if (!(c >> MBMS_BIT & 1)) ust[ust_n++] = 69;
    if (!(c >> GET_IDENTITY_BIT & 1) || !((c >> PROFILE_A_BIT | c >> PROFILE_B_BIT) & 1)) {
        ust[ust_n++] = 124;
        ust[ust_n++] = 125;
    }
    if (!(c >> GBA_ISIM_BIT & 1)) { /* TS 31.103 4.2.7: GBA, and local keys by it */
        ist[ist_n++] = 2;
        ist[ist_n++] = 4;
    }
    for (size_t i = 0; found; i++) {
        TRY(application_at(&install->isdp, i, &a, &found));
        if (!found || a.kind != PROFILE_ADF) continue;
        if (a.naa == NAA_USIM) TRY(clear_services(install, a.fid, EF_UST, ust, ust_n));
        if (a.naa == NAA_ISIM) TRY(clear_services(install, a.fid, EF_IST, ist, ist_n));
    }
    return OK;
}

enum err saip_end_files(struct saip_install *install, const struct element *e, struct reason *reason)
{
    struct slice in = saip_references(install);
    struct file_reference r;
    struct last_rule rule = {0};
    (void)e;
    while (saip_next_reference(&in, &r)) {
        if (r.kind == REFERENCE_LINK) TRY(check_link(install, &r, reason));
        if (r.kind == REFERENCE_RULE) TRY(check_rule(install, &r, &rule, reason));
    }
    return fix_service_tables(install);
}

enum err saip_take_end(struct saip_install *install, const struct element *e, struct reason *reason)
{
    TRY(saip_end_files(install, e, reason));
    TRY(saip_end_pins(install, e, reason));
    return saip_end_applications(install, e, reason);
}
