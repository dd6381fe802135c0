/* The IPA double against a scripted card (script_card.h): each function's request byte by byte, and answers read
 * strictly. Needs no card of this project. Flows: test_ipa_flows.c, test_ipa_card.c. */
#include "ipa.h"
#include "script_card.h"

#include <stdlib.h>

static struct script script;
static struct ipa ipa;

static void start(enum sgp32_version version)
{
    const struct lpa_reader reader = {
        .ctx = &script, .transmit = script_transmit, .power = script_power, .reset = script_reset};
    const struct lpa_options options = {.channel = 1, .block_size = 120};
    script = (struct script){0};
    ipa_init(&ipa, &reader, &options, version);
    ck_assert_msg(lpa_open(&ipa.lpa), "%s", ipa.lpa.error);
}

static void stop(void)
{
    ipa_free(&ipa);
    script_free(&script);
}

/* ---- one function at a time ---- */

static int load(void)
{
    static const uint8_t package[] = {0xbf, 0x51, 0x00};
    return ipa_load_euicc_package(&ipa, SLICE(package)) ? 0 : -1;
}

static int rollback_true(void)
{
    struct slice result;
    return ipa_profile_rollback(&ipa, true, &result);
}

static int rollback_false(void)
{
    struct slice result;
    return ipa_profile_rollback(&ipa, false, &result);
}

static int certificates(void)
{
    static const uint8_t ci[] = {1, 2, 3};
    IPA_CERTIFICATES_LOCAL out = {0};
    int code = ipa_get_certs(&ipa, SLICE(ci), &out);
    if (code) return code;
    ck_assert_uint_eq(out.eum.p[0], 0x30);
    ck_assert_uint_eq(out.euicc.p[0], 0x30);
    return (int)(100 * out.eum.n + out.euicc.n);
}

static int configurations(void)
{
    struct ipa_eims eims;
    return ipa_get_eim_configuration_data(&ipa, NULL, &eims) ? (int)eims.n : -1;
}

static int configuration(void)
{
    struct ipa_eims eims;
    return ipa_get_eim_configuration_data(&ipa, "second.example", &eims) ? (int)eims.n : -1;
}

static int add(void)
{
    static const uint8_t request[] = {0xbf, 0x57, 0x02, 0xa0, 0x00};
    struct ipa_added added;
    int code = ipa_add_initial_eim(&ipa, SLICE(request), &added);
    return code ? code : (int)(10 * added.n) + (added.n ? (int)added.tokens[0] : 0);
}

static int configure(void)
{
    static const uint8_t oid[] = {0x88, 0x37, 0x0a};
    return ipa_configure_immediate_enable(&ipa, true, SLICE(oid), "a.b");
}

static int configure_off(void)
{
    return ipa_configure_immediate_enable(&ipa, false, slice_of(NULL, 0), NULL);
}

static int immediate(void)
{
    return ipa_immediate_enable(&ipa, true);
}

static int emergency(void)
{
    return ipa_enable_emergency_profile(&ipa, true);
}

static int no_emergency(void)
{
    return ipa_disable_emergency_profile(&ipa, false);
}

static int fallback(void)
{
    return ipa_execute_fallback(&ipa, true);
}

static int back(void)
{
    return ipa_return_from_fallback(&ipa, false);
}

static int parameters(void)
{
    struct slice http;
    int code = ipa_get_connectivity_parameters(&ipa, &http);
    return code ? code : (int)http.n;
}

static int address(void)
{
    return ipa_set_default_dp_address(&ipa, "smdp.example.com");
}

static int ipae(void)
{
    return ipa_ipae_activation(&ipa, true);
}

static int reset_all(void)
{
    struct ipa_reset_result result;
    int code = ipa_memory_reset(&ipa, 0x7f, &result);
    return code < 0 ? code : 1000 * code + 10 * result.eim + result.immediate;
}

static int reset_eim(void)
{
    struct ipa_reset_result result;
    int code = ipa_memory_reset(&ipa, IPA_RESET_EIM, &result);
    return code < 0 ? code : 1000 * code + 10 * result.eim + result.immediate + 1;
}

static int retrieve(enum ipa_search search, uint32_t number)
{
    static struct ipa_pending pending;
    bool ok = ipa_retrieve(&ipa, search, number, &pending);
    return ok ? (int)(10 * pending.notification_count + pending.result_count) : -1;
}

static int all_results(void)
{
    return retrieve(IPA_SEARCH_RESULTS, 0);
}

static int one_result(void)
{
    return retrieve(IPA_SEARCH_NUMBER, 20);
}

static int deletions(void)
{
    return retrieve(IPA_SEARCH_EVENTS, 1u << 3);
}

static int everything(void)
{
    return retrieve(IPA_SEARCH_NONE, 0);
}

static int remove_128(void)
{
    return ipa_remove(&ipa, 128);
}

static int profiles(void)
{
    static struct ipa_profiles list;
    if (!ipa_get_profiles_info(&ipa, slice_of(NULL, 0), slice_of(NULL, 0), &list)) return -1;
    if (list.error >= 0) return list.error;
    int flags = 0;
    for (size_t i = 0; i < list.n; i++)
        flags |= list.list[i].ecall | list.list[i].fallback << 1 | list.list[i].fallback_allowed << 2;
    return (int)(100 * list.n) + 10 * (1 + ipa_enabled(&list)) + flags;
}

#define RESULT20                                                                                                       \
    "bf516aa0683023800365494d810203ee8210f92b2fee35632499e841cb754fdfd9f383011430038301015f3740"                       \
    "0523bfa5a4f0caaa1d42637520e2def2ddc96fbe775342bb13d3d6eb6ad919951354fb59082675038d949131ecf3af272f771a085e3c2099" \
    "dc45c897e9808022"

static const struct function_row {
    const char *what;
    enum sgp32_version version;
    int (*call)(void);
    const char *request;
    const char *response;
    int expected;
    const char *error; /* with expected -1 */
} function_rows[] = {
    {"unsigned error", SGP32_1_2, load, "bf5100", "bf510ca20a80087465737465696d31", 0, NULL},
    {"result without its choice", SGP32_1_2, load, "bf5100", "bf51023000", -1, "30 is not known"},
    {"rollback refused", SGP32_1_2, rollback_true, "bf58038001ff", "bf5803020101", 1, NULL},
    {"rollback busy", SGP32_1_2, rollback_false, "bf5803800100", "bf5803020105", 5, NULL},
    {"rollback result as 80", SGP32_1_2, rollback_false, "bf5803800100", "bf5803800101", -1, "80 is not known"},
    {"rollback without result", SGP32_1_2, rollback_false, "bf5803800100", "bf5803020100", -1, "without a result"},
    {"certificates", SGP32_1_2, certificates, "bf56058003010203", "bf5608a006a5020500a600", 402, NULL},
    {"no such CI", SGP32_1_2, certificates, "bf56058003010203", "bf5603810101", 1, NULL},
    {"one certificate", SGP32_1_2, certificates, "bf56058003010203", "bf5606a004a5020500", -1,
     "euiccCertificate is miss"},
    {"no eIM", SGP32_1_2, configurations, "bf5500", "bf5502a000", 0, NULL},
    {"no eIM, v1.0", SGP32_1_0, configurations, "bf5500", "bf5502a000", 0, NULL},
    {"one eIM by id", SGP32_1_2, configuration, "bf5512a010800e7365636f6e642e6578616d706c65", "bf5507a0053003800161", 1,
     NULL},
    {"eIM without id", SGP32_1_2, configurations, "bf5500", "bf5507a0053003810161", -1, "eimId is missing"},
    {"added", SGP32_1_2, add, "bf5702a000", "bf5704a0020500", 9, NULL},
    {"added with token", SGP32_1_2, add, "bf5702a000", "bf5705a003840101", 11, NULL},
    {"added with token 0", SGP32_1_2, add, "bf5702a000", "bf5705a003840100", -1, "below 1"},
    {"exists", SGP32_1_2, add, "bf5702a000", "bf5703810102", 2, NULL},
    {"commandError", SGP32_1_2, add, "bf5702a000", "bf5703810107", 7, NULL},
    {"commandError in v1.0", SGP32_1_0, add, "bf5702a000", "bf5703810107", -1, "7 is no value"},
    {"added as 85", SGP32_1_2, add, "bf5702a000", "bf5704a0028500", -1, "85 is not known"},
    {"immediate enabling", SGP32_1_2, configure, "bf590c8000810388370a8203612e62", "bf5903800100", 0, NULL},
    {"immediate enabling off", SGP32_1_2, configure_off, "bf5900", "bf5903800102", 2, NULL},
    {"immediate enabling, no such code", SGP32_1_2, configure_off, "bf5900", "bf5903800107", -1, "7 is no value"},
    {"ImmediateEnable", SGP32_1_2, immediate, "bf5a038001ff", "bf5a03800105", 5, NULL},
    {"ImmediateEnable, v1.0", SGP32_1_0, immediate, "bf5a00", "bf5a03800104", 4, NULL},
    {"ImmediateEnable, v1.0 has no catBusy", SGP32_1_0, immediate, "bf5a00", "bf5a03800105", -1, "5 is no value"},
    {"emergency", SGP32_1_2, emergency, "bf5b038001ff", "bf5b03800108", 8, NULL},
    {"end of emergency", SGP32_1_2, no_emergency, "bf5c03800100", "bf5c03800102", 2, NULL},
    {"end of emergency, code of v1.3", SGP32_1_2, no_emergency, "bf5c03800100", "bf5c03800108", -1, "8 is no value"},
    {"fallback", SGP32_1_2, fallback, "bf5d038001ff", "bf5d03800168", 104, NULL},
    {"return", SGP32_1_1, back, "bf5e03800100", "bf5e03800106", 6, NULL},
    {"parameters", SGP32_1_2, parameters, "bf5f00", "bf5f07a0058103aabbcc", 3, NULL},
    {"no parameters", SGP32_1_2, parameters, "bf5f00", "bf5f03810101", 1, NULL},
    {"default SM-DP+", SGP32_1_2, address, "bf65128010736d64702e6578616d706c652e636f6d", "bf6503800100", 0, NULL},
    {"IPAe", SGP32_1_2, ipae, "bf420480020780", "bf4203800101", 1, NULL},
    {"reset", SGP32_1_2, reset_all, "bf6404820201fe", "bf6409800100810101820100", 10, NULL},
    {"reset without eIM result", SGP32_1_2, reset_eim, "bf640482020204", "bf6403800100", -1, "resetEimResult"},
    {"reset of eIMs", SGP32_1_2, reset_eim, "bf640482020204", "bf6406800101810100", 1000, NULL},
    {"reset of eIMs, v1.0", SGP32_1_0, reset_eim, "bf340482020410", "bf3406020100810102", 20, NULL},
    {"all results", SGP32_1_2, all_results, "bf2b04a0028200", "bf2b02a200", 0, NULL},
    {"all results, got notifications", SGP32_1_2, all_results, "bf2b04a0028200", "bf2b02a000", -1, "asked for results"},
    {"one result", SGP32_1_2, one_result, "bf2b05a003800114", "bf2b6fa26d" RESULT20, 1, NULL},
    {"one result without its BF51", SGP32_1_2, one_result, "bf2b05a003800114", "bf2b04a202a200", -1, "A2 is not known"},
    {"deletions", SGP32_1_2, deletions, "bf2b06a00481020410", "bf2b02a000", 0, NULL},
    {"everything", SGP32_1_2, everything, "bf2b00", "bf2b02a000", 0, NULL},
    {"combined list of v1.0", SGP32_1_0, everything, "bf2b00", "bf2b73a371a000a16d" RESULT20, 1, NULL},
    {"combined list in v1.2", SGP32_1_2, everything, "bf2b00", "bf2b04a302a000", -1, "belongs to v1.0"},
    {"retrieval error", SGP32_1_2, everything, "bf2b00", "bf2b0381017f", -1, "error 127"},
    {"removed", SGP32_1_2, remove_128, "bf300480020080", "bf3003800101", 1, NULL},
    {"enabled Fallback Profile", SGP32_1_2, profiles, "bf2d00", "bf2d10a00ee30c9f7001019f2601ff9f6701ff", 116, NULL},
    {"flags", SGP32_1_2, profiles, "bf2d00", "bf2d14a012e3109f7001019f7b01ff9f2601ff9f6701ff", 117, NULL},
    {"flags in v1.0", SGP32_1_0, profiles, "bf2d00", "bf2d14a012e3109f7001019f7b01ff9f2601ff9f6701ff", -1,
     "belongs to"},
    {"change ongoing", SGP32_1_2, profiles, "bf2d00", "bf2d0381010b", 11, NULL},
};

START_TEST(test_functions)
{
    const struct function_row *row = &function_rows[_i];
    start(row->version);
    script_add_hex(&script, row->request, row->response, 0);
    int came = row->call();
    ck_assert_msg(*script.fault == 0, "%s: %s", row->what, script.fault);
    ck_assert_msg(came == row->expected, "%s: %d, %s", row->what, came, ipa.lpa.error);
    if (row->error) ck_assert_msg(strstr(ipa.lpa.error, row->error), "%s: %s", row->what, ipa.lpa.error);
    ck_assert_uint_eq(script.at, 1);
    stop();
}
END_TEST

START_TEST(test_status_word_is_told)
{
    start(SGP32_1_2);
    script_add_hex(&script, "bf5f00", "", 0x6985);
    ck_assert_int_eq(parameters(), -1);
    ck_assert_uint_eq(ipa.lpa.sw, 0x6985);
    ck_assert_str_eq(ipa.lpa.error, "status word 6985");
    stop();
}
END_TEST

START_TEST(test_isdr_template)
{
    static const struct {
        const char *fci;
        bool ok;
        bool iot;
        bool ipae;
        bool enabled;
    } rows[] = {
        {"6f098400e00582030205"
         "00",
         true, false, false, false},
        {"6f0e8400e0058203020500e103800100", true, true, false, false},
        {"6f0f8400e0058203020500e10480020780", true, true, true, false},
        {"6f0f8400e0058203020500e10480020640", true, true, false, true},
        {"6f0f8400e0058203020500e104800206c0", true, true, true, true},
        {"6f0f8400e0058203020500e10480020040", false, false, false, false},
        {"6f0f8400e0058203020500e10481020640", false, false, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ipa_isdr isdr;
        start(SGP32_1_2);
        buf_reset(&ipa.lpa.fci);
        ck_assert(hex_decode(slice_text(rows[i].fci), &ipa.lpa.fci));
        bool ok = ipa_read_isdr(&ipa, &isdr);
        ck_assert_msg(ok == rows[i].ok, "row %zu: %s", i, ipa.lpa.error);
        if (ok) {
            ck_assert_msg(isdr.has_version && isdr.svn[1] == 5, "row %zu: svn", i);
            ck_assert_msg(isdr.has_iot == rows[i].iot && isdr.ipae_supported == rows[i].ipae &&
                              isdr.profile_enabled == rows[i].enabled,
                          "row %zu: bits", i);
        }
        stop();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ipa");
    TCase *tc = tcase_create("functions");
    tcase_add_loop_test(tc, test_functions, 0, (int)(sizeof function_rows / sizeof *function_rows));
    tcase_add_test(tc, test_status_word_is_told);
    tcase_add_test(tc, test_isdr_template);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
