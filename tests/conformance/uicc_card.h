/* A card whose enabled profile was made by hand, for tests of access rules, PINs and administration: known values,
 * every kind of rule, PINs of their own and shared ones. Included by the tests; see common.h for the rest.
 *
 *   3F00 PIN1 01 "1234", 02 "9876", 03 "0000" (disabled), ADM1 0A "55555555", ADM2 0B "66666666" (cannot be changed)
 *     2F00 EF.DIR 4 x 33, 2F01, 2F06 EF.ARR, 2F08 EF.UMPC, 2FE2 EF.ICCID, 2FF1 nobody may read
 *     7FD0 USIM, PIN2 81 "9999": 6F06, 6F07 EF.IMSI, 6F3B, 6F39 cyclic, 6F40 link to 6F07, 5FD0/4F01
 *     7FB0 ISIM, a PIN2 of its own "7777": 6F06, 6F3B
 *     7F10, the PIN2 of the USIM: 6F3B, 5F50/4F20, 5F3A link to 7FD0/5FD0 */
#ifndef SOFTEUICC_TESTS_UICC_CARD_H
#define SOFTEUICC_TESTS_UICC_CARD_H

#include "../unit/uicc_contents.h"
#include "card/card.h"
#include "common.h"

#define USIM_AID "A0000000871002FF49FF0589"
#define ISIM_AID "A0000000871004FF49FF0589"
#define SELECT_MF "00A4000C023F00"
#define SELECT_USIM "00A4040C0CA0000000871002FF49FF0589"
#define SELECT_ISIM "00A4040C0CA0000000871004FF49FF0589"
#define SELECT_TELECOM "00A4080C027F10"
#define V_PIN1 "31323334FFFFFFFF"
#define V_02 "39383736FFFFFFFF"
#define V_03 "30303030FFFFFFFF"
#define V_ADM1 "3535353535353535"
#define V_PIN2 "39393939FFFFFFFF"
#define V_ISIM_PIN2 "37373737FFFFFFFF"
#define V_WRONG "30313031FFFFFFFF"
#define V_PUK1 "3131313131313131"
#define V_PUK2 "3232323232323232"
#define VERIFY_ADM1 "0020000A08" V_ADM1
#define VERIFY_PIN1 "0020000108" V_PIN1

#define SC_PIN1 "A406830101950108"
#define SC_02 "A406830102950108"
#define SC_03 "A406830103950108"
#define SC_ADM1 "A40683010A950108"
#define SC_PIN2 "A406830181950108"

static const struct pin uicc_card_pins[] = {
    {1, 0x01, 7, true, 0, 3, 3, 0x01, {0x31, 0x32, 0x33, 0x34, 0xff, 0xff, 0xff, 0xff}},
    {2, 0x02, 7, true, 0, 3, 3, 0, {0x39, 0x38, 0x37, 0x36, 0xff, 0xff, 0xff, 0xff}},
    {3, 0x0a, 3, true, 0, 10, 10, 0, {0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35}},
    {4, 0x81, 3, true, 0, 3, 3, 0x81, {0x39, 0x39, 0x39, 0x39, 0xff, 0xff, 0xff, 0xff}},
    {5, 0x81, 3, true, 0, 3, 3, 0x81, {0x37, 0x37, 0x37, 0x37, 0xff, 0xff, 0xff, 0xff}},
    {6, 0x03, 6, false, 0, 3, 3, 0x01, {0x30, 0x30, 0x30, 0x30, 0xff, 0xff, 0xff, 0xff}},
    {7, 0x0b, 1, true, 0, 10, 10, 0, {0x36, 0x36, 0x36, 0x36, 0x36, 0x36, 0x36, 0x36}},
};

static inline void uicc_card_codes(const struct isdp *isdp)
{
    const struct puk puks[] = {{0x01, 10, 10, {'1', '1', '1', '1', '1', '1', '1', '1'}},
                               {0x81, 3, 3, {'2', '2', '2', '2', '2', '2', '2', '2'}}};
    for (size_t i = 0; i < COUNT(uicc_card_pins); i++)
        ck_assert_int_eq(pin_put(isdp, &uicc_card_pins[i]), OK);
    for (size_t i = 0; i < COUNT(puks); i++)
        ck_assert_int_eq(puk_put(isdp, &puks[i]), OK);
}

static inline void uicc_card_root(const struct isdp *isdp)
{
    static const char *const rules[] = {
        "8001019000 80017A" SC_ADM1 "8401D4" SC_ADM1, /* 1 */
        "8001019000 800118" SC_ADM1,                  /* 2: update has no rule */
        "800103" SC_PIN1,                             /* 3 */
        "800107" SC_ADM1,                             /* 4: the MF */
        "80017F" SC_ADM1 "8401D4" SC_ADM1,            /* 5 */
        "80017F9700",                                 /* 6 */
        "800101" SC_03 "800102" SC_03,                /* 7: a PIN that is disabled */
        "8001019000 840132" SC_PIN1,                  /* 8 */
        "800101 A010" SC_PIN1 SC_ADM1 "800102" SC_02, /* 9 */
    };
    static const char *const dir[] = {"61124F0C" USIM_AID "50025553", "61124F0C" ISIM_AID "50024953", "", ""};
    make_directory(isdp, "", 0x2f06, 4, "0101 0202 0306 0A03 0B07");
    make_records(isdp, "2F06", 0x42, 48, rules, COUNT(rules));
    make_records(isdp, "2F00", 0x42, 33, dir, COUNT(dir));
    make_transparent(isdp, "2F01", 0x2f06, 3, "0102030405060708");
    make_transparent(isdp, "2F02", 0x2f06, 7, "AB");
    make_transparent(isdp, "2F03", 0x2f06, 9, "CD");
    make_transparent(isdp, "2F08", 0x2f06, 1, "3C05020000");
    make_transparent(isdp, "2FE2", 0x2f06, 2, "98001032547698103214");
    make_transparent(isdp, "2FF1", 0x2f06, 6, "00");
}

static inline void uicc_card_applications(const struct isdp *isdp)
{
    static const char *const rules[] = {
        "800101" SC_PIN1 "80011A" SC_ADM1, /* 1: EF.IMSI */
        "800101" SC_PIN1 "800102" SC_PIN2, /* 2 */
        "80017F" SC_ADM1,                  /* 3 */
        "800103" SC_PIN1 "800118" SC_PIN1, /* 4 */
    };
    static const char *const records[] = {"000001", "000002"};
    make_directory(isdp, "7FD0", 0x2f06, 5, "0101 8104 0A03");
    make_records(isdp, "7FD0/6F06", 0x42, 30, rules, COUNT(rules));
    make_transparent(isdp, "7FD0/6F07", 0x6f06, 1, "080910101032547698");
    make_transparent(isdp, "7FD0/6F3B", 0x6f06, 2, "FFFF");
    make_records(isdp, "7FD0/6F39", 0x46, 3, records, COUNT(records));
    make_link(isdp, "7FD0/6F40", "7FD0/6F07", 0x6f06, 4);
    make_directory(isdp, "7FD0/5FD0", 0x6f06, 3, "");
    make_transparent(isdp, "7FD0/5FD0/4F01", 0x6f06, 3, "A0020101");
    make_directory(isdp, "7FB0", 0x2f06, 5, "8105");
    make_records(isdp, "7FB0/6F06", 0x42, 30, rules, COUNT(rules));
    make_transparent(isdp, "7FB0/6F3B", 0x6f06, 2, "EEEE");
    make_directory(isdp, "7F10", 0x2f06, 5, "8104");
    make_records(isdp, "7F10/6F06", 0x42, 30, rules, COUNT(rules));
    make_transparent(isdp, "7F10/6F3B", 0x6f06, 2, "DDDD");
    make_directory(isdp, "7F10/5F50", 0x6f06, 3, "");
    make_transparent(isdp, "7F10/5F50/4F20", 0x6f06, 3, "AABB");
}

/* A card whose only profile is that one, switched on, with the ISD-R selected on the basic channel. */
static inline void uicc_card_new(struct fixture *f, const char *personality)
{
    struct isdp isdp;
    struct profile profile = {.order = 1, .profile_class = OPERATIONAL};
    BYTES_LOCAL aid = bytes_of(AID_1);
    BYTES_LOCAL usim = bytes_of(USIM_AID);
    BYTES_LOCAL isim = bytes_of(ISIM_AID);
    const struct profile_application applications[] = {
        {.kind = PROFILE_ADF, .naa = NAA_USIM, .fid = 0x7fd0, .aid = bytes_slice(&usim)},
        {.kind = PROFILE_ADF, .naa = NAA_ISIM, .fid = 0x7fb0, .aid = bytes_slice(&isim)}};
    card_new(f, personality, NULL);
    struct model *m = &f->card->model;
    memcpy(profile.aid, aid.p, AID_SIZE);
    isdp_of(m, profile.aid, &isdp);
    ck_assert_int_eq(profile_put(m, &profile), OK);
    ck_assert_int_eq(store_put(m->store, "card/enabled", bytes_slice(&aid)), OK);
    uicc_card_root(&isdp);
    uicc_card_applications(&isdp);
    uicc_card_codes(&isdp);
    make_application(&isdp, "7FD0", bytes_slice(&usim));
    make_application(&isdp, "7FB0", bytes_slice(&isim));
    for (size_t i = 0; i < COUNT(applications); i++)
        ck_assert_int_eq(application_add(&isdp, &applications[i]), OK);
    ck_assert_int_eq(store_commit(m->store, NULL), OK);
    card_reset(f);
}

/* A command that the power cut ends: no answer comes. */
static inline void no_answer(struct fixture *f, const char *request)
{
    uint8_t answer[300];
    size_t n = 0;
    BYTES_LOCAL command = bytes_of(request);
    ck_assert_int_ne(euicc_transmit(f->card, command.p, command.n, answer, sizeof answer, &n), EUICC_OK);
    ck_assert_uint_eq(n, 0);
}

#endif
