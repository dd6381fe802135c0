/* PSMO disable (SGP.32 3.4.2, 5.13.2). */
#include "isdr/iot.h"

#define RESULT 0x84
#define CLAUSE "SGP.32 3.4.2"

enum err psmo_disable(struct package *p, const struct tlv *operation, struct buf *result, bool *failed)
{
    struct model *m = p->model;
    struct slice iccid;
    struct profile target;
    bool found;
    TRY(package_iccid(p, operation, &iccid, NULL));
    if (p->disable_seen || p->enable_seen) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "one disable in a package, before enable",
                         "another one");
        return package_result_code(p, result, RESULT, 127, "undefinedError", failed);
    }
    p->disable_seen = true;
    TRY(package_find(p, iccid, &target, &found));
    if (!found) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "an installed profile", "an ICCID of none");
        return package_result_code(p, result, RESULT, 1, "iccidOrAidNotFound", failed);
    }
    if (!target.enabled) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "the enabled profile", "a disabled one");
        return package_result_code(p, result, RESULT, 2, "profileNotInEnabledState", failed);
    }
    if (target.ppr & PPR1) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "a profile that may be disabled", "one with PPR1");
        return package_result_since(p, result, RESULT, 3, "disallowedByPolicy", SGP32_1_1, failed);
    }
    if (!iot_cat_free(m, CLAUSE)) return package_result_since(p, result, RESULT, 5, "catBusy", SGP32_1_1, failed);
    p->marked = true;
    p->has_target = false;
    p->changed = true;
    return package_result_code(p, result, RESULT, 0, "ok", failed);
}
