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
/* Room for a key and a value of these sizes, not charged: the caller writes both, and the NUL between them. */
struct entry *entry_alloc(size_t key_n, size_t value_n);
struct entry *entry_ref(struct entry *e);
void entry_unref(struct entry *e); /* NULL is fine */

static inline uint8_t *entry_bytes(struct entry *e)
{
    return (uint8_t *)e->key + e->key_n + 1;
}

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

/* A subtree has at most TREE_DELTA times the size of its sibling; TREE_RATIO chooses single or double rotation. */
#define TREE_DELTA 3
#define TREE_RATIO 2

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
/* The same, and the way to the key, or to where it would be. */
#define TREE_LEVELS 128 /* a tree of 2^32 entries has no more than 77 */
struct tree_way {
    size_t depth;                   /* nodes on the way */
    uint8_t turns[TREE_LEVELS / 8]; /* bit n: at node n to the right */
};
struct entry *tree_find_way(const struct node *root, const char *key, struct tree_way *way);
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
/* With what one tree_put_way can need. */
MUST_USE enum err tree_reserve_put(struct node_pool *pool, const struct tree_way *way);

/* All of these use up the references to root and entries that they are given, and return the changed tree. */
struct node *tree_put(struct node_pool *pool, struct node *root, struct entry *e);
/* The same, if tree_find_way() said this way for the key; displaces: and found it. */
struct node *tree_put_way(struct node_pool *pool, struct node *root, struct entry *e, const struct tree_way *way,
                          bool displaces);
struct node *tree_remove(struct node_pool *pool, struct node *root, const char *key);
/* A tree of n entries in strictly rising key order; needs n nodes in the pool. */
struct node *tree_build(struct node_pool *pool, struct entry **entries, size_t n);

/* tree_put_all.c: *out is a tree of root's entries and these n, in strictly rising key order. It uses up no reference.
 * old[i] is set to the entry of root that entries[i] displaces, if there is one. ERR_MEMORY: nothing was made. */
MUST_USE enum err tree_put_all(struct node *root, struct entry **entries, size_t n, struct entry **old,
                               struct node **out);

#endif
