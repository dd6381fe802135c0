/* ES10c.GetProfilesInfo (SGP.22 5.7.15; cases 64 and 65): exact bytes of the list. */
#include "common.h"

#define PROVIDER "910870726F7669646572"
#define NAME "920770726F66696C65"
/* serviceSpecificDataStoredInEuicc: one item of 2.999.1 */
#define SERVICE_DATA "BF22(30(8003883701 A1(0400)))"
#define ICON "89504E470D0A1A0A"
#define INFO_1 "E3(5A0A" ICCID_1 "4F10" AID_1 "9F700100" PROVIDER NAME "950102)"
#define INFO_2 "E3(5A0A" ICCID_2 "4F10" AID_2 "9F700100" PROVIDER NAME "950101)"
#define INFO_3 "E3(5A0A" ICCID_3 "4F10" AID_3 "9F700100" PROVIDER NAME "930101 94(" ICON ")950100)"
#define GET "ES10c.GetProfilesInfo", "SGP.22 5.7.15"
#define WRONG "BF2D03810101", GET
#define NONE "BF2D02A000"

static struct fixture f;

/* An operational profile with all optional metadata, a provisioning one with none, a test one with an icon. */
static void set_up(void)
{
    static const struct wanted one = {.iccid = ICCID_1,
                                      .profile_class = OPERATIONAL,
                                      .ppr = RULE_PPR2,
                                      .owner = OWNER_00101,
                                      .notify = NOTIFY_ALL,
                                      .extra = SERVICE_DATA};
    static const struct wanted two = {.iccid = ICCID_2, .profile_class = PROVISIONING};
    static const struct wanted three = {.iccid = ICCID_3, .profile_class = TEST_CLASS, .icon = ICON};
    card_new(&f, NULL, NULL);
    install(&f, &one);
    install(&f, &two);
    install(&f, &three);
}

static void tear_down(void)
{
    card_free(&f);
}

START_TEST(test_search)
{
    static const struct row rows[] = {
        {"all, in the order of installation", "BF2D00", "BF2D(A0(" INFO_1 INFO_2 INFO_3 "))", FINE},
        {"by ICCID", "BF2D0EA00C5A0A" ICCID_2, "BF2D(A0(" INFO_2 "))", FINE},
        {"by AID", "BF2D14A0124F10" AID_1, "BF2D(A0(" INFO_1 "))", FINE},
        {"operational", "BF2D05A003950102", "BF2D(A0(" INFO_1 "))", FINE},
        {"provisioning", "BF2D05A003950101", "BF2D(A0(" INFO_2 "))", FINE},
        {"test", "BF2D05A003950100", "BF2D(A0(" INFO_3 "))", FINE},
        {"unknown ICCID", "BF2D0EA00C5A0A" ICCID_UNKNOWN, NONE, FINE},
        {"unknown AID", "BF2D14A0124F10" AID_UNKNOWN, NONE, FINE},
        {"ICCID of 9 bytes", "BF2D0DA00B5A09980010100000000001", NONE, FINE},
        {"class that does not exist", "BF2D05A003950107", NONE, FINE},
        {"criterion and tag list", "BF2D11A00C5A0A" ICCID_3 "5C015A", "BF2D10A00EE30C5A0A" ICCID_3, FINE},
    };
    es10_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_tag_list)
{
    static const struct row rows[] = {
        {"one", "BF2D(A00C5A0A" ICCID_1 "5C(4F5A9F70))", "BF2D(A0(E3(5A0A" ICCID_1 "4F10" AID_1 "9F700100)))", FINE},
        {"row 65: order of the module", "BF2D(A00C5A0A" ICCID_1 "5C(B6B7B899BF225A))",
         "BF2D(A0(E3(5A0A" ICCID_1 "B6(" NOTIFY_ALL ")B7(" OWNER_00101 ")99020520" SERVICE_DATA ")))", FINE},
        {"unset members are left out", "BF2D(A00C5A0A" ICCID_2 "5C(9094B6B7B8995A))", "BF2D10A00EE30C5A0A" ICCID_2,
         FINE},
        {"unknown tags are ignored", "BF2D(A00C5A0A" ICCID_2 "5C(BF76C1995F375A))", "BF2D10A00EE30C5A0A" ICCID_2, FINE},
        {"members of v3 too", "BF2D(A00C5A0A" ICCID_2 "5C(9F1F9F249F25BA9B5A))", "BF2D10A00EE30C5A0A" ICCID_2, FINE},
        {"a tag twice", "BF2D12A00C5A0A" ICCID_2 "5C025A5A", "BF2D10A00EE30C5A0A" ICCID_2, FINE},
        {"none of what is there", "BF2D11A00C5A0A" ICCID_2 "5C0199", "BF2D(A0(E3()))", FINE},
        {"empty list", "BF2D10A00C5A0A" ICCID_2 "5C00", "BF2D(A0(E3()))", FINE},
        {"icon and its type", "BF2D12A00C5A0A" ICCID_3 "5C029394", "BF2D11A00FE30D9301019408" ICON, FINE},
        {"only tags", "BF2D035C0195", "BF2D(A0(E303950102E303950101E303950100))", FINE},
    };
    es10_rows(&f, ROWS(rows));
}
END_TEST

/* What cannot be a request of this function: incorrectInputValues (1), or 6A80 where not even DER came. */
START_TEST(test_malformed)
{
    static const struct row rows[] = {
        {"tag cut at the end (row 64)", "BF2D055C035A9F81", WRONG, "a tagList of whole tags", "a cut tag", 5},
        {"tag of 9F alone", "BF2D035C019F", WRONG, "a tagList of whole tags", "a cut tag", 5},
        {"tag of 4 bytes", "BF2D065C049F818101", WRONG, "a tagList of whole tags", "a cut tag", 5},
        {"empty criterion", "BF2D02A000", WRONG, "", "", 3},
        {"criterion of another tag", "BF2D05A003900102", WRONG, "", "", 0},
        {"two criteria", "BF2D08A006950101950102", WRONG, "", "", 0},
        {"class without a number", "BF2D04A0029500", WRONG, "", "", 0},
        {"negative class", "BF2D05A00395 01FF", WRONG, "", "", 5},
        {"tag list before the criterion", "BF2D085C015AA003950102", WRONG, "", "", 0},
        {"tag list twice", "BF2D065C015A5C0190", WRONG, "", "", 0},
        {"not DER inside", "BF2D05A004950102", "=6A80", GET, "in DER", "", 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct row row = rows[i];
        struct euicc_reason reason;
        BUF_LOCAL request = {0};
        BUF_LOCAL answer = {0};
        uint16_t sw;
        put_hex(&request, row.request);
        ck_assert(lpa_store_data(&f.lpa, buf_slice(&request), &answer, &sw));
        euicc_last_reason(f.card, &reason);
        row.offset = reason.offset == (size_t)-1 ? NO_OFFSET : (long)reason.offset;
        ck_assert_msg(rows[i].offset == 0 || rows[i].offset == row.offset, "%s: offset %ld", row.what, row.offset);
        es10_row(&f, &row);
    }
}
END_TEST

/* Nickname, state and rules as they change. */
START_TEST(test_changes)
{
    es10(&f, "BF29105A0A" ICCID_2 "90024869", "BF2903800100");
    es10(&f, "BF2D(A00C5A0A" ICCID_2 "5C(909F70915A))", "BF2D(A0(E3(5A0A" ICCID_2 "9F70010090024869" PROVIDER ")))");
    es10(&f, "BF3111A00C5A0A" ICCID_2 "810100", "BF3103800100");
    es10(&f, "BF2D045C029F70", "BF2D14A012E3049F700100E3049F700101E3049F700100");
    ck_assert_int_eq(state_of(&f, ICCID_1), 0);
    ck_assert_int_eq(state_of(&f, ICCID_2), 1);
    card_cut(&f);
    es10(&f, "BF2D045C029F70", "BF2D14A012E3049F700100E3049F700101E3049F700100");
    static const struct row kept = {
        "PPR2",          "BF33(5A0A" ICCID_1 ")",         "BF3303800103",  "ES10c.DeleteProfile",
        "SGP.22 5.7.18", "a profile that may be deleted", "one with PPR2", NO_OFFSET};
    es10_row(&f, &kept);
    es10(&f, "BF330C5A0A" ICCID_3, "BF3303800100");
    es10(&f, "BF2D045C029F70", "BF2D0EA00CE3049F700100E3049F700101");
    /* The freed AID is used again (SGP.22 2.4.5); the list stays in the order of installation. */
    install_plain(&f, ICCID_4);
    es10(&f, "BF2D035C015A", "BF2D2CA02AE30C5A0A" ICCID_1 "E30C5A0A" ICCID_2 "E30C5A0A" ICCID_4);
}
END_TEST

/* While a switch waits for its REFRESH: 6985 if the state is asked for, also by default (row 69). */
START_TEST(test_pending)
{
#define WAITS "=6985", GET, "the REFRESH of the last profile switch", "the request before it", NO_OFFSET
    static const struct row rows[] = {
        {"default", "BF2D00", WAITS},
        {"state", "BF2D045C029F70", WAITS},
        {"state among others", "BF2D055C035A9F70", WAITS},
        {"default with a criterion", "BF2D05A003950101", WAITS},
        {"default with a criterion that matches none", "BF2D0EA00C5A0A" ICCID_UNKNOWN, WAITS},
    };
    apdu(&f, "8010000003000080", "9000");
    apdu(&f, "80E2910014BF3111A00C5A0A" ICCID_2 "8101FF00", "BF3103800100910B");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        es10_row(&f, &rows[i]);
    es10(&f, "BF2D11A00C5A0A" ICCID_2 "5C0190", "BF2D(A0(E3()))");
    es10(&f, "BF2D035C0195", "BF2D(A0(E303950102E303950101E303950100))");
    card_reset(&f);
    ck_assert_int_eq(state_of(&f, ICCID_2), 1);
}
END_TEST

START_TEST(test_empty)
{
    struct fixture g;
    card_new(&g, NULL, NULL);
    es10(&g, "BF2D00", NONE);
    es10(&g, "BF2D035C015A", NONE);
    es10(&g, "BF2D05A003950102", NONE);
    card_free(&g);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("es10c_profiles_info");
    TCase *tests = tcase_create("profiles info");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 20);
    tcase_add_test(tests, test_search);
    tcase_add_test(tests, test_tag_list);
    tcase_add_test(tests, test_malformed);
    tcase_add_test(tests, test_changes);
    tcase_add_test(tests, test_pending);
    tcase_add_test(tests, test_empty);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
