/* In which cases a file of rules (src/mutate) would turn an answer: wrong_rules.c. */
#ifndef SOFTEUICC_CARD_BENCH_WRONG_RULES_H
#define SOFTEUICC_CARD_BENCH_WRONG_RULES_H

#include "base/slice.h"

#include <stdbool.h>

/* From now on until wrong_rules_end(): `seen` (one a file) becomes true for each whose rules would have fired on the
 * answers that go by. Of files with "by chance" nothing can be said. False: they cannot be read, or no memory. */
bool wrong_rules_begin(const struct slice *files, size_t n, bool *seen);
void wrong_rules_end(void);

#endif
