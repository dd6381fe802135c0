/* The five PIN commands on the wire: VERIFY PIN, CHANGE PIN, DISABLE PIN, ENABLE PIN, UNBLOCK PIN. ETSI TS 102 221 9.5,
 * 11.1.9 to 11.1.13. Retry counters at power cuts. */
#include "uicc_card.h"

#define VERIFY "VERIFY PIN", "TS 102 221 11.1.9"
#define CHANGE "CHANGE PIN", "TS 102 221 11.1.10"
#define DISABLE "DISABLE PIN", "TS 102 221 11.1.11"
#define ENABLE "ENABLE PIN", "TS 102 221 11.1.12"
#define UNBLOCK "UNBLOCK PIN", "TS 102 221 11.1.13"
#define NEW "34333231FFFFFFFF"

static struct fixture f;

static void set_up(void)
{
    uicc_card_new(&f, NULL);
    apdu(&f, SELECT_MF, "9000");
}

static void tear_down(void)
{
    card_free(&f);
}

/* ---- VERIFY PIN ---- */

START_TEST(test_verify_pin)
{
    const struct row rows[] = {
        {"query", "0020000100", "63C3", FINE},
        {"query without P3", "00200001", "63C3", FINE},
        {"query of an ADM", "0020000A00", "63CA", FINE},
        {"query of a disabled one", "0020000300", "63C3", FINE},
        {"wrong", "0020000108" V_WRONG, "63C2", VERIFY, "the value of PIN1", "another one, 2 tries left", 0},
        {"query", "0020000100", "63C2", FINE},
        {"right", VERIFY_PIN1, "9000", FINE},
        {"full again", "0020000100", "63C3", FINE},
        {"wrong ADM", "0020000A08" V_WRONG, "63C9", VERIFY, "the value of ADM1", "9 tries left", 0},
        {"right ADM", VERIFY_ADM1, "9000", FINE},
        {"disabled", "0020000308" V_03, "6984", VERIFY, "an enabled PIN", "global PIN 03 is disabled", NO_OFFSET},
        {"unknown", "0020000500", "6A88", VERIFY, "a PIN of the enabled profile", "05", NO_OFFSET},
        {"no reference", "0020000000", "6A88", VERIFY, "a PIN of the enabled profile", "00", NO_OFFSET},
        {"local at the MF", "0020008100", "6A88", VERIFY, "a PIN of the enabled profile", "81", NO_OFFSET},
        {"seven bytes", "0020000107 31323334FFFFFF", "6700", VERIFY, "8 bytes or none", "7 bytes", NO_OFFSET},
        {"nine bytes", "0020000109 31323334FFFFFFFFFF", "6700", VERIFY, "8 bytes or none", "9 bytes", NO_OFFSET},
        {"P1", "0020010108" V_PIN1, "6A86", VERIFY, "P1 00", "01", NO_OFFSET},
        /* P1 comes before the length, the length before the reference (10.1) */
        {"P1 and length", "0020010507 31323334FFFFFF", "6A86", VERIFY, "P1 00", "01", NO_OFFSET},
        {"length and reference", "0020000507 31323334FFFFFF", "6700", VERIFY, "8 bytes or none", "", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_blocked)
{
    const struct row rows[] = {
        {"1", "0020008108" V_WRONG, "63C2", VERIFY, "the value of PIN2", "2 tries left", 0},
        {"2", "0020008108" V_WRONG, "63C1", VERIFY, "the value of PIN2", "1 tries left", 0},
        {"3", "0020008108" V_WRONG, "63C0", VERIFY, "the value of PIN2", "0 tries left", 0},
        {"right, too late", "0020008108" V_PIN2, "6983", VERIFY, "tries that are left", "PIN2 is blocked", NO_OFFSET},
        {"query", "0020008100", "6983", VERIFY, "tries that are left", "PIN2 is blocked", NO_OFFSET},
        {"change, whatever the new value", "0024008110" V_PIN2 "313233FFFFFFFFFF", "6983", CHANGE,
         "tries that are left", "blocked", NO_OFFSET},
        {"change", "0024008110" V_PIN2 NEW, "6983", CHANGE, "tries that are left", "blocked", NO_OFFSET},
    };
    apdu(&f, SELECT_USIM, "9000");
    apdu_rows(&f, ROWS(rows));
    apdu(&f, SELECT_ISIM, "9000"); /* another PIN2 */
    apdu(&f, "0020008108" V_ISIM_PIN2, "9000");
    card_cut(&f); /* for ever */
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &rows[3]);
}
END_TEST

/* A PIN that was presented opens nothing any more once it is blocked. */
START_TEST(test_blocked_after_verify)
{
    const struct row wrong = {"wrong", "0020000108" V_WRONG, "63C2", VERIFY, "the value", "", 0};
    const struct row last = {"wrong", "0020000108" V_WRONG, "63C0", VERIFY, "the value", "", 0};
    const struct row refused = {"read",           "00B0000008",      "6982",          "READ BINARY",
                                "TS 102 221 9.2", "READ needs PIN1", "not presented", NO_OFFSET};
    apdu(&f, "00A4000C022F01", "9000");
    apdu_row(&f, &refused);
    apdu(&f, VERIFY_PIN1, "9000");
    apdu(&f, "00B0000008", "01020304050607089000");
    apdu_row(&f, &wrong);
    apdu(&f, "00B0000008", "01020304050607089000"); /* still */
    struct row second = wrong;
    second.answer = "63C1";
    apdu_row(&f, &second);
    apdu_row(&f, &last);
    apdu_row(&f, &refused);
}
END_TEST

/* Verified for all channels, until the reset; local PINs are resolved from the channel's directory. */
START_TEST(test_scope)
{
    const struct row usim = {"PIN2 of the USIM", "02D60000021234",    "6982",          "UPDATE BINARY",
                             "TS 102 221 9.2",   "UPDATE needs PIN2", "not presented", NO_OFFSET};
    apdu(&f, "0070000001", "019000");
    apdu(&f, "0070000001", "029000");
    apdu(&f, "01A4040C0CA0000000871002FF49FF0589", "9000");
    apdu(&f, "02A4040C0CA0000000871002FF49FF0589", "9000");
    apdu(&f, "02A4000C026F3B", "9000");
    apdu_row(&f, &usim);
    apdu(&f, "0120008108" V_PIN2, "9000"); /* on channel 1 */
    apdu(&f, "02D60000021234", "9000");
    apdu(&f, SELECT_TELECOM, "9000"); /* shares it */
    apdu(&f, "00A4000C026F3B", "9000");
    apdu(&f, "00D6000002ABCD", "9000");
    apdu(&f, SELECT_ISIM, "9000"); /* does not */
    apdu(&f, "00A4000C026F3B", "9000");
    struct row isim = usim;
    isim.request = "00D6000002ABCD";
    apdu_row(&f, &isim);
    card_reset(&f);
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, "00A4000C026F3B", "9000");
    apdu_row(&f, &isim);
}
END_TEST

/* ---- CHANGE PIN ---- */

START_TEST(test_change)
{
    const struct row rows[] = {
        {"wrong", "0024000110" V_WRONG NEW, "63C2", CHANGE, "the value of PIN1", "2 tries left", 0},
        {"right", "0024000110" V_PIN1 NEW, "9000", FINE},
        {"full again", "0020000100", "63C3", FINE},
        {"the old one", "0020000108" V_PIN1, "63C2", VERIFY, "the value of PIN1", "", 0},
        {"the new one", "0020000108" NEW, "9000", FINE},
        {"short", "002400010F" V_PIN1 "343332310FFFFF", "6700", CHANGE, "16 bytes", "15 bytes", NO_OFFSET},
        {"none", "0024000100", "6700", CHANGE, "16 bytes", "0 bytes", NO_OFFSET},
        {"P1", "0024010110" V_PIN1 NEW, "6A86", CHANGE, "P1 00", "01", NO_OFFSET},
        {"unknown", "0024000510" V_PIN1 NEW, "6A88", CHANGE, "a PIN of the enabled profile", "05", NO_OFFSET},
        {"disabled", "0024000310" V_03 NEW, "6984", CHANGE, "an enabled PIN", "disabled", NO_OFFSET},
        {"not to be changed", "0024000B10 3636363636363636" NEW, "6985", CHANGE, "a PIN that can be changed",
         "ADM2: its attributes forbid it", NO_OFFSET},
        {"three digits", "0024000110" NEW "313233FFFFFFFFFF", "6A80", CHANGE, "4 to 8 digits", "3 digits", 8},
        {"a letter", "0024000110" NEW "31323341FFFFFFFF", "6A80", CHANGE, "4 to 8 digits", "3 digits", 8},
        {"a digit behind the padding", "0024000110" NEW "31323334FF35FFFF", "6A80", CHANGE, "4 to 8 digits", "4", 8},
        {"zeros behind", "0024000110" NEW "3132333400000000", "6A80", CHANGE, "4 to 8 digits", "4", 8},
        {"no try was lost", "0020000100", "63C3", FINE},
        {"eight digits", "0024000110" NEW "3132333435363738", "9000", FINE},
        {"an ADM may be anything", "0024000A10" V_ADM1 "0001020304050607", "9000", FINE},
        {"the new ADM", "0020000A08 0001020304050607", "9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
    card_cut(&f); /* it stays */
    apdu(&f, SELECT_MF, "9000");
    apdu(&f, "0020000108 3132333435363738", "9000");
}
END_TEST

/* ---- DISABLE PIN, ENABLE PIN ---- */

START_TEST(test_disable_enable)
{
    const struct row rows[] = {
        {"protected", "00B0000001", "6982", "READ BINARY", "TS 102 221 9.2", "READ needs PIN1", "", NO_OFFSET},
        {"enable what is enabled", "0028000108" V_PIN1, "6985", ENABLE, "a disabled PIN", "PIN1 is enabled", NO_OFFSET},
        {"wrong", "0026000108" V_WRONG, "63C2", DISABLE, "the value of PIN1", "2 tries left", 0},
        {"right", "0026000108" V_PIN1, "9000", FINE},
        {"open", "00B0000001", "019000", FINE},
        {"disable what is disabled", "0026000108" V_PIN1, "6985", DISABLE, "an enabled PIN", "already", NO_OFFSET},
        {"verify", "0020000108" V_PIN1, "6984", VERIFY, "an enabled PIN", "PIN1 is disabled", NO_OFFSET},
        {"wrong", "0028000108" V_WRONG, "63C2", ENABLE, "the value of PIN1", "2 tries left", 0},
        {"right", "0028000108" V_PIN1, "9000", FINE},
        {"verified with it", "00B0000001", "019000", FINE},
        {"not to be disabled", "0026000A08" V_ADM1, "6985", DISABLE, "a PIN that can be disabled", "ADM1", NO_OFFSET},
        {"nor enabled", "0028000A08" V_ADM1, "6985", ENABLE, "a PIN that can be enabled", "ADM1", NO_OFFSET},
        {"length", "0026000107 31323334FFFFFF", "6700", DISABLE, "8 bytes", "7 bytes", NO_OFFSET},
        {"none", "0026000100", "6700", DISABLE, "8 bytes", "0 bytes", NO_OFFSET},
        {"length", "0028000107 31323334FFFFFF", "6700", ENABLE, "8 bytes", "7 bytes", NO_OFFSET},
        {"P1", "0028800108" V_PIN1, "6A86", ENABLE, "P1 00", "80", NO_OFFSET},
        {"P1", "0026010108" V_PIN1, "6A86", DISABLE, "P1 00, or 80", "01", NO_OFFSET},
        {"P1", "0026A10108" V_PIN1, "6A86", DISABLE, "P1 00, or 80", "A1", NO_OFFSET},
        {"unknown", "0026000508" V_PIN1, "6A88", DISABLE, "a PIN of the enabled profile", "05", NO_OFFSET},
        {"unknown", "0028000508" V_PIN1, "6A88", ENABLE, "a PIN of the enabled profile", "05", NO_OFFSET},
    };
    apdu(&f, "00A4000C022F01", "9000");
    apdu_rows(&f, ROWS(rows));
    /* PS of the MF: PIN1 (01) is the first of five, 03 is off (11.1.1.4.10); it survives the reset, "verified" does not
     */
    apdu(&f, "0026000108" V_PIN1, "9000");
    card_reset(&f);
    apdu(&f, SELECT_MF, "9000");
    apdu(&f, "00A4000C022F01", "9000");
    apdu(&f, "00B0000001", "019000");
    /* PIN2 of the USIM has no attribute for it, right value or not */
    const struct row pin2 = {"PIN2",   "0026008108" V_PIN2, "6985", DISABLE, "a PIN that can be disabled", "PIN2",
                             NO_OFFSET};
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &pin2);
    apdu(&f, "0020008100", "63C3");
}
END_TEST

/* The bits of the PIN status template follow. */
static void assert_ps(uint8_t ps)
{
    uint8_t answer[300];
    size_t n = 0;
    BYTES_LOCAL command = bytes_of("00A40004023F0000");
    BYTES_LOCAL tag = bytes_of("C6");
    struct tlv fcp;
    struct tlv c6;
    struct tlv status;
    ck_assert_int_eq(euicc_transmit(f.card, command.p, command.n, answer, sizeof answer, &n), EUICC_OK);
    struct slice in = slice_of(answer, n);
    ck_assert(tlv_next(&in, &fcp) && tlv_find(fcp.value, 0xc6, &c6) && tlv_find(c6.value, 0x90, &status));
    ck_assert_uint_eq(status.value.n, 1);
    ck_assert_msg(status.value.p[0] == ps, "PS %02X, expected %02X", status.value.p[0], ps);
}

START_TEST(test_status_bits)
{
    assert_ps(0xd8); /* 01 02 -03 0A 0B */
    apdu(&f, "0026000108" V_PIN1, "9000");
    assert_ps(0x58);
    apdu(&f, "0028000308" V_03, "9000");
    assert_ps(0x78);
    apdu(&f, "0028000108" V_PIN1, "9000");
    assert_ps(0xf8);
}
END_TEST

/* A global PIN that stands in for the disabled one. */
START_TEST(test_replacement)
{
    const struct row rows[] = {
        {"itself", "0026810108" V_PIN1, "6A86", DISABLE, "another global PIN", "01", NO_OFFSET},
        {"none", "0026800108" V_PIN1, "6A86", DISABLE, "another global PIN", "00", NO_OFFSET},
        {"an ADM", "00268A0108" V_PIN1, "6A86", DISABLE, "another global PIN", "0A", NO_OFFSET},
        {"unknown", "0026850108" V_PIN1, "6A88", DISABLE, "a PIN of the enabled profile", "05", NO_OFFSET},
        {"a disabled one", "0026830108" V_PIN1, "6985", DISABLE, "an enabled PIN as the replacement",
         "global PIN 03 is disabled", NO_OFFSET},
        {"02", "0026820108" V_PIN1, "9000", FINE},
        {"still protected", "00B0000001", "6982", "READ BINARY", "TS 102 221 9.2", "READ needs PIN1", "", NO_OFFSET},
        {"by 02", "0020000208" V_02, "9000", FINE},
        {"open", "00B0000001", "019000", FINE},
        {"enabled again: on its own", "0028000108" V_PIN1, "9000", FINE},
    };
    apdu(&f, "00A4000C022F01", "9000");
    apdu_rows(&f, ROWS(rows));
    card_reset(&f);
    apdu(&f, "00A4080C022F01", "9000");
    apdu(&f, "0020000208" V_02, "9000");
    apdu_row(&f, &rows[6]);
}
END_TEST

/* ---- UNBLOCK PIN ---- */

START_TEST(test_unblock)
{
    const struct row rows[] = {
        {"query", "002C000100", "63CA", FINE},
        {"wrong", "002C000110" V_WRONG NEW, "63C9", UNBLOCK, "the unblocking PIN of PIN1", "9 tries left", 0},
        {"the PIN's counter is as it was", "0020000100", "63C3", FINE},
        {"right, though not blocked", "002C000110" V_PUK1 NEW, "9000", FINE},
        {"full again", "002C000100", "63CA", FINE},
        {"verified", "00B0000001", "019000", FINE},
        {"the new value", "0020000108" NEW, "9000", FINE},
        {"format", "002C000110" V_PUK1 "313233FFFFFFFFFF", "6A80", UNBLOCK, "4 to 8 digits", "3 digits", 8},
        {"no try was lost", "002C000100", "63CA", FINE},
        {"length", "002C000108" V_PUK1, "6700", UNBLOCK, "16 bytes or none", "8 bytes", NO_OFFSET},
        {"P1", "002C010110" V_PUK1 NEW, "6A86", UNBLOCK, "P1 00", "01", NO_OFFSET},
        {"unknown", "002C000510" V_PUK1 NEW, "6A88", UNBLOCK, "a PIN of the enabled profile", "05", NO_OFFSET},
        {"no PUK", "002C000200", "6A88", UNBLOCK, "a PIN that has an unblocking PIN", "has none", NO_OFFSET},
        {"no PUK", "002C000A10" V_PUK1 NEW, "6A88", UNBLOCK, "a PIN that has an unblocking PIN", "ADM1", NO_OFFSET},
        /* a disabled PIN is enabled by it */
        {"disabled", "002C000310" V_PUK1 NEW, "9000", FINE},
        {"enabled", "0020000308" NEW, "9000", FINE},
    };
    apdu(&f, "00A4000C022F01", "9000");
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_unblock_blocked)
{
    const struct row wrong = {"wrong", "0020008108" V_WRONG, "63C2", VERIFY, "the value of PIN2", "", 0};
    const struct row rows[] = {
        {"2", "0020008108" V_WRONG, "63C1", VERIFY, "the value of PIN2", "", 0},
        {"3", "0020008108" V_WRONG, "63C0", VERIFY, "the value of PIN2", "", 0},
        {"wrong PUK", "002C008110" V_PUK1 NEW, "63C2", UNBLOCK, "the unblocking PIN of PIN2", "2 tries left", 0},
        {"still blocked", "0020008108" V_PIN2, "6983", VERIFY, "tries that are left", "", NO_OFFSET},
        {"right PUK", "002C008110" V_PUK2 NEW, "9000", FINE},
        {"three tries", "0020008100", "63C3", FINE},
        {"new value", "0020008108" NEW, "9000", FINE},
        {"wrong PUK 1", "002C008110" V_PUK1 NEW, "63C2", UNBLOCK, "the unblocking PIN", "2 tries left", 0},
        {"wrong PUK 2", "002C008110" V_PUK1 NEW, "63C1", UNBLOCK, "the unblocking PIN", "1 tries left", 0},
        {"wrong PUK 3", "002C008110" V_PUK1 NEW, "63C0", UNBLOCK, "the unblocking PIN", "0 tries left", 0},
        {"right, too late", "002C008110" V_PUK2 NEW, "6983", UNBLOCK, "tries that are left", "unblocking PIN of PIN2",
         NO_OFFSET},
        {"query", "002C008100", "6983", UNBLOCK, "tries that are left", "blocked", NO_OFFSET},
        {"the PIN itself works", "0020008108" NEW, "9000", FINE},
    };
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &wrong);
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* ---- power cuts ---- */

/* Which counter a query shows after the power went at the commit of the counter; the value does not matter. */
static void cut(const char *request, enum power_cut when, const char *query, const char *left)
{
    f.power_cut = when;
    no_answer(&f, request);
    no_answer(&f, "00A4000C023F00"); /* mute until it is switched on again */
    f.power_cut = CUT_NEVER;
    card_cut(&f);
    apdu(&f, SELECT_MF, "9000");
    apdu(&f, query, left);
}

START_TEST(test_power_cut)
{
    const struct row blocked = {"no try left", "0020000100", "6983", VERIFY, "tries that are left", "", NO_OFFSET};
    cut("0020000108" V_WRONG, CUT_BEFORE_COMMIT, "0020000100", "63C3");
    cut("0020000108" V_WRONG, CUT_AFTER_COMMIT, "0020000100", "63C2");
    cut("0020000108" V_PIN1, CUT_BEFORE_COMMIT, "0020000100", "63C2");
    cut("0020000108" V_PIN1, CUT_AFTER_COMMIT, "0020000100", "63C1"); /* the right one: a try is gone, none is won */
    cut("0024000110" V_PIN1 NEW, CUT_AFTER_COMMIT, "002C000100", "63CA");
    apdu_row(&f, &blocked);
    cut("002C000110" V_PUK1 NEW, CUT_BEFORE_COMMIT, "002C000100", "63CA");
    cut("002C000110" V_PUK2 NEW, CUT_AFTER_COMMIT, "002C000100", "63C9");
    apdu(&f, "002C000110" V_PUK1 NEW, "9000");
    apdu(&f, "0020000108" NEW, "9000");
}
END_TEST

/* Two commits for a value that is right (the counter goes down and up), one for a wrong one, none for a query. */
START_TEST(test_commits)
{
    const struct row wrong = {"wrong", "0020000108" V_WRONG, "63C2", VERIFY, "the value of PIN1", "", 0};
    size_t before = f.commits;
    apdu_row(&f, &wrong);
    ck_assert_uint_eq(f.commits - before, 1);
    apdu(&f, "0020000100", "63C2");
    ck_assert_uint_eq(f.commits - before, 1);
    apdu(&f, VERIFY_PIN1, "9000");
    ck_assert_uint_eq(f.commits - before, 3);
}
END_TEST

/* ---- personalities ---- */

START_TEST(test_personality)
{
    const struct row rows[] = {
        {"disabled", "0020000308" V_03, "6985", VERIFY, "an enabled PIN", "disabled", NO_OFFSET},
        {"unknown", "0020000500", "6A86", VERIFY, "a PIN of the enabled profile", "05", NO_OFFSET},
        {"no format", "0024000110" V_PIN1 "0000000000000000", "9000", FINE},
    };
    card_free(&f);
    uicc_card_new(&f, "disabled_pin = 6985\nunknown_pin = 6A86\ncheck_new_pin = no\n");
    apdu(&f, SELECT_MF, "9000");
    apdu_rows(&f, ROWS(rows));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc pins");
    TCase *t = tcase_create("pins");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_verify_pin);
    tcase_add_test(t, test_blocked);
    tcase_add_test(t, test_blocked_after_verify);
    tcase_add_test(t, test_scope);
    tcase_add_test(t, test_change);
    tcase_add_test(t, test_disable_enable);
    tcase_add_test(t, test_status_bits);
    tcase_add_test(t, test_replacement);
    tcase_add_test(t, test_unblock);
    tcase_add_test(t, test_unblock_blocked);
    tcase_add_test(t, test_power_cut);
    tcase_add_test(t, test_commits);
    tcase_add_test(t, test_personality);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
