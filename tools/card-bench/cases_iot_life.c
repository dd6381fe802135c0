/* Profile switches that the IPA asks for: ProfileRollback (SGP.32 3.3.2, 5.9.16), the fallback mechanism (3.4.6, 3.4.7,
 * 5.9.20, 5.9.21), the Emergency Profile (5.9.22, 5.9.23). See bench_life.h. */
#include "bench_life.h"

#define A LIFE_A
#define F LIFE_F
#define C LIFE_C
#define UNKNOWN_ICCID "98001010000000009999"

/* ---- ProfileRollback ---- */

#define ROLLBACK_CLAUSES "SGP.32 5.9.16; SGP.32 3.3.2"
#define ROLLBACK(name, words, clause, ...)                                                                             \
    LIFE("ProfileRollback/" name, words, ROLLBACK_CLAUSES clause, "isdr and iot and sgp32 >= 1.1", "iot-two",          \
         __VA_ARGS__)
#define ENABLE(iccid) "A3(5A(" iccid "))"
#define ENABLE_ROLLBACK(iccid) "A3(5A(" iccid ")0500)"
/* A was enabled, C is now, and may be rolled back. */
#define GRANT                                                                                                          \
    {                                                                                                                  \
        .p = {.given = true, .psmo = ENABLE_ROLLBACK(C), .result = "830100"}, .grants = true, .enabled = (C)           \
    }
#define BACK                                                                                                           \
    {                                                                                                                  \
        .rollback = ROLL_BACK, .enabled = (A)                                                                          \
    }
#define GIVEN_BACK                                                                                                     \
    {                                                                                                                  \
        .p = {.given = true}, .rollback = ROLL_BACK, .enabled = (A)                                                    \
    }
#define NOT_ALLOWED(iccid)                                                                                             \
    {                                                                                                                  \
        .p = {.request = "BF58(800100)", .answer = "BF58(020101)"}, .enabled = (iccid)                                 \
    }
/* A package that is refused. The eIM sends nothing after it: that would take the authorisation away. */
#define REFUSED(...)                                                                                                   \
    {                                                                                                                  \
        .p = {.given = true, .psmo = "A600", .is_last = true, __VA_ARGS__ }                                            \
    }
static const uint8_t other_eid[16] = {0x89};

/* ---- fallback ---- */

#define EXECUTE "BF5D(800100)"
#define RETURN "BF5E(800100)"
#define EXECUTED GIVEN_SWITCH(EXECUTE, "BF5D(800100)", F)
#define FALLBACK(name, words, clause, begin, ...)                                                                      \
    LIFE("Fallback/" name, words, clause, "isdr and iot and fallback", begin, __VA_ARGS__)
#define SET(iccid) "A8(5A(" iccid "))"
/* The profile with the attribute, which is enabled, still has it: no other can. */
#define HOLDER_STAYS SWITCH("BF2D(5C(5A9F26))", "BF2D(A0(*E3(5A(" F ")*9F26(FF)*)*))", F)

/* ---- emergency ---- */

#define CALL "BF5B(800100)"
#define CALL_ENDS "BF5C(800100)"
#define CALLED GIVEN_SWITCH(CALL, "BF5B(800100)", C)
#define EMERGENCY(name, words, clause, begin, ...)                                                                     \
    LIFE("Emergency/" name, words, clause, "isdr and iot and emergency", begin, __VA_ARGS__)

const struct case_row cases_iot_life[] = {
    ROLLBACK("10-nominal", "the profile of before is enabled again, with a new signed result", "", GRANT,
             {.rollback = ROLL_BACK, .rises = true, .enabled = A}),
    ROLLBACK("11-refresh", "with refreshFlag the profile of before is enabled after the REFRESH", "", GRANT,
             {.rollback = ROLL_BACK_WITH_REFRESH, .enabled = A}),
    ROLLBACK("12-refresh-with-cat", "a terminal with REFRESH gets one, then the profile of before is enabled",
             "; SGP.22 5.7.16", {.terminal_profile = true}, GRANT,
             {.rollback = ROLL_BACK_WITH_REFRESH, .refresh = true, .enabled = A}),
    LIFE("ProfileRollback/13-brainpool", "the result of a rollback is signed for an eIM on brainpoolP256r1",
         ROLLBACK_CLAUSES, "isdr and iot and sgp32 >= 1.1 and sgp26-brainpool", "iot-two-brainpool", GRANT, BACK),
    LIFE("ProfileRollback/14-v1.0", "the profile of before is enabled again (v1.0)", ROLLBACK_CLAUSES,
         "isdr and iot and sgp32 < 1.1", "iot-two-1.0", GRANT, BACK),
    ROLLBACK("15-twice", "the authorisation is used up: rollbackNotAllowed the second time", "; SGP.32 negative 50",
             GRANT, {.p = {.given = true}, .rollback = ROLL_BACK, .enabled = A}, NOT_ALLOWED(A)),
    ROLLBACK("16-after-psmo", "an accepted package with listProfileInfo takes the authorisation away",
             "; SGP.32 negative 51", GRANT, GIVEN_PSMO("BF2D(5C(5A))", "BF2D(A0(*))"), NOT_ALLOWED(C)),
    ROLLBACK("17-after-eco", "an accepted package with eCOs takes the authorisation away", "", GRANT,
             {.p = {.given = true, .eco = "AB00", .result = "AB(A0(*))"}}, NOT_ALLOWED(C)),
    ROLLBACK("18-after-failure", "an accepted package takes the authorisation away although its enable fails", "",
             GRANT, GIVEN_PSMO(ENABLE(UNKNOWN_ICCID), "830101"), NOT_ALLOWED(C)),
    ROLLBACK("19-after-replay", "a package that is refused with replayError leaves the authorisation",
             "; SGP.32 negative 52", GRANT, REFUSED(.order = {.has_counter = true, .counter = 2}, .error = "04"), BACK),
    ROLLBACK("20-after-eid", "a package that is refused with invalidEid leaves the authorisation",
             "; SGP.32 negative 52", GRANT,
             REFUSED(.order = {.spoil = {.eid = {other_eid, sizeof other_eid}}}, .error = "03"), BACK),
    ROLLBACK("21-after-signature", "a package with a bad signature leaves the authorisation", "; SGP.32 negative 52",
             GRANT, REFUSED(.order = {.spoil = {.signature_bit = true}}, .is_unsigned = true), BACK),
    ROLLBACK("22-enable-failed", "an enable with rollbackFlag that fails authorises nothing", "; SGP.32 negative 53",
             GIVEN_PSMO(ENABLE_ROLLBACK(UNKNOWN_ICCID), "830101"), NOT_ALLOWED(A)),
    ROLLBACK("23-enabled-already", "an enable with rollbackFlag of the enabled profile authorises nothing",
             "; SGP.32 negative 53", GIVEN_PSMO(ENABLE_ROLLBACK(A), "830102"), NOT_ALLOWED(A)),
    ROLLBACK("24-second-enable", "rollbackFlag in a second enable, which is not carried out, authorises nothing",
             "; SGP.32 negative 53", GIVEN_PSMO(ENABLE(C) ENABLE_ROLLBACK(A), "830100 83017F"), NOT_ALLOWED(C)),
    ROLLBACK("25-without-flag", "an enable without rollbackFlag authorises nothing", "; SGP.32 negative 49",
             GIVEN_PSMO(ENABLE(C), "830100"), NOT_ALLOWED(C)),
    ROLLBACK("26-after-reset", "the authorisation survives a reset", "; SGP.32 negative 54", GRANT,
             {.p = {.given = true, .reset = true}}, BACK),
    ROLLBACK("27-after-power-cut", "the authorisation survives a power cut", "; SGP.32 negative 54", GRANT,
             {.p = {.given = true, .power_cycle = true}}, BACK),
    ROLLBACK("39-after-refresh", "the authorisation survives the REFRESH of its switch", "; SGP.32 negative 54",
             {.terminal_profile = true}, GRANT, BACK),
    ROLLBACK("28-survives", "what was rolled back stays so after a power cut", "; SGP.32 5.9.1", GRANT,
             {.p = {.given = true}, .rollback = ROLL_BACK, .enabled = A}, {.p = {.given = true, .power_cycle = true}},
             {.enabled = A}),
    ROLLBACK("29-old-result", "the result of the package that authorised is discarded: nothingToDelete",
             "; SGP.32 negative 56", GRANT, GIVEN_BACK, ASK("BF2B(A0(80({granted})))", "BF2B(A0())|BF2B(A2())"),
             ASK("BF30(80({granted}))", "BF30(800101)")),
    ROLLBACK("30-new-result", "the result of the rollback is stored until it is removed", "; SGP.32 negative 56", GRANT,
             GIVEN_BACK,
             ASK("BF2B(A0(80({rolled-back})))",
                 "BF2B(A2(BF51(A0(30(80(\"testeim1\")*83({rolled-back})30(*8C0100))5F37(*)))))"),
             ASK("BF30(80({rolled-back}))", "BF30(800100)"), ASK("BF2B(A0(8200))", "BF2B(A2())")),
    ROLLBACK("31-explicit-swap", "after disable and enable in one package the disabled one comes back", "",
             {.p = {.given = true, .psmo = "A4(5A(" A "))" ENABLE_ROLLBACK(C), .result = "840100 830100"},
              .grants = true,
              .enabled = C},
             BACK),
    ROLLBACK("32-latest", "the last package that authorised counts", "", GRANT,
             {.p = {.given = true, .psmo = ENABLE_ROLLBACK(A), .result = "830100"}, .grants = true, .enabled = A},
             {.rollback = ROLL_BACK, .enabled = C}),
    ROLLBACK("33-packages-go-on", "after a rollback the next package of the eIM is accepted with the next counter", "",
             GRANT, {.p = {.given = true}, .rollback = ROLL_BACK, .enabled = A}, PSMO(ENABLE(C), "830100")),
    LIFE("ProfileRollback/34-after-fallback", "ExecuteFallbackMechanism takes the authorisation away",
         ROLLBACK_CLAUSES "; SGP.32 5.9.20; SGP.32 negative 55", "isdr and iot and fallback", "iot-three", GRANT,
         GIVEN_SWITCH(EXECUTE, "BF5D(800100)", F), NOT_ALLOWED(F)),
    LIFE("ProfileRollback/35-after-fallback-refresh", "so does ExecuteFallbackMechanism with refreshFlag",
         ROLLBACK_CLAUSES "; SGP.32 5.9.20; SGP.32 negative 55", "isdr and iot and fallback and sgp32 >= 1.2",
         "iot-three", GRANT,
         {.p = {.given = true, .request = "BF5D(8001FF)", .answer = "BF5D(800100)"}, .settle = true, .enabled = F},
         NOT_ALLOWED(F)),
    LIFE("ProfileRollback/36-after-return", "after fallback and return it is still gone",
         ROLLBACK_CLAUSES "; SGP.32 5.9.21; SGP.32 negative 55", "isdr and iot and fallback", "iot-three", GRANT,
         EXECUTED, GIVEN_SWITCH(RETURN, "BF5E(800100)", C), NOT_ALLOWED(C)),
    LIFE("ProfileRollback/37-after-emergency", "an emergency call takes the authorisation away, also when it is over",
         ROLLBACK_CLAUSES "; SGP.32 5.9.22", "isdr and iot and fallback and emergency", "iot-emergency-fallback",
         {.p = {.given = true, .psmo = ENABLE_ROLLBACK(F), .result = "830100"}, .grants = true, .enabled = F},
         GIVEN_SWITCH(CALL, "BF5B(800100)", C), GIVEN_SWITCH(CALL_ENDS, "BF5C(800100)", F), NOT_ALLOWED(F)),
    ROLLBACK("38-refused-fallback", "a fallback that is not available leaves the authorisation", "; SGP.32 5.9.20",
             GRANT, GIVEN_ASK(EXECUTE, "BF5D(80010x)"), BACK),

    FALLBACK("10-nominal", "ExecuteFallbackMechanism enables the profile with the Fallback Attribute", "SGP.32 5.9.20",
             "iot-fallback", SWITCH(EXECUTE, "BF5D(800100)", F)),
    FALLBACK("11-refresh", "with refreshFlag the Fallback Profile is enabled after the REFRESH", "SGP.32 5.9.20",
             "iot-fallback", REFRESHED("BF5D(8001FF)", "BF5D(800100)", F)),
    FALLBACK(
        "12-refresh-with-cat", "a terminal with REFRESH gets one, then the Fallback Profile is enabled",
        "SGP.32 5.9.20; SGP.22 5.7.16", "iot-fallback", {.terminal_profile = true},
        {.p = {.request = "BF5D(8001FF)", .answer = "BF5D(800100)"}, .settle = true, .refresh = true, .enabled = F}),
    FALLBACK("13-return", "ReturnFromFallback enables the profile of before", "SGP.32 5.9.21", "iot-fallback", EXECUTED,
             SWITCH(RETURN, "BF5E(800100)", A)),
    FALLBACK("14-return-refresh", "with refreshFlag the profile of before is enabled after the REFRESH",
             "SGP.32 5.9.21", "iot-fallback", EXECUTED, REFRESHED("BF5E(8001FF)", "BF5E(800100)", A)),
    FALLBACK("15-power-cut", "the profile to return to is remembered over a power cut", "SGP.32 5.9.21", "iot-fallback",
             EXECUTED, {.p = {.given = true, .power_cycle = true}, .enabled = F}, SWITCH(RETURN, "BF5E(800100)", A)),
    FALLBACK("16-twice", "the Fallback Profile is enabled already: profileNotInDisabledState", "SGP.32 5.9.20",
             "iot-fallback", EXECUTED, SWITCH(EXECUTE, "BF5D(800102)", F)),
    FALLBACK("17-return-twice", "after the return: fallbackNotAvailable", "SGP.32 5.9.21", "iot-fallback", EXECUTED,
             GIVEN_SWITCH(RETURN, "BF5E(800100)", A), SWITCH(RETURN, "BF5E(800106)", A)),
    FALLBACK("18-no-attribute", "no profile has the Fallback Attribute: fallbackNotAvailable",
             "SGP.32 5.9.20; SGP.32 negative 62", "iot-two", SWITCH(EXECUTE, "BF5D(800106)", A)),
    FALLBACK("19-nothing-enabled", "no profile is enabled: commandError, whatever has the attribute",
             "SGP.32 5.9.20; SGP.32 negative 62", "iot-fallback", GIVEN_PSMO("A4(5A(" A "))", "840100"),
             SWITCH(EXECUTE, "BF5D(800107)", "")),
    FALLBACK("20-deleted", "the profile with the attribute was deleted: fallbackNotAvailable",
             "SGP.32 5.9.20; SGP.32 3.4.3", "iot-fallback", GIVEN_PSMO("A5(5A(" F "))", "850100"),
             SWITCH(EXECUTE, "BF5D(800106)", A)),
    FALLBACK("21-unset", "the attribute was taken away: fallbackNotAvailable", "SGP.32 5.9.20; SGP.32 3.4.7",
             "iot-fallback", GIVEN_PSMO("A900", "8E0100"), SWITCH(EXECUTE, "BF5D(800106)", A)),
    FALLBACK("22-return-without", "ReturnFromFallback without a fallback: fallbackNotAvailable",
             "SGP.32 5.9.21; SGP.32 negative 63", "iot-fallback", SWITCH(RETURN, "BF5E(800106)", A)),
    FALLBACK("23-return-ordinary", "the Fallback Profile was enabled by a package: nothing to return to",
             "SGP.32 5.9.21; SGP.32 negative 63", "iot-fallback", GIVEN_PSMO(ENABLE(F), "830100"),
             SWITCH(RETURN, "BF5E(800106)", F)),
    FALLBACK("24-enable-between", "an enable by a package ends the fallback: fallbackNotAvailable",
             "SGP.32 5.9.21; SGP.32 3.4.1; SGP.32 negative 64", "iot-three", EXECUTED, GIVEN_PSMO(ENABLE(C), "830100"),
             SWITCH(RETURN, "BF5E(800106)", C)),
    FALLBACK("25-enable-and-back", "even if a package enables the Fallback Profile again afterwards",
             "SGP.32 5.9.21; SGP.32 3.4.1; SGP.32 negative 64", "iot-three", EXECUTED, GIVEN_PSMO(ENABLE(C), "830100"),
             GIVEN_PSMO(ENABLE(F), "830100"), SWITCH(RETURN, "BF5E(800106)", F)),
    FALLBACK("26-delete-target", "the profile to return to is not deleted: returnFallbackProfile",
             "SGP.32 3.4.3; SGP.32 5.13.3; SGP.32 negative 61", "iot-fallback", EXECUTED,
             PSMO("A5(5A(" A "))", "850115"), SWITCH(RETURN, "BF5E(800100)", A)),
    FALLBACK("27-delete-another", "another profile than the one to return to may be deleted",
             "SGP.32 3.4.3; SGP.32 5.13.3", "iot-three", EXECUTED, PSMO("A5(5A(" C "))", "850100")),
    FALLBACK(
        "28-target-reset", "the profile to return to was removed by eUICCMemoryReset: fallbackNotAvailable",
        "SGP.32 5.9.21; SGP.32 5.9.5; SGP.32 negative 101", "iot-fallback", EXECUTED,
        {.p = {.given = true, .request = "BF64(82020780)", .answer = "BF64(800100)"}, .settle = true, .enabled = ""},
        SWITCH(RETURN, "BF5E(800106)", "")),
    FALLBACK("29-target-reset-test",
             "the profile to return to was removed, a test profile is the Fallback Profile: fallbackNotAvailable",
             "SGP.32 5.9.21; SGP.32 5.9.5; SGP.32 negative 101", "iot-enabled",
             {.install = "test", .also = "fallback_allowed = yes"}, GIVEN_PSMO(SET("98001010000000000044"), "8D0100"),
             GIVEN_SWITCH(EXECUTE, "BF5D(800100)", "98001010000000000044"),
             {.p = {.given = true, .request = "BF64(82020780)", .answer = "BF64(800100)"}, .settle = true},
             GIVEN_ASK("BF2D(5C(5A))", "BF2D(A0(E3(5A(98001010000000000044)*)))"), ASK(RETURN, "BF5E(800106)")),
    FALLBACK("30-notified", "the switch is notified: disable of the one, enable of the other", "SGP.32 5.9.20",
             "iot-fallback", EXECUTED, ASK("BF28(81020520)", "BF28(A0(*BF2F(*5A(" A "))*))"),
             ASK("BF28(81020640)", "BF28(A0(*BF2F(*5A(" F "))*))")),
    FALLBACK("31-package-between", "a package that enables nothing is accepted and does not end the fallback",
             "SGP.32 5.9.20; SGP.32 5.9.21", "iot-fallback", EXECUTED, PSMO("BF2D(5C(5A))", "BF2D(A0(*))"),
             SWITCH(RETURN, "BF5E(800100)", A)),

    FALLBACK("40-set-not-allowed", "setFallbackAttribute on a profile without fallbackAllowed: fallbackNotAllowed",
             "SGP.32 3.4.6; SGP.32 negative 57", "iot-two", PSMO(SET(C) "A600", "8D0102"),
             SWITCH(EXECUTE, "BF5D(800106)", A)),
    FALLBACK("41-set-in-fallback",
             "setFallbackAttribute on another profile while the Fallback Profile is enabled: fallbackProfileEnabled",
             "SGP.32 3.4.6; SGP.32 negative 58", "iot-three", EXECUTED, PSMO(SET(C) "A600", "8D0103"), HOLDER_STAYS),
    FALLBACK("42-set-twice", "setFallbackAttribute twice on the same profile is ok twice",
             "SGP.32 3.4.6; SGP.32 negative 59", "iot-fallback", PSMO(SET(F) SET(F), "8D0100 8D0100"),
             SWITCH(EXECUTE, "BF5D(800100)", F)),
    FALLBACK("43-unset-none", "unsetFallbackAttribute without one: noFallbackAttribute, and the rest is not done",
             "SGP.32 3.4.7; SGP.32 negative 60", "iot-two", PSMO("A900 A600", "8E0102")),
    FALLBACK("44-set-holder-enabled",
             "setFallbackAttribute while its holder is enabled by a package: fallbackProfileEnabled",
             "SGP.32 3.4.6; SGP.32 negative 102", "iot-three", GIVEN_PSMO(ENABLE(F), "830100"),
             PSMO(SET(C) "A600", "8D0103")),
    FALLBACK("45-unset-holder-enabled",
             "unsetFallbackAttribute while its holder is enabled by a package: fallbackProfileEnabled",
             "SGP.32 3.4.7; SGP.32 negative 102", "iot-three", GIVEN_PSMO(ENABLE(F), "830100"),
             PSMO("A900 A600", "8E0103")),
    FALLBACK("46-set-moves", "setFallbackAttribute on another profile moves the attribute", "SGP.32 3.4.6", "iot-three",
             PSMO(SET(C), "8D0100"), {.p = {.profile = F, .tags = "9F26", .members = "9F260100 | "}},
             SWITCH(EXECUTE, "BF5D(800100)", C)),
    FALLBACK("47-set-unknown", "setFallbackAttribute on an unknown ICCID: iccidNotFound", "SGP.32 3.4.6",
             "iot-fallback", PSMO(SET(UNKNOWN_ICCID) "A600", "8D0101"), SWITCH(EXECUTE, "BF5D(800100)", F)),
    FALLBACK("48-unset-in-fallback",
             "unsetFallbackAttribute while the Fallback Profile is enabled: "
             "fallbackProfileEnabled",
             "SGP.32 3.4.7", "iot-fallback", EXECUTED, PSMO("A900", "8E0103"), HOLDER_STAYS),

    EMERGENCY("10-nominal", "EnableEmergencyProfile enables the Emergency Profile", "SGP.32 5.9.22", "iot-emergency",
              SWITCH(CALL, "BF5B(800100)", C)),
    EMERGENCY("11-refresh", "with refreshFlag the Emergency Profile is enabled after the REFRESH", "SGP.32 5.9.22",
              "iot-emergency", REFRESHED("BF5B(8001FF)", "BF5B(800100)", C)),
    EMERGENCY("12-disable", "DisableEmergencyProfile enables the profile of before", "SGP.32 5.9.23", "iot-emergency",
              CALLED, SWITCH(CALL_ENDS, "BF5C(800100)", A)),
    EMERGENCY("13-disable-refresh", "with refreshFlag the profile of before is enabled after the REFRESH",
              "SGP.32 5.9.23", "iot-emergency", CALLED, REFRESHED("BF5C(8001FF)", "BF5C(800100)", A)),
    EMERGENCY("14-twice", "the Emergency Profile is enabled already: profileNotInDisabledState", "SGP.32 5.9.22",
              "iot-emergency", CALLED, SWITCH(CALL, "BF5B(800102)", C)),
    EMERGENCY("15-not-enabled", "DisableEmergencyProfile without a call: profileNotInEnabledState", "SGP.32 5.9.23",
              "iot-emergency", SWITCH(CALL_ENDS, "BF5C(800102)", A)),
    EMERGENCY("16-power-cut", "the Emergency Profile is still enabled after a power cut, the way back known",
              "SGP.32 5.9.22; SGP.32 5.9.23", "iot-emergency", CALLED,
              {.p = {.given = true, .power_cycle = true}, .enabled = C}, SWITCH(CALL_ENDS, "BF5C(800100)", A)),
    EMERGENCY("17-nothing-before", "no profile was enabled before: none is afterwards", "SGP.32 5.9.23",
              "iot-emergency", GIVEN_PSMO("A4(5A(" A "))", "840100"), GIVEN_SWITCH(CALL, "BF5B(800100)", C),
              SWITCH(CALL_ENDS, "BF5C(800100)", "")),
    EMERGENCY("18-package", "a package during the call is refused: ecallActive", "SGP.32 5.9.1; SGP.32 negative 25",
              "iot-emergency", CALLED, {.p = {.psmo = "A600", .error = "68", .is_last = true}, .enabled = C}),
    EMERGENCY("19-package-afterwards", "the counter of that package was not used up", "SGP.32 5.9.1", "iot-emergency",
              CALLED, {.p = {.given = true, .psmo = "A600", .error = "68", .is_last = true}},
              GIVEN_SWITCH(CALL_ENDS, "BF5C(800100)", A), PSMO("BF2D(5C(5A))", "BF2D(A0(*))")),
    EMERGENCY("20-memory-reset", "eUICCMemoryReset during the call: ecallActive, and nothing is reset", "SGP.32 5.9.5",
              "iot-emergency", CALLED, SWITCH("BF64(820201FE)", "BF64(800168)|BF64(800168 8101xx 8201xx)", C),
              ASK("BF5500", "BF55(A0(30(80(\"testeim1\")*)))")),
    EMERGENCY("21-not-notified", "EnableEmergencyProfile makes no notification", "SGP.32 5.9.22", "iot-emergency",
              CALLED, ASK("BF2800", "BF28(A0())")),
    EMERGENCY("22-enable-by-package", "an enable by a package does not enable the Emergency Profile", "SGP.32 3.4.1",
              "iot-emergency", {.p = {.psmo = ENABLE(C), .result = "83017F|830101|830102|830103"}, .enabled = A}),
    EMERGENCY("23-fallback-attribute", "the Emergency Profile does not get the Fallback Attribute: fallbackNotAllowed",
              "SGP.32 3.4.6", "iot-emergency", PSMO(SET(C), "8D0102")),
    EMERGENCY("24-listed", "GetProfilesInfo shows ecallIndication", "SGP.32 5.9.14", "iot-emergency",
              ASK("BF2D(A0(5A(" C "))5C(9F7B))", "BF2D(A0(E3(9F7B01FF)))|BF2D(A0(E3(9F7B0101)))")),
    LIFE("Emergency/25-fallback", "ExecuteFallbackMechanism during the call: ecallActive", "SGP.32 5.9.20",
         "isdr and iot and fallback and emergency", "iot-emergency-fallback", CALLED,
         SWITCH(EXECUTE, "BF5D(800168)", C)),
    LIFE("Emergency/26-from-fallback", "a call out of the fallback ends in the fallback, and the return still works",
         "SGP.32 5.9.23; SGP.32 5.9.21", "isdr and iot and fallback and emergency", "iot-emergency-fallback", EXECUTED,
         GIVEN_SWITCH(CALL, "BF5B(800100)", C), SWITCH(CALL_ENDS, "BF5C(800100)", F),
         SWITCH(RETURN, "BF5E(800100)", A)),
    {.id = NULL},
};
