/* Card files: euicc_file_* of euicc.h, the durable back end of a store. Used by the program, the tools and the tests.
 *
 * SQLite, tables of card_file_schema.c, write-ahead log, synchronous=FULL: a commit that returned is on the disk, and
 * after a power cut the file holds whole commits only. application_id says that a database is a card file, user_version
 * which schema it has. A file in which anything is wrong is refused and left as it is. A reader in another process
 * (EUICC_FILE_READ_ONLY) sees the last commit and hinders nobody; it may leave an empty log behind, which the next
 * writer removes. */
#define _GNU_SOURCE
#include "store/card_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MILLISECONDS 5000 /* patience with another connection's commit or checkpoint */

/* ---- saying what went wrong ---- */

int file_fail(euicc_file *f, int result, const char *format, ...)
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

int file_fail_sqlite(euicc_file *f, const char *doing)
{
    int code = sqlite3_extended_errcode(f->db), cause = sqlite3_system_errno(f->db);
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return file_fail(f, EUICC_NO_MEMORY, "%s: no memory", doing);
    case SQLITE_NOTADB:
        return file_fail(f, EUICC_CORRUPT, "is not a softeuicc card file (not an SQLite database)");
    case SQLITE_CORRUPT:
        return file_fail(f, EUICC_CORRUPT, "is damaged: %s", sqlite3_errmsg(f->db));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return file_fail(f, EUICC_LOCKED, "%s: another program keeps the database locked", doing);
    case SQLITE_FULL:
        return file_fail(f, EUICC_STORAGE, "%s: the disk is full", doing);
    case SQLITE_READONLY:
        return file_fail(f, EUICC_STORAGE, "%s: the file or its directory is read-only", doing);
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
        if (cause) return file_fail(f, EUICC_STORAGE, "%s: %s", doing, strerror(cause));
        return file_fail(f, EUICC_STORAGE, "%s: %s (SQLite %d)", doing, sqlite3_errstr(code), code);
    default:
        return file_fail(f, EUICC_STORAGE, "%s: %s (SQLite %d)", doing, sqlite3_errmsg(f->db), code);
    }
}

/* ---- small SQL ---- */

bool file_run(euicc_file *f, const char *sql)
{
    return sqlite3_exec(f->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

bool file_query_number(euicc_file *f, const char *sql, int64_t *out)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(f->db, sql, -1, &s, NULL) != SQLITE_OK) return false;
    bool row = sqlite3_step(s) == SQLITE_ROW;
    if (row) *out = sqlite3_column_int64(s, 0);
    return sqlite3_finalize(s) == SQLITE_OK && row;
}

/* ---- opening ---- */

/* Whether the file is there as `mode` wants it; makes it, empty, if it has to be made. */
static int find_or_make(euicc_file *f, enum euicc_file_mode mode)
{
    struct stat found;
    if (stat(f->shown, &found) != 0) {
        if (errno != ENOENT) return file_fail(f, EUICC_STORAGE, "cannot open: %s", strerror(errno));
        if (mode == EUICC_FILE_OPEN || mode == EUICC_FILE_READ_ONLY)
            return file_fail(f, EUICC_NO_CARD, "there is no such card file");
        /* SQLite gives the log files the mode of the database. */
        int fd = open(f->shown, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
        if (fd < 0 && errno != EEXIST) {
            return file_fail(f, EUICC_STORAGE, "cannot create: %s%s", strerror(errno),
                             errno == ENOENT ? " (its directory must exist)" : "");
        }
        if (fd >= 0) {
            (void)fchmod(fd, 0600); /* whatever umask is */
            (void)close(fd);
            f->made = true;
            return EUICC_OK;
        }
    } else if (!S_ISREG(found.st_mode)) {
        return file_fail(f, EUICC_STORAGE, "is not a regular file");
    }
    if (mode == EUICC_FILE_CREATE) return file_fail(f, EUICC_EXISTS, "exists already");
    return EUICC_OK;
}

static int lock(euicc_file *f)
{
    int result = card_lock_take(&f->lock, f->path, f->card);
    if (result == EUICC_LOCKED) return file_fail(f, result, "is in use by another process");
    if (result == EUICC_NO_MEMORY) return file_fail(f, result, "no memory");
    if (result != EUICC_OK) return file_fail(f, result, "cannot make the lock file beside it: %s", strerror(errno));
    return EUICC_OK;
}

/* No fallback to reading: SQLite opens a write protected file for reading only and says nothing. */
static int connect_writing(euicc_file *f)
{
    if (sqlite3_open_v2(f->path, &f->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return file_fail_sqlite(f, "cannot open");
    if (sqlite3_db_readonly(f->db, "main") == 1) return file_fail(f, EUICC_STORAGE, "is write protected");
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
    if (!uri) return file_fail(f, EUICC_NO_MEMORY, "no memory");
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
    return opened == SQLITE_OK ? EUICC_OK : file_fail_sqlite(f, "cannot open");
}

static int connect_reading(euicc_file *f)
{
    if (sqlite3_open_v2(f->path, &f->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return file_fail_sqlite(f, "cannot open");
    (void)sqlite3_busy_timeout(f->db, BUSY_MILLISECONDS);
    int64_t tables;
    if (file_query_number(f, "SELECT count(*) FROM sqlite_schema", &tables)) return EUICC_OK;
    int code = sqlite3_errcode(f->db) & 0xff;
    if ((code == SQLITE_CANTOPEN || code == SQLITE_READONLY) && !has_log(f)) return connect_immutable(f);
    return file_fail_sqlite(f, "cannot read");
}

/* Settings of the connection; the file may come from anywhere, so its schema is not trusted. Values are read once, at
 * load: a small cache is enough. Deleted keys are overwritten in the file. What a log holds goes into the file only
 * when a card was found whole: the log may be another file's. */
static int configure(euicc_file *f)
{
    (void)sqlite3_busy_timeout(f->db, BUSY_MILLISECONDS);
    (void)sqlite3_db_config(f->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(f->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (!file_run(f, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -512;"
                     "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON"))
        return file_fail_sqlite(f, "cannot read");
    return EUICC_OK;
}

/* SQLite keeps its rollback journal where a file system cannot share the memory that a log needs; commits are as
 * durable then, and slower. */
static int switch_on_log(euicc_file *f)
{
    if (f->read_only) return EUICC_OK;
    if (!file_run(f, "PRAGMA journal_mode = WAL")) return file_fail_sqlite(f, "cannot write");
    return EUICC_OK;
}

static int open_steps(euicc_file *f, enum euicc_file_mode mode)
{
    int result = find_or_make(f, mode);
    if (result != EUICC_OK) return result;
    f->path = realpath(f->shown, NULL);
    if (!f->path)
        return file_fail(f, errno == ENOMEM ? EUICC_NO_MEMORY : EUICC_STORAGE, "cannot open: %s", strerror(errno));
    if (!f->read_only) result = lock(f);
    if (result == EUICC_OK) result = f->read_only ? connect_reading(f) : connect_writing(f);
    if (result == EUICC_OK) result = configure(f);
    if (result == EUICC_OK) result = file_check_identity(f, f->made || mode == EUICC_FILE_OPEN_OR_CREATE);
    if (result == EUICC_OK) result = file_prepare_statements(f);
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
    return file_query_number(f, "SELECT EXISTS (SELECT 1 FROM store)", &holds) && holds == 0;
}

void euicc_file_close(euicc_file *f)
{
    if (!f) return;
    /* Nobody may open the file between the look and the removal. */
    bool discard = card_lock_alone(&f->lock) && worthless(f);
    for (int i = 0; i < STATEMENT_COUNT; i++)
        (void)sqlite3_finalize(f->statements[i]);
    if (f->db && (f->sound || !has_log(f))) (void)sqlite3_db_config(f->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    (void)sqlite3_close(f->db);
    if (discard && !has_log(f)) (void)unlink(f->path);
    /* The notes of commits are of use as long as these are not in the file. */
    card_lock_release(&f->lock, discard || (f->sound && !has_log(f)));
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
