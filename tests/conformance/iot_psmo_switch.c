/* PSMOs that change profiles: enable, disable, delete (SGP.32 3.4.1 to 3.4.3, 5.13.1 to 5.13.3), alone and together in
 * one package. Changes are marked while the package runs, carried out after its result is signed, all in one commit. */
#include "iot_common.h"

#define ENABLE_CLAUSE "SGP.32 3.4.1"
#define DISABLE_CLAUSE "SGP.32 3.4.2"
#define DELETE_CLAUSE "SGP.32 3.4.3"
#define FORM_CLAUSE "SGP.32 2.11.1.1"
#define RAT_RESULT "A6(30(80(0560)A1(30(80(EEEEEE)81()82()))82(0780)))"
#define NONE ""
#define TERMINAL_PROFILE "8010000003000080" /* REFRESH and nothing else */

static struct iot iot;

/* Three profiles without rules, the first one enabled. */
static void set_up(void)
{
    iot_new_associated(&iot, SGP32_1_2, NULL, true);
    iot_install(&iot, ICCID_1, 0, NULL);
    iot_install(&iot, ICCID_2, 0, NULL);
    iot_install(&iot, ICCID_3, 0, NULL);
    iot_psmo_ok(&iot, &iot.eim, ENABLE(ICCID_1), "830100");
    remove_notifications(&iot.f);
}

static void tear_down(void)
{
    iot_free(&iot);
}

static void expect_gone(const char *what, const char *iccid, bool gone)
{
    ck_assert_msg((state_of(&iot.f, iccid) < 0) == gone, "%s: %s is %sthere", what, iccid, gone ? "" : "not ");
}

/* After the package: which profile is enabled, whether the first and the second one are gone. */
static const struct {
    struct iot_row row;
    const char *enabled;
    bool gone_1, gone_2;
} packages[] = {
    /* single ones */
    {{"enable", ENABLE(ICCID_2), "830100", NO_REASON}, ICCID_2, 0, 0},
    {{"disable", DISABLE(ICCID_1), "840100", NO_REASON}, NONE, 0, 0},
    {{"delete", DELETE(ICCID_2), "850100", NO_REASON}, ICCID_1, 0, 1},
    {{"enable unknown", ENABLE(ICCID_UNKNOWN), "830101", ENABLE_CLAUSE, "an installed", "of none"}, ICCID_1, 0, 0},
    {{"disable unknown", DISABLE(ICCID_UNKNOWN), "840101", DISABLE_CLAUSE, "an installed", "of none"}, ICCID_1, 0, 0},
    {{"delete unknown", DELETE(ICCID_UNKNOWN), "850101", DELETE_CLAUSE, "an installed", "of none"}, ICCID_1, 0, 0},
    {{"ICCID not swapped",
      ENABLE("890001010000000020"
             "1F"),
      "830101", ENABLE_CLAUSE, "an installed", "none"},
     ICCID_1,
     0,
     0},
    {{"row 32: enable unknown, then more", ENABLE(ICCID_UNKNOWN) ENABLE(ICCID_2) "A600", "830101", ENABLE_CLAUSE,
      "an installed", "of none"},
     ICCID_1,
     0,
     0},
    {{"row 33: enable the enabled one", ENABLE(ICCID_1), "830102", ENABLE_CLAUSE, "a disabled profile", "the enabled"},
     ICCID_1,
     0,
     0},
    {{"disable a disabled one", DISABLE(ICCID_2), "840102", DISABLE_CLAUSE, "the enabled profile", "a disabled"},
     ICCID_1,
     0,
     0},
    {{"row 41: delete the enabled one", DELETE(ICCID_1), "850102", DELETE_CLAUSE, "a disabled profile", "enabled"},
     ICCID_1,
     0,
     0},
    /* two and more in one package */
    {{"row 34: two enables", ENABLE(ICCID_2) ENABLE(ICCID_3), "83010083017F", ENABLE_CLAUSE, "one enable", "a second"},
     ICCID_2,
     0,
     0},
    {{"row 34: the second unknown", ENABLE(ICCID_2) ENABLE(ICCID_UNKNOWN), "83010083017F", ENABLE_CLAUSE, "one enable",
      "a second"},
     ICCID_2,
     0,
     0},
    {{"row 34: the same twice", ENABLE(ICCID_2) ENABLE(ICCID_2) "A600", "83010083017F", ENABLE_CLAUSE, "one enable",
      "a second"},
     ICCID_2,
     0,
     0},
    {{"row 35: two disables", DISABLE(ICCID_1) DISABLE(ICCID_1), "84010084017F", DISABLE_CLAUSE, "one disable",
      "another"},
     NONE,
     0,
     0},
    {{"row 35: the second unknown", DISABLE(ICCID_1) DISABLE(ICCID_UNKNOWN), "84010084017F", DISABLE_CLAUSE,
      "one disable", "another"},
     NONE,
     0,
     0},
    {{"row 36: disable, enable", DISABLE(ICCID_1) ENABLE(ICCID_2), "840100830100", NO_REASON}, ICCID_2, 0, 0},
    {{"row 36: disable, enable the same", DISABLE(ICCID_1) ENABLE(ICCID_1), "840100830100", NO_REASON}, ICCID_1, 0, 0},
    {{"row 37: enable, disable the old one", ENABLE(ICCID_2) DISABLE(ICCID_1), "83010084017F", DISABLE_CLAUSE,
      "before enable", "another"},
     ICCID_2,
     0,
     0},
    {{"row 37: enable, disable the new one", ENABLE(ICCID_2) DISABLE(ICCID_2), "83010084017F", DISABLE_CLAUSE,
      "before enable", "another"},
     ICCID_2,
     0,
     0},
    {{"row 38: enable, delete the old one", ENABLE(ICCID_2) DELETE(ICCID_1), "830100850100", NO_REASON}, ICCID_2, 1, 0},
    {{"row 39: enable with rollbackFlag, delete the old one", ENABLE_ROLLBACK(ICCID_2) DELETE(ICCID_1), "830100850114",
      DELETE_CLAUSE, "no rollback needs", "its target"},
     ICCID_2,
     0,
     0},
    {{"row 40: disable, delete", DISABLE(ICCID_1) DELETE(ICCID_1), "840100850100", NO_REASON}, NONE, 1, 0},
    {{"row 42: enable, delete the new one", ENABLE(ICCID_2) DELETE(ICCID_2), "830100850102", DELETE_CLAUSE,
      "a disabled profile", "enabled"},
     ICCID_2,
     0,
     0},
    {{"row 45: rollbackFlag after a disable", DISABLE(ICCID_1) ENABLE_ROLLBACK(ICCID_2), "840100830100", NO_REASON},
     ICCID_2,
     0,
     0},
    {{"three changes", DISABLE(ICCID_1) DELETE(ICCID_1) ENABLE(ICCID_2), "840100850100830100", NO_REASON},
     ICCID_2,
     1,
     0},
    {{"delete, enable the deleted one", DELETE(ICCID_2) ENABLE(ICCID_2), "850100830101", ENABLE_CLAUSE, "an installed",
      "of none"},
     ICCID_1,
     0,
     1},
    {{"disable, delete, enable the deleted one", DISABLE(ICCID_1) DELETE(ICCID_1) ENABLE(ICCID_1), "840100850100830101",
      ENABLE_CLAUSE, "an installed", "of none"},
     NONE,
     1,
     0},
    {{"disable, delete, delete", DISABLE(ICCID_1) DELETE(ICCID_1) DELETE(ICCID_1), "840100850100850101", DELETE_CLAUSE,
      "an installed", "of none"},
     NONE,
     1,
     0},
    {{"enable, delete, delete", ENABLE(ICCID_2) DELETE(ICCID_1) DELETE(ICCID_1), "830100850100850101", DELETE_CLAUSE,
      "an installed", "of none"},
     ICCID_2,
     1,
     0},
    {{"rollbackFlag with the old one deleted", DISABLE(ICCID_1) DELETE(ICCID_1) ENABLE_ROLLBACK(ICCID_2),
      "840100850100830114", ENABLE_CLAUSE, "to roll back to", "none"},
     NONE,
     1,
     0},
    {{"delete twice, two profiles", DELETE(ICCID_2) DELETE(ICCID_3), "850100850100", NO_REASON}, ICCID_1, 0, 1},
    {{"error in the middle: what was done stays", DELETE(ICCID_2) "B000" ENABLE(ICCID_3), "850100020102", FORM_CLAUSE,
      "of this version", "B0"},
     ICCID_1,
     0,
     1},
    {{"row 29: the marked change is carried out", ENABLE(ICCID_2) "B000", "830100020102", FORM_CLAUSE,
      "of this version", "B0"},
     ICCID_2,
     0,
     0},
    /* row 46, 47: listProfileInfo beside a change */
    {{"row 46: enable, list", ENABLE(ICCID_2) "BF2D00A600", "830100BF2D(81(0B))", "SGP.32 2.11.1.1.3",
      "before any change", "after one"},
     ICCID_2,
     0,
     0},
    {{"row 46: disable, list", DISABLE(ICCID_1) "BF2D00", "840100BF2D(81(0B))", "SGP.32 2.11.1.1.3",
      "before any change", "after one"},
     NONE,
     0,
     0},
    {{"row 46: delete, list", DELETE(ICCID_2) "BF2D00", "850100BF2D(81(0B))", "SGP.32 2.11.1.1.3", "before any change",
      "after one"},
     ICCID_1,
     0,
     1},
    {{"row 47: list, enable", "BF2D(5C(5A9F70))" ENABLE(ICCID_2),
      "BF2D(A0(E3(5A(" ICCID_1 ")9F70(01))E3(5A(" ICCID_2 ")9F70(00))E3(5A(" ICCID_3 ")9F70(00))))830100", NO_REASON},
     ICCID_2,
     0,
     0},
    /* form */
    {{"row 31: 9 bytes", ENABLE("980010100000000002"), "020102", FORM_CLAUSE, "undamaged", "A3"}, ICCID_1, 0, 0},
    {{"row 31: 11 bytes", ENABLE(ICCID_2 "00"), "020102", FORM_CLAUSE, "undamaged", "A3"}, ICCID_1, 0, 0},
    {{"row 31: no ICCID", "A300", "020102", FORM_CLAUSE, "undamaged", "A3"}, ICCID_1, 0, 0},
    {{"row 31: disable, 9 bytes", DISABLE("980010100000000001"), "020102", FORM_CLAUSE, "undamaged", "A4"},
     ICCID_1,
     0,
     0},
    {{"row 31: delete, 0 bytes", "A5(5A())", "020102", FORM_CLAUSE, "undamaged", "A5"}, ICCID_1, 0, 0},
    {{"an AID", "A3(4F(" AID_2 "))", "020102", FORM_CLAUSE, "undamaged", "A3"}, ICCID_1, 0, 0},
    {{"rollbackFlag with content", "A3(5A(" ICCID_2 ")050100)", "020102", FORM_CLAUSE, "undamaged", "A3"},
     ICCID_1,
     0,
     0},
    {{"rubbish behind the ICCID", "A3(5A(" ICCID_2 ")FF)", "020102", FORM_CLAUSE, "undamaged", "A3"}, ICCID_1, 0, 0},
    {{"rubbish behind rollbackFlag", "A3(5A(" ICCID_2 ")0500FF)", "020102", FORM_CLAUSE, "undamaged", "A3"},
     ICCID_1,
     0,
     0},
    {{"disable with rubbish", "A4(5A(" ICCID_1 ")FF)", "020102", FORM_CLAUSE, "undamaged", "A4"}, ICCID_1, 0, 0},
    {{"delete with rubbish", "A5(5A(" ICCID_2 ")FF)", "020102", FORM_CLAUSE, "undamaged", "A5"}, ICCID_1, 0, 0},
    {{"enable with an extension", "A3(5A(" ICCID_2 ")9F7A(00))", "830100", NO_REASON}, ICCID_2, 0, 0},
    {{"rollbackFlag and an extension", "A3(5A(" ICCID_2 ")05009F7A(00))", "830100", NO_REASON}, ICCID_2, 0, 0},
    {{"disable with an extension", "A4(5A(" ICCID_1 ")9F7A(00))", "840100", NO_REASON}, NONE, 0, 0},
};

START_TEST(test_packages)
{
    iot_psmo(&iot, &iot.eim, &packages[_i].row);
    iot_expect_enabled(&iot, packages[_i].enabled);
    expect_gone(packages[_i].row.what, ICCID_1, packages[_i].gone_1);
    expect_gone(packages[_i].row.what, ICCID_2, packages[_i].gone_2);
    card_cut(&iot.f); /* all of it is durable */
    iot_expect_enabled(&iot, packages[_i].enabled);
    expect_gone(packages[_i].row.what, ICCID_1, packages[_i].gone_1);
}
END_TEST

/* Row 45 with nothing enabled at all; and what rollbackFlag gives otherwise. */
START_TEST(test_row_45_nothing_to_roll_back_to)
{
    iot_psmo_ok(&iot, &iot.eim, DISABLE(ICCID_1), "840100");
    const struct iot_row row = {"row 45", ENABLE_ROLLBACK(ICCID_2), "830114", ENABLE_CLAUSE, "to roll back to", "none"};
    iot_psmo(&iot, &iot.eim, &row);
    iot_expect_enabled(&iot, NONE);
    iot_psmo_ok(&iot, &iot.eim, ENABLE(ICCID_2), "830100");
    iot_psmo_ok(&iot, &iot.eim, ENABLE_ROLLBACK(ICCID_1), "830100");
    iot_expect_enabled(&iot, ICCID_1);
    /* the flag of a known sender */
    iot_psmo_ok(&iot, &iot.eim, "A3(5A(" ICCID_2 ")8000)", "830100");
    const struct iot_row lenient = {"80 00 is a rollbackFlag",
                                    "A3(5A(" ICCID_3 ")8000)" DELETE(ICCID_2),
                                    "830100850114",
                                    DELETE_CLAUSE,
                                    "no rollback needs",
                                    "its target"};
    iot_psmo(&iot, &iot.eim, &lenient);
}
END_TEST

START_TEST(test_row_45_after_disable_goes_back)
{
    iot_psmo_ok(&iot, &iot.eim, DISABLE(ICCID_1) ENABLE_ROLLBACK(ICCID_2), "840100830100");
    BUF_LOCAL request = {0};
    BUF_LOCAL answer = {0};
    uint16_t sw;
    put_hex(&request, "BF58(80(00))");
    ck_assert(lpa_store_data(&iot.f.lpa, buf_slice(&request), &answer, &sw));
    struct slice in = buf_slice(&answer);
    struct tlv t;
    struct tlv code;
    ck_assert(sw == 0x9000 && tlv_next(&in, &t) && t.tag == 0xbf58 && tlv_next(&t.value, &code));
    assert_hex(code.whole, "020100", "cmdResult");
    iot_expect_enabled(&iot, ICCID_1);
}
END_TEST

/* Numbers: delete notifications are made at once, those of a switch after the result (2.4, 5). */
START_TEST(test_sequence_numbers)
{
    static const struct {
        const char *list, *results, *notifications;
        uint32_t result; /* its number relative to the first new one */
    } rows[] = {
        {ENABLE(ICCID_2), "830100", "1d 2e", 0},
        {DISABLE(ICCID_2) ENABLE(ICCID_3), "840100830100", "1d 2e", 0},
        {DELETE(ICCID_2), "850100", "0x", 1},
        {DELETE(ICCID_UNKNOWN), "850101", "", 0},
        {ENABLE(ICCID_1) DELETE(ICCID_3), "830100850100", "1d 2e 3x", 0},
        {DISABLE(ICCID_1), "840100", "1d", 0},
    };
    for (size_t k = 0; k < COUNT(rows); k++) {
        BUF_LOCAL list = {0};
        struct lpa_notifications before;
        char text[64] = "";
        size_t n = 0;
        remove_notifications(&iot.f);
        put_hex(&list, rows[k].list);
        const struct eim_op op = {.kind = EIM_OP_RAW, .bytes = buf_slice(&list)};
        const struct eim_order order = {.ops = &op, .n = 1};
        iot_send(&iot, &iot.eim, &order);
        uint32_t number = iot_expect_result(&iot, rows[k].list, rows[k].results);
        uint32_t first = number - rows[k].result;
        ck_assert(lpa_retrieve_notifications(&iot.f.lpa, -1, -1, &before));
        for (size_t i = 0; i < before.n; i++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%d%c", i ? " " : "",
                                  (int)(before.list[i].sequence_number - first), "iedx"[before.list[i].event]);
        ck_assert_msg(strcmp(text, rows[k].notifications) == 0, "%s: notifications %s after result %u, expected %s",
                      rows[k].list, text, rows[k].result, rows[k].notifications);
    }
}
END_TEST

/* ---- policy rules, rows 43, 44 ---- */

static const struct {
    enum sgp32_version version;
    struct iot_row row;
} rules[] = {
    {SGP32_1_2, {"row 43: enable against PPR1", ENABLE(ICCID_3), "830103", ENABLE_CLAUSE, "may be disabled", "PPR1"}},
    {SGP32_1_2, {"disable against PPR1", DISABLE(ICCID_1), "840103", DISABLE_CLAUSE, "may be disabled", "PPR1"}},
    {SGP32_1_2, {"row 44: delete against PPR2", DELETE(ICCID_2), "850103", DELETE_CLAUSE, "may be deleted", "PPR2"}},
    {SGP32_1_1, {"v1.1: row 43", ENABLE(ICCID_3), "830103", ENABLE_CLAUSE, "may be disabled", "PPR1"}},
    {SGP32_1_0, {"v1.0: row 43", ENABLE(ICCID_3), "83017F", ENABLE_CLAUSE, "may be disabled", "PPR1"}},
    {SGP32_1_0, {"v1.0: disable", DISABLE(ICCID_1), "84017F", DISABLE_CLAUSE, "may be disabled", "PPR1"}},
    {SGP32_1_0, {"v1.0: row 44", DELETE(ICCID_2), "85017F", DELETE_CLAUSE, "may be deleted", "PPR2"}},
    {SGP32_1_0, {"v1.0: unknown", ENABLE(ICCID_UNKNOWN), "830101", ENABLE_CLAUSE, "an installed", "none"}},
    {SGP32_1_0, {"v1.0: state", DELETE(ICCID_1), "850102", DELETE_CLAUSE, "a disabled", "enabled"}},
    /* earlier checks hide the rule */
    {SGP32_1_2, {"unknown before PPR1", ENABLE(ICCID_UNKNOWN), "830101", ENABLE_CLAUSE, "an installed", "none"}},
    {SGP32_1_2, {"state before PPR1", ENABLE(ICCID_1), "830102", ENABLE_CLAUSE, "a disabled", "the enabled"}},
};

START_TEST(test_rows_43_and_44_rules)
{
    iot_free(&iot);
    iot_new_associated(&iot, rules[_i].version, NULL, true);
    iot_install(&iot, ICCID_1, RULE_PPR1, NULL);
    iot_install(&iot, ICCID_2, RULE_PPR2, NULL);
    iot_install(&iot, ICCID_3, 0, NULL);
    iot_psmo_ok(&iot, &iot.eim, ENABLE(ICCID_1), "830100");
    iot_psmo(&iot, &iot.eim, &rules[_i].row);
    iot_expect_enabled(&iot, ICCID_1);
    expect_gone(rules[_i].row.what, ICCID_2, false);
}
END_TEST

/* v1.0: codes of later versions are 127; its own stay. */
START_TEST(test_v1_0_codes)
{
    iot_free(&iot);
    iot_new_associated(&iot, SGP32_1_0, NULL, true);
    iot_install(&iot, ICCID_1, 0, NULL);
    iot_install(&iot, ICCID_2, 0, NULL);
    const struct iot_row nothing = {"v1.0: row 45", ENABLE_ROLLBACK(ICCID_1), "83017F",
                                    ENABLE_CLAUSE,  "roll back to",           "none"};
    iot_psmo(&iot, &iot.eim, &nothing);
    iot_psmo_ok(&iot, &iot.eim, ENABLE(ICCID_1), "830100");
    const struct iot_row target = {"v1.0: row 39",      ENABLE_ROLLBACK(ICCID_2) DELETE(ICCID_1),
                                   "83010085017F",      DELETE_CLAUSE,
                                   "no rollback needs", "its target"};
    iot_psmo(&iot, &iot.eim, &target);
    iot_expect_enabled(&iot, ICCID_2);
}
END_TEST

/* An Emergency Profile is never the object of enable. */
START_TEST(test_enable_emergency)
{
    iot_install(&iot, ICCID_4, 0, EMERGENCY);
    const struct iot_row row = {
        "enable an Emergency Profile", ENABLE(ICCID_4), "83017F", ENABLE_CLAUSE, "no Emergency Profile", "one"};
    iot_psmo(&iot, &iot.eim, &row);
    iot_expect_enabled(&iot, ICCID_1);
}
END_TEST

/* ---- a switch that waits for the terminal ---- */

START_TEST(test_cat_busy)
{
    static const struct iot_row waiting[] = {
        {"enable: catBusy", ENABLE(ICCID_3), "830105", ENABLE_CLAUSE, "no proactive session", "waits"},
        {"disable: catBusy", DISABLE(ICCID_1), "840105", DISABLE_CLAUSE, "no proactive session", "waits"},
        {"unknown before catBusy", ENABLE(ICCID_UNKNOWN), "830101", ENABLE_CLAUSE, "an installed", "none"},
        {"state before catBusy", DISABLE(ICCID_3), "840102", DISABLE_CLAUSE, "the enabled", "a disabled"},
        {"what is marked counts", ENABLE(ICCID_2), "830102", ENABLE_CLAUSE, "a disabled", "the enabled"},
        {"what is marked enabled is not deleted", DELETE(ICCID_2), "850102", DELETE_CLAUSE, "a disabled", "enabled"},
    };
    apdu(&iot.f, TERMINAL_PROFILE, "9000");
    iot_psmo_ok(&iot, &iot.eim, ENABLE(ICCID_2), "830100");
    for (size_t k = 0; k < COUNT(waiting); k++)
        iot_psmo(&iot, &iot.eim, &waiting[k]);
    iot_psmo_ok(&iot, &iot.eim, DELETE(ICCID_3), "850100");
    /* the one that is marked disabled goes with the switch */
    iot_psmo_ok(&iot, &iot.eim, DELETE(ICCID_1), "850100");
    const struct iot_row again = {
        "and is gone for packages", DELETE(ICCID_1), "850101", DELETE_CLAUSE, "an installed", "none"};
    iot_psmo(&iot, &iot.eim, &again);
    struct euicc_description state;
    ck_assert(euicc_describe(iot.f.card, &state) == EUICC_OK && state.profile_count == 2);
    card_power_cycle(&iot.f);
    iot_expect_enabled(&iot, ICCID_2);
    expect_gone("after the reset", ICCID_1, true);
    iot_psmo_ok(&iot, &iot.eim, DISABLE(ICCID_2), "840100");
}
END_TEST

START_TEST(test_row_36_one_refresh)
{
    apdu(&iot.f, TERMINAL_PROFILE, "9000");
    BUF_LOCAL list = {0};
    put_hex(&list, DISABLE(ICCID_1) ENABLE(ICCID_2));
    const struct eim_op op = {.kind = EIM_OP_RAW, .bytes = buf_slice(&list)};
    const struct eim_order order = {.ops = &op, .n = 1};
    iot_send(&iot, &iot.eim, &order);
    ck_assert_uint_eq(iot.f.lpa.proactive, 0x0b); /* 910B */
    (void)iot_expect_result(&iot, "row 36", "840100830100");
    apdu(&iot.f, "801200000B", "D0(810301010482028182)9000");
    apdu(&iot.f, "801400000C810301010482028281830100", "9000");
    card_reset(&iot.f);
    iot_expect_enabled(&iot, ICCID_2);
    /* a package that switches nothing asks for nothing */
    iot_psmo_ok(&iot, &iot.eim, "A600", RAT_RESULT);
    ck_assert_uint_eq(iot.sw, 0x9000);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("iot_psmo_switch");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, test_packages, 0, COUNT(packages));
    tcase_add_test(t, test_row_45_nothing_to_roll_back_to);
    tcase_add_test(t, test_row_45_after_disable_goes_back);
    tcase_add_test(t, test_sequence_numbers);
    tcase_add_loop_test(t, test_rows_43_and_44_rules, 0, COUNT(rules));
    tcase_add_test(t, test_v1_0_codes);
    tcase_add_test(t, test_enable_emergency);
    tcase_add_test(t, test_cat_busy);
    tcase_add_test(t, test_row_36_one_refresh);
    suite_add_tcase(s, t);
    return run_suite(s);
}
