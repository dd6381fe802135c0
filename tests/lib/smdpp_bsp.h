/* smdpp_bsp: the server's end of the BPP security protocol (SCP03t; SGP.22 2.6.4, Annex G; GP Amendment D 6.2). */
#ifndef SOFTEUICC_TESTS_SMDPP_BSP_H
#define SOFTEUICC_TESTS_SMDPP_BSP_H

#include "primitives.h"

struct smdpp_bsp {
    uint8_t enc[16];
    uint8_t mac[16];
    uint8_t mcv[16];  /* MAC chaining value */
    uint32_t counter; /* number of the next TLV, from 1 */
};

/* Flaws of one TLV; see struct smdpp_spoil. */
struct smdpp_bsp_flaw {
    bool mac_bit;
    bool cipher_bit;
    bool next_icv;
    bool zero_padding;
    bool cut;
    bool too_short;
};

/* sharedInfo: key type and length, HostID and EID, each with its length (SGP.22 Annex G). */
void smdpp_shared_info(struct buf *b, struct slice host_id, struct slice eid);
/* Keys from a shared secret: initial MAC chaining value, S-ENC, S-MAC, in this order. */
void smdpp_bsp_derive(struct smdpp_bsp *bsp, struct slice z, struct slice host_id, struct slice eid);
void smdpp_bsp_set(struct smdpp_bsp *bsp, const uint8_t enc[16], const uint8_t mac[16], const uint8_t mcv[16]);
/* Appends the protected TLV: 86 and 87 encrypted, 88 with its MAC only. flaw may be NULL. */
bool smdpp_bsp_protect(struct smdpp_bsp *bsp, uint8_t tag, bool encrypt, struct slice plain,
                       const struct smdpp_bsp_flaw *flaw, struct buf *out);
/* The reverse, for checking this code against recorded packages: appends the plain bytes of one TLV. */
bool smdpp_bsp_open(struct smdpp_bsp *bsp, struct slice tlv, struct buf *plain);

#endif
