/* ES10b.GetEimConfigurationData (SGP.32 5.9.18): the stored bytes with the token in its place; never the
 * counter. */
#include "isdr/iot.h"

static void put_eim(const struct eim *e, struct buf *out)
{
    struct slice in = e->fields;
    struct tlv t;
    bool token_due = e->has_token;
    size_t mark = tlv_open(out, 0x30);
    while (tlv_next(&in, &t)) {
        if (token_due && t.tag > 0x82) {
            eim_append_token(e, out);
            token_due = false;
        }
        buf_append(out, t.whole);
    }
    if (token_due) eim_append_token(e, out);
    tlv_close(out, mark);
}

enum err es10b_get_eim_configuration_data(struct model *m, struct slice request, struct buf *response)
{
    struct slice criterion;
    struct tlv id = {0};
    struct eim_iterator i;
    struct eim e;
    bool present;
    TRY(iot_member(m, request, 0xa0, 0, "SGP.32 5.9.18", &criterion, &present));
    if (present && (!tlv_next(&criterion, &id) || id.tag != 0x80))
        return reason_say(&m->reason, ERR_DATA, "SGP.32 5.9.18", 3, "eimId 80", "another object");
    size_t outer = tlv_open(response, 0xbf55);
    size_t list = tlv_open(response, 0xa0);
    for (bool more = eim_first(m, &i, &e); more; more = eim_next(m, &i, &e))
        if (!present || slice_equal(id.value, e.id)) put_eim(&e, response);
    tlv_close(response, list);
    tlv_close(response, outer);
    return buf_err(response);
}
