/* Switching profiles (SGP.22 3.2.1, 3.2.2, 5.7.16, 5.7.17): at once, or after the terminal's REFRESH. A
 * switch that waits is one durable key, so that it is carried out at the next power on even if the terminal never
 * fetches. */
#include "model/model.h"

#include "base/hex.h"

/* First byte of card/pending: what waits. */
#define PENDING_ENABLE 1 /* the target's AID follows; without it: disable */
#define PENDING_SILENT 2 /* no notifications */
/* One key a profile that goes with the switch. */
#define DELETE_PREFIX "card/pending-delete/"
#define DELETE_KEY_SIZE (sizeof DELETE_PREFIX + 2 * AID_SIZE)

bool switch_is_pending(const struct model *m)
{
    struct slice value;
    return store_get(m->store, "card/pending", &value);
}

bool switch_pending_target(const struct model *m, uint8_t aid[AID_SIZE])
{
    struct slice value;
    if (!store_get(m->store, "card/pending", &value) || value.n != 1 + AID_SIZE || !(value.p[0] & PENDING_ENABLE))
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

/* The test profile that takes over remembers the operational one (it comes back by itself). */
static enum err remember_previous(struct model *m, const struct profile *old, const struct profile *target)
{
    if (!target || target->profile_class != PROFILE_CLASS_TEST) return store_delete(m->store, "card/previous");
    if (old && old->profile_class != PROFILE_CLASS_TEST) return store_put(m->store, "card/previous", SLICE(old->aid));
    return OK;
}

/* Profiles that a package deleted while they were enabled (SGP.32 5.13.3): they go with the switch. */
static enum err delete_waiting(struct model *m)
{
    struct store_item i = store_first(m->store, DELETE_PREFIX);
    while (i.key) {
        struct profile p;
        bool found;
        if (i.value.n != AID_SIZE) return ERR_CORRUPT;
        TRY(profile_get(m, i.value.p, &p, &found));
        if (found) {
            TRY(notification_add(m, &p, EVENT_DELETE));
            TRY(profile_delete(m, p.aid));
        }
        i = store_after(m->store, DELETE_PREFIX, i.key);
    }
    return store_delete_prefix(m->store, DELETE_PREFIX);
}

/* The way back is forgotten when it was gone or another one was taken (SGP.32 5.9.21, 5.9.23), not before: a switch
 * that the terminal refuses leaves it. An Emergency Profile only interrupts what fallback remembers. */
static enum err forget_way_back(struct model *m, const struct profile *target, bool silent)
{
    struct slice fallback;
    if (silent) return target && target->emergency ? OK : store_delete(m->store, "card/emergency-return");
    if (target && store_get(m->store, "card/fallback", &fallback) && slice_equal(fallback, SLICE(target->aid)))
        return OK;
    return store_delete(m->store, "card/fallback-return");
}

/* Old disabled, new enabled, notifications of both: one commit with everything else of this command. A silent switch is
 * that of an Emergency Profile; what a test profile replaced stays remembered over it. */
static enum err apply(struct model *m, const struct profile *target, bool silent)
{
    struct profile old;
    struct profile back;
    bool had_old;
    bool has_back = false;
    TRY(profile_enabled(m, &old, &had_old));
    if (!target && !silent && had_old && old.profile_class == PROFILE_CLASS_TEST) {
        TRY(switch_previous(m, &back, &has_back));
        if (has_back) target = &back;
    }
    if (!silent) TRY(remember_previous(m, had_old ? &old : NULL, target));
    if (had_old && !silent) TRY(notification_add(m, &old, EVENT_DISABLE));
    if (target) {
        TRY(store_put(m->store, "card/enabled", SLICE(target->aid)));
        if (!silent) TRY(notification_add(m, target, EVENT_ENABLE));
    } else {
        TRY(store_delete(m->store, "card/enabled"));
    }
    TRY(forget_way_back(m, target, silent));
    m->switched = true;
    return delete_waiting(m);
}

static enum err request(struct model *m, const struct profile *target, bool refresh, bool silent)
{
    bool terminal_can = m->cat.profile_received && m->cat.can_refresh;
    if (!refresh || (!terminal_can && m->personality.refresh_without_cat == REFRESH_IMMEDIATE))
        return apply(m, target, silent);
    uint8_t value[1 + AID_SIZE] = {(uint8_t)((target ? PENDING_ENABLE : 0) | (silent ? PENDING_SILENT : 0))};
    if (target) memcpy(value + 1, target->aid, AID_SIZE);
    TRY(store_put(m->store, "card/pending", slice_of(value, target ? sizeof value : 1)));
    if (terminal_can) cat_queue_refresh(m);
    return OK;
}

enum err switch_request(struct model *m, const struct profile *target, bool refresh)
{
    return request(m, target, refresh, false);
}

enum err switch_request_silently(struct model *m, const struct profile *target, bool refresh)
{
    return request(m, target, refresh, true);
}

static void delete_key(const uint8_t aid[AID_SIZE], char key[DELETE_KEY_SIZE])
{
    memcpy(key, DELETE_PREFIX, sizeof DELETE_PREFIX - 1);
    hex_encode(slice_of(aid, AID_SIZE), key + sizeof DELETE_PREFIX - 1);
}

enum err switch_delete_after(struct model *m, const uint8_t aid[AID_SIZE])
{
    char key[DELETE_KEY_SIZE];
    delete_key(aid, key);
    return store_put(m->store, key, slice_of(aid, AID_SIZE));
}

bool switch_will_delete(const struct model *m, const uint8_t aid[AID_SIZE])
{
    char key[DELETE_KEY_SIZE];
    struct slice ignored;
    delete_key(aid, key);
    return store_get(m->store, key, &ignored);
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

/* All stays as it was: what the switch would have deleted, and no way back from where it did not go. */
static enum err give_up(struct model *m, bool silent)
{
    struct profile enabled;
    bool found;
    TRY(profile_enabled(m, &enabled, &found));
    TRY(forget_way_back(m, found ? &enabled : NULL, silent));
    return store_delete_prefix(m->store, DELETE_PREFIX);
}

enum err switch_finish(struct model *m, bool success)
{
    uint8_t aid[AID_SIZE];
    struct profile target;
    bool found = false;
    struct slice value;
    if (!store_get(m->store, "card/pending", &value) || value.n == 0) return OK;
    bool silent = value.p[0] & PENDING_SILENT;
    bool enable = switch_pending_target(m, aid);
    TRY(store_delete(m->store, "card/pending"));
    if (!success) return give_up(m, silent);
    if (enable) {
        TRY(profile_get(m, aid, &target, &found));
        if (!found) return ERR_CORRUPT;
    }
    return apply(m, enable ? &target : NULL, silent);
}
