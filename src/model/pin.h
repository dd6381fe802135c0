/* pin: PINs and unblocking PINs (PUKs) of a profile. ETSI TS 102 221 9.5, SAIP 8.5. A directory's PIN context (D0 of
 * its file record) says which PIN a key reference means there; directories that share a PIN name the same number. */
#ifndef SOFTEUICC_MODEL_PIN_H
#define SOFTEUICC_MODEL_PIN_H

#include "model/file.h"

#define PIN_SIZE 8

/* pinAttributes (SAIP 8.5.1) */
#define PIN_ENABLED_AT_START 0x01
#define PIN_CAN_CHANGE 0x02
#define PIN_CAN_DISABLE 0x04

struct pin {
    uint8_t number;    /* in this profile, 1 to 255 */
    uint8_t reference; /* 01 to 08, 0A to 0E, 81 to 88, 8A to 8E */
    uint8_t attributes;
    bool enabled;
    uint8_t replacement; /* reference of the global PIN that stands in while this one is disabled, 0: none */
    uint8_t maximum, left;
    uint8_t puk; /* reference of its unblocking PIN, 0: none */
    uint8_t value[PIN_SIZE];
};

struct puk {
    uint8_t reference;
    uint8_t maximum, left;
    uint8_t value[PIN_SIZE];
};

static inline bool pin_reference_is_local(uint8_t reference)
{
    return reference >= 0x81 && reference <= 0x88;
}
static inline bool pin_reference_is_adm(uint8_t reference)
{
    return (reference & 0x7f) >= 0x0a && (reference & 0x7f) <= 0x0e;
}

/* The PIN that a key reference means in this directory: the nearest context on the way up that has it. */
MUST_USE enum err pin_find(const struct isdp *isdp, const struct path *directory, uint8_t reference, struct pin *out,
                           bool *found);
MUST_USE enum err pin_put(const struct isdp *isdp, const struct pin *pin);
/* The same and durable at once, without the other changes of the command or script: for the tries that go down before
 * a value is compared. */
MUST_USE enum err pin_put_now(const struct isdp *isdp, const struct pin *pin);
/* The lowest that is free; 0: all 255 are taken. */
uint8_t pin_next_number(const struct isdp *isdp);
MUST_USE enum err puk_get(const struct isdp *isdp, uint8_t reference, struct puk *out, bool *found);
MUST_USE enum err puk_put(const struct isdp *isdp, const struct puk *puk);
MUST_USE enum err puk_put_now(const struct isdp *isdp, const struct puk *puk);

/* Verified PINs of the enabled profile: volatile, for all channels. */
bool pin_is_verified(const struct model *m, const struct pin *pin);
void pin_set_verified(struct model *m, const struct pin *pin, bool verified);
void pin_forget_verified(struct model *m);

#endif
