/* The members of profile elements that are not made of files (SAIP PEDefinitions), one row a member; see schema.h.
 * Called by source_read.c, source_write.c and package.c. */
#include "schema.h"

#define GROUP(name, rows) const struct saip_group name = {#rows, rows, sizeof rows / sizeof rows[0]}
#define BYTES(tag, name, minimum, maximum)                                                                             \
    {                                                                                                                  \
        tag, name, SAIP_BYTES, minimum, maximum, NULL, NULL                                                            \
    }
#define TEXT(tag, name, minimum, maximum)                                                                              \
    {                                                                                                                  \
        tag, name, SAIP_TEXT, minimum, maximum, NULL, NULL                                                             \
    }
#define NUMBER(tag, name, maximum)                                                                                     \
    {                                                                                                                  \
        tag, name, SAIP_NUMBER, 0, maximum, NULL, NULL                                                                 \
    }
#define NAMED(tag, name, maximum, names)                                                                               \
    {                                                                                                                  \
        tag, name, SAIP_NUMBER, 0, maximum, NULL, names                                                                \
    }
#define OID(tag, name)                                                                                                 \
    {                                                                                                                  \
        tag, name, SAIP_OID, 0, 0, NULL, NULL                                                                          \
    }
#define FLAG(tag, name)                                                                                                \
    {                                                                                                                  \
        tag, name, SAIP_NULL, 0, 0, NULL, NULL                                                                         \
    }
#define ITEMS(tag, name, group)                                                                                        \
    {                                                                                                                  \
        tag, name, SAIP_ITEMS, 0, 0, &group, NULL                                                                      \
    }

#define ANY 0xffffffff
#define AID_MIN 5
#define AID_MAX 16

/* ---- ProfileHeader (8.2.1) ---- */

static const struct saip_member ServicesList[] = {
    FLAG(0x80, "contactless"),
    FLAG(0x81, "usim"),
    FLAG(0x82, "isim"),
    FLAG(0x83, "csim"),
    FLAG(0x84, "milenage"),
    FLAG(0x85, "tuak128"),
    FLAG(0x86, "cave"),
    FLAG(0x87, "gba-usim"),
    FLAG(0x88, "gba-isim"),
    FLAG(0x89, "mbms"),
    FLAG(0x8A, "eap"),
    FLAG(0x8B, "javacard"),
    FLAG(0x8C, "multos"),
    FLAG(0x8D, "multiple-usim"),
    FLAG(0x8E, "multiple-isim"),
    FLAG(0x8F, "multiple-csim"),
    FLAG(0x90, "tuak256"),
    FLAG(0x91, "usim-test-algorithm"),
    FLAG(0x92, "ber-tlv"),
    FLAG(0x93, "dfLink"),
    FLAG(0x94, "cat-tp"),
    FLAG(0x95, "get-identity"),
    FLAG(0x96, "profile-a-x25519"),
    FLAG(0x97, "profile-b-p256"),
    FLAG(0x98, "suciCalculatorApi"),
    FLAG(0x99, "dns-resolution"),
    FLAG(0x9A, "scp11ac"),
    FLAG(0x9B, "scp11c-authorization"),
    FLAG(0x9C, "s16mode"),
    FLAG(0x9D, "eaka"),
};
static GROUP(services_list, ServicesList);

static const struct saip_member GFSTEList[] = {OID(0x06, "template")};
static GROUP(template_list, GFSTEList);

static const struct saip_member MandatoryAID[] = {
    BYTES(0x80, "aid", AID_MIN, AID_MAX),
    BYTES(0x81, "version", 2, 2),
};
static GROUP(mandatory_aid, MandatoryAID);
static const struct saip_member MandatoryAIDs[] = {ITEMS(0x30, "mandatoryAID", mandatory_aid)};
static GROUP(mandatory_aids, MandatoryAIDs);

static const struct saip_member IotOptions[] = {BYTES(0x80, "pix", 7, 11)};
static GROUP(iot_options, IotOptions);

static const struct saip_member ProfileHeader[] = {
    NUMBER(0x80, "major-version", 255),
    NUMBER(0x81, "minor-version", 255),
    TEXT(0x82, "profileType", 1, 100),
    BYTES(0x83, "iccid", 10, 10),
    BYTES(0x84, "pol", 0, ANY),
    ITEMS(0xA5, "eUICC-Mandatory-services", services_list),
    ITEMS(0xA6, "eUICC-Mandatory-GFSTEList", template_list),
    BYTES(0x87, "connectivityParameters", 0, ANY),
    ITEMS(0xA8, "eUICC-Mandatory-AIDs", mandatory_aids),
    ITEMS(0xA9, "iotOptions", iot_options),
};
static GROUP(profile_header, ProfileHeader);

/* ---- what elements share (8.1.3, 8.3) ---- */

static const struct saip_member PEHeader[] = {
    FLAG(0x80, "mandated"),
    NUMBER(0x81, "identification", 32767),
};
GROUP(saip_element_header, PEHeader);
#define ELEMENT_HEADER ITEMS(0xA0, "header", saip_element_header)

static const struct saip_member ProprietaryInfo[] = {
    BYTES(0xC0, "specialFileInformation", 1, 1),
    BYTES(0xC1, "fillPattern", 1, 200),
    BYTES(0xC2, "repeatPattern", 1, 200),
    BYTES(0x86, "maximumFileSize", 1, ANY),
    BYTES(0x84, "fileDetails", 1, 1),
};
static GROUP(proprietary_info, ProprietaryInfo);

static const struct saip_member Fcp[] = {
    BYTES(0x82, "fileDescriptor", 2, 4),
    BYTES(0x83, "fileID", 2, 2),
    BYTES(0x84, "dfName", AID_MIN, AID_MAX),
    BYTES(0x8A, "lcsi", 1, 1),
    BYTES(0x8B, "securityAttributesReferenced", 1, 3),
    BYTES(0x80, "efFileSize", 1, ANY),
    BYTES(0xC6, "pinStatusTemplateDO", 1, ANY),
    BYTES(0x88, "shortEFID", 0, 1),
    ITEMS(0xA5, "proprietaryEFInfo", proprietary_info),
    BYTES(0xC7, "linkPath", 0, 8),
};
static GROUP(fcp, Fcp);

static const struct saip_member File[] = {
    FLAG(0x80, "doNotCreate"),
    ITEMS(0xA1, "fileDescriptor", fcp),
    NUMBER(0x82, "fillFileOffset", 65535),
    BYTES(0x83, "fillFileContent", 0, ANY),
};
GROUP(saip_file, File);

static const struct saip_member FileManagement[] = {
    BYTES(0x80, "filePath", 0, 8),
    ITEMS(0x62, "createFCP", fcp),
    NUMBER(0x02, "fillFileOffset", 65535),
    BYTES(0x81, "fillFileContent", 0, ANY),
};
static GROUP(file_management, FileManagement);
static const struct saip_member FileManagementCMD[] = {ITEMS(0x30, "fileManagement", file_management)};
static GROUP(file_management_commands, FileManagementCMD);
static const struct saip_member PE_GenericFileManagement[] = {
    ELEMENT_HEADER,
    ITEMS(0xA1, "fileManagementCMD", file_management_commands),
};
static GROUP(generic_file_management, PE_GenericFileManagement);

/* ---- PINs and PUKs (8.5) ---- */

static const struct saip_name puk_names[] = {
    {"pukAppl1", 1},
    {"pukAppl2", 2},
    {"pukAppl3", 3},
    {"pukAppl4", 4},
    {"pukAppl5", 5},
    {"pukAppl6", 6},
    {"pukAppl7", 7},
    {"pukAppl8", 8},
    {"secondPUKAppl1", 129},
    {"secondPUKAppl2", 130},
    {"secondPUKAppl3", 131},
    {"secondPUKAppl4", 132},
    {"secondPUKAppl5", 133},
    {"secondPUKAppl6", 134},
    {"secondPUKAppl7", 135},
    {"secondPUKAppl8", 136},
    {NULL, 0},
};

static const struct saip_name pin_names[] = {
    {"pinAppl1", 1},
    {"pinAppl2", 2},
    {"pinAppl3", 3},
    {"pinAppl4", 4},
    {"pinAppl5", 5},
    {"pinAppl6", 6},
    {"pinAppl7", 7},
    {"pinAppl8", 8},
    {"adm1", 10},
    {"adm2", 11},
    {"adm3", 12},
    {"adm4", 13},
    {"adm5", 14},
    {"secondPINAppl1", 129},
    {"secondPINAppl2", 130},
    {"secondPINAppl3", 131},
    {"secondPINAppl4", 132},
    {"secondPINAppl5", 133},
    {"secondPINAppl6", 134},
    {"secondPINAppl7", 135},
    {"secondPINAppl8", 136},
    {"adm6", 138},
    {"adm7", 139},
    {"adm8", 140},
    {"adm9", 141},
    {"adm10", 142},
    {NULL, 0},
};

static const struct saip_member PUKConfiguration[] = {
    NAMED(0x80, "keyReference", 255, puk_names), BYTES(0x81, "pukValue", 8, 8),
    NUMBER(0x82, "maxNumOfAttemps-retryNumLeft", 255), /* spelled so in the module */
};
static GROUP(puk_configuration, PUKConfiguration);
static const struct saip_member PUKConfigurations[] = {ITEMS(0x30, "pukConfiguration", puk_configuration)};
static GROUP(puk_configurations, PUKConfigurations);
static const struct saip_member PE_PUKCodes[] = {ELEMENT_HEADER, ITEMS(0xA1, "pukCodes", puk_configurations)};
static GROUP(puk_codes, PE_PUKCodes);

static const struct saip_member PINConfiguration[] = {
    NAMED(0x80, "keyReference", 255, pin_names),           BYTES(0x81, "pinValue", 8, 8),
    NAMED(0x82, "unblockingPINReference", 255, puk_names), NUMBER(0x83, "pinAttributes", 255),
    NUMBER(0x84, "maxNumOfAttemps-retryNumLeft", 255),
};
static GROUP(pin_configuration, PINConfiguration);
static const struct saip_member PINConfigurations[] = {ITEMS(0x30, "pinConfiguration", pin_configuration)};
static GROUP(pin_configurations, PINConfigurations);
static const struct saip_member PINCodes[] = {
    ITEMS(0xA0, "pinconfig", pin_configurations),
    BYTES(0x81, "filePath", 0, 8),
};
static GROUP(pin_codes_choice, PINCodes);
static const struct saip_member PE_PINCodes[] = {ELEMENT_HEADER, ITEMS(0xA1, "pinCodes", pin_codes_choice)};
static GROUP(pin_codes, PE_PINCodes);

/* ---- network access authentication (8.4) ---- */

static const struct saip_name algorithm_names[] = {{"milenage", 1}, {"tuak", 2}, {"usim-test-algorithm", 3}, {NULL, 0}};

static const struct saip_member MappingParameter[] = {
    BYTES(0x80, "mappingOptions", 1, 1),
    BYTES(0x81, "mappingSource", AID_MIN, AID_MAX),
};
static GROUP(mapping_parameter, MappingParameter);

static const struct saip_member AlgoParameter[] = {
    NAMED(0x80, "algorithmID", 255, algorithm_names),
    BYTES(0x81, "algorithmOptions", 1, 1),
    BYTES(0x82, "key", 0, 32),
    BYTES(0x83, "opc", 0, 32),
    BYTES(0x84, "rotationConstants", 5, 5),
    BYTES(0x85, "xoringConstants", 80, 80),
    BYTES(0x86, "authCounterMax", 3, 3),
    NUMBER(0x87, "numberOfKeccak", 255),
};
static GROUP(algo_parameter, AlgoParameter);

static const struct saip_member AlgoConfiguration[] = {
    ITEMS(0xA0, "mappingParameter", mapping_parameter),
    ITEMS(0xA1, "algoParameter", algo_parameter),
};
static GROUP(algo_configuration, AlgoConfiguration);

static const struct saip_member SqnInit[] = {BYTES(0x04, "sqn", 6, 6)};
static GROUP(sqn_init, SqnInit);

static const struct saip_member PE_AKAParameter[] = {
    ELEMENT_HEADER,
    ITEMS(0xA1, "algoConfiguration", algo_configuration),
    BYTES(0x82, "sqnOptions", 1, 1),
    BYTES(0x83, "sqnDelta", 6, 6),
    BYTES(0x84, "sqnAgeLimit", 6, 6),
    ITEMS(0xA5, "sqnInit", sqn_init),
};
static GROUP(aka_parameter, PE_AKAParameter);

static const struct saip_member PE_CDMAParameter[] = {
    ELEMENT_HEADER,
    BYTES(0x81, "authenticationKey", 8, 8),
    BYTES(0x82, "ssd", 16, 16),
    BYTES(0x83, "hrpdAccessAuthenticationData", 2, 32),
    BYTES(0x84, "simpleIPAuthenticationData", 3, 483),
    BYTES(0x85, "mobileIPAuthenticationData", 5, 957),
};
static GROUP(cdma_parameter, PE_CDMAParameter);

/* ---- applications (8.6, 8.7, 8.8) ---- */

static const struct saip_member ContactlessParameters[] = {BYTES(0x04, "protocolParameterData", 0, ANY)};
static GROUP(contactless_parameters, ContactlessParameters);

static const struct saip_member SystemSpecificParameters[] = {
    BYTES(0xC7, "volatileMemoryQuota", 2, 4),
    BYTES(0xC8, "nonVolatileMemoryQuota", 2, 4),
    BYTES(0xCB, "globalServiceParameters", 0, ANY),
    BYTES(0xCF, "implicitSelectionParameter", 0, ANY),
    BYTES(0xD7, "volatileReservedMemory", 2, 4),
    BYTES(0xD8, "nonVolatileReservedMemory", 2, 4),
    BYTES(0xCA, "ts102226SIMFileAccessToolkitParameter", 0, ANY),
    ITEMS(0xA0, "ts102226AdditionalContactlessParameters", contactless_parameters),
    BYTES(0xD9, "userInteractionContactlessParameters", 0, ANY),
    BYTES(0xDA, "cumulativeGrantedVolatileMemory", 2, 4),
    BYTES(0x82, "cumulativeGrantedVolatileMemory2", 2, 4),
    BYTES(0x83, "cumulativeGrantedNonVolatileMemory", 2, 4),
};
static GROUP(system_specific_parameters, SystemSpecificParameters);

static const struct saip_member UICCApplicationParameters[] = {
    BYTES(0x80, "uiccToolkitApplicationSpecificParametersField", 0, ANY),
    BYTES(0x81, "uiccAccessApplicationSpecificParametersField", 0, ANY),
    BYTES(0x82, "uiccAdministrativeAccessApplicationSpecificParametersField", 0, ANY),
};
static GROUP(uicc_application_parameters, UICCApplicationParameters);

static const struct saip_member ProcessData[] = {BYTES(0x04, "command", 0, ANY)};
static GROUP(process_data, ProcessData);

static const struct saip_member ControlReferenceTemplate[] = {
    BYTES(0x5F20, "applicationProviderIdentifier", 0, ANY),
};
static GROUP(control_reference_template, ControlReferenceTemplate);

static const struct saip_member ApplicationInstance[] = {
    BYTES(0x4F, "applicationLoadPackageAID", AID_MIN, AID_MAX),
    BYTES(0x4F, "classAID", AID_MIN, AID_MAX),
    BYTES(0x4F, "instanceAID", AID_MIN, AID_MAX),
    BYTES(0x4F, "extraditeSecurityDomainAID", AID_MIN, AID_MAX),
    BYTES(0x82, "applicationPrivileges", 1, 3),
    BYTES(0x83, "lifeCycleState", 1, 1),
    BYTES(0xC9, "applicationSpecificParametersC9", 0, ANY),
    ITEMS(0xEF, "systemSpecificParameters", system_specific_parameters),
    ITEMS(0xEA, "applicationParameters", uicc_application_parameters),
    ITEMS(0x30, "processData", process_data),
    ITEMS(0xB0, "controlReferenceTemplate", control_reference_template),
};
static GROUP(application_instance, ApplicationInstance);

static const struct saip_member KeyComponent[] = {
    BYTES(0x80, "keyType", 1, 1),
    BYTES(0x86, "keyData", 0, ANY),
    NUMBER(0x87, "macLength", 255),
};
static GROUP(key_component, KeyComponent);
static const struct saip_member KeyComponents[] = {ITEMS(0x30, "keyComponent", key_component)};
static GROUP(key_components, KeyComponents);

static const struct saip_member KeyObject[] = {
    BYTES(0x95, "keyUsageQualifier", 1, 2), BYTES(0x96, "keyAccess", 1, 1),
    BYTES(0x82, "keyIdentifier", 1, 1),     BYTES(0x83, "keyVersionNumber", 1, 1),
    BYTES(0x85, "keyCounterValue", 0, ANY), ITEMS(0x30, "keyComponents", key_components),
};
static GROUP(key_object, KeyObject);
static const struct saip_member KeyList[] = {ITEMS(0x30, "keyObject", key_object)};
static GROUP(key_list, KeyList);

static const struct saip_member SdPersoData[] = {BYTES(0x04, "dgi", 0, ANY)};
static GROUP(sd_perso_data, SdPersoData);

static const struct saip_member OpenPersoData[] = {
    BYTES(0xD9, "restrictParameter", 1, 1),
    BYTES(0x04, "contactlessProtocolParameters", 0, ANY),
};
static GROUP(open_perso_data, OpenPersoData);

static const struct saip_member CatTpParameters[] = {
    NUMBER(0x80, "catTpMaxSduSize", 65535),
    NUMBER(0x81, "catTpMaxPduSize", 65535),
};
static GROUP(cat_tp_parameters, CatTpParameters);

static const struct saip_member PE_SecurityDomain[] = {
    ELEMENT_HEADER,
    ITEMS(0xA1, "instance", application_instance),
    ITEMS(0xA2, "keyList", key_list),
    ITEMS(0xA3, "sdPersoData", sd_perso_data),
    ITEMS(0xA4, "openPersoData", open_perso_data),
    ITEMS(0xA5, "catTpParameters", cat_tp_parameters),
};
static GROUP(security_domain, PE_SecurityDomain);

static const struct saip_member TarList[] = {BYTES(0x04, "tar", 3, 3)};
static GROUP(tar_list, TarList);

/* Tags [0] to [2], as published packages have them: this SEQUENCE has no tags written out, unlike PE-RFM around it. */
static const struct saip_member ADFRFMAccess[] = {
    BYTES(0x80, "adfAID", AID_MIN, AID_MAX),
    BYTES(0x81, "adfAccessDomain", 0, ANY),
    BYTES(0x82, "adfAdminAccessDomain", 0, ANY),
};
static GROUP(adf_rfm_access, ADFRFMAccess);

static const struct saip_member PE_RFM[] = {
    ELEMENT_HEADER,
    BYTES(0x4F, "instanceAID", AID_MIN, AID_MAX),
    BYTES(0x4F, "securityDomainAID", AID_MIN, AID_MAX),
    ITEMS(0xA0, "tarList", tar_list),
    BYTES(0x81, "minimumSecurityLevel", 1, 1),
    BYTES(0x04, "uiccAccessDomain", 0, ANY),
    BYTES(0x04, "uiccAdminAccessDomain", 0, ANY),
    ITEMS(0x30, "adfRFMAccess", adf_rfm_access),
};
static GROUP(rfm, PE_RFM);

static const struct saip_member ApplicationLoadPackage[] = {
    BYTES(0x4F, "loadPackageAID", AID_MIN, AID_MAX), BYTES(0x4F, "securityDomainAID", AID_MIN, AID_MAX),
    BYTES(0xC6, "nonVolatileCodeLimit", 0, ANY),     BYTES(0xC7, "volatileDataLimit", 0, ANY),
    BYTES(0xC8, "nonVolatileDataLimit", 0, ANY),     BYTES(0xC1, "hashValue", 0, ANY),
    BYTES(0xC4, "loadBlockObject", 0, ANY),
};
static GROUP(application_load_package, ApplicationLoadPackage);
static const struct saip_member InstanceList[] = {ITEMS(0x30, "instance", application_instance)};
static GROUP(instance_list, InstanceList);
static const struct saip_member PE_Application[] = {
    ELEMENT_HEADER,
    ITEMS(0xA1, "loadBlock", application_load_package),
    ITEMS(0xA2, "instanceList", instance_list),
};
static GROUP(application, PE_Application);

static const struct saip_member PE_NonStandard[] = {
    ELEMENT_HEADER,
    OID(0x81, "issuerID"),
    BYTES(0x82, "content", 0, ANY),
};
static GROUP(non_standard, PE_NonStandard);

/* PE-End, PE-Dummy (rfu) and elements whose own members are not known here. */
static const struct saip_member PE_Other[] = {ELEMENT_HEADER};
static GROUP(header_only, PE_Other);

/* ---- the package: CHOICE ProfileElement (8.1.1) ---- */

static const struct saip_member ProfileElement[] = {
    ITEMS(0xA0, "header", profile_header),
    ITEMS(0xA1, "genericFileManagement", generic_file_management),
    ITEMS(0xA2, "pinCodes", pin_codes),
    ITEMS(0xA3, "pukCodes", puk_codes),
    ITEMS(0xA4, "akaParameter", aka_parameter),
    ITEMS(0xA5, "cdmaParameter", cdma_parameter),
    ITEMS(0xA6, "securityDomain", security_domain),
    ITEMS(0xA7, "rfm", rfm),
    ITEMS(0xA8, "application", application),
    ITEMS(0xA9, "nonStandard", non_standard),
    ITEMS(0xAA, "end", header_only),
    ITEMS(0xAB, "rfu1", header_only),
    ITEMS(0xAC, "rfu2", header_only),
    ITEMS(0xAD, "rfu3", header_only),
    ITEMS(0xAE, "rfu4", header_only),
    ITEMS(0xAF, "rfu5", header_only),
    ITEMS(0xB0, "mf", saip_mf),
    ITEMS(0xB1, "cd", saip_cd),
    ITEMS(0xB2, "telecom", saip_telecom),
    ITEMS(0xB3, "usim", saip_usim),
    ITEMS(0xB4, "opt-usim", saip_opt_usim),
    ITEMS(0xB5, "isim", saip_isim),
    ITEMS(0xB6, "opt-isim", saip_opt_isim),
    ITEMS(0xB7, "phonebook", saip_phonebook),
    ITEMS(0xB8, "gsm-access", saip_gsm_access),
    ITEMS(0xB9, "csim", saip_csim),
    ITEMS(0xBA, "opt-csim", saip_opt_csim),
    ITEMS(0xBB, "eap", saip_eap),
    ITEMS(0xBC, "df-5gs", saip_df_5gs),
    ITEMS(0xBD, "df-saip", saip_df_saip),
    ITEMS(0xBE, "df-snpn", saip_df_snpn),
    ITEMS(0xBF1F, "df-5gprose", saip_df_5gprose),
    ITEMS(0xBF20, "iot", saip_iot),
    ITEMS(0xBF21, "opt-iot", saip_opt_iot),
};
GROUP(saip_package, ProfileElement);

const struct saip_member *saip_member_by_name(const struct saip_group *group, struct slice name)
{
    for (size_t i = 0; i < group->n; i++)
        if (slice_equal(name, slice_text(group->members[i].name))) return &group->members[i];
    return NULL;
}

const struct saip_member *saip_member_by_tag(const struct saip_group *group, uint32_t tag, size_t *place)
{
    for (size_t k = 0; k < group->n; k++) {
        size_t i = (*place + k) % group->n;
        if (group->members[i].tag != tag) continue;
        *place = i + 1 == group->n ? 0 : i + 1;
        return &group->members[i];
    }
    return NULL;
}

const char *saip_element_name(uint32_t tag)
{
    size_t place = 0;
    const struct saip_member *member = saip_member_by_tag(&saip_package, tag, &place);
    return member ? member->name : "?";
}
