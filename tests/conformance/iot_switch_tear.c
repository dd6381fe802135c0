/* The power goes at every APDU boundary of one long flow (SGP.32 5.9.1: atomic; row 84): association, a package with
 * enable and rollbackFlag, rollback, a Fallback Attribute, fallback and return, emergency and back. The n-th APDU is
 * cut off before it reaches the card, or after it did and before the answer comes back, n = 1, 2, 3 ... until the flow
 * ends. Whatever was interrupted, the card is then as before that step or as after it; counters and numbers never go
 * back; and the IPA finds out which, and finishes. */
#include "iot_local_common.h"

#include <stdlib.h>

static struct iot t;

/* ---- the wire ---- */

static struct {
    size_t until;  /* APDUs before the cut; 0: none */
    size_t passed; /* so far */
    bool after;    /* the card gets the APDU, the answer is lost */
    bool cut;      /* it happened */
} wire;

static bool torn_transmit(void *ctx, struct slice capdu, struct buf *rapdu)
{
    struct lpa_reader card;
    (void)ctx;
    if (wire.cut) return false;
    wire.passed++;
    bool here = wire.passed == wire.until;
    ck_assert(lpa_reader_card(&card, t.f.card));
    if (!here || wire.after) {
        bool answered = card.transmit(card.ctx, capdu, rapdu);
        if (!here) return answered;
    }
    wire.cut = true;
    buf_reset(rapdu);
    return false;
}

static bool torn_power(void *ctx, bool on, struct buf *atr)
{
    struct lpa_reader card;
    (void)ctx;
    ck_assert(lpa_reader_card(&card, t.f.card));
    return !wire.cut && card.power(card.ctx, on, atr);
}

static bool torn_reset(void *ctx, struct buf *atr)
{
    struct lpa_reader card;
    (void)ctx;
    ck_assert(lpa_reader_card(&card, t.f.card));
    return !wire.cut && card.reset(card.ctx, atr);
}

static void torn_close(void *ctx)
{
    (void)ctx;
}

/* Small blocks, so that a package is several APDUs, and GET RESPONSE for each answer. */
static void attach(void)
{
    static const struct lpa_options options = {.block_size = 100};
    const struct lpa_reader reader = {
        .transmit = torn_transmit, .power = torn_power, .reset = torn_reset, .close = torn_close};
    enum sgp32_version version = t.ipa.version;
    ipa_free(&t.ipa);
    ipa_init(&t.ipa, &reader, &options, version);
}

/* ---- the state ---- */

struct state {
    size_t eims;
    uint32_t counter;
    char enabled[21];
    size_t notifications, results;
    uint32_t last_number; /* the highest of them */
};

static struct state look(void)
{
    struct state s = {0};
    struct euicc_description d;
    struct euicc_eim_description eim;
    struct euicc_profile_description p;
    struct euicc_notification_description n;
    unsigned enabled = 0;
    ck_assert_int_eq(euicc_describe(t.f.card, &d), EUICC_OK);
    s.eims = d.eim_count;
    s.notifications = d.notification_count;
    s.results = d.package_result_count;
    if (euicc_describe_eim(t.f.card, 0, &eim) == EUICC_OK) s.counter = eim.counter;
    for (size_t i = 0; euicc_describe_profile(t.f.card, i, &p) == EUICC_OK; i++) {
        if (strcmp(p.state, "enabled") != 0) continue;
        enabled++;
        memcpy(s.enabled, p.iccid, sizeof s.enabled);
    }
    ck_assert_uint_le(enabled, 1);
    for (size_t i = 0; euicc_describe_notification(t.f.card, i, &n) == EUICC_OK; i++) {
        ck_assert_uint_gt(n.sequence_number, s.last_number);
        s.last_number = n.sequence_number;
    }
    return s;
}

static bool same(const struct state *a, const struct state *b)
{
    return a->eims == b->eims && a->counter == b->counter && strcmp(a->enabled, b->enabled) == 0 &&
           a->notifications == b->notifications && a->results == b->results && a->last_number == b->last_number;
}

/* ---- the steps; each gives false if the wire was cut ---- */

static bool associate(void)
{
    struct eim_configuration configuration;
    BUF_LOCAL key = {0};
    BUF_LOCAL request = {0};
    struct ipa_added added;
    ck_assert(eim_describe(&t.eim, true, &key, &configuration));
    ck_assert(eim_add_initial_request(&request, &configuration, 1));
    int code = ipa_add_initial_eim(&t.ipa, buf_slice(&request), &added);
    ck_assert(code == 0 || wire.cut);
    return !wire.cut;
}

/* Packages are signed anew for each run: the counter is the next one after the card's. */
static bool package(const char *list)
{
    struct eim_op ops[2] = {{.kind = EIM_OP_RAW}, {.kind = EIM_OP_RAT}};
    struct eim_order order = {.ops = ops, .n = 2};
    BUF_LOCAL bytes = {0};
    struct eim_result result;
    put_hex(&bytes, list);
    ops[0].bytes = buf_slice(&bytes);
    t.eim.counter = look().counter;
    t.eim.token = 1;
    ck_assert_msg(eim_sign(&t.eim, &order, &t.package), "%s", t.eim.error);
    bool loaded = ipa_load_euicc_package(&t.ipa, buf_slice(&t.package.request));
    if (wire.cut) return false;
    ck_assert_msg(loaded, "%s", t.ipa.lpa.error);
    ck_assert_msg(eim_check_result(&t.eim, &t.package, buf_slice(&t.ipa.lpa.response), &result), "%s", t.eim.error);
    ck_assert_int_eq(result.kind, EIM_RESULT_SIGNED);
    return true;
}

static bool enable(void)
{
    return package("A3(5A(" ICCID_2 ") 0500)");
}
static bool set_attribute(void)
{
    return package("A8(5A(" ICCID_3 "))");
}
static bool roll_back(void)
{
    struct slice result;
    int code = ipa_profile_rollback(&t.ipa, false, &result);
    ck_assert(wire.cut || code == 0);
    return !wire.cut;
}
static bool execute(void)
{
    int code = ipa_execute_fallback(&t.ipa, true);
    ck_assert(wire.cut || code == 0);
    return !wire.cut;
}
static bool back(void)
{
    int code = ipa_return_from_fallback(&t.ipa, true);
    ck_assert(wire.cut || code == 0);
    return !wire.cut;
}
static bool emergency(void)
{
    int code = ipa_enable_emergency_profile(&t.ipa, false);
    ck_assert(wire.cut || code == 0);
    return !wire.cut;
}
static bool no_emergency(void)
{
    int code = ipa_disable_emergency_profile(&t.ipa, false);
    ck_assert(wire.cut || code == 0);
    return !wire.cut;
}

static const struct {
    const char *what;
    bool (*run)(void);
    const char *enabled; /* afterwards, the last two digits that tell profiles apart */
} steps[] = {
    {"association", associate, "01"}, {"enable", enable, "02"},
    {"rollback", roll_back, "01"},    {"attribute", set_attribute, "01"},
    {"fallback", execute, "03"},      {"return", back, "01"},
    {"emergency", emergency, "04"},   {"no emergency", no_emergency, "01"},
};
#define STEPS (sizeof steps / sizeof steps[0])

/* ICCID_n in digits ends with the nibbles of n swapped, then 1. */
static bool is_enabled(const struct state *s, const char *n)
{
    return strlen(s->enabled) == 19 && s->enabled[16] == n[1] && s->enabled[17] == n[0];
}

static struct state after_step[STEPS + 1]; /* of the flow without a cut */

static void prepare(void)
{
    wire.until = 0;
    wire.cut = false;
    iot_begin(&t, "both", NULL);
    const struct eim_config config = {
        .id = "eim1", .curve = TEST_P256, .seed = slice_text("iot"), .version = t.ipa.version, .initial_counter = 1};
    ck_assert(eim_init(&t.eim, &config) && eim_set_eid(&t.eim, EID));
    iot_install(&t, ICCID_1, NULL, 0);
    iot_install(&t, ICCID_2, NULL, 0);
    iot_install(&t, ICCID_3, "9F6701FF", 0);
    iot_install(&t, ICCID_4, "9F7B01FF", 0);
    es10(&t.f, "BF31(A0(5A(" ICCID_1 ")) 810100)", "BF3103800100");
    iot_clean(&t);
    attach();
    ck_assert(lpa_start(&t.ipa.lpa));
}

/* Gives the step that was interrupted, STEPS if none was. */
static size_t flow(size_t from)
{
    for (size_t i = from; i < STEPS; i++) {
        if (!steps[i].run()) return i;
        if (after_step[i + 1].counter) {
            struct state now = look();
            ck_assert_msg(is_enabled(&now, steps[i].enabled), "%s: %s", steps[i].what, now.enabled);
        }
    }
    return STEPS;
}

static void record(void)
{
    prepare();
    after_step[0] = look();
    for (size_t i = 0; i < STEPS; i++) {
        ck_assert(steps[i].run());
        after_step[i + 1] = look();
        ck_assert_msg(is_enabled(&after_step[i + 1], steps[i].enabled), "%s: %s", steps[i].what,
                      after_step[i + 1].enabled);
    }
}

/* What the IPA does after a cut: if the step was carried out, its result waits on the card and the package is refused
 * as a replay; if not, the same package is accepted. */
static void resend(bool carried_out)
{
    struct eim_result result;
    if (!t.package.request.n) return;
    ck_assert(ipa_load_euicc_package(&t.ipa, buf_slice(&t.package.request)));
    ck_assert_msg(eim_check_result(&t.eim, &t.package, buf_slice(&t.ipa.lpa.response), &result), "%s", t.eim.error);
    ck_assert_int_eq(result.kind, carried_out ? EIM_RESULT_ERROR_SIGNED : EIM_RESULT_SIGNED);
    if (carried_out) ck_assert_int_eq(result.error, 4);
}

static void find_result(void)
{
    struct ipa_pending pending;
    struct eim_result result;
    char why[200];
    ck_assert(ipa_retrieve(&t.ipa, IPA_SEARCH_RESULTS, 0, &pending));
    ck_assert_uint_gt(pending.result_count, 0);
    ck_assert_msg(eim_result_read(pending.results[pending.result_count - 1], t.ipa.version, &result, why, sizeof why),
                  "%s", why);
    ck_assert(slice_equal(result.transaction_id, buf_slice(&t.package.transaction_id)));
}

/* One cut. Gives false if the flow ended before it. */
static bool cut_at(size_t n, bool after)
{
    prepare();
    wire.until = n;
    wire.passed = 0;
    wire.after = after;
    size_t step = flow(0);
    if (step == STEPS) return false;
    euicc_power_off(t.f.card);
    wire.until = 0;
    wire.cut = false;
    iot_cut(&t);
    attach();
    ck_assert_msg(lpa_start(&t.ipa.lpa), "%s", t.ipa.lpa.error);
    struct state now = look();
    bool before_it = same(&now, &after_step[step]);
    bool after_it = same(&now, &after_step[step + 1]);
    ck_assert_msg(before_it != after_it, "cut %s APDU %zu, in %s: neither as before nor as after it (%s, counter %u)",
                  after ? "after" : "before", n, steps[step].what, now.enabled, (unsigned)now.counter);
    bool is_package = steps[step].run == enable || steps[step].run == set_attribute;
    if (is_package) {
        if (after_it) find_result();
        resend(after_it);
    }
    size_t next = step + (after_it || is_package ? 1 : 0);
    ck_assert_uint_eq(flow(next), STEPS);
    struct state end = look();
    ck_assert_msg(same(&end, &after_step[STEPS]), "cut %s APDU %zu, in %s: the flow ends elsewhere",
                  after ? "after" : "before", n, steps[step].what);
    return true;
}

START_TEST(test_tear)
{
    bool going = true;
    size_t n = 0;
    record();
    iot_end(&t);
    while (going) {
        going = cut_at(++n, _i == 1);
        iot_end(&t);
    }
    ck_assert_uint_ge(n, 2 * STEPS); /* a command and a GET RESPONSE each, at least */
}
END_TEST

/* With a REFRESH in between: a switch that waits is carried out once, whenever the power goes. */
START_TEST(test_tear_refresh)
{
    static const char *const commands[] = {NULL, FETCH_REFRESH, TERMINAL_RESPONSE("00")};
    static const char *const answers[] = {NULL, REFRESH_COMMAND, "9000"};
    iot_standard(&t, "iot", NULL);
    apdu(&t.f, TERMINAL_PROFILE, "9000");
    uint32_t sequence = iot_psmo(&t, "A3(5A(" ICCID_2 ") 0500)", "830100");
    for (int i = 1; i <= _i && i < 3; i++)
        apdu(&t.f, commands[i], answers[i]);
    iot_cut(&t);
    iot_enabled(&t, ICCID_2);
    iot_notified(&t, sequence, "de");
    ck_assert_uint_eq(iot_counter(&t), t.eim.counter);
    iot_cut(&t);
    iot_notified(&t, sequence, "de");
    iot_roll_back(&t, true, "8C0100");
    iot_enabled(&t, ICCID_1);
    iot_end(&t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("iot_switch_tear");
    TCase *tests = tcase_create("tear");
    tcase_set_timeout(tests, 150);
    tcase_add_loop_test(tests, test_tear, 0, 2);
    tcase_add_loop_test(tests, test_tear_refresh, 0, 3);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
