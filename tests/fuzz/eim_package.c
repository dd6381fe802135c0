/* eUICC packages that the harness signs, so that mutated operations pass the cryptography (SGP.32 2.11.1, 3.3.1).
 * Input: personality, flags, initial step of the counter, what fails (3 bytes, bench.h); then records of script.c.
 * Oracles: those of card.c; the answer decodes strictly, has the eIM's name, a right signature and a new sequence
 * number; the counter of the eIM on the card is the package's after a result, and never falls; the stored result is the
 * same bytes; the same input gives the same answers. */
#include "bench.h"

#define HEADER (3 + FUZZ_FAULT_SIZE)
#define RECORDS_MAX 24

enum { FLAG_TWICE = 1 };

enum { PSMO, ECO, SIGNED, REQUEST, RESET, PROACTIVE, RECORD_KINDS };

struct work {
    struct fuzz_card card;
    struct eim eim; /* borrows from the bench */
    struct test_key card_key;
    int64_t sequence;
    bool unknown; /* an eCO may have changed key, token or counter */
};

static bool find_eim(const struct work *w, struct euicc_eim_description *out)
{
    for (size_t i = 0; euicc_describe_eim(w->card.card, i, out) == EUICC_OK; i++)
        if (strcmp(out->id, w->eim.id) == 0) return true;
    return false;
}

/* The result again, as RetrieveNotificationsList gives it by its number. */
static void check_stored(struct work *w, struct slice answer, int64_t number)
{
    FUZZ_ANSWER_LOCAL again = {0};
    BUF_LOCAL request = {0};
    BUF_LOCAL expected = {0};
    size_t outer = tlv_open(&request, 0xbf2b);
    size_t inner = tlv_open(&request, 0xa0);
    sgp32_put_integer(&request, 0x80, number);
    tlv_close(&request, inner);
    tlv_close(&request, outer);
    outer = tlv_open(&expected, 0xbf2b);
    tlv_put(&expected, 0xa2, answer);
    tlv_close(&expected, outer);
    fuzz_request(&w->card, buf_slice(&request), &again);
    if (!again.alive || again.sw == 0x6985 || w->card.failed) return;
    FUZZ_CHECK(slice_equal(buf_slice(&again.data), buf_slice(&expected)), "result %lld is not stored: %04X, %zu bytes",
               (long long)number, again.sw, again.data.n);
}

static void check_answer(struct work *w, const struct eim_package *package, const struct fuzz_answer *a, bool eco,
                         const struct euicc_eim_description *before)
{
    static struct eim_result result;
    struct euicc_eim_description now;
    char why[256] = "";
    int64_t counter;
    if (!a->alive || a->data.n == 0) return;
    FUZZ_CHECK(eim_result_read(buf_slice(&a->data), w->eim.version, &result, why, sizeof why), "%s", why);
    FUZZ_CHECK(result.kind != EIM_RESULT_ERROR_UNSIGNED || a->said, "an error without a reason");
    bool known = find_eim(w, &now);
    if (result.kind != EIM_RESULT_SIGNED) {
        FUZZ_CHECK(a->said, "an error without a reason");
        FUZZ_CHECK(known && now.counter == before->counter, "a refused package moved the counter to %u", now.counter);
        return;
    }
    FUZZ_CHECK(w->unknown || eim_result_is_signed(&result, &w->card_key, package->token), "the signature is wrong");
    FUZZ_CHECK(result.sequence_number > w->sequence, "sequence number %lld after %lld",
               (long long)result.sequence_number, (long long)w->sequence);
    w->sequence = result.sequence_number;
    if (sgp32_integer(buf_slice(&package->counter), &counter)) {
        FUZZ_CHECK(counter > (int64_t)before->counter, "counter %lld accepted after %u", (long long)counter,
                   before->counter);
        if (known && !eco)
            FUZZ_CHECK(now.counter == counter, "counter %u after package %lld", now.counter, (long long)counter);
        FUZZ_CHECK(eco || known, "the eIM is gone without an eCO");
    }
    check_stored(w, buf_slice(&a->data), result.sequence_number);
}

/* content is a list of operations. */
static void run_list(struct work *w, struct slice content, bool eco)
{
    const struct eim_op op = {.kind = eco ? EIM_OP_RAW_ECO : EIM_OP_RAW, .bytes = content};
    const struct eim_order order = {.ops = &op, .n = 1};
    struct euicc_eim_description before;
    EIM_PACKAGE_LOCAL package = {0};
    FUZZ_ANSWER_LOCAL a = {0};
    if (!find_eim(w, &before) || w->eim.counter >= EIM_COUNTER_MAX) return;
    if (before.has_token) w->eim.token = (int64_t)before.token;
    if (w->eim.counter < before.counter) w->eim.counter = before.counter;
    if (!eim_sign(&w->eim, &order, &package)) return;
    fuzz_request(&w->card, buf_slice(&package.request), &a);
    check_answer(w, &package, &a, eco, &before);
    if (eco) w->unknown = true;
}

/* content stands instead of the content of euiccPackageSigned, and is signed as it is. */
static void run_signed(struct work *w, struct slice content)
{
    BUF_LOCAL request = {0};
    BUF_LOCAL data = {0};
    BUF_LOCAL input = {0};
    BUF_LOCAL signature = {0};
    FUZZ_ANSWER_LOCAL a = {0};
    static struct eim_result result;
    char why[256] = "";
    tlv_put(&data, 0x30, content);
    buf_append(&input, buf_slice(&data));
    eim_put_token(&input, w->eim.token);
    if (!test_sign(&w->eim.key, buf_slice(&input), &signature)) abort();
    size_t outer = tlv_open(&request, 0xbf51);
    buf_append(&request, buf_slice(&data));
    tlv_put(&request, 0x5f37, buf_slice(&signature));
    tlv_close(&request, outer);
    fuzz_request(&w->card, buf_slice(&request), &a);
    /* members are sent back as they came: the answer is well formed if they were */
    struct slice in = buf_slice(&request);
    struct tlv whole;
    bool proper = tlv_next(&in, &whole) && sgp32_strict(&sgp32_package_request, whole.value, w->eim.version, NULL, 0);
    if (proper && a.alive && a.data.n)
        FUZZ_CHECK(eim_result_read(buf_slice(&a.data), w->eim.version, &result, why, sizeof why), "%s", why);
    w->unknown = true;
}

static void run_record(struct work *w, const struct fuzz_record *r)
{
    FUZZ_ANSWER_LOCAL a = {0};
    switch (r->kind % RECORD_KINDS) {
    case PSMO:
        run_list(w, r->content, false);
        break;
    case ECO:
        run_list(w, r->content, true);
        break;
    case SIGNED:
        run_signed(w, r->content);
        break;
    case REQUEST:
        fuzz_request(&w->card, r->content, &a);
        break;
    case RESET:
        fuzz_power(&w->card, true);
        break;
    default:
        fuzz_proactive(&w->card, r->content.n ? r->content.p[0] : 0);
        break;
    }
}

static uint64_t run(const uint8_t *data, size_t n)
{
    struct work w = {.sequence = -1};
    struct fuzz_record r;
    enum fuzz_kind kind = data[0] & 1 ? FUZZ_BOTH : FUZZ_IOT;
    struct slice in = slice_of(data + HEADER, n - HEADER);
    const struct fuzz_bench *bench = fuzz_bench(kind);
    w.eim = bench->eim;
    w.card_key = bench->card_key;
    w.eim.counter += data[2];
    fuzz_begin(&w.card, kind, FUZZ_FRESH);
    fuzz_set_fault(&w.card, data + 3);
    for (unsigned i = 0; i < RECORDS_MAX && fuzz_next_record(&in, &r); i++)
        run_record(&w, &r);
    fuzz_invariants(&w.card);
    uint64_t answers = w.card.answers;
    fuzz_end(&w.card);
    return answers;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < HEADER) return 0;
    uint64_t once = run(data, n);
    if (data[1] & FLAG_TWICE && fuzz_fault_repeats(data + 3))
        FUZZ_CHECK(run(data, n) == once, "the same input gives other answers");
    return 0;
}

FUZZ_RECORDS_MUTATOR(HEADER, RECORD_KINDS, 1u << PSMO | 1u << ECO | 1u << SIGNED | 1u << REQUEST, &fuzz_package_words)
