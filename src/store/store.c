/* The store: a sorted map with marks, rollback and commit; see store.h. Used by src/model and, for commits, snapshots
 * and clones, by src/card.
 *
 * The map is a copy-on-write tree (tree.h). The state at the last commit, and at each mark after which something
 * changed, is kept as one reference to its root: rolling back is taking that root again, which cannot fail. */
#define _DEFAULT_SOURCE
#include "store/store.h"

#include <stdlib.h>

#include "store/image.h"
#include "store/tree.h"

#define UNDO_CAPACITY_KEPT 16
#define NOT_MARKED ((size_t)-1)

/* A state that a rollback can ask for. */
struct version {
    size_t at; /* the mark: how many changes came before it since the last commit */
    struct node *root;
    size_t charged;
};

struct undo {
    /* For each change since the last commit the entry that it displaced, or the new one if the key was absent: says
     * what a commit has to look at, and keeps pointers that the store gave out valid until then. */
    struct entry **touched;
    struct euicc_change *changes; /* as many places as touched has, so that a commit needs no memory */
    size_t n, cap;
    struct version *versions; /* rising `at`, each above 0 */
    size_t version_n, version_cap;
    size_t marked; /* the newest mark given out */
};

struct store {
    struct euicc_env back;
    store_charged_fn charged_fn;
    struct node *root;
    struct node *committed;
    size_t charged;
    size_t committed_charged;
    struct node_pool pool;
    struct undo *undo; /* apart, because giving out a mark notes it here and leaves the store as it is */
};

static enum err from_result(int result)
{
    switch (result) {
    case EUICC_OK:
        return OK;
    case EUICC_NO_MEMORY:
        return ERR_MEMORY;
    case EUICC_POWER_LOST:
        return ERR_POWER;
    case EUICC_CORRUPT:
        return ERR_CORRUPT;
    case EUICC_NEWER:
        return ERR_NEWER;
    default:
        return ERR_STORAGE;
    }
}

static size_t charge_of(const struct entry *e)
{
    return e->charged ? (size_t)e->key_n + e->value_n + STORE_ENTRY_OVERHEAD : 0;
}

static struct entry *make_entry(const struct store *s, const char *key, struct slice value)
{
    return entry_new(key, value, s->charged_fn && s->charged_fn(key));
}

/* ---- the undo list ---- */

/* Forgets the changes after the first n. */
static void undo_truncate(struct undo *u, size_t n)
{
    while (u->n > n)
        entry_unref(u->touched[--u->n]);
    while (u->version_n && u->versions[u->version_n - 1].at > n)
        tree_unref(u->versions[--u->version_n].root);
}

/* Empty, with little memory kept: most cards of a fleet do nothing most of the time. */
static void undo_clear(struct undo *u)
{
    undo_truncate(u, 0);
    u->marked = NOT_MARKED;
    free(u->versions);
    u->versions = NULL;
    u->version_cap = 0;
    if (u->cap <= UNDO_CAPACITY_KEPT) return;
    free(u->touched);
    free(u->changes);
    u->touched = NULL;
    u->changes = NULL;
    u->cap = 0;
}

static void undo_free(struct undo *u)
{
    if (!u) return;
    undo_clear(u);
    free(u->touched);
    free(u->changes);
    free(u);
}

MUST_USE static enum err undo_reserve(struct undo *u, size_t more)
{
    if (more <= u->cap - u->n) return OK;
    size_t cap = u->cap ? u->cap : UNDO_CAPACITY_KEPT;
    while (cap - u->n < more) {
        if (cap > SIZE_MAX / (2 * sizeof *u->changes)) return ERR_MEMORY;
        cap *= 2;
    }
    struct entry **touched = realloc(u->touched, cap * sizeof(struct entry *));
    if (!touched) return ERR_MEMORY;
    u->touched = touched;
    struct euicc_change *changes = realloc(u->changes, cap * sizeof *changes);
    if (!changes) return ERR_MEMORY;
    u->changes = changes;
    u->cap = cap;
    return OK;
}

/* Keeps the present state if somebody holds a mark for it. The state of mark 0 is kept anyway. */
MUST_USE static enum err keep_version(struct store *s)
{
    struct undo *u = s->undo;
    if (u->marked != u->n || u->n == 0) return OK;
    if (u->version_n && u->versions[u->version_n - 1].at == u->n) return OK;
    if (u->version_n == u->version_cap) {
        size_t cap = u->version_cap ? 2 * u->version_cap : 4;
        struct version *versions = realloc(u->versions, cap * sizeof *versions);
        if (!versions) return ERR_MEMORY;
        u->versions = versions;
        u->version_cap = cap;
    }
    u->versions[u->version_n++] = (struct version){u->n, tree_ref(s->root), s->charged};
    return OK;
}

/* After this, one change of `key` cannot fail. */
MUST_USE static enum err prepare(struct store *s, const char *key)
{
    TRY(undo_reserve(s->undo, 1));
    TRY(keep_version(s));
    return tree_reserve(&s->pool, s->root, key);
}

static void touch(struct store *s, struct entry *e)
{
    s->undo->touched[s->undo->n++] = entry_ref(e);
}

/* ---- making and ending ---- */

static struct store *store_alloc(const struct euicc_env *env, store_charged_fn charged)
{
    struct store *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->undo = calloc(1, sizeof *s->undo);
    if (!s->undo) {
        free(s);
        return NULL;
    }
    s->undo->marked = NOT_MARKED;
    if (env) s->back = *env;
    s->charged_fn = charged;
    return s;
}

void store_free(struct store *s)
{
    if (!s) return;
    undo_free(s->undo);
    tree_unref(s->root);
    tree_unref(s->committed);
    pool_free(&s->pool);
    free(s);
}

/* The present state is the committed one. */
static void settle(struct store *s)
{
    tree_unref(s->committed);
    s->committed = tree_ref(s->root);
    s->committed_charged = s->charged;
    undo_clear(s->undo);
    pool_free(&s->pool);
}

/* Replaces the present state by the entries of a list that is in order. The list is empty afterwards if this succeeds.
 */
MUST_USE static enum err take_entries(struct store *s, struct entry_list *list)
{
    if (list->n > UINT32_MAX) return ERR_MEMORY;
    TRY(pool_fill(&s->pool, list->n));
    struct node *root = tree_build(&s->pool, list->p, list->n);
    s->charged = 0;
    for (size_t i = 0; i < list->n; i++)
        s->charged += charge_of(list->p[i]);
    list->n = 0;
    tree_unref(s->root);
    s->root = root;
    return OK;
}

struct loading {
    const struct store *store;
    struct entry_list list;
    int result;
};

static void loading_free(struct loading *l)
{
    entry_list_free(&l->list);
}

static int load_one(void *ctx, const char *key, const uint8_t *value, size_t n)
{
    struct loading *l = ctx;
    if (l->result == EUICC_OK && !entry_list_add(&l->list, make_entry(l->store, key, slice_of(value, n))))
        l->result = EUICC_NO_MEMORY;
    return l->result;
}

MUST_USE static enum err load(struct store *s)
{
    __attribute__((cleanup(loading_free))) struct loading l = {.store = s, .result = EUICC_OK};
    int result = s->back.load(s->back.ctx, load_one, &l);
    TRY(from_result(l.result));
    TRY(from_result(result));
    TRY(entry_list_sort(&l.list));
    TRY(take_entries(s, &l.list));
    settle(s);
    return OK;
}

enum err store_new(struct store **out, const struct euicc_env *env, store_charged_fn charged)
{
    *out = NULL;
    struct store *s = store_alloc(env, charged);
    if (!s) return ERR_MEMORY;
    enum err e = s->back.load ? load(s) : OK;
    if (e != OK) {
        store_free(s);
        return e;
    }
    *out = s;
    return OK;
}

MUST_USE static enum err undo_copy(struct undo *to, const struct undo *from)
{
    to->marked = from->marked;
    if (from->n == 0) return OK;
    TRY(undo_reserve(to, from->n));
    if (from->version_n) {
        to->versions = calloc(from->version_n, sizeof *to->versions);
        if (!to->versions) return ERR_MEMORY;
        to->version_cap = from->version_n;
    }
    for (; to->n < from->n; to->n++)
        to->touched[to->n] = entry_ref(from->touched[to->n]);
    for (; to->version_n < from->version_n; to->version_n++) {
        to->versions[to->version_n] = from->versions[to->version_n];
        (void)tree_ref(to->versions[to->version_n].root);
    }
    return OK;
}

enum err store_clone(const struct store *s, const struct euicc_env *env, struct store **out)
{
    *out = NULL;
    struct store *copy = store_alloc(env, s->charged_fn);
    if (!copy) return ERR_MEMORY;
    enum err e = undo_copy(copy->undo, s->undo);
    if (e != OK) {
        store_free(copy);
        return e;
    }
    copy->root = tree_ref(s->root);
    copy->committed = tree_ref(s->committed);
    copy->charged = s->charged;
    copy->committed_charged = s->committed_charged;
    *out = copy;
    return OK;
}

/* ---- reading ---- */

bool store_get(const struct store *s, const char *key, struct slice *out)
{
    const struct entry *e = tree_find(s->root, key);
    if (e) *out = entry_value(e);
    return e != NULL;
}

static struct store_item item_of(const struct entry *e, const char *prefix)
{
    if (!e || strncmp(e->key, prefix, strlen(prefix)) != 0) return (struct store_item){0};
    return (struct store_item){e->key, entry_value(e)};
}

struct store_item store_first(const struct store *s, const char *prefix)
{
    return item_of(tree_above(s->root, prefix, true), prefix);
}

struct store_item store_after(const struct store *s, const char *prefix, const char *key)
{
    return item_of(tree_above(s->root, key, false), prefix);
}

size_t store_count(const struct store *s, const char *prefix)
{
    return tree_count(s->root, prefix);
}

size_t store_charged(const struct store *s)
{
    return s->charged;
}

/* ---- changing ---- */

enum err store_put(struct store *s, const char *key, struct slice value)
{
    struct entry *old = tree_find(s->root, key);
    if (old && slice_equal(entry_value(old), value)) return OK;
    struct entry *e = make_entry(s, key, value);
    if (!e) return ERR_MEMORY;
    enum err failed = prepare(s, key);
    if (failed == OK && tree_size(s->root) >= UINT32_MAX) failed = ERR_MEMORY;
    if (failed != OK) {
        entry_unref(e);
        return failed;
    }
    touch(s, old ? old : e);
    s->charged += charge_of(e) - (old ? charge_of(old) : 0);
    s->root = tree_put(&s->pool, s->root, e);
    return OK;
}

enum err store_delete(struct store *s, const char *key)
{
    struct entry *old = tree_find(s->root, key);
    if (!old) return OK;
    TRY(prepare(s, key));
    touch(s, old); /* `key` may lie in this entry */
    s->charged -= charge_of(old);
    s->root = tree_remove(&s->pool, s->root, key);
    return OK;
}

enum err store_delete_prefix(struct store *s, const char *prefix)
{
    size_t mark = store_mark(s);
    for (struct store_item i = store_first(s, prefix); i.key; i = store_first(s, prefix)) {
        enum err e = store_delete(s, i.key);
        if (e != OK) {
            store_rollback_to(s, mark);
            return e;
        }
    }
    return OK;
}

/* ---- transactions ---- */

size_t store_mark(const struct store *s)
{
    s->undo->marked = s->undo->n;
    return s->undo->n;
}

void store_rollback_to(struct store *s, size_t mark)
{
    struct undo *u = s->undo;
    if (mark >= u->n) return;
    /* A number that is no mark counts as the newest mark below it. */
    struct version to = {0, s->committed, s->committed_charged};
    for (size_t i = u->version_n; i-- > 0;) {
        if (u->versions[i].at > mark) continue;
        to = u->versions[i];
        break;
    }
    (void)tree_ref(to.root);
    tree_unref(s->root);
    s->root = to.root;
    s->charged = to.charged;
    undo_truncate(u, to.at);
    u->marked = to.at;
}

static int compare_keys(const void *a, const void *b)
{
    const struct entry *const *left = a, *const *right = b;
    return strcmp((*left)->key, (*right)->key);
}

/* Lists in undo->changes, in key order, how the present state differs from the committed one. */
static size_t collect_changes(struct store *s)
{
    struct undo *u = s->undo;
    size_t n = 0;
    if (u->n > 1) qsort(u->touched, u->n, sizeof(struct entry *), compare_keys);
    for (size_t i = 0; i < u->n; i++) {
        const char *key = u->touched[i]->key;
        if (i > 0 && strcmp(key, u->touched[i - 1]->key) == 0) continue;
        const struct entry *before = tree_find(s->committed, key), *now = tree_find(s->root, key);
        if (before == now || (before && now && slice_equal(entry_value(before), entry_value(now)))) continue;
        struct slice value = now ? entry_value(now) : (struct slice){0};
        u->changes[n++] = (struct euicc_change){key, value.p, value.n};
    }
    return n;
}

enum err store_commit(struct store *s, size_t *changed)
{
    if (changed) *changed = 0;
    if (s->undo->n == 0) {
        s->undo->marked = NOT_MARKED;
        return OK;
    }
    size_t n = collect_changes(s);
    int result = n && s->back.commit ? s->back.commit(s->back.ctx, s->undo->changes, n) : EUICC_OK;
    if (result != EUICC_OK) {
        store_rollback_to(s, 0);
        undo_clear(s->undo);
        pool_free(&s->pool);
        return result == EUICC_POWER_LOST ? ERR_POWER : ERR_STORAGE;
    }
    settle(s);
    if (changed) *changed = n;
    return OK;
}

/* ---- images ---- */

enum err store_snapshot(const struct store *s, struct buf *out)
{
    return image_write(s->committed, out);
}

enum err store_restore(struct store *s, struct slice image)
{
    __attribute__((cleanup(entry_list_free))) struct entry_list list = {0};
    TRY(image_read(image, s->charged_fn, &list));
    size_t old_n = tree_size(s->root);
    TRY(undo_reserve(s->undo, old_n + list.n));
    TRY(keep_version(s));
    /* All memory is there when the pool is: what take_entries() still needs. */
    TRY(pool_fill(&s->pool, list.n));
    size_t n = s->undo->n;
    for (size_t i = 0; i < old_n; i++)
        touch(s, tree_at(s->root, i));
    for (size_t i = 0; i < list.n; i++)
        touch(s, list.p[i]);
    enum err e = take_entries(s, &list);
    if (e != OK) undo_truncate(s->undo, n);
    return e;
}
