/* uicc: the file system that a terminal sees. Without an enabled profile that is a bare MF with EF.DIR, EF.ARR and
 * EF.UMPC; with one, EF.ICCID holds its ICCID. One file context a logical channel. ETSI TS 102 221
 * 8, 11.1. Called by src/card. */
#ifndef SOFTEUICC_UICC_UICC_H
#define SOFTEUICC_UICC_UICC_H

#include "model/model.h"

/* What is selected on one channel; zeroed: the MF, no current EF. */
struct uicc_context {
    uint16_t current_ef; /* 0: none */
    uint8_t record;      /* record pointer, 0: none */
};

/* SELECT by file identifier, child, parent or path (11.1.1): P1 00, 01, 02, 03, 08, 09. Appends the FCP unless fcp is
 * false. */
MUST_USE enum err uicc_select(struct model *m, struct uicc_context *c, uint8_t p1, struct slice data, bool fcp,
                              struct buf *out);
/* STATUS of the MF (11.1.2): P2 00 FCP, 0C nothing. */
MUST_USE enum err uicc_status(struct model *m, uint8_t p2, struct buf *out);
/* le: how many bytes at most; 256 for Le 00. *rest, if not 0: Le is wrong, so many bytes are there (6Cxx). */
MUST_USE enum err uicc_read_binary(struct model *m, struct uicc_context *c, uint8_t p1, uint8_t p2, size_t le,
                                   struct buf *out, size_t *rest);
MUST_USE enum err uicc_read_record(struct model *m, struct uicc_context *c, uint8_t p1, uint8_t p2, size_t le,
                                   struct buf *out, size_t *rest);
/* UPDATE BINARY and UPDATE RECORD: no file of this file system may be changed by a terminal. */
MUST_USE enum err uicc_update(struct model *m, struct uicc_context *c, bool record, uint8_t p1, uint8_t p2);

#endif
