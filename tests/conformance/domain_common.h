/* A card whose enabled profile has security domains, for the tests of GlobalPlatform commands: it is installed from a
 * package and talked to by an off-card entity (gp_host). */
#ifndef SOFTEUICC_TESTS_CONFORMANCE_DOMAIN_COMMON_H
#define SOFTEUICC_TESTS_CONFORMANCE_DOMAIN_COMMON_H

#include "common.h"
#include "gp_host.h"

#define MNO_SD "A000000151000000"
#define SSD_1 "A0000005591010000000000000000001" /* PERSONALIZED, of the MNO-SD */
#define SSD_2 "A0000005591010000000000000000002" /* SELECTABLE, of SSD_1 */
#define RFM_1 "A00000055910100001"
#define SELECT_MNO "00A4040008" MNO_SD "00"
#define MNO_FCI                                                                                                        \
    "6F228408" MNO_SD "A5167310060A2A864886FC6B0402020306020102"                                                       \
    "9F6501FF"

/* The MNO-SD has keys of KVN 01 (3DES, for secured packets), 20 (SCP02), 21 (not whole), 30, 31, 32 (SCP03 with 128,
 * 192, 256 bits); SSD_1 has KVN 30 too, other keys. Data: card data 66, 42, 45; SSD_1: 00CF. ICCID_1 is enabled and the
 * MNO-SD selected on channel 0. */
void domain_card(struct fixture *f, const char *personality);
/* Installs the same contents as another profile. */
void domain_profile(struct fixture *f, const char *iccid);
/* The host with the keys of this version of the MNO-SD. */
void domain_host(struct gp_host *h, uint8_t kvn);

/* The card's whole answer to a command. */
void domain_send(struct fixture *f, struct slice command, struct buf *answer);
/* A command that is refused with this status word, whatever the reason. */
void domain_refused(struct fixture *f, const char *request, const char *sw);
/* INITIALIZE UPDATE and EXTERNAL AUTHENTICATE, both 9000. */
void domain_open(struct fixture *f, struct gp_host *h, uint8_t level);
/* Only the first. */
void domain_initialize(struct fixture *f, struct gp_host *h);
/* A plain command sent in the session; the answer in clear and the reason are as the row says. */
void domain_row(struct fixture *f, struct gp_host *h, const struct row *row);
void domain_rows(struct fixture *f, struct gp_host *h, const struct row *rows, size_t n);

#endif
