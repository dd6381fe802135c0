/* Immediate enabling (SGP.32 3.4.4, 3.4.5, 5.9.15, 5.9.17): its configuration by a package and by the local function
 * while there is no eIM, and ImmediateEnable after a real download. Profile 1 is enabled. */
#include "iot_local_common.h"

#define IMMEDIATE "BF5A(800100)"
#define SAYS "ES10b.ImmediateEnable", "SGP.32 5.9.15"
#define CONFIGURE_SAYS "ES10b.ConfigureImmediateProfileEnabling", "SGP.32 5.9.17"
#define ON_FOR_ADDRESS "A7(8000 82(" ADDRESS_HEX "))"
#define OTHER_ADDRESS "82(6F74686572)"

static struct iot t;

static void tear_down(void)
{
    iot_end(&t);
}

static void download(void)
{
    iot_install(&t, ICCID("05"), NULL, 0);
}

/* ---- configuration ---- */

static const struct row configurations[] = {
    {"flag alone", "BF59(8000)", "BF5903800100", FINE},
    {"nothing", "BF5900", "BF5903800100", FINE},
    {"flag and address", "BF59(8000 82(" ADDRESS_HEX "))", "BF5903800100", FINE},
    {"flag, OID and address", "BF59(8000 81(883703) 82(78))", "BF5903800100", FINE},
    {"OID alone", "BF59(81(883703))", "BF5903800100", FINE},
    {"empty address", "BF59(8000 8200)", "BF5903800100", FINE},
    {"unknown member behind", "BF59(8000 830155)", "BF5903800100", FINE},
    {"wrong order", "BF59(82(78) 8000)", "BF590380017F", CONFIGURE_SAYS, "flag, SM-DP+ OID and address in order",
     "other bytes", 0},
    {"twice", "BF59(8000 8000)", "BF590380017F", CONFIGURE_SAYS, "flag, SM-DP+ OID and address in order", "other bytes",
     0},
    {"flag with content", "BF59(8001FF)", "BF590380017F", CONFIGURE_SAYS, "flag, SM-DP+ OID and address in order",
     "other bytes", 0},
    {"empty OID", "BF59(8000 8100)", "BF590380017F", CONFIGURE_SAYS, "flag, SM-DP+ OID and address in order",
     "other bytes", 0},
    {"address that is not UTF-8", "BF59(8000 82(C3))", "BF590380017F", CONFIGURE_SAYS,
     "flag, SM-DP+ OID and address in order", "other bytes", 0},
};

START_TEST(test_configure)
{
    iot_begin(&t, "iot", NULL);
    es10_row(&t.f, &configurations[_i]);
}
END_TEST

/* Row 83: unsigned, so refused as soon as there is an eIM, whatever it says; allowed again after its reset. */
START_TEST(test_configure_with_eim)
{
    static const struct row rows[] = {
        {"row 83", "BF59(8000)", "BF5903800102", CONFIGURE_SAYS, "no associated eIM", "1", NO_OFFSET},
        {"row 83: nothing", "BF5900", "BF5903800102", CONFIGURE_SAYS, "no associated eIM", "1", NO_OFFSET},
        {"reset", "BF64(82020204)", "BF64(800100 810100)", FINE},
        {"afterwards", "BF59(8000)", "BF5903800100", FINE},
    };
    iot_begin(&t, "iot", NULL);
    iot_associate(&t, false);
    es10_rows(&t.f, ROWS(rows));
}
END_TEST

static const struct {
    const char *what;
    const char *list;
    const char *results;
} packages[] = {
    {"on", "A7(8000)", "870100"},
    {"off", "A700", "870100"},
    {"with OID and address", "A7(8000 81(883703) 82(78))", "870100"},
    {"wrong order", "A7(82(78) 8000) A600", "870107"},
    {"flag with content", "A7(8001FF) A600", "870107"},
};

START_TEST(test_configure_by_package)
{
    iot_begin(&t, "iot", NULL);
    iot_associate(&t, false);
    iot_psmo(&t, packages[_i].list, packages[_i].results);
    if (_i >= 3)
        iot_reason(&t, "ES10b.LoadEuiccPackage", "SGP.32 3.4.4", "flag, SM-DP+ OID and address in order", "other");
}
END_TEST

/* ---- BF5A ---- */

static void not_configured(void)
{
    download();
}
static void switched_off(void)
{
    iot_psmo(&t, ON_FOR_ADDRESS, "870100");
    iot_psmo(&t, "A700", "870100");
    download();
}
static void no_download(void)
{
    iot_psmo(&t, ON_FOR_ADDRESS, "870100");
}
static void reset_after_download(void)
{
    iot_psmo(&t, ON_FOR_ADDRESS, "870100");
    download();
    iot_reset(&t);
}
static void cut_after_download(void)
{
    iot_psmo(&t, ON_FOR_ADDRESS, "870100");
    download();
    iot_cut(&t);
}
static void deleted_after_download(void)
{
    iot_psmo(&t, ON_FOR_ADDRESS, "870100");
    download();
    iot_psmo(&t, "A5(5A(" ICCID("05") "))", "850100");
}
static void other_address(void)
{
    iot_psmo(&t, "A7(8000 " OTHER_ADDRESS ")", "870100");
    download();
}
static void other_oid(void)
{
    iot_psmo(&t, "A7(8000 81(883703) 82(" ADDRESS_HEX "))", "870100");
    download();
}
static void no_smdp(void)
{
    iot_psmo(&t, "A7(8000)", "870100");
    download();
}
static void new_session(void)
{
    uint8_t challenge[16];
    iot_psmo(&t, ON_FOR_ADDRESS, "870100");
    download();
    ck_assert(lpa_get_euicc_challenge(&t.f.lpa, challenge));
}
static void used(void)
{
    iot_psmo(&t, ON_FOR_ADDRESS, "870100");
    download();
    ck_assert_int_eq(ipa_immediate_enable(&t.ipa, false), 0);
}
static void ppr1(void)
{
    iot_install(&t, ICCID("06"), NULL, RULE_PPR1);
    iot_psmo(&t, ON_FOR_ADDRESS "A3(5A(" ICCID("06") "))", "870100 830100");
    download();
}
static void enabled_already(void)
{
    iot_psmo(&t, ON_FOR_ADDRESS, "870100");
    download();
    iot_psmo(&t, "A3(5A(" ICCID("05") "))", "830100");
}
static void emergency_call(void)
{
    iot_psmo(&t, ON_FOR_ADDRESS, "870100");
    download();
    ck_assert_int_eq(ipa_enable_emergency_profile(&t.ipa, false), 0);
}
static void emergency_download(void)
{
    iot_psmo(&t, ON_FOR_ADDRESS, "870100");
    iot_install(&t, ICCID("05"), "9F7B01FF", 0);
}
#define NOT_CONFIGURED SAYS, "immediate enabling configured", "not so", NO_OFFSET
#define NO_CONTEXT SAYS, "a profile installed in this session", "none", NO_OFFSET
#define OTHER_SMDP SAYS, "a download from the configured SM-DP+", "another", NO_OFFSET
#define NOT_ALLOWED SAYS, "a switch that the profiles allow", "another", NO_OFFSET
static const struct {
    void (*before)(void);
    struct row row;
    const char *enabled;
} refusals[] = {
    {not_configured, {"not configured", IMMEDIATE, "BF5A03800101", NOT_CONFIGURED}, ICCID_1},
    {switched_off, {"switched off again", IMMEDIATE, "BF5A03800101", NOT_CONFIGURED}, ICCID_1},
    {no_download, {"no download", IMMEDIATE, "BF5A03800104", NO_CONTEXT}, ICCID_1},
    {reset_after_download, {"reset after the download", IMMEDIATE, "BF5A03800104", NO_CONTEXT}, ICCID_1},
    {cut_after_download, {"power cut after the download", IMMEDIATE, "BF5A03800104", NO_CONTEXT}, ICCID_1},
    {deleted_after_download, {"deleted after the download", IMMEDIATE, "BF5A03800104", NO_CONTEXT}, ICCID_1},
    {new_session, {"a new session was begun", IMMEDIATE, "BF5A03800104", NO_CONTEXT}, ICCID_1},
    {used, {"used already", IMMEDIATE, "BF5A03800104", NO_CONTEXT}, ICCID("05")},
    {other_address, {"another address", IMMEDIATE, "BF5A03800101", OTHER_SMDP}, ICCID_1},
    {other_oid, {"another OID", IMMEDIATE, "BF5A03800101", OTHER_SMDP}, ICCID_1},
    {no_smdp, {"no SM-DP+ configured", IMMEDIATE, "BF5A03800101", OTHER_SMDP}, ICCID_1},
    {ppr1, {"PPR1", IMMEDIATE, "BF5A0380017F", NOT_ALLOWED}, ICCID("06")},
    {enabled_already, {"enabled already", IMMEDIATE, "BF5A0380017F", NOT_ALLOWED}, ICCID("05")},
    {emergency_call, {"emergency", IMMEDIATE, "BF5A0380017F", NOT_ALLOWED}, ICCID_4},
    {emergency_download, {"an Emergency Profile", IMMEDIATE, "BF5A0380017F", NOT_ALLOWED}, ICCID_1},
};

START_TEST(test_refused)
{
    iot_standard(&t, "iot", NULL);
    refusals[_i].before();
    size_t commits = t.f.commits;
    es10_row(&t.f, &refusals[_i].row);
    ck_assert_uint_eq(t.f.commits, commits);
    iot_enabled(&t, refusals[_i].enabled);
}
END_TEST

/* By address, by OID of the SM-DP+ (2.999.10), by both, and as the local function configured it before there was an
 * eIM. */
START_TEST(test_good)
{
    static const char *const requests[] = {"BF59(8000)", "BF59(8000 81(88370A))", "BF59(8000 82(" ADDRESS_HEX "))",
                                           "BF59(8000 81(88370A) 82(" ADDRESS_HEX "))"};
    iot_begin(&t, "iot", NULL);
    es10(&t.f, requests[_i], "BF5903800100");
    iot_associate(&t, true);
    iot_install(&t, ICCID_1, NULL, 0);
    iot_psmo(&t, "A3(5A(" ICCID_1 "))", "830100");
    iot_cut(&t);
    iot_install(&t, ICCID_2, NULL, 0);
    iot_clean(&t);
    uint32_t sequence = iot_psmo(&t, "AF00", "020102");
    if (_i == 0) {
        es10_row(&t.f, &(struct row){"neither", IMMEDIATE, "BF5A03800101", OTHER_SMDP});
        return;
    }
    es10(&t.f, IMMEDIATE, "BF5A03800100");
    iot_enabled(&t, ICCID_2);
    iot_notified(&t, sequence, "de");
}
END_TEST

/* An absent address leaves the old one (v1.1 and later); in v1.0 it is cleared. */
START_TEST(test_absent)
{
    iot_begin(&t, _i ? "iot-1.0" : "iot", NULL);
    iot_associate(&t, true);
    iot_psmo(&t, ON_FOR_ADDRESS, "870100");
    iot_psmo(&t, "A7(8000)", "870100");
    iot_install(&t, ICCID_1, NULL, 0);
    if (_i)
        es10_row(&t.f, &(struct row){"v1.0", "BF5A00", "BF5A03800101", OTHER_SMDP});
    else
        es10(&t.f, IMMEDIATE, "BF5A03800100");
    iot_enabled(&t, _i ? NULL : ICCID_1);
}
END_TEST

/* v1.0 has no refreshFlag: as if it were set. */
START_TEST(test_old_request)
{
    iot_begin(&t, "iot-1.0", NULL);
    iot_associate(&t, true);
    iot_psmo(&t, ON_FOR_ADDRESS, "870100");
    iot_install(&t, ICCID_1, NULL, 0);
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    apdu(&t.f, "80E2910003BF5A0000", "BF5A03800100910B");
    iot_refresh(&t, "00");
    iot_enabled(&t, ICCID_1);
}
END_TEST

#define N(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    Suite *suite = suite_create("iot_switch_immediate");
    TCase *tests = tcase_create("immediate");
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_configure, 0, N(configurations));
    tcase_add_test(tests, test_configure_with_eim);
    tcase_add_loop_test(tests, test_configure_by_package, 0, N(packages));
    tcase_add_loop_test(tests, test_refused, 0, N(refusals));
    tcase_add_loop_test(tests, test_good, 0, 4);
    tcase_add_loop_test(tests, test_absent, 0, 2);
    tcase_add_test(tests, test_old_request);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
