/* Emergency Profile (SGP.32 5.9.22, 5.9.23): ES10b.EnableEmergencyProfile and DisableEmergencyProfile.
 * No notifications; card/emergency-return remembers what was enabled. */
#include "isdr/iot.h"

#include <stdlib.h>

#define RETURN "card/emergency-return"

static enum err find_emergency(const struct model *m, struct profile *out, bool *found)
{
    struct profile *list = NULL;
    size_t n = 0;
    *found = false;
    TRY(profile_list(m, &list, &n));
    for (size_t i = 0; i < n && !*found; i++) {
        if (!list[i].emergency) continue;
        *out = list[i];
        *found = true;
    }
    free(list);
    return OK;
}

static enum err refuse(struct model *m, struct buf *response, uint32_t tag, uint32_t code, const char *name,
                       const char *expected, const char *came)
{
    (void)reason_say(&m->reason, OK, tag == 0xbf5b ? "SGP.32 5.9.22" : "SGP.32 5.9.23", REASON_NO_OFFSET, expected,
                     "%s", came);
    return es_result(m, response, tag, code, name);
}

enum err es10b_enable_emergency_profile(struct model *m, struct slice request, struct buf *response)
{
    struct profile emergency;
    struct profile enabled;
    bool refresh;
    bool found;
    bool has_enabled;
    TRY(iot_refresh_flag(m, request, "SGP.32 5.9.22", &refresh));
    TRY(find_emergency(m, &emergency, &found));
    if (!m->personality.emergency || !found)
        return refuse(m, response, 0xbf5b, 8, "ecallNotAvailable", "ecallSupported and an Emergency Profile",
                      "neither");
    if (emergency.enabled)
        return refuse(m, response, 0xbf5b, 2, "profileNotInDisabledState", "a disabled Emergency Profile",
                      "the enabled one");
    if (!iot_cat_free(m, "SGP.32 5.9.22")) return es_result(m, response, 0xbf5b, 5, "catBusy");
    TRY(iot_drop_rollback(m));
    TRY(profile_enabled(m, &enabled, &has_enabled));
    TRY(has_enabled ? store_put(m->store, RETURN, SLICE(enabled.aid)) : store_delete(m->store, RETURN));
    TRY(switch_request_silently(m, &emergency, refresh));
    return es_result(m, response, 0xbf5b, 0, "ok");
}

enum err es10b_disable_emergency_profile(struct model *m, struct slice request, struct buf *response)
{
    struct profile target;
    struct slice aid;
    bool refresh;
    bool enabled;
    bool found = false;
    TRY(iot_refresh_flag(m, request, "SGP.32 5.9.23", &refresh));
    TRY(iot_emergency_enabled(m, &enabled));
    if (!enabled)
        return refuse(m, response, 0xbf5c, 2, "profileNotInEnabledState", "the enabled Emergency Profile",
                      "another state");
    if (!iot_cat_free(m, "SGP.32 5.9.23")) return es_result(m, response, 0xbf5c, 5, "catBusy");
    TRY(iot_drop_rollback(m));
    if (store_get(m->store, RETURN, &aid) && aid.n == AID_SIZE) TRY(profile_get(m, aid.p, &target, &found));
    TRY(switch_request_silently(m, found ? &target : NULL, refresh)); /* forgets RETURN once it is carried out */
    return es_result(m, response, 0xbf5c, 0, "ok");
}
