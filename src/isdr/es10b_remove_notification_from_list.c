/* ES10b.RemoveNotificationFromList (SGP.22 5.7.11; SGP.32 5.9.12: results of eUICC packages, too). */
#include "isdr/internal.h"

/* seqNumber with one leading zero too many: a known sender of SGP.32 writes two bytes always. */
static bool padded_number(const struct model *m, struct slice request, uint32_t *sequence)
{
    struct tlv outer;
    struct tlv number;
    if (!m->personality.lenient_encodings || m->personality.sgp32 == SGP32_NONE) return false;
    if (!tlv_next(&request, &outer) || !tlv_next(&outer.value, &number) || outer.value.n) return false;
    return number.tag == 0x80 && number.value.n == 2 && number.value.p[0] == 0 &&
           tlv_unsigned(slice_skip(number.value, 1), sequence);
}

enum err es10b_remove_notification_from_list(struct model *m, struct slice request, struct buf *response)
{
    struct notification_criteria criteria;
    bool found;
    if (!padded_number(m, request, &criteria.sequence_number))
        TRY(asn1_notification_sent_request(request, &criteria, &m->reason));
    TRY(notification_remove(m, criteria.sequence_number, &found));
    if (!found) TRY(package_result_remove(m, criteria.sequence_number, &found));
    if (found) return es_result(m, response, 0xbf30, 0, "ok");
    SAY_WHY(m, "5.7.11", "the sequence number of a pending notification", "%u", criteria.sequence_number);
    return es_result(m, response, 0xbf30, 1, "nothingToDelete");
}
