/* ES8+.ReplaceSessionKeys (SGP.22 5.5.4): the profile protection keys take over, the counter restarts. */
#include "isdr/internal.h"

enum err es8_replace_session_keys(struct model *m, struct slice request, enum bpp_error *error)
{
    struct replace_session_keys_request r;
    struct download *d = &m->session.download;
    *error = SCP03T_STRUCTURE_ERROR;
    enum err e = asn1_replace_session_keys_request(request, &r, &m->reason);
    if (e == ERR_DATA) return OK;
    TRY(e);
    *error = BPP_GOOD;
    d->keys_replaced = true;
    return bsp_replace_keys(d->bsp, r.mcv.p, r.enc.p, r.mac.p);
}
