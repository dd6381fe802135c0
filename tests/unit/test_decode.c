/* The decoder of `softeuicc run -v`: what each data object of SGP.22 looks like, as whole texts. Names and codes are
 * those of SGP.22 v2.5 annex H. The objects of the recorded session are those of the known-answer tests. */
#include "decode_rows.h"
#include "kat.h"

#include <stdio.h>

/* ---- whole objects ---- */

static const struct golden goldens[] = {
    {DECODE_REQUEST, "BF3E{5C{5A}}", "BF3E GetEuiccDataRequest\n  5C tagList 5A\n"},
    {DECODE_RESPONSE, "BF3E{5A{89049032123451234512345678901235}}",
     "BF3E GetEuiccDataResponse\n  5A eidValue 89049032123451234512345678901235\n"},
    {DECODE_RESPONSE, "BF38{A1{80{A0A1A2A3A4A5A6A7A8A9AAABACADAEAF} 02{06}}}",
     "BF38 AuthenticateServerResponse\n"
     "  A1 authenticateResponseError\n"
     "    80 transactionId a0a1a2a3a4a5a6a7a8a9aaabacadaeaf\n"
     "    02 authenticateErrorCode 6 euiccChallengeMismatch\n"},
    {DECODE_RESPONSE, "BF21{A1{80{0102030405} 02{7F}}}",
     "BF21 PrepareDownloadResponse\n"
     "  A1 downloadResponseError\n"
     "    80 transactionId 0102030405\n"
     "    02 downloadErrorCode 127 undefinedError\n"},
    {DECODE_REQUEST, "BF31{A0{5A{98290010325476981032}} 81{FF}}",
     "BF31 EnableProfileRequest\n"
     "  A0 profileIdentifier\n"
     "    5A iccid 89920001234567890123\n"
     "  81 refreshFlag true\n"},
    {DECODE_REQUEST, "BF32{A0{4F{A00000055910}} 81{00}}",
     "BF32 DisableProfileRequest\n"
     "  A0 profileIdentifier\n"
     "    4F isdpAid a00000055910\n"
     "  81 refreshFlag false\n"},
    {DECODE_REQUEST, "BF33{5A{982900103254769810F3}}", "BF33 DeleteProfileRequest\n  5A iccid 8992000123456789013\n"},
    {DECODE_RESPONSE, "BF31{80{02}}", "BF31 EnableProfileResponse\n  80 enableResult 2 profileNotInDisabledState\n"},
    {DECODE_RESPONSE, "BF32{80{02}}", "BF32 DisableProfileResponse\n  80 disableResult 2 profileNotInEnabledState\n"},
    {DECODE_RESPONSE, "BF33{80{02}}", "BF33 DeleteProfileResponse\n  80 deleteResult 2 profileNotInDisabledState\n"},
    {DECODE_REQUEST, "BF34{82{05E0}}",
     "BF34 EuiccMemoryResetRequest\n"
     "  82 resetOptions deleteOperationalProfiles deleteFieldLoadedTestProfiles resetDefaultSmdpAddress\n"},
    {DECODE_RESPONSE, "BF34{80{01}}", "BF34 EuiccMemoryResetResponse\n  80 resetResult 1 nothingToDelete\n"},
    {DECODE_REQUEST, "BF29{5A{989200} 90{'H' C3A9 22 5C}}",
     "BF29 SetNicknameRequest\n  5A iccid 892900\n  90 profileNickname \"H\xc3\xa9\\\"\\\\\"\n"},
    {DECODE_RESPONSE, "BF29{80{01}}", "BF29 SetNicknameResponse\n  80 setNicknameResult 1 iccidNotFound\n"},
    {DECODE_REQUEST, "BF2B{A0{80{0080}}}",
     "BF2B RetrieveNotificationsListRequest\n  A0 searchCriteria\n    80 seqNumber 128\n"},
    {DECODE_REQUEST, "BF28{81{0560}}",
     "BF28 ListNotificationRequest\n  81 profileManagementOperation notificationEnable notificationDisable\n"},
    {DECODE_RESPONSE, "BF28{A0{}}", "BF28 ListNotificationResponse\n  A0 notificationMetadataList\n"},
    {DECODE_RESPONSE, "BF2B{81{01}}",
     "BF2B RetrieveNotificationsListResponse\n  81 notificationsListResultError 1 noResultAvailable\n"},
    {DECODE_REQUEST, "BF30{80{0100}}", "BF30 NotificationSentRequest\n  80 seqNumber 256\n"},
    {DECODE_RESPONSE, "BF30{80{01}}",
     "BF30 NotificationSentResponse\n  80 deleteNotificationStatus 1 nothingToDelete\n"},
    {DECODE_REQUEST, "BF41{80{0102} 81{05}}",
     "BF41 CancelSessionRequest\n  80 transactionId 0102\n  81 reason 5 loadBppExecutionError\n"},
    {DECODE_RESPONSE, "BF41{81{05}}",
     "BF41 CancelSessionResponse\n  81 cancelSessionResponseError 5 invalidTransactionId\n"},
    {DECODE_REQUEST, "BF35{A0{30{0102}}}", "BF35 LoadCRLRequest\n  A0 crl (4 bytes)\n"},
    {DECODE_RESPONSE, "BF35{81{05}}", "BF35 LoadCRLResponse\n  81 loadCRLResponseError 5 fresherCrlAlreadyLoaded\n"},
    {DECODE_RESPONSE, "BF35{A0{A0{02{03}}}}",
     "BF35 LoadCRLResponse\n  A0 loadCRLResponseOk\n    A0 missingParts\n      02 number 3\n"},
    {DECODE_RESPONSE, "BF3C{80{'a.example'} 81{'b.example'}}",
     "BF3C EuiccConfiguredAddressesResponse\n"
     "  80 defaultDpAddress \"a.example\"\n  81 rootDsAddress \"b.example\"\n"},
    {DECODE_REQUEST, "BF3F{80{}}", "BF3F SetDefaultDpAddressRequest\n  80 defaultDpAddress \"\"\n"},
    {DECODE_REQUEST, "BF42{80{06C0}}",
     "BF42 LpaeActivationRequest\n  80 lpaeOption activateCatBasedLpae activateScwsBasedLpae\n"},
    {DECODE_RESPONSE, "BF42{80{01}}", "BF42 LpaeActivationResponse\n  80 lpaeActivationResult 1 notSupported\n"},
    {DECODE_RESPONSE, "BF2E{80{000102030405060708090A0B0C0D0E0F}}",
     "BF2E GetEuiccChallengeResponse\n  80 euiccChallenge 000102030405060708090a0b0c0d0e0f\n"},
    {DECODE_RESPONSE, "BF20{82{020500} A9{04{01*20}} AA{}}",
     "BF20 EUICCInfo1\n"
     "  82 svn 2.5.0\n"
     "  A9 euiccCiPKIdListForVerification\n"
     "    04 subjectKeyIdentifier 0101010101010101010101010101010101010101\n"
     "  AA euiccCiPKIdListForSigning\n"},
    {DECODE_RESPONSE, "BF43{A0{30{80{0560} A1{30{80{00F110} 81{} 82{0A0B}}} 82{0780}}}}",
     "BF43 GetRatResponse\n"
     "  A0 rat\n"
     "    30 ProfilePolicyAuthorisationRule\n"
     "      80 pprIds ppr1 ppr2\n"
     "      A1 allowedOperators\n"
     "        30 OperatorID\n"
     "          80 mccMnc 001-01\n"
     "          81 gid1 (0 bytes)\n"
     "          82 gid2 0a0b\n"
     "      82 pprFlags consentRequired\n"},
    {DECODE_REQUEST, "BF2D{A0{95{02}} 5C{5A9F70B7}}",
     "BF2D ProfileInfoListRequest\n"
     "  A0 searchCriteria\n"
     "    95 profileClass 2 operational\n"
     "  5C tagList 5A 9F70 B7\n"},
    {DECODE_RESPONSE, "BF2D{81{0B}}",
     "BF2D ProfileInfoListResponse\n  81 profileInfoListError 11 profileChangeOngoing\n"},
    {DECODE_RESPONSE,
     "BF2D{A0{E3{5A{98290010325476981032} 4F{A00000} 9F70{01} 90{'a'} 91{'SP'} 92{'P'} 93{01} 94{FFD8*500} 95{00}"
     "B6{30{80{04F0} 81{'ab.c'}}} B7{80{216354} 81{0102}} B8{80{88370A}} 99{0640} BF22{30{80{2B06} A1{0500}}}}}}",
     "BF2D ProfileInfoListResponse\n"
     "  A0 profileInfoListOk\n"
     "    E3 ProfileInfo\n"
     "      5A iccid 89920001234567890123\n"
     "      4F isdpAid a00000\n"
     "      9F70 profileState 1 enabled\n"
     "      90 profileNickname \"a\"\n"
     "      91 serviceProviderName \"SP\"\n"
     "      92 profileName \"P\"\n"
     "      93 iconType 1 png\n"
     "      94 icon (1000 bytes)\n"
     "      95 profileClass 0 test\n"
     "      B6 notificationConfigurationInfo\n"
     "        30 NotificationConfigurationInformation\n"
     "          80 profileManagementOperation notificationInstall notificationEnable notificationDisable "
     "notificationDelete\n"
     "          81 notificationAddress \"ab.c\"\n"
     "      B7 profileOwner\n"
     "        80 mccMnc 123-456\n"
     "        81 gid1 0102\n"
     "      B8 dpProprietaryData\n"
     "        80 dpOid 2.999.10\n"
     "      99 profilePolicyRules ppr1\n"
     "      BF22 serviceSpecificDataStoredInEuicc\n"
     "        30 VendorSpecificExtension\n"
     "          80 vendorOid 1.3.6\n"
     "          A1 vendorSpecificData 0500\n"},
    {DECODE_RESPONSE, "BF37{BF27{A2{A1{80{05} 81{0A} 82{30{A0{30{80{09} 81{01} 82{08} 83{0A}}} 81{} 82{'no'}}}}}}}",
     "BF37 ProfileInstallationResult\n"
     "  BF27 profileInstallationResultData\n"
     "    A2 finalResult\n"
     "      A1 errorResult\n"
     "        80 bppCommandId 5 loadProfileElements\n"
     "        81 errorReason 10 installFailedDueToInsufficientMemoryForProfile\n"
     "        82 simaResponse\n"
     "          30 EUICCResponse\n"
     "            A0 peStatus\n"
     "              30 PEStatus\n"
     "                80 status 9 template-not-supported\n"
     "                81 identification 1\n"
     "                82 additional-information 8\n"
     "                83 offset 10\n"
     "            81 profileInstallationAborted\n"
     "            82 statusMessage \"no\"\n"},
    {DECODE_SEGMENT, "A3822F4086820408F0F1", "A3 sequenceOf86 (12096 bytes)\n  86 encryptedSegment (1032 bytes)\n"},
    {DECODE_SEGMENT, "A2{87{01*24} 87{02*40}} A3822F40",
     "A2 secondSequenceOf87\n  87 encryptedSegment (24 bytes)\n  87 encryptedSegment (40 bytes)\n"
     "A3 sequenceOf86 (12096 bytes)\n"},
    {DECODE_SEGMENT, "F0F1F2", "continued (3 bytes)\n"},
};

START_TEST(whole_objects)
{
    expect_golden(&goldens[_i]);
}
END_TEST

/* EUICCInfo2 of the recorded session: the numbers of 84, named bits over three and two bytes, versions, lists. */
START_TEST(euicc_info2)
{
    struct kat *k = kat_open("session.txt");
    ck_assert_ptr_nonnull(k);
    expect(DECODE_RESPONSE, kat_slice(k, "euicc_info2"),
           "BF22 EUICCInfo2\n"
           "  81 profileVersion 2.3.1\n"
           "  82 svn 2.5.0\n"
           "  83 euiccFirmwareVer 1.0.0\n"
           "  84 extCardResource\n"
           "    81 installedApplications 0\n"
           "    82 freeNonVolatileMemory 1048576\n"
           "    83 freeVolatileMemory 8192\n"
           "  85 uiccCapability usimSupport isimSupport csimSupport akaMilenage akaCave akaTuak128 akaTuak256 "
           "gbaAuthenUsim gbaAuthenISim eapClient javacard multipleUsimSupport multipleIsimSupport\n"
           "  86 ts102241Version 9.2.0\n"
           "  87 globalplatformVersion 2.3.0\n"
           "  88 rspCapability additionalProfile testProfileSupport\n"
           "  A9 euiccCiPKIdListForVerification\n"
           "    04 subjectKeyIdentifier f54172bdf98a95d65cbeb88a38a1c11d800a85c3\n"
           "  AA euiccCiPKIdListForSigning\n"
           "    04 subjectKeyIdentifier f54172bdf98a95d65cbeb88a38a1c11d800a85c3\n"
           "  99 forbiddenProfilePolicyRules ppr1\n"
           "  04 ppVersion 0.0.1\n"
           "  0C sasAcreditationNumber \"EMU-TEST-SAS\"\n");
    kat_free(k);
}
END_TEST

START_TEST(authenticate_server)
{
    struct kat *k = kat_open("session.txt");
    ck_assert_ptr_nonnull(k);
    expect(DECODE_REQUEST, kat_slice(k, "authenticate.request"),
           "BF38 AuthenticateServerRequest\n"
           "  30 serverSigned1\n"
           "    80 transactionId a0a1a2a3a4a5a6a7a8a9aaabacadaeaf\n"
           "    81 euiccChallenge 101112131415161718191a1b1c1d1e1f\n"
           "    83 serverAddress \"testsmdpplus1.example.com\"\n"
           "    84 serverChallenge 303132333435363738393a3b3c3d3e3f\n"
           "  5F37 serverSignature1 6baf183115174f5c.. (64 bytes)\n"
           "  04 euiccCiPKIdToBeUsed f54172bdf98a95d65cbeb88a38a1c11d800a85c3\n"
           "  30 serverCertificate subjectKeyIdentifier bd5a82cc1a96602118ba7560a1ff83a78b210be5 (572 bytes)\n"
           "  A0 ctxParamsForCommonAuthentication\n"
           "    80 matchingId \"TS48V1-A-UNIQUE\"\n"
           "    A1 deviceInfo\n"
           "      80 tac 35290611\n"
           "      A1 deviceCapabilities\n");
    char *ok = rows_of(DECODE_RESPONSE, kat_slice(k, "authenticate.response"));
    static const char *const parts[] = {
        "BF38 AuthenticateServerResponse\n  A0 authenticateResponseOk\n    30 euiccSigned1\n      80 transactionId "
        "a0a1",
        "\n      84 serverChallenge 303132333435363738393a3b3c3d3e3f\n      BF22 euiccInfo2\n        81 profileVersion",
        "\n      A0 ctxParamsForCommonAuthentication\n        80 matchingId \"TS48V1-A-UNIQUE\"\n",
        "\n    5F37 euiccSignature1 6e40d1840be0670c.. (64 bytes)\n"
        "    30 euiccCertificate subjectKeyIdentifier a52476af5d50aa376437ccb1da2172ef45f484f0 (514 bytes)\n"
        "    30 eumCertificate subjectKeyIdentifier dd3da24d350c1cc5d0af0965f40ec34c5ee409f1 (640 bytes)\n",
    };
    const char *from = ok;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        from = strstr(from, parts[i]);
        ck_assert_msg(from != NULL, "part %zu is not where it should be:\n%s", i, ok);
    }
    free(ok);
    kat_free(k);
}
END_TEST

START_TEST(installation_results)
{
    struct kat *k = kat_open("session.txt");
    ck_assert_ptr_nonnull(k);
    static const char failure[] = "BF37 ProfileInstallationResult\n"
                                  "  BF27 profileInstallationResultData\n"
                                  "    80 transactionId a0a1a2a3a4a5a6a7a8a9aaabacadaeaf\n"
                                  "    BF2F notificationMetadata\n"
                                  "      80 seqNumber 1\n"
                                  "      81 profileManagementOperation notificationInstall\n"
                                  "      0C notificationAddress \"testsmdpplus1.example.com\"\n"
                                  "      5A iccid 89000123456789012341\n"
                                  "    06 smdpOid 2.999.10\n"
                                  "    A2 finalResult\n"
                                  "      A1 errorResult\n"
                                  "        80 bppCommandId 5 loadProfileElements\n"
                                  "        81 errorReason 12 installFailedDueToPEProcessingError\n"
                                  "        82 simaResponse\n"
                                  "          30 EUICCResponse\n"
                                  "            A0 peStatus\n"
                                  "              30 PEStatus\n"
                                  "                80 status 5 invalid-request-format\n"
                                  "  5F37 euiccSignPIR 784362d6f960b6b3.. (64 bytes)\n";
    expect(DECODE_RESPONSE, kat_slice(k, "pir_error_examples.saipPe"), failure);
    char *listed = rows_of(DECODE_RESPONSE, kat_slice(k, "retrieve_response"));
    ck_assert_ptr_nonnull(
        strstr(listed, "\n    BF37 profileInstallationResult\n      BF27 profileInstallationResultData"));
    ck_assert_ptr_nonnull(strstr(listed, "\n                    80 status 0 ok\n"));
    ck_assert_ptr_nonnull(strstr(listed, "\n    30 otherSignedNotification\n      BF2F tbsOtherNotification\n"));
    free(listed);
    kat_free(k);
}
END_TEST

/* A bound profile package: its head in the clear, of the rest only sizes, though metadata is not encrypted. */
START_TEST(segments_show_no_content)
{
    struct kat *k = kat_open("session.txt");
    ck_assert_ptr_nonnull(k);
    static const char head[] = "BF36 BoundProfilePackage (12420 bytes)\n"
                               "  BF23 initialiseSecureChannelRequest\n"
                               "    82 remoteOpId 1 installBoundProfilePackage\n"
                               "    80 transactionId a0a1a2a3a4a5a6a7a8a9aaabacadaeaf\n"
                               "    A6 controlRefTemplate\n"
                               "      80 keyType 88\n"
                               "      81 keyLen 16\n"
                               "      84 hostId 736d64702d686f7374\n"
                               "    5F49 smdpOtpk 04515c3d6eb9e396.. (65 bytes)\n"
                               "    5F37 smdpSign 474c6ebf4effbc44.. (64 bytes)\n";
    static const char *const others[] = {"A0 firstSequenceOf87\n  87 encryptedSegment (24 bytes)\n",
                                         "A1 sequenceOf88 (194 bytes)\n",
                                         "88 protectedSegment (191 bytes)\n",
                                         "A2 secondSequenceOf87\n  87 encryptedSegment (72 bytes)\n",
                                         "A3 sequenceOf86 (11936 bytes)\n",
                                         "86 encryptedSegment (1016 bytes)\n"};
    expect(DECODE_SEGMENT, kat_slice(k, "bpp.segments.0"), head);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        expect(DECODE_SEGMENT, kat_slicef(k, "bpp.segments.%zu", i + 1), others[i]);
    expect(DECODE_REQUEST, kat_slice(k, "bpp.replace_session_keys"),
           "BF26 ReplaceSessionKeysRequest\n"
           "  80 initialMacChainingValue (16 bytes)\n  81 ppkEnc (16 bytes)\n  82 ppkCmac (16 bytes)\n");
    kat_free(k);
}
END_TEST

/* Every function has a name for its request and its answer (BF37: an answer only). */
START_TEST(every_function_has_names)
{
    static const uint8_t numbers[] = {0x20, 0x21, 0x22, 0x28, 0x29, 0x2b, 0x2d, 0x2e, 0x30, 0x31, 0x32,
                                      0x33, 0x34, 0x35, 0x38, 0x3c, 0x3e, 0x3f, 0x41, 0x42, 0x43};
    uint8_t object[] = {0xbf, numbers[_i], 0};
    for (size_t i = 0; i < 2; i++) {
        char unnamed[32];
        char *came = rows_of(all_kinds[i], SLICE(object));
        (void)snprintf(unnamed, sizeof unnamed, "BF%02X (0 bytes)\n", numbers[_i]);
        ck_assert_str_ne(came, unnamed);
        ck_assert_ptr_nonnull(strstr(came, all_kinds[i] == DECODE_REQUEST ? "Request\n" : "\n"));
        free(came);
    }
}
END_TEST

/* ---- JSON ---- */

static void expect_json(const char *object, const char *want)
{
    BUF_LOCAL out = {0};
    BYTES_LOCAL bytes = notation_bytes(object, NULL);
    struct json j = {.out = &out};
    decode_json(&j, NULL, DECODE_REQUEST, bytes_slice(&bytes));
    buf_byte(&out, 0);
    ck_assert_str_eq((const char *)out.p, want);
}

START_TEST(json_rows)
{
    expect_json("", "[]");
    expect_json("BF29{90{'A' 22 0A 5C} 91{}} BF",
                "[{\"depth\":0,\"tag\":\"BF29\",\"name\":\"SetNicknameRequest\"},"
                "{\"depth\":1,\"tag\":\"90\",\"name\":\"profileNickname\",\"value\":\"A\\\"\\u000a\\\\\"},"
                "{\"depth\":1,\"tag\":\"91\",\"bytes\":0},"
                "{\"depth\":0,\"name\":\"no data object at byte 11:\",\"value\":\"bf\"}]");
    expect_json("BF38{5F37{AB*64}}",
                "[{\"depth\":0,\"tag\":\"BF38\",\"name\":\"AuthenticateServerRequest\"},"
                "{\"depth\":1,\"tag\":\"5F37\",\"name\":\"serverSignature1\",\"value\":\"abababababababab\","
                "\"cut\":true,\"bytes\":64}]");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode");
    TCase *tcase = tcase_create("decode");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, whole_objects, 0, sizeof goldens / sizeof goldens[0]);
    tcase_add_test(tcase, euicc_info2);
    tcase_add_test(tcase, authenticate_server);
    tcase_add_test(tcase, installation_results);
    tcase_add_test(tcase, segments_show_no_content);
    tcase_add_loop_test(tcase, every_function_has_names, 0, 21);
    tcase_add_test(tcase, json_rows);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
