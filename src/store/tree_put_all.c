/* Many entries at once into a tree; see tree.h. Nothing is changed in place: what has to change is made anew over the
 * parts that stay, so that without memory the tree is still there as it was. Balance as in tree.c: link() is the one of
 * Adams' trees, which takes subtrees of any sizes. Used by store.c. */
#include "store/tree.h"

#include <stdlib.h>

struct making {
    bool failed;
};

/* All of these use up the references that they are given; after a failure they only give them back. */

static struct node *make(struct making *m, struct node *left, struct entry *e, struct node *right)
{
    struct node *node = m->failed ? NULL : malloc(sizeof *node);
    if (!node) {
        m->failed = true;
        tree_unref(left);
        tree_unref(right);
        entry_unref(e);
        return NULL;
    }
    *node = (struct node){.left = left, .right = right, .entry = e};
    atomic_init(&node->refs, 1);
    node->size = (uint32_t)(tree_size(left) + tree_size(right) + 1);
    return node;
}

/* The parts of a node, with references of their own. */
struct parts {
    struct node *left, *right;
    struct entry *entry;
};

static struct parts take_apart(struct node *node)
{
    struct parts p = {tree_ref(node->left), tree_ref(node->right), entry_ref(node->entry)};
    tree_unref(node);
    return p;
}

static bool is_heavier(const struct node *node, const struct node *other)
{
    return tree_size(node) + tree_size(other) > 1 && tree_size(node) > TREE_DELTA * tree_size(other);
}

/* One side may be too heavy for the other by what one step of link() adds. */
static struct node *make_balanced(struct making *m, struct node *left, struct entry *e, struct node *right)
{
    if (is_heavier(right, left)) {
        struct parts r = take_apart(right);
        if (tree_size(r.left) < TREE_RATIO * tree_size(r.right))
            return make(m, make(m, left, e, r.left), r.entry, r.right);
        struct parts near = take_apart(r.left);
        struct node *outer = make(m, near.right, r.entry, r.right);
        return make(m, make(m, left, e, near.left), near.entry, outer);
    }
    if (is_heavier(left, right)) {
        struct parts l = take_apart(left);
        if (tree_size(l.right) < TREE_RATIO * tree_size(l.left))
            return make(m, l.left, l.entry, make(m, l.right, e, right));
        struct parts near = take_apart(l.right);
        struct node *outer = make(m, l.left, l.entry, near.left);
        return make(m, outer, near.entry, make(m, near.right, e, right));
    }
    return make(m, left, e, right);
}

static struct node *link_trees(struct making *m, struct node *left, struct entry *e, struct node *right)
{
    if (m->failed) return make(m, left, e, right);
    if (is_heavier(right, left)) {
        struct parts r = take_apart(right);
        return make_balanced(m, link_trees(m, left, e, r.left), r.entry, r.right);
    }
    if (is_heavier(left, right)) {
        struct parts l = take_apart(left);
        return make_balanced(m, l.left, l.entry, link_trees(m, l.right, e, right));
    }
    return make(m, left, e, right);
}

static struct node *build(struct making *m, struct entry **entries, size_t n)
{
    if (n == 0) return NULL;
    struct node *left = build(m, entries, n / 2);
    struct node *right = build(m, entries + n / 2 + 1, n - n / 2 - 1);
    return make(m, left, entry_ref(entries[n / 2]), right);
}

/* How many of the entries lie below this key; *equal: the next one has it. */
static size_t count_below(struct entry **entries, size_t n, const char *key, bool *equal)
{
    size_t from = 0;
    *equal = false;
    while (from < n) {
        size_t middle = from + (n - from) / 2;
        int order = strcmp(entries[middle]->key, key);
        *equal = order == 0;
        if (*equal) return middle;
        if (order < 0) from = middle + 1;
        if (order > 0) n = middle;
    }
    return from;
}

static struct node *insert(struct making *m, struct node *root, struct entry **entries, struct entry **old, size_t n)
{
    bool equal;
    if (n == 0) return root;
    if (!root) return build(m, entries, n);
    struct parts p = take_apart(root);
    size_t below = count_below(entries, n, p.entry->key, &equal);
    size_t next = below + equal;
    struct node *left = insert(m, p.left, entries, old, below);
    struct node *right = insert(m, p.right, entries + next, old + next, n - next);
    if (equal) {
        old[below] = p.entry;
        entry_unref(p.entry); /* the tree that was there still has it */
        p.entry = entry_ref(entries[below]);
    }
    return link_trees(m, left, p.entry, right);
}

enum err tree_put_all(struct node *root, struct entry **entries, size_t n, struct entry **old, struct node **out)
{
    struct making m = {0};
    struct node *made = insert(&m, tree_ref(root), entries, old, n);
    if (m.failed) {
        tree_unref(made);
        return ERR_MEMORY;
    }
    *out = made;
    return OK;
}
