/* What GetProfilesInfo says of one profile, for cases that look at it but are about something else: asked by ICCID, and
 * found by ICCID in what comes. A card that gives more profiles or members than it was asked for is a matter of the
 * cases of GetProfilesInfo. Used by steps.c, bench_package.c and cases_*.c. */
#ifndef SOFTEUICC_CARD_BENCH_PROFILE_H
#define SOFTEUICC_CARD_BENCH_PROFILE_H

#include "bench.h"

/* The request for ICCID, ISD-P AID, state and nickname, or for ICCID and these tags. False: no memory. */
bool bench_profile_request(struct slice iccid, struct slice tags, struct buf *out);
/* The whole E3 of this profile in a response; empty: it is not there. False: the response is no list of profiles. */
bool bench_profile_find(struct slice response, struct slice iccid, struct slice *out);

/* Appends what is in the E3 of these tags (content of 5C), in the order in which it came. False: no memory. */
bool bench_profile_members(struct slice profile, struct slice tags, struct buf *out);

/* 1 enabled, 0 disabled, -1 not there, of an ICCID as in case files; -2: a verdict. Asked by the double at work. */
int bench_profile_state(struct bench *b, const char *iccid);
/* Its members of these tags are as the patterns say: digits and patterns as in case files. False: a verdict. */
bool bench_profile_shows(struct bench *b, const char *clause, const char *iccid, const char *tags, const char *members);
/* Of one of the list of a double: the same. */
int bench_profile_listed(const struct lpa_profiles *list, struct slice iccid);

/* The words for -1, 0 and 1 are at [0], [1] and [2]. */
extern const char *const bench_profile_words[3];

#endif
