/* The command line; see options.c. Called by main.c. */
#ifndef SOFTEUICC_CARD_BENCH_OPTIONS_H
#define SOFTEUICC_CARD_BENCH_OPTIONS_H

#include "run.h"

/* False: a mistake; said. */
bool options_read(int argc, char **argv, struct options *out);
void options_free(struct options *o);
bool options_print_help(void);

#endif
