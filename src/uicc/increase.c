/* INCREASE (TS 102 221 11.1.8): adds to record 1 of a cyclic EF, the sum becomes the new record 1. */
#include "uicc/internal.h"

#define CLAUSE "TS 102 221 11.1.8"

/* Big endian; false if the sum does not fit. `sum` holds the old value. */
static bool add(uint8_t *sum, size_t n, struct slice value)
{
    unsigned carry = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = i < value.n ? value.p[value.n - 1 - i] : 0;
        unsigned total = sum[n - 1 - i] + digit + carry;
        sum[n - 1 - i] = (uint8_t)total;
        carry = total >> 8;
    }
    return carry == 0;
}

static enum err check_form(struct model *m, const struct uicc_command *a)
{
    if ((a->p1 && (a->p1 & 0xe0) != 0x80) || a->p2)
        return reason_say(&m->reason, ERR_PARAMETERS, CLAUSE, REASON_NO_OFFSET, "P1 00 or an SFI, P2 00", "%02X %02X",
                          a->p1, a->p2);
    if (a->data.n) return OK;
    return reason_say(&m->reason, ERR_LENGTH, CLAUSE, REASON_NO_OFFSET, "a value to add", "no data");
}

enum err uicc_increase(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                       struct uicc_answer *answer)
{
    struct isdp isdp;
    struct file f;
    BUF_LOCAL sum = {0};
    TRY(check_form(m, a));
    TRY(isdp_enabled(m, &isdp));
    TRY(uicc_open(m, &isdp, c, a->p1 & 0x1f, 1u << FILE_CYCLIC, ACCESS_UPDATE, a->ins, CLAUSE, &f));
    if (a->data.n > f.record_length)
        return reason_say(&m->reason, ERR_LENGTH, CLAUSE, REASON_NO_OFFSET, "a value no longer than a record",
                          "%zu bytes of %u", a->data.n, f.record_length);
    buf_append(&sum, record_at(&f, 1));
    TRY(buf_err(&sum));
    if (!add(sum.p, sum.n, a->data))
        return reason_say(&m->reason, ERR_MAXIMUM, CLAUSE, 0, "a sum that the record can hold", "an overflow");
    TRY(record_push(&isdp, &f, buf_slice(&sum)));
    c->record = 1;
    buf_append(answer->data, buf_slice(&sum));
    buf_append(answer->data, a->data);
    return buf_err(answer->data);
}
