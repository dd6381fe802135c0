/* SGP.32 2.11: eUICC Packages, their results and EimConfigurationData; see sgp32.h. */
#include "sgp32_tables.h"

/* ---- 2.11.1.1.1 EimConfigurationData ---- */

static const struct sgp32_code eim_id_types[] = {
    {.value = 1, .name = "oid"}, {.value = 2, .name = "fqdn"}, {.value = 3, .name = "proprietary"}, {.name = NULL}};

static const struct sgp32_code protocols[] = {
    {.value = 0, .name = "retrieveHttps"}, {.value = 1, .name = "retrieveCoaps"}, {.value = 2, .name = "injectHttps"},
    {.value = 3, .name = "injectCoaps"},   {.value = 4, .name = "proprietary"},   {.name = NULL}};

/* The SubjectPublicKeyInfo or the Certificate without its 30. */
static const struct sgp32_field key_fields[] = {{OTHER(0x30, "algorithm", ANY)},
                                                {OTHER(0x03, "subjectPublicKey", ANY)}};
static const struct sgp32_type key_type = TYPE(SEQUENCE, "SubjectPublicKeyInfo", key_fields);
static const struct sgp32_field certificate_fields[] = {{OTHER(0x30, "tbsCertificate", ANY)},
                                                        {OTHER(0x30, "signatureAlgorithm", ANY)},
                                                        {OTHER(0x03, "signatureValue", ANY)}};
static const struct sgp32_type certificate_type = TYPE(SEQUENCE, "Certificate", certificate_fields);

static const struct sgp32_field eim_key_fields[] = {{SEQUENCE_OF_TYPE(0xa0, "eimPublicKey", key_type)},
                                                    {SEQUENCE_OF_TYPE(0xa1, "eimCertificate", certificate_type)}};
static const struct sgp32_type eim_key = TYPE(CHOICE, "eimPublicKeyData", eim_key_fields);
static const struct sgp32_field tls_key_fields[] = {
    {SEQUENCE_OF_TYPE(0xa0, "trustedEimPkTls", key_type)},
    {SEQUENCE_OF_TYPE(0xa1, "trustedCertificateTls", certificate_type)}};
static const struct sgp32_type tls_key = TYPE(CHOICE, "trustedPublicKeyDataTls", tls_key_fields);

/* v1.0 has no size limit for an eimId. */
#define EIM_ID(name_)                                                                                                  \
    {TEXT(0x80, name_, 1, 0), ONLY_1_0},                                                                               \
    {                                                                                                                  \
        TEXT(0x80, name_, 1, 128), SINCE_1_1                                                                           \
    }

static const struct sgp32_field configuration_fields[] = {
    EIM_ID("eimId"),
    {TEXT(0x81, "eimFqdn", 0, 0), OPT},
    {CODE(0x82, "eimIdType", eim_id_types), OPT},
    {NUMBER(0x83, "counterValue"), OPT},
    {NUMBER(0x84, "associationToken"), OPT},
    {CHOICE_OF_TYPE(0xa5, "eimPublicKeyData", eim_key), OPT},
    {CHOICE_OF_TYPE(0xa6, "trustedPublicKeyDataTls", tls_key), OPT},
    {BITS(0x87, "eimSupportedProtocol", protocols), OPT},
    {OCTETS(0x88, "euiccCiPKId", 1, 64), OPT},
    {OTHER(0x89, "indirectProfileDownload", NULL), OPT, SINCE_1_1},
    {OTHER(0xaa, "eSipaProprietaryProtocolInformation", ANY), OPT, SINCE_1_3},
};
const struct sgp32_type sgp32_eim_configuration = TYPE(SEQUENCE, "EimConfigurationData", configuration_fields);

/* ---- 2.11.1.1 EuiccPackageRequest ---- */

static const struct sgp32_field iccid_fields[] = {{OTHER(0x5a, "iccid", ICCID)}};
static const struct sgp32_type iccid_only = TYPE(SEQUENCE, "Psmo", iccid_fields);
static const struct sgp32_field enable_fields[] = {{OTHER(0x5a, "iccid", ICCID)},
                                                   {OTHER(0x05, "rollbackFlag", NULL), OPT}};
static const struct sgp32_type enable = TYPE(SEQUENCE, "enable", enable_fields);
static const struct sgp32_type empty = {.name = "Psmo", .form = SGP32_SEQUENCE};
static const struct sgp32_field immediate_fields[] = {{OTHER(0x80, "immediateEnableFlag", NULL), OPT},
                                                      {OTHER(0x81, "defaultSmdpOid", OID), OPT},
                                                      {TEXT(0x82, "defaultSmdpAddress", 0, 0), OPT}};
static const struct sgp32_type immediate = TYPE(SEQUENCE, "configureImmediateEnable", immediate_fields);
static const struct sgp32_field dp_fields[] = {{TEXT(0x80, "defaultDpAddress", 0, 0)}};
static const struct sgp32_type default_dp = TYPE(SEQUENCE, "setDefaultDpAddress", dp_fields);

static const struct sgp32_field psmo_fields[] = {
    {SEQUENCE_OF_TYPE(0xa3, "enable", enable)},
    {SEQUENCE_OF_TYPE(0xa4, "disable", iccid_only)},
    {SEQUENCE_OF_TYPE(0xa5, "delete", iccid_only)},
    {SEQUENCE_OF_TYPE(0xbf2d, "listProfileInfo", sgp32_profile_info_request)},
    {SEQUENCE_OF_TYPE(0xa6, "getRAT", empty)},
    {SEQUENCE_OF_TYPE(0xa7, "configureImmediateEnable", immediate)},
    {SEQUENCE_OF_TYPE(0xa8, "setFallbackAttribute", iccid_only), SINCE_1_1},
    {SEQUENCE_OF_TYPE(0xa9, "unsetFallbackAttribute", empty), SINCE_1_1},
    {SEQUENCE_OF_TYPE(0xbf65, "setDefaultDpAddress", default_dp), SINCE_1_1},
};
static const struct sgp32_type psmo_list = TYPE(LIST, "psmoList", psmo_fields);

static const struct sgp32_field eim_id_fields[] = {EIM_ID("eimId")};
static const struct sgp32_type eim_id_only = TYPE(SEQUENCE, "deleteEim", eim_id_fields);
static const struct sgp32_field eco_fields[] = {
    {SEQUENCE_OF_TYPE(0xa8, "addEim", sgp32_eim_configuration)},
    {SEQUENCE_OF_TYPE(0xa9, "deleteEim", eim_id_only)},
    {SEQUENCE_OF_TYPE(0xaa, "updateEim", sgp32_eim_configuration)},
    {SEQUENCE_OF_TYPE(0xab, "listEim", empty)},
};
static const struct sgp32_type eco_list = TYPE(LIST, "ecoList", eco_fields);

static const struct sgp32_field package_fields[] = {{LIST_OF_TYPE(0xa0, "psmoList", psmo_list)},
                                                    {LIST_OF_TYPE(0xa1, "ecoList", eco_list)}};
static const struct sgp32_type euicc_package = TYPE(CHOICE, "euiccPackage", package_fields);

static const struct sgp32_field signed_fields[] = {
    EIM_ID("eimId"),
    {OTHER(0x5a, "eidValue", EID)},
    {NUMBER(0x81, "counterValue")},
    {OCTETS(0x82, "eimTransactionId", 1, 16), OPT},
    {INLINE_TYPE("euiccPackage", euicc_package)},
};
static const struct sgp32_type package_signed = TYPE(SEQUENCE, "EuiccPackageSigned", signed_fields);
static const struct sgp32_field request_fields[] = {{SEQUENCE_OF_TYPE(0x30, "euiccPackageSigned", package_signed)},
                                                    {SIGNATURE("eimSignature")}};
const struct sgp32_type sgp32_package_request = TYPE(SEQUENCE, "EuiccPackageRequest", request_fields);

/* ---- 2.11.2.1 EuiccPackageResult ---- */

#define OK_                                                                                                            \
    {                                                                                                                  \
        .value = 0, .name = "ok"                                                                                       \
    }
#define UNDEFINED                                                                                                      \
    {.value = 127, .name = "undefinedError"},                                                                          \
    {                                                                                                                  \
        .name = NULL                                                                                                   \
    }
#define POLICY                                                                                                         \
    {                                                                                                                  \
        .value = 3, .name = "disallowedByPolicy", SINCE_1_1                                                            \
    }
#define BUSY                                                                                                           \
    {                                                                                                                  \
        .value = 5, .name = "catBusy", SINCE_1_1                                                                       \
    }
#define NO_ROLLBACK                                                                                                    \
    {                                                                                                                  \
        .value = 20, .name = "rollbackNotAvailable", SINCE_1_1                                                         \
    }
#define NO_ICCID                                                                                                       \
    {                                                                                                                  \
        .value = 1, .name = "iccidOrAidNotFound"                                                                       \
    }
#define NO_MEMORY                                                                                                      \
    {                                                                                                                  \
        .value = 1, .name = "insufficientMemory"                                                                       \
    }
#define BAD_COMMAND                                                                                                    \
    {                                                                                                                  \
        .value = 7, .name = "commandError"                                                                             \
    }
#define BAD_COUNTER                                                                                                    \
    {                                                                                                                  \
        .value = 6, .name = "counterValueOutOfRange"                                                                   \
    }
#define NO_CI                                                                                                          \
    {                                                                                                                  \
        .value = 3, .name = "ciPKUnknown"                                                                              \
    }

static const struct sgp32_code enable_codes[] = {
    OK_, NO_ICCID, {.value = 2, .name = "profileNotInDisabledState"}, POLICY, BUSY, NO_ROLLBACK, UNDEFINED};
static const struct sgp32_code disable_codes[] = {OK_,    NO_ICCID, {.value = 2, .name = "profileNotInEnabledState"},
                                                  POLICY, BUSY,     UNDEFINED};
static const struct sgp32_code delete_codes[] = {
    OK_,      NO_ICCID,    {.value = 2, .name = "profileNotInDisabledState"},
    POLICY,   NO_ROLLBACK, {.value = 21, .name = "returnFallbackProfile", SINCE_1_1},
    UNDEFINED};
static const struct sgp32_code immediate_codes[] = {OK_, NO_MEMORY, BAD_COMMAND, UNDEFINED};
static const struct sgp32_code add_eim_codes[] = {OK_,
                                                  NO_MEMORY,
                                                  {.value = 2, .name = "associatedEimAlreadyExists", SINCE_1_1},
                                                  NO_CI,
                                                  {.value = 5, .name = "invalidAssociationToken"},
                                                  BAD_COUNTER,
                                                  BAD_COMMAND,
                                                  UNDEFINED};
static const struct sgp32_code delete_eim_codes[] = {
    OK_, {.value = 1, .name = "eimNotFound"}, {.value = 2, .name = "lastEimDeleted"}, BAD_COMMAND, UNDEFINED};
static const struct sgp32_code update_eim_codes[] = {
    OK_, {.value = 1, .name = "eimNotFound"}, NO_CI, BAD_COUNTER, BAD_COMMAND, UNDEFINED};
static const struct sgp32_code list_eim_codes[] = {{.value = 7, .name = "commandError", ONLY_1_0}, UNDEFINED};
static const struct sgp32_code plain_codes[] = {OK_, UNDEFINED};
static const struct sgp32_code set_fallback_codes[] = {OK_,
                                                       {.value = 1, .name = "iccidOrAidNotFound"},
                                                       {.value = 2, .name = "fallbackNotAllowed"},
                                                       {.value = 3, .name = "fallbackProfileEnabled"},
                                                       UNDEFINED};
static const struct sgp32_code unset_fallback_codes[] = {OK_,
                                                         {.value = 2, .name = "noFallbackAttribute"},
                                                         {.value = 3, .name = "fallbackProfileEnabled"},
                                                         BAD_COMMAND,
                                                         UNDEFINED};
static const struct sgp32_code terminated_codes[] = {{.value = 1, .name = "resultSizeOverflow"},
                                                     {.value = 2, .name = "unknownOrDamagedCommand"},
                                                     {.value = 3, .name = "interruption"},
                                                     UNDEFINED};
static const struct sgp32_code package_error_codes[] = {{.value = 3, .name = "invalidEid"},
                                                        {.value = 4, .name = "replayError"},
                                                        {.value = 6, .name = "counterValueOutOfRange"},
                                                        {.value = 15, .name = "sizeOverflow"},
                                                        {.value = 104, .name = "ecallActive", SINCE_1_1},
                                                        UNDEFINED};
static const struct sgp32_code unsigned_error_codes[] = {{.value = 15, .name = "sizeOverflow"}, UNDEFINED};

static const struct sgp32_field add_result_fields[] = {{NUMBER(0x84, "associationToken")},
                                                       {CODE(0x02, "addEimResultCode", add_eim_codes)}};
static const struct sgp32_type add_result = TYPE(CHOICE, "addEimResult", add_result_fields);
static const struct sgp32_field eim_id_info_fields[] = {EIM_ID("eimId"),
                                                        {CODE(0x82, "eimIdType", eim_id_types), OPT, SINCE_1_1},
                                                        {CODE(0x84, "eimIdType", eim_id_types), OPT, ONLY_1_0}};
static const struct sgp32_type eim_id_info = TYPE(SEQUENCE, "EimIdInfo", eim_id_info_fields);
static const struct sgp32_field eim_id_list_fields[] = {{SEQUENCE_OF_TYPE(0x30, "eimIdInfo", eim_id_info)}};
static const struct sgp32_type eim_id_list = TYPE(LIST, "eimIdList", eim_id_list_fields);
static const struct sgp32_field list_eim_fields[] = {{LIST_OF_TYPE(0xa0, "eimIdList", eim_id_list)},
                                                     {CODE(0x81, "listEimError", list_eim_codes)}};
static const struct sgp32_type list_eim = TYPE(CHOICE, "listEimResult", list_eim_fields);
static const struct sgp32_field dp_result_fields[] = {{CODE(0x80, "setDefaultDpAddressResult", plain_codes)}};
static const struct sgp32_type dp_result = TYPE(SEQUENCE, "setDefaultDpAddress", dp_result_fields);

static const struct sgp32_field result_data_fields[] = {
    {CODE(0x83, "enableResult", enable_codes)},
    {CODE(0x84, "disableResult", disable_codes)},
    {CODE(0x85, "deleteResult", delete_codes)},
    {CHOICE_OF_TYPE(0xbf2d, "listProfileInfoResult", sgp32_profile_info_response)},
    {LIST_OF_TYPE(0xa6, "getRATResult", sgp32_rat)},
    {CODE(0x87, "configureImmediateEnableResult", immediate_codes)},
    {CHOICE_OF_TYPE(0xa8, "addEimResult", add_result)},
    {CODE(0x89, "deleteEimResult", delete_eim_codes)},
    {CODE(0x8a, "updateEimResult", update_eim_codes)},
    {CHOICE_OF_TYPE(0xab, "listEimResult", list_eim)},
    {CODE(0x8c, "rollbackResult", plain_codes)},
    {CODE(0x8d, "setFallbackAttributeResult", set_fallback_codes), SINCE_1_1},
    {CODE(0x8e, "unsetFallbackAttributeResult", unset_fallback_codes), SINCE_1_1},
    {CODE(0x02, "processingTerminated", terminated_codes)},
    {SEQUENCE_OF_TYPE(0xbf65, "setDefaultDpAddressResult", dp_result), SINCE_1_1},
};
const struct sgp32_type sgp32_result_data = TYPE(LIST, "EuiccResultData", result_data_fields);

static const struct sgp32_field result_signed_data_fields[] = {
    EIM_ID("eimId"),
    {NUMBER(0x81, "counterValue")},
    {OCTETS(0x82, "eimTransactionId", 1, 16), OPT},
    {NUMBER(0x83, "seqNumber")},
    {LIST_OF_TYPE(0x30, "euiccResult", sgp32_result_data)},
};
static const struct sgp32_type result_signed_data =
    TYPE(SEQUENCE, "EuiccPackageResultDataSigned", result_signed_data_fields);
static const struct sgp32_field result_signed_fields[] = {
    {SEQUENCE_OF_TYPE(0x30, "euiccPackageResultDataSigned", result_signed_data)}, {SIGNATURE("euiccSignEPR")}};
static const struct sgp32_type result_signed = TYPE(SEQUENCE, "EuiccPackageResultSigned", result_signed_fields);

static const struct sgp32_field error_signed_data_fields[] = {
    EIM_ID("eimId"),
    {NUMBER(0x81, "counterValue")},
    {OCTETS(0x82, "eimTransactionId", 1, 16), OPT},
    {CODE(0x02, "euiccPackageErrorCode", package_error_codes)},
};
static const struct sgp32_type error_signed_data =
    TYPE(SEQUENCE, "EuiccPackageErrorDataSigned", error_signed_data_fields);
static const struct sgp32_field error_signed_fields[] = {
    {SEQUENCE_OF_TYPE(0x30, "euiccPackageErrorDataSigned", error_signed_data)}, {SIGNATURE("euiccSignEPE")}};
static const struct sgp32_type error_signed = TYPE(SEQUENCE, "EuiccPackageErrorSigned", error_signed_fields);

static const struct sgp32_field error_unsigned_fields[] = {
    EIM_ID("eimId"),
    {OCTETS(0x82, "eimTransactionId", 1, 16), OPT, SINCE_1_1},
    {NUMBER(0x84, "associationToken"), OPT},
    {CODE(0x8f, "unsignedErrorCode", unsigned_error_codes), OPT, SINCE_1_3},
};
static const struct sgp32_type error_unsigned = TYPE(SEQUENCE, "EuiccPackageErrorUnsigned", error_unsigned_fields);

static const struct sgp32_field result_fields[] = {
    {SEQUENCE_OF_TYPE(0xa0, "euiccPackageResultSigned", result_signed)},
    {SEQUENCE_OF_TYPE(0xa1, "euiccPackageErrorSigned", error_signed)},
    {SEQUENCE_OF_TYPE(0xa2, "euiccPackageErrorUnsigned", error_unsigned)},
};
const struct sgp32_type sgp32_package_result = TYPE(CHOICE, "EuiccPackageResult", result_fields);
