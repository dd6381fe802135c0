/* The n-th allocation of the card fails, or its n-th call for random bytes, n = 1, 2, 3 ... until none fires, in every
 * flow: the card answers as if nothing had happened, says 6F00 with a reason, or goes mute; never anything else, such
 * as a good signature that is said to be bad. Afterwards the invariants hold, the same command works, without a reset
 * if the card still answers, and the flow ends as it does without faults. Sanitizers see what leaks.
 *
 * malloc, calloc and realloc of this program stand in front of the C library's (or the sanitizer's), so that the
 * allocations of OpenSSL fail too; only while the card is at work. Flows with many allocations are
 * sampled: the first ones all, the rest evenly. TEAR_ALL=1 takes them all. A failure prints the environment that
 * replays it: TEAR_FLOW, and TEAR_ALLOCATION or TEAR_RANDOM with the number. */
#define _GNU_SOURCE
#include "bench.h"

#include <link.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- the allocator ---- */

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#if SANITIZED
#define REAL(name) __interceptor_##name
#else
#define REAL(name) __libc_##name
#endif
void *REAL(malloc)(size_t n);
void *REAL(calloc)(size_t n, size_t size);
void *REAL(realloc)(void *old, size_t n);

static struct {
    bool armed;
    size_t count; /* since the run began */
    size_t at;    /* this one fails; 0: none */
    bool fired;
} allocation, random_call;

/* libtasn1 4.19 does not look whether its own allocations worked (asn1_create_element follows a NULL pointer), so those
 * that it makes are left out, and with them those that the C library makes for it (strdup). */
static struct {
    uintptr_t from, to;
} unchecked[8];
static size_t unchecked_n;

static int note_library(struct dl_phdr_info *info, size_t size, void *ctx)
{
    (void)size;
    (void)ctx;
    if (!strstr(info->dlpi_name, "libtasn1") && !strstr(info->dlpi_name, "libc.so")) return 0;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_X)) continue;
        if (unchecked_n == COUNT(unchecked)) return 1;
        unchecked[unchecked_n].from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        unchecked[unchecked_n].to = unchecked[unchecked_n].from + info->dlpi_phdr[i].p_memsz;
        unchecked_n++;
    }
    return 0;
}

static bool fails(const void *caller)
{
    if (!allocation.armed) return false;
    for (size_t i = 0; i < unchecked_n; i++)
        if ((uintptr_t)caller >= unchecked[i].from && (uintptr_t)caller < unchecked[i].to) return false;
    if (++allocation.count != allocation.at) return false;
    allocation.fired = true;
    return true;
}

void *malloc(size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : REAL(malloc)(n);
}

void *calloc(size_t n, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : REAL(calloc)(n, size);
}

void *realloc(void *old, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : REAL(realloc)(old, n);
}

/* ---- runs ---- */

static struct prepared prepared;
static struct bench bench;

static void arm(bool on)
{
    allocation.armed = on;
    random_call.armed = on;
    if (!on) bench.fired = (unsigned)(allocation.fired || random_call.fired);
}

static int random_fault(void)
{
    if (!random_call.armed || ++random_call.count != random_call.at) return 0;
    random_call.fired = true;
    return EUICC_RANDOM;
}

/* One run with the n-th allocation or random call failing; 0: none. True if it fired. */
static bool run(size_t allocation_at, size_t random_at)
{
    if (allocation_at)
        replay_set("TEAR_FLOW=%s TEAR_ALLOCATION=%zu", prepared.flow->name, allocation_at);
    else
        replay_set("TEAR_FLOW=%s TEAR_RANDOM=%zu", prepared.flow->name, random_at);
    struct bench *b = &bench;
    bench_begin(b, &prepared);
    memset(&allocation, 0, sizeof allocation);
    memset(&random_call, 0, sizeof random_call);
    allocation.at = allocation_at;
    random_call.at = random_at;
    b->arm = arm;
    b->random_fault = random_fault;
    if (!bench_steps(b)) {
        b->arm = NULL;
        bench_again(b);
    }
    bench_complete(b, &prepared);
    bool fired = allocation.fired || random_call.fired;
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

#define BUDGET (SANITIZED ? 24 : 60)

START_TEST(test_allocations)
{
    prepare(&prepared, flow_at((size_t)_i));
    (void)run(0, 0);
    size_t total = allocation.count;
    ck_assert_uint_gt(total, 0);
    size_t last = 0;
    for (size_t i = 1; last < total; i++) {
        last = sample(BUDGET, i, total);
        bool fired = run(last, 0);
        ck_assert(fired);
    }
    bool fired = run(total + 1, 0);
    ck_assert(!fired);
    prepared_free(&prepared);
}
END_TEST

START_TEST(test_random)
{
    prepare(&prepared, flow_at((size_t)_i));
    for (size_t n = 1; run(0, n);)
        n++;
    prepared_free(&prepared);
}
END_TEST

START_TEST(test_replay)
{
    const char *name = getenv("TEAR_FLOW");
    const char *allocation_at = getenv("TEAR_ALLOCATION");
    const char *random_at = getenv("TEAR_RANDOM");
    size_t i = 0;
    while (flow_at(i) && strcmp(flow_at(i)->name, name) != 0)
        i++;
    ck_assert_msg(flow_at(i), "TEAR_FLOW: there is no flow %s", name);
    prepare(&prepared, flow_at(i));
    (void)run(allocation_at ? strtoul(allocation_at, NULL, 10) : 0, random_at ? strtoul(random_at, NULL, 10) : 0);
    prepared_free(&prepared);
}
END_TEST

/* ---- opening, copying ---- */

static int random_bytes(void *ctx, uint8_t *out, size_t n)
{
    int fault = random_fault();
    return fault ? fault : euicc_random_bytes(ctx, out, n);
}

/* Making a card, starting it, copying it and taking its image with the n-th allocation failing. */
static void whole_life(euicc_random *random)
{
    const struct euicc_config config = {.eid = EID};
    const struct euicc_env env = {.ctx = random, .random = random_bytes};
    struct euicc_atr atr;
    euicc *card = NULL;
    euicc *copy = NULL;
    uint8_t *image = NULL;
    size_t n = 0;
    int result = euicc_create(&card, &config, &env, NULL);
    bool made = result == EUICC_OK;
    if (result == EUICC_OK) result = euicc_power_on(card, &atr);
    if (result == EUICC_OK) result = euicc_clone(card, &env, &copy);
    if (result == EUICC_OK) result = euicc_snapshot(card, &image, &n);
    if (result == EUICC_OK) result = euicc_restore(card, image, n);
    if (result == EUICC_OK) result = euicc_factory_reset(card);
    allocation.armed = false;
    random_call.armed = false;
    ck_assert_int_eq(made, card != NULL); /* only now: Check allocates, too */
    bool fired = allocation.fired || random_call.fired;
    if (allocation.fired)
        ck_assert_msg(result == EUICC_OK || result == EUICC_NO_MEMORY || result == EUICC_CRYPTO, "allocation %zu: %s",
                      allocation.at, euicc_result_text(result));
    else if (random_call.fired)
        /* OpenSSL only blinds some calculations with random bytes, and goes on without them */
        ck_assert_msg(result == EUICC_OK || result == EUICC_RANDOM || result == EUICC_CRYPTO, "random call %zu: %s",
                      random_call.at, euicc_result_text(result));
    ck_assert(fired || result == EUICC_OK);
    free(image);
    euicc_destroy(copy);
    euicc_destroy(card);
}

START_TEST(test_whole_life)
{
    const struct euicc_config config = {.eid = EID};
    euicc_random *seeded;
    bool fired = true;
    euicc *first;
    /* What OpenSSL sets up once a process is left out: OSSL_LIB_CTX_new leaks when it fails. */
    ck_assert_int_eq(euicc_random_new(&seeded, true, 1), EUICC_OK);
    const struct euicc_env warm = {.ctx = seeded, .random = euicc_random_bytes};
    ck_assert_int_eq(euicc_create(&first, &config, &warm, NULL), EUICC_OK);
    euicc_destroy(first);
    euicc_random_free(seeded);
    for (size_t n = 1; fired; n++) {
        euicc_random *random;
        ck_assert_int_eq(euicc_random_new(&random, true, 7), EUICC_OK);
        memset(&allocation, 0, sizeof allocation);
        memset(&random_call, 0, sizeof random_call);
        *(_i ? &random_call.at : &allocation.at) = n;
        allocation.armed = true;
        random_call.armed = true;
        whole_life(random);
        fired = allocation.fired || random_call.fired;
        euicc_random_free(random);
        if (_i == 0 && n > 200 && !getenv("TEAR_ALL")) n += n / 50;
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault");
    (void)dl_iterate_phdr(note_library, NULL);
    TCase *tests = tcase_create("flows");
    TCase *life = tcase_create("life");
    tcase_set_timeout(tests, getenv("TEAR_ALL") ? 0 : 200);
    if (getenv("TEAR_FLOW")) {
        tcase_add_test(tests, test_replay);
    } else {
        tcase_add_loop_test(tests, test_allocations, 0, (int)flow_count());
        tcase_add_loop_test(tests, test_random, 0, (int)flow_count());
        tcase_add_loop_test(life, test_whole_life, 0, 2);
    }
    tcase_set_timeout(life, 200);
    suite_add_tcase(suite, tests);
    suite_add_tcase(suite, life);
    return run_suite(suite);
}
