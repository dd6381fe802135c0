/* Immediate enabling (SGP.32 3.4.4, 3.4.5, 5.9.15, 5.9.17): the PSMO and the local function that
 * configure it, and ES10b.ImmediateEnable. card/immediate-enable: 80 on or off, 81 SM-DP+ OID, 82 SM-DP+ address. */
#include "isdr/iot.h"

#define KEY "card/immediate-enable"

void immediate_enable_get(const struct model *m, struct immediate_enable *out)
{
    struct slice value;
    struct tlv t;
    *out = (struct immediate_enable){0};
    if (!store_get(m->store, KEY, &value)) return;
    out->enabled = tlv_find(value, 0x80, &t) && t.value.n == 1 && t.value.p[0];
    if (tlv_find(value, 0x81, &t)) out->oid = t.value;
    if (tlv_find(value, 0x82, &t)) out->address = t.value;
}

enum err immediate_enable_set(struct model *m, struct slice members, bool *good)
{
    struct immediate_enable state;
    struct tlv t;
    uint32_t last = 0x7f;
    size_t characters;
    BUF_LOCAL value = {0};
    *good = false;
    immediate_enable_get(m, &state);
    state.enabled = false;
    if (m->personality.sgp32 == SGP32_1_0) state = (struct immediate_enable){0};
    while (members.n) {
        if (!tlv_next(&members, &t) || (t.tag <= last && t.tag <= 0x82)) return OK;
        if (t.tag <= 0x82) last = t.tag;
        if (t.tag == 0x80) {
            if (t.value.n) return OK;
            state.enabled = true;
        } else if (t.tag == 0x81) {
            if (t.value.n < 1 || t.value.n > 32) return OK;
            state.oid = t.value;
        } else if (t.tag == 0x82) {
            if (t.value.n > 255 || !utf8_length(t.value, &characters)) return OK;
            state.address = t.value;
        }
    }
    tlv_put_u8(&value, 0x80, state.enabled);
    if (state.oid.n) tlv_put(&value, 0x81, state.oid);
    if (state.address.n) tlv_put(&value, 0x82, state.address);
    TRY(buf_err(&value));
    *good = true;
    return store_put(m->store, KEY, buf_slice(&value));
}

enum err psmo_configure_immediate_enable(struct package *p, const struct tlv *operation, struct buf *result,
                                         bool *failed)
{
    bool good;
    TRY(immediate_enable_set(p->model, operation->value, &good));
    if (good) return package_result_code(p, result, 0x87, 0, "ok", failed);
    (void)reason_say(&p->model->reason, OK, "SGP.32 3.4.4", REASON_NO_OFFSET, "flag, SM-DP+ OID and address in order",
                     "other");
    return package_result_code(p, result, 0x87, 7, "commandError", failed);
}

enum err es10b_configure_immediate_profile_enabling(struct model *m, struct slice request, struct buf *response)
{
    struct tlv outer;
    bool good = false;
    if (eim_count(m)) {
        (void)reason_say(&m->reason, OK, "SGP.32 5.9.17", REASON_NO_OFFSET, "no associated eIM", "%zu", eim_count(m));
        return es_result(m, response, 0xbf59, 2, "associatedEimAlreadyExists");
    }
    if (tlv_strict(request, TLV_DEPTH_MAX, NULL) && tlv_next(&request, &outer))
        TRY(immediate_enable_set(m, outer.value, &good));
    if (good) return es_result(m, response, 0xbf59, 0, "ok");
    (void)reason_say(&m->reason, OK, "SGP.32 5.9.17", 0, "flag, SM-DP+ OID and address in order", "other bytes");
    return es_result(m, response, 0xbf59, 127, "undefinedError");
}

/* The SM-DP+ of the download is the one configured. */
static bool smdp_matches(const struct immediate_enable *state, const struct session *s)
{
    if (!state->oid.n && !state->address.n) return false;
    if (state->oid.n && !slice_equal(state->oid, buf_slice(&s->installed_oid))) return false;
    return !state->address.n || slice_equal(state->address, buf_slice(&s->installed_address));
}

enum err es10b_immediate_enable(struct model *m, struct slice request, struct buf *response)
{
    struct immediate_enable state;
    struct profile target;
    struct profile current;
    struct session *s = &m->session;
    bool refresh;
    bool found = false;
    bool has_current;
    TRY(iot_refresh_flag(m, request, "SGP.32 5.9.15", &refresh));
    immediate_enable_get(m, &state);
    if (!state.enabled) {
        (void)reason_say(&m->reason, OK, "SGP.32 5.9.15", REASON_NO_OFFSET, "immediate enabling configured", "not so");
        return es_result(m, response, 0xbf5a, 1, "immediateEnableNotAvailable");
    }
    if (s->has_installed) TRY(profile_get(m, s->installed_aid, &target, &found));
    if (!found) {
        (void)reason_say(&m->reason, OK, "SGP.32 5.9.15", REASON_NO_OFFSET, "a profile installed in this session",
                         "none");
        return es_result(m, response, 0xbf5a, 4, "noSessionContext");
    }
    if (!smdp_matches(&state, s)) {
        (void)reason_say(&m->reason, OK, "SGP.32 5.9.15", REASON_NO_OFFSET, "a download from the configured SM-DP+",
                         "another, from \"%.*s\"", (int)s->installed_address.n, (const char *)s->installed_address.p);
        return es_result(m, response, 0xbf5a, 1, "immediateEnableNotAvailable");
    }
    if (!iot_cat_free(m, "SGP.32 5.9.15"))
        return es_result(m, response, 0xbf5a, m->personality.sgp32 == SGP32_1_0 ? 127 : 5, "catBusy");
    TRY(profile_enabled(m, &current, &has_current));
    bool held = has_current && ((current.ppr & PPR1) && target.profile_class == PROFILE_CLASS_OPERATIONAL);
    if (held || (has_current && current.emergency) || target.enabled || target.emergency) {
        (void)reason_say(&m->reason, OK, "SGP.32 5.9.15", REASON_NO_OFFSET, "a switch that the profiles allow",
                         "another");
        return es_result(m, response, 0xbf5a, 127, "undefinedError");
    }
    TRY(iot_drop_rollback(m));
    TRY(store_delete(m->store, "card/fallback-return"));
    TRY(switch_request(m, &target, refresh));
    session_forget_installed(s);
    return es_result(m, response, 0xbf5a, 0, "ok");
}
