/* What AUTHENTICATE and GET IDENTITY share: the network access application of the channel, its service table, its PIN.
 */
#ifndef SOFTEUICC_UICC_NAA_H
#define SOFTEUICC_UICC_NAA_H

#include "uicc/uicc.h"

/* The application whose ADF is current on a channel. */
struct uicc_application {
    struct path directory; /* its ADF */
    enum naa_kind kind;
    struct file adf;
};
/* ERR_CONDITIONS without a profile or without a current ADF, outside of it, and if it is out of use (TS 31.102 7.1.1,
 * TS 102 222 6.7). `clause` is that of the command. */
MUST_USE enum err uicc_application(struct model *m, const struct isdp *isdp, const struct uicc_context *c,
                                   const char *clause, struct uicc_application *out);
/* ERR_SECURITY unless the application's PIN was verified or is disabled. */
MUST_USE enum err uicc_need_pin(struct model *m, const struct isdp *isdp, const struct uicc_application *a,
                                const char *clause);
/* The content of a transparent EF; *found false if there is none. `subdirectory` 0: directly in the ADF. */
MUST_USE enum err uicc_content(const struct isdp *isdp, const struct uicc_application *a, uint16_t subdirectory,
                               uint16_t fid, struct slice *out, bool *found);
/* Whether EF.UST says that service n (from 1) is available; not for applications that are no USIM. */
MUST_USE enum err uicc_service(const struct isdp *isdp, const struct uicc_application *a, unsigned n, bool *available);

#endif
