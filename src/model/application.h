/* application: what a terminal can select by AID in a profile, in the order of installation. Keys `app/<nn>`. */
#ifndef SOFTEUICC_MODEL_APPLICATION_H
#define SOFTEUICC_MODEL_APPLICATION_H

#include "model/file.h"

enum profile_application_kind {
    PROFILE_ADF = 1,             /* a network access application; fid is its ADF below the MF */
    PROFILE_SECURITY_DOMAIN = 2, /* src/domain */
    PROFILE_REMOTE_FILES = 3,    /* remote file management: addressed by TAR, not selectable */
    PROFILE_APPLET = 4,          /* an applet that nothing runs (personality inert_applets) */
};

/* What a network access application is: which template made it, or its AID (ETSI TS 101 220 annex E). */
enum naa_kind { NAA_OTHER, NAA_USIM, NAA_ISIM, NAA_CSIM };

struct profile_application {
    unsigned number;
    enum profile_application_kind kind;
    enum naa_kind naa;
    uint16_t fid; /* PROFILE_ADF */
    struct slice aid;
};

enum naa_kind naa_kind_of_aid(struct slice aid);
/* "USIM", "ISIM", "CSIM", "application" */
const char *naa_name(enum naa_kind kind);
/* *found false past the end. */
MUST_USE enum err application_at(const struct isdp *isdp, size_t index, struct profile_application *out, bool *found);
/* The one with exactly this AID. */
MUST_USE enum err application_find(const struct isdp *isdp, struct slice aid, struct profile_application *out,
                                   bool *found);
/* Appends it; its number is given. ERR_NO_SPACE after 255. */
MUST_USE enum err application_add(const struct isdp *isdp, const struct profile_application *a);
/* Takes the one with exactly this AID away; those behind it move up. */
MUST_USE enum err application_remove(const struct isdp *isdp, struct slice aid);

#endif
