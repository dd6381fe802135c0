/* tree: sorted entries in a balanced tree whose nodes several trees share until one of them changes (copy on write).
 * That makes a copy of a whole card, and going back to an earlier state, a matter of one reference. Only store.c uses
 * it.
 *
 * References are counted atomically, because cards that share entries may run in different threads. Changes cannot
 * fail: the nodes that a change may need are taken beforehand with tree_reserve(). */
#ifndef SOFTEUICC_STORE_TREE_H
#define SOFTEUICC_STORE_TREE_H

#include <stdatomic.h>

#include "base/err.h"
#include "base/slice.h"

/* A key with its value, never changed once made. The value follows the key's NUL; both are wiped at the end. */
struct entry {
    atomic_uint refs;
    uint32_t value_n;
    uint32_t key_n;
    bool charged; /* counts against the memory for profiles, see store.h */
    char key[];
};

/* Reference count 1; NULL without memory (or if a part has 4 GiB). `value` may lie in another entry. */
struct entry *entry_new(const char *key, struct slice value, bool charged);
struct entry *entry_ref(struct entry *e);
void entry_unref(struct entry *e); /* NULL is fine */

static inline struct slice entry_value(const struct entry *e)
{
    return slice_of(e->key + e->key_n + 1, e->value_n);
}

/* Weight balanced; size counts the entries from here down. A tree is a pointer to its root, NULL when empty. */
struct node {
    struct node *left, *right;
    struct entry *entry;
    atomic_uint refs;
    uint32_t size;
};

struct node_pool {
    struct node *first; /* chained by `left` */
    size_t n;
};

static inline size_t tree_size(const struct node *root)
{
    return root ? root->size : 0;
}

struct node *tree_ref(struct node *root);
void tree_unref(struct node *root);

struct entry *tree_find(const struct node *root, const char *key);
/* The lowest entry whose key is above `key`, or equal to it if `or_equal`; NULL if there is none. */
struct entry *tree_above(const struct node *root, const char *key, bool or_equal);
/* The entry at place `index` (below tree_size) in key order. */
struct entry *tree_at(const struct node *root, size_t index);
/* The number of keys that start with prefix, without visiting them. */
size_t tree_count(const struct node *root, const char *prefix);

/* Puts at least n nodes into the pool. */
MUST_USE enum err pool_fill(struct node_pool *pool, size_t n);
void pool_free(struct node_pool *pool);
/* Fills the pool with what one tree_put or tree_remove of this key can need. */
MUST_USE enum err tree_reserve(struct node_pool *pool, const struct node *root, const char *key);

/* All of these use up the references to root and entries that they are given, and return the changed tree. */
struct node *tree_put(struct node_pool *pool, struct node *root, struct entry *e);
struct node *tree_remove(struct node_pool *pool, struct node *root, const char *key);
/* A tree of n entries in strictly rising key order; needs n nodes in the pool. */
struct node *tree_build(struct node_pool *pool, struct entry **entries, size_t n);

#endif
