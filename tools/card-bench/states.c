/* The states that cases begin with; see states.h. */
#define _GNU_SOURCE
#include "states.h"

#include "bench_iot.h"
#include "profiles.h"

#include "base/tlv.h"

#include <stdio.h>

/* What eUICCMemoryReset leaves: provisioning profiles (SGP.22 5.7.19). */
static bool delete_rest(struct bench *b, struct lpa *lpa)
{
    struct lpa_profiles list;
    for (int i = 0; i < LPA_LIST_MAX; i++) {
        BUF_LOCAL id = {0};
        if (!lpa_get_profiles_info(lpa, (struct slice){0}, (struct slice){0}, &list))
            return bench_verdict(b, VERDICT_ERROR, "profiles: %s", lpa->error);
        if (!list.n) return true;
        tlv_put(&id, 0x5a, list.list[0].iccid);
        bool gone = (list.list[0].state != 1 || lpa_disable_profile(lpa, buf_slice(&id), false) == 0) &&
                    lpa_delete_profile(lpa, buf_slice(&id)) == 0;
        if (!gone) return bench_verdict(b, VERDICT_ERROR, "a profile cannot be deleted: %s", lpa->error);
    }
    return true;
}

/* Everything off the card that may go: all profiles, the default SM-DP+ address, notifications. */
static bool reach_empty(struct bench *b)
{
    if (facts_iot_only(b->facts)) return reach_iot(b);
    struct lpa *lpa = bench_lpa(b);
    const char *profiles = facts_get(b->facts, "profiles");
    if (!lpa) return false;
    bool is_empty = profiles && strcmp(profiles, "0") == 0;
    if (!is_empty && lpa_memory_reset(lpa, 7) < 0)
        return bench_verdict(b, VERDICT_ERROR, "eUICCMemoryReset: %s", lpa->error);
    if (!is_empty && (!bench_goes_on(b) || !lpa_reset(lpa)))
        return bench_verdict(b, VERDICT_ERROR, "after the reset: %s", lpa->error);
    if (!is_empty && !delete_rest(b, lpa)) return false;
    return lpa_process_notifications(lpa, NULL) >= 0 ||
           bench_verdict(b, VERDICT_ERROR, "notifications: %s", lpa->error);
}

static bool install(struct bench *b, const char *name)
{
    return profile_install(b, name, NULL);
}

static bool enable(struct bench *b, const char *iccid)
{
    return facts_iot_only(b->facts) ? state_iot_enable(b, iccid) : profile_enable(b, iccid);
}

static bool reach_disabled(struct bench *b)
{
    return reach_empty(b) && install(b, "operational");
}

static bool reach_enabled(struct bench *b)
{
    return reach_disabled(b) && enable(b, "89000101000000000010");
}

static bool reach_two(struct bench *b)
{
    return reach_enabled(b) && install(b, "tiny");
}

/* What a switch writes is not processed: two notifications wait. */
static bool reach_switched(struct bench *b)
{
    static const uint8_t id[] = {0x5a, 10, 0x98, 0x00, 0x10, 0x10, 0, 0, 0, 0, 0, 0x82}; /* profiles/tiny */
    if (!reach_two(b)) return false;
    int result = lpa_enable_profile(&b->lpa, SLICE(id), false);
    if (result != 0) return bench_verdict(b, VERDICT_ERROR, "EnableProfile gave %d: %s", result, b->lpa.error);
    return lpa_reset(&b->lpa) || bench_verdict(b, VERDICT_ERROR, "after the reset: %s", b->lpa.error);
}

static bool reach_tiny(struct bench *b)
{
    return reach_two(b) && enable(b, "89000101000000000028");
}

static bool reach_tuak(struct bench *b)
{
    return reach_empty(b) && install(b, "tuak") && enable(b, "89000101000000000036");
}

static bool reach_test(struct bench *b)
{
    return reach_empty(b) && install(b, "test") && enable(b, "89000101000000000044");
}

#define OPERATIONAL_ICCID "89000101000000000010"

/* One profile of each class, no policy rules. */
static bool reach_classes(struct bench *b)
{
    return reach_enabled(b) && install(b, "tiny") && install(b, "test") &&
           profile_install(b, "bootstrap", "class = provisioning");
}

/* Two test profiles; profiles/tiny has the key that test profiles may have. */
static bool reach_tests(struct bench *b)
{
    return reach_enabled(b) && install(b, "test") && profile_install(b, "tiny", "class = test");
}

/* The enabled one may not be disabled (PPR1, SGP.22 2.9.1). */
static bool reach_ppr1(struct bench *b)
{
    return reach_empty(b) && profile_install(b, "operational", "ppr = ppr1") && enable(b, OPERATIONAL_ICCID) &&
           install(b, "tiny") && profile_install(b, "bootstrap", "class = provisioning");
}

static bool reach_ppr1_test(struct bench *b)
{
    return reach_ppr1(b) && install(b, "test");
}

/* A disabled one may not be deleted (PPR2, SGP.22 2.9.1). */
static bool reach_ppr2(struct bench *b)
{
    return reach_empty(b) && profile_install(b, "operational", "ppr = ppr2") && install(b, "tiny");
}

static bool reach_ppr_both(struct bench *b)
{
    return reach_empty(b) && profile_install(b, "operational", "ppr = ppr1 ppr2") && enable(b, OPERATIONAL_ICCID);
}

#define IOT_1_0 "sgp32 = 1.0\nconsumer = no\nemergency = no\nfallback = no\n"
#define IOT_1_1 "sgp32 = 1.1\nconsumer = no\n"
#define IOT_1_2 "sgp32 = 1.2\nconsumer = no\n"
#define IOT_PLAIN IOT_1_2 "emergency = no\nfallback = no\n"
/* no card is in one of these: how far the counter of its eIM has come cannot be read */
#define NEVER "just-made"

const struct state states[] = {
    {"any", "whatever is on the card", NULL, NULL, NULL, NULL},
    {"empty", "no profile is installed, no notification waits", NULL, "isdr and profiles = 0 and notifications = 0",
     "isdr", reach_empty},
    {"installed", "a profile is installed", NULL, "isdr and profiles > 0", "isdr and sgp26", reach_disabled},
    {"disabled", "one profile (profiles/operational) is installed and disabled, none is enabled", NULL,
     "isdr and disabled-profiles > 0 and not enabled", "isdr and sgp26", reach_disabled},
    {"enabled", "a profile (profiles/operational) is enabled", NULL, "isdr and enabled", "isdr and sgp26",
     reach_enabled},
    {"two", "a profile (profiles/operational) is enabled, another one (profiles/tiny) disabled", NULL,
     "isdr and enabled and disabled-profiles > 0", "isdr and sgp26", reach_two},
    {"two-quiet", "profiles/operational is enabled, profiles/tiny disabled, and no notification waits", NULL,
     "isdr and profiles = 2 and enabled = 98001010000000000001 and disabled = 98001010000000000082 and "
     "notifications = 0 and ppr1-profiles = 0 and ppr2-profiles = 0",
     "isdr and sgp26 and consumer", reach_two},
    {"switched", "profiles/tiny was enabled instead of profiles/operational, and both notifications of that wait", NULL,
     "isdr and enabled = 98001010000000000082 and notifications = 2", "isdr and sgp26 and consumer", reach_switched},
    {"test", "a test profile (profiles/test) is enabled, with files that everybody may change", NULL,
     "isdr and enabled = 98001010000000000044", "isdr and sgp26 and test-profiles", reach_test},
    {"untried", "profiles/operational is enabled, and nobody has tried its PINs", NULL,
     "isdr and enabled = 98001010000000000001 and pin1-tries = 3 and pin2-tries = 3 and puk1-tries = 10 and "
     "puk2-tries = 10 and adm1-tries = 10",
     "isdr and sgp26", reach_enabled},
    {"operational", "profiles/operational is enabled: its files, PINs and keys are known", NULL,
     "isdr and enabled = 98001010000000000001", "isdr and sgp26", reach_enabled},
    {"tiny", "profiles/tiny is enabled, profiles/operational, which has an ISIM, is disabled", NULL,
     "isdr and enabled = 98001010000000000082 and disabled = 98001010000000000001", "isdr and sgp26", reach_tiny},
    {"tuak", "profiles/tuak is enabled: TUAK, concealed identities", NULL, "isdr and enabled = 98001010000000000063",
     "isdr and sgp26 and tuak128", reach_tuak},
    {"operational-disabled", "profiles/operational is installed and disabled, and no other profile", NULL,
     "isdr and profiles = 1 and disabled = 98001010000000000001", "isdr and sgp26", reach_disabled},
    {"operational-enabled", "profiles/operational is enabled, and there is no other profile", NULL,
     "isdr and profiles = 1 and enabled = 98001010000000000001", "isdr and sgp26 and consumer", reach_enabled},
    {"no-test-profiles", "as empty, on a card that takes no test profiles", "test_profiles = no\n",
     "isdr and profiles = 0 and not test-profiles", "isdr and not test-profiles", reach_empty},
    /* every case uses its counters up: never is a card in these states, each time they are made anew */
    {"ota", "profiles/operational was just installed and is enabled: the bench has its keys for secured packets", NULL,
     NEVER, "isdr and sgp26 and consumer", reach_enabled},
    {"ota-ppr1", "as ota, with PPR1; an operational and a provisioning profile are disabled", NULL, NEVER,
     "isdr and sgp26 and consumer and rat-rows > 0 and not ppr1-forbidden", reach_ppr1},
    {"no-crl", "an eUICC without support for revocation lists", "crl_support = no\n", "isdr and not crl",
     "isdr and not crl", NULL},
    {"classes", "one profile of each class: operational (enabled), operational, test, provisioning (disabled)", NULL,
     "isdr and profiles = 4 and enabled = 98001010000000000001 and ppr1-profiles = 0 and ppr2-profiles = 0 and "
     "notifications = 0",
     "isdr and sgp26 and consumer and test-profiles", reach_classes},
    {"tests", "an operational profile is enabled, two test profiles are disabled", NULL,
     "isdr and profiles = 3 and enabled = 98001010000000000001 and disabled = 98001010000000000044",
     "isdr and sgp26 and consumer and test-profiles", reach_tests},
    {"ppr1", "a profile with PPR1 is enabled; an operational and a provisioning one are disabled", NULL,
     "isdr and profiles = 3 and enabled = 98001010000000000001 and ppr1-profiles = 1",
     "isdr and sgp26 and consumer and rat-rows > 0 and not ppr1-forbidden", reach_ppr1},
    {"ppr1-test", "as ppr1, and a test profile is disabled", NULL,
     "isdr and profiles = 4 and enabled = 98001010000000000001 and ppr1-profiles = 1",
     "isdr and sgp26 and consumer and test-profiles and rat-rows > 0 and not ppr1-forbidden", reach_ppr1_test},
    {"ppr2", "a profile with PPR2 and one without are disabled, none is enabled", NULL,
     "isdr and profiles = 2 and disabled-profiles = 2 and ppr2-profiles = 1",
     "isdr and sgp26 and consumer and rat-rows > 0 and not ppr2-forbidden", reach_ppr2},
    {"ppr1+ppr2", "a profile with PPR1 and PPR2 is enabled", NULL,
     "isdr and profiles = 1 and enabled = 98001010000000000001 and ppr1-profiles = 1 and ppr2-profiles = 1",
     "isdr and sgp26 and consumer and rat-rows > 0 and not (ppr1-forbidden or ppr2-forbidden)", reach_ppr_both},
    {"no-rat", "no profile; an empty Rules Authorisation Table", "rat =\n", "isdr and profiles = 0 and rat-rows = 0",
     "isdr and sgp26 and rat-rows = 0", reach_empty},
    {"rat-rows", "no profile; a Rules Authorisation Table with rows for some operators",
     "check_owner = no\nrat = ppr1 @ 26201\nrat = ppr1 @ 26202 gid1=ABCD gid2=*\nrat = ppr2 @ 262EEE gid1=* gid2=*\n"
     "rat = ppr1 @ 310260 gid1=*\n",
     "isdr and profiles = 0 and rat-rows > 1", "isdr and sgp26 and rat-rows > 1", reach_empty},
    {"ppr1-forbidden", "no profile; an eUICC that takes no profile with PPR1", "forbidden_ppr = ppr1\n",
     "isdr and profiles = 0 and ppr1-forbidden", "isdr and sgp26 and ppr1-forbidden", reach_empty},
    {"iot", "an IoT eUICC of SGP.32 without profiles and eIMs", IOT_1_2, "isdr and iot and profiles = 0 and eims = 0",
     "isdr and iot", reach_iot},
    {"iot-any", "whatever is on an IoT eUICC", IOT_1_2, NULL, NULL, NULL},
    {"iot-1.0", "the same of SGP.32 v1.0", IOT_1_0, "isdr and iot and sgp32 < 1.1 and profiles = 0 and eims = 0",
     "isdr and iot and sgp32 < 1.1", reach_iot},
    {"iot-1.1", "the same of SGP.32 v1.1", IOT_1_1,
     "isdr and iot and sgp32 >= 1.1 and sgp32 < 1.2 and profiles = 0 and eims = 0",
     "isdr and iot and sgp32 >= 1.1 and sgp32 < 1.2", reach_iot},
    {"iot-eim", "an IoT eUICC with the eIM of the bench: counter 1, P-256, no token", IOT_1_2, NEVER, "isdr and iot",
     reach_iot_eim},
    {"iot-eim-1.0", "the same of SGP.32 v1.0", IOT_1_0, NEVER, "isdr and iot and sgp32 < 1.1", reach_iot_eim},
    {"iot-eim-brainpool", "the same with an eIM on brainpoolP256r1", IOT_1_2, NEVER, "isdr and iot and sgp26-brainpool",
     reach_iot_eim_brainpool},
    {"iot-disabled", "the eIM of the bench, and one profile (profiles/operational) disabled", IOT_1_2, NEVER,
     "isdr and iot and sgp26", reach_iot_disabled},
    {"iot-enabled", "the eIM of the bench, and one profile (profiles/operational) enabled by a package", IOT_1_2, NEVER,
     "isdr and iot and sgp26", reach_iot_enabled},
    {"iot-enabled-1.0", "the same of SGP.32 v1.0", IOT_1_0, NEVER, "isdr and iot and sgp26 and sgp32 < 1.1",
     reach_iot_enabled},
    {"iot-two", "as iot-enabled, and another profile (profiles/tiny) disabled", IOT_1_2, NEVER,
     "isdr and iot and sgp26", reach_iot_two},
    {"iot-two-1.0", "the same of SGP.32 v1.0", IOT_1_0, NEVER, "isdr and iot and sgp26 and sgp32 < 1.1", reach_iot_two},
    {"iot-two-brainpool", "as iot-two with an eIM on brainpoolP256r1", IOT_1_2, NEVER,
     "isdr and iot and sgp26 and sgp26-brainpool", reach_iot_two_brainpool},
    {"iot-fallback", "as iot-enabled, and a disabled profile (profiles/bootstrap) that has the Fallback Attribute",
     IOT_1_2, NEVER, "isdr and iot and sgp26 and fallback", reach_iot_fallback},
    {"iot-emergency", "as iot-enabled, and an Emergency Profile (profiles/tiny) disabled", IOT_1_2, NEVER,
     "isdr and iot and sgp26 and emergency", reach_iot_emergency},
    {"iot-ppr", "as iot-two; the enabled profile must not be disabled (PPR1), the other one not deleted (PPR2)",
     IOT_1_2, NEVER, "isdr and iot and sgp26", reach_iot_ppr},
    {"iot-ppr-1.0", "the same of SGP.32 v1.0", IOT_1_0, NEVER, "isdr and iot and sgp26 and sgp32 < 1.1", reach_iot_ppr},
    {"iot-eim-plain", "the eIM of the bench; fallback and Emergency Profile are not supported", IOT_PLAIN, NEVER,
     "isdr and iot and not fallback", reach_iot_eim},
    {"iot-small-result", "as iot-two; the built-in card has room for results of 300 bytes",
     IOT_1_2 "result_size_max = 300\n", NEVER, "isdr and iot and sgp26", reach_iot_two},
    {"iot-refusing", "as iot-two; the built-in card refuses all of ES10b while a REFRESH waits",
     IOT_1_2 "refresh_pending = refuse-all\n", NEVER, "isdr and iot and sgp26", reach_iot_two},
    {"iot-plain", "an IoT eUICC without profiles and eIMs that has neither emergency nor fallback", IOT_PLAIN,
     "isdr and iot and not emergency and not fallback and profiles = 0 and eims = 0",
     "isdr and iot and not emergency and not fallback", reach_iot},
    {"iot-three", "as iot-fallback, and a third profile (profiles/tiny, fallbackAllowed) disabled", IOT_1_2, NEVER,
     "isdr and iot and sgp26 and fallback", reach_iot_three},
    {"iot-emergency-fallback", "as iot-fallback, and an Emergency Profile (profiles/tiny) disabled", IOT_1_2, NEVER,
     "isdr and iot and sgp26 and fallback and emergency", reach_iot_emergency_fallback},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

const struct state *state_find(const char *name)
{
    const struct state *s = states;
    while (name && s->name && strcmp(s->name, name) != 0)
        s++;
    return s->name ? s : NULL;
}
