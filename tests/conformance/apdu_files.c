/* SELECT, STATUS and the files of a card without enabled profile (TS 102 221 8.4, 11.1; 14),
 * ECASD, GET DATA, TERMINAL CAPABILITY. */
#include "common.h"

#define FCI "6F1F8410" ISDR "A5049F6501FFE0058203020500"
#define ECASD_FCI "6F188410" ECASD "A5049F6501FF"
#define MF_FCP "62238202782183023F00A50C8001718304001000008701018A01058B032F0601C603900100"
#define ICCID_FCP "62168202412183022FE28A01058B032F060B8002000A8800"
#define UMPC_FCP "62178202412183022F088A01058B032F060180020005880140"
#define DIR_FCP "621A8205422100130283022F008A01058B032F0601800200268801F0"
#define ARR_FCP "621A82054221000A0183022F068A01058B032F06018002000A880130"
#define NOT_FOUND "6A82", "SELECT", "TS 102 221 11.1.1"
#define NO_AID NOT_FOUND, "the AID of the ISD-R, the ECASD or an application", "another AID", 0
#define NO_FILE(name) NOT_FOUND, "a file of the MF", name, 0
#define BYTES_16 "00112233445566778899AABBCCDDEEFF"
#define FF19 "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"

static struct fixture f;

static void set_up(void)
{
    card_make(&f, NULL);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
}

static void tear_down(void)
{
    card_free(&f);
}

START_TEST(test_select_aid)
{
    static const struct row rows[] = {
        {"ISD-R, P2 00", "00A4040010" ISDR "00", FCI "9000", FINE},
        {"ISD-R, P2 04 gives the FCI too", "00A4040410" ISDR "00", FCI "9000", FINE},
        {"ISD-R, P2 0C", "00A4040C10" ISDR "00", "9000", FINE},
        {"ECASD", "00A4040010" ECASD "00", ECASD_FCI "9000", FINE},
        {"right-truncated, 15 bytes", "00A404000F A0000005591010FFFFFFFF89000001 00", FCI "9000", FINE},
        {"right-truncated, 5 bytes", "00A4040005 A000000559 00", FCI "9000", FINE},
        {"ECASD, truncated", "00A404000F A0000005591010FFFFFFFF89000002 00", ECASD_FCI "9000", FINE},
        {"4 bytes", "00A4040004 A0000005 00", NO_AID},
        {"17 bytes", "00A4040011" ISDR "0000", NO_AID},
        {"cases 4", "00A4040010 A0000005591010FFFFFFFF8900000101 00", NO_AID},
        {"a USIM, UICC case 4", "00A4040407 A0000000871099", NO_AID},
        {"an ISD-P", "00A4040010" AID_1 "00", NO_AID},
        {"the selection stays", "80F2000100", "8410" ECASD "9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* P2 b2 b1: first, last, next, previous of what a partial AID matches. */
START_TEST(test_select_occurrence)
{
    static const struct row rows[] = {
        {"next from nothing is the first", "00A4040207 A0000005591010 00", FCI "9000", FINE},
        {"next", "00A4040207 A0000005591010 00", ECASD_FCI "9000", FINE},
        {"no more", "00A4040207 A0000005591010 00", NO_AID},
        {"previous", "00A4040307 A0000005591010 00", FCI "9000", FINE},
        {"none before", "00A4040307 A0000005591010 00", NO_AID},
        {"last", "00A4040107 A0000005591010 00", ECASD_FCI "9000", FINE},
        {"first", "00A4040007 A0000005591010 00", FCI "9000", FINE},
        {"next without data", "00A4040E07 A0000005591010", "9000", FINE},
        {"which is", "80F2000100", "8410" ECASD "9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

#define P2_REASON "6A86", "SELECT", "TS 102 221 11.1.1", "P2 with FCI, FCP or nothing"
START_TEST(test_select_parameters)
{
    static const struct row rows[] = {
        {"P1 05", "00A4050400", "6A86", "SELECT", "TS 102 221 11.1.1", "P1 00, 01, 03, 04, 08 or 09", "05", NO_OFFSET},
        {"P1 0A", "00A40A04023F00", "6A86", "SELECT", "TS 102 221 11.1.1", "P1 00, 01, 03, 04, 08 or 09", "0A",
         NO_OFFSET},
        {"P2 08", "00A40008023F00", P2_REASON, "08", NO_OFFSET},
        {"P2 10", "00A40010023F00", P2_REASON, "10", NO_OFFSET},
        {"P2 24", "00A40024023F00", P2_REASON, "24", NO_OFFSET},
        {"P2 64", "00A40064023F00", P2_REASON, "64", NO_OFFSET},
        {"P2 84", "00A40084023F00", P2_REASON, "84", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_select_file)
{
    static const struct row rows[] = {
        {"MF by identifier", "00A40004023F0000", MF_FCP "9000", FINE},
        {"MF by nothing", "00A4000400", MF_FCP "9000", FINE},
        {"MF with 61xx, as in the trace", "00A40004023F00", "6125", FINE},
        {"and GET RESPONSE", "00C0000025", MF_FCP "9000", FINE},
        {"without data", "00A4000C023F00", "9000", FINE},
        {"EF.DIR", "00A40004022F0000", DIR_FCP "9000", FINE},
        {"EF.ARR", "00A40004022F0600", ARR_FCP "9000", FINE},
        {"EF.UMPC by path from the MF", "00A40804022F0800", UMPC_FCP "9000", FINE},
        {"EF.UMPC by path from here", "00A40904022F0800", UMPC_FCP "9000", FINE},
        {"parent of the current directory is none: the MF", "00A4030400", MF_FCP "9000", FINE},
        {"EF.ICCID without a profile", "00A40004022FE200", NO_FILE("2FE2")},
        {"unknown file", "00A40004026F9900", NO_FILE("6F99")},
        {"7FFF right after reset", "00A40004027FFF00", NO_FILE("7FFF")},
        {"telecom", "00A40004027F1000", NO_FILE("7F10")},
        {"the MF is no child DF", "00A40104023F0000", NO_FILE("3F00")},
        {"path through 7FFF", "00A40804047FFF6F0700", NO_FILE("7FFF")},
    };
    apdu_rows(&f, ROWS(rows));
    /* A SELECT that fails leaves the selection (UICC case 1). */
    apdu(&f, "00A4000C022F08", "9000");
    static const struct row gone = {"unknown", "00A40004026F99", NO_FILE("6F99")};
    apdu_row(&f, &gone);
    apdu(&f, "00B0000000", "3C0500FFFF9000");
}
END_TEST

#define TYPE_REASON(name, clause) "6981", name, "TS 102 221 " clause
START_TEST(test_read)
{
    static const struct row rows[] = {
        {"READ BINARY without EF", "00B0000000", "6986", "READ BINARY", "TS 102 221 11.1.3", "a selected EF", "none",
         NO_OFFSET},
        {"READ RECORD without EF", "00B2010400", "6986", "READ RECORD", "TS 102 221 11.1.3", "a selected EF", "none",
         NO_OFFSET},
        {"SFI 1F unknown", "00B09F0001", "6A82", "READ BINARY", "TS 102 221 8.4.3", "the SFI of a file", "1F",
         NO_OFFSET},
        {"SFI of EF.ICCID without profile", "00B0820001", "6A82", "READ BINARY", "TS 102 221 8.4.3",
         "the SFI of a file", "02", NO_OFFSET},
        {"EF.UMPC by SFI", "00B0880000", "3C0500FFFF9000", FINE},
        {"it is the current one now", "00B0000302", "FFFF9000", FINE},
        {"Le more than there is", "00B0000006", "6C05", FINE},
        {"Le more than is left", "00B0000303", "6C02", FINE},
        {"last byte", "00B0000401", "FF9000", FINE},
        {"offset at the end", "00B0000501", "6B00", "READ BINARY", "TS 102 221 11.1.3", "an offset inside the file",
         "5 of 5", NO_OFFSET},
        {"offset far out", "00B07FFF01", "6B00", "READ BINARY", "TS 102 221 11.1.3", "an offset inside the file",
         "32767 of 5", NO_OFFSET},
        {"READ RECORD on it", "00B2010400", TYPE_REASON("READ RECORD", "11.1.5"), "an EF of records", "2F08",
         NO_OFFSET},
        {"UPDATE BINARY", "00D6000001AA", "6982", "UPDATE BINARY", "TS 102 221 9.2",
         "an access rule that permits update", "never", NO_OFFSET},
        {"EF.DIR by SFI", "00B201F400", FF19 "9000", FINE},
        {"READ BINARY on it", "00B0000001", TYPE_REASON("READ BINARY", "11.1.3"), "a transparent EF", "2F00",
         NO_OFFSET},
        {"record 2", "00B2020413", FF19 "9000", FINE},
        {"wrong length", "00B2020414", "6C13", FINE},
        {"shorter length", "00B2020401", "6C13", FINE},
        {"record 3 of 2", "00B2030400", "6A83", "READ RECORD", "TS 102 221 11.1.5", "a record of the file", "3 of 2",
         NO_OFFSET},
        {"current record, none yet", "00B2000400", "6A83", "READ RECORD", "TS 102 221 11.1.5", "a record of the file",
         "0 of 2", NO_OFFSET},
        {"next", "00B2000200", FF19 "9000", FINE},
        {"current", "00B2000400", FF19 "9000", FINE},
        {"next again", "00B2000200", FF19 "9000", FINE},
        {"does not wrap", "00B2000200", "6A83", "READ RECORD", "TS 102 221 11.1.5", "a record of the file", "3 of 2",
         NO_OFFSET},
        {"previous", "00B2000300", FF19 "9000", FINE},
        {"mode 7", "00B2010700", "6A86", "READ RECORD", "TS 102 221 11.1.5", "mode 2, 3 or 4", "7", NO_OFFSET},
        {"UPDATE RECORD", "00DC010413" FF19, "6982", "UPDATE RECORD", "TS 102 221 9.2",
         "an access rule that permits update", "never", NO_OFFSET},
        {"EF.ARR: read always, all else never", "00B2013400", "8001019000 80017A9700 9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* EF.ICCID is there with an enabled profile, and gone again without. */
START_TEST(test_iccid)
{
    struct fixture g;
    static const struct row rows[] = {
        {"EF.ICCID", "00A40004022FE200", ICCID_FCP "9000", FINE},
        {"read", "00B0000000", ICCID_1 "9000", FINE},
        {"read 10", "00B000000A", ICCID_1 "9000", FINE},
        {"read 11", "00B000000B", "6C0A", FINE},
        {"the package gives it no SFI", "00B0820900", "6A82", "READ BINARY", "TS 102 221 8.4.3", "the SFI of a file",
         "02", NO_OFFSET},
        {"the last byte", "00B0000900", "F19000", FINE},
        {"READ RECORD", "00B2010400", TYPE_REASON("READ RECORD", "11.1.5"), "an EF of records", "2FE2", NO_OFFSET},
        {"UPDATE BINARY", "00D60000019A", "6982", "UPDATE BINARY", "TS 102 221 9.2",
         "an access rule that permits update", "never", NO_OFFSET},
    };
    card_new(&g, NULL, NULL);
    install_plain(&g, ICCID_1);
    static const struct row absent = {"disabled profile", "00A40004022FE200", NO_FILE("2FE2")};
    apdu_row(&g, &absent);
    ck_assert(lpa_start(&g.lpa));
    es10(&g, "BF3111A00C5A0A" ICCID_1 "810100", "BF3103800100");
    apdu_rows(&g, ROWS(rows));
    ck_assert(lpa_start(&g.lpa));
    assert_hex(buf_slice(&g.lpa.fci), FCI, "cases 1: the FCI with an enabled profile");
    es10(&g, "BF3211A00C5A0A" ICCID_1 "810100", "BF3203800100");
    apdu_row(&g, &absent);
    card_free(&g);
}
END_TEST

START_TEST(test_status)
{
    static const struct row rows[] = {
        {"MF", "80F2000000", MF_FCP "9000", FINE},
        {"nothing", "80F2000C", "9000", FINE},
        {"initialised", "80F2010C", "9000", FINE},
        {"terminating", "80F2020C", "9000", FINE},
        {"AID of the MF", "80F2000100", "6985", "STATUS", "TS 102 221 11.1.2", "a selected application", "the MF",
         NO_OFFSET},
        {"P1 03", "80F2030000", "6A86", "STATUS", "TS 102 221 11.1.2", "P1 00 to 02", "03 00", NO_OFFSET},
        {"P2 02", "80F2000200", "6A86", "STATUS", "TS 102 221 11.1.2", "P2 00, 01 or 0C", "00 02", NO_OFFSET},
        {"ISD-R", "00A4040C10" ISDR, "9000", FINE},
        {"its FCI", "80F2000000", FCI "9000", FINE},
        {"its AID", "80F2000100", "8410" ISDR "9000", FINE},
        {"data", "80F2000001AA00", "6700", "STATUS", "TS 102 221 11.1.2", "no data", "1 bytes", NO_OFFSET},
        {"P1 03 before the data", "80F2030001AA00", "6A86", "STATUS", "TS 102 221 11.1.2", "P1 00 to 02", "03 00",
         NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

#define OUTSIDE "TS 102 221 10.1.2", "a file command outside the ISD-R and the ECASD", "one inside", NO_OFFSET
START_TEST(test_applications)
{
    static const struct row rows[] = {
        {"GET DATA at the MF", "80CA005A00", "6D00", "GET DATA", "GP 11.3", "a security domain", "the MF", NO_OFFSET},
        {"STORE DATA at the MF", "80E2910003BF2000", "6D00", "STORE DATA", "SGP.22 5.7.1", "the ISD-R selected",
         "no ISD-R", NO_OFFSET},
        {"VERIFY PIN", "0020000100", "6A88", "VERIFY PIN", "TS 102 221 11.1.9", "the key reference of a PIN", "01",
         NO_OFFSET},
        {"CHANGE PIN", "0024000110 31323334FFFFFFFF 35363738FFFFFFFF", "6A88", "CHANGE PIN", "TS 102 221 11.1.10",
         "the key reference of a PIN", "01", NO_OFFSET},
        {"DISABLE PIN", "0026000108 31323334FFFFFFFF", "6A88", "DISABLE PIN", "TS 102 221 11.1.11",
         "the key reference of a PIN", "01", NO_OFFSET},
        {"ENABLE PIN", "0028000108 31323334FFFFFFFF", "6A88", "ENABLE PIN", "TS 102 221 11.1.12",
         "the key reference of a PIN", "01", NO_OFFSET},
        {"UNBLOCK PIN", "002C000100", "6A88", "UNBLOCK PIN", "TS 102 221 11.1.13", "the key reference of a PIN", "01",
         NO_OFFSET},
        {"AUTHENTICATE", "0088008122 10" BYTES_16 "10" BYTES_16 "00", "6985", "AUTHENTICATE", "TS 31.102 7.1",
         "an application of the enabled profile that is selected", "none", NO_OFFSET},
        {"ECASD", "00A4040010" ECASD "00", ECASD_FCI "9000", FINE},
        {"the EID", "80CA5A0000", EID "9000", FINE},
        {"the EID, class 00", "00CA5A0000", EID "9000", FINE},
        {"the EID as YggdraSIM asks", "80CA005A00", EID "9000", FINE},
        {"the EID without Le", "80CA5A00", "6110", FINE},
        {"it waits", "80C0000010", EID "9000", FINE},
        {"another object", "80CA006600", "6A88", "GET DATA", "SGP.22 2.4.2", "the EID", "0066", NO_OFFSET},
        {"STORE DATA", "80E2910006BF3E035C015A", "6982", "STORE DATA", "SGP.22 5.7.1", "the ISD-R selected",
         "the ECASD", NO_OFFSET},
        {"READ BINARY", "00B0000000", "6D00", "READ BINARY", OUTSIDE},
        {"ISD-R", "00A4040C10" ISDR, "9000", FINE},
        {"GET DATA there", "80CA006600", "6A88", "GET DATA", "GP 11.3", "a data object of the ISD-R", "0066",
         NO_OFFSET},
        {"READ RECORD there", "00B2010400", "6D00", "READ RECORD", OUTSIDE},
        {"AUTHENTICATE there", "0088008101AA00", "6D00", "AUTHENTICATE", OUTSIDE},
        {"the MF again", "00A4000C023F00", "9000", FINE},
        {"STORE DATA after it", "80E2910003BF2000", "6D00", "STORE DATA", "SGP.22 5.7.1", "the ISD-R selected",
         "no ISD-R", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

#define CAPABILITY "TERMINAL CAPABILITY", "TS 102 221 11.1.19"
START_TEST(test_terminal_capability)
{
    static const struct row rows[] = {
        {"lpac", "80AA00000AA9088100820101830107", "9000", FINE},
        {"onomondo", "80AA000005A903830107", "9000", FINE},
        {"with tag 84", "80AA00000DA90B8100820101830107840101", "9000", FINE},
        {"more bytes in 82", "80AA00000BA9098100820201FF830107", "9000", FINE},
        {"another template", "80AA000005A803830107", "6A80", CAPABILITY, "a template A9", "other bytes", 0},
        {"bytes behind it", "80AA000006A90383010700", "6A80", CAPABILITY, "a template A9", "other bytes", 0},
        {"cut", "80AA000004A9038301", "6A80", CAPABILITY, "a template A9", "other bytes", 0},
        {"cut inside", "80AA000005A903830207", "6A80", CAPABILITY, "data objects in A9", "other bytes", 2},
        {"no data", "80AA0000", "6A80", CAPABILITY, "a template A9", "other bytes", 0},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* The strict personality: each interface needs its bit. */
START_TEST(test_capability_required)
{
    static const struct {
        const char *capability; /* NULL: none is sent */
        bool es10c, es10b, es10a;
    } sent[] = {{NULL, false, false, false},
                {"80AA000005A903830101", true, false, false},
                {"80AA000005A903830102", false, true, false},
                {"80AA000005A903830104", false, false, true},
                {"80AA000005A903830107", true, true, true},
                {"80AA000004A9028100", false, false, false},
                {"80AA000005A903830108", false, false, false}};
    struct fixture g;
    card_make(&g, "require_terminal_capability = yes\n");
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        const char *came = sent[i].capability ? "one without it" : "none";
        const struct row refused[] = {
            {"ES10c", "80E2910006BF3E035C015A00", "6985", "ES10c.GetEID", "SGP.22 3.4.1",
             "a TERMINAL CAPABILITY that announces", came, NO_OFFSET},
            {"ES10b", "80E2910003BF430000", "6985", "ES10b.GetRAT", "SGP.22 3.4.1",
             "a TERMINAL CAPABILITY that announces", came, NO_OFFSET},
            {"ES10a", "80E2910003BF3C0000", "6985", "ES10a.GetEuiccConfiguredAddresses", "SGP.22 3.4.1",
             "a TERMINAL CAPABILITY that announces", came, NO_OFFSET},
        };
        const bool open[] = {sent[i].es10c, sent[i].es10b, sent[i].es10a};
        const char *answers[] = {"BF3E125A10" EID "9000",
                                 "BF4319A01730158002 0560 A10B3009 8003EEEEEE 8100 8200 82020780 9000",
                                 "BF3C178115 74657374726F6F74736D64732E67736D612E636F6D 9000"};
        ck_assert_int_eq(euicc_power_on(g.card, NULL), EUICC_OK);
        if (sent[i].capability) apdu(&g, sent[i].capability, "9000");
        apdu(&g, "00A4040C10" ISDR, "9000");
        for (size_t k = 0; k < 3; k++) {
            if (open[k])
                apdu(&g, refused[k].request, answers[k]);
            else
                apdu_row(&g, &refused[k]);
        }
    }
    card_free(&g);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apdu_files");
    TCase *tests = tcase_create("files");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_select_aid);
    tcase_add_test(tests, test_select_occurrence);
    tcase_add_test(tests, test_select_parameters);
    tcase_add_test(tests, test_select_file);
    tcase_add_test(tests, test_read);
    tcase_add_test(tests, test_iccid);
    tcase_add_test(tests, test_status);
    tcase_add_test(tests, test_applications);
    tcase_add_test(tests, test_terminal_capability);
    tcase_add_test(tests, test_capability_required);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
