/* The public API of src/euicc.h on a card that is there: looking in, transmitting outside the conditions for it,
 * images, clones, factory reset. */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

START_TEST(test_describe)
{
    struct fixture f;
    struct euicc_description d;
    struct euicc_profile_description p;
    struct euicc_notification_description n;
    struct euicc_ci_description ci;
    struct euicc_atr atr;
    BUF_LOCAL id = {0};
    const struct wanted w = {.iccid = ICCID_1, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL, .name = "the name"};
    card_new(&f, "name = mine\nmemory_size = 100000\nsgp22_version = 2.4.1", NULL);
    ck_assert_int_eq(euicc_describe(f.card, &d), EUICC_OK);
    ck_assert_str_eq(d.eid, EID);
    ck_assert_str_eq(d.personality, "mine");
    ck_assert_str_eq(d.sgp22_version, "2.4.1");
    ck_assert(d.memory_total == 100000 && d.memory_free == 100000 && !d.profile_count && !d.notification_count);
    ck_assert_uint_eq(d.ci_count, 2);
    ck_assert_str_eq(d.default_smdp_address, "");
    ck_assert_int_eq(euicc_describe_profile(f.card, 0, &p), EUICC_BAD_ARGUMENT);
    ck_assert_int_eq(euicc_describe_notification(f.card, 0, &n), EUICC_BAD_ARGUMENT);
    (void)install(&f, &w);
    put_hex(&id, "5A0A" ICCID_1);
    ck_assert_int_eq(lpa_set_nickname(&f.lpa, slice_skip(buf_slice(&id), 2), slice_text("nick")), 0);
    ck_assert_int_eq(lpa_enable_profile(&f.lpa, buf_slice(&id), false), 0);
    ck_assert_int_eq(lpa_set_default_dp_address(&f.lpa, "smdp.example.com"), 0);
    ck_assert_int_eq(euicc_describe(f.card, &d), EUICC_OK);
    ck_assert(d.profile_count == 1 && d.notification_count == 3);
    ck_assert_str_eq(d.default_smdp_address, "smdp.example.com");
    ck_assert_int_eq(euicc_describe_profile(f.card, 0, &p), EUICC_OK);
    ck_assert_str_eq(p.iccid, "8900010100000000101");
    ck_assert_str_eq(p.nickname, "nick");
    ck_assert_str_eq(p.name, "the name");
    ck_assert_str_eq(p.service_provider, "provider");
    ck_assert_str_eq(p.state, "enabled");
    ck_assert_str_eq(p.profile_class, "operational");
    ck_assert_str_eq(p.isdp_aid, "a0000005591010ffffffff8900001000");
    ck_assert_uint_eq(p.size, d.memory_total - d.memory_free);
    ck_assert_uint_eq(d.memory_free, free_memory(&f));
    ck_assert_int_eq(euicc_describe_profile(f.card, 1, &p), EUICC_BAD_ARGUMENT);
    ck_assert_int_eq(euicc_describe_notification(f.card, 0, &n), EUICC_OK);
    ck_assert(n.sequence_number == 1 && n.is_installation_result);
    ck_assert_str_eq(n.event, "install");
    ck_assert_int_eq(euicc_describe_notification(f.card, 2, &n), EUICC_OK);
    ck_assert(n.sequence_number == 3 && !n.is_installation_result);
    ck_assert_str_eq(n.event, "enable");
    ck_assert_str_eq(n.address, "testsmdpplus1.example.com");
    ck_assert_str_eq(n.iccid, "8900010100000000101");
    ck_assert_int_eq(euicc_describe_notification(f.card, 3, &n), EUICC_BAD_ARGUMENT);
    ck_assert_int_eq(euicc_describe_ci(f.card, 0, &ci), EUICC_OK);
    ck_assert(strcmp(ci.curve, "P-256") == 0 && ci.signs);
    ck_assert_str_eq(ci.ci_pk_id, "f54172bdf98a95d65cbeb88a38a1c11d800a85c3"); /* SGP.26 CI, NIST */
    ck_assert_int_eq(euicc_describe_ci(f.card, 1, &ci), EUICC_OK);
    ck_assert_str_eq(ci.curve, "brainpoolP256r1");
    ck_assert_int_eq(euicc_describe_ci(f.card, 2, &ci), EUICC_BAD_ARGUMENT);
    ck_assert_int_eq(euicc_describe_atr(f.card, &atr), EUICC_OK);
    ck_assert(slice_equal(slice_of(atr.bytes, atr.n), buf_slice(&f.lpa.atr)));
    card_free(&f);
}
END_TEST

START_TEST(test_texts)
{
    for (int i = EUICC_OK; i <= EUICC_CRYPTO; i++)
        ck_assert_str_ne(euicc_result_text(i), "unknown result");
    ck_assert_str_eq(euicc_result_text(EUICC_CRYPTO + 1), "unknown result");
    ck_assert_str_eq(euicc_result_text(-1), "unknown result");
    ck_assert_str_eq(euicc_personality_name(0), "default");
    ck_assert_ptr_nonnull(euicc_personality_text("default"));
    ck_assert_ptr_null(euicc_personality_text("other"));
    ck_assert_ptr_null(euicc_personality_name(1000));
}
END_TEST

/* ---- transmit outside its conditions ---- */

START_TEST(test_transmit_errors)
{
    static const uint8_t get_data[] = {0x80, 0xe2, 0x91, 0x00, 0x06, 0xbf, 0x3e, 0x03, 0x5c, 0x01, 0x5a, 0x00};
    struct fixture f;
    uint8_t answer[300];
    size_t n = 99;
    card_make(&f, NULL);
    ck_assert_int_eq(euicc_transmit(f.card, SLICE(get_data).p, sizeof get_data, answer, sizeof answer, &n), EUICC_MUTE);
    ck_assert_uint_eq(n, 0);
    card_free(&f);
    card_new(&f, NULL, NULL);
    for (size_t cap = 0; cap < 24; cap++) { /* 21 bytes and a status word */
        uint8_t *exact = malloc(cap ? cap : 1);
        int result = euicc_transmit(f.card, get_data, sizeof get_data, exact, cap, &n);
        ck_assert_msg(result == (cap < 23 ? EUICC_SHORT_BUFFER : EUICC_OK), "%zu: %s", cap, euicc_result_text(result));
        ck_assert_uint_eq(n, cap < 23 ? 0 : 23);
        free(exact);
    }
    euicc_power_off(f.card);
    ck_assert_int_eq(euicc_transmit(f.card, get_data, sizeof get_data, answer, sizeof answer, &n), EUICC_MUTE);
    card_free(&f);
    euicc_destroy(NULL);
}
END_TEST

/* ---- images and clones ---- */

static void image_of(const euicc *card, struct buf *out)
{
    uint8_t *image;
    size_t n;
    ck_assert_int_eq(euicc_snapshot(card, &image, &n), EUICC_OK);
    buf_reset(out);
    buf_append(out, slice_of(image, n));
    free(image);
}

START_TEST(test_snapshot_and_restore)
{
    struct fixture f;
    BUF_LOCAL empty = {0};
    BUF_LOCAL full = {0};
    BUF_LOCAL now = {0};
    card_new(&f, NULL, NULL);
    image_of(f.card, &empty);
    (void)install_plain(&f, ICCID_1);
    image_of(f.card, &full);
    ck_assert(!slice_equal(buf_slice(&empty), buf_slice(&full)));
    ck_assert_int_eq(euicc_restore(f.card, empty.p, empty.n), EUICC_OK);
    uint8_t answer[2];
    size_t n;
    ck_assert_int_eq(euicc_transmit(f.card, (const uint8_t *)"\0\xa4\4\0", 4, answer, 2, &n), EUICC_MUTE); /* off */
    card_power_cycle(&f);
    ck_assert_int_eq(state_of(&f, ICCID_1), -1);
    card_cut(&f); /* durable */
    ck_assert_int_eq(state_of(&f, ICCID_1), -1);
    ck_assert_int_eq(euicc_restore(f.card, full.p, full.n), EUICC_OK);
    card_power_cycle(&f);
    ck_assert_int_eq(state_of(&f, ICCID_1), 0);
    image_of(f.card, &now);
    ck_assert(slice_equal(buf_slice(&now), buf_slice(&full)));
    (void)install_plain(&f, ICCID_2); /* and it works on */
    card_free(&f);
}
END_TEST

/* Images that are none leave the card as it was. */
START_TEST(test_bad_images)
{
    struct fixture f;
    BUF_LOCAL good = {0};
    BUF_LOCAL now = {0};
    card_new(&f, NULL, NULL);
    (void)install_plain(&f, ICCID_1);
    image_of(f.card, &good);
    for (size_t n = 0; n < good.n; n += n < 64 || good.n - n < 16 ? 1 : 37) {
        uint8_t *cut = malloc(n ? n : 1);
        if (n) memcpy(cut, good.p, n);
        ck_assert_int_eq(euicc_restore(f.card, cut, n), EUICC_CORRUPT);
        free(cut);
    }
    for (size_t bit = 0; bit < good.n * 8; bit += bit < 400 ? 1 : 61) {
        good.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        int result = euicc_restore(f.card, good.p, good.n);
        good.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert_msg(result == EUICC_CORRUPT || result == EUICC_NEWER, "bit %zu: %s", bit, euicc_result_text(result));
    }
    image_of(f.card, &now);
    ck_assert(slice_equal(buf_slice(&now), buf_slice(&good)));
    card_power_cycle(&f);
    ck_assert_int_eq(state_of(&f, ICCID_1), 0);
    card_free(&f);
}
END_TEST

/* A clone in the middle of a download goes on with it; given the same random bytes, with the same answers. */
static void assert_clone_continues(enum lpa_stage stage)
{
    struct fixture f;
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    BUF_LOCAL bpp = {0};
    struct buf images[2] = {{0}, {0}};
    struct buf results[2] = {{0}, {0}};
    const struct wanted w = {.iccid = ICCID_1, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
    card_new(&f, NULL, NULL);
    wanted_metadata(&w, &metadata);
    wanted_package(&w, &package);
    f.dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    const struct lpa_download_options stop = {.stop_before = LPA_STAGE_LOAD};
    ck_assert(!lpa_download(&f.lpa, f.dp, &stop, &result));
    ck_assert_int_eq(result.stage, LPA_STAGE_LOAD);
    ck_assert(smdpp_get_bound_profile_package(f.dp, buf_slice(&f.lpa.response), &bpp));
    LPA_SEGMENTS_LOCAL segments = {0};
    ck_assert(lpa_segments_make(&segments, buf_slice(&bpp), LPA_SEGMENT_LPAC, 0));
    size_t at = stage == LPA_STAGE_LOAD ? 0 : segments.n / 2;
    for (size_t i = 0; i < at; i++)
        ck_assert(lpa_store_data(&f.lpa, segments.list[i], &results[0], &f.lpa.sw) && f.lpa.sw == 0x9000);
    euicc *cards[2];
    euicc_random *random[2];
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(euicc_random_new(&random[i], true, 99), EUICC_OK);
        const struct euicc_env env = {.ctx = random[i], .random = euicc_random_bytes};
        ck_assert_int_eq(euicc_clone(i ? cards[0] : f.card, &env, &cards[i]), EUICC_OK);
    }
    for (size_t i = 0; i < 2; i++) {
        struct lpa lpa = f.lpa;
        ck_assert(lpa_reader_card(&lpa.reader, cards[i]));
        for (size_t k = at; k < segments.n; k++)
            ck_assert(lpa_store_data(&lpa, segments.list[k], &results[i], &lpa.sw) && lpa.sw == 0x9000);
        f.lpa = lpa;
        struct smdpp_pir pir;
        ck_assert_msg(smdpp_check_pir(f.dp, buf_slice(&results[i]), &pir), "%s", f.dp->error);
        ck_assert(pir.success);
        image_of(cards[i], &images[i]);
    }
    ck_assert(slice_equal(buf_slice(&results[0]), buf_slice(&results[1])));
    ck_assert(slice_equal(buf_slice(&images[0]), buf_slice(&images[1])));
    /* the first card knows nothing of it */
    struct euicc_description d;
    ck_assert_int_eq(euicc_describe(f.card, &d), EUICC_OK);
    ck_assert_uint_eq(d.profile_count, 0);
    for (size_t i = 0; i < 2; i++) {
        euicc_destroy(cards[i]);
        euicc_random_free(random[i]);
        buf_free(&images[i]);
        buf_free(&results[i]);
    }
    card_free(&f);
}

START_TEST(test_clone_continues)
{
    assert_clone_continues(_i ? LPA_STAGE_RESULT : LPA_STAGE_LOAD);
}
END_TEST

/* Channels, a chain that has begun and an answer that waits are copied too, and each card has its own. */
START_TEST(test_clone_channels)
{
    struct fixture f;
    euicc *copy;
    card_new(&f, NULL, NULL);
    apdu(&f, "0070000001", "019000");
    apdu(&f, "01A4040010" ISDR, "6121");
    apdu(&f, "80E2110003BF3E03", "9000");
    const struct euicc_env env = {.ctx = f.random, .random = euicc_random_bytes};
    ck_assert_int_eq(euicc_clone(f.card, &env, &copy), EUICC_OK);
    euicc *first = f.card;
    for (int i = 0; i < 2; i++) {
        f.card = i ? first : copy;
        apdu(&f, "80E29101035C015A00", "BF3E125A10" EID "9000");
        apdu(&f, "81C0000021", "6F1F8410" ISDR "A5049F6501FFE00582030205009000");
    }
    f.card = first;
    euicc_destroy(copy);
    card_free(&f);
}
END_TEST

START_TEST(test_factory_reset)
{
    struct fixture f;
    struct euicc_description d;
    BUF_LOCAL id = {0};
    card_new(&f, "default_smdp_address = first.example.com", NULL);
    (void)install_plain(&f, ICCID_1);
    put_hex(&id, "5A0A" ICCID_1);
    ck_assert_int_eq(lpa_enable_profile(&f.lpa, buf_slice(&id), false), 0);
    ck_assert_int_eq(lpa_set_default_dp_address(&f.lpa, "other.example.com"), 0);
    ck_assert_int_eq(euicc_factory_reset(f.card), EUICC_OK);
    uint8_t answer[2];
    size_t n;
    ck_assert_int_eq(euicc_transmit(f.card, (const uint8_t *)"\0\xa4\4\0", 4, answer, 2, &n), EUICC_MUTE); /* off */
    for (int i = 0; i < 2; i++) {
        if (i) card_cut(&f);
        ck_assert_int_eq(euicc_describe(f.card, &d), EUICC_OK);
        ck_assert(!d.profile_count && !d.notification_count && d.memory_free == d.memory_total);
        ck_assert_str_eq(d.eid, EID);
        ck_assert_str_eq(d.default_smdp_address, "first.example.com");
    }
    ck_assert_uint_eq(install_plain(&f, ICCID_1), 4); /* the sequence counter goes on: 1R 2i 3e, 4R */
    card_free(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("card api");
    TCase *use = tcase_create("use");
    tcase_set_timeout(use, 60);
    tcase_add_test(use, test_describe);
    tcase_add_test(use, test_texts);
    tcase_add_test(use, test_transmit_errors);
    tcase_add_test(use, test_snapshot_and_restore);
    tcase_add_test(use, test_bad_images);
    tcase_add_loop_test(use, test_clone_continues, 0, 2);
    tcase_add_test(use, test_clone_channels);
    tcase_add_test(use, test_factory_reset);
    suite_add_tcase(suite, use);
    return run_suite(suite);
}
