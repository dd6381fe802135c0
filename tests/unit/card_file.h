/* What the tests of card files share: a folder of their own around each test, files opened, filled and read with words
 * for what is wrong, work in another process, and the program around groups of tests. */
#ifndef SOFTEUICC_TESTS_CARD_FILE_H
#define SOFTEUICC_TESTS_CARD_FILE_H

#include <check.h>
#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"

static char folder[64];
static char path[96];

static inline void make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/softeuicc-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/card.db", folder);
}

/* Calls visit (may be NULL) with each name in the folder and returns how many there are. */
static inline unsigned each_file(void (*visit)(const char *name))
{
    unsigned count = 0;
    DIR *d = opendir(folder);
    ck_assert_ptr_nonnull(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (e->d_name[0] == '.') continue;
        char name[sizeof folder + sizeof e->d_name];
        (void)snprintf(name, sizeof name, "%s/%s", folder, e->d_name);
        if (visit) visit(name);
        count++;
    }
    (void)closedir(d);
    return count;
}

static inline void remove_one(const char *name)
{
    ck_assert_int_eq(unlink(name), 0);
}

static inline void remove_folder(void)
{
    (void)each_file(remove_one);
    ck_assert_int_eq(rmdir(folder), 0);
}

/* ---- short ways ---- */

static inline euicc_file *open_file(const char *card, enum euicc_file_mode mode)
{
    euicc_file *f = NULL;
    struct euicc_diagnostic why;
    int result = euicc_file_open(&f, path, card, mode, &why);
    ck_assert_msg(result == EUICC_OK, "%d: %s", result, why.text);
    ck_assert_str_eq(why.text, "");
    return f;
}

/* The opening fails like this, with a text that names the file and says `says`. */
static inline void assert_refused(enum euicc_file_mode mode, int expected, const char *says)
{
    euicc_file *f = NULL;
    struct euicc_diagnostic why;
    int result = euicc_file_open(&f, path, NULL, mode, &why);
    ck_assert_msg(result == expected, "%d (%s), expected %d", result, why.text, expected);
    ck_assert_ptr_null(f);
    ck_assert_msg(strstr(why.text, path) == why.text && strstr(why.text, says), "\"%s\" does not say \"%s\"", why.text,
                  says);
    ck_assert_int_eq(euicc_file_open(&f, path, NULL, mode, NULL), expected);
}

static inline int put_text(euicc_file *f, const char *key, const char *value)
{
    struct euicc_change c = {key, (const uint8_t *)value, value ? strlen(value) : 0};
    return euicc_file_commit(f, &c, 1);
}

struct found {
    char text[4096]; /* key=value;... in the order of loading */
    size_t keys;
};

static inline int note(void *ctx, const char *key, const uint8_t *value, size_t n)
{
    struct found *found = ctx;
    size_t used = strlen(found->text);
    found->keys++;
    (void)snprintf(found->text + used, sizeof found->text - used, "%s=%.*s;", key, (int)n, (const char *)value);
    return EUICC_OK;
}

static inline void assert_holds(euicc_file *f, const char *expected)
{
    struct found found = {0};
    ck_assert_int_eq(euicc_file_load(f, note, &found), EUICC_OK);
    ck_assert_str_eq(euicc_file_error(f), "");
    ck_assert_str_eq(found.text, expected);
}

/* Runs SQL on the file with SQLite alone. */
static inline void with_sqlite(const char *sql)
{
    sqlite3 *db = NULL;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    char *message = NULL;
    int result = sqlite3_exec(db, sql, NULL, NULL, &message);
    ck_assert_msg(result == SQLITE_OK, "%s: %s", sql, message ? message : "");
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

static inline void write_file(const void *bytes, size_t n)
{
    FILE *out = fopen(path, "wb");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(bytes, 1, n, out), n);
    ck_assert_int_eq(fclose(out), 0);
}

static inline uint8_t *read_file(size_t *n)
{
    struct stat found;
    ck_assert_int_eq(stat(path, &found), 0);
    *n = (size_t)found.st_size;
    uint8_t *bytes = malloc(*n + 1);
    FILE *in = fopen(path, "rb");
    ck_assert_ptr_nonnull(in);
    ck_assert_uint_eq(fread(bytes, 1, *n, in), *n);
    (void)fclose(in);
    return bytes;
}

static inline void make_card(void)
{
    euicc_file *f = open_file(NULL, EUICC_FILE_CREATE);
    ck_assert_int_eq(put_text(f, "a", "1"), EUICC_OK);
    euicc_file_close(f);
}

/* Runs work in another process; its assertions count here. */
static inline void in_other_process(void (*work)(void))
{
    pid_t pid = check_fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        work();
        _exit(EXIT_SUCCESS);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the other process failed (status %x)",
                  (unsigned)status);
}

struct group {
    const char *name;
    const TTest *tests[8];
};

/* The exit status of a program with these groups. */
static inline int run_groups(const char *name, const struct group *groups, size_t n)
{
    Suite *all = suite_create(name);
    for (size_t i = 0; i < n; i++) {
        TCase *cases = tcase_create(groups[i].name);
        tcase_set_timeout(cases, 60);
        tcase_add_checked_fixture(cases, make_folder, remove_folder);
        for (size_t k = 0; k < 8 && groups[i].tests[k]; k++)
            tcase_add_test(cases, groups[i].tests[k]);
        suite_add_tcase(all, cases);
    }
    SRunner *runner = srunner_create(all);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
