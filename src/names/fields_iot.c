/* The data objects of SGP.32 by name: eUICC packages and their results (2.11), eIM configurations (2.11.1.1.1) and the
 * functions of ES10b (5.9); see fields.c. Also the forms of known senders that are not quite so (refreshFlag as
 * 01, addresses as 0C). */
#include "names/tables.h"

/* ---- codes and bits ---- */

static names eim_id_types[] = {{1, "eimIdTypeOid"}, {2, "eimIdTypeFqdn"}, {3, "eimIdTypeProprietary"}, END_NAME};
static names eim_protocols[] = {{0, "eimRetrieveHttps"}, {1, "eimRetrieveCoaps"}, {2, "eimInjectHttps"},
                                {3, "eimInjectCoaps"},   {4, "eimProprietary"},   END_NAME};
static names enable_results[] = {
    {0, "ok"},      {1, "iccidOrAidNotFound"},    {2, "profileNotInDisabledState"}, {3, "disallowedByPolicy"},
    {5, "catBusy"}, {20, "rollbackNotAvailable"}, {127, "undefinedError"},          END_NAME};
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
                                 {20, "rollbackNotAvailable"},
                                 {21, "returnFallbackProfile"},
                                 {127, "undefinedError"},
                                 END_NAME};
static names configure_results[] = {
    {0, "ok"}, {1, "insufficientMemory"}, {7, "commandError"}, {127, "undefinedError"}, END_NAME};
static names add_eim_results[] = {
    {0, "ok"},           {1, "insufficientMemory"},      {2, "associatedEimAlreadyExists"},
    {3, "ciPKUnknown"},  {5, "invalidAssociationToken"}, {6, "counterValueOutOfRange"},
    {7, "commandError"}, {127, "undefinedError"},        END_NAME};
static names delete_eim_results[] = {{0, "ok"},           {1, "eimNotFound"},      {2, "lastEimDeleted"},
                                     {7, "commandError"}, {127, "undefinedError"}, END_NAME};
static names update_eim_results[] = {{0, "ok"},
                                     {1, "eimNotFound"},
                                     {3, "ciPKUnknown"},
                                     {6, "counterValueOutOfRange"},
                                     {7, "commandError"},
                                     {127, "undefinedError"},
                                     END_NAME};
static names list_eim_errors[] = {{7, "commandError"}, {127, "undefinedError"}, END_NAME};
static names plain_results[] = {{0, "ok"}, {127, "undefinedError"}, END_NAME};
static names set_fallback_results[] = {{0, "ok"},
                                       {1, "iccidOrAidNotFound"},
                                       {2, "fallbackNotAllowed"},
                                       {3, "fallbackProfileEnabled"},
                                       {127, "undefinedError"},
                                       END_NAME};
static names unset_fallback_results[] = {{0, "ok"},           {2, "noFallbackAttribute"}, {3, "fallbackProfileEnabled"},
                                         {7, "commandError"}, {127, "undefinedError"},    END_NAME};
static names terminations[] = {
    {1, "resultSizeOverflow"}, {2, "unknownOrDamagedCommand"}, {3, "interruption"}, {127, "undefinedError"}, END_NAME};
static names package_errors[] = {{3, "invalidEid"},
                                 {4, "replayError"},
                                 {6, "counterValueOutOfRange"},
                                 {15, "sizeOverflow"},
                                 {104, "ecallActive"},
                                 {127, "undefinedError"},
                                 END_NAME};
static names get_certs_errors[] = {{1, "invalidCiPKId"}, {127, "undefinedError"}, END_NAME};
static names rollback_results[] = {{0, "ok"},           {1, "rollbackNotAllowed"}, {5, "catBusy"},
                                   {7, "commandError"}, {127, "undefinedError"},   END_NAME};
static names configure_immediate_results[] = {
    {0, "ok"}, {1, "insufficientMemory"}, {2, "associatedEimAlreadyExists"}, {127, "undefinedError"}, END_NAME};
static names immediate_results[] = {
    {0, "ok"}, {1, "immediateEnableNotAvailable"}, {4, "noSessionContext"}, {5, "catBusy"}, {127, "undefinedError"},
    END_NAME};
static names enable_emergency_results[] = {
    {0, "ok"}, {2, "profileNotInDisabledState"}, {5, "catBusy"}, {8, "ecallNotAvailable"}, {127, "undefinedError"},
    END_NAME};
static names disable_emergency_results[] = {
    {0, "ok"}, {2, "profileNotInEnabledState"}, {5, "catBusy"}, {8, "ecallNotAvailable"}, {127, "undefinedError"},
    END_NAME};
static names fallback_results[] = {{0, "ok"},
                                   {2, "profileNotInDisabledState"},
                                   {5, "catBusy"},
                                   {6, "fallbackNotAvailable"},
                                   {7, "commandError"},
                                   {104, "ecallActive"},
                                   {127, "undefinedError"},
                                   END_NAME};
static names connectivity_errors[] = {{1, "parametersNotAvailable"}, {127, "undefinedError"}, END_NAME};
static names reset_options[] = {{0, "deleteOperationalProfiles"},  {1, "deleteFieldLoadedTestProfiles"},
                                {2, "resetDefaultSmdpAddress"},    {3, "deletePreLoadedTestProfiles"},
                                {4, "deleteProvisioningProfiles"}, {5, "resetEimConfigData"},
                                {6, "resetImmediateEnableConfig"}, END_NAME};
static names reset_results[] = {
    {0, "ok"}, {1, "nothingToDelete"}, {5, "catBusy"}, {104, "ecallActive"}, {127, "undefinedError"}, END_NAME};
static names reset_eim_results[] = {
    {0, "ok"}, {1, "nothingToDelete"}, {2, "eimResetNotSupported"}, {127, "undefinedError"}, END_NAME};
static names reset_immediate_results[] = {{0, "ok"}, {1, "resetIECNotSupported"}, {127, "undefinedError"}, END_NAME};

/* ---- EimConfigurationData, 2.11.1.1.1 ---- */

static fields algorithm[] = {ROW(0x06, "algorithm", DECODE_OID), ROW(0x06, "parameters", DECODE_OID), END};
static fields public_key[] = {PARTS(0x30, "algorithm", algorithm), ROW(0x03, "subjectPublicKey", DECODE_HEX), END};
static fields eim_key[] = {PARTS(0xa0, "eimPublicKey", public_key), ROW(0xa1, "eimCertificate", DECODE_CERTIFICATE),
                           END};
static fields tls_key[] = {PARTS(0xa0, "trustedEimPkTls", public_key),
                           ROW(0xa1, "trustedCertificateTls", DECODE_CERTIFICATE), END};
static fields eim_configuration[] = {ROW(0x80, "eimId", DECODE_TEXT),
                                     ROW(0x81, "eimFqdn", DECODE_TEXT),
                                     CODE(0x82, "eimIdType", eim_id_types),
                                     ROW(0x83, "counterValue", DECODE_INTEGER),
                                     ROW(0x84, "associationToken", DECODE_INTEGER),
                                     PARTS(0xa5, "eimPublicKeyData", eim_key),
                                     PARTS(0xa6, "trustedPublicKeyDataTls", tls_key),
                                     BITS(0x87, "eimSupportedProtocol", eim_protocols),
                                     ROW(0x88, "euiccCiPKId", DECODE_HEX),
                                     ROW(0x89, "indirectProfileDownload", DECODE_NULL),
                                     END};
static fields eim_configurations[] = {PARTS(0x30, "EimConfigurationData", eim_configuration), END};

/* ---- EuiccPackageRequest, 2.11.1.1 ---- */

static fields nothing[] = {END};
static fields iccid[] = {ROW(0x5a, "iccid", DECODE_ICCID), END};
static fields enable[] = {ROW(0x5a, "iccid", DECODE_ICCID), ROW(0x05, "rollbackFlag", DECODE_NULL),
                          ROW(0x80, "rollbackFlag", DECODE_NULL), END};
fields decode_iot_configure_immediate[] = {ROW(0x80, "immediateEnableFlag", DECODE_NULL),
                                           ROW(0x81, "defaultSmdpOid", DECODE_OID),
                                           ROW(0x82, "defaultSmdpAddress", DECODE_TEXT), END};
fields decode_iot_default_dp[] = {ROW(0x80, "defaultDpAddress", DECODE_TEXT),
                                  ROW(0x0c, "defaultDpAddress", DECODE_TEXT), END};
static fields psmo_list[] = {PARTS(0xa3, "enable", enable),
                             PARTS(0xa4, "disable", iccid),
                             PARTS(0xa5, "delete", iccid),
                             PARTS(0xbf2d, "listProfileInfo", decode_get_profiles_info),
                             PARTS(0xa6, "getRAT", nothing),
                             PARTS(0xa7, "configureImmediateEnable", decode_iot_configure_immediate),
                             PARTS(0xa8, "setFallbackAttribute", iccid),
                             PARTS(0xa9, "unsetFallbackAttribute", nothing),
                             PARTS(0xbf65, "setDefaultDpAddress", decode_iot_default_dp),
                             END};
static fields eim_id[] = {ROW(0x80, "eimId", DECODE_TEXT), END};
static fields eco_list[] = {PARTS(0xa8, "addEim", eim_configuration), PARTS(0xa9, "deleteEim", eim_id),
                            PARTS(0xaa, "updateEim", eim_configuration), PARTS(0xab, "listEim", nothing), END};
static fields package_signed[] = {ROW(0x80, "eimId", DECODE_TEXT),
                                  ROW(0x5a, "eidValue", DECODE_HEX),
                                  ROW(0x81, "counterValue", DECODE_INTEGER),
                                  ROW(0x82, "eimTransactionId", DECODE_HEX),
                                  LIST(0xa0, "psmoList", psmo_list),
                                  LIST(0xa1, "ecoList", eco_list),
                                  END};
fields decode_package[] = {PARTS(0x30, "euiccPackageSigned", package_signed), ROW(0x5f37, "eimSignature", DECODE_HEX),
                           END};

/* ---- EuiccPackageResult, 2.11.2.1 ---- */

static fields add_eim_result[] = {ROW(0x84, "associationToken", DECODE_INTEGER),
                                  CODE(0x02, "addEimResultCode", add_eim_results), END};
/* eimIdType: 84 in v1.0 */
static fields eim_id_info[] = {ROW(0x80, "eimId", DECODE_TEXT), CODE(0x82, "eimIdType", eim_id_types),
                               CODE(0x84, "eimIdType", eim_id_types), END};
static fields eim_id_infos[] = {PARTS(0x30, "EimIdInfo", eim_id_info), END};
static fields list_eim_result[] = {LIST(0xa0, "eimIdList", eim_id_infos), CODE(0x81, "listEimError", list_eim_errors),
                                   END};
fields decode_iot_default_dp_answer[] = {CODE(0x80, "setDefaultDpAddressResult", plain_results), END};
static fields result_data[] = {CODE(0x83, "enableResult", enable_results),
                               CODE(0x84, "disableResult", disable_results),
                               CODE(0x85, "deleteResult", delete_results),
                               PARTS(0xbf2d, "listProfileInfoResult", decode_get_profiles_info_answer),
                               LIST(0xa6, "getRATResult", decode_authorisation_rules),
                               CODE(0x87, "configureImmediateEnableResult", configure_results),
                               PARTS(0xa8, "addEimResult", add_eim_result),
                               CODE(0x89, "deleteEimResult", delete_eim_results),
                               CODE(0x8a, "updateEimResult", update_eim_results),
                               PARTS(0xab, "listEimResult", list_eim_result),
                               CODE(0x8c, "rollbackResult", plain_results),
                               CODE(0x8d, "setFallbackAttributeResult", set_fallback_results),
                               CODE(0x8e, "unsetFallbackAttributeResult", unset_fallback_results),
                               CODE(0x02, "processingTerminated", terminations),
                               PARTS(0xbf65, "setDefaultDpAddressResult", decode_iot_default_dp_answer),
                               END};
static fields result_data_signed[] = {
    ROW(0x80, "eimId", DECODE_TEXT),           ROW(0x81, "counterValue", DECODE_INTEGER),
    ROW(0x82, "eimTransactionId", DECODE_HEX), ROW(0x83, "seqNumber", DECODE_NUMBER),
    LIST(0x30, "euiccResult", result_data),    END};
static fields result_signed[] = {PARTS(0x30, "euiccPackageResultDataSigned", result_data_signed),
                                 ROW(0x5f37, "euiccSignEPR", DECODE_HEX), END};
static fields error_data_signed[] = {ROW(0x80, "eimId", DECODE_TEXT), ROW(0x81, "counterValue", DECODE_INTEGER),
                                     ROW(0x82, "eimTransactionId", DECODE_HEX),
                                     CODE(0x02, "euiccPackageErrorCode", package_errors), END};
static fields error_signed[] = {PARTS(0x30, "euiccPackageErrorDataSigned", error_data_signed),
                                ROW(0x5f37, "euiccSignEPE", DECODE_HEX), END};
static fields error_unsigned[] = {ROW(0x80, "eimId", DECODE_TEXT), ROW(0x82, "eimTransactionId", DECODE_HEX),
                                  ROW(0x84, "associationToken", DECODE_INTEGER), END};
fields decode_package_result[] = {PARTS(0xa0, "euiccPackageResultSigned", result_signed),
                                  PARTS(0xa1, "euiccPackageErrorSigned", error_signed),
                                  PARTS(0xa2, "euiccPackageErrorUnsigned", error_unsigned), END};
fields decode_package_results[] = {PARTS(0xbf51, "EuiccPackageResult", decode_package_result), END};

/* ---- ES10b, 5.9 ---- */

static fields iot_versions[] = {ROW(0x04, "iotVersion", DECODE_VERSION), END};
fields decode_iot_specific_info[] = {LIST(0xa0, "iotVersion", iot_versions), ROW(0x81, "ecallSupported", DECODE_NULL),
                                     ROW(0x82, "fallbackSupported", DECODE_NULL), END};
static fields eim_criterion[] = {ROW(0x80, "eimId", DECODE_TEXT), END};
fields decode_iot_get_eim_configuration[] = {PARTS(0xa0, "searchCriteria", eim_criterion), END};
fields decode_iot_get_eim_configuration_answer[] = {LIST(0xa0, "eimConfigurationDataList", eim_configurations), END};
fields decode_iot_get_certs[] = {ROW(0x80, "euiccCiPKId", DECODE_HEX), ROW(0x04, "euiccCiPKId", DECODE_HEX), END};
static fields certificates[] = {ROW(0xa5, "eumCertificate", DECODE_CERTIFICATE),
                                ROW(0xa6, "euiccCertificate", DECODE_CERTIFICATE), END};
fields decode_iot_get_certs_answer[] = {PARTS(0xa0, "certs", certificates),
                                        CODE(0x81, "getCertsError", get_certs_errors), END};
fields decode_iot_add_initial_eim[] = {LIST(0xa0, "eimConfigurationDataList", eim_configurations), END};
static fields add_initial_ok[] = {ROW(0x84, "associationToken", DECODE_INTEGER), ROW(0x05, "addOk", DECODE_NULL), END};
fields decode_iot_add_initial_eim_answer[] = {LIST(0xa0, "addInitialEimOk", add_initial_ok),
                                              CODE(0x81, "addInitialEimError", add_eim_results), END};
fields decode_iot_refresh_flag[] = {ROW(0x80, "refreshFlag", DECODE_FLAG), ROW(0x01, "refreshFlag", DECODE_FLAG), END};
fields decode_iot_rollback_answer[] = {CODE(0x02, "cmdResult", rollback_results),
                                       PARTS(0xbf51, "eUICCPackageResult", decode_package_result), END};
fields decode_iot_configure_immediate_answer[] = {
    CODE(0x80, "configImmediateEnableResult", configure_immediate_results), END};
fields decode_iot_immediate_enable_answer[] = {CODE(0x80, "immediateEnableResult", immediate_results), END};
fields decode_iot_enable_emergency_answer[] = {CODE(0x80, "enableEmergencyProfileResult", enable_emergency_results),
                                               END};
fields decode_iot_disable_emergency_answer[] = {CODE(0x80, "disableEmergencyProfileResult", disable_emergency_results),
                                                END};
fields decode_iot_execute_fallback_answer[] = {CODE(0x80, "executeFallbackMechanismResult", fallback_results), END};
fields decode_iot_return_fallback_answer[] = {CODE(0x80, "returnFromFallbackResult", fallback_results), END};
static fields connectivity_parameters[] = {ROW(0x81, "httpParams", DECODE_HEX), END};
fields decode_iot_connectivity_answer[] = {PARTS(0xa0, "connectivityParameters", connectivity_parameters),
                                           CODE(0x81, "connectivityParametersError", connectivity_errors), END};
fields decode_iot_memory_reset[] = {BITS(0x82, "resetOptions", reset_options), END};
fields decode_iot_memory_reset_answer[] = {
    CODE(0x80, "resetResult", reset_results), CODE(0x81, "resetEimResult", reset_eim_results),
    CODE(0x82, "resetImmediateEnableConfigResult", reset_immediate_results), END};
