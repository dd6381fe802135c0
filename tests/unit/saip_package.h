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
/* EF.ARR with 14 records, as many as the templates refer to; what they say matters to nobody who installs. */
#define RULES "A1{82{42210002} 80{1C}} 83{80010190}"
#define MF_MEMBERS "81{67810F010201} A2{A1{C6{}}} A6{" RULES "}"
#define MF PE("B0", "02", MF_MEMBERS)
#define USIM_AID "A0000000871002FF01"
#define USIM_MEMBERS "81{67810F010204} A2{A1{83{7FD0} 84{" USIM_AID "} C6{}}} A4{" RULES "}"
#define USIM PE("B3", "03", USIM_MEMBERS)
#define ISIM_MEMBERS "81{67810F010208} A2{A1{83{7FB0} 84{A0000000871004FF01} C6{}}} A8{" RULES "}"
#define CSIM_MEMBERS                                                                                                   \
    "81{67810F01020A} A2{A1{83{7FC0} 84{A0000003431002FF01} 8B{2F0601} C6{}}} A3{A1{82{42210002} 8B{2F0601} 80{02}} "  \
    "83{80}}"
#define PUK_CODES "A1{30{80{01} 81{3131313131313131}}}"
#define LOCAL_PIN "A1{A0{30{80{0081} 81{3939393939393939}}}}"
/* algorithmOptions: RES of 64 bits */
#define KEYS(algorithm, key, opc) "A1{A1{80{" algorithm "} 81{01} 82{" key "} 83{" opc "}}}"
#define MNO_SD "A1{4F{A0000001515350} 4F{A000000151535041} 4F{A000000151000000} 82{82DC00} 83{0F} C9{}}"
#define REMOTE_FILES(aid) "4F{" aid "} 81{02} 04{00} 04{00}"
#define END PE("AA", "7FFF", "")
#define PACKAGE(between) HEADER " " MF " " USIM " " between " " END

/* What happens to a package: the answer in notation, and the words of the reason if it is refused. The installation
 * stays, so that a test can look at what was made and at the facts, whose slices lie in it. */
struct outcome {
    enum err e;
    struct bytes response;
    struct reason reason;
    struct saip_facts facts; /* of a package that was installed */
    enum pe_status status;
    size_t cost;
    struct saip_install *install;
};

static inline void outcome_free(struct outcome *o)
{
    bytes_free(&o->response);
    saip_install_free(o->install);
}
#define OUTCOME_LOCAL __attribute__((cleanup(outcome_free))) struct outcome

#define MEMORY_OF_A_CARD (1u << 20)

/* step: how many bytes arrive at once; 0: all. memory: bytes of the card that are free. What was not taken comes again,
 * as src/isdr does it. */
static inline void run_with_memory(struct outcome *o, struct slice package, const char *personality_lines, size_t step,
                                   size_t memory)
{
    struct personality p;
    char why[256];
    size_t taken = 0;
    size_t given = 0;
    BUF_LOCAL response = {0};
    *o = (struct outcome){0};
    reason_clear(&o->reason);
    ck_assert_msg(personality_parse(&p, personality_lines, why), "%s", why);
    ck_assert_int_eq(saip_install_new(&o->install, &p, memory), OK);
    while (o->e == OK && given < package.n) {
        size_t now;
        given = step && package.n - given > step ? given + step : package.n;
        BYTES_LOCAL part = bytes_copy(slice_of(package.p + taken, given - taken));
        o->e = saip_install_feed(o->install, bytes_slice(&part), &now, &o->reason);
        taken += now;
        ck_assert_uint_le(taken, given);
    }
    if (o->e == OK) {
        BYTES_LOCAL rest = bytes_copy(slice_skip(package, taken));
        o->e = saip_install_end(o->install, bytes_slice(&rest), &o->reason);
    }
    saip_install_response(o->install, &response);
    o->response = bytes_copy(buf_slice(&response));
    if (o->e == OK) ck_assert_int_eq(saip_install_facts(o->install, &o->facts), OK);
    o->status = saip_install_status(o->install);
    o->cost = saip_install_cost(o->install);
    personality_free(&p);
}

static inline void run(struct outcome *o, struct slice package, const char *personality_lines, size_t step)
{
    run_with_memory(o, package, personality_lines, step, MEMORY_OF_A_CARD);
}

static inline void assert_response(const struct outcome *o, const char *notation, const char *what)
{
    BYTES_LOCAL wanted = notation_bytes(notation, NULL);
    char came[600];
    ck_assert_msg(slice_equal(bytes_slice(&o->response), bytes_slice(&wanted)), "%s: expected %s, came %s", what,
                  notation, hex_short(bytes_slice(&o->response), came, sizeof came));
}

#endif
