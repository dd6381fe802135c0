/* What fuzzing found in remote management, each as a test named after the finding. */
#include "../conformance/ota_common.h"

static struct fixture f;

static void set_up(void)
{
    ota_begin(&f, NULL);
}

static void tear_down(void)
{
    card_free(&f);
}

/* scp80: VERIFY PIN in a script stores its retry counter before it compares; what the script had done until then, and
 * the counter of the packet, went with it, so that a power cut left half a script behind and its repetition was
 * refused. Only the tries of the PIN may be stored. */
START_TEST(test_half_a_script_is_stored_with_a_retry_counter)
{
    struct ota o;
    uint8_t answer[300];
    size_t n = 0;
    BUF_LOCAL script = {0};
    BUF_LOCAL packet = {0};
    BUF_LOCAL envelope = {0};
    const size_t keys = f.stored.n;
    put_hex(&script, "00A4080C047F706F01 00D6000004 11223344 0020000A08 3838383838383838");
    ota_server(&o, TAR_OPEN, "1219", SET_AES);
    ck_assert(ota_packet(&o, buf_slice(&script), &packet));
    ota_put_envelope(buf_slice(&packet), &envelope);
    f.commits = 0;
    f.power_cut = CUT_AFTER_COMMIT;
    ck_assert_int_ne(euicc_transmit(f.card, envelope.p, envelope.n, answer, sizeof answer, &n), EUICC_OK);
    ck_assert_uint_eq(f.commits, 1);
    f.power_cut = CUT_NEVER;
    card_cut(&f);
    ck_assert_uint_eq(f.stored.n, keys); /* no counter of the packet */
    apdu(&f, TERMINAL_PROFILE, "9000");
    ota_file_holds(&f, BINARY_FID, NULL, "00000000000000000000");
    /* the tries are gone all the same */
    ota_run(&f, &o, "0020000A00", 0, "0163C2");
    o.counter = 2;
    ota_run(&f, &o, "00A4080C047F706F01 00D6000004 11223344 0020000A08 3838383838383838 00B0000004", 0,
            "04900011223344");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fuzz findings, remote management");
    TCase *tcase = tcase_create("findings");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, test_half_a_script_is_stored_with_a_retry_counter);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
