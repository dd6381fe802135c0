/* ES10b.AddInitialEim (SGP.32 5.9.4, 3.5.2.1): unsigned, only while no eIM is associated, all or nothing.
 */
#include "isdr/iot.h"

static enum err refuse(struct model *m, struct buf *response, enum eim_result code)
{
    bool no_command_error = m->personality.sgp32 == SGP32_1_0 && code == EIM_COMMAND_ERROR;
    size_t mark = tlv_open(response, 0xbf57);
    tlv_put_unsigned(response, 0x81, no_command_error ? 127 : (uint32_t)code);
    tlv_close(response, mark);
    model_trace(m, EUICC_EVENT_RESULT, "%s(%d)", eim_result_name(code), (int)code);
    return buf_err(response);
}

/* Appends 84 token or 05 00 for one entry. */
static enum err add_one(struct model *m, struct slice content, struct buf *list, enum eim_result *code)
{
    struct eim_configuration c;
    bool has_token = false;
    uint32_t token = 0;
    *code = EIM_COMMAND_ERROR;
    if (!eim_configuration_parse(m, content, &c)) {
        (void)reason_say(&m->reason, OK, "SGP.32 2.11.1.1.1", REASON_NO_OFFSET, "EimConfigurationData in order",
                         "other bytes");
        return OK;
    }
    TRY(eim_configuration_add(m, &c, code, &has_token, &token));
    if (*code == EIM_EXISTS) *code = EIM_COMMAND_ERROR; /* twice in one list */
    if (has_token)
        tlv_put_unsigned(list, 0x84, token);
    else
        tlv_put(list, 0x05, (struct slice){0});
    return buf_err(list);
}

static enum err add_all(struct model *m, struct slice entries, struct buf *list, enum eim_result *code)
{
    struct tlv t;
    *code = EIM_COMMAND_ERROR;
    if (!entries.n) (void)reason_say(&m->reason, OK, "SGP.32 5.9.4", REASON_NO_OFFSET, "at least one eIM", "none");
    while (entries.n) {
        *code = EIM_COMMAND_ERROR;
        if (!tlv_next(&entries, &t) || t.tag != 0x30) {
            (void)reason_say(&m->reason, OK, "SGP.32 5.9.4", REASON_NO_OFFSET, "EimConfigurationData 30",
                             "another object");
            return OK;
        }
        TRY(add_one(m, t.value, list, code));
        if (*code != EIM_OK) return OK;
    }
    return OK;
}

enum err es10b_add_initial_eim(struct model *m, struct slice request, struct buf *response)
{
    struct tlv outer;
    struct tlv entries;
    enum eim_result code = EIM_COMMAND_ERROR;
    BUF_LOCAL list = {0};
    if (eim_count(m)) {
        (void)reason_say(&m->reason, OK, "SGP.32 5.9.4", REASON_NO_OFFSET, "no associated eIM", "%zu", eim_count(m));
        return refuse(m, response, EIM_EXISTS);
    }
    if (!tlv_next(&request, &outer) || !tlv_next(&outer.value, &entries) || entries.tag != 0xa0 || outer.value.n)
        return reason_say(&m->reason, ERR_DATA, "SGP.32 5.9.4", 0, "eimConfigurationDataList A0", "another object");
    size_t mark = store_mark(m->store);
    TRY(add_all(m, entries.value, &list, &code));
    if (code != EIM_OK) {
        store_rollback_to(m->store, mark);
        return refuse(m, response, code);
    }
    size_t wrapper = tlv_open(response, 0xbf57);
    tlv_put(response, 0xa0, buf_slice(&list));
    tlv_close(response, wrapper);
    model_trace(m, EUICC_EVENT_RESULT, "ok");
    return buf_err(response);
}
