/* READ RECORD, UPDATE RECORD, SEARCH RECORD, INCREASE on an enabled profile (TS 102 221 11.1.5 to 11.1.8, 8.2.2). */
#include "uicc_common.h"

#define READ "READ RECORD", "TS 102 221 11.1.5"
#define UPDATE "UPDATE RECORD", "TS 102 221 11.1.6"
#define SEARCH "SEARCH RECORD", "TS 102 221 11.1.7"
#define ADD "INCREASE", "TS 102 221 11.1.8"

static struct fixture f;

static const struct uicc_file files[] = {
    {"6F01", FILE_LINEAR_FIXED, 1, RULE_ALWAYS, 4, .content = "01020304 11121314 01020304 41424344"},
    {"6F02", FILE_CYCLIC, 0x12, RULE_ALWAYS, 3, .content = "000001 000002 000003"},
    {"6F03", FILE_LINEAR_FIXED, 3, RULE_ADM, 4, .content = "01020304"},
    {"6F04", FILE_CYCLIC, 4, RULE_ALWAYS, 3, .content = "FFFFFE 000002 000003"},
    {"6F05", FILE_CYCLIC, 0x15, RULE_READ, 3, .content = "000001"},
    {"6F06", FILE_TRANSPARENT, 0x16, RULE_ALWAYS, .content = "000001"},
    {"6F07", FILE_LINEAR_FIXED, 7, RULE_ALWAYS, 4, .content = "01020304", .life_cycle = FILE_DEACTIVATED},
    {"6F08", FILE_LINEAR_FIXED, 8, RULE_ALWAYS, 8,
     .content = "0000AA1122334455 AA00112233445566 0011AA0011000000 AAAAAAAAAAAAAAAA"},
};

static void set_up(void)
{
    uicc_card(&f, NULL);
    uicc_put(&f, AID_1, ROWS(files));
}

static void tear_down(void)
{
    card_free(&f);
}

#define NONE(came) "6A83", READ, "a record of the file", came, NO_OFFSET
START_TEST(test_read)
{
    static const struct row rows[] = {
        {"without EF", "00B2010400", "6986", "READ RECORD", "TS 102 221 11.1.3", "a selected EF", "none", NO_OFFSET},
        {"by SFI", "00B2010C00", "010203049000", FINE},
        {"absolute", "00B2020404", "111213149000", FINE},
        {"the pointer is nowhere", "00B2000400", NONE("0 of 4")},
        {"next of nothing is the first", "00B2000200", "010203049000", FINE},
        {"current", "00B2000400", "010203049000", FINE},
        {"next", "00B2000200", "111213149000", FINE},
        {"absolute does not move it", "00B2040400", "414243449000", FINE},
        {"current", "00B2000400", "111213149000", FINE},
        {"previous", "00B2000300", "010203049000", FINE},
        {"none before the first", "00B2000300", NONE("0 of 4")},
        {"the pointer stays", "00B2000400", "010203049000", FINE},
        {"wrong Le does not move it", "00B2000205", "6C04", FINE},
        {"shorter Le", "00B2000203", "6C04", FINE},
        {"next", "00B2000204", "111213149000", FINE},
        {"by SFI anew: nowhere", "00B2000A00", "010203049000", FINE},
        {"previous of nothing is the last", "00B2000B00", "414243449000", FINE},
        {"no next after the last", "00B2000200", NONE("5 of 4")},
        {"record 5 of 4", "00B2050400", NONE("5 of 4")},
        {"mode 0", "00B2010000", "6A86", READ, "mode 2, 3 or 4", "0", NO_OFFSET},
        {"mode 5", "00B2010500", "6A86", READ, "mode 2, 3 or 4", "5", NO_OFFSET},
        {"next with a number", "00B2010200", "6A86", READ, "P1 00 for the next", "01", NO_OFFSET},
        {"with data", "00B2010401AA", "6700", READ, "no data", "1 bytes", NO_OFFSET},
        {"without Le", "00B20104", "6104", FINE},
        {"unknown SFI", "00B201FC00", "6A82", "READ RECORD", "TS 102 221 8.4.3", "the SFI of a file", "1F", NO_OFFSET},
        {"a transparent EF", "00B201B400", "6981", READ, "an EF of records", "6F06", NO_OFFSET},
        {"deactivated", "00B2013C00", "6985", READ, "an activated file", "6F07", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
    static const struct row directory[] = {
        {"EF.DIR", "00A4000C022F00", "9000", FINE},
        {"READ BINARY on it", "00B0000001", "6981", "READ BINARY", "TS 102 221 11.1.3", "a transparent EF", "2F00",
         NO_OFFSET},
        {"record 5 of 4", "00B2050421", NONE("5 of 4")},
        {"EF.ICCID", "00A4000C022FE2", "9000", FINE},
        {"READ RECORD on it", "00B2010400", "6981", READ, "an EF of records", "2FE2", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(directory));
}
END_TEST

START_TEST(test_read_cyclic)
{
    static const struct row rows[] = {
        {"record 1 is the newest", "00B2019400", "0000019000", FINE},
        {"next", "00B2000200", "0000019000", FINE},
        {"next", "00B2000200", "0000029000", FINE},
        {"next", "00B2000200", "0000039000", FINE},
        {"goes round", "00B2000200", "0000019000", FINE},
        {"backwards, too", "00B2000300", "0000039000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_update)
{
    static const struct row rows[] = {
        {"without EF", "00DC010404AABBCCDD", "6986", "UPDATE RECORD", "TS 102 221 11.1.3", "a selected EF", "none",
         NO_OFFSET},
        {"by SFI", "00DC020C04AABBCCDD", "9000", FINE},
        {"read", "00B2020400", "AABBCCDD9000", FINE},
        {"current, none", "00DC000404AABBCCDD", "6A83", UPDATE, "a record of the file", "0 of 4", NO_OFFSET},
        {"next of nothing", "00DC00020401010101", "9000", FINE},
        {"current", "00DC00040402020202", "9000", FINE},
        {"next", "00DC00020403030303", "9000", FINE},
        {"previous", "00DC00030404040404", "9000", FINE},
        {"record 1", "00B2010400", "040404049000", FINE},
        {"record 2", "00B2020400", "030303039000", FINE},
        {"none before", "00DC00030405050505", "6A83", UPDATE, "a record of the file", "0 of 4", NO_OFFSET},
        {"record 5", "00DC05040405050505", "6A83", UPDATE, "a record of the file", "5 of 4", NO_OFFSET},
        {"3 bytes", "00DC010403050505", "6700", UPDATE, "data of the length of a record", "3 bytes of 4", NO_OFFSET},
        {"5 bytes", "00DC0104050505050505", "6700", UPDATE, "data of the length", "5 bytes of 4", NO_OFFSET},
        {"no data", "00DC0104", "6700", UPDATE, "data of the length of a record", "0 bytes of 4", NO_OFFSET},
        {"a length that is wrong does not move the pointer", "00DC000203050505", "6700", UPDATE, "data of the length",
         "3 bytes", NO_OFFSET},
        {"it does not", "00B2000400", "040404049000", FINE},
        {"mode 6", "00DC01060405050505", "6A86", UPDATE, "mode 2, 3 or 4", "6", NO_OFFSET},
        {"previous with a number", "00DC01030405050505", "6A86", UPDATE, "P1 00", "01", NO_OFFSET},
        {"a transparent EF", "00DC01B40405050505", "6981", UPDATE, "an EF of records", "6F06", NO_OFFSET},
        {"deactivated", "00DC013C0405050505", "6985", UPDATE, "an activated file", "6F07", NO_OFFSET},
        {"needs ADM1", "00DC011C0405050505", "6982", "UPDATE RECORD", "TS 102 221 9.2", "ADM1", "", NO_OFFSET},
        {"ADM1", "0020000A083535353535353535", "9000", FINE},
        {"then the length counts", "00DC011C03050505", "6700", UPDATE, "data of the length", "3 bytes of 4", NO_OFFSET},
        {"and it is written", "00DC011C0405050505", "9000", FINE},
        {"EF.DIR", "00A4000C022F00", "9000", FINE},
        {"32 bytes instead of 33", "00DC010420 0000000000000000000000000000000000000000000000000000000000000000",
         "6700", UPDATE, "data of the length of a record", "32 bytes of 33", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* A cyclic EF: the oldest record goes, the new one is record 1 and the current one. */
START_TEST(test_update_cyclic)
{
    static const struct row rows[] = {
        {"previous", "00DC009303AAAAAA", "9000", FINE},
        {"current", "00B2000400", "AAAAAA9000", FINE},
        {"record 1", "00B2010400", "AAAAAA9000", FINE},
        {"record 2 was 1", "00B2020400", "0000019000", FINE},
        {"record 3 was 2", "00B2030400", "0000029000", FINE},
        {"no more", "00B2040400", "6A83", READ, "a record of the file", "4 of 3", NO_OFFSET},
        {"absolute", "00DC010403BBBBBB", "6981", UPDATE, "only in mode 3", "6F02", NO_OFFSET},
        {"next", "00DC000203BBBBBB", "6981", UPDATE, "only in mode 3", "6F02", NO_OFFSET},
        {"2 bytes", "00DC000302BBBB", "6700", UPDATE, "data of the length of a record", "2 bytes of 3", NO_OFFSET},
        {"unchanged", "00B2010400", "AAAAAA9000", FINE},
        {"one without a rule", "00DC00AB03BBBBBB", "6982", "UPDATE RECORD", "TS 102 221 9.2", "update", "never",
         NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_search)
{
    static const struct row rows[] = {
        {"without EF", "00A20104010100", "6986", "SEARCH RECORD", "TS 102 221 11.1.3", "a selected EF", "none",
         NO_OFFSET},
        {"by SFI, forward", "00A2010C04 01020304 00", "01039000", FINE},
        {"the pointer is at the first match", "00B2000400", "010203049000", FINE},
        {"from record 2", "00A2020404 01020304 00", "039000", FINE},
        {"backward", "00A2040504 01020304 00", "03019000", FINE},
        {"backward from 2", "00A2020504 01020304 00", "019000", FINE},
        {"current record", "00A2000404 01020304 00", "01039000", FINE},
        {"inside the record", "00A2010402 1314 00", "029000", FINE},
        {"one byte", "00A2010401 43 00", "049000", FINE},
        {"61xx", "00A2010404 01020304", "6102", FINE},
        {"fetched", "00C0000002", "01039000", FINE},
        {"no match", "00A2010401 99 00", "6282", FINE},
        {"the pointer stays", "00B2000400", "010203049000", FINE},
        {"longer than a record", "00A2010405 0102030405 00", "6700", SEARCH, "a pattern no longer than a record",
         "5 bytes of 4", NO_OFFSET},
        {"empty", "00A2010400", "6700", SEARCH, "a pattern", "no data", NO_OFFSET},
        {"record 5", "00A2050401 01 00", "6A83", SEARCH, "a record of the file", "5 of 4", NO_OFFSET},
        {"record 5 backward", "00A2050501 01 00", "6A83", SEARCH, "a record of the file", "5 of 4", NO_OFFSET},
        {"current, none", "00A2000C01 01 00", "6A83", SEARCH, "a record of the file", "0 of 4", NO_OFFSET},
        {"type 7", "00A2010701 01 00", "6A86", SEARCH, "a search of type 4, 5 or 6", "7", NO_OFFSET},
        {"type 3", "00A2010301 01 00", "6A86", SEARCH, "a search of type 4, 5 or 6", "3", NO_OFFSET},
        {"a transparent EF", "00A201B401 01 00", "6981", SEARCH, "an EF of records", "6F06", NO_OFFSET},
        {"deactivated", "00A2013C01 01 00", "6985", SEARCH, "an activated file", "6F07", NO_OFFSET},
        {"cyclic", "00A2019402 0000 00", "0102039000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_search_enhanced)
{
    static const struct row rows[] = {
        {"from offset 0", "00A2014604 0400 11 22 00", "01029000", FINE},
        {"from offset 3", "00A2010604 0403 11 22 00", "019000", FINE},
        {"from offset 4", "00A2010604 0404 11 22 00", "6282", FINE},
        {"offset beyond the record", "00A2010603 04FF 11 00", "6282", FINE},
        {"after AA", "00A2010603 0CAA 11 00", "0102039000", FINE},
        {"directly or later", "00A2010604 0CAA 0011 00", "02039000", FINE},
        {"after a byte that is nowhere", "00A2010603 0C77 11 00", "6282", FINE},
        {"behind the last byte", "00A2010603 0C66 66 00", "6282", FINE},
        {"backward from 3", "00A2030603 0500 11 00", "0302019000", FINE},
        {"the pointer is at 3; forward from next", "00A2000603 0600 AA 00", "049000", FINE},
        {"no next after 4", "00A2000603 0600 AA 00", "6282", FINE},
        {"backward from previous", "00A2000603 0700 AA 00", "0302019000", FINE},
        {"the pointer is at 3", "00A2000603 0700 11 00", "02019000", FINE},
        {"first search by SFI: from next is from 1", "00A2004603 0600 AA 00", "010203049000", FINE},
        {"first search by SFI: from previous is from the last", "00A2004603 0700 AA 00", "040302019000", FINE},
        {"at record 1: no previous", "00A2010603 0400 AA 00", "010203049000", FINE},
        {"none", "00A2000603 0700 AA 00", "6282", FINE},
        {"the file comes before the data", "00A201FE03 0300 AA 00", "6A82", "SEARCH RECORD", "TS 102 221 8.4.3",
         "the SFI of a file", "1F", NO_OFFSET},
        {"indication 03", "00A2010603 0300 AA 00", "6A80", SEARCH, "a search indication", "03", 0},
        {"indication 14", "00A2010603 1400 AA 00", "6A80", SEARCH, "a search indication", "14", 0},
        {"no pattern", "00A2010602 0400 00", "6700", SEARCH, "a search indication and a pattern", "2 bytes", NO_OFFSET},
        {"pattern of 9", "00A201060B 0400 000000000000000000 00", "6700", SEARCH, "a pattern no longer", "9 bytes of 8",
         NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_increase)
{
    static const struct row rows[] = {
        {"without EF", "8032000003 000001 00", "6986", "INCREASE", "TS 102 221 11.1.3", "a selected EF", "none",
         NO_OFFSET},
        {"by SFI", "8032920003 000005 00", "000006 000005 9000", FINE},
        {"it is record 1", "00B2010400", "0000069000", FINE},
        {"the old one is 2", "00B2020400", "0000019000", FINE},
        {"the oldest is gone", "00B2030400", "0000029000", FINE},
        {"the pointer is on it", "00B2000400", "0000069000", FINE},
        {"with carry, one byte", "8032000001 FF 00", "000105 FF 9000", FINE},
        {"61xx", "8032000003 000001", "6106", FINE},
        {"fetched", "00C0000006", "000106 000001 9000", FINE},
        {"up to the end", "8032840003 000001 00", "FFFFFF 000001 9000", FINE},
        {"past it", "8032000003 000001 00", "9850", ADD, "a sum that the record can hold", "an overflow", 0},
        {"far past it", "8032000003 FFFFFF 00", "9850", ADD, "a sum that the record can hold", "an overflow", 0},
        {"nothing changed", "00B2010400", "FFFFFF9000", FINE},
        {"nor moved", "00B2020400", "FFFFFE9000", FINE},
        {"4 bytes", "8032000004 00000001 00", "6700", ADD, "a value no longer than a record", "4 bytes of 3",
         NO_OFFSET},
        {"no value", "8032000000", "6700", ADD, "a value to add", "no data", NO_OFFSET},
        {"P2 01", "8032000103 000001 00", "6A86", ADD, "P1 00 or an SFI, P2 00", "00 01", NO_OFFSET},
        {"P1 40", "8032400003 000001 00", "6A86", ADD, "P1 00 or an SFI, P2 00", "40 00", NO_OFFSET},
        {"P1 A0", "8032A00003 000001 00", "6A86", ADD, "P1 00 or an SFI, P2 00", "A0 00", NO_OFFSET},
        {"class 00", "0032000003 000001 00", "6D00", "command", "TS 102 221 10.1.2", "an instruction of this class",
         "00 32", 1},
        {"linear fixed", "8032810003 000001 00", "6981", ADD, "a cyclic EF", "6F01", NO_OFFSET},
        {"without a rule", "8032950003 000001 00", "6982", "INCREASE", "TS 102 221 9.2", "", "", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc_records");
    TCase *tests = tcase_create("records");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_read);
    tcase_add_test(tests, test_read_cyclic);
    tcase_add_test(tests, test_update);
    tcase_add_test(tests, test_update_cyclic);
    tcase_add_test(tests, test_search);
    tcase_add_test(tests, test_search_enhanced);
    tcase_add_test(tests, test_increase);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
