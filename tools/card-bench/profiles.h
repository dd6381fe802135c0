/* The profiles of profiles/ that the bench puts onto a card by downloads from the SM-DP+ double, as they are or with
 * other metadata. Called by states.c and by cases in C. */
#ifndef SOFTEUICC_CARD_BENCH_PROFILES_H
#define SOFTEUICC_CARD_BENCH_PROFILES_H

#include "bench.h"

#include "metadata.h"

/* What profiles/NAME.metadata says without the icon, and then the lines of `lines` ("ppr = ppr1\nclass = test", NULL:
 * none), which replace what was said under the same key; `notify` adds. False: a verdict. */
bool profile_metadata(struct bench *b, const char *name, const char *lines, struct metadata *m);
/* One download of profiles/NAME.der with this metadata from the SM-DP+ of the card's CI. False: a verdict, or *result
 * tells what failed. */
bool profile_download(struct bench *b, const char *name, const struct metadata *m, struct lpa_download_result *result);
/* The two together, and the notifications of it processed. False: a verdict (an error, since no case is about that). */
bool profile_install(struct bench *b, const char *name, const char *lines);
/* The ProfileIdentifier of a request: 5A with the digits as EF.ICCID has them. False: a verdict. */
bool profile_identifier(struct bench *b, const char *iccid, struct buf *out);
/* EnableProfile without REFRESH, the card reset, the notifications processed. `iccid`: digits. */
bool profile_enable(struct bench *b, const char *iccid);

#endif
