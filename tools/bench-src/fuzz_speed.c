/* Speed of fuzzing without sanitizers: the whole-card target (tests/fuzz/apdu_script.c, its LLVMFuzzerTestOneInput with
 * all its oracles) on short scripts, and a clone with its end. Processor time of one thread, so that other work on the
 * machine weighs little. Figures: fuzz_exec_per_s (scripts of three commands on average), clone_us (a clone of a card
 * with installed profiles, and its end). Usage: fuzz_speed */
#include "bench.h"
#include "../../tests/fuzz/bench.h"

#include <time.h>

enum { ROUNDS = 15, SCRIPTS = 4000, CLONES = 20000 };

/* What a terminal and an LPA send, in digits. One in nine stores something; some are refused, always or in some states.
 */
#define COMMANDS 9
static const char *const isdr_commands[COMMANDS] = {
    "80E2910006BF3E035C015A00" /* GetEID */,
    "80E2910003BF2E0000" /* GetEUICCChallenge */,
    "80E2910003BF200000" /* GetEUICCInfo1 */,
    "80E2910003BF2D0000" /* GetProfilesInfo */,
    "80F2000000" /* STATUS */,
    "0070000001" /* MANAGE CHANNEL */,
    "80E2910011BF3F0E800C736D64702E6578616D706C3100" /* SetDefaultDpAddress: stores */,
    "80E2910003BF7F0000" /* an unknown function */,
    "00B0000000" /* READ BINARY outside the UICC */,
};
static const char *const uicc_commands[COMMANDS] = {
    "00A4080402 2FE2 00" /* SELECT EF.ICCID by its path */,
    "00A4080404 7FFF6F07 00" /* SELECT EF.IMSI by its path */,
    "00B0820000" /* READ BINARY, short identifier 2: EF.ICCID */,
    "80F2000000" /* STATUS */,
    "00A4040C07 A0000000871002" /* SELECT the USIM */,
    "0020000100" /* VERIFY PIN: how many tries */,
    "0020000104 31323334" /* VERIFY PIN of a wrong length */,
    "00A4000402 6FFF 00" /* no such file */,
    "0020000108 31323334FFFFFFFF" /* VERIFY PIN with a wrong one: stores a try */,
};

static const struct {
    enum fuzz_kind kind;
    enum fuzz_state state;
    const char *const *commands;
    const char *name;
} worlds[] = {
    {FUZZ_CONSUMER, FUZZ_FRESH, isdr_commands, "consumer"},
    {FUZZ_IOT, FUZZ_FRESH, isdr_commands, "iot"},
    {FUZZ_OPERATIONAL, FUZZ_STARTED, uicc_commands, "operational"},
    {FUZZ_TEST, FUZZ_VERIFIED, uicc_commands, "test"},
};
#define WORLDS (sizeof worlds / sizeof worlds[0])

/* The target's mutator asks libFuzzer's for changes; nothing is mutated here. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t cap)
{
    (void)data;
    bench_die("asked to change %zu bytes, room for %zu", n, cap);
}

static double processor_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* One to five commands; nothing fails and the input does not ask for a second run. */
static void make_script(uint64_t *random, size_t world, struct buf *out)
{
    const uint8_t header[] = {(uint8_t)worlds[world].kind, (uint8_t)worlds[world].state, 0, 0, 0};
    const unsigned commands = 1 + fuzz_random(random) % 5;
    buf_append(out, SLICE(header));
    for (unsigned i = 0; i < commands; i++) {
        BUF_LOCAL capdu = {0};
        fuzz_put_hex(&capdu, worlds[world].commands[fuzz_random(random) % COMMANDS]);
        fuzz_put_record(out, 0, buf_slice(&capdu));
    }
    if (out->failed) bench_die("no memory");
}

static double scripts_per_second(const struct buf *scripts, size_t n)
{
    double began = processor_us();
    for (size_t i = 0; i < n; i++)
        (void)LLVMFuzzerTestOneInput(scripts[i].p, scripts[i].n);
    return (double)n * 1e6 / (processor_us() - began);
}

static void measure_scripts(void)
{
    static struct buf scripts[SCRIPTS];
    double rates[ROUNDS];
    uint64_t random = 88172645463325252u;
    for (size_t i = 0; i < SCRIPTS; i++)
        make_script(&random, i * WORLDS / SCRIPTS, &scripts[i]);
    (void)scripts_per_second(scripts, SCRIPTS); /* makes the prepared cards */
    for (size_t i = 0; i < ROUNDS; i++)
        rates[i] = scripts_per_second(scripts, SCRIPTS);
    bench_figure("fuzz_exec_per_s", bench_median(rates, ROUNDS), "1/s");
    for (size_t w = 0; w < WORLDS; w++)
        fprintf(stderr, "of these on the card %s: %.0f 1/s\n", worlds[w].name,
                scripts_per_second(scripts + w * SCRIPTS / WORLDS, SCRIPTS / WORLDS));
    for (size_t i = 0; i < SCRIPTS; i++)
        buf_free(&scripts[i]);
}

static void measure_clones(void)
{
    static const struct euicc_env nothing = {0};
    const euicc *card = fuzz_bench(FUZZ_OPERATIONAL)->cards[FUZZ_VERIFIED];
    double costs[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) {
        double began = processor_us();
        for (size_t k = 0; k < CLONES; k++) {
            euicc *copy;
            if (euicc_clone(card, &nothing, &copy) != EUICC_OK) bench_die("clone");
            euicc_destroy(copy);
        }
        costs[i] = (processor_us() - began) / CLONES;
    }
    bench_figure("clone_us", bench_median(costs, ROUNDS), "us");
}

int main(void)
{
    measure_scripts();
    measure_clones();
    return 0;
}
