/* Experiments of the probe: the n-th allocation of a call of the card fails, or its n-th random draw, or its n-th call
 * of libcrypto, n = 1, 2, 3 ... until none fires; see probe.h and seams.h.
 *
 * What has to hold: the card answers as if nothing had happened, or says 6F00 with a reason, or does not answer at all,
 * and then not until it is switched on again. What it stored, and what it holds in memory, is the state before the
 * command or the one after (retry counters may have stepped). Without faults the same command then gives what it gives
 * on a card that met none, or, if the fault cost it a session, is refused and changes nothing; and once more after
 * power off and on, where both cards lost their sessions. */
#define _DEFAULT_SOURCE
#include "holds.h"
#include "probe.h"
#include "real.h"
#include "seams.h"

#include <check.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first draws of a call give the same bytes, so that one that failed, or that a failure saved, changes none of
 * those behind it. Then each gives others, for those who draw until they like what they see: OpenSSL tries 64 nonces,
 * and on a brainpool curve one in three is too high. */
#define SAME_DRAWS 24
static int draw(struct trial *t)
{
    t->random = 0x243f6a8885a308d3u + (t->randoms > SAME_DRAWS ? t->randoms : 0);
    return seam_call(SEAM_RANDOM, "random") ? EUICC_RANDOM : EUICC_OK;
}

static void begin(struct trial *t, struct probe *p)
{
    trial_begin(t, p);
    t->before_random = draw;
    t->arm = seam_arm;
    ERR_clear_error(); /* what a fault left behind is none of the next trial's business */
}

/* How it goes without a fault. */
struct reference {
    struct probe_outcome went;                    /* the command */
    size_t calls;                                 /* at the seam */
    struct storage states[PROBE_COMMITS_MAX + 1]; /* stored before its first and after its k-th commit */
    struct probe_outcome off_went;                /* the command after power off and on instead */
    struct storage off_stored;
};

/* The state after all. */
static const struct storage *end_of(const struct reference *r)
{
    return &r->states[r->went.commits];
}

/* Takes what a trial came to. */
static void keep(struct trial *t, struct probe_outcome *went, struct storage *stored)
{
    free(went->rapdu);
    *went = t->went;
    t->went = (struct probe_outcome){0};
    storage_copy(&t->stored, stored);
}

static int record(struct trial *t, const struct euicc_change *changes, size_t n)
{
    struct reference *r = t->ctx;
    (void)changes;
    (void)n;
    probe_check(t->probe, t->commits <= PROBE_COMMITS_MAX, "more than %d commits", PROBE_COMMITS_MAX);
    storage_copy(&t->stored, &r->states[t->commits - 1]);
    return EUICC_OK;
}

static void make_reference(struct probe *p, enum seam seam, struct reference *r)
{
    struct trial t;
    memset(r, 0, sizeof *r);
    for (int i = 0; i < 2; i++) { /* the first one for what is made once a process */
        probe_try(p, "without a fault");
        seam_set(seam, 0);
        begin(&t, p);
        t.before_commit = record;
        t.ctx = r;
        trial_run(&t);
        r->calls = seam_calls(seam);
        keep(&t, &r->went, &r->states[t.went.commits]);
        trial_end(&t);
    }
    begin(&t, p);
    if (trial_power_on(&t) == EUICC_OK) trial_run(&t);
    keep(&t, &r->off_went, &r->off_stored);
    trial_end(&t);
}

static void free_reference(struct reference *r)
{
    free(r->went.rapdu);
    free(r->off_went.rapdu);
    for (size_t i = 0; i <= PROBE_COMMITS_MAX; i++)
        storage_clear(&r->states[i]);
    storage_clear(&r->off_stored);
}

static bool same_outcome(const struct probe_outcome *a, const struct probe_outcome *b)
{
    return a->result == b->result && a->rapdu_n == b->rapdu_n &&
           (a->rapdu_n == 0 || memcmp(a->rapdu, b->rapdu, a->rapdu_n) == 0);
}

/* An answer in words, for failures; two at a time. */
static const char *words(const struct probe_outcome *o)
{
    static char texts[2][96];
    static unsigned turn;
    char *text = texts[turn++ % 2];
    if (o->result != EUICC_OK) return euicc_result_text(o->result);
    size_t n = (size_t)snprintf(text, sizeof texts[0], "%zu bytes ", o->rapdu_n);
    for (size_t i = 0; i < o->rapdu_n && i < 32; i++)
        n += (size_t)snprintf(text + n, sizeof texts[0] - n, "%02X", o->rapdu[i]);
    return text;
}

static bool is_6f00(const struct probe_outcome *o)
{
    return o->result == EUICC_OK && o->rapdu_n == 2 && o->rapdu[0] == 0x6f && o->rapdu[1] == 0x00;
}

/* What was stored between the commits of the reference: k commits are done. -1: something else. */
static int state_of(const struct reference *r, const struct storage *stored)
{
    for (int k = (int)r->went.commits; k >= 0; k--)
        if (!storage_difference(&r->states[k], stored)) return k;
    return -1;
}

/* The card's memory is what it stored. */
static void check_memory(struct trial *t)
{
    const char *other = storage_difference_to_card(&t->stored, t->card);
    probe_check(t->probe, !other, "%s is not in memory what is stored", other);
}

static void check_reason(struct trial *t)
{
    struct euicc_reason reason;
    euicc_last_reason(t->card, &reason);
    probe_check(t->probe, reason.said && reason.expected && reason.came && *reason.came, "6F00 without a reason");
}

/* Whether they are the same but for what tells that an installation was interrupted (SGP.22 2.5.6): the fault cost the
 * session of one. */
static bool same_but_interruption(const struct storage *a, const struct storage *b)
{
    size_t i = 0;
    size_t k = 0;
    if (!storage_find(a, "card/loading")) return !storage_difference(a, b);
    while (i < a->n || k < b->n) {
        int order = i == a->n ? 1 : k == b->n ? -1 : strcmp(a->items[i].key, b->items[k].key);
        const struct stored *one = order <= 0 ? &a->items[i] : &b->items[k];
        bool same = order == 0 && stored_is_same(&a->items[i], &b->items[k]);
        if (!same && strcmp(one->key, "card/loading") != 0 && strcmp(one->key, "card/sequence") != 0 &&
            strncmp(one->key, "notification/", 13) != 0)
            return false;
        i += order <= 0;
        k += order >= 0;
    }
    return true;
}

/* STORE DATA, proactive commands, blocks of data objects, and what goes through a secure channel belong to sessions
 * that a fault ends. */
static bool has_session(const struct probe *p)
{
    static const uint8_t ins[] = {0xe2, 0x82, 0xca, 0xf2, 0xd8, 0xfa, 0xe4, 0xe6,
                                  0xf0, 0xc0, 0x12, 0x14, 0xc2, 0xdb, 0xcb};
    return p->kind == PROBE_COMMAND && p->n > 1 && memchr(ins, p->bytes[1], sizeof ins);
}

/* A function that was refused because a profile is being loaded (6985): the fault ended that, and the function works.
 */
static bool was_in_the_way(const struct probe *p, const struct reference *r)
{
    static const uint8_t conditions[] = {0x69, 0x85};
    return p->kind == PROBE_COMMAND && p->n > 1 && p->bytes[1] == 0xe2 && r->went.result == EUICC_OK &&
           r->went.rapdu_n == 2 && memcmp(r->went.rapdu, conditions, 2) == 0;
}

/* A PIN command that failed after its try was taken, as after a power cut: the last one is gone, and the PIN blocked.
 */
static bool is_blocked(const struct probe *p, const struct probe_outcome *o)
{
    static const uint8_t ins[] = {0x20, 0x24, 0x26, 0x28, 0x2c};
    static const uint8_t blocked[] = {0x69, 0x83};
    return p->kind == PROBE_COMMAND && p->n > 1 && memchr(ins, p->bytes[1], sizeof ins) && o->rapdu_n == 2 &&
           memcmp(o->rapdu, blocked, 2) == 0;
}

/* They differ in tries that are left, and those only fell. */
static bool only_tries_fell(const struct storage *from, const struct storage *to)
{
    bool others = from->n != to->n;
    for (size_t i = 0; i < from->n && !others; i++) {
        const struct stored *was = &from->items[i];
        const struct stored *is = &to->items[i];
        others = strcmp(was->key, is->key) != 0 ||
                 (!stored_is_same(was, is) && (tries_of(is) < 0 || tries_of(is) >= tries_of(was)));
    }
    return !others && storage_difference(from, to);
}

/* A PIN has no try left that would have some. */
static bool blocks_more(const struct storage *end, const struct storage *now)
{
    bool more = false;
    for (size_t i = 0; i < now->n; i++) {
        const struct stored *there = storage_find(end, now->items[i].key);
        more = more || (tries_of(&now->items[i]) == 0 && there && tries_of(there) > 0);
    }
    return more;
}

/* The fault came after a try of a PIN was taken, as a power cut does: the command then finds one less, which changes
 * only tries, unless that was the last one and what the PIN was to open stays shut. */
static bool is_for_lack_of_a_try(const struct reference *r, const struct storage *before, const struct storage *now)
{
    if (!only_tries_fell(&r->states[0], before)) return false;
    return blocks_more(end_of(r), now) || !storage_difference(end_of(r), now) || only_tries_fell(end_of(r), now);
}

/* The same command once more, after 6F00. */
static void try_again(struct trial *t, const struct reference *r)
{
    struct probe *p = t->probe;
    struct storage before = {0};
    storage_copy(&t->stored, &before);
    trial_run(t);
    bool same = same_outcome(&t->went, &r->went) && !storage_difference(&t->stored, end_of(r));
    bool lacks_a_try = !same && is_for_lack_of_a_try(r, &before, &t->stored);
    probe_check(p, t->went.result == EUICC_OK, "again: no answer, %s", words(&t->went));
    probe_check(p, same || lacks_a_try || was_in_the_way(p, r) || same_but_interruption(&before, &t->stored),
                "again: it says %s, and changes what is stored", words(&t->went));
    probe_check(p, same || lacks_a_try || has_session(p) || is_blocked(p, &t->went), "again: it says %s instead of %s",
                words(&t->went), words(&r->went));
    storage_clear(&before);
}

/* The card goes on without a fault: the same command now, then after power off and on. */
static void go_on(struct trial *t, const struct reference *r, bool refused)
{
    struct probe *p = t->probe;
    ERR_clear_error();
    if (refused) try_again(t, r);
    if (p->kind == PROBE_COMMAND) euicc_power_off(t->card);
    int result = trial_power_on(t);
    probe_check(p, result == EUICC_OK, "it does not start: %s", euicc_result_text(result));
    trial_check(t);
}

/* It gave no answer: it gives none until it is switched on; then all is as after a power cut. */
static void check_mute(struct trial *t, const struct reference *r, int state)
{
    struct probe *p = t->probe;
    if (p->kind == PROBE_COMMAND || p->kind == PROBE_POWER_ON || p->kind == PROBE_RESET) {
        static const uint8_t select[] = {0x00, 0xa4, 0x00, 0x00, 0x02, 0x3f, 0x00};
        trial_transmit(t, select, sizeof select);
        probe_check(p, t->went.result == EUICC_MUTE, "it gave no answer, and now says %s", words(&t->went));
    }
    go_on(t, r, false);
    if (state != 0) return;
    trial_run(t);
    probe_check(p, same_outcome(&t->went, &r->off_went) && !storage_difference(&t->stored, &r->off_stored),
                "after power off and on it says %s, without a fault before that it does not", words(&t->went));
}

static bool fault_once(struct probe *p, enum seam seam, size_t n, const struct reference *r)
{
    struct trial t;
    probe_try(p, "%s:%zu of %zu", seam_names[seam], n, r->calls);
    begin(&t, p);
    seam_set(seam, n);
    trial_run(&t);
    bool fired = seam_fired();
    probe_try(p, "%s:%zu of %zu %s", seam_names[seam], n, r->calls, seam_failed_call());
    seam_set(seam, 0);
    int state = state_of(r, &t.stored);
    probe_check(p, state >= 0, "%s is stored neither as it was nor as it would be; it said %s",
                storage_difference(&r->states[0], &t.stored), words(&t.went));
    bool as_ever = same_outcome(&t.went, &r->went);
    bool refused = !as_ever && is_6f00(&t.went);
    if (as_ever && t.went.result == EUICC_OK)
        probe_check(p, !storage_difference(&t.stored, end_of(r)), "it answers as ever, and %s is not stored as ever",
                    storage_difference(&t.stored, end_of(r)));
    probe_check(p, as_ever || refused || t.went.result != EUICC_OK, "it says %s instead of %s", words(&t.went),
                words(&r->went));
    if (refused) check_reason(&t);
    check_memory(&t);
    if (as_ever || refused)
        go_on(&t, r, refused);
    else
        check_mute(&t, r, state);
    trial_end(&t);
    ERR_clear_error();
    probe_check(p, !getenv("TEAR_LEAKS") || !seam_leaks(), "memory is lost");
    return fired;
}

static void experiment(struct probe *p, enum seam seam)
{
    struct reference r;
    make_reference(p, seam, &r);
    size_t each = probe_each();
    if (each == 0 || each > r.calls) each = r.calls;
    size_t offset = each ? p->number * 7u % (r.calls / each) : 0;
    for (size_t i = 0; i < each; i++)
        if (!fault_once(p, seam, 1 + offset + i * r.calls / each, &r)) break;
    free_reference(&r);
}

void experiment_allocation(struct probe *p)
{
    experiment(p, SEAM_ALLOCATION);
}

void experiment_random(struct probe *p)
{
    experiment(p, SEAM_RANDOM);
}

void experiment_crypto(struct probe *p)
{
    experiment(p, SEAM_CRYPTO);
}
