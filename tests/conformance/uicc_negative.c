/* The negative cases of an enabled profile, by their numbers: what a terminal may do wrong with files, PINs,
 * AUTHENTICATE, channels and classes, each with its answer and the reason. The profiles are those of profiles/,
 * downloaded and enabled. UICC case 30, packages that cannot be installed, is download_operational.c. */
#include "uicc_twins.h"

#include "domain_common.h"

#include <stdio.h>

#define TEST_ICCID "98001010000000000044"
#define TUAK_ICCID "98001010000000000063"
#define SELECT_CLAUSE "TS 102 221 11.1.1"
#define NOT_FOUND "6A82", "SELECT", SELECT_CLAUSE
#define VERIFY "VERIFY PIN", "TS 102 221 11.1.9"
#define RULE "TS 102 221 9.2"
#define RETRIEVE "RETRIEVE DATA", "TS 102 221 11.3.1"
#define FF37 "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"

static struct fixture f;

/* profiles/operational.der is enabled; nothing is selected. */
static void set_up(void)
{
    card_new(&f, NULL, NULL);
    twins_install(&f, FIRST);
    twins_enable(&f, FIRST);
    ck_assert_int_eq(euicc_reset(f.card, NULL), EUICC_OK);
}

static void tear_down(void)
{
    card_free(&f);
}

static void enable_file(const char *name, const char *iccid)
{
    const struct aka_profile p = {.file = name};
    ck_assert(lpa_start(&f.lpa));
    aka_install(&f, iccid, &p);
    twins_enable(&f, iccid);
    ck_assert_int_eq(euicc_reset(f.card, NULL), EUICC_OK);
}

/* ---- 1 to 15: files and their rules ---- */

START_TEST(test_files)
{
    static const struct row rows[] = {
        {"UICC case 2: 7FFF right after reset", "00A40004027FFF00", NOT_FOUND, "a file of the enabled profile", "7FFF",
         0},
        {"UICC case 6: only the MF", "00B0000000", "6986", "READ BINARY", "TS 102 221 11.1.3", "a selected EF", "none",
         NO_OFFSET},
        {"EF.PL", "00A4000C022F05", "9000", FINE},
        {"UICC case 1: unknown file", "00A40004026F9900", NOT_FOUND, "a file of the enabled profile", "6F99", 0},
        {"UICC case 1: the selection stays", "00B0000002", "656E9000", FINE},
        {"UICC case 3: P1 05", "00A4050400", "6A86", "SELECT", SELECT_CLAUSE, "P1 00, 01, 03, 04, 08 or 09", "05",
         NO_OFFSET},
        {"UICC case 4: AID of 7 bytes", "00A4040407A0000000871099", NOT_FOUND, "an application of the enabled profile",
         "another AID", 0},
        {"UICC case 11: SFI 1F", "00B09F0001", "6A82", "READ BINARY", "TS 102 221 8.4.3", "the SFI of a file", "1F",
         NO_OFFSET},
        {"EF.DIR", "00A4000C022F00", "9000", FINE},
        {"UICC case 7: READ BINARY on records", "00B0000000", "6981", "READ BINARY", "TS 102 221 11.1.3",
         "a transparent EF", "2F00", NO_OFFSET},
        {"UICC case 10: record 4 of 3", "00B2040426", "6A83", "READ RECORD", "TS 102 221 11.1.5",
         "a record of the file", "4 of 3", NO_OFFSET},
        {"EF.ICCID", "00A4000C022FE2", "9000", FINE},
        {"UICC case 8: READ RECORD on it", "00B2010400", "6981", "READ RECORD", "TS 102 221 11.1.5", "an EF of records",
         "2FE2", NO_OFFSET},
        {"UICC case 9: offset", "00B07FFF01", "6B00", "READ BINARY", "TS 102 221 11.1.3", "an offset inside the file",
         "32767 of 10", NO_OFFSET},
        {"UICC case 12: UPDATE BINARY", "00D600000198", "6982", "UPDATE BINARY", RULE,
         "an access rule that permits update", "never (EF.ARR 2F06 record 11)", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_rules)
{
    static const struct row rows[] = {
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"EF.IMSI", SELECT_IMSI, "9000", FINE},
        {"UICC case 13: without ADM1", "00D600000108", "6982", "UPDATE BINARY", RULE,
         "UPDATE needs ADM1 (EF.ARR 6F06 record 2)", "not presented", NO_OFFSET},
        {"EF.DIR", "00A4080C022F00", "9000", FINE},
        {"UICC case 14: the rule comes first", "00DC010425" FF37, "6982", "UPDATE RECORD", RULE,
         "UPDATE needs ADM1 (EF.ARR 2F06 record 10)", "not presented", NO_OFFSET},
        {"ADM1", VERIFY_ADM1, "9000", FINE},
        {"UICC case 14: 37 bytes of 38", "00DC010425" FF37, "6700", "UPDATE RECORD", "TS 102 221 11.1.6",
         "the length of a record", "37 bytes of 38", NO_OFFSET},
        {"EF.ICCID", "00A4080C022FE2", "9000", FINE},
        {"UICC case 12: even after ADM1", "00D600000198", "6982", "UPDATE BINARY", RULE,
         "an access rule that permits update", "never (EF.ARR 2F06 record 11)", NO_OFFSET},
        {"nothing was written", "00B000000A", FIRST "9000", FINE},
        {"EF.IMSI", SELECT_IMSI, "9000", FINE},
        {"UICC case 13: with ADM1", "00D600000108", "9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* What the USIM computes SUCIs with is not for the ME. */
START_TEST(test_suci_information)
{
    static const struct row rows[] = {
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"EF.SUCI_Calc_Info_USIM", "00A4080C067FFF5FD04F01", "9000", FINE},
        {"UICC case 15: read", "00B0000000", "6982", "READ BINARY", RULE, "READ needs ADM1 (EF.ARR 6F06 record 3)",
         "not presented", NO_OFFSET},
    };
    enable_file("tuak.der", TUAK_ICCID);
    apdu_rows(&f, ROWS(rows));
    apdu(&f, VERIFY_ADM1, "9000");
    apdu(&f, "00B0000001", "A09000");
}
END_TEST

/* A disabled profile has a USIM of another AID, and the enabled one none of that. */
START_TEST(test_disabled_usim)
{
#define OTHER_USIM "A0000000871002FFFFFFFF8900000200"
    static const struct aka_profile other = {.replace = {{USIM_AID, OTHER_USIM}, {USIM_AID, OTHER_USIM}}};
    static const struct row disabled = {
        "UICC case 5", "00A4040C10" OTHER_USIM, NOT_FOUND, "an application of the enabled profile", "another AID", 0};
    ck_assert(lpa_start(&f.lpa));
    aka_install(&f, ICCID_4, &other);
    apdu_row(&f, &disabled);
    twins_enable(&f, ICCID_4);
    apdu(&f, "00A4040C10" OTHER_USIM, "9000");
    twins_enable(&f, FIRST);
    apdu_row(&f, &disabled);
}
END_TEST

/* ---- 16 to 21: PINs ---- */

START_TEST(test_pins)
{
    static const struct row rows[] = {
        {"UICC case 18: PIN1 is disabled", "0020000108" PIN1_VALUE, "6984", VERIFY, "an enabled PIN",
         "PIN1 is disabled", NO_OFFSET},
        {"UICC case 19: unknown", "0020000500", "6A88", VERIFY, "a PIN of the enabled profile", "05", NO_OFFSET},
        {"UICC case 20: 7 bytes", "002000010730303030FFFFFF", "6700", VERIFY, "8 bytes or none", "7 bytes", NO_OFFSET},
        {"UICC case 16: wrong ADM1", "0020000A083131313131313131", "63C9", VERIFY, "the value of ADM1", "9 tries left",
         0},
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"UICC case 21: right, but it may not be disabled", "0026008108" PIN2_VALUE, "6985", "DISABLE PIN",
         "TS 102 221 11.1.11", "a PIN that can be disabled", "PIN2", NO_OFFSET},
        {"UICC case 17: PIN2", "002000810831313131FFFFFFFF", "63C2", VERIFY, "the value of PIN2", "2 tries left", 0},
        {"UICC case 17: PIN2", "002000810831313131FFFFFFFF", "63C1", VERIFY, "the value of PIN2", "1 tries left", 0},
        {"UICC case 17: PIN2", "002000810831313131FFFFFFFF", "63C0", VERIFY, "the value of PIN2", "0 tries left", 0},
        {"UICC case 17: right, too late", VERIFY_PIN2, "6983", VERIFY, "tries that are left", "PIN2 is blocked",
         NO_OFFSET},
        {"EF.EST", "00A4080C047FFF6F56", "9000", FINE},
        {"not presented", "00D6000001 00", "6982", "UPDATE BINARY", RULE, "UPDATE needs PIN2 (EF.ARR 6F06 record 8)",
         "not presented", NO_OFFSET},
        {"by its PUK", "002C0081103837363534333231" PIN2_VALUE, "9000", FINE},
        {"it is", "00D6000001 00", "9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* UICC case 16: the try is gone before the value is compared: power that goes in between takes it along, whatever the
 * value was. */
START_TEST(test_stored_before_compared)
{
    static const char *const values[] = {"0020000A083131313131313131", VERIFY_ADM1};
    uint8_t answer[300];
    size_t n = 0;
    BUF_LOCAL command = {0};
    put_hex(&command, values[_i]);
    f.power_cut = CUT_AFTER_COMMIT;
    ck_assert_int_eq(euicc_transmit(f.card, command.p, command.n, answer, sizeof answer, &n), EUICC_POWER_LOST);
    ck_assert_uint_eq(n, 0);
    f.power_cut = CUT_NEVER;
    card_cut(&f);
    apdu(&f, "00A4000C023F00", "9000");
    apdu(&f, "0020000A00", "63C9");
    apdu(&f, VERIFY_ADM1, "9000");
    apdu(&f, "0020000A00", "63CA");
}
END_TEST

/* ---- 22 to 25: AUTHENTICATE; each check alone is in uicc_authenticate.c ---- */

START_TEST(test_authenticate)
{
    static const struct row rows[] = {
        {"UICC case 22: in the MF", AUTHENTICATE_1, "6985", "AUTHENTICATE", AUTHENTICATE_CLAUSE,
         "application of the enabled profile", "none", NO_OFFSET},
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"UICC case 25: P2 87", "0088008722 10" RAND_1 "10" AUTN_1 "00", "6A86", "AUTHENTICATE", AUTHENTICATE_CLAUSE,
         "P2 80 (GSM) or 81 (3G)", "87", NO_OFFSET},
        {"UICC case 25: 33 bytes", "0088008121 10" RAND_1 "10 55F328B43577B9B94A9FFAC354DFAF 00", "6700",
         "AUTHENTICATE", AUTHENTICATE_CLAUSE, "10 RAND 10 AUTN: 34 bytes", "33 bytes", NO_OFFSET},
        {"UICC case 23: one bit of the MAC", WRONG_MAC_1, "9862", WRONG_MAC_REASON},
    };
    struct auc_subscriber s;
    struct auc_vector v;
    BUF_LOCAL answer = {0};
    apdu_rows(&f, ROWS(rows));
    aka_subscriber(&s);
    for (size_t bit = 0; bit < 64; bit += 21) { /* UICC case 23: the sequence number is not used up */
        aka_vector(&s, aka_sqn(5, 0), "8000", &v);
        v.autn[8 + bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        buf_reset(&answer);
        aka_authenticate(&f, &v, &answer);
        assert_hex(buf_slice(&answer), "9862", "one bit of the MAC");
    }
    aka_accepted(&f, &s, aka_sqn(5, 0), true);
    aka_stale(&f, &s, aka_sqn(5, 0), aka_sqn(5, 0)); /* UICC case 24: a replay */
    aka_stale(&f, &s, aka_sqn(4, 0), aka_sqn(5, 0));
    aka_accepted(&f, &s, aka_sqn(6, 0), true);
}
END_TEST

/* ---- 26 to 28: channels, classes, instructions ---- */

START_TEST(test_channels)
{
    static const struct row rows[] = {
        {"UICC case 26: a closed channel", "01A40004023F00", "6881", "command", "TS 102 221 10.1.1",
         "an open logical channel", "channel 1", 0},
        {"UICC case 26: channel 19", "4FA40004023F00", "6881", "command", "TS 102 221 10.1.1",
         "an open logical channel", "channel 19", 0},
        {"UICC case 27: close 0", "00708000", "6A86", "MANAGE CHANNEL", "TS 102 221 11.1.17", "a supplementary channel",
         "0", NO_OFFSET},
        {"UICC case 28: class A0", "A0A40000023F00", "6E00", "command", "TS 102 221 10.1.1", "class 0X", "A0", 0},
        {"UICC case 28: instruction FF", "00FF000000", "6D00", "command", "TS 102 221 10.1.2", "an instruction",
         "00 FF", 1},
        {"UICC case 28: STATUS P1 03", "80F2030000", "6A86", "STATUS", "TS 102 221 11.1.2", "P1 00 to 02", "03 00",
         NO_OFFSET},
    };
    static const struct row full = {
        "UICC case 27: all are open", "0070000001",  "6A81",   "MANAGE CHANNEL", "TS 102 221 11.1.17",
        "a free logical channel",     "all 19 open", NO_OFFSET};
    apdu_rows(&f, ROWS(rows));
    for (unsigned i = 1; i <= 19; i++) {
        char answer[8];
        (void)snprintf(answer, sizeof answer, "%02X9000", i);
        apdu(&f, "0070000001", answer);
    }
    apdu_row(&f, &full);
    apdu(&f, "00708007", "9000");
    apdu(&f, "0070000001", "079000");
}
END_TEST

/* ---- 29: ES10c on real profiles ---- */

START_TEST(test_profiles)
{
#define ENABLE_SAYS "ES10c.EnableProfile", "SGP.22 5.7.16"
    static const struct wanted held = {
        .iccid = ICCID_4, .profile_class = OPERATIONAL, .ppr = RULE_PPR1, .owner = OWNER_00101};
    static const struct row enabled = {"UICC case 29: the enabled one",
                                       "BF31(A0(5A(" FIRST "))8101FF)",
                                       "BF3103800102",
                                       ENABLE_SAYS,
                                       "a disabled profile",
                                       "the enabled one",
                                       NO_OFFSET};
    static const struct row busy = {
        "UICC case 29: CAT busy", "BF31(A0(5A(" SECOND "))8101FF)",  "BF3103800105", ENABLE_SAYS,
        "no proactive session",   "one that waits for the terminal", NO_OFFSET};
    static const struct row rules = {"UICC case 29: PPR1",
                                     "BF31(A0(5A(" SECOND "))8101FF)",
                                     "BF3103800103",
                                     ENABLE_SAYS,
                                     "that may be disabled",
                                     "one with PPR1",
                                     NO_OFFSET};
    twins_install(&f, SECOND);
    es10_row(&f, &enabled);
    apdu(&f, WITH_REFRESH, "9000");
    twins_enable_refresh(&f, SECOND, "BF3103800100910B");
    es10_row(&f, &busy);
    apdu(&f, FETCH_REFRESH, REFRESH_04);
    es10_row(&f, &busy);
    apdu(&f, TERMINAL_RESPONSE("32"), "9000");
    twins_disable(&f, FIRST); /* no profile has PPR1 while another is there (SGP.22 2.9.3.1) */
    es10(&f, "BF33(5A(" FIRST "))", "BF3303800100");
    es10(&f, "BF33(5A(" SECOND "))", "BF3303800100");
    (void)install(&f, &held);
    twins_enable(&f, ICCID_4);
    twins_install(&f, SECOND);
    es10_row(&f, &rules);
    twins_assert_iccid(&f, ICCID_4);
}
END_TEST

/* ---- and more ---- */

START_TEST(test_more)
{
    static const struct row rows[] = {
        {"more: GET RESPONSE without data", "00C0000000", "6985", "GET RESPONSE", "TS 102 221 7.4.2.2",
         "a response that waits", "none", NO_OFFSET},
        {"more: FETCH with nothing there", "801200000B", "6985", "FETCH", "TS 102 221 11.2.3",
         "a proactive command that waits", "none", NO_OFFSET},
        {"TERMINAL RESPONSE to nothing", TERMINAL_RESPONSE("00"), "6985", "TERMINAL RESPONSE", "TS 102 221 11.2.4",
         "a proactive command that was fetched", "none", NO_OFFSET},
        {"the security domain", "00A4040C08" MNO_SD, "9000", FINE},
        {"more: a key version that it has not", "8050310008 C0C1C2C3C4C5C6C7 00", "6A88", "INITIALIZE UPDATE",
         "GP E.5.1.6", "the version of a key set", "31", NO_OFFSET},
    };
    struct gp_host h;
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    struct euicc_reason r;
    apdu_rows(&f, ROWS(rows));
    domain_host(&h, 0x30);
    domain_initialize(&f, &h);
    h.host_cryptogram[7] ^= 1; /* more: EXTERNAL AUTHENTICATE with a wrong cryptogram, under a right MAC */
    gp_host_authenticate(&h, 0x01, &command);
    domain_send(&f, buf_slice(&command), &answer);
    assert_hex(buf_slice(&answer), "6300", "EXTERNAL AUTHENTICATE");
    euicc_last_reason(f.card, &r);
    ck_assert(r.said && strstr(r.expected, "cryptogram"));
    domain_refused(&f, "80F28002024F0000", "6982");
}
END_TEST

/* On the files of profiles/test.der that everybody may change. */
START_TEST(test_more_files)
{
    static const struct row rows[] = {
        {"BER-TLV", "00A4080C047F666F04", "9000", FINE},
        {"more: RETRIEVE DATA of an unknown tag", "80CB008001 99 00", "6A88", RETRIEVE,
         "the tag of an object of the file", "99", 0},
        {"READ BINARY on it", "00B0000001", "6981", "READ BINARY", "TS 102 221 11.1.3", "a transparent EF", "6F04",
         NO_OFFSET},
        {"cyclic", "00A4080C047F666F03", "9000", FINE},
        {"its greatest value", "00DC000303 FFFFFF", "9000", FINE},
        {"more: INCREASE past it", "8032000003 000001 00", "9850", "INCREASE", "TS 102 221 11.1.8",
         "a sum that the record can hold", "an overflow", 0},
        {"nothing changed", "00B2010403", "FFFFFF9000", FINE},
        {"records", "00A4080C047F666F02", "9000", FINE},
        {"more: SEARCH RECORD without match", "00A2010403 585858 00", "6282", FINE},
        {"with one", "00A2010405 7468697264 00", "039000", FINE},
    };
    enable_file("test.der", TEST_ICCID);
    apdu_rows(&f, ROWS(rows));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc_negative");
    TCase *t = tcase_create("negative");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_files);
    tcase_add_test(t, test_rules);
    tcase_add_test(t, test_suci_information);
    tcase_add_test(t, test_disabled_usim);
    tcase_add_test(t, test_pins);
    tcase_add_loop_test(t, test_stored_before_compared, 0, 2);
    tcase_add_test(t, test_authenticate);
    tcase_add_test(t, test_channels);
    tcase_add_test(t, test_profiles);
    tcase_add_test(t, test_more);
    tcase_add_test(t, test_more_files);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
