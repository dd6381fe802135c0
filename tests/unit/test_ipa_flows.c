/* The flows of the IPA double against a scripted card (script_card.h) that answers with known answers: association,
 * delivery of results with everything that can be wrong on the way, rollback. Needs no card of this project. */
#include "ipa.h"
#include "kat.h"
#include "script_card.h"

#include <stdlib.h>

static struct script script;
static struct ipa ipa;
static struct kat *kat;

static void start(enum sgp32_version version)
{
    const struct lpa_reader reader = {
        .ctx = &script, .transmit = script_transmit, .power = script_power, .reset = script_reset};
    const struct lpa_options options = {.channel = 1, .block_size = 120};
    script = (struct script){0};
    ipa_init(&ipa, &reader, &options, version);
    ck_assert_msg(lpa_open(&ipa.lpa), "%s", ipa.lpa.error);
}

static void stop(void)
{
    ipa_free(&ipa);
    script_free(&script);
}

static void open_kat(void)
{
    kat = kat_open("sgp32.txt");
    ck_assert_ptr_nonnull(kat);
}

static void close_kat(void)
{
    stop();
    kat_free(kat);
}

static struct eim eim;
static struct test_key card_key;

static void start_eim(void)
{
    const struct eim_config config = {.id = "testeim1",
                                      .curve = TEST_P256,
                                      .private_key = kat_slice(kat, "constants.eim_sk_nist"),
                                      .seed = slice_text("flows"),
                                      .version = SGP32_1_2,
                                      .initial_counter = 1};
    ck_assert_msg(eim_init(&eim, &config), "%s", eim.error);
    ck_assert(eim_set_eid(&eim, "89049032123451234512345678901235"));
    ck_assert(test_key_private(&card_key, TEST_P256, kat_slice(kat, "constants.euicc_sk_nist")));
}

static void expect(struct slice request, struct slice response)
{
    script_add(&script, request, response, 0);
}

static struct slice entry(const char *id)
{
    return kat_slicef(kat, "%s.hex", id);
}

/* BF2B for a number, with the result in an A2 list. */
static void expect_retrieval(const char *request, struct slice result)
{
    BUF_LOCAL a = {0};
    BUF_LOCAL b = {0};
    ck_assert(hex_decode(slice_text(request), &a));
    size_t whole = tlv_open(&b, 0xbf2b);
    tlv_put(&b, 0xa2, result);
    tlv_close(&b, whole);
    expect(buf_slice(&a), buf_slice(&b));
}

START_TEST(test_association)
{
    struct kat *keys = kat_open("sgp26.txt");
    struct pki_anchor anchor = {0};
    struct pki_issuer eum = {0};
    BUF_LOCAL certificate = {0};
    BUF_LOCAL certs = {0};
    BUF_LOCAL stored = {0};
    struct eim *eims[] = {&eim};
    struct tlv t;
    start(SGP32_1_2);
    start_eim();
    ck_assert(keys && test_key_public(&anchor.key, TEST_P256, kat_slice(keys, "SK_CI_NIST.pk")));
    test_key_identifier(&anchor.key, anchor.id);
    ck_assert(test_key_private(&eum.key, TEST_P256, kat_slice(keys, "SK_EUM_NIST.sk")));
    eum.certificate = kat_slice(keys, "CERT_EUM_NIST_2017.der");
    const struct pki_request request = {.role = PKI_EUICC,
                                        .key = &card_key,
                                        .organization = "RSP Test EUM",
                                        .common_name = "Test eUICC",
                                        .serial_number = "89049032123451234512345678901235"};
    ck_assert(pki_issue(&request, &eum, &certificate));
    script_add_hex(&script, "bf3e035c015a", "bf3e125a1089049032123451234512345678901235", 0);
    expect(entry("c-addInitialEim-request-token"), entry("c-addInitialEim-response-token"));
    size_t whole = tlv_open(&certs, 0xbf56);
    size_t list = tlv_open(&certs, 0xa0);
    struct slice in = eum.certificate;
    ck_assert(tlv_next(&in, &t));
    tlv_put(&certs, 0xa5, t.value);
    in = buf_slice(&certificate);
    ck_assert(tlv_next(&in, &t));
    tlv_put(&certs, 0xa6, t.value);
    tlv_close(&certs, list);
    tlv_close(&certs, whole);
    script_add_hex(&script, "bf5600", "", 0);
    buf_append(&script.steps[script.n - 1].response, buf_slice(&certs));
    /* Stored: without the counter, with the token. */
    struct eim_configuration configuration;
    BUF_LOCAL key = {0};
    ck_assert(eim_describe(&eim, true, &key, &configuration));
    configuration.has_counter = false;
    configuration.token = 1;
    whole = tlv_open(&stored, 0xbf55);
    list = tlv_open(&stored, 0xa0);
    ck_assert(eim_configuration_data(&stored, &configuration));
    tlv_close(&stored, list);
    tlv_close(&stored, whole);
    script_add_hex(&script, "bf550ca00a80087465737465696d31", "", 0);
    buf_append(&script.steps[script.n - 1].response, buf_slice(&stored));
    ck_assert_msg(ipa_associate(&ipa, eims, 1, true, &anchor, 1), "%s; %s", ipa.lpa.error, script.fault);
    ck_assert_int_eq(eim.token, 1);
    ck_assert_uint_eq(eim.counter, 1);
    ck_assert(eim.knows_key && slice_equal(test_key_point(&eim.card_key), test_key_point(&card_key)));
    ck_assert_uint_eq(script.at, script.n);
    eim_free(&eim);
    kat_free(keys);
}
END_TEST

/* Delivery with everything right, and with one answer wrong each time. */
START_TEST(test_delivery)
{
    static const struct {
        const char *what;
        const char *first_removal;
        const char *second_removal;
        bool other_in_list;
        bool nothing_by_number;
        const char *error; /* NULL: delivered */
    } rows[] = {
        {"right", "bf3003800100", "bf3003800101", false, false, NULL},
        {"not removed", "bf3003800101", "bf3003800101", false, false, "RemoveNotificationFromList: 1"},
        {"removed twice", "bf3003800100", "bf3003800100", false, false, "expected nothingToDelete(1)"},
        {"other result in the list", "bf3003800100", "bf3003800101", true, false, "is not in the list of all"},
        {"nothing by number", "bf3003800100", "bf3003800101", false, true, "does not come alone"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        EIM_PACKAGE_LOCAL package = {0};
        BUF_LOCAL kept = {0};
        struct eim_result result;
        start(SGP32_1_2);
        start_eim();
        eim_know_key(&eim, &card_key);
        ck_assert(eim_read_package(&eim, entry("c-enable-request"), &package));
        expect(entry("c-enable-request"), entry("c-enable-result"));
        struct slice nothing = slice_of(NULL, 0);
        expect_retrieval("bf2b05a003800105", rows[i].nothing_by_number ? nothing : entry("c-enable-result"));
        expect_retrieval("bf2b04a0028200", entry(rows[i].other_in_list ? "c-addEim-result" : "c-enable-result"));
        script_add_hex(&script, "bf3003800105", rows[i].first_removal, 0);
        script_add_hex(&script, "bf3003800105", rows[i].second_removal, 0);
        bool ok = ipa_deliver(&ipa, &eim, &package, false, &kept, &result);
        ck_assert_msg(ok == !rows[i].error && (ok || strstr(ipa.lpa.error, rows[i].error)), "%s: %s; %s", rows[i].what,
                      ok ? "delivered" : ipa.lpa.error, script.fault);
        if (ok) {
            ck_assert_uint_eq(script.at, script.n);
            ck_assert_int_eq(result.sequence_number, 5);
        }
        eim_free(&eim);
        stop();
    }
    start(SGP32_1_2);
}
END_TEST

/* A card that asks for a reset: FETCH, TERMINAL RESPONSE and reset come before the delivery goes on. */
START_TEST(test_delivery_with_refresh)
{
    static const uint8_t refresh[] = {0xd0, 0x09, 0x81, 0x03, 0x01, 0x01, 0x04, 0x82, 0x02, 0x81, 0x82};
    EIM_PACKAGE_LOCAL package = {0};
    BUF_LOCAL kept = {0};
    struct eim_result result;
    start(SGP32_1_2);
    start_eim();
    eim_know_key(&eim, &card_key);
    ck_assert(eim_read_package(&eim, entry("c-enable-request"), &package));
    expect(entry("c-enable-request"), entry("c-enable-result"));
    buf_append(&script.proactive, SLICE(refresh));
    ck_assert_msg(ipa_deliver(&ipa, &eim, &package, true, &kept, &result), "%s", ipa.lpa.error);
    ck_assert_uint_eq(ipa.refreshes, 1);
    ck_assert_uint_eq(script.resets, 1);
    /* The same on a card that is reset whether it asks or not. */
    ipa.switching = IPA_SWITCH_RESET;
    eim.sequence_number = -1;
    expect(entry("c-enable-request"), entry("c-enable-result"));
    ck_assert_msg(ipa_deliver(&ipa, &eim, &package, true, &kept, &result), "%s", ipa.lpa.error);
    ck_assert_uint_eq(script.resets, 2);
    /* A refused package must not ask for anything. */
    buf_append(&script.proactive, SLICE(refresh));
    expect(entry("c-enable-request"), entry("c-error-replay"));
    ck_assert(!ipa_deliver(&ipa, &eim, &package, true, &kept, &result));
    ck_assert_ptr_nonnull(strstr(ipa.lpa.error, "after a package that was refused"));
    eim_free(&eim);
}
END_TEST

START_TEST(test_rollback)
{
    EIM_PACKAGE_LOCAL granting = {0};
    struct slice none;
    start(SGP32_1_2);
    start_eim();
    eim_know_key(&eim, &card_key);
    eim.sequence_number = 8;
    ck_assert(eim_read_package(&eim, entry("c-enable-rollback-request"), &granting));
    script_add_hex(&script, "bf5803800100", "", 0);
    buf_append(&script.steps[0].response, entry("c-rollback-response"));
    expect_retrieval("bf2b05a003800109", entry("c-rollback-epr"));
    expect_retrieval("bf2b04a0028200", entry("c-rollback-epr"));
    script_add_hex(&script, "bf3003800109", "bf3003800100", 0);
    script_add_hex(&script, "bf3003800109", "bf3003800101", 0);
    ck_assert_msg(ipa_roll_back(&ipa, &eim, &granting, false) == 0, "%s; %s", ipa.lpa.error, script.fault);
    ck_assert_uint_eq(script.at, script.n);
    script_add_hex(&script, "bf5803800100", "bf5803020101", 0);
    ck_assert_int_eq(ipa_profile_rollback(&ipa, false, &none), 1);
    eim_free(&eim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ipa_flows");
    TCase *tc = tcase_create("flows");
    tcase_add_checked_fixture(tc, open_kat, close_kat);
    tcase_add_test(tc, test_association);
    tcase_add_test(tc, test_delivery);
    tcase_add_test(tc, test_delivery_with_refresh);
    tcase_add_test(tc, test_rollback);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
