/* A card is a value: the same seed and the same commands give the same bytes, signatures included; a clone goes on from
 * the same state, session and all; and many cards in several threads do not see each other (euicc.h, SGP.22 3.1). */
#include "download_common.h"

#include <pthread.h>

/* All that one card said and was told in a run. */
struct record {
    struct buf bytes;
};

static void note(void *ctx, struct slice capdu, struct slice rapdu)
{
    struct record *r = ctx;
    buf_append(&r->bytes, capdu);
    buf_append(&r->bytes, rapdu);
}

/* Downloads, a failed download, a cancelled session, a switch, deletion, on both curves. */
static void whole_life(struct rig *r)
{
    BUF_LOCAL id = {0};
    static const struct rig_failure failure = {"a failure", 5, 8, true, NULL, "SGP.22 2.5.3", "a MAC", "another"};
    for (int curve = TEST_P256; curve <= TEST_BP256; curve++) {
        rig_use_smdpp(r, (enum test_curve)curve, 1);
        r->dp->spoil.mac_item = 3;
        rig_download_fails(r, &failure, NULL);
        rig_session(r, "a session", LPA_STAGE_LOAD);
        ck_assert_int_eq(lpa_cancel_session(&r->lpa, buf_slice(&r->dp->session.transaction_id), 1), 0);
        rig_download_works(r, "a download", NULL, NULL);
        ck_assert_int_eq(lpa_enable_profile(&r->lpa, hex(&id, "5a0a" TINY_ICCID), false), 0);
        ck_assert(lpa_reset(&r->lpa));
        ck_assert_int_eq(lpa_disable_profile(&r->lpa, hex(&id, "5a0a" TINY_ICCID), false), 0);
        rig_delete(r, "the end", TINY_ICCID);
    }
}

static void run_recorded(uint64_t seed, struct record *record)
{
    struct rig rig;
    rig_open(&rig, &(struct rig_options){.seed = seed});
    rig.lpa.trace = note;
    rig.lpa.trace_ctx = record;
    ck_assert(lpa_get_euicc_info2(&rig.lpa));
    whole_life(&rig);
    uint8_t *image = NULL;
    size_t n = 0;
    ck_assert_int_eq(euicc_snapshot(rig.card, &image, &n), EUICC_OK);
    buf_append(&record->bytes, slice_of(image, n));
    free(image);
    rig_close(&rig);
}

START_TEST(test_same_seed)
{
    struct record a = {0};
    struct record b = {0};
    struct record c = {0};
    run_recorded(7, &a);
    run_recorded(7, &b);
    run_recorded(8, &c);
    ck_assert_uint_gt(a.bytes.n, 20000);
    ck_assert_uint_eq(a.bytes.n, b.bytes.n);
    for (size_t i = 0; i < a.bytes.n; i++)
        ck_assert_msg(a.bytes.p[i] == b.bytes.p[i], "byte %zu of %zu differs", i, a.bytes.n);
    ck_assert_msg(!slice_equal(buf_slice(&a.bytes), buf_slice(&c.bytes)), "another seed gives the same bytes");
    buf_free(&a.bytes);
    buf_free(&b.bytes);
    buf_free(&c.bytes);
}
END_TEST

/* ---- clones ---- */

static bool note_segments(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    struct buf *out = ctx;
    (void)lpa;
    (void)index;
    buf_append(out, buf_slice(segment));
    return false;
}

/* A clone taken before any segment ends in the same result, byte for byte, and leaves the original where it was. */
START_TEST(test_clones)
{
    struct rig rig;
    LPA_SEGMENTS_LOCAL segments = {0};
    BUF_LOCAL bpp = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    uint8_t results[16][512];
    size_t sizes[16];
    rig_open(&rig, NULL);
    rig.dp->profile.use_ppk = true;
    const struct lpa_download_options take = {
        .segmentation = LPA_SEGMENT_WHOLE, .before_segment = note_segments, .hook_ctx = &bpp};
    ck_assert(!lpa_download(&rig.lpa, rig.dp, &take, &result) && bpp.n > 1000);
    ck_assert(lpa_segments_make(&segments, buf_slice(&bpp), LPA_SEGMENT_LPAC, 0) && segments.n < COUNT(sizes));
    for (size_t at = 0; at < segments.n; at++) {
        euicc *clone = NULL;
        euicc_random *random = NULL;
        struct lpa lpa;
        struct lpa_reader reader;
        BUF_LOCAL out = {0};
        uint16_t sw = 0;
        ck_assert_int_eq(euicc_random_new(&random, true, 99), EUICC_OK);
        const struct euicc_env env = {.ctx = random, .random = euicc_random_bytes};
        ck_assert_int_eq(euicc_clone(rig.card, &env, &clone), EUICC_OK);
        ck_assert(lpa_reader_card(&reader, clone));
        lpa_init(&lpa, &reader, &rig.options.lpa);
        lpa.channel = rig.lpa.channel;
        for (size_t i = at; i < segments.n; i++)
            ck_assert_msg(lpa_store_data(&lpa, segments.list[i], &out, &sw) && sw == 0x9000, "clone at %zu: %04X", at,
                          sw);
        ck_assert_uint_gt(out.n, 100);
        memcpy(results[at], out.p, out.n);
        sizes[at] = out.n;
        lpa.channel_open = false;
        lpa_free(&lpa);
        euicc_destroy(clone);
        euicc_random_free(random);
        BUF_LOCAL ignored = {0};
        if (at + 1 < segments.n) ck_assert_uint_eq(rig_send(&rig, segments.list[at], &ignored), 0x9000);
    }
    for (size_t at = 1; at < segments.n; at++)
        ck_assert_msg(sizes[at] == sizes[0] && memcmp(results[at], results[0], sizes[0]) == 0, "clone at %zu", at);
    rig_close(&rig);
}
END_TEST

/* ---- threads ---- */

#define THREADS 2
#define CARDS_IN_EACH 100

#define CLONES_IN_EACH 10

/* A card and its randomness. */
struct owned_card {
    euicc *card;
    euicc_random *random;
};

struct worker {
    uint64_t first_seed;
    struct owned_card clones[CLONES_IN_EACH]; /* these, if there are any, and no cards of its own */
    size_t done;
    char error[256];
    uint8_t digest[32]; /* of all results */
};

/* No check assertions from here on: they may run in the main thread only. */
static bool make_card(uint64_t seed, const euicc *original, struct owned_card *out)
{
    if (euicc_random_new(&out->random, true, seed) != EUICC_OK) return false;
    const struct euicc_env env = {.ctx = out->random, .random = euicc_random_bytes};
    if (original) return euicc_clone(original, &env, &out->card) == EUICC_OK;
    return euicc_create(&out->card, &(struct euicc_config){0}, &env, NULL) == EUICC_OK;
}

/* Takes the card, if there is one. */
static bool one_card(struct worker *w, struct owned_card c, const struct smdpp_config *config,
                     const struct smdpp_profile *profile, struct buf *all)
{
    struct smdpp *dp = smdpp_new(config);
    struct lpa_reader reader;
    struct lpa lpa = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    bool good = dp && c.card && lpa_reader_card(&reader, c.card);
    if (good) {
        dp->profile = *profile;
        lpa_init(&lpa, &reader, &(struct lpa_options){.channel = -1});
        good = lpa_open(&lpa) && lpa_download(&lpa, dp, NULL, &result);
        if (!good) snprintf(w->error, sizeof w->error, "card %zu: %.100s %.100s", w->done, result.error, lpa.error);
        buf_append(all, buf_slice(&result.pir));
        lpa_free(&lpa);
    } else {
        snprintf(w->error, sizeof w->error, "card %zu: there is none", w->done);
    }
    euicc_destroy(c.card);
    euicc_random_free(c.random);
    smdpp_free(dp);
    return good;
}

static void *work(void *ctx)
{
    struct worker *w = ctx;
    struct smdpp_config config;
    BUF_LOCAL package = {0};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL all = {0};
    struct kat *keys = kat_open("sgp26.txt");
    package_load(&package, "tiny.der");
    metadata_make(&metadata, NULL);
    const struct smdpp_profile profile = {.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    const bool clones = w->clones[0].card;
    for (size_t i = 0; i < (clones ? CLONES_IN_EACH : CARDS_IN_EACH); i++) {
        struct owned_card c = clones ? w->clones[i] : (struct owned_card){0};
        enum test_curve curve = i % 2 ? TEST_BP256 : TEST_P256;
        if (!keys || !smdpp_config_sgp26(&config, keys, curve, 1)) break;
        if (!clones && !make_card(w->first_seed + i, NULL, &c)) break;
        if (!one_card(w, c, &config, &profile, &all)) break;
        w->done++;
    }
    test_sha256(buf_slice(&all), w->digest);
    kat_free(keys);
    return NULL;
}

/* Both threads make the same 100 cards at once: whatever one did to the other would show in the digests. */
START_TEST(test_threads)
{
    pthread_t threads[THREADS];
    static struct worker workers[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].first_seed = 1000;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_msg(workers[i].done == CARDS_IN_EACH, "thread %zu: %zu cards; %s", i, workers[i].done,
                      workers[i].error);
    ck_assert_int_eq(memcmp(workers[0].digest, workers[1].digest, 32), 0);
}
END_TEST

/* Clones of one card share what it holds until they change it; the card may be gone meanwhile. */
START_TEST(test_clones_in_threads)
{
    pthread_t threads[THREADS];
    static struct worker workers[THREADS];
    struct owned_card original = {0};
    struct euicc_atr atr;
    ck_assert(make_card(3, NULL, &original));
    ck_assert_int_eq(euicc_power_on(original.card, &atr), EUICC_OK);
    for (size_t i = 0; i < THREADS * CLONES_IN_EACH; i++)
        ck_assert(make_card(2000 + i % CLONES_IN_EACH, original.card,
                            &workers[i / CLONES_IN_EACH].clones[i % CLONES_IN_EACH]));
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    euicc_destroy(original.card);
    euicc_random_free(original.random);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_msg(workers[i].done == CLONES_IN_EACH, "thread %zu: %zu clones; %s", i, workers[i].done,
                      workers[i].error);
    ck_assert_int_eq(memcmp(workers[0].digest, workers[1].digest, 32), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_determinism");
    TCase *t = tcase_create("determinism");
    tcase_set_timeout(t, 150);
    tcase_add_test(t, test_same_seed);
    tcase_add_test(t, test_clones);
    tcase_add_test(t, test_threads);
    suite_add_tcase(suite, t);
    /* apart, because tests/threads.sh runs it under the thread sanitizer */
    TCase *clones = tcase_create("clones");
    tcase_set_timeout(clones, 150);
    tcase_add_test(clones, test_clones_in_threads);
    suite_add_tcase(suite, clones);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
