/* Power cuts at each commit of a command, and at each commit of the start after it; see probe.h. */
#define _DEFAULT_SOURCE
#include "holds.h"
#include "probe.h"

#include <stdio.h>
#include <string.h>

#define STARTS_MAX 8 /* commits of a start */

/* ---- what a command may store, and when ---- */

/* What is stored ahead of the command's commit: tries, and that a suspended session is over. */
static bool goes_ahead(const char *key)
{
    const char *name = strncmp(key, "isdp/", 5) == 0 ? strchr(key + 5, '/') : NULL;
    return (name && (strncmp(name, "/pin/", 5) == 0 || strncmp(name, "/puk/", 5) == 0)) ||
           strcmp(key, "card/suspended") == 0;
}

static bool is_same(const struct stored *a, const struct stored *b)
{
    return b && stored_is_same(a, b);
}

/* A key on which the two differ, of those that do not go ahead; NULL: none. */
static const char *changed(const struct storage *a, const struct storage *b)
{
    for (size_t i = 0; i < a->n; i++)
        if (!goes_ahead(a->items[i].key) && !is_same(&a->items[i], storage_find(b, a->items[i].key)))
            return a->items[i].key;
    for (size_t i = 0; i < b->n; i++)
        if (!goes_ahead(b->items[i].key) && !storage_find(a, b->items[i].key)) return b->items[i].key;
    return NULL;
}

/* All of a command is in one commit; only tries come before it, and those only go down. */
static void check_commits(struct probe *p)
{
    const char *first = NULL;
    for (size_t k = 1; k <= p->went.commits; k++) {
        const char *key = changed(&p->states[k - 1], &p->states[k]);
        probe_check(p, !(first && key), "stores %s in one commit and %s in another", first, key);
        if (key) first = key;
        for (size_t i = 0; k < p->went.commits && i < p->states[k].n; i++) {
            const struct stored *is = &p->states[k].items[i];
            const struct stored *was = storage_find(&p->states[k - 1], is->key);
            probe_check(p, !was || tries_of(is) <= tries_of(was), "%s rises from %d to %d before the command ends",
                        is->key, tries_of(was), tries_of(is));
        }
    }
}

/* ---- starts ---- */

static bool start(struct trial *t, bool same_object, struct cut cut)
{
    struct probe *p = t->probe;
    t->cut = cut;
    if (same_object) {
        t->commits = 0;
        t->fired = false;
    } else {
        trial_new_card(t); /* stores something if the stored card is of an older version */
    }
    if (!t->fired && trial_power_on(t) == EUICC_OK) {
        probe_check(p, !t->fired, "starts although commit %zu failed", cut.at);
        trial_check(t);
        return true;
    }
    probe_check(p, t->fired, "the card does not start: %s", euicc_result_text(t->went.result));
    return false;
}

/* A start over `state` that nothing disturbs: what it stores goes to *out. Gives how often it commits. */
static size_t start_untouched(struct probe *p, const struct storage *state, struct storage *out)
{
    struct trial t;
    trial_begin(&t, p);
    storage_copy(state, &t.stored);
    (void)start(&t, false, (struct cut){CUT_NOTHING, 0});
    storage_copy(&t.stored, out);
    size_t commits = t.went.commits;
    trial_end(&t);
    return commits;
}

/* The start over `state` is cut; the next one has to end where an untouched one ends. */
static void cut_start(struct probe *p, const struct storage *state, const struct storage *end, struct cut cut)
{
    struct trial t;
    char first[sizeof p->what];
    (void)snprintf(first, sizeof first, "%s", p->what);
    probe_try(p, "%.80s, then the start %s:%zu", first, cut_names[cut.mode], cut.at);
    trial_begin(&t, p);
    storage_copy(state, &t.stored);
    bool started = start(&t, false, cut);
    probe_check(p, !started, "commit %zu of the start did not come", cut.at);
    bool whole = start(&t, cut.mode == CUT_REFUSED && t.card, (struct cut){CUT_NOTHING, 0});
    probe_check(p, whole, "the second start does not come through");
    const char *other = storage_difference(end, &t.stored);
    probe_check(p, !other, "after a cut in the start %s is stored otherwise", other);
    trial_end(&t);
    probe_try(p, "%s", first);
}

/* ---- the command ---- */

/* What the card stores after a start over each state of the reference. */
static void each_start(struct probe *p, const struct storage *state, struct storage *end)
{
    size_t commits = start_untouched(p, state, end);
    probe_check(p, commits <= STARTS_MAX, "a start commits %zu times", commits);
    for (size_t m = 1; m <= commits; m++)
        for (enum cut_mode mode = CUT_BEFORE; mode <= CUT_REFUSED; mode++)
            cut_start(p, state, end, (struct cut){mode, m});
}

/* Until there is power again the card says nothing. */
static void check_mute(struct trial *t)
{
    static const uint8_t status[] = {0x80, 0xf2, 0, 0, 0};
    if (t->probe->kind != PROBE_COMMAND) return;
    trial_transmit(t, status, sizeof status);
    probe_check(t->probe, t->went.result == EUICC_MUTE && t->went.rapdu_n == 0, "not mute after a failed commit");
}

static void cut_once(struct probe *p, struct cut cut, const struct storage *state, const struct storage *end)
{
    struct trial t;
    probe_try(p, "%s:%zu of %zu", cut_names[cut.mode], cut.at, p->went.commits);
    trial_begin(&t, p);
    t.cut = cut;
    trial_run(&t);
    probe_check(p, t.fired, "commit %zu did not come", cut.at);
    int expected = cut.mode == CUT_REFUSED ? EUICC_STORAGE : EUICC_POWER_LOST;
    probe_check(p, t.went.result == expected && t.went.rapdu_n == 0, "the card says %s after its commit failed",
                euicc_result_text(t.went.result));
    check_mute(&t);
    const char *other = storage_difference(state, &t.stored);
    probe_check(p, !other, "%s is stored neither as it was nor as it would be", other);
    bool started = start(&t, cut.mode == CUT_REFUSED, (struct cut){CUT_NOTHING, 0});
    probe_check(p, started, "it does not start");
    other = storage_difference(end, &t.stored);
    probe_check(p, !other, "after the start %s is stored otherwise", other);
    if (cut.mode == CUT_REFUSED) { /* what the same object has in memory is what is stored */
        other = storage_difference_to_card(&t.stored, t.card);
        probe_check(p, !other, "%s differs between the card and its storage", other);
    }
    trial_end(&t);
}

void experiment_cut(struct probe *p)
{
    struct storage end = {0};
    check_commits(p);
    for (size_t k = 0; k <= p->went.commits; k++) {
        probe_try(p, "after commit %zu of %zu", k, p->went.commits);
        each_start(p, &p->states[k], &end);
        if (k > 0) cut_once(p, (struct cut){CUT_AFTER, k}, &p->states[k], &end);
        if (k == p->went.commits) continue;
        cut_once(p, (struct cut){CUT_BEFORE, k + 1}, &p->states[k], &end);
        cut_once(p, (struct cut){CUT_INSIDE, k + 1}, &p->states[k], &end);
        cut_once(p, (struct cut){CUT_REFUSED, k + 1}, &p->states[k], &end);
    }
    storage_clear(&end);
}

/* ---- tries ---- */

#define PIN_SIZE 8

/* VERIFY, CHANGE, DISABLE, ENABLE, UNBLOCK PIN without secure messaging, with a value. */
static bool presents(const struct probe *p)
{
    static const uint8_t instructions[] = {0x20, 0x24, 0x26, 0x28, 0x2c};
    return p->kind == PROBE_COMMAND && p->n >= 5 + PIN_SIZE && (p->bytes[0] & 0xfc) == 0 &&
           memchr(instructions, p->bytes[1], sizeof instructions);
}

/* With another value the first commit is the same: who cuts the power there does not learn whether a value is right,
 * and has lost a try. */
void experiment_pin(struct probe *p)
{
    uint8_t other[5 + 255 + 1];
    struct trial t;
    if (!presents(p) || p->n > sizeof other) return;
    probe_try(p, "with another value");
    memcpy(other, p->bytes, p->n);
    other[5] ^= 1;
    trial_begin(&t, p);
    t.cut = (struct cut){CUT_AFTER, 1};
    trial_transmit(&t, other, p->n);
    probe_check(p, t.fired, "nothing is stored with a wrong value, or nothing but with the right one");
    const char *key = storage_difference(&p->states[1], &t.stored);
    probe_check(p, !key, "the first commit tells if the value is right: %s", key);
    key = storage_difference(&p->stored, &t.stored);
    probe_check(p, key, "no try is lost");
    const struct stored *was = storage_find(&p->stored, key);
    const struct stored *is = storage_find(&t.stored, key);
    probe_check(p, was && is && tries_of(is) == tries_of(was) - 1, "%s: the tries do not go down by one", key);
    trial_end(&t);
}
