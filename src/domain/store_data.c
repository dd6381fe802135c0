/* STORE DATA to a security domain: data groups or data objects, in blocks (GP 11.11). Carried out with the last block;
 * INSTALL [for personalization] may have named another domain as the receiver. */
#include "domain/internal.h"

#define P1_LAST 0x80
#define P1_ENCRYPTION 0x60
#define P1_FORMAT 0x18
#define FORMAT_GROUPS 0x08
#define FORMAT_OBJECTS 0x10
#define DATA_MAX 8192

static enum err store_groups(struct domain_work *w, uint8_t number, struct slice in)
{
    uint16_t identifier;
    struct slice data;
    size_t whole = in.n;
    while (in.n) {
        size_t at = whole - in.n;
        if (!domain_data_group(&in, &identifier, &data))
            return reason_say(&w->m->reason, ERR_DATA, "GP 11.11.2.3", at, "a data group: identifier, length, data",
                              "other bytes");
        TRY(domain_put_data(&w->isdp, number, identifier, data));
    }
    return OK;
}

/* Objects that GET DATA gives: issuer and card numbers, card data, what an application provider left. */
static enum err store_objects(struct domain_work *w, uint8_t number, struct slice in)
{
    struct tlv t;
    size_t whole = in.n;
    while (in.n) {
        size_t at = whole - in.n;
        if (!tlv_next(&in, &t) || t.tag > 0xffff)
            return reason_say(&w->m->reason, ERR_DATA, "GP 11.11.2.3", at, "a data object", "other bytes");
        TRY(domain_put_object(&w->isdp, number, &t));
    }
    return OK;
}

static enum err take_block(struct domain_work *w)
{
    struct domain_session *s = w->s;
    const struct domain_command *a = w->a;
    if (a->p2 == 0) {
        buf_free(&s->data);
        s->next_block = 0;
    }
    if (a->p2 != s->next_block)
        return reason_say(&w->m->reason, ERR_PARAMETERS, "GP 11.11.2.2", REASON_NO_OFFSET, "the next block number",
                          "%u, not %u", a->p2, s->next_block);
    if (s->data.n + a->data.n > DATA_MAX)
        return reason_say(&w->m->reason, ERR_NO_SPACE, "GP 11.11", REASON_NO_OFFSET, "at most 8192 bytes", "more");
    buf_append(&s->data, a->data);
    s->next_block = a->p2 + 1u;
    return buf_err(&s->data);
}

static enum err store(struct domain_work *w)
{
    uint8_t format = w->a->p1 & P1_FORMAT;
    uint8_t number = w->s->has_target ? w->s->target : w->self.number;
    struct slice in = buf_slice(&w->s->data);
    struct domain receiver;
    bool found;
    TRY(domain_get(&w->isdp, number, &receiver, &found));
    if (!found)
        return reason_say(&w->m->reason, ERR_CONDITIONS, "GP 11.11", REASON_NO_OFFSET,
                          "the application that INSTALL named", "one that was deleted");
    TRY(format == FORMAT_GROUPS ? store_groups(w, number, in) : store_objects(w, number, in));
    return domain_check_memory(w, "GP 11.11", "memory for the data");
}

enum err domain_store_data(struct domain_work *w)
{
    const struct domain_command *a = w->a;
    uint8_t format = a->p1 & P1_FORMAT;
    if (a->p1 & P1_ENCRYPTION || (format != FORMAT_GROUPS && format != FORMAT_OBJECTS) || a->p1 & 0x07)
        return reason_say(&w->m->reason, ERR_PARAMETERS, "GP 11.11.2.1", REASON_NO_OFFSET,
                          "P1: data in clear, in data groups or in data objects", "%02X", a->p1);
    enum err e = take_block(w);
    bool done = e != OK || a->p1 & P1_LAST;
    if (e == OK && a->p1 & P1_LAST) e = store(w);
    if (done) {
        buf_free(&w->s->data);
        w->s->next_block = 0;
    }
    return e;
}
