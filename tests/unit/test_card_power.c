/* Power cuts and failing storages at every APDU of installation, enabling, disabling and deletion (design rule
 * 3): the card is then in the state before or in the state after, never between, and the sequence number of
 * notifications never goes back. */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- a reader that stops before each APDU ---- */

struct watched {
    struct fixture f;
    void (*probe)(struct watched *w, struct slice capdu); /* before the card gets it */
    struct buf before;                                    /* image of the stored state */
    size_t apdus, changes, interrupted, steps;
    uint32_t sequence;
};

static void image_of(const euicc *card, struct buf *out)
{
    uint8_t *image;
    size_t n;
    ck_assert_int_eq(euicc_snapshot(card, &image, &n), EUICC_OK);
    buf_reset(out);
    buf_append(out, slice_of(image, n));
    free(image);
}

static bool watch(void *ctx, struct slice capdu, struct buf *rapdu)
{
    struct watched *w = ctx;
    struct lpa_reader inner;
    w->apdus++;
    image_of(w->f.card, &w->before);
    if (w->probe) w->probe(w, capdu);
    ck_assert(lpa_reader_card(&inner, w->f.card));
    return inner.transmit(inner.ctx, capdu, rapdu);
}

static bool watch_power(void *ctx, bool on, struct buf *atr)
{
    struct lpa_reader inner;
    ck_assert(lpa_reader_card(&inner, ((struct watched *)ctx)->f.card));
    return inner.power(inner.ctx, on, atr);
}

static bool watch_reset(void *ctx, struct buf *atr)
{
    struct lpa_reader inner;
    ck_assert(lpa_reader_card(&inner, ((struct watched *)ctx)->f.card));
    return inner.reset(inner.ctx, atr);
}

/* Installs, enables, installs, enables the other with REFRESH, disables, deletes, names, resets: all that writes. */
static void run(struct watched *w, void (*probe)(struct watched *, struct slice))
{
    static const uint8_t profile[] = {0x80, 0x10, 0x00, 0x00, 0x04, 0xff, 0xff, 0xff, 0x7f};
    static const struct lpa_options options = {.with_le = true, .terminal_profile = {profile + 5, 4}};
    const struct lpa_reader reader = {.ctx = w, .transmit = watch, .power = watch_power, .reset = watch_reset};
    struct lpa *lpa = &w->f.lpa;
    BUF_LOCAL one = {0};
    BUF_LOCAL two = {0};
    memset(w, 0, sizeof *w);
    card_make(&w->f, NULL);
    lpa_init(lpa, &reader, &options);
    ck_assert_msg(lpa_open(lpa), "%s", lpa->error);
    w->probe = probe;
    w->apdus = 0;
    put_hex(&one, "5A0A" ICCID_1);
    put_hex(&two, "5A0A" ICCID_2);
    (void)install_plain(&w->f, ICCID_1);
    ck_assert_int_eq(lpa_enable_profile(lpa, buf_slice(&one), false), 0);
    (void)install_plain(&w->f, ICCID_2);
    ck_assert_int_eq(lpa_enable_profile(lpa, buf_slice(&two), true), 0);
    ck_assert_int_eq(lpa_handle_refresh(lpa, 0), 4);
    ck_assert_int_eq(lpa_set_nickname(lpa, slice_skip(buf_slice(&two), 2), slice_text("nick")), 0);
    ck_assert_int_eq(lpa_set_default_dp_address(lpa, "smdp.example.com"), 0);
    ck_assert_int_eq(lpa_disable_profile(lpa, buf_slice(&two), false), 0);
    ck_assert_int_eq(lpa_delete_profile(lpa, buf_slice(&two)), 0);
    ck_assert_int_eq(lpa_remove_notification(lpa, 1), 0);
    ck_assert_int_eq(lpa_memory_reset(lpa, 5), 0);
    assert_notifications(&w->f, "2i 3e 4R 5i 6d 7e 8d 9x 10x");
    ck_assert_uint_gt(w->apdus, 40);
}

static void finish(struct watched *w)
{
    buf_free(&w->before);
    card_free(&w->f);
}

/* ---- what holds of any state ---- */

static uint32_t highest_sequence(const euicc *card)
{
    struct euicc_notification_description n;
    uint32_t highest = 0;
    for (size_t i = 0; euicc_describe_notification(card, i, &n) == EUICC_OK; i++) {
        ck_assert_uint_gt(n.sequence_number, highest); /* strictly rising */
        highest = n.sequence_number;
    }
    return highest;
}

/* A profile that is there is whole, at most one is enabled, and each installed one has its result. */
static void assert_whole(const euicc *card)
{
    struct euicc_description d;
    struct euicc_profile_description p;
    size_t enabled = 0;
    size_t size = 0;
    ck_assert_int_eq(euicc_describe(card, &d), EUICC_OK);
    for (size_t i = 0; i < d.profile_count; i++) {
        ck_assert_int_eq(euicc_describe_profile(card, i, &p), EUICC_OK);
        ck_assert_str_eq(p.name, "profile");
        ck_assert_uint_gt(p.size, 1000);
        size += p.size;
        if (strcmp(p.state, "enabled") == 0) enabled++;
    }
    ck_assert_uint_le(enabled, 1);
    ck_assert_uint_eq(d.memory_total - d.memory_free, size);
    (void)highest_sequence(card);
}

static int accept(void *ctx, const struct euicc_change *changes, size_t n)
{
    (void)ctx;
    (void)changes;
    (void)n;
    return EUICC_OK;
}

static int no_power(void *ctx, const struct euicc_change *changes, size_t n)
{
    size_t *calls = ctx;
    (void)changes;
    ck_assert_uint_gt(n, 0);
    ++*calls;
    return EUICC_POWER_LOST;
}

static int full_disk(void *ctx, const struct euicc_change *changes, size_t n)
{
    size_t *calls = ctx;
    (void)changes;
    ck_assert_uint_gt(n, 0);
    ++*calls;
    return EUICC_STORAGE;
}

static int any_random(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    memset(out, 0x11, n);
    return EUICC_OK;
}

static euicc *copy(const euicc *card, int (*commit)(void *, const struct euicc_change *, size_t), void *ctx)
{
    const struct euicc_env env = {.ctx = ctx, .random = any_random, .commit = commit};
    euicc *out;
    ck_assert_int_eq(euicc_clone(card, &env, &out), EUICC_OK);
    return out;
}

/* The same, and the storage fails when the waiting switch is to be written: the card stays off, the switch waits on. */
static void fail_power_on(const struct watched *w)
{
    static const uint8_t status[] = {0x80, 0xf2, 0x00, 0x00, 0x00};
    uint8_t answer[64];
    size_t n;
    size_t calls = 0;
    BUF_LOCAL after = {0};
    euicc *card = copy(w->f.card, no_power, &calls);
    euicc_power_off(card);
    for (size_t i = 1; i <= 2; i++) {
        ck_assert_int_eq(euicc_power_on(card, NULL), EUICC_POWER_LOST);
        ck_assert_uint_eq(calls, i);
        ck_assert_int_eq(euicc_transmit(card, status, sizeof status, answer, sizeof answer, &n), EUICC_MUTE);
        image_of(card, &after);
        ck_assert(slice_equal(buf_slice(&after), buf_slice(&w->before)));
    }
    euicc_destroy(card);
}

/* Power goes before this APDU: what was stored before it is what is there (a switch that waits for its REFRESH is
 * carried out at power on, SGP.22 5.7.16). */
static void cut_before(struct watched *w, struct slice capdu)
{
    BUF_LOCAL after = {0};
    euicc *card = copy(w->f.card, accept, NULL);
    (void)capdu;
    euicc_power_off(card);
    assert_whole(card);
    image_of(card, &after);
    ck_assert_msg(slice_equal(buf_slice(&after), buf_slice(&w->before)), "APDU %zu", w->apdus);
    ck_assert_int_eq(euicc_power_on(card, NULL), EUICC_OK);
    assert_whole(card);
    uint32_t sequence = highest_sequence(card);
    ck_assert_msg(sequence >= w->sequence, "APDU %zu", w->apdus);
    w->sequence = highest_sequence(w->f.card);
    image_of(card, &after);
    if (!slice_equal(buf_slice(&after), buf_slice(&w->before))) {
        /* a waiting switch: one enable and one disable more; a package that was loading: its result (3.1.3.3) */
        bool interrupted = sequence == w->sequence + 1;
        ck_assert_msg(interrupted || sequence == w->sequence + 2, "APDU %zu", w->apdus);
        if (interrupted)
            w->interrupted++;
        else
            w->changes++;
        fail_power_on(w);
    }
    euicc_destroy(card);
    w->steps++;
}

START_TEST(test_power_off_at_every_apdu)
{
    struct watched w;
    run(&w, cut_before);
    ck_assert_uint_eq(w.steps, w.apdus);
    ck_assert_uint_gt(w.changes, 0); /* FETCH and TERMINAL RESPONSE wait between enabling and its REFRESH */
    ck_assert_uint_le(w.changes, 3);
    ck_assert_uint_gt(w.interrupted, 2 * 5); /* two packages, each of some segments behind BF23 */
    finish(&w);
}
END_TEST

static void exchange(euicc *card, struct slice capdu, int *result, size_t *n)
{
    static uint8_t rapdu[65538];
    *result = euicc_transmit(card, capdu.p, capdu.n, rapdu, sizeof rapdu, n);
}

/* The storage refuses what this APDU wants to write: no answer, mute until power on, nothing changed. */
static void fail_at(struct watched *w, struct slice capdu, int (*commit)(void *, const struct euicc_change *, size_t),
                    int expected)
{
    size_t calls = 0;
    size_t n = 1;
    int result;
    BUF_LOCAL after = {0};
    euicc *card = copy(w->f.card, commit, &calls);
    exchange(card, capdu, &result, &n);
    ck_assert_uint_le(calls, 1); /* one commit per APDU */
    w->steps++;
    if (calls == 0) {
        ck_assert_int_eq(result, EUICC_OK);
        euicc_destroy(card);
        return;
    }
    w->changes++;
    ck_assert_msg(result == expected && n == 0, "APDU %zu: %s", w->apdus, euicc_result_text(result));
    image_of(card, &after);
    ck_assert_msg(slice_equal(buf_slice(&after), buf_slice(&w->before)), "APDU %zu left something", w->apdus);
    assert_whole(card);
    for (int i = 0; i < 2; i++) {
        exchange(card, capdu, &result, &n);
        ck_assert_int_eq(result, EUICC_MUTE);
    }
    euicc *works = copy(card, accept, NULL);
    exchange(works, capdu, &result, &n);
    ck_assert_int_eq(result, EUICC_MUTE); /* a copy is as mute */
    int on = euicc_power_on(card, NULL);
    /* a switch that waits is tried again, and fails again */
    ck_assert_msg(on == (calls > 1 ? expected : EUICC_OK), "APDU %zu: %s", w->apdus, euicc_result_text(on));
    ck_assert_int_eq(euicc_power_on(works, NULL), EUICC_OK);
    assert_whole(works);
    euicc_destroy(works);
    euicc_destroy(card);
}

static void lose_power_at(struct watched *w, struct slice capdu)
{
    fail_at(w, capdu, no_power, EUICC_POWER_LOST);
}

static void fill_disk_at(struct watched *w, struct slice capdu)
{
    fail_at(w, capdu, full_disk, EUICC_STORAGE);
}

START_TEST(test_commit_fails_at_every_apdu)
{
    struct watched w;
    run(&w, _i ? fill_disk_at : lose_power_at);
    ck_assert_uint_gt(w.steps, 40);
    /* PrepareDownload, BF23 and the last segment twice; enable twice, REFRESH, nickname, address, disable, delete,
     * remove, reset */
    ck_assert_uint_ge(w.changes, 12);
    ck_assert_uint_le(w.changes, 24);
    finish(&w);
}
END_TEST

/* After a cut in a download at any point the same ICCID installs at once. */
static void install_again(struct watched *w, struct slice capdu)
{
    static const struct lpa_options options = {.with_le = true};
    const struct wanted again = {.iccid = ICCID_1, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
    struct fixture other = {0};
    struct lpa_reader reader;
    struct euicc_description d;
    (void)capdu;
    if (w->apdus % 5) return;
    struct smdpp_config config;
    euicc *card = copy(w->f.card, accept, NULL);
    euicc_random *random;
    ck_assert_int_eq(euicc_random_new(&random, true, w->apdus), EUICC_OK);
    const struct euicc_env env = {.ctx = random, .random = euicc_random_bytes};
    ck_assert_int_eq(euicc_clone(card, &env, &other.card), EUICC_OK);
    euicc_destroy(card);
    euicc_power_off(other.card);
    ck_assert_int_eq(euicc_describe(other.card, &d), EUICC_OK);
    ck_assert(smdpp_config_sgp26(&config, w->f.keys, TEST_P256, 1));
    other.dp = smdpp_new(&config);
    ck_assert(other.dp && lpa_reader_card(&reader, other.card));
    lpa_init(&other.lpa, &reader, &options);
    ck_assert_msg(lpa_open(&other.lpa), "%s", other.lpa.error);
    if (d.profile_count == 0) {
        (void)install(&other, &again);
        w->steps++;
    }
    lpa_free(&other.lpa);
    smdpp_free(other.dp);
    euicc_destroy(other.card);
    euicc_random_free(random);
}

START_TEST(test_install_after_cut)
{
    struct watched w;
    run(&w, install_again);
    ck_assert_uint_gt(w.steps, 3);
    finish(&w);
}
END_TEST

/* A failure of the random source is a failure of the command, and the next one works. */
static bool random_fails;

static int moody_random(void *ctx, uint8_t *out, size_t n)
{
    return random_fails ? EUICC_RANDOM : any_random(ctx, out, n);
}

START_TEST(test_random_fails)
{
    static const uint8_t get_challenge[] = {0x80, 0xe2, 0x91, 0x00, 0x03, 0xbf, 0x2e, 0x00, 0x00};
    struct fixture f;
    struct euicc_reason reason;
    uint8_t answer[32];
    size_t n;
    euicc *card;
    card_new(&f, NULL, NULL);
    const struct euicc_env env = {.random = moody_random};
    ck_assert_int_eq(euicc_clone(f.card, &env, &card), EUICC_OK);
    random_fails = true;
    ck_assert_int_eq(euicc_transmit(card, get_challenge, sizeof get_challenge, answer, sizeof answer, &n), EUICC_OK);
    ck_assert(n == 2 && answer[0] == 0x6f && answer[1] == 0);
    euicc_last_reason(card, &reason);
    ck_assert(reason.said);
    ck_assert_str_eq(reason.function, "ES10b.GetEUICCChallenge");
    ck_assert_str_eq(reason.came, "the random source failed");
    random_fails = false;
    ck_assert_int_eq(euicc_transmit(card, get_challenge, sizeof get_challenge, answer, sizeof answer, &n), EUICC_OK);
    ck_assert(n == 23 && answer[21] == 0x90);
    euicc_destroy(card);
    card_free(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("card power");
    TCase *tcase = tcase_create("power");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, test_power_off_at_every_apdu);
    tcase_add_loop_test(tcase, test_commit_fails_at_every_apdu, 0, 2);
    tcase_add_test(tcase, test_install_after_cut);
    tcase_add_test(tcase, test_random_fails);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
