/* image: the bytes of a whole store (store_snapshot, store_restore), and lists of entries on their way into a store.
 * Only store.c uses it.
 *
 *   "softeuicc"  9 bytes
 *   version      1 byte, IMAGE_VERSION
 *   count        4 bytes big endian, as all numbers here
 *   entries      key length 4, value length 4, key, value; keys strictly rising in byte order, without NUL
 *   CRC-32       4 bytes (IEEE 802.3), over all before */
#ifndef SOFTEUICC_STORE_IMAGE_H
#define SOFTEUICC_STORE_IMAGE_H

#include "base/buf.h"
#include "store/store.h"
#include "store/tree.h"

#define IMAGE_MAGIC "softeuicc"
#define IMAGE_VERSION 1

struct entry_list {
    struct entry **p;
    size_t n, cap;
};

/* Takes over the entry; false without memory (e may be NULL: there was none for it either). */
bool entry_list_add(struct entry_list *list, struct entry *e);
/* Into key order; ERR_CORRUPT if a key is there twice. */
MUST_USE enum err entry_list_sort(struct entry_list *list);
void entry_list_free(struct entry_list *list);

MUST_USE enum err image_write(const struct node *root, struct buf *out);
/* Appends the entries in key order. ERR_CORRUPT, ERR_NEWER; the list may then hold some of them. */
MUST_USE enum err image_read(struct slice image, store_charged_fn charged, struct entry_list *list);

#endif
