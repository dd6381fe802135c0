/* The installation step by step, LPA and SM-DP+ in turns (SGP.22 3.1.3): each step says what came of it. Called by
 * main.c. */
#define _GNU_SOURCE
#include "install.h"

#include "base/hex.h"
#include "base/tlv.h"

#include <errno.h>
#include <stdio.h>

static void begin(struct report *report, const char *stage)
{
    report->stage = stage;
    buf_reset(&report->reason);
}

/* ctxParams1 (SGP.22 5.7.13): A0{A1 deviceInfo{80 tac, A1 deviceCapabilities{}}}, no matching identifier. */
static const uint8_t context_parameters[] = {0xa0, 0x0a, 0xa1, 0x08, 0x80, 0x04, 0x35, 0x29, 0x06, 0x11, 0xa1, 0x00};

/* An error response of AuthenticateServer or PrepareDownload, or an answer that the SM-DP+ does not accept. */
static bool refused(struct report *report, const struct smdpp *dp, const char *(*name)(int))
{
    if (dp->card_error < 0) return report_failure(report, "the card's answer is wrong: %s", dp->error);
    report->card_error = dp->card_error;
    report->card_error_name = name(dp->card_error);
    return report_failure(report, "the card said %s(%d)", report->card_error_name, dp->card_error);
}

static bool authenticate(struct card *card, struct smdpp *dp, struct report *report, struct smdpp_answer *answer)
{
    struct lpa *lpa = &card->lpa;
    uint8_t challenge[16];
    begin(report, "authentication");
    if (!lpa_get_euicc_challenge(lpa, challenge)) return report_failure(report, "GetEUICCChallenge: %s", lpa->error);
    if (!lpa_get_euicc_info1(lpa)) return report_failure(report, "GetEUICCInfo1: %s", lpa->error);
    if (!smdpp_initiate_authentication(dp, SLICE(challenge), buf_slice(&lpa->response), report->options->address,
                                       answer))
        return report_failure(report, "%s; --pki DIR names the keys of an SM-DP+ that the card trusts", dp->error);
    if (!lpa_authenticate_server(lpa, answer, SLICE(context_parameters)))
        return report_failure(report, "AuthenticateServer: %s", lpa->error);
    if (!smdpp_authenticate_client(dp, buf_slice(&lpa->response), answer))
        return refused(report, dp, name_of_authenticate_error);
    if (strcmp(dp->session.euicc.eid, report->eid) != 0)
        return report_failure(report, "the card's certificate is for EID %s", dp->session.euicc.eid);
    report_step(report, "authenticated", "the card took %s; its chain and its signature are right",
                report->options->address);
    return true;
}

static bool keep_package(const char *path, struct slice bpp)
{
    FILE *file = fopen(path, "wb");
    bool ok = file && fwrite(bpp.p, 1, bpp.n, file) == bpp.n;
    int code = errno;
    if (file && fclose(file) != 0 && ok) {
        code = errno;
        ok = false;
    }
    return ok || problem("--write-bpp %s: %s", path, strerror(code));
}

static bool prepare(struct card *card, struct smdpp *dp, struct report *report, const struct smdpp_answer *answer,
                    struct buf *bpp)
{
    const struct options *o = report->options;
    begin(report, "preparation");
    if (!lpa_prepare_download(&card->lpa, answer, (struct slice){0}))
        return report_failure(report, "PrepareDownload: %s", card->lpa.error);
    if (!smdpp_get_bound_profile_package(dp, buf_slice(&card->lpa.response), bpp))
        return refused(report, dp, name_of_download_error);
    report->bpp_size = bpp->n;
    report_step(report, "bound", "%zu bytes for the card's one-time key, under %s", bpp->n,
                o->session_keys ? "session keys" : "profile protection keys");
    if (!o->write_bpp) return true;
    if (!keep_package(o->write_bpp, buf_slice(bpp))) return report_failure(report, "--write-bpp: not written");
    report_step(report, NULL, "written to %s", o->write_bpp);
    return true;
}

/* The result must be kept by the card as it was given; then it is delivered, and leaves the card (SGP.22 3.5). */
static bool deliver_result(struct card *card, struct report *report, const struct lpa_download_result *result)
{
    struct lpa *lpa = &card->lpa;
    struct lpa_notifications kept;
    if (!lpa_retrieve_notifications(lpa, report->result.sequence_number, -1, &kept))
        return report_failure(report, "RetrieveNotificationsList: %s", lpa->error);
    if (kept.n != 1 || !slice_equal(kept.list[0].whole, buf_slice(&result->pir)))
        return report_failure(report, "the card does not give the same ProfileInstallationResult again");
    int code = lpa_remove_notification(lpa, report->result.sequence_number);
    return code == 0 || report_failure(report, "RemoveNotificationFromList: %s", code < 0 ? lpa->error : "refused");
}

static bool load(struct card *card, struct smdpp *dp, struct report *report, struct slice bpp,
                 struct lpa_download_result *result)
{
    begin(report, "loading");
    bool loaded = lpa_load_bound_profile_package(&card->lpa, bpp, NULL, result);
    report->segments = result->segments;
    if (!loaded) return report_failure(report, "%s", result->error);
    report_step(report, "loaded", "%zu segments, in blocks of %zu bytes", result->segments, report->options->block);
    if (!smdpp_check_pir(dp, buf_slice(&result->pir), &report->result))
        return report_failure(report, "the card's result is wrong: %s", dp->error);
    report->has_result = true;
    report->installed = report->result.success;
    report_result(report);
    if (!report->installed) {
        (void)report_failure(report, "%s: %s(%d)", name_of_command(report->result.command),
                             name_of_reason(report->result.reason), report->result.reason);
        /* Another failure would only hide this one. */
        (void)deliver_result(card, report, result);
        return false;
    }
    return deliver_result(card, report, result);
}

static bool enable(struct card *card, struct report *report)
{
    struct lpa *lpa = &card->lpa;
    BUF_LOCAL id = {0};
    begin(report, "enabling");
    tlv_put(&id, 0x4f, SLICE(report->result.isdp_aid));
    int code = lpa_enable_profile(lpa, buf_slice(&id), true);
    if (code < 0) return report_failure(report, "EnableProfile: %s", lpa->error);
    if (code > 0) {
        report->card_error = code;
        report->card_error_name = name_of_enable_result(code);
        return report_failure(report, "the card said %s(%d)", report->card_error_name, code);
    }
    if (lpa->proactive && lpa_handle_refresh(lpa, 0x00) < 0) return report_failure(report, "REFRESH: %s", lpa->error);
    report->enabled = true;
    report_step(report, "enabled", "with REFRESH");
    return true;
}

/* What is left for the card's LPA to deliver. */
static bool count_notifications(struct card *card, struct report *report)
{
    static const uint8_t list_notification[] = {0xbf, 0x28, 0x00};
    struct tlv t;
    begin(report, "notifications");
    if (!lpa_call(&card->lpa, SLICE(list_notification)))
        return report_failure(report, "ListNotification: %s", card->lpa.error);
    struct slice in = buf_slice(&card->lpa.response);
    if (!tlv_next(&in, &t)) return report_failure(report, "ListNotification: no list");
    in = t.value;
    /* An old card without notifications gives noResultAvailable. */
    in = tlv_next(&in, &t) && t.tag == 0xa0 ? t.value : (struct slice){0};
    while (tlv_next(&in, &t))
        report->notifications++;
    report_step(report, "notifications", "the result is delivered; %zu wait for an LPA", report->notifications);
    return true;
}

bool download(struct card *card, struct server *server, const struct offer *offer, struct report *report,
              struct lpa_download_result *result)
{
    SMDPP_ANSWER_LOCAL answer = {0};
    BUF_LOCAL bpp = {0};
    struct smdpp *dp = server->dp;
    dp->profile = (struct smdpp_profile){.metadata = buf_slice(&offer->metadata),
                                         .upp = buf_slice(&offer->package),
                                         .use_ppk = !report->options->session_keys};
    memcpy(dp->profile.ppk_enc, server->keys, 16);
    memcpy(dp->profile.ppk_mac, server->keys + 16, 16);
    memcpy(dp->profile.ppk_mcv, server->keys + 32, 16);
    report_step(report, "server", "%s, with %s %s keys", report->options->address,
                report->options->pki ? report->options->pki : "the SGP.26 test", server->curve);
    bool ok = authenticate(card, dp, report, &answer) && prepare(card, dp, report, &answer, &bpp) &&
              load(card, dp, report, buf_slice(&bpp), result) && (!report->options->enable || enable(card, report)) &&
              count_notifications(card, report);
    explicit_bzero(&dp->profile, sizeof dp->profile);
    return ok;
}
