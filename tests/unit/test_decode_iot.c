/* The decoder of `softeuicc run -v` on the data objects of SGP.32: eUICC packages and their results, eIM configurations
 * and the functions of ES10b, as whole texts. Names and codes are those of SGP.32 v1.2 (2.11, 5.9). */
#include "decode_rows.h"
#include "kat.h"

#include <stdio.h>

static const struct golden goldens[] = {
    /* 2.11.1.1: every PSMO, every eCO */
    {DECODE_REQUEST,
     "BF51{30{80{'eIM'} 5A{89044045118427484800000000011628} 81{03EE} 82{F92B} A0{"
     "A3{5A{98944499999999990920} 0500} A4{5A{98944499999999990930}} A5{5A{98944499999999990930}}"
     "BF2D{A0{95{02}} 5C{5A9F70}} A600 A7{8000 81{2B06} 82{'dp.example'}} A8{5A{98944499999999990920}} A900 "
     "BF65{80{'b.example'}} AC00}} 5F37{AB*64}}",
     "BF51 EuiccPackageRequest\n"
     "  30 euiccPackageSigned\n"
     "    80 eimId \"eIM\"\n"
     "    5A eidValue 89044045118427484800000000011628\n"
     "    81 counterValue 1006\n"
     "    82 eimTransactionId f92b\n"
     "    A0 psmoList\n"
     "      A3 enable\n"
     "        5A iccid 89494499999999999002\n"
     "        05 rollbackFlag\n"
     "      A4 disable\n"
     "        5A iccid 89494499999999999003\n"
     "      A5 delete\n"
     "        5A iccid 89494499999999999003\n"
     "      BF2D listProfileInfo\n"
     "        A0 searchCriteria\n"
     "          95 profileClass 2 operational\n"
     "        5C tagList 5A 9F70\n"
     "      A6 getRAT\n"
     "      A7 configureImmediateEnable\n"
     "        80 immediateEnableFlag\n"
     "        81 defaultSmdpOid 1.3.6\n"
     "        82 defaultSmdpAddress \"dp.example\"\n"
     "      A8 setFallbackAttribute\n"
     "        5A iccid 89494499999999999002\n"
     "      A9 unsetFallbackAttribute\n"
     "      BF65 setDefaultDpAddress\n"
     "        80 defaultDpAddress \"b.example\"\n"
     "      AC (0 bytes)\n"
     "  5F37 eimSignature abababababababab.. (64 bytes)\n"},
    {DECODE_REQUEST,
     "BF51{30{80{'x'} 81{FB} A1{A8{80{'two'} 81{'f.example'} 82{02} 83{00800000} 84{FF} "
     "A5{A0{30{06{2A8648CE3D0201} 06{2A8648CE3D030107}} 03{00 04*65}}} A6{A1{30{8000}}} 87{0308} 88{01*20} 8900}"
     "A9{80{'one'}} AA{80{'two'} 84{05} 83{808000}} AB00}}}",
     "BF51 EuiccPackageRequest\n"
     "  30 euiccPackageSigned\n"
     "    80 eimId \"x\"\n"
     "    81 counterValue -5\n"
     "    A1 ecoList\n"
     "      A8 addEim\n"
     "        80 eimId \"two\"\n"
     "        81 eimFqdn \"f.example\"\n"
     "        82 eimIdType 2 eimIdTypeFqdn\n"
     "        83 counterValue 8388608\n"
     "        84 associationToken -1\n"
     "        A5 eimPublicKeyData\n"
     "          A0 eimPublicKey\n"
     "            30 algorithm\n"
     "              06 algorithm 1.2.840.10045.2.1\n"
     "              06 parameters 1.2.840.10045.3.1.7\n"
     "            03 subjectPublicKey 0004040404040404.. (66 bytes)\n"
     "        A6 trustedPublicKeyDataTls\n"
     "          A1 trustedCertificateTls (6 bytes)\n"
     "        87 eimSupportedProtocol eimProprietary\n"
     "        88 euiccCiPKId 0101010101010101010101010101010101010101\n"
     "        89 indirectProfileDownload\n"
     "      A9 deleteEim\n"
     "        80 eimId \"one\"\n"
     "      AA updateEim\n"
     "        80 eimId \"two\"\n"
     "        84 associationToken 5\n"
     "        83 counterValue -8355840\n"
     "      AB listEim\n"},
    /* 2.11.2.1: every EuiccResultData */
    {DECODE_RESPONSE,
     "BF51{A0{30{80{'eIM'} 81{02} 82{01} 83{14} 30{83{14} 84{02} 85{15} BF2D{81{0B}} "
     "A6{30{80{0560} A1{30{80{EEEEEE}}} 82{0780}}} 87{07} A8{84{02}} A8{02{02}} 89{02} 8A{06} "
     "AB{A0{30{80{'eIM'} 82{02}} 30{80{'b'}}}} AB{81{7F}} 8C{00} 8D{03} 8E{02} 02{02} BF65{80{00}}}} 5F37{01*64}}}",
     "BF51 EuiccPackageResult\n"
     "  A0 euiccPackageResultSigned\n"
     "    30 euiccPackageResultDataSigned\n"
     "      80 eimId \"eIM\"\n"
     "      81 counterValue 2\n"
     "      82 eimTransactionId 01\n"
     "      83 seqNumber 20\n"
     "      30 euiccResult\n"
     "        83 enableResult 20 rollbackNotAvailable\n"
     "        84 disableResult 2 profileNotInEnabledState\n"
     "        85 deleteResult 21 returnFallbackProfile\n"
     "        BF2D listProfileInfoResult\n"
     "          81 profileInfoListError 11 profileChangeOngoing\n"
     "        A6 getRATResult\n"
     "          30 ProfilePolicyAuthorisationRule\n"
     "            80 pprIds ppr1 ppr2\n"
     "            A1 allowedOperators\n"
     "              30 OperatorID\n"
     "                80 mccMnc EEE-EEE\n"
     "            82 pprFlags consentRequired\n"
     "        87 configureImmediateEnableResult 7 commandError\n"
     "        A8 addEimResult\n"
     "          84 associationToken 2\n"
     "        A8 addEimResult\n"
     "          02 addEimResultCode 2 associatedEimAlreadyExists\n"
     "        89 deleteEimResult 2 lastEimDeleted\n"
     "        8A updateEimResult 6 counterValueOutOfRange\n"
     "        AB listEimResult\n"
     "          A0 eimIdList\n"
     "            30 EimIdInfo\n"
     "              80 eimId \"eIM\"\n"
     "              82 eimIdType 2 eimIdTypeFqdn\n"
     "            30 EimIdInfo\n"
     "              80 eimId \"b\"\n"
     "        AB listEimResult\n"
     "          81 listEimError 127 undefinedError\n"
     "        8C rollbackResult 0 ok\n"
     "        8D setFallbackAttributeResult 3 fallbackProfileEnabled\n"
     "        8E unsetFallbackAttributeResult 2 noFallbackAttribute\n"
     "        02 processingTerminated 2 unknownOrDamagedCommand\n"
     "        BF65 setDefaultDpAddressResult\n"
     "          80 setDefaultDpAddressResult 0 ok\n"
     "    5F37 euiccSignEPR 0101010101010101.. (64 bytes)\n"},
    {DECODE_RESPONSE, "BF51{A1{30{80{'eIM'} 81{05} 82{0102} 02{04}} 5F37{02*64}}}",
     "BF51 EuiccPackageResult\n"
     "  A1 euiccPackageErrorSigned\n"
     "    30 euiccPackageErrorDataSigned\n"
     "      80 eimId \"eIM\"\n"
     "      81 counterValue 5\n"
     "      82 eimTransactionId 0102\n"
     "      02 euiccPackageErrorCode 4 replayError\n"
     "    5F37 euiccSignEPE 0202020202020202.. (64 bytes)\n"},
    {DECODE_RESPONSE, "BF51{A2{80{'eIM'} 82{01} 84{0080}}}",
     "BF51 EuiccPackageResult\n"
     "  A2 euiccPackageErrorUnsigned\n"
     "    80 eimId \"eIM\"\n"
     "    82 eimTransactionId 01\n"
     "    84 associationToken 128\n"},
    /* 5.9: the other functions */
    {DECODE_REQUEST, "BF55{A0{80{'eIM'}}}",
     "BF55 GetEimConfigurationDataRequest\n  A0 searchCriteria\n    80 eimId \"eIM\"\n"},
    {DECODE_RESPONSE, "BF55{A0{30{80{'a'} 84{01}} 30{80{'b'}}}}",
     "BF55 GetEimConfigurationDataResponse\n"
     "  A0 eimConfigurationDataList\n"
     "    30 EimConfigurationData\n"
     "      80 eimId \"a\"\n"
     "      84 associationToken 1\n"
     "    30 EimConfigurationData\n"
     "      80 eimId \"b\"\n"},
    {DECODE_REQUEST, "BF56{80{0102}}", "BF56 GetCertsRequest\n  80 euiccCiPKId 0102\n"},
    {DECODE_RESPONSE, "BF56{A0{A5{30{8000}} A6{30{8000}}}}",
     "BF56 GetCertsResponse\n  A0 certs\n    A5 eumCertificate (6 bytes)\n    A6 euiccCertificate (6 bytes)\n"},
    {DECODE_RESPONSE, "BF56{81{01}}", "BF56 GetCertsResponse\n  81 getCertsError 1 invalidCiPKId\n"},
    {DECODE_REQUEST, "BF57{A0{30{80{'eIM'} 83{01} 84{FF}}}}",
     "BF57 AddInitialEimRequest\n"
     "  A0 eimConfigurationDataList\n"
     "    30 EimConfigurationData\n"
     "      80 eimId \"eIM\"\n"
     "      83 counterValue 1\n"
     "      84 associationToken -1\n"},
    {DECODE_RESPONSE, "BF57{A0{84{01} 0500}}",
     "BF57 AddInitialEimResponse\n  A0 addInitialEimOk\n    84 associationToken 1\n    05 addOk\n"},
    {DECODE_RESPONSE, "BF57{81{02}}",
     "BF57 AddInitialEimResponse\n  81 addInitialEimError 2 associatedEimAlreadyExists\n"},
    {DECODE_REQUEST, "BF58{80{FF}}", "BF58 ProfileRollbackRequest\n  80 refreshFlag true\n"},
    {DECODE_REQUEST, "BF58{01{00}}", "BF58 ProfileRollbackRequest\n  01 refreshFlag false\n"},
    {DECODE_RESPONSE, "BF58{02{00} BF51{A2{80{'e'}}}}",
     "BF58 ProfileRollbackResponse\n"
     "  02 cmdResult 0 ok\n"
     "  BF51 eUICCPackageResult\n"
     "    A2 euiccPackageErrorUnsigned\n"
     "      80 eimId \"e\"\n"},
    {DECODE_REQUEST, "BF59{8000 82{'x'}}",
     "BF59 ConfigureImmediateProfileEnablingRequest\n  80 immediateEnableFlag\n  82 defaultSmdpAddress \"x\"\n"},
    {DECODE_RESPONSE, "BF59{80{02}}",
     "BF59 ConfigureImmediateProfileEnablingResponse\n  80 configImmediateEnableResult 2 associatedEimAlreadyExists\n"},
    {DECODE_RESPONSE, "BF5A{80{04}}", "BF5A ImmediateEnableResponse\n  80 immediateEnableResult 4 noSessionContext\n"},
    {DECODE_RESPONSE, "BF5B{80{08}}",
     "BF5B EnableEmergencyProfileResponse\n  80 enableEmergencyProfileResult 8 ecallNotAvailable\n"},
    {DECODE_RESPONSE, "BF5C{80{02}}",
     "BF5C DisableEmergencyProfileResponse\n  80 disableEmergencyProfileResult 2 profileNotInEnabledState\n"},
    {DECODE_RESPONSE, "BF5D{80{68}}",
     "BF5D ExecuteFallbackMechanismResponse\n  80 executeFallbackMechanismResult 104 ecallActive\n"},
    {DECODE_RESPONSE, "BF5E{80{06}}",
     "BF5E ReturnFromFallbackResponse\n  80 returnFromFallbackResult 6 fallbackNotAvailable\n"},
    {DECODE_RESPONSE, "BF5F{A0{81{AABBCC}}}",
     "BF5F GetConnectivityParametersResponse\n  A0 connectivityParameters\n    81 httpParams aabbcc\n"},
    {DECODE_RESPONSE, "BF5F{81{01}}",
     "BF5F GetConnectivityParametersResponse\n  81 connectivityParametersError 1 parametersNotAvailable\n"},
    {DECODE_REQUEST, "BF64{82{01FE}}",
     "BF64 EuiccMemoryResetRequest\n"
     "  82 resetOptions deleteOperationalProfiles deleteFieldLoadedTestProfiles resetDefaultSmdpAddress "
     "deletePreLoadedTestProfiles deleteProvisioningProfiles resetEimConfigData resetImmediateEnableConfig\n"},
    {DECODE_RESPONSE, "BF64{80{01} 81{02} 82{00}}",
     "BF64 EuiccMemoryResetResponse\n"
     "  80 resetResult 1 nothingToDelete\n"
     "  81 resetEimResult 2 eimResetNotSupported\n"
     "  82 resetImmediateEnableConfigResult 0 ok\n"},
    {DECODE_RESPONSE, "BF34{02{00} 81{01}}",
     "BF34 EuiccMemoryResetResponse\n  02 resetResult 0 ok\n  81 resetEimResult 1 nothingToDelete\n"},
    {DECODE_REQUEST, "BF65{0C{'dp'}}", "BF65 SetDefaultDpAddressRequest\n  0C defaultDpAddress \"dp\"\n"},
    {DECODE_RESPONSE, "BF65{80{00}}", "BF65 SetDefaultDpAddressResponse\n  80 setDefaultDpAddressResult 0 ok\n"},
    /* functions of SGP.22 with more in them: 5.9.2, 5.9.11, 5.9.14 */
    {DECODE_RESPONSE, "BF22{90{00} B4{A0{04{010200} 04{010100}} 8100 8200}}",
     "BF22 EUICCInfo2\n"
     "  90 ipaMode 0 ipad\n"
     "  B4 iotSpecificInfo\n"
     "    A0 iotVersion\n"
     "      04 iotVersion 1.2.0\n"
     "      04 iotVersion 1.1.0\n"
     "    81 ecallSupported\n"
     "    82 fallbackSupported\n"},
    {DECODE_REQUEST, "BF2B{A0{8200}}",
     "BF2B RetrieveNotificationsListRequest\n  A0 searchCriteria\n    82 euiccPackageResults\n"},
    {DECODE_RESPONSE, "BF2B{A2{BF51{A0{30{83{14}}}}}}",
     "BF2B RetrieveNotificationsListResponse\n"
     "  A2 euiccPackageResultList\n"
     "    BF51 EuiccPackageResult\n"
     "      A0 euiccPackageResultSigned\n"
     "        30 euiccPackageResultDataSigned\n"
     "          83 seqNumber 20\n"},
    {DECODE_RESPONSE, "BF2D{A0{E3{9F70{01} 9F7B{FF} 9F26{FF} 9F67{00}}}}",
     "BF2D ProfileInfoListResponse\n"
     "  A0 profileInfoListOk\n"
     "    E3 ProfileInfo\n"
     "      9F70 profileState 1 enabled\n"
     "      9F7B ecallIndication true\n"
     "      9F26 fallbackAttribute true\n"
     "      9F67 fallbackAllowed false\n"},
    /* numbers that are none in DER */
    {DECODE_RESPONSE, "BF51{A2{84{} 84{0001} 84{FFFF} 84{010203040506070809} 84{8000000000000000}}}",
     "BF51 EuiccPackageResult\n"
     "  A2 euiccPackageErrorUnsigned\n"
     "    84 associationToken malformed (0 bytes)\n"
     "    84 associationToken malformed 0001\n"
     "    84 associationToken malformed ffff\n"
     "    84 associationToken malformed 010203040506070809\n"
     "    84 associationToken -9223372036854775808\n"},
};

START_TEST(whole_objects)
{
    expect_golden(&goldens[_i]);
}
END_TEST

/* The request and the answer of a real card. */
START_TEST(real_card)
{
    struct kat *k = kat_open("sgp32.txt");
    ck_assert_ptr_nonnull(k);
    expect(DECODE_REQUEST, kat_slice(k, "real-a-request.hex"),
           "BF51 EuiccPackageRequest\n"
           "  30 euiccPackageSigned\n"
           "    80 eimId \"eIM\"\n"
           "    5A eidValue 89044045118427484800000000011628\n"
           "    81 counterValue 1006\n"
           "    82 eimTransactionId f92b2fee35632499e841cb754fdfd9f3\n"
           "    A0 psmoList\n"
           "      A3 enable\n"
           "        5A iccid 8949449999999990023\n"
           "  5F37 eimSignature 8d5de179b03a3fe1.. (64 bytes)\n");
    expect(DECODE_RESPONSE, kat_slice(k, "real-a-result.hex"),
           "BF51 EuiccPackageResult\n"
           "  A0 euiccPackageResultSigned\n"
           "    30 euiccPackageResultDataSigned\n"
           "      80 eimId \"eIM\"\n"
           "      81 counterValue 1006\n"
           "      82 eimTransactionId f92b2fee35632499e841cb754fdfd9f3\n"
           "      83 seqNumber 20\n"
           "      30 euiccResult\n"
           "        83 enableResult 1 iccidOrAidNotFound\n"
           "    5F37 euiccSignEPR 9eb61d189d332ff2.. (64 bytes)\n");
    kat_free(k);
}
END_TEST

/* Every function of SGP.32 5.9 has a name for its request and its answer. */
START_TEST(every_function_has_names)
{
    static const uint8_t numbers[] = {0x51, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a,
                                      0x5b, 0x5c, 0x5d, 0x5e, 0x5f, 0x64, 0x65};
    for (size_t n = 0; n < sizeof numbers; n++) {
        uint8_t object[] = {0xbf, numbers[n], 0};
        for (size_t i = 0; i < 2; i++) {
            char *came = rows_of(all_kinds[i], SLICE(object));
            const char *ending = all_kinds[i] == DECODE_REQUEST ? "Request\n" : "\n";
            ck_assert_msg(strlen(came) > 12 && strcmp(came + strlen(came) - strlen(ending), ending) == 0, "BF%02X: %s",
                          numbers[n], came);
            ck_assert_msg(!strstr(came, "bytes"), "BF%02X: %s", numbers[n], came);
            free(came);
        }
    }
}
END_TEST

/* Cut at each byte, and each bit of each byte flipped. */
START_TEST(hostile_objects)
{
    static const char *const names[] = {"real-a-request.hex", "real-kigen-epr-listProfileInfo.hex"};
    struct kat *k = kat_open("sgp32.txt");
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
    Suite *suite = suite_create("decode_iot");
    TCase *tcase = tcase_create("decode_iot");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, whole_objects, 0, sizeof goldens / sizeof goldens[0]);
    tcase_add_test(tcase, real_card);
    tcase_add_test(tcase, every_function_has_names);
    tcase_add_loop_test(tcase, hostile_objects, 0, 2);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
