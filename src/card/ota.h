/* ota: over-the-air management of the enabled profile. A secured packet that came in an ENVELOPE is a script for remote
 * file management or for a security domain (ETSI TS 102 226); it runs on a context of its own and its answer goes out
 * in the proof of receipt. What the files of it share. */
#ifndef SOFTEUICC_CARD_OTA_H
#define SOFTEUICC_CARD_OTA_H

#include "card/card.h"

#include "domain/domain.h"
#include "domain/secured_packet.h"

/* STORE DATA to the profile's ISD-P, in parts. */
struct script_isdp {
    bool selected; /* INSTALL [for personalization] named it */
    struct buf bytes;
    unsigned next_block;
};

/* One script at work. Nothing in it points into the store, which the script changes. */
struct script {
    euicc *card;
    struct isdp isdp;
    bool is_files;
    bool is_mno; /* the script is for the security domain of the operator */
    struct domain_session session;
    struct uicc_context context;
    uint16_t adf; /* identifier of the ADF that the script starts in, 0: the MF */
    struct uicc_domain access, admin_access, adf_access, adf_admin_access;
    struct script_isdp isdp_data;
    struct buf waiting; /* what GET RESPONSE fetches, from waiting_at on */
    size_t waiting_at;
    enum err waiting_warning; /* OK, or the warning that follows its last byte */
    /* of the last command */
    unsigned executed;
    uint16_t sw;
    struct buf data;
};

/* The content of D1 (TS 31.111 7.1.1.2). */
MUST_USE enum err ota_envelope(euicc *card, struct slice envelope, struct answer *answer);

/* Runs the text of an opened packet; appends at most `room` bytes of answer. An err is a fault: nothing may stay. */
MUST_USE enum err ota_script(euicc *card, const struct isdp *isdp, const struct secured_packet *packet, size_t room,
                             struct buf *out);

/* One command: sets sw and data; what failed is rolled back. An err is a fault. */
MUST_USE enum err script_command(struct script *s, const struct apdu *a);
/* A command to a security domain or to the ISD-P: OK, a warning or an err for its status word. */
MUST_USE enum err script_domain_command(struct script *s, const struct apdu *a, struct buf *data);

#endif
