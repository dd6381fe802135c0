/* A small profile package in notation, and running one through src/saip. Included by the tests of that room. */
#ifndef SOFTEUICC_TESTS_SAIP_PACKAGE_H
#define SOFTEUICC_TESTS_SAIP_PACKAGE_H

#include "notation.h"
#include "saip/saip.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- a package that is right, in parts that rows replace ---- */

#define HEADER_ICCID "83{89000101000000000028}"
#define HEADER "A0{80{02} 81{03} 82{'test'} " HEADER_ICCID " A5{81{}} A6{06{67810F010201}}}"
#define PE(tag, identification, rest) tag "{A0{80{} 81{" identification "}} " rest "}"
#define PE_OPTIONAL(tag, identification, rest) tag "{A0{81{" identification "}} " rest "}"
#define MF PE("B0", "02", "81{67810F010201}")
#define USIM PE("B3", "03", "81{67810F010204}")
#define END PE("AA", "7FFF", "")
#define PACKAGE(between) HEADER " " MF " " USIM " " between " " END

/* What happens to a package: the answer in notation, and the words of the reason if it is refused. */
struct outcome {
    enum err e;
    struct bytes response;
    struct reason reason;
    struct saip_facts facts;
    enum pe_status status;
};

static inline void outcome_free(struct outcome *o)
{
    bytes_free(&o->response);
}
#define OUTCOME_LOCAL __attribute__((cleanup(outcome_free))) struct outcome

/* step: how many bytes arrive at once; 0: all. */
static inline void run(struct outcome *o, struct slice package, const char *personality_lines, size_t step)
{
    struct personality p;
    struct saip_check *check;
    char why[256];
    size_t taken = 0;
    size_t n = 0;
    BUF_LOCAL response = {0};
    *o = (struct outcome){0};
    reason_clear(&o->reason);
    ck_assert_msg(personality_parse(&p, personality_lines, why), "%s", why);
    ck_assert_int_eq(saip_check_new(&check, &p), OK);
    while (o->e == OK && n < package.n) {
        n = step && package.n - n > step ? n + step : package.n;
        BYTES_LOCAL part = bytes_copy(slice_of(package.p, n));
        size_t before = taken;
        o->e = saip_check_feed(check, bytes_slice(&part), &taken, &o->reason);
        ck_assert(taken >= before && taken <= n);
    }
    if (o->e == OK) {
        BYTES_LOCAL whole = bytes_copy(package);
        o->e = saip_check_end(check, bytes_slice(&whole), taken, &o->reason);
    }
    saip_check_response(check, &response);
    o->response = bytes_copy(buf_slice(&response));
    o->facts = *saip_check_facts(check);
    o->status = saip_check_status(check);
    saip_check_free(check);
    personality_free(&p);
}

static inline void assert_response(const struct outcome *o, const char *notation, const char *what)
{
    BYTES_LOCAL wanted = notation_bytes(notation, NULL);
    char came[600];
    ck_assert_msg(slice_equal(bytes_slice(&o->response), bytes_slice(&wanted)), "%s: expected %s, came %s", what,
                  notation, hex_short(bytes_slice(&o->response), came, sizeof came));
}

#endif
