/* The flows of an IPA (SGP.32 3.2 to 3.5): association, packages with delivery of their results, rollback, data
 * heartbeat; see ipa.h. Downloads are in ipa_download.c. */
#include "ipa.h"

#include "lpa_internal.h"

static bool flow_fail(struct ipa *ipa, const char *what, const struct eim *eim)
{
    return lpa_fail(&ipa->lpa, "%s: %s", what, eim->error);
}

bool ipa_settle(struct ipa *ipa)
{
    struct lpa *lpa = &ipa->lpa;
    if (lpa->proactive) {
        int qualifier = lpa_handle_refresh(lpa, 0x00);
        if (qualifier < 0) return false;
        ipa->refreshes++;
        /* Qualifier 04 has reset the card; for any other the ISD-R is still selected. */
        return qualifier == 4 || ipa->switching == IPA_SWITCH_REFRESH || lpa_reset(lpa);
    }
    return ipa->switching == IPA_SWITCH_REFRESH || lpa_reset(lpa);
}

/* ---- initial association (3.5.2) ---- */

/* What the card keeps of one eIM against what was sent. */
static bool stored_as_sent(struct ipa *ipa, struct eim *eim, bool asked_token)
{
    struct ipa_eims eims;
    struct eim_configuration sent;
    BUF_LOCAL key = {0};
    BUF_LOCAL content = {0};
    if (!eim_describe(eim, asked_token, &key, &sent) || !eim_put_configuration(&content, &sent))
        return flow_fail(ipa, "association", eim);
    /* v1.0 has no search criteria. */
    bool by_id = ipa->version != SGP32_1_0;
    if (!ipa_get_eim_configuration_data(ipa, by_id ? eim->id : NULL, &eims)) return false;
    if (by_id && eims.n != 1) return lpa_fail(&ipa->lpa, "%zu configurations for eIM %s", eims.n, eim->id);
    for (size_t i = 0; i < eims.n; i++) {
        if (!slice_equal(eims.ids[i], slice_text(eim->id))) continue;
        return eim_configuration_is_stored(eim, buf_slice(&content), eims.list[i], eim->token) ||
               flow_fail(ipa, "GetEimConfigurationData", eim);
    }
    return lpa_fail(&ipa->lpa, "eIM %s is not associated after AddInitialEim", eim->id);
}

static bool put_request(struct ipa *ipa, struct eim *const eims[], size_t n, bool ask_tokens, struct buf *request)
{
    struct eim_configuration list[IPA_LIST_MAX] = {{.eim_id = {0}}};
    struct buf keys[IPA_LIST_MAX] = {{0}};
    bool ok = n <= IPA_LIST_MAX || lpa_fail(&ipa->lpa, "more than %d eIMs", IPA_LIST_MAX);
    for (size_t i = 0; ok && i < n; i++)
        ok = eim_describe(eims[i], ask_tokens, &keys[i], &list[i]) || flow_fail(ipa, "association", eims[i]);
    ok = ok && eim_add_initial_request(request, list, n);
    for (size_t i = 0; i < n && i < IPA_LIST_MAX; i++)
        buf_free(&keys[i]);
    return ok;
}

bool ipa_associate(struct ipa *ipa, struct eim *const eims[], size_t n, bool ask_tokens,
                   const struct pki_anchor *anchors, size_t anchor_count)
{
    BUF_LOCAL request = {0};
    IPA_CERTIFICATES_LOCAL certificates = {0};
    struct ipa_added added;
    char eid[33];
    if (!ipa_get_eid(ipa, eid)) return false;
    if (!put_request(ipa, eims, n, ask_tokens, &request)) return false;
    int code = ipa_add_initial_eim(ipa, buf_slice(&request), &added);
    if (code) return code < 0 ? false : lpa_fail(&ipa->lpa, "AddInitialEim: %d", code);
    if (added.n != n) return lpa_fail(&ipa->lpa, "AddInitialEim: %zu answers for %zu eIMs", added.n, n);
    code = ipa_get_certs(ipa, slice_of(NULL, 0), &certificates);
    if (code) return code < 0 ? false : lpa_fail(&ipa->lpa, "GetCerts: %d", code);
    for (size_t i = 0; i < n; i++) {
        if ((added.tokens[i] != EIM_NO_TOKEN) != ask_tokens)
            return lpa_fail(&ipa->lpa, "AddInitialEim: an associationToken has to come exactly if it was asked for");
        for (size_t k = 0; k < i; k++)
            if (ask_tokens && added.tokens[i] == added.tokens[k])
                return lpa_fail(&ipa->lpa, "AddInitialEim: two eIMs got the same associationToken");
        eims[i]->token = added.tokens[i];
        eims[i]->counter = eims[i]->initial_counter;
        if (!eim_set_eid(eims[i], eid) || !eim_know_card(eims[i], buf_slice(&certificates.euicc),
                                                         buf_slice(&certificates.eum), anchors, anchor_count))
            return flow_fail(ipa, "GetCerts", eims[i]);
        if (!stored_as_sent(ipa, eims[i], ask_tokens)) return false;
    }
    return true;
}

/* ---- packages (3.3.1) and their results (2.11.2, 5.9.11, 5.9.12) ---- */

static bool switches(const struct eim_result *r)
{
    for (size_t i = 0; i < r->n; i++)
        if ((r->data[i].tag == 0x83 || r->data[i].tag == 0x84 || r->data[i].tag == 0x8c) && r->data[i].code == 0)
            return true;
    return false;
}

/* Fetches the stored result by its number and in the list of all; both must be the one that was given. */
static bool fetch_again(struct ipa *ipa, struct eim *eim, const struct eim_package *package,
                        const struct eim_result *first)
{
    struct ipa_pending pending;
    struct eim_result again;
    uint32_t number = (uint32_t)first->sequence_number;
    if (!ipa_retrieve(ipa, IPA_SEARCH_NUMBER, number, &pending)) return false;
    if (pending.result_count != 1 || pending.notification_count)
        return lpa_fail(&ipa->lpa, "result %u does not come alone: %zu results, %zu notifications", (unsigned)number,
                        pending.result_count, pending.notification_count);
    if (!eim_check_again(eim, package, first, pending.results[0], &again))
        return flow_fail(ipa, "result retrieved by number", eim);
    if (!ipa_retrieve(ipa, IPA_SEARCH_RESULTS, 0, &pending)) return false;
    for (size_t i = 0; i < pending.result_count; i++) {
        char why[200];
        if (eim_result_read(pending.results[i], ipa->version, &again, why, sizeof why) &&
            again.sequence_number == first->sequence_number)
            return eim_check_again(eim, package, first, pending.results[i], &again) ||
                   flow_fail(ipa, "result in the list of all", eim);
    }
    return lpa_fail(&ipa->lpa, "result %u is not in the list of all results", (unsigned)number);
}

static bool remove_twice(struct ipa *ipa, uint32_t number)
{
    int code = ipa_remove(ipa, number);
    if (code) return code < 0 ? false : lpa_fail(&ipa->lpa, "RemoveNotificationFromList: %d", code);
    code = ipa_remove(ipa, number);
    return code == 1 || (code >= 0 && lpa_fail(&ipa->lpa, "removing result %u again: %d, expected nothingToDelete(1)",
                                               (unsigned)number, code));
}

bool ipa_deliver(struct ipa *ipa, struct eim *eim, const struct eim_package *package, bool leave, struct buf *kept,
                 struct eim_result *out)
{
    if (!ipa_load_euicc_package(ipa, buf_slice(&package->request))) return false;
    buf_reset(kept);
    buf_append(kept, buf_slice(&ipa->lpa.response));
    if (!eim_check_result(eim, package, buf_slice(kept), out)) return flow_fail(ipa, "EuiccPackageResult", eim);
    if (out->kind != EIM_RESULT_SIGNED) {
        return ipa->lpa.proactive == 0 || lpa_fail(&ipa->lpa, "a proactive command after a package that was refused");
    }
    if (ipa->lpa.proactive && !switches(out))
        return lpa_fail(&ipa->lpa, "a proactive command although no profile was switched");
    if (switches(out) && !ipa_settle(ipa)) return false;
    return leave || (fetch_again(ipa, eim, package, out) && remove_twice(ipa, (uint32_t)out->sequence_number));
}

bool ipa_run(struct ipa *ipa, struct eim *eim, const char *operations, eim_loader load, void *load_ctx,
             struct buf *kept, struct eim_result *out)
{
    EIM_SCRIPT_LOCAL script = {0};
    EIM_PACKAGE_LOCAL package = {0};
    if (!eim_script_read(&script, operations, load, load_ctx)) return lpa_fail(&ipa->lpa, "%s", script.error);
    const struct eim_order order = {.ops = script.ops, .n = script.n};
    if (!eim_sign(eim, &order, &package)) return flow_fail(ipa, "package", eim);
    return ipa_deliver(ipa, eim, &package, false, kept, out);
}

int ipa_roll_back(struct ipa *ipa, struct eim *eim, const struct eim_package *granting, bool refresh)
{
    BUF_LOCAL kept = {0};
    struct slice came;
    struct eim_result result;
    int code = ipa_profile_rollback(ipa, refresh, &came);
    if (code) return code;
    buf_append(&kept, came);
    bool ok = eim_check_rollback(eim, granting, buf_slice(&kept), &result) || flow_fail(ipa, "ProfileRollback", eim);
    if (ok && !refresh && ipa->lpa.proactive) ok = lpa_fail(&ipa->lpa, "REFRESH although refreshFlag was FALSE");
    ok = ok && (!refresh || ipa_settle(ipa)) && fetch_again(ipa, eim, granting, &result) &&
         remove_twice(ipa, (uint32_t)result.sequence_number);
    return ok ? 0 : -1;
}

/* ---- data heartbeat (IpaEuiccDataRequest, 5.14.x) ---- */

static void copy_text(struct slice from, char *out, size_t size)
{
    size_t n = from.n < size - 1 ? from.n : size - 1;
    if (n) memcpy(out, from.p, n);
    out[n] = 0;
}

static void iccid_digits(struct slice iccid, char out[21])
{
    size_t n = 0;
    for (size_t i = 0; i < 2 * iccid.n && n < 20; i++) {
        uint8_t digit = i % 2 ? iccid.p[i / 2] >> 4 : iccid.p[i / 2] & 15;
        if (digit < 10) out[n++] = (char)('0' + digit);
    }
    out[n] = 0;
}

/* The results that wait: well-formed, and those of this eIM signed by the card. */
static bool beat_results(struct ipa *ipa, struct eim *eim, struct ipa_status *out)
{
    struct ipa_pending pending;
    struct eim_result result;
    char why[200];
    if (!ipa_retrieve(ipa, IPA_SEARCH_RESULTS, 0, &pending)) return false;
    out->results = pending.result_count;
    for (size_t i = 0; i < pending.result_count; i++) {
        if (!eim_result_read(pending.results[i], ipa->version, &result, why, sizeof why))
            return lpa_fail(&ipa->lpa, "stored result %zu: %s", i, why);
        if (result.kind != EIM_RESULT_SIGNED) return lpa_fail(&ipa->lpa, "stored result %zu is an error (2.11.2)", i);
        bool own = slice_equal(result.eim_id, slice_text(eim->id));
        if (own && eim->knows_key && !eim_result_is_signed(&result, &eim->card_key, eim->token))
            return lpa_fail(&ipa->lpa, "stored result %zu is not signed with the key of the card", i);
    }
    return true;
}

static bool beat_notifications(struct ipa *ipa, struct ipa_status *out)
{
    struct ipa_pending pending;
    if (!ipa_retrieve(ipa, IPA_SEARCH_NONE, 0, &pending)) return false;
    out->notifications = pending.notification_count;
    for (size_t i = 0; i < pending.notification_count; i++)
        for (size_t k = 0; k < i; k++)
            if (pending.notifications[i].sequence_number == pending.notifications[k].sequence_number)
                return lpa_fail(&ipa->lpa, "two notifications have number %u",
                                (unsigned)pending.notifications[i].sequence_number);
    return true;
}

static bool beat_eims(struct ipa *ipa, const struct eim *eim, struct ipa_status *out)
{
    struct ipa_eims eims;
    struct tlv t;
    out->token = EIM_NO_TOKEN;
    if (!ipa_get_eim_configuration_data(ipa, NULL, &eims)) return false;
    out->eims = eims.n;
    for (size_t i = 0; i < eims.n; i++) {
        if (tlv_find(eims.list[i], 0x83, &t)) return lpa_fail(&ipa->lpa, "counterValue is given away (5.9.18)");
        if (slice_equal(eims.ids[i], slice_text(eim->id)) && tlv_find(eims.list[i], 0x84, &t))
            sgp32_integer(t.value, &out->token);
    }
    return true;
}

static bool beat_profiles(struct ipa *ipa, struct ipa_status *out)
{
    struct ipa_profiles profiles;
    if (!ipa_get_profiles_info(ipa, slice_of(NULL, 0), slice_of(NULL, 0), &profiles)) return false;
    if (profiles.error >= 0) return lpa_fail(&ipa->lpa, "GetProfilesInfo: %d", profiles.error);
    out->profiles = profiles.n;
    size_t enabled = 0;
    for (size_t i = 0; i < profiles.n; i++) {
        if (profiles.list[i].base.state != 1) continue;
        enabled++;
        iccid_digits(profiles.list[i].base.iccid, out->enabled_iccid);
    }
    return enabled <= 1 || lpa_fail(&ipa->lpa, "%zu profiles are enabled at once", enabled);
}

bool ipa_heartbeat(struct ipa *ipa, struct eim *eim, struct ipa_status *out)
{
    struct lpa_addresses addresses;
    IPA_CERTIFICATES_LOCAL certificates = {0};
    *out = (struct ipa_status){0};
    if (!ipa_get_eid(ipa, out->eid) || !lpa_get_euicc_info1(&ipa->lpa) || !ipa_get_euicc_info2(ipa, &out->info2))
        return false;
    if (!lpa_get_euicc_configured_addresses(&ipa->lpa, &addresses)) return false;
    copy_text(addresses.default_dp, out->default_dp, sizeof out->default_dp);
    copy_text(addresses.root_ds, out->root_ds, sizeof out->root_ds);
    int code = ipa_get_certs(ipa, slice_of(NULL, 0), &certificates);
    if (code) return code < 0 ? false : lpa_fail(&ipa->lpa, "GetCerts: %d", code);
    return beat_notifications(ipa, out) && beat_results(ipa, eim, out) && beat_eims(ipa, eim, out) &&
           beat_profiles(ipa, out);
}
