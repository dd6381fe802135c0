/* ES10c.GetProfilesInfo (SGP.22 5.7.15): members in the order of the module whatever the tag list's order; what was
 * asked for and is not set is left out. */
#include "isdr/internal.h"

#include <stdlib.h>

#define CLAUSE "5.7.15"

/* Sources of the members of ProfileInfo, in their order. */
enum source { FROM_RECORD, FROM_METADATA, FROM_DP_DATA };
/* In which cards' default list a member is, and from which version on it exists. */
#define DEFAULT_SGP22 (1u << 0)
#define DEFAULT_IOT (1u << 1) /* SGP.32 v1.1 5.9.14 */
#define ONLY_IOT (1u << 2)
static const struct {
    uint32_t tag;
    enum source source;
    unsigned lists;
} members[] = {
    {0x5a, FROM_RECORD, DEFAULT_SGP22 | DEFAULT_IOT},
    {0x4f, FROM_RECORD, DEFAULT_SGP22 | DEFAULT_IOT},
    {0x9f70, FROM_RECORD, DEFAULT_SGP22 | DEFAULT_IOT},
    {0x90, FROM_RECORD, DEFAULT_SGP22},
    {0x91, FROM_METADATA, DEFAULT_SGP22 | DEFAULT_IOT},
    {0x92, FROM_METADATA, DEFAULT_SGP22 | DEFAULT_IOT},
    {0x93, FROM_METADATA, DEFAULT_SGP22},
    {0x94, FROM_METADATA, DEFAULT_SGP22},
    {0x95, FROM_RECORD, DEFAULT_SGP22 | DEFAULT_IOT},
    {0xb6, FROM_METADATA, 0},
    {0xb7, FROM_METADATA, 0},
    {0xb8, FROM_DP_DATA, 0},
    {0x99, FROM_RECORD, 0},
    {0xbf22, FROM_METADATA, 0},
    {0x9f7b, FROM_METADATA, DEFAULT_IOT | ONLY_IOT},
    {0x9f26, FROM_RECORD, DEFAULT_IOT | ONLY_IOT},
    {0x9f67, FROM_METADATA, DEFAULT_IOT | ONLY_IOT},
};

static bool next_tag(struct slice *list, uint32_t *tag)
{
    if (list->n == 0) return false;
    size_t i = 1;
    *tag = list->p[0];
    if ((*tag & 0x1f) == 0x1f) {
        do
            *tag = *tag << 8 | list->p[i];
        while (list->p[i++] & 0x80);
    }
    *list = slice_skip(*list, i);
    return true;
}

/* What is listed when no tag list says otherwise: an eIM, and a device without an LPA, speak SGP.32. */
static unsigned default_list(const struct model *m, bool for_eim)
{
    return m->personality.sgp32 >= SGP32_1_1 && (for_eim || !m->personality.consumer) ? DEFAULT_IOT : DEFAULT_SGP22;
}

static bool asked(const struct model *m, const struct profile_info_list_request *r, unsigned defaults, size_t member)
{
    uint32_t tag;
    struct slice list = r->tag_list;
    bool iot = m->personality.sgp32 >= SGP32_1_1;
    if ((members[member].lists & ONLY_IOT) && !iot) return false;
    if (!r->has_tag_list) return members[member].lists & defaults;
    while (next_tag(&list, &tag))
        if (tag == members[member].tag) return true;
    return false;
}

/* fallbackAttribute, left out when it is FALSE. */
static bool has_fallback_attribute(const struct model *m, const struct profile *p)
{
    struct slice aid;
    return store_get(m->store, "card/fallback", &aid) && slice_equal(aid, SLICE(p->aid));
}

static void put_from_record(const struct model *m, const struct profile *p, uint32_t tag, struct buf *out)
{
    if (tag == 0x9f26 && has_fallback_attribute(m, p)) tlv_put_u8(out, tag, 0xff);
    if (tag == 0x5a) tlv_put(out, tag, SLICE(p->iccid));
    if (tag == 0x4f) tlv_put(out, tag, SLICE(p->aid));
    if (tag == 0x9f70) tlv_put_u8(out, tag, p->enabled);
    if (tag == 0x90 && p->has_nickname) tlv_put(out, tag, p->nickname);
    if (tag == 0x95) tlv_put_unsigned(out, tag, p->profile_class);
    if (tag == 0x99 && p->ppr) tlv_put_bits(out, tag, p->ppr);
}

static enum err put_profile(const struct model *m, const struct profile *p, const struct profile_info_list_request *r,
                            unsigned defaults, struct buf *out)
{
    struct slice der;
    struct slice dp;
    struct tlv metadata;
    struct tlv t;
    if (!profile_part(m, p->aid, "meta", &der) || !tlv_next(&der, &metadata)) return ERR_CORRUPT;
    size_t info = tlv_open(out, 0xe3);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (!asked(m, r, defaults, i)) continue;
        if (members[i].source == FROM_RECORD)
            put_from_record(m, p, members[i].tag, out);
        else if (members[i].source == FROM_METADATA && tlv_find(metadata.value, members[i].tag, &t))
            buf_append(out, t.whole);
        else if (members[i].source == FROM_DP_DATA && profile_part(m, p->aid, "dp", &dp))
            buf_append(out, dp);
    }
    tlv_close(out, info);
    return OK;
}

static bool matches(const struct profile_info_list_request *r, const struct profile *p)
{
    if (r->has_class) return r->profile_class == p->profile_class;
    if (!r->has_identifier) return true;
    return slice_equal(r->identifier.value, r->identifier.by_aid ? SLICE(p->aid) : SLICE(p->iccid));
}

static enum err put_list(struct model *m, const struct profile_info_list_request *r, unsigned defaults,
                         struct buf *response)
{
    struct profile *list = NULL;
    size_t n = 0;
    TRY(profile_list(m, &list, &n));
    size_t outer = tlv_open(response, 0xbf2d);
    size_t ok = tlv_open(response, 0xa0);
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++)
        if (matches(r, &list[i])) e = put_profile(m, &list[i], r, defaults, response);
    tlv_close(response, ok);
    tlv_close(response, outer);
    free(list);
    return e == OK ? buf_err(response) : e;
}

/* While a switch waits for its REFRESH the state is not reliable: 6985 if it is asked for. */
static bool asks_for_state(const struct model *m, const struct profile_info_list_request *r)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (members[i].tag == 0x9f70) return asked(m, r, default_list(m, false), i);
    return false;
}

static enum err answer_error(struct model *m, uint32_t code, const char *name, struct buf *response)
{
    size_t outer = tlv_open(response, 0xbf2d);
    tlv_put_unsigned(response, 0x81, code);
    tlv_close(response, outer);
    model_trace(m, EUICC_EVENT_RESULT, "%s(%u)", name, code);
    return buf_err(response);
}

enum err profiles_info(struct model *m, bool for_eim, struct slice request, struct buf *response)
{
    struct profile_info_list_request r;
    enum err e = asn1_profile_info_list_request(request, &r, &m->reason);
    if (e == ERR_DATA && tlv_strict(request, TLV_DEPTH_MAX, NULL))
        return answer_error(m, 1, "incorrectInputValues", response);
    TRY(e);
    return put_list(m, &r, default_list(m, for_eim), response);
}

enum err es10c_get_profiles_info(struct model *m, struct slice request, struct buf *response)
{
    struct profile_info_list_request r;
    struct reason ignored;
    reason_clear(&ignored);
    if (!switch_is_pending(m) || asn1_profile_info_list_request(request, &r, &ignored) != OK || !asks_for_state(m, &r))
        return profiles_info(m, false, request, response);
    (void)reason_say(&m->reason, OK, "SGP.22 " CLAUSE, REASON_NO_OFFSET,
                     "the REFRESH of the last profile switch before the state is asked for", "the request before it");
    if (m->personality.consumer || m->personality.sgp32 == SGP32_NONE) return ERR_CONDITIONS;
    if (m->personality.sgp32 == SGP32_1_0) return answer_error(m, 127, "undefinedError", response);
    return answer_error(m, 11, "profileChangeOngoing", response);
}
