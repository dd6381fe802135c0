/* Cards of version 1 kept the profile package as it came, `isdp/<aid>/package`, and had nothing of it: here it is
 * installed when such a card is opened or restored, all profiles and the new version in the one commit that follows.
 *
 * A package that does not install under the rules of today leaves its profile in the list without contents. It can be
 * deleted and asked about, not enabled (undefinedError); if it was enabled the card has no enabled profile from now on,
 * without a notification, since no switch was asked for. The card's memory is no reason to refuse: the profile is on
 * the card. But files may not reserve without limit. */
#include "card/card.h"
#include "saip/saip.h"

#include <stdlib.h>

#define PROFILE_MAX ((size_t)64 << 20)

static void install_free(struct saip_install **install)
{
    saip_install_free(*install);
}

/* ERR_DATA: refused; the reason is said. */
static enum err install(struct model *m, const struct profile *p, struct slice package)
{
    __attribute__((cleanup(install_free))) struct saip_install *install = NULL;
    struct isdp isdp;
    size_t taken;
    TRY(saip_install_new(&install, &m->personality, PROFILE_MAX));
    TRY(saip_install_feed(install, package, &taken, &m->reason));
    TRY(saip_install_end(install, slice_skip(package, taken), &m->reason));
    isdp_of(m, p->aid, &isdp);
    return saip_install_store(install, &isdp);
}

static enum err migrate_profile(struct model *m, struct profile *p)
{
    struct slice package;
    struct isdp isdp;
    char iccid[21];
    char why[512];
    reason_begin(&m->reason, "a card of version 1");
    iccid_text(p->iccid, iccid);
    enum err e = ERR_DATA;
    if (profile_part(m, p->aid, "package", &package))
        e = install(m, p, package);
    else
        (void)reason_say(&m->reason, ERR_DATA, "softeuicc", REASON_NO_OFFSET, "a profile package", "none");
    isdp_of(m, p->aid, &isdp);
    if (e == ERR_DATA) {
        model_trace(m, EUICC_EVENT_DETAIL, "profile %s cannot be enabled any more: %s", iccid,
                    reason_text(&m->reason, why, sizeof why));
        e = profile_lose_contents(m, p);
    } else if (e == OK) {
        model_trace(m, EUICC_EVENT_DETAIL, "profile %s: its package is installed", iccid);
    }
    reason_clear(&m->reason);
    TRY(e);
    return isdp_delete(&isdp, "package");
}

enum err migrate(struct model *m)
{
    struct profile *list = NULL;
    size_t n = 0;
    if (!model_has_packages(m)) return OK;
    TRY(profile_list(m, &list, &n));
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++)
        e = migrate_profile(m, &list[i]);
    free(list);
    return e == OK ? model_packages_are_installed(m) : e;
}
