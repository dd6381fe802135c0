/* Personalities: every field with its limits, what is said about a wrong line, rows of the Rules Authorisation Table as
 * DER (SGP.22 2.9.2), and the built-in ones. */
#include "model/personality.h"
#include "notation.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define AT(member) offsetof(struct personality, member)

static void parse(struct personality *p, const char *text)
{
    char why[256] = "";
    ck_assert_msg(personality_parse(p, text, why), "\"%s\": %s", text, why);
    ck_assert_str_eq(why, "");
}

static uint32_t number_at(const struct personality *p, size_t offset)
{
    uint32_t n;
    memcpy(&n, (const uint8_t *)p + offset, sizeof n);
    return n;
}

/* Fields that are numbers inside: a line, and what it becomes. `wrong` is refused with `expected`. */
static const struct {
    const char *name;
    size_t offset;
    uint32_t default_value;
    const char *least, *most;
    uint32_t least_value, most_value;
    const char *wrong;
    const char *expected;
} numbers[] = {
    {"euicc_category", AT(euicc_category), 2, "0", "3", 0, 3, "4", "a number of 0 to 3"},
    {"uicc_capability", AT(uicc_capability), 0x01db01de, "", "contactless iotMinimal", 0, 0x80000001, "usim rfu",
     "any of: contactless usim isim csim milenage cave tuak128 tuak256"},
    {"forbidden_ppr", AT(forbidden_ppr), 0, "", "pprUpdateControl ppr1 ppr2", 0, 7, "ppr3",
     "any of: pprUpdateControl ppr1 ppr2"},
    {"test_profiles", AT(test_profiles), 1, "no", "yes", 0, 1, "1", "yes or no"},
    {"crl_support", AT(crl_support), 1, "no", "yes", 0, 1, "Yes", "yes or no"},
    {"memory_size", AT(memory_size), 1048576, "0", "2147483647", 0, 2147483647, "2147483648",
     "a number of 0 to 2147483647"},
    {"volatile_memory_size", AT(volatile_memory_size), 16384, "0", "2147483647", 0, 2147483647, "-1",
     "a number of 0 to 2147483647"},
    {"profiles_max", AT(profiles_max), 0, "0", "65535", 0, 65535, "65536", "a number of 0 to 65535"},
    {"notifications_max", AT(notifications_max), 128, "0", "100000", 0, 100000, "100001", "a number of 0 to 100000"},
    {"one_time_keys_max", AT(one_time_keys_max), 4, "0", "1000", 0, 1000, "1001", "a number of 0 to 1000"},
    {"channels_max", AT(channels_max), 19, "0", "19", 0, 19, "20", "a number of 0 to 19"},
    {"extended_length", AT(extended_length), 0, "no", "yes", 0, 1, "", "yes or no"},
    {"require_terminal_capability", AT(require_terminal_capability), 0, "no", "yes", 0, 1, "on", "yes or no"},
    {"one_isdr_channel", AT(one_isdr_channel), 0, "no", "yes", 0, 1, "yes no", "yes or no"},
    {"read_only_while_loading", AT(read_only_while_loading), 1, "no", "yes", 0, 1, "y", "yes or no"},
    {"strict_segment_length", AT(strict_segment_length), 0, "no", "yes", 0, 1, "true", "yes or no"},
    {"refresh_without_cat", AT(refresh_without_cat), REFRESH_IMMEDIATE, "immediate", "reset", REFRESH_IMMEDIATE,
     REFRESH_AT_RESET, "never", "one of: immediate reset"},
    {"refresh_pending", AT(refresh_pending), PENDING_REFUSES_STATE, "refuse-state", "refuse-all", PENDING_REFUSES_STATE,
     PENDING_REFUSES_ALL, "", "one of: refuse-state refuse-all"},
    {"refresh_keep_on_temporary_failure", AT(refresh_keep_on_temporary_failure), 0, "no", "yes", 0, 1, "2",
     "yes or no"},
    {"test_key_rule", AT(test_key_rule), TEST_KEY_LENIENT, "lenient", "any", TEST_KEY_LENIENT, TEST_KEY_ANY, "lax",
     "one of: lenient strict any"},
    {"no_notification", AT(no_notification), NO_NOTIFICATION_EMPTY_LIST, "empty-list", "error",
     NO_NOTIFICATION_EMPTY_LIST, NO_NOTIFICATION_ERROR, "empty-list error", "one of: empty-list error"},
    {"challenge_survives_refusal", AT(challenge_survives_refusal), 1, "no", "yes", 0, 1, "0", "yes or no"},
    {"check_owner", AT(check_owner), 1, "no", "yes", 0, 1, "none", "yes or no"},
    /* files of profile packages */
    {"package_default_files", AT(package_default_files), 1, "no", "yes", 0, 1, "1", "yes or no"},
    {"package_rules_must_exist", AT(package_rules_must_exist), 1, "no", "yes", 0, 1, "1", "yes or no"},
    {"package_leave_out_services", AT(package_leave_out_services), 0, "no", "yes", 0, 1, "1", "yes or no"},
    {"package_select_files", AT(package_select_files), 1, "no", "yes", 0, 1, "1", "yes or no"},
    /* security domains */
    {"scp02_option", AT(scp02_option), SCP02_OPTION_55, "15", "55", SCP02_OPTION_15, SCP02_OPTION_55, "05",
     "one of: 15 55"},
    {"scp03_option", AT(scp03_option), SCP03_OPTION_70, "60", "70", SCP03_OPTION_60, SCP03_OPTION_70, "10",
     "one of: 60 70"},
    {"scp03_sequence", AT(scp03_sequence), SCP03_SEQUENCE_INITIALIZE, "initialize", "success",
     SCP03_SEQUENCE_INITIALIZE, SCP03_SEQUENCE_SUCCESS, "never", "one of: initialize success"},
    {"inert_applets", AT(inert_applets), 0, "no", "yes", 0, 1, "some", "yes or no"},
    {"ecasd_eid", AT(ecasd_eid), ECASD_EID_RAW, "raw", "tlv", ECASD_EID_RAW, ECASD_EID_TLV, "der", "one of: raw tlv"},
    {"interruption_result", AT(interruption_result), 1, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"without_profile", AT(without_profile), WITHOUT_PROFILE_BARE, "bare", "no-files", WITHOUT_PROFILE_BARE,
     WITHOUT_PROFILE_NO_FILES, "none", "one of: bare dummy-iccid no-files"},
    {"adf_identifier", AT(adf_identifier), ADF_IDENTIFIER_PACKAGE, "package", "none", ADF_IDENTIFIER_PACKAGE,
     ADF_IDENTIFIER_NONE, "7FFF", "one of: package 7fff none"},
    {"select_adf_by_identifier", AT(select_adf_by_identifier), 0, "no", "yes", 0, 1, "aid", "yes or no"},
    {"read_past_end", AT(read_past_end), READ_PAST_END_LENGTH, "6cxx", "6282", READ_PAST_END_LENGTH,
     READ_PAST_END_WARNING, "6700", "one of: 6cxx 6282"},
    /* access rules and PINs */
    {"deactivated_file", AT(deactivated_file), DEACTIVATED_CONDITIONS, "6985", "6984", DEACTIVATED_CONDITIONS,
     DEACTIVATED_INVALIDATED, "6982", "one of: 6985 6984"},
    {"disabled_pin", AT(disabled_pin), DISABLED_PIN_6984, "6984", "6985", DISABLED_PIN_6984, DISABLED_PIN_6985, "6983",
     "one of: 6984 6985"},
    {"unknown_pin", AT(unknown_pin), UNKNOWN_PIN_6A88, "6A88", "6A86", UNKNOWN_PIN_6A88, UNKNOWN_PIN_6A86, "6a88",
     "one of: 6A88 6A86"},
    {"nothing_waits", AT(nothing_waits), NOTHING_WAITS_6985, "6985", "6F00", NOTHING_WAITS_6985, NOTHING_WAITS_6F00,
     "6f00", "one of: 6985 6F00"},
    {"channel_number", AT(channel_number), CHANNEL_NUMBER_6A86, "6A86", "6881", CHANNEL_NUMBER_6A86,
     CHANNEL_NUMBER_6881, "6A81", "one of: 6A86 6881"},
    {"check_new_pin", AT(check_new_pin), 1, "no", "yes", 0, 1, "digits", "yes or no"},
    {"full_access_keeps_never", AT(full_access_keeps_never), 0, "no", "yes", 0, 1, "maybe", "yes or no"},
    /* authentication */
    {"mac_length_codes", AT(mac_length_codes), MAC_LENGTH_CODES_0, "0", "1", MAC_LENGTH_CODES_0, MAC_LENGTH_CODES_1,
     "2", "one of: 0 1"},
    {"mapping_options", AT(mapping_options), MAPPING_OPTIONS_TABLE, "table", "share", MAPPING_OPTIONS_TABLE,
     MAPPING_OPTIONS_SHARE, "06", "one of: table share"},
    {"pe_status_offset", AT(pe_status_offset), PE_STATUS_OFFSET_ELEMENT, "element", "package", PE_STATUS_OFFSET_ELEMENT,
     PE_STATUS_OFFSET_PACKAGE, "header", "one of: element package"},
    {"tuak_whole_mac", AT(tuak_whole_mac), 0, "no", "yes", 0, 1, "64", "yes or no"},
    {"test_algorithm_resynchronises", AT(test_algorithm_resynchronises), 1, "no", "yes", 0, 1, "FFFF", "yes or no"},
    {"authentications_used_up", AT(authentications_used_up), AUTHENTICATIONS_USED_UP_6983, "6983", "6985",
     AUTHENTICATIONS_USED_UP_6983, AUTHENTICATIONS_USED_UP_6985, "6982", "one of: 6983 6985"},
    {"unsupported_context", AT(unsupported_context), UNSUPPORTED_CONTEXT_9864, "9864", "6A86", UNSUPPORTED_CONTEXT_9864,
     UNSUPPORTED_CONTEXT_6A86, "6a86", "one of: 9864 6A86"},
    {"no_suci", AT(no_suci), NO_SUCI_6985, "6985", "6A81", NO_SUCI_6985, NO_SUCI_6A81, "null", "one of: 6985 6A81"},
    {"sgp32", AT(sgp32), SGP32_NONE, "no", "1.2", SGP32_NONE, SGP32_1_2, "1.3", "one of: no 1.0 1.1 1.2"},
    {"ipa_mode", AT(ipa_mode), IPA_MODE_IPAD, "ipad", "ipae", IPA_MODE_IPAD, IPA_MODE_IPAE, "lpa", "one of: ipad ipae"},
    {"rollback_result", AT(rollback_result), ROLLBACK_RESULT_ONLY, "only", "append", ROLLBACK_RESULT_ONLY,
     ROLLBACK_RESULT_APPEND, "both", "one of: only append"},
    {"consumer", AT(consumer), 1, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"ipae", AT(ipae), 0, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"emergency", AT(emergency), 1, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"fallback", AT(fallback), 1, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"iot_info_in_euicc_info2", AT(iot_info_in_euicc_info2), 1, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"lenient_encodings", AT(lenient_encodings), 1, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"lenient_memory_reset", AT(lenient_memory_reset), 1, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"list_during_change", AT(list_during_change), 0, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"fallback_ignores_ppr", AT(fallback_ignores_ppr), 1, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"rollback_ignores_ppr", AT(rollback_ignores_ppr), 1, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"eims_max", AT(eims_max), 8, "0", "1000", 0, 1000, "1001", "a number of 0 to 1000"},
    {"package_results_max", AT(package_results_max), 16, "0", "10000", 0, 10000, "10001", "a number of 0 to 10000"},
    {"package_size_max", AT(package_size_max), 32768, "0", "65536", 0, 65536, "65537", "a number of 0 to 65536"},
    {"ota_segments_max", AT(ota_segments_max), 16, "0", "255", 0, 255, "256", "a number of 0 to 255"},
    {"ota_por_max", AT(ota_por_max), 128, "0", "140", 0, 140, "141", "a number of 0 to 140"},
    {"ota_unsecured_por", AT(ota_unsecured_por), 1, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"ota_submit_as_report", AT(ota_submit_as_report), 0, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"ota_mixed_key_sets", AT(ota_mixed_key_sets), 0, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"ota_stop_at_warning", AT(ota_stop_at_warning), 0, "no", "yes", 0, 1, "maybe", "yes or no"},
    {"result_size_max", AT(result_size_max), 16384, "0", "65536", 0, 65536, "65537", "a number of 0 to 65536"},
};

static void assert_number(int row, const char *value, uint32_t wanted)
{
    struct personality p;
    char line[160];
    (void)snprintf(line, sizeof line, "%s = %s", numbers[row].name, value);
    parse(&p, line);
    ck_assert_msg(number_at(&p, numbers[row].offset) == wanted, "%s: %X", line, number_at(&p, numbers[row].offset));
    personality_free(&p);
}

static void assert_refused(const char *text, const char *why_wanted)
{
    struct personality p;
    char why[256] = "";
    ck_assert_msg(!personality_parse(&p, text, why), "\"%s\" was accepted", text);
    ck_assert_msg(strncmp(why, why_wanted, strlen(why_wanted)) == 0, "\"%s\": %s", text, why);
    ck_assert_ptr_null(p.rat.p);
}

START_TEST(test_number)
{
    struct personality p;
    char line[160];
    char why[300];
    parse(&p, "");
    ck_assert_msg(number_at(&p, numbers[_i].offset) == numbers[_i].default_value, "default of %s", numbers[_i].name);
    personality_free(&p);
    assert_number(_i, numbers[_i].least, numbers[_i].least_value);
    assert_number(_i, numbers[_i].most, numbers[_i].most_value);
    (void)snprintf(line, sizeof line, "name = x\n\n%s = %s\n", numbers[_i].name, numbers[_i].wrong);
    (void)snprintf(why, sizeof why, "personality line 3: %s: expected %s", numbers[_i].name, numbers[_i].expected);
    assert_refused(line, why);
}
END_TEST

/* Each name of UICCCapability is the bit of SGP.22 annex H, tag 85 of EUICCInfo2. */
START_TEST(test_uicc_capability)
{
    static const struct {
        const char *name;
        unsigned bit;
    } rows[] = {{"contactless", 0},
                {"usim", 1},
                {"isim", 2},
                {"csim", 3},
                {"milenage", 4},
                {"cave", 5},
                {"tuak128", 6},
                {"tuak256", 7},
                {"usimTestAlgorithm", 8},
                {"gbaUsim", 10},
                {"gbaIsim", 11},
                {"mbms", 12},
                {"eap", 13},
                {"javacard", 14},
                {"multos", 15},
                {"multipleUsim", 16},
                {"multipleIsim", 17},
                {"multipleCsim", 18},
                {"berTlv", 19},
                {"dfLink", 20},
                {"catTp", 21},
                {"getIdentity", 22},
                {"profileA", 23},
                {"profileB", 24},
                {"suciCalculator", 25},
                {"dns", 26},
                {"scp11ac", 27},
                {"scp11cAuth", 28},
                {"s16", 29},
                {"eaka", 30},
                {"iotMinimal", 31}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct personality p;
        char line[64];
        (void)snprintf(line, sizeof line, "uicc_capability = %s", rows[i].name);
        parse(&p, line);
        ck_assert_msg(p.uicc_capability == (uint32_t)1 << rows[i].bit, "%s: %X", line, p.uicc_capability);
        personality_free(&p);
    }
}
END_TEST

static const struct {
    const char *name;
    size_t offset;
    const char *default_value;
    size_t longest;
} texts[] = {
    {"name", AT(name), "default", 63},
    {"sas_accreditation_number", AT(sas_accreditation_number), "SOFTEUICC-TEST-ONLY", 64},
    {"platform_label", AT(platform_label), "", 64},
    {"discovery_base_url", AT(discovery_base_url), "", 128},
    {"default_smdp_address", AT(default_smdp_address), "", 255},
    {"root_smds_address", AT(root_smds_address), "testrootsmds.gsma.com", 255},
};

START_TEST(test_text)
{
    struct personality p;
    char line[400];
    char value[300];
    char why[300];
    parse(&p, NULL);
    ck_assert_str_eq((const char *)&p + texts[_i].offset, texts[_i].default_value);
    personality_free(&p);
    for (size_t n = 0; n <= texts[_i].longest + 1; n += texts[_i].longest) {
        memset(value, 'x', n);
        value[n] = 0;
        (void)snprintf(line, sizeof line, "%s = %s", texts[_i].name, value);
        parse(&p, line);
        ck_assert_str_eq((const char *)&p + texts[_i].offset, value);
        personality_free(&p);
    }
    memset(value, 'x', texts[_i].longest + 1);
    value[texts[_i].longest + 1] = 0;
    (void)snprintf(line, sizeof line, "%s = %s", texts[_i].name, value);
    (void)snprintf(why, sizeof why, "personality line 1: %s: expected text that fits", texts[_i].name);
    assert_refused(line, why);
}
END_TEST

static const struct {
    const char *name;
    size_t offset;
    uint8_t default_value[3];
} versions[] = {
    {"sgp22_version", AT(sgp22_version), {2, 5, 0}},
    {"profile_package_version", AT(profile_package_version), {2, 3, 1}},
    {"firmware_version", AT(firmware_version), {0, 1, 0}},
    {"ts102241_version", AT(ts102241_version), {9, 2, 0}},
    {"globalplatform_version", AT(globalplatform_version), {2, 3, 0}},
    {"protection_profile_version", AT(protection_profile_version), {0, 0, 1}},
};

START_TEST(test_version)
{
    static const uint8_t most[] = {255, 0, 255};
    static const char *const wrong[] = {"",        "2",     "2.5",  "2.5.", "2.5.0.1",
                                        "256.0.0", "2.5.x", ".5.0", "2..0", "2.5.0 b"};
    struct personality p;
    char line[100];
    char why[160];
    parse(&p, "");
    ck_assert_mem_eq((const uint8_t *)&p + versions[_i].offset, versions[_i].default_value, 3);
    personality_free(&p);
    (void)snprintf(line, sizeof line, "%s = 255.0.255", versions[_i].name);
    parse(&p, line);
    ck_assert_mem_eq((const uint8_t *)&p + versions[_i].offset, most, 3);
    personality_free(&p);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        (void)snprintf(line, sizeof line, "%s = %s", versions[_i].name, wrong[i]);
        (void)snprintf(why, sizeof why, "personality line 1: %s: expected a version such as 2.5.0", versions[_i].name);
        assert_refused(line, why);
    }
}
END_TEST

START_TEST(test_hex_fields)
{
    struct personality p;
    parse(&p, "");
    ck_assert_uint_eq(p.atr_ta1, 0x96);
    ck_assert_mem_eq(p.atr_free, "eUICC01", 7);
    personality_free(&p);
    parse(&p, "atr_ta1 = 11\natr_free = 00 11 22 33 44 55 66");
    ck_assert(p.atr_ta1 == 0x11 && p.atr_free[6] == 0x66);
    personality_free(&p);
    assert_refused("atr_ta1 =", "personality line 1: atr_ta1: expected 1 bytes of hex");
    assert_refused("atr_ta1 = 1", "personality line 1: atr_ta1: expected 1 bytes of hex");
    assert_refused("atr_ta1 = 1100", "personality line 1: atr_ta1: expected 1 bytes of hex");
    assert_refused("atr_free = 001122334455", "personality line 1: atr_free: expected 7 bytes of hex");
    assert_refused("atr_free = 0011223344556g", "personality line 1: atr_free: expected 7 bytes of hex");
}
END_TEST

/* Blanks, comments, line ends; the last line of a name wins. */
START_TEST(test_lines)
{
    struct personality p;
    parse(&p, "\r\n# a comment\n\t channels_max\t=  3 \t# four in all\r\nname=x y # z\nchannels_max=4");
    ck_assert_uint_eq(p.channels_max, 4);
    ck_assert_str_eq(p.name, "x y");
    personality_free(&p);
    assert_refused("channels_max", "personality line 1: expected NAME = VALUE");
    assert_refused("\n\nname = x\n  # y = z\nfoo bar\n", "personality line 5: expected NAME = VALUE");
    assert_refused("channel_max = 3", "personality line 1: no field has the name channel_max");
    assert_refused("Name = x", "personality line 1: no field has the name Name");
    assert_refused("= x", "personality line 1: no field has the name ");
    assert_refused("a12345678901234567890123456789012345678901234567890 = x",
                   "personality line 1: no field has the name a123456789012345678901234567890123456789");
    assert_refused("name = x\nmemory_size = 12345678901", "personality line 2: memory_size: expected a number");
    assert_refused("memory_size = 0x10", "personality line 1: memory_size: expected a number");
    assert_refused("memory_size = 1 2", "personality line 1: memory_size: expected a number");
}
END_TEST

/* Rows of the table as the DER content of RulesAuthorisationTable. */
static const struct {
    const char *text;
    const char *der;
} rats[] = {
    /* both rules, every operator, with consent: the default */
    {"", "30{80{0560} A1{30{80{EEEEEE} 81{} 82{}}} 82{0780}}"},
    {"rat = ppr1 ppr2 @ EEEEEE gid1=* gid2=* consent", "30{80{0560} A1{30{80{EEEEEE} 81{} 82{}}} 82{0780}}"},
    {"rat =", ""},
    /* MCC 262 MNC 01: 62 F2 10 (TS 24.008) */
    {"rat = ppr1 @ 26201", "30{80{0640} A1{30{80{62F210}}} 82{00}}"},
    {"rat = ppr2 @ 310410 consent", "30{80{0520} A1{30{80{130014}}} 82{0780}}"},
    {"rat = ppr2 @ 310EEE gid1=0A0B", "30{80{0520} A1{30{80{13E0EE} 81{0A0B}}} 82{00}}"},
    {"rat = ppr1 @ 001011 gid2=FF consent gid1=*", "30{80{0640} A1{30{80{001110} 81{} 82{FF}}} 82{0780}}"},
    {"rat = ppr2 ppr1 @ EEEEE", "30{80{0560} A1{30{80{EEFEEE}}} 82{00}}"},
    {"rat = ppr1 @ 00101\nrat = ppr2 @ 00102",
     "30{80{0640} A1{30{80{00F110}}} 82{00}} 30{80{0520} A1{30{80{00F120}}} 82{00}}"},
};

START_TEST(test_rat_rows)
{
    struct personality p;
    parse(&p, rats[_i].text);
    BYTES_LOCAL wanted = notation_bytes(rats[_i].der, NULL);
    ck_assert_msg(slice_equal(buf_slice(&p.rat), bytes_slice(&wanted)), "%s", rats[_i].text);
    struct personality copy;
    ck_assert(personality_copy(&p, &copy));
    ck_assert(slice_equal(buf_slice(&copy.rat), bytes_slice(&wanted)));
    ck_assert(copy.rat.p != p.rat.p || !p.rat.p);
    personality_free(&copy);
    personality_free(&p);
}
END_TEST

START_TEST(test_rat_errors)
{
    static const char *const wrong[] = {
        "ppr1",
        "@ 00101",
        "ppr1 00101",
        "ppr1 @",
        "ppr3 @ 00101",
        "pprUpdateControl @ 00101",
        "ppr1 @ 0010",
        "ppr1 @ 0010111",
        "ppr1 @ 0010F",
        "ppr1 @ 0010e",
        "ppr1 @ 00101 gid1=",
        "ppr1 @ 00101 gid1=0",
        "ppr1 @ 00101 gid1=xx",
        "ppr1 @ 00101 gid1=01 gid1=02",
        "ppr1 @ 00101 gid2=* gid2=*",
        "ppr1 @ 00101 gid3=*",
        "ppr1 @ 00101 consents",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char line[100];
        (void)snprintf(line, sizeof line, "rat = ppr1 @ 00101\nrat = %s", wrong[i]);
        assert_refused(line, "personality line 2: rat: expected ppr1 ppr2 @ MCCMNC gid1=HEX|* gid2=HEX|* [consent]");
    }
}
END_TEST

/* Every byte of every built-in text cut off, and one bit of each changed: an answer, never a crash. */
START_TEST(test_bad_texts)
{
    for (size_t i = 0; personality_builtin_name(i); i++) {
        const char *text = personality_builtin_text(personality_builtin_name(i));
        size_t n = strlen(text);
        for (size_t at = 0; at < n; at += 7) {
            char why[256] = "";
            struct personality p;
            char *bad = malloc(n + 1);
            ck_assert_ptr_nonnull(bad);
            memcpy(bad, text, n + 1);
            bad[at] ^= (char)(1 << (at % 7));
            if (personality_parse(&p, bad, why))
                personality_free(&p);
            else
                ck_assert_msg(strncmp(why, "personality line ", 17) == 0, "%s", why);
            memcpy(bad, text, at);
            bad[at] = 0;
            why[0] = 0;
            if (personality_parse(&p, bad, why))
                personality_free(&p);
            else
                ck_assert_msg(strncmp(why, "personality line ", 17) == 0, "%s", why);
            free(bad);
        }
    }
}
END_TEST

/* The built-in ones: what their comments promise. */
START_TEST(test_builtin)
{
    struct personality p;
    ck_assert_str_eq(personality_builtin_name(0), "default");
    size_t count = 0;
    for (; personality_builtin_name(count); count++) {
        parse(&p, personality_builtin_text(personality_builtin_name(count)));
        ck_assert_str_eq(p.name, personality_builtin_name(count));
        personality_free(&p);
    }
    ck_assert_uint_ge(count, 4);
    ck_assert_ptr_null(personality_builtin_name(count + 1));
    ck_assert_ptr_null(personality_builtin_text("no such"));
    parse(&p, personality_builtin_text("lenient-terminal"));
    ck_assert(p.refresh_without_cat == REFRESH_AT_RESET && p.refresh_pending == PENDING_REFUSES_STATE);
    personality_free(&p);
    parse(&p, personality_builtin_text("refuse-until-reset"));
    ck_assert(p.refresh_without_cat == REFRESH_AT_RESET && p.refresh_pending == PENDING_REFUSES_ALL);
    personality_free(&p);
    parse(&p, personality_builtin_text("sgp22-2.3"));
    ck_assert(p.sgp22_version[1] == 3 && p.forbidden_ppr == 2 && !p.crl_support && p.channels_max == 3);
    BYTES_LOCAL rat = notation_bytes("30{80{0520} A1{30{80{EEEEEE} 81{} 82{}}} 82{0780}}", NULL);
    ck_assert(slice_equal(buf_slice(&p.rat), bytes_slice(&rat)));
    personality_free(&p);
}
END_TEST

/* The default text says every field: so it is the documentation of all of them. */
START_TEST(test_default_says_all)
{
    const char *text = personality_builtin_text("default");
    char line[80];
    for (size_t i = 0; i < COUNT(numbers); i++) {
        (void)snprintf(line, sizeof line, "\n%s =", numbers[i].name);
        ck_assert_msg(strstr(text, line) != NULL, "%s", numbers[i].name);
    }
    for (size_t i = 0; i < COUNT(texts); i++) {
        (void)snprintf(line, sizeof line, "\n%s =", texts[i].name);
        ck_assert_msg(strstr(text, line) != NULL, "%s", texts[i].name);
    }
    for (size_t i = 0; i < COUNT(versions); i++) {
        (void)snprintf(line, sizeof line, "\n%s =", versions[i].name);
        ck_assert_msg(strstr(text, line) != NULL, "%s", versions[i].name);
    }
    /* ... and nothing but fields that are tested here: each line is one of the names, or rat, or an ATR field. */
    unsigned fields = 0;
    for (const char *at = text; (at = strstr(at, " =")) != NULL; at++)
        fields++;
    ck_assert_uint_eq(fields, COUNT(numbers) + COUNT(texts) + COUNT(versions) + 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("personality");
    TCase *tcase = tcase_create("personality");
    tcase_add_loop_test(tcase, test_number, 0, COUNT(numbers));
    tcase_add_test(tcase, test_uicc_capability);
    tcase_add_loop_test(tcase, test_text, 0, COUNT(texts));
    tcase_add_loop_test(tcase, test_version, 0, COUNT(versions));
    tcase_add_test(tcase, test_hex_fields);
    tcase_add_test(tcase, test_lines);
    tcase_add_loop_test(tcase, test_rat_rows, 0, COUNT(rats));
    tcase_add_test(tcase, test_rat_errors);
    tcase_add_test(tcase, test_bad_texts);
    tcase_add_test(tcase, test_builtin);
    tcase_add_test(tcase, test_default_says_all);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
