/* All cases of the run on these cards: names of wrong_cards.c, or files of rules that turn answers on the wire
 * (src/mutate). Says for each case that did not pass, in any order, "VERDICT CARD CASE REASON"; the card "right" is a
 * right one. At last for each card "took CARD RUNS MICROSECONDS": on a card that had no occasion to be wrong in a case
 * it is not run, it would be as on the right one. Called by wrong_main.c. */
#ifndef SOFTEUICC_CARD_BENCH_WRONG_MATRIX_H
#define SOFTEUICC_CARD_BENCH_WRONG_MATRIX_H

#include "run.h"

bool wrong_matrix_run(struct run *r, char *const *cards);

#endif
