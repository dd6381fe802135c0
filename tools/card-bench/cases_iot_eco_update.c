/* eCOs that end and change associations: deleteEim (SGP.32 3.5.1, 5.13.9) and updateEim (3.5.1.2, 5.13.8), of another
 * eIM and of the sender itself. testeim1 sends, eim2 is what it acts on. See bench_eims.h. */
#include "bench_eims.h"

#define DELETE_CLAUSES "SGP.32 5.13.9"
#define UPDATE_CLAUSES "SGP.32 5.13.8; SGP.32 3.5.1.2"

#define ENTRY(id) "30(80(\"" id "\"))"
#define BOTH "AB(A0(" ENTRY("testeim1") ENTRY("eim2") "))|AB(A0(" ENTRY("eim2") ENTRY("testeim1") "))"
#define ALONE "AB(A0(" ENTRY("testeim1") "))"
#define ID "80(\"eim2\")"
#define OWN_ID "80(\"testeim1\")"
#define DELETE "A9(" ID ")"
#define DELETE_OWN "A9(" OWN_ID ")"
#define UPDATE(members) "AA(" ID members ")"
#define UPDATE_OWN(members) "AA(" OWN_ID members ")"

#define GOOD "isdr and iot and sgp32 >= 1.1"
#define CASE(name, words, clause, on, ...)                                                                             \
    {                                                                                                                  \
        .id = "IoT." name, .family = "iot", .title = words, .clauses = clause, .applies = GOOD, .state = "iot-eim",    \
        .destructive = true, .run = run_eims,                                                                          \
        .argument =                                                                                                    \
            &(const struct bench_eim_case){.curve = on, .own_curve = TEST_P256, .steps = {SECOND, __VA_ARGS__}},       \
    }
/* eim2 is associated with counter 10, an FQDN and no token. */
#define SECOND                                                                                                         \
    {                                                                                                                  \
        .p = {.given = true,                                                                                           \
              .eco = "A8(" ID "81(\"old.example\")820103 83010A{key}87020308 88({ci}))",                               \
              .result = "A8(020100)"},                                                                                 \
    }
#define STORED(members)                                                                                                \
    {                                                                                                                  \
        .p = {.request = "BF55(A0(" ID "))", .answer = "BF55(A0(30(" ID members ")))"},                                \
    }
#define OTHERWISE_STORED STORED("81(\"old.example\")820103{key}87020308 88({ci})")
/* A package of eim2 with a counter that is enough. */
#define WORKS(counter_value)                                                                                           \
    {                                                                                                                  \
        .p = {.eco = "AB00", .order = {.has_counter = true, .counter = (counter_value)}, .result = "AB(A0(*))"},       \
        .by = BENCH_SECOND                                                                                             \
    }
#define WORKS_NEW(counter_value)                                                                                       \
    {                                                                                                                  \
        .p = {.eco = "AB00", .order = {.has_counter = true, .counter = (counter_value)}, .result = "AB(A0(*))"},       \
        .by = BENCH_SECOND_NEW                                                                                         \
    }
#define UNKNOWN(who)                                                                                                   \
    {                                                                                                                  \
        .p = {.eco = "AB00",                                                                                           \
              .order = {.has_counter = true, .counter = 1000},                                                         \
              .is_unsigned = true,                                                                                     \
              .is_last = true,                                                                                         \
              .token = BENCH_TOKEN_MUST_NOT},                                                                          \
        .by = who                                                                                                      \
    }
/* Another key signs than the one that is stored. */
#define WRONG_KEY(who)                                                                                                 \
    {                                                                                                                  \
        .p = {.eco = "AB00", .order = {.has_counter = true, .counter = 1000}, .is_unsigned = true, .is_last = true},   \
        .by = who                                                                                                      \
    }
#define REPLAYED(number, who)                                                                                          \
    {                                                                                                                  \
        .p = {.eco = "AB00", .order = {.has_counter = true, .counter = (number)}, .error = "04", .is_last = true},     \
        .by = who                                                                                                      \
    }

/* A card that compares no counter could not show that this one stays. */
#define GIVEN_REPLAYED                                                                                                 \
    {                                                                                                                  \
        .p = {.given = true,                                                                                           \
              .eco = "AB00",                                                                                           \
              .order = {.has_counter = true, .counter = 10},                                                           \
              .error = "04",                                                                                           \
              .is_last = true},                                                                                        \
        .by = BENCH_SECOND                                                                                             \
    }
#define GIVEN_DELETED                                                                                                  \
    {.p = {.given = true, .eco = DELETE, .result = "890100"}},                                                         \
    {                                                                                                                  \
        .p = {.given = true, .request = "BF55(A0(" ID "))", .answer = "BF55(A0())" }                                   \
    }

/* updateEim that is refused: the code ends the list, data, key and counter of eim2 stay. */
#define REFUSED(name, words, clause, members, code)                                                                    \
    CASE("updateEim/" name, words ", nothing behind it is done, eim2 stays as it was", clause, TEST_P256,              \
         GIVEN_REPLAYED, {.p = {.eco = members "AB00", .result = code}}, OTHERWISE_STORED, REPLAYED(10, BENCH_SECOND), \
         WORKS(11))
/* One member by itself: only it changes. */
#define CHANGES(name, words, members, stored)                                                                          \
    CASE("updateEim/" name, words " alone is replaced", UPDATE_CLAUSES, TEST_P256,                                     \
         {.p = {.eco = UPDATE(members), .result = "8A0100"}}, STORED(stored), WORKS(11))

const struct case_row cases_iot_eco_update[] = {
    CASE("deleteEim/01-nominal", "an eIM is deleted, and its packages are refused", DELETE_CLAUSES, TEST_P256,
         {.p = {.eco = DELETE, .result = "890100"}}, {.p = {.eco = "AB00", .result = ALONE}}, UNKNOWN(BENCH_SECOND)),
    CASE("deleteEim/02-power-cut", "an eIM that was deleted is gone after a power cut, too",
         DELETE_CLAUSES "; SGP.32 5.9.1", TEST_P256, GIVEN_DELETED, {.p = {.given = true, .power_cycle = true}},
         {.p = {.request = "BF55(A0(" ID "))", .answer = "BF55(A0())"}}),
    CASE("deleteEim/03-by-the-other", "any associated eIM may delete any other one", DELETE_CLAUSES, TEST_P256,
         {.p = {.eco = DELETE_OWN, .order = {.has_counter = true, .counter = 11}, .result = "890100"},
          .by = BENCH_SECOND},
         UNKNOWN(BENCH_OWN)),
    CASE(
        "deleteEim/04-itself", "an eIM deletes itself, the rest of its package is done, its later packages are refused",
        DELETE_CLAUSES "; SGP.32 negative 65", TEST_P256,
        {.p = {.eco = DELETE_OWN "AB00", .result = "890100 AB(A0(" ENTRY("eim2") "))"}}, UNKNOWN(BENCH_OWN), WORKS(11)),
    CASE("deleteEim/05-itself-with-token", "the result of an eIM that deletes itself is signed with its token",
         DELETE_CLAUSES "; SGP.32 2.11.2; SGP.32 negative 65", TEST_P256,
         {.p = {.given = true, .eco = DELETE "A8(" ID "83010A 8401FF{key})", .result = "890100 A8(84(*))"},
          .takes_token = true},
         {.p = {.eco = DELETE "AB00", .order = {.has_counter = true, .counter = 11}, .result = "890100" ALONE},
          .by = BENCH_SECOND},
         UNKNOWN(BENCH_SECOND)),
    CASE("deleteEim/06-last", "the last eIM is deleted: lastEimDeleted, and AddInitialEim is possible again",
         DELETE_CLAUSES "; SGP.32 5.9.4; SGP.32 negative 66", TEST_P256, GIVEN_DELETED,
         {.p = {.eco = DELETE_OWN, .result = "890102"}}, {.p = {.request = "BF5500", .answer = "BF55(A0())"}},
         {.p = {.request = "BF57(A0(30(" ID "83010A{key})))", .answer = "BF57(A0(0500))"}}, WORKS(11)),
    CASE("deleteEim/07-last-goes-on", "lastEimDeleted is no error: the rest of the package is done",
         DELETE_CLAUSES "; SGP.32 negative 66", TEST_P256, GIVEN_DELETED,
         {.p = {.eco = DELETE_OWN "AB00", .result = "890102 AB(A0())"}}, UNKNOWN(BENCH_OWN)),
    CASE("deleteEim/08-unknown", "an eimId that is not associated: eimNotFound, and the rest is not done",
         DELETE_CLAUSES "; SGP.32 negative 67", TEST_P256, {.p = {.eco = "A9(80(\"eim3\"))AB00", .result = "890101"}},
         {.p = {.eco = "AB00", .result = BOTH}}),
    CASE("deleteEim/09-other-case", "an eimId in capital letters is another one: eimNotFound, and the rest is not done",
         DELETE_CLAUSES "; SGP.32 negative 67", TEST_P256, {.p = {.eco = "A9(80(\"EIM2\"))AB00", .result = "890101"}},
         {.p = {.eco = "AB00", .result = BOTH}}),
    CASE("deleteEim/10-twice", "the same eIM twice: eimNotFound the second time, and the rest is not done",
         DELETE_CLAUSES "; SGP.32 negative 67", TEST_P256,
         {.p = {.eco = DELETE DELETE "AB00", .result = "890100 890101"}}, {.p = {.eco = "AB00", .result = ALONE}}),
    CASE("deleteEim/11-no-id", "deleteEim without eimId: commandError, and the rest is not done", DELETE_CLAUSES,
         TEST_P256, {.p = {.eco = "A900 AB00", .result = "890107|020102"}}, {.p = {.eco = "AB00", .result = BOTH}}),
    CASE("deleteEim/12-result-stays", "a result for an eIM that is gone is still there, or went with it",
         DELETE_CLAUSES "; SGP.32 2.11.2; SGP.32 negative 88", TEST_P256,
         {.p = {.given = true, .eco = "AB00", .order = {.has_counter = true, .counter = 11}, .result = BOTH},
          .by = BENCH_SECOND},
         {.p = {.given = true,
                .request = "BF2B(A0(8200))",
                .answer = "BF2B(A2(*BF51(A0(30(" ID "*83({waiting:*})*)*))*))"}},
         {.p = {.given = true, .eco = DELETE, .result = "890100"}},
         {.p = {.request = "BF2B(A0(80({waiting})))",
                .answer = "BF2B(A2(BF51(A0(30(" ID "*83({waiting})*)*))))|BF2B(A2())|BF2B(A0())"}},
         {.p = {.request = "BF30(80({waiting}))", .answer = "BF30(80010x)"}},
         {.p = {.request = "BF30(80({waiting}))", .answer = "BF30(800101)"}},
         {.p = {.request = "BF2B(A0(80({waiting})))", .answer = "BF2B(A2())|BF2B(A0())"}}),
    CHANGES("01-fqdn", "eimFqdn", "81(\"new.example\")", "81(\"new.example\")820103{key}87020308 88({ci})"),
    CHANGES("02-type", "eimIdType", "820102", "81(\"old.example\")820102{key}87020308 88({ci})"),
    CHANGES("03-tls", "trustedPublicKeyDataTls", "A6(A0(3000))",
            "81(\"old.example\")820103{key}A6(A0(3000))87020308 88({ci})"),
    CHANGES("04-protocols", "eimSupportedProtocol", "87020640", "81(\"old.example\")820103{key}87020640 88({ci})"),
    CHANGES("05-indirect", "indirectProfileDownload", "8900", "81(\"old.example\")820103{key}87020308 88({ci})8900"),
    CHANGES("06-same-counter", "a counterValue that is the same", "83010A",
            "81(\"old.example\")820103{key}87020308 88({ci})"),
    CASE("updateEim/07-ci", "euiccCiPKId is replaced: results for the eIM are signed under it",
         UPDATE_CLAUSES "; SGP.32 2.11.2", TEST_P256,
         {.p = {.eco = UPDATE("88({ci2})"), .result = "8A0100"}, .by_ci = true},
         STORED("81(\"old.example\")820103{key}87020308 88({ci2})"), WORKS(11)),
    CASE("updateEim/08-several", "several members at once are replaced", UPDATE_CLAUSES, TEST_P256,
         {.p = {.eco = UPDATE("81(\"new.example\")820102{new-key}87020640"), .result = "8A0100"}},
         STORED("81(\"new.example\")820102{new-key}87020640 88({ci})"), WORKS_NEW(11)),
    CASE("updateEim/09-key", "a new key: the old one is refused, the new one works, the counter goes on",
         UPDATE_CLAUSES, TEST_P256, {.p = {.eco = UPDATE("{new-key}"), .result = "8A0100"}}, WRONG_KEY(BENCH_SECOND),
         REPLAYED(10, BENCH_SECOND_NEW), WORKS_NEW(11)),
    CASE("updateEim/10-key-brainpool", "a new key on brainpoolP256r1", UPDATE_CLAUSES, TEST_BP256,
         {.p = {.eco = UPDATE("{new-key}"), .result = "8A0100"}}, WRONG_KEY(BENCH_SECOND), WORKS_NEW(11)),
    CASE("updateEim/11-lower-counter-new-key", "a lower counterValue with a new key is taken",
         UPDATE_CLAUSES "; SGP.32 negative 76", TEST_P256,
         {.p = {.eco = UPDATE("830103{new-key}"), .result = "8A0100"}}, WRONG_KEY(BENCH_SECOND),
         REPLAYED(3, BENCH_SECOND_NEW), WORKS_NEW(4)),
    CASE("updateEim/12-higher-counter", "a higher counterValue is taken: packages have to be above it", UPDATE_CLAUSES,
         TEST_P256, {.p = {.eco = UPDATE("830164"), .result = "8A0100"}}, REPLAYED(100, BENCH_SECOND), WORKS(101)),
    CASE("updateEim/13-power-cut", "what was updated is the same after a power cut", UPDATE_CLAUSES "; SGP.32 5.9.1",
         TEST_P256, {.p = {.given = true, .eco = UPDATE("81(\"new.example\"){new-key}"), .result = "8A0100"}},
         {.p = {.given = true,
                .request = "BF55(A0(" ID "))",
                .answer = "BF55(A0(30(" ID "81(\"new.example\")820103{new-key}87020308 88({ci}))))"}},
         {.p = {.given = true, .power_cycle = true}}, STORED("81(\"new.example\")820103{new-key}87020308 88({ci})"),
         WORKS_NEW(11)),
    CASE("updateEim/14-own-key", "an eIM replaces its own key: the result is good, the old key is refused afterwards",
         UPDATE_CLAUSES "; SGP.32 negative 79", TEST_P256,
         {.p = {.eco = UPDATE_OWN("{new-key}") "AB00", .result = "8A0100 AB(A0(*))"}}, WRONG_KEY(BENCH_OWN),
         {.p = {.eco = "AB00", .result = BOTH}, .by = BENCH_OWN_NEW}),
    CASE("updateEim/15-own-same-package", "the package that updates its sender is not accepted a second time",
         UPDATE_CLAUSES "; SGP.32 5.9.1", TEST_P256,
         {.p = {.eco = UPDATE_OWN("81(\"own.example\")"),
                .order = {.has_counter = true, .counter = 50},
                .result = "8A0100"}},
         REPLAYED(50, BENCH_OWN),
         {.p = {.eco = "AB00", .order = {.has_counter = true, .counter = 51}, .result = BOTH}}),
    CASE("updateEim/17-own-key-again",
         "a package that gives its sender a lower counter and the key that it has is not accepted a second time",
         UPDATE_CLAUSES "; SGP.32 5.9.1", TEST_P256,
         {.p = {.eco = UPDATE_OWN("830101{own-key}"),
                .order = {.has_counter = true, .counter = 50},
                .result = "8A0100|8A0107|8A0106"}},
         REPLAYED(50, BENCH_OWN)),
    CASE("updateEim/16-recovery", "after counter 8388607 another eIM gives the eIM a new key and a new counter",
         UPDATE_CLAUSES "; SGP.32 2.11.1.1", TEST_P256,
         {.p = {.given = true, .eco = "AB00", .order = {.has_counter = true, .counter = 8388607}, .result = BOTH},
          .by = BENCH_SECOND},
         {.p = {.eco = UPDATE("830100{new-key}"), .result = "8A0100"}}, WORKS_NEW(1)),
    REFUSED("30-unknown", "an eimId that is not associated: eimNotFound", UPDATE_CLAUSES,
            "AA(80(\"eim3\")81(\"new.example\"))", "8A0101"),
    REFUSED("31-no-id", "no eimId: eimNotFound", UPDATE_CLAUSES, "AA(81(\"new.example\"))", "8A0101|8A0107|020102"),
    REFUSED("32-only-id", "eimId alone: commandError", UPDATE_CLAUSES "; SGP.32 negative 78", UPDATE(""), "8A0107"),
    REFUSED("33-token", "associationToken -1: commandError", UPDATE_CLAUSES "; SGP.32 negative 77", UPDATE("8401FF"),
            "8A0107"),
    REFUSED("34-token-and-key", "an associationToken beside a new key: commandError",
            UPDATE_CLAUSES "; SGP.32 negative 77", UPDATE("840105{new-key}"), "8A0107"),
    REFUSED("35-lower-counter", "a lower counterValue without a new key: commandError or counterValueOutOfRange",
            UPDATE_CLAUSES "; SGP.32 negative 75", UPDATE("830109"), "8A0107|8A0106"),
    REFUSED("36-counter-8388608", "counterValue 8388608: counterValueOutOfRange", UPDATE_CLAUSES,
            UPDATE("83(00800000)"), "8A0106"),
    REFUSED("37-counter-minus-1", "counterValue -1: counterValueOutOfRange", UPDATE_CLAUSES, UPDATE("8301FF"),
            "8A0106"),
    REFUSED("38-counter-5-bytes", "counterValue of five bytes beside a new key: counterValueOutOfRange", UPDATE_CLAUSES,
            UPDATE("83(0100000001){new-key}"), "8A0106"),
    REFUSED("39-unknown-ci", "an euiccCiPKId that the eUICC does not sign under: ciPKUnknown", UPDATE_CLAUSES,
            UPDATE("88(0102030405060708090A0B0C0D0E0F1011121314)"), "8A0103"),
    REFUSED("40-bad-key", "an eimPublicKeyData without a key: commandError", UPDATE_CLAUSES, UPDATE("A5(A0(3000))"),
            "8A0107"),
    REFUSED("41-order", "members out of order: commandError", UPDATE_CLAUSES "; SGP.32 2.11.1.1.1",
            UPDATE("820102 81(\"new.example\")"), "8A0107|020102"),
    {.id = NULL},
};
