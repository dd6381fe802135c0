/* Packages of several eIMs in one case: for eCOs, which add, change and delete the eIMs that send them. Used by
 * cases_iot_eco.c and cases_iot_eco_update.c; a step is one of bench_iot.h with the eIM that sends it. */
#ifndef SOFTEUICC_CARD_BENCH_EIMS_H
#define SOFTEUICC_CARD_BENCH_EIMS_H

#include "bench_iot.h"

/* A step that is only for one end of the package before it. */
enum bench_when { BENCH_ALWAYS, BENCH_IF_OK, BENCH_IF_REFUSED };

enum bench_sender {
    BENCH_OWN,        /* "testeim1" of the state */
    BENCH_SECOND,     /* "eim2", initial counter 1; not associated when the case begins */
    BENCH_SECOND_NEW, /* the same one with a new key */
    BENCH_OWN_NEW,    /* "testeim1" with a new key */
    BENCH_SENDERS,
};

struct bench_eim_step {
    struct bench_package p;
    enum bench_sender by;
    bool takes_token; /* the last result is the associationToken of eim2 */
    enum bench_when when;
    const char *differ[2]; /* variables that must not have the same value now */
    bool by_ci;            /* eim2's results are signed under its euiccCiPKId {ci2} from now on */
};

#define BENCH_EIM_STEPS 12

/* What a row begins with. Variables for its steps: {key} is the whole eimPublicKeyData (A5) of eim2, {certificate} the
 * same with a certificate (A1), {der} that certificate, {new-key} that of its new key, {own-key} that of testeim1, {ci}
 * and {ci2} the first and the second CI of euiccCiPKIdListForSigning. */
struct bench_eim_case {
    enum test_curve curve;                        /* of eim2 and the new keys */
    enum test_curve own_curve;                    /* of testeim1 */
    struct bench_eim_step steps[BENCH_EIM_STEPS]; /* ended by one that sends nothing */
};

/* For a row whose argument is a struct bench_eim_case. */
void run_eims(struct bench *b);

#endif
