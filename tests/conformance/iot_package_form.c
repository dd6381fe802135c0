/* ES10b.LoadEuiccPackage and bytes that are no eUICC package (SGP.32 2.11.1.1): members that are missing, repeated, out
 * of order, of wrong lengths; extensions, which are taken; lists nested or huge; every truncation and every flipped bit
 * of a good package. The card answers, says why, changes nothing and goes on. */
#include "iot_common.h"

#include <stdio.h>
#include <stdlib.h>

#define CLAUSE "SGP.32 5.9.1"

static struct iot iot;
static struct eim_op rat = {.kind = EIM_OP_RAT};
#define RAT_RESULT "A6(30(80(0560)A1(30(80(EEEEEE)81()82()))82(0780)))"

static void set_up(void)
{
    iot_new_associated(&iot, SGP32_1_2, NULL, true);
}

static void tear_down(void)
{
    iot_free(&iot);
}

static const struct eim_order rat_order = {.ops = &rat, .n = 1};

/* A good package here is BF51 76 {30 33 {80 at 5, 5A at 11, 81 at 29, 82 at 32, A0 at 50}, 5F37 at 54}; with more
 * than 127 bytes everything is one byte later. */
#define LIST "psmoList A0 or ecoList A1"
#define EDIT(k, t, ...)                                                                                                \
    {                                                                                                                  \
        {                                                                                                              \
            .kind = EIM_EDIT_##k, .tag = (t), __VA_ARGS__                                                              \
        }                                                                                                              \
    }
#define U IOT_UNSIGNED
#define SW IOT_SW_6A80
static const uint8_t junk[] = {0xff};
static const uint8_t nothing_known[] = {0x9f, 0x7a, 0x01, 0x00};
static const uint8_t empty_eco_list[] = {0xa1, 0x00};

static const struct {
    const char *what;
    int code;
    const char *expected;
    size_t offset;
    struct eim_edit in_signed[1];
    struct eim_edit in_request[1];
} malformed[] = {
    {"no eimId", SW, "eimId 80", 5, EDIT(DROP, 0x80), {{0}}},
    {"no eidValue", U, "eidValue 5A", 11, EDIT(DROP, 0x5a), {{0}}},
    {"no counterValue", U, "counterValue 81", 29, EDIT(DROP, 0x81), {{0}}},
    {"row 26: no list", U, LIST, 50, EDIT(DROP, 0xa0), {{0}}},
    {"eimId twice", U, "eidValue 5A", 11, EDIT(REPEAT, 0x80), {{0}}},
    {"eidValue twice", U, "counterValue 81", 30, EDIT(REPEAT, 0x5a), {{0}}},
    {"counterValue twice", U, LIST, 32, EDIT(REPEAT, 0x81), {{0}}},
    {"eimTransactionId twice", U, LIST, 51, EDIT(REPEAT, 0x82), {{0}}},
    {"psmoList twice", U, "one list", 54, EDIT(REPEAT, 0xa0), {{0}}},
    {"row 26: both lists", U, "one list", 54, EDIT(APPEND, 0, .bytes = {empty_eco_list, 2}), {{0}}},
    {"row 26: list A2", U, LIST, 50, EDIT(RETAG, 0xa0, .other = 0xa2), {{0}}},
    {"eimId and eidValue trade places", U, "eimId 80", 5, EDIT(SWAP, 0x80), {{0}}},
    {"eidValue and counterValue trade places", U, "eidValue 5A", 11, EDIT(SWAP, 0x5a), {{0}}},
    {"counterValue and eimTransactionId trade places", U, "counterValue 81", 29, EDIT(SWAP, 0x81), {{0}}},
    {"eimTransactionId behind the list", U, "one list", 0, EDIT(BEFORE, 0xa0, .bytes = {empty_eco_list, 2}), {{0}}},
    {"list first", U, "eimId 80", 5, EDIT(FIRST, 0xa0), {{0}}},
    {"eimId last", U, "eimId 80", 5, EDIT(LAST, 0x80), {{0}}},
    {"eidValue of 15 bytes",
     U,
     "16 bytes",
     11,
     EDIT(VALUE, 0x5a, .bytes = {(const uint8_t *)"123456789012345", 15}),
     {{0}}},
    {"eidValue of 17 bytes", U, "16 bytes", 11, EDIT(GROW, 0x5a, .count = 1), {{0}}},
    {"eidValue of no byte", U, "16 bytes", 11, EDIT(VALUE, 0x5a, .bytes = {(const uint8_t *)"", 0}), {{0}}},
    {"eidValue with an ICCID's length",
     U,
     "16 bytes",
     11,
     EDIT(VALUE, 0x5a, .bytes = {(const uint8_t *)"1234567890", 10}),
     {{0}}},
    {"eimTransactionId of 80 bytes", U, "1 to 16", 33, EDIT(GROW, 0x82, .count = 64), {{0}}},
    {"eidValue with another tag", U, "eidValue 5A", 11, EDIT(RETAG, 0x5a, .other = 0x5b), {{0}}},
    {"counterValue as universal INTEGER", U, "counterValue 81", 29, EDIT(RETAG, 0x81, .other = 0x02), {{0}}},
    {"an unknown member before the list", U, LIST, 50, EDIT(BEFORE, 0xa0, .bytes = {nothing_known, 4}), {{0}}},
    {"an unknown member first", U, "eimId 80", 5, EDIT(BEFORE, 0x80, .bytes = {nothing_known, 4}), {{0}}},
    {"rubbish behind the list", U, "no rest", 54, EDIT(APPEND, 0, .bytes = {junk, 1}), {{0}}},
    {"eidValue with a long length", U, "eidValue 5A", 11, EDIT(LONG, 0x5a, 0), {{0}}},
    {"row 27: no eimSignature", U, "eimSignature 5F37", 54, {{0}}, EDIT(DROP, 0x5f37)},
    {"eimSignature twice", U, "one eimSignature", 122, {{0}}, EDIT(REPEAT, 0x5f37)},
    {"eimSignature first", SW, "euiccPackageSigned 30", 3, {{0}}, EDIT(FIRST, 0x5f37)},
    {"no signed part", SW, "euiccPackageSigned 30", 3, {{0}}, EDIT(DROP, 0x30)},
    {"signed part twice", U, "eimSignature 5F37", 55, {{0}}, EDIT(REPEAT, 0x30)},
    {"signed part as 31", SW, "euiccPackageSigned 30", 3, {{0}}, EDIT(RETAG, 0x30, .other = 0x31)},
    {"eimSignature as 5F38", U, "eimSignature 5F37", 54, {{0}}, EDIT(RETAG, 0x5f37, .other = 0x5f38)},
    {"an unknown member before eimSignature",
     U,
     "eimSignature 5F37",
     54,
     {{0}},
     EDIT(BEFORE, 0x5f37, .bytes = {nothing_known, 4})},
    {"rubbish behind eimSignature", U, "no rest", 121, {{0}}, EDIT(APPEND, 0, .bytes = {junk, 1})},
};

static void still_good(void)
{
    iot_send(&iot, &iot.eim, &rat_order);
    iot_expect_reason(&iot, "a good package afterwards", NULL, NULL, NULL);
    (void)iot_expect_result(&iot, "a good package afterwards", RAT_RESULT);
}

START_TEST(test_malformed)
{
    struct eim_order order = rat_order;
    order.spoil.in_signed[0] = malformed[_i].in_signed[0];
    order.spoil.in_request[0] = malformed[_i].in_request[0];
    const struct iot_refusal r = {malformed[_i].what,     malformed[_i].code, false, CLAUSE,
                                  malformed[_i].expected, "other bytes"};
    iot_refused(&iot, &iot.eim, &order, &r);
    if (malformed[_i].offset) iot_expect_offset(&iot, r.what, malformed[_i].offset);
    still_good();
}
END_TEST

static const struct {
    const char *what;
    const char *request;
    size_t offset;
} broken[] = {
    {"empty", "BF5100", 3},
    {"an empty signed part", "BF51(30())", 5},
    {"only rubbish", "BF51(FFFFFFFF)", 3},
    {"a signed part that is cut", "BF51(30058004)", 3},
    {"indefinite length", "BF51(30800000)", 3},
    {"eimId that is cut", "BF51(30(8004))", 5},
};

START_TEST(test_no_eim_id)
{
    uint64_t storage = iot_storage(&iot);
    eim_package_free(&iot.package);
    put_hex(&iot.package.request, broken[_i].request);
    iot_load(&iot);
    const struct iot_refusal r = {broken[_i].what, IOT_SW_6A80, false, CLAUSE, "", "other bytes"};
    iot_expect_refusal(&iot, &r, storage, iot.f.commits);
    iot_expect_offset(&iot, r.what, broken[_i].offset);
}
END_TEST

/* Row 27: what stands behind BF51 belongs to no function. */
START_TEST(test_row_27_garbage_behind)
{
    struct eim_order order = rat_order;
    struct euicc_reason said;
    uint64_t storage = iot_storage(&iot);
    order.spoil.trailer = SLICE(nothing_known);
    iot_send(&iot, &iot.eim, &order);
    euicc_last_reason(iot.f.card, &said);
    ck_assert_uint_eq(iot.sw, 0x6a80);
    ck_assert(said.said && strcmp(said.clause, "SGP.22 5.7.2") == 0 && said.offset == 121);
    ck_assert_str_eq(said.function, "ES10b.LoadEuiccPackage");
    ck_assert(iot_storage(&iot) == storage);
    still_good();
}
END_TEST

/* Unknown members at the end of a SEQUENCE are extensions of a later version (EXTENSIBILITY IMPLIED). */
START_TEST(test_extensions)
{
    struct eim_order order = rat_order;
    order.spoil.in_signed[0] = (struct eim_edit){.kind = EIM_EDIT_APPEND, .bytes = SLICE(nothing_known)};
    iot_send(&iot, &iot.eim, &order);
    (void)iot_expect_result(&iot, "an extension of euiccPackageSigned", RAT_RESULT);
    order = rat_order;
    order.spoil.in_request[0] = (struct eim_edit){.kind = EIM_EDIT_APPEND, .bytes = SLICE(nothing_known)};
    iot_send(&iot, &iot.eim, &order);
    (void)iot_expect_result(&iot, "an extension of EuiccPackageRequest", RAT_RESULT);
    iot_psmo_ok(&iot, &iot.eim, "A6(9F7A(00))", RAT_RESULT);
}
END_TEST

/* ---- lists ---- */

START_TEST(test_row_28_empty_lists)
{
    iot_psmo_ok(&iot, &iot.eim, "", "");
    iot_eco_ok(&iot, &iot.eim, "", "");
    ck_assert_uint_eq(iot_counter(&iot, "eim1"), 3);
}
END_TEST

static void deep(struct buf *out, unsigned depth)
{
    BUF_LOCAL inner = {0};
    if (depth) deep(&inner, depth - 1);
    tlv_put(out, 0xa0, buf_slice(&inner));
}

/* Row 29: the list stops at what the card does not know or cannot read; what was done before stays. */
static const struct iot_row damaged[] = {
    {"row 29: unknown first", "B000A600", "020102", "SGP.32 2.11.1.1", "an operation of this version", "B0"},
    {"row 29: unknown in the middle", "A600B000A600", RAT_RESULT "020102", "SGP.32 2.11.1.1", "of this version", "B0"},
    {"row 29: unknown with two bytes of tag", "BF7F00", "020102", "SGP.32 2.11.1.1", "of this version", "BF7F"},
    {"row 30: updateEim", "AA(80(65696D31))", "020102", "SGP.32 2.11.1.1", "of this version", "AA"},
    {"row 30: listEim", "AB00", "020102", "SGP.32 2.11.1.1", "of this version", "AB"},
    {"a list in the list", "A0(A600)", "020102", "SGP.32 2.11.1.1", "of this version", "A0"},
    {"a primitive tag", "8600", "020102", "SGP.32 2.11.1.1", "of this version", "86"},
    {"a result", "830100", "020102", "SGP.32 2.11.1.1", "of this version", "83"},
    {"rubbish", "FF", "020102", "SGP.32 2.11.1.1", "an operation in DER", "other bytes"},
    {"rubbish behind", "A600FF", RAT_RESULT "020102", "SGP.32 2.11.1.1", "an operation in DER", "other bytes"},
    {"a length of 4 GB", "A384FFFFFFFF", "020102", "SGP.32 2.11.1.1", "an operation in DER", "other bytes"},
    {"a length that is cut", "A3", "020102", "SGP.32 2.11.1.1", "an operation in DER", "other bytes"},
    {"indefinite length", "A6800000", "020102", "SGP.32 2.11.1.1", "an operation in DER", "other bytes"},
    {"a long length", "A68100", "020102", "SGP.32 2.11.1.1", "an operation in DER", "other bytes"},
    {"getRAT with rubbish", "A6(FF)", "020102", "SGP.32 2.11.1.1", "undamaged", "A6"},
};

START_TEST(test_row_29_damaged_operations)
{
    iot_psmo(&iot, &iot.eim, &damaged[_i]);
    still_good();
}
END_TEST

START_TEST(test_nested_and_huge)
{
    BUF_LOCAL list = {0};
    struct eim_op op = {.kind = EIM_OP_RAW};
    const struct eim_order order = {.ops = &op, .n = 1};
    deep(&list, 1000);
    op.bytes = buf_slice(&list);
    iot_send(&iot, &iot.eim, &order);
    (void)iot_expect_result(&iot, "1000 lists in one another", "020102");
    buf_reset(&list);
    size_t mark = tlv_open(&list, 0xbf2d);
    deep(&list, 1000);
    tlv_close(&list, mark);
    op.bytes = buf_slice(&list);
    iot_send(&iot, &iot.eim, &order);
    ck_assert_msg(iot.sw == 0x9000, "listProfileInfo with 1000 criteria in one another: %04X", iot.sw);
    ck_assert(eim_check_result(&iot.eim, &iot.package, buf_slice(&iot.answer), &(struct eim_result){0}));
    /* 32 KB is the personality's limit; 64 KB that of a STORE DATA chain */
    buf_reset(&list);
    while (list.n < 40000)
        buf_append(&list, slice_of("\xa6", 2));
    op.bytes = buf_slice(&list);
    iot_refused(&iot, &iot.eim, &order,
                &(struct iot_refusal){"40000 bytes", 15, false, CLAUSE, "at most package_size_max", "40"});
    op.bytes = slice_of(list.p, 30000);
    iot_send(&iot, &iot.eim, &order);
    struct slice end = slice_skip(buf_slice(&iot.answer), iot.answer.n - 67 - 3);
    ck_assert_msg(slice_starts_with(end, slice_of("\x02\x01\x01", 3)), "15000 operations: no resultSizeOverflow");
    ck_assert_uint_lt(iot.answer.n, 16384 + 256);
    still_good();
}
END_TEST

START_TEST(test_chain_limit)
{
    static uint8_t big[70000];
    struct eim_op op = {.kind = EIM_OP_RAW, .bytes = SLICE(big)};
    const struct eim_order order = {.ops = &op, .n = 1};
    uint64_t storage = iot_storage(&iot);
    ck_assert(eim_sign(&iot.eim, &order, &iot.package));
    bool sent = lpa_store_data(&iot.f.lpa, buf_slice(&iot.package.request), &iot.answer, &iot.sw);
    ck_assert(!sent || iot.sw != 0x9000);
    ck_assert(iot_storage(&iot) == storage);
    card_reset(&iot.f);
    still_good();
}
END_TEST

/* ---- a good package spoiled everywhere ---- */

/* Whatever came: no commit, nothing changed, a reason; if there is an answer it is an unsigned error. */
static void expect_no(size_t commits, uint64_t storage, const char *what, size_t at)
{
    struct euicc_reason said;
    euicc_last_reason(iot.f.card, &said);
    ck_assert_msg(said.said, "%s %zu: no reason, %04X", what, at, iot.sw);
    ck_assert_msg(iot.f.commits == commits && iot_storage(&iot) == storage, "%s %zu: something changed", what, at);
    ck_assert_msg(iot.sw == 0x9000 || iot.answer.n == 0, "%s %zu: %04X with data", what, at, iot.sw);
    if (iot.sw != 0x9000) return;
    struct slice in = buf_slice(&iot.answer);
    struct tlv t;
    struct tlv kind;
    ck_assert_msg(tlv_next(&in, &t) && in.n == 0 && t.tag == 0xbf51 && tlv_next(&t.value, &kind) && kind.tag == 0xa2,
                  "%s %zu: not an unsigned error", what, at);
}

START_TEST(test_row_14_every_bit)
{
    ck_assert(eim_sign(&iot.eim, &rat_order, &iot.package));
    uint64_t storage = iot_storage(&iot);
    size_t commits = iot.f.commits;
    for (size_t bit = 16; bit < 8 * iot.package.request.n; bit++) { /* not the tag: that would be another function */
        uint8_t mask = (uint8_t)(0x80 >> bit % 8);
        iot.package.request.p[bit / 8] ^= mask;
        iot_load(&iot);
        expect_no(commits, storage, "bit", bit);
        iot.package.request.p[bit / 8] ^= mask;
    }
    iot_load(&iot);
    (void)iot_expect_result(&iot, "the package itself", RAT_RESULT);
}
END_TEST

START_TEST(test_every_truncation)
{
    BUF_LOCAL whole = {0};
    ck_assert(eim_sign(&iot.eim, &rat_order, &iot.package));
    buf_append(&whole, buf_slice(&iot.package.request));
    uint64_t storage = iot_storage(&iot);
    size_t commits = iot.f.commits;
    for (size_t n = 1; n < whole.n; n++) {
        buf_truncate(&iot.package.request, n);
        iot_load(&iot);
        ck_assert_uint_ne(iot.sw, 0x9000);
        expect_no(commits, storage, "cut to", n);
        buf_reset(&iot.package.request);
        buf_append(&iot.package.request, buf_slice(&whole));
        /* the same with a right outer length */
        if (n < 3) continue;
        buf_reset(&iot.package.request);
        tlv_put(&iot.package.request, 0xbf51, slice_of(whole.p + 3, n - 3));
        iot_load(&iot);
        expect_no(commits, storage, "cut inside to", n);
        buf_reset(&iot.package.request);
        buf_append(&iot.package.request, buf_slice(&whole));
    }
    iot_load(&iot);
    (void)iot_expect_result(&iot, "the package itself", RAT_RESULT);
}
END_TEST

/* One package in blocks of any size: the same result, one commit. */
START_TEST(test_blocks)
{
    static const size_t sizes[] = {1, 2, 16, 127, 128, 200, 255};
    for (size_t k = 0; k < COUNT(sizes); k++) {
        iot.f.lpa.options.block_size = sizes[k];
        iot_psmo_ok(&iot, &iot.eim, "A600", RAT_RESULT);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("iot_package_form");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, test_malformed, 0, COUNT(malformed));
    tcase_add_loop_test(t, test_no_eim_id, 0, COUNT(broken));
    tcase_add_test(t, test_row_27_garbage_behind);
    tcase_add_test(t, test_extensions);
    tcase_add_test(t, test_row_28_empty_lists);
    tcase_add_loop_test(t, test_row_29_damaged_operations, 0, COUNT(damaged));
    tcase_add_test(t, test_nested_and_huge);
    tcase_add_test(t, test_chain_limit);
    tcase_add_test(t, test_row_14_every_bit);
    tcase_add_test(t, test_every_truncation);
    tcase_add_test(t, test_blocks);
    suite_add_tcase(s, t);
    return run_suite(s);
}
