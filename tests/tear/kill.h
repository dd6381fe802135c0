/* A daemon that is killed with SIGKILL at random moments, on a card file of its own: what test_kill.c (an LPA and a
 * terminal) and test_kill_iot.c (an IPA) share. The path of the program is in SOFTEUICC. TEAR_SEED is another seed than
 * the usual one; the moments come again as far as the machine's timing allows. */
#ifndef SOFTEUICC_TESTS_TEAR_KILL_H
#define SOFTEUICC_TESTS_TEAR_KILL_H

#include "common.h"

#include <sys/types.h>

struct kill_bench {
    char folder[64], file[96], log[96];
    const char *personality; /* of the card that is made; NULL: the default */
    struct smdpp *dp;
    struct kat *keys;
    euicc_random *random;
    uint64_t seed;
    uint64_t first_seed;
    int round;
    pid_t daemon;
    uint16_t port;
    int held; /* keeps the port while no daemon has it */
};
extern struct kill_bench kb;

/* Ends the test with a line that replays it. */
#define check(condition, ...)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) kill_fail(__LINE__, __VA_ARGS__);                                                            \
    } while (0)
void kill_fail(int line, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

void kill_begin(const char *personality);
void kill_end(void);
/* TEAR_KILLS, or so many. */
int kill_rounds(int usual);
uint32_t next_random(void);

/* The card file, while no daemon has it. */
void kill_open_card(euicc_file **file, euicc **card);
void kill_close_card(euicc_file *file, euicc *card);

/* Makes the card file if there is none; it listens on kb.port. */
void start_daemon(void);
/* A process of its own, so that the moment does not depend on where the client is. */
pid_t start_killer(unsigned microseconds);
/* Waits for both. */
void end_daemon(pid_t killer);

/* Downloads a profile from kb.dp; false if the card went silent. */
bool kill_install(struct lpa *lpa, const struct wanted *w);

#endif
