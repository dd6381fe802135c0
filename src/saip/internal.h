/* What the files of src/saip share. */
#ifndef SOFTEUICC_SAIP_INTERNAL_H
#define SOFTEUICC_SAIP_INTERNAL_H

#include "saip/saip.h"

#define ELEMENTS_MAX 4096

struct saip_check {
    uint32_t uicc_capability;
    enum test_key_rule test_key_rule;
    size_t count;                  /* elements taken */
    uint64_t seen;                 /* bit n: the element of row n was seen */
    uint8_t identifications[4096]; /* bit n: identification n (UInt15) was used */
    bool ended;
    enum pe_status status;
    size_t offset;          /* of the failure, in the package */
    int32_t identification; /* of the failing element, -1: none */
    struct buf warnings;    /* whole PEStatus TLVs */
    struct saip_facts facts;
};

/* One complete element at work. */
struct element {
    uint32_t tag;
    size_t offset;      /* in the package */
    struct slice value; /* content */
    struct slice whole;
    bool mandated;
    int32_t identification; /* -1: none */
};

/* One row an element of the ProfileElement CHOICE. */
struct element_row {
    uint32_t tag;
    const char *name;
    uint64_t needs_any; /* bits of rows of which one must have come before; 0: none */
    bool once;
    enum err (*take)(struct saip_check *check, const struct element *e, struct reason *reason); /* NULL: only order */
    enum pe_status without; /* status if what it needs is missing; 0: invalid-request-format */
};

const struct element_row *element_find(uint32_t tag, size_t *index);

/* Records the failure that aborts, says why, and gives ERR_DATA. `at` points into the element or is NULL. */
MUST_USE enum err saip_abort(struct saip_check *check, const struct element *e, const uint8_t *at,
                             enum pe_status status, struct reason *reason, const char *expected, const char *came);
void saip_warn(struct saip_check *check, const struct element *e, enum pe_status status);

enum err saip_take_header(struct saip_check *check, const struct element *e, struct reason *reason);
enum err saip_take_mf(struct saip_check *check, const struct element *e, struct reason *reason);
enum err saip_take_usim(struct saip_check *check, const struct element *e, struct reason *reason);
enum err saip_take_opt_usim(struct saip_check *check, const struct element *e, struct reason *reason);
enum err saip_take_aka_parameter(struct saip_check *check, const struct element *e, struct reason *reason);

#endif
