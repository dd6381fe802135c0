/* ES10b.ProfileRollback (SGP.32 3.3.2, 5.9.16). card/rollback holds the authorisation that an accepted
 * package with enable and rollbackFlag gave: 4F the profile to go back to, 80 eimId, 81 counterValue, [82
 * eimTransactionId], 83 number of its result, 84 token, 85 root, 30 its results. */
#include "isdr/iot.h"

#define KEY "card/rollback"

enum err rollback_authorise(const struct package *p, uint32_t sequence)
{
    BUF_LOCAL b = {0};
    tlv_put(&b, 0x4f, SLICE(p->previous));
    tlv_put(&b, 0x80, p->eim_id);
    tlv_put_unsigned(&b, 0x81, p->counter);
    if (p->has_transaction_id) tlv_put(&b, 0x82, p->transaction_id);
    tlv_put_unsigned(&b, 0x83, sequence);
    buf_append(&b, buf_slice(&p->token));
    tlv_put_unsigned(&b, 0x85, (uint32_t)p->root);
    tlv_put(&b, 0x30, buf_slice(&p->results));
    TRY(buf_err(&b));
    return store_put(p->model->store, KEY, buf_slice(&b));
}

struct authorisation {
    struct slice aid, eim_id, counter_tlv, transaction_tlv, token, results;
    uint32_t sequence, root;
};

static bool decode(struct slice in, struct authorisation *a)
{
    struct tlv t;
    *a = (struct authorisation){0};
    if (!tlv_next(&in, &t) || t.tag != 0x4f || t.value.n != AID_SIZE) return false;
    a->aid = t.value;
    if (!tlv_next(&in, &t) || t.tag != 0x80) return false;
    a->eim_id = t.value;
    if (!tlv_next(&in, &t) || t.tag != 0x81) return false;
    a->counter_tlv = t.whole;
    if (!tlv_next(&in, &t)) return false;
    if (t.tag == 0x82) {
        a->transaction_tlv = t.whole;
        if (!tlv_next(&in, &t)) return false;
    }
    if (t.tag != 0x83 || !tlv_unsigned(t.value, &a->sequence)) return false;
    if (!tlv_next(&in, &t) || t.tag != 0x84) return false;
    a->token = t.whole;
    if (!tlv_next(&in, &t) || t.tag != 0x85 || !tlv_unsigned(t.value, &a->root)) return false;
    if (!tlv_next(&in, &t) || t.tag != 0x30) return false;
    a->results = t.value;
    return true;
}

/* BF58 {02 cmdResult, [BF51]}: 02, since its sibling has a tag of its own. */
static enum err answer(struct model *m, struct buf *response, uint32_t code, const char *name, struct slice result)
{
    size_t mark = tlv_open(response, 0xbf58);
    tlv_put_unsigned(response, 0x02, code);
    buf_append(response, result);
    tlv_close(response, mark);
    model_trace(m, EUICC_EVENT_RESULT, "%s(%u)", name, code);
    return buf_err(response);
}

static enum err refuse(struct model *m, struct buf *response, uint32_t code, const char *name, const char *expected,
                       const char *came)
{
    (void)reason_say(&m->reason, OK, "SGP.32 5.9.16", REASON_NO_OFFSET, expected, "%s", came);
    return answer(m, response, code, name, (struct slice){0});
}

/* The new result replaces the one of the package (NOTE 1 of 3.3.2). */
static enum err carry_out(struct model *m, const struct authorisation *a, const struct profile *target, bool refresh,
                          struct buf *response)
{
    uint32_t sequence;
    bool found;
    BUF_LOCAL results = {0};
    BUF_LOCAL signed_result = {0};
    if (m->personality.rollback_result == ROLLBACK_RESULT_APPEND) buf_append(&results, a->results);
    tlv_put_unsigned(&results, 0x8c, 0);
    TRY(buf_err(&results));
    TRY(package_result_sign(m, a->eim_id, a->counter_tlv, a->transaction_tlv, buf_slice(&results), a->token, a->root,
                            &sequence, &signed_result));
    TRY(package_result_remove(m, a->sequence, &found));
    TRY(package_result_store(m, sequence, buf_slice(&signed_result)));
    TRY(switch_request(m, target, refresh));
    TRY(answer(m, response, 0, "ok", buf_slice(&signed_result)));
    return iot_drop_rollback(m);
}

enum err es10b_profile_rollback(struct model *m, struct slice request, struct buf *response)
{
    struct slice value;
    struct authorisation a;
    struct profile target;
    struct profile current;
    bool refresh;
    bool found;
    bool has_current;
    TRY(iot_refresh_flag(m, request, "SGP.32 5.9.16", &refresh));
    if (!store_get(m->store, KEY, &value))
        return refuse(m, response, 1, "rollbackNotAllowed", "a package that authorised a rollback", "none in force");
    if (!decode(value, &a)) return ERR_CORRUPT;
    TRY(profile_get(m, a.aid.p, &target, &found));
    if (!found || target.enabled)
        return refuse(m, response, 7, "commandError", "the disabled profile to go back to", "none");
    if (!iot_cat_free(m, "SGP.32 5.9.16")) return answer(m, response, 5, "catBusy", (struct slice){0});
    TRY(profile_enabled(m, &current, &has_current));
    if (has_current && (current.ppr & PPR1) && !m->personality.rollback_ignores_ppr)
        return refuse(m, response, 127, "undefinedError", "a profile that may be disabled", "one with PPR1");
    return carry_out(m, &a, &target, refresh, response);
}
