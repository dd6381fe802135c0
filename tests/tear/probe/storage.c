/* A storage in memory; see storage.h. */
#define _DEFAULT_SOURCE
#include "storage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const cut_names[] = {"nothing", "before", "inside", "after", "refused"};

static void let_go(const struct stored *one)
{
    if (--*one->users == 0) free(one->users);
}

void storage_clear(struct storage *s)
{
    for (size_t i = 0; i < s->n; i++)
        let_go(&s->items[i]);
    free(s->items);
    *s = (struct storage){0};
}

/* Where the key is, or where it belongs. */
static size_t place_of(const struct storage *s, const char *key, bool *found)
{
    size_t low = 0;
    size_t high = s->n;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(s->items[middle].key, key);
        if (order == 0) *found = true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct stored *storage_find(const struct storage *s, const char *key)
{
    bool found;
    size_t at = place_of(s, key, &found);
    return found ? &s->items[at] : NULL;
}

static struct stored make(const char *key, const uint8_t *value, size_t n)
{
    size_t key_n = strlen(key) + 1;
    size_t *users = malloc(sizeof *users + key_n + n);
    must(users);
    char *key_copy = (char *)(users + 1);
    uint8_t *value_copy = (uint8_t *)key_copy + key_n;
    *users = 1;
    memcpy(key_copy, key, key_n);
    if (n) memcpy(value_copy, value, n);
    return (struct stored){.key = key_copy, .value = value_copy, .n = n, .users = users};
}

static void make_room(struct storage *s, size_t n)
{
    if (n <= s->room) return;
    s->room = n + 256;
    s->items = realloc(s->items, s->room * sizeof *s->items);
    must(s->items);
}

static void storage_insert(struct storage *s, size_t at, struct stored one)
{
    make_room(s, s->n + 1);
    memmove(s->items + at + 1, s->items + at, (s->n - at) * sizeof *s->items);
    s->items[at] = one;
    s->n++;
}

void storage_change(struct storage *s, const struct euicc_change *change)
{
    bool found;
    size_t at = place_of(s, change->key, &found);
    /* first, for it may be made of what is let go */
    struct stored one = change->value ? make(change->key, change->value, change->n) : (struct stored){0};
    if (found) {
        let_go(&s->items[at]);
        s->n--;
        memmove(s->items + at, s->items + at + 1, (s->n - at) * sizeof *s->items);
    }
    if (change->value) storage_insert(s, at, one);
}

void storage_copy(const struct storage *from, struct storage *to)
{
    storage_clear(to);
    make_room(to, from->n);
    for (size_t i = 0; i < from->n; i++) {
        to->items[i] = from->items[i];
        ++*to->items[i].users;
    }
    to->n = from->n;
}

int storage_load(const struct storage *s, euicc_put_fn put, void *put_ctx)
{
    int result = EUICC_OK;
    for (size_t i = 0; result == EUICC_OK && i < s->n; i++)
        result = put(put_ctx, s->items[i].key, s->items[i].value, s->items[i].n);
    return result;
}

static size_t number_at(const uint8_t *p)
{
    return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

/* An image is "softeuicc", version, count, entries of two lengths, key and value, CRC-32 (src/store/image.h). Calls
 * `each` with one after the other until it says false. */
static void each_stored(const euicc *card, bool (*each)(void *ctx, const struct stored *one), void *ctx)
{
    enum { HEAD = 14, LENGTHS = 8, TAIL = 4 };
    uint8_t *image;
    size_t n;
    size_t at = HEAD;
    must(euicc_snapshot(card, &image, &n) == EUICC_OK);
    must(n >= HEAD + TAIL);
    for (size_t left = number_at(image + HEAD - 4); left > 0; left--) {
        char key[256];
        must(at + LENGTHS <= n - TAIL);
        size_t key_n = number_at(image + at);
        size_t value_n = number_at(image + at + 4);
        at += LENGTHS;
        must(key_n < sizeof key && key_n <= n - TAIL - at && value_n <= n - TAIL - at - key_n);
        memcpy(key, image + at, key_n);
        key[key_n] = 0;
        if (!each(ctx, &(struct stored){.key = key, .value = image + at + key_n, .n = value_n})) break;
        at += key_n + value_n;
        must(left > 1 || at == n - TAIL);
    }
    free(image);
}

static bool add(void *ctx, const struct stored *one)
{
    struct storage *s = ctx;
    storage_insert(s, s->n, make(one->key, one->value, one->n));
    return true;
}

void storage_of_card(const euicc *card, struct storage *out)
{
    storage_clear(out);
    each_stored(card, add, out);
}

bool stored_is_same(const struct stored *a, const struct stored *b)
{
    return a->value == b->value || (a->n == b->n && memcmp(a->value, b->value, a->n) == 0);
}

struct comparison {
    const struct storage *with;
    size_t at;
    char other[256]; /* the first key on which they differ */
};

static bool compare(void *ctx, const struct stored *one)
{
    struct comparison *c = ctx;
    const struct stored *next = c->at < c->with->n ? &c->with->items[c->at++] : NULL;
    int order = next ? strcmp(one->key, next->key) : -1;
    if (order == 0 && stored_is_same(one, next)) return true;
    (void)snprintf(c->other, sizeof c->other, "%s", order > 0 ? next->key : one->key);
    return false;
}

const char *storage_difference_to_card(const struct storage *s, const euicc *card)
{
    static struct comparison c;
    c = (struct comparison){.with = s};
    each_stored(card, compare, &c);
    if (c.other[0]) return c.other;
    return c.at < s->n ? s->items[c.at].key : NULL;
}

const char *storage_difference(const struct storage *a, const struct storage *b)
{
    size_t n = a->n < b->n ? a->n : b->n;
    for (size_t i = 0; i < n; i++) {
        const struct stored *left = &a->items[i];
        const struct stored *right = &b->items[i];
        if (left->users == right->users) continue;
        int order = strcmp(left->key, right->key);
        if (order != 0) return order < 0 ? left->key : right->key;
        if (!stored_is_same(left, right)) return left->key;
    }
    return a->n > n ? a->items[n].key : b->n > n ? b->items[n].key : NULL;
}
