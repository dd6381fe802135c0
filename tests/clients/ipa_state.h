/* What the eIMs of ipa_demo remember from one visit to the next: two files an eIM in a folder, NAME.eim (text) and
 * NAME.package (the last package, DER). Used by ipa_demo.c. */
#ifndef SOFTEUICC_TESTS_IPA_STATE_H
#define SOFTEUICC_TESTS_IPA_STATE_H

#include "eim.h"

/* Makes the eIM called `name` (its eimId; its key follows from it) and reads what it remembers, if anything. False with
 * eim->error. eim_free() either way. */
bool ipa_state_open(struct eim *eim, const char *folder, const char *name, enum sgp32_version version);
/* Forgets an older association: token, counter, number of the last result. */
void ipa_state_begin(struct eim *eim);
bool ipa_state_save(struct eim *eim, const char *folder);
bool ipa_state_save_package(struct eim *eim, const char *folder, struct slice request);
/* Appends the last package. */
bool ipa_state_package(struct eim *eim, const char *folder, struct buf *out);

#endif
