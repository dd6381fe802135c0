/* What cases_life.c and cases_memory.c have in common: the profile of profiles/tiny on its way through its life, what
 * the card says of it, and the notifications that it leaves (SGP.22 3.2, 3.5, 5.7.8). */
#ifndef SOFTEUICC_CARD_BENCH_PROFILE_LIFE_H
#define SOFTEUICC_CARD_BENCH_PROFILE_LIFE_H

#include "profiles.h"

/* The double could do what it was told; else an error, unless there is a verdict already. */
bool life_did(struct bench *b, bool good);
/* An expectation that needs no more words than `came`. */
bool life_expect(struct bench *b, bool ok, const char *expected, const char *came);

/* profiles/NAME with `lines` comes on the card; nothing of its notifications is touched. A download that does not come
 * to its package is an error. */
bool life_install(struct bench *b, const char *name, const char *lines);

enum life_function { LIFE_ENABLE, LIFE_DISABLE, LIFE_DELETE };
/* By ICCID digits, without REFRESH; then a reset, but for DeleteProfile. Before the test the card also has to say that
 * it is so: what was only said to be done is not laid to what comes next. */
bool life_do(struct bench *b, enum life_function function, const char *iccid);
/* -1 not there, 0 disabled, 1 enabled, -2 a verdict. */
int life_state(struct bench *b, const char *iccid);
/* In words, for what is expected and came. */
const char *life_state_word(int state);
/* Applications and free non-volatile memory of EUICCInfo2 (SGP.22 5.7.8, TS 102 226 8.2.1.7.2). */
bool life_memory(struct bench *b, uint32_t *applications, uint32_t *free_memory);
/* Of the free memory before a profile came, with it, and when it is gone: all is back but what a card may keep for
 * other ends (one-time keys of downloads, tables that have grown). */
bool life_given_back(uint32_t before, uint32_t with, uint32_t after);

#define LIFE_EVENTS_SIZE 400
/* "install 28, delete 28": event and the last two digits of the ICCID of each notification but results, by sequence
 * number; *results: how many results there are, *last the highest number. False: a verdict, also if the numbers do not
 * rise. */
bool life_events(struct bench *b, char out[LIFE_EVENTS_SIZE], size_t *results, uint32_t *last);

#endif
