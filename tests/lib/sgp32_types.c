/* SGP.32 5.9.14, 5.9.2, 2.11: profile lists, EUICCInfo2, Rules Authorisation Table, as SGP.22 has them with the members
 * that SGP.32 adds; see sgp32.h. */
#include "sgp32_tables.h"

/* ---- ProfileInfo ---- */

static const struct sgp32_code states[] = {
    {.value = 0, .name = "disabled"}, {.value = 1, .name = "enabled"}, {.name = NULL}};
static const struct sgp32_code icons[] = {{.value = 0, .name = "jpg"}, {.value = 1, .name = "png"}, {.name = NULL}};
static const struct sgp32_code classes[] = {{.value = 0, .name = "test"},
                                            {.value = 1, .name = "provisioning"},
                                            {.value = 2, .name = "operational"},
                                            {.name = NULL}};
static const struct sgp32_code ppr_ids[] = {{.value = 0, .name = "pprUpdateControl"},
                                            {.value = 1, .name = "ppr1"},
                                            {.value = 2, .name = "ppr2"},
                                            {.name = NULL}};
static const struct sgp32_code list_errors[] = {{.value = 1, .name = "incorrectInputValues"},
                                                {.value = 11, .name = "profileChangeOngoing", SINCE_1_1},
                                                {.value = 127, .name = "undefinedError"},
                                                {.name = NULL}};

static const struct sgp32_field criterion_fields[] = {
    {OCTETS(0x4f, "isdpAid", 5, 16)}, {OTHER(0x5a, "iccid", ICCID)}, {CODE(0x95, "profileClass", classes)}};
static const struct sgp32_type criterion = TYPE(CHOICE, "searchCriteria", criterion_fields);
static const struct sgp32_field list_request_fields[] = {
    {CHOICE_OF_TYPE(0xa0, "searchCriteria", criterion), OPT},
    {OTHER(0x5c, "tagList", TAGS), OPT},
    {OTHER(0x5d, "iotSpecificTagList", TAGS), OPT, SINCE_1_3},
};
const struct sgp32_type sgp32_profile_info_request = TYPE(SEQUENCE, "ProfileInfoListRequest", list_request_fields);

static const struct sgp32_field profile_fields[] = {
    {OTHER(0x5a, "iccid", ICCID), OPT},
    {OCTETS(0x4f, "isdpAid", 5, 16), OPT},
    {CODE(0x9f70, "profileState", states), OPT},
    {TEXT(0x90, "profileNickname", 0, 64), OPT},
    {TEXT(0x91, "serviceProviderName", 0, 32), OPT},
    {TEXT(0x92, "profileName", 0, 64), OPT},
    {CODE(0x93, "iconType", icons), OPT},
    {OCTETS(0x94, "icon", 0, 1024), OPT},
    {CODE(0x95, "profileClass", classes), OPT},
    {OTHER(0xb6, "notificationConfigurationInfo", ANY), OPT},
    {OTHER(0xb7, "profileOwner", ANY), OPT},
    {OTHER(0xb8, "dpProprietaryData", ANY), OPT},
    {BITS(0x99, "profilePolicyRules", ppr_ids), OPT},
    {OTHER(0xbf22, "serviceSpecificDataStoredInEuicc", ANY), OPT},
    {OTHER(0x9f7b, "ecallIndication", BOOLEAN), OPT, SINCE_1_1},
    {OTHER(0x9f26, "fallbackAttribute", BOOLEAN), OPT, SINCE_1_1, .default_false = true},
    {OTHER(0x9f67, "fallbackAllowed", BOOLEAN), OPT, SINCE_1_1},
    {OTHER(0xbf64, "iotSpecificProfileInfo", ANY), OPT, SINCE_1_3},
};
static const struct sgp32_type profile = TYPE(SEQUENCE, "ProfileInfo", profile_fields);
static const struct sgp32_field profile_list_fields[] = {{SEQUENCE_OF_TYPE(0xe3, "profileInfo", profile)}};
static const struct sgp32_type profile_list = TYPE(LIST, "profileInfoListOk", profile_list_fields);
static const struct sgp32_field list_response_fields[] = {{LIST_OF_TYPE(0xa0, "profileInfoListOk", profile_list)},
                                                          {CODE(0x81, "profileInfoListError", list_errors)}};
const struct sgp32_type sgp32_profile_info_response = TYPE(CHOICE, "ProfileInfoListResponse", list_response_fields);

/* ---- Rules Authorisation Table ---- */

static const struct sgp32_code ppr_flags[] = {{.value = 0, .name = "consentRequired"}, {.name = NULL}};
static const struct sgp32_field rule_fields[] = {
    {BITS(0x80, "pprIds", ppr_ids)}, {OTHER(0xa1, "allowedOperators", ANY)}, {BITS(0x82, "pprFlags", ppr_flags)}};
static const struct sgp32_type rule = TYPE(SEQUENCE, "ProfilePolicyAuthorisationRule", rule_fields);
static const struct sgp32_field rat_fields[] = {{SEQUENCE_OF_TYPE(0x30, "rule", rule)}};
const struct sgp32_type sgp32_rat = TYPE(LIST, "RulesAuthorisationTable", rat_fields);

/* ---- EUICCInfo2 ---- */

static const struct sgp32_code modes[] = {{.value = 0, .name = "ipad"}, {.value = 1, .name = "ipae"}, {.name = NULL}};
static const struct sgp32_field key_id_fields[] = {{OCTETS(0x04, "subjectKeyIdentifier", 1, 64)}};
static const struct sgp32_type key_ids = TYPE(LIST, "CI key identifiers", key_id_fields);
static const struct sgp32_field version_fields[] = {{OTHER(0x04, "iotVersion", VERSION)}};
static const struct sgp32_type version_list = TYPE(LIST, "iotVersion", version_fields);
static const struct sgp32_field iot_fields[] = {
    {LIST_OF_TYPE(0xa0, "iotVersion", version_list), .min = 5},
    {OTHER(0x81, "ecallSupported", NULL), OPT, SINCE_1_1},
    {OTHER(0x82, "fallbackSupported", NULL), OPT, SINCE_1_1},
    {OTHER(0x83, "fallbackAllowedUpdateSupported", NULL), OPT, SINCE_1_3},
};
static const struct sgp32_type iot = TYPE(SEQUENCE, "IoTSpecificInfo", iot_fields);

/* ipaMode and iotSpecificInfo are optional in the syntax and mandatory in SGP.32 (5.9.2). Cards of v1.0 are seen
 * without them. */
static const struct sgp32_field info2_fields[] = {
    {OTHER(0x81, "profileVersion", VERSION)},
    {OTHER(0x82, "svn", VERSION)},
    {OTHER(0x83, "euiccFirmwareVer", VERSION)},
    {OCTETS(0x84, "extCardResource", 1, 0)},
    {OTHER(0x85, "uiccCapability", BITS)},
    {OTHER(0x86, "ts102241Version", VERSION), OPT},
    {OTHER(0x87, "globalplatformVersion", VERSION), OPT},
    {OTHER(0x88, "rspCapability", BITS)},
    {LIST_OF_TYPE(0xa9, "euiccCiPKIdListForVerification", key_ids)},
    {LIST_OF_TYPE(0xaa, "euiccCiPKIdListForSigning", key_ids)},
    {NUMBER(0x8b, "euiccCategory"), OPT},
    {OTHER(0x99, "forbiddenProfilePolicyRules", BITS), OPT},
    {OTHER(0x04, "ppVersion", VERSION)},
    {TEXT(0x0c, "sasAcreditationNumber", 0, 64)},
    {OTHER(0xac, "certificationDataObject", ANY), OPT},
    {OTHER(0x8d, "treProperties", BITS), OPT},
    {TEXT(0x8e, "treProductReference", 0, 0), OPT},
    {OTHER(0xaf, "additionalEuiccProfilePackageVersions", ANY), OPT},
    {CODE(0x90, "ipaMode", modes), OPT, ONLY_1_0},
    {CODE(0x90, "ipaMode", modes), SINCE_1_1},
    {SEQUENCE_OF_TYPE(0xb4, "iotSpecificInfo", iot), OPT, ONLY_1_0},
    {SEQUENCE_OF_TYPE(0xb4, "iotSpecificInfo", iot), SINCE_1_1},
    {NUMBER(0x95, "euiccMinimumSecurityLevel"), OPT, SINCE_1_3},
};
const struct sgp32_type sgp32_info2 = TYPE(SEQUENCE, "EUICCInfo2", info2_fields);
