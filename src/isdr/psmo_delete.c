/* PSMO delete (SGP.32 3.4.3, 5.13.3): at once, or, for the profile that is still enabled but marked to be
 * disabled, together with the switch. */
#include "isdr/iot.h"

#define RESULT 0x85
#define CLAUSE "SGP.32 3.4.3"

/* The Fallback Profile is enabled and this one is where ReturnFromFallback goes. */
static enum err is_return_target(const struct model *m, const struct profile *p, bool *is)
{
    struct slice fallback;
    struct slice target;
    struct profile enabled;
    bool found;
    *is = false;
    TRY(profile_enabled(m, &enabled, &found));
    *is = found && store_get(m->store, "card/fallback", &fallback) && slice_equal(fallback, SLICE(enabled.aid)) &&
          store_get(m->store, "card/fallback-return", &target) && slice_equal(target, SLICE(p->aid));
    return OK;
}

static enum err remove_profile(struct package *p, const struct profile *target)
{
    struct model *m = p->model;
    p->changed = true;
    if (target->enabled) return switch_delete_after(m, target->aid); /* marked disabled: it goes with the switch */
    TRY(notification_add(m, target, EVENT_DELETE));
    return profile_delete(m, target->aid);
}

enum err psmo_delete(struct package *p, const struct tlv *operation, struct buf *result, bool *failed)
{
    struct model *m = p->model;
    struct slice iccid;
    struct profile target;
    struct profile effective;
    bool found;
    bool has_effective;
    bool return_target;
    TRY(package_iccid(p, operation, &iccid, NULL));
    TRY(package_find(p, iccid, &target, &found));
    if (!found) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "an installed profile", "an ICCID of none");
        return package_result_code(p, result, RESULT, 1, "iccidOrAidNotFound", failed);
    }
    TRY(package_effective(p, &effective, &has_effective));
    if (has_effective && memcmp(effective.aid, target.aid, AID_SIZE) == 0) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "a disabled profile",
                         "one that is or will be enabled");
        return package_result_code(p, result, RESULT, 2, "profileNotInDisabledState", failed);
    }
    if (p->rollback && p->has_previous && memcmp(p->previous, target.aid, AID_SIZE) == 0) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "a profile that no rollback needs", "its target");
        return package_result_since(p, result, RESULT, 20, "rollbackNotAvailable", SGP32_1_1, failed);
    }
    TRY(is_return_target(m, &target, &return_target));
    if (return_target) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "a profile that ReturnFromFallback does not need",
                         "its target");
        return package_result_since(p, result, RESULT, 21, "returnFallbackProfile", SGP32_1_1, failed);
    }
    if (target.ppr & PPR2) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "a profile that may be deleted", "one with PPR2");
        return package_result_since(p, result, RESULT, 3, "disallowedByPolicy", SGP32_1_1, failed);
    }
    TRY(remove_profile(p, &target));
    return package_result_code(p, result, RESULT, 0, "ok", failed);
}
