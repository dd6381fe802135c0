/* What a reset, a REFRESH, a switch without REFRESH, another SELECT and a closed channel leave of channels, PINs, the
 * CAT session, secure channels and waiting switches (TS 102 221 8.5, 9.5, 11.1.17; TS 102 223 6.4.7; SGP.22 3.2.1;
 * GP 10.2). Two profiles (uicc_twins.h); on the first one everything is going on that an event can end. */
#include "uicc_twins.h"

#include "domain_common.h"

#include <stdio.h>

#define READ_DENIED "READ BINARY", "TS 102 221 9.2", "READ needs PIN1", "not presented", NO_OFFSET
#define UPDATE_DENIED(pin) "UPDATE BINARY", "TS 102 221 9.2", "UPDATE needs " pin, "not presented", NO_OFFSET
#define STATE_CHANGE "8010000022 00008000000000000000000000000000000000000000000000000000000000000020"
#define ENABLE_SECOND(class, flag) class "E2910014BF3111A00C5A0A" SECOND "8101" flag "00"
#define SD_STATUS "F28002024F0000"
#define SD_ENTRY "E3(4F08" MNO_SD " 9F70010F C50382DC00 C407A0000001515350)"

static struct fixture f;

static void enable_pin1(const char *iccid)
{
    twins_enable(&f, iccid);
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, "0028000108" PIN1_VALUE, "9000");
}

/* PIN1 has to be presented in both, the first one is enabled. */
static void set_up(void)
{
    twins_card(&f, NULL);
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, "0028000108" PIN1_VALUE, "9000");
    enable_pin1(SECOND);
    twins_enable(&f, FIRST);
    card_reset(&f);
}

static void tear_down(void)
{
    card_free(&f);
}

/* Channel 0: the USIM, EF.SMS with a record pointer; 1: the ISIM; 2: the security domain with a secure channel; 3: the
 * ISD-R. PIN1, PIN2 and ADM1 presented. */
static void begin(const char *terminal_profile)
{
    struct gp_host h;
    apdu(&f, terminal_profile, "9000");
    apdu(&f, "0070000100", "9000");
    apdu(&f, "01A4040C10" ISIM_AID, "9000");
    apdu(&f, "0070000200", "9000");
    apdu(&f, "02A4040C08" MNO_SD, "9000");
    domain_host(&h, 0x30);
    h.channel = 2;
    domain_open(&f, &h, 0x00);
    apdu(&f, "0070000300", "9000");
    apdu(&f, "03A4040C10" ISDR, "9000");
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, VERIFY_PIN1, "9000");
    apdu(&f, VERIFY_PIN2, "9000");
    apdu(&f, VERIFY_ADM1, "9000");
    apdu(&f, "00A4080C047FFF6FC5", "9000");
    apdu(&f, "00B2000210", "430981F3B7995EAEA7C763FFFFFFFFFF9000");
}

/* ---- one column each ---- */

/* Channels 1 to 3 are open or closed. */
static void channels(bool one, bool two, bool three, const char *sw)
{
    static const char *const names[] = {"channel 1", "channel 2", "channel 3"};
    const bool open[] = {one, two, three};
    for (int i = 0; i < 3; i++) {
        char request[16];
        (void)snprintf(request, sizeof request, "8%dF2000C", i + 1);
        const struct row closed = {names[i], request, "6881", "command", "TS 102 221 10.1.1", "an open logical channel",
                                   names[i], 0};
        if (open[i] && i == 1) continue; /* GET STATUS there: see secure_channel() */
        if (open[i])
            apdu(&f, request, sw);
        else
            apdu_row(&f, &closed);
    }
}

/* Channel 0 is at the MF, without EF and application. */
static void at_the_mf(void)
{
    static const struct row rows[] = {
        {"no record pointer, no EF", "00B2000210", "6986", "READ RECORD", "TS 102 221 11.1.3", "a selected EF", "none",
         NO_OFFSET},
        {"no application", "00A4080C047FFF6F07", "6A82", "SELECT", "TS 102 221 11.1.1", "a file of the enabled profile",
         "7FFF", 0},
        {"not the USIM's directory", "00A4000C026F07", "6A82", "SELECT", "TS 102 221 11.1.1",
         "a file of the enabled profile", "6F07", 0},
        {"a file of the MF", "00A4000C022F05", "9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}

/* In the USIM of channel 0, of whichever profile. */
static void pins(bool presented)
{
    static const struct row denied[] = {
        {"EF.IMSI", SELECT_IMSI, "9000", FINE},
        {"PIN1", READ_IMSI, "6982", READ_DENIED},
        {"ADM1", "00D6000801 10", "6982", UPDATE_DENIED("ADM1")},
        {"EF.EST", "00A4080C047FFF6F56", "9000", FINE},
        {"PIN2", "00D6000001 00", "6982", UPDATE_DENIED("PIN2")},
    };
    apdu(&f, SELECT_USIM, "9000");
    if (!presented) {
        apdu_rows(&f, ROWS(denied));
        return;
    }
    apdu(&f, SELECT_IMSI, "9000");
    apdu(&f, READ_IMSI, IMSI_1 "9000");
    apdu(&f, "00D6000801 10", "9000");
    apdu(&f, "00A4080C047FFF6F56", "9000");
    apdu(&f, "00D6000001 00", "9000");
}

/* The security domain can be selected again on channel 2; its session is over. */
static void no_secure_channel(const char *select_sw)
{
    static const struct row over = {"no session", "82" SD_STATUS,           "6982", "GET STATUS",
                                    "GP 11.4",    "an open secure channel", "none", NO_OFFSET};
    apdu(&f, "02A4040C08" MNO_SD, select_sw);
    apdu_row(&f, &over);
}

static void no_proactive_command(void)
{
    static const struct row none = {
        "FETCH", FETCH_REFRESH, "6985", "FETCH", "TS 102 221 11.2.3", "a proactive command that waits",
        "none",  NO_OFFSET};
    apdu_row(&f, &none);
}

/* The terminal's profile is known: it may send an ENVELOPE. */
static void terminal_profile_kept(bool kept)
{
    static const struct row forgotten = {
        "ENVELOPE", "80C2000002D600", "6985", "ENVELOPE", "TS 102 221 11.2.2", "a TERMINAL PROFILE before",
        "none",     NO_OFFSET};
    if (kept)
        apdu(&f, "80C2000002D600", "9000");
    else
        apdu_row(&f, &forgotten);
}

/* ---- cold and warm reset ---- */

static void warm(void)
{
    ck_assert_int_eq(euicc_reset(f.card, NULL), EUICC_OK);
}
static void cold(void)
{
    euicc_power_off(f.card);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
}
static void cut(void)
{
    card_cut(&f);
    warm(); /* without the LPA's selection of the ISD-R */
}
static void (*const resets[])(void) = {warm, cold, cut};

/* With and without a switch that waits. */
START_TEST(test_reset)
{
    bool waits = _i >= 3;
    begin(WITH_REFRESH);
    if (waits) apdu(&f, ENABLE_SECOND("83", "FF"), "BF3103800100910B");
    resets[_i % 3]();
    no_proactive_command();
    terminal_profile_kept(false);
    channels(false, false, false, "");
    at_the_mf();
    pins(false);
    twins_assert_iccid(&f, waits ? SECOND : FIRST);
    apdu(&f, "0070000200", "9000");
    no_secure_channel("9000");
    apdu(&f, WITH_REFRESH, "9000"); /* and nothing is offered again */
}
END_TEST

/* ---- REFRESH 04, REFRESH 09, and a switch without REFRESH ---- */

START_TEST(test_switch)
{
    if (_i == 2) {
        begin(WITH_REFRESH);
        apdu(&f, ENABLE_SECOND("83", "00"), "BF31038001009000");
    } else {
        begin(_i ? STATE_CHANGE : WITH_REFRESH);
        apdu(&f, ENABLE_SECOND("83", "FF"), "BF3103800100910B");
        apdu(&f, FETCH_REFRESH, _i ? "D00981030101098202 8182 9000" : REFRESH_04);
        pins(true); /* until the terminal has done it */
        apdu(&f, _i ? "801400000C 810301010982028281 830100" : TERMINAL_RESPONSE("00"), "9000");
    }
    no_proactive_command();
    channels(false, false, true, "9000"); /* the LPA goes on */
    at_the_mf();
    pins(false);
    twins_assert_iccid(&f, SECOND);
    apdu(&f, "0070000200", "9000");
    no_secure_channel("9000");
    apdu(&f, "83E2910006BF3E035C015A00", "BF3E125A10" EID "9000");
    /* the terminal starts again: its profile begins a new CAT session, in which nothing waits */
    apdu(&f, WITH_REFRESH, "9000");
    no_proactive_command();
    terminal_profile_kept(true);
}
END_TEST

/* A switch that the terminal could not do leaves everything as it was. */
START_TEST(test_failed_refresh)
{
    begin(WITH_REFRESH);
    apdu(&f, ENABLE_SECOND("83", "FF"), "BF3103800100910B");
    apdu(&f, FETCH_REFRESH, REFRESH_04);
    apdu(&f, TERMINAL_RESPONSE("30"), "9000");
    apdu(&f, "00B2000210", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF9000"); /* the next record */
    apdu(&f, "82" SD_STATUS, SD_ENTRY "9000");
    channels(true, true, true, "9000");
    pins(true);
    no_proactive_command();
    terminal_profile_kept(true);
    warm();
    twins_assert_iccid(&f, FIRST);
}
END_TEST

/* Disabling leaves no profile: the same, but there is nothing to come back to. */
START_TEST(test_disable)
{
    static const struct row gone[] = {
        {"the USIM", SELECT_USIM, "6A82", "SELECT", "TS 102 221 11.1.1", "an application of the enabled profile",
         "another AID", 0},
        {"PIN1", "0020000100", "6A88", "VERIFY PIN", "TS 102 221 11.1.9", "a PIN of the enabled profile", "01",
         NO_OFFSET},
        {"no record pointer, no EF", "00B2000210", "6986", "READ RECORD", "TS 102 221 11.1.3", "a selected EF", "none",
         NO_OFFSET},
    };
    begin(WITH_REFRESH);
    apdu(&f, "83E2910014BF3211A00C5A0A" FIRST "8101FF00", "BF3203800100910B");
    if (_i) {
        warm();
        channels(false, false, false, "");
    } else {
        apdu(&f, FETCH_REFRESH, REFRESH_04);
        apdu(&f, TERMINAL_RESPONSE("00"), "9000");
        channels(false, false, true, "9000");
    }
    no_proactive_command();
    apdu_rows(&f, ROWS(gone));
}
END_TEST

/* ---- SELECT of another application ---- */

START_TEST(test_select)
{
    begin(WITH_REFRESH);
    apdu(&f, ENABLE_SECOND("83", "FF"), "BF3103800100910B");
    apdu(&f, "82" SD_STATUS, SD_ENTRY "910B");
    apdu(&f, "02A4040C10" USIM_AID, "910B"); /* the secure channel ends with this */
    no_secure_channel("910B");
    apdu(&f, "00A4040C10" ISIM_AID, "910B"); /* on channel 0, from the USIM */
    apdu(&f, "00A4080C047FFF6F02", "910B");  /* the files are those of the ISIM */
    apdu(&f, "00A4080C047FFF6F04", "910B");
    channels(true, true, true, "910B");
    apdu(&f, "80C2000002D600", "910B"); /* CAT goes on */
    /* the switch still waits and the PINs are there: first the REFRESH is taken, so that status words are plain */
    apdu(&f, FETCH_REFRESH, REFRESH_04);
    pins(true);
    twins_assert_iccid(&f, FIRST);
    apdu(&f, TERMINAL_RESPONSE("00"), "9000");
    twins_assert_iccid(&f, SECOND);
}
END_TEST

/* ---- closed channels ---- */

/* The secure channel of a channel ends with it; no other channel, no switch and no PIN in use elsewhere does. */
START_TEST(test_close)
{
    begin(WITH_REFRESH);
    apdu(&f, ENABLE_SECOND("83", "FF"), "BF3103800100910B");
    apdu(&f, "00708002", "910B");
    channels(true, false, true, "910B");
    apdu(&f, "0070000200", "910B");
    no_secure_channel("910B");
    apdu(&f, "00708001", "910B");
    apdu(&f, FETCH_REFRESH, REFRESH_04);
    channels(false, true, true, "9000");
    apdu(&f, "00B2000210", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF9000"); /* channel 0: the next record */
    pins(true);
    terminal_profile_kept(true);
    twins_assert_iccid(&f, FIRST);
    apdu(&f, TERMINAL_RESPONSE("00"), "9000");
    twins_assert_iccid(&f, SECOND);
}
END_TEST

/* The last channel of an application takes its local PIN along, not the global ones. */
START_TEST(test_close_local_pin)
{
    static const struct row denied = {"PIN2", "01D6000001 00", "6982", UPDATE_DENIED("PIN2")};
    for (int i = 1; i <= 2; i++) {
        char open[16];
        char select[64];
        (void)snprintf(open, sizeof open, "007000%02d00", i);
        (void)snprintf(select, sizeof select, "%02dA4040C10" USIM_AID, i);
        apdu(&f, open, "9000");
        apdu(&f, select, "9000");
    }
    apdu(&f, "0120008108" PIN2_VALUE, "9000");
    apdu(&f, "0120000108" PIN1_VALUE, "9000");
    apdu(&f, "0120000A08" ADM1_VALUE, "9000");
    apdu(&f, "00708001", "9000");
    apdu(&f, "02A4080C047FFF6F56", "9000");
    apdu(&f, "02D6000001 00", "9000"); /* the application goes on there */
    apdu(&f, "00708002", "9000");
    apdu(&f, "0070000100", "9000");
    apdu(&f, "01A4040C10" USIM_AID, "9000");
    apdu(&f, "01A4080C047FFF6F56", "9000");
    apdu_row(&f, &denied);
    apdu(&f, "01A4080C047FFF6F07", "9000");
    apdu(&f, "01B0000009", IMSI_1 "9000");
    apdu(&f, "01D6000801 10", "9000");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc_events");
    TCase *t = tcase_create("events");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_reset, 0, 6);
    tcase_add_loop_test(t, test_switch, 0, 3);
    tcase_add_test(t, test_failed_refresh);
    tcase_add_loop_test(t, test_disable, 0, 2);
    tcase_add_test(t, test_select);
    tcase_add_test(t, test_close);
    tcase_add_test(t, test_close_local_pin);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
