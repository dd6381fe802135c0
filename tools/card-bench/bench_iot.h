/* The other side of an IoT eUICC (SGP.32) for cases in C: an IPA and eIMs of tests/lib on the card at work
 * (doubles_iot.c), and a whole eUICC package with all that has to come back in one call (bench_package.c). Used by
 * cases_iot_*.c and states_iot.c. The types of the doubles are in tests/lib/ipa.h and tests/lib/eim.h.
 *
 * Delete a profile that is not there, and see that nothing else of the package is done:
 *
 *     static const struct bench_package steps[] = {
 *         {.psmo = "A5(5A(89000101000000009999)) A5(5A({disabled}))", .result = "850101"},
 *         {.request = "BF2D(A0(5A({disabled}))5C(9F70))", .answer = "BF2D(A0(E3(9F7001xx)))"},
 *         {.reset = true},
 *         {.eco = "AB00", .order = {.has_counter = true, .counter = 2}, .error = "04"},
 *         {.psmo = "A600", .order = {.spoil = {.signature_bit = true}}, .is_unsigned = true},
 *         {0},
 *     };
 *     struct eim *eim = bench_eim(b, TEST_P256);
 *     if (eim) (void)bench_packages(b, eim, steps);
 *
 * Digits and patterns are those of case files (pattern.h) with their variables; `|` stands between alternatives. A row
 * with `.run = run_packages` and `.argument = steps` needs no function of its own. */
#ifndef SOFTEUICC_CARD_BENCH_IOT_H
#define SOFTEUICC_CARD_BENCH_IOT_H

#include "bench_bytes.h"

/* Of the card, by its facts; a card that names no release is one of v1.0. */
enum sgp32_version bench_iot_version(const struct bench *b);
/* The ISD-R selected on a supplementary channel; the same one as bench_lpa(). NULL: a verdict. */
struct ipa *bench_ipa(struct bench *b);
/* The eIM "testeim1" (SGP.33-1 annex A) with the card's EID and key. In a state that has an eIM it is this one, and
 * goes on counting where the state ended; else it is new, with a key on `curve`, and not associated. NULL: a verdict.
 */
struct eim *bench_eim(struct bench *b, enum test_curve curve);
/* Any other one, whose initial counter is 1; eim_free() it (EIM_LOCAL). False: a verdict. */
bool bench_other_eim(struct bench *b, const char *id, enum test_curve curve, struct eim *out);
/* The CI that bench_associate() asks results under for this eIM: the brainpool CI for one on brainpoolP256r1 if the
 * card has it, else empty, which leaves it to the card. `id` has room for it. */
struct slice bench_ci_for(struct bench *b, const struct eim *eim, uint8_t id[20]);
/* EUM's and eUICC's certificate give the eIM the card's key: for results under the CI of `ci_pk_id`, empty for the one
 * that the card takes by default. */
bool bench_know_card(struct bench *b, struct eim *eim, struct slice ci_pk_id);
/* AddInitialEim of these, as they describe themselves, with the CI of bench_ci_for(). Sets token and counter of each.
 * False: a verdict. */
bool bench_associate(struct bench *b, struct eim *const eims[], size_t n, bool tokens);

/* ---- a request ---- */

/* An ES10 request by the IPA, its answer without status word in b->ipa.lpa.response. With `answer`: an expectation. */
bool bench_ask(struct bench *b, const char *clause, const char *request, const char *answer);

/* ---- an eUICC package, or what stands between two ---- */

enum bench_token { BENCH_TOKEN_MAY, BENCH_TOKEN_MUST, BENCH_TOKEN_MUST_NOT };

struct bench_package {
    bool given; /* not the point of the case: what it begins with */
    /* What is sent: one of */
    const char *psmo;    /* operations, signed by the eIM with its next counter (LoadEuiccPackage, 5.9.1) */
    const char *eco;     /* likewise */
    const char *request; /* any function of ES10b */
    const char *profile; /* ICCID: what the card says of this profile, which has to be `state`, or to show `members` */
    bool reset;          /* a warm reset, the ISD-R selected again */
    bool power_cycle;    /* power off and on, likewise */
    /* Of a package: counter, transaction identifier, what is spoiled. `ops` and `n` are not used. */
    struct eim_order order;
    struct eim *eim;     /* another one than the caller's */
    struct slice replay; /* this BF51, which was made before, instead of a new one */
    const char *keep;    /* what was sent is kept as this variable, */
    const char *again;   /* and is sent once more, byte for byte, instead of a new one */
    /* What has to come for a package: one of them, or two if the specification leaves it open */
    const char *result;     /* EuiccPackageResult: content of the list of EuiccResultData */
    const char *error;      /* euiccPackageErrorSigned: content of euiccPackageErrorCode */
    bool is_unsigned;       /* euiccPackageErrorUnsigned */
    bool is_6a80;           /* or nothing but a status word of an error */
    const char *status;     /* or nothing but one of these: "6985 6A80" */
    enum bench_token token; /* associationToken in the unsigned error */
    bool is_last;           /* after a refusal: the eIM has no way to send another package */
    const char *tags;       /* of a profile: those of `members` alone are looked at */
    const char *members;    /* patterns */
    const char *state;      /* of a profile: "enabled", "disabled", "there"; NULL: it is not there */
    const char *answer;     /* for a request, or a refused package that nobody can echo: all but the status word */
    bool rises;             /* the case is about numbers: the seqNumber has to be above that of the result before */
    bool stay;              /* after a switch: no REFRESH and no reset */
    const char *clause;     /* of the expectations; NULL: those of the case */
};

#define BENCH_STEPS(...)                                                                                               \
    (const struct bench_package[])                                                                                     \
    {                                                                                                                  \
        __VA_ARGS__, {0},                                                                                              \
    }
/* A step: the profile with this ICCID is "enabled", "disabled" or "there"; or it is not installed. */
#define BENCH_PROFILE(iccid, is)                                                                                       \
    {                                                                                                                  \
        .profile = (iccid), .state = (is)                                                                              \
    }
#define BENCH_NO_PROFILE(iccid)                                                                                        \
    {                                                                                                                  \
        .profile = (iccid)                                                                                             \
    }

/* Sends it and expects: an answer of the right kind; eimId, counter and transaction identifier as in the package; for
 * what is signed the signature of the eUICC over data and token; the list or the code.
 * After a result that switches profiles the switch is carried out (REFRESH or reset), so that the next command meets
 * the new state. After a refusal nothing may have changed (profiles, eIMs, results, and the counter: the next
 * package, listEim, has it and is no replay). The answer is in b->package_answer, decoded in b->result. After a result
 * the variables {number} and {data} are its seqNumber and what is signed, {number-before} and {data-before} those of
 * the result before. False: a verdict. */
bool bench_package(struct bench *b, struct eim *eim, const struct bench_package *p);
/* One after the other, until one that sends nothing. */
bool bench_packages(struct bench *b, struct eim *eim, const struct bench_package *list);
/* For a row: bench_eim() on P-256 and the packages of its argument. */
void run_packages(struct bench *b);

/* ---- states_iot.c, for states.c ---- */

/* The counter that the eIM of a state has come to, and its curve. False: the state has no eIM. */
bool state_iot_eim(const char *state, uint32_t *counter, enum test_curve *curve);
/* The profile is enabled by a package of an eIM that is associated for it and gone afterwards. */
bool state_iot_enable(struct bench *b, const char *iccid);
bool reach_iot(struct bench *b);
bool reach_iot_eim(struct bench *b);
bool reach_iot_eim_brainpool(struct bench *b);
bool reach_iot_disabled(struct bench *b);
bool reach_iot_enabled(struct bench *b);
bool reach_iot_two(struct bench *b);
bool reach_iot_two_brainpool(struct bench *b);
bool reach_iot_ppr(struct bench *b);
bool reach_iot_fallback(struct bench *b);
bool reach_iot_emergency(struct bench *b);
bool reach_iot_three(struct bench *b);
bool reach_iot_emergency_fallback(struct bench *b);

#endif
