/* Every function of ES10b on an IoT eUICC (SGP.32 5.9), one row each with its request and response; see sgp32.h. */
#include "sgp32_tables.h"

#define OK_                                                                                                            \
    {                                                                                                                  \
        .value = 0, .name = "ok"                                                                                       \
    }
#define UNDEFINED                                                                                                      \
    {.value = 127, .name = "undefinedError"},                                                                          \
    {                                                                                                                  \
        .name = NULL                                                                                                   \
    }
#define BUSY                                                                                                           \
    {                                                                                                                  \
        .value = 5, .name = "catBusy"                                                                                  \
    }

static const struct sgp32_type empty = {.name = "request", .form = SGP32_SEQUENCE};
static const struct sgp32_field refresh_fields[] = {{OTHER(0x80, "refreshFlag", BOOLEAN)}};
static const struct sgp32_type refresh = TYPE(SEQUENCE, "request", refresh_fields);
static const struct sgp32_field immediate_request_fields[] = {{OTHER(0x80, "refreshFlag", BOOLEAN), SINCE_1_1}};
static const struct sgp32_type immediate_request = TYPE(SEQUENCE, "ImmediateEnableRequest", immediate_request_fields);

/* A response that is one code with tag 80. */
#define RESULT(type_, name_, ...)                                                                                      \
    static const struct sgp32_code type_##_codes[] = {__VA_ARGS__};                                                    \
    static const struct sgp32_field type_##_fields[] = {{CODE(0x80, name_, type_##_codes)}};                           \
    static const struct sgp32_type type_ = TYPE(SEQUENCE, name_, type_##_fields)

RESULT(immediate_enable, "immediateEnableResult", OK_, {.value = 1, .name = "immediateEnableNotAvailable"},
       {.value = 4, .name = "noSessionContext"}, {.value = 5, .name = "catBusy", SINCE_1_1}, UNDEFINED);
RESULT(configure_immediate, "configImmediateEnableResult", OK_, {.value = 1, .name = "insufficientMemory"},
       {.value = 2, .name = "unsignedConfigDisallowed", ONLY_1_0},
       {.value = 2, .name = "associatedEimAlreadyExists", SINCE_1_1}, UNDEFINED);
RESULT(enable_emergency, "enableEmergencyProfileResult", OK_, {.value = 2, .name = "profileNotInDisabledState"}, BUSY,
       {.value = 8, .name = "ecallNotAvailable"}, UNDEFINED);
RESULT(disable_emergency, "disableEmergencyProfileResult", OK_, {.value = 2, .name = "profileNotInEnabledState"}, BUSY,
       {.value = 8, .name = "ecallNotAvailable", SINCE_1_3}, UNDEFINED);
RESULT(execute_fallback, "executeFallbackMechanismResult", OK_, {.value = 2, .name = "profileNotInDisabledState"}, BUSY,
       {.value = 6, .name = "fallbackNotAvailable"}, {.value = 7, .name = "commandError"},
       {.value = 104, .name = "ecallActive"}, UNDEFINED);
RESULT(return_fallback, "returnFromFallbackResult", OK_, BUSY, {.value = 6, .name = "fallbackNotAvailable"},
       {.value = 7, .name = "commandError"}, UNDEFINED);
RESULT(set_dp, "setDefaultDpAddressResult", OK_, UNDEFINED);
RESULT(ipae, "ipaeActivationResult", OK_, {.value = 1, .name = "notSupported"}, {.name = NULL});
RESULT(removal, "deleteNotificationStatus", OK_, {.value = 1, .name = "nothingToDelete"}, UNDEFINED);

static const struct sgp32_field number_fields[] = {{NUMBER(0x80, "seqNumber")}};
static const struct sgp32_type removal_request = TYPE(SEQUENCE, "RemoveNotificationFromList", number_fields);
static const struct sgp32_field address_fields[] = {{TEXT(0x80, "defaultDpAddress", 0, 0)}};
static const struct sgp32_type set_dp_request = TYPE(SEQUENCE, "SetDefaultDpAddressRequest", address_fields);
static const struct sgp32_code ipae_options[] = {{.value = 0, .name = "activateIpae"}, {.name = NULL}};
static const struct sgp32_field ipae_option_fields[] = {{BITS(0x80, "ipaeOption", ipae_options)}};
static const struct sgp32_type ipae_request = TYPE(SEQUENCE, "IpaeActivationRequest", ipae_option_fields);
static const struct sgp32_field configure_fields[] = {{OTHER(0x80, "immediateEnableFlag", NULL), OPT},
                                                      {OTHER(0x81, "defaultSmdpOid", OID), OPT},
                                                      {TEXT(0x82, "defaultSmdpAddress", 0, 0), OPT}};
static const struct sgp32_type configure_request =
    TYPE(SEQUENCE, "ConfigureImmediateProfileEnablingRequest", configure_fields);

/* ---- AddInitialEim, GetEimConfigurationData, GetCerts, ProfileRollback, GetConnectivityParameters ---- */

static const struct sgp32_field configuration_fields[] = {
    {SEQUENCE_OF_TYPE(0x30, "eimConfigurationData", sgp32_eim_configuration)}};
static const struct sgp32_type configurations = TYPE(LIST, "eimConfigurationDataList", configuration_fields);
static const struct sgp32_field configuration_list_fields[] = {
    {LIST_OF_TYPE(0xa0, "eimConfigurationDataList", configurations)}};
static const struct sgp32_type add_initial_request = TYPE(SEQUENCE, "AddInitialEimRequest", configuration_list_fields);
static const struct sgp32_code add_initial_codes[] = {{.value = 1, .name = "insufficientMemory"},
                                                      {.value = 2, .name = "unsignedEimConfigDisallowed", ONLY_1_0},
                                                      {.value = 2, .name = "associatedEimAlreadyExists", SINCE_1_1},
                                                      {.value = 3, .name = "ciPKUnknown"},
                                                      {.value = 5, .name = "invalidAssociationToken"},
                                                      {.value = 6, .name = "counterValueOutOfRange"},
                                                      {.value = 7, .name = "commandError", SINCE_1_1},
                                                      UNDEFINED};
static const struct sgp32_field added_fields[] = {{NUMBER(0x84, "associationToken")}, {OTHER(0x05, "addOk", NULL)}};
static const struct sgp32_type added = TYPE(LIST, "addInitialEimOk", added_fields);
static const struct sgp32_field add_initial_fields[] = {{LIST_OF_TYPE(0xa0, "addInitialEimOk", added)},
                                                        {CODE(0x81, "addInitialEimError", add_initial_codes)}};
static const struct sgp32_type add_initial = TYPE(CHOICE, "AddInitialEimResponse", add_initial_fields);

static const struct sgp32_field eim_id_fields[] = {{TEXT(0x80, "eimId", 1, 128)}};
static const struct sgp32_type eim_id = TYPE(SEQUENCE, "searchCriteria", eim_id_fields);
static const struct sgp32_field get_configuration_fields[] = {
    {SEQUENCE_OF_TYPE(0xa0, "searchCriteria", eim_id), OPT, SINCE_1_1}};
static const struct sgp32_type get_configuration =
    TYPE(SEQUENCE, "GetEimConfigurationDataRequest", get_configuration_fields);
static const struct sgp32_type configuration_response =
    TYPE(SEQUENCE, "GetEimConfigurationDataResponse", configuration_list_fields);

static const struct sgp32_field certs_request_fields[] = {{OCTETS(0x80, "euiccCiPKId", 1, 64), OPT}};
static const struct sgp32_type certs_request = TYPE(SEQUENCE, "GetCertsRequest", certs_request_fields);
static const struct sgp32_code certs_codes[] = {{.value = 1, .name = "invalidCiPKId"}, UNDEFINED};
static const struct sgp32_field certs_fields[] = {{OTHER(0xa5, "eumCertificate", ANY)},
                                                  {OTHER(0xa6, "euiccCertificate", ANY)}};
static const struct sgp32_type certs = TYPE(SEQUENCE, "certs", certs_fields);
static const struct sgp32_field certs_response_fields[] = {{SEQUENCE_OF_TYPE(0xa0, "certs", certs)},
                                                           {CODE(0x81, "getCertsError", certs_codes)}};
static const struct sgp32_type certs_response = TYPE(CHOICE, "GetCertsResponse", certs_response_fields);

static const struct sgp32_code rollback_codes[] = {
    OK_, {.value = 1, .name = "rollbackNotAllowed"}, BUSY, {.value = 7, .name = "commandError"}, UNDEFINED};
static const struct sgp32_field rollback_fields[] = {
    {CODE(0x02, "cmdResult", rollback_codes)},
    {CHOICE_OF_TYPE(0xbf51, "eUICCPackageResult", sgp32_package_result), OPT}};
static const struct sgp32_type rollback = TYPE(SEQUENCE, "ProfileRollbackResponse", rollback_fields);

static const struct sgp32_code parameter_codes[] = {{.value = 1, .name = "parametersNotAvailable"}, UNDEFINED};
static const struct sgp32_field http_fields[] = {{OCTETS(0x81, "httpParams", 0, 0), OPT}};
static const struct sgp32_type http = TYPE(SEQUENCE, "connectivityParameters", http_fields);
static const struct sgp32_field parameter_fields[] = {{SEQUENCE_OF_TYPE(0xa0, "connectivityParameters", http)},
                                                      {CODE(0x81, "connectivityParametersError", parameter_codes)}};
static const struct sgp32_type parameters = TYPE(CHOICE, "GetConnectivityParametersResponse", parameter_fields);

/* ---- eUICCMemoryReset ---- */

static const struct sgp32_code reset_bits[] = {{.value = 0, .name = "deleteOperationalProfiles"},
                                               {.value = 1, .name = "deleteFieldLoadedTestProfiles"},
                                               {.value = 2, .name = "resetDefaultSmdpAddress"},
                                               {.value = 3, .name = "resetEimConfigData", ONLY_1_0},
                                               {.value = 4, .name = "resetAutoEnableConfig", ONLY_1_0},
                                               {.value = 3, .name = "deletePreLoadedTestProfiles", SINCE_1_1},
                                               {.value = 4, .name = "deleteProvisioningProfiles", SINCE_1_1},
                                               {.value = 5, .name = "resetEimConfigData", SINCE_1_1},
                                               {.value = 6, .name = "resetImmediateEnableConfig", SINCE_1_1},
                                               {.name = NULL}};
static const struct sgp32_code reset_codes[] = {OK_,
                                                {.value = 1, .name = "nothingToDelete"},
                                                {.value = 5, .name = "catBusy"},
                                                {.value = 104, .name = "ecallActive", SINCE_1_1},
                                                UNDEFINED};
static const struct sgp32_code reset_eim_codes[] = {
    OK_, {.value = 1, .name = "nothingToDelete"}, {.value = 2, .name = "eimResetNotSupported"}, UNDEFINED};
static const struct sgp32_code reset_immediate_codes[] = {OK_, {.value = 1, .name = "resetIECNotSupported"}, UNDEFINED};
static const struct sgp32_field reset_request_fields[] = {{BITS(0x82, "resetOptions", reset_bits)}};
static const struct sgp32_type reset_request = TYPE(SEQUENCE, "EuiccMemoryResetRequest", reset_request_fields);
/* v1.0 has 02, and sources differ; the card of SGP.22 answers 80. Both are read in v1.0. */
static const struct sgp32_field reset_result_fields[] = {{CODE(0x80, "resetResult", reset_codes)},
                                                         {CODE(0x02, "resetResult", reset_codes), ONLY_1_0}};
static const struct sgp32_type reset_result = TYPE(CHOICE, "resetResult", reset_result_fields);
static const struct sgp32_field reset_fields[] = {
    {INLINE_TYPE("resetResult", reset_result)},
    {CODE(0x81, "resetEimResult", reset_eim_codes), OPT},
    {CODE(0x82, "resetImmediateEnableConfigResult", reset_immediate_codes), OPT}};
static const struct sgp32_type reset = TYPE(SEQUENCE, "EuiccMemoryResetResponse", reset_fields);

/* ---- notifications and stored results ---- */

static const struct sgp32_code events[] = {{.value = 0, .name = "install"},
                                           {.value = 1, .name = "enable"},
                                           {.value = 2, .name = "disable"},
                                           {.value = 3, .name = "delete"},
                                           {.name = NULL}};
static const struct sgp32_field search_fields[] = {{NUMBER(0x80, "seqNumber")},
                                                   {BITS(0x81, "profileManagementOperation", events)},
                                                   {OTHER(0x82, "euiccPackageResults", NULL)}};
static const struct sgp32_type search = TYPE(CHOICE, "searchCriteria", search_fields);
static const struct sgp32_field retrieve_request_fields[] = {{CHOICE_OF_TYPE(0xa0, "searchCriteria", search), OPT}};
static const struct sgp32_type retrieve_request =
    TYPE(SEQUENCE, "RetrieveNotificationsListRequest", retrieve_request_fields);

static const struct sgp32_field metadata_fields[] = {{NUMBER(0x80, "seqNumber")},
                                                     {BITS(0x81, "profileManagementOperation", events)},
                                                     {TEXT(0x0c, "notificationAddress", 0, 0)},
                                                     {OTHER(0x5a, "iccid", ICCID), OPT}};
static const struct sgp32_type metadata = TYPE(SEQUENCE, "NotificationMetadata", metadata_fields);
static const struct sgp32_field other_signed_fields[] = {{SEQUENCE_OF_TYPE(0xbf2f, "tbsOtherNotification", metadata)},
                                                         {SIGNATURE("euiccNotificationSignature")},
                                                         {OTHER(0x30, "euiccCertificate", ANY)},
                                                         {OTHER(0x30, "eumCertificate", ANY)}};
static const struct sgp32_type other_signed = TYPE(SEQUENCE, "OtherSignedNotification", other_signed_fields);
static const struct sgp32_field pending_fields[] = {{OTHER(0xbf37, "profileInstallationResult", ANY)},
                                                    {SEQUENCE_OF_TYPE(0x30, "otherSignedNotification", other_signed)}};
static const struct sgp32_type pending = TYPE(LIST, "PendingNotificationList", pending_fields);
static const struct sgp32_field stored_fields[] = {
    {CHOICE_OF_TYPE(0xbf51, "euiccPackageResult", sgp32_package_result)}};
static const struct sgp32_type stored = TYPE(LIST, "euiccPackageResultList", stored_fields);
static const struct sgp32_field combined_fields[] = {{LIST_OF_TYPE(0xa0, "notificationList", pending)},
                                                     {LIST_OF_TYPE(0xa1, "euiccPackageResultList", stored)}};
static const struct sgp32_type combined = TYPE(SEQUENCE, "notificationsAndResults", combined_fields);
static const struct sgp32_code retrieve_codes[] = {UNDEFINED};
static const struct sgp32_field retrieve_fields[] = {
    {LIST_OF_TYPE(0xa0, "notificationList", pending)},
    {CODE(0x81, "notificationsListResultError", retrieve_codes)},
    {LIST_OF_TYPE(0xa2, "euiccPackageResultList", stored)},
    {SEQUENCE_OF_TYPE(0xa3, "notificationsAndResults", combined), ONLY_1_0}};
static const struct sgp32_type retrieve = TYPE(CHOICE, "RetrieveNotificationsListResponse", retrieve_fields);

static const struct sgp32_field eid_request_fields[] = {{OTHER(0x5c, "tagList", TAGS)}};
static const struct sgp32_type eid_request = TYPE(SEQUENCE, "GetEuiccDataRequest", eid_request_fields);
static const struct sgp32_field eid_fields[] = {{OTHER(0x5a, "eidValue", EID)}};
static const struct sgp32_type eid = TYPE(SEQUENCE, "GetEuiccDataResponse", eid_fields);

const struct sgp32_function sgp32_functions[] = {
    {0xbf22, "GetEUICCInfo2", "SGP.32 5.9.2", .request = &empty, .response = &sgp32_info2},
    {0xbf2b, "RetrieveNotificationsList", "SGP.32 5.9.11", .request = &retrieve_request, .response = &retrieve},
    {0xbf2d, "GetProfilesInfo", "SGP.32 5.9.14", .request = &sgp32_profile_info_request,
     .response = &sgp32_profile_info_response},
    {0xbf30, "RemoveNotificationFromList", "SGP.32 5.9.12", .request = &removal_request, .response = &removal},
    {0xbf34, "eUICCMemoryReset", "SGP.32 5.9.5", ONLY_1_0, .request = &reset_request, .response = &reset},
    {0xbf3e, "GetEID", "SGP.32 5.9.19", .request = &eid_request, .response = &eid},
    {0xbf42, "IpaeActivation", "SGP.32 3.8", SINCE_1_1, .request = &ipae_request, .response = &ipae},
    {0xbf51, "LoadEuiccPackage", "SGP.32 5.9.1", .request = &sgp32_package_request, .response = &sgp32_package_result},
    {0xbf55, "GetEimConfigurationData", "SGP.32 5.9.18", .request = &get_configuration,
     .response = &configuration_response},
    {0xbf56, "GetCerts", "SGP.32 5.9.10", .request = &certs_request, .response = &certs_response},
    {0xbf57, "AddInitialEim", "SGP.32 5.9.4", .request = &add_initial_request, .response = &add_initial},
    {0xbf58, "ProfileRollback", "SGP.32 5.9.16", .request = &refresh, .response = &rollback},
    {0xbf59, "ConfigureImmediateProfileEnabling", "SGP.32 5.9.17", .request = &configure_request,
     .response = &configure_immediate},
    {0xbf5a, "ImmediateEnable", "SGP.32 5.9.15", .request = &immediate_request, .response = &immediate_enable},
    {0xbf5b, "EnableEmergencyProfile", "SGP.32 5.9.22", SINCE_1_1, .request = &refresh, .response = &enable_emergency},
    {0xbf5c, "DisableEmergencyProfile", "SGP.32 5.9.23", SINCE_1_1, .request = &refresh,
     .response = &disable_emergency},
    {0xbf5d, "ExecuteFallbackMechanism", "SGP.32 5.9.20", SINCE_1_1, .request = &refresh,
     .response = &execute_fallback},
    {0xbf5e, "ReturnFromFallback", "SGP.32 5.9.21", SINCE_1_1, .request = &refresh, .response = &return_fallback},
    {0xbf5f, "GetConnectivityParameters", "SGP.32 5.9.24", SINCE_1_1, .request = &empty, .response = &parameters},
    {0xbf64, "eUICCMemoryReset", "SGP.32 5.9.5", SINCE_1_1, .request = &reset_request, .response = &reset},
    {0xbf65, "SetDefaultDpAddress", "SGP.32 5.9.25", SINCE_1_1, .request = &set_dp_request, .response = &set_dp},
};
const size_t sgp32_function_count = sizeof sgp32_functions / sizeof *sgp32_functions;

const struct sgp32_function *sgp32_function_of(uint32_t tag)
{
    for (size_t i = 0; i < sgp32_function_count; i++)
        if (sgp32_functions[i].tag == tag) return &sgp32_functions[i];
    return NULL;
}
