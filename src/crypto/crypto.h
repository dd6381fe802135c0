/* The card's cryptography, over OpenSSL. No OpenSSL type leaves this room. Curves: SGP.22 2.6.7.1.
 * All randomness (keys, ECDSA nonces, and the blinding of brainpool multiplications with a private key) comes from the
 * source that crypto_bind_random() set for this thread. The same source and the same calls give the same bytes. */
#ifndef SOFTEUICC_CRYPTO_CRYPTO_H
#define SOFTEUICC_CRYPTO_CRYPTO_H

#include "base/buf.h"

enum curve { CURVE_UNKNOWN, CURVE_P256, CURVE_BRAINPOOLP256R1 };

#define EC_POINT_SIZE 65 /* 04 || X || Y */
#define EC_SCALAR_SIZE 32
#define ECDSA_RAW_SIZE 64 /* r || s, BSI TR-03111 plain format */

const char *curve_name(enum curve curve); /* "P-256", "brainpoolP256r1", "unknown" */

/* ---- randomness ---- */
typedef int (*crypto_random_fn)(void *ctx, uint8_t *out, size_t n); /* 0: ok */
/* Sets the random source of this thread for all following calls; NULL: none, whatever needs randomness then fails with
 * ERR_RANDOM. src/card binds the card's source around every entry. */
void crypto_bind_random(crypto_random_fn random, void *ctx);
MUST_USE enum err crypto_random(uint8_t *out, size_t n);
/* Loads what OpenSSL sets up lazily (first digest 0.9 ms, first key 0.5 ms), once a process. Thread safe. */
MUST_USE enum err crypto_warm_up(void);

/* ---- digests ---- */
MUST_USE enum err crypto_sha1(struct slice in, uint8_t out[20]);
MUST_USE enum err crypto_sha256(const struct slice *parts, size_t n, uint8_t out[32]);
/* Constant time. */
bool crypto_equal(const uint8_t *a, const uint8_t *b, size_t n);

/* ---- elliptic curves ---- */
/* *valid: `point` is 65 bytes 04||X||Y with coordinates below p, on the curve (so not infinity). Any result but OK
 * means that the library failed. */
MUST_USE enum err ec_point_check(enum curve curve, struct slice point, bool *valid);
/* A key pair; sk uniform in [1, n-1]. */
MUST_USE enum err ec_generate(enum curve curve, uint8_t sk[EC_SCALAR_SIZE], uint8_t pk[EC_POINT_SIZE]);
/* The public point of a private key; ERR_DATA if sk is 0 or not below n. */
MUST_USE enum err ec_public(enum curve curve, const uint8_t sk[EC_SCALAR_SIZE], uint8_t pk[EC_POINT_SIZE]);
/* ECDSA with SHA-256 over the concatenated parts. */
MUST_USE enum err ecdsa_sign(enum curve curve, const uint8_t sk[EC_SCALAR_SIZE], const struct slice *parts, size_t n,
                             uint8_t out[ECDSA_RAW_SIZE]);
/* OK with *valid set; a signature that is not 64 bytes, r or s 0 or >= n, or a point off the curve: not valid. Any
 * other result means that the library failed. */
MUST_USE enum err ecdsa_verify(enum curve curve, struct slice point, const struct slice *parts, size_t n,
                               struct slice signature, bool *valid);
/* ECKA (TR-03111): X coordinate of sk * point, 32 bytes, leading zeros kept. ERR_DATA: point not on the curve. */
MUST_USE enum err ecka(enum curve curve, const uint8_t sk[EC_SCALAR_SIZE], struct slice point, uint8_t z[32]);
/* ANSI X9.63 key derivation with SHA-256. */
MUST_USE enum err x963_kdf(struct slice z, struct slice shared_info, uint8_t *out, size_t n);

/* ---- AES ---- */
MUST_USE enum err aes128_ecb_encrypt(const uint8_t key[16], const uint8_t in[16], uint8_t out[16]);
MUST_USE enum err aes128_cbc_decrypt(const uint8_t key[16], const uint8_t iv[16], struct slice in, uint8_t *out);
MUST_USE enum err aes128_cmac(const uint8_t key[16], const struct slice *parts, size_t n, uint8_t out[16]);

/* ---- BSP / SCP03t (SGP.22 2.5.3 v2, 2.6.4 v3; bound profile packages) ---- */
struct bsp; /* keys, MAC chaining value, counter; wiped when freed */

/* Keys from key agreement: K = X9.63(z, key_type || key_length || len hostId || hostId || len EID || EID), order
 * initial MAC chaining value, S-ENC, S-MAC; counter 1. */
MUST_USE enum err bsp_new(struct bsp **out, const uint8_t z[32], uint8_t key_type, uint8_t key_length,
                          struct slice host_id, struct slice eid);
/* As after ReplaceSessionKeys: counter restarts at 1. After a failure only bsp_free() may follow. */
MUST_USE enum err bsp_replace_keys(struct bsp *bsp, const uint8_t mcv[16], const uint8_t enc[16],
                                   const uint8_t mac[16]);
void bsp_free(struct bsp *bsp);
enum bsp_result {
    BSP_OK,
    BSP_STRUCTURE, /* value too short, or cipher text not whole blocks */
    BSP_SECURITY,  /* MAC wrong, or (86/87) padding wrong */
    BSP_FAILED,    /* no memory or the library failed */
};
/* One whole protected TLV as received. value is its value field (cipher text or plain text, then 8 bytes of MAC),
 * header its tag and length bytes as received. encrypted: tags 86 and 87. Appends the plain text to *plain. The MAC is
 * checked first, in constant time. State steps on only with BSP_OK. */
enum bsp_result bsp_open(struct bsp *bsp, struct slice header, struct slice value, bool encrypted, struct buf *plain);
/* A copy of the state (for euicc_clone). */
MUST_USE enum err bsp_copy(const struct bsp *bsp, struct bsp **out);

/* ---- certificates: read with our own cursor ---- */
enum certificate_role {
    ROLE_NONE,
    ROLE_CI,      /* 2.23.146.1.2.1.0 */
    ROLE_EUICC,   /* .1 */
    ROLE_EUM,     /* .2 */
    ROLE_DP_TLS,  /* .3 */
    ROLE_DP_AUTH, /* .4 (v3 .0.0.1.1) */
    ROLE_DP_PB,   /* .5 (v3 .0.0.1.2) */
    ROLE_DS_TLS,  /* .6 */
    ROLE_DS_AUTH, /* .7 (v3 .0.0.2.1) */
    ROLE_SUB_CA,  /* v3 CI SubCA, DP SubCA, DS SubCA, EUM SubCA */
    ROLE_OTHER,
};
const char *certificate_role_name(enum certificate_role role);

#define KEY_USAGE_DIGITAL_SIGNATURE 0x0001u /* named bit 0 */
#define KEY_USAGE_KEY_CERT_SIGN 0x0020u     /* named bit 5 */
#define KEY_USAGE_CRL_SIGN 0x0040u          /* named bit 6 */

/* All slices point into the DER that was parsed. Empty where absent. */
struct certificate {
    struct slice whole;
    struct slice tbs;             /* whole TBSCertificate TLV: what is signed */
    struct slice signature;       /* DER ECDSA-Sig-Value inside the BIT STRING */
    struct slice serial;          /* content of the INTEGER */
    struct slice issuer, subject; /* whole Name TLVs */
    bool algorithm_ok;            /* ecdsa-with-SHA256 inside and outside */
    enum curve curve;             /* CURVE_UNKNOWN: a curve we do not have */
    struct slice curve_oid;
    struct slice point; /* content of the SubjectPublicKey */
    struct slice subject_key_id, authority_key_id;
    uint32_t key_usage; /* named bits */
    bool has_key_usage;
    enum certificate_role role; /* from the first certificate policy that is an SGP.22 role */
    struct slice policy;        /* OID content of that policy, or of the first one if none is a role */
    bool has_policy;
    struct slice registered_id; /* SAN registeredID: OID content without tag and length */
    bool is_ca;
    bool has_basic_constraints;
    bool has_path_length;
    uint32_t path_length;  /* pathLenConstraint */
    bool unknown_critical; /* a critical extension that we do not know */
    struct slice unknown_critical_oid;
};

/* Parses; false with *expected set to what was expected and *offset to where, if the encoding is not an X.509 v3
 * certificate in strict DER with the extensions well formed. Checks no signature, no role. */
bool certificate_parse(struct slice der, struct certificate *out, const char **expected, size_t *offset);
/* Verifies the certificate's signature with the issuer's key. As ecdsa_verify. */
MUST_USE enum err certificate_verify(const struct certificate *c, enum curve issuer_curve, struct slice issuer_point,
                                     bool *valid);

/* Makes an eUICC certificate (SGP.22 4.5.2.1.0.2): subject C and O of the EUM, serialNumber = EID digits,
 * CN "softeuicc"; policy .1 (.0.0.0.0.0 under an EUM of SGP.22 3.x), digitalSignature, AKI, SKI; valid 2020-04-01 to
 * 7496-01-24; a random positive serial.
 * eum is the EUM's DER certificate. ERR_DATA with *why set if the EUM certificate's name constraints forbid this EID or
 * its key does not fit. Appends DER to *out. */
MUST_USE enum err certificate_mint_euicc(struct slice eum, const uint8_t eum_key[EC_SCALAR_SIZE],
                                         const char *eid_digits, enum curve curve, const uint8_t pk[EC_POINT_SIZE],
                                         struct buf *out, const char **why);
/* The digits that every EID under this EUM starts with (its nameConstraints' serialNumber, the EIN), "" if none. out
 * needs 33 bytes. False if it is no EUM certificate. */
bool certificate_eum_eid_prefix(struct slice eum, char out[33]);

#endif
