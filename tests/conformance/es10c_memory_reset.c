/* ES10c.eUICCMemoryReset (SGP.22 5.7.19; cases 62, 73, 74). */
#include "common.h"

#define RESET(bits) "BF34(82(" bits "))"
#define DONE "BF3403800100"
#define NOTHING(options)                                                                                               \
    "BF3403800101", "ES10c.eUICCMemoryReset", "SGP.22 5.7.19", "something to delete or an address to reset",           \
        "options " options, NO_OFFSET
#define OPERATIONAL_BIT "0780"
#define TEST_BIT "0640"
#define ADDRESS_BIT "0520"
#define ALL_BITS "05E0"
#define SET_ADDRESS "BF3F0580036F6E65"
#define ENABLE(iccid) "BF31(A0(5A(" iccid "))810100)"

static struct fixture f;

static void set_up(void)
{
    card_new(&f, NULL, NULL);
}

static void tear_down(void)
{
    card_free(&f);
}

/* One of each class. */
static void install_classes(void)
{
    static const struct wanted test = {.iccid = ICCID_2, .profile_class = TEST_CLASS, .notify = NOTIFY_ALL};
    static const struct wanted provisioning = {.iccid = ICCID_3, .profile_class = PROVISIONING, .notify = NOTIFY_ALL};
    install_plain(&f, ICCID_1);
    install(&f, &test);
    install(&f, &provisioning);
}

/* Row 73: nothing there, nothing chosen. */
START_TEST(test_nothing)
{
    static const struct row rows[] = {
        {"operational", RESET(OPERATIONAL_BIT), NOTHING("1")},
        {"test", RESET(TEST_BIT), NOTHING("2")},
        {"address", RESET(ADDRESS_BIT), NOTHING("4")},
        {"all", RESET(ALL_BITS), NOTHING("7")},
        {"no bit", RESET("00"), NOTHING("0")},
        {"bits of v3 (row 74)", RESET("0318"), NOTHING("18")},
    };
    es10_rows(&f, ROWS(rows));
    install_classes();
    es10(&f, SET_ADDRESS, "BF3F03800100");
    static const struct row none[] = {
        {"no bit", RESET("00"), NOTHING("0")},
        {"bits of v3 (row 74)", RESET("0318"), NOTHING("18")},
    };
    size_t commits = f.commits;
    es10_rows(&f, ROWS(none));
    ck_assert_uint_eq(f.commits, commits);
    ck_assert_int_eq(state_of(&f, ICCID_3), 0);
}
END_TEST

static const struct {
    const char *request;
    bool operational, test, provisioning; /* left */
    bool address;
} choices[] = {
    {RESET(OPERATIONAL_BIT), false, true, true, true}, {RESET(TEST_BIT), true, false, true, true},
    {RESET(ADDRESS_BIT), true, true, true, false},     {RESET("06C0"), false, false, true, true},
    {RESET("05A0"), false, true, true, false},         {RESET(ALL_BITS), false, false, true, false},
    {RESET("00E0"), false, false, true, false}, /* zero bits are not stripped */
    {RESET("0398"), false, true, true, true},   /* bits of v3 are ignored */
    {RESET("0000E0"), true, true, true, true},  /* bits far behind: nothing */
};

START_TEST(test_choice)
{
    uint32_t empty = free_memory(&f);
    uint32_t left;
    install_classes();
    es10(&f, SET_ADDRESS, "BF3F03800100");
    remove_notifications(&f);
    size_t commits = f.commits;
    bool nothing = _i == sizeof choices / sizeof *choices - 1;
    if (nothing) {
        static const struct row row = {"bits far behind", RESET("0000E0"), NOTHING("700")};
        es10_row(&f, &row);
    } else {
        es10(&f, choices[_i].request, DONE);
    }
    ck_assert_uint_eq(f.commits, commits + !nothing);
    card_cut(&f);
    ck_assert_int_eq(state_of(&f, ICCID_1), choices[_i].operational ? 0 : -1);
    ck_assert_int_eq(state_of(&f, ICCID_2), choices[_i].test ? 0 : -1);
    ck_assert_int_eq(state_of(&f, ICCID_3), choices[_i].provisioning ? 0 : -1);
    es10(&f, "BF3C00",
         choices[_i].address ? "BF3C(80036F6E65 811574657374726F6F74736D64732E67736D612E636F6D)"
                             : "BF3C17811574657374726F6F74736D64732E67736D612E636F6D");
    left = free_memory(&f);
    ck_assert(left < empty);
    /* One delete notification for the operational one, none for the test one. */
    struct lpa_notifications list;
    ck_assert(lpa_list_notification(&f.lpa, -1, &list));
    ck_assert_uint_eq(list.n, choices[_i].operational ? 0 : 1);
    if (list.n) ck_assert_int_eq(list.list[0].event, 3);
}
END_TEST

/* Whatever the state or the rules: an enabled profile with PPR1 and PPR2 goes, with REFRESH if the terminal can. */
START_TEST(test_enabled)
{
    static const struct wanted held = {.iccid = ICCID_1,
                                       .profile_class = OPERATIONAL,
                                       .ppr = RULE_PPR1 | RULE_PPR2,
                                       .owner = OWNER_00101,
                                       .notify = NOTIFY_ALL};
    bool cat = _i;
    install(&f, &held);
    install_plain(&f, ICCID_2);
    es10(&f, ENABLE(ICCID_1), "BF3103800100");
    remove_notifications(&f);
    if (cat) apdu(&f, "8010000003000080", "9000");
    size_t commits = f.commits;
    apdu(&f, "80E2910007BF340482020780 00", cat ? "BF3403800100910B" : "BF34038001009000");
    ck_assert_uint_eq(f.commits, commits + 1);
    if (cat) {
        apdu(&f, "801200000B", "D0098103010104820281829000");
        apdu(&f, "801400000C810301010482028281830100", "9000");
    }
    es10(&f, "BF2D00", "BF2D02A000");
    struct lpa_notifications list;
    ck_assert(lpa_list_notification(&f.lpa, -1, &list));
    /* disable and delete of the enabled one, delete of the other */
    ck_assert_uint_eq(list.n, 3);
    ck_assert(list.list[0].event == 2 && list.list[1].event == 3 && list.list[2].event == 3);
    ck_assert_int_eq(lpa_process_notifications(&f.lpa, f.dp), 3);
    card_cut(&f);
    es10(&f, "BF2D00", "BF2D02A000");
}
END_TEST

/* 5 while a proactive session is open, if the enabled profile would go. */
START_TEST(test_busy)
{
    static const struct wanted test = {.iccid = ICCID_3, .profile_class = TEST_CLASS};
    install_plain(&f, ICCID_1);
    install_plain(&f, ICCID_2);
    install(&f, &test);
    es10(&f, ENABLE(ICCID_1), "BF3103800100");
    apdu(&f, "8010000003000080", "9000");
    apdu(&f, "80E2910014BF3111A00C5A0A" ICCID_2 "8101FF00", "BF3103800100910B");
    static const struct row busy = {"busy",
                                    RESET(OPERATIONAL_BIT),
                                    "BF3403800105",
                                    "ES10c.eUICCMemoryReset",
                                    "SGP.22 5.7.19",
                                    "no proactive session",
                                    "one that waits for the terminal",
                                    NO_OFFSET};
    es10_row(&f, &busy);
    es10(&f, "BF2D035C015A", "BF2D(A0(E3(5A0A" ICCID_1 ")E3(5A0A" ICCID_2 ")E3(5A0A" ICCID_3 ")))");
    card_reset(&f);
    ck_assert_int_eq(state_of(&f, ICCID_2), 1);
    es10(&f, RESET(OPERATIONAL_BIT), DONE);
}
END_TEST

/* A switch that waits may aim at a profile that goes, while the enabled one stays: the switch is dropped. */
START_TEST(test_target)
{
    static const struct wanted provisioning = {.iccid = ICCID_1, .profile_class = PROVISIONING};
    install(&f, &provisioning);
    install_plain(&f, ICCID_2);
    es10(&f, ENABLE(ICCID_1), "BF3103800100");
    apdu(&f, "8010000003000080", "9000");
    apdu(&f, "80E2910014BF3111A00C5A0A" ICCID_2 "8101FF00", "BF3103800100910B");
    es10(&f, RESET(OPERATIONAL_BIT), DONE);
    ck_assert_int_eq(state_of(&f, ICCID_1), 1);
    ck_assert_int_eq(state_of(&f, ICCID_2), -1);
    apdu(&f, "801200000B", "D0098103010104820281829000");
    apdu(&f, "801400000C810301010482028281830100", "9000");
    ck_assert_int_eq(state_of(&f, ICCID_1), 1);
    card_reset(&f);
    ck_assert_int_eq(state_of(&f, ICCID_1), 1);
}
END_TEST

/* What stays: notifications, the sequence counter (row 62), nicknames of the rest, RAT, EID; what goes: the session. */
START_TEST(test_rest)
{
    static const char rat[] = "BF43(A0(30(80020560 A1(30(8003EEEEEE 8100 8200)) 82020780)))";
    install_classes();
    es10(&f, "BF29(5A(" ICCID_3 ")900141)", "BF2903800100");
    assert_notifications(&f, "1R 2i 3R 4R 5i");
    es10(&f, RESET(ALL_BITS), DONE);
    assert_notifications(&f, "1R 2i 3R 4R 5i 6x");
    card_reset(&f);
    assert_notifications(&f, "1R 2i 3R 4R 5i 6x");
    es10(&f, "BF2D(5C(90))", "BF2D(A0(E3(900141)))");
    es10(&f, "BF43 00", rat);
    install_plain(&f, ICCID_4);
    assert_notifications(&f, "1R 2i 3R 4R 5i 6x 7R 8i");
    /* The sequence goes on after a factory reset too, which removes the list. */
    ck_assert_int_eq(euicc_factory_reset(f.card), EUICC_OK);
    ck_assert(lpa_open(&f.lpa));
    assert_notifications(&f, "");
    es10(&f, "BF2D00", "BF2D02A000");
    install_plain(&f, ICCID_1);
    assert_notifications(&f, "9R 10i");
}
END_TEST

/* The RSP session is discarded: AuthenticateServer for a challenge from before gets noSession (4). */
START_TEST(test_session)
{
    uint8_t challenge[16];
    SMDPP_ANSWER_LOCAL answer = {0};
    BUF_LOCAL ctx = {0};
    put_hex(&ctx, "A0(A1(8004352906 11A100))");
    install_plain(&f, ICCID_1);
    ck_assert(lpa_get_euicc_challenge(&f.lpa, challenge) && lpa_get_euicc_info1(&f.lpa));
    ck_assert(smdpp_initiate_authentication(f.dp, SLICE(challenge), buf_slice(&f.lpa.response),
                                            "testsmdpplus1.example.com", &answer));
    es10(&f, RESET(OPERATIONAL_BIT), DONE);
    ck_assert(lpa_authenticate_server(&f.lpa, &answer, buf_slice(&ctx)));
    ck_assert(!smdpp_authenticate_client(f.dp, buf_slice(&f.lpa.response), &answer));
    ck_assert_int_eq(f.dp->card_error, 4);
}
END_TEST

START_TEST(test_malformed)
{
    static const struct row rows[] = {
        {"nothing", "BF3400", "=6A80", "ES10c.eUICCMemoryReset", "SGP.22 5.7.19", "", "", 0},
        {"empty bit string", "BF34028200", "=6A80", "ES10c.eUICCMemoryReset", "SGP.22 5.7.19", "", "", 0},
        {"9 unused bits", "BF3404820209E0", "=6A80", "ES10c.eUICCMemoryReset", "SGP.22 5.7.19", "", "", 0},
        {"unused bits of nothing", "BF3403820105", "=6A80", "ES10c.eUICCMemoryReset", "SGP.22 5.7.19", "", "", 0},
        {"another tag", "BF340481020780", "=6A80", "ES10c.eUICCMemoryReset", "SGP.22 5.7.19", "", "", 0},
    };
    install_plain(&f, ICCID_1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct row row = rows[i];
        BUF_LOCAL request = {0};
        BUF_LOCAL answer = {0};
        struct euicc_reason reason;
        uint16_t sw;
        put_hex(&request, row.request);
        ck_assert(lpa_store_data(&f.lpa, buf_slice(&request), &answer, &sw));
        euicc_last_reason(f.card, &reason);
        ck_assert_msg(reason.offset == (size_t)-1 || reason.offset <= request.n, "%s", row.what);
        row.offset = reason.offset == (size_t)-1 ? NO_OFFSET : (long)reason.offset;
        es10_row(&f, &row);
    }
    ck_assert_int_eq(state_of(&f, ICCID_1), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("es10c_memory_reset");
    TCase *tests = tcase_create("memory reset");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 20);
    tcase_add_test(tests, test_nothing);
    tcase_add_loop_test(tests, test_choice, 0, sizeof choices / sizeof *choices);
    tcase_add_loop_test(tests, test_enabled, 0, 2);
    tcase_add_test(tests, test_busy);
    tcase_add_test(tests, test_target);
    tcase_add_test(tests, test_rest);
    tcase_add_test(tests, test_session);
    tcase_add_test(tests, test_malformed);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
