/* Card files: euicc_file_* of euicc.h, the durable back end of a store. Used by the program, the tools and the tests.
 *
 * SQLite, one table (card, key, value), write-ahead log, synchronous=FULL: a commit that returned is on the disk, and
 * after a power cut the file holds whole commits only. application_id says that a database is a card file, user_version
 * which schema it has. A reader in another process (EUICC_FILE_READ_ONLY) sees the last commit and hinders nobody; it
 * may leave an empty log behind, which the next writer removes. */
#define _GNU_SOURCE
#include "euicc.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/card_lock.h"

#define APPLICATION_ID 0x65554943 /* "eUIC" */
#define SCHEMA_VERSION 1
#define BUSY_MILLISECONDS 5000 /* patience with another connection's commit or checkpoint */

/* For the macros that spell numbers inside SQL. */
#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)

enum statement { BEGIN, COMMIT, ROLLBACK, PUT, REMOVE, LOAD, STATEMENT_COUNT };

static const char *const statement_sql[STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [PUT] = "INSERT OR REPLACE INTO store (card, key, value) VALUES (?1, ?2, ?3)",
    [REMOVE] = "DELETE FROM store WHERE card = ?1 AND key = ?2",
    [LOAD] = "SELECT key, value FROM store WHERE card = ?1 ORDER BY key",
};

struct euicc_file {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    struct card_lock lock;
    char *shown; /* the path as the caller gave it, for messages */
    char *path;  /* absolute, without symbolic links: names of the card file, the log and the lock follow from it */
    char *card;
    bool read_only;
    bool made;  /* by this opening: removed again if no commit follows */
    bool ready; /* opened as far as it goes */
    struct euicc_diagnostic error;
};

/* ---- saying what went wrong ---- */

__attribute__((format(printf, 3, 4))) static int fail(euicc_file *f, int result, const char *format, ...)
{
    char text[sizeof f->error.text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    /* A long path is cut at its front: its end and the cause say more. */
    size_t room = sizeof text - strlen(text), n = strlen(f->shown);
    const char *shown = n + 3 > room && n > 40 ? f->shown + n - 40 : f->shown;
    (void)snprintf(f->error.text, sizeof f->error.text, "%s: %.200s", shown, text);
    return result;
}

/* What SQLite's last error on this connection means; `doing` is "cannot read the card" and so on. */
static int fail_sqlite(euicc_file *f, const char *doing)
{
    int code = sqlite3_extended_errcode(f->db), cause = sqlite3_system_errno(f->db);
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return fail(f, EUICC_NO_MEMORY, "%s: no memory", doing);
    case SQLITE_NOTADB:
        return fail(f, EUICC_CORRUPT, "is not a softeuicc card file (not an SQLite database)");
    case SQLITE_CORRUPT:
        return fail(f, EUICC_CORRUPT, "is damaged: %s", sqlite3_errmsg(f->db));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail(f, EUICC_LOCKED, "%s: another program keeps the database locked", doing);
    case SQLITE_FULL:
        return fail(f, EUICC_STORAGE, "%s: the disk is full", doing);
    case SQLITE_READONLY:
        return fail(f, EUICC_STORAGE, "%s: the file or its directory is read-only", doing);
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
        if (cause) return fail(f, EUICC_STORAGE, "%s: %s", doing, strerror(cause));
        return fail(f, EUICC_STORAGE, "%s: %s (SQLite %d)", doing, sqlite3_errstr(code), code);
    default:
        return fail(f, EUICC_STORAGE, "%s: %s (SQLite %d)", doing, sqlite3_errmsg(f->db), code);
    }
}

/* ---- small SQL ---- */

static bool run(euicc_file *f, const char *sql)
{
    return sqlite3_exec(f->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* The first column of the first row, as a number; false on any error. */
static bool query_number(euicc_file *f, const char *sql, int64_t *out)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(f->db, sql, -1, &s, NULL) != SQLITE_OK) return false;
    bool row = sqlite3_step(s) == SQLITE_ROW;
    if (row) *out = sqlite3_column_int64(s, 0);
    return sqlite3_finalize(s) == SQLITE_OK && row;
}

/* Runs a prepared statement that gives no rows. */
static bool step(euicc_file *f, enum statement which)
{
    sqlite3_stmt *s = f->statements[which];
    int result = sqlite3_step(s);
    /* The reset would give the same error again. */
    (void)sqlite3_reset(s);
    return result == SQLITE_DONE;
}

/* ---- opening ---- */

/* Whether the file is there as `mode` wants it; makes it, empty, if it has to be made. */
static int find_or_make(euicc_file *f, enum euicc_file_mode mode)
{
    struct stat found;
    if (stat(f->shown, &found) != 0) {
        if (errno != ENOENT) return fail(f, EUICC_STORAGE, "cannot open: %s", strerror(errno));
        if (mode == EUICC_FILE_OPEN || mode == EUICC_FILE_READ_ONLY)
            return fail(f, EUICC_NO_CARD, "there is no such card file");
        /* SQLite gives the log files the mode of the database. */
        int fd = open(f->shown, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
        if (fd < 0 && errno != EEXIST) {
            return fail(f, EUICC_STORAGE, "cannot create: %s%s", strerror(errno),
                        errno == ENOENT ? " (its directory must exist)" : "");
        }
        if (fd >= 0) {
            (void)close(fd);
            f->made = true;
            return EUICC_OK;
        }
    } else if (!S_ISREG(found.st_mode)) {
        return fail(f, EUICC_STORAGE, "is not a regular file");
    }
    if (mode == EUICC_FILE_CREATE) return fail(f, EUICC_EXISTS, "exists already");
    return EUICC_OK;
}

static int lock(euicc_file *f)
{
    int result = card_lock_take(&f->lock, f->path, f->card);
    if (result == EUICC_LOCKED) return fail(f, result, "is in use by another process");
    if (result == EUICC_NO_MEMORY) return fail(f, result, "no memory");
    if (result != EUICC_OK) return fail(f, result, "cannot make the lock file beside it: %s", strerror(errno));
    return EUICC_OK;
}

/* No fallback to reading: SQLite opens a write protected file for reading only and says nothing. */
static int connect_writing(euicc_file *f)
{
    if (sqlite3_open_v2(f->path, &f->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return fail_sqlite(f, "cannot open");
    if (sqlite3_db_readonly(f->db, "main") == 1) return fail(f, EUICC_STORAGE, "is write protected");
    return EUICC_OK;
}

/* True if the log beside the file holds something. */
static bool has_log(const euicc_file *f)
{
    char *log_path = NULL;
    struct stat found;
    if (asprintf(&log_path, "%s-wal", f->path) < 0) return true;
    bool result = stat(log_path, &found) == 0 && found.st_size > 0;
    free(log_path);
    return result;
}

/* Opens a file that nobody can be writing, such as one on a read-only medium, where SQLite could not make the shared
 * memory file that a write-ahead log needs. */
static int connect_immutable(euicc_file *f)
{
    static const char query[] = "?immutable=1";
    char *uri = malloc(strlen("file:") + 3 * strlen(f->path) + sizeof query);
    if (!uri) return fail(f, EUICC_NO_MEMORY, "no memory");
    char *at = stpcpy(uri, "file:");
    for (const char *p = f->path; *p; p++) {
        if (strchr("%?#", *p)) {
            at += sprintf(at, "%%%02x", (unsigned)*p);
        } else {
            *at++ = *p;
        }
    }
    memcpy(at, query, sizeof query);
    (void)sqlite3_close(f->db);
    int opened = sqlite3_open_v2(uri, &f->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
    free(uri);
    return opened == SQLITE_OK ? EUICC_OK : fail_sqlite(f, "cannot open");
}

static int connect_reading(euicc_file *f)
{
    if (sqlite3_open_v2(f->path, &f->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return fail_sqlite(f, "cannot open");
    (void)sqlite3_busy_timeout(f->db, BUSY_MILLISECONDS);
    int64_t tables;
    if (query_number(f, "SELECT count(*) FROM sqlite_schema", &tables)) return EUICC_OK;
    int code = sqlite3_errcode(f->db) & 0xff;
    if ((code == SQLITE_CANTOPEN || code == SQLITE_READONLY) && !has_log(f)) return connect_immutable(f);
    return fail_sqlite(f, "cannot read");
}

/* Settings of the connection; the file may come from anywhere, so its schema is not trusted. Values are read once, at
 * load: a small cache is enough. Deleted keys are overwritten in the file. */
static int configure(euicc_file *f)
{
    (void)sqlite3_busy_timeout(f->db, BUSY_MILLISECONDS);
    (void)sqlite3_db_config(f->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (!run(f, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -512;"))
        return fail_sqlite(f, "cannot read");
    return EUICC_OK;
}

/* One transaction: a power cut leaves an empty file or a whole one. Before the write-ahead log is switched on. */
static int make_schema(euicc_file *f)
{
    if (run(f, "BEGIN IMMEDIATE;"
               "CREATE TABLE IF NOT EXISTS store (card TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,"
               " PRIMARY KEY (card, key)) WITHOUT ROWID;"
               "PRAGMA application_id = " TEXT_OF(APPLICATION_ID) ";"
                                                                  "PRAGMA user_version = " TEXT_OF(
                                                                      SCHEMA_VERSION) ";"
                                                                                      "COMMIT"))
        return EUICC_OK;
    return fail_sqlite(f, "cannot create");
}

/* Whether it is a card file and of a version that this program knows. An empty database becomes one if `may_make`. */
static int check_identity(euicc_file *f, bool may_make)
{
    int64_t id, version, tables;
    if (!query_number(f, "PRAGMA application_id", &id) || !query_number(f, "PRAGMA user_version", &version) ||
        !query_number(f, "SELECT count(*) FROM sqlite_schema", &tables))
        return fail_sqlite(f, "cannot read");
    if (id == 0 && version == 0 && tables == 0) {
        return may_make ? make_schema(f) : fail(f, EUICC_CORRUPT, "is empty, expected a softeuicc card file");
    }
    if (id != APPLICATION_ID) {
        return fail(f, EUICC_CORRUPT, "is not a softeuicc card file (application_id %08x, expected %08x)", (unsigned)id,
                    (unsigned)APPLICATION_ID);
    }
    if (version > SCHEMA_VERSION) {
        return fail(f, EUICC_NEWER, "was written by a newer softeuicc (card file version %lld, this program knows %d)",
                    (long long)version, SCHEMA_VERSION);
    }
    if (version != SCHEMA_VERSION) {
        return fail(f, EUICC_CORRUPT, "has card file version %lld, expected %d", (long long)version, SCHEMA_VERSION);
    }
    return EUICC_OK;
}

static int check_integrity(euicc_file *f)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(f->db, "PRAGMA quick_check(1)", -1, &s, NULL) != SQLITE_OK)
        return fail_sqlite(f, "cannot read");
    int result = EUICC_OK, stepped = sqlite3_step(s);
    const char *text = stepped == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
    if (!text) {
        result = fail_sqlite(f, "cannot check");
    } else if (strcmp(text, "ok") != 0) {
        result = fail(f, EUICC_CORRUPT, "is damaged: %.120s", text);
    }
    (void)sqlite3_finalize(s);
    return result;
}

static int prepare_statements(euicc_file *f)
{
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        if (f->read_only && i != LOAD) continue;
        if (sqlite3_prepare_v3(f->db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &f->statements[i], NULL) ==
            SQLITE_OK)
            continue;
        /* SQL that this program brings is wrong only if the table is. */
        if (sqlite3_errcode(f->db) == SQLITE_ERROR)
            return fail(f, EUICC_CORRUPT, "is damaged: %s", sqlite3_errmsg(f->db));
        return fail_sqlite(f, "cannot read");
    }
    return EUICC_OK;
}

/* SQLite keeps its rollback journal where a file system cannot share the memory that a log needs; commits are as
 * durable then, and slower. */
static int switch_on_log(euicc_file *f)
{
    if (f->read_only) return EUICC_OK;
    if (!run(f, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON"))
        return fail_sqlite(f, "cannot write");
    return EUICC_OK;
}

static int open_steps(euicc_file *f, enum euicc_file_mode mode)
{
    int result = find_or_make(f, mode);
    if (result != EUICC_OK) return result;
    f->path = realpath(f->shown, NULL);
    if (!f->path) return fail(f, EUICC_STORAGE, "cannot open: %s", strerror(errno));
    if (!f->read_only) result = lock(f);
    if (result == EUICC_OK) result = f->read_only ? connect_reading(f) : connect_writing(f);
    if (result == EUICC_OK) result = configure(f);
    if (result == EUICC_OK) result = check_identity(f, f->made || mode == EUICC_FILE_OPEN_OR_CREATE);
    if (result == EUICC_OK) result = check_integrity(f);
    if (result == EUICC_OK) result = prepare_statements(f);
    if (result == EUICC_OK) result = switch_on_log(f);
    f->ready = result == EUICC_OK;
    return result;
}

static void tell(struct euicc_diagnostic *why, const char *text)
{
    if (why) (void)snprintf(why->text, sizeof why->text, "%s", text);
}

int euicc_file_open(euicc_file **out, const char *path, const char *card, enum euicc_file_mode mode,
                    struct euicc_diagnostic *why)
{
    tell(why, "");
    if (out) *out = NULL;
    if (!out || !path || !*path) {
        tell(why, "the card file has no name");
        return EUICC_BAD_ARGUMENT;
    }
    euicc_file *f = calloc(1, sizeof *f);
    if (f) {
        f->shown = strdup(path);
        f->card = strdup(card ? card : "card");
        f->read_only = mode == EUICC_FILE_READ_ONLY;
    }
    if (!f || !f->shown || !f->card) {
        tell(why, "no memory");
        euicc_file_close(f);
        return EUICC_NO_MEMORY;
    }
    int result = open_steps(f, mode);
    if (result != EUICC_OK) {
        tell(why, f->error.text);
        euicc_file_close(f);
        return result;
    }
    *out = f;
    return EUICC_OK;
}

/* ---- closing ---- */

/* A file that this opening made and that got no commit is worth nothing, and would stand in the way of the next try. */
static bool worthless(euicc_file *f)
{
    int64_t holds;
    if (!f->made) return false;
    if (!f->ready) return true;
    return query_number(f, "SELECT EXISTS (SELECT 1 FROM store)", &holds) && holds == 0;
}

void euicc_file_close(euicc_file *f)
{
    if (!f) return;
    /* Nobody may open the file between the look and the removal. */
    bool discard = card_lock_alone(&f->lock) && worthless(f);
    for (int i = 0; i < STATEMENT_COUNT; i++)
        (void)sqlite3_finalize(f->statements[i]);
    (void)sqlite3_close(f->db);
    if (discard && !has_log(f)) (void)unlink(f->path);
    card_lock_release(&f->lock);
    free(f->shown);
    free(f->path);
    free(f->card);
    free(f);
}

/* ---- struct euicc_env ---- */

const char *euicc_file_error(const euicc_file *f)
{
    return f ? f->error.text : "";
}

int euicc_file_load(void *file, euicc_put_fn put, void *put_ctx)
{
    euicc_file *f = file;
    f->error.text[0] = 0;
    sqlite3_stmt *s = f->statements[LOAD];
    if (sqlite3_bind_text(s, 1, f->card, -1, SQLITE_STATIC) != SQLITE_OK) return fail_sqlite(f, "cannot read the card");
    int result = EUICC_OK, stepped;
    while (result == EUICC_OK && (stepped = sqlite3_step(s)) != SQLITE_DONE) {
        if (stepped != SQLITE_ROW) {
            result = fail_sqlite(f, "cannot read the card");
            break;
        }
        const char *key = (const char *)sqlite3_column_text(s, 0);
        const uint8_t *value = sqlite3_column_blob(s, 1);
        size_t key_n = (size_t)sqlite3_column_bytes(s, 0), n = (size_t)sqlite3_column_bytes(s, 1);
        if (!key || (n && !value)) {
            result = fail(f, EUICC_NO_MEMORY, "cannot read the card: no memory");
        } else if (strlen(key) != key_n) {
            result = fail(f, EUICC_CORRUPT, "is damaged: a key holds a zero byte");
        } else {
            /* Never NULL: that would mean that the key is gone. */
            result = put(put_ctx, key, n ? value : (const uint8_t *)"", n);
            if (result != EUICC_OK) (void)fail(f, result, "the card could not take what is stored (key %.60s)", key);
        }
    }
    (void)sqlite3_reset(s); /* ends the reading transaction */
    return result;
}

static bool write_change(euicc_file *f, const struct euicc_change *c)
{
    enum statement which = c->value ? PUT : REMOVE;
    sqlite3_stmt *s = f->statements[which];
    if (sqlite3_bind_text(s, 1, f->card, -1, SQLITE_STATIC) != SQLITE_OK) return false;
    if (sqlite3_bind_text(s, 2, c->key, -1, SQLITE_STATIC) != SQLITE_OK) return false;
    if (c->value && sqlite3_bind_blob64(s, 3, c->value, c->n, SQLITE_STATIC) != SQLITE_OK) return false;
    return step(f, which);
}

int euicc_file_commit(void *file, const struct euicc_change *changes, size_t n)
{
    euicc_file *f = file;
    f->error.text[0] = 0;
    if (f->read_only) return fail(f, EUICC_STORAGE, "was opened for reading only");
    bool good = step(f, BEGIN);
    for (size_t i = 0; good && i < n; i++)
        good = write_change(f, &changes[i]);
    if (good && step(f, COMMIT)) return EUICC_OK;
    int result = fail_sqlite(f, "cannot write the card");
    /* After some errors SQLite has rolled back by itself. */
    if (!sqlite3_get_autocommit(f->db)) (void)step(f, ROLLBACK);
    return result;
}
