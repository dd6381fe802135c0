/* What SGP.22 5.5.5 compares with the metadata: the contents of EF.ICCID and of a few files of the first USIM; and
 * whether the keys are such as a test profile may have (SGP.22 2.4.5.3). */
#include "saip/internal.h"

#define EF_ICCID 0x2fe2
#define EF_IMSI 0x6f07
#define EF_UST 0x6f38
#define EF_GID1 0x6f3e
#define EF_GID2 0x6f3f

static enum err content(const struct isdp *isdp, const struct path *directory, uint16_t fid, bool *has,
                        struct slice *out)
{
    struct file f;
    TRY(file_child(isdp, directory, fid, &f, has));
    if (*has && f.kind != FILE_TRANSPARENT) *has = false;
    if (*has) *out = f.body;
    return OK;
}

static enum err look_at_key(const struct saip_install *install, uint16_t adf, struct saip_facts *out)
{
    struct naa naa;
    bool found;
    enum err e = naa_get(&install->isdp, adf, &naa, &found);
    if (e == OK && found && !saip_is_test_key(&naa.key, install->test_key_rule)) out->has_key_for_operation = true;
    naa_wipe(&naa);
    return e;
}

static enum err look_at_usim(const struct saip_install *install, uint16_t adf, struct saip_facts *out)
{
    struct path directory = {0};
    (void)path_push(&directory, adf);
    TRY(content(&install->isdp, &directory, EF_IMSI, &out->has_imsi, &out->imsi));
    TRY(content(&install->isdp, &directory, EF_UST, &out->has_ust, &out->ust));
    TRY(content(&install->isdp, &directory, EF_GID1, &out->has_gid1, &out->gid1));
    return content(&install->isdp, &directory, EF_GID2, &out->has_gid2, &out->gid2);
}

enum err saip_install_facts(const struct saip_install *install, struct saip_facts *out)
{
    struct path directory = {0};
    struct profile_application a;
    bool found = true;
    bool has_usim = false;
    *out = install->facts;
    TRY(content(&install->isdp, &directory, EF_ICCID, &out->has_iccid, &out->iccid));
    for (size_t i = 0;; i++) {
        TRY(application_at(&install->isdp, i, &a, &found));
        if (!found) return OK;
        if (a.kind != PROFILE_ADF) continue;
        TRY(look_at_key(install, a.fid, out));
        if (a.naa != NAA_USIM || has_usim) continue;
        has_usim = true;
        TRY(look_at_usim(install, a.fid, out));
    }
}
