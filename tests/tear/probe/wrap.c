/* What the linker calls instead of the public API of the card (-Wl,--wrap=...), and instead of the function with which
 * a program adds a test, so that only some of them run; see probe.h. The card gets an environment that counts its
 * commits and otherwise passes everything on. */
#define _GNU_SOURCE
#include "probe.h"
#include "real.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker gives these names */
int __wrap_euicc_create(euicc **out, const struct euicc_config *config, const struct euicc_env *env,
                        struct euicc_diagnostic *why);
int __wrap_euicc_clone(const euicc *card, const struct euicc_env *env, euicc **out);
void __wrap_euicc_destroy(euicc *card);
int __wrap_euicc_power_on(euicc *card, struct euicc_atr *atr);
int __wrap_euicc_reset(euicc *card, struct euicc_atr *atr);
int __wrap_euicc_transmit(euicc *card, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn);
int __wrap_euicc_factory_reset(euicc *card);
int __wrap_euicc_eim_add(euicc *card, const uint8_t *configuration, size_t n, struct euicc_diagnostic *why);
int __wrap_euicc_eim_remove(euicc *card, const char *id);

void __real__tcase_add_test(TCase *tests, const TTest *test, int signal, int status, int start, int end);
void __wrap__tcase_add_test(TCase *tests, const TTest *test, int signal, int status, int start, int end);

/* ---- the environment in between ---- */

struct between {
    struct between *next;
    euicc *card;
    struct euicc_env outside;
    size_t commits;
};

static struct between *cards;
static pthread_mutex_t cards_lock = PTHREAD_MUTEX_INITIALIZER;

static int between_random(void *ctx, uint8_t *out, size_t n)
{
    const struct between *b = ctx;
    return b->outside.random(b->outside.ctx, out, n);
}

static int64_t between_now(void *ctx)
{
    const struct between *b = ctx;
    return b->outside.now(b->outside.ctx);
}

static int between_load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    const struct between *b = ctx;
    return b->outside.load(b->outside.ctx, put, put_ctx);
}

static int between_commit(void *ctx, const struct euicc_change *changes, size_t n)
{
    struct between *b = ctx;
    b->commits++;
    return b->outside.commit ? b->outside.commit(b->outside.ctx, changes, n) : EUICC_OK;
}

static void between_trace(void *ctx, enum euicc_event event, const uint8_t *data, size_t n)
{
    const struct between *b = ctx;
    b->outside.trace(b->outside.ctx, event, data, n);
}

static struct between *between_new(const struct euicc_env *env, struct euicc_env *inside)
{
    struct between *b = calloc(1, sizeof *b);
    must(b);
    b->outside = *env;
    *inside = (struct euicc_env){.ctx = b,
                                 .random = env->random ? between_random : NULL,
                                 .now = env->now ? between_now : NULL,
                                 .load = env->load ? between_load : NULL,
                                 .commit = between_commit,
                                 .trace = env->trace ? between_trace : NULL};
    return b;
}

static int between_keep(struct between *b, euicc *card, int result)
{
    if (result != EUICC_OK) {
        free(b);
        return result;
    }
    b->card = card;
    pthread_mutex_lock(&cards_lock);
    b->next = cards;
    cards = b;
    pthread_mutex_unlock(&cards_lock);
    return result;
}

/* NULL: a card that is not the test's. */
static struct between *between_of(const euicc *card)
{
    pthread_mutex_lock(&cards_lock);
    struct between *b = cards;
    while (b && b->card != card)
        b = b->next;
    pthread_mutex_unlock(&cards_lock);
    return b;
}

static void between_free(const euicc *card)
{
    struct between *gone = NULL;
    pthread_mutex_lock(&cards_lock);
    for (struct between **at = &cards; *at; at = &(*at)->next) {
        if ((*at)->card != card) continue;
        gone = *at;
        *at = gone->next;
        break;
    }
    pthread_mutex_unlock(&cards_lock);
    free(gone);
}

/* ---- life ---- */

/* Of libcheck: each round of a loop test is a test. */
void __wrap__tcase_add_test(TCase *tests, const TTest *test, int signal, int status, int start, int end)
{
    if (!probe_is_on()) {
        __real__tcase_add_test(tests, test, signal, status, start, end);
        return;
    }
    for (int i = start; i < end; i++)
        if (probe_wants_test()) __real__tcase_add_test(tests, test, signal, status, i, i + 1);
}

int __wrap_euicc_create(euicc **out, const struct euicc_config *config, const struct euicc_env *env,
                        struct euicc_diagnostic *why)
{
    struct euicc_env inside;
    if (!probe_is_on()) return __real_euicc_create(out, config, env, why);
    struct between *b = between_new(env, &inside);
    int result = __real_euicc_create(out, config, &inside, why);
    return between_keep(b, *out, result);
}

int __wrap_euicc_clone(const euicc *card, const struct euicc_env *env, euicc **out)
{
    struct euicc_env inside;
    if (!probe_is_on()) return __real_euicc_clone(card, env, out);
    struct between *b = between_new(env, &inside);
    int result = __real_euicc_clone(card, &inside, out);
    return between_keep(b, *out, result);
}

void __wrap_euicc_destroy(euicc *card)
{
    __real_euicc_destroy(card);
    if (card && probe_is_on()) between_free(card);
}

/* ---- what is probed ---- */

/* The card as it is now goes into p->before. NULL: this call is not probed. */
static struct between *begin(struct probe *p, const euicc *card)
{
    static const struct euicc_env nothing = {0};
    struct between *b = probe_is_on() ? between_of(card) : NULL;
    if (!b || !probe_wants(p)) return NULL;
    p->now = b->outside.now ? b->outside.now(b->outside.ctx) : -1;
    must(__real_euicc_clone(card, &nothing, &p->before) == EUICC_OK);
    b->commits = 0;
    return b;
}

static int end(struct probe *p, const struct between *b, int result)
{
    if (b) probe_run(p, b->commits);
    return result;
}

/* A build that writes down what the tests send has these (tests/fuzz/record_rows.c). */
__attribute__((weak)) void record_command(const uint8_t *capdu, size_t n);
__attribute__((weak)) void record_power(void);

int __wrap_euicc_power_on(euicc *card, struct euicc_atr *atr)
{
    if (record_power) record_power();
    struct probe p = {.kind = PROBE_POWER_ON};
    struct between *b = begin(&p, card);
    return end(&p, b, __real_euicc_power_on(card, atr));
}

int __wrap_euicc_reset(euicc *card, struct euicc_atr *atr)
{
    if (record_power) record_power();
    struct probe p = {.kind = PROBE_RESET};
    struct between *b = begin(&p, card);
    return end(&p, b, __real_euicc_reset(card, atr));
}

int __wrap_euicc_transmit(euicc *card, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn)
{
    if (record_command) record_command(capdu, n);
    struct probe p = {.kind = PROBE_COMMAND, .bytes = capdu, .n = n};
    struct between *b = begin(&p, card);
    return end(&p, b, __real_euicc_transmit(card, capdu, n, rapdu, cap, rn));
}

int __wrap_euicc_factory_reset(euicc *card)
{
    struct probe p = {.kind = PROBE_FACTORY_RESET};
    struct between *b = begin(&p, card);
    return end(&p, b, __real_euicc_factory_reset(card));
}

int __wrap_euicc_eim_add(euicc *card, const uint8_t *configuration, size_t n, struct euicc_diagnostic *why)
{
    struct probe p = {.kind = PROBE_EIM_ADD, .bytes = configuration, .n = n};
    struct between *b = begin(&p, card);
    return end(&p, b, __real_euicc_eim_add(card, configuration, n, why));
}

int __wrap_euicc_eim_remove(euicc *card, const char *id)
{
    struct probe p = {.kind = PROBE_EIM_REMOVE, .id = id};
    struct between *b = begin(&p, card);
    return end(&p, b, __real_euicc_eim_remove(card, id));
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
