/* Images of cards (src/store/image.h) as the oracles read them, and what was committed against what an image says: a
 * command that was refused, or whose commit failed, leaves nothing behind. Used by card.c and bpp_ciphertext.c. */
#include "bench.h"

#define HEAD 10 /* magic and version */

static bool take_number(struct slice *in, size_t *out)
{
    if (in->n < 4) return false;
    *out = (size_t)in->p[0] << 24 | (size_t)in->p[1] << 16 | (size_t)in->p[2] << 8 | in->p[3];
    *in = slice_skip(*in, 4);
    return true;
}

bool fuzz_image_open(struct slice image, struct fuzz_image *out)
{
    if (image.n < HEAD) return false;
    out->rest = slice_skip(image, HEAD);
    return take_number(&out->rest, &out->left);
}

bool fuzz_image_next(struct fuzz_image *in, struct slice *key, struct slice *value)
{
    size_t key_n;
    size_t value_n;
    if (in->left == 0 || !take_number(&in->rest, &key_n) || !take_number(&in->rest, &value_n)) return false;
    if (key_n > in->rest.n || value_n > in->rest.n - key_n) return false;
    in->left--;
    *key = slice_of(in->rest.p, key_n);
    *value = slice_of(in->rest.p + key_n, value_n);
    in->rest = slice_skip(in->rest, key_n + value_n);
    return true;
}

bool fuzz_image_find(struct slice image, const char *key, struct slice *value)
{
    struct fuzz_image entries;
    struct slice name;
    if (!fuzz_image_open(image, &entries)) return false;
    while (fuzz_image_next(&entries, &name, value))
        if (slice_equal(name, slice_text(key))) return true;
    return false;
}

/* ---- what was committed ---- */

static struct fuzz_change *find(const struct fuzz_card *c, struct slice key)
{
    for (size_t i = 0; i < c->change_n; i++)
        if (slice_equal(slice_text(c->changes[i].key), key)) return &c->changes[i];
    return NULL;
}

void fuzz_note_change(struct fuzz_card *c, const struct euicc_change *change)
{
    struct fuzz_change *old = find(c, slice_text(change->key));
    if (!old) {
        if (c->change_n == c->change_room) {
            c->change_room = c->change_room ? 2 * c->change_room : 16;
            c->changes = realloc(c->changes, c->change_room * sizeof *c->changes);
            if (!c->changes) abort();
        }
        size_t size = strlen(change->key) + 1;
        old = &c->changes[c->change_n++];
        *old = (struct fuzz_change){.key = malloc(size)};
        if (!old->key) abort();
        memcpy(old->key, change->key, size);
    }
    buf_reset(&old->value);
    old->present = change->value != NULL;
    if (change->value) buf_append(&old->value, slice_of(change->value, change->n));
}

bool fuzz_stored(const struct fuzz_card *c, const char *key, struct slice *value)
{
    const struct fuzz_change *change = find(c, slice_text(key));
    if (!change) return c->initial.p && fuzz_image_find(c->initial, key, value);
    *value = buf_slice(&change->value);
    return change->present;
}

void fuzz_forget_changes(struct fuzz_card *c)
{
    for (size_t i = 0; i < c->change_n; i++) {
        free(c->changes[i].key);
        buf_free(&c->changes[i].value);
    }
    free(c->changes);
    c->changes = NULL;
    c->change_n = c->change_room = 0;
}

void fuzz_check_committed(const struct fuzz_card *c, struct slice image)
{
    struct fuzz_image entries;
    struct slice key;
    struct slice value;
    struct slice old;
    size_t expected = 0;
    size_t n = 0;
    if (!c->initial.p) return;
    FUZZ_CHECK(fuzz_image_open(c->initial, &entries), "the first image");
    while (fuzz_image_next(&entries, &key, &value))
        expected += !find(c, key);
    for (size_t i = 0; i < c->change_n; i++)
        expected += c->changes[i].present;
    FUZZ_CHECK(fuzz_image_open(image, &entries), "the image");
    for (; fuzz_image_next(&entries, &key, &value); n++) {
        const struct fuzz_change *change = find(c, key);
        char name[128];
        (void)snprintf(name, sizeof name, "%.*s", (int)key.n, (const char *)key.p);
        if (change)
            FUZZ_CHECK(change->present && slice_equal(buf_slice(&change->value), value), "%s is not as committed",
                       name);
        else
            FUZZ_CHECK(fuzz_image_find(c->initial, name, &old) && slice_equal(old, value),
                       "%s changed without a commit", name);
    }
    FUZZ_CHECK(n == expected, "%zu keys are stored, %zu were committed", n, expected);
}
