/* Between the files that make the seed corpus. */
#ifndef SOFTEUICC_TESTS_FUZZ_MAKE_CORPUS_H
#define SOFTEUICC_TESTS_FUZZ_MAKE_CORPUS_H

#include "bench.h"

/* Writes an input of a target: the header in digits, then the rest. */
void corpus_write(const char *target, const char *name, const char *header, struct slice input);
/* make_corpus_uicc.c */
void corpus_uicc(void);
/* make_corpus_known.c */
void corpus_known(void);
/* make_corpus_wire.c */
void corpus_wire(void);

#endif
