/* ES10c.DeleteProfile (SGP.22 5.7.18, 3.2.3). Notifications that exist stay; the delete ones are written. */
#include "isdr/internal.h"

#define DELETE 0xbf33

enum err es10c_delete_profile(struct model *m, struct slice request, struct buf *response)
{
    struct profile_identifier id;
    struct profile p;
    uint8_t pending[AID_SIZE];
    bool found;
    TRY(asn1_delete_profile_request(request, &id, &m->reason));
    TRY(profile_find(m, &id, &p, &found));
    if (!found) {
        SAY_WHY(m, "5.7.18", "an installed profile", "an ICCID or AID of none");
        return es_result(m, response, DELETE, 1, "iccidOrAidNotFound");
    }
    bool about_to_be = switch_pending_target(m, pending) && memcmp(pending, p.aid, AID_SIZE) == 0;
    if (p.enabled || about_to_be) {
        SAY_WHY(m, "5.7.18", "a disabled profile", "one that is %s", p.enabled ? "enabled" : "about to be enabled");
        return es_result(m, response, DELETE, 2, "profileNotInDisabledState");
    }
    if (p.ppr & PPR2) {
        SAY_WHY(m, "5.7.18", "a profile that may be deleted", "one with PPR2");
        return es_result(m, response, DELETE, 3, "disallowedByPolicy");
    }
    TRY(notification_add(m, &p, EVENT_DELETE));
    TRY(profile_delete(m, p.aid));
    return es_result(m, response, DELETE, 0, "ok");
}
