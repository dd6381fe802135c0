/* The PSMOs that list, read and configure: listProfileInfo, getRAT, configureImmediateEnable, setFallbackAttribute,
 * unsetFallbackAttribute, setDefaultDpAddress (SGP.32 3.4.4 to 3.4.7, 5.13.4 to 5.13.6, 5.9.25). What they set is read
 * again by the local functions. */
#include "bench_iot.h"

#define UNKNOWN "98001010000000009999"
#define BOOTSTRAP "98001010000000000015"
#define DAMAGED "020102"

#define CASE(function, name, words, clause, on, begin, ...)                                                            \
    {                                                                                                                  \
        .id = "IoT." function "/" name, .family = "iot", .title = words, .clauses = clause,                            \
        .applies = "isdr and iot" on, .state = begin, .destructive = true, .run = run_packages,                        \
        .argument = BENCH_STEPS(__VA_ARGS__),                                                                          \
    }
#define NEW " and sgp32 >= 1.1"

/* ---- listProfileInfo ---- */

#define LIST_CLAUSE "SGP.32 5.13.4; SGP.32 5.9.14; SGP.33-1 4.2.34"
#define LIST(name, words, sent, came)                                                                                  \
    CASE("listProfileInfo", name, words, LIST_CLAUSE, "", "iot-two", {.psmo = sent, .result = came})
/* the default members; ecallIndication, fallbackAttribute, fallbackAllowed only where they are true, or FALSE */
#define MEMBERS(iccid, aid, state) "5A(" iccid ")4F(" aid ")9F70(" state ")91(*)92(*)95(02)"
#define ONE(iccid, aid, state)                                                                                         \
    "BF2D(A0(E3(" MEMBERS(iccid, aid, state) "))) | BF2D(A0(E3(" MEMBERS(                                              \
        iccid, aid, state) "9F67(00)))) | "                                                                            \
                           "BF2D(A0(E3(" MEMBERS(iccid, aid, state) "9F7B(00)9F26(00)9F67(00))))"
#define REFUSED "BF2D(810101) | 020102"

/* ---- configureImmediateEnable ---- */

/* ImmediateEnable without a download before it: off is looked at first (5.9.15) */
#define IS_ON                                                                                                          \
    {.reset = true},                                                                                                   \
    {                                                                                                                  \
        .request = "BF5A(800100)", .answer = "BF5A(800104)"                                                            \
    }
#define ON_BEFORE                                                                                                      \
    {.given = true, .psmo = "A7(8000)", .result = "870100"}, {.given = true, .reset = true},                           \
    {                                                                                                                  \
        .given = true, .request = "BF5A(800100)", .answer = "BF5A(800104)"                                             \
    }
#define IS_OFF                                                                                                         \
    {.reset = true},                                                                                                   \
    {                                                                                                                  \
        .request = "BF5A(800100)", .answer = "BF5A(800101)"                                                            \
    }
#define IMMEDIATE_CLAUSE "SGP.32 3.4.4; SGP.32 5.13.6"
#define IMMEDIATE(name, words, sent, came, ...)                                                                        \
    CASE("configureImmediateEnable", name, words, IMMEDIATE_CLAUSE, NEW, "iot-eim", {.psmo = sent, .result = came},    \
         __VA_ARGS__)
/* on before, refused, and still on */
#define IMMEDIATE_WRONG(name, words, sent)                                                                             \
    CASE("configureImmediateEnable", name, words, IMMEDIATE_CLAUSE, NEW, "iot-eim", ON_BEFORE,                         \
         {.psmo = sent, .result = "870107 | 020102"}, IS_ON)

/* ---- setDefaultDpAddress ---- */

#define ADDRESS_CLAUSE "SGP.32 5.13.11; SGP.32 5.9.25"
#define ADDRESS_IS(text)                                                                                               \
    {                                                                                                                  \
        .request = "BF3C00", .answer = "BF3C(80(\"" text "\")*)"                                                       \
    }
#define ADDRESS(name, words, ...) CASE("setDefaultDpAddress", name, words, ADDRESS_CLAUSE, NEW, "iot-eim", __VA_ARGS__)
#define SET_ONE                                                                                                        \
    {.given = true, .psmo = "BF65(80(\"one.example.com\"))", .result = "BF65(800100)"},                                \
    {                                                                                                                  \
        .given = true, .request = "BF3C00", .answer = "BF3C(80(\"one.example.com\")*)"                                 \
    }

/* ---- fallback ---- */

#define SET "SGP.32 3.4.6"
#define UNSET "SGP.32 3.4.7"
#define ATTRIBUTE                                                                                                      \
    {                                                                                                                  \
        .profile = BOOTSTRAP, .tags = "9F26", .members = "9F26(FF)"                                                    \
    }
#define NO_ATTRIBUTE                                                                                                   \
    {                                                                                                                  \
        .profile = BOOTSTRAP, .tags = "9F26", .members = "9F26(00) | "                                                 \
    }
#define FALLBACK(function, name, words, clause, ...)                                                                   \
    CASE(function, name, words, clause, " and fallback", "iot-fallback", __VA_ARGS__)

const struct case_row cases_iot_psmo_other[] = {
    CASE("listProfileInfo", "01-nominal", "listProfileInfo without criteria: the profile with the default members",
         LIST_CLAUSE, NEW, "iot-enabled", {.psmo = "BF2D00", .result = ONE("{enabled}", "{enabled-aid}", "01")}),
    CASE("listProfileInfo", "02-nominal-brainpool", "listProfileInfo, ordered and told on brainpoolP256r1", LIST_CLAUSE,
         NEW, "iot-two-brainpool",
         {.psmo = "BF2D(5C(5A))", .result = "BF2D(A0(E3(5A(xxxxxxxxxxxxxxxxxxxx))E3(5A(xxxxxxxxxxxxxxxxxxxx))))"}),
    CASE("listProfileInfo", "03-nominal-1.0", "v1.0: listProfileInfo with the members of SGP.22", LIST_CLAUSE,
         " and sgp32 < 1.1", "iot-enabled-1.0",
         {.psmo = "BF2D00", .result = "BF2D(A0(E3(5A({enabled})4F({enabled-aid})9F70(01)*95(02))))"}),
    LIST("04-all", "listProfileInfo without criteria: each profile once", "BF2D(5C(9F70))",
         "BF2D(A0(E3(9F70(01))E3(9F70(00)))) | BF2D(A0(E3(9F70(00))E3(9F70(01))))"),
    LIST("05-by-iccid", "by ICCID: this profile only", "BF2D(A0(5A({disabled})))",
         ONE("{disabled}", "{disabled-aid}", "00")),
    LIST("06-by-aid", "by ISD-P AID: this profile only", "BF2D(A0(4F({enabled-aid})))",
         ONE("{enabled}", "{enabled-aid}", "01")),
    LIST("07-by-class", "by class operational: both", "BF2D(A0(95(02))5C(95))", "BF2D(A0(E3(95(02))E3(95(02))))"),
    LIST("08-no-such-iccid", "no profile with this ICCID: an empty list", "BF2D(A0(5A(" UNKNOWN ")))", "BF2D(A0())"),
    LIST("09-no-such-class", "no profile of class test: an empty list", "BF2D(A0(95(00)))", "BF2D(A0())"),
    LIST("10-tags", "with a tag list: these members only, in the order of ProfileInfo",
         "BF2D(A0(5A({enabled}))5C(9F705A))", "BF2D(A0(E3(5A({enabled})9F70(01))))"),
    LIST("11-cut-tag-list", "a tag list that ends in a tag: incorrectInputValues", "BF2D(5C(9F))", REFUSED),
    LIST("12-unknown-criterion", "a criterion that does not exist: incorrectInputValues", "BF2D(A0(90(41)))", REFUSED),
    LIST("13-error-stops", "a list that fails ends the package", "BF2D(A0(90(41))) BF2D(5C(5A))", REFUSED),
    LIST("14-twice", "two lists in a package", "BF2D(A0(5A({enabled}))5C(9F70)) BF2D(A0(5A({disabled}))5C(9F70))",
         "BF2D(A0(E3(9F70(01)))) BF2D(A0(E3(9F70(00))))"),
    FALLBACK("listProfileInfo", "15-fallback", "fallbackAttribute and fallbackAllowed are listed where they are TRUE",
             LIST_CLAUSE,
             {.psmo = "BF2D(A0(5A(" BOOTSTRAP "))5C(9F269F67))", .result = "BF2D(A0(E3(9F26(FF)9F67(FF))))"}),
    CASE("listProfileInfo", "16-ecall", "ecallIndication is listed where it is TRUE", LIST_CLAUSE, " and emergency",
         "iot-emergency", {.psmo = "BF2D(A0(5A({disabled}))5C(9F7B))", .result = "BF2D(A0(E3(9F7B(FF))))"}),
    /* getRAT */
    CASE("getRAT", "01-nominal", "getRAT gives the table that GetRAT gives", "SGP.32 5.13.5", "", "iot-eim",
         {.given = true, .request = "BF4300", .answer = "BF43(A0({rat:*}))"}, {.psmo = "A600", .result = "A6({rat})"}),
    CASE("getRAT", "02-twice", "two getRAT in a package: the same twice", "SGP.32 5.13.5", "", "iot-eim",
         {.given = true, .request = "BF4300", .answer = "BF43(A0({rat:*}))"},
         {.psmo = "A600A600", .result = "A6({rat}) A6({rat})"}),
    CASE("getRAT", "03-brainpool", "getRAT, ordered and told on brainpoolP256r1", "SGP.32 5.13.5", "",
         "iot-eim-brainpool", {.given = true, .request = "BF4300", .answer = "BF43(A0({rat:*}))"},
         {.psmo = "A600", .result = "A6({rat})"}),
    /* configureImmediateEnable */
    IMMEDIATE("01-on", "the flag switches immediate enabling on", "A7(8000)", "870100", IS_ON),
    IMMEDIATE("02-off", "without the flag it is off", "A7(8000) A700", "870100 870100", IS_OFF),
    IMMEDIATE("03-address", "flag and defaultSmdpAddress: ok", "A7(800082(\"smdp.example.com\"))", "870100", IS_ON),
    IMMEDIATE("04-oid-address", "flag, defaultSmdpOid and defaultSmdpAddress: ok",
              "A7(800081(883701)82(\"smdp.example.com\"))", "870100", IS_ON),
    CASE("configureImmediateEnable", "05-outlives-power-off", "what was configured outlives power off",
         IMMEDIATE_CLAUSE, NEW, "iot-eim", ON_BEFORE, {.power_cycle = true}, IS_ON),
    CASE("configureImmediateEnable", "06-brainpool", "configureImmediateEnable, ordered and told on brainpoolP256r1",
         IMMEDIATE_CLAUSE, NEW, "iot-eim-brainpool", {.psmo = "A7(8000)", .result = "870100"}, IS_ON),
    CASE("configureImmediateEnable", "07-nominal-1.0", "v1.0: configureAutoEnable: ok", IMMEDIATE_CLAUSE,
         " and sgp32 < 1.1", "iot-eim-1.0", {.psmo = "A7(8000)", .result = "870100"}),
    IMMEDIATE_WRONG("10-flag-with-content", "a flag with content: commandError, and nothing changes", "A7(800100)"),
    IMMEDIATE_WRONG("11-order", "members out of order: commandError, and nothing changes", "A7(82(41)8000)"),
    IMMEDIATE_WRONG("12-empty-oid", "an OID of no byte: commandError, and nothing changes", "A7(8100)"),
    IMMEDIATE_WRONG("13-not-utf-8", "an address that is not UTF-8: commandError, and nothing changes", "A7(82(FF))"),
    /* setDefaultDpAddress */
    ADDRESS("01-nominal", "the address is stored: ok",
            {.psmo = "BF65(80(\"one.example.com\"))", .result = "BF65(800100)"}, ADDRESS_IS("one.example.com")),
    ADDRESS("02-replaced", "another address takes its place", SET_ONE,
            {.psmo = "BF65(80(\"two.example.com\"))", .result = "BF65(800100)"}, ADDRESS_IS("two.example.com")),
    ADDRESS("03-removed", "an empty address removes it", SET_ONE, {.psmo = "BF65(8000)", .result = "BF65(800100)"},
            {.request = "BF3C00", .answer = "BF3C(81(*)) | BF3C(8000 81(*)) | BF3C() | BF3C(8000)"}),
    ADDRESS("04-outlives-power-off", "the address outlives power off",
            {.psmo = "BF65(80(\"one.example.com\"))", .result = "BF65(800100)"}, {.power_cycle = true},
            ADDRESS_IS("one.example.com")),
    CASE("setDefaultDpAddress", "05-brainpool", "setDefaultDpAddress, ordered and told on brainpoolP256r1",
         ADDRESS_CLAUSE, NEW, "iot-eim-brainpool", {.psmo = "BF65(80(\"one.example.com\"))", .result = "BF65(800100)"},
         ADDRESS_IS("one.example.com")),
    ADDRESS("10-not-utf-8", "an address that is not UTF-8: undefinedError, the old one stays", SET_ONE,
            {.psmo = "BF65(80(FF))", .result = "BF65(80017F) | " DAMAGED}, ADDRESS_IS("one.example.com")),
    ADDRESS("11-no-address", "without an address: unknownOrDamagedCommand, the old one stays", SET_ONE,
            {.psmo = "BF6500", .result = "BF65(80017F) | " DAMAGED}, ADDRESS_IS("one.example.com")),
    /* setFallbackAttribute, unsetFallbackAttribute */
    FALLBACK("setFallbackAttribute", "01-nominal", "a profile with fallbackAllowed gets the attribute: ok", SET,
             {.given = true, .psmo = "A900", .result = "8E0100"}, {.psmo = "A8(5A(" BOOTSTRAP "))", .result = "8D0100"},
             ATTRIBUTE),
    FALLBACK("setFallbackAttribute", "02-outlives-power-off", "the attribute outlives power off", SET,
             {.power_cycle = true}, ATTRIBUTE),
    FALLBACK("setFallbackAttribute", "03-unknown", "an unknown ICCID: iccidNotFound, the attribute stays", SET,
             {.psmo = "A8(5A(" UNKNOWN "))", .result = "8D0101"}, ATTRIBUTE),
    FALLBACK("unsetFallbackAttribute", "01-nominal", "the attribute is taken away: ok", UNSET,
             {.psmo = "A900", .result = "8E0100"}, NO_ATTRIBUTE),
    FALLBACK("unsetFallbackAttribute", "02-deleted", "the attribute goes with its profile: noFallbackAttribute", UNSET,
             {.given = true, .psmo = "A5(5A(" BOOTSTRAP "))", .result = "850100"},
             {.psmo = "A900", .result = "8E0102"}),
    CASE("setFallbackAttribute", "10-not-supported", "a card without fallback: undefinedError", SET,
         " and sgp32 >= 1.1 and not fallback", "iot-eim-plain",
         {.psmo = "A8(5A(" UNKNOWN "))", .result = "8D017F | 8D0101 | " DAMAGED}),
    CASE("unsetFallbackAttribute", "10-not-supported", "a card without fallback: commandError", UNSET,
         " and sgp32 >= 1.1 and not fallback", "iot-eim-plain",
         {.psmo = "A900", .result = "8E0107 | 8E0102 | " DAMAGED}),
    {.id = NULL},
};
