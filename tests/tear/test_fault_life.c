/* The n-th allocation, draw or call of libcrypto fails while a card is made, started, copied, looked into, restored and
 * reset, or while a card file is opened, read and written: each function says so, gives nothing that is not whole, and
 * what was stored is what was stored before or after. Sanitizers see what leaks. See seams.h.
 *
 * SQLite allocates for itself: its memory is the seam's, too. */
#define _GNU_SOURCE
#include "common.h"
#include "seams.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- faults ---- */

static enum seam seam;

static int random_bytes(void *ctx, uint8_t *out, size_t n)
{
    return seam_call(SEAM_RANDOM, "random") ? EUICC_RANDOM : euicc_random_bytes(ctx, out, n);
}

/* One fault, or none, is all that a result may tell of. */
static void check_result(size_t n, const char *what, int result)
{
    bool may = result == EUICC_OK || result == EUICC_NO_MEMORY || result == EUICC_CRYPTO ||
               (result == EUICC_RANDOM && seam == SEAM_RANDOM);
    ck_assert_msg(result == EUICC_OK || seam_fired(), "%s without a fault: %s", what, euicc_result_text(result));
    ck_assert_msg(may, "%s:%zu (%s): %s: %s", seam_names[seam], n, seam_failed_call(), what, euicc_result_text(result));
}

/* ---- a card in memory ---- */

/* All calls of a card's life in a row, until one fails. */
static void life(size_t n, euicc_random *random)
{
    const struct euicc_config config = {.eid = EID};
    const struct euicc_env env = {.ctx = random, .random = random_bytes};
    const char *what = "euicc_create";
    euicc *card = NULL;
    euicc *copy = NULL;
    uint8_t *image = NULL;
    size_t size = 0;
    seam_arm(true);
    int result = euicc_create(&card, &config, &env, NULL);
    const bool made = result == EUICC_OK;
    if (result == EUICC_OK) what = "euicc_power_on", result = euicc_power_on(card, NULL);
    if (result == EUICC_OK) what = "euicc_reset", result = euicc_reset(card, NULL);
    if (result == EUICC_OK) what = "euicc_clone", result = euicc_clone(card, &env, &copy);
    const bool copied = copy != NULL;
    if (result == EUICC_OK) what = "euicc_snapshot", result = euicc_snapshot(card, &image, &size);
    const bool taken = image != NULL;
    if (result == EUICC_OK) what = "euicc_restore", result = euicc_restore(card, image, size);
    if (result == EUICC_OK) what = "euicc_factory_reset", result = euicc_factory_reset(card);
    seam_arm(false);
    check_result(n, what, result);
    ck_assert_int_eq(made, card != NULL);
    ck_assert(taken == (size != 0) && (result != EUICC_OK || (copied && taken)));
    if (card) ck_assert_int_eq(euicc_power_on(card, NULL), EUICC_OK); /* whatever it was, the card still starts */
    free(image);
    euicc_destroy(copy);
    euicc_destroy(card);
}

START_TEST(test_life)
{
    seam = (enum seam)_i;
    bool fired = true;
    for (size_t n = 0; fired; n++) {
        /* n = 0 also makes what OpenSSL has once a process: OSSL_LIB_CTX_new leaks when it fails. */
        euicc_random *random;
        ck_assert_int_eq(euicc_random_new(&random, true, 7), EUICC_OK);
        seam_set(seam, n);
        life(n, random);
        fired = n == 0 || seam_fired();
        euicc_random_free(random);
        if (n > 100 && !getenv("TEAR_ALL")) n += n / (seam_sanitized() ? 5 : 20);
    }
}
END_TEST

/* ---- a card in a file ---- */

static sqlite3_mem_methods sqlite_memory;

static void *sqlite_malloc(int n)
{
    return seam_call(SEAM_ALLOCATION, "malloc of SQLite") ? NULL : sqlite_memory.xMalloc(n);
}

static void *sqlite_realloc(void *old, int n)
{
    return seam_call(SEAM_ALLOCATION, "realloc of SQLite") ? NULL : sqlite_memory.xRealloc(old, n);
}

/* Before SQLite does anything. */
static void take_sqlite(void)
{
    ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory), SQLITE_OK);
    sqlite3_mem_methods ours = sqlite_memory;
    ours.xMalloc = sqlite_malloc;
    ours.xRealloc = sqlite_realloc;
    ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours), SQLITE_OK);
}

/* What a file holds: "a" and "b", which every commit writes with the same value. */
struct held {
    unsigned a, b;
};

static int take(void *ctx, const char *key, const uint8_t *value, size_t n)
{
    struct held *held = ctx;
    unsigned *at = key[0] == 'a' ? &held->a : &held->b;
    if (n == sizeof *at) memcpy(at, value, n);
    return EUICC_OK;
}

static int write_both(euicc_file *file, unsigned value)
{
    uint8_t bytes[sizeof value];
    memcpy(bytes, &value, sizeof value);
    const struct euicc_change changes[] = {{"a", bytes, sizeof bytes}, {"b", bytes, sizeof bytes}};
    return euicc_file_commit(file, changes, 2);
}

/* Opens, reads, writes, until something fails. True if the commit said that it is stored. */
static bool use_file(size_t n, const char *path, enum euicc_file_mode mode, unsigned value)
{
    struct held held = {0};
    struct euicc_diagnostic why = {""};
    const char *what = "euicc_file_open";
    euicc_file *file = NULL;
    seam_arm(true);
    int result = euicc_file_open(&file, path, NULL, mode, &why);
    const bool opened = result == EUICC_OK;
    if (result == EUICC_OK) what = "euicc_file_load", result = euicc_file_load(file, take, &held);
    const bool loaded = result == EUICC_OK;
    if (result == EUICC_OK) what = "euicc_file_commit", result = write_both(file, value);
    seam_arm(false);
    check_result(n, what, result);
    ck_assert(opened == (file != NULL) && opened != (why.text[0] != 0));
    ck_assert(!loaded || held.a == held.b);
    if (opened && result != EUICC_OK) ck_assert_str_ne(euicc_file_error(file), "");
    euicc_file_close(file);
    return result == EUICC_OK;
}

/* A file that is there (0), one that is made (1). */
START_TEST(test_file)
{
    char folder[] = "/tmp/softeuicc-fault-XXXXXX";
    char path[64];
    euicc_file *file;
    const enum euicc_file_mode mode = _i ? EUICC_FILE_CREATE : EUICC_FILE_OPEN;
    bool fired = true;
    unsigned stored = 0;
    take_sqlite();
    seam = SEAM_ALLOCATION;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/card", folder);
    for (size_t n = 1; fired; n++) {
        struct held held = {0};
        if (_i) (void)unlink(path);
        if (n == 1 && !_i) {
            ck_assert_int_eq(euicc_file_open(&file, path, NULL, EUICC_FILE_CREATE, NULL), EUICC_OK);
            ck_assert_int_eq(write_both(file, 0), EUICC_OK);
            euicc_file_close(file);
        }
        seam_set(SEAM_ALLOCATION, n);
        bool written = use_file(n, path, mode, (unsigned)n);
        fired = seam_fired();
        if (_i && !written && access(path, F_OK) != 0) continue; /* what came to nothing is not left behind */
        /* Before the file is locked it cannot be removed again: an empty one may be left that can still become a card.
         */
        ck_assert_int_eq(euicc_file_open(&file, path, NULL, _i ? EUICC_FILE_OPEN_OR_CREATE : mode, NULL), EUICC_OK);
        ck_assert_int_eq(euicc_file_load(file, take, &held), EUICC_OK);
        euicc_file_close(file);
        ck_assert_msg(held.a == held.b && held.a == (written ? n
                                                     : _i    ? 0
                                                             : stored),
                      "allocation:%zu (%s): %u and %u, %s", n, seam_failed_call(), held.a, held.b,
                      written ? "written" : "not written");
        stored = held.a;
        if (n > 60 && !getenv("TEAR_ALL")) n += n / 5;
    }
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/card-lock", folder);
    (void)unlink(path);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

/* A load or a commit that failed leaves nothing open: the next commit works. There was a load that said that all is
 * well and could not end its transaction, and then no commit could begin one. */
START_TEST(test_file_goes_on)
{
    char folder[] = "/tmp/softeuicc-fault-XXXXXX";
    char path[64];
    euicc_file *file;
    take_sqlite();
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/card", folder);
    bool fired = true;
    for (size_t n = 1; fired; n++) {
        struct held held = {0};
        ck_assert_int_eq(euicc_file_open(&file, path, NULL, EUICC_FILE_OPEN_OR_CREATE, NULL), EUICC_OK);
        seam_set(SEAM_ALLOCATION, n);
        seam_arm(true);
        (void)euicc_file_load(file, take, &held);
        seam_arm(false);
        fired = seam_fired();
        ck_assert_msg(write_both(file, 1) == EUICC_OK, "allocation %zu of the load: %s", n, euicc_file_error(file));
        seam_set(SEAM_ALLOCATION, n);
        seam_arm(true);
        (void)write_both(file, 2);
        seam_arm(false);
        fired = fired || seam_fired();
        ck_assert_msg(write_both(file, 3) == EUICC_OK, "allocation %zu of the commit: %s", n, euicc_file_error(file));
        ck_assert_int_eq(euicc_file_load(file, take, &held), EUICC_OK);
        ck_assert_uint_eq(held.a, 3);
        euicc_file_close(file);
    }
    (void)unlink(path);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

/* Commits are missing because the log is gone: whoever reads only has to look for the note of them, and may not miss
 * it for want of memory. */
START_TEST(test_missing_commits_are_seen)
{
    char folder[] = "/tmp/softeuicc-fault-XXXXXX";
    char path[64];
    char other[80];
    static const char *const left[] = {"-wal", "-shm", "", "-lock"};
    bool fired = true;
    take_sqlite();
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/card", folder);
    const pid_t writer = fork();
    if (writer == 0) { /* it ends without closing */
        euicc_file *file;
        bool stored = euicc_file_open(&file, path, NULL, EUICC_FILE_CREATE, NULL) == EUICC_OK &&
                      write_both(file, 1) == EUICC_OK && write_both(file, 2) == EUICC_OK;
        _exit(stored ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    int status;
    ck_assert(waitpid(writer, &status, 0) == writer && status == 0);
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(other, sizeof other, "%s%s", path, left[i]);
        ck_assert_int_eq(unlink(other), 0);
    }
    for (size_t n = 1; fired; n++) {
        struct held held = {0};
        euicc_file *file;
        seam_set(SEAM_ALLOCATION, n);
        seam_arm(true);
        int result = euicc_file_open(&file, path, NULL, EUICC_FILE_READ_ONLY, NULL);
        if (result == EUICC_OK) result = euicc_file_load(file, take, &held);
        seam_arm(false);
        fired = seam_fired();
        ck_assert_msg(result == EUICC_CORRUPT || (fired && result == EUICC_NO_MEMORY), "allocation:%zu (%s): %s", n,
                      seam_failed_call(), euicc_result_text(result));
        euicc_file_close(file);
    }
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(other, sizeof other, "%s%s", path, left[i]);
        (void)unlink(other);
    }
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault_life");
    TCase *tests = tcase_create("life");
    tcase_set_timeout(tests, getenv("TEAR_ALL") ? 0 : 200);
    tcase_add_loop_test(tests, test_life, 0, SEAM_COUNT);
    tcase_add_loop_test(tests, test_file, 0, 2);
    tcase_add_test(tests, test_file_goes_on);
    tcase_add_test(tests, test_missing_commits_are_seen);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
