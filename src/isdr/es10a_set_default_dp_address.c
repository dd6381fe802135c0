/* ES10a.SetDefaultDpAddress (SGP.22 5.7.4). An empty address removes the default. */
#include "isdr/internal.h"

#define ADDRESS_MAX 255

enum err es10a_set_default_dp_address(struct model *m, struct slice request, struct buf *response)
{
    struct set_default_dp_address_request r;
    size_t characters;
    TRY(asn1_set_default_dp_address_request(request, &r, &m->reason));
    if (r.address.n > ADDRESS_MAX || !utf8_length(r.address, &characters)) {
        SAY_WHY(m, "5.7.4", "an address in UTF-8 of at most 255 bytes", "%zu bytes", r.address.n);
        return es_result(m, response, 0xbf3f, 127, "undefinedError");
    }
    if (r.address.n)
        TRY(store_put(m->store, "card/default-dp", r.address));
    else
        TRY(store_delete(m->store, "card/default-dp"));
    model_trace(m, EUICC_EVENT_DETAIL, "defaultDpAddress %.*s", (int)r.address.n, (const char *)r.address.p);
    return es_result(m, response, 0xbf3f, 0, "ok");
}
