/* ES10c.GetProfilesInfo (SGP.22 5.7.15): members in the order of the module whatever the tag list's order; what was
 * asked for and is not set is left out. */
#include "isdr/internal.h"

#include <stdlib.h>

#define CLAUSE "5.7.15"

/* Sources of the members of ProfileInfo, in their order. */
enum source { FROM_RECORD, FROM_METADATA, FROM_DP_DATA };
static const struct {
    uint32_t tag;
    enum source source;
    bool by_default; /* in the list when there is no tagList */
} members[] = {
    {0x5a, FROM_RECORD, true},    {0x4f, FROM_RECORD, true},      {0x9f70, FROM_RECORD, true},
    {0x90, FROM_RECORD, true},    {0x91, FROM_METADATA, true},    {0x92, FROM_METADATA, true},
    {0x93, FROM_METADATA, true},  {0x94, FROM_METADATA, true},    {0x95, FROM_RECORD, true},
    {0xb6, FROM_METADATA, false}, {0xb7, FROM_METADATA, false},   {0xb8, FROM_DP_DATA, false},
    {0x99, FROM_RECORD, false},   {0xbf22, FROM_METADATA, false},
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

static bool asked(const struct profile_info_list_request *r, size_t member)
{
    uint32_t tag;
    struct slice list = r->tag_list;
    if (!r->has_tag_list) return members[member].by_default;
    while (next_tag(&list, &tag))
        if (tag == members[member].tag) return true;
    return false;
}

static void put_from_record(const struct profile *p, uint32_t tag, struct buf *out)
{
    if (tag == 0x5a) tlv_put(out, tag, SLICE(p->iccid));
    if (tag == 0x4f) tlv_put(out, tag, SLICE(p->aid));
    if (tag == 0x9f70) tlv_put_u8(out, tag, p->enabled);
    if (tag == 0x90 && p->has_nickname) tlv_put(out, tag, p->nickname);
    if (tag == 0x95) tlv_put_unsigned(out, tag, p->profile_class);
    if (tag == 0x99 && p->ppr) tlv_put_bits(out, tag, p->ppr);
}

static enum err put_profile(const struct model *m, const struct profile *p, const struct profile_info_list_request *r,
                            struct buf *out)
{
    struct slice der;
    struct slice dp;
    struct tlv metadata;
    struct tlv t;
    if (!profile_part(m, p->aid, "meta", &der) || !tlv_next(&der, &metadata)) return ERR_CORRUPT;
    size_t info = tlv_open(out, 0xe3);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (!asked(r, i)) continue;
        if (members[i].source == FROM_RECORD)
            put_from_record(p, members[i].tag, out);
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

static enum err put_list(struct model *m, const struct profile_info_list_request *r, struct buf *response)
{
    struct profile *list = NULL;
    size_t n = 0;
    TRY(profile_list(m, &list, &n));
    size_t outer = tlv_open(response, 0xbf2d);
    size_t ok = tlv_open(response, 0xa0);
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++)
        if (matches(r, &list[i])) e = put_profile(m, &list[i], r, response);
    tlv_close(response, ok);
    tlv_close(response, outer);
    free(list);
    return e == OK ? buf_err(response) : e;
}

/* While a switch waits for its REFRESH the state is not reliable: 6985 if it is asked for (sheet B3). */
static bool asks_for_state(const struct profile_info_list_request *r)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (members[i].tag == 0x9f70) return asked(r, i);
    return false;
}

enum err es10c_get_profiles_info(struct model *m, struct slice request, struct buf *response)
{
    struct profile_info_list_request r;
    enum err e = asn1_profile_info_list_request(request, &r, &m->reason);
    if (e == ERR_DATA && tlv_strict(request, TLV_DEPTH_MAX, NULL)) {
        size_t outer = tlv_open(response, 0xbf2d);
        tlv_put_unsigned(response, 0x81, 1);
        tlv_close(response, outer);
        model_trace(m, EUICC_EVENT_RESULT, "incorrectInputValues(1)");
        return buf_err(response);
    }
    TRY(e);
    if (switch_is_pending(m) && asks_for_state(&r))
        return reason_say(&m->reason, ERR_CONDITIONS, "SGP.22 " CLAUSE, REASON_NO_OFFSET,
                          "the REFRESH of the last profile switch before the state is asked for",
                          "the request before it");
    return put_list(m, &r, response);
}
