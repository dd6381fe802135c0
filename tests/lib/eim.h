/* eim: an eIM (eSIM IoT remote Manager, SGP.32) for tests and tools. It stands for the other side: written from the
 * specification, sharing src/base with the card and nothing else. It makes associations (5.9.4, 2.11.1.1.1), signs
 * eUICC Packages (2.11.1.1), checks eUICC Package Results strictly and completely (2.11.2.1), and can spoil each part
 * of what it sends to drive negative tests.
 *
 * Everything is deterministic: keys and transaction identifiers follow from the seed, signatures are RFC 6979. */
#ifndef SOFTEUICC_TESTS_EIM_H
#define SOFTEUICC_TESTS_EIM_H

#include "pki.h"
#include "sgp32.h"

#define EIM_ID_MAX 128
#define EIM_NO_TOKEN (-1) /* also: the value that asks the card for a token */
#define EIM_COUNTER_MAX 8388607

/* ---- who the eIM is, and what it knows of one card ---- */

struct eim_config {
    const char *id;   /* eimId */
    const char *fqdn; /* NULL: none */
    int id_type;      /* 1 OID, 2 FQDN, 3 proprietary; 0: not said */
    enum test_curve curve;
    struct slice private_key; /* empty: follows from the seed */
    struct slice seed;        /* up to 64 bytes */
    bool certificate;         /* gives its key in a certificate of its own rather than bare */
    enum sgp32_version version;
    uint32_t initial_counter; /* in the association; packages start one above */
};

struct eim {
    char id[EIM_ID_MAX + 1];
    char fqdn[256];
    int id_type;
    struct test_key key;
    struct buf certificate; /* empty: bare key */
    enum sgp32_version version;
    uint32_t initial_counter;
    uint8_t seed[64];
    size_t seed_n;
    uint32_t drawn; /* transaction identifiers so far */
    /* The one card that it manages here. */
    int64_t token;    /* associationToken, EIM_NO_TOKEN: none */
    uint32_t counter; /* counterValue of the last package */
    uint8_t eid[16];  /* the EID it addresses */
    bool knows_key;   /* card_key is the card's: eim_know_card */
    struct test_key card_key;
    int64_t sequence_number; /* the highest of a result; -1: none yet */
    char error[512];         /* why the last call gave false */
};

bool eim_init(struct eim *eim, const struct eim_config *config);
void eim_free(struct eim *eim);
#define EIM_LOCAL __attribute__((cleanup(eim_free))) struct eim
/* Records why and gives false. */
bool eim_fail(struct eim *eim, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* 32 digits; false if they are not. */
bool eim_set_eid(struct eim *eim, const char *digits);
/* The card's certificate (DER) under its EUM's and one of the anchors; the EID must be the one that is set. */
bool eim_know_card(struct eim *eim, struct slice euicc_certificate, struct slice eum_certificate,
                   const struct pki_anchor *anchors, size_t n);
/* Only the key, as recorded elsewhere. */
void eim_know_key(struct eim *eim, const struct test_key *key);
/* The associationToken TLV that ends every signature input (2.11.1.1): 84 01 00 without a token. */
void eim_put_token(struct buf *b, int64_t token);

/* ---- changing the members of a SEQUENCE after it was made, before it is signed ---- */

enum eim_edit_kind {
    EIM_EDIT_NONE,
    EIM_EDIT_DROP,   /* the member `tag` is missing */
    EIM_EDIT_REPEAT, /* it comes twice */
    EIM_EDIT_VALUE,  /* its content is `bytes` */
    EIM_EDIT_RETAG,  /* it has tag `other` */
    EIM_EDIT_SWAP,   /* it trades places with the next member */
    EIM_EDIT_FIRST,  /* it comes first */
    EIM_EDIT_LAST,   /* it comes last */
    EIM_EDIT_LONG,   /* its length has one byte more than DER allows */
    EIM_EDIT_GROW,   /* `count` bytes 'x' are added to its content */
    EIM_EDIT_BEFORE, /* `bytes` stand before it */
    EIM_EDIT_APPEND, /* `bytes` stand at the end; tag unused */
};
struct eim_edit {
    enum eim_edit_kind kind;
    uint32_t tag;
    uint32_t other;
    size_t count;
    struct slice bytes;
};
#define EIM_EDITS_MAX 4
/* Carries out the edits on *content, which is a run of DER TLVs. False if a tag to be edited is not there. */
bool eim_edit(struct buf *content, const struct eim_edit edits[EIM_EDITS_MAX]);

/* ---- eim_configuration.c: EimConfigurationData and AddInitialEim ---- */

/* Every member optional: zero leaves it out. */
struct eim_configuration {
    struct slice eim_id;
    struct slice fqdn;
    int id_type;
    bool has_counter;
    int64_t counter;
    bool has_token;
    int64_t token;         /* -1 asks the card for one */
    struct slice key_data; /* content of A5 */
    struct slice tls_data; /* content of A6 */
    bool has_protocols;
    uint32_t protocols; /* bit 0 retrieveHttps .. bit 4 proprietary */
    struct slice ci_pk_id;
    bool indirect_download;   /* v1.1 and later */
    struct slice proprietary; /* content of AA, v1.3 */
    struct eim_edit edits[EIM_EDITS_MAX];
};
/* What this eIM says of itself: id, fqdn, type, initial counter, key; `ask_token` adds 84 01 FF. Slices point into the
 * eim and *key_data, which must outlive *out. */
bool eim_describe(struct eim *eim, bool ask_token, struct buf *key_data, struct eim_configuration *out);
/* Appends the content of A5 or A6: A0{SubjectPublicKeyInfo content} or A1{Certificate content}. */
void eim_put_key(struct buf *b, const struct test_key *key);
bool eim_put_certificate(struct buf *b, struct slice certificate);
/* Appends the members, without the 30. False: an edit does not fit. */
bool eim_put_configuration(struct buf *b, const struct eim_configuration *configuration);
/* Appends the whole EimConfigurationData (30). */
bool eim_configuration_data(struct buf *b, const struct eim_configuration *configuration);
/* Appends the whole AddInitialEimRequest (BF57) with the configurations in order. */
bool eim_add_initial_request(struct buf *b, const struct eim_configuration *list, size_t n);
/* What GetEimConfigurationData must give back for an EimConfigurationData content that was stored with this token:
 * all members byte by byte, no counterValue, the token, and with v1.2 possibly the defaults of 5.9.4. */
bool eim_configuration_is_stored(struct eim *eim, struct slice sent, struct slice stored, int64_t token);

/* ---- eim_package.c: signing eUICC Packages ---- */

enum eim_op_kind {
    EIM_OP_ENABLE,
    EIM_OP_DISABLE,
    EIM_OP_DELETE,
    EIM_OP_LIST,
    EIM_OP_RAT,
    EIM_OP_IMMEDIATE,
    EIM_OP_SET_FALLBACK,
    EIM_OP_UNSET_FALLBACK,
    EIM_OP_DEFAULT_DP,
    EIM_OP_ADD_EIM,
    EIM_OP_DELETE_EIM,
    EIM_OP_UPDATE_EIM,
    EIM_OP_LIST_EIM,
    EIM_OP_RAW,     /* `bytes` as they are, in the psmoList */
    EIM_OP_RAW_ECO, /* likewise in the ecoList */
};
struct eim_op {
    enum eim_op_kind kind;
    struct slice iccid;   /* content of 5A; enable, disable, delete, fallback */
    bool rollback;        /* enable: rollbackFlag */
    struct slice search;  /* list: a whole 4F, 5A or 95 TLV; empty: none */
    struct slice tags;    /* list: content of 5C; empty: none */
    bool immediate;       /* immediate: immediateEnableFlag */
    struct slice oid;     /* immediate: content of defaultSmdpOid; empty: none */
    const char *address;  /* immediate, default-dp; NULL: none */
    struct slice eim_id;  /* delete-eim */
    struct slice content; /* add-eim, update-eim: members of EimConfigurationData */
    struct slice bytes;   /* raw: whole TLVs */
};

enum eim_signature_form {
    EIM_SIGNATURE_RAW,
    EIM_SIGNATURE_DER,
    EIM_SIGNATURE_HIGH_S, /* n - s or s, whichever is greater: valid all the same */
    EIM_SIGNATURE_SHORT,  /* 63 bytes */
    EIM_SIGNATURE_LONG,   /* 65 bytes: a zero before it */
    EIM_SIGNATURE_ZERO_R,
    EIM_SIGNATURE_ZERO_S,
    EIM_SIGNATURE_ORDER_R, /* r is the order of the curve */
    EIM_SIGNATURE_ORDER_S,
};
enum eim_token_form {
    EIM_TOKEN_RIGHT,
    EIM_TOKEN_NOTHING,  /* nothing is appended to what is signed */
    EIM_TOKEN_ZERO,     /* 84 01 00 although there is a token */
    EIM_TOKEN_OTHER,    /* the next number */
    EIM_TOKEN_UNSIGNED, /* without the leading zero of a positive INTEGER, as one eIM does it */
};

/* What is wrong with a package. All zero: nothing. The signature is made over the spoiled parts, unless the member says
 * otherwise. */
struct eim_spoil {
    const struct test_key *key; /* signs with another key */
    enum eim_token_form token;
    enum eim_signature_form signature_form;
    struct slice signature; /* content of the 5F37 */
    bool signature_bit;     /* one bit of it flips */
    bool signed_bit;  /* one bit of the signed part flips after signing, in the transaction identifier or counter */
    size_t flip;      /* if not 0: bit number flip-1 of the whole BF51 flips after signing */
    bool long_length; /* the 30 of the signed part has a longer length form than DER has; signed so */
    bool both_lists;  /* psmoList and ecoList */
    bool no_list;
    uint8_t list_tag;                          /* instead of A0 or A1 */
    struct slice counter;                      /* content of 81 */
    struct slice eid;                          /* content of 5A */
    struct slice eim_id;                       /* content of 80 */
    struct eim_edit in_signed[EIM_EDITS_MAX];  /* members of euiccPackageSigned */
    struct eim_edit in_request[EIM_EDITS_MAX]; /* members of BF51 */
    struct slice trailer;                      /* after BF51 */
};
/* "key", "counter", ...: sets what the tool's --spoil names; several with commas. False: no such name, *wrong is it.
 * other_key, with its curve set, is where the key of "key" goes; it must outlive *out. */
bool eim_spoil_read(const char *names, struct test_key *other_key, struct eim_spoil *out, const char **wrong);
/* The names that eim_spoil_read knows, with what they do; NULL past the end. */
const char *eim_spoil_name(size_t index, const char **meaning);

struct eim_order {
    const struct eim_op *ops;
    size_t n;
    bool has_counter;
    int64_t counter;             /* instead of the next one; the eim's own counter rises if it is higher */
    struct slice transaction_id; /* instead of one that is drawn */
    bool no_transaction_id;
    struct eim_spoil spoil;
};

#define EIM_OPS_MAX 64

/* A signed package and what its result is checked against. */
struct eim_package {
    struct buf request; /* BF51 */
    struct buf eim_id;
    struct buf counter; /* content of 81 */
    struct buf transaction_id;
    bool has_transaction_id;
    int64_t token; /* that the card has to sign with */
    bool eco;
    enum eim_op_kind kinds[EIM_OPS_MAX];
    bool default_tags[EIM_OPS_MAX]; /* list without a tag list */
    size_t n;
};
void eim_package_free(struct eim_package *package);
#define EIM_PACKAGE_LOCAL __attribute__((cleanup(eim_package_free))) struct eim_package

/* Appends one operation as it stands in a list. False: a member is missing. */
bool eim_put_op(struct buf *b, const struct eim_op *op);
/* Makes and signs. *out must be zero or used before. */
bool eim_sign(struct eim *eim, const struct eim_order *order, struct eim_package *out);
/* Reads a package that was made before (also by others), so that its result can be checked; the token is the eim's. */
bool eim_read_package(struct eim *eim, struct slice request, struct eim_package *out);
/* True if the signature of a package fits this eIM's key and token. */
bool eim_package_is_signed(const struct eim *eim, struct slice request);

/* ---- eim_text.c: operations as readable text ---- */

/* `enable ICCID [rollback]; disable ICCID; delete ICCID; list [TAGS] [iccid ICCID | aid HEX | class test|...]; rat;
 * immediate-enable on|off [OID] [ADDRESS]; set-fallback ICCID; unset-fallback; default-dp ADDRESS (- for none);
 * add-eim FILE|self; update-eim FILE|self; delete-eim ID|self; list-eim; raw HEX; raw-eco HEX` */
struct eim_script {
    struct eim_op ops[EIM_OPS_MAX];
    size_t n;
    void *store[4 * EIM_OPS_MAX]; /* what the operations point at */
    size_t stored;
    char error[256];
};
/* Gives the EimConfigurationData (with its 30) that a FILE or "self" names. */
typedef bool (*eim_loader)(void *ctx, const char *name, struct buf *out, char *why, size_t size);
bool eim_script_read(struct eim_script *script, const char *text, eim_loader load, void *ctx);
void eim_script_free(struct eim_script *script);
#define EIM_SCRIPT_LOCAL __attribute__((cleanup(eim_script_free))) struct eim_script
/* 18 to 20 digits (padded with F) to 10 nibble-swapped bytes. */
bool eim_iccid_bytes(const char *digits, uint8_t out[10]);
/* Dotted decimal to the content of an OBJECT IDENTIFIER, appended. */
bool eim_oid_bytes(const char *text, struct buf *out);

/* ---- eim_check.c: EuiccPackageResult ---- */

enum eim_result_kind { EIM_RESULT_SIGNED, EIM_RESULT_ERROR_SIGNED, EIM_RESULT_ERROR_UNSIGNED };

/* One EuiccResultData. */
struct eim_result_data {
    uint32_t tag;
    const char *name; /* "enableResult" */
    int code;         /* -1: a list or a token instead */
    const char *code_name;
    int64_t token;     /* of addEim; EIM_NO_TOKEN: none */
    struct slice list; /* content of the list of BF2D, A6, AB; p NULL: none */
    struct slice whole;
    bool stops; /* an error after which nothing more is executed */
};

/* Slices into the response. */
struct eim_result {
    enum eim_result_kind kind;
    struct slice eim_id;
    bool has_transaction_id;
    struct slice transaction_id;
    int64_t counter;         /* not in the unsigned error: -1 */
    int64_t sequence_number; /* only in the result: -1 */
    int error;               /* euiccPackageErrorCode, unsignedErrorCode; -1: none */
    const char *error_name;
    int64_t token; /* in the unsigned error, EIM_NO_TOKEN: not there */
    struct eim_result_data data[EIM_OPS_MAX + 1];
    size_t n;
    struct slice signed_data; /* the 30 */
    struct slice signature;
    struct slice whole; /* BF51 */
};

/* Decodes strictly (DER, members, order, values of the release), and nothing more. `why` as in snprintf. */
bool eim_result_read(struct slice response, enum sgp32_version version, struct eim_result *out, char *why, size_t size);
/* The signature of the card over data || token TLV; true for the unsigned error, which has none. */
bool eim_result_is_signed(const struct eim_result *result, const struct test_key *card_key, int64_t token);
/* All of it: decodes, compares with what was asked (eimId, counter, transaction identifier, one result an operation in
 * order, stop at the first error), verifies the signature if the card's key is known, demands a rising seqNumber. */
bool eim_check_result(struct eim *eim, const struct eim_package *asked, struct slice response, struct eim_result *out);
/* The same result again, as BF2B gives it: the same data, a signature that verifies; the sequence number may be old. */
bool eim_check_again(struct eim *eim, const struct eim_package *asked, const struct eim_result *first,
                     struct slice response, struct eim_result *out);
/* What ProfileRollback gives (5.9.16) for the package that granted it: a new result with rollbackResult. */
bool eim_check_rollback(struct eim *eim, const struct eim_package *granting, struct slice response,
                        struct eim_result *out);
/* Text of a whole result, one line an element, appended. */
void eim_print_result(struct buf *out, const struct eim_result *result);

#endif
