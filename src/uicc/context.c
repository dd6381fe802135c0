/* What is selected on a logical channel, and how a command comes to the EF that it works on (TS 102
 * 221 8.4, 8.5, 9.5.1, 11.1.17). Called by src/card for channels and by the commands of this room. */
#include "uicc/uicc.h"

void uicc_context_free(struct uicc_context *c)
{
    buf_free(&c->transfer.bytes);
    *c = (struct uicc_context){0};
}

enum err uicc_context_copy(const struct uicc_context *from, struct uicc_context *to)
{
    *to = *from;
    to->transfer.bytes = (struct buf){0};
    buf_append(&to->transfer.bytes, buf_slice(&from->transfer.bytes));
    return buf_err(&to->transfer.bytes);
}

void uicc_context_inherit(const struct uicc_context *from, struct uicc_context *to)
{
    *to = (struct uicc_context){.directory = from->directory, .adf = from->adf, .domain = from->domain};
}

static void forget_transfer(struct uicc_context *c)
{
    buf_free(&c->transfer.bytes);
    c->transfer = (struct uicc_transfer){0};
}

void uicc_context_enter(struct uicc_context *c, const struct file *f)
{
    bool directory = file_is_directory(f);
    c->directory = directory ? f->path : path_parent(&f->path);
    c->ef = directory ? 0 : path_fid(&f->path);
    c->record = 0;
    if (f->kind == FILE_ADF) c->adf = path_fid(&f->path);
    forget_transfer(c);
}

size_t uicc_fit(const struct uicc_command *a, size_t n, struct uicc_answer *answer)
{
    size_t most = a->has_le ? a->le : 256;
    if (n > most) return most;
    if (n == most || most >= 256) return n; /* Le 00: whatever is there, and no client knows more of long forms */
    answer->right_le = n;
    return 0;
}

size_t uicc_fit_whole(const struct uicc_command *a, size_t n, struct uicc_answer *answer)
{
    if (!a->has_le || a->le >= 256 || a->le == n) return n;
    answer->right_le = n;
    return 0;
}

enum err uicc_target(struct model *m, const struct isdp *isdp, struct uicc_context *c, uint8_t sfi, struct file *out)
{
    bool found = false;
    if (sfi == NO_SFI) {
        if (c->ef) TRY(file_child(isdp, &c->directory, c->ef, out, &found));
        if (found) return OK;
        /* One that is gone was deleted on another channel. */
        return reason_say(&m->reason, ERR_NO_CURRENT_EF, "TS 102 221 11.1.3", REASON_NO_OFFSET, "a selected EF", "%s",
                          c->ef ? "one that was deleted" : "none");
    }
    TRY(file_by_sfi(isdp, &c->directory, sfi, out, &found));
    if (!found)
        return reason_say(&m->reason, ERR_FILE_NOT_FOUND, "TS 102 221 8.4.3", REASON_NO_OFFSET, "the SFI of a file",
                          "%02X", sfi);
    uicc_context_enter(c, out);
    return OK;
}

static const char *structures_text(unsigned structures)
{
    if (structures == 1u << FILE_TRANSPARENT) return "a transparent EF";
    if (structures == 1u << FILE_LINEAR_FIXED) return "an EF of records, a cyclic one only in mode 3";
    if (structures == 1u << FILE_CYCLIC) return "a cyclic EF";
    if (structures == 1u << FILE_BER_TLV) return "a BER-TLV structure EF";
    return "an EF of records";
}

enum err uicc_usable(struct model *m, const struct file *f, const char *clause)
{
    bool terminated = f->life_cycle >= FILE_TERMINATED;
    if (!terminated && (f->life_cycle != FILE_DEACTIVATED || f->special & FILE_USABLE_DEACTIVATED)) return OK;
    enum err e = m->personality.deactivated_file == DEACTIVATED_CONDITIONS ? ERR_CONDITIONS : ERR_PIN_NOT_USABLE;
    return reason_say(&m->reason, e, clause, REASON_NO_OFFSET, "an activated file", "%04X, which is %s",
                      path_fid(&f->path), terminated ? "terminated" : "deactivated");
}

enum err uicc_open(struct model *m, const struct isdp *isdp, struct uicc_context *c, uint8_t sfi, unsigned structures,
                   uint8_t mode, uint8_t ins, const char *clause, struct file *out)
{
    TRY(uicc_target(m, isdp, c, sfi, out));
    if (!(structures & 1u << out->kind))
        return reason_say(&m->reason, ERR_FILE_TYPE, clause, REASON_NO_OFFSET, structures_text(structures), "%04X",
                          path_fid(&out->path));
    TRY(uicc_usable(m, out, clause));
    return uicc_allowed(m, isdp, c, out, mode, ins);
}

/* ---- the end of a session ---- */

/* Numbers of the local PINs of an ADF and of the directories in it, one bit each. */
static enum err collect_local_pins(const struct isdp *isdp, uint16_t adf, uint8_t numbers[32])
{
    char start[PATH_NAME_SIZE];
    struct path path = {.n = 1, .fid = {adf}};
    struct file f;
    path_name(&path, start);
    for (struct isdp_item i = isdp_first(isdp, start); i.name; i = isdp_after(isdp, start, &i)) {
        TRY(file_of_item(isdp, &i, &f));
        for (size_t k = 0; k + 2 <= f.pins.n; k += 2)
            if (f.pins.p[k] & 0x80) numbers[f.pins.p[k + 1] / 8] |= (uint8_t)(1u << f.pins.p[k + 1] % 8);
    }
    return OK;
}

enum err uicc_session_end(struct model *m, uint16_t adf, const uint16_t *active, size_t n)
{
    struct isdp isdp;
    uint8_t ended[32] = {0};
    uint8_t kept[32] = {0};
    TRY(isdp_enabled(m, &isdp));
    TRY(collect_local_pins(&isdp, adf, ended));
    for (size_t i = 0; i < n; i++)
        TRY(collect_local_pins(&isdp, active[i], kept));
    for (unsigned number = 1; number < 256; number++) {
        const struct pin pin = {.number = (uint8_t)number};
        uint8_t bit = (uint8_t)(1u << number % 8);
        if (ended[number / 8] & bit && !(kept[number / 8] & bit)) pin_set_verified(m, &pin, false);
    }
    return OK;
}
