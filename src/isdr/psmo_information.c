/* PSMOs that read (SGP.32 5.13.4 listProfileInfo, 5.13.5 getRAT). */
#include "isdr/iot.h"

enum err psmo_list_profile_info(struct package *p, const struct tlv *operation, struct buf *result, bool *failed)
{
    struct model *m = p->model;
    if (p->changed && !m->personality.list_during_change) {
        (void)reason_say(&m->reason, OK, "SGP.32 2.11.1.1.3", REASON_NO_OFFSET, "listProfileInfo before any change",
                         "after one");
        bool old = m->personality.sgp32 == SGP32_1_0; /* has the codes of SGP.22 */
        size_t mark = tlv_open(result, 0xbf2d);
        tlv_put_unsigned(result, 0x81, old ? 127 : 11);
        tlv_close(result, mark);
        *failed = true;
        model_trace(m, EUICC_EVENT_RESULT, old ? "undefinedError(127)" : "profileChangeOngoing(11)");
        return buf_err(result);
    }
    TRY(profiles_info(m, true, operation->whole, result));
    struct slice in = buf_slice(result);
    struct tlv outer;
    *failed = tlv_next(&in, &outer) && outer.value.n && outer.value.p[0] == 0x81;
    return OK;
}

enum err psmo_get_rat(struct package *p, const struct tlv *operation, struct buf *result, bool *failed)
{
    TRY(package_extensions(operation->value));
    tlv_put(result, 0xa6, buf_slice(&p->model->personality.rat));
    *failed = false;
    return buf_err(result);
}
