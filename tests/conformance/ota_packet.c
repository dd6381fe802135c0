/* Secured packets at a card (TS 102 225, TS 31.115): every protection in both directions, and each check violated
 * alone: the bytes of the answer, the reason, and that neither counter nor files moved. */
#include "ota_common.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SELECT_BINARY "00A4080C047F70" BINARY_FID
#define WRITE "00D6000002CAFE"
#define SCRIPT SELECT_BINARY WRITE
#define DONE "029000"
#define ZERO "00000000000000000000"
#define WRITTEN "CAFE0000000000000000"
#define CHECK "TS 102 225 5.1"

static struct fixture f;

static void set_up(void)
{
    ota_begin(&f, NULL);
}

static void tear_down(void)
{
    card_free(&f);
}

/* ---- what must work ---- */

static const struct {
    const char *spi;
    unsigned set;
    uint8_t kic, kid; /* 0: as the set */
} protections[] = {
    {"0001", 0, 0, 0},
    {"0001", SET_AES, 0, 0},
    {"0101", 0, 0x01, 0x01}, /* CRC 16 */
    {"0101", 0, 0x05, 0x05}, /* CRC 32 */
    {"0105", 0, 0x01, 0x01}, /* in the answer too */
    {"0105", 0, 0x05, 0x05},
    {"0005", 0, 0, 0}, /* only there: CRC 32 */
    {"0201", SET_AES, 0, 0},
    {"0401", SET_AES, 0, 0},
    {"0601", SET_AES, 0, 0},
    {"0609", SET_AES, 0, 0},
    {"0611", SET_AES, 0, 0},
    {"0619", SET_AES, 0, 0},
    {"0619", SET_AES, 0x10, 0x10}, /* the algorithm is that of the key */
    {"0019", SET_AES, 0, 0},       /* only the answer */
    {"0519", SET_AES, 0x12, 0x11}, /* RC in the command, CC in the answer */
    {"1619", SET_AES, 0, 0},
    {"1E19", SET_AES, 0, 0},
    {"0E19", SET_AES, 0, 0},
    {"0619", SET_DES, 0, 0},
    {"1619", SET_DES, 0x20, 0x20},
    {"1619", SET_SHORT_MAC, 0, 0},
    {"1619", SET_DES_LONG, 0, 0},
    {"1619", SET_AES_192, 0, 0},
    {"0411", SET_CIPHER, 0, 0},
    {"1401", SET_CIPHER, 0, 0},
    {"1201", SET_AES, 0, 0},
};

START_TEST(test_protection)
{
    struct ota o;
    ota_server(&o, TAR_OPEN, protections[_i].spi, protections[_i].set);
    if (protections[_i].kid) {
        o.kic = protections[_i].kic;
        o.kid = protections[_i].kid;
    }
    size_t commits = f.commits;
    ota_run(&f, &o, SCRIPT, 0, DONE);
    ota_reason(&f, NULL, NULL, NULL, NULL);
    ck_assert_uint_eq(f.commits, commits + 1); /* file and counter in one */
    ota_file_holds(&f, BINARY_FID, NULL, WRITTEN);
}
END_TEST

/* Scripts of every length up to a block and beyond, so that all paddings occur in both directions. */
START_TEST(test_padding)
{
    struct ota o;
    char script[100] = SELECT_BINARY "00B00000";
    char data[64] = "029000";
    ota_server(&o, TAR_OPEN, "1619", _i ? SET_DES : SET_AES);
    for (unsigned n = 1; n <= 10; n++) {
        (void)snprintf(script, sizeof script, SELECT_BINARY "%s00B00000%02X", n % 2 ? "" : SELECT_BINARY, n);
        (void)snprintf(data, sizeof data, "%s9000%.*s", n % 2 ? "02" : "03", (int)(2 * n), ZERO);
        ota_run(&f, &o, script, 0, data);
        o.counter++;
    }
}
END_TEST

/* Whether an answer comes (SPI 2, b2 b1): none, always, on error. */
START_TEST(test_answer_wanted)
{
    struct ota o;
    BUF_LOCAL answer = {0};
    ota_server(&o, TAR_OPEN, "1200", SET_AES);
    ota_transmit(&f, &o, SCRIPT, &answer);
    ck_assert_uint_eq(answer.n, 0);
    ota_file_holds(&f, BINARY_FID, NULL, WRITTEN);
    o.spi[1] = 0x02;
    o.counter = 2;
    ota_transmit(&f, &o, SCRIPT, &answer);
    ck_assert_uint_eq(answer.n, 0);
    ota_transmit(&f, &o, SCRIPT, &answer); /* the counter does not rise */
    assert_hex(buf_slice(&answer), "027100 000B 0A" TAR_OPEN "0000000002 00 02", "an error");
    o.spi[1] = 0x00;
    buf_reset(&answer);
    ota_transmit(&f, &o, SCRIPT, &answer);
    ck_assert_uint_eq(answer.n, 0);
    ota_reason(&f, "ENVELOPE", CHECK, "a counter above the last one", "0000000002 after 0000000002");
}
END_TEST

/* Without Le the proof of receipt waits for GET RESPONSE. */
START_TEST(test_get_response)
{
    struct ota o;
    BUF_LOCAL text = {0};
    BUF_LOCAL packet = {0};
    BUF_LOCAL envelope = {0};
    BUF_LOCAL answer = {0};
    struct lpa_reader reader;
    put_hex(&text, SCRIPT);
    ota_server(&o, TAR_OPEN, "0001", 0);
    ck_assert(ota_packet(&o, buf_slice(&text), &packet));
    ota_put_envelope(buf_slice(&packet), &envelope);
    ck_assert(lpa_reader_card(&reader, f.card));
    ck_assert(reader.transmit(reader.ctx, slice_of(envelope.p, envelope.n - 1), &answer));
    assert_hex(buf_slice(&answer), "6113", "without Le");
    apdu(&f, "00C0000013", "027100 000E 0A" TAR_OPEN "0000000001 00 00 029000 9000");
}
END_TEST

/* ---- what must not ---- */

struct refusal {
    const char *what, *tar, *spi;
    unsigned set;
    uint8_t kic, kid; /* 0: as the set */
    uint64_t counter;
    enum ota_fault fault;
    const char *answer; /* hex, behind the TAR; "*": protected as asked for, with `status`; NULL: none comes */
    uint8_t status;
    const char *expected, *came;
};

#define CLEAR(counter, status) counter "00" status
#define NO_COUNTER "0000000000"

static const struct refusal refusals[] = {
    {"unknown TAR", "B0FFFF", "0001", 1, 0, 0, 5, 0, CLEAR("0000000005", "09"), 0x09, "the TAR of an application",
     "B0FFFF"},
    {"unknown TAR, protected: no keys, so in clear", "B0FFFF", "1619", 1, 0, 0, 5, 0, CLEAR(NO_COUNTER, "09"), 0x09,
     "the TAR of an application", "B0FFFF"},
    {"TAR of the disabled profile", TAR_DISABLED, "0001", 1, 0, 0, 5, 0, CLEAR("0000000005", "09"), 0x09,
     "the TAR of an application of the enabled profile", TAR_DISABLED},
    {"level: no checksum", TAR_RULES, "1401", 1, 0, 0, 5, 0, "*", 0x0a, "the minimum security level", "14 under 12"},
    {"level: no counter", TAR_RULES, "0619", 1, 0, 0, 5, 0, "*", 0x0a, "the minimum security level", "06 under 12"},
    {"level: counter not checked", TAR_RULES, "0E19", 1, 0, 0, 5, 0, "*", 0x0a, "the minimum security level",
     "0E under 12"},
    {"level: not ciphered", TAR_USIM, "1209", 1, 0, 0, 5, 0, "*", 0x0a, "the minimum security level", "12 under 16"},
    {"level: nothing at all", TAR_RULES, "0001", 0, 0, 0, 5, 0, CLEAR("0000000005", "0A"), 0x0a,
     "the minimum security level", "00 under 12"},
    {"no such key set", TAR_OPEN, "0601", 0, 0x92, 0x92, 5, 0, CLEAR(NO_COUNTER, "06"), 0x06,
     "a key set of the security domain", "version 9, identifier 1"},
    {"key version 0", TAR_OPEN, "0201", 0, 0x02, 0x02, 5, 0, CLEAR("0000000005", "06"), 0x06,
     "a key set of the security domain", "version 0, identifier 2"},
    {"no key for the checksum in the set", TAR_OPEN, "0601", SET_CIPHER, 0, 0, 5, 0, CLEAR(NO_COUNTER, "06"), 0x06,
     "a key set of the security domain", "version 6, identifier 2"},
    {"key sets mixed", TAR_OPEN, "0601", SET_AES, 0x12, 0x72, 5, 0, CLEAR(NO_COUNTER, "06"), 0x06,
     "KIc and KID of one key set", "versions 1 and 7"},
    {"algorithm of another key", TAR_OPEN, "0201", SET_AES, 0x12, 0x15, 5, 0, CLEAR("0000000005", "06"), 0x06,
     "a key of the algorithm", "coding 15"},
    {"triple DES with 3 keys, the key has 2", TAR_OPEN, "0201", SET_DES, 0x29, 0x29, 5, 0, CLEAR("0000000005", "06"),
     0x06, "a key of the algorithm", "coding 29"},
    {"single DES", TAR_OPEN, "0201", SET_DES, 0x21, 0x21, 5, 0, CLEAR("0000000005", "06"), 0x06, "triple DES or AES",
     "coding 21"},
    {"proprietary algorithm", TAR_OPEN, "0401", SET_AES, 0x13, 0x12, 5, 0, CLEAR(NO_COUNTER, "06"), 0x06,
     "triple DES or AES", "coding 13"},
    {"unknown redundancy check", TAR_OPEN, "0101", 0, 0x02, 0x02, 5, 0, CLEAR("0000000005", "06"), 0x06,
     "CRC 16 or CRC 32", "coding 02"},
    {"digital signature", TAR_OPEN, "0301", SET_AES, 0, 0, 5, 0, CLEAR("0000000005", "06"), 0x06,
     "an SPI without digital signature", "0301"},
    {"digital signature in the answer", TAR_OPEN, "000D", SET_AES, 0, 0, 5, 0, CLEAR("0000000005", "06"), 0x06,
     "an SPI without digital signature", "000D"},
    {"reserved bits of SPI 1", TAR_OPEN, "2001", 0, 0, 0, 5, 0, CLEAR("0000000005", "06"), 0x06,
     "an SPI without reserved values", "2001"},
    {"reserved bits of SPI 2", TAR_OPEN, "0041", 0, 0, 0, 5, 0, CLEAR("0000000005", "06"), 0x06,
     "an SPI without reserved values", "0041"},
    {"reserved proof of receipt", TAR_OPEN, "0003", 0, 0, 0, 5, 0, NULL, 0x06, "an SPI without reserved values",
     "0003"},
    {"answer by SMS-SUBMIT", TAR_OPEN, "0021", 0, 0, 0, 5, 0, CLEAR("0000000005", "06"), 0x06,
     "a proof of receipt in the SMS-DELIVER-REPORT", "SMS-SUBMIT, which is not supported"},
    {"CPL", TAR_OPEN, "0001", 0, 0, 0, 5, OTA_WRONG_CPL, CLEAR("0000000005", "06"), 0x06, "CPL of the packet's length",
     "31, but 30 bytes"},
    {"CHL", TAR_OPEN, "0209", 1, 0, 0, 5, OTA_WRONG_CHL, "*", 0x06, "CHL of a header with this SPI", "22"},
    {"no counter field", TAR_OPEN, "0001", 0, 0, 0, 5, OTA_CUT_HEADER, CLEAR(NO_COUNTER, "06"), 0x06,
     "CNTR and PCNTR in the packet", "10 bytes"},
    {"CRC", TAR_OPEN, "0101", 0, 0x05, 0x05, 5, OTA_WRONG_CHECK, CLEAR("0000000005", "01"), 0x01,
     "the packet's own check", "another redundancy check of 4 bytes"},
    {"text under CRC 16", TAR_OPEN, "0101", 0, 0x01, 0x01, 5, OTA_WRONG_TEXT, CLEAR("0000000005", "01"), 0x01,
     "the packet's own check", "another redundancy check of 2 bytes"},
    {"checksum", TAR_OPEN, "1619", SET_AES, 0, 0, 5, OTA_WRONG_CHECK, "*", 0x01, "the packet's own check",
     "another checksum of 8 bytes"},
    {"checksum of 4 bytes", TAR_OPEN, "1619", SET_SHORT_MAC, 0, 0, 5, OTA_WRONG_CHECK, "*", 0x01,
     "the packet's own check", "another checksum of 4 bytes"},
    {"text under a checksum", TAR_OPEN, "1209", SET_DES, 0, 0, 5, OTA_WRONG_TEXT, "*", 0x01, "the packet's own check",
     "another checksum of 8 bytes"},
    {"no whole cipher block", TAR_OPEN, "1419", SET_AES, 0, 0, 5, OTA_SHORT_CIPHER, "*", 0x05, "whole cipher blocks",
     "31 bytes"},
    {"padding of a whole block", TAR_OPEN, "1619", SET_AES, 0, 0, 5, OTA_PADDING_COUNTER, "*", 0x05,
     "a padding counter below the block size", "18"},
    {"padding without cipher", TAR_OPEN, "1209", SET_DES, 0, 0, 5, OTA_PADDING_COUNTER, "*", 0x06,
     "a padding counter below the block size", "8"},
    {"counter the same", TAR_OPEN, "1619", SET_AES, 0, 0, 4, 0, "*", 0x02, "a counter above the last one",
     "0000000004 after 0000000004"},
    {"counter lower", TAR_OPEN, "1619", SET_AES, 0, 0, 0, 0, "*", 0x02, "a counter above the last one",
     "0000000000 after 0000000004"},
    {"counter the same, one higher", TAR_OPEN, "1E19", SET_AES, 0, 0, 4, 0, "*", 0x02, "a counter above the last one",
     "0000000004 after 0000000004"},
    {"counter two higher", TAR_OPEN, "1E19", SET_AES, 0, 0, 6, 0, "*", 0x03, "a counter one above the last one",
     "0000000006 after 0000000004"},
};

/* All sets' counters are at 4 before, and a packet with 5 and "one higher" is taken after it. */
START_TEST(test_refused)
{
    static const unsigned sets[] = {SET_AES, SET_DES, SET_SHORT_MAC};
    const struct refusal *r = &refusals[_i];
    struct ota o;
    struct ota_answer opened;
    BUF_LOCAL answer = {0};
    BUF_LOCAL bytes = {0};
    for (size_t i = 0; i < COUNT(sets); i++) {
        ota_server(&o, TAR_OPEN, "1201", sets[i]);
        o.counter = 4;
        ota_run(&f, &o, "", 0, "009000");
    }
    ota_server(&o, r->tar, r->spi, r->set);
    if (r->kid) {
        o.kic = r->kic;
        o.kid = r->kid;
    }
    o.counter = r->counter;
    o.fault = r->fault;
    size_t commits = f.commits;
    ota_transmit(&f, &o, SCRIPT, &answer);
    ota_reason(&f, "ENVELOPE", CHECK, r->expected, r->came);
    ck_assert_uint_eq(f.commits, commits);
    if (!r->answer) {
        ck_assert_uint_eq(answer.n, 0);
    } else if (r->answer[0] == '*') {
        const char *why = ota_open(&o, buf_slice(&answer), true, &opened);
        ck_assert_msg(!why, "%s: %s", r->what, why);
        ck_assert_msg(opened.status == r->status && opened.data.n == 0, "%s: status %02X", r->what, opened.status);
        ota_answer_free(&opened);
    } else {
        put_hex(&bytes, "027100 000B 0A");
        put_hex(&bytes, r->tar);
        put_hex(&bytes, r->answer);
        ck_assert_msg(slice_equal(buf_slice(&answer), buf_slice(&bytes)), "%s", r->what);
    }
    ota_file_holds(&f, BINARY_FID, NULL, ZERO);
    for (size_t i = 0; i < COUNT(sets); i++) {
        ota_server(&o, TAR_OPEN, "1A01", sets[i]);
        o.counter = 5;
        ota_run(&f, &o, "", 0, "009000");
    }
}
END_TEST

/* At its maximum a counter takes no packet any more (TS 102 225 5.1.4). */
START_TEST(test_counter_blocked)
{
    struct ota o;
    ota_server(&o, TAR_OPEN, "1619", SET_WORN);
    o.counter = 0xfffffffffe;
    ota_run(&f, &o, SCRIPT, 2, "");
    o.counter = 0xffffffffff;
    ota_run(&f, &o, SCRIPT, 0, DONE);
    ota_run(&f, &o, SCRIPT, 4, "");
    ota_reason(&f, "ENVELOPE", CHECK, "a counter below its maximum", "FFFFFFFFFF");
    o.spi[0] = 0x0e; /* counters that are not checked go on */
    ota_run(&f, &o, SCRIPT, 0, DONE);
}
END_TEST

/* Modes that do not check leave the counter alone; the others move it, for each set by itself and durably. */
START_TEST(test_counter_modes)
{
    struct ota o;
    ota_server(&o, TAR_OPEN, "0619", SET_AES);
    o.counter = 100;
    ota_run(&f, &o, "", 0, "009000");
    o.spi[0] = 0x0e;
    ota_run(&f, &o, "", 0, "009000");
    o.spi[0] = 0x1e;
    o.counter = 1;
    ota_run(&f, &o, "", 0, "009000");
    o.spi[0] = 0x16;
    o.counter = 1000;
    ota_run(&f, &o, "", 0, "009000");
    card_cut(&f);
    apdu(&f, TERMINAL_PROFILE, "9000");
    ota_run(&f, &o, "", 2, "");
    o.spi[0] = 0x12; /* the counter is the set's, whichever of its keys are used */
    ota_run(&f, &o, "", 2, "");
    o.spi[0] = 0x14;
    ota_run(&f, &o, "", 2, "");
    ota_server(&o, TAR_OPEN, "1E19", SET_DES);
    ota_run(&f, &o, "", 0, "009000");
}
END_TEST

/* ---- switching ---- */

START_TEST(test_isolation)
{
    struct ota o;
    ota_server(&o, TAR_OPEN, "1619", SET_AES);
    o.counter = 50;
    ota_run(&f, &o, SCRIPT, 0, DONE);
    es10(&f, "BF3111A00C5A0A" ICCID_2 "810100", "BF3103800100");
    apdu(&f, TERMINAL_PROFILE, "9000");
    BUF_LOCAL answer = {0};
    o.counter = 51;
    ota_transmit(&f, &o, SCRIPT, &answer);
    assert_hex(buf_slice(&answer), "027100 000B 0A" TAR_OPEN NO_COUNTER "00 09", "TAR of the other profile");
    ota_server(&o, TAR_DISABLED, "1E19", SET_AES); /* its counters are its own */
    ota_run(&f, &o, "", 0, "009000");
    es10(&f, "BF3211A00C5A0A" ICCID_2 "810100", "BF3203800100");
    apdu(&f, TERMINAL_PROFILE, "9000");
    buf_reset(&answer);
    o.counter = 2;
    o.spi[0] = 0;
    ota_transmit(&f, &o, "", &answer);
    assert_hex(buf_slice(&answer), "027100 000B 0A" TAR_DISABLED "0000000002 00 09", "no profile is enabled");
}
END_TEST

/* ---- personality ---- */

START_TEST(test_personality)
{
    struct ota o;
    BUF_LOCAL answer = {0};
    card_free(&f);
    ota_begin(&f, "ota_unsecured_por = no\nota_submit_as_report = yes\nota_mixed_key_sets = yes\n");
    ota_server(&o, "B0FFFF", "0619", SET_AES);
    ota_transmit(&f, &o, SCRIPT, &answer);
    ck_assert_uint_eq(answer.n, 0); /* it could not be protected */
    ota_reason(&f, "ENVELOPE", CHECK, "the TAR of an application", "B0FFFF");
    ota_server(&o, "B0FFFF", "0601", SET_AES);
    ota_transmit(&f, &o, SCRIPT, &answer);
    assert_hex(buf_slice(&answer), "027100 000B 0AB0FFFF" NO_COUNTER "00 09", "no protection was asked for");
    ota_server(&o, TAR_OPEN, "0639", SET_AES);
    ota_run(&f, &o, SCRIPT, 0, DONE);
    struct ota other;
    ota_server(&other, TAR_OPEN, "0619", SET_AES_192);
    o.spi[1] = 0x19;
    o.kid = other.kid;
    o.checksum = other.checksum;
    ota_run(&f, &o, SCRIPT, 0, DONE);
}
END_TEST

/* Counter and file are as before or as after, together. */
START_TEST(test_power_cut)
{
    static const enum power_cut cuts[] = {CUT_BEFORE_COMMIT, CUT_AFTER_COMMIT};
    struct ota o;
    BUF_LOCAL text = {0};
    BUF_LOCAL packet = {0};
    BUF_LOCAL envelope = {0};
    BUF_LOCAL answer = {0};
    struct lpa_reader reader;
    put_hex(&text, SCRIPT);
    ota_server(&o, TAR_OPEN, "1E19", SET_AES);
    ck_assert(ota_packet(&o, buf_slice(&text), &packet));
    ota_put_envelope(buf_slice(&packet), &envelope);
    f.power_cut = cuts[_i];
    ck_assert(lpa_reader_card(&reader, f.card));
    ck_assert(!reader.transmit(reader.ctx, buf_slice(&envelope), &answer));
    f.power_cut = CUT_NEVER;
    card_cut(&f);
    apdu(&f, TERMINAL_PROFILE, "9000");
    ota_file_holds(&f, BINARY_FID, NULL, cuts[_i] == CUT_BEFORE_COMMIT ? ZERO : WRITTEN);
    if (cuts[_i] == CUT_BEFORE_COMMIT)
        ota_run(&f, &o, SCRIPT, 0, DONE);
    else
        ota_run(&f, &o, SCRIPT, 2, "");
    ota_file_holds(&f, BINARY_FID, NULL, WRITTEN);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ota_packet");
    TCase *t = tcase_create("packets");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, test_protection, 0, COUNT(protections));
    tcase_add_loop_test(t, test_padding, 0, 2);
    tcase_add_test(t, test_answer_wanted);
    tcase_add_test(t, test_get_response);
    tcase_add_loop_test(t, test_refused, 0, COUNT(refusals));
    tcase_add_test(t, test_counter_blocked);
    tcase_add_test(t, test_counter_modes);
    tcase_add_test(t, test_isolation);
    tcase_add_test(t, test_personality);
    tcase_add_loop_test(t, test_power_cut, 0, 2);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
