/* ES10b.CancelSession (SGP.22 5.7.14, 3.1.3; SGP.23-1 4.2.19): what the card signs, in which states of a session, and
 * what it then forgets. */
#define _GNU_SOURCE
#include "bench.h"

#include "base/tlv.h"

#include <stdio.h>

#define CLAUSES "SGP.22 5.7.14; SGP.23-1 4.2.19"
#define ROW "; SGP.22 negative 60"
#define P256 "isdr and sgp26-nist"
#define BP256 "isdr and sgp26-brainpool"

enum { INVALID_TRANSACTION_ID = 5, NO_CHALLENGE = 4 };

struct cancel {
    enum test_curve curve;
    enum lpa_stage before; /* how far the session got: PREPARE or LOAD */
    int reason;
};

/* A session of an LPA with the SM-DP+, up to a stage. */
static bool begin(struct bench *b, const struct cancel *c, struct lpa **lpa, struct smdpp **dp)
{
    const struct lpa_download_options options = {.stop_before = c->before};
    LPA_DOWNLOAD_LOCAL result = {.card_error = -1};
    b->section = SECTION_GIVEN;
    *lpa = bench_lpa(b);
    *dp = bench_smdpp(b, c->curve, 1);
    if (!*lpa || !*dp) return false;
    (void)lpa_download(*lpa, *dp, &options, &result);
    if (!bench_goes_on(b)) return false;
    if (result.stage != c->before || result.card_error >= 0)
        return bench_verdict(b, VERDICT_ERROR, "the session cannot be begun: %s", result.error);
    b->section = SECTION_TEST;
    return true;
}

/* CancelSession: the code of the card, 0 if it signed, -1 with a verdict. */
static int cancel(struct bench *b, struct lpa *lpa, struct slice transaction_id, int reason)
{
    int code = lpa_cancel_session(lpa, transaction_id, reason);
    if (code < 0 && bench_goes_on(b))
        (void)bench_expect(b, false, b->row->clauses, "a response to CancelSession", "%s", lpa->error);
    return code;
}

static bool expect_refused(struct bench *b, struct lpa *lpa, struct slice transaction_id)
{
    int code = cancel(b, lpa, transaction_id, 0);
    return code >= 0 && bench_expect(b, code == INVALID_TRANSACTION_ID, b->row->clauses, "invalidTransactionId(5)",
                                     code ? "code %d" : "a signed response", code);
}

/* The double checks the signature with the eUICC's key of this session, transactionId, OID and reason. */
static bool expect_signed(struct bench *b, struct lpa *lpa, struct smdpp *dp, int reason)
{
    int code = cancel(b, lpa, buf_slice(&dp->session.transaction_id), reason);
    if (code < 0) return false;
    bool good = code == 0 && smdpp_check_cancel_session(dp, buf_slice(&lpa->response), reason);
    return bench_expect(b, good, b->row->clauses,
                        "transactionId, OID of the server and reason under the signature of the eUICC", "%s",
                        good   ? "so"
                        : code ? "an error code"
                               : dp->error);
}

static void run_signed(struct bench *b)
{
    const struct cancel *c = b->row->argument;
    struct lpa *lpa;
    struct smdpp *dp;
    if (begin(b, c, &lpa, &dp)) (void)expect_signed(b, lpa, dp, c->reason);
}

/* Another transactionId, of another length too, leaves the session as it was. */
static void run_wrong_id(struct bench *b)
{
    static const uint8_t other[16] = {0x42};
    const struct cancel *c = b->row->argument;
    struct lpa *lpa;
    struct smdpp *dp;
    if (!begin(b, c, &lpa, &dp)) return;
    (void)(expect_refused(b, lpa, SLICE(other)) && expect_refused(b, lpa, slice_of(other, 1)) &&
           expect_signed(b, lpa, dp, c->reason));
}

static void run_no_session(struct bench *b)
{
    static const uint8_t id[16] = {0x42};
    struct lpa *lpa = bench_lpa(b);
    if (lpa) (void)expect_refused(b, lpa, SLICE(id));
}

static void run_twice(struct bench *b)
{
    const struct cancel *c = b->row->argument;
    struct lpa *lpa;
    struct smdpp *dp;
    if (!begin(b, c, &lpa, &dp)) return;
    b->section = SECTION_GIVEN;
    if (!expect_signed(b, lpa, dp, c->reason)) return;
    b->section = SECTION_TEST;
    (void)expect_refused(b, lpa, buf_slice(&dp->session.transaction_id));
}

/* A reset ends the session. */
static void run_after_reset(struct bench *b)
{
    const struct cancel *c = b->row->argument;
    struct lpa *lpa;
    struct smdpp *dp;
    if (!begin(b, c, &lpa, &dp)) return;
    if (!lpa_reset(lpa)) {
        (void)bench_verdict(b, VERDICT_ERROR, "after the reset: %s", lpa->error);
        return;
    }
    (void)expect_refused(b, lpa, buf_slice(&dp->session.transaction_id));
}

/* A new challenge ends the session before it (5.7.7). */
static void run_after_challenge(struct bench *b)
{
    const struct cancel *c = b->row->argument;
    uint8_t value[16];
    struct lpa *lpa;
    struct smdpp *dp;
    if (!begin(b, c, &lpa, &dp)) return;
    if (!lpa_get_euicc_challenge(lpa, value)) {
        (void)bench_verdict(b, VERDICT_ERROR, "GetEUICCChallenge: %s", lpa->error);
        return;
    }
    (void)expect_refused(b, lpa, buf_slice(&dp->session.transaction_id));
}

/* ---- with nothing but a challenge ---- */

static bool begin_challenge(struct bench *b, struct lpa **lpa, struct smdpp **dp, struct smdpp_answer *answer)
{
    uint8_t value[16];
    b->section = SECTION_GIVEN;
    *lpa = bench_lpa(b);
    *dp = bench_smdpp(b, TEST_P256, 1);
    if (!*lpa || !*dp) return false;
    if (!lpa_get_euicc_challenge(*lpa, value) || !lpa_get_euicc_info1(*lpa) ||
        !smdpp_initiate_authentication(*dp, SLICE(value), buf_slice(&(*lpa)->response), "testsmdpplus1.example.com",
                                       answer))
        return bench_verdict(b, VERDICT_ERROR, "the session cannot be begun: %s%s", (*lpa)->error, (*dp)->error);
    b->section = SECTION_TEST;
    return true;
}

static void run_challenge_only(struct bench *b)
{
    SMDPP_ANSWER_LOCAL answer = {0};
    struct lpa *lpa;
    struct smdpp *dp;
    if (begin_challenge(b, &lpa, &dp, &answer)) (void)expect_refused(b, lpa, buf_slice(&dp->session.transaction_id));
}

/* CancelSession drops the challenge: AuthenticateServer then has no session. */
static void run_challenge_spent(struct bench *b)
{
    static const uint8_t ctx[] = {0xa0, 10, 0xa1, 8, 0x80, 4, 0x35, 0x29, 6, 0x11, 0xa1, 0};
    SMDPP_ANSWER_LOCAL answer = {0};
    SMDPP_ANSWER_LOCAL next = {0};
    struct lpa *lpa;
    struct smdpp *dp;
    if (!begin_challenge(b, &lpa, &dp, &answer)) return;
    b->section = SECTION_GIVEN;
    if (!expect_refused(b, lpa, buf_slice(&dp->session.transaction_id))) return;
    b->section = SECTION_TEST;
    if (!lpa_authenticate_server(lpa, &answer, SLICE(ctx))) {
        if (bench_goes_on(b))
            (void)bench_expect(b, false, b->row->clauses, "a response to AuthenticateServer", "%s", lpa->error);
        return;
    }
    bool accepted = smdpp_authenticate_client(dp, buf_slice(&lpa->response), &next);
    (void)bench_expect(b, !accepted && dp->card_error == NO_CHALLENGE, b->row->clauses, "noSession(4)",
                       accepted ? "accepted" : "code %d", dp->card_error);
}

/* ---- in the middle of a package ---- */

struct interruption {
    size_t at; /* the segment before which the session is cancelled */
    bool done;
};

static bool stop_there(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    struct interruption *i = ctx;
    (void)lpa;
    (void)segment;
    i->done = index == i->at;
    return !i->done;
}

/* Metadata of profiles/tiny and nothing of its elements: only so far does this download go. */
static bool put_metadata(struct buf *out)
{
    static const uint8_t iccid[] = {0x98, 0x00, 0x10, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x82};
    size_t mark = tlv_open(out, 0xbf25);
    tlv_put(out, 0x5a, SLICE(iccid));
    tlv_put(out, 0x91, slice_text("softeuicc"));
    tlv_put(out, 0x92, slice_text("softeuicc tiny"));
    tlv_close(out, mark);
    return buf_err(out) == OK;
}

static bool profile_count(struct bench *b, struct lpa *lpa, size_t *n)
{
    static const uint8_t iccid_only[] = {0x5a};
    struct lpa_profiles profiles;
    bool listed = lpa_get_profiles_info(lpa, (struct slice){0}, SLICE(iccid_only), &profiles) && profiles.error < 0;
    *n = listed ? profiles.n : 0;
    return listed || bench_verdict(b, VERDICT_ERROR, "GetProfilesInfo: %s", lpa->error);
}

/* Half a profile is on the card when the session is cancelled: the answer is signed, and nothing of it stays. */
static void run_loading(struct bench *b)
{
    const struct cancel *c = b->row->argument;
    struct interruption stop = {.at = 4};
    const struct lpa_download_options options = {.before_segment = stop_there, .hook_ctx = &stop};
    LPA_DOWNLOAD_LOCAL result = {.card_error = -1};
    BUF_LOCAL metadata = {0};
    size_t before;
    size_t after;
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, c->curve, 1);
    if (!lpa || !dp || !profile_count(b, lpa, &before)) return;
    if (!put_metadata(&metadata)) {
        (void)bench_verdict(b, VERDICT_ERROR, "no memory");
        return;
    }
    dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = bench_material("tiny.der")};
    (void)lpa_download(lpa, dp, &options, &result);
    dp->profile = (struct smdpp_profile){0};
    if (!bench_goes_on(b)) return;
    if (!stop.done || result.segment_sw) {
        (void)bench_verdict(b, VERDICT_ERROR, "the download did not get so far: %s", result.error);
        return;
    }
    if (!expect_signed(b, lpa, dp, c->reason) || !profile_count(b, lpa, &after)) return;
    (void)bench_expect(b, after == before, b->row->clauses, "no profile more than before", "%zu, before %zu", after,
                       before);
}

/* ---- the server is an SM-DS ---- */

static void run_with_ds(struct bench *b)
{
    static const uint8_t ds_id[] = {0x88, 0x37, 0x0f}; /* 2.999.15 */
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, TEST_P256, 1);
    struct pki_issuer ci = {.certificate = bench_material("ci-nist.der")};
    struct test_key key;
    const char *why;
    const struct pki_request request = {.role = PKI_DS_AUTH,
                                        .key = &key,
                                        .organization = "ACME",
                                        .common_name = "an SM-DS",
                                        .registered_id = SLICE(ds_id)};
    if (!lpa || !dp) return;
    /* the OID that the double expects back is the one of the certificate that it shows */
    if (!bench_key("ci-nist", TEST_P256, &ci.key) || !test_key_derive(&key, TEST_P256, slice_text("bench"), "SM-DS") ||
        !pki_issue(&request, &ci, &b->certificates[0]) || !pki_read(buf_slice(&b->certificates[0]), &dp->auth, &why)) {
        (void)bench_verdict(b, VERDICT_ERROR, "the certificate of the SM-DS cannot be made");
        return;
    }
    dp->spoil.auth_certificate = buf_slice(&b->certificates[0]);
    dp->spoil.auth_key = &key;
    const struct cancel c = {.curve = TEST_P256, .before = LPA_STAGE_PREPARE};
    if (begin(b, &c, &lpa, &dp)) (void)expect_signed(b, lpa, dp, 0);
}

/* ---- what is no request ---- */

static void run_malformed(struct bench *b)
{
    static const struct {
        uint8_t bytes[8];
        size_t n;
    } requests[] = {{{0xbf, 0x41, 0}, 3}, {{0xbf, 0x41, 3, 0x80, 1, 1}, 6}, {{0xbf, 0x41, 3, 0x81, 1, 0}, 6}};
    const struct cancel *c = b->row->argument;
    struct lpa *lpa;
    struct smdpp *dp;
    if (!begin(b, c, &lpa, &dp)) return;
    b->channel = lpa->channel;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        if (!bench_es10(b, slice_of(requests[i].bytes, requests[i].n))) return;
        if (!bench_expect(b, bench_status(b) == 0x6a80, b->row->clauses, "6A80", "%04X", bench_status(b))) return;
    }
    (void)expect_signed(b, lpa, dp, c->reason);
}

#define CANCEL(name, text, row, on, function, ...)                                                                     \
    {                                                                                                                  \
        .id = "ES10b.CancelSession/" name, .family = "ES10b", .title = text, .clauses = CLAUSES row, .applies = on,    \
        .state = "any", .needs = NEED_SGP26, .run = function, .argument = &(const struct cancel)                       \
        {                                                                                                              \
            .curve = sizeof(on) == sizeof(P256) ? TEST_P256 : TEST_BP256, __VA_ARGS__                                  \
        }                                                                                                              \
    }
#define REASON(name, text, number)                                                                                     \
    CANCEL(name, "reason " text " is signed", "", P256, run_signed, .before = LPA_STAGE_PREPARE, .reason = (number))
#define AFTER_AUTHENTICATION .before = LPA_STAGE_PREPARE
#define AFTER_PREPARATION .before = LPA_STAGE_LOAD

const struct case_row cases_cancel[] = {
    CANCEL("01-authenticated-nist", "a session is cancelled after AuthenticateServer (P-256)", "", P256, run_signed,
           AFTER_AUTHENTICATION),
    CANCEL("01-authenticated-brainpool", "a session is cancelled after AuthenticateServer (brainpoolP256r1)", "", BP256,
           run_signed, AFTER_AUTHENTICATION),
    CANCEL("02-prepared-nist", "a session is cancelled after PrepareDownload (P-256)", "", P256, run_signed,
           AFTER_PREPARATION, .reason = 1),
    CANCEL("02-prepared-brainpool", "a session is cancelled after PrepareDownload (brainpoolP256r1)", "", BP256,
           run_signed, AFTER_PREPARATION, .reason = 1),
    REASON("03-postponed", "postponed", 1),
    REASON("04-timeout", "timeout", 2),
    REASON("05-ppr-not-allowed", "pprNotAllowed", 3),
    REASON("06-metadata-mismatch", "metadataMismatch", 4),
    REASON("07-load-bpp-error", "loadBppExecutionError", 5),
    REASON("08-undefined", "undefinedReason", 127),
    CANCEL("10-wrong-id", "another transactionId: invalidTransactionId, and the session goes on", ROW, P256,
           run_wrong_id, AFTER_AUTHENTICATION),
    CANCEL("11-wrong-id-prepared",
           "another transactionId after PrepareDownload: invalidTransactionId, and the session goes on", ROW, P256,
           run_wrong_id, AFTER_PREPARATION),
    CANCEL("12-no-session", "without a session: invalidTransactionId", ROW, P256, run_no_session, .reason = 0),
    CANCEL("13-twice", "a second time: invalidTransactionId, there is no session any more", ROW, P256, run_twice,
           AFTER_AUTHENTICATION),
    CANCEL("14-challenge-only", "with nothing but a challenge: invalidTransactionId", ROW, P256, run_challenge_only,
           .reason = 0),
    CANCEL("15-challenge-spent", "with nothing but a challenge: AuthenticateServer then gives noSession", ROW, P256,
           run_challenge_spent, .reason = 0),
    CANCEL("16-after-reset", "after a reset: invalidTransactionId, it ended the session", ROW, P256, run_after_reset,
           AFTER_AUTHENTICATION),
    CANCEL("17-after-challenge", "after a new challenge: invalidTransactionId, it ended the session",
           "; SGP.22 5.7.7" ROW, P256, run_after_challenge, AFTER_PREPARATION),
    CANCEL("18-with-ds", "the session of an SM-DS is cancelled with its OID", "; SGP.22 negative 24", P256, run_with_ds,
           .reason = 0),
    CANCEL("19-malformed", "a request without transactionId or reason is none, and the session goes on", "", P256,
           run_malformed, AFTER_AUTHENTICATION),
    {.id = "ES10b.CancelSession/20-loading",
     .family = "ES10b",
     .title = "in the middle of a profile package: signed, and nothing of the profile stays",
     .clauses = CLAUSES "; SGP.22 3.1.3.3",
     .applies = P256 " and consumer",
     .state = "empty",
     .needs = NEED_SGP26,
     .destructive = true,
     .run = run_loading,
     .argument = &(const struct cancel){.curve = TEST_P256, .reason = 5}},
    {.id = NULL},
};
