/* Profiles as records: `profile/<aid>` is small and read often, `isdp/<aid>/<part>` holds the large parts. Which one is
 * enabled is one key of the card, so that two enabled profiles cannot be written down. SGP.22 3.2, 2.4.5. */
#include "model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

#define KEY_SIZE 64

/* A0000005591010FFFFFFFF89 00 PP PP 00 00: instances from 001000 in steps of 000100 (SGP.22 2.4.5). */
static const uint8_t isdp_aid_base[AID_SIZE] = {0xa0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xff,
                                                0xff, 0xff, 0xff, 0x89, 0x00, 0x00, 0x10, 0x00};
#define ISDP_INSTANCES 0xff00u /* keeps within 3 bytes of instance number */

static void record_key(const uint8_t aid[AID_SIZE], char key[KEY_SIZE])
{
    memcpy(key, "profile/", 8);
    hex_encode(slice_of(aid, AID_SIZE), key + 8);
}

static void part_key(const uint8_t aid[AID_SIZE], const char *part, char key[KEY_SIZE])
{
    memcpy(key, "isdp/", 5);
    hex_encode(slice_of(aid, AID_SIZE), key + 5);
    (void)snprintf(key + 5 + 2 * AID_SIZE, KEY_SIZE - 5 - 2 * AID_SIZE, "/%s", part);
}

static bool take_number(struct slice *in, uint32_t tag, uint32_t *out)
{
    struct tlv t;
    return tlv_next(in, &t) && t.tag == tag && tlv_unsigned(t.value, out);
}

/* Flags of a record. */
#define PROFILE_PRELOADED (1u << 0)
#define PROFILE_EMERGENCY (1u << 1)
#define PROFILE_FALLBACK_ALLOWED (1u << 2)
#define PROFILE_WITHOUT_CONTENTS (1u << 3)

/* Record: 4F aid, 5A iccid, 80 order, 81 class, 82 rules, 83 flags, 84 ciPKId, [90 nickname]. */
static bool decode(struct slice in, struct profile *p)
{
    struct tlv t;
    uint32_t flags;
    *p = (struct profile){0};
    if (!tlv_next(&in, &t) || t.tag != 0x4f || t.value.n != AID_SIZE) return false;
    memcpy(p->aid, t.value.p, AID_SIZE);
    if (!tlv_next(&in, &t) || t.tag != 0x5a || t.value.n != ICCID_SIZE) return false;
    memcpy(p->iccid, t.value.p, ICCID_SIZE);
    if (!take_number(&in, 0x80, &p->order) || !take_number(&in, 0x81, &p->profile_class) ||
        !take_number(&in, 0x82, &p->ppr) || !take_number(&in, 0x83, &flags))
        return false;
    p->preloaded = flags & PROFILE_PRELOADED;
    p->emergency = flags & PROFILE_EMERGENCY;
    p->fallback_allowed = flags & PROFILE_FALLBACK_ALLOWED;
    p->without_contents = flags & PROFILE_WITHOUT_CONTENTS;
    if (!tlv_next(&in, &t) || t.tag != 0x84 || t.value.n != CI_PK_ID_SIZE) return false;
    memcpy(p->ci_pk_id, t.value.p, CI_PK_ID_SIZE);
    p->has_nickname = tlv_next(&in, &t) && t.tag == 0x90;
    if (p->has_nickname) p->nickname = t.value;
    return true;
}

static bool enabled_aid(const struct model *m, struct slice *aid)
{
    return store_get(m->store, "card/enabled", aid) && aid->n == AID_SIZE;
}

static void mark_enabled(const struct model *m, struct profile *p)
{
    struct slice aid;
    p->enabled = enabled_aid(m, &aid) && memcmp(aid.p, p->aid, AID_SIZE) == 0;
}

enum err profile_get(const struct model *m, const uint8_t aid[AID_SIZE], struct profile *out, bool *found)
{
    char key[KEY_SIZE];
    struct slice value;
    record_key(aid, key);
    *found = store_get(m->store, key, &value);
    if (!*found) return OK;
    if (!decode(value, out)) return ERR_CORRUPT;
    mark_enabled(m, out);
    return OK;
}

enum err profile_find(const struct model *m, const struct profile_identifier *id, struct profile *out, bool *found)
{
    *found = false;
    if (id->by_aid) return id->value.n == AID_SIZE ? profile_get(m, id->value.p, out, found) : OK;
    if (id->value.n != ICCID_SIZE) return OK; /* some LPAs send 9 bytes: no match, never a crash */
    for (struct store_item i = store_first(m->store, "profile/"); i.key; i = store_after(m->store, "profile/", i.key)) {
        if (!decode(i.value, out)) return ERR_CORRUPT;
        if (memcmp(out->iccid, id->value.p, ICCID_SIZE) != 0) continue;
        mark_enabled(m, out);
        *found = true;
        return OK;
    }
    return OK;
}

static int by_order(const void *a, const void *b)
{
    uint32_t x = ((const struct profile *)a)->order;
    uint32_t y = ((const struct profile *)b)->order;
    return x < y ? -1 : x > y;
}

enum err profile_list(const struct model *m, struct profile **list, size_t *n)
{
    size_t count = profile_count(m);
    *n = 0;
    *list = NULL;
    if (count == 0) return OK;
    struct profile *all = calloc(count, sizeof *all);
    if (!all) return ERR_MEMORY;
    for (struct store_item i = store_first(m->store, "profile/"); i.key; i = store_after(m->store, "profile/", i.key)) {
        if (!decode(i.value, &all[*n])) {
            free(all);
            *n = 0;
            return ERR_CORRUPT;
        }
        mark_enabled(m, &all[(*n)++]);
    }
    qsort(all, *n, sizeof *all, by_order);
    *list = all;
    return OK;
}

size_t profile_count(const struct model *m)
{
    return store_count(m->store, "profile/");
}

enum err profile_put(struct model *m, const struct profile *p)
{
    char key[KEY_SIZE];
    BUF_LOCAL b = {0};
    record_key(p->aid, key);
    tlv_put(&b, 0x4f, SLICE(p->aid));
    tlv_put(&b, 0x5a, SLICE(p->iccid));
    tlv_put_unsigned(&b, 0x80, p->order);
    tlv_put_unsigned(&b, 0x81, p->profile_class);
    tlv_put_unsigned(&b, 0x82, p->ppr);
    tlv_put_unsigned(&b, 0x83,
                     (p->preloaded ? PROFILE_PRELOADED : 0) | (p->emergency ? PROFILE_EMERGENCY : 0) |
                         (p->fallback_allowed ? PROFILE_FALLBACK_ALLOWED : 0) |
                         (p->without_contents ? PROFILE_WITHOUT_CONTENTS : 0));
    tlv_put(&b, 0x84, SLICE(p->ci_pk_id));
    if (p->has_nickname) tlv_put(&b, 0x90, p->nickname);
    TRY(buf_err(&b));
    return store_put(m->store, key, buf_slice(&b));
}

enum err profile_enabled(const struct model *m, struct profile *out, bool *found)
{
    struct slice aid;
    *found = false;
    if (!enabled_aid(m, &aid)) return OK;
    TRY(profile_get(m, aid.p, out, found));
    return *found ? OK : ERR_CORRUPT;
}

bool profile_part(const struct model *m, const uint8_t aid[AID_SIZE], const char *part, struct slice *out)
{
    char key[KEY_SIZE];
    part_key(aid, part, key);
    return store_get(m->store, key, out);
}

enum err profile_put_part(struct model *m, const uint8_t aid[AID_SIZE], const char *part, struct slice value)
{
    char key[KEY_SIZE];
    part_key(aid, part, key);
    return store_put(m->store, key, value);
}

/* What remembers this profile forgets it: the one that a test profile replaced, fallback, emergency. */
static enum err forget(struct model *m, const uint8_t aid[AID_SIZE])
{
    static const char *const references[] = {"card/previous", "card/fallback", "card/fallback-return",
                                             "card/emergency-return"};
    struct slice value;
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++)
        if (store_get(m->store, references[i], &value) && slice_equal(value, slice_of(aid, AID_SIZE)))
            TRY(store_delete(m->store, references[i]));
    return OK;
}

enum err profile_delete(struct model *m, const uint8_t aid[AID_SIZE])
{
    char key[KEY_SIZE];
    record_key(aid, key);
    TRY(store_delete(m->store, key));
    part_key(aid, "", key);
    TRY(store_delete_prefix(m->store, key));
    return forget(m, aid);
}

enum err profile_lose_contents(struct model *m, struct profile *p)
{
    struct slice value;
    struct tlv rollback;
    uint8_t target[AID_SIZE];
    p->without_contents = true;
    p->emergency = false;
    p->fallback_allowed = false;
    TRY(profile_put(m, p));
    if (p->enabled) TRY(store_delete(m->store, "card/enabled"));
    p->enabled = false;
    if (switch_pending_target(m, target) && memcmp(target, p->aid, AID_SIZE) == 0)
        TRY(store_delete_prefix(m->store, "card/pending")); /* and what would be deleted after it */
    if (store_get(m->store, "card/rollback", &value) && tlv_next(&value, &rollback) &&
        slice_equal(rollback.value, SLICE(p->aid)))
        TRY(store_delete(m->store, "card/rollback"));
    return forget(m, p->aid);
}

enum err profile_allocate_aid(const struct model *m, uint8_t aid[AID_SIZE])
{
    char key[KEY_SIZE];
    struct slice ignored;
    memcpy(aid, isdp_aid_base, AID_SIZE);
    for (uint32_t number = 0x10; number < ISDP_INSTANCES; number++) {
        aid[13] = (uint8_t)(number >> 8);
        aid[14] = (uint8_t)number;
        record_key(aid, key);
        if (!store_get(m->store, key, &ignored)) return OK;
    }
    return ERR_NO_SPACE;
}

enum err profile_next_order(struct model *m, uint32_t *order)
{
    struct slice value;
    uint32_t next = 1;
    BUF_LOCAL b = {0};
    if (store_get(m->store, "card/installs", &value)) {
        if (!tlv_unsigned(value, &next)) return ERR_CORRUPT;
        next++;
    }
    tlv_put_unsigned(&b, 0x02, next);
    TRY(buf_err(&b));
    *order = next;
    return store_put(m->store, "card/installs", slice_skip(buf_slice(&b), 2));
}

bool profile_key_is_charged(const char *key)
{
    return strncmp(key, "profile/", 8) == 0 || strncmp(key, "isdp/", 5) == 0;
}

size_t profile_memory_free(const struct model *m)
{
    size_t used = store_charged(m->store);
    return used < m->personality.memory_size ? m->personality.memory_size - used : 0;
}

size_t profile_memory_missing(const struct model *m)
{
    size_t used = store_charged(m->store);
    return used > m->personality.memory_size ? used - m->personality.memory_size : 0;
}

size_t profile_memory_cost(size_t n)
{
    return n + 5 + 2 * (size_t)AID_SIZE + 8 + STORE_ENTRY_OVERHEAD; /* isdp/<aid>/ and a short name */
}

size_t profile_memory_of(const struct model *m, const uint8_t aid[AID_SIZE])
{
    char key[KEY_SIZE];
    struct slice value;
    size_t size = 0;
    record_key(aid, key);
    if (store_get(m->store, key, &value)) size = strlen(key) + value.n + STORE_ENTRY_OVERHEAD;
    part_key(aid, "", key);
    for (struct store_item i = store_first(m->store, key); i.key; i = store_after(m->store, key, i.key))
        size += strlen(i.key) + i.value.n + STORE_ENTRY_OVERHEAD;
    return size;
}

void iccid_text(const uint8_t iccid[ICCID_SIZE], char out[21])
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < ICCID_SIZE; i++) {
        out[2 * i] = digits[iccid[i] & 15];
        out[2 * i + 1] = digits[iccid[i] >> 4];
    }
    size_t n = 20;
    while (n && out[n - 1] == 'F')
        n--;
    out[n] = 0;
}
