/* The store (src/store/store.h) against a naive model, and its clones. */
#include <pthread.h>

#include "store_model.h"

static void random_key(uint32_t *state, char key[KEY_MAX])
{
    static const char *const folders[] = {"p/", "p/a/", "p/ab", "q", "", "\xc3\xbc/"};
    (void)snprintf(key, KEY_MAX, "%s%u", folders[next(state) % 6], next(state) % 50);
}

#define MARKS_MAX 8

struct walk {
    struct store *s;
    struct model *now;
    struct model *at_mark[MARKS_MAX];
    size_t marks[MARKS_MAX];
    size_t mark_count;
    uint32_t random;
};

/* A whole other store under a prefix that is free or not. */
static void walk_put_all(struct walk *w)
{
    static const char *const folders[] = {"m/", "m/", "m/", "p/a/"};
    const char *folder = folders[next(&w->random) % 4];
    struct store *other = new_store(NULL);
    char key[KEY_MAX];
    if (next(&w->random) % 4) {
        ck_assert_int_eq(store_delete_prefix(w->s, folder), OK);
        model_delete_prefix(w->now, folder);
    }
    for (uint32_t n = next(&w->random) % 40; n > 0; n--) {
        uint32_t number = next(&w->random) % 50;
        (void)snprintf(key, sizeof key, "%u", number);
        ck_assert_int_eq(store_put(other, key, SLICE("all")), OK);
        (void)snprintf(key, sizeof key, "%s%u", folder, number);
        model_put(w->now, key, SLICE("all"));
    }
    ck_assert_int_eq(store_put_all(w->s, folder, other), OK);
    store_free(other);
}

static void walk_change(struct walk *w)
{
    char key[KEY_MAX];
    random_key(&w->random, key);
    uint32_t kind = next(&w->random) % 10;
    if (kind == 0 && next(&w->random) % 4 == 0) {
        walk_put_all(w);
    } else if (kind < 6) {
        uint8_t value[VALUE_MAX];
        size_t n = next(&w->random) % (VALUE_MAX + 1);
        memset(value, (int)(next(&w->random) % 3), n);
        const struct slice parts[] = {slice_of(value, n / 3), {0}, slice_of(value + n / 3, n - n / 3)};
        if (kind < 3) ck_assert_int_eq(store_put_parts(w->s, key, parts, 3), OK);
        if (kind >= 3) ck_assert_int_eq(store_put(w->s, key, slice_of(value, n)), OK);
        model_put(w->now, key, slice_of(value, n));
    } else if (kind < 9) {
        ck_assert_int_eq(store_delete(w->s, key), OK);
        model_delete(w->now, key);
    } else {
        if (next(&w->random) % 8) key[strlen(key) / 2 + 1] = 0; /* seldom short enough to be a whole folder */
        ck_assert_int_eq(store_delete_prefix(w->s, key), OK);
        model_delete_prefix(w->now, key);
    }
}

static void walk_mark_or_back(struct walk *w)
{
    if (w->mark_count == MARKS_MAX || (w->mark_count && next(&w->random) % 2)) {
        size_t i = next(&w->random) % w->mark_count;
        store_rollback_to(w->s, w->marks[i]);
        *w->now = *w->at_mark[i];
        w->mark_count = i + 1; /* the later marks are void, this one stays good */
    } else {
        *w->at_mark[w->mark_count] = *w->now;
        w->marks[w->mark_count++] = store_mark(w->s);
    }
}

static void walk_commit(struct walk *w, struct back *b)
{
    static const int answers[] = {EUICC_OK, EUICC_OK, EUICC_OK, EUICC_STORAGE, EUICC_POWER_LOST, EUICC_LOCKED};
    b->answer = answers[next(&w->random) % 6];
    size_t before = b->commits, changed = 99;
    struct model committed = b->model;
    enum err e = store_commit(w->s, &changed);
    if (b->commits == before) { /* nothing to do */
        ck_assert_int_eq(e, OK);
        ck_assert_uint_eq(changed, 0);
    } else if (b->answer == EUICC_OK) {
        ck_assert_int_eq(e, OK);
        ck_assert_uint_gt(changed, 0);
    } else {
        ck_assert_int_eq(e, b->answer == EUICC_POWER_LOST ? ERR_POWER : ERR_STORAGE);
        ck_assert_uint_eq(changed, 0);
        ck_assert(model_equal(&committed, &b->model));
        *w->now = committed;
    }
    b->answer = EUICC_OK;
    ck_assert(model_equal(w->now, &b->model));
    w->mark_count = 0;
}

/* Only one key: the other changes are still there, every mark is good, and each of them has the key's value. */
static void walk_commit_key(struct walk *w, struct back *b)
{
    static const int answers[] = {EUICC_OK, EUICC_OK, EUICC_OK, EUICC_STORAGE, EUICC_POWER_LOST};
    char key[KEY_MAX];
    bool there;
    random_key(&w->random, key);
    size_t at = model_place(w->now, key, &there);
    size_t before = b->commits;
    size_t changes = b->changes;
    b->answer = answers[next(&w->random) % 5];
    enum err e = store_commit_key(w->s, key);
    ck_assert_uint_le(b->commits - before, there);
    ck_assert_uint_eq(b->changes - changes, b->commits - before);
    if (b->commits > before && b->answer != EUICC_OK) {
        ck_assert_int_eq(e, b->answer == EUICC_POWER_LOST ? ERR_POWER : ERR_STORAGE);
        *w->now = b->model;
        w->mark_count = 0;
    } else {
        ck_assert_int_eq(e, OK);
        const struct pair p = w->now->pairs[there ? at : 0];
        for (size_t i = 0; i < w->mark_count && there; i++)
            model_put(w->at_mark[i], p.key, slice_of(p.value, p.n));
    }
    b->answer = EUICC_OK;
}

/* The image of the store makes another one that holds the committed state, as a change of what that held before. */
static void walk_image(struct walk *w, const struct back *b)
{
    BUF_LOCAL image = {0};
    ck_assert_int_eq(store_snapshot(w->s, &image), OK);
    struct back other = {.answer = EUICC_OK};
    struct euicc_env env = back_env(&other);
    struct store *s = new_store(&env);
    ck_assert_int_eq(store_put(s, "p/older", SLICE("x")), OK);
    ck_assert_int_eq(store_put(s, "q7", SLICE("y")), OK);
    ck_assert_int_eq(store_commit(s, NULL), OK);
    struct model before = other.model;
    size_t mark = store_mark(s);
    ck_assert_int_eq(store_restore(s, buf_slice(&image)), OK);
    assert_same(s, &b->model, "");
    store_rollback_to(s, mark);
    assert_same(s, &before, "");
    ck_assert_int_eq(store_restore(s, buf_slice(&image)), OK);
    ck_assert_int_eq(store_commit(s, NULL), OK);
    ck_assert(model_equal(&b->model, &other.model));
    store_free(s);
}

START_TEST(store_does_what_the_model_does)
{
    struct back *b = calloc(1, sizeof *b);
    struct walk w = {.random = (uint32_t)_i + 1, .now = calloc(1, sizeof *w.now)};
    for (size_t i = 0; i < MARKS_MAX; i++)
        w.at_mark[i] = calloc(1, sizeof *w.at_mark[i]);
    struct euicc_env env = back_env(b);
    w.s = new_store(&env);
    for (unsigned round = 0; round < 2000; round++) {
        uint32_t kind = next(&w.random) % 40;
        if (kind < 30) {
            walk_change(&w);
        } else if (kind < 37) {
            walk_mark_or_back(&w);
        } else if (kind < 39) {
            walk_commit(&w, b);
        } else if (next(&w.random) % 4 == 0) {
            walk_image(&w, b);
        } else {
            walk_commit_key(&w, b);
        }
        char prefix[KEY_MAX];
        random_key(&w.random, prefix);
        prefix[strlen(prefix) / 2] = 0;
        assert_same(w.s, w.now, prefix);
    }
    assert_same(w.s, w.now, "");
    ck_assert_uint_gt(b->commits, 20);
    /* What the back end got makes the same store again. */
    store_rollback_to(w.s, 0);
    assert_same(w.s, &b->model, "");
    struct store *again = new_store(&env);
    assert_same(again, &b->model, "");
    store_free(again);
    store_free(w.s);
    for (size_t i = 0; i < MARKS_MAX; i++)
        free(w.at_mark[i]);
    free(w.now);
    free(b);
}
END_TEST

/* ---- single properties ---- */

START_TEST(empty_store)
{
    struct store *s = new_store(NULL);
    struct slice value;
    size_t changed = 7;
    ck_assert(!store_get(s, "a", &value));
    ck_assert_ptr_null(store_first(s, "").key);
    ck_assert_uint_eq(store_count(s, ""), 0);
    ck_assert_int_eq(store_delete(s, "a"), OK);
    ck_assert_int_eq(store_delete_prefix(s, ""), OK);
    store_rollback_to(s, 0);
    ck_assert_int_eq(store_commit(s, &changed), OK);
    ck_assert_uint_eq(changed, 0);
    store_free(s);
    store_free(NULL);
}
END_TEST

START_TEST(values_may_be_empty_and_are_not_absent)
{
    struct back b = {.answer = EUICC_OK};
    struct euicc_env env = back_env(&b);
    struct store *s = small_store(&env);
    struct slice value;
    ck_assert(store_get(s, "p/A/state", &value));
    ck_assert_uint_eq(value.n, 0);
    ck_assert_uint_eq(b.model.n, 4);
    store_free(s);
}
END_TEST

START_TEST(the_same_value_again_is_no_change)
{
    struct back b = {.answer = EUICC_OK};
    struct euicc_env env = back_env(&b);
    struct store *s = small_store(&env);
    size_t commits = b.commits, changed;
    ck_assert_int_eq(store_put(s, "p/A/meta", SLICE("metadata")), OK);
    ck_assert_int_eq(store_commit(s, &changed), OK);
    ck_assert_uint_eq(changed, 0);
    /* There and back again is none either. */
    ck_assert_int_eq(store_put(s, "p/A/meta", SLICE("new")), OK);
    ck_assert_int_eq(store_put(s, "p/C", SLICE("new")), OK);
    ck_assert_int_eq(store_delete(s, "p/C"), OK);
    ck_assert_int_eq(store_delete(s, "p/A/meta"), OK);
    ck_assert_int_eq(store_put(s, "p/A/meta", SLICE("metadata")), OK);
    ck_assert_int_eq(store_commit(s, &changed), OK);
    ck_assert_uint_eq(changed, 0);
    ck_assert_uint_eq(b.commits, commits);
    store_free(s);
}
END_TEST

/* Callers hold keys and values of the store while they change it. */
START_TEST(iteration_goes_on_over_changes)
{
    struct store *s = small_store(NULL);
    unsigned seen = 0;
    for (struct store_item i = store_first(s, "p/"); i.key; i = store_after(s, "p/", i.key)) {
        ck_assert_int_eq(store_put(s, "eim/copy", i.value), OK);
        ck_assert_int_eq(store_put(s, i.key, slice_text(i.key)), OK);
        ck_assert_int_eq(store_delete(s, i.key), OK);
        ck_assert_int_eq(store_put(s, "p/A/zz", SLICE("inserted")), OK);
        seen++;
    }
    ck_assert_uint_eq(seen, 4);
    ck_assert_uint_eq(store_count(s, "p/"), 1); /* what the last round inserted, below its key */
    struct slice value;
    ck_assert(store_get(s, "eim/copy", &value));
    ck_assert(slice_equal(value, SLICE("other")));
    /* A prefix or a key out of the store itself. */
    ck_assert_int_eq(store_delete_prefix(s, store_first(s, "").key), OK);
    store_free(s);
}
END_TEST

START_TEST(load_failures_are_told_apart)
{
    static const struct {
        int answer;
        enum err expected;
    } rows[] = {{EUICC_NO_MEMORY, ERR_MEMORY}, {EUICC_CORRUPT, ERR_CORRUPT}, {EUICC_NEWER, ERR_NEWER},
                {EUICC_POWER_LOST, ERR_POWER}, {EUICC_STORAGE, ERR_STORAGE}, {EUICC_LOCKED, ERR_STORAGE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct back b = {.answer = rows[i].answer};
        struct euicc_env env = back_env(&b);
        struct store *s = NULL;
        model_put(&b.model, "a", SLICE("x"));
        ck_assert_int_eq(store_new(&s, &env, NULL), rows[i].expected);
        ck_assert_ptr_null(s);
    }
}
END_TEST

static int load_twice(void *ctx, euicc_put_fn put, void *put_ctx)
{
    (void)ctx;
    int result = put(put_ctx, "same", (const uint8_t *)"1", 1);
    return result ? result : put(put_ctx, "same", (const uint8_t *)"2", 1);
}

START_TEST(a_key_loaded_twice_is_corrupt)
{
    struct euicc_env env = {.load = load_twice};
    struct store *s = NULL;
    ck_assert_int_eq(store_new(&s, &env, NULL), ERR_CORRUPT);
    ck_assert_ptr_null(s);
}
END_TEST

#define MANY 30000

/* All orders of insertion; with a list that is shifted on each insertion this takes minutes under sanitizers. */
START_TEST(thirty_thousand_keys)
{
    struct store *s = new_store(NULL);
    char key[KEY_MAX];
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t at = _i == 0 ? i : _i == 1 ? MANY - 1 - i : i * 7919 % MANY;
        (void)snprintf(key, sizeof key, "p/%u/%05u", at % 3, at);
        if (store_put(s, key, slice_of(&at, sizeof at)) != OK) ck_abort_msg("key %s", key);
    }
    ck_assert_int_eq(store_commit(s, NULL), OK);
    ck_assert_uint_eq(store_count(s, "p/1/"), MANY / 3);
    uint32_t expected = 1;
    for (struct store_item i = store_first(s, "p/1/"); i.key; i = store_after(s, "p/1/", i.key)) {
        if (!slice_equal(i.value, slice_of(&expected, sizeof expected))) ck_abort_msg("%s at %u", i.key, expected);
        expected += 3;
    }
    ck_assert_uint_eq(expected, MANY + 1);
    size_t charge = store_charged(s);
    ck_assert_int_eq(store_delete_prefix(s, "p/1/"), OK);
    ck_assert_uint_eq(store_count(s, ""), MANY / 3 * 2);
    ck_assert_uint_eq(store_charged(s), charge / 3 * 2);
    store_rollback_to(s, 0);
    ck_assert_uint_eq(store_count(s, ""), MANY);
    ck_assert_uint_eq(store_charged(s), charge);
    store_free(s);
}
END_TEST
/* ---- clones ---- */

START_TEST(clones_are_independent)
{
    struct back b = {.answer = EUICC_OK}, c = {.answer = EUICC_OK};
    struct euicc_env env = back_env(&b), clone_env = back_env(&c);
    struct store *s = small_store(&env), *clone = NULL;
    ck_assert_int_eq(store_put(s, "uncommitted", SLICE("1")), OK);
    size_t mark = store_mark(s);
    ck_assert_int_eq(store_delete(s, "p/A/meta"), OK);
    c.model = b.model;
    ck_assert_int_eq(store_clone(s, &clone_env, &clone), OK);
    ck_assert_uint_eq(store_charged(clone), store_charged(s));

    /* Uncommitted changes and marks came along. */
    struct slice value;
    ck_assert(!store_get(clone, "p/A/meta", &value));
    store_rollback_to(clone, mark);
    ck_assert(store_get(clone, "p/A/meta", &value));
    ck_assert(store_get(clone, "uncommitted", &value));
    ck_assert(!store_get(s, "p/A/meta", &value));
    ck_assert_int_eq(store_put(clone, "p/B/meta", SLICE("cloned")), OK);

    /* Each commits to its own back end. */
    size_t commits = b.commits;
    ck_assert_int_eq(store_commit(clone, NULL), OK);
    ck_assert_uint_eq(b.commits, commits);
    ck_assert_uint_eq(c.commits, 1);
    ck_assert(store_get(s, "p/B/meta", &value));
    ck_assert(slice_equal(value, SLICE("other")));
    ck_assert_int_eq(store_commit(s, NULL), OK);
    store_free(s);
    ck_assert(store_get(clone, "p/B/meta", &value));
    ck_assert(slice_equal(value, SLICE("cloned")));
    assert_same(clone, &c.model, "");
    store_free(clone);
}
END_TEST

static void *work_on_clone(void *arg)
{
    struct store *s = arg;
    char key[KEY_MAX];
    for (unsigned i = 0; i < 2000; i++) {
        (void)snprintf(key, sizeof key, "p/%u", i * 7 % 500);
        enum err e = i % 3 ? store_put(s, key, slice_of(&i, sizeof i)) : store_delete(s, key);
        if (e == OK && i % 50 == 0) e = store_commit(s, NULL);
        if (i % 70 == 0) store_rollback_to(s, 0);
        if (e != OK) return NULL;
    }
    store_free(s);
    return arg;
}

START_TEST(clones_work_in_threads)
{
    struct store *s = new_store(NULL), *clones[3];
    char key[KEY_MAX];
    for (unsigned i = 0; i < 500; i++) {
        (void)snprintf(key, sizeof key, "p/%u", i);
        ck_assert_int_eq(store_put(s, key, SLICE("shared")), OK);
    }
    ck_assert_int_eq(store_commit(s, NULL), OK);
    pthread_t threads[3];
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(store_clone(s, NULL, &clones[i]), OK);
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work_on_clone, clones[i]), 0);
    for (size_t i = 0; i < 3; i++) {
        void *result = NULL;
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        ck_assert_ptr_nonnull(result);
    }
    for (struct store_item i = store_first(s, ""); i.key; i = store_after(s, "", i.key))
        ck_assert(slice_equal(i.value, SLICE("shared")));
    ck_assert_uint_eq(store_count(s, ""), 500);
    store_free(s);
}
END_TEST

int main(void)
{
    Suite *all = suite_create("store");
    TCase *map = tcase_create("map");
    tcase_set_timeout(map, 60);
    tcase_add_loop_test(map, store_does_what_the_model_does, 0, 12);
    tcase_add_test(map, empty_store);
    tcase_add_test(map, values_may_be_empty_and_are_not_absent);
    tcase_add_test(map, the_same_value_again_is_no_change);
    tcase_add_test(map, iteration_goes_on_over_changes);
    tcase_add_test(map, load_failures_are_told_apart);
    tcase_add_test(map, a_key_loaded_twice_is_corrupt);
    tcase_add_loop_test(map, thirty_thousand_keys, 0, 3);
    tcase_add_test(map, clones_are_independent);
    tcase_add_test(map, clones_work_in_threads);
    suite_add_tcase(all, map);
    return run_store_suite(all);
}
