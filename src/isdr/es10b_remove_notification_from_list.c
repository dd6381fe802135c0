/* ES10b.RemoveNotificationFromList (SGP.22 5.7.11). */
#include "isdr/internal.h"

enum err es10b_remove_notification_from_list(struct model *m, struct slice request, struct buf *response)
{
    struct notification_criteria criteria;
    bool found;
    TRY(asn1_notification_sent_request(request, &criteria, &m->reason));
    TRY(notification_remove(m, criteria.sequence_number, &found));
    if (found) return es_result(m, response, 0xbf30, 0, "ok");
    SAY_WHY(m, "5.7.11", "the sequence number of a pending notification", "%u", criteria.sequence_number);
    return es_result(m, response, 0xbf30, 1, "nothingToDelete");
}
