/* Small requests of SGP.32, decoded with the cursor since the known senders take liberties. */
#include "isdr/iot.h"

#include <stdio.h>

enum err iot_member(struct model *m, struct slice request, uint32_t tag, uint32_t lenient_tag, const char *clause,
                    struct slice *value, bool *present)
{
    struct tlv outer;
    struct tlv t;
    *present = false;
    *value = (struct slice){0};
    if (!tlv_strict(request, TLV_DEPTH_MAX, NULL) || !tlv_next(&request, &outer))
        return reason_say(&m->reason, ERR_DATA, clause, 0, "a request in DER", "other bytes");
    if (outer.value.n == 0) return OK;
    if (!tlv_next(&outer.value, &t)) return reason_say(&m->reason, ERR_DATA, clause, 0, "a data object", "other bytes");
    if (t.tag != tag && !(m->personality.lenient_encodings && t.tag == lenient_tag)) {
        char expected[32];
        (void)snprintf(expected, sizeof expected, "member %X", tag);
        return reason_say(&m->reason, ERR_DATA, clause, 0, expected, "%X", t.tag);
    }
    *value = t.value;
    *present = true;
    return OK;
}

enum err iot_refresh_flag(struct model *m, struct slice request, const char *clause, bool *refresh)
{
    struct slice value;
    bool present;
    TRY(iot_member(m, request, 0x80, 0x01, clause, &value, &present));
    if (!present && m->personality.sgp32 == SGP32_1_0) {
        *refresh = true;
        return OK;
    }
    if (!present || value.n != 1)
        return reason_say(&m->reason, ERR_DATA, clause, 0, "refreshFlag 80 01", "%s",
                          present ? "another length" : "none");
    *refresh = value.p[0] != 0;
    return OK;
}

bool iot_integer(struct slice value, uint32_t max, uint32_t *out, bool *in_range)
{
    *in_range = false;
    if (value.n == 0) return false;
    *in_range = tlv_unsigned(value, out) && *out <= max;
    return true;
}

bool iot_cat_free(struct model *m, const char *clause)
{
    if (!cat_is_busy(m) && !switch_is_pending(m)) return true;
    (void)reason_say(&m->reason, OK, clause, REASON_NO_OFFSET, "no proactive session",
                     "one that waits for the terminal");
    return false;
}

enum err iot_drop_rollback(struct model *m)
{
    return store_delete(m->store, "card/rollback");
}

enum err iot_emergency_enabled(const struct model *m, bool *enabled)
{
    struct profile p;
    bool found;
    TRY(profile_enabled(m, &p, &found));
    *enabled = found && p.emergency;
    return OK;
}
