/* gp_host: the off-card entity of GlobalPlatform: SCP02 and SCP03 from the host's side, written from the specification
 * on OpenSSL's block ciphers, strict about all that the card answers. GP Card 2.3 E, Amendment D. */
#ifndef SOFTEUICC_TESTS_GP_HOST_H
#define SOFTEUICC_TESTS_GP_HOST_H

#include "base/buf.h"

struct gp_host {
    /* set by the caller */
    uint8_t protocol; /* 2 or 3 */
    uint8_t kvn;
    size_t size; /* of each key: 16; SCP03 also 24, 32 */
    uint8_t enc[32], mac[32], dek[32];
    uint8_t challenge[8];
    unsigned channel; /* logical channel 0 to 19: the class of every command */
    bool bare_keys;   /* PUT KEY: an AES key that fills its blocks without its length before it (GP table 11-71) */
    /* of the session */
    uint8_t level;
    uint8_t option; /* SCP03: i, as the card said */
    uint32_t sequence;
    uint8_t s_enc[32], s_mac[32], s_rmac[32], s_dek[32];
    uint8_t chain[16];
    bool chained;
    uint32_t counter;
    uint8_t host_cryptogram[8];
    char error[160]; /* why a function gave false */
};

/* INITIALIZE UPDATE. */
void gp_host_initialize(struct gp_host *h, struct buf *command);
/* Its answer without the status word: checks form, key version, protocol and card cryptogram, derives the keys. */
bool gp_host_initialized(struct gp_host *h, struct slice answer);
/* EXTERNAL AUTHENTICATE. */
void gp_host_authenticate(struct gp_host *h, uint8_t level, struct buf *command);
/* A plain short command (header, Lc and data, Le) as this session sends it. */
void gp_host_wrap(struct gp_host *h, struct slice plain, struct buf *command);
/* A response with its status word, to a wrapped command: checks and removes protection; the data without status word.
 */
bool gp_host_unwrap(struct gp_host *h, struct slice response, struct buf *data);

/* The field of one key for PUT KEY: type, encrypted key, check value. type 80 or 88. */
void gp_host_key_field(const struct gp_host *h, uint8_t type, struct slice key, struct buf *out);

#endif
