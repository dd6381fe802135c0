/* ES10a.GetEuiccConfiguredAddresses (SGP.22 5.7.3). */
#include "isdr/internal.h"

enum err es10a_get_euicc_configured_addresses(struct model *m, struct slice request, struct buf *response)
{
    TRY(asn1_empty_request(request, "EuiccConfiguredAddressesRequest", "SGP.22 5.7.3", &m->reason));
    struct slice address = model_default_dp_address(m);
    size_t mark = tlv_open(response, 0xbf3c);
    if (address.n) tlv_put(response, 0x80, address);
    tlv_put(response, 0x81, slice_text(m->personality.root_smds_address));
    tlv_close(response, mark);
    return buf_err(response);
}
