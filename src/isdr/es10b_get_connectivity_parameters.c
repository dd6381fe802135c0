/* ES10b.GetConnectivityParameters (SGP.32 5.9.24): the HTTPS parameters (A1) that the header of the enabled profile's
 * package carries (SAIP 8.2.1 connectivityParameters). */
#include "isdr/iot.h"

static bool http_parameters(const struct model *m, const struct profile *p, struct slice *out)
{
    struct tlv http;
    struct slice parameters;
    if (!profile_part(m, p->aid, "connectivity", &parameters) || !tlv_find(parameters, 0xa1, &http)) return false;
    *out = http.value;
    return true;
}

enum err es10b_get_connectivity_parameters(struct model *m, struct slice request, struct buf *response)
{
    struct profile p;
    struct slice http;
    struct slice ignored;
    bool present;
    bool found;
    TRY(iot_member(m, request, 0, 0, "SGP.32 5.9.24", &ignored, &present));
    TRY(profile_enabled(m, &p, &found));
    size_t outer = tlv_open(response, 0xbf5f);
    if (found && http_parameters(m, &p, &http)) {
        size_t list = tlv_open(response, 0xa0);
        tlv_put(response, 0x81, http);
        tlv_close(response, list);
    } else {
        (void)reason_say(&m->reason, OK, "SGP.32 5.9.24", REASON_NO_OFFSET, "an enabled profile with HTTPS parameters",
                         found ? "one without" : "none");
        tlv_put_unsigned(response, 0x81, 1);
        model_trace(m, EUICC_EVENT_RESULT, "parametersNotAvailable(1)");
    }
    tlv_close(response, outer);
    return buf_err(response);
}
