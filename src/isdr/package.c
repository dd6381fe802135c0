/* What the operations of an eUICC package share, and how its result is signed and kept (SGP.32 2.11.2, 3.3.1). */
#include "isdr/iot.h"

enum err package_result_code(struct package *p, struct buf *result, uint32_t tag, uint32_t code, const char *name,
                             bool *failed)
{
    tlv_put_unsigned(result, tag, code);
    *failed = code != 0;
    model_trace(p->model, EUICC_EVENT_RESULT, "%s(%u)", name, code);
    return buf_err(result);
}

enum err package_result_since(struct package *p, struct buf *result, uint32_t tag, uint32_t code, const char *name,
                              enum sgp32 since, bool *failed)
{
    if (p->model->personality.sgp32 < since) return package_result_code(p, result, tag, 127, "undefinedError", failed);
    return package_result_code(p, result, tag, code, name, failed);
}

enum err package_iccid(struct package *p, const struct tlv *operation, struct slice *iccid, bool *rollback_flag)
{
    struct tlv t;
    struct slice in = operation->value;
    if (!tlv_next(&in, &t) || t.tag != 0x5a || t.value.n != ICCID_SIZE) return ERR_DATA;
    *iccid = t.value;
    if (rollback_flag) *rollback_flag = false;
    TRY(package_extensions(in));
    if (!rollback_flag || !tlv_next(&in, &t)) return OK;
    /* rollbackFlag is a universal NULL; 80 00 is a known sender's */
    bool null = t.tag == 0x05 || (t.tag == 0x80 && p->model->personality.lenient_encodings);
    if (null && t.value.n) return ERR_DATA;
    *rollback_flag = null;
    return OK;
}

enum err package_extensions(struct slice rest)
{
    struct tlv t;
    while (rest.n)
        if (!tlv_next(&rest, &t)) return ERR_DATA;
    return OK;
}

enum err package_find(const struct package *p, struct slice iccid, struct profile *out, bool *found)
{
    const struct profile_identifier id = {.by_aid = false, .value = iccid};
    TRY(profile_find(p->model, &id, out, found));
    *found = *found && !switch_will_delete(p->model, out->aid);
    return OK;
}

enum err package_effective(const struct package *p, struct profile *out, bool *found)
{
    uint8_t aid[AID_SIZE];
    *found = false;
    if (!p->marked && !switch_is_pending(p->model)) return profile_enabled(p->model, out, found);
    /* a switch of an earlier package that still waits for its REFRESH is marked too */
    if (!p->marked) return switch_pending_target(p->model, aid) ? profile_get(p->model, aid, out, found) : OK;
    return p->has_target ? profile_get(p->model, p->target, out, found) : OK;
}

enum err package_result_sign(struct model *m, struct slice eim_id, struct slice counter_tlv,
                             struct slice transaction_tlv, struct slice results, struct slice token, size_t root,
                             uint32_t *sequence, struct buf *out)
{
    uint8_t signature[ECDSA_RAW_SIZE];
    BUF_LOCAL data = {0};
    TRY(notification_next_sequence(m, sequence));
    size_t mark = tlv_open(&data, 0x30);
    tlv_put(&data, 0x80, eim_id);
    buf_append(&data, counter_tlv);
    buf_append(&data, transaction_tlv);
    tlv_put_unsigned(&data, 0x83, *sequence);
    tlv_put(&data, 0x30, results);
    tlv_close(&data, mark);
    TRY(buf_err(&data));
    const struct slice parts[] = {buf_slice(&data), token};
    TRY(identity_sign(m, root, parts, 2, signature));
    size_t outer = tlv_open(out, 0xbf51);
    size_t inner = tlv_open(out, 0xa0);
    buf_append(out, parts[0]);
    tlv_put(out, 0x5f37, SLICE(signature));
    tlv_close(out, inner);
    tlv_close(out, outer);
    return buf_err(out);
}
