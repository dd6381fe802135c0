/* ExecuteFallbackMechanism and ReturnFromFallback (SGP.32 5.9.20, 5.9.21, 3.4.6, 3.4.7) and the Emergency Profile
 * (5.9.22, 5.9.23): their checks, notifications and records. Profile 1 is enabled, 2 may have the fallback attribute, 4
 * is an Emergency Profile. */
#include "iot_local_common.h"

#define EXECUTE "BF5D(800100)"
#define RETURN "BF5E(800100)"
#define EXECUTE_SAYS "ES10b.ExecuteFallbackMechanism", "SGP.32 5.9.20"
#define RETURN_SAYS "ES10b.ReturnFromFallback", "SGP.32 5.9.21"
#define NO_ATTRIBUTE EXECUTE_SAYS, "a profile with the fallback attribute", "none", NO_OFFSET
#define NOT_FALLEN RETURN_SAYS, "the enabled Fallback Profile", "another state", NO_OFFSET
#define NO_RECORD RETURN_SAYS, "the profile that ExecuteFallback left", "none", NO_OFFSET
#define EMERGENCY_ON "BF5B(800100)"
#define EMERGENCY_OFF "BF5C(800100)"
#define ON_SAYS "ES10b.EnableEmergencyProfile", "SGP.32 5.9.22"
#define OFF_SAYS "ES10b.DisableEmergencyProfile", "SGP.32 5.9.23"
#define SET(iccid) "A8(5A(" iccid "))"
#define ENABLE(iccid) "A3(5A(" iccid "))"
#define DISABLE(iccid) "A4(5A(" iccid "))"

static struct iot t;

static void begin(const char *lines)
{
    iot_standard(&t, "iot", lines);
}

static void tear_down(void)
{
    iot_end(&t);
}

static void good(const char *request, const char *answer, const char *enabled)
{
    es10(&t.f, request, answer);
    iot_enabled(&t, enabled);
}

static void set_attribute(void)
{
    iot_psmo(&t, SET(ICCID_2), "8D0100");
    iot_clean(&t);
}

/* ---- refusals of BF5D ---- */

static void no_attribute(void) {}
static void nothing_enabled(void)
{
    iot_psmo(&t, DISABLE(ICCID_1), "840100");
}
static void nothing_enabled_with_attribute(void)
{
    set_attribute();
    nothing_enabled();
}
static void unset(void)
{
    set_attribute();
    iot_psmo(&t, "A900", "8E0100");
}
static void holder_deleted(void)
{
    set_attribute();
    iot_psmo(&t, "A5(5A(" ICCID_2 "))", "850100");
}
static void emergency_enabled(void)
{
    set_attribute();
    good(EMERGENCY_ON, "BF5B03800100", ICCID_4);
}
static void executed(void)
{
    set_attribute();
    good(EXECUTE, "BF5D03800100", ICCID_2);
}
static void enabled_by_package(void)
{
    set_attribute();
    iot_psmo(&t, ENABLE(ICCID_2), "830100");
}

static const struct {
    void (*before)(void);
    struct row row;
    const char *enabled;
} executes[] = {
    {no_attribute, {"row 62: no attribute", EXECUTE, "BF5D03800106", NO_ATTRIBUTE}, ICCID_1},
    {nothing_enabled,
     {"row 62: no attribute and nothing enabled", EXECUTE, "BF5D03800107", EXECUTE_SAYS, "an enabled profile", "none",
      NO_OFFSET},
     NULL},
    {nothing_enabled_with_attribute,
     {"nothing enabled", EXECUTE, "BF5D03800107", EXECUTE_SAYS, "an enabled profile", "none", NO_OFFSET},
     NULL},
    {unset, {"attribute taken away", EXECUTE, "BF5D03800106", NO_ATTRIBUTE}, ICCID_1},
    {holder_deleted, {"profile with the attribute deleted", EXECUTE, "BF5D03800106", NO_ATTRIBUTE}, ICCID_1},
    {emergency_enabled,
     {"emergency", EXECUTE, "BF5D03800168", EXECUTE_SAYS, "no enabled Emergency Profile", "one", NO_OFFSET},
     ICCID_4},
    {executed,
     {"twice", EXECUTE, "BF5D03800102", EXECUTE_SAYS, "a disabled Fallback Profile", "the enabled one", NO_OFFSET},
     ICCID_2},
    {enabled_by_package,
     {"enabled by a package", EXECUTE, "BF5D03800102", EXECUTE_SAYS, "a disabled Fallback Profile", "the enabled one",
      NO_OFFSET},
     ICCID_2},
};

START_TEST(test_execute_refused)
{
    begin(NULL);
    executes[_i].before();
    iot_clean(&t);
    size_t commits = t.f.commits;
    es10_row(&t.f, &executes[_i].row);
    ck_assert_uint_eq(t.f.commits, commits);
    iot_enabled(&t, executes[_i].enabled);
    assert_notifications(&t.f, "");
}
END_TEST

/* ---- refusals of BF5E ---- */

static void then_enable_other(void)
{
    executed();
    iot_psmo(&t, ENABLE(ICCID_3), "830100");
}
static void then_enable_other_and_back(void)
{
    then_enable_other();
    iot_psmo(&t, ENABLE(ICCID_2), "830100");
}
static void then_rollback_into_fallback(void)
{
    executed();
    iot_psmo(&t, "A3(5A(" ICCID_3 ") 0500)", "830100");
    iot_roll_back(&t, false, "8C0100");
}
static void target_reset(void)
{
    struct ipa_reset_result ignored;
    iot_install(&t, ICCID("05"), NULL, 0);
    set_attribute();
    iot_psmo(&t, ENABLE(ICCID("05")), "830100");
    good(EXECUTE, "BF5D03800100", ICCID_2);
    ck_assert_int_eq(ipa_memory_reset(&t.ipa, IPA_RESET_OPERATIONAL, &ignored), 0);
}
static void disabled(void)
{
    executed();
    iot_psmo(&t, DISABLE(ICCID_2), "840100");
}
static void returned(void)
{
    executed();
    good(RETURN, "BF5E03800100", ICCID_1);
}
static void emergency_over_fallback(void)
{
    executed();
    good(EMERGENCY_ON, "BF5B03800100", ICCID_4);
}

static const struct {
    void (*before)(void);
    struct row row;
    const char *enabled;
} returns[] = {
    {no_attribute, {"row 63: no BF5D before", RETURN, "BF5E03800106", NOT_FALLEN}, ICCID_1},
    {set_attribute, {"row 63: attribute, no BF5D", RETURN, "BF5E03800106", NOT_FALLEN}, ICCID_1},
    {enabled_by_package, {"row 63: enabled by a package", RETURN, "BF5E03800106", NO_RECORD}, ICCID_2},
    {then_enable_other, {"row 64: another profile enabled", RETURN, "BF5E03800106", NOT_FALLEN}, ICCID_3},
    {then_enable_other_and_back, {"row 64: and back", RETURN, "BF5E03800106", NO_RECORD}, ICCID_2},
    {then_rollback_into_fallback, {"row 64: and rolled back", RETURN, "BF5E03800106", NO_RECORD}, ICCID_2},
    {target_reset, {"row 101: memory reset, the fallback profile too", RETURN, "BF5E03800106", NOT_FALLEN}, NULL},
    {disabled, {"disabled", RETURN, "BF5E03800106", NOT_FALLEN}, NULL},
    {returned, {"twice", RETURN, "BF5E03800106", NOT_FALLEN}, ICCID_1},
    {emergency_over_fallback, {"emergency", RETURN, "BF5E03800106", NOT_FALLEN}, ICCID_4},
};

START_TEST(test_return_refused)
{
    begin(NULL);
    returns[_i].before();
    size_t commits = t.f.commits;
    es10_row(&t.f, &returns[_i].row);
    ck_assert_uint_eq(t.f.commits, commits);
    iot_enabled(&t, returns[_i].enabled);
}
END_TEST

/* Row 101 with a Fallback Profile that stays: it is a provisioning profile, the reset takes operational ones. */
START_TEST(test_target_removed)
{
    static const struct wanted provisioning = {
        .iccid = ICCID("06"), .profile_class = PROVISIONING, .notify = NOTIFY_ALL, .extra = "9F6701FF"};
    static const struct row row = {"row 101", RETURN, "BF5E03800106", NO_RECORD};
    struct ipa_reset_result ignored;
    begin(NULL);
    install(&t.f, &provisioning);
    iot_psmo(&t, SET(ICCID("06")), "8D0100");
    good(EXECUTE, "BF5D03800100", ICCID("06"));
    ck_assert_int_eq(ipa_memory_reset(&t.ipa, IPA_RESET_OPERATIONAL, &ignored), 0);
    iot_enabled(&t, ICCID("06"));
    es10_row(&t.f, &row);
    iot_enabled(&t, ICCID("06"));
}
END_TEST

/* A card without fallbackSupported: commandError. */
START_TEST(test_unsupported)
{
    static const struct row rows[] = {
        {"BF5D", EXECUTE, "BF5D03800107", EXECUTE_SAYS, "a card with fallbackSupported", "one without", NO_OFFSET},
        {"BF5E", RETURN, "BF5E03800107", RETURN_SAYS, "a card with fallbackSupported", "one without", NO_OFFSET},
    };
    begin("fallback = no\n");
    es10_rows(&t.f, ROWS(rows));
}
END_TEST

/* ---- what works ---- */

/* There and back: notifications of ordinary switches, the record survives reset and power cut, the attribute stays. */
START_TEST(test_round)
{
    begin(NULL);
    uint32_t sequence = iot_psmo(&t, SET(ICCID_2), "8D0100");
    good("BF5D(8001FF)", "BF5D03800100", ICCID_2); /* no TERMINAL PROFILE: at once */
    ck_assert_uint_eq(t.f.lpa.proactive, 0);
    iot_notified(&t, sequence, "de");
    if (_i == 1) iot_reset(&t);
    if (_i == 2) iot_cut(&t);
    good(RETURN, "BF5E03800100", ICCID_1);
    iot_notified(&t, sequence, "dede");
    if (_i == 2) iot_cut(&t);
    es10(&t.f, "BF2D(A0(5A(" ICCID_2 ")) 5C(9F26))", "BF2D(A0(E3(9F2601FF)))");
    good(EXECUTE, "BF5D03800100", ICCID_2);
    iot_notified(&t, sequence, "dedede");
}
END_TEST

/* Row 61 and around it: what a package may do while the Fallback Profile is enabled. */
START_TEST(test_during)
{
    begin(NULL);
    iot_psmo(&t, SET(ICCID_2), "8D0100");
    iot_install(&t, ICCID("05"), "9F6701FF", 0);
    good(EXECUTE, "BF5D03800100", ICCID_2);
    iot_psmo(&t, "A5(5A(" ICCID_1 "))", "850115"); /* the return target */
    iot_reason(&t, "ES10b.LoadEuiccPackage", "SGP.32 3.4.3", "a profile that ReturnFromFallback does not need",
               "its target");
    iot_psmo(&t, "A5(5A(" ICCID_3 "))", "850100");
    iot_psmo(&t, SET(ICCID("05")), "8D0103");
    iot_psmo(&t, SET(ICCID_2), "8D0100");
    iot_psmo(&t, "A900", "8E0103");
    good(RETURN, "BF5E03800100", ICCID_1);
    iot_psmo(&t, SET(ICCID("05")), "8D0100");
    good(EXECUTE, "BF5D03800100", ICCID("05"));
    good(RETURN, "BF5E03800100", ICCID_1);
    iot_psmo(&t, "A5(5A(" ICCID_2 "))", "850100");
}
END_TEST

/* The same while an ordinary enable put the profile there: 1 is no return target then. */
START_TEST(test_during_ordinary)
{
    begin(NULL);
    enabled_by_package();
    iot_psmo(&t, "A900", "8E0103");
    iot_reason(&t, "ES10b.LoadEuiccPackage", "SGP.32 3.4.7", "a disabled Fallback Profile", "an enabled one");
    iot_psmo(&t, "A5(5A(" ICCID_1 "))", "850100");
}
END_TEST

/* PPR1 of the enabled profile: fallback_ignores_ppr decides. */
START_TEST(test_ppr)
{
    static const struct row held = {
        "PPR1", EXECUTE, "BF5D0380017F", EXECUTE_SAYS, "a profile that may be disabled", "one with PPR1", NO_OFFSET};
    begin(_i ? "fallback_ignores_ppr = no\n" : NULL);
    iot_install(&t, ICCID("05"), NULL, RULE_PPR1);
    iot_psmo(&t, SET(ICCID_2), "8D0100");
    iot_psmo(&t, ENABLE(ICCID("05")), "830100");
    iot_psmo(&t, ENABLE(ICCID_1), "830103"); /* an ordinary one is held in any case */
    if (_i) {
        es10_row(&t.f, &held);
        return;
    }
    good(EXECUTE, "BF5D03800100", ICCID_2);
    good(RETURN, "BF5E03800100", ICCID("05"));
}
END_TEST

/* ---- Emergency Profile ---- */

static const struct {
    const char *lines;
    const char *remove; /* hex of a psmoList, NULL: none */
    const char *removed;
    struct row row;
} unavailable[] = {
    {"emergency = no\n",
     NULL,
     NULL,
     {"a card without", EMERGENCY_ON, "BF5B03800108", ON_SAYS, "ecallSupported and an Emergency Profile", "neither",
      NO_OFFSET}},
    {NULL,
     "A5(5A(" ICCID_4 "))",
     "850100",
     {"no such profile", EMERGENCY_ON, "BF5B03800108", ON_SAYS, "ecallSupported and an Emergency Profile", "neither",
      NO_OFFSET}},
    {NULL,
     NULL,
     NULL,
     {"disable without enable", EMERGENCY_OFF, "BF5C03800102", OFF_SAYS, "the enabled Emergency Profile",
      "another state", NO_OFFSET}},
};

START_TEST(test_emergency_refused)
{
    begin(unavailable[_i].lines);
    if (unavailable[_i].remove) iot_psmo(&t, unavailable[_i].remove, unavailable[_i].removed);
    es10_row(&t.f, &unavailable[_i].row);
    iot_enabled(&t, ICCID_1);
}
END_TEST

/* Silent, over every state before; what is refused while it is enabled; then the state before is back. */
START_TEST(test_emergency)
{
    static const struct row again = {
        "again", EMERGENCY_ON, "BF5B03800102", ON_SAYS, "a disabled Emergency Profile", "the enabled one", NO_OFFSET};
    static const struct row reset[] = {
        {"BF64", "BF64(820201FE)", "BF6403800168", "ES10b.eUICCMemoryReset", "SGP.22 5.7.19",
         "no enabled Emergency Profile", "one", NO_OFFSET},
        {"BF64 of the eIMs alone", "BF64(82020204)", "BF6403800168", "ES10b.eUICCMemoryReset", "SGP.22 5.7.19",
         "no enabled Emergency Profile", "one", NO_OFFSET},
    };
    static const char *const befores[] = {ICCID_1, NULL, ICCID_2};
    begin(NULL);
    if (_i == 1) nothing_enabled();
    if (_i == 2) executed();
    iot_clean(&t);
    good(EMERGENCY_ON, "BF5B03800100", ICCID_4);
    es10_row(&t.f, &again);
    uint32_t counter = iot_counter(&t);
    iot_psmo_error(&t, "A4(5A(" ICCID_4 "))", 104);
    iot_reason(&t, "ES10b.LoadEuiccPackage", "SGP.32 5.9.1", "no enabled Emergency Profile", "one");
    ck_assert_uint_eq(iot_counter(&t), counter);
    t.eim.counter--; /* it was not used up */
    es10_rows(&t.f, ROWS(reset));
    iot_cut(&t);
    iot_enabled(&t, ICCID_4);
    good(EMERGENCY_OFF, "BF5C03800100", befores[_i]);
    assert_notifications(&t.f, "");
    iot_results(&t, "");
    iot_psmo(&t, "A600", "A6(30(80020560 A1(30(8003EEEEEE 8100 8200)) 82020780))");
    if (_i == 2) good(RETURN, "BF5E03800100", ICCID_1);
}
END_TEST

/* An enable PSMO cannot have it; its listing has the flag. */
START_TEST(test_emergency_by_package)
{
    begin(NULL);
    iot_psmo(&t, ENABLE(ICCID_4), "83017F");
    iot_reason(&t, "ES10b.LoadEuiccPackage", "SGP.32 3.4.1", "a profile that is no Emergency Profile", "one");
    iot_psmo(&t, SET(ICCID_4), "8D0102");
    es10(&t.f, "BF2D(A0(5A(" ICCID_4 ")) 5C(5A9F709F7B9F269F67))", "BF2D(A0(E3(5A(" ICCID_4 ") 9F700100 9F7B01FF)))");
    iot_enabled(&t, ICCID_1);
}
END_TEST

/* What was enabled may be deleted in the meantime by the SGP.22 function of a card with both: nothing comes back. */
START_TEST(test_emergency_target_gone)
{
    iot_standard(&t, "both", NULL);
    good(EMERGENCY_ON, "BF5B03800100", ICCID_4);
    es10(&t.f, "BF33(5A(" ICCID_1 "))", "BF3303800100");
    good(EMERGENCY_OFF, "BF5C03800100", NULL);
}
END_TEST

/* A test profile remembers the operational one that it replaced; an emergency in between does not change that. */
START_TEST(test_emergency_and_test_profile)
{
    static const struct wanted test = {.iccid = ICCID("05"), .profile_class = TEST_CLASS, .notify = NOTIFY_ALL};
    begin(NULL);
    install(&t.f, &test);
    iot_psmo(&t, ENABLE(ICCID("05")), "830100");
    if (_i) {
        good(EMERGENCY_ON, "BF5B03800100", ICCID_4);
        good(EMERGENCY_OFF, "BF5C03800100", ICCID("05"));
    }
    iot_psmo(&t, DISABLE(ICCID("05")), "840100");
    iot_enabled(&t, ICCID_1);
}
END_TEST

#define N(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    Suite *suite = suite_create("iot_switch_fallback");
    TCase *tests = tcase_create("fallback");
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_execute_refused, 0, N(executes));
    tcase_add_loop_test(tests, test_return_refused, 0, N(returns));
    tcase_add_test(tests, test_target_removed);
    tcase_add_test(tests, test_unsupported);
    tcase_add_loop_test(tests, test_round, 0, 3);
    tcase_add_test(tests, test_during);
    tcase_add_test(tests, test_during_ordinary);
    tcase_add_loop_test(tests, test_ppr, 0, 2);
    tcase_add_loop_test(tests, test_emergency_refused, 0, N(unavailable));
    tcase_add_loop_test(tests, test_emergency, 0, 3);
    tcase_add_test(tests, test_emergency_by_package);
    tcase_add_test(tests, test_emergency_target_gone);
    tcase_add_loop_test(tests, test_emergency_and_test_profile, 0, 2);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
