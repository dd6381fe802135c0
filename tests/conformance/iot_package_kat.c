/* Known answers of SGP.32 (tests/kat/sgp32.txt) against the card: packages of other makers get as far as they must,
 * packages made with the published SGP.26 keys are carried out, and configurations of real cards come back byte by
 * byte. */
#include "iot_common.h"

#include "kat.h"

#include <stdio.h>
#include <stdlib.h>

#define SENDER "SGP.32 2.11.1.1"
#define CLAUSE "SGP.32 5.9.1"
#define CI_NIST "F54172BDF98A95D65CBEB88A38A1C11D800A85C3"

static struct iot iot;
static struct kat *kat;

static void set_up(void)
{
    iot_new(&iot, SGP32_1_2, NULL);
    kat = kat_open("sgp32.txt");
    ck_assert_ptr_nonnull(kat);
}

static void tear_down(void)
{
    kat_free(kat);
    iot_free(&iot);
}

/* Puts the request of an entry into iot.package, as if eim1 had signed it. */
static void take(const char *id, int64_t token)
{
    iot.eim.token = token;
    ck_assert_msg(eim_read_package(&iot.eim, kat_slicef(kat, "%s.hex", id), &iot.package), "%s", iot.eim.error);
}

static void refused(const struct iot_refusal *refusal)
{
    uint64_t storage = iot_storage(&iot);
    iot_load(&iot);
    iot_expect_refusal(&iot, refusal, storage, iot.f.commits);
}

/* AddInitialEim with this key; token: it asks for one. */
static void associate(const char *id, const char *point, bool token)
{
    char request[600];
    (void)snprintf(request, sizeof request,
                   "BF57(A0(30(80(%s)83(01)%sA5(A0(30(06072A8648CE3D020106082A8648CE3D030107)03(00%s))))))", id,
                   token ? "84(FF)" : "", point);
    es10(&iot.f, request, token ? "BF57(A0(84(01)))" : "BF57(A0(0500))");
}

/* ---- packages of real eIMs for other cards ---- */

START_TEST(test_real_packages)
{
    static const struct {
        const char *id;
        const char *eim_id; /* hex */
    } rows[] = {
        {"real-a-request", "65494D"},
        {"real-b-enable-request", "672D65696D2E636F6D2E6272"},
    };
    for (size_t k = 0; k < COUNT(rows); k++) {
        struct iot_refusal r = {rows[k].id, IOT_UNSIGNED, false, SENDER, "an associated eIM", "\""};
        take(rows[k].id, EIM_NO_TOKEN);
        refused(&r); /* nobody is associated */
    }
    /* real card A: with its eIM's key and token 1 everything fits but the EID; without the token nothing does */
    char *point = iot_digits(kat_slice(kat, "real-a-request.verify.pk"));
    associate("65494D", point, true);
    take("real-a-request", 1);
    const struct iot_refusal eid = {"real-a-request", 3, false, CLAUSE, "the EID of this card", "another"};
    refused(&eid);
    iot.package.request.p[iot.package.request.n - 1] ^= 1;
    const struct iot_refusal bit = {"real-a-request, a bit", IOT_UNSIGNED, true, SENDER, "eimSignature", "token 1"};
    refused(&bit);
    es10(&iot.f, "BF64(82(0204))", "BF64(80(00)81(00))");
    associate("65494D", point, false);
    take("real-a-request", EIM_NO_TOKEN);
    const struct iot_refusal token = {
        "real-a-request, no token", IOT_UNSIGNED, false, SENDER, "eimSignature", "token 0"};
    refused(&token);
    free(point);
}
END_TEST

/* Packages of other implementations' tests with lengths that no package has: told apart, never taken. */
START_TEST(test_made_up_packages)
{
    static const struct {
        const char *id, *clause, *expected;
    } rows[] = {
        {"ka-min-request", CLAUSE, "16 bytes"},
        {"ka-enable-request-testeim1", SENDER, "an associated eIM"},
    };
    for (size_t k = 0; k < COUNT(rows); k++) {
        const struct iot_refusal r = {rows[k].id, IOT_UNSIGNED, false, rows[k].clause, rows[k].expected, ""};
        take(rows[k].id, EIM_NO_TOKEN);
        refused(&r);
    }
    /* with its eIM the dummy signature of five bytes is seen */
    char *point = iot_digits(kat_slice(kat, "constants.eim_pk_nist"));
    associate("7465737465696D31", point, false);
    take("ka-enable-request-testeim1", EIM_NO_TOKEN);
    const struct iot_refusal r = {"dummy signature", IOT_UNSIGNED, false, SENDER, "eimSignature", "token 0"};
    refused(&r);
    free(point);
}
END_TEST

/* A result is no request: EuiccPackageResult sent to the card. */
START_TEST(test_results_are_no_requests)
{
    static const char *const ids[] = {
        "real-a-result",  "real-b-enable-result", "real-kigen-epr-listProfileInfo", "c-enable-result",
        "c-error-replay", "c-error-unsigned",     "ka-unsigned-error-production"};
    for (size_t k = 0; k < COUNT(ids); k++) {
        const struct iot_refusal r = {ids[k], IOT_SW_6A80, false, CLAUSE, "euiccPackageSigned 30", "other bytes"};
        eim_package_free(&iot.package);
        buf_append(&iot.package.request, kat_slicef(kat, "%s.hex", ids[k]));
        refused(&r);
    }
}
END_TEST

/* ---- the composed sequence: EID and keys of the SGP.26 test card ---- */

static void answer_is(const char *what, const char *data)
{
    BUF_LOCAL expected = {0};
    put_hex(&expected, data);
    struct slice in = buf_slice(&iot.answer);
    struct tlv t;
    struct tlv choice;
    struct tlv came;
    ck_assert_msg(tlv_next(&in, &t) && tlv_next(&t.value, &choice) && tlv_next(&choice.value, &came), "%s", what);
    char *digits = iot_digits(came.whole);
    ck_assert_msg(slice_equal(came.whole, buf_slice(&expected)), "%s: data %s, expected %s", what, digits, data);
    free(digits);
}

#define HEAD(counter) "80(7465737465696D31)81(" counter ")82(0102030405060708090A0B0C0D0E0F10)"

START_TEST(test_composed_sequence)
{
    es10(&iot.f, "BF3E(5C(5A))", "BF3E(5A(89049032123451234512345678901235))");
    char *request = iot_digits(kat_slice(kat, "c-addInitialEim-request.hex"));
    es10(&iot.f, request, "BF5704A0020500");
    free(request);
    take("c-enable-request-token1", EIM_NO_TOKEN);
    const struct iot_refusal bad = {"signed for token 1", IOT_UNSIGNED, false, SENDER, "eimSignature", "token 0"};
    refused(&bad);
    char *unsigned_error = iot_digits(kat_slice(kat, "c-error-unsigned.hex"));
    assert_hex(buf_slice(&iot.answer), unsigned_error, "c-error-unsigned");
    free(unsigned_error);
    /* the two profiles of the sequence */
    iot_install(&iot, "989209012143658709F5", 0, NULL);
    iot_install(&iot, "989209012143658719F5", 0, NULL);
    take("c-enable-request", EIM_NO_TOKEN);
    iot_load(&iot);
    (void)iot_expect_result(&iot, "c-enable-request", "830100");
    iot_load(&iot);
    iot_expect_reason(&iot, "c-error-replay", CLAUSE, "above the last one", "2 after 2");
    answer_is("c-error-replay", "30(" HEAD("02") "020104)");
    take("c-enable-rollback-request", EIM_NO_TOKEN);
    iot_load(&iot);
    (void)iot_expect_result(&iot, "c-enable-rollback-request", "830100");
    take("c-disable-enable-request", EIM_NO_TOKEN);
    iot_load(&iot);
    /* it disables the first one, which is not enabled any more */
    (void)iot_expect_result(&iot, "c-disable-enable-request", "840102");
    take("c-list-request", EIM_NO_TOKEN);
    iot_load(&iot);
    (void)iot_expect_result(&iot, "c-list-request",
                            "BF2D(A0(" PROFILE_INFO("989209012143658709F5", AID_1, "00", "")
                                PROFILE_INFO("989209012143658719F5", AID_2, "01", "") "))");
    take("c-counter-8388608-request", EIM_NO_TOKEN);
    iot_load(&iot);
    iot_expect_reason(&iot, "c-counter-8388608-request", CLAUSE, "0 to 8388607", "another");
    answer_is("c-error-counter-range", "30(" HEAD("00800000") "020106)");
    take("c-addEim-request", EIM_NO_TOKEN);
    iot_load(&iot);
    (void)iot_expect_result(&iot, "c-addEim-request",
                            "A803840101AB20A01E300A80087465737465696D313010800E7365636F6E642E6578616D706C65");
    take("c-wrong-eid-request", EIM_NO_TOKEN);
    iot_load(&iot);
    iot_expect_reason(&iot, "c-wrong-eid-request", CLAUSE, "the EID of this card", "another");
    answer_is("c-error-eid", "30(" HEAD("07") "020103)");
    char *by_id = iot_digits(kat_slice(kat, "ka-getEimConfig-by-id-request.hex"));
    char *point = iot_digits(kat_slice(kat, "constants.eim_pk_nist"));
    char expected[1000];
    (void)snprintf(
        expected, sizeof expected,
        "BF55(A0(30(80(7365636F6E642E6578616D706C65)82(03)84(01)A5(A0(30(06072A8648CE3D020106082A8648CE3D0301"
        "07)03(00%s)))87(0308)88(" CI_NIST "))))",
        point);
    es10(&iot.f, by_id, expected);
    free(by_id);
    free(point);
}
END_TEST

START_TEST(test_composed_with_token)
{
    char *request = iot_digits(kat_slice(kat, "c-addInitialEim-request-token.hex"));
    char *response = iot_digits(kat_slice(kat, "c-addInitialEim-response-token.hex"));
    es10(&iot.f, request, response);
    free(request);
    free(response);
    take("c-enable-request", 1);
    const struct iot_refusal bad = {"signed without token", IOT_UNSIGNED, true, SENDER, "eimSignature", "token 1"};
    refused(&bad);
    char *unsigned_error = iot_digits(kat_slice(kat, "c-error-unsigned-token1.hex"));
    assert_hex(buf_slice(&iot.answer), unsigned_error, "c-error-unsigned-token1");
    free(unsigned_error);
    take("c-enable-request-token1", 1);
    iot_load(&iot);
    (void)iot_expect_result(&iot, "c-enable-request-token1, no such profile", "830101");
}
END_TEST

/* ---- configurations as real cards hold them ---- */

/* Card M: an OID as eimId, FQDN, type 1, and a certificate whose own 30 is replaced; card B: protocols, CI, indirect
 * download and a TLS certificate. Nothing is added beyond the defaults, nothing is changed. */
START_TEST(test_real_configurations)
{
    EIM_LOCAL eim = {0};
    iot_eim(&iot, &eim, "1.3.6.1.4.1.54916.999.100.101", TEST_P256, true, 1);
    struct slice in = buf_slice(&eim.certificate);
    struct tlv certificate;
    struct slice head = kat_slice(kat, "real-d-getEimConfigurationData-head.hex");
    char *digits;
    char *content;
    static char request[9000];
    static char expected[9000];
    ck_assert(tlv_next(&in, &certificate));
    content = iot_digits(certificate.value);
    /* from the first member of the recorded answer to A5: 80, 81, 82 */
    static const uint8_t key_tag[] = {0xa5, 0x82, 0x02, 0x23};
    size_t start = 13;
    size_t end = start;
    while (memcmp(head.p + end, key_tag, 4) != 0)
        end++;
    digits = iot_digits(slice_of(head.p + start, end - start));
    ck_assert_msg(head.p[start] == 0x80, "the recorded answer begins otherwise");
    (void)snprintf(request, sizeof request, "BF57(A0(30(%s83(01)A5(A1(%s))A6(A1(%s))87(0308)88(" CI_NIST ")8900)))",
                   digits, content, content);
    (void)snprintf(expected, sizeof expected, "BF55(A0(30(%sA5(A1(%s))A6(A1(%s))87(0308)88(" CI_NIST ")8900)))", digits,
                   content, content);
    es10(&iot.f, request, "BF57(A0(0500))");
    es10(&iot.f, "BF5500", expected);
    card_cut(&iot.f);
    es10(&iot.f, "BF5500", expected);
    iot_psmo_ok(&iot, &eim, "", "");
    free(digits);
    free(content);
}
END_TEST

/* The list requests of real eIMs, as PSMOs. */
START_TEST(test_list_requests)
{
    static const char *const ids[] = {"ka-list-request-iot-default", "ka-list-request-eim"};
    struct eim *const list[] = {&iot.eim};
    iot_install(&iot, ICCID_1, 0, NULL);
    iot_associate(&iot, list, 1, 1);
    for (size_t k = 0; k < COUNT(ids); k++) {
        char *request = iot_digits(kat_slicef(kat, "%s.hex", ids[k]));
        /* neither asks for what this profile does not have; B7 and 99 are not set, B6 is not asked for */
        iot_psmo_ok(&iot, &iot.eim, request, "BF2D(A0(" PROFILE_INFO(ICCID_1, AID_1, "00", "") "))");
        free(request);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("iot_package_kat");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_real_packages);
    tcase_add_test(t, test_made_up_packages);
    tcase_add_test(t, test_results_are_no_requests);
    tcase_add_test(t, test_composed_sequence);
    tcase_add_test(t, test_composed_with_token);
    tcase_add_test(t, test_real_configurations);
    tcase_add_test(t, test_list_requests);
    suite_add_tcase(s, t);
    return run_suite(s);
}
