/* naa: how the network access applications of a profile authenticate (SAIP 8.4, 3GPP TS 33.102 6.3 and annex C). Two
 * values an application, under the file identifier of its ADF: `naa/7FD0` what was installed and never changes,
 * `sqn/7FD0` the sequence numbers, small because each authentication writes them. `cdma/7FC0` is the content of a
 * PE-CDMAParameter, kept as it came. Written by src/saip, read by src/uicc for AUTHENTICATE. */
#ifndef SOFTEUICC_MODEL_NAA_H
#define SOFTEUICC_MODEL_NAA_H

#include "crypto/aka.h"
#include "model/isdp.h"

/* sqnOptions (SAIP 8.4) */
#define SQN_WITHOUT_AK 0x01        /* AUTN and AUTS carry the sequence number in plain */
#define SQN_WITHOUT_WRAP 0x02      /* SEQ never starts again at 0 */
#define SQN_WITHOUT_DELTA 0x04     /* no limit to how far SEQ may jump */
#define SQN_WITHOUT_AGE_LIMIT 0x08 /* no limit to how old an unused SEQ may be */

/* SQN = SEQ (43 bits) || IND (5 bits) (TS 33.102 C.3.2). */
#define SQN_INDEXES 32
#define SQN_INDEX_BITS 5
#define SEQ_MAX 0x07ffffffffffull

struct naa {
    struct aka_key key;
    bool has_counter_maximum;
    uint32_t counter_maximum; /* authCounterMax */
    uint8_t sqn_options;
    uint64_t delta, age_limit; /* SEQ values */
    uint16_t sequence_of;      /* file identifier of the ADF whose sequence numbers these are: its own or another's */
};

/* *found false: the application has no key. Wipe *out with naa_wipe(). */
MUST_USE enum err naa_get(const struct isdp *isdp, uint16_t adf, struct naa *out, bool *found);
MUST_USE enum err naa_put(const struct isdp *isdp, uint16_t adf, const struct naa *naa);
void naa_wipe(struct naa *naa);

struct naa_sequence {
    uint64_t highest; /* SQN_MS: the highest SQN that was accepted */
    uint32_t count;   /* authentications answered, up to its maximum */
    uint64_t seq[SQN_INDEXES];
};
MUST_USE enum err naa_sequence_get(const struct isdp *isdp, uint16_t adf, struct naa_sequence *out, bool *found);
MUST_USE enum err naa_sequence_put(const struct isdp *isdp, uint16_t adf, const struct naa_sequence *sequence);
/* Sets `highest` to the largest of the 32 SEQ and its index. */
void naa_sequence_start(struct naa_sequence *sequence);
/* NULL if `sqn` is fresh by the rules of TS 33.102 C.2 that the application has, else which rule it breaks. */
const char *naa_sequence_refuses(const struct naa *naa, const struct naa_sequence *sequence, uint64_t sqn);
/* Takes a fresh one over. */
void naa_sequence_accept(const struct naa *naa, struct naa_sequence *sequence, uint64_t sqn);

uint64_t naa_sqn(const uint8_t bytes[AKA_SQN_SIZE]);
void naa_sqn_bytes(uint64_t sqn, uint8_t out[AKA_SQN_SIZE]);

MUST_USE enum err naa_put_cdma(const struct isdp *isdp, uint16_t adf, struct slice content);

#endif
