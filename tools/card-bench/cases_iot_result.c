/* eUICC Package Results after they were given (SGP.32 2.11.2, 5.9.11, 5.9.12): they wait until they are removed, by
 * number and in the list of all, over reset and power off; their numbers; what is not kept; and power that goes before
 * the result was fetched. {result-number}, {result-data} and so on are set by bench_package(). */
#include "bench_iot.h"

#define LIST .eco = "AB00"
#define LISTED .result = "AB(A0(*))"
#define FIRST                                                                                                          \
    {                                                                                                                  \
        .given = true, LIST, LISTED                                                                                    \
    }
#define SECOND                                                                                                         \
    {                                                                                                                  \
        .given = true, .psmo = "A600", .result = "A6(*)"                                                               \
    }
/* 16 of 64 bytes */
#define X16 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define SIGNATURE "5F3740" X16 X16 X16 X16
#define RESULT(data) "BF51(A0({" data "}" SIGNATURE "))"
#define ALL "BF2B(A0(8200))"
#define NONE "BF2B(A2()) | BF2B(A0())"
/* what a case about removal begins with */
#define ONE_WAITS                                                                                                      \
    {                                                                                                                  \
        .given = true, .request = ALL, .answer = "BF2B(A2(BF51(*)))"                                                   \
    }
#define TWO_WAIT                                                                                                       \
    {                                                                                                                  \
        .given = true, .request = ALL, .answer = "BF2B(A2(BF51(*)BF51(*)))"                                            \
    }
#define BY_NUMBER(name) "BF2B(A0(80({" name "})))"

#define RETRIEVE "SGP.32 5.9.11; SGP.32 2.11.2"
#define REMOVE "SGP.32 5.9.12"

#define C_CASE(group, name, words, clause, begin, function, with)                                                      \
    {                                                                                                                  \
        .id = "IoT." group "/" name, .family = "iot", .title = words, .clauses = clause, .applies = "isdr and iot",    \
        .state = begin, .destructive = true, .run = function, .argument = with,                                        \
    }
#define ROW(group, name, words, clause, ...)                                                                           \
    C_CASE(group, name, words, clause, "iot-eim", run_packages, BENCH_STEPS(__VA_ARGS__))

static const uint8_t other_eid[16] = {0x89, 0x04};

/* ---- delivery as an IPA does it ---- */

/* The copy that is retrieved by number and the one in the list have the data that were given and a signature that
 * verifies; then removed, and there is nothing to remove a second time (ipa_deliver()). */
static void run_deliver(struct bench *b)
{
    struct eim *eim = bench_eim(b, TEST_P256);
    const struct eim_op op = {.kind = EIM_OP_RAT};
    const struct eim_order order = {.ops = &op, .n = 1};
    struct eim *const list[] = {eim};
    BUF_LOCAL kept = {0};
    if (!eim || (b->row->argument && !bench_associate(b, list, 1, true))) return;
    if (!eim_sign(eim, &order, &b->package)) {
        (void)bench_verdict(b, VERDICT_ERROR, "the package: %s", eim->error);
        return;
    }
    bool delivered = ipa_deliver(&b->ipa, eim, &b->package, false, &kept, &b->result);
    b->result = (struct eim_result){0};
    (void)bench_expect(b, delivered, b->row->clauses, "the result, retrieved with a good signature, and removed once",
                       "%s", delivered ? "so it was" : b->ipa.lpa.error);
}

/* ---- power off before the result was fetched ---- */

/* The last block is sent, and what 61xx announces is not fetched. */
static bool send_and_leave(struct bench *b, struct slice request)
{
    const uint8_t class = (uint8_t)(0x80 | b->ipa.lpa.channel);
    for (uint8_t number = 0; request.n; number++) {
        size_t n = request.n < 255 ? request.n : 255;
        const uint8_t head[] = {class, 0xe2, n == request.n ? 0x91 : 0x11, number, (uint8_t)n};
        BUF_LOCAL command = {0};
        buf_append(&command, SLICE(head));
        buf_append(&command, slice_of(request.p, n));
        request = slice_skip(request, n);
        if (buf_err(&command) != OK) return bench_verdict(b, VERDICT_ERROR, "no memory");
        if (!bench_exchange(b, buf_slice(&command))) return false;
    }
    uint16_t sw = bench_status(b);
    return bench_expect(b, sw == 0x9000 || sw >> 8 == 0x61 || sw >> 8 == 0x91, "SGP.22 5.7.2",
                        "61xx or 9000 to the last block", "%04X", sw);
}

struct lost {
    const char *psmo;             /* of one operation */
    struct bench_package is_done; /* nothing: that the result waits and the package cannot come again */
};

/* The whole package was there: its result waits, and it was carried out, or the package cannot come again. */
static void run_lost(struct bench *b)
{
    static const struct bench_package begin = {.power_cycle = true};
    static const struct bench_package waits = {.request = ALL, .answer = "BF2B(A2(BF51(A0(*))))"};
    const struct lost *lost = b->row->argument;
    struct bench_package again = {.error = "04"};
    BUF_LOCAL list = {0};
    BUF_LOCAL kept = {0};
    struct eim *eim = bench_eim(b, TEST_P256);
    if (!eim || !bench_bytes(b, lost->psmo, &list)) return;
    const struct eim_op op = {.kind = EIM_OP_RAW, .bytes = buf_slice(&list)};
    const struct eim_order order = {.ops = &op, .n = 1};
    if (!eim_sign(eim, &order, &b->package)) {
        (void)bench_verdict(b, VERDICT_ERROR, "the package: %s", eim->error);
        return;
    }
    buf_append(&kept, buf_slice(&b->package.request));
    again.replay = buf_slice(&kept);
    if (!send_and_leave(b, buf_slice(&kept)) || !bench_package(b, eim, &begin)) return;
    /* one thing a case */
    if (lost->is_done.request || lost->is_done.profile)
        (void)bench_package(b, eim, &lost->is_done);
    else if (bench_package(b, eim, &waits))
        (void)bench_package(b, eim, &again);
}
static const struct lost lost_rat = {.psmo = "A600"};
static const struct lost lost_address = {.psmo = "BF65(80(\"one.example.com\"))",
                                         .is_done = {.request = "BF3C00", .answer = "BF3C(80(\"one.example.com\")*)"}};
static const struct lost lost_delete = {.psmo = "A5(5A({disabled}))", .is_done = BENCH_NO_PROFILE("{disabled}")};

/* ---- numbers ---- */

/* Notifications and results have one space of numbers: none comes twice, and all are above those before. */
static void run_numbers(struct bench *b)
{
    static const struct bench_package enable = {.psmo = "A3(5A({disabled}))", .result = "830100"};
    static const struct bench_package last = {LIST, LISTED};
    struct eim *eim = bench_eim(b, TEST_P256);
    struct lpa_notifications list;
    if (!eim || !bench_package(b, eim, &enable)) return;
    int64_t first = b->result.sequence_number;
    if (!lpa_list_notification(&b->ipa.lpa, -1, &list)) {
        (void)bench_verdict(b, VERDICT_ERROR, "ListNotification: %s", b->ipa.lpa.error);
        return;
    }
    int64_t highest = first;
    bool apart = true;
    if (list.n == 0) {
        (void)bench_verdict(b, VERDICT_ERROR, "the switch made no notification");
        return;
    }
    for (size_t i = 0; i < list.n; i++) {
        int64_t number = list.list[i].sequence_number;
        apart = apart && number != first;
        if (number > highest) highest = number;
    }
    if (!bench_expect(b, apart, b->row->clauses, "notifications of the switch whose numbers are not the result's",
                      "%zu notifications, the highest %lld, the result %lld", list.n, (long long)highest,
                      (long long)first) ||
        !bench_package(b, eim, &last))
        return;
    (void)bench_expect(b, b->result.sequence_number > highest, b->row->clauses, "a number above all of them", "%lld",
                       (long long)b->result.sequence_number);
}

/* ---- notifications of what a package did: SGP.22 2.3, SGP.32 3.3.1 ---- */

#define SAYS(event, iccid) "BF2F(80(*)81(" event ")0C(*)5A(" iccid "))"
#define ENABLED(iccid) SAYS("0640", iccid)
#define DISABLED(iccid) SAYS("0520", iccid)
#define DELETED(iccid) SAYS("0410", iccid)
#define NOTIFIED(name, words, sent, came, list)                                                                        \
    C_CASE("Notification", name, words, "SGP.32 3.3.1; SGP.22 5.7.9", "iot-two", run_packages,                         \
           BENCH_STEPS({.given = true, .psmo = sent, .result = came}, {.request = "BF2800", .answer = list}))
#define ENABLE_B "A3(5A({disabled}))"

/* Each is signed with the key of the card's certificate, which comes with it: the SM-DP+ double checks them. */
static void run_signed_notifications(struct bench *b)
{
    static const struct bench_package enable = {.given = true, .psmo = ENABLE_B, .result = "830100"};
    struct eim *eim = bench_eim(b, TEST_P256);
    struct smdpp *dp = bench_smdpp(b, TEST_P256, 1);
    struct lpa_notifications list;
    if (!eim || !dp || !bench_package(b, eim, &enable)) return;
    if (!lpa_list_notification(&b->ipa.lpa, -1, &list) || list.n == 0) {
        (void)bench_verdict(b, VERDICT_ERROR, "the switch made no notification %s", b->ipa.lpa.error);
        return;
    }
    int n = ipa_process_notifications(&b->ipa, dp);
    (void)bench_expect(b, n > 0, b->row->clauses, "notifications with good signatures", "%d %s", n,
                       n < 0 ? b->ipa.lpa.error : "");
}

/* ---- results that are too long: 2.11.2.1, processingTerminated resultSizeOverflow ---- */

/* 60 lists: all of them, or as many as fit and then resultSizeOverflow and nothing more. */
static void run_overflow(struct bench *b)
{
    enum { OPERATIONS = 60, OVERFLOW = 1 };
    BUF_LOCAL text = {0};
    struct eim *eim = bench_eim(b, TEST_P256);
    for (size_t i = 0; i < OPERATIONS; i++)
        buf_append(&text, slice_text("BF2D00"));
    buf_byte(&text, 0);
    const struct bench_package package = {.psmo = (const char *)text.p, .result = "*"};
    if (!eim || buf_err(&text) != OK || !bench_package(b, eim, &package)) return;
    const struct eim_result *r = &b->result;
    bool right = r->n > 0;
    for (size_t i = 0; i + 1 < r->n; i++)
        right = right && r->data[i].tag == 0xbf2d && r->data[i].list.p;
    const struct eim_result_data *end = &r->data[r->n ? r->n - 1 : 0];
    bool overflow = end->tag == 0x02 && end->code == OVERFLOW;
    bool complete = r->n == OPERATIONS && end->tag == 0xbf2d && end->list.p;
    (void)bench_expect(b, right && (overflow || complete), b->row->clauses,
                       "60 lists, or as many as fit and then processingTerminated(resultSizeOverflow)",
                       "%zu elements, the last %X with code %d", r->n, (unsigned)end->tag, end->code);
}

const struct case_row cases_iot_result[] = {
    C_CASE("Result", "01-delivery", "a result is retrieved by number and in the list, signed, and removed once",
           RETRIEVE "; " REMOVE, "iot-eim", run_deliver, NULL),
    C_CASE("Result", "02-delivery-brainpool", "the same on brainpoolP256r1", RETRIEVE "; " REMOVE, "iot-eim-brainpool",
           run_deliver, NULL),
    C_CASE("Result", "03-delivery-1.0", "the same with v1.0", RETRIEVE "; " REMOVE, "iot-eim-1.0", run_deliver, NULL),
    C_CASE("Result", "03b-delivery-token", "the same with an associationToken, over which all copies are signed",
           RETRIEVE "; " REMOVE, "iot", run_deliver, "token"),
    ROW("Result", "04-none", "without results the list of all is empty", RETRIEVE, {.request = ALL, .answer = NONE}),
    ROW("Result", "05-by-number", "by its number: this result alone, with its own BF51", RETRIEVE, FIRST, SECOND,
        TWO_WAIT, {.request = BY_NUMBER("before-number"), .answer = "BF2B(A2(" RESULT("before-data") "))"}),
    ROW("Result", "06-all", "in the list of all: each with its own BF51", RETRIEVE, FIRST, SECOND,
        {.request = ALL,
         .answer = "BF2B(A2(" RESULT("before-data") RESULT("result-data") ")) | BF2B(A2(" RESULT("result-data")
             RESULT("before-data") "))"}),
    ROW("Result", "07-after-reset", "a result outlives a reset", RETRIEVE, FIRST, {.reset = true},
        {.request = BY_NUMBER("result-number"), .answer = "BF2B(A2(" RESULT("result-data") "))"}),
    ROW("Result", "08-after-power-off", "a result outlives power off", RETRIEVE, FIRST, {.power_cycle = true},
        {.request = BY_NUMBER("result-number"), .answer = "BF2B(A2(" RESULT("result-data") "))"}),
    ROW("Result", "09-retrieved-twice", "retrieving a result does not remove it", RETRIEVE, FIRST,
        {.given = true, .request = BY_NUMBER("result-number"), .answer = "BF2B(A2(*))"},
        {.request = BY_NUMBER("result-number"), .answer = "BF2B(A2(" RESULT("result-data") "))"}),
    ROW("Result", "10-not-a-notification", "a result is not among the notifications", RETRIEVE, FIRST,
        {.request = "BF2B00", .answer = "BF2B(A0()) | BF2B(A3(A0()A1(*)))"}),
    ROW("Result", "11-no-event", "a result is not among the notifications of any event", RETRIEVE, FIRST,
        {.request = "BF2B(A0(810204F0))", .answer = "BF2B(A0())"}),
    ROW("Result", "12-not-listed", "ListNotification does not list results", RETRIEVE, FIRST,
        {.request = "BF2800", .answer = "BF28(A0())"}),
    ROW("Result", "13-failed", "the result of an operation that failed is kept as well", RETRIEVE,
        {.given = true, .psmo = "A5(5A(98001010000000009999))", .result = "850101"},
        {.request = BY_NUMBER("result-number"), .answer = "BF2B(A2(" RESULT("result-data") "))"}),
    /* errors */
    ROW("Result", "20-signed-error", "a signed error is not kept", "SGP.32 2.11.2",
        {.given = true, LIST, .order = {.spoil = {.eid = {other_eid, 16}}}, .error = "03", .is_last = true},
        {.request = ALL, .answer = NONE}),
    ROW("Result", "21-unsigned-error", "an unsigned error is not kept", "SGP.32 2.11.2",
        {.given = true, LIST, .order = {.spoil = {.signature_bit = true}}, .is_unsigned = true, .is_last = true},
        {.request = ALL, .answer = NONE}),
    /* numbers */
    ROW("Result", "30-rising", "numbers rise over packages, reset and power off", "SGP.32 2.11.2; SGP.32 5.14.6", FIRST,
        {LIST, LISTED, .rises = true}, {.reset = true}, {LIST, LISTED, .rises = true}, {.power_cycle = true},
        {LIST, LISTED, .rises = true}),
    ROW("Result", "31-after-removal", "the number of a result that was removed does not come again",
        "SGP.32 2.11.2; SGP.32 5.14.6", FIRST,
        {.given = true, .request = "BF30(80({result-number}))", .answer = "BF30(800100)"},
        {LIST, LISTED, .rises = true}),
    C_CASE("Result", "32-one-space", "results and notifications have numbers of one space",
           "SGP.32 2.11.2; SGP.32 5.9.11", "iot-two", run_numbers, NULL),
    /* removal */
    ROW("RemoveNotificationFromList", "01-nominal", "a result is removed: ok, and it is not retrieved any more", REMOVE,
        FIRST, ONE_WAITS, {.request = "BF30(80({result-number}))", .answer = "BF30(800100)"},
        {.request = BY_NUMBER("result-number"), .answer = NONE}, {.request = ALL, .answer = NONE}),
    ROW("RemoveNotificationFromList", "02-other-stays", "removing one result leaves the other", REMOVE, FIRST, SECOND,
        TWO_WAIT, {.request = "BF30(80({before-number}))", .answer = "BF30(800100)"},
        {.request = ALL, .answer = "BF2B(A2(" RESULT("result-data") "))"}),
    ROW("RemoveNotificationFromList", "03-any-order", "the later one may go first", REMOVE, FIRST, SECOND, TWO_WAIT,
        {.request = "BF30(80({result-number}))", .answer = "BF30(800100)"},
        {.request = ALL, .answer = "BF2B(A2(" RESULT("before-data") "))"}),
    ROW("RemoveNotificationFromList", "04-power-off", "what was removed does not come back with power off", REMOVE,
        FIRST, {.given = true, .request = "BF30(80({result-number}))", .answer = "BF30(800100)"},
        {.given = true, .request = ALL, .answer = NONE}, {.power_cycle = true}, {.request = ALL, .answer = NONE}),
    /* notifications */
    NOTIFIED("01-enable", "an enable: one of the profile disabled by it and one of the profile enabled", ENABLE_B,
             "830100",
             "BF28(A0(" DISABLED("{enabled}") ENABLED("{disabled}") ")) | BF28(A0(" ENABLED("{disabled}")
                 DISABLED("{enabled}") "))"),
    NOTIFIED("02-disable", "a disable: one of the profile disabled", "A4(5A({enabled}))", "840100",
             "BF28(A0(" DISABLED("{enabled}") "))"),
    NOTIFIED("03-delete", "a delete: one of the profile deleted", "A5(5A({disabled}))", "850100",
             "BF28(A0(" DELETED("{disabled}") "))"),
    NOTIFIED("04-failed", "an operation that fails: none", "A5(5A({enabled}))", "850102", "BF28(A0())"),
    NOTIFIED("05-read-only", "an operation that only reads: none", "BF2D(5C(5A))", "*", "BF28(A0())"),
    C_CASE("Notification", "06-signed", "notifications of a switch by a package are signed by the eUICC",
           "SGP.22 5.7.10; SGP.32 5.9.11", "iot-two", run_signed_notifications, NULL),
    /* the package came whole, its answer did not */
    C_CASE("Result", "40-power-off-before-result",
           "power off before the result was fetched: it waits, and the package cannot come again",
           "SGP.32 5.9.1; SGP.32 negative 84", "iot-eim", run_lost, &lost_rat),
    {.id = "IoT.Result/41-power-off-after-address",
     .family = "iot",
     .title = "power off before the result was fetched: setDefaultDpAddress was carried out",
     .clauses = "SGP.32 5.9.1; SGP.32 negative 84",
     .applies = "isdr and iot and sgp32 >= 1.1",
     .state = "iot-eim",
     .destructive = true,
     .run = run_lost,
     .argument = &lost_address},
    C_CASE("Result", "42-power-off-after-delete", "power off before the result was fetched: delete was carried out",
           "SGP.32 5.9.1; SGP.32 negative 84", "iot-two", run_lost, &lost_delete),
    C_CASE("Result", "50-overflow", "a result that is too long ends with resultSizeOverflow",
           "SGP.32 2.11.2.1; SGP.32 negative 48", "iot-small-result", run_overflow, NULL),
    {.id = NULL},
};
