/* auc: an authentication centre, the network's side of AUTHENTICATE and of GET IDENTITY: authentication vectors, the
 * check of AUTS, and the home network that opens a SUCI (3GPP TS 33.102 6.3, TS 35.206, TS 35.231, TS 34.108 8.1.2,
 * TS 33.501 annex C). On OpenSSL and code of its own; with the card it shares src/base only. */
#ifndef SOFTEUICC_TESTS_AUC_H
#define SOFTEUICC_TESTS_AUC_H

#include "base/buf.h"

enum auc_algorithm { AUC_MILENAGE, AUC_TUAK, AUC_TEST };

/* What the home network knows of a subscriber. Sizes in bytes. */
struct auc_subscriber {
    enum auc_algorithm algorithm;
    uint8_t k[32];
    size_t k_size;       /* 16; TUAK also 32 */
    uint8_t opc[32];     /* Milenage OPc (16), TUAK TOPc (32) */
    unsigned r[5];       /* Milenage */
    uint8_t c[5][16];    /* Milenage */
    unsigned iterations; /* TUAK */
    size_t mac_size;     /* TUAK 8 16 32; else 8 */
    size_t res_size;     /* TUAK 4 8 16 32; test algorithm 4 8 16; Milenage 8 */
    size_t ck_size, ik_size;
    bool no_ak;     /* the sequence number goes in plain */
    bool whole_mac; /* AUTN and AUTS carry all of a longer MAC; else its first 64 bits */
};
/* Milenage with the usual constants; usual lengths. k and opc of 16 bytes. */
void auc_milenage(struct auc_subscriber *s, const uint8_t k[16], const uint8_t opc[16]);
void auc_tuak(struct auc_subscriber *s, struct slice k, const uint8_t topc[32], unsigned iterations);
void auc_test(struct auc_subscriber *s, const uint8_t k[16], size_t res_size);
/* OPc from OP, TOPc from TOP. */
bool auc_milenage_opc(const uint8_t k[16], const uint8_t op[16], uint8_t opc[16]);
bool auc_tuak_topc(struct slice k, const uint8_t top[32], unsigned iterations, uint8_t topc[32]);

/* One authentication as the network expects it. */
struct auc_vector {
    uint8_t rand[16];
    uint8_t autn[8 + 32];
    size_t autn_size;
    uint8_t res[32], ck[32], ik[32];
    size_t res_size, ck_size, ik_size;
    uint8_t ak[6];
    uint8_t mac[32]; /* f1, mac_size bytes */
    uint8_t sres[4], kc[8];
};
bool auc_vector(const struct auc_subscriber *s, const uint8_t rand[16], const uint8_t sqn[6], const uint8_t amf[2],
                struct auc_vector *out);
/* f1*, f5*. */
bool auc_resynchronisation(const struct auc_subscriber *s, const uint8_t rand[16], const uint8_t sqn_ms[6],
                           uint8_t mac_s[32], uint8_t ak_star[6]);
/* True if the MAC of AUTS is right; the card's sequence number. */
bool auc_open_auts(const struct auc_subscriber *s, const uint8_t rand[16], struct slice auts, uint8_t sqn_ms[6]);

/* The command data of AUTHENTICATE in a 3G context, and the whole answer that is right, without status word. */
void auc_put_command(const struct auc_vector *v, struct buf *out);
void auc_put_answer(const struct auc_vector *v, bool with_kc, struct buf *out);

/* For measurements: f1, f2, f3, f4, f5 of Milenage with a key schedule of its own; six AES blocks. */
bool auc_milenage_bare(const uint8_t k[16], const uint8_t opc[16], const uint8_t rand[16], const uint8_t sqn[6],
                       const uint8_t amf[2], uint8_t out[56]);

/* The home network's key pair of profile A (X25519) or B (P-256, the public key compressed). */
struct auc_network_key {
    bool profile_b;
    uint8_t private_key[32];
    uint8_t public_key[33];
    size_t public_size;
};
bool auc_network_key(struct auc_network_key *key, bool profile_b, const uint8_t private_key[32]);
/* Scheme output of profile A or B to the plain text; false if its tag is wrong. */
bool auc_open_suci(const struct auc_network_key *key, struct slice scheme_output, struct buf *plain);
/* SHAKE256 by the permutation of this file, so that a test can compare it with OpenSSL's. */
void auc_shake256(struct slice in, uint8_t *out, size_t n);

#endif
