/* What a profile package as a whole must be (SAIP 8.1.3), and what is in it. Called by main.c. */
#ifndef SOFTEUICC_TOOLS_SAIP_PACKAGE_H
#define SOFTEUICC_TOOLS_SAIP_PACKAGE_H

#include "base/buf.h"
#include "source.h"

/* Framing, header first, order, identifications unique, PE-End last. Calls `report` for each problem (place: byte in
 * the package) and returns how many there were. */
size_t package_check(struct slice der, void (*report)(void *context, const struct problem *problem), void *context);

/* Appends a description: lines of text, or one JSON object; `more` are lines or members (with a comma in front) that
 * come before the list of elements. False: not DER or no header, *why says where. */
bool package_describe(struct slice der, bool json, struct slice more, struct buf *out, struct problem *why);

#endif
