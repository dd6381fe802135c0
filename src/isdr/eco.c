/* eCOs (SGP.32 3.5, 5.13.7 to 5.13.10): what an eIM may do with the eIM configurations of the card. */
#include "isdr/iot.h"

/* v1.0 has no associatedEimAlreadyExists. */
static enum eim_result of_version(const struct model *m, enum eim_result result)
{
    return result == EIM_EXISTS && m->personality.sgp32 == SGP32_1_0 ? EIM_COMMAND_ERROR : result;
}

/* A8 {84 associationToken | 02 code}: the CHOICE keeps its own tags. */
enum err eco_add_eim(struct package *p, const struct tlv *operation, struct buf *result, bool *failed)
{
    struct eim_configuration c;
    enum eim_result code = EIM_COMMAND_ERROR;
    bool has_token = false;
    uint32_t token = 0;
    if (eim_configuration_parse(p->model, operation->value, &c))
        TRY(eim_configuration_add(p->model, &c, &code, &has_token, &token));
    else
        (void)reason_say(&p->model->reason, OK, "SGP.32 2.11.1.1.1", REASON_NO_OFFSET, "EimConfigurationData in order",
                         "other bytes");
    code = of_version(p->model, code);
    size_t mark = tlv_open(result, 0xa8);
    if (code == EIM_OK && has_token)
        tlv_put_unsigned(result, 0x84, token);
    else
        tlv_put_unsigned(result, 0x02, code);
    tlv_close(result, mark);
    *failed = code != EIM_OK;
    model_trace(p->model, EUICC_EVENT_RESULT, "%s(%d)", eim_result_name(code), (int)code);
    return buf_err(result);
}

enum err eco_delete_eim(struct package *p, const struct tlv *operation, struct buf *result, bool *failed)
{
    struct model *m = p->model;
    struct slice in = operation->value;
    struct tlv id;
    struct eim e;
    if (!tlv_next(&in, &id) || id.tag != 0x80 || id.value.n < 1 || id.value.n > 128 || package_extensions(in) != OK) {
        (void)reason_say(&m->reason, OK, "SGP.32 5.13.9", REASON_NO_OFFSET, "eimId 80 of 1 to 128 bytes",
                         "another object");
        return package_result_code(p, result, 0x89, 7, "commandError", failed);
    }
    if (!eim_find(m, id.value, &e)) {
        (void)reason_say(&m->reason, OK, "SGP.32 5.13.9", REASON_NO_OFFSET, "an associated eimId",
                         "another one, \"%.*s\"", (int)id.value.n, (const char *)id.value.p);
        return package_result_code(p, result, 0x89, 1, "eimNotFound", failed);
    }
    TRY(eim_delete(m, &e));
    if (eim_count(m)) return package_result_code(p, result, 0x89, 0, "ok", failed);
    TRY(package_result_code(p, result, 0x89, 2, "lastEimDeleted", failed));
    *failed = false; /* a success, the list goes on */
    return OK;
}

static const char *update_name(enum eim_update_result code)
{
    switch (code) {
    case UPDATE_OK:
        return "ok";
    case UPDATE_NOT_FOUND:
        return "eimNotFound";
    case UPDATE_CI_UNKNOWN:
        return "ciPKUnknown";
    case UPDATE_COUNTER_RANGE:
        return "counterValueOutOfRange";
    case UPDATE_COMMAND_ERROR:
        break;
    }
    return "commandError";
}

/* An update of the package's own eIM with a counter and a key that is not the one it has: with that the package cannot
 * come again, whatever the counter. */
static bool renews_own(const struct package *p, const struct eim_configuration *c)
{
    struct eim e;
    return c->has_counter && slice_equal(c->id, p->eim_id) && eim_find(p->model, c->id, &e) &&
           eim_configuration_brings_new_key(c, &e);
}

enum err eco_update_eim(struct package *p, const struct tlv *operation, struct buf *result, bool *failed)
{
    struct eim_configuration c;
    enum eim_update_result code = UPDATE_COMMAND_ERROR;
    if (eim_configuration_parse(p->model, operation->value, &c)) {
        bool renewed = renews_own(p, &c);
        TRY(eim_configuration_update(p->model, &c, &code));
        if (code == UPDATE_OK && renewed) p->own_key_and_counter_replaced = true;
    } else {
        (void)reason_say(&p->model->reason, OK, "SGP.32 2.11.1.1.1", REASON_NO_OFFSET, "EimConfigurationData in order",
                         "other bytes");
    }
    return package_result_code(p, result, 0x8a, code, update_name(code), failed);
}

/* AB {A0 {30 {80 eimId, [82 eimIdType]}}}; eimIdType only for OID and FQDN; tag 84 in v1.0. */
enum err eco_list_eim(struct package *p, const struct tlv *operation, struct buf *result, bool *failed)
{
    struct model *m = p->model;
    struct eim_iterator i;
    struct eim e;
    struct tlv type;
    TRY(package_extensions(operation->value));
    size_t outer = tlv_open(result, 0xab);
    size_t list = tlv_open(result, 0xa0);
    for (bool more = eim_first(m, &i, &e); more; more = eim_next(m, &i, &e)) {
        size_t entry = tlv_open(result, 0x30);
        tlv_put(result, 0x80, e.id);
        if (tlv_find(e.fields, 0x82, &type) && type.value.n == 1 && (type.value.p[0] == 1 || type.value.p[0] == 2))
            tlv_put(result, m->personality.sgp32 == SGP32_1_0 ? 0x84 : 0x82, type.value);
        tlv_close(result, entry);
    }
    tlv_close(result, list);
    tlv_close(result, outer);
    *failed = false;
    return buf_err(result);
}
