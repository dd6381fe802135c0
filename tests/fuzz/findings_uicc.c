/* What fuzzing found in enabled profiles, each as a test named after the finding. */
#include "../conformance/uicc_card.h"

#include "base/hex.h"

static struct fixture f;

/* Data and status word; reasons are not looked at. */
static size_t transmit(const char *digits, uint8_t answer[300])
{
    size_t n = 0;
    BYTES_LOCAL command = bytes_of(digits);
    ck_assert_int_eq(euicc_transmit(f.card, command.p, command.n, answer, 300, &n), EUICC_OK);
    ck_assert_uint_ge(n, 2);
    return n;
}

static void assert_sw(const char *digits, unsigned sw)
{
    uint8_t answer[300];
    size_t n = transmit(digits, answer);
    unsigned came = (unsigned)answer[n - 2] << 8 | answer[n - 1];
    ck_assert_msg(came == sw, "%s: %04X", digits, came);
}

static void set_up(void)
{
    uicc_card_new(&f, NULL);
    apdu(&f, SELECT_MF, "9000");
}

static void tear_down(void)
{
    card_free(&f);
}

/* apdu_script: after SUSPEND UICC the next command ends what could be resumed, but one that was refused did not: its
 * rollback brought the suspended session back, with the PINs that had been presented. */
START_TEST(test_suspended_session_outlives_refused_command)
{
    static const struct {
        const char *command;
        unsigned sw;
    } refused[] = {
        {"00B0000000", 0x6986}, {"00A40004026F99", 0x6a82}, {"00FF000000", 0x6d00}, {"A0A40000023F00", 0x6e00}};
    uint8_t answer[300];
    char resume[64] = "8076010008";
    ck_assert_uint_eq(transmit("8076000004000A03010A", answer), 12);
    hex_encode(slice_of(answer + 2, 8), resume + 10);
    assert_sw(refused[_i].command, refused[_i].sw);
    euicc_power_off(f.card);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    const struct row row = {
        "resume",        resume,   "6985", "SUSPEND UICC", "TS 102 221 11.1.22", "the first command",
        "another place", NO_OFFSET};
    apdu_row(&f, &row);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fuzz findings, enabled profiles");
    TCase *tcase = tcase_create("findings");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, test_suspended_session_outlives_refused_command, 0, 4);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
