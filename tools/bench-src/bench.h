/* What the bench programs share: a clock, medians, the line of a figure, and other programs as children.
 * The programs are started by tools/bench; a failure ends them with a message and a non-zero status. */
#ifndef SOFTEUICC_TOOLS_BENCH_H
#define SOFTEUICC_TOOLS_BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Microseconds of a clock that never jumps. */
double bench_now_us(void);
/* The middle one; sorts the samples. */
double bench_median(double *samples, size_t n);
/* Writes "figure: NAME VALUE UNIT" at once, so that a later failure does not take it away. */
void bench_figure(const char *name, double value, const char *unit);
/* Says what failed and ends the program. */
void bench_die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* malloc that ends the program instead of giving NULL. */
void *bench_memory(size_t n);

/* Starts argv[0] (ended by NULL) with its output to /dev/null unless the environment has BENCH_VERBOSE. */
pid_t bench_spawn(const char *const argv[]);
/* Ends a child that bench_spawn started and waits for it. */
void bench_end(pid_t child);

/* Keeps this program and the children that it starts on one processor: which of two a child lands on changes the time
 * of a loopback exchange threefold, and would drown what is measured. */
void bench_stay_here(void);

/* STORE DATA with GetEID (SGP.22 5.7.20) on the basic channel, last block, with Le: a direct answer. */
extern const uint8_t bench_get_eid[12];
/* SELECT of the ISD-R by AID (SGP.02 annex H), with Le. */
extern const uint8_t bench_select_isdr[22];

#endif
