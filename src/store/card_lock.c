/* The lock of a card in a card file; see card_lock.h. Used by sqlite.c. */
#define _GNU_SOURCE
#include "store/card_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "euicc.h"

/* FNV-1a, 62 bits of it: two cards of a fleet never meet by accident. */
static off_t place_of(const char *card)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (; *card; card++)
        hash = (hash ^ (uint8_t)*card) * 0x100000001b3;
    return (off_t)(hash >> 2);
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

void card_lock_release(struct card_lock *lock)
{
    if (!lock->path) return;
    if (card_lock_alone(lock)) (void)unlink(lock->path);
    (void)close(lock->fd);
    free(lock->path);
    *lock = (struct card_lock){0};
}
