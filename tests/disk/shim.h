/* shim: a file system for SQLite (sqlite3_vfs) over the default one, which fails or loses power at its n-th operation.
 * While it is at work every SQLite file of this process goes through it.
 *
 * Power cut: what was written since the last sync of a file is partly lost. Each such write is kept, dropped or torn at
 * a sector, by the seed and in any combination, as a disk may do that writes in an order of its own; then the process
 * ends. That a file was made or removed is not lost. Syncs do not reach the real disk, so that tests are fast. */
#ifndef SOFTEUICC_TESTS_DISK_SHIM_H
#define SOFTEUICC_TESTS_DISK_SHIM_H

#include <stdbool.h>
#include <stdint.h>

enum shim_mode {
    SHIM_WELL, /* counts only */
    SHIM_FULL, /* one write finds the disk full */
    SHIM_STAYS_FULL,
    SHIM_FAILS, /* one operation of any kind fails */
    SHIM_STAYS_FAILED,
    SHIM_CUT, /* power cut; the process ends with status SHIM_ENDED */
    SHIM_MODES
};
extern const char *const shim_names[SHIM_MODES];
#define SHIM_ENDED 77

/* Registers it as SQLite's default. From then on SQLite does not wait for locks that others hold, it gives up at once.
 */
void shim_install(void);
/* From now on `mode` happens at operation `at`, from 1. */
void shim_arm(enum shim_mode mode, unsigned at, uint32_t seed);
/* Operations since then, of the kind that the mode lets fail; `fired` may be NULL. */
unsigned shim_disarm(bool *fired);

#endif
