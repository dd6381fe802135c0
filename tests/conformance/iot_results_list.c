/* Stored results and notifications of an IoT card (SGP.32 2.11.2, 5.9.11, 5.9.12): the criteria of
 * RetrieveNotificationsList, removal, one space of numbers, overflow, and what outlives its eIM. */
#include "iot_local_common.h"

#include <stdio.h>

#define RETRIEVE_SAYS "ES10b.RetrieveNotificationsList"
#define REMOVE_SAYS "ES10b.RemoveNotificationFromList", "SGP.22 5.7.11", "the sequence number of a pending notification"
#define RESULTS "BF2B(A0(8200))"

static struct iot t;

static void set_up(void)
{
    iot_standard(&t, "iot", NULL);
}

static void tear_down(void)
{
    iot_end(&t);
}

/* BF2B(A0(80(number))) or BF30(80(number)). */
static void numbered(bool retrieve, uint32_t sequence, char out[128])
{
    char number[32];
    BUF_LOCAL tlv = {0};
    tlv_put_unsigned(&tlv, 0x80, sequence);
    for (size_t i = 0; i < tlv.n; i++)
        (void)snprintf(number + 2 * i, 3, "%02X", tlv.p[i]);
    (void)snprintf(out, 128, retrieve ? "BF2B(A0(%s))" : "BF30(%s)", number);
}

/* Without any: each criterion has its own empty list. */
START_TEST(test_empty)
{
    static const struct row rows[] = {
        {"all notifications", "BF2B00", "BF2B02A000", FINE},
        {"all results", RESULTS, "BF2B02A200", FINE},
        {"events", "BF2B(A0(810204F0))", "BF2B02A000", FINE},
        {"row 86: unknown number", "BF2B(A0(80020FFF))", "BF2B02A000", FINE},
        {"row 86: number 0", "BF2B(A0(800100))", "BF2B02A000", FINE},
        {"ListNotification", "BF2800", "BF2802A000", FINE},
        {"row 85: nothing to remove", "BF30(80020FFF)", "BF30(800101)", REMOVE_SAYS, "4095", NO_OFFSET},
    };
    es10_rows(&t.f, ROWS(rows));
}
END_TEST

static const struct {
    const char *what;
    const char *request;
} unwrapped[] = {
    {"row 97: a number", "BF2B(800101)"},
    {"row 97: events", "BF2B(81020780)"},
    {"row 97: euiccPackageResults", "BF2B(8200)"},
};

START_TEST(test_unwrapped)
{
    struct euicc_reason r;
    BUF_LOCAL request = {0};
    put_hex(&request, unwrapped[_i].request);
    iot_psmo(&t, "AF00", "020102");
    ck_assert(lpa_call(&t.f.lpa, buf_slice(&request)));
    assert_hex(buf_slice(&t.f.lpa.response), "BF2B(81017F)", unwrapped[_i].what);
    euicc_last_reason(t.f.card, &r);
    ck_assert_msg(r.said && strcmp(r.function, RETRIEVE_SAYS) == 0 && strstr(r.expected, "each member once, in order"),
                  "%s: %s (%s)", unwrapped[_i].what, r.said ? r.expected : "no reason", r.said ? r.came : "");
}
END_TEST

/* By number in A2 with its own BF51, in the list of all, never among the notifications or in ListNotification; and the
 * same bytes after a reset and a power cut. */
START_TEST(test_retrieve)
{
    char request[128];
    BUF_LOCAL given = {0};
    BUF_LOCAL expected = {0};
    uint32_t sequence = iot_psmo(&t, "A600", "A6(30(80020560 A1(30(8003EEEEEE 8100 8200)) 82020780))");
    buf_append(&given, buf_slice(&t.ipa.lpa.response));
    size_t outer = tlv_open(&expected, 0xbf2b);
    tlv_put(&expected, 0xa2, buf_slice(&given));
    tlv_close(&expected, outer);
    numbered(true, sequence, request);
    const char *const requests[] = {request, RESULTS};
    for (unsigned i = 0; i < 6; i++) {
        BUF_LOCAL bytes = {0};
        put_hex(&bytes, requests[i % 2]);
        ck_assert(lpa_call(&t.f.lpa, buf_slice(&bytes)));
        ck_assert_msg(slice_equal(buf_slice(&t.f.lpa.response), buf_slice(&expected)), "%s, time %u", requests[i % 2],
                      i);
        if (i == 1) iot_reset(&t);
        if (i == 3) iot_cut(&t);
    }
    es10(&t.f, "BF2B00", "BF2B02A000");
    es10(&t.f, "BF2B(A0(810204F0))", "BF2B02A000");
    es10(&t.f, "BF2800", "BF2802A000");
}
END_TEST

/* Row 85: each number once, in any order, results and notifications alike. */
START_TEST(test_remove)
{
    char text[128];
    uint32_t first = iot_psmo(&t, "A3(5A(" ICCID_2 "))", "830100"); /* then d, e */
    uint32_t second = iot_psmo(&t, "AF00", "020102");
    ck_assert_uint_eq(second, first + 3);
    const uint32_t order[] = {first + 2, second, first, first + 1};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(ipa_remove(&t.ipa, order[i]), 0);
        iot_reason(&t, NULL, NULL, NULL, NULL);
        numbered(false, order[i], text);
        char came[16];
        (void)snprintf(came, sizeof came, "%u", (unsigned)order[i]);
        es10_row(&t.f, &(struct row){"row 85", text, "BF30(800101)", REMOVE_SAYS, came, NO_OFFSET});
    }
    es10(&t.f, "BF2B00", "BF2B02A000");
    es10(&t.f, RESULTS, "BF2B02A200");
    ck_assert_uint_eq(iot_psmo(&t, "AF00", "020102"), second + 1);
    uint32_t third = iot_psmo(&t, "AF00", "020102");
    ck_assert_uint_lt(third, 128);
    (void)snprintf(text, sizeof text, "BF30(8002 00%02X)", (unsigned)third); /* a known sender: two bytes */
    es10(&t.f, text, "BF30(800100)");
}
END_TEST

/* Row 87: the oldest goes; its number is gone for good, the eIM can still check the others. */
START_TEST(test_full)
{
    char numbers[128] = "";
    size_t n = 0;
    uint32_t first = 0;
    iot_end(&t);
    iot_standard(&t, "iot", "package_results_max = 3\n");
    for (unsigned i = 0; i < 5; i++) {
        uint32_t sequence = iot_psmo(&t, "AF00", "020102");
        if (i == 0) first = sequence;
        if (i >= 2) n += (size_t)snprintf(numbers + n, sizeof numbers - n, "%s%u", n ? " " : "", (unsigned)sequence);
    }
    iot_results(&t, numbers);
    ck_assert_int_eq(ipa_remove(&t.ipa, first), 1);
    iot_cut(&t);
    iot_results(&t, numbers);
}
END_TEST

/* The default keeps sixteen, and removing one makes room for one. */
START_TEST(test_sixteen)
{
    struct ipa_pending pending;
    uint32_t first = 0;
    for (unsigned i = 0; i < 17; i++) {
        uint32_t sequence = iot_psmo(&t, "AF00", "020102");
        if (i == 1) first = sequence;
    }
    ck_assert(ipa_retrieve(&t.ipa, IPA_SEARCH_RESULTS, 0, &pending));
    ck_assert_uint_eq(pending.result_count, 16);
    ck_assert_int_eq(ipa_remove(&t.ipa, first), 0);
    iot_psmo(&t, "AF00", "020102");
    ck_assert(ipa_retrieve(&t.ipa, IPA_SEARCH_RESULTS, 0, &pending));
    ck_assert_uint_eq(pending.result_count, 16);
}
END_TEST

/* Row 88: the result in which the eIM deletes itself, after that deletion and after a reset of all eIM data. */
START_TEST(test_outlives)
{
    struct ipa_pending pending;
    struct eim_result result;
    char numbers[32];
    char why[200];
    uint32_t sequence = iot_eco(&t, "A9(80(65696D31))", "890102");
    (void)snprintf(numbers, sizeof numbers, "%u", (unsigned)sequence);
    iot_results(&t, numbers);
    iot_cut(&t);
    static const struct row reset = {
        "no eIM is left", "BF64(82020204)",      "BF64(800101 810101)", "ES10b.eUICCMemoryReset",
        "SGP.22 5.7.19",  "something to delete", "options 20",          NO_OFFSET};
    es10_row(&t.f, &reset);
    ck_assert(ipa_retrieve(&t.ipa, IPA_SEARCH_NUMBER, sequence, &pending));
    ck_assert_uint_eq(pending.result_count, 1);
    ck_assert_msg(eim_result_read(pending.results[0], SGP32_1_2, &result, why, sizeof why), "%s", why);
    ck_assert(eim_result_is_signed(&result, &t.eim.card_key, t.eim.token));
    ck_assert_int_eq(ipa_remove(&t.ipa, sequence), 0);
    ck_assert_int_eq(ipa_remove(&t.ipa, sequence), 1);
}
END_TEST

/* Signed and unsigned errors are not kept and take no number. */
START_TEST(test_errors_not_kept)
{
    static const uint8_t other[16] = {0x89};
    const struct eim_op op = {.kind = EIM_OP_RAT};
    uint32_t sequence = iot_psmo(&t, "AF00", "020102");
    char numbers[32];
    (void)snprintf(numbers, sizeof numbers, "%u", (unsigned)sequence);
    for (unsigned i = 0; i < 2; i++) {
        struct eim_order order = {.ops = &op, .n = 1};
        EIM_PACKAGE_LOCAL package = {0};
        struct eim_result result;
        if (i == 0)
            order.spoil.eid = SLICE(other);
        else
            order.spoil.signature_bit = true;
        ck_assert(eim_sign(&t.eim, &order, &package));
        size_t commits = t.f.commits;
        ck_assert(ipa_load_euicc_package(&t.ipa, buf_slice(&package.request)));
        ck_assert(eim_check_result(&t.eim, &package, buf_slice(&t.ipa.lpa.response), &result));
        ck_assert_int_ne(result.kind, EIM_RESULT_SIGNED);
        ck_assert_uint_eq(t.f.commits, commits);
    }
    iot_results(&t, numbers);
    t.eim.counter = iot_counter(&t);
    ck_assert_uint_eq(iot_psmo(&t, "AF00", "020102"), sequence + 1);
}
END_TEST

/* Notifications of each change in the order of the numbers: delete before the result, the switch after it. */
static const struct {
    const char *what;
    const char *list, *results;
    unsigned before; /* numbers taken before the result's */
    const char *after;
} orders[] = {
    {"enable", "A3(5A(" ICCID_2 "))", "830100", 0, "de"},
    {"disable", "A4(5A(" ICCID_1 "))", "840100", 0, "d"},
    {"swap", "A4(5A(" ICCID_1 ")) A3(5A(" ICCID_2 "))", "840100 830100", 0, "de"},
    {"delete", "A5(5A(" ICCID_3 "))", "850100", 1, ""},
    {"delete, enable", "A5(5A(" ICCID_3 ")) A3(5A(" ICCID_2 "))", "850100 830100", 1, "de"},
    {"disable and delete the same", "A4(5A(" ICCID_1 ")) A5(5A(" ICCID_1 "))", "840100 850100", 0, "dx"},
    {"enable, delete the old one", "A3(5A(" ICCID_2 ")) A5(5A(" ICCID_1 "))", "830100 850100", 0, "dex"},
    {"enable that fails", "A3(5A(" ICCID_UNKNOWN "))", "830101", 0, ""},
    {"enable, then one that fails", "A3(5A(" ICCID_2 ")) A3(5A(" ICCID_3 "))", "830100 83017F", 0, "de"},
};

START_TEST(test_order)
{
    struct lpa_notifications list;
    char events[32] = "";
    uint32_t start = iot_psmo(&t, "AF00", "020102");
    uint32_t sequence = iot_psmo(&t, orders[_i].list, orders[_i].results);
    ck_assert_uint_eq(sequence, start + 1 + orders[_i].before);
    ck_assert(lpa_retrieve_notifications(&t.f.lpa, -1, -1, &list));
    ck_assert_uint_eq(list.n, orders[_i].before + strlen(orders[_i].after));
    for (size_t i = 0; i < list.n; i++) {
        ck_assert_uint_eq(list.list[i].sequence_number, start + 1 + i + (i >= orders[_i].before));
        events[i] = "iedx"[list.list[i].event];
    }
    ck_assert_int_eq(strncmp(events, "xxx", orders[_i].before), 0);
    ck_assert_str_eq(events + orders[_i].before, orders[_i].after);
    ck_assert_int_ge(ipa_process_notifications(&t.ipa, t.f.dp), 0); /* the SM-DP+ verifies each */
}
END_TEST

/* ---- rows 93 and 94: what cannot be echoed ---- */

START_TEST(test_cannot_be_echoed)
{
    static uint8_t id[129];
    static const uint8_t seventeen[17] = {1};
    const struct eim_op op = {.kind = EIM_OP_RAT};
    struct eim_order order = {.ops = &op, .n = 1};
    EIM_PACKAGE_LOCAL package = {0};
    BUF_LOCAL answer = {0};
    uint16_t sw;
    memset(id, 'e', sizeof id);
    if (_i == 0)
        order.transaction_id = SLICE(seventeen);
    else
        order.spoil.eim_id = slice_of(id, _i == 1 ? 129 : 0);
    if (_i == 2) order.spoil.in_signed[0] = (struct eim_edit){.kind = EIM_EDIT_VALUE, .tag = 0x80};
    ck_assert_msg(eim_sign(&t.eim, &order, &package), "%s", t.eim.error);
    size_t commits = t.f.commits;
    ck_assert(lpa_store_data(&t.f.lpa, buf_slice(&package.request), &answer, &sw));
    ck_assert_uint_eq(t.f.commits, commits);
    if (_i == 0) {
        ck_assert_uint_eq(sw, 0x9000);
        assert_hex(buf_slice(&answer), "BF51(A2(80(65696D31)))", "row 93");
        iot_reason(&t, "ES10b.LoadEuiccPackage", "SGP.32 5.9.1", "eimTransactionId of 1 to 16 bytes", "");
    } else {
        ck_assert_uint_eq(sw, 0x6a80);
        ck_assert_uint_eq(answer.n, 0);
        iot_reason(&t, "ES10b.LoadEuiccPackage", "SGP.32 5.9.1", "eimId of 1 to 128 bytes", "");
    }
    ck_assert_uint_eq(iot_counter(&t), t.eim.counter - 1);
}
END_TEST

#define N(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    Suite *suite = suite_create("iot_results_list");
    TCase *tests = tcase_create("results");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_empty);
    tcase_add_loop_test(tests, test_unwrapped, 0, N(unwrapped));
    tcase_add_test(tests, test_retrieve);
    tcase_add_test(tests, test_remove);
    tcase_add_test(tests, test_full);
    tcase_add_test(tests, test_sixteen);
    tcase_add_test(tests, test_outlives);
    tcase_add_test(tests, test_errors_not_kept);
    tcase_add_loop_test(tests, test_order, 0, N(orders));
    tcase_add_loop_test(tests, test_cannot_be_echoed, 0, 3);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
