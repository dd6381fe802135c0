/* eCO updateEim (SGP.32 3.5.1.2, 5.13.8): what it may change of an association, of another eIM and of its own. */
#include "iot_common.h"

#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>

#define UPDATE "SGP.32 3.5.1.2"
#define DATA "SGP.32 2.11.1.1.1"
#define SENDER "SGP.32 2.11.1.1"
#define CLAUSE "SGP.32 5.9.1"
#define CI_NIST "F54172BDF98A95D65CBEB88A38A1C11D800A85C3"
#define EIM1 "65696D31"
#define EIM2 "65696D32"
#define EIM9 "65696D39"

static struct iot iot;
static struct eim second;
static struct test_key other_key;
static char other_key_data[300]; /* content of A5 for it, digits */

/* eim1 with token 1 and eim2 with token 2, counter 10. */
static void set_up(void)
{
    struct eim *const list[] = {&iot.eim, &second};
    BUF_LOCAL key = {0};
    iot_new(&iot, SGP32_1_2, NULL);
    iot_eim(&iot, &second, "eim2", TEST_P256, false, 10);
    iot_associate(&iot, list, 2, 1);
    ck_assert(test_key_derive(&other_key, TEST_BP256, slice_text("conformance"), "another key"));
    eim_put_key(&key, &other_key);
    hex_encode(buf_slice(&key), other_key_data);
}

static void tear_down(void)
{
    eim_free(&second);
    iot_free(&iot);
}

/* A row whose list has %s where the content of A5 stands. */
static void run(struct eim *eim, const struct iot_row *row)
{
    char list[2000];
    struct iot_row with_key = *row;
    const char *place = strchr(row->list, '%');
    (void)snprintf(list, sizeof list, "%.*s%s%s", place ? (int)(place - row->list) : (int)strlen(row->list), row->list,
                   place ? other_key_data : "", place ? place + 1 : "");
    with_key.list = list;
    iot_eco(&iot, eim, &with_key);
}

static const struct iot_row refused[] = {
    {"unknown", "AA(80(" EIM9 ")81(41))AB00", "8A0101", UPDATE, "an associated eimId", "another"},
    {"no eimId", "AA(81(41))AB00", "8A0101", UPDATE, "an associated eimId", "another"},
    {"nothing", "AA00AB00", "8A0101", UPDATE, "an associated eimId", "another"},
    {"row 77: associationToken -1", "AA(80(" EIM2 ")84(FF))AB00", "8A0107", UPDATE, "no associationToken", "one"},
    {"row 77: its own token", "AA(80(" EIM2 ")84(02)A5(%))AB00", "8A0107", UPDATE, "no associationToken", "one"},
    {"row 78: only eimId", "AA(80(" EIM2 "))AB00", "8A0107", UPDATE, "a member beside eimId", "none"},
    {"counter 8388608", "AA(80(" EIM2 ")83(00800000))AB00", "8A0106", UPDATE, "0 to 8388607", "another"},
    {"counter -1", "AA(80(" EIM2 ")83(FF))AB00", "8A0106", UPDATE, "0 to 8388607", "another"},
    {"counter of 5 bytes with a new key", "AA(80(" EIM2 ")83(0100000001)A5(%))AB00", "8A0106", UPDATE, "0 to 8388607",
     "another"},
    {"row 75: lower counter, no key", "AA(80(" EIM2 ")83(09))AB00", "8A0107", UPDATE, "a new key", "none"},
    {"unknown CI", "AA(80(" EIM2 ")88(0102030405060708090A0B0C0D0E0F1011121314))AB00", "8A0103", UPDATE,
     "euiccCiPKIdListForSigning", "another"},
    {"a bad key", "AA(80(" EIM2 ")A5(A0(3000)))AB00", "8A0107", UPDATE, "a key on a curve", "another"},
    {"out of order", "AA(80(" EIM2 ")82(01)81(41))AB00", "8A0107", DATA, "in order", "other"},
    {"rubbish", "AA(80(" EIM2 ")FF)AB00", "8A0107", DATA, "in order", "other"},
    {"a certificate for TLS that is not DER inside", "AA(80(" EIM2 ")A6(A1(30(04810101))))AB00", "8A0107", DATA,
     "in order", "other"},
    {"counter of no byte", "AA(80(" EIM2 ")8300)AB00", "8A0107", DATA, "in order", "other"},
};

/* What BF55 gives for eim2. */
static void stored(struct buf *out)
{
    BUF_LOCAL request = {0};
    uint16_t sw;
    put_hex(&request, "BF55(A0(80(" EIM2 ")))");
    ck_assert(lpa_store_data(&iot.f.lpa, buf_slice(&request), out, &sw));
    ck_assert_uint_eq(sw, 0x9000);
}

/* Case 75 again: a lower counter with the key that is stored already would let old packages in. */
START_TEST(test_lower_counter_with_the_stored_key)
{
    char list[2000];
    char digits[300];
    BUF_LOCAL key = {0};
    eim_put_key(&key, &second.key);
    hex_encode(buf_slice(&key), digits);
    (void)snprintf(list, sizeof list, "AA(80(" EIM2 ")83(09)A5(%s))AB00", digits);
    const struct iot_row row = {"75: lower counter, the stored key", list, "8A0107", UPDATE, "a new key", "the stored"};
    iot_eco(&iot, &iot.eim, &row);
    ck_assert_uint_eq(iot_counter(&iot, "eim2"), 10);
    iot_psmo_ok(&iot, &second, "", "");
}
END_TEST

START_TEST(test_refused)
{
    BUF_LOCAL before = {0};
    BUF_LOCAL after = {0};
    stored(&before);
    run(&iot.eim, &refused[_i]);
    stored(&after);
    ck_assert_msg(slice_equal(buf_slice(&before), buf_slice(&after)), "%s: something changed", refused[_i].what);
    ck_assert_uint_eq(iot_counter(&iot, "eim2"), 10);
    iot_psmo_ok(&iot, &second, "", "");
}
END_TEST

/* Every member by itself: only it changes. */
START_TEST(test_members)
{
    static const struct {
        const char *member;
        const char *expected; /* all of BF55 behind eimId, %: the key's A5 */
    } rows[] = {
        {"81(61)", "81(61)82(03)84(02)A5(%)87(0308)88(" CI_NIST ")"},
        {"82(02)", "81(61)82(02)84(02)A5(%)87(0308)88(" CI_NIST ")"},
        {"87(0640)", "81(61)82(02)84(02)A5(%)87(0640)88(" CI_NIST ")"},
        {"A6(A0(3000))", "81(61)82(02)84(02)A5(%)A6(A0(3000))87(0640)88(" CI_NIST ")"},
        {"88(" CI_NIST ")", "81(61)82(02)84(02)A5(%)A6(A0(3000))87(0640)88(" CI_NIST ")"},
        {"8900", "81(61)82(02)84(02)A5(%)A6(A0(3000))87(0640)88(" CI_NIST ")8900"},
        {"81(62)82(03)8900", "81(62)82(03)84(02)A5(%)A6(A0(3000))87(0640)88(" CI_NIST ")8900"},
        {"83(0A)", "81(62)82(03)84(02)A5(%)A6(A0(3000))87(0640)88(" CI_NIST ")8900"},
    };
    BUF_LOCAL key = {0};
    eim_put_key(&key, &second.key);
    char *own = iot_digits(buf_slice(&key));
    for (size_t k = 0; k < COUNT(rows); k++) {
        char list[600];
        char expected[2000];
        const char *place = strchr(rows[k].expected, '%');
        (void)snprintf(list, sizeof list, "AA(80(" EIM2 ")%s)", rows[k].member);
        iot_eco_ok(&iot, &iot.eim, list, "8A0100");
        (void)snprintf(expected, sizeof expected, "BF55(A0(30(80(" EIM2 ")%.*s%s%s)))", (int)(place - rows[k].expected),
                       rows[k].expected, own, place + 1);
        es10(&iot.f, "BF55(A0(80(" EIM2 ")))", expected);
        ck_assert_uint_eq(iot_counter(&iot, "eim2"), 10);
    }
    free(own);
    iot_psmo_ok(&iot, &second, "", "");
}
END_TEST

START_TEST(test_row_76_lower_counter_with_a_new_key)
{
    const struct iot_row row = {"row 76", "AA(80(" EIM2 ")83(03)A5(%))", "8A0100", NO_REASON};
    run(&iot.eim, &row);
    ck_assert_uint_eq(iot_counter(&iot, "eim2"), 3);
    struct eim_op op = {.kind = EIM_OP_RAT};
    const struct eim_order old = {.ops = &op, .n = 1, .has_counter = true, .counter = 20};
    iot_refused(&iot, &second, &old,
                &(struct iot_refusal){"the old key", IOT_UNSIGNED, true, SENDER, "eimSignature", "token 2"});
    second.key = other_key;
    iot_psmo_ok(&iot, &second, "", ""); /* counter 4 */
    ck_assert_uint_eq(iot_counter(&iot, "eim2"), 4);
}
END_TEST

START_TEST(test_new_key_keeps_the_counter)
{
    const struct iot_row key = {"only a key", "AA(80(" EIM2 ")A5(%))", "8A0100", NO_REASON};
    const struct iot_row equal = {"the same counter", "AA(80(" EIM2 ")83(0A))", "8A0100", NO_REASON};
    const struct iot_row higher = {"a higher counter", "AA(80(" EIM2 ")83(64))", "8A0100", NO_REASON};
    run(&iot.eim, &key);
    ck_assert_uint_eq(iot_counter(&iot, "eim2"), 10);
    run(&iot.eim, &equal);
    ck_assert_uint_eq(iot_counter(&iot, "eim2"), 10);
    run(&iot.eim, &higher);
    ck_assert_uint_eq(iot_counter(&iot, "eim2"), 100);
    second.key = other_key;
    struct eim_op op = {.kind = EIM_OP_RAT};
    const struct eim_order order = {.ops = &op, .n = 1, .has_counter = true, .counter = 100};
    iot_refused(&iot, &second, &order,
                &(struct iot_refusal){"100", 4, false, CLAUSE, "above the last", "100 after 100"});
    iot_psmo_ok(&iot, &second, "", "");
}
END_TEST

/* ---- of itself ---- */

START_TEST(test_row_79_own_key)
{
    const struct iot_row row = {"row 79", "AA(80(" EIM1 ")A5(%))AB00", "8A0100AB(A0(30(80(" EIM1 "))30(80(" EIM2 "))))",
                                NO_REASON};
    run(&iot.eim, &row); /* its counter is 2 */
    ck_assert_uint_eq(iot_counter(&iot, "eim1"), 2);
    struct eim_op op = {.kind = EIM_OP_RAT};
    const struct eim_order order = {.ops = &op, .n = 1};
    iot_refused(&iot, &iot.eim, &order,
                &(struct iot_refusal){"row 79: the old key", IOT_UNSIGNED, true, SENDER, "eimSignature", "token 1"});
    iot.eim.key = other_key;
    iot_psmo_ok(&iot, &iot.eim, "", "");
}
END_TEST

/* The counter after a package that updates its sender: given with a new key it wins, otherwise the higher one stays. */
static const struct {
    const char *what;
    struct iot_row row; /* the package's own counter is 50 */
    uint32_t counter;
    bool new_key;
} own_counters[] = {
    {"only the counter, between", {"", "AA(80(" EIM1 ")83(04))", "8A0100", NO_REASON}, 50, false},
    {"only the counter, above", {"", "AA(80(" EIM1 ")83(64))", "8A0100", NO_REASON}, 100, false},
    {"key and lower counter", {"", "AA(80(" EIM1 ")83(01)A5(%))", "8A0100", NO_REASON}, 1, true},
    {"key and higher counter", {"", "AA(80(" EIM1 ")83(64)A5(%))", "8A0100", NO_REASON}, 100, true},
    {"key alone", {"", "AA(80(" EIM1 ")A5(%))", "8A0100", NO_REASON}, 50, true},
    {"key and counter, then a higher counter",
     {"", "AA(80(" EIM1 ")83(05)A5(%))AA(80(" EIM1 ")83(64))", "8A01008A0100", NO_REASON},
     100,
     true},
};

START_TEST(test_own_counter)
{
    struct eim_op op = {.kind = EIM_OP_RAT};
    const struct eim_order order = {.ops = &op, .n = 1, .has_counter = true, .counter = 49};
    iot_send(&iot, &iot.eim, &order);
    struct iot_row row = own_counters[_i].row;
    row.what = own_counters[_i].what;
    /* the stored counter is 49: one that is lower needs a key */
    if (_i == 0) {
        const struct iot_row lower = {row.what, row.list, "8A0107", UPDATE, "a new key", "none"};
        run(&iot.eim, &lower);
    } else {
        run(&iot.eim, &row);
    }
    ck_assert_msg(iot_counter(&iot, "eim1") == own_counters[_i].counter, "%s: counter %u, expected %u", row.what,
                  iot_counter(&iot, "eim1"), own_counters[_i].counter);
    /* the very package is no replay either way: its key is gone or its counter was used */
    uint64_t storage = iot_storage(&iot);
    size_t commits = iot.f.commits;
    iot_load(&iot);
    const struct iot_refusal used = {row.what, 4, false, CLAUSE, "above the last one", "50 after"};
    const struct iot_refusal gone = {row.what, IOT_UNSIGNED, true, SENDER, "eimSignature", "token 1"};
    iot_expect_refusal(&iot, own_counters[_i].new_key ? &gone : &used, storage, commits);
}
END_TEST

/* The key that it has already is no new one: with a lower counter the package could come again. */
START_TEST(test_own_counter_with_the_same_key)
{
    BUF_LOCAL key = {0};
    char list[600];
    eim_put_key(&key, &iot.eim.key);
    char *digits = iot_digits(buf_slice(&key));
    (void)snprintf(list, sizeof list, "AA(80(" EIM1 ")83(01)A5(%s))", digits);
    free(digits);
    iot_eco_ok(&iot, &iot.eim, list, "8A0100");
    ck_assert_uint_eq(iot_counter(&iot, "eim1"), 2);
    uint64_t storage = iot_storage(&iot);
    iot_load(&iot);
    iot_expect_refusal(&iot, &(struct iot_refusal){"again", 4, false, CLAUSE, "above the last one", "2 after 2"},
                       storage, iot.f.commits);
}
END_TEST

/* After 8388607 only another eIM can help (2.2). */
START_TEST(test_recovery_after_the_last_counter)
{
    struct eim_op op = {.kind = EIM_OP_RAT};
    struct eim_order order = {.ops = &op, .n = 1, .has_counter = true, .counter = EIM_COUNTER_MAX};
    iot_send(&iot, &second, &order);
    ck_assert_uint_eq(iot_counter(&iot, "eim2"), EIM_COUNTER_MAX);
    const struct iot_row row = {"recovery", "AA(80(" EIM2 ")83(00)A5(%))", "8A0100", NO_REASON};
    run(&iot.eim, &row);
    second.key = other_key;
    iot_psmo_ok(&iot, &second, "", "");
    ck_assert_uint_eq(iot_counter(&iot, "eim2"), 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("iot_eco_update");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, test_refused, 0, COUNT(refused));
    tcase_add_test(t, test_lower_counter_with_the_stored_key);
    tcase_add_test(t, test_members);
    tcase_add_test(t, test_row_76_lower_counter_with_a_new_key);
    tcase_add_test(t, test_new_key_keeps_the_counter);
    tcase_add_test(t, test_row_79_own_key);
    tcase_add_loop_test(t, test_own_counter, 0, COUNT(own_counters));
    tcase_add_test(t, test_own_counter_with_the_same_key);
    tcase_add_test(t, test_recovery_after_the_last_counter);
    suite_add_tcase(s, t);
    return run_suite(s);
}
