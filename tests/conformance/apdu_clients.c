/* What real clients send at their start, byte for byte as recorded, and what they insist on:
 * lpac, onomondo-ipa, pySim, YggdraSIM, an Android terminal. */
#include "common.h"

#define FCI "6F1F8410" ISDR "A5049F6501FFE0058203020500"
#define MF_FCP "62238202782183023F00A50C8001718304001000008701018A01058B032F0601C603900100"

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

/* One byte and 90xx for the channel, 61xx or 9xxx for SELECT, GET RESPONSE with class 81 and the announced length. */
START_TEST(test_lpac)
{
    static const struct row rows[] = {
        {"TERMINAL CAPABILITY", "80AA00000AA9088100820101830107", "9000", FINE},
        {"open channel", "0070000001", "019000", FINE},
        {"SELECT ISD-R, response not fetched", "01A4040010" ISDR, "6121", FINE},
        {"GetEID", "81E2910006BF3E035C015A", "6115", FINE},
        {"GET RESPONSE", "81C0000015", "BF3E125A10" EID "9000", FINE},
        {"addresses", "81E2910003BF3C00", "611A", FINE},
        {"GET RESPONSE", "81C000001A", "BF3C17811574657374726F6F74736D64732E67736D612E636F6D9000", FINE},
        {"profile list", "81E2910003BF2D00", "6105", FINE},
        {"GET RESPONSE", "81C0000005", "BF2D02A0009000", FINE},
        {"notification list", "81E2910003BF2800", "6105", FINE},
        {"GET RESPONSE", "81C0000005", "BF2802A0009000", FINE},
        {"purge of an empty card", "81E2910007BF3404820205E0", "6106", "ES10c.eUICCMemoryReset", "SGP.22 5.7.19",
         "something to delete or an address to reset", "options 7", NO_OFFSET},
        {"GET RESPONSE", "81C0000006", "BF34038001019000", FINE},
        {"close channel", "0070800100", "9000", FINE},
    };
    for (int run = 0; run < 2; run++) { /* each run is a power cycle */
        apdu_rows(&f, ROWS(rows));
        euicc_power_off(f.card);
        ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    }
}
END_TEST

/* Opens by number, P2 04 must give 61xx, blocks that are not the last 9000, GET RESPONSE with class 01. */
START_TEST(test_onomondo)
{
    static const struct row rows[] = {
        {"TERMINAL CAPABILITY", "80AA000005A903830107", "9000", FINE},
        {"open channel 1", "0070000100", "9000", FINE},
        {"SELECT ISD-R", "01A4040410" ISDR, "6121", FINE},
        {"GetEID", "81E2910006BF3E035C015A", "6115", FINE},
        {"GET RESPONSE", "01C0000015", "BF3E125A10" EID "9000", FINE},
        {"in two blocks", "81E2110003BF3E03", "9000", FINE},
        {"last", "81E29101035C015A", "6115", FINE},
        {"GET RESPONSE", "01C0000015", "BF3E125A10" EID "9000", FINE},
        {"eIM configuration: none on a consumer card", "81E2910003BF5500", "6A88", "STORE DATA", "SGP.22 5.7.2",
         "the tag of a function", "BF55", 0},
        {"notifications", "81E2910003BF2B00", "6105", FINE},
        {"GET RESPONSE", "01C0000005", "BF2B02A0009000", FINE},
        {"close channel", "0070800100", "9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* Plain UICC start on the basic channel, then ES10 there with class 80, one block. */
START_TEST(test_pysim)
{
    static const struct row not_found[] = {
        {"DF.GSM", "00A40004027F20", "6A82", "SELECT", "TS 102 221 11.1.1", "a file of the MF", "7F20", 0},
        {"DF of CDMA", "00A40004027F25", "6A82", "SELECT", "TS 102 221 11.1.1", "a file of the MF", "7F25", 0},
        {"7FE0", "00A40004027FE0", "6A82", "SELECT", "TS 102 221 11.1.1", "a file of the MF", "7FE0", 0},
        {"the GP ISD", "00A4040408A000000003000000", "6A82", "SELECT", "TS 102 221 11.1.1",
         "the AID of the ISD-R, the ECASD", "another AID", 0},
        {"ARA-M", "00A4040409A00000015141434C00", "6A82", "SELECT", "TS 102 221 11.1.1",
         "the AID of the ISD-R, the ECASD", "another AID", 0},
        {"USIM", "00A4040407A0000000871002", "6A82", "SELECT", "TS 102 221 11.1.1", "the AID of the ISD-R, the ECASD",
         "another AID", 0},
        {"2G class", "A0A40000023F00", "6E00", "command", "TS 102 221 10.1.1", "class 0X", "A0", 0},
        {"EF.ICCID", "00A40004022FE2", "6A82", "SELECT", "TS 102 221 11.1.1", "a file of the MF", "2FE2", 0},
    };
    static const struct row rows[] = {
        {"MF", "00A40004023F00", "6125", FINE},
        {"GET RESPONSE", "00C0000025", MF_FCP "9000", FINE},
        {"EF.DIR", "00A40004022F00", "611C", FINE},
        {"GET RESPONSE", "00C000001C", "621A8205422100130283022F008A01058B032F0601800200268801F09000", FINE},
        {"record 1", "00B2010413", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF9000", FINE},
        {"record 2", "00B2020413", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF9000", FINE},
        {"record 3", "00B2030413", "6A83", "READ RECORD", "TS 102 221 11.1.5", "a record of the file", "3 of 2",
         NO_OFFSET},
        {"ISD-R", "00A4040410" ISDR, "6121", FINE},
        {"GET RESPONSE", "00C0000021", FCI "9000", FINE},
        {"is it an IoT eUICC?", "80E2910003BF560000", "6A88", "STORE DATA", "SGP.22 5.7.2", "the tag of a function",
         "BF56", 0},
        {"GetEID", "80E2910006BF3E035C015A", "6115", FINE},
        {"GET RESPONSE", "80C0000015", "BF3E125A10" EID "9000", FINE},
        {"ECASD", "00A4040410" ECASD, "611A", FINE},
        {"GET RESPONSE", "00C000001A", "6F188410" ECASD "A5049F6501FF9000", FINE},
    };
    apdu_rows(&f, ROWS(not_found));
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* YggdraSIM: the ECASD's EID and IIN. */
START_TEST(test_yggdrasim)
{
    static const struct row rows[] = {
        {"ECASD", "00A4040010" ECASD "00", "6F188410" ECASD "A5049F6501FF9000", FINE},
        {"EID", "80CA005A00", EID "9000", FINE},
        {"IIN", "80CA004200", "6A88", "GET DATA", "SGP.22 2.4.2", "the EID", "0042", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* Reads E0/82 in the FCI; asks the list with B7, 99 and BF76, of which it knows the last alone. */
START_TEST(test_android)
{
    static const struct row rows[] = {
        {"open channel", "0070000001", "019000", FINE},
        {"ISD-R", "01A404001000000000000000000000000000000000", "6A82", "SELECT", "TS 102 221 11.1.1",
         "the AID of the ISD-R", "another AID", 0},
        {"ISD-R", "01A4040010" ISDR "00", FCI "9000", FINE},
        {"profiles", "81E2910014BF2D115C0F5A4F9F7090919293949599B6B7BF7600", "BF2D02A0009000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apdu_clients");
    TCase *tests = tcase_create("clients");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_lpac);
    tcase_add_test(tests, test_onomondo);
    tcase_add_test(tests, test_pysim);
    tcase_add_test(tests, test_yggdrasim);
    tcase_add_test(tests, test_android);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
