/* ES8+.ConfigureISDP (SGP.22 5.5.2): the ISD-P is announced. Its AID is allocated when the profile is stored, so that a
 * failed download leaves none behind. */
#include "isdr/internal.h"

enum err es8_configure_isdp(struct model *m, struct slice request, enum bpp_error *error)
{
    struct configure_isdp_request r;
    struct download *d = &m->session.download;
    *error = INCORRECT_INPUT_VALUES;
    enum err e = asn1_configure_isdp_request(request, &r, &m->reason);
    if (e == ERR_DATA) return OK;
    TRY(e);
    *error = INSUFFICIENT_MEMORY;
    if (m->personality.profiles_max && profile_count(m) >= m->personality.profiles_max) {
        SAY_WHY(m, "5.5.2", "fewer than profiles_max profiles", "%zu", profile_count(m));
        return OK;
    }
    if (profile_memory_cost(r.dp_proprietary_data.n) > profile_memory_free(m)) {
        SAY_WHY(m, "5.5.2", "memory for another ISD-P", "%zu bytes free", profile_memory_free(m));
        return OK;
    }
    *error = BPP_GOOD;
    d->configured = true;
    buf_append(&d->dp_proprietary_data, r.dp_proprietary_data);
    return buf_err(&d->dp_proprietary_data);
}
