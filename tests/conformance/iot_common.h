/* What the SGP.32 conformance tests share: a card that speaks SGP.32 (common.h), eIMs (tests/lib/eim.h) and the whole
 * life of one eUICC package in one call: signed, loaded, its answer compared byte by byte with what the specification
 * says, its signature verified, the reason, the commits, the counter and the stored result looked at. Used by
 * iot_package_*.c, iot_psmo_*.c and iot_eco_*.c. Every function ends the test if something is not as it must be. */
#ifndef SOFTEUICC_TESTS_CONFORMANCE_IOT_COMMON_H
#define SOFTEUICC_TESTS_CONFORMANCE_IOT_COMMON_H

#include "common.h"
#include "eim.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct iot {
    struct fixture f;
    enum sgp32_version version;
    struct eim eim;             /* "eim1", P-256, initial counter 1 */
    struct test_key card_key;   /* of GetCerts */
    int64_t sequence_number;    /* the highest of a result so far */
    struct eim_package package; /* the last one sent */
    struct buf answer;          /* to it */
    uint16_t sw;
};

/* A card with this release (personality: further lines, NULL none) and the eIM, not yet associated. */
void iot_new(struct iot *i, enum sgp32_version version, const char *personality);
/* The same, and the eIM is associated. */
void iot_new_associated(struct iot *i, enum sgp32_version version, const char *personality, bool token);
void iot_free(struct iot *i);
/* Results have to be signed from now on with the key of the card's certificate under this CI (20 bytes of digits; "":
 * the one that signs by default). */
void iot_learn_key(struct iot *i, const char *ci_pk_id);

/* Another eIM for this card; free it with eim_free. */
void iot_eim(struct iot *i, struct eim *eim, const char *id, enum test_curve curve, bool certificate,
             uint32_t initial_counter);
/* AddInitialEim; the answer has to be exactly the tokens that follow from `first_token`, or none for 0. */
void iot_associate(struct iot *i, struct eim *const eims[], size_t n, uint32_t first_token);
/* What addEim or updateEim of this eIM holds, as digits for put_hex(); free() it. `token`: it asks for one. */
char *iot_configuration(struct eim *eim, bool token);
char *iot_digits(struct slice bytes);

/* What the card keeps of an eIM; false: it is not associated. */
bool iot_find_eim(struct iot *i, const char *id, struct euicc_eim_description *out);
uint32_t iot_counter(struct iot *i, const char *id);
/* A number that depends on all that is stored, not on the order. */
uint64_t iot_storage(const struct iot *i);

/* A package and its signed result. Digits as put_hex() takes them. */
struct iot_row {
    const char *what;
    const char *list;    /* operations */
    const char *results; /* content of the result list */
    const char *clause;  /* of the reason; NULL: nothing is refused */
    const char *expected, *came;
};
#define NO_REASON NULL, NULL, NULL
/* Sends a package of this eIM with the next counter. All of: the exact result, its signature, one commit, the counter
 * stored (unless the eIM is gone), the stored result byte-identical, the reason. */
void iot_psmo(struct iot *i, struct eim *eim, const struct iot_row *row);
void iot_eco(struct iot *i, struct eim *eim, const struct iot_row *row);
/* Shorter: no reason is expected. */
void iot_psmo_ok(struct iot *i, struct eim *eim, const char *list, const char *results);
void iot_eco_ok(struct iot *i, struct eim *eim, const char *list, const char *results);
/* Signs and sends without looking: the answer is in i->answer and i->sw. */
void iot_send(struct iot *i, struct eim *eim, const struct eim_order *order);
/* The request that is already in i->package. */
void iot_load(struct iot *i);
/* i->answer is the signed result with this list (digits); its number is given back. */
uint32_t iot_expect_result(struct iot *i, const char *what, const char *results);
void iot_expect_reason(struct iot *i, const char *what, const char *clause, const char *expected, const char *came);

/* What a refused package is answered with. */
#define IOT_SW_6A80 (-2)  /* nothing but the status word */
#define IOT_UNSIGNED (-1) /* euiccPackageErrorUnsigned */
struct iot_refusal {
    const char *what;
    int code;   /* euiccPackageErrorCode, IOT_UNSIGNED, IOT_SW_6A80 */
    bool token; /* the unsigned error tells the eIM's token */
    const char *clause, *expected, *came;
};
void iot_expect_offset(struct iot *i, const char *what, size_t offset);
/* i->answer is this refusal, and nothing was committed or changed since `storage` and `commits`. */
void iot_expect_refusal(struct iot *i, const struct iot_refusal *refusal, uint64_t storage, size_t commits);
/* Sends `order` and expects it. */
void iot_refused(struct iot *i, struct eim *eim, const struct eim_order *order, const struct iot_refusal *refusal);

/* ---- profiles ---- */

/* ProfileInfo with the default members (5.9.14) of one that install() or iot_install() made. */
#define PROFILE_INFO(iccid, aid, state, more)                                                                          \
    "E3(5A(" iccid ")4F(" aid ")9F70(" state ")91(70726F7669646572)92(70726F66696C65)95(02)" more ")"
/* Metadata beside the usual: fallbackAllowed, ecallIndication. */
#define FALLBACK_ALLOWED "9F6701FF"
#define EMERGENCY "9F7B01FF"
void iot_install(struct iot *i, const char *iccid, uint32_t ppr, const char *extra);
/* ICCID of the enabled profile by its last digits in the macros ("01"), "" if none. */
void iot_expect_enabled(struct iot *i, const char *iccid);

#define ENABLE(iccid) "A3(5A(" iccid "))"
#define ENABLE_ROLLBACK(iccid) "A3(5A(" iccid ")0500)"
#define DISABLE(iccid) "A4(5A(" iccid "))"
#define DELETE(iccid) "A5(5A(" iccid "))"

#endif
