/* A real IPA and a real eIM, byte for byte as recorded on the reader: onomondo-ipa (without its consumer emulation) and
 * onomondo-eim, both SGP.32 v1.0. What the IPA insists on (61xx everywhere, GET RESPONSE with class 01), the
 * association it loads, eight packages in a row that the eIM signed for this EID, and what becomes of them when they
 * come again or change on the way (SGP.32 5.9.1, 5.9.4, 5.9.11, 5.9.18). */
#include "iot_local_common.h"

#define EIM_POINT                                                                                                      \
    "04FE584A6F450459574AECA195D0299737F74C89BA2D36DF9286EC25D973037A0FBA70D14DF3E1F7D0A305E57B95B731C4DE218D2D7F9F2"  \
    "2113ED5D18C2E3DDF1C"
#define EIM_NAME "800365494D810E3132372E302E302E313A38303030" /* eIM, 127.0.0.1:8000 */
#define EIM_KEY "A55BA059301306072A8648CE3D020106082A8648CE3D030107034200" EIM_POINT
#define ADD_INITIAL_EIM "BF577CA07A3078" EIM_NAME "8301018401FF" EIM_KEY
#define TOKEN 1

/* A package as the eIM signed it, and the signed part of its result from a card that holds no profile. */
struct recorded {
    const char *what;
    const char *request; /* counterValue 2 to 9 in order, for the association with token 1 */
    const char *data;    /* sequence numbers 1 to 8 */
};
static const struct recorded packages[] = {
    {"enable",
     "BF518181303C800365494D5A108904903212345123451234567890123581010282102426AADC26E3556B1B9E72CF909AACCFA00EA30C5A0A"
     "989444999999990971F15F37408E38C28E2986B6954DD0E8BDF4891881889EADD63783556B359AF276FB406E657D9142AD64346071345B78"
     "DE890D5948F4E6F18F0A12DD79117D88F55CE1C077",
     "3022800365494D81010282102426AADC26E3556B1B9E72CF909AACCF8301013003830101"},
    {"enable with rollbackFlag",
     "BF518183303E800365494D5A10890490321234512345123456789012358101038210AC10EB15F3215829D9C92AEDF5EDA1DCA010A30E5A0A"
     "989444999999990901F605005F3740B3EB5267A61AA9CE82E1DEA0C27EB7B36105927614AFDE302EF32C8E794C3F24AC79370F7C1D8A300A"
     "897BF5A8F6965DD6C56FA65C22C3DC342A5C5132295FFA",
     "3022800365494D8101038210AC10EB15F3215829D9C92AEDF5EDA1DC8301023003830101"},
    {"listProfileInfo",
     "BF517B3036800365494D5A108904903212345123451234567890123581010482105A10B846B238AB4398C4DB15109F361FA008BF2D055C03"
     "5A9F705F3740FB68BA63AF5BB0C3D6517E09705806C8FB2E32B39C339A7C81C6D5E18752C0D097DD8D76E45B7691BE523B1B602B4BEBC520"
     "927CA34636BF31DBEE0FCC0EC1B9",
     "3024800365494D81010482105A10B846B238AB4398C4DB15109F361F8301033005BF2D02A000"},
    {"enable again",
     "BF518183303E800365494D5A10890490321234512345123456789012358101058210FF369D32D05D9950DEFD183EFDA5AB9AA010A30E5A0A"
     "989444999999990971F105005F3740A42ABD8E3C9DC1AC32C4333D083C2D542A25329AC8A70ACCCAF0DEE8CA2A815F4398E497860E9D2B95"
     "D5578930ED0466B4AD20E4F88C683CE211577D02C72492",
     "3022800365494D8101058210FF369D32D05D9950DEFD183EFDA5AB9A8301043003830101"},
    {"listProfileInfo again",
     "BF517B3036800365494D5A10890490321234512345123456789012358101068210E0335A9979660959830115994789096FA008BF2D055C03"
     "5A9F705F3740D6F45F82DC9038A7345E26E8F826751CDD15578E540F2EDF2BA6AA997E159455BA57F5CCBD40FBC67A2FE3D91BDA416D9CC6"
     "5F65A023C325999438B03742FFFB",
     "3024800365494D8101068210E0335A9979660959830115994789096F8301053005BF2D02A000"},
    {"disable, delete and getRAT",
     "BF518191304C800365494D5A1089049032123451234512345678901235810107821097C222BCED940D4E256ECA1565E8F1D1A01EA40C5A0A"
     "989444999999990901F6A50C5A0A989444999999990971F1A6005F3740D4069367C05443FFBBA8E3D98C39E3C3C7684753745AAAB1B41C90"
     "DC2922E6DA1152A9A59D3A54B304C45BA173A18ACD4E578B079AE2EE2BC661AAE7245FEA4A",
     "3022800365494D810107821097C222BCED940D4E256ECA1565E8F1D18301063003840101"},
    {"listProfileInfo, third",
     "BF517B3036800365494D5A1089049032123451234512345678901235810108821035C184146BC995FEA793C975778B4FD8A008BF2D055C03"
     "5A9F705F3740109CCD6F3AFE0E171FACF53A639EFE7C304F23A09760B700414443CEE8E936C102D277123A5D208AC6E61F0880B94F9EDF96"
     "2A3129ED9CC68B40A9E267964380",
     "3024800365494D810108821035C184146BC995FEA793C975778B4FD88301073005BF2D02A000"},
    {"listEim",
     "BF51753030800365494D5A10890490321234512345123456789012358101098210945C97A71E7BEBEE884B9F470647B99AA102AB005F3740"
     "C4503A690C7D9F72BEFB09C506E1234DA4C67406F42A09E10B381F43AE722B69C96EF9B55197C1A42E40E0830AC8C2A5F322ACE5271B5ED7"
     "2DE9E662B0509B1B",
     "302A800365494D8101098210945C97A71E7BEBEE884B9F470647B99A830108300BAB09A0073005800365494D"},
};
#define PACKAGES (sizeof packages / sizeof packages[0])

static struct iot t;

static void set_up_version(const char *personality)
{
    IPA_CERTIFICATES_LOCAL certificates = {0};
    const struct eim_config config = {.id = "eIM", .curve = TEST_P256, .seed = slice_text("own"), .initial_counter = 1};
    iot_begin(&t, personality, NULL);
    /* Not this eIM's key signs, the recorded one does; it only learns the card's key from the certificates. */
    ck_assert_msg(eim_init(&t.eim, &config) && eim_set_eid(&t.eim, EID), "%s", t.eim.error);
    ck_assert_int_eq(ipa_get_certs(&t.ipa, slice_of(NULL, 0), &certificates), 0);
    ck_assert_msg(eim_know_card(&t.eim, buf_slice(&certificates.euicc), buf_slice(&certificates.eum),
                                t.f.dp->config.anchors, t.f.dp->config.anchor_count),
                  "%s", t.eim.error);
}

static void set_up(void)
{
    set_up_version("iot-1.0");
}

static void tear_down(void)
{
    iot_end(&t);
}

/* ---- the IPA's start, from power on to power off ---- */

START_TEST(test_start)
{
    static const struct row before[] = {
        {"TERMINAL CAPABILITY", "80AA000005A903830107", "9000", FINE},
        {"open channel 1 by number", "0070000100", "9000", FINE},
        {"SELECT with P2 04", "01A4040410" ISDR, "6121", FINE},
        {"GetEID", "81E2910006BF3E035C015A", "6115", FINE},
        {"GET RESPONSE", "01C0000015", "BF3E125A10" EID "9000", FINE},
        {"AddInitialEim", "81E291007F" ADD_INITIAL_EIM, "6108", FINE},
        {"token 1", "01C0000008", "BF5705A0038401019000", FINE},
        {"close channel", "0070800100", "9000", FINE},
    };
    static const struct row after[] = {
        {"TERMINAL CAPABILITY", "80AA000005A903830107", "9000", FINE},
        {"open channel 1 by number", "0070000100", "9000", FINE},
        {"SELECT with P2 04", "01A4040410" ISDR, "6121", FINE},
        {"GetEimConfigurationData", "81E2910003BF5500", "617C", FINE},
        {"no counter, the token", "01C000007C", "BF5579A0773075" EIM_NAME "840101" EIM_KEY "9000", FINE},
        {"RetrieveNotificationsList", "81E2910003BF2B00", "6105", FINE},
        {"an empty list of notifications", "01C0000005", "BF2B02A0009000", FINE},
        {"AddInitialEim again", "81E291007F" ADD_INITIAL_EIM, "6106", "ES10b.AddInitialEim", "SGP.32 5.9.4", "", "1",
         NO_OFFSET},
        {"refused", "01C0000006", "BF57038101029000", FINE},
        {"EnableUsingDD, empty as in v1.0", "81E2910003BF5A00", "6106", "ES10b.ImmediateEnable", "SGP.32 5.9.15",
         "immediate enabling configured", "not so", NO_OFFSET},
        {"not available", "01C0000006", "BF5A038001019000", FINE},
        {"close channel", "0070800100", "9000", FINE},
    };
    euicc_power_off(t.f.card);
    ck_assert_int_eq(euicc_power_on(t.f.card, NULL), EUICC_OK);
    apdu_rows(&t.f, ROWS(before));
    euicc_power_off(t.f.card); /* each run of this IPA is a power cycle */
    ck_assert_int_eq(euicc_power_on(t.f.card, NULL), EUICC_OK);
    apdu_rows(&t.f, ROWS(after));
}
END_TEST

/* ---- the eIM's packages ---- */

static void associate(void)
{
    es10(&t.f, ADD_INITIAL_EIM, "BF5705A003840101");
}

/* The answer's signed part is exactly `data`, and signed by this card with the token. */
static void load(const struct recorded *r)
{
    struct eim_result result;
    char why[200];
    BUF_LOCAL request = {0};
    put_hex(&request, r->request);
    ck_assert_msg(ipa_load_euicc_package(&t.ipa, buf_slice(&request)), "%s: %s", r->what, t.ipa.lpa.error);
    ck_assert_msg(eim_result_read(buf_slice(&t.ipa.lpa.response), t.ipa.version, &result, why, sizeof why), "%s: %s",
                  r->what, why);
    assert_hex(result.signed_data, r->data, r->what);
    ck_assert_msg(eim_result_is_signed(&result, &t.eim.card_key, TOKEN), "%s: signature", r->what);
}

START_TEST(test_packages)
{
    associate();
    for (size_t i = 0; i < PACKAGES; i++)
        load(&packages[i]);
    /* This IPA asks for the result by its number and removes it. */
    for (uint32_t number = 1; number <= PACKAGES; number++) {
        struct ipa_pending pending;
        ck_assert_msg(ipa_retrieve(&t.ipa, IPA_SEARCH_NUMBER, number, &pending), "%s", t.ipa.lpa.error);
        ck_assert_uint_eq(pending.result_count, 1);
        ck_assert_uint_eq(pending.notification_count, 0);
        ck_assert_int_eq(ipa_remove(&t.ipa, number), 0);
        ck_assert_int_eq(ipa_remove(&t.ipa, number), 1);
    }
}
END_TEST

/* The same bytes are good for a card of the later releases too: the transaction identifier has only another name. */
START_TEST(test_packages_later)
{
    static const char *const names[] = {"iot-1.1", "iot", "both"};
    iot_end(&t);
    set_up_version(names[_i]);
    associate();
    for (size_t i = 0; i < PACKAGES; i++)
        load(&packages[i]);
}
END_TEST

/* Gaps are allowed, going back is not: packages 0 and 4 of the recording, then 2, which lies between. */
START_TEST(test_order)
{
    struct recorded late = packages[4];
    associate();
    load(&packages[0]);
    late.data = "3024800365494D8101068210E0335A9979660959830115994789096F8301023005BF2D02A000"; /* now number 2 */
    load(&late);
    const struct recorded between = {"an older counterValue", packages[2].request,
                                     "301D800365494D81010482105A10B846B238AB4398C4DB15109F361F020104"};
    load(&between);
    iot_reason(&t, "ES10b.LoadEuiccPackage", "SGP.32 5.9.1", "above the last one of this eIM", "4 after 6");
    const struct recorded again = {"the same package again", packages[4].request,
                                   "301D800365494D8101068210E0335A9979660959830115994789096F020104"};
    load(&again);
    iot_reason(&t, "ES10b.LoadEuiccPackage", "SGP.32 5.9.1", "above the last one of this eIM", "6 after 6");
    ck_assert_uint_eq(iot_counter(&t), 6);
}
END_TEST

/* A package for another association of the same eIM: the token is signed, so it dies with the association. */
START_TEST(test_old_association)
{
    associate();
    load(&packages[0]);
    es10(&t.f, "BF340482020410", "BF3406020100810100"); /* v1.0: only the eIM data */
    es10(&t.f, ADD_INITIAL_EIM, "BF5705A003840102");
    const struct row old = {"the token of the first association",
                            packages[1].request,
                            "BF510AA208800365494D840102",
                            "ES10b.LoadEuiccPackage",
                            "SGP.32 2.11.1.1",
                            "eimSignature over euiccPackageSigned",
                            "for token 2",
                            NO_OFFSET};
    es10_row(&t.f, &old);
    ck_assert_uint_eq(iot_counter(&t), 1);
}
END_TEST

/* One bit of each byte of a package flips: no version of it is executed, stored or counted. */
START_TEST(test_flipped)
{
    BUF_LOCAL request = {0};
    associate();
    put_hex(&request, packages[0].request);
    for (size_t i = 0; i < request.n; i++) {
        struct eim_result result;
        struct euicc_reason reason;
        char why[200];
        size_t commits = t.f.commits;
        request.p[i] ^= 1;
        (void)lpa_call(&t.ipa.lpa, buf_slice(&request)); /* the status word may be any that refuses */
        bool unsigned_error =
            t.ipa.lpa.sw == 0x9000 &&
            eim_result_read(buf_slice(&t.ipa.lpa.response), t.ipa.version, &result, why, sizeof why) &&
            result.kind == EIM_RESULT_ERROR_UNSIGNED;
        ck_assert_msg(unsigned_error || (t.ipa.lpa.sw != 0x9000 && t.ipa.lpa.response.n == 0), "byte %zu: %04X", i,
                      t.ipa.lpa.sw);
        euicc_last_reason(t.f.card, &reason);
        ck_assert_msg(reason.said && reason.clause[0] && reason.expected[0], "byte %zu: no reason", i);
        ck_assert_uint_eq(t.f.commits, commits);
        request.p[i] ^= 1;
    }
    ck_assert_uint_eq(iot_counter(&t), 1);
    load(&packages[0]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("iot_clients");
    TCase *tests = tcase_create("onomondo");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_start);
    tcase_add_test(tests, test_packages);
    tcase_add_loop_test(tests, test_packages_later, 0, 3);
    tcase_add_test(tests, test_order);
    tcase_add_test(tests, test_old_association);
    tcase_add_test(tests, test_flipped);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
