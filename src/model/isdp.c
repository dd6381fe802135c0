/* Keys of the contents of one profile; see isdp.h. */
#include "model/isdp.h"

#include <stdio.h>

#include "base/hex.h"

void isdp_of(const struct model *m, const uint8_t aid[AID_SIZE], struct isdp *out)
{
    *out = (struct isdp){.store = m->store, .without_profile = m->personality.without_profile};
    memcpy(out->prefix, "isdp/", 5);
    hex_encode(slice_of(aid, AID_SIZE), out->prefix + 5);
    memcpy(out->prefix + 5 + 2 * AID_SIZE, "/", 2);
}

void isdp_over(struct store *store, struct isdp *out)
{
    *out = (struct isdp){.store = store};
}

enum err isdp_enabled(const struct model *m, struct isdp *out)
{
    struct slice aid;
    *out = (struct isdp){.without_profile = m->personality.without_profile};
    if (!store_get(m->store, "card/enabled", &aid)) return OK;
    if (aid.n != AID_SIZE) return ERR_CORRUPT;
    isdp_of(m, aid.p, out);
    return OK;
}

static void make_key(const struct isdp *isdp, const char *name, char key[ISDP_KEY_SIZE])
{
    size_t prefix = strlen(isdp->prefix);
    size_t n = strlen(name);
    size_t room = ISDP_KEY_SIZE - prefix - 1;
    if (n > room) n = room;
    memcpy(key, isdp->prefix, prefix);
    memcpy(key + prefix, name, n);
    key[prefix + n] = 0;
}

char *isdp_number(char *at, uint32_t number, unsigned digits)
{
    *at++ = '/';
    while (digits-- > 0)
        *at++ = "0123456789ABCDEF"[number >> 4 * digits & 15];
    *at = 0;
    return at;
}

bool isdp_get(const struct isdp *isdp, const char *name, struct slice *out)
{
    char key[ISDP_KEY_SIZE];
    if (!isdp->store) return false;
    make_key(isdp, name, key);
    return store_get(isdp->store, key, out);
}

enum err isdp_put(const struct isdp *isdp, const char *name, struct slice value)
{
    return isdp_put_parts(isdp, name, &value, 1);
}

enum err isdp_put_parts(const struct isdp *isdp, const char *name, const struct slice *parts, size_t n)
{
    char key[ISDP_KEY_SIZE];
    if (!isdp->store) return ERR_CORRUPT;
    make_key(isdp, name, key);
    return store_put_parts(isdp->store, key, parts, n);
}

enum err isdp_commit(const struct isdp *isdp, const char *name)
{
    char key[ISDP_KEY_SIZE];
    if (!isdp->store) return ERR_CORRUPT;
    make_key(isdp, name, key);
    return store_commit_key(isdp->store, key);
}

enum err isdp_delete(const struct isdp *isdp, const char *name)
{
    char key[ISDP_KEY_SIZE];
    if (!isdp->store) return OK;
    make_key(isdp, name, key);
    return store_delete(isdp->store, key);
}

enum err isdp_delete_prefix(const struct isdp *isdp, const char *name)
{
    char key[ISDP_KEY_SIZE];
    if (!isdp->store) return OK;
    make_key(isdp, name, key);
    return store_delete_prefix(isdp->store, key);
}

static struct isdp_item item_of(const struct isdp *isdp, struct store_item i)
{
    if (!i.key) return (struct isdp_item){0};
    return (struct isdp_item){i.key + strlen(isdp->prefix), i.key, i.value};
}

struct isdp_item isdp_first(const struct isdp *isdp, const char *name)
{
    char key[ISDP_KEY_SIZE];
    if (!isdp->store) return (struct isdp_item){0};
    make_key(isdp, name, key);
    return item_of(isdp, store_first(isdp->store, key));
}

struct isdp_item isdp_after(const struct isdp *isdp, const char *name, const struct isdp_item *item)
{
    char key[ISDP_KEY_SIZE];
    make_key(isdp, name, key);
    return item_of(isdp, store_after(isdp->store, key, item->key));
}
