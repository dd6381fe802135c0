/* The names in the card's own tables, for test_requirements.c: the headers of the card and those of the other side do
 * not go together in one file. */
#ifndef SOFTEUICC_CARD_BENCH_CARD_ROWS_H
#define SOFTEUICC_CARD_BENCH_CARD_ROWS_H

#include <stddef.h>

/* NULL past the end. */
const char *card_function(size_t index);
const char *card_command(size_t index);
const char *card_profile_operation(size_t index);
const char *card_eim_operation(size_t index);
const char *card_profile_element(size_t index);

#endif
