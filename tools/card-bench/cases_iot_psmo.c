/* The PSMOs that switch and delete profiles: enable, disable, delete (SGP.32 3.4.1 to 3.4.3, 5.13.1 to 5.13.3), alone
 * and several in one package. After each the profiles are looked at. {enabled} and {disabled} are the profiles that the
 * state has. */
#include "bench_iot.h"

#include <stdio.h>

#define ENABLE(iccid) "A3(5A(" iccid "))"
#define ENABLE_ROLLBACK(iccid) "A3(5A(" iccid ")0500)"
#define DISABLE(iccid) "A4(5A(" iccid "))"
#define DELETE(iccid) "A5(5A(" iccid "))"
#define UNKNOWN "98001010000000009999"
#define A "{enabled}"
#define B "{disabled}"

#define ENABLED(iccid) BENCH_PROFILE(iccid, "enabled")
#define DISABLED(iccid) BENCH_PROFILE(iccid, "disabled")
#define GONE(iccid) BENCH_NO_PROFILE(iccid)
/* nothing has happened */
#define AS_BEFORE ENABLED(A), DISABLED(B)
#define SWAPPED DISABLED(A), ENABLED(B)

#define CASE(function, name, words, clause, on, begin, ...)                                                            \
    {                                                                                                                  \
        .id = "IoT." function "/" name, .family = "iot", .title = words, .clauses = clause,                            \
        .applies = "isdr and iot" on, .state = begin, .destructive = true, .run = run_packages,                        \
        .argument = BENCH_STEPS(__VA_ARGS__),                                                                          \
    }
/* one package on two profiles, and how they are afterwards */
#define ROW(function, name, words, clause, sent, came, ...)                                                            \
    CASE(function, name, words, clause, "", "iot-two", {.psmo = sent, .result = came}, __VA_ARGS__)
#define NEW " and sgp32 >= 1.1" /* the codes 3, 20, 21 */

#define EN "SGP.32 3.4.1; SGP.32 5.13.1; SGP.33-1 4.2.31"
#define DIS "SGP.32 3.4.2; SGP.32 5.13.2; SGP.33-1 4.2.32"
#define DEL "SGP.32 3.4.3; SGP.32 5.13.3; SGP.33-1 4.2.33"

/* ---- a terminal that can do REFRESH ---- */

/* TERMINAL PROFILE, after a reset. */
static struct eim *with_terminal(struct bench *b)
{
    static const uint8_t refresh[] = {0, 0, 0x80};
    struct eim *eim = bench_eim(b, TEST_P256);
    if (!eim) return NULL;
    b->ipa.lpa.options.terminal_profile = SLICE(refresh);
    b->ipa.refreshes = 0;
    if (lpa_reset(&b->ipa.lpa)) return eim;
    (void)bench_verdict(b, VERDICT_ERROR, "TERMINAL PROFILE: %s", b->ipa.lpa.error);
    return NULL;
}

/* A switch of two profiles asks for as many REFRESHes as an enable alone: one, or none on a card that asks for none
 * (3.9), and the profiles are as ordered. */
static void run_one_refresh(struct bench *b)
{
    static const struct bench_package enable = {.given = true, .psmo = ENABLE(B), .result = "830100"};
    static const struct bench_package swap[] = {
        {.psmo = DISABLE(B) ENABLE(A), .result = "840100 830100"}, AS_BEFORE, {0}};
    char wish[20];
    struct eim *eim = with_terminal(b);
    if (!eim || !bench_package(b, eim, &enable)) return;
    const unsigned alone = b->ipa.refreshes;
    b->ipa.refreshes = 0;
    if (!bench_packages(b, eim, swap)) return;
    (void)snprintf(wish, sizeof wish, "%u REFRESH", alone != 0);
    (void)bench_expect(b, b->ipa.refreshes == (alone != 0) && b->ipa.lpa.proactive == 0, "SGP.32 3.9", wish, "%u",
                       b->ipa.refreshes + (b->ipa.lpa.proactive != 0));
}

/* The next package behind a switch: while the REFRESH of the switch waits, and on a card that asks for none (3.9),
 * which may have switched at once, or refuse until it is reset. catBusy is only for a proactive command that waits. */
struct behind {
    struct bench_package waiting, without;
};

static void run_behind(struct bench *b)
{
    static const struct bench_package enable = {.given = true, .psmo = ENABLE(B), .result = "830100", .stay = true};
    static const struct bench_package there[] = {{.reset = true}, SWAPPED, {0}};
    static const struct bench_package and_back[] = {{.reset = true}, AS_BEFORE, {0}};
    const struct behind *behind = b->row->argument;
    struct eim *eim = with_terminal(b);
    if (!eim || !bench_package(b, eim, &enable)) return;
    if (!bench_package(b, eim, b->ipa.lpa.proactive ? &behind->waiting : &behind->without)) return;
    bool done = b->result.kind == EIM_RESULT_SIGNED && b->result.n == 1 && b->result.data[0].code == 0;
    (void)bench_packages(b, eim, done ? and_back : there);
}
/* refused as a whole, as some cards do with all of ES10b until they are reset, or in its result */
#define OR_REFUSED(sent, came)                                                                                         \
    {                                                                                                                  \
        .psmo = (sent), .result = (came), .is_6a80 = true, .is_last = true                                             \
    }
#define BEHIND(function, name, words, clause, sent, came_waiting, came)                                                \
    {                                                                                                                  \
        .id = "IoT." function "/" name, .family = "iot", .title = words, .clauses = clause "; SGP.32 3.9",             \
        .applies = "isdr and iot and sgp32 >= 1.1", .state = "iot-two", .destructive = true, .run = run_behind,        \
        .argument = &(const struct behind){OR_REFUSED(sent, came_waiting), OR_REFUSED(sent, came)},                    \
    }

/* A card that refuses ES10b until the REFRESH is done or it is reset (3.9), which another request shows, refuses a
 * package with the same status word: nothing of it is done, and its counter is not used. Other cards see its state. */
static void run_refused(struct bench *b)
{
    static const struct bench_package enable = {.given = true, .psmo = ENABLE(B), .result = "830100", .stay = true};
    static const struct bench_package refused = {.psmo = ENABLE(A), .status = "6985", .is_last = true};
    static const struct bench_package open = OR_REFUSED(ENABLE(A), "830105 | 830102 | 830100");
    static const struct bench_package afterwards[] = {
        {.reset = true}, SWAPPED, {.eco = "AB00", .result = "AB(A0(*))"}, {0}};
    struct eim *eim = with_terminal(b);
    if (!eim || !bench_package(b, eim, &enable) || !bench_ask(b, NULL, "BF5500", NULL)) return;
    bool refuses = b->ipa.lpa.sw == 0x6985;
    if (bench_package(b, eim, refuses ? &refused : &open) && refuses) (void)bench_packages(b, eim, afterwards);
}

const struct case_row cases_iot_psmo[] = {
    /* enable */
    ROW("enable", "01-nominal", "enable switches from the enabled profile to this one: ok", EN, ENABLE(B), "830100",
        SWAPPED),
    CASE("enable", "02-nominal-brainpool", "enable, ordered and told on brainpoolP256r1: ok", EN, "",
         "iot-two-brainpool", {.psmo = ENABLE(B), .result = "830100"}, SWAPPED),
    CASE("enable", "03-first", "enable when no profile is enabled: ok", EN, "", "iot-disabled",
         {.psmo = ENABLE(B), .result = "830100"}, ENABLED(B)),
    CASE("enable", "04-nominal-1.0", "v1.0: enable: ok", EN, " and sgp32 < 1.1", "iot-two-1.0",
         {.psmo = ENABLE(B), .result = "830100"}, SWAPPED),
    ROW("enable", "05-outlives-power-off", "what was enabled is so after power off", EN, ENABLE(B), "830100",
        {.power_cycle = true}, SWAPPED),
    ROW("enable", "10-unknown", "enable of an unknown ICCID: iccidOrAidNotFound", EN, ENABLE(UNKNOWN), "830101",
        AS_BEFORE),
    ROW("enable", "11-unknown-stops", "an operation that fails ends the package: nothing behind it is done",
        EN "; SGP.32 3.3.1; SGP.32 negative 32", ENABLE(UNKNOWN) ENABLE(B) "A600", "830101", AS_BEFORE),
    ROW("enable", "12-enabled", "enable of the enabled profile: profileNotInDisabledState", EN "; SGP.32 negative 33",
        ENABLE(A), "830102", AS_BEFORE),
    ROW("enable", "13-twice", "two enables in a package: the first is done, the second undefinedError",
        EN "; SGP.32 negative 34", ENABLE(B) ENABLE(A), "830100 83017F", SWAPPED),
    ROW("enable", "14-twice-unknown", "a second enable, of an unknown ICCID: undefinedError comes first",
        EN "; SGP.32 negative 34", ENABLE(B) ENABLE(UNKNOWN), "830100 83017F", SWAPPED),
    ROW("enable", "15-same-twice", "the same enable twice: the second undefinedError", EN "; SGP.32 negative 34",
        ENABLE(B) ENABLE(B), "830100 83017F", SWAPPED),
    CASE("enable", "16-ppr1", "enable when PPR1 protects the enabled profile: disallowedByPolicy",
         EN "; SGP.32 negative 43", NEW, "iot-ppr", {.psmo = ENABLE(B), .result = "830103"}, AS_BEFORE),
    CASE("enable", "17-rollback-without-enabled", "rollbackFlag when no profile is enabled: rollbackNotAvailable",
         EN "; SGP.32 negative 45", NEW, "iot-disabled", {.psmo = ENABLE_ROLLBACK(B), .result = "830114"}, DISABLED(B)),
    CASE("enable", "18-rollback-without-enabled-1.0",
         "v1.0: rollbackFlag when no profile is enabled: an error that v1.0 has", EN "; SGP.32 negative 45",
         " and sgp32 < 1.1", "iot-two-1.0", {.given = true, .psmo = DISABLE(A), .result = "840100"},
         {.psmo = ENABLE_ROLLBACK(B), .result = "83017F"}, DISABLED(B)),
    ROW("enable", "19-disable-enable", "disable and enable in a package: one switch", EN "; SGP.32 negative 36",
        DISABLE(A) ENABLE(B), "840100 830100", SWAPPED),
    {.id = "IoT.enable/20-one-refresh",
     .family = "iot",
     .title = "disable and enable in a package ask for one REFRESH, as an enable alone does",
     .clauses = "SGP.32 3.9; SGP.32 negative 36",
     .applies = "isdr and iot",
     .state = "iot-two",
     .destructive = true,
     .run = run_one_refresh},
    ROW("enable", "21-disable-enable-same", "disable and enable of the same profile: it stays enabled", EN,
        DISABLE(A) ENABLE(A), "840100 830100", AS_BEFORE),
    ROW("enable", "22-disable-enable-rollback", "rollbackFlag after a disable in the package: ok", EN,
        DISABLE(A) ENABLE_ROLLBACK(B), "840100 830100", SWAPPED),
    ROW("enable", "23-deleted", "enable of a profile that the package has deleted: iccidOrAidNotFound", EN,
        DELETE(B) ENABLE(B), "850100 830101", ENABLED(A), GONE(B)),
    ROW("enable", "24-failing-second", "what was marked before an operation failed is carried out", EN "; SGP.32 3.3.1",
        ENABLE(B) DELETE(UNKNOWN) "A600", "830100 850101", SWAPPED),
    ROW("enable", "25-enable-list",
        "listProfileInfo after an enable: profileChangeOngoing, which ends the package, or the list",
        "SGP.32 2.11.1.1; SGP.32 negative 46", ENABLE(B) "BF2D00 A600",
        "830100 BF2D(81010B) | 830100 BF2D(A0(*)) A6(*) | 830100 BF2D(81017F)", SWAPPED),
    ROW("enable", "26-list-enable", "listProfileInfo before an enable shows the old state",
        "SGP.32 2.11.1.1; SGP.32 negative 47", "BF2D(A0(5A(" B "))5C(9F70))" ENABLE(B),
        "BF2D(A0(E3(9F7001 00))) 830100", SWAPPED),
    BEHIND("enable", "27-cat-busy",
           "enable behind a switch: catBusy while its REFRESH waits, or by the state, or refused", EN, ENABLE(A),
           "830105 | 830102", "830100 | 830102"),
    {.id = "IoT.enable/29-refused-while-refresh-waits",
     .family = "iot",
     .title = "a card that refuses ES10b while a REFRESH waits refuses a package: 6985, and nothing is done",
     .clauses = "SGP.32 3.9; SGP.32 negative 92",
     .applies = "isdr and iot",
     .state = "iot-refusing",
     .destructive = true,
     .run = run_refused},
    CASE("enable", "28-ppr1-1.0", "v1.0: enable when PPR1 protects the enabled profile: an error that v1.0 has",
         EN "; SGP.32 negative 43", " and sgp32 < 1.1", "iot-ppr-1.0", {.psmo = ENABLE(B), .result = "83017F"},
         AS_BEFORE),
    /* disable */
    ROW("disable", "01-nominal", "disable of the enabled profile: ok", DIS, DISABLE(A), "840100", DISABLED(A),
        DISABLED(B)),
    CASE("disable", "02-nominal-brainpool", "disable, ordered and told on brainpoolP256r1: ok", DIS, "",
         "iot-two-brainpool", {.psmo = DISABLE(A), .result = "840100"}, DISABLED(A)),
    CASE("disable", "03-nominal-1.0", "v1.0: disable: ok", DIS, " and sgp32 < 1.1", "iot-two-1.0",
         {.psmo = DISABLE(A), .result = "840100"}, DISABLED(A)),
    ROW("disable", "10-unknown", "disable of an unknown ICCID: iccidOrAidNotFound", DIS, DISABLE(UNKNOWN), "840101",
        AS_BEFORE),
    ROW("disable", "11-disabled", "disable of a disabled profile: profileNotInEnabledState", DIS, DISABLE(B), "840102",
        AS_BEFORE),
    ROW("disable", "12-twice", "two disables in a package: the first is done, the second undefinedError",
        DIS "; SGP.32 negative 35", DISABLE(A) DISABLE(A), "840100 84017F", DISABLED(A)),
    ROW("disable", "13-twice-unknown", "a second disable, of an unknown ICCID: undefinedError comes first",
        DIS "; SGP.32 negative 35", DISABLE(A) DISABLE(UNKNOWN), "840100 84017F", DISABLED(A)),
    ROW("disable", "14-enable-disable-old", "disable of the old profile after an enable: undefinedError",
        DIS "; SGP.32 negative 37", ENABLE(B) DISABLE(A), "830100 84017F", SWAPPED),
    ROW("disable", "15-enable-disable-new", "disable of the new profile after an enable: undefinedError",
        DIS "; SGP.32 negative 37", ENABLE(B) DISABLE(B), "830100 84017F", SWAPPED),
    CASE("disable", "16-ppr1", "disable of a profile that PPR1 protects: disallowedByPolicy", DIS, NEW, "iot-ppr",
         {.psmo = DISABLE(A), .result = "840103"}, AS_BEFORE),
    ROW("disable", "17-unknown-stops", "a disable that fails ends the package", DIS "; SGP.32 3.3.1",
        DISABLE(B) ENABLE(B), "840102", AS_BEFORE),
    BEHIND("disable", "18-cat-busy",
           "disable behind a switch: catBusy while its REFRESH waits, or by the new state, or refused", DIS, DISABLE(A),
           "840105 | 840102", "840102"),
    CASE("disable", "19-ppr1-1.0", "v1.0: disable of a profile that PPR1 protects: an error that v1.0 has", DIS,
         " and sgp32 < 1.1", "iot-ppr-1.0", {.psmo = DISABLE(A), .result = "84017F"}, AS_BEFORE),
    /* delete */
    ROW("delete", "01-nominal", "delete of a disabled profile: ok", DEL, DELETE(B), "850100", ENABLED(A), GONE(B)),
    CASE("delete", "02-nominal-brainpool", "delete, ordered and told on brainpoolP256r1: ok", DEL, "",
         "iot-two-brainpool", {.psmo = DELETE(B), .result = "850100"}, GONE(B)),
    CASE("delete", "03-nominal-1.0", "v1.0: delete: ok", DEL, " and sgp32 < 1.1", "iot-two-1.0",
         {.psmo = DELETE(B), .result = "850100"}, GONE(B)),
    ROW("delete", "10-unknown", "delete of an unknown ICCID: iccidOrAidNotFound", DEL, DELETE(UNKNOWN), "850101",
        AS_BEFORE),
    ROW("delete", "11-enabled", "delete of the enabled profile: profileNotInDisabledState", DEL "; SGP.32 negative 41",
        DELETE(A), "850102", AS_BEFORE),
    ROW("delete", "12-enable-delete-new", "delete of a profile that the package enables: profileNotInDisabledState",
        DEL "; SGP.32 negative 42", ENABLE(B) DELETE(B), "830100 850102", SWAPPED),
    ROW("delete", "13-enable-delete-old", "delete of the profile that an enable disables: ok",
        DEL "; SGP.32 negative 38", ENABLE(B) DELETE(A), "830100 850100", ENABLED(B), GONE(A)),
    CASE("delete", "14-rollback-target", "delete of the profile to roll back to: rollbackNotAvailable",
         DEL "; SGP.32 negative 39", NEW, "iot-two", {.psmo = ENABLE_ROLLBACK(B) DELETE(A), .result = "830100 850114"},
         SWAPPED),
    ROW("delete", "15-disable-delete", "disable and delete in a package: ok", DEL "; SGP.32 negative 40",
        DISABLE(A) DELETE(A), "840100 850100", GONE(A), DISABLED(B)),
    CASE("delete", "16-ppr2", "delete of a profile that PPR2 protects: disallowedByPolicy", DEL "; SGP.32 negative 44",
         NEW, "iot-ppr", {.psmo = DELETE(B), .result = "850103"}, AS_BEFORE),
    ROW("delete", "17-twice", "a second delete of the same profile: iccidOrAidNotFound", DEL, DELETE(B) DELETE(B),
        "850100 850101", ENABLED(A), GONE(B)),
    ROW("delete", "18-three-changes", "disable, delete and enable in a package: all of them", DEL,
        DISABLE(A) DELETE(A) ENABLE(B), "840100 850100 830100", GONE(A), ENABLED(B)),
    ROW("delete", "19-outlives-power-off", "what was deleted is gone after power off", DEL, DELETE(B), "850100",
        {.power_cycle = true}, GONE(B)),
    BEHIND("delete", "20-marked", "delete of a profile that a switch enables: profileNotInDisabledState, or refused",
           DEL, DELETE(B), "850102", "850102"),
    CASE("delete", "21-ppr2-1.0", "v1.0: delete of a profile that PPR2 protects: an error that v1.0 has",
         DEL "; SGP.32 negative 44", " and sgp32 < 1.1", "iot-ppr-1.0", {.psmo = DELETE(B), .result = "85017F"},
         AS_BEFORE),
    CASE("delete", "22-rollback-target-1.0", "v1.0: delete of the profile to roll back to: an error that v1.0 has",
         DEL "; SGP.32 negative 39", " and sgp32 < 1.1", "iot-two-1.0",
         {.psmo = ENABLE_ROLLBACK(B) DELETE(A), .result = "830100 85017F"}, SWAPPED),
    {.id = NULL},
};
