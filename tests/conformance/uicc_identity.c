/* GET IDENTITY (3GPP TS 31.102 7.5; TS 33.501 annex C) and GET CHALLENGE (ETSI TS 102 221 11.1.18) on installed
 * profiles. The home network that opens what the card conceals is tests/lib/auc.c. */
#include "aka_common.h"

#include <stdio.h>

#define IDENTITY "8078000100"
#define FUNCTION "GET IDENTITY"
#define TS "TS 31.102 7.5"
/* Parts of tuak.der: the list of schemes, EF.UST from service 113 on, EF.AD of the USIM, EF.IMSI. */
#define SCHEMES "A00401010202A14B"
#define UST_END "00003E09"
#define AD "830400000002"
#define IMSI "0801101000012080F6"
#define NETWORK_KEY_A "5A8D38864820197C3394B92613B20B91633CBD897119273BF8E4A6F4EEC0A650"
#define NETWORK_KEY_B "0272DA71976234CE833A6907425867B82E074D44EF907DFB4B3E21C1C2256EBCD1"
#define NULL_SCHEME "A10D 01 00F110 F0FF 00 00 00012080F6 9000"

static struct fixture f;

static void tear_down(void)
{
    card_free(&f);
}

static void network_key(struct auc_network_key *key, bool profile_b)
{
    BUF_LOCAL b = {0};
    put_hex(&b, profile_b ? "F1AB1074477EBCC7F554EA1C5FC368B1616730155E0041AC447D6301975FECDA"
                          : "C53C22208B61860B06C62E5406A7B330C2B577AA5558981510D128247D38BD1D");
    ck_assert(auc_network_key(key, profile_b, b.p));
}

/* GET IDENTITY; the answer without status word. */
static void identity(struct buf *out)
{
    struct lpa_reader reader;
    BUF_LOCAL command = {0};
    put_hex(&command, IDENTITY);
    ck_assert(lpa_reader_card(&reader, f.card));
    ck_assert(reader.transmit(reader.ctx, buf_slice(&command), out));
    ck_assert(out->n > 2 && out->p[out->n - 2] == 0x90 && out->p[out->n - 1] == 0);
    buf_truncate(out, out->n - 2);
}

/* What comes is `head` and a scheme output that the home network opens to `plain`. */
static void concealed(bool profile_b, const char *head, const char *plain)
{
    struct auc_network_key key;
    BUF_LOCAL answer = {0};
    BUF_LOCAL start = {0};
    BUF_LOCAL msin = {0};
    network_key(&key, profile_b);
    identity(&answer);
    put_hex(&start, head);
    ck_assert(slice_starts_with(buf_slice(&answer), buf_slice(&start)));
    ck_assert_uint_eq(answer.p[1], answer.n - 2);
    ck_assert(auc_open_suci(&key, slice_skip(buf_slice(&answer), start.n), &msin));
    assert_hex(buf_slice(&msin), plain, head);
}

/* ---- SUCI ---- */

START_TEST(test_profile_a)
{
    static const struct aka_profile p = {.file = "tuak.der"};
    BUF_LOCAL one = {0};
    BUF_LOCAL two = {0};
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    concealed(false, "A135 01 00F110 F0FF 01 1B", "00012080F6");
    identity(&one);
    identity(&two);
    ck_assert(!slice_equal(buf_slice(&one), buf_slice(&two))); /* a new ephemeral key each time */
}
END_TEST

/* 54 bytes, and 61xx without Le. */
START_TEST(test_profile_b)
{
    static const struct aka_profile p = {.file = "tuak.der", .replace = {{SCHEMES, "A00402020101A14B"}}};
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    concealed(true, "A136 01 00F110 F0FF 02 1E", "00012080F6");
    apdu(&f, "80780001", "6138");
}
END_TEST

/* The same seed and the same commands give the same SUCI. */
START_TEST(test_deterministic)
{
    static const struct aka_profile p = {.file = "tuak.der"};
    BUF_LOCAL one = {0};
    BUF_LOCAL two = {0};
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    identity(&one);
    card_free(&f);
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    identity(&two);
    ck_assert(slice_equal(buf_slice(&one), buf_slice(&two)));
}
END_TEST

/* Which scheme is taken, and how the identifier is cut. `head` starts the answer. */
START_TEST(test_choice)
{
    static const struct {
        const char *from, *to;
        int profile; /* 0: the null scheme, `head` is the whole answer; 1 A, 2 B */
        const char *head, *plain;
    } rows[] = {
        {SCHEMES, "A00400000101A14B", 0, NULL_SCHEME, NULL},                         /* the null scheme first */
        {SCHEMES, "A0040C010101A14B", 1, "A135 01 00F110 F0FF 01 1B", "00012080F6"}, /* 0C: an operator's own */
        {SCHEMES, "FFFFFFFFFFFFFFFF", 0, NULL_SCHEME, NULL},                         /* no list */
        {SCHEMES, "A000FFFFFFFFFFFF", 0, NULL_SCHEME, NULL},                         /* an empty one */
        {SCHEMES, "A00401020202A14B", -1, NULL, NULL},                               /* A with the key of B */
        {AD, "830400000003", 1, "A134 01 000110 F0FF 01 1B", "10000268"},            /* MNC 010 */
        {IMSI, "0809101000012080F6", -2, NULL, NULL},                                /* 15 digits, the last F */
        {IMSI, "080910100001208096", 1, "A135 01 00F110 F0FF 01 1B", "0001208096"},  /* 15 digits: 00101001002 08 69 */
        {"8304F0FFFFFF", "830421F3FFFF", 1, "A135 01 00F110 21F3 01 1B", "00012080F6"}, /* routing indicator 123 */
        {"8304F0FFFFFF", "8304FFFFFFFF", 1, "A135 01 00F110 F0FF 01 1B", "00012080F6"}, /* none: 0 */
    };
    struct aka_profile p = {.file = "tuak.der", .replace = {{rows[_i].from, rows[_i].to}}};
    static const struct row bad_key = {
        "A, 33 bytes", IDENTITY, "6985", FUNCTION, TS, "a public key of the home network", "another value", NO_OFFSET};
    static const struct row bad_imsi = {"F as digit", IDENTITY, "6985", FUNCTION, TS, "decimal digits in EF.IMSI",
                                        "others",     NO_OFFSET};
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    if (rows[_i].profile == 0) apdu(&f, IDENTITY, rows[_i].head);
    if (rows[_i].profile > 0) concealed(rows[_i].profile == 2, rows[_i].head, rows[_i].plain);
    if (rows[_i].profile == -1) apdu_row(&f, &bad_key);
    if (rows[_i].profile == -2) apdu_row(&f, &bad_imsi);
}
END_TEST
#define CHOICES 10

#define NO_SUCI "6985", FUNCTION, TS
static const struct {
    const char *from, *to;
    struct row row;
} refused[] = {
    {UST_END, "00002E09", {"no service 125", IDENTITY, NO_SUCI, "services 124 and 125", "not available", NO_OFFSET}},
    {UST_END, "00003609", {"no service 124", IDENTITY, NO_SUCI, "services 124 and 125", "not available", NO_OFFSET}},
    {SCHEMES,
     "A0040C010D02A14B",
     {"no scheme of ours", IDENTITY, NO_SUCI, "a protection scheme that this card has", "others", NO_OFFSET}},
    {SCHEMES,
     "A00401030202A14B",
     {"a third key", IDENTITY, NO_SUCI, "the home network's key that the scheme names", "no key", NO_OFFSET}},
    {SCHEMES,
     "A00401000202A14B",
     {"key 0", IDENTITY, NO_SUCI, "the home network's key that the scheme names", "no key", NO_OFFSET}},
    {SCHEMES,
     "A10401010202A14B",
     {"no A0", IDENTITY, NO_SUCI, "the list of protection schemes (A0)", "other", NO_OFFSET}},
    {SCHEMES,
     "A07F01010202A14B",
     {"A0 longer than the file", IDENTITY, NO_SUCI, "the list of protection schemes (A0)", "other", NO_OFFSET}},
    {SCHEMES,
     "A00401010202A04B",
     {"no A1", IDENTITY, NO_SUCI, "the list of the home network's keys (A1)", "other", NO_OFFSET}},
    {SCHEMES "80",
     "A00401010202A17F80",
     {"A1 longer than the file", IDENTITY, NO_SUCI, "the list of the home network's keys (A1)", "other", NO_OFFSET}},
    {SCHEMES, "A00301010202A14B", {"three bytes of schemes", IDENTITY, NO_SUCI, "keys (A1)", "other", NO_OFFSET}},
    {"A00401010202A14B80011B",
     "A003010102A14CFF80011B",
     {"an odd number", IDENTITY, NO_SUCI, "pairs of scheme and key index", "odd", NO_OFFSET}},
    {SCHEMES "80011B8120",
     SCHEMES "80011B8220",
     {"a key without 81", IDENTITY, NO_SUCI, "the home network's key that the scheme names", "no key", NO_OFFSET}},
    {NETWORK_KEY_A,
     "0000000000000000000000000000000000000000000000000000000000000000",
     {"a key of low order", IDENTITY, NO_SUCI, "a public key of the home network", "another value", NO_OFFSET}},
    {IMSI, "0001101000012080F6", {"EF.IMSI of length 0", IDENTITY, NO_SUCI, "an IMSI in EF.IMSI", "none", NO_OFFSET}},
    {IMSI, "0901101000012080F6", {"of length 9", IDENTITY, NO_SUCI, "an IMSI in EF.IMSI", "none", NO_OFFSET}},
    {IMSI, "FFFFFFFFFFFFFFFFFF", {"an empty one", IDENTITY, NO_SUCI, "an IMSI in EF.IMSI", "none", NO_OFFSET}},
    {IMSI, "0301101000012080F6", {"four digits", IDENTITY, NO_SUCI, "an IMSI of 6 to 15 digits", "fewer", NO_OFFSET}},
    {IMSI, "0801101A00012080F6", {"A as digit", IDENTITY, NO_SUCI, "decimal digits in EF.IMSI", "others", NO_OFFSET}},
    {AD, "830400000001", {"MNC of 1", IDENTITY, NO_SUCI, "the length of the MNC", "another one", NO_OFFSET}},
    {AD, "8304000000FF", {"MNC of 15", IDENTITY, NO_SUCI, "the length of the MNC", "another one", NO_OFFSET}},
};

START_TEST(test_refused)
{
    struct aka_profile p = {.file = "tuak.der", .replace = {{refused[_i].from, refused[_i].to}}};
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &refused[_i].row);
}
END_TEST

/* Profile B with a key that is no point. */
START_TEST(test_point_off_curve)
{
    static const struct aka_profile p = {
        .file = "tuak.der",
        .replace = {{SCHEMES, "A00402020101A14B"},
                    {NETWORK_KEY_B, "02FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"}}};
    static const struct row row = {"x above the prime", IDENTITY, NO_SUCI, "a public key of the home network",
                                   "another value",     NO_OFFSET};
    aka_card(&f, NULL, &p);
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &row);
}
END_TEST

START_TEST(test_command)
{
    static const struct aka_profile p = {.file = "tuak.der"};
    static const struct row rows[] = {
        {"in the MF", IDENTITY, "6985", FUNCTION, TS, "an application of the enabled profile", "none", NO_OFFSET},
        {"the ISIM", SELECT_ISIM, "9000", FINE},
        {"in the ISIM", IDENTITY, "6985", FUNCTION, TS, "services 124 and 125", "not available", NO_OFFSET},
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"P1 01", "8078010100", "6A86", FUNCTION, TS, "P1 00 and P2 01 or 02", "0101", NO_OFFSET},
        {"P2 00", "8078000000", "6A86", FUNCTION, TS, "P1 00 and P2 01 or 02", "0000", NO_OFFSET},
        {"P2 03", "8078000300", "6A86", FUNCTION, TS, "P1 00 and P2 01 or 02", "0003", NO_OFFSET},
        {"5G NSWO", "8078000200", "6A81", FUNCTION, TS, "P2 01 (SUCI)", "5G NSWO", NO_OFFSET},
        {"command data", "80780001010000", "6700", FUNCTION, TS, "no command data", "1 bytes", NO_OFFSET},
        {"class 00", "0078000100", "6D00", "command", "TS 102 221 10.1.2", "", "", 1},
        {"ENABLE PIN", "0028000108 30303030FFFFFFFF", "9000", FINE},
    };
    static const struct row pin = {"PIN1 not verified",
                                   IDENTITY,
                                   "6982",
                                   FUNCTION,
                                   TS,
                                   "the application's PIN",
                                   "PIN1 enabled and not verified",
                                   NO_OFFSET};
    aka_card(&f, NULL, &p);
    apdu_rows(&f, ROWS(rows));
    ck_assert_int_eq(euicc_reset(f.card, NULL), EUICC_OK);
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &pin);
    apdu(&f, "0020000108 30303030FFFFFFFF", "9000");
    concealed(false, "A135 01 00F110 F0FF 01 1B", "00012080F6");
}
END_TEST

START_TEST(test_status_word)
{
    static const struct aka_profile p = {.file = "tuak.der", .replace = {{UST_END, "00002E09"}}};
    static const struct row row = {"as the personality says", IDENTITY,        "6A81",   FUNCTION, TS,
                                   "services 124 and 125",    "not available", NO_OFFSET};
    aka_card(&f, "no_suci = 6A81", &p);
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &row);
}
END_TEST

#define NEW_FILE(directory, fid, size, content)                                                                        \
    "A1(A0(8000 81(50)) A1(30(80(7FD0" directory ") 62(82(4121) 83(" fid ") 8B(6F0602) 80(" size ") A5()) 81(" content \
    ")))) "

/* Without DF.SAIP the list that the terminal reads serves; without any the null scheme does. */
START_TEST(test_other_list)
{
    static const struct aka_profile without = {.file = "tuak.der", .drop = 0xbd};
    static const struct aka_profile with = {
        .file = "tuak.der",
        .drop = 0xbd,
        .before_end = NEW_FILE("5FC0", "4F07", "60", "A0020201 A126 80011F 8121 " NETWORK_KEY_B)};
    aka_card(&f, NULL, _i ? &with : &without);
    apdu(&f, SELECT_USIM, "9000");
    if (_i)
        concealed(true, "A136 01 00F110 F0FF 02 1F", "00012080F6");
    else
        apdu(&f, IDENTITY, NULL_SCHEME);
}
END_TEST

/* A network specific identifier is no IMSI: nothing is said about the IMSI then. */
START_TEST(test_other_identifier)
{
    static const struct aka_profile without = {.file = "tuak.der", .replace = {{UST_END, "00003E0B"}}};
    static const struct aka_profile with = {.file = "tuak.der",
                                            .replace = {{UST_END, "00003E0B"}},
                                            .before_end = NEW_FILE("5FC0", "4F09", "10", "8003 614062")};
    static const struct row row = {
        "EF.SUPI_NAI", IDENTITY, NO_SUCI, "a SUPI that is an IMSI", "service 130 and EF.SUPI_NAI", NO_OFFSET};
    aka_card(&f, NULL, _i ? &with : &without);
    apdu(&f, SELECT_USIM, "9000");
    if (_i)
        apdu_row(&f, &row);
    else
        concealed(false, "A135 01 00F110 F0FF 01 1B", "00012080F6");
}
END_TEST

/* ---- GET CHALLENGE ---- */

static void challenge(const char *command, size_t n, struct buf *out)
{
    struct lpa_reader reader;
    BUF_LOCAL b = {0};
    put_hex(&b, command);
    buf_reset(out);
    ck_assert(lpa_reader_card(&reader, f.card));
    ck_assert(reader.transmit(reader.ctx, buf_slice(&b), out));
    ck_assert_uint_eq(out->n, n + 2);
    ck_assert(out->p[n] == 0x90 && out->p[n + 1] == 0);
}

START_TEST(test_challenge)
{
    static const struct row rows[] = {
        {"no Le", "00840000", "6700", "GET CHALLENGE", "TS 102 221 11.1.18", "Le", "none", NO_OFFSET},
        {"command data", "00840000010008", "6700", "GET CHALLENGE", "TS 102 221 11.1.18", "no command data", "1 bytes",
         NO_OFFSET},
        {"P1 01", "0084010008", "6A86", "GET CHALLENGE", "TS 102 221 11.1.18", "", "", NO_OFFSET},
        {"P2 01", "0084000108", "6A86", "GET CHALLENGE", "TS 102 221 11.1.18", "", "", NO_OFFSET},
    };
    BUF_LOCAL one = {0};
    BUF_LOCAL two = {0};
    BUF_LOCAL again = {0};
    card_make(&f, NULL);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    challenge("0084000008", 8, &one);
    challenge("0084000008", 8, &two);
    ck_assert(!slice_equal(buf_slice(&one), buf_slice(&two)));
    challenge("0084000000", 256, &two);
    challenge("0084000001", 1, &two);
    apdu_rows(&f, ROWS(rows));
    card_free(&f);
    card_make(&f, NULL);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
    challenge("0084000008", 8, &again);
    ck_assert(slice_equal(buf_slice(&one), buf_slice(&again))); /* the card's own random source */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("GET IDENTITY");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, NULL, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_profile_a);
    tcase_add_test(t, test_profile_b);
    tcase_add_test(t, test_deterministic);
    tcase_add_loop_test(t, test_choice, 0, CHOICES);
    tcase_add_loop_test(t, test_refused, 0, (int)(sizeof refused / sizeof refused[0]));
    tcase_add_test(t, test_point_off_curve);
    tcase_add_test(t, test_command);
    tcase_add_test(t, test_status_word);
    tcase_add_loop_test(t, test_other_list, 0, 2);
    tcase_add_loop_test(t, test_other_identifier, 0, 2);
    tcase_add_test(t, test_challenge);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
