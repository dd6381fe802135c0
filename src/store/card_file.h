/* card_file: what the files of the durable back end share; see sqlite.c, which opens and closes, card_file_schema.c,
 * which knows the tables, and card_file_rows.c, which reads and writes cards. */
#ifndef SOFTEUICC_STORE_CARD_FILE_H
#define SOFTEUICC_STORE_CARD_FILE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "euicc.h"
#include "store/card_lock.h"
#include "store/digest.h"

enum statement { BEGIN, COMMIT, ROLLBACK, PUT, REMOVE, FIND, LOAD, TOTAL, PUT_TOTAL, STATEMENT_COUNT };

struct euicc_file {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    struct card_lock lock;
    char *shown; /* the path as the caller gave it, for messages */
    char *path;  /* absolute, without symbolic links: names of the card file, the log and the lock follow from it */
    char *card;
    int version; /* of the schema, after check_identity */
    bool read_only;
    bool made;  /* by this opening: removed again if no commit follows */
    bool ready; /* opened as far as it goes */
    bool sound; /* a whole card was loaded or stored: the log may go into the file */
    struct euicc_diagnostic error;
};

/* ---- sqlite.c ---- */

/* Notes "PATH: ..." as the file's error and gives back `result`. */
__attribute__((format(printf, 3, 4))) int file_fail(euicc_file *f, int result, const char *format, ...);
/* The same from what SQLite's last error on this connection means; `doing` is "cannot read the card" and so on. */
int file_fail_sqlite(euicc_file *f, const char *doing);
bool file_run(euicc_file *f, const char *sql);
/* The first column of the first row, as a number; false on any error. */
bool file_query_number(euicc_file *f, const char *sql, int64_t *out);

/* ---- card_file_schema.c ---- */

/* Whether it is a card file and of a version that this program knows. An empty database becomes one if `may_make`, one
 * of an earlier version is brought up unless it is opened for reading. */
int file_check_identity(euicc_file *f, bool may_make);
/* The pages and their structure; `whole`: also that the indices hold what the tables hold. */
int file_check_structure(euicc_file *f, bool whole);

/* ---- card_file_rows.c ---- */

int file_prepare_statements(euicc_file *f);
/* In a transaction: what the rows of a card, all of them there, come to; commits is 1. False: an error of SQLite. */
bool file_count_rows(euicc_file *f, const char *card, struct total *out);

#endif
