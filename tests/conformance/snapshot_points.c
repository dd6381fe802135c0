/* Images of a card at every point of what an LPA does (euicc_snapshot, euicc_restore): after each command of a
 * download, a switch, a rename, the notifications and a deletion the image goes into another card, which then is the
 * same card, off, without the session that was open; and there everything can be begun again. */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

#define POINTS_MAX 512

static struct fixture f, other;
static struct lpa_reader real;
static struct point {
    struct buf command; /* that follows */
    uint8_t *image;
    size_t n;
    bool installing; /* in the middle of a download */
} points[POINTS_MAX];
static size_t point_n;
static bool installing;

/* ---- at every point ---- */

static void assert_same_card(const struct point *p)
{
    uint8_t *image = NULL, answer[2];
    size_t n = 0;
    ck_assert_int_eq(euicc_restore(other.card, p->image, p->n), EUICC_OK);
    ck_assert_int_eq(euicc_snapshot(other.card, &image, &n), EUICC_OK);
    ck_assert_msg(slice_equal(slice_of(image, n), slice_of(p->image, p->n)), "point %zu: another image", point_n);
    free(image);
    ck_assert_int_eq(euicc_transmit(other.card, (const uint8_t[]){0, 0xa4, 0, 4, 0}, 5, answer, 2, &n), EUICC_MUTE);
}

static bool transmit(void *ctx, struct slice capdu, struct buf *rapdu)
{
    struct point *p = &points[point_n];
    ck_assert_uint_lt(point_n, POINTS_MAX);
    ck_assert_int_eq(euicc_snapshot(f.card, &p->image, &p->n), EUICC_OK);
    buf_append(&p->command, capdu);
    p->installing = installing;
    assert_same_card(p);
    point_n++;
    return real.transmit(ctx, capdu, rapdu);
}

/* A card of its own that was `p`, on, with an LPA. */
static void open_other(const struct point *p)
{
    static const struct lpa_options direct = {.with_le = true};
    struct lpa_reader reader;
    ck_assert_int_eq(euicc_restore(other.card, p->image, p->n), EUICC_OK);
    ck_assert(lpa_reader_card(&reader, other.card));
    lpa_init(&other.lpa, &reader, &direct);
    ck_assert_msg(lpa_open(&other.lpa), "%s", other.lpa.error);
}

/* ---- the flow ---- */

static void profile_id(const char *iccid, struct buf *out)
{
    put_hex(out, "5A0A");
    put_hex(out, iccid);
}

/* What is left to do until profile 1 is there, enabled, with a name, and profile 2 is not. */
static void go_on(struct fixture *at)
{
    BUF_LOCAL first = {0};
    BUF_LOCAL second = {0};
    profile_id(ICCID_1, &first);
    profile_id(ICCID_2, &second);
    installing = true;
    if (state_of(at, ICCID_1) < 0) (void)install_plain(at, ICCID_1);
    installing = false;
    if (state_of(at, ICCID_2) < 0) (void)install_plain(at, ICCID_2);
    if (state_of(at, ICCID_1) == 0) ck_assert_int_eq(lpa_enable_profile(&at->lpa, buf_slice(&first), false), 0);
    ck_assert_int_eq(lpa_set_nickname(&at->lpa, slice_skip(buf_slice(&first), 2), slice_text("name")), 0);
    remove_notifications(at);
    ck_assert_int_eq(lpa_delete_profile(&at->lpa, buf_slice(&second)), 0);
    ck_assert_int_eq(state_of(at, ICCID_1), 1);
    ck_assert_int_eq(state_of(at, ICCID_2), -1);
}

static void record(void)
{
    card_new(&f, NULL, NULL);
    card_make(&other, NULL);
    real = f.lpa.reader;
    f.lpa.reader.transmit = transmit;
    go_on(&f);
    f.lpa.reader.transmit = real.transmit;
    ck_assert_uint_gt(point_n, 40);
}

static void tear_down(void)
{
    for (size_t i = 0; i < point_n; i++) {
        buf_free(&points[i].command);
        free(points[i].image);
        points[i] = (struct point){0};
    }
    point_n = 0; /* valgrind.sh runs all tests in one process */
    card_free(&f);
    card_free(&other);
}

START_TEST(test_the_flow_begins_again)
{
    size_t step = getenv("TEAR_ALL") ? 1 : 1 + point_n / 12;
    for (size_t i = 0; i < point_n; i += step) {
        open_other(&points[i]);
        go_on(&other);
        lpa_free(&other.lpa);
    }
}
END_TEST

/* Behind GetEUICCChallenge (BF2E), with which a session begins. */
static size_t behind_challenge(void)
{
    for (size_t i = 0; i < point_n; i++) {
        const struct buf *c = &points[i].command;
        if (c->n > 7 && c->p[5] == 0xbf && c->p[6] == 0x2e) return i + 1;
    }
    ck_abort_msg("no GetEUICCChallenge");
}

/* The rest of the download, which the session would take, brings nothing without it. */
START_TEST(test_the_session_is_gone)
{
    size_t step = getenv("TEAR_ALL") ? 1 : 3, tried = 0;
    for (size_t i = behind_challenge(); points[i].installing; i += step) {
        open_other(&points[i]);
        for (size_t k = i; k < point_n && points[k].installing; k++) {
            BUF_LOCAL data = {0};
            uint16_t sw;
            ck_assert(lpa_exchange(&other.lpa, buf_slice(&points[k].command), &data, &sw));
        }
        ck_assert_msg(state_of(&other, ICCID_1) < 0, "point %zu: the download went on in a restored card", i);
        lpa_free(&other.lpa);
        tried++;
    }
    ck_assert_uint_gt(tried, 5);
}
END_TEST

/* An image in the middle of a session says nothing of it: it is that of the card before, but for what was committed. */
START_TEST(test_restored_into_itself)
{
    for (size_t i = 0; i < point_n; i += 7) {
        uint8_t *image = NULL;
        size_t n;
        open_other(&points[i]);
        ck_assert_int_eq(euicc_restore(other.card, points[i].image, points[i].n), EUICC_OK);
        ck_assert_int_eq(euicc_snapshot(other.card, &image, &n), EUICC_OK);
        ck_assert(slice_equal(slice_of(image, n), slice_of(points[i].image, points[i].n)));
        free(image);
        lpa_free(&other.lpa);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("snapshot points");
    TCase *tests = tcase_create("snapshot points");
    tcase_add_checked_fixture(tests, record, tear_down);
    tcase_set_timeout(tests, getenv("TEAR_ALL") ? 0 : 120);
    tcase_add_test(tests, test_the_flow_begins_again);
    tcase_add_test(tests, test_the_session_is_gone);
    tcase_add_test(tests, test_restored_into_itself);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
