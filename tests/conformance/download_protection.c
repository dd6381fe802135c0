/* Bound profile packages that are wrong in one place, from InitialiseSecureChannel to the last 86: which bppCommandId
 * and errorReason the card gives, that nothing is left, and that a good one of the same ICCID works at once
 * (SGP.22 2.5.3, 2.5.4, 2.5.6, 5.5.1, 5.5.4; cases 36 to 38, 41 to 44, 54, 58). */
#include "download_common.h"
#include "points.h"

#define OTHER_BYTES(n) static const uint8_t other_##n[n] = {0x2a}
OTHER_BYTES(8);
OTHER_BYTES(16);
OTHER_BYTES(17);
OTHER_BYTES(63);
OTHER_BYTES(64);
OTHER_BYTES(65);

static const uint8_t only_operation[] = {0xbf, 0x23, 0x03, 0x82, 0x01, 0x01};
static const uint8_t not_bf23[] = {0xbf, 0x24, 0x03, 0x82, 0x01, 0x01};
static const uint8_t bad_der[] = {0xbf, 0x23, 0x05, 0x82, 0x01, 0x01, 0x80, 0x7f};
static const uint8_t stray[] = {0x85, 0x01, 0x00};
static const uint8_t rsk_24[] = {0xbf, 0x26, 0x3e, 0x80, 0x10, [21] = 0x81, 0x18, [47] = 0x82, 0x10, [64] = 0x2a};
static const uint8_t rsk_without_mac[] = {0xbf, 0x26, 0x24, 0x80, 0x10, [21] = 0x81, 0x10, [38] = 0x2a};

/* SLICE() is no constant expression. */
#define BYTES(array)                                                                                                   \
    {                                                                                                                  \
        (array), sizeof(array)                                                                                         \
    }

struct row {
    struct rig_failure fails;
    bool ppk;
    struct smdpp_spoil spoil;
};

/* The metadata, and with it the ICCID, is known once A1 is done. */
#define ISC(number, reason, expected, came)                                                                            \
    {                                                                                                                  \
        number, 0, reason, false, NULL, "SGP.22 5.5.1", expected, came                                                 \
    }
#define AT(number, command, reason, clause, expected, came)                                                            \
    {                                                                                                                  \
        number, command, reason, (command) > 2, NULL, "SGP.22 " clause, expected, came                                 \
    }
#define MAC(number, command) AT(number, command, 8, "2.5.3", "a MAC and padding made with the session keys", "another")
#define STRUCTURE(number, command, expected, came) AT(number, command, 7, "2.5.4", expected, came)
#define ORDER "A0, A1, A2 (optional), A3 in order"
#define WHOLE_BLOCKS "cipher text in whole blocks and a MAC"
#define TAGS "(87, 88, 87, 86)"

/* Items of the package: 1 ConfigureISDP, 2 StoreMetadata, 3 ReplaceSessionKeys (with PPK), then the 86s. */
static const struct row rows[] = {
    {ISC("36 smdpSign, one bit", 2, "smdpSign by CERT.DPpb", "does not verify"), false, {.isc_signature_bit = true}},
    {ISC("36 smdpSign of 63 bytes", 2, "smdpSign", "does not verify"), false, {.isc_signature = BYTES(other_63)}},
    {ISC("36 smdpSign of 64 other bytes", 2, "smdpSign", "does not"), false, {.isc_signature = BYTES(other_64)}},
    {ISC("36 smdpSign of 65 bytes", 2, "smdpSign", "does not verify"), false, {.isc_signature = BYTES(other_65)}},
    {ISC("37 transactionId", 3, "the transactionId", "another"), false, {.isc_transaction_id = BYTES(other_16)}},
    {ISC("37 transactionId, shorter", 3, "the transactionId", "an"), false, {.isc_transaction_id = BYTES(other_8)}},
    {ISC("37 remoteOpId 2", 5, "installBoundProfilePackage(1)", "2"), false, {.isc_remote_operation = 2}},
    {ISC("37 keyType 80", 4, "keyType 88, keyLen 10", "80, 10"), false, {.isc_key_type = 0x80}},
    {ISC("37 keyLen 20", 4, "keyType 88, keyLen 10", "88, 20"), false, {.isc_key_length = 0x20}},
    {ISC("37 hostId of 17 bytes", 4, "hostId of 1 to 16", "17 bytes"), false, {.isc_host_id = BYTES(other_17)}},
    {ISC("38 otPK.DP off the curve", 1, "on the curve", "another point"), false, {.isc_otpk = BYTES(off_curve)}},
    {ISC("38 otPK.DP all zeros", 1, "on the curve", "another point"), false, {.isc_otpk = BYTES(zero_point)}},
    {ISC("38 otPK.DP infinity", 1, "on the curve", "another point"), false, {.isc_otpk = BYTES(infinity)}},
    {ISC("38 otPK.DP compressed", 1, "on the curve", "another point"), false, {.isc_otpk = BYTES(compressed)}},
    {ISC("38 otPK.DP of the other curve", 1, "on the curve", "another"), false, {.isc_otpk = BYTES(brainpool_point)}},
    {ISC("BF23 without its members", 1, "InitialiseSecureChannelRequest", "transactionId"),
     false,
     {.isc_raw = BYTES(only_operation)}},
    {ISC("transactionId of 17 bytes", 1, "1 to 16 bytes", ""), false, {.isc_transaction_id = BYTES(other_17)}},
    {{"BF23 is no DER", 0, 1, false, NULL, "SGP.22 5.5.1", "", ""}, false, {.isc_raw = BYTES(bad_der)}},

    {MAC("43 MAC bit in the 87 of A0", 1), false, {.mac_item = 1}},
    {MAC("43 cipher bit in the 87 of A0", 1), false, {.cipher_item = 1}},
    {MAC("44 wrong ICV in the 87 of A0", 1), false, {.icv_item = 1}},
    {MAC("zero padding in the 87 of A0", 1), false, {.padding_item = 1}},
    {STRUCTURE("cut cipher text in A0", 1, WHOLE_BLOCKS, "87"), false, {.cut_item = 1}},
    {STRUCTURE("87 of 7 bytes", 1, WHOLE_BLOCKS, "87"), false, {.short_item = 1}},
    {STRUCTURE("86 in A0", 1, TAGS, "86"), false, {.retag_item = 1, .retag_to = 0x86}},
    {STRUCTURE("85 in A0", 1, TAGS, "85"), false, {.insert_item = 1, .insert_bytes = BYTES(stray)}},
    {STRUCTURE("41 88 before 87", 1, ORDER, "A1"), false, {.order = "103", .order_before_protect = true}},
    {STRUCTURE("41 A3 first", 1, ORDER, "A3"), false, {.order = "301", .order_before_protect = true}},
    {{"54 A2 first", 4, 7, false, NULL, "SGP.22 2.5.4", ORDER, "A2"},
     true,
     {.order = "2013", .order_before_protect = true}},
    {STRUCTURE("no A0", 1, ORDER, "A1"), false, {.order = "13", .order_before_protect = true}},
    {STRUCTURE("nothing behind A0", 2, ORDER, "the end"), false, {.order = "0", .order_before_protect = true}},
    {STRUCTURE("nothing behind A1", 5, ORDER, "the end"), false, {.order = "01", .order_before_protect = true}},
    {STRUCTURE("nothing behind A2", 5, ORDER, "the end"), true, {.order = "012", .order_before_protect = true}},

    {MAC("43 MAC bit in the 88", 2), false, {.mac_item = 2}},
    {MAC("43 a bit in the 88", 2), false, {.cipher_item = 2}},
    {STRUCTURE("88 of 7 bytes", 2, WHOLE_BLOCKS, "88"), false, {.short_item = 2}},
    {STRUCTURE("87 in A1", 2, TAGS, "87"), false, {.retag_item = 2, .retag_to = 0x87}},
    {STRUCTURE("41 A3 before A1", 2, ORDER, "A3"), false, {.order = "031", .order_before_protect = true}},
    {{"54 A2 before A1", 4, 7, false, NULL, "SGP.22 2.5.4", ORDER, "A2"},
     true,
     {.order = "0213", .order_before_protect = true}},
    {STRUCTURE("A0 twice", 2, ORDER, "A0"), false, {.order = "0013", .order_before_protect = true}},

    {MAC("43 MAC bit in ReplaceSessionKeys", 4), true, {.mac_item = 3}},
    {MAC("43 cipher bit in ReplaceSessionKeys", 4), true, {.cipher_item = 3}},
    {MAC("zero padding in ReplaceSessionKeys", 4), true, {.padding_item = 3}},
    {STRUCTURE("cut ReplaceSessionKeys", 4, WHOLE_BLOCKS, "87"), true, {.cut_item = 3}},
    {STRUCTURE("88 in A2", 4, TAGS, "88"), true, {.retag_item = 3, .retag_to = 0x88}},
    {AT("44 wrong ICV: rubbish for BF26", 4, 7, "5.5.4", "", ""), true, {.icv_item = 3}},
    {AT("54 24-byte key", 4, 7, "5.5.4", "16", ""), true, {.replace_session_keys = BYTES(rsk_24)}},
    {AT("54 no MAC key", 4, 7, "5.5.4", "ReplaceSessionKeysRequest", "ppkCmac"),
     true,
     {.replace_session_keys = BYTES(rsk_without_mac)}},
    {STRUCTURE("54 two ReplaceSessionKeys", 4, "one ReplaceSessionKeys", ""), true, {.replace_session_keys_count = 2}},
    {STRUCTURE("A1 twice", 4, ORDER, "A1"), false, {.order = "0113", .order_before_protect = true}},
    {STRUCTURE("54 A2 twice", 4, ORDER, "A2"), true, {.order = "01223", .order_before_protect = true}},

    {MAC("43 MAC bit in the first 86", 5), false, {.mac_item = 3}},
    {MAC("43 MAC bit in the last 86", 5), false, {.mac_item = 6}},
    {MAC("43 cipher bit in an 86", 5), false, {.cipher_item = 4}},
    {MAC("43 MAC bit in an 86 under PPK", 5), true, {.mac_item = 5}},
    {MAC("44 wrong ICV in an 86 of one block", 5), false, {.icv_item = 6}},
    {MAC("zero padding in an 86", 5), false, {.padding_item = 4}},
    {STRUCTURE("cut 86", 5, WHOLE_BLOCKS, "86"), false, {.cut_item = 4}},
    {STRUCTURE("86 of 7 bytes", 5, WHOLE_BLOCKS, "86"), false, {.short_item = 4}},
    {STRUCTURE("87 in A3", 5, TAGS, "87"), false, {.retag_item = 4, .retag_to = 0x87}},
    {MAC("42 first two 86 swapped", 5), false, {.swap_86 = 1}},
    {MAC("42 last two 86 swapped", 5), false, {.swap_86 = 3}},
    {MAC("42 an 86 replayed", 5), false, {.replay_86 = 2}},
    {MAC("42 the first 86 left out", 5), false, {.drop_86 = 1}},
    {MAC("42 an 86 left out", 5), false, {.drop_86 = 2}},
    {STRUCTURE("bytes behind A3", 5, "BF36 to end with A3", ""), false, {.trailer = BYTES(stray)}},
};

static struct rig rig;

static void set_up(void)
{
    rig_open(&rig, NULL);
    rig.good.segment = 400; /* four 86; the last has one byte */
    rig_heal(&rig);
}

static void tear_down(void)
{
    rig_close(&rig);
}

START_TEST(test_each_flaw)
{
    const struct row *row = &rows[_i];
    rig.dp->profile.use_ppk = row->ppk;
    memset(rig.dp->profile.ppk_enc, 0x51, 16);
    memset(rig.dp->profile.ppk_mac, 0x52, 16);
    memset(rig.dp->profile.ppk_mcv, 0x53, 16);
    rig.dp->spoil = row->spoil;
    rig_fails_then_works(&rig, &row->fails, NULL);
}
END_TEST

/* The same flaws in one chain as in many: where an LPA cuts changes nothing. */
START_TEST(test_each_flaw_in_one_chain)
{
    const struct lpa_download_options whole = {.segmentation = LPA_SEGMENT_WHOLE};
    const struct row *row = &rows[_i];
    rig.dp->profile.use_ppk = row->ppk;
    rig.dp->spoil = row->spoil;
    rig_download_fails(&rig, &row->fails, &whole);
}
END_TEST

/* Another object in the place of BF23: as a segment of its own it is no segment at all, in one chain it is
 * a wrong InitialiseSecureChannel. */
START_TEST(test_another_object_for_bf23)
{
    static const struct rig_failure failure = {
        "another object for BF23", 0, 1, false, NULL, "SGP.22 2.5.4", "InitialiseSecureChannel BF23", "another object"};
    rig.dp->spoil.isc_raw = SLICE(not_bf23);
    rig_fails_then_works(&rig, &failure, &(struct lpa_download_options){.segmentation = LPA_SEGMENT_WHOLE});
}
END_TEST

/* Signatures and key agreement on brainpoolP256r1 fail in the same way. */
START_TEST(test_brainpool)
{
    static const struct row brainpool[] = {
        {ISC("36 smdpSign, brainpool", 2, "smdpSign", "does not verify"), false, {.isc_signature_bit = true}},
        {ISC("37 transactionId, brainpool", 3, "the transactionId", ""),
         false,
         {.isc_transaction_id = BYTES(other_16)}},
        {ISC("38 off the curve, brainpool", 1, "on the curve", ""), false, {.isc_otpk = BYTES(off_curve)}},
        {MAC("43 brainpool", 5), false, {.mac_item = 4}},
    };
    rig_use_smdpp(&rig, TEST_BP256, 1);
    for (size_t i = 0; i < COUNT(brainpool); i++) {
        rig.dp->spoil = brainpool[i].spoil;
        rig_fails_then_works(&rig, &brainpool[i].fails, NULL);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("download_protection");
    TCase *flaws = tcase_create("flaws");
    tcase_add_checked_fixture(flaws, set_up, tear_down);
    tcase_set_timeout(flaws, 60);
    tcase_add_loop_test(flaws, test_each_flaw, 0, COUNT(rows));
    tcase_add_loop_test(flaws, test_each_flaw_in_one_chain, 0, COUNT(rows));
    tcase_add_test(flaws, test_another_object_for_bf23);
    tcase_add_test(flaws, test_brainpool);
    suite_add_tcase(suite, flaws);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
