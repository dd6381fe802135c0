/* The rows of a card file: a card is loaded, changed and checked; see card_file.h. The public functions are those of
 * euicc.h; sqlite.c calls the others.
 *
 * Every row has a digest, and every card a row in `total` that says how many keys it has and what their digests sum up
 * to. A commit brings both up in its own transaction, from the rows that it changes alone. */
#define _GNU_SOURCE
#include "store/card_file.h"

#include <string.h>

static const char *const statement_sql[STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [PUT] = "INSERT OR REPLACE INTO store (card, key, value, digest) VALUES (?1, ?2, ?3, ?4)",
    [REMOVE] = "DELETE FROM store WHERE card = ?1 AND key = ?2",
    [FIND] = "SELECT digest FROM store WHERE card = ?1 AND key = ?2",
    [LOAD] = "SELECT key, value, digest FROM store WHERE card = ?1 ORDER BY key",
    [TOTAL] = "SELECT commits, keys, sum, digest FROM total WHERE card = ?1",
    [PUT_TOTAL] = "INSERT OR REPLACE INTO total (card, commits, keys, sum, digest) VALUES (?1, ?2, ?3, ?4, ?5)",
};
static const char load_1[] = "SELECT key, value, NULL FROM store WHERE card = ?1 ORDER BY key";

int file_prepare_statements(euicc_file *f)
{
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        if (f->read_only && i != LOAD && i != TOTAL && i != ROLLBACK) continue;
        if (f->version == 1 && i == TOTAL) continue;
        const char *sql = f->version == 1 && i == LOAD ? load_1 : statement_sql[i];
        if (sqlite3_prepare_v3(f->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &f->statements[i], NULL) == SQLITE_OK)
            continue;
        /* SQL that this program brings is wrong only if the table is. */
        if (sqlite3_errcode(f->db) == SQLITE_ERROR)
            return file_fail(f, EUICC_CORRUPT, "is damaged: %s", sqlite3_errmsg(f->db));
        return file_fail_sqlite(f, "cannot read");
    }
    return EUICC_OK;
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

static bool bind_text(sqlite3_stmt *s, int at, const char *text)
{
    return sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC) == SQLITE_OK;
}

static bool bind_number(sqlite3_stmt *s, int at, uint64_t number)
{
    return sqlite3_bind_int64(s, at, (int64_t)number) == SQLITE_OK;
}

static uint64_t column_number(sqlite3_stmt *s, int at)
{
    return (uint64_t)sqlite3_column_int64(s, at);
}

/* ---- reading ---- */

/* What `total` says of a card; all 0 if nothing. */
static int read_total(euicc_file *f, const char *card, struct total *out)
{
    sqlite3_stmt *s = f->statements[TOTAL];
    *out = (struct total){0};
    if (!bind_text(s, 1, card)) return file_fail_sqlite(f, "cannot read the card");
    int result = EUICC_OK, stepped = sqlite3_step(s);
    if (stepped == SQLITE_ROW) {
        *out = (struct total){column_number(s, 0), column_number(s, 1), column_number(s, 2)};
        if (column_number(s, 3) != digest_total(card, out)) {
            result = file_fail(f, EUICC_CORRUPT, "is damaged: the total of card %.40s does not match its digest", card);
        }
    } else if (stepped != SQLITE_DONE) {
        result = file_fail_sqlite(f, "cannot read the card");
    }
    (void)sqlite3_reset(s);
    return result;
}

/* What comes of the rows of one card. */
struct reading {
    const char *card;
    euicc_put_fn put; /* may be NULL: only checked */
    void *put_ctx;
    struct total found; /* commits stays 0 */
    uint64_t bytes;     /* of keys and values */
};

/* The row at which LOAD stands. */
static int read_row(euicc_file *f, struct reading *r)
{
    sqlite3_stmt *s = f->statements[LOAD];
    const char *key = (const char *)sqlite3_column_text(s, 0);
    const uint8_t *value = sqlite3_column_blob(s, 1);
    size_t key_n = (size_t)sqlite3_column_bytes(s, 0), n = (size_t)sqlite3_column_bytes(s, 1);
    if (!key || (n && !value)) return file_fail(f, EUICC_NO_MEMORY, "cannot read the card: no memory");
    if (strlen(key) != key_n) return file_fail(f, EUICC_CORRUPT, "is damaged: a key holds a zero byte");
    uint64_t digest = digest_row(r->card, key, value, n);
    if (f->version > 1 && digest != column_number(s, 2))
        return file_fail(f, EUICC_CORRUPT, "is damaged: the value of %.80s does not match its digest", key);
    r->found.keys++;
    r->found.sum += digest;
    r->bytes += key_n + n;
    /* Never NULL: that would mean that the key is gone. */
    int result = r->put ? r->put(r->put_ctx, key, n ? value : (const uint8_t *)"", n) : EUICC_OK;
    if (result != EUICC_OK) return file_fail(f, result, "the card could not take what is stored (key %.60s)", key);
    return EUICC_OK;
}

static int read_rows(euicc_file *f, struct reading *r)
{
    sqlite3_stmt *s = f->statements[LOAD];
    if (!bind_text(s, 1, r->card)) return file_fail_sqlite(f, "cannot read the card");
    int result = EUICC_OK, stepped = SQLITE_DONE;
    while (result == EUICC_OK && (stepped = sqlite3_step(s)) == SQLITE_ROW)
        result = read_row(f, r);
    if (result == EUICC_OK && stepped != SQLITE_DONE) result = file_fail_sqlite(f, "cannot read the card");
    (void)sqlite3_reset(s);
    return result;
}

/* A commit is noted in the lock file when it is in the log. If the file knows less, the log was lost, or does not read
 * to its end: what is there is whole, but old. */
static int check_commits(euicc_file *f, uint64_t noted, const struct total *total)
{
    if (noted <= total->commits) return EUICC_OK;
    return file_fail(f, EUICC_CORRUPT,
                     "the last %llu commits are missing: its -wal file is damaged or gone; without its -lock file it "
                     "opens as it was before them",
                     (unsigned long long)(noted - total->commits));
}

/* In one reading transaction. */
static int read_card(euicc_file *f, struct reading *r, uint64_t noted)
{
    struct total total = {0};
    int result = f->version > 1 ? read_total(f, r->card, &total) : EUICC_OK;
    if (result == EUICC_OK) result = read_rows(f, r);
    if (result != EUICC_OK || f->version == 1) return result;
    if (total.keys != r->found.keys)
        return file_fail(f, EUICC_CORRUPT, "is damaged: %llu keys, expected %llu", (unsigned long long)r->found.keys,
                         (unsigned long long)total.keys);
    if (total.sum != r->found.sum) return file_fail(f, EUICC_CORRUPT, "is damaged: a row was exchanged");
    return check_commits(f, noted, &total);
}

/* Ends a reading transaction. With a statement that is prepared: an end that there is no memory for would leave the
 * transaction open, and no commit could begin. */
static int end_reading(euicc_file *f, int result)
{
    if (step(f, ROLLBACK) || sqlite3_get_autocommit(f->db) || result != EUICC_OK) return result;
    return file_fail_sqlite(f, "cannot read");
}

int euicc_file_load(void *file, euicc_put_fn put, void *put_ctx)
{
    euicc_file *f = file;
    struct reading r = {.card = f->card, .put = put, .put_ctx = put_ctx};
    f->error.text[0] = 0;
    /* Before the transaction, so that a commit of another process in between is not missed but seen. */
    uint64_t noted = card_lock_noted(&f->lock, f->path, f->card);
    if (!file_run(f, "BEGIN")) return file_fail_sqlite(f, "cannot read the card");
    int result = end_reading(f, read_card(f, &r, noted));
    f->sound = f->sound || result == EUICC_OK;
    return result;
}

bool file_count_rows(euicc_file *f, const char *card, struct total *out)
{
    sqlite3_stmt *s = NULL;
    *out = (struct total){.commits = 1};
    if (sqlite3_prepare_v2(f->db, "SELECT digest FROM store WHERE card = ?1", -1, &s, NULL) != SQLITE_OK) return false;
    int stepped = bind_text(s, 1, card) ? SQLITE_ROW : SQLITE_ERROR;
    while (stepped == SQLITE_ROW && (stepped = sqlite3_step(s)) == SQLITE_ROW) {
        out->keys++;
        out->sum += column_number(s, 0);
    }
    (void)sqlite3_finalize(s);
    return stepped == SQLITE_DONE;
}

/* ---- checking ---- */

static int check_card(euicc_file *f, const char *card, struct euicc_file_report *out)
{
    struct reading r = {.card = card};
    int result = read_card(f, &r, card_lock_noted(&f->lock, f->path, card));
    if (result != EUICC_OK) return result;
    out->cards++;
    out->keys += r.found.keys;
    out->bytes += r.bytes;
    return EUICC_OK;
}

static int check_cards(euicc_file *f, struct euicc_file_report *out)
{
    sqlite3_stmt *s = NULL;
    const char *sql = f->version > 1 ? "SELECT card FROM store UNION SELECT card FROM total ORDER BY card"
                                     : "SELECT DISTINCT card FROM store ORDER BY card";
    if (sqlite3_prepare_v2(f->db, sql, -1, &s, NULL) != SQLITE_OK) return file_fail_sqlite(f, "cannot read");
    int result = EUICC_OK, stepped = SQLITE_DONE;
    while (result == EUICC_OK && (stepped = sqlite3_step(s)) == SQLITE_ROW) {
        const char *card = (const char *)sqlite3_column_text(s, 0);
        result = card ? check_card(f, card, out) : file_fail(f, EUICC_NO_MEMORY, "cannot read: no memory");
    }
    if (result == EUICC_OK && stepped != SQLITE_DONE) result = file_fail_sqlite(f, "cannot read");
    (void)sqlite3_finalize(s);
    return result;
}

int euicc_file_check(euicc_file *f, struct euicc_file_report *out)
{
    *out = (struct euicc_file_report){.version = (unsigned)f->version};
    f->error.text[0] = 0;
    if (!file_run(f, "BEGIN")) return file_fail_sqlite(f, "cannot read");
    int result = file_check_structure(f, true);
    if (result == EUICC_OK) result = check_cards(f, out);
    return end_reading(f, result);
}

/* ---- writing ---- */

/* Takes the row that is there out of the total. */
static bool take_out(euicc_file *f, const char *key, struct total *total, bool *there)
{
    sqlite3_stmt *s = f->statements[FIND];
    if (!bind_text(s, 1, f->card) || !bind_text(s, 2, key)) return false;
    int stepped = sqlite3_step(s);
    *there = stepped == SQLITE_ROW;
    if (*there) {
        total->keys--;
        total->sum -= column_number(s, 0);
    }
    (void)sqlite3_reset(s);
    return *there || stepped == SQLITE_DONE;
}

static bool write_change(euicc_file *f, const struct euicc_change *c, struct total *total)
{
    enum statement which = c->value ? PUT : REMOVE;
    sqlite3_stmt *s = f->statements[which];
    bool there;
    if (!take_out(f, c->key, total, &there)) return false;
    if (!c->value && !there) return true;
    if (!bind_text(s, 1, f->card) || !bind_text(s, 2, c->key)) return false;
    if (c->value) {
        uint64_t digest = digest_row(f->card, c->key, c->value, c->n);
        total->keys++;
        total->sum += digest;
        if (sqlite3_bind_blob64(s, 3, c->value, c->n, SQLITE_STATIC) != SQLITE_OK || !bind_number(s, 4, digest))
            return false;
    }
    return step(f, which);
}

static bool write_total(euicc_file *f, const struct total *total)
{
    sqlite3_stmt *s = f->statements[PUT_TOTAL];
    return bind_text(s, 1, f->card) && bind_number(s, 2, total->commits) && bind_number(s, 3, total->keys) &&
           bind_number(s, 4, total->sum) && bind_number(s, 5, digest_total(f->card, total)) && step(f, PUT_TOTAL);
}

/* The transaction; *commits is what the file says then. */
static int write_changes(euicc_file *f, const struct euicc_change *changes, size_t n, uint64_t *commits)
{
    struct total total = {0};
    if (!step(f, BEGIN)) return file_fail_sqlite(f, "cannot write the card");
    int result = read_total(f, f->card, &total);
    if (result != EUICC_OK) return result;
    *commits = ++total.commits;
    bool good = true;
    for (size_t i = 0; good && i < n; i++)
        good = write_change(f, &changes[i], &total);
    if (good && write_total(f, &total) && step(f, COMMIT)) return EUICC_OK;
    return file_fail_sqlite(f, "cannot write the card");
}

/* A commit that failed in the last moment, while it was synced, may be in the log with all its pages, and would be
 * there at the next opening although the card went on without it. One that changes nothing takes its place in the log.
 * If that fails too, nothing more can be done. */
static void write_over(euicc_file *f)
{
    const struct euicc_diagnostic error = f->error;
    uint64_t commits = 0;
    if (write_changes(f, NULL, 0, &commits) == EUICC_OK) card_lock_note(&f->lock, f->card, commits);
    if (!sqlite3_get_autocommit(f->db)) (void)step(f, ROLLBACK);
    f->error = error;
}

int euicc_file_commit(void *file, const struct euicc_change *changes, size_t n)
{
    euicc_file *f = file;
    uint64_t commits = 0;
    f->error.text[0] = 0;
    if (f->read_only) return file_fail(f, EUICC_STORAGE, "was opened for reading only");
    /* Of a transaction that could not be ended. */
    if (!sqlite3_get_autocommit(f->db)) (void)step(f, ROLLBACK);
    int result = write_changes(f, changes, n, &commits);
    if (result == EUICC_OK) {
        f->sound = true;
        card_lock_note(&f->lock, f->card, commits);
        return EUICC_OK;
    }
    /* After some errors SQLite has rolled back by itself. */
    if (!sqlite3_get_autocommit(f->db)) (void)step(f, ROLLBACK);
    write_over(f);
    return result;
}
