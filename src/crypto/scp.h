/* Secure channel protocols of GlobalPlatform: SCP02 (Card 2.3 annex E) and SCP03 in S8 mode (Amendment D). Pure
 * computation on a session value; who may do what is decided in src/domain. */
#ifndef SOFTEUICC_CRYPTO_SCP_H
#define SOFTEUICC_CRYPTO_SCP_H

#include "base/buf.h"

#define SCP_KEY_MAX 32
#define SCP_CHALLENGE 8
#define SCP_MAC 8

/* The three static keys, all of one size: SCP02 16 bytes (3DES), SCP03 16, 24 or 32 (AES). */
struct scp_keys {
    size_t size;
    uint8_t enc[SCP_KEY_MAX], mac[SCP_KEY_MAX], dek[SCP_KEY_MAX];
};

/* Session keys and what a session counts. Copied by value; wipe with explicit_bzero. */
struct scp_session {
    uint8_t protocol; /* 2 or 3; 0: none */
    size_t size;
    uint8_t enc[SCP_KEY_MAX], mac[SCP_KEY_MAX], response_mac[SCP_KEY_MAX], dek[SCP_KEY_MAX];
    uint8_t chain[16]; /* C-MAC of the last command; SCP03: whole */
    bool chained;      /* there was one */
    uint32_t counter;  /* SCP03: commands since EXTERNAL AUTHENTICATE */
};

/* Derives the session keys (SCP02 E.4.1; SCP03 6.2.1). The card challenge of SCP03 is part of its keys. */
MUST_USE enum err scp02_open(const struct scp_keys *keys, uint16_t sequence, struct scp_session *out);
MUST_USE enum err scp03_open(const struct scp_keys *keys, const uint8_t host[SCP_CHALLENGE],
                             const uint8_t card[SCP_CHALLENGE], struct scp_session *out);
/* Pseudo-random card challenges (SCP02 E.4.2.3, SCP03 6.2.2.1) of a security domain with this AID. */
MUST_USE enum err scp02_card_challenge(const struct scp_session *s, struct slice aid, uint8_t out[6]);
MUST_USE enum err scp03_card_challenge(const struct scp_keys *keys, uint32_t sequence, struct slice aid,
                                       uint8_t out[SCP_CHALLENGE]);
/* Both cryptograms. card: the 8 bytes that the card gave; SCP02: its sequence counter and challenge. */
MUST_USE enum err scp_cryptograms(const struct scp_session *s, const uint8_t host[SCP_CHALLENGE],
                                  const uint8_t card[SCP_CHALLENGE], uint8_t card_cryptogram[SCP_MAC],
                                  uint8_t host_cryptogram[SCP_MAC]);

/* C-MAC over header, Lc and data of the next command; the session steps on. SCP02: over the plain data, SCP03: over
 * the data as sent. */
MUST_USE enum err scp_command_mac(struct scp_session *s, const struct slice *parts, size_t n, uint8_t mac[SCP_MAC]);
/* Counts a command; call it for each before its data is decrypted (SCP03 6.2.6). */
void scp_next_command(struct scp_session *s);
/* Command data without its padding. *valid false: not whole blocks, or no padding. */
MUST_USE enum err scp_decrypt_command(const struct scp_session *s, struct slice in, struct buf *plain, bool *valid);
/* SCP03 only. R-MAC over response data and status word. */
MUST_USE enum err scp_encrypt_response(const struct scp_session *s, struct slice in, struct buf *out);
MUST_USE enum err scp_response_mac(const struct scp_session *s, const struct slice *parts, size_t n,
                                   uint8_t mac[SCP_MAC]);

/* A key encrypted with a data encryption key, for PUT KEY: 3DES in ECB or AES in CBC with zero IV. in: whole blocks;
 * out: as many bytes. */
MUST_USE enum err scp_decrypt_key(bool aes, struct slice dek, struct slice in, uint8_t *out);
/* GP B.6: the first 3 bytes of zeros under a DES key, of 01s under an AES key. */
MUST_USE enum err scp_key_check_value(bool aes, struct slice key, uint8_t out[3]);

#endif
