/* Copy-on-write tree of entries; see tree.h. The balance is that of Adams' weight balanced trees with the factors of
 * Hirai and Yamamoto (3, 2), for which inserting and deleting are proven to keep it. Used by store.c. */
#define _DEFAULT_SOURCE
#include "store/tree.h"

#include <assert.h>
#include <stdlib.h>

/* ---- entries ---- */

struct entry *entry_alloc(size_t key_n, size_t value_n)
{
    if (key_n >= UINT32_MAX || value_n > UINT32_MAX) return NULL;
    struct entry *e = malloc(sizeof *e + key_n + 1 + value_n);
    if (!e) return NULL;
    atomic_init(&e->refs, 1);
    e->key_n = (uint32_t)key_n;
    e->value_n = (uint32_t)value_n;
    e->charged = false;
    return e;
}

struct entry *entry_new(const char *key, struct slice value, bool charged)
{
    struct entry *e = entry_alloc(strlen(key), value.n);
    if (!e) return NULL;
    e->charged = charged;
    memcpy(e->key, key, e->key_n + 1u);
    if (value.n) memcpy(entry_bytes(e), value.p, value.n);
    return e;
}

struct entry *entry_ref(struct entry *e)
{
    atomic_fetch_add_explicit(&e->refs, 1, memory_order_relaxed);
    return e;
}

/* True if this was the last reference. Acquire and release order another thread's last use before the free. */
static bool drop(atomic_uint *refs)
{
    return atomic_fetch_sub_explicit(refs, 1, memory_order_acq_rel) == 1;
}

void entry_unref(struct entry *e)
{
    if (!e || !drop(&e->refs)) return;
    explicit_bzero(e, sizeof *e + e->key_n + 1 + e->value_n);
    free(e);
}

/* ---- nodes ---- */

struct node *tree_ref(struct node *root)
{
    if (root) atomic_fetch_add_explicit(&root->refs, 1, memory_order_relaxed);
    return root;
}

void tree_unref(struct node *root)
{
    if (!root || !drop(&root->refs)) return;
    tree_unref(root->left);
    tree_unref(root->right);
    entry_unref(root->entry);
    free(root);
}

enum err pool_fill(struct node_pool *pool, size_t n)
{
    while (pool->n < n) {
        struct node *node = malloc(sizeof *node);
        if (!node) return ERR_MEMORY;
        node->left = pool->first;
        pool->first = node;
        pool->n++;
    }
    return OK;
}

void pool_free(struct node_pool *pool)
{
    while (pool->first) {
        struct node *node = pool->first;
        pool->first = node->left;
        free(node);
    }
    pool->n = 0;
}

/* A node of this tree alone, over children and an entry whose references it takes. */
static struct node *node_new(struct node_pool *pool, struct node *left, struct entry *e, struct node *right)
{
    struct node *node = pool->first;
    assert(node); /* tree_reserve() did not count right */
    pool->first = node->left;
    pool->n--;
    *node = (struct node){.left = left, .right = right, .entry = e};
    atomic_init(&node->refs, 1);
    node->size = (uint32_t)(tree_size(left) + tree_size(right) + 1);
    return node;
}

/* Gives back a node that nobody refers to and whose contents were moved out. */
static void node_recycle(struct node_pool *pool, struct node *node)
{
    node->left = pool->first;
    pool->first = node;
    pool->n++;
}

/* The node itself if no other tree shares it, else a copy in its place. */
static struct node *own(struct node_pool *pool, struct node *node)
{
    if (atomic_load_explicit(&node->refs, memory_order_acquire) == 1) return node;
    struct node *copy = node_new(pool, tree_ref(node->left), entry_ref(node->entry), tree_ref(node->right));
    tree_unref(node);
    return copy;
}

static void resize(struct node *node)
{
    node->size = (uint32_t)(tree_size(node->left) + tree_size(node->right) + 1);
}

/* ---- looking up ---- */

struct entry *tree_find(const struct node *root, const char *key)
{
    while (root) {
        int order = strcmp(key, root->entry->key);
        if (order == 0) return root->entry;
        root = order < 0 ? root->left : root->right;
    }
    return NULL;
}

struct entry *tree_find_way(const struct node *root, const char *key, struct tree_way *way)
{
    *way = (struct tree_way){0};
    while (root) {
        int order = strcmp(key, root->entry->key);
        const size_t level = way->depth++;
        if (order == 0) return root->entry;
        if (order > 0) way->turns[level / 8] |= (uint8_t)(1u << level % 8);
        root = order < 0 ? root->left : root->right;
    }
    return NULL;
}

struct entry *tree_above(const struct node *root, const char *key, bool or_equal)
{
    struct entry *best = NULL;
    while (root) {
        int order = strcmp(root->entry->key, key);
        if (order > 0 || (order == 0 && or_equal)) {
            best = root->entry;
            root = root->left;
        } else {
            root = root->right;
        }
    }
    return best;
}

struct entry *tree_at(const struct node *root, size_t index)
{
    for (;;) {
        size_t below = tree_size(root->left);
        if (index == below) return root->entry;
        if (index < below) {
            root = root->left;
        } else {
            index -= below + 1;
            root = root->right;
        }
    }
}

/* How many keys sort below those that start with prefix, these included if `inclusive`. */
static size_t rank(const struct node *root, const char *prefix, size_t prefix_n, bool inclusive)
{
    size_t count = 0;
    while (root) {
        int order = strncmp(root->entry->key, prefix, prefix_n);
        if (order < 0 || (order == 0 && inclusive)) {
            count += tree_size(root->left) + 1;
            root = root->right;
        } else {
            root = root->left;
        }
    }
    return count;
}

size_t tree_count(const struct node *root, const char *prefix)
{
    size_t n = strlen(prefix);
    if (n == 0) return tree_size(root);
    return rank(root, prefix, n, true) - rank(root, prefix, n, false);
}

/* ---- changing ---- */

/* On each level: the node itself and the two others that a double rotation changes. */
#define NODES_A_LEVEL 3

enum err tree_reserve_put(struct node_pool *pool, const struct tree_way *way)
{
    return pool_fill(pool, NODES_A_LEVEL * (way->depth + 1));
}

enum err tree_reserve(struct node_pool *pool, const struct node *root, const char *key)
{
    size_t depth = 1;
    while (root) {
        int order = strcmp(key, root->entry->key);
        depth++;
        if (order == 0) break;
        root = order < 0 ? root->left : root->right;
    }
    /* A removal goes on to the neighbour that takes the place; see glue(). */
    if (root) {
        bool left = tree_size(root->left) > tree_size(root->right);
        for (root = left ? root->left : root->right; root; root = left ? root->right : root->left)
            depth++;
    }
    return pool_fill(pool, NODES_A_LEVEL * depth);
}

static struct node *rotate_left(struct node_pool *pool, struct node *node)
{
    struct node *right = own(pool, node->right);
    node->right = right->left;
    right->left = node;
    resize(node);
    resize(right);
    return right;
}

static struct node *rotate_right(struct node_pool *pool, struct node *node)
{
    struct node *left = own(pool, node->left);
    node->left = left->right;
    left->right = node;
    resize(node);
    resize(left);
    return left;
}

/* Restores the balance of an own node after one of its subtrees grew or shrank by one. */
static struct node *balance(struct node_pool *pool, struct node *node)
{
    size_t left = tree_size(node->left), right = tree_size(node->right);
    resize(node);
    if (left + right <= 1) return node;
    if (right > TREE_DELTA * left) {
        if (tree_size(node->right->left) >= TREE_RATIO * tree_size(node->right->right))
            node->right = rotate_right(pool, own(pool, node->right));
        return rotate_left(pool, node);
    }
    if (left > TREE_DELTA * right) {
        if (tree_size(node->left->right) >= TREE_RATIO * tree_size(node->left->left))
            node->left = rotate_left(pool, own(pool, node->left));
        return rotate_right(pool, node);
    }
    return node;
}

/* At the node of this level of the way. */
static struct node *put_at(struct node_pool *pool, struct node *root, struct entry *e, const struct tree_way *way,
                           bool displaces, size_t level)
{
    if (!root) return node_new(pool, NULL, e, NULL);
    struct node *node = own(pool, root);
    if (displaces && level + 1 == way->depth) {
        entry_unref(node->entry);
        node->entry = e;
        return node;
    }
    const bool right = way->turns[level / 8] >> level % 8 & 1;
    struct node **next = right ? &node->right : &node->left;
    *next = put_at(pool, *next, e, way, displaces, level + 1);
    return displaces ? node : balance(pool, node);
}

struct node *tree_put_way(struct node_pool *pool, struct node *root, struct entry *e, const struct tree_way *way,
                          bool displaces)
{
    return put_at(pool, root, e, way, displaces, 0);
}

struct node *tree_put(struct node_pool *pool, struct node *root, struct entry *e)
{
    struct tree_way way;
    const bool displaces = tree_find_way(root, e->key, &way);
    return put_at(pool, root, e, &way, displaces, 0);
}

/* Takes the lowest (or highest) entry out of a tree that is not empty. */
static struct node *take_end(struct node_pool *pool, struct node *root, bool lowest, struct entry **out)
{
    struct node *node = own(pool, root);
    struct node **near = lowest ? &node->left : &node->right;
    if (!*near) {
        struct node *rest = lowest ? node->right : node->left;
        *out = node->entry;
        node_recycle(pool, node);
        return rest;
    }
    *near = take_end(pool, *near, lowest, out);
    return balance(pool, node);
}

/* Fills the place of an own node whose entry is gone with its neighbour from the larger side. */
static struct node *glue(struct node_pool *pool, struct node *node)
{
    if (!node->left || !node->right) {
        struct node *rest = node->left ? node->left : node->right;
        node_recycle(pool, node);
        return rest;
    }
    if (node->left->size > node->right->size) {
        node->left = take_end(pool, node->left, false, &node->entry);
    } else {
        node->right = take_end(pool, node->right, true, &node->entry);
    }
    return balance(pool, node);
}

struct node *tree_remove(struct node_pool *pool, struct node *root, const char *key)
{
    if (!root) return NULL;
    struct node *node = own(pool, root);
    int order = strcmp(key, node->entry->key);
    if (order == 0) {
        entry_unref(node->entry);
        node->entry = NULL;
        return glue(pool, node);
    }
    if (order < 0) {
        node->left = tree_remove(pool, node->left, key);
    } else {
        node->right = tree_remove(pool, node->right, key);
    }
    return balance(pool, node);
}

struct node *tree_build(struct node_pool *pool, struct entry **entries, size_t n)
{
    if (n == 0) return NULL;
    size_t middle = n / 2;
    struct node *left = tree_build(pool, entries, middle);
    struct node *right = tree_build(pool, entries + middle + 1, n - middle - 1);
    return node_new(pool, left, entries[middle], right);
}
