/* What the files of src/saip share. */
#ifndef SOFTEUICC_SAIP_INTERNAL_H
#define SOFTEUICC_SAIP_INTERNAL_H

#include "model/application.h"
#include "model/file.h"
#include "model/naa.h"
#include "model/pin.h"
#include "saip/saip.h"

#define ELEMENTS_MAX 4096

/* What later elements build on. Taken back with an element that is skipped. */
struct saip_context {
    uint64_t seen;             /* bit n: the element of row n was seen */
    uint64_t left_out;         /* bit n: an element of row n was skipped */
    uint16_t naa;              /* identifier of the ADF that was made last, 0: none, or the element was skipped */
    uint16_t usim, isim, csim; /* the last ADF of each kind */
    /* PE-PINCodes belongs to the first directory that was made by the last element that made any (SAIP 8.1.3) */
    struct path pin_context;
    bool has_pin_context;
    size_t pin_context_element; /* `count` of the element that set it */
    bool has_mno_sd;
    uint32_t files;    /* made so far */
    size_t references; /* in saip_install.references */
};

/* What is checked of a file when everything is there: its access rule, its link's target, the PINs that a directory
 * has in its pinStatusTemplateDO. */
enum reference_kind { REFERENCE_RULE, REFERENCE_LINK, REFERENCE_PINS };
struct file_reference {
    struct path path;
    enum reference_kind kind;
    uint16_t arr;
    uint8_t arr_record;
    uint32_t tag; /* of the element that made it */
    int32_t identification;
    size_t element; /* where that begins in the package */
    size_t inside;  /* where in it the reference is */
};

struct saip_install {
    uint32_t uicc_capability;
    enum test_key_rule test_key_rule;
    enum mac_length_codes mac_length_codes;
    enum mapping_options mapping_options;
    enum pe_status_offset pe_status_offset;
    /* of the personality: files of packages */
    bool default_files, rules_must_exist, leave_out_services, select_files;
    bool inert_applets;
    size_t memory_free;            /* what the profile may cost in the card's store */
    struct store *store;           /* everything that was built so far */
    struct isdp isdp;              /* over it */
    size_t count;                  /* elements taken */
    size_t position;               /* in the package: bytes of all elements taken */
    uint8_t identifications[4096]; /* bit n: identification n (UInt15) was used */
    bool ended;
    bool must_abort; /* the failure aborts although the element is not mandated */
    enum pe_status status;
    size_t offset;          /* of the failure, as PEStatus has it */
    int32_t identification; /* of the failing element, -1: none */
    struct buf warnings;    /* whole PEStatus TLVs */
    struct buf references;  /* of struct file_reference */
    struct saip_context context;
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
    enum err (*take)(struct saip_install *check, const struct element *e, struct reason *reason); /* NULL: only order */
    enum pe_status without; /* status if what it needs is missing; 0: invalid-request-format */
};

const struct element_row *element_find(uint32_t tag, size_t *index);

/* Those of all elements that count; and taking one after the other off the front. */
static inline struct slice saip_references(const struct saip_install *install)
{
    return slice_of(install->references.p, install->context.references);
}
static inline bool saip_next_reference(struct slice *in, struct file_reference *out)
{
    if (in->n < sizeof *out) return false;
    memcpy(out, in->p, sizeof *out);
    *in = slice_skip(*in, sizeof *out);
    return true;
}

/* Records the failure that aborts, says why, and gives ERR_DATA. `at` points into the element or is NULL. */
MUST_USE enum err saip_abort(struct saip_install *check, const struct element *e, const uint8_t *at,
                             enum pe_status status, struct reason *reason, const char *expected, const char *came);
/* The same for a place so many bytes inside the element, which need not be at work any more. */
MUST_USE enum err saip_abort_inside(struct saip_install *install, const struct element *e, size_t inside,
                                    enum pe_status status, struct reason *reason, const char *expected,
                                    const char *came);
/* Adds a warning, unless the last one says the same. */
void saip_warn(struct saip_install *check, const struct element *e, enum pe_status status);
/* additional: additional-information of PEStatus (SAIP 8.10) */
void saip_warn_additional(struct saip_install *install, const struct element *e, enum pe_status status,
                          uint8_t additional);
/* Something at `at` that the card does not know: aborts if the element is mandated, else a warning and OK. */
MUST_USE enum err saip_unknown(struct saip_install *install, const struct element *e, const uint8_t *at,
                               struct reason *reason);

/* aka_parameter.c: a key that a test profile may have, by the personality's rule. */
bool saip_is_test_key(const struct aka_key *key, enum test_key_rule rule);

/* Notes what is checked when everything is there; without memory install->references has failed. */
void saip_note_reference(struct saip_install *install, const struct file_reference *reference);
/* The element made a directory: PE-PINCodes may refer to it, and in the end its PINs have to be there. */
void saip_made_directory(struct saip_install *install, const struct path *path);
/* Aborts with not-enough-memory if what was built so far does not fit. Call it after everything that grows with a
 * number in the package. */
MUST_USE enum err saip_check_memory(struct saip_install *install, const struct element *e, struct reason *reason);

typedef enum err saip_take(struct saip_install *install, const struct element *e, struct reason *reason);
saip_take saip_take_header;
saip_take saip_take_template; /* mf, cd, telecom, usim, .. : every element that a template makes files for */
saip_take saip_take_generic_file_management;
saip_take saip_take_pin_codes;
saip_take saip_take_puk_codes;
saip_take saip_take_aka_parameter;
saip_take saip_take_cdma_parameter;
saip_take saip_take_security_domain;
saip_take saip_take_remote_file_management;
saip_take saip_take_application;
saip_take saip_take_non_standard;
saip_take saip_take_end;
/* What can be checked only when everything is there (SAIP 8.1.3, 8.3.3); called by saip_take_end. */
saip_take saip_end_files;
saip_take saip_end_pins;
saip_take saip_end_applications;

#endif
