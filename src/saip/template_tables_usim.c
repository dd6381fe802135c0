/* The files of the templates USIM and OPT-USIM (SAIP 9.5.1, 9.5.2; 3GPP TS 31.102 4.2); see template_tables.h for the
 * columns. Read by template.c. */
#include "saip/template_tables.h"

static const struct template_fill fill_00ff = {TEMPLATE_FILL, 2, {0x00, 0xff}};
static const struct template_fill fill_00 = {TEMPLATE_FILL, 1, {0x00}};
static const struct template_fill fill_07ff = {TEMPLATE_FILL, 2, {0x07, 0xff}};
static const struct template_fill fill_0aff = {TEMPLATE_FILL, 2, {0x0a, 0xff}};
static const struct template_fill fill_f00000f00000ff = {TEMPLATE_FILL, 7, {0xf0, 0x00, 0x00, 0xf0, 0x00, 0x00, 0xff}};
static const struct template_fill fill_psloci = {
    TEMPLATE_FILL, 15, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0xff, 0x01, 0xff}};
static const struct template_fill fill_loci = {
    TEMPLATE_FILL, 12, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0xff, 0x01, 0xff}};
static const struct template_fill fill_00000002ff = {TEMPLATE_FILL, 5, {0x00, 0x00, 0x00, 0x02, 0xff}};
static const struct template_fill fill_epsloci = {
    TEMPLATE_FILL,
    19,
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x01, 0xff}};
static const struct template_fill fill_ffffff0000ff = {TEMPLATE_FILL, 6, {0xff, 0xff, 0xff, 0x00, 0x00, 0xff}};
static const struct template_fill repeat_ffffff0000 = {TEMPLATE_REPEAT, 5, {0xff, 0xff, 0xff, 0x00, 0x00}};
static const struct template_fill suffix_0000000001ffff = {
    TEMPLATE_SUFFIX, 7, {0x00, 0x00, 0x00, 0x00, 0x01, 0xff, 0xff}};
static const struct template_fill suffix_00000001ffff = {TEMPLATE_SUFFIX, 6, {0x00, 0x00, 0x00, 0x01, 0xff, 0xff}};
static const struct template_fill fill_0100ff = {TEMPLATE_FILL, 3, {0x01, 0x00, 0xff}};
static const struct template_fill fill_000000ff = {TEMPLATE_FILL, 4, {0x00, 0x00, 0x00, 0xff}};
static const struct template_fill fill_ufc = {
    TEMPLATE_FILL, 31, {0x80, 0x1e, 0x60, 0xc0, 0x1e, 0x90, 0x00, 0x80, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                        0x00, 0xf0, 0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0xff}};

const struct template_file template_usim[] = {
    {"adf-usim", 2, FILE_ADF, 0x0000, 0, 0, 14, 0x00, 0, ALL, NULL},
    {"ef-imsi", 3, FILE_TRANSPARENT, 0x6f07, 9, 0, 2, 0x07, REQUIRED, ALL, NULL},
    {"ef-arr", 4, FILE_LINEAR_FIXED, 0x6f06, 0, 0, 10, 0x17, REQUIRED, ALL, NULL},
    {"ef-keys", 5, FILE_TRANSPARENT, 0x6f08, 33, 0, 5, 0x08, HIGH, ALL, &fill_07ff},
    {"ef-keysPS", 6, FILE_TRANSPARENT, 0x6f09, 33, 0, 5, 0x09, HIGH, ALL, &fill_07ff},
    {"ef-hpplmn", 7, FILE_TRANSPARENT, 0x6f31, 1, 0, 2, 0x12, 0, ALL, &fill_0aff},
    {"ef-ust", 8, FILE_TRANSPARENT, 0x6f38, 14, 0, 2, 0x04, REQUIRED, ONLY_1, NULL},
    {"ef-ust", 8, FILE_TRANSPARENT, 0x6f38, 17, 0, 2, 0x04, REQUIRED, FROM_2, NULL},
    {"ef-fdn", 9, FILE_LINEAR_FIXED, 0x6f3b, 26, 20, 8, 0x00, 0, ALL, NULL},
    {"ef-sms", 10, FILE_LINEAR_FIXED, 0x6f3c, 176, 10, 5, 0x00, 0, ALL, &fill_00ff},
    {"ef-smsp", 11, FILE_LINEAR_FIXED, 0x6f42, 38, 1, 5, 0x00, 0, ALL, NULL},
    {"ef-smss", 12, FILE_TRANSPARENT, 0x6f43, 2, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-spn", 13, FILE_TRANSPARENT, 0x6f46, 17, 0, 10, 0x00, REQUIRED, ALL, NULL},
    {"ef-est", 14, FILE_TRANSPARENT, 0x6f56, 1, 0, 8, 0x05, REQUIRED, ALL, NULL},
    {"ef-start-hfn", 15, FILE_TRANSPARENT, 0x6f5b, 6, 0, 5, 0x0f, HIGH, ALL, &fill_f00000f00000ff},
    {"ef-threshold", 16, FILE_TRANSPARENT, 0x6f5c, 3, 0, 2, 0x10, 0, ALL, NULL},
    {"ef-psloci", 17, FILE_TRANSPARENT, 0x6f73, 14, 0, 5, 0x0c, HIGH, ALL, &fill_psloci},
    {"ef-acc", 18, FILE_TRANSPARENT, 0x6f78, 2, 0, 2, 0x06, REQUIRED, ALL, NULL},
    {"ef-fplmn", 19, FILE_TRANSPARENT, 0x6f7b, 12, 0, 5, 0x0d, 0, ALL, NULL},
    {"ef-loci", 20, FILE_TRANSPARENT, 0x6f7e, 11, 0, 5, 0x0b, HIGH, ALL, &fill_loci},
    {"ef-ad", 21, FILE_TRANSPARENT, 0x6fad, 4, 0, 10, 0x03, 0, ALL, &fill_00000002ff},
    {"ef-ecc", 22, FILE_LINEAR_FIXED, 0x6fb7, 4, 1, 10, 0x01, REQUIRED, ALL, NULL},
    {"ef-netpar", 23, FILE_TRANSPARENT, 0x6fc4, 128, 0, 5, 0x00, HIGH, ALL, NULL},
    {"ef-epsloci", 24, FILE_TRANSPARENT, 0x6fe3, 18, 0, 5, 0x1e, HIGH, ALL, &fill_epsloci},
    {"ef-epsnsc", 25, FILE_LINEAR_FIXED, 0x6fe4, 80, 1, 5, 0x18, HIGH, ALL, NULL},
    {NULL, 0, FILE_MF, 0, 0, 0, 0, 0, 0, 0, NULL},
};

const struct template_file template_opt_usim[] = {
    {"ef-li", 2, FILE_TRANSPARENT, 0x6f05, 6, 0, 1, 0x02, 0, ALL, NULL},
    {"ef-acmax", 3, FILE_TRANSPARENT, 0x6f37, 3, 0, 5, 0x00, 0, ALL, &fill_00},
    {"ef-acm", 4, FILE_CYCLIC, 0x6f39, 3, 1, 7, 0x00, HIGH, ALL, &fill_00},
    {"ef-gid1", 5, FILE_TRANSPARENT, 0x6f3e, 8, 0, 2, 0x00, REQUIRED, ALL, NULL},
    {"ef-gid2", 6, FILE_TRANSPARENT, 0x6f3f, 8, 0, 2, 0x00, REQUIRED, ALL, NULL},
    {"ef-msisdn", 7, FILE_LINEAR_FIXED, 0x6f40, 24, 1, 2, 0x00, 0, ALL, NULL},
    {"ef-puct", 8, FILE_TRANSPARENT, 0x6f41, 5, 0, 5, 0x00, 0, ALL, &fill_ffffff0000ff},
    {"ef-cbmi", 9, FILE_TRANSPARENT, 0x6f45, 10, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-cbmid", 10, FILE_TRANSPARENT, 0x6f48, 10, 0, 2, 0x0e, 0, ALL, NULL},
    {"ef-sdn", 11, FILE_LINEAR_FIXED, 0x6f49, 24, 10, 2, 0x00, 0, ALL, NULL},
    {"ef-ext2", 12, FILE_LINEAR_FIXED, 0x6f4b, 13, 10, 8, 0x00, 0, ALL, &fill_00ff},
    {"ef-ext3", 13, FILE_LINEAR_FIXED, 0x6f4c, 13, 10, 2, 0x00, 0, ALL, &fill_00ff},
    {"ef-cbmir", 14, FILE_TRANSPARENT, 0x6f50, 20, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-plmnwact", 15, FILE_TRANSPARENT, 0x6f60, 40, 0, 5, 0x0a, 0, ALL, &repeat_ffffff0000},
    {"ef-oplmnwact", 16, FILE_TRANSPARENT, 0x6f61, 40, 0, 2, 0x11, 0, ALL, &repeat_ffffff0000},
    {"ef-hplmnwact", 17, FILE_TRANSPARENT, 0x6f62, 5, 0, 2, 0x13, 0, ALL, &repeat_ffffff0000},
    {"ef-dck", 18, FILE_TRANSPARENT, 0x6f2c, 16, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-cnl", 19, FILE_TRANSPARENT, 0x6f32, 30, 0, 2, 0x00, 0, ALL, NULL},
    {"ef-smsr", 20, FILE_LINEAR_FIXED, 0x6f47, 30, 10, 5, 0x00, 0, ALL, &fill_00ff},
    {"ef-bdn", 21, FILE_LINEAR_FIXED, 0x6f4d, 25, 10, 8, 0x00, 0, ALL, NULL},
    {"ef-ext5", 22, FILE_LINEAR_FIXED, 0x6f4e, 13, 10, 5, 0x00, 0, ALL, &fill_00ff},
    {"ef-ccp2", 23, FILE_LINEAR_FIXED, 0x6f4f, 15, 5, 5, 0x16, 0, ALL, NULL},
    {"ef-ext4", 24, FILE_LINEAR_FIXED, 0x6f55, 13, 10, 8, 0x00, 0, ALL, &fill_00ff},
    {"ef-acl", 25, FILE_TRANSPARENT, 0x6f57, 101, 0, 8, 0x00, 0, ALL, &fill_00ff},
    {"ef-cmi", 26, FILE_LINEAR_FIXED, 0x6f58, 11, 10, 2, 0x00, 0, ALL, NULL},
    {"ef-ici", 27, FILE_CYCLIC, 0x6f80, 38, 20, 5, 0x14, HIGH, ALL, &suffix_0000000001ffff},
    {"ef-oci", 28, FILE_CYCLIC, 0x6f81, 37, 20, 5, 0x15, HIGH, ALL, &suffix_00000001ffff},
    {"ef-ict", 29, FILE_CYCLIC, 0x6f82, 3, 1, 7, 0x00, HIGH, ALL, &fill_00},
    {"ef-oct", 30, FILE_CYCLIC, 0x6f83, 3, 1, 7, 0x00, HIGH, ALL, &fill_00},
    {"ef-vgcs", 31, FILE_TRANSPARENT, 0x6fb1, 20, 0, 2, 0x00, REQUIRED, ALL, NULL},
    {"ef-vgcss", 32, FILE_TRANSPARENT, 0x6fb2, 7, 0, 5, 0x00, REQUIRED, ALL, NULL},
    {"ef-vbs", 33, FILE_TRANSPARENT, 0x6fb3, 20, 0, 2, 0x00, REQUIRED, ALL, NULL},
    {"ef-vbss", 34, FILE_TRANSPARENT, 0x6fb4, 7, 0, 5, 0x00, REQUIRED, ALL, NULL},
    {"ef-emlpp", 35, FILE_TRANSPARENT, 0x6fb5, 2, 0, 2, 0x00, REQUIRED, ALL, NULL},
    {"ef-aaem", 36, FILE_TRANSPARENT, 0x6fb6, 1, 0, 5, 0x00, 0, ALL, &fill_00ff},
    {"ef-hiddenkey", 37, FILE_TRANSPARENT, 0x6fc3, 4, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-pnn", 38, FILE_LINEAR_FIXED, 0x6fc5, 16, 10, 10, 0x19, REQUIRED, ALL, NULL},
    {"ef-opl", 39, FILE_LINEAR_FIXED, 0x6fc6, 8, 5, 10, 0x1a, REQUIRED, ALL, NULL},
    {"ef-mbdn", 40, FILE_LINEAR_FIXED, 0x6fc7, 24, 3, 5, 0x00, REQUIRED, ALL, NULL},
    {"ef-ext6", 41, FILE_LINEAR_FIXED, 0x6fc8, 13, 10, 5, 0x00, 0, ALL, &fill_00ff},
    {"ef-mbi", 42, FILE_LINEAR_FIXED, 0x6fc9, 5, 10, 5, 0x00, REQUIRED, ALL, NULL},
    {"ef-mwis", 43, FILE_LINEAR_FIXED, 0x6fca, 6, 10, 5, 0x00, HIGH, ALL, &fill_00},
    {"ef-cfis", 44, FILE_LINEAR_FIXED, 0x6fcb, 16, 10, 5, 0x00, 0, ALL, &fill_0100ff},
    {"ef-ext7", 45, FILE_LINEAR_FIXED, 0x6fcc, 13, 10, 5, 0x00, 0, ALL, &fill_00ff},
    {"ef-spdi", 46, FILE_TRANSPARENT, 0x6fcd, 17, 0, 2, 0x1b, REQUIRED, ALL, NULL},
    {"ef-mmsn", 47, FILE_LINEAR_FIXED, 0x6fce, 6, 10, 5, 0x00, 0, ALL, &fill_000000ff},
    {"ef-ext8", 48, FILE_LINEAR_FIXED, 0x6fcf, 13, 10, 5, 0x00, 0, ALL, &fill_00ff},
    {"ef-mmsicp", 49, FILE_TRANSPARENT, 0x6fd0, 100, 0, 2, 0x00, 0, ALL, NULL},
    {"ef-mmsup", 50, FILE_LINEAR_FIXED, 0x6fd1, 0, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-mmsucp", 51, FILE_TRANSPARENT, 0x6fd2, 100, 0, 5, 0x00, 0, ALL, NULL},
    {"ef-nia", 52, FILE_LINEAR_FIXED, 0x6fd3, 11, 5, 2, 0x00, 0, ALL, NULL},
    {"ef-vgcsca", 53, FILE_TRANSPARENT, 0x6fd4, 0, 0, 2, 0x00, 0, ALL, &fill_00},
    {"ef-vbsca", 54, FILE_TRANSPARENT, 0x6fd5, 0, 0, 2, 0x00, 0, ALL, &fill_00},
    {"ef-gbabp", 55, FILE_TRANSPARENT, 0x6fd6, 0, 0, 5, 0x00, GBA_USIM, ALL, NULL},
    {"ef-msk", 56, FILE_LINEAR_FIXED, 0x6fd7, 0, 0, 2, 0x00, HIGH | MBMS, ALL, NULL},
    {"ef-muk", 57, FILE_LINEAR_FIXED, 0x6fd8, 0, 0, 2, 0x00, MBMS, ALL, NULL},
    {"ef-ehplmn", 58, FILE_TRANSPARENT, 0x6fd9, 15, 0, 2, 0x1d, 0, ALL, NULL},
    {"ef-gbanl", 59, FILE_LINEAR_FIXED, 0x6fda, 0, 0, 2, 0x00, GBA_USIM, ALL, NULL},
    {"ef-ehplmnpi", 60, FILE_TRANSPARENT, 0x6fdb, 1, 0, 2, 0x00, 0, ALL, &fill_00ff},
    {"ef-lrplmnsi", 61, FILE_TRANSPARENT, 0x6fdc, 1, 0, 2, 0x00, 0, ALL, &fill_00ff},
    {"ef-nafkca", 62, FILE_LINEAR_FIXED, 0x6fdd, 0, 0, 2, 0x00, GBA_USIM, ALL, NULL},
    {"ef-spni", 63, FILE_TRANSPARENT, 0x6fde, 0, 0, 10, 0x00, 0, ALL, &fill_00ff},
    {"ef-pnni", 64, FILE_LINEAR_FIXED, 0x6fdf, 0, 0, 10, 0x00, 0, ALL, &fill_00ff},
    {"ef-ncp-ip", 65, FILE_LINEAR_FIXED, 0x6fe2, 0, 0, 2, 0x00, REQUIRED, ALL, NULL},
    {"ef-ufc", 66, FILE_TRANSPARENT, 0x6fe6, 30, 0, 10, 0x00, 0, ALL, &fill_ufc},
    {"ef-nasconfig", 67, FILE_TRANSPARENT, 0x6fe8, 18, 0, 2, 0x00, REQUIRED, ALL, NULL},
    {"ef-uicciari", 68, FILE_LINEAR_FIXED, 0x6fe7, 0, 0, 2, 0x00, REQUIRED, ALL, NULL},
    {"ef-pws", 69, FILE_TRANSPARENT, 0x6fec, 0, 0, 10, 0x00, REQUIRED, ALL, NULL},
    {"ef-fdnuri", 70, FILE_LINEAR_FIXED, 0x6fed, 0, 0, 8, 0x00, 0, ALL, NULL},
    {"ef-bdnuri", 71, FILE_LINEAR_FIXED, 0x6fee, 0, 0, 8, 0x00, 0, ALL, NULL},
    {"ef-sdnuri", 72, FILE_LINEAR_FIXED, 0x6fef, 0, 0, 2, 0x00, 0, ALL, NULL},
    {"ef-ial", 73, FILE_LINEAR_FIXED, 0x6ff0, 0, 0, 3, 0x00, 0, ALL, NULL},
    {"ef-ips", 74, FILE_CYCLIC, 0x6ff1, 4, 0, 10, 0x00, HIGH, ALL, NULL},
    {"ef-ipd", 75, FILE_LINEAR_FIXED, 0x6ff2, 0, 0, 3, 0x00, HIGH, ALL, NULL},
    {"ef-epdgid", 76, FILE_TRANSPARENT, 0x6ff3, 0, 0, 2, 0x00, REQUIRED, FROM_2, NULL},
    {"ef-epdgselection", 77, FILE_TRANSPARENT, 0x6ff4, 0, 0, 2, 0x00, REQUIRED, FROM_2, NULL},
    {"ef-epdgidem", 78, FILE_TRANSPARENT, 0x6ff5, 0, 0, 2, 0x00, REQUIRED, FROM_2, NULL},
    {"ef-epdgselectionem", 79, FILE_TRANSPARENT, 0x6ff6, 0, 0, 2, 0x00, REQUIRED, FROM_2, NULL},
    {"ef-frompreferred", 80, FILE_TRANSPARENT, 0x6ff7, 1, 0, 2, 0x00, 0, FROM_2, &fill_00ff},
    {"ef-imsconfigdata", 81, FILE_BER_TLV, 0x6ff8, 0, 0, 2, 0x00, REQUIRED, FROM_2, NULL},
    {"ef-3gpppsdataoff", 82, FILE_TRANSPARENT, 0x6ff9, 4, 0, 2, 0x00, REQUIRED, FROM_2, NULL},
    {"ef-3gpppsdataoffservicelist", 83, FILE_LINEAR_FIXED, 0x6ffa, 0, 0, 2, 0x00, REQUIRED, FROM_2, NULL},
    {"ef-xcapconfigdata", 84, FILE_BER_TLV, 0x6ffc, 0, 0, 2, 0x00, REQUIRED, FROM_2, NULL},
    {"ef-earfcnlist", 85, FILE_TRANSPARENT, 0x6ffd, 0, 0, 10, 0x00, REQUIRED, FROM_2, NULL},
    {"ef-mudmidconfigdata", 86, FILE_BER_TLV, 0x6ffe, 0, 0, 2, 0x00, REQUIRED, FROM_2, NULL},
    {"ef-eaka", 87, FILE_TRANSPARENT, 0x6f01, 1, 0, 3, 0x00, REQUIRED, FROM_3, NULL},
    {NULL, 0, FILE_MF, 0, 0, 0, 0, 0, 0, 0, NULL},
};
