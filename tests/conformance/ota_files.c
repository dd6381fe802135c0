/* Remote file management (TS 102 226 5.2, 7, 8.3): scripts in compact and expanded format on the files of the enabled
 * profile, under its access domains, apart from what the terminal does. */
#include "ota_common.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SELECT(fid) "00A4080C047F70" fid
#define FCP_BINARY "6216 82024121 83026F01 8A0105 8B032F0603 8002000A 8800"
#define ADM1 "0020000A083838383838383838"
#define WRONG_ADM1 "0020000A083838383838383837"
#define READ_10 "00B000000A"
/* a transparent EF 6F10 of 4 bytes */
#define CREATE "00E00000(62(82024121 83026F10 8A0105 8B032F0603 80020004 8800))"
#define ZERO "00000000000000000000"

static struct fixture f;

static void set_up(void)
{
    ota_begin(&f, NULL);
}

static void tear_down(void)
{
    card_free(&f);
}

/* A script and what has to come of it; a reason if `function` is not NULL. */
struct script_row {
    const char *what, *tar, *script, *data;
    const char *function, *clause, *expected, *came;
};
#define GOOD NULL, NULL, NULL, NULL

/* With all protections; each script by itself on a new card. */
static void run_row(const struct script_row *r)
{
    struct ota o;
    ota_server(&o, r->tar, "1619", SET_AES);
    ota_run(&f, &o, r->script, 0, r->data);
    ota_reason(&f, r->function, r->clause, r->expected, r->came);
}

static const struct script_row scripts[] = {
    {"nothing", TAR_OPEN, "", "009000", GOOD},
    {"READ BINARY", TAR_OPEN, SELECT(BINARY_FID) READ_10, "029000" ZERO, GOOD},
    {"READ BINARY, Le 00", TAR_OPEN, SELECT(BINARY_FID) "00B0000000", "029000" ZERO, GOOD},
    {"UPDATE and READ BINARY", TAR_OPEN, SELECT(BINARY_FID) "00D60001021122" READ_10, "039000 00112200000000000000",
     GOOD},
    {"SELECT has data that waits", TAR_OPEN, "00A40804047F70" BINARY_FID, "016118", GOOD},
    {"GET RESPONSE", TAR_OPEN, "00A40804047F70" BINARY_FID "00C0000018", "029000" FCP_BINARY, GOOD},
    {"GET RESPONSE, Le 00", TAR_OPEN, "00A40804047F70" BINARY_FID "00C0000000", "029000" FCP_BINARY, GOOD},
    {"GET RESPONSE for a part", TAR_OPEN, "00A40804047F70" BINARY_FID "00C0000004", "026114 62168202", GOOD},
    {"GET RESPONSE for more", TAR_OPEN, "00A40804047F70" BINARY_FID "00C0000019", "026C18", GOOD},
    {"GET RESPONSE in parts", TAR_OPEN, "00A40804047F70" BINARY_FID "00C0000004 00C0000014",
     "039000 4121 83026F01 8A0105 8B032F0603 8002000A 8800", GOOD},
    {"GET RESPONSE of a deactivated file", TAR_OPEN,
     SELECT(BINARY_FID) "0004000000 00A40804047F70" BINARY_FID "00C0000018",
     "046283 62168202412183026F018A01048B032F06038002000A8800", GOOD},
    {"READ RECORD", TAR_OPEN, SELECT(RECORDS_FID) "00B2020404", "029000 02020202", GOOD},
    {"UPDATE RECORD, READ RECORD", TAR_OPEN, SELECT(RECORDS_FID) "00DC020404AABBCCDD 00B2020404", "039000 AABBCCDD",
     GOOD},
    {"SEARCH RECORD", TAR_OPEN, SELECT(RECORDS_FID) "00A2010404 03030303", "026101", GOOD},
    {"SEARCH RECORD, GET RESPONSE", TAR_OPEN, SELECT(RECORDS_FID) "00A2010404 03030303 00C0000001", "039000 03", GOOD},
    {"INCREASE", TAR_OPEN, SELECT(COUNTER_FID) "8032000003 000002 00C0000000", "039000 000007 000002", GOOD},
    {"DEACTIVATE FILE", TAR_OPEN, SELECT(BINARY_FID) "0004000000 00A4080C047F70" BINARY_FID, "036283", GOOD},
    {"VERIFY PIN", TAR_OPEN, ADM1, "019000", GOOD},
    {"the ADF is where it starts", TAR_USIM, "00B0870009", "019000 080910100000000020", GOOD},
    {"its path from there", TAR_USIM, "00A4080C047FFF6F07 00B0000001", "029000 08", GOOD},
    {"a script that goes on after a warning", TAR_OPEN, WRONG_ADM1 SELECT(BINARY_FID) "00B0000001", "039000 00",
     "VERIFY PIN", "TS 102 221 11.1.9", "", ""},
    /* what stops a script: the number of the command that failed, its status word, no data */
    {"no such file", TAR_OPEN, "00A4080C047F706FFF 00B0000001", "016A82", "SELECT", "TS 102 221 11.1.1",
     "a file of the enabled profile", "7F70"},
    {"half a command", TAR_OPEN, SELECT(BINARY_FID) "00D600", "026700", "ENVELOPE", "TS 102 226 5.2.1",
     "whole commands in the script", "3 bytes at its end"},
    {"half a command's data", TAR_OPEN, SELECT(BINARY_FID) "00D6000004CAFE", "026700", "ENVELOPE", "TS 102 226 5.2.1",
     "whole commands in the script", "2 bytes at its end"},
    {"nothing waits", TAR_OPEN, "00C0000001", "016985", "GET RESPONSE", "TS 102 221 7.4.2.2", "a response that waits",
     "none"},
    {"what waited is lost", TAR_OPEN, "00A40804047F70" BINARY_FID "00B0000001 00C0000018", "036985", "GET RESPONSE",
     "TS 102 221 7.4.2.2", "a response that waits", "none"},
    {"class A0", TAR_OPEN, "A0A40000023F00", "016E00", "ENVELOPE", "TS 102 226 7.1", "class 00 or 80", "A0"},
    {"secure messaging", TAR_OPEN, "04A40000023F00", "016E00", "ENVELOPE", "TS 102 226 7.1", "class 00 or 80", "04"},
    {"another channel", TAR_OPEN, "01A40000023F00", "016881", "ENVELOPE", "TS 102 226 7.1", "the basic channel",
     "channel 1"},
    {"unknown instruction", TAR_OPEN, "00FF000000", "016D00", "ENVELOPE", "TS 102 221 10.1.2",
     "an instruction of this class", "00 FF"},
    {"of the other class", TAR_OPEN, "8020000A00", "016D00", "ENVELOPE", "TS 102 221 10.1.2",
     "an instruction of this class", "80 20"},
    {"AUTHENTICATE", TAR_OPEN, "00880081221000112233445566778899AABBCCDDEEFF1000112233445566778899AABBCCDDEEFF",
     "016D00", "AUTHENTICATE", "TS 102 226 7.1", "a command of remote file management", "88"},
    {"MANAGE CHANNEL", TAR_OPEN, "0070000000", "016D00", "MANAGE CHANNEL", "TS 102 226 7.1",
     "a command of remote file management", "70"},
    {"STORE DATA", TAR_OPEN, "80E2910003BF2D00", "016D00", "STORE DATA", "TS 102 226 7.1",
     "a command of remote file management", "E2"},
    {"ENVELOPE", TAR_OPEN, "80C2000002D300", "016D00", "ENVELOPE", "TS 102 226 7.1",
     "a command of remote file management", "C2"},
    {"SELECT by AID", TAR_OPEN, "00A4040C07A0000000871002", "016A86", "SELECT", "TS 102 221 11.1.1", "P1 ", "04"},
    {"SELECT that ends a session", TAR_OPEN, "00A4004C023F00", "016A86", "SELECT", "TS 102 221 11.1.1",
     "P2 00, 04 or 0C", "4C"},
    {"no current EF", TAR_OPEN, "00B0000001", "016986", "READ BINARY", "TS 102 221 11.1.3", "a selected EF", "none"},
    /* access domains */
    {"full access goes beyond rules", TAR_OPEN, SELECT(SEALED_FID) "00D600000101 00B0000004", "039000 01FECAFE", GOOD},
    {"CREATE FILE", TAR_OPEN, "00A4080C027F70" CREATE SELECT("6F10") "00B0000000", "049000 FFFFFFFF", GOOD},
    {"DELETE FILE", TAR_OPEN, "00A4080C027F70 00E4000002" BINARY_FID SELECT(BINARY_FID), "036A82", "SELECT",
     "TS 102 221 11.1.1", "a file of the enabled profile", "7F70"},
    {"CREATE FILE in the ADF", TAR_USIM, CREATE "00B0000000", "029000 FFFFFFFF", GOOD},
    {"CREATE FILE outside the ADF", TAR_USIM, "00A4080C027F70" CREATE, "026982", "CREATE FILE", "TS 102 226 8.2.1.3.2",
     "an access domain with full access (00) or the UICC access mechanism (02)", "FF"},
    {"CREATE FILE where the rules count", TAR_RULES, "00A4080C027F70" CREATE, "026982", "CREATE FILE", "TS 102 221 9.2",
     "", ""},
    {"no access outside the ADF", TAR_USIM, "00A4080C022FE2 00B000000A", "026982", "READ BINARY",
     "TS 102 226 8.2.1.3.2", "an access domain with full access (00) or the UICC access mechanism (02)", "FF"},
    {"no access", TAR_NO_ACCESS, SELECT(RECORDS_FID) "00B2010404", "026982", "READ RECORD", "TS 102 226 8.2.1.3.2",
     "an access domain with full access (00) or the UICC access mechanism (02)", "FF"},
    {"a rule that allows it always", TAR_RULES, SELECT(RECORDS_FID) "00B2010404", "029000 01010101", GOOD},
    {"a rule that does not", TAR_RULES, SELECT(RECORDS_FID) "00DC010404AABBCCDD", "026982", "UPDATE RECORD",
     "TS 102 221 9.2", "", ""},
    {"a PIN of the script does not help", TAR_RULES, ADM1 SELECT(BINARY_FID) "00B0000001", "036982", "READ BINARY",
     "TS 102 221 9.2", "", ""},
};

START_TEST(test_script)
{
    run_row(&scripts[_i]);
}
END_TEST

/* What failed changed nothing, what was done before it stays, and nothing behind it is done. */
START_TEST(test_stops)
{
    struct ota o;
    ota_server(&o, TAR_OPEN, "1619", SET_AES);
    ota_run(&f, &o, SELECT(BINARY_FID) "00D6000001AA 00D60009020102 00D6000001CC", 0, "036700");
    ota_file_holds(&f, BINARY_FID, NULL,
                   "AA"
                   "000000000000000000");
}
END_TEST

/* Data that does not fit into the answer is cut, and 62F1 says so. */
START_TEST(test_long_answer)
{
    struct ota o;
    struct ota_answer a;
    BUF_LOCAL answer = {0};
    ota_server(&o, TAR_OPEN, "0001", 0);
    ota_transmit(&f, &o, SELECT(LONG_FID) "00B00000C8", &answer);
    ck_assert_uint_eq(answer.n, 128);
    ck_assert(!ota_open(&o, buf_slice(&answer), false, &a));
    ck_assert_uint_eq(a.data.n, 128 - 16);
    ck_assert_mem_eq(a.data.p, "\x02\x62\xf1\xa5", 4);
    ota_answer_free(&a);
    ota_server(&o, TAR_OPEN, "0619", SET_AES);
    buf_reset(&answer);
    ota_transmit(&f, &o, SELECT(LONG_FID) "00B00000C8", &answer);
    ck_assert_uint_eq(answer.n, 9 + 112); /* whole cipher blocks behind 9 bytes in clear */
    ck_assert(!ota_open(&o, buf_slice(&answer), true, &a));
    ck_assert_uint_eq(a.data.n, 112 - 15);
    ota_answer_free(&a);
    ota_run(&f, &o, SELECT(LONG_FID) "00B0000010", 0, "029000 A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5");
}
END_TEST

/* ---- expanded format ---- */

#define C(apdu) "22(" apdu ")"
#define R(apdu) "23(" apdu ")"
#define SELECT_4(fid) C("00A4080C047F70" fid)

static const struct script_row expanded[] = {
    {"nothing", TAR_OPEN, "AA00", "AB(800100)", GOOD},
    {"one of case 3", TAR_OPEN, "AA(" SELECT_4(BINARY_FID) ")", "AB(800101" R("9000") ")", GOOD},
    {"the answers of case 2 and 4, and the last", TAR_OPEN,
     "AA(" C("00A40804047F70" BINARY_FID "00") C("00B0000002") C("00D600000102") ")",
     "AB(800103" R(FCP_BINARY "9000") R("00009000") R("9000") ")", GOOD},
    {"case 3 in between has none", TAR_OPEN, "AA(" SELECT_4(BINARY_FID) C("00B0000001") ")",
     "AB(800102" R("009000") ")", GOOD},
    {"an error ends it", TAR_OPEN, "AA(" SELECT_4("6FFF") C("00B0000001") ")", "AB(800101" R("6A82") ")", "SELECT",
     "TS 102 221 11.1.1", "a file of the enabled profile", "7F70"},
    {"an unknown tag", TAR_OPEN,
     "AA(" SELECT_4(BINARY_FID) "81(00)"
                                ")",
     "AB(800101 900101)", "ENVELOPE", "TS 102 226 5.2.2", "C-APDUs in tag 22", "81"},
    {"a length that is too much", TAR_OPEN, "AA0A2209 00A4080C047F706F", "AB(800100 900102)", "ENVELOPE",
     "TS 102 226 5.2.2", "C-APDUs in tag 22", "22"},
    {"no length", TAR_OPEN, "AA0122", "AB(800100 900103)", "ENVELOPE", "TS 102 226 5.2.2", "C-APDUs in tag 22", "22"},
    {"a length of the script that is too much", TAR_OPEN, "AA0522", "AB(800100 900102)", "ENVELOPE", "TS 102 226 5.2.2",
     "one script in tag AA", "3 other bytes"},
    {"GET RESPONSE without Le", TAR_OPEN, "AA(" C("00A40804047F70" BINARY_FID) C("00C00000") ")",
     "AB(800102" R("6700") ")", "GET RESPONSE", "TS 102 221 12.1.1", "Le and no data", "another form"},
    {"no command APDU", TAR_OPEN, "AA(" C("00A4") C("00B0000001") ")", "AB(800101" R("6700") ")", "ENVELOPE",
     "TS 102 226 5.2.2", "a command APDU in 22", "2 other bytes"},
};

START_TEST(test_expanded)
{
    run_row(&expanded[_i]);
}
END_TEST

/* The answer that does not fit any more is 62F1 without data; the script goes on. */
START_TEST(test_expanded_long)
{
    struct ota o;
    ota_server(&o, TAR_OPEN, "0001", 0);
    ota_run(&f, &o, "AA(" SELECT_4(LONG_FID) C("00B0000010") C("00B00000C8") C("00D6000001FF") ")", 0,
            "AB(800104" R("A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A59000") R("62F1") ")");
    ota_file_holds(&f, LONG_FID, NULL, "FFA5");
}
END_TEST

/* ---- the terminal ---- */

/* What the terminal selected and presented stays as it is and does not count for a script, nor the other way round. */
START_TEST(test_terminal)
{
    struct ota o;
    ota_server(&o, TAR_OPEN, "1619", SET_AES);
    apdu(&f, "0070000001", "019000");
    apdu(&f, "01A4080C047F70" RECORDS_FID, "9000");
    apdu(&f, "01B2000204", "010101019000");
    ota_run(&f, &o, ADM1 SELECT(BINARY_FID) "00D6000001AA", 0, "039000");
    apdu(&f, "01B2000204", "020202029000");
    apdu(&f, "01A4080C047F70" BINARY_FID, "9000");
    apdu_row(&f, &(struct row){"ADM1 of the script", "01B0000001", "6982", "READ BINARY", "TS 102 221 9.2", "ADM1",
                               "not presented", NO_OFFSET});
    apdu(&f, "0120000A083838383838383838", "9000");
    o.counter = 2;
    ota_run(&f, &o, WRONG_ADM1, 0, "0163C2");
    apdu(&f, "01B0000001", "AA9000"); /* still verified; the tries are shared */
    apdu(&f, "0120000A00", "63C2");
    o.counter = 3;
    ota_run(&f, &o, "00C0000001", 0, "016985"); /* what waits for the terminal is not there */
}
END_TEST

/* A PIN that a script blocked opens nothing any more for a terminal that had presented it (TS 102 221 9.5.1). */
START_TEST(test_blocked)
{
    struct ota o;
    ota_server(&o, TAR_OPEN, "1619", SET_AES);
    apdu(&f, "0070000001", "019000");
    apdu(&f, "0120000A083838383838383838", "9000");
    apdu(&f, "01A4080C047F70" BINARY_FID, "9000");
    apdu(&f, "01B0000001", "009000");
    ota_run(&f, &o, WRONG_ADM1 WRONG_ADM1 WRONG_ADM1, 0, "0363C0");
    apdu_row(&f, &(struct row){"blocked", "01B0000001", "6982", "READ BINARY", "TS 102 221 9.2", "ADM1",
                               "not presented", NO_OFFSET});
}
END_TEST

/* The retry counter is committed before the comparison, even though the ENVELOPE is cut afterwards. */
START_TEST(test_pin_cut)
{
    struct ota o;
    BUF_LOCAL text = {0};
    BUF_LOCAL packet = {0};
    BUF_LOCAL envelope = {0};
    BUF_LOCAL answer = {0};
    struct lpa_reader reader;
    put_hex(&text, WRONG_ADM1);
    ota_server(&o, TAR_OPEN, "1619", SET_AES);
    ck_assert(ota_packet(&o, buf_slice(&text), &packet));
    ota_put_envelope(buf_slice(&packet), &envelope);
    f.power_cut = CUT_AFTER_COMMIT;
    ck_assert(lpa_reader_card(&reader, f.card));
    ck_assert(!reader.transmit(reader.ctx, buf_slice(&envelope), &answer));
    f.power_cut = CUT_NEVER;
    card_cut(&f);
    apdu(&f, TERMINAL_PROFILE, "9000");
    apdu(&f, "0070000001", "019000");
    apdu(&f, "0120000A00", "63C2");
}
END_TEST

START_TEST(test_personality)
{
    struct ota o;
    card_free(&f);
    ota_begin(&f, "ota_stop_at_warning = yes\nota_por_max = 20\nfull_access_keeps_never = yes\n");
    ota_server(&o, TAR_OPEN, "0001", 0);
    ota_run(&f, &o, WRONG_ADM1 SELECT(BINARY_FID), 0, "0163C2");
    ota_run(&f, &o, SELECT(BINARY_FID) "00B0000001", 0, "02900000");
    ota_run(&f, &o, SELECT(BINARY_FID) "00B0000002", 0, "0262F100");
    ota_run(&f, &o, SELECT(SEALED_FID) "00D600000101", 0, "026982");
    ota_run(&f, &o, "AA(" SELECT_4(BINARY_FID) ")", 0, ""); /* nothing of it fits */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ota_files");
    TCase *t = tcase_create("files");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, test_script, 0, COUNT(scripts));
    tcase_add_test(t, test_stops);
    tcase_add_test(t, test_long_answer);
    tcase_add_loop_test(t, test_expanded, 0, COUNT(expanded));
    tcase_add_test(t, test_expanded_long);
    tcase_add_test(t, test_terminal);
    tcase_add_test(t, test_blocked);
    tcase_add_test(t, test_pin_cut);
    tcase_add_test(t, test_personality);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
