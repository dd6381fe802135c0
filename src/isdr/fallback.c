/* Fallback (SGP.32 3.4.6, 3.4.7, 5.9.20, 5.9.21): the PSMOs that set and unset the attribute, and the
 * two functions of the IPA. card/fallback: AID of the profile with the attribute; card/fallback-return: where to
 * return. */
#include "isdr/iot.h"

#define ATTRIBUTE "card/fallback"
#define RETURN "card/fallback-return"

/* The profile with the attribute. */
static enum err holder(const struct model *m, struct profile *out, bool *found)
{
    struct slice aid;
    *found = false;
    if (!store_get(m->store, ATTRIBUTE, &aid) || aid.n != AID_SIZE) return OK;
    return profile_get(m, aid.p, out, found);
}

enum err psmo_set_fallback_attribute(struct package *p, const struct tlv *operation, struct buf *result, bool *failed)
{
    struct model *m = p->model;
    struct slice iccid;
    struct profile target;
    struct profile current;
    bool found;
    bool has_holder;
    TRY(package_iccid(p, operation, &iccid, NULL));
    if (!m->personality.fallback) {
        (void)reason_say(&m->reason, OK, "SGP.32 3.4.6", REASON_NO_OFFSET, "a card with fallbackSupported",
                         "one without");
        return package_result_code(p, result, 0x8d, 127, "undefinedError", failed);
    }
    TRY(package_find(p, iccid, &target, &found));
    if (!found) {
        (void)reason_say(&m->reason, OK, "SGP.32 3.4.6", REASON_NO_OFFSET, "an installed profile", "an ICCID of none");
        return package_result_code(p, result, 0x8d, 1, "iccidOrAidNotFound", failed);
    }
    TRY(holder(m, &current, &has_holder));
    if (has_holder && memcmp(current.aid, target.aid, AID_SIZE) == 0)
        return package_result_code(p, result, 0x8d, 0, "ok", failed);
    if (!target.fallback_allowed || target.emergency) {
        (void)reason_say(&m->reason, OK, "SGP.32 3.4.6", REASON_NO_OFFSET, "a profile with fallbackAllowed",
                         "one without");
        return package_result_code(p, result, 0x8d, 2, "fallbackNotAllowed", failed);
    }
    if (has_holder && current.enabled) {
        (void)reason_say(&m->reason, OK, "SGP.32 3.4.6", REASON_NO_OFFSET, "a disabled Fallback Profile",
                         "an enabled one");
        return package_result_code(p, result, 0x8d, 3, "fallbackProfileEnabled", failed);
    }
    TRY(store_put(m->store, ATTRIBUTE, SLICE(target.aid)));
    return package_result_code(p, result, 0x8d, 0, "ok", failed);
}

enum err psmo_unset_fallback_attribute(struct package *p, const struct tlv *operation, struct buf *result, bool *failed)
{
    struct model *m = p->model;
    struct profile current;
    bool found;
    TRY(package_extensions(operation->value));
    if (!m->personality.fallback) {
        (void)reason_say(&m->reason, OK, "SGP.32 3.4.7", REASON_NO_OFFSET, "a card with fallbackSupported",
                         "one without");
        return package_result_code(p, result, 0x8e, 7, "commandError", failed);
    }
    TRY(holder(m, &current, &found));
    if (!found) {
        (void)reason_say(&m->reason, OK, "SGP.32 3.4.7", REASON_NO_OFFSET, "a profile with the attribute", "none");
        return package_result_code(p, result, 0x8e, 2, "noFallbackAttribute", failed);
    }
    if (current.enabled) {
        (void)reason_say(&m->reason, OK, "SGP.32 3.4.7", REASON_NO_OFFSET, "a disabled Fallback Profile",
                         "an enabled one");
        return package_result_code(p, result, 0x8e, 3, "fallbackProfileEnabled", failed);
    }
    TRY(store_delete(m->store, ATTRIBUTE));
    TRY(store_delete(m->store, RETURN));
    return package_result_code(p, result, 0x8e, 0, "ok", failed);
}

static enum err refuse(struct model *m, struct buf *response, uint32_t tag, uint32_t code, const char *name,
                       const char *expected, const char *came)
{
    (void)reason_say(&m->reason, OK, tag == 0xbf5d ? "SGP.32 5.9.20" : "SGP.32 5.9.21", REASON_NO_OFFSET, expected,
                     "%s", came);
    return es_result(m, response, tag, code, name);
}

enum err es10b_execute_fallback_mechanism(struct model *m, struct slice request, struct buf *response)
{
    struct profile enabled;
    struct profile fallback;
    bool refresh;
    bool has_enabled;
    bool has_fallback;
    TRY(iot_refresh_flag(m, request, "SGP.32 5.9.20", &refresh));
    if (!m->personality.fallback)
        return refuse(m, response, 0xbf5d, 7, "commandError", "a card with fallbackSupported", "one without");
    TRY(profile_enabled(m, &enabled, &has_enabled));
    if (!has_enabled) return refuse(m, response, 0xbf5d, 7, "commandError", "an enabled profile", "none");
    TRY(holder(m, &fallback, &has_fallback));
    if (!has_fallback)
        return refuse(m, response, 0xbf5d, 6, "fallbackNotAvailable", "a profile with the fallback attribute", "none");
    if (enabled.emergency)
        return refuse(m, response, 0xbf5d, 104, "ecallActive", "no enabled Emergency Profile", "one");
    if (fallback.enabled)
        return refuse(m, response, 0xbf5d, 2, "profileNotInDisabledState", "a disabled Fallback Profile",
                      "the enabled one");
    if ((enabled.ppr & PPR1) && !m->personality.fallback_ignores_ppr)
        return refuse(m, response, 0xbf5d, 127, "undefinedError", "a profile that may be disabled", "one with PPR1");
    if (!iot_cat_free(m, "SGP.32 5.9.20")) return es_result(m, response, 0xbf5d, 5, "catBusy");
    TRY(iot_drop_rollback(m));
    TRY(store_put(m->store, RETURN, SLICE(enabled.aid)));
    TRY(switch_request(m, &fallback, refresh));
    return es_result(m, response, 0xbf5d, 0, "ok");
}

enum err es10b_return_from_fallback(struct model *m, struct slice request, struct buf *response)
{
    struct profile fallback;
    struct profile target;
    struct slice aid;
    bool refresh;
    bool has_fallback;
    bool found = false;
    TRY(iot_refresh_flag(m, request, "SGP.32 5.9.21", &refresh));
    if (!m->personality.fallback)
        return refuse(m, response, 0xbf5e, 7, "commandError", "a card with fallbackSupported", "one without");
    TRY(holder(m, &fallback, &has_fallback));
    if (!has_fallback || !fallback.enabled)
        return refuse(m, response, 0xbf5e, 6, "fallbackNotAvailable", "the enabled Fallback Profile", "another state");
    if (store_get(m->store, RETURN, &aid) && aid.n == AID_SIZE) TRY(profile_get(m, aid.p, &target, &found));
    if (!found)
        return refuse(m, response, 0xbf5e, 6, "fallbackNotAvailable", "the profile that ExecuteFallback left", "none");
    TRY(iot_drop_rollback(m));
    if (!iot_cat_free(m, "SGP.32 5.9.21")) return es_result(m, response, 0xbf5e, 5, "catBusy");
    TRY(switch_request(m, &target, refresh)); /* forgets RETURN once it is carried out */
    return es_result(m, response, 0xbf5e, 0, "ok");
}
