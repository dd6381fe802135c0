/* READ BINARY, UPDATE BINARY (TS 102 221 11.1.3, 11.1.4). */
#include "uicc/uicc.h"

#define READ_CLAUSE "TS 102 221 11.1.3"
#define UPDATE_CLAUSE "TS 102 221 11.1.4"

static enum err check_p1(struct model *m, const struct uicc_command *a, const char *clause)
{
    if (!(a->p1 & 0x80) || !(a->p1 & 0x60)) return OK;
    return reason_say(&m->reason, ERR_PARAMETERS, clause, REASON_NO_OFFSET, "P1 with an SFI in b5 to b1", "%02X",
                      a->p1);
}

/* P1 b8 0: the current EF and an offset of 15 bits in P1 P2; b8 1: an SFI in b5 to b1, the offset is P2. */
static enum err open_at(struct model *m, const struct isdp *isdp, struct uicc_context *c, const struct uicc_command *a,
                        uint8_t mode, const char *clause, struct file *f, size_t *offset)
{
    bool by_sfi = a->p1 & 0x80;
    *offset = by_sfi ? a->p2 : (size_t)(a->p1 & 0x7f) << 8 | a->p2;
    TRY(uicc_open(m, isdp, c, by_sfi ? a->p1 & 0x1f : NO_SFI, 1u << FILE_TRANSPARENT, mode, a->ins, clause, f));
    if (*offset < f->body.n) return OK;
    return reason_say(&m->reason, ERR_OFFSET, clause, REASON_NO_OFFSET, "an offset inside the file", "%zu of %zu",
                      *offset, f->body.n);
}

enum err uicc_read_binary(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                          struct uicc_answer *answer)
{
    struct isdp isdp;
    struct file f;
    size_t offset;
    TRY(check_p1(m, a, READ_CLAUSE));
    if (a->data.n)
        return reason_say(&m->reason, ERR_LENGTH, READ_CLAUSE, REASON_NO_OFFSET, "no data", "%zu bytes", a->data.n);
    TRY(isdp_enabled(m, &isdp));
    TRY(open_at(m, &isdp, c, a, ACCESS_READ, READ_CLAUSE, &f, &offset));
    struct slice rest = slice_skip(f.body, offset);
    size_t n = uicc_fit(a, rest.n, answer);
    bool warn = answer->right_le && m->personality.read_past_end == READ_PAST_END_WARNING;
    if (warn) {
        answer->right_le = 0;
        n = rest.n;
    }
    buf_append(answer->data, slice_of(rest.p, n));
    TRY(buf_err(answer->data));
    return warn ? WARN_END_OF_FILE : OK;
}

enum err uicc_update_binary(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                            struct uicc_answer *answer)
{
    struct isdp isdp;
    struct file f;
    size_t offset;
    (void)answer;
    TRY(check_p1(m, a, UPDATE_CLAUSE));
    if (a->data.n == 0)
        return reason_say(&m->reason, ERR_LENGTH, UPDATE_CLAUSE, REASON_NO_OFFSET, "data to write", "none");
    TRY(isdp_enabled(m, &isdp));
    TRY(open_at(m, &isdp, c, a, ACCESS_UPDATE, UPDATE_CLAUSE, &f, &offset));
    if (a->data.n > f.body.n - offset)
        return reason_say(&m->reason, ERR_LENGTH, UPDATE_CLAUSE, REASON_NO_OFFSET, "data that end inside the file",
                          "%zu bytes at %zu of %zu", a->data.n, offset, f.body.n);
    return file_write(&isdp, &f, offset, a->data);
}
