/* What an IoT card tells (SGP.32 1.9 objects): the FCI of the ISD-R (3.8.4), EUICCInfo2 (5.9.2), GetProfilesInfo
 * (5.9.14) with the members of SGP.32 and the metadata that carries them, GetConnectivityParameters (5.9.24). */
#include "iot_local_common.h"

#define CI_LISTS                                                                                                       \
    "A9(0414 F54172BDF98A95D65CBEB88A38A1C11D800A85C3 0414 C0BC70BA36929D43B467FF57570530E57AB8FCD8)"                  \
    "AA(0414 F54172BDF98A95D65CBEB88A38A1C11D800A85C3 0414 C0BC70BA36929D43B467FF57570530E57AB8FCD8)"
#define INFO2(iot)                                                                                                     \
    "BF22(8103020301 8203020500 8303000100 84(810100 8203100000 83024000) 8505077B80DB80 8603090200 8703020300"        \
    "880202DC" CI_LISTS "8B0102 0403000001 0C(534F465445554943432D544553542D4F4E4C59)" iot ")"
#define FCI(e1) "6F(84(" ISDR ") A5049F6501FF E0(8203020500)" e1 ")"

static struct iot t;

static void tear_down(void)
{
    iot_end(&t);
}

/* ---- EUICCInfo2: 90 and B4 ---- */

static const struct {
    const char *personality;
    const char *lines;
    const char *info2;
} infos[] = {
    {"iot", NULL, INFO2("900100 B4(A0(0403010200) 8100 8200)")},
    {"iot", "emergency = no\n", INFO2("900100 B4(A0(0403010200) 8200)")},
    {"iot", "fallback = no\n", INFO2("900100 B4(A0(0403010200) 8100)")},
    {"iot", "emergency = no\nfallback = no\n", INFO2("900100 B4(A0(0403010200))")},
    {"iot", "ipae = yes\nipa_mode = ipae\n", INFO2("900101 B4(A0(0403010200) 8100 8200)")},
    {"iot", "ipae = yes\nipa_mode = ipad\n", INFO2("900100 B4(A0(0403010200) 8100 8200)")},
    {"iot", "iot_info_in_euicc_info2 = no\n", INFO2("")},
    {"iot-1.1", NULL, INFO2("900100 B4(A0(0403010100) 8100 8200)")},
    {"iot-1.0", NULL, INFO2("")},
    {"iot-1.0", "iot_info_in_euicc_info2 = yes\nemergency = yes\nfallback = yes\n", INFO2("900100 B4(A0(0403010001))")},
    {"both", NULL, INFO2("900100 B4(A0(0403010200) 8100 8200)")},
};

START_TEST(test_info2)
{
    iot_begin(&t, infos[_i].personality, infos[_i].lines);
    es10(&t.f, "BF2200", infos[_i].info2);
    es10(&t.f, "BF2000", "BF20(8203020500" CI_LISTS ")");
}
END_TEST

/* ---- FCI ---- */

/* E1 in its four forms; enabledProfile follows the state. */
START_TEST(test_fci)
{
    iot_begin(&t, "iot", _i ? "ipae = yes\n" : NULL);
    assert_hex(buf_slice(&t.ipa.lpa.fci), _i ? FCI("E1(80020780)") : FCI("E1(800100)"), "nothing enabled");
    iot_associate(&t, true);
    iot_install(&t, ICCID_1, NULL, 0);
    iot_install(&t, ICCID_2, "9F7B01FF", 0);
    iot_psmo(&t, "A3(5A(" ICCID_1 "))", "830100");
    ck_assert(lpa_start(&t.ipa.lpa));
    assert_hex(buf_slice(&t.ipa.lpa.fci), _i ? FCI("E1(800206C0)") : FCI("E1(80020640)"), "a profile enabled");
    iot_cut(&t);
    assert_hex(buf_slice(&t.ipa.lpa.fci), _i ? FCI("E1(800206C0)") : FCI("E1(80020640)"), "after a power cut");
    ck_assert_int_eq(ipa_enable_emergency_profile(&t.ipa, false), 0);
    ck_assert(lpa_start(&t.ipa.lpa));
    assert_hex(buf_slice(&t.ipa.lpa.fci), _i ? FCI("E1(800206C0)") : FCI("E1(80020640)"), "emergency");
    ck_assert_int_eq(ipa_disable_emergency_profile(&t.ipa, false), 0);
    iot_psmo(&t, "A4(5A(" ICCID_1 "))", "840100");
    ck_assert(lpa_start(&t.ipa.lpa));
    assert_hex(buf_slice(&t.ipa.lpa.fci), _i ? FCI("E1(80020780)") : FCI("E1(800100)"), "disabled again");
}
END_TEST

/* v1.0 and a consumer card have none. */
START_TEST(test_fci_without)
{
    struct fixture f;
    iot_begin(&t, "iot-1.0", NULL);
    assert_hex(buf_slice(&t.ipa.lpa.fci), FCI(""), "v1.0");
    card_new(&f, NULL, NULL);
    assert_hex(buf_slice(&f.lpa.fci), FCI(""), "consumer");
    card_free(&f);
}
END_TEST

/* ---- GetProfilesInfo ---- */

#define PROVIDER "91(70726F7669646572) 92(70726F66696C65)"
#define HEAD(iccid, aid, state) "5A(" iccid ") 4F(" aid ") 9F7001" state
static void list_profiles(const char *personality)
{
    static const struct wanted icon = {.iccid = ICCID_1,
                                       .profile_class = OPERATIONAL,
                                       .notify = NOTIFY_ALL,
                                       .icon = "89504E470D0A1A0A0000000D49484452"};
    iot_begin(&t, personality, NULL);
    iot_associate(&t, true);
    install(&t.f, &icon);
    iot_install(&t, ICCID_2, "9F6701FF", 0);
    iot_install(&t, ICCID_3, "9F7B01FF 9F6701FF", 0);
    iot_install(&t, ICCID_4, "9F7B0100 9F670100", 0);
    if (t.ipa.version != SGP32_1_0) iot_psmo(&t, "A8(5A(" ICCID_2 "))", "8D0100");
    iot_psmo(&t, "A3(5A(" ICCID_1 "))", "830100");
}

/* Row 99: 5A 4F 9F70 91 92 95 and of 9F7B, 9F26, 9F67 what there is; no nickname, no icon, in this order. */
START_TEST(test_default_tags)
{
#define LISTED                                                                                                         \
    "A0(E3(" HEAD(ICCID_1, AID_1, "01") PROVIDER "950102)"                                                             \
                                                 "E3(" HEAD(ICCID_2, AID_2, "00") PROVIDER                             \
        "950102 9F2601FF 9F6701FF)"                                                                                    \
        "E3(" HEAD(ICCID_3, AID_3, "00") PROVIDER "950102 9F7B01FF 9F6701FF)"
    list_profiles(_i ? "iot-1.1" : "iot");
    es10(&t.f, "BF2D00", "BF2D(" LISTED "E3(" HEAD(ICCID_4, AID_4, "00") PROVIDER "950102 9F7B0100 9F670100)))");
    es10(&t.f, "BF2D(A0(5A(" ICCID_2 ")))",
         "BF2D(A0(E3(" HEAD(ICCID_2, AID_2, "00") PROVIDER "950102 9F2601FF 9F6701FF)))");
    iot_psmo(&t, "BF2D(A0(4F(" AID_3 ")))",
             "BF2D(A0(E3(" HEAD(ICCID_3, AID_3, "00") PROVIDER "950102 9F7B01FF 9F6701FF)))");
}
END_TEST

/* By tag: the members of SGP.32 one by one, the others too; what is not there is left out. */
START_TEST(test_tags)
{
    static const struct row rows[] = {
        {"9F7B", "BF2D(5C(9F7B))", "BF2D(A0(E300 E300 E3(9F7B01FF) E3(9F7B0100)))", FINE},
        {"9F26", "BF2D(5C(9F26))", "BF2D(A0(E300 E3(9F2601FF) E300 E300))", FINE},
        {"9F67", "BF2D(5C(9F67))", "BF2D(A0(E300 E3(9F6701FF) E3(9F6701FF) E3(9F670100)))", FINE},
        {"all three in another order", "BF2D(A0(5A(" ICCID_2 ")) 5C(9F679F269F7B5A))",
         "BF2D(A0(E3(5A(" ICCID_2 ") 9F2601FF 9F6701FF)))", FINE},
        {"icon on demand", "BF2D(A0(5A(" ICCID_1 ")) 5C(9394))",
         "BF2D(A0(E3(930101 94(89504E470D0A1A0A0000000D49484452))))", FINE},
        {"no match", "BF2D(A0(5A(" ICCID_UNKNOWN ")))", "BF2D02A000", FINE},
        {"class", "BF2D(A0(950101))", "BF2D02A000", FINE},
        {"state", "BF2D(A0(5A(" ICCID_1 ")) 5C(9F70))", "BF2D(A0(E3(9F700101)))", FINE},
    };
    list_profiles("iot");
    es10_rows(&t.f, ROWS(rows));
}
END_TEST

/* v1.0 lists as SGP.22: nickname and icon by default, none of the later members. */
START_TEST(test_old_tags)
{
    list_profiles("iot-1.0");
    es10(&t.f, "BF2D(A0(5A(" ICCID_1 ")))",
         "BF2D(A0(E3(" HEAD(ICCID_1, AID_1, "01") PROVIDER "930101 94(89504E470D0A1A0A0000000D49484452) 950102)))");
    es10(&t.f, "BF2D(A0(5A(" ICCID_2 ")))", "BF2D(A0(E3(" HEAD(ICCID_2, AID_2, "00") PROVIDER "950102)))");
    es10(&t.f, "BF2D(A0(5A(" ICCID_2 ")) 5C(9F7B9F269F67))", "BF2D(A0(E300))");
}
END_TEST

static const struct row bad[] = {
    {"a criterion that does not exist", "BF2D(A0(96(00)))", "BF2D(810101)", "ES10c.GetProfilesInfo", "SGP.22 5.7.15",
     "isdpAid 4F or iccid 5A", "another tag", 5},
    {"a tag list that ends inside a tag", "BF2D(5C(9F))", "BF2D(810101)", "ES10c.GetProfilesInfo", "SGP.22 5.7.15",
     "a tagList of whole tags", "a cut tag", 5},
};

/* incorrectInputValues, alone and in a package. */
START_TEST(test_bad)
{
    iot_standard(&t, "iot", NULL);
    es10_row(&t.f, &bad[_i]);
    iot_psmo(&t, bad[_i].request, "BF2D(810101)");
}
END_TEST

/* fallbackAttribute cannot arrive by metadata: an unknown member there. */
START_TEST(test_metadata)
{
    iot_begin(&t, "iot", NULL);
    iot_associate(&t, true);
    iot_install(&t, ICCID_1, "9F2601FF", 0);
    es10(&t.f, "BF2D(5C(9F26))", "BF2D(A0(E300))");
    ck_assert_int_eq(ipa_execute_fallback(&t.ipa, false), 7);
    iot_psmo(&t, "A3(5A(" ICCID_1 "))", "830100");
    ck_assert_int_eq(ipa_execute_fallback(&t.ipa, false), 6);
}
END_TEST

/* ---- GetConnectivityParameters ---- */

#define NOT_AVAILABLE "BF5F03810101", "ES10b.GetConnectivityParameters", "SGP.32 5.9.24"
START_TEST(test_connectivity)
{
    static const struct row none = {
        "nothing enabled", "BF5F00", NOT_AVAILABLE, "an enabled profile with HTTPS parameters", "none", NO_OFFSET};
    static const struct row without = {
        "no parameters", "BF5F00", NOT_AVAILABLE, "an enabled profile with HTTPS parameters", "one without", NO_OFFSET};
    iot_begin(&t, "iot", NULL);
    iot_associate(&t, true);
    iot_install_with_header(&t, ICCID_1, "87(A1(3507026000030203AA BB))");
    iot_install_with_header(&t, ICCID_2, "87(A0(0601) A1(AABBCC) A2(01))");
    iot_install_with_header(&t, ICCID_3, "87(A0(0601))");
    iot_install(&t, ICCID_4, NULL, 0);
    es10_row(&t.f, &none);
    iot_psmo(&t, "A3(5A(" ICCID_1 "))", "830100");
    es10(&t.f, "BF5F00", "BF5F(A0(81(3507026000030203AABB)))");
    iot_psmo(&t, "A3(5A(" ICCID_2 "))", "830100");
    iot_cut(&t);
    es10(&t.f, "BF5F00", "BF5F(A0(81(AABBCC)))");
    iot_psmo(&t, "A3(5A(" ICCID_3 "))", "830100");
    es10_row(&t.f, &without);
    iot_psmo(&t, "A3(5A(" ICCID_4 "))", "830100");
    es10_row(&t.f, &without);
}
END_TEST

#define N(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    Suite *suite = suite_create("iot_local_information");
    TCase *tests = tcase_create("information");
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_info2, 0, N(infos));
    tcase_add_loop_test(tests, test_fci, 0, 2);
    tcase_add_test(tests, test_fci_without);
    tcase_add_loop_test(tests, test_default_tags, 0, 2);
    tcase_add_test(tests, test_tags);
    tcase_add_test(tests, test_old_tags);
    tcase_add_loop_test(tests, test_bad, 0, N(bad));
    tcase_add_test(tests, test_metadata);
    tcase_add_test(tests, test_connectivity);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
