/* Card files (euicc_file_* of src/euicc.h): durability, locking between processes, files that are no card files, and
 * storage that fails. Other processes are forked. */
#define _GNU_SOURCE
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"

#define NOBODY 65534

static char folder[64];
static char path[96];

static void make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/softeuicc-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/card.db", folder);
}

/* Calls visit (may be NULL) with each name in the folder and returns how many there are. */
static unsigned each_file(void (*visit)(const char *name))
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

static void remove_one(const char *name)
{
    ck_assert_int_eq(unlink(name), 0);
}

static void remove_folder(void)
{
    (void)each_file(remove_one);
    ck_assert_int_eq(rmdir(folder), 0);
}

/* ---- short ways ---- */

static euicc_file *open_file(const char *card, enum euicc_file_mode mode)
{
    euicc_file *f = NULL;
    struct euicc_diagnostic why;
    int result = euicc_file_open(&f, path, card, mode, &why);
    ck_assert_msg(result == EUICC_OK, "%d: %s", result, why.text);
    ck_assert_str_eq(why.text, "");
    return f;
}

/* The opening fails like this, with a text that names the file and says `says`. */
static void assert_refused(enum euicc_file_mode mode, int expected, const char *says)
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

static int put_text(euicc_file *f, const char *key, const char *value)
{
    struct euicc_change c = {key, (const uint8_t *)value, value ? strlen(value) : 0};
    return euicc_file_commit(f, &c, 1);
}

struct found {
    char text[4096]; /* key=value;... in the order of loading */
    size_t keys;
};

static int note(void *ctx, const char *key, const uint8_t *value, size_t n)
{
    struct found *found = ctx;
    size_t used = strlen(found->text);
    found->keys++;
    (void)snprintf(found->text + used, sizeof found->text - used, "%s=%.*s;", key, (int)n, (const char *)value);
    return EUICC_OK;
}

static void assert_holds(euicc_file *f, const char *expected)
{
    struct found found = {0};
    ck_assert_int_eq(euicc_file_load(f, note, &found), EUICC_OK);
    ck_assert_str_eq(euicc_file_error(f), "");
    ck_assert_str_eq(found.text, expected);
}

/* Runs SQL on the file with SQLite alone. */
static void with_sqlite(const char *sql)
{
    sqlite3 *db = NULL;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    char *message = NULL;
    int result = sqlite3_exec(db, sql, NULL, NULL, &message);
    ck_assert_msg(result == SQLITE_OK, "%s: %s", sql, message ? message : "");
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

static void write_file(const void *bytes, size_t n)
{
    FILE *out = fopen(path, "wb");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(bytes, 1, n, out), n);
    ck_assert_int_eq(fclose(out), 0);
}

static uint8_t *read_file(size_t *n)
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

static void make_card(void)
{
    euicc_file *f = open_file(NULL, EUICC_FILE_CREATE);
    ck_assert_int_eq(put_text(f, "a", "1"), EUICC_OK);
    euicc_file_close(f);
}

/* Runs work in another process; its assertions count here. */
static void in_other_process(void (*work)(void))
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

/* ---- the ordinary life of a file ---- */

START_TEST(what_was_committed_is_there_again)
{
    euicc_file *f = open_file(NULL, EUICC_FILE_CREATE);
    assert_holds(f, "");
    struct euicc_change changes[] = {{"b", (const uint8_t *)"two", 3},
                                     {"a/\xc3\xbc", (const uint8_t *)"one", 3},
                                     {"empty", (const uint8_t *)"", 0},
                                     {"gone", NULL, 0}};
    ck_assert_int_eq(euicc_file_commit(f, changes, 4), EUICC_OK);
    assert_holds(f, "a/\xc3\xbc=one;b=two;empty=;");
    struct euicc_change more[] = {{"b", (const uint8_t *)"new", 3}, {"empty", NULL, 0}};
    ck_assert_int_eq(euicc_file_commit(f, more, 2), EUICC_OK);
    euicc_file_close(f);
    ck_assert_uint_eq(each_file(NULL), 1); /* no log and no lock stays behind */
    f = open_file(NULL, EUICC_FILE_OPEN);
    assert_holds(f, "a/\xc3\xbc=one;b=new;");
    euicc_file_close(f);
    f = open_file(NULL, EUICC_FILE_READ_ONLY);
    assert_holds(f, "a/\xc3\xbc=one;b=new;");
    euicc_file_close(f);
    f = open_file(NULL, EUICC_FILE_OPEN_OR_CREATE);
    assert_holds(f, "a/\xc3\xbc=one;b=new;");
    euicc_file_close(f);
    euicc_file_close(NULL);
}
END_TEST

static void assert_private(const char *name)
{
    struct stat found;
    ck_assert_int_eq(stat(name, &found), 0);
    ck_assert_msg((found.st_mode & 0777) == 0600, "%s has mode %o", name, (unsigned)found.st_mode & 0777);
}

START_TEST(nobody_else_may_read_the_keys)
{
    (void)umask(0);
    euicc_file *f = open_file(NULL, EUICC_FILE_CREATE);
    ck_assert_int_eq(put_text(f, "a", "1"), EUICC_OK);
    ck_assert_uint_ge(each_file(assert_private), 3);
    euicc_file_close(f);
}
END_TEST

START_TEST(the_layout_of_the_file)
{
    make_card();
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    const char *sql = "SELECT application_id, user_version, journal_mode, card, key, value FROM store,"
                      " pragma_application_id, pragma_user_version, pragma_journal_mode";
    ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(s), SQLITE_ROW);
    ck_assert_int_eq(sqlite3_column_int(s, 0), 0x65554943);
    ck_assert_int_eq(sqlite3_column_int(s, 1), 2);
    ck_assert_str_eq((const char *)sqlite3_column_text(s, 2), "wal");
    ck_assert_str_eq((const char *)sqlite3_column_text(s, 3), "card");
    ck_assert_str_eq((const char *)sqlite3_column_text(s, 4), "a");
    ck_assert_int_eq(sqlite3_column_type(s, 5), SQLITE_BLOB);
    ck_assert_str_eq((const char *)sqlite3_column_text(s, 5), "1");
    ck_assert_int_eq(sqlite3_step(s), SQLITE_DONE);
    ck_assert_int_eq(sqlite3_finalize(s), SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}
END_TEST

START_TEST(modes_want_the_file_there_or_not)
{
    assert_refused(EUICC_FILE_OPEN, EUICC_NO_CARD, "no such card file");
    assert_refused(EUICC_FILE_READ_ONLY, EUICC_NO_CARD, "no such card file");
    ck_assert_uint_eq(each_file(NULL), 0);
    make_card();
    assert_refused(EUICC_FILE_CREATE, EUICC_EXISTS, "exists already");
    euicc_file *f = open_file(NULL, EUICC_FILE_OPEN);
    assert_holds(f, "a=1;");
    euicc_file_close(f);
    struct euicc_diagnostic why;
    ck_assert_int_eq(euicc_file_open(&f, "", NULL, EUICC_FILE_OPEN, &why), EUICC_BAD_ARGUMENT);
    ck_assert_int_eq(euicc_file_open(&f, NULL, NULL, EUICC_FILE_OPEN, &why), EUICC_BAD_ARGUMENT);
}
END_TEST

/* A creation that goes wrong later (a bad personality, say) does not stand in the way of the next one. */
START_TEST(a_file_without_any_commit_goes_away)
{
    euicc_file_close(open_file(NULL, EUICC_FILE_CREATE));
    ck_assert_uint_eq(each_file(NULL), 0);
    euicc_file *f = open_file(NULL, EUICC_FILE_CREATE), *other = open_file("other", EUICC_FILE_OPEN);
    euicc_file_close(f); /* the other card is about to be stored in it */
    ck_assert_int_eq(put_text(other, "b", "2"), EUICC_OK);
    euicc_file_close(other);
    f = open_file("other", EUICC_FILE_OPEN);
    assert_holds(f, "b=2;");
    euicc_file_close(f);
}
END_TEST

START_TEST(a_fleet_in_one_file)
{
    euicc_file *one = open_file("one", EUICC_FILE_CREATE), *two = open_file("two", EUICC_FILE_OPEN);
    ck_assert_int_eq(put_text(one, "k", "1"), EUICC_OK);
    ck_assert_int_eq(put_text(two, "k", "2"), EUICC_OK);
    ck_assert_int_eq(put_text(one, "only", "one"), EUICC_OK);
    assert_holds(one, "k=1;only=one;");
    assert_holds(two, "k=2;");
    ck_assert_int_eq(put_text(two, "k", NULL), EUICC_OK);
    assert_holds(one, "k=1;only=one;");
    assert_holds(two, "");
    euicc_file_close(one);
    ck_assert_int_eq(put_text(two, "late", "3"), EUICC_OK);
    euicc_file_close(two);
    ck_assert_uint_eq(each_file(NULL), 1);
}
END_TEST

static int refuse(void *ctx, const char *key, const uint8_t *value, size_t n)
{
    (void)key, (void)value, (void)n;
    ++*(unsigned *)ctx;
    return EUICC_NO_MEMORY;
}

START_TEST(load_stops_when_the_card_says_so)
{
    euicc_file *f = open_file(NULL, EUICC_FILE_CREATE);
    ck_assert_int_eq(put_text(f, "a", "1"), EUICC_OK);
    ck_assert_int_eq(put_text(f, "b", "2"), EUICC_OK);
    unsigned calls = 0;
    ck_assert_int_eq(euicc_file_load(f, refuse, &calls), EUICC_NO_MEMORY);
    ck_assert_uint_eq(calls, 1);
    ck_assert_int_eq(put_text(f, "b", "3"), EUICC_OK); /* the reading transaction is over */
    assert_holds(f, "a=1;b=3;");
    euicc_file_close(f);
}
END_TEST

/* ---- several processes ---- */

static void expect_locked(void)
{
    assert_refused(EUICC_FILE_OPEN, EUICC_LOCKED, "in use by another process");
    assert_refused(EUICC_FILE_OPEN_OR_CREATE, EUICC_LOCKED, "in use by another process");
}

static void expect_two_keys_reading(void)
{
    euicc_file *f = open_file(NULL, EUICC_FILE_READ_ONLY);
    assert_holds(f, "a=1;b=2;");
    ck_assert_int_eq(put_text(f, "c", "3"), EUICC_STORAGE);
    ck_assert_ptr_nonnull(strstr(euicc_file_error(f), "reading only"));
    euicc_file_close(f);
}

static void expect_other_card_free(void)
{
    euicc_file *f = open_file("other", EUICC_FILE_OPEN);
    ck_assert_int_eq(put_text(f, "x", "y"), EUICC_OK);
    euicc_file_close(f);
}

START_TEST(a_second_process_is_locked_out_but_may_read)
{
    make_card();
    euicc_file *f = open_file(NULL, EUICC_FILE_OPEN);
    in_other_process(expect_locked);
    expect_locked(); /* and so is this one */
    in_other_process(expect_locked);
    ck_assert_int_eq(put_text(f, "b", "2"), EUICC_OK);
    in_other_process(expect_two_keys_reading);
    expect_two_keys_reading();
    in_other_process(expect_other_card_free);
    ck_assert_int_eq(put_text(f, "b", "3"), EUICC_OK);
    assert_holds(f, "a=1;b=3;");
    char link_path[sizeof path + 8];
    (void)snprintf(link_path, sizeof link_path, "%s.link", path);
    ck_assert_int_eq(symlink("card.db", link_path), 0);
    euicc_file *again = NULL;
    ck_assert_int_eq(euicc_file_open(&again, link_path, NULL, EUICC_FILE_OPEN, NULL), EUICC_LOCKED);
    euicc_file_close(f);
    f = open_file(NULL, EUICC_FILE_OPEN);
    assert_holds(f, "a=1;b=3;");
    euicc_file_close(f);
}
END_TEST

static void open_and_close_with_sqlite(void)
{
    with_sqlite("SELECT count(*) FROM store");
}

/* The trap of POSIX locks: a refused opening in this process must not take away the locks of the first one. If it did,
 * another program that closes the file would take itself for the last user and delete the log in use. */
START_TEST(a_refused_opening_takes_no_locks_away)
{
    make_card();
    euicc_file *f = open_file(NULL, EUICC_FILE_OPEN);
    ck_assert_int_eq(put_text(f, "b", "2"), EUICC_OK);
    expect_locked();
    expect_two_keys_reading();
    expect_other_card_free();
    in_other_process(open_and_close_with_sqlite);
    char log_path[sizeof path + 8];
    (void)snprintf(log_path, sizeof log_path, "%s-wal", path);
    struct stat found;
    ck_assert_int_eq(stat(log_path, &found), 0);
    ck_assert_int_eq(put_text(f, "c", "3"), EUICC_OK);
    euicc_file_close(f);
    f = open_file(NULL, EUICC_FILE_OPEN);
    assert_holds(f, "a=1;b=2;c=3;");
    euicc_file_close(f);
}
END_TEST

#define KILL_KEYS 6

static void commit_for_ever(volatile uint32_t *acknowledged)
{
    euicc_file *f = open_file(NULL, EUICC_FILE_OPEN);
    struct euicc_change changes[KILL_KEYS];
    char value[3000], keys[KILL_KEYS][8];
    for (uint32_t i = *acknowledged + 1;; i++) {
        memset(value, 'x', sizeof value);
        (void)snprintf(value, sizeof value, "%u", i);
        for (unsigned k = 0; k < KILL_KEYS; k++) {
            (void)snprintf(keys[k], sizeof keys[k], "k%u", k);
            changes[k] = (struct euicc_change){keys[k], (const uint8_t *)value, sizeof value};
        }
        if (euicc_file_commit(f, changes, KILL_KEYS) != EUICC_OK) _exit(EXIT_FAILURE);
        *acknowledged = i;
    }
}

struct whole {
    uint32_t value;
    unsigned keys;
};

static int note_whole(void *ctx, const char *key, const uint8_t *value, size_t n)
{
    struct whole *w = ctx;
    if (key[0] != 'k') return EUICC_OK;
    uint32_t number = (uint32_t)strtoul((const char *)value, NULL, 10);
    ck_assert_uint_eq(n, 3000);
    if (w->keys++) ck_assert_uint_eq(number, w->value);
    w->value = number;
    return EUICC_OK;
}

START_TEST(killed_in_the_middle_of_commits)
{
    make_card();
    volatile uint32_t *acknowledged =
        mmap(NULL, sizeof *acknowledged, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne((void *)acknowledged, MAP_FAILED);
    for (unsigned round = 0; round < 15; round++) {
        uint32_t start = *acknowledged;
        pid_t pid = check_fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) commit_for_ever(acknowledged);
        while (*acknowledged < start + 3 && waitpid(pid, NULL, WNOHANG) == 0)
            (void)usleep(100);
        (void)usleep(round * 733 % 5000);
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        int status = 0;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_int_eq(WTERMSIG(status), SIGKILL);
        euicc_file *f = open_file(NULL, round % 2 ? EUICC_FILE_OPEN : EUICC_FILE_READ_ONLY);
        struct whole w = {0};
        ck_assert_int_eq(euicc_file_load(f, note_whole, &w), EUICC_OK);
        ck_assert_uint_eq(w.keys, KILL_KEYS);
        /* What was acknowledged is there, and at most the one commit more that was under way. */
        ck_assert_uint_ge(w.value, *acknowledged);
        ck_assert_uint_le(w.value, *acknowledged + 1);
        *acknowledged = w.value;
        euicc_file_close(f);
    }
    ck_assert_int_eq(munmap((void *)acknowledged, sizeof *acknowledged), 0);
}
END_TEST

/* ---- files that are no card files, or not whole ---- */

START_TEST(a_newer_file_is_refused)
{
    make_card();
    with_sqlite("PRAGMA user_version = 3");
    for (int mode = EUICC_FILE_OPEN; mode <= EUICC_FILE_READ_ONLY; mode++)
        assert_refused((enum euicc_file_mode)mode, EUICC_NEWER, "newer softeuicc (card file version 3");
}
END_TEST

static void expect_corrupt(const char *says)
{
    for (int mode = EUICC_FILE_OPEN; mode <= EUICC_FILE_READ_ONLY; mode++)
        assert_refused((enum euicc_file_mode)mode, EUICC_CORRUPT, says);
}

START_TEST(other_files_are_refused_and_left_alone)
{
    static const char text[] = "This is a letter. It is longer than the header of a database, which has 100 bytes, so "
                               "that nobody can take it for an empty or a cut one.";
    write_file(text, sizeof text);
    expect_corrupt("not a softeuicc card file");
    write_file("short", 5);
    expect_corrupt("not a softeuicc card file");
    size_t n;
    uint8_t *bytes = read_file(&n);
    ck_assert_uint_eq(n, 5);
    free(bytes);
    ck_assert_int_eq(unlink(path), 0);
    with_sqlite("CREATE TABLE store (card, key, value)");
    expect_corrupt("application_id 00000000, expected 65554943");
    with_sqlite("PRAGMA application_id = 1234");
    expect_corrupt("application_id 000004d2");
    with_sqlite("PRAGMA application_id = 1700088131"); /* right; version 0 */
    expect_corrupt("version 0, expected 1 to 2");
    for (int version = 1; version <= 2; version++) {
        with_sqlite(version == 1 ? "PRAGMA user_version = 1" : "PRAGMA user_version = 2");
        expect_corrupt("table store is not the one of card file version");
        with_sqlite("DROP TABLE store");
        expect_corrupt("no such table: store");
        with_sqlite("CREATE TABLE store (name)");
        expect_corrupt("is damaged: ");
    }
    ck_assert_uint_eq(each_file(NULL), 1);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    assert_refused(EUICC_FILE_OPEN_OR_CREATE, EUICC_STORAGE, "not a regular file");
    ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

/* A process killed while it made the file leaves it empty: the next one makes it. */
START_TEST(an_empty_file)
{
    write_file("", 0);
    assert_refused(EUICC_FILE_OPEN, EUICC_CORRUPT, "is empty");
    assert_refused(EUICC_FILE_READ_ONLY, EUICC_CORRUPT, "is empty");
    assert_refused(EUICC_FILE_CREATE, EUICC_EXISTS, "exists already");
    euicc_file *f = open_file(NULL, EUICC_FILE_OPEN_OR_CREATE);
    ck_assert_int_eq(put_text(f, "a", "1"), EUICC_OK);
    euicc_file_close(f);
    f = open_file(NULL, EUICC_FILE_OPEN);
    assert_holds(f, "a=1;");
    euicc_file_close(f);
}
END_TEST

static void make_larger_card(void)
{
    euicc_file *f = open_file(NULL, EUICC_FILE_CREATE);
    char key[16], value[300];
    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = 0;
    for (unsigned i = 0; i < 60; i++) {
        (void)snprintf(key, sizeof key, "key%02u", i);
        ck_assert_int_eq(put_text(f, key, value), EUICC_OK);
    }
    euicc_file_close(f);
}

START_TEST(cut_files_are_refused)
{
    make_larger_card();
    size_t n;
    uint8_t *bytes = read_file(&n);
    ck_assert_uint_ge(n, 5 * (size_t)4096);
    for (size_t length = 1; length < n; length += length < 200 ? 33 : 1357) {
        write_file(bytes, length);
        euicc_file *f = NULL;
        struct euicc_diagnostic why;
        int result = euicc_file_open(&f, path, NULL, EUICC_FILE_OPEN, &why);
        ck_assert_msg(result == EUICC_CORRUPT, "%zu of %zu bytes: %d %s", length, n, result, why.text);
        ck_assert_msg(strstr(why.text, path) == why.text, "%s", why.text);
    }
    free(bytes);
}
END_TEST

/* ---- storage that fails ---- */

START_TEST(a_failed_commit_leaves_nothing_and_the_next_works)
{
    make_card();
    with_sqlite("CREATE TRIGGER stop BEFORE INSERT ON store WHEN new.key = 'bad'"
                " BEGIN SELECT RAISE(ABORT, 'stopped by the test'); END");
    euicc_file *f = open_file(NULL, EUICC_FILE_OPEN);
    struct euicc_env env = {.ctx = f, .load = euicc_file_load, .commit = euicc_file_commit};
    struct store *s = NULL;
    struct slice value;
    ck_assert_int_eq(store_new(&s, &env, NULL), OK);
    ck_assert_int_eq(store_put(s, "a", SLICE("2")), OK);
    ck_assert_int_eq(store_put(s, "bad", SLICE("x")), OK);
    ck_assert_int_eq(store_put(s, "c", SLICE("x")), OK);
    ck_assert_int_eq(store_commit(s, NULL), ERR_STORAGE);
    ck_assert_ptr_nonnull(strstr(euicc_file_error(f), path));
    ck_assert_ptr_nonnull(strstr(euicc_file_error(f), "stopped by the test"));
    ck_assert(store_get(s, "a", &value) && slice_equal(value, slice_text("1")));
    ck_assert(!store_get(s, "c", &value));
    ck_assert_int_eq(store_put(s, "c", slice_text("3")), OK);
    ck_assert_int_eq(store_commit(s, NULL), OK);
    ck_assert_str_eq(euicc_file_error(f), "");
    assert_holds(f, "a=1;c=3;");
    store_free(s);
    euicc_file_close(f);
}
END_TEST

static void fill_the_disk(void)
{
    ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    euicc_file *f = open_file(NULL, EUICC_FILE_OPEN);
    struct rlimit full = {100000, RLIM_INFINITY}, roomy = {RLIM_INFINITY, RLIM_INFINITY};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &full), 0);
    static uint8_t large[300000];
    struct euicc_change changes[] = {{"a", (const uint8_t *)"2", 1}, {"large", large, sizeof large}};
    ck_assert_int_eq(euicc_file_commit(f, changes, 2), EUICC_STORAGE);
    ck_assert_msg(strstr(euicc_file_error(f), "card.db: cannot write the card: ") != NULL, "%s", euicc_file_error(f));
    assert_holds(f, "a=1;");
    ck_assert_int_eq(put_text(f, "small", "fits"), EUICC_OK);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &roomy), 0);
    ck_assert_int_eq(euicc_file_commit(f, changes, 2), EUICC_OK);
    euicc_file_close(f);
}

START_TEST(a_full_disk)
{
    make_card();
    in_other_process(fill_the_disk);
    euicc_file *f = open_file(NULL, EUICC_FILE_OPEN);
    struct found found = {0};
    ck_assert_int_eq(euicc_file_load(f, note, &found), EUICC_OK);
    ck_assert_uint_eq(found.keys, 3);
    euicc_file_close(f);
}
END_TEST

static void no_room_to_create(void)
{
    ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    struct rlimit full = {600, RLIM_INFINITY};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &full), 0);
    assert_refused(EUICC_FILE_CREATE, EUICC_STORAGE, "cannot create: ");
}

START_TEST(a_file_that_cannot_be_finished_goes_away)
{
    in_other_process(no_room_to_create);
    ck_assert_uint_eq(each_file(NULL), 0);
}
END_TEST

static void as_somebody_without_rights(void)
{
    if (geteuid() == 0) {
        ck_assert_int_eq(setgid(NOBODY), 0);
        ck_assert_int_eq(setuid(NOBODY), 0);
    }
    assert_refused(EUICC_FILE_OPEN, EUICC_STORAGE, "cannot make the lock file beside it: Permission denied");
    euicc_file *f = open_file(NULL, EUICC_FILE_READ_ONLY);
    assert_holds(f, "a=1;");
    euicc_file_close(f);
    char there[sizeof path];
    memcpy(there, path, sizeof there);
    (void)snprintf(path, sizeof path, "%s/new.db", folder);
    assert_refused(EUICC_FILE_CREATE, EUICC_STORAGE, "cannot create: Permission denied");
    (void)snprintf(path, sizeof path, "%s/none/new.db", folder);
    assert_refused(EUICC_FILE_CREATE, EUICC_STORAGE, "its directory must exist");
    memcpy(path, there, sizeof there);
}

START_TEST(a_folder_that_may_not_be_written)
{
    make_card();
    ck_assert_int_eq(chmod(path, 0644), 0);
    ck_assert_int_eq(chmod(folder, 0555), 0);
    in_other_process(as_somebody_without_rights);
    ck_assert_int_eq(chmod(folder, 0700), 0);
    ck_assert_uint_eq(each_file(NULL), 1);
}
END_TEST

static void write_protected(void)
{
    if (geteuid() == 0) {
        ck_assert_int_eq(setgid(NOBODY), 0);
        ck_assert_int_eq(setuid(NOBODY), 0);
    }
    assert_refused(EUICC_FILE_OPEN, EUICC_STORAGE, "is write protected");
}

START_TEST(a_file_that_may_not_be_written)
{
    make_card();
    ck_assert_int_eq(chmod(path, 0444), 0);
    ck_assert_int_eq(chmod(folder, 0777), 0);
    in_other_process(write_protected);
}
END_TEST

static Suite *suite(void)
{
    const struct {
        const char *name;
        const TTest *tests[8];
    } groups[] = {
        {"life",
         {what_was_committed_is_there_again, nobody_else_may_read_the_keys, the_layout_of_the_file,
          modes_want_the_file_there_or_not, a_file_without_any_commit_goes_away, a_fleet_in_one_file,
          load_stops_when_the_card_says_so}},
        {"processes",
         {a_second_process_is_locked_out_but_may_read, a_refused_opening_takes_no_locks_away,
          killed_in_the_middle_of_commits}},
        {"no card file",
         {a_newer_file_is_refused, other_files_are_refused_and_left_alone, an_empty_file, cut_files_are_refused}},
        {"failing storage",
         {a_failed_commit_leaves_nothing_and_the_next_works, a_full_disk, a_file_that_cannot_be_finished_goes_away,
          a_folder_that_may_not_be_written, a_file_that_may_not_be_written}},
    };
    Suite *all = suite_create("card file");
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        TCase *group = tcase_create(groups[i].name);
        tcase_set_timeout(group, 60);
        tcase_add_checked_fixture(group, make_folder, remove_folder);
        for (size_t k = 0; k < 8 && groups[i].tests[k]; k++)
            tcase_add_test(group, groups[i].tests[k]);
        suite_add_tcase(all, group);
    }
    return all;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
