/* DEACTIVATE FILE (ETSI TS 102 221 11.1.14), ACTIVATE FILE (11.1.15): the life cycle status of an EF, which only its
 * access rule lets anybody change. Doing again what was done already is no error. Called by src/card.
 *
 * The EF that was named becomes the current one. A link has a life cycle of its own (SAIP 8.3.3). */
#include "uicc/uicc.h"

static enum err check_form(struct model *m, const struct uicc_command *a, const char *clause)
{
    bool by_path = a->p1 == 0x08 || a->p1 == 0x09;
    size_t n = a->data.n;
    if ((a->p1 != 0x00 && !by_path) || a->p2 != 0x00)
        return reason_say(&m->reason, ERR_PARAMETERS, clause, REASON_NO_OFFSET, "P1 00, 08 or 09 and P2 00",
                          "%02X %02X", a->p1, a->p2);
    if (by_path ? n > 0 && n % 2 == 0 : n == 0 || n == 2) return OK;
    return reason_say(&m->reason, ERR_LENGTH, clause, REASON_NO_OFFSET,
                      by_path ? "a path of file identifiers" : "no data or a file identifier", "%zu bytes", n);
}

static enum err change(struct model *m, struct uicc_context *c, const struct uicc_command *a, uint8_t state,
                       uint8_t mode, const char *clause)
{
    struct isdp isdp;
    struct file f;
    bool found = true;
    TRY(check_form(m, a, clause));
    TRY(isdp_enabled(m, &isdp));
    if (a->data.n)
        TRY(uicc_find(m, &isdp, c, a->p1, a->data, &f, &found));
    else
        TRY(uicc_target(m, &isdp, c, NO_SFI, &f));
    if (!found)
        return reason_say(&m->reason, ERR_FILE_NOT_FOUND, clause, 0, "the identifier or path of an EF", "another one");
    if (file_is_directory(&f))
        return reason_say(&m->reason, ERR_FILE_TYPE, clause, REASON_NO_OFFSET, "an EF", "the directory %04X",
                          path_fid(&f.path));
    TRY(uicc_allowed(m, &isdp, c, &f, mode, a->ins));
    if (a->data.n) uicc_context_enter(c, &f);
    if (f.life_cycle == state) return OK;
    f.life_cycle = state;
    return file_put(&isdp, &f);
}

enum err uicc_deactivate_file(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                              struct uicc_answer *answer)
{
    (void)answer;
    return change(m, c, a, FILE_DEACTIVATED, ACCESS_DEACTIVATE, "TS 102 221 11.1.14");
}

enum err uicc_activate_file(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                            struct uicc_answer *answer)
{
    (void)answer;
    return change(m, c, a, FILE_ACTIVATED, ACCESS_ACTIVATE, "TS 102 221 11.1.15");
}
