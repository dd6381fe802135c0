/* digest: checksums of a card file, so that a value, a key or a whole row that changed, went or came on the disk is
 * noticed when the card is loaded. Against accidents, not against somebody who means it: they are no signatures. Used
 * by card_file_rows.c and card_file_schema.c.
 *
 * XXH3 with 64 bits (libxxhash); its values are the same on every machine and since version 0.8.0 fixed for all time.
 */
#ifndef SOFTEUICC_STORE_DIGEST_H
#define SOFTEUICC_STORE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* What a card file says of one card as a whole. */
struct total {
    uint64_t commits; /* since the card came into this file */
    uint64_t keys;
    uint64_t sum; /* of the digests of its rows, modulo 2^64: a commit changes it by what it changes */
};

/* Of one row, whose card and key are part of it: no row can stand for another one. */
uint64_t digest_row(const char *card, const char *key, const void *value, size_t n);
uint64_t digest_total(const char *card, const struct total *total);

#endif
