/* ES8+.ConfigureISDP and ES8+.StoreMetadata (SGP.22 5.5.2, 5.5.3; SGP.23-1 4.2.4, 4.2.5): what a card takes and
 * gives back, what it refuses with which result, and that nothing is left then. Profile policy rules: cases_policy.c.
 */
#define _GNU_SOURCE
#include "download.h"

#include "base/hex.h"

#include <stdio.h>

#define CFG "SGP.22 5.5.2; SGP.23-1 4.2.4"
#define MTD "SGP.22 5.5.3; SGP.23-1 4.2.5"

#define X2(x) x x
#define X4(x) X2(x) X2(x)
#define X8(x) X4(x) X4(x)
#define X16(x) X8(x) X8(x)
#define X32(x) X16(x) X16(x)
#define X64(x) X32(x) X32(x)
#define X128(x) X64(x) X64(x)
#define X1024(x) X4(X128(x)) X4(X128(x))
#define ICON_1024 "930101 94820400" X1024("5A")

#define OWNER_001_01 "B7058003 00F110"
#define SERVICE_DATA "BF220F 300D 8003883701 A106 040411223344"

/* ---- what comes back ---- */

/* Members of the entry of GetProfilesInfo, whole objects one behind the other: each is there as it was sent. */
static void expect_members(struct rig *r, const char *digits)
{
    BUF_LOCAL wish = {0};
    BUF_LOCAL tags = {0};
    struct lpa_profiles list;
    struct tlv wanted;
    struct tlv entry;
    struct tlv member;
    if (!put_digits(&wish, digits)) {
        (void)bench_verdict(r->b, VERDICT_ERROR, "not hexadecimal: %s", digits);
        return;
    }
    for (struct slice in = buf_slice(&wish); tlv_next(&in, &wanted);) {
        if (wanted.tag > 0xff) buf_byte(&tags, (uint8_t)(wanted.tag >> 8));
        buf_byte(&tags, (uint8_t)wanted.tag);
    }
    if (!lpa_get_profiles_info(r->lpa, slice_of(NULL, 0), buf_slice(&tags), &list)) {
        if (bench_goes_on(r->b))
            (void)bench_expect(r->b, false, "SGP.22 5.7.15", "a list of profiles", "%s", r->lpa->error);
        return;
    }
    for (struct slice in = buf_slice(&wish); tlv_next(&in, &wanted);) {
        char text[40];
        bool same = false;
        for (size_t i = 0; i < list.n && !same; i++) {
            struct slice whole = list.list[i].whole;
            same = tlv_next(&whole, &entry) && tlv_find(entry.value, wanted.tag, &member) &&
                   slice_equal(member.whole, wanted.whole);
        }
        (void)snprintf(text, sizeof text, "%X as it was sent", (unsigned)wanted.tag);
        if (!bench_expect(r->b, same, r->b->row->clauses, text, "%s", same ? "it" : "another one, or none")) return;
    }
}

static void run_stored(struct bench *b)
{
    const struct download *d = b->row->argument;
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, d)) return;
    (void)lpa_download(r.lpa, r.dp, &d->options, &result);
    if (rig_expect_installed(&r, &result)) expect_members(&r, d->more);
}

/* Each member that comes only if it is asked for, and nothing else, in the order of the module. */
static void run_on_request(struct bench *b)
{
    const struct download *d = b->row->argument;
    static const uint8_t tags[] = {0xb6, 0xb7, 0xb8, 0x99, 0xbf, 0x22, 0x5a};
    RIG_LOCAL r;
    BUF_LOCAL wish = {0};
    BUF_LOCAL search = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    struct lpa_profiles list;
    struct tlv entry = {0};
    if (!rig_begin(&r, b, d)) return;
    (void)lpa_download(r.lpa, r.dp, &d->options, &result);
    if (result.stage == LPA_STAGE_RESULT && result.result.reason == POLICY) {
        (void)bench_verdict(b, VERDICT_SKIP, "this card's table allows no PPR2");
        return;
    }
    if (!rig_expect_installed(&r, &result)) return;
    bool good = put_digits(&wish, d->more) && put_digits(&search, "5A0A" TINY_ICCID);
    if (!good || !lpa_get_profiles_info(r.lpa, buf_slice(&search), SLICE(tags), &list)) {
        if (bench_goes_on(b)) (void)bench_expect(b, false, "SGP.22 5.7.15", "a list of profiles", "%s", r.lpa->error);
        return;
    }
    struct slice whole = list.n == 1 ? list.list[0].whole : slice_of(NULL, 0);
    bool same = tlv_next(&whole, &entry) && slice_equal(entry.value, buf_slice(&wish));
    char came[400];
    (void)bench_expect(b, same, b->row->clauses, "5A, B6, B7, B8, 99 and BF22 as they were sent, in this order", "%s",
                       hex_short(entry.value, came, sizeof came));
}

/* The metadata name a profile that is on the card: the fact of this name has its ICCID. */
static void run_exists(struct bench *b)
{
    const struct download *row = b->row->argument;
    struct download d = *row;
    d.metadata.iccid = facts_get(b->facts, row->more);
    d.iccid_stays = true;
    refuse(b, &d);
}

/* ---- the table ---- */

#define ROW(group, name, text, clause, on, from, runner, ...)                                                          \
    {                                                                                                                  \
        .id = "ES8+." group "/" name, .family = "ES8+", .title = text, .clauses = clause, .applies = on,               \
        .state = from, .needs = NEED_SGP26, .destructive = true, .run = runner,                                        \
        .argument =                                                                                                    \
            &(const struct download){.curve = sizeof(on) == sizeof(LOADS_P256) ? TEST_P256 : TEST_BP256, __VA_ARGS__}, \
    }
#define CFG_ROW(name, text, number, runner, ...)                                                                       \
    ROW("ConfigureISDP", name, text, CFG number, LOADS_P256, "empty", runner, __VA_ARGS__)
#define CFG_BAD(name, text, number, outcome_list, ...)                                                                 \
    CFG_ROW(name, text, number, run_refused, .outcomes = outcome_list, __VA_ARGS__)
#define MTD_ROW(name, text, number, runner, ...)                                                                       \
    ROW("StoreMetadata", name, text, MTD number, LOADS_P256, "empty", runner, __VA_ARGS__)
#define MTD_BAD(name, text, number, outcome_list, ...)                                                                 \
    MTD_ROW(name, text, number, run_refused, .outcomes = outcome_list, __VA_ARGS__)
/* A member that is wrong. */
#define INCORRECT_ROW(name, text, number, ...)                                                                         \
    MTD_BAD(name, text, number, LIST(OUT(METADATA, INCORRECT)), .metadata = {__VA_ARGS__})
/* What cannot be decoded may also be a wrong structure of the package. */
#define NO_REQUEST(command) LIST(OUT(command, INCORRECT), OUT(command, STRUCTURE))

static const uint8_t stray[] = {0x85, 0x01, 0x00};

#define EVERYTHING_REQUEST                                                                                             \
    .metadata = {.service_provider = "9102 C3A9",                                                                      \
                 .name = "9203 E282AC",                                                                                \
                 .icon = "930100 9403FFD8FF",                                                                          \
                 .profile_class = "950102",                                                                            \
                 .notifications = "B615 3009 80020780 8103612E62 3008 800205A0 8102632E",                              \
                 .owner = OWNER_001_01},                                                                               \
    .configure = "BF240B B809 800488370A01 810155"
#define EVERYTHING_BACK                                                                                                \
    "5A0A" TINY_ICCID "9102C3A9 9203E282AC 930100 9403FFD8FF 950102"                                                   \
    "B615 3009 80020780 8103612E62 3008 800205A0 8102632E B705800300F110 B809800488370A01810155"

const struct case_row cases_metadata[] = {
    CFG_ROW("01-empty", "ConfigureISDP without content creates the ISD-P", "", run_installed, .configure = "BF2400"),
    ROW("ConfigureISDP", "02-empty-brainpool", "ConfigureISDP without content creates the ISD-P (brainpoolP256r1)", CFG,
        LOADS_BP256, "empty", run_installed, .configure = "BF2400"),
    CFG_ROW("03-data-128", "dpProprietaryData of 128 bytes are kept", "; SGP.22 negative 48", run_stored,
            .configure = "BF248180 B87E 800388370A 8177" X64("55") X32("66") X16("77") X4("88") "99AABB",
            .more = "B87E 800388370A 8177" X64("55") X32("66") X16("77") X4("88") "99AABB"),
    CFG_BAD("10-data-129", "dpProprietaryData of 129 bytes: incorrectInputValues", "; SGP.22 negative 48",
            LIST(OUT(CONFIGURE, INCORRECT)),
            .configure = "BF248181 B87F 800388370A 8178" X64("55") X32("55") X16("55") X8("55")),
    CFG_BAD("11-data-200", "dpProprietaryData of 200 bytes: incorrectInputValues", "; SGP.22 negative 48",
            LIST(OUT(CONFIGURE, INCORRECT)),
            .configure = "BF2481C8 B881C5 800388370A 8181BD" X128("55") X32("55") X16("55") X8("55") X4("55") "55"),
    CFG_BAD("12-no-oid", "dpProprietaryData without dpOid is refused", "", NO_REQUEST(CONFIGURE),
            .configure = "BF2405 B803810155"),
    CFG_BAD("13-another-object", "another object in place of BF24 is refused", "", NO_REQUEST(CONFIGURE),
            .configure = "BF2500"),
    CFG_BAD("20-mac", "one MAC bit of its 87 changed: scp03tSecurityError", "; SGP.22 negative 43",
            LIST(OUT(CONFIGURE, SECURITY)), .spoil = {.mac_item = 1}),
    ROW("ConfigureISDP", "21-mac-brainpool", "one MAC bit of its 87 changed: scp03tSecurityError (brainpoolP256r1)",
        CFG "; SGP.22 negative 43", LOADS_BP256, "empty", run_refused, .outcomes = LIST(OUT(CONFIGURE, SECURITY)),
        .spoil = {.mac_item = 1}),
    CFG_BAD("22-cipher", "one bit of its cipher text changed: scp03tSecurityError", "; SGP.22 2.5.3",
            LIST(OUT(CONFIGURE, SECURITY)), .spoil = {.cipher_item = 1}),
    CFG_BAD("23-icv", "encrypted with a wrong ICV, the MAC right: scp03tSecurityError", "; SGP.22 negative 44",
            LIST(OUT(CONFIGURE, SECURITY)), .spoil = {.icv_item = 1}),
    CFG_BAD("24-padding", "padded with zeros only: refused", "; SGP.22 2.5.3",
            LIST(OUT(CONFIGURE, SECURITY), OUT(CONFIGURE, STRUCTURE)), .spoil = {.padding_item = 1}),
    CFG_BAD("25-cut", "cipher text that is no whole number of blocks: scp03tStructureError", "; SGP.22 2.5.3",
            LIST(OUT(CONFIGURE, STRUCTURE), OUT(CONFIGURE, SECURITY)), .spoil = {.cut_item = 1}),
    CFG_BAD("26-short", "an 87 of 7 bytes: scp03tStructureError", "; SGP.22 2.5.3",
            LIST(OUT(CONFIGURE, STRUCTURE), OUT(CONFIGURE, SECURITY)), .spoil = {.short_item = 1}),
    CFG_BAD("27-tag", "86 in place of its 87: scp03tStructureError", "; SGP.22 2.5.4",
            LIST(OUT(CONFIGURE, STRUCTURE), OUT(CONFIGURE, SECURITY)), .spoil = {.retag_item = 1, .retag_to = 0x86}),
    CFG_BAD("28-stray", "85 inside A0: scp03tStructureError", "; SGP.22 2.5.4", LIST(OUT(CONFIGURE, STRUCTURE)),
            .spoil = {.insert_item = 1, .insert_bytes = BYTES(stray)}),
    CFG_BAD("30-metadata-first", "A1 before A0: scp03tStructureError", "; SGP.22 2.5.4; SGP.22 negative 41",
            LIST(OUT(CONFIGURE, STRUCTURE), OUT(METADATA, STRUCTURE), NO_SEGMENT),
            .spoil = {.order = "103", .order_before_protect = true}),
    CFG_BAD("31-elements-first", "A3 before A0: scp03tStructureError", "; SGP.22 2.5.4; SGP.22 negative 41",
            LIST(OUT(CONFIGURE, STRUCTURE), OUT(METADATA, STRUCTURE), OUT(ELEMENTS, STRUCTURE), NO_SEGMENT),
            .spoil = {.order = "301", .order_before_protect = true}),
    CFG_BAD("32-missing", "a package without A0: scp03tStructureError", "; SGP.22 2.5.4",
            LIST(OUT(CONFIGURE, STRUCTURE), OUT(METADATA, STRUCTURE), NO_SEGMENT),
            .spoil = {.order = "13", .order_before_protect = true}),
    CFG_BAD("33-twice", "A0 twice: scp03tStructureError", "; SGP.22 2.5.4",
            LIST(OUT(CONFIGURE, STRUCTURE), OUT(METADATA, STRUCTURE), NO_SEGMENT),
            .spoil = {.order = "0013", .order_before_protect = true}),

    MTD_ROW("01-everything", "each member of the metadata comes back as it was sent", "", run_stored,
            EVERYTHING_REQUEST, .more = EVERYTHING_BACK),
    ROW("StoreMetadata", "02-everything-brainpool", "each member of the metadata comes back (brainpoolP256r1)", MTD,
        LOADS_BP256, "empty", run_stored, EVERYTHING_REQUEST, .more = EVERYTHING_BACK),
    MTD_ROW("03-default-class", "without profileClass it is an operational profile", "", run_stored,
            .metadata = {.profile_class = ""}, .more = "950102"),
    MTD_ROW("04-unknown-member", "an unknown member is ignored (EXTENSIBILITY IMPLIED)", "", run_installed,
            .metadata = {.rest = "9F7F0101"}),
    MTD_ROW("05-service-data", "serviceSpecificDataStoredInEuicc comes back", "", run_stored,
            .metadata = {.rest = SERVICE_DATA}, .more = SERVICE_DATA),
    MTD_ROW("06-two-88", "an icon of 1024 bytes in two 88 comes back whole", "; SGP.22 negative 53", run_stored,
            .metadata = {.icon = ICON_1024}, .more = ICON_1024),
    MTD_ROW("07-two-88-inside-name", "two 88 may part the metadata anywhere", "; SGP.22 negative 53", run_stored,
            .metadata = {.icon = ICON_1024}, .offer = {.metadata_segment = 701}, .more = ICON_1024 "920474696E79"),
    MTD_ROW("08-name-64", "a profileName of 64 characters comes back", "", run_stored,
            .metadata = {.name = "9240" X64("41")}, .more = "9240" X64("41")),
    MTD_ROW("09-name-64-long", "64 characters of three bytes each are a profileName", "", run_stored,
            .metadata = {.name = "9281C0" X64("E282AC")}, .more = "9281C0" X64("E282AC")),
    MTD_ROW("10-provider-32", "a serviceProviderName of 32 characters comes back", "", run_stored,
            .metadata = {.service_provider = "9120" X32("41")}, .more = "9120" X32("41")),
    MTD_ROW("11-provider-32-long", "32 characters of two bytes each are a serviceProviderName", "", run_stored,
            .metadata = {.service_provider = "9140" X32("C3A4")}, .more = "9140" X32("C3A4")),
    MTD_ROW("12-on-request", "owner, rules and proprietary data come when asked for, in the order of the specification",
            "; SGP.22 5.7.15; SGP.22 negative 65", run_on_request,
            .metadata = {.notifications = "B60E 300C 80020470 8106622E74657374",
                         .owner = OWNER_001_01,
                         .rules = "99020520",
                         .rest = SERVICE_DATA},
            .configure = "BF240B B809 800488370A01 810155",
            .more = "5A0A" TINY_ICCID "B60E300C800204708106622E74657374" OWNER_001_01
                    "B809800488370A01810155 99020520" SERVICE_DATA),
    INCORRECT_ROW("20-name-65", "a profileName of 65 characters: incorrectInputValues", "; SGP.22 negative 50",
                  .name = "9241" X64("41") "41"),
    INCORRECT_ROW("21-name-65-long", "65 characters of three bytes each: incorrectInputValues", "; SGP.22 negative 50",
                  .name = "9281C3" X64("E282AC") "E282AC"),
    INCORRECT_ROW("22-provider-33", "a serviceProviderName of 33 characters: incorrectInputValues",
                  "; SGP.22 negative 50", .service_provider = "9121" X32("41") "41"),
    INCORRECT_ROW("23-icon-1025", "an icon of 1025 bytes: incorrectInputValues", "; SGP.22 negative 50",
                  .icon = "930101 94820401" X1024("5A") "5A"),
    INCORRECT_ROW("24-icon-without-type", "an icon without iconType: incorrectInputValues", "; SGP.22 negative 50",
                  .icon = "9404 01020304"),
    INCORRECT_ROW("25-no-iccid", "metadata without ICCID: incorrectInputValues", "", .iccid = ""),
    INCORRECT_ROW("26-iccid-9", "an ICCID of 9 bytes: incorrectInputValues", "", .iccid = "980010100000000000"),
    INCORRECT_ROW("27-iccid-11", "an ICCID of 11 bytes: incorrectInputValues", "", .iccid = "9800101000000000008200"),
    INCORRECT_ROW("28-no-provider", "metadata without serviceProviderName: incorrectInputValues", "",
                  .service_provider = ""),
    INCORRECT_ROW("29-no-name", "metadata without profileName: incorrectInputValues", "", .name = ""),
    INCORRECT_ROW("30-owner-without-plmn", "a profileOwner without mccMnc: incorrectInputValues", "",
                  .owner = "B703 8101AA"),
    INCORRECT_ROW("31-plmn-2", "an mccMnc of 2 bytes: incorrectInputValues", "", .owner = "B704 800200F1"),
    INCORRECT_ROW("32-no-events", "a notification item without events: incorrectInputValues", "",
                  .notifications = "B605 3003810161"),
    INCORRECT_ROW("33-no-address", "a notification item without address: incorrectInputValues", "",
                  .notifications = "B606 300480020780"),
    MTD_BAD("34-another-object", "another object in place of BF25 is refused", "", NO_REQUEST(METADATA),
            .whole_metadata = "BF2400"),
    MTD_BAD("35-too-long", "a BF25 that says more bytes than A1 has is refused", "", NO_REQUEST(METADATA),
            .whole_metadata = "BF2519 5A0A" TINY_ICCID "9103535031 920474696E79"),
    MTD_BAD("36-class-3", "profileClass 3: unsupportedProfileClass", "",
            LIST(OUT(METADATA, CLASS), OUT(METADATA, INCORRECT)), .metadata = {.profile_class = "950103"}),
    ROW("StoreMetadata", "37-no-test-profiles",
        "profileClass test on a card without test profiles: unsupportedProfileClass", MTD "; SGP.22 negative 51",
        LOADS_P256, "no-test-profiles", run_refused, .outcomes = LIST(OUT(METADATA, CLASS)),
        .metadata = {.profile_class = "950100"}),
    ROW("StoreMetadata", "40-exists-disabled", "the ICCID of a disabled profile: IccidAlreadyExistsOnEuicc",
        MTD "; SGP.22 negative 49", LOADS_P256, "disabled", run_exists, .outcomes = LIST(OUT(METADATA, EXISTS)),
        .more = "disabled"),
    ROW("StoreMetadata", "41-exists-enabled", "the ICCID of the enabled profile: IccidAlreadyExistsOnEuicc",
        MTD "; SGP.22 negative 49", LOADS_P256, "enabled", run_exists, .outcomes = LIST(OUT(METADATA, EXISTS)),
        .more = "enabled"),
    ROW("StoreMetadata", "42-exists-brainpool", "the ICCID of a disabled profile, brainpoolP256r1",
        MTD "; SGP.22 negative 49", LOADS_BP256, "disabled", run_exists, .outcomes = LIST(OUT(METADATA, EXISTS)),
        .more = "disabled"),

    MTD_BAD("70-mac", "one MAC bit of the 88 changed: scp03tSecurityError", "; SGP.22 negative 43",
            LIST(OUT(METADATA, SECURITY)), .spoil = {.mac_item = 2}),
    ROW("StoreMetadata", "71-mac-brainpool", "one MAC bit of the 88 changed: scp03tSecurityError (brainpoolP256r1)",
        MTD "; SGP.22 negative 43", LOADS_BP256, "empty", run_refused, .outcomes = LIST(OUT(METADATA, SECURITY)),
        .spoil = {.mac_item = 2}),
    MTD_BAD("72-bit", "one bit in the 88 changed: scp03tSecurityError", "; SGP.22 2.5.3", LIST(OUT(METADATA, SECURITY)),
            .spoil = {.cipher_item = 2}),
    MTD_BAD("73-second-mac", "one MAC bit of the second 88 changed: storeMetadata, scp03tSecurityError",
            "; SGP.22 negative 43", LIST(OUT(METADATA, SECURITY)), .metadata = {.icon = ICON_1024},
            .spoil = {.mac_item = 3}),
    MTD_BAD("74-short", "an 88 of 7 bytes: scp03tStructureError", "; SGP.22 2.5.3",
            LIST(OUT(METADATA, STRUCTURE), OUT(METADATA, SECURITY)), .spoil = {.short_item = 2}),
    MTD_BAD("75-tag", "87 in place of the 88: scp03tStructureError", "; SGP.22 2.5.4",
            LIST(OUT(METADATA, STRUCTURE), OUT(METADATA, SECURITY), NO_SEGMENT),
            .spoil = {.retag_item = 2, .retag_to = 0x87}),
    MTD_BAD("76-elements-first", "A3 before A1: scp03tStructureError", "; SGP.22 2.5.4; SGP.22 negative 41",
            LIST(OUT(METADATA, STRUCTURE), OUT(CONFIGURE, STRUCTURE), OUT(ELEMENTS, STRUCTURE), NO_SEGMENT),
            .spoil = {.order = "031", .order_before_protect = true}),
    MTD_BAD("77-twice", "A1 twice: scp03tStructureError", "; SGP.22 2.5.4",
            LIST(OUT(REPLACE, STRUCTURE), OUT(METADATA, STRUCTURE), OUT(ELEMENTS, STRUCTURE), NO_SEGMENT),
            .spoil = {.order = "0113", .order_before_protect = true}),
    {.id = NULL},
};
