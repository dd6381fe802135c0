/* softeuicc-eim associate, send, results: what needs a card; see tool.h. */
#define _GNU_SOURCE
#include "tool.h"

#include <stdio.h>

struct visit {
    struct state state;
    struct card card;
    struct report report;
};

static bool visit_open(struct visit *v, const struct options *o)
{
    report_start(&v->report, o);
    if (!state_open(&v->state, o->argument[0])) return false;
    if (o->version && (!sgp32_version_read(o->version, &v->state.eim.version) || v->state.eim.version == SGP32_1_3))
        return problem("--release %s: expected 1.0, 1.1 or 1.2", o->version);
    if (!card_open(&v->card, o, v->state.eim.version)) return false;
    report_fact(&v->report, "eid", "%s", v->card.eid);
    return state_load_card(&v->state, v->card.eid);
}

static int visit_close(struct visit *v, bool ok)
{
    int status = ok ? report_end(&v->report) : EXIT_REFUSED;
    card_close(&v->card);
    state_close(&v->state);
    report_free(&v->report);
    return status;
}

/* The card's key from its certificates. Under an unknown CI the eIM can still work, but not check signatures. */
static bool learn_card(struct visit *v, const struct options *o)
{
    IPA_CERTIFICATES_LOCAL certificates = {0};
    struct pki_anchor anchors[4];
    size_t n = 0;
    if (!anchors_read(o, anchors, &n)) return false;
    int code = ipa_get_certs(&v->card.ipa, slice_of(NULL, 0), &certificates);
    if (code < 0) return card_problem(&v->card, "GetCerts");
    if (code > 0) {
        report_check(&v->report, "GetCerts", false, "the card answers %d", code);
        return true;
    }
    bool known = eim_know_card(&v->state.eim, buf_slice(&certificates.euicc), buf_slice(&certificates.eum), anchors, n);
    report_check(&v->report, "certificates", known, "%s",
                 known ? "the card's certificate, under the EUM's and a CI that is known" : v->state.eim.error);
    return true;
}

int command_associate(const struct options *o)
{
    struct visit v = {0};
    struct eim_configuration configuration;
    struct ipa_added added;
    BUF_LOCAL key = {0};
    BUF_LOCAL request = {0};
    struct eim *eim = &v.state.eim;
    bool ok = visit_open(&v, o);
    bool ask = ok && v.state.ask_token && !o->no_token;
    if (ok && (!eim_describe(eim, ask, &key, &configuration) || !eim_add_initial_request(&request, &configuration, 1)))
        ok = problem("%s", eim->error);
    int code = ok ? ipa_add_initial_eim(&v.card.ipa, buf_slice(&request), &added) : -1;
    if (ok && code < 0) ok = card_problem(&v.card, "AddInitialEim");
    if (ok) {
        const struct knowledge nothing = {0};
        explain_object(&v.report, buf_slice(&v.card.ipa.lpa.response), eim->version, DIRECTION_RESPONSE, &nothing);
        if (code) {
            report_check(&v.report, "AddInitialEim", false,
                         code == 2 ? "an eIM is associated already; its eIM can add this one: add-eim FILE"
                                   : "the card answers %d",
                         code);
        } else {
            eim->token = added.n == 1 ? added.tokens[0] : EIM_NO_TOKEN;
            eim->counter = eim->initial_counter;
            eim->sequence_number = -1;
            report_number(&v.report, "token", eim->token);
            ok = learn_card(&v, o) && state_save_card(&v.state);
        }
    }
    return visit_close(&v, ok);
}

/* What the card says about a package that it did not answer, or the answer explained. */
static bool show_answer(struct visit *v, const struct eim_package *package, struct buf *kept, struct eim_result *result)
{
    struct eim *eim = &v->state.eim;
    const struct knowledge knowledge = {.state = &v->state};
    explain_object(&v->report, buf_slice(kept), eim->version, DIRECTION_RESPONSE, &knowledge);
    if (!eim_check_result(eim, package, buf_slice(kept), result))
        return report_check(&v->report, "result", false, "%s", eim->error);
    if (result->kind != EIM_RESULT_SIGNED) {
        if (v->card.reason.n)
            report_line(&v->report, "the card says: %.*s", (int)v->card.reason.n, (const char *)v->card.reason.p);
        return report_check(&v->report, "package", false, "refused by the card");
    }
    bool fine = result->n == 0 || !result->data[result->n - 1].stops;
    if (!fine && v->card.reason.n)
        report_line(&v->report, "the card says: %.*s", (int)v->card.reason.n, (const char *)v->card.reason.p);
    report_check(&v->report, "package", fine, fine ? "executed" : "stopped at operation %zu", result->n);
    return true;
}

static bool switched(const struct eim_result *r)
{
    for (size_t i = 0; i < r->n; i++)
        if ((r->data[i].tag == 0x83 || r->data[i].tag == 0x84) && r->data[i].code == 0) return true;
    return false;
}

/* REFRESH or reset, then the result is removed from the card. */
static bool finish(struct visit *v, const struct options *o, const struct eim_result *result)
{
    struct ipa *ipa = &v->card.ipa;
    if (switched(result)) {
        bool asked = ipa->lpa.proactive != 0;
        if (!ipa_settle(ipa)) return card_problem(&v->card, "REFRESH");
        report_fact(&v->report, "switch", "%s", asked ? "REFRESH, card reset" : o->reset ? "card reset" : "no REFRESH");
    }
    if (o->keep) return true;
    int code = ipa_remove(ipa, (uint32_t)result->sequence_number);
    if (code < 0) return card_problem(&v->card, "RemoveNotificationFromList");
    report_check(&v->report, "RemoveNotificationFromList", code == 0, code == 0 ? "result %lld removed" : "code %lld",
                 code == 0 ? (long long)result->sequence_number : (long long)code);
    return true;
}

int command_send(const struct options *o)
{
    struct visit v = {0};
    EIM_PACKAGE_LOCAL package = {0};
    BUF_LOCAL bytes = {0};
    BUF_LOCAL kept = {0};
    struct eim_result result;
    bool ok = visit_open(&v, o);
    if (ok && o->package) {
        ok = file_or_hex(o->package, &bytes) &&
             (eim_read_package(&v.state.eim, buf_slice(&bytes), &package) || problem("%s", v.state.eim.error));
    } else if (ok) {
        ok = sign_for_card(o, &v.state, o->argument[1], &package);
    }
    if (ok && !ipa_load_euicc_package(&v.card.ipa, buf_slice(&package.request))) {
        /* An answer that is no answer of SGP.32 is worth to be shown. */
        if (v.card.ipa.lpa.sw != 0x9000 || v.card.ipa.lpa.response.n == 0)
            ok = card_problem(&v.card, "LoadEuiccPackage");
    }
    if (ok) {
        buf_append(&kept, buf_slice(&v.card.ipa.lpa.response));
        bool stored = show_answer(&v, &package, &kept, &result);
        ok = (!stored || finish(&v, o, &result)) && state_save_card(&v.state);
    }
    return visit_close(&v, ok);
}

/* One stored result: explained, and removed if it is of this eIM. */
static bool process_result(struct visit *v, const struct options *o, struct slice object)
{
    struct eim *eim = &v->state.eim;
    const struct knowledge knowledge = {.state = &v->state};
    struct eim_result result;
    char why[300];
    bool right = explain_object(&v->report, object, eim->version, DIRECTION_RESPONSE, &knowledge);
    if (!eim_result_read(object, eim->version, &result, why, sizeof why)) return true;
    if (!slice_equal(result.eim_id, slice_text(eim->id))) {
        report_line(&v->report, "left on the card: a result for another eIM");
        return true;
    }
    if (result.sequence_number > eim->sequence_number) eim->sequence_number = result.sequence_number;
    if (o->keep || !right) return true;
    int code = ipa_remove(&v->card.ipa, (uint32_t)result.sequence_number);
    if (code < 0) return card_problem(&v->card, "RemoveNotificationFromList");
    report_check(&v->report, "RemoveNotificationFromList", code == 0, "result %lld: %d",
                 (long long)result.sequence_number, code);
    return true;
}

int command_results(const struct options *o)
{
    struct visit v = {0};
    struct ipa_pending pending = {0};
    BUF_LOCAL kept = {0};
    bool ok = visit_open(&v, o);
    if (ok && !ipa_retrieve(&v.card.ipa, IPA_SEARCH_RESULTS, 0, &pending))
        ok = card_problem(&v.card, "RetrieveNotificationsList");
    if (ok) {
        report_number(&v.report, "results", (int64_t)pending.result_count);
        for (size_t i = 0; i < pending.result_count; i++)
            buf_append(&kept, pending.results[i]);
        struct slice in = buf_slice(&kept);
        struct tlv t;
        while (ok && tlv_next(&in, &t))
            ok = process_result(&v, o, t.whole);
        ok = ok && state_save_card(&v.state);
    }
    return visit_close(&v, ok);
}
