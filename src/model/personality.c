/* Personality: one table row a field; see personality.h. Read when a card is made and when it is opened. */
#include "model/personality.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"
#include "base/tlv.h"
#include "personality_texts.h"

enum field_type {
    FIELD_TEXT,
    FIELD_VERSION,
    FIELD_NUMBER,
    FIELD_YES_NO,
    FIELD_NAMES,
    FIELD_CHOICE,
    FIELD_HEX,
    FIELD_RAT
};

/* Names of bits or of choices, in order; NULL: no name at that number. */
static const char *const uicc_names[] = {"contactless",
                                         "usim",
                                         "isim",
                                         "csim",
                                         "milenage",
                                         "cave",
                                         "tuak128",
                                         "tuak256",
                                         "usimTestAlgorithm",
                                         NULL,
                                         "gbaUsim",
                                         "gbaIsim",
                                         "mbms",
                                         "eap",
                                         "javacard",
                                         "multos",
                                         "multipleUsim",
                                         "multipleIsim",
                                         "multipleCsim",
                                         "berTlv",
                                         "dfLink",
                                         "catTp",
                                         "getIdentity",
                                         "profileA",
                                         "profileB",
                                         "suciCalculator",
                                         "dns",
                                         "scp11ac",
                                         "scp11cAuth",
                                         "s16",
                                         "eaka",
                                         "iotMinimal"};
static const char *const ppr_names[] = {"pprUpdateControl", "ppr1", "ppr2"};
static const char *const without_cat_names[] = {"immediate", "reset"};
static const char *const pending_names[] = {"refuse-state", "refuse-all"};
static const char *const test_key_names[] = {"lenient", "strict", "any"};
static const char *const ecasd_eid_names[] = {"raw", "tlv"};
static const char *const sgp32_names[] = {"no", "1.0", "1.1", "1.2"};
static const char *const rollback_result_names[] = {"only", "append"};
static const char *const without_profile_names[] = {"bare", "dummy-iccid", "no-files"};
static const char *const adf_identifier_names[] = {"package", "7fff", "none"};
static const char *const read_past_end_names[] = {"6cxx", "6282"};
static const char *const deactivated_file_names[] = {"6985", "6984"};
static const char *const disabled_pin_names[] = {"6984", "6985"};
static const char *const nothing_waits_names[] = {"6985", "6F00"};
static const char *const channel_number_names[] = {"6A86", "6881"};
static const char *const unknown_pin_names[] = {"6A88", "6A86"};
static const char *const mac_length_codes_names[] = {"0", "1"};
static const char *const pe_status_offset_names[] = {"element", "package"};
static const char *const mapping_options_names[] = {"table", "share"};
static const char *const authentications_used_up_names[] = {"6983", "6985"};
static const char *const unsupported_context_names[] = {"9864", "6A86"};
static const char *const no_suci_names[] = {"6985", "6A81"};
static const char *const scp02_option_names[] = {"15", "55"};
static const char *const scp03_option_names[] = {"60", "70"};
static const char *const scp03_sequence_names[] = {"initialize", "success"};
static const char *const ipa_mode_names[] = {"ipad", "ipae"};
static const char *const no_notification_names[] = {"empty-list", "error"};

struct field {
    const char *name;
    enum field_type type;
    size_t offset;
    size_t size; /* bytes of a text or hex field; largest number; how many names */
    const char *const *names;
};

#define AT(member) offsetof(struct personality, member)
#define TEXT(member)                                                                                                   \
    {                                                                                                                  \
#member, FIELD_TEXT, AT(member), sizeof(((struct personality *)0)->member), NULL                               \
    }
#define VERSION(member)                                                                                                \
    {                                                                                                                  \
#member, FIELD_VERSION, AT(member), 3, NULL                                                                    \
    }
#define NUMBER(member, max)                                                                                            \
    {                                                                                                                  \
#member, FIELD_NUMBER, AT(member), max, NULL                                                                   \
    }
#define YES_NO(member)                                                                                                 \
    {                                                                                                                  \
#member, FIELD_YES_NO, AT(member), 0, NULL                                                                     \
    }
#define NAMES(member, names)                                                                                           \
    {                                                                                                                  \
#member, FIELD_NAMES, AT(member), sizeof(names) / sizeof(names)[0], names                                      \
    }
#define CHOICE(member, names)                                                                                          \
    {                                                                                                                  \
#member, FIELD_CHOICE, AT(member), sizeof(names) / sizeof(names)[0], names                                     \
    }
#define HEX(member)                                                                                                    \
    {                                                                                                                  \
#member, FIELD_HEX, AT(member), sizeof(((struct personality *)0)->member), NULL                                \
    }

static const struct field fields[] = {
    TEXT(name),
    VERSION(sgp22_version),
    VERSION(profile_package_version),
    VERSION(firmware_version),
    VERSION(ts102241_version),
    VERSION(globalplatform_version),
    VERSION(protection_profile_version),
    TEXT(sas_accreditation_number),
    TEXT(platform_label),
    TEXT(discovery_base_url),
    NUMBER(euicc_category, 3),
    NAMES(uicc_capability, uicc_names),
    NAMES(forbidden_ppr, ppr_names),
    YES_NO(test_profiles),
    YES_NO(crl_support),
    NUMBER(memory_size, 0x7fffffff),
    NUMBER(volatile_memory_size, 0x7fffffff),
    NUMBER(profiles_max, 0xffff),
    NUMBER(notifications_max, 100000),
    NUMBER(one_time_keys_max, 1000),
    NUMBER(channels_max, 19),
    TEXT(default_smdp_address),
    TEXT(root_smds_address),
    HEX(atr_ta1),
    HEX(atr_free),
    YES_NO(extended_length),
    YES_NO(require_terminal_capability),
    YES_NO(one_isdr_channel),
    YES_NO(read_only_while_loading),
    YES_NO(strict_segment_length),
    CHOICE(without_profile, without_profile_names),
    CHOICE(refresh_without_cat, without_cat_names),
    CHOICE(refresh_pending, pending_names),
    YES_NO(refresh_keep_on_temporary_failure),
    CHOICE(test_key_rule, test_key_names),
    CHOICE(no_notification, no_notification_names),
    YES_NO(challenge_survives_refusal),
    YES_NO(check_owner),
    /* security domains */
    CHOICE(scp02_option, scp02_option_names),
    CHOICE(scp03_option, scp03_option_names),
    CHOICE(scp03_sequence, scp03_sequence_names),
    YES_NO(inert_applets),
    CHOICE(ecasd_eid, ecasd_eid_names),
    YES_NO(interruption_result),
    /* files of profile packages */
    YES_NO(package_default_files),
    YES_NO(package_rules_must_exist),
    YES_NO(package_leave_out_services),
    YES_NO(package_select_files),
    /* files of the enabled profile */
    CHOICE(adf_identifier, adf_identifier_names),
    YES_NO(select_adf_by_identifier),
    CHOICE(read_past_end, read_past_end_names),
    CHOICE(deactivated_file, deactivated_file_names),
    CHOICE(nothing_waits, nothing_waits_names),
    CHOICE(channel_number, channel_number_names),
    /* access rules and PINs */
    CHOICE(disabled_pin, disabled_pin_names),
    CHOICE(unknown_pin, unknown_pin_names),
    YES_NO(check_new_pin),
    YES_NO(full_access_keeps_never),
    /* authentication */
    CHOICE(mac_length_codes, mac_length_codes_names),
    CHOICE(mapping_options, mapping_options_names),
    CHOICE(pe_status_offset, pe_status_offset_names),
    YES_NO(tuak_whole_mac),
    YES_NO(test_algorithm_resynchronises),
    CHOICE(authentications_used_up, authentications_used_up_names),
    CHOICE(unsupported_context, unsupported_context_names),
    CHOICE(no_suci, no_suci_names),
    CHOICE(sgp32, sgp32_names),
    YES_NO(consumer),
    YES_NO(ipae),
    CHOICE(ipa_mode, ipa_mode_names),
    YES_NO(emergency),
    YES_NO(fallback),
    NUMBER(eims_max, 1000),
    NUMBER(package_results_max, 10000),
    NUMBER(package_size_max, 65536),
    NUMBER(result_size_max, 65536),
    YES_NO(iot_info_in_euicc_info2),
    YES_NO(lenient_encodings),
    YES_NO(lenient_memory_reset),
    YES_NO(list_during_change),
    CHOICE(rollback_result, rollback_result_names),
    YES_NO(fallback_ignores_ppr),
    YES_NO(rollback_ignores_ppr),
    /* over-the-air management */
    NUMBER(ota_segments_max, 255),
    NUMBER(ota_por_max, 140),
    YES_NO(ota_unsecured_por),
    YES_NO(ota_submit_as_report),
    YES_NO(ota_mixed_key_sets),
    YES_NO(ota_stop_at_warning),
    {"rat", FIELD_RAT, AT(rat), 0, NULL},
};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct slice trim(struct slice s)
{
    while (s.n && is_blank(s.p[0]))
        s = slice_skip(s, 1);
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

static bool next_word(struct slice *in, struct slice *word)
{
    *in = trim(*in);
    size_t n = 0;
    while (n < in->n && !is_blank(in->p[n]))
        n++;
    *word = slice_of(in->p, n);
    *in = slice_skip(*in, n);
    return n > 0;
}

static bool is_word(struct slice word, const char *text)
{
    return slice_equal(word, slice_text(text));
}

static bool parse_number(struct slice s, uint32_t max, uint32_t *out)
{
    uint64_t v = 0;
    if (s.n == 0 || s.n > 10) return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return false;
        v = v * 10 + (uint64_t)(s.p[i] - '0');
    }
    if (v > max) return false;
    *out = (uint32_t)v;
    return true;
}

static bool parse_version(struct slice s, uint8_t out[3])
{
    for (int i = 0; i < 3; i++) {
        size_t n = 0;
        uint32_t v;
        while (n < s.n && s.p[n] != '.')
            n++;
        if (!parse_number(slice_of(s.p, n), 255, &v)) return false;
        out[i] = (uint8_t)v;
        if (i < 2 && n == s.n) return false;
        s = slice_skip(s, i < 2 ? n + 1 : n);
    }
    return s.n == 0;
}

static bool find_name(const struct field *f, struct slice word, uint32_t *index)
{
    for (uint32_t i = 0; i < f->size; i++) {
        if (f->names[i] && is_word(word, f->names[i])) {
            *index = i;
            return true;
        }
    }
    return false;
}

static bool parse_names(const struct field *f, struct slice s, uint32_t *bits)
{
    struct slice word;
    uint32_t index;
    *bits = 0;
    while (next_word(&s, &word)) {
        if (!find_name(f, word, &index)) return false;
        *bits |= (uint32_t)1 << index;
    }
    return true;
}

/* MCC and MNC digits, five or six of 0-9 and E, as three bytes of TS 24.008: MCC2 MCC1, MNC3 MCC3, MNC2 MNC1. */
static bool parse_operator(struct slice s, uint8_t out[3])
{
    uint8_t d[6] = {0, 0, 0, 0, 0, 0xf};
    if (s.n != 5 && s.n != 6) return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9')
            d[i] = (uint8_t)(s.p[i] - '0');
        else if (s.p[i] == 'E')
            d[i] = 0xe;
        else
            return false;
    }
    out[0] = (uint8_t)(d[1] << 4 | d[0]);
    out[1] = (uint8_t)(d[5] << 4 | d[2]);
    out[2] = (uint8_t)(d[4] << 4 | d[3]);
    return true;
}

/* gid1= or gid2=, once: the whole TLV into `gid`. */
static bool parse_gid(struct slice word, const char *key, uint32_t tag, struct buf *gid, bool *no_memory)
{
    BUF_LOCAL value = {0};
    struct slice name = slice_text(key);
    if (gid->n || !slice_starts_with(word, name)) return false;
    word = slice_skip(word, name.n);
    bool good = is_word(word, "*") || (word.n > 0 && hex_decode(word, &value));
    tlv_put(gid, tag, buf_slice(&value));
    if (value.failed || gid->failed) *no_memory = true;
    return good;
}

/* One ProfilePolicyAuthorisationRule (SGP.22 2.9.2.1). */
static bool parse_rat(struct slice s, struct buf *rat, bool *no_memory)
{
    struct slice word;
    uint32_t ppr = 0;
    uint8_t mcc_mnc[3];
    bool consent = false;
    BUF_LOCAL gid1 = {0};
    BUF_LOCAL gid2 = {0};
    while (next_word(&s, &word) && !is_word(word, "@")) {
        if (is_word(word, "ppr1"))
            ppr |= 1u << 1;
        else if (is_word(word, "ppr2"))
            ppr |= 1u << 2;
        else
            return false;
    }
    if (!ppr || !next_word(&s, &word) || !parse_operator(word, mcc_mnc)) return false;
    while (next_word(&s, &word)) {
        if (is_word(word, "consent"))
            consent = true;
        else if (!parse_gid(word, "gid1=", 0x81, &gid1, no_memory) && !parse_gid(word, "gid2=", 0x82, &gid2, no_memory))
            return false;
    }
    size_t row = tlv_open(rat, 0x30);
    tlv_put_bits(rat, 0x80, ppr);
    size_t operators = tlv_open(rat, 0xa1);
    size_t one = tlv_open(rat, 0x30);
    tlv_put(rat, 0x80, SLICE(mcc_mnc));
    buf_append(rat, buf_slice(&gid1));
    buf_append(rat, buf_slice(&gid2));
    tlv_close(rat, one);
    tlv_close(rat, operators);
    tlv_put_bits(rat, 0x82, consent ? 1 : 0);
    tlv_close(rat, row);
    if (rat->failed) *no_memory = true;
    return !*no_memory;
}

static bool parse_hex(struct slice s, uint8_t *out, size_t n, bool *no_memory)
{
    BUF_LOCAL bytes = {0};
    bool good = hex_decode(s, &bytes) && bytes.n == n;
    if (bytes.failed) *no_memory = true;
    if (!good) return false;
    memcpy(out, bytes.p, n);
    return true;
}

static bool set_field(struct personality *p, const struct field *f, struct slice value)
{
    uint8_t *at = (uint8_t *)p + f->offset;
    uint32_t number = 0;
    bool good = false;
    switch (f->type) {
    case FIELD_TEXT:
        if (value.n >= f->size) return false;
        memset(at, 0, f->size);
        if (value.n) memcpy(at, value.p, value.n);
        return true;
    case FIELD_VERSION:
        return parse_version(value, at);
    case FIELD_HEX:
        return parse_hex(value, at, f->size, &p->no_memory);
    case FIELD_RAT:
        return parse_rat(value, (struct buf *)(void *)at, &p->no_memory);
    case FIELD_NUMBER:
        good = parse_number(value, (uint32_t)f->size, &number);
        break;
    case FIELD_YES_NO:
        good = is_word(value, "yes") || is_word(value, "no");
        number = is_word(value, "yes");
        break;
    case FIELD_NAMES:
        good = parse_names(f, value, &number);
        break;
    case FIELD_CHOICE:
        good = find_name(f, value, &number);
        break;
    }
    if (good) memcpy(at, &number, sizeof number);
    return good;
}

_Static_assert(sizeof(enum test_key_rule) == sizeof(uint32_t), "choices are stored as 32-bit numbers");

static const char *expected_text(const struct field *f, char out[160])
{
    static const char *const plain[] = {"text that fits",
                                        "a version such as 2.5.0",
                                        "",
                                        "yes or no",
                                        "",
                                        "",
                                        "",
                                        "ppr1 ppr2 @ MCCMNC gid1=HEX|* gid2=HEX|* [consent]"};
    size_t n = 0;
    if (f->type == FIELD_NUMBER)
        (void)snprintf(out, 160, "a number of 0 to %zu", f->size);
    else if (f->type == FIELD_HEX)
        (void)snprintf(out, 160, "%zu bytes of hex", f->size);
    else if (f->names) {
        n = (size_t)snprintf(out, 160, "%s:", f->type == FIELD_CHOICE ? "one of" : "any of");
        for (size_t i = 0; i < f->size && n < 140; i++)
            if (f->names[i]) n += (size_t)snprintf(out + n, 160 - n, " %s", f->names[i]);
    } else
        (void)snprintf(out, 160, "%s", plain[f->type]);
    return out;
}

static bool parse_line(struct personality *p, struct slice line, unsigned number, bool *rat_seen, char why[256])
{
    char expected[160];
    size_t n = 0;
    while (n < line.n && line.p[n] != '#')
        n++;
    line = trim(slice_of(line.p, n));
    if (line.n == 0) return true;
    for (n = 0; n < line.n && line.p[n] != '='; n++)
        continue;
    struct slice name = trim(slice_of(line.p, n));
    if (n == line.n) {
        (void)snprintf(why, 256, "personality line %u: expected NAME = VALUE", number);
        return false;
    }
    struct slice value = trim(slice_skip(line, n + 1));
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (!is_word(name, fields[i].name)) continue;
        /* The first row of a text replaces the rows that were there; an empty one leaves the table empty. */
        if (fields[i].type == FIELD_RAT && !*rat_seen) {
            buf_free(&p->rat);
            *rat_seen = true;
        }
        if (fields[i].type == FIELD_RAT && value.n == 0) return true;
        if (set_field(p, &fields[i], value)) return true;
        (void)snprintf(why, 256, "personality line %u: %s: expected %s", number, fields[i].name,
                       expected_text(&fields[i], expected));
        return false;
    }
    (void)snprintf(why, 256, "personality line %u: no field has the name %.*s", number,
                   (int)(name.n > 40 ? 40 : name.n), (const char *)name.p);
    return false;
}

static bool apply(struct personality *p, const char *text, char why[256])
{
    bool rat_seen = false;
    unsigned number = 1;
    while (*text) {
        size_t n = strcspn(text, "\n");
        if (!parse_line(p, slice_of(text, n), number++, &rat_seen, why)) return false;
        text += n + (text[n] == '\n');
    }
    return true;
}

bool personality_parse(struct personality *p, const char *text, char why[256])
{
    *p = (struct personality){0};
    if (apply(p, personality_builtin_text("default"), why) && (!text || apply(p, text, why))) return true;
    if (p->no_memory) why[0] = 0;
    personality_free(p);
    return false;
}

void personality_free(struct personality *p)
{
    buf_free(&p->rat);
}

bool personality_copy(const struct personality *from, struct personality *to)
{
    *to = *from;
    to->rat = (struct buf){0};
    buf_append(&to->rat, buf_slice(&from->rat));
    return buf_err(&to->rat) == OK;
}

const char *personality_builtin_name(size_t index)
{
    for (size_t i = 0; personality_texts[i].name; i++)
        if (i == index) return personality_texts[i].name;
    return NULL;
}

const char *personality_builtin_text(const char *name)
{
    for (size_t i = 0; personality_texts[i].name; i++)
        if (strcmp(personality_texts[i].name, name) == 0) return personality_texts[i].text;
    return NULL;
}
