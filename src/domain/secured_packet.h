/* Secured packets over SMS-PP (SCP80): ETSI TS 102 225 5, 3GPP TS 31.115 4. A command packet is opened and checked
 * against the applications and keys of the enabled profile; what came of it goes out in a response packet, the proof of
 * receipt. Called by src/card for ENVELOPE. */
#ifndef SOFTEUICC_DOMAIN_SECURED_PACKET_H
#define SOFTEUICC_DOMAIN_SECURED_PACKET_H

#include "crypto/scp80.h"
#include "model/domain.h"

/* Response status codes (TS 102 225 table 5). */
enum packet_status {
    PACKET_OK = 0x00,
    PACKET_CHECKSUM_FAILED = 0x01,
    PACKET_COUNTER_LOW = 0x02,
    PACKET_COUNTER_HIGH = 0x03,
    PACKET_COUNTER_BLOCKED = 0x04,
    PACKET_CIPHERING_ERROR = 0x05,
    PACKET_SECURITY_ERROR = 0x06, /* the header cannot be interpreted, or asks for what is not there */
    PACKET_TAR_UNKNOWN = 0x09,
    PACKET_SECURITY_LOW = 0x0a,
};

/* First octet of the SPI (TS 102 225 5.1.1). */
#define SPI_CHECK 0x03 /* 0 nothing, 1 redundancy check, 2 cryptographic checksum, 3 digital signature */
#define SPI_CIPHERED 0x04
#define SPI_COUNTER 0x18 /* 00 none, 08 not checked, 10 higher, 18 one higher */
/* Second octet. */
#define SPI_ANSWER 0x03 /* 0 no proof of receipt, 1 always, 2 after an error */
#define SPI_ANSWER_CHECK 0x0c
#define SPI_ANSWER_CIPHERED 0x10
#define SPI_ANSWER_SUBMIT 0x20

enum packet_check { CHECK_NONE, CHECK_REDUNDANCY, CHECK_CRYPTOGRAPHIC, CHECK_SIGNATURE };

struct packet_key {
    enum scp80_algorithm algorithm;
    uint8_t bytes[SCP80_KEY_MAX];
    size_t n;           /* 0: there is none */
    uint8_t mac_length; /* bytes of a checksum that go into the packet */
};

struct secured_packet {
    bool has_header;  /* the header was read as far as the TAR, so that an answer is possible */
    bool has_target;  /* the TAR is known */
    bool keys_loaded; /* what the SPI asks for in either direction is there */
    uint8_t spi[2], kic, kid, tar[3], counter[KEY_COUNTER_SIZE];
    struct target target; /* slices in the store: valid until the application or its domain changes */
    uint8_t key_version;
    struct packet_key cipher, checksum;
    struct buf text; /* secured data, deciphered, without padding */
    enum packet_status status;
};
void secured_packet_free(struct secured_packet *p);
#define SECURED_PACKET_LOCAL __attribute__((cleanup(secured_packet_free))) struct secured_packet

/* `in`: the packet from CPL on. OK with p->status set; if it is not PACKET_OK the reason says why. With PACKET_OK the
 * counter was taken over (not committed). Any err: the packet could not be processed. */
MUST_USE enum err secured_packet_open(struct model *m, const struct isdp *isdp, struct slice in,
                                      struct secured_packet *p);
/* True if the sender wants a response packet for p->status and one can be made. */
bool secured_packet_wants_answer(const struct model *m, const struct secured_packet *p);
/* How many bytes of data fit into a response packet of at most `size` bytes. */
size_t secured_packet_room(const struct secured_packet *p, size_t size);
/* Appends the response packet with its user data header (TS 31.115 4.4). */
MUST_USE enum err secured_packet_answer(const struct secured_packet *p, struct slice data, struct buf *out);

#endif
