/* The run of all chosen cases; see run.h. */
#define _GNU_SOURCE
#include "run.h"

#include "needs.h"
#include "say.h"
#include "states.h"

#include "base/hex.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- opening ---- */

static bool read_file(const char *path, struct buf *out, struct euicc_diagnostic *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error = fd < 0 ? errno : read_all(fd, 1u << 20, out);
    if (fd >= 0) close(fd);
    if (error) (void)snprintf(why->text, sizeof why->text, "%s: %s", path, strerror(error));
    return !error;
}

/* The name of a built-in personality, or a file. */
static bool read_personality(struct run *r)
{
    const char *name = r->options->personality;
    const char *text = name ? euicc_personality_text(name) : NULL;
    if (!name) return true;
    if (text)
        buf_append(&r->personality, slice_text(text));
    else if (!read_file(name, &r->personality, &r->why))
        return false;
    buf_byte(&r->personality, '\n');
    return true;
}

/* A new built-in card. Those lines of the user that are about the same as a state's are the ones that count. */
static bool open_builtin(struct run *r, const char *lines, struct target *t, struct euicc_diagnostic *why)
{
    BUF_LOCAL personality = {0};
    if (lines) buf_append(&personality, slice_text(lines));
    buf_append(&personality, buf_slice(&r->personality));
    buf_byte(&personality, 0);
    const struct target_builtin what = {.personality = (const char *)personality.p,
                                        .mutations = buf_slice(&r->mutations),
                                        .seed = r->options->bench.seed};
    return buf_err(&personality) == OK && target_open_builtin(t, &what, why);
}

static bool open_target(struct run *r)
{
    const struct options *o = r->options;
    if (o->reader) return target_open_pcsc(&r->target, o->reader, &r->why);
    if (o->connect) return target_open_socket(&r->target, o->connect, &r->why);
    if (strcmp(o->card, "builtin") != 0) return target_open_file(&r->target, o->card, &r->why);
    return read_personality(r) && (!o->mutate || read_file(o->mutate, &r->mutations, &r->why)) &&
           open_builtin(r, NULL, &r->target, &r->why);
}

static bool read_facts(struct run *r, struct target *t, struct facts *facts, char *why, size_t size)
{
    struct bench b;
    bench_begin(&b, t, &r->options->bench, NULL, NULL);
    bool good = facts_read(&b, facts);
    if (!good) (void)snprintf(why, size, "%.200s", b.reason);
    bench_end(&b);
    return good;
}

static size_t state_count(void)
{
    size_t n = 0;
    while (states[n].name)
        n++;
    return n;
}

bool run_open(struct run *r)
{
    r->target.timeout_ms = r->options->timeout_ms;
    r->kept = calloc(state_count(), sizeof *r->kept);
    r->results = calloc(r->row_n ? r->row_n : 1, sizeof *r->results);
    if (!r->kept || !r->results) {
        (void)snprintf(r->why.text, sizeof r->why.text, "no memory");
        return false;
    }
    /* A card that does not answer is not a mistake of the user: each case then has its verdict. */
    if (!open_target(r)) return false;
    if (!read_facts(r, &r->target, &r->facts, r->why.text, sizeof r->why.text)) r->lost = true;
    return true;
}

void run_close(struct run *r)
{
    for (size_t i = 0; r->kept && i < state_count(); i++) {
        euicc_destroy(r->kept[i].card);
        facts_free(&r->kept[i].facts);
    }
    free(r->kept);
    for (size_t i = 0; r->results && i < r->row_n; i++) {
        free(r->results[i].reason);
        buf_free(&r->results[i].json);
    }
    free(r->results);
    target_close(&r->target);
    facts_free(&r->facts);
    buf_free(&r->personality);
    buf_free(&r->mutations);
}

/* ---- states ---- */

static bool holds(const char *expression, struct facts *facts, char *missing, size_t size)
{
    const char *why;
    bool is = true;
    return !expression || (expression_evaluate(expression, facts_lookup, facts, &is, missing, size, &why) && is);
}

static bool reach(struct run *r, const struct state *state, struct target *t, struct facts *facts, char *why,
                  size_t size)
{
    struct bench b;
    bench_begin(&b, t, &r->options->bench, NULL, facts);
    bool good = !state->reach || state->reach(&b);
    if (!good) (void)snprintf(why, size, "%.200s", b.reason);
    bench_end(&b);
    return good;
}

/* A new card, brought into the state; false: *kept says why. */
static bool make_state(struct run *r, const struct state *state, struct target *t, struct kept_state *kept)
{
    char missing[160] = "";
    if (!read_facts(r, t, &kept->facts, kept->why, sizeof kept->why)) return false;
    if (!holds(state->takes, &kept->facts, missing, sizeof missing)) {
        kept->verdict = VERDICT_SKIP;
        (void)snprintf(kept->why, sizeof kept->why, "to bring it there the card has to be: %s", missing);
        return false;
    }
    return reach(r, state, t, &kept->facts, kept->why, sizeof kept->why) &&
           read_facts(r, t, &kept->facts, kept->why, sizeof kept->why);
}

/* The built-in card in a state: a right card is brought there, the rules that make it a wrong one begin with the case.
 */
static struct kept_state *keep(struct run *r, const struct state *state)
{
    struct kept_state *kept = &r->kept[state - states];
    struct target t = {.timeout_ms = r->options->timeout_ms};
    struct euicc_diagnostic why;
    BUF_LOCAL nothing = {0};
    if (kept->card || kept->verdict != VERDICT_PASS) return kept;
    struct buf rules = r->mutations;
    r->mutations = (struct buf){0};
    bool good = open_builtin(r, state->personality, &t, &why);
    r->mutations = rules;
    if (!good) (void)snprintf(kept->why, sizeof kept->why, "%s", why.text);
    good = good && make_state(r, state, &t, kept) && t.power(&t, false, &nothing) == TARGET_OK;
    kept->card = good ? target_keep_state(&t, &r->target) : NULL;
    target_close(&t);
    if (!kept->card && kept->verdict == VERDICT_PASS) kept->verdict = VERDICT_ERROR;
    return kept;
}

static uint64_t seed_of(const struct run *r, const struct case_row *row, unsigned repetition)
{
    uint64_t seed = r->options->bench.seed * 0x9e3779b97f4a7c15u + repetition;
    for (const char *c = row->id; *c; c++)
        seed = (seed ^ (uint8_t)*c) * 0x100000001b3u;
    return seed;
}

static bool begin_builtin(struct run *r, struct bench *b, const struct state *state, unsigned repetition)
{
    struct kept_state *kept = keep(r, state);
    b->facts = &kept->facts;
    if (kept->verdict != VERDICT_PASS)
        return bench_verdict(b, kept->verdict, "the state \"%s\" cannot be made: %s", state->name, kept->why);
    return target_use_state(&r->target, kept->card, seed_of(r, b->row, repetition), true) ||
           bench_verdict(b, VERDICT_ERROR, "no memory");
}

/* Nothing of the cases before waits. A state that is about notifications says so itself, "any" takes the card as it is.
 */
static bool is_quiet(const struct state *state, const struct facts *facts)
{
    const char *waiting = facts_get(facts, "notifications");
    return !state->reach || strstr(state->is, "notifications") || !waiting || strcmp(waiting, "0") == 0;
}

/* False: the card does not answer any more, and no case will be run. */
static bool look(struct run *r)
{
    char why[256] = "";
    r->facts_stale = !read_facts(r, &r->target, &r->facts, why, sizeof why);
    if (!r->facts_stale) return true;
    r->lost = true;
    (void)snprintf(r->why.text, sizeof r->why.text, "%s", why);
    return false;
}

static bool make_anew(struct run *r, struct bench *b, const struct state *state)
{
    char why[256] = "";
    r->facts_stale = true;
    if (!reach(r, state, &r->target, &r->facts, why, sizeof why) ||
        !read_facts(r, &r->target, &r->facts, why, sizeof why)) {
        (void)look(r);
        return bench_verdict(b, VERDICT_ERROR, "the state \"%s\" cannot be reached: %s", state->name, why);
    }
    r->facts_stale = false;
    r->used_up = false;
    r->made = true;
    return true;
}

/* A blocked PIN is no fact: what a destructive case has left cannot be seen. So nobody has to look at the card to know
 * that the state has to be made again; which profiles there are is not known then. */
static bool is_made_anew(struct run *r, const struct state *state)
{
    char missing[160];
    return r->used_up && state->reach && holds(state->takes, &r->facts, missing, sizeof missing) &&
           facts_set(&r->facts, "profiles", "unknown");
}

/* With leave: nothing waits, and a state that is about the profiles of profiles/ has these, not the card's own that
 * bear their ICCIDs, with who knows which PINs and files. */
static bool is_trusted(const struct run *r, const struct state *state)
{
    return is_quiet(state, &r->facts) && (r->made || !state->is || !strstr(state->is, "98001010"));
}

/* A foreign card is left as it is if it is in the state; else it has to be allowed, and possible. With leave, what
 * other cases left behind goes: they come one after the other on the same card. */
static bool begin_foreign(struct run *r, struct bench *b, const struct state *state)
{
    char missing[160] = "";
    b->facts = &r->facts;
    if (is_made_anew(r, state)) return make_anew(r, b, state);
    if (r->facts_stale && !look(r)) return bench_verdict(b, VERDICT_ERROR, "%s", r->why.text);
    char lacking[160] = "";
    bool is_in_it = holds(state->is, &r->facts, missing, sizeof missing);
    bool can_be_made = holds(state->takes, &r->facts, lacking, sizeof lacking);
    if (is_in_it && !(r->options->bench.allow_destructive && can_be_made && !is_trusted(r, state))) return true;
    if (!can_be_made)
        return bench_verdict(b, VERDICT_SKIP, "begins with: %s; to bring it there the card has to be: %s", state->text,
                             lacking);
    if (!r->options->bench.allow_destructive)
        return bench_verdict(b, VERDICT_SKIP,
                             "begins with: %s; not so here: %s; --allow-destructive would bring the card there",
                             state->text, missing);
    return make_anew(r, b, state);
}

/* ---- one case ---- */

/* Skips what does not apply, what cannot be judged, and what must not be done to this card. */
static bool is_judged(struct bench *b)
{
    char missing[160] = "";
    if (!holds(b->row->applies, b->facts, missing, sizeof missing))
        return bench_verdict(b, VERDICT_SKIP, "applies only if: %s", missing);
    if (!needs_of_card(b)) return false;
    if (b->row->destructive && !b->target->builtin && !b->options->allow_destructive)
        return bench_verdict(b, VERDICT_SKIP, "destructive: --allow-destructive");
    return true;
}

static bool set_digits(struct bench *b, const char *name, const char *digits)
{
    BUF_LOCAL bytes = {0};
    return !digits || (hex_decode(slice_text(digits), &bytes) && variables_set(&b->variables, name, buf_slice(&bytes)));
}

/* What patterns may use: {isd-r}, {ecasd}, {eid}, {enabled}, {disabled}, {iccid}, {pin}, {adm} and so on. */
static bool set_variables(const struct run *r, struct bench *b)
{
    static const char *const of_card[] = {"eid", "enabled", "enabled-aid", "disabled", "disabled-aid"};
    static const char iccid_name[] = "iccid";
    uint8_t iccid[10];
    bool good = set_digits(b, "isd-r", "A0000005591010FFFFFFFF8900000100") &&
                set_digits(b, "ecasd", "A0000005591010FFFFFFFF8900000200");
    for (size_t i = 0; i < sizeof of_card / sizeof *of_card; i++)
        good = good && set_digits(b, of_card[i], facts_get(b->facts, of_card[i]));
    /* the profile that may be changed: the one that the user named, else the disabled one, else the enabled one */
    const char *disabled = facts_get(b->facts, "disabled");
    bool own = needs_are_own(r);
    if (!own && needs_named(r, iccid))
        good = good && variables_set(&b->variables, iccid_name, SLICE(iccid));
    else
        good = good && set_digits(b, iccid_name, disabled ? disabled : facts_get(b->facts, "enabled"));
    good = good && (!own && b->options->pin.n ? variables_set(&b->variables, "pin", b->options->pin)
                                              : set_digits(b, "pin", OWN_PIN));
    good = good && (!own && b->options->adm.n ? variables_set(&b->variables, "adm", b->options->adm)
                                              : set_digits(b, "adm", OWN_ADM));
    return good || bench_verdict(b, VERDICT_ERROR, "no memory");
}

/* A case that came to its end without an expectation has proven nothing: a mistake in it, not a card that is right. */
static void demand_expectation(struct bench *b)
{
    for (size_t i = 0; i < b->dialogue.n; i++) {
        const struct entry *e = &b->dialogue.list[i];
        if (e->kind == ENTRY_EXPECT && e->section == SECTION_TEST) return;
    }
    (void)bench_verdict(b, VERDICT_ERROR, "the case has expected nothing");
}

static void judge(struct run *r, struct bench *b, unsigned repetition)
{
    const struct state *state = state_find(b->row->state);
    if (r->target.builtin) {
        if (!begin_builtin(r, b, state, repetition) || !is_judged(b) || !set_variables(r, b)) return;
    } else {
        b->facts = &r->facts;
        if (r->lost) {
            (void)bench_verdict(b, VERDICT_ERROR, "not run: %s", r->why.text);
            return;
        }
        if (!is_judged(b) || !begin_foreign(r, b, state) || !is_judged(b) || !needs_of_user(r, b) ||
            !set_variables(r, b))
            return;
    }
    if (b->row->run)
        b->row->run(b);
    else
        steps_run(b);
    if (bench_goes_on(b)) demand_expectation(b);
}

static void take_result(struct run *r, struct bench *b, struct result *result, unsigned repetition)
{
    if (repetition > 1 && b->verdict <= result->verdict) return;
    result->verdict = b->verdict;
    result->repetition = repetition;
    free(result->reason);
    result->reason = b->verdict == VERDICT_PASS ? NULL : strdup(b->reason);
    buf_reset(&result->json);
    if (r->options->json || r->options->html) report_case(b, result, &result->json);
}

/* It was run and has not put everything back. */
static bool leaves_traces(const struct run *r, const struct bench *b)
{
    if (b->verdict == VERDICT_SKIP || !r->options->bench.allow_destructive) return false;
    return b->row->destructive || (b->row->changes && b->verdict != VERDICT_PASS);
}

void run_case(struct run *r, size_t index)
{
    struct result *result = &r->results[index];
    result->row = r->rows[index];
    for (unsigned i = 1; i <= r->options->repeat && (i == 1 || !r->interrupted); i++) {
        struct bench b;
        bench_begin(&b, &r->target, &r->options->bench, result->row, &r->facts);
        judge(r, &b, i);
        result->took += clock_microseconds() - b.started;
        if (result->row->changes || result->row->destructive || b.verdict == VERDICT_ERROR) r->facts_stale = true;
        if (leaves_traces(r, &b)) r->used_up = true;
        if (b.verdict == VERDICT_ERROR && b.dialogue.n && !b.dialogue.list[0].ok && !r->target.builtin) {
            r->lost = true;
            (void)snprintf(r->why.text, sizeof r->why.text, "%.200s", b.reason);
        }
        take_result(r, &b, result, i);
        bench_end(&b);
    }
}

void run_count(struct run *r, const struct result *result)
{
    r->counts[result->verdict]++;
    r->done++;
    if (r->progress) r->progress(r, result);
}

void run_prepare(struct run *r)
{
    for (size_t i = 0; i < r->row_n; i++)
        (void)keep(r, state_find(r->rows[i]->state));
}

bool run_cases(struct run *r)
{
    int64_t begin = clock_microseconds();
    bool good = true;
    if (r->options->jobs > 1 && r->target.builtin && r->row_n > 1) {
        good = run_jobs(r);
    } else {
        for (size_t i = 0; i < r->row_n && !r->interrupted; i++) {
            size_t index = r->order ? r->order[i] : i;
            run_case(r, index);
            run_count(r, &r->results[index]);
            if (r->options->stop_at_first && r->results[index].verdict >= VERDICT_FAIL) break;
        }
    }
    r->took = clock_microseconds() - begin;
    return good;
}

int run_exit_code(const struct run *r)
{
    if (r->counts[VERDICT_FAIL]) return 1;
    return r->counts[VERDICT_ERROR] || r->interrupted ? 3 : 0;
}
