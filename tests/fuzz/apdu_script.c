/* Whole card: scripts of commands, requests, resets, power cuts and failures of randomness and storage.
 * Input: personality, state, the n-th random call that fails, the n-th commit that fails (0: none; with flag 4 both are
 * the number of the allocation that fails), flags; then records of script.c. Oracles: those of card.c, and that the
 * same input gives the same answers. */
#include "bench.h"

#define HEADER 5
#define RECORDS_MAX 200

enum { APDU, REQUEST, RESET, POWER, PROACTIVE, CLONE, RESTORE, RECORD_KINDS };
enum { FLAG_POWER_LOST = 1, FLAG_TWICE = 2, FLAG_ALLOCATION = 4 };

static void run_record(struct fuzz_card *c, const struct fuzz_record *r)
{
    FUZZ_ANSWER_LOCAL a = {0};
    switch (r->kind % RECORD_KINDS) {
    case APDU:
        fuzz_apdu(c, r->content, &a);
        break;
    case REQUEST:
        fuzz_request(c, r->content, &a);
        break;
    case RESET:
        fuzz_power(c, true);
        break;
    case POWER:
        euicc_power_off(c->card);
        fuzz_power(c, false);
        break;
    case PROACTIVE:
        fuzz_proactive(c, r->content.n ? r->content.p[0] : 0);
        break;
    case CLONE:
        fuzz_reclone(c);
        break;
    default:
        fuzz_rerestore(c);
        break;
    }
}

/* A number that depends on all answers and on what is stored in the end. */
static uint64_t run(const uint8_t *data, size_t n)
{
    struct fuzz_card c;
    struct fuzz_record r;
    struct slice in = slice_of(data + HEADER, n - HEADER);
    fuzz_begin(&c, (enum fuzz_kind)(data[0] % FUZZ_ALL_KINDS), (enum fuzz_state)(data[1] % FUZZ_STATES));
    if (data[4] & FLAG_ALLOCATION) {
        const uint8_t fault[FUZZ_FAULT_SIZE] = {FUZZ_FAULT_ALLOCATION, data[2], data[3]};
        fuzz_set_fault(&c, fault);
    } else {
        c.random_fail_at = data[2];
        c.commit_fail_at = data[3];
    }
    if (data[4] & FLAG_POWER_LOST) c.commit_failure = EUICC_POWER_LOST;
    for (unsigned i = 0; i < RECORDS_MAX && fuzz_next_record(&in, &r); i++)
        run_record(&c, &r);
    fuzz_invariants(&c);
    uint64_t answers = c.answers;
    fuzz_end(&c);
    return answers;
}

/* Another run costs as much as the first: when the input asks for it in so many words, else one time in 32. */
static bool wants_two_runs(const uint8_t *data, size_t n)
{
    uint64_t sum = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        sum = (sum ^ data[i]) * 0x100000001b3u;
    return (data[4] | FLAG_POWER_LOST) == (FLAG_TWICE | FLAG_POWER_LOST) || (sum >> 32) % 32 == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < HEADER) return 0;
    uint64_t once = run(data, n);
    if (!(data[4] & FLAG_ALLOCATION) && wants_two_runs(data, n))
        FUZZ_CHECK(run(data, n) == once, "the same input gives other answers");
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t cap, unsigned seed)
{
    uint64_t random = 0x9e3779b97f4a7c15u ^ ((uint64_t)seed + 1) << 17;
    struct fuzz_words words = fuzz_es10_words;
    words.command_kinds = 1u << APDU;
    words.commands = fuzz_uicc_commands;
    return fuzz_mutate_records(data, n, cap, &random, HEADER, RECORD_KINDS, 1u << REQUEST, &words);
}

FUZZ_CROSS_OVER(HEADER)
