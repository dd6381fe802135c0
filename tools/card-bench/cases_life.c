/* The life of a profile from its download to its deletion, and what is left when power goes in between (SGP.22 3.1.3,
 * 3.2, 3.5; the processes of SGP.23-1 5.2). Each case begins with a card without profiles; profiles/tiny (ICCID ..28)
 * and profiles/operational (..10) come, are enabled, disabled, deleted, and come again. */
#define _GNU_SOURCE
#include "profile_life.h"

#include "download.h"

#include "base/tlv.h"

#include <stdio.h>

#define TINY "89000101000000000028"
#define OPERATIONAL "89000101000000000010"
#define TEST_PROFILE "89000101000000000044"
#define PROVISIONING "89000101000000000051"

/* ---- flows ---- */

enum kind { END, INSTALL, ENABLE, DISABLE, DELETE, RESET, POWER, NICKNAME, REMOVE, SEND };

struct act {
    enum kind kind;
    const char *what;  /* name of the package, or ICCID */
    const char *lines; /* INSTALL: other metadata */
    bool no_addresses; /* INSTALL: without the notification configuration of the package */
};

#define ACTS_MAX 10
#define ANY (-1)
struct flow {
    struct act given[ACTS_MAX]; /* the notifications of it are removed */
    struct act begin[ACTS_MAX]; /* what else the case begins with; its notifications stay */
    struct act test[ACTS_MAX];
    const char *events; /* what is left of notifications, as life_events() says it */
    int results;        /* how many results of downloads; ANY: that is for other cases */
    const char *iccid;  /* of the profile that is looked at; NULL: notifications */
    int state;
};

static bool install(struct bench *b, const struct act *a)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    METADATA_LOCAL m;
    metadata_begin(&m);
    if (!a->no_addresses) return life_install(b, a->what, a->lines);
    if (!profile_metadata(b, a->what, NULL, &m)) return false;
    buf_reset(&m.notify);
    return profile_download(b, a->what, &m, &result) ||
           (rig_reached_package(b, &result) && life_expect(b, false, "the profile is installed", result.error));
}

static bool set_nickname(struct bench *b, const char *iccid)
{
    uint8_t bytes[10];
    struct lpa_profiles list;
    if (!metadata_iccid_bytes(iccid, bytes) ||
        !life_did(b, lpa_set_nickname(&b->lpa, SLICE(bytes), slice_text("before")) == 0 &&
                         lpa_get_profiles_info(&b->lpa, (struct slice){0}, (struct slice){0}, &list)))
        return false;
    for (size_t i = 0; i < list.n; i++)
        if (slice_equal(list.list[i].iccid, SLICE(bytes)) && slice_equal(list.list[i].nickname, slice_text("before")))
            return true;
    return life_expect(b, false, "the nickname that was set", "another one or none");
}

/* The delete notification, and nothing else, goes to the SM-DP+, which checks it, and off the card. */
static bool send_delete(struct bench *b)
{
    char events[LIFE_EVENTS_SIZE];
    size_t results;
    uint32_t last;
    if (!life_events(b, events, &results, &last) ||
        !life_expect(b, strcmp(events, "delete 28") == 0, "delete 28", *events ? events : "none"))
        return false;
    int n = lpa_process_notifications(&b->lpa, b->smdpp);
    return bench_goes_on(b) && life_expect(b, n == 1, "a notification that the SM-DP+ accepts, and that can be removed",
                                           n < 0 ? b->lpa.error : "another number of notifications");
}

static bool act(struct bench *b, const struct act *a)
{
    struct lpa *lpa = bench_lpa(b);
    if (!lpa) return false;
    switch (a->kind) {
    case END:
        return true;
    case INSTALL:
        return install(b, a);
    case ENABLE:
        return life_do(b, LIFE_ENABLE, a->what);
    case DISABLE:
        return life_do(b, LIFE_DISABLE, a->what);
    case DELETE:
        return life_do(b, LIFE_DELETE, a->what);
    case RESET:
        return life_did(b, lpa_reset(lpa));
    case POWER:
        return life_did(b, lpa_close(lpa) && lpa_open(lpa));
    case NICKNAME:
        return set_nickname(b, a->what);
    case REMOVE:
        return life_did(b, lpa_process_notifications(lpa, NULL) >= 0);
    case SEND:
        return send_delete(b);
    }
    return false;
}

static bool acts(struct bench *b, const struct act *list)
{
    for (size_t i = 0; i < ACTS_MAX && list[i].kind != END; i++)
        if (!act(b, &list[i])) return false;
    return true;
}

static bool flow(struct bench *b, const struct flow *f)
{
    static const struct act remove = {.kind = REMOVE};
    b->section = SECTION_GIVEN;
    if (!acts(b, f->given) || !act(b, &remove) || !acts(b, f->begin)) return false;
    b->section = SECTION_TEST;
    return acts(b, f->test);
}

static void run_events(struct bench *b)
{
    const struct flow *f = b->row->argument;
    char events[LIFE_EVENTS_SIZE];
    size_t results;
    uint32_t last;
    if (!flow(b, f) || !life_events(b, events, &results, &last)) return;
    bool same = strcmp(events, f->events) == 0;
    if (!life_expect(b, same, *f->events ? f->events : "no notification", *events ? events : "none")) return;
    if (f->results == ANY) return;
    (void)bench_expect(b, results == (size_t)f->results, "SGP.22 2.5.6; SGP.22 3.5",
                       f->results ? "a result for each download" : "no result of a download", "%zu", results);
}

static void run_state(struct bench *b)
{
    const struct flow *f = b->row->argument;
    if (!flow(b, f)) return;
    int state = life_state(b, f->iccid);
    if (state >= -1) (void)life_expect(b, state == f->state, life_state_word(f->state), life_state_word(state));
}

/* Every notification checks at the SM-DP+: address, signature, certificates. */
static void run_signed(struct bench *b)
{
    const struct flow *f = b->row->argument;
    if (!flow(b, f)) return;
    int n = lpa_process_notifications(&b->lpa, b->smdpp);
    char came[24];
    (void)snprintf(came, sizeof came, "%d", n);
    if (bench_goes_on(b))
        (void)life_expect(b, n == f->results, "all notifications of it, each accepted by the SM-DP+",
                          n < 0 ? b->lpa.error : came);
}

/* The address is that of the item of the configuration that names the event (SGP.22 5.7.9). */
static void run_addresses(struct bench *b)
{
    static const char *const wanted[] = {"smdp.example.com", "notify.example.com", "notify.example.com",
                                         "smdp.example.com"};
    const struct flow *f = b->row->argument;
    struct lpa_notifications list;
    if (!flow(b, f) || !life_did(b, lpa_retrieve_notifications(&b->lpa, -1, -1, &list))) return;
    size_t seen = 0;
    for (size_t i = 0; i < list.n; i++) {
        const struct lpa_notification *n = &list.list[i];
        const char *address = wanted[n->event & 3];
        /* the address of a result is that of the server */
        if (n->is_result) continue;
        if (!bench_expect(b, slice_equal(n->address, slice_text(address)), b->row->clauses, address, "%.*s",
                          (int)(n->address.n < 100 ? n->address.n : 100), (const char *)n->address.p))
            return;
        seen |= (size_t)1 << (n->event & 3);
    }
    (void)bench_expect(b, seen == 15, b->row->clauses, "a notification of each event", "%zu", list.n);
}

/* The profile is as new: no nickname of its forerunner. */
static void run_nickname_gone(struct bench *b)
{
    const struct flow *f = b->row->argument;
    struct lpa_profiles list;
    if (!flow(b, f) || !life_did(b, lpa_get_profiles_info(&b->lpa, (struct slice){0}, (struct slice){0}, &list)))
        return;
    (void)life_expect(b, list.n == 1 && list.list[0].nickname.n == 0, "one profile without a nickname",
                      list.n ? "it has one" : "no profile");
}

static void run_name(struct bench *b)
{
    const struct flow *f = b->row->argument;
    struct lpa_profiles list;
    if (!flow(b, f) || !life_did(b, lpa_get_profiles_info(&b->lpa, (struct slice){0}, (struct slice){0}, &list)))
        return;
    (void)life_expect(b, list.n == 1 && slice_equal(list.list[0].name, slice_text("another name")),
                      "one profile with the name of the second download", list.n ? "another name" : "no profile");
}

/* ---- memory ---- */

struct memory {
    uint32_t applications, free;
};

static bool measure(struct bench *b, struct memory *m)
{
    return life_did(b, lpa_process_notifications(&b->lpa, NULL) >= 0) && life_memory(b, &m->applications, &m->free);
}

static void run_memory(struct bench *b)
{
    static const struct act come = {.kind = INSTALL, .what = "tiny"};
    static const struct act go = {.kind = DELETE, .what = TINY};
    struct memory before;
    struct memory there;
    struct memory after;
    b->section = SECTION_GIVEN;
    if (!bench_lpa(b) || !measure(b, &before) || !act(b, &come)) return;
    b->section = SECTION_TEST;
    if (!measure(b, &there)) return;
    if (!bench_expect(b, there.free < before.free && there.applications > before.applications, "SGP.22 5.7.8",
                      "less free memory and one application more than without the profile", "%u, %u then %u, %u",
                      (unsigned)before.applications, (unsigned)before.free, (unsigned)there.applications,
                      (unsigned)there.free))
        return;
    if (!act(b, &go) || !measure(b, &after)) return;
    (void)bench_expect(
        b, life_given_back(before.free, there.free, after.free) && after.applications == before.applications,
        "SGP.22 5.7.8; SGP.22 5.7.18", "memory and application of the profile are back",
        "%u, %u then %u, %u then %u, %u", (unsigned)before.applications, (unsigned)before.free,
        (unsigned)there.applications, (unsigned)there.free, (unsigned)after.applications, (unsigned)after.free);
}

/* What comes and lives is for other cases; that it goes is not. */
static bool come_and_go(struct bench *b, struct memory *there)
{
    static const struct act come[ACTS_MAX] = {
        {.kind = INSTALL, .what = "tiny"}, {.kind = ENABLE, .what = TINY}, {.kind = DISABLE, .what = TINY}};
    static const struct act go = {.kind = DELETE, .what = TINY};
    b->section = SECTION_GIVEN;
    if (!acts(b, come) || !measure(b, there)) return false;
    b->section = SECTION_TEST;
    return act(b, &go);
}

/* Nothing leaks: the first time around gives back all but what a card may keep, each next one ends with the same. */
static void run_memory_cycles(struct bench *b)
{
    struct memory first;
    struct memory next;
    struct memory before;
    struct memory there;
    if (!bench_lpa(b) || !measure(b, &before) || !come_and_go(b, &there) || !measure(b, &first)) return;
    if (!bench_expect(b, life_given_back(before.free, there.free, first.free), "SGP.22 5.7.8; SGP.22 5.7.18",
                      "the memory of the profile is back", "%u, then %u, then %u", (unsigned)before.free,
                      (unsigned)there.free, (unsigned)first.free))
        return;
    for (int i = 0; i < 3; i++) {
        if (!come_and_go(b, &there) || !measure(b, &next)) return;
        if (!bench_expect(b, next.free == first.free, "SGP.22 5.7.8", "as much free memory as the time before",
                          "%u, then %u", (unsigned)first.free, (unsigned)next.free))
            return;
    }
}

/* ---- power goes ---- */

enum cut_point { CUT_INSTALL, CUT_ENABLE, CUT_DISABLE, CUT_DELETE, CUT_SWITCH, CUT_MEMORY_RESET, CUT_REFRESH };

struct cut {
    enum cut_point point;
    int before, after;  /* state of profiles/tiny */
    const char *events; /* after; before: none */
};

/* A reader that lets `left` commands through; then the card has no power. */
struct cutter {
    struct lpa_reader inner;
    size_t left;
    bool cut;
};

static bool cutter_transmit(void *ctx, struct slice command, struct buf *answer)
{
    struct cutter *c = ctx;
    if (c->left == 0) c->cut = true;
    if (c->cut) return false;
    c->left--;
    return c->inner.transmit(c->inner.ctx, command, answer);
}

static bool prepare_cut(struct bench *b, enum cut_point point)
{
    static const uint8_t profile[] = {0x80, 0x10, 0x00, 0x00, 0x03, 0x00, 0x00, 0x80};
    struct lpa *lpa = bench_lpa(b);
    BUF_LOCAL data = {0};
    uint16_t sw;
    if (!lpa || lpa_memory_reset(lpa, 1) < 0 || !life_did(b, lpa_open(lpa))) return false;
    int left = life_state(b, TINY);
    if (left != -1) return bench_verdict(b, VERDICT_ERROR, "eUICCMemoryReset left the profile of the round before");
    bool two = point == CUT_SWITCH || point == CUT_REFRESH;
    bool good = (point == CUT_INSTALL || life_install(b, "tiny", NULL)) &&
                (!two || (life_install(b, "operational", NULL) && life_do(b, LIFE_ENABLE, OPERATIONAL))) &&
                (point != CUT_DISABLE || life_do(b, LIFE_ENABLE, TINY)) &&
                life_did(b, lpa_process_notifications(lpa, NULL) >= 0);
    return good && (point != CUT_REFRESH || life_did(b, lpa_command(lpa, SLICE(profile), &data, &sw)));
}

/* Until the end, or until the power goes. */
static void carry_out(struct bench *b, enum cut_point point, const struct cutter *cutter)
{
    struct lpa *lpa = &b->lpa;
    LPA_DOWNLOAD_LOCAL result = {0};
    METADATA_LOCAL m;
    BUF_LOCAL command = {0};
    BUF_LOCAL id = {0};
    metadata_begin(&m);
    if (!profile_identifier(b, TINY, &id)) return;
    switch (point) {
    case CUT_INSTALL:
        if (profile_metadata(b, "tiny", NULL, &m) && !profile_download(b, "tiny", &m, &result) && !cutter->cut)
            (void)rig_reached_package(b, &result);
        break;
    case CUT_ENABLE:
    case CUT_SWITCH:
        (void)lpa_enable_profile(lpa, buf_slice(&id), false);
        break;
    case CUT_DISABLE:
        (void)lpa_disable_profile(lpa, buf_slice(&id), false);
        break;
    case CUT_DELETE:
        (void)lpa_delete_profile(lpa, buf_slice(&id));
        break;
    case CUT_MEMORY_RESET:
        (void)lpa_memory_reset(lpa, 1);
        break;
    case CUT_REFRESH:
        if (lpa_enable_profile(lpa, buf_slice(&id), true) == 0 && lpa->proactive && lpa_fetch(lpa, &command))
            (void)lpa_terminal_response(lpa, buf_slice(&command), 0);
        break;
    }
}

/* Either as before or as after; the notifications tell the same; their numbers go on. */
static bool look_after_cut(struct bench *b, const struct cut *c, size_t commands, bool whole, uint32_t *last)
{
    char events[LIFE_EVENTS_SIZE];
    size_t results;
    uint32_t highest = 0;
    int other = -1;
    int state = life_state(b, TINY);
    bool two = c->point == CUT_SWITCH || c->point == CUT_REFRESH;
    if (two) other = life_state(b, OPERATIONAL);
    if (state == -2 || other == -2 || !life_events(b, events, &results, &highest)) return false;
    bool is_before = !whole && state == c->before && !*events && (!two || other == 1);
    bool is_after = state == c->after && strcmp(events, c->events) == 0 && (!two || other == 0) &&
                    (c->point != CUT_INSTALL || results == 1);
    if (!bench_expect(b, is_before || is_after, b->row->clauses, whole ? "all of it" : "nothing of it, or all of it",
                      "power off after %zu commands: the profile is %s, notifications: %s", commands,
                      life_state_word(state), *events ? events : "none"))
        return false;
    bool rises = (!*events && !results) || highest > *last;
    if (highest > *last) *last = highest;
    return bench_expect(b, rises, "SGP.22 3.5", "sequence numbers above all before", "%u", (unsigned)highest);
}

static void run_cut(struct bench *b)
{
    const struct cut *c = b->row->argument;
    struct cutter cutter = {.left = 0};
    uint32_t last = 0;
    bool whole = false;
    for (size_t commands = 0; !whole && commands < 2000; commands++) {
        b->section = SECTION_GIVEN;
        if (!prepare_cut(b, c->point)) {
            (void)bench_verdict(b, VERDICT_ERROR, "before the cut: %s", b->lpa.error);
            return;
        }
        b->section = SECTION_TEST;
        cutter = (struct cutter){.inner = b->lpa.reader, .left = commands};
        b->lpa.reader.ctx = &cutter;
        b->lpa.reader.transmit = cutter_transmit;
        carry_out(b, c->point, &cutter);
        b->lpa.reader = cutter.inner;
        whole = !cutter.cut;
        if (!bench_goes_on(b) || !bench_power(b, false) || !life_did(b, lpa_open(&b->lpa)) ||
            !look_after_cut(b, c, commands, whole, &last))
            return;
    }
}

/* ---- the rows ---- */

#define LIFE(name, text, clause, on, runner, type, ...)                                                                \
    {                                                                                                                  \
        .id = "Profile.Life/" name, .family = "ES10c", .title = text, .clauses = clause, .applies = on,                \
        .state = "empty", .needs = NEED_SGP26, .destructive = true, .run = runner,                                     \
        .argument = &(const type){__VA_ARGS__},                                                                        \
    }
#define CONSUMER "isdr and consumer"
#define WITH_TEST "isdr and consumer and test-profiles"
#define NOTIFICATIONS "SGP.22 3.5; SGP.23-1 5.2"
#define EVENTS(name, text, ...) LIFE(name, text, NOTIFICATIONS, CONSUMER, run_events, struct flow, __VA_ARGS__)
#define STATE(name, text, clause, ...) LIFE(name, text, clause, CONSUMER, run_state, struct flow, __VA_ARGS__)
#define CUT(name, text, ...)                                                                                           \
    LIFE(name, text, "SGP.22 3.1.3; SGP.22 3.2; SGP.22 negative 80; SGP.23-1 5.2", CONSUMER, run_cut, struct cut,      \
         __VA_ARGS__)
#define COMES                                                                                                          \
    {                                                                                                                  \
        .kind = INSTALL, .what = "tiny"                                                                                \
    }
#define OTHER_COMES                                                                                                    \
    {                                                                                                                  \
        .kind = INSTALL, .what = "operational"                                                                         \
    }
#define TEST_COMES                                                                                                     \
    {                                                                                                                  \
        .kind = INSTALL, .what = "test"                                                                                \
    }
#define PROVISIONING_COMES                                                                                             \
    {                                                                                                                  \
        .kind = INSTALL, .what = "bootstrap", .lines = "class = provisioning"                                          \
    }
#define TO(verb, iccid)                                                                                                \
    {                                                                                                                  \
        .kind = verb, .what = iccid                                                                                    \
    }

const struct case_row cases_life[] = {
    EVENTS("01-install", "A download leaves its result and the install notification", .test = {COMES},
           .events = "install 28", .results = 1),
    EVENTS("02-enable", "EnableProfile leaves the enable notification", .given = {COMES}, .test = {TO(ENABLE, TINY)},
           .events = "enable 28"),
    EVENTS("03-disable", "DisableProfile leaves the disable notification", .given = {COMES, TO(ENABLE, TINY)},
           .test = {TO(DISABLE, TINY)}, .events = "disable 28"),
    EVENTS("04-delete", "DeleteProfile leaves the delete notification", .given = {COMES}, .test = {TO(DELETE, TINY)},
           .events = "delete 28"),
    EVENTS("05-switch",
           "A switch leaves the disable notification of the one, then the enable notification of the other",
           .given = {COMES, OTHER_COMES, TO(ENABLE, OPERATIONAL)}, .test = {TO(ENABLE, TINY)},
           .events = "disable 10, enable 28"),
    EVENTS("06-whole-life", "A whole life leaves its four notifications in order",
           .test = {COMES, TO(ENABLE, TINY), TO(DISABLE, TINY), TO(DELETE, TINY)},
           .events = "install 28, enable 28, disable 28, delete 28", .results = ANY),
    LIFE("07-two-addresses", "Two addresses for an event: two notifications, one after the other",
         "SGP.22 3.5; SGP.22 negative 63; SGP.23-1 5.2", CONSUMER, run_events, struct flow,
         .given = {{.kind = INSTALL, .what = "tiny", .lines = "notify = enable @ second.example.com"}},
         .test = {TO(ENABLE, TINY)}, .events = "enable 28, enable 28"),
    EVENTS("08-no-configuration", "Without a notification configuration only the result of the download is there",
           .test = {{.kind = INSTALL, .what = "tiny", .no_addresses = true},
                    TO(ENABLE, TINY),
                    TO(DISABLE, TINY),
                    TO(DELETE, TINY)},
           .events = "", .results = 1),
    LIFE("09-test", "A test profile leaves no notification but the result of its download", NOTIFICATIONS, WITH_TEST,
         run_events, struct flow,
         .test = {TEST_COMES, TO(ENABLE, TEST_PROFILE), TO(DISABLE, TEST_PROFILE), TO(DELETE, TEST_PROFILE)},
         .events = "", .results = 1),
    EVENTS("10-provisioning", "A provisioning profile leaves notifications like an operational one",
           .test = {PROVISIONING_COMES, TO(ENABLE, PROVISIONING), TO(DISABLE, PROVISIONING), TO(DELETE, PROVISIONING)},
           .events = "install 51, enable 51, disable 51, delete 51", .results = ANY),
    EVENTS("11-over-power-off", "Notifications are kept without power", .begin = {COMES, TO(ENABLE, TINY)},
           .test = {{.kind = POWER}, {.kind = POWER}}, .events = "install 28, enable 28", .results = ANY),
    LIFE("12-again", "The delete notification of a profile stays when the same ICCID comes again",
         "SGP.22 3.5; SGP.22 negative 72; SGP.23-1 4.2.23; SGP.23-1 5.2", CONSUMER, run_events, struct flow,
         .given = {COMES}, .test = {TO(DELETE, TINY), COMES}, .events = "delete 28, install 28", .results = ANY),
    LIFE("13-signed", "All notifications of a whole life check at the SM-DP+",
         "SGP.22 3.5; SGP.22 5.7.10; SGP.23-1 5.2", CONSUMER, run_signed, struct flow,
         .test = {COMES, TO(ENABLE, TINY), TO(DISABLE, TINY), TO(DELETE, TINY)}, .results = 5),
    LIFE("14-signed-switch", "The notifications of a switch check at the SM-DP+",
         "SGP.22 3.5; SGP.22 5.7.10; SGP.23-1 5.2", CONSUMER, run_signed, struct flow,
         .given = {COMES, OTHER_COMES, TO(ENABLE, OPERATIONAL)}, .test = {TO(ENABLE, TINY)}, .results = 2),
    LIFE("15-addresses", "Each notification has the address that the metadata named for its event",
         "SGP.22 3.5; SGP.22 5.7.9; SGP.23-1 5.2", CONSUMER, run_addresses, struct flow,
         .test = {COMES, TO(ENABLE, TINY), TO(DISABLE, TINY), TO(DELETE, TINY)}),

    STATE("20-installed-disabled", "A new profile is disabled", "SGP.22 3.1.3; SGP.22 3.2; SGP.23-1 5.2",
          .test = {COMES}, .iccid = TINY, .state = 0),
    STATE("21-others-stay-enabled", "A download does not touch the enabled profile", "SGP.22 3.1.3; SGP.23-1 5.2",
          .given = {OTHER_COMES, TO(ENABLE, OPERATIONAL)}, .test = {COMES}, .iccid = OPERATIONAL, .state = 1),
    STATE("22-installed-over-power-off", "A new profile is there after power off", "SGP.22 3.1.3; SGP.23-1 5.2",
          .begin = {COMES}, .test = {{.kind = POWER}}, .iccid = TINY, .state = 0),
    STATE("23-again", "A deleted profile can be installed again", "SGP.22 3.1.3; SGP.22 negative 72; SGP.23-1 4.2.23",
          .given = {COMES}, .begin = {TO(DELETE, TINY)}, .test = {COMES}, .iccid = TINY, .state = 0),
    STATE("24-again-enabled", "A profile that was installed again can be enabled", "SGP.22 3.1.3; SGP.23-1 4.2.23",
          .given = {COMES, TO(ENABLE, TINY), TO(DISABLE, TINY)}, .begin = {TO(DELETE, TINY), COMES},
          .test = {TO(ENABLE, TINY)}, .iccid = TINY, .state = 1),
    STATE("25-again-disabled", "A profile that was enabled, deleted and installed again is disabled",
          "SGP.22 3.1.3; SGP.23-1 4.2.23", .given = {COMES, TO(ENABLE, TINY), TO(DISABLE, TINY)},
          .begin = {TO(DELETE, TINY)}, .test = {COMES}, .iccid = TINY, .state = 0),
    STATE("26-again-after-notification", "The same when the delete notification was sent before",
          "SGP.22 3.1.3; SGP.22 negative 72; SGP.23-1 4.2.23", .given = {COMES}, .begin = {TO(DELETE, TINY)},
          .test = {{.kind = SEND}, COMES}, .iccid = TINY, .state = 0),
    LIFE("27-again-no-nickname", "A profile that was installed again has no nickname of before",
         "SGP.22 5.7.18; SGP.22 5.7.21; SGP.23-1 4.2.23", CONSUMER, run_nickname_gone, struct flow,
         .given = {COMES, TO(NICKNAME, TINY)}, .begin = {TO(DELETE, TINY)}, .test = {COMES}),
    LIFE("28-again-other-name", "A profile that was installed again has the metadata of the second download",
         "SGP.22 5.5.3; SGP.23-1 4.2.23", CONSUMER, run_name, struct flow, .given = {COMES},
         .begin = {TO(DELETE, TINY)}, .test = {{.kind = INSTALL, .what = "tiny", .lines = "name = another name"}}),
    STATE("29-delete-the-other", "Deleting one profile leaves the enabled one enabled, also over power off",
          "SGP.22 5.7.18; SGP.23-1 5.2", .given = {OTHER_COMES, TO(ENABLE, OPERATIONAL), COMES},
          .begin = {TO(DELETE, TINY)}, .test = {{.kind = POWER}}, .iccid = OPERATIONAL, .state = 1),

    LIFE("30-memory", "Memory goes down with an installation and comes back with the deletion",
         "SGP.22 5.7.8; SGP.22 5.7.18; SGP.23-1 5.2", CONSUMER, run_memory, struct flow, .events = NULL),
    LIFE("31-memory-cycles", "Profiles that come and go leave nothing in memory", "SGP.22 5.7.8; SGP.23-1 5.2",
         CONSUMER, run_memory_cycles, struct flow, .events = NULL),

    CUT("80-power-install", "Power off after any command of a download: the whole profile is there, or nothing",
        .point = CUT_INSTALL, .before = -1, .after = 0, .events = "install 28"),
    CUT("81-power-enable", "Power off after any command of EnableProfile: enabled or as before", .point = CUT_ENABLE,
        .before = 0, .after = 1, .events = "enable 28"),
    CUT("82-power-disable", "Power off after any command of DisableProfile: disabled or as before",
        .point = CUT_DISABLE, .before = 1, .after = 0, .events = "disable 28"),
    CUT("83-power-delete", "Power off after any command of DeleteProfile: gone or as before", .point = CUT_DELETE,
        .before = 0, .after = -1, .events = "delete 28"),
    CUT("84-power-switch",
        "Power off after any command of a switch: one of both profiles is enabled, never none or two",
        .point = CUT_SWITCH, .before = 0, .after = 1, .events = "disable 10, enable 28"),
    CUT("85-power-memory-reset", "Power off after any command of eUICCMemoryReset: gone or as before",
        .point = CUT_MEMORY_RESET, .before = 0, .after = -1, .events = "delete 28"),
    CUT("86-power-refresh", "Power off after any command of a switch with REFRESH: one of both profiles is enabled",
        .point = CUT_REFRESH, .before = 0, .after = 1, .events = "disable 10, enable 28"),
    {.id = NULL},
};
