/* What the tests of the real storage share: one card file in a folder of its own, its bytes and its contents. Every
 * function ends the test with a message if something is not as it must be. */
#ifndef SOFTEUICC_TESTS_DISK_H
#define SOFTEUICC_TESTS_DISK_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "euicc.h"

extern char disk_folder[64];
extern char disk_path[96]; /* of the card file; beside it PATH-wal, PATH-shm, PATH-lock, PATH-journal */

/* Around every test. */
void disk_begin(void);
void disk_end(void);
unsigned disk_file_count(void);
/* All files of the folder but those in memory of the kernel (the lock): kept, and brought back as they were. */
void disk_keep(void);
void disk_bring_back(void);

/* The file with this ending; NULL if there is none. free() it. */
uint8_t *disk_read(const char *ending, size_t *n);
void disk_write(const char *ending, const void *bytes, size_t n);
void disk_remove(const char *ending); /* fine if it is not there */
/* SQLite alone, without this project. */
void disk_sql(const char *sql);

euicc_file *disk_open(enum euicc_file_mode mode);
int disk_put(euicc_file *file, const char *key, const char *value); /* value NULL: delete */
/* Appends all keys and values; the result of loading. */
int disk_contents(euicc_file *file, struct buf *out);
/* Opening, loading and closing; with `why` of whichever failed. */
int disk_look(enum euicc_file_mode mode, struct buf *out, struct euicc_diagnostic *why);
/* Many keys, one value of several pages. Closed again. */
void disk_make_card(void);
/* The same tables as an earlier version of this program made them, with what is stored now. */
void disk_make_version_1(void);

/* DISK_SEED, or the usual one. */
uint32_t disk_random(void);
uint64_t disk_seed(void);
bool disk_all(void); /* TEAR_ALL: every case, not a sample */

int disk_main(const char *name, const TTest *const *tests, size_t n);

#endif
