/* Card files (euicc_file_* of src/euicc.h): files that are none or not whole, and storage that fails. */
#define _GNU_SOURCE
#include "card_file.h"

#include <signal.h>
#include <sys/resource.h>

#define NOBODY 65534

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

int main(void)
{
    const struct group groups[] = {
        {"no card file",
         {a_newer_file_is_refused, other_files_are_refused_and_left_alone, an_empty_file, cut_files_are_refused}},
        {"failing storage",
         {a_failed_commit_leaves_nothing_and_the_next_works, a_full_disk, a_file_that_cannot_be_finished_goes_away,
          a_folder_that_may_not_be_written, a_file_that_may_not_be_written}},
    };
    return run_groups("card file refused", groups, sizeof groups / sizeof groups[0]);
}
