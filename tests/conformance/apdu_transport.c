/* Command cases, lengths, the order of the checks, GET RESPONSE and 6Cxx (ISO 7816-3 12.1; TS 102 221 7.3.1, 7.4.2,
 * 10.1; SGP.22 5.7.2), byte by byte, and the ATR. */
#include "common.h"

#define FCI "6F1F8410" ISDR "A5049F6501FFE0058203020500"
#define EID_ANSWER "BF3E125A10" EID

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

/* The four cases with short lengths. */
START_TEST(test_cases)
{
    static const struct row rows[] = {
        {"case 1: STATUS without data", "80F2000C", "9000", FINE},
        {"case 2: open a channel", "0070000001", "019000", FINE},
        {"case 3: SELECT, data waits", "00A4040010" ISDR, "6121", FINE},
        {"case 2: GET RESPONSE", "00C0000021", FCI "9000", FINE},
        {"case 4: SELECT with Le 00", "00A4040010" ISDR "00", FCI "9000", FINE},
        {"case 4: Le smaller than the answer", "00A4040010" ISDR "04", "6F1F8410611D", FINE},
        {"case 3: nothing to answer with", "00A4040C10" ISDR, "9000", FINE},
        {"case 3: STORE DATA, data waits", "80E2910006BF3E035C015A", "6115", FINE},
        {"case 4: STORE DATA with Le 00", "80E2910006BF3E035C015A00", EID_ANSWER "9000", FINE},
        {"extended Le on case 2", "80F20000000168", FCI "9000", FINE},
        {"extended Le 0000", "80F20000000000", FCI "9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

#define LENGTHS "ISO 7816-3 12.1", "Lc and Le that fit", "bytes in all", 4
START_TEST(test_lengths)
{
    static const struct row rows[] = {
        {"nothing", "", "6700", "command", "ISO 7816-3 12.1", "at least 4 bytes", "0", NO_OFFSET},
        {"one byte", "00", "6700", "command", "ISO 7816-3 12.1", "at least 4 bytes", "1", NO_OFFSET},
        {"three bytes", "00A404", "6700", "command", "ISO 7816-3 12.1", "at least 4 bytes", "3", NO_OFFSET},
        {"Lc larger than the data", "00A4040003A000", "6700", "SELECT", LENGTHS},
        {"two bytes behind the data", "00A40000023F000000", "6700", "SELECT", LENGTHS},
        {"Lc 00 and a byte", "00A404000000", "6700", "SELECT", LENGTHS},
        {"extended Lc, not announced in the ATR", "00A40004 000002 3F00", "6700", "SELECT", LENGTHS},
        {"extended Lc and Le, not announced", "00A40004 000002 3F00 0000", "6700", "SELECT", LENGTHS},
        {"extended Lc 0000 with data", "00A40004 000000 3F00", "6700", "SELECT", LENGTHS},
        {"TERMINAL PROFILE without data", "80100000", "6700", "TERMINAL PROFILE", "TS 102 221 11.2.1", "a profile",
         "no data", NO_OFFSET},
        {"MANAGE CHANNEL with data", "0070000001AA", "6700", "MANAGE CHANNEL", "TS 102 221 11.1.17", "no data",
         "1 bytes", NO_OFFSET},
        {"SELECT of an identifier of one byte", "00A40004013F", "6700", "SELECT", "TS 102 221 11.1.1",
         "a file identifier of 2 bytes", "1 bytes", NO_OFFSET},
        {"the card still works", "80F2000C", "9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_extended)
{
    struct euicc_atr atr;
    struct fixture g;
    static const struct row rows[] = {
        {"extended Lc", "00A40404 000010 " ISDR, "6121", FINE},
        {"extended Lc and Le", "00A40404 000010 " ISDR " 0000", FCI "9000", FINE},
        {"extended STORE DATA", "80E29100 000006 BF3E035C015A 0000", EID_ANSWER "9000", FINE},
        {"extended Lc larger than the data", "80E29100 000007 BF3E035C015A", "6700", "STORE DATA", LENGTHS},
        {"one byte of Le", "80E29100 000006 BF3E035C015A 00", "6700", "STORE DATA", LENGTHS},
        {"short forms go on", "80E2910006BF3E035C015A00", EID_ANSWER "9000", FINE},
    };
    card_make(&g, "extended_length = yes\n");
    ck_assert_int_eq(euicc_power_on(g.card, &atr), EUICC_OK);
    ck_assert_uint_eq(atr.bytes[13] & 0x40, 0x40); /* card capabilities, third byte, bit 7 */
    apdu_rows(&g, ROWS(rows));
    card_free(&g);
}
END_TEST

#define CLASS_REASON "command", "TS 102 221 10.1.1", "class 0X, 4X, 8X or CX"
/* CLA, secure messaging, channel, INS, P1 P2, lengths: the first that is wrong decides. */
START_TEST(test_order_of_checks)
{
    static const struct row rows[] = {
        {"2G class", "A0A40000023F00", "6E00", CLASS_REASON, "A0", 0},
        {"class before everything else", "A0FF550007", "6E00", CLASS_REASON, "A0", 0},
        {"class FF", "FFB0000000", "6E00", CLASS_REASON, "FF", 0},
        {"chaining", "10E2910000", "6E00", CLASS_REASON, "10", 0},
        {"secure messaging 0C", "0CB0000000", "6882", CLASS_REASON, "0C", 0},
        {"secure messaging 84", "84E2910000", "6882", CLASS_REASON, "84", 0},
        {"secure messaging of further channels", "60B0000000", "6882", CLASS_REASON, "60", 0},
        {"secure messaging before the channel", "05FF000000", "6882", CLASS_REASON, "05", 0},
        {"closed channel", "01A40004023F00", "6881", "command", "TS 102 221 10.1.1", "an open logical channel",
         "channel 1", 0},
        {"closed channel 19", "4FA40004023F00", "6881", "command", "TS 102 221 10.1.1", "an open logical channel",
         "channel 19", 0},
        {"closed channel before the instruction", "01FF0000", "6881", "command", "TS 102 221 10.1.1",
         "an open logical channel", "channel 1", 0},
        {"unknown instruction", "00FF000000", "6D00", "command", "TS 102 221 10.1.2", "an instruction of this class",
         "00 FF", 1},
        {"instruction of the other class", "00F2000000", "6D00", "command", "TS 102 221 10.1.2",
         "an instruction of this class", "00 F2", 1},
        {"SELECT with class 80", "80A40004023F00", "6D00", "command", "TS 102 221 10.1.2",
         "an instruction of this class", "80 A4", 1},
        {"instruction before the length", "00FF00000501", "6D00", "command", "TS 102 221 10.1.2",
         "an instruction of this class", "00 FF", 1},
        {"parameters", "80F2030000", "6A86", "STATUS", "TS 102 221 11.1.2", "P1 00 to 02", "03 00", NO_OFFSET},
        {"parameters before the length", "0070550001AA", "6A86", "MANAGE CHANNEL", "TS 102 221 11.1.17", "P1 00 or 80",
         "55", NO_OFFSET},
        {"parameters of SELECT before the length", "00A40084013F", "6A86", "SELECT", "TS 102 221 11.1.1",
         "P2 with FCI, FCP or nothing", "84", NO_OFFSET},
        {"FETCH P1", "8012010000", "6A86", "FETCH", "TS 102 221 11.2.3", "P1 P2 00 00", "01 00", NO_OFFSET},
        {"TERMINAL PROFILE P2", "8010000103000080", "6A86", "TERMINAL PROFILE", "TS 102 221 11.2.1", "P1 P2 00 00",
         "00 01", NO_OFFSET},
        {"TERMINAL RESPONSE P1", "8014010003830100", "6A86", "TERMINAL RESPONSE", "TS 102 221 11.2.4", "P1 P2 00 00",
         "01 00", NO_OFFSET},
        {"ENVELOPE P2", "80C2000102D600", "6A86", "ENVELOPE", "TS 102 221 11.2.2", "P1 P2 00 00", "00 01", NO_OFFSET},
        {"TERMINAL CAPABILITY P1", "80AA010002A900", "6A86", "TERMINAL CAPABILITY", "TS 102 221 11.1.19", "P1 P2 00 00",
         "01 00", NO_OFFSET},
        {"GET RESPONSE P2", "00C0000100", "6A86", "GET RESPONSE", "TS 102 221 12.1.1", "P1 P2 00 00", "00 01",
         NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

#define NOTHING_WAITS "GET RESPONSE", "TS 102 221 7.4.2.2", "a response that waits", "none", NO_OFFSET
START_TEST(test_get_response)
{
    static const struct row rows[] = {
        {"nothing waits", "00C0000000", "6985", NOTHING_WAITS},
        {"select", "00A4040010" ISDR, "6121", FINE},
        {"too much", "00C0000022", "6C21", FINE},
        {"in pieces", "00C0000010", "6F1F8410A0000005591010FFFFFFFF896111", FINE},
        {"in pieces, the other class", "80C0000001", "006110", FINE},
        {"too much again", "00C0000011", "6C10", FINE},
        {"wrong parameters leave it waiting", "00C0010010", "6A86", "GET RESPONSE", "TS 102 221 12.1.1", "P1 P2 00 00",
         "01 00", NO_OFFSET},
        {"the rest with Le 00", "00C0000000", "000100A5049F6501FFE00582030205009000", FINE},
        {"it is gone", "00C0000000", "6985", NOTHING_WAITS},
        {"select again", "00A4040010" ISDR, "6121", FINE},
        {"another command drops it", "80F2000C", "9000", FINE},
        {"dropped", "00C0000021", "6985", NOTHING_WAITS},
        {"a refused command drops it: select", "00A4040010" ISDR, "6121", FINE},
        {"a refused command drops it", "80F2030000", "6A86", "STATUS", "TS 102 221 11.1.2", "P1", "03", NO_OFFSET},
        {"dropped too", "00C0000021", "6985", NOTHING_WAITS},
        {"an unknown instruction drops it: select", "00A4040010" ISDR, "6121", FINE},
        {"an unknown instruction drops it", "00FF0000", "6D00", "command", "TS 102 221 10.1.2", "an instruction",
         "00 FF", 1},
        {"dropped as well", "00C0000021", "6985", NOTHING_WAITS},
        {"Le with less than all", "80E2910006BF3E035C015A05", "BF3E125A106110", FINE},
        {"the rest", "80C0000010", EID "9000", FINE},
        {"data with GET RESPONSE: select", "00A4040010" ISDR, "6121", FINE},
        {"data with GET RESPONSE", "00C0000001AA", "6700", "GET RESPONSE", "TS 102 221 12.1.1", "Le and no data",
         "another form", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* Waiting data belongs to its channel: other channels neither get nor drop it. */
/* Cards differ in what they say if nothing waits; it is no fault. */
START_TEST(test_nothing_waits)
{
    struct fixture g;
    static const struct row rows[] = {
        {"GET RESPONSE", "00C0000000", "6F00", NOTHING_WAITS},
        {"FETCH", "801200000B", "6F00", "FETCH", "TS 102 221 11.2.3", "a proactive command that waits", "none",
         NO_OFFSET},
        {"the card goes on", "0070000001", "019000", FINE},
    };
    card_make(&g, "nothing_waits = 6F00\n");
    ck_assert_int_eq(euicc_power_on(g.card, NULL), EUICC_OK);
    apdu_rows(&g, ROWS(rows));
    card_free(&g);
}
END_TEST

START_TEST(test_get_response_channels)
{
    static const struct row rows[] = {
        {"open", "0070000001", "019000", FINE},
        {"channel 0", "00A4040010" ISDR, "6121", FINE},
        {"channel 1", "01A4040010" ECASD, "611A", FINE},
        {"channel 1's data", "81C000001A", "6F188410" ECASD "A5049F6501FF9000", FINE},
        {"nothing more on channel 1", "01C0000000", "6985", NOTHING_WAITS},
        {"channel 0's data", "80C0000021", FCI "9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* An answer of more than 256 bytes: 6100 until less is left (SGP.22 5.7.2: buffers of 264 bytes). */
START_TEST(test_long_answers)
{
    BUF_LOCAL data = {0};
    BUF_LOCAL all = {0};
    struct lpa_reader reader;
    static const uint8_t get_response[] = {0x80, 0xc0, 0x00, 0x00, 0x00};
    size_t rounds = 0;
    struct fixture g;
    card_new(&g, NULL, NULL);
    install_plain(&g, ICCID_1);
    ck_assert(lpa_reader_card(&reader, g.card));
    apdu(&g, "80E2910003BF2B00", "6100");
    for (uint8_t le = 0;; rounds++) {
        uint8_t command[5];
        memcpy(command, get_response, sizeof command);
        command[4] = le;
        ck_assert(reader.transmit(reader.ctx, SLICE(command), &data));
        ck_assert_uint_le(data.n, 258);
        ck_assert_uint_eq(data.n, (le ? le : 256u) + 2);
        buf_append(&all, slice_of(data.p, data.n - 2));
        if (data.p[data.n - 2] == 0x90) break;
        ck_assert_uint_eq(data.p[data.n - 2], 0x61);
        le = data.p[data.n - 1];
    }
    struct slice in = buf_slice(&all);
    struct tlv whole;
    ck_assert(tlv_next(&in, &whole) && whole.tag == 0xbf2b && in.n == 0);
    ck_assert_uint_ge(rounds, 3);
    /* With Le 00 the first 256 bytes come at once, then 61xx; never more than Le. */
    BUF_LOCAL direct = {0};
    static const uint8_t command[] = {0x80, 0xe2, 0x91, 0x00, 0x03, 0xbf, 0x2b, 0x00, 0x00};
    ck_assert(reader.transmit(reader.ctx, SLICE(command), &direct));
    ck_assert_uint_eq(direct.n, 258);
    ck_assert(direct.p[256] == 0x61 && direct.p[257] == 0x00 && memcmp(direct.p, all.p, 256) == 0);
    card_free(&g);
}
END_TEST

static const struct {
    const char *personality;
    const char *atr; /* without TCK */
} atrs[] = {
    {NULL, "3B9F96803FC7828031E073FE211F67 65554943433031"},
    {"channels_max = 3\n", "3B9F96803FC7828031E073FE211B67 65554943433031"},
    {"channels_max = 0\n", "3B9F96803FC7828031E073FE211867 65554943433031"},
    {"channels_max = 7\n", "3B9F96803FC7828031E073FE211F67 65554943433031"},
    {"atr_ta1 = 11\n", "3B9F11803FC7828031E073FE211F67 65554943433031"},
    {"atr_free = 01020304050607\n", "3B9F96803FC7828031E073FE211F67 01020304050607"},
    {"extended_length = yes\n", "3B9F96803FC7828031E073FE215F67 65554943433031"},
};

/* structure, the eUICC bit, TCK; the example there has TCK 0A with four channels. */
START_TEST(test_atr)
{
    struct euicc_atr on;
    struct euicc_atr reset;
    struct euicc_atr described;
    struct fixture g;
    uint8_t check = 0;
    card_make(&g, atrs[_i].personality);
    ck_assert_int_eq(euicc_describe_atr(g.card, &described), EUICC_OK);
    ck_assert_int_eq(euicc_power_on(g.card, &on), EUICC_OK);
    ck_assert_int_eq(euicc_reset(g.card, &reset), EUICC_OK);
    assert_hex(slice_of(on.bytes, on.n - 1), atrs[_i].atr, "ATR");
    for (size_t i = 1; i < on.n; i++)
        check ^= on.bytes[i];
    ck_assert_uint_eq(check, 0);
    if (_i == 1) ck_assert_uint_eq(on.bytes[on.n - 1], 0x0a);
    ck_assert(on.n == reset.n && memcmp(on.bytes, reset.bytes, on.n) == 0);
    ck_assert(on.n == described.n && memcmp(on.bytes, described.bytes, on.n) == 0);
    card_free(&g);
}
END_TEST

/* Off, the card does not answer. */
START_TEST(test_power)
{
    uint8_t out[16];
    size_t n;
    static const uint8_t status[] = {0x80, 0xf2, 0x00, 0x0c};
    euicc_power_off(f.card);
    ck_assert_int_eq(euicc_transmit(f.card, status, sizeof status, out, sizeof out, &n), EUICC_MUTE);
    ck_assert_uint_eq(n, 0);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    ck_assert_int_eq(euicc_transmit(f.card, status, sizeof status, out, 1, &n), EUICC_SHORT_BUFFER);
    ck_assert_int_eq(euicc_transmit(f.card, status, sizeof status, out, sizeof out, &n), EUICC_OK);
    ck_assert_uint_eq(n, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apdu_transport");
    TCase *tests = tcase_create("transport");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_cases);
    tcase_add_test(tests, test_lengths);
    tcase_add_test(tests, test_extended);
    tcase_add_test(tests, test_order_of_checks);
    tcase_add_test(tests, test_get_response);
    tcase_add_test(tests, test_nothing_waits);
    tcase_add_test(tests, test_get_response_channels);
    tcase_add_test(tests, test_long_answers);
    tcase_add_loop_test(tests, test_atr, 0, sizeof atrs / sizeof *atrs);
    tcase_add_test(tests, test_power);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
