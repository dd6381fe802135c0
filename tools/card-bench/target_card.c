/* The built-in card and card files: a card in this process, by euicc.h; see target.h. On its way an answer may be
 * turned by rules (src/mutate), which makes a wrong card of a right one. */
#define _GNU_SOURCE
#include "target.h"

#include "mutate/mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct card_target {
    euicc *card;
    euicc_random *random;
    euicc_file *file;
    struct mutate *mutate;
    struct buf rules;
    uint64_t seed;
    uint8_t answer[65538];
};

const char *target_result_text(enum target_result result)
{
    static const char *const texts[] = {"ok",
                                        "no answer",
                                        "no answer: the card is gone",
                                        "no sensible answer",
                                        "no answer: another program has the reader",
                                        "no memory"};
    return texts[result];
}

int64_t clock_microseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_milliseconds(void)
{
    return clock_microseconds() / 1000;
}

static int env_random(void *ctx, uint8_t *out, size_t n)
{
    return euicc_random_bytes(((struct card_target *)ctx)->random, out, n);
}

/* Some day in 2026, so that the same seed gives the same bytes on any day. */
static int64_t env_now(void *ctx)
{
    return ((struct card_target *)ctx)->file ? (int64_t)time(NULL) : 1767225600;
}

static int env_load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    return euicc_file_load(((struct card_target *)ctx)->file, put, put_ctx);
}

static int env_commit(void *ctx, const struct euicc_change *changes, size_t n)
{
    return euicc_file_commit(((struct card_target *)ctx)->file, changes, n);
}

static struct euicc_env env_of(struct card_target *c)
{
    struct euicc_env env = {.ctx = c, .random = env_random, .now = env_now};
    if (!c->file) return env;
    env.load = env_load;
    env.commit = env_commit;
    return env;
}

static bool fail(struct euicc_diagnostic *why, const char *text)
{
    (void)snprintf(why->text, sizeof why->text, "%s", text);
    return false;
}

/* Rules begin anew with each card: which command is the first one must not depend on the cases before. */
static bool rules_start(struct card_target *c, bool mutated)
{
    struct euicc_diagnostic why;
    mutate_free(c->mutate);
    c->mutate = NULL;
    if (c->rules.n == 0 || !mutated) return true;
    if (mutate_new(&c->mutate, buf_slice(&c->rules), c->seed, &why) != EUICC_OK) return false;
    struct mutate_card card = mutate_card_of(c->card);
    mutate_begin(c->mutate, &card, NULL, NULL);
    return true;
}

static void wait_milliseconds(unsigned milliseconds)
{
    struct timespec left = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    (void)nanosleep(&left, NULL);
}

static enum target_result result_of(int result)
{
    return result == EUICC_OK ? TARGET_OK : result == EUICC_NO_MEMORY ? TARGET_BROKEN : TARGET_SILENT;
}

static enum target_result give_atr(struct card_target *c, bool cold, struct euicc_atr *atr, struct buf *out)
{
    if (c->mutate) mutate_power(c->mutate, cold, atr);
    buf_reset(out);
    buf_append(out, slice_of(atr->bytes, atr->n));
    return buf_err(out) == OK ? TARGET_OK : TARGET_BROKEN;
}

static enum target_result card_power(struct target *t, bool on, struct buf *atr)
{
    struct card_target *c = t->ctx;
    struct euicc_atr bytes;
    euicc_power_off(c->card);
    if (!on) return TARGET_OK;
    enum target_result result = result_of(euicc_power_on(c->card, &bytes));
    return result == TARGET_OK ? give_atr(c, true, &bytes, atr) : result;
}

static enum target_result card_reset(struct target *t, struct buf *atr)
{
    struct card_target *c = t->ctx;
    struct euicc_atr bytes;
    enum target_result result = result_of(euicc_reset(c->card, &bytes));
    return result == TARGET_OK ? give_atr(c, false, &bytes, atr) : result;
}

static enum target_result card_transmit(struct target *t, struct slice command, struct buf *answer)
{
    struct card_target *c = t->ctx;
    size_t n = 0;
    unsigned delay = 0;
    buf_reset(answer);
    int result = c->mutate ? mutate_transmit(c->mutate, command, c->answer, sizeof c->answer, &n, &delay)
                           : euicc_transmit(c->card, command.p, command.n, c->answer, sizeof c->answer, &n);
    if (delay >= t->timeout_ms) {
        wait_milliseconds(t->timeout_ms);
        return TARGET_SILENT;
    }
    if (delay) wait_milliseconds(delay);
    if (result != EUICC_OK) return result_of(result);
    if (n < 2) return TARGET_NONSENSE;
    buf_append(answer, slice_of(c->answer, n));
    return buf_err(answer) == OK ? TARGET_OK : TARGET_BROKEN;
}

static bool card_reason(struct target *t, struct euicc_reason *out)
{
    euicc_last_reason(((struct card_target *)t->ctx)->card, out);
    return out->said;
}

static void card_close(struct target *t)
{
    struct card_target *c = t->ctx;
    mutate_free(c->mutate);
    euicc_destroy(c->card);
    euicc_random_free(c->random);
    euicc_file_close(c->file);
    buf_free(&c->rules);
    free(c);
    t->ctx = NULL;
}

static struct card_target *card_new(struct target *t)
{
    struct card_target *c = calloc(1, sizeof *c);
    t->ctx = c;
    t->power = card_power;
    t->reset = card_reset;
    t->transmit = card_transmit;
    t->reason = card_reason;
    t->close = card_close;
    if (!t->timeout_ms) t->timeout_ms = TARGET_TIMEOUT_MS;
    return c;
}

static bool new_random(uint64_t seed, euicc_random **out)
{
    return euicc_random_new(out, true, seed) == EUICC_OK;
}

static bool rules_take(struct card_target *c, const struct target_builtin *what, struct euicc_diagnostic *why)
{
    struct mutate *tried = NULL;
    if (what->mutations.n == 0) return true;
    bool good = mutate_new(&tried, what->mutations, what->seed, why) == EUICC_OK;
    mutate_free(tried);
    if (good) buf_append(&c->rules, what->mutations);
    return good;
}

bool target_open_builtin(struct target *t, const struct target_builtin *what, struct euicc_diagnostic *why)
{
    struct card_target *c = card_new(t);
    const struct euicc_config config = {.eid = "89049032123451234512345678901235", .personality = what->personality};
    if (!c) return fail(why, "no memory");
    (void)snprintf(t->name, sizeof t->name, "built-in card");
    t->builtin = true;
    if (!rules_take(c, what, why)) return false;
    c->seed = what->seed;
    if (!new_random(what->seed, &c->random)) return fail(why, "no memory");
    const struct euicc_env env = env_of(c);
    why->text[0] = 0;
    int result = euicc_create(&c->card, &config, &env, why);
    if (result != EUICC_OK) return why->text[0] ? false : fail(why, euicc_result_text(result));
    return true;
}

bool target_use_state(struct target *t, const euicc *state, uint64_t seed, bool mutated)
{
    struct card_target *c = t->ctx;
    const struct euicc_env env = env_of(c);
    euicc_random *random = NULL;
    euicc *card = NULL;
    if (!new_random(seed, &random)) return false;
    if (euicc_clone(state, &env, &card) != EUICC_OK) {
        euicc_random_free(random);
        return false;
    }
    euicc_destroy(c->card);
    euicc_random_free(c->random);
    c->card = card;
    c->random = random;
    c->seed = seed;
    return rules_start(c, mutated);
}

euicc *target_keep_state(struct target *t, struct target *owner)
{
    const struct card_target *c = t->ctx;
    const struct euicc_env env = env_of(owner->ctx);
    euicc *copy = NULL;
    return euicc_clone(c->card, &env, &copy) == EUICC_OK ? copy : NULL;
}

bool target_open_file(struct target *t, const char *path, struct euicc_diagnostic *why)
{
    struct card_target *c = card_new(t);
    if (!c) return fail(why, "no memory");
    (void)snprintf(t->name, sizeof t->name, "card file %s", path);
    why->text[0] = 0;
    if (euicc_file_open(&c->file, path, NULL, EUICC_FILE_OPEN, why) != EUICC_OK) return false;
    if (euicc_random_new(&c->random, false, 0) != EUICC_OK) return fail(why, "no random numbers");
    const struct euicc_env env = env_of(c);
    int result = euicc_create(&c->card, NULL, &env, why);
    return result == EUICC_OK || (why->text[0] ? false : fail(why, euicc_result_text(result)));
}

void target_close(struct target *t)
{
    if (t->ctx && t->close) t->close(t);
    t->ctx = NULL;
}
