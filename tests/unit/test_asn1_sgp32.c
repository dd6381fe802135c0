/* Every kind of answer of an IoT card, decoded with a module written from the specification (asn1/sgp32.asn) and
 * encoded again to the same bytes: what the card writes with tlv_put and what SGP.32 says cannot drift apart. */
#include "iot_local_common.h"

#include <libtasn1.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

extern const asn1_static_node sgp32_tab[];

#ifndef ASN1_DIR
#error "ASN1_DIR names the folder of the modules"
#endif

static struct iot t;
static asn1_node definitions;

static void set_up(void)
{
    char why[ASN1_MAX_ERROR_DESCRIPTION_SIZE];
    ck_assert_msg(asn1_array2tree(sgp32_tab, &definitions, why) == ASN1_SUCCESS, "%s", why);
}

static void tear_down(void)
{
    ck_assert_int_eq(asn1_delete_structure(&definitions), ASN1_SUCCESS);
}

START_TEST(test_every_type)
{
    char line[256];
    char type[80];
    char name[96];
    unsigned count = 0;
    FILE *file = fopen(ASN1_DIR "/sgp32.asn", "r");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file)) {
        int at = 0;
        if (sscanf(line, "%79[A-Za-z0-9] ::=%n", type, &at) != 1 || !at) continue;
        asn1_node node = NULL;
        (void)snprintf(name, sizeof name, "SGP32.%s", type);
        int rc = asn1_create_element(definitions, name, &node);
        ck_assert_msg(rc == ASN1_SUCCESS, "%s: %s", type, asn1_strerror(rc));
        ck_assert_int_eq(asn1_delete_structure(&node), ASN1_SUCCESS);
        count++;
    }
    (void)fclose(file);
    ck_assert_uint_ge(count, 30);
}
END_TEST

/* NULL, or why the bytes are not of this type. present: a path that must be there, NULL: none; what it holds, if it is
 * an INTEGER, goes to *number. */
static const char *decode(const char *type, struct slice der, const char *present, long *number)
{
    static char why[ASN1_MAX_ERROR_DESCRIPTION_SIZE + 64];
    char name[96];
    char detail[ASN1_MAX_ERROR_DESCRIPTION_SIZE] = "";
    asn1_node node = NULL;
    int n = (int)der.n;
    (void)snprintf(name, sizeof name, "SGP32.%s", type);
    ck_assert_int_eq(asn1_create_element(definitions, name, &node), ASN1_SUCCESS);
    const char *result = NULL;
    if (!tlv_strict(der, TLV_DEPTH_MAX, NULL)) {
        result = "lengths or tags that are not DER";
    } else if (asn1_der_decoding2(&node, der.p, &n, ASN1_DECODE_FLAG_STRICT_DER, detail) != ASN1_SUCCESS) {
        (void)snprintf(why, sizeof why, "does not decode: %s", detail);
        result = why;
    } else {
        uint8_t *again = malloc(der.n);
        ck_assert_ptr_nonnull(again);
        n = (int)der.n;
        if (asn1_der_coding(node, "", again, &n, detail) != ASN1_SUCCESS || (size_t)n != der.n ||
            memcmp(again, der.p, der.n) != 0) {
            (void)snprintf(why, sizeof why, "encodes to other bytes: %s", detail);
            result = why;
        }
        free(again);
    }
    if (!result && present) {
        uint8_t value[64];
        int size = sizeof value;
        int rc = asn1_read_value(node, present, value, &size);
        if (rc == ASN1_ELEMENT_NOT_FOUND || rc == ASN1_VALUE_NOT_FOUND) result = "the expected member is not there";
        if (number) {
            *number = 0;
            for (int i = 0; rc == ASN1_SUCCESS && i < size && size <= 4; i++) /* an INTEGER of the codes */
                *number = *number << 8 | value[i];
        }
    }
    (void)asn1_delete_structure(&node);
    return result;
}

/* ---- the answers ---- */

static void assert_decodes(struct slice der, const char *type, const char *present, long expected, const char *what)
{
    long number = -1;
    const char *why = decode(type, der, present, &number);
    ck_assert_msg(!why, "%s: %s: %s", what, type, why);
    ck_assert_msg(expected < 0 || number == expected, "%s: %s is %ld, expected %ld", what, present, number, expected);
}

static struct slice ask(const char *request)
{
    BUF_LOCAL bytes = {0};
    put_hex(&bytes, request);
    ck_assert_msg(lpa_call(&t.ipa.lpa, buf_slice(&bytes)), "%s: %s", request, t.ipa.lpa.error);
    return buf_slice(&t.ipa.lpa.response);
}

#define POINT                                                                                                          \
    "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"                                               \
    "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"
#define KEY "A5(A0(30(06072A8648CE3D0201 06082A8648CE3D030107) 03(00" POINT ")))"
#define ALL_MEMBERS                                                                                                    \
    "80(65494D) 81(652E78) 820101 830105 8401FF" KEY "A6(A0(30(06072A8648CE3D0201 06082A8648CE3D030107) 03(00" POINT   \
    "))) 870204F0 8900"

/* Local functions in an order in which each has its way: request, type, member, its value (-1: not looked at). */
static const struct {
    const char *request;
    const char *type;
    const char *member;
    long value;
} locals[] = {
    {"BF5500", "GetEimConfigurationDataResponse", NULL, -1},
    {"BF59(8000)", "ConfigureImmediateProfileEnablingResponse", "configImmediateEnableResult", 0},
    {"BF57(A0(30(830101)))", "AddInitialEimResponse", "addInitialEimError", 7},
    {"BF57(A0(30(" ALL_MEMBERS ")30(8001 61 830101" KEY ")))", "AddInitialEimResponse",
     "addInitialEimOk.?1.associationToken", 1},
    {"BF57(A0(30(830101)))", "AddInitialEimResponse", "addInitialEimError", 2},
    {"BF59(8000)", "ConfigureImmediateProfileEnablingResponse", "configImmediateEnableResult", 2},
    {"BF5500", "GetEimConfigurationDataResponse", "eimConfigurationDataList.?2.eimIdType", 3},
    {"BF55(A0(80(65494D)))", "GetEimConfigurationDataResponse", "eimConfigurationDataList.?1.associationToken", 1},
    {"BF5600", "GetCertsResponse", "certs.euiccCertificate.signature", -1},
    {"BF56(80(00))", "GetCertsResponse", "getCertsError", 1},
    {"BF58(800100)", "ProfileRollbackResponse", "cmdResult", 1},
    {"BF5A(800100)", "ImmediateEnableResponse", "immediateEnableResult", 4},
    {"BF5B(800100)", "EnableEmergencyProfileResponse", "enableEmergencyProfileResult", 8},
    {"BF5C(800100)", "DisableEmergencyProfileResponse", "disableEmergencyProfileResult", 2},
    {"BF5D(800100)", "ExecuteFallbackMechanismResponse", "executeFallbackMechanismResult", 7},
    {"BF5E(800100)", "ReturnFromFallbackResponse", "returnFromFallbackResult", 6},
    {"BF5F00", "GetConnectivityParametersResponse", "connectivityParametersError", 1},
    {"BF65(80(78))", "SetDefaultDpAddressResponse", "setDefaultDpAddressResult", 0},
    {"BF65(80(FF))", "SetDefaultDpAddressResponse", "setDefaultDpAddressResult", 127},
    {"BF42(80020780)", "IpaeActivationResponse", "ipaeActivationResult", 1},
    {"BF30(80017F)", "RemoveNotificationFromListResponse", "deleteNotificationStatus", 1},
    {"BF2B00", "RetrieveNotificationsListResponse", NULL, -1},
    {"BF2B(A0(8200))", "RetrieveNotificationsListResponse", NULL, -1},
    {"BF2B(8200)", "RetrieveNotificationsListResponse", "notificationsListResultError", 127},
    {"BF2D00", "ProfileInfoListResponse", NULL, -1},
    {"BF2D(5C(9F))", "ProfileInfoListResponse", "profileInfoListError", 1},
    {"BF64(820201FE)", "EuiccMemoryResetResponse", "resetImmediateEnableConfigResult", 0},
    {"BF64(82020204)", "EuiccMemoryResetResponse", "resetEimResult", 1},
    {"BF64(820100)", "EuiccMemoryResetResponse", "resetResult", 1},
};

START_TEST(test_locals)
{
    iot_begin(&t, "iot", NULL);
    for (size_t i = 0; i < COUNT(locals); i++)
        assert_decodes(ask(locals[i].request), locals[i].type, locals[i].member, locals[i].value, locals[i].request);
    iot_end(&t);
}
END_TEST

/* The functions that switch, when they do, and what can be asked then. */
START_TEST(test_switches)
{
    static const struct {
        const char *request, *type, *member;
        long value;
    } rows[] = {
        {"BF2D00", "ProfileInfoListResponse", "profileInfoListOk.?2.fallbackAllowed", -1},
        {"BF2D00", "ProfileInfoListResponse", "profileInfoListOk.?2.fallbackAttribute", -1},
        {"BF2D00", "ProfileInfoListResponse", "profileInfoListOk.?4.ecallIndication", -1},
        {"BF5F00", "GetConnectivityParametersResponse", "connectivityParameters.httpParams", 0xaabb},
        {"BF5D(800100)", "ExecuteFallbackMechanismResponse", "executeFallbackMechanismResult", 0},
        {"BF5E(800100)", "ReturnFromFallbackResponse", "returnFromFallbackResult", 0},
        {"BF5B(800100)", "EnableEmergencyProfileResponse", "enableEmergencyProfileResult", 0},
        {"BF5D(800100)", "ExecuteFallbackMechanismResponse", "executeFallbackMechanismResult", 104},
        {"BF64(820201FE)", "EuiccMemoryResetResponse", "resetResult", 104},
        {"BF5C(800100)", "DisableEmergencyProfileResponse", "disableEmergencyProfileResult", 0},
        {"BF2B00", "RetrieveNotificationsListResponse",
         "notificationList.?1.otherSignedNotification.euiccNotificationSignature", -1},
        {"BF2B(A0(8200))", "RetrieveNotificationsListResponse",
         "euiccPackageResultList.?1.euiccPackageResultSigned.euiccSignEPR", -1},
    };
    iot_standard(&t, "iot", NULL);
    iot_install_with_header(&t, ICCID("05"), "87(A1(AABB))");
    iot_clean(&t);
    iot_psmo(&t, "A8(5A(" ICCID_2 ")) A3(5A(" ICCID("05") "))", "8D0100 830100");
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_decodes(ask(rows[i].request), rows[i].type, rows[i].member, rows[i].value, rows[i].request);
    iot_install(&t, ICCID("06"), NULL, 0);
    assert_decodes(ask("BF2B00"), "RetrieveNotificationsListResponse", NULL, -1, "with a ProfileInstallationResult");
    iot_psmo(&t, "A3(5A(" ICCID_1 ") 0500)", "830100");
    assert_decodes(
        ask("BF58(800100)"), "ProfileRollbackResponse",
        "euiccPackageResult.euiccPackageResultSigned.euiccPackageResultDataSigned.euiccResult.?1.rollbackResult", 0,
        "ProfileRollback");
    assert_decodes(ask("BF58(800100)"), "ProfileRollbackResponse", "cmdResult", 1, "ProfileRollback again");
    struct tlv info;
    struct tlv iot;
    struct slice in = ask("BF2200");
    ck_assert(tlv_next(&in, &info) && tlv_find(info.value, 0xb4, &iot));
    assert_decodes(iot.whole, "IoTSpecificInfo", "fallbackSupported", -1, "EUICCInfo2");
    iot_end(&t);
}
END_TEST

#define ELEMENT "euiccPackageResultSigned.euiccPackageResultDataSigned.euiccResult.?1."
static const struct {
    bool eco;
    const char *list, *results;
    const char *member;
    long value;
} packages[] = {
    {false, "A3(5A(" ICCID_UNKNOWN "))", "830101", "enableResult", 1},
    {false, "A4(5A(" ICCID_2 "))", "840102", "disableResult", 2},
    {false, "A5(5A(" ICCID_3 "))", "850100", "deleteResult", 0},
    {false, "BF2D(A0(5A(" ICCID_4 ")) 5C(9F7B))", "BF2D(A0(E3(9F7B01FF)))",
     "listProfileInfoResult.profileInfoListOk.?1.ecallIndication", -1},
    {false, "BF2D(5C(9F))", "BF2D(810101)", "listProfileInfoResult.profileInfoListError", 1},
    {false, "A600", "A6(30(80020560 A1(30(8003EEEEEE 8100 8200)) 82020780))", "getRATResult.?1.pprIds", -1},
    {false, "A7(8000)", "870100", "configureImmediateEnableResult", 0},
    {false, "A8(5A(" ICCID_2 "))", "8D0100", "setFallbackAttributeResult", 0},
    {false, "A900", "8E0102", "unsetFallbackAttributeResult", 2},
    {false, "BF65(80(78))", "BF65(800100)", "setDefaultDpAddressResponse.setDefaultDpAddressResult", 0},
    {false, "AF00", "020102", "processingTerminated", 2},
    {false, "", "", NULL, -1},
    {true, "A8(8001 61 830101 8401FF" KEY ")", "A8(840102)", "addEimResult.associationToken", 2},
    {true, "A8(8001 61 830101" KEY ")", "A8(020100)", "addEimResult.addEimResultCode", 0},
    {true, "A8(8001 61)", "A8(020107)", "addEimResult.addEimResultCode", 7},
    {true, "A9(80(65696D31))", "890102", "deleteEimResult", 2},
    {true, "AA(80(65696D31) 81(78))", "8A0100", "updateEimResult", 0},
    {true, "AB00", "AB(A0(30(80(65696D31) 820102)))", "listEimResult.eimIdList.?1.eimIdType", 2},
};

START_TEST(test_packages)
{
    char member[160] = "euiccPackageResultSigned.euiccPackageResultDataSigned.seqNumber";
    iot_standard(&t, "iot", NULL);
    if (packages[_i].eco)
        iot_eco(&t, packages[_i].list, packages[_i].results);
    else
        iot_psmo(&t, packages[_i].list, packages[_i].results);
    if (packages[_i].member) (void)snprintf(member, sizeof member, "%s%s", ELEMENT, packages[_i].member);
    assert_decodes(buf_slice(&t.ipa.lpa.response), "EuiccPackageResult", member, packages[_i].value, packages[_i].list);
    iot_end(&t);
}
END_TEST

/* Signed and unsigned errors, with and without eimTransactionId. */
START_TEST(test_package_errors)
{
    static const uint8_t other[16] = {0x89};
    const struct eim_op op = {.kind = EIM_OP_RAT};
    struct eim_order order = {.ops = &op, .n = 1, .no_transaction_id = _i & 1};
    EIM_PACKAGE_LOCAL package = {0};
    iot_begin(&t, "iot", NULL);
    iot_associate(&t, true);
    if (_i & 2)
        order.spoil.signature_bit = true;
    else
        order.spoil.eid = SLICE(other);
    ck_assert(eim_sign(&t.eim, &order, &package));
    ck_assert(ipa_load_euicc_package(&t.ipa, buf_slice(&package.request)));
    assert_decodes(buf_slice(&t.ipa.lpa.response), "EuiccPackageResult",
                   _i & 2 ? "euiccPackageErrorUnsigned.associationToken"
                          : "euiccPackageErrorSigned.euiccPackageErrorDataSigned.euiccPackageErrorCode",
                   _i & 2 ? 1 : 3, "error");
    iot_end(&t);
}
END_TEST

/* The module would notice: answers with one thing wrong each. */
START_TEST(test_would_notice)
{
    static const struct {
        const char *type, *bytes;
    } wrong[] = {
        {"ProfileRollbackResponse", "BF58(800101)"},                        /* 80 for 02 */
        {"EuiccPackageResult", "BF51(30(3000))"},                           /* no alternative */
        {"EuiccPackageResult", "BF51(A2(840101 80(65)))"},                  /* order */
        {"AddInitialEimResponse", "BF57(A0(020100))"},                      /* 02 for 05 00 */
        {"GetEimConfigurationDataResponse", "BF55(A0(30(80(65) 830101)))"}, /* the counter */
        {"ExecuteFallbackMechanismResponse", "BF5D(020100)"},
        {"EuiccMemoryResetResponse", "BF64(020100)"},
        {"ProfileInfoListResponse", "BF2D(A0(E3(9F2601FF 9F7B01FF)))"}, /* order */
        {"RetrieveNotificationsListResponse", "BF2B(A2(A0(3000)))"},    /* without BF51 */
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        BUF_LOCAL bytes = {0};
        put_hex(&bytes, wrong[i].bytes);
        ck_assert_msg(decode(wrong[i].type, buf_slice(&bytes), NULL, NULL), "%s is taken as %s", wrong[i].bytes,
                      wrong[i].type);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("asn1_sgp32");
    TCase *tests = tcase_create("sgp32");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_every_type);
    tcase_add_test(tests, test_locals);
    tcase_add_test(tests, test_switches);
    tcase_add_loop_test(tests, test_packages, 0, (int)COUNT(packages));
    tcase_add_loop_test(tests, test_package_errors, 0, 4);
    tcase_add_test(tests, test_would_notice);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
