/* undo: what changed in a store since its last commit, and the states that a rollback can ask for. Only store.c uses
 * it. */
#ifndef SOFTEUICC_STORE_UNDO_H
#define SOFTEUICC_STORE_UNDO_H

#include "store/store.h"
#include "store/tree.h"

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

/* NULL without memory. */
struct undo *undo_new(void);
void undo_free(struct undo *u);
/* All of it into an empty one. After ERR_MEMORY free that. */
MUST_USE enum err undo_copy(struct undo *to, const struct undo *from);
/* Forgets the changes after the first n. */
void undo_truncate(struct undo *u, size_t n);
/* Empty, with little memory kept: most cards of a fleet do nothing most of the time. Unless it keeps all of it. */
void undo_clear(struct undo *u, bool keeps_memory);
/* Room for so many more changes. */
MUST_USE enum err undo_reserve(struct undo *u, size_t more);
/* Keeps this state, the present one, if somebody holds a mark for it. The state of mark 0 is kept anyway. */
MUST_USE enum err undo_keep_version(struct undo *u, struct node *root, size_t charged);
/* Notes one change; there has to be room. */
static inline void undo_touch(struct undo *u, struct entry *e)
{
    u->touched[u->n++] = entry_ref(e);
}
/* Lists in u->changes, in key order, how the present state differs from the committed one; returns how many. */
size_t undo_collect(struct undo *u, const struct node *present, const struct node *committed);

#endif
