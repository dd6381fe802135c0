/* PSMO enable (SGP.32 3.4.1, 5.13.1). */
#include "isdr/iot.h"

#define RESULT 0x83
#define CLAUSE "SGP.32 3.4.1"

/* What was enabled before this package's changes: the target of a rollback. */
static enum err before(const struct package *p, struct profile *out, bool *found)
{
    TRY(profile_enabled(p->model, out, found));
    *found = *found && !switch_will_delete(p->model, out->aid);
    return OK;
}

static enum err mark(struct package *p, const struct profile *target, bool rollback_flag,
                     const struct profile *previous, bool has_previous)
{
    p->marked = true;
    p->has_target = true;
    memcpy(p->target, target->aid, AID_SIZE);
    p->changed = true;
    p->rollback = rollback_flag;
    p->has_previous = has_previous;
    if (has_previous) memcpy(p->previous, previous->aid, AID_SIZE);
    return store_delete(p->model->store, "card/fallback-return");
}

enum err psmo_enable(struct package *p, const struct tlv *operation, struct buf *result, bool *failed)
{
    struct model *m = p->model;
    struct slice iccid;
    struct profile target;
    struct profile effective;
    struct profile previous = {0};
    bool rollback_flag;
    bool found;
    bool has_effective;
    bool has_previous;
    TRY(package_iccid(p, operation, &iccid, &rollback_flag));
    if (p->enable_seen) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "one enable in a package", "a second one");
        return package_result_code(p, result, RESULT, 127, "undefinedError", failed);
    }
    p->enable_seen = true;
    TRY(package_find(p, iccid, &target, &found));
    if (!found) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "an installed profile", "an ICCID of none");
        return package_result_code(p, result, RESULT, 1, "iccidOrAidNotFound", failed);
    }
    TRY(package_effective(p, &effective, &has_effective));
    if (has_effective && memcmp(effective.aid, target.aid, AID_SIZE) == 0) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "a disabled profile", "the enabled one");
        return package_result_code(p, result, RESULT, 2, "profileNotInDisabledState", failed);
    }
    if (target.emergency) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "a profile that is no Emergency Profile", "one");
        return package_result_code(p, result, RESULT, 127, "undefinedError", failed);
    }
    if (target.without_contents) { /* as in es10c_enable_profile.c */
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "a profile with contents",
                         "one whose package of an earlier version did not install");
        return package_result_code(p, result, RESULT, 127, "undefinedError", failed);
    }
    TRY(before(p, &previous, &has_previous));
    if (rollback_flag && !has_previous) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "an enabled profile to roll back to", "none");
        return package_result_since(p, result, RESULT, 20, "rollbackNotAvailable", SGP32_1_1, failed);
    }
    bool exempt = target.profile_class != PROFILE_CLASS_OPERATIONAL;
    if (has_effective && (effective.ppr & PPR1) && !exempt) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "an enabled profile that may be disabled",
                         "one with PPR1");
        return package_result_since(p, result, RESULT, 3, "disallowedByPolicy", SGP32_1_1, failed);
    }
    if (!iot_cat_free(m, CLAUSE)) return package_result_since(p, result, RESULT, 5, "catBusy", SGP32_1_1, failed);
    TRY(mark(p, &target, rollback_flag, &previous, has_previous));
    return package_result_code(p, result, RESULT, 0, "ok", failed);
}
