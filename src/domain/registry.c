/* The registry of the profile as a security domain sees it: GET STATUS and SET STATUS (GP 11.4, 11.10). */
#include "domain/internal.h"

#define KIND_SELF 0x80
#define KIND_APPLICATIONS 0x40
#define KIND_DOMAIN_AND_APPLICATIONS 0x60
#define KIND_LOAD_FILES 0x20
#define KIND_LOAD_FILES_AND_MODULES 0x10
#define P2_NEXT 0x01
#define P2_TLV 0x02
#define LOAD_FILE_LOADED 0x01
/* One answer holds this much, so that padding and MAC of the secure channel still fit into 256 bytes. */
#define ANSWER_MAX 224

/* One entry, whatever it is. */
struct entry {
    struct slice aid, privileges, package, domain;
    uint8_t life_cycle;
    bool has_privileges;
};

/* ---- walking: domains and applets, then remote file management; or load files ---- */

static bool sees_all(const struct domain *self)
{
    return self->is_mno || domain_has_privilege(self, PRIVILEGE_GLOBAL_REGISTRY);
}

static enum err next_domain(const struct domain_work *w, unsigned *next, struct entry *out, bool *found)
{
    struct domain d;
    for (;;) {
        TRY(domain_next(&w->isdp, next, &d, found));
        if (!*found) return OK;
        bool is_self = d.number == w->self.number;
        if (w->a->p1 == KIND_SELF ? is_self : !is_self && (sees_all(&w->self) || domain_owns(&w->self, &d))) break;
    }
    *out = (struct entry){d.aid, d.privileges, d.package, d.parent, d.life_cycle, true};
    return OK;
}

static enum err next_files(const struct domain_work *w, unsigned *next, struct entry *out, bool *found)
{
    static const uint8_t none[DOMAIN_PRIVILEGES_MAX];
    struct remote_files r;
    do {
        TRY(remote_files_next(&w->isdp, next, &r, found));
        if (!*found) return OK;
    } while (!sees_all(&w->self) && !slice_equal(r.domain, w->self.aid));
    *out = (struct entry){r.aid, SLICE(none), {0}, r.domain, DOMAIN_SELECTABLE, true};
    return OK;
}

#define FILES_FROM 0x100 /* numbers from here on are those of remote file management */

/* *next: 0 to begin with, steps behind the entry. */
static enum err next_entry(const struct domain_work *w, unsigned *next, struct entry *out, bool *found)
{
    struct slice block;
    if (w->a->p1 == KIND_LOAD_FILES || w->a->p1 == KIND_LOAD_FILES_AND_MODULES) {
        *out = (struct entry){.life_cycle = LOAD_FILE_LOADED};
        return load_file_next(&w->isdp, next, &out->aid, &block, found);
    }
    *found = false;
    if (*next < FILES_FROM) {
        TRY(next_domain(w, next, out, found));
        if (*found || w->a->p1 == KIND_SELF) return OK;
        *next = FILES_FROM;
    }
    unsigned files = *next - FILES_FROM;
    TRY(next_files(w, &files, out, found));
    *next = FILES_FROM + files;
    return OK;
}

/* ---- GET STATUS ---- */

/* What the command asks for: AIDs that start so, and a list of tags (n 0: all). */
struct query {
    struct slice aid, tags;
};

static enum err read_query(struct domain_work *w, struct query *q)
{
    struct tlv t;
    struct slice in = w->a->data;
    *q = (struct query){0};
    if (!tlv_next(&in, &t) || t.tag != 0x4f || t.value.n > AID_SIZE)
        return reason_say(&w->m->reason, ERR_DATA, "GP 11.4.2.3", 0, "4F with an AID, part of one, or nothing",
                          "other bytes");
    q->aid = t.value;
    if (in.n == 0) return OK;
    size_t at = w->a->data.n - in.n;
    if (!tlv_next(&in, &t) || t.tag != 0x5c || in.n)
        return reason_say(&w->m->reason, ERR_DATA, "GP 11.4.2.3", at, "a tag list (5C), last", "other bytes");
    q->tags = t.value;
    return OK;
}

static bool wants(const struct query *q, uint32_t tag)
{
    struct slice in = q->tags;
    if (in.n == 0) return true;
    while (in.n) {
        uint32_t came = in.p[0];
        in = slice_skip(in, 1);
        if ((came & 0x1f) == 0x1f && in.n) {
            came = came << 8 | in.p[0];
            in = slice_skip(in, 1);
        }
        if (came == tag) return true;
    }
    return false;
}

/* The modules of a load file are those that its instances were made of. */
static enum err put_modules(const struct domain_work *w, const struct entry *e, const struct query *q, struct buf *out)
{
    struct domain d;
    bool found;
    if (w->a->p1 != KIND_LOAD_FILES_AND_MODULES || !wants(q, 0x84)) return OK;
    for (unsigned next = 0;;) {
        TRY(domain_next(&w->isdp, &next, &d, &found));
        if (!found) return OK;
        if (d.is_applet && slice_equal(d.package, e->aid)) tlv_put(out, 0x84, d.module);
    }
}

static enum err put_entry(const struct domain_work *w, const struct entry *e, const struct query *q, struct buf *out)
{
    size_t mark = tlv_open(out, 0xe3);
    if (wants(q, 0x4f)) tlv_put(out, 0x4f, e->aid);
    if (wants(q, 0x9f70)) tlv_put_u8(out, 0x9f70, e->life_cycle);
    if (e->has_privileges && wants(q, 0xc5)) tlv_put(out, 0xc5, e->privileges);
    if (e->package.n && wants(q, 0xc4)) tlv_put(out, 0xc4, e->package);
    TRY(put_modules(w, e, q, out));
    if (e->domain.n && wants(q, 0xcc)) tlv_put(out, 0xcc, e->domain);
    tlv_close(out, mark);
    return buf_err(out);
}

static enum err list(struct domain_work *w, const struct query *q, unsigned next)
{
    struct entry e;
    bool found;
    size_t n = 0;
    for (;;) {
        BUF_LOCAL one = {0};
        unsigned at = next;
        TRY(next_entry(w, &next, &e, &found));
        if (!found) break;
        if (!slice_starts_with(e.aid, q->aid)) continue;
        TRY(put_entry(w, &e, q, &one));
        if (n && w->out->n + one.n > ANSWER_MAX) {
            w->s->registry_kind = w->a->p1;
            w->s->registry_next = at;
            return WARN_MORE_STATUS;
        }
        buf_append(w->out, buf_slice(&one));
        n++;
    }
    if (n) return OK;
    return reason_say(&w->m->reason, ERR_REFERENCE, "GP 11.4.3.2", REASON_NO_OFFSET, "an entry of the registry",
                      "none");
}

enum err domain_get_status(struct domain_work *w)
{
    static const uint8_t kinds[] = {KIND_SELF, KIND_APPLICATIONS, KIND_LOAD_FILES, KIND_LOAD_FILES_AND_MODULES};
    const struct domain_command *a = w->a;
    struct query q;
    unsigned next = 0;
    if (!memchr(kinds, a->p1, sizeof kinds) || (a->p2 & ~P2_NEXT) != P2_TLV)
        return reason_say(&w->m->reason, ERR_PARAMETERS, "GP 11.4.2.1", REASON_NO_OFFSET,
                          "P1 80, 40, 20 or 10, P2 02 or 03", "%02X %02X", a->p1, a->p2);
    TRY(read_query(w, &q));
    if (a->p2 & P2_NEXT) {
        if (w->s->registry_kind != a->p1)
            return reason_say(&w->m->reason, ERR_CONDITIONS, "GP 11.4.2.2", REASON_NO_OFFSET,
                              "a GET STATUS before that had more to say", "none");
        next = w->s->registry_next;
    }
    w->s->registry_kind = 0;
    return list(w, &q, next);
}

/* ---- SET STATUS ---- */

/* May this domain go from one state to the other (GP 5.3.2)? A lock keeps the state under it. */
static bool may_go(const struct domain *d, uint8_t to)
{
    uint8_t from = d->life_cycle;
    if ((from | DOMAIN_LOCKED) == to || (from & ~DOMAIN_LOCKED) == to) return true; /* lock, unlock */
    if (from & DOMAIN_LOCKED || to & DOMAIN_LOCKED || d->is_applet) return false;
    return (to == DOMAIN_SELECTABLE || to == DOMAIN_PERSONALIZED) && to > from;
}

static enum err go(struct domain_work *w, struct domain *d, uint8_t to)
{
    if (!may_go(d, to))
        return reason_say(&w->m->reason, ERR_CONDITIONS, "GP 11.10.2.2", REASON_NO_OFFSET,
                          "a transition of the life cycle", "from %02X to %02X", d->life_cycle, to);
    d->life_cycle = to;
    return domain_put(&w->isdp, d);
}

/* The domain's own state; it cannot lock itself out. */
static enum err set_own(struct domain_work *w)
{
    struct domain self = w->self;
    if (w->a->p2 & DOMAIN_LOCKED)
        return reason_say(&w->m->reason, ERR_CONDITIONS, "GP 11.10.2.2", REASON_NO_OFFSET,
                          "a state in which the domain can still be reached", "%02X", w->a->p2);
    return go(w, &self, w->a->p2);
}

static enum err set_other(struct domain_work *w)
{
    struct domain d;
    bool found;
    uint8_t to = w->a->p2;
    TRY(domain_find(&w->isdp, w->a->data, &d, &found));
    if (!found || (!domain_owns(&w->self, &d) && !domain_has_privilege(&w->self, PRIVILEGE_GLOBAL_LOCK)))
        return reason_say(&w->m->reason, ERR_REFERENCE, "GP 11.10.2.3", 0, "the AID of an application of this domain",
                          "%s", found ? "one of another domain" : "an unknown one");
    if (d.number == w->self.number) return set_own(w);
    bool is_lock = to & DOMAIN_LOCKED;
    /* The other bits say nothing when a lock is set or taken away. */
    if (is_lock) to = d.life_cycle | DOMAIN_LOCKED;
    if (!is_lock && d.life_cycle & DOMAIN_LOCKED) to = d.life_cycle & 0x7f;
    return go(w, &d, to);
}

/* P1 60: the domain and all that belongs to it are locked or unlocked. */
static enum err set_tree(struct domain_work *w)
{
    uint8_t number;
    struct domain d;
    bool found;
    bool is_lock = w->a->p2 & DOMAIN_LOCKED;
    TRY(set_other(w));
    TRY(domain_find(&w->isdp, w->a->data, &d, &found));
    if (!found) return ERR_CORRUPT;
    number = d.number;
    for (unsigned next = 0;;) {
        struct domain root;
        TRY(domain_get(&w->isdp, number, &root, &found));
        TRY(domain_next(&w->isdp, &next, &d, &found));
        if (!found) return OK;
        if (d.number == number || !domain_owns(&root, &d) || !!(d.life_cycle & DOMAIN_LOCKED) == is_lock) continue;
        d.life_cycle ^= DOMAIN_LOCKED;
        TRY(domain_put(&w->isdp, &d));
    }
}

enum err domain_set_status(struct domain_work *w)
{
    const struct domain_command *a = w->a;
    if (a->p1 == KIND_SELF) return set_own(w);
    if (a->p1 == KIND_APPLICATIONS) return set_other(w);
    if (a->p1 == KIND_DOMAIN_AND_APPLICATIONS) return set_tree(w);
    return reason_say(&w->m->reason, ERR_PARAMETERS, "GP 11.10.2.1", REASON_NO_OFFSET, "P1 80, 40 or 60", "%02X",
                      a->p1);
}
