/* The short messages that bring secured packets (TS 31.111 7.1.1, TS 23.040 9.2): their form, concatenation and its
 * end, and what a hostile network may send. */
#include "ota_common.h"

#define SELECT_BINARY "00A4080C047F70" BINARY_FID
#define SCRIPT SELECT_BINARY "00D6000002CAFE"
#define ZERO "00000000000000000000"
#define WRITTEN "CAFE0000000000000000"
#define CHECK "TS 102 225 5.1"

static struct fixture f;

static int random_of_clone(void *ctx, uint8_t *out, size_t n)
{
    return euicc_random_bytes(ctx, out, n);
}

static void set_up(void)
{
    ota_begin(&f, NULL);
}

static void tear_down(void)
{
    card_free(&f);
}

#define SMS_CLAUSE "TS 23.040 9.2.2.1"
#define SMS_HEADER "TS 23.040 9.2.3.24"
#define DEVICES "82028381"
#define FROM "0881214365877FF622705200000000"

START_TEST(test_envelope)
{
    static const struct row rows[] = {
        {"a text message", "80C20000(D1(" DEVICES "8B(00" FROM "02 4142))) 00", "9000", FINE},
        {"no TPDU", "80C20000(D1(" DEVICES ")) 00", "6A80", "ENVELOPE", "TS 31.111 7.1.1.2", "an SMS TPDU (8B)", "none",
         NO_OFFSET},
        {"no data objects", "80C20000(D1(8B05)) 00", "6A80", "ENVELOPE", "TS 31.111 7.1.1.2", "data objects in D1",
         "other bytes", NO_OFFSET},
        {"an empty TPDU", "80C20000(D1(8B00)) 00", "6A80", "ENVELOPE", SMS_CLAUSE, "an SMS-DELIVER", "another message",
         NO_OFFSET},
        {"SMS-SUBMIT", "80C20000(D1(8B(41" FROM "02 4142))) 00", "6A80", "ENVELOPE", SMS_CLAUSE, "an SMS-DELIVER",
         "another message", NO_OFFSET},
        {"no address", "80C20000(D1(8B(4008))) 00", "6A80", "ENVELOPE", SMS_CLAUSE, "an originating address",
         "no more bytes", NO_OFFSET},
        {"an address that is not there", "80C20000(D1(8B(40088121))) 00", "6A80", "ENVELOPE", SMS_CLAUSE,
         "an address of at most 20 digits", "8", NO_OFFSET},
        {"an address of 21 digits", "80C20000(D1(8B(4015812143658721436587214365872143)))00", "6A80", "ENVELOPE",
         SMS_CLAUSE, "an address of at most 20 digits", "21", NO_OFFSET},
        {"TP-UDL too long", "80C20000(D1(8B(40" FROM "04 027000))) 00", "6A80", "ENVELOPE", SMS_CLAUSE,
         "TP-UDL of the user data's length", "4, but 3 bytes", NO_OFFSET},
        {"TP-UDL too short", "80C20000(D1(8B(40" FROM "02 027000))) 00", "6A80", "ENVELOPE", SMS_CLAUSE,
         "TP-UDL of the user data's length", "2, but 3 bytes", NO_OFFSET},
        {"a header longer than the message", "80C20000(D1(8B(40" FROM "03 037000))) 00", "6A80", "ENVELOPE", SMS_HEADER,
         "elements that fill the header", "other bytes", NO_OFFSET},
        {"an element longer than the header", "80C20000(D1(8B(40" FROM "03 027001))) 00", "6A80", "ENVELOPE",
         SMS_HEADER, "elements that fill the header", "other bytes", NO_OFFSET},
        {"a header without elements for the card", "80C20000(D1(8B(40" FROM "05 03050100 00))) 00", "9000", FINE},
        {"a packet that is too short", "80C20000(D1(8B(40" FROM "05 027000 0000))) 00", "9000", "ENVELOPE", CHECK,
         "a command packet header", "2 bytes", 0},
        {"part 0", "80C20000(D1(8B(40" FROM "06 050003010200))) 00", "6A80", "ENVELOPE", SMS_HEADER,
         "the number of a part", "0 of 2", NO_OFFSET},
        {"part 3 of 2", "80C20000(D1(8B(40" FROM "06 050003010203))) 00", "6A80", "ENVELOPE", SMS_HEADER,
         "the number of a part", "3 of 2", NO_OFFSET},
        {"17 parts", "80C20000(D1(8B(40" FROM "06 050003011101))) 00", "6A80", "ENVELOPE", SMS_HEADER,
         "no more parts than the card takes", "17, it takes 16", NO_OFFSET},
        {"a menu selection", "80C20000(D3(82020181 900101)) 00", "9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
    card_reset(&f);
    apdu_row(&f, &(struct row){"before TERMINAL PROFILE", "80C20000(D1(8B00)) 00", "6985", "ENVELOPE",
                               "TS 102 221 11.2.2", "a TERMINAL PROFILE before", "none", NO_OFFSET});
}
END_TEST

/* A packet cut into parts of `size` bytes, sent in this order (numbers from 1, 0 ends); the last one answers. */
static void send_parts(const char *script, bool wide, size_t size, const unsigned *order, const char *data)
{
    struct ota o;
    struct ota_answer opened;
    BUF_LOCAL text = {0};
    BUF_LOCAL packet = {0};
    BUF_LOCAL answer = {0};
    put_hex(&text, script);
    ota_server(&o, TAR_OPEN, "0619", SET_AES);
    ck_assert(ota_packet(&o, buf_slice(&text), &packet));
    size_t total = (packet.n + size - 1) / size;
    for (size_t i = 0; order[i]; i++) {
        BUF_LOCAL envelope = {0};
        struct lpa_reader reader;
        size_t at = (order[i] - 1) * size;
        struct slice part = slice_of(packet.p + at, packet.n - at < size ? packet.n - at : size);
        ota_put_envelope_part(part, wide ? 0x1234 : 0x34, wide, (uint8_t)total, (uint8_t)order[i], &envelope);
        buf_reset(&answer);
        ck_assert(lpa_reader_card(&reader, f.card));
        ck_assert(reader.transmit(reader.ctx, buf_slice(&envelope), &answer));
        if (order[i + 1]) assert_hex(buf_slice(&answer), "9000", "a part");
    }
    buf_truncate(&answer, answer.n - 2);
    const char *why = ota_open(&o, buf_slice(&answer), true, &opened);
    ck_assert_msg(!why, "%s", why);
    ck_assert_uint_eq(opened.status, 0);
    assert_hex(buf_slice(&opened.data), data, "parts");
    ota_answer_free(&opened);
}

#define LONG_SCRIPT SCRIPT "00D60000080102030405060708" SCRIPT SCRIPT SCRIPT
#define LONG_RESULT "099000"
#define LONG_CONTENT "CAFE0304050607080000"

START_TEST(test_concatenation)
{
    static const unsigned orders[][8] = {{1, 2, 3, 4, 0}, {4, 3, 2, 1, 0}, {2, 2, 4, 1, 4, 3, 0}, {3, 1, 1, 4, 2, 0}};
    send_parts(LONG_SCRIPT, _i & 1, 27, orders[_i / 2], LONG_RESULT);
    ota_file_holds(&f, BINARY_FID, NULL, LONG_CONTENT);
}
END_TEST

/* Another digit in the address that the message in this ENVELOPE comes from. */
static void change_originator(struct buf *envelope)
{
    struct slice in = slice_skip(buf_slice(envelope), 5);
    struct tlv t;
    struct tlv message;
    ck_assert(tlv_next(&in, &t) && tlv_find(t.value, 0x8b, &message) && message.value.n > 3);
    envelope->p[message.value.p - envelope->p + 3] ^= 0x01;
}

static void part_from(const struct ota *o, const char *script, uint16_t reference, unsigned number, bool other,
                      const char *answer)
{
    BUF_LOCAL text = {0};
    BUF_LOCAL packet = {0};
    BUF_LOCAL envelope = {0};
    BUF_LOCAL came = {0};
    struct lpa_reader reader;
    put_hex(&text, script);
    ck_assert(ota_packet(o, buf_slice(&text), &packet));
    size_t half = packet.n / 2;
    struct slice bytes = number == 1 ? slice_of(packet.p, half) : slice_skip(buf_slice(&packet), half);
    ota_put_envelope_part(bytes, reference, false, 2, (uint8_t)number, &envelope);
    if (other) change_originator(&envelope);
    ck_assert(lpa_reader_card(&reader, f.card));
    ck_assert(reader.transmit(reader.ctx, buf_slice(&envelope), &came));
    assert_hex(buf_slice(&came), answer, "a part");
}

static void part(const struct ota *o, const char *script, uint16_t reference, unsigned number, const char *answer)
{
    part_from(o, script, reference, number, false, answer);
}

/* Parts of different messages are never mixed, and what was begun is lost with a reset and with the profile. */
START_TEST(test_concatenation_dropped)
{
    struct ota o;
    const char *whole = "027100 000E 0A" TAR_OPEN "0000000001 00 00 029000 9000";
    ota_server(&o, TAR_OPEN, "0001", 0);
    part(&o, SCRIPT, 1, 1, "9000");
    part(&o, SCRIPT, 2, 2, "9000"); /* another message: the first one is forgotten */
    part(&o, SCRIPT, 1, 2, "9000");
    part(&o, SCRIPT, 1, 1, whole);
    part(&o, SCRIPT, 1, 1, "9000");
    part_from(&o, SCRIPT, 1, 2, true, "9000"); /* the same reference, but of another sender */
    part_from(&o, SCRIPT, 1, 1, true, whole);
    part(&o, SCRIPT, 3, 1, "9000");
    card_reset(&f);
    apdu(&f, TERMINAL_PROFILE, "9000");
    part(&o, SCRIPT, 3, 2, "9000");
    part(&o, SCRIPT, 3, 1, whole);
    part(&o, SCRIPT, 4, 1, "9000");
    es10(&f, "BF3111A00C5A0A" ICCID_2 "810100", "BF3103800100");
    es10(&f, "BF3111A00C5A0A" ICCID_1 "810100", "BF3103800100");
    apdu(&f, TERMINAL_PROFILE, "9000");
    part(&o, SCRIPT, 4, 2, "9000");
    part(&o, SCRIPT, 4, 1, whole);
}
END_TEST

/* A second part that says it is the command packet does not make a first part that does not. */
START_TEST(test_concatenation_not_a_packet)
{
    static const struct row rows[] = {
        {"part 1 without 70", "80C20000(D1(8B(40" FROM "08 050003070201 0000))) 00", "9000", FINE},
        {"part 2", "80C20000(D1(8B(40" FROM "0A 070003070202 7000 0000))) 00", "9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* A clone of the card has the parts that came. */
START_TEST(test_concatenation_cloned)
{
    struct ota o;
    euicc *first = f.card;
    const struct euicc_env memory_only = {.ctx = f.random, .random = random_of_clone};
    ota_server(&o, TAR_OPEN, "0001", 0);
    part(&o, SCRIPT, 1, 1, "9000");
    ck_assert_int_eq(euicc_clone(first, &memory_only, &f.card), EUICC_OK);
    part(&o, SCRIPT, 1, 2, "027100 000E 0A" TAR_OPEN "0000000001 00 00 029000 9000");
    ota_file_holds(&f, BINARY_FID, NULL, WRITTEN);
    euicc_destroy(f.card);
    f.card = first;
    ota_file_holds(&f, BINARY_FID, NULL, ZERO);
}
END_TEST

/* More commands than one byte counts. */
START_TEST(test_many_commands)
{
    struct lpa_reader reader;
    struct ota o;
    struct ota_answer a;
    BUF_LOCAL text = {0};
    BUF_LOCAL packet = {0};
    BUF_LOCAL answer = {0};
    BUF_LOCAL commands = {0};
    if (_i == 0)
        for (size_t i = 0; i < 300; i++)
            put_hex(&text, "0020000A00");
    else
        for (size_t i = 0; i < 300; i++)
            put_hex(&commands, "22050020000A00");
    if (_i) tlv_put(&text, 0xaa, buf_slice(&commands));
    ota_server(&o, TAR_OPEN, "0001", 0);
    ck_assert(ota_packet(&o, buf_slice(&text), &packet));
    size_t size = 134;
    size_t total = (packet.n + size - 1) / size;
    for (size_t i = 0; i < total; i++) {
        BUF_LOCAL envelope = {0};
        size_t n = packet.n - i * size < size ? packet.n - i * size : size;
        ota_put_envelope_part(slice_of(packet.p + i * size, n), 1, false, (uint8_t)total, (uint8_t)(i + 1), &envelope);
        buf_reset(&answer);
        ck_assert(lpa_reader_card(&reader, f.card));
        ck_assert(reader.transmit(reader.ctx, buf_slice(&envelope), &answer));
    }
    buf_truncate(&answer, answer.n - 2);
    const char *why = ota_open(&o, buf_slice(&answer), true, &a);
    ck_assert_msg(!why, "%s", why);
    if (_i == 0) assert_hex(buf_slice(&a.data), "FF63C3", "compact");
    if (_i == 1) ck_assert_mem_eq(a.data.p + 2, "\x80\x02\x01\x2c\x23\x02\x63\xc3", 8);
    ota_answer_free(&a);
}
END_TEST

/* An ENVELOPE cut anywhere, or with any byte changed, is answered; behind a checksum no change of the packet does
 * anything. */
START_TEST(test_hostile)
{
    struct ota o;
    BUF_LOCAL text = {0};
    BUF_LOCAL packet = {0};
    BUF_LOCAL envelope = {0};
    struct lpa_reader reader;
    put_hex(&text, SCRIPT);
    ota_server(&o, TAR_RULES, "1219", SET_AES);
    ck_assert(ota_packet(&o, buf_slice(&text), &packet));
    ota_put_envelope(buf_slice(&packet), &envelope);
    ck_assert(lpa_reader_card(&reader, f.card));
    size_t at = envelope.n - 1 - packet.n;
    for (size_t n = 5; n < envelope.n - 1; n++) {
        for (unsigned change = 0; change < 4; change++) {
            static const uint8_t changes[] = {0x00, 0x01, 0x80, 0xff};
            BUF_LOCAL other = {0};
            BUF_LOCAL answer = {0};
            buf_append(&other, buf_slice(&envelope));
            other.p[n] ^= changes[change];
            if (change == 0) {
                other.p[4] = (uint8_t)(n - 5); /* cut here */
                buf_truncate(&other, n);
            }
            ck_assert(reader.transmit(reader.ctx, buf_slice(&other), &answer));
            ck_assert_uint_ge(answer.n, 2);
            if (n < at) continue;
            struct ota_answer a;
            buf_truncate(&answer, answer.n - 2);
            if (answer.n && !ota_open(&o, buf_slice(&answer), true, &a)) ck_assert_uint_ne(a.status, 0);
            if (answer.n) ota_answer_free(&a);
        }
    }
    ota_file_holds(&f, BINARY_FID, NULL, ZERO);
}
END_TEST

START_TEST(test_personality)
{
    card_free(&f);
    ota_begin(&f, "ota_segments_max = 1\n");
    apdu_row(&f, &(struct row){"2 parts", "80C20000(D1(8B(40" FROM "06 050003010201))) 00", "6A80", "ENVELOPE",
                               SMS_HEADER, "no more parts than the card takes", "2, it takes 1", NO_OFFSET});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ota_messages");
    TCase *t = tcase_create("messages");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_envelope);
    tcase_add_loop_test(t, test_concatenation, 0, 8);
    tcase_add_test(t, test_concatenation_dropped);
    tcase_add_test(t, test_concatenation_not_a_packet);
    tcase_add_test(t, test_concatenation_cloned);
    tcase_add_loop_test(t, test_many_commands, 0, 2);
    tcase_add_test(t, test_hostile);
    tcase_add_test(t, test_personality);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
