/* The decoder of `softeuicc run -v` on objects that are not as SGP.22 wants them: they are shown as far as they parse,
 * rows and values stay short, and nothing from outside reaches the terminal as it is. */
#include "decode_rows.h"
#include "kat.h"

static const struct golden oddities[] = {
    {DECODE_REQUEST, "", ""},
    {DECODE_REQUEST, "BF", "no data object at byte 0: bf\n"},
    {DECODE_REQUEST, "BF3E{5C{5A}} 00", "BF3E GetEuiccDataRequest\n  5C tagList 5A\nno data object at byte 6: 00\n"},
    {DECODE_REQUEST, "BF3E035C055A", "BF3E GetEuiccDataRequest\n  no data object at byte 3: 5c055a\n"},
    {DECODE_REQUEST, "BF3E81035C015A", "no data object at byte 0: bf3e81035c015a\n"},
    {DECODE_REQUEST, "BF7E{010203}", "BF7E 010203\n"},
    {DECODE_REQUEST, "BF2E{80{9F}}", "BF2E GetEuiccChallengeRequest\n  80 9f\n"},
    /* the second 30 is not the first; an unknown member does not move the place; a third 30 has no name */
    {DECODE_REQUEST, "BF38{30{} A9{} 30{8000} 80{} 30{8000}}",
     "BF38 AuthenticateServerRequest\n  30 serverSigned1\n  A9 (0 bytes)\n  30 serverCertificate (4 bytes)\n"
     "  80 (0 bytes)\n  30 8000\n"},
    {DECODE_REQUEST, "BF41{81{01} 80{01} 80{02}}",
     "BF41 CancelSessionRequest\n  81 reason 1 postponed\n  80 transactionId 01\n  80 transactionId 02\n"},
    /* values that are not of their kind, or that have no name */
    {DECODE_REQUEST, "BF3E{5C{80BFFF}}", "BF3E GetEuiccDataRequest\n  5C tagList malformed 80bfff\n"},
    {DECODE_REQUEST, "BF3E{5C{BFFFFF7F}}", "BF3E GetEuiccDataRequest\n  5C tagList malformed bfffff7f\n"},
    {DECODE_REQUEST, "BF3E{5C{}}", "BF3E GetEuiccDataRequest\n  5C tagList malformed (0 bytes)\n"},
    {DECODE_RESPONSE, "BF31{80{09}}", "BF31 EnableProfileResponse\n  80 enableResult 9\n"},
    {DECODE_RESPONSE, "BF31{80{FF}}", "BF31 EnableProfileResponse\n  80 enableResult malformed ff\n"},
    {DECODE_RESPONSE, "BF31{80{}}", "BF31 EnableProfileResponse\n  80 enableResult malformed (0 bytes)\n"},
    {DECODE_RESPONSE, "BF31{80{000000000001}}",
     "BF31 EnableProfileResponse\n  80 enableResult malformed 000000000001\n"},
    {DECODE_REQUEST, "BF31{81{} 81{0001} 81{01}}",
     "BF31 EnableProfileRequest\n"
     "  81 refreshFlag malformed (0 bytes)\n  81 refreshFlag malformed 0001\n  81 refreshFlag true\n"},
    {DECODE_REQUEST, "BF28{81{013E}}",
     "BF28 ListNotificationRequest\n  81 profileManagementOperation notificationDisable notificationDelete bit4 bit5 "
     "bit6\n"},
    {DECODE_REQUEST, "BF28{81{00}}", "BF28 ListNotificationRequest\n  81 profileManagementOperation none\n"},
    {DECODE_REQUEST, "BF28{81{0801}}",
     "BF28 ListNotificationRequest\n  81 profileManagementOperation malformed 0801\n"},
    {DECODE_REQUEST, "BF33{5A{982900103254769F1032}}",
     "BF33 DeleteProfileRequest\n  5A iccid malformed 982900103254769f1032\n"},
    {DECODE_REQUEST, "BF33{5A{9829A0}}", "BF33 DeleteProfileRequest\n  5A iccid malformed 9829a0\n"},
    {DECODE_REQUEST, "BF33{5A{98*11}}", "BF33 DeleteProfileRequest\n  5A iccid malformed 9898989898989898989898\n"},
    {DECODE_RESPONSE, "BF22{82{0205} 84{81{01} 0282} 84{82{01*9}}}",
     "BF22 EUICCInfo2\n  82 svn malformed 0205\n  84 extCardResource 8101010282\n  84 extCardResource\n"
     "    82 freeNonVolatileMemory malformed 010101010101010101\n"},
    {DECODE_RESPONSE, "BF37{BF27{81{FF} 06{550384} 06{5503} 06{8FFFFFFF7F} 06{9FFFFFFF7F} A2{A1{82{9000}}}}}",
     "BF37 ProfileInstallationResult\n  BF27 profileInstallationResultData\n    81 ff\n    06 smdpOid malformed "
     "550384\n"
     "    06 5503\n    06 8fffffff7f\n    06 9fffffff7f\n"
     "    A2 finalResult\n      A1 errorResult\n        82 simaResponse 9000\n"},
    {DECODE_REQUEST, "BF24{B8{80{8FFFFFFF7F} 80{9FFFFFFF7F} 80{}}}",
     "BF24 ConfigureISDPRequest\n  B8 dpProprietaryData\n    80 dpOid 2.4294967215\n"
     "    80 dpOid malformed 9fffffff7f\n    80 dpOid malformed (0 bytes)\n"},
    {DECODE_RESPONSE, "BF37{BF27{A2{A1{82{30{81{00}}}}}}}",
     "BF37 ProfileInstallationResult\n  BF27 profileInstallationResultData\n    A2 finalResult\n      A1 errorResult\n"
     "        82 simaResponse\n          30 EUICCResponse\n            81 profileInstallationAborted malformed 00\n"},
    {DECODE_REQUEST, "BF25{B7{80{00F1}}}",
     "BF25 StoreMetadataRequest\n  B7 profileOwner\n    80 mccMnc malformed 00f1\n"},
    {DECODE_REQUEST, "BF38{30{} 30{30{A3{30{30{06{551D0E} 04{04{0102}}}}}}}}",
     "BF38 AuthenticateServerRequest\n  30 serverSigned1\n"
     "  30 serverCertificate subjectKeyIdentifier 0102 (21 bytes)\n"},
    {DECODE_REQUEST, "BF38{30{} 30{30{A3{30{30{06{551D0E} 04{0102}}}}}}}",
     "BF38 AuthenticateServerRequest\n  30 serverSigned1\n  30 serverCertificate (19 bytes)\n"},
    /* what could command the terminal, and what is not UTF-8: a lone byte, an overlong slash */
    {DECODE_REQUEST, "BF29{90{1B 5B33316D 0A 80 C385 FF E282AC C0AF}}",
     "BF29 SetNicknameRequest\n  90 profileNickname \"?[31m??\xc3\x85?\xe2\x82\xac??\"\n"},
};

START_TEST(odd_objects)
{
    expect_golden(&oddities[_i]);
}
END_TEST

/* Long values are cut and tell their size; text not inside a character. */
START_TEST(long_values)
{
    BUF_LOCAL object = {0};
    BUF_LOCAL want = {0};
    size_t mark = tlv_open(&object, 0xbf29);
    size_t name = tlv_open(&object, 0x90);
    buf_byte(&object, 'x');
    for (int i = 0; i < 1000; i++)
        buf_append(&object, slice_text("\xe2\x82\xac"));
    tlv_close(&object, name);
    tlv_close(&object, mark);
    text_format(&want, "BF29 SetNicknameRequest\n  90 profileNickname \"x");
    for (int i = 0; i < 42; i++) /* 1 + 42 * 3 = 127; the next character would end at 130, past 128 */
        buf_append(&want, slice_text("\xe2\x82\xac"));
    text_format(&want, "\".. (3001 bytes)\n");
    buf_byte(&want, 0);
    expect(DECODE_REQUEST, buf_slice(&object), (const char *)want.p);
    static const struct golden cut[] = {
        {DECODE_REQUEST, "BF7E{AB*32}", "BF7E abababababababababababababababababababababababababababababababab\n"},
        {DECODE_REQUEST, "BF7E{AB*33}", "BF7E abababababababab.. (33 bytes)\n"},
        {DECODE_REQUEST, "BF7E{AB}", "BF7E ab\n"},
        {DECODE_REQUEST, "BF38{5F37{AB*33}}",
         "BF38 AuthenticateServerRequest\n  5F37 serverSignature1 abababababababab.. (33 bytes)\n"},
        {DECODE_REQUEST, "BF28{81{08 AB*40}}",
         "BF28 ListNotificationRequest\n"
         "  81 profileManagementOperation malformed 08ababababababab.. (41 bytes)\n"},
    };
    for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++)
        expect_golden(&cut[i]);
}
END_TEST

/* However many members there are, the rows end; and a row is never long. */
START_TEST(rows_are_bounded)
{
    BUF_LOCAL object = {0};
    size_t mark = tlv_open(&object, 0xbf43);
    for (size_t i = 0; i < 20000; i++)
        tlv_put_u8(&object, 0x80, (uint8_t)i);
    tlv_close(&object, mark);
    for (size_t kind = 0; kind < KINDS; kind++) {
        /* a segment: of empty ones as many as fit */
        BUF_LOCAL empty = {0};
        for (size_t i = 0; i < 20000; i++)
            tlv_put(&empty, 0x86, (struct slice){0});
        bool segment = all_kinds[kind] == DECODE_SEGMENT;
        char *came = rows_of(all_kinds[kind], segment ? buf_slice(&empty) : buf_slice(&object));
        size_t rows = 0;
        for (const char *p = came; *p; p++)
            rows += *p == '\n';
        ck_assert_uint_eq(rows, DECODE_ROWS_MAX + 1);
        ck_assert_str_eq(came + strlen(came) - 5, "\n...\n");
        free(came);
    }
}
END_TEST

/* Cut at each byte, and each bit of each byte flipped: rows without control characters, and no read past the end
 * (the objects are exact copies on the heap). */
START_TEST(hostile_objects)
{
    static const char *const names[] = {"authenticate.request", "authenticate.response", "prepare.request",
                                        "retrieve_response",    "bpp.segments.0",        "cancel_session_response"};
    struct kat *k = kat_open("session.txt");
    ck_assert_ptr_nonnull(k);
    struct slice whole = kat_slice(k, names[_i]);
    for (size_t n = 0; n < whole.n; n++)
        check_rows(slice_of(whole.p, n));
    BYTES_LOCAL spoilt = bytes_copy(whole);
    for (size_t bit = 0; bit < 8 * whole.n; bit++) {
        spoilt.p[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        check_rows(bytes_slice(&spoilt));
        spoilt.p[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
    kat_free(k);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode_odd");
    TCase *tcase = tcase_create("decode_odd");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, odd_objects, 0, sizeof oddities / sizeof oddities[0]);
    tcase_add_test(tcase, long_values);
    tcase_add_test(tcase, rows_are_bounded);
    tcase_add_loop_test(tcase, hostile_objects, 0, 6);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
