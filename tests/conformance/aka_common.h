/* Profiles for the tests of AUTHENTICATE and GET IDENTITY: packages of profiles/ with parts of them replaced, installed
 * over ES8+ and enabled, and the authentication centre that knows their keys. */
#ifndef SOFTEUICC_TESTS_CONFORMANCE_AKA_COMMON_H
#define SOFTEUICC_TESTS_CONFORMANCE_AKA_COMMON_H

#include "auc.h"
#include "common.h"

#define USIM_AID "A0000000871002FFFFFFFF8900000100"
#define ISIM_AID "A0000000871004FFFFFFFF8900000100"
#define SELECT_USIM "00A4040C10" USIM_AID
#define SELECT_ISIM "00A4040C10" ISIM_AID
#define K_1 "465B5CE8B199B49FAA5F0A2EE238A6BC"
#define OPC_1 "CD63CB71954A9F4E48A5994E37A02BAF"
#define RAND_1 "23553CBE9637A89D218AE64DAE47BF35"
/* algoConfiguration with Milenage and the key of test set 1 of TS 35.207, then what follows in PE-AKAParameter. */
#define MILENAGE_1 "A1(A1(80(01) 81(01) 82(" K_1 ") 83(" OPC_1 ")))"
#define ANY_SEQUENCE "82(0E)"
#define AUTN_1 "55F328B43577B9B94A9FFAC354DFAFB3"
#define CK_1 "B40BA9A3C58B2A05BBF0D987B21BF8CB"
#define IK_1 "F769BCD751044604127672711C6D3441"
#define RES_1 "A54211D5E3BA50BF"
#define SRES_1 "46F8416A"
#define KC_1 "EAE4BE823AF9A08B"
#define AUTHENTICATE_1 "0088008122 10" RAND_1 "10" AUTN_1 "00"
#define GSM_1 "0088008011 10" RAND_1 "00"
#define WRONG_MAC_1 "0088008122 10" RAND_1 "10 55F328B43577B9B94A9FFAC354DFAFB2 00"
#define AUTHENTICATE_CLAUSE "TS 31.102 7.1"
#define WRONG_MAC_REASON "AUTHENTICATE", AUTHENTICATE_CLAUSE, "the MAC of this RAND", "another one", 26
/* EF.UST of 14 bytes: service 27, service 38, both, none of the two. */
#define UST_27 "0000000400000000000000000000"
#define UST_38 "0000000020000000000000000000"
#define UST_27_38 "0000000420000000000000000000"
#define UST_TINY "0000040001000000000010000000" /* of tiny.der: neither */

struct aka_profile {
    const char *file; /* of profiles/; NULL: tiny.der */
    const char *aka;  /* what stands in PE-AKAParameter behind its PEHeader, as put_hex() takes it; NULL: the package's,
                         "": no such element */
    struct {
        const char *from, *to; /* bytes in the package, of the same length */
    } replace[4];
    const char *before_end; /* profile elements before PE-End */
    uint32_t drop;          /* tag of elements that are left out */
};

/* A card with this profile installed and enabled, after a reset; nothing is selected. */
void aka_card(struct fixture *f, const char *personality, const struct aka_profile *p);
/* The same on a card that is there. */
void aka_install(struct fixture *f, const char *iccid, const struct aka_profile *p);
void aka_enable(struct fixture *f, const char *iccid);

/* Subscriber of MILENAGE_1. */
void aka_subscriber(struct auc_subscriber *s);
/* AUTHENTICATE with a vector for this sequence number (6 bytes as a number). */
void aka_vector(const struct auc_subscriber *s, uint64_t sqn, const char *amf, struct auc_vector *v);
/* AUTHENTICATE P2 81; the answer with its status word. */
void aka_authenticate(struct fixture *f, const struct auc_vector *v, struct buf *answer);
/* It is accepted, with Kc or without. */
void aka_accepted(struct fixture *f, const struct auc_subscriber *s, uint64_t sqn, bool with_kc);
/* It is a synchronisation failure whose AUTS says this sequence number. */
void aka_stale(struct fixture *f, const struct auc_subscriber *s, uint64_t sqn, uint64_t sqn_ms);
void aka_sqn_bytes(uint64_t sqn, uint8_t out[6]);
/* SQN from SEQ and IND. */
static inline uint64_t aka_sqn(uint64_t seq, unsigned index)
{
    return seq << 5 | index;
}

#endif
