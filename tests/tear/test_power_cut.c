/* Power cuts at every commit of every flow: before, inside and after the n-th commit, and with a storage that refuses
 * it, n = 1, 2, 3 ... until the flow ends untouched; then with a second cut at every commit of the recovery. The flows
 * are in flows_*.c, what has to hold in invariants.c.
 *
 * A failure prints the environment that replays it: TEAR_FLOW names the flow, TEAR_CUT and TEAR_SECOND are MODE:N.
 * TEAR_TRACE prints this line for each run. TEAR_ALL=1 leaves nothing out, else it is a sample. */
#include "bench.h"
#include "seams.h"

#include <stdio.h>
#include <stdlib.h>

static struct prepared prepared;
static struct bench bench;

/* One run. Gives how many of the cuts came. */
static unsigned run(struct cut first, struct cut second)
{
    replay_set("TEAR_FLOW=%s TEAR_CUT=%s:%zu TEAR_SECOND=%s:%zu", prepared.flow->name, cut_names[first.mode], first.at,
               cut_names[second.mode], second.at);
    struct bench *b = &bench;
    bench_begin(b, &prepared);
    b->cut = first;
    if (!bench_steps(b)) {
        b->cut = second;
        while (!bench_start(b, b->refused))
            continue;
    }
    bench_complete(b, &prepared);
    unsigned cuts = b->fired;
    bench_end(b);
    return cuts;
}

#define NO_CUT ((struct cut){CUT_NOTHING, 0})

static bool takes_all(void)
{
    return getenv("TEAR_ALL") != NULL;
}

/* A sample takes this many commits of a flow, each in one of the four ways, and every way in turn. */
static size_t samples(void)
{
    return seam_sanitized() ? 1 : 2;
}

static size_t stride(void)
{
    return takes_all() || prepared.commits < samples() ? 1 : prepared.commits / samples();
}

/* Each flow begins at another commit. */
static size_t first_of(size_t flow)
{
    return 1 + flow % stride();
}

static void each_cut(size_t flow)
{
    for (size_t n = first_of(flow); n <= prepared.commits; n += stride())
        for (enum cut_mode mode = CUT_BEFORE; mode <= CUT_REFUSED; mode++) {
            if (!takes_all() && mode != 1 + (n + flow) % CUT_REFUSED) continue;
            unsigned cuts = run((struct cut){mode, n}, NO_CUT);
            ck_assert_uint_eq(cuts, 1);
        }
    unsigned late = run((struct cut){CUT_BEFORE, prepared.commits + 1}, NO_CUT);
    ck_assert_uint_eq(late, 0);
}

/* The second cut comes at the first commit after the first one; with TEAR_ALL=1 at each, and in every combination. */
static void each_second_cut(size_t flow)
{
    static const enum cut_mode modes[][2] = {
        {CUT_BEFORE, CUT_AFTER}, {CUT_AFTER, CUT_BEFORE}, {CUT_BEFORE, CUT_BEFORE}, {CUT_AFTER, CUT_AFTER}};
    for (size_t i = 0; i < COUNT(modes); i++)
        for (size_t n = first_of(flow); n <= prepared.commits; n += takes_all() ? 1 : 3 * stride())
            for (size_t m = 1; takes_all() || (m == 1 && i == (n + flow) % COUNT(modes)); m++)
                if (run((struct cut){modes[i][0], n}, (struct cut){modes[i][1], m}) < 2) break;
}

START_TEST(test_cut)
{
    prepare(&prepared, flow_at((size_t)_i));
    each_cut((size_t)_i);
    each_second_cut((size_t)_i);
    prepared_free(&prepared);
}
END_TEST

/* ---- replay ---- */

static struct cut cut_from(const char *name)
{
    const char *text = getenv(name);
    struct cut cut = NO_CUT;
    const char *colon = text ? strchr(text, ':') : NULL;
    if (!colon) return cut;
    for (size_t i = 0; i <= CUT_REFUSED; i++)
        if (strncmp(text, cut_names[i], strlen(cut_names[i])) == 0) cut.mode = (enum cut_mode)i;
    cut.at = (size_t)strtoul(colon + 1, NULL, 10);
    return cut;
}

START_TEST(test_replay)
{
    const char *name = getenv("TEAR_FLOW");
    size_t i = 0;
    while (flow_at(i) && strcmp(flow_at(i)->name, name) != 0)
        i++;
    ck_assert_msg(flow_at(i), "TEAR_FLOW: there is no flow %s", name);
    prepare(&prepared, flow_at(i));
    (void)run(cut_from("TEAR_CUT"), cut_from("TEAR_SECOND"));
    prepared_free(&prepared);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("power_cut");
    TCase *tests = tcase_create("cuts");
    tcase_set_timeout(tests, takes_all() ? 3600 : 300);
    if (getenv("TEAR_FLOW")) {
        tcase_add_test(tests, test_replay);
    } else {
        tcase_add_loop_test(tests, test_cut, 0, (int)flow_count());
    }
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
