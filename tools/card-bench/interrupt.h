/* Ctrl-C in the middle of a run: a card is not left in the middle of a case, and what came so far is reported. SIGINT
 * and SIGTERM are taken by a thread of their own, so that it works while a case waits for its card. Called by main.c.
 */
#ifndef SOFTEUICC_CARD_BENCH_INTERRUPT_H
#define SOFTEUICC_CARD_BENCH_INTERRUPT_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

struct interrupt {
    pthread_t thread;
    sigset_t before; /* the signals that were blocked */
    atomic_bool *asked;
};

/* The first signal sets *asked, the second ends the program. False: there is no thread, a signal ends the program. */
bool interrupt_watch(struct interrupt *i, atomic_bool *asked);
void interrupt_end(struct interrupt *i);

#endif
