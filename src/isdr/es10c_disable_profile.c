/* ES10c.DisableProfile (SGP.22 5.7.17, 3.2.2). */
#include "isdr/internal.h"

#define DISABLE 0xbf32

enum err es10c_disable_profile(struct model *m, struct slice request, struct buf *response)
{
    struct profile_switch_request r;
    struct profile p;
    bool found;
    TRY(asn1_disable_profile_request(request, &r, &m->reason));
    TRY(profile_find(m, &r.identifier, &p, &found));
    if (!found) {
        SAY_WHY(m, "5.7.17", "an installed profile", "an ICCID or AID of none");
        return es_result(m, response, DISABLE, 1, "iccidOrAidNotFound");
    }
    if (!p.enabled) {
        SAY_WHY(m, "5.7.17", "the enabled profile", "a disabled one");
        return es_result(m, response, DISABLE, 2, "profileNotInEnabledState");
    }
    if (p.ppr & PPR1) {
        SAY_WHY(m, "5.7.17", "a profile that may be disabled", "one with PPR1");
        return es_result(m, response, DISABLE, 3, "disallowedByPolicy");
    }
    if (cat_is_busy(m) || switch_is_pending(m)) {
        SAY_WHY(m, "5.7.17", "no proactive session", "one that waits for the terminal");
        return es_result(m, response, DISABLE, 5, "catBusy");
    }
    TRY(switch_request(m, NULL, r.refresh));
    return es_result(m, response, DISABLE, 0, "ok");
}
