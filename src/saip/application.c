/* PE-Application and PE-NonStandard. This card has no runtime for applets: an application is refused, unless the
 * personality keeps it as an inert entry of the registry (inert_applets, not conformant). SAIP 8.7, 8.10. */
#include "saip/applications.h"

#define CLAUSE_RUNTIME "an application runtime on this card"

/* ApplicationLoadPackage. *present false: no load block in this element. */
static enum err read_load_block(struct saip_install *install, const struct element *e, struct members *m, bool *present,
                                struct slice *package, struct slice *block, struct reason *reason)
{
    static const uint8_t known[] = {0x4f, 0xc6, 0xc7, 0xc8, 0xc1, 0xc4};
    static const uint8_t optional[] = {0xc6, 0xc7, 0xc8, 0xc1};
    struct tlv t;
    struct tlv in;
    struct domain d;
    *present = member_take(m, 0xa1, &in);
    if (!*present) return OK;
    struct members inner = members_of(in.value);
    TRY(member_need(install, e, &inner, 0x4f, "loadPackageAID", &t, reason));
    TRY(aid_is_free(install, e, t.value, reason));
    *package = t.value;
    if (member_take(&inner, 0x4f, &t)) TRY(domain_for(install, e, t.value, true, &d, reason));
    for (size_t i = 0; i < sizeof optional; i++)
        (void)member_take(&inner, optional[i], &t);
    TRY(member_need(install, e, &inner, 0xc4, "loadBlockObject", &t, reason));
    *block = t.value;
    return members_end(install, e, &inner, SLICE(known), reason);
}

/* One instance: its form and its security domain; `keep`: it goes into the registry. */
static enum err take_instance(struct saip_install *install, const struct element *e, const struct tlv *item, bool keep,
                              struct reason *reason)
{
    struct domain d;
    struct domain owner;
    bool has_process_data;
    TRY(instance_read(install, e, item->value, &d, &has_process_data, reason));
    TRY(domain_for(install, e, d.parent, true, &owner, reason));
    if (!keep) return OK;
    d.is_applet = true;
    d.life_cycle = DOMAIN_SELECTABLE;
    d.parent = owner.aid;
    /* nobody is there who could process it */
    if (has_process_data) saip_warn(install, e, PE_RUNTIME_NOT_SUPPORTED);
    enum err added = domain_add(&install->isdp, &d);
    if (added == OK)
        added = application_add(&install->isdp, &(struct profile_application){.kind = PROFILE_APPLET, .aid = d.aid});
    if (added == ERR_NO_SPACE)
        return saip_abort(install, e, NULL, PE_NOT_ENOUGH_MEMORY, reason, "at most 256 applications", "more");
    return added;
}

enum err saip_take_application(struct saip_install *install, const struct element *e, struct reason *reason)
{
    static const uint8_t known[] = {0xa0, 0xa1, 0xa2};
    struct tlv t;
    struct tlv item;
    struct slice package = {0};
    struct slice block = {0};
    bool has_block;
    struct members m = members_of(e->value);
    TRY(member_need(install, e, &m, 0xa0, "app-Header", &t, reason));
    TRY(read_load_block(install, e, &m, &has_block, &package, &block, reason));
    bool has_list = member_take(&m, 0xa2, &t);
    TRY(members_end(install, e, &m, SLICE(known), reason));
    if (!has_block && !has_list)
        return saip_abort(install, e, NULL, PE_BAD_VALUES, reason, "a loadBlock or an instanceList", "neither");
    if (has_block && install->inert_applets) TRY(load_file_add(&install->isdp, package, block));
    struct members list = members_of(has_list ? t.value : (struct slice){0});
    while (member_take(&list, 0x30, &item))
        TRY(take_instance(install, e, &item, install->inert_applets, reason));
    TRY(members_end(install, e, &list, (struct slice){0}, reason));
    if (install->inert_applets) return OK;
    return saip_abort(install, e, NULL, PE_RUNTIME_NOT_SUPPORTED, reason, CLAUSE_RUNTIME, "none");
}

enum err saip_take_non_standard(struct saip_install *install, const struct element *e, struct reason *reason)
{
    static const uint8_t known[] = {0xa0, 0x81, 0x82};
    struct tlv t;
    struct members m = members_of(e->value);
    TRY(member_need(install, e, &m, 0xa0, "nonStandard-header", &t, reason));
    TRY(member_need(install, e, &m, 0x81, "issuerID", &t, reason));
    TRY(member_need(install, e, &m, 0x82, "content", &t, reason));
    TRY(members_end(install, e, &m, SLICE(known), reason));
    if (e->mandated)
        return saip_abort(install, e, NULL, PE_NOT_SUPPORTED, reason, "contents of an issuer that this card knows",
                          "another issuerID in an element that is mandated");
    saip_warn(install, e, PE_NOT_SUPPORTED);
    return OK;
}
