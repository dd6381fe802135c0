/* SetNickname (cases 75), GetEID, LpaeActivation, GetRAT (row 76), GetEUICCInfo1 and 2: exact bytes
 * for fixed personalities. */
#include "common.h"

#define NICKNAME "ES10c.SetNickname", "SGP.22 5.7.21"
#define TOO_LONG "BF290380017F", NICKNAME, "a nickname of at most 64 characters of UTF-8"
#define SIXTEEN "61626364656667686162636465666768"
#define SIXTY_FOUR SIXTEEN SIXTEEN SIXTEEN SIXTEEN
/* EURO SIGN: three bytes a character */
#define EUROS_16 "E282ACE282ACE282ACE282ACE282ACE282ACE282ACE282ACE282ACE282ACE282ACE282ACE282ACE282ACE282ACE282AC"
#define EUROS_64 EUROS_16 EUROS_16 EUROS_16 EUROS_16
#define CI_LISTS                                                                                                       \
    "A9(0414 F54172BDF98A95D65CBEB88A38A1C11D800A85C3 0414 C0BC70BA36929D43B467FF57570530E57AB8FCD8)"                  \
    "AA(0414 F54172BDF98A95D65CBEB88A38A1C11D800A85C3 0414 C0BC70BA36929D43B467FF57570530E57AB8FCD8)"
#define SAS "0C(534F465445554943432D544553542D4F4E4C59)" /* SOFTEUICC-TEST-ONLY */

static struct fixture f;

static void set_up(void)
{
    card_new(&f, NULL, NULL);
}

static void tear_down(void)
{
    card_free(&f);
}

#define SET(name) "BF29(5A(" ICCID_1 ")90(" name "))"
#define SHOWN(name) "BF2D(A0(E3(90(" name "))))"
START_TEST(test_nickname)
{
    static const struct row rows[] = {
        {"64 characters", SET(SIXTY_FOUR), "BF2903800100", FINE},
        {"shown", "BF2D(5C(90))", SHOWN(SIXTY_FOUR), FINE},
        {"65 characters", SET(SIXTY_FOUR "61"), TOO_LONG, "65 bytes", NO_OFFSET},
        {"kept", "BF2D(5C(90))", SHOWN(SIXTY_FOUR), FINE},
        {"64 three-byte characters", SET(EUROS_64), "BF2903800100", FINE},
        {"shown whole", "BF2D(5C(90))", SHOWN(EUROS_64), FINE},
        {"65 of them", SET(EUROS_64 "E282AC"), TOO_LONG, "195 bytes", NO_OFFSET},
        {"invalid UTF-8", SET("61C3"), TOO_LONG, "2 bytes", NO_OFFSET},
        {"overlong UTF-8", SET("C0AF"), TOO_LONG, "2 bytes", NO_OFFSET},
        {"a surrogate", SET("EDA080"), TOO_LONG, "3 bytes", NO_OFFSET},
        {"kept still", "BF2D(5C(90))", SHOWN(EUROS_64), FINE},
        {"erased", SET(""), "BF2903800100", FINE},
        {"gone", "BF2D(5C(90))", "BF2D(A0(E3()))", FINE},
        {"erased twice", SET(""), "BF2903800100", FINE},
        {"unknown ICCID", "BF29(5A(" ICCID_UNKNOWN ")900161)", "BF2903800101", NICKNAME,
         "the ICCID of an installed profile", "another one", NO_OFFSET},
        {"ICCID of 9 bytes", "BF29(5A(980010100000000001)900161)", "BF2903800101", NICKNAME,
         "the ICCID of an installed profile", "another one", NO_OFFSET},
        {"enable", "BF31(A0(5A(" ICCID_1 "))810100)", "BF3103800100", FINE},
        {"of an enabled one", SET("4D65"), "BF2903800100", FINE},
        {"shown now", "BF2D(5C(90))", SHOWN("4D65"), FINE},
    };
    install_plain(&f, ICCID_1);
    es10_rows(&f, ROWS(rows));
    card_cut(&f);
    es10(&f, "BF2D(5C(90))", SHOWN("4D65"));
    /* Stays with the profile until that is deleted. */
    es10(&f, "BF32(A0(5A(" ICCID_1 "))810100)", "BF3203800100");
    es10(&f, "BF2D(5C(90))", SHOWN("4D65"));
    es10(&f, "BF33(5A(" ICCID_1 "))", "BF3303800100");
    install_plain(&f, ICCID_1);
    es10(&f, "BF2D(5C(90))", "BF2D(A0(E3()))");
}
END_TEST

START_TEST(test_small)
{
    static const struct row rows[] = {
        {"GetEID", "BF3E035C015A", "BF3E125A10" EID, FINE},
        {"GetEID without list (row 6)", "BF3E00", "=6A80", "ES10c.GetEID", "SGP.22 5.7.20", "tagList", "nothing", 0},
        {"GetEID of something else", "BF3E035C0180", "=6A80", "ES10c.GetEID", "SGP.22 5.7.20", "tagList 5A",
         "another one", 5},
        {"GetEID of nothing", "BF3E025C00", "=6A80", "ES10c.GetEID", "SGP.22 5.7.20", "tagList", "0 bytes", 3},
        {"LpaeActivation", "BF42 04 8002 0780", "BF4203800101", "LpaeActivation", "SGP.22 5.7.1",
         "no activation of an LPAe", "options 1", NO_OFFSET},
        {"LpaeActivation of the other", "BF42 04 8002 0640", "BF4203800101", "LpaeActivation", "SGP.22 5.7.1",
         "no activation of an LPAe", "options 2", NO_OFFSET},
        {"GetRAT", "BF4300", "BF43(A0(30(80020560 A1(30(8003EEEEEE 8100 8200)) 82020780)))", FINE},
    };
    es10_rows(&f, ROWS(rows));
}
END_TEST

/* Row 78: a card without lists does not know the function. */
START_TEST(test_no_crl)
{
    struct fixture g;
    static const struct row row = {
        "LoadCRL", "BF3502A000", "=6A88", "ES10b.LoadCRL", "SGP.22 5.7.12", "a function of this card", "crl_support",
        0};
    card_new(&g, "crl_support = no\n", NULL);
    es10_row(&g, &row);
    card_free(&g);
}
END_TEST

static const struct {
    const char *personality;
    const char *answer;
} rats[] = {
    {"rat =\n", "BF4302A000"}, /* row 76: no rule is ever allowed */
    {"rat = ppr1 @ 00101\n", "BF43(A0(30(80020640 A1(30(800300F110)) 820100)))"},
    {"rat = ppr2 @ 310260 gid1=AB gid2=* consent\nrat = ppr1 ppr2 @ 26E42E gid2=CDEF\n",
     "BF43(A0(30(80020520 A1(30(8003130062 8101AB 8200)) 82020780)"
     "30(80020560 A1(30(800362EE24 8202CDEF)) 820100)))"},
};

START_TEST(test_rat)
{
    struct fixture g;
    card_new(&g, rats[_i].personality, NULL);
    es10(&g, "BF4300", rats[_i].answer);
    card_free(&g);
}
END_TEST

/* Default personality: EUICCInfo2 in the order of the module. */
START_TEST(test_info)
{
    es10(&f, "BF2000", "BF20(8203020500" CI_LISTS ")");
    es10(&f, "BF2200",
         "BF22(8103020301 8203020500 8303000100 84(810100 8203100000 83024000) 8505077B80DB80 8603090200 8703020300"
         "880202DC" CI_LISTS "8B0102 0403000001" SAS ")");
}
END_TEST

/* Every field of a personality, the optional ones too; the SVN is in all three places (row 1). */
START_TEST(test_info_personality)
{
    struct fixture g;
    struct euicc_description d;
    card_new(&g,
             "sgp22_version = 2.4.1\nprofile_package_version = 2.1.9\nfirmware_version = 1.2.3\n"
             "ts102241_version = 15.1.0\nglobalplatform_version = 2.3.1\nprotection_profile_version = 1.0.2\n"
             "sas_accreditation_number = AB-1\nplatform_label = label\ndiscovery_base_url = https://x\n"
             "euicc_category = 3\nuicc_capability = usim milenage\nforbidden_ppr = ppr1\ntest_profiles = no\n"
             "crl_support = no\nmemory_size = 70000\nvolatile_memory_size = 100\n",
             NULL);
    assert_hex(buf_slice(&g.lpa.fci), "6F(84(" ISDR ") A5049F6501FF E0(8203020401))", "FCI");
    es10(&g, "BF2000", "BF20(8203020401" CI_LISTS ")");
    es10(&g, "BF2200",
         "BF22(8103020109 8203020401 8303010203 84(810100 8203011170 830164) 85020348 86030F0100 8703020301"
         "8802028C" CI_LISTS "8B0103 99020640 0403010002 0C(41422D31) AC(80(6C6162656C) 81(68747470733A2F2F78)))");
    ck_assert_int_eq(euicc_describe(g.card, &d), EUICC_OK);
    ck_assert_str_eq(d.sgp22_version, "2.4.1");
    ck_assert_uint_eq(d.memory_total, 70000);
    card_free(&g);
}
END_TEST

/* Applications and free memory are true; additionalProfile goes when no further profile fits or may come. */
START_TEST(test_info_changes)
{
    struct fixture g;
    struct tlv info;
    struct tlv t;
    uint32_t applications;
    uint32_t empty;
    uint32_t full;
    card_new(&g, "profiles_max = 1\n", NULL);
    ck_assert(lpa_get_euicc_info2(&g.lpa) && lpa_read_free_memory(&g.lpa, &applications, &empty));
    ck_assert_uint_eq(applications, 0);
    install_plain(&g, ICCID_1);
    ck_assert(lpa_get_euicc_info2(&g.lpa) && lpa_read_free_memory(&g.lpa, &applications, &full));
    ck_assert_uint_eq(applications, 1);
    ck_assert_uint_lt(full, empty);
    struct slice in = buf_slice(&g.lpa.response);
    ck_assert(tlv_next(&in, &info) && tlv_find(info.value, 0x88, &t));
    assert_hex(t.value, "025C", "rspCapability without additionalProfile");
    struct euicc_description d;
    struct euicc_profile_description p;
    ck_assert_int_eq(euicc_describe(g.card, &d), EUICC_OK);
    ck_assert_uint_eq(d.memory_free, full);
    ck_assert_int_eq(euicc_describe_profile(g.card, 0, &p), EUICC_OK);
    ck_assert_uint_eq(p.size, empty - full);
    es10(&g, "BF33(5A(" ICCID_1 "))", "BF3303800100");
    ck_assert_uint_eq(free_memory(&g), empty);
    card_free(&g);
    card_new(&g, "memory_size = 400\n", NULL); /* no profile fits */
    ck_assert(lpa_get_euicc_info2(&g.lpa));
    in = buf_slice(&g.lpa.response);
    ck_assert(tlv_next(&in, &info) && tlv_find(info.value, 0x88, &t));
    assert_hex(t.value, "025C", "rspCapability without additionalProfile");
    card_free(&g);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("es10c_information");
    TCase *tests = tcase_create("information");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 20);
    tcase_add_test(tests, test_nickname);
    tcase_add_test(tests, test_small);
    tcase_add_test(tests, test_no_crl);
    tcase_add_loop_test(tests, test_rat, 0, sizeof rats / sizeof *rats);
    tcase_add_test(tests, test_info);
    tcase_add_test(tests, test_info_personality);
    tcase_add_test(tests, test_info_changes);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
