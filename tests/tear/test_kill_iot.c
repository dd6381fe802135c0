/* The daemon of an IoT card is killed with SIGKILL at random moments while an IPA works on it over TCP for an eIM:
 * eUICC packages that switch profiles, set the default SM-DP+ address, associate a second eIM and let it go again,
 * results that are retrieved and removed, notifications, heartbeats (SGP.32 3.2 to 3.5). Each time the card file opens
 * again, all that the card had answered is there, and of the package at work everything or nothing: switch, address,
 * association, counter and result together. No counter, token or number of a result comes twice. 20 times; TEAR_KILLS
 * says otherwise. See kill.h. */
#define _GNU_SOURCE
#include "ipa.h"
#include "kill.h"

#include <stdio.h>
#include <stdlib.h>

#define MOMENT_MAX 100000 /* microseconds after the IPA began */
#define WAITING_MAX 8     /* results, and about so many notifications, that the IPA leaves on the card */
#define OPERATIONS_SIZE 128

/* What the IPA changes. */
struct state {
    int enabled;       /* profile 1 or 2, 0: none */
    int address;       /* the number in the default SM-DP+ address, 0: none */
    bool second;       /* eIM 2 is associated */
    uint32_t token;    /* of eIM 2 */
    uint32_t counter;  /* of eIM 1 */
    uint32_t waiting;  /* results */
    uint32_t last[32]; /* counters of the packages whose results wait, the oldest first */
};

static struct {
    struct eim eims[2];
    uint32_t highest;       /* number of a notification so far */
    size_t notifications;   /* that waited at the last start */
    uint32_t highest_token; /* that an eIM ever got */
    struct state known;     /* by the last answer */
    struct state asked;     /* what the function at work leads to */
} t;

/* ---- the card file ---- */

static void look_eims(const euicc *card, struct state *s)
{
    struct euicc_eim_description e;
    for (size_t i = 0; euicc_describe_eim(card, i, &e) == EUICC_OK; i++) {
        check(e.has_token, "eIM %s has no token", e.id);
        if (strcmp(e.id, t.eims[0].id) == 0) {
            check(e.token == t.eims[0].token, "the token of eIM %s is %u", e.id, (unsigned)e.token);
            s->counter = e.counter;
        } else {
            check(strcmp(e.id, t.eims[1].id) == 0 && !s->second, "an eIM %s", e.id);
            s->second = true;
            s->token = e.token;
        }
    }
}

/* Reads the state and checks what has to hold. A switch whose REFRESH never came is carried out at the start. */
static struct state look(void)
{
    struct state s = {0};
    struct euicc_description d;
    struct euicc_profile_description p;
    struct euicc_notification_description n;
    euicc_file *file;
    euicc *card;
    size_t used = 0;
    uint32_t last = 0;
    t.notifications = 0;
    kill_open_card(&file, &card);
    check(euicc_power_on(card, NULL) == EUICC_OK, "the card does not start: %s", euicc_file_error(file));
    check(euicc_describe(card, &d) == EUICC_OK, "the card cannot be described");
    for (size_t i = 0; euicc_describe_profile(card, i, &p) == EUICC_OK; i++) {
        int number = p.iccid[16] - '0';
        used += p.size;
        if (strcmp(p.state, "enabled") != 0) continue;
        check(s.enabled == 0, "profiles %d and %d are enabled", s.enabled, number);
        s.enabled = number;
    }
    check(d.memory_total - d.memory_free == used, "%zu bytes in use, the profiles say %zu",
          d.memory_total - d.memory_free, used);
    for (size_t i = 0; euicc_describe_notification(card, i, &n) == EUICC_OK; i++) {
        check(n.sequence_number > last, "notification %u after %u", (unsigned)n.sequence_number, (unsigned)last);
        last = n.sequence_number;
        t.notifications = i + 1;
    }
    check(last == 0 || last >= t.highest, "the last notification is %u, it was %u", (unsigned)last,
          (unsigned)t.highest);
    if (last) t.highest = last;
    if (strncmp(d.default_smdp_address, "smdp", 4) == 0) s.address = (int)strtol(d.default_smdp_address + 4, NULL, 10);
    s.waiting = (uint32_t)d.package_result_count;
    look_eims(card, &s);
    kill_close_card(file, card);
    return s;
}

/* ---- the IPA ---- */

/* True if the card went silent; if it still answers, what it said was wrong. */
static bool is_silent(struct ipa *ipa)
{
    static const uint8_t status[] = {0x80, 0xf2, 0x00, 0x0c, 0x00};
    char error[sizeof ipa->lpa.error];
    BUF_LOCAL data = {0};
    uint16_t sw;
    memcpy(error, ipa->lpa.error, sizeof error);
    check(!lpa_exchange(&ipa->lpa, SLICE(status), &data, &sw), "%s", error);
    return true;
}

/* All results that have to wait do, each signed by the card; numbers[] are theirs. False: the card went silent. */
static bool read_results(struct ipa *ipa, uint32_t numbers[IPA_LIST_MAX])
{
    struct ipa_pending pending;
    char why[200];
    if (!ipa_retrieve(ipa, IPA_SEARCH_RESULTS, 0, &pending)) return !is_silent(ipa);
    check(pending.result_count == t.known.waiting, "%zu results, %u have to wait", pending.result_count,
          (unsigned)t.known.waiting);
    for (size_t i = 0; i < pending.result_count; i++) {
        struct eim_result r;
        check(eim_result_read(pending.results[i], ipa->version, &r, why, sizeof why), "%s", why);
        check(eim_result_is_signed(&r, &t.eims[0].card_key, t.eims[0].token), "the signature of result %lld",
              (long long)r.sequence_number);
        check(r.counter == (int64_t)t.known.last[i], "result %zu is that of package %lld, not %u", i,
              (long long)r.counter, (unsigned)t.known.last[i]);
        numbers[i] = (uint32_t)r.sequence_number;
        check(i == 0 || numbers[i] > numbers[i - 1], "result %u after %u", (unsigned)numbers[i],
              (unsigned)numbers[i - 1]);
    }
    return true;
}

/* The oldest result is removed. */
static bool remove_result(struct ipa *ipa)
{
    uint32_t numbers[IPA_LIST_MAX] = {0};
    if (!read_results(ipa, numbers)) return false;
    if (t.known.waiting == 0) return true;
    t.asked.waiting--;
    memmove(t.asked.last, t.asked.last + 1, sizeof t.asked.last - sizeof t.asked.last[0]);
    int code = ipa_remove(ipa, numbers[0]);
    check(code <= 0, "RemoveNotificationFromList: %d", code);
    return code == 0 || !is_silent(ipa);
}

static bool give_configuration(void *ctx, const char *name, struct buf *out, char *why, size_t size)
{
    struct eim_configuration configuration;
    BUF_LOCAL key = {0};
    (void)ctx;
    (void)why;
    (void)size;
    ck_assert_str_eq(name, "eim2");
    ck_assert(eim_describe(&t.eims[1], true, &key, &configuration));
    return eim_configuration_data(out, &configuration);
}

/* Draws what a package asks for, into *text, and what it leads to, into t.asked. */
static void draw_operations(char text[OPERATIONS_SIZE])
{
    struct state *asked = &t.asked;
    char address[40] = "";
    int other = t.known.enabled == 1 ? 2 : 1;
    if (next_random() % 2) {
        asked->address = 1 + (int)(next_random() % 1000);
        (void)snprintf(address, sizeof address, "default-dp smdp%d.example.net; ", asked->address);
    }
    switch (next_random() % 4) {
    case 0:
    case 1:
        if (t.known.enabled && next_random() % 4 == 0) {
            asked->enabled = 0;
            (void)snprintf(text, OPERATIONS_SIZE, "%sdisable 8900010100000000%d01", address, t.known.enabled);
        } else {
            asked->enabled = other;
            (void)snprintf(text, OPERATIONS_SIZE, "%senable 8900010100000000%d01%s", address, other,
                           t.known.enabled && next_random() % 2 ? " rollback" : "");
        }
        break;
    case 2: /* eCOs and PSMOs do not share a package */
        asked->address = t.known.address;
        asked->second = !t.known.second;
        (void)snprintf(text, OPERATIONS_SIZE, "%s; list-eim", asked->second ? "add-eim eim2" : "delete-eim eim2");
        break;
    default:
        (void)snprintf(text, OPERATIONS_SIZE, "%slist; rat", address);
    }
}

/* The token that an eIM got is higher than any before. */
static void check_token(uint32_t token)
{
    check(token > t.highest_token, "token %u is given after %u", (unsigned)token, (unsigned)t.highest_token);
    t.highest_token = token;
}

static bool send_package(struct ipa *ipa)
{
    struct eim *eim = &t.eims[0];
    char operations[OPERATIONS_SIZE];
    struct eim_result result;
    EIM_SCRIPT_LOCAL script = {0};
    EIM_PACKAGE_LOCAL package = {0};
    draw_operations(operations);
    check(eim_script_read(&script, operations, give_configuration, NULL), "%s", script.error);
    const struct eim_order order = {.ops = script.ops, .n = script.n};
    check(eim_sign(eim, &order, &package), "%s: %s", operations, eim->error);
    t.asked.counter = eim->counter;
    t.asked.last[t.asked.waiting++] = eim->counter;
    if (!ipa_load_euicc_package(ipa, buf_slice(&package.request))) return !is_silent(ipa);
    check(eim_check_result(eim, &package, buf_slice(&ipa->lpa.response), &result), "%s: %s", operations, eim->error);
    check(result.kind == EIM_RESULT_SIGNED, "%s: package error %d", operations, result.error);
    for (size_t i = 0; i < result.n; i++)
        check(result.data[i].code <= 0, "%s: %s %s", operations, result.data[i].name, result.data[i].code_name);
    if (t.asked.second && !t.known.second) {
        t.asked.token = (uint32_t)result.data[0].token;
        check_token(t.asked.token);
    }
    t.known = t.asked;
    return ipa_settle(ipa) || !is_silent(ipa);
}

/* One step, drawn; false if the card went silent. */
static bool step(struct ipa *ipa)
{
    struct ipa_status status;
    bool ok;
    unsigned drawn = next_random() % 8;
    t.asked = t.known;
    if (t.known.waiting == WAITING_MAX) drawn = 0;
    if (t.notifications > WAITING_MAX && next_random() % 2) drawn = 2;
    switch (drawn) {
    case 0:
    case 1:
        ok = remove_result(ipa);
        break;
    case 2:
        ok = ipa_process_notifications(ipa, kb.dp) >= 0 || !is_silent(ipa);
        if (ok) t.notifications = 0;
        break;
    case 3:
        ok = ipa_heartbeat(ipa, &t.eims[0], &status) || !is_silent(ipa);
        break;
    default:
        ok = send_package(ipa);
    }
    if (ok) t.known = t.asked;
    return ok;
}

/* ---- a round ---- */

static void first_time(struct ipa *ipa)
{
    struct eim *eim = &t.eims[0];
    for (size_t i = 0; i < 2; i++) {
        const char *id = i ? "eim2" : "eim1";
        const struct eim_config config = {
            .id = id, .curve = TEST_P256, .seed = slice_text(id), .version = ipa->version, .initial_counter = 1};
        ck_assert(eim_init(&t.eims[i], &config));
    }
    check(ipa_associate(ipa, &eim, 1, true, kb.dp->config.anchors, kb.dp->config.anchor_count), "%s", ipa->lpa.error);
    for (int i = 0; i < 2; i++) {
        const struct wanted w = {.iccid = i ? ICCID_2 : ICCID_1, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
        check(kill_install(&ipa->lpa, &w), "%s", ipa->lpa.error);
    }
    t.highest_token = (uint32_t)eim->token;
}

static void work(bool once)
{
    static const uint8_t refresh[] = {0, 0, 0x80};
    struct lpa_reader reader;
    struct ipa ipa;
    uint32_t numbers[IPA_LIST_MAX];
    if (!lpa_reader_socket(&reader, kb.port)) return; /* killed before */
    ipa_init(&ipa, &reader, &(struct lpa_options){.with_le = true, .terminal_profile = SLICE(refresh)}, SGP32_1_2);
    bool ok = lpa_open(&ipa.lpa);
    if (once) {
        check(ok, "%s", ipa.lpa.error);
        first_time(&ipa);
    } else {
        ok = ok && read_results(&ipa, numbers);
        while (ok)
            ok = step(&ipa);
    }
    ipa_free(&ipa);
}

/* Of eIM 2 the token, which nobody knew, is as good as it can be. */
static bool same(const struct state *a, const struct state *b)
{
    return a->enabled == b->enabled && a->address == b->address && a->second == b->second && a->counter == b->counter &&
           a->waiting == b->waiting;
}

static void words(const struct state *s, char text[128])
{
    (void)snprintf(text, 128, "enabled %d, address %d, eIM 2 %d, counter %u, %u results", s->enabled, s->address,
                   (int)s->second, (unsigned)s->counter, (unsigned)s->waiting);
}

/* The state that came is the one that was answered or the one that was asked for, and is known from now on. */
static void assert_came(struct state *came)
{
    char text[3][128];
    words(came, text[0]);
    words(&t.known, text[1]);
    words(&t.asked, text[2]);
    const struct state *is = same(came, &t.known) ? &t.known : &t.asked;
    check(same(came, is), "%s; answered was %s; asked for %s", text[0], text[1], text[2]);
    if (came->second && t.known.second)
        check(came->token == t.known.token, "the token of eIM 2 is %u, it was %u", (unsigned)came->token,
              (unsigned)t.known.token);
    else if (came->second)
        check_token(came->token);
    memcpy(came->last, is->last, sizeof came->last);
}

START_TEST(test_kill_iot)
{
    const int rounds = kill_rounds(20);
    int interrupted = 0;
    kill_begin("iot");
    start_daemon();
    work(true);
    end_daemon(start_killer(0));
    t.known = look();
    check(t.known.enabled == 0 && !t.known.second && t.known.waiting == 0, "a new card is not new");
    for (kb.round = 1; kb.round <= rounds; kb.round++) {
        start_daemon();
        pid_t killer = start_killer(next_random() % MOMENT_MAX);
        t.asked = t.known;
        work(false);
        end_daemon(killer);
        struct state came = look();
        assert_came(&came);
        interrupted += !same(&t.known, &t.asked);
        t.known = came;
    }
    printf("%d kills, %d of them in the middle of a change; the last package was number %u\n", rounds, interrupted,
           (unsigned)t.eims[0].counter);
    for (size_t i = 0; i < 2; i++)
        eim_free(&t.eims[i]);
    kill_end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kill_iot");
    TCase *tests = tcase_create("kill");
    tcase_set_timeout(tests, getenv("TEAR_KILLS") ? 0 : 300);
    tcase_add_test(tests, test_kill_iot);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
