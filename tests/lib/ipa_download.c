/* Downloads by an IPA (SGP.32 3.2.3): direct, and indirect through the eIM; their notifications; see ipa.h. */
#include "ipa.h"

#include "lpa_internal.h"

bool ipa_download(struct ipa *ipa, struct smdpp *dp, const struct lpa_download_options *options, bool immediate,
                  int *immediate_code, struct lpa_download_result *result)
{
    if (!lpa_download(&ipa->lpa, dp, options, result)) return lpa_fail(&ipa->lpa, "download: %s", result->error);
    if (!immediate) return true;
    *immediate_code = ipa_immediate_enable(ipa, true);
    return *immediate_code >= 0 && (*immediate_code > 0 || ipa_settle(ipa));
}

/* ---- what the eIM does between IPA and SM-DP+ ---- */

static bool relay_initiate(struct ipa_relay *r, struct slice challenge, struct slice info1, const char *address,
                           struct smdpp_answer *answer)
{
    if (!smdpp_initiate_authentication(r->dp, challenge, info1, address, answer))
        return eim_fail(r->eim, "InitiateAuthentication: %s", r->dp->error);
    r->transaction_id_n = r->dp->session.transaction_id.n;
    if (r->transaction_id_n > sizeof r->transaction_id) return eim_fail(r->eim, "transactionId of the SM-DP+ too long");
    memcpy(r->transaction_id, r->dp->session.transaction_id.p, r->transaction_id_n);
    r->messages++;
    return true;
}

/* The transactionId (80) in an answer of the card has to be that of this download; the eIM reads nothing else of it. */
static bool belongs(struct ipa_relay *r, struct slice response, uint32_t data_tag, const char *name)
{
    struct tlv whole;
    struct tlv choice;
    struct tlv data;
    struct tlv id;
    struct slice ours = slice_of(r->transaction_id, r->transaction_id_n);
    if (!tlv_next(&response, &whole) || !tlv_next(&whole.value, &choice))
        return eim_fail(r->eim, "%s: nothing to pass on", name);
    /* An error (A1) has the identifier at its top. */
    if (choice.tag == 0xa1) data = choice;
    if (choice.tag != 0xa1 && !tlv_find(choice.value, data_tag, &data))
        return eim_fail(r->eim, "%s: no signed data", name);
    if (!tlv_find(data.value, 0x80, &id) || !slice_equal(id.value, ours))
        return eim_fail(r->eim, "%s is of another download", name);
    return true;
}

static bool relay_client(struct ipa_relay *r, struct slice response, struct smdpp_answer *answer)
{
    if (!belongs(r, response, 0x30, "AuthenticateServerResponse")) return false;
    r->messages++;
    if (!smdpp_authenticate_client(r->dp, response, answer))
        return eim_fail(r->eim, "AuthenticateClient: %s", r->dp->error);
    memcpy(r->eid, r->dp->session.euicc.eid, sizeof r->eid);
    for (size_t i = 0; i < 32; i++) {
        uint8_t digit = i % 2 ? r->eim->eid[i / 2] & 15 : r->eim->eid[i / 2] >> 4;
        if (r->eid[i] != (char)('0' + digit))
            return eim_fail(r->eim, "the card in the download has EID %s, which this eIM does not manage", r->eid);
    }
    return true;
}

static bool relay_package(struct ipa_relay *r, struct slice response, struct buf *bpp)
{
    if (!belongs(r, response, 0x30, "PrepareDownloadResponse")) return false;
    r->messages++;
    return smdpp_get_bound_profile_package(r->dp, response, bpp) ||
           eim_fail(r->eim, "GetBoundProfilePackage: %s", r->dp->error);
}

static bool relay_result(struct ipa_relay *r, struct lpa_download_result *result)
{
    r->messages++;
    return smdpp_check_pir(r->dp, buf_slice(&result->pir), &result->result) ||
           eim_fail(r->eim, "HandleNotification: %s", r->dp->error);
}

/* ---- what the IPA does ---- */

static bool stop(struct lpa_download_result *result, enum lpa_stage stage, const char *why)
{
    result->stage = stage;
    snprintf(result->error, sizeof result->error, "%.255s", why);
    return false;
}

/* A0{80 matchingId?, A1{80 tac, A1{}}} */
static void put_ctx_params1(struct buf *b, const char *matching_id)
{
    static const uint8_t device[] = {0xa1, 0x08, 0x80, 0x04, 0x35, 0x29, 0x06, 0x11, 0xa1, 0x00};
    size_t mark = tlv_open(b, 0xa0);
    if (matching_id) tlv_put(b, 0x80, slice_text(matching_id));
    buf_append(b, SLICE(device));
    tlv_close(b, mark);
}

static bool authenticate(struct ipa *ipa, struct ipa_relay *r, const char *address, const char *matching_id,
                         struct smdpp_answer *answer, struct lpa_download_result *result)
{
    struct lpa *lpa = &ipa->lpa;
    uint8_t challenge[16];
    BUF_LOCAL ctx = {0};
    if (!lpa_get_euicc_challenge(lpa, challenge) || !lpa_get_euicc_info1(lpa))
        return stop(result, LPA_STAGE_CHALLENGE, lpa->error);
    if (!relay_initiate(r, SLICE(challenge), buf_slice(&lpa->response), address ? address : "testsmdpplus1.example.com",
                        answer))
        return stop(result, LPA_STAGE_INITIATE, r->eim->error);
    put_ctx_params1(&ctx, matching_id);
    if (!lpa_authenticate_server(lpa, answer, buf_slice(&ctx))) return stop(result, LPA_STAGE_AUTHENTICATE, lpa->error);
    if (relay_client(r, buf_slice(&lpa->response), answer)) return true;
    result->card_error = r->dp->card_error;
    return stop(result, r->dp->card_error >= 0 ? LPA_STAGE_AUTHENTICATE : LPA_STAGE_CLIENT, r->eim->error);
}

bool ipa_download_indirect(struct ipa *ipa, struct ipa_relay *r, const char *address, const char *matching_id,
                           struct lpa_download_result *result)
{
    SMDPP_ANSWER_LOCAL answer = {0};
    BUF_LOCAL bpp = {0};
    struct lpa *lpa = &ipa->lpa;
    lpa_download_result_free(result);
    if (!authenticate(ipa, r, address, matching_id, &answer, result)) return false;
    if (!lpa_prepare_download(lpa, &answer, slice_of(NULL, 0))) return stop(result, LPA_STAGE_PREPARE, lpa->error);
    if (!relay_package(r, buf_slice(&lpa->response), &bpp)) {
        result->card_error = r->dp->card_error;
        return stop(result, r->dp->card_error >= 0 ? LPA_STAGE_PREPARE : LPA_STAGE_PACKAGE, r->eim->error);
    }
    if (!lpa_load_bound_profile_package(lpa, buf_slice(&bpp), NULL, result)) return false;
    if (!relay_result(r, result)) return stop(result, LPA_STAGE_RESULT, r->eim->error);
    if (!result->result.success) {
        snprintf(result->error, sizeof result->error, "bppCommandId %d, errorReason %d", result->result.command,
                 result->result.reason);
        result->stage = LPA_STAGE_RESULT;
        return false;
    }
    result->stage = LPA_STAGE_DONE;
    return true;
}

/* ---- notifications ---- */

static bool process_one(struct ipa *ipa, struct smdpp *dp, const struct lpa_notification *n)
{
    struct smdpp_notification checked;
    uint32_t number = n->sequence_number;
    if (dp && !n->is_result && !smdpp_check_notification(dp, n->whole, &checked))
        return lpa_fail(&ipa->lpa, "notification %u: %s", (unsigned)number, dp->error);
    int code = ipa_remove(ipa, number);
    return code == 0 || (code > 0 && lpa_fail(&ipa->lpa, "RemoveNotificationFromList %u: %d", (unsigned)number, code));
}

int ipa_process_notifications(struct ipa *ipa, struct smdpp *dp)
{
    struct ipa_pending pending;
    int count = 0;
    for (;;) {
        if (!ipa_retrieve(ipa, IPA_SEARCH_NONE, 0, &pending)) return -1;
        if (pending.notification_count == 0) return count;
        if (count++ > LPA_LIST_MAX) {
            lpa_fail(&ipa->lpa, "notifications stay in the list after they were removed");
            return -1;
        }
        if (!process_one(ipa, dp, &pending.notifications[0])) return -1;
    }
}
