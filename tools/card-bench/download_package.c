/* Profile packages and metadata with chosen flaws, and what a card says of a package; see download.h. They are made of
 * profiles/, so that each is right but for its one flaw (SAIP 8; SGP.22 5.5.3). */
#include "download.h"

/* ---- packages ---- */

static bool take_over(struct buf *package, const struct buf *copy)
{
    buf_reset(package);
    buf_append(package, buf_slice(copy));
    return buf_err(package) == OK && buf_err(copy) == OK;
}

/* The element with `from` in it changed; "" is its end. */
static bool put_changed(struct buf *out, const struct tlv *element, struct slice from, struct slice to)
{
    size_t at = 0;
    size_t last = element->value.n - (from.n < element->value.n ? from.n : element->value.n);
    if (from.n == 0) at = element->value.n;
    while (from.n && at <= last && !slice_starts_with(slice_skip(element->value, at), from))
        at++;
    if (from.n && at > last) return false;
    size_t mark = tlv_open(out, element->tag);
    buf_append(out, slice_of(element->value.p, at));
    buf_append(out, to);
    buf_append(out, slice_skip(element->value, at + from.n));
    tlv_close(out, mark);
    return true;
}

bool package_edit(struct buf *package, const struct edit *e)
{
    BUF_LOCAL from = {0};
    BUF_LOCAL to = {0};
    BUF_LOCAL copy = {0};
    struct tlv t;
    bool done = false;
    if ((e->from && !put_digits(&from, e->from)) || (e->to && !put_digits(&to, e->to))) return false;
    for (struct slice in = buf_slice(package); tlv_next(&in, &t);) {
        bool here = !done && e->element && t.tag == e->element;
        done = done || here;
        if (here && e->from && !put_changed(&copy, &t, buf_slice(&from), buf_slice(&to))) return false;
        if (here && !e->from) buf_append(&copy, buf_slice(&to));
        if (!here || (!e->from && e->to)) buf_append(&copy, t.whole);
    }
    if (e->element == 0) buf_append(&copy, buf_slice(&to));
    return (done || e->element == 0) && take_over(package, &copy);
}

bool package_insert(struct buf *package, uint32_t before, struct slice element)
{
    BUF_LOCAL copy = {0};
    struct tlv t;
    bool done = false;
    for (struct slice in = buf_slice(package); tlv_next(&in, &t);) {
        if (!done && t.tag == before) {
            buf_append(&copy, element);
            done = true;
        }
        buf_append(&copy, t.whole);
    }
    return done && take_over(package, &copy);
}

/* ---- metadata ---- */

static bool put_member(struct buf *b, const char *digits, const char *usual)
{
    BUF_LOCAL bytes = {0};
    if (!put_digits(&bytes, digits ? digits : usual)) return false;
    buf_append(b, buf_slice(&bytes));
    return true;
}

bool metadata_make(struct buf *out, const struct metadata_parts *p)
{
    BUF_LOCAL iccid = {0};
    buf_reset(out);
    size_t mark = tlv_open(out, 0xbf25);
    if (!put_digits(&iccid, p->iccid ? p->iccid : TINY_ICCID)) return false;
    if (iccid.n) tlv_put(out, 0x5a, buf_slice(&iccid));
    bool good = put_member(out, p->service_provider, "9103 535031") && put_member(out, p->name, "9204 74696e79") &&
                put_member(out, p->icon, "") && put_member(out, p->profile_class, "950102") &&
                put_member(out, p->notifications, "") && put_member(out, p->owner, "") &&
                put_member(out, p->rules, "") && put_member(out, p->rest, "");
    tlv_close(out, mark);
    return good && buf_err(out) == OK;
}

/* ---- EUICCResponse 30{A0{30{80 status, ..}..}, 81 aborted?, ..} ---- */

struct sima {
    uint32_t last;
    bool any;
    bool wanted;
    bool aborted;
};

static void read_sima(struct slice responses, uint32_t wanted, struct sima *out)
{
    struct tlv response;
    struct tlv t;
    struct tlv entry;
    struct tlv status;
    *out = (struct sima){0};
    while (tlv_next(&responses, &response)) {
        if (tlv_find(response.value, 0x81, &t)) out->aborted = true;
        struct slice list = tlv_find(response.value, 0xa0, &t) ? t.value : slice_of(NULL, 0);
        while (tlv_next(&list, &entry)) {
            if (!tlv_find(entry.value, 0x80, &status) || !tlv_unsigned(status.value, &out->last)) continue;
            out->any = true;
            out->wanted = out->wanted || out->last == wanted;
        }
    }
}

bool sima_has(struct slice responses, uint32_t status)
{
    struct sima s;
    read_sima(responses, status, &s);
    return s.wanted;
}

bool sima_ends_ok(struct slice responses)
{
    struct sima s;
    read_sima(responses, 0, &s);
    return s.any && s.last == 0 && !s.aborted;
}

bool sima_aborted(struct slice responses)
{
    struct sima s;
    read_sima(responses, 0, &s);
    return s.aborted;
}
