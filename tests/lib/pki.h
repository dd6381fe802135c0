/* pki: a factory of RSP certificates, good ones and ones with a chosen flaw, and the check of an eUICC's chain as an
 * SM-DP+ does it (SGP.22 4.5.2, SGP.26, SGP.14). Certificates are written TLV by TLV, so that every flaw is possible,
 * and read with OpenSSL's X509 code. Used by the SM-DP+ double and by tests. */
#ifndef SOFTEUICC_TESTS_PKI_H
#define SOFTEUICC_TESTS_PKI_H

#include "primitives.h"

/* Roles of the v2 certificates: the last arc of 2.23.146.1.2.1.N (SGP.22 annex H). */
enum pki_role {
    PKI_CI = 0,
    PKI_EUICC = 1,
    PKI_EUM = 2,
    PKI_DP_TLS = 3,
    PKI_DP_AUTH = 4,
    PKI_DP_PB = 5,
    PKI_DS_TLS = 6,
    PKI_DS_AUTH = 7,
};

/* What is wrong with a certificate; all false: nothing. The issuer's signature is right unless bad_signature. */
struct pki_flaws {
    bool bad_signature;         /* one bit of the signature value is flipped */
    bool changed_after_signing; /* one bit of the serial number is flipped */
    bool no_key_usage;
    bool wrong_key_usage; /* keyAgreement in place of digitalSignature or keyCertSign */
    bool no_policies;
    bool unknown_critical_extension;
    bool unknown_extension; /* not critical: no flaw, has to be accepted */
    bool no_subject_key_identifier;
    bool no_authority_key_identifier;
    bool no_subject_alt_name;
    bool no_extensions;
    bool version_1;
    bool expired;         /* valid in 2019 and 2020 only */
    bool wrong_algorithm; /* signature algorithm ecdsa-with-SHA384 named, SHA-256 used */
};

struct pki_issuer {
    struct test_key key;
    struct slice certificate; /* its subject becomes the issuer name */
};

struct pki_request {
    enum pki_role role;
    const struct test_key *key; /* the public key to certify */
    const char *organization;
    const char *common_name;
    const char *serial_number;     /* subject serialNumber: the EID of an eUICC, NULL: none */
    const char *permitted_ein;     /* EUM: digits with which EIDs begin, in the name constraints */
    struct slice registered_id;    /* content of the OID in the subjectAltName: 2.999.10 is 88370A; empty: none */
    struct slice authority_key_id; /* instead of the issuer's identifier; empty: the issuer's */
    uint32_t serial;
    struct pki_flaws flaws;
};

/* Appends the DER certificate. False on bad arguments or memory. With a root's own key as issuer and an empty issuer
 * certificate it is self-signed. */
bool pki_issue(const struct pki_request *request, const struct pki_issuer *issuer, struct buf *certificate);
/* Appends the SubjectPublicKeyInfo of a key. */
void pki_put_public_key(struct buf *b, const struct test_key *key);
/* r || s as ECDSA-Sig-Value, in DER. */
void pki_put_signature(struct buf *b, struct slice raw);

/* A root that is trusted: SGP.22 chains by key identifier and key, not by name. */
struct pki_anchor {
    struct test_key key;
    uint8_t id[20];
};

#define PKI_RID_MAX 32

/* What a relying party needs of a certificate. */
struct pki_certificate {
    struct test_key key;
    uint8_t ski[20];
    uint8_t aki[20];
    int role; /* enum pki_role, -1: none of them */
    bool digital_signature;
    bool certificate_sign;
    uint8_t registered_id[PKI_RID_MAX];
    size_t registered_id_n;
    char eid[33]; /* subject serialNumber, "" if none or longer */
    char organization[65];
};

/* Reads with OpenSSL and demands: DER with nothing after it, version 3, ecdsa-with-SHA256, one named curve, SKI = SHA-1
 * of the point, AKI (not for a CI), critical keyUsage, one policy of a known role. *why says what is missing. */
bool pki_read(struct slice der, struct pki_certificate *out, const char **why);
/* True if `der` is signed by `issuer` (OpenSSL's X509_verify). */
bool pki_is_signed_by(struct slice der, const struct test_key *issuer);
/* The chain anchor -> EUM -> eUICC after SGP.22 4.5.2.2: signatures, AKI/SKI, roles, key usage, basic constraints, name
 * constraints against organization and EID, EID check digits. */
bool pki_check_euicc(struct slice euicc, struct slice eum, const struct pki_anchor *anchor, struct pki_certificate *out,
                     const char **why);

#endif
