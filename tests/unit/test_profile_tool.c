/* Tests tools/saip: sources to packages and back, in process. Any DER comes back byte for byte, whatever it is; a wrong
 * source is refused with its line. Called by meson (tools/saip/meson.build): test_profile_tool KAT PACKAGE... */
#define _POSIX_C_SOURCE 200809L
#include "package.h"

#include "base/hex.h"
#include "base/tlv.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define MUTATED_MAX 3000 /* the time grows with the square of a package's size */

static size_t failures;

#define EXPECT(condition, ...)                                                                                         \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            printf("FAIL %s:%d: ", __FILE__, __LINE__);                                                                \
            printf(__VA_ARGS__);                                                                                       \
            printf("\n");                                                                                              \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)

static bool read_file(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    uint8_t chunk[4096];
    for (size_t n = 1; n;) {
        n = fread(chunk, 1, sizeof chunk, file);
        buf_append(out, slice_of(chunk, n));
    }
    fclose(file);
    return buf_err(out) == OK;
}

/* ---- there and back ---- */

/* Decodes an exact-size copy, so that a sanitizer sees an over-read. True if it was DER; then it must come back. */
static bool round_trip(struct slice der, const char *what)
{
    BUF_LOCAL text = {0};
    BUF_LOCAL again = {0};
    BUF_LOCAL text2 = {0};
    struct problem why;
    uint8_t *copy = malloc(der.n ? der.n : 1);
    if (!copy) abort();
    if (der.n) memcpy(copy, der.p, der.n);
    bool decoded = source_decode(slice_of(copy, der.n), &text, &why);
    free(copy);
    if (!decoded) {
        EXPECT(why.place <= der.n && why.text[0], "%s: refused at %zu without a reason", what, why.place);
        return false;
    }
    bool encoded = source_encode(buf_slice(&text), &again, &why);
    EXPECT(encoded, "%s: line %zu of its own source: %s", what, why.place, why.text);
    EXPECT(slice_equal(buf_slice(&again), der), "%s: other bytes came back", what);
    EXPECT(source_decode(buf_slice(&again), &text2, &why) && slice_equal(buf_slice(&text), buf_slice(&text2)),
           "%s: another source the second time", what);
    return true;
}

static size_t count_unnamed(struct slice text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '[') n++;
    return n;
}

/* A real package has a name for everything in it. */
static void test_package(struct slice der, const char *what)
{
    BUF_LOCAL text = {0};
    struct problem why;
    EXPECT(round_trip(der, what), "%s: is not DER", what);
    EXPECT(source_decode(der, &text, &why) && count_unnamed(buf_slice(&text)) == 0, "%s: %zu elements without a name",
           what, count_unnamed(buf_slice(&text)));
}

/* Truncated at each byte, and one bit flipped in each byte. */
static void test_mutations(struct slice der, const char *what)
{
    size_t accepted = 0;
    BUF_LOCAL changed = {0};
    buf_append(&changed, der);
    if (buf_err(&changed) != OK) abort();
    for (size_t n = 0; n < der.n; n++)
        (void)round_trip(slice_of(der.p, n), what);
    for (size_t i = 0; i < der.n; i++) {
        changed.p[i] ^= (uint8_t)(1u << (i * 5 % 8));
        accepted += round_trip(buf_slice(&changed), what);
        changed.p[i] = der.p[i];
    }
    EXPECT(accepted > 0 && accepted < der.n, "%s: %zu of %zu bit flips left DER", what, accepted, der.n);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Any tags of 1 to 3 bytes, among them those that the tables know, with values that do not fit them. */
static void put_random(struct buf *out, uint32_t *state, unsigned depth)
{
    static const uint32_t tags[] = {0xA0, 0xA1, 0xA5, 0xB3, 0x30, 0x62, 0x81, 0x82, 0x83,   0x06,     0x02,
                                    0x04, 0x4F, 0x80, 0xAA, 0xB4, 0xBF, 0xC7, 0x5F, 0x9F81, 0x1F8101, 0xBF2A};
    size_t count = next_random(state) % 5;
    for (size_t i = 0; i < count; i++) {
        uint32_t tag = tags[next_random(state) % (sizeof tags / sizeof tags[0])];
        if (tag == 0xBF || tag == 0x5F) tag = tag << 8 | (0x1F + next_random(state) % 0x60);
        if (tag == 0x9F81) tag = 0x9F8100 | (next_random(state) % 0x80);
        bool constructed = (tag > 0xFFFF ? tag >> 16 : tag > 0xFF ? tag >> 8 : tag) & 0x20;
        if (constructed && depth < 30 && next_random(state) % 8) {
            size_t mark = tlv_open(out, tag);
            put_random(out, state, depth + 1);
            tlv_close(out, mark);
        } else {
            uint8_t value[300];
            size_t n = next_random(state) % 4 ? next_random(state) % 12 : next_random(state) % sizeof value;
            for (size_t k = 0; k < n; k++)
                value[k] = (uint8_t)next_random(state);
            tlv_put(out, tag, slice_of(value, n));
        }
    }
}

static void test_random_packages(void)
{
    for (uint32_t seed = 1; seed <= 400; seed++) {
        BUF_LOCAL der = {0};
        char what[40];
        uint32_t state = seed;
        put_random(&der, &state, 0);
        snprintf(what, sizeof what, "random package %u", (unsigned)seed);
        EXPECT(round_trip(buf_slice(&der), what), "%s: refused", what);
    }
}

/* Deeper than the source form nests: the rest must come as bytes. */
static void test_depth(void)
{
    for (unsigned depth = 1; depth < 60; depth++) {
        BUF_LOCAL der = {0};
        size_t marks[60];
        for (unsigned i = 0; i < depth; i++)
            marks[i] = tlv_open(&der, i % 2 ? 0x30 : 0xA1);
        for (unsigned i = depth; i-- > 0;)
            tlv_close(&der, marks[i]);
        EXPECT(round_trip(buf_slice(&der), "nested package"), "depth %u: refused", depth);
    }
}

/* ---- sources ---- */

static const struct {
    const char *source;
    const char *der;
} good[] = {
    {"", ""},
    {"# nothing but a comment", ""},
    {"end { header { mandated; identification 13 } }", "AA07A0058000810 10D"},
    {"end {\r\n\theader { mandated\r\n identification 128 } # 128\r\n}\r\n", "AA08A006800081020080"},
    {"end {}", "AA00"},
    {"header { iccid 8900*2 \"0123\" \\\n FF*2 }", "A00C830A89008900303132 33FFFF"},
    {"header { profileType \"a\\\"\\\\\\x00\" }", "A0068204 61225C00"},
    {"header { eUICC-Mandatory-GFSTEList { template 2.23.143.1.2.13 } }", "A00AA608060667810F01020D"},
    {"nonStandard { issuerID 2.999.4294967295 }", "A909810788378FFFFFFF7F"},
    {"pinCodes { [A1] { [A0] 00 } }", "A205A103A00100"},
    {"[BF22] { [9F8101] 0102; [04] }", "BF22089F8101020102 0400"},
    {"mf { header { identification 1 }; ef-iccid { fillFileOffset 65535; fillFileContent } }",
     "B00EA003810101A40782 0300FFFF8300"},
    {"rfm { header {}; tarList { tar B00011 } }", "A709A000A0050403B00011"},
    {"akaParameter { algoConfiguration { algoParameter { algorithmID usim-test-algorithm } } }", "A407A105A103800103"},
    {"pinCodes { pinCodes { pinconfig { pinConfiguration { keyReference secondPINAppl1 } } } }",
     "A20AA108A0063004 80020081"},
    {"define two {\n mandated # }\n identification 2\n}\nend { header { use two } }\nend { header { use two; } }",
     "AA07A0058000810102 AA07A0058000810102"},
    {"header { repeat n FE FF { iccid $n 00*7 $n \"}\" } }", "A018830AFE00000000000000FE7D830AFF00000000000000FF7D"},
    {"repeat a 7F80 7F80 { end { header { identification $a } } }", "AA06A00481027F80"},
    {"repeat a 0102 0103 { repeat b 08 09 { [80] $a $b } }\nend {}",
     "80030102 08 80030102 09 80030103 08 80030103 09 AA00"},
};

static const struct {
    const char *source;
    size_t line;
    const char *text;
} bad[] = {
    {"frobnicate { }", 1, "'frobnicate' is not a member of ProfileElement"},
    {"\n# two\nmf {\n  ef-imsi { }\n}", 4, "'ef-imsi' is not a member of PE_MF"},
    {"header {\n iccid 890\n}", 2, "expected an even number of hexadecimal digits, came 3"},
    {"header {\n iccid 8900\n}", 2, "iccid: expected 10 bytes, came 2"},
    {"header {\n iccid 89*11\n}", 2, "iccid: expected 10 bytes, came 11"},
    {"header {\n iccid 89*x\n}", 2, "expected a number from 1 to 65536 after *"},
    {"header {\n iccid 89*0\n}", 2, "expected a number from 1 to 65536 after *"},
    {"header {\n iccid 89*99999999999999999999\n}", 2, "expected a number from 1 to 65536 after *"},
    {"header {\n iccid 89zz\n}", 2, "expected hexadecimal digits, came '89zz'"},
    {"header {\n profileType \"\"\n}", 2, "profileType: expected 1 to 100 bytes, came 0"},
    {"header {\n profileType \"abc\n}", 2, "the text has no closing"},
    {"header {\n profileType \"\\n\"\n}", 2, "expected \\\", \\\\ or \\xHH"},
    {"header {\n profileType \"\\xg0\"\n}", 2, "expected two hexadecimal digits"},
    {"header {\n major-version 256\n}", 2, "major-version: expected a number from 0 to 255, came '256'"},
    {"header {\n major-version -1\n}", 2, "major-version: expected a number"},
    {"header {\n major-version\n}", 2, "major-version: expected a number"},
    {"header {\n major-version 2 3\n}", 2, "expected the end of the line"},
    {"header\n{ }", 1, "header: expected {"},
    {"header {\n iccid 00*10\n", 3, "the { of line 1 is not closed"},
    {"header { }\n}", 2, "expected a name or [tag], came '}'"},
    {"header { } end { }", 1, "expected the end of the line"},
    {"usim {\n templateID 2.23.143.1.\n}", 2, "templateID: expected an object identifier"},
    {"usim {\n templateID 3.1.2\n}", 2, "templateID: expected an object identifier"},
    {"usim {\n templateID 1.40.3\n}", 2, "templateID: expected an object identifier"}, /* it would be 2.0.3 */
    {"usim {\n templateID 2.4294967296\n}", 2, "templateID: expected an object identifier"},
    {"header { eUICC-Mandatory-services {\n usim 00\n} }", 2, "expected the end of the line"},
    {"[BF1E] 00", 1, "[BF1E] is not a tag"},
    {"[A] 00", 1, "expected a tag such as [A5]"},
    {"[A5 00", 1, "expected a tag such as [A5]"},
    {"[85] { }", 1, "[85] is a primitive tag"},
    {"[A5] { mandated }", 1, "'mandated' is not a member of an unnamed element"},
    {"pinCodes { pinCodes { pinconfig { pinConfiguration {\n keyReference pukAppl1\n} } } }", 2,
     "keyReference: expected a number from 0 to 255 or a name, came 'pukAppl1'"},
    {"mf { ef-pl {\n fillFileContent 6 56E\n} }", 2, "expected an even number"},
    {"end { }\n\x01", 2, "the character 01 is not text"},
    {"define\n", 1, "expected define NAME {"},
    {"define a 00", 1, "expected define NAME {"},
    {"define a { }\ndefine a { }", 2, "'a' is defined already"},
    {"define a {\n\n", 3, "the { of line 1 is not closed"},
    {"use a", 1, "'a' is not defined above"},
    {"define a {\n use a\n}\nuse a", 2, "more than 24 levels"},
    {"define a {\n\n frobnicate\n}\n\nend { use a }", 3, "'frobnicate' is not a member of PE_Other"},
    {"end { }\nrepeat 00 01 { }", 2, "expected repeat NAME FIRST LAST"},
    {"repeat a 00 0100 { }", 1, "expected repeat NAME FIRST LAST"},
    {"repeat a 02 01 { }", 1, "expected repeat NAME FIRST LAST"},
    {"repeat a 0000000000 0000000001 { }", 1, "expected repeat NAME FIRST LAST"},
    {"repeat a 8000 8000 { end { header {\nidentification $a } } }", 2,
     "identification: expected a number from 0 to 32767, came '$a'"},
    {"end { header {\nidentification $a } } }", 2, "$a: expected the name of a repeat around this line"},
    {"repeat a 00 01\n{ }", 1, "expected { after repeat"},
    {"repeat a 00 01 { [80] $b }", 1, "$b: expected the name of a repeat around this line"},
    {"repeat a 00 01 { [80] $a }\n[80] $a", 2, "$a: expected the name of a repeat around this line"},
    {"repeat a 00000000 FFFFFFFF { end { } }", 1, "more than 200000 statements"},
    {"repeat a 00000000 FFFFFFFF { }", 1, "more than 200000 statements"},
    {"repeat a 00000000 FFFFFFFF { [80] 00*65536 }", 1, "more than 200000 statements or 16777216 bytes"},
    {"[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{[A0]{"
     "[A0]{[A0]{[A0]{[A0]{",
     1, "more than 24 levels"},
};

static void test_sources(void)
{
    struct problem why;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        BUF_LOCAL der = {0};
        BUF_LOCAL expected = {0};
        if (!hex_decode(slice_text(good[i].der), &expected)) EXPECT(false, "good[%zu]: not hexadecimal", i);
        bool encoded = source_encode(slice_text(good[i].source), &der, &why);
        EXPECT(encoded, "good[%zu]: line %zu: %s", i, why.place, why.text);
        EXPECT(slice_equal(buf_slice(&der), buf_slice(&expected)), "good[%zu]: other bytes", i);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        BUF_LOCAL der = {0};
        EXPECT(!source_encode(slice_text(bad[i].source), &der, &why), "bad[%zu]: was accepted", i);
        EXPECT(why.place == bad[i].line, "bad[%zu]: line %zu, expected %zu (%s)", i, why.place, bad[i].line, why.text);
        EXPECT(strstr(why.text, bad[i].text), "bad[%zu]: '%s', expected '%s'", i, why.text, bad[i].text);
    }
}

/* Every prefix of a source and every character replaced: an answer and no crash. */
static void test_source_mutations(struct slice source)
{
    static const char replacements[] = "{}[]\";#\\*\n0z";
    struct problem why;
    for (size_t n = 0; n < source.n; n += 7) {
        BUF_LOCAL der = {0};
        BUF_LOCAL cut = {0};
        buf_append(&cut, slice_of(source.p, n));
        if (n) cut.p[n - 1] = (uint8_t)replacements[n % (sizeof replacements - 1)];
        if (!source_encode(buf_slice(&cut), &der, &why))
            EXPECT(why.place >= 1 && why.text[0], "prefix of %zu: refused without a line or reason", n);
        else
            (void)round_trip(buf_slice(&der), "mutated source");
    }
}

/* ---- check and info ---- */

#define START "header { major-version 2; iccid 89000101000000000010 }\n"
#define MASTER "mf { header { identification 1 } }\n"
#define FINISH "end { header { identification 99 } }\n"

static const struct {
    const char *source;
    const char *problem; /* NULL: none */
} packages[] = {
    {START FINISH, NULL},
    {START MASTER "usim { header { identification 2 } }\nopt-usim { header { identification 3 } }\n" FINISH, NULL},
    {START "genericFileManagement { header { identification 1 } }\ntelecom { header { identification 2 } }\n" FINISH,
     NULL},
    {START MASTER
     "genericFileManagement { header { identification 2 } }\nakaParameter { header { identification 3 } }\n"
     "df-5gs { header { identification 4 } }\nopt-isim { header { identification 5 } }\n" FINISH,
     NULL},
    {"", "the package is empty"},
    {FINISH, "expected the header first, came end"},
    {START MASTER, "expected the end element last"},
    {START FINISH FINISH, "end: must not come after the end"},
    {START START FINISH, "header: there may be only one"},
    {START MASTER "mf { header { identification 2 } }\n" FINISH, "mf: there is an MF already"},
    {START "pinCodes { header { identification 2 } }\n" FINISH, "pinCodes: must come after the MF"},
    {START MASTER "opt-usim { header { identification 2 } }\n" FINISH, "opt-usim: must come after a USIM"},
    {START MASTER "akaParameter { header { identification 2 } }\n" FINISH, "akaParameter: must come after a USIM"},
    {START MASTER "rfm { header { identification 2 } }\n" FINISH, "rfm: must come after the MNO security domain"},
    {START MASTER "telecom { header { identification 1 } }\n" FINISH, "telecom: identification 1 is used twice"},
    {START MASTER "telecom { header { } }\n" FINISH, "telecom: expected a PEHeader"},
    {START "[BF23] { [A0] { [81] 05 } }\n" FINISH, "[BF23]: no profile element has this tag"},
    {START "mf { header { identification 1 }; [A5] 05 }\n" FINISH, "mf: not DER here"},
};

struct found {
    const char *wanted;
    bool seen;
};

static void look(void *context, const struct problem *problem)
{
    struct found *found = context;
    if (found->wanted && strstr(problem->text, found->wanted)) found->seen = true;
}

static void test_check(void)
{
    for (size_t i = 0; i < sizeof packages / sizeof packages[0]; i++) {
        BUF_LOCAL der = {0};
        struct problem why;
        struct found found = {packages[i].problem, false};
        EXPECT(source_encode(slice_text(packages[i].source), &der, &why), "packages[%zu]: %s", i, why.text);
        size_t problems = package_check(buf_slice(&der), look, &found);
        if (!found.wanted) EXPECT(problems == 0, "packages[%zu]: %zu problems", i, problems);
        if (found.wanted) EXPECT(problems && found.seen, "packages[%zu]: not '%s'", i, found.wanted);
    }
}

static void test_truncated_check(struct slice der)
{
    struct found found = {NULL, false};
    EXPECT(package_check(der, look, &found) == 0, "the package has problems");
    for (size_t n = 0; n < der.n; n++) {
        BUF_LOCAL out = {0};
        struct problem why;
        EXPECT(package_check(slice_of(der.p, n), look, &found) > 0, "cut at %zu: no problem", n);
        (void)package_describe(slice_of(der.p, n), true, (struct slice){0}, &out, &why);
    }
}

static void test_info(struct slice der)
{
    BUF_LOCAL text = {0};
    BUF_LOCAL json = {0};
    struct problem why;
    EXPECT(package_describe(der, false, slice_text("more\n"), &text, &why) &&
               package_describe(der, true, slice_text(",\"more\":1"), &json, &why),
           "info failed");
    buf_byte(&text, 0);
    buf_byte(&json, 0);
    if (buf_err(&text) != OK || buf_err(&json) != OK) abort();
    EXPECT(strstr((const char *)text.p, "ICCID    89000101000000000010\n"), "info: %s", (const char *)text.p);
    EXPECT(strstr((const char *)json.p, "{\"iccid\":\"89000101000000000010\",\"version\":\"2.3\""), "info: %s",
           (const char *)json.p);
    EXPECT(strstr((const char *)text.p, " bytes\nmore\n\n offset"), "info: %s", (const char *)text.p);
    EXPECT(strstr((const char *)json.p, ",\"more\":1,\"elements\":["), "info: %s", (const char *)json.p);
    EXPECT(strstr((const char *)json.p, "{\"element\":\"mf\",\"offset\":131,"), "info: %s", (const char *)json.p);
}

/* The plain package of a recorded installation: `ppk.upp = hex`, continued on indented lines. */
static void recorded_package(struct slice kat, struct buf *out)
{
    static const char start[] = "\nppk.upp =";
    for (size_t i = 0; i + sizeof start < kat.n; i++) {
        if (memcmp(kat.p + i, start, sizeof start - 1) != 0) continue;
        size_t from = i + sizeof start - 1;
        size_t to = from;
        while (to + 1 < kat.n && (kat.p[to] != '\n' || kat.p[to + 1] == ' '))
            to++;
        BUF_LOCAL digits = {0};
        for (size_t k = from; k < to; k++)
            if (kat.p[k] != '\n') buf_byte(&digits, kat.p[k]);
        if (!hex_decode(buf_slice(&digits), out)) EXPECT(false, "ppk.upp is not hexadecimal");
        return;
    }
    EXPECT(false, "the known answers have no ppk.upp");
}

/* Elements that are made of files have automatic tags, so their tables have a row for each number. */
static void test_tables(void)
{
    static const struct saip_group *const groups[] = {
        &saip_mf,       &saip_cd,        &saip_telecom,    &saip_usim,       &saip_opt_usim, &saip_isim,
        &saip_opt_isim, &saip_phonebook, &saip_csim,       &saip_opt_csim,   &saip_eap,      &saip_df_5gs,
        &saip_df_saip,  &saip_df_snpn,   &saip_gsm_access, &saip_df_5gprose, &saip_iot,      &saip_opt_iot};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        const struct saip_group *g = groups[i];
        for (uint32_t k = 0; k < g->n; k++) {
            uint32_t tag = k == 1 ? 0x81 : k < 31 ? 0xA0 + k : 0xBF00 + k;
            EXPECT(g->members[k].tag == tag, "%s: row %u has tag %X", g->name, (unsigned)k,
                   (unsigned)g->members[k].tag);
            for (uint32_t other = 0; other < k; other++)
                EXPECT(strcmp(g->members[k].name, g->members[other].name) != 0, "%s: %s twice", g->name,
                       g->members[k].name);
        }
    }
    EXPECT(saip_opt_csim.n == 69 && saip_df_5gs.n == 22 && saip_iot.n == 24 && saip_opt_iot.n == 28,
           "a table is short");
}

/* The packages of other makers in the folder that SOFTEUICC_PACKAGES names. */
static void test_others(void)
{
    const char *folder = getenv("SOFTEUICC_PACKAGES");
    DIR *dir = folder ? opendir(folder) : NULL;
    struct dirent *entry;
    size_t n = 0;
    if (!folder) printf("SOFTEUICC_PACKAGES names no folder of packages of others: those are left out\n");
    if (folder) EXPECT(dir, "%s: cannot be read", folder);
    while (dir && (entry = readdir(dir)) != NULL) {
        BUF_LOCAL der = {0};
        char path[1024];
        size_t length = strlen(entry->d_name);
        if (length < 4 || strcmp(entry->d_name + length - 4, ".der") != 0) continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        EXPECT(read_file(path, &der), "%s: cannot be read", path);
        test_package(buf_slice(&der), path);
        n++;
    }
    if (dir) (void)closedir(dir);
    if (folder) EXPECT(n, "%s: has no .der", folder);
    if (n) printf("%zu packages of others there and back\n", n);
}

int main(int argc, char **argv)
{
    if (argc < 3) return fprintf(stderr, "usage: test_profile_tool KAT PACKAGE...\n"), 2;
    BUF_LOCAL kat = {0};
    BUF_LOCAL recorded = {0};
    EXPECT(read_file(argv[1], &kat), "%s: cannot be read", argv[1]);
    recorded_package(buf_slice(&kat), &recorded);
    EXPECT(recorded.n > 10000, "the recorded package has %zu bytes", recorded.n);
    test_package(buf_slice(&recorded), "recorded package");
    for (int i = 2; i < argc; i++) {
        BUF_LOCAL der = {0};
        EXPECT(read_file(argv[i], &der), "%s: cannot be read", argv[i]);
        test_package(buf_slice(&der), argv[i]);
        if (der.n > MUTATED_MAX) continue;
        test_truncated_check(buf_slice(&der));
        test_mutations(buf_slice(&der), argv[i]);
        if (i > 2) continue;
        BUF_LOCAL text = {0};
        struct problem why;
        EXPECT(source_decode(buf_slice(&der), &text, &why), "%s", why.text);
        test_source_mutations(buf_slice(&text));
        test_info(buf_slice(&der));
    }
    test_others();
    test_tables();
    test_random_packages();
    test_depth();
    test_sources();
    test_check();
    if (failures) return printf("%zu checks failed\n", failures), 1;
    printf("profile tool: all checks passed\n");
    return 0;
}
