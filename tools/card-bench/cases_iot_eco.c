/* eCOs that make associations and tell them: addEim (SGP.32 3.5.1.1, 5.13.7) and listEim (5.13.10). eim2 is what they
 * add; that it can send packages afterwards is part of each nominal case. See bench_eims.h. */
#include "bench_eims.h"

#define ADD_CLAUSES "SGP.32 5.13.7; SGP.32 3.5.1.1"
#define LIST_CLAUSES "SGP.32 5.13.10"

#define ENTRY(id) "30(80(\"" id "\"))"
#define BOTH "AB(A0(" ENTRY("testeim1") ENTRY("eim2") "))|AB(A0(" ENTRY("eim2") ENTRY("testeim1") "))"
#define ALONE "AB(A0(" ENTRY("testeim1") "))"
#define ID "80(\"eim2\")"
#define ADD(members) "A8(" ID members ")"
#define PLAIN ADD("830101{key}")

#define GOOD "isdr and iot and sgp32 >= 1.1"
#define ON(name, words, clause, state_name, when, on, own, ...)                                                        \
    {                                                                                                                  \
        .id = "IoT." name, .family = "iot", .title = words, .clauses = clause, .applies = when, .state = state_name,   \
        .destructive = true, .run = run_eims,                                                                          \
        .argument = &(const struct bench_eim_case){.curve = on, .own_curve = own, .steps = {__VA_ARGS__}},             \
    }
#define ADDS(name, words, clause, ...)                                                                                 \
    ON("addEim/" name, words, clause, "iot-eim", GOOD, TEST_P256, TEST_P256, __VA_ARGS__)

/* eim2 sends its first package after the association, signed for the token that it got. */
#define SECOND_WORKS                                                                                                   \
    {                                                                                                                  \
        .p = {.eco = "AB00", .result = BOTH}, .by = BENCH_SECOND                                                       \
    }
/* eim2 is added, with a token if it gets one, and sends a package with counter 3; then it goes and comes again. */
#define RECORDED(first, second, added)                                                                                 \
    {.p = {.given = true, .eco = ADD(first), .result = added}, .takes_token = true},                                   \
        {.p = {.given = true,                                                                                          \
               .eco = "AB00",                                                                                          \
               .order = {.has_counter = true, .counter = 3},                                                           \
               .result = BOTH,                                                                                         \
               .keep = "recorded"},                                                                                    \
         .by = BENCH_SECOND},                                                                                          \
    {                                                                                                                  \
        .p = {.given = true, .eco = "A9(" ID ")" ADD(second), .result = "890100" added}, .takes_token = true           \
    }
/* What BF55 says of eim2. */
#define STORED(members)                                                                                                \
    {                                                                                                                  \
        .p = {.request = "BF55(A0(" ID "))", .answer = "BF55(A0(30(" ID members ")))"},                                \
    }
#define NOT_STORED                                                                                                     \
    {                                                                                                                  \
        .p = {.request = "BF55(A0(" ID "))", .answer = "BF55(A0())"},                                                  \
    }
/* addEim that is refused: its code ends the list (2.4 of 3.3.1: nothing after an error), nothing is stored, testeim1
 * goes on. */
#define REFUSED(name, words, clause, members, code)                                                                    \
    ADDS(name, words ", nothing behind it is done, eim2 is not stored", clause,                                        \
         {.p = {.eco = members "AB00", .result = code}}, NOT_STORED, {.p = {.eco = "AB00", .result = ALONE}})
#define RESULT(code) "A8(0201" code ")"

#define POINT                                                                                                          \
    "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"                                               \
    "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F"
#define P256 "30(06072A8648CE3D0201 06082A8648CE3D030107)"
#define DIGITS_64 "0123456789012345678901234567890123456789012345678901234567890123"

/* Forms of A5 that known senders use: taken or refused, never half. */
#define SLOPPY(name, words, clause, key)                                                                               \
    ADDS(name, words ": commandError, or taken and given back as it came", clause,                                     \
         {.p = {.eco = ADD("830101" key), .result = RESULT("07") "|" RESULT("00")}},                                   \
         {.p = {.request = "BF55(A0(" ID "))", .answer = "BF55(A0(30(" ID "*" key "*)))"}, .when = BENCH_IF_OK},       \
         {.p = {.request = "BF55(A0(" ID "))", .answer = "BF55(A0())"}, .when = BENCH_IF_REFUSED})

const struct case_row cases_iot_eco[] = {
    ADDS("01-nominal", "an eIM is added by another one, and its packages are accepted", ADD_CLAUSES,
         {.p = {.eco = PLAIN, .result = RESULT("00")}}, SECOND_WORKS),
    ON("addEim/02-brainpool", "an eIM with a key on brainpoolP256r1 is added, and its packages are accepted",
       ADD_CLAUSES, "iot-eim", GOOD " and sgp26-brainpool", TEST_BP256, TEST_P256,
       {.p = {.eco = PLAIN, .result = RESULT("00")}}, SECOND_WORKS),
    ON("addEim/03-by-brainpool", "an eIM on brainpoolP256r1 adds another one", ADD_CLAUSES, "iot-eim-brainpool",
       GOOD " and sgp26-brainpool", TEST_P256, TEST_BP256, {.p = {.eco = PLAIN, .result = RESULT("00")}}, SECOND_WORKS),
    ADDS("04-certificate", "an eIM is added by its certificate, whose key checks its packages", ADD_CLAUSES,
         {.p = {.eco = ADD("830101{certificate}"), .result = RESULT("00")}}, SECOND_WORKS),
    ON("addEim/05-certificate-brainpool", "an eIM is added by a certificate on brainpoolP256r1", ADD_CLAUSES, "iot-eim",
       GOOD " and sgp26-brainpool", TEST_BP256, TEST_P256,
       {.p = {.eco = ADD("830101{certificate}"), .result = RESULT("00")}}, SECOND_WORKS),
    ADDS("06-token", "an associationToken is generated, told, stored, and is in the signatures of eim2's packages",
         ADD_CLAUSES "; SGP.32 2.11.1",
         {.p = {.eco = ADD("830101 8401FF{key}"), .result = "A8(84({token:*}))"}, .takes_token = true},
         STORED("* 84({token}) *"), SECOND_WORKS),
    ADDS("07-token-needed", "a package of an eIM with an associationToken that is signed without it is refused",
         ADD_CLAUSES "; SGP.32 2.11.1.1",
         {.p = {.given = true, .eco = ADD("830101 8401FF{key}"), .result = "A8(84(*))"}, .takes_token = true},
         {.p = {.eco = "AB00",
                .order = {.spoil = {.token = EIM_TOKEN_NOTHING}},
                .is_unsigned = true,
                .token = BENCH_TOKEN_MUST},
          .by = BENCH_SECOND},
         /* as an eIM without a token signs */
         {.p = {.eco = "AB00",
                .order = {.spoil = {.token = EIM_TOKEN_ZERO}},
                .is_unsigned = true,
                .token = BENCH_TOKEN_MUST},
          .by = BENCH_SECOND}),
    ADDS("08-counter", "the first package of the new eIM needs a counter above its counterValue", ADD_CLAUSES,
         {.p = {.given = true, .eco = ADD("830164{key}"), .result = RESULT("00")}},
         {.p = {.eco = "AB00", .order = {.has_counter = true, .counter = 100}, .error = "04", .is_last = true},
          .by = BENCH_SECOND},
         {.p = {.eco = "AB00", .order = {.has_counter = true, .counter = 101}, .result = BOTH}, .by = BENCH_SECOND}),
    ADDS("09-counter-zero", "counterValue 0 is taken: the first package has counter 1", ADD_CLAUSES,
         {.p = {.eco = ADD("830100{key}"), .result = RESULT("00")}},
         {.p = {.eco = "AB00", .order = {.has_counter = true, .counter = 1}, .result = BOTH}, .by = BENCH_SECOND}),
    ADDS("10-counter-greatest", "counterValue 8388607 is taken: no package can come after it", ADD_CLAUSES,
         {.p = {.eco = ADD("83(7FFFFF){key}"), .result = RESULT("00")}},
         {.p = {.eco = "AB00", .order = {.has_counter = true, .counter = 8388607}, .error = "04", .is_last = true},
          .by = BENCH_SECOND}),
    ADDS("11-power-cut", "the association is complete after a power cut", ADD_CLAUSES "; SGP.32 5.9.1",
         {.p = {.given = true, .eco = ADD("830101 8401FF{key}"), .result = "A8(84({token:*}))"}, .takes_token = true},
         {.p = {.given = true, .power_cycle = true}}, STORED("* 84({token}) *"), SECOND_WORKS),
    ADDS("12-members", "each member is stored as it came, without counterValue", ADD_CLAUSES "; SGP.32 5.9.18",
         {.p = {.eco = ADD("81(\"eim.example.com\")820102 830101{key}A6(A0(" P256 "03(00" POINT
                           "5)))87(04F0)88({ci})8900"),
                .result = RESULT("00")}},
         STORED("81(\"eim.example.com\")820102{key}A6(A0(" P256 "03(00" POINT "5)))87(04F0)88({ci})8900")),
    ON("addEim/13-defaults", "what addEim leaves out is stored with its default", ADD_CLAUSES "; SGP.32 5.9.4",
       "iot-eim", "isdr and iot and sgp32 >= 1.2", TEST_P256, TEST_P256, {.p = {.eco = PLAIN, .result = RESULT("00")}},
       STORED("820103{key}87020308 88({ci})")),
    ADDS("14-two", "two eIMs in one package: both are added, no token twice", ADD_CLAUSES "; SGP.32 2.11.1",
         {.p = {.eco = ADD("830101 8401FF{key}") "A8(80(\"eim3\")830101 8401FF{new-key})",
                .result = "A8(84({token:*}))A8(84({other:*}))"},
          .takes_token = true,
          .differ = {"other", "token"}},
         {.p = {.request = "BF55(A0(80(\"eim3\")))", .answer = "BF55(A0(30(80(\"eim3\") * 84({other}) *)))"}},
         STORED("* 84({token}) *")),
    ON("addEim/15-ci", "results for the new eIM are signed under its euiccCiPKId", ADD_CLAUSES "; SGP.32 2.11.2",
       "iot-eim", GOOD " and sgp26-nist and sgp26-brainpool", TEST_P256, TEST_P256,
       {.p = {.given = true, .eco = ADD("830101{key}88({ci2})"), .result = RESULT("00")}, .by_ci = true}, SECOND_WORKS),
    ADDS("16-again", "an eIM that was deleted and added again gets another associationToken",
         ADD_CLAUSES "; SGP.32 2.11.1",
         {.p = {.given = true, .eco = ADD("830101 8401FF{key}") "A9(" ID ")", .result = "A8(84({first:*}))890100"}},
         {.p = {.given = true, .request = "BF55(A0(" ID "))", .answer = "BF55(A0())"}},
         {.p = {.eco = ADD("830101 8401FF{key}"), .result = "A8(84({token:*}))"},
          .takes_token = true,
          .differ = {"token", "first"}},
         {.p = {.request = "BF55(A0(" ID "))", .answer = "BF55(A0(30(" ID " * 84({token}) *)))"}}, SECOND_WORKS),
    ADDS("18-one-byte-id", "an eimId of one byte is added", ADD_CLAUSES,
         {.p = {.eco = "A8(80(\"e\")830101{key})", .result = RESULT("00")}},
         {.p = {.request = "BF55(A0(80(\"e\")))", .answer = "BF55(A0(30(80(\"e\")*)))"}}),
    ADDS("19-long-id", "an eimId of 128 bytes is added", ADD_CLAUSES,
         {.p = {.eco = "A8(80(\"" DIGITS_64 DIGITS_64 "\")830101{key})", .result = RESULT("00")}},
         {.p = {.request = "BF55(A0(80(\"" DIGITS_64 DIGITS_64 "\")))",
                .answer = "BF55(A0(30(80(\"" DIGITS_64 DIGITS_64 "\")*)))"}}),
    ADDS("20-recorded-token", "a package of before deleteEim and addEim, with tokens: unsigned error",
         ADD_CLAUSES "; SGP.32 5.9.1; SGP.32 2.11.1; SGP.32 negative 21",
         RECORDED("830101 8401FF{key}", "830101 8401FF{key}", "A8(84(*))"),
         {.p = {.again = "recorded", .is_unsigned = true}, .by = BENCH_SECOND}, SECOND_WORKS),
    ADDS("21-recorded-counter",
         "a package of before deleteEim and addEim, without tokens: the new counterValue decides: replayError",
         ADD_CLAUSES "; SGP.32 5.9.1; SGP.32 negative 22", RECORDED("830101{key}", "830103{key}", RESULT("00")),
         {.p = {.again = "recorded", .error = "04"}, .by = BENCH_SECOND}, SECOND_WORKS),
    ADDS("22-recorded-replay",
         "a package of before deleteEim and addEim, without tokens and above the new counterValue: accepted",
         ADD_CLAUSES "; SGP.32 5.9.1; SGP.32 negative 22", RECORDED("830101{key}", "830101{key}", RESULT("00")),
         {.p = {.again = "recorded", .result = BOTH}, .by = BENCH_SECOND}),
    REFUSED("30-associated", "an eimId that is associated: associatedEimAlreadyExists",
            ADD_CLAUSES "; SGP.32 negative 68", "A8(80(\"testeim1\")830101{key})", RESULT("02")),
    ADDS("31-twice", "the same eIM twice in one package: the second one is associatedEimAlreadyExists",
         ADD_CLAUSES "; SGP.32 negative 74", {.p = {.eco = PLAIN PLAIN "AB00", .result = RESULT("00") RESULT("02")}},
         SECOND_WORKS),
    REFUSED("32-token-5", "associationToken 5, which the eIM chose itself: invalidAssociationToken",
            ADD_CLAUSES "; SGP.32 negative 69", ADD("830101 840105{key}"), RESULT("05")),
    REFUSED("33-token-0", "associationToken 0: invalidAssociationToken", ADD_CLAUSES "; SGP.32 negative 69",
            ADD("830101 840100{key}"), RESULT("05")),
    REFUSED("34-token-minus-2", "associationToken -2: invalidAssociationToken", ADD_CLAUSES "; SGP.32 negative 69",
            ADD("830101 8401FE{key}"), RESULT("05")),
    REFUSED("35-no-key", "no eimPublicKeyData: commandError", ADD_CLAUSES "; SGP.32 negative 70", ADD("830101"),
            RESULT("07")),
    REFUSED("36-no-counter", "no counterValue: commandError", ADD_CLAUSES "; SGP.32 negative 70", ADD("{key}"),
            RESULT("07")),
    REFUSED("37-no-id", "no eimId: commandError", ADD_CLAUSES, "A8(830101{key})", RESULT("07") "|020102"),
    REFUSED("38-empty-id", "an eimId of no byte: commandError", ADD_CLAUSES, "A8(8000 830101{key})", RESULT("07")),
    REFUSED("39-id-129-bytes", "an eimId of 129 bytes: commandError", ADD_CLAUSES,
            "A8(80(\"" DIGITS_64 DIGITS_64 "x\")830101{key})", RESULT("07")),
    REFUSED("40-unknown-ci", "an euiccCiPKId that the eUICC does not sign under: ciPKUnknown",
            ADD_CLAUSES "; SGP.32 negative 71", ADD("830101{key}88(0102030405060708090A0B0C0D0E0F1011121314)"),
            RESULT("03")),
    REFUSED("41-counter-8388608", "counterValue 8388608: counterValueOutOfRange", ADD_CLAUSES "; SGP.32 negative 72",
            ADD("83(00800000){key}"), RESULT("06")),
    REFUSED("42-counter-minus-1", "counterValue -1: counterValueOutOfRange", ADD_CLAUSES "; SGP.32 negative 72",
            ADD("8301FF{key}"), RESULT("06")),
    REFUSED("43-counter-5-bytes", "counterValue of five bytes: counterValueOutOfRange",
            ADD_CLAUSES "; SGP.32 negative 72", ADD("83(0100000001){key}"), RESULT("06")),
    REFUSED("44-unknown-curve", "a key on a curve that no eUICC has: commandError", ADD_CLAUSES,
            ADD("830101 A5(A0(30(06072A8648CE3D0201 06052B81040022)03(00" POINT "5)))"), RESULT("07")),
    REFUSED("45-off-the-curve", "a point that is not on its curve: commandError", ADD_CLAUSES,
            ADD("830101 A5(A0(" P256 "03(00" POINT "6)))"), RESULT("07")),
    REFUSED("46-key-empty", "an eimPublicKeyData of no byte: commandError", ADD_CLAUSES, ADD("830101 A500"),
            RESULT("07")),
    REFUSED("47-key-choice", "an eimPublicKeyData with an alternative that does not exist: commandError", ADD_CLAUSES,
            ADD("830101 A5(A2(3000))"), RESULT("07") "|020102"),
    REFUSED("48-no-certificate", "a certificate that is none: commandError", ADD_CLAUSES, ADD("830101 A5(A1(3000))"),
            RESULT("07") "|020102"),
    REFUSED("49-order", "members out of order: commandError", ADD_CLAUSES "; SGP.32 2.11.1.1.1",
            "A8(830101" ID "{key})", RESULT("07") "|020102"),
    SLOPPY("50-kept-30", "eimPublicKeyData A1 with the 30 of the certificate in it",
           ADD_CLAUSES "; SGP.32 negative 100", "A5(A1({der}))"),
    SLOPPY("51-no-choice", "eimPublicKeyData with a whole certificate and no A1", ADD_CLAUSES "; SGP.32 negative 100",
           "A5({der})"),
    SLOPPY("52-kept-30-key", "eimPublicKeyData A0 with the 30 of SubjectPublicKeyInfo in it", ADD_CLAUSES,
           "A5(A0(30(" P256 "03(00" POINT "5))))"),
    ON("listEim/01-nominal", "listEim names the eIM", LIST_CLAUSES, "iot-eim", "isdr and iot", TEST_P256, TEST_P256,
       {.p = {.eco = "AB00", .result = ALONE}}),
    ON("listEim/02-types", "eimIdType is told for OID and FQDN, not for proprietary", LIST_CLAUSES, "iot-eim", GOOD,
       TEST_P256, TEST_P256,
       {.p = {.given = true,
              .eco = "A8(80(\"1.3.6.1\")820101 830101{key})A8(80(\"a.example\")820102 830101{key})A8(80(\"p\")820103 "
                     "830101{key})",
              .result = RESULT("00") RESULT("00") RESULT("00")}},
       {.p = {.eco = "AB00",
              .result = "AB(A0(*30(80(\"1.3.6.1\")820101)*30(80(\"a.example\")820102)*30(80(\"p\"))*))"}}),
    ON("listEim/03-in-the-package", "listEim shows what an addEim before it in the package has added", LIST_CLAUSES,
       "iot-eim", GOOD, TEST_P256, TEST_P256, {.p = {.eco = PLAIN "AB00", .result = RESULT("00") BOTH}}),
    ON("listEim/04-damaged", "listEim with bytes that are no TLV: unknownOrDamagedCommand",
       LIST_CLAUSES "; SGP.32 3.3.1", "iot-eim", "isdr and iot", TEST_P256, TEST_P256,
       {.p = {.eco = "AB(FF)AB00", .result = "020102"}}, {.p = {.eco = "AB00", .result = ALONE}}),
    ON("listEim/05-brainpool", "listEim for an eIM on brainpoolP256r1", LIST_CLAUSES, "iot-eim-brainpool",
       "isdr and iot and sgp26-brainpool", TEST_P256, TEST_BP256, {.p = {.eco = "AB00", .result = ALONE}}),
    {.id = NULL},
};
