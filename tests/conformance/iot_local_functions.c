/* Local functions of SGP.32 that change no profile state: AddInitialEim (5.9.4), GetEimConfigurationData (5.9.18),
 * GetCerts (5.9.10), SetDefaultDpAddress (5.9.25), IpaeActivation, and what an IoT card does not know. */
#include "iot_local_common.h"

#include <stdio.h>

/* The generator point of P-256 is a public key like any other: that of the private key 1. */
#define POINT                                                                                                          \
    "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"                                               \
    "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"
#define SPKI "30(06072A8648CE3D0201 06082A8648CE3D030107) 03(00" POINT ")"
#define KEY "A5(A0(" SPKI "))"
#define CI_NIST "F54172BDF98A95D65CBEB88A38A1C11D800A85C3"
#define ID "80(65494D)"
#define FQDN "81(652E78)"
#define ONE(members) "BF57(A0(30(" members ")))"
#define REFUSED(code) "BF57038101" code
#define ADD_SAYS "ES10b.AddInitialEim", "SGP.32 3.5.1.1, 5.9.4"
#define ALL "BF5500"

static struct iot t;

static void set_up(void)
{
    iot_begin(&t, "iot", NULL);
}

static void tear_down(void)
{
    iot_end(&t);
}

static void again(const char *personality, const char *lines)
{
    iot_end(&t);
    iot_begin(&t, personality, lines);
}

/* ---- AddInitialEim: refusals, each for one thing ---- */

static const struct row refusals[] = {
    {"no eIM in the list", "BF57(A0())", REFUSED("07"), "ES10b.AddInitialEim", "SGP.32 5.9.4", "at least one eIM",
     "none", NO_OFFSET},
    {"no eimId", ONE("830101" KEY), REFUSED("07"), ADD_SAYS, "eimId of 1 to 128 bytes", "another", NO_OFFSET},
    {"empty eimId", ONE("8000 830101" KEY), REFUSED("07"), ADD_SAYS, "eimId of 1 to 128 bytes", "another", NO_OFFSET},
    {"no counterValue", ONE(ID KEY), REFUSED("07"), ADD_SAYS, "counterValue", "none", NO_OFFSET},
    {"no key", ONE(ID "830101"), REFUSED("07"), ADD_SAYS, "eimPublicKeyData with a key on a curve of the card", "none",
     NO_OFFSET},
    {"a key on another curve", ONE(ID "830101 A5(A0(30(06072A8648CE3D0201 06052B81040022) 03(00" POINT ")))"),
     REFUSED("07"), ADD_SAYS, "eimPublicKeyData with a key on a curve of the card", "none", NO_OFFSET},
    {"a point beside the curve",
     ONE(ID "830101 A5(A0(30(06072A8648CE3D0201 06082A8648CE3D030107) 03("
            "00046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
            "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F6)))"),
     REFUSED("07"), ADD_SAYS, "eimPublicKeyData with a key on a curve of the card", "none", NO_OFFSET},
    {"row 82: token 7", ONE(ID "830101 840107" KEY), REFUSED("05"), ADD_SAYS, "associationToken -1 or none", "another",
     NO_OFFSET},
    {"token 0", ONE(ID "830101 840100" KEY), REFUSED("05"), ADD_SAYS, "associationToken -1 or none", "another",
     NO_OFFSET},
    {"token -2", ONE(ID "830101 8401FE" KEY), REFUSED("05"), ADD_SAYS, "associationToken -1 or none", "another",
     NO_OFFSET},
    {"counterValue 8388608", ONE(ID "830400800000" KEY), REFUSED("06"), ADD_SAYS, "counterValue 0 to 8388607",
     "another", NO_OFFSET},
    {"counterValue -1", ONE(ID "8301FF" KEY), REFUSED("06"), ADD_SAYS, "counterValue 0 to 8388607", "another",
     NO_OFFSET},
    {"a CI that the card does not sign under", ONE(ID "830101" KEY "88(0102030405060708090A0B0C0D0E0F1011121314)"),
     REFUSED("03"), ADD_SAYS, "euiccCiPKId of euiccCiPKIdListForSigning", "another", NO_OFFSET},
    {"members out of order", ONE("830101" ID KEY), REFUSED("07"), "ES10b.AddInitialEim", "SGP.32 2.11.1.1.1",
     "EimConfigurationData in order", "other bytes", NO_OFFSET},
    {"the certificate for TLS has an indefinite length inside", ONE(ID "830101" KEY "A6(A1(30(3080 0403020102)))"),
     REFUSED("07"), "ES10b.AddInitialEim", "SGP.32 2.11.1.1.1", "EimConfigurationData in order", "other bytes",
     NO_OFFSET},
    {"a length inside the certificate for TLS is not minimal", ONE(ID "830101" KEY "A6(A1(30(04810101)))"),
     REFUSED("07"), "ES10b.AddInitialEim", "SGP.32 2.11.1.1.1", "EimConfigurationData in order", "other bytes",
     NO_OFFSET},
    {"an eimId twice in the list", "BF57(A0(30(" ID "830101" KEY ") 30(" ID "830102" KEY ")))", REFUSED("07"), ADD_SAYS,
     "an eimId that is not associated", "one that is", NO_OFFSET},
    {"row 81: the second entry is bad", "BF57(A0(30(" ID "830101 8401FF" KEY ") 30(8001 61 830101)))", REFUSED("07"),
     ADD_SAYS, "eimPublicKeyData with a key on a curve of the card", "none", NO_OFFSET},
    {"another tag in the list", "BF57(A0(31(" ID "830101" KEY ")))", REFUSED("07"), "ES10b.AddInitialEim",
     "SGP.32 5.9.4", "EimConfigurationData 30", "another object", NO_OFFSET},
    {"no list", "BF5700", "=6A80", "ES10b.AddInitialEim", "SGP.32 5.9.4", "eimConfigurationDataList A0",
     "another object", 0},
    {"another list", "BF57(A1(30(" ID "830101" KEY ")))", "=6A80", "ES10b.AddInitialEim", "SGP.32 5.9.4",
     "eimConfigurationDataList A0", "another object", 0},
};

START_TEST(test_add_refused)
{
    size_t commits = t.f.commits;
    es10_row(&t.f, &refusals[_i]);
    ck_assert_uint_eq(t.f.commits, commits);
    es10(&t.f, ALL, "BF5502A000");
    es10(&t.f, ONE(ID "830101" KEY), "BF57(A0(0500))"); /* and a good one works at once */
}
END_TEST

START_TEST(test_add_many)
{
    static const struct row row = {"full",
                                   "BF57(A0(30(8001 61 830101" KEY ")30(8001 62 830101" KEY ")30(8001 63 830101" KEY
                                   ")))",
                                   REFUSED("01"),
                                   ADD_SAYS,
                                   "fewer than eims_max eIMs",
                                   "as many",
                                   NO_OFFSET};
    again("iot", "eims_max = 2\n");
    es10_row(&t.f, &row);
    es10(&t.f, ALL, "BF5502A000");
    es10(&t.f, "BF57(A0(30(8001 61 830101 8401FF" KEY ")30(8001 62 830101" KEY ")))", "BF57(A0(840101 0500))");
}
END_TEST

/* Row 80: whatever the list says, as soon as there is one. */
START_TEST(test_add_again)
{
    static const struct row rows[] = {
        {"first", ONE(ID "830101" KEY), "BF57(A0(0500))", FINE},
        {"row 80", ONE(ID "830101" KEY), "BF5703810102", "ES10b.AddInitialEim", "SGP.32 5.9.4", "no associated eIM",
         "1", NO_OFFSET},
        {"row 80: another one", ONE("8001 61 830101" KEY), "BF5703810102", "ES10b.AddInitialEim", "SGP.32 5.9.4",
         "no associated eIM", "1", NO_OFFSET},
        {"row 80: an empty list", "BF57(A0())", "BF5703810102", "ES10b.AddInitialEim", "SGP.32 5.9.4",
         "no associated eIM", "1", NO_OFFSET},
    };
    es10_rows(&t.f, ROWS(rows));
}
END_TEST

/* The token generator is never reset and its tokens never come again, also after row 81's failure and a power cut. */
START_TEST(test_tokens)
{
    es10(&t.f, ONE(ID "830101 8401FF" KEY), "BF57(A0(840101))");
    es10(&t.f, "BF64(82020204)", "BF64(800100 810100)");
    iot_cut(&t);
    es10(&t.f, "BF57(A0(30(" ID "830101 8401FF" KEY ")30(8001 62 830101" KEY ")30(8001 61 830101 8401FF" KEY ")))",
         "BF57(A0(840102 0500 840103))");
    es10(&t.f, "BF64(82020204)", "BF64(800100 810100)");
    es10_row(&t.f, &refusals[15]);
    BUF_LOCAL request = {0};
    put_hex(&request, ONE(ID "830101 8401FF" KEY));
    struct ipa_added added;
    ck_assert_int_eq(ipa_add_initial_eim(&t.ipa, buf_slice(&request), &added), 0);
    ck_assert_uint_eq(added.n, 1);
    ck_assert_int_ge(added.tokens[0], 4);
}
END_TEST

/* Counters at both ends, brainpool, a certificate, and what known senders do wrong (lenient_encodings). */
static const struct {
    const char *what;
    const char *members;
    const char *stored; /* in v1.2, with its defaults */
} good[] = {
    {"the least", ID "830101" KEY, ID "820103" KEY "87020308 8814" CI_NIST},
    {"counter 0 and the greatest", ID "83037FFFFF" KEY, ID "820103" KEY "87020308 8814" CI_NIST},
    {"all members", ID FQDN "820101 830100" KEY "A6(A0(" SPKI ")) 870204F0 8814" CI_NIST "8900 AA(0401AA)",
     ID FQDN "820101" KEY "A6(A0(" SPKI ")) 870204F0 8814" CI_NIST "8900 AA(0401AA)"},
    {"a member of a later version", ID "830101" KEY "8B0155", ID "820103" KEY "87020308 8814" CI_NIST "8B0155"},
    {"FQDN as eimIdType", ID "820102 830101" KEY, ID "820102" KEY "87020308 8814" CI_NIST},
    {"brainpool",
     ID "830101 A5(A0(30(06072A8648CE3D0201 06092B2403030208010107) 03(00"
        "048BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262"
        "547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997)))",
     ID "820103 A5(A0(30(06072A8648CE3D0201 06092B2403030208010107) 03(00"
        "048BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262"
        "547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997))) 87020308 8814" CI_NIST},
    {"the 30 of the key kept", ID "830101 A5(A0(30(" SPKI ")))",
     ID "820103 A5(A0(30(" SPKI "))) 87020308 8814" CI_NIST},
};

/* Row 90: byte by byte what was sent, with the defaults of v1.2, without the counter; by eimId too. */
START_TEST(test_configuration)
{
    char text[2048];
    (void)snprintf(text, sizeof text, ONE("%s"), good[_i].members);
    es10(&t.f, text, "BF57(A0(0500))");
    (void)snprintf(text, sizeof text, "BF55(A0(30(%s)))", good[_i].stored);
    es10(&t.f, ALL, text);
    es10(&t.f, "BF55(A0(" ID "))", text);
    iot_cut(&t);
    es10(&t.f, ALL, text);
    again("iot-1.1", NULL); /* no defaults: absent stays absent */
    (void)snprintf(text, sizeof text, ONE("%s"), good[0].members);
    es10(&t.f, text, "BF57(A0(0500))");
    es10(&t.f, ALL, "BF55(A0(30(" ID KEY ")))");
}
END_TEST

/* The certificate of an eIM: only its key is used, its bytes come back. */
START_TEST(test_certificate)
{
    const struct eim_config config = {
        .id = "eIM", .curve = TEST_BP256, .seed = slice_text("c"), .certificate = true, .version = SGP32_1_2};
    struct eim *eim = &t.eim;
    ck_assert(eim_init(eim, &config));
    ck_assert_msg(ipa_associate(&t.ipa, &eim, 1, _i == 1, t.f.dp->config.anchors, t.f.dp->config.anchor_count), "%s",
                  t.ipa.lpa.error);
    iot_psmo(&t, "A600", "A6(30(80020560 A1(30(8003EEEEEE 8100 8200)) 82020780))");
}
END_TEST

/* The token stands in its place; several eIMs in the order of association; row 89. */
START_TEST(test_configurations)
{
    static const struct row rows[] = {
        {"none", ALL, "BF5502A000", FINE},
        {"none by eimId", "BF55(A0(" ID "))", "BF5502A000", FINE},
        {"add", "BF57(A0(30(8001 62 81(78) 830105 8401FF" KEY ")30(8001 61 830105" KEY ")))", "BF57(A0(840101 0500))",
         FINE},
        {"all", ALL,
         "BF55(A0(30(8001 62 81(78) 820103 840101" KEY "87020308 8814" CI_NIST ")30(8001 61 820103" KEY
         "87020308 8814" CI_NIST ")))",
         FINE},
        {"one", "BF55(A0(8001 61))", "BF55(A0(30(8001 61 820103" KEY "87020308 8814" CI_NIST ")))", FINE},
        {"row 89: unknown", "BF55(A0(8001 63))", "BF5502A000", FINE},
        {"row 89: other case", "BF55(A0(8001 41))", "BF5502A000", FINE},
        {"another criterion", "BF55(A0(810161))", "=6A80", "ES10b.GetEimConfigurationData", "SGP.32 5.9.18", "eimId 80",
         "another object", 3},
        {"empty criterion", "BF55(A000)", "=6A80", "ES10b.GetEimConfigurationData", "SGP.32 5.9.18", "eimId 80",
         "another object", 3},
    };
    es10_rows(&t.f, ROWS(rows));
}
END_TEST

/* ---- GetCerts ---- */

/* The certificates of each CI, their own 30 replaced; the double checks the chain. */
START_TEST(test_certs)
{
    IPA_CERTIFICATES_LOCAL first = {0};
    struct pki_certificate card;
    const char *why = "";
    struct euicc_ci_description ci;
    size_t signing = 0;
    ck_assert_int_eq(ipa_get_certs(&t.ipa, (struct slice){0}, &first), 0);
    ck_assert(pki_check_euicc(buf_slice(&first.euicc), buf_slice(&first.eum), &t.f.dp->config.anchors[0], &card, &why));
    ck_assert_str_eq(card.eid, EID);
    for (size_t i = 0; euicc_describe_ci(t.f.card, i, &ci) == EUICC_OK; i++) {
        IPA_CERTIFICATES_LOCAL one = {0};
        BUF_LOCAL id = {0};
        bool good_chain = false;
        put_hex(&id, ci.ci_pk_id);
        int code = ipa_get_certs(&t.ipa, buf_slice(&id), &one);
        ck_assert_int_eq(code, ci.signs ? 0 : 1);
        if (!ci.signs) continue;
        signing++;
        for (size_t k = 0; k < t.f.dp->config.anchor_count; k++)
            good_chain = good_chain || pki_check_euicc(buf_slice(&one.euicc), buf_slice(&one.eum),
                                                       &t.f.dp->config.anchors[k], &card, &why);
        ck_assert_msg(good_chain, "%s: %s", ci.ci_pk_id, why);
    }
    ck_assert_uint_ge(signing, 2);
}
END_TEST

START_TEST(test_certs_unknown)
{
    static const struct row rows[] = {
        {"row 91", "BF56(80(0102030405060708090A0B0C0D0E0F1011121314))", "BF5603810101", "ES10b.GetCerts",
         "SGP.32 5.9.10", "euiccCiPKId of euiccCiPKIdListForSigning", "another one", NO_OFFSET},
        {"row 91: empty", "BF56(8000)", "BF5603810101", "ES10b.GetCerts", "SGP.32 5.9.10",
         "euiccCiPKId of euiccCiPKIdListForSigning", "another one", NO_OFFSET},
        {"row 91: one byte less", "BF56(80(F54172BDF98A95D65CBEB88A38A1C11D800A85))", "BF5603810101", "ES10b.GetCerts",
         "SGP.32 5.9.10", "euiccCiPKId of euiccCiPKIdListForSigning", "another one", NO_OFFSET},
        {"another member", "BF56(810100)", "=6A80", "ES10b.GetCerts", "SGP.32 5.9.10", "member 80", "81", 0},
    };
    es10_rows(&t.f, ROWS(rows));
    IPA_CERTIFICATES_LOCAL right = {0};
    BUF_LOCAL sloppy = {0};
    put_hex(&sloppy, "BF56(04(" CI_NIST "))"); /* a known sender */
    BUF_LOCAL id = {0};
    put_hex(&id, CI_NIST);
    ck_assert_int_eq(ipa_get_certs(&t.ipa, buf_slice(&id), &right), 0);
    BUF_LOCAL kept = {0};
    buf_append(&kept, buf_slice(&t.ipa.lpa.response));
    ck_assert(ipa_call(&t.ipa, buf_slice(&sloppy)));
    ck_assert(slice_equal(buf_slice(&kept), buf_slice(&t.ipa.lpa.response)));
}
END_TEST

/* ---- SetDefaultDpAddress ---- */

START_TEST(test_default_dp)
{
    static const struct row rows[] = {
        {"set", "BF65(80(736D64702E78))", "BF6503800100", FINE},
        {"there", "BF3C00", "BF3C(80(736D64702E78) 81(74657374726F6F74736D64732E67736D612E636F6D))", FINE},
        {"a known sender", "BF65(0C(79))", "BF6503800100", FINE},
        {"there", "BF3C00", "BF3C(80(79) 81(74657374726F6F74736D64732E67736D612E636F6D))", FINE},
        {"not UTF-8", "BF65(80(FF))", "BF650380017F", "ES10b.SetDefaultDpAddress", "SGP.32 5.9.25",
         "an address in UTF-8 of at most 255 bytes", "1 bytes", NO_OFFSET},
        {"unchanged", "BF3C00", "BF3C(80(79) 81(74657374726F6F74736D64732E67736D612E636F6D))", FINE},
        {"no member", "BF6500", "=6A80", "ES10b.SetDefaultDpAddress", "SGP.32 5.9.25", "defaultDpAddress 80", "nothing",
         0},
        {"another member", "BF65(81(79))", "=6A80", "ES10b.SetDefaultDpAddress", "SGP.32 5.9.25", "member 80", "81", 0},
        {"removed", "BF65(8000)", "BF6503800100", FINE},
        {"gone", "BF3C00", "BF3C(81(74657374726F6F74736D64732E67736D612E636F6D))", FINE},
    };
    es10_rows(&t.f, ROWS(rows));
    iot_associate(&t, false); /* no eIM restricts the local function */
    es10(&t.f, "BF65(80(7A))", "BF6503800100");
    iot_psmo(&t, "BF65(8000)", "BF65(800100)");
    es10(&t.f, "BF3C00", "BF3C(81(74657374726F6F74736D64732E67736D612E636F6D))");
}
END_TEST

/* ---- IpaeActivation ---- */

START_TEST(test_ipae)
{
    static const struct row without = {"without IPAe",   "BF42(80020780)", "BF4203800101",
                                       "LpaeActivation", "SGP.22 5.7.1",   "no activation of an LPAe or IPAe",
                                       "options 1",      NO_OFFSET};
    es10_row(&t.f, &without);
    again("iot", "ipae = yes\n");
    es10(&t.f, "BF42(80020780)", "BF4203800100");
}
END_TEST

/* ---- what an IoT card refuses or does not know ---- */

#define FOREIGN "SGP.32 5.9", "a function of an IoT eUICC"
static const struct row foreign[] = {
    {"row 98: EnableProfile", "BF31(A0(5A(" ICCID_1 ")) 8101FF)", "BF310380017F", "ES10c.EnableProfile", FOREIGN,
     "ES10c.EnableProfile", NO_OFFSET},
    {"row 98: DisableProfile", "BF32(A0(5A(" ICCID_1 ")) 8101FF)", "BF320380017F", "ES10c.DisableProfile", FOREIGN,
     "ES10c.DisableProfile", NO_OFFSET},
    {"row 98: DeleteProfile", "BF33(5A(" ICCID_1 "))", "BF330380017F", "ES10c.DeleteProfile", FOREIGN,
     "ES10c.DeleteProfile", NO_OFFSET},
    {"row 98: damaged", "BF3100", "BF310380017F", "ES10c.EnableProfile", FOREIGN, "ES10c.EnableProfile", NO_OFFSET},
    {"SetNickname", "BF29(5A(" ICCID_1 ") 90(78))", "=6A88", "STORE DATA", "SGP.22 5.7.2", "the tag of a function",
     "BF29", 0},
    {"ES10a.SetDefaultDpAddress", "BF3F(80(78))", "=6A88", "STORE DATA", "SGP.22 5.7.2", "the tag of a function",
     "BF3F", 0},
    {"TransferEimPackage", "BF4E00", "=6A88", "STORE DATA", "SGP.22 5.7.2", "the tag of a function", "BF4E", 0},
    {"GetEimPackage", "BF4F00", "=6A88", "STORE DATA", "SGP.22 5.7.2", "the tag of a function", "BF4F", 0},
    {"ProvideEimPackageResult", "BF5000", "=6A88", "STORE DATA", "SGP.22 5.7.2", "the tag of a function", "BF50", 0},
    {"IpaEuiccData", "BF5200", "=6A88", "STORE DATA", "SGP.22 5.7.2", "the tag of a function", "BF52", 0},
    {"EimAcknowledgements", "BF5300", "=6A88", "STORE DATA", "SGP.22 5.7.2", "the tag of a function", "BF53", 0},
    {"ProfileDownloadTrigger", "BF5400", "=6A88", "STORE DATA", "SGP.22 5.7.2", "the tag of a function", "BF54", 0},
    {"a tag of nobody", "BF6600", "=6A88", "STORE DATA", "SGP.22 5.7.2", "the tag of a function", "BF66", 0},
};

START_TEST(test_foreign)
{
    iot_install(&t, ICCID_1, NULL, 0);
    iot_install(&t, ICCID_2, NULL, 0);
    size_t commits = t.f.commits;
    es10_rows(&t.f, ROWS(foreign));
    ck_assert_uint_eq(t.f.commits, commits);
    iot_enabled(&t, NULL);
    ck_assert_int_eq(state_of(&t.f, ICCID_1), 0);
}
END_TEST

/* refreshFlag and the other members of the functions that switch: absent, empty, two bytes, another tag, and the forms
 * of known senders. */
START_TEST(test_refresh_flag)
{
    static const struct {
        uint8_t tag;
        const char *function, *clause, *answer;
    } functions[] = {
        {0x58, "ES10b.ProfileRollback", "SGP.32 5.9.16", "020101"},
        {0x5a, "ES10b.ImmediateEnable", "SGP.32 5.9.15", "800101"},
        {0x5b, "ES10b.EnableEmergencyProfile", "SGP.32 5.9.22", "800108"},
        {0x5c, "ES10b.DisableEmergencyProfile", "SGP.32 5.9.23", "800102"},
        {0x5d, "ES10b.ExecuteFallbackMechanism", "SGP.32 5.9.20", "800107"},
        {0x5e, "ES10b.ReturnFromFallback", "SGP.32 5.9.21", "800106"},
    };
    static const struct {
        const char *what, *members, *expected, *came;
    } wrong[] = {
        {"absent", "", "refreshFlag 80 01", "none"},
        {"empty", "8000", "refreshFlag 80 01", "another length"},
        {"two bytes", "80020000", "refreshFlag 80 01", "another length"},
        {"another member", "8101FF", "member 80", "81"},
    };
    static const char *const right[] = {"800100", "8001FF", "800101", "0101FF", "010100", "8001FF 8100"};
    char request[64];
    char answer[64];
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
            (void)snprintf(request, sizeof request, "BF%02X(%s)", functions[i].tag, wrong[k].members);
            const struct row row = {wrong[k].what,       request,           "=6A80",       functions[i].function,
                                    functions[i].clause, wrong[k].expected, wrong[k].came, 0};
            es10_row(&t.f, &row);
        }
        for (size_t k = 0; k < sizeof right / sizeof *right; k++) {
            BUF_LOCAL bytes = {0};
            (void)snprintf(request, sizeof request, "BF%02X(%s)", functions[i].tag, right[k]);
            (void)snprintf(answer, sizeof answer, "BF%02X(%s)", functions[i].tag, functions[i].answer);
            put_hex(&bytes, request);
            ck_assert_msg(lpa_call(&t.ipa.lpa, buf_slice(&bytes)), "%s: %s", request, t.ipa.lpa.error);
            assert_hex(buf_slice(&t.ipa.lpa.response), answer, request);
        }
    }
    again("iot", "lenient_encodings = no\n");
    static const struct row strict[] = {
        {"refreshFlag as 01", "BF5D(0101FF)", "=6A80", "ES10b.ExecuteFallbackMechanism", "SGP.32 5.9.20", "member 80",
         "1", 0},
        {"address as 0C", "BF65(0C(78))", "=6A80", "ES10b.SetDefaultDpAddress", "SGP.32 5.9.25", "member 80", "C", 0},
        {"CI as 04", "BF56(04(" CI_NIST "))", "=6A80", "ES10b.GetCerts", "SGP.32 5.9.10", "member 80", "4", 0},
        {"key with its 30", ONE(ID "830101 A5(A0(30(" SPKI ")))"), REFUSED("07"), ADD_SAYS,
         "eimPublicKeyData with a key on a curve of the card", "none", NO_OFFSET},
    };
    es10_rows(&t.f, ROWS(strict));
}
END_TEST

#define N(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    Suite *suite = suite_create("iot_local_functions");
    TCase *tests = tcase_create("functions");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_add_refused, 0, N(refusals));
    tcase_add_test(tests, test_add_many);
    tcase_add_test(tests, test_add_again);
    tcase_add_test(tests, test_tokens);
    tcase_add_loop_test(tests, test_configuration, 0, N(good));
    tcase_add_loop_test(tests, test_certificate, 0, 2);
    tcase_add_test(tests, test_configurations);
    tcase_add_test(tests, test_certs);
    tcase_add_test(tests, test_certs_unknown);
    tcase_add_test(tests, test_default_dp);
    tcase_add_test(tests, test_ipae);
    tcase_add_test(tests, test_foreign);
    tcase_add_test(tests, test_refresh_flag);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
