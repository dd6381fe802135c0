/* States of IoT eUICCs (SGP.32); see states.h and bench_iot.h. They begin as those of SGP.33-1: memory reset, no
 * notification or result waits, the eIM added by AddInitialEim with counter 1 and without token, so that the first
 * package has counter 2. */
#include "bench_iot.h"

#include "profiles.h"
#include "states.h"

#include "metadata.h"

bool state_iot_eim(const char *state, uint32_t *counter, enum test_curve *curve)
{
    static const struct {
        const char *state;
        uint32_t counter;
        enum test_curve curve;
    } eims[] = {
        {"iot-eim", 1, TEST_P256},
        {"iot-eim-brainpool", 1, TEST_BP256},
        {"iot-eim-1.0", 1, TEST_P256},
        {"iot-disabled", 1, TEST_P256},
        {"iot-enabled", 2, TEST_P256},
        {"iot-enabled-1.0", 2, TEST_P256},
        {"iot-two", 2, TEST_P256},
        {"iot-two-1.0", 2, TEST_P256},
        {"iot-fallback", 3, TEST_P256},
        {"iot-emergency", 2, TEST_P256},
        {"iot-two-brainpool", 2, TEST_BP256},
        {"iot-three", 3, TEST_P256},
        {"iot-emergency-fallback", 3, TEST_P256},
        {"iot-ppr", 2, TEST_P256},
        {"iot-ppr-1.0", 2, TEST_P256},
        {"iot-eim-plain", 1, TEST_P256},
        {"iot-small-result", 2, TEST_P256},
        {"iot-refusing", 2, TEST_P256},
    };
    for (size_t i = 0; state && i < sizeof eims / sizeof *eims; i++) {
        if (strcmp(eims[i].state, state) != 0) continue;
        *counter = eims[i].counter;
        *curve = eims[i].curve;
        return true;
    }
    return false;
}

/* eUICCMemoryReset of all that an IPA may take off the card; what is not there is no error (5.9.5: 1, nothingToDelete).
 * An Emergency Profile that is still enabled (104, ecallActive) is disabled first. */
static bool reset_memory(struct bench *b, struct ipa *ipa)
{
    enum { ECALL_ACTIVE = 104 };
    const unsigned all =
        IPA_RESET_OPERATIONAL | IPA_RESET_FIELD_TEST | IPA_RESET_ADDRESS | IPA_RESET_EIM | IPA_RESET_IMMEDIATE;
    struct ipa_reset_result result;
    int code = ipa_memory_reset(ipa, all, &result);
    if (code == ECALL_ACTIVE && ipa_disable_emergency_profile(ipa, true) == 0 && ipa_settle(ipa))
        code = ipa_memory_reset(ipa, all, &result);
    return code == 0 || code == 1 ||
           bench_verdict(b, VERDICT_ERROR, "eUICCMemoryReset gave %d: %s", code, ipa->lpa.error);
}

/* As a new card: nothing is installed or associated, no notification and no result waits. */
bool reach_iot(struct bench *b)
{
    struct ipa *ipa = bench_ipa(b);
    struct ipa_pending pending;
    if (!ipa || !reset_memory(b, ipa)) return false;
    if (!ipa_settle(ipa) || ipa_process_notifications(ipa, NULL) < 0)
        return bench_verdict(b, VERDICT_ERROR, "after eUICCMemoryReset: %s", ipa->lpa.error);
    if (!ipa_retrieve(ipa, IPA_SEARCH_RESULTS, 0, &pending))
        return bench_verdict(b, VERDICT_ERROR, "results: %s", ipa->lpa.error);
    int64_t numbers[IPA_LIST_MAX];
    size_t n = pending.result_count;
    for (size_t i = 0; i < n; i++) {
        struct eim_result r;
        char why[100];
        if (!eim_result_read(pending.results[i], ipa->version, &r, why, sizeof why))
            return bench_verdict(b, VERDICT_ERROR, "results: %s", why);
        numbers[i] = r.sequence_number;
    }
    for (size_t i = 0; i < n; i++)
        if (ipa_remove(ipa, (uint32_t)numbers[i]) != 0)
            return bench_verdict(b, VERDICT_ERROR, "results: %s", ipa->lpa.error);
    return true;
}

static bool associate(struct bench *b, enum test_curve curve)
{
    struct eim *eim = bench_eim(b, curve);
    struct eim *const list[] = {eim};
    return eim && bench_associate(b, list, 1, false);
}

bool reach_iot_eim(struct bench *b)
{
    return reach_iot(b) && associate(b, TEST_P256);
}

bool reach_iot_eim_brainpool(struct bench *b)
{
    return reach_iot(b) && associate(b, TEST_BP256);
}

/* No result and no notification is left of what brought the card here. */
static bool tidy(struct bench *b)
{
    struct ipa *ipa = bench_ipa(b);
    if (!ipa) return false;
    if (b->result.sequence_number >= 0) (void)ipa_remove(ipa, (uint32_t)b->result.sequence_number);
    return ipa_process_notifications(ipa, NULL) >= 0 ||
           bench_verdict(b, VERDICT_ERROR, "notifications: %s", ipa->lpa.error);
}

static bool run_package(struct bench *b, const char *psmo, const char *result)
{
    const struct bench_package package = {.given = true, .psmo = psmo, .result = result};
    struct eim *eim = bench_eim(b, TEST_P256);
    return eim && bench_package(b, eim, &package) && tidy(b);
}

static bool enable(struct bench *b, const char *iccid)
{
    uint8_t bytes[10];
    return metadata_iccid_bytes(iccid, bytes) && variables_set(&b->variables, "chosen", SLICE(bytes)) &&
           run_package(b, "A3(5A({chosen}))", "830100");
}

bool state_iot_enable(struct bench *b, const char *iccid)
{
    struct ipa *ipa = bench_ipa(b);
    struct ipa_reset_result result;
    if (!associate(b, TEST_P256) || !enable(b, iccid)) return false;
    return ipa_memory_reset(ipa, IPA_RESET_EIM, &result) >= 0 ||
           bench_verdict(b, VERDICT_ERROR, "eUICCMemoryReset: %s", ipa->lpa.error);
}

bool reach_iot_disabled(struct bench *b)
{
    return reach_iot_eim(b) && profile_install(b, "operational", NULL);
}

bool reach_iot_enabled(struct bench *b)
{
    return reach_iot_disabled(b) && enable(b, "89000101000000000010");
}

bool reach_iot_two(struct bench *b)
{
    return reach_iot_enabled(b) && profile_install(b, "tiny", NULL);
}

bool reach_iot_two_brainpool(struct bench *b)
{
    return reach_iot_eim_brainpool(b) && profile_install(b, "operational", NULL) && enable(b, "89000101000000000010") &&
           profile_install(b, "tiny", NULL);
}

bool reach_iot_fallback(struct bench *b)
{
    return reach_iot_enabled(b) && profile_install(b, "bootstrap", NULL) &&
           run_package(b, "A8(5A(98001010000000000015))", "8D0100");
}

bool reach_iot_emergency(struct bench *b)
{
    return reach_iot_enabled(b) && profile_install(b, "tiny", "emergency = yes");
}

bool reach_iot_ppr(struct bench *b)
{
    return reach_iot_eim(b) && profile_install(b, "operational", "ppr = ppr1") && enable(b, "89000101000000000010") &&
           profile_install(b, "tiny", "ppr = ppr2");
}

bool reach_iot_three(struct bench *b)
{
    return reach_iot_fallback(b) && profile_install(b, "tiny", "fallback_allowed = yes");
}

bool reach_iot_emergency_fallback(struct bench *b)
{
    return reach_iot_fallback(b) && profile_install(b, "tiny", "emergency = yes");
}
