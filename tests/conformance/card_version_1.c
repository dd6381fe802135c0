/* Cards of version 1 kept profile packages; this program installs them when it opens such a card (src/card/migrate.c).
 * tests/kat/card-version-1.txt is what the last program of version 1 stored. */
#include "common.h"

#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>

#define LOWER_1 "a0000005591010ffffffff8900001000"
#define LOWER_2 "a0000005591010ffffffff8900001100"
#define LOWER_3 "a0000005591010ffffffff8900001200"
#define ENABLE(iccid) "BF31(A0(5A(" iccid "))810100)"

static struct fixture f;

static void put_old_card(void)
{
    struct kat *old = kat_open("card-version-1.txt");
    ck_assert_ptr_nonnull(old);
    stored_clear(&f);
    for (size_t i = 0; i < kat_count(old, "card"); i++) {
        struct slice key = kat_slicef(old, "card.%zu.key", i);
        char text[128];
        (void)snprintf(text, sizeof text, "%.*s", (int)key.n, (const char *)key.p);
        stored_put(&f, text, kat_slicef(old, "card.%zu.value", i));
    }
    kat_free(old);
    f.commits = 0;
}

static void enabled_is(const char *lower_aid)
{
    BUF_LOCAL aid = {0};
    put_hex(&aid, lower_aid);
    stored_put(&f, "card/enabled", buf_slice(&aid));
}

static void set_up(void)
{
    card_make(&f, NULL);
    put_old_card();
}

static void tear_down(void)
{
    card_free(&f);
}

static bool is_package(const char *key)
{
    return strlen(key) > 8 && strcmp(key + strlen(key) - 8, "/package") == 0;
}

static void assert_new(void)
{
    struct slice version;
    ck_assert(stored_get(&f, "card/version", &version) && version.n == 1 && version.p[0] == '2');
    for (size_t i = 0; i < f.stored.n; i++)
        ck_assert_msg(!is_package(f.stored.items[i].key), "%s", f.stored.items[i].key);
}

static void assert_old(void)
{
    struct slice version;
    size_t packages = 0;
    ck_assert(stored_get(&f, "card/version", &version) && version.n == 1 && version.p[0] == '1');
    for (size_t i = 0; i < f.stored.n; i++)
        packages += is_package(f.stored.items[i].key);
    ck_assert_uint_eq(packages, 3);
    ck_assert_uint_eq(stored_count(&f, "isdp/"), 6); /* metadata and packages only */
}

/* As if the profile had been installed by this program: the same keys, the same values. */
static void assert_as_installed_today(const struct fixture *today, const char *lower_aid)
{
    char prefix[64];
    size_t n = 0;
    (void)snprintf(prefix, sizeof prefix, "isdp/%s/", lower_aid);
    for (size_t i = 0; i < today->stored.n; i++) {
        struct slice value;
        if (strncmp(today->stored.items[i].key, prefix, strlen(prefix)) != 0) continue;
        n++;
        ck_assert_msg(stored_get(&f, today->stored.items[i].key, &value), "%s is missing", today->stored.items[i].key);
        ck_assert_msg(slice_equal(value, slice_of(today->stored.items[i].value, today->stored.items[i].n)),
                      "%s differs", today->stored.items[i].key);
    }
    ck_assert_uint_gt(n, 10);
    ck_assert_uint_eq(stored_count(&f, prefix), n);
}

START_TEST(test_contents)
{
    static struct fixture today;
    enabled_is(LOWER_1);
    card_cut(&f);
    ck_assert_uint_eq(f.commits, 1);
    assert_new();
    card_new(&today, NULL, NULL);
    install_plain(&today, ICCID_1);
    install_plain(&today, ICCID_2);
    assert_as_installed_today(&today, LOWER_1);
    assert_as_installed_today(&today, LOWER_2);
    card_free(&today);
    ck_assert_int_eq(state_of(&f, ICCID_1), 1);
    ck_assert_int_eq(state_of(&f, ICCID_2), 0);
    ck_assert_int_eq(state_of(&f, ICCID_3), 0);
    buf_byte(&f.details, 0);
    ck_assert_ptr_nonnull(strstr((const char *)f.details.p, "profile 8900010100000000101: its package is installed"));
    /* the second time there is nothing to do */
    card_cut(&f);
    ck_assert_uint_eq(f.commits, 1);
    /* and the profiles work */
    es10(&f, ENABLE(ICCID_2), "BF3103800100");
    ck_assert_int_eq(state_of(&f, ICCID_2), 1);
}
END_TEST

/* The third package has an element that is refused today: the profile stays in the list, was enabled and is not any
 * more, cannot be enabled, can be deleted; nothing is left of it. */
START_TEST(test_refused)
{
    static const struct row enable = {"without contents",    ENABLE(ICCID_3), "BF310380017F",
                                      "ES10c.EnableProfile", "SGP.22 5.7.16", "a profile with contents",
                                      "did not install",     NO_OFFSET};
    card_cut(&f);
    assert_new();
    buf_byte(&f.details, 0);
    ck_assert_ptr_nonnull(strstr((const char *)f.details.p,
                                 "profile 8900010100000000301 cannot be enabled any more: a card of version 1"));
    ck_assert_ptr_nonnull(strstr((const char *)f.details.p, "PE cd"));
    ck_assert_int_eq(state_of(&f, ICCID_3), 0);
    ck_assert_uint_eq(stored_count(&f, "card/enabled"), 0);
    ck_assert_uint_eq(stored_count(&f, "isdp/" LOWER_3 "/"), 1); /* its metadata */
    assert_notifications(&f, "");
    es10_row(&f, &enable);
    card_cut(&f);
    es10_row(&f, &enable);
    es10(&f, ENABLE(ICCID_1), "BF3103800100");
    es10(&f, "BF33(5A(" ICCID_3 "))", "BF3303800100");
    ck_assert_int_eq(state_of(&f, ICCID_3), -1);
    ck_assert_uint_eq(stored_count(&f, "isdp/" LOWER_3), 0);
    ck_assert_uint_eq(stored_count(&f, "profile/" LOWER_3), 0);
}
END_TEST

/* What would have enabled it later is forgotten with it. */
START_TEST(test_refused_remembered)
{
    BUF_LOCAL pending = {0};
    BUF_LOCAL aid = {0};
    static const char *const references[] = {"card/previous", "card/fallback", "card/fallback-return",
                                             "card/emergency-return"};
    put_hex(&aid, LOWER_3);
    put_hex(&pending, "01" LOWER_3);
    enabled_is(LOWER_1);
    stored_put(&f, "card/pending", buf_slice(&pending));
    for (size_t i = 0; i < 4; i++)
        stored_put(&f, references[i], buf_slice(&aid));
    card_cut(&f);
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_eq(stored_count(&f, references[i]), 0);
    ck_assert_uint_eq(stored_count(&f, "card/pending"), 0);
    ck_assert_int_eq(state_of(&f, ICCID_1), 1);
    ck_assert_int_eq(state_of(&f, ICCID_3), 0);
}
END_TEST

/* A switch that waited for its REFRESH to a profile that did install is carried out. */
START_TEST(test_pending)
{
    BUF_LOCAL pending = {0};
    put_hex(&pending, "01" LOWER_2);
    enabled_is(LOWER_1);
    stored_put(&f, "card/pending", buf_slice(&pending));
    card_cut(&f);
    ck_assert_int_eq(state_of(&f, ICCID_1), 0);
    ck_assert_int_eq(state_of(&f, ICCID_2), 1);
}
END_TEST

START_TEST(test_no_package)
{
    stored_delete(&f, "isdp/" LOWER_2 "/package");
    card_cut(&f);
    buf_byte(&f.details, 0);
    ck_assert_ptr_nonnull(strstr((const char *)f.details.p, "profile 8900010100000000201 cannot be enabled any more"));
    ck_assert_int_eq(state_of(&f, ICCID_2), 0);
}
END_TEST

/* Nor does a file that reserves more than any card has: 4 GB for a BER-TLV EF. */
START_TEST(test_unlimited)
{
    static const char file[] = "A122A006800081027FFEA118301662148202792183022F7A8B032F0601800500FFFFFFFF";
    struct slice in;
    struct tlv t;
    BUF_LOCAL all = {0};
    ck_assert(stored_get(&f, "isdp/" LOWER_2 "/package", &in));
    while (tlv_next(&in, &t)) {
        if (t.tag == 0xaa) put_hex(&all, file);
        buf_append(&all, t.whole);
    }
    ck_assert_uint_eq(in.n, 0);
    stored_put(&f, "isdp/" LOWER_2 "/package", buf_slice(&all));
    card_cut(&f);
    buf_byte(&f.details, 0);
    ck_assert_ptr_nonnull(strstr((const char *)f.details.p, "profile 8900010100000000201 cannot be enabled any more"));
    ck_assert_ptr_nonnull(strstr((const char *)f.details.p, "memory for the file"));
    ck_assert_uint_eq(stored_count(&f, "isdp/" LOWER_2 "/fs"), 0);
    ck_assert_int_eq(state_of(&f, ICCID_1), 0);
}
END_TEST

/* The one commit: all of it or nothing. */
START_TEST(test_power_cut)
{
    struct euicc_diagnostic why;
    f.power_cut = CUT_BEFORE_COMMIT;
    ck_assert_int_eq(card_open_stored(&f, &why), EUICC_POWER_LOST);
    ck_assert_uint_eq(f.commits, 1);
    assert_old();
    f.power_cut = CUT_AFTER_COMMIT;
    ck_assert_int_eq(card_open_stored(&f, &why), EUICC_POWER_LOST);
    ck_assert_uint_eq(f.commits, 2);
    assert_new();
    f.power_cut = CUT_NEVER;
    card_cut(&f);
    ck_assert_uint_eq(f.commits, 2);
    ck_assert_int_eq(state_of(&f, ICCID_1), 0);
    es10(&f, ENABLE(ICCID_1), "BF3103800100");
}
END_TEST

/* ---- an image of an old card, restored into a new one ---- */

static int load_stored(void *ctx, euicc_put_fn put, void *put_ctx)
{
    const struct fixture *from = ctx;
    return storage_load(&from->stored, put, put_ctx);
}

START_TEST(test_restore)
{
    static struct fixture card;
    const struct euicc_env env = {.ctx = &f, .load = load_stored};
    struct store *old;
    BUF_LOCAL image = {0};
    ck_assert_int_eq(store_new(&old, &env, NULL), OK);
    ck_assert_int_eq(store_snapshot(old, &image), OK);
    store_free(old);
    card_new(&card, NULL, NULL);
    size_t commits = card.commits;
    card.power_cut = CUT_BEFORE_COMMIT;
    ck_assert_int_eq(euicc_restore(card.card, image.p, image.n), EUICC_POWER_LOST);
    ck_assert_uint_eq(stored_count(&card, "profile/"), 0);
    card.power_cut = CUT_NEVER;
    ck_assert_int_eq(euicc_restore(card.card, image.p, image.n), EUICC_OK);
    ck_assert_uint_eq(card.commits, commits + 2);
    card_power_cycle(&card);
    ck_assert_int_eq(state_of(&card, ICCID_1), 0);
    es10(&card, ENABLE(ICCID_1), "BF3103800100");
    card_cut(&f);
    for (size_t i = 0; i < f.stored.n; i++) {
        struct slice value;
        if (strncmp(f.stored.items[i].key, "isdp/", 5) != 0) continue;
        ck_assert_msg(stored_get(&card, f.stored.items[i].key, &value) &&
                          slice_equal(value, slice_of(f.stored.items[i].value, f.stored.items[i].n)),
                      "%s", f.stored.items[i].key);
    }
    card_free(&card);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("cards of version 1");
    TCase *t = tcase_create("migration");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_contents);
    tcase_add_test(t, test_refused);
    tcase_add_test(t, test_refused_remembered);
    tcase_add_test(t, test_pending);
    tcase_add_test(t, test_no_package);
    tcase_add_test(t, test_unlimited);
    tcase_add_test(t, test_power_cut);
    tcase_add_test(t, test_restore);
    suite_add_tcase(s, t);
    return run_suite(s);
}
