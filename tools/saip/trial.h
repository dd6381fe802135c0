/* What a card makes of a package: a whole installation in memory, by the card's own code (src/saip). Called by main.c.
 */
#ifndef SOFTEUICC_TOOLS_SAIP_TRIAL_H
#define SOFTEUICC_TOOLS_SAIP_TRIAL_H

#include "base/buf.h"
#include "source.h"

/* Installs the package as a default card with nothing else in it would. `report` hears the card's warnings and, if it
 * refuses the package, why (place: byte in the package). False: refused. Else appends to *out what was installed:
 * files, memory, applications, PINs, as lines of text or as members of a JSON object, each with a comma in front. */
bool trial_install(struct slice der, bool json, struct buf *out,
                   void (*report)(void *context, const struct problem *problem), void *context);

#endif
