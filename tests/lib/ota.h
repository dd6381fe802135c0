/* ota: an OTA server. It packs scripts into secured packets (ETSI TS 102 225, 3GPP TS 31.115) and short messages
 * (3GPP TS 23.040), puts them into the ENVELOPE that a terminal would send, and opens the proof of receipt. Own
 * cryptography on OpenSSL, nothing of src but its base. */
#ifndef SOFTEUICC_TESTS_OTA_H
#define SOFTEUICC_TESTS_OTA_H

#include "base/buf.h"

struct ota_key {
    bool aes; /* else triple DES with 16 or 24 bytes */
    uint8_t bytes[32];
    size_t n;
    size_t mac_length; /* of the checksum in the packet: 4 or 8 */
};

/* What an OTA server may do wrong on purpose. */
enum ota_fault {
    OTA_RIGHT,
    OTA_WRONG_CHECK,     /* one bit of the RC or CC */
    OTA_WRONG_TEXT,      /* one bit of the secured data, after the check was made */
    OTA_WRONG_CPL,       /* one more than there is */
    OTA_WRONG_CHL,       /* likewise */
    OTA_SHORT_CIPHER,    /* the last byte of what is ciphered is missing, CPL says so */
    OTA_PADDING_COUNTER, /* a padding counter of a whole block */
    OTA_CUT_HEADER,      /* the packet ends behind the TAR */
};

struct ota {
    uint8_t spi[2], kic, kid, tar[3];
    uint64_t counter;
    struct ota_key cipher, checksum;
    enum ota_fault fault;
};

/* From CPL on. False if OpenSSL failed. */
bool ota_packet(const struct ota *o, struct slice script, struct buf *packet);
/* A whole ENVELOPE (SMS-PP DOWNLOAD) with Le 00 for a packet that fits into one message. */
void ota_put_envelope(struct slice packet, struct buf *apdu);
/* The same for part `number` of `total`, with a reference of 8 or 16 bits. Part 1 says that it is a command packet. */
void ota_put_envelope_part(struct slice part, uint16_t reference, bool wide, uint8_t total, uint8_t number,
                           struct buf *apdu);
/* Any user data, with or without a header, in an SMS-DELIVER in an ENVELOPE. */
void ota_put_envelope_of(bool has_header, struct slice user_data, struct buf *apdu);

struct ota_answer {
    uint8_t tar[3];
    uint8_t counter[5];
    uint8_t status;
    struct buf data; /* without padding */
};
void ota_answer_free(struct ota_answer *a);
/* NULL, or what is wrong with the proof of receipt (user data header and response packet): its form, its check, its
 * padding. `secured`: it must be protected as the SPI asks; else it must not be protected at all. */
const char *ota_open(const struct ota *o, struct slice in, bool secured, struct ota_answer *out);

#endif
