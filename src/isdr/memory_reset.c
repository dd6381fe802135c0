/* eUICCMemoryReset: ES10c of SGP.22 (5.7.19, BF34), ES10b of SGP.32 v1.0 (BF34) and v1.1 (5.9.5, BF64). Whatever the
 * state and the policy rules of the profiles. RAT, notifications, package results, the sequence counter and the
 * generator of association tokens stay; one-time keys and the RSP session go. */
#include "isdr/iot.h"

#include <stdlib.h>

/* What may be reset, independent of how a version numbers its bits. */
#define OPERATIONAL (1u << 0)
#define FIELD_LOADED_TEST (1u << 1)
#define DEFAULT_ADDRESS (1u << 2)
#define PRELOADED_TEST (1u << 3)
#define PROVISIONING (1u << 4)
#define EIM_CONFIGURATION (1u << 5)
#define IMMEDIATE_ENABLE (1u << 6)
#define PROFILES (OPERATIONAL | FIELD_LOADED_TEST | PRELOADED_TEST | PROVISIONING)

struct reset {
    uint32_t tag;        /* BF34 or BF64 */
    uint32_t result_tag; /* 80, or 02 in SGP.32 v1.0 */
    uint32_t options;
    uint32_t asked; /* the bits as they came */
};

static bool chosen(const struct profile *p, uint32_t options)
{
    if (p->profile_class == PROFILE_CLASS_OPERATIONAL) return options & OPERATIONAL;
    if (p->profile_class == PROFILE_CLASS_PROVISIONING) return options & PROVISIONING;
    return options & (p->preloaded ? PRELOADED_TEST : FIELD_LOADED_TEST);
}

static enum err delete_chosen(struct model *m, uint32_t options, const struct profile *list, size_t n, size_t *deleted)
{
    *deleted = 0;
    for (size_t i = 0; i < n; i++) {
        if (!chosen(&list[i], options)) continue;
        if (list[i].enabled) TRY(switch_disable_now(m, &list[i], true));
        TRY(notification_add(m, &list[i], EVENT_DELETE));
        TRY(profile_delete(m, list[i].aid));
        (*deleted)++;
    }
    return OK;
}

static bool enabled_is_chosen(const struct profile *list, size_t n, uint32_t options)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].enabled && chosen(&list[i], options)) return true;
    return false;
}

static enum err reset_address(struct model *m, bool *changed)
{
    struct slice factory = slice_text(m->personality.default_smdp_address);
    *changed = !slice_equal(factory, model_default_dp_address(m));
    if (!*changed) return OK;
    return factory.n ? store_put(m->store, "card/default-dp", factory) : store_delete(m->store, "card/default-dp");
}

/* TAG {80 resetResult, [81 resetEimResult], [82 resetImmediateEnableConfigResult]}. */
static enum err answer(struct model *m, const struct reset *r, uint32_t code, const char *name, bool eims,
                       bool immediate, struct buf *response)
{
    size_t mark = tlv_open(response, r->tag);
    tlv_put_unsigned(response, r->result_tag, code);
    if (r->options & EIM_CONFIGURATION) tlv_put_unsigned(response, 0x81, eims ? 0 : 1);
    if (r->options & IMMEDIATE_ENABLE) tlv_put_unsigned(response, 0x82, immediate ? 0 : 127);
    tlv_close(response, mark);
    model_trace(m, EUICC_EVENT_RESULT, "%s(%u)", name, code);
    return buf_err(response);
}

/* An error before anything was reset: no results for eIMs and immediate enabling. */
static enum err refuse(struct model *m, const struct reset *r, uint32_t code, const char *name, const char *expected,
                       const char *came, struct buf *response)
{
    const struct reset bare = {.tag = r->tag, .result_tag = r->result_tag};
    (void)reason_say(&m->reason, OK, "SGP.22 5.7.19", REASON_NO_OFFSET, expected, "%s", came);
    return answer(m, &bare, code, name, false, false, response);
}

static enum err carry_out(struct model *m, const struct reset *r, const struct profile *list, size_t n,
                          struct buf *response)
{
    size_t deleted = 0;
    bool address_changed = false;
    bool had_eims = eim_count(m) > 0;
    if (enabled_is_chosen(list, n, r->options) && (cat_is_busy(m) || switch_is_pending(m)))
        return refuse(m, r, 5, "catBusy", "no proactive session", "one that waits for the terminal", response);
    /* A switch that waits may aim at a profile that goes now. */
    if (r->options & PROFILES) TRY(switch_finish(m, false));
    TRY(delete_chosen(m, r->options, list, n, &deleted));
    if (r->options & DEFAULT_ADDRESS) TRY(reset_address(m, &address_changed));
    if (r->options & EIM_CONFIGURATION) TRY(store_delete_prefix(m->store, "eim/"));
    if (r->options & IMMEDIATE_ENABLE) TRY(store_delete(m->store, "card/immediate-enable"));
    bool only_iot = !(r->options & (PROFILES | DEFAULT_ADDRESS));
    bool iot_did = (r->options & EIM_CONFIGURATION && had_eims) || (r->options & IMMEDIATE_ENABLE);
    if (deleted || address_changed || iot_did) TRY(iot_drop_rollback(m));
    if (!deleted && !address_changed && !(only_iot && iot_did)) {
        (void)reason_say(&m->reason, OK, "SGP.22 5.7.19", REASON_NO_OFFSET,
                         "something to delete or an address to reset", "options %X that match nothing", r->asked);
        return answer(m, r, 1, "nothingToDelete", had_eims, true, response);
    }
    TRY(store_delete_prefix(m->store, "otpk/"));
    session_drop(&m->session);
    return answer(m, r, 0, "ok", had_eims, true, response);
}

static enum err run(struct model *m, const struct reset *r, struct buf *response)
{
    struct profile *list = NULL;
    size_t n = 0;
    bool emergency;
    TRY(iot_emergency_enabled(m, &emergency));
    if (emergency) return refuse(m, r, 104, "ecallActive", "no enabled Emergency Profile", "one", response);
    TRY(profile_list(m, &list, &n));
    enum err e = carry_out(m, r, list, n, response);
    free(list);
    return e;
}

/* SGP.22: bits 0 to 2. SGP.32 v1.0: 3 eIM configuration, 4 automatic enabling; result tag 02. */
enum err es10c_euicc_memory_reset(struct model *m, struct slice request, struct buf *response)
{
    struct memory_reset_request request_data;
    TRY(asn1_memory_reset_request(request, &request_data, &m->reason));
    bool iot = m->personality.sgp32 == SGP32_1_0;
    uint32_t options = request_data.options & (OPERATIONAL | FIELD_LOADED_TEST | DEFAULT_ADDRESS);
    if (iot && (request_data.options & 1u << 3)) options |= EIM_CONFIGURATION;
    if (iot && (request_data.options & 1u << 4)) options |= IMMEDIATE_ENABLE;
    const struct reset r = {
        .tag = 0xbf34, .result_tag = iot ? 0x02 : 0x80, .options = options, .asked = request_data.options};
    return run(m, &r, response);
}

enum err es10b_euicc_memory_reset(struct model *m, struct slice request, struct buf *response)
{
    struct slice value;
    bool present;
    struct reset r = {.tag = 0xbf64, .result_tag = 0x80};
    TRY(iot_member(m, request, 0x82, 0, "SGP.32 5.9.5", &value, &present));
    /* a sender that masks the last bits leaves 03 00: no option */
    bool nothing = present && value.n == 2 && value.p[1] == 0;
    if (!present || (!nothing && !tlv_bits(value, &r.options)))
        return reason_say(&m->reason, ERR_DATA, "SGP.32 5.9.5", 0, "resetOptions 82", "%s",
                          present ? "other bits" : "none");
    r.asked = r.options;
    return run(m, &r, response);
}
