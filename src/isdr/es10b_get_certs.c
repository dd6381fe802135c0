/* ES10b.GetCerts (SGP.32 5.9.10): the card's chain under one CI; A5 and A6 replace the certificates' own 30. */
#include "isdr/iot.h"

static void put_certificate(struct buf *out, uint32_t tag, struct slice certificate)
{
    struct tlv t;
    if (tlv_next(&certificate, &t)) tlv_put(out, tag, t.value);
}

enum err es10b_get_certs(struct model *m, struct slice request, struct buf *response)
{
    struct slice id;
    bool present;
    size_t index = identity_default_root(m);
    TRY(iot_member(m, request, 0x80, 0x04, "SGP.32 5.9.10", &id, &present));
    const struct root *root = present ? identity_root(m, id, &index) : &m->identity.roots[index];
    size_t outer = tlv_open(response, 0xbf56);
    if (root && root->signs) {
        size_t certificates = tlv_open(response, 0xa0);
        put_certificate(response, 0xa5, root->eum_certificate);
        put_certificate(response, 0xa6, root->euicc_certificate);
        tlv_close(response, certificates);
    } else {
        (void)reason_say(&m->reason, OK, "SGP.32 5.9.10", REASON_NO_OFFSET, "euiccCiPKId of euiccCiPKIdListForSigning",
                         "another one");
        tlv_put_unsigned(response, 0x81, 1);
        model_trace(m, EUICC_EVENT_RESULT, "invalidCiPKId(1)");
    }
    tlv_close(response, outer);
    return buf_err(response);
}
