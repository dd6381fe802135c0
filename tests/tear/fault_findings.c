/* What failing allocations, random numbers and calls of libcrypto found in the card, one case a finding, named after
 * it. Each fails the one call that did it; see seams.h. */
#define _GNU_SOURCE
#include "on_copies.h"
#include "ota_common.h"
#include "seams.h"
#include "uicc_common.h"

#include "crypto/aka.h"

/* One command while the n-th call at this seam fails; the answer in hex must be this. */
static void faulty(struct fixture *f, enum seam seam, size_t n, const char *request, const char *answer)
{
    BUF_LOCAL command = {0};
    uint8_t out[300];
    size_t got = 0;
    put_hex(&command, request);
    seam_set(seam, n);
    seam_arm(true);
    int result = euicc_transmit(f->card, command.p, command.n, out, sizeof out, &got);
    seam_arm(false);
    ck_assert_msg(seam_fired(), "%s: call %zu did not come", request, n);
    ck_assert_int_eq(result, EUICC_OK);
    assert_hex(slice_of(out, got), answer, request);
}

/* MANAGE CHANNEL opened a channel and answered 9000 without its number. */
START_TEST(test_channel_number_is_not_said)
{
    struct fixture f;
    card_new(&f, NULL, NULL);
    faulty(&f, SEAM_ALLOCATION, 1, "0070000001", "6F00");
    apdu(&f, "0070000001", "019000"); /* and no channel was opened that nobody knows of */
    card_free(&f);
}
END_TEST

/* At power on, the result of an interrupted installation was signed without the address that there was no memory for.
 */
START_TEST(test_interruption_without_address)
{
    static const char note[] = "800401020304810B"
                               "736D64702E6C6F63616C78"
                               "060388370A820103830100";
    struct fixture f;
    struct slice stored;
    struct euicc_diagnostic why;
    BUF_LOCAL bytes = {0};
    card_new(&f, NULL, NULL);
    put_hex(&bytes, note);
    stored_put(&f, "card/loading", buf_slice(&bytes));
    ck_assert_msg(card_open_stored(&f, &why) == EUICC_OK, "%s", why.text);
    seam_set(SEAM_ALLOCATION, 1);
    seam_arm(true);
    int result = euicc_power_on(f.card, NULL);
    seam_arm(false);
    ck_assert_int_eq(result, EUICC_NO_MEMORY);
    ck_assert_uint_eq(stored_count(&f, "notification/"), 0);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    ck_assert(stored_get(&f, "notification/0000000001", &stored));
    ck_assert_ptr_nonnull(memmem(stored.p, stored.n, "smdp.localx", 11));
    card_free(&f);
}
END_TEST

/* The result of an installation that a profile element ended lacked simaResponse for want of memory. */
START_TEST(test_result_without_sima_response)
{
    static const struct wanted wanted = {.iccid = ICCID_1, .profile_class = OPERATIONAL};
    struct fixture f;
    struct lpa_reader reader;
    struct tlv header;
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    card_new(&f, NULL, NULL);
    wanted_metadata(&wanted, &metadata);
    wanted_package(&wanted, &package);
    struct slice in = buf_slice(&package);
    ck_assert(tlv_next(&in, &header));
    package.p[header.whole.n] = 0xbe; /* no element has this tag */
    ck_assert(lpa_reader_card(&reader, f.card));
    reader.ctx = &f;
    reader.transmit = transmit_on_copies;
    f.lpa.reader = reader;
    f.dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    ck_assert(!lpa_download(&f.lpa, f.dp, NULL, &result));
    ck_assert_int_eq(result.stage, LPA_STAGE_RESULT);
    f.dp->profile = (struct smdpp_profile){0};
    card_free(&f);
}
END_TEST

/* SELECT by AID without memory for the answer said 6F00 and had selected: the next occurrence was then another one. */
START_TEST(test_selection_moves)
{
    struct fixture f;
    card_new(&f, NULL, NULL);
    apdu(&f, "00A4040C10" ISDR, "9000");
    faulty(&f, SEAM_ALLOCATION, 1, "00A4040207A000000559101000", "6F00");
    apdu(&f, "00A4040E07A0000005591010", "9000");
    apdu(&f, "80F2000100", "8410" ECASD "9000");
    card_free(&f);
}
END_TEST

/* READ RECORD, next record: without memory for the answer the pointer had gone on, and the record was left out. */
START_TEST(test_record_is_skipped)
{
    struct fixture f;
    card_new(&f, NULL, NULL);
    apdu(&f, "00A4000C022F06", "9000");
    BUF_LOCAL first = {0};
    BUF_LOCAL command = {0};
    uint8_t next[64];
    size_t n = 0;
    put_hex(&command, "00B201040A");
    buf_reserve(&first, sizeof next);
    ck_assert_int_eq(euicc_transmit(f.card, command.p, command.n, first.p, sizeof next, &first.n), EUICC_OK);
    ck_assert_uint_eq(first.n, 12);
    faulty(&f, SEAM_ALLOCATION, 1, "00B200020A", "6F00");
    command.p[2] = 0;
    command.p[3] = 2;
    ck_assert_int_eq(euicc_transmit(f.card, command.p, command.n, next, sizeof next, &n), EUICC_OK);
    ck_assert_uint_eq(n, first.n);
    ck_assert_mem_eq(next, first.p, n);
    card_free(&f);
}
END_TEST

/* A packet for which each allocation in turn fails; its proof of receipt is not protected. */
static void script_on_copies(const char *hex)
{
    struct fixture f;
    struct ota server;
    BUF_LOCAL script = {0};
    BUF_LOCAL packet = {0};
    BUF_LOCAL envelope = {0};
    BUF_LOCAL answer = {0};
    ota_begin(&f, NULL);
    ota_server(&server, TAR_OPEN, "0001", 0);
    put_hex(&script, hex);
    ck_assert(ota_packet(&server, buf_slice(&script), &packet));
    ota_put_envelope(buf_slice(&packet), &envelope);
    ck_assert(transmit_on_copies(&f, buf_slice(&envelope), &answer));
    ck_assert_uint_gt(answer.n, 2);
    card_free(&f);
}

/* The proof of receipt of a script in the expanded format had an empty R-APDU for the command for which there was no
 * memory. */
START_TEST(test_empty_answer_in_proof_of_receipt)
{
    script_on_copies("AA(22(00A40804047F70" BINARY_FID "00) 22(00B0000002))");
}
END_TEST

/* SELECT in a script without memory for the data that waits was answered 9000, and GET RESPONSE then had nothing. */
START_TEST(test_script_loses_what_waits)
{
    script_on_copies("00A40804047F70" BINARY_FID);
    script_on_copies("00A40804047F70" BINARY_FID "00C0000004 00C0000014");
}
END_TEST

#define BYTES_16 "00112233445566778899AABBCCDDEEFF"
#define BYTES_80 BYTES_16 BYTES_16 BYTES_16 BYTES_16 BYTES_16

/* A block of SET DATA for which there was no memory: the next ones of the object were answered 6F00, too, however much
 * memory there was then. */
START_TEST(test_blocks_after_one_too_many)
{
    static const struct uicc_file file = {"6F01", FILE_BER_TLV, 1, RULE_ALWAYS, .size = 4096};
    static const struct row ended = {"the transfer ended",
                                     "80DB000050" BYTES_80,
                                     "6985",
                                     "SET DATA",
                                     "TS 102 221 11.3.2",
                                     "an object of which blocks are wanted",
                                     "none",
                                     NO_OFFSET};
    struct fixture f;
    uicc_card(&f, NULL);
    uicc_put(&f, AID_1, &file, 1);
    apdu(&f, "00A4000C026F01", "9000");
    apdu(&f, "80DB008002825F", "63F1");
    faulty(&f, SEAM_ALLOCATION, 1, "80DB000050" BYTES_80, "6F00");
    apdu_row(&f, &ended);
    apdu(&f, "80DB008002825F", "63F1");
    apdu(&f, "80DB000050" BYTES_80, "63F1");
    apdu(&f, "80DB00000F001122334455667788990011223344", "9000");
    card_free(&f);
}
END_TEST

/* GET IDENTITY told a failing key agreement as a wrong key of the home network (6985). */
START_TEST(test_good_network_key_is_not_wrong)
{
    /* TS 33.501 C.4.3.1, C.4.4.1 */
    static const char *const keys[] = {"5A8D38864820197C3394B92613B20B91633CBD897119273BF8E4A6F4EEC0A650",
                                       "0272DA71976234CE833A6907425867B82E074D44EF907DFB4B3E21C1C2256EBCD1"};
    static const uint8_t plain[] = {0x00, 0x01, 0x20, 0x80, 0xf6};
    const enum suci_scheme schemes[] = {SUCI_PROFILE_A, SUCI_PROFILE_B};
    euicc_random *random;
    ck_assert_int_eq(euicc_random_new(&random, true, 7), EUICC_OK);
    ck_assert_int_eq(crypto_warm_up(), OK);
    for (size_t i = 0; i < 2; i++) {
        bool fired = true;
        BUF_LOCAL key = {0};
        put_hex(&key, keys[i]);
        for (size_t n = 1; fired; n++) {
            BUF_LOCAL out = {0};
            seam_set(SEAM_CRYPTO, n);
            crypto_bind_random(euicc_random_bytes, random);
            seam_arm(true);
            enum err e = suci_conceal(schemes[i], buf_slice(&key), SLICE(plain), &out);
            seam_arm(false);
            crypto_bind_random(NULL, NULL);
            fired = seam_fired();
            ck_assert_msg(e != ERR_DATA && (fired || e == OK), "scheme %zu, call %zu, %s: %d", i, n, seam_failed_call(),
                          (int)e);
        }
    }
    euicc_random_free(random);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault findings");
    TCase *tests = tcase_create("findings");
    tcase_add_test(tests, test_channel_number_is_not_said);
    tcase_add_test(tests, test_interruption_without_address);
    tcase_add_test(tests, test_result_without_sima_response);
    tcase_add_test(tests, test_selection_moves);
    tcase_add_test(tests, test_record_is_skipped);
    tcase_add_test(tests, test_empty_answer_in_proof_of_receipt);
    tcase_add_test(tests, test_script_loses_what_waits);
    tcase_add_test(tests, test_blocks_after_one_too_many);
    tcase_add_test(tests, test_good_network_key_is_not_wrong);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
