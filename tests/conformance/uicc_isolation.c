/* What the enabled profile is to a terminal, another one never is: two profiles with the same AIDs, files, keys and
 * PINs, whose ICCIDs differ in one digit (uicc_twins.h); every way to switch swaps all that can be seen
 * (SGP.22 2.4.5.3, 3.2.1 to 3.2.4). */
#include "uicc_twins.h"

#define NO_AID "6A82", "SELECT", "TS 102 221 11.1.1", "an application of the enabled profile", "another AID", 0
#define STORED_1 "isdp/a0000005591010ffffffff8900001000/"
#define STORED_2 "isdp/a0000005591010ffffffff8900001100/"
#define LOCI "00A4080C047FFF6F7E"
#define LOCI_NEW "0000010100F11000010000"
#define LOCI_OLD "FFFFFFFFFFFFFF0000FF01"

static struct fixture f;

static void set_up(void)
{
    twins_card(&f, NULL);
}

static void tear_down(void)
{
    card_free(&f);
}

static void stay(struct fixture *g)
{
    (void)g;
}
static void (*const between[])(struct fixture *) = {stay, card_reset, card_power_cycle, card_cut};

/* ---- contents ---- */

/* Every kind of change: bodies, records, life cycle, a new file, one that goes, a PIN's state. */
static void change_everything(void)
{
    static const struct row rows[] = {
        {"MF", "00A4000C023F00", "9000", FINE},
        {"ADM1", VERIFY_ADM1, "9000", FINE},
        {"EF.DIR", "00A4080C022F00", "9000", FINE},
        {"third record", "00DC030426 61184F10" USIM_AID "5004 54776F21 FFFFFFFFFFFFFFFFFFFFFFFF", "9000", FINE},
        {"MF", "00A4000C023F00", "9000", FINE},
        {"a new file", "00E00000(62(82024121 83022F10 8A0105 8B032F0601 80020003))", "9000", FINE},
        {"its content", "00D6000003 ABCDEF", "9000", FINE},
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"EF.IMSI", SELECT_IMSI, "9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
    apdu(&f, "00D6000801 77", "9000");
    apdu(&f, LOCI, "9000");
    apdu(&f, "00D600000B" LOCI_NEW, "9000");
    apdu(&f, "00A4080C067F105F3A4F58", "9000");
    apdu(&f, "00DC07041E 4D656E736368 FFFFFFFFFFFFFFFFFFFF 06918812345001FFFFFFFFFFFFFF", "9000");
    apdu(&f, "00040800047FFF6F46", "9000"); /* DEACTIVATE EF.SPN */
    apdu(&f, "00A4080C027FFF", "9000");
    apdu(&f, "00E40000026FDB", "9000"); /* DELETE EF.EHPLMNPI */
    apdu(&f, "0028000108" PIN1_VALUE, "9000");
}

/* The changes are in one profile, whichever of the two, and stay there. */
START_TEST(test_changes)
{
    BUF_LOCAL untouched = {0};
    BUF_LOCAL changed = {0};
    BUF_LOCAL tree = {0};
    void (*pause)(struct fixture *) = between[_i % 4];
    const char *one = _i < 4 ? FIRST : SECOND; /* FIRST is enabled */
    const char *other = _i < 4 ? SECOND : FIRST;
    if (_i < 4) twins_enable(&f, other);
    twins_tree(&f, &untouched);
    uint64_t stored = twins_stored(&f, _i < 4 ? STORED_2 : STORED_1);
    ck_assert_uint_gt(stored_count(&f, _i < 4 ? STORED_2 : STORED_1), 80);
    twins_enable(&f, one);
    change_everything();
    card_reset(&f); /* PINs that are presented make a difference, too */
    twins_tree(&f, &changed);
    pause(&f);
    twins_enable(&f, other);
    pause(&f);
    twins_assert_iccid(&f, other);
    twins_tree(&f, &tree);
    twins_assert_same(&tree, &untouched, "the profile that nobody wrote to");
    ck_assert_uint_eq(twins_stored(&f, _i < 4 ? STORED_2 : STORED_1), stored);
    /* the same in words */
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, SELECT_IMSI, "9000");
    apdu(&f, READ_IMSI, IMSI_1 "9000");
    apdu(&f, LOCI, "9000");
    apdu(&f, "00B000000B", LOCI_OLD "9000");
    apdu(&f, "00A4080C047FFF6F46", "9000");
    apdu(&f, "00A4080C047FFF6FDB", "9000");
    const struct row new_file = {"a new file",        "00A4080C022F10", "6A82", "SELECT",
                                 "TS 102 221 11.1.1", "a file",         "2F10", 0};
    apdu_row(&f, &new_file);
    /* and back */
    twins_enable(&f, one);
    pause(&f);
    twins_tree(&f, &tree);
    twins_assert_same(&tree, &changed, "the profile that was written to");
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, VERIFY_PIN1, "9000");
    apdu(&f, SELECT_IMSI, "9000");
    apdu(&f, READ_IMSI, "0809101000000000779000");
    apdu(&f, "00A4080C022F10", "9000");
    apdu(&f, "00B0000003", "ABCDEF9000");
    apdu(&f, "00A4080C047FFF6F46", "6283");
}
END_TEST

/* ---- PINs ---- */

/* pin1 NULL: blocked. */
static void tries(const char *pin1, const char *puk1, const char *pin2, const char *puk2, const char *adm1)
{
    static const struct row blocked = {
        "PIN1",   "0020000100", "6983", "VERIFY PIN", "TS 102 221 11.1.9", "tries that are left", "PIN1 is blocked",
        NO_OFFSET};
    apdu(&f, SELECT_USIM, "9000");
    if (pin1)
        apdu(&f, "0020000100", pin1);
    else
        apdu_row(&f, &blocked);
    apdu(&f, "002C000100", puk1);
    apdu(&f, "0020008100", pin2);
    apdu(&f, "002C008100", puk2);
    apdu(&f, "0020000A00", adm1);
}

#define WRONG(value, left) "6" left, "VERIFY PIN", "TS 102 221 11.1.9", "the value of " value

START_TEST(test_pins)
{
    static const struct row wrong[] = {
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"PIN2", "0020008108 31313131FFFFFFFF", WRONG("PIN2", "3C2"), "2 tries left", 0},
        {"PIN2", "0020008108 31313131FFFFFFFF", WRONG("PIN2", "3C1"), "1 tries left", 0},
        {"ADM1", "0020000A08 3131313131313131", WRONG("ADM1", "3C9"), "9 tries left", 0},
        {"PUK1", "002C000110 3131313131313131" PIN1_VALUE, "63C9", "UNBLOCK PIN", "TS 102 221 11.1.13", "", "", 0},
    };
    static const struct row block[] = {
        {"PIN1", "0020000108 31313131FFFFFFFF", WRONG("PIN1", "3C2"), "2 tries left", 0},
        {"PIN1", "0020000108 31313131FFFFFFFF", WRONG("PIN1", "3C1"), "1 tries left", 0},
        {"PIN1", "0020000108 31313131FFFFFFFF", WRONG("PIN1", "3C0"), "0 tries left", 0},
    };
    void (*pause)(struct fixture *) = between[_i];
    apdu_rows(&f, ROWS(wrong));
    pause(&f);
    tries("63C3", "63C9", "63C1", "63CA", "63C9");
    twins_enable(&f, SECOND);
    pause(&f);
    tries("63C3", "63CA", "63C3", "63CA", "63CA");
    /* another value there, and a block */
    apdu(&f, "0024008110" PIN2_VALUE "31323334FFFFFFFF", "9000");
    apdu(&f, "0028000108" PIN1_VALUE, "9000");
    apdu_rows(&f, ROWS(block));
    tries(NULL, "63CA", "63C3", "63CA", "63CA");
    twins_enable(&f, FIRST);
    pause(&f);
    tries("63C3", "63C9", "63C1", "63CA", "63C9");
    apdu(&f, VERIFY_PIN2, "9000");
    tries("63C3", "63C9", "63C3", "63CA", "63C9");
    twins_enable(&f, SECOND);
    pause(&f);
    tries(NULL, "63CA", "63C3", "63CA", "63CA");
    apdu(&f, "0020008108 31323334FFFFFFFF", "9000");
}
END_TEST

/* ---- sequence numbers ---- */

/* Same keys: a vector that one profile used is new to the other, and USIM and ISIM count for themselves. */
START_TEST(test_sequence_numbers)
{
    struct auc_subscriber s;
    void (*pause)(struct fixture *) = between[_i];
    aka_subscriber(&s);
    apdu(&f, SELECT_USIM, "9000");
    aka_accepted(&f, &s, aka_sqn(7, 0), true);
    pause(&f);
    twins_enable(&f, SECOND);
    pause(&f);
    apdu(&f, SELECT_USIM, "9000");
    aka_accepted(&f, &s, aka_sqn(3, 0), true);
    aka_stale(&f, &s, aka_sqn(3, 0), aka_sqn(3, 0));
    apdu(&f, SELECT_ISIM, "9000");
    aka_accepted(&f, &s, aka_sqn(1, 0), false);
    pause(&f);
    twins_enable(&f, FIRST);
    pause(&f);
    apdu(&f, SELECT_USIM, "9000");
    aka_stale(&f, &s, aka_sqn(7, 0), aka_sqn(7, 0));
    apdu(&f, SELECT_ISIM, "9000");
    aka_accepted(&f, &s, aka_sqn(1, 0), false);
}
END_TEST

/* ---- what does not exist ---- */

/* UICC case 5: what only a disabled profile has. */
START_TEST(test_disabled_aids)
{
    static const struct row gone[] = {
        {"case 5: the ISIM", SELECT_ISIM, NO_AID},
        {"the security domain", "00A4040C08" MNO_SD, NO_AID},
        {"part of it", "00A4040C05A000000151", NO_AID},
        {"remote file management", "00A4040C10A0000000090005FFFFFFFF89B0001000", NO_AID},
        {"the ISD-P of the enabled profile", "00A4040C10" AID_3, NO_AID},
        {"of a disabled one", "00A4040C10" AID_1, NO_AID},
        {"of the other", "00A4040C10" AID_2, NO_AID},
        {"a directory", "00A4080C027F10", "6A82", "SELECT", "TS 102 221 11.1.1", "a file of the enabled profile",
         "7F10", 0},
        {"a second USIM", "00A4040E07A0000000871002", "9000", FINE},
        {"there is none", "00A4040E07A0000000871002", NO_AID},
    };
    twins_install(&f, SMALL);
    twins_enable(&f, SMALL);
    apdu_rows(&f, ROWS(gone));
    twins_enable(&f, FIRST);
    apdu(&f, SELECT_ISIM, "9000");
    apdu(&f, "00A4040C08" MNO_SD, "9000");
}
END_TEST

/* ---- ways to switch ---- */

static const char announced[] = "BF3103800100910B";

static void at_once(void)
{
    twins_enable(&f, SMALL);
}
static void without_cat(void)
{
    twins_enable_refresh(&f, SMALL, "BF31038001009000");
}
static void announce(void)
{
    apdu(&f, WITH_REFRESH, "9000");
    twins_enable_refresh(&f, SMALL, announced);
}
static void fetched(void)
{
    announce();
    apdu(&f, FETCH_REFRESH, REFRESH_04);
}
static void response_ok(void)
{
    fetched();
    apdu(&f, TERMINAL_RESPONSE("00"), "9000");
}
static void response_with_limits(void)
{
    fetched();
    apdu(&f, TERMINAL_RESPONSE("07"), "9000");
}
static void response_busy(void)
{
    fetched();
    apdu(&f, TERMINAL_RESPONSE("20"), "9000");
}
static void response_failure(void)
{
    fetched();
    apdu(&f, TERMINAL_RESPONSE("32"), "9000");
}
static void response_failure_then_reset(void)
{
    response_failure();
    card_reset(&f);
}
static void reset_before_fetch(void)
{
    announce();
    card_reset(&f);
}
static void reset_after_fetch(void)
{
    fetched();
    card_reset(&f);
}
static void cut_before_fetch(void)
{
    announce();
    card_cut(&f);
}
static void cut_after_fetch(void)
{
    fetched();
    card_cut(&f);
}
static void off_after_fetch(void)
{
    fetched();
    card_power_cycle(&f);
}

static const struct {
    const char *what;
    void (*run)(void);
    bool switched;
} ways[] = {
    {"refreshFlag 00", at_once, true},
    {"refreshFlag FF without CAT", without_cat, true},
    {"REFRESH announced", announce, false},
    {"REFRESH fetched", fetched, false},
    {"TERMINAL RESPONSE 00", response_ok, true},
    {"TERMINAL RESPONSE 07", response_with_limits, true},
    {"TERMINAL RESPONSE 20", response_busy, false},
    {"TERMINAL RESPONSE 32", response_failure, false},
    {"TERMINAL RESPONSE 32 and a reset", response_failure_then_reset, false},
    {"reset before FETCH", reset_before_fetch, true},
    {"reset before TERMINAL RESPONSE", reset_after_fetch, true},
    {"power cut before FETCH", cut_before_fetch, true},
    {"power cut before TERMINAL RESPONSE", cut_after_fetch, true},
    {"off and on before TERMINAL RESPONSE", off_after_fetch, true},
};

/* A line of the walk without the 91xx that a REFRESH puts in the place of 9000. */
static void without_announcement(struct buf *tree)
{
    for (size_t i = 0; i + 5 <= tree->n; i++)
        if (memcmp(tree->p + i, "910b\n", 5) == 0) memcpy(tree->p + i, "9000\n", 5);
}

START_TEST(test_ways)
{
    BUF_LOCAL first = {0};
    BUF_LOCAL small_tree = {0};
    BUF_LOCAL tree = {0};
    twins_install(&f, SMALL);
    twins_enable(&f, SMALL);
    twins_tree(&f, &small_tree);
    twins_enable(&f, FIRST);
    twins_tree(&f, &first);
    ck_assert(!slice_equal(buf_slice(&first), buf_slice(&small_tree)));
    card_reset(&f);
    ways[_i].run();
    twins_tree(&f, &tree);
    if (ways[_i].run == announce) without_announcement(&tree);
    twins_assert_same(&tree, ways[_i].switched ? &small_tree : &first, ways[_i].what);
}
END_TEST

/* ---- deletion ---- */

START_TEST(test_delete)
{
    static const struct row enabled = {
        "enabled",       "BF33(5A(" FIRST "))", "BF3303800102",        "ES10c.DeleteProfile",
        "SGP.22 5.7.18", "a disabled profile",  "one that is enabled", NO_OFFSET};
    BUF_LOCAL before = {0};
    BUF_LOCAL after = {0};
    uint64_t stored = twins_stored(&f, STORED_1);
    twins_tree(&f, &before);
    ck_assert(lpa_start(&f.lpa));
    uint32_t with_both = free_memory(&f);
    es10_row(&f, &enabled);
    twins_tree(&f, &after);
    twins_assert_same(&after, &before, "after a refused deletion");
    ck_assert(lpa_start(&f.lpa));
    es10(&f, "BF33(5A(" SECOND "))", "BF3303800100");
    twins_tree(&f, &after);
    twins_assert_same(&after, &before, "after the other one was deleted");
    ck_assert_uint_eq(twins_stored(&f, STORED_1), stored);
    ck_assert_uint_eq(stored_count(&f, STORED_2), 0);
    ck_assert(lpa_start(&f.lpa));
    remove_notifications(&f);
    uint32_t with_one = free_memory(&f);
    ck_assert_uint_gt(with_one, with_both);
    /* the same again: it comes back as it left the factory, in the same place and of the same size */
    twins_install(&f, SECOND);
    remove_notifications(&f);
    ck_assert_uint_eq(free_memory(&f), with_both);
    twins_disable(&f, FIRST);
    es10(&f, "BF33(5A(" FIRST "))", "BF3303800100");
    ck_assert_uint_eq(stored_count(&f, STORED_1), 0);
    twins_enable(&f, SECOND);
    twins_assert_iccid(&f, SECOND);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc_isolation");
    TCase *t = tcase_create("isolation");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_changes, 0, 8);
    tcase_add_loop_test(t, test_pins, 0, 4);
    tcase_add_loop_test(t, test_sequence_numbers, 0, 4);
    tcase_add_test(t, test_disabled_aids);
    tcase_add_loop_test(t, test_ways, 0, (int)(sizeof ways / sizeof *ways));
    tcase_add_test(t, test_delete);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
