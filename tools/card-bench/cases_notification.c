/* Notifications and installation results with all that the other side checks of them (SGP.22 3.5, 5.7.9 to 5.7.11,
 * 2.5.6; SGP.23-1 4.2.14 to 4.2.16): who is told of which event, under which number, signed with which key. */
#define _GNU_SOURCE
#include "bench.h"

#include "profile_life.h"

#include <stdio.h>

#define CLAUSES "SGP.22 3.5; SGP.22 5.7.9; SGP.22 5.7.10; SGP.23-1 4.2.14; SGP.23-1 4.2.15"

#define TINY "89000101000000000028"
/* its ICCID as criterion of a function */
static const uint8_t iccid_id[] = {0x5a, 10, 0x98, 0x00, 0x10, 0x10, 0, 0, 0, 0, 0, 0x82};

/* What is expected: an event and the letter of its address, in the order of the list; "R" is the result. Entries of one
 * event may come in any order of addresses. */
struct expected {
    char event; /* R, i, e, d, x */
    char address;
    bool seen;
};
#define EXPECTED_MAX 12

static size_t read_expected(const char *text, struct expected list[EXPECTED_MAX])
{
    size_t n = 0;
    for (; *text && n < EXPECTED_MAX; text += strspn(text, " ")) {
        list[n++] = (struct expected){.event = text[0], .address = text[1]};
        text += strcspn(text, " ");
    }
    return n;
}

/* An address of the cases is a letter and ".example.com". */
static char letter_of(struct slice address)
{
    struct slice domain = slice_text(".example.com");
    return address.n == domain.n + 1 && slice_equal(slice_skip(address, 1), domain) ? (char)address.p[0] : '?';
}

/* "1R 2ia 3ea": numbers counted from the first one. */
static void show(const struct lpa_notifications *came, char *out, size_t size)
{
    size_t n = 0;
    out[0] = 0;
    for (size_t i = 0; i < came->n && n < size; i++) {
        const struct lpa_notification *one = &came->list[i];
        char address[2] = {one->is_result ? 0 : letter_of(one->address), 0};
        n += (size_t)snprintf(out + n, size - n, "%s%u%c%s", i ? " " : "",
                              (unsigned)(one->sequence_number - came->list[0].sequence_number + 1),
                              one->is_result ? 'R' : "iedx"[one->event & 3], address);
    }
}

/* One entry: the next number, the next event, an address of it that was not there yet. */
static bool fits(const struct lpa_notifications *came, size_t i, struct expected *list, size_t n)
{
    const struct lpa_notification *one = &came->list[i];
    char event = one->is_result ? 'R' : "iedx"[one->event & 3];
    if (i >= n || list[i].event != event || one->sequence_number != came->list[0].sequence_number + i) return false;
    if (!slice_equal(one->iccid, slice_skip(SLICE(iccid_id), 2))) return false;
    if (one->is_result) return true;
    for (size_t k = 0; k < n; k++) {
        if (list[k].event != event || list[k].address != letter_of(one->address) || list[k].seen) continue;
        list[k].seen = true;
        return true;
    }
    return false;
}

static bool expect_list(struct bench *b, const struct lpa_notifications *came, const char *text)
{
    struct expected list[EXPECTED_MAX];
    char shown[200];
    size_t n = read_expected(text, list);
    bool good = came->n == n;
    for (size_t i = 0; good && i < n; i++)
        good = fits(came, i, list, n);
    show(came, shown, sizeof shown);
    return bench_expect(b, good, b->row->clauses, *text ? text : "no notification", "%s",
                        *shown ? shown : "no notification");
}

/* Each one's signature, with the certificates that are in it; a result's with those of its session. */
static bool expect_signed(struct bench *b, struct smdpp *dp, const struct lpa_notifications *came)
{
    for (size_t i = 0; i < came->n; i++) {
        struct smdpp_notification read;
        if (came->list[i].is_result) continue;
        bool good = smdpp_check_notification(dp, came->list[i].whole, &read);
        if (!bench_expect(b, good, b->row->clauses, "signed by the eUICC, whose chain leads to a CI of the server",
                          "%s", good ? "so" : dp->error))
            return false;
    }
    return true;
}

static bool retrieve(struct bench *b, struct lpa *lpa, int64_t number, int events, struct lpa_notifications *out)
{
    return lpa_retrieve_notifications(lpa, number, events, out) ||
           (bench_goes_on(b) && bench_expect(b, false, b->row->clauses, "a list of notifications", "%s", lpa->error));
}

/* ---- the life of a profile with a configuration ---- */

struct configuration {
    const char *notify; /* lines "EVENTS @ ADDRESS" of profiles/NAME.metadata, separated by ';'; "": none */
    const char *lines;  /* more of them; NULL: none */
    const char *expected;
};

static bool set_notify(struct bench *b, const char *text, struct metadata *m)
{
    char copy[200];
    char *rest = copy;
    buf_reset(&m->notify);
    (void)snprintf(copy, sizeof copy, "%s", text);
    for (char *line; (line = strsep(&rest, ";")) != NULL;) {
        const char *expected = *line ? metadata_set(m, "notify", line, NULL) : NULL;
        if (expected) return bench_verdict(b, VERDICT_ERROR, "notify: expected %s", expected);
    }
    return true;
}

static bool install(struct bench *b, const struct configuration *c, struct buf *result_bytes)
{
    METADATA_LOCAL m;
    LPA_DOWNLOAD_LOCAL result = {.card_error = -1};
    metadata_begin(&m);
    if (!profile_metadata(b, "tiny", c->lines, &m) || !set_notify(b, c->notify, &m)) return false;
    if (!profile_download(b, "tiny", &m, &result))
        return bench_verdict(b, VERDICT_ERROR, "the download failed: %s", result.error);
    if (result_bytes) buf_append(result_bytes, buf_slice(&result.pir));
    return bench_goes_on(b);
}

static bool change(struct bench *b, struct lpa *lpa, const char *name, int code)
{
    if (code != 0) return bench_verdict(b, VERDICT_ERROR, "%s: code %d %s", name, code, lpa->error);
    return lpa_reset(lpa) || bench_verdict(b, VERDICT_ERROR, "after the reset: %s", lpa->error);
}

static bool live(struct bench *b)
{
    b->section = SECTION_GIVEN;
    bool lived = life_do(b, LIFE_ENABLE, TINY) && life_do(b, LIFE_DISABLE, TINY) && life_do(b, LIFE_DELETE, TINY);
    b->section = SECTION_TEST;
    return lived;
}

/* Whether the result of the download waits is for other cases. */
static void drop_results(struct lpa_notifications *list)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        if (!list->list[i].is_result) list->list[n++] = list->list[i];
    list->n = n;
}

static void run_configuration(struct bench *b)
{
    const struct configuration *c = b->row->argument;
    struct lpa_notifications list;
    struct lpa *lpa = bench_lpa(b);
    if (!lpa || !install(b, c, NULL) || !live(b) || !retrieve(b, lpa, -1, -1, &list)) return;
    if (*c->expected != 'R') drop_results(&list);
    (void)(expect_list(b, &list, c->expected) && expect_signed(b, b->smdpp, &list));
}

/* ---- filters ---- */

static void run_events(struct bench *b)
{
    static const char all[] = "install enable disable delete @ a.example.com";
    static const char *const by_event[] = {"R ia", "ea", "da", "xa"};
    const struct configuration c = {.notify = all};
    const int *event = b->row->argument;
    struct lpa_notifications list;
    struct lpa *lpa = bench_lpa(b);
    if (!lpa || !install(b, &c, NULL) || !live(b)) return;
    if (!lpa_list_notification(lpa, 1 << *event, &list)) {
        if (bench_goes_on(b))
            (void)bench_expect(b, false, b->row->clauses, "a list of notifications", "%s", lpa->error);
        return;
    }
    /* metadata does not tell a result from a notification of installation: it was written first */
    if (*event == 0 && list.n) list.list[0].is_result = true;
    if (expect_list(b, &list, by_event[*event]) && retrieve(b, lpa, -1, 1 << *event, &list))
        (void)expect_list(b, &list, by_event[*event]);
}

/* ---- numbers ---- */

/* A notification waits; *last: the highest number. Who else waits, and under which numbers, is for other cases. */
static bool begin_with_numbers(struct bench *b, const struct configuration *c, struct lpa_notifications *list,
                               uint32_t *last)
{
    bool waits = false;
    if (!install(b, c, NULL) || !retrieve(b, &b->lpa, -1, -1, list)) return false;
    for (size_t i = 0; i < list->n; i++) {
        waits = waits || !list->list[i].is_result;
        if (list->list[i].sequence_number > *last) *last = list->list[i].sequence_number;
    }
    return waits || bench_verdict(b, VERDICT_ERROR, "the download left no notification");
}

/* Removed numbers are not used again, not after power off either. */
static void run_numbers(struct bench *b)
{
    static const struct configuration c = {.notify = "install enable disable delete @ a.example.com"};
    struct lpa_notifications list;
    struct lpa *lpa = bench_lpa(b);
    uint32_t last = 0;
    if (!lpa || !begin_with_numbers(b, &c, &list, &last)) return;
    if (lpa_process_notifications(lpa, NULL) < 1) {
        (void)bench_verdict(b, VERDICT_ERROR, "the notifications cannot be removed: %s", lpa->error);
        return;
    }
    if (!lpa_open(lpa)) { /* with power off */
        (void)bench_verdict(b, VERDICT_ERROR, "after power on: %s", lpa->error);
        return;
    }
    b->section = SECTION_GIVEN;
    if (!life_do(b, LIFE_ENABLE, TINY)) return;
    b->section = SECTION_TEST;
    if (!retrieve(b, lpa, -1, -1, &list)) return;
    if (list.n == 0) {
        (void)bench_verdict(b, VERDICT_ERROR, "EnableProfile made no notification");
        return;
    }
    (void)bench_expect(b, list.n == 1 && list.list[0].sequence_number == last + 1, b->row->clauses,
                       "one notification, with the next number", "%zu, the first has %u after %u", list.n,
                       (unsigned)list.list[0].sequence_number, (unsigned)last);
}

static void run_numbers_over_memory_reset(struct bench *b)
{
    static const struct configuration c = {.notify = "install @ a.example.com"};
    uint32_t before = 0;
    uint32_t after = 0;
    struct lpa *lpa = bench_lpa(b);
    struct lpa_notifications list;
    if (!lpa || !begin_with_numbers(b, &c, &list, &before)) return;
    if (!change(b, lpa, "eUICCMemoryReset", lpa_memory_reset(lpa, 3)) || !begin_with_numbers(b, &c, &list, &after))
        return;
    (void)bench_expect(b, after > before, b->row->clauses, "numbers above those of before", "%u after %u",
                       (unsigned)after, (unsigned)before);
}

/* ---- results ---- */

/* The result that came with the last segment is the one that waits, byte by byte. */
static void run_result(struct bench *b)
{
    static const struct configuration c = {.notify = ""};
    BUF_LOCAL result = {0};
    struct lpa_notifications list;
    struct lpa *lpa = bench_lpa(b);
    if (!lpa || !install(b, &c, &result) || !retrieve(b, lpa, -1, -1, &list) || !expect_list(b, &list, "R")) return;
    bool same = slice_equal(list.list[0].whole, buf_slice(&result));
    if (!bench_expect(b, same, b->row->clauses, "the ProfileInstallationResult of the download", "%s",
                      same ? "so" : "other bytes"))
        return;
    if (lpa_remove_notification(lpa, list.list[0].sequence_number) != 0) {
        (void)bench_expect(b, false, "SGP.22 5.7.11", "removed", "%s", lpa->error);
        return;
    }
    bool listed = lpa_list_notification(lpa, -1, &list);
    (void)bench_expect(b, listed && list.n == 0, b->row->clauses, "an empty list", "%s",
                       listed ? "it is still there" : lpa->error);
}

/* A failed installation is told, too, with the number in the same row: the ICCID is there already. */
static void run_failed_result(struct bench *b)
{
    static const struct configuration c = {.notify = ""};
    METADATA_LOCAL m;
    LPA_DOWNLOAD_LOCAL result = {.card_error = -1};
    struct lpa_notifications list;
    struct lpa *lpa = bench_lpa(b);
    metadata_begin(&m);
    if (!lpa || !install(b, &c, NULL) || !profile_metadata(b, "tiny", NULL, &m)) return;
    bool installed = profile_download(b, "tiny", &m, &result);
    if (!bench_goes_on(b)) return;
    if (installed || !result.pir.n) {
        (void)bench_verdict(b, VERDICT_ERROR, "a second download of the same ICCID: %s",
                            installed ? "installed" : result.error);
        return;
    }
    if (!retrieve(b, lpa, -1, -1, &list) || !expect_list(b, &list, "R R")) return;
    bool same = slice_equal(list.list[1].whole, buf_slice(&result.pir));
    (void)bench_expect(b, same, b->row->clauses, "the result of the failed installation", "%s",
                       same ? "so" : "other bytes");
}

/* A list of many: all are there, ascending, and each can be retrieved by its number. */
static void run_many(struct bench *b)
{
    static const struct configuration c = {.notify = "install enable disable @ a.example.com"};
    struct lpa_notifications list;
    struct lpa *lpa = bench_lpa(b);
    b->section = SECTION_GIVEN;
    if (!lpa || !install(b, &c, NULL)) return;
    for (int i = 0; i < 4; i++)
        if (!life_do(b, LIFE_ENABLE, TINY) || !life_do(b, LIFE_DISABLE, TINY)) return;
    b->section = SECTION_TEST;
    if (!retrieve(b, lpa, -1, -1, &list) || !expect_list(b, &list, "R ia ea da ea da ea da ea da")) return;
    uint32_t first = list.list[0].sequence_number;
    for (uint32_t i = 0; i < 10; i++) {
        if (!retrieve(b, lpa, first + i, -1, &list)) return;
        if (!bench_expect(b, list.n == 1 && list.list[0].sequence_number == first + i, b->row->clauses,
                          "the notification of this number", "%zu, the first has %u", list.n,
                          list.n ? (unsigned)list.list[0].sequence_number : 0))
            return;
    }
}

static const int events[] = {0, 1, 2, 3};

#define NOTIFICATION(name, text, row, function, ...)                                                                   \
    {                                                                                                                  \
        .id = "ES10b.Notifications/" name, .family = "ES10b", .title = text, .clauses = CLAUSES row,                   \
        .applies = "isdr and consumer", .state = "empty", .needs = NEED_SGP26, .destructive = true, .run = function,   \
        .argument = __VA_ARGS__                                                                                        \
    }
#define CONFIGURATION(name, text, row, ...)                                                                            \
    NOTIFICATION(name, text, row, run_configuration, &(const struct configuration){__VA_ARGS__})

const struct case_row cases_notification[] = {
    CONFIGURATION("50-no-configuration", "a profile without notification configuration: the result alone", "",
                  .notify = "", .expected = "R"),
    CONFIGURATION("51-all", "all events to one address: one signed notification each", "",
                  .notify = "install enable disable delete @ a.example.com", .expected = "ia ea da xa"),
    CONFIGURATION("52-install", "install alone", "", .notify = "install @ a.example.com", .expected = "ia"),
    CONFIGURATION("53-enable", "enable alone", "", .notify = "enable @ a.example.com", .expected = "ea"),
    CONFIGURATION("54-disable", "disable alone", "", .notify = "disable @ a.example.com", .expected = "da"),
    CONFIGURATION("55-delete", "delete alone", "", .notify = "delete @ a.example.com", .expected = "xa"),
    CONFIGURATION("56-two-addresses", "two addresses for enable: two notifications with following numbers",
                  "; SGP.22 negative 63", .notify = "enable @ a.example.com;enable @ b.example.com",
                  .expected = "ea eb"),
    CONFIGURATION("57-mixed", "events shared by addresses: each address is told of its own", "; SGP.22 negative 63",
                  .notify = "enable disable @ a.example.com;install delete @ b.example.com;enable @ c.example.com",
                  .expected = "ib ea ec da xb"),
    CONFIGURATION("58-all-two-addresses", "two addresses for every event: both are told of each",
                  "; SGP.22 negative 63",
                  .notify = "install enable disable delete @ a.example.com;install enable disable delete @ "
                            "b.example.com",
                  .expected = "ia ib ea eb da db xa xb"),
    CONFIGURATION("59-provisioning", "a provisioning profile has notifications like an operational one", "",
                  .notify = "install enable disable delete @ a.example.com", .lines = "class = provisioning",
                  .expected = "ia ea da xa"),
    NOTIFICATION("60-by-install", "install as criterion: the result and the notification", "; SGP.22 negative 61",
                 run_events, &events[0]),
    NOTIFICATION("61-by-enable", "enable as criterion: that one alone", "; SGP.22 negative 61", run_events, &events[1]),
    NOTIFICATION("62-by-disable", "disable as criterion: that one alone", "; SGP.22 negative 61", run_events,
                 &events[2]),
    NOTIFICATION("63-by-delete", "delete as criterion: that one alone", "; SGP.22 negative 61", run_events, &events[3]),
    NOTIFICATION("64-numbers", "numbers go on after removal and power off", "; SGP.22 5.7.11", run_numbers, NULL),
    NOTIFICATION("65-numbers-memory-reset", "numbers go on after eUICCMemoryReset", "; SGP.22 negative 62",
                 run_numbers_over_memory_reset, NULL),
    NOTIFICATION("66-result", "the ProfileInstallationResult waits as it was given, until it is removed",
                 "; SGP.22 2.5.6", run_result, NULL),
    NOTIFICATION("67-failed-result", "the result of a failed installation waits, too", "; SGP.22 2.5.6",
                 run_failed_result, NULL),
    NOTIFICATION("68-many", "ten notifications are all there, in the order of their numbers", "", run_many, NULL),
    {.id = NULL},
};
