/* smdpp: an SM-DP+ for tests (SGP.22 v2.5 ES8+ and ES9+, 3.1.2 to 3.1.5, 5.5, 5.6). It stands for the other side:
 * written from the specification, sharing src/base with the card and nothing else. It checks all that a card says
 * strictly and completely, and can spoil each part of what it sends (struct smdpp_spoil) to drive negative tests.
 *
 * Order of calls: smdpp_initiate_authentication, smdpp_authenticate_client, smdpp_get_bound_profile_package, then
 * smdpp_check_pir; or smdpp_check_cancel_session. Requests and responses are the card's own DER, not ES9+ JSON.
 * Everything is deterministic: keys, nonces and identifiers follow from `seed` unless they are fixed. */
#ifndef SOFTEUICC_TESTS_SMDPP_H
#define SOFTEUICC_TESTS_SMDPP_H

#include "kat.h"
#include "pki.h"
#include "smdpp_bsp.h"

#define SMDPP_ANCHORS_MAX 4

/* Who the SM-DP+ is. Slices must outlive the struct smdpp. */
struct smdpp_config {
    struct test_key auth_key;      /* SK.DPauth */
    struct test_key pb_key;        /* SK.DPpb */
    struct slice auth_certificate; /* DER */
    struct slice pb_certificate;
    struct pki_anchor anchors[SMDPP_ANCHORS_MAX]; /* CIs whose eUICCs are accepted; [0] is the CI of the certificates */
    size_t anchor_count;
    struct slice seed;
};

/* The SGP.26 SM-DP+ `number` (1: OID 2.999.10, 2: OID 2.999.12) with its P-256 or Brainpool keys; accepts eUICCs of
 * both SGP.26 CIs. `keys` is sgp26.txt, must outlive the configuration. */
bool smdpp_config_sgp26(struct smdpp_config *config, const struct kat *keys, enum test_curve curve, int number);

/* What is offered for download. Slices must outlive the calls. */
struct smdpp_profile {
    struct slice metadata;       /* BF25.. */
    struct slice upp;            /* the unprotected profile package: profile elements, one after the other */
    struct slice configure_isdp; /* BF24..; empty: BF2400 */
    struct slice host_id;        /* 1 to 16 bytes; empty: "smdp-host" */
    bool use_ppk;                /* profile protection keys (section A2) rather than session keys */
    uint8_t ppk_enc[16];
    uint8_t ppk_mac[16];
    uint8_t ppk_mcv[16];
    size_t segment;                /* plain bytes in each 86; 0: 1007, the most that SGP.22 2.5.3 allows */
    size_t metadata_segment;       /* plain bytes in each 88; 0: 1008 */
    const char *confirmation_code; /* not NULL: ccRequired, and the hash is checked */
};

enum smdpp_signature2_input {
    SMDPP_SIGNATURE2_RIGHT,          /* smdpSigned2 || 5F37 40 euiccSignature1 */
    SMDPP_SIGNATURE2_WITHOUT,        /* smdpSigned2 */
    SMDPP_SIGNATURE2_WITHOUT_HEADER, /* smdpSigned2 || euiccSignature1 */
};

/* What is wrong with what the SM-DP+ sends. All zero: nothing. Items count all 87, 88 and 86 of the package from 1 in
 * the order of the package; numbers "of 86" count those of section A3 from 1. Slices replace a part when they are not
 * empty; signatures are made over the spoiled parts unless a member says otherwise. */
struct smdpp_spoil {
    /* serverSigned1 and AuthenticateServer */
    struct slice signed1_transaction_id;
    struct slice signed1_challenge;
    struct slice signed1_extra; /* TLVs appended inside serverSigned1 */
    bool signed1_bit;           /* one bit flips after signing */
    struct slice signature1;    /* content of the 5F37; as with the other signatures p NULL is none, n 0 an empty one */
    struct slice ci_pk_id;      /* content of the 04 */
    struct slice auth_certificate;
    const struct test_key *auth_key;
    /* smdpSigned2 and PrepareDownload */
    struct slice signed2_transaction_id;
    struct slice signed2_extra;
    bool signed2_bit;
    bool cc_required; /* ccRequiredFlag although the profile has no confirmation code */
    struct slice signature2;
    enum smdpp_signature2_input signature2_input;
    struct slice pb_certificate;
    const struct test_key *pb_key; /* also signs BF23 */
    /* InitialiseSecureChannel */
    struct slice isc_raw; /* the whole BF23 */
    struct slice isc_transaction_id;
    struct slice isc_host_id; /* in the CRT only, not in the key derivation */
    struct slice isc_otpk;    /* content of the 5F49 */
    struct slice isc_signature;
    struct slice isc_extra;       /* TLVs between 5F49 and 5F37, signed */
    uint8_t isc_remote_operation; /* instead of 1 */
    uint8_t isc_key_type;         /* instead of 88 */
    uint8_t isc_key_length;       /* instead of 10 */
    bool isc_signature_bit;
    /* ReplaceSessionKeys */
    struct slice replace_session_keys;   /* the whole BF26 */
    unsigned replace_session_keys_count; /* 0: one */
    /* protected items */
    unsigned mac_item;    /* one bit of this item's MAC flips */
    unsigned cipher_item; /* one bit of this item's cipher text flips, MAC as before */
    unsigned icv_item; /* encrypted under the ICV of the next counter; the MAC fits. Only the first 16 plain bytes are
                          rubbish then; the padding shows it in items of one block, such as BF2400 */
    unsigned padding_item; /* padded with zeros only; the MAC fits */
    unsigned cut_item;     /* cipher text one byte short; the MAC fits */
    unsigned short_item;   /* value of 7 bytes: not even a MAC */
    unsigned retag_item;   /* this item gets tag retag_to; the MAC fits */
    uint8_t retag_to;
    /* sequence */
    const char *order;         /* sections as digits: "0123" is the right order; a digit may miss */
    bool order_before_protect; /* MACs and counters follow the spoiled order */
    unsigned swap_86;          /* this one and the next trade places */
    unsigned replay_86;        /* sent twice */
    unsigned drop_86;          /* not sent */
    unsigned insert_item;      /* insert_bytes stands before this item, in its section */
    struct slice insert_bytes;
    struct slice trailer; /* appended inside BF36 */
};

/* The parts that an LPA puts into AuthenticateServer or PrepareDownload: whole TLVs. */
struct smdpp_answer {
    struct buf data;        /* serverSigned1 or smdpSigned2 */
    struct buf signature;   /* 5F37 */
    struct buf ci_pk_id;    /* 04, InitiateAuthentication only */
    struct buf certificate; /* CERT.DPauth or CERT.DPpb */
};
void smdpp_answer_free(struct smdpp_answer *answer);
#define SMDPP_ANSWER_LOCAL __attribute__((cleanup(smdpp_answer_free))) struct smdpp_answer

struct smdpp_session {
    struct buf transaction_id;
    struct buf euicc_challenge;
    struct buf server_challenge;
    struct buf address;
    struct buf ci_pk_id;
    struct buf ctx_params1; /* as the card sent it back */
    struct buf euicc_info2;
    struct pki_certificate euicc; /* the eUICC's key and EID */
    struct buf euicc_certificate;
    struct buf eum_certificate;
    struct buf euicc_signature1; /* whole 5F37 */
    struct buf smdp_signature2;  /* whole 5F37 */
    struct buf otpk_euicc;       /* 65 bytes */
    struct buf metadata;         /* of the package sent in this session */
};

struct smdpp {
    struct smdpp_config config;
    struct smdpp_profile profile;
    struct smdpp_spoil spoil;
    /* Fixed values; empty: from the seed. */
    struct slice fixed_transaction_id;
    struct slice fixed_server_challenge;
    struct slice fixed_otsk; /* private scalar */
    /* Ask for the one-time key of the last download, and send its protected parts again (SGP.22 3.1.3.2). */
    bool retry;
    struct slice offered_otpk; /* any other bppEuiccOtpk; empty: none */

    struct smdpp_session session;
    struct pki_certificate auth;
    struct pki_certificate pb;
    struct test_key kept_otsk; /* of the last package, for retry */
    struct buf kept_otpk;
    struct buf kept_body;
    uint32_t drawn;  /* random values so far */
    int card_error;  /* the code in the card's last error response; -1: none */
    char error[256]; /* why the last call gave false */
};

/* NULL if the certificates do not read or there is no memory. */
struct smdpp *smdpp_new(const struct smdpp_config *config);
void smdpp_free(struct smdpp *dp);

/* ES9+.InitiateAuthentication (5.6.1): 16-byte challenge, the card's EUICCInfo1 (BF20), the address it was reached at.
 */
bool smdpp_initiate_authentication(struct smdpp *dp, struct slice euicc_challenge, struct slice euicc_info1,
                                   const char *address, struct smdpp_answer *answer);
/* ES9+.AuthenticateClient (5.6.3): the card's whole BF38. False if it is an error response (card_error) or if anything
 * in it is wrong: encoding, chain to the CI, EID, euiccSignature1, transaction, challenge, address. */
bool smdpp_authenticate_client(struct smdpp *dp, struct slice response, struct smdpp_answer *answer);
/* ES9+.GetBoundProfilePackage (5.6.2): the card's whole BF21; appends BF36. */
bool smdpp_get_bound_profile_package(struct smdpp *dp, struct slice response, struct buf *bpp);

/* A ProfileInstallationResult. */
struct smdpp_pir {
    uint32_t sequence_number;
    bool success;
    uint8_t isdp_aid[16];
    int command; /* bppCommandId, -1 on success */
    int reason;  /* errorReason, -1 on success */
    bool has_iccid;
    struct slice iccid;         /* into the response */
    struct slice sima_response; /* into the response; may be empty after an error */
};
/* ES9+.HandleNotification with a PIR (2.5.6, 5.6.4): BF37, of the last download. */
bool smdpp_check_pir(struct smdpp *dp, struct slice pir, struct smdpp_pir *out);

struct smdpp_notification {
    uint32_t sequence_number;
    int event;            /* 0 install, 1 enable, 2 disable, 3 delete */
    struct slice address; /* into the notification */
    struct slice iccid;   /* empty: none */
    char eid[33];
};
/* An otherSignedNotification (5.6.4): 30{BF2F, 5F37, eUICC certificate, EUM certificate}. Needs no session. */
bool smdpp_check_notification(struct smdpp *dp, struct slice notification, struct smdpp_notification *out);
/* ES9+.CancelSession (5.6.5): the card's BF41, for this session and `reason`. */
bool smdpp_check_cancel_session(struct smdpp *dp, struct slice response, int reason);

/* hashCc = SHA-256(SHA-256(confirmation code) || transactionId): the LPA's job (SGP.22 5.7.5), here since both need it.
 */
void smdpp_hash_cc(const char *confirmation_code, struct slice transaction_id, uint8_t out[32]);

#endif
