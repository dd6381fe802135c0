/* Rules Authorisation Table: which owner may bring which profile policy rule (SGP.22 2.9.2, 5.5.3). */
#include "model/model.h"
#include "unit_bytes.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define NONE "rules without a profileOwner"
#define WILD "a profileOwner with a wildcard digit"
#define FORBIDDEN "a rule of forbiddenProfilePolicyRules"
#define NO_ROW1 "PPR1 for an owner without a row in the RAT"
#define NO_ROW2 "PPR2 for an owner without a row in the RAT"

/* Lines of a personality, the rules and the owner of a profile ("-" as gid: absent), and why they are refused. */
static const struct {
    const char *lines;
    uint32_t ppr;
    const char *mcc_mnc; /* NULL: no profileOwner */
    const char *gid1, *gid2;
    const char *why; /* NULL: allowed */
} rows[] = {
    /* no rules: the table is not asked */
    {"rat =", 0, NULL, "-", "-", NULL},
    {"rat =\nforbidden_ppr = ppr1 ppr2", 0, "00f110", "-", "-", NULL},
    /* the owner is mandatory and has no wildcard */
    {"", PPR1, NULL, "-", "-", NONE},
    {"", PPR2, NULL, "-", "-", NONE},
    {"", PPR1, "eeeeee", "-", "-", WILD},
    {"", PPR2, "00f1e0", "-", "-", WILD},
    {"", PPR2, "00fe10", "-", "-", WILD},
    {"", PPR2, "0ef110", "-", "-", WILD},
    /* the table of the default personality: everybody, everything */
    {"", PPR1, "00f110", "-", "-", NULL},
    {"", PPR1 | PPR2, "130014", "ab", "cd", NULL},
    {"", PPR2, "00f110", "", "", NULL},
    /* empty table: nobody, nothing */
    {"rat =", PPR1, "00f110", "-", "-", NO_ROW1},
    {"rat =", PPR2, "00f110", "-", "-", NO_ROW2},
    /* forbidden bits win over the table */
    {"forbidden_ppr = ppr1", PPR1, "00f110", "-", "-", FORBIDDEN},
    {"forbidden_ppr = ppr1", PPR1 | PPR2, "00f110", "-", "-", FORBIDDEN},
    {"forbidden_ppr = ppr1", PPR2, "00f110", "-", "-", NULL},
    /* a row is for its rules */
    {"rat = ppr1 @ 00101", PPR1, "00f110", "-", "-", NULL},
    {"rat = ppr1 @ 00101", PPR2, "00f110", "-", "-", NO_ROW2},
    {"rat = ppr1 @ 00101", PPR1 | PPR2, "00f110", "-", "-", NO_ROW2},
    {"rat = ppr2 @ 00101", PPR1 | PPR2, "00f110", "-", "-", NO_ROW1},
    /* ... and two rules may come from two rows */
    {"rat = ppr1 @ 00101\nrat = ppr2 @ EEEEEE", PPR1 | PPR2, "00f110", "-", "-", NULL},
    /* digits: MCC1 MCC2 MCC3 MNC1 MNC2 MNC3, each has to be equal */
    {"rat = ppr1 @ 00101", PPR1, "01f110", "-", "-", NO_ROW1},
    {"rat = ppr1 @ 00101", PPR1, "10f110", "-", "-", NO_ROW1},
    {"rat = ppr1 @ 00101", PPR1, "00f210", "-", "-", NO_ROW1},
    {"rat = ppr1 @ 00101", PPR1, "00f120", "-", "-", NO_ROW1},
    {"rat = ppr1 @ 00101", PPR1, "00f111", "-", "-", NO_ROW1},
    {"rat = ppr1 @ 00101", PPR1, "000110", "-", "-", NO_ROW1}, /* MNC 010 is not MNC 01 */
    {"rat = ppr1 @ 001010", PPR1, "00f110", "-", "-", NO_ROW1},
    {"rat = ppr1 @ 001010", PPR1, "000110", "-", "-", NULL},
    /* wildcard digits */
    {"rat = ppr1 @ 001EEE", PPR1, "00f110", "-", "-", NULL},
    {"rat = ppr1 @ 001EEE", PPR1, "00f210", "-", "-", NO_ROW1},
    {"rat = ppr1 @ 0010E", PPR1, "00f190", "-", "-", NULL},
    {"rat = ppr1 @ 0010E", PPR1, "00f119", "-", "-", NO_ROW1},
    {"rat = ppr1 @ E0101", PPR1, "09f110", "-", "-", NULL},
    /* gid absent in the row: only absent in the profile */
    {"rat = ppr1 @ 00101", PPR1, "00f110", "ab", "-", NO_ROW1},
    {"rat = ppr1 @ 00101", PPR1, "00f110", "", "-", NO_ROW1},
    {"rat = ppr1 @ 00101", PPR1, "00f110", "-", "ab", NO_ROW1},
    /* gid empty in the row: any, absent too */
    {"rat = ppr1 @ 00101 gid1=*", PPR1, "00f110", "-", "-", NULL},
    {"rat = ppr1 @ 00101 gid1=*", PPR1, "00f110", "", "-", NULL},
    {"rat = ppr1 @ 00101 gid1=*", PPR1, "00f110", "abcd", "-", NULL},
    {"rat = ppr1 @ 00101 gid1=*", PPR1, "00f110", "abcd", "ef", NO_ROW1},
    /* gid with a value: equal bytes */
    {"rat = ppr1 @ 00101 gid1=ABCD", PPR1, "00f110", "abcd", "-", NULL},
    {"rat = ppr1 @ 00101 gid1=ABCD", PPR1, "00f110", "ab", "-", NO_ROW1},
    {"rat = ppr1 @ 00101 gid1=ABCD", PPR1, "00f110", "abcdff", "-", NO_ROW1},
    {"rat = ppr1 @ 00101 gid1=ABCD", PPR1, "00f110", "abce", "-", NO_ROW1},
    {"rat = ppr1 @ 00101 gid1=ABCD", PPR1, "00f110", "-", "-", NO_ROW1},
    {"rat = ppr1 @ 00101 gid2=ABCD", PPR1, "00f110", "-", "abcd", NULL},
    {"rat = ppr1 @ 00101 gid2=ABCD", PPR1, "00f110", "abcd", "-", NO_ROW1},
    {"rat = ppr1 @ 00101 gid1=01 gid2=02", PPR1, "00f110", "01", "02", NULL},
    {"rat = ppr1 @ 00101 gid1=01 gid2=02", PPR1, "00f110", "02", "01", NO_ROW1},
    /* the consent flag is the LPA's matter */
    {"rat = ppr1 @ 00101 consent", PPR1, "00f110", "-", "-", NULL},
    /* a later row may match */
    {"rat = ppr1 @ 26201\nrat = ppr1 @ 00101 gid1=01\nrat = ppr1 @ 00101", PPR1, "00f110", "-", "-", NULL},
};

static struct slice gid(const char *hex, struct bytes *bytes, bool *present)
{
    *present = strcmp(hex, "-") != 0;
    if (*present) *bytes = bytes_of(hex);
    return bytes_slice(bytes);
}

START_TEST(test_rat)
{
    struct model m = {0};
    struct store_metadata_request metadata = {.has_ppr = true, .ppr = rows[_i].ppr};
    char parse_why[256];
    const char *why = NULL;
    BYTES_LOCAL owner = {0};
    BYTES_LOCAL gid1 = {0};
    BYTES_LOCAL gid2 = {0};
    ck_assert_msg(personality_parse(&m.personality, rows[_i].lines, parse_why), "%s", parse_why);
    if (rows[_i].mcc_mnc) {
        owner = bytes_of(rows[_i].mcc_mnc);
        metadata.has_owner = true;
        metadata.owner_mcc_mnc = bytes_slice(&owner);
        metadata.owner_gid1 = gid(rows[_i].gid1, &gid1, &metadata.has_gid1);
        metadata.owner_gid2 = gid(rows[_i].gid2, &gid2, &metadata.has_gid2);
    }
    bool allowed = rat_allows(&m, rows[_i].ppr, &metadata, &why);
    ck_assert_msg(allowed == !rows[_i].why, "row %d \"%s\": %s", _i, rows[_i].lines, why ? why : "allowed");
    if (rows[_i].why) ck_assert_str_eq(why, rows[_i].why);
    personality_free(&m.personality);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rat");
    TCase *tcase = tcase_create("rat");
    tcase_add_loop_test(tcase, test_rat, 0, COUNT(rows));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
