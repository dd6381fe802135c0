/* Card content management without a runtime for applications (GP 9, 11.2, 11.5, 11.6): what would load or make code is
 * refused; extradition, personalisation and deletion work on what the package brought. */
#include "domain/internal.h"

#define INSTALL_FOR_EXTRADITION 0x10
#define INSTALL_FOR_PERSONALIZATION 0x20
#define DELETE_RELATED 0x80

/* The lists of length and value in the data of INSTALL (GP 11.5.2.3). */
static enum err read_list(struct domain_work *w, struct slice *out, size_t n, const char *name)
{
    struct slice in = w->a->data;
    size_t i = 0;
    while (i < n && slice_take_counted(&in, &out[i]))
        i++;
    if (i == n && in.n == 0) return OK;
    return reason_say(&w->m->reason, ERR_DATA, "GP 11.5.2.3", w->a->data.n - in.n, name, "other bytes");
}

static enum err need_management(struct domain_work *w)
{
    if (w->self.is_mno || domain_has_privilege(&w->self, PRIVILEGE_AUTHORIZED_MANAGEMENT)) return OK;
    return reason_say(&w->m->reason, ERR_CONDITIONS, "GP 9.1.3", REASON_NO_OFFSET,
                      "the privilege Authorized Management", "a security domain without");
}

/* Something of this domain by its AID. */
static enum err find_own(struct domain_work *w, struct slice aid, struct domain *d)
{
    bool found;
    TRY(domain_find(&w->isdp, aid, d, &found));
    if (found && domain_owns(&w->self, d)) return OK;
    return reason_say(&w->m->reason, ERR_REFERENCE, "GP 9.4", REASON_NO_OFFSET,
                      "the AID of an application of this domain", "%s", found ? "one of another domain" : "unknown");
}

static enum err for_personalization(struct domain_work *w)
{
    struct slice fields[6];
    struct domain d;
    TRY(read_list(w, fields, 6, "00, 00, AID, 00, 00, 00"));
    w->s->has_target = false;
    TRY(find_own(w, fields[2], &d));
    if (d.is_applet)
        return reason_say(&w->m->reason, ERR_CONDITIONS, "GP 11.5.2.3.6", REASON_NO_OFFSET,
                          "an application that this card can run", "an inert one");
    w->s->has_target = true;
    w->s->target = d.number;
    buf_byte(w->out, 0x00); /* no receipt */
    return OK;
}

/* new security domain, nothing, application, privileges, parameters, token */
static enum err for_extradition(struct domain_work *w)
{
    struct slice fields[6];
    struct domain d;
    struct domain owner;
    bool found;
    TRY(need_management(w));
    TRY(read_list(w, fields, 6, "security domain, 00, AID, 00, 00, 00"));
    TRY(find_own(w, fields[2], &d));
    TRY(domain_find(&w->isdp, fields[0], &owner, &found));
    if (!found || owner.is_applet)
        return reason_say(&w->m->reason, ERR_REFERENCE, "GP 9.4.1", 1, "the AID of a security domain", "another one");
    if (owner.life_cycle != DOMAIN_PERSONALIZED || d.is_mno || d.number == owner.number || domain_owns(&d, &owner))
        return reason_say(&w->m->reason, ERR_CONDITIONS, "GP 9.4.1", REASON_NO_OFFSET,
                          "a PERSONALIZED security domain that does not belong to what it is to get", "another one");
    d.parent = owner.aid;
    TRY(domain_put(&w->isdp, &d));
    buf_byte(w->out, 0x00);
    return OK;
}

enum err domain_install(struct domain_work *w)
{
    if (w->a->p2)
        return reason_say(&w->m->reason, ERR_PARAMETERS, "GP 11.5.2.2", REASON_NO_OFFSET, "P2 00", "%02X", w->a->p2);
    if (w->a->p1 == INSTALL_FOR_PERSONALIZATION) return for_personalization(w);
    if (w->a->p1 == INSTALL_FOR_EXTRADITION) return for_extradition(w);
    return reason_say(&w->m->reason, ERR_FUNCTION, "GP 11.5.2.1", REASON_NO_OFFSET,
                      "INSTALL for personalization or extradition: the card has no application runtime", "P1 %02X",
                      w->a->p1);
}

enum err domain_load(struct domain_work *w)
{
    return reason_say(&w->m->reason, ERR_CONDITIONS, "GP 11.6", REASON_NO_OFFSET, "INSTALL [for load] before",
                      "none: the card has no application runtime");
}

/* ---- DELETE ---- */

static enum err has_applications(struct domain_work *w, const struct domain *d, bool *has)
{
    struct domain other;
    struct remote_files r;
    bool found = true;
    *has = false;
    for (unsigned next = 0; found && !*has;) {
        TRY(domain_next(&w->isdp, &next, &other, &found));
        *has = found && other.number != d->number && domain_owns(d, &other);
    }
    found = true;
    for (unsigned next = 0; found && !*has;) {
        TRY(remote_files_next(&w->isdp, &next, &r, &found));
        *has = found && slice_equal(r.domain, d->aid);
    }
    return OK;
}

static enum err delete_application(struct domain_work *w, const struct domain *d)
{
    bool in_use;
    if (d->number == w->self.number || d->is_mno)
        return reason_say(&w->m->reason, ERR_CONDITIONS, "GP 9.5.2", REASON_NO_OFFSET,
                          "an application that is neither the MNO-SD nor the one that deletes", "it");
    TRY(has_applications(w, d, &in_use));
    if (in_use)
        return reason_say(&w->m->reason, ERR_CONDITIONS, "GP 9.5.2", REASON_NO_OFFSET,
                          "a security domain to which nothing belongs", "one with applications");
    TRY(application_remove(&w->isdp, d->aid));
    return domain_delete(&w->isdp, d->number);
}

static enum err delete_aid(struct domain_work *w, struct slice aid)
{
    struct domain d;
    struct remote_files r;
    bool found;
    bool all = w->self.is_mno || domain_has_privilege(&w->self, PRIVILEGE_GLOBAL_DELETE);
    TRY(need_management(w));
    TRY(domain_find(&w->isdp, aid, &d, &found));
    if (found && (all || domain_owns(&w->self, &d))) return delete_application(w, &d);
    TRY(remote_files_find(&w->isdp, aid, &r, &found));
    if (!found || (!all && !slice_equal(r.domain, w->self.aid)))
        return reason_say(&w->m->reason, ERR_REFERENCE, "GP 11.2.3.2", 0, "the AID of an application of this domain",
                          "another one");
    TRY(application_remove(&w->isdp, aid));
    return remote_files_delete(&w->isdp, r.number);
}

/* D0 key identifier, D2 key version: both, or one of them for all that have it (GP 11.2.2.3.2). */
static enum err delete_keys(struct domain_work *w, const struct tlv *identifier, const struct tlv *version)
{
    struct domain_key key;
    bool found;
    size_t n = 0;
    for (unsigned next = 0;;) {
        TRY(domain_key_next(&w->isdp, w->self.number, &next, &key, &found));
        if (!found) break;
        if (identifier->value.n && identifier->value.p[0] != key.identifier) continue;
        if (version->value.n && version->value.p[0] != key.version) continue;
        TRY(domain_key_delete(&w->isdp, w->self.number, key.version, key.identifier));
        n++;
    }
    if (n) return OK;
    return reason_say(&w->m->reason, ERR_REFERENCE, "GP 11.2.3.2", 0, "a key of this domain", "none");
}

enum err domain_delete_object(struct domain_work *w)
{
    const struct domain_command *a = w->a;
    struct slice in = a->data;
    struct tlv aid = {0};
    struct tlv identifier = {0};
    struct tlv version = {0};
    if (a->p1 || (a->p2 & ~DELETE_RELATED))
        return reason_say(&w->m->reason, ERR_PARAMETERS, "GP 11.2.2", REASON_NO_OFFSET, "P1 00 and P2 00 or 80",
                          "%02X %02X", a->p1, a->p2);
    if (tlv_next(&in, &aid) && aid.tag == 0x4f && in.n == 0) {
        TRY(delete_aid(w, aid.value));
    } else {
        (void)tlv_find(a->data, 0xd0, &identifier);
        (void)tlv_find(a->data, 0xd2, &version);
        if (identifier.value.n > 1 || version.value.n > 1 || identifier.value.n + version.value.n == 0 ||
            identifier.whole.n + version.whole.n != a->data.n)
            return reason_say(&w->m->reason, ERR_DATA, "GP 11.2.2.3", 0, "4F with an AID, or D0 and D2 of a key",
                              "other bytes");
        TRY(delete_keys(w, &identifier, &version));
    }
    buf_byte(w->out, 0x00); /* no receipt */
    return OK;
}
