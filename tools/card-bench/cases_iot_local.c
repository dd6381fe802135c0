/* The rest of what an IPA does with an IoT eUICC (SGP.32 5.9): immediate enabling, connectivity parameters, memory
 * reset with profiles, certificates, results and their store, and what a power cut leaves. Rows with steps of
 * bench_life.h; functions where steps do not do. */
#define _GNU_SOURCE
#include "bench_life.h"
#include "bench_profile.h"

#include "base/hex.h"

#include <stdio.h>
#include <strings.h>

#define A LIFE_A
#define F LIFE_F
#define C LIFE_C

/* A public key like any other: the generator point of P-256. */
#define KEY                                                                                                            \
    "A5(A0(30(06072A8648CE3D0201 06082A8648CE3D030107)03(00"                                                           \
    "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"                                               \
    "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)))"

/* ---- certificates (5.9.10) ---- */

/* Both certificates under a CI of the test PKI: the chain, and the EID in the eUICC's own. */
static void run_certificates(struct bench *b)
{
    enum test_curve curve = b->row->argument ? TEST_BP256 : TEST_P256;
    IPA_CERTIFICATES_LOCAL certificates = {0};
    struct pki_anchor anchors[2];
    struct pki_certificate card;
    const char *why = "";
    const char *eid = facts_get(b->facts, "eid");
    struct ipa *ipa = bench_ipa(b);
    if (!ipa || !bench_anchors(b, curve, anchors)) return;
    int code = ipa_get_certs(ipa, SLICE(anchors[0].id), &certificates);
    if (!bench_expect(b, code == 0, b->row->clauses, "certificates", "%d %s", code, ipa->lpa.error)) return;
    bool chain =
        pki_check_euicc(buf_slice(&certificates.euicc), buf_slice(&certificates.eum), &anchors[0], &card, &why);
    if (!bench_expect(b, chain, b->row->clauses, "CERT.EUICC by the EUM and CERT.EUM by the CI", "%s",
                      chain ? "they are" : why))
        return;
    (void)bench_expect(b, eid && strcasecmp(card.eid, eid) == 0, b->row->clauses, eid ? eid : "an EID", "%s", card.eid);
}

struct other_release {
    const char *request, *answer;
};

/* ---- a power cut (5.9.1: the function is atomic) ---- */

struct cut {
    size_t blocks; /* sent before the power goes; 0: all but the last */
    bool all;      /* all of them; the answer is not fetched */
};

/* The STORE DATA commands of a package, without Le, until the power goes. */
static bool send_until_cut(struct bench *b, struct ipa *ipa, struct slice request, const struct cut *cut)
{
    enum { BLOCK = 60 };
    size_t n = (request.n + BLOCK - 1) / BLOCK;
    size_t send = cut->all ? n : cut->blocks ? cut->blocks : n - 1;
    for (size_t i = 0; i < n && i < send; i++) {
        BUF_LOCAL command = {0};
        struct slice rest = slice_skip(request, i * BLOCK);
        size_t part = rest.n < BLOCK ? rest.n : BLOCK;
        const uint8_t head[] = {lpa_class(&ipa->lpa, 0x80), 0xe2, i + 1 == n ? 0x91 : 0x11, (uint8_t)i, (uint8_t)part};
        buf_append(&command, SLICE(head));
        buf_append(&command, slice_of(rest.p, part));
        if (!bench_exchange(b, buf_slice(&command))) return false;
    }
    return lpa_open(&ipa->lpa) || bench_verdict(b, VERDICT_ERROR, "after the power cut: %s", ipa->lpa.error);
}

/* Sent once more after the cut. */
static void expect_again(struct bench *b, const struct eim *eim, struct ipa *ipa, struct slice request, bool done)
{
    struct eim_result result = {.kind = EIM_RESULT_ERROR_UNSIGNED};
    char why[200] = "";
    uint16_t sw = 0;
    if (!lpa_store_data(&ipa->lpa, request, &b->package_answer, &sw)) {
        (void)bench_verdict(b, VERDICT_ERROR, "LoadEuiccPackage: %s", ipa->lpa.error);
        return;
    }
    bool read = eim_result_read(buf_slice(&b->package_answer), eim->version, &result, why, sizeof why);
    bool replay = read && result.kind == EIM_RESULT_ERROR_SIGNED && result.error == 4;
    bool accepted = read && result.kind == EIM_RESULT_SIGNED;
    (void)bench_expect(b, done ? replay : accepted, b->row->clauses,
                       done ? "replayError, since there is a result" : "accepted, since there is no result", "%s",
                       replay     ? "replayError"
                       : accepted ? "accepted"
                       : read     ? "another error"
                                  : why);
}

/* A package that enables another profile, cut somewhere: it has been carried out as a whole, result, counter and
 * profile, or not at all. */
static void run_cut(struct bench *b)
{
    struct eim *eim = bench_eim(b, TEST_P256);
    struct ipa *ipa = bench_ipa(b);
    const struct cut *cut = b->row->argument;
    EIM_PACKAGE_LOCAL package = {0};
    BUF_LOCAL iccid = {0};
    struct ipa_pending pending = {.result_count = 0};
    if (!eim || !ipa || !bench_bytes(b, C, &iccid)) return;
    struct eim_op op = {.kind = EIM_OP_ENABLE, .iccid = buf_slice(&iccid)};
    const struct eim_order order = {.ops = &op, .n = 1};
    if (!eim_sign(eim, &order, &package)) {
        (void)bench_verdict(b, VERDICT_ERROR, "the package: %s", eim->error);
        return;
    }
    if (!send_until_cut(b, ipa, buf_slice(&package.request), cut)) return;
    bool listed = ipa_retrieve(ipa, IPA_SEARCH_RESULTS, 0, &pending);
    bool done = pending.result_count == 1;
    if (!bench_expect(b, listed && pending.result_count <= (cut->all ? 1 : 0), b->row->clauses,
                      cut->all ? "one result or none" : "no result", "%zu %s", pending.result_count, ipa->lpa.error))
        return;
    int state = bench_profile_state(b, C);
    if (state == -2) return;
    /* with a result the switch may still wait for a REFRESH; without one nothing may have switched */
    if (bench_expect(b, done || state == 0, b->row->clauses, "the profile of before, since there is no result",
                     "%s is %s", C, bench_profile_words[state + 1]))
        expect_again(b, eim, ipa, buf_slice(&package.request), done);
}

/* ---- the store of results is full (2.11.2) ---- */

static void run_full(struct bench *b)
{
    enum { PACKAGES = 40 };
    const struct bench_package package = {.eco = "AB00", .result = "AB(A0(*))", .rises = true};
    int64_t numbers[PACKAGES];
    struct eim *eim = bench_eim(b, TEST_P256);
    struct ipa *ipa = bench_ipa(b);
    struct ipa_pending pending;
    for (size_t i = 0; eim && ipa && i < PACKAGES; i++) {
        if (!bench_package(b, eim, &package)) return;
        numbers[i] = b->result.sequence_number;
    }
    if (!eim || !ipa) return;
    bool listed = ipa_retrieve(ipa, IPA_SEARCH_RESULTS, 0, &pending);
    if (!bench_expect(b, listed && pending.result_count >= 1 && pending.result_count <= PACKAGES, b->row->clauses,
                      "the results that there is room for", "%s",
                      listed ? "none, or more than were sent" : ipa->lpa.error))
        return;
    for (size_t i = 0; i < pending.result_count; i++) {
        struct eim_result r = {.sequence_number = -1};
        char why[200] = "";
        (void)eim_result_read(pending.results[i], eim->version, &r, why, sizeof why);
        int64_t wanted = numbers[PACKAGES - pending.result_count + i];
        if (!bench_expect(b, r.sequence_number == wanted, b->row->clauses,
                          "the youngest results, none left out: the oldest went", "number %lld in place of %lld %s",
                          (long long)r.sequence_number, (long long)wanted, why))
            return;
    }
}

/* ---- the table of eIMs is full (3.5.1.1) ---- */

/* One addEim after the other until there is no room: the code says so, what was added before stays, and after a
 * deleteEim there is room again. A card with room for more than a bench can wait for has to take them all. */
static void run_many_eims(struct bench *b)
{
    enum { EIMS = 40 };
    struct eim *eim = bench_eim(b, TEST_P256);
    struct ipa *ipa = bench_ipa(b);
    struct ipa_eims eims;
    char add[400];
    unsigned added = 0;
    bool full = false;
    while (eim && ipa && !full && added < EIMS) {
        (void)snprintf(add, sizeof add, "A8(80(\"bench-%02u\")830101" KEY ")", added);
        const struct bench_package package = {.eco = add, .result = "A8(020100)|A8(020101)"};
        if (!bench_package(b, eim, &package)) return;
        full = b->result.data[0].code == 1;
        added += !full;
    }
    if (!eim || !ipa) return;
    bool listed = ipa_get_eim_configuration_data(ipa, NULL, &eims);
    if (!bench_expect(b, listed && eims.n == added + 1, b->row->clauses, "the eIMs that were added, and the first one",
                      "%zu for %u %s", listed ? eims.n : 0, added, ipa->lpa.error) ||
        !full)
        return;
    const struct bench_package delete = {.given = true, .eco = "A9(80(\"bench-00\"))", .result = "890100"};
    const struct bench_package gone = {.given = true, .request = "BF55(A0(80(\"bench-00\")))", .answer = "BF55(A0())"};
    const struct bench_package again = {.eco = add, .result = "A8(020100)"};
    if (bench_package(b, eim, &delete) && bench_package(b, eim, &gone)) (void)bench_package(b, eim, &again);
}

/* ---- the memory reset of another release (5.9.5) ---- */

/* Unknown, and both profiles are as before; or done, and both are gone. */
static void run_other_release(struct bench *b)
{
    static const struct bench_package done[] = {{.reset = true}, BENCH_NO_PROFILE(A), BENCH_NO_PROFILE(C), {0}};
    static const struct bench_package unknown[] = {
        {.reset = true}, BENCH_PROFILE(A, "enabled"), BENCH_PROFILE(C, "disabled"), {0}};
    const struct other_release *r = b->row->argument;
    struct eim *eim = bench_eim(b, TEST_P256);
    if (!eim || !bench_ask(b, NULL, r->request, NULL)) return;
    uint16_t sw = b->ipa.lpa.sw;
    bool ok = sw == 0x9000 || sw >> 8 == 0x91;
    if (ok ? bench_expect_bytes(b, NULL, r->answer, buf_slice(&b->ipa.lpa.response))
           : bench_expect(b, sw >> 12 == 6, b->row->clauses, "done, or an error", "status word %04X", sw))
        (void)bench_packages(b, eim, ok ? done : unknown);
}

/* ---- rows ---- */

#define ROW(name, words, clause, when, begin, ...)                                                                     \
    {                                                                                                                  \
        .id = "IoT." name, .family = "iot", .title = words, .clauses = clause, .applies = when, .state = begin,        \
        .destructive = true, __VA_ARGS__                                                                               \
    }
#define IOT "isdr and iot and sgp32 >= 1.1"
#define V1_0 "isdr and iot and sgp32 < 1.1"
#define CERTIFICATES(name, words, when, ...)                                                                           \
    {                                                                                                                  \
        .id = "IoT.Certificates/" name, .family = "iot", .title = words, .clauses = "SGP.32 5.9.10; SGP.22 4.5.2",     \
        .applies = when, .state = "iot-any", .needs = NEED_SGP26, .run = run_certificates, __VA_ARGS__                 \
    }

/* SM-DP+ of the bench: by OID 2.999.10, by address. */
#define OID "81(88370A)"
#define ADDRESS "82(\"testsmdpplus1.example.com\")"
#define IMMEDIATE(name, words, clause, ...)                                                                            \
    LIFE("ImmediateEnable/" name, words, "SGP.32 5.9.15" clause, IOT " and sgp26", "iot-enabled", __VA_ARGS__)
#define CONFIGURED(members) GIVEN_PSMO("A7(8000" members ")", "870100")
/* Without a download there is only no session: it is on. For cases that are about something else. */
#define IS_ON GIVEN_ASK(ENABLE_NOW, "BF5A(800104)")
#define DOWNLOADED                                                                                                     \
    {                                                                                                                  \
        .install = "tiny"                                                                                              \
    }
#define ENABLE_NOW "BF5A(800100)"

#define RESET(name, words, clause, begin, ...)                                                                         \
    LIFE("MemoryReset/" name, words, "SGP.32 5.9.5" clause, IOT, begin, __VA_ARGS__)
#define GONE(iccid)                                                                                                    \
    {                                                                                                                  \
        .p = BENCH_NO_PROFILE(iccid)                                                                                   \
    }
#define THERE(iccid)                                                                                                   \
    {                                                                                                                  \
        .p = BENCH_PROFILE(iccid, "there")                                                                             \
    }

static const uint8_t long_id[17] = {1};
static const uint8_t long_eim_id[129] = {'e'};

const struct case_row cases_iot_local[] = {
    CERTIFICATES("10-chain-nist", "the certificates under the NIST CI are a chain, and the EID is the card's",
                 "isdr and iot and sgp26-nist", .argument = NULL),
    CERTIFICATES("11-chain-brainpool", "the certificates under the brainpool CI are a chain, and the EID is the card's",
                 "isdr and iot and sgp26-brainpool", .argument = long_id),

    IMMEDIATE("40-by-oid", "a profile from the configured SM-DP+ (OID) is enabled", "", CONFIGURED(OID), DOWNLOADED,
              SWITCH(ENABLE_NOW, "BF5A(800100)", C)),
    IMMEDIATE("41-by-address", "a profile from the configured SM-DP+ (address) is enabled", "", CONFIGURED(ADDRESS),
              DOWNLOADED, SWITCH(ENABLE_NOW, "BF5A(800100)", C)),
    IMMEDIATE("42-by-both", "a profile from the configured SM-DP+ (OID and address) is enabled", "",
              CONFIGURED(OID ADDRESS), DOWNLOADED, SWITCH(ENABLE_NOW, "BF5A(800100)", C)),
    IMMEDIATE("43-refresh", "with refreshFlag it is enabled after the REFRESH", "", CONFIGURED(OID), IS_ON, DOWNLOADED,
              REFRESHED("BF5A(8001FF)", "BF5A(800100)", C)),
    IMMEDIATE("44-not-configured", "it is not configured: immediateEnableNotAvailable", "", DOWNLOADED,
              SWITCH(ENABLE_NOW, "BF5A(800101)", A)),
    IMMEDIATE("45-switched-off", "a package switched it off again: immediateEnableNotAvailable", "; SGP.32 3.4.4",
              CONFIGURED(OID), IS_ON, GIVEN_PSMO("A700", "870100"), DOWNLOADED, SWITCH(ENABLE_NOW, "BF5A(800101)", A)),
    IMMEDIATE("46-no-download", "nothing was installed in this session: noSessionContext", "", CONFIGURED(OID),
              SWITCH(ENABLE_NOW, "BF5A(800104)", A)),
    IMMEDIATE("47-reset", "a reset after the download ends the session: noSessionContext", "", CONFIGURED(OID), IS_ON,
              DOWNLOADED, {.p = {.given = true, .reset = true}}, SWITCH(ENABLE_NOW, "BF5A(800104)", A)),
    IMMEDIATE("48-power-cut", "a power cut after the download ends the session: noSessionContext", "", CONFIGURED(OID),
              IS_ON, DOWNLOADED, {.p = {.given = true, .power_cycle = true}}, SWITCH(ENABLE_NOW, "BF5A(800104)", A)),
    IMMEDIATE("49-other-oid", "a profile from another SM-DP+ (OID): immediateEnableNotAvailable", "",
              CONFIGURED("81(883703)"), IS_ON, DOWNLOADED, SWITCH(ENABLE_NOW, "BF5A(800101)", A)),
    IMMEDIATE("50-other-address", "a profile from another SM-DP+ (address): immediateEnableNotAvailable", "",
              CONFIGURED("82(\"other.example.com\")"), IS_ON, DOWNLOADED, SWITCH(ENABLE_NOW, "BF5A(800101)", A)),
    IMMEDIATE("51-no-smdp", "no SM-DP+ is configured: immediateEnableNotAvailable", "", CONFIGURED(""), IS_ON,
              DOWNLOADED, SWITCH(ENABLE_NOW, "BF5A(800101)", A)),
    IMMEDIATE("52-twice", "the session is used up: noSessionContext the second time", "", CONFIGURED(OID), IS_ON,
              DOWNLOADED, GIVEN_SWITCH(ENABLE_NOW, "BF5A(800100)", C), SWITCH(ENABLE_NOW, "BF5A(800104)", C)),
    IMMEDIATE("53-deleted", "the profile was deleted in the meantime: noSessionContext", "; SGP.32 3.4.3",
              CONFIGURED(OID), IS_ON, DOWNLOADED, GIVEN_PSMO("A5(5A(" C "))", "850100"),
              SWITCH(ENABLE_NOW, "BF5A(800104)", A)),
    IMMEDIATE("54-kept-address", "the flag alone keeps the address that was configured before", "; SGP.32 3.4.4",
              CONFIGURED(ADDRESS), IS_ON, CONFIGURED(""), DOWNLOADED, SWITCH(ENABLE_NOW, "BF5A(800100)", C)),
    IMMEDIATE("55-notified", "the switch is notified: disable of the one, enable of the other", "; SGP.32 5.9.11",
              CONFIGURED(OID), IS_ON, DOWNLOADED, GIVEN_SWITCH(ENABLE_NOW, "BF5A(800100)", C),
              ASK("BF28(81020520)", "BF28(A0(*BF2F(*5A(" A "))*))"),
              ASK("BF28(81020640)", "BF28(A0(*BF2F(*5A(" C "))*))")),
    IMMEDIATE("56-rollback-gone", "ImmediateEnable takes the authorisation of a rollback away", "; SGP.32 5.9.16",
              CONFIGURED(OID), IS_ON, {.install = "bootstrap"},
              {.p = {.given = true, .psmo = "A3(5A(" F ")0500)", .result = "830100"}, .enabled = F}, DOWNLOADED,
              GIVEN_SWITCH(ENABLE_NOW, "BF5A(800100)", C), SWITCH("BF58(800100)", "BF58(020101)", C)),
    LIFE("ImmediateEnable/57-local", "configured by the IPA before there is an eIM: the profile is enabled",
         "SGP.32 5.9.15; SGP.32 5.9.17", IOT " and sgp26", "iot", GIVEN_ASK("BF59(8000" OID ")", "BF59(800100)"),
         DOWNLOADED, SWITCH(ENABLE_NOW, "BF5A(800100)", C)),
    LIFE("ImmediateEnable/58-local-with-eim",
         "ConfigureImmediateProfileEnabling with an eIM: associatedEimAlreadyExists, and it stays off",
         "SGP.32 5.9.17; SGP.32 negative 83", IOT, "iot-eim", ASK("BF59(8000)", "BF59(800102)"),
         ASK(ENABLE_NOW, "BF5A(800101)")),
    LIFE("ImmediateEnable/59-local-off-with-eim",
         "an IPA cannot switch off what an eIM switched on: associatedEimAlreadyExists",
         "SGP.32 5.9.17; SGP.32 negative 83", IOT, "iot-eim", CONFIGURED(OID), IS_ON, ASK("BF5900", "BF59(800102)"),
         ASK(ENABLE_NOW, "BF5A(800104)")),
    LIFE("ImmediateEnable/60-local-after-reset", "after the reset of the eIM data the IPA may configure it again",
         "SGP.32 5.9.17; SGP.32 5.9.5", IOT, "iot-eim", GIVEN_ASK("BF64(82020204)", "BF64(800100 810100)"),
         GIVEN_ASK("BF5500", "BF55(A0())"), ASK("BF59(8000)", "BF59(800100)")),

    LIFE("ConnectivityParameters/10-nominal", "the HTTP parameters of the enabled profile", "SGP.32 5.9.24",
         IOT " and fallback", "iot-fallback", GIVEN_PSMO("A3(5A(" F "))", "830100"),
         ASK("BF5F00", "BF5F(A0(81(350103470A09\"bootstrap\")))")),
    LIFE("ConnectivityParameters/11-none", "the enabled profile has none: parametersNotAvailable", "SGP.32 5.9.24", IOT,
         "iot-enabled", ASK("BF5F00", "BF5F(810101)")),
    LIFE("ConnectivityParameters/12-disabled", "those of a disabled profile are not told: parametersNotAvailable",
         "SGP.32 5.9.24", IOT " and fallback", "iot-fallback", ASK("BF5F00", "BF5F(810101)")),
    LIFE("ConnectivityParameters/13-after-switch", "after a fallback they are those of the Fallback Profile",
         "SGP.32 5.9.24; SGP.32 5.9.20", IOT " and fallback", "iot-fallback",
         GIVEN_SWITCH("BF5D(800100)", "BF5D(800100)", F), ASK("BF5F00", "BF5F(A0(81(350103470A09\"bootstrap\")))")),

    RESET("20-operational", "operational profiles are deleted, also the enabled one, and nothing else", "", "iot-two",
          REFRESHED("BF64(82020780)", "BF64(800100)", ""), GONE(A), GONE(C), PSMO("BF2D(5C(5A))", "BF2D(A0())")),
    RESET("21-operational-power-cut", "they are still gone after a power cut", "", "iot-two",
          {.p = {.given = true, .request = "BF64(82020780)", .answer = "BF64(800100)"}, .settle = true, .enabled = ""},
          {.p = {.given = true, .power_cycle = true}}, GONE(A), GONE(C)),
    RESET("22-no-test-profile", "no test profile is there: nothingToDelete, and the operational ones stay", "",
          "iot-two", SWITCH("BF64(82020640)", "BF64(800101)", A), THERE(C)),
    RESET("23-no-bits-with-profiles", "no option is set: nothingToDelete, and the profiles stay",
          "; SGP.32 negative 96", "iot-two", SWITCH("BF64(820100)", "BF64(800101)", A), THERE(C)),
    ROW("MemoryReset/30-of-sgp22", "eUICCMemoryReset of SGP.22 (BF34): unknown, or the profiles are gone",
        "SGP.32 5.9.5; SGP.32 negative 95", IOT, "iot-two", .run = run_other_release,
        .argument = &(const struct other_release){"BF34(82020780)", "BF34(800100)"}),
    RESET("24-test-profile", "a field-loaded test profile is deleted, the operational one stays", "", "iot-enabled",
          {.install = "test"}, SWITCH("BF64(82020640)", "BF64(800100)", A), GONE("98001010000000000044")),
    RESET("25-eim-only", "the eIM data alone: the profiles stay, packages of the eIM are refused", "", "iot-two",
          SWITCH("BF64(82020204)", "BF64(800100 810100)", A), THERE(C),
          {.p = {.psmo = "A600", .is_unsigned = true, .token = BENCH_TOKEN_MUST_NOT, .is_last = true}}),
    RESET("26-profiles-and-eim", "operational profiles and eIM data: both are gone, both results are told", "",
          "iot-two", REFRESHED("BF64(82020284)", "BF64(800100 810100)", ""), GONE(A), GONE(C),
          ASK("BF5500", "BF55(A0())")),
    RESET("27-nothing-but-eim", "no test profile but an eIM: nothingToDelete or ok, and the eIM is gone", "", "iot-eim",
          ASK("BF64(82020244)", "BF64(800101 810100)|BF64(800100 810100)"), ASK("BF5500", "BF55(A0())")),
    RESET("28-results-stay", "results that wait stay or go, and their numbers do not come again", "; SGP.32 2.11.2",
          "iot-eim", {.p = {.given = true, .eco = "AB00", .result = "AB(A0(*))"}, .grants = true},
          GIVEN_ASK("BF64(82020780)", "BF64(800101)"),
          ASK("BF2B(A0(80({granted})))", "BF2B(A2(BF51(A0(*83({granted})*))))|BF2B(A2())|BF2B(A0())"),
          {.p = {.eco = "AB00", .result = "AB(A0(*))", .rises = true}}),
    RESET("29-deleted-notified", "the deletion of a profile that asks for it is notified", "; SGP.22 3.3.2", "iot-two",
          {.p = {.given = true, .request = "BF64(82020780)", .answer = "BF64(800100)"}, .settle = true, .enabled = ""},
          ASK("BF28(81020410)", "BF28(A0(*BF2F(*5A(" A "))*))")),

    LIFE("RetrieveNotificationsList/20-removed-twice", "a result is removed once: nothingToDelete the second time",
         "SGP.32 5.9.12; SGP.32 negative 85", "isdr and iot", "iot-eim",
         {.p = {.eco = "AB00", .result = "AB(A0(*))"}, .grants = true},
         GIVEN_ASK("BF2B(A0(8200))", "BF2B(A2(BF51(*)))"), ASK("BF30(80({granted}))", "BF30(800100)"),
         ASK("BF30(80({granted}))", "BF30(800101)"), ASK("BF2B(A0(8200))", "BF2B(A2())")),
    LIFE("RetrieveNotificationsList/21-notification-twice",
         "a notification is removed once: nothingToDelete the second time", "SGP.32 5.9.12; SGP.32 negative 85", IOT,
         "iot-two", GIVEN_PSMO("A5(5A(" C "))", "850100"), GIVEN_ASK("BF2800", "BF28(A0(BF2F(80({waiting:*})*)*))"),
         ASK("BF30(80({waiting}))", "BF30(800100)"), ASK("BF30(80({waiting}))", "BF30(800101)"),
         ASK("BF2B(A0(80({waiting})))", "BF2B(A0())|BF2B(A2())")),
    ROW("RetrieveNotificationsList/22-full", "when no room is left the oldest result goes",
        "SGP.32 2.11.2; SGP.32 negative 87", "isdr and iot", "iot-eim", .run = run_full),

    ROW("addEim/60-full", "when no room is left: insufficientMemory, and after a deleteEim there is room again",
        "SGP.32 5.13.7; SGP.32 3.5.1.1; SGP.32 negative 73", "isdr and iot", "iot-eim", .run = run_many_eims),

    ROW("PowerCut/01-first-block", "the power goes after the first block of a package: nothing was done",
        "SGP.32 5.9.1", IOT, "iot-two", .run = run_cut, .argument = &(const struct cut){.blocks = 1}),
    ROW("PowerCut/02-before-the-last-block", "the power goes before the last block of a package: nothing was done",
        "SGP.32 5.9.1", IOT, "iot-two", .run = run_cut, .argument = &(const struct cut){.blocks = 0}),
    ROW("PowerCut/03-before-the-answer", "the power goes before the answer is fetched: all was done, or nothing",
        "SGP.32 5.9.1; SGP.32 negative 84", IOT, "iot-two", .run = run_cut,
        .argument = &(const struct cut){.all = true}),

    LIFE("Package/60-while-refresh-pending", "a package while a REFRESH is pending does not switch to another profile",
         "SGP.32 5.9.1; SGP.22 5.7.16; SGP.32 negative 92", "isdr and iot and fallback", "iot-three",
         {.terminal_profile = true}, GIVEN_ASK("BF5D(8001FF)", "BF5D(800100)"),
         {.p = {.psmo = "A3(5A(" C "))", .result = "830105|83017F", .is_6a80 = true, .is_last = true}}),
    LIFE("Package/61-long-transaction-id", "an eimTransactionId of 17 bytes: unsigned error, or refused",
         "SGP.32 2.11.1.1; SGP.32 negative 93", "isdr and iot", "iot-eim",
         {.p = {.psmo = "A600",
                .order = {.transaction_id = {long_id, sizeof long_id}},
                .is_unsigned = true,
                .is_6a80 = true}}),
    LIFE("Package/62-long-eim-id", "an eimId of 129 bytes: refused", "SGP.32 2.11.1.1; SGP.32 negative 94",
         "isdr and iot", "iot-eim",
         {.p = {.psmo = "A600",
                .order = {.spoil = {.eim_id = {long_eim_id, sizeof long_eim_id}}},
                .is_unsigned = true,
                .is_6a80 = true}}),

    LIFE("Versions/22-default-dp", "PSMO setDefaultDpAddress came with v1.1: unknownOrDamagedCommand",
         "SGP.32 3.3.1; SGP.32 2.11.1.1.3", V1_0, "iot-eim-1.0", PSMO("BF65(80(\"x\"))A600", "020102")),
    ROW("Versions/27-memory-reset", "BF64 came with v1.1: unknown to an eUICC of v1.0, or the profiles are gone",
        "SGP.32 5.9.5; SGP.32 negative 95", V1_0, "iot-two-1.0", .run = run_other_release,
        .argument = &(const struct other_release){"BF64(82020780)", "BF64(800100)"}),
    LIFE("Versions/23-add-again", "addEim of an associated eIM is commandError in v1.0, and the rest is not done",
         "SGP.32 5.13.7; SGP.32 negative 68", V1_0, "iot-eim-1.0",
         {.p = {.eco = "A8(80(\"testeim1\")830101" KEY ")AB00", .result = "A8(020107)"}}),
    LIFE("Versions/26-list-types", "eimIdType has tag 84 in the list of v1.0", "SGP.32 5.13.10", V1_0, "iot-eim-1.0",
         {.p = {.given = true, .eco = "A8(80(\"1.3.6.1\")820101 830101" KEY ")", .result = "A8(020100)"}},
         {.p = {.eco = "AB00", .result = "AB(A0(*30(80(\"1.3.6.1\")840101)*))"}}),
    LIFE("Versions/24-unsigned-error", "the unsigned error of v1.0 has no eimTransactionId", "SGP.32 2.11.2", V1_0,
         "iot-eim-1.0", {.p = {.psmo = "A600", .order = {.spoil = {.signature_bit = true}}, .is_unsigned = true}}),
    LIFE("Versions/25-listed", "GetProfilesInfo of v1.0 knows no fallbackAttribute", "SGP.32 5.9.14", V1_0,
         "iot-two-1.0", ASK("BF2D(A0(5A(" C ")))", "BF2D(A0(E3(5A(" C ")4F(*)9F700100*950102*)))")),
    {.id = NULL},
};
