/* ES10b.LoadEuiccPackage: the form of packages (SGP.32 2.11.1.1, 3.3.1, 5.9.1): members that are missing, twice, out of
 * order or of other lengths, extensions, lists of nothing, operations that nobody knows, transport. A package is
 * refused before its signature is looked at, which is right in all of them. */
#include "bench_iot.h"

#define FORM "SGP.32 2.11.1.1"
#define RUN "SGP.32 3.3.1"
#define LIST .eco = "AB00"
#define LISTED .result = "AB(A0(*))"
#define GOOD                                                                                                           \
    {                                                                                                                  \
        LIST, LISTED                                                                                                   \
    }
#define DAMAGED "020102" /* processingTerminated: unknownOrDamagedCommand */
#define EDIT(k, t, ...)                                                                                                \
    {                                                                                                                  \
        {                                                                                                              \
            .kind = EIM_EDIT_##k, .tag = (t), __VA_ARGS__                                                              \
        }                                                                                                              \
    }
#define SIGNED(...) .order = {.spoil = {.in_signed = EDIT(__VA_ARGS__)}}
#define OUTER(...) .order = {.spoil = {.in_request = EDIT(__VA_ARGS__)}}
#define SPOIL(...) .order = {.spoil = {__VA_ARGS__}}
/* Who it came from can be read: unsigned error; a card may find that there is nothing to answer. */
#define MALFORMED .is_unsigned = true, .is_6a80 = true
/* It cannot: a status word, or an unsigned error of nobody. */
#define NOBODY .answer = "BF51(A2(*))", .is_6a80 = true

#define CASE(name, words, clause, on, begin, ...)                                                                      \
    {                                                                                                                  \
        .id = "IoT.PackageForm/" name, .family = "iot", .title = words, .clauses = clause,                             \
        .applies = "isdr and iot" on, .state = begin, .destructive = true, .run = run_packages,                        \
        .argument = BENCH_STEPS(__VA_ARGS__),                                                                          \
    }
#define ROW(name, words, clause, ...) CASE(name, words, clause, "", "iot-eim", __VA_ARGS__)

static const uint8_t psmo_list[] = {0xa0, 0x00};
static const uint8_t unknown_member[] = {0x9f, 0x7a, 0x01, 0x00};
static const uint8_t rubbish[] = {0xff, 0xff};
static const uint8_t fifteen[15] = {0x89};
static const uint8_t nothing[1];

/* ---- transport: SGP.22 5.7.2 ---- */

/* A package in blocks of this many bytes. */
static void run_blocks(struct bench *b)
{
    static const struct bench_package package = GOOD;
    struct eim *eim = bench_eim(b, TEST_P256);
    if (!eim) return;
    b->ipa.lpa.options.block_size = *(const size_t *)b->row->argument;
    (void)bench_package(b, eim, &package);
}
static const size_t one_byte = 1;
static const size_t sixteen_bytes = 16;

static bool send_block(struct bench *b, struct slice data, bool last, uint8_t number)
{
    const struct lpa *lpa = &b->ipa.lpa;
    const uint8_t head[] = {(uint8_t)(0x80 | lpa->channel), 0xe2, last ? 0x91 : 0x11, number, (uint8_t)data.n};
    BUF_LOCAL command = {0};
    buf_append(&command, SLICE(head));
    buf_append(&command, data);
    return buf_err(&command) == OK ? bench_exchange(b, buf_slice(&command))
                                   : bench_verdict(b, VERDICT_ERROR, "no memory");
}

enum interruption { RESET, POWER_OFF, SELECT_AGAIN };

static bool interrupt(struct bench *b, enum interruption how)
{
    static const struct bench_package steps[] = {
        [RESET] = {.reset = true},
        [POWER_OFF] = {.power_cycle = true},
        [SELECT_AGAIN] = {.request = "BF3E(5C(5A))", .answer = "BF3E(5A({eid}))"}};
    return bench_package(b, &b->eim, &steps[how]);
}

/* Half a package, an interruption, then the whole package: nothing of the half was kept, its counter is not used. */
static void run_half(struct bench *b)
{
    const enum interruption how = *(const enum interruption *)b->row->argument;
    const struct eim_op op = {.kind = EIM_OP_LIST_EIM};
    const struct eim_order order = {.ops = &op, .n = 1};
    struct bench_package whole = {.result = "AB(A0(*))"};
    BUF_LOCAL kept = {0};
    struct eim *eim = bench_eim(b, TEST_P256);
    if (!eim) return;
    if (!eim_sign(eim, &order, &b->package)) {
        (void)bench_verdict(b, VERDICT_ERROR, "the package: %s", eim->error);
        return;
    }
    buf_append(&kept, buf_slice(&b->package.request));
    if (!send_block(b, slice_of(kept.p, kept.n / 2), false, 0) ||
        !bench_expect(b, bench_status(b) == 0x9000, "SGP.22 5.7.2", "9000 to a block that others follow", "%04X",
                      bench_status(b)) ||
        !interrupt(b, how))
        return;
    whole.replay = buf_slice(&kept);
    (void)bench_package(b, eim, &whole);
}
static const enum interruption by_reset = RESET;
static const enum interruption by_power_off = POWER_OFF;
static const enum interruption by_request = SELECT_AGAIN;

/* ---- size: 5.9.1 ---- */

/* As many operations of this kind as fill about so many bytes. */
struct large {
    const char *operation;
    size_t bytes;
    const char *result; /* of each */
    bool must;          /* no card may find it too large */
};

static bool repeat(struct buf *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_append(out, slice_text(text));
    buf_byte(out, 0);
    return buf_err(out) == OK;
}

static void run_large(struct bench *b)
{
    const struct large *l = b->row->argument;
    BUF_LOCAL one = {0};
    BUF_LOCAL list = {0};
    BUF_LOCAL results = {0};
    struct eim *eim = bench_eim(b, TEST_P256);
    if (!eim || !bench_bytes(b, l->operation, &one)) return;
    size_t n = l->bytes / one.n;
    if (!repeat(&list, l->operation, n) || !repeat(&results, l->result, n)) {
        (void)bench_verdict(b, VERDICT_ERROR, "no memory");
        return;
    }
    /* sizeOverflow where it is allowed; results may be too long for the card as well */
    struct bench_package package = {.psmo = (const char *)list.p, .result = (const char *)results.p};
    if (!l->must) {
        package.result = "*";
        package.error = "0F";
        package.is_unsigned = true;
        package.is_6a80 = true;
    }
    (void)bench_package(b, eim, &package);
}
#define ADDRESS_OF_200                                                                                                 \
    "BF65(80(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."                                              \
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb."                                                               \
    "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccc.ddddddddddddddddddddddd.example.com\"))"
static const struct large four_kilobytes = {ADDRESS_OF_200, 3800, "BF65(800100)", true};
static const struct large sixty_kilobytes = {ADDRESS_OF_200, 60000, "", false};

#define C_CASE(name, words, clause, function, with)                                                                    \
    {                                                                                                                  \
        .id = "IoT.PackageForm/" name, .family = "iot", .title = words, .clauses = clause, .applies = "isdr and iot",  \
        .state = "iot-eim", .destructive = true, .run = function, .argument = with,                                    \
    }

const struct case_row cases_iot_form[] = {
    /* row 26 */
    ROW("01-both-lists", "psmoList and ecoList: malformed", FORM "; SGP.32 negative 26",
        {LIST, SPOIL(.both_lists = true), MALFORMED}),
    ROW("02-no-list", "neither psmoList nor ecoList: malformed", FORM "; SGP.32 negative 26",
        {LIST, SPOIL(.no_list = true), MALFORMED}),
    ROW("03-list-a2", "a list with tag A2: malformed", FORM "; SGP.32 negative 26",
        {LIST, SPOIL(.list_tag = 0xa2), MALFORMED}),
    ROW("04-list-twice", "ecoList twice: malformed", FORM, {LIST, SIGNED(REPEAT, 0xa1, 0), MALFORMED}),
    /* members of euiccPackageSigned */
    ROW("10-no-eim-id", "no eimId: refused", FORM, {LIST, SIGNED(DROP, 0x80, 0), NOBODY}),
    ROW("11-no-eid", "no eidValue: malformed", FORM, {LIST, SIGNED(DROP, 0x5a, 0), MALFORMED}),
    ROW("12-no-counter", "no counterValue: malformed", FORM, {LIST, SIGNED(DROP, 0x81, 0), MALFORMED}),
    ROW("13-eid-15", "an eidValue of 15 bytes: malformed", FORM,
        {LIST, SIGNED(VALUE, 0x5a, .bytes = {fifteen, 15}), MALFORMED}),
    ROW("14-eid-17", "an eidValue of 17 bytes: malformed", FORM, {LIST, SIGNED(GROW, 0x5a, .count = 1), MALFORMED}),
    ROW("15-eid-empty", "an eidValue of no byte: malformed", FORM,
        {LIST, SIGNED(VALUE, 0x5a, .bytes = {nothing, 0}), MALFORMED}),
    ROW("16-counter-universal", "counterValue with tag 02: malformed", FORM,
        {LIST, SIGNED(RETAG, 0x81, .other = 0x02), MALFORMED}),
    ROW("17-order", "eidValue and counterValue in the other order: malformed", FORM,
        {LIST, SIGNED(SWAP, 0x5a, 0), MALFORMED}),
    ROW("18-list-first", "the list first: malformed", FORM, {LIST, SIGNED(FIRST, 0xa1, 0), NOBODY}),
    ROW("19-counter-twice", "counterValue twice: malformed", FORM, {LIST, SIGNED(REPEAT, 0x81, 0), MALFORMED}),
    ROW("20-rubbish-in-signed", "bytes that are no TLV behind the list: malformed", FORM,
        {LIST, SIGNED(APPEND, 0, .bytes = {rubbish, 1}), MALFORMED}),
    ROW("21-extension", "an unknown member behind the list: tolerated (EXTENSIBILITY IMPLIED)", FORM,
        {LIST, SIGNED(APPEND, 0, .bytes = {unknown_member, 4}), LISTED}),
    ROW("22-list-in-front", "an empty psmoList in front of the ecoList: malformed", FORM,
        {LIST, SIGNED(BEFORE, 0xa1, .bytes = {psmo_list, 2}), MALFORMED}),
    /* row 27 and the rest of BF51 */
    ROW("30-no-signature", "no eimSignature: refused", FORM "; SGP.32 negative 27",
        {LIST, OUTER(DROP, 0x5f37, 0), MALFORMED}),
    ROW("31-bytes-behind", "bytes behind BF51: ignored or refused", FORM "; SGP.32 negative 27",
        {LIST, SPOIL(.trailer = {rubbish, 2}), LISTED, MALFORMED}),
    ROW("32-no-signed-part", "no euiccPackageSigned: refused", FORM, {LIST, OUTER(DROP, 0x30, 0), NOBODY}),
    ROW("33-signature-first", "eimSignature before euiccPackageSigned: refused", FORM,
        {LIST, OUTER(FIRST, 0x5f37, 0), NOBODY}),
    ROW("34-signature-tag", "the signature with tag 5F38: refused", FORM,
        {LIST, OUTER(RETAG, 0x5f37, .other = 0x5f38), MALFORMED}),
    ROW("35-empty", "BF51 without content: refused", FORM, {.replay = {(const uint8_t *)"\xbf\x51\x00", 3}, NOBODY}),
    ROW("36-cut", "a signed part that ends in the middle: refused", FORM,
        {.replay = {(const uint8_t *)"\xbf\x51\x04\x30\x05\x80\x04", 7}, NOBODY}),
    ROW("37-indefinite", "an indefinite length: refused", FORM,
        {.replay = {(const uint8_t *)"\xbf\x51\x04\x30\x80\x00\x00", 7}, NOBODY}),
    /* lists */
    ROW("40-empty-psmo-list", "an empty psmoList: an empty result, and the counter is used", RUN "; SGP.32 negative 28",
        {.psmo = "", .result = "", .is_unsigned = true},
        {LIST, .order = {.has_counter = true, .counter = 2}, .error = "04"}),
    ROW("41-empty-eco-list", "an empty ecoList: an empty result, and the counter is used", RUN "; SGP.32 negative 28",
        {.eco = "", .result = "", .is_unsigned = true},
        {LIST, .order = {.has_counter = true, .counter = 2}, .error = "04"}),
    ROW("42-unknown-psmo", "an operation with an unknown tag: unknownOrDamagedCommand, and nothing behind it is done",
        RUN "; SGP.32 2.11.2.1; SGP.32 negative 29", {.psmo = "AF00 A600", .result = DAMAGED}),
    CASE("43-unknown-in-the-middle", "an unknown operation in the middle: those before are done, none behind",
         RUN "; SGP.32 negative 29", "", "iot-two",
         {.psmo = "A4(5A({enabled})) AF00 A5(5A({disabled}))", .result = "840100 " DAMAGED},
         BENCH_PROFILE("{enabled}", "disabled"), BENCH_PROFILE("{disabled}", "disabled")),
    ROW("44-unknown-uses-counter", "a package that ends with unknownOrDamagedCommand was accepted: counter used", RUN,
        {.given = true, .psmo = "AF00", .result = DAMAGED},
        {LIST, .order = {.has_counter = true, .counter = 2}, .error = "04"}),
    ROW("45-unknown-eco", "an unknown operation of an ecoList: unknownOrDamagedCommand", RUN,
        {.eco = "AF00", .result = DAMAGED}),
    ROW("46-update-eim-in-psmo-list", "updateEim in a psmoList: unknownOrDamagedCommand", RUN "; SGP.32 negative 30",
        {.psmo = "AA(80(\"testeim1\")81(\"other.example.com\"))", .result = DAMAGED},
        {.request = "BF5500", .answer = "BF55(A0(30(80(\"testeim1\")81(\"eim.example.com\")*)))"}),
    ROW("47-list-eim-in-psmo-list", "listEim in a psmoList: unknownOrDamagedCommand", RUN "; SGP.32 negative 30",
        {.psmo = "AB00", .result = DAMAGED}),
    CASE("48-enable-in-eco-list", "enable in an ecoList: unknownOrDamagedCommand", RUN, "", "iot-disabled",
         {.eco = "A3(5A({disabled}))", .result = DAMAGED}, BENCH_PROFILE("{disabled}", "disabled")),
    CASE("49-get-rat-in-eco-list", "getRAT in an ecoList: unknownOrDamagedCommand", RUN, "", "iot-eim",
         {.eco = "A600", .result = DAMAGED}),
    CASE("50-iccid-of-9-bytes", "enable with an ICCID of 9 bytes: unknownOrDamagedCommand, or not found",
         RUN "; SGP.32 negative 31", "", "iot-disabled",
         {.psmo = "A3(5A(980010100000000000))", .result = DAMAGED " | 830101 | 83017F"},
         BENCH_PROFILE("{disabled}", "disabled")),
    CASE("51-delete-9-bytes", "delete with an ICCID of 9 bytes: unknownOrDamagedCommand, or not found", RUN, "",
         "iot-disabled", {.psmo = "A5(5A(980010100000000000))", .result = DAMAGED " | 850101 | 85017F"},
         BENCH_PROFILE("{disabled}", "disabled")),
    CASE("52-enable-without-iccid", "enable without an ICCID: unknownOrDamagedCommand, or not found", RUN, "",
         "iot-disabled", {.psmo = "A300", .result = DAMAGED " | 830101 | 83017F"},
         BENCH_PROFILE("{disabled}", "disabled")),
    CASE("53-set-fallback-1.0", "v1.0 has no setFallbackAttribute: unknownOrDamagedCommand", RUN, " and sgp32 < 1.1",
         "iot-eim-1.0", {.psmo = "A8(5A(98001010000000009999))", .result = DAMAGED}),
    CASE("54-unset-fallback-1.0", "v1.0 has no unsetFallbackAttribute: unknownOrDamagedCommand", RUN,
         " and sgp32 < 1.1", "iot-eim-1.0", {.psmo = "A900", .result = DAMAGED}),
    CASE("55-default-dp-1.0", "v1.0 has no setDefaultDpAddress in packages: unknownOrDamagedCommand", RUN,
         " and sgp32 < 1.1", "iot-eim-1.0", {.psmo = "BF65(80(\"a.example.com\"))", .result = DAMAGED}),
    /* transport */
    C_CASE("60-blocks-of-16", "a package in STORE DATA blocks of 16 bytes", "SGP.22 5.7.2", run_blocks, &sixteen_bytes),
    C_CASE("61-blocks-of-1", "a package in STORE DATA blocks of one byte", "SGP.22 5.7.2", run_blocks, &one_byte),
    C_CASE("62-reset-in-delivery",
           "a reset in the middle of the delivery: nothing was done, the package can come again", "SGP.32 5.9.1",
           run_half, &by_reset),
    C_CASE("63-power-off-in-delivery",
           "power off in the middle of the delivery: nothing was done, the package can come again", "SGP.32 5.9.1",
           run_half, &by_power_off),
    C_CASE("64-other-request-in-delivery",
           "another request in the middle of the delivery ends it: the package can come again", "SGP.22 5.7.2",
           run_half, &by_request),
    {.id = "IoT.PackageForm/65-four-kilobytes",
     .family = "iot",
     .title = "a package of about 4,000 bytes is carried out",
     .clauses = "SGP.32 5.9.1",
     .applies = "isdr and iot and sgp32 >= 1.1",
     .state = "iot-eim",
     .destructive = true,
     .run = run_large,
     .argument = &four_kilobytes},
    C_CASE("66-sixty-kilobytes", "a package of 60,000 bytes is carried out or refused: sizeOverflow", "SGP.32 5.9.1",
           run_large, &sixty_kilobytes),
    {.id = NULL},
};
