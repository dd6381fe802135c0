/* Checksums of a card file; see digest.h. */
#include "store/digest.h"

#include <string.h>
#include <xxhash.h>

/* Parts are chained: the digest of one is the seed of the next. Texts go in with their NUL, so that none of it can move
 * from one part into the next unnoticed. */
static uint64_t digest_text(const char *text, uint64_t seed)
{
    return XXH3_64bits_withSeed(text, strlen(text) + 1, seed);
}

uint64_t digest_row(const char *card, const char *key, const void *value, size_t n)
{
    return XXH3_64bits_withSeed(n ? value : "", n, digest_text(key, digest_text(card, 0)));
}

uint64_t digest_total(const char *card, const struct total *total)
{
    const uint64_t numbers[] = {total->commits, total->keys, total->sum};
    uint8_t bytes[sizeof numbers];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(numbers[i / 8] >> (56 - 8 * (i % 8)));
    return XXH3_64bits_withSeed(bytes, sizeof bytes, digest_text(card, 1));
}
