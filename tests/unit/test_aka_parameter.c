/* akaParameter and cdmaParameter in a profile package: what the records become (model/naa.h), and every check by itself
 * with PEStatus, place and reason. SAIP 8.4, 8.10. The rules for sequence numbers, TS 33.102 annex C. */
#include "model/naa.h"
#include "saip/internal.h"
#include "saip_package.h"

#include <stdio.h>

#define K "000102030405060708090A0B0C0D0E0F"
#define K32 K "101112131415161718191A1B1C1D1E1F"
#define OPC "F0E1D2C3B4A5968778695A4B3C2D1E0F"
#define TOPC OPC OPC
#define PARAMETER(rest) "A1{A1{" rest "}}"
#define MILENAGE "80{01} 81{01} 82{" K "} 83{" OPC "}"
#define TUAK "80{02} 81{01} 82{" K "} 83{" TOPC "}"
#define AKA(rest) PE("A4", "50", rest)
#define ISIM PE("B5", "04", ISIM_MEMBERS)
#define MAPPING(options, aid) "A1{A0{80{" options "} 81{" aid "}}}"

/* The package with this element behind the USIM. */
static struct bytes package_with(const char *element, size_t *mark)
{
    char text[8192];
    (void)snprintf(text, sizeof text, "%s %s %s %s %s", HEADER, MF, USIM, element, END);
    return notation_bytes(text, mark);
}

/* ---- refused ---- */

static const struct {
    const char *element; /* ^ is the place that the answer and the reason give */
    int status;
    const char *expected, *came;
    const char *personality;
} refused[] = {
    /* the element */
    {"A4{^A0{80{} 81{50}}}", 5, "algoConfiguration", "another form", NULL},
    {AKA("^A1{}"), 5, "mappingParameter or algoParameter", "another form", NULL},
    {AKA("^A1{A1{" MILENAGE "} A1{" MILENAGE "}}"), 5, "mappingParameter or algoParameter", "another form", NULL},
    {AKA("A1{^A2{}}"), 6, "mappingParameter or algoParameter", "an unknown one", NULL},
    {AKA(PARAMETER(MILENAGE) " ^86{00}"), 6, "members that this card knows", "an unknown one", NULL},
    {AKA("82{02} ^" PARAMETER(MILENAGE)), 5, "the members in order, each once", "another form", NULL},
    {AKA(PARAMETER(MILENAGE) " ^" PARAMETER(MILENAGE)), 5, "the members in order, each once", "another form", NULL},
    {AKA(PARAMETER(MILENAGE) " ^82{}"), 5, "sqnOptions of 1 byte", "another form", NULL},
    {AKA(PARAMETER(MILENAGE) " ^82{0002}"), 5, "sqnOptions of 1 byte", "another form", NULL},
    {AKA(PARAMETER(MILENAGE) " ^83{0010000000}"), 5, "a sequence number of 6 bytes", "another form", NULL},
    {AKA(PARAMETER(MILENAGE) " ^83{080000000000}"), 3, "at most 07FFFFFFFFFF", "a larger one", NULL},
    {AKA(PARAMETER(MILENAGE) " ^84{00000010000000}"), 5, "a sequence number of 6 bytes", "another form", NULL},
    {AKA(PARAMETER(MILENAGE) " ^84{FFFFFFFFFFFF}"), 3, "at most 07FFFFFFFFFF", "a larger one", NULL},
    {AKA(PARAMETER(MILENAGE) " ^A5{}"), 5, "sqnInit with 32 sequence numbers", "another form", NULL},
    {AKA(PARAMETER(MILENAGE) " ^A5{0406000000000001*31}"), 5, "sqnInit with 32 sequence numbers", "another form", NULL},
    {AKA(PARAMETER(MILENAGE) " A5{0406000000000001*32 ^0406000000000001}"), 5, "sqnInit with 32 sequence numbers", "",
     NULL},
    {AKA(PARAMETER(MILENAGE) " A5{0406000000000001*3 ^8006000000000001 0406000000000001*28}"), 5, "OCTET STRING", "",
     NULL},
    {AKA(PARAMETER(MILENAGE) " A5{0406000000000001*31 ^04050000000001}"), 5, "a sequence number of 6 bytes", "", NULL},
    {AKA(PARAMETER(MILENAGE) " A5{^0406080000000000 0406000000000001*31}"), 3, "at most 07FFFFFFFFFF", "", NULL},
    /* algoParameter */
    {AKA("A1{^A1{}}"), 5, "algorithmID, an INTEGER", "another form", NULL},
    {AKA("A1{A1{^80{} 81{01} 82{" K "} 83{" OPC "}}}"), 5, "algorithmID, an INTEGER", "another form", NULL},
    {AKA("A1{A1{^80{00} 81{01} 82{" K "} 83{" OPC "}}}"), 6, "algorithmID 1 Milenage, 2 TUAK or 3", "another one",
     NULL},
    {AKA("A1{A1{^80{04} 81{01} 82{" K "} 83{" OPC "}}}"), 6, "algorithmID 1 Milenage, 2 TUAK or 3", "another one",
     NULL},
    {AKA("A1{A1{81{01} ^80{01} 82{" K "} 83{" OPC "}}}"), 5, "the members in order", "", NULL},
    {AKA(PARAMETER(MILENAGE " ^88{00}")), 6, "members that this card knows", "an unknown one", NULL},
    {AKA("A1{^A1{80{01} 82{" K "} 83{" OPC "}}}"), 5, "algorithmOptions", "another form", NULL},
    {AKA("A1{A1{80{01} ^81{} 82{" K "} 83{" OPC "}}}"), 5, "algorithmOptions of 1 byte", "another form", NULL},
    {AKA("A1{A1{80{01} ^81{0100} 82{" K "} 83{" OPC "}}}"), 5, "algorithmOptions of 1 byte", "another form", NULL},
    {AKA("A1{^A1{80{01} 81{01} 83{" OPC "}}}"), 5, "a key", "another form", NULL},
    {AKA("A1{A1{80{01} 81{01} ^82{" K "00} 83{" OPC "}}}"), 3, "a key of 16 bytes", "another size", NULL},
    {AKA("A1{A1{80{01} 81{01} ^82{" K32 "} 83{" OPC "}}}"), 3, "a key of 16 bytes", "another size", NULL},
    {AKA("A1{A1{80{03} 81{01} ^82{" K32 "} 83{" OPC "}}}"), 3, "a key of 16 bytes", "another size", NULL},
    {AKA("A1{A1{80{02} 81{01} ^82{" K "0011223344556677} 83{" TOPC "}}}"), 3, "a key of 16 or 32 bytes", "another size",
     NULL},
    {AKA("A1{^A1{80{01} 81{01} 82{" K "}}}"), 3, "OPc of 16 bytes", "none", NULL},
    {AKA("A1{A1{80{01} 81{01} 82{" K "} ^83{" TOPC "}}}"), 3, "OPc of 16 bytes", "another size", NULL},
    {AKA("A1{A1{80{02} 81{01} 82{" K "} ^83{" OPC "}}}"), 3, "TOPc of 32 bytes", "another size", NULL},
    {AKA("A1{^A1{80{02} 81{01} 82{" K "}}}"), 3, "TOPc of 32 bytes", "none", NULL},
    {AKA("A1{A1{80{02} ^81{04} 82{" K "} 83{" TOPC "}}}"), 3, "lengths that the algorithm has", "other lengths", NULL},
    {AKA("A1{A1{80{02} ^81{18} 82{" K "} 83{" TOPC "}}}"), 3, "lengths that the algorithm has", "other lengths", NULL},
    {AKA("A1{A1{80{02} ^81{01} 82{" K "} 83{" TOPC "}}}"), 3, "lengths that the algorithm has", "",
     "mac_length_codes = 1"},
    {AKA("A1{A1{80{02} ^81{20} 82{" K "} 83{" TOPC "}}}"), 3, "lengths that the algorithm has", "",
     "mac_length_codes = 1"},
    {AKA("A1{A1{80{03} ^81{03} 82{" K "} 83{}}}"), 3, "lengths that the algorithm has", "other lengths", NULL},
    {AKA(PARAMETER(MILENAGE " ^84{40002040}")), 5, "rotationConstants of 5 bytes", "another form", NULL},
    {AKA(PARAMETER(MILENAGE " ^84{4000204080}")), 3, "rotations of 0 to 127 bits", "a larger one", NULL},
    {AKA(PARAMETER(MILENAGE " ^85{00*79}")), 5, "xoringConstants of 80 bytes", "another form", NULL},
    {AKA(PARAMETER(MILENAGE " ^86{0001}")), 5, "authCounterMax of 3 bytes", "another form", NULL},
    {AKA(PARAMETER(TUAK " ^87{00}")), 3, "numberOfKeccak of at least 1", "0", NULL},
    {AKA(PARAMETER(TUAK " ^87{0100}")), 5, "numberOfKeccak, an INTEGER of 0 to 255", "another form", NULL},
    {AKA(PARAMETER(TUAK " ^87{}")), 5, "numberOfKeccak, an INTEGER", "another form", NULL},
    /* what the card lacks */
    {AKA("A1{A1{^80{01} 81{01} 82{" K "} 83{" OPC "}}}"), 10, "an algorithm of this card's UICCCapability",
     "another one", "uicc_capability = usim tuak128 tuak256 usimTestAlgorithm"},
    {AKA("A1{A1{^80{02} 81{01} 82{" K "} 83{" TOPC "}}}"), 10, "an algorithm of this card's", "",
     "uicc_capability = usim milenage tuak256"},
    {AKA("A1{A1{^80{02} 81{01} 82{" K32 "} 83{" TOPC "}}}"), 10, "an algorithm of this card's", "",
     "uicc_capability = usim milenage tuak128"},
    {AKA("A1{A1{^80{03} 81{01} 82{" K "} 83{}}}"), 10, "an algorithm of this card's", "",
     "uicc_capability = usim milenage tuak128"},
    /* mappingParameter */
    {AKA("A1{^A0{}}"), 5, "mappingOptions and mappingSource", "another form", NULL},
    {AKA("A1{^A0{80{00}}}"), 5, "mappingOptions and mappingSource", "another form", NULL},
    {AKA("A1{^A0{81{" USIM_AID "}}}"), 5, "mappingOptions and mappingSource", "another form", NULL},
    {AKA("A1{A0{^80{0000} 81{" USIM_AID "}}}"), 5, "mappingOptions of 1 byte", "another form", NULL},
    {AKA("A1{A0{80{00} 81{" USIM_AID "} ^82{}}}"), 6, "members that this card knows", "an unknown one", NULL},
    {AKA("A1{A0{80{00} ^81{A0000000871002FF02}}}"), 3, "the AID of an application before this element", "no such",
     NULL},
    {AKA("A1{A0{80{00} ^81{" USIM_AID "}}}"), 3, "an application that has a key", "one without", NULL},
    /* cdmaParameter */
    {"A5{^A0{80{} 81{50}}}", 5, "authenticationKey", "another form", NULL},
    {"A5{^A0{80{} 81{50}} 82{00*16}}", 5, "authenticationKey", "another form", NULL},
    {PE("A5", "50", "^81{00*7}"), 5, "authenticationKey of 8 bytes", "another form", NULL},
    {PE("A5", "50", "81{00*8} ^82{00*15}"), 5, "ssd of 16 bytes", "another form", NULL},
    {PE("A5", "50", "81{00*8} ^83{00}"), 5, "hrpdAccessAuthenticationData of 2 to 32", "another form", NULL},
    {PE("A5", "50", "81{00*8} ^83{00*33}"), 5, "hrpdAccessAuthenticationData of 2 to 32", "another form", NULL},
    {PE("A5", "50", "81{00*8} ^84{0000}"), 5, "simpleIPAuthenticationData of 3 to 483", "another form", NULL},
    {PE("A5", "50", "81{00*8} ^84{00*484}"), 5, "simpleIPAuthenticationData of 3 to 483", "another form", NULL},
    {PE("A5", "50", "81{00*8} ^85{00*4}"), 5, "mobileIPAuthenticationData of 5 to 957", "another form", NULL},
    {PE("A5", "50", "81{00*8} ^85{00*958}"), 5, "mobileIPAuthenticationData of 5 to 957", "another form", NULL},
    {PE("A5", "50", "81{00*8} ^86{00}"), 6, "members that this card knows", "an unknown one", NULL},
    {PE("A5", "50", "82{00*16} ^81{00*8}"), 5, "the members in order", "another form", NULL},
};

static void assert_status(const struct outcome *o, int status, struct slice package, size_t mark, const char *what)
{
    char wanted[96];
    size_t place = place_in_element(package, mark, 0x50);
    (void)snprintf(wanted, sizeof wanted, "30{A0{30{80{%02X} 81{50} 83{%0*zX}}} 81{}}", (unsigned)status,
                   place < 128 ? 2 : 4, place);
    assert_response(o, wanted, what);
    ck_assert_msg(o->reason.said && o->reason.offset == mark, "%s: offset %zu, not %zu", what, o->reason.offset, mark);
}

START_TEST(test_refused)
{
    size_t mark;
    const char *text = refused[_i].element;
    BYTES_LOCAL package = package_with(text, &mark);
    OUTCOME_LOCAL o;
    run(&o, bytes_slice(&package), refused[_i].personality, 0);
    ck_assert_msg(o.e == ERR_DATA && o.status == (enum pe_status)refused[_i].status, "%s: status %d (%s, came %s)",
                  text, (int)o.status, o.reason.expected, o.reason.came);
    assert_status(&o, refused[_i].status, bytes_slice(&package), mark, text);
    ck_assert_msg(strstr(o.reason.expected, refused[_i].expected) && strstr(o.reason.came, refused[_i].came),
                  "%s: expected %s, came %s", text, o.reason.expected, o.reason.came);
}
END_TEST

/* Before any application there is nothing that could have the key. */
START_TEST(test_no_application)
{
    static const char *const packages[] = {HEADER " " MF " A1{A0{80{} 81{04}} A1{}} ^" AKA(PARAMETER(MILENAGE)) " " END,
                                           HEADER " " MF
                                                  " A1{A0{80{} 81{04}} A1{}} ^" PE("A5", "50", "81{00*8}") " " END};
    for (size_t i = 0; i < COUNT(packages); i++) {
        size_t mark;
        BYTES_LOCAL package = notation_bytes(packages[i], &mark);
        OUTCOME_LOCAL o;
        run(&o, bytes_slice(&package), NULL, 0);
        ck_assert_int_eq(o.e, ERR_DATA);
        assert_status(&o, 3, bytes_slice(&package), mark, packages[i]);
    }
}
END_TEST

/* An element that is not mandated and wrong leaves nothing behind: no key, no sequence numbers. */
START_TEST(test_skipped)
{
    struct slice value;
    BYTES_LOCAL package = package_with(PE_OPTIONAL("A4", "50", "A1{A1{80{01} 81{01} 82{" K "00} 83{" OPC "}}}"), NULL);
    OUTCOME_LOCAL o;
    run(&o, bytes_slice(&package), NULL, 0);
    ck_assert_int_eq(o.e, OK);
    assert_response(&o, "30{A0{30{80{03} 81{50}} 30{80{00}}}}", "skipped");
    ck_assert(!isdp_get(&o.install->isdp, "naa/7FD0", &value) && !isdp_get(&o.install->isdp, "sqn/7FD0", &value));
}
END_TEST

/* What is unknown in one that is not mandated costs a warning, and only what is unknown (SAIP 7.3, 8.10). */
START_TEST(test_unknown_members)
{
    struct slice value;
    BYTES_LOCAL package = package_with(
        PE_OPTIONAL("A4", "50", "A1{A1{80{01} 81{01} 82{" K "} 83{" OPC "} 88{00}}} 86{01} A7{}") " " PE_OPTIONAL(
            "A5", "51",
            "81{00*8} 86{00}") " " PE_OPTIONAL("A3", "52",
                                               "A1{30{80{01} 81{3131313131313131} 83{07}}} A2{}") " " PE_OPTIONAL("A2",
                                                                                                                  "53",
                                                                                                                  "A1{"
                                                                                                                  "A0{"
                                                                                                                  "30{"
                                                                                                                  "80{"
                                                                                                                  "0081"
                                                                                                                  "} "
                                                                                                                  "81{"
                                                                                                                  "3939"
                                                                                                                  "3939"
                                                                                                                  "3939"
                                                                                                                  "3939"
                                                                                                                  "} "
                                                                                                                  "85{"
                                                                                                                  "01}}"
                                                                                                                  "}} "
                                                                                                                  "A2{"
                                                                                                                  "}"),
        NULL);
    OUTCOME_LOCAL o;
    run(&o, bytes_slice(&package), NULL, 0);
    ck_assert_msg(o.e == OK, "%s, %s", o.reason.expected, o.reason.came);
    assert_response(&o, "30{A0{30{80{06} 81{50}} 30{80{06} 81{51}} 30{80{06} 81{52}} 30{80{06} 81{53}} 30{80{00}}}}",
                    "unknown");
    ck_assert(isdp_get(&o.install->isdp, "naa/7FD0", &value) && isdp_get(&o.install->isdp, "cdma/7FD0", &value));
    ck_assert(isdp_get(&o.install->isdp, "puk/01", &value) && isdp_get(&o.install->isdp, "pin/01", &value));
}
END_TEST

/* ---- what is kept ---- */

static void installed(struct outcome *o, const char *element, const char *personality)
{
    BYTES_LOCAL package = package_with(element, NULL);
    run(o, bytes_slice(&package), personality, 0);
    ck_assert_msg(o->e == OK, "%s: expected %s, came %s", element, o->reason.expected, o->reason.came);
}

static void get(const struct outcome *o, uint16_t adf, struct naa *naa, struct naa_sequence *sequence)
{
    bool found;
    ck_assert_int_eq(naa_get(&o->install->isdp, adf, naa, &found), OK);
    ck_assert(found);
    ck_assert_int_eq(naa_sequence_get(&o->install->isdp, naa->sequence_of, sequence, &found), OK);
    ck_assert(found);
}

START_TEST(test_defaults)
{
    static const uint8_t rotation[] = {64, 0, 32, 64, 96};
    static const uint8_t last[] = {0, 1, 2, 4, 8};
    struct naa naa;
    struct naa_sequence sequence;
    OUTCOME_LOCAL o;
    installed(&o, AKA(PARAMETER(MILENAGE)), NULL);
    get(&o, 0x7fd0, &naa, &sequence);
    ck_assert(naa.key.algorithm == AKA_MILENAGE && naa.key.key_size == 16 && naa.key.mac_size == 8 &&
              naa.key.res_size == 8 && naa.key.cipher_key_size == 16 && naa.key.integrity_key_size == 16);
    bytes_assert(slice_of(naa.key.key, 16), K, "K");
    bytes_assert(slice_of(naa.key.opc, 16), OPC, "OPc");
    ck_assert_mem_eq(naa.key.rotation, rotation, 5);
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 16; j++)
            ck_assert_uint_eq(naa.key.xoring[i][j], j == 15 ? last[i] : 0);
    ck_assert(!naa.has_counter_maximum && naa.sqn_options == 2 && naa.delta == 0x10000000 &&
              naa.age_limit == 0x10000000 && naa.sequence_of == 0x7fd0);
    ck_assert(sequence.highest == 0 && sequence.count == 0);
    for (size_t i = 0; i < 32; i++)
        ck_assert_uint_eq(sequence.seq[i], 0);
}
END_TEST

START_TEST(test_everything)
{
    struct naa naa;
    struct naa_sequence sequence;
    OUTCOME_LOCAL o;
    installed(
        &o,
        AKA(PARAMETER(MILENAGE " 84{0102030405} 85{11*80} 86{00FFFF} 87{05}") " 82{0D} 83{000000000007} "
                                                                              "84{000000000009} "
                                                                              "A5{0406000000000001*4 0406000000000005 "
                                                                              "0406000000000002*26 0406000000000005}"),
        NULL);
    get(&o, 0x7fd0, &naa, &sequence);
    bytes_assert(SLICE(naa.key.rotation), "0102030405", "rotation");
    for (size_t i = 0; i < 5; i++)
        bytes_assert(SLICE(naa.key.xoring[i]), "11111111111111111111111111111111", "constants");
    ck_assert(naa.has_counter_maximum && naa.counter_maximum == 0xffff && naa.sqn_options == 0x0d && naa.delta == 7 &&
              naa.age_limit == 9);
    ck_assert_uint_eq(sequence.highest, 5 << 5 | 4); /* the first of the highest */
    ck_assert(sequence.seq[0] == 1 && sequence.seq[4] == 5 && sequence.seq[5] == 2 && sequence.seq[31] == 5);
}
END_TEST

/* Lengths: algorithmOptions as RES, MAC, CK and IK of TUAK, RES of the test algorithm, nothing for Milenage. */
START_TEST(test_lengths)
{
    static const struct {
        const char *parameter, *personality;
        size_t key, mac, res, ck;
        uint8_t iterations;
    } rows[] = {
        {"80{01} 81{00} 82{" K "} 83{" OPC "}", NULL, 16, 8, 8, 16, 1},
        {"80{01} 81{FF} 82{" K "} 83{" OPC "}", NULL, 16, 8, 8, 16, 1},
        {"80{02} 81{00} 82{" K "} 83{" TOPC "}", NULL, 16, 8, 4, 16, 1},
        {"80{02} 81{09} 82{" K32 "} 83{" TOPC "} 87{02}", NULL, 32, 16, 8, 16, 2},
        {"80{02} 81{53} 82{" K "} 83{" TOPC "} 87{00FF}", NULL, 16, 32, 32, 32, 255},
        {"80{02} 81{82} 82{" K "} 83{" TOPC "}", NULL, 16, 8, 16, 16, 1},
        {"80{02} 81{0A} 82{" K "} 83{" TOPC "}", "mac_length_codes = 1", 16, 8, 16, 16, 1},
        {"80{02} 81{5B} 82{" K "} 83{" TOPC "}", "mac_length_codes = 1", 16, 32, 32, 32, 1},
        {"80{03} 81{00} 82{" K "} 83{}", NULL, 16, 8, 4, 16, 1},
        {"80{03} 81{7A} 82{" K "} 83{" TOPC "00}", NULL, 16, 8, 16, 16, 1},
        {"80{03} 81{01} 82{" K "}", NULL, 16, 8, 8, 16, 1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char element[400];
        struct naa naa;
        struct naa_sequence sequence;
        OUTCOME_LOCAL o;
        (void)snprintf(element, sizeof element, "A4{A0{80{} 81{50}} A1{A1{%s}}}", rows[i].parameter);
        installed(&o, element, rows[i].personality);
        get(&o, 0x7fd0, &naa, &sequence);
        ck_assert_msg(naa.key.key_size == rows[i].key && naa.key.mac_size == rows[i].mac &&
                          naa.key.res_size == rows[i].res && naa.key.cipher_key_size == rows[i].ck &&
                          naa.key.integrity_key_size == rows[i].ck && naa.key.iterations == rows[i].iterations,
                      "%s", rows[i].parameter);
    }
}
END_TEST

/* The last element for an application counts; each application has its own. */
START_TEST(test_which_application)
{
    struct naa naa;
    struct naa_sequence sequence;
    OUTCOME_LOCAL o;
    installed(&o,
              AKA(PARAMETER(TUAK)) " " PE("A4", "51", PARAMETER(MILENAGE) " 82{06}") " " ISIM " " PE(
                  "A4", "52", PARAMETER(MILENAGE) " 82{0E}"),
              NULL);
    get(&o, 0x7fd0, &naa, &sequence);
    ck_assert(naa.key.algorithm == AKA_MILENAGE && naa.sqn_options == 0x06 && naa.sequence_of == 0x7fd0);
    get(&o, 0x7fb0, &naa, &sequence);
    ck_assert(naa.sqn_options == 0x0e && naa.sequence_of == 0x7fb0);
}
END_TEST

#define SOURCE AKA(PARAMETER(MILENAGE) " 82{06} 83{000000000007} 84{000000000009} A5{0406000000000003*32}")
#define MAPPED(options)                                                                                                \
    SOURCE " " ISIM " " PE("A4", "51", MAPPING(options, USIM_AID) " 82{0A} 83{000000000001} A5{0406000000000001*32}")
START_TEST(test_mapping)
{
    static const struct {
        const char *package, *personality;
        uint16_t sequence_of;
        uint8_t options;
        uint64_t delta, first;
    } rows[] = {
        {MAPPED("00"), NULL, 0x7fb0, 0x0a, 1, 1},
        {MAPPED("01"), NULL, 0x7fb0, 0x06, 7, 3},
        {MAPPED("02"), NULL, 0x7fb0, 0x06, 7, 1},
        {MAPPED("03"), NULL, 0x7fd0, 0x06, 7, 3},
        {MAPPED("06"), NULL, 0x7fd0, 0x06, 7, 3},
        {MAPPED("00"), "mapping_options = share", 0x7fd0, 0x06, 7, 3},
        {MAPPED("02"), "mapping_options = share", 0x7fd0, 0x06, 7, 3},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct naa naa;
        struct naa_sequence sequence;
        struct slice value;
        OUTCOME_LOCAL o;
        installed(&o, rows[i].package, rows[i].personality);
        get(&o, 0x7fb0, &naa, &sequence);
        bytes_assert(slice_of(naa.key.key, 16), K, "the source's key");
        ck_assert_msg(naa.sequence_of == rows[i].sequence_of && naa.sqn_options == rows[i].options &&
                          naa.delta == rows[i].delta && sequence.seq[7] == rows[i].first,
                      "row %zu", i);
        ck_assert(isdp_get(&o.install->isdp, "sqn/7FB0", &value) == (rows[i].sequence_of == 0x7fb0));
    }
}
END_TEST

/* What SGP.22 forbids in a test profile (4.5.2.2, errorReason 14): keys that look like an operator's. */
START_TEST(test_key_rule)
{
    static const struct {
        const char *parameter, *personality;
        bool operation;
    } rows[] = {
        {"80{01} 81{01} 82{" K "} 83{" OPC "}", NULL, false},
        {"80{01} 81{01} 82{" K "} 83{" OPC "}", "test_key_rule = strict", true},
        {"80{01} 81{01} 82{000000000000000000000000000000FF} 83{" OPC "}", "test_key_rule = strict", false},
        {"80{01} 81{01} 82{010000000000000000000000000000FF} 83{" OPC "}", NULL, true},
        {"80{02} 81{01} 82{" K32 "} 83{" TOPC "}", NULL, false},
        {"80{02} 81{01} 82{" K " 00*16} 83{" TOPC "}", NULL, true},
        {"80{01} 81{01} 82{" OPC "} 83{" OPC "}", "test_key_rule = any", false},
        {"80{03} 81{01} 82{" OPC "} 83{}", "test_key_rule = strict", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char element[400];
        OUTCOME_LOCAL o;
        (void)snprintf(element, sizeof element, "A4{A0{80{} 81{50}} A1{A1{%s}}}", rows[i].parameter);
        installed(&o, element, rows[i].personality);
        ck_assert_msg(o.facts.has_key_for_operation == rows[i].operation, "row %zu", i);
    }
}
END_TEST

/* Kept byte for byte, without the PEHeader. */
START_TEST(test_cdma)
{
    struct slice value;
    OUTCOME_LOCAL o;
    BYTES_LOCAL wanted = notation_bytes("81{0102030405060708} 82{22*16} 83{3333} 84{44*483} 85{55*957}", NULL);
    installed(&o, PE("A5", "50", "81{0102030405060708} 82{22*16} 83{3333} 84{44*483} 85{55*957}"), NULL);
    ck_assert(isdp_get(&o.install->isdp, "cdma/7FD0", &value));
    ck_assert(slice_equal(value, bytes_slice(&wanted)));
}
END_TEST

/* ---- records that do not decode ---- */

START_TEST(test_corrupt)
{
    static const char *const records[] = {
        "800101",                                   /* no key, no OPc */
        "800105 810408081010 8210" K,               /* an unknown algorithm */
        "800101 810408081010 8210" K " 8C0100",     /* an unknown member */
        "800101 810408081020 8210" K,               /* lengths that are none */
        "800101 8104080810 8210" K,                 /* cut off */
        "800101 810408081010 8221" K K "00",        /* a key that is too long */
        "800101 810408081010 8210" K " 8403010203", /* three rotations */
    };
    struct naa naa;
    struct naa_sequence sequence;
    bool found;
    OUTCOME_LOCAL o;
    installed(&o, AKA(PARAMETER(MILENAGE)), NULL);
    for (size_t i = 0; i < COUNT(records); i++) {
        BYTES_LOCAL record = bytes_of(records[i]);
        ck_assert_int_eq(isdp_put(&o.install->isdp, "naa/7FD0", bytes_slice(&record)), OK);
        ck_assert_msg(naa_get(&o.install->isdp, 0x7fd0, &naa, &found) == ERR_CORRUPT, "%s", records[i]);
    }
    BYTES_LOCAL record = bytes_of("000000000000 000000");
    ck_assert_int_eq(isdp_put(&o.install->isdp, "sqn/7FD0", bytes_slice(&record)), OK);
    ck_assert_int_eq(naa_sequence_get(&o.install->isdp, 0x7fd0, &sequence, &found), ERR_CORRUPT);
    ck_assert_int_eq(naa_get(&o.install->isdp, 0x7fff, &naa, &found), OK);
    ck_assert(!found);
}
END_TEST

/* ---- sequence numbers ---- */

static uint64_t sqn(uint64_t seq, unsigned index)
{
    return seq << 5 | index;
}

/* TS 33.102 C.2.1 to C.2.3; with wrap around a number is newer if it lies in the half circle ahead. */
START_TEST(test_sequence_rules)
{
    static const struct {
        uint8_t options;
        uint64_t delta, age, last, highest, seq;
        const char *rule; /* a part of it; NULL: fresh */
    } rows[] = {
        {2, 10, 10, 0, 0, 0, "last one of its index"},
        {2, 10, 10, 0, 0, 1, NULL},
        {2, 10, 10, 0, 0, 10, NULL},
        {2, 10, 10, 0, 0, 11, "sqnDelta"},
        {6, 10, 10, 0, 0, 11, NULL},
        {6, 10, 10, 0, 0, SEQ_MAX, NULL},
        {2, 10, 10, 5, 5, 5, "last one of its index"},
        {2, 10, 10, 5, 5, 4, "last one of its index"},
        {2, 10, 10, 5, 20, 10, "sqnAgeLimit"},
        {2, 10, 10, 5, 20, 11, NULL},
        {10, 10, 10, 5, 20, 6, NULL},
        {2, 10, 10, 5, 20, 20, NULL}, /* the highest one's SEQ with another index */
        {2, 0, 10, 0, 0, 1, "sqnDelta"},
        {2, 10, 0, 0, 20, 20, NULL},
        {2, 10, 0, 0, 20, 19, "sqnAgeLimit"},
        {2, 10, 10, SEQ_MAX, SEQ_MAX, 0, "last one of its index"},
        {14, 10, 10, SEQ_MAX, SEQ_MAX, 0, "last one of its index"},
        {0, 10, 10, SEQ_MAX, SEQ_MAX, 0, NULL},
        {0, 10, 10, SEQ_MAX, SEQ_MAX, 9, NULL},
        {0, 10, 10, SEQ_MAX, SEQ_MAX, 10, "sqnDelta"},
        {0, 10, 10, 3, 3, SEQ_MAX, "last one of its index"},
        {0, 10, 10, SEQ_MAX - 20, 3, SEQ_MAX - 5, NULL},
        {0, 10, 10, SEQ_MAX - 20, 3, SEQ_MAX - 6, "sqnAgeLimit"},
        {12, 0, 0, 0, 0, SEQ_MAX / 2, NULL},
        {12, 0, 0, 0, 0, SEQ_MAX / 2 + 1, "last one of its index"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct naa naa = {.sqn_options = rows[i].options, .delta = rows[i].delta, .age_limit = rows[i].age};
        struct naa_sequence sequence = {.highest = sqn(rows[i].highest, 9)};
        sequence.seq[9] = rows[i].highest;
        sequence.seq[3] = rows[i].last;
        const char *rule = naa_sequence_refuses(&naa, &sequence, sqn(rows[i].seq, 3));
        ck_assert_msg(rows[i].rule ? rule && strstr(rule, rows[i].rule) : !rule, "row %zu: %s", i,
                      rule ? rule : "fresh");
    }
}
END_TEST

START_TEST(test_sequence_accept)
{
    struct naa naa = {.sqn_options = SQN_WITHOUT_WRAP};
    struct naa_sequence sequence = {0};
    naa_sequence_accept(&naa, &sequence, sqn(7, 31));
    ck_assert(sequence.seq[31] == 7 && sequence.highest == sqn(7, 31));
    naa_sequence_accept(&naa, &sequence, sqn(5, 0));
    ck_assert(sequence.seq[0] == 5 && sequence.highest == sqn(7, 31));
    naa_sequence_accept(&naa, &sequence, sqn(7, 1));
    ck_assert(sequence.seq[1] == 7 && sequence.highest == sqn(7, 31)); /* not above it */
    naa_sequence_accept(&naa, &sequence, sqn(SEQ_MAX, 1));
    ck_assert(sequence.highest == sqn(SEQ_MAX, 1));
    naa.sqn_options = 0;
    naa_sequence_accept(&naa, &sequence, sqn(2, 1));
    ck_assert(sequence.seq[1] == 2 && sequence.highest == sqn(2, 1));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("aka parameter");
    TCase *t = tcase_create("all");
    tcase_add_loop_test(t, test_refused, 0, (int)COUNT(refused));
    tcase_add_test(t, test_no_application);
    tcase_add_test(t, test_skipped);
    tcase_add_test(t, test_unknown_members);
    tcase_add_test(t, test_defaults);
    tcase_add_test(t, test_everything);
    tcase_add_test(t, test_lengths);
    tcase_add_test(t, test_which_application);
    tcase_add_test(t, test_mapping);
    tcase_add_test(t, test_key_rule);
    tcase_add_test(t, test_cdma);
    tcase_add_test(t, test_corrupt);
    tcase_add_test(t, test_sequence_rules);
    tcase_add_test(t, test_sequence_accept);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
