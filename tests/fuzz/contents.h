/* Invariants of the contents of a profile; see contents.c. */
#ifndef SOFTEUICC_TESTS_FUZZ_CONTENTS_H
#define SOFTEUICC_TESTS_FUZZ_CONTENTS_H

#include "fuzz.h"
#include "store/store.h"

struct isdp;
/* fresh: as the installation left it; else administrative commands may have changed it since. */
void fuzz_check_contents(const struct isdp *isdp, bool fresh);
/* The profile with this AID (hex) in the store of a card; what it costs. */
size_t fuzz_check_profile(struct store *store, const char *aid, bool fresh);
/* What the keys that start so cost of the card's memory, counted here. */
size_t fuzz_sum_of(const struct store *store, const char *prefix);

#endif
