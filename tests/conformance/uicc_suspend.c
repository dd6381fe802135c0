/* SUSPEND UICC (TS 102 221 11.1.22): what resuming brings back, what ends it, and what is refused. */
#include "uicc_card.h"

#define SUSPEND "SUSPEND UICC", "TS 102 221 11.1.22"

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

/* Ten seconds to a day; the token behind the maximum. */
static void suspend(uint8_t token[8])
{
    uint8_t answer[64];
    size_t n = 0;
    BYTES_LOCAL command = bytes_of("8076000004000A03010A");
    ck_assert_int_eq(euicc_transmit(f.card, command.p, command.n, answer, sizeof answer, &n), EUICC_OK);
    ck_assert_uint_eq(n, 12);
    ck_assert_mem_eq(answer, "\x03\x01", 2);
    ck_assert_mem_eq(answer + 10, "\x90\x00", 2);
    memcpy(token, answer + 2, 8);
}

static void resume(const uint8_t token[8], const char *sw, const char *expected, const char *came, long offset)
{
    char request[64] = "8076010008";
    hex_encode(slice_of(token, 8), request + 10);
    const struct row fine = {"resume", request, sw, FINE};
    const struct row refused = {"resume", request, sw, SUSPEND, expected, came, offset};
    apdu_row(&f, expected ? &refused : &fine);
}

START_TEST(test_resume)
{
    uint8_t token[8];
    uint8_t wrong[8];
    apdu(&f, "80100000140000800000000000000000000000000000000000", "9000");
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, "00A4000C026F07", "9000");
    apdu(&f, VERIFY_PIN1, "9000");
    suspend(token);
    euicc_power_off(f.card);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    ck_assert(!f.card->model.cat.profile_received);
    resume(token, "9000", NULL, NULL, 0);
    ck_assert(f.card->model.cat.profile_received && f.card->model.cat.can_refresh);
    apdu(&f, "00B0000009", "0809101010325476989000"); /* current EF, PIN1 */
    apdu(&f, "00A4080C027FFF", "9000");
    resume(token, "6985", "the first command", "another place", NO_OFFSET); /* only once */
    /* a wrong token, and no second try */
    suspend(token);
    memcpy(wrong, token, 8);
    wrong[7] ^= 1;
    euicc_power_off(f.card);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    resume(wrong, "9864", "the token of the suspended session", "another one", 0);
    resume(token, "6985", "the first command", "another place", NO_OFFSET);
    const struct row read = {"read",          "00B0000009", "6986",   "READ BINARY", "TS 102 221 11.1.3",
                             "a selected EF", "none",       NO_OFFSET};
    apdu_row(&f, &read);
}
END_TEST

/* Whatever comes between ends it: a command before or after the power went, another profile. */
START_TEST(test_resume_ends)
{
    uint8_t token[8];
    suspend(token);
    apdu(&f, SELECT_MF, "9000");
    euicc_power_off(f.card);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    resume(token, "6985", "the first command", "another place", NO_OFFSET);
    suspend(token);
    euicc_power_off(f.card);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    apdu(&f, SELECT_MF, "9000");
    resume(token, "6985", "the first command", "another place", NO_OFFSET);
    suspend(token);
    euicc_power_off(f.card);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    euicc_power_off(f.card);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    resume(token, "6985", "the first command", "another place", NO_OFFSET);
    /* as if another profile had been enabled meanwhile */
    suspend(token);
    struct slice state;
    BUF_LOCAL changed = {0};
    ck_assert(stored_get(&f, "card/suspended", &state));
    struct tlv profile;
    ck_assert(tlv_find(state, 0x81, &profile));
    buf_append(&changed, state);
    changed.p[profile.value.p - state.p + 13] ^= 1;
    stored_put(&f, "card/suspended", buf_slice(&changed));
    ck_assert_int_eq(card_open_stored(&f, NULL), EUICC_OK);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    resume(token, "9864", "the token of the suspended session", "a token of another profile", 0);
}
END_TEST

START_TEST(test_suspend_refused)
{
    const struct row rows[] = {
        {"P1", "8076020004000A03010A", "6A86", SUSPEND, "P1 00 or 01 and P2 00", "02 00", NO_OFFSET},
        {"P2", "8076000104000A03010A", "6A86", SUSPEND, "P1 00 or 01 and P2 00", "00 01", NO_OFFSET},
        {"length", "8076000003000A03", "6700", SUSPEND, "two durations", "3 bytes", NO_OFFSET},
        {"length", "8076010004000A0301", "6700", SUSPEND, "a token of 8 bytes", "4 bytes", NO_OFFSET},
        {"unit", "8076000004050A03010A", "6A80", SUSPEND, "a unit of 00 to 04", "05", 0},
        {"unit", "8076000004000A05010A", "6A80", SUSPEND, "a unit of 00 to 04", "05", 2},
        {"order", "80760000040201003B0A", "6A80", SUSPEND, "a maximum that is not below", "less", 2},
        {"channel", "81760000040201003B0A", "6881", SUSPEND, "the basic channel", "81", 0},
        {"nothing to resume", "80760100080000000000000000", "6985", SUSPEND, "the first command", "", NO_OFFSET},
        {"ADM1", VERIFY_ADM1, "9000", FINE},
        {"EF.UMPC", "00A4000C022F08", "9000", FINE},
        {"without it", "00D600020101", "9000", FINE},
        {"unknown then", "8076000004000A03010A", "6D00", SUSPEND, "EF.UMPC with support of SUSPEND UICC", "one without",
         1},
        {"no EF.UMPC", "00E40000022F08", "9000", FINE},
        {"unknown then", "8076000004000A03010A", "6D00", SUSPEND, "EF.UMPC with support of SUSPEND UICC", "none", 1},
    };
    apdu(&f, "0070000001", "019000");
    apdu_rows(&f, ROWS(rows));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc suspend");
    TCase *t = tcase_create("suspend");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_resume);
    tcase_add_test(t, test_resume_ends);
    tcase_add_test(t, test_suspend_refused);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
