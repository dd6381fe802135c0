/* kat: reader for the known-answer files in tests/kat. A line is `name = hex` or `name = "text"`; indented lines
 * continue the hex above; `#` starts a comment. Names are dotted paths, `name.0`, `name.1` are lists. Used by tests
 * only. */
#ifndef SOFTEUICC_TESTS_KAT_H
#define SOFTEUICC_TESTS_KAT_H

#include "base/buf.h"

struct kat;

/* Opens `file` ("bsp.txt") in the folder that the environment variable TEST_KAT_DIR names, or else the one this was
 * compiled with. NULL, with a line on stderr, if the file cannot be read or has a line that is not as above. */
struct kat *kat_open(const char *file);
void kat_free(struct kat *k);

/* The bytes of `name` (text: its characters), valid as long as k. Aborts the program if there is none: a known-answer
 * test must never pass because its answer is missing. */
struct slice kat_slice(const struct kat *k, const char *name);
/* As kat_slice, name made with printf. */
struct slice kat_slicef(const struct kat *k, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Replaces *b by the bytes of `name`; false if there is none. */
bool kat_get(const struct kat *k, const char *name, struct buf *b);
bool kat_has(const struct kat *k, const char *name);
/* The text of `name` with a NUL at its end, valid as long as k. Aborts if there is none. */
const char *kat_text(const struct kat *k, const char *name);
/* The bytes of `name` as big-endian number. Aborts if there is none or it has more than 4 bytes. */
uint32_t kat_number(const struct kat *k, const char *name);
/* How many entries the list `name` has: the first N for which neither name.N nor name.N.* is there. */
size_t kat_count(const struct kat *k, const char *name);

#endif
