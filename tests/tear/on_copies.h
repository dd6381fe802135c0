/* A reader that carries every command out on copies of the card first, the n-th allocation failing, for each n: the
 * answer is that of the card or 6F00. Used by the findings. */
#ifndef SOFTEUICC_TESTS_TEAR_ON_COPIES_H
#define SOFTEUICC_TESTS_TEAR_ON_COPIES_H

#include "common.h"

/* The transmit of struct lpa_reader; ctx is a struct fixture. */
bool transmit_on_copies(void *ctx, struct slice capdu, struct buf *rapdu);

#endif
