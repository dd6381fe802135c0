/* What a switch of an IoT eUICC means to the modem: packages, rollback, fallback and emergency
 * (SGP.32 3.3, 3.4, 5.9.16, 5.9.20 to 5.9.23) swap the files, PINs and channels of profiles as ES10c does. Four
 * profiles with the same files, each marked by what was written into it. */
#include "iot_local_common.h"

#include <stdio.h>

#define USIM "A0000000871002FFFFFFFF8900000100"
#define SELECT_USIM "00A4040C10" USIM
#define LOCI "00A4080C047FFF6F7E"
#define ENABLE(iccid) "A3(5A(" iccid "))"
#define ENABLE_WITH_ROLLBACK(iccid) "A3(5A(" iccid ") 0500)"
#define DISABLE(iccid) "A4(5A(" iccid "))"
#define DELETE(iccid) "A5(5A(" iccid "))"
#define ATTRIBUTE(iccid) "A8(5A(" iccid "))"

static struct iot t;

static const char *const iccids[] = {NULL, ICCID_1, ICCID_2, ICCID_3, ICCID_4};

static void isdr(void)
{
    ck_assert(lpa_start(&t.ipa.lpa) && lpa_start(&t.f.lpa));
}

/* Into the enabled profile, its number: into a file, and as tries that a wrong ADM1 took. */
static void mark(int number)
{
    char request[32];
    apdu(&t.f, SELECT_USIM, "9000");
    apdu(&t.f, LOCI, "9000");
    (void)snprintf(request, sizeof request, "00D6000001%02d", number);
    apdu(&t.f, request, "9000");
    for (int i = 1; i <= number % 3; i++) {
        char answer[5];
        (void)snprintf(answer, sizeof answer, "63C%d", 3 - i);
        const struct row wrong = {"ADM1",
                                  "0020000A083131313131313131",
                                  answer,
                                  "VERIFY PIN",
                                  "TS 102 221 11.1.9",
                                  "the value of ADM1",
                                  "tries left",
                                  0};
        apdu_row(&t.f, &wrong);
    }
    isdr();
}

/* The modem sees this one (0: none) on the basic channel, and what belonged to another one before is over. */
static void assert_visible(int number)
{
    static const struct row gone = {"the USIM",
                                    SELECT_USIM,
                                    "6A82",
                                    "SELECT",
                                    "TS 102 221 11.1.1",
                                    "an application of the enabled profile",
                                    "another AID",
                                    0};
    static const struct row no_iccid = {"EF.ICCID",          "00A4080C022FE2",   "6A82", "SELECT",
                                        "TS 102 221 11.1.1", "a file of the MF", "2FE2", 0};
    char answer[32];
    if (number == 0) {
        apdu_row(&t.f, &gone);
        apdu_row(&t.f, &no_iccid);
        isdr();
        return;
    }
    apdu(&t.f, "00A4080C022FE2", "9000");
    (void)snprintf(answer, sizeof answer, "%s9000", iccids[number]);
    apdu(&t.f, "00B000000A", answer);
    apdu(&t.f, SELECT_USIM, "9000");
    apdu(&t.f, LOCI, "9000");
    (void)snprintf(answer, sizeof answer, "%02d9000", number);
    apdu(&t.f, "00B0000001", answer);
    (void)snprintf(answer, sizeof answer, "63C%d", 3 - number % 3);
    apdu(&t.f, "0020000A00", answer);
    isdr();
}

static void set_up(void)
{
    iot_standard(&t, "iot", NULL);
    mark(1);
    iot_psmo(&t, ENABLE(ICCID_2), "830100");
    mark(2);
    iot_psmo(&t, ENABLE(ICCID_3), "830100");
    mark(3);
    ck_assert_int_eq(ipa_enable_emergency_profile(&t.ipa, false), 0);
    mark(4);
    ck_assert_int_eq(ipa_disable_emergency_profile(&t.ipa, false), 0);
    iot_psmo(&t, ENABLE(ICCID_1), "830100");
    iot_clean(&t);
    assert_visible(1);
}

static void tear_down(void)
{
    iot_end(&t);
}

/* ---- the functions ---- */

static void nothing_before(void) {}
static void grant(void)
{
    iot_psmo(&t, ENABLE_WITH_ROLLBACK(ICCID_2), "830100");
}
static void attribute(void)
{
    iot_psmo(&t, ATTRIBUTE(ICCID_2), "8D0100");
}
static void fallen(void)
{
    attribute();
    ck_assert_int_eq(ipa_execute_fallback(&t.ipa, false), 0);
}
static void emergency_on(void)
{
    ck_assert_int_eq(ipa_enable_emergency_profile(&t.ipa, false), 0);
}

static void package_enable(void)
{
    iot_psmo(&t, ENABLE(ICCID_3), "830100");
}
static void package_swap(void)
{
    iot_psmo(&t, DISABLE(ICCID_1) ENABLE(ICCID_3), "840100 830100");
}
static void package_disable(void)
{
    iot_psmo(&t, DISABLE(ICCID_1), "840100");
}
static void package_disable_and_delete(void)
{
    iot_psmo(&t, DISABLE(ICCID_1) DELETE(ICCID_1), "840100 850100");
}
static void package_with_rollback(void)
{
    iot_psmo(&t, ENABLE_WITH_ROLLBACK(ICCID_2), "830100");
}
static void rollback(void)
{
    iot_roll_back(&t, true, "8C0100");
}
static void fallback(void)
{
    ck_assert_int_eq(ipa_execute_fallback(&t.ipa, true), 0);
}
static void back(void)
{
    ck_assert_int_eq(ipa_return_from_fallback(&t.ipa, true), 0);
}
static void emergency(void)
{
    ck_assert_int_eq(ipa_enable_emergency_profile(&t.ipa, true), 0);
}
static void no_emergency(void)
{
    ck_assert_int_eq(ipa_disable_emergency_profile(&t.ipa, true), 0);
}

static const struct {
    const char *what;
    void (*prepare)(void);
    void (*run)(void);
    int before, after;
} functions[] = {
    {"package: enable", nothing_before, package_enable, 1, 3},
    {"package: disable and enable", nothing_before, package_swap, 1, 3},
    {"package: disable", nothing_before, package_disable, 1, 0},
    {"package: disable and delete", nothing_before, package_disable_and_delete, 1, 0},
    {"package: enable with rollbackFlag", nothing_before, package_with_rollback, 1, 2},
    {"ProfileRollback", grant, rollback, 2, 1},
    {"ExecuteFallbackMechanism", attribute, fallback, 1, 2},
    {"ReturnFromFallback", fallen, back, 2, 1},
    {"EnableEmergencyProfile", nothing_before, emergency, 1, 4},
    {"DisableEmergencyProfile", emergency_on, no_emergency, 4, 1},
};
#define FUNCTIONS (int)(sizeof functions / sizeof functions[0])

/* Channel 1 works on the USIM. */
static void open_channel(void)
{
    apdu(&t.f, "0070000100", "9000");
    apdu(&t.f, "01A4040C10" USIM, "9000");
    apdu(&t.f, "01A4080C047FFF6F07", "9000");
    apdu(&t.f, "01B0000001", "089000");
}

static void assert_channel_closed(void)
{
    static const struct row closed = {
        "channel 1", "01B0000001", "6881", "command", "TS 102 221 10.1.1", "an open logical channel", "channel 1", 0};
    apdu_row(&t.f, &closed);
}

START_TEST(test_at_once)
{
    functions[_i].prepare();
    assert_visible(functions[_i].before);
    open_channel();
    functions[_i].run();
    assert_channel_closed();
    assert_visible(functions[_i].after);
    iot_cut(&t);
    assert_visible(functions[_i].after);
}
END_TEST

/* Until the terminal has answered the REFRESH it sees the old one. */
START_TEST(test_refresh)
{
    functions[_i].prepare();
    open_channel();
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    functions[_i].run();
    ck_assert_uint_eq(t.ipa.lpa.proactive, 0x0b);
    apdu(&t.f, "01B0000001", "08910B");
    apdu(&t.f, FETCH_REFRESH, REFRESH_COMMAND);
    assert_visible(functions[_i].before);
    apdu(&t.f, TERMINAL_RESPONSE("00"), "9000");
    assert_channel_closed();
    assert_visible(functions[_i].after);
    iot_reset(&t);
    assert_visible(functions[_i].after);
}
END_TEST

START_TEST(test_failed_refresh)
{
    functions[_i].prepare();
    open_channel();
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    functions[_i].run();
    apdu(&t.f, FETCH_REFRESH, REFRESH_COMMAND);
    apdu(&t.f, TERMINAL_RESPONSE("32"), "9000");
    apdu(&t.f, "01B0000001", "089000");
    assert_visible(functions[_i].before);
    iot_cut(&t);
    assert_visible(functions[_i].before);
}
END_TEST

/* A power cut while the REFRESH waits. */
START_TEST(test_power_cut)
{
    functions[_i].prepare();
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    functions[_i].run();
    iot_cut(&t);
    assert_visible(functions[_i].after);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("iot_switch_files");
    TCase *tests = tcase_create("files");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_at_once, 0, FUNCTIONS);
    tcase_add_loop_test(tests, test_refresh, 0, FUNCTIONS);
    tcase_add_loop_test(tests, test_failed_refresh, 0, FUNCTIONS);
    tcase_add_loop_test(tests, test_power_cut, 0, FUNCTIONS);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
