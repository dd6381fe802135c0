/* ES10c.EnableProfile (SGP.22 5.7.16, 3.2.1). The checks in their order: exists, state, policy, test profile,
 * proactive session. */
#include "isdr/internal.h"

#define ENABLE 0xbf31

/* PPR1 of the enabled profile forbids its implicit disabling, but not in favour of a test or provisioning profile. */
static bool policy_forbids(const struct profile *current, const struct profile *target)
{
    return (current->ppr & PPR1) && target->profile_class == PROFILE_CLASS_OPERATIONAL;
}

/* A test profile gives way only to another test profile or to the operational one that it replaced. */
static enum err wrong_reenabling(const struct model *m, const struct profile *current, const struct profile *target,
                                 bool *wrong)
{
    struct profile previous;
    bool found;
    *wrong = false;
    if (current->profile_class != PROFILE_CLASS_TEST || target->profile_class == PROFILE_CLASS_TEST) return OK;
    TRY(switch_previous(m, &previous, &found));
    *wrong = !found || memcmp(previous.aid, target->aid, AID_SIZE) != 0;
    return OK;
}

enum err es10c_enable_profile(struct model *m, struct slice request, struct buf *response)
{
    struct profile_switch_request r;
    struct profile target;
    struct profile current;
    bool found;
    bool has_current;
    bool wrong = false;
    TRY(asn1_enable_profile_request(request, &r, &m->reason));
    TRY(profile_find(m, &r.identifier, &target, &found));
    if (!found) {
        SAY_WHY(m, "5.7.16", "an installed profile", "an ICCID or AID of none");
        return es_result(m, response, ENABLE, 1, "iccidOrAidNotFound");
    }
    if (target.enabled) {
        SAY_WHY(m, "5.7.16", "a disabled profile", "the enabled one");
        return es_result(m, response, ENABLE, 2, "profileNotInDisabledState");
    }
    /* No code of SGP.22 5.7.16 tells of a profile that cannot work; it is undefinedError for whoever asks. */
    if (target.without_contents) {
        SAY_WHY(m, "5.7.16", "a profile with contents", "one whose package of an earlier version did not install");
        return es_result(m, response, ENABLE, 127, "undefinedError");
    }
    TRY(profile_enabled(m, &current, &has_current));
    if (has_current && policy_forbids(&current, &target)) {
        SAY_WHY(m, "5.7.16", "an enabled profile that may be disabled", "one with PPR1");
        return es_result(m, response, ENABLE, 3, "disallowedByPolicy");
    }
    if (has_current) TRY(wrong_reenabling(m, &current, &target, &wrong));
    if (wrong) {
        SAY_WHY(m, "5.7.16", "the profile that was enabled before the test profile", "another one");
        return es_result(m, response, ENABLE, 4, "wrongProfileReenabling");
    }
    if (cat_is_busy(m) || switch_is_pending(m)) {
        SAY_WHY(m, "5.7.16", "no proactive session", "one that waits for the terminal");
        return es_result(m, response, ENABLE, 5, "catBusy");
    }
    TRY(switch_request(m, &target, r.refresh));
    return es_result(m, response, ENABLE, 0, "ok");
}
