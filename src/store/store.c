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
#include "store/undo.h"

struct store {
    struct euicc_env back;
    store_charged_fn charged_fn;
    struct node *root;
    struct node *committed;
    size_t charged;
    size_t committed_charged;
    struct node_pool pool;
    bool keeps_memory;
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

static bool is_charged(const struct store *s, const char *key)
{
    return s->charged_fn && s->charged_fn(key);
}

static size_t total_of(const struct slice *parts, size_t n)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += parts[i].n;
    return total;
}

static struct entry *make_entry(const struct store *s, const char *key, const struct slice *parts, size_t n)
{
    size_t key_n = strlen(key);
    struct entry *e = entry_alloc(key_n, total_of(parts, n));
    if (!e) return NULL;
    memcpy(e->key, key, key_n + 1);
    uint8_t *at = entry_bytes(e);
    for (size_t i = 0; i < n; i++) {
        if (parts[i].n) memcpy(at, parts[i].p, parts[i].n);
        at += parts[i].n;
    }
    e->charged = is_charged(s, key);
    return e;
}

/* After these, one change cannot fail: the removal of `key`, or a put of the key that lies this way. */
MUST_USE static enum err prepare_removal(struct store *s, const char *key)
{
    TRY(undo_reserve(s->undo, 1));
    TRY(undo_keep_version(s->undo, s->root, s->charged));
    return tree_reserve(&s->pool, s->root, key);
}

MUST_USE static enum err prepare_put(struct store *s, const struct tree_way *way)
{
    if (tree_size(s->root) >= UINT32_MAX) return ERR_MEMORY;
    TRY(undo_reserve(s->undo, 1));
    TRY(undo_keep_version(s->undo, s->root, s->charged));
    return tree_reserve_put(&s->pool, way);
}

/* ---- making and ending ---- */

static struct store *store_alloc(const struct euicc_env *env, store_charged_fn charged)
{
    struct store *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->undo = undo_new();
    if (!s->undo) {
        free(s);
        return NULL;
    }
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

void store_keep_memory(struct store *s)
{
    s->keeps_memory = true;
}

/* Nothing can be undone any more. */
static void forget_changes(struct store *s)
{
    undo_clear(s->undo, s->keeps_memory);
    if (!s->keeps_memory) pool_free(&s->pool);
}

/* The present state is the committed one. */
static void settle(struct store *s)
{
    tree_unref(s->committed);
    s->committed = tree_ref(s->root);
    s->committed_charged = s->charged;
    forget_changes(s);
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
    struct entry *e = l->result == EUICC_OK ? entry_new(key, slice_of(value, n), is_charged(l->store, key)) : NULL;
    if (l->result == EUICC_OK && !entry_list_add(&l->list, e)) l->result = EUICC_NO_MEMORY;
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

static bool has_value(const struct entry *e, const struct slice *parts, size_t n)
{
    struct slice value = entry_value(e);
    if (value.n != total_of(parts, n)) return false;
    for (size_t i = 0; i < n; i++) {
        if (!slice_starts_with(value, parts[i])) return false;
        value = slice_skip(value, parts[i].n);
    }
    return true;
}

enum err store_put(struct store *s, const char *key, struct slice value)
{
    return store_put_parts(s, key, &value, 1);
}

enum err store_put_parts(struct store *s, const char *key, const struct slice *parts, size_t n)
{
    struct tree_way way;
    struct entry *old = tree_find_way(s->root, key, &way);
    if (old && has_value(old, parts, n)) return OK;
    struct entry *e = make_entry(s, key, parts, n);
    if (!e) return ERR_MEMORY;
    enum err failed = prepare_put(s, &way);
    if (failed != OK) {
        entry_unref(e);
        return failed;
    }
    undo_touch(s->undo, old ? old : e);
    s->charged += charge_of(e) - (old ? charge_of(old) : 0);
    s->root = tree_put_way(&s->pool, s->root, e, &way, old != NULL);
    return OK;
}

/* Lists copies of all entries, in order, with `prefix` in front of their keys. */
MUST_USE static enum err copy_entries(const struct store *s, const struct node *from, struct slice prefix,
                                      struct entry_list *out)
{
    if (!from) return OK;
    TRY(copy_entries(s, from->left, prefix, out));
    struct slice value = entry_value(from->entry);
    struct entry *e = entry_alloc(prefix.n + from->entry->key_n, value.n);
    if (!e) return ERR_MEMORY;
    if (prefix.n) memcpy(e->key, prefix.p, prefix.n);
    memcpy(e->key + prefix.n, from->entry->key, from->entry->key_n + 1u);
    if (value.n) memcpy(entry_bytes(e), value.p, value.n);
    e->charged = is_charged(s, e->key);
    if (!entry_list_add(out, e)) return ERR_MEMORY;
    return copy_entries(s, from->right, prefix, out);
}

MUST_USE static enum err put_entries(struct store *s, const struct entry_list *list, struct entry **old)
{
    struct node *root;
    if (list->n > UINT32_MAX - tree_size(s->root)) return ERR_MEMORY;
    TRY(undo_reserve(s->undo, list->n));
    TRY(undo_keep_version(s->undo, s->root, s->charged));
    TRY(tree_put_all(s->root, list->p, list->n, old, &root));
    for (size_t i = 0; i < list->n; i++) {
        undo_touch(s->undo, old[i] ? old[i] : list->p[i]);
        s->charged += charge_of(list->p[i]) - (old[i] ? charge_of(old[i]) : 0);
    }
    tree_unref(s->root);
    s->root = root;
    return OK;
}

enum err store_put_all(struct store *s, const char *prefix, const struct store *from)
{
    __attribute__((cleanup(entry_list_free))) struct entry_list list = {0};
    TRY(copy_entries(s, from->root, slice_text(prefix), &list));
    if (list.n == 0) return OK;
    struct entry **old = calloc(list.n, sizeof(struct entry *));
    if (!old) return ERR_MEMORY;
    enum err e = put_entries(s, &list, old);
    free(old);
    return e;
}

enum err store_delete(struct store *s, const char *key)
{
    struct entry *old = tree_find(s->root, key);
    if (!old) return OK;
    TRY(prepare_removal(s, key));
    undo_touch(s->undo, old); /* `key` may lie in this entry */
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

/* Nothing of it is stored: back to the last commit. */
static enum err refused(struct store *s, int result)
{
    store_rollback_to(s, 0);
    forget_changes(s);
    return result == EUICC_POWER_LOST ? ERR_POWER : ERR_STORAGE;
}

enum err store_commit(struct store *s, size_t *changed)
{
    if (changed) *changed = 0;
    if (s->undo->n == 0) {
        s->undo->marked = NOT_MARKED;
        return OK;
    }
    bool needed = changed || s->back.commit; /* else nobody asks what the changes are */
    size_t n = needed ? undo_collect(s->undo, s->root, s->committed) : 0;
    int result = n && s->back.commit ? s->back.commit(s->back.ctx, s->undo->changes, n) : EUICC_OK;
    if (result != EUICC_OK) return refused(s, result);
    settle(s);
    if (changed) *changed = n;
    return OK;
}

/* The committed state with this entry, then those that marks stand for, each as a new tree: roots[version_n + 1]. */
MUST_USE static enum err with_entry(struct store *s, struct entry *e, struct node **roots)
{
    const struct undo *u = s->undo;
    for (size_t i = 0; i <= u->version_n; i++) {
        struct node *old = i ? u->versions[i - 1].root : s->committed;
        TRY(tree_reserve(&s->pool, old, e->key));
        roots[i] = tree_put(&s->pool, tree_ref(old), entry_ref(e));
    }
    return OK;
}

/* Takes the reference to `instead`. */
static void exchange_root(struct node **root, size_t *charged, struct node *instead, const struct entry *e)
{
    const struct entry *old = tree_find(*root, e->key);
    *charged += charge_of(e) - (old ? charge_of(old) : 0);
    tree_unref(*root);
    *root = instead;
}

/* To the back end, unless that has it already. */
MUST_USE static enum err commit_entry(struct store *s, const struct entry *e)
{
    const struct entry *before = tree_find(s->committed, e->key);
    const struct euicc_change change = {e->key, entry_value(e).p, entry_value(e).n};
    if (!s->back.commit || (before && slice_equal(entry_value(before), entry_value(e)))) return OK;
    int result = s->back.commit(s->back.ctx, &change, 1);
    return result == EUICC_OK ? OK : refused(s, result);
}

enum err store_commit_key(struct store *s, const char *key)
{
    struct undo *u = s->undo;
    struct entry *now = tree_find(s->root, key);
    const size_t n = u->version_n + 1;
    if (!now) return OK;
    struct node **roots = calloc(n, sizeof(struct node *));
    if (!roots) return ERR_MEMORY;
    enum err e = with_entry(s, now, roots);
    if (e == OK) e = commit_entry(s, now);
    for (size_t i = 0; i < n && e == OK; i++) {
        struct version *v = i ? &u->versions[i - 1] : NULL;
        exchange_root(v ? &v->root : &s->committed, v ? &v->charged : &s->committed_charged, roots[i], now);
    }
    for (size_t i = 0; i < n && e != OK; i++)
        tree_unref(roots[i]);
    free(roots);
    return e;
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
    TRY(undo_keep_version(s->undo, s->root, s->charged));
    /* All memory is there when the pool is: what take_entries() still needs. */
    TRY(pool_fill(&s->pool, list.n));
    size_t n = s->undo->n;
    for (size_t i = 0; i < old_n; i++)
        undo_touch(s->undo, tree_at(s->root, i));
    for (size_t i = 0; i < list.n; i++)
        undo_touch(s->undo, list.p[i]);
    enum err e = take_entries(s, &list);
    if (e != OK) undo_truncate(s->undo, n);
    return e;
}
