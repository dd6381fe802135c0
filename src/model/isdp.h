/* isdp: where the contents of one profile lie. A profile's files, PINs, keys and applications are values in a store,
 * under keys that all start alike: `isdp/<aid>/` in the card's store, nothing in the store of an installation that is
 * under way. src/saip fills one, src/uicc and src/domain work on one; neither knows which it is. SGP.22 2.4.5. */
#ifndef SOFTEUICC_MODEL_ISDP_H
#define SOFTEUICC_MODEL_ISDP_H

#include "model/model.h"

#define ISDP_PREFIX_SIZE 40
#define ISDP_KEY_SIZE 128 /* prefix, name and NUL */

struct isdp {
    struct store *store; /* NULL: no profile is enabled */
    enum without_profile without_profile;
    char prefix[ISDP_PREFIX_SIZE];
};

/* The enabled profile's. Without one, only the files of the personality's `without_profile` are there. */
MUST_USE enum err isdp_enabled(const struct model *m, struct isdp *out);
/* That of a profile of the card. */
void isdp_of(const struct model *m, const uint8_t aid[AID_SIZE], struct isdp *out);
/* A store of its own, for an installation. */
void isdp_over(struct store *store, struct isdp *out);

/* Names are below the prefix: "fs/3F00/7F10", "pin/01". At most ISDP_KEY_SIZE - ISDP_PREFIX_SIZE - 1 characters. */
/* Writes "/" and a number in this many hexadecimal digits, as names have it ("pin/01"); returns the place of the NUL.
 * Higher digits are left out. */
char *isdp_number(char *at, uint32_t number, unsigned digits);
bool isdp_get(const struct isdp *isdp, const char *name, struct slice *out);
MUST_USE enum err isdp_put(const struct isdp *isdp, const char *name, struct slice value);
/* A value in parts, one behind the other; they may lie in the store. */
MUST_USE enum err isdp_put_parts(const struct isdp *isdp, const char *name, const struct slice *parts, size_t n);
/* Makes this one value durable now, ahead of the command's commit; see store_commit_key(). */
MUST_USE enum err isdp_commit(const struct isdp *isdp, const char *name);
MUST_USE enum err isdp_delete(const struct isdp *isdp, const char *name);
MUST_USE enum err isdp_delete_prefix(const struct isdp *isdp, const char *name);

/* The values whose names start with `name`, in the order of their names:
 *   for (struct isdp_item i = isdp_first(d, "pin/"); i.name; i = isdp_after(d, "pin/", &i)) ... */
struct isdp_item {
    const char *name; /* below the prefix; NULL: no more */
    const char *key;  /* whole, as the store has it */
    struct slice value;
};
struct isdp_item isdp_first(const struct isdp *isdp, const char *name);
struct isdp_item isdp_after(const struct isdp *isdp, const char *name, const struct isdp_item *item);

#endif
