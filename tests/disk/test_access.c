/* Card files that others use or that may not be used: locks of other SQLite programs, names that are no files, modes.
 * The locks of this program, full disks and missing rights are in tests/unit/test_card_file.c. */
#define _GNU_SOURCE
#include "disk.h"
#include "shim.h"

#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void refused(enum euicc_file_mode mode, int expected, const char *says)
{
    BUF_LOCAL came = {0};
    struct euicc_diagnostic why = {0};
    int result = disk_look(mode, &came, &why);
    ck_assert_msg(result == expected && strncmp(why.text, disk_path, strlen(disk_path)) == 0 && strstr(why.text, says),
                  "%d \"%s\", expected %d \"%s\"", result, why.text, expected, says);
}

static void works(enum euicc_file_mode mode)
{
    BUF_LOCAL came = {0};
    struct euicc_diagnostic why = {0};
    ck_assert_msg(disk_look(mode, &came, &why) == EUICC_OK, "%s", why.text);
    ck_assert(memmem(came.p, came.n, "key59", 6) != NULL);
}

/* Another program in the middle of this, until *end is closed. */
static pid_t other_program(const char *sql, int *end)
{
    int ready[2], stop[2];
    char byte;
    ck_assert(pipe(ready) == 0 && pipe(stop) == 0);
    pid_t pid = check_fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        sqlite3 *db = NULL;
        (void)close(stop[1]);
        bool ok = sqlite3_open(disk_path, &db) == SQLITE_OK && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
        if (!ok || write(ready[1], "", 1) != 1) _exit(EXIT_FAILURE);
        (void)!read(stop[0], &byte, 1);
        (void)sqlite3_close(db);
        _exit(EXIT_SUCCESS);
    }
    (void)close(ready[1]);
    (void)close(stop[0]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    *end = stop[1];
    return pid;
}

static void end_other(pid_t pid, int end)
{
    int status;
    (void)close(end);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

START_TEST(another_program_writes)
{
    int end;
    shim_install();
    disk_make_card();
    euicc_file *file = disk_open(EUICC_FILE_OPEN);
    pid_t pid = other_program("BEGIN IMMEDIATE", &end);
    ck_assert_int_eq(disk_put(file, "key00", "x"), EUICC_LOCKED);
    ck_assert_ptr_nonnull(strstr(euicc_file_error(file), "another program keeps the database locked"));
    works(EUICC_FILE_READ_ONLY);
    end_other(pid, end);
    ck_assert_int_eq(disk_put(file, "key00", "x"), EUICC_OK);
    euicc_file_close(file);
    works(EUICC_FILE_OPEN);
}
END_TEST

START_TEST(another_program_has_it_alone)
{
    int end;
    shim_install();
    disk_make_card();
    pid_t pid = other_program("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; SELECT count(*) FROM store", &end);
    refused(EUICC_FILE_OPEN, EUICC_LOCKED, "another program keeps the database locked");
    refused(EUICC_FILE_OPEN_OR_CREATE, EUICC_LOCKED, "another program keeps the database locked");
    refused(EUICC_FILE_READ_ONLY, EUICC_LOCKED, "another program keeps the database locked");
    end_other(pid, end);
    works(EUICC_FILE_OPEN);
}
END_TEST

/* ---- names ---- */

static void name_beside(char *out, size_t n, const char *ending)
{
    (void)snprintf(out, n, "%s%s", disk_path, ending);
}

START_TEST(names_that_are_no_files)
{
    char name[sizeof disk_path + 16];
    name_beside(name, sizeof name, "");
    ck_assert_int_eq(mkfifo(name, 0600), 0);
    for (int mode = EUICC_FILE_OPEN; mode <= EUICC_FILE_READ_ONLY; mode++)
        refused((enum euicc_file_mode)mode, EUICC_STORAGE, "is not a regular file");
    disk_remove("");
    ck_assert_int_eq(symlink("card.db", name), 0); /* to itself */
    refused(EUICC_FILE_OPEN_OR_CREATE, EUICC_STORAGE, "cannot open: ");
    disk_remove("");
    ck_assert_uint_eq(disk_file_count(), 0);
}
END_TEST

/* Nothing hangs on a FIFO, and nothing follows a link out of the folder. */
START_TEST(names_beside_it_that_are_no_files)
{
    static const char *const endings[] = {"-wal", "-shm", "-lock"};
    char name[sizeof disk_path + 16];
    disk_make_card();
    disk_keep();
    for (size_t i = 0; i < 9; i++) {
        struct stat found;
        BUF_LOCAL came = {0};
        struct euicc_diagnostic why = {0};
        disk_bring_back();
        name_beside(name, sizeof name, endings[i % 3]);
        ck_assert_int_eq(i < 3 ? mkdir(name, 0700) : i < 6 ? mkfifo(name, 0600) : symlink("elsewhere", name), 0);
        int result = disk_look(EUICC_FILE_OPEN, &came, &why);
        ck_assert_msg(result == EUICC_OK || (result == EUICC_STORAGE && strlen(why.text) > strlen(disk_path)),
                      "%zu: %d \"%s\"", i, result, why.text);
        if (i % 3 == 2 && i != 5) ck_assert_int_eq(result, EUICC_STORAGE);
        name_beside(name, sizeof name, "/../elsewhere");
        ck_assert_int_ne(stat(name, &found), 0);
    }
    disk_bring_back();
    works(EUICC_FILE_OPEN);
}
END_TEST

START_TEST(a_file_of_another_application)
{
    disk_sql("PRAGMA journal_mode = WAL; PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;"
             "CREATE TABLE gpkg_contents (table_name TEXT); INSERT INTO gpkg_contents VALUES ('x')");
    disk_keep();
    for (int mode = EUICC_FILE_OPEN; mode <= EUICC_FILE_READ_ONLY; mode++)
        refused((enum euicc_file_mode)mode, EUICC_CORRUPT, "is not a softeuicc card file (application_id 47504b47");
    size_t n, now_n;
    uint8_t *now = disk_read("", &now_n);
    disk_bring_back();
    uint8_t *bytes = disk_read("", &n);
    ck_assert(slice_equal(slice_of(bytes, n), slice_of(now, now_n)));
    ck_assert_uint_eq(disk_file_count(), 1);
    free(bytes);
    free(now);
}
END_TEST

/* ---- modes ---- */

static void assert_private(const char *ending)
{
    char name[sizeof disk_path + 16];
    struct stat found;
    name_beside(name, sizeof name, ending);
    ck_assert_msg(stat(name, &found) == 0, "no %s", name);
    ck_assert_msg((found.st_mode & 07777) == 0600, "%s has mode %o", name, (unsigned)found.st_mode & 07777);
}

START_TEST(modes_whatever_umask_is)
{
    static const mode_t masks[] = {0, 022, 077, 0177, 0277, 0777};
    static const char *const endings[] = {"", "-wal", "-shm", "-lock"};
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        mode_t before = umask(masks[i]);
        euicc_file *file = disk_open(EUICC_FILE_CREATE);
        ck_assert_int_eq(disk_put(file, "a", "1"), EUICC_OK);
        for (size_t k = 0; k < 4; k++)
            assert_private(endings[k]);
        euicc_file_close(file);
        assert_private("");
        disk_remove("");
        (void)umask(before);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {another_program_writes,        another_program_has_it_alone,
                                  names_that_are_no_files,       names_beside_it_that_are_no_files,
                                  a_file_of_another_application, modes_whatever_umask_is};
    return disk_main("access", tests, sizeof tests / sizeof *tests);
}
