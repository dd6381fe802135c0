/* Notifications (SGP.22 3.5, 5.7.9 to 5.7.11; cases 61 to 63): which are written, how they are
 * found, that they stay as they were signed. */
#include "common.h"

#include <stdio.h>

#define ENABLE(iccid) "BF31(A0(5A(" iccid "))810100)"
#define DISABLE(iccid) "BF32(A0(5A(" iccid "))810100)"
#define DELETE(iccid) "BF33(5A(" iccid "))"
#define ITEM(bits, address) "30(8002" bits "81(" address "))"
#define ADDRESS_A "612E6578616D706C65" /* a.example */
#define ADDRESS_B "622E6578616D706C65"
#define META(seq, event, address, iccid) "BF2F(8001" seq "8102" event "0C(" address ")5A(" iccid "))"
#define INSTALL_BIT "0780"
#define ENABLE_BIT "0640"
#define DISABLE_BIT "0520"
#define DELETE_BIT "0410"

static struct fixture f;

static void set_up(void)
{
    card_new(&f, NULL, NULL);
}

static void tear_down(void)
{
    card_free(&f);
}

/* Which events write how many: the configuration of the profile decides. */
static const struct {
    const char *what;
    const char *notify; /* content of B6; NULL: absent */
    int profile_class;
    const char *after; /* install, enable, disable, delete */
} configurations[] = {
    {"absent: only the result", NULL, OPERATIONAL, "1R"},
    {"empty", "", OPERATIONAL, "1R"},
    {"all to one address", ITEM("04F0", ADDRESS_A), OPERATIONAL, "1R 2i 3e 4d 5x"},
    {"install only", ITEM(INSTALL_BIT, ADDRESS_A), OPERATIONAL, "1R 2i"},
    {"enable only", ITEM(ENABLE_BIT, ADDRESS_A), OPERATIONAL, "1R 2e"},
    {"disable only", ITEM(DISABLE_BIT, ADDRESS_A), OPERATIONAL, "1R 2d"},
    {"delete only", ITEM(DELETE_BIT, ADDRESS_A), OPERATIONAL, "1R 2x"},
    {"two addresses for enable (row 63)", ITEM(ENABLE_BIT, ADDRESS_A) ITEM(ENABLE_BIT, ADDRESS_B), OPERATIONAL,
     "1R 2e 3e"},
    {"mixed", ITEM("0560", ADDRESS_A) ITEM("0490", ADDRESS_B) ITEM("0640", ADDRESS_B), OPERATIONAL,
     "1R 2i 3e 4e 5d 6x"},
    {"bits of v3 and none of ours", ITEM("0108", ADDRESS_A), OPERATIONAL, "1R"},
    {"provisioning", ITEM("04F0", ADDRESS_A), PROVISIONING, "1R 2i 3e 4d 5x"},
    {"test: none but the result", ITEM("04F0", ADDRESS_A), TEST_CLASS, "1R"},
};

START_TEST(test_configuration)
{
    const struct wanted w = {
        .iccid = ICCID_1, .profile_class = configurations[_i].profile_class, .notify = configurations[_i].notify};
    install(&f, &w);
    es10(&f, ENABLE(ICCID_1), "BF3103800100");
    es10(&f, DISABLE(ICCID_1), "BF3203800100");
    es10(&f, DELETE(ICCID_1), "BF3303800100");
    assert_notifications(&f, configurations[_i].after);
    remove_notifications(&f); /* has each signature checked by the SM-DP+ */
}
END_TEST

/* Exactly one event bit each, the address of its item, filters (row 61), by exact bytes. */
START_TEST(test_list)
{
    static const struct wanted w = {
        .iccid = ICCID_1, .profile_class = OPERATIONAL, .notify = ITEM("0560", ADDRESS_A) ITEM("0490", ADDRESS_B)};
#define RESULT META("01", INSTALL_BIT, ADDRESS_HEX, ICCID_1)
#define INSTALLED META("02", INSTALL_BIT, ADDRESS_B, ICCID_1)
#define ENABLED META("03", ENABLE_BIT, ADDRESS_A, ICCID_1)
#define DISABLED META("04", DISABLE_BIT, ADDRESS_A, ICCID_1)
#define DELETED META("05", DELETE_BIT, ADDRESS_B, ICCID_1)
    static const struct row rows[] = {
        {"all, ascending", "BF2800", "BF28(A0(" RESULT INSTALLED ENABLED DISABLED DELETED "))", FINE},
        {"installs", "BF28048102" INSTALL_BIT, "BF28(A0(" RESULT INSTALLED "))", FINE},
        {"enables", "BF28048102" ENABLE_BIT, "BF28(A0(" ENABLED "))", FINE},
        {"disables", "BF28048102" DISABLE_BIT, "BF28(A0(" DISABLED "))", FINE},
        {"deletes", "BF28048102" DELETE_BIT, "BF28(A0(" DELETED "))", FINE},
        {"enables and deletes", "BF280481020450", "BF28(A0(" ENABLED DELETED "))", FINE},
        {"bits that are not stripped", "BF280481020040", "BF28(A0(" ENABLED "))", FINE},
        {"no event", "BF2803810100", "BF2802A000", FINE},
        {"events of v3", "BF280481020108", "BF2802A000", FINE},
        {"remove one", "BF3003800103", "BF3003800100", FINE},
        {"remove it again", "BF3003800103", "BF3003800101", "ES10b.RemoveNotificationFromList", "SGP.22 5.7.11",
         "the sequence number of a pending notification", "3", NO_OFFSET},
        {"remove what never was", "BF30048002 0080", "BF3003800101", "ES10b.RemoveNotificationFromList",
         "SGP.22 5.7.11", "the sequence number of a pending notification", "128", NO_OFFSET},
        {"the rest stays", "BF2800", "BF28(A0(" RESULT INSTALLED DISABLED DELETED "))", FINE},
        {"retrieve what is gone", "BF2B05A003800103", "BF2B02A000", FINE},
        {"retrieve what never was", "BF2B06A00480020080", "BF2B02A000", FINE},
        {"retrieve no event", "BF2B06A004 81020640", "BF2B02A000", FINE},
        {"retrieve the rest: none", "BF2B05A003810100", "BF2B02A000", FINE},
    };
    install(&f, &w);
    es10(&f, ENABLE(ICCID_1), "BF3103800100");
    es10(&f, DISABLE(ICCID_1), "BF3203800100");
    es10(&f, DELETE(ICCID_1), "BF3303800100");
    es10_rows(&f, ROWS(rows));
    /* Retrieval by event and by number gives the same ones as the whole list. */
    struct lpa_notifications some;
    ck_assert(lpa_retrieve_notifications(&f.lpa, -1, 1, &some) && some.n == 2);
    ck_assert(some.list[0].is_result && some.list[0].sequence_number == 1 && !some.list[1].is_result);
    ck_assert(lpa_retrieve_notifications(&f.lpa, -1, 4 | 8, &some) && some.n == 2);
    ck_assert(lpa_retrieve_notifications(&f.lpa, 5, -1, &some) && some.n == 1 && some.list[0].event == 3);
}
END_TEST

START_TEST(test_malformed)
{
    static const struct row rows[] = {
        {"remove nothing", "BF3000", "=6A80", "ES10b.RemoveNotificationFromList", "SGP.22 5.7.11", "", "", 0},
        {"negative number", "BF30038001FF", "=6A80", "ES10b.RemoveNotificationFromList", "SGP.22 5.7.11", "", "", 0},
        {"number too large", "BF3008 8006 010000000000", "=6A80", "ES10b.RemoveNotificationFromList", "SGP.22 5.7.11",
         "", "", 0},
        {"empty criteria", "BF2B02A000", "=6A80", "ES10b.RetrieveNotificationsList", "SGP.22 5.7.10", "", "", 0},
        {"criteria of another tag", "BF2B05A003850101", "=6A80", "ES10b.RetrieveNotificationsList", "SGP.22 5.7.10", "",
         "", 0},
        {"criteria without bits", "BF2B04A0028100", "=6A80", "ES10b.RetrieveNotificationsList", "SGP.22 5.7.10", "", "",
         0},
        {"events without bits", "BF28028100", "=6A80", "ES10b.ListNotification", "SGP.22 5.7.9", "", "", 0},
        {"8 unused bits", "BF280481020840", "=6A80", "ES10b.ListNotification", "SGP.22 5.7.9", "", "", 0},
    };
    install_plain(&f, ICCID_1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct row row = rows[i];
        BUF_LOCAL request = {0};
        BUF_LOCAL answer = {0};
        struct euicc_reason reason;
        uint16_t sw;
        put_hex(&request, row.request);
        ck_assert(lpa_store_data(&f.lpa, buf_slice(&request), &answer, &sw));
        euicc_last_reason(f.card, &reason);
        ck_assert_msg(reason.offset == (size_t)-1 || reason.offset <= request.n, "%s", row.what);
        row.offset = reason.offset == (size_t)-1 ? NO_OFFSET : (long)reason.offset;
        es10_row(&f, &row);
    }
    assert_notifications(&f, "1R 2i");
}
END_TEST

/* A swap writes the disable ones of the old profile, then the enable ones of the new; what fails writes none. */
START_TEST(test_swap)
{
    static const char *const refused[] = {ENABLE(ICCID_2), ENABLE(ICCID_UNKNOWN), DISABLE(ICCID_1), DELETE(ICCID_2),
                                          DELETE(ICCID_UNKNOWN)};
    install_plain(&f, ICCID_1);
    install_plain(&f, ICCID_2);
    assert_notifications(&f, "1R 2i 3R 4i");
    es10(&f, ENABLE(ICCID_1), "BF3103800100");
    es10(&f, ENABLE(ICCID_2), "BF3103800100");
    assert_notifications(&f, "1R 2i 3R 4i 5e 6d 7e");
    struct lpa_notifications list;
    ck_assert(lpa_list_notification(&f.lpa, -1, &list) && list.n == 7);
    assert_hex(list.list[5].iccid, ICCID_1, "disabled");
    assert_hex(list.list[6].iccid, ICCID_2, "enabled");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        BUF_LOCAL request = {0};
        put_hex(&request, refused[i]);
        ck_assert(lpa_call(&f.lpa, buf_slice(&request)));
        ck_assert_uint_ne(f.lpa.response.p[f.lpa.response.n - 1], 0);
    }
    assert_notifications(&f, "1R 2i 3R 4i 5e 6d 7e");
}
END_TEST

static void retrieve(struct buf *out)
{
    struct lpa_notifications list;
    ck_assert_msg(lpa_retrieve_notifications(&f.lpa, -1, -1, &list), "%s", f.lpa.error);
    buf_reset(out);
    buf_append(out, buf_slice(&f.lpa.response));
}

/* Byte-identical at every retrieval, over resets, power cuts and further operations; the number goes on. */
START_TEST(test_identical)
{
    BUF_LOCAL first = {0};
    BUF_LOCAL later = {0};
    install_plain(&f, ICCID_1);
    es10(&f, ENABLE(ICCID_1), "BF3103800100");
    retrieve(&first);
    retrieve(&later);
    ck_assert(slice_equal(buf_slice(&first), buf_slice(&later)));
    card_reset(&f);
    retrieve(&later);
    ck_assert(slice_equal(buf_slice(&first), buf_slice(&later)));
    card_cut(&f);
    retrieve(&later);
    ck_assert(slice_equal(buf_slice(&first), buf_slice(&later)));
    es10(&f, DISABLE(ICCID_1), "BF3203800100");
    es10(&f, DELETE(ICCID_1), "BF3303800100");
    struct lpa_notifications one;
    for (uint32_t number = 1; number <= 3; number++) {
        ck_assert(lpa_retrieve_notifications(&f.lpa, number, -1, &one) && one.n == 1);
        bool found = false;
        for (size_t i = 0; i + one.list[0].whole.n <= first.n; i++)
            found |= memcmp(first.p + i, one.list[0].whole.p, one.list[0].whole.n) == 0;
        ck_assert_msg(found, "notification %u is another one", number);
    }
    assert_notifications(&f, "1R 2i 3e 4d 5x");
    remove_notifications(&f);
    card_cut(&f);
    assert_notifications(&f, "");
    install_plain(&f, ICCID_1); /* row 72: the same ICCID again */
    assert_notifications(&f, "6R 7i");
}
END_TEST

/* A refused installation leaves its result alone. */
START_TEST(test_refused_installation)
{
    static const struct wanted twice = {.iccid = ICCID_1, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
    install_plain(&f, ICCID_1);
    install_refused(&f, &twice, 2, 9);
    assert_notifications(&f, "1R 2i 3R");
    struct lpa_notifications list;
    ck_assert(lpa_list_notification(&f.lpa, -1, &list) && list.n == 3);
    assert_hex(list.list[2].iccid, ICCID_1, "the result names the ICCID");
}
END_TEST

/* Full storage: the oldest goes, however it came there. */
START_TEST(test_full)
{
    struct fixture g;
    card_new(&g, "notifications_max = 3\n", NULL);
    install_plain(&g, ICCID_1);
    assert_notifications(&g, "1R 2i");
    es10(&g, ENABLE(ICCID_1), "BF3103800100");
    assert_notifications(&g, "1R 2i 3e");
    es10(&g, DISABLE(ICCID_1), "BF3203800100");
    assert_notifications(&g, "2i 3e 4d");
    install_plain(&g, ICCID_2);
    assert_notifications(&g, "4d 5R 6i");
    es10(&g, ENABLE(ICCID_1), "BF3103800100");
    es10(&g, ENABLE(ICCID_2), "BF3103800100");
    assert_notifications(&g, "7e 8d 9e");
    card_cut(&g);
    assert_notifications(&g, "7e 8d 9e");
    card_free(&g);
}
END_TEST

/* Numbers of two bytes: ascending as numbers, in DER. */
START_TEST(test_many)
{
    char expected[600] = "";
    size_t n = 0;
    install_plain(&f, ICCID_1);
    remove_notifications(&f);
    for (int i = 0; i < 70; i++) {
        es10(&f, i % 2 ? DISABLE(ICCID_1) : ENABLE(ICCID_1), i % 2 ? "BF3203800100" : "BF3103800100");
        if (i % 10 == 9 && i < 60) remove_notifications(&f);
    }
    for (int i = 60; i < 70; i++)
        n += (size_t)snprintf(expected + n, sizeof expected - n, "%s%d%c", n ? " " : "", i + 3, i % 2 ? 'd' : 'e');
    assert_notifications(&f, expected);
    for (int i = 0; i < 64; i++)
        es10(&f, i % 2 ? DISABLE(ICCID_1) : ENABLE(ICCID_1), i % 2 ? "BF3203800100" : "BF3103800100");
    struct lpa_notifications one;
    ck_assert(lpa_retrieve_notifications(&f.lpa, 128, -1, &one) && one.n == 1 && one.list[0].sequence_number == 128);
    ck_assert_int_eq(lpa_remove_notification(&f.lpa, 128), 0);
    ck_assert_int_eq(lpa_remove_notification(&f.lpa, 128), 1);
    ck_assert(lpa_retrieve_notifications(&f.lpa, 129, -1, &one) && one.n == 1);
}
END_TEST

/* The oldest 2.x cards answer noResultAvailable (1). */
START_TEST(test_no_result)
{
    struct fixture g;
    static const struct row row = {"none",
                                   "BF2B00",
                                   "BF2B03810101",
                                   "ES10b.RetrieveNotificationsList",
                                   "SGP.22 5.7.10",
                                   "criteria that a pending notification meets",
                                   "criteria that none meets",
                                   NO_OFFSET};
    card_new(&g, "no_notification = error\n", NULL);
    es10_row(&g, &row);
    es10(&g, "BF2800", "BF2802A000");
    install_plain(&g, ICCID_1);
    assert_notifications(&g, "1R 2i");
    card_free(&g);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("notification_list");
    TCase *tests = tcase_create("notifications");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 30);
    tcase_add_loop_test(tests, test_configuration, 0, sizeof configurations / sizeof *configurations);
    tcase_add_test(tests, test_list);
    tcase_add_test(tests, test_malformed);
    tcase_add_test(tests, test_swap);
    tcase_add_test(tests, test_identical);
    tcase_add_test(tests, test_refused_installation);
    tcase_add_test(tests, test_full);
    tcase_add_test(tests, test_many);
    tcase_add_test(tests, test_no_result);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
