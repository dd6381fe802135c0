/* What the bench says to people on standard error. */
#ifndef SOFTEUICC_CARD_BENCH_SAY_H
#define SOFTEUICC_CARD_BENCH_SAY_H

#include <stdbool.h>

/* One line, the name of the program before it. Gives false. */
bool say_problem(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
