/* card_lock: one card of a card file is used by one process, and there once (EUICC_LOCKED). Only sqlite.c uses it.
 *
 * The lock lies in a file of its own beside the card file, PATH-lock, and not in the card file: POSIX drops all locks
 * of a process on a file when any descriptor of it is closed, so a second, refused opening would take away the locks
 * that SQLite holds for the first one. It is an open file description lock on one byte, the place of which follows from
 * the card's name: the kernel drops it when the process dies in whatever way, and the cards of a fleet do not hinder
 * each other. The last user removes PATH-lock.
 *
 * The lock file also says how many commits of each card were acknowledged: SQLite takes a log that is damaged for one
 * that ends there, and one that is gone for none, and would open the card as it once was. A note is 16 bytes, a hash of
 * the card's name and the number, in this machine's byte order, at a place that follows from the name. It is written
 * when its commit is on the disk, so it is never ahead of that. If two cards of a fleet share a place the later note
 * counts; the worst that can come of a lost note is that a lost log is not noticed. */
#ifndef SOFTEUICC_STORE_CARD_LOCK_H
#define SOFTEUICC_STORE_CARD_LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct card_lock {
    char *path; /* of the lock file; NULL: nothing is locked */
    int fd;
};

/* `path` is the card file's. EUICC_OK, EUICC_LOCKED, EUICC_NO_MEMORY, or EUICC_STORAGE with the cause in errno. */
int card_lock_take(struct card_lock *lock, const char *path, const char *card);
/* True if no card of the file but this one is in use; none can come into use any more before card_lock_release(). */
bool card_lock_alone(struct card_lock *lock);
/* Of a locked card: the file knows this many commits of it. */
void card_lock_note(struct card_lock *lock, const char *card, uint64_t commits);
/* The last note, 0 if there is none. Without a lock (who only reads) it is looked up beside the card file `path`. */
uint64_t card_lock_noted(const struct card_lock *lock, const char *path, const char *card);
/* All notes are void: the card file is a new one. */
void card_lock_forget(struct card_lock *lock);
/* The last user removes the file if `remove` or if it holds no note. */
void card_lock_release(struct card_lock *lock, bool remove);

#endif
