/* Care for foreign cards: whatever a case or a double does, nothing that deletes, resets, blocks or uses up a thing of
 * a foreign card is sent unless the user allowed it. The last gate, behind the flag `destructive` of a case. */
#ifndef SOFTEUICC_CARD_BENCH_CARE_H
#define SOFTEUICC_CARD_BENCH_CARE_H

#include "base/slice.h"

struct bench;

/* False: the command must not be sent, `why` names it. Looks at whole requests that came in STORE DATA blocks. */
bool care_allows(struct bench *b, struct slice command, char *why, size_t size);

#endif
