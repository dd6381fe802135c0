/* The thread that takes Ctrl-C; see interrupt.h. */
#define _GNU_SOURCE
#include "interrupt.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static sigset_t ends(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    return set;
}

static void *wait_for_signals(void *argument)
{
    const struct interrupt *i = argument;
    const sigset_t set = ends();
    int number = 0;
    if (sigwait(&set, &number) != 0) return NULL;
    (void)fprintf(stderr, "\nsofteuicc-bench: ends after this case; once more: at once\n");
    atomic_store(i->asked, true);
    /* one Ctrl-C may come twice: to the process and to its group, as timeout(1) sends it */
    (void)nanosleep(&(const struct timespec){.tv_nsec = 300000000}, NULL);
    while (sigtimedwait(&set, NULL, &(const struct timespec){0}) > 0)
        continue;
    if (sigwait(&set, &number) == 0) _exit(128 + number);
    return NULL;
}

bool interrupt_watch(struct interrupt *i, atomic_bool *asked)
{
    const sigset_t set = ends();
    i->asked = asked;
    if (pthread_sigmask(SIG_BLOCK, &set, &i->before) != 0) return false;
    if (pthread_create(&i->thread, NULL, wait_for_signals, i) == 0) return true;
    (void)pthread_sigmask(SIG_SETMASK, &i->before, NULL);
    return false;
}

void interrupt_end(struct interrupt *i)
{
    (void)pthread_cancel(i->thread);
    (void)pthread_join(i->thread, NULL);
    (void)pthread_sigmask(SIG_SETMASK, &i->before, NULL);
}
