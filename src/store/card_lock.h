/* card_lock: one card of a card file is used by one process, and there once (EUICC_LOCKED). Only sqlite.c uses it.
 *
 * The lock lies in a file of its own beside the card file, PATH-lock, and not in the card file: POSIX drops all locks
 * of a process on a file when any descriptor of it is closed, so a second, refused opening would take away the locks
 * that SQLite holds for the first one. It is an open file description lock on one byte, the place of which follows from
 * the card's name: the kernel drops it when the process dies in whatever way, and the cards of a fleet do not hinder
 * each other. The last user removes PATH-lock. */
#ifndef SOFTEUICC_STORE_CARD_LOCK_H
#define SOFTEUICC_STORE_CARD_LOCK_H

#include <stdbool.h>

struct card_lock {
    char *path; /* of the lock file; NULL: nothing is locked */
    int fd;
};

/* `path` is the card file's. EUICC_OK, EUICC_LOCKED, EUICC_NO_MEMORY, or EUICC_STORAGE with the cause in errno. */
int card_lock_take(struct card_lock *lock, const char *path, const char *card);
/* True if no card of the file but this one is in use; none can come into use any more before card_lock_release(). */
bool card_lock_alone(struct card_lock *lock);
void card_lock_release(struct card_lock *lock);

#endif
