/* Authentication and key agreement of a network access application: Milenage (3GPP TS 35.206), TUAK (TS 35.231), the
 * test algorithm (TS 34.108 8.1.2), and the concealment of the permanent identifier (TS 33.501 annex C). Called by
 * src/uicc for AUTHENTICATE and GET IDENTITY. */
#ifndef SOFTEUICC_CRYPTO_AKA_H
#define SOFTEUICC_CRYPTO_AKA_H

#include "base/buf.h"

/* Numbers of algorithmID in SAIP 8.4. */
enum aka_algorithm { AKA_MILENAGE = 1, AKA_TUAK = 2, AKA_TEST = 3 };

#define AKA_KEY_MAX 32
#define AKA_MAC_MAX 32
#define AKA_RES_MAX 32
#define AKA_RAND_SIZE 16
#define AKA_SQN_SIZE 6
#define AKA_AMF_SIZE 2

/* What does not change from one authentication to the next. Wipe it after use. */
struct aka_key {
    enum aka_algorithm algorithm;
    size_t key_size; /* bytes of key: 16; TUAK also 32 */
    uint8_t key[AKA_KEY_MAX];
    uint8_t opc[AKA_KEY_MAX];                   /* OPc of 16 bytes; TUAK: TOPc of 32 */
    uint8_t rotation[5];                        /* Milenage r1 to r5, bits, 0 to 127 */
    uint8_t xoring[5][16];                      /* Milenage c1 to c5 */
    uint8_t iterations;                         /* TUAK: of Keccak, 1 to 255 */
    size_t mac_size, res_size;                  /* TUAK: 8 16 32 and 4 8 16 32; test algorithm: res_size 4 8 16 */
    size_t cipher_key_size, integrity_key_size; /* TUAK: 16 or 32 */
};
/* The constants of Milenage that TS 35.206 4.1 proposes, its lengths, one iteration. */
void aka_defaults(struct aka_key *key);
/* True if the algorithm is known and has these lengths. */
bool aka_lengths_exist(const struct aka_key *key);

struct aka_keys {
    size_t res_size, cipher_key_size, integrity_key_size;
    uint8_t res[AKA_RES_MAX];
    uint8_t ck[AKA_KEY_MAX];
    uint8_t ik[AKA_KEY_MAX];
    uint8_t ak[AKA_SQN_SIZE];
};
/* f2, f3, f4, f5. */
MUST_USE enum err aka_derive(const struct aka_key *key, const uint8_t random[AKA_RAND_SIZE], struct aka_keys *out);
/* f1, or with `resynchronisation` f1*; *n bytes. */
MUST_USE enum err aka_mac(const struct aka_key *key, const uint8_t random[AKA_RAND_SIZE],
                          const uint8_t sqn[AKA_SQN_SIZE], const uint8_t amf[AKA_AMF_SIZE], bool resynchronisation,
                          uint8_t out[AKA_MAC_MAX], size_t *n);
/* f5*: the anonymity key of AUTS. */
MUST_USE enum err aka_resynchronisation_key(const struct aka_key *key, const uint8_t random[AKA_RAND_SIZE],
                                            uint8_t ak[AKA_SQN_SIZE]);
/* c2 and c3: SRES and Kc of a GSM context (TS 33.102 6.8.1.2). */
void aka_gsm(const struct aka_keys *keys, uint8_t sres[4], uint8_t kc[8]);

/* ---- the algorithms, each in its file ---- */
enum aka_function { AKA_F1, AKA_F1_STAR, AKA_F2345, AKA_F5_STAR };

/* sqn and amf are read by f1 and f1* only; mac is written by those, keys by the others (f5*: only ak). */
typedef enum err aka_run(const struct aka_key *key, enum aka_function function, const uint8_t random[AKA_RAND_SIZE],
                         const uint8_t *sqn, const uint8_t *amf, uint8_t *mac, struct aka_keys *keys);
aka_run milenage_run;
aka_run tuak_run;
aka_run usim_test_run;

/* ---- SUCI (TS 33.501 C.3) ---- */
enum suci_scheme { SUCI_NULL = 0, SUCI_PROFILE_A = 1, SUCI_PROFILE_B = 2 };

/* Appends the scheme output of profile A or B: ephemeral public key (32 or 33), cipher text (as long as plain), tag
 * (8). The ephemeral key comes from crypto_random(). ERR_DATA: the home network's key is none: A 32 bytes, B 33 or 65
 * bytes of a point of P-256. */
MUST_USE enum err suci_conceal(enum suci_scheme scheme, struct slice network_key, struct slice plain, struct buf *out);

#endif
