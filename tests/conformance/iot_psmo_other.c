/* PSMOs that list, read and configure: listProfileInfo, getRAT, configureImmediateEnable, setFallbackAttribute,
 * unsetFallbackAttribute, setDefaultDpAddress (SGP.32 3.4.4 to 3.4.7, 5.13.4 to 5.13.6, 5.9.25). */
#define _GNU_SOURCE
#include "iot_common.h"

#define FORM "SGP.32 2.11.1.1"
#define SET "SGP.32 3.4.6"
#define UNSET "SGP.32 3.4.7"
#define IMMEDIATE "SGP.32 3.4.4"
#define ADDRESS "SGP.32 5.9.25"
#define SET_FALLBACK(iccid) "A8(5A(" iccid "))"
#define RAT_RESULT "A6(30(80(0560)A1(30(80(EEEEEE)81()82()))82(0780)))"

static struct iot iot;

/* 1: operational, enabled; 2 and 3: operational with fallbackAllowed. */
static void set_up(void)
{
    iot_new_associated(&iot, SGP32_1_2, NULL, true);
    iot_install(&iot, ICCID_1, 0, NULL);
    iot_install(&iot, ICCID_2, 0, FALLBACK_ALLOWED);
    iot_install(&iot, ICCID_3, 0, FALLBACK_ALLOWED);
    iot_psmo_ok(&iot, &iot.eim, ENABLE(ICCID_1), "830100");
    remove_notifications(&iot.f);
}

static void tear_down(void)
{
    iot_free(&iot);
}

static void run(const struct iot_row *row)
{
    iot_psmo(&iot, &iot.eim, row);
}

/* ---- listProfileInfo, getRAT ---- */

#define P1 PROFILE_INFO(ICCID_1, AID_1, "01", "")
#define P2 PROFILE_INFO(ICCID_2, AID_2, "00", "9F6701FF")
#define P3 PROFILE_INFO(ICCID_3, AID_3, "00", "9F6701FF")

static const struct iot_row lists[] = {
    {"default members", "BF2D00", "BF2D(A0(" P1 P2 P3 "))", NO_REASON},
    {"the default tags written out", "BF2D(5C(5A4F9F709192959F7B9F269F67))", "BF2D(A0(" P1 P2 P3 "))", NO_REASON},
    {"tags a real eIM sent", "BF2D(A0(5A(" ICCID_2 "))5C(5A4F9F7090919295999F7BB79F269F67))", "BF2D(A0(" P2 "))",
     NO_REASON},
    {"by ICCID", "BF2D(A0(5A(" ICCID_1 ")))", "BF2D(A0(" P1 "))", NO_REASON},
    {"by AID", "BF2D(A0(4F(" AID_3 ")))", "BF2D(A0(" P3 "))", NO_REASON},
    {"by class", "BF2D(A0(95(02))5C(5A))", "BF2D(A0(E3(5A(" ICCID_1 "))E3(5A(" ICCID_2 "))E3(5A(" ICCID_3 "))))",
     NO_REASON},
    {"no match", "BF2D(A0(5A(" ICCID_UNKNOWN ")))", "BF2D02A000", NO_REASON},
    {"no match by class", "BF2D(A0(95(00)))", "BF2D02A000", NO_REASON},
    {"one tag", "BF2D(A0(5A(" ICCID_1 "))5C(9F70))", "BF2D(A0(E3(9F70(01))))", NO_REASON},
    {"a tag list that is cut", "BF2D(5C(9F))A600", "BF2D(81(01))", "SGP.22 5.7.15", "", ""},
    {"a criterion that does not exist", "BF2D(A0(90(41)))A600", "BF2D(81(01))", "SGP.22 5.7.15", "", ""},
    {"two lists", "BF2D(5C(5A))BF2D(5C(9F70))",
     "BF2D(A0(E3(5A(" ICCID_1 "))E3(5A(" ICCID_2 "))E3(5A(" ICCID_3 "))))"
     "BF2D(A0(E3(9F70(01))E3(9F70(00))E3(9F70(00))))",
     NO_REASON},
    {"rubbish", "BF2D(FF)", "020102", "SGP.22 5.7.15", "ProfileInfoListRequest in DER", ""},
    {"getRAT", "A600", RAT_RESULT, NO_REASON},
    {"getRAT twice", "A600A600", RAT_RESULT RAT_RESULT, NO_REASON},
};

START_TEST(test_lists)
{
    run(&lists[_i]);
}
END_TEST

/* v1.0 lists what SGP.22 lists. */
START_TEST(test_v1_0_lists)
{
    iot_free(&iot);
    iot_new_associated(&iot, SGP32_1_0, NULL, true);
    iot_install(&iot, ICCID_1, 0, FALLBACK_ALLOWED);
    iot_psmo_ok(&iot, &iot.eim, "BF2D00", "BF2D(A0(" PROFILE_INFO(ICCID_1, AID_1, "00", "") "))");
    iot_psmo_ok(&iot, &iot.eim, "BF2D(5C(9F67))", "BF2D(A0(E3()))");
}
END_TEST

/* A card for both worlds gives an eIM the members of SGP.32, and its LPA those of SGP.22: here the nickname. */
START_TEST(test_lists_of_both)
{
    iot_free(&iot);
    iot_new_associated(&iot, SGP32_1_2, "consumer = yes\n", true);
    iot_install(&iot, ICCID_1, 0, NULL);
    es10(&iot.f, "BF29(5A(" ICCID_1 ")90(41))", "BF29038001 00");
    iot_psmo_ok(&iot, &iot.eim, "BF2D00", "BF2D(A0(" PROFILE_INFO(ICCID_1, AID_1, "00", "") "))");
    es10(&iot.f, "BF2D(5C(90))", "BF2D(A0(E3(90(41))))");
    BUF_LOCAL request = {0};
    BUF_LOCAL answer = {0};
    BUF_LOCAL nickname = {0};
    uint16_t sw;
    put_hex(&request, "BF2D00");
    put_hex(&nickname, "90(41)");
    ck_assert(lpa_store_data(&iot.f.lpa, buf_slice(&request), &answer, &sw) && sw == 0x9000);
    ck_assert_ptr_nonnull(memmem(answer.p, answer.n, nickname.p, nickname.n));
}
END_TEST

START_TEST(test_empty_rat)
{
    iot_free(&iot);
    iot_new_associated(&iot, SGP32_1_2, "rat =\n", true);
    iot_psmo_ok(&iot, &iot.eim, "A600", "A600");
}
END_TEST

/* Row 48: what does not fit is told by resultSizeOverflow in its place; what would change something is not begun. */
START_TEST(test_row_48_result_size)
{
    iot_free(&iot);
    iot_new_associated(&iot, SGP32_1_2, "result_size_max = 110\n", true);
    iot_install(&iot, ICCID_1, 0, NULL);
    iot_install(&iot, ICCID_2, 0, NULL);
    const struct iot_row rows[] = {
        {"row 48: first", "BF2D00", "020101", "SGP.32 2.11.2", "result_size_max", "more"},
        {"row 48: after others", "A600BF2D00A600", RAT_RESULT "020101", "SGP.32 2.11.2", "result_size_max", "more"},
        {"row 48: an enable that has no room is not begun", "A600A600A600A600" ENABLE(ICCID_1),
         RAT_RESULT RAT_RESULT RAT_RESULT RAT_RESULT "020101", "SGP.32 2.11.2", "result_size_max", "more"},
    };
    for (size_t k = 0; k < COUNT(rows); k++)
        run(&rows[k]);
    iot_expect_enabled(&iot, "");
    iot_psmo_ok(&iot, &iot.eim, "A600" ENABLE(ICCID_1), RAT_RESULT "830100");
}
END_TEST

/* ---- configureImmediateEnable ---- */

static const struct iot_row immediate[] = {
    {"flag", "A7(8000)", "870100", NO_REASON},
    {"flag, OID and address", "A7(800081(883703)82(" ADDRESS_HEX "))", "870100", NO_REASON},
    {"flag and address, of a known sender", "A71480008210736D64702E6578616D706C652E636F6D", "870100", NO_REASON},
    {"nothing: off", "A700", "870100", NO_REASON},
    {"only an address: off", "A7(82(41))", "870100", NO_REASON},
    {"an extension", "A7(80009F7A(00))", "870100", NO_REASON},
    {"flag with content", "A7(800100)A600", "870107", IMMEDIATE, "in order", "other"},
    {"flag twice", "A7(80008000)", "870107", IMMEDIATE, "in order", "other"},
    {"out of order", "A7(82(41)8000)", "870107", IMMEDIATE, "in order", "other"},
    {"an OID of no byte", "A7(80008100)", "870107", IMMEDIATE, "in order", "other"},
    {"an address that is not UTF-8", "A7(800082(FF))", "870107", IMMEDIATE, "in order", "other"},
    {"rubbish", "A7(FF)", "870107", IMMEDIATE, "in order", "other"},
};

/* BF5A tells whether it is on: 1 immediateEnableNotAvailable, 4 noSessionContext. */
START_TEST(test_immediate_enable)
{
    const struct iot_row *row = &immediate[_i];
    bool refused = row->clause != NULL;
    bool flag = strstr(row->list, "8000") != NULL;
    for (int before = 0; before < 2; before++) {
        iot_psmo_ok(&iot, &iot.eim, before ? "A7(8000)" : "A700", "870100");
        card_power_cycle(&iot.f); /* ends the session of the installations */
        run(row);
        bool on = refused ? before : flag;
        const struct row told = {row->what,
                                 "BF5A(80(00))",
                                 on ? "BF5A(80(04))" : "BF5A(80(01))",
                                 "ES10b.ImmediateEnable",
                                 "SGP.32 5.9.15",
                                 on ? "installed in this session" : "immediate enabling configured",
                                 on ? "none" : "not so",
                                 NO_OFFSET};
        es10_row(&iot.f, &told);
    }
}
END_TEST

/* ---- fallback, rows 57 to 61, 102 ---- */

static void expect_holder(const char *iccid)
{
    char expected[200];
    (void)snprintf(expected, sizeof expected, "BF2D(A0(E3()E3(%s)E3(%s)))", strcmp(iccid, ICCID_2) ? "" : "9F26(FF)",
                   strcmp(iccid, ICCID_3) ? "" : "9F26(FF)");
    es10(&iot.f, "BF2D(5C(9F26))", expected);
}

START_TEST(test_rows_57_59_60_attribute)
{
    static const struct iot_row rows[] = {
        {"row 60: unset while none", "A900A600", "8E0102", UNSET, "with the attribute", "none"},
        {"unknown", SET_FALLBACK(ICCID_UNKNOWN) "A600", "8D0101", SET, "an installed", "of none"},
        {"row 57: not allowed", SET_FALLBACK(ICCID_1) "A600", "8D0102", SET, "with fallbackAllowed", "one without"},
        {"9 bytes", "A8(5A(980010100000000002))", "020102", FORM, "undamaged", "A8"},
        {"rubbish", "A8(5A(" ICCID_2 ")FF)", "020102", FORM, "undamaged", "A8"},
        {"unset with rubbish", "A9(FF)", "020102", FORM, "undamaged", "A9"},
        {"set, deleted profile", DELETE(ICCID_3) SET_FALLBACK(ICCID_3), "8501008D0101", SET, "an installed", "none"},
    };
    for (size_t k = 0; k < COUNT(rows); k++)
        run(&rows[k]);
    iot_install(&iot, ICCID_3, 0, FALLBACK_ALLOWED);
    iot_psmo_ok(&iot, &iot.eim, SET_FALLBACK(ICCID_2), "8D0100");
    expect_holder(ICCID_2);
    iot_psmo_ok(&iot, &iot.eim, SET_FALLBACK(ICCID_2) SET_FALLBACK(ICCID_2), "8D01008D0100"); /* row 59 */
    iot_psmo_ok(&iot, &iot.eim, SET_FALLBACK(ICCID_3), "8D0100");                             /* it moves */
    card_cut(&iot.f);
    expect_holder(ICCID_3);
    iot_psmo_ok(&iot, &iot.eim, "A900A600", "8E0100" RAT_RESULT);
    expect_holder("");
    run(&rows[0]);
    /* the enabled profile may have it */
    iot_psmo_ok(&iot, &iot.eim, ENABLE(ICCID_2), "830100");
    iot_psmo_ok(&iot, &iot.eim, SET_FALLBACK(ICCID_2), "8D0100");
}
END_TEST

START_TEST(test_rows_58_61_in_fallback)
{
    static const struct iot_row rows[] = {
        {"row 58: another has it and is enabled", SET_FALLBACK(ICCID_3) "A600", "8D0103", SET, "a disabled Fallback",
         "an enabled one"},
        {"unset while it is enabled", "A900A600", "8E0103", UNSET, "a disabled Fallback", "an enabled one"},
        {"not allowed before enabled", SET_FALLBACK(ICCID_1), "8D0102", SET, "with fallbackAllowed", "one without"},
        {"row 61: the return target", DELETE(ICCID_1), "850115", "SGP.32 3.4.3", "ReturnFromFallback", "its target"},
    };
    iot_psmo_ok(&iot, &iot.eim, SET_FALLBACK(ICCID_2), "8D0100");
    es10(&iot.f, "BF5D(80(00))", "BF5D(80(00))");
    iot_expect_enabled(&iot, ICCID_2);
    for (size_t k = 0; k < COUNT(rows); k++)
        run(&rows[k]);
    iot_psmo_ok(&iot, &iot.eim, SET_FALLBACK(ICCID_2), "8D0100"); /* row 59 */
    iot_psmo_ok(&iot, &iot.eim, DELETE(ICCID_3), "850100");       /* any other may go */
    es10(&iot.f, "BF5E(80(00))", "BF5E(80(00))");
    iot_expect_enabled(&iot, ICCID_1);
    /* in fallback again, an enable forgets the return target: it may go */
    iot_install(&iot, ICCID_4, 0, NULL);
    es10(&iot.f, "BF5D(80(00))", "BF5D(80(00))");
    iot_psmo_ok(&iot, &iot.eim, ENABLE(ICCID_4) DELETE(ICCID_1), "830100850100");
    iot_expect_enabled(&iot, ICCID_4);
}
END_TEST

START_TEST(test_row_102_enabled_by_an_ordinary_enable)
{
    static const struct iot_row rows[] = {
        {"row 102: set", SET_FALLBACK(ICCID_3), "8D0103", SET, "a disabled Fallback", "an enabled one"},
        {"row 102: unset", "A900", "8E0103", UNSET, "a disabled Fallback", "an enabled one"},
    };
    iot_psmo_ok(&iot, &iot.eim, SET_FALLBACK(ICCID_2), "8D0100");
    iot_psmo_ok(&iot, &iot.eim, ENABLE(ICCID_2), "830100");
    for (size_t k = 0; k < COUNT(rows); k++)
        run(&rows[k]);
    expect_holder(ICCID_2);
}
END_TEST

/* The attribute goes with its profile and is not that of the next one in its place. */
START_TEST(test_attribute_goes_with_the_profile)
{
    const struct iot_row none = {"unset", "A900", "8E0102", UNSET, "with the attribute", "none"};
    iot_psmo_ok(&iot, &iot.eim, SET_FALLBACK(ICCID_2), "8D0100");
    iot_psmo_ok(&iot, &iot.eim, DELETE(ICCID_2), "850100");
    run(&none);
    iot_install(&iot, ICCID_2, 0, FALLBACK_ALLOWED);
    run(&none);
    iot_psmo_ok(&iot, &iot.eim, SET_FALLBACK(ICCID_3), "8D0100");
}
END_TEST

static const struct {
    enum sgp32_version version;
    const char *personality;
    struct iot_row row;
} other_cards[] = {
    {SGP32_1_2,
     "fallback = no\n",
     {"no fallback: set", SET_FALLBACK(ICCID_1), "8D017F", SET, "fallbackSupported", "without"}},
    {SGP32_1_2, "fallback = no\n", {"no fallback: unset", "A900", "8E0107", UNSET, "fallbackSupported", "without"}},
    {SGP32_1_0, NULL, {"v1.0: set", SET_FALLBACK(ICCID_1) "A600", "020102", FORM, "of this version", "A8"}},
    {SGP32_1_0, NULL, {"v1.0: unset", "A900A600", "020102", FORM, "of this version", "A9"}},
    {SGP32_1_0, NULL, {"v1.0: address", "BF65(80(41))A600", "020102", FORM, "of this version", "BF65"}},
    {SGP32_1_1, NULL, {"v1.1: unset", "A900", "8E0102", UNSET, "with the attribute", "none"}},
};

START_TEST(test_other_cards)
{
    iot_free(&iot);
    iot_new_associated(&iot, other_cards[_i].version, other_cards[_i].personality, true);
    run(&other_cards[_i].row);
}
END_TEST

/* ---- setDefaultDpAddress ---- */

#define ROOT_DS "81(74657374726F6F74736D64732E67736D612E636F6D)"
#define LONG_255                                                                                                       \
    "4141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141" \
    "4141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141" \
    "4141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141" \
    "4141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141" \
    "4141414141414141414141414141414141414141414141414141414141414141"

START_TEST(test_default_dp_address)
{
    static const struct iot_row refused[] = {
        {"not UTF-8", "BF65(80(FF))A600", "BF65(80(7F))", ADDRESS, "UTF-8", "1 bytes"},
        {"256 bytes",
         "BF65(80(" LONG_255 "4141"
         "))",
         "BF65(80(7F))", ADDRESS, "255 bytes", "25"},
        {"no address", "BF6500A600", "020102", FORM, "undamaged", "BF65"},
        {"another member", "BF65(81(41))", "020102", FORM, "undamaged", "BF65"},
        {"rubbish", "BF65(80(41)FF)", "020102", FORM, "undamaged", "BF65"},
    };
    iot_psmo_ok(&iot, &iot.eim, "BF65128010736D64702E6578616D706C652E636F6D", "BF6503800100");
    for (size_t k = 0; k < COUNT(refused); k++) {
        run(&refused[k]);
        es10(&iot.f, "BF3C00", "BF3C(80(736D64702E6578616D706C652E636F6D)" ROOT_DS ")");
    }
    iot_psmo_ok(&iot, &iot.eim, "BF65(0C(41))", "BF65(80(00))"); /* a known sender */
    card_cut(&iot.f);
    es10(&iot.f, "BF3C00", "BF3C(80(41)" ROOT_DS ")");
    iot_psmo_ok(&iot, &iot.eim, "BF65(8000)A600", "BF65(80(00))" RAT_RESULT);
    es10(&iot.f, "BF3C00", "BF3C(" ROOT_DS ")");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("iot_psmo_other");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, test_lists, 0, COUNT(lists));
    tcase_add_test(t, test_v1_0_lists);
    tcase_add_test(t, test_lists_of_both);
    tcase_add_test(t, test_empty_rat);
    tcase_add_test(t, test_row_48_result_size);
    tcase_add_loop_test(t, test_immediate_enable, 0, COUNT(immediate));
    tcase_add_test(t, test_rows_57_59_60_attribute);
    tcase_add_test(t, test_rows_58_61_in_fallback);
    tcase_add_test(t, test_row_102_enabled_by_an_ordinary_enable);
    tcase_add_test(t, test_attribute_goes_with_the_profile);
    tcase_add_loop_test(t, test_other_cards, 0, COUNT(other_cards));
    tcase_add_test(t, test_default_dp_address);
    suite_add_tcase(s, t);
    return run_suite(s);
}
