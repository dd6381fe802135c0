/* The network access application of a channel; see naa.h. 3GPP TS 31.102 4.2.8, ETSI TS 102 221 9.5.1. */
#define _DEFAULT_SOURCE
#include "uicc/naa.h"

#include "uicc/internal.h"

#define EF_UST 0x6f38
#define PIN1 0x01

static enum err kind_of(const struct isdp *isdp, uint16_t adf, enum naa_kind *kind)
{
    struct profile_application a;
    bool found = true;
    *kind = NAA_OTHER;
    for (size_t i = 0; found; i++) {
        TRY(application_at(isdp, i, &a, &found));
        if (!found || a.kind != PROFILE_ADF || a.fid != adf) continue;
        *kind = a.naa;
        return OK;
    }
    return OK;
}

enum err uicc_application(struct model *m, const struct isdp *isdp, const struct uicc_context *c, const char *clause,
                          struct uicc_application *out)
{
    bool found = false;
    *out = (struct uicc_application){0};
    if (isdp->store && c->adf && path_push(&out->directory, c->adf))
        TRY(file_get(isdp, &out->directory, &out->adf, &found));
    if (!found)
        return reason_say(&m->reason, ERR_CONDITIONS, clause, REASON_NO_OFFSET,
                          "an application of the enabled profile that is selected on this channel", "none");
    if (!path_is_below(&c->directory, &out->directory))
        return reason_say(&m->reason, ERR_CONDITIONS, clause, REASON_NO_OFFSET,
                          "the current directory in the application's ADF", "%04X", path_fid(&c->directory));
    TRY(uicc_in_use(m, isdp, &out->adf, false));
    TRY(uicc_usable(m, &out->adf, clause));
    return kind_of(isdp, c->adf, &out->kind);
}

/* The application's PIN is the global one that its PIN status template names first; PIN1 if it names none. */
static uint8_t application_pin(const struct file *adf)
{
    for (size_t i = 0; i < adf->pin_status.n; i++)
        if (adf->pin_status.p[i] >= 0x01 && adf->pin_status.p[i] <= 0x08) return adf->pin_status.p[i];
    return PIN1;
}

/* A profile without that PIN has nothing that a user could present. */
enum err uicc_need_pin(struct model *m, const struct isdp *isdp, const struct uicc_application *a, const char *clause)
{
    uint8_t reference = application_pin(&a->adf);
    char name[UICC_PIN_NAME_SIZE];
    struct pin pin;
    bool found;
    bool satisfied = true;
    enum err e = pin_find(isdp, &a->directory, reference, &pin, &found);
    explicit_bzero(&pin, sizeof pin);
    if (e == OK && found) e = uicc_pin_satisfied(m, isdp, &a->directory, reference, &satisfied);
    if (e != OK || satisfied) return e;
    uicc_pin_name(reference, name);
    return reason_say(&m->reason, ERR_SECURITY, clause, REASON_NO_OFFSET, "the application's PIN, verified or disabled",
                      "%s enabled and not verified", name);
}

enum err uicc_content(const struct isdp *isdp, const struct uicc_application *a, uint16_t subdirectory, uint16_t fid,
                      struct slice *out, bool *found)
{
    struct path directory = a->directory;
    struct file f;
    *found = false;
    if (subdirectory && !path_push(&directory, subdirectory)) return OK;
    TRY(file_child(isdp, &directory, fid, &f, found));
    if (*found && f.kind != FILE_TRANSPARENT) *found = false;
    if (*found) *out = f.body;
    return OK;
}

enum err uicc_service(const struct isdp *isdp, const struct uicc_application *a, unsigned n, bool *available)
{
    struct slice ust;
    *available = false;
    if (a->kind != NAA_USIM) return OK;
    TRY(uicc_content(isdp, a, 0, EF_UST, &ust, available));
    if (*available) *available = (n - 1) / 8 < ust.n && ust.p[(n - 1) / 8] >> ((n - 1) % 8) & 1;
    return OK;
}
