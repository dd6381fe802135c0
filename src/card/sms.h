/* sms: the short messages that bring secured packets: ENVELOPE (SMS-PP DOWNLOAD) of TS 31.111 7.1.1, SMS-DELIVER and
 * user data headers of TS 23.040 9.2, and concatenation. Called by card/ota.c. */
#ifndef SOFTEUICC_CARD_SMS_H
#define SOFTEUICC_CARD_SMS_H

#include "base/buf.h"
#include "base/reason.h"

#define SMS_PARTS_MAX 255
#define SMS_ADDRESS_MAX 12 /* length, type, 20 semi-octets */

/* One short message. Slices point into the ENVELOPE. */
struct sms {
    struct slice originator; /* TP-OA: length, type, digits */
    bool has_concatenation;
    bool wide; /* the reference has 16 bits */
    uint16_t reference;
    uint8_t total, number;
    bool is_command_packet; /* a header element 70 */
    struct slice text;      /* user data behind its header */
};

/* Parts of the one packet that is being put together: volatile, a new reference drops the old one. */
struct sms_assembly {
    bool open;
    uint8_t originator[SMS_ADDRESS_MAX];
    uint8_t originator_n;
    bool wide, is_command_packet;
    uint16_t reference;
    uint8_t total;
    uint8_t came[SMS_PARTS_MAX / 8 + 1]; /* bit n: part n came */
    struct buf parts;                    /* number, length and text of each, in the order in which they came */
};

/* The content of D1. ERR_DATA and why if it is no SMS-PP DOWNLOAD. */
MUST_USE enum err sms_read(struct slice envelope, struct sms *out, struct reason *reason);
/* Takes a message. *whole: all parts are there; *packet is then the text of all of them and *is_command_packet whether
 * the first one said so. ERR_DATA and why for a part that cannot be one, or for too many. */
MUST_USE enum err sms_assemble(struct sms_assembly *a, const struct sms *sms, size_t parts_max, bool *whole,
                               bool *is_command_packet, struct buf *packet, struct reason *reason);
void sms_forget(struct sms_assembly *a);
MUST_USE enum err sms_copy(const struct sms_assembly *from, struct sms_assembly *to);

#endif
