/* The undo list of a store, and from it the changes of a commit; see undo.h. Used by store.c. */
#include "store/undo.h"

#include <stdlib.h>

#define UNDO_CAPACITY_KEPT 16

struct undo *undo_new(void)
{
    struct undo *u = calloc(1, sizeof *u);
    if (u) u->marked = NOT_MARKED;
    return u;
}

void undo_truncate(struct undo *u, size_t n)
{
    while (u->n > n)
        entry_unref(u->touched[--u->n]);
    while (u->version_n && u->versions[u->version_n - 1].at > n)
        tree_unref(u->versions[--u->version_n].root);
}

void undo_clear(struct undo *u, bool keeps_memory)
{
    undo_truncate(u, 0);
    u->marked = NOT_MARKED;
    if (keeps_memory) return;
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

void undo_free(struct undo *u)
{
    if (!u) return;
    undo_clear(u, false);
    free(u->touched);
    free(u->changes);
    free(u);
}

enum err undo_reserve(struct undo *u, size_t more)
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

enum err undo_copy(struct undo *to, const struct undo *from)
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

enum err undo_keep_version(struct undo *u, struct node *root, size_t charged)
{
    if (u->marked != u->n || u->n == 0) return OK;
    if (u->version_n && u->versions[u->version_n - 1].at == u->n) return OK;
    if (u->version_n == u->version_cap) {
        size_t cap = u->version_cap ? 2 * u->version_cap : 4;
        struct version *versions = realloc(u->versions, cap * sizeof *versions);
        if (!versions) return ERR_MEMORY;
        u->versions = versions;
        u->version_cap = cap;
    }
    u->versions[u->version_n++] = (struct version){u->n, tree_ref(root), charged};
    return OK;
}

/* ---- what a commit has to look at ---- */

static const char *touched_key(const struct undo *u, size_t i)
{
    return u->touched[i]->key;
}

/* The end of the run in key order that starts at `from`. */
static size_t run_end(const struct undo *u, size_t from)
{
    size_t i = from + 1;
    while (i < u->n && strcmp(touched_key(u, i - 1), touched_key(u, i)) <= 0)
        i++;
    return i;
}

/* Joins the neighbouring runs from, middle and middle, end; the places for changes are free for the first of them. */
static void join_runs(struct undo *u, size_t from, size_t middle, size_t end)
{
    struct entry **first = (struct entry **)(void *)u->changes;
    const size_t n = middle - from;
    size_t at = from;
    memcpy(first, u->touched + from, n * sizeof(struct entry *));
    for (size_t i = 0; i < n; at++) {
        bool takes_first = middle == end || strcmp(first[i]->key, touched_key(u, middle)) <= 0;
        u->touched[at] = takes_first ? first[i++] : u->touched[middle++];
    }
}

/* Into key order. Most changes come in order already, those of a whole profile as one run. */
static void sort_touched(struct undo *u)
{
    while (run_end(u, 0) < u->n) {
        for (size_t from = 0, end; from < u->n; from = end) {
            size_t middle = run_end(u, from);
            if (middle == u->n) break;
            end = run_end(u, middle);
            join_runs(u, from, middle, end);
        }
    }
}

/* First for the present state: what `key` is now. Then for the committed one: nothing, if it is the same. */
static void note_change(struct undo *u, size_t i, const struct entry *e, bool committed)
{
    struct euicc_change *c = &u->changes[i];
    struct slice value = e ? entry_value(e) : (struct slice){0};
    if (!committed) {
        *c = (struct euicc_change){touched_key(u, i), value.p, value.n};
    } else if (e ? c->value && slice_equal(value, slice_of(c->value, c->n)) : !c->value) {
        c->key = NULL;
    }
}

/* Looks the touched keys at places from to end - 1, which are in order, up together. */
static void look_up(struct undo *u, const struct node *root, size_t from, size_t end, bool committed)
{
    size_t below = from;
    size_t above = end;
    bool there = false;
    if (from == end) return;
    for (size_t i = from; !root && i < end; i++)
        note_change(u, i, NULL, committed);
    if (!root) return;
    while (below < above) {
        size_t middle = below + (above - below) / 2;
        int order = strcmp(touched_key(u, middle), root->entry->key);
        if (order < 0) below = middle + 1;
        if (order >= 0) above = middle;
        there |= order == 0;
    }
    look_up(u, root->left, from, below, committed);
    for (; there && above < end && strcmp(touched_key(u, above), root->entry->key) == 0; above++)
        note_change(u, above, root->entry, committed);
    look_up(u, root->right, above, end, committed);
}

size_t undo_collect(struct undo *u, const struct node *present, const struct node *committed)
{
    size_t n = 0;
    sort_touched(u);
    look_up(u, present, 0, u->n, false);
    look_up(u, committed, 0, u->n, true);
    for (size_t i = 0; i < u->n; i++) {
        if (!u->changes[i].key || (i > 0 && strcmp(touched_key(u, i), touched_key(u, i - 1)) == 0)) continue;
        u->changes[n++] = u->changes[i];
    }
    return n;
}
