/* What the card declares: ATR, ISD-R, ECASD, EUICCInfo2, EID, profiles; see facts.h and README.md. Only reads. */
#define _GNU_SOURCE
#include "facts.h"

#include "bench.h"

#include "base/hex.h"
#include "base/tlv.h"
#include "cli/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Key identifiers of the SGP.26 test CIs, whose keys the bench has (certs/README.md). */
static const char nist_ci[] = "f54172bdf98a95d65cbeb88a38a1c11d800a85c3";
static const char brainpool_ci[] = "c0bc70ba36929d43b467ff57570530e57ab8fcd8";

/* UICCCapability and RspCapability of SGP.22 v2.5 and later, by bit (annex H); "": not a fact. */
static const char *const uicc_bits[] = {
    "contactless", "usim",         "isim",       "csim",       "milenage",       "cave",    "tuak128",
    "tuak256",     "usim-test",    "",           "gba-usim",   "gba-isim",       "mbms",    "eap",
    "javacard",    "multos",       "multi-usim", "multi-isim", "multi-csim",     "ber-tlv", "df-link",
    "cat-tp",      "get-identity", "suci-a",     "suci-b",     "suci-calculator"};
static const char *const rsp_bits[] = {"additional-profile", "crl", "rpm", "test-profiles"};
/* PprIds (SGP.22 4.4, annex H). */
static const char *const ppr_forbidden[] = {"", "ppr1-forbidden", "ppr2-forbidden"};

bool facts_set(struct facts *f, const char *name, const char *format, ...)
{
    char *value = NULL;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&value, format, args);
    va_end(args);
    if (n < 0) return false;
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->list[i].name, name) != 0) continue;
        free(f->list[i].value);
        f->list[i].value = value;
        return true;
    }
    struct fact *more = realloc(f->list, (f->n + 1) * sizeof *more);
    if (!more) {
        free(value);
        return false;
    }
    f->list = more;
    f->list[f->n] = (struct fact){.value = value};
    (void)snprintf(f->list[f->n++].name, sizeof f->list->name, "%s", name);
    return true;
}

const char *facts_get(const struct facts *f, const char *name)
{
    for (size_t i = 0; f && i < f->n; i++)
        if (strcmp(f->list[i].name, name) == 0) return f->list[i].value;
    return NULL;
}

const char *facts_lookup(void *facts, const char *name)
{
    return facts_get(facts, name);
}

bool facts_iot_only(const struct facts *f)
{
    const char *consumer = facts_get(f, "consumer");
    return consumer && strcmp(consumer, "no") == 0;
}

void facts_free(struct facts *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->list[i].value);
    free(f->list);
    *f = (struct facts){0};
}

static void set_hex(struct facts *f, const char *name, struct slice bytes)
{
    char digits[600];
    (void)facts_set(f, name, "%s", hex_short(bytes, digits, sizeof digits));
}

/* Major, minor, revision. */
static void set_version(struct facts *f, const char *name, struct slice bytes)
{
    if (bytes.n == 3) (void)facts_set(f, name, "%u.%u.%u", bytes.p[0], bytes.p[1], bytes.p[2]);
}

static void set_bits(struct facts *f, struct slice value, const char *const *names, size_t n)
{
    uint32_t bits;
    if (!tlv_bits(value, &bits)) return;
    for (size_t i = 0; i < n; i++)
        if (names[i][0]) (void)facts_set(f, names[i], "%s", bits >> i & 1 ? "yes" : "no");
}

/* Interface bytes of ISO 7816-3: after the first TD that names T=15, TB has the eUICC bits (TS 102 221 6.3.3); among
 * the historical bytes 73 has the number of channels (ISO 7816-4 8.1.1.2.7). */
static void read_atr(struct facts *f, struct slice atr)
{
    set_hex(f, "atr", atr);
    if (atr.n < 2) return;
    size_t at = 2;
    unsigned protocol = 0;
    unsigned follows = atr.p[1] >> 4;
    size_t historical = atr.p[1] & 0xf;
    bool global = false;
    while (follows && at < atr.n) {
        unsigned next = 0;
        for (unsigned bit = 1; bit <= 8 && at < atr.n; bit <<= 1) {
            if (!(follows & bit)) continue;
            uint8_t byte = atr.p[at++];
            if (bit == 2 && protocol == 15 && !global) {
                global = true;
                (void)facts_set(f, "euicc", "%s", byte & 0x80 && byte & 2 ? "yes" : "no");
                (void)facts_set(f, "mep", "%s", byte & 0x80 && byte & 1 ? "yes" : "no");
            }
            if (bit == 8) {
                next = byte >> 4;
                protocol = byte & 0xf;
            }
        }
        follows = next;
    }
    for (size_t i = at; i + 3 < atr.n && i < at + historical; i++) {
        if (atr.p[i] != 0x73) continue;
        uint8_t third = atr.p[i + 3];
        (void)facts_set(f, "channels", "%u", (third & 7) == 7 ? 20 : (third & 7) + 1);
        (void)facts_set(f, "extended-length", "%s", third & 0x40 ? "yes" : "no");
        break;
    }
}

/* A9 and AA: lists of key identifiers. */
static void set_cis(struct facts *f, const char *name, struct slice list)
{
    char text[512] = "";
    size_t n = 0;
    struct tlv t;
    while (tlv_next(&list, &t) && n + 2 * t.value.n + 2 < sizeof text) {
        if (n) text[n++] = ' ';
        hex_encode(t.value, text + n);
        n += 2 * t.value.n;
    }
    (void)facts_set(f, name, "%s", text);
    if (strcmp(name, "ci-sign") != 0) return;
    bool nist = strstr(text, nist_ci);
    bool brainpool = strstr(text, brainpool_ci);
    (void)facts_set(f, "sgp26-nist", "%s", nist ? "yes" : "no");
    (void)facts_set(f, "sgp26-brainpool", "%s", brainpool ? "yes" : "no");
    (void)facts_set(f, "sgp26", "%s", nist || brainpool ? "yes" : "no");
}

/* iotSpecificInfo (SGP.32 5.9.2): versions, then what is supported. */
static void set_iot(struct facts *f, struct slice info)
{
    struct tlv t;
    struct tlv version;
    (void)facts_set(f, "iot", "yes");
    if (tlv_find(info, 0xa0, &t)) {
        struct slice list = t.value;
        while (tlv_next(&list, &version))
            set_version(f, "sgp32", version.value);
    }
    (void)facts_set(f, "emergency", "%s", tlv_find(info, 0x81, &t) ? "yes" : "no");
    (void)facts_set(f, "fallback", "%s", tlv_find(info, 0x82, &t) ? "yes" : "no");
}

static void read_info2(struct facts *f, struct slice info)
{
    struct tlv t;
    if (tlv_find(info, 0x81, &t)) set_version(f, "profile-version", t.value);
    if (tlv_find(info, 0x82, &t)) set_version(f, "sgp22", t.value);
    if (tlv_find(info, 0x83, &t)) set_version(f, "firmware", t.value);
    if (tlv_find(info, 0x85, &t)) set_bits(f, t.value, uicc_bits, sizeof uicc_bits / sizeof *uicc_bits);
    if (tlv_find(info, 0x87, &t)) set_version(f, "globalplatform", t.value);
    if (tlv_find(info, 0x88, &t)) set_bits(f, t.value, rsp_bits, sizeof rsp_bits / sizeof *rsp_bits);
    if (tlv_find(info, 0xa9, &t)) set_cis(f, "ci-verify", t.value);
    if (tlv_find(info, 0xaa, &t)) set_cis(f, "ci-sign", t.value);
    if (tlv_find(info, 0x99, &t)) {
        set_hex(f, "forbidden-ppr", t.value);
        set_bits(f, t.value, ppr_forbidden, sizeof ppr_forbidden / sizeof *ppr_forbidden);
    }
    (void)facts_set(f, "iot", "no");
    if (tlv_find(info, 0xb4, &t)) set_iot(f, t.value);
}

/* The first enabled and the first disabled profile, all ICCIDs, and how many there are. */
static void read_profiles(struct facts *f, struct slice list)
{
    struct tlv entry;
    struct tlv iccid;
    struct tlv state;
    struct tlv aid;
    BUF_LOCAL iccids = {0};
    unsigned n = 0;
    unsigned disabled = 0;
    while (tlv_next(&list, &entry)) {
        if (!tlv_find(entry.value, 0x5a, &iccid) || !tlv_find(entry.value, 0x9f70, &state) || state.value.n != 1)
            continue;
        bool on = state.value.p[0] == 1;
        n++;
        disabled += !on;
        char digits[21];
        if (iccid.value.n == 10) {
            hex_encode(iccid.value, digits);
            if (iccids.n) buf_byte(&iccids, ' ');
            buf_append(&iccids, slice_text(digits));
        }
        if (facts_get(f, on ? "enabled" : "disabled")) continue;
        set_hex(f, on ? "enabled" : "disabled", iccid.value);
        if (tlv_find(entry.value, 0x4f, &aid)) set_hex(f, on ? "enabled-aid" : "disabled-aid", aid.value);
    }
    if (iccids.n && buf_err(&iccids) == OK) (void)facts_set(f, "iccids", "%.*s", (int)iccids.n, (const char *)iccids.p);
    (void)facts_set(f, "profiles", "%u", n);
    (void)facts_set(f, "disabled-profiles", "%u", disabled);
}

/* How many profiles carry each policy rule. */
static void read_rules(struct facts *f, struct slice list)
{
    struct tlv entry;
    struct tlv rules;
    uint32_t bits;
    unsigned n[2] = {0};
    while (tlv_next(&list, &entry)) {
        if (!tlv_find(entry.value, 0x99, &rules) || !tlv_bits(rules.value, &bits)) continue;
        n[0] += bits >> 1 & 1;
        n[1] += bits >> 2 & 1;
    }
    (void)facts_set(f, "ppr1-profiles", "%u", n[0]);
    (void)facts_set(f, "ppr2-profiles", "%u", n[1]);
}

/* How many entries a list has: the rows of the Rules Authorisation Table, notifications. */
static void read_count(struct facts *f, const char *name, struct slice list)
{
    struct tlv entry;
    unsigned n = 0;
    while (tlv_next(&list, &entry))
        n++;
    (void)facts_set(f, name, "%u", n);
}

/* How many eIMs are associated (SGP.32 5.9.18). */
static void read_eims(struct facts *f, struct slice answer)
{
    struct tlv list = {0};
    (void)tlv_find(answer, 0xa0, &list);
    (void)facts_set(f, "iot", "yes");
    read_count(f, "eims", list.value);
}

/* The content of the answer to an ES10 request, if it has the tag of the request. */
static bool ask(struct bench *b, const char *request, uint32_t tag, struct slice *content)
{
    BUF_LOCAL bytes = {0};
    struct tlv t;
    if (!hex_decode(slice_text(request), &bytes) || !bench_es10(b, buf_slice(&bytes))) return false;
    struct slice data = bench_data(b);
    if (bench_status(b) != 0x9000 || !tlv_next(&data, &t) || t.tag != tag) return false;
    *content = t.value;
    return true;
}

/* The functions that only consumer eUICCs have (SGP.32 5.9: an IoT eUICC leaves them to its eIM). SetNickname of an
 * ICCID that nobody has changes nothing. */
static void read_consumer(struct bench *b, struct facts *f)
{
    struct slice content;
    bool consumer = ask(b, "BF290E5A0A000000000000000000009000", 0xbf29, &content);
    (void)facts_set(f, "consumer", "%s", consumer ? "yes" : "no");
}

/* On how many channels at once the ISD-R can be selected, 1 or more: it need not be multi-selectable. */
static void read_isdr_channels(struct bench *b, struct facts *f)
{
    const uint8_t open[] = {0x00, 0x70, 0x00, 0x00, 0x01};
    bool twice = false;
    if (!bench_command(b, SLICE(open))) return;
    if (bench_status(b) == 0x9000 && bench_data(b).n == 1 && bench_data(b).p[0] < 4) {
        uint8_t channel = bench_data(b).p[0];
        const uint8_t select[] = {channel, 0xa4, 0x04, 0x00, 0x10, 0xa0, 0x00, 0x00, 0x05, 0x59, 0x10,
                                  0x10,    0xff, 0xff, 0xff, 0xff, 0x89, 0x00, 0x00, 0x01, 0x00, 0x00};
        const uint8_t close[] = {0x00, 0x70, 0x80, channel};
        if (!bench_command(b, SLICE(select))) return;
        twice = bench_status(b) == 0x9000;
        if (!bench_command(b, SLICE(close))) return;
    }
    (void)facts_set(f, "isdr-channels", "%u", twice ? 2 : 1);
}

static void read_isdr(struct bench *b, struct facts *f)
{
    struct slice content;
    struct tlv t;
    if (ask(b, "BF2200", 0xbf22, &content)) read_info2(f, content);
    if (ask(b, "BF3E035C015A", 0xbf3e, &content) && tlv_find(content, 0x5a, &t)) set_hex(f, "eid", t.value);
    read_consumer(b, f);
    read_isdr_channels(b, f);
    /* the first IoT eUICCs do not say it in EUICCInfo2: GetEimConfigurationData is a function of theirs only */
    if (ask(b, "BF5500", 0xbf55, &content)) read_eims(f, content);
    if (ask(b, "BF2D00", 0xbf2d, &content) && tlv_find(content, 0xa0, &t)) read_profiles(f, t.value);
    if (ask(b, "BF2800", 0xbf28, &content) && tlv_find(content, 0xa0, &t)) read_count(f, "notifications", t.value);
    if (ask(b, "BF2D045C025A99", 0xbf2d, &content) && tlv_find(content, 0xa0, &t)) read_rules(f, t.value);
    if (ask(b, "BF4300", 0xbf43, &content) && tlv_find(content, 0xa0, &t)) read_count(f, "rat-rows", t.value);
}

static bool selects(struct bench *b, const char *command)
{
    BUF_LOCAL bytes = {0};
    return hex_decode(slice_text(command), &bytes) && bench_command(b, buf_slice(&bytes)) && bench_status(b) == 0x9000;
}

/* Optional commands of a terminal and what tells whether the card has them: forms that change nothing. A card without
 * one says that there is no such instruction (TS 102 221 10.2.1.5). */
static const struct {
    const char *name, *command;
} optional_commands[] = {
    {"create-file", "00E00000"}, /* TS 102 222 6.3 */
    {"get-challenge", "0084000008"},
};

static void read_command(struct bench *b, struct facts *f, const char *name, const char *command)
{
    BUF_LOCAL bytes = {0};
    if (!hex_decode(slice_text(command), &bytes) || !bench_command(b, buf_slice(&bytes))) return;
    bool known = bench_status(b) != 0x6d00 && bench_status(b) != 0x6e00;
    (void)facts_set(f, name, "%s", known ? "yes" : "no");
}

/* Tries of the enabled profile: an empty VERIFY PIN or UNBLOCK PIN tells them (TS 102 221 11.1.9, 11.1.13). A profile
 * whose PINs somebody tried is not as it was installed. */
static void read_tries(struct bench *b, struct facts *f)
{
    static const struct {
        const char *name, *command;
    } pins[] = {
        {"pin1-tries", "0020000100"}, {"puk1-tries", "002C000100"}, {"adm1-tries", "0020000A00"},
        {"pin2-tries", "0020008100"}, {"puk2-tries", "002C008100"}, /* of the USIM */
    };
    for (size_t i = 0; i < sizeof pins / sizeof *pins; i++) {
        BUF_LOCAL bytes = {0};
        if (i == 3 && !selects(b, "00A4040C07A0000000871002")) return;
        if (!hex_decode(slice_text(pins[i].command), &bytes) || !bench_command(b, buf_slice(&bytes))) return;
        if ((bench_status(b) & 0xfff0) == 0x63c0) (void)facts_set(f, pins[i].name, "%u", bench_status(b) & 0xfu);
    }
}

/* Whether there is SUSPEND UICC only a profile shows whose EF.UMPC has it (TS 102 221 13.6); asked for by resuming what
 * was not suspended. */
static void read_suspend(struct bench *b, struct facts *f)
{
    (void)facts_set(f, "suspend", "unknown");
    if (!selects(b, "00A4000C022F08") || !selects(b, "00B0000005") || bench_data(b).n < 3) return;
    if (bench_data(b).p[2] & 2) read_command(b, f, "suspend", "80760100080000000000000000");
}

static void read_commands(struct bench *b, struct facts *f)
{
    if (!selects(b, "00A4000C023F00")) return;
    for (size_t i = 0; i < sizeof optional_commands / sizeof *optional_commands; i++)
        read_command(b, f, optional_commands[i].name, optional_commands[i].command);
    read_suspend(b, f);
    read_tries(b, f);
}

bool facts_read(struct bench *b, struct facts *f)
{
    facts_free(f);
    if (!bench_power(b, true)) return false;
    read_atr(f, buf_slice(&b->atr));
    bool isdr = bench_open_isdr(b);
    if (!isdr && b->verdict == VERDICT_ERROR && b->answer.n >= 2) b->verdict = VERDICT_PASS; /* a card without one */
    (void)facts_set(f, "isdr", "%s", isdr ? "yes" : "no");
    if (isdr) read_isdr(b, f);
    if (b->channel && bench_goes_on(b)) (void)bench_close_channel(b);
    (void)facts_set(f, "ecasd", "%s", selects(b, "00A4040010A0000005591010FFFFFFFF890000020000") ? "yes" : "no");
    read_commands(b, f);
    return bench_goes_on(b);
}
