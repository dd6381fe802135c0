/* Card files of which bytes, rows or whole files changed on the disk: refused with words and left as they are, or, if
 * the change was where nothing is, the card as it was. Never another card. */
#define _GNU_SOURCE
#include "disk.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct buf original;

static void keep_original(void)
{
    struct euicc_diagnostic why;
    buf_reset(&original);
    ck_assert_int_eq(disk_look(EUICC_FILE_READ_ONLY, &original, &why), EUICC_OK);
    ck_assert_uint_gt(original.n, 0);
}

/* Refused with words, or the same card. True if refused. */
static bool refused_or_same(enum euicc_file_mode mode, const char *what, size_t at)
{
    BUF_LOCAL came = {0};
    struct euicc_diagnostic why = {0};
    int result = disk_look(mode, &came, &why);
    if (result == EUICC_OK) {
        ck_assert_msg(slice_equal(buf_slice(&came), buf_slice(&original)), "%s %zu, DISK_SEED=%llu: another card", what,
                      at, (unsigned long long)disk_seed());
        return false;
    }
    ck_assert_msg(result == EUICC_CORRUPT || result == EUICC_NEWER || result == EUICC_STORAGE,
                  "%s %zu, DISK_SEED=%llu: %d", what, at, (unsigned long long)disk_seed(), result);
    ck_assert_msg(strncmp(why.text, disk_path, strlen(disk_path)) == 0 && strlen(why.text) > strlen(disk_path) + 10,
                  "%s %zu, DISK_SEED=%llu: says \"%s\"", what, at, (unsigned long long)disk_seed(), why.text);
    return true;
}

static void assert_corrupt(const char *says)
{
    static const enum euicc_file_mode modes[] = {EUICC_FILE_READ_ONLY, EUICC_FILE_OPEN, EUICC_FILE_OPEN};
    for (size_t i = 0; i < 3; i++) {
        BUF_LOCAL came = {0};
        struct euicc_diagnostic why = {0};
        int result = disk_look(modes[i], &came, &why);
        ck_assert_msg(result == EUICC_CORRUPT && strstr(why.text, says), "%zu: %d \"%s\", expected \"%s\"", i, result,
                      why.text, says);
    }
}

static void assert_file_is(const char *ending, const uint8_t *bytes, size_t n)
{
    size_t now_n = 0;
    uint8_t *now = disk_read(ending, &now_n);
    ck_assert_msg(now && slice_equal(slice_of(now, now_n), slice_of(bytes, n)), "card.db%s was changed", ending);
    free(now);
}

/* A card at work: PATH-wal holds commits that the file does not, PATH-lock says so; the process that did it is dead. */
static void leave_a_log(void)
{
    euicc_file *file = disk_open(EUICC_FILE_OPEN);
    ck_assert_int_eq(disk_put(file, "key01", "after the checkpoint"), EUICC_OK);
    ck_assert_int_eq(disk_put(file, "key02", NULL), EUICC_OK);
    ck_assert_int_eq(disk_put(file, "new", "and one more"), EUICC_OK);
    disk_keep();
    euicc_file_close(file);
    disk_bring_back();
    keep_original();
    disk_bring_back();
}

/* ---- single changes ---- */

START_TEST(values_keys_and_rows)
{
    static const struct {
        const char *sql, *says;
    } rows[] = {
        {"UPDATE store SET value = x'00' WHERE key = 'key07'", "the value of key07 does not match its digest"},
        {"UPDATE store SET value = x'' WHERE key = 'large'", "the value of large does not match its digest"},
        {"UPDATE store SET key = 'key99' WHERE key = 'key07'", "the value of key99 does not match its digest"},
        {"UPDATE store SET digest = digest + 1 WHERE key = 'key07'", "the value of key07 does not match its digest"},
        {"UPDATE store SET value = CAST(value AS TEXT) || 'x' WHERE key = 'key08'",
         "the value of key08 does not match"},
        {"DELETE FROM store WHERE key = 'key07'", "60 keys, expected 61"},
        {"DELETE FROM store", "0 keys, expected 61"},
        {"DELETE FROM total", "61 keys, expected 0"},
        {"INSERT INTO store SELECT 'card', 'key60', value, digest FROM store WHERE key = 'key07'",
         "the value of key60 does not match its digest"},
        /* the rows of two keys change places, each with its digest */
        {"UPDATE store SET (value, digest) = (SELECT value, digest FROM store AS o WHERE o.key = "
         "CASE store.key WHEN 'key07' THEN 'key08' ELSE 'key07' END) WHERE key IN ('key07', 'key08')",
         "does not match its digest"},
        {"UPDATE store SET card = 'other' WHERE key = 'key07'", "60 keys, expected 61"},
        {"UPDATE total SET commits = commits + 1", "the total of card card does not match its digest"},
        {"UPDATE total SET keys = 60", "the total of card card does not match its digest"},
        {"UPDATE total SET sum = sum + 1", "the total of card card does not match its digest"},
        {"PRAGMA user_version = 1", "table store is not the one of card file version 1"},
    };
    disk_make_card();
    disk_keep();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        disk_bring_back();
        disk_sql(rows[i].sql);
        assert_corrupt(rows[i].says);
    }
}
END_TEST

/* A whole row as it was once, digest and all: only the sum tells. */
START_TEST(an_old_row)
{
    euicc_file *file = disk_open(EUICC_FILE_CREATE);
    ck_assert_int_eq(disk_put(file, "counter", "1"), EUICC_OK);
    euicc_file_close(file);
    disk_sql("CREATE TABLE kept AS SELECT * FROM store");
    file = disk_open(EUICC_FILE_OPEN);
    ck_assert_int_eq(disk_put(file, "counter", "2"), EUICC_OK);
    euicc_file_close(file);
    disk_sql("INSERT OR REPLACE INTO store SELECT * FROM kept; DROP TABLE kept");
    assert_corrupt("a row was exchanged");
}
END_TEST

/* ---- bytes ---- */

START_TEST(flipped_bits)
{
    static const char *const endings[] = {"", "-wal", "-lock", "-shm"};
    size_t cases = disk_all() ? 20000 : 500, refused = 0;
    disk_make_card();
    leave_a_log();
    for (size_t i = 0; i < cases; i++) {
        const char *ending = endings[i % 8 < 4 ? 0 : i % 8 < 6 ? 1 : i % 8 - 4];
        size_t n;
        disk_bring_back();
        uint8_t *bytes = disk_read(ending, &n);
        ck_assert(bytes && n);
        unsigned flips = i % 3 ? 1 : 1 + disk_random() % 20;
        size_t at = 0;
        for (unsigned k = 0; k < flips; k++) {
            at = disk_random() % (i % 16 == 0 && n > 100 ? 100 : n);
            bytes[at] ^= (uint8_t)(1u << disk_random() % 8);
        }
        disk_write(ending, bytes, n);
        /* another card would have to show at the second opening too */
        bool first = refused_or_same(i % 2 ? EUICC_FILE_OPEN : EUICC_FILE_READ_ONLY, ending, at);
        if (first) refused_or_same(EUICC_FILE_OPEN, ending, at);
        refused += first;
        free(bytes);
    }
    ck_assert_uint_gt(refused, cases / 5);
}
END_TEST

/* What is refused stays as it is, for whoever wants to save something. */
START_TEST(a_damaged_file_is_left_as_it_is)
{
    size_t n, log_n;
    disk_make_card();
    leave_a_log();
    disk_sql("PRAGMA wal_autocheckpoint = 0; UPDATE store SET value = 'wrong' WHERE key = 'key40'");
    assert_corrupt("the value of key40");
    uint8_t *bytes = disk_read("", &n);
    euicc_file *file = NULL;
    disk_bring_back();
    uint8_t *log = disk_read("-wal", &log_n);
    log[log_n / 2] ^= 1;
    disk_write("-wal", log, log_n);
    free(bytes);
    bytes = disk_read("", &n);
    assert_corrupt("commits are missing");
    ck_assert_int_eq(euicc_file_open(&file, disk_path, NULL, EUICC_FILE_OPEN, NULL), EUICC_OK);
    euicc_file_close(file);
    assert_corrupt("commits are missing");
    assert_file_is("", bytes, n);
    assert_file_is("-wal", log, log_n);
    free(bytes);
    free(log);
}
END_TEST

START_TEST(cut_files)
{
    static const char *const endings[] = {"", "-wal"};
    disk_make_card();
    leave_a_log();
    for (size_t e = 0; e < 2; e++) {
        size_t n, step = disk_all() ? 61 : 997;
        disk_bring_back();
        uint8_t *bytes = disk_read(endings[e], &n);
        for (size_t length = 0; length < n; length += length < 128 ? 16 : step) {
            disk_bring_back();
            disk_write(endings[e], bytes, length);
            bool refused = refused_or_same(length % 2 ? EUICC_FILE_OPEN : EUICC_FILE_READ_ONLY, endings[e], length);
            ck_assert_msg(refused || length == 0 || e == 0, "%s cut to %zu bytes is accepted", endings[e], length);
            if (refused) refused_or_same(EUICC_FILE_OPEN, endings[e], length);
        }
        free(bytes);
    }
}
END_TEST

/* ---- the files beside it ---- */

START_TEST(a_log_that_is_gone)
{
    disk_make_card();
    leave_a_log();
    disk_remove("-wal");
    assert_corrupt("the last 3 commits are missing: its -wal file is damaged or gone");
    /* as the message says: without the note the card is the one before */
    disk_remove("-lock");
    BUF_LOCAL came = {0};
    struct euicc_diagnostic why;
    ck_assert_int_eq(disk_look(EUICC_FILE_OPEN, &came, &why), EUICC_OK);
    ck_assert(!slice_equal(buf_slice(&came), buf_slice(&original)));
}
END_TEST

START_TEST(shared_memory_that_is_gone_or_foreign)
{
    static uint8_t noise[65536];
    disk_make_card();
    leave_a_log();
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)disk_random();
    static const size_t sizes[] = {0, 1, 136, 32768, 65536};
    for (size_t i = 0; i < 6; i++) {
        disk_bring_back();
        if (i == 5) {
            disk_remove("-shm");
        } else {
            disk_write("-shm", noise, sizes[i]);
        }
        ck_assert(!refused_or_same(i % 2 ? EUICC_FILE_READ_ONLY : EUICC_FILE_OPEN, "-shm", i));
        ck_assert(!refused_or_same(EUICC_FILE_OPEN, "-shm", i));
    }
}
END_TEST

/* The log of another card file, whole in itself: SQLite would take it for this one's. */
START_TEST(a_foreign_log)
{
    size_t n, file_n;
    disk_make_card();
    leave_a_log();
    uint8_t *log = disk_read("-wal", &n);
    static const char *const endings[] = {"", "-wal", "-shm", "-lock"};
    for (size_t i = 0; i < 4; i++)
        disk_remove(endings[i]);
    euicc_file *file = disk_open(EUICC_FILE_CREATE);
    for (unsigned i = 0; i < 40; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "other%u", i);
        ck_assert_int_eq(disk_put(file, key, "value of a card that is not the same at all"), EUICC_OK);
    }
    euicc_file_close(file);
    keep_original();
    uint8_t *bytes = disk_read("", &file_n);
    disk_write("-wal", log, n);
    struct euicc_diagnostic why;
    BUF_LOCAL came = {0};
    ck_assert_int_eq(disk_look(EUICC_FILE_OPEN, &came, &why), EUICC_CORRUPT);
    assert_file_is("", bytes, file_n);
    disk_remove("-wal");
    ck_assert(!refused_or_same(EUICC_FILE_OPEN, "after it", 0));
    free(bytes);
    free(log);
}
END_TEST

/* A note of a card file that was here before says nothing of a new one. */
START_TEST(a_new_file_in_the_place_of_a_killed_one)
{
    disk_make_card();
    leave_a_log();
    disk_remove("");
    disk_remove("-wal");
    disk_remove("-shm");
    euicc_file *file = disk_open(EUICC_FILE_CREATE);
    BUF_LOCAL came = {0};
    ck_assert_int_eq(disk_contents(file, &came), EUICC_OK);
    ck_assert_uint_eq(came.n, 0);
    ck_assert_int_eq(disk_put(file, "a", "1"), EUICC_OK);
    euicc_file_close(file);
    ck_assert_uint_eq(disk_file_count(), 1);
}
END_TEST

/* ---- versions ---- */

START_TEST(version_1_is_brought_up)
{
    BUF_LOCAL came = {0};
    struct euicc_diagnostic why;
    struct euicc_file_report report;
    disk_make_card();
    disk_sql("INSERT INTO store SELECT 'second', key, value, digest FROM store WHERE key < 'key05'");
    disk_make_version_1();
    keep_original();
    /* who only reads finds the same card, and the file stays of version 1 */
    euicc_file *file = disk_open(EUICC_FILE_READ_ONLY);
    ck_assert_int_eq(euicc_file_check(file, &report), EUICC_OK);
    ck_assert_uint_eq(report.version, 1);
    ck_assert_uint_eq(report.cards, 2);
    euicc_file_close(file);
    ck_assert_int_eq(disk_look(EUICC_FILE_OPEN, &came, &why), EUICC_OK);
    ck_assert(slice_equal(buf_slice(&came), buf_slice(&original)));
    ck_assert_uint_eq(disk_file_count(), 1);
    file = disk_open(EUICC_FILE_OPEN);
    ck_assert_int_eq(euicc_file_check(file, &report), EUICC_OK);
    ck_assert_uint_eq(report.version, 2);
    ck_assert_uint_eq(report.cards, 2);
    ck_assert_uint_eq(report.keys, 61 + 5);
    ck_assert_uint_eq(report.bytes, 60 * (5 + 299) + 5 + 9000 + 5 * (5 + 299));
    ck_assert_int_eq(disk_put(file, "key01", NULL), EUICC_OK);
    euicc_file_close(file);
    keep_original();
    disk_sql("UPDATE store SET value = 'x' WHERE key = 'key03' AND card = 'card'");
    assert_corrupt("the value of key03 does not match its digest");
}
END_TEST

/* Other cards of the file are looked at by a check, not by opening. */
START_TEST(a_check_finds_all_cards)
{
    struct euicc_file_report report;
    disk_make_card();
    euicc_file *file = NULL;
    ck_assert_int_eq(euicc_file_open(&file, disk_path, "second", EUICC_FILE_OPEN, NULL), EUICC_OK);
    ck_assert_int_eq(disk_put(file, "a", "1"), EUICC_OK);
    euicc_file_close(file);
    disk_sql("UPDATE store SET value = '2' WHERE card = 'second'");
    file = disk_open(EUICC_FILE_OPEN);
    BUF_LOCAL came = {0};
    ck_assert_int_eq(disk_contents(file, &came), EUICC_OK);
    ck_assert_int_eq(euicc_file_check(file, &report), EUICC_CORRUPT);
    ck_assert_ptr_nonnull(strstr(euicc_file_error(file), "the value of a does not match its digest"));
    euicc_file_close(file);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {values_keys_and_rows,
                                  an_old_row,
                                  flipped_bits,
                                  a_damaged_file_is_left_as_it_is,
                                  cut_files,
                                  a_log_that_is_gone,
                                  shared_memory_that_is_gone_or_foreign,
                                  a_foreign_log,
                                  a_new_file_in_the_place_of_a_killed_one,
                                  version_1_is_brought_up,
                                  a_check_finds_all_cards};
    return disk_main("damage", tests, sizeof tests / sizeof *tests);
}
