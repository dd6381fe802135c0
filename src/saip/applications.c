/* Members, instances and AIDs; see applications.h. SAIP 8.7.3. */
#include "saip/applications.h"

#include <stdio.h>

struct members members_of(struct slice content)
{
    struct members m = {.in = content};
    m.more = tlv_next(&m.in, &m.next);
    return m;
}

bool member_take(struct members *m, uint32_t tag, struct tlv *out)
{
    if (!m->more || m->next.tag != tag) return false;
    *out = m->next;
    m->more = tlv_next(&m->in, &m->next);
    return true;
}

const uint8_t *member_place(const struct members *m)
{
    return m->more ? m->next.whole.p : m->in.p;
}

enum err member_need(struct saip_install *install, const struct element *e, struct members *m, uint32_t tag,
                     const char *name, struct tlv *out, struct reason *reason)
{
    char came[32] = "the end";
    if (member_take(m, tag, out)) return OK;
    if (m->more) (void)snprintf(came, sizeof came, "tag %X", m->next.tag);
    return saip_abort(install, e, member_place(m), PE_INVALID_REQUEST_FORMAT, reason, name, came);
}

enum err members_end(struct saip_install *install, const struct element *e, struct members *m, struct slice known,
                     struct reason *reason)
{
    struct tlv t;
    char came[32];
    while (m->more) {
        (void)snprintf(came, sizeof came, "tag %X", m->next.tag);
        if (m->next.tag <= 0xff && known.n && memchr(known.p, (int)m->next.tag, known.n))
            return saip_abort(install, e, member_place(m), PE_INVALID_REQUEST_FORMAT, reason,
                              "the members in their order, each once", came);
        if (e->mandated)
            return saip_abort(install, e, member_place(m), PE_INVALID_PARAMETER, reason,
                              "members that this card knows in an element that is mandated", came);
        saip_warn(install, e, PE_INVALID_PARAMETER);
        (void)member_take(m, m->next.tag, &t);
    }
    return OK;
}

enum err member_size(struct saip_install *install, const struct element *e, const struct tlv *member, const char *name,
                     size_t least, size_t most, struct reason *reason)
{
    char expected[96];
    char came[32];
    if (member->value.n >= least && member->value.n <= most) return OK;
    (void)snprintf(expected, sizeof expected, "%s of %zu to %zu bytes", name, least, most);
    (void)snprintf(came, sizeof came, "%zu", member->value.n);
    return saip_abort(install, e, member->whole.p, PE_BAD_VALUES, reason, expected, came);
}

/* [EA] UICC system specific parameters: 80 toolkit, 81 and 82 access domains (TS 102 226 8.2.1.3.2). */
static enum err read_application_parameters(struct saip_install *install, const struct element *e, const struct tlv *ea,
                                            struct domain *out, struct reason *reason)
{
    static const uint8_t known[] = {0x80, 0x81, 0x82};
    struct tlv t;
    struct slice tars;
    uint8_t level;
    struct members m = members_of(ea->value);
    if (member_take(&m, 0x80, &t)) {
        out->toolkit = t.value;
        if (!domain_toolkit(t.value, &tars, &level))
            return saip_abort(install, e, t.whole.p, PE_BAD_VALUES, reason,
                              "toolkit parameters of TS 102 226 8.2.1.3.2.1", "other bytes");
    }
    if (member_take(&m, 0x81, &t)) out->access = t.value;
    if (member_take(&m, 0x82, &t)) out->admin_access = t.value;
    return members_end(install, e, &m, SLICE(known), reason);
}

static enum err read_provider(struct saip_install *install, const struct element *e, const struct tlv *b0,
                              struct domain *out, struct reason *reason)
{
    struct tlv t;
    struct members m = members_of(b0->value);
    if (member_take(&m, 0x5f20, &t)) out->provider = t.value;
    return members_end(install, e, &m, (struct slice){0}, reason);
}

static enum err read_optional(struct saip_install *install, const struct element *e, struct members *m,
                              struct domain *out, bool *has_process_data, struct reason *reason)
{
    static const uint8_t known[] = {0x4f, 0x82, 0x83, 0xc9, 0xef, 0xea, 0x30, 0xb0};
    struct tlv t;
    if (member_take(m, 0xef, &t)) out->system_parameters = t.value;
    if (member_take(m, 0xea, &t)) TRY(read_application_parameters(install, e, &t, out, reason));
    *has_process_data = member_take(m, 0x30, &t) && t.value.n;
    if (member_take(m, 0xb0, &t)) TRY(read_provider(install, e, &t, out, reason));
    return members_end(install, e, m, SLICE(known), reason);
}

enum err instance_read(struct saip_install *install, const struct element *e, struct slice content, struct domain *out,
                       bool *has_process_data, struct reason *reason)
{
    struct tlv t = {0};
    struct members m = members_of(content);
    *out = (struct domain){.life_cycle = DOMAIN_SELECTABLE};
    TRY(member_need(install, e, &m, 0x4f, "applicationLoadPackageAID", &t, reason));
    out->package = t.value;
    TRY(member_need(install, e, &m, 0x4f, "classAID", &t, reason));
    out->module = t.value;
    TRY(member_need(install, e, &m, 0x4f, "instanceAID", &t, reason));
    out->aid = t.value;
    TRY(aid_is_free(install, e, out->aid, reason));
    if (member_take(&m, 0x4f, &t)) out->parent = t.value;
    TRY(member_need(install, e, &m, 0x82, "applicationPrivileges", &t, reason));
    TRY(member_size(install, e, &t, "applicationPrivileges", 1, DOMAIN_PRIVILEGES_MAX, reason));
    if (t.value.n == 2)
        return saip_abort(install, e, t.whole.p, PE_BAD_VALUES, reason, "applicationPrivileges of 1 or 3 bytes", "2");
    out->privileges = t.value;
    if (member_take(&m, 0x83, &t)) {
        TRY(member_size(install, e, &t, "lifeCycleState", 1, 1, reason));
        out->life_cycle = t.value.p[0];
    }
    TRY(member_need(install, e, &m, 0xc9, "applicationSpecificParametersC9", &t, reason));
    out->parameters = t.value;
    return read_optional(install, e, &m, out, has_process_data, reason);
}

/* ISD-R, ECASD and ISD-Ps (SGP.22 2.4.3 to 2.4.5) share these bytes. */
static const uint8_t euicc_own[] = {0xa0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xff, 0xff, 0xff, 0xff, 0x89, 0x00, 0x00};

enum err aid_is_free(struct saip_install *install, const struct element *e, struct slice aid, struct reason *reason)
{
    struct profile_application other;
    struct domain applet;
    bool found;
    if (aid.n < DOMAIN_AID_MIN || aid.n > AID_SIZE)
        return saip_abort(install, e, aid.p, PE_BAD_VALUES, reason, "an AID of 5 to 16 bytes", "another length");
    if (slice_starts_with(aid, SLICE(euicc_own)))
        return saip_abort(install, e, aid.p, PE_BAD_VALUES, reason, "an AID of the profile", "one of the eUICC");
    TRY(application_find(&install->isdp, aid, &other, &found));
    if (!found) TRY(domain_find(&install->isdp, aid, &applet, &found));
    if (!found) return OK;
    return saip_abort(install, e, aid.p, PE_BAD_VALUES, reason, "each AID once in a profile", "one again");
}

enum err domain_for(struct saip_install *install, const struct element *e, struct slice aid, bool personalized,
                    struct domain *out, struct reason *reason)
{
    bool found;
    TRY(aid.n ? domain_find(&install->isdp, aid, out, &found) : domain_mno(&install->isdp, out, &found));
    const char *came = !found || out->is_applet                                 ? "none with this AID"
                       : personalized && out->life_cycle != DOMAIN_PERSONALIZED ? "one in another state"
                                                                                : NULL;
    if (!came) return OK;
    install->must_abort = true;
    return saip_abort(install, e, aid.n ? aid.p : NULL, PE_INVALID_PARAMETER, reason,
                      "a security domain that is PERSONALIZED", came);
}
