/* READ BINARY, UPDATE BINARY on an enabled profile: offsets, SFIs, lengths, the order of the checks, deactivated files,
 * one commit a command (TS 102 221 11.1.3, 11.1.4). */
#include "uicc_common.h"

#define ABCD "AABBCCDDEE"
#define READ "READ BINARY", "TS 102 221 11.1.3"
#define UPDATE "UPDATE BINARY", "TS 102 221 11.1.4"
#define VERIFY_ADM1 "0020000A08 3535353535353535"

static struct fixture f;

static const struct uicc_file files[] = {
    {"6F01", FILE_TRANSPARENT, 1, RULE_ALWAYS, .content = ABCD},
    {"6F02", FILE_TRANSPARENT, 0x12, RULE_ADM, .content = ABCD},
    {"6F03", FILE_TRANSPARENT, 0, RULE_ALWAYS, .content = "00", .size = 700},
    {"6F04", FILE_TRANSPARENT, 4, RULE_ALWAYS, .content = "00", .size = 0x8200},
    {"6F05", FILE_TRANSPARENT, 7, 0, .content = ABCD},
    {"6F06", FILE_LINEAR_FIXED, 8, RULE_ALWAYS, 4, .content = "01020304"},
    {"6F07", FILE_BER_TLV, 9, RULE_ALWAYS, .size = 64},
    {"6FD1", FILE_TRANSPARENT, 10, RULE_ALWAYS, .content = ABCD, .life_cycle = FILE_DEACTIVATED},
    {"6FD2", FILE_TRANSPARENT, 11, RULE_ALWAYS, .content = ABCD, .life_cycle = FILE_TERMINATED},
    {"6FD3", FILE_TRANSPARENT, 12, RULE_ALWAYS, .content = ABCD, .life_cycle = FILE_DEACTIVATED,
     .special = FILE_USABLE_DEACTIVATED},
    {"6FD4", FILE_TRANSPARENT, 13, RULE_ADM, .content = ABCD, .life_cycle = FILE_DEACTIVATED},
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

START_TEST(test_read)
{
    static const struct row rows[] = {
        {"with only the MF selected", "00B0000000", "6986", READ, "a selected EF", "none", NO_OFFSET},
        {"by SFI", "00B0810000", ABCD "9000", FINE},
        {"it is the current one now", "00B0000102", "BBCC9000", FINE},
        {"by SFI with an offset", "00B0810302", "DDEE9000", FINE},
        {"SFI 0 is the current one", "00B0800401", "EE9000", FINE},
        {"more than there is", "00B0000006", "6C05", FINE},
        {"more than is left", "00B0000303", "6C02", FINE},
        {"as many as are left", "00B0000302", "DDEE9000", FINE},
        {"without Le", "00B00003", "6102", FINE},
        {"fetched", "00C0000002", "DDEE9000", FINE},
        {"offset at the end", "00B0000501", "6B00", READ, "an offset inside the file", "5 of 5", NO_OFFSET},
        {"offset beyond the end", "00B07FFF01", "6B00", READ, "an offset inside the file", "32767 of 5", NO_OFFSET},
        {"offset beyond the end by SFI", "00B081FF01", "6B00", READ, "an offset inside the file", "255 of 5",
         NO_OFFSET},
        {"unknown SFI", "00B09F0001", "6A82", "READ BINARY", "TS 102 221 8.4.3", "the SFI of a file", "1F", NO_OFFSET},
        {"P1 with b7", "00B0C10001", "6A86", READ, "P1 with an SFI in b5 to b1", "C1", NO_OFFSET},
        {"P1 with b6", "00B0A10001", "6A86", READ, "P1 with an SFI in b5 to b1", "A1", NO_OFFSET},
        {"P1 before the length", "00B0C10001AA", "6A86", READ, "P1 with an SFI in b5 to b1", "C1", NO_OFFSET},
        {"with data", "00B0000001AA", "6700", READ, "no data", "1 bytes", NO_OFFSET},
        {"the current EF stays", "00B0000001", "AA9000", FINE},
        {"a file of records", "00B0880001", "6981", READ, "a transparent EF", "6F06", NO_OFFSET},
        {"a BER-TLV file", "00B0890001", "6981", READ, "a transparent EF", "6F07", NO_OFFSET},
        {"a directory", "00A4000C027F10", "9000", FINE},
        {"has no EF", "00B0000001", "6986", READ, "a selected EF", "none", NO_OFFSET},
        {"and no such SFI", "00B0810000", "6A82", "READ BINARY", "TS 102 221 8.4.3", "the SFI of a file", "01",
         NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

#define FF_16 "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
#define FF_64 FF_16 FF_16 FF_16 FF_16
#define FF_192 FF_64 FF_64 FF_64
/* Le 00 is 256 bytes or what is left; offsets have 15 bits. */
START_TEST(test_long)
{
    static const struct row rows[] = {
        {"700 bytes", "00A4000C026F03", "9000", FINE},
        {"Le 00", "00B0000000", "00" FF_192 FF_16 FF_16 FF_16 "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF9000", FINE},
        {"Le FF", "00B00000FF", "00" FF_192 FF_16 FF_16 FF_16 "FFFFFFFFFFFFFFFFFFFFFFFFFFFF9000", FINE},
        {"without Le", "00B00000", "6100", FINE},
        {"GET RESPONSE gives no more than that", "00C0000000",
         "00" FF_192 FF_16 FF_16 FF_16 "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF9000", FINE},
        {"the rest with Le 00", "00B002A000", FF_16 "FFFFFFFFFFFFFFFFFFFFFFFF9000", FINE},
        {"extended Le of more than there is", "00B002A0000168", FF_16 "FFFFFFFFFFFFFFFFFFFFFFFF9000", FINE},
        {"offset with the highest bit", "00A4000C026F04", "9000", FINE},
        {"last offset of 15 bits", "00B07FFF01", "FF9000", FINE},
        {"written there", "00D67FFF015A", "9000", FINE},
        {"is there", "00B07FFE03", "FF5AFF9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_read_past_end)
{
    struct fixture g;
    static const struct row rows[] = {
        {"what is left", "00B0810309", "DDEE6282", FINE},
        {"as much as is left", "00B0810302", "DDEE9000", FINE},
        {"Le 00", "00B0810300", "DDEE9000", FINE},
    };
    uicc_card(&g, "read_past_end = 6282\n");
    uicc_put(&g, AID_1, ROWS(files));
    apdu_rows(&g, ROWS(rows));
    card_free(&g);
}
END_TEST

START_TEST(test_update)
{
    static const struct row rows[] = {
        {"with only the MF selected", "00D6000001AA", "6986", "UPDATE BINARY", "TS 102 221 11.1.3", "a selected EF",
         "none", NO_OFFSET},
        {"by SFI", "00D68100021122", "9000", FINE},
        {"at an offset", "00D600030133", "9000", FINE},
        {"the last byte", "00D600040144", "9000", FINE},
        {"read", "00B0000000", "1122CC33449000", FINE},
        {"over the end", "00D60004025555", "6700", UPDATE, "data that end inside the file", "2 bytes at 4 of 5",
         NO_OFFSET},
        {"too long", "00D6000006666666666666", "6700", UPDATE, "data that end inside", "6 bytes at 0 of 5", NO_OFFSET},
        {"offset at the end", "00D600050177", "6B00", UPDATE, "an offset inside the file", "5 of 5", NO_OFFSET},
        {"no data", "00D60000", "6700", UPDATE, "data to write", "none", NO_OFFSET},
        {"unknown SFI", "00D69F000188", "6A82", "UPDATE BINARY", "TS 102 221 8.4.3", "the SFI of a file", "1F",
         NO_OFFSET},
        {"P1 with b7", "00D6C1000199", "6A86", UPDATE, "P1 with an SFI in b5 to b1", "C1", NO_OFFSET},
        {"P1 before the length", "00D6C100", "6A86", UPDATE, "P1 with an SFI in b5 to b1", "C1", NO_OFFSET},
        {"nothing was written", "00B0000000", "1122CC33449000", FINE},
        {"a file of records", "00D6880001AA", "6981", UPDATE, "a transparent EF", "6F06", NO_OFFSET},
        {"needs ADM1", "00D6920001AA", "6982", "UPDATE BINARY", "TS 102 221 9.2", "ADM1", "", NO_OFFSET},
        {"ADM1", VERIFY_ADM1, "9000", FINE},
        {"with it", "00D6920001AA", "9000", FINE},
        {"EF.ICCID even then", "00A4000C022FE2", "9000", FINE},
        {"never", "00D6000001AA", "6982", "UPDATE BINARY", "TS 102 221 9.2", "update", "never", NO_OFFSET},
        {"no rule at all", "00B0870000", "6982", "READ BINARY", "TS 102 221 9.2", "read", "never", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
    /* It outlives the power. */
    card_cut(&f);
    apdu(&f, "00A4000C023F00", "9000");
    apdu(&f, "00B0810000", "1122CC33449000");
}
END_TEST

/* The order: existence, structure, life cycle, access, data. */
START_TEST(test_order)
{
    static const struct row rows[] = {
        {"P1 before the file", "00B0FF00", "6A86", READ, "P1 with an SFI", "FF", NO_OFFSET},
        {"the length before the file", "00D69F00", "6700", UPDATE, "data to write", "none", NO_OFFSET},
        {"structure before access", "00D6890001AA", "6981", UPDATE, "a transparent EF", "6F07", NO_OFFSET},
        {"life cycle before access", "00D68D0001AA", "6985", UPDATE, "an activated file", "6FD4", NO_OFFSET},
        {"access before the offset", "00D692FF01AA", "6982", "UPDATE BINARY", "TS 102 221 9.2", "ADM1", "", NO_OFFSET},
        {"access before the length", "00D6920006AABBCCDDEEFF", "6982", "UPDATE BINARY", "TS 102 221 9.2", "ADM1", "",
         NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_life_cycle)
{
    static const struct row rows[] = {
        {"deactivated: read", "00B08A0000", "6985", READ, "an activated file", "6FD1, which is deactivated", NO_OFFSET},
        {"update", "00D68A0001AA", "6985", UPDATE, "an activated file", "6FD1, which is deactivated", NO_OFFSET},
        {"terminated: read", "00B08B0000", "6985", READ, "an activated file", "6FD2, which is terminated", NO_OFFSET},
        {"usable all the same", "00B08C0000", ABCD "9000", FINE},
        {"also to write", "00D68C000111", "9000", FINE},
    };
    struct fixture g;
    apdu_rows(&f, ROWS(rows));
    uicc_card(&g, "deactivated_file = 6984\n");
    uicc_put(&g, AID_1, ROWS(files));
    static const struct row other = {
        "personality", "00B08A0000", "6984", READ, "an activated file", "6FD1, which is deactivated", NO_OFFSET};
    apdu_row(&g, &other);
    card_free(&g);
}
END_TEST

/* A command that changes something commits once; one that reads or is refused never. */
START_TEST(test_commits)
{
    size_t before = f.commits;
    apdu(&f, "00B0810000", ABCD "9000");
    static const struct row refused = {"refused", "00D60004025555", "6700", UPDATE, "data that end", "", NO_OFFSET};
    apdu_row(&f, &refused);
    ck_assert_uint_eq(f.commits, before);
    apdu(&f, "00D600000111", "9000");
    ck_assert_uint_eq(f.commits, before + 1);
}
END_TEST

/* Power cut before the commit: the old content; behind it: the new one. */
START_TEST(test_power_cut)
{
    uint8_t command[] = {0x00, 0xd6, 0x81, 0x00, 0x02, 0x11, 0x22};
    uint8_t answer[258];
    size_t n;
    f.power_cut = _i ? CUT_AFTER_COMMIT : CUT_BEFORE_COMMIT;
    ck_assert_int_ne(euicc_transmit(f.card, command, sizeof command, answer, sizeof answer, &n), EUICC_OK);
    f.power_cut = CUT_NEVER;
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    card_cut(&f);
    apdu(&f, "00A4000C023F00", "9000");
    apdu(&f, "00B0810000", _i ? "1122CCDDEE9000" : ABCD "9000");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc_files");
    TCase *tests = tcase_create("transparent");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_read);
    tcase_add_test(tests, test_long);
    tcase_add_test(tests, test_read_past_end);
    tcase_add_test(tests, test_update);
    tcase_add_test(tests, test_order);
    tcase_add_test(tests, test_life_cycle);
    tcase_add_test(tests, test_commits);
    tcase_add_loop_test(tests, test_power_cut, 0, 2);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
