/* The Fcp of a file in a profile package (SAIP 8.3.3, 8.3.5). Read by file_body.c. */
#ifndef SOFTEUICC_SAIP_FCP_H
#define SOFTEUICC_SAIP_FCP_H

#include "saip/internal.h"

/* Members: bit n of `has`. */
enum fcp_member {
    FCP_DESCRIPTOR,
    FCP_FILE_ID,
    FCP_DF_NAME,
    FCP_LIFE_CYCLE,
    FCP_ACCESS_RULE,
    FCP_SIZE,
    FCP_PIN_STATUS,
    FCP_SHORT_ID,
    FCP_PROPRIETARY,
    FCP_LINK,
    FCP_SPECIAL, /* from here on: of proprietaryEFInfo */
    FCP_FILL,
    FCP_REPEAT,
    FCP_MAXIMUM,
    FCP_DETAILS,
    FCP_MEMBERS
};
#define FCP_BIT(member) (1u << (member))

struct fcp {
    const uint8_t *at; /* where the file is said, for offsets */
    uint32_t has;
    struct slice value[FCP_MEMBERS];
    const uint8_t *tag[FCP_MEMBERS]; /* where each begins */
};

static inline bool fcp_has(const struct fcp *fcp, enum fcp_member member)
{
    return fcp->has >> member & 1;
}
/* Where a member lies, the file itself without it: for offsets. */
static inline const uint8_t *fcp_at(const struct fcp *fcp, enum fcp_member member)
{
    return fcp_has(fcp, member) ? fcp->tag[member] : fcp->at;
}
/* What the file may and must say about itself (SAIP 8.3.3, 8.3.5). */
enum fcp_role {
    FCP_TEMPLATE_EF,
    FCP_TEMPLATE_DF, /* and MF */
    FCP_TEMPLATE_ADF,
    FCP_TEMPLATE_DF_LINK,
    FCP_CREATE_EF,
    FCP_CREATE_DF, /* and MF */
    FCP_CREATE_ADF,
    FCP_CREATE_EF_LINK,
    FCP_CREATE_DF_LINK,
};

/* `content`: of an Fcp, into one that has nothing but `at`. Each member at most once and of a size that its type
 * allows, else bad-values; what is unknown is refused if the element is mandated, else left out with a warning. */
MUST_USE enum err fcp_read(struct saip_install *install, const struct element *e, struct slice content, struct fcp *out,
                           struct reason *reason);
/* A member that must be there and is not: bad-values. One that must not be there is taken out, with a warning. */
MUST_USE enum err fcp_check(struct saip_install *install, const struct element *e, struct fcp *fcp, enum fcp_role role,
                            struct reason *reason);

#endif
