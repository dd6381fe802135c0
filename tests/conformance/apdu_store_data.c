/* STORE DATA (SGP.22 5.7.2; cases 3 to 10): P1, block numbers, chains, what is not a request. */
#include "common.h"

#include <stdlib.h>

#define EID_ANSWER "BF3E125A10" EID "9000"
#define CLAUSE "SGP.22 5.7.2"
#define STORE "STORE DATA", CLAUSE

static struct fixture f;

static void set_up(void)
{
    card_new(&f, NULL, NULL);
}

static void tear_down(void)
{
    card_free(&f);
}

START_TEST(test_p1)
{
    static const struct row rows[] = {
        {"91", "80E2910006BF3E035C015A00", EID_ANSWER, FINE},
        {"90, the case 3 form", "80E2900006BF3E035C015A00", EID_ANSWER, FINE},
        {"90 without Le", "80E2900006BF3E035C015A", "6115", FINE},
        {"11, then 91", "80E2110003BF3E03", "9000", FINE},
        {"last", "80E29101035C015A00", EID_ANSWER, FINE},
        {"10, then 90", "80E2100003BF3E03", "9000", FINE},
        {"last of it", "80E29001035C015A00", EID_ANSWER, FINE},
        {"P1 00", "80E2000006BF3E035C015A", "6A86", STORE, "P1 11 or 91", "00", NO_OFFSET},
        {"P1 80", "80E2800006BF3E035C015A", "6A86", STORE, "P1 11 or 91", "80", NO_OFFSET},
        {"P1 81", "80E2810006BF3E035C015A", "6A86", STORE, "P1 11 or 91", "81", NO_OFFSET},
        {"P1 88, DGI format", "80E2880006BF3E035C015A", "6A86", STORE, "P1 11 or 91", "88", NO_OFFSET},
        {"P1 B1, encrypted", "80E2B10006BF3E035C015A", "6A86", STORE, "P1 11 or 91", "B1", NO_OFFSET},
        {"P1 D1", "80E2D10006BF3E035C015A", "6A86", STORE, "P1 11 or 91", "D1", NO_OFFSET},
        {"class 0X", "00E2910006BF3E035C015A", "6D00", "command", "TS 102 221 10.1.2", "an instruction of this class",
         "00 E2", 1},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_blocks)
{
    static const struct row rows[] = {
        {"last block with number 1 first", "80E29101035C015A", "6A86", STORE, "block 0", "block 1", NO_OFFSET},
        {"first", "80E2110002BF3E", "9000", FINE},
        {"block 2 after 0 (row 7)", "80E2110201AA", "6A86", STORE, "block 1", "block 2", NO_OFFSET},
        {"the chain is dropped", "80E2910104035C015A", "6A86", STORE, "block 0", "block 1", NO_OFFSET},
        {"number 0 begins anew", "80E2910006BF3E035C015A00", EID_ANSWER, FINE},
        {"abandoned (row 8)", "80E2110003BF2D05", "9000", FINE},
        {"old bytes are forgotten", "80E2910006BF3E035C015A00", EID_ANSWER, FINE},
        {"abandoned further on: 0", "80E2110002BF2D", "9000", FINE},
        {"1", "80E211010105", "9000", FINE},
        {"0 again", "80E2110002BF3E", "9000", FINE},
        {"1 belongs to that", "80E2910104035C015A00", EID_ANSWER, FINE},
        {"block repeated: 0", "80E2110002BF3E", "9000", FINE},
        {"1 once", "80E211010103", "9000", FINE},
        {"1 again", "80E211010103", "6A86", STORE, "block 2", "block 1", NO_OFFSET},
        {"intermediate block answers nothing with Le", "80E2110003BF3E0300", "9000", FINE},
        {"no data at all", "80E29100", "6A80", STORE, "a data object in DER", "0 other bytes", 0},
        {"empty last block: first", "80E2110003BF3E03", "9000", FINE},
        {"empty last block", "80E29101", "6A80", "ES10c.GetEID", CLAUSE, "a data object of the announced length",
         "0 of 3 bytes", 3},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* SELECT in the middle of a chain drops its bytes; other channels' commands do not. */
START_TEST(test_select_drops)
{
    static const struct row rows[] = {
        {"first", "80E2110003BF3E03", "9000", FINE},
        {"select", "00A4040C10" ISDR, "9000", FINE},
        {"the chain is gone", "80E29101035C015A", "6A86", STORE, "block 0", "block 1", NO_OFFSET},
        {"first again", "80E2110003BF3E03", "9000", FINE},
        {"STATUS keeps it", "80F2000C", "9000", FINE},
        {"MANAGE CHANNEL keeps it", "0070000001", "019000", FINE},
        {"select on the other channel keeps it", "01A4040C10" ISDR, "9000", FINE},
        {"function on the other channel keeps it", "81E2910006BF3E035C015A00", EID_ANSWER, FINE},
        {"last", "80E29101035C015A00", EID_ANSWER, FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* Through the LPA double: every block size gives the same answer. */
START_TEST(test_block_sizes)
{
    for (size_t size = 1; size < 12; size++) {
        f.lpa.options.block_size = size;
        es10(&f, "BF3E035C015A", "BF3E125A10" EID);
        es10(&f, "BF2D055C035A9F70", "BF2D02A000");
    }
}
END_TEST

static const struct row malformed[] = {
    {"row 5: unknown tag", "BF7E00", "=6A88", STORE, "the tag of a function", "BF7E", 0},
    {"row 79: BF44 of v3", "BF4400", "=6A88", STORE, "the tag of a function", "BF44", 0},
    {"SGP.32 GetCerts: this is no IoT eUICC", "BF5600", "=6A88", STORE, "the tag of a function", "BF56", 0},
    {"one-byte tag", "3000", "=6A88", STORE, "the tag of a function", "30", 0},
    {"three-byte tag", "9F810100", "=6A88", STORE, "the tag of a function", "9F8101", 0},
    {"row 6: members missing", "BF3E00", "=6A80", "ES10c.GetEID", "SGP.22 5.7.20", "tagList (mandatory)", "nothing", 0},
    {"tag cut", "BF", "=6A80", STORE, "a data object in DER", "1 other bytes", 0},
    {"tag cut further on", "BF81", "=6A80", STORE, "a data object in DER", "2 other bytes", 0},
    {"no length", "BF3E", "=6A80", STORE, "a data object in DER", "2 other bytes", 0},
    {"length cut", "BF3E82", "=6A80", STORE, "a data object in DER", "3 other bytes", 0},
    {"length 84 FFFFFFFF (row 10)", "BF3E84FFFFFFFF", "=6A80", STORE, "a data object in DER", "7 other bytes", 0},
    {"length of 5 bytes", "BF3E850000000003", "=6A80", STORE, "a data object in DER", "8 other bytes", 0},
    {"indefinite length", "BF3E805C015A0000", "=6A80", STORE, "a data object in DER", "8 other bytes", 0},
    {"length that is not minimal", "BF3E81035C015A", "=6A80", STORE, "a data object in DER", "7 other bytes", 0},
    {"tag that is not minimal", "9F1E00", "=6A80", STORE, "a data object in DER", "3 other bytes", 0},
    {"longer than the chain", "BF3E045C015A", "=6A80", "ES10c.GetEID", CLAUSE, "of the announced length",
     "3 of 4 bytes", 3},
    {"bytes behind the object", "BF3E035C015A00", "=6A80", "ES10c.GetEID", CLAUSE, "one data object",
     "1 bytes behind it", 6},
    {"two requests", "BF3E035C015ABF3E035C015A", "=6A80", "ES10c.GetEID", CLAUSE, "one data object",
     "6 bytes behind it", 6},
    {"member cut inside", "BF3E035C025A", "=6A80", "ES10c.GetEID", "SGP.22 5.7.20", "GetEuiccDataRequest in DER", "",
     3},
    {"a request for something else", "BF3E035C0142", "=6A80", "ES10c.GetEID", "SGP.22 5.7.20", "tagList 5A",
     "another one", 5},
    {"content where there is none", "BF2E03020100", "BF2E128010", FINE},
};

/* What is not a request: a status word, a reason with the place, and the card works. */
START_TEST(test_malformed)
{
    const struct row *row = &malformed[_i];
    if (row->function) {
        es10_row(&f, row);
    } else { /* a member that v2.5 does not know: accepted (EXTENSIBILITY IMPLIED); the challenge is random */
        BUF_LOCAL request = {0};
        put_hex(&request, row->request);
        ck_assert_msg(lpa_call(&f.lpa, buf_slice(&request)), "%s", f.lpa.error);
        assert_hex(slice_of(f.lpa.response.p, 5), row->answer, row->what);
    }
    es10(&f, "BF3E035C015A", "BF3E125A10" EID);
}
END_TEST

/* Sheet D 10: objects in objects, 200 deep. */
START_TEST(test_depth)
{
    BUF_LOCAL request = {0};
    BUF_LOCAL answer = {0};
    struct euicc_reason reason;
    uint16_t sw;
    size_t marks[200];
    size_t outer = tlv_open(&request, 0xbf2d);
    for (size_t i = 0; i < 200; i++)
        marks[i] = tlv_open(&request, 0xa0);
    for (size_t i = 200; i--;)
        tlv_close(&request, marks[i]);
    tlv_close(&request, outer);
    ck_assert(lpa_store_data(&f.lpa, buf_slice(&request), &answer, &sw));
    ck_assert_uint_eq(sw, 0x6a80);
    euicc_last_reason(f.card, &reason);
    ck_assert(reason.said && strcmp(reason.function, "ES10c.GetProfilesInfo") == 0 &&
              strcmp(reason.clause, "SGP.22 5.7.15") == 0 && reason.offset != (size_t)-1);
    es10(&f, "BF3E035C015A", "BF3E125A10" EID);
}
END_TEST

/* Sheet D 9: 256 blocks of 255 bytes of rubbish under a known tag; then one byte more than the card takes. */
START_TEST(test_too_long)
{
    struct lpa_reader reader;
    BUF_LOCAL answer = {0};
    uint8_t block[5 + 255];
    struct euicc_reason reason;
    memset(block, 0xa5, sizeof block);
    ck_assert(lpa_reader_card(&reader, f.card));
    for (unsigned i = 0; i < 256; i++) {
        const uint8_t head[] = {0x80, 0xe2, i == 255 ? 0x91 : 0x11, (uint8_t)i, 255};
        static const uint8_t start[] = {0xbf, 0x2d, 0x82, 0xfe, 0xfb}; /* 65280 bytes in all */
        memcpy(block, head, sizeof head);
        if (i == 0) memcpy(block + 5, start, sizeof start);
        if (i == 1) memset(block + 5, 0xa5, 255);
        ck_assert(reader.transmit(reader.ctx, SLICE(block), &answer));
        assert_hex(buf_slice(&answer), i == 255 ? "6A80" : "9000", "block");
    }
    euicc_last_reason(f.card, &reason);
    ck_assert(reason.said && strcmp(reason.function, "ES10c.GetProfilesInfo") == 0);
    es10(&f, "BF3E035C015A", "BF3E125A10" EID);
    /* Block 256 does not exist: the number would be 00, which begins anew. */
    apdu(&f, "80E2110002BF3E", "9000");
    apdu(&f, "80E2910006BF3E035C015A00", EID_ANSWER);
}
END_TEST

/* With extended lengths a chain could exceed 64 KB: 6A84, and the card still works. */
START_TEST(test_no_space)
{
    struct fixture g;
    struct lpa_reader reader;
    BUF_LOCAL answer = {0};
    enum { PIECE = 40000 };
    uint8_t *block = calloc(1, 7 + PIECE);
    ck_assert_ptr_nonnull(block);
    const uint8_t head[] = {0x80, 0xe2, 0x11, 0x00, 0x00, PIECE >> 8, PIECE & 0xff};
    memcpy(block, head, sizeof head);
    card_new(&g, "extended_length = yes\n", NULL);
    ck_assert(lpa_reader_card(&reader, g.card));
    ck_assert(reader.transmit(reader.ctx, slice_of(block, 7 + PIECE), &answer));
    assert_hex(buf_slice(&answer), "9000", "first");
    block[3] = 1;
    ck_assert(reader.transmit(reader.ctx, slice_of(block, 7 + PIECE), &answer));
    assert_hex(buf_slice(&answer), "6A84", "second");
    struct euicc_reason reason;
    euicc_last_reason(g.card, &reason);
    ck_assert(reason.said && strcmp(reason.clause, CLAUSE) == 0 && strstr(reason.expected, "65536") &&
              strcmp(reason.came, "more") == 0);
    static const struct row gone = {"dropped", "80E29101015A", "6A86", STORE, "block 0", "block 1", NO_OFFSET};
    apdu_row(&g, &gone);
    es10(&g, "BF3E035C015A", "BF3E125A10" EID);
    free(block);
    card_free(&g);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apdu_store_data");
    TCase *tests = tcase_create("store data");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_p1);
    tcase_add_test(tests, test_blocks);
    tcase_add_test(tests, test_select_drops);
    tcase_add_test(tests, test_block_sizes);
    tcase_add_loop_test(tests, test_malformed, 0, sizeof malformed / sizeof *malformed);
    tcase_add_test(tests, test_depth);
    tcase_add_test(tests, test_too_long);
    tcase_add_test(tests, test_no_space);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
