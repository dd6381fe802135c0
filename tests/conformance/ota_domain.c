/* Remote application management (TS 102 226 8): scripts for security domains over secured packets: reading,
 * personalisation, keys that take over, applications that go, and what a card without a runtime refuses. */
#include "ota_common.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define PERSONALIZE_OTHER "80E62000(0000 10" OTHER_SD "000000)"
#define RFM_OPEN "A000000009000500000100" /* the application behind TAR_OPEN */

static struct fixture f;
static struct ota o;

static void set_up(void)
{
    ota_begin(&f, NULL);
    ota_server(&o, TAR_DOMAIN, "1619", SET_AES);
}

static void tear_down(void)
{
    card_free(&f);
}

static void run(const char *script, const char *data)
{
    ota_run(&f, &o, script, 0, data);
    o.counter++;
}

/* Two key sets are enough to see the form: KID, KVN, type and length. */
START_TEST(test_reading)
{
    ota_server(&o, TAR_OTHER, "1619", SET_AES);
    run("80CA00E000", "019000 E00C C00401018810 C00402018810");
    run("80CA00E00E", "019000 E00C C00401018810 C00402018810");
    run("80CA00E004", "01610A E00CC004");
    run("80F28002(4F00) 00C0000000",
        "029000 E3(4F(" OTHER_SD ") 9F70010F C503808000 C407A0000001515350 CC08" MNO_SD ")");
}
END_TEST

/* The selectable domain of TAR 000000 is the same one. */
START_TEST(test_second_tar)
{
    ota_server(&o, "000000", "1619", SET_AES);
    run("80E29000(9F7F0401020304) 80CA9F7F00", "029000 9F7F0401020304");
}
END_TEST

START_TEST(test_personalisation)
{
    run("80E28800(0070 06 42044142 4344) 80CA004200", "029000 420441424344");
    run("80E21000(4203) 80E29001(313233) 80CA004200", "039000 4203313233");
    /* to a domain that belongs to this one */
    run(PERSONALIZE_OTHER, "016101");
    run(PERSONALIZE_OTHER "00C0000001 80E29000(4203343536)", "039000");
    run("80CA004200", "019000 4203313233");
    ota_server(&o, TAR_OTHER, "1619", SET_AES);
    run("80CA004200", "019000 4203343536");
}
END_TEST

/* New keys, encrypted under KID 03 of the set that protects the packet: 6061.., 7071.., 8081.. by
 *   openssl enc -aes-128-cbc -K 5051.. -iv 00.. -nopad
 * each with the first three bytes of openssl enc -aes-128-ecb -K KEY -nopad of 16 bytes 01. */
#define NEW_KEYS                                                                                                       \
    "88 11 10 6F451BC5B7E0DB3655D705CA91EFE303 03D7D0E4"                                                               \
    "88 11 10 7346846D6EA58DCB69FA20EF60DE7FE6 03DCC3AC"                                                               \
    "88 11 10 889131D2C109476417252BE7DD9055DE 03F28388"

static void new_keys(struct ota *server, unsigned version)
{
    for (uint8_t i = 0; i < 16; i++) {
        server->cipher.bytes[i] = (uint8_t)(0x60 + i);
        server->checksum.bytes[i] = (uint8_t)(0x70 + i);
    }
    server->kic = server->kid = (uint8_t)(version << 4 | 2);
}

START_TEST(test_put_key_new)
{
    struct ota with_new;
    run("80D80081(09" NEW_KEYS ") 00C0000000", "029000 09 D7D0E4 DCC3AC F28388");
    ota_server(&with_new, TAR_OPEN, "1E19", SET_AES);
    new_keys(&with_new, 9);
    ota_run(&f, &with_new, "", 0, "009000"); /* counts from the beginning */
    run("", "009000");                       /* the old ones are there too */
    card_cut(&f);
    apdu(&f, TERMINAL_PROFILE, "9000");
    ota_run(&f, &with_new, "", 2, "");
}
END_TEST

/* The set that protects the packet is replaced: its answer is still protected by the old keys; then only the new ones
 * open packets, and their counter starts again. */
START_TEST(test_put_key_replaced)
{
    BUF_LOCAL answer = {0};
    struct ota_answer a;
    o.counter = 77;
    run("80D80181(01" NEW_KEYS ")", "01610A");
    ota_transmit(&f, &o, "", &answer);
    ck_assert_ptr_nonnull(ota_open(&o, buf_slice(&answer), true, &a)); /* it is protected by keys that we do not know */
    ota_reason(&f, "ENVELOPE", "TS 102 225 5.1", "the packet's own check", "another checksum");
    ota_server(&o, TAR_OPEN, "1E19", SET_AES);
    new_keys(&o, 1);
    ota_run(&f, &o, "", 0, "009000");
}
END_TEST

START_TEST(test_delete)
{
    struct ota open;
    BUF_LOCAL answer = {0};
    ota_server(&open, TAR_OPEN, "0001", 0);
    ota_run(&f, &open, "", 0, "009000");
    run("80E40000(4F0B" RFM_OPEN ") 00C0000000", "029000 00");
    ota_transmit(&f, &open, "", &answer);
    assert_hex(buf_slice(&answer), "027100 000B 0A" TAR_OPEN "0000000001 00 09", "it is gone");
}
END_TEST

/* SET STATUS: a LOCKED security domain is not there for servers. */
START_TEST(test_locked)
{
    struct ota other;
    BUF_LOCAL answer = {0};
    ota_server(&other, TAR_OTHER, "0001", 0);
    ota_run(&f, &other, "", 0, "009000");
    run("80F04080(" OTHER_SD ")", "019000");
    ota_transmit(&f, &other, "", &answer);
    assert_hex(buf_slice(&answer), "027100 000B 0A" TAR_OTHER "0000000001 00 09", "LOCKED");
    ota_reason(&f, "ENVELOPE", "TS 102 225 5.1", "the TAR of a security domain in use", "of one that is LOCKED");
    run("80F0400F(" OTHER_SD ")", "019000");
    ota_run(&f, &other, "", 0, "009000");
}
END_TEST

static const struct {
    const char *what, *script, *data, *function, *clause, *expected, *came;
} refusals[] = {
    {"INSTALL [for load]", "80E60200(07A0000001515350 00 00 00 00)", "016A81", "INSTALL", "GP 11.5.2.1",
     "the card has no application runtime", "P1 02"},
    {"LOAD", "80E88000(C400)", "016985", "LOAD", "GP 11.6", "INSTALL [for load] before",
     "the card has no application runtime"},
    {"a secure channel inside", "8050000008 0001020304050607", "016D00", "INITIALIZE UPDATE", "TS 102 226 8.2",
     "a command of remote application management", "50"},
    {"its second half", "8082000010 00010203040506070001020304050607", "016D00", "EXTERNAL AUTHENTICATE",
     "TS 102 226 8.2", "a command of remote application management", "82"},
    {"secure messaging", "84CA00E000", "016E00", "ENVELOPE", "TS 102 226 7.1", "class 00 or 80", "84"},
    {"a command on files", "00A40000023F00", "016D00", "SELECT", "GP 11.1", "a command of a security domain", "A4"},
    {"an instruction that nobody knows", "80FE000000", "016D00", "ENVELOPE", "GP 11.1",
     "a command of a security domain", "FE"},
    {"GET DATA of what is not there", "80CA123400", "016A88", "GET DATA", "GP 11.3.3.1", "a data object", "1234"},
    {"keys in clear", "80D80081(08 88 11 10 606162636465666768696A6B6C6D6E6F 03D7D0E4)", "016A80", "PUT KEY",
     "GP 11.8.2.3", "the key check value of the key", "another one"},
};

START_TEST(test_refused)
{
    run(refusals[_i].script, refusals[_i].data);
    ota_reason(&f, refusals[_i].function, refusals[_i].clause, refusals[_i].expected, refusals[_i].came);
}
END_TEST

/* What was refused leaves nothing behind, what was done before it in the script stays. */
START_TEST(test_stops)
{
    run("80E29000(4203616263) 80E40000(4F05A000000099) 80E29000(4203646566)", "026A88");
    run("80CA004200", "019000 4203616263");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ota_domain");
    TCase *t = tcase_create("security domains");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_reading);
    tcase_add_test(t, test_second_tar);
    tcase_add_test(t, test_personalisation);
    tcase_add_test(t, test_put_key_new);
    tcase_add_test(t, test_put_key_replaced);
    tcase_add_test(t, test_delete);
    tcase_add_test(t, test_locked);
    tcase_add_loop_test(t, test_refused, 0, COUNT(refusals));
    tcase_add_test(t, test_stops);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
