/* Profile elements that a file system template makes files for (SAIP 8.3.3, 9): mf, cd, telecom, usim and so on. The
 * members are walked beside the rows of the template's table (template_tables.h). Called by saip.c. */
#include "saip/file_builder.h"

#define ADDITIONAL_GBA 1
#define ADDITIONAL_MBMS 2
enum { SERVICE_GBA_USIM = 10, SERVICE_GBA_ISIM = 11, SERVICE_MBMS = 12 };

/* One element at work. */
struct work {
    const struct template *template;
    uint8_t version;
    struct file_builder builder;
    struct path base;    /* of the template's directory, or of its files */
    struct path current; /* where EFs go */
    bool has_base;
};

static void work_free(struct work *w)
{
    builder_free(&w->builder);
}

static enum err refuse(struct work *w, const uint8_t *at, enum pe_status status, const char *expected, const char *came)
{
    return saip_abort(w->builder.install, w->builder.e, at, status, w->builder.reason, expected, came);
}

static bool row_is_directory(const struct template_file *row)
{
    return row->kind == FILE_MF || row->kind == FILE_DF || row->kind == FILE_ADF;
}

/* An EF of a service that the card lacks may be left out (SAIP 9.5.2). */
static bool is_left_out(struct work *w, const struct template_file *row)
{
    struct saip_install *install = w->builder.install;
    if (!install->leave_out_services) return false;
    bool gba_usim = install->uicc_capability >> SERVICE_GBA_USIM & 1;
    bool gba_isim = install->uicc_capability >> SERVICE_GBA_ISIM & 1;
    bool mbms = install->uicc_capability >> SERVICE_MBMS & 1;
    bool gba = (row->flags & GBA_USIM && !gba_usim) || (row->flags & GBA_ISIM && !gba_isim);
    if (!gba && !(row->flags & MBMS && !mbms)) return false;
    saip_warn_additional(install, w->builder.e, PE_FEATURE_NOT_SUPPORTED, gba ? ADDITIONAL_GBA : ADDITIONAL_MBMS);
    return true;
}

/* A directory without its member may still be there, from another element: EFs below go into it. */
static void enter(struct work *w, const struct template_file *row)
{
    struct path path = w->base;
    if (row->kind == FILE_MF) path = (struct path){0};
    if (row->kind == FILE_DF) (void)path_push(&path, row->fid);
    w->current = path;
    if (!w->has_base) w->base = path;
    w->has_base = true;
}

static enum err make(struct work *w, const struct template_file *row, struct fcp *fcp)
{
    bool directory = row_is_directory(row);
    TRY(builder_begin(&w->builder, directory ? &w->base : &w->current, row, fcp));
    if (!directory) return OK;
    w->current = w->builder.file.path;
    if (!w->has_base || row->kind == FILE_ADF) w->base = w->current;
    w->has_base = true;
    return OK;
}

/* The files that the element does not list (SAIP 9.1): those whose defaults say everything. */
static enum err make_default(struct work *w, const struct template_file *row)
{
    struct fcp nothing = {.at = w->builder.e->whole.p};
    bool sized = row->length && (row->records || row->kind == FILE_TRANSPARENT);
    if (row_is_directory(row)) {
        if (w->template->by_default)
            return refuse(w, nothing.at, PE_BAD_VALUES, row->name, "an element that does not list it");
        enter(w, row);
        return OK;
    }
    if (!w->template->by_default || !w->builder.install->default_files) return OK;
    if (row->flags & REQUIRED || row->arr_record == 0 || !sized) return OK;
    w->builder.again = false;
    TRY(make(w, row, &nothing));
    return builder_finish(&w->builder);
}

static enum err take_item(struct work *w, const struct template_file *row, const struct tlv *item, bool *begun)
{
    struct file_builder *b = &w->builder;
    struct fcp fcp = {.at = item->whole.p};
    if (item->tag == 0xa1) {
        if (*begun && row_is_directory(row))
            return refuse(w, item->whole.p, PE_BAD_VALUES, "one directory a member", "a second one");
        TRY(fcp_read(b->install, b->e, item->value, &fcp, b->reason));
        b->again = *begun;
        *begun = true;
        return make(w, row, &fcp);
    }
    if (item->tag == 0x80) return refuse(w, item->whole.p, PE_BAD_VALUES, "doNotCreate alone", "with something else");
    if (item->tag != 0x82 && item->tag != 0x83) return saip_unknown(b->install, b->e, item->whole.p, b->reason);
    if (!*begun) {
        b->again = false;
        *begun = true;
        TRY(make(w, row, &fcp));
    }
    return item->tag == 0x82 ? builder_skip(b, item) : builder_fill(b, item);
}

/* File (SAIP 8.3.2): a list of descriptors, offsets and contents. */
static enum err take_file(struct work *w, const struct template_file *row, const struct tlv *member)
{
    struct tlv item;
    bool begun = false;
    struct slice in = member->value;
    static const uint8_t do_not_create[] = {0x80, 0x00};
    if (is_left_out(w, row)) return OK;
    if (slice_equal(in, SLICE(do_not_create))) {
        if (w->template->number != 1) { /* no effect on the MF (SAIP 8.3.2) */
            if (row_is_directory(row)) enter(w, row);
            if (!w->template->by_default) saip_warn(w->builder.install, w->builder.e, PE_INVALID_PARAMETER);
            return OK;
        }
        in = (struct slice){0};
    }
    while (tlv_next(&in, &item))
        TRY(take_item(w, row, &item, &begun));
    if (!begun) {
        struct fcp nothing = {.at = member->whole.p};
        w->builder.again = false;
        TRY(make(w, row, &nothing));
    }
    return builder_finish(&w->builder);
}

/* Number of a context tag, 0 for others. */
static unsigned member_number(uint32_t tag)
{
    if ((tag & 0xe0) == 0xa0 && tag < 0xbf) return tag & 0x1f;
    return tag >> 8 == 0xbf ? tag & 0x7f : 0;
}

static enum err take_members(struct work *w, struct slice in)
{
    struct tlv member;
    unsigned last = 1;
    const struct template_file *row = w->template->files;
    const uint8_t bit = (uint8_t)(1u << (w->version - 1));
    while (tlv_next(&in, &member)) {
        unsigned number = member_number(member.tag);
        if (number && number <= last)
            return refuse(w, member.whole.p, PE_INVALID_REQUEST_FORMAT, "the members of the element in order",
                          "one misplaced");
        if (number) last = number;
        for (; row->name && row->member < number; row++)
            if (row->versions & bit) TRY(make_default(w, row));
        while (row->name && row->member == number && !(row->versions & bit))
            row++;
        if (row->name && row->member == number && number) {
            TRY(take_file(w, row, &member));
            row++;
        } else {
            TRY(saip_unknown(w->builder.install, w->builder.e, member.whole.p, w->builder.reason));
        }
    }
    for (; row->name; row++)
        if (row->versions & bit) TRY(make_default(w, row));
    return OK;
}

/* The ADF that the template's files belong to (SAIP 8.1.3): the last of its kind. */
static enum err decide_place(struct work *w)
{
    const struct saip_context *c = &w->builder.install->context;
    const uint16_t fids[] = {[PLACE_ROOT] = MF_FID,
                             [PLACE_USIM] = c->usim,
                             [PLACE_ISIM] = c->isim,
                             [PLACE_CSIM] = c->csim,
                             [PLACE_NAA] = c->naa};
    uint16_t fid = fids[w->template->place];
    if (fid == 0)
        return refuse(w, NULL, PE_BAD_VALUES, "the network access application of the template before it", "none");
    if (fid != MF_FID) (void)path_push(&w->base, fid);
    w->current = w->base;
    return OK;
}

static enum err check_services(struct work *w)
{
    static const enum naa_kind kinds[] = {
        [PLACE_ROOT] = NAA_OTHER, [PLACE_USIM] = NAA_USIM, [PLACE_ISIM] = NAA_ISIM, [PLACE_CSIM] = NAA_CSIM};
    const struct template *t = w->template;
    const struct saip_install *install = w->builder.install;
    const struct saip_context *c = &install->context;
    const uint16_t before[] = {
        [PLACE_ROOT] = 0, [PLACE_USIM] = c->usim, [PLACE_ISIM] = c->isim, [PLACE_CSIM] = c->csim};
    w->builder.naa = kinds[t->makes];
    if (t->service && !(install->uicc_capability >> t->service & 1))
        return refuse(w, NULL, PE_FEATURE_NOT_SUPPORTED, "a template of the services of this card", "another one");
    if (before[t->makes] && !(install->uicc_capability >> t->several & 1))
        return refuse(w, NULL, PE_FEATURE_NOT_SUPPORTED, "one network access application of a kind", "a second one");
    return OK;
}

enum err saip_take_template(struct saip_install *install, const struct element *e, struct reason *reason)
{
    __attribute__((cleanup(work_free))) struct work w = {.builder = {.install = install, .e = e, .reason = reason}};
    struct tlv t;
    struct slice in = e->value;
    const uint8_t *at = e->whole.p;
    if (tlv_next(&in, &t)) at = in.p; /* behind the PEHeader */
    if (!tlv_next(&in, &t) || t.tag != 0x81)
        return saip_abort(install, e, at, PE_INVALID_REQUEST_FORMAT, reason, "templateID", "none");
    w.template = template_find(t.value, &w.version);
    if (!w.template)
        return saip_abort(install, e, t.whole.p, PE_TEMPLATE_NOT_SUPPORTED, reason, "known file system templates",
                          "another template OID");
    if (w.template->element != e->tag)
        return saip_abort(install, e, t.whole.p, PE_BAD_VALUES, reason, "a template of this element",
                          "one of another element");
    TRY(check_services(&w));
    TRY(decide_place(&w));
    TRY(take_members(&w, in));
    return builder_end(&w.builder);
}
