/* When a case applies: `euicc and sgp22 >= 2.2 and not (iot or profiles > 3)`, over the facts that the bench read from
 * the card (facts.h). A name alone is true if there is such a fact and it is neither "no" nor "0". Comparisons: = and
 * != of words, < <= > >= of dotted numbers; `has` of a list: `ci has F541..`. Called by case_file.c (check) and run.c.
 */
#ifndef SOFTEUICC_CARD_BENCH_EXPRESSION_H
#define SOFTEUICC_CARD_BENCH_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>

enum compare { COMPARE_EQUAL, COMPARE_OTHER, COMPARE_LESS, COMPARE_AT_MOST, COMPARE_MORE, COMPARE_AT_LEAST };
extern const char *const compare_words[6];
/* -1, 0, 1 in a dotted number's order to a comparison's answer. */
bool compare_holds(enum compare compare, int order);

/* The value of a fact, NULL: the card does not have it. */
typedef const char *(*expression_fact)(void *ctx, const char *name);

/* False with *why if the text is not an expression. Else *holds is its value, and if that is false `missing` names the
 * first comparison that did not hold, "iot", "sgp22 >= 3.0 (it is 2.5.0)". fact NULL: only looks if the text is well
 * formed. */
bool expression_evaluate(const char *text, expression_fact fact, void *ctx, bool *holds, char *missing, size_t size,
                         const char **why);

#endif
