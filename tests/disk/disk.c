/* The card file of the tests of the real storage; see disk.h. */
#define _GNU_SOURCE
#include "disk.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEPT_MAX 8
#define USUAL_SEED 1

char disk_folder[64];
char disk_path[96];
static struct kept {
    char ending[16];
    uint8_t *bytes;
    size_t n;
} kept[KEPT_MAX];
static size_t kept_n;
static uint64_t seed, first_seed;

/* ---- files ---- */

static void forget_kept(void)
{
    for (size_t i = 0; i < kept_n; i++)
        free(kept[i].bytes);
    kept_n = 0;
}

void disk_begin(void)
{
    const char *tmp = getenv("TMPDIR"), *given = getenv("DISK_SEED");
    if (!tmp || strlen(tmp) >= 40) tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; /* nothing waits there */
    (void)snprintf(disk_folder, sizeof disk_folder, "%s/disk-XXXXXX", tmp);
    ck_assert_ptr_nonnull(mkdtemp(disk_folder));
    (void)snprintf(disk_path, sizeof disk_path, "%s/card.db", disk_folder);
    seed = first_seed = given ? strtoull(given, NULL, 10) : USUAL_SEED;
}

static void each_file(void (*visit)(const char *name))
{
    DIR *folder = opendir(disk_folder);
    ck_assert_ptr_nonnull(folder);
    for (struct dirent *e = readdir(folder); e; e = readdir(folder)) {
        if (e->d_name[0] != '.') visit(e->d_name);
    }
    (void)closedir(folder);
}

static void remove_one(const char *name)
{
    char path[sizeof disk_folder + 300];
    (void)snprintf(path, sizeof path, "%s/%s", disk_folder, name);
    ck_assert_int_eq(remove(path), 0);
}

void disk_end(void)
{
    each_file(remove_one);
    ck_assert_int_eq(rmdir(disk_folder), 0);
    forget_kept();
}

static unsigned counted;

static void count_one(const char *name)
{
    (void)name;
    counted++;
}

unsigned disk_file_count(void)
{
    counted = 0;
    each_file(count_one);
    return counted;
}

static void keep_one(const char *name)
{
    ck_assert_uint_lt(kept_n, KEPT_MAX);
    ck_assert(strncmp(name, "card.db", 7) == 0);
    struct kept *k = &kept[kept_n++];
    (void)snprintf(k->ending, sizeof k->ending, "%s", name + 7);
    k->bytes = disk_read(k->ending, &k->n);
}

void disk_keep(void)
{
    forget_kept();
    each_file(keep_one);
}

void disk_bring_back(void)
{
    each_file(remove_one);
    for (size_t i = 0; i < kept_n; i++)
        disk_write(kept[i].ending, kept[i].bytes, kept[i].n);
}

static FILE *file_at(const char *ending, const char *mode)
{
    char path[sizeof disk_path + 16];
    (void)snprintf(path, sizeof path, "%s%s", disk_path, ending);
    return fopen(path, mode);
}

uint8_t *disk_read(const char *ending, size_t *n)
{
    FILE *in = file_at(ending, "rb");
    struct stat found;
    if (!in) return NULL;
    ck_assert_int_eq(fstat(fileno(in), &found), 0);
    *n = (size_t)found.st_size;
    uint8_t *bytes = malloc(*n + 1);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_uint_eq(fread(bytes, 1, *n, in), *n);
    (void)fclose(in);
    return bytes;
}

void disk_write(const char *ending, const void *bytes, size_t n)
{
    FILE *out = file_at(ending, "wb");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(bytes, 1, n, out), n);
    ck_assert_int_eq(fclose(out), 0);
}

void disk_remove(const char *ending)
{
    char path[sizeof disk_path + 16];
    (void)snprintf(path, sizeof path, "%s%s", disk_path, ending);
    (void)remove(path);
}

/* ---- the card in it ---- */

void disk_sql(const char *sql)
{
    sqlite3 *db = NULL;
    char *message = NULL;
    ck_assert_int_eq(sqlite3_open(disk_path, &db), SQLITE_OK);
    int result = sqlite3_exec(db, sql, NULL, NULL, &message);
    ck_assert_msg(result == SQLITE_OK, "%s: %s", sql, message ? message : "");
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

euicc_file *disk_open(enum euicc_file_mode mode)
{
    euicc_file *file = NULL;
    struct euicc_diagnostic why;
    int result = euicc_file_open(&file, disk_path, NULL, mode, &why);
    ck_assert_msg(result == EUICC_OK, "%d: %s", result, why.text);
    return file;
}

int disk_put(euicc_file *file, const char *key, const char *value)
{
    struct euicc_change c = {key, (const uint8_t *)value, value ? strlen(value) : 0};
    return euicc_file_commit(file, &c, 1);
}

static int append(void *ctx, const char *key, const uint8_t *value, size_t n)
{
    struct buf *out = ctx;
    uint8_t size[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    buf_append(out, slice_of(key, strlen(key) + 1));
    buf_append(out, SLICE(size));
    buf_append(out, slice_of(value, n));
    return buf_err(out) == OK ? EUICC_OK : EUICC_NO_MEMORY;
}

int disk_contents(euicc_file *file, struct buf *out)
{
    return euicc_file_load(file, append, out);
}

int disk_look(enum euicc_file_mode mode, struct buf *out, struct euicc_diagnostic *why)
{
    euicc_file *file = NULL;
    int result = euicc_file_open(&file, disk_path, NULL, mode, why);
    if (result == EUICC_OK) {
        result = disk_contents(file, out);
        (void)snprintf(why->text, sizeof why->text, "%s", euicc_file_error(file));
    }
    euicc_file_close(file);
    return result;
}

void disk_make_card(void)
{
    euicc_file *file = disk_open(EUICC_FILE_CREATE);
    char key[16], value[300], large[9001];
    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = 0;
    for (unsigned i = 0; i < 60; i++) {
        (void)snprintf(key, sizeof key, "key%02u", i);
        (void)snprintf(value, 8, "%u", i);
        value[strlen(value)] = ' ';
        ck_assert_int_eq(disk_put(file, key, value), EUICC_OK);
    }
    memset(large, 'L', sizeof large - 1);
    large[sizeof large - 1] = 0;
    ck_assert_int_eq(disk_put(file, "large", large), EUICC_OK);
    euicc_file_close(file);
}

void disk_make_version_1(void)
{
    disk_sql("BEGIN; ALTER TABLE store RENAME TO newer; DROP TABLE total;"
             "CREATE TABLE IF NOT EXISTS store (card TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,"
             " PRIMARY KEY (card, key)) WITHOUT ROWID;"
             "INSERT INTO store SELECT card, key, value FROM newer; DROP TABLE newer;"
             "PRAGMA user_version = 1; COMMIT");
}

/* ---- runs ---- */

uint32_t disk_random(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33);
}

uint64_t disk_seed(void)
{
    return first_seed;
}

bool disk_all(void)
{
    return getenv("TEAR_ALL") != NULL;
}

int disk_main(const char *name, const TTest *const *tests, size_t n)
{
    Suite *suite = suite_create(name);
    TCase *all = tcase_create(name);
    tcase_set_timeout(all, disk_all() ? 0 : 300);
    tcase_add_checked_fixture(all, disk_begin, disk_end);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(all, tests[i]);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
