/* ES10c.GetEID (SGP.22 5.7.20). */
#include "isdr/internal.h"

enum err es10c_get_eid(struct model *m, struct slice request, struct buf *response)
{
    struct get_euicc_data_request r;
    TRY(asn1_get_euicc_data_request(request, &r, &m->reason));
    if (r.tag_list.n != 1 || r.tag_list.p[0] != 0x5a)
        return reason_say(&m->reason, ERR_DATA, "SGP.22 5.7.20", (size_t)(r.tag_list.p - request.p), "tagList 5A",
                          "another one");
    size_t mark = tlv_open(response, 0xbf3e);
    tlv_put(response, 0x5a, SLICE(m->identity.eid));
    tlv_close(response, mark);
    return buf_err(response);
}
