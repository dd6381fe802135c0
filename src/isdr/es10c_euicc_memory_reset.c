/* ES10c.eUICCMemoryReset (SGP.22 5.7.19; sheet C1): whatever the state and the policy rules. RAT, notifications, the
 * sequence counter and provisioning profiles stay; one-time keys and the RSP session go. */
#include "isdr/internal.h"

#include <stdlib.h>

#define RESET 0xbf34
#define DELETE_OPERATIONAL (1u << 0)
#define DELETE_FIELD_LOADED_TEST (1u << 1)
#define RESET_DEFAULT_ADDRESS (1u << 2)

static bool chosen(const struct profile *p, uint32_t options)
{
    if (p->profile_class == PROFILE_CLASS_OPERATIONAL) return options & DELETE_OPERATIONAL;
    return p->profile_class == PROFILE_CLASS_TEST && !p->preloaded && (options & DELETE_FIELD_LOADED_TEST);
}

static enum err delete_one(struct model *m, const struct profile *p)
{
    if (p->enabled) TRY(switch_disable_now(m, p, true));
    TRY(notification_add(m, p, EVENT_DELETE));
    return profile_delete(m, p->aid);
}

static enum err delete_chosen(struct model *m, uint32_t options, const struct profile *list, size_t n, size_t *deleted)
{
    for (size_t i = 0; i < n; i++) {
        if (!chosen(&list[i], options)) continue;
        TRY(delete_one(m, &list[i]));
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

static enum err carry_out(struct model *m, uint32_t options, const struct profile *list, size_t n, struct buf *response)
{
    size_t deleted = 0;
    bool address_changed = false;
    if (enabled_is_chosen(list, n, options) && (cat_is_busy(m) || switch_is_pending(m))) {
        SAY_WHY(m, "5.7.19", "no proactive session", "one that waits for the terminal");
        return es_result(m, response, RESET, 5, "catBusy");
    }
    /* A switch that waits may aim at a profile that goes now. */
    if (options & (DELETE_OPERATIONAL | DELETE_FIELD_LOADED_TEST)) TRY(switch_finish(m, false));
    TRY(delete_chosen(m, options, list, n, &deleted));
    if (options & RESET_DEFAULT_ADDRESS) TRY(reset_address(m, &address_changed));
    if (!deleted && !address_changed) {
        SAY_WHY(m, "5.7.19", "something to delete or an address to reset", "options %X that match nothing", options);
        return es_result(m, response, RESET, 1, "nothingToDelete");
    }
    TRY(store_delete_prefix(m->store, "otpk/"));
    session_drop(&m->session);
    return es_result(m, response, RESET, 0, "ok");
}

enum err es10c_euicc_memory_reset(struct model *m, struct slice request, struct buf *response)
{
    struct memory_reset_request r;
    struct profile *list = NULL;
    size_t n = 0;
    TRY(asn1_memory_reset_request(request, &r, &m->reason));
    TRY(profile_list(m, &list, &n));
    enum err e = carry_out(m, r.options, list, n, response);
    free(list);
    return e;
}
