/* The n-th allocation of the card fails, or its n-th call for random bytes, or its n-th call of libcrypto, n = 1, 2,
 * 3 ... until none fires, in every flow: the card answers as if nothing had happened, says 6F00 with a reason, or goes
 * mute; never anything else, such as a good signature that is said to be bad. Afterwards the invariants hold, the same
 * command works, without a reset if the card still answers, and the flow ends as it does without faults. Sanitizers see
 * what leaks.
 *
 * The seams (seams.h) fail only while the card is at work. Flows with many calls are sampled: the first ones all, the
 * rest evenly. TEAR_ALL=1 takes them all. A failure prints the environment that replays it: TEAR_FLOW, and
 * TEAR_FAULT=allocation:17. */
#define _GNU_SOURCE
#include "bench.h"
#include "seams.h"

#include <stdio.h>
#include <stdlib.h>

static struct prepared prepared;
static struct bench bench;

static void arm(bool on)
{
    seam_arm(on);
    if (!on) bench.fired = (unsigned)seam_fired();
}

static int random_fault(void)
{
    return seam_call(SEAM_RANDOM, "random") ? EUICC_RANDOM : 0;
}

/* One run with the n-th call failing; 0: none. True if it fired. */
static bool run(enum seam seam, size_t n)
{
    replay_set("TEAR_FLOW=%s TEAR_FAULT=%s:%zu", prepared.flow->name, seam_names[seam], n);
    struct bench *b = &bench;
    bench_begin(b, &prepared);
    seam_set(seam, n);
    b->arm = arm;
    b->random_fault = random_fault;
    if (!bench_steps(b)) {
        b->arm = NULL;
        bench_again(b);
    }
    bench_complete(b, &prepared);
    bool fired = seam_fired();
    bench_end(b);
    return fired;
}

static size_t sample(size_t budget, size_t i, size_t total)
{
    if (total <= budget || getenv("TEAR_ALL")) return i;
    size_t first = budget / 4;
    if (i <= first) return i;
    return first + (i - first) * (total - first) / (budget - first);
}

/* Runs a flow and seam. */
static size_t budget_of(enum seam seam)
{
    static const size_t plain[SEAM_COUNT] = {[SEAM_ALLOCATION] = 8, [SEAM_RANDOM] = 4, [SEAM_CRYPTO] = 6};
    return seam_sanitized() ? plain[seam] / 2 : plain[seam];
}

/* Under a sanitizer the sample has one seam of each flow, in turn. */
static bool left_out(size_t flow, enum seam seam)
{
    return seam_sanitized() && !getenv("TEAR_ALL") && (flow + seam) % SEAM_COUNT != 0;
}

/* Flow i / 3 with seam i % 3. */
START_TEST(test_flow)
{
    const enum seam seam = (enum seam)(_i % SEAM_COUNT);
    if (left_out((size_t)_i / SEAM_COUNT, seam)) return;
    prepare(&prepared, flow_at((size_t)_i / SEAM_COUNT));
    (void)run(seam, 0);
    size_t total = seam_calls(seam);
    if (seam == SEAM_ALLOCATION) ck_assert_uint_gt(total, 0);
    size_t last = 0;
    for (size_t i = 1; last < total; i++) {
        last = sample(budget_of(seam), i, total);
        bool fired = run(seam, last);
        ck_assert(fired);
    }
    bool fired = run(seam, total + 1);
    ck_assert(!fired);
    prepared_free(&prepared);
}
END_TEST

START_TEST(test_replay)
{
    const char *name = getenv("TEAR_FLOW");
    const char *fault = getenv("TEAR_FAULT");
    size_t i = 0;
    enum seam seam = SEAM_ALLOCATION;
    bool known = false;
    while (flow_at(i) && strcmp(flow_at(i)->name, name) != 0)
        i++;
    ck_assert_msg(flow_at(i), "TEAR_FLOW: there is no flow %s", name);
    ck_assert_msg(fault && strchr(fault, ':'), "TEAR_FAULT: allocation, random or crypto, a colon, and a number");
    for (size_t k = 0; k < SEAM_COUNT && !known; k++) {
        seam = (enum seam)k;
        known = strncmp(fault, seam_names[k], strlen(seam_names[k])) == 0;
    }
    ck_assert_msg(known, "TEAR_FAULT: there is no seam %s", fault);
    prepare(&prepared, flow_at(i));
    (void)run(seam, strtoul(strchr(fault, ':') + 1, NULL, 10));
    prepared_free(&prepared);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault");
    TCase *tests = tcase_create("flows");
    tcase_set_timeout(tests, getenv("TEAR_ALL") ? 0 : 200);
    if (getenv("TEAR_FLOW"))
        tcase_add_test(tests, test_replay);
    else
        tcase_add_loop_test(tests, test_flow, 0, (int)(SEAM_COUNT * flow_count()));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
