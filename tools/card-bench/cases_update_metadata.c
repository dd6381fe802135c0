/* ES6.UpdateMetadata (SGP.22 5.4.1; SGP.23-1 4.2.2): an operator changes what the eUICC shows of its profile, through
 * its security domain, over the air. What GetProfilesInfo shows afterwards is the verdict. */
#define _GNU_SOURCE
#include "ota_case.h"

#include "base/tlv.h"

#define CLAUSES "SGP.22 5.4.1; SGP.23-1 4.2.2"
#define ROW "; SGP.22 negative 77"

/* INSTALL [for personalization] of the profile's own ISD-P, by the AID that stands for it, and the request. */
#define ISDP "A0000005591010FFFFFFFF8900000F00"
#define PERSONALIZE(aid) "80E62000(0000 10" aid "000000)"
#define UPDATE(members) PERSONALIZE(ISDP) "80E29000(BF2A(" members "))"

#define SHOWN(tags, members) .shown = {"{enabled}", tags, members}
#define BEGINS(tags, members) .begin_shown = {"{enabled}", tags, members}
#define SHOWN_2(tags, members) .shown_2 = {"{enabled}", tags, members}
#define NAMES "91(\"softeuicc\")92(\"softeuicc operational\")"
#define SHOWS_NAMES SHOWN("9192", NAMES)
#define WITH_STATUS(result, ...)                                                                                       \
    {                                                                                                                  \
        .tar = TAR_DOMAIN, .spi = "1619", .set = SET_AES, .status = result, __VA_ARGS__                                \
    }
#define BY_OPERATOR(...) WITH_STATUS("00", __VA_ARGS__)
/* In answer to something wrong: the command that failed and its status word. Nothing may be changed, which is looked
 * at; members that the card does not know it may pass over. */
#define REFUSED "02 6xxx"
#define REFUSED_OR_PASSED_OVER "02 6xxx | 02 9000"

#define METADATA(name, text, row, in, ...)                                                                             \
    {                                                                                                                  \
        .id = "ES6.UpdateMetadata/" name, .family = "ES6", .title = text, .clauses = CLAUSES row,                      \
        .applies = "isdr and consumer", .state = in, .destructive = true, .run = ota_run_row,                          \
        .argument = &(const struct ota_row)                                                                            \
        {                                                                                                              \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }
#define CHANGE(name, text, members, ...)                                                                               \
    METADATA(name, text, "", "ota", .test = {BY_OPERATOR(.script = UPDATE(members), .data = "02 9000")}, __VA_ARGS__)
#define WRONG(name, text, row, members, result, ...)                                                                   \
    METADATA(name, text, row, "ota", .test = {BY_OPERATOR(.script = UPDATE(members), .data = result)}, __VA_ARGS__)

/* ---- the largest icon ---- */

/* An icon of `size` bytes in STORE DATA blocks; in one packet of many short messages. */
static bool put_icon(struct bench *b, size_t size, const char *result)
{
    BUF_LOCAL request = {0};
    BUF_LOCAL icon = {0};
    BUF_LOCAL blocks = {0};
    for (size_t i = 0; i < size; i++)
        buf_byte(&icon, (uint8_t)i);
    size_t mark = tlv_open(&request, 0xbf2a);
    tlv_put_u8(&request, 0x93, 1);
    tlv_put(&request, 0x94, buf_slice(&icon));
    tlv_close(&request, mark);
    struct slice rest = buf_slice(&request);
    for (uint8_t number = 0; rest.n; number++) {
        size_t n = rest.n < 250 ? rest.n : 250;
        const uint8_t head[] = {0x80, 0xe2, n == rest.n ? 0x90 : 0x10, number, (uint8_t)n};
        buf_append(&blocks, SLICE(head));
        buf_append(&blocks, slice_of(rest.p, n));
        rest = slice_skip(rest, n);
    }
    const struct ota_send send = BY_OPERATOR(.counter = 1, .script = PERSONALIZE(ISDP) "{blocks}", .data = result);
    return ((buf_err(&blocks) == OK && variables_set(&b->variables, "blocks", buf_slice(&blocks)) &&
             variables_set(&b->variables, "icon", buf_slice(&icon))) ||
            bench_verdict(b, VERDICT_ERROR, "no memory")) &&
           ota_send(b, &send);
}

static void run_largest_icon(struct bench *b)
{
    static const struct ota_shown icon = {"{enabled}", "9394", "93010194({icon})"};
    if (ota_begin(b) && put_icon(b, 1024, "06 9000")) (void)ota_look(b, &icon);
}

static void run_icon_too_large(struct bench *b)
{
    static const struct ota_shown none = {"{enabled}", "9394", ""};
    if (ota_begin(b) && put_icon(b, 1025, "06 6xxx | 05 6xxx")) (void)ota_look(b, &none);
}

#define A32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

const struct case_row cases_update_metadata[] = {
    CHANGE("01-provider", "a new service provider name, and nothing else changes", "91(\"new\")",
           SHOWN("9192", "91(\"new\")92(\"softeuicc operational\")")),
    CHANGE("02-name", "a new profile name, and nothing else changes", "92(\"new\")",
           SHOWN("9192", "91(\"softeuicc\")92(\"new\")")),
    CHANGE("03-both", "both names", "91(\"one\")92(\"two\")", SHOWN("9192", "91(\"one\")92(\"two\")")),
    CHANGE("04-utf8", "a name in UTF-8", "92(C3BC E282AC 21)", SHOWN("92", "92(C3BC E282AC 21)")),
    CHANGE("05-longest-provider", "a service provider name of 32 characters", "91(\"" A32 "\")",
           SHOWN("91", "91(\"" A32 "\")")),
    CHANGE("06-longest-name", "a profile name of 64 characters", "92(\"" A32 A32 "\")",
           SHOWN("92", "92(\"" A32 A32 "\")")),
    CHANGE("07-icon", "an icon with its type", "930101 94(89504E470D0A1A0A)",
           SHOWN("939495", "930101 94(89504E470D0A1A0A) 950102")),
    METADATA("08-icon-replaced", "another icon of another type", "", "ota",
             .given = {BY_OPERATOR(.script = UPDATE("930101 94(89504E470D0A1A0A)"), .data = "02 9000")},
             BEGINS("9394", "930101 94(89504E470D0A1A0A)"),
             .test = {BY_OPERATOR(.script = UPDATE("930100 94(FFD8FF)"), .data = "02 9000")},
             SHOWN("9394", "930100 94(FFD8FF)")),
    METADATA("09-icon-removed", "an empty icon and type: there is none afterwards", "", "ota",
             .given = {BY_OPERATOR(.script = UPDATE("930101 94(89504E470D0A1A0A)"), .data = "02 9000")},
             BEGINS("9394", "930101 94(89504E470D0A1A0A)"),
             .test = {BY_OPERATOR(.script = UPDATE("9300 9400"), .data = "02 9000")}, SHOWN("9394", "")),
    CHANGE("10-nothing", "a request without members changes nothing", "", SHOWS_NAMES),
    METADATA(
        "11-blocks", "a request in STORE DATA blocks", "", "ota",
        .test = {BY_OPERATOR(.script = PERSONALIZE(ISDP) "80E21000 04 BF2A0391 80E29001 02 0141", .data = "03 9000")},
        SHOWN("91", "91(\"A\")")),
    METADATA("12-twice", "a second request replaces what the first one set", "", "ota",
             .given = {BY_OPERATOR(.script = UPDATE("91(\"one\")"), .data = "02 9000")}, BEGINS("91", "91(\"one\")"),
             .test = {BY_OPERATOR(.script = UPDATE("91(\"two\")"), .data = "02 9000")}, SHOWN("91", "91(\"two\")")),
    METADATA("13-durable", "what was changed is there after power off", "", "ota",
             .given = {BY_OPERATOR(.script = UPDATE("91(\"new\")"), .data = "02 9000")}, BEGINS("91", "91(\"new\")"),
             .power_cycle = true, SHOWN("91", "91(\"new\")"),
             .test = {{.tar = TAR_MF, .spi = "1201", .set = SET_DES, .counter = 1, .status = "00"}}),
    METADATA("14-nickname-stays", "the nickname of the user stays", "", "ota",
             .begin = {{"BF29(5A({enabled})90(\"mine\"))", "BF29(800100) 9000"}}, BEGINS("90", "90(\"mine\")"),
             .test = {BY_OPERATOR(.script = UPDATE("91(\"new\")"), .data = "02 9000")}, SHOWN("90", "90(\"mine\")")),
    METADATA("15-other-profile", "the other profiles are as they were", "", "ota-ppr1",
             .test = {BY_OPERATOR(.script = UPDATE("91(\"new\")"), .data = "02 9000")},
             .shown = {"{disabled}", "91", "91(\"softeuicc\")"}, SHOWN_2("91", "91(\"new\")")),
    CHANGE("16-service-data", "service specific data", "BF22(30(8003883701A1(0401AA)))",
           SHOWN("91BF22", "91(\"softeuicc\")BF22(30(8003883701A1(0401AA)))")),
    {.id = "ES6.UpdateMetadata/17-largest-icon",
     .family = "ES6",
     .title = "an icon of 1024 bytes, in many short messages",
     .clauses = CLAUSES,
     .applies = "isdr and consumer",
     .state = "ota",
     .destructive = true,
     .run = run_largest_icon},

    /* ---- profile policy rules ---- */
    METADATA("20-clear-rule", "a policy rule that is not in the request is cleared", ROW, "ota-ppr1",
             .test = {BY_OPERATOR(.script = UPDATE("990100"), .data = "02 9000")}, SHOWN("9199", "91(*)")),
    METADATA("21-cleared-rule-ends", "PPR1 that was cleared forbids nothing any more", ROW, "ota-ppr1",
             .test = {BY_OPERATOR(.script = UPDATE("990100"), .data = "02 9000")},
             .request = "BF32(A0(5A({enabled}))810100)", .response = "BF32(800100) 9000"),
    METADATA("22-keep-rule", "a policy rule that is in the request stays", ROW, "ota-ppr1",
             .test = {BY_OPERATOR(.script = UPDATE("99020640"), .data = "02 9000")}, SHOWN("99", "99020640")),
    METADATA("23-set-rule", "a policy rule that was not set is not set by the request", ROW, "ota",
             .test = {BY_OPERATOR(.script = UPDATE("99020560"), .data = REFUSED_OR_PASSED_OVER)},
             SHOWN("9199", "91(\"softeuicc\")")),
    METADATA("24-set-other-rule", "PPR2 cannot be set beside PPR1", ROW, "ota-ppr1",
             .test = {BY_OPERATOR(.script = UPDATE("99020560"), .data = REFUSED_OR_PASSED_OVER)},
             SHOWN("99", "99020640")),
    METADATA("25-set-again", "a policy rule that was cleared cannot be set again", ROW, "ota-ppr1",
             .given = {BY_OPERATOR(.script = UPDATE("990100"), .data = "02 9000")}, BEGINS("9199", "91(*)"),
             .test = {BY_OPERATOR(.script = UPDATE("99020640"), .data = REFUSED_OR_PASSED_OVER)},
             SHOWN("9199", "91(*)")),
    METADATA("26-update-control", "pprUpdateControl in the request is refused, and nothing changes", ROW, "ota-ppr1",
             .test = {BY_OPERATOR(.script = UPDATE("99020780"), .data = REFUSED)}, SHOWN("99", "99020640")),
    METADATA("27-update-control-with-name", "a refused request changes no other member", ROW, "ota-ppr1",
             .test = {BY_OPERATOR(.script = UPDATE("91(\"new\")99020780"), .data = REFUSED)},
             SHOWN("9199", "91(\"softeuicc\")99020640")),
    METADATA("28-cleared-durable", "a policy rule that was cleared stays so after power off", ROW, "ota-ppr1",
             .given = {BY_OPERATOR(.script = UPDATE("990100"), .data = "02 9000")}, BEGINS("9199", "91(*)"),
             .power_cycle = true,
             .test = {{.tar = TAR_MF, .spi = "1201", .set = SET_DES, .counter = 1, .status = "00"}},
             SHOWN("9199", "91(*)")),

    /* ---- what must not ---- */
    WRONG("30-provider-33", "a service provider name of 33 characters is refused", "", "91(\"" A32 "A\")", REFUSED,
          SHOWS_NAMES),
    WRONG("31-name-65", "a profile name of 65 characters is refused", "", "92(\"" A32 A32 "A\")", REFUSED, SHOWS_NAMES),
    WRONG("32-icon-without-type", "an icon without its type is refused", "", "94(89)", REFUSED, SHOWN("9394", "")),
    WRONG("33-unknown-type", "an icon of an unknown type is refused", "", "930102 94(89)", REFUSED, SHOWN("9394", "")),
    WRONG("34-iccid", "the ICCID cannot be changed", "", "5A(98001010000000000082)", REFUSED_OR_PASSED_OVER,
          SHOWN("5A", "5A({enabled})")),
    WRONG("35-class", "the profile class cannot be changed", "", "950100", REFUSED_OR_PASSED_OVER,
          SHOWN("95", "950102")),
    WRONG("36-owner", "the profile owner cannot be changed", "", "B7(80(62F220))", REFUSED_OR_PASSED_OVER,
          SHOWN("B7", "B7(80(00F110)*)")),
    WRONG("37-nickname", "the nickname is the user's and cannot be changed", "", "90(\"A\")", REFUSED_OR_PASSED_OVER,
          SHOWN("9091", "91(\"softeuicc\")")),
    METADATA(
        "38-other-request", "another function than UpdateMetadata is refused", "", "ota",
        .test = {BY_OPERATOR(.script = PERSONALIZE(ISDP) "80E29000(BF29(5A({enabled})90(\"A\")))", .data = REFUSED)},
        SHOWN("9091", "91(\"softeuicc\")")),
    WRONG("39-not-der", "a member that is longer than the request is refused", "", "910341", REFUSED, SHOWS_NAMES),
    METADATA("40-other-isd-p", "the ISD-P of another profile is refused", "", "ota-ppr1",
             .test = {BY_OPERATOR(.script = PERSONALIZE("{disabled-aid}") "80E29000(BF2A(91(\"new\")))",
                                  .data = "01 6xxx | 02 6xxx")},
             SHOWS_NAMES, .shown_2 = {"{disabled}", "91", "91(\"softeuicc\")"}),
    METADATA(
        "41-unknown-isd-p", "an AID that there is not is refused", "", "ota",
        .test = {BY_OPERATOR(.script = PERSONALIZE("A0000005591010FFFFFFFF8900FFFF00") "80E29000(BF2A(91(\"new\")))",
                             .data = "01 6xxx")},
        SHOWS_NAMES),
    METADATA("42-by-files", "an application for files does not take UpdateMetadata", "", "ota",
             .test = {{.tar = TAR_MF,
                       .spi = "1619",
                       .set = SET_AES,
                       .status = "00",
                       .script = UPDATE("91(\"new\")"),
                       .data = "01 6xxx"}},
             SHOWS_NAMES),
    METADATA(
        "43-block-missing", "a STORE DATA block that is left out is refused", "", "ota",
        .test = {BY_OPERATOR(.script = PERSONALIZE(ISDP) "80E21000 04 BF2A0391 80E29002 02 0141", .data = "03 6xxx")},
        SHOWS_NAMES),
    METADATA("44-wrong-checksum", "a packet with a wrong checksum changes nothing", "", "ota",
             .test = {WITH_STATUS("01", .script = UPDATE("91(\"new\")"), .fault = OTA_WRONG_CHECK, .or_none = true,
                                  .or_clear = true)},
             SHOWS_NAMES),
    METADATA("45-replay", "a packet that comes again changes nothing", "", "ota",
             .given = {BY_OPERATOR(.script = UPDATE("91(\"one\")"), .counter = 1, .data = "02 9000"),
                       BY_OPERATOR(.script = UPDATE("91(\"two\")"), .counter = 2, .data = "02 9000")},
             BEGINS("91", "91(\"two\")"), .test = {WITH_STATUS("02", .script = UPDATE("91(\"one\")"), .counter = 1)},
             SHOWN("91", "91(\"two\")")),
    {.id = "ES6.UpdateMetadata/46-icon-too-large",
     .family = "ES6",
     .title = "an icon of 1025 bytes is refused",
     .clauses = CLAUSES,
     .applies = "isdr and consumer",
     .state = "ota",
     .destructive = true,
     .run = run_icon_too_large},
    {.id = NULL},
};
