/* The algorithms of secured packets (ETSI TS 102 225 5.1.2, 5.1.3): ciphers and cryptographic checksums under a key of
 * a security domain, and the redundancy checks that need no key. Called by src/domain. */
#ifndef SOFTEUICC_CRYPTO_SCP80_H
#define SOFTEUICC_CRYPTO_SCP80_H

#include "crypto/crypto.h"

#define SCP80_KEY_MAX 32
#define SCP80_BLOCK_MAX 16

enum scp80_algorithm {
    SCP80_TRIPLE_DES, /* outer CBC, 16 or 24 bytes of key; checksum: the last block */
    SCP80_AES,        /* CBC, 16, 24 or 32 bytes of key; checksum: CMAC */
};

/* Bytes of a cipher block: 8 or 16. */
size_t scp80_block_size(enum scp80_algorithm algorithm);
/* True if a key of n bytes fits. */
bool scp80_key_fits(enum scp80_algorithm algorithm, size_t n);

/* CBC without padding and with a zero initial vector; `in` is whole blocks (else ERR_DATA), `out` as long as `in` and
 * may be the same bytes. ERR_DATA also for a key that does not fit. */
MUST_USE enum err scp80_encrypt(enum scp80_algorithm algorithm, struct slice key, struct slice in, uint8_t *out);
MUST_USE enum err scp80_decrypt(enum scp80_algorithm algorithm, struct slice key, struct slice in, uint8_t *out);
/* Over the concatenated parts: 8 bytes of triple DES, their end padded with zeros to a block, or 16 bytes of AES-CMAC,
 * of which a packet carries the first 4 or 8. *n: how many. */
MUST_USE enum err scp80_checksum(enum scp80_algorithm algorithm, struct slice key, const struct slice *parts,
                                 size_t parts_n, uint8_t out[SCP80_BLOCK_MAX], size_t *n);

/* Redundancy checks of ISO/IEC 13239 over the concatenated parts (TS 102 225 5.1.3.2). */
uint16_t scp80_crc16(const struct slice *parts, size_t n);
uint32_t scp80_crc32(const struct slice *parts, size_t n);

#endif
