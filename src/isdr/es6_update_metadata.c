/* ES6.UpdateMetadata (SGP.22 5.4.1): the operator's server, through the security domain of the enabled profile, changes
 * that profile's names and icon, its service specific data, and clears policy rules. Comes in STORE DATA behind an
 * INSTALL [for personalization] that names the ISD-P; called by src/card for secured packets. Of SGP.22 2.x: what 3.x
 * added is refused. */
#include "isdr/internal.h"

#include "asn1/asn1.h"

#define CLAUSE "SGP.22 5.4.1"
#define TAG_REQUEST 0xbf2a
#define PPR_UPDATE_CONTROL (1u << 0)
#define ICON_MAX 1024

const uint8_t isdp_alias_aid[AID_SIZE] = {0xa0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xff,
                                          0xff, 0xff, 0xff, 0x89, 0x00, 0x00, 0x0f, 0x00};

/* Members of StoreMetadataRequest in their order; those that UpdateMetadata changes have a place in the request. */
enum member { PROVIDER_NAME, PROFILE_NAME, ICON_TYPE, ICON, RULES, SERVICE_DATA, MEMBERS };
#define STAYS MEMBERS
static const struct {
    uint32_t tag;
    enum member member;
} order[] = {{0x5a, STAYS}, {0x91, PROVIDER_NAME},  {0x92, PROFILE_NAME}, {0x93, ICON_TYPE},
             {0x94, ICON},  {0x95, STAYS},          {0xb6, STAYS},        {0xb7, STAYS},
             {0x99, RULES}, {0xbf22, SERVICE_DATA}, {0xbf23, STAYS}};

struct update {
    bool has[MEMBERS];
    struct tlv part[MEMBERS];
    uint32_t rules;
};

static enum err refuse(struct model *m, struct slice request, const uint8_t *at, const char *expected, const char *came)
{
    return reason_say(&m->reason, ERR_DATA, CLAUSE, at ? (size_t)(at - request.p) : REASON_NO_OFFSET, expected, "%s",
                      came);
}

static bool member_of_tag(uint32_t tag, enum member *member)
{
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (order[i].tag != tag || order[i].member == STAYS) continue;
        *member = order[i].member;
        return true;
    }
    return false;
}

static enum err take_members(struct model *m, struct slice request, struct slice in, struct update *u)
{
    struct tlv t;
    unsigned next = 0;
    while (tlv_next(&in, &t)) {
        enum member member;
        if (!member_of_tag(t.tag, &member))
            return refuse(m, request, t.whole.p, "91, 92, 93, 94, 99 or BF22", "a member that cannot be changed");
        if (member < next) return refuse(m, request, t.whole.p, "each member once, in order", "one misplaced");
        next = member + 1u;
        u->has[member] = true;
        u->part[member] = t;
    }
    return OK;
}

static enum err check_text(struct model *m, struct slice request, const struct update *u, enum member member,
                           size_t characters_max)
{
    size_t characters;
    struct slice text = u->part[member].value;
    if (!u->has[member]) return OK;
    if (utf8_length(text, &characters) && characters <= characters_max) return OK;
    return refuse(m, request, text.p,
                  member == PROVIDER_NAME ? "at most 32 characters of UTF-8" : "at most 64 characters of UTF-8",
                  "another text");
}

/* Type and icon come together; both empty remove the icon. */
static enum err check_icon(struct model *m, struct slice request, const struct update *u)
{
    struct slice type = u->part[ICON_TYPE].value;
    struct slice icon = u->part[ICON].value;
    if (!u->has[ICON_TYPE] && !u->has[ICON]) return OK;
    if (!u->has[ICON_TYPE] || !u->has[ICON])
        return refuse(m, request, NULL, "iconType (93) and icon (94) together", "one of them");
    if (icon.n == 0 && type.n <= 1) return OK;
    if (type.n != 1 || type.p[0] > 1) return refuse(m, request, type.p, "iconType jpg(0) or png(1)", "another value");
    if (icon.n > ICON_MAX) return refuse(m, request, icon.p, "icon of at most 1024 bytes", "a longer one");
    return OK;
}

static enum err check_rules(struct model *m, struct slice request, struct update *u)
{
    struct slice value = u->part[RULES].value;
    if (!u->has[RULES]) return OK;
    if (!tlv_bits(value, &u->rules)) return refuse(m, request, value.p, "profile policy rules as named bits", "other");
    if (u->rules & PPR_UPDATE_CONTROL)
        return refuse(m, request, value.p, "pprUpdateControl not set", "profile policy rules with it");
    return OK;
}

static enum err read_request(struct model *m, struct slice request, struct update *u)
{
    struct slice in = request;
    struct tlv t;
    size_t at = 0;
    if (!tlv_strict(request, TLV_DEPTH_MAX, &at))
        return reason_say(&m->reason, ERR_DATA, CLAUSE, at, "data objects in DER", "other bytes");
    if (!tlv_next(&in, &t) || t.tag != TAG_REQUEST || in.n)
        return refuse(m, request, request.p, "one UpdateMetadataRequest (BF2A)", "another data object");
    TRY(take_members(m, request, t.value, u));
    TRY(check_text(m, request, u, PROVIDER_NAME, 32));
    TRY(check_text(m, request, u, PROFILE_NAME, 64));
    TRY(check_icon(m, request, u));
    return check_rules(m, request, u);
}

/* The stored member, or what comes in its place. */
static void put_member(const struct update *u, size_t i, struct slice old, uint32_t rules, struct buf *out)
{
    struct tlv t;
    enum member member = order[i].member;
    bool changed = member != STAYS && u->has[member];
    if (!changed) {
        if (tlv_find(old, order[i].tag, &t)) buf_append(out, t.whole);
        return;
    }
    bool removed_icon = (member == ICON || member == ICON_TYPE) && u->part[ICON].value.n == 0;
    if (removed_icon) return;
    if (member == RULES)
        tlv_put_bits(out, order[i].tag, rules);
    else
        buf_append(out, u->part[member].whole);
}

static bool is_known(uint32_t tag)
{
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (order[i].tag == tag) return true;
    return false;
}

static enum err store_changes(struct model *m, const struct update *u, struct profile *p)
{
    struct slice der;
    struct slice in;
    struct tlv old;
    struct tlv t;
    BUF_LOCAL metadata = {0};
    if (!profile_part(m, p->aid, "meta", &der) || !tlv_next(&der, &old)) return ERR_CORRUPT;
    if (u->has[RULES]) p->ppr &= u->rules; /* rules can be cleared, never set */
    size_t mark = tlv_open(&metadata, old.tag);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        put_member(u, i, old.value, p->ppr, &metadata);
    for (in = old.value; tlv_next(&in, &t);)
        if (!is_known(t.tag)) buf_append(&metadata, t.whole);
    tlv_close(&metadata, mark);
    TRY(buf_err(&metadata));
    size_t growth = metadata.n > old.whole.n ? metadata.n - old.whole.n : 0;
    if (growth > profile_memory_free(m))
        return reason_say(&m->reason, ERR_NO_SPACE, CLAUSE, REASON_NO_OFFSET, "memory for the metadata",
                          "%zu bytes free", profile_memory_free(m));
    TRY(profile_put_part(m, p->aid, "meta", buf_slice(&metadata)));
    return profile_put(m, p);
}

enum err es6_update_metadata(struct model *m, struct slice request)
{
    struct update u = {0};
    struct profile p;
    bool found;
    model_trace(m, EUICC_EVENT_FUNCTION, "ES6.UpdateMetadata");
    TRY(read_request(m, request, &u));
    TRY(profile_enabled(m, &p, &found));
    if (!found) return reason_say(&m->reason, ERR_CONDITIONS, CLAUSE, REASON_NO_OFFSET, "an enabled profile", "none");
    return store_changes(m, &u, &p);
}
