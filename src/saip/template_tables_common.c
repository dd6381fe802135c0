/* The files of the templates that are no network access application (SAIP 9.3 to 9.5, 9.5.4, 9.9): MF, DF.CD,
 * DF.TELECOM and its phone book, and the directories below an ADF; see template_tables.h for the columns.
 * Read by template.c. */
#include "saip/template_tables.h"

static const struct template_fill fill_00ff = {TEMPLATE_FILL, 2, {0x00, 0xff}};
static const struct template_fill fill_00 = {TEMPLATE_FILL, 1, {0x00}};
static const struct template_fill suffix_07 = {TEMPLATE_SUFFIX, 1, {0x07}};
static const struct template_fill fill_5gs_loci = {TEMPLATE_FILL, 21, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                                                       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                                                       0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0xff}};
static const struct template_fill fill_f0ffffffff = {TEMPLATE_FILL, 5, {0xf0, 0xff, 0xff, 0xff, 0xff}};
static const struct template_fill fill_f0ff0000ff = {TEMPLATE_FILL, 5, {0xf0, 0xff, 0x00, 0x00, 0xff}};

const struct template_file template_mf[] = {
    {"mf", 2, FILE_MF, 0x3f00, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-pl", 3, FILE_TRANSPARENT, 0x2f05, 2, 0, 1, 0x05, 0, ALL, NULL},
    {"ef-iccid", 4, FILE_TRANSPARENT, 0x2fe2, 10, 0, 11, 0x00, REQUIRED, ALL, NULL},
    {"ef-dir", 5, FILE_LINEAR_FIXED, 0x2f00, 0, 0, 10, 0x1e, REQUIRED, ALL, NULL},
    {"ef-arr", 6, FILE_LINEAR_FIXED, 0x2f06, 0, 0, 10, 0x00, REQUIRED, ALL, NULL},
    {"ef-umpc", 7, FILE_TRANSPARENT, 0x2f08, 5, 0, 10, 0x08, 0, ALL, NULL},
    {NULL, 0, FILE_MF, 0, 0, 0, 0, 0, 0, 0, NULL},
};

const struct template_file template_cd[] = {
    {"df-cd", 2, FILE_DF, 0x7f11, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-launchpad", 3, FILE_TRANSPARENT, 0x6f01, 0, 0, 2, 0x00, REQUIRED, ALL, NULL},
    {"ef-icon", 4, FILE_TRANSPARENT, 0x6f40, 0, 0, 2, 0x00, REQUIRED, ALL, NULL},
    {NULL, 0, FILE_MF, 0, 0, 0, 0, 0, 0, 0, NULL},
};

const struct template_file template_telecom[] = {
    {"df-telecom", 2, FILE_DF, 0x7f10, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-arr", 3, FILE_LINEAR_FIXED, 0x6f06, 0, 0, 10, 0x00, REQUIRED, ALL, NULL},
    {"ef-rma", 4, FILE_LINEAR_FIXED, 0x6f53, 0, 0, 3, 0x00, REQUIRED, ALL, NULL},
    {"ef-sume", 5, FILE_TRANSPARENT, 0x6f54, 22, 0, 3, 0x00, REQUIRED, ALL, NULL},
    {"ef-ice-dn", 6, FILE_LINEAR_FIXED, 0x6fe0, 24, 50, 9, 0x00, 0, ALL, NULL},
    {"ef-ice-ff", 7, FILE_LINEAR_FIXED, 0x6fe1, 0, 0, 9, 0x00, 0, ALL, NULL},
    {"ef-psismsc", 8, FILE_LINEAR_FIXED, 0x6fe5, 0, 0, 5, 0x00, REQUIRED, ALL, NULL},
    {"df-graphics", 9, FILE_DF, 0x5f50, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-img", 10, FILE_LINEAR_FIXED, 0x4f20, 0, 0, 2, 0x00, 0, ALL, &fill_00ff},
    {"ef-iidf", 11, FILE_TRANSPARENT, 0x4f40, 0, 0, 2, 0x00, 0, ALL, NULL},
    {"ef-ice-graphics", 12, FILE_BER_TLV, 0x4f21, 0, 0, 9, 0x00, 0, ALL, NULL},
    {"ef-launch-scws", 13, FILE_TRANSPARENT, 0x4f01, 0, 0, 10, 0x00, REQUIRED, ALL, NULL},
    {"ef-icon", 14, FILE_TRANSPARENT, 0x4f80, 0, 0, 10, 0x00, REQUIRED, ALL, NULL},
    {"df-phonebook", 15, FILE_DF, 0x5f3a, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-pbr", 16, FILE_LINEAR_FIXED, 0x4f30, 0, 0, 2, 0x00, REQUIRED, ALL, NULL},
    {"ef-ext1", 17, FILE_LINEAR_FIXED, 0x4f38, 13, 0, 5, 0x00, 0, ALL, &fill_00ff},
    {"ef-aas", 18, FILE_LINEAR_FIXED, 0x4f40, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-gas", 19, FILE_LINEAR_FIXED, 0x4f48, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-psc", 20, FILE_TRANSPARENT, 0x4f22, 4, 0, 5, 0x00, 0, ALL, &fill_00},
    {"ef-cc", 21, FILE_TRANSPARENT, 0x4f23, 2, 0, 5, 0x00, HIGH, ALL, &fill_00},
    {"ef-puid", 22, FILE_TRANSPARENT, 0x4f24, 2, 0, 5, 0x00, HIGH, ALL, &fill_00},
    {"ef-iap", 23, FILE_LINEAR_FIXED, 0x4f50, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-adn", 24, FILE_LINEAR_FIXED, 0x4f58, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-pbc", 25, FILE_LINEAR_FIXED, 0x4f60, 2, 0, 5, 0x00, 0, ALL, &fill_00},
    {"ef-anr", 26, FILE_LINEAR_FIXED, 0x4f68, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-puri", 27, FILE_LINEAR_FIXED, 0x4f70, 0, 0, 5, 0x00, REQUIRED, ALL, NULL},
    {"ef-email", 28, FILE_LINEAR_FIXED, 0x4f78, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-sne", 29, FILE_LINEAR_FIXED, 0x4f80, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-uid", 30, FILE_LINEAR_FIXED, 0x4f88, 2, 0, 5, 0x00, 0, ALL, &fill_00},
    {"ef-grp", 31, FILE_LINEAR_FIXED, 0x4f90, 0, 0, 5, 0x00, 0, ALL, &fill_00},
    {"ef-ccp1", 32, FILE_LINEAR_FIXED, 0x4f98, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"df-multimedia", 33, FILE_DF, 0x5f3b, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-mml", 34, FILE_BER_TLV, 0x4f47, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-mmdf", 35, FILE_BER_TLV, 0x4f48, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"df-mmss", 36, FILE_DF, 0x5f3c, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-mlpl", 37, FILE_TRANSPARENT, 0x4f20, 0, 0, 2, 0x01, REQUIRED, ALL, NULL},
    {"ef-mspl", 38, FILE_TRANSPARENT, 0x4f21, 0, 0, 2, 0x02, REQUIRED, ALL, NULL},
    {"ef-mmssmode", 39, FILE_TRANSPARENT, 0x4f22, 1, 0, 2, 0x03, REQUIRED, ALL, NULL},
    {"df-mcs", 40, FILE_DF, 0x5f3d, 0, 0, 14, 0x00, 0, FROM_2, NULL},
    {"ef-mst", 41, FILE_TRANSPARENT, 0x4f01, 0, 0, 2, 0x01, REQUIRED, FROM_2, NULL},
    {"ef-mcs-config", 42, FILE_BER_TLV, 0x4f02, 0, 0, 2, 0x02, REQUIRED, FROM_2, NULL},
    {"df-v2x", 43, FILE_DF, 0x5f3e, 0, 0, 14, 0x00, 0, FROM_2, NULL},
    {"ef-vst", 44, FILE_TRANSPARENT, 0x4f01, 0, 0, 2, 0x01, REQUIRED, FROM_2, NULL},
    {"ef-v2x-config", 45, FILE_BER_TLV, 0x4f02, 0, 0, 2, 0x02, REQUIRED, FROM_2, NULL},
    {"ef-v2xp-pc5", 46, FILE_TRANSPARENT, 0x4f03, 0, 0, 2, 0x00, REQUIRED, FROM_2, NULL},
    {"ef-v2xp-Uu", 47, FILE_TRANSPARENT, 0x4f04, 0, 0, 2, 0x00, REQUIRED, FROM_2, NULL},
    {NULL, 0, FILE_MF, 0, 0, 0, 0, 0, 0, 0, NULL},
};

const struct template_file template_phonebook[] = {
    {"df-phonebook", 2, FILE_DF, 0x5f3a, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-pbr", 3, FILE_LINEAR_FIXED, 0x4f30, 0, 0, 2, 0x00, REQUIRED, ALL, NULL},
    {"ef-ext1", 4, FILE_LINEAR_FIXED, 0x4f38, 13, 0, 5, 0x00, 0, ALL, &fill_00ff},
    {"ef-aas", 5, FILE_LINEAR_FIXED, 0x4f40, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-gas", 6, FILE_LINEAR_FIXED, 0x4f48, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-psc", 7, FILE_TRANSPARENT, 0x4f22, 4, 0, 5, 0x00, 0, ALL, &fill_00},
    {"ef-cc", 8, FILE_TRANSPARENT, 0x4f23, 2, 0, 5, 0x00, HIGH, ALL, &fill_00},
    {"ef-puid", 9, FILE_TRANSPARENT, 0x4f24, 2, 0, 5, 0x00, HIGH, ALL, &fill_00},
    {"ef-iap", 10, FILE_LINEAR_FIXED, 0x4f50, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-adn", 11, FILE_LINEAR_FIXED, 0x4f58, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-pbc", 12, FILE_LINEAR_FIXED, 0x4f60, 2, 0, 5, 0x00, 0, ALL, &fill_00},
    {"ef-anr", 13, FILE_LINEAR_FIXED, 0x4f68, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-puri", 14, FILE_LINEAR_FIXED, 0x4f70, 0, 0, 5, 0x00, REQUIRED, ALL, NULL},
    {"ef-email", 15, FILE_LINEAR_FIXED, 0x4f78, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-sne", 16, FILE_LINEAR_FIXED, 0x4f80, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-uid", 17, FILE_LINEAR_FIXED, 0x4f88, 2, 0, 5, 0x00, 0, ALL, &fill_00},
    {"ef-grp", 18, FILE_LINEAR_FIXED, 0x4f90, 0, 0, 5, 0x00, 0, ALL, &fill_00},
    {"ef-ccp1", 19, FILE_LINEAR_FIXED, 0x4f98, 0, 0, 5, 0x00, 0, ALL, NULL},
    {NULL, 0, FILE_MF, 0, 0, 0, 0, 0, 0, 0, NULL},
};

const struct template_file template_gsm_access[] = {
    {"df-gsm-access", 2, FILE_DF, 0x5f3b, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-kc", 3, FILE_TRANSPARENT, 0x4f20, 9, 0, 5, 0x01, HIGH, ALL, &suffix_07},
    {"ef-kcgprs", 4, FILE_TRANSPARENT, 0x4f52, 9, 0, 5, 0x02, HIGH, ALL, &suffix_07},
    {"ef-cpbcch", 5, FILE_TRANSPARENT, 0x4f63, 10, 0, 5, 0x00, HIGH, ALL, NULL},
    {"ef-invscan", 6, FILE_TRANSPARENT, 0x4f64, 1, 0, 2, 0x00, 0, ALL, &fill_00ff},
    {NULL, 0, FILE_MF, 0, 0, 0, 0, 0, 0, 0, NULL},
};

const struct template_file template_df_5gs[] = {
    {"df-df-5gs", 2, FILE_DF, 0x5fc0, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-5gs3gpploci", 3, FILE_TRANSPARENT, 0x4f01, 20, 0, 5, 0x01, HIGH, ALL, &fill_5gs_loci},
    {"ef-5gsn3gpploci", 4, FILE_TRANSPARENT, 0x4f02, 20, 0, 5, 0x02, HIGH, ALL, &fill_5gs_loci},
    {"ef-5gs3gppnsc", 5, FILE_LINEAR_FIXED, 0x4f03, 57, 1, 5, 0x03, HIGH, UNTIL_2, NULL},
    {"ef-5gs3gppnsc", 5, FILE_LINEAR_FIXED, 0x4f03, 62, 2, 5, 0x03, HIGH, FROM_3, NULL},
    {"ef-5gsn3gppnsc", 6, FILE_LINEAR_FIXED, 0x4f04, 57, 1, 5, 0x04, HIGH, UNTIL_2, NULL},
    {"ef-5gsn3gppnsc", 6, FILE_LINEAR_FIXED, 0x4f04, 62, 2, 5, 0x04, HIGH, FROM_3, NULL},
    {"ef-5gauthkeys", 7, FILE_TRANSPARENT, 0x4f05, 110, 0, 5, 0x05, REQUIRED | HIGH, ALL, NULL},
    {"ef-uac-aic", 8, FILE_TRANSPARENT, 0x4f06, 4, 0, 2, 0x06, REQUIRED, ALL, NULL},
    {"ef-suci-calc-info", 9, FILE_TRANSPARENT, 0x4f07, 0, 0, 2, 0x07, 0, ALL, NULL},
    {"ef-opl5g", 10, FILE_LINEAR_FIXED, 0x4f08, 10, 0, 10, 0x08, 0, ALL, NULL},
    {"ef-supinai", 11, FILE_TRANSPARENT, 0x4f09, 0, 0, 2, 0x09, REQUIRED, ALL, NULL},
    {"ef-routing-indicator", 12, FILE_TRANSPARENT, 0x4f0a, 4, 0, 2, 0x0a, 0, UNTIL_3, &fill_f0ffffffff},
    {"ef-routing-indicator", 12, FILE_TRANSPARENT, 0x4f0a, 4, 0, 2, 0x0a, 0, FROM_4, &fill_f0ff0000ff},
    {"ef-ursp", 13, FILE_BER_TLV, 0x4f0b, 0, 0, 2, 0x00, 0, FROM_2, NULL},
    {"ef-tn3gppsnn", 14, FILE_TRANSPARENT, 0x4f0c, 1, 0, 2, 0x0c, 0, FROM_2, &fill_00ff},
    {"ef-cag", 15, FILE_TRANSPARENT, 0x4f0d, 2, 0, 2, 0x0d, REQUIRED, FROM_4, NULL},
    {"ef-sor-cmci", 16, FILE_TRANSPARENT, 0x4f0e, 0, 0, 2, 0x0e, REQUIRED, FROM_4, NULL},
    {"ef-dri", 17, FILE_TRANSPARENT, 0x4f0f, 7, 0, 2, 0x0f, REQUIRED, FROM_4, NULL},
    {"ef-5gsedrx", 18, FILE_TRANSPARENT, 0x4f10, 2, 0, 2, 0x10, REQUIRED, FROM_4, NULL},
    {"ef-5gnswo-conf", 19, FILE_TRANSPARENT, 0x4f11, 1, 0, 2, 0x11, REQUIRED, FROM_4, NULL},
    {"ef-mchpplmn", 20, FILE_TRANSPARENT, 0x4f15, 1, 0, 2, 0x15, REQUIRED, FROM_4, NULL},
    {"ef-kausf-derivation", 21, FILE_TRANSPARENT, 0x4f16, 1, 0, 2, 0x16, REQUIRED, FROM_4, NULL},
    {NULL, 0, FILE_MF, 0, 0, 0, 0, 0, 0, 0, NULL},
};

const struct template_file template_df_saip[] = {
    {"df-df-saip", 2, FILE_DF, 0x5fd0, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-suci-calc-info-usim", 3, FILE_TRANSPARENT, 0x4f01, 0, 0, 3, 0x00, 0, ALL, NULL},
    {NULL, 0, FILE_MF, 0, 0, 0, 0, 0, 0, 0, NULL},
};

const struct template_file template_df_snpn[] = {
    {"df-df-snpn", 2, FILE_DF, 0x5fe0, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-pws-snpn", 3, FILE_TRANSPARENT, 0x4f01, 1, 0, 10, 0x00, REQUIRED, ALL, NULL},
    {NULL, 0, FILE_MF, 0, 0, 0, 0, 0, 0, 0, NULL},
};

const struct template_file template_df_5gprose[] = {
    {"df-df-5g-prose", 2, FILE_DF, 0x5ff0, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-5g-prose-st", 3, FILE_TRANSPARENT, 0x4f01, 1, 0, 2, 0x01, REQUIRED, ALL, NULL},
    {"ef-5g-prose-dd", 4, FILE_TRANSPARENT, 0x4f02, 26, 0, 2, 0x02, REQUIRED, ALL, NULL},
    {"ef-5g-prose-dc", 5, FILE_TRANSPARENT, 0x4f03, 12, 0, 2, 0x03, REQUIRED, ALL, NULL},
    {"ef-5g-prose-u2nru", 6, FILE_TRANSPARENT, 0x4f04, 32, 0, 2, 0x04, REQUIRED, ALL, NULL},
    {"ef-5g-prose-ru", 7, FILE_TRANSPARENT, 0x4f05, 29, 0, 2, 0x05, REQUIRED, ALL, NULL},
    {"ef-5g-prose-uir", 8, FILE_TRANSPARENT, 0x4f06, 32, 0, 2, 0x06, REQUIRED, ALL, NULL},
    {NULL, 0, FILE_MF, 0, 0, 0, 0, 0, 0, 0, NULL},
};

const struct template_file template_eap[] = {
    {"df-eap", 2, FILE_DF, 0x0000, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-eapkeys", 3, FILE_TRANSPARENT, 0x4f01, 0, 0, 2, 0x00, REQUIRED | HIGH, ALL, NULL},
    {"ef-eapstatus", 4, FILE_TRANSPARENT, 0x4f02, 1, 0, 2, 0x00, HIGH, ALL, &fill_00ff},
    {"ef-puid", 5, FILE_TRANSPARENT, 0x4f03, 0, 0, 2, 0x00, REQUIRED, ALL, NULL},
    {"ef-ps", 6, FILE_TRANSPARENT, 0x4f04, 0, 0, 5, 0x00, HIGH, ALL, NULL},
    {"ef-curid", 7, FILE_TRANSPARENT, 0x4f20, 0, 0, 5, 0x00, HIGH, ALL, NULL},
    {"ef-reid", 8, FILE_TRANSPARENT, 0x4f21, 0, 0, 5, 0x00, REQUIRED, ALL, NULL},
    {"ef-realm", 9, FILE_TRANSPARENT, 0x4f22, 0, 0, 5, 0x00, REQUIRED, ALL, NULL},
    {NULL, 0, FILE_MF, 0, 0, 0, 0, 0, 0, 0, NULL},
};
