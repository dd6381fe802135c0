/* ES10b.RetrieveNotificationsList (SGP.22 5.7.10): the pending notifications with their signatures, byte for byte what
 * was signed when they were made; in SGP.32 (5.9.11) the results of eUICC packages, too. */
#include "isdr/iot.h"

static bool wanted(const struct notification_criteria *c, const struct notification *n)
{
    if (c->by_sequence_number) return c->sequence_number == n->sequence_number;
    return !c->by_event || (c->events & n->event);
}

/* A2: EuiccPackageResults, each with its own BF51 (SGP.32 5.9.11). sequence 0: all of them. */
static enum err put_package_results(struct model *m, uint32_t sequence, struct buf *response)
{
    struct slice one;
    size_t outer = tlv_open(response, 0xbf2b);
    size_t list = tlv_open(response, 0xa2);
    if (sequence) {
        if (package_result_get(m, sequence, &one)) buf_append(response, one);
    } else {
        for (struct store_item i = store_first(m->store, "package-result/"); i.key;
             i = store_after(m->store, "package-result/", i.key))
            buf_append(response, i.value);
    }
    tlv_close(response, list);
    tlv_close(response, outer);
    return buf_err(response);
}

static enum err answer_error(struct model *m, uint32_t code, const char *name, struct buf *response)
{
    size_t outer = tlv_open(response, 0xbf2b);
    tlv_put_unsigned(response, 0x81, code);
    tlv_close(response, outer);
    model_trace(m, EUICC_EVENT_RESULT, "%s(%u)", name, code);
    return buf_err(response);
}

static enum err put_notifications(struct model *m, const struct notification_criteria *criteria, struct buf *response)
{
    struct notification_iterator i;
    struct notification n;
    size_t count = 0;
    size_t outer = tlv_open(response, 0xbf2b);
    size_t list = tlv_open(response, 0xa0);
    for (bool more = notification_first(m, &i, &n); more; more = notification_next(m, &i, &n)) {
        if (!wanted(criteria, &n)) continue;
        notification_encode(m, &n, response);
        count++;
    }
    tlv_close(response, list);
    tlv_close(response, outer);
    if (count || m->personality.no_notification != NO_NOTIFICATION_ERROR) return buf_err(response);
    SAY_WHY(m, "5.7.10", "criteria that a pending notification meets", "criteria that none meets");
    buf_truncate(response, 0);
    return answer_error(m, 1, "noResultAvailable", response);
}

/* A criterion without its A0 gets undefinedError, as recorded from real cards. */
static bool criterion_unwrapped(struct slice request)
{
    struct tlv outer;
    struct tlv t;
    return tlv_strict(request, TLV_DEPTH_MAX, NULL) && tlv_next(&request, &outer) && tlv_next(&outer.value, &t) &&
           t.tag >= 0x80 && t.tag <= 0x82;
}

enum err es10b_retrieve_notifications_list(struct model *m, struct slice request, struct buf *response)
{
    struct notification_criteria criteria;
    struct slice ignored;
    bool iot = m->personality.sgp32 != SGP32_NONE;
    enum err e = asn1_retrieve_notifications_list_request(request, &criteria, &m->reason);
    if (e == ERR_DATA && criterion_unwrapped(request)) return answer_error(m, 127, "undefinedError", response);
    TRY(e);
    if (criteria.package_results && !iot) {
        SAY_WHY(m, "5.7.10", "a sequence number or events", "euiccPackageResults on a card without SGP.32");
        return answer_error(m, 127, "undefinedError", response);
    }
    if (criteria.package_results) return put_package_results(m, 0, response);
    if (iot && criteria.by_sequence_number && package_result_get(m, criteria.sequence_number, &ignored))
        return put_package_results(m, criteria.sequence_number, response);
    return put_notifications(m, &criteria, response);
}
