/* Reading the Fcp of a file; see fcp.h. */
#include "saip/fcp.h"

#include <stdio.h>

/* Sizes as in the type Fcp of the module. */
static const struct {
    uint32_t tag;
    uint8_t least, most;
    const char *name;
} members[FCP_MEMBERS] = {
    [FCP_DESCRIPTOR] = {0x82, 2, 4, "fileDescriptor"},
    [FCP_FILE_ID] = {0x83, 2, 2, "fileID"},
    [FCP_DF_NAME] = {0x84, 5, 16, "dfName"},
    [FCP_LIFE_CYCLE] = {0x8a, 1, 1, "lcsi"},
    [FCP_ACCESS_RULE] = {0x8b, 1, 3, "securityAttributesReferenced"},
    [FCP_SIZE] = {0x80, 1, 5, "efFileSize"},
    [FCP_PIN_STATUS] = {0xc6, 0, 255, "pinStatusTemplateDO"},
    [FCP_SHORT_ID] = {0x88, 0, 1, "shortEFID"},
    [FCP_PROPRIETARY] = {0xa5, 0, 255, "proprietaryEFInfo"},
    [FCP_LINK] = {0xc7, 0, 8, "linkPath"},
    [FCP_SPECIAL] = {0xc0, 1, 1, "specialFileInformation"},
    [FCP_FILL] = {0xc1, 1, 200, "fillPattern"},
    [FCP_REPEAT] = {0xc2, 1, 200, "repeatPattern"},
    [FCP_MAXIMUM] = {0x86, 1, 5, "maximumFileSize"},
    [FCP_DETAILS] = {0x84, 1, 1, "fileDetails"},
};

/* Table of SAIP 8.3.3 and 8.3.5: M and F; everything else may be there. */
#define B FCP_BIT
static const struct {
    uint32_t must, never;
} roles[] = {
    [FCP_TEMPLATE_EF] = {0, B(FCP_DF_NAME) | B(FCP_PIN_STATUS)},
    [FCP_TEMPLATE_DF] = {B(FCP_PIN_STATUS),
                         B(FCP_DESCRIPTOR) | B(FCP_DF_NAME) | B(FCP_SIZE) | B(FCP_SHORT_ID) | B(FCP_PROPRIETARY)},
    [FCP_TEMPLATE_ADF] = {B(FCP_FILE_ID) | B(FCP_DF_NAME) | B(FCP_PIN_STATUS),
                          B(FCP_DESCRIPTOR) | B(FCP_SIZE) | B(FCP_SHORT_ID) | B(FCP_PROPRIETARY) | B(FCP_LINK)},
    [FCP_TEMPLATE_DF_LINK] = {0, B(FCP_DESCRIPTOR) | B(FCP_DF_NAME) | B(FCP_SIZE) | B(FCP_SHORT_ID)},
    [FCP_CREATE_EF] = {B(FCP_DESCRIPTOR) | B(FCP_FILE_ID) | B(FCP_ACCESS_RULE), B(FCP_DF_NAME) | B(FCP_PIN_STATUS)},
    [FCP_CREATE_DF] = {B(FCP_DESCRIPTOR) | B(FCP_FILE_ID) | B(FCP_ACCESS_RULE) | B(FCP_PIN_STATUS),
                       B(FCP_SIZE) | B(FCP_SHORT_ID) | B(FCP_PROPRIETARY) | B(FCP_LINK)},
    [FCP_CREATE_ADF] = {B(FCP_DESCRIPTOR) | B(FCP_FILE_ID) | B(FCP_DF_NAME) | B(FCP_ACCESS_RULE) | B(FCP_PIN_STATUS),
                        B(FCP_SIZE) | B(FCP_SHORT_ID) | B(FCP_PROPRIETARY) | B(FCP_LINK)},
    [FCP_CREATE_EF_LINK] = {B(FCP_DESCRIPTOR) | B(FCP_FILE_ID) | B(FCP_ACCESS_RULE) | B(FCP_LINK),
                            B(FCP_DF_NAME) | B(FCP_PIN_STATUS) | B(FCP_SIZE)},
    [FCP_CREATE_DF_LINK] = {B(FCP_DESCRIPTOR) | B(FCP_FILE_ID) | B(FCP_ACCESS_RULE) | B(FCP_LINK),
                            B(FCP_DF_NAME) | B(FCP_PIN_STATUS) | B(FCP_SIZE) | B(FCP_SHORT_ID)},
};
#undef B

static enum err take_member(struct saip_install *install, const struct element *e, const struct tlv *t, unsigned first,
                            unsigned end, struct fcp *out, struct reason *reason)
{
    char expected[64];
    unsigned i = first;
    while (i < end && members[i].tag != t->tag)
        i++;
    if (i == end) return saip_unknown(install, e, t->whole.p, reason);
    if (fcp_has(out, i))
        return saip_abort(install, e, t->whole.p, PE_BAD_VALUES, reason, "each member of an Fcp once", members[i].name);
    if (t->value.n < members[i].least || t->value.n > members[i].most) {
        (void)snprintf(expected, sizeof expected, "%s of %u to %u bytes", members[i].name, members[i].least,
                       members[i].most);
        return saip_abort(install, e, t->whole.p, PE_BAD_VALUES, reason, expected, "another size");
    }
    out->has |= FCP_BIT(i);
    out->value[i] = t->value;
    out->tag[i] = t->whole.p;
    return OK;
}

enum err fcp_read(struct saip_install *install, const struct element *e, struct slice content, struct fcp *out,
                  struct reason *reason)
{
    struct tlv t;
    /* the element was checked to be TLVs throughout */
    while (tlv_next(&content, &t))
        TRY(take_member(install, e, &t, 0, FCP_SPECIAL, out, reason));
    if (!fcp_has(out, FCP_PROPRIETARY)) return OK;
    content = out->value[FCP_PROPRIETARY];
    while (tlv_next(&content, &t))
        TRY(take_member(install, e, &t, FCP_SPECIAL, FCP_MEMBERS, out, reason));
    return OK;
}

enum err fcp_check(struct saip_install *install, const struct element *e, struct fcp *fcp, enum fcp_role role,
                   struct reason *reason)
{
    uint32_t missing = roles[role].must & ~fcp->has;
    for (unsigned i = 0; i < FCP_MEMBERS; i++)
        if (missing >> i & 1)
            return saip_abort(install, e, fcp->at, PE_BAD_VALUES, reason, members[i].name, "a file without it");
    if (!(fcp->has & roles[role].never)) return OK;
    saip_warn(install, e, PE_INVALID_PARAMETER);
    fcp->has &= ~roles[role].never;
    if (!fcp_has(fcp, FCP_PROPRIETARY)) fcp->has &= FCP_BIT(FCP_SPECIAL) - 1;
    return OK;
}
