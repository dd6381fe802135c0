/* The ECASD as a terminal sees it; see ecasd.h. Answers as recorded from a real card. */
#include "ecasd/ecasd.h"

const uint8_t ecasd_aid[AID_SIZE] = {0xa0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xff,
                                     0xff, 0xff, 0xff, 0x89, 0x00, 0x00, 0x02, 0x00};

void ecasd_fci(struct buf *out)
{
    static const uint8_t command_length_max[] = {0xff};
    size_t fci = tlv_open(out, 0x6f);
    tlv_put(out, 0x84, SLICE(ecasd_aid));
    size_t proprietary = tlv_open(out, 0xa5);
    tlv_put(out, 0x9f65, SLICE(command_length_max));
    tlv_close(out, proprietary);
    tlv_close(out, fci);
}

enum err ecasd_get_data(struct model *m, uint8_t p1, uint8_t p2, struct buf *out)
{
    bool eid = (p1 == 0x5a && p2 == 0x00) || (p1 == 0x00 && p2 == 0x5a);
    if (!eid)
        return reason_say(&m->reason, ERR_REFERENCE, "SGP.22 2.4.2", REASON_NO_OFFSET, "GET DATA of the EID (5A)",
                          "%02X%02X", p1, p2);
    if (m->personality.ecasd_eid == ECASD_EID_TLV)
        tlv_put(out, 0x5a, SLICE(m->identity.eid));
    else
        buf_append(out, SLICE(m->identity.eid));
    return buf_err(out);
}
