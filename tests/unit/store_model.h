/* What the tests of the store share: a naive model of a sorted map, a back end that keeps one and can fail, and a small
 * generator. */
#ifndef SOFTEUICC_TESTS_STORE_MODEL_H
#define SOFTEUICC_TESTS_STORE_MODEL_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/store.h"

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

static inline size_t model_place(const struct model *m, const char *key, bool *there)
{
    size_t i = 0;
    while (i < m->n && strcmp(m->pairs[i].key, key) < 0)
        i++;
    *there = i < m->n && strcmp(m->pairs[i].key, key) == 0;
    return i;
}

static inline void model_put(struct model *m, const char *key, struct slice value)
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

static inline void model_remove(struct model *m, size_t i)
{
    memmove(&m->pairs[i], &m->pairs[i + 1], (m->n - i - 1) * sizeof m->pairs[0]);
    m->n--;
}

static inline void model_delete(struct model *m, const char *key)
{
    bool there;
    size_t i = model_place(m, key, &there);
    if (there) model_remove(m, i);
}

static inline void model_delete_prefix(struct model *m, const char *prefix)
{
    for (size_t i = m->n; i-- > 0;)
        if (strncmp(m->pairs[i].key, prefix, strlen(prefix)) == 0) model_remove(m, i);
}

static inline bool model_equal(const struct model *a, const struct model *b)
{
    if (a->n != b->n) return false;
    for (size_t i = 0; i < a->n; i++) {
        const struct pair *x = &a->pairs[i], *y = &b->pairs[i];
        if (strcmp(x->key, y->key) != 0 || !slice_equal(slice_of(x->value, x->n), slice_of(y->value, y->n)))
            return false;
    }
    return true;
}

static inline bool charged_by_name(const char *key)
{
    return strncmp(key, "p/", 2) == 0;
}

/* The store holds what the model holds, by iteration, by counting, by charge; `prefix` picks the part that is iterated.
 */
static inline void assert_same(const struct store *s, const struct model *m, const char *prefix)
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

static inline int back_load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    const struct back *b = ctx;
    /* From the end, so that the store has to sort. */
    for (size_t i = b->model.n; i-- > 0;) {
        int result = put(put_ctx, b->model.pairs[i].key, b->model.pairs[i].value, b->model.pairs[i].n);
        if (result != EUICC_OK) return result;
    }
    return b->answer;
}

static inline int back_commit(void *ctx, const struct euicc_change *changes, size_t n)
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

static inline struct euicc_env back_env(struct back *b)
{
    return (struct euicc_env){.ctx = b, .load = back_load, .commit = back_commit};
}

static inline struct store *new_store(const struct euicc_env *env)
{
    struct store *s = NULL;
    ck_assert_int_eq(store_new(&s, env, charged_by_name), OK);
    return s;
}

/* A small generator of the test's own, so that a failing round can be repeated. */
static inline uint32_t next(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static inline struct store *small_store(const struct euicc_env *env)
{
    struct store *s = new_store(env);
    ck_assert_int_eq(store_put(s, "eim/1/counter", slice_of("\x01", 1)), OK);
    ck_assert_int_eq(store_put(s, "p/A/meta", SLICE("metadata")), OK);
    ck_assert_int_eq(store_put(s, "p/A/state", slice_of("", 0)), OK);
    ck_assert_int_eq(store_put(s, "p/B/meta", SLICE("other")), OK);
    ck_assert_int_eq(store_commit(s, NULL), OK);
    return s;
}

static inline int run_store_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
