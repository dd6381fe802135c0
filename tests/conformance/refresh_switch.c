/* REFRESH after Enable and Disable with refreshFlag (SGP.22 3.2.1, 3.2.2, 5.7.16; TS 102 223 6.4.7;
 * cases 66 and 69): what is announced, when the switch is carried out, when it is dropped. */
#include "common.h"

#include <stdio.h>

#define BY(iccid) "A0(5A(" iccid "))"
#define ENABLE(iccid) "BF31(" BY(iccid) "8101FF)"
#define DISABLE(iccid) "BF32(" BY(iccid) "8101FF)"
#define ENABLE_APDU(iccid) "80E2910014BF3111A00C5A0A" iccid "8101FF00"
#define DISABLE_APDU(iccid) "80E2910014BF3211A00C5A0A" iccid "8101FF00"
#define PROFILE_REFRESH "8010000003000080"
#define REFRESH(qualifier) "D009810301 01" qualifier "82028182"
#define FETCH "801200000B"
#define RESPONSE(qualifier, result) "801400000C 81030101" qualifier "82028281 8301" result
#define ENABLE_SAYS "ES10c.EnableProfile", "SGP.22 5.7.16"
#define DISABLE_SAYS "ES10c.DisableProfile", "SGP.22 5.7.17"
#define BUSY "no proactive session", "one that waits for the terminal", NO_OFFSET
#define WAITS "ES10c.GetProfilesInfo", "SGP.22 5.7.15", "the REFRESH of the last profile switch", "before it", NO_OFFSET

static struct fixture f;

/* Profile 1 enabled, 2 disabled; no notifications. */
static void begin(const char *personality)
{
    card_new(&f, personality, NULL);
    install_plain(&f, ICCID_1);
    install_plain(&f, ICCID_2);
    es10(&f, "BF31(" BY(ICCID_1) "810100)", "BF3103800100");
    remove_notifications(&f);
}

static void set_up(void)
{
    begin(NULL);
}

static void tear_down(void)
{
    card_free(&f);
}

static void assert_switched(bool switched)
{
    ck_assert_int_eq(state_of(&f, ICCID_1), switched ? 0 : 1);
    ck_assert_int_eq(state_of(&f, ICCID_2), switched ? 1 : 0);
    assert_notifications(&f, switched ? "6d 7e" : "");
}

static const struct {
    const char *what;
    const char *profile;   /* APDU; NULL: none is sent */
    const char *qualifier; /* NULL: no REFRESH, the switch is immediate */
} terminals[] = {
    {"none sent", NULL, NULL},
    {"without REFRESH", "8010000003 FFFF7F", NULL},
    {"too short for byte 3", "8010000002 FFFF", NULL},
    {"byte 3 bit 8", PROFILE_REFRESH, "04"},
    {"byte 34 bit 6 alone", "8010000022 00000000000000000000000000000000000000000000000000000000000000000020", "09"},
    {"both", "8010000022 00008000000000000000000000000000000000000000000000000000000000000020", "09"},
    {"all bits", "8010000022 FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "09"},
    {"byte 34 without bit 6", "8010000022 FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDF", "04"},
    {"sent again without REFRESH: the last one counts", "8010000003 000000", NULL},
};

/* The qualifier by TERMINAL PROFILE; FETCH with another length; the TERMINAL RESPONSE carries out the switch. */
START_TEST(test_terminal)
{
    const char *qualifier = terminals[_i].qualifier;
    if (_i == sizeof terminals / sizeof *terminals - 1) apdu(&f, PROFILE_REFRESH, "9000");
    if (terminals[_i].profile) apdu(&f, terminals[_i].profile, "9000");
    size_t commits = f.commits;
    apdu(&f, ENABLE_APDU(ICCID_2), qualifier ? "BF3103800100910B" : "BF31038001009000");
    ck_assert_uint_eq(f.commits, commits + 1);
    if (!qualifier) {
        static const struct row nothing = {
            "FETCH", FETCH, "6985", "FETCH", "TS 102 221 11.2.3", "a proactive command that waits", "none", NO_OFFSET};
        apdu_row(&f, &nothing);
        assert_switched(true);
        return;
    }
    bool state_change = strcmp(qualifier, "09") == 0;
    apdu(&f, "801200000A", "6C0B");
    apdu(&f, "8012000000", "6C0B");
    apdu(&f, "80120000", "6C0B");
    apdu(&f, FETCH, state_change ? REFRESH("09") "9000" : REFRESH("04") "9000");
    commits = f.commits;
    apdu(&f, state_change ? RESPONSE("09", "00") : RESPONSE("04", "00"), "9000");
    ck_assert_uint_eq(f.commits, commits + 1);
    assert_switched(true);
    apdu(&f, "00A4000C022FE2", "9000");
    apdu(&f, "00B000000A", ICCID_2 "9000");
}
END_TEST

/* 91xx on what succeeds, on every channel, until it is fetched; after the last GET RESPONSE; never instead of an error.
 */
START_TEST(test_announced)
{
    static const struct row rows[] = {
        {"channel", "0070000001", "019000", FINE},
        {"profile", PROFILE_REFRESH, "9000", FINE},
        {"enable, answer waits", "80E2910014BF3111A00C5A0A" ICCID_2 "8101FF", "6106", FINE},
        {"then 91xx", "80C0000006", "BF3103800100910B", FINE},
        {"STATUS", "80F2000C", "910B", FINE},
        {"STATUS on channel 1", "81F2000C", "910B", FINE},
        {"SELECT with waiting data", "01A4040010" ISDR, "6121", FINE},
        {"a piece", "01C0000020",
         "6F1F8410" ISDR "A5049F6501FFE00582030205"
         "6101",
         FINE},
        {"the rest", "01C0000001", "00910B", FINE},
        {"an error stays", "00A4000C026F99", "6A82", "SELECT", "TS 102 221 11.1.1", "a file of the enabled profile",
         "6F99", 0},
        {"TERMINAL RESPONSE before FETCH", RESPONSE("04", "00"), "6985", "TERMINAL RESPONSE", "TS 102 221 11.2.4",
         "a proactive command that was fetched", "none", NO_OFFSET},
        {"FETCH", FETCH, REFRESH("04") "9000", FINE},
        {"nothing is announced any more", "80F2000C", "9000", FINE},
        {"FETCH again", FETCH, "6985", "FETCH", "TS 102 221 11.2.3", "a proactive command that waits", "none",
         NO_OFFSET},
        {"TERMINAL RESPONSE without result", "8014000009 8103010104 82028281", "6A80", "TERMINAL RESPONSE",
         "TS 102 223 6.8", "a general result 83", "none", 0},
        {"TERMINAL RESPONSE with an empty result", "801400000B 8103010104 82028281 8300", "6A80", "TERMINAL RESPONSE",
         "TS 102 223 6.8", "a general result 83", "none", 0},
        {"it is still outstanding: comprehension bit not set", "801400000C 0103010104 02028281 030100", "9000", FINE},
        {"TERMINAL RESPONSE again", RESPONSE("04", "00"), "6985", "TERMINAL RESPONSE", "TS 102 221 11.2.4",
         "a proactive command that was fetched", "none", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
    ck_assert(lpa_start(&f.lpa));
    assert_switched(true);
}
END_TEST

static const struct {
    const char *result; /* NULL: none is sent, the card is reset */
    bool switched;
} results[] = {{"00", true},  {"01", true},  {"07", true},  {"10", true},  {"1F", true},
               {"20", false}, {"21", false}, {"30", false}, {"32", false}, {"3A", false}};

/* General result: 0X and 1X are success; anything else drops the switch, without notification (row 69). */
START_TEST(test_result)
{
    char response[64];
    (void)snprintf(response, sizeof response, "801400000C 810301010482028281 8301%s", results[_i].result);
    apdu(&f, PROFILE_REFRESH, "9000");
    apdu(&f, ENABLE_APDU(ICCID_2), "BF3103800100910B");
    apdu(&f, FETCH, REFRESH("04") "9000");
    size_t commits = f.commits;
    apdu(&f, response, "9000");
    ck_assert_uint_eq(f.commits, commits + 1);
    ck_assert(lpa_start(&f.lpa));
    assert_switched(results[_i].switched);
    card_cut(&f); /* and it stays so */
    assert_switched(results[_i].switched);
}
END_TEST

/* refresh_keep_on_temporary_failure: 2X keeps the switch for the reset, 3X does not. */
START_TEST(test_temporary)
{
    card_free(&f);
    begin("refresh_keep_on_temporary_failure = yes\n");
    apdu(&f, PROFILE_REFRESH, "9000");
    apdu(&f, ENABLE_APDU(ICCID_2), "BF3103800100910B");
    apdu(&f, FETCH, REFRESH("04") "9000");
    apdu(&f, _i ? RESPONSE("04", "30") : RESPONSE("04", "20"), "9000");
    static const struct row waits = {"waits", "BF2D00", "=6985", WAITS};
    if (_i == 0) es10_row(&f, &waits);
    /* A TERMINAL PROFILE begins a new session: what waits is offered again. */
    apdu(&f, PROFILE_REFRESH, _i ? "9000" : "910B");
    card_reset(&f);
    assert_switched(_i == 0);
}
END_TEST

enum moment { BEFORE_FETCH, BEFORE_RESPONSE };
static const struct {
    enum moment moment;
    void (*restart)(struct fixture *);
} restarts[] = {{BEFORE_FETCH, card_reset},    {BEFORE_FETCH, card_power_cycle},    {BEFORE_FETCH, card_cut},
                {BEFORE_RESPONSE, card_reset}, {BEFORE_RESPONSE, card_power_cycle}, {BEFORE_RESPONSE, card_cut}};

/* A reset or a power cut before the TERMINAL RESPONSE carries the switch out, once. */
START_TEST(test_restart)
{
    bool disable = _i >= 6;
    unsigned which = (unsigned)_i % 6;
    apdu(&f, PROFILE_REFRESH, "9000");
    apdu(&f, disable ? DISABLE_APDU(ICCID_1) : ENABLE_APDU(ICCID_2), disable ? "BF3203800100910B" : "BF3103800100910B");
    if (restarts[which].moment == BEFORE_RESPONSE) apdu(&f, FETCH, REFRESH("04") "9000");
    size_t commits = f.commits;
    restarts[which].restart(&f);
    ck_assert_uint_eq(f.commits, commits + 1);
    ck_assert_int_eq(state_of(&f, ICCID_1), 0);
    ck_assert_int_eq(state_of(&f, ICCID_2), disable ? 0 : 1);
    assert_notifications(&f, disable ? "6d" : "6d 7e");
    restarts[which].restart(&f);
    ck_assert_uint_eq(f.commits, commits + 1);
    assert_notifications(&f, disable ? "6d" : "6d 7e");
    apdu(&f, "80F2000C", "9000");
}
END_TEST

/* While it waits: nothing has changed yet, the state is not told, other switches are refused in their order. */
START_TEST(test_waiting)
{
    static const struct row rows[] = {
        {"state", "BF2D00", "=6985", WAITS},
        {"without state (row 69)", "BF2D035C015A",
         "BF2D(A0(E3(5A0A" ICCID_1 ")E3(5A0A" ICCID_2 ")E3(5A0A" ICCID_3 ")))", FINE},
        {"no notification yet", "BF2800", "BF2802A000", FINE},
        {"enable it again", "BF31(" BY(ICCID_2) "810100)", "BF3103800105", ENABLE_SAYS, BUSY},
        {"enable another", ENABLE(ICCID_3), "BF3103800105", ENABLE_SAYS, BUSY},
        {"enable the enabled one: state first", ENABLE(ICCID_1), "BF3103800102", ENABLE_SAYS, "a disabled profile",
         "the enabled one", NO_OFFSET},
        {"enable unknown: that first", ENABLE(ICCID_UNKNOWN), "BF3103800101", ENABLE_SAYS, "an installed profile",
         "of none", NO_OFFSET},
        {"disable the enabled one", "BF32(" BY(ICCID_1) "810100)", "BF3203800105", DISABLE_SAYS, BUSY},
        {"disable one that is not", DISABLE(ICCID_2), "BF3203800102", DISABLE_SAYS, "the enabled profile",
         "a disabled one", NO_OFFSET},
        {"delete the one to come", "BF33(5A(" ICCID_2 "))", "BF3303800102", "ES10c.DeleteProfile", "SGP.22 5.7.18",
         "a disabled profile", "about to be enabled", NO_OFFSET},
        {"delete another", "BF33(5A(" ICCID_3 "))", "BF3303800100", FINE},
    };
    install_plain(&f, ICCID_3);
    remove_notifications(&f);
    apdu(&f, PROFILE_REFRESH, "9000");
    apdu(&f, ENABLE_APDU(ICCID_2), "BF3103800100910B");
    es10_rows(&f, ROWS(rows));
    apdu(&f, "00A4000C022FE2", "910B");
    apdu(&f, "00B000000A", ICCID_1 "910B");
    ck_assert(lpa_start(&f.lpa));
    apdu(&f, FETCH, REFRESH("04") "9000");
    es10_row(&f, &rows[3]);
    apdu(&f, RESPONSE("04", "00"), "9000");
    ck_assert(lpa_start(&f.lpa));
    ck_assert_int_eq(state_of(&f, ICCID_2), 1);
}
END_TEST

/* refreshFlag 0 with a terminal that can REFRESH: at once, nothing is announced. */
START_TEST(test_without_flag)
{
    apdu(&f, PROFILE_REFRESH, "9000");
    apdu(&f, "80E2910014BF3111A00C5A0A" ICCID_2 "81010000", "BF31038001009000");
    apdu(&f, "80F2000C", "9000");
    assert_switched(true);
}
END_TEST

/* Disabling with REFRESH leaves none; a test profile leaves the one before it. */
START_TEST(test_disable)
{
    static const struct wanted test = {.iccid = ICCID_3, .profile_class = TEST_CLASS};
    install(&f, &test);
    if (_i) es10(&f, "BF31(" BY(ICCID_3) "810100)", "BF3103800100");
    apdu(&f, PROFILE_REFRESH, "9000");
    apdu(&f, _i ? DISABLE_APDU(ICCID_3) : DISABLE_APDU(ICCID_1), "BF3203800100910B");
    apdu(&f, "00A4000C022FE2", "910B"); /* still there */
    ck_assert(lpa_start(&f.lpa));
    apdu(&f, FETCH, REFRESH("04") "9000");
    apdu(&f, RESPONSE("04", "00"), "9000");
    ck_assert(lpa_start(&f.lpa));
    ck_assert_int_eq(state_of(&f, ICCID_1), _i ? 1 : 0);
    ck_assert_int_eq(state_of(&f, ICCID_3), 0);
    if (_i) return;
    static const struct row gone = {"no ICCID",          "00A4000C022FE2",   "6A82", "SELECT",
                                    "TS 102 221 11.1.1", "a file of the MF", "2FE2", 0};
    apdu_row(&f, &gone);
}
END_TEST

/* refresh_without_cat = reset: no 91xx, the switch waits for the reset. */
START_TEST(test_without_cat)
{
    card_free(&f);
    begin("refresh_without_cat = reset\n");
    apdu(&f, ENABLE_APDU(ICCID_2), "BF31038001009000");
    static const struct row waits = {"waits", "BF2D00", "=6985", WAITS};
    static const struct row busy = {"busy", ENABLE(ICCID_2), "BF3103800105", ENABLE_SAYS, BUSY};
    es10_row(&f, &waits);
    es10_row(&f, &busy);
    apdu(&f, "80F2000C", "9000");
    restarts[_i].restart(&f);
    assert_switched(true);
    /* Without the flag: at once. */
    es10(&f, "BF31(" BY(ICCID_1) "810100)", "BF3103800100");
    ck_assert_int_eq(state_of(&f, ICCID_1), 1);
    /* A terminal that comes to it later is told. */
    apdu(&f, ENABLE_APDU(ICCID_2), "BF31038001009000");
    apdu(&f, PROFILE_REFRESH, "910B");
    apdu(&f, FETCH, REFRESH("04") "9000");
    apdu(&f, RESPONSE("04", "00"), "9000");
    ck_assert(lpa_start(&f.lpa));
    ck_assert_int_eq(state_of(&f, ICCID_2), 1);
}
END_TEST

/* The personality of two makers: after a switch with the flag no ES10 function answers until the reset. */
START_TEST(test_refuse_all)
{
#define REFUSED(name)                                                                                                  \
    "=6985", name, "SGP.22 5.7.16", "the REFRESH of the last profile switch", "a command before it", NO_OFFSET
    static const struct row rows[] = {
        {"GetEID", "BF3E035C015A", REFUSED("ES10c.GetEID")},
        {"GetEUICCInfo1", "BF2000", REFUSED("ES10b.GetEUICCInfo1")},
        {"GetEUICCChallenge", "BF2E00", REFUSED("ES10b.GetEUICCChallenge")},
        {"list without state", "BF2D035C015A", REFUSED("ES10c.GetProfilesInfo")},
        {"notifications", "BF2800", REFUSED("ES10b.ListNotification")},
        {"enable", ENABLE(ICCID_2), REFUSED("ES10c.EnableProfile")},
        {"disable", DISABLE(ICCID_1), REFUSED("ES10c.DisableProfile")},
        {"delete", "BF33(5A(" ICCID_1 "))", REFUSED("ES10c.DeleteProfile")},
        {"memory reset", "BF3404820205E0", REFUSED("ES10c.eUICCMemoryReset")},
        {"address", "BF3C00", REFUSED("ES10a.GetEuiccConfiguredAddresses")},
    };
    card_free(&f);
    begin(euicc_personality_text("refuse-until-reset"));
    if (_i) apdu(&f, PROFILE_REFRESH, "9000");
    apdu(&f, ENABLE_APDU(ICCID_2), _i ? "BF3103800100910B" : "BF31038001009000");
    es10_rows(&f, ROWS(rows));
    card_reset(&f);
    assert_switched(true);
    es10(&f, "BF3E035C015A", "BF3E125A10" EID);
}
END_TEST

/* Channels: with the commit all but the LPA's ISD-R channel are as after a reset. */
START_TEST(test_channels)
{
    apdu(&f, "0070000001", "019000");
    apdu(&f, "0070000001", "029000");
    apdu(&f, "02A4040C10" ISDR, "9000");
    apdu(&f, "01A4000C022F08", "9000");
    apdu(&f, PROFILE_REFRESH, "9000");
    apdu(&f, "82E2910014BF3111A00C5A0A" ICCID_2 "8101FF00", "BF3103800100910B");
    apdu(&f, "01B0000005", "3C00000000910B"); /* EF.UMPC as the profile has it */
    apdu(&f, FETCH, REFRESH("04") "9000");
    apdu(&f, RESPONSE("04", "00"), "9000");
    static const struct row closed = {
        "1 is closed", "01B0000005", "6881", "command", "TS 102 221 10.1.1", "an open logical channel", "channel 1", 0};
    apdu_row(&f, &closed);
    apdu(&f, "82E2910006BF3E035C015A00", "BF3E125A10" EID "9000");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("refresh_switch");
    TCase *tests = tcase_create("refresh");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 20);
    tcase_add_loop_test(tests, test_terminal, 0, sizeof terminals / sizeof *terminals);
    tcase_add_test(tests, test_announced);
    tcase_add_loop_test(tests, test_result, 0, sizeof results / sizeof *results);
    tcase_add_loop_test(tests, test_temporary, 0, 2);
    tcase_add_loop_test(tests, test_restart, 0, 12);
    tcase_add_test(tests, test_waiting);
    tcase_add_test(tests, test_without_flag);
    tcase_add_loop_test(tests, test_disable, 0, 2);
    tcase_add_loop_test(tests, test_without_cat, 0, 3);
    tcase_add_loop_test(tests, test_refuse_all, 0, 2);
    tcase_add_test(tests, test_channels);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
