/* All cases on cards that go away in the middle: wrong_reader.c. */
#ifndef SOFTEUICC_CARD_BENCH_WRONG_READER_H
#define SOFTEUICC_CARD_BENCH_WRONG_READER_H

#include "run.h"

/* Each case of an open run several times; says on standard output, and gives, whether each time was an error. */
bool wrong_reader_run(struct run *r);

#endif
