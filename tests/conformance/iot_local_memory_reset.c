/* eUICCMemoryReset of SGP.32: BF64 (5.9.5, v1.1 and later) and the BF34 of v1.0 and of lenient cards. */
#include "iot_local_common.h"

#include <stdio.h>

#define SAYS(name) name, "SGP.22 5.7.19"
#define NOTHING(bits)                                                                                                  \
    SAYS("ES10b.eUICCMemoryReset"), "something to delete or an address to reset", "options " bits " that match",       \
        NO_OFFSET
#define ADDRESS "BF65(80(78))"

static struct iot t;

static void tear_down(void)
{
    iot_end(&t);
}

enum { TEST_PROFILE = 1, PROVISIONING_PROFILE = 2, OPERATIONAL_PROFILE = 4, EIM = 8, DP_ADDRESS = 16, IMMEDIATE = 32 };
#define EVERYTHING 63

static void fill(unsigned what)
{
    static const struct wanted test = {.iccid = ICCID_1, .profile_class = TEST_CLASS};
    static const struct wanted provisioning = {.iccid = ICCID_2, .profile_class = PROVISIONING, .notify = NOTIFY_ALL};
    if (what & IMMEDIATE) es10(&t.f, "BF59(8000)", "BF5903800100");
    if (what & EIM) iot_associate(&t, true);
    if (what & TEST_PROFILE) install(&t.f, &test);
    if (what & PROVISIONING_PROFILE) install(&t.f, &provisioning);
    if (what & OPERATIONAL_PROFILE) iot_install(&t, ICCID_3, NULL, 0);
    if (what & DP_ADDRESS) es10(&t.f, ADDRESS, "BF6503800100");
}

/* What is on the card. Whether immediate enabling is configured shows in BF5A: noSessionContext, or not available. */
static unsigned left(void)
{
    unsigned found = 0;
    struct ipa_eims eims;
    struct lpa_addresses addresses;
    if (state_of(&t.f, ICCID_1) >= 0) found |= TEST_PROFILE;
    if (state_of(&t.f, ICCID_2) >= 0) found |= PROVISIONING_PROFILE;
    if (state_of(&t.f, ICCID_3) >= 0) found |= OPERATIONAL_PROFILE;
    ck_assert(ipa_get_eim_configuration_data(&t.ipa, NULL, &eims));
    if (eims.n) found |= EIM;
    ck_assert(lpa_get_euicc_configured_addresses(&t.f.lpa, &addresses));
    if (addresses.default_dp.p) found |= DP_ADDRESS;
    iot_reset(&t);
    int code = ipa_immediate_enable(&t.ipa, false);
    ck_assert(code == 1 || code == 4);
    if (code == 4) found |= IMMEDIATE;
    return found;
}

static const struct {
    const char *what;
    unsigned before;
    const char *request, *answer;
    unsigned after;
} resets[] = {
    {"all bits", EVERYTHING, "BF64(820201FE)", "BF64(800100 810100 820100)", 0},
    {"operational", EVERYTHING, "BF64(82020780)", "BF64(800100)", EVERYTHING - OPERATIONAL_PROFILE},
    {"field-loaded test", EVERYTHING, "BF64(82020640)", "BF64(800100)", EVERYTHING - TEST_PROFILE},
    {"default address", EVERYTHING, "BF64(82020520)", "BF64(800100)", EVERYTHING - DP_ADDRESS},
    {"provisioning", EVERYTHING, "BF64(82020308)", "BF64(800100)", EVERYTHING - PROVISIONING_PROFILE},
    {"eIM data", EVERYTHING, "BF64(82020204)", "BF64(800100 810100)", EVERYTHING - EIM},
    {"immediate enabling", EVERYTHING, "BF64(82020102)", "BF64(800100 820100)", EVERYTHING - IMMEDIATE},
    {"operational and eIM data", EVERYTHING, "BF64(82020284)", "BF64(800100 810100)",
     EVERYTHING - OPERATIONAL_PROFILE - EIM},
    {"operational and test, no provisioning", EVERYTHING, "BF64(820206C0)", "BF64(800100)",
     EVERYTHING - OPERATIONAL_PROFILE - TEST_PROFILE},
    {"eIM data without one, operational there", OPERATIONAL_PROFILE, "BF64(82020284)", "BF64(800100 810101)", 0},
    {"BF34 of SGP.22", EVERYTHING, "BF34(820205E0)", "BF34(800100)", EIM | IMMEDIATE | PROVISIONING_PROFILE},
};

/* Each bit takes its own and nothing else; 81 and 82 come exactly if bits 5 and 6 were asked for. */
START_TEST(test_bits)
{
    iot_begin(&t, "iot", NULL);
    fill(resets[_i].before);
    size_t commits = t.f.commits;
    es10(&t.f, resets[_i].request, resets[_i].answer);
    ck_assert_uint_eq(t.f.commits, commits + 1);
    ck_assert_uint_eq(left(), resets[_i].after);
    iot_cut(&t);
    ck_assert_uint_eq(left(), resets[_i].after);
}
END_TEST

static const struct {
    unsigned before;
    struct row row;
} nothings[] = {
    {EVERYTHING, {"row 96: no bit, as a sender masks it", "BF64(82020300)", "BF64(800101)", NOTHING("0")}},
    {EVERYTHING, {"row 96: no bit", "BF64(820100)", "BF64(800101)", NOTHING("0")}},
    {EVERYTHING, {"preloaded test profiles: there are none", "BF64(82020410)", "BF64(800101)", NOTHING("8")}},
    {0, {"nothing there", "BF64(820203F8)", "BF64(800101)", NOTHING("1F")}},
    {0, {"no eIM", "BF64(82020204)", "BF64(800101 810101)", NOTHING("20")}},
    {TEST_PROFILE | PROVISIONING_PROFILE, {"no operational one", "BF64(82020780)", "BF64(800101)", NOTHING("1")}},
    {OPERATIONAL_PROFILE, {"no test profile", "BF64(82020640)", "BF64(800101)", NOTHING("2")}},
};

START_TEST(test_nothing)
{
    iot_begin(&t, "iot", NULL);
    fill(nothings[_i].before);
    es10_row(&t.f, &nothings[_i].row);
    ck_assert_uint_eq(left(), nothings[_i].before);
}
END_TEST

#define DATA_SAYS "ES10b.eUICCMemoryReset", "SGP.32 5.9.5"
static const struct row damaged[] = {
    {"no options", "BF6400", "=6A80", DATA_SAYS, "resetOptions 82", "none", 0},
    {"another member", "BF64(81020204)", "=6A80", DATA_SAYS, "member 82", "81", 0},
    {"empty bits", "BF64(8200)", "=6A80", DATA_SAYS, "resetOptions 82", "other bits", 0},
    {"eight unused bits", "BF64(82020880)", "=6A80", DATA_SAYS, "resetOptions 82", "other bits", 0},
    {"unused bits that are set", "BF64(820207FF)", "=6A80", DATA_SAYS, "resetOptions 82", "other bits", 0},
};

START_TEST(test_damaged)
{
    iot_begin(&t, "iot", NULL);
    fill(EVERYTHING);
    es10_row(&t.f, &damaged[_i]);
    ck_assert_uint_eq(left(), EVERYTHING);
}
END_TEST

/* The enabled profile goes, PPR1 and PPR2 or not: disable, then delete; REFRESH if the terminal has it. Results and
 * notifications stay, numbers go on, also over further resets. */
START_TEST(test_enabled)
{
    char numbers[32];
    iot_begin(&t, "iot", NULL);
    iot_associate(&t, true);
    iot_install(&t, ICCID_1, NULL, RULE_PPR1 | RULE_PPR2);
    iot_clean(&t);
    uint32_t sequence = iot_psmo(&t, "A3(5A(" ICCID_1 "))", "830100");
    if (_i) apdu(&t.f, TERMINAL_PROFILE, "9000");
    apdu(&t.f, "80E2910007 BF6404 820201FE 00",
         _i ? "BF64(800100 810100 820100) 910B" : "BF64(800100 810100 820100) 9000");
    iot_enabled(&t, NULL);
    iot_notified(&t, sequence, "edx");
    (void)snprintf(numbers, sizeof numbers, "%u", (unsigned)sequence);
    iot_results(&t, numbers);
    if (_i) iot_refresh(&t, "00");
    iot_cut(&t);
    iot_notified(&t, sequence, "edx");
    iot_associate(&t, true);
    ck_assert_int_eq(t.eim.token, 2);
    t.eim.sequence_number = sequence;
    ck_assert_uint_eq(iot_psmo(&t, "AF00", "020102"), sequence + 4);
}
END_TEST

/* Row 95: a function of another version. Strict: unknown; lenient (the default): carried out. */
static const struct {
    const char *personality;
    bool strict;
    struct row row;
} versions[] = {
    {"iot-1.0", false, {"row 95: 1.0 card, BF64", "BF64(820201FE)", "BF64(800100 810100 820100)", FINE}},
    {"iot-1.0",
     true,
     {"row 95: 1.0 card, BF64", "BF64(820201FE)", "=6A88", "STORE DATA", "SGP.22 5.7.2", "the tag of a function",
      "BF64", 0}},
    {"iot", false, {"row 95: 1.2 card, BF34", "BF34(820205E0)", "BF34(800100)", FINE}},
    {"iot",
     true,
     {"row 95: 1.2 card, BF34", "BF34(820205E0)", "=6A88", "STORE DATA", "SGP.22 5.7.2", "the tag of a function",
      "BF34", 0}},
    {"iot-1.1", false, {"row 95: 1.1 card, BF34", "BF34(820205E0)", "BF34(800100)", FINE}},
    {"iot-1.0", true, {"1.0 card, BF34, all bits", "BF34(820203F8)", "BF34(020100 810100 820100)", FINE}},
    {"iot-1.0", false, {"1.0 card, BF34, operational", "BF34(82020780)", "BF34(020100)", FINE}},
    {"iot-1.0", false, {"1.0 card, BF34, eIM data", "BF34(82020410)", "BF34(020100 810100)", FINE}},
    {"iot-1.0", false, {"1.0 card, BF34, automatic enabling", "BF34(82020308)", "BF34(020100 820100)", FINE}},
    {"iot-1.0",
     false,
     {"1.0 card, BF34, test profiles", "BF34(82020640)", "BF34(020101)", SAYS("ES10c.eUICCMemoryReset"),
      "something to delete or an address to reset", "options 2 that match", NO_OFFSET}},
    {"iot", true, {"1.2 card, BF64", "BF64(820201FE)", "BF64(800100 810100 820100)", FINE}},
};

START_TEST(test_versions)
{
    iot_begin(&t, versions[_i].personality, versions[_i].strict ? "lenient_memory_reset = no\n" : NULL);
    fill(EIM | OPERATIONAL_PROFILE | IMMEDIATE);
    es10_row(&t.f, &versions[_i].row);
}
END_TEST

/* On a 1.2 card bits 3 and 4 of BF34 are nobody's: eIMs stay. */
START_TEST(test_old_bits)
{
    static const struct row row = {"bits 3 and 4",
                                   "BF34(82020318)",
                                   "BF34(800101)",
                                   SAYS("ES10c.eUICCMemoryReset"),
                                   "something to delete or an address to reset",
                                   "options 18 that match",
                                   NO_OFFSET};
    iot_begin(&t, "iot", NULL);
    fill(EVERYTHING);
    es10_row(&t.f, &row);
    ck_assert_uint_eq(left(), EVERYTHING);
}
END_TEST

/* A rollback grant ends with a reset that did anything, also where resetResult says nothingToDelete. */
START_TEST(test_grant)
{
    static const struct {
        const char *request, *answer;
        int rollback;
    } rows[] = {
        {"BF64(82020640)", "BF64(800101)", 0},
        {"BF64(82020204)", "BF64(800100 810100)", 1},
        {"BF64(82020244)", "BF64(800101 810100)", 1},
    };
    struct slice result;
    iot_standard(&t, "iot", NULL);
    iot_psmo(&t, "A3(5A(" ICCID_2 ") 0500)", "830100");
    BUF_LOCAL request = {0};
    put_hex(&request, rows[_i].request);
    ck_assert(lpa_call(&t.f.lpa, buf_slice(&request)));
    assert_hex(buf_slice(&t.f.lpa.response), rows[_i].answer, rows[_i].request);
    ck_assert_int_eq(ipa_profile_rollback(&t.ipa, false, &result), rows[_i].rollback);
}
END_TEST

#define N(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    Suite *suite = suite_create("iot_local_memory_reset");
    TCase *tests = tcase_create("reset");
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_bits, 0, N(resets));
    tcase_add_loop_test(tests, test_nothing, 0, N(nothings));
    tcase_add_loop_test(tests, test_damaged, 0, N(damaged));
    tcase_add_loop_test(tests, test_enabled, 0, 2);
    tcase_add_loop_test(tests, test_versions, 0, N(versions));
    tcase_add_test(tests, test_old_bits);
    tcase_add_loop_test(tests, test_grant, 0, 3);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
