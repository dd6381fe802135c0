/* Two profiles with the same AIDs, files, keys and PINs (profiles/operational.der), whose ICCIDs differ in one digit,
 * and all that a terminal can see of the enabled one as text. For the tests of isolation and of switching. */
#ifndef SOFTEUICC_TESTS_CONFORMANCE_UICC_TWINS_H
#define SOFTEUICC_TESTS_CONFORMANCE_UICC_TWINS_H

#include "aka_common.h"

#define FIRST "98001010000000000001"
#define SECOND "98001010000000000011"
#define SMALL ICCID_3 /* profiles/tiny.der: fewer files and no ISIM, other contents */
#define MNO_SD "A000000151000000"
#define IMSI_1 "080910100000000010"
#define PIN1_VALUE "30303030FFFFFFFF"
#define PIN2_VALUE "39393939FFFFFFFF"
#define ADM1_VALUE "3838383838383838"
#define VERIFY_PIN1 "0020000108" PIN1_VALUE
#define VERIFY_PIN2 "0020008108" PIN2_VALUE
#define VERIFY_ADM1 "0020000A08" ADM1_VALUE
#define SELECT_IMSI "00A4080C047FFF6F07"
#define READ_IMSI "00B0000009"
#define WITH_REFRESH "8010000003000080" /* TERMINAL PROFILE */
#define FETCH_REFRESH "801200000B"
#define REFRESH_04 "D00981030101048202 8182 9000"
#define TERMINAL_RESPONSE(result) "801400000C 810301010482028281 8301" result

/* A card with both, the first one enabled. personality as for card_new. */
void twins_card(struct fixture *f, const char *personality);
/* FIRST, SECOND or SMALL, which is installed with it. */
void twins_install(struct fixture *f, const char *iccid);
/* EnableProfile over ISD-R on the basic channel, which is selected there afterwards. */
void twins_enable(struct fixture *f, const char *iccid);
void twins_disable(struct fixture *f, const char *iccid);
/* The same with refreshFlag, sent as one APDU on the basic channel; the answer with its status word is given. */
void twins_enable_refresh(struct fixture *f, const char *iccid, const char *answer);
void twins_disable_refresh(struct fixture *f, const char *iccid, const char *answer);
/* What a walk over all files that a telephone knows shows on the basic channel: FCPs, contents and status words, one
 * line each. The free memory is left out. */
void twins_tree(struct fixture *f, struct buf *out);
void twins_assert_same(const struct buf *came, const struct buf *expected, const char *what);
/* EF.ICCID is this one. */
void twins_assert_iccid(struct fixture *f, const char *iccid);
/* A number for all that is stored under keys that start so. */
uint64_t twins_stored(const struct fixture *f, const char *prefix);

#endif
