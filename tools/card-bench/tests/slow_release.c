/* Loaded in front of libpcsclite: the context takes its time to be released, and says when it is. Who ends the process
 * before has not let the card go, and has a thread in a library that is being taken down. Called by test_reader.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <winscard.h>

LONG SCardReleaseContext(SCARDCONTEXT context)
{
    void *real = dlsym(RTLD_NEXT, "SCardReleaseContext");
    LONG (*release)(SCARDCONTEXT);
    if (!real) abort();
    __builtin_memcpy(&release, &real, sizeof release);
    (void)nanosleep(&(const struct timespec){.tv_nsec = 300000000}, NULL);
    LONG status = release(context);
    (void)fprintf(stderr, "context released\n");
    return status;
}
