/* What differs between SGP.32 v1.0, v1.1 and v1.2 on the wire: one row a difference, with the answer of each version.
 */
#include "iot_local_common.h"

#define UNKNOWN(tag) "=6A88", "STORE DATA", "SGP.22 5.7.2", "the tag of a function", tag, 0
#define VERSIONS 3

static struct iot t;
static const char *const personalities[VERSIONS] = {"iot-1.0", "iot-1.1", "iot"};

static void tear_down(void)
{
    iot_end(&t);
}

/* ---- functions that v1.0 does not have ---- */

static const struct {
    struct row old;     /* v1.0 */
    const char *answer; /* since v1.1, on an empty card */
    const char *function, *clause, *expected, *came;
} functions[] = {
    {{"IpaeActivation", "BF42(80020780)", UNKNOWN("BF42")},
     "BF4203800101",
     "LpaeActivation",
     "SGP.22 5.7.1",
     "no activation of an LPAe or IPAe",
     "options 1"},
    {{"EnableEmergencyProfile", "BF5B(800100)", UNKNOWN("BF5B")},
     "BF5B03800108",
     "ES10b.EnableEmergencyProfile",
     "SGP.32 5.9.22",
     "ecallSupported and an Emergency Profile",
     "neither"},
    {{"DisableEmergencyProfile", "BF5C(800100)", UNKNOWN("BF5C")},
     "BF5C03800102",
     "ES10b.DisableEmergencyProfile",
     "SGP.32 5.9.23",
     "the enabled Emergency Profile",
     "another state"},
    {{"ExecuteFallbackMechanism", "BF5D(800100)", UNKNOWN("BF5D")},
     "BF5D03800107",
     "ES10b.ExecuteFallbackMechanism",
     "SGP.32 5.9.20",
     "an enabled profile",
     "none"},
    {{"ReturnFromFallback", "BF5E(800100)", UNKNOWN("BF5E")},
     "BF5E03800106",
     "ES10b.ReturnFromFallback",
     "SGP.32 5.9.21",
     "the enabled Fallback Profile",
     "another state"},
    {{"GetConnectivityParameters", "BF5F00", UNKNOWN("BF5F")},
     "BF5F03810101",
     "ES10b.GetConnectivityParameters",
     "SGP.32 5.9.24",
     "an enabled profile with HTTPS parameters",
     "none"},
    {{"SetDefaultDpAddress", "BF65(80(78))", UNKNOWN("BF65")}, "BF6503800100", NULL, NULL, NULL, NULL},
};

START_TEST(test_functions)
{
    int which = _i / VERSIONS;
    iot_begin(&t, personalities[_i % VERSIONS], NULL);
    if (_i % VERSIONS == 0) {
        es10_row(&t.f, &functions[which].old);
        return;
    }
    es10_row(&t.f, &(struct row){functions[which].old.what, functions[which].old.request, functions[which].answer,
                                 functions[which].function, functions[which].clause, functions[which].expected,
                                 functions[which].came, NO_OFFSET});
}
END_TEST

/* ---- local functions whose form or codes differ ---- */

#define KEY                                                                                                            \
    "A5(A0(30(06072A8648CE3D0201 06082A8648CE3D030107) 03(00"                                                          \
    "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"                                               \
    "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)))"
static const struct {
    const char *what;
    const char *request;
    const char *answers[VERSIONS];
    const char *function, *clause, *expected, *came;
} locals[] = {
    {"AddInitialEim, commandError",
     "BF57(A0(30(830101)))",
     {"BF570381017F", "BF5703810107", "BF5703810107"},
     "ES10b.AddInitialEim",
     "SGP.32 3.5.1.1, 5.9.4",
     "eimId of 1 to 128 bytes",
     "another one"},
    {"AddInitialEim, invalidAssociationToken",
     "BF57(A0(30(8001 61 830101 840105" KEY ")))",
     {"BF5703810105", "BF5703810105", "BF5703810105"},
     "ES10b.AddInitialEim",
     "SGP.32 3.5.1.1, 5.9.4",
     "associationToken -1 or none",
     "another one"},
};

START_TEST(test_locals)
{
    int which = _i / VERSIONS;
    iot_begin(&t, personalities[_i % VERSIONS], NULL);
    es10_row(&t.f, &(struct row){locals[which].what, locals[which].request, locals[which].answers[_i % VERSIONS],
                                 locals[which].function, locals[which].clause, locals[which].expected,
                                 locals[which].came, NO_OFFSET});
}
END_TEST

/* AddInitialEim again: 2 in all of them (v1.0 has another name for it). */
START_TEST(test_add_again)
{
    iot_begin(&t, personalities[_i], NULL);
    iot_associate(&t, true);
    es10_row(&t.f, &(struct row){"again", "BF57(A0(30(8001 61 830101" KEY ")))", "BF5703810102", "ES10b.AddInitialEim",
                                 "SGP.32 5.9.4", "no associated eIM", "1", NO_OFFSET});
}
END_TEST

/* The defaults of absent members are v1.2's; nothing of the counter in any. */
START_TEST(test_defaults)
{
    iot_begin(&t, personalities[_i], NULL);
    es10(&t.f, "BF57(A0(30(8001 61 830101" KEY ")))", "BF57(A0(0500))");
    es10(&t.f, "BF5500",
         _i == 2 ? "BF55(A0(30(8001 61 820103" KEY "87020308 8814 F54172BDF98A95D65CBEB88A38A1C11D800A85C3)))"
                 : "BF55(A0(30(8001 61" KEY ")))");
}
END_TEST

/* ImmediateEnable: no refreshFlag in v1.0, demanded later. */
START_TEST(test_immediate)
{
    iot_begin(&t, personalities[_i], NULL);
    if (_i == 0)
        es10_row(&t.f, &(struct row){"v1.0", "BF5A00", "BF5A03800101", "ES10b.ImmediateEnable", "SGP.32 5.9.15",
                                     "immediate enabling configured", "not so", NO_OFFSET});
    else
        es10_row(&t.f, &(struct row){"v1.1", "BF5A00", "=6A80", "ES10b.ImmediateEnable", "SGP.32 5.9.15",
                                     "refreshFlag 80 01", "none", 0});
}
END_TEST

/* ---- packages ---- */

#define RESULT(old, later)                                                                                             \
    {                                                                                                                  \
        old, later, later                                                                                              \
    }
static const struct {
    const char *what;
    bool eco;
    const char *list;
    const char *results[VERSIONS];
    const char *clause, *expected, *came; /* of the refusal */
} packages[] = {
    {"setFallbackAttribute", false, "A8(5A(" ICCID_1 "))", RESULT("020102", "8D0102"), NULL, NULL, NULL},
    {"unsetFallbackAttribute", false, "A900", RESULT("020102", "8E0102"), NULL, NULL, NULL},
    {"setDefaultDpAddress", false, "BF65(80(78))", RESULT("020102", "BF65(800100)"), NULL, NULL, NULL},
    {"a later operation after a good one", false, "BF2D(5C(95)) A900",
     RESULT("BF2D(A0(E3(950102)E3(950102)E3(950102)E3(950102))) 020102",
            "BF2D(A0(E3(950102)E3(950102)E3(950102)E3(950102))) 8E0102"),
     NULL, NULL, NULL},
    {"enable: unknown", false, "A3(5A(" ICCID_UNKNOWN "))", RESULT("830101", "830101"), "SGP.32 3.4.1",
     "an installed profile", "an ICCID of none"},
    {"enable: enabled", false, "A3(5A(" ICCID_1 "))", RESULT("830102", "830102"), "SGP.32 3.4.1", "a disabled profile",
     "the enabled one"},
    {"disable: PPR1", false, "A4(5A(" ICCID("05") "))", RESULT("84017F", "840103"), "SGP.32 3.4.2",
     "a profile that may be disabled", "one with PPR1"},
    {"enable: PPR1 of the enabled one", false, "A3(5A(" ICCID_1 "))", RESULT("83017F", "830103"), "SGP.32 3.4.1",
     "an enabled profile that may be disabled", "one with PPR1"},
    {"delete: PPR2", false, "A5(5A(" ICCID("06") "))", RESULT("85017F", "850103"), "SGP.32 3.4.3",
     "a profile that may be deleted", "one with PPR2"},
    {"delete: target of the rollback", false, "A3(5A(" ICCID_2 ") 0500) A5(5A(" ICCID_1 "))",
     RESULT("830100 85017F", "830100 850114"), "SGP.32 3.4.3", "a profile that no rollback needs", "its target"},
    {"enable: nothing to roll back to", false, "A3(5A(" ICCID_2 ") 0500)", RESULT("83017F", "830114"), "SGP.32 3.4.1",
     "an enabled profile to roll back to", "none"},
    {"addEim: exists", true, "A8(80(65696D31) 830101" KEY ")", RESULT("A8(020107)", "A8(020102)"),
     "SGP.32 3.5.1.1, 5.9.4", "an eimId that is not associated", "one that is"},
    {"listEim", true, "AB00", RESULT("AB(A0(30(80(65696D31) 840102)))", "AB(A0(30(80(65696D31) 820102)))"), NULL, NULL,
     NULL},
    {"enable, list", false, "A3(5A(" ICCID_2 ")) BF2D00", RESULT("830100 BF2D(81017F)", "830100 BF2D(81010B)"),
     "SGP.32 2.11.1.1.3", "listProfileInfo before any change", "after one"},
};

START_TEST(test_packages)
{
    int which = _i / VERSIONS;
    const char *list = packages[which].list;
    iot_standard(&t, personalities[_i % VERSIONS], NULL);
    if (strstr(packages[which].what, "PPR1")) {
        iot_install(&t, ICCID("05"), NULL, RULE_PPR1);
        iot_psmo(&t, "A3(5A(" ICCID("05") "))", "830100");
    }
    if (strstr(packages[which].what, "PPR2")) iot_install(&t, ICCID("06"), NULL, RULE_PPR2);
    if (strstr(packages[which].what, "nothing to roll back")) iot_psmo(&t, "A4(5A(" ICCID_1 "))", "840100");
    if (packages[which].eco)
        iot_eco(&t, list, packages[which].results[_i % VERSIONS]);
    else
        iot_psmo(&t, list, packages[which].results[_i % VERSIONS]);
    if (packages[which].clause)
        iot_reason(&t, "ES10b.LoadEuiccPackage", packages[which].clause, packages[which].expected,
                   packages[which].came);
}
END_TEST

/* The unsigned error: eimTransactionId since v1.1; the token in all of them; nothing else. */
START_TEST(test_unsigned)
{
    static const uint8_t id[] = {0xaa, 0xbb};
    const struct eim_op op = {.kind = EIM_OP_RAT};
    const struct eim_order order = {.ops = &op, .n = 1, .transaction_id = SLICE(id), .spoil.signature_bit = true};
    EIM_PACKAGE_LOCAL package = {0};
    iot_begin(&t, personalities[_i], NULL);
    iot_associate(&t, true);
    ck_assert(eim_sign(&t.eim, &order, &package));
    ck_assert(ipa_load_euicc_package(&t.ipa, buf_slice(&package.request)));
    assert_hex(buf_slice(&t.ipa.lpa.response),
               _i == 0 ? "BF51(A2(80(65696D31) 840101))" : "BF51(A2(80(65696D31) 82(AABB) 840101))", "unsigned error");
    iot_reason(&t, "ES10b.LoadEuiccPackage", "SGP.32 2.11.1.1", "eimSignature over euiccPackageSigned", "token 1");
}
END_TEST

/* RetrieveNotificationsList without a criterion: notifications in A0 although results wait, in v1.0 too. */
START_TEST(test_retrieve)
{
    iot_begin(&t, personalities[_i], NULL);
    iot_associate(&t, true);
    iot_psmo(&t, "AF00", "020102");
    es10(&t.f, "BF2B00", "BF2B02A000");
}
END_TEST

/* A grant ends with fallback and emergency in v1.1 as in v1.2, with refreshFlag or without. */
START_TEST(test_grant)
{
    struct slice result;
    iot_standard(&t, _i < 4 ? "iot-1.1" : "iot", NULL);
    iot_psmo(&t, "A8(5A(" ICCID_2 "))", "8D0100");
    iot_psmo(&t, "A3(5A(" ICCID_3 ") 0500)", "830100");
    bool refresh = _i & 1;
    ck_assert_int_eq(_i & 2 ? ipa_execute_fallback(&t.ipa, refresh) : ipa_enable_emergency_profile(&t.ipa, refresh), 0);
    ck_assert_int_eq(ipa_profile_rollback(&t.ipa, false, &result), 1);
}
END_TEST

/* euicc_describe: the version by name, for people. */
START_TEST(test_description)
{
    static const char *const names[VERSIONS] = {"1.0", "1.1", "1.2"};
    struct euicc_description d;
    iot_begin(&t, personalities[_i], NULL);
    ck_assert_int_eq(euicc_describe(t.f.card, &d), EUICC_OK);
    ck_assert_str_eq(d.sgp32_version, names[_i]);
    ck_assert_uint_eq(d.eim_count, 0);
    iot_associate(&t, true);
    iot_psmo(&t, "AF00", "020102");
    ck_assert_int_eq(euicc_describe(t.f.card, &d), EUICC_OK);
    ck_assert_uint_eq(d.eim_count, 1);
    ck_assert_uint_eq(d.package_result_count, 1);
}
END_TEST

#define N(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    Suite *suite = suite_create("iot_versions");
    TCase *tests = tcase_create("versions");
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_functions, 0, VERSIONS * N(functions));
    tcase_add_loop_test(tests, test_locals, 0, VERSIONS * N(locals));
    tcase_add_loop_test(tests, test_add_again, 0, VERSIONS);
    tcase_add_loop_test(tests, test_defaults, 0, VERSIONS);
    tcase_add_loop_test(tests, test_immediate, 0, VERSIONS);
    tcase_add_loop_test(tests, test_packages, 0, VERSIONS * N(packages));
    tcase_add_loop_test(tests, test_unsigned, 0, VERSIONS);
    tcase_add_loop_test(tests, test_retrieve, 0, VERSIONS);
    tcase_add_loop_test(tests, test_grant, 0, 8);
    tcase_add_loop_test(tests, test_description, 0, VERSIONS);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
