/* Every kind of response that the card gives, read by libtasn1 with the response types of asn1/rsp.asn and encoded
 * again to the same bytes. The card writes its responses with the TLV writer of src/base, so this is a second opinion
 * on every one of them: tags, order of members, mandatory ones, DER. */
#include "common.h"

#include <libtasn1.h>
#include <stdio.h>
#include <stdlib.h>

extern const asn1_static_node rsp_tab[];

static struct fixture f;
static asn1_node definitions;

/* check_owner: the package of the tests has no EF.GID1 and EF.GID2 for the owner's. */
static void set_up(void)
{
    char why[ASN1_MAX_ERROR_DESCRIPTION_SIZE];
    ck_assert_int_eq(asn1_array2tree(rsp_tab, &definitions, why), ASN1_SUCCESS);
    card_new(
        &f,
        "platform_label = label\ndiscovery_base_url = https://dloa.example.com\nforbidden_ppr = ppr2\ncheck_owner = no",
        NULL);
}

static void tear_down(void)
{
    card_free(&f);
    ck_assert_int_eq(asn1_delete_structure(&definitions), ASN1_SUCCESS);
}

/* `member` is a path that must be there: the branch of a CHOICE, or one that shows that the type was really read. */
static void check(const char *type, const char *member, struct slice der)
{
    char name[96];
    char why[ASN1_MAX_ERROR_DESCRIPTION_SIZE] = "";
    asn1_node node = NULL;
    int n = (int)der.n;
    int start;
    int end;
    (void)snprintf(name, sizeof name, "RSP.%s", type);
    ck_assert_int_eq(asn1_create_element(definitions, name, &node), ASN1_SUCCESS);
    int rc = asn1_der_decoding2(&node, der.p, &n, ASN1_DECODE_FLAG_STRICT_DER, why);
    ck_assert_msg(rc == ASN1_SUCCESS, "%s (%s): %s %s", type, member, asn1_strerror(rc), why);
    uint8_t *again = malloc(der.n);
    n = (int)der.n;
    ck_assert_ptr_nonnull(again);
    rc = asn1_der_coding(node, "", again, &n, why);
    ck_assert_msg(rc == ASN1_SUCCESS, "%s (%s): %s %s", type, member, asn1_strerror(rc), why);
    ck_assert_msg(slice_equal(slice_of(again, (size_t)n), der), "%s (%s): other bytes when encoded again", type,
                  member);
    rc = asn1_der_decoding_startEnd(node, NULL, 0, member, &start, &end);
    ck_assert_msg(rc == ASN1_SUCCESS && end > start, "%s has no %s", type, member);
    free(again);
    ck_assert_int_eq(asn1_delete_structure(&node), ASN1_SUCCESS);
}

static void check_response(const char *type, const char *member)
{
    check(type, member, buf_slice(&f.lpa.response));
}

/* A request as hex, whose response has this type. */
static void call(const char *request, const char *type, const char *member)
{
    BUF_LOCAL der = {0};
    put_hex(&der, request);
    ck_assert_msg(lpa_call(&f.lpa, buf_slice(&der)), "%s: %s", request, f.lpa.error);
    check_response(type, member);
}

static void offer(const struct wanted *w, struct buf *metadata, struct buf *package)
{
    buf_reset(metadata);
    buf_reset(package);
    wanted_metadata(w, metadata);
    wanted_package(w, package);
    f.dp->profile = (struct smdpp_profile){.metadata = buf_slice(metadata), .upp = buf_slice(package)};
}

/* A profile with everything that metadata can have. */
static const struct wanted everything = {.iccid = ICCID_1,
                                         .profile_class = OPERATIONAL,
                                         .ppr = RULE_PPR1,
                                         .owner = "800300F110"
                                                  "8101AB"
                                                  "8202CDEF",
                                         .notify = NOTIFY("0780") NOTIFY("04F0"),
                                         .extra = "BF220B3009800388370AA1020500",
                                         .icon = "89504E47"};
static const struct wanted plain = {.iccid = ICCID_2, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};

START_TEST(test_information)
{
    call("BF2000", "EUICCInfo1", "euiccCiPKIdListForVerification.?2");
    call("BF2200", "EUICCInfo2", "certificationDataObject.discoveryBaseURL");
    check_response("EUICCInfo2", "forbiddenProfilePolicyRules");
    call("BF2E00", "GetEuiccChallengeResponse", "euiccChallenge");
    call("BF4300", "GetRatResponse", "rat.?1.allowedOperators.?1.gid2");
    call("BF3C00", "EuiccConfiguredAddressesResponse", "rootDsAddress");
    call("BF3F038001"
         "61",
         "SetDefaultDpAddressResponse", "setDefaultDpAddressResult");
    call("BF3C00", "EuiccConfiguredAddressesResponse", "defaultDpAddress");
    call("BF3F038001"
         "FF",
         "SetDefaultDpAddressResponse", "setDefaultDpAddressResult"); /* not UTF-8 */
    call("BF3E035C015A", "GetEuiccDataResponse", "eidValue");
    call("BF420480020780", "LpaeActivationResponse", "lpaeActivationResult");
}
END_TEST

START_TEST(test_empty_lists)
{
    call("BF2800", "ListNotificationResponse", "notificationMetadataList");
    call("BF2B00", "RetrieveNotificationsListResponse", "notificationList");
    call("BF2D00", "ProfileInfoListResponse", "profileInfoListOk");
    call("BF2D045C025A9F", "ProfileInfoListResponse", "profileInfoListError");
}
END_TEST

START_TEST(test_sessions)
{
    LPA_DOWNLOAD_LOCAL r = {0};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    const struct lpa_download_options to_prepare = {.stop_before = LPA_STAGE_PREPARE};
    const struct lpa_download_options to_load = {.stop_before = LPA_STAGE_LOAD};
    const struct lpa_download_options with_hash = {.stop_before = LPA_STAGE_LOAD, .confirmation_code = "1234"};
    offer(&plain, &metadata, &package);
    ck_assert(!lpa_download(&f.lpa, f.dp, &to_prepare, &r));
    ck_assert_int_eq(r.stage, LPA_STAGE_PREPARE);
    check_response("AuthenticateServerResponse", "authenticateResponseOk.euiccSigned1.euiccInfo2.ppVersion");
    ck_assert_int_eq(lpa_cancel_session(&f.lpa, slice_text("other"), 0), 5);
    check_response("CancelSessionResponse", "cancelSessionResponseError");
    ck_assert_int_eq(lpa_cancel_session(&f.lpa, buf_slice(&f.dp->session.transaction_id), 127), 0);
    check_response("CancelSessionResponse", "cancelSessionResponseOk.euiccCancelSessionSigned.smdpOid");
    ck_assert(!lpa_download(&f.lpa, f.dp, &to_load, &r));
    ck_assert_int_eq(r.stage, LPA_STAGE_LOAD);
    check_response("PrepareDownloadResponse", "downloadResponseOk.euiccSigned2.euiccOtpk");
    f.dp->profile.confirmation_code = "1234";
    ck_assert(!lpa_download(&f.lpa, f.dp, &with_hash, &r));
    ck_assert_int_eq(r.stage, LPA_STAGE_LOAD);
    check_response("PrepareDownloadResponse", "downloadResponseOk.euiccSigned2.hashCc");
    f.dp->profile.confirmation_code = NULL;
    f.dp->spoil.signed2_bit = true;
    ck_assert(!lpa_download(&f.lpa, f.dp, &to_load, &r));
    check_response("PrepareDownloadResponse", "downloadResponseError.downloadErrorCode");
    f.dp->spoil = (struct smdpp_spoil){.signed1_bit = true};
    ck_assert(!lpa_download(&f.lpa, f.dp, &to_load, &r));
    check_response("AuthenticateServerResponse", "authenticateResponseError.authenticateErrorCode");
    f.dp->spoil = (struct smdpp_spoil){0};
}
END_TEST

/* The result of an installation that fails in each command of the package. */
START_TEST(test_failed_installations)
{
    static const struct {
        struct smdpp_spoil spoil;
        const char *member;
    } rows[] = {
        {{.isc_signature_bit = true}, "profileInstallationResultData.finalResult.errorResult.errorReason"},
        {{.mac_item = 1}, "profileInstallationResultData.finalResult.errorResult.bppCommandId"},
        {{.mac_item = 2}, "profileInstallationResultData.notificationMetadata.seqNumber"},
        {{.mac_item = 3}, "profileInstallationResultData.smdpOid"},
        {{.cut_item = 3}, "euiccSignPIR"},
    };
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    offer(&plain, &metadata, &package);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        LPA_DOWNLOAD_LOCAL r = {0};
        f.dp->spoil = rows[i].spoil;
        ck_assert(!lpa_download(&f.lpa, f.dp, NULL, &r));
        ck_assert_msg(r.pir.n > 0, "%zu: %s", i, r.error);
        check("ProfileInstallationResult", rows[i].member, buf_slice(&r.pir));
    }
    f.dp->spoil = (struct smdpp_spoil){0};
    /* a package that the interpreter refuses: with its EUICCResponse */
    LPA_DOWNLOAD_LOCAL r = {0};
    f.dp->profile.upp = slice_of(package.p, 60);
    ck_assert(!lpa_download(&f.lpa, f.dp, NULL, &r));
    check("ProfileInstallationResult", "profileInstallationResultData.finalResult.errorResult.simaResponse",
          buf_slice(&r.pir));
    call("BF2B00", "RetrieveNotificationsListResponse", "notificationList.?6");
}
END_TEST

START_TEST(test_profiles)
{
    LPA_DOWNLOAD_LOCAL r = {0};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    offer(&everything, &metadata, &package);
    ck_assert_msg(lpa_download(&f.lpa, f.dp, NULL, &r), "%s", r.error);
    check("ProfileInstallationResult", "profileInstallationResultData.finalResult.successResult.simaResponse",
          buf_slice(&r.pir));
    offer(&plain, &metadata, &package);
    ck_assert_msg(lpa_download(&f.lpa, f.dp, NULL, &r), "%s", r.error);
    call("BF2915"
         "5A0A" ICCID_1 "9007"
         "6E69636B6E616D",
         "SetNicknameResponse", "setNicknameResult");
    call("BF290F"
         "5A0A" ICCID_UNKNOWN "900161",
         "SetNicknameResponse", "setNicknameResult");
    /* every tag of ProfileInfo */
    call("BF2D"
         "155C13"
         "5A4F9F70909192939495B6B7B899BF22BA9F25",
         "ProfileInfoListResponse", "profileInfoListOk.?1.notificationConfigurationInfo.?2.notificationAddress");
    check_response("ProfileInfoListResponse", "profileInfoListOk.?1.profileOwner.gid2");
    check_response("ProfileInfoListResponse", "profileInfoListOk.?1.profilePolicyRules");
    check_response("ProfileInfoListResponse", "profileInfoListOk.?1.serviceSpecificDataStoredInEuicc");
    check_response("ProfileInfoListResponse", "profileInfoListOk.?1.icon");
    check_response("ProfileInfoListResponse", "profileInfoListOk.?1.profileNickname");
    check_response("ProfileInfoListResponse", "profileInfoListOk.?2.profileState");
    call("BF2D00", "ProfileInfoListResponse", "profileInfoListOk.?2.profileClass");
    call("BF3111A00C5A0A" ICCID_2 "810100", "EnableProfileResponse", "enableResult");
    call("BF3111A00C5A0A" ICCID_UNKNOWN "810100", "EnableProfileResponse", "enableResult");
    call("BF3211A00C5A0A" ICCID_2 "810100", "DisableProfileResponse", "disableResult");
    call("BF3211A00C5A0A" ICCID_2 "810100", "DisableProfileResponse", "disableResult");
    call("BF330C5A0A" ICCID_2, "DeleteProfileResponse", "deleteResult");
    call("BF330C5A0A" ICCID_2, "DeleteProfileResponse", "deleteResult");
    call("BF2800", "ListNotificationResponse", "notificationMetadataList.?5.iccid");
    call("BF2B00", "RetrieveNotificationsListResponse", "notificationList.?1.profileInstallationResult");
    check_response("RetrieveNotificationsListResponse",
                   "notificationList.?2.otherSignedNotification.tbsOtherNotification.notificationAddress");
    call("BF3003800101", "NotificationSentResponse", "deleteNotificationStatus");
    call("BF3003800101", "NotificationSentResponse", "deleteNotificationStatus");
    call("BF3404820205"
         "80",
         "EuiccMemoryResetResponse", "resetResult");
    call("BF3404820205"
         "80",
         "EuiccMemoryResetResponse", "resetResult");
}
END_TEST

START_TEST(test_crl)
{
    call("BF3511A00F"
         "3003020101"
         "30040602"
         "2A03"
         "0302"
         "0000",
         "LoadCRLResponse", "loadCRLResponseError");
}
END_TEST

/* The oldest cards' answer instead of an empty list (SGP.22 2.0). */
START_TEST(test_no_notification)
{
    card_free(&f);
    card_new(&f, "no_notification = error", NULL);
    call("BF2B00", "RetrieveNotificationsListResponse", "notificationsListResultError");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("asn1 responses");
    TCase *tcase = tcase_create("responses");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, test_information);
    tcase_add_test(tcase, test_empty_lists);
    tcase_add_test(tcase, test_sessions);
    tcase_add_test(tcase, test_failed_installations);
    tcase_add_test(tcase, test_profiles);
    tcase_add_test(tcase, test_crl);
    tcase_add_test(tcase, test_no_notification);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
