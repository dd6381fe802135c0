/* Access rules on the wire: who may read and update which file, with what said. ETSI TS 102 221 9.2, 9.5. The
 * constructs of a rule one by one are in tests/unit/test_uicc_access.c. */
#include "uicc_card.h"

#define RULE "TS 102 221 9.2"
#define DENIED(command, needs) command, RULE, needs, "not presented", NO_OFFSET
#define NEVER_ALLOWED(command, what, rule)                                                                             \
    command, RULE, "an access rule that permits " what, "never (EF.ARR " rule ")", NO_OFFSET

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

START_TEST(test_root)
{
    const struct row rows[] = {
        {"EF.ICCID", "00A4000C022FE2", "9000", FINE},
        {"read always", "00B000000A", "980010325476981032149000", FINE},
        {"update never", "00D600000100", "6982", NEVER_ALLOWED("UPDATE BINARY", "update", "2F06 record 2")},
        {"ADM1", VERIFY_ADM1, "9000", FINE},
        {"even after ADM1", "00D600000100", "6982", NEVER_ALLOWED("UPDATE BINARY", "update", "2F06 record 2")},
        {"a file of nobody", "00A4000C022FF1", "9000", FINE}, /* SELECT is always allowed */
        {"read", "00B0000001", "6982", NEVER_ALLOWED("READ BINARY", "read", "2F06 record 6")},
        {"PIN1", VERIFY_PIN1, "9000", FINE},
        {"read", "00B0000001", "6982", NEVER_ALLOWED("READ BINARY", "read", "2F06 record 6")},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_records)
{
    const struct row rows[] = {
        {"EF.DIR", "00A4000C022F00", "9000", FINE},
        {"without ADM1", "00DC0104 21 " USIM_AID USIM_AID "000000000000000000", "6982",
         DENIED("UPDATE RECORD", "UPDATE needs ADM1 (EF.ARR 2F06 record 1)")},
        {"ADM1", VERIFY_ADM1, "9000", FINE},
        {"with it", "00DC0304 21 " USIM_AID USIM_AID "000000000000000000", "9000", FINE},
        {"record of 32 bytes", "00DC0304 20 " USIM_AID USIM_AID "0000000000000000", "6700", "UPDATE RECORD",
         "TS 102 221 11.1.6", "data of the length of a record", "32 bytes of 33", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_usim)
{
    const struct row rows[] = {
        {"EF.IMSI", "00A4000C026F07", "9000", FINE},
        {"read", "00B0000009", "6982", DENIED("READ BINARY", "READ needs PIN1 (EF.ARR 6F06 record 1)")},
        {"PIN1", VERIFY_PIN1, "9000", FINE},
        {"read", "00B0000009", "0809101010325476989000", FINE},
        {"update", "00D600000108", "6982", DENIED("UPDATE BINARY", "UPDATE needs ADM1 (EF.ARR 6F06 record 1)")},
        {"ADM1", VERIFY_ADM1, "9000", FINE},
        {"update", "00D600000108", "9000", FINE},
        {"SUCI keys", "00A4080C067FFF5FD04F01", "9000", FINE},
        {"read", "00B0000004", "A00201019000", FINE},
    };
    apdu(&f, SELECT_USIM, "9000");
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* The ME may not read what the USIM calculates SUCIs with: its EF.ARR is that of the ADF, one directory up. */
START_TEST(test_up_the_tree)
{
    const struct row read = {"read", "00B0000004", "6982",
                             DENIED("READ BINARY", "READ needs ADM1 (EF.ARR 6F06 record 3)")};
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, VERIFY_PIN1, "9000");
    apdu(&f, "00A4080C067FFF5FD04F01", "9000");
    apdu_row(&f, &read);
}
END_TEST

/* A refused update leaves everything as it was. */
START_TEST(test_nothing_changes)
{
    const struct row update = {"update", "00D600000109", "6982",
                               DENIED("UPDATE BINARY", "UPDATE needs ADM1 (EF.ARR 6F06 record 1)")};
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, VERIFY_PIN1, "9000");
    apdu(&f, "00A4000C026F07", "9000");
    size_t commits = f.commits;
    apdu_row(&f, &update);
    ck_assert_uint_eq(f.commits, commits);
    apdu(&f, "00B0000009", "0809101010325476989000");
}
END_TEST

/* The rule of a link is its own: record 4 lets PIN1 update what record 1 does not. */
START_TEST(test_link)
{
    const struct row update = {"update", "00D600000108", "6982",
                               DENIED("UPDATE BINARY", "UPDATE needs ADM1 (EF.ARR 6F06 record 1)")};
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, VERIFY_PIN1, "9000");
    apdu(&f, "00A4000C026F07", "9000");
    apdu_row(&f, &update);
    apdu(&f, "00A4000C026F40", "9000");
    apdu(&f, "00D6000801AA", "9000");
    apdu(&f, "00A4000C026F07", "9000");
    apdu(&f, "00B0000009", "0809101010325476AA9000");
}
END_TEST

START_TEST(test_alternatives)
{
    const struct row denied = {"neither", "00B0000001", "6982",
                               DENIED("READ BINARY", "READ needs (PIN1 or ADM1) (EF.ARR 2F06 record 9)")};
    apdu(&f, "00A4000C022F03", "9000");
    apdu_row(&f, &denied);
    apdu(&f, VERIFY_ADM1, "9000");
    apdu(&f, "00B0000001", "CD9000");
    card_reset(&f);
    apdu(&f, "00A4080C022F03", "9000");
    apdu_row(&f, &denied);
    apdu(&f, VERIFY_PIN1, "9000");
    apdu(&f, "00B0000001", "CD9000");
}
END_TEST

/* A disabled PIN is no condition; once it is enabled it is one. */
START_TEST(test_disabled_pin)
{
    const struct row denied = {"enabled", "00B0000001", "6982",
                               DENIED("READ BINARY", "READ needs global PIN 03 (EF.ARR 2F06 record 7)")};
    apdu(&f, "00A4000C022F02", "9000");
    apdu(&f, "00B0000001", "AB9000");
    apdu(&f, "0028000308" V_03, "9000");
    card_reset(&f);
    apdu(&f, "00A4080C022F02", "9000");
    apdu_row(&f, &denied);
    apdu(&f, "0020000308" V_03, "9000");
    apdu(&f, "00B0000001", "AB9000");
}
END_TEST

/* ---- DEACTIVATE FILE, ACTIVATE FILE ---- */

#define DEACTIVATE "DEACTIVATE FILE"
#define ACTIVATE "ACTIVATE FILE"

START_TEST(test_deactivate)
{
    const struct row rows[] = {
        {"no EF", "00040000", "6986", DEACTIVATE, "TS 102 221 11.1.3", "a selected EF", "none", NO_OFFSET},
        {"not without ADM1", "00040000022F08", "6982",
         DENIED(DEACTIVATE, "DEACTIVATE needs ADM1 (EF.ARR 2F06 record 1)")},
        {"refused: not selected", "00B0000001", "6986", "READ BINARY", "TS 102 221 11.1.3", "a selected EF", "none",
         NO_OFFSET},
        {"ADM1", VERIFY_ADM1, "9000", FINE},
        {"by identifier", "00040000022F08", "9000", FINE},
        {"is the current EF, but not usable", "00B0000001", "6985", "READ BINARY", "TS 102 221 11.1.3",
         "an activated file", "2F08, which is deactivated", NO_OFFSET},
        {"nor to be updated", "00D600000100", "6985", "UPDATE BINARY", "TS 102 221 11.1.4", "an activated file",
         "2F08, which is deactivated", NO_OFFSET},
        {"again", "00040000", "9000", FINE},
        {"SELECT says so", "00A4000C022F08", "6283", FINE},
        {"ACTIVATE the current one", "00440000", "9000", FINE},
        {"usable", "00B0000001", "3C9000", FINE},
        {"by path", "00040800027F10", "6981", DEACTIVATE, "TS 102 221 11.1.14", "an EF", "the directory 7F10",
         NO_OFFSET},
        {"by path", "00040800067F105F504F20", "9000", FINE},
        {"from here", "00440900024F20", "9000", FINE},
        {"unknown", "00040000026F99", "6A82", DEACTIVATE, "TS 102 221 11.1.14", "the identifier or path of an EF", "",
         0},
        {"unknown", "00440800046F996F98", "6A82", ACTIVATE, "TS 102 221 11.1.15", "the identifier or path of an EF", "",
         0},
        {"P1", "00040100022F08", "6A86", DEACTIVATE, "TS 102 221 11.1.14", "P1 00, 08 or 09 and P2 00", "01 00",
         NO_OFFSET},
        {"P2", "00440001022F08", "6A86", ACTIVATE, "TS 102 221 11.1.15", "P1 00, 08 or 09 and P2 00", "00 01",
         NO_OFFSET},
        {"length", "00040000012F", "6700", DEACTIVATE, "TS 102 221 11.1.14", "no data or a file identifier", "1 bytes",
         NO_OFFSET},
        {"length", "00440800", "6700", ACTIVATE, "TS 102 221 11.1.15", "a path", "0 bytes", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* It survives the power; the rule's "activate" is asked for, not "deactivate". */
START_TEST(test_life_cycle_stays)
{
    const struct row denied = {"activate", "00440000", "6982",
                               DENIED(ACTIVATE, "ACTIVATE needs ADM1 (EF.ARR 6F06 record 1)")};
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, VERIFY_ADM1, "9000");
    apdu(&f, "00040000026F07", "9000");
    card_cut(&f);
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, "00A4000C026F07", "6283");
    apdu_row(&f, &denied);
    /* the link has a life of its own */
    apdu(&f, VERIFY_PIN1, "9000");
    apdu(&f, "00A4000C026F40", "9000");
    apdu(&f, "00B0000009", "0809101010325476989000");
    apdu(&f, "00040000", "9000"); /* record 4: PIN1 */
    apdu(&f, "00A4000C026F40", "6283");
    apdu(&f, VERIFY_ADM1, "9000");
    apdu(&f, "00440000026F07", "9000");
    apdu(&f, "00A4000C026F40", "6283");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc access");
    TCase *t = tcase_create("access");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_root);
    tcase_add_test(t, test_records);
    tcase_add_test(t, test_usim);
    tcase_add_test(t, test_up_the_tree);
    tcase_add_test(t, test_nothing_changes);
    tcase_add_test(t, test_link);
    tcase_add_test(t, test_alternatives);
    tcase_add_test(t, test_disabled_pin);
    tcase_add_test(t, test_deactivate);
    tcase_add_test(t, test_life_cycle_stays);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
