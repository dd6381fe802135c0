/* Store images and entry lists; see image.h. Used by store.c. */
#include "store/image.h"

#include <stdlib.h>
#include <zlib.h>

#define MAGIC_SIZE (sizeof IMAGE_MAGIC - 1)
#define HEAD_SIZE (MAGIC_SIZE + 1 + 4)
#define CRC_SIZE 4

/* ---- lists ---- */

bool entry_list_add(struct entry_list *list, struct entry *e)
{
    if (!e) return false;
    if (list->n == list->cap) {
        size_t cap = list->cap ? 2 * list->cap : 64;
        struct entry **p = realloc(list->p, cap * sizeof(struct entry *));
        if (!p) {
            entry_unref(e);
            return false;
        }
        list->p = p;
        list->cap = cap;
    }
    list->p[list->n++] = e;
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    const struct entry *const *left = a, *const *right = b;
    return strcmp((*left)->key, (*right)->key);
}

enum err entry_list_sort(struct entry_list *list)
{
    bool rising = true;
    for (size_t i = 1; i < list->n && rising; i++)
        rising = compare_keys(&list->p[i - 1], &list->p[i]) < 0;
    if (rising) return OK;
    qsort(list->p, list->n, sizeof(struct entry *), compare_keys);
    for (size_t i = 1; i < list->n; i++) {
        if (compare_keys(&list->p[i - 1], &list->p[i]) == 0) return ERR_CORRUPT;
    }
    return OK;
}

void entry_list_free(struct entry_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        entry_unref(list->p[i]);
    free(list->p);
    *list = (struct entry_list){0};
}

/* ---- numbers ---- */

static uint32_t crc32_of(struct slice s)
{
    return (uint32_t)crc32_z(0, s.p, s.n);
}

static void put_u32(struct buf *b, size_t n)
{
    uint8_t bytes[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    buf_append(b, SLICE(bytes));
}

/* Takes n bytes off the front; false if there are fewer. */
static bool take(struct slice *in, size_t n, struct slice *out)
{
    if (in->n < n || (n && !in->p)) return false;
    *out = slice_of(in->p, n);
    *in = slice_skip(*in, n);
    return true;
}

static bool take_u32(struct slice *in, uint32_t *out)
{
    struct slice bytes;
    if (!take(in, 4, &bytes)) return false;
    *out = (uint32_t)bytes.p[0] << 24 | (uint32_t)bytes.p[1] << 16 | (uint32_t)bytes.p[2] << 8 | bytes.p[3];
    return true;
}

/* ---- images ---- */

/* In order; `out` says if there was no memory. */
static void write_entries(const struct node *root, struct buf *out)
{
    for (; root; root = root->right) {
        const struct entry *e = root->entry;
        write_entries(root->left, out);
        put_u32(out, e->key_n);
        put_u32(out, e->value_n);
        buf_append(out, slice_of(e->key, e->key_n));
        buf_append(out, entry_value(e));
    }
}

enum err image_write(const struct node *root, struct buf *out)
{
    size_t start = out->n, n = tree_size(root);
    buf_append(out, slice_of(IMAGE_MAGIC, MAGIC_SIZE));
    buf_byte(out, IMAGE_VERSION);
    put_u32(out, n);
    write_entries(root, out);
    TRY(buf_err(out));
    put_u32(out, crc32_of(slice_of(out->p + start, out->n - start)));
    return buf_err(out);
}

/* One entry; key_text is room that all of them share. */
MUST_USE static enum err read_entry(struct slice *in, store_charged_fn charged, struct buf *key_text,
                                    struct entry_list *list)
{
    uint32_t key_n, value_n;
    struct slice key, value;
    if (!take_u32(in, &key_n) || !take_u32(in, &value_n)) return ERR_CORRUPT;
    if (!take(in, key_n, &key) || !take(in, value_n, &value)) return ERR_CORRUPT;
    if (key_n && memchr(key.p, 0, key_n)) return ERR_CORRUPT;
    buf_reset(key_text);
    buf_append(key_text, key);
    buf_byte(key_text, 0);
    TRY(buf_err(key_text));
    const char *text = (const char *)key_text->p;
    if (list->n && strcmp(list->p[list->n - 1]->key, text) >= 0) return ERR_CORRUPT;
    return entry_list_add(list, entry_new(text, value, charged && charged(text))) ? OK : ERR_MEMORY;
}

enum err image_read(struct slice image, store_charged_fn charged, struct entry_list *list)
{
    struct slice in = image, magic, version;
    uint32_t count, crc;
    if (!take(&in, MAGIC_SIZE, &magic) || memcmp(magic.p, IMAGE_MAGIC, MAGIC_SIZE) != 0) return ERR_CORRUPT;
    if (!take(&in, 1, &version) || version.p[0] == 0) return ERR_CORRUPT;
    /* Before the CRC: where a later version has it is not known. */
    if (version.p[0] > IMAGE_VERSION) return ERR_NEWER;
    if (image.n < HEAD_SIZE + CRC_SIZE || !take_u32(&in, &count)) return ERR_CORRUPT;
    struct slice end = slice_skip(image, image.n - CRC_SIZE);
    if (!take_u32(&end, &crc) || crc != crc32_of(slice_of(image.p, image.n - CRC_SIZE))) return ERR_CORRUPT;
    in.n -= CRC_SIZE;
    BUF_LOCAL key_text = {0};
    for (uint32_t i = 0; i < count; i++)
        TRY(read_entry(&in, charged, &key_text, list));
    return in.n == 0 ? OK : ERR_CORRUPT;
}
