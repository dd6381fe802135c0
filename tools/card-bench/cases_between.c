/* What comes in the middle of a download (SGP.22 3.1.3.3, 3.1.5, 5.7.6; SGP.23-1 4.2.11): what the card answers then
 * and goes on, and what ends the download and leaves nothing of the profile. */
#define _GNU_SOURCE
#include "download.h"

#include "base/hex.h"

#include <stdio.h>

#define LOAD "SGP.22 5.7.6; SGP.23-1 4.2.11"
#define BETWEEN "SGP.22 3.1.5; SGP.23-1 4.2.11"
#define OPERATIONAL_ICCID "98001010000000000001"

/* ---- between the segments ---- */

/* A request before segment `at`, and what it may be answered with. */
struct between {
    const char *request; /* digits */
    size_t at;
    uint16_t status;    /* the one that is right; 0: data with 9000, or 6985 */
    const char *answer; /* digits of the data that are right; NULL: any */
};

struct meanwhile {
    struct rig *rig;
    const struct between *what;
    struct buf data;
    uint16_t sw;
    bool sent;
};

static bool send_between(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    struct meanwhile *m = ctx;
    (void)lpa;
    (void)segment;
    if (index != m->what->at) return true;
    m->sent = true;
    return rig_send(m->rig, m->what->request, &m->data, &m->sw);
}

/* Download with the request in between; true if its answer is right. */
static bool download_with(struct rig *r, struct meanwhile *m, struct lpa_download_result *result)
{
    const struct between *what = r->d->more;
    const struct lpa_download_options options = {.before_segment = send_between, .hook_ctx = m};
    BUF_LOCAL answer = {0};
    char wish[80];
    char came[80];
    *m = (struct meanwhile){.rig = r, .what = what};
    (void)lpa_download(r->lpa, r->dp, &options, result);
    if (!bench_goes_on(r->b)) return false;
    if (!m->sent)
        return bench_verdict(r->b, VERDICT_ERROR, "the download did not come to that segment: %s", result->error);
    bool read = m->sw == 0x9000 && m->data.n > 0;
    bool right = what->status ? m->sw == what->status : read || (m->sw == 0x6985 && m->data.n == 0);
    if (what->answer)
        right = right && put_digits(&answer, what->answer) && slice_equal(buf_slice(&answer), buf_slice(&m->data));
    if (what->status)
        (void)snprintf(wish, sizeof wish, "%s %04X in the middle of the download", what->answer ? what->answer : "",
                       what->status);
    else
        (void)snprintf(wish, sizeof wish, "an answer with 9000, or 6985, in the middle of the download");
    return bench_expect(r->b, right, r->b->row->clauses, wish, "%s %04X",
                        hex_short(buf_slice(&m->data), came, sizeof came), m->sw);
}

/* The download goes on to its success. */
static void run_between(struct bench *b)
{
    RIG_LOCAL r;
    struct meanwhile m = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, b->row->argument)) return;
    if (download_with(&r, &m, &result)) (void)rig_expect_installed(&r, &result);
    buf_free(&m.data);
}

/* The profile that the command names: 1 enabled, 0 disabled, -1 not there, -2 a verdict. */
static int named_state(struct rig *r)
{
    BUF_LOCAL search = {0};
    struct lpa_profiles list;
    if (!put_digits(&search, "5A0A" OPERATIONAL_ICCID) ||
        !lpa_get_profiles_info(r->lpa, buf_slice(&search), slice_of(NULL, 0), &list)) {
        (void)bench_verdict(r->b, VERDICT_ERROR, "the profiles cannot be read: %s", r->lpa->error);
        return -2;
    }
    return list.n ? list.list[0].state : -1;
}

/* A command that changes profiles: refused, then nothing changes and the download goes on; or done, which may end the
 * download, but never half: the profile is there with its result, or it is not. */
static void run_change_between(struct bench *b)
{
    static const char *const words[] = {"not there", "disabled", "enabled"};
    RIG_LOCAL r;
    struct meanwhile m = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    struct lpa_profiles list;
    if (!rig_begin(&r, b, b->row->argument)) return;
    int before = named_state(&r);
    if (before == -2) return;
    bool right = download_with(&r, &m, &result);
    bool refused = m.sw == 0x6985;
    buf_free(&m.data);
    if (!right) return;
    if (refused) {
        int after = rig_expect_installed(&r, &result) ? named_state(&r) : -2;
        if (after != -2)
            (void)bench_expect(b, after == before, b->row->clauses, "the profile that was named is as it was",
                               "before %s, now %s", words[before + 1], words[after + 1]);
        return;
    }
    BUF_LOCAL tiny = {0};
    bool listed = false;
    if (!put_digits(&tiny, TINY_ICCID) || !lpa_get_profiles_info(r.lpa, slice_of(NULL, 0), slice_of(NULL, 0), &list)) {
        (void)bench_verdict(b, VERDICT_ERROR, "the profiles cannot be read: %s", r.lpa->error);
        return;
    }
    for (size_t i = 0; i < list.n; i++)
        listed = listed || slice_equal(list.list[i].iccid, buf_slice(&tiny));
    (void)bench_expect(b, listed == (result.stage == LPA_STAGE_DONE), b->row->clauses,
                       "the profile with its result, or no profile", "%s", listed ? "the profile" : "no profile");
}

/* ---- what ends a download ---- */

enum ending { BY_RESET, BY_POWER, BY_CHALLENGE, BY_CANCEL };

struct end_at {
    enum ending how;
    size_t at; /* before this segment */
};

struct interruption {
    struct rig *rig;
    const struct end_at *end;
    bool reached;
    bool done;
    bool cancelled;
};

static bool interrupt(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    struct interruption *i = ctx;
    struct smdpp *dp = i->rig->dp;
    uint8_t challenge[16];
    struct buf atr = {0};
    (void)segment;
    if (index != i->end->at) return true;
    i->reached = true;
    switch (i->end->how) {
    case BY_RESET:
        i->done = lpa_reset(lpa);
        break;
    case BY_POWER:
        i->done = lpa->reader.power(lpa->reader.ctx, false, &atr) && lpa_open(lpa);
        break;
    case BY_CHALLENGE:
        i->done = lpa_get_euicc_challenge(lpa, challenge);
        break;
    case BY_CANCEL:
        i->done = lpa_cancel_session(lpa, buf_slice(&dp->session.transaction_id), 5) == 0;
        i->cancelled = i->done && smdpp_check_cancel_session(dp, buf_slice(&lpa->response), 5);
        break;
    }
    buf_free(&atr);
    return i->done;
}

/* A result that an interrupted download left: temporary, for this download (2.5.6); it may also have left none. */
static bool expect_interruption_result(struct rig *r, enum ending how)
{
    struct lpa_notifications list;
    struct smdpp_pir pir = {.reason = -1};
    bool interrupted = how == BY_RESET || how == BY_POWER;
    /* the oldest cards have a code instead of an empty list of whole notifications */
    if (lpa_list_notification(r->lpa, -1, &list) && list.n == 0) return true;
    if (!lpa_retrieve_notifications(r->lpa, -1, -1, &list))
        return bench_goes_on(r->b) &&
               bench_expect(r->b, false, "SGP.22 5.7.10", "a list of notifications", "%s", r->lpa->error);
    for (size_t i = 0; i < list.n; i++) {
        if (!list.list[i].is_result || !smdpp_check_pir(r->dp, list.list[i].whole, &pir)) continue;
        bool right = interrupted && !pir.success && pir.reason == INTERRUPTED;
        return bench_expect(r->b, right, "SGP.22 2.5.6; SGP.22 3.1.3.3",
                            interrupted ? "no result, or installFailedDueToInterruption(11)" : "no result",
                            "a result, bppCommandId %d, errorReason %d", pir.command, pir.reason);
    }
    return true;
}

static void run_interrupted(struct bench *b)
{
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, b->row->argument)) return;
    struct interruption i = {.rig = &r, .end = r.d->more};
    (void)lpa_download(r.lpa, r.dp, &(struct lpa_download_options){.before_segment = interrupt, .hook_ctx = &i},
                       &result);
    if (!bench_goes_on(b)) return;
    if (!i.reached) {
        (void)bench_verdict(b, VERDICT_ERROR, "the download did not come to that segment: %s", result.error);
        return;
    }
    if (i.end->how == BY_CANCEL &&
        !bench_expect(b, i.cancelled, "SGP.22 3.1.5; SGP.22 5.7.14", "CancelSession done and signed", "%s",
                      i.cancelled ? "it" : r.dp->error))
        return;
    if (!bench_expect(b, i.done, LOAD, "an answer to what ends the download", "%s", i.done ? "it" : result.error))
        return;
    bool refused = result.segment_failed == i.end->at && (result.segment_sw == 0x6985 || result.segment_sw == 0x6a88) &&
                   result.pir.n == 0;
    if (!bench_expect(b, refused, b->row->clauses, "6985 or 6A88 for the next segment, and no result",
                      "%04X for segment %zu, %zu bytes", result.segment_sw, result.segment_failed + 1, result.pir.n))
        return;
    if (rig_expect_over(&r) && expect_interruption_result(&r, i.end->how) && rig_expect_unchanged(&r))
        (void)rig_expect_good(&r);
}

/* ---- the table ---- */

#define ROW(group, name, text, clause, on, from, runner, ...)                                                          \
    {                                                                                                                  \
        .id = "Download." group "/" name, .family = "Download", .title = text, .clauses = clause, .applies = on,       \
        .state = from, .needs = NEED_SGP26, .destructive = true, .run = runner,                                        \
        .argument = &(const struct download){__VA_ARGS__},                                                             \
    }
/* In four 86; before segment: 1 A0, 2 A1, 3 the 88, 4 A3, 5 to 8 the 86. */
#define BETWEEN_ROW(name, text, clause, on, from, runner, ...)                                                         \
    ROW("Between", name, text, clause, LOADS_P256 on, from, runner, .offer = {.segment = 400},                         \
        .more = &(const struct between){__VA_ARGS__})
#define STRAY(name, text, place, digits)                                                                               \
    BETWEEN_ROW(name, text, BETWEEN "; SGP.22 negative 40", "", "empty", run_between, .request = digits, .at = place,  \
                .status = 0x6a88, .answer = "")
#define READING(name, text, digits)                                                                                    \
    BETWEEN_ROW(name, text, BETWEEN, "", "empty", run_between, .request = digits, .at = 6)
#define ENDED(name, text, clause, ending, place)                                                                       \
    ROW("Interruption", name, text, clause, LOADS_P256, "empty", run_interrupted, .offer = {.segment = 400},           \
        .more = &(const struct end_at){ending, place})
#define RESET_ROW(name, place, words)                                                                                  \
    ENDED(name "-reset", "a reset " words " leaves nothing of the profile", "SGP.22 3.1.3.3; SGP.22 negative 46",      \
          BY_RESET, place),                                                                                            \
        ENDED(name "-power", "a power cut " words " leaves nothing of the profile",                                    \
              "SGP.22 3.1.3.3; SGP.22 negative 46", BY_POWER, place)

const struct case_row cases_between[] = {
    STRAY("01-tag-85", "a segment with tag 85 gets 6A88, the download goes on", 1, "8503010203"),
    STRAY("02-tag-8a", "a segment with tag 8A gets 6A88, the download goes on", 4, "8A00"),
    STRAY("03-tag-85-elements", "tag 85 between two 86 gets 6A88, the download goes on", 6, "8503010203"),
    STRAY("04-tag-a4", "a segment with tag A4 gets 6A88, the download goes on", 7, "A403860100"),
    READING("10-eid", "GetEID while a package loads is answered or refused, the download goes on", "BF3E035C015A"),
    READING("11-profiles", "GetProfilesInfo while a package loads is answered or refused", "BF2D00"),
    READING("12-notifications", "ListNotification while a package loads is answered or refused", "BF2800"),
    READING("13-info", "GetEUICCInfo2 while a package loads is answered or refused", "BF2200"),
    BETWEEN_ROW("14-cancel-other", "CancelSession of another session: invalidTransactionId, the download goes on",
                "SGP.22 5.7.14; SGP.22 negative 60", "", "empty", run_between, .request = "BF4106800101810100", .at = 6,
                .status = 0x9000, .answer = "BF4103810105"),
    BETWEEN_ROW("20-enable", "EnableProfile while a package loads is refused, or done as a whole",
                BETWEEN "; SGP.22 negative 45", " and consumer", "operational-disabled", run_change_between,
                .request = "BF3111A00C5A0A" OPERATIONAL_ICCID "8101FF", .at = 6),
    BETWEEN_ROW("21-delete", "DeleteProfile while a package loads is refused, or done as a whole",
                BETWEEN "; SGP.22 negative 45", " and consumer", "operational-disabled", run_change_between,
                .request = "BF330C5A0A" OPERATIONAL_ICCID, .at = 6),
    BETWEEN_ROW("22-disable", "DisableProfile while a package loads is refused, or done as a whole", BETWEEN,
                " and consumer", "operational-enabled", run_change_between,
                .request = "BF3211A00C5A0A" OPERATIONAL_ICCID "8101FF", .at = 6),
    BETWEEN_ROW("23-memory-reset", "eUICCMemoryReset while a package loads is refused, or done as a whole", BETWEEN,
                " and consumer", "operational-disabled", run_change_between, .request = "BF340482020780", .at = 6),

    RESET_ROW("01-channel", 1, "after InitialiseSecureChannel"),
    RESET_ROW("02-configured", 2, "after ConfigureISDP"),
    RESET_ROW("03-metadata", 4, "after StoreMetadata"),
    RESET_ROW("04-elements", 6, "between two 86"),
    RESET_ROW("05-last", 8, "before the last 86"),
    ENDED("10-challenge-channel", "GetEUICCChallenge after InitialiseSecureChannel ends the download", BETWEEN,
          BY_CHALLENGE, 1),
    ENDED("11-challenge-metadata", "GetEUICCChallenge after StoreMetadata ends the download", BETWEEN, BY_CHALLENGE, 4),
    ENDED("12-challenge-elements", "GetEUICCChallenge between two 86 ends the download", BETWEEN, BY_CHALLENGE, 6),
    ENDED("20-cancel-channel", "CancelSession after InitialiseSecureChannel ends the download", BETWEEN, BY_CANCEL, 1),
    ENDED("21-cancel-metadata", "CancelSession after StoreMetadata ends the download", BETWEEN, BY_CANCEL, 4),
    ENDED("22-cancel-elements", "CancelSession between two 86 ends the download", BETWEEN, BY_CANCEL, 6),
    {.id = NULL},
};
