/* SEARCH RECORD, simple and enhanced (TS 102 221 11.1.7, ISO/IEC 7816-4 7.3.7). */
#include "uicc/internal.h"

#define CLAUSE "TS 102 221 11.1.7"

enum { TYPE_FORWARD = 4, TYPE_BACKWARD = 5, TYPE_ENHANCED = 6 };
/* Enhanced: b3 to b1 of the search indication. */
enum { FROM_P1_FORWARD = 4, FROM_P1_BACKWARD = 5, FROM_NEXT = 6, FROM_PREVIOUS = 7 };

struct search {
    struct slice pattern;
    bool backward, from_p1;
    unsigned first;  /* record, outside 1..records: none to look at */
    bool after_byte; /* start behind the first `at` of the record rather than at offset `at` */
    uint8_t at;
};

static enum err check_form(struct model *m, const struct uicc_command *a)
{
    unsigned type = a->p2 & 7;
    if (type < TYPE_FORWARD || type > TYPE_ENHANCED)
        return reason_say(&m->reason, ERR_PARAMETERS, CLAUSE, REASON_NO_OFFSET, "a search of type 4, 5 or 6 in P2",
                          "%u", type);
    if (type == TYPE_ENHANCED && a->data.n < 3)
        return reason_say(&m->reason, ERR_LENGTH, CLAUSE, REASON_NO_OFFSET, "a search indication and a pattern",
                          "%zu bytes", a->data.n);
    if (a->data.n) return OK;
    return reason_say(&m->reason, ERR_LENGTH, CLAUSE, REASON_NO_OFFSET, "a pattern", "no data");
}

/* Takes P1, P2 and the data apart; `record` is the record pointer. */
static enum err read_search(struct model *m, uint8_t record, const struct uicc_command *a, struct search *s)
{
    unsigned way = a->p2 & 7; /* 4 and 5 mean the same in the search indication */
    *s = (struct search){.pattern = a->data};
    if (way == TYPE_ENHANCED) {
        way = a->data.p[0] & 7;
        if (a->data.p[0] & 0xf0 || way < FROM_P1_FORWARD)
            return reason_say(&m->reason, ERR_DATA, CLAUSE, 0, "a search indication 04 to 07 or 0C to 0F", "%02X",
                              a->data.p[0]);
        s->after_byte = a->data.p[0] & 8;
        s->at = a->data.p[1];
        s->pattern = slice_skip(a->data, 2);
    }
    s->from_p1 = way == FROM_P1_FORWARD || way == FROM_P1_BACKWARD;
    s->backward = way == FROM_P1_BACKWARD || way == FROM_PREVIOUS;
    if (way == FROM_NEXT)
        s->first = record + 1u;
    else if (way == FROM_PREVIOUS)
        s->first = record ? record - 1u : 255; /* without a pointer from the last one */
    else
        s->first = a->p1 ? a->p1 : record;
    return OK;
}

static bool contains(struct slice record, const struct search *s)
{
    size_t from = s->at;
    if (s->after_byte) {
        const uint8_t *byte = memchr(record.p, s->at, record.n);
        if (!byte) return false;
        from = (size_t)(byte - record.p) + 1;
    }
    for (; from + s->pattern.n <= record.n; from++)
        if (memcmp(record.p + from, s->pattern.p, s->pattern.n) == 0) return true;
    return false;
}

enum err uicc_search_record(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                            struct uicc_answer *answer)
{
    struct isdp isdp;
    struct file f;
    struct search s;
    TRY(check_form(m, a));
    TRY(isdp_enabled(m, &isdp));
    TRY(uicc_open(m, &isdp, c, a->p2 >> 3, RECORD_STRUCTURES, ACCESS_READ, a->ins, CLAUSE, &f));
    TRY(read_search(m, c->record, a, &s));
    if (s.from_p1 && (s.first == 0 || s.first > f.records))
        return reason_say(&m->reason, ERR_RECORD_NOT_FOUND, CLAUSE, REASON_NO_OFFSET, "a record of the file",
                          "%u of %u", s.first, f.records);
    if (s.pattern.n > f.record_length)
        return reason_say(&m->reason, ERR_LENGTH, CLAUSE, REASON_NO_OFFSET, "a pattern no longer than a record",
                          "%zu bytes of %u", s.pattern.n, f.record_length);
    if (s.backward && s.first > f.records) s.first = f.records;
    for (unsigned n = s.first; n >= 1 && n <= f.records; n = s.backward ? n - 1 : n + 1)
        if (contains(record_at(&f, n), &s)) buf_byte(answer->data, (uint8_t)n);
    TRY(buf_err(answer->data));
    if (answer->data->n == 0) return WARN_END_OF_FILE;
    c->record = answer->data->p[0];
    return OK;
}
