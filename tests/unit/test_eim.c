/* The eIM double against known answers: associations and packages come out byte by byte as other makers have them, and
 * each spoil breaks just what it names. Checks of results: test_eim_check.c.
 */
#include "eim_helpers.h"

/* ---- association ---- */

START_TEST(test_add_initial_eim)
{
    static const char *const expected[] = {"c-addInitialEim-request", "c-addInitialEim-request-token"};
    for (int asks = 0; asks < 2; asks++) {
        struct eim_configuration configuration;
        BUF_LOCAL key = {0};
        BUF_LOCAL request = {0};
        ck_assert(eim_describe(&eim, asks, &key, &configuration));
        ck_assert(eim_add_initial_request(&request, &configuration, 1));
        assert_bytes(buf_slice(&request), entry(expected[asks]), expected[asks]);
    }
}
END_TEST

/* All members at once, in order, and each of them alone missing. */
START_TEST(test_configuration_members)
{
    static const uint8_t ci[20] = {0xf5, 0x41};
    static const uint32_t tags[] = {0x80, 0x81, 0x82, 0x83, 0x84, 0xa5, 0xa6, 0x87, 0x88, 0x89};
    BUF_LOCAL key = {0};
    BUF_LOCAL all = {0};
    struct eim_configuration c;
    char why[200];
    ck_assert(eim_describe(&eim, true, &key, &c));
    c.fqdn = slice_text("eim.example.com");
    c.id_type = 2;
    c.tls_data = c.key_data;
    c.has_protocols = true;
    c.protocols = 1u << 4;
    c.ci_pk_id = SLICE(ci);
    c.indirect_download = true;
    ck_assert(eim_put_configuration(&all, &c));
    ck_assert_msg(sgp32_strict(&sgp32_eim_configuration, buf_slice(&all), SGP32_1_2, why, sizeof why), "%s", why);
    struct slice in = buf_slice(&all);
    struct tlv t;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        ck_assert_msg(tlv_next(&in, &t) && t.tag == tags[i], "member %zu is not %X", i, (unsigned)tags[i]);
    ck_assert_uint_eq(in.n, 0);
    ck_assert(tlv_find(buf_slice(&all), 0x87, &t));
    static const uint8_t proprietary[] = {0x87, 0x02, 0x03, 0x08};
    assert_bytes(t.whole, SLICE(proprietary), "only the proprietary protocol");
    /* 89 came with v1.1. */
    ck_assert(!sgp32_strict(&sgp32_eim_configuration, buf_slice(&all), SGP32_1_0, why, sizeof why));
    ck_assert_msg(strstr(why, "indirectProfileDownload (89) belongs to v1.1"), "%s", why);
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        BUF_LOCAL less = {0};
        c.edits[0] = (struct eim_edit){.kind = EIM_EDIT_DROP, .tag = tags[i]};
        ck_assert(eim_put_configuration(&less, &c));
        ck_assert_uint_lt(less.n, all.n);
        ck_assert(!tlv_find(buf_slice(&less), tags[i], &t));
    }
}
END_TEST

START_TEST(test_certificate_form)
{
    for (int curve = TEST_P256; curve <= TEST_BP256; curve++) {
        EIM_LOCAL other = {0};
        BUF_LOCAL key = {0};
        struct eim_configuration c;
        struct pki_certificate read;
        const char *why = "";
        const struct eim_config config = {.id = "1.3.6.1.4.1.1",
                                          .id_type = 1,
                                          .curve = (enum test_curve)curve,
                                          .seed = slice_text("certificate"),
                                          .certificate = true,
                                          .version = SGP32_1_2};
        ck_assert_msg(eim_init(&other, &config), "%s", other.error);
        ck_assert(pki_is_signed_by(buf_slice(&other.certificate), &other.key));
        ck_assert(eim_describe(&other, false, &key, &c));
        /* A1 has the three members of the certificate without its 30. */
        struct slice in = c.key_data;
        struct tlv form;
        struct tlv whole;
        BUF_LOCAL again = {0};
        ck_assert(tlv_next(&in, &form) && form.tag == 0xa1 && in.n == 0);
        tlv_put(&again, 0x30, form.value);
        in = buf_slice(&other.certificate);
        ck_assert(tlv_next(&in, &whole));
        assert_bytes(buf_slice(&again), whole.whole, "certificate");
        /* No RSP role: a certificate of an eIM is none of SGP.22. */
        ck_assert(!pki_read(buf_slice(&again), &read, &why));
        ck_assert_str_eq(why, "certificatePolicies does not name one RSP role");
    }
}
END_TEST

START_TEST(test_stored_configuration)
{
    static const uint8_t token7[] = {0x84, 0x01, 0x07};
    static const uint8_t counter[] = {0x83, 0x01, 0x01};
    static const uint8_t proprietary[] = {0x82, 0x01, 0x03};
    static const uint8_t oid[] = {0x82, 0x01, 0x01};
    static const struct {
        const char *what;
        struct eim_edit edit;
        int64_t token;
        const char *error;
    } rows[] = {
        {"as sent", {.kind = EIM_EDIT_NONE}, EIM_NO_TOKEN, NULL},
        {"with its token", {.kind = EIM_EDIT_BEFORE, .tag = 0xa5, .bytes = {token7, 3}}, 7, NULL},
        {"with another token", {.kind = EIM_EDIT_BEFORE, .tag = 0xa5, .bytes = {token7, 3}}, 8, "not the one of this"},
        {"with a token that nobody asked for",
         {.kind = EIM_EDIT_BEFORE, .tag = 0xa5, .bytes = {token7, 3}},
         EIM_NO_TOKEN,
         "not the one of this"},
        {"without its token", {.kind = EIM_EDIT_NONE}, 7, "associationToken is missing"},
        {"counter given away", {.kind = EIM_EDIT_BEFORE, .tag = 0xa5, .bytes = {counter, 3}}, EIM_NO_TOKEN, "counter"},
        {"default type", {.kind = EIM_EDIT_BEFORE, .tag = 0xa5, .bytes = {proprietary, 3}}, EIM_NO_TOKEN, NULL},
        {"another type", {.kind = EIM_EDIT_BEFORE, .tag = 0xa5, .bytes = {oid, 3}}, EIM_NO_TOKEN, "82 was not sent"},
        {"key lost", {.kind = EIM_EDIT_DROP, .tag = 0xa5}, EIM_NO_TOKEN, "A5 is missing"},
        {"identifier changed", {.kind = EIM_EDIT_GROW, .tag = 0x80, .count = 1}, EIM_NO_TOKEN, "80 came back changed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        BUF_LOCAL key = {0};
        BUF_LOCAL sent = {0};
        BUF_LOCAL stored = {0};
        struct eim_configuration c;
        ck_assert(eim_describe(&eim, rows[i].token >= 0, &key, &c));
        ck_assert(eim_put_configuration(&sent, &c));
        c.has_counter = false;
        c.has_token = false;
        c.edits[0] = rows[i].edit;
        ck_assert(eim_put_configuration(&stored, &c));
        bool same = eim_configuration_is_stored(&eim, buf_slice(&sent), buf_slice(&stored), rows[i].token);
        ck_assert_msg(same == !rows[i].error && (same || strstr(eim.error, rows[i].error)), "%s: %s", rows[i].what,
                      eim.error);
    }
}
END_TEST

/* ---- packages that others made ---- */

static bool second_eim(void *ctx, const char *name, struct buf *out, char *why, size_t size)
{
    static const char id[] = "second.example";
    BUF_LOCAL key = {0};
    (void)ctx;
    if (strcmp(name, "second") != 0) {
        snprintf(why, size, "no such file");
        return false;
    }
    eim_put_key(&key, &eim.key);
    const struct eim_configuration c = {
        .eim_id = slice_text(id), .has_counter = true, .has_token = true, .token = -1, .key_data = buf_slice(&key)};
    return eim_configuration_data(out, &c);
}

static const uint8_t other_eid[] = {0x89, 0x04, 0x90, 0x32, 0x12, 0x34, 0x51, 0x23,
                                    0x45, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x36};

static const struct package_row {
    const char *id;
    const char *text;
    int64_t counter;
    int64_t token;
    bool other_eid;
} package_rows[] = {
    {"c-enable-request", "enable 8929901012345678905 ", 2, EIM_NO_TOKEN, false},
    {"c-enable-request-token1", "enable 8929901012345678905", 2, 1, false},
    {"c-enable-rollback-request", "enable 8929901012345678915 rollback", 3, EIM_NO_TOKEN, false},
    {"c-disable-enable-request", "disable 8929901012345678905; enable 8929901012345678915", 4, EIM_NO_TOKEN, false},
    {"c-list-request", "list", 5, EIM_NO_TOKEN, false},
    {"c-addEim-request", "add-eim second\nlist-eim", 6, EIM_NO_TOKEN, false},
    {"c-counter-8388608-request", "rat", 8388608, EIM_NO_TOKEN, false},
    {"c-wrong-eid-request", "enable 8929901012345678905", 7, EIM_NO_TOKEN, true},
};

START_TEST(test_packages_of_others)
{
    const struct package_row *row = &package_rows[_i];
    EIM_PACKAGE_LOCAL package = {0};
    EIM_PACKAGE_LOCAL read = {0};
    eim.token = row->token;
    struct eim_order order = {.has_counter = true, .counter = row->counter};
    if (row->other_eid) order.spoil.eid = SLICE(other_eid);
    sign_text(row->text, &order, second_eim, &package);
    assert_bytes(buf_slice(&package.request), entry(row->id), row->id);
    ck_assert(eim_package_is_signed(&eim, entry(row->id)));
    /* With another token, or one bit changed, the other maker's package is not ours. */
    eim.token = row->token == 1 ? 2 : 1;
    ck_assert(!eim_package_is_signed(&eim, entry(row->id)));
    eim.token = row->token;
    package.request.p[60] ^= 0x04;
    ck_assert(!eim_package_is_signed(&eim, buf_slice(&package.request)));
    /* Read back, it asks for the same. */
    ck_assert(eim_read_package(&eim, entry(row->id), &read));
    ck_assert(slice_equal(buf_slice(&read.counter), buf_slice(&package.counter)));
    ck_assert(slice_equal(buf_slice(&read.transaction_id), buf_slice(&package.transaction_id)));
    ck_assert(read.n == package.n && read.eco == package.eco);
    for (size_t i = 0; i < read.n; i++)
        ck_assert(read.kinds[i] == package.kinds[i] && read.default_tags[i] == package.default_tags[i]);
}
END_TEST

START_TEST(test_package_of_a_real_eim)
{
    EIM_LOCAL real = {.token = 1, .version = SGP32_1_0};
    ck_assert(test_key_public(&real.key, TEST_P256, kat_slice(kat, "real-a-request.verify.pk")));
    ck_assert(eim_package_is_signed(&real, entry("real-a-request")));
    real.token = EIM_NO_TOKEN;
    ck_assert(!eim_package_is_signed(&real, entry("real-a-request")));
    real.token = 2;
    ck_assert(!eim_package_is_signed(&real, entry("real-a-request")));
}
END_TEST

/* Two packages of one eIM: counters rise, transaction identifiers differ, all of it repeatable. */
START_TEST(test_counters_and_identifiers)
{
    EIM_PACKAGE_LOCAL first = {0};
    EIM_PACKAGE_LOCAL second = {0};
    const struct eim_op op = {.kind = EIM_OP_RAT};
    struct eim_order order = {.ops = &op, .n = 1};
    ck_assert(eim_sign(&eim, &order, &first) && eim_sign(&eim, &order, &second));
    static const uint8_t two[] = {2};
    static const uint8_t three[] = {3};
    assert_bytes(buf_slice(&first.counter), SLICE(two), "the first package is one above the association");
    assert_bytes(buf_slice(&second.counter), SLICE(three), "the second one");
    ck_assert_uint_eq(first.transaction_id.n, 16);
    ck_assert(!slice_equal(buf_slice(&first.transaction_id), buf_slice(&second.transaction_id)));
    order.has_counter = true;
    order.counter = 500;
    ck_assert(eim_sign(&eim, &order, &second));
    ck_assert_uint_eq(eim.counter, 500);
    order.counter = 9;
    ck_assert(eim_sign(&eim, &order, &second));
    ck_assert_uint_eq(eim.counter, 500);
    order.no_transaction_id = true;
    ck_assert(eim_sign(&eim, &order, &second));
    ck_assert(!second.has_transaction_id);
    struct eim_op both[] = {{.kind = EIM_OP_RAT}, {.kind = EIM_OP_LIST_EIM}};
    order.ops = both;
    order.n = 2;
    ck_assert(!eim_sign(&eim, &order, &second));
    ck_assert_ptr_nonnull(strstr(eim.error, "never both"));
}
END_TEST

/* ---- spoils ---- */

static const struct spoil_row {
    const char *name;
    bool fits_signature; /* r||s over signed part and token as the card computes it */
    const char *fault;   /* of the structure; NULL: none */
} spoil_rows[] = {
    {"key", false, NULL},
    {"counter", true, NULL},
    {"negative", true, NULL},
    {"huge", true, NULL},
    {"empty-counter", true, "counterValue: not a minimal INTEGER"},
    {"token", false, NULL},
    {"zero-token", false, NULL},
    {"no-token", false, NULL},
    {"unsigned-token", false, NULL},
    {"eid", true, NULL},
    {"bit", false, NULL},
    {"signature-bit", false, NULL},
    {"der", false, "eimSignature: 7"},
    {"high-s", true, NULL},
    {"short-signature", false, "eimSignature: 63 bytes, expected 64"},
    {"long-signature", false, "eimSignature: 65 bytes, expected 64"},
    {"zero-signature", false, NULL},
    {"both-lists", true, "EuiccPackageSigned: ecoList comes twice"},
    {"no-list", true, "EuiccPackageSigned: euiccPackage is missing"},
    {"list-tag", true, "A2 is not known"},
    {"ber", false, "EuiccPackageRequest: not a DER TLV"},
    {"no-signature", false, "eimSignature is missing"},
    {"no-eim-id", true, "eimId is missing"},
    {"no-eid", true, "eidValue is missing"},
    {"no-counter", true, "counterValue is missing"},
    {"twice", true, "counterValue comes twice"},
    {"order", true, "eidValue is missing"},
    {"oversized", true, "eimTransactionId: 80 bytes, expected 1 to 16"},
    {"unknown", true, "EuiccPackageSigned: 9F7A is not known"},
    {"trailer", true, NULL},
};

START_TEST(test_spoils)
{
    const struct spoil_row *row = &spoil_rows[_i];
    EIM_PACKAGE_LOCAL package = {0};
    struct test_key other = {.curve = TEST_P256};
    struct eim_order order = {0};
    struct tlv whole;
    const char *wrong = NULL;
    char why[256] = "";
    /* 128 needs the leading zero that "unsigned-token" drops. */
    eim.token = 128;
    ck_assert(eim_spoil_read(row->name, &other, &order.spoil, &wrong));
    sign_text("enable 8929901012345678915", &order, NULL, &package);
    struct slice in = buf_slice(&package.request);
    ck_assert(tlv_next(&in, &whole));
    ck_assert_msg((in.n != 0) == (strcmp(row->name, "trailer") == 0), "%s: trailer", row->name);
    ck_assert_msg(eim_package_is_signed(&eim, whole.whole) == row->fits_signature, "%s: signature", row->name);
    bool fits = sgp32_strict(&sgp32_package_request, whole.value, SGP32_1_2, why, sizeof why);
    ck_assert_msg(fits == !row->fault && (fits || strstr(why, row->fault)), "%s: %s", row->name, why);
}
END_TEST

START_TEST(test_every_spoil_has_a_row)
{
    const char *meaning = NULL;
    size_t n = 0;
    for (; eim_spoil_name(n, &meaning); n++)
        ck_assert_str_eq(eim_spoil_name(n, &meaning), spoil_rows[n].name);
    ck_assert_uint_eq(n, sizeof spoil_rows / sizeof *spoil_rows);
    struct eim_spoil spoil = {0};
    struct test_key other = {.curve = TEST_P256};
    const char *wrong = NULL;
    ck_assert(!eim_spoil_read("bit,nonsense", &other, &spoil, &wrong));
    ck_assert_str_eq(wrong, "nonsense");
}
END_TEST

/* Signatures in other shapes, and bits anywhere. */
START_TEST(test_signature_shapes)
{
    static const enum eim_signature_form bad[] = {EIM_SIGNATURE_ZERO_R, EIM_SIGNATURE_ORDER_R, EIM_SIGNATURE_ORDER_S};
    for (int curve = TEST_P256; curve <= TEST_BP256; curve++) {
        EIM_LOCAL other = {0};
        EIM_PACKAGE_LOCAL package = {0};
        const struct eim_config config = {.id = "e", .curve = (enum test_curve)curve, .seed = slice_text("s")};
        const struct eim_op op = {.kind = EIM_OP_RAT};
        struct eim_order order = {.ops = &op, .n = 1};
        ck_assert(eim_init(&other, &config) && eim_sign(&other, &order, &package));
        ck_assert(eim_package_is_signed(&other, buf_slice(&package.request)));
        order.spoil.signature_form = EIM_SIGNATURE_HIGH_S;
        ck_assert(eim_sign(&other, &order, &package));
        ck_assert(eim_package_is_signed(&other, buf_slice(&package.request)));
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            order.spoil.signature_form = bad[i];
            ck_assert(eim_sign(&other, &order, &package));
            ck_assert(!eim_package_is_signed(&other, buf_slice(&package.request)));
        }
        order.spoil = (struct eim_spoil){.flip = 1 + 8 * 20};
        ck_assert(eim_sign(&other, &order, &package));
        ck_assert(!eim_package_is_signed(&other, buf_slice(&package.request)));
        order.spoil.flip = 1 + 8 * 4000;
        ck_assert(!eim_sign(&other, &order, &package));
    }
}
END_TEST

START_TEST(test_edits)
{
    static const struct {
        struct eim_edit edit;
        const char *after; /* NULL: refused */
    } rows[] = {
        {{.kind = EIM_EDIT_DROP, .tag = 0x81},
         "800102"
         "820104"},
        {{.kind = EIM_EDIT_REPEAT, .tag = 0x80},
         "800102"
         "800102"
         "810103"
         "820104"},
        {{.kind = EIM_EDIT_VALUE, .tag = 0x80, .bytes = {other_eid, 2}},
         "80028904"
         "810103"
         "820104"},
        {{.kind = EIM_EDIT_RETAG, .tag = 0x82, .other = 0xbf2d},
         "800102"
         "810103"
         "bf2d0104"},
        {{.kind = EIM_EDIT_SWAP, .tag = 0x80},
         "810103"
         "800102"
         "820104"},
        {{.kind = EIM_EDIT_SWAP, .tag = 0x82}, NULL},
        {{.kind = EIM_EDIT_FIRST, .tag = 0x82},
         "820104"
         "800102"
         "810103"},
        {{.kind = EIM_EDIT_LAST, .tag = 0x80},
         "810103"
         "820104"
         "800102"},
        {{.kind = EIM_EDIT_LONG, .tag = 0x81},
         "800102"
         "81810103"
         "820104"},
        {{.kind = EIM_EDIT_GROW, .tag = 0x80, .count = 2},
         "8003027878"
         "810103"
         "820104"},
        {{.kind = EIM_EDIT_BEFORE, .tag = 0x80, .bytes = {other_eid, 1}},
         "89800102"
         "810103"
         "820104"},
        {{.kind = EIM_EDIT_APPEND, .bytes = {other_eid, 1}},
         "800102"
         "810103"
         "82010489"},
        {{.kind = EIM_EDIT_DROP, .tag = 0x99}, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        BUF_LOCAL content = {0};
        BUF_LOCAL expected = {0};
        const struct eim_edit edits[EIM_EDITS_MAX] = {rows[i].edit};
        hex_bytes("800102810103820104", &content);
        bool ok = eim_edit(&content, edits);
        ck_assert_msg(ok == (rows[i].after != NULL), "row %zu", i);
        if (!ok) continue;
        hex_bytes(rows[i].after, &expected);
        assert_bytes(buf_slice(&content), buf_slice(&expected), "edit");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("eim");
    TCase *tc = tcase_create("eIM double");
    tcase_add_checked_fixture(tc, eim_helpers_start, eim_helpers_end);
    tcase_add_test(tc, test_add_initial_eim);
    tcase_add_test(tc, test_configuration_members);
    tcase_add_test(tc, test_certificate_form);
    tcase_add_test(tc, test_stored_configuration);
    tcase_add_loop_test(tc, test_packages_of_others, 0, (int)(sizeof package_rows / sizeof *package_rows));
    tcase_add_test(tc, test_package_of_a_real_eim);
    tcase_add_test(tc, test_counters_and_identifiers);
    tcase_add_loop_test(tc, test_spoils, 0, (int)(sizeof spoil_rows / sizeof *spoil_rows));
    tcase_add_test(tc, test_every_spoil_has_a_row);
    tcase_add_test(tc, test_signature_shapes);
    tcase_add_test(tc, test_edits);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
