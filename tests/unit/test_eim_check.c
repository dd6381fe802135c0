/* What the eIM double accepts as an EuiccPackageResult and what it refuses: results of real cards and of other makers,
 * each of them with bits changed, and results that this test signs itself with one thing wrong. */
#include "eim_helpers.h"

/* ---- known answers ---- */

static const struct known_row {
    const char *request; /* NULL: what `text` asks for */
    const char *text;
    const char *response;
    int64_t counter;
    int64_t token;
    enum eim_result_kind kind;
    int64_t sequence_number;
    int error;
    uint32_t tag; /* of the first element, 0: none */
    int code;     /* of it */
} known_rows[] = {
    {"c-enable-request", NULL, "c-enable-result", 2, EIM_NO_TOKEN, EIM_RESULT_SIGNED, 5, -1, 0x83, 0},
    {"c-enable-request-token1", NULL, "c-enable-result-token1", 2, 1, EIM_RESULT_SIGNED, 5, -1, 0x83, 0},
    {"c-disable-enable-request", NULL, "c-stop-result", 4, EIM_NO_TOKEN, EIM_RESULT_SIGNED, 6, -1, 0x83, 1},
    {"c-addEim-request", NULL, "c-addEim-result", 6, EIM_NO_TOKEN, EIM_RESULT_SIGNED, 7, -1, 0xa8, 0},
    {"c-counter-8388608-request", NULL, "c-error-counter-range", 0, EIM_NO_TOKEN, EIM_RESULT_ERROR_SIGNED, -1, 6, 0, 0},
    {"c-enable-request", NULL, "c-error-replay", 2, EIM_NO_TOKEN, EIM_RESULT_ERROR_SIGNED, -1, 4, 0, 0},
    {"c-wrong-eid-request", NULL, "c-error-eid", 7, EIM_NO_TOKEN, EIM_RESULT_ERROR_SIGNED, -1, 3, 0, 0},
    {"c-enable-request", NULL, "c-error-unsigned", 2, EIM_NO_TOKEN, EIM_RESULT_ERROR_UNSIGNED, -1, -1, 0, 0},
    {"c-enable-request-token1", NULL, "c-error-unsigned-token1", 2, 1, EIM_RESULT_ERROR_UNSIGNED, -1, -1, 0, 0},
};

/* The package that a row is the answer to. c-stop-result answers an enable; its own request is not known. */
static void package_of(const struct known_row *row, struct eim_package *package)
{
    struct eim_order order = {.has_counter = true, .counter = row->counter};
    eim.token = row->token;
    if (strcmp(row->response, "c-stop-result") == 0)
        sign_text("enable 8929901012345678905; rat", &order, NULL, package);
    else
        ck_assert_msg(eim_read_package(&eim, entry(row->request), package), "%s", eim.error);
}

START_TEST(test_known_results)
{
    const struct known_row *row = &known_rows[_i];
    EIM_PACKAGE_LOCAL package = {0};
    struct eim_result result;
    package_of(row, &package);
    ck_assert_msg(eim_check_result(&eim, &package, entry(row->response), &result), "%s: %s", row->response, eim.error);
    ck_assert_int_eq(result.kind, row->kind);
    ck_assert_int_eq(result.sequence_number, row->sequence_number);
    ck_assert_int_eq(result.error, row->error);
    ck_assert_int_eq(result.n != 0, row->tag != 0);
    if (row->tag) {
        ck_assert_uint_eq(result.data[0].tag, row->tag);
        ck_assert_int_eq(result.data[0].code, row->code);
    }
    BUF_LOCAL text = {0};
    eim_print_result(&text, &result);
    ck_assert_uint_gt(text.n, 8);
}
END_TEST

/* One bit anywhere: never accepted. */
START_TEST(test_known_results_with_a_bit_changed)
{
    const struct known_row *row = &known_rows[_i];
    EIM_PACKAGE_LOCAL package = {0};
    BUF_LOCAL response = {0};
    struct eim_result result;
    package_of(row, &package);
    buf_append(&response, entry(row->response));
    for (size_t bit = 0; bit < 8 * response.n; bit++) {
        response.p[bit / 8] ^= (uint8_t)(0x80 >> (bit % 8));
        eim.sequence_number = -1;
        ck_assert_msg(!eim_check_result(&eim, &package, buf_slice(&response), &result), "%s: bit %zu is accepted",
                      row->response, bit);
        response.p[bit / 8] ^= (uint8_t)(0x80 >> (bit % 8));
    }
    ck_assert_msg(eim_check_result(&eim, &package, buf_slice(&response), &result), "%s", eim.error);
}
END_TEST

/* Cut at each byte, on an exact copy. */
START_TEST(test_known_results_truncated)
{
    const struct known_row *row = &known_rows[_i];
    EIM_PACKAGE_LOCAL package = {0};
    struct eim_result result;
    struct slice whole = entry(row->response);
    package_of(row, &package);
    for (size_t n = 0; n < whole.n; n++) {
        uint8_t *copy = malloc(n ? n : 1);
        ck_assert_ptr_nonnull(copy);
        if (n) memcpy(copy, whole.p, n);
        ck_assert_msg(!eim_check_result(&eim, &package, slice_of(copy, n), &result), "%s: %zu bytes are accepted",
                      row->response, n);
        free(copy);
    }
}
END_TEST

/* ---- real cards ---- */

static void real_eim(struct eim *real, const char *key_of, int64_t token)
{
    struct test_key key;
    *real = (struct eim){.version = SGP32_1_2, .token = token, .sequence_number = -1};
    ck_assert(test_key_public(&key, TEST_P256, kat_slicef(kat, "%s.verify.pk", key_of)));
    eim_know_key(real, &key);
}

START_TEST(test_real_card_a)
{
    EIM_LOCAL real = {0};
    EIM_PACKAGE_LOCAL package = {0};
    struct eim_result first;
    struct eim_result again;
    struct tlv retrieved;
    struct tlv list;
    struct tlv t;
    real_eim(&real, "real-a-result", 1);
    ck_assert(eim_read_package(&real, entry("real-a-request"), &package));
    ck_assert_msg(eim_check_result(&real, &package, entry("real-a-result"), &first), "%s", real.error);
    ck_assert_int_eq(first.counter, 1006);
    ck_assert_int_eq(first.sequence_number, 20);
    ck_assert_str_eq(first.data[0].code_name, "iccidOrAidNotFound");
    /* The same data with a fresh signature, as this card gives them when they are retrieved. */
    struct slice in = entry("real-a-retrieve");
    ck_assert(tlv_next(&in, &retrieved) && tlv_find(retrieved.value, 0xa2, &list) && tlv_find(list.value, 0xbf51, &t));
    ck_assert_msg(eim_check_again(&real, &package, &first, t.whole, &again), "%s", real.error);
    ck_assert(!slice_equal(first.signature, again.signature));
    /* As a new result it would be an old number (5.14.6). */
    ck_assert(!eim_check_result(&real, &package, t.whole, &again));
    ck_assert_ptr_nonnull(strstr(real.error, "seqNumber 20 does not rise above 20"));
    /* Without the token, the signature does not fit. */
    package.token = EIM_NO_TOKEN;
    ck_assert(!eim_check_again(&real, &package, &first, t.whole, &again));
    ck_assert_ptr_nonnull(strstr(real.error, "signature does not fit"));
}
END_TEST

START_TEST(test_real_card_k)
{
    EIM_LOCAL real = {0};
    EIM_PACKAGE_LOCAL package = {0};
    BUF_LOCAL response = {0};
    struct eim_result result;
    struct tlv t;
    static const uint8_t counter[] = {0x0d};
    real_eim(&real, "real-kigen-epr-listProfileInfo", EIM_NO_TOKEN);
    buf_append(&response, entry("real-kigen-epr-listProfileInfo"));
    /* The request is not known; all that the result is compared with can be read off the result. */
    buf_append(&package.eim_id, slice_text("eim.symb-iot.com"));
    buf_append(&package.counter, SLICE(counter));
    package.has_transaction_id = true;
    BUF_LOCAL id = {0};
    hex_bytes("84c760645756d9c31bf1a45211c1c5bf", &id);
    buf_append(&package.transaction_id, buf_slice(&id));
    package.token = EIM_NO_TOKEN;
    package.kinds[0] = EIM_OP_LIST;
    package.default_tags[0] = true;
    package.n = 1;
    ck_assert_msg(eim_check_result(&real, &package, buf_slice(&response), &result), "%s", real.error);
    ck_assert_int_eq(result.sequence_number, 14);
    size_t profiles = 0;
    for (struct slice in = result.data[0].list; tlv_next(&in, &t);)
        profiles++;
    ck_assert_uint_eq(profiles, 4);
    for (size_t i = 0; i < response.n; i++) {
        response.p[i] ^= 0x01;
        real.sequence_number = -1;
        ck_assert_msg(!eim_check_result(&real, &package, buf_slice(&response), &result), "byte %zu", i);
        response.p[i] ^= 0x01;
    }
}
END_TEST

/* Signatures of card B cannot be checked: its keys are not known. Everything else is. */
START_TEST(test_real_card_b)
{
    EIM_LOCAL real = {.version = SGP32_1_2, .token = EIM_NO_TOKEN, .sequence_number = 4};
    EIM_PACKAGE_LOCAL package = {0};
    struct eim_result result;
    ck_assert(eim_read_package(&real, entry("real-b-enable-request"), &package));
    ck_assert_msg(eim_check_result(&real, &package, entry("real-b-enable-result"), &result), "%s", real.error);
    ck_assert_int_eq(result.sequence_number, 5);
    ck_assert_int_eq(result.data[0].code, 0);
    eim_package_free(&package);
    ck_assert(eim_read_package(&real, entry("real-a-request"), &package));
    ck_assert(!eim_check_result(&real, &package, entry("real-b-enable-result"), &result));
}
END_TEST

/* ---- results with one thing wrong, signed by this test ---- */

/* Content of the signed data: parts as hex, put together. */
struct answer {
    const char *head; /* 80, 81, 82 as hex; NULL: as asked */
    const char *tail; /* 83 and 30, or 02 */
    uint8_t choice;   /* A0, A1 */
    int64_t token;    /* that it is signed with */
};

static void make_answer(const struct answer *a, struct buf *out)
{
    BUF_LOCAL content = {0};
    BUF_LOCAL data = {0};
    BUF_LOCAL input = {0};
    BUF_LOCAL signature = {0};
    hex_bytes(a->head ? a->head : "80087465737465696d31810102821001020304050607080910111213141516", &content);
    if (!a->head) memcpy(content.p + content.n - 16, transaction_id, 16);
    ck_assert(hex_decode(slice_text(a->tail), &content));
    tlv_put(&data, 0x30, buf_slice(&content));
    buf_append(&input, buf_slice(&data));
    eim_put_token(&input, a->token);
    ck_assert(test_sign(&card_key, buf_slice(&input), &signature));
    tlv_put(&data, 0x5f37, buf_slice(&signature));
    buf_reset(out);
    size_t whole = tlv_open(out, 0xbf51);
    tlv_put(out, a->choice, buf_slice(&data));
    tlv_close(out, whole);
}

#define ID "80087465737465696d31"
#define TXID "82100102030405060708090a0b0c0d0e0f10"

static const struct wrong_row {
    const char *what;
    const char *text; /* what was asked */
    struct answer answer;
    const char *error; /* NULL: accepted */
} wrong_rows[] = {
    {"right", "rat; list", {NULL, "8301053009a600bf2d0481020000", 0xa0, EIM_NO_TOKEN}, "profileInfoListError"},
    {"right list", "rat; list", {NULL, "8301053007a600bf2d02a000", 0xa0, EIM_NO_TOKEN}, NULL},
    {"another eIM", "rat", {"80087465737465696d32810102" TXID, "8301053002a600", 0xa0, EIM_NO_TOKEN}, "eimId is not"},
    {"another counter", "rat", {ID "810103" TXID, "8301053002a600", 0xa0, EIM_NO_TOKEN}, "counterValue 3, the package"},
    {"no transaction", "rat", {ID "810102", "8301053002a600", 0xa0, EIM_NO_TOKEN}, "eimTransactionId: missing"},
    {"another transaction",
     "rat",
     {ID "810102820101", "8301053002a600", 0xa0, EIM_NO_TOKEN},
     "eimTransactionId is not"},
    {"members out of order", "rat", {"810102" ID TXID, "8301053002a600", 0xa0, EIM_NO_TOKEN}, "eimId is missing"},
    {"no sequence number", "rat", {NULL, "3002a600", 0xa0, EIM_NO_TOKEN}, "seqNumber is missing"},
    {"sequence number not minimal", "rat", {NULL, "830200053002a600", 0xa0, EIM_NO_TOKEN}, "seqNumber: not a minimal"},
    {"unknown member behind", "rat", {NULL, "8301053002a6009f7a00", 0xa0, EIM_NO_TOKEN}, "9F7A is not known"},
    {"wrong token", "rat", {NULL, "8301053002a600", 0xa0, 1}, "signature does not fit"},
    {"rollbackResult",
     "enable 8929901012345678905",
     {NULL, "83010530038c0100", 0xa0, EIM_NO_TOKEN},
     "rollbackResult in"},
    {"result of another operation", "rat", {NULL, "8301053003830100", 0xa0, EIM_NO_TOKEN}, "expected A6"},
    {"reordered results",
     "rat; disable 8929901012345678905",
     {NULL, "8301053005840100a600", 0xa0, EIM_NO_TOKEN},
     "result 1 is disableResult (84), expected A6"},
    {"results after an error",
     "disable 8929901012345678905; rat",
     {NULL, "8301053005840101a600", 0xa0, EIM_NO_TOKEN},
     "getRATResult comes after disableResult"},
    {"too few results",
     "disable 8929901012345678905; rat",
     {NULL, "8301053003840100", 0xa0, EIM_NO_TOKEN},
     "1 results for 2 operations"},
    {"stopped by an error", "disable 8929901012345678905; rat", {NULL, "8301053003840101", 0xa0, EIM_NO_TOKEN}, NULL},
    {"too many results", "rat", {NULL, "8301053004a600a600", 0xa0, EIM_NO_TOKEN}, "2 results for 1 operations"},
    {"terminated", "rat; raw AF00; rat", {NULL, "8301053005a600020102", 0xa0, EIM_NO_TOKEN}, NULL},
    {"more after terminated",
     "raw AF00; rat",
     {NULL, "8301053005020102a600", 0xa0, EIM_NO_TOKEN},
     "getRATResult comes after processingTerminated"},
    {"terminated after an error",
     "disable 8929901012345678905; rat",
     {NULL, "8301053006840101020102", 0xa0, EIM_NO_TOKEN},
     "processingTerminated comes after disableResult"},
    {"lastEimDeleted does not stop",
     "delete-eim x; list-eim",
     {NULL, "8301053007890102ab02a000", 0xa0, EIM_NO_TOKEN},
     NULL},
    {"a code that does not exist",
     "rat; disable 8929901012345678905",
     {NULL, "8301053005a600840104", 0xa0, EIM_NO_TOKEN},
     "disableResult: 4 is no value of it in v1.2"},
    {"rollbackNotAvailable of disable",
     "disable 8929901012345678905",
     {NULL, "8301053003840114", 0xa0, EIM_NO_TOKEN},
     "disableResult: 20 is no value"},
    {"addEim with tag 88", "add-eim second", {NULL, "8301053003880100", 0xa0, EIM_NO_TOKEN}, "88 is not known"},
    {"listEim without the A0",
     "list-eim",
     {NULL, "830105300aab08300680046e616d65", 0xa0, EIM_NO_TOKEN},
     "30 is not known"},
    {"eimIdType of v1.0",
     "list-eim",
     {NULL, "830105300fab0da00b300980046e616d65840102", 0xa0, EIM_NO_TOKEN},
     "belongs to v1.0"},
    {"listProfileInfo error as 02", "list", {NULL, "8301053006bf2d0302010b", 0xa0, EIM_NO_TOKEN}, "2 is not known"},
    {"a nickname that nobody asked for",
     "list",
     {NULL, "830105300abf2d07a005e303900161", 0xa0, EIM_NO_TOKEN},
     "90 is not a default member"},
    {"a nickname that was asked for", "list 90", {NULL, "830105300abf2d07a005e303900161", 0xa0, EIM_NO_TOKEN}, NULL},
    {"fallbackAttribute FALSE",
     "list",
     {NULL, "830105300bbf2d08a006e3049f260100", 0xa0, EIM_NO_TOKEN},
     "FALSE is the default"},
    {"fallbackAttribute TRUE as 01",
     "list",
     {NULL, "830105300bbf2d08a006e3049f260101", 0xa0, EIM_NO_TOKEN},
     "not a DER BOOLEAN"},
    {"replayError", "rat", {NULL, "020104", 0xa1, EIM_NO_TOKEN}, NULL},
    {"an error that does not exist",
     "rat",
     {NULL, "020105", 0xa1, EIM_NO_TOKEN},
     "euiccPackageErrorCode: 5 is no value"},
    {"error with sequence number", "rat", {NULL, "830105020104", 0xa1, EIM_NO_TOKEN}, "83 is not known"},
};

START_TEST(test_wrong_results)
{
    const struct wrong_row *row = &wrong_rows[_i];
    EIM_PACKAGE_LOCAL package = {0};
    BUF_LOCAL response = {0};
    struct eim_order order = {.has_counter = true, .counter = 2};
    struct eim_result result;
    static const uint8_t raw[] = {0xa8, 0x00};
    const struct eim_op add = {.kind = EIM_OP_RAW_ECO, .bytes = {raw, 2}};
    if (strncmp(row->text, "add-eim", 7) == 0) {
        order.ops = &add;
        order.n = 1;
        order.transaction_id = SLICE(transaction_id);
        ck_assert(eim_sign(&eim, &order, &package));
        package.kinds[0] = EIM_OP_ADD_EIM;
    } else {
        sign_text(row->text, &order, NULL, &package);
    }
    make_answer(&row->answer, &response);
    bool ok = eim_check_result(&eim, &package, buf_slice(&response), &result);
    ck_assert_msg(ok == !row->error && (ok || strstr(eim.error, row->error)), "%s: %s", row->what,
                  ok ? "accepted" : eim.error);
}
END_TEST

/* ---- unsigned errors ---- */

START_TEST(test_unsigned_errors)
{
    static const struct {
        const char *what;
        enum sgp32_version version;
        int64_t token;
        bool long_id;
        const char *response;
        const char *error;
    } rows[] = {
        {"with transaction", SGP32_1_2, EIM_NO_TOKEN, false, "bf511ea21c" ID TXID, NULL},
        {"without transaction", SGP32_1_2, EIM_NO_TOKEN, false, "bf510ca20a" ID, "eimTransactionId: missing"},
        {"v1.0 has no place for it", SGP32_1_0, EIM_NO_TOKEN, false, "bf510ca20a" ID, NULL},
        {"v1.0 with it", SGP32_1_0, EIM_NO_TOKEN, false, "bf511ea21c" ID TXID, "belongs to v1.1"},
        {"token", SGP32_1_2, 1, false, "bf5121a21f" ID TXID "840101", NULL},
        {"another token", SGP32_1_2, 2, false, "bf5121a21f" ID TXID "840101", "is not the one of this"},
        {"unsignedErrorCode", SGP32_1_2, EIM_NO_TOKEN, false, "bf5121a21f" ID TXID "8f017f", "belongs to v1.3"},
        {"unsignedErrorCode in v1.3", SGP32_1_3, EIM_NO_TOKEN, false, "bf5121a21f" ID TXID "8f017f", NULL},
        {"identifier of 17 bytes is not echoed", SGP32_1_2, EIM_NO_TOKEN, true, "bf510ca20a" ID, NULL},
        {"another eIM", SGP32_1_2, EIM_NO_TOKEN, false, "bf511ea21c80087465737465696d32" TXID, "eimId is not"},
        {"signed", SGP32_1_2, EIM_NO_TOKEN, false, "bf5121a21f" ID TXID "5f3700", "is not known"},
    };
    static const uint8_t long_id[17] = {1};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        EIM_PACKAGE_LOCAL package = {0};
        BUF_LOCAL response = {0};
        struct eim_result result;
        struct eim_order order = {0};
        if (rows[i].long_id) order.transaction_id = SLICE(long_id);
        eim.version = rows[i].version;
        eim.token = rows[i].token;
        sign_text("rat", &order, NULL, &package);
        hex_bytes(rows[i].response, &response);
        bool ok = eim_check_result(&eim, &package, buf_slice(&response), &result);
        ck_assert_msg(ok == !rows[i].error && (ok || strstr(eim.error, rows[i].error)), "%s: %s", rows[i].what,
                      ok ? "accepted" : eim.error);
    }
}
END_TEST

/* ---- rollback ---- */

START_TEST(test_rollback)
{
    static const struct {
        const char *what;
        enum sgp32_version version;
        const char *tail;
        const char *error;
    } rows[] = {
        {"alone", SGP32_1_2, "83010930038c0100", NULL},
        {"after the original results", SGP32_1_2, "83010930068301008c0100", "2 elements"},
        {"after the original results in v1.0", SGP32_1_0, "83010930068301008c0100", NULL},
        {"not at the end", SGP32_1_0, "83010930068c0100830100", "does not end with rollbackResult"},
        {"failed", SGP32_1_2, "83010930038c017f", "rollbackResult is not ok"},
        {"old number", SGP32_1_2, "83010530038c0100", "does not rise above 5"},
        {"empty", SGP32_1_2, "8301093000", "does not end with rollbackResult"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        EIM_PACKAGE_LOCAL package = {0};
        BUF_LOCAL response = {0};
        struct eim_result result;
        struct eim_order order = {.has_counter = true, .counter = 2};
        eim.version = rows[i].version;
        eim.sequence_number = 5;
        sign_text("enable 8929901012345678905 rollback", &order, NULL, &package);
        make_answer(&(struct answer){NULL, rows[i].tail, 0xa0, EIM_NO_TOKEN}, &response);
        bool ok = eim_check_rollback(&eim, &package, buf_slice(&response), &result);
        ck_assert_msg(ok == !rows[i].error && (ok || strstr(eim.error, rows[i].error)), "%s: %s", rows[i].what,
                      ok ? "accepted" : eim.error);
    }
    /* And the known answer. */
    EIM_PACKAGE_LOCAL granting = {0};
    struct eim_result result;
    eim.version = SGP32_1_2;
    eim.sequence_number = 5;
    ck_assert(eim_read_package(&eim, entry("c-enable-rollback-request"), &granting));
    granting.token = 0;
    bool fits = eim_check_rollback(&eim, &granting, entry("c-rollback-epr"), &result);
    ck_assert_msg(fits, "%s", eim.error);
    ck_assert_int_eq(result.sequence_number, 9);
}
END_TEST

/* ---- the card's certificates ---- */

START_TEST(test_know_card)
{
    struct kat *keys = kat_open("sgp26.txt");
    struct pki_anchor anchor = {0};
    struct pki_issuer eum = {0};
    BUF_LOCAL certificate = {0};
    ck_assert_ptr_nonnull(keys);
    ck_assert(test_key_public(&anchor.key, TEST_P256, kat_slice(keys, "SK_CI_NIST.pk")));
    test_key_identifier(&anchor.key, anchor.id);
    ck_assert(test_key_private(&eum.key, TEST_P256, kat_slice(keys, "SK_EUM_NIST.sk")));
    eum.certificate = kat_slice(keys, "CERT_EUM_NIST_2017.der");
    const struct pki_request request = {.role = PKI_EUICC,
                                        .key = &card_key,
                                        .organization = "RSP Test EUM",
                                        .common_name = "Test eUICC",
                                        .serial_number = TEST_EID};
    ck_assert(pki_issue(&request, &eum, &certificate));
    eim.knows_key = false;
    ck_assert_msg(eim_know_card(&eim, buf_slice(&certificate), eum.certificate, &anchor, 1), "%s", eim.error);
    ck_assert(eim.knows_key && slice_equal(test_key_point(&eim.card_key), test_key_point(&card_key)));
    ck_assert(eim_set_eid(&eim, "89049032123451234512345678901332"));
    ck_assert(!eim_know_card(&eim, buf_slice(&certificate), eum.certificate, &anchor, 1));
    ck_assert_ptr_nonnull(strstr(eim.error, "its EID is 89049032123451234512345678901332"));
    ck_assert(eim_set_eid(&eim, TEST_EID));
    certificate.p[certificate.n - 1] ^= 1;
    ck_assert(!eim_know_card(&eim, buf_slice(&certificate), eum.certificate, &anchor, 1));
    ck_assert(!eim_know_card(&eim, buf_slice(&certificate), eum.certificate, &anchor, 0));
    kat_free(keys);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("eim_check");
    TCase *tc = tcase_create("results");
    int known = (int)(sizeof known_rows / sizeof *known_rows);
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, eim_helpers_start, eim_helpers_end);
    tcase_add_loop_test(tc, test_known_results, 0, known);
    tcase_add_loop_test(tc, test_known_results_with_a_bit_changed, 0, known);
    tcase_add_loop_test(tc, test_known_results_truncated, 0, known);
    tcase_add_test(tc, test_real_card_a);
    tcase_add_test(tc, test_real_card_k);
    tcase_add_test(tc, test_real_card_b);
    tcase_add_loop_test(tc, test_wrong_results, 0, (int)(sizeof wrong_rows / sizeof *wrong_rows));
    tcase_add_test(tc, test_unsigned_errors);
    tcase_add_test(tc, test_rollback);
    tcase_add_test(tc, test_know_card);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
