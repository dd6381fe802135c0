/* ES10b.GetRAT (SGP.22 5.7.22): the Rules Authorisation Table of the personality. */
#include "isdr/internal.h"

enum err es10b_get_rat(struct model *m, struct slice request, struct buf *response)
{
    TRY(asn1_empty_request(request, "GetRatRequest", "SGP.22 5.7.22", &m->reason));
    size_t mark = tlv_open(response, 0xbf43);
    tlv_put(response, 0xa0, buf_slice(&m->personality.rat));
    tlv_close(response, mark);
    return buf_err(response);
}
