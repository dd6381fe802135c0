/* ES8+.LoadProfileElements (SGP.22 5.5.5, 2.5.6, 2.4.5.3; SAIP 8; SGP.23-1 4.2.7): packages that a card cannot install,
 * which result and which EUICCResponse it gives, what it compares with the metadata, and that nothing is left. */
#define _GNU_SOURCE
#include "download.h"

#include <stdio.h>

#define LPE "SGP.22 5.5.5; SGP.23-1 4.2.7"
/* run_refused ends with a good download of the same ICCID. */
#define THEN_GOOD "; SGP.22 negative 58"
#define SAIP "SGP.22 5.5.5; SGP.22 negative 56; SAIP "
#define MATCH "SGP.22 5.5.5; SGP.22 2.5.6; SGP.22 negative 55; SGP.23-1 4.2.7"

#define OTHER_ICCID "98001010000000000083"
#define OWNER "B7058003 00F110"
#define TEST_KEY_OF_TINY "8210 000102030405060708090A0B0C0D0E0F"
#define SERVICES "A504 8100 8400"
#define UST(byte) "0000" byte "0001000000000010000000"
/* EF.UST of the USIM: GID1 is bit 0 of the third byte, GID2 bit 1; PE-OPT-USIM with EF.GID1 or EF.GID2. */
#define SERVICE(byte)                                                                                                  \
    {                                                                                                                  \
        0xb3, UST("04"), UST(byte)                                                                                     \
    }
#define GID1(digits)                                                                                                   \
    {                                                                                                                  \
        0xa4, NULL, "B414 A00580008101 06 810667810F010205 A5038301" digits                                            \
    }
#define GID2(digits)                                                                                                   \
    {                                                                                                                  \
        0xa4, NULL, "B414 A00580008101 06 810667810F010205 A6038301" digits                                            \
    }
/* genericFileManagement with one command list of n bytes. */
#define FILES(length, list_length, list) "A1" length "A00580008101 0E A1" list_length list

/* ---- memory ---- */

enum { FILE_BYTES = 0xf000, FILES_MAX = 200 };

/* A transparent EF of FILE_BYTES below the MF: 30{62{82 4121, 83 2Fxx, 8B 2F06/1, 80 size, 88}}. */
static void put_file(struct buf *b, uint8_t number)
{
    const uint8_t id[] = {0x2f, number};
    static const uint8_t descriptor[] = {0x41, 0x21};
    static const uint8_t rule[] = {0x2f, 0x06, 0x01};
    static const uint8_t size[] = {FILE_BYTES >> 8, FILE_BYTES & 0xff};
    size_t command = tlv_open(b, 0x30);
    size_t fcp = tlv_open(b, 0x62);
    tlv_put(b, 0x82, SLICE(descriptor));
    tlv_put(b, 0x83, SLICE(id));
    tlv_put(b, 0x8b, SLICE(rule));
    tlv_put(b, 0x80, SLICE(size));
    tlv_put(b, 0x88, slice_of(NULL, 0));
    tlv_close(b, fcp);
    tlv_close(b, command);
}

/* More files than the card says that it has memory for. */
static bool fill_package(struct rig *r)
{
    static const uint8_t header[] = {0xa0, 0x05, 0x80, 0x00, 0x81, 0x01, 0x0e};
    size_t n = r->before.free_memory / FILE_BYTES + 2;
    BUF_LOCAL element = {0};
    if (n > FILES_MAX)
        return bench_verdict(r->b, VERDICT_SKIP, "a package for more than %u bytes is not made",
                             (unsigned)r->before.free_memory);
    size_t whole = tlv_open(&element, 0xa1);
    buf_append(&element, SLICE(header));
    size_t list = tlv_open(&element, 0xa1);
    for (size_t i = 0; i < n; i++)
        put_file(&element, (uint8_t)(0x10 + i));
    tlv_close(&element, list);
    tlv_close(&element, whole);
    if (!package_insert(&r->package, 0xaa, buf_slice(&element)))
        return bench_verdict(r->b, VERDICT_ERROR, "the profile package of the case cannot be made");
    rig_offer(r);
    return true;
}

/* To the byte: the profile that did not fit is gone. */
static void run_no_memory(struct bench *b)
{
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, b->row->argument) || !fill_package(&r)) return;
    (void)lpa_download(r.lpa, r.dp, NULL, &result);
    if (rig_expect_outcome(&r, &result) && rig_expect_over(&r) && rig_expect_unchanged(&r)) (void)rig_expect_good(&r);
}

static bool fail_once(struct rig *r)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    r->b->section = SECTION_GIVEN;
    (void)lpa_download(r->lpa, r->dp, NULL, &result);
    if (!rig_expect_outcome(r, &result)) return false;
    r->b->section = SECTION_TEST;
    return rig_expect_unchanged(r);
}

/* The first failure may leave what a retry needs; those that follow leave nothing more. */
static void run_no_leak(struct bench *b)
{
    RIG_LOCAL r;
    struct contents first;
    struct contents last;
    if (!rig_begin(&r, b, b->row->argument) || !fail_once(&r) || !rig_contents(&r, &first)) return;
    for (int i = 0; i < 4; i++)
        if (!fail_once(&r)) return;
    if (!rig_contents(&r, &last)) return;
    (void)bench_expect(b, last.free_memory == first.free_memory, b->row->clauses,
                       "as much free memory after five failed downloads as after one", "%u bytes, then %u",
                       (unsigned)first.free_memory, (unsigned)last.free_memory);
}

/* That it fails is what the case begins with. */
static void run_same_iccid(struct bench *b)
{
    RIG_LOCAL r;
    if (!rig_begin(&r, b, b->row->argument) || !fail_once(&r)) return;
    if (rig_expect_over(&r)) (void)rig_expect_good(&r);
}

/* ---- warnings ---- */

/* An element that nobody needs is left out with a warning (SAIP 8.1.3). */
static void run_warning(struct bench *b)
{
    const struct download *d = b->row->argument;
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, d)) return;
    (void)lpa_download(r.lpa, r.dp, &d->options, &result);
    if (!rig_expect_installed(&r, &result)) return;
    bool warned = sima_has(result.result.sima_response, (uint32_t)d->statuses[0]);
    (void)bench_expect(b, warned, b->row->clauses, "pe-not-supported(1) as a warning in simaResponse", "%s",
                       warned ? "it" : "none");
}

/* ---- the table ---- */

#define ROW(name, text, clause, on, from, runner, ...)                                                                 \
    {                                                                                                                  \
        .id = "ES8+.LoadProfileElements/" name, .family = "ES8+", .title = text, .clauses = clause, .applies = on,     \
        .state = from, .needs = NEED_SGP26, .destructive = true, .run = runner,                                        \
        .argument = &(const struct download){__VA_ARGS__},                                                             \
    }
/* In four 86, of which the last has one byte: items 3 to 6 of the package. */
#define PART(name, text, number, outcome_list, ...)                                                                    \
    ROW(name, text, LPE number THEN_GOOD, LOADS_P256, "empty", run_refused, .offer = {.segment = 400},                 \
        .outcomes = outcome_list, .spoil = {__VA_ARGS__})
#define PART_BP(name, text, number, outcome_list, ...)                                                                 \
    ROW(name, text " (brainpoolP256r1)", LPE number THEN_GOOD, LOADS_BP256, "empty", run_refused, .curve = TEST_BP256, \
        .offer = {.segment = 400}, .outcomes = outcome_list, .spoil = {__VA_ARGS__})
/* One change to the package, and the PEStatus for it. */
#define BAD(name, text, clause, on, status_list, ...)                                                                  \
    ROW(name, text, SAIP clause THEN_GOOD, LOADS_P256 on, "empty", run_refused,                                        \
        .outcomes = LIST(OUT(ELEMENTS, ELEMENT)), .edits = {{__VA_ARGS__}}, .statuses = status_list)
/* Framing: it is about the elements or about the structure of the package. */
#define FRAMING(name, text, clause, ...)                                                                               \
    ROW(name, text, SAIP clause THEN_GOOD, LOADS_P256, "empty", run_refused,                                           \
        .outcomes = LIST(OUT(ELEMENTS, ELEMENT), OUT(ELEMENTS, STRUCTURE)), .edits = {{__VA_ARGS__}},                  \
        .statuses = LIST(5, 3, 6, 1))
#define MISMATCH_ROW(name, text, owner_digits, ...)                                                                    \
    ROW(name, text ": DataMismatch", MATCH THEN_GOOD, LOADS_P256, "empty", run_refused,                                \
        .outcomes = LIST(OUT(ELEMENTS, MISMATCH)), .metadata = {.owner = owner_digits}, .edits = {__VA_ARGS__})
#define MATCH_ROW(name, text, owner_digits, ...)                                                                       \
    ROW(name, text, "SGP.22 5.5.5; SGP.22 2.5.6", LOADS_P256, "empty", run_installed,                                  \
        .metadata = {.owner = owner_digits}, .edits = {__VA_ARGS__})
#define KEY_ROW(name, text, on, runner, key_digits, class_digits, ...)                                                 \
    ROW(name, text, "SGP.22 2.4.5.3; SGP.22 5.5.5; SGP.23-1 4.2.7", LOADS_P256 on, "empty", runner,                    \
        .edits = {{0xa4, TEST_KEY_OF_TINY, "8210" key_digits}}, .metadata = {.profile_class = class_digits},           \
        __VA_ARGS__)

const struct case_row cases_element[] = {
    ROW("01-nominal-nist", "the profile elements are installed (P-256)", LPE, LOADS_P256, "empty", run_installed,
        .offer = {.segment = 400}),
    ROW("02-nominal-brainpool", "the profile elements are installed (brainpoolP256r1)", LPE, LOADS_BP256, "empty",
        run_installed, .curve = TEST_BP256, .offer = {.segment = 400}),
    PART("10-mac-first", "one MAC bit of the first 86 changed: scp03tSecurityError", "; SGP.22 negative 43",
         LIST(OUT(ELEMENTS, SECURITY)), .mac_item = 3),
    PART_BP("11-mac-brainpool", "one MAC bit of an 86 changed: scp03tSecurityError", "; SGP.22 negative 43",
            LIST(OUT(ELEMENTS, SECURITY)), .mac_item = 4),
    PART("12-mac-last", "one MAC bit of the last 86 changed: scp03tSecurityError", "; SGP.22 negative 43",
         LIST(OUT(ELEMENTS, SECURITY)), .mac_item = 6),
    PART("13-cipher", "one bit of the cipher text of an 86 changed: scp03tSecurityError", "; SGP.22 2.5.3",
         LIST(OUT(ELEMENTS, SECURITY)), .cipher_item = 4),
    PART("14-icv", "an 86 of one block under a wrong ICV, the MAC right: scp03tSecurityError", "; SGP.22 negative 44",
         LIST(OUT(ELEMENTS, SECURITY)), .icv_item = 6),
    PART("15-padding", "an 86 padded with zeros only: refused", "; SGP.22 2.5.3",
         LIST(OUT(ELEMENTS, SECURITY), OUT(ELEMENTS, STRUCTURE)), .padding_item = 4),
    PART("16-cut", "cipher text that is no whole number of blocks: scp03tStructureError", "; SGP.22 2.5.3",
         LIST(OUT(ELEMENTS, STRUCTURE), OUT(ELEMENTS, SECURITY)), .cut_item = 4),
    PART("17-short", "an 86 of 7 bytes: scp03tStructureError", "; SGP.22 2.5.3",
         LIST(OUT(ELEMENTS, STRUCTURE), OUT(ELEMENTS, SECURITY)), .short_item = 4),
    PART("18-tag", "87 in place of an 86: scp03tStructureError", "; SGP.22 2.5.4",
         LIST(OUT(ELEMENTS, STRUCTURE), OUT(ELEMENTS, SECURITY), NO_SEGMENT), .retag_item = 4, .retag_to = 0x87),
    PART("20-swapped-first", "the first two 86 swapped: scp03tSecurityError", "; SGP.22 negative 42",
         LIST(OUT(ELEMENTS, SECURITY)), .swap_86 = 1),
    PART("21-swapped-last", "the last two 86 swapped: scp03tSecurityError", "; SGP.22 negative 42",
         LIST(OUT(ELEMENTS, SECURITY)), .swap_86 = 3),
    PART_BP("22-swapped-brainpool", "two 86 swapped: scp03tSecurityError", "; SGP.22 negative 42",
            LIST(OUT(ELEMENTS, SECURITY)), .swap_86 = 2),
    PART("23-replayed", "an 86 sent twice: scp03tSecurityError", "; SGP.22 negative 42", LIST(OUT(ELEMENTS, SECURITY)),
         .replay_86 = 2),
    PART("24-first-left-out", "the first 86 left out: scp03tSecurityError", "; SGP.22 negative 42",
         LIST(OUT(ELEMENTS, SECURITY)), .drop_86 = 1),
    PART("25-left-out", "an 86 left out: scp03tSecurityError", "; SGP.22 negative 42", LIST(OUT(ELEMENTS, SECURITY)),
         .drop_86 = 2),

    BAD("30-version-4", "major version 4 of the package: unsupported-profile-version", "8.2.1", "", LIST(31), 0xa0,
        "800102", "800104"),
    BAD("31-version-1", "major version 1 of the package: unsupported-profile-version", "8.2.1", "", LIST(31), 0xa0,
        "800102", "800101"),
    BAD("32-no-version", "a header without major version is refused", "8.2.1", "", LIST(5, 3, 6), 0xa0, "800102", ""),
    BAD("33-javacard", "a mandatory service that the card lacks, javacard: runtime-not-supported", "8.2.1",
        " and not javacard", LIST(7, 10), 0xa0, SERVICES, "A504 8100 8B00"),
    BAD("34-multos", "a mandatory service that the card lacks, multos: runtime-not-supported", "8.2.1",
        " and not multos", LIST(7, 10), 0xa0, SERVICES, "A504 8100 8C00"),
    BAD("35-contactless", "a mandatory service that the card lacks, contactless: feature-not-supported", "8.2.1",
        " and not contactless", LIST(10, 7), 0xa0, SERVICES, "A504 8000 8400"),
    BAD("36-cat-tp", "a mandatory service that the card lacks, cat-tp: feature-not-supported", "8.2.1",
        " and not cat-tp", LIST(10, 7), 0xa0, SERVICES, "A504 8100 9400"),
    BAD("37-unknown-service", "a mandatory service that nobody knows is refused", "8.2.1", "", LIST(10, 7, 6, 5), 0xa0,
        SERVICES, "A504 8100 9E00"),
    BAD("38-template", "a mandatory template that nobody knows: template-not-supported", "8.2.1", "", LIST(9), 0xa0,
        "060667810F010204", "060667810F01027F"),
    BAD("39-element-template", "a mandated element with an unknown template: template-not-supported", "8.10", "",
        LIST(9), 0xb3, "810667810F010204", "810667810F01027F"),
    BAD("40-library", "a mandatory library that the card lacks: lib-not-supported", "8.2.1", "", LIST(8), 0xa0, "",
        "A818 3016 8010 A0000005591010FFFFFFFF89000077FF 8102 0100"),
    BAD("41-second-header", "a second header is refused", "8.1.3", "", LIST(5, 3, 6, 1), 0xaa, NULL,
        "A005 800102 8300"),
    BAD("42-no-header", "a package without header is refused", "8.1.3", "", LIST(5, 3, 6, 1), 0xa0, NULL, NULL),
    BAD("43-unknown-mandated", "an unknown element that is mandated: pe-not-supported", "8.1.3", "", LIST(1), 0xa4,
        NULL, "BF7F07 A005 8000 810109"),
    BAD("44-nonstandard-mandated", "a mandated nonStandard element of a foreign issuer: pe-not-supported", "8.1.3", "",
        LIST(1), 0xa4, NULL, "A90F A005 8000 810109 8103 88370A 8201 00"),
    ROW("45-applet", "a mandated applet on a card without Java Card is refused", SAIP "8.10",
        LOADS_P256 " and isim and not javacard", "empty", run_refused, .package = "operational",
        .metadata = {.iccid = "98001010000000000001"}, .outcomes = LIST(OUT(ELEMENTS, ELEMENT)), .statuses = {7, 8},
        .edits = {{0xaa, NULL, "A818 A005 8000 81017F A10F 4F07 A0000000620001 C404 01020304"}}),
    BAD("46-indefinite", "an element of indefinite length: invalid-request-format", "8.10", "", LIST(5), 0xa4, NULL,
        "A980 0000"),
    BAD("47-past-end", "content that is longer than its file: bad-values", "8.10", "", LIST(3, 5), 0xaa, NULL,
        FILES("24", "1B", "3019 6212 82024121 83022FFA 8B032F0601 800102 8800 8103010203")),
    BAD("48-records", "records that do not fill their file: bad-values", "8.10", "", LIST(3, 5), 0xaa, NULL,
        FILES("21", "18", "3016 6214 8204 42210003 83022FFA 8B032F0601 80010A 8800")),
    BAD("49-no-directory", "a file in a directory that is not there: bad-values", "8.10", "", LIST(3, 5), 0xaa, NULL,
        FILES("23", "1A", "3018 80027F66 6212 82024121 83026F01 8B032F0601 800102 8800")),
    FRAMING("50-no-end", "a package without PE-End is refused", "8.1.3", 0xaa, NULL, NULL),
    FRAMING("51-behind-end", "data after PE-End is refused", "8.1.3", 0, NULL, "A907 A005 8000 81010F"),
    FRAMING("52-early-end", "a PE-End in the middle is refused", "8.1.3", 0xa4, NULL, "AA07 A005 8000 810109"),
    ROW("53-unknown-element", "an unknown element that nobody mandates is left out with a warning", LPE "; SAIP 8.1.3",
        LOADS_P256, "empty", run_warning, .edits = {{0xa4, NULL, "BF7F05 A003 810109"}}, .statuses = {1}),
    ROW("54-nonstandard", "a nonStandard element of a foreign issuer is left out with a warning", LPE "; SAIP 8.1.3",
        LOADS_P256, "empty", run_warning, .edits = {{0xa4, NULL, "A90D A003 810109 8103 88370A 8201 00"}},
        .statuses = {1}),

    ROW("60-iccid-of-package", "EF.ICCID with another ICCID than the metadata: DataMismatch", MATCH, LOADS_P256,
        "empty", run_refused, .outcomes = LIST(OUT(ELEMENTS, MISMATCH)), .edits = {{0xb0, TINY_ICCID, OTHER_ICCID}}),
    ROW("61-iccid-of-metadata", "metadata with another ICCID than EF.ICCID: DataMismatch", MATCH, LOADS_P256, "empty",
        run_refused, .outcomes = LIST(OUT(ELEMENTS, MISMATCH)), .metadata = {.iccid = OTHER_ICCID}),
    ROW("62-iccid-brainpool", "metadata with another ICCID than EF.ICCID: DataMismatch (brainpoolP256r1)", MATCH,
        LOADS_BP256, "empty", run_refused, .curve = TEST_BP256, .outcomes = LIST(OUT(ELEMENTS, MISMATCH)),
        .metadata = {.iccid = OTHER_ICCID}),
    MATCH_ROW("63-owner", "the owner 001/01 of EF.IMSI is taken", OWNER, {0}),
    MISMATCH_ROW("64-mcc", "an owner with another MCC than EF.IMSI", "B7058003 00F210", {0}),
    MISMATCH_ROW("65-mcc-first-digit", "an owner with another first digit of the MCC", "B7058003 01F110", {0}),
    MISMATCH_ROW("66-mnc", "an owner with another MNC than EF.IMSI", "B7058003 00F120", {0}),
    MISMATCH_ROW("67-mnc-third-digit", "an owner with another third digit of the MNC", "B7058003 001110", {0}),
    MISMATCH_ROW("68-imsi", "EF.IMSI of another operator than the owner", OWNER,
                 {0xb3, "080910100000000020", "080920200000000020"}),
    MATCH_ROW("70-gid1", "an owner with the GID1 of EF.GID1 is taken", "B7088003 00F110 8101AA", SERVICE("05"),
              GID1("AA")),
    MISMATCH_ROW("71-gid1-other", "an owner with another GID1 than EF.GID1", "B7088003 00F110 8101AA", SERVICE("05"),
                 GID1("AB")),
    MISMATCH_ROW("72-gid1-in-package", "EF.GID1 and its service, and an owner without GID1", OWNER, SERVICE("05"),
                 GID1("AA")),
    MISMATCH_ROW("73-gid1-in-owner", "an owner with GID1 and no EF.GID1", "B7088003 00F110 8101AA", {0}),
    MISMATCH_ROW("74-gid1-service", "an owner with GID1, whose service is not in EF.UST", "B7088003 00F110 8101AA",
                 GID1("AA")),
    MATCH_ROW("75-gid2", "an owner with the GID2 of EF.GID2 is taken", "B7088003 00F110 8201BB", SERVICE("06"),
              GID2("BB")),
    MISMATCH_ROW("76-gid2-other", "an owner with another GID2 than EF.GID2", "B7088003 00F110 8201BB", SERVICE("06"),
                 GID2("BC")),
    MISMATCH_ROW("77-gid2-in-package", "EF.GID2 and its service, and an owner without GID2", OWNER, SERVICE("06"),
                 GID2("BB")),
    MATCH_ROW("78-no-owner", "without a profileOwner nothing is compared", "",
              {0xb3, "080910100000000020", "080920200000000020"}),

    KEY_ROW("80-test-key-zero", "a test profile with the key zero is installed", " and test-profiles", run_installed,
            "00000000000000000000000000000000", "950100", .keys = false),
    KEY_ROW("81-test-key-real", "a test profile with a real key: testProfileInstallFailedDueToInvalidNaaKey",
            " and test-profiles", run_refused, "465B5CE8B199B49FAA5F0A2EE238A6BC", "950100",
            .outcomes = LIST(OUT(ELEMENTS, TEST_KEY))),
    KEY_ROW("82-operational-key", "an operational profile may have any key", "", run_installed,
            "465B5CE8B199B49FAA5F0A2EE238A6BC", "950102", .keys = false),

    ROW("90-no-memory", "a profile that is larger than the free memory: InsufficientMemoryForProfile",
        LPE "; SGP.22 negative 57" THEN_GOOD, LOADS_P256, "empty", run_no_memory,
        .outcomes = LIST(OUT(ELEMENTS, MEMORY), OUT(METADATA, MEMORY), OUT(CONFIGURE, MEMORY))),
    ROW("91-no-leak", "failed downloads use up no memory", LPE "; SGP.22 3.1.3.3", LOADS_P256, "empty", run_no_leak,
        .offer = {.segment = 400}, .spoil = {.mac_item = 6}, .outcomes = LIST(OUT(ELEMENTS, SECURITY))),
    ROW("92-same-iccid", "after a failure in the last 86 a profile with the same ICCID can be installed",
        LPE "; SGP.22 3.1.3.3", LOADS_P256, "empty", run_same_iccid, .offer = {.segment = 400},
        .spoil = {.mac_item = 6}, .outcomes = LIST(OUT(ELEMENTS, SECURITY))),
    ROW("93-same-iccid-brainpool",
        "after a failure in the first 86 a profile with the same ICCID can be installed (brainpoolP256r1)",
        LPE "; SGP.22 3.1.3.3", LOADS_BP256, "empty", run_same_iccid, .curve = TEST_BP256, .offer = {.segment = 400},
        .spoil = {.mac_item = 3}, .outcomes = LIST(OUT(ELEMENTS, SECURITY))),
    {.id = NULL},
};
