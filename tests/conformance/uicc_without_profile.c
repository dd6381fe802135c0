/* A card whose profiles are all disabled, in each of the three forms that personalities know (without_profile): what a
 * terminal finds then, and that the files of a profile come with it and go with it. SGP.22 3.2.2; TS 102 221 8.1, 13.
 */
#include "uicc_twins.h"

#define NO_AID "6A82", "SELECT", "TS 102 221 11.1.1", "an application of the enabled profile", "another AID", 0
#define NO_PIN(function, clause, name)                                                                                 \
    "6A88", function, "TS 102 221 " clause, "a PIN of the enabled profile", name, NO_OFFSET
#define NO_FILE(name) "6A82", "SELECT", "TS 102 221 11.1.1", "a file of the MF", name, 0
#define FF19 "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"

static struct fixture f;

static void tear_down(void)
{
    card_free(&f);
}

static const struct form {
    const char *personality;
    bool mf, iccid;
} forms[] = {
    {"without_profile = bare\n", true, false},
    {"without_profile = dummy-iccid\n", true, true},
    {"without_profile = no-files\n", false, false},
};

/* How it came to be that no profile is enabled. */
static void never_enabled(void) {}
static void disabled_at_once(void)
{
    twins_enable(&f, FIRST);
    twins_disable(&f, FIRST);
}
static void disabled_by_refresh(void)
{
    twins_enable(&f, FIRST);
    apdu(&f, WITH_REFRESH, "9000");
    twins_disable_refresh(&f, FIRST, "BF3203800100910B");
    apdu(&f, FETCH_REFRESH, REFRESH_04);
    apdu(&f, TERMINAL_RESPONSE("00"), "9000");
}
static void disabled_by_reset(void)
{
    twins_enable(&f, FIRST);
    apdu(&f, WITH_REFRESH, "9000");
    twins_disable_refresh(&f, FIRST, "BF3203800100910B");
}
static void (*const ways[])(void) = {never_enabled, disabled_at_once, disabled_by_refresh, disabled_by_reset};

/* Nothing of a profile, whatever the form. */
static void assert_nothing(void)
{
    static const struct row rows[] = {
        {"USIM", SELECT_USIM, NO_AID},
        {"any USIM", "00A4040407A0000000871002", NO_AID},
        {"ISIM", SELECT_ISIM, NO_AID},
        {"security domain", "00A4040C08" MNO_SD, NO_AID},
        {"ISD-P", "00A4040C10" AID_1, NO_AID},
        {"7FFF", "00A4000C027FFF", NO_FILE("7FFF")},
        {"EF.PL", "00A4080C022F05", NO_FILE("2F05")},
        {"DF.TELECOM", "00A4080C027F10", NO_FILE("7F10")},
        {"PIN1", "0020000100", NO_PIN("VERIFY PIN", "11.1.9", "01")},
        {"ADM1", VERIFY_ADM1, NO_PIN("VERIFY PIN", "11.1.9", "0A")},
        {"PUK", "002C000100", NO_PIN("UNBLOCK PIN", "11.1.13", "01")},
        {"AUTHENTICATE", AUTHENTICATE_1, "6985", "AUTHENTICATE", AUTHENTICATE_CLAUSE,
         "application of the enabled profile", "none", NO_OFFSET},
        {"the same in a GSM context", GSM_1, "6985", "AUTHENTICATE", AUTHENTICATE_CLAUSE,
         "application of the enabled profile", "none", NO_OFFSET},
        {"ISD-R", "00A4040C10" ISDR, "9000", FINE},
        {"ECASD", "00A4040C10" ECASD, "9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}

static void assert_files(const struct form *form)
{
    static const struct row no_mf = {"MF", "00A4000C023F00", NO_FILE("3F00")};
    static const struct row no_iccid = {"EF.ICCID", "00A4080C022FE2", NO_FILE("2FE2")};
    static const struct row never = {"nobody may change EF.DIR",
                                     "00DC010413" FF19,
                                     "6982",
                                     "UPDATE RECORD",
                                     "TS 102 221 9.2",
                                     "an access rule that permits update",
                                     "never (EF.ARR 2F06 record 1)",
                                     NO_OFFSET};
    if (!form->mf) {
        apdu_row(&f, &no_mf);
        apdu_row(&f, &no_iccid);
        return;
    }
    apdu(&f, "00A4000C023F00", "9000");
    apdu(&f, "00A4080C022F00", "9000");
    apdu(&f, "00B2010413", FF19 "9000");
    apdu_row(&f, &never);
    apdu(&f, "00A4080C022F06", "9000");
    apdu(&f, "00A4080C022F08", "9000");
    if (form->iccid)
        twins_assert_iccid(&f, "988800000000000000F0");
    else
        apdu_row(&f, &no_iccid);
}

START_TEST(test_forms)
{
    const struct form *form = &forms[_i / 4];
    card_new(&f, form->personality, NULL);
    twins_install(&f, FIRST);
    ways[_i % 4]();
    ck_assert_int_eq(euicc_reset(f.card, NULL), EUICC_OK);
    assert_files(form);
    assert_nothing();
    /* the profile's files come and go with it */
    twins_enable(&f, FIRST);
    twins_assert_iccid(&f, FIRST);
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, SELECT_IMSI, "9000");
    apdu(&f, READ_IMSI, IMSI_1 "9000");
    twins_disable(&f, FIRST);
    if (!form->mf) ck_assert_int_eq(euicc_reset(f.card, NULL), EUICC_OK); /* else the ISD-R stays selected */
    assert_files(form);
    assert_nothing();
}
END_TEST

/* No profile at all: deleted while it was disabled. */
START_TEST(test_deleted)
{
    card_new(&f, forms[_i].personality, NULL);
    twins_install(&f, FIRST);
    twins_enable(&f, FIRST);
    twins_disable(&f, FIRST);
    es10(&f, "BF33(5A(" FIRST "))", "BF3303800100");
    ck_assert_uint_eq(stored_count(&f, "isdp/"), 0);
    ck_assert_int_eq(euicc_reset(f.card, NULL), EUICC_OK);
    assert_files(&forms[_i]);
    assert_nothing();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc_without_profile");
    TCase *t = tcase_create("without profile");
    tcase_add_checked_fixture(t, NULL, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_forms, 0, 12);
    tcase_add_loop_test(t, test_deleted, 0, 3);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
