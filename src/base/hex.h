/* Hexadecimal text. */
#ifndef SOFTEUICC_BASE_HEX_H
#define SOFTEUICC_BASE_HEX_H

#include "base/buf.h"

/* Appends the bytes that `text` spells; blanks between digits are skipped. False (and *b as before) if it is not hex.
 */
bool hex_decode(struct slice text, struct buf *b);
/* Writes lower-case digits and a NUL; out needs 2 * s.n + 1 bytes. */
void hex_encode(struct slice s, char *out);
/* As hex_encode, cut to what fits into `size` bytes with ".." at the end. Returns out. */
char *hex_short(struct slice s, char *out, size_t size);

#endif
