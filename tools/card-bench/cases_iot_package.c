/* ES10b.LoadEuiccPackage: the checks before anything of a package is carried out (SGP.32 5.9.1, 3.3.1, 2.11): eIM,
 * signature and token, EID, counter. Rows: what is sent and what has to come back; bench_package.c does it. The form of
 * packages is in cases_iot_form.c. */
#include "bench_iot.h"

#define LOAD "SGP.32 5.9.1"
#define EMPTY "AB(A0(30(80(\"testeim1\"))))"
/* any operation that changes nothing and always succeeds */
#define LIST .eco = "AB00"
#define LISTED .result = "AB(A0(*))"
#define GOOD                                                                                                           \
    {                                                                                                                  \
        LIST, LISTED                                                                                                   \
    }
#define BEGIN                                                                                                          \
    {                                                                                                                  \
        .given = true, LIST, LISTED                                                                                    \
    }
/* a package, and the same bytes once more */
#define RECORDED                                                                                                       \
    {                                                                                                                  \
        .given = true, LIST, LISTED, .keep = "recorded"                                                                \
    }
#define AGAIN_REPLAYED                                                                                                 \
    {                                                                                                                  \
        .again = "recorded", .error = "04"                                                                             \
    }
#define COUNTER(n) .order = {.has_counter = true, .counter = (n)}
#define SPOIL(...) .order = {.spoil = {__VA_ARGS__}}

#define CASE(name, words, clause, begin, runner, steps)                                                                \
    {                                                                                                                  \
        .id = "IoT.Package/" name, .family = "iot", .title = words, .clauses = clause, .applies = "isdr and iot",      \
        .state = begin, .destructive = true, .run = runner, .argument = steps,                                         \
    }
#define ROW(name, words, clause, ...) CASE(name, words, clause, "iot-eim", run_packages, BENCH_STEPS(__VA_ARGS__))
/* the eIM has a token */
#define TOKEN(name, words, clause, ...) CASE(name, words, clause, "iot", run_with_token, BENCH_STEPS(__VA_ARGS__))

/* The eIM of the bench, associated with a token as what the case begins with. NULL: a verdict. */
static struct eim *associated(struct bench *b, bool token)
{
    struct eim *eim = bench_eim(b, TEST_P256);
    struct eim *const list[] = {eim};
    return eim && bench_associate(b, list, 1, token) ? eim : NULL;
}

static void run_with_token(struct bench *b)
{
    struct eim *eim = associated(b, true);
    if (eim) (void)bench_packages(b, eim, b->row->argument);
}

/* ---- two eIMs ---- */

/* Each eIM has its own key: what the second one signs is not the first one's. */
static void run_key_of_another(struct bench *b)
{
    EIM_LOCAL second = {.sequence_number = -1};
    struct eim *eim = bench_eim(b, TEST_P256);
    if (!eim || !bench_other_eim(b, "testeim2", TEST_P256, &second)) return;
    struct eim *const list[] = {eim, &second};
    const struct bench_package steps[] = {
        {LIST, SPOIL(.key = &second.key), .is_unsigned = true},
        {.eim = &second, LIST, LISTED},
        {0},
    };
    if (bench_associate(b, list, 2, b->row->argument != NULL)) (void)bench_packages(b, eim, steps);
}

/* Each eIM has its own counter: one eIM's high counter is no matter to the other. */
static void run_counter_of_another(struct bench *b)
{
    EIM_LOCAL second = {.sequence_number = -1};
    struct eim *eim = bench_eim(b, TEST_P256);
    if (!eim || !bench_other_eim(b, "testeim2", TEST_BP256, &second)) return;
    struct eim *const list[] = {eim, &second};
    const struct bench_package steps[] = {
        {.given = true, LIST, COUNTER(1000), LISTED},
        {.eim = &second, LIST, COUNTER(2), LISTED},
        {LIST, COUNTER(1000), .error = "04"},
        {0},
    };
    if (bench_associate(b, list, 2, false)) (void)bench_packages(b, eim, steps);
}

/* ---- packages of an earlier association ---- */

enum leaving { DELETE_EIM, MEMORY_RESET };
struct again {
    enum leaving leaving;
    bool token;
    uint32_t initial_counter; /* of the second association */
    struct bench_package expected;
};

static bool leave(struct bench *b, struct eim *eim, enum leaving how)
{
    static const struct bench_package self = {
        .given = true, .eco = "A9(80(\"testeim1\"))", .order = {.has_counter = true, .counter = 3}, .result = "890102"};
    static const struct bench_package reset = {
        .given = true, .request = "BF64(82(0204))", .answer = "BF64(800100810100) | BF64(800101810100)"};
    static const struct bench_package reset_1_0 = {.given = true, .request = "BF34(82(0310))", .answer = "BF34(*)"};
    if (how == DELETE_EIM) return bench_package(b, eim, &self);
    return bench_package(b, eim, bench_iot_version(b) == SGP32_1_0 ? &reset_1_0 : &reset);
}

/* A package is recorded; the eIM goes and comes again under the same name with the same key; the package comes again.
 */
static void run_again(struct bench *b)
{
    const struct again *a = b->row->argument;
    const struct bench_package first = {.given = true, LIST, COUNTER(2), LISTED};
    struct bench_package recorded = a->expected;
    struct eim *eim = associated(b, a->token);
    BUF_LOCAL kept = {0};
    if (!eim || !bench_package(b, eim, &first)) return;
    buf_append(&kept, buf_slice(&b->package.request));
    if (!leave(b, eim, a->leaving)) return;
    eim->initial_counter = a->initial_counter;
    struct eim *const list[] = {eim};
    recorded.replay = buf_slice(&kept);
    if (bench_associate(b, list, 1, a->token)) (void)bench_package(b, eim, &recorded);
}
#define AGAIN(name, words, clause, ...)                                                                                \
    CASE(name, words, clause, "iot", run_again, (&(const struct again){__VA_ARGS__}))

/* ---- an eIM without a key ---- */

/* 5.9.4: eimPublicKeyData has to be there. Whether the card takes the eIM all the same or not, a package of it has no
 * key that fits. */
static void run_keyless(struct bench *b)
{
    const struct bench_package refused = {LIST, .is_unsigned = true, .token = BENCH_TOKEN_MUST_NOT, .is_last = true};
    struct eim *eim = bench_eim(b, TEST_P256);
    if (!eim || !bench_ask(b, NULL, "BF57(A0(30(80(\"testeim1\")830101)))", "BF57(8101xx) | BF57(A0(0500))")) return;
    (void)bench_package(b, eim, &refused);
}

/* ---- certificates in place of bare keys ---- */

static void run_certificate(struct bench *b)
{
    const struct eim_config config = {.id = "testeim2",
                                      .fqdn = "eim.example.com",
                                      .id_type = 3,
                                      .curve = *(const enum test_curve *)b->row->argument,
                                      .seed = slice_text("testeim2"),
                                      .certificate = true,
                                      .version = bench_iot_version(b),
                                      .initial_counter = 1};
    static const struct bench_package nominal = {LIST, .result = "AB(A0(30(80(\"testeim2\")*)))"};
    EIM_LOCAL eim = {.sequence_number = -1};
    struct eim *const list[] = {&eim};
    uint8_t ci[20];
    if (!eim_init(&eim, &config)) {
        (void)bench_verdict(b, VERDICT_ERROR, "an eIM cannot be made: %s", eim.error);
        return;
    }
    if (bench_know_card(b, &eim, bench_ci_for(b, &eim, ci)) && bench_associate(b, list, 1, false))
        (void)bench_package(b, &eim, &nominal);
}

static const enum test_curve nist = TEST_P256;
static const enum test_curve brainpool = TEST_BP256;
static const uint8_t other_eid[] = {0x89, 0x04, 0x90, 0x32, 0x12, 0x34, 0x51, 0x23,
                                    0x45, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x36};
static const uint8_t five_bytes[] = {0x7f, 0xff, 0xff, 0xff, 0xff};
static const uint8_t negative[] = {0xff};
static const uint8_t no_bytes[1];
#define ID(text) SPOIL(.eim_id = {(const uint8_t *)(text), sizeof(text) - 1})
#define SIGNATURE(form) SPOIL(.signature_form = EIM_SIGNATURE_##form)
#define UNSIGNED .is_unsigned = true

const struct case_row cases_iot_package[] = {
    /* nominal */
    ROW("01-nominal", "the first package, one above the initial counter, is accepted and its result is signed",
        "SGP.32 5.9.1; SGP.32 2.11.2; SGP.32 negative 5", {LIST, .result = "AB(A0(30(80(\"testeim1\")*)))"}),
    CASE("02-nominal-brainpool", "an eIM with a key on brainpoolP256r1: package accepted, result signed",
         "SGP.32 5.9.1; SGP.32 2.11.2", "iot-eim-brainpool", run_packages, BENCH_STEPS(GOOD)),
    TOKEN("03-nominal-token", "with an associationToken, package and result are signed over it",
          "SGP.32 2.11.1.1; SGP.32 2.11.2.1", GOOD),
    CASE("04-nominal-1.0", "v1.0: package accepted, result signed", LOAD, "iot-eim-1.0", run_packages,
         BENCH_STEPS(GOOD)),
    CASE("05-certificate-nist", "an eIM that gave its key in a certificate on P-256 is accepted", "SGP.32 2.11.1.1.1",
         "iot", run_certificate, &nist),
    CASE("06-certificate-brainpool", "an eIM that gave its key in a certificate on brainpoolP256r1 is accepted",
         "SGP.32 2.11.1.1.1", "iot", run_certificate, &brainpool),
    ROW("07-no-transaction-id", "a package without eimTransactionId: none in the result", "SGP.32 2.11.2",
        {LIST, .order = {.no_transaction_id = true}, LISTED}),
    ROW("08-transaction-id-1", "eimTransactionId of one byte comes back", "SGP.32 2.11.2",
        {LIST, .order = {.transaction_id = {(const uint8_t *)"1", 1}}, LISTED}),
    /* counter: 2.11.1.1, 5.9.1 */
    ROW("10-sent-twice", "the same package a second time: replayError", LOAD "; SGP.32 negative 1", RECORDED,
        AGAIN_REPLAYED),
    ROW("11-same-counter", "another package with the same counter: replayError", LOAD "; SGP.32 negative 2", BEGIN,
        {.psmo = "A600", COUNTER(2), .error = "04"}),
    ROW("12-lower-counter", "a counter below the last one: replayError", LOAD "; SGP.32 negative 3",
        {.given = true, LIST, COUNTER(9), LISTED}, {LIST, COUNTER(8), .error = "04"}),
    ROW("13-gap", "a gap in the counters is no error", LOAD "; SGP.32 negative 4", BEGIN, {LIST, COUNTER(500), LISTED}),
    ROW("14-gap-stored", "after a gap the counters in between are used up: replayError", LOAD "; SGP.32 negative 4",
        BEGIN, {.given = true, LIST, COUNTER(500), LISTED}, {LIST, COUNTER(499), .error = "04", .is_last = true},
        {LIST, COUNTER(500), .error = "04", .is_last = true}, {LIST, COUNTER(501), LISTED}),
    ROW("15-initial-counter", "the initial counter itself: replayError", LOAD "; SGP.32 negative 5",
        {LIST, COUNTER(1), .error = "04"}),
    ROW("16-zero", "counter 0: replayError", LOAD "; SGP.32 negative 3", {LIST, COUNTER(0), .error = "04"}),
    ROW("17-highest", "counter 8388607 is accepted", "SGP.32 2.11.1.1; SGP.32 negative 6",
        {LIST, COUNTER(8388607), LISTED}),
    ROW("18-after-highest", "after counter 8388607 every allowed one is used up: replayError",
        LOAD "; SGP.32 negative 6", {.given = true, LIST, COUNTER(8388607), LISTED},
        {LIST, COUNTER(8388607), .error = "04", .is_last = true}, {LIST, COUNTER(3), .error = "04", .is_last = true}),
    ROW("19-above-highest", "counter 8388608: counterValueOutOfRange", LOAD "; SGP.32 negative 7",
        {LIST, COUNTER(8388608), .error = "06"}),
    ROW("20-range-before-replay", "counter 8388608 after 8388607: counterValueOutOfRange all the same",
        LOAD "; SGP.32 negative 7", {.given = true, LIST, COUNTER(8388607), LISTED},
        {LIST, COUNTER(8388608), .error = "06", .is_last = true}),
    ROW("21-five-bytes", "a counter of five bytes: counterValueOutOfRange, or malformed", LOAD "; SGP.32 negative 8",
        {LIST, SPOIL(.counter = {five_bytes, 5}), .error = "06", UNSIGNED}),
    ROW("22-negative", "a negative counter is refused", LOAD "; SGP.32 negative 8",
        {LIST, SPOIL(.counter = {negative, 1}), .error = "06 | 04", UNSIGNED}),
    ROW("23-no-bytes", "a counter without bytes is malformed: refused unsigned", LOAD "; SGP.32 negative 9",
        {LIST, SPOIL(.counter = {no_bytes, 0}), UNSIGNED, .is_6a80 = true}),
    ROW("24-counter-after-reset", "the same package again after a reset: replayError", LOAD "; SGP.32 negative 1",
        RECORDED, {.reset = true}, AGAIN_REPLAYED),
    ROW("25-counter-after-power-off", "the same package again after power off: replayError", LOAD "; SGP.32 negative 1",
        RECORDED, {.power_cycle = true}, AGAIN_REPLAYED),
    ROW("26-counter-of-failed", "a package whose operation fails uses its counter up: replayError", LOAD,
        {.given = true, .psmo = "A5(5A(98001010000000009999))", .result = "850101"}, {LIST, COUNTER(2), .error = "04"}),
    CASE("27-counter-of-another", "each eIM has a counter of its own", LOAD, "iot", run_counter_of_another, NULL),
    /* EID */
    ROW("30-wrong-eid", "another EID: invalidEid, and the counter stays", LOAD "; SGP.32 negative 10",
        {LIST, SPOIL(.eid = {other_eid, 16}), .error = "03"}),
    ROW("31-wrong-eid-replay", "another EID with a counter that was used: invalidEid comes first",
        LOAD "; SGP.32 negative 11", BEGIN,
        {LIST, .order = {.has_counter = true, .counter = 2, .spoil = {.eid = {other_eid, 16}}}, .error = "03"}),
    ROW("32-wrong-eid-range", "another EID with counter 8388608: invalidEid comes first", LOAD,
        {LIST, .order = {.has_counter = true, .counter = 8388608, .spoil = {.eid = {other_eid, 16}}}, .error = "03"}),
    TOKEN("33-error-over-token", "with an associationToken the signed error is signed over it", "SGP.32 2.11.2.1",
          {LIST, SPOIL(.eid = {other_eid, 16}), .error = "03"}),
    CASE("34-error-brainpool", "for an eIM on brainpoolP256r1 the signed error is signed on this curve",
         "SGP.32 2.11.2.1", "iot-eim-brainpool", run_packages, BENCH_STEPS({LIST, COUNTER(1), .error = "04"})),
    ROW("35-after-signed-error", "the right package is accepted after a signed error", LOAD,
        {.given = true, LIST, SPOIL(.eid = {other_eid, 16}), .error = "03", .is_last = true}, GOOD),
    /* eimId */
    ROW("40-unknown-eim", "an eimId that is not associated: unsigned error without associationToken",
        LOAD "; SGP.32 negative 12", {LIST, ID("unknown"), UNSIGNED, .token = BENCH_TOKEN_MUST_NOT}),
    TOKEN("41-unknown-eim-token", "an eimId that is not associated: the token of another eIM is not told",
          LOAD "; SGP.32 negative 12", {LIST, ID("unknown"), UNSIGNED, .token = BENCH_TOKEN_MUST_NOT}),
    ROW("42-case", "an eimId in capitals is another one: unsigned error", LOAD "; SGP.32 negative 13",
        {LIST, ID("TESTEIM1"), UNSIGNED, .token = BENCH_TOKEN_MUST_NOT}),
    ROW("43-longer", "an eimId with one more byte is another one: unsigned error", LOAD "; SGP.32 negative 13",
        {LIST, ID("testeim1 "), UNSIGNED, .token = BENCH_TOKEN_MUST_NOT}),
    ROW("44-zero-byte", "an eimId with a zero byte behind is another one: unsigned error", LOAD "; SGP.32 negative 13",
        {LIST, ID("testeim1\0"), UNSIGNED, .token = BENCH_TOKEN_MUST_NOT}),
    ROW("45-shorter", "the beginning of an eimId is another one: unsigned error", LOAD,
        {LIST, ID("testeim"), UNSIGNED, .token = BENCH_TOKEN_MUST_NOT}),
    CASE("46-no-eim", "before any eIM is associated: unsigned error", LOAD "; SGP.32 negative 12", "iot", run_packages,
         BENCH_STEPS({LIST, UNSIGNED, .token = BENCH_TOKEN_MUST_NOT, .is_last = true})),
    CASE("47-keyless", "a package of an eIM that came without a key: unsigned error",
         "SGP.32 5.9.4; SGP.32 negative 24", "iot", run_keyless, NULL),
    /* signature */
    ROW("50-signature-bit", "one bit of the signature changed: unsigned error", LOAD "; SGP.32 negative 14",
        {LIST, SPOIL(.signature_bit = true), UNSIGNED}),
    ROW("51-signed-bit", "one bit of what is signed changed: unsigned error", LOAD "; SGP.32 negative 14",
        {LIST, SPOIL(.signed_bit = true), UNSIGNED}),
    TOKEN("52-signature-bit-token", "one bit of the signature changed: the unsigned error may tell the eIM's token",
          LOAD "; SGP.32 negative 14", {LIST, SPOIL(.signature_bit = true), UNSIGNED}),
    TOKEN("53-without-token", "signed without the token that the eIM has: unsigned error that tells the token",
          LOAD "; SGP.32 negative 15", {LIST, SPOIL(.token = EIM_TOKEN_NOTHING), UNSIGNED, .token = BENCH_TOKEN_MUST}),
    TOKEN("54-token-zero", "signed with token 0 though there is another: unsigned error that tells the token",
          LOAD "; SGP.32 negative 16", {LIST, SPOIL(.token = EIM_TOKEN_ZERO), UNSIGNED, .token = BENCH_TOKEN_MUST}),
    TOKEN("55-other-token", "signed with the next token: unsigned error", LOAD "; SGP.32 2.11.1.1",
          {LIST, SPOIL(.token = EIM_TOKEN_OTHER), UNSIGNED}),
    ROW("56-token-for-none", "signed with token 1 though the eIM has none: unsigned error", LOAD "; SGP.32 2.11.1.1",
        {LIST, SPOIL(.token = EIM_TOKEN_OTHER), UNSIGNED}),
    ROW("57-no-token-at-all", "without a token 84 01 00 is signed all the same; nothing: unsigned error",
        LOAD "; SGP.32 2.11.1.1", {LIST, SPOIL(.token = EIM_TOKEN_NOTHING), UNSIGNED}),
    CASE("58-key-of-another", "signed with the key of another associated eIM: unsigned error",
         LOAD "; SGP.32 negative 17", "iot", run_key_of_another, NULL),
    CASE("59-key-of-another-token", "the same with tokens: unsigned error", LOAD "; SGP.32 negative 17", "iot",
         run_key_of_another, "tokens"),
    ROW("60-signature-der", "a signature in DER: unsigned error", LOAD "; SGP.32 negative 18",
        {LIST, SIGNATURE(DER), UNSIGNED}),
    ROW("61-signature-63", "a signature of 63 bytes: unsigned error", LOAD "; SGP.32 negative 18",
        {LIST, SIGNATURE(SHORT), UNSIGNED}),
    ROW("62-signature-65", "a signature of 65 bytes: unsigned error", LOAD "; SGP.32 negative 18",
        {LIST, SIGNATURE(LONG), UNSIGNED}),
    ROW("63-r-zero", "a signature with r = 0: unsigned error", LOAD "; SGP.32 negative 18",
        {LIST, SIGNATURE(ZERO_R), UNSIGNED}),
    ROW("64-s-zero", "a signature with s = 0: unsigned error", LOAD "; SGP.32 negative 18",
        {LIST, SIGNATURE(ZERO_S), UNSIGNED}),
    ROW("65-r-order", "a signature with r = n: unsigned error", LOAD "; SGP.32 negative 18",
        {LIST, SIGNATURE(ORDER_R), UNSIGNED}),
    ROW("66-s-order", "a signature with s = n: unsigned error", LOAD "; SGP.32 negative 18",
        {LIST, SIGNATURE(ORDER_S), UNSIGNED}),
    CASE("67-r-zero-brainpool", "a signature with r = 0 on brainpoolP256r1: unsigned error",
         LOAD "; SGP.32 negative 18", "iot-eim-brainpool", run_packages,
         BENCH_STEPS({LIST, SIGNATURE(ZERO_R), UNSIGNED})),
    CASE("68-s-order-brainpool", "a signature with s = n on brainpoolP256r1: unsigned error",
         LOAD "; SGP.32 negative 18", "iot-eim-brainpool", run_packages,
         BENCH_STEPS({LIST, SIGNATURE(ORDER_S), UNSIGNED})),
    ROW("69-high-s", "ECDSA has no rule of a low s: the greater one is accepted", LOAD "; SGP.32 negative 19",
        {LIST, SIGNATURE(HIGH_S), LISTED}),
    ROW("70-signature-before-eid", "a bad signature with another EID: unsigned error, the signature comes first", LOAD,
        {LIST, SPOIL(.signature_bit = true, .eid = {other_eid, 16}), UNSIGNED}),
    ROW("73-after-unsigned-error", "the right package is accepted after an unsigned error", LOAD,
        {.given = true, LIST, SPOIL(.signature_bit = true), UNSIGNED, .is_last = true}, GOOD),
    ROW("71-not-der", "a signed part in BER that is not DER: accepted with its bytes as they are, or malformed",
        LOAD "; SGP.32 negative 20", {LIST, SPOIL(.long_length = true), LISTED, UNSIGNED, .is_6a80 = true}),
    CASE("72-unsigned-1.0", "v1.0: a bad signature: unsigned error, without the eimTransactionId of later releases",
         LOAD "; SGP.32 negative 14", "iot-eim-1.0", run_packages,
         BENCH_STEPS({LIST, SPOIL(.signature_bit = true), UNSIGNED})),
    /* earlier associations */
    AGAIN("80-deleted-and-added", "a package of before deleteEim, with tokens: unsigned error", LOAD "; SGP.32 2.11.1",
          .leaving = DELETE_EIM, .token = true, .initial_counter = 1, .expected = {UNSIGNED}),
    AGAIN("81-no-token-counter-decides", "a package of before deleteEim, without tokens: the new counter decides", LOAD,
          .leaving = DELETE_EIM, .initial_counter = 2, .expected = {.error = "04"}),
    AGAIN("82-no-token-replay", "a package of before deleteEim, without tokens and above the new counter: accepted",
          LOAD, .leaving = DELETE_EIM, .initial_counter = 1, .expected = {LISTED}),
    AGAIN("83-memory-reset", "a package of before eUICCMemoryReset, with tokens: unsigned error",
          LOAD "; SGP.32 5.9.5; SGP.32 negative 23", .leaving = MEMORY_RESET, .token = true, .initial_counter = 1,
          .expected = {UNSIGNED}),
    /* the Emergency Profile */
    CASE("90-emergency", "while the Emergency Profile is enabled: ecallActive, and the counter stays",
         LOAD "; SGP.32 negative 25", "iot-emergency", run_packages,
         BENCH_STEPS({.given = true, .request = "BF5B(8001FF)", .answer = "BF5B(800100)"}, {.reset = true},
                     {LIST, .error = "68", .is_last = true},
                     {.given = true, .request = "BF5C(8001FF)", .answer = "BF5C(800100)"}, {.reset = true}, GOOD)),
    {.id = NULL},
};
