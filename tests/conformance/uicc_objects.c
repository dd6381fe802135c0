/* RETRIEVE DATA, SET DATA on BER-TLV structure EFs: whole objects and blocks, the tag list, limits, what interrupts a
 * transfer (TS 102 221 11.3). */
#include "uicc_common.h"

#define GET "RETRIEVE DATA", "TS 102 221 11.3.1"
#define SET "SET DATA", "TS 102 221 11.3.2"

static struct fixture f;

static const struct uicc_file files[] = {
    {"6F01", FILE_BER_TLV, 1, RULE_ALWAYS, .content = "8003AABBCC 9F210411223344 810100", .size = 64},
    {"6F02", FILE_BER_TLV, 0x12, RULE_ALWAYS, .size = 32, .maximum_size = 20},
    {"6F03", FILE_BER_TLV, 3, RULE_READ, .content = "800111", .size = 32},
    {"6F04", FILE_TRANSPARENT, 4, RULE_ALWAYS, .content = "800111"},
    {"6F05", FILE_BER_TLV, 0x15, RULE_ALWAYS, .size = 4096},
    {"6F06", FILE_BER_TLV, 0x16, RULE_ALWAYS, .content = "800111", .size = 32, .life_cycle = FILE_DEACTIVATED},
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

START_TEST(test_fcp)
{
    static const struct row rows[] = {
        {"an EF with objects", "00A40004026F0100",
         "6220 82027921 83026F01 A507 840101 85020040 8A0105 8B032F0602 8002000F 880108 9000", FINE},
        {"with a maximum", "00A40004026F0200",
         "6224 82027921 83026F02 A50B 840101 85020020 86020014 8A0105 8B032F0602 80020000 880190 9000", FINE},
        {"READ BINARY", "00B0000000", "6981", "READ BINARY", "TS 102 221 11.1.3", "a transparent EF", "6F02",
         NO_OFFSET},
        {"READ RECORD", "00B2010400", "6981", "READ RECORD", "TS 102 221 11.1.5", "an EF of records", "6F02",
         NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_retrieve)
{
    static const struct row rows[] = {
        {"without EF", "80CB008001 80 00", "6986", "RETRIEVE DATA", "TS 102 221 11.1.3", "a selected EF", "none",
         NO_OFFSET},
        {"by SFI", "80CB008101 80 00", "8003AABBCC9000", FINE},
        {"current EF, two bytes of tag", "80CB008002 9F21 00", "9F2104112233449000", FINE},
        {"tags", "80CB008001 5C 00", "5C04809F21819000", FINE},
        {"61xx", "80CB008001 80", "6105", FINE},
        {"fetched", "00C0000005", "8003AABBCC9000", FINE},
        {"unknown tag", "80CB008001 82 00", "6A88", GET, "the tag of an object of the file", "82", 0},
        {"unknown tag of 3 bytes", "80CB008003 9F8101 00", "6A88", GET, "the tag of an object", "9F8101", 0},
        {"universal tag", "80CB008001 30 00", "6A80", GET, "a tag, 80 to FE", "30", 0},
        {"FF", "80CB008001 FF 00", "6A80", GET, "a tag, 80 to FE", "FF", 0},
        {"half a tag", "80CB008001 9F 00", "6A80", GET, "a tag, 80 to FE", "9F", 0},
        {"more than a tag", "80CB008002 8000 00", "6A80", GET, "a tag, 80 to FE", "2 bytes", 0},
        {"no tag", "80CB008000", "6A80", GET, "a tag, 80 to FE", "0 bytes", 0},
        {"nothing is under way", "80CB000000", "6985", GET, "an object of which blocks are left", "none", NO_OFFSET},
        {"nothing to repeat", "80CB00C000", "6985", GET, "an object of which blocks are left", "none", NO_OFFSET},
        {"P1 01", "80CB018001 80 00", "6A86", GET, "P1 00, P2 80", "01 80", NO_OFFSET},
        {"P2 40", "80CB004001 80 00", "6A86", GET, "P1 00, P2 80", "00 40", NO_OFFSET},
        {"P2 A1", "80CB00A101 80 00", "6A86", GET, "P1 00, P2 80", "00 A1", NO_OFFSET},
        {"next by SFI", "80CB000100", "6A86", GET, "P1 00, P2 80", "00 01", NO_OFFSET},
        {"a transparent EF", "80CB008401 80 00", "6981", GET, "a BER-TLV structure EF", "6F04", NO_OFFSET},
        {"deactivated", "80CB009601 80 00", "6985", GET, "an activated file", "6F06", NO_OFFSET},
        {"class 00", "00CB008101 80 00", "6D00", "command", "TS 102 221 10.1.2", "an instruction of this class",
         "00 CB", 1},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_retrieve_blocks)
{
    static const struct row rows[] = {
        {"4 bytes", "80CB008102 9F21 04", "9F21041162F1", FINE},
        {"next, 2 bytes", "80CB000002", "223362F1", FINE},
        {"the same again", "80CB00C002", "223362F1", FINE},
        {"more than is left", "80CB000003", "6C01", FINE},
        {"the last", "80CB000001", "449000", FINE},
        {"the last again", "80CB00C001", "449000", FINE},
        {"no more", "80CB000000", "6985", GET, "an object of which blocks are left", "none", NO_OFFSET},
        {"next with data", "80CB000001 80 00", "6700", GET, "no data after the first block", "1 bytes", NO_OFFSET},
        {"anew", "80CB008002 9F21 04", "9F21041162F1", FINE},
        {"changed on another channel", "0070000001", "019000", FINE},
        {"there", "81DB008103 9F2100", "9000", FINE},
        {"the transfer goes on with what it began", "80CB000000", "2233449000", FINE},
        {"now it is empty", "80CB008002 9F21 00", "9F21009000", FINE},
        {"anew", "80CB008001 80 02", "800362F1", FINE},
        {"another file", "00A4000C026F02", "9000", FINE},
        {"ends it", "80CB000000", "6985", GET, "an object of which blocks are left", "none", NO_OFFSET},
        {"anew", "80CB008101 80 02", "800362F1", FINE},
        {"a block that is written ends it", "80DB008003 820100", "9000", FINE},
        {"so", "80CB000000", "6985", GET, "an object of which blocks are left", "none", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_set)
{
    static const struct row rows[] = {
        {"without EF", "80DB008003 820155", "6986", "SET DATA", "TS 102 221 11.1.3", "a selected EF", "none",
         NO_OFFSET},
        {"new", "80DB008103 820155", "9000", FINE},
        {"there", "80CB008001 82 00", "8201559000", FINE},
        {"replaced", "80DB008006 800401020304", "9000", FINE},
        {"in its place", "80CB008001 5C 00", "5C05809F2181829000", FINE},
        {"there", "80CB008001 80 00", "8004010203049000", FINE},
        {"empty", "80DB008002 8100", "9000", FINE},
        {"there", "80CB008001 81 00", "81009000", FINE},
        {"deleted", "80DB008002 9F21", "9000", FINE},
        {"gone", "80CB008002 9F21 00", "6A88", GET, "the tag of an object of the file", "9F21", 0},
        {"deleted again", "80DB008002 9F21", "6A88", SET, "the tag of an object of the file", "9F21", 0},
        {"the others", "80CB008001 5C 00", "5C038081829000", FINE},
        {"universal tag", "80DB008003 300155", "6A80", SET, "a tag, 80 to FE", "30", 0},
        {"the tag list", "80DB008003 5C0155", "6A80", SET, "a tag, 80 to FE", "5C", 0},
        {"no length that is one", "80DB008002 8080", "6A80", SET, "tag and length", "other bytes", 1},
        {"length cut", "80DB008002 8081", "6A80", SET, "tag and length", "other bytes", 1},
        {"more than the object", "80DB008004 82015566", "6A80", SET, "no more than the object", "4 bytes of 3", 3},
        {"no data", "80DB0080", "6700", SET, "a block of an object", "no data", NO_OFFSET},
        {"next of nothing", "80DB000001 55", "6985", SET, "an object of which blocks are wanted", "none", NO_OFFSET},
        {"P1 01", "80DB018103 820155", "6A86", SET, "P1 00, P2 80", "01 81", NO_OFFSET},
        {"not allowed", "80DB008303 820155", "6982", "SET DATA", "TS 102 221 9.2", "update", "never", NO_OFFSET},
        {"a transparent EF", "80DB008403 820155", "6981", SET, "a BER-TLV structure EF", "6F04", NO_OFFSET},
        {"unchanged", "80CB008101 5C 00", "5C038081829000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_set_blocks)
{
    static const struct row rows[] = {
        {"first", "80DB008104 82050102", "63F1", FINE},
        {"not there yet", "80CB008001 5C 00", "5C04809F21819000", FINE},
        {"which ended it", "80DB000001 03", "6985", SET, "an object of which blocks are wanted", "none", NO_OFFSET},
        {"first", "80DB008104 82050102", "63F1", FINE},
        {"next", "80DB000001 09", "63F1", FINE},
        {"the same again, corrected", "80DB00C001 03", "63F1", FINE},
        {"the last", "80DB000002 0405", "9000", FINE},
        {"there", "80CB008001 82 00", "820501020304059000", FINE},
        {"first", "80DB008003 820309", "63F1", FINE},
        {"the first again", "80DB00C003 820301", "63F1", FINE},
        {"too much", "80DB000003 020304", "6A80", SET, "no more than the object", "3 bytes of 2", 2},
        {"is the end of it", "80DB000002 0203", "6985", SET, "an object of which blocks are wanted", "none", NO_OFFSET},
        {"as it was", "80CB008001 82 00", "820501020304059000", FINE},
        {"only tag and length", "80DB008002 8301", "63F1", FINE},
        {"then the value", "80DB000001 77", "9000", FINE},
        {"there", "80CB008001 83 00", "8301779000", FINE},
        {"nothing more", "80DB000001 77", "6985", SET, "an object of which blocks are wanted", "none", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
    card_cut(&f);
    apdu(&f, "00A4000C023F00", "9000");
    apdu(&f, "80CB008101 82 00", "820501020304059000");
}
END_TEST

START_TEST(test_limits)
{
    static const struct row rows[] = {
        {"10 of 20", "80DB00920A 8008AAAAAAAAAAAAAAAA", "9000", FINE},
        {"10 more", "80DB00800A 8108BBBBBBBBBBBBBBBB", "9000", FINE},
        {"one more", "80DB008002 8200", "6A84", SET, "objects within the maximum size", "22 bytes of 20", 0},
        {"as long a one instead", "80DB00800A 8108CCCCCCCCCCCCCCCC", "9000", FINE},
        {"a longer one instead", "80DB00800B 8109CCCCCCCCCCCCCCCCCC", "6A84", SET, "objects within the maximum size",
         "21 bytes of 20", 0},
        {"said with the first block", "80DB008003 8209AA", "6A84", SET, "objects within the maximum size",
         "31 bytes of 20", 0},
        {"far too long", "80DB008006 82847FFFFFF0", "6A84", SET, "objects within the maximum size", "of 20", 0},
        {"one deleted", "80DB008001 80", "9000", FINE},
        {"room again", "80DB008002 8200", "9000", FINE},
        {"reserved size is the limit without a maximum", "80DB008106 82847FFFFFF0", "6A84", SET,
         "objects within the maximum size", "of 64", 0},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* 600 bytes by blocks of 255: and the memory of the card is what limits it. */
/* Two channels send an object in blocks into the same file: each would fit, both do not. */
START_TEST(test_blocks_beside_others)
{
    static const struct row rows[] = {
        {"a channel", "0070000001", "019000", FINE},
        {"first of 12", "80DB009204 800A0102", "63F1", FINE},
        {"another of 12 there", "81DB009204 810A0102", "63F1", FINE},
        {"the last", "80DB000008 0304050607080910", "9000", FINE},
        {"the other does not fit any more", "81DB000008 0304050607080910", "6A84", SET,
         "objects within the maximum size", "24 bytes of 20", 0},
        {"nothing of it is there", "80CB008001 5C 00", "5C01809000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_long_object)
{
    BUF_LOCAL object = {0};
    BUF_LOCAL back = {0};
    uint8_t answer[260];
    size_t n;
    put_hex(&object, "80820258");
    for (unsigned i = 0; i < 600; i++)
        buf_byte(&object, (uint8_t)i);
    for (size_t at = 0; at < object.n; at += 255) {
        size_t size = object.n - at < 255 ? object.n - at : 255;
        BUF_LOCAL command = {0};
        put_hex(&command, at ? "80DB0000" : "80DB0095");
        buf_byte(&command, (uint8_t)size);
        buf_append(&command, slice_of(object.p + at, size));
        ck_assert_int_eq(euicc_transmit(f.card, command.p, command.n, answer, sizeof answer, &n), EUICC_OK);
        ck_assert_uint_eq(n, 2);
        ck_assert_uint_eq(answer[0], at + size < object.n ? 0x63 : 0x90);
    }
    static const uint8_t first[] = {0x80, 0xcb, 0x00, 0x80, 0x01, 0x80, 0x00};
    static const uint8_t next[] = {0x80, 0xcb, 0x00, 0x00, 0x00};
    do {
        ck_assert_int_eq(back.n ? euicc_transmit(f.card, next, sizeof next, answer, sizeof answer, &n)
                                : euicc_transmit(f.card, first, sizeof first, answer, sizeof answer, &n),
                         EUICC_OK);
        buf_append(&back, slice_of(answer, n - 2));
    } while (answer[n - 2] == 0x62 && answer[n - 1] == 0xf1);
    ck_assert_uint_eq(answer[n - 2], 0x90);
    ck_assert(slice_equal(buf_slice(&back), buf_slice(&object)));
    card_cut(&f);
    ck_assert(f.card->model.personality.memory_size > 100000);
    /* What a file may hold is its own: no memory has to be free for it. */
    f.card->model.personality.memory_size = (uint32_t)store_charged(f.card->model.store);
    static const struct row full[] = {
        {"MF", "00A4000C023F00", "9000", FINE},
        {"no byte is free", "80DB009505 8103010203", "9000", FINE},
        {"a file of 20 bytes", "80DB009209 8007 01020304050607", "9000", FINE},
        {"all of it", "80DB00800B 8109 010203040506070809", "9000", FINE},
        {"more", "80DB008002 8200", "6A84", SET, "objects within the maximum size", "22 bytes of 20", 0},
        {"the objects are there", "80CB009201 81 00", "81090102030405060708099000", FINE},
    };
    apdu_rows(&f, ROWS(full));
    ck_assert_uint_eq(store_charged(f.card->model.store), f.card->model.personality.memory_size);
}
END_TEST

/* A proactive command waits: 62F2 and 63F2 say both. */
START_TEST(test_proactive)
{
    static const struct row rows[] = {
        {"TERMINAL PROFILE", "8010000003000080", "9000", FINE},
        {"first block", "80CB008102 9F21 04", "9F21041162F2", FINE},
        {"next", "80CB000000", "223344910B", FINE},
        {"set", "80DB008003 820401", "63F2", FINE},
    };
    apdu_row(&f, &rows[0]);
    cat_queue_refresh(&f.card->model);
    apdu_rows(&f, rows + 1, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc_objects");
    TCase *tests = tcase_create("objects");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_fcp);
    tcase_add_test(tests, test_retrieve);
    tcase_add_test(tests, test_retrieve_blocks);
    tcase_add_test(tests, test_set);
    tcase_add_test(tests, test_set_blocks);
    tcase_add_test(tests, test_limits);
    tcase_add_test(tests, test_blocks_beside_others);
    tcase_add_test(tests, test_long_object);
    tcase_add_test(tests, test_proactive);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
