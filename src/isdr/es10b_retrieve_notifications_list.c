/* ES10b.RetrieveNotificationsList (SGP.22 5.7.10): the pending notifications with their signatures, byte for byte what
 * was signed when they were made. */
#include "isdr/internal.h"

static bool wanted(const struct notification_criteria *c, const struct notification *n)
{
    if (c->by_sequence_number) return c->sequence_number == n->sequence_number;
    return !c->by_event || (c->events & n->event);
}

enum err es10b_retrieve_notifications_list(struct model *m, struct slice request, struct buf *response)
{
    struct notification_criteria criteria;
    struct notification_iterator i;
    struct notification n;
    size_t count = 0;
    TRY(asn1_retrieve_notifications_list_request(request, &criteria, &m->reason));
    size_t outer = tlv_open(response, 0xbf2b);
    size_t list = tlv_open(response, 0xa0);
    for (bool more = notification_first(m, &i, &n); more; more = notification_next(m, &i, &n)) {
        if (!wanted(&criteria, &n)) continue;
        notification_encode(m, &n, response);
        count++;
    }
    if (count == 0 && m->personality.no_notification == NO_NOTIFICATION_ERROR) {
        SAY_WHY(m, "5.7.10", "criteria that a pending notification meets", "criteria that none meets");
        buf_truncate(response, 0);
        outer = tlv_open(response, 0xbf2b);
        tlv_put_unsigned(response, 0x81, 1);
        model_trace(m, EUICC_EVENT_RESULT, "noResultAvailable(1)");
    } else {
        tlv_close(response, list);
    }
    tlv_close(response, outer);
    return buf_err(response);
}
