/* READ RECORD, UPDATE RECORD (TS 102 221 11.1.5, 11.1.6). */
#include "uicc/internal.h"

#define READ_CLAUSE "TS 102 221 11.1.5"
#define UPDATE_CLAUSE "TS 102 221 11.1.6"

enum { MODE_NEXT = 2, MODE_PREVIOUS = 3, MODE_ABSOLUTE = 4 };

enum err record_push(const struct isdp *isdp, struct file *f, struct slice content)
{
    BUF_LOCAL body = {0};
    buf_append(&body, content);
    buf_append(&body, slice_of(f->body.p, f->body.n - f->record_length));
    TRY(buf_err(&body));
    return file_replace_body(isdp, f, buf_slice(&body));
}

/* P2: SFI in b8 to b4, mode in b3 to b1. P1 is a record number in absolute mode only. */
static enum err check_mode(struct model *m, const struct uicc_command *a, const char *clause)
{
    unsigned mode = a->p2 & 7;
    if (mode < MODE_NEXT || mode > MODE_ABSOLUTE)
        return reason_say(&m->reason, ERR_PARAMETERS, clause, REASON_NO_OFFSET, "mode 2, 3 or 4 in P2", "%u", mode);
    if (mode != MODE_ABSOLUTE && a->p1)
        return reason_say(&m->reason, ERR_PARAMETERS, clause, REASON_NO_OFFSET, "P1 00 for the next or previous record",
                          "%02X", a->p1);
    return OK;
}

/* Absolute mode leaves the record pointer, 00 means where it stands. Next and previous of nothing are the first and the
 * last; they go round in a cyclic EF only. */
static enum err choose_record(struct model *m, const struct file *f, const struct uicc_context *c,
                              const struct uicc_command *a, const char *clause, unsigned *record)
{
    unsigned mode = a->p2 & 7;
    if (mode == MODE_ABSOLUTE)
        *record = a->p1 ? a->p1 : c->record;
    else if (mode == MODE_NEXT)
        *record = c->record + 1u;
    else
        *record = c->record ? c->record - 1u : f->records;
    if (mode != MODE_ABSOLUTE && f->kind == FILE_CYCLIC && *record > f->records) *record = 1;
    if (mode != MODE_ABSOLUTE && f->kind == FILE_CYCLIC && *record == 0) *record = f->records;
    if (*record >= 1 && *record <= f->records) return OK;
    return reason_say(&m->reason, ERR_RECORD_NOT_FOUND, clause, REASON_NO_OFFSET, "a record of the file", "%u of %u",
                      *record, f->records);
}

enum err uicc_read_record(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                          struct uicc_answer *answer)
{
    struct isdp isdp;
    struct file f;
    unsigned record;
    TRY(check_mode(m, a, READ_CLAUSE));
    if (a->data.n)
        return reason_say(&m->reason, ERR_LENGTH, READ_CLAUSE, REASON_NO_OFFSET, "no data", "%zu bytes", a->data.n);
    TRY(isdp_enabled(m, &isdp));
    TRY(uicc_open(m, &isdp, c, a->p2 >> 3, RECORD_STRUCTURES, ACCESS_READ, a->ins, READ_CLAUSE, &f));
    TRY(choose_record(m, &f, c, a, READ_CLAUSE, &record));
    size_t n = uicc_fit_whole(a, f.record_length, answer);
    if (answer->right_le) return OK; /* the pointer stays for the repetition */
    buf_append(answer->data, slice_of(record_at(&f, record).p, n));
    TRY(buf_err(answer->data));
    if ((a->p2 & 7) != MODE_ABSOLUTE) c->record = (uint8_t)record;
    return OK;
}

enum err uicc_update_record(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                            struct uicc_answer *answer)
{
    struct isdp isdp;
    struct file f;
    unsigned record;
    unsigned mode = a->p2 & 7;
    unsigned structures = mode == MODE_PREVIOUS ? RECORD_STRUCTURES : 1u << FILE_LINEAR_FIXED;
    (void)answer;
    TRY(check_mode(m, a, UPDATE_CLAUSE));
    TRY(isdp_enabled(m, &isdp));
    TRY(uicc_open(m, &isdp, c, a->p2 >> 3, structures, ACCESS_UPDATE, a->ins, UPDATE_CLAUSE, &f));
    if (f.kind != FILE_CYCLIC) TRY(choose_record(m, &f, c, a, UPDATE_CLAUSE, &record));
    if (a->data.n != f.record_length)
        return reason_say(&m->reason, ERR_LENGTH, UPDATE_CLAUSE, REASON_NO_OFFSET, "data of the length of a record",
                          "%zu bytes of %u", a->data.n, f.record_length);
    if (f.kind == FILE_CYCLIC) {
        TRY(record_push(&isdp, &f, a->data));
        c->record = 1;
        return OK;
    }
    TRY(file_write(&isdp, &f, (size_t)f.record_length * (record - 1), a->data));
    if (mode != MODE_ABSOLUTE) c->record = (uint8_t)record;
    return OK;
}
