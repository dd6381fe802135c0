/* ProfileRollback (SGP.32 3.3.2, 5.9.16): who has it, what takes it away, its result. Profile 1 is enabled, then a
 * package enables 2 with rollbackFlag. */
#include "iot_local_common.h"

#include <stdio.h>

#define ENABLE_WITH_ROLLBACK(iccid) "A3(5A(" iccid ") 0500)"
#define ROLLBACK "BF58(800100)"
#define SAYS "ES10b.ProfileRollback", "SGP.32 5.9.16"
#define NONE SAYS, "a package that authorised a rollback", "none in force", NO_OFFSET

static struct iot t;
static uint32_t granting; /* number of the result of the package that granted */

static void begin(const char *personality, const char *lines)
{
    iot_standard(&t, personality, lines);
    granting = iot_psmo(&t, ENABLE_WITH_ROLLBACK(ICCID_2), "830100");
    iot_enabled(&t, ICCID_2);
}

static void tear_down(void)
{
    iot_end(&t);
}

/* ---- no grant ---- */

static const struct {
    const char *what;
    const char *list; /* of a package before; NULL: none */
    const char *results;
} without[] = {
    {"row 49: without any package", NULL, NULL},
    {"enable without rollbackFlag", "A3(5A(" ICCID_2 "))", "830100"},
    {"row 53: the ICCID is unknown", ENABLE_WITH_ROLLBACK(ICCID_UNKNOWN), "830101"},
    {"row 53: the profile is enabled", ENABLE_WITH_ROLLBACK(ICCID_1), "830102"},
    {"row 53: the second enable has the flag", "A3(5A(" ICCID_2 "))" ENABLE_WITH_ROLLBACK(ICCID_3), "830100 83017F"},
    {"row 53: damaged", "A3(5A(9800) 0500)", "020102"},
    {"disable", "A4(5A(" ICCID_1 "))", "840100"},
};

START_TEST(test_without)
{
    const struct row row = {without[_i].what, ROLLBACK, "BF58(020101)", NONE};
    iot_standard(&t, "iot", NULL);
    if (without[_i].list) iot_psmo(&t, without[_i].list, without[_i].results);
    es10_row(&t.f, &row);
}
END_TEST

/* ---- what happens between the package and the rollback ---- */

static void nothing(void) {}
static void once(void)
{
    iot_roll_back(&t, false, "8C0100");
}
static void list_profiles(void)
{
    iot_psmo(&t, "BF2D(A0(5A(" ICCID_UNKNOWN ")))", "BF2D02A000");
}
static void list_eims(void)
{
    iot_eco(&t, "AB00", "AB(A0(30(80(65696D31) 820102)))");
}
static void failing_package(void)
{
    iot_psmo(&t, "A3(5A(" ICCID_UNKNOWN "))", "830101");
}
/* S(4), S(3) and U leave the grant alone. */
static void refused_package(unsigned which)
{
    const struct eim_op op = {.kind = EIM_OP_RAT};
    static const uint8_t other[16] = {0x89};
    struct eim_order order = {.ops = &op, .n = 1};
    EIM_PACKAGE_LOCAL package = {0};
    struct eim_result result;
    if (which == 0) order = (struct eim_order){.ops = &op, .n = 1, .has_counter = true, .counter = t.eim.counter};
    if (which == 1) order.spoil.eid = SLICE(other);
    if (which == 2) order.spoil.signature_bit = true;
    ck_assert(eim_sign(&t.eim, &order, &package));
    ck_assert(ipa_load_euicc_package(&t.ipa, buf_slice(&package.request)));
    ck_assert_msg(eim_check_result(&t.eim, &package, buf_slice(&t.ipa.lpa.response), &result), "%s", t.eim.error);
    ck_assert_int_eq(result.kind, which == 2 ? EIM_RESULT_ERROR_UNSIGNED : EIM_RESULT_ERROR_SIGNED);
    if (which < 2) ck_assert_int_eq(result.error, which == 0 ? 4 : 3);
}
static void replayed(void)
{
    refused_package(0);
}
static void other_eid(void)
{
    refused_package(1);
}
static void bad_signature(void)
{
    refused_package(2);
}
static void reset(void)
{
    iot_reset(&t);
}
static void cut(void)
{
    iot_cut(&t);
}
static void download(void)
{
    iot_install(&t, ICCID("05"), NULL, 0);
}
static void fall_back(void)
{
    ck_assert_int_eq(ipa_execute_fallback(&t.ipa, false), 0);
}
static void emergency(void)
{
    ck_assert_int_eq(ipa_enable_emergency_profile(&t.ipa, false), 0);
}
static void emergency_and_back(void)
{
    ck_assert_int_eq(ipa_enable_emergency_profile(&t.ipa, false), 0);
    ck_assert_int_eq(ipa_disable_emergency_profile(&t.ipa, false), 0);
}
static void refused_fallback(void)
{
    es10(&t.f, "BF5B(800100)", "BF5B(800100)");
    es10(&t.f, "BF5C(800100)", "BF5C(800100)");
}
static void reset_address(void)
{
    struct ipa_reset_result ignored;
    ck_assert_int_eq(ipa_set_default_dp_address(&t.ipa, "smdp.example"), 0);
    ck_assert_int_eq(ipa_memory_reset(&t.ipa, IPA_RESET_ADDRESS, &ignored), 0);
}
static void reset_eims(void)
{
    struct ipa_reset_result ignored;
    ck_assert_int_eq(ipa_memory_reset(&t.ipa, IPA_RESET_EIM, &ignored), 0);
}
static void read_everything(void)
{
    struct ipa_status status;
    ck_assert_msg(ipa_heartbeat(&t.ipa, &t.eim, &status), "%s", t.ipa.lpa.error);
}

static const struct {
    const char *what;
    void (*between)(void);
    bool granted;
} betweens[] = {
    {"at once", nothing, true},
    {"row 50: twice", once, false},
    {"row 51: an accepted package, listProfileInfo", list_profiles, false},
    {"row 51: an accepted package, listEim", list_eims, false},
    {"row 51: an accepted package with an enable that fails", failing_package, false},
    {"row 52: a replayed package", replayed, true},
    {"row 52: a package for another EID", other_eid, true},
    {"row 52: a package with a bad signature", bad_signature, true},
    {"row 54: a reset", reset, true},
    {"row 54: a power cut", cut, true},
    {"a download", download, true},
    {"reading", read_everything, true},
    {"EnableEmergencyProfile", emergency, false},
    {"EnableEmergencyProfile and DisableEmergencyProfile", emergency_and_back, false},
    {"the same by bytes", refused_fallback, false},
    {"eUICCMemoryReset of the address", reset_address, false},
    {"eUICCMemoryReset of the eIMs", reset_eims, false},
};

START_TEST(test_between)
{
    const struct row row = {betweens[_i].what, ROLLBACK, "BF58(020101)", NONE};
    begin("iot", NULL);
    betweens[_i].between();
    if (!betweens[_i].granted) {
        es10_row(&t.f, &row);
        return;
    }
    uint32_t sequence = iot_roll_back(&t, false, "8C0100");
    iot_reason(&t, NULL, NULL, NULL, NULL);
    ck_assert_uint_gt(sequence, granting);
    iot_enabled(&t, ICCID_1);
    es10_row(&t.f, &row);
}
END_TEST

/* Row 55: profile 3 has the attribute, 1 is enabled, a package enables 2 with rollbackFlag. */
START_TEST(test_fallback_between)
{
    static const struct row row = {"row 55", ROLLBACK, "BF58(020101)", NONE};
    iot_standard(&t, "iot", NULL);
    iot_psmo(&t, "A8(5A(" ICCID_2 "))", "8D0100");
    iot_psmo(&t, ENABLE_WITH_ROLLBACK(ICCID_3), "830100");
    fall_back();
    iot_enabled(&t, ICCID_2);
    es10_row(&t.f, &row);
    if (_i == 1) ck_assert_int_eq(ipa_return_from_fallback(&t.ipa, false), 0);
    es10_row(&t.f, &row);
}
END_TEST

/* Refused local functions change nothing, so the grant stays: a fallback without attribute, an emergency without one.
 */
START_TEST(test_refused_between)
{
    begin("iot", NULL);
    es10(&t.f, "BF55(A0(80(65)))", "BF5502A000");
    ck_assert_int_eq(ipa_execute_fallback(&t.ipa, false), 6);
    ck_assert_int_eq(ipa_disable_emergency_profile(&t.ipa, true), 2);
    ck_assert_int_eq(ipa_immediate_enable(&t.ipa, true), 1);
    iot_roll_back(&t, true, "8C0100");
    iot_enabled(&t, ICCID_1);
}
END_TEST

/* Row 56, and the numbers: seq(package) < disable 1 < enable 2 < seq(rollback) < disable 2 < enable 1. */
START_TEST(test_result)
{
    char numbers[32];
    char expected[96];
    struct ipa_pending pending;
    begin("iot", NULL);
    iot_notified(&t, granting, "de");
    (void)snprintf(numbers, sizeof numbers, "%u", (unsigned)granting);
    iot_results(&t, numbers);
    uint32_t sequence = iot_roll_back(&t, false, "8C0100");
    ck_assert_uint_eq(sequence, granting + 3);
    (void)snprintf(expected, sizeof expected, "%ud %ue %ud %ue", granting + 1, granting + 2, granting + 4,
                   granting + 5);
    assert_notifications(&t.f, expected);
    (void)snprintf(numbers, sizeof numbers, "%u", (unsigned)sequence);
    iot_results(&t, numbers);
    ck_assert(ipa_retrieve(&t.ipa, IPA_SEARCH_NUMBER, granting, &pending));
    ck_assert(pending.result_count == 0 && pending.notification_count == 0);
    ck_assert_int_eq(ipa_remove(&t.ipa, granting), 1);
    iot_reason(&t, "ES10b.RemoveNotificationFromList", "SGP.22 5.7.11", "the sequence number of a pending", "");
    ck_assert_int_eq(ipa_remove(&t.ipa, sequence), 0);
    ck_assert_int_eq(ipa_remove(&t.ipa, sequence), 1);
}
END_TEST

/* The result of the package may be gone already; the transaction identifier is that of the package (or none). */
START_TEST(test_result_again)
{
    begin("iot", NULL);
    ck_assert_int_eq(ipa_remove(&t.ipa, granting), 0);
    uint32_t sequence = iot_roll_back(&t, false, "8C0100");
    struct ipa_pending pending;
    struct eim_result first;
    struct eim_result again;
    char why[200];
    ck_assert(ipa_retrieve(&t.ipa, IPA_SEARCH_NUMBER, sequence, &pending));
    ck_assert_uint_eq(pending.result_count, 1);
    ck_assert_msg(eim_result_read(pending.results[0], SGP32_1_2, &first, why, sizeof why), "%s", why);
    ck_assert_msg(eim_check_again(&t.eim, &t.package, &first, pending.results[0], &again), "%s", t.eim.error);
    ck_assert_uint_eq(iot_counter(&t), t.eim.counter);
}
END_TEST

/* rollback_result = append, as v1.0 has it: the results of the package, then rollbackResult. */
START_TEST(test_append)
{
    if (_i == 0)
        begin("iot-1.0", NULL);
    else
        begin("iot", "rollback_result = append\n");
    struct slice came;
    struct eim_result result;
    char why[200];
    ck_assert_int_eq(ipa_profile_rollback(&t.ipa, false, &came), 0);
    ck_assert_msg(eim_result_read(came, t.ipa.version, &result, why, sizeof why), "%s", why);
    ck_assert(eim_result_is_signed(&result, &t.eim.card_key, t.eim.token));
    ck_assert_uint_eq(result.n, 2);
    assert_hex(result.data[0].whole, "830100", "enableResult");
    assert_hex(result.data[1].whole, "8C0100", "rollbackResult");
    iot_enabled(&t, ICCID_1);
}
END_TEST

/* PPR1 of the profile that was just enabled does not hold it (rollback_ignores_ppr); with the switch it does: 127. */
START_TEST(test_ppr)
{
    static const struct row held = {"PPR1",          ROLLBACK, "BF58(02017F)", SAYS, "a profile that may be disabled",
                                    "one with PPR1", NO_OFFSET};
    iot_standard(&t, "iot", _i ? "rollback_ignores_ppr = no\n" : NULL);
    iot_install(&t, ICCID("05"), NULL, RULE_PPR1);
    iot_psmo(&t, ENABLE_WITH_ROLLBACK(ICCID("05")), "830100");
    if (_i) {
        es10_row(&t.f, &held);
        iot_enabled(&t, ICCID("05"));
    } else {
        iot_roll_back(&t, false, "8C0100");
        iot_enabled(&t, ICCID_1);
    }
}
END_TEST

/* The profile to go back to is gone (by the SGP.22 function of a card with both): commandError. */
START_TEST(test_target_gone)
{
    static const struct row row = {"gone", ROLLBACK, "BF58(020107)", SAYS, "the disabled profile to go back to",
                                   "none", NO_OFFSET};
    begin("both", NULL);
    es10(&t.f, "BF33(5A(" ICCID_1 "))", "BF3303800100");
    es10_row(&t.f, &row);
    iot_enabled(&t, ICCID_2);
}
END_TEST

/* disable 1, enable 2 with rollbackFlag: 1 is what comes back, though 2 did not replace it directly. */
START_TEST(test_explicit_swap)
{
    iot_standard(&t, "iot", NULL);
    uint32_t sequence = iot_psmo(&t, "A4(5A(" ICCID_1 "))" ENABLE_WITH_ROLLBACK(ICCID_2), "840100 830100");
    iot_notified(&t, sequence, "de");
    iot_roll_back(&t, false, "8C0100");
    iot_enabled(&t, ICCID_1);
}
END_TEST

/* A package that grants replaces the grant of an earlier one. */
START_TEST(test_latest)
{
    begin("iot", NULL);
    iot_psmo(&t, ENABLE_WITH_ROLLBACK(ICCID_3), "830100");
    iot_roll_back(&t, false, "8C0100");
    iot_enabled(&t, ICCID_2);
}
END_TEST

#define N(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    Suite *suite = suite_create("iot_switch_rollback");
    TCase *tests = tcase_create("rollback");
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_without, 0, N(without));
    tcase_add_loop_test(tests, test_between, 0, N(betweens));
    tcase_add_loop_test(tests, test_fallback_between, 0, 2);
    tcase_add_test(tests, test_refused_between);
    tcase_add_test(tests, test_result);
    tcase_add_test(tests, test_result_again);
    tcase_add_loop_test(tests, test_append, 0, 2);
    tcase_add_loop_test(tests, test_ppr, 0, 2);
    tcase_add_test(tests, test_target_gone);
    tcase_add_test(tests, test_explicit_swap);
    tcase_add_test(tests, test_latest);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
