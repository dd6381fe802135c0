/* The store (src/store/store.h) against a naive model, its images, its clones, and the random sources of euicc.h. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/store.h"
#include "store/tree.h"

/* ---- a naive model: a list of pairs in key order, copied whole ---- */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define MODEL_MAX 400
#define KEY_MAX 24
#define VALUE_MAX 12

struct pair {
    char key[KEY_MAX];
    uint8_t value[VALUE_MAX];
    size_t n;
};

struct model {
    struct pair pairs[MODEL_MAX];
    size_t n;
};

static size_t model_place(const struct model *m, const char *key, bool *there)
{
    size_t i = 0;
    while (i < m->n && strcmp(m->pairs[i].key, key) < 0)
        i++;
    *there = i < m->n && strcmp(m->pairs[i].key, key) == 0;
    return i;
}

static void model_put(struct model *m, const char *key, struct slice value)
{
    ck_assert_uint_lt(strlen(key), KEY_MAX);
    ck_assert_uint_le(value.n, VALUE_MAX);
    bool there;
    size_t i = model_place(m, key, &there);
    if (!there) {
        ck_assert_uint_lt(m->n, MODEL_MAX);
        memmove(&m->pairs[i + 1], &m->pairs[i], (m->n - i) * sizeof m->pairs[0]);
        m->n++;
    }
    struct pair *p = &m->pairs[i];
    memset(p, 0, sizeof *p);
    (void)snprintf(p->key, sizeof p->key, "%s", key);
    if (value.n) memcpy(p->value, value.p, value.n);
    p->n = value.n;
}

static void model_remove(struct model *m, size_t i)
{
    memmove(&m->pairs[i], &m->pairs[i + 1], (m->n - i - 1) * sizeof m->pairs[0]);
    m->n--;
}

static void model_delete(struct model *m, const char *key)
{
    bool there;
    size_t i = model_place(m, key, &there);
    if (there) model_remove(m, i);
}

static void model_delete_prefix(struct model *m, const char *prefix)
{
    for (size_t i = m->n; i-- > 0;)
        if (strncmp(m->pairs[i].key, prefix, strlen(prefix)) == 0) model_remove(m, i);
}

static bool model_equal(const struct model *a, const struct model *b)
{
    if (a->n != b->n) return false;
    for (size_t i = 0; i < a->n; i++) {
        const struct pair *x = &a->pairs[i], *y = &b->pairs[i];
        if (strcmp(x->key, y->key) != 0 || !slice_equal(slice_of(x->value, x->n), slice_of(y->value, y->n)))
            return false;
    }
    return true;
}

static bool charged_by_name(const char *key)
{
    return strncmp(key, "p/", 2) == 0;
}

/* The store holds what the model holds, by iteration, by counting, by charge; `prefix` picks the part that is iterated.
 */
static void assert_same(const struct store *s, const struct model *m, const char *prefix)
{
    size_t count = 0, charge = 0;
    struct store_item item = store_first(s, prefix);
    for (size_t i = 0; i < m->n; i++) {
        const struct pair *p = &m->pairs[i];
        if (charged_by_name(p->key)) charge += strlen(p->key) + p->n + STORE_ENTRY_OVERHEAD;
        if (strncmp(p->key, prefix, strlen(prefix)) != 0) continue;
        if (!item.key || strcmp(item.key, p->key) != 0 || !slice_equal(item.value, slice_of(p->value, p->n)))
            ck_abort_msg("key %s came, expected %s", item.key ? item.key : "none", p->key);
        item = store_after(s, prefix, item.key);
        count++;
    }
    ck_assert_ptr_null(item.key);
    ck_assert_uint_eq(store_count(s, prefix), count);
    ck_assert_uint_eq(store_charged(s), charge);
}

/* ---- a back end that keeps a model, and can fail ---- */

struct back {
    struct model model;
    int answer;
    size_t commits, changes;
};

static int back_load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    const struct back *b = ctx;
    /* From the end, so that the store has to sort. */
    for (size_t i = b->model.n; i-- > 0;) {
        int result = put(put_ctx, b->model.pairs[i].key, b->model.pairs[i].value, b->model.pairs[i].n);
        if (result != EUICC_OK) return result;
    }
    return b->answer;
}

static int back_commit(void *ctx, const struct euicc_change *changes, size_t n)
{
    struct back *b = ctx;
    ck_assert_uint_gt(n, 0);
    b->commits++;
    b->changes += n;
    for (size_t i = 0; i < n; i++) {
        /* Each key once, in order, and only if it really changes. */
        if (i) ck_assert_int_lt(strcmp(changes[i - 1].key, changes[i].key), 0);
        bool there;
        size_t at = model_place(&b->model, changes[i].key, &there);
        const struct pair *old = &b->model.pairs[at];
        struct slice value = slice_of(changes[i].value, changes[i].n);
        ck_assert(there || changes[i].value);
        ck_assert(!there || !changes[i].value || !slice_equal(slice_of(old->value, old->n), value));
    }
    if (b->answer != EUICC_OK) return b->answer;
    for (size_t i = 0; i < n; i++) {
        if (changes[i].value) {
            model_put(&b->model, changes[i].key, slice_of(changes[i].value, changes[i].n));
        } else {
            model_delete(&b->model, changes[i].key);
        }
    }
    return EUICC_OK;
}

static struct euicc_env back_env(struct back *b)
{
    return (struct euicc_env){.ctx = b, .load = back_load, .commit = back_commit};
}

static struct store *new_store(const struct euicc_env *env)
{
    struct store *s = NULL;
    ck_assert_int_eq(store_new(&s, env, charged_by_name), OK);
    return s;
}

/* A small generator of the test's own, so that a failing round can be repeated. */
static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

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

static struct store *small_store(const struct euicc_env *env)
{
    struct store *s = new_store(env);
    ck_assert_int_eq(store_put(s, "eim/1/counter", slice_of("\x01", 1)), OK);
    ck_assert_int_eq(store_put(s, "p/A/meta", SLICE("metadata")), OK);
    ck_assert_int_eq(store_put(s, "p/A/state", slice_of("", 0)), OK);
    ck_assert_int_eq(store_put(s, "p/B/meta", SLICE("other")), OK);
    ck_assert_int_eq(store_commit(s, NULL), OK);
    return s;
}

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

/* ---- the tree below ---- */

/* Sizes are right, keys rise, and no side of a node has more than three times the weight of the other: what keeps the
 * depth at a small multiple of the logarithm. Returns the depth. */
static unsigned assert_balanced(const struct node *node, const char *above, const char *below)
{
    if (!node) return 0;
    size_t left = tree_size(node->left), right = tree_size(node->right);
    bool good = node->size == left + right + 1 && (!above || strcmp(above, node->entry->key) < 0) &&
                (!below || strcmp(node->entry->key, below) < 0) &&
                (left + right <= 1 || (left <= 3 * right && right <= 3 * left));
    /* Check writes to a file on each of its assertions, so there is one only where something is wrong. */
    if (!good) ck_abort_msg("node %s: size %u, left %zu, right %zu", node->entry->key, node->size, left, right);
    unsigned depth_left = assert_balanced(node->left, above, node->entry->key);
    unsigned depth_right = assert_balanced(node->right, node->entry->key, below);
    return 1 + (depth_left > depth_right ? depth_left : depth_right);
}

/* Rising, falling and random keys, then removals from one end, from the other and at random; a shared copy on the way
 * stays as it was, and no change needs more nodes than tree_reserve() took. */
START_TEST(the_tree_stays_balanced)
{
    struct node_pool pool = {0};
    struct node *root = NULL, *shared = NULL;
    uint32_t random = 77;
    char key[KEY_MAX];
    for (unsigned i = 0; i < 2000; i++) {
        unsigned number = _i == 0 ? i : _i == 1 ? 1999 - i : next(&random) % 2000;
        (void)snprintf(key, sizeof key, "%04u", number);
        pool_free(&pool);
        ck_assert_int_eq(tree_reserve(&pool, root, key), OK);
        root = tree_put(&pool, root, entry_new(key, SLICE("x"), false));
        if (i % 20 == 0) ck_assert_uint_le(assert_balanced(root, NULL, NULL), 20);
    }
    shared = tree_ref(root);
    size_t n = tree_size(root);
    ck_assert_uint_le(assert_balanced(root, NULL, NULL), 20);
    for (size_t i = n; i > 0; i--) {
        size_t place = _i == 0 ? 0 : _i == 1 ? i - 1 : next(&random) % i;
        (void)snprintf(key, sizeof key, "%s", tree_at(root, place)->key);
        pool_free(&pool);
        ck_assert_int_eq(tree_reserve(&pool, root, key), OK);
        root = tree_remove(&pool, root, key);
        ck_assert_ptr_null(tree_find(root, key));
        ck_assert_uint_eq(tree_size(root), i - 1);
        if (i % 20 == 0) (void)assert_balanced(root, NULL, NULL);
    }
    ck_assert_ptr_null(root);
    ck_assert_uint_eq(tree_size(shared), n);
    (void)assert_balanced(shared, NULL, NULL);
    tree_unref(shared);
    pool_free(&pool);
}
END_TEST

/* n entries with the numbers first, first + step and so on. */
static void make_entries(struct entry **entries, unsigned first, unsigned step, unsigned n)
{
    char key[KEY_MAX];
    for (unsigned i = 0; i < n; i++) {
        (void)snprintf(key, sizeof key, "%06u", first + i * step);
        entries[i] = entry_new(key, SLICE("x"), false);
    }
}

/* Many entries at once: few into many and the other way round, at both ends, in one place, among the others, in place
 * of some of them; the tree as it was before stays. */
START_TEST(many_entries_leave_the_tree_balanced)
{
    static const unsigned sizes[] = {0, 1, 2, 3, 7, 50, 270, 1999};
    static const unsigned steps[] = {1, 3, 50, 100};
    static struct entry *entries[1999];
    static struct entry *old[1999];
    const unsigned n = sizes[_i];
    for (size_t i = 1; i < 4 * COUNT(sizes); i++) {
        const unsigned more = sizes[i / 4];
        for (unsigned k = 0; k <= 10; k++) {
            struct node_pool pool = {0};
            struct node *root = NULL;
            size_t displaced = 0;
            const unsigned first = n * k / 10 * 100 + k % 2;
            make_entries(entries, 0, 100, n);
            ck_assert_int_eq(pool_fill(&pool, n), OK);
            struct node *before = tree_build(&pool, entries, n);
            make_entries(entries, first, steps[i % 4], more);
            memset(old, 0, sizeof(old));
            ck_assert_int_eq(tree_put_all(before, entries, more, old, &root), OK);
            ck_assert_uint_le(assert_balanced(root, NULL, NULL), 22);
            for (size_t j = 0; j < more; j++) {
                displaced += old[j] != NULL;
                if (old[j] != tree_find(before, entries[j]->key) || tree_find(root, entries[j]->key) != entries[j])
                    ck_abort_msg("%u into %u: entry %zu", more, n, j);
                entry_unref(entries[j]);
            }
            ck_assert_uint_eq(tree_size(root), n + more - displaced);
            tree_unref(root);
            ck_assert_uint_eq(tree_size(before), n);
            (void)assert_balanced(before, NULL, NULL);
            tree_unref(before);
        }
    }
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

/* ---- images ---- */

/* Restores an image at its exact size on the heap, so that a sanitizer sees a read past its end. */
static enum err restore_copy(struct store *s, const uint8_t *image, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    ck_assert_ptr_nonnull(copy);
    if (n) memcpy(copy, image, n);
    enum err e = store_restore(s, slice_of(copy, n));
    free(copy);
    return e;
}

static void assert_untouched(struct store *s, const struct model *m)
{
    size_t changed;
    assert_same(s, m, "");
    ck_assert_int_eq(store_commit(s, &changed), OK);
    ck_assert_uint_eq(changed, 0);
}

START_TEST(damaged_images_are_refused)
{
    struct back b = {.answer = EUICC_OK};
    struct euicc_env env = back_env(&b);
    struct store *s = small_store(&env);
    BUF_LOCAL image = {0};
    ck_assert_int_eq(store_snapshot(s, &image), OK);
    for (size_t n = 0; n < image.n; n++) {
        ck_assert_int_eq(restore_copy(s, image.p, n), ERR_CORRUPT);
        assert_untouched(s, &b.model);
    }
    for (size_t bit = 0; bit < 8 * image.n; bit++) {
        image.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        enum err e = restore_copy(s, image.p, image.n);
        image.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        bool version = bit / 8 == strlen("softeuicc") && bit % 8 != 0;
        ck_assert_int_eq(e, version ? ERR_NEWER : ERR_CORRUPT);
        assert_untouched(s, &b.model);
    }
    buf_byte(&image, 0);
    ck_assert_int_eq(restore_copy(s, image.p, image.n), ERR_CORRUPT);
    ck_assert_int_eq(restore_copy(s, image.p, image.n - 1), OK);
    assert_untouched(s, &b.model);
    store_free(s);
}
END_TEST

/* Bit by bit, so that it is not the code under test. */
static uint32_t crc32_bits(const uint8_t *p, size_t n)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < 8 * n; i++) {
        uint32_t bit = (crc ^ (uint32_t)(p[i / 8] >> i % 8)) & 1;
        crc = (crc >> 1) ^ (bit ? 0xedb88320 : 0);
    }
    return ~crc;
}

/* Images whose CRC is right: what the CRC does not catch. Each is what comes after the version byte. */
START_TEST(crafted_images)
{
    static const struct {
        const char *what;
        const char *body;
        size_t n;
        enum err expected;
    } rows[] = {
#define ROW(what, body, expected) {what, body, sizeof body - 1, expected}
        ROW("no entries", "\0\0\0\0", OK),
        ROW("two entries",
            "\0\0\0\2"
            "\0\0\0\1\0\0\0\1aX"
            "\0\0\0\2\0\0\0\0ab",
            OK),
        ROW("empty key",
            "\0\0\0\1"
            "\0\0\0\0\0\0\0\1X",
            OK),
        ROW("same key twice",
            "\0\0\0\2"
            "\0\0\0\1\0\0\0\1aX"
            "\0\0\0\1\0\0\0\1aY",
            ERR_CORRUPT),
        ROW("falling keys",
            "\0\0\0\2"
            "\0\0\0\1\0\0\0\1bX"
            "\0\0\0\1\0\0\0\1aY",
            ERR_CORRUPT),
        ROW("NUL in a key",
            "\0\0\0\1"
            "\0\0\0\3\0\0\0\1a\0bX",
            ERR_CORRUPT),
        ROW("fewer entries than counted",
            "\0\0\0\2"
            "\0\0\0\1\0\0\0\1aX",
            ERR_CORRUPT),
        ROW("more entries than counted",
            "\0\0\0\1"
            "\0\0\0\1\0\0\0\1aX"
            "\0\0\0\1\0\0\0\1bY",
            ERR_CORRUPT),
        ROW("billions of entries", "\xff\xff\xff\xff", ERR_CORRUPT),
        ROW("key past the end",
            "\0\0\0\1"
            "\0\0\0\3\0\0\0\0ab",
            ERR_CORRUPT),
        ROW("value past the end",
            "\0\0\0\1"
            "\0\0\0\1\xff\xff\xff\xff"
            "aX",
            ERR_CORRUPT),
        ROW("half a count", "\0\0", ERR_CORRUPT),
        ROW("nothing", "", ERR_CORRUPT),
#undef ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct store *s = new_store(NULL);
        BUF_LOCAL image = {0};
        buf_append(&image, slice_text("softeuicc\x01"));
        buf_append(&image, slice_of(rows[i].body, rows[i].n));
        uint32_t crc = crc32_bits(image.p, image.n);
        for (unsigned shift = 32; shift; shift -= 8)
            buf_byte(&image, (uint8_t)(crc >> (shift - 8)));
        enum err e = restore_copy(s, image.p, image.n);
        ck_assert_msg(e == rows[i].expected, "%s: %d, expected %d", rows[i].what, (int)e, (int)rows[i].expected);
        store_free(s);
    }
}
END_TEST

START_TEST(image_is_of_the_committed_state)
{
    struct store *s = small_store(NULL);
    BUF_LOCAL before = {0};
    BUF_LOCAL after = {0};
    ck_assert_int_eq(store_snapshot(s, &before), OK);
    ck_assert_int_eq(store_put(s, "p/C", SLICE("not yet")), OK);
    /* Appended to what is there. */
    buf_byte(&after, 'x');
    ck_assert_int_eq(store_snapshot(s, &after), OK);
    ck_assert(slice_equal(buf_slice(&before), slice_skip(buf_slice(&after), 1)));
    store_free(s);
}
END_TEST

/* ---- random sources ---- */

/* xoshiro256** from splitmix64, computed from the authors' reference code. */
START_TEST(seeded_bytes_are_the_published_generator)
{
    static const uint8_t expected[24] = {0x16, 0xc7, 0x2e, 0x0c, 0x2e, 0x0b, 0x78, 0x15, 0x7e, 0x3a, 0x11, 0x6d,
                                         0x86, 0xd9, 0x04, 0x61, 0xa1, 0x99, 0xe4, 0x39, 0x32, 0x53, 0x17, 0xae};
    /* However the stream is cut. */
    for (size_t cut = 0; cut <= sizeof expected; cut++) {
        euicc_random *r = NULL;
        uint8_t out[sizeof expected];
        ck_assert_int_eq(euicc_random_new(&r, true, 42), EUICC_OK);
        ck_assert_int_eq(euicc_random_bytes(r, out, cut), EUICC_OK);
        ck_assert_int_eq(euicc_random_bytes(r, out + cut, sizeof out - cut), EUICC_OK);
        ck_assert_mem_eq(out, expected, sizeof out);
        euicc_random_free(r);
    }
    euicc_random_free(NULL);
}
END_TEST

START_TEST(unseeded_bytes_differ)
{
    euicc_random *a = NULL, *b = NULL;
    uint8_t from_a[600], from_b[600];
    ck_assert_int_eq(euicc_random_new(&a, false, 1), EUICC_OK);
    ck_assert_int_eq(euicc_random_new(&b, false, 1), EUICC_OK);
    ck_assert_int_eq(euicc_random_bytes(a, from_a, sizeof from_a), EUICC_OK);
    ck_assert_int_eq(euicc_random_bytes(b, from_b, sizeof from_b), EUICC_OK);
    ck_assert_mem_ne(from_a, from_b, 16);
    ck_assert_mem_ne(from_a + 584, from_b + 584, 16);
    ck_assert_mem_ne(from_a, from_a + 300, 300);
    euicc_random_free(a);
    euicc_random_free(b);
}
END_TEST

static Suite *suite(void)
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
    tcase_add_loop_test(map, the_tree_stays_balanced, 0, 3);
    tcase_add_loop_test(map, many_entries_leave_the_tree_balanced, 0, 8);
    tcase_add_test(map, clones_are_independent);
    tcase_add_test(map, clones_work_in_threads);
    suite_add_tcase(all, map);
    TCase *image = tcase_create("image");
    tcase_set_timeout(image, 60);
    tcase_add_test(image, damaged_images_are_refused);
    tcase_add_test(image, crafted_images);
    tcase_add_test(image, image_is_of_the_committed_state);
    suite_add_tcase(all, image);
    TCase *random_source = tcase_create("random");
    tcase_add_test(random_source, seeded_bytes_are_the_published_generator);
    tcase_add_test(random_source, unseeded_bytes_differ);
    suite_add_tcase(all, random_source);
    return all;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
