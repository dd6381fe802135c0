/* Switching profiles (SGP.22 3.2.1, 3.2.2, 5.7.16, 5.7.17; sheet C1): at once, or after the terminal's REFRESH. A
 * switch that waits is one durable key, so that it is carried out at the next power on even if the terminal never
 * fetches. */
#include "model/model.h"

#define PENDING_DISABLE 0
#define PENDING_ENABLE 1

bool switch_is_pending(const struct model *m)
{
    struct slice value;
    return store_get(m->store, "card/pending", &value);
}

bool switch_pending_target(const struct model *m, uint8_t aid[AID_SIZE])
{
    struct slice value;
    if (!store_get(m->store, "card/pending", &value) || value.n != 1 + AID_SIZE || value.p[0] != PENDING_ENABLE)
        return false;
    memcpy(aid, value.p + 1, AID_SIZE);
    return true;
}

enum err switch_previous(const struct model *m, struct profile *out, bool *found)
{
    struct slice aid;
    *found = false;
    if (!store_get(m->store, "card/previous", &aid) || aid.n != AID_SIZE) return OK;
    return profile_get(m, aid.p, out, found);
}

/* The test profile that takes over remembers the operational one (sheet C1: it comes back by itself). */
static enum err remember_previous(struct model *m, const struct profile *old, const struct profile *target)
{
    if (!target || target->profile_class != PROFILE_CLASS_TEST) return store_delete(m->store, "card/previous");
    if (old && old->profile_class != PROFILE_CLASS_TEST) return store_put(m->store, "card/previous", SLICE(old->aid));
    return OK;
}

/* Old disabled, new enabled, notifications of both: one commit with everything else of this command. */
static enum err apply(struct model *m, const struct profile *target)
{
    struct profile old;
    struct profile back;
    bool had_old;
    bool has_back = false;
    TRY(profile_enabled(m, &old, &had_old));
    if (!target && had_old && old.profile_class == PROFILE_CLASS_TEST) {
        TRY(switch_previous(m, &back, &has_back));
        if (has_back) target = &back;
    }
    TRY(remember_previous(m, had_old ? &old : NULL, target));
    if (had_old) TRY(notification_add(m, &old, EVENT_DISABLE));
    if (target) {
        TRY(store_put(m->store, "card/enabled", SLICE(target->aid)));
        TRY(notification_add(m, target, EVENT_ENABLE));
    } else {
        TRY(store_delete(m->store, "card/enabled"));
    }
    m->switched = true;
    return OK;
}

enum err switch_request(struct model *m, const struct profile *target, bool refresh)
{
    bool terminal_can = m->cat.profile_received && m->cat.can_refresh;
    if (!refresh || (!terminal_can && m->personality.refresh_without_cat == REFRESH_IMMEDIATE)) return apply(m, target);
    uint8_t value[1 + AID_SIZE] = {target ? PENDING_ENABLE : PENDING_DISABLE};
    if (target) memcpy(value + 1, target->aid, AID_SIZE);
    TRY(store_put(m->store, "card/pending", slice_of(value, target ? sizeof value : 1)));
    if (terminal_can) cat_queue_refresh(m);
    return OK;
}

enum err switch_disable_now(struct model *m, const struct profile *enabled, bool refresh)
{
    TRY(notification_add(m, enabled, EVENT_DISABLE));
    TRY(store_delete(m->store, "card/enabled"));
    TRY(store_delete(m->store, "card/previous"));
    m->switched = true;
    if (refresh && m->cat.profile_received && m->cat.can_refresh) cat_queue_refresh(m);
    return OK;
}

enum err switch_finish(struct model *m, bool success)
{
    uint8_t aid[AID_SIZE];
    struct profile target;
    bool found = false;
    if (!switch_is_pending(m)) return OK;
    bool enable = switch_pending_target(m, aid);
    TRY(store_delete(m->store, "card/pending"));
    if (!success) return OK;
    if (enable) {
        TRY(profile_get(m, aid, &target, &found));
        if (!found) return ERR_CORRUPT;
    }
    return apply(m, enable ? &target : NULL);
}
