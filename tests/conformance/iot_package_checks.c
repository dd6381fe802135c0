/* ES10b.LoadEuiccPackage refuses packages (SGP.32 5.9.1, 2.11.1.1): counters, EID, sender, signature and the order of
 * the checks. A refusal changes nothing, commits nothing and says why. */
#include "iot_common.h"

#include <stdio.h>
#include <stdlib.h>

#define CLAUSE "SGP.32 5.9.1"
#define SENDER "SGP.32 2.11.1.1"

static struct iot iot;

static void set_up(void)
{
    iot_new_associated(&iot, SGP32_1_2, NULL, true);
}

static void tear_down(void)
{
    iot_free(&iot);
}

/* getRAT: an operation that changes nothing. */
static struct eim_op rat = {.kind = EIM_OP_RAT};
#define RAT_RESULT "A6(30(80(0560)A1(30(80(EEEEEE)81()82()))82(0780)))"

static struct eim_order rat_order(void)
{
    return (struct eim_order){.ops = &rat, .n = 1};
}

static const struct iot_refusal replay = {"replay", 4, false, CLAUSE, "above the last one", "after"};
static const struct iot_refusal range = {"range", 6, false, CLAUSE, "0 to 8388607", "another"};
static const struct iot_refusal bad_signature = {"signature", IOT_UNSIGNED,        true,
                                                 SENDER,      "eimSignature over", "does not verify for token"};

/* ---- rows 1 to 9: counterValue ---- */

static void accepted(const char *what, int64_t counter)
{
    struct eim_order order = rat_order();
    order.has_counter = true;
    order.counter = counter;
    iot_send(&iot, &iot.eim, &order);
    iot_expect_reason(&iot, what, NULL, NULL, NULL);
    (void)iot_expect_result(&iot, what, RAT_RESULT);
    ck_assert_msg(iot_counter(&iot, "eim1") == counter, "%s: stored %u", what, iot_counter(&iot, "eim1"));
}

static void refused_counter(const char *what, int64_t counter, const struct iot_refusal *refusal)
{
    struct eim_order order = rat_order();
    struct iot_refusal r = *refusal;
    order.has_counter = true;
    order.counter = counter;
    r.what = what;
    iot_refused(&iot, &iot.eim, &order, &r);
}

START_TEST(test_row_1_same_package_twice)
{
    accepted("row 1: first", 2);
    for (int again = 0; again < 3; again++) {
        uint64_t storage = iot_storage(&iot);
        size_t commits = iot.f.commits;
        iot_load(&iot);
        iot_expect_refusal(&iot, &replay, storage, commits);
        card_cut(&iot.f); /* the counter is durable */
    }
}
END_TEST

START_TEST(test_rows_2_to_6_counters)
{
    refused_counter("row 5: the initial counter", 1, &replay);
    accepted("row 5: initial + 1", 2);
    refused_counter("row 2: the same counter", 2, &replay);
    accepted("row 4: a gap", 500);
    refused_counter("row 3: lower", 499, &replay);
    refused_counter("row 3: lower than the initial one", 0, &replay);
    accepted("127", 501);
    accepted("one byte more", 0x8000);
    accepted("row 6: before the last", 8388606);
    accepted("row 6: the last", 8388607);
    refused_counter("row 6: the last again", 8388607, &replay);
    refused_counter("row 6: after the last", 3, &replay);
    card_power_cycle(&iot.f);
    refused_counter("row 6: after power off", 8388607, &replay);
    refused_counter("row 6: there is no wrap", 8388608, &range);
}
END_TEST

static const struct {
    const char *what;
    const char *counter; /* content of 81 */
} out_of_range[] = {
    {"row 7: 8388608", "00800000"},
    {"row 7: 2^31 - 1", "7FFFFFFF"},
    {"row 7: 2^31", "0080000000"},
    {"row 7: 2^32 - 1", "00FFFFFFFF"},
    {"row 8: -1", "FF"},
    {"row 8: -128", "80"},
    {"row 8: four bytes, negative", "80000000"},
    {"row 8: five bytes", "0100000000"},
    {"row 8: five bytes that wrap to 5", "0100000005"},
    {"row 8: nine bytes", "010000000000000002"},
    {"row 8: nine bytes, negative", "FF0000000000000002"},
};

START_TEST(test_rows_7_and_8_out_of_range)
{
    BUF_LOCAL counter = {0};
    struct eim_order order = rat_order();
    struct iot_refusal r = range;
    put_hex(&counter, out_of_range[_i].counter);
    order.spoil.counter = buf_slice(&counter);
    r.what = out_of_range[_i].what;
    iot_refused(&iot, &iot.eim, &order, &r);
}
END_TEST

START_TEST(test_row_9_empty_counter)
{
    struct eim_order order = rat_order();
    order.spoil.counter = slice_of("", 0);
    const struct iot_refusal r = {"row 9: counter of no byte", IOT_UNSIGNED, false, CLAUSE, "counterValue 81", "other"};
    iot_refused(&iot, &iot.eim, &order, &r);
}
END_TEST

/* ---- rows 10 to 13: whom it is for and from ---- */

static const uint8_t other_eid[] = {0x89, 0x04, 0x90, 0x32, 0x12, 0x34, 0x51, 0x23,
                                    0x45, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x36};

START_TEST(test_rows_10_and_11_eid)
{
    struct iot_refusal r = {"row 10: another EID", 3, false, CLAUSE, "the EID of this card", "another"};
    struct eim_order order = rat_order();
    order.spoil.eid = SLICE(other_eid);
    iot_refused(&iot, &iot.eim, &order, &r);
    ck_assert_uint_eq(iot_counter(&iot, "eim1"), 1);
    r.what = "row 11: another EID and a replayed counter";
    order.has_counter = true;
    order.counter = 1;
    iot_refused(&iot, &iot.eim, &order, &r);
    accepted("row 10: the same counter with the right EID", 2);
}
END_TEST

static const struct {
    const char *what;
    struct slice id;
} unknown_ids[] = {
    {"row 12: unknown", {(const uint8_t *)"nobody", 6}},
    {"row 13: case", {(const uint8_t *)"EIM1", 4}},
    {"row 13: a byte more", {(const uint8_t *)"eim12", 5}},
    {"row 13: NUL at the end", {(const uint8_t *)"eim1", 5}},
    {"row 13: blank at the end", {(const uint8_t *)"eim1 ", 5}},
    {"row 13: a byte less", {(const uint8_t *)"eim", 3}},
    {"not UTF-8", {(const uint8_t *)"\xff\xfe", 2}},
};

START_TEST(test_rows_12_and_13_unknown_eim)
{
    struct eim_order order = rat_order();
    const struct iot_refusal r = {unknown_ids[_i].what, IOT_UNSIGNED, false, SENDER, "associated eIM", "\""};
    order.spoil.eim_id = unknown_ids[_i].id;
    iot_refused(&iot, &iot.eim, &order, &r);
    order.no_transaction_id = true;
    iot_refused(&iot, &iot.eim, &order, &r);
}
END_TEST

START_TEST(test_rows_93_and_94_lengths)
{
    uint8_t id[129];
    uint8_t transaction[17] = {1};
    memset(id, 'x', sizeof id);
    struct eim_order order = rat_order();
    order.spoil.eim_id = slice_of(id, 128);
    const struct iot_refusal longest = {"eimId of 128 bytes", IOT_UNSIGNED, false, SENDER, "associated eIM", "xxx"};
    iot_refused(&iot, &iot.eim, &order, &longest);
    order.spoil.eim_id = SLICE(id);
    const struct iot_refusal too_long = {"row 94: eimId of 129 bytes", IOT_SW_6A80, false, CLAUSE, "1 to 128", "129"};
    iot_refused(&iot, &iot.eim, &order, &too_long);
    order.spoil.eim_id = slice_of("", 0);
    const struct iot_refusal empty = {"row 94: eimId of no byte", IOT_SW_6A80, false, CLAUSE, "1 to 128", "0"};
    iot_refused(&iot, &iot.eim, &order, &empty);
    order = rat_order();
    order.transaction_id = SLICE(transaction);
    const struct iot_refusal seventeen = {
        "row 93: eimTransactionId of 17 bytes", IOT_UNSIGNED, false, CLAUSE, "1 to 16 bytes", "other"};
    iot_refused(&iot, &iot.eim, &order, &seventeen);
    order.transaction_id = slice_of("", 0);
    iot_refused(&iot, &iot.eim, &order, &seventeen);
    for (size_t n = 1; n <= 16; n += 5) {
        order.transaction_id = slice_of(transaction, n);
        iot_send(&iot, &iot.eim, &order);
        (void)iot_expect_result(&iot, "eimTransactionId of 1 to 16 bytes", RAT_RESULT);
    }
    order.transaction_id = slice_of(NULL, 0);
    order.no_transaction_id = true;
    iot_send(&iot, &iot.eim, &order);
    (void)iot_expect_result(&iot, "no eimTransactionId: none in the result", RAT_RESULT);
}
END_TEST

/* ---- rows 14 to 19: the signature ---- */

static const struct {
    const char *what;
    struct eim_spoil spoil;
} signatures[] = {
    {"row 14: a bit of the package", {.signed_bit = true}},
    {"row 14: a bit of the signature", {.signature_bit = true}},
    {"row 15: signed without token", {.token = EIM_TOKEN_NOTHING}},
    {"row 16: signed with token 0", {.token = EIM_TOKEN_ZERO}},
    {"row 16: signed with the next token", {.token = EIM_TOKEN_OTHER}},
    {"row 18: DER", {.signature_form = EIM_SIGNATURE_DER}},
    {"row 18: 63 bytes", {.signature_form = EIM_SIGNATURE_SHORT}},
    {"row 18: 65 bytes", {.signature_form = EIM_SIGNATURE_LONG}},
    {"row 18: r is 0", {.signature_form = EIM_SIGNATURE_ZERO_R}},
    {"row 18: s is 0", {.signature_form = EIM_SIGNATURE_ZERO_S}},
    {"row 18: r is n", {.signature_form = EIM_SIGNATURE_ORDER_R}},
    {"row 18: s is n", {.signature_form = EIM_SIGNATURE_ORDER_S}},
    {"row 18: no byte", {.signature = {(const uint8_t *)"", 0}}},
    {"row 18: 64 bytes FF",
     {.signature = {(const uint8_t *)"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
                                     "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
                                     "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
                                     "\xff\xff\xff\xff",
                    64}}},
};

START_TEST(test_rows_14_to_18_signatures)
{
    struct eim_order order = rat_order();
    struct iot_refusal r = bad_signature;
    order.spoil = signatures[_i].spoil;
    r.what = signatures[_i].what;
    iot_refused(&iot, &iot.eim, &order, &r);
    accepted("a good package with the same counter", 2);
}
END_TEST

START_TEST(test_rows_14_to_18_without_token)
{
    struct eim *const list[] = {&iot.eim};
    struct eim_order order = rat_order();
    struct iot_refusal r = bad_signature;
    es10(&iot.f, "BF64(82(0204))", "BF64(80(00)81(00))");
    iot_associate(&iot, list, 1, 0);
    order.spoil = signatures[_i].spoil;
    r.what = signatures[_i].what;
    r.token = false;
    if (order.spoil.token == EIM_TOKEN_ZERO) {
        accepted("84 01 00 is the token of an eIM without one", 2);
        return;
    }
    iot_refused(&iot, &iot.eim, &order, &r);
}
END_TEST

START_TEST(test_row_19_high_s)
{
    struct eim_order order = rat_order();
    order.spoil.signature_form = EIM_SIGNATURE_HIGH_S;
    iot_send(&iot, &iot.eim, &order);
    (void)iot_expect_result(&iot, "row 19: high s", RAT_RESULT);
}
END_TEST

START_TEST(test_row_20_ber_length)
{
    struct eim_order order = rat_order();
    order.spoil.long_length = true;
    iot_send(&iot, &iot.eim, &order);
    (void)iot_expect_result(&iot, "row 20: BER length, signed so", RAT_RESULT);
    order.spoil.signature_bit = true;
    iot_refused(&iot, &iot.eim, &order, &bad_signature);
}
END_TEST

START_TEST(test_row_17_key_of_another_eim)
{
    EIM_LOCAL second = {0};
    struct eim *const list[] = {&iot.eim, &second};
    es10(&iot.f, "BF64(82(0204))", "BF64(80(00)81(00))");
    iot_eim(&iot, &second, "eim2", TEST_P256, false, 1);
    iot_associate(&iot, list, 2, 2);
    struct eim_order order = rat_order();
    struct iot_refusal r = bad_signature;
    r.what = "row 17: signed with the key of another associated eIM";
    order.spoil.key = &second.key;
    iot_refused(&iot, &iot.eim, &order, &r);
    order.spoil.key = &iot.eim.key;
    iot_refused(&iot, &second, &order, &r);
}
END_TEST

/* Row 24: no function leaves an eIM without a key, so that its stored record (src/model/eim.c: 85 is the key) is
 * changed as an older image might have it. */
START_TEST(test_row_24_no_key)
{
    BUF_LOCAL changed = {0};
    const struct stored *record = NULL;
    struct tlv t;
    for (size_t k = 0; k < iot.f.stored.n; k++)
        if (strncmp(iot.f.stored.items[k].key, "eim/", 4) == 0) record = &iot.f.stored.items[k];
    ck_assert_ptr_nonnull(record);
    for (struct slice in = slice_of(record->value, record->n); tlv_next(&in, &t);)
        tlv_put(&changed, t.tag, t.tag == 0x85 ? slice_of(NULL, 0) : t.value);
    ck_assert_uint_lt(changed.n, record->n);
    ck_assert_uint_gt(changed.n, 0);
    stored_put(&iot.f, record->key, buf_slice(&changed));
    card_cut(&iot.f);
    struct eim_order order = rat_order();
    const struct iot_refusal r = {"row 24: an eIM without key", IOT_UNSIGNED, false, SENDER, "with a key", "eim1"};
    iot_refused(&iot, &iot.eim, &order, &r);
}
END_TEST

/* ---- row 25 and the order of all checks ---- */

enum flaw { MALFORMED, UNKNOWN, SIGNATURE, TOO_BIG, WRONG_EID, RANGE, REPLAY, ECALL, FLAWS };

static const struct iot_refusal by_flaw[FLAWS] = {
    [MALFORMED] = {"malformed", IOT_UNSIGNED, false, CLAUSE, "psmoList A0 or ecoList A1", "other"},
    [UNKNOWN] = {"unknown eIM", IOT_UNSIGNED, false, SENDER, "associated eIM", "nobody"},
    [SIGNATURE] = {"signature", IOT_UNSIGNED, true, SENDER, "eimSignature", "does not verify"},
    [TOO_BIG] = {"too big", 15, false, CLAUSE, "package_size_max", ""},
    [WRONG_EID] = {"EID", 3, false, CLAUSE, "EID of this card", "another"},
    [RANGE] = {"range", 6, false, CLAUSE, "0 to 8388607", "another"},
    [REPLAY] = {"replay", 4, false, CLAUSE, "above the last one", "after"},
    [ECALL] = {"emergency", 104, false, CLAUSE, "no enabled Emergency Profile", "one"},
};

static void put_flaw(struct eim_order *order, enum flaw flaw)
{
    static const uint8_t negative[] = {0xff};
    static uint8_t big[600];
    static struct eim_op filler = {.kind = EIM_OP_RAW};
    switch (flaw) {
    case MALFORMED:
        order->spoil.no_list = true;
        break;
    case UNKNOWN:
        order->spoil.eim_id = slice_text("nobody");
        break;
    case SIGNATURE:
        order->spoil.signature_bit = true;
        break;
    case TOO_BIG:
        memset(big, 0, sizeof big);
        memcpy(big, "\xa6\x82\x02\x54", 4);
        filler.bytes = SLICE(big);
        order->ops = &filler;
        break;
    case WRONG_EID:
        order->spoil.eid = SLICE(other_eid);
        break;
    case RANGE:
        order->spoil.counter = SLICE(negative);
        break;
    case REPLAY:
        order->has_counter = true;
        order->counter = 1;
        break;
    case ECALL:
    case FLAWS:
        break;
    }
}

/* Every pair of flaws: the earlier one is answered. RANGE and REPLAY set the same field; -1 is both. */
START_TEST(test_order_of_checks)
{
    iot_free(&iot);
    iot_new_associated(&iot, SGP32_1_2, "package_size_max = 400\n", true);
    for (int ecall = 0; ecall < 2; ecall++) {
        for (int a = 0; a < ECALL; a++) {
            for (int b = a; b < ECALL; b++) {
                char what[100];
                struct eim_order order = rat_order();
                put_flaw(&order, (enum flaw)b);
                put_flaw(&order, (enum flaw)a);
                struct iot_refusal r = by_flaw[a];
                (void)snprintf(what, sizeof what, "%s before %s%s", by_flaw[a].what, by_flaw[b].what,
                               ecall ? " and emergency" : "");
                r.what = what;
                iot_refused(&iot, &iot.eim, &order, &r);
            }
        }
        if (ecall) break;
        iot_install(&iot, ICCID_1, 0, EMERGENCY);
        es10(&iot.f, "BF5B(80(00))", "BF5B(80(00))");
    }
    struct eim_order order = rat_order();
    iot_refused(&iot, &iot.eim, &order, &by_flaw[ECALL]);
    card_cut(&iot.f); /* the Emergency Profile stays enabled */
    iot_refused(&iot, &iot.eim, &order, &by_flaw[ECALL]);
    es10(&iot.f, "BF5C(80(00))", "BF5C(80(00))");
    accepted("row 25: after the emergency", 2);
}
END_TEST

/* The last size that is taken, and the first that is not. */
START_TEST(test_package_size)
{
    iot_free(&iot);
    iot_new_associated(&iot, SGP32_1_2, "package_size_max = 112\n", true);
    BUF_LOCAL transaction = {0};
    struct eim_order order = rat_order();
    for (int k = 0; k < 16; k++)
        buf_byte(&transaction, 7);
    size_t taken = 0;
    size_t refused = 0;
    for (size_t n = 1; n <= 16; n++) {
        order.transaction_id = slice_of(transaction.p, n);
        iot_send(&iot, &iot.eim, &order);
        if (iot.package.request.n <= 112) {
            (void)iot_expect_result(&iot, "at most package_size_max", RAT_RESULT);
            taken++;
        } else {
            uint64_t storage = iot_storage(&iot);
            iot_refused(&iot, &iot.eim, &order,
                        &(struct iot_refusal){"over package_size_max", 15, false, CLAUSE, "package_size_max", "113"});
            ck_assert(iot_storage(&iot) == storage);
            refused++;
            break;
        }
    }
    ck_assert_msg(taken > 0 && refused > 0, "%zu taken, %zu refused, last of %zu bytes", taken, refused,
                  iot.package.request.n);
}
END_TEST

/* SGP.32 v1.0: the unsigned error has no eimTransactionId (section 7). */
START_TEST(test_v1_0_unsigned)
{
    iot_free(&iot);
    iot_new_associated(&iot, SGP32_1_0, NULL, true);
    struct eim_order order = rat_order();
    order.spoil.signature_bit = true;
    iot_refused(&iot, &iot.eim, &order, &bad_signature);
    order.spoil = (struct eim_spoil){.eim_id = slice_text("nobody")};
    iot_refused(&iot, &iot.eim, &order, &by_flaw[UNKNOWN]);
    order.spoil = (struct eim_spoil){.eid = SLICE(other_eid)};
    iot_refused(&iot, &iot.eim, &order, &by_flaw[WRONG_EID]);
    accepted("v1.0", 2);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("iot_package_checks");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_row_1_same_package_twice);
    tcase_add_test(t, test_rows_2_to_6_counters);
    tcase_add_loop_test(t, test_rows_7_and_8_out_of_range, 0, COUNT(out_of_range));
    tcase_add_test(t, test_row_9_empty_counter);
    tcase_add_test(t, test_rows_10_and_11_eid);
    tcase_add_loop_test(t, test_rows_12_and_13_unknown_eim, 0, COUNT(unknown_ids));
    tcase_add_test(t, test_rows_93_and_94_lengths);
    tcase_add_loop_test(t, test_rows_14_to_18_signatures, 0, COUNT(signatures));
    tcase_add_loop_test(t, test_rows_14_to_18_without_token, 0, COUNT(signatures));
    tcase_add_test(t, test_row_19_high_s);
    tcase_add_test(t, test_row_20_ber_length);
    tcase_add_test(t, test_row_17_key_of_another_eim);
    tcase_add_test(t, test_row_24_no_key);
    tcase_add_test(t, test_order_of_checks);
    tcase_add_test(t, test_package_size);
    tcase_add_test(t, test_v1_0_unsigned);
    suite_add_tcase(s, t);
    return run_suite(s);
}
