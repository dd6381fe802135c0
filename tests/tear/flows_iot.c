/* Flows of an IPA and its eIMs (SGP.32): association, packages with several operations, rollback, fallback, emergency,
 * immediate enabling, eIM configuration, results, memory reset. */
#include "flows.h"

/* ---- packages ---- */

#define P1 "8900010100000000101"
#define P2 "8900010100000000201"
#define P3 "8900010100000000301"

enum order_name {
    ENABLE_2_ROLLBACK,
    MANY,
    DELETE_ENABLED,
    SWAP_TO_1,
    SET_FALLBACK_2,
    UNSET_FALLBACK,
    IMMEDIATE_ON,
    ADD_SECOND,
    BY_SECOND,
    DELETE_FIRST,
    FAILING,
    DELETE_SECOND,
};

static const struct order {
    size_t eim;
    const char *operations; /* as eim_script_read() takes them */
} orders[] = {
    [ENABLE_2_ROLLBACK] = {0, "enable " P2 " rollback"},
    [MANY] = {0, "rat; immediate-enable on smdp.example.org; set-fallback " P2 "; delete " P3 "; enable " P2
                 "; default-dp smdp.example.net"},
    [DELETE_ENABLED] = {0, "delete " P1},
    [SWAP_TO_1] = {0, "enable " P1},
    [SET_FALLBACK_2] = {0, "set-fallback " P2},
    [UNSET_FALLBACK] = {0, "unset-fallback"},
    [IMMEDIATE_ON] = {0, "immediate-enable on testsmdpplus1.example.com"},
    [ADD_SECOND] = {0, "add-eim eim2; list-eim"},
    [BY_SECOND] = {1, "delete-eim eim1; list-eim"},
    [DELETE_FIRST] = {0, "delete-eim eim1"},
    [FAILING] = {0, "delete " P3 "; enable " P3 "; enable " P2},
    [DELETE_SECOND] = {1, "delete-eim eim2"},
};

static bool give_configuration(void *ctx, const char *name, struct buf *out, char *why, size_t size)
{
    struct bench *b = ctx;
    struct eim_configuration configuration;
    BUF_LOCAL key = {0};
    (void)why;
    (void)size;
    ck_assert_str_eq(name, "eim2");
    ck_assert(eim_describe(&b->eims[1], true, &key, &configuration));
    return eim_configuration_data(out, &configuration);
}

/* What an eIM learns of its token, over whatever way. */
static void learn_tokens(struct bench *b)
{
    struct euicc_eim_description d;
    for (size_t i = 0; i < b->eim_n; i++) {
        for (size_t k = 0; euicc_describe_eim(b->card, k, &d) == EUICC_OK; k++)
            if (strcmp(d.id, b->eims[i].id) == 0) b->eims[i].token = d.has_token ? (int64_t)d.token : EIM_NO_TOKEN;
    }
}

static void sign(struct bench *b, struct sent *sent, const struct order *o)
{
    EIM_SCRIPT_LOCAL script = {0};
    struct eim *eim = &b->eims[o->eim];
    learn_tokens(b);
    bench_check(b, eim_script_read(&script, o->operations, give_configuration, b), "%s", script.error);
    const struct eim_order order = {.ops = script.ops, .n = script.n};
    bench_check(b, eim_sign(eim, &order, &sent->package), "%s: %s", o->operations, eim->error);
    sent->is_signed = true;
    sent->eim = o->eim;
}

/* Signed once; what is sent again after a cut are the same bytes. */
static bool send_package(struct bench *b)
{
    const struct order *o = &orders[b->at->argument];
    struct sent *sent = &b->sent[b->at->argument];
    struct eim_result result;
    if (!sent->is_signed) sign(b, sent, o);
    struct eim *eim = &b->eims[o->eim];
    bool loaded = ipa_load_euicc_package(&b->ipa, buf_slice(&sent->package.request));
    if (!bench_went(b, loaded, o->operations)) return false;
    bench_check(b, eim_check_result(eim, &sent->package, buf_slice(&b->ipa.lpa.response), &result), "%s: %s",
                o->operations, eim->error);
    bench_check(b, result.kind == EIM_RESULT_SIGNED, "%s: package error %d", o->operations, result.error);
    bool settled = ipa_settle(&b->ipa);
    return bench_went(b, settled, "REFRESH");
}

/* By the result that waits on the card. */
static bool is_carried_out(struct bench *b)
{
    const struct sent *sent = &b->sent[b->at->argument];
    BUF_LOCAL transaction = {0};
    bool found = false;
    if (!sent->is_signed) return false;
    tlv_put(&transaction, 0x82, buf_slice(&sent->package.transaction_id));
    for (size_t i = 0; !found && i < b->stored.n; i++) {
        const struct stored *s = &b->stored.items[i];
        if (strncmp(s->key, "package-result/", 15) != 0) continue;
        for (size_t k = 0; !found && k + transaction.n <= s->n; k++)
            found = memcmp(s->value + k, transaction.p, transaction.n) == 0;
    }
    return found;
}

/* Every result on the card is one that was sent, is signed by the card, and is then removed. */
static bool deliver(struct bench *b)
{
    struct ipa_pending pending;
    uint32_t numbers[IPA_LIST_MAX];
    size_t n = 0;
    char why[200];
    if (!bench_went(b, ipa_retrieve(&b->ipa, IPA_SEARCH_RESULTS, 0, &pending), "results")) return false;
    for (size_t i = 0; i < pending.result_count; i++) {
        struct eim_result r;
        bool known = false;
        bench_check(b, eim_result_read(pending.results[i], b->ipa.version, &r, why, sizeof why), "%s", why);
        for (size_t k = 0; k < PACKAGES_MAX; k++) {
            struct sent *sent = &b->sent[k];
            if (!sent->is_signed || !slice_equal(r.transaction_id, buf_slice(&sent->package.transaction_id))) continue;
            known = true;
            const struct eim *eim = &b->eims[sent->eim];
            bench_check(b, !eim->knows_key || eim_result_is_signed(&r, &eim->card_key, sent->package.token),
                        "the signature of result %lld", (long long)r.sequence_number);
            sent->delivered = true; /* from now on it may be gone */
        }
        bench_check(b, known, "result %lld of a package that nobody sent", (long long)r.sequence_number);
        numbers[n++] = (uint32_t)r.sequence_number;
    }
    for (size_t i = 0; i < n; i++) {
        int code = ipa_remove(&b->ipa, numbers[i]);
        bench_check(b, code <= 0, "RemoveNotificationFromList: %d", code);
        if (!bench_went(b, code == 0, "RemoveNotificationFromList")) return false;
    }
    return true;
}

static bool no_results(struct bench *b)
{
    struct euicc_description d;
    return euicc_describe(b->card, &d) == EUICC_OK && d.package_result_count == 0;
}

/* ---- local functions ---- */

static bool settle(struct bench *b, int code, const char *what)
{
    bench_check(b, code <= 0, "%s: %d", what, code);
    return bench_went(b, code == 0 && ipa_settle(&b->ipa), what);
}

static bool roll_back(struct bench *b)
{
    struct slice result;
    return settle(b, ipa_profile_rollback(&b->ipa, b->flow->refresh, &result), "ProfileRollback");
}

static bool fall_back(struct bench *b)
{
    return settle(b, ipa_execute_fallback(&b->ipa, b->flow->refresh), "ExecuteFallbackMechanism");
}

static bool return_from_fallback(struct bench *b)
{
    return settle(b, ipa_return_from_fallback(&b->ipa, b->flow->refresh), "ReturnFromFallback");
}

static bool emergency(struct bench *b)
{
    return settle(b, ipa_enable_emergency_profile(&b->ipa, b->flow->refresh), "EnableEmergencyProfile");
}

static bool no_emergency(struct bench *b)
{
    return settle(b, ipa_disable_emergency_profile(&b->ipa, b->flow->refresh), "DisableEmergencyProfile");
}

/* The session that installed it ends with the power (5.9.15): then ES10c.EnableProfile does the same. */
static bool immediate_enable(struct bench *b)
{
    int code = ipa_immediate_enable(&b->ipa, b->flow->refresh);
    if (code == 4 && b->fired) {
        BUF_LOCAL id = {0};
        put_hex(&id, "5A0A");
        put_hex(&id, profile_iccid(b->at->argument));
        code = lpa_enable_profile(&b->ipa.lpa, buf_slice(&id), b->flow->refresh);
    }
    return settle(b, code, "ImmediateEnable");
}

static bool memory_reset(struct bench *b)
{
    struct ipa_reset_result result;
    unsigned all = IPA_RESET_OPERATIONAL | IPA_RESET_ADDRESS | IPA_RESET_EIM | IPA_RESET_IMMEDIATE;
    return settle(b, ipa_memory_reset(&b->ipa, all, &result), "eUICCMemoryReset");
}

static bool is_reset(struct bench *b)
{
    struct euicc_description d;
    return euicc_describe(b->card, &d) == EUICC_OK && d.profile_count == 0 && d.eim_count == 0;
}

/* ---- association ---- */

static void make_eims(struct bench *b)
{
    static const char *const ids[] = {"eim1", "eim2"};
    for (b->eim_n = 0; b->eim_n < COUNT(ids); b->eim_n++) {
        const struct eim_config config = {.id = ids[b->eim_n],
                                          .curve = TEST_P256,
                                          .seed = slice_text(ids[b->eim_n]),
                                          .version = b->ipa.version,
                                          .initial_counter = 1};
        ck_assert(eim_init(&b->eims[b->eim_n], &config) && eim_set_eid(&b->eims[b->eim_n], EID));
    }
}

/* eIM 1, or both, ask for tokens. */
static bool associate(struct bench *b)
{
    struct eim_configuration list[EIMS_MAX] = {{.eim_id = {0}}};
    struct buf keys[EIMS_MAX] = {{0}};
    struct ipa_added added;
    BUF_LOCAL request = {0};
    size_t n = (size_t)b->at->argument;
    for (size_t i = 0; i < n; i++)
        ck_assert(eim_describe(&b->eims[i], true, &keys[i], &list[i]));
    ck_assert(eim_add_initial_request(&request, list, n));
    for (size_t i = 0; i < n; i++)
        buf_free(&keys[i]);
    int code = ipa_add_initial_eim(&b->ipa, buf_slice(&request), &added);
    bench_check(b, code <= 0, "AddInitialEim: %d", code);
    return bench_went(b, code == 0, "AddInitialEim");
}

static bool is_associated(struct bench *b)
{
    struct euicc_description d;
    return euicc_describe(b->card, &d) == EUICC_OK && d.eim_count == (size_t)b->at->argument;
}

/* ---- what flows begin with ---- */

/* Profiles 1 (enabled), 2 (fallbackAllowed), 3, 4 (an Emergency Profile), an eIM that knows the card. */
static void standard(struct bench *b)
{
    struct eim *eim;
    make_eims(b);
    eim = &b->eims[0];
    bool associated = ipa_associate(&b->ipa, &eim, 1, true, b->dp->config.anchors, b->dp->config.anchor_count);
    ck_assert_msg(associated, "%s", b->ipa.lpa.error);
    b->eims[1].card_key = eim->card_key;
    b->eims[1].knows_key = true;
    profile_prepare(b, 1, NULL);
    profile_prepare(b, 2, "9F6701FF");
    profile_prepare(b, 3, NULL);
    profile_prepare(b, 4, "9F7B01FF");
    profile_prepare_enabled(b, 1);
    ck_assert_int_gt(ipa_process_notifications(&b->ipa, b->dp), 0);
}

static void with_fallback(struct bench *b)
{
    static const struct step set = {"set-fallback", NULL, send_package, SET_FALLBACK_2};
    standard(b);
    b->at = &set;
    bool sent = send_package(b);
    ck_assert(sent && deliver(b));
    b->sent[SET_FALLBACK_2].is_signed = false;
}

static void with_two_eims(struct bench *b)
{
    static const struct step add = {"add-eim", NULL, send_package, ADD_SECOND};
    standard(b);
    b->at = &add;
    bool sent = send_package(b);
    ck_assert(sent && deliver(b));
    b->sent[ADD_SECOND].is_signed = false;
}

/* ---- flows ---- */

#define PACKAGE(name)                                                                                                  \
    {                                                                                                                  \
        "package " #name, is_carried_out, send_package, name                                                           \
    }
#define DELIVER                                                                                                        \
    {                                                                                                                  \
        "results", no_results, deliver, 0                                                                              \
    }
#define NOTIFICATIONS                                                                                                  \
    {                                                                                                                  \
        "notifications", step_no_notifications, step_process_notifications, 0                                          \
    }
#define UNTIL_ENABLED(name, run, n)                                                                                    \
    {                                                                                                                  \
        name, step_is_enabled, run, n                                                                                  \
    }
#define INSTALL(n)                                                                                                     \
    {                                                                                                                  \
        "download", step_is_installed, step_install, n                                                                 \
    }

#define FLOW(id, name_, prepare_, ...)                                                                                 \
    static const struct flow id = {.name = name_, .personality = "both", .prepare = prepare_, .steps = {__VA_ARGS__}}
#define FLOWS(id, name_, prepare_, ...)                                                                                \
    FLOW(id, name_, prepare_, __VA_ARGS__);                                                                            \
    static const struct flow id##_refresh = {                                                                          \
        .name = name_ "-refresh", .personality = "both", .refresh = true, .prepare = prepare_, .steps = {__VA_ARGS__}}

FLOW(initial, "add-initial-eim", make_eims, {"AddInitialEim", is_associated, associate, 1});
FLOW(initial_two, "add-initial-eims", make_eims, {"AddInitialEim", is_associated, associate, 2}, PACKAGE(BY_SECOND),
     DELIVER);
FLOWS(many, "package", standard, PACKAGE(MANY), DELIVER, NOTIFICATIONS);
FLOWS(failing, "package-fails", standard, PACKAGE(FAILING), DELIVER);
FLOWS(delete_enabled, "package-deletes-enabled", standard, PACKAGE(DELETE_ENABLED), DELIVER);
FLOWS(rollback, "rollback", standard, PACKAGE(ENABLE_2_ROLLBACK), UNTIL_ENABLED("rollback", roll_back, 1), DELIVER);
FLOWS(fallback, "fallback", with_fallback, UNTIL_ENABLED("fallback", fall_back, 2),
      UNTIL_ENABLED("return", return_from_fallback, 1), PACKAGE(UNSET_FALLBACK), DELIVER);
FLOWS(emergencies, "emergency", standard, UNTIL_ENABLED("emergency", emergency, 4),
      UNTIL_ENABLED("no emergency", no_emergency, 1), PACKAGE(ENABLE_2_ROLLBACK), DELIVER);
FLOWS(immediate, "immediate-enable", standard, PACKAGE(IMMEDIATE_ON), DELIVER, INSTALL(5),
      UNTIL_ENABLED("ImmediateEnable", immediate_enable, 5), NOTIFICATIONS);
FLOW(configuration, "add-delete-eim", standard, PACKAGE(ADD_SECOND), PACKAGE(BY_SECOND), PACKAGE(DELETE_SECOND),
     DELIVER);
FLOW(delete_self, "delete-eim", with_two_eims, PACKAGE(DELETE_FIRST), DELIVER, PACKAGE(DELETE_SECOND));
FLOWS(resetting, "iot-memory-reset", with_two_eims, PACKAGE(MANY), DELIVER, {"memory reset", is_reset, memory_reset, 0},
      {"AddInitialEim", is_associated, associate, 1});

const struct flow *const iot_flows[] = {
    &initial,           &initial_two,       &many,
    &failing,           &delete_enabled,    &rollback,
    &fallback,          &emergencies,       &immediate,
    &configuration,     &delete_self,       &resetting,
    &many_refresh,      &failing_refresh,   &delete_enabled_refresh,
    &rollback_refresh,  &fallback_refresh,  &emergencies_refresh,
    &immediate_refresh, &resetting_refresh, NULL,
};
