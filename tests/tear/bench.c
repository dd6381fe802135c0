/* The bench itself: storage with power cuts, start and restart of the card, runs of flows; see bench.h. */
#define _DEFAULT_SOURCE
#include "bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- failures ---- */

static char replay[256];

void replay_set(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(replay, sizeof replay, format, args);
    va_end(args);
    if (getenv("TEAR_TRACE")) fprintf(stderr, "%s\n", replay);
}

void bench_fail(const struct bench *b, const char *file, int line, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ck_abort_msg("%s:%d: flow %s: %s\nreplay: %s", file, line, b->flow ? b->flow->name : "", text, replay);
}

/* ---- storage ---- */

/* A torn journal is no commit: the start after it drops it. */
static int load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    struct bench *b = ctx;
    storage_clear(&b->journal);
    return storage_load(&b->stored, put, put_ctx);
}

static int write_changes(struct bench *b, const struct euicc_change *changes, size_t n)
{
    bench_check(b, !b->lost, "a commit after the power is gone");
    b->commits++;
    enum cut_mode mode = b->commits == b->cut.at ? b->cut.mode : CUT_NOTHING;
    if (mode != CUT_NOTHING) {
        b->cut.mode = CUT_NOTHING; /* each cut comes once */
        b->fired++;
        b->lost = true;
        b->refused = mode == CUT_REFUSED;
    }
    if (mode == CUT_BEFORE) return EUICC_POWER_LOST;
    if (mode == CUT_REFUSED) return EUICC_STORAGE;
    if (mode == CUT_INSIDE) {
        for (size_t i = 0; i < (n + 1) / 2; i++)
            storage_change(&b->journal, &changes[i]);
        return EUICC_POWER_LOST;
    }
    for (size_t i = 0; i < n; i++)
        storage_change(&b->stored, &changes[i]);
    return mode == CUT_AFTER ? EUICC_POWER_LOST : EUICC_OK;
}

/* Faults are those of the card, not of this storage. */
static int commit(void *ctx, const struct euicc_change *changes, size_t n)
{
    struct bench *b = ctx;
    if (b->arm) b->arm(false);
    int result = write_changes(b, changes, n);
    if (b->arm) b->arm(true);
    return result;
}

static int random_bytes(void *ctx, uint8_t *out, size_t n)
{
    const struct bench *b = ctx;
    int fault = b->random_fault ? b->random_fault() : 0;
    return fault ? fault : euicc_random_bytes(b->random, out, n);
}

static int64_t now(void *ctx)
{
    (void)ctx;
    return 1767225600; /* 2026-01-01 */
}

/* ---- the reader ---- */

/* The last call of the card ended without an answer. */
static bool failed(struct bench *b)
{
    if (b->last_result == EUICC_OK) return false;
    bench_check(b, b->fired, "the card is mute: %s", euicc_result_text(b->last_result));
    b->hit = true;
    return true;
}

static bool bench_transmit(void *ctx, struct slice capdu, struct buf *rapdu)
{
    struct bench *b = ctx;
    struct euicc_reason reason;
    uint8_t out[4096];
    size_t n = 0;
    uint8_t *copy = malloc(capdu.n ? capdu.n : 1);
    ck_assert(copy);
    if (capdu.n) memcpy(copy, capdu.p, capdu.n);
    if (capdu.n > 1) b->last_ins = capdu.p[1];
    if (b->arm) b->arm(true);
    b->last_result = euicc_transmit(b->card, copy, capdu.n, out, sizeof out, &n);
    if (b->arm) b->arm(false);
    free(copy);
    buf_reset(rapdu);
    if (b->lost) bench_check(b, b->last_result != EUICC_OK, "an answer of a card whose commit failed");
    if (failed(b)) return false;
    bench_check(b, n >= 2, "an answer of %zu bytes", n);
    if (b->fired && out[n - 2] == 0x6f) {
        euicc_last_reason(b->card, &reason);
        bench_check(b, reason.said, "%02X%02X without a reason", out[n - 2], out[n - 1]);
        b->hit = true;
    }
    buf_append(rapdu, slice_of(out, n));
    return true;
}

static bool bench_power(void *ctx, bool on, struct buf *atr)
{
    struct bench *b = ctx;
    struct euicc_atr came;
    euicc_power_off(b->card);
    if (!on) return true;
    if (b->arm) b->arm(true);
    b->last_result = euicc_power_on(b->card, &came);
    if (b->arm) b->arm(false);
    if (failed(b)) return false;
    buf_reset(atr);
    buf_append(atr, slice_of(came.bytes, came.n));
    return true;
}

static bool bench_reset(void *ctx, struct buf *atr)
{
    struct bench *b = ctx;
    struct euicc_atr came;
    if (b->arm) b->arm(true);
    b->last_result = euicc_reset(b->card, &came);
    if (b->arm) b->arm(false);
    if (failed(b)) return false;
    buf_reset(atr);
    buf_append(atr, slice_of(came.bytes, came.n));
    return true;
}

static void bench_close(void *ctx)
{
    (void)ctx;
}

static void attach(struct bench *b)
{
    static const uint8_t refresh_profile[] = {0, 0, 0x80};
    const struct lpa_reader reader = {b, bench_transmit, bench_power, bench_reset, bench_close};
    struct lpa_options options = {.with_le = true};
    struct euicc_description d;
    enum sgp32_version version = SGP32_1_2;
    if (b->flow->refresh) options.terminal_profile = SLICE(refresh_profile);
    ck_assert_int_eq(euicc_describe(b->card, &d), EUICC_OK);
    if (d.sgp32_version[0]) ck_assert(sgp32_version_read(d.sgp32_version, &version));
    ipa_free(&b->ipa);
    ipa_init(&b->ipa, &reader, &options, version);
}

/* ---- starting ---- */

static void create(struct bench *b, const struct euicc_config *config)
{
    const struct euicc_env env = {.ctx = b, .random = random_bytes, .now = now, .load = load, .commit = commit};
    struct euicc_diagnostic why;
    b->lost = false;
    b->commits = 0;
    bench_check(b, euicc_create(&b->card, config, &env, &why) == EUICC_OK, "the stored card does not open: %s",
                why.text);
    attach(b);
}

bool bench_start(struct bench *b, bool same_object)
{
    if (same_object && b->card) {
        b->lost = false;
        b->commits = 0;
        attach(b);
    } else {
        euicc_destroy(b->card);
        create(b, NULL);
    }
    b->hit = false;
    if (!lpa_open(&b->ipa.lpa)) {
        bench_check(b, b->lost, "the card does not start: %s", b->ipa.lpa.error);
        return false;
    }
    invariants(b);
    return true;
}

void bench_again(struct bench *b)
{
    static const uint8_t isdr[] = {0xa0, 0, 0, 5, 0x59, 0x10, 0x10, 0xff, 0xff, 0xff, 0xff, 0x89, 0, 0, 1, 0};
    BUF_LOCAL fci = {0};
    uint16_t sw;
    bool proactive = b->last_ins == 0x12 || b->last_ins == 0x14; /* FETCH, TERMINAL RESPONSE */
    if (b->last_result != EUICC_OK || proactive) {
        bool started = bench_start(b, true);
        bench_check(b, started, "the card does not start after a fault");
        return;
    }
    b->hit = false;
    invariants(b);
    bench_check(b, lpa_select(&b->ipa.lpa, SLICE(isdr), &fci, &sw) && sw == 0x9000, "SELECT ISD-R after a fault: %s",
                b->ipa.lpa.error);
}

static void make_doubles(struct bench *b, uint64_t seed)
{
    struct smdpp_config smdpp;
    b->keys = kat_open("sgp26.txt");
    ck_assert(b->keys && smdpp_config_sgp26(&smdpp, b->keys, TEST_P256, 1));
    b->dp = smdpp_new(&smdpp);
    ck_assert_ptr_nonnull(b->dp);
    ck_assert_int_eq(euicc_random_new(&b->random, true, seed), EUICC_OK);
}

static void free_doubles(struct bench *b)
{
    ipa_free(&b->ipa);
    euicc_destroy(b->card);
    euicc_random_free(b->random);
    smdpp_free(b->dp);
    kat_free(b->keys);
    for (size_t i = 0; i < PACKAGES_MAX; i++)
        eim_package_free(&b->sent[i].package);
    storage_clear(&b->journal);
}

void bench_begin(struct bench *b, const struct prepared *p)
{
    *b = (struct bench){.flow = p->flow, .memory = p->memory, .eim_n = p->eim_n};
    memcpy(b->eims, p->eims, sizeof b->eims);
    make_doubles(b, 2);
    storage_copy(&p->stored, &b->stored);
    bool started = bench_start(b, false);
    ck_assert(started);
    b->commits = 0;
}

void bench_end(struct bench *b)
{
    free_doubles(b);
    storage_clear(&b->stored);
}

void prepare(struct prepared *p, const struct flow *flow)
{
    static struct bench b;
    char text[2048];
    const char *base = flow->personality ? euicc_personality_text(flow->personality) : "";
    ck_assert_ptr_nonnull(base);
    int n = snprintf(text, sizeof text, "%s\n%s", base, flow->lines ? flow->lines : "");
    ck_assert(n > 0 && (size_t)n < sizeof text);
    const struct euicc_config config = {.eid = EID, .personality = text};
    *p = (struct prepared){.flow = flow};
    b = (struct bench){.flow = flow};
    replay_set("TEAR_FLOW=%s (preparation)", flow->name);
    make_doubles(&b, 1);
    create(&b, &config);
    bench_check(&b, lpa_open(&b.ipa.lpa), "%s", b.ipa.lpa.error);
    if (flow->prepare) flow->prepare(&b);
    invariants(&b);
    euicc_power_off(b.card);
    p->stored = b.stored;
    p->memory = b.memory;
    p->eim_n = b.eim_n;
    memcpy(p->eims, b.eims, sizeof p->eims);
    free_doubles(&b);
    /* once without a cut: how it has to end */
    replay_set("TEAR_FLOW=%s (untouched)", flow->name);
    bench_begin(&b, p);
    bench_check(&b, bench_steps(&b), "interrupted without a cut: %s", b.ipa.lpa.error);
    invariants(&b);
    p->summary = summary(&b);
    p->commits = b.commits;
    bench_end(&b);
}

void prepared_free(struct prepared *p)
{
    storage_clear(&p->stored);
    free(p->summary);
}

/* ---- running ---- */

bool bench_went(struct bench *b, bool well, const char *what)
{
    bench_check(b, !(well && b->lost), "%s: goes on without power", what);
    if (well) return true;
    bench_check(b, b->lost || b->hit, "%s: %s", what, b->ipa.lpa.error);
    return false;
}

bool bench_steps(struct bench *b)
{
    bool resumed = b->at != NULL;
    if (!b->at) b->at = b->flow->steps;
    for (; b->at->what; b->at++) {
        bool done = b->at->done && b->at->done(b);
        bench_check(b, resumed || !done, "%s is done before it began", b->at->what);
        resumed = false;
        if (done) continue;
        if (!b->at->run(b)) return false;
        bench_check(b, !b->lost, "%s goes on without power", b->at->what);
        bench_check(b, !b->at->done || b->at->done(b), "%s ran and is not done", b->at->what);
        invariants(b);
    }
    return true;
}

/* Where the first line begins that is not the same in both. */
static size_t first_other_line(const char *a, const char *b)
{
    size_t line = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        if (a[i] == '\n') line = i + 1;
    return line;
}

void bench_complete(struct bench *b, const struct prepared *p)
{
    while (!bench_steps(b)) {
        bench_check(b, b->fired < 4, "interrupted again and again");
        while (!bench_start(b, b->refused))
            bench_check(b, b->fired < 4, "interrupted again and again");
    }
    invariants(b);
    bench_check(b, installation_results(b, true) <= b->fired, "%zu interrupted installations after %u cuts",
                installation_results(b, true), b->fired);
    char *end = summary(b);
    size_t at = first_other_line(end, p->summary);
    bench_check(b, strcmp(end, p->summary) == 0, "ended with\n%.200s\nwithout a cut it ends with\n%.200s", end + at,
                p->summary + at);
    free(end);
}

size_t flow_count(void)
{
    size_t n = 0;
    while (flow_at(n))
        n++;
    return n;
}

const struct flow *flow_at(size_t index)
{
    const struct flow *const *const lists[] = {consumer_flows, iot_flows, uicc_flows, remote_flows};
    for (size_t i = 0; i < COUNT(lists); i++)
        for (size_t k = 0; lists[i][k]; k++)
            if (index-- == 0) return lists[i][k];
    return NULL;
}
