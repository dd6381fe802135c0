/* The lock of a card in a card file; see card_lock.h. Used by sqlite.c. */
#define _GNU_SOURCE
#include "store/card_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "euicc.h"

#define NOTE_PLACES 4096 /* the file has holes: a card takes one block of the disk */

struct note {
    uint64_t card;
    uint64_t commits;
};

/* FNV-1a */
static uint64_t hash_of(const char *card)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (; *card; card++)
        hash = (hash ^ (uint8_t)*card) * 0x100000001b3;
    return hash;
}

/* 62 bits of the hash: two cards of a fleet never meet by accident. */
static off_t place_of(const char *card)
{
    return (off_t)(hash_of(card) >> 2);
}

static off_t note_place_of(const char *card)
{
    return (off_t)(hash_of(card) % NOTE_PLACES * sizeof(struct note));
}

/* length 0: to the end of all files. False with errno if somebody else holds a part of it. */
static bool try_lock(int fd, off_t start, off_t length)
{
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
    return fcntl(fd, F_OFD_SETLK, &range) == 0;
}

/* False if the last user removed the file between our opening and locking it. */
static bool still_there(int fd, const char *path)
{
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && stat(path, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

int card_lock_take(struct card_lock *lock, const char *path, const char *card)
{
    char *lock_path = NULL;
    if (asprintf(&lock_path, "%s-lock", path) < 0) return EUICC_NO_MEMORY;
    int result = EUICC_STORAGE, cause = 0;
    for (;;) {
        int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0) {
            cause = errno;
            break;
        }
        (void)fchmod(fd, 0600); /* whatever umask is */
        if (!try_lock(fd, place_of(card), 1)) {
            cause = errno;
            if (cause == EAGAIN || cause == EACCES) result = EUICC_LOCKED;
            (void)close(fd);
            break;
        }
        if (still_there(fd, lock_path)) {
            *lock = (struct card_lock){lock_path, fd};
            return EUICC_OK;
        }
        (void)close(fd);
    }
    free(lock_path);
    errno = cause;
    return result;
}

bool card_lock_alone(struct card_lock *lock)
{
    return lock->path && try_lock(lock->fd, 0, 0);
}

void card_lock_note(struct card_lock *lock, const char *card, uint64_t commits)
{
    const struct note note = {hash_of(card), commits};
    if (!lock->path || pwrite(lock->fd, &note, sizeof note, note_place_of(card)) == (ssize_t)sizeof note) return;
    /* No room for it. An old note says less, and nothing wrong. */
}

uint64_t card_lock_noted(const struct card_lock *lock, const char *path, const char *card)
{
    struct note note = {0};
    int fd = lock->path ? lock->fd : -1;
    if (!lock->path) { /* not from the heap: want of memory would look like no note */
        char lock_path[PATH_MAX];
        int n = snprintf(lock_path, sizeof lock_path, "%s-lock", path);
        if (n > 0 && (size_t)n < sizeof lock_path) fd = open(lock_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    }
    bool found = fd >= 0 && pread(fd, &note, sizeof note, note_place_of(card)) == (ssize_t)sizeof note;
    if (!lock->path && fd >= 0) (void)close(fd);
    return found && note.card == hash_of(card) ? note.commits : 0;
}

void card_lock_forget(struct card_lock *lock)
{
    if (!lock->path || ftruncate(lock->fd, 0) == 0) return;
    /* A note that stays makes the next opening fail, and that says which file is to go. */
}

static bool holds_notes(const struct card_lock *lock)
{
    struct stat found;
    return fstat(lock->fd, &found) == 0 && found.st_size > 0;
}

void card_lock_release(struct card_lock *lock, bool remove)
{
    if (!lock->path) return;
    if (card_lock_alone(lock) && (remove || !holds_notes(lock))) (void)unlink(lock->path);
    (void)close(lock->fd);
    free(lock->path);
    *lock = (struct card_lock){0};
}
