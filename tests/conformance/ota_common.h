/* What the tests of over-the-air management share: a card with an enabled profile that has files, keys for secured
 * packets and applications to be reached by TAR, a second, disabled one, and an OTA server. Every function ends the
 * test with a message if something is not as it must be. */
#ifndef SOFTEUICC_TESTS_CONFORMANCE_OTA_COMMON_H
#define SOFTEUICC_TESTS_CONFORMANCE_OTA_COMMON_H

#include "common.h"
#include "ota.h"

/* TARs of the enabled profile. */
#define TAR_OPEN "B00000"      /* files, no minimum security level, full access */
#define TAR_USIM "B00011"      /* files of the USIM, level 16, full access there and none elsewhere */
#define TAR_RULES "B00012"     /* files, level 12, the access rules count */
#define TAR_NO_ACCESS "B00013" /* files, no level, no access */
#define TAR_DOMAIN "B20100"    /* the operator's security domain, level 12 */
#define TAR_OTHER "B30000"     /* a supplementary security domain, no level */
#define TAR_DISABLED "B0000F"  /* only in the disabled profile */

#define MNO_SD "A000000151000000"
#define OTHER_SD "A0000005591010FFFFFFFF8910000001"

/* Files of the enabled profile below 7F70: what they hold at first. */
#define FILES_DF "7F70"
#define BINARY_FID "6F01"  /* 10 bytes 00.., all by ADM1 */
#define RECORDS_FID "6F02" /* 3 records of 4 bytes, update by ADM1 */
#define COUNTER_FID "6F03" /* cyclic, 2 records of 3 bytes */
#define LONG_FID "6F04"    /* 200 bytes A5 */
#define SEALED_FID "6F05"  /* 4 bytes, only read, with PIN1 */

/* Key sets, all of the operator's security domain: their version is the high half of KIc and KID. */
#define SET_AES 1       /* AES-128 */
#define SET_DES 2       /* triple DES, 16 bytes */
#define SET_SHORT_MAC 3 /* AES-256, checksums of 4 bytes */
#define SET_DES_LONG 4  /* triple DES, 24 bytes */
#define SET_WORN 5      /* AES-128, its counter is one below the maximum */
#define SET_CIPHER 6    /* only the key for KIc */
#define SET_AES_192 7

#define TERMINAL_PROFILE "8010000003000000"

/* A card that is on, profile 1 enabled, TERMINAL PROFILE sent. lines: what changes in the personality, or NULL. */
void ota_begin(struct fixture *f, const char *lines);

/* An OTA server for a TAR (hex), an SPI (hex) and a key set, with the counter 1. */
void ota_server(struct ota *o, const char *tar, const char *spi, unsigned set);

/* Sends a script (hex as put_hex() takes it). The ENVELOPE must be answered 9000; *answer: the data. */
void ota_transmit(struct fixture *f, const struct ota *o, const char *script, struct buf *answer);
/* Sends a script; a right proof of receipt, protected as the SPI says, must come with this status and these data. */
void ota_run(struct fixture *f, const struct ota *o, const char *script, unsigned status, const char *data);
/* The reason of the last command; function NULL: there must be none. */
void ota_reason(const struct fixture *f, const char *function, const char *clause, const char *expected,
                const char *came);

/* What is in a file below 7F70 now, read over TAR_OPEN without any security; P1 P2 as in hex for READ RECORD, NULL:
 * READ BINARY. */
void ota_file_holds(struct fixture *f, const char *fid, const char *record, const char *content);

#endif
