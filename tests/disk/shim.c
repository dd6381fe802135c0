/* A file system that fails; see shim.h. */
#define _GNU_SOURCE
#include "shim.h"

#include <check.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NODES_MAX 16
#define SECTOR 512

const char *const shim_names[SHIM_MODES] = {"well", "full", "stays-full", "fails", "stays-failed", "cut"};

/* A write (or, without bytes, a truncation to `offset`) since the last sync, and what was there before. */
struct change {
    sqlite3_int64 offset, old_size;
    size_t n, old_n;
    uint8_t *bytes, *old;
};

/* A file by its name: what was not synced outlives a closing. */
struct node {
    char path[256];
    struct change *changes;
    size_t n, room;
};

struct shim_file {
    sqlite3_file base;
    struct node *node; /* NULL: a temporary file */
    sqlite3_file *real;
};

static struct {
    sqlite3_vfs vfs, *real;
    struct node nodes[NODES_MAX];
    enum shim_mode mode;
    unsigned at, count;
    bool fired;
    uint64_t seed;
} s;

static uint32_t draw(void)
{
    s.seed = s.seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(s.seed >> 33);
}

/* ---- what is not on the disk yet ---- */

static void forget(struct node *node)
{
    for (size_t i = 0; i < node->n; i++) {
        free(node->changes[i].bytes);
        free(node->changes[i].old);
    }
    free(node->changes);
    node->changes = NULL;
    node->n = node->room = 0;
}

static struct node *node_of(const char *path)
{
    struct node *free_node = NULL;
    for (size_t i = 0; i < NODES_MAX; i++) {
        if (strcmp(s.nodes[i].path, path) == 0) return &s.nodes[i];
        if (!free_node && !s.nodes[i].path[0]) free_node = &s.nodes[i];
    }
    ck_assert_ptr_nonnull(free_node);
    (void)snprintf(free_node->path, sizeof free_node->path, "%s", path);
    return free_node;
}

static void note(struct shim_file *f, sqlite3_int64 offset, const void *bytes, size_t n)
{
    struct node *node = f->node;
    struct change c = {.offset = offset, .n = n};
    if (!node) return;
    ck_assert_int_eq(f->real->pMethods->xFileSize(f->real, &c.old_size), SQLITE_OK);
    sqlite3_int64 end = bytes ? offset + (sqlite3_int64)n : c.old_size;
    if (end > c.old_size) end = c.old_size;
    c.old_n = end > offset ? (size_t)(end - offset) : 0;
    c.old = malloc(c.old_n + 1);
    c.bytes = bytes ? malloc(n + 1) : NULL;
    ck_assert(c.old && (c.bytes || !bytes));
    if (c.old_n) ck_assert_int_eq(f->real->pMethods->xRead(f->real, c.old, (int)c.old_n, offset), SQLITE_OK);
    if (bytes) memcpy(c.bytes, bytes, n);
    if (node->n == node->room) {
        node->room = node->room ? 2 * node->room : 16;
        node->changes = realloc(node->changes, node->room * sizeof c);
        ck_assert_ptr_nonnull(node->changes);
    }
    node->changes[node->n++] = c;
}

static void write_at(int fd, const uint8_t *bytes, size_t n, sqlite3_int64 at)
{
    if (n && pwrite(fd, bytes, n, at) != (ssize_t)n) _exit(EXIT_FAILURE);
}

/* Kept, dropped, or only its front or its back. */
static void maybe_write(int fd, const struct change *c)
{
    size_t middle = c->n > SECTOR ? draw() % (c->n / SECTOR) * SECTOR : 0;
    switch (draw() % 4) {
    case 0:
        break;
    case 1:
        if (c->bytes) write_at(fd, c->bytes, middle, c->offset);
        break;
    case 2:
        if (c->bytes) write_at(fd, c->bytes + middle, c->n - middle, c->offset + (sqlite3_int64)middle);
        break;
    default:
        if (c->bytes) {
            write_at(fd, c->bytes, c->n, c->offset);
        } else if (ftruncate(fd, c->offset) != 0) {
            _exit(EXIT_FAILURE);
        }
    }
}

static void lose_power(void)
{
    for (size_t i = 0; i < NODES_MAX; i++) {
        struct node *node = &s.nodes[i];
        if (node->n == 0) continue;
        int fd = open(node->path, O_RDWR | O_CLOEXEC);
        if (fd < 0) _exit(EXIT_FAILURE);
        for (size_t k = node->n; k-- > 0;) {
            const struct change *c = &node->changes[k];
            write_at(fd, c->old, c->old_n, c->offset);
            if (ftruncate(fd, c->old_size) != 0) _exit(EXIT_FAILURE);
        }
        for (size_t k = 0; k < node->n; k++)
            maybe_write(fd, &node->changes[k]);
        (void)close(fd);
    }
    _exit(SHIM_ENDED);
}

/* ---- when ---- */

/* True if this operation fails. */
static bool now(void)
{
    if (s.mode == SHIM_WELL) {
        s.count++;
        return false;
    }
    bool stays = s.mode == SHIM_STAYS_FULL || s.mode == SHIM_STAYS_FAILED;
    bool due = ++s.count == s.at || (stays && s.at && s.count > s.at);
    if (due && s.mode == SHIM_CUT) lose_power();
    s.fired = s.fired || due;
    return due;
}

static bool is_full_mode(void)
{
    return s.mode == SHIM_FULL || s.mode == SHIM_STAYS_FULL;
}

/* An operation that needs no room on the disk. */
static bool fails(void)
{
    return !is_full_mode() && now();
}

/* ---- sqlite3_io_methods ---- */

static struct shim_file *shim(sqlite3_file *file)
{
    return (struct shim_file *)file;
}
#define REAL(file, method, ...) (shim(file)->real->pMethods->method(shim(file)->real, __VA_ARGS__))
#define REAL_ALONE(file, method) (shim(file)->real->pMethods->method(shim(file)->real))

static int shim_close(sqlite3_file *file)
{
    int result = REAL_ALONE(file, xClose);
    sqlite3_free(shim(file)->real);
    return result;
}

static int shim_read(sqlite3_file *file, void *out, int n, sqlite3_int64 at)
{
    return fails() ? SQLITE_IOERR_READ : REAL(file, xRead, out, n, at);
}

static int shim_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    if (s.mode == SHIM_CUT)
        note(shim(file), at, bytes, (size_t)n); /* the one at which it is cut may be there in part */
    if (now()) return is_full_mode() ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    return REAL(file, xWrite, bytes, n, at);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (s.mode == SHIM_CUT) note(shim(file), size, NULL, 0);
    return fails() ? SQLITE_IOERR_TRUNCATE : REAL(file, xTruncate, size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    if (fails()) return SQLITE_IOERR_FSYNC;
    if (shim(file)->node) forget(shim(file)->node);
    return SQLITE_OK;
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return fails() ? SQLITE_IOERR_FSTAT : REAL(file, xFileSize, size);
}

static int shim_lock(sqlite3_file *file, int level)
{
    return fails() ? SQLITE_IOERR_LOCK : REAL(file, xLock, level);
}

static int shim_unlock(sqlite3_file *file, int level)
{
    return REAL(file, xUnlock, level);
}

static int shim_reserved(sqlite3_file *file, int *out)
{
    return fails() ? SQLITE_IOERR_CHECKRESERVEDLOCK : REAL(file, xCheckReservedLock, out);
}

static int shim_control(sqlite3_file *file, int what, void *argument)
{
    return REAL(file, xFileControl, what, argument);
}

static int shim_sector(sqlite3_file *file)
{
    return REAL_ALONE(file, xSectorSize);
}

/* Nothing that a disk might promise: a write may be torn, writes come in any order. */
static int shim_characteristics(sqlite3_file *file)
{
    (void)file;
    return 0;
}

static int shim_shm_map(sqlite3_file *file, int page, int n, int extend, void volatile **out)
{
    return fails() ? SQLITE_IOERR_SHMMAP : REAL(file, xShmMap, page, n, extend, out);
}

static int shim_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    if (!(flags & SQLITE_SHM_UNLOCK) && fails()) return SQLITE_IOERR_SHMLOCK;
    return REAL(file, xShmLock, offset, n, flags);
}

static void shim_shm_barrier(sqlite3_file *file)
{
    REAL_ALONE(file, xShmBarrier);
}

static int shim_shm_unmap(sqlite3_file *file, int remove)
{
    return REAL(file, xShmUnmap, remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_reserved,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_characteristics,
    .xShmMap = shim_shm_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_shm_barrier,
    .xShmUnmap = shim_shm_unmap,
};

/* ---- sqlite3_vfs ---- */

static int shim_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
    (void)vfs;
    struct shim_file *f = shim(file);
    *f = (struct shim_file){0};
    if (fails()) return SQLITE_CANTOPEN;
    f->real = sqlite3_malloc(s.real->szOsFile);
    if (!f->real) return SQLITE_NOMEM;
    memset(f->real, 0, (size_t)s.real->szOsFile);
    int result = s.real->xOpen(s.real, path, f->real, flags, out_flags);
    if (result != SQLITE_OK) {
        sqlite3_free(f->real);
        return result;
    }
    if (path) f->node = node_of(path);
    f->base.pMethods = &methods;
    return SQLITE_OK;
}

static int shim_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
    (void)vfs;
    if (fails()) return SQLITE_IOERR_DELETE;
    forget(node_of(path));
    (void)sync;
    return s.real->xDelete(s.real, path, 0);
}

static int shim_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    (void)vfs;
    return fails() ? SQLITE_IOERR_ACCESS : s.real->xAccess(s.real, path, flags, out);
}

static int shim_full_path(sqlite3_vfs *vfs, const char *path, int n, char *out)
{
    (void)vfs;
    return s.real->xFullPathname(s.real, path, n, out);
}

/* Waiting for a lock takes no time. */
static int shim_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

void shim_install(void)
{
    s.real = sqlite3_vfs_find(NULL);
    ck_assert_ptr_nonnull(s.real);
    s.vfs = *s.real; /* randomness, sleep, time */
    s.vfs.iVersion = 2;
    s.vfs.pNext = NULL;
    s.vfs.zName = "shim";
    s.vfs.szOsFile = sizeof(struct shim_file);
    s.vfs.xOpen = shim_open;
    s.vfs.xDelete = shim_delete;
    s.vfs.xAccess = shim_access;
    s.vfs.xFullPathname = shim_full_path;
    s.vfs.xSleep = shim_sleep;
    ck_assert_int_eq(sqlite3_vfs_register(&s.vfs, 1), SQLITE_OK);
}

void shim_arm(enum shim_mode mode, unsigned at, uint32_t seed)
{
    for (size_t i = 0; i < NODES_MAX; i++)
        forget(&s.nodes[i]);
    s.mode = mode;
    s.at = at;
    s.seed = seed;
    s.count = 0;
    s.fired = false;
}

unsigned shim_disarm(bool *fired)
{
    unsigned count = s.count;
    if (fired) *fired = s.fired;
    shim_arm(SHIM_WELL, 0, 0);
    return count;
}
