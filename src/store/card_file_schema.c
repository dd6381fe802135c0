/* The tables of a card file and their versions; see card_file.h. Called by sqlite.c while it opens a file.
 *
 *   1  store (card, key, value)
 *   2  store (card, key, value, digest), total (card, commits, keys, sum, digest): see digest.h
 *
 * The text of the tables in a file must be the one that this program writes: a file that comes from elsewhere, or whose
 * version number was changed on the disk, is not read as something that it is not. */
#define _GNU_SOURCE
#include "store/card_file.h"

#include <string.h>

#define APPLICATION_ID 0x65554943 /* "eUIC" */
#define SCHEMA_VERSION 2

/* For the macros that spell numbers inside SQL. */
#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)
#define SET_VERSION "PRAGMA user_version = " TEXT_OF(SCHEMA_VERSION) ";"

static const char store_1[] = "CREATE TABLE store (card TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,"
                              " PRIMARY KEY (card, key)) WITHOUT ROWID";
#define STORE_2                                                                                                        \
    "CREATE TABLE store (card TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, digest INTEGER NOT NULL,"         \
    " PRIMARY KEY (card, key)) WITHOUT ROWID"
#define TOTAL_2                                                                                                        \
    "CREATE TABLE total (card TEXT NOT NULL PRIMARY KEY, commits INTEGER NOT NULL, keys INTEGER NOT NULL,"             \
    " sum INTEGER NOT NULL, digest INTEGER NOT NULL) WITHOUT ROWID"

/* One transaction: a power cut leaves an empty file or a whole one. Before the write-ahead log is switched on. */
static int make_schema(euicc_file *f)
{
    bool made = file_run(f, "BEGIN IMMEDIATE;" STORE_2 ";" TOTAL_2 ";"
                            "PRAGMA application_id = " TEXT_OF(APPLICATION_ID) ";");
    f->version = SCHEMA_VERSION;
    if (!made || !file_run(f, SET_VERSION "COMMIT")) return file_fail_sqlite(f, "cannot create");
    card_lock_forget(&f->lock); /* what a card file of this name held before */
    return EUICC_OK;
}

/* ---- an earlier version ---- */

/* SQL function row_digest(card, key, value) */
static void sql_row_digest(sqlite3_context *context, int n, sqlite3_value **values)
{
    (void)n;
    const char *card = (const char *)sqlite3_value_text(values[0]), *key = (const char *)sqlite3_value_text(values[1]);
    const void *value = sqlite3_value_blob(values[2]);
    size_t size = (size_t)sqlite3_value_bytes(values[2]);
    if (!card || !key || (size && !value)) {
        sqlite3_result_error_nomem(context);
        return;
    }
    sqlite3_result_int64(context, (int64_t)digest_row(card, key, value, size));
}

static bool put_total(euicc_file *f, const char *card)
{
    struct total total;
    if (!file_count_rows(f, card, &total)) return false;
    char *sql = sqlite3_mprintf("INSERT INTO total VALUES (%Q, %lld, %lld, %lld, %lld)", card, (int64_t)total.commits,
                                (int64_t)total.keys, (int64_t)total.sum, (int64_t)digest_total(card, &total));
    bool good = sql && file_run(f, sql);
    sqlite3_free(sql);
    return good;
}

static bool put_totals(euicc_file *f)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(f->db, "SELECT DISTINCT card FROM store", -1, &s, NULL) != SQLITE_OK) return false;
    bool good = true;
    while (good && sqlite3_step(s) == SQLITE_ROW) {
        const char *card = (const char *)sqlite3_column_text(s, 0);
        good = card && put_total(f, card);
    }
    return sqlite3_finalize(s) == SQLITE_OK && good;
}

/* A file of version 1 is believed as it is; nothing in it could tell. All in one transaction. */
static int bring_up(euicc_file *f)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    if (sqlite3_create_function(f->db, "row_digest", 3, flags, NULL, sql_row_digest, NULL, NULL) != SQLITE_OK)
        return file_fail_sqlite(f, "cannot bring up to date");
    bool good = file_run(f, "BEGIN IMMEDIATE; ALTER TABLE store RENAME TO store_1;" STORE_2 ";" TOTAL_2 ";"
                            "INSERT INTO store SELECT card, key, value, row_digest(card, key, value) FROM store_1;"
                            "DROP TABLE store_1;") &&
                put_totals(f) && file_run(f, SET_VERSION "COMMIT");
    f->version = SCHEMA_VERSION;
    return good ? EUICC_OK : file_fail_sqlite(f, "cannot bring up to date");
}

/* ---- looking ---- */

/* EUICC_OK if the table is there and its text is this. */
static int check_table(euicc_file *f, const char *name, const char *expected)
{
    sqlite3_stmt *s = NULL;
    const char *sql = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    if (sqlite3_prepare_v2(f->db, sql, -1, &s, NULL) != SQLITE_OK) return file_fail_sqlite(f, "cannot read");
    int result = EUICC_OK, stepped = SQLITE_ERROR;
    if (sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC) == SQLITE_OK) stepped = sqlite3_step(s);
    const char *text = stepped == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
    if (stepped == SQLITE_DONE) {
        result = file_fail(f, EUICC_CORRUPT, "is damaged: no such table: %s", name);
    } else if (stepped != SQLITE_ROW) {
        result = file_fail_sqlite(f, "cannot read");
    } else if (!text || strcmp(text, expected) != 0) {
        result = file_fail(f, EUICC_CORRUPT, "is damaged: table %s is not the one of card file version %d", name,
                           f->version);
    }
    (void)sqlite3_finalize(s);
    return result;
}

static int check_tables(euicc_file *f)
{
    if (f->version == 1) return check_table(f, "store", store_1);
    int result = check_table(f, "store", STORE_2);
    return result == EUICC_OK ? check_table(f, "total", TOTAL_2) : result;
}

int file_check_identity(euicc_file *f, bool may_make)
{
    int64_t id, version, tables;
    if (!file_query_number(f, "PRAGMA application_id", &id) || !file_query_number(f, "PRAGMA user_version", &version) ||
        !file_query_number(f, "SELECT count(*) FROM sqlite_schema", &tables))
        return file_fail_sqlite(f, "cannot read");
    if (id == 0 && version == 0 && tables == 0) {
        return may_make ? make_schema(f) : file_fail(f, EUICC_CORRUPT, "is empty, expected a softeuicc card file");
    }
    if (id != APPLICATION_ID) {
        return file_fail(f, EUICC_CORRUPT, "is not a softeuicc card file (application_id %08x, expected %08x)",
                         (unsigned)id, (unsigned)APPLICATION_ID);
    }
    if (version > SCHEMA_VERSION) {
        return file_fail(f, EUICC_NEWER,
                         "was written by a newer softeuicc (card file version %lld, this program knows %d)",
                         (long long)version, SCHEMA_VERSION);
    }
    if (version < 1) {
        return file_fail(f, EUICC_CORRUPT, "has card file version %lld, expected 1 to %d", (long long)version,
                         SCHEMA_VERSION);
    }
    f->version = (int)version;
    int result = check_tables(f);
    if (result == EUICC_OK) result = file_check_structure(f, false);
    if (result == EUICC_OK && f->version < SCHEMA_VERSION && !f->read_only) result = bring_up(f);
    return result;
}

int file_check_structure(euicc_file *f, bool whole)
{
    sqlite3_stmt *s = NULL;
    const char *sql = whole ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)";
    if (sqlite3_prepare_v2(f->db, sql, -1, &s, NULL) != SQLITE_OK) return file_fail_sqlite(f, "cannot read");
    int result = EUICC_OK, stepped = sqlite3_step(s);
    const char *text = stepped == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
    if (!text) {
        result = file_fail_sqlite(f, "cannot check");
    } else if (strcmp(text, "ok") != 0) {
        result = file_fail(f, EUICC_CORRUPT, "is damaged: %.120s", text);
    }
    (void)sqlite3_finalize(s);
    return result;
}
