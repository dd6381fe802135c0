/* Each action of a rule on a made-up card: what went in, what came out, and the words about it. */
#include "base/hex.h"
#include "mutate/mutate.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* A card that says what the test told it, one answer a command, and notes what it was asked. */
struct rig {
    struct mutate *rules;
    const char *const *answers; /* hex; "" or the end: mute */
    char asked[2000];
    char log[4000];
    unsigned delay_ms;
    unsigned signatures;
};

static int card_transmit(void *ctx, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn)
{
    struct rig *r = ctx;
    char hex[600];
    BUF_LOCAL answer = {0};
    ck_assert_uint_lt(n, 290);
    hex_encode(slice_of(capdu, n), hex);
    strcat(strcat(r->asked, hex), " ");
    if (!*r->answers || !**r->answers) return EUICC_MUTE;
    ck_assert(hex_decode(slice_text(*r->answers++), &answer) && answer.n >= 2 && answer.n <= cap);
    memcpy(rapdu, answer.p, answer.n);
    *rn = answer.n;
    return EUICC_OK;
}

/* A signature is 64 times the exclusive or of what is signed. */
static int card_sign_again(void *ctx, struct euicc_bytes was, const uint8_t signature[64], struct euicc_bytes becomes,
                           uint8_t out[64])
{
    struct rig *r = ctx;
    uint8_t old = 0;
    uint8_t new = 0;
    for (size_t i = 0; i < was.n; i++)
        old ^= was.p[i];
    for (size_t i = 0; i < becomes.n; i++)
        new ^= becomes.p[i];
    if (signature[0] != old) return EUICC_BAD_ARGUMENT;
    memset(out, new, 64);
    r->signatures++;
    return EUICC_OK;
}

static bool card_token(void *ctx, size_t index, uint32_t *token)
{
    (void)ctx;
    *token = index ? 5 : 0;
    return index < 2;
}

static void say(void *ctx, const char *line)
{
    struct rig *r = ctx;
    strcat(strcat(r->log, line), "\n");
}

static void begin(struct rig *r, const char *rules, uint64_t seed, const char *const *answers)
{
    struct euicc_diagnostic why = {""};
    const struct mutate_card card = {r, card_transmit, card_sign_again, card_token};
    *r = (struct rig){.answers = answers};
    ck_assert_msg(mutate_new(&r->rules, slice_text(rules), seed, &why) == EUICC_OK, "%s", why.text);
    mutate_begin(r->rules, &card, say, r);
}

/* Hex in, hex out into `out`; "mute". */
static const char *send(struct rig *r, const char *capdu, char out[2000])
{
    static uint8_t rapdu[65538];
    size_t n = 0;
    BUF_LOCAL command = {0};
    ck_assert(hex_decode(slice_text(capdu), &command));
    int result = mutate_transmit(r->rules, buf_slice(&command), rapdu, sizeof rapdu, &n, &r->delay_ms);
    (void)strcpy(out, "mute");
    ck_assert_uint_lt(n, 1000);
    if (result == EUICC_OK) hex_encode(slice_of(rapdu, n), out);
    return out;
}

#define GET_EID "80e2910006bf3e035c015a"
#define SELECT "00a404000ca0000005591010ffffffff89"

static const struct row {
    const char *rules;
    const char *commands[5];
    const char *card[6];    /* its answers */
    const char *answers[5]; /* that go out */
    const char *log;        /* contained; "": nothing fired */
} rows[] = {
    /* 61xx is fetched, changed whole, and given by 61xx again */
    {"at ES10c.GetEID: set eidValue to hex 010203",
     {GET_EID, "00c0000007", "00c0000008"},
     {"6105", "bf3e025a009000"},
     {"6108", "bf3e055a0301026101", "039000"},
     "eidValue 5a00 became 5a03010203"},
    {"at ES10c.GetEID: append 00", {GET_EID}, {"bf3e005a9000"}, {"bf3e005a009000"}, "4 bytes became 5"},
    {"at ES10c.GetEID, first time: status 6A80",
     {GET_EID, GET_EID},
     {"bf3e009000", "bf3e009000"},
     {"6a80", "bf3e009000"},
     "rule 1 (line 1), ES10c.GetEID, time 1: status 9000 became 6A80 without its 3 bytes"},
    {"at ES10c.GetEID: status 9110 keep data",
     {GET_EID, "00c0000003"},
     {"6103", "bf3e009000"},
     {"6103", "bf3e009110"},
     "status 9000 became 9110"},
    {"at any: mute", {GET_EID, GET_EID}, {"9000", "9000"}, {"mute", "mute"}, "no answer until a reset"},
    {"at GET RESPONSE: cut to 1 bytes", {"00c0000003"}, {"aabbcc9000"}, {"aa9000"}, "3 bytes became 1"},
    {"at GET RESPONSE: cut 1 bytes", {"00c0000003"}, {"aabbcc6105"}, {"aabb6105"}, "3 bytes became 2"},
    {"at GET RESPONSE: cut to 9 bytes", {"00c0000003"}, {"aabbcc9000"}, {"aabbcc9000"}, ""},
    {"at any, time 2: stale",
     {"00b0000001", "00b0000101"},
     {"aa9000", "bb9000"},
     {"aa9000", "aa9000"},
     "1 bytes 9000 became 1 bytes 9000"},
    {"at any: stale", {"00b0000001"}, {"aa9000"}, {"aa9000"}, ""}, /* there is no previous one */
    {"at READ BINARY: answer 0102 6300", {"00b0000001"}, {"aa9000"}, {"01026300"}, "1 bytes 9000 became 2 bytes 6300"},
    {"at ES10c.GetEID: answer as ES10b.GetRAT",
     {GET_EID},
     {"bf3e025a009000"},
     {"bf43025a009000"},
     "the tag bf3e025a00 became bf43025a00"},
    {"at ES10c.GetEID: endless",
     {GET_EID, "00c0000004", "00c0000002", "00b0000001"},
     {"bf3e009000", "779000"},
     {"61ff", "bf3e00bf61ff", "3e0061ff", "779000"},
     "61FF, and so on"},
    {"at ES10c.GetEID: early",
     {"80e2110005bf3e035c01", "80e29101015a"},
     {"9000", "bf3e009000"},
     {"bf3e009000", "bf3e009000"},
     "became an empty answer before the last block"},
    {"at ES10c.GetEID: double eidValue", {GET_EID}, {"bf3e035a01aa9000"}, {"bf3e065a01aa5a01aa9000"}, "eidValue"},
    {"at ES10c.GetEID: remove eidValue", {GET_EID}, {"bf3e035a01aa9000"}, {"bf3e009000"}, "5a01aa became nothing"},
    {"at ES10c.GetEID: reverse 0xBF3E", {GET_EID}, {"bf3e045a0001009000"}, {"bf3e0401005a009000"}, "0xBF3E"},
    {"at ES10c.GetEID: retag eidValue as 9F70", {GET_EID}, {"bf3e035a01aa9000"}, {"bf3e049f7001aa9000"}, "9f7001aa"},
    {"at ES10c.GetEID: length of eidValue by +200",
     {GET_EID},
     {"bf3e035a01aa9000"},
     {"bf3e045a81c9aa9000"},
     "5a01aa became 5a81c9aa"},
    {"at ES10c.GetEID: length of eidValue by -9", {GET_EID}, {"bf3e035a01aa9000"}, {"bf3e035a00aa9000"}, "5a00aa"},
    {"at ES10c.GetEID: cut 1 bytes of eidValue", {GET_EID}, {"bf3e035a01aa9000"}, {"bf3e025a009000"}, "5a00"},
    {"at ES10c.EnableProfile: set enableResult to catBusy",
     {"80e2910003bf3100"},
     {"bf31038001009000"},
     {"bf31038001059000"},
     "enableResult 800100 became 800105"},
    {"at ES10b.ListNotification: add -2 to seqNumber[2]",
     {"80e2910003bf2800"},
     {"bf280fa00dbf2f04"
      "80020080"
      "bf2f03"
      "8001019000"},
     {"bf280fa00dbf2f04"
      "80020080"
      "bf2f03"
      "8001ff9000"},
     "seqNumber[2] 800101 became 8001ff"},
    {"at ES10b.ListNotification: add 128 to seqNumber",
     {"80e2910003bf2800"},
     {"bf2808a006bf2f03"
      "80017f9000"},
     {"bf2809a007bf2f04"
      "800200ff9000"},
     "80017f became 800200ff"},
    /* conditions */
    {"at SELECT: status 6A82\nat any, aid A000000559: status 6F00",
     {"00b0000001", SELECT, "00b0000001", "01b0000001"},
     {"9000", "9000", "9000", "9000"},
     {"9000", "6f00", "6f00", "9000"},
     "rule 2 (line 2), READ BINARY, time 2"},
    {"at any, channel 1: status 6F00",
     {"00b0000001", "01b0000001", "41b0000001"},
     {"9000", "9000", "9000"},
     {"9000", "6f00", "9000"},
     "time 1"},
    {"at any, status 6Axx: status 9000",
     {"00b0000001", "00b0000001"},
     {"6a82", "6f00"},
     {"9000", "6f00"},
     "6A82 became"},
    {"at any, after ES10c.GetEID: status 6F00",
     {"00b0000001", GET_EID, "00b0000001"},
     {"9000", "bf3e009000", "9000"},
     {"9000", "bf3e009000", "6f00"},
     "time 1"},
    {"at READ BINARY, before ES10c.GetEID: status 6F00",
     {"00b0000001", GET_EID, "00b0000001"},
     {"9000", "bf3e009000", "9000"},
     {"6f00", "bf3e009000", "9000"},
     "time 1"},
    {"at any, from time 2, every 2: status 6F00",
     {"00b00000", "00b00000", "00b00000", "00b00000", "00b00000"},
     {"9000", "9000", "9000", "9000", "9000"},
     {"9000", "6f00", "9000", "6f00", "9000"},
     "time 2"},
    {"at any, at most 2: status 6F00",
     {"00b00000", "00b00000", "00b00000"},
     {"9000", "9000", "9000"},
     {"6f00", "6f00", "9000"},
     "time 2"},
    {"at STORE DATA, tag BF43: status 6F00",
     {GET_EID, "80e2910003bf4300"},
     {"9000", "9000"},
     {"9000", "6f00"},
     "GetRAT"},
    {"at INS B0: status 6F00", {"00b20000", "00b00000"}, {"9000", "9000"}, {"9000", "6f00"}, "time 1"},
    {"at ES10b.LoadBoundProfilePackage: status 6F00",
     {GET_EID, "80e29100038701aa"},
     {"9000", "9000"},
     {"9000", "6f00"},
     "ES10b.LoadBoundProfilePackage"},
    /* rules see what the one before left, and its own mistakes stay harmless */
    {"at any: append AA\nat any: append BB", {"00b0000001"}, {"9000"}, {"aabb9000"}, "rule 2"},
    {"at any: set eidValue to 1", {"00b0000001"}, {"bf3e7f9000"}, {"bf3e7f9000"}, ""},
    {"at ES10c.GetEID: card: set eidValue to 1", {GET_EID}, {"bf3e009000"}, {"bf3e009000"}, ""},
};

START_TEST(test_row)
{
    const struct row *row = &rows[_i];
    struct rig r;
    char out[2000];
    begin(&r, row->rules, 1, row->card);
    for (size_t k = 0; k < 5 && row->commands[k]; k++)
        ck_assert_msg(strcmp(send(&r, row->commands[k], out), row->answers[k]) == 0,
                      "%s: command %zu: %s, expected %s\n%s", row->rules, k + 1, out, row->answers[k], r.log);
    ck_assert_msg(*row->log ? strstr(r.log, row->log) != NULL : r.log[0] == 0, "%s: said %s", row->rules, r.log);
    mutate_free(r.rules);
}
END_TEST

START_TEST(test_delay)
{
    static const char *const answers[] = {"9000", "9000", NULL};
    struct rig r;
    char out[2000];
    begin(&r, "at any, first time: delay 70 ms\nat any, first time: delay 5 ms", 1, answers);
    ck_assert_str_eq(send(&r, "00b0000001", out), "9000");
    ck_assert_uint_eq(r.delay_ms, 75);
    ck_assert_str_eq(send(&r, "00b0000001", out), "9000");
    ck_assert_uint_eq(r.delay_ms, 0);
    mutate_free(r.rules);
}
END_TEST

/* The command that made the card mute reached it; what comes before the reset does not. */
START_TEST(test_mute_ends_with_reset)
{
    static const char *const answers[] = {"9000", "aa9000", NULL};
    struct euicc_atr atr = {{0x3b, 0x01}, 2};
    struct rig r;
    char out[2000];
    begin(&r, "at any, once: mute\nat reset: ATR 3F 7F", 1, answers);
    ck_assert_str_eq(send(&r, "00b0000001", out), "mute");
    ck_assert_str_eq(send(&r, "00b0000002", out), "mute");
    ck_assert_str_eq(r.asked, "00b0000001 ");
    mutate_power(r.rules, true, &atr);
    ck_assert_uint_eq(atr.bytes[0], 0x3b);
    mutate_power(r.rules, false, &atr);
    ck_assert(atr.n == 2 && atr.bytes[0] == 0x3f && atr.bytes[1] == 0x7f);
    atr = (struct euicc_atr){{0x3b}, 1};
    mutate_atr(r.rules, &atr);
    ck_assert(atr.n == 2 && atr.bytes[0] == 0x3f);
    ck_assert_str_eq(send(&r, "00b0000003", out), "aa9000");
    ck_assert_ptr_nonnull(strstr(r.log, "rule 2 (line 2), reset, time 1: ATR 3b01 became 3f7f"));
    mutate_free(r.rules);
}
END_TEST

/* Flipped bits, drawn digits and chances follow from the seed and from the words of the rule alone. */
START_TEST(test_seed)
{
    static const char *const rules[] = {"at any, 50 %: flip 2 bits\nat any, 50 %: status 6Fxx",
                                        "at any, 0 %: mute\nat any, 50 %: flip 2 bits\nat any, 50 %: status 6Fxx"};
    static const char *const answers[] = {"0000009000", "0000009000", "0000009000", "0000009000", "0000009000",
                                          "0000009000", "0000009000", "0000009000", NULL};
    char all[4][8 * 20] = {"", "", "", ""};
    for (int k = 0; k < 4; k++) {
        struct rig r;
        char out[2000];
        begin(&r, rules[k == 2], k == 3 ? 8 : 7, answers);
        for (int i = 0; i < 8; i++)
            strcat(strcat(all[k], send(&r, "00b0000003", out)), " ");
        mutate_free(r.rules);
    }
    ck_assert_str_eq(all[0], all[1]);
    ck_assert_str_eq(all[0], all[2]); /* another rule beside them */
    ck_assert_str_ne(all[0], all[3]);
    ck_assert(strstr(all[0], "0000009000") && strstr(all[0], "6f"));
}
END_TEST

/* The signature over the changed object, with what else is signed behind it. */
static void check_signed(const char *rules, const char *request, const char *data, const char *behind,
                         const char *expected)
{
    BUF_LOCAL bytes = {0};
    uint8_t x = 0;
    char answer[1200];
    char out[2000];
    char signature[129];
    struct rig r;
    ck_assert(hex_decode(slice_text(data), &bytes) && hex_decode(slice_text(behind), &bytes));
    for (size_t i = 0; i < bytes.n; i++)
        x ^= bytes.p[i];
    for (int i = 0; i < 64; i++)
        (void)snprintf(signature + 2 * i, 3, "%02x", x);
    (void)snprintf(answer, sizeof answer, "bf51%02xa0%02x%s5f3740%s9000", (unsigned)strlen(data) / 2 + 69,
                   (unsigned)strlen(data) / 2 + 67, data, signature);
    const char *const answers[] = {answer, NULL};
    begin(&r, rules, 1, answers);
    (void)send(&r, request, out);
    ck_assert_msg(strstr(out, expected), "%s: %s\n%s", rules, out, r.log);
    ck_assert_uint_eq(r.signatures, strstr(rules, "card:") ? 1 : 0);
    bytes.n = 0;
    x = 0;
    ck_assert(hex_decode(slice_text(expected), &bytes) && hex_decode(slice_text(behind), &bytes));
    for (size_t i = 0; i < bytes.n; i++)
        x ^= bytes.p[i];
    const char *came = strstr(out, "5f3740");
    ck_assert_ptr_nonnull(came);
    (void)snprintf(signature, sizeof signature, "%02x", x);
    ck_assert_msg((strncmp(came + 6, signature, 2) == 0) == (strstr(rules, "card:") != NULL), "%s: %s", rules, out);
    mutate_free(r.rules);
}

START_TEST(test_signed_by_the_card)
{
    static const char package[] = "80e2910003bf5100";
    /* token 5 is the second eIM's */
    check_signed("at any: card: add 1 to counterValue", package, "3003810107", "840105", "3003810108");
    check_signed("at any: card: add 1 to counterValue", package, "3003810107", "840100", "3003810108");
    check_signed("at any: add 1 to counterValue", package, "3003810107", "840105", "3003810108");
}
END_TEST

/* A command that is too short to be one, and a card that does not answer. */
START_TEST(test_odd_commands)
{
    static const char *const answers[] = {"6700", "6700", "", NULL};
    struct rig r;
    char out[2000];
    begin(&r, "at any: status 6F00", 1, answers);
    ck_assert_str_eq(send(&r, "00b0", out), "6700");
    ck_assert_str_eq(send(&r, "00e2910000ffff", out), "6f00"); /* Lc of 65535, no data */
    ck_assert_str_eq(send(&r, "00b00000", out), "mute");
    mutate_free(r.rules);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mutate");
    TCase *tcase = tcase_create("mutate");
    tcase_add_loop_test(tcase, test_row, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(tcase, test_delay);
    tcase_add_test(tcase, test_mute_ends_with_reset);
    tcase_add_test(tcase, test_seed);
    tcase_add_test(tcase, test_signed_by_the_card);
    tcase_add_test(tcase, test_odd_commands);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
