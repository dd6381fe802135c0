/* The names of a profile package: what each tag of the SAIP module PEDefinitions (TCA eUICC Profile Package:
 * Interoperable Format, 2.x to 3.3) is called and what kind of value it has. Data only: source_read.c and
 * source_write.c read the tables; a tag that is in no table is written as "[tag]", so a table may be incomplete. */
#ifndef SOFTEUICC_TOOLS_SAIP_SCHEMA_H
#define SOFTEUICC_TOOLS_SAIP_SCHEMA_H

#include "base/slice.h"

enum saip_kind {
    SAIP_BYTES,  /* OCTET STRING: minimum and maximum count bytes */
    SAIP_TEXT,   /* UTF8String: minimum and maximum count bytes */
    SAIP_NUMBER, /* INTEGER, not negative: minimum and maximum are values */
    SAIP_OID,    /* OBJECT IDENTIFIER */
    SAIP_NULL,   /* NULL: being there is the value */
    SAIP_ITEMS,  /* SEQUENCE, SEQUENCE OF or explicitly tagged CHOICE: `items` */
};

/* A named value of an INTEGER. */
struct saip_name {
    const char *name;
    uint32_t value;
};

struct saip_member {
    uint32_t tag; /* as its bytes spell it: 0x83, 0xA5, 0xBF21 */
    const char *name;
    enum saip_kind kind;
    uint32_t minimum;
    uint32_t maximum;
    const struct saip_group *items; /* SAIP_ITEMS */
    const struct saip_name *names;  /* SAIP_NUMBER: ended by a NULL name; may be NULL */
};

/* The members of one SEQUENCE in the order of the module. Two members may share a tag (ApplicationInstance, PE-RFM):
 * then their position tells them apart. */
struct saip_group {
    const char *name; /* the ASN.1 type, for messages */
    const struct saip_member *members;
    size_t n;
};

/* The package: one member for each ProfileElement alternative. */
extern const struct saip_group saip_package;

/* Profile elements that are made of files; schema_files.c. */
extern const struct saip_group saip_mf, saip_cd, saip_telecom, saip_usim, saip_opt_usim, saip_isim, saip_opt_isim,
    saip_phonebook, saip_gsm_access, saip_csim, saip_opt_csim, saip_eap, saip_df_5gs, saip_df_saip, saip_df_snpn,
    saip_df_5gprose, saip_iot, saip_opt_iot;

/* PEHeader and File; schema.c, used by schema_files.c. */
extern const struct saip_group saip_element_header, saip_file;

const struct saip_member *saip_member_by_name(const struct saip_group *group, struct slice name);
/* The member that a tag means at this place: the first one from *place on, else from the beginning; NULL if there is
 * none. *place moves behind it. Begin with 0. */
const struct saip_member *saip_member_by_tag(const struct saip_group *group, uint32_t tag, size_t *place);
/* The element of a tag, "?" if unknown. */
const char *saip_element_name(uint32_t tag);

#endif
