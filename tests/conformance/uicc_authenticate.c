/* AUTHENTICATE on an installed profile (TS 31.102 7.1, TS 33.102 6.3): contexts, lengths, the answers, what each check
 * says when it alone fails, all algorithms. Sequence numbers are in uicc_sequence.c; the network's side is
 * tests/lib/auc.c. */
#include "aka_common.h"

#include "base/hex.h"
#include "card/card.h"

#include <stdio.h>

#define FUNCTION "AUTHENTICATE"
#define TS AUTHENTICATE_CLAUSE

static const struct aka_profile set_1 = {.aka = MILENAGE_1 ANY_SEQUENCE, .replace = {{UST_TINY, UST_27_38}}};
static struct fixture f;

static void tear_down(void)
{
    card_free(&f);
}

#define NO_APPLICATION FUNCTION, TS, "application of the enabled profile", "none", NO_OFFSET
#define NO_SERVICE_38 FUNCTION, TS, "service 38", "not available", NO_OFFSET
static const struct row wrong_mac = {"a wrong MAC", WRONG_MAC_1, "9862", WRONG_MAC_REASON};

/* ---- known answers on the wire ---- */

/* Test set 1 of TS 35.207: success with Kc, GSM context, and a synchronisation failure with a known AUTS. */
START_TEST(test_known_answers)
{
    struct auc_subscriber s;
    aka_card(&f, NULL, &set_1);
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, AUTHENTICATE_1, "DB08" RES_1 "10" CK_1 "10" IK_1 "08" KC_1 "9000");
    apdu(&f, GSM_1, "04" SRES_1 "08" KC_1 "9000");
    aka_subscriber(&s);
    aka_accepted(&f, &s, 0xff9bb4d0b627, true);
    static const struct row again = {"the first one again",
                                     AUTHENTICATE_1,
                                     "DC0EBA853F3C121CB55EDB820040AB419000",
                                     FUNCTION,
                                     "TS 33.102 6.3.3",
                                     "SEQ above the last one of its index",
                                     "SEQ 7FCDDA685B0, IND 7; highest SEQ 7FCDDA685B1",
                                     18};
    apdu_row(&f, &again);
}
END_TEST

/* Without Le the answer waits for GET RESPONSE, as T=0 has it. */
START_TEST(test_get_response)
{
    aka_card(&f, NULL, &set_1);
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, "0088008122 10" RAND_1 "10" AUTN_1, "6135");
    apdu(&f, "00C0000035", "DB08" RES_1 "10" CK_1 "10" IK_1 "08" KC_1 "9000");
}
END_TEST

START_TEST(test_without_kc)
{
    static const struct aka_profile p = {.aka = MILENAGE_1 ANY_SEQUENCE};
    static const struct row gsm = {"no service 38", GSM_1,           "9864",   FUNCTION, TS,
                                   "service 38",    "not available", NO_OFFSET};
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &gsm);
    apdu(&f, AUTHENTICATE_1, "DB08" RES_1 "10" CK_1 "10" IK_1 "9000");
}
END_TEST

/* Services 27 and 38 are two bits: each does its own. */
START_TEST(test_services)
{
    static const struct aka_profile only_27 = {.aka = MILENAGE_1 ANY_SEQUENCE, .replace = {{UST_TINY, UST_27}}};
    static const struct aka_profile only_38 = {.aka = MILENAGE_1 ANY_SEQUENCE, .replace = {{UST_TINY, UST_38}}};
    aka_card(&f, NULL, _i ? &only_38 : &only_27);
    apdu(&f, SELECT_USIM, "9000");
    static const struct row gsm[] = {{"without 38", GSM_1, "9864", NO_SERVICE_38},
                                     {"with 38", GSM_1, "04" SRES_1 "08" KC_1 "9000", FINE}};
    apdu_row(&f, &gsm[_i]);
    apdu(&f, AUTHENTICATE_1,
         _i ? "DB08" RES_1 "10" CK_1 "10" IK_1 "9000" : "DB08" RES_1 "10" CK_1 "10" IK_1 "08" KC_1 "9000");
}
END_TEST

/* ---- each check alone ---- */

START_TEST(test_refused)
{
    static const struct row rows[] = {
        {"UICC case 22: in the MF", AUTHENTICATE_1, "6985", NO_APPLICATION},
        {"the MF selected", "00A4000C023F00", "9000", FINE},
        {"nor then", GSM_1, "6985", NO_APPLICATION},
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"P1 01", "0088018122 10" RAND_1 "10" AUTN_1 "00", "6A86", FUNCTION, TS, "P1 00", "01", NO_OFFSET},
        {"UICC case 25: P2 87", "0088008722 10" RAND_1 "10" AUTN_1 "00", "6A86", FUNCTION, TS, "P2 80 (GSM) or 81 (3G)",
         "87", NO_OFFSET},
        {"P2 01", "0088000122 10" RAND_1 "10" AUTN_1 "00", "6A86", FUNCTION, TS, "P2 80 (GSM) or 81 (3G)", "01",
         NO_OFFSET},
        {"P2 83", "0088008322 10" RAND_1 "10" AUTN_1 "00", "6A86", FUNCTION, TS, "P2 80 (GSM) or 81 (3G)", "83",
         NO_OFFSET},
        {"P2 82, VGCS", "0088008211 10" RAND_1 "00", "9864", FUNCTION, TS, "P2 80 (GSM) or 81 (3G)", "82: VGCS",
         NO_OFFSET},
        {"P2 84, GBA", "0088008422 10" RAND_1 "10" AUTN_1 "00", "9864", FUNCTION, TS, "P2 80 (GSM) or 81 (3G)",
         "84: VGCS", NO_OFFSET},
        {"P2 85, MBMS", "0088008501 00", "9864", FUNCTION, TS, "P2 80 (GSM) or 81 (3G)", "85: VGCS", NO_OFFSET},
        {"P2 86, local keys", "0088008601 00", "9864", FUNCTION, TS, "P2 80 (GSM) or 81 (3G)", "86: VGCS", NO_OFFSET},
        {"UICC case 25: 33 bytes", "0088008121 10" RAND_1 "10 55F328B43577B9B94A9FFAC354DFAF 00", "6700", FUNCTION, TS,
         "10 RAND 10 AUTN: 34 bytes", "33 bytes", NO_OFFSET},
        {"35 bytes", "0088008123 10" RAND_1 "10" AUTN_1 "0000", "6700", FUNCTION, TS, "34 bytes", "35 bytes",
         NO_OFFSET},
        {"RAND alone", "0088008111 10" RAND_1 "00", "6700", FUNCTION, TS, "34 bytes", "17 bytes", NO_OFFSET},
        {"32 bytes without lengths", "0088008120" RAND_1 AUTN_1 "00", "6700", FUNCTION, TS, "34 bytes", "32 bytes",
         NO_OFFSET},
        {"no data", "0088008100", "6700", FUNCTION, TS, "34 bytes", "0 bytes", NO_OFFSET},
        {"a MAC of 128 bits, which this card's AUTN has not", "008800812A 10" RAND_1 "18" AUTN_1 "000000000000000000",
         "6700", FUNCTION, TS, "34 bytes", "42 bytes", NO_OFFSET},
        {"0F before RAND", "0088008122 0F" RAND_1 "10" AUTN_1 "00", "6A80", FUNCTION, TS, "10 before RAND", "0F", 0},
        {"11 before AUTN", "0088008122 10" RAND_1 "11" AUTN_1 "00", "6A80", FUNCTION, TS,
         "the length of AUTN before it", "11 before 16 bytes", 17},
        {"GSM, 16 bytes", "0088008010" RAND_1 "00", "6700", FUNCTION, TS, "10 RAND: 17 bytes", "16 bytes", NO_OFFSET},
        {"GSM with an AUTN", "0088008022 10" RAND_1 "10" AUTN_1 "00", "6700", FUNCTION, TS, "17 bytes", "34 bytes",
         NO_OFFSET},
        {"GSM, 11 before RAND", "0088008011 11" RAND_1 "00", "6A80", FUNCTION, TS, "10 before RAND", "11", 0},
        {"UICC case 23: one bit of the MAC", "0088008122 10" RAND_1 "10 55F328B43577B9B94A9FFAC354DFAFB2 00", "9862",
         FUNCTION, TS, "the MAC of this RAND", "another one", 26},
        {"one bit of the AMF", "0088008122 10" RAND_1 "10 55F328B43577B9B84A9FFAC354DFAFB3 00", "9862", FUNCTION, TS,
         "the MAC of this RAND", "", 26},
        {"one bit of the sequence number", "0088008122 10" RAND_1 "10 54F328B43577B9B94A9FFAC354DFAFB3 00", "9862",
         FUNCTION, TS, "the MAC of this RAND", "", 26},
        {"one bit of RAND", "0088008122 10 22553CBE9637A89D218AE64DAE47BF35 10" AUTN_1 "00", "9862", FUNCTION, TS,
         "the MAC of this RAND", "", 26},
        {"INS 89", "0089008122 10" RAND_1 "10" AUTN_1 "00", "6D00", "command", "TS 102 221 10.1.2", "", "", 1},
        {"class 80", "8088008122 10" RAND_1 "10" AUTN_1 "00", "6D00", "command", "TS 102 221 10.1.2", "", "", 1},
        {"none of these moved the sequence number", AUTHENTICATE_1, "DB08" RES_1 "10" CK_1 "10" IK_1 "08" KC_1 "9000",
         FINE},
        {"in a file of the USIM too", "00A4000C026F07", "9000", FINE},
    };
    aka_card(&f, NULL, &set_1);
    apdu_rows(&f, ROWS(rows));
    struct auc_subscriber s;
    aka_subscriber(&s);
    aka_stale(&f, &s, 0xff9bb4d0b607, 0xff9bb4d0b607);
}
END_TEST

/* The application stays the channel's when another directory is selected, but works in its own only (TS 31.102
 * 7.1.1). */
START_TEST(test_outside_the_application)
{
    static const struct row outside[] = {
        {"an EF of the MF", "00A4080C022FE2", "9000", FINE},
        {"3G", AUTHENTICATE_1, "6985", FUNCTION, TS, "the current directory in the application's ADF", "3F00",
         NO_OFFSET},
        {"GSM", GSM_1, "6985", FUNCTION, TS, "the current directory in the application's ADF", "3F00", NO_OFFSET},
        {"GET IDENTITY", "8078000100", "6985", "GET IDENTITY", "TS 31.102 7.5",
         "the current directory in the application's ADF", "3F00", NO_OFFSET},
        {"the ADF", "00A4000C027FFF", "9000", FINE},
        {"an EF of it", "00A4000C026F07", "9000", FINE},
        {"GSM there", GSM_1, "04" SRES_1 "08" KC_1 "9000", FINE},
    };
    aka_card(&f, NULL, &set_1);
    apdu(&f, SELECT_USIM, "9000");
    apdu_rows(&f, ROWS(outside));
}
END_TEST

static void set_state(const struct path *path, uint8_t life_cycle)
{
    struct isdp isdp;
    struct file file;
    bool found;
    ck_assert_int_eq(isdp_enabled(&f.card->model, &isdp), OK);
    ck_assert_int_eq(file_get(&isdp, path, &file, &found), OK);
    ck_assert(found);
    file.life_cycle = life_cycle;
    ck_assert_int_eq(file_put(&isdp, &file), OK);
    ck_assert_int_eq(store_commit(f.card->model.store, NULL), OK);
}

/* What is out of use authenticates nobody: the ADF itself, or the MF above it (TS 102 222 6.7, 6.9). */
START_TEST(test_out_of_use)
{
    static const struct row terminated = {"terminated",     GSM_1,           "6985",          FUNCTION,
                                          "TS 102 222 6.7", "a file in use", "is terminated", NO_OFFSET};
    static const struct row deactivated = {"deactivated",       GSM_1,         "6985",   FUNCTION, TS,
                                           "an activated file", "deactivated", NO_OFFSET};
    const struct path mf = {0};
    aka_card(&f, NULL, &set_1);
    apdu(&f, SELECT_USIM, "9000");
    const struct path adf = {.n = 1, .fid = {f.card->channels[0].uicc.adf}};
    apdu(&f, GSM_1, "04" SRES_1 "08" KC_1 "9000");
    set_state(&adf, FILE_DEACTIVATED);
    apdu_row(&f, &deactivated);
    set_state(&adf, FILE_TERMINATED);
    apdu_row(&f, &terminated);
    set_state(&adf, FILE_ACTIVATED);
    apdu(&f, GSM_1, "04" SRES_1 "08" KC_1 "9000");
    set_state(&mf, FILE_TERMINATED);
    apdu_row(&f, &terminated);
}
END_TEST

/* Contexts of VGCS, GBA, MBMS and local keys as the personality says. */
START_TEST(test_unsupported_context)
{
    static const struct row row = {
        "P2 84",  "0088008422 10" RAND_1 "10" AUTN_1 "00", "6A86", FUNCTION, TS, "P2 80 (GSM) or 81 (3G)", "84",
        NO_OFFSET};
    aka_card(&f, "unsupported_context = 6A86", &set_1);
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &row);
}
END_TEST

START_TEST(test_without_profile)
{
    static const struct row row = {"no profile enabled", AUTHENTICATE_1, "6985", NO_APPLICATION};
    card_make(&f, NULL);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    apdu_row(&f, &row);
}
END_TEST

START_TEST(test_without_key)
{
    static const struct aka_profile p = {.aka = ""};
    static const struct row row = {
        "no akaParameter", AUTHENTICATE_1, "6985", FUNCTION, TS, "an application with a key (akaParameter)",
        "one without",     NO_OFFSET};
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &row);
}
END_TEST

/* An application belongs to its channel. */
START_TEST(test_channels)
{
    aka_card(&f, NULL, &set_1);
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, "0070000001", "019000");
    static const struct row inherited = {"opened from channel 0: the MF", "0188008122 10" RAND_1 "10" AUTN_1 "00",
                                         "6985", NO_APPLICATION};
    apdu_row(&f, &inherited);
    apdu(&f, "01A4040C10" USIM_AID, "9000");
    apdu(&f, "0188008122 10" RAND_1 "10" AUTN_1 "00", "DB08" RES_1 "10" CK_1 "10" IK_1 "08" KC_1 "9000");
    struct auc_subscriber s;
    aka_subscriber(&s);
    aka_stale(&f, &s, 0xff9bb4d0b607, 0xff9bb4d0b607); /* on channel 0: one state for all */
}
END_TEST

/* ---- the PIN ---- */

START_TEST(test_pin)
{
    static const struct row refused = {"PIN1 not verified",
                                       AUTHENTICATE_1,
                                       "6982",
                                       FUNCTION,
                                       TS,
                                       "the application's PIN, verified or disabled",
                                       "PIN1 enabled and not verified",
                                       NO_OFFSET};
    aka_card(&f, NULL, &set_1);
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, "0028000108 30303030FFFFFFFF", "9000"); /* ENABLE PIN verifies it */
    ck_assert_int_eq(euicc_reset(f.card, NULL), EUICC_OK);
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &refused);
    static const struct row gsm = {"nor GSM", GSM_1, "6982", FUNCTION, TS, "the application's PIN", "PIN1", NO_OFFSET};
    apdu_row(&f, &gsm);
    apdu(&f, "0020000108 30303030FFFFFFFF", "9000");
    apdu(&f, AUTHENTICATE_1, "DB08" RES_1 "10" CK_1 "10" IK_1 "08" KC_1 "9000");
    ck_assert_int_eq(euicc_reset(f.card, NULL), EUICC_OK);
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &refused);
    apdu(&f, "0026000108 30303030FFFFFFFF", "9000"); /* DISABLE PIN */
    apdu(&f, GSM_1, "04" SRES_1 "08" KC_1 "9000");
}
END_TEST

/* ---- authCounterMax ---- */

START_TEST(test_counter)
{
    static const struct aka_profile p = {.aka =
                                             "A1(A1(80(01) 81(01) 82(" K_1 ") 83(" OPC_1 ") 86(000003)))" ANY_SEQUENCE,
                                         .replace = {{UST_TINY, UST_38}}};
    const struct row used_up = {"the fourth",  GSM_1,      _i ? "6985" : "6983",
                                FUNCTION,      "SAIP 8.4", "fewer authentications than authCounterMax",
                                "3 of 3 used", NO_OFFSET};
    struct auc_subscriber s;
    aka_card(&f, _i ? "authentications_used_up = 6985" : NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    aka_subscriber(&s);
    aka_accepted(&f, &s, aka_sqn(1, 0), false);
    apdu_row(&f, &wrong_mac); /* no answer, no count */
    aka_stale(&f, &s, aka_sqn(1, 0), aka_sqn(1, 0));
    apdu(&f, GSM_1, "04" SRES_1 "08" KC_1 "9000");
    apdu_row(&f, &used_up);
    card_cut(&f);
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &used_up);
}
END_TEST

/* ---- the other algorithms, constants and applications ---- */

/* An operator's own rotations and constants. */
START_TEST(test_constants)
{
    static const struct aka_profile p = {
        .aka = "A1(A1(80(01) 81(00) 82(" K_1 ") 83(" OPC_1 ") 84(0109214163) 85("
               "00000000000000000000000000000010 20000000000000000000000000000001 00300000000000000000000000000002"
               "00004000000000000000000000000004 00000050000000000000000000000008)))"};
    struct auc_subscriber s;
    static const unsigned r[] = {0x01, 0x09, 0x21, 0x41, 0x63};
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    aka_subscriber(&s);
    memcpy(s.r, r, sizeof r);
    s.c[0][15] = 0x10;
    for (size_t i = 1; i < 5; i++)
        s.c[i][i - 1] = (uint8_t)(0x10 + 0x10 * i);
    aka_accepted(&f, &s, aka_sqn(1, 0), false);
    aka_stale(&f, &s, aka_sqn(1, 0), aka_sqn(1, 0));
}
END_TEST

/* Test set 1 of TS 35.233 in a whole profile, and the ISIM that shares key and sequence numbers (mappingOptions 03). */
START_TEST(test_tuak)
{
    static const struct aka_profile p = {.file = "tuak.der"};
    static const uint8_t rand[16] = {0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42,
                                     0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42};
    static const uint8_t amf[2] = {0xff, 0xff};
    static const struct row gsm_in_isim = {"GSM in the ISIM",
                                           "0088008011 10 42424242424242424242424242424242 00",
                                           "9864",
                                           FUNCTION,
                                           TS,
                                           "service 38",
                                           "not available",
                                           NO_OFFSET};
    struct auc_subscriber s;
    struct auc_vector v;
    uint8_t k[16], topc[32], number[6];
    BUF_LOCAL b = {0};
    BUF_LOCAL answer = {0};
    BUF_LOCAL wanted = {0};
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    memset(k, 0xab, sizeof k);
    put_hex(&b, "BD04D9530E87513C5D837AC2AD954623A8E2330C115305A73EB45D1F40CCCBFF");
    memcpy(topc, b.p, sizeof topc);
    auc_tuak(&s, SLICE(k), topc, 1);
    s.res_size = 4;
    memset(number, 0x11, sizeof number);
    ck_assert(auc_vector(&s, rand, number, amf, &v));
    aka_authenticate(&f, &v, &answer);
    auc_put_answer(&v, true, &wanted);
    put_hex(&wanted, "9000");
    ck_assert(slice_equal(buf_slice(&answer), buf_slice(&wanted)));
    buf_reset(&b);
    put_hex(&b, "DB04 657ACD64 10 D71A1E5C6CAFFE986A26F783E5C78BE1 10 BE849FA2564F869AECEE6F62D4337E72 08");
    ck_assert(slice_starts_with(buf_slice(&answer), buf_slice(&b)));
    /* in the ISIM: a replay, then a fresh one without Kc, which is a replay in the USIM */
    apdu(&f, SELECT_ISIM, "9000");
    apdu_row(&f, &gsm_in_isim);
    aka_stale(&f, &s, 0x111111111111, 0x111111111111);
    aka_accepted(&f, &s, 0x111111111131, false);
    apdu(&f, SELECT_USIM, "9000");
    aka_stale(&f, &s, 0x111111111131, 0x111111111131);
    aka_accepted(&f, &s, 0x111111111151, true);
}
END_TEST

/* All lengths of TUAK through a package: algorithmOptions b3-b1 RES, b6-b4 MAC, b7 CK and IK. */
START_TEST(test_tuak_lengths)
{
    static const struct {
        const char *options, *key, *personality;
        size_t res, mac, ck;
        bool whole;
    } rows[] = {
        {"00", "", NULL, 4, 8, 16, false},
        {"49", "", NULL, 8, 16, 32, false},
        {"52", "000102030405060708090A0B0C0D0E0F", NULL, 16, 32, 32, false},
        {"13", "000102030405060708090A0B0C0D0E0F", NULL, 32, 32, 16, false},
        {"09", "", "tuak_whole_mac = yes", 8, 16, 16, true},
        {"11", "", "tuak_whole_mac = yes", 8, 32, 16, true},
        {"01", "", "tuak_whole_mac = yes", 8, 8, 16, true},
        {"09", "", "mac_length_codes = 1", 8, 8, 16, false},
        {"59", "", "mac_length_codes = 1", 8, 32, 32, false},
    };
    char aka[512];
    const char *top = "808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9F";
    struct aka_profile p = {.aka = aka};
    struct auc_subscriber s;
    BUF_LOCAL k = {0};
    BUF_LOCAL topc = {0};
    (void)snprintf(aka, sizeof aka, "A1(A1(80(02) 81(%s) 82(" K_1 "%s) 83(%s) 87(03)))", rows[_i].options, rows[_i].key,
                   top);
    aka_card(&f, rows[_i].personality, &p);
    apdu(&f, SELECT_USIM, "9000");
    put_hex(&k, K_1);
    put_hex(&k, rows[_i].key);
    put_hex(&topc, top);
    auc_tuak(&s, buf_slice(&k), topc.p, 3);
    s.res_size = rows[_i].res;
    s.mac_size = rows[_i].mac;
    s.ck_size = s.ik_size = rows[_i].ck;
    s.whole_mac = rows[_i].whole;
    aka_accepted(&f, &s, aka_sqn(1, 0), false);
    aka_stale(&f, &s, aka_sqn(1, 0), aka_sqn(1, 0));
    aka_accepted(&f, &s, aka_sqn(2, 0), false);
}
END_TEST

/* With whole MACs in AUTN the length of AUTN is the algorithm's. */
START_TEST(test_tuak_autn_length)
{
    static const struct aka_profile p = {
        .aka =
            "A1(A1(80(02) 81(09) 82(" K_1 ") 83(808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9F)))"};
    static const struct row rows[] = {
        {"a MAC of 64 bits", AUTHENTICATE_1, "6A80", FUNCTION, TS, "a MAC as long as the algorithm's",
         "16 bytes, not 24", 17},
        {"of 256 bits", "008800813A 10" RAND_1 "28" AUTN_1 "000000000000000000000000000000000000000000000000 00",
         "6A80", FUNCTION, TS, "a MAC as long as the algorithm's", "40 bytes, not 24", 17},
        {"of 128 bits, wrong", "008800812A 10" RAND_1 "18" AUTN_1 "0000000000000000 00", "9862", FUNCTION, TS,
         "the MAC of this RAND", "another one", 26},
        {"of 72 bits", "0088008123 10" RAND_1 "11" AUTN_1 "0000", "6700", FUNCTION, TS, "34 bytes", "35 bytes",
         NO_OFFSET},
    };
    aka_card(&f, "tuak_whole_mac = yes", &p);
    apdu(&f, SELECT_USIM, "9000");
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* The test algorithm: no sequence number is too old; an AMF of FFFF asks for AUTS. */
START_TEST(test_test_algorithm)
{
    static const struct aka_profile p = {.aka = "A1(A1(80(03) 81(02) 82(000102030405060708090A0B0C0D0E0F) 83()))",
                                         .replace = {{UST_TINY, UST_27_38}}};
    struct auc_subscriber s;
    struct auc_vector v;
    uint8_t k[16], number[6];
    static const uint8_t highest[6] = {0, 0, 0, 0, 0, 0x41};
    BUF_LOCAL answer = {0};
    for (uint8_t i = 0; i < 16; i++)
        k[i] = i;
    auc_test(&s, k, 16);
    aka_card(&f, _i ? "test_algorithm_resynchronises = no" : NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    apdu(&f, "0088008122 10" RAND_1 "10 BD9232AE9A08800023543EBD92132E9A 00",
         "DB10 23543EBD9232AE9A2983EC46A24AB13A 10 543EBD9232AE9A2983EC46A24AB13A23 10 "
         "3EBD9232AE9A2983EC46A24AB13A2354 08 0529CB4867BFAADD 9000");
    apdu(&f, GSM_1, "04 3AAFCD5B 08 0529CB4867BFAADD 9000");
    aka_accepted(&f, &s, 0x41, true);
    aka_accepted(&f, &s, 0x41, true);
    aka_accepted(&f, &s, 0x21, true);
    aka_vector(&s, 0x61, "FFFF", &v);
    aka_authenticate(&f, &v, &answer);
    if (_i) {
        ck_assert_uint_eq(answer.p[0], 0xdb);
        return;
    }
    ck_assert_uint_eq(answer.n, 18);
    assert_hex(buf_slice(&answer), "DC0E BD9232AE9A68 23543EBD9273AE9A 9000", "AUTS for SQN_MS 41");
    ck_assert(auc_open_auts(&s, v.rand, slice_of(answer.p + 2, 14), number));
    ck_assert_mem_eq(number, highest, 6);
}
END_TEST

/* The package for tests of terminals, whole: its PIN1 is enabled, its services include 27 and 38. */
START_TEST(test_test_package)
{
    static const struct aka_profile p = {.file = "test.der"};
    static const struct row pin = {"PIN1 not verified",
                                   GSM_1,
                                   "6982",
                                   FUNCTION,
                                   TS,
                                   "the application's PIN",
                                   "PIN1 enabled and not verified",
                                   NO_OFFSET};
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &pin);
    apdu(&f, "0020000108 30303030FFFFFFFF", "9000");
    apdu(&f, GSM_1, "04 3AAFCD5B 08 0529CB4867BFAADD 9000");
    apdu(
        &f, "0088008122 10" RAND_1 "10 BD9232AE9A08800023543EBD92132E9A 00",
        "DB10 23543EBD9232AE9A2983EC46A24AB13A 10 543EBD9232AE9A2983EC46A24AB13A23 10 3EBD9232AE9A2983EC46A24AB13A2354 "
        "08 0529CB4867BFAADD 9000");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("AUTHENTICATE");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, NULL, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_known_answers);
    tcase_add_test(t, test_get_response);
    tcase_add_test(t, test_without_kc);
    tcase_add_loop_test(t, test_services, 0, 2);
    tcase_add_test(t, test_refused);
    tcase_add_test(t, test_outside_the_application);
    tcase_add_test(t, test_out_of_use);
    tcase_add_test(t, test_unsupported_context);
    tcase_add_test(t, test_without_profile);
    tcase_add_test(t, test_without_key);
    tcase_add_test(t, test_channels);
    tcase_add_test(t, test_pin);
    tcase_add_loop_test(t, test_counter, 0, 2);
    tcase_add_test(t, test_constants);
    tcase_add_test(t, test_tuak);
    tcase_add_loop_test(t, test_tuak_lengths, 0, 9);
    tcase_add_test(t, test_tuak_autn_length);
    tcase_add_loop_test(t, test_test_algorithm, 0, 2);
    tcase_add_test(t, test_test_package);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
