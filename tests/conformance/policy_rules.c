/* Profile policy rules and the Rules Authorisation Table (SGP.22 2.9; cases 52), profile classes,
 * profiles_max and small memories, all by personality. */
#include "common.h"

#include <stdio.h>

#define NO_OWNER_CHECK "check_owner = no\n"
#define OWNER(mcc_mnc) "8003" mcc_mnc
#define GID1(hex) "81(" hex ")"
#define GID2(hex) "82(" hex ")"

static struct fixture f;

struct rule {
    const char *what;
    const char *personality;
    const char *owner; /* content of B7 */
    uint32_t ppr;
    const char *came; /* words of the reason; NULL: it is allowed */
};

#define NO_ROW_1 "PPR1 for an owner without a row"
#define NO_ROW_2 "PPR2 for an owner without a row"
#define RAT(rows) NO_OWNER_CHECK rows
#define BOTH (RULE_PPR1 | RULE_PPR2)

static const struct rule rules[] = {
    {"default: both, any owner", RAT(""), OWNER("62F210"), BOTH, NULL},
    {"default: owner with gids", RAT(""), OWNER("62F210") GID1("AB") GID2("CD"), BOTH, NULL},
    {"no owner", RAT(""), NULL, RULE_PPR1, "without a profileOwner"},
    {"owner EEEEEE", RAT(""), OWNER("EEEEEE"), RULE_PPR1, "wildcard digit"},
    {"owner with one E", RAT(""), OWNER("62FE10"), RULE_PPR2, "wildcard digit"},
    {"owner with E, no rules", RAT(""), OWNER("EEEEEE"), 0, NULL},
    {"empty table", RAT("rat =\n"), OWNER("62F210"), RULE_PPR1, NO_ROW_1},
    {"empty table, PPR2", RAT("rat =\n"), OWNER("62F210"), RULE_PPR2, NO_ROW_2},
    {"empty table, no rules", RAT("rat =\n"), OWNER("62F210"), 0, NULL},
    {"empty table, no rules, no owner", RAT("rat =\n"), NULL, 0, NULL},
    {"forbidden", RAT("forbidden_ppr = ppr1\n"), OWNER("62F210"), RULE_PPR1, "forbiddenProfilePolicyRules"},
    {"forbidden, one of two", RAT("forbidden_ppr = ppr1\n"), OWNER("62F210"), BOTH, "forbiddenProfilePolicyRules"},
    {"the other one", RAT("forbidden_ppr = ppr1\n"), OWNER("62F210"), RULE_PPR2, NULL},
    {"both forbidden", RAT("forbidden_ppr = ppr1 ppr2\n"), OWNER("62F210"), RULE_PPR2, "forbiddenProfilePolicyRules"},
    {"row for PPR1 only", RAT("rat = ppr1 @ EEEEEE gid1=* gid2=*\n"), OWNER("62F210"), RULE_PPR1, NULL},
    {"row for PPR1 only, PPR2", RAT("rat = ppr1 @ EEEEEE gid1=* gid2=*\n"), OWNER("62F210"), RULE_PPR2, NO_ROW_2},
    {"row for PPR1 only, both", RAT("rat = ppr1 @ EEEEEE gid1=* gid2=*\n"), OWNER("62F210"), BOTH, NO_ROW_2},
    {"rows for each", RAT("rat = ppr1 @ 26201 gid1=* gid2=*\nrat = ppr2 @ 26201 gid1=* gid2=*\n"), OWNER("62F210"),
     BOTH, NULL},
    {"rows for other owners", RAT("rat = ppr1 @ 26201 gid1=* gid2=*\nrat = ppr2 @ 26202 gid1=* gid2=*\n"),
     OWNER("62F210"), BOTH, NO_ROW_2},
    {"a later row matches", RAT("rat = ppr1 @ 26202 gid1=* gid2=*\nrat = ppr1 @ 26201 gid1=* gid2=*\n"),
     OWNER("62F210"), RULE_PPR1, NULL},
    {"another MNC", RAT("rat = ppr1 @ 26202 gid1=* gid2=*\n"), OWNER("62F210"), RULE_PPR1, NO_ROW_1},
    {"another MCC", RAT("rat = ppr1 @ 26301 gid1=* gid2=*\n"), OWNER("62F210"), RULE_PPR1, NO_ROW_1},
    {"any MNC", RAT("rat = ppr1 @ 262EEE gid1=* gid2=*\n"), OWNER("62F210"), RULE_PPR1, NULL},
    {"any MNC of another country", RAT("rat = ppr1 @ 263EEE gid1=* gid2=*\n"), OWNER("62F210"), RULE_PPR1, NO_ROW_1},
    {"one wildcard digit", RAT("rat = ppr1 @ 2620E gid1=* gid2=*\n"), OWNER("62F210"), RULE_PPR1, NULL},
    {"MNC of 3 digits", RAT("rat = ppr1 @ 310260 gid1=* gid2=*\n"), OWNER("130062"), RULE_PPR1, NULL},
    {"3 digits against 2", RAT("rat = ppr1 @ 31026 gid1=* gid2=*\n"), OWNER("130062"), RULE_PPR1, NO_ROW_1},
    {"gid1 absent in both", RAT("rat = ppr1 @ 26201\n"), OWNER("62F210"), RULE_PPR1, NULL},
    {"gid1 absent in the row", RAT("rat = ppr1 @ 26201\n"), OWNER("62F210") GID1("AB"), RULE_PPR1, NO_ROW_1},
    {"gid2 absent in the row", RAT("rat = ppr1 @ 26201 gid1=*\n"), OWNER("62F210") GID2("AB"), RULE_PPR1, NO_ROW_1},
    {"gid1 any, absent in the owner", RAT("rat = ppr1 @ 26201 gid1=*\n"), OWNER("62F210"), RULE_PPR1, NULL},
    {"gid1 any, there", RAT("rat = ppr1 @ 26201 gid1=*\n"), OWNER("62F210") GID1("AB"), RULE_PPR1, NULL},
    {"gid1 equal", RAT("rat = ppr1 @ 26201 gid1=ABCD\n"), OWNER("62F210") GID1("ABCD"), RULE_PPR1, NULL},
    {"gid1 another", RAT("rat = ppr1 @ 26201 gid1=ABCD\n"), OWNER("62F210") GID1("ABCE"), RULE_PPR1, NO_ROW_1},
    {"gid1 shorter", RAT("rat = ppr1 @ 26201 gid1=ABCD\n"), OWNER("62F210") GID1("AB"), RULE_PPR1, NO_ROW_1},
    {"gid1 missing", RAT("rat = ppr1 @ 26201 gid1=ABCD\n"), OWNER("62F210"), RULE_PPR1, NO_ROW_1},
    {"gid2 equal, gid1 any", RAT("rat = ppr2 @ 26201 gid1=* gid2=01\n"), OWNER("62F210") GID1("77") GID2("01"),
     RULE_PPR2, NULL},
    {"gid2 another, gid1 any", RAT("rat = ppr2 @ 26201 gid1=* gid2=01\n"), OWNER("62F210") GID1("77") GID2("02"),
     RULE_PPR2, NO_ROW_2},
    {"the consent flag is the LPA's affair", RAT("rat = ppr1 @ 26201 consent\n"), OWNER("62F210"), RULE_PPR1, NULL},
};

/* Refused: StoreMetadata (2), pprNotAllowed (15), with the reason; nothing is left and memory is back. */
START_TEST(test_rule)
{
    const struct rule *rule = &rules[_i];
    const struct wanted w = {.iccid = ICCID_1, .profile_class = OPERATIONAL, .ppr = rule->ppr, .owner = rule->owner};
    card_new(&f, rule->personality, NULL);
    uint32_t empty = free_memory(&f);
    if (!rule->came) {
        install(&f, &w);
        ck_assert_int_eq(state_of(&f, ICCID_1), 0);
    } else {
        struct euicc_reason reason;
        install_refused(&f, &w, 2, 15);
        euicc_last_reason(f.card, &reason);
        ck_assert_msg(reason.said && strcmp(reason.function, "ES10b.LoadBoundProfilePackage") == 0 &&
                          strstr(reason.clause, "5.5.3") && strstr(reason.expected, "profile policy rules") &&
                          strstr(reason.came, rule->came),
                      "%s: %s: %s, %s", rule->what, reason.clause, reason.expected, reason.came);
        ck_assert_int_eq(state_of(&f, ICCID_1), -1);
        ck_assert_uint_eq(free_memory(&f), empty);
    }
    card_free(&f);
}
END_TEST

/* What the personality forbids or fills up; what else is wrong is refused first or later. */
static const struct {
    const char *what;
    const char *personality;
    struct wanted wanted;
    int command, reason;
    const char *expected;
} refusals[] = {
    {"test class without support (row 51)",
     "test_profiles = no\n",
     {.iccid = ICCID_1, .profile_class = TEST_CLASS},
     2,
     6,
     "a profile class that the card supports"},
    {"class 3", "", {.iccid = ICCID_1, .profile_class = 3}, 2, 6, "a profile class that the card supports"},
    {"test key not allowed",
     "test_key_rule = strict\n",
     {.iccid = ICCID_1, .profile_class = TEST_CLASS},
     5,
     14,
     "a test key in a test profile"},
    {"memory for the metadata",
     "memory_size = 100\n",
     {.iccid = ICCID_1, .profile_class = OPERATIONAL},
     2,
     10,
     "memory for the metadata"},
    {"memory for the profile (row 57)",
     "memory_size = 4000\n",
     {.iccid = ICCID_1, .profile_class = OPERATIONAL},
     5,
     10,
     "memory for the"},
    {"owner of another operator (row 55)",
     "",
     {.iccid = ICCID_1, .profile_class = OPERATIONAL, .owner = "800362F210"},
     5,
     13,
     "profileOwner"},
    {"owner with a gid that the package has not",
     "",
     {.iccid = ICCID_1, .profile_class = OPERATIONAL, .owner = OWNER_00101 "8101AB"},
     5,
     13,
     "profileOwner"},
};

START_TEST(test_refusal)
{
    struct euicc_reason reason;
    card_new(&f, refusals[_i].personality, NULL);
    uint32_t empty = free_memory(&f);
    install_refused(&f, &refusals[_i].wanted, refusals[_i].command, refusals[_i].reason);
    euicc_last_reason(f.card, &reason);
    ck_assert_msg(reason.said && strstr(reason.expected, refusals[_i].expected), "%s: %s, %s", refusals[_i].what,
                  reason.expected, reason.came);
    ck_assert_uint_eq(free_memory(&f), empty);
    es10(&f, "BF2D00", "BF2D02A000");
    assert_notifications(&f, "1R");
    card_free(&f);
}
END_TEST

/* What is allowed all the same. */
START_TEST(test_allowed)
{
    static const struct {
        const char *personality;
        struct wanted wanted;
    } rows[] = {
        {"test_profiles = no\n", {.iccid = ICCID_1, .profile_class = PROVISIONING}},
        {"test_key_rule = strict\n", {.iccid = ICCID_1, .profile_class = OPERATIONAL}},
        {"test_key_rule = any\n", {.iccid = ICCID_1, .profile_class = TEST_CLASS}},
        {"", {.iccid = ICCID_1, .profile_class = OPERATIONAL, .owner = OWNER_00101}},
        {"check_owner = no\n", {.iccid = ICCID_1, .profile_class = OPERATIONAL, .owner = "800362F210"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        card_new(&f, rows[i].personality, NULL);
        install(&f, &rows[i].wanted);
        ck_assert_int_eq(state_of(&f, ICCID_1), 0);
        card_free(&f);
    }
}
END_TEST

/* profiles_max: refused at ConfigureISDP, room again after a deletion. */
START_TEST(test_profiles_max)
{
    static const struct wanted third = {.iccid = ICCID_3, .profile_class = OPERATIONAL};
    struct euicc_reason reason;
    card_new(&f, "profiles_max = 2\n", NULL);
    install_plain(&f, ICCID_1);
    install_plain(&f, ICCID_2);
    install_refused(&f, &third, 1, 10);
    euicc_last_reason(f.card, &reason);
    ck_assert(reason.said && strstr(reason.expected, "profiles_max") && strcmp(reason.came, "2") == 0);
    es10(&f, "BF33(5A(" ICCID_1 "))", "BF3303800100");
    install(&f, &third);
    ck_assert_int_eq(state_of(&f, ICCID_3), 0);
    card_free(&f);
}
END_TEST

/* A small memory fills up, refuses without a trace, and takes the next one after a deletion. */
START_TEST(test_memory_fills)
{
    static const char *const ids[] = {ICCID_1, ICCID_2, ICCID_3, ICCID_4};
    uint32_t each;
    card_new(&f, NULL, NULL);
    each = free_memory(&f);
    install_plain(&f, ICCID_1);
    each -= free_memory(&f);
    card_free(&f);
    char personality[64];
    (void)snprintf(personality, sizeof personality, "memory_size = %u\n", 3 * each + each / 2);
    card_new(&f, personality, NULL);
    for (size_t i = 0; i < 3; i++)
        install_plain(&f, ids[i]);
    uint32_t left = free_memory(&f);
    ck_assert_uint_eq(left, each / 2);
    const struct wanted fourth = {.iccid = ICCID_4, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
    install_refused(&f, &fourth, 5, 10);
    ck_assert_uint_eq(free_memory(&f), left);
    ck_assert_int_eq(state_of(&f, ICCID_4), -1);
    es10(&f, "BF33(5A(" ICCID_2 "))", "BF3303800100");
    ck_assert_uint_eq(free_memory(&f), left + each);
    install(&f, &fourth);
    ck_assert_uint_eq(free_memory(&f), left);
    card_cut(&f);
    ck_assert_uint_eq(free_memory(&f), left);
    card_free(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy_rules");
    TCase *tests = tcase_create("policy");
    tcase_set_timeout(tests, 30);
    tcase_add_loop_test(tests, test_rule, 0, sizeof rules / sizeof *rules);
    tcase_add_loop_test(tests, test_refusal, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(tests, test_allowed);
    tcase_add_test(tests, test_profiles_max);
    tcase_add_test(tests, test_memory_fills);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
