/* PE-SecurityDomain: the MNO-SD, which comes first, and supplementary security domains with their keys and
 * personalisation data. SAIP 8.6. */
#include "saip/applications.h"

#include <stdio.h>

#define PRIVILEGE_SECURITY_DOMAIN 0x80
#define SERVICE_BIT_CONTACTLESS 0
#define SERVICE_BIT_CAT_TP 21

/* Which key types the card takes and how long they are; 0 0: any length (SAIP 8.6.3, GP 11.1.8). */
static const struct {
    uint8_t type;
    uint8_t least, most;
} key_types[] = {
    {KEY_TYPE_DES, 16, 24},
    {KEY_TYPE_PSK_TLS, 0, 0},
    {KEY_TYPE_AES, 16, 32},
    {KEY_TYPE_HMAC_SHA1, 0, 0},
    {KEY_TYPE_HMAC_SHA1_160, 0, 0},
    {0xb0, 0, 0},
    {0xb1, 0, 0},
    {0xb2, 0, 0},
    {0xb3, 0, 0},
    {0xb4, 0, 0},
    {0xb5, 0, 0},
    {0xb6, 0, 0},
    {0xb7, 0, 0},
    {KEY_TYPE_ECC_PARAMETERS, 0, 0},
};

static enum err check_key_type(struct saip_install *install, const struct element *e, const struct tlv *type,
                               const struct tlv *data, struct reason *reason)
{
    char came[32];
    for (size_t i = 0; i < sizeof key_types / sizeof key_types[0]; i++) {
        if (key_types[i].type != type->value.p[0]) continue;
        size_t n = data->value.n;
        if (key_types[i].least == 0 ? n > 0 : n >= key_types[i].least && n <= key_types[i].most && n % 8 == 0)
            return OK;
        (void)snprintf(came, sizeof came, "%zu bytes", n);
        return saip_abort(install, e, data->whole.p, PE_BAD_VALUES, reason, "keyData as long as its keyType asks for",
                          came);
    }
    (void)snprintf(came, sizeof came, "%02X", type->value.p[0]);
    return saip_abort(install, e, type->whole.p, PE_FEATURE_NOT_SUPPORTED, reason, "a keyType that this card knows",
                      came);
}

static enum err read_component(struct saip_install *install, const struct element *e, const struct tlv *item,
                               struct domain_key *key, struct reason *reason)
{
    static const uint8_t known[] = {0x80, 0x86, 0x87};
    struct tlv type;
    struct tlv data;
    struct tlv length;
    struct slice other;
    uint32_t mac_length = 8;
    struct members m = members_of(item->value);
    TRY(member_need(install, e, &m, 0x80, "keyType", &type, reason));
    TRY(member_size(install, e, &type, "keyType", 1, 1, reason));
    TRY(member_need(install, e, &m, 0x86, "keyData", &data, reason));
    if (member_take(&m, 0x87, &length) && (!tlv_unsigned(length.value, &mac_length) || mac_length > 255))
        return saip_abort(install, e, length.whole.p, PE_BAD_VALUES, reason, "macLength up to 255", "more");
    TRY(members_end(install, e, &m, SLICE(known), reason));
    TRY(check_key_type(install, e, &type, &data, reason));
    if (domain_key_component(key, type.value.p[0], &other) || key->n == KEY_COMPONENTS_MAX)
        return saip_abort(install, e, type.whole.p, PE_BAD_VALUES, reason, "each keyType once in a key", "one again");
    key->components[key->n].type = type.value.p[0];
    key->components[key->n].mac_length = (uint8_t)mac_length;
    key->components[key->n++].data = data.value;
    return OK;
}

static enum err read_components(struct saip_install *install, const struct element *e, const struct tlv *list,
                                struct domain_key *key, struct reason *reason)
{
    struct tlv item;
    struct members m = members_of(list->value);
    while (member_take(&m, 0x30, &item))
        TRY(read_component(install, e, &item, key, reason));
    TRY(members_end(install, e, &m, (struct slice){0}, reason));
    if (key->n) return OK;
    return saip_abort(install, e, list->whole.p, PE_BAD_VALUES, reason, "keyComponents", "none");
}

/* keyCounterValue, big endian; up to the 5 bytes of a secured packet. */
static uint64_t counter_of(struct slice bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.n; i++)
        value = value << 8 | bytes.p[i];
    return value;
}

/* The members of a KeyObject up to its components. */
static enum err read_key_head(struct saip_install *install, const struct element *e, struct members *m,
                              struct domain_key *key, uint64_t *counter, struct reason *reason)
{
    struct tlv t;
    *counter = 0;
    TRY(member_need(install, e, m, 0x95, "keyUsageQualifier", &t, reason));
    TRY(member_size(install, e, &t, "keyUsageQualifier", 1, sizeof key->usage, reason));
    memcpy(key->usage, t.value.p, t.value.n);
    key->usage_n = (uint8_t)t.value.n;
    if (member_take(m, 0x96, &t)) {
        TRY(member_size(install, e, &t, "keyAccess", 1, 1, reason));
        key->access = t.value.p[0];
    }
    TRY(member_need(install, e, m, 0x82, "keyIdentifier", &t, reason));
    TRY(member_size(install, e, &t, "keyIdentifier", 1, 1, reason));
    key->identifier = t.value.p[0];
    TRY(member_need(install, e, m, 0x83, "keyVersionNumber", &t, reason));
    TRY(member_size(install, e, &t, "keyVersionNumber", 1, 1, reason));
    key->version = t.value.p[0];
    if (key->version == 0)
        return saip_abort(install, e, t.whole.p, PE_BAD_VALUES, reason, "keyVersionNumber 1 to 255", "0");
    if (!member_take(m, 0x85, &t)) return OK;
    TRY(member_size(install, e, &t, "keyCounterValue", 1, KEY_COUNTER_SIZE, reason));
    *counter = counter_of(t.value);
    return OK;
}

static enum err take_key(struct saip_install *install, const struct element *e, uint8_t number, const struct tlv *item,
                         struct reason *reason)
{
    static const uint8_t known[] = {0x95, 0x96, 0x82, 0x83, 0x85, 0x30};
    struct tlv list;
    struct domain_key key = {0};
    struct domain_key other;
    uint64_t counter;
    bool found;
    struct members m = members_of(item->value);
    TRY(read_key_head(install, e, &m, &key, &counter, reason));
    TRY(member_need(install, e, &m, 0x30, "keyComponents", &list, reason));
    TRY(members_end(install, e, &m, SLICE(known), reason));
    TRY(read_components(install, e, &list, &key, reason));
    TRY(domain_key_get(&install->isdp, number, key.version, key.identifier, &other, &found));
    if (found)
        return saip_abort(install, e, item->whole.p, PE_BAD_VALUES, reason,
                          "each keyIdentifier once with a keyVersionNumber", "one again");
    TRY(domain_key_put(&install->isdp, number, &key));
    return counter ? domain_key_put_counter(&install->isdp, number, key.version, key.identifier, counter) : OK;
}

static enum err take_keys(struct saip_install *install, const struct element *e, uint8_t number, const struct tlv *list,
                          struct reason *reason)
{
    struct tlv item;
    struct members m = members_of(list->value);
    while (member_take(&m, 0x30, &item))
        TRY(take_key(install, e, number, &item, reason));
    return members_end(install, e, &m, (struct slice){0}, reason);
}

/* Data group 0070 is a list of data objects, of which each sdPersoData may bring some (GP 11.11.4.2.6); of any other
 * group the last counts. */
#define DATA_OBJECTS 0x0070
static enum err add_data(struct saip_install *install, uint8_t number, uint16_t identifier, struct slice data)
{
    struct slice before = {0};
    BUF_LOCAL all = {0};
    if (identifier != DATA_OBJECTS || !domain_data(&install->isdp, number, identifier, &before))
        return domain_put_data(&install->isdp, number, identifier, data);
    buf_append(&all, before);
    buf_append(&all, data);
    TRY(buf_err(&all));
    return domain_put_data(&install->isdp, number, identifier, buf_slice(&all));
}

static enum err take_data(struct saip_install *install, const struct element *e, uint8_t number, const struct tlv *list,
                          struct reason *reason)
{
    struct tlv item;
    uint16_t identifier;
    struct slice data;
    struct members m = members_of(list->value);
    while (member_take(&m, 0x04, &item)) {
        struct slice in = item.value;
        if (!domain_data_group(&in, &identifier, &data) || in.n)
            return saip_abort(install, e, item.whole.p, PE_BAD_VALUES, reason, "one data group in each sdPersoData",
                              "other bytes");
        TRY(add_data(install, number, identifier, data));
    }
    return members_end(install, e, &m, (struct slice){0}, reason);
}

static enum err not_supported(struct saip_install *install, const struct element *e, const struct tlv *member,
                              const char *feature, struct reason *reason)
{
    return saip_abort(install, e, member->whole.p, PE_FEATURE_NOT_SUPPORTED, reason, feature,
                      "parameters for it on a card without");
}

/* openPersoData and catTpParameters: of the MNO-SD only (SAIP 8.6.6, 8.6.7). */
static enum err read_mno_members(struct saip_install *install, const struct element *e, struct members *m,
                                 struct domain *d, struct reason *reason)
{
    struct tlv t;
    struct tlv inner;
    const uint8_t *at = member_place(m);
    if (member_take(m, 0xa4, &t)) d->open_personalisation = t.value;
    if (d->open_personalisation.n && tlv_find(t.value, 0x04, &inner) &&
        !(install->uicc_capability >> SERVICE_BIT_CONTACTLESS & 1))
        return not_supported(install, e, &inner, "the service contactless", reason);
    bool has_cat_tp = member_take(m, 0xa5, &t);
    if (has_cat_tp) d->cat_tp = t.value;
    if (!d->is_mno && (d->open_personalisation.n || has_cat_tp))
        return saip_abort(install, e, at, PE_BAD_VALUES, reason, "openPersoData and catTpParameters in the MNO-SD only",
                          "another security domain");
    if (has_cat_tp && !(install->uicc_capability >> SERVICE_BIT_CAT_TP & 1))
        return not_supported(install, e, &t, "the service cat-tp", reason);
    return OK;
}

static enum err check_domain(struct saip_install *install, const struct element *e, struct domain *d,
                             struct reason *reason)
{
    char came[32];
    uint8_t state = d->life_cycle & 0x7f;
    if (!(d->privileges.p[0] & PRIVILEGE_SECURITY_DOMAIN))
        return saip_abort(install, e, d->privileges.p, PE_BAD_VALUES, reason,
                          "the privilege Security Domain (b8 of the first byte)", "none");
    if (state != DOMAIN_INSTALLED && state != DOMAIN_SELECTABLE && state != DOMAIN_PERSONALIZED) {
        (void)snprintf(came, sizeof came, "%02X", d->life_cycle);
        return saip_abort(install, e, NULL, PE_BAD_VALUES, reason, "a life cycle state of a security domain", came);
    }
    if (!d->is_mno) {
        struct domain parent;
        TRY(domain_for(install, e, d->parent, true, &parent, reason));
        d->parent = parent.aid;
        return OK;
    }
    if (d->parent.n)
        return saip_abort(install, e, d->parent.p, PE_BAD_VALUES, reason, "an MNO-SD that is not extradited",
                          "extraditeSecurityDomainAID");
    return OK;
}

enum err saip_take_security_domain(struct saip_install *install, const struct element *e, struct reason *reason)
{
    static const uint8_t known[] = {0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5};
    struct tlv t;
    struct tlv keys;
    struct tlv data;
    struct domain d;
    bool has_process_data;
    struct members m = members_of(e->value);
    TRY(member_need(install, e, &m, 0xa0, "sd-Header", &t, reason));
    TRY(member_need(install, e, &m, 0xa1, "instance", &t, reason));
    TRY(instance_read(install, e, t.value, &d, &has_process_data, reason));
    d.is_mno = !install->context.has_mno_sd;
    TRY(check_domain(install, e, &d, reason));
    bool has_keys = member_take(&m, 0xa2, &keys);
    bool has_data = member_take(&m, 0xa3, &data);
    TRY(read_mno_members(install, e, &m, &d, reason));
    TRY(members_end(install, e, &m, SLICE(known), reason));
    if (has_process_data)
        return saip_abort(install, e, t.whole.p, PE_BAD_VALUES, reason, "no processData for a security domain", "some");
    enum err added = domain_add(&install->isdp, &d);
    if (added == OK)
        added = application_add(&install->isdp,
                                &(struct profile_application){.kind = PROFILE_SECURITY_DOMAIN, .aid = d.aid});
    if (added == ERR_NO_SPACE)
        return saip_abort(install, e, NULL, PE_NOT_ENOUGH_MEMORY, reason, "at most 256 applications", "more");
    TRY(added);
    if (has_keys) TRY(take_keys(install, e, d.number, &keys, reason));
    if (has_data) TRY(take_data(install, e, d.number, &data, reason));
    install->context.has_mno_sd = true;
    return OK;
}
