/* What changed between two reports of --json: between two cards or two versions of one. diff.c compares, with
 * diff_dialogue.c for the commands and expectations of a case; diff_report.c reads and writes. */
#ifndef SOFTEUICC_CARD_BENCH_DIFF_H
#define SOFTEUICC_CARD_BENCH_DIFF_H

#include "run.h"

#include <cjson/cJSON.h>

struct diff {
    bool exact;     /* random numbers count, too */
    bool no_memory; /* the result is not whole */
    cJSON *result;  /* README.md has its members */
};

/* Compares two reports; false: one is none, and standard error says so. */
bool diff_compare(struct diff *d, const cJSON *old, const cJSON *new);
/* The number of what differs; slower cases do not count. */
size_t diff_count(const struct diff *d);
/* Appends to `changes` what is other in the dialogue of a case: {"where", "old", "new"}. */
void diff_dialogue(struct diff *d, cJSON *changes, const cJSON *old, const cJSON *new);

/* Appends to an array, or sets a member; takes the value over. Without memory d->no_memory. */
void diff_append(struct diff *d, cJSON *array, cJSON *value);
void diff_set(struct diff *d, cJSON *object, const char *key, cJSON *value);
/* A member that is a text; "" if it is none. */
const char *diff_text(const cJSON *object, const char *key);
/* A member that is a number of microseconds, or how many there are; 0 if it is none. */
long long diff_number(const cJSON *object, const char *key);
static inline cJSON *diff_member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

#endif
