/* ES10c.EnableProfile, DisableProfile, DeleteProfile (SGP.22 5.7.16 to 5.7.18, 3.2 and rows 66 to 68, 70 to
 * 72) without REFRESH: every code, by ICCID and by AID, one commit each. */
#include "common.h"

#define BY_ICCID(iccid) "A0(5A(" iccid "))"
#define BY_AID(aid) "A0(4F(" aid "))"
#define ENABLE(id) "BF31(" id "810100)"
#define DISABLE(id) "BF32(" id "810100)"
#define DELETE(iccid) "BF33(5A(" iccid "))"
#define ENABLED(code) "BF31038001" code
#define DISABLED(code) "BF32038001" code
#define DELETED(code) "BF33038001" code
#define ENABLE_SAYS "ES10c.EnableProfile", "SGP.22 5.7.16"
#define DISABLE_SAYS "ES10c.DisableProfile", "SGP.22 5.7.17"
#define DELETE_SAYS "ES10c.DeleteProfile", "SGP.22 5.7.18"
#define NOT_FOUND "an installed profile", "an ICCID or AID of none", NO_OFFSET
#define NOT_DISABLED "a disabled profile", "the enabled one", NO_OFFSET
#define NOT_ENABLED "the enabled profile", "a disabled one", NO_OFFSET
#define PPR1_HOLDS "that may be disabled", "one with PPR1", NO_OFFSET
#define PPR2_HOLDS "that may be deleted", "one with PPR2", NO_OFFSET
#define NOT_BEFORE "the profile that was enabled before the test profile", "another one", NO_OFFSET

static struct fixture f;

static void set_up(void)
{
    card_new(&f, NULL, NULL);
    install_plain(&f, ICCID_1);
    install_plain(&f, ICCID_2);
}

static void tear_down(void)
{
    card_free(&f);
}

START_TEST(test_codes)
{
    static const struct row rows[] = {
        {"unknown ICCID", ENABLE(BY_ICCID(ICCID_UNKNOWN)), ENABLED("01"), ENABLE_SAYS, NOT_FOUND},
        {"unknown AID", ENABLE(BY_AID(AID_UNKNOWN)), ENABLED("01"), ENABLE_SAYS, NOT_FOUND},
        {"ICCID of 9 bytes", ENABLE(BY_ICCID("980010100000000001")), ENABLED("01"), ENABLE_SAYS, NOT_FOUND},
        {"empty ICCID", ENABLE(BY_ICCID("")), ENABLED("01"), ENABLE_SAYS, NOT_FOUND},
        {"AID of 15 bytes", ENABLE(BY_AID("A0000005591010FFFFFFFF89000010")), ENABLED("01"), ENABLE_SAYS, NOT_FOUND},
        {"AID of the ISD-R", ENABLE(BY_AID(ISDR)), ENABLED("01"), ENABLE_SAYS, NOT_FOUND},
        {"disable a disabled one", DISABLE(BY_ICCID(ICCID_1)), DISABLED("02"), DISABLE_SAYS, NOT_ENABLED},
        {"enable by ICCID", ENABLE(BY_ICCID(ICCID_1)), ENABLED("00"), FINE},
        {"again", ENABLE(BY_ICCID(ICCID_1)), ENABLED("02"), ENABLE_SAYS, NOT_DISABLED},
        {"again by AID", ENABLE(BY_AID(AID_1)), ENABLED("02"), ENABLE_SAYS, NOT_DISABLED},
        {"swap by AID", ENABLE(BY_AID(AID_2)), ENABLED("00"), FINE},
        {"the old one is disabled", DISABLE(BY_AID(AID_1)), DISABLED("02"), DISABLE_SAYS, NOT_ENABLED},
        {"disable unknown", DISABLE(BY_ICCID(ICCID_UNKNOWN)), DISABLED("01"), DISABLE_SAYS, NOT_FOUND},
        {"disable, ICCID of 9 bytes", DISABLE(BY_ICCID("980010100000000002")), DISABLED("01"), DISABLE_SAYS, NOT_FOUND},
        {"delete the enabled one", DELETE(ICCID_2), DELETED("02"), DELETE_SAYS, "a disabled profile",
         "one that is enabled", NO_OFFSET},
        {"delete the enabled one by AID", "BF33(4F(" AID_2 "))", DELETED("02"), DELETE_SAYS, "a disabled profile",
         "one that is enabled", NO_OFFSET},
        {"delete unknown", DELETE(ICCID_UNKNOWN), DELETED("01"), DELETE_SAYS, NOT_FOUND},
        {"delete unknown AID", "BF33(4F(" AID_UNKNOWN "))", DELETED("01"), DELETE_SAYS, NOT_FOUND},
        {"delete, ICCID of 9 bytes", DELETE("980010100000000001"), DELETED("01"), DELETE_SAYS, NOT_FOUND},
        {"disable by AID", DISABLE(BY_AID(AID_2)), DISABLED("00"), FINE},
        {"disable again", DISABLE(BY_AID(AID_2)), DISABLED("02"), DISABLE_SAYS, NOT_ENABLED},
        {"delete by AID", "BF33(4F(" AID_2 "))", DELETED("00"), FINE},
        {"delete again", "BF33(4F(" AID_2 "))", DELETED("01"), DELETE_SAYS, NOT_FOUND},
        {"delete by ICCID", DELETE(ICCID_1), DELETED("00"), FINE},
        {"enable what is gone", ENABLE(BY_ICCID(ICCID_1)), ENABLED("01"), ENABLE_SAYS, NOT_FOUND},
        {"nothing is left", "BF2D00", "BF2D02A000", FINE},
    };
    es10_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_requests)
{
    static const struct row rows[] = {
        {"refreshFlag of another value is true", "BF31(" BY_ICCID(ICCID_1) "810101)", ENABLED("00"), FINE},
        {"member of v3: targetEsimPort", "BF31(" BY_ICCID(ICCID_2) "810100 820100)", ENABLED("00"), FINE},
        {"no refreshFlag", "BF31(" BY_ICCID(ICCID_1) ")", "=6A80", ENABLE_SAYS, "", "", 0},
        {"no identifier", "BF3103810100", "=6A80", ENABLE_SAYS, "", "", 0},
        {"identifier without A0", "BF31(5A(" ICCID_1 ")810100)", "=6A80", ENABLE_SAYS, "", "", 0},
        {"nothing", "BF3100", "=6A80", ENABLE_SAYS, "", "", 0},
        {"empty choice", "BF3105A000810100", "=6A80", ENABLE_SAYS, "", "", 0},
        {"class as identifier", "BF31(A0(950102)810100)", "=6A80", ENABLE_SAYS, "", "", 0},
        {"refreshFlag of 2 bytes", "BF31(" BY_ICCID(ICCID_1) "81020000)", "=6A80", ENABLE_SAYS, "", "", 0},
        {"empty refreshFlag", "BF31(" BY_ICCID(ICCID_1) "8100)", "=6A80", ENABLE_SAYS, "", "", 0},
        {"members in the other order", "BF31(810100" BY_ICCID(ICCID_1) ")", "=6A80", ENABLE_SAYS, "", "", 0},
        {"disable without refreshFlag", "BF32(" BY_ICCID(ICCID_1) ")", "=6A80", DISABLE_SAYS, "", "", 0},
        {"disable nothing", "BF3200", "=6A80", DISABLE_SAYS, "", "", 0},
        {"delete with A0", "BF33(" BY_ICCID(ICCID_1) ")", "=6A80", DELETE_SAYS, "", "", 0},
        {"delete nothing", "BF3300", "=6A80", DELETE_SAYS, "", "", 0},
        {"delete two", "BF33(5A(" ICCID_1 ")5A(" ICCID_2 "))", "=6A80", DELETE_SAYS, "", "", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct row row = rows[i];
        BUF_LOCAL request = {0};
        BUF_LOCAL answer = {0};
        struct euicc_reason reason;
        uint16_t sw;
        if (!row.function) {
            es10_row(&f, &row);
            continue;
        }
        /* The place is that of the member or of the message. */
        put_hex(&request, row.request);
        ck_assert(lpa_store_data(&f.lpa, buf_slice(&request), &answer, &sw));
        euicc_last_reason(f.card, &reason);
        ck_assert_msg(reason.offset == (size_t)-1 || reason.offset < request.n, "%s", row.what);
        row.offset = reason.offset == (size_t)-1 ? NO_OFFSET : (long)reason.offset;
        es10_row(&f, &row);
    }
    ck_assert_int_eq(state_of(&f, ICCID_1), 0);
    ck_assert_int_eq(state_of(&f, ICCID_2), 1);
}
END_TEST

/* Design rule 3: swap, notifications and everything else of a command are one commit; a refusal is none. */
START_TEST(test_commits)
{
    size_t commits = f.commits;
    es10(&f, ENABLE(BY_ICCID(ICCID_1)), ENABLED("00"));
    ck_assert_uint_eq(f.commits, ++commits);
    es10(&f, ENABLE(BY_ICCID(ICCID_2)), ENABLED("00"));
    ck_assert_uint_eq(f.commits, ++commits);
    static const struct row refused[] = {
        {"enabled", ENABLE(BY_ICCID(ICCID_2)), ENABLED("02"), ENABLE_SAYS, NOT_DISABLED},
        {"unknown", ENABLE(BY_ICCID(ICCID_UNKNOWN)), ENABLED("01"), ENABLE_SAYS, NOT_FOUND},
        {"delete enabled", DELETE(ICCID_2), DELETED("02"), DELETE_SAYS, "a disabled profile", "enabled", NO_OFFSET},
    };
    es10_rows(&f, ROWS(refused));
    ck_assert_uint_eq(f.commits, commits);
    es10(&f, DISABLE(BY_ICCID(ICCID_2)), DISABLED("00"));
    ck_assert_uint_eq(f.commits, ++commits);
    es10(&f, DELETE(ICCID_2), DELETED("00"));
    ck_assert_uint_eq(f.commits, ++commits);
    es10(&f, ENABLE(BY_ICCID(ICCID_1)), ENABLED("00"));
    card_cut(&f);
    ck_assert_int_eq(state_of(&f, ICCID_1), 1);
    ck_assert_int_eq(state_of(&f, ICCID_2), -1);
}
END_TEST

/* Memory: down with the installation, back with the deletion; what a profile had is gone (row 72). */
START_TEST(test_memory)
{
    uint32_t before = free_memory(&f);
    install_plain(&f, ICCID_3);
    uint32_t with_one = free_memory(&f);
    ck_assert_uint_lt(with_one + 1000, before); /* tiny.der has more than 1000 bytes */
    es10(&f, "BF29(5A(" ICCID_3 ") 900131)", "BF2903800100");
    es10(&f, ENABLE(BY_ICCID(ICCID_3)), ENABLED("00"));
    es10(&f, DISABLE(BY_ICCID(ICCID_3)), DISABLED("00"));
    es10(&f, DELETE(ICCID_3), DELETED("00"));
    ck_assert_uint_eq(free_memory(&f), before);
    install_plain(&f, ICCID_3);
    ck_assert_uint_eq(free_memory(&f), with_one);
    es10(&f, "BF2D(A0(5A(" ICCID_3 "))5C(90))", "BF2D(A0(E3()))");
    card_cut(&f);
    ck_assert_uint_eq(free_memory(&f), with_one);
}
END_TEST

/* PPR1 and PPR2 (rows 66, 68, 70, 71): neither disabling nor replacing, but a test or provisioning profile may. */
START_TEST(test_policy)
{
    static const struct wanted held = {
        .iccid = ICCID_3, .profile_class = OPERATIONAL, .ppr = RULE_PPR1 | RULE_PPR2, .owner = OWNER_00101};
    static const struct wanted test = {.iccid = ICCID_4, .profile_class = TEST_CLASS};
    static const struct wanted provisioning = {.iccid = ICCID("05"), .profile_class = PROVISIONING};
    static const struct row rows[] = {
        {"delete with PPR2", DELETE(ICCID_3), DELETED("03"), DELETE_SAYS, PPR2_HOLDS},
        {"enable", ENABLE(BY_ICCID(ICCID_3)), ENABLED("00"), FINE},
        {"replace", ENABLE(BY_ICCID(ICCID_1)), ENABLED("03"), ENABLE_SAYS, PPR1_HOLDS},
        {"disable", DISABLE(BY_ICCID(ICCID_3)), DISABLED("03"), DISABLE_SAYS, PPR1_HOLDS},
        {"itself again", ENABLE(BY_ICCID(ICCID_3)), ENABLED("02"), ENABLE_SAYS, NOT_DISABLED},
        {"unknown comes first", ENABLE(BY_ICCID(ICCID_UNKNOWN)), ENABLED("01"), ENABLE_SAYS, NOT_FOUND},
        {"delete the enabled one: state first", DELETE(ICCID_3), DELETED("02"), DELETE_SAYS, "a disabled profile",
         "one that is enabled", NO_OFFSET},
        {"a test profile may", ENABLE(BY_ICCID(ICCID_4)), ENABLED("00"), FINE},
        {"it came back by itself: disable", DISABLE(BY_ICCID(ICCID_4)), DISABLED("00"), FINE},
        {"it is enabled", ENABLE(BY_ICCID(ICCID_3)), ENABLED("02"), ENABLE_SAYS, NOT_DISABLED},
        {"a provisioning profile may", ENABLE(BY_ICCID(ICCID("05"))), ENABLED("00"), FINE},
        {"disable that", DISABLE(BY_ICCID(ICCID("05"))), DISABLED("00"), FINE},
        {"still not deleted", DELETE(ICCID_3), DELETED("03"), DELETE_SAYS, PPR2_HOLDS},
    };
    install(&f, &held);
    install(&f, &test);
    install(&f, &provisioning);
    es10_rows(&f, ROWS(rows));
    ck_assert_int_eq(state_of(&f, ICCID_3), 0);
}
END_TEST

/* Case 67: what may follow a test profile, and what comes back when it goes. */
START_TEST(test_test_profiles)
{
    static const struct wanted first = {.iccid = ICCID_3, .profile_class = TEST_CLASS};
    static const struct wanted second = {.iccid = ICCID_4, .profile_class = TEST_CLASS};
    static const struct row rows[] = {
        {"operational one", ENABLE(BY_ICCID(ICCID_1)), ENABLED("00"), FINE},
        {"test over it", ENABLE(BY_ICCID(ICCID_3)), ENABLED("00"), FINE},
        {"another operational one", ENABLE(BY_ICCID(ICCID_2)), ENABLED("04"), ENABLE_SAYS, NOT_BEFORE},
        {"another test one", ENABLE(BY_ICCID(ICCID_4)), ENABLED("00"), FINE},
        {"still not another", ENABLE(BY_ICCID(ICCID_2)), ENABLED("04"), ENABLE_SAYS, NOT_BEFORE},
        {"the previous one", ENABLE(BY_ICCID(ICCID_1)), ENABLED("00"), FINE},
        {"now another one", ENABLE(BY_ICCID(ICCID_2)), ENABLED("00"), FINE},
        {"test over that", ENABLE(BY_ICCID(ICCID_3)), ENABLED("00"), FINE},
        {"not the one of long ago", ENABLE(BY_ICCID(ICCID_1)), ENABLED("04"), ENABLE_SAYS, NOT_BEFORE},
        {"test one disabled", DISABLE(BY_ICCID(ICCID_3)), DISABLED("00"), FINE},
    };
    install(&f, &first);
    install(&f, &second);
    es10_rows(&f, ROWS(rows));
    ck_assert_int_eq(state_of(&f, ICCID_2), 1); /* came back by itself */
    /* It is remembered over a power cut. */
    es10(&f, ENABLE(BY_ICCID(ICCID_4)), ENABLED("00"));
    card_cut(&f);
    es10(&f, DISABLE(BY_ICCID(ICCID_4)), DISABLED("00"));
    ck_assert_int_eq(state_of(&f, ICCID_2), 1);
    /* Deleted meanwhile: nothing comes back, and nothing but test profiles may follow. */
    es10(&f, ENABLE(BY_ICCID(ICCID_4)), ENABLED("00"));
    es10(&f, DELETE(ICCID_2), DELETED("00"));
    static const struct row none_before = {"none before", ENABLE(BY_ICCID(ICCID_1)), ENABLED("04"), ENABLE_SAYS,
                                           NOT_BEFORE};
    es10_row(&f, &none_before);
    es10(&f, DISABLE(BY_ICCID(ICCID_4)), DISABLED("00"));
    ck_assert_int_eq(state_of(&f, ICCID_1), 0);
    ck_assert_int_eq(state_of(&f, ICCID_4), 0);
    es10(&f, ENABLE(BY_ICCID(ICCID_1)), ENABLED("00"));
}
END_TEST

/* refreshFlag 0: the applications of the old profile lose their channels; the LPA's goes on. */
START_TEST(test_channels)
{
    static const struct row before[] = {
        {"MF on 1", "0070000001", "019000", FINE},
        {"ISD-R on 2", "0070000001", "029000", FINE},
        {"select", "02A4040C10" ISDR, "9000", FINE},
        {"enable on 2", "82E2910014BF3111A00C5A0A" ICCID_1 "81010000", "BF31038001009000", FINE},
        {"2 goes on", "82E2910006BF3E035C015A00", "BF3E125A10" EID "9000", FINE},
    };
    apdu_rows(&f, ROWS(before));
    static const struct row closed = {
        "1 is closed", "81F2000C", "6881", "command", "TS 102 221 10.1.1", "an open logical channel", "channel 1", 0};
    apdu_row(&f, &closed);
    /* Channel 0 is at the MF of the new profile. */
    apdu(&f, "00A4000C022FE2", "9000");
    apdu(&f, "00B000000A", ICCID_1 "9000");
}
END_TEST

/* At most one is enabled, whatever was asked. */
START_TEST(test_one_enabled)
{
    install_plain(&f, ICCID_3);
    static const char *const ids[] = {ICCID_1, ICCID_2, ICCID_3};
    for (unsigned step = 0; step < 27; step++) {
        BUF_LOCAL id = {0};
        struct lpa_profiles list;
        unsigned which = (step * 7 + step / 3) % 3;
        size_t enabled = 0;
        put_hex(&id, "5A0A");
        put_hex(&id, ids[which]);
        int code = step % 4 == 3 ? lpa_disable_profile(&f.lpa, buf_slice(&id), false)
                                 : lpa_enable_profile(&f.lpa, buf_slice(&id), false);
        ck_assert(lpa_get_profiles_info(&f.lpa, (struct slice){0}, (struct slice){0}, &list) && list.n == 3);
        for (size_t i = 0; i < list.n; i++)
            enabled += list.list[i].state == 1;
        ck_assert_msg(enabled <= 1 && (code == 0 || code == 2), "step %u: %zu enabled, code %d", step, enabled, code);
        ck_assert_msg(step % 4 == 3 || list.list[which].state == 1, "step %u", step);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("es10c_switch");
    TCase *tests = tcase_create("switch");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 20);
    tcase_add_test(tests, test_codes);
    tcase_add_test(tests, test_requests);
    tcase_add_test(tests, test_commits);
    tcase_add_test(tests, test_memory);
    tcase_add_test(tests, test_policy);
    tcase_add_test(tests, test_test_profiles);
    tcase_add_test(tests, test_channels);
    tcase_add_test(tests, test_one_enabled);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
