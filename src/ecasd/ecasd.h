/* ecasd: the eUICC controlling authority security domain (SGP.22 2.4.2). Its keys and certificates are used through
 * src/model; a terminal may select it and read the EID. Called by src/card. */
#ifndef SOFTEUICC_ECASD_ECASD_H
#define SOFTEUICC_ECASD_ECASD_H

#include "model/model.h"

extern const uint8_t ecasd_aid[AID_SIZE];

/* FCI: 6F {84 AID, A5 {9F65}}. */
void ecasd_fci(struct buf *out);
/* GET DATA: 005A and 5A00 give the 16 bytes of the EID without a tag; others ERR_REFERENCE. */
MUST_USE enum err ecasd_get_data(struct model *m, uint8_t p1, uint8_t p2, struct buf *out);

#endif
