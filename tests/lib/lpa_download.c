/* A whole download by the LPA double (SGP.22 3.1.3, 3.5 for notifications); see lpa.h. */
#include "lpa_internal.h"

#include <stdio.h>

static const uint8_t tac[] = {0x35, 0x29, 0x06, 0x11};

static bool end(struct lpa_download_result *r, enum lpa_stage stage, const char *why)
{
    r->stage = stage;
    snprintf(r->error, sizeof r->error, "%s", why);
    return false;
}

void lpa_download_result_free(struct lpa_download_result *result)
{
    buf_free(&result->pir);
    *result = (struct lpa_download_result){.card_error = -1};
}

/* A0{80 matchingId?, A1 deviceInfo{80 tac, A1 deviceCapabilities{}}} */
static void put_ctx_params1(struct buf *b, const struct lpa_download_options *o)
{
    if (o->ctx_params1.n) {
        buf_append(b, o->ctx_params1);
        return;
    }
    size_t whole = tlv_open(b, 0xa0);
    if (o->matching_id) tlv_put(b, 0x80, slice_text(o->matching_id));
    size_t device = tlv_open(b, 0xa1);
    tlv_put(b, 0x80, SLICE(tac));
    tlv_put(b, 0xa1, slice_of(NULL, 0));
    tlv_close(b, device);
    tlv_close(b, whole);
}

static bool authenticate(struct lpa *lpa, struct smdpp *dp, const struct lpa_download_options *o,
                         struct lpa_download_result *r, struct smdpp_answer *answer)
{
    uint8_t challenge[16];
    BUF_LOCAL ctx = {0};
    if (!lpa_get_euicc_challenge(lpa, challenge) || !lpa_get_euicc_info1(lpa)) {
        r->sw = lpa->sw;
        return end(r, LPA_STAGE_CHALLENGE, lpa->error);
    }
    const char *address = o->address ? o->address : "testsmdpplus1.example.com";
    if (!smdpp_initiate_authentication(dp, SLICE(challenge), buf_slice(&lpa->response), address, answer))
        return end(r, LPA_STAGE_INITIATE, dp->error);
    if (o->stop_before == LPA_STAGE_AUTHENTICATE) return end(r, LPA_STAGE_AUTHENTICATE, "stopped as asked");
    put_ctx_params1(&ctx, o);
    if (!lpa_authenticate_server(lpa, answer, buf_slice(&ctx))) {
        r->sw = lpa->sw;
        return end(r, LPA_STAGE_AUTHENTICATE, lpa->error);
    }
    r->sw = lpa->sw;
    if (!smdpp_authenticate_client(dp, buf_slice(&lpa->response), answer)) {
        r->card_error = dp->card_error;
        return end(r, dp->card_error >= 0 ? LPA_STAGE_AUTHENTICATE : LPA_STAGE_CLIENT, dp->error);
    }
    /* ctxParams1 has to come back byte by byte under the card's signature (5.7.13). */
    if (!slice_equal(buf_slice(&dp->session.ctx_params1), buf_slice(&ctx)))
        return end(r, LPA_STAGE_CLIENT, "ctxParams1 did not come back as sent");
    return true;
}

static bool prepare(struct lpa *lpa, struct smdpp *dp, const struct lpa_download_options *o,
                    struct lpa_download_result *r, const struct smdpp_answer *answer, struct buf *bpp)
{
    uint8_t hash[32];
    struct slice hash_cc = o->hash_cc;
    if (o->stop_before == LPA_STAGE_PREPARE) return end(r, LPA_STAGE_PREPARE, "stopped as asked");
    if (o->confirmation_code && hash_cc.n == 0) {
        smdpp_hash_cc(o->confirmation_code, buf_slice(&dp->session.transaction_id), hash);
        hash_cc = SLICE(hash);
    }
    bool ok = lpa_prepare_download(lpa, answer, hash_cc);
    r->sw = lpa->sw;
    if (!ok) return end(r, LPA_STAGE_PREPARE, lpa->error);
    if (!smdpp_get_bound_profile_package(dp, buf_slice(&lpa->response), bpp)) {
        r->card_error = dp->card_error;
        return end(r, dp->card_error >= 0 ? LPA_STAGE_PREPARE : LPA_STAGE_PACKAGE, dp->error);
    }
    if (o->stop_before == LPA_STAGE_LOAD) return end(r, LPA_STAGE_LOAD, "stopped as asked");
    return true;
}

/* Sends segment `index`; *more is false when the download ends with it. */
static bool send_segment(struct lpa *lpa, const struct lpa_download_options *o, struct lpa_download_result *r,
                         struct slice segment, size_t index, bool *more)
{
    BUF_LOCAL changed = {0};
    buf_append(&changed, segment);
    *more = !o->before_segment || o->before_segment(o->hook_ctx, lpa, index, &changed);
    if (!*more) return end(r, LPA_STAGE_LOAD, "the hook ended the download");
    size_t usual = lpa->options.block_size;
    if (o->segment_block_size) lpa->options.block_size = o->segment_block_size;
    bool sent = lpa_store_data(lpa, buf_slice(&changed), &lpa->response, &lpa->sw);
    lpa->options.block_size = usual;
    if (!sent) {
        *more = false;
        return end(r, LPA_STAGE_LOAD, lpa->error);
    }
    r->segments++;
    r->sw = lpa->sw;
    if (lpa->sw != 0x9000 && r->segment_sw == 0) {
        r->segment_sw = lpa->sw;
        r->segment_failed = index;
        *more = o->keep_going;
    }
    if (lpa->response.n) {
        /* Data ends the loading: the result, good or bad (5.7.6). */
        buf_append(&r->pir, buf_slice(&lpa->response));
        *more = false;
    }
    return true;
}

bool lpa_load_bound_profile_package(struct lpa *lpa, struct slice bpp, const struct lpa_download_options *options,
                                    struct lpa_download_result *r)
{
    static const struct lpa_download_options defaults = {0};
    const struct lpa_download_options *o = options ? options : &defaults;
    LPA_SEGMENTS_LOCAL segments = {0};
    bool more = true;
    buf_reset(&r->pir);
    r->segments = 0;
    r->segment_sw = 0;
    if (!lpa_segments_make(&segments, bpp, o->segmentation, o->cut)) return end(r, LPA_STAGE_LOAD, "no memory");
    for (size_t i = 0; more && i < segments.n; i++)
        if (!send_segment(lpa, o, r, segments.list[i], i, &more)) return false;
    if (r->pir.n == 0) {
        snprintf(lpa->error, sizeof lpa->error, "no result; %zu of %zu segments, first bad status word %04X",
                 r->segments, segments.n, r->segment_sw);
        return end(r, LPA_STAGE_LOAD, lpa->error);
    }
    struct slice in = buf_slice(&r->pir);
    struct tlv t;
    return (tlv_next(&in, &t) && t.tag == 0xbf37 && in.n == 0) ||
           end(r, LPA_STAGE_LOAD, "the data of a segment's answer is not BF37");
}

bool lpa_download(struct lpa *lpa, struct smdpp *dp, const struct lpa_download_options *options,
                  struct lpa_download_result *r)
{
    static const struct lpa_download_options defaults = {0};
    const struct lpa_download_options *o = options ? options : &defaults;
    SMDPP_ANSWER_LOCAL answer = {0};
    BUF_LOCAL bpp = {0};
    lpa_download_result_free(r);
    if (!authenticate(lpa, dp, o, r, &answer) || !prepare(lpa, dp, o, r, &answer, &bpp) ||
        !lpa_load_bound_profile_package(lpa, buf_slice(&bpp), o, r))
        return false;
    if (!smdpp_check_pir(dp, buf_slice(&r->pir), &r->result)) return end(r, LPA_STAGE_RESULT, dp->error);
    if (!r->result.success) {
        snprintf(r->error, sizeof r->error, "bppCommandId %d, errorReason %d", r->result.command, r->result.reason);
        r->stage = LPA_STAGE_RESULT;
        return false;
    }
    r->stage = LPA_STAGE_DONE;
    return true;
}

/* True if a PIR is of the SM-DP+'s current session. */
static bool is_of_session(const struct smdpp *dp, struct slice pir)
{
    struct tlv whole;
    struct tlv data;
    struct tlv tid;
    return tlv_next(&pir, &whole) && tlv_find(whole.value, 0xbf27, &data) && tlv_find(data.value, 0x80, &tid) &&
           slice_equal(tid.value, buf_slice(&dp->session.transaction_id));
}

static bool process_one(struct lpa *lpa, struct smdpp *dp, const struct lpa_notification *listed)
{
    struct lpa_notifications retrieved;
    struct smdpp_notification notification;
    struct smdpp_pir pir;
    if (!lpa_retrieve_notifications(lpa, listed->sequence_number, -1, &retrieved)) return false;
    if (retrieved.n != 1 || retrieved.list[0].sequence_number != listed->sequence_number)
        return lpa_fail(lpa, "notification %u does not come alone", (unsigned)listed->sequence_number);
    const struct lpa_notification *n = &retrieved.list[0];
    bool ok = true;
    if (dp && n->is_result && is_of_session(dp, n->whole)) ok = smdpp_check_pir(dp, n->whole, &pir);
    if (dp && !n->is_result) ok = smdpp_check_notification(dp, n->whole, &notification);
    if (!ok) return lpa_fail(lpa, "notification %u: %s", (unsigned)listed->sequence_number, dp->error);
    int code = lpa_remove_notification(lpa, listed->sequence_number);
    return code == 0 || (code > 0 && lpa_fail(lpa, "RemoveNotificationFromList: %d", code));
}

int lpa_process_notifications(struct lpa *lpa, struct smdpp *dp)
{
    struct lpa_notifications all;
    struct lpa_notifications left;
    if (!lpa_list_notification(lpa, -1, &all)) return -1;
    for (size_t i = 0; i < all.n; i++)
        if (!process_one(lpa, dp, &all.list[i])) return -1;
    if (!lpa_list_notification(lpa, -1, &left)) return -1;
    if (left.n) {
        lpa_fail(lpa, "%zu notifications are left after removing all", left.n);
        return -1;
    }
    return (int)all.n;
}
