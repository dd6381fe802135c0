/* The data objects of SGP.22 v2.5 annex H by name: one row a member, one table a SEQUENCE or CHOICE, in the order of
 * the specification. Read by src/cli/decode.c and src/mutate; a new function is a row in decode_requests and one in
 * decode_responses. Those of SGP.32 are in fields_iot.c. */
#include "names/tables.h"

/* ---- codes and bits ---- */

/* NotificationEvent 4 to 7, ErrorReason and reasons past 15: SGP.22 v3 */
static names events[] = {{0, "notificationInstall"},
                         {1, "notificationEnable"},
                         {2, "notificationDisable"},
                         {3, "notificationDelete"},
                         END_NAME};
static names ppr_ids[] = {{0, "pprUpdateControl"}, {1, "ppr1"}, {2, "ppr2"}, END_NAME};
static names ppr_flags[] = {{0, "consentRequired"}, END_NAME};
static names profile_states[] = {{0, "disabled"}, {1, "enabled"}, END_NAME};
static names profile_classes[] = {{0, "test"}, {1, "provisioning"}, {2, "operational"}, END_NAME};
static names icon_types[] = {{0, "jpg"}, {1, "png"}, END_NAME};
static names reset_options[] = {{0, "deleteOperationalProfiles"},  {1, "deleteFieldLoadedTestProfiles"},
                                {2, "resetDefaultSmdpAddress"},    {3, "deletePreLoadedTestProfiles"},
                                {4, "deleteProvisioningProfiles"}, END_NAME};
static names ipa_modes[] = {{0, "ipad"}, {1, "ipae"}, END_NAME};
static names lpae_options[] = {{0, "activateCatBasedLpae"}, {1, "activateScwsBasedLpae"}, END_NAME};
static names euicc_categories[] = {
    {0, "other"}, {1, "basicEuicc"}, {2, "mediumEuicc"}, {3, "contactlessEuicc"}, END_NAME};
static names uicc_capabilities[] = {{0, "contactlessSupport"},
                                    {1, "usimSupport"},
                                    {2, "isimSupport"},
                                    {3, "csimSupport"},
                                    {4, "akaMilenage"},
                                    {5, "akaCave"},
                                    {6, "akaTuak128"},
                                    {7, "akaTuak256"},
                                    {8, "usimTestAlgorithm"},
                                    {10, "gbaAuthenUsim"},
                                    {11, "gbaAuthenISim"},
                                    {12, "mbmsAuthenUsim"},
                                    {13, "eapClient"},
                                    {14, "javacard"},
                                    {15, "multos"},
                                    {16, "multipleUsimSupport"},
                                    {17, "multipleIsimSupport"},
                                    {18, "multipleCsimSupport"},
                                    {19, "berTlvFileSupport"},
                                    {20, "dfLinkSupport"},
                                    {21, "catTp"},
                                    {22, "getIdentity"},
                                    {23, "profile-a-x25519"},
                                    {24, "profile-b-p256"},
                                    {25, "suciCalculatorApi"},
                                    {26, "dns-resolution"},
                                    {27, "scp11ac"},
                                    {28, "scp11c-authorization-mechanism"},
                                    {29, "s16mode"},
                                    {30, "eaka"},
                                    {31, "iotminimal"},
                                    END_NAME};
static names rsp_capabilities[] = {{0, "additionalProfile"},
                                   {1, "crlSupport"},
                                   {2, "rpmSupport"},
                                   {3, "testProfileSupport"},
                                   {4, "deviceInfoExtensibilitySupport"},
                                   {5, "serviceSpecificDataSupport"},
                                   END_NAME};
static names remote_operations[] = {{1, "installBoundProfilePackage"}, END_NAME};
names names_authenticate_errors[] = {{1, "invalidCertificate"}, {2, "invalidSignature"}, {3, "unsupportedCurve"},
                                     {4, "noSessionContext"},   {5, "invalidOid"},       {6, "euiccChallengeMismatch"},
                                     {7, "ciPKUnknown"},        {127, "undefinedError"}, END_NAME};
names names_download_errors[] = {{1, "invalidCertificate"},
                                 {2, "invalidSignature"},
                                 {3, "unsupportedCurve"},
                                 {4, "noSessionContext"},
                                 {5, "invalidTransactionId"},
                                 {127, "undefinedError"},
                                 END_NAME};
static names cancel_session_reasons[] = {
    {0, "endUserRejection"},      {1, "postponed"},         {2, "timeout"},
    {3, "pprNotAllowed"},         {4, "metadataMismatch"},  {5, "loadBppExecutionError"},
    {16, "sessionAborted"},       {23, "lprNotSupported"},  {24, "lprNetworkDataNotAllowed"},
    {25, "emptyProfileOrSpName"}, {27, "rpmDisabled"},      {28, "invalidRpmPackage"},
    {29, "loadRpmPackageError"},  {127, "undefinedReason"}, END_NAME};
static names cancel_session_errors[] = {{5, "invalidTransactionId"}, {127, "undefinedError"}, END_NAME};
static names load_crl_errors[] = {{1, "invalidSignature"},        {2, "invalidCRLFormat"},
                                  {3, "notEnoughMemorySpace"},    {4, "verificationKeyNotFound"},
                                  {5, "fresherCrlAlreadyLoaded"}, {6, "baseCrlMissing"},
                                  {127, "undefinedError"},        END_NAME};
static names list_errors[] = {{1, "noResultAvailable"}, {127, "undefinedError"}, END_NAME};
static names profile_info_errors[] = {
    {1, "incorrectInputValues"}, {11, "profileChangeOngoing"}, {127, "undefinedError"}, END_NAME};
static names set_default_dp_address_results[] = {{0, "ok"}, {127, "undefinedError"}, END_NAME};
static names delete_notification_results[] = {{0, "ok"}, {1, "nothingToDelete"}, {127, "undefinedError"}, END_NAME};
names names_enable_results[] = {{0, "ok"},
                                {1, "iccidOrAidNotFound"},
                                {2, "profileNotInDisabledState"},
                                {3, "disallowedByPolicy"},
                                {4, "wrongProfileReenabling"},
                                {5, "catBusy"},
                                {127, "undefinedError"},
                                END_NAME};
static names disable_results[] = {{0, "ok"},
                                  {1, "iccidOrAidNotFound"},
                                  {2, "profileNotInEnabledState"},
                                  {3, "disallowedByPolicy"},
                                  {5, "catBusy"},
                                  {127, "undefinedError"},
                                  END_NAME};
static names delete_results[] = {{0, "ok"},
                                 {1, "iccidOrAidNotFound"},
                                 {2, "profileNotInDisabledState"},
                                 {3, "disallowedByPolicy"},
                                 {127, "undefinedError"},
                                 END_NAME};
static names reset_results[] = {{0, "ok"}, {1, "nothingToDelete"}, {5, "catBusy"}, {127, "undefinedError"}, END_NAME};
static names nickname_results[] = {{0, "ok"}, {1, "iccidNotFound"}, {127, "undefinedError"}, END_NAME};
static names lpae_results[] = {{0, "ok"}, {1, "notSupported"}, END_NAME};
names names_bpp_commands[] = {{0, "initialiseSecureChannel"},
                              {1, "configureISDP"},
                              {2, "storeMetadata"},
                              {3, "storeMetadata2"},
                              {4, "replaceSessionKeys"},
                              {5, "loadProfileElements"},
                              END_NAME};
names names_bpp_errors[] = {{1, "incorrectInputValues"},
                            {2, "invalidSignature"},
                            {3, "invalidTransactionId"},
                            {4, "unsupportedCrtValues"},
                            {5, "unsupportedRemoteOperationType"},
                            {6, "unsupportedProfileClass"},
                            {7, "scp03tStructureError"},
                            {8, "scp03tSecurityError"},
                            {9, "installFailedDueToIccidAlreadyExistsOnEuicc"},
                            {10, "installFailedDueToInsufficientMemoryForProfile"},
                            {11, "installFailedDueToInterruption"},
                            {12, "installFailedDueToPEProcessingError"},
                            {13, "installFailedDueToDataMismatch"},
                            {14, "testProfileInstallFailedDueToInvalidNaaKey"},
                            {15, "pprNotAllowed"},
                            {127, "installFailedDueToUnknownError"},
                            END_NAME};
/* PEStatus of the eUICC Profile Package specification, 8.10 */
names names_pe_statuses[] = {{0, "ok"},
                             {1, "pe-not-supported"},
                             {2, "memory-failure"},
                             {3, "bad-values"},
                             {4, "not-enough-memory"},
                             {5, "invalid-request-format"},
                             {6, "invalid-parameter"},
                             {7, "runtime-not-supported"},
                             {8, "lib-not-supported"},
                             {9, "template-not-supported"},
                             {10, "feature-not-supported"},
                             {11, "pin-code-missing"},
                             {31, "unsupported-profile-version"},
                             END_NAME};

/* ---- shared parts ---- */

static fields no_members[] = {END};
static fields octet_strings[] = {ROW(0x04, "subjectKeyIdentifier", DECODE_HEX), END};
static fields profile_identifier[] = {ROW(0x4f, "isdpAid", DECODE_HEX), ROW(0x5a, "iccid", DECODE_ICCID), END};
static fields operator_id[] = {ROW(0x80, "mccMnc", DECODE_PLMN), ROW(0x81, "gid1", DECODE_HEX),
                               ROW(0x82, "gid2", DECODE_HEX), END};
static fields operator_ids[] = {PARTS(0x30, "OperatorID", operator_id), END};
static fields dp_proprietary_data[] = {ROW(0x80, "dpOid", DECODE_OID), END};
static fields vendor_specific[] = {ROW(0x80, "vendorOid", DECODE_OID), ROW(0xa1, "vendorSpecificData", DECODE_HEX),
                                   END};
static fields vendor_specifics[] = {PARTS(0x30, "VendorSpecificExtension", vendor_specific), END};
static fields notification_configuration[] = {BITS(0x80, "profileManagementOperation", events),
                                              ROW(0x81, "notificationAddress", DECODE_TEXT), END};
static fields notification_configurations[] = {
    PARTS(0x30, "NotificationConfigurationInformation", notification_configuration), END};
static fields notification_metadata[] = {
    ROW(0x80, "seqNumber", DECODE_NUMBER), BITS(0x81, "profileManagementOperation", events),
    ROW(0x0c, "notificationAddress", DECODE_TEXT), ROW(0x5a, "iccid", DECODE_ICCID), END};
static fields pe_status[] = {CODE(0x80, "status", names_pe_statuses), ROW(0x81, "identification", DECODE_NUMBER),
                             ROW(0x82, "additional-information", DECODE_NUMBER), ROW(0x83, "offset", DECODE_NUMBER),
                             END};
static fields pe_status_list[] = {PARTS(0x30, "PEStatus", pe_status), END};
static fields euicc_response[] = {LIST(0xa0, "peStatus", pe_status_list),
                                  ROW(0x81, "profileInstallationAborted", DECODE_NULL),
                                  ROW(0x82, "statusMessage", DECODE_TEXT), END};
static fields sima_response[] = {PARTS(0x30, "EUICCResponse", euicc_response), END};
static fields success_result[] = {ROW(0x4f, "aid", DECODE_HEX), HOLDS(0x04, "simaResponse", sima_response), END};
static fields error_result[] = {CODE(0x80, "bppCommandId", names_bpp_commands),
                                CODE(0x81, "errorReason", names_bpp_errors), HOLDS(0x82, "simaResponse", sima_response),
                                END};
static fields final_result[] = {PARTS(0xa0, "successResult", success_result), PARTS(0xa1, "errorResult", error_result),
                                END};
static fields installation_result_data[] = {
    ROW(0x80, "transactionId", DECODE_HEX), PARTS(0xbf2f, "notificationMetadata", notification_metadata),
    ROW(0x06, "smdpOid", DECODE_OID), PARTS(0xa2, "finalResult", final_result), END};
static fields profile_installation_result[] = {PARTS(0xbf27, "profileInstallationResultData", installation_result_data),
                                               ROW(0x5f37, "euiccSignPIR", DECODE_HEX), END};

/* ---- ES10a ---- */

static fields configured_addresses[] = {ROW(0x80, "defaultDpAddress", DECODE_TEXT),
                                        ROW(0x81, "rootDsAddress", DECODE_TEXT), END};
static fields set_default_dp_address[] = {ROW(0x80, "defaultDpAddress", DECODE_TEXT), END};
static fields set_default_dp_address_answer[] = {
    CODE(0x80, "setDefaultDpAddressResult", set_default_dp_address_results), END};

/* ---- ES10b ---- */

static fields euicc_challenge[] = {ROW(0x80, "euiccChallenge", DECODE_HEX), END};
static fields euicc_info1[] = {ROW(0x82, "svn", DECODE_VERSION),
                               LIST(0xa9, "euiccCiPKIdListForVerification", octet_strings),
                               LIST(0xaa, "euiccCiPKIdListForSigning", octet_strings), END};
/* TS 102 226 8.2.1.7.2 */
static fields ext_card_resource[] = {ROW(0x81, "installedApplications", DECODE_COUNT),
                                     ROW(0x82, "freeNonVolatileMemory", DECODE_COUNT),
                                     ROW(0x83, "freeVolatileMemory", DECODE_COUNT), END};
static fields certification_data[] = {ROW(0x80, "platformLabel", DECODE_TEXT),
                                      ROW(0x81, "discoveryBaseURL", DECODE_TEXT), END};
static fields euicc_info2[] = {ROW(0x81, "profileVersion", DECODE_VERSION),
                               ROW(0x82, "svn", DECODE_VERSION),
                               ROW(0x83, "euiccFirmwareVer", DECODE_VERSION),
                               HOLDS(0x84, "extCardResource", ext_card_resource),
                               BITS(0x85, "uiccCapability", uicc_capabilities),
                               ROW(0x86, "ts102241Version", DECODE_VERSION),
                               ROW(0x87, "globalplatformVersion", DECODE_VERSION),
                               BITS(0x88, "rspCapability", rsp_capabilities),
                               LIST(0xa9, "euiccCiPKIdListForVerification", octet_strings),
                               LIST(0xaa, "euiccCiPKIdListForSigning", octet_strings),
                               CODE(0x8b, "euiccCategory", euicc_categories),
                               BITS(0x99, "forbiddenProfilePolicyRules", ppr_ids),
                               ROW(0x04, "ppVersion", DECODE_VERSION),
                               ROW(0x0c, "sasAcreditationNumber", DECODE_TEXT),
                               PARTS(0xac, "certificationDataObject", certification_data),
                               CODE(0x90, "ipaMode", ipa_modes),
                               PARTS(0xb4, "iotSpecificInfo", decode_iot_specific_info),
                               END};
static fields authorisation_rule[] = {BITS(0x80, "pprIds", ppr_ids), LIST(0xa1, "allowedOperators", operator_ids),
                                      BITS(0x82, "pprFlags", ppr_flags), END};
fields decode_authorisation_rules[] = {PARTS(0x30, "ProfilePolicyAuthorisationRule", authorisation_rule), END};
static fields rat[] = {LIST(0xa0, "rat", decode_authorisation_rules), END};

static fields device_capabilities[] = {ROW(0x80, "gsmSupportedRelease", DECODE_VERSION),
                                       ROW(0x81, "utranSupportedRelease", DECODE_VERSION),
                                       ROW(0x82, "cdma2000onexSupportedRelease", DECODE_VERSION),
                                       ROW(0x83, "cdma2000hrpdSupportedRelease", DECODE_VERSION),
                                       ROW(0x84, "cdma2000ehrpdSupportedRelease", DECODE_VERSION),
                                       ROW(0x85, "eutranEpcSupportedRelease", DECODE_VERSION),
                                       ROW(0x86, "contactlessSupportedRelease", DECODE_VERSION),
                                       ROW(0x87, "rspCrlSupportedVersion", DECODE_VERSION),
                                       ROW(0x88, "nrEpcSupportedRelease", DECODE_VERSION),
                                       ROW(0x89, "nr5gcSupportedRelease", DECODE_VERSION),
                                       ROW(0x8a, "eutran5gcSupportedRelease", DECODE_VERSION),
                                       END};
static fields device_info[] = {ROW(0x80, "tac", DECODE_HEX), PARTS(0xa1, "deviceCapabilities", device_capabilities),
                               ROW(0x82, "imei", DECODE_HEX), END};
static fields ctx_params[] = {ROW(0x80, "matchingId", DECODE_TEXT), PARTS(0xa1, "deviceInfo", device_info), END};
static fields server_signed1[] = {ROW(0x80, "transactionId", DECODE_HEX), ROW(0x81, "euiccChallenge", DECODE_HEX),
                                  ROW(0x83, "serverAddress", DECODE_TEXT), ROW(0x84, "serverChallenge", DECODE_HEX),
                                  END};
static fields authenticate_server[] = {PARTS(0x30, "serverSigned1", server_signed1),
                                       ROW(0x5f37, "serverSignature1", DECODE_HEX),
                                       ROW(0x04, "euiccCiPKIdToBeUsed", DECODE_HEX),
                                       ROW(0x30, "serverCertificate", DECODE_CERTIFICATE),
                                       PARTS(0xa0, "ctxParamsForCommonAuthentication", ctx_params),
                                       END};
static fields euicc_signed1[] = {ROW(0x80, "transactionId", DECODE_HEX),
                                 ROW(0x83, "serverAddress", DECODE_TEXT),
                                 ROW(0x84, "serverChallenge", DECODE_HEX),
                                 PARTS(0xbf22, "euiccInfo2", euicc_info2),
                                 PARTS(0xa0, "ctxParamsForCommonAuthentication", ctx_params),
                                 END};
static fields authenticate_ok[] = {
    PARTS(0x30, "euiccSigned1", euicc_signed1), ROW(0x5f37, "euiccSignature1", DECODE_HEX),
    ROW(0x30, "euiccCertificate", DECODE_CERTIFICATE), ROW(0x30, "eumCertificate", DECODE_CERTIFICATE), END};
static fields authenticate_error[] = {ROW(0x80, "transactionId", DECODE_HEX),
                                      CODE(0x02, "authenticateErrorCode", names_authenticate_errors), END};
static fields authenticate_answer[] = {PARTS(0xa0, "authenticateResponseOk", authenticate_ok),
                                       PARTS(0xa1, "authenticateResponseError", authenticate_error), END};

static fields smdp_signed2[] = {ROW(0x80, "transactionId", DECODE_HEX), ROW(0x01, "ccRequiredFlag", DECODE_FLAG),
                                ROW(0x5f49, "bppEuiccOtpk", DECODE_HEX), END};
static fields prepare_download[] = {PARTS(0x30, "smdpSigned2", smdp_signed2), ROW(0x5f37, "smdpSignature2", DECODE_HEX),
                                    ROW(0x04, "hashCc", DECODE_HEX), ROW(0x30, "smdpCertificate", DECODE_CERTIFICATE),
                                    END};
static fields euicc_signed2[] = {ROW(0x80, "transactionId", DECODE_HEX), ROW(0x5f49, "euiccOtpk", DECODE_HEX),
                                 ROW(0x04, "hashCc", DECODE_HEX), END};
static fields download_ok[] = {PARTS(0x30, "euiccSigned2", euicc_signed2), ROW(0x5f37, "euiccSignature2", DECODE_HEX),
                               END};
static fields download_error[] = {ROW(0x80, "transactionId", DECODE_HEX),
                                  CODE(0x02, "downloadErrorCode", names_download_errors), END};
static fields prepare_download_answer[] = {PARTS(0xa0, "downloadResponseOk", download_ok),
                                           PARTS(0xa1, "downloadResponseError", download_error), END};

static fields cancel_session[] = {ROW(0x80, "transactionId", DECODE_HEX), CODE(0x81, "reason", cancel_session_reasons),
                                  END};
static fields cancel_session_signed[] = {ROW(0x80, "transactionId", DECODE_HEX), ROW(0x81, "smdpOid", DECODE_OID),
                                         CODE(0x82, "reason", cancel_session_reasons), END};
static fields cancel_session_ok[] = {PARTS(0x30, "euiccCancelSessionSigned", cancel_session_signed),
                                     ROW(0x5f37, "euiccCancelSessionSignature", DECODE_HEX), END};
static fields cancel_session_answer[] = {PARTS(0xa0, "cancelSessionResponseOk", cancel_session_ok),
                                         CODE(0x81, "cancelSessionResponseError", cancel_session_errors), END};

static fields load_crl[] = {ROW(0xa0, "crl", DECODE_SIZE), END};
static fields missing_part[] = {ROW(0x80, "number", DECODE_NUMBER), END};
static fields missing_parts[] = {PARTS(0x30, "MissingPart", missing_part), ROW(0x02, "number", DECODE_NUMBER), END};
static fields load_crl_ok[] = {LIST(0xa0, "missingParts", missing_parts), END};
static fields load_crl_answer[] = {PARTS(0xa0, "loadCRLResponseOk", load_crl_ok),
                                   CODE(0x81, "loadCRLResponseError", load_crl_errors), END};

static fields list_notification[] = {BITS(0x81, "profileManagementOperation", events), END};
static fields notification_metadata_list[] = {PARTS(0xbf2f, "NotificationMetadata", notification_metadata), END};
static fields list_notification_answer[] = {LIST(0xa0, "notificationMetadataList", notification_metadata_list),
                                            CODE(0x81, "listNotificationsResultError", list_errors), END};
static fields notification_criteria[] = {ROW(0x80, "seqNumber", DECODE_NUMBER),
                                         BITS(0x81, "profileManagementOperation", events),
                                         ROW(0x82, "euiccPackageResults", DECODE_NULL), END};
static fields retrieve_notifications[] = {PARTS(0xa0, "searchCriteria", notification_criteria), END};
static fields other_signed_notification[] = {
    PARTS(0xbf2f, "tbsOtherNotification", notification_metadata), ROW(0x5f37, "euiccNotificationSignature", DECODE_HEX),
    ROW(0x30, "euiccCertificate", DECODE_CERTIFICATE), ROW(0x30, "eumCertificate", DECODE_CERTIFICATE), END};
static fields pending_notifications[] = {PARTS(0xbf37, "profileInstallationResult", profile_installation_result),
                                         PARTS(0x30, "otherSignedNotification", other_signed_notification), END};
static fields retrieve_notifications_answer[] = {LIST(0xa0, "notificationList", pending_notifications),
                                                 CODE(0x81, "notificationsListResultError", list_errors),
                                                 LIST(0xa2, "euiccPackageResultList", decode_package_results), END};
static fields notification_sent[] = {ROW(0x80, "seqNumber", DECODE_NUMBER), END};
static fields notification_sent_answer[] = {CODE(0x80, "deleteNotificationStatus", delete_notification_results), END};

/* ---- ES10c ---- */

static fields profile_criteria[] = {ROW(0x4f, "isdpAid", DECODE_HEX), ROW(0x5a, "iccid", DECODE_ICCID),
                                    CODE(0x95, "profileClass", profile_classes), END};
fields decode_get_profiles_info[] = {PARTS(0xa0, "searchCriteria", profile_criteria), ROW(0x5c, "tagList", DECODE_TAGS),
                                     END};
static fields profile_info[] = {ROW(0x5a, "iccid", DECODE_ICCID),
                                ROW(0x4f, "isdpAid", DECODE_HEX),
                                CODE(0x9f70, "profileState", profile_states),
                                ROW(0x90, "profileNickname", DECODE_TEXT),
                                ROW(0x91, "serviceProviderName", DECODE_TEXT),
                                ROW(0x92, "profileName", DECODE_TEXT),
                                CODE(0x93, "iconType", icon_types),
                                ROW(0x94, "icon", DECODE_SIZE),
                                CODE(0x95, "profileClass", profile_classes),
                                LIST(0xb6, "notificationConfigurationInfo", notification_configurations),
                                PARTS(0xb7, "profileOwner", operator_id),
                                PARTS(0xb8, "dpProprietaryData", dp_proprietary_data),
                                BITS(0x99, "profilePolicyRules", ppr_ids),
                                LIST(0xbf22, "serviceSpecificDataStoredInEuicc", vendor_specifics),
                                ROW(0x9f7b, "ecallIndication", DECODE_FLAG),
                                ROW(0x9f26, "fallbackAttribute", DECODE_FLAG),
                                ROW(0x9f67, "fallbackAllowed", DECODE_FLAG),
                                END};
static fields profile_infos[] = {PARTS(0xe3, "ProfileInfo", profile_info), END};
fields decode_get_profiles_info_answer[] = {LIST(0xa0, "profileInfoListOk", profile_infos),
                                            CODE(0x81, "profileInfoListError", profile_info_errors), END};
static fields profile_switch[] = {PARTS(0xa0, "profileIdentifier", profile_identifier),
                                  ROW(0x81, "refreshFlag", DECODE_FLAG), END};
static fields enable_answer[] = {CODE(0x80, "enableResult", names_enable_results), END};
static fields disable_answer[] = {CODE(0x80, "disableResult", disable_results), END};
static fields delete_answer[] = {CODE(0x80, "deleteResult", delete_results), END};
static fields memory_reset[] = {BITS(0x82, "resetOptions", reset_options), END};
/* SGP.32 v1.0 has 02, 81 and 82 */
static fields memory_reset_answer[] = {
    CODE(0x80, "resetResult", reset_results), CODE(0x02, "resetResult", reset_results),
    CODE(0x81, "resetEimResult", reset_results), CODE(0x82, "resetAutoEnableConfigResult", reset_results), END};
static fields get_euicc_data[] = {ROW(0x5c, "tagList", DECODE_TAGS), END};
static fields get_euicc_data_answer[] = {ROW(0x5a, "eidValue", DECODE_HEX), END};
static fields set_nickname[] = {ROW(0x5a, "iccid", DECODE_ICCID), ROW(0x90, "profileNickname", DECODE_TEXT), END};
static fields set_nickname_answer[] = {CODE(0x80, "setNicknameResult", nickname_results), END};
static fields lpae_activation[] = {BITS(0x80, "lpaeOption", lpae_options), END};
static fields lpae_activation_answer[] = {CODE(0x80, "lpaeActivationResult", lpae_results), END};

/* ---- ES8+ (SGP.22 5.5, 2.5.3) ---- */

static fields control_reference_template[] = {ROW(0x80, "keyType", DECODE_HEX), ROW(0x81, "keyLen", DECODE_COUNT),
                                              ROW(0x84, "hostId", DECODE_HEX), END};
static fields initialise_secure_channel[] = {CODE(0x82, "remoteOpId", remote_operations),
                                             ROW(0x80, "transactionId", DECODE_HEX),
                                             PARTS(0xa6, "controlRefTemplate", control_reference_template),
                                             ROW(0x5f49, "smdpOtpk", DECODE_HEX),
                                             ROW(0x5f37, "smdpSign", DECODE_HEX),
                                             END};
/* These travel inside protected segments only; named for an LPA that sends one bare. Keys are never shown. */
static fields configure_isdp[] = {PARTS(0xb8, "dpProprietaryData", dp_proprietary_data), END};
static fields store_metadata[] = {ROW(0x5a, "iccid", DECODE_ICCID),
                                  ROW(0x91, "serviceProviderName", DECODE_TEXT),
                                  ROW(0x92, "profileName", DECODE_TEXT),
                                  CODE(0x93, "iconType", icon_types),
                                  ROW(0x94, "icon", DECODE_SIZE),
                                  CODE(0x95, "profileClass", profile_classes),
                                  LIST(0xb6, "notificationConfigurationInfo", notification_configurations),
                                  PARTS(0xb7, "profileOwner", operator_id),
                                  BITS(0x99, "profilePolicyRules", ppr_ids),
                                  LIST(0xbf22, "serviceSpecificDataStoredInEuicc", vendor_specifics),
                                  LIST(0xbf23, "serviceSpecificDataNotStoredInEuicc", vendor_specifics),
                                  ROW(0x9f7b, "ecallIndication", DECODE_FLAG),
                                  ROW(0x9f67, "fallbackAllowed", DECODE_FLAG),
                                  END};
static fields replace_session_keys[] = {ROW(0x80, "initialMacChainingValue", DECODE_SIZE),
                                        ROW(0x81, "ppkEnc", DECODE_SIZE), ROW(0x82, "ppkCmac", DECODE_SIZE), END};
static fields encrypted_87[] = {ROW(0x87, "encryptedSegment", DECODE_SIZE), END};
static fields protected_88[] = {ROW(0x88, "protectedSegment", DECODE_SIZE), END};
static fields encrypted_86[] = {ROW(0x86, "encryptedSegment", DECODE_SIZE), END};
#define BOUND_PROFILE_PACKAGE                                                                                          \
    PARTS(0xbf23, "initialiseSecureChannelRequest", initialise_secure_channel),                                        \
        LIST(0xa0, "firstSequenceOf87", encrypted_87), LIST(0xa1, "sequenceOf88", protected_88),                       \
        LIST(0xa2, "secondSequenceOf87", encrypted_87), LIST(0xa3, "sequenceOf86", encrypted_86)
static fields bound_profile_package[] = {BOUND_PROFILE_PACKAGE, END};

/* ---- whole objects ---- */

fields decode_requests[] = {PARTS(0xbf20, "GetEuiccInfo1Request", no_members),
                            PARTS(0xbf21, "PrepareDownloadRequest", prepare_download),
                            PARTS(0xbf22, "GetEuiccInfo2Request", no_members),
                            PARTS(0xbf23, "InitialiseSecureChannelRequest", initialise_secure_channel),
                            PARTS(0xbf24, "ConfigureISDPRequest", configure_isdp),
                            PARTS(0xbf25, "StoreMetadataRequest", store_metadata),
                            PARTS(0xbf26, "ReplaceSessionKeysRequest", replace_session_keys),
                            PARTS(0xbf28, "ListNotificationRequest", list_notification),
                            PARTS(0xbf29, "SetNicknameRequest", set_nickname),
                            PARTS(0xbf2b, "RetrieveNotificationsListRequest", retrieve_notifications),
                            PARTS(0xbf2d, "ProfileInfoListRequest", decode_get_profiles_info),
                            PARTS(0xbf2e, "GetEuiccChallengeRequest", no_members),
                            PARTS(0xbf30, "NotificationSentRequest", notification_sent),
                            PARTS(0xbf31, "EnableProfileRequest", profile_switch),
                            PARTS(0xbf32, "DisableProfileRequest", profile_switch),
                            PARTS(0xbf33, "DeleteProfileRequest", profile_identifier),
                            PARTS(0xbf34, "EuiccMemoryResetRequest", memory_reset),
                            PARTS(0xbf35, "LoadCRLRequest", load_crl),
                            PARTS(0xbf38, "AuthenticateServerRequest", authenticate_server),
                            PARTS(0xbf3c, "EuiccConfiguredAddressesRequest", no_members),
                            PARTS(0xbf3e, "GetEuiccDataRequest", get_euicc_data),
                            PARTS(0xbf3f, "SetDefaultDpAddressRequest", set_default_dp_address),
                            PARTS(0xbf41, "CancelSessionRequest", cancel_session),
                            PARTS(0xbf42, "LpaeActivationRequest", lpae_activation),
                            PARTS(0xbf43, "GetRatRequest", no_members),
                            PARTS(0xbf51, "EuiccPackageRequest", decode_package),
                            PARTS(0xbf55, "GetEimConfigurationDataRequest", decode_iot_get_eim_configuration),
                            PARTS(0xbf56, "GetCertsRequest", decode_iot_get_certs),
                            PARTS(0xbf57, "AddInitialEimRequest", decode_iot_add_initial_eim),
                            PARTS(0xbf58, "ProfileRollbackRequest", decode_iot_refresh_flag),
                            PARTS(0xbf59, "ConfigureImmediateProfileEnablingRequest", decode_iot_configure_immediate),
                            PARTS(0xbf5a, "ImmediateEnableRequest", decode_iot_refresh_flag),
                            PARTS(0xbf5b, "EnableEmergencyProfileRequest", decode_iot_refresh_flag),
                            PARTS(0xbf5c, "DisableEmergencyProfileRequest", decode_iot_refresh_flag),
                            PARTS(0xbf5d, "ExecuteFallbackMechanismRequest", decode_iot_refresh_flag),
                            PARTS(0xbf5e, "ReturnFromFallbackRequest", decode_iot_refresh_flag),
                            PARTS(0xbf5f, "GetConnectivityParametersRequest", no_members),
                            PARTS(0xbf64, "EuiccMemoryResetRequest", decode_iot_memory_reset),
                            PARTS(0xbf65, "SetDefaultDpAddressRequest", decode_iot_default_dp),
                            END};

fields decode_responses[] = {
    PARTS(0xbf20, "EUICCInfo1", euicc_info1),
    PARTS(0xbf21, "PrepareDownloadResponse", prepare_download_answer),
    PARTS(0xbf22, "EUICCInfo2", euicc_info2),
    PARTS(0xbf28, "ListNotificationResponse", list_notification_answer),
    PARTS(0xbf29, "SetNicknameResponse", set_nickname_answer),
    PARTS(0xbf2b, "RetrieveNotificationsListResponse", retrieve_notifications_answer),
    PARTS(0xbf2d, "ProfileInfoListResponse", decode_get_profiles_info_answer),
    PARTS(0xbf2e, "GetEuiccChallengeResponse", euicc_challenge),
    PARTS(0xbf30, "NotificationSentResponse", notification_sent_answer),
    PARTS(0xbf31, "EnableProfileResponse", enable_answer),
    PARTS(0xbf32, "DisableProfileResponse", disable_answer),
    PARTS(0xbf33, "DeleteProfileResponse", delete_answer),
    PARTS(0xbf34, "EuiccMemoryResetResponse", memory_reset_answer),
    PARTS(0xbf35, "LoadCRLResponse", load_crl_answer),
    PARTS(0xbf37, "ProfileInstallationResult", profile_installation_result),
    PARTS(0xbf38, "AuthenticateServerResponse", authenticate_answer),
    PARTS(0xbf3c, "EuiccConfiguredAddressesResponse", configured_addresses),
    PARTS(0xbf3e, "GetEuiccDataResponse", get_euicc_data_answer),
    PARTS(0xbf3f, "SetDefaultDpAddressResponse", set_default_dp_address_answer),
    PARTS(0xbf41, "CancelSessionResponse", cancel_session_answer),
    PARTS(0xbf42, "LpaeActivationResponse", lpae_activation_answer),
    PARTS(0xbf43, "GetRatResponse", rat),
    PARTS(0xbf51, "EuiccPackageResult", decode_package_result),
    PARTS(0xbf55, "GetEimConfigurationDataResponse", decode_iot_get_eim_configuration_answer),
    PARTS(0xbf56, "GetCertsResponse", decode_iot_get_certs_answer),
    PARTS(0xbf57, "AddInitialEimResponse", decode_iot_add_initial_eim_answer),
    PARTS(0xbf58, "ProfileRollbackResponse", decode_iot_rollback_answer),
    PARTS(0xbf59, "ConfigureImmediateProfileEnablingResponse", decode_iot_configure_immediate_answer),
    PARTS(0xbf5a, "ImmediateEnableResponse", decode_iot_immediate_enable_answer),
    PARTS(0xbf5b, "EnableEmergencyProfileResponse", decode_iot_enable_emergency_answer),
    PARTS(0xbf5c, "DisableEmergencyProfileResponse", decode_iot_disable_emergency_answer),
    PARTS(0xbf5d, "ExecuteFallbackMechanismResponse", decode_iot_execute_fallback_answer),
    PARTS(0xbf5e, "ReturnFromFallbackResponse", decode_iot_return_fallback_answer),
    PARTS(0xbf5f, "GetConnectivityParametersResponse", decode_iot_connectivity_answer),
    PARTS(0xbf64, "EuiccMemoryResetResponse", decode_iot_memory_reset_answer),
    PARTS(0xbf65, "SetDefaultDpAddressResponse", decode_iot_default_dp_answer),
    END};

/* Where a segment may begin. */
fields decode_segments[] = {PARTS(0xbf36, "BoundProfilePackage", bound_profile_package),
                            BOUND_PROFILE_PACKAGE,
                            ROW(0x87, "encryptedSegment", DECODE_SIZE),
                            ROW(0x88, "protectedSegment", DECODE_SIZE),
                            ROW(0x86, "encryptedSegment", DECODE_SIZE),
                            END};
