/* ES10a (SGP.22 5.7.3, 5.7.4; cases 11 and 12). */
#include "common.h"

#define ROOT "811574657374726F6F74736D64732E67736D612E636F6D" /* testrootsmds.gsma.com */
#define DP "736D64702E6578616D706C652E636F6D"                 /* smdp.example.com */
#define SET "ES10a.SetDefaultDpAddress", "SGP.22 5.7.4"

static struct fixture f;

static void set_up(void)
{
    card_new(&f, NULL, NULL);
}

static void tear_down(void)
{
    card_free(&f);
}

static const struct row addresses[] = {
    {"none set (row 11)", "BF3C00", "BF3C17" ROOT, FINE},
    {"set", "BF3F128010" DP, "BF3F03800100", FINE},
    {"read", "BF3C00", "BF3C298010" DP ROOT, FINE},
    {"not UTF-8", "BF3F058003C328FF", "BF3F0380017F", SET, "an address in UTF-8", "3 bytes", NO_OFFSET},
    {"nothing changed", "BF3C00", "BF3C298010" DP ROOT, FINE},
    {"no address", "BF3F00", "=6A80", SET, "defaultDpAddress", "", 0},
    {"another tag", "BF3F0481026162", "=6A80", SET, "SetDefaultDpAddressRequest in DER", "", 0},
    {"nothing changed either", "BF3C00", "BF3C298010" DP ROOT, FINE},
    {"a member of v3 behind it is skipped", "BF3F0C 80036F6E65 83055A5A5A5A5A", "BF3F03800100", FINE},
    {"read it", "BF3C00", "BF3C1C80036F6E65" ROOT, FINE},
    {"removed (row 12)", "BF3F028000", "BF3F03800100", FINE},
    {"none set again", "BF3C00", "BF3C17" ROOT, FINE},
    {"removed twice", "BF3F028000", "BF3F03800100", FINE},
    {"none set still", "BF3C00", "BF3C17" ROOT, FINE},
};

START_TEST(test_addresses)
{
    es10_rows(&f, ROWS(addresses));
}
END_TEST

/* One commit a change, durable at once; none for what is refused or read. */
START_TEST(test_durable)
{
    size_t commits = f.commits;
    es10_row(&f, &addresses[1]);
    ck_assert_uint_eq(f.commits, commits + 1);
    es10_row(&f, &addresses[3]);
    es10_row(&f, &addresses[2]);
    ck_assert_uint_eq(f.commits, commits + 1);
    card_cut(&f);
    es10_row(&f, &addresses[2]);
    card_reset(&f);
    es10_row(&f, &addresses[2]);
    struct euicc_description d;
    ck_assert_int_eq(euicc_describe(f.card, &d), EUICC_OK);
    ck_assert_str_eq(d.default_smdp_address, "smdp.example.com");
}
END_TEST

static int set(size_t n, uint8_t fill)
{
    char address[300];
    memset(address, (char)fill, n);
    address[n] = 0;
    return lpa_set_default_dp_address(&f.lpa, address);
}

START_TEST(test_length)
{
    struct lpa_addresses now;
    ck_assert_int_eq(set(255, 'a'), 0);
    ck_assert(lpa_get_euicc_configured_addresses(&f.lpa, &now) && now.default_dp.n == 255);
    ck_assert_int_eq(set(256, 'b'), 127);
    struct euicc_reason reason;
    euicc_last_reason(f.card, &reason);
    ck_assert(reason.said && strcmp(reason.function, "ES10a.SetDefaultDpAddress") == 0 &&
              strstr(reason.expected, "at most 255 bytes") && strcmp(reason.came, "256 bytes") == 0);
    ck_assert(lpa_get_euicc_configured_addresses(&f.lpa, &now) && now.default_dp.n == 255 &&
              now.default_dp.p[0] == 'a');
}
END_TEST

/* The factory's addresses come from the personality; memory reset and factory reset bring the first one back. */
START_TEST(test_factory)
{
    struct fixture g;
    static const struct row rows[] = {
        {"factory's", "BF3C00", "BF3C0B 8003 612E62 8104 632E646F", FINE},
        {"set", "BF3F128010" DP, "BF3F03800100", FINE},
        {"set now", "BF3C00", "BF3C18 8010" DP "8104 632E646F", FINE},
        {"memory reset of the address", "BF340482020520", "BF3403800100", FINE},
        {"factory's again", "BF3C00", "BF3C0B 8003 612E62 8104 632E646F", FINE},
        {"nothing to reset", "BF340482020520", "BF3403800101", "ES10c.eUICCMemoryReset", "SGP.22 5.7.19",
         "something to delete or an address to reset", "options 4", NO_OFFSET},
        {"removed", "BF3F028000", "BF3F03800100", FINE},
        {"none", "BF3C00", "BF3C06 8104 632E646F", FINE},
        {"memory reset of the missing address", "BF340482020520", "BF3403800100", FINE},
        {"factory's once more", "BF3C00", "BF3C0B 8003 612E62 8104 632E646F", FINE},
    };
    card_new(&g, "default_smdp_address = a.b\nroot_smds_address = c.do\n", NULL);
    es10_rows(&g, ROWS(rows));
    es10(&g, "BF3F128010" DP, "BF3F03800100");
    ck_assert_int_eq(euicc_factory_reset(g.card), EUICC_OK);
    ck_assert(lpa_open(&g.lpa));
    es10(&g, "BF3C00", "BF3C0B 8003 612E62 8104 632E646F");
    card_free(&g);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("es10a_addresses");
    TCase *tests = tcase_create("addresses");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_addresses);
    tcase_add_test(tests, test_durable);
    tcase_add_test(tests, test_length);
    tcase_add_test(tests, test_factory);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
