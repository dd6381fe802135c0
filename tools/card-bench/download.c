/* Downloads as cases, and what is expected of a card after one; see download.h. */
#define _GNU_SOURCE
#include "download.h"

#include "base/hex.h"
#include "cli/text.h"
#include "names/names.h"

#include <stdio.h>
#include <stdlib.h>

/* A card may keep the one-time key pair and what else it needs for a retry (3.1.3.2), but nothing of a profile. */
enum { KEPT_FOR_RETRY = 512 };

#define RESULT_CLAUSE "SGP.22 2.5.6"

/* ---- what is offered ---- */

void rig_end(struct rig *r)
{
    if (r->dp) r->dp->profile = (struct smdpp_profile){0};
    if (r->dp) r->dp->spoil = (struct smdpp_spoil){0};
    buf_free(&r->package);
    buf_free(&r->metadata);
    buf_free(&r->configure);
    buf_free(&r->good_package);
    buf_free(&r->good_metadata);
}

static bool make_package(struct rig *r)
{
    char file[64];
    const struct download *d = r->d;
    (void)snprintf(file, sizeof file, "%s.der", d->package ? d->package : "tiny");
    buf_append(&r->package, bench_material(file));
    buf_append(&r->good_package, bench_material("tiny.der"));
    bool good = r->package.n && r->good_package.n;
    for (size_t i = 0; i < EDITS_MAX && (d->edits[i].from || d->edits[i].to || d->edits[i].element); i++)
        good = good && package_edit(&r->package, &d->edits[i]);
    return good || bench_verdict(r->b, VERDICT_ERROR, "the profile package of the case cannot be made");
}

static bool make_metadata(struct rig *r)
{
    const struct download *d = r->d;
    bool good =
        d->whole_metadata ? put_digits(&r->metadata, d->whole_metadata) : metadata_make(&r->metadata, &d->metadata);
    good = good && metadata_make(&r->good_metadata, &(struct metadata_parts){0}) &&
           put_digits(&r->configure, d->configure ? d->configure : "BF2400");
    return good || bench_verdict(r->b, VERDICT_ERROR, "the metadata of the case cannot be made");
}

void rig_offer(struct rig *r)
{
    struct smdpp_profile *p = &r->dp->profile;
    *p = r->d->offer;
    p->metadata = buf_slice(&r->metadata);
    p->upp = buf_slice(&r->package);
    p->configure_isdp = buf_slice(&r->configure);
    p->use_ppk = r->d->keys;
    memset(p->ppk_enc, 0x51, sizeof p->ppk_enc);
    memset(p->ppk_mac, 0x52, sizeof p->ppk_mac);
    memset(p->ppk_mcv, 0x53, sizeof p->ppk_mcv);
    r->dp->spoil = r->d->spoil;
}

void rig_heal(struct rig *r)
{
    r->dp->profile =
        (struct smdpp_profile){.metadata = buf_slice(&r->good_metadata), .upp = buf_slice(&r->good_package)};
    r->dp->spoil = (struct smdpp_spoil){0};
    r->dp->retry = false;
    r->dp->offered_otpk = slice_of(NULL, 0);
}

bool rig_begin(struct rig *r, struct bench *b, const struct download *d)
{
    *r = (struct rig){.b = b, .d = d};
    r->lpa = bench_lpa(b);
    r->dp = r->lpa ? bench_smdpp(b, r->d->curve, 1) : NULL;
    if (!r->dp || !make_package(r) || !make_metadata(r) || !rig_contents(r, &r->before)) return false;
    rig_offer(r);
    return true;
}

bool rig_use_smdpp(struct rig *r, enum test_curve curve, int number)
{
    smdpp_free(r->b->smdpp);
    r->b->smdpp = NULL;
    r->dp = bench_smdpp(r->b, curve, number);
    if (r->dp) rig_offer(r);
    return r->dp != NULL;
}

/* ---- what the card has ---- */

bool rig_contents(struct rig *r, struct contents *out)
{
    struct lpa_profiles profiles;
    bool good = lpa_get_euicc_info2(r->lpa) && lpa_read_free_memory(r->lpa, &out->applications, &out->free_memory) &&
                lpa_get_profiles_info(r->lpa, slice_of(NULL, 0), slice_of(NULL, 0), &profiles);
    if (!good) return bench_verdict(r->b, VERDICT_ERROR, "what is on the card cannot be read: %s", r->lpa->error);
    out->profiles = profiles.n;
    return true;
}

bool rig_expect_unchanged(struct rig *r)
{
    struct contents now = {0};
    char wish[120];
    /* they take memory; whether they can be removed is for other cases */
    if (lpa_process_notifications(r->lpa, NULL) < 0)
        return bench_verdict(r->b, VERDICT_ERROR, "the notifications cannot be removed: %s", r->lpa->error);
    if (!rig_contents(r, &now)) return false;
    (void)snprintf(wish, sizeof wish, "%zu profiles, extCardResource with %u applications and %u bytes free",
                   r->before.profiles, (unsigned)r->before.applications, (unsigned)r->before.free_memory);
    bool same = now.profiles == r->before.profiles && now.applications == r->before.applications &&
                now.free_memory + KEPT_FOR_RETRY >= r->before.free_memory;
    return bench_expect(r->b, same, "SGP.22 3.1.3.3", wish, "%zu profiles, %u applications, %u bytes free",
                        now.profiles, (unsigned)now.applications, (unsigned)now.free_memory);
}

bool rig_expect_over(struct rig *r)
{
    int code = lpa_cancel_session(r->lpa, buf_slice(&r->dp->session.transaction_id), 5);
    if (!bench_goes_on(r->b)) return false;
    return bench_expect(r->b, code == 5, "SGP.22 3.1.3.3; SGP.22 5.7.14",
                        "no session to cancel: invalidTransactionId(5)", "CancelSession %d (0: cancelled, -1: %s)",
                        code, code < 0 ? r->lpa->error : "unreadable");
}

bool rig_expect_good(struct rig *r)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    rig_heal(r);
    bool done = lpa_download(r->lpa, r->dp, NULL, &result);
    if (!bench_goes_on(r->b)) return false;
    return bench_expect(r->b, done, "SGP.22 3.1.3.3; SGP.22 negative 58", "a good profile is installed afterwards",
                        "%s", done ? "it was installed" : result.error);
}

bool rig_reached_package(struct bench *b, const struct lpa_download_result *result)
{
    if (!bench_goes_on(b)) return false;
    return result->stage >= LPA_STAGE_LOAD || strncmp(b->row->id, "Download.Nominal/", 17) == 0 ||
           bench_verdict(b, VERDICT_ERROR, "the download ended before the package: %s", result->error);
}

/* The profile with the ICCID of the metadata: disabled, and its AID is that of the result. */
bool rig_expect_installed(struct rig *r, const struct lpa_download_result *result)
{
    struct lpa_profiles list;
    const struct lpa_profile *found = NULL;
    char came[400];
    if (!rig_reached_package(r->b, result)) return false;
    bool done = result->stage == LPA_STAGE_DONE;
    if (!bench_expect(r->b, done, r->b->row->clauses, "a result with success, signed by the eUICC", "%s",
                      done ? "it" : result->error))
        return false;
    (void)hex_short(result->result.sima_response, came, sizeof came);
    if (!bench_expect(r->b, sima_ends_ok(result->result.sima_response), RESULT_CLAUSE,
                      "an EUICCResponse that ends with ok", "%s", came))
        return false;
    if (!lpa_get_profiles_info(r->lpa, slice_of(NULL, 0), slice_of(NULL, 0), &list))
        return bench_expect(r->b, false, "SGP.22 5.7.15", "a list of profiles", "%s", r->lpa->error);
    for (size_t i = 0; i < list.n; i++)
        if (slice_equal(list.list[i].iccid, result->result.iccid)) found = &list.list[i];
    bool right = found && found->state == 0 && slice_equal(found->aid, SLICE(result->result.isdp_aid)) &&
                 list.n == r->before.profiles + 1;
    return bench_expect(r->b, right, "SGP.22 3.1.3.3", "one more profile, disabled, with the AID of the result", "%s",
                        !found              ? "no profile with this ICCID"
                        : found->state != 0 ? "it is not disabled"
                        : right             ? "it"
                                            : "another AID or number of profiles");
}

/* ---- outcomes ---- */

static void put_outcome(struct buf *b, int command, int reason)
{
    const char *command_name = command < 0 ? NULL : names_of(names_bpp_commands, (uint32_t)command);
    const char *reason_name = reason < 0 ? NULL : names_of(names_bpp_errors, (uint32_t)reason);
    if (command == STATUS_ONLY)
        text_format(b, "status word %04X without a result", (unsigned)reason);
    else
        text_format(b, "%s(%d) %s(%d)", command_name ? command_name : "bppCommandId", command,
                    reason_name ? reason_name : "errorReason", reason);
}

static void put_wish(struct buf *b, const struct download *d)
{
    for (size_t i = 0; i < OUTCOMES_MAX && d->outcomes[i].reason; i++) {
        if (i) buf_append(b, slice_text(" or "));
        put_outcome(b, d->outcomes[i].command, d->outcomes[i].reason);
    }
    if (d->or_installed) buf_append(b, slice_text(", or it is installed"));
    buf_byte(b, 0);
}

/* What came of a download, in words; *is_result: the result of a failure that the SM-DP+ accepts. */
static void put_came(const struct rig *r, const struct lpa_download_result *result, struct outcome *came, struct buf *b)
{
    struct smdpp_pir pir;
    *came = (struct outcome){STATUS_ONLY, 0};
    if (result->stage == LPA_STAGE_DONE) {
        buf_append(b, slice_text("the profile was installed"));
    } else if (result->pir.n && smdpp_check_pir(r->dp, buf_slice(&result->pir), &pir)) {
        *came = (struct outcome){pir.command, pir.reason};
        put_outcome(b, pir.command, pir.reason);
    } else if (result->stage == LPA_STAGE_LOAD && result->segment_sw) {
        came->reason = result->segment_sw;
        put_outcome(b, STATUS_ONLY, came->reason);
        text_format(b, ", segment %zu", result->segment_failed + 1);
    } else {
        buf_append(b, slice_text(result->error));
    }
    buf_byte(b, 0);
}

static bool expect_sima(struct rig *r, const struct lpa_download_result *result)
{
    BUF_LOCAL wish = {0};
    char came[200];
    bool has = false;
    for (size_t i = 0; i < 4 && r->d->statuses[i]; i++) {
        const char *name = names_of(names_pe_statuses, (uint32_t)r->d->statuses[i]);
        has = has || sima_has(result->result.sima_response, (uint32_t)r->d->statuses[i]);
        text_format(&wish, "%s%s(%d)", i ? " or " : "PEStatus ", name ? name : "", r->d->statuses[i]);
    }
    if (wish.n == 0) return true;
    text_format(&wish, " and profileInstallationAborted in simaResponse");
    buf_byte(&wish, 0);
    (void)hex_short(result->result.sima_response, came, sizeof came);
    return bench_expect(r->b, has && sima_aborted(result->result.sima_response), "SGP.22 5.5.5; SAIP 8.10",
                        (const char *)wish.p, "%s", came[0] ? came : "no simaResponse");
}

bool rig_expect_outcome(struct rig *r, const struct lpa_download_result *result)
{
    struct outcome came;
    BUF_LOCAL wish = {0};
    BUF_LOCAL text = {0};
    bool right = false;
    if (!rig_reached_package(r->b, result)) return false;
    put_wish(&wish, r->d);
    put_came(r, result, &came, &text);
    for (size_t i = 0; i < OUTCOMES_MAX && r->d->outcomes[i].reason; i++)
        right = right || (came.command == r->d->outcomes[i].command && came.reason == r->d->outcomes[i].reason);
    right = right || (r->d->or_installed && result->stage == LPA_STAGE_DONE);
    if (!bench_expect(r->b, right && buf_err(&wish) == OK, r->b->row->clauses, (const char *)wish.p, "%s",
                      (const char *)text.p))
        return false;
    /* a package whose structure is wrong need not have come to any element */
    return came.command < 0 || came.reason == STRUCTURE || expect_sima(r, result);
}

/* ---- parts of downloads ---- */

bool rig_session(struct rig *r, enum lpa_stage stage)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    const struct lpa_download_options options = {.stop_before = stage};
    (void)lpa_download(r->lpa, r->dp, &options, &result);
    if (!bench_goes_on(r->b)) return false;
    /* whether the answers check is for other cases */
    if (stage == LPA_STAGE_LOAD && (result.stage < LPA_STAGE_PREPARE || result.stage == LPA_STAGE_PACKAGE))
        return bench_verdict(r->b, VERDICT_ERROR, "the session did not come to the package: %s", result.error);
    return bench_expect(r->b, result.stage == stage, r->b->row->clauses,
                        stage == LPA_STAGE_LOAD ? "an accepted PrepareDownload" : "an accepted AuthenticateServer",
                        "%s", result.stage == stage ? "it" : result.error);
}

bool rig_send(struct rig *r, const char *request, struct buf *data, uint16_t *sw)
{
    BUF_LOCAL bytes = {0};
    buf_reset(data);
    if (!put_digits(&bytes, request)) return bench_verdict(r->b, VERDICT_ERROR, "not hexadecimal: %s", request);
    return lpa_store_data(r->lpa, buf_slice(&bytes), data, sw) ||
           bench_verdict(r->b, VERDICT_ERROR, "no answer to %.40s: %s", request, r->lpa->error);
}

/* ---- runners ---- */

void run_installed(struct bench *b)
{
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, b->row->argument)) return;
    (void)lpa_download(r.lpa, r.dp, &r.d->options, &result);
    (void)rig_expect_installed(&r, &result);
}

void refuse(struct bench *b, const struct download *d)
{
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, d)) return;
    (void)lpa_download(r.lpa, r.dp, &r.d->options, &result);
    if (!rig_expect_outcome(&r, &result) || result.stage == LPA_STAGE_DONE) return;
    /* a segment that was no segment leaves the session as it was (3.1.5) */
    if (result.pir.n == 0) (void)lpa_cancel_session(r.lpa, buf_slice(&r.dp->session.transaction_id), 5);
    if (!rig_expect_over(&r) || !rig_expect_unchanged(&r) || r.d->iccid_stays) return;
    (void)rig_expect_good(&r);
}

void run_refused(struct bench *b)
{
    refuse(b, b->row->argument);
}
