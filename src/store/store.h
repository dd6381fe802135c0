/* The store: a sorted map of short readable keys to opaque values, with transactions (design 4). Reads come from
 * memory; commit hands just the changed keys to the back end. No specification knowledge lives here. */
#ifndef SOFTEUICC_STORE_STORE_H
#define SOFTEUICC_STORE_STORE_H

#include "base/buf.h"
#include "euicc.h"

struct store;

/* Called on every key, at load and when it changes: true if the key's bytes count against the memory for profiles. */
typedef bool (*store_charged_fn)(const char *key);

/* A store over env's load and commit (either may be NULL: memory only). Loads at once. */
MUST_USE enum err store_new(struct store **out, const struct euicc_env *env, store_charged_fn charged);
void store_free(struct store *s);
/* For one that changes a lot and goes soon: it keeps the memory for changes from one commit to the next. */
void store_keep_memory(struct store *s);
/* A copy in memory: committed and uncommitted state. Later commits go to env->commit. */
MUST_USE enum err store_clone(const struct store *s, const struct euicc_env *env, struct store **out);

/* The value of a key; false if it is absent. Valid until that key changes or a rollback. */
bool store_get(const struct store *s, const char *key, struct slice *out);
MUST_USE enum err store_put(struct store *s, const char *key, struct slice value);
/* The same of a value in parts, one behind the other. They may lie in the store, in the old value too. */
MUST_USE enum err store_put_parts(struct store *s, const char *key, const struct slice *parts, size_t n);
/* Puts every key of another store, with `prefix` in front of it. On failure nothing was put. */
MUST_USE enum err store_put_all(struct store *s, const char *prefix, const struct store *from);
/* Deleting an absent key is fine. */
MUST_USE enum err store_delete(struct store *s, const char *key);
MUST_USE enum err store_delete_prefix(struct store *s, const char *prefix);

/* Iteration in key order over the keys that start with prefix:
 *   for (struct store_item i = store_first(s, "profile/"); i.key; i = store_after(s, "profile/", i.key)) ...
 * Changing the store between the calls is allowed: store_after finds the next key above i.key. */
struct store_item {
    const char *key; /* NULL: no more */
    struct slice value;
};
struct store_item store_first(const struct store *s, const char *prefix);
struct store_item store_after(const struct store *s, const char *prefix, const char *key);
size_t store_count(const struct store *s, const char *prefix);

/* Undo to a mark: what a handler did that then had to fail. Mark 0 is the last commit. */
size_t store_mark(const struct store *s);
void store_rollback_to(struct store *s, size_t mark);
/* Hands the changed keys to the back end in one transaction and forgets the undo list. Without changes nothing is
 * called and *changed is 0. On failure the store is back at the last commit; ERR_POWER if the back end said
 * EUICC_POWER_LOST, else ERR_STORAGE. changed may be NULL. */
MUST_USE enum err store_commit(struct store *s, size_t *changed);

/* Hands what has become of this one key to the back end now; the other changes stay as they are, uncommitted, and no
 * rollback takes this one back (a key that is not there is left alone). For what has to be durable before a command
 * ends. Failures are those of store_commit().
 */
MUST_USE enum err store_commit_key(struct store *s, const char *key);

/* Sum over charged keys of strlen(key) + value size + STORE_ENTRY_OVERHEAD. Kept up to date, O(1). */
#define STORE_ENTRY_OVERHEAD 16
size_t store_charged(const struct store *s);

/* Image: magic "softeuicc", version, entries in key order, CRC-32. Of the committed state. */
MUST_USE enum err store_snapshot(const struct store *s, struct buf *out);
/* Replaces everything (uncommitted). ERR_CORRUPT or ERR_NEWER leave the store as it was. */
MUST_USE enum err store_restore(struct store *s, struct slice image);

#endif
