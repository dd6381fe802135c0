/* Sequence numbers of AUTHENTICATE on an installed profile (TS 33.102 6.3, annex C; SAIP 8.4): windows, start, wrap
 * around, AUTS, and that an accepted number survives whatever comes after. */
#include "aka_common.h"

#include <stdio.h>

static const struct aka_profile set_1 = {.aka = MILENAGE_1 ANY_SEQUENCE, .replace = {{UST_TINY, UST_27_38}}};
static const struct row wrong_mac = {"a wrong MAC", WRONG_MAC_1, "9862", WRONG_MAC_REASON};
static struct fixture f;

static void tear_down(void)
{
    card_free(&f);
}

/* The default: 2^28 ahead and 2^28 behind the highest are too far; each index is on its own. */
START_TEST(test_windows)
{
    static const struct aka_profile p = {.aka = MILENAGE_1};
    struct auc_subscriber s;
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    aka_subscriber(&s);
    aka_stale(&f, &s, aka_sqn(0, 0), 0);
    aka_stale(&f, &s, aka_sqn(0x10000001, 0), 0); /* one more than sqnDelta */
    aka_accepted(&f, &s, aka_sqn(0x10000000, 0), false);
    aka_stale(&f, &s, aka_sqn(0x10000000, 0), aka_sqn(0x10000000, 0)); /* UICC case 24: a replay */
    aka_stale(&f, &s, aka_sqn(0x0fffffff, 0), aka_sqn(0x10000000, 0));
    aka_accepted(&f, &s, aka_sqn(1, 1), false); /* lower, but of another index, and 0FFFFFFF old: within sqnAgeLimit */
    aka_stale(&f, &s, aka_sqn(1, 1), aka_sqn(0x10000000, 0));
    aka_accepted(&f, &s, aka_sqn(2, 1), false);
    aka_accepted(&f, &s, aka_sqn(0x10000001, 31), false);
    aka_stale(&f, &s, aka_sqn(1, 2), aka_sqn(0x10000001, 31)); /* 10000000 old: no more */
    aka_accepted(&f, &s, aka_sqn(2, 2), false);
    aka_accepted(&f, &s, aka_sqn(0x20000001, 3), false);
}
END_TEST

START_TEST(test_window_options)
{
    /* sqnDelta 5, sqnAgeLimit 4; without the one, without the other */
    static const char *const options[] = {"82(02)", "82(06)", "82(0A)"};
    struct aka_profile p = {0};
    char aka[256];
    struct auc_subscriber s;
    (void)snprintf(aka, sizeof aka, MILENAGE_1 "%s83(000000000005)84(000000000004)", options[_i]);
    p.aka = aka;
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    aka_subscriber(&s);
    if (_i != 1) aka_stale(&f, &s, aka_sqn(6, 0), 0);
    if (_i == 1)
        aka_accepted(&f, &s, aka_sqn(6, 0), false);
    else
        aka_accepted(&f, &s, aka_sqn(5, 0), false);
    uint64_t highest = _i == 1 ? 6 : 5;
    if (_i == 2)
        aka_accepted(&f, &s, aka_sqn(highest - 4, 1), false);
    else
        aka_stale(&f, &s, aka_sqn(highest - 4, 1), aka_sqn(highest, 0));
    aka_accepted(&f, &s, aka_sqn(highest - 3, 1), false);
}
END_TEST

/* sqnInit: 32 values, of which the fifth is the highest. Near the end of the numbers: with and without wrap around. */
START_TEST(test_init_and_wrap)
{
    char aka[1024];
    size_t n;
    struct aka_profile p = {0};
    struct auc_subscriber s;
    n = (size_t)snprintf(aka, sizeof aka, MILENAGE_1 "82(%s)A5(", _i ? "00" : "02");
    for (int i = 0; i < 32; i++)
        n += (size_t)snprintf(aka + n, sizeof aka - n, "04(07FFFFFFFF%s)", i == 4 ? "FE" : "F0");
    (void)snprintf(aka + n, sizeof aka - n, ")");
    p.aka = aka;
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    aka_subscriber(&s);
    aka_stale(&f, &s, aka_sqn(0x07fffffffff0, 0), aka_sqn(0x07fffffffffe, 4));
    aka_accepted(&f, &s, aka_sqn(0x07ffffffffff, 4), false);
    if (_i == 0) {
        aka_stale(&f, &s, aka_sqn(0, 4), aka_sqn(0x07ffffffffff, 4));
        aka_stale(&f, &s, aka_sqn(1, 0), aka_sqn(0x07ffffffffff, 4));
        return;
    }
    aka_accepted(&f, &s, aka_sqn(0, 4), false);
    aka_stale(&f, &s, aka_sqn(0x07ffffffffff, 4), aka_sqn(0, 4)); /* from before the wrap: old now */
    aka_accepted(&f, &s, aka_sqn(5, 0), false);
    aka_stale(&f, &s, aka_sqn(0x07fffffffff1, 0), aka_sqn(5, 0));
    aka_accepted(&f, &s, aka_sqn(0x07fffffffff1, 1), false); /* another index, not too old */
    aka_stale(&f, &s, aka_sqn(0x10000006, 2), aka_sqn(5, 0));
}
END_TEST

/* sqnOptions b1: the sequence number goes in plain, in AUTN and AUTS. */
START_TEST(test_without_ak)
{
    static const struct aka_profile p = {.aka = MILENAGE_1 "82(03)"};
    struct auc_subscriber s;
    struct auc_vector v;
    BUF_LOCAL answer = {0};
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    aka_subscriber(&s);
    aka_vector(&s, aka_sqn(7, 0), "8000", &v);
    aka_authenticate(&f, &v, &answer);
    assert_hex(buf_slice(&answer), "9862", "with AK");
    s.no_ak = true;
    aka_accepted(&f, &s, aka_sqn(7, 0), false);
    aka_stale(&f, &s, aka_sqn(7, 0), aka_sqn(7, 0));
}
END_TEST

/* Power: what was accepted is accepted once, what the card could not write was not accepted. */
START_TEST(test_durable)
{
    struct auc_subscriber s;
    struct auc_vector v;
    struct lpa_reader reader;
    BUF_LOCAL data = {0};
    BUF_LOCAL command = {0};
    uint8_t rapdu[300];
    size_t n;
    aka_card(&f, NULL, &set_1);
    apdu(&f, SELECT_USIM, "9000");
    aka_subscriber(&s);
    aka_accepted(&f, &s, aka_sqn(1, 0), true);
    card_cut(&f);
    apdu(&f, SELECT_USIM, "9000");
    aka_stale(&f, &s, aka_sqn(1, 0), aka_sqn(1, 0));
    /* the power goes while the next one is written: no answer */
    aka_vector(&s, aka_sqn(2, 0), "8000", &v);
    auc_put_command(&v, &data);
    put_hex(&command, "0088008122");
    buf_append(&command, buf_slice(&data));
    buf_byte(&command, 0);
    f.power_cut = _i ? CUT_AFTER_COMMIT : CUT_BEFORE_COMMIT;
    ck_assert_int_eq(euicc_transmit(f.card, command.p, command.n, rapdu, sizeof rapdu, &n), EUICC_POWER_LOST);
    f.power_cut = CUT_NEVER;
    card_cut(&f);
    ck_assert(lpa_reader_card(&reader, f.card));
    apdu(&f, SELECT_USIM, "9000");
    if (_i)
        aka_stale(&f, &s, aka_sqn(2, 0), aka_sqn(2, 0));
    else
        aka_accepted(&f, &s, aka_sqn(2, 0), true);
}
END_TEST

/* One commit an accepted authentication; none for what changes nothing. */
START_TEST(test_commits)
{
    struct auc_subscriber s;
    aka_card(&f, NULL, &set_1);
    apdu(&f, SELECT_USIM, "9000");
    aka_subscriber(&s);
    size_t commits = f.commits;
    aka_accepted(&f, &s, aka_sqn(1, 0), true);
    ck_assert_uint_eq(f.commits, commits + 1);
    aka_stale(&f, &s, aka_sqn(1, 0), aka_sqn(1, 0));
    apdu(&f, GSM_1, "04" SRES_1 "08" KC_1 "9000");
    apdu_row(&f, &wrong_mac);
    ck_assert_uint_eq(f.commits, commits + 1);
}
END_TEST

/* The state belongs to the profile: another one, or the same after it was disabled for a while. */
START_TEST(test_profiles)
{
    struct auc_subscriber s;
    aka_card(&f, NULL, &set_1);
    apdu(&f, SELECT_USIM, "9000");
    aka_subscriber(&s);
    aka_accepted(&f, &s, aka_sqn(5, 0), true);
    ck_assert_msg(lpa_open(&f.lpa), "%s", f.lpa.error);
    aka_install(&f, ICCID_2, &set_1);
    aka_enable(&f, ICCID_2);
    apdu(&f, SELECT_USIM, "9000");
    aka_accepted(&f, &s, aka_sqn(5, 0), true);
    aka_accepted(&f, &s, aka_sqn(9, 0), true);
    ck_assert_msg(lpa_open(&f.lpa), "%s", f.lpa.error);
    aka_enable(&f, ICCID_1);
    apdu(&f, SELECT_USIM, "9000");
    aka_stale(&f, &s, aka_sqn(5, 0), aka_sqn(5, 0));
    aka_accepted(&f, &s, aka_sqn(6, 0), true);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sequence numbers");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, NULL, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_windows);
    tcase_add_loop_test(t, test_window_options, 0, 3);
    tcase_add_loop_test(t, test_init_and_wrap, 0, 2);
    tcase_add_test(t, test_without_ak);
    tcase_add_loop_test(t, test_durable, 0, 2);
    tcase_add_test(t, test_commits);
    tcase_add_test(t, test_profiles);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
