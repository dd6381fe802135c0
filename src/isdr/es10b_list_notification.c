/* ES10b.ListNotification (SGP.22 5.7.9): metadata of the pending notifications, ascending. */
#include "isdr/internal.h"

enum err es10b_list_notification(struct model *m, struct slice request, struct buf *response)
{
    struct notification_criteria criteria;
    struct notification_iterator i;
    struct notification n;
    TRY(asn1_list_notification_request(request, &criteria, &m->reason));
    size_t outer = tlv_open(response, 0xbf28);
    size_t list = tlv_open(response, 0xa0);
    for (bool more = notification_first(m, &i, &n); more; more = notification_next(m, &i, &n))
        if (!criteria.by_event || (criteria.events & n.event)) buf_append(response, n.metadata);
    tlv_close(response, list);
    tlv_close(response, outer);
    return buf_err(response);
}
