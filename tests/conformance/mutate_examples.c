/* run --mutate: every rule of every example in tools/mutate fires in a dialogue of the doubles and changes what it
 * says, as the LPA, the SM-DP+ or the eIM sees it; without rules not a byte differs; the same seed and dialogue give
 * the same bytes and the same words. */
#include "iot_common.h"
#include "mutate/mutate.h"

#include <stdio.h>
#include <stdlib.h>

enum { STEPS_MAX = 24 };

struct bench {
    struct iot i;
    struct mutate *rules; /* NULL: the LPA talks to the card */
    struct buf log;       /* what the rules said */
    struct buf seen;      /* steps and what came of them, a line each */
    struct buf bytes;     /* all that the LPA sent and got */
    unsigned waited;      /* ms, by rules */
};

/* ---- a reader with the rules in it ---- */

static void say(void *ctx, const char *line)
{
    struct bench *b = ctx;
    buf_append(&b->log, slice_text(line));
    buf_byte(&b->log, '\n');
}

static bool reader_transmit(void *ctx, struct slice capdu, struct buf *rapdu)
{
    struct bench *b = ctx;
    static uint8_t out[65538];
    size_t n = 0;
    unsigned delay = 0;
    int result = b->rules ? mutate_transmit(b->rules, capdu, out, sizeof out, &n, &delay)
                          : euicc_transmit(b->i.f.card, capdu.p, capdu.n, out, sizeof out, &n);
    b->waited += delay;
    buf_reset(rapdu);
    if (result == EUICC_OK) buf_append(rapdu, slice_of(out, n));
    buf_append(&b->bytes, capdu);
    buf_append(&b->bytes, buf_slice(rapdu));
    return result == EUICC_OK;
}

static bool started(struct bench *b, int result, bool cold, struct buf *atr)
{
    struct euicc_atr came = {.n = 0};
    if (result == EUICC_OK) result = euicc_describe_atr(b->i.f.card, &came);
    if (b->rules && result == EUICC_OK) mutate_power(b->rules, cold, &came);
    buf_reset(atr);
    buf_append(atr, slice_of(came.bytes, came.n));
    buf_append(&b->bytes, buf_slice(atr));
    return result == EUICC_OK;
}

static bool reader_power(void *ctx, bool on, struct buf *atr)
{
    struct bench *b = ctx;
    struct euicc_atr came;
    euicc_power_off(b->i.f.card);
    return !on || started(b, euicc_power_on(b->i.f.card, &came), true, atr);
}

static bool reader_reset(void *ctx, struct buf *atr)
{
    struct bench *b = ctx;
    struct euicc_atr came;
    return started(b, euicc_reset(b->i.f.card, &came), false, atr);
}

/* ---- steps ---- */

/* Notes the outcome; a card that is silent is switched on again, as a good client does. */
static bool step(struct bench *b, const char *name, bool well)
{
    char line[640];
    struct lpa *lpa = &b->i.f.lpa;
    (void)snprintf(line, sizeof line, "%s: %s\n", name, well ? "ok" : lpa->error);
    buf_append(&b->seen, slice_text(line));
    if (!well && strstr(lpa->error, "no answer")) return step(b, "power on again", lpa_open(lpa)) && false;
    return well;
}

static void step_eid(struct bench *b)
{
    char eid[33] = "";
    bool well = lpa_get_eid(&b->i.f.lpa, eid);
    if (well && strcmp(eid, EID) != 0) {
        buf_append(&b->seen, slice_text("GetEID: another EID\n"));
        return;
    }
    (void)step(b, "GetEID", well);
}

static void step_profiles(struct bench *b)
{
    char line[80];
    struct lpa_profiles *list = calloc(1, sizeof *list);
    ck_assert_ptr_nonnull(list);
    if (step(b, "GetProfilesInfo", lpa_get_profiles_info(&b->i.f.lpa, slice_of(NULL, 0), slice_of(NULL, 0), list))) {
        (void)snprintf(line, sizeof line, "%zu profiles, the first is in state %d\n", list->n,
                       list->n ? list->list[0].state : -1);
        buf_append(&b->seen, slice_text(line));
    }
    free(list);
}

static bool step_download(struct bench *b)
{
    const struct wanted w = {.iccid = ICCID_1, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
    char line[640];
    struct fixture *f = &b->i.f;
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    wanted_metadata(&w, &metadata);
    wanted_package(&w, &package);
    f->dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    bool ok = lpa_download(&f->lpa, f->dp, NULL, &result);
    f->dp->profile = (struct smdpp_profile){0};
    (void)snprintf(line, sizeof line, "download: %s\n", ok ? "ok" : result.error);
    buf_append(&b->seen, slice_text(line));
    return ok;
}

static void step_enable(struct bench *b)
{
    char line[80];
    BUF_LOCAL id = {0};
    put_hex(&id, "5A(" ICCID_1 ")");
    int code = lpa_enable_profile(&b->i.f.lpa, buf_slice(&id), false);
    (void)snprintf(line, sizeof line, "EnableProfile: code %d\n", code);
    buf_append(&b->seen, slice_text(line));
    if (code < 0) (void)step(b, "EnableProfile", false);
}

static void step_notifications(struct bench *b)
{
    char line[80];
    struct lpa_notifications *list = calloc(1, sizeof *list);
    ck_assert_ptr_nonnull(list);
    if (step(b, "ListNotification", lpa_list_notification(&b->i.f.lpa, -1, list))) {
        (void)snprintf(line, sizeof line, "%zu in the list\n", list->n);
        buf_append(&b->seen, slice_text(line));
    }
    free(list);
    int n = lpa_process_notifications(&b->i.f.lpa, b->i.f.dp);
    (void)snprintf(line, sizeof line, "%d delivered\n", n);
    buf_append(&b->seen, slice_text(line));
    (void)step(b, "notifications", n >= 0);
}

static void consumer(struct bench *b)
{
    struct lpa *lpa = &b->i.f.lpa;
    (void)step(b, "power on", lpa_open(lpa));
    step_eid(b);
    step_eid(b);
    step_eid(b);
    (void)step(b, "GetEUICCInfo2", lpa_get_euicc_info2(lpa));
    if (!step_download(b) && !step_download(b)) (void)step_download(b);
    step_profiles(b);
    step_enable(b);
    step_profiles(b);
    step_notifications(b);
    (void)step(b, "reset", lpa_reset(lpa));
    (void)step(b, "power off and on", lpa_close(lpa) && lpa_open(lpa));
    step_eid(b);
}

/* A package, whose result the eIM checks. */
static void iot(struct bench *b)
{
    char line[640];
    struct iot *i = &b->i;
    struct eim_result result;
    EIM_SCRIPT_LOCAL script = {0};
    (void)step(b, "power on", lpa_open(&i->f.lpa));
    ck_assert(eim_script_read(&script, "rat", NULL, NULL));
    const struct eim_order order = {.ops = script.ops, .n = script.n};
    ck_assert_msg(eim_sign(&i->eim, &order, &i->package), "%s", i->eim.error);
    if (!step(b, "LoadEuiccPackage", lpa_call(&i->f.lpa, buf_slice(&i->package.request)))) return;
    bool ok = eim_check_result(&i->eim, &i->package, buf_slice(&i->f.lpa.response), &result);
    (void)snprintf(line, sizeof line, "result: %s\n", ok ? "ok" : i->eim.error);
    buf_append(&b->seen, slice_text(line));
}

/* ---- runs ---- */

static void run(struct bench *b, void (*dialogue)(struct bench *b), struct slice rules, bool with_rules, uint64_t seed)
{
    struct lpa_reader reader = {b, reader_transmit, reader_power, reader_reset, NULL};
    *b = (struct bench){.rules = NULL};
    if (dialogue == iot) {
        iot_new_associated(&b->i, SGP32_1_2, NULL, true);
        b->i.eim.knows_key = true;
        b->i.eim.card_key = b->i.card_key;
    } else {
        card_new(&b->i.f, NULL, NULL);
    }
    lpa_free(&b->i.f.lpa);
    euicc_power_off(b->i.f.card);
    lpa_init(&b->i.f.lpa, &reader, NULL);
    if (with_rules) {
        struct euicc_diagnostic why = {""};
        const struct mutate_card card = mutate_card_of(b->i.f.card);
        int result = mutate_new(&b->rules, rules, seed, &why);
        ck_assert_msg(result == EUICC_OK, "%s", why.text);
        mutate_begin(b->rules, &card, say, b);
    }
    dialogue(b);
    buf_byte(&b->seen, 0);
    buf_byte(&b->log, 0);
}

static void done(struct bench *b, bool is_iot)
{
    mutate_free(b->rules);
    if (is_iot)
        iot_free(&b->i);
    else
        card_free(&b->i.f);
    buf_free(&b->log);
    buf_free(&b->seen);
    buf_free(&b->bytes);
}

static void read_example(const char *name, struct buf *out)
{
    char path[512];
    uint8_t piece[4096];
    size_t n;
    (void)snprintf(path, sizeof path, "%s/%s.rules", MUTATE_DIR, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s", path);
    while ((n = fread(piece, 1, sizeof piece, file)) > 0)
        buf_append(out, slice_of(piece, n));
    (void)fclose(file);
}

/* What the log has to say, in any order, and what the client has to see. */
struct example {
    const char *name;
    void (*dialogue)(struct bench *b);
    size_t rules;       /* that have to fire, each at least once; bit n: rule n + 1 */
    const char *log[6]; /* contained */
    const char *seen[6];
};

static const struct example examples[] = {
    {"wrong-status",
     consumer,
     15,
     {"ES10c.GetEID, time 1: status 6115 became 6A80", "status 6115 became 0000",
      "ES10c.GetProfilesInfo, time 1: status 61", "ES10c.EnableProfile, time 1: status 6106 became 6985"},
     {"GetEID: ", "6A80", "EnableProfile: code -1", "1 profiles, the first is in state 1"}},
    {"wrong-code",
     consumer,
     7,
     {"enableResult 800100 became 800102", "profileState 9f700100 became 9f700107", "eidValue 5a10"},
     {"EnableProfile: code 2", "GetEID: "}},
    {"delay", consumer, 3, {"the answer waits 200 ms", "the answer waits 50 ms"}, {"download: ok"}},
    {"mute",
     consumer,
     3,
     {"ES10c.GetEID, time 2: status 6115 became no answer until a reset", "ES10c.EnableProfile, time 1: status"},
     {"GetEID: no answer", "power on again: ok", "EnableProfile: no answer", "1 profiles, the first is in state 1"}},
    {"cut-get-response",
     consumer,
     7,
     {"bytes became 3", "GET RESPONSE, time 3: 21 bytes became 20", "bytes became 100"},
     {"GetEID: ", "GetEUICCInfo2: "}},
    {"wrong-length", consumer, 7, {"became 61FF", "became 6C01", "became 9F10"}, {"GetEID: ", "got 6C15"}},
    {"der-length",
     consumer,
     15,
     {"5a1089049032123451234512345678901235 became 5a1189", "became 5a0d89", "became a082ea",
      "euiccCiPKIdListForSigning aa"},
     {"GetEID: ", "GetEUICCInfo2: ", "GetProfilesInfo: "}},
    {"flip-field",
     consumer,
     3,
     {"eidValue 5a1089049032123451234512345678901235 became 5a10", "3 bits of"},
     {"GetEID: another EID"}},
    {"broken-signature",
     consumer,
     3,
     {"euiccSignature1 5f3740", "tbsOtherNotification/seqNumber 8001"},
     {"download: euiccSignature1 does not verify", "download: ok", "notifications: notification"}},
    {"broken-signature", iot, 4, {"counterValue 8101"}, {"result: "}},
    {"signed-lie",
     consumer,
     7,
     {"euiccSigned1/transactionId 8010", "signed by the card", "euiccSigned2/transactionId 8010", "seqNumber 8001"},
     {"download: euiccSigned1 transactionId is not the session's",
      "download: euiccSigned2 transactionId is not the session's", "download: ok", "notifications: notification"}},
    {"signed-lie", iot, 8, {"counterValue 810102 became 810101, signed by the card"}, {"result: "}},
    {"other-function",
     consumer,
     7,
     {"became bf2e", "became 3 bytes 9000", "became bf3e"},
     {"GetEID: ", "GetProfilesInfo: "}},
    {"endless", consumer, 1, {"became 61FF, and so on"}, {"GetProfilesInfo: ", "65536"}},
    {"double-reorder",
     consumer,
     15,
     {"eidValue 5a1089", "EUICCInfo2 bf22", "ProfileInfo e3", "ProfileInfo/profileState 9f700100 became 9f710100"},
     {"GetEID: ", "2 profiles"}},
    {"stale",
     consumer,
     3,
     {"ES10c.GetEID, time 2: 0 bytes 6115 became 21 bytes 9000", "ES10c.GetProfilesInfo, time 1: "},
     {"GetProfilesInfo: "}},
    {"proactive", consumer, 3, {"status 9000 became 9120", "status 9000 became 9110"}, {"EnableProfile: code 0"}},
    {"early",
     consumer,
     1,
     {"ES10b.AuthenticateServer, time 1: 0 bytes 9000 became an empty answer before the last block"},
     {"download: ", "got data"}},
    {"wrong-atr",
     consumer,
     7,
     {"power on, time 1: ATR 3b", "time 2: ATR", "became 3fff", "reset, time 1: ATR"},
     {"power off and on: ok"}},
    {"lost-notification",
     consumer,
     3,
     {"otherSignedNotification 30", "NotificationMetadata bf2f"},
     {"2 in the list", "-1 delivered"}},
    {"missing-field",
     consumer,
     3,
     {"0x6F/0xE0 e0", "0x6F/0x84 8410a0000005591010ffffffff8900000100 became 8407a0"},
     {"power on: "}},
    {"chance", consumer, 0, {"rule"}, {""}},
};
enum { EXAMPLES = sizeof examples / sizeof *examples };

static void assert_contains(const char *name, const char *what, const struct buf *text, const char *const *wanted)
{
    for (size_t k = 0; k < 6 && wanted[k]; k++)
        ck_assert_msg(strstr((const char *)text->p, wanted[k]), "%s: the %s has no \"%s\":\n%s", name, what, wanted[k],
                      (const char *)text->p);
}

START_TEST(test_every_rule_of_an_example_fires)
{
    const struct example *e = &examples[_i];
    struct bench b;
    BUF_LOCAL rules = {0};
    read_example(e->name, &rules);
    run(&b, e->dialogue, buf_slice(&rules), true, 1);
    for (unsigned k = 0; k < 8; k++) {
        char rule[16];
        (void)snprintf(rule, sizeof rule, "rule %u (", k + 1);
        ck_assert_msg(!(e->rules >> k & 1) || strstr((const char *)b.log.p, rule), "%s: rule %u did not fire:\n%s\n%s",
                      e->name, k + 1, (const char *)b.log.p, (const char *)b.seen.p);
    }
    assert_contains(e->name, "log", &b.log, e->log);
    assert_contains(e->name, "client", &b.seen, e->seen);
    ck_assert_uint_eq(b.waited > 0, strcmp(e->name, "delay") == 0 || strstr((const char *)b.log.p, "waits") != NULL);
    done(&b, e->dialogue == iot);
}
END_TEST

/* Of both dialogues: the union of the rules that the rows name is all that the file has. */
START_TEST(test_every_rule_of_the_files_is_in_the_table)
{
    for (size_t k = 0; k < EXAMPLES; k++) {
        size_t fired = 0;
        struct mutate *m;
        BUF_LOCAL rules = {0};
        read_example(examples[k].name, &rules);
        for (size_t j = 0; j < EXAMPLES; j++)
            if (strcmp(examples[j].name, examples[k].name) == 0) fired |= examples[j].rules;
        ck_assert_int_eq(mutate_new(&m, buf_slice(&rules), 0, NULL), EUICC_OK);
        if (fired) ck_assert_msg(fired + 1 == (size_t)1 << mutate_count(m), "%s", examples[k].name);
        mutate_free(m);
    }
}
END_TEST

START_TEST(test_without_rules_nothing_changes)
{
    static void (*const dialogues[])(struct bench * b) = {consumer, iot};
    struct bench plain;
    struct bench none;
    struct bench idle;
    void (*dialogue)(struct bench * b) = dialogues[_i];
    run(&plain, dialogue, slice_of(NULL, 0), false, 0);
    run(&none, dialogue, slice_text("# nothing\n"), true, 0);
    run(&idle, dialogue, slice_text("at any, 0 %: mute\nat ES10c.GetEID, time 999: flip 1 bits\n"), true, 0);
    ck_assert_msg(!strstr((const char *)plain.seen.p, "no answer"), "%s", (const char *)plain.seen.p);
    ck_assert_uint_gt(plain.bytes.n, 100);
    ck_assert_msg(slice_equal(buf_slice(&plain.bytes), buf_slice(&none.bytes)), "%s", (const char *)none.seen.p);
    ck_assert(slice_equal(buf_slice(&plain.seen), buf_slice(&none.seen)));
    ck_assert_msg(strcmp((const char *)idle.log.p, "") == 0 || dialogue == consumer, "%s", (const char *)idle.log.p);
    ck_assert_msg(_i == 1 || strstr((const char *)plain.seen.p, "download: ok"), "%s", (const char *)plain.seen.p);
    ck_assert_msg(_i == 0 || strstr((const char *)plain.seen.p, "result: ok"), "%s", (const char *)plain.seen.p);
    done(&plain, dialogue == iot);
    done(&none, dialogue == iot);
    done(&idle, dialogue == iot);
}
END_TEST

START_TEST(test_same_seed_same_bytes_and_words)
{
    struct bench b[3];
    BUF_LOCAL rules = {0};
    read_example("chance", &rules);
    for (size_t k = 0; k < 3; k++)
        run(&b[k], consumer, buf_slice(&rules), true, k < 2 ? 5 : 6);
    ck_assert(slice_equal(buf_slice(&b[0].bytes), buf_slice(&b[1].bytes)));
    ck_assert_str_eq((const char *)b[0].log.p, (const char *)b[1].log.p);
    ck_assert(strcmp((const char *)b[0].log.p, (const char *)b[2].log.p) != 0);
    for (size_t k = 0; k < 3; k++)
        done(&b[k], false);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mutate_examples");
    TCase *tcase = tcase_create("mutate_examples");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_every_rule_of_an_example_fires, 0, EXAMPLES);
    tcase_add_test(tcase, test_every_rule_of_the_files_is_in_the_table);
    tcase_add_loop_test(tcase, test_without_rules_nothing_changes, 0, 2);
    tcase_add_test(tcase, test_same_seed_same_bytes_and_words);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
