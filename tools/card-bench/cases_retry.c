/* Retry of a download (SGP.22 3.1.3.2 step 3, 5.7.14; SGP.23-1 5.2.1): the one-time key pair that a card keeps, for
 * which SM-DP+ and how long, and that a package of before is taken with a new InitialiseSecureChannel only. */
#define _GNU_SOURCE
#include "download.h"

#include <stdio.h>

#define KEY "SGP.22 3.1.3.2; SGP.22 5.7.5; SGP.23-1 5.2.1"
/* Stored, unknown, another SM-DP+'s. */
#define KEY_35 "SGP.22 negative 35; " KEY
#define RETRY "SGP.22 3.1.3.2; SGP.23-1 5.2.1"
/* The same package again with a new BF23 only. */
#define RETRY_59 "SGP.22 negative 59; " RETRY

/* ---- the one-time key ---- */

/* A session up to PrepareDownload in which the SM-DP+ offers this key; the card's is in the session of the double. */
static bool offer(struct rig *r, struct slice otpk)
{
    r->dp->offered_otpk = otpk;
    bool good = rig_session(r, LPA_STAGE_LOAD);
    r->dp->offered_otpk = slice_of(NULL, 0);
    return good;
}

/* Offers the key that was kept, and expects it back, or another one. */
static void expect_key(struct rig *r, const struct buf *kept, bool same)
{
    if (!offer(r, buf_slice(kept))) return;
    bool is_same = slice_equal(buf_slice(&r->dp->session.otpk_euicc), buf_slice(kept));
    (void)bench_expect(r->b, is_same == same, r->b->row->clauses,
                       same ? "the otPK.EUICC that was offered" : "a new otPK.EUICC", "%s",
                       is_same ? "the one that was offered" : "a new one");
}

/* What happens between the two sessions. */
enum event {
    NOTHING,
    RESET,
    POWER,
    OTHER_SMDPP,
    OTHER_CURVE,
    OTHER_OFFER, /* a key that the card never had was offered */
    CANCELLED,   /* with the reason of the row */
    INSTALLED,
    MEMORY_RESET,
};

struct key_row {
    enum event event;
    int reason; /* CANCELLED */
    bool same;  /* the kept key is expected, else a new one */
};

static bool happens(struct rig *r, const struct key_row *k, const struct buf *kept)
{
    static const uint8_t unknown[65] = {4, 1, 2, 3};
    LPA_DOWNLOAD_LOCAL result = {0};
    struct buf atr = {0};
    bool good = true;
    switch (k->event) {
    case NOTHING:
        break;
    case RESET:
        good = lpa_reset(r->lpa);
        break;
    case POWER:
        good = r->lpa->reader.power(r->lpa->reader.ctx, false, &atr) && lpa_open(r->lpa);
        break;
    case OTHER_SMDPP:
        good = rig_use_smdpp(r, r->d->curve, 2);
        break;
    case OTHER_CURVE:
        good = rig_use_smdpp(r, r->d->curve == TEST_P256 ? TEST_BP256 : TEST_P256, 1);
        break;
    case OTHER_OFFER:
        good = offer(r, SLICE(unknown));
        if (good && slice_equal(buf_slice(&r->dp->session.otpk_euicc), slice_of(kept->p, kept->n)))
            return bench_verdict(r->b, VERDICT_ERROR, "there is no newer key: the card gave the same one again");
        break;
    case CANCELLED:
        good = lpa_cancel_session(r->lpa, buf_slice(&r->dp->session.transaction_id), k->reason) == 0;
        break;
    case INSTALLED:
        good = lpa_download(r->lpa, r->dp, NULL, &result);
        break;
    case MEMORY_RESET:
        good = lpa_memory_reset(r->lpa, 3) == 0 && lpa_reset(r->lpa);
        break;
    }
    buf_free(&atr);
    return bench_goes_on(r->b) &&
           (good || bench_verdict(r->b, VERDICT_ERROR, "what the case begins with cannot be done: %s", r->lpa->error));
}

/* A key, an event, and the key offered again. */
static void run_key(struct bench *b)
{
    const struct download *d = b->row->argument;
    const struct key_row *k = d->more;
    RIG_LOCAL r;
    BUF_LOCAL kept = {0};
    if (!rig_begin(&r, b, d)) return;
    b->section = SECTION_GIVEN;
    bool good = k->event == INSTALLED || offer(&r, slice_of(NULL, 0));
    buf_append(&kept, buf_slice(&r.dp->session.otpk_euicc));
    good = good && happens(&r, k, &kept);
    /* the key of the download itself */
    if (k->event == INSTALLED) buf_append(&kept, buf_slice(&r.dp->session.otpk_euicc));
    if (!good) return;
    b->section = SECTION_TEST;
    expect_key(&r, &kept, k->same);
}

/* A key that the card never had: a new one, and no error. */
static void run_unknown_key(struct bench *b)
{
    static const uint8_t unknown[65] = {4, 1, 2, 3};
    RIG_LOCAL r;
    BUF_LOCAL kept = {0};
    if (!rig_begin(&r, b, b->row->argument)) return;
    buf_append(&kept, SLICE(unknown));
    expect_key(&r, &kept, false);
}

/* ---- whole retries ---- */

struct retry_row {
    size_t at; /* the load breaks off before this segment */
    bool power;
};

static bool stop_at(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    const struct retry_row *row = ctx;
    (void)lpa;
    (void)segment;
    return index < row->at;
}

/* A download that breaks off; then its protected body again, with BF23 made anew. */
static void run_retry(struct bench *b)
{
    const struct download *d = b->row->argument;
    struct retry_row row = *(const struct retry_row *)d->more;
    struct buf atr = {0};
    RIG_LOCAL r;
    BUF_LOCAL body = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, d)) return;
    (void)lpa_download(r.lpa, r.dp, &(struct lpa_download_options){.before_segment = stop_at, .hook_ctx = &row},
                       &result);
    buf_append(&body, buf_slice(&r.dp->kept_body));
    bool again = row.power ? r.lpa->reader.power(r.lpa->reader.ctx, false, &atr) && lpa_open(r.lpa) : lpa_reset(r.lpa);
    buf_free(&atr);
    if (!rig_reached_package(b, &result)) return;
    if (result.stage != LPA_STAGE_LOAD || result.segment_sw || !again) {
        (void)bench_verdict(b, VERDICT_ERROR, "the download cannot be broken off there: %s", result.error);
        return;
    }
    r.dp->retry = true;
    (void)lpa_download(r.lpa, r.dp, NULL, &result);
    if (!rig_expect_installed(&r, &result)) return;
    bool same = slice_equal(buf_slice(&r.dp->kept_body), buf_slice(&body));
    (void)bench_expect(b, same, b->row->clauses, "the otPK.EUICC of before, so that the same package is taken", "%s",
                       same ? "it" : "a new key, and a new package");
}

/* The same bad body again fails in the same way. */
static void run_bad_again(struct bench *b)
{
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, b->row->argument)) return;
    b->section = SECTION_GIVEN;
    (void)lpa_download(r.lpa, r.dp, NULL, &result);
    if (!rig_expect_outcome(&r, &result)) return;
    b->section = SECTION_TEST;
    r.dp->retry = true;
    (void)lpa_download(r.lpa, r.dp, NULL, &result);
    if (rig_expect_outcome(&r, &result) && rig_expect_over(&r) && rig_expect_unchanged(&r)) (void)rig_expect_good(&r);
}

/* After a result with an error a good body is taken under the same key of the card. */
static void run_good_again(struct bench *b)
{
    RIG_LOCAL r;
    BUF_LOCAL kept = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, b->row->argument)) return;
    b->section = SECTION_GIVEN;
    (void)lpa_download(r.lpa, r.dp, NULL, &result);
    if (!rig_expect_outcome(&r, &result)) return;
    b->section = SECTION_TEST;
    buf_append(&kept, buf_slice(&r.dp->session.otpk_euicc));
    rig_heal(&r);
    r.dp->offered_otpk = buf_slice(&kept);
    (void)lpa_download(r.lpa, r.dp, NULL, &result);
    r.dp->offered_otpk = slice_of(NULL, 0);
    (void)rig_expect_installed(&r, &result);
}

/* A body for a key that is gone cannot be opened. */
static void run_old_body(struct bench *b)
{
    struct retry_row row = {.at = 2};
    RIG_LOCAL r;
    BUF_LOCAL body = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, b->row->argument)) return;
    (void)lpa_download(r.lpa, r.dp, &(struct lpa_download_options){.before_segment = stop_at, .hook_ctx = &row},
                       &result);
    buf_append(&body, buf_slice(&r.dp->kept_body));
    b->section = SECTION_GIVEN;
    int code = lpa_cancel_session(r.lpa, buf_slice(&r.dp->session.transaction_id), 0);
    if (!bench_goes_on(b) || !bench_expect(b, code == 0, "SGP.22 5.7.14", "a cancelled session", "%d", code) ||
        !offer(&r, slice_of(NULL, 0)))
        return;
    b->section = SECTION_TEST;
    /* the double has the new key, and is made to send the old body for it */
    struct slice otpk = buf_slice(&r.dp->session.otpk_euicc);
    buf_reset(&r.dp->kept_otpk);
    buf_append(&r.dp->kept_otpk, otpk);
    buf_reset(&r.dp->kept_body);
    buf_append(&r.dp->kept_body, buf_slice(&body));
    r.dp->retry = true;
    (void)lpa_download(r.lpa, r.dp, NULL, &result);
    if (bench_goes_on(b) && !slice_equal(buf_slice(&r.dp->kept_body), buf_slice(&body))) {
        (void)bench_verdict(b, VERDICT_ERROR, "the card does not take the key that it gave: no old package for it");
        return;
    }
    if (rig_expect_outcome(&r, &result) && rig_expect_over(&r) && rig_expect_unchanged(&r)) (void)rig_expect_good(&r);
}

/* ---- the table ---- */

#define ROW(name, text, clause, on, from, runner, ...)                                                                 \
    {                                                                                                                  \
        .id = "Download.Retry/" name, .family = "Download", .title = text, .clauses = clause, .applies = on,           \
        .state = from, .needs = NEED_SGP26, .destructive = true, .run = runner,                                        \
        .argument =                                                                                                    \
            &(const struct download){.curve = sizeof(on) == sizeof(LOADS_P256) ? TEST_P256 : TEST_BP256, __VA_ARGS__}, \
    }
#define KEY_ROW(name, text, on, from, ...)                                                                             \
    ROW(name, text, KEY, on, from, run_key, .more = &(const struct key_row){__VA_ARGS__})
#define BOTH_KEY(name, text, ...)                                                                                      \
    ROW(name "-nist", text " (P-256)", KEY_35, LOADS_P256, "empty", run_key,                                           \
        .more = &(const struct key_row){__VA_ARGS__}),                                                                 \
        ROW(name "-brainpool", text " (brainpoolP256r1)", KEY_35, LOADS_BP256, "empty", run_key,                       \
            .more = &(const struct key_row){__VA_ARGS__})
#define CANCELLED_ROW(name, number, words)                                                                             \
    KEY_ROW(name, "after CancelSession with " words " the key is gone", LOADS_P256, "empty", .event = CANCELLED,       \
            .reason = number)
#define RETRY_ROW(name, text, on, place, cut, ...)                                                                     \
    ROW(name, text, RETRY_59, on, "empty", run_retry, .more = &(const struct retry_row){place, cut},                   \
        .offer = {.segment = 400}, __VA_ARGS__)
#define BAD_MAC .spoil = {.mac_item = 4}, .outcomes = LIST(OUT(ELEMENTS, SECURITY))

const struct case_row cases_retry[] = {
    BOTH_KEY("01-stored", "the stored key is used when it is offered", .event = NOTHING, .same = true),
    ROW("02-unknown-nist", "an unknown key is offered: a new one, no error (P-256)", KEY_35, LOADS_P256, "empty",
        run_unknown_key, .keys = false),
    ROW("02-unknown-brainpool", "an unknown key is offered: a new one, no error (brainpoolP256r1)", KEY_35, LOADS_BP256,
        "empty", run_unknown_key, .keys = false),
    BOTH_KEY("03-other-smdpp", "another SM-DP+ offers the key of the first: a new one", .event = OTHER_SMDPP),
    KEY_ROW("04-other-curve", "the key is not used for a CERT.DPpb on the other curve",
            "isdr and usim and milenage and sgp26-nist and sgp26-brainpool", "empty", .event = OTHER_CURVE),
    KEY_ROW("05-reset", "the key survives a reset", LOADS_P256, "empty", .event = RESET, .same = true),
    KEY_ROW("06-power", "the key survives without power", LOADS_P256, "empty", .event = POWER, .same = true),
    KEY_ROW("07-replaced", "a newer key takes the place of the one before", LOADS_P256, "empty", .event = OTHER_OFFER),
    CANCELLED_ROW("10-cancel-rejection", 0, "endUserRejection"),
    CANCELLED_ROW("11-cancel-ppr", 3, "pprNotAllowed"),
    CANCELLED_ROW("12-cancel-metadata", 4, "metadataMismatch"),
    CANCELLED_ROW("13-cancel-load", 5, "loadBppExecutionError"),
    KEY_ROW("14-installed", "after a success the key is gone", LOADS_P256, "empty", .event = INSTALLED),
    KEY_ROW("15-memory-reset", "after a memory reset the key is gone", LOADS_P256 " and consumer", "disabled",
            .event = MEMORY_RESET),

    RETRY_ROW("20-before-channel", "a retry with the same package after no segment", LOADS_P256, 0, false,
              .keys = false),
    RETRY_ROW("21-after-channel", "a retry with the same package after InitialiseSecureChannel", LOADS_P256, 1, false,
              .keys = false),
    RETRY_ROW("22-after-metadata", "a retry with the same package after StoreMetadata", LOADS_P256, 4, false,
              .keys = true),
    RETRY_ROW("23-in-elements", "a retry with the same package after two 86", LOADS_P256, 7, false, .keys = false),
    RETRY_ROW("24-power", "a retry with the same package after a power cut", LOADS_P256, 6, true, .keys = false),
    RETRY_ROW("25-brainpool", "a retry with the same package (brainpoolP256r1)", LOADS_BP256, 6, false, .keys = false),
    RETRY_ROW("26-brainpool-power", "a retry with the same package after a power cut (brainpoolP256r1)", LOADS_BP256, 5,
              true, .keys = true),
    ROW("30-bad-again", "a retry with the same bad package fails in the same way", RETRY, LOADS_P256, "empty",
        run_bad_again, BAD_MAC),
    ROW("31-good-again", "after an error a good package is taken under the same key", RETRY, LOADS_P256, "empty",
        run_good_again, BAD_MAC),
    ROW("32-old-package", "a package for a key that is gone: scp03tSecurityError", RETRY, LOADS_P256, "empty",
        run_old_body, .outcomes = LIST(OUT(CONFIGURE, SECURITY))),
    {.id = NULL},
};
