/* The profile elements: one row each (SAIP ProfileElement CHOICE; order and cardinality SAIP 8.1.3). Read by saip.c. */
#include "saip/internal.h"

enum row {
    HEADER,
    GFM,
    PIN_CODES,
    PUK_CODES,
    AKA,
    CDMA,
    SECURITY_DOMAIN,
    RFM,
    APPLICATION,
    NON_STANDARD,
    END,
    MF,
    CD,
    TELECOM,
    USIM,
    OPT_USIM,
    ISIM,
    OPT_ISIM,
    PHONEBOOK,
    GSM_ACCESS,
    CSIM,
    OPT_CSIM,
    EAP,
    DF_5GS,
    DF_SAIP,
    DF_SNPN,
    DF_5GPROSE,
    IOT,
    OPT_IOT
};

#define ONE(row) ((uint64_t)1 << (row))
/* The MF comes from PE-MF or from the first generic file management; an ADF may come from one too. */
#define ROOT (ONE(MF) | ONE(GFM) | ONE(IOT))
#define ANY_USIM (ONE(USIM) | ONE(GFM) | ONE(IOT))
#define NAA (ONE(USIM) | ONE(ISIM) | ONE(CSIM) | ONE(GFM) | ONE(IOT))

static const struct element_row rows[] = {
    [HEADER] = {0xa0, "header", 0, true, saip_take_header, 0},
    [GFM] = {0xa1, "genericFileManagement", 0, false, saip_take_generic_file_management, 0},
    [PIN_CODES] = {0xa2, "pinCodes", ROOT, false, saip_take_pin_codes, 0},
    [PUK_CODES] = {0xa3, "pukCodes", ROOT, true, saip_take_puk_codes, 0},
    [AKA] = {0xa4, "akaParameter", NAA, false, saip_take_aka_parameter, PE_BAD_VALUES},
    [CDMA] = {0xa5, "cdmaParameter", NAA, false, saip_take_cdma_parameter, PE_BAD_VALUES},
    [SECURITY_DOMAIN] = {0xa6, "securityDomain", 0, false, saip_take_security_domain, 0},
    [RFM] = {0xa7, "rfm", ONE(SECURITY_DOMAIN), false, saip_take_remote_file_management, 0},
    [APPLICATION] = {0xa8, "application", ONE(SECURITY_DOMAIN), false, saip_take_application, 0},
    [NON_STANDARD] = {0xa9, "nonStandard", 0, false, saip_take_non_standard, 0},
    [END] = {0xaa, "end", 0, true, saip_take_end, 0},
    [MF] = {0xb0, "mf", 0, true, saip_take_template, 0},
    [CD] = {0xb1, "cd", ROOT, false, saip_take_template, 0},
    [TELECOM] = {0xb2, "telecom", ROOT, false, saip_take_template, 0},
    [USIM] = {0xb3, "usim", ROOT, false, saip_take_template, 0},
    [OPT_USIM] = {0xb4, "opt-usim", ANY_USIM, false, saip_take_template, 0},
    [ISIM] = {0xb5, "isim", ROOT, false, saip_take_template, 0},
    [OPT_ISIM] = {0xb6, "opt-isim", ONE(ISIM) | ONE(GFM), false, saip_take_template, 0},
    [PHONEBOOK] = {0xb7, "phonebook", ANY_USIM, false, saip_take_template, 0},
    [GSM_ACCESS] = {0xb8, "gsm-access", ANY_USIM, false, saip_take_template, 0},
    [CSIM] = {0xb9, "csim", ROOT, false, saip_take_template, 0},
    [OPT_CSIM] = {0xba, "opt-csim", ONE(CSIM) | ONE(GFM), false, saip_take_template, 0},
    [EAP] = {0xbb, "eap", NAA, false, saip_take_template, 0},
    [DF_5GS] = {0xbc, "df-5gs", ANY_USIM, false, saip_take_template, 0},
    [DF_SAIP] = {0xbd, "df-saip", ANY_USIM, false, saip_take_template, 0},
    [DF_SNPN] = {0xbe, "df-snpn", ANY_USIM, false, saip_take_template, 0},
    [DF_5GPROSE] = {0xbf1f, "df-5gprose", ANY_USIM, false, saip_take_template, 0},
    [IOT] = {0xbf20, "iot", 0, true, saip_take_template, 0},
    [OPT_IOT] = {0xbf21, "opt-iot", ONE(IOT), true, saip_take_template, 0},
};

const struct element_row *element_find(uint32_t tag, size_t *index)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].tag != tag) continue;
        *index = i;
        return &rows[i];
    }
    return NULL;
}
