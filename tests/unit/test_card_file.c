/* Card files (euicc_file_* of src/euicc.h): what is committed is there again, and several processes with one file.
 * Other processes are forked. test_card_file_refused.c has what goes wrong. */
#define _GNU_SOURCE
#include "card_file.h"

#include <signal.h>
#include <sys/mman.h>

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

int main(void)
{
    const struct group groups[] = {
        {"life",
         {what_was_committed_is_there_again, nobody_else_may_read_the_keys, the_layout_of_the_file,
          modes_want_the_file_there_or_not, a_file_without_any_commit_goes_away, a_fleet_in_one_file,
          load_stops_when_the_card_says_so}},
        {"processes",
         {a_second_process_is_locked_out_but_may_read, a_refused_opening_takes_no_locks_away,
          killed_in_the_middle_of_commits}},
    };
    return run_groups("card file", groups, sizeof groups / sizeof groups[0]);
}
