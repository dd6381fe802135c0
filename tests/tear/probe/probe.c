/* The probe's settings, its choice of commands, and cards of its own; see probe.h. */
#define _GNU_SOURCE
#include "probe.h"
#include "real.h"
#include "holds.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPERIMENTS_MAX 16
#define TESTS_MAX 4096 /* of a program */

const struct experiment probe_experiments[] = {
    {"cut", true, experiment_cut},
    {"pin", true, experiment_pin},
    {"allocation", false, experiment_allocation},
    {"random", false, experiment_random},
    {"crypto", false, experiment_crypto},
    {0},
};

/* ---- settings ---- */

static struct {
    bool known, on, trace;
    const char *names;
    unsigned stride, tests_stride;
    size_t each;
    unsigned at_test, at_number; /* 0: all */
    unsigned added;              /* tests of the program */
    unsigned run[TESTS_MAX];     /* numbers of those that run */
    unsigned run_n;
    unsigned *forks; /* of the program so far: one a test; shared with them */
    pid_t program;
    unsigned test, number;
    unsigned eligible[EXPERIMENTS_MAX];
} s;

/* In the child of a fork: a test of the program, unless the test itself forks. */
static void count_test(void)
{
    if (getppid() != s.program) return;
    unsigned fork = (*s.forks)++;
    s.test = fork < s.run_n ? s.run[fork] : 0;
    s.number = 0;
    memset(s.eligible, 0, sizeof s.eligible);
}

static unsigned stride_of(const char *name)
{
    const char *text = getenv(name);
    unsigned n = text && !getenv("TEAR_ALL") && !getenv("TEAR_AT") ? (unsigned)strtoul(text, NULL, 10) : 1;
    return n ? n : 1;
}

/* Before main, so that every test has its number. */
__attribute__((constructor)) static void settle(void)
{
    const char *each = getenv("TEAR_EACH");
    const char *at = getenv("TEAR_AT");
    s.names = getenv("TEAR_PROBE");
    s.on = s.names && *s.names;
    if (!s.on) return;
    s.trace = getenv("TEAR_TRACE") != NULL;
    s.stride = stride_of("TEAR_STRIDE");
    s.tests_stride = stride_of("TEAR_TESTS");
    s.each = each && !getenv("TEAR_ALL") && !at ? strtoul(each, NULL, 10) : 0;
    if (at) {
        char *dot;
        s.at_test = (unsigned)strtoul(at, &dot, 10);
        s.at_number = *dot == '.' ? (unsigned)strtoul(dot + 1, NULL, 10) : 0;
    }
    s.program = getpid();
    s.forks = mmap(NULL, sizeof *s.forks, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s.forks == MAP_FAILED || pthread_atfork(NULL, NULL, count_test) != 0) abort();
}

/* Tests run in the order in which they are added. */
bool probe_wants_test(void)
{
    unsigned number = ++s.added;
    bool wanted = s.at_test ? number == s.at_test : (number - 1) % s.tests_stride == 0;
    if (wanted && s.run_n < TESTS_MAX) s.run[s.run_n++] = number;
    return wanted;
}

bool probe_is_on(void)
{
    return s.on;
}

size_t probe_each(void)
{
    return s.each;
}

bool probe_wants(struct probe *p)
{
    if (gettid() != getpid()) return false; /* in a second thread the numbers would not be the same again */
    p->test = s.test;
    p->number = ++s.number;
    if (!s.at_test) return true;
    return s.at_test == p->test && (!s.at_number || s.at_number == p->number);
}

/* ---- failures ---- */

void probe_try(struct probe *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(p->what, sizeof p->what, format, args);
    va_end(args);
    if (s.trace) fprintf(stderr, "probe %s %u.%u %s\n", p->experiment, p->test, p->number, p->what);
}

static const char *kind_name(const struct probe *p, char hex[64])
{
    static const char *const names[] = {"command", "power on", "reset", "factory reset", "eim add", "eim remove"};
    if (p->kind != PROBE_COMMAND) return names[p->kind];
    size_t n = 0;
    for (size_t i = 0; i < p->n && i < 24; i++)
        n += (size_t)snprintf(hex + n, 64 - n, "%02X", p->bytes[i]);
    if (p->n > 24) (void)snprintf(hex + n, 64 - n, "...");
    return hex;
}

void probe_fail(const struct probe *p, const char *file, int line, const char *format, ...)
{
    char text[1024];
    char hex[64];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ck_abort_msg("%s:%d: %s: %s: %s: %s\nreplay: TEAR_PROBE=%s TEAR_AT=%u.%u %s", file, line, p->experiment,
                 kind_name(p, hex), p->what, text, s.names, p->test, p->number, program_invocation_name);
}

/* ---- trials ---- */

static void outcome_free(struct probe_outcome *o)
{
    free(o->rapdu);
    *o = (struct probe_outcome){0};
}

static uint64_t first_random(const struct probe *p)
{
    return 0x9e3779b97f4a7c15u * (p->number + 1);
}

static int trial_random(void *ctx, uint8_t *out, size_t n)
{
    struct trial *t = ctx;
    int result = EUICC_OK;
    t->randoms++;
    if (t->before_random) result = t->before_random(t);
    for (size_t i = 0; result == EUICC_OK && i < n; i++) {
        uint64_t z = t->random += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        out[i] = (uint8_t)(z ^ z >> 31);
    }
    return result;
}

static int64_t trial_now(void *ctx)
{
    const struct trial *t = ctx;
    return t->probe->now;
}

static int trial_load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    const struct trial *t = ctx;
    return storage_load(&t->stored, put, put_ctx);
}

/* With CUT_INSIDE half of the changes were in a journal that the next start drops: nothing of it is in t->stored. */
static void arm(const struct trial *t, bool on)
{
    if (t->arm) t->arm(on);
}

static int write_changes(struct trial *t, const struct euicc_change *changes, size_t n)
{
    probe_check(t->probe, !t->fired, "a commit after the storage failed");
    t->commits++;
    int result = t->before_commit ? t->before_commit(t, changes, n) : EUICC_OK;
    if (result != EUICC_OK) return result;
    enum cut_mode mode = t->commits == t->cut.at ? t->cut.mode : CUT_NOTHING;
    if (mode != CUT_NOTHING) t->cut.mode = CUT_NOTHING; /* each cut comes once */
    t->fired = mode != CUT_NOTHING;
    if (mode == CUT_BEFORE || mode == CUT_INSIDE) return EUICC_POWER_LOST;
    if (mode == CUT_REFUSED) return EUICC_STORAGE;
    for (size_t i = 0; i < n; i++)
        storage_change(&t->stored, &changes[i]);
    return mode == CUT_AFTER ? EUICC_POWER_LOST : EUICC_OK;
}

static int trial_commit(void *ctx, const struct euicc_change *changes, size_t n)
{
    struct trial *t = ctx;
    arm(t, false);
    int result = write_changes(t, changes, n);
    arm(t, true);
    return result;
}

static void start_counting(struct trial *t)
{
    t->random = first_random(t->probe);
    t->commits = 0;
    t->randoms = 0;
    t->fired = false;
}

void trial_begin(struct trial *t, struct probe *p)
{
    *t = (struct trial){.probe = p};
    t->env = (struct euicc_env){.ctx = t,
                                .random = trial_random,
                                .now = p->now >= 0 ? trial_now : NULL,
                                .load = trial_load,
                                .commit = trial_commit};
    storage_copy(&p->stored, &t->stored);
    start_counting(t);
    must(__real_euicc_clone(p->before, &t->env, &t->card) == EUICC_OK);
}

void trial_end(struct trial *t)
{
    __real_euicc_destroy(t->card);
    storage_clear(&t->stored);
    outcome_free(&t->went);
}

static void went(struct trial *t, int result)
{
    t->went.result = result;
    t->went.commits = t->commits;
}

void trial_transmit(struct trial *t, const uint8_t *capdu, size_t n)
{
    static uint8_t rapdu[65538];
    size_t rn = 0;
    uint8_t *copy = malloc(n ? n : 1);
    must(copy);
    if (n) memcpy(copy, capdu, n);
    outcome_free(&t->went);
    arm(t, true);
    int result = __real_euicc_transmit(t->card, copy, n, rapdu, sizeof rapdu, &rn);
    arm(t, false);
    free(copy);
    t->went.rapdu = malloc(rn ? rn : 1);
    must(t->went.rapdu);
    if (rn) memcpy(t->went.rapdu, rapdu, rn);
    t->went.rapdu_n = rn;
    went(t, result);
}

static int run_other(const struct trial *t)
{
    const struct probe *p = t->probe;
    struct euicc_diagnostic why;
    switch (p->kind) {
    case PROBE_COMMAND:
        break;
    case PROBE_POWER_ON:
        return __real_euicc_power_on(t->card, NULL);
    case PROBE_RESET:
        return __real_euicc_reset(t->card, NULL);
    case PROBE_FACTORY_RESET:
        return __real_euicc_factory_reset(t->card);
    case PROBE_EIM_ADD:
        return __real_euicc_eim_add(t->card, p->bytes, p->n, &why);
    case PROBE_EIM_REMOVE:
        return __real_euicc_eim_remove(t->card, p->id);
    }
    return EUICC_BAD_ARGUMENT;
}

void trial_run(struct trial *t)
{
    if (t->probe->kind == PROBE_COMMAND) {
        trial_transmit(t, t->probe->bytes, t->probe->n);
        return;
    }
    outcome_free(&t->went);
    arm(t, true);
    int result = run_other(t);
    arm(t, false);
    went(t, result);
}

void trial_new_card(struct trial *t)
{
    struct euicc_diagnostic why = {""};
    __real_euicc_destroy(t->card);
    t->card = NULL;
    start_counting(t);
    int result = __real_euicc_create(&t->card, NULL, &t->env, &why);
    probe_check(t->probe, result == EUICC_OK || t->fired, "the stored card does not open: %s", why.text);
}

int trial_power_on(struct trial *t)
{
    t->random = first_random(t->probe);
    t->randoms = 0;
    t->fired = false;
    went(t, __real_euicc_power_on(t->card, NULL));
    return t->went.result;
}

void trial_check(struct trial *t)
{
    const struct probe *p = t->probe;
    const struct moment before = {p->before, &p->stored};
    const struct moment now = {t->card, &t->stored};
    char why[HOLDS_TEXT];
    char odd[HOLDS_TEXT];
    probe_check(p, holds_since(&before, &now, why), "%s", why);
    const struct storage *untouched = &p->states[p->went.commits];
    probe_check(p, holds_sequence(&p->stored, &t->stored, why) || !holds_sequence(&p->stored, untouched, odd), "%s",
                why);
    probe_check(p, holds(&now, why) || !holds(&before, odd), "%s", why);
}

/* ---- one call ---- */

static int record(struct trial *t, const struct euicc_change *changes, size_t n)
{
    struct probe *p = t->probe;
    (void)changes;
    (void)n;
    probe_check(p, t->commits < PROBE_COMMITS_MAX, "more than %d commits", PROBE_COMMITS_MAX);
    storage_copy(&t->stored, &p->states[t->commits - 1]);
    return EUICC_OK;
}

/* How it goes untouched. */
static void go_untouched(struct probe *p)
{
    struct trial t;
    p->experiment = "reference";
    probe_try(p, "untouched");
    trial_begin(&t, p);
    t.before_commit = record;
    trial_run(&t);
    storage_copy(&t.stored, &p->states[t.went.commits]);
    p->went = t.went;
    t.went = (struct probe_outcome){0};
    trial_end(&t);
}

static bool named(const char *name)
{
    size_t n = strlen(name);
    if (strcmp(s.names, "all") == 0) return true;
    for (const char *at = s.names; (at = strstr(at, name)); at += n)
        if ((at == s.names || at[-1] == ',') && (at[n] == 0 || at[n] == ',')) return true;
    return false;
}

/* Every stride-th call that the experiment is for, those of a test from a place of its own. */
static bool chosen(size_t i, size_t commits)
{
    const struct experiment *e = &probe_experiments[i];
    if (!named(e->name) || (e->commits_only && commits == 0)) return false;
    return (s.eligible[i]++ + s.test * 7) % s.stride == 0;
}

static void clean(struct probe *p)
{
    for (size_t i = 0; i <= p->went.commits; i++)
        storage_clear(&p->states[i]);
    outcome_free(&p->went);
    storage_clear(&p->stored);
}

void probe_run(struct probe *p, size_t commits)
{
    bool known = false;
    for (size_t i = 0; probe_experiments[i].name; i++) {
        if (!chosen(i, commits)) continue;
        if (!known) {
            storage_of_card(p->before, &p->stored);
            go_untouched(p);
        }
        known = true;
        p->experiment = probe_experiments[i].name;
        probe_experiments[i].run(p);
    }
    if (known) clean(p);
    __real_euicc_destroy(p->before);
}
