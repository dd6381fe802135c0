/* What saip.c does with a package that installed: a terminal visits every file. */
#ifndef SOFTEUICC_TESTS_FUZZ_INSTALLED_H
#define SOFTEUICC_TESTS_FUZZ_INSTALLED_H

#include "euicc.h"
#include "fuzz.h"

struct isdp;
/* installed.c: a card that is on, with these contents as its enabled profile. */
euicc *fuzz_card_with(const struct isdp *contents, const struct euicc_env *env);
/* visit.c: describes, selects, reads and writes every file, verifies, authenticates in every application. */
void fuzz_visit(const struct isdp *contents);

#endif
