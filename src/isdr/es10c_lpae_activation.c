/* LpaeActivation (SGP.22 5.7.1): this card has no LPAe. On an IoT card the same tag is IpaeActivation (SGP.32 3.8). */
#include "isdr/internal.h"

enum err es10c_lpae_activation(struct model *m, struct slice request, struct buf *response)
{
    struct lpae_activation_request r;
    TRY(asn1_lpae_activation_request(request, &r, &m->reason));
    if (m->personality.sgp32 >= SGP32_1_1 && m->personality.ipae && (r.options & 1))
        return es_result(m, response, 0xbf42, 0, "ok");
    SAY_WHY(m, "5.7.1", "no activation of an LPAe or IPAe on a card that has none", "options %X", r.options);
    return es_result(m, response, 0xbf42, 1, "notSupported");
}
