/* refreshFlag, REFRESH and catBusy (SGP.32 3.9 of the functions that switch: 5.9.1, 5.9.15, 5.9.16, 5.9.20 to 5.9.23;
 * TS 102 223 6.4.7): one table of functions, each with and without refreshFlag and TERMINAL PROFILE, with a REFRESH
 * that is done, refused, or cut off by reset or power, and on a card that refuses everything until the reset. */
#include "iot_local_common.h"

#include <stdio.h>

#define ADDRESS "A7(8000 82(" ADDRESS_HEX "))"
#define ENABLE(iccid) "A3(5A(" iccid "))"
#define DISABLE(iccid) "A4(5A(" iccid "))"

static struct iot t;

static void tear_down(void)
{
    iot_end(&t);
}

/* ---- how to get there, and the function ---- */

static void no_preparation(void) {}
static void grant(void)
{
    iot_psmo(&t, "A3(5A(" ICCID_2 ") 0500)", "830100");
}
static void just_installed(void)
{
    iot_psmo(&t, ADDRESS, "870100");
    iot_install(&t, ICCID("05"), NULL, 0);
}
static void emergency_on(void)
{
    ck_assert_int_eq(ipa_enable_emergency_profile(&t.ipa, false), 0);
}
static void attribute(void)
{
    iot_psmo(&t, "A8(5A(" ICCID_2 "))", "8D0100");
}
static void fallen(void)
{
    attribute();
    ck_assert_int_eq(ipa_execute_fallback(&t.ipa, false), 0);
}

static void package_enable(bool refresh)
{
    (void)refresh;
    iot_psmo(&t, ENABLE(ICCID_2), "830100");
}
static void package_disable(bool refresh)
{
    (void)refresh;
    iot_psmo(&t, DISABLE(ICCID_1), "840100");
}
static void package_swap(bool refresh)
{
    (void)refresh;
    iot_psmo(&t, DISABLE(ICCID_1) ENABLE(ICCID_2) "A5(5A(" ICCID_3 "))", "840100 830100 850100");
}
static void rollback(bool refresh)
{
    iot_roll_back(&t, refresh, "8C0100");
}
static void immediate(bool refresh)
{
    ck_assert_int_eq(ipa_immediate_enable(&t.ipa, refresh), 0);
}
static void emergency(bool refresh)
{
    ck_assert_int_eq(ipa_enable_emergency_profile(&t.ipa, refresh), 0);
}
static void no_emergency(bool refresh)
{
    ck_assert_int_eq(ipa_disable_emergency_profile(&t.ipa, refresh), 0);
}
static void execute(bool refresh)
{
    ck_assert_int_eq(ipa_execute_fallback(&t.ipa, refresh), 0);
}
static void back(bool refresh)
{
    ck_assert_int_eq(ipa_return_from_fallback(&t.ipa, refresh), 0);
}

static const struct {
    const char *what;
    void (*prepare)(void);
    void (*run)(bool refresh);
    const char *before, *after;
    const char *events; /* of the switch, after a package's number */
    int again;          /* the function after a REFRESH that failed: 0, or its code */
} functions[] = {
    {"package enable", no_preparation, package_enable, ICCID_1, ICCID_2, "de", 0},
    {"package disable", no_preparation, package_disable, ICCID_1, NULL, "d", 0},
    {"package swap", no_preparation, package_swap, ICCID_1, ICCID_2, "de", -1},
    {"ProfileRollback", grant, rollback, ICCID_2, ICCID_1, "de", 1},
    {"ImmediateEnable", just_installed, immediate, ICCID_1, ICCID("05"), "de", 4},
    {"EnableEmergencyProfile", no_preparation, emergency, ICCID_1, ICCID_4, "", 0},
    {"DisableEmergencyProfile", emergency_on, no_emergency, ICCID_4, ICCID_1, "", 0},
    {"ExecuteFallbackMechanism", attribute, execute, ICCID_1, ICCID_2, "de", 0},
    {"ReturnFromFallback", fallen, back, ICCID_2, ICCID_1, "de", 0},
};
#define WITHOUT_FLAG 3 /* the packages: they switch as with refreshFlag */
#define N(table) (int)(sizeof(table) / sizeof(table)[0])

static void begin(int which, const char *lines)
{
    iot_standard(&t, "iot", lines);
    functions[which].prepare();
    iot_clean(&t);
}

/* What is enabled, without asking the card: GetProfilesInfo does not tell while a REFRESH waits. */
static void assert_state(const char *iccid)
{
    struct euicc_profile_description p;
    unsigned enabled = 0;
    BUF_LOCAL wanted = {0};
    char digits[21] = "";
    if (iccid) put_hex(&wanted, iccid);
    for (size_t i = 0; i < 2 * wanted.n && i < 19; i++)
        digits[i] = (char)('0' + (i % 2 ? wanted.p[i / 2] >> 4 : wanted.p[i / 2] & 15));
    for (size_t i = 0; euicc_describe_profile(t.f.card, i, &p) == EUICC_OK; i++) {
        if (strcmp(p.state, "enabled") != 0) continue;
        enabled++;
        ck_assert_str_eq(p.iccid, digits);
    }
    ck_assert_uint_eq(enabled, iccid ? 1 : 0);
}

/* The events of the switch and no others; deletions of the package before it do not count. */
static void assert_events(const char *events)
{
    struct lpa_notifications list;
    char text[64] = "";
    size_t n = 0;
    uint32_t last = 0;
    ck_assert_msg(lpa_retrieve_notifications(&t.f.lpa, -1, -1, &list), "%s", t.f.lpa.error);
    for (size_t i = 0; i < list.n; i++) {
        ck_assert_uint_gt(list.list[i].sequence_number, last);
        last = list.list[i].sequence_number;
        if (list.list[i].event != 3) text[n++] = "iedx"[list.list[i].event];
    }
    ck_assert_str_eq(text, events);
}

/* At once: no TERMINAL PROFILE, or (where there is a flag) refreshFlag FALSE; one commit, no 91xx, one set of events.
 */
START_TEST(test_at_once)
{
    bool refresh = _i < N(functions);
    int flagged = N(functions) - WITHOUT_FLAG;
    int which = refresh ? _i : WITHOUT_FLAG + (_i - N(functions)) % flagged;
    bool profile = _i >= N(functions) + flagged;
    begin(which, NULL);
    if (profile) apdu(&t.f, TERMINAL_PROFILE, "9000");
    size_t commits = t.f.commits;
    functions[which].run(refresh);
    ck_assert_uint_eq(t.f.commits, commits + 1);
    ck_assert_uint_eq(t.ipa.lpa.proactive, 0);
    apdu(&t.f, "80F2000C", "9000");
    assert_events(functions[which].events);
    iot_enabled(&t, functions[which].after);
    iot_cut(&t);
    iot_enabled(&t, functions[which].after);
    assert_events(functions[which].events);
}
END_TEST

/* 910B with the answer; nothing is switched before the TERMINAL RESPONSE, then all of it in one commit. */
START_TEST(test_done)
{
    static const struct row change = {"GetProfilesInfo", "BF2D00",
                                      "BF2D(81010B)",    "ES10c.GetProfilesInfo",
                                      "SGP.22 5.7.15",   "the REFRESH of the last profile switch",
                                      "before it",       NO_OFFSET};
    begin(_i, NULL);
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    functions[_i].run(true);
    ck_assert_uint_eq(t.ipa.lpa.proactive, 0x0b);
    assert_state(functions[_i].before);
    es10_row(&t.f, &change);
    es10(&t.f, "BF2D(A0(5A(" ICCID_1 ")) 5C(95))", "BF2D(A0(E3(950102)))"); /* not the state */
    assert_events("");
    size_t commits = t.f.commits;
    iot_refresh(&t, "00");
    ck_assert_uint_eq(t.f.commits, commits + 1);
    iot_enabled(&t, functions[_i].after);
    assert_events(functions[_i].events);
    iot_reset(&t);
    ck_assert_uint_eq(t.f.commits, commits + 1);
    iot_enabled(&t, functions[_i].after);
}
END_TEST

/* A TERMINAL RESPONSE with a failure: profiles and notifications as they were, also after a reset. */
START_TEST(test_failed)
{
    int which = _i % N(functions);
    begin(which, NULL);
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    functions[which].run(true);
    iot_refresh(&t, _i < N(functions) ? "20" : "32");
    iot_enabled(&t, functions[which].before);
    assert_events("");
    iot_cut(&t);
    iot_enabled(&t, functions[which].before);
    assert_events("");
    if (functions[which].again < 0) return;
    if (functions[which].again == 0) {
        functions[which].run(false);
        iot_enabled(&t, functions[which].after);
        assert_events(functions[which].events);
    } else if (functions[which].run == rollback) {
        es10(&t.f, "BF2D(A0(5A(" ICCID_UNKNOWN ")))", "BF2D02A000");
        struct slice none;
        ck_assert_int_eq(ipa_profile_rollback(&t.ipa, false, &none), functions[which].again);
    } else {
        ck_assert_int_eq(ipa_immediate_enable(&t.ipa, false), functions[which].again);
    }
}
END_TEST

static void reset(void)
{
    iot_reset(&t);
}
static void cut(void)
{
    iot_cut(&t);
}
static void off_and_on(void)
{
    card_power_cycle(&t.f);
    ck_assert(lpa_start(&t.ipa.lpa));
}

/* A reset or power cut before the FETCH or before the TERMINAL RESPONSE carries the switch out, once. */
START_TEST(test_restart)
{
    static void (*const restarts[])(void) = {reset, cut, off_and_on};
    int which = _i % N(functions);
    unsigned how = (unsigned)(_i / N(functions)) % 3;
    begin(which, NULL);
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    functions[which].run(true);
    if (_i / N(functions) >= 3) apdu(&t.f, FETCH_REFRESH, REFRESH_COMMAND);
    restarts[how]();
    iot_enabled(&t, functions[which].after);
    assert_events(functions[which].events);
    restarts[how]();
    iot_enabled(&t, functions[which].after);
    assert_events(functions[which].events);
}
END_TEST

/* Row 92: refuse-all. With or without TERMINAL PROFILE every ES10b function gets 6985 until the reset. */
static const char *const refused[] = {
    "BF2000",       "BF2200",       "BF2800",         "BF2B00",       "BF2B(A0(8200))",
    "BF2D00",       "BF2D(5C(5A))", "BF2E00",         "BF30(800101)", "BF3C00",
    "BF3E(5C(5A))", "BF4300",       "BF5500",         "BF5600",       "BF58(800100)",
    "BF5900",       "BF5A(800100)", "BF5B(800100)",   "BF5C(800100)", "BF5D(800100)",
    "BF5E(800100)", "BF5F00",       "BF64(82020204)", "BF65(80(78))", "BF42(80020780)",
};

START_TEST(test_refuse_all)
{
    int which = _i % N(functions);
    bool profile = _i >= N(functions);
    static const char lines[] = "refresh_without_cat = reset\nrefresh_pending = refuse-all\n";
    iot_standard(&t, "iot", lines);
    functions[which].prepare();
    iot_reset(&t);
    if (functions[which].run == immediate) { /* the reset ended the session context */
        iot_end(&t);
        iot_standard(&t, "iot", lines);
        just_installed();
    }
    iot_clean(&t);
    if (functions[which].run == no_emergency || functions[which].run == back) iot_enabled(&t, functions[which].before);
    if (profile) apdu(&t.f, TERMINAL_PROFILE, "9000");
    functions[which].run(true);
    ck_assert_uint_eq(t.ipa.lpa.proactive, profile ? 0x0b : 0);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        BUF_LOCAL request = {0};
        BUF_LOCAL answer = {0};
        uint16_t sw;
        put_hex(&request, refused[i]);
        ck_assert(lpa_store_data(&t.f.lpa, buf_slice(&request), &answer, &sw));
        ck_assert_msg(sw == 0x6985 && answer.n == 0, "%s: %04X", refused[i], sw);
        struct euicc_reason r;
        euicc_last_reason(t.f.card, &r);
        ck_assert_msg(r.said && strstr(r.expected, "the REFRESH of the last profile switch") &&
                          strstr(r.came, "a command before it"),
                      "%s: %s, %s", refused[i], r.said ? r.expected : "no reason", r.said ? r.came : "");
    }
    const struct eim_op op = {.kind = EIM_OP_RAT};
    const struct eim_order order = {.ops = &op, .n = 1};
    EIM_PACKAGE_LOCAL package = {0};
    BUF_LOCAL answer = {0};
    uint16_t sw;
    ck_assert(eim_sign(&t.eim, &order, &package));
    ck_assert(lpa_store_data(&t.f.lpa, buf_slice(&package.request), &answer, &sw));
    ck_assert_uint_eq(sw, 0x6985);
    iot_reason(&t, "ES10b.LoadEuiccPackage", "SGP.22 5.7.16", "the REFRESH of the last profile switch",
               "a command before it");
    assert_state(functions[which].before);
    iot_reset(&t);
    iot_enabled(&t, functions[which].after);
    assert_events(functions[which].events);
    struct eim_result result; /* the same package was never counted */
    ck_assert(ipa_load_euicc_package(&t.ipa, buf_slice(&package.request)));
    ck_assert_msg(eim_check_result(&t.eim, &package, buf_slice(&t.ipa.lpa.response), &result), "%s", t.eim.error);
    ck_assert_int_eq(result.kind, functions[which].run == emergency ? EIM_RESULT_ERROR_SIGNED : EIM_RESULT_SIGNED);
}
END_TEST

/* ---- catBusy ---- */

static void pending_enable(void)
{
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    iot_psmo(&t, ENABLE(ICCID_3), "830100");
}
static void pending_immediate(void)
{
    just_installed();
    pending_enable();
}
static void pending_fallback(void)
{
    attribute();
    pending_enable();
}
static void pending_return(void)
{
    fallen();
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    back(true);
}
static void pending_disable_in_fallback(void)
{
    fallen();
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    iot_psmo(&t, DISABLE(ICCID_2), "840100");
}
static void pending_emergency_off(void)
{
    emergency_on();
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    no_emergency(true);
}
static void fetched(void)
{
    pending_fallback();
    apdu(&t.f, FETCH_REFRESH, REFRESH_COMMAND);
}
#define BUSY "no proactive session", "one that waits for the terminal", NO_OFFSET
static const struct {
    void (*pending)(void);
    struct row row;
} busy[] = {
    {pending_immediate,
     {"ImmediateEnable", "BF5A(800100)", "BF5A03800105", "ES10b.ImmediateEnable", "SGP.32 5.9.15", BUSY}},
    {pending_enable,
     {"EnableEmergencyProfile", "BF5B(8001FF)", "BF5B03800105", "ES10b.EnableEmergencyProfile", "SGP.32 5.9.22", BUSY}},
    {pending_emergency_off,
     {"DisableEmergencyProfile", "BF5C(800100)", "BF5C03800105", "ES10b.DisableEmergencyProfile", "SGP.32 5.9.23",
      BUSY}},
    {pending_fallback,
     {"ExecuteFallback", "BF5D(800100)", "BF5D03800105", "ES10b.ExecuteFallbackMechanism", "SGP.32 5.9.20", BUSY}},
    {fetched,
     {"ExecuteFallback, REFRESH fetched", "BF5D(8001FF)", "BF5D03800105", "ES10b.ExecuteFallbackMechanism",
      "SGP.32 5.9.20", BUSY}},
    {pending_disable_in_fallback,
     {"ReturnFromFallback", "BF5E(800100)", "BF5E03800105", "ES10b.ReturnFromFallback", "SGP.32 5.9.21", BUSY}},
    {pending_return,
     {"ReturnFromFallback twice", "BF5E(800100)", "BF5E03800105", "ES10b.ReturnFromFallback", "SGP.32 5.9.21", BUSY}},
    {pending_enable,
     {"eUICCMemoryReset", "BF64(82020780)", "BF6403800105", "ES10b.eUICCMemoryReset", "SGP.22 5.7.19", BUSY}},
};

START_TEST(test_busy)
{
    iot_standard(&t, "iot", NULL);
    busy[_i].pending();
    size_t profiles = 0;
    struct euicc_profile_description p;
    es10_row(&t.f, &busy[_i].row);
    while (euicc_describe_profile(t.f.card, profiles, &p) == EUICC_OK)
        profiles++;
    ck_assert_uint_ge(profiles, 4);
}
END_TEST

/* In a package: enable and disable, code 5, in v1.0 127; a delete is not held up unless the switch needs the profile.
 */
START_TEST(test_busy_package)
{
    bool old = _i == 1;
    iot_standard(&t, old ? "iot-1.0" : "iot", NULL);
    pending_enable();
    es10_row(&t.f, &(struct row){"the list", "BF2D00", old ? "BF2D(81017F)" : "BF2D(81010B)", "ES10c.GetProfilesInfo",
                                 "SGP.22 5.7.15", "the REFRESH of the last profile switch", "before it", NO_OFFSET});
    iot_psmo(&t, ENABLE(ICCID_2), old ? "83017F" : "830105");
    iot_reason(&t, "ES10b.LoadEuiccPackage", "SGP.32 3.4.1", "no proactive session", "one that waits for the terminal");
    iot_psmo(&t, DISABLE(ICCID_1), old ? "84017F" : "840105");
    iot_reason(&t, "ES10b.LoadEuiccPackage", "SGP.32 3.4.2", "no proactive session", "one that waits for the terminal");
    iot_psmo(&t, "A5(5A(" ICCID_3 "))", "850102"); /* about to be enabled */
    iot_psmo(&t, "A5(5A(" ICCID_2 "))", "850100");
    iot_refresh(&t, "00");
    iot_enabled(&t, ICCID_3);
}
END_TEST

START_TEST(test_busy_immediate_old)
{
    static const struct row row = {"v1.0", "BF5A00", "BF5A0380017F", "ES10b.ImmediateEnable", "SGP.32 5.9.15", BUSY};
    iot_standard(&t, "iot-1.0", NULL);
    pending_immediate();
    es10_row(&t.f, &row);
}
END_TEST

/* ProfileRollback: of a card that also has EnableProfile, since whatever else makes it busy drops the grant. */
START_TEST(test_busy_rollback)
{
    static const struct row row = {"busy", "BF58(800100)", "BF58(020105)", "ES10b.ProfileRollback", "SGP.32 5.9.16",
                                   BUSY};
    iot_standard(&t, "both", NULL);
    grant();
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    es10(&t.f, "BF31(A0(5A(" ICCID_3 ")) 8101FF)", "BF3103800100");
    es10_row(&t.f, &row);
    iot_refresh(&t, "20");
    iot_roll_back(&t, false, "8C0100");
    iot_enabled(&t, ICCID_1);
}
END_TEST

/* And a fallback whose REFRESH failed leaves none: the profile is enabled by EnableProfile later, there is no return.
 */
START_TEST(test_no_way_back)
{
    static const struct row row = {"BF5E",          "BF5E(800100)",
                                   "BF5E03800106",  "ES10b.ReturnFromFallback",
                                   "SGP.32 5.9.21", "the profile that ExecuteFallback left",
                                   "none",          NO_OFFSET};
    iot_standard(&t, "both", NULL);
    attribute();
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    execute(true);
    iot_refresh(&t, "32");
    es10(&t.f, "BF31(A0(5A(" ICCID_2 ")) 810100)", "BF3103800100");
    es10_row(&t.f, &row);
    iot_enabled(&t, ICCID_2);
}
END_TEST

/* A REFRESH that failed leaves the ways back: they can be taken later (5.9.21, 5.9.23). */
START_TEST(test_way_back_stays)
{
    iot_standard(&t, "iot", NULL);
    fallen();
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    back(true);
    iot_refresh(&t, "32");
    iot_enabled(&t, ICCID_2);
    iot_psmo(&t, "A5(5A(" ICCID_1 "))", "850115");
    emergency_on();
    no_emergency(true);
    iot_refresh(&t, "32");
    iot_enabled(&t, ICCID_4);
    no_emergency(false);
    iot_enabled(&t, ICCID_2);
    back(false);
    iot_enabled(&t, ICCID_1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("iot_switch_refresh");
    TCase *tests = tcase_create("refresh");
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_at_once, 0, 3 * N(functions) - 2 * WITHOUT_FLAG);
    tcase_add_loop_test(tests, test_done, 0, N(functions));
    tcase_add_loop_test(tests, test_failed, 0, 2 * N(functions));
    tcase_add_loop_test(tests, test_restart, 0, 6 * N(functions));
    tcase_add_loop_test(tests, test_refuse_all, 0, 2 * N(functions));
    tcase_add_loop_test(tests, test_busy, 0, N(busy));
    tcase_add_loop_test(tests, test_busy_package, 0, 2);
    tcase_add_test(tests, test_busy_immediate_old);
    tcase_add_test(tests, test_busy_rollback);
    tcase_add_test(tests, test_way_back_stays);
    tcase_add_test(tests, test_no_way_back);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
