/* A storage in memory; see storage.h. */
#define _DEFAULT_SOURCE
#include "storage.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

const char *const cut_names[] = {"nothing", "before", "inside", "after", "refused"};

void storage_clear(struct storage *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->items[i].key);
        free(s->items[i].value);
    }
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

static void storage_put(struct storage *s, size_t at, const char *key, const uint8_t *value, size_t n)
{
    if (s->n == s->room) {
        s->room = s->room ? 2 * s->room : 256;
        s->items = realloc(s->items, s->room * sizeof *s->items);
        ck_assert(s->items);
    }
    struct stored one = {.key = strdup(key), .value = malloc(n ? n : 1), .n = n};
    ck_assert(one.key && one.value);
    if (n) memcpy(one.value, value, n);
    memmove(s->items + at + 1, s->items + at, (s->n - at) * sizeof *s->items);
    s->items[at] = one;
    s->n++;
}

void storage_change(struct storage *s, const struct euicc_change *change)
{
    bool found;
    size_t at = place_of(s, change->key, &found);
    if (found) {
        free(s->items[at].key);
        free(s->items[at].value);
        s->n--;
        memmove(s->items + at, s->items + at + 1, (s->n - at) * sizeof *s->items);
    }
    if (change->value) storage_put(s, at, change->key, change->value, change->n);
}

void storage_copy(const struct storage *from, struct storage *to)
{
    storage_clear(to);
    for (size_t i = 0; i < from->n; i++)
        storage_put(to, i, from->items[i].key, from->items[i].value, from->items[i].n);
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

/* An image is "softeuicc", version, count, entries of two lengths, key and value, CRC-32 (src/store/image.h). */
void storage_of_card(const euicc *card, struct storage *out)
{
    enum { HEAD = 14, LENGTHS = 8, TAIL = 4 };
    uint8_t *image;
    size_t n;
    size_t at = HEAD;
    storage_clear(out);
    ck_assert_int_eq(euicc_snapshot(card, &image, &n), EUICC_OK);
    ck_assert_uint_ge(n, HEAD + TAIL);
    for (size_t left = number_at(image + HEAD - 4); left > 0; left--) {
        char key[256];
        ck_assert_uint_le(at + LENGTHS, n - TAIL);
        size_t key_n = number_at(image + at);
        size_t value_n = number_at(image + at + 4);
        at += LENGTHS;
        ck_assert(key_n < sizeof key && key_n <= n - TAIL - at && value_n <= n - TAIL - at - key_n);
        memcpy(key, image + at, key_n);
        key[key_n] = 0;
        storage_put(out, out->n, key, image + at + key_n, value_n);
        at += key_n + value_n;
    }
    ck_assert_uint_eq(at, n - TAIL);
    free(image);
}

const char *storage_difference(const struct storage *a, const struct storage *b)
{
    size_t n = a->n < b->n ? a->n : b->n;
    for (size_t i = 0; i < n; i++) {
        const struct stored *left = &a->items[i];
        const struct stored *right = &b->items[i];
        int order = strcmp(left->key, right->key);
        if (order != 0) return order < 0 ? left->key : right->key;
        if (left->n != right->n || memcmp(left->value, right->value, left->n) != 0) return left->key;
    }
    return a->n > n ? a->items[n].key : b->n > n ? b->items[n].key : NULL;
}
