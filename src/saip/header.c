/* ProfileHeader (SAIP 8.2.1): is this a package that the card can install at all? The checks are in the order of the
 * specification, the first that fails aborts before anything is made. */
#include "saip/internal.h"
#include "saip/template_tables.h"

#include <stdio.h>

/* Tag 80+n of ServicesList to the bit of UICCCapability: the two numberings differ (SAIP 8.2.1). */
static const uint8_t service_bits[] = {0,  1, 2, 3,  4,  6,  5,  10, 11, 12, 13, 14, 15, 16, 17,
                                       18, 7, 8, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30};
#define SERVICE_JAVACARD 11
#define SERVICE_MULTOS 12
#define BIT_IOT_MINIMAL 31

static enum err check_services(struct saip_install *install, const struct element *e, struct slice list,
                               struct reason *reason)
{
    struct tlv t;
    char came[64];
    while (list.n) {
        if (!tlv_next(&list, &t))
            return saip_abort(install, e, list.p, PE_INVALID_REQUEST_FORMAT, reason, "a ServicesList", "other bytes");
        uint32_t service = t.tag - 0x80;
        bool known = t.tag >= 0x80 && service < sizeof service_bits;
        if (known && install->uicc_capability >> service_bits[service] & 1) continue;
        bool runtime = service == SERVICE_JAVACARD || service == SERVICE_MULTOS;
        (void)snprintf(came, sizeof came, "mandatory service [%u]", service);
        return saip_abort(install, e, t.whole.p, runtime ? PE_RUNTIME_NOT_SUPPORTED : PE_FEATURE_NOT_SUPPORTED, reason,
                          "services of this card's UICCCapability only", came);
    }
    return OK;
}

static enum err check_templates(struct saip_install *install, const struct element *e, struct slice list,
                                struct reason *reason)
{
    struct tlv t;
    uint8_t version;
    while (list.n) {
        const uint8_t *at = list.p;
        if (!tlv_next(&list, &t) || t.tag != 0x06)
            return saip_abort(install, e, at, PE_INVALID_REQUEST_FORMAT, reason, "a list of template OIDs",
                              "other bytes");
        if (!template_find(t.value, &version))
            return saip_abort(install, e, t.whole.p, PE_TEMPLATE_NOT_SUPPORTED, reason, "known file system templates",
                              "another template OID");
    }
    return OK;
}

/* The members in the order of the module, each once; unknown ones only behind them. */
static bool members_in_order(struct slice in, const uint8_t **at)
{
    struct tlv t;
    uint32_t least = 0;
    while (tlv_next(&in, &t)) {
        uint32_t number = t.tag > 0xff ? 0x1f : t.tag & 0x1f;
        *at = t.whole.p;
        if (number < least || (t.tag <= 0xff && !(t.tag & 0x80))) return false;
        least = number < 0x1f ? number + 1 : number;
    }
    return true;
}

enum err saip_take_header(struct saip_install *install, const struct element *e, struct reason *reason)
{
    struct tlv t;
    uint32_t major;
    uint32_t minor;
    const uint8_t *at = NULL;
    struct slice in = e->value;
    if (!members_in_order(in, &at))
        return saip_abort(install, e, at, PE_INVALID_REQUEST_FORMAT, reason, "the members of ProfileHeader in order",
                          "one misplaced");
    if (!tlv_find(in, 0x80, &t) || !tlv_unsigned(t.value, &major))
        return saip_abort(install, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "major-version", "none");
    if (major != 2 && major != 3)
        return saip_abort(install, e, t.whole.p, PE_UNSUPPORTED_PROFILE_VERSION, reason, "major-version 2 or 3",
                          "another one");
    if (!tlv_find(in, 0x81, &t) || !tlv_unsigned(t.value, &minor) || minor > 255)
        return saip_abort(install, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "minor-version", "none");
    if (!tlv_find(in, 0x83, &t) || t.value.n != sizeof install->facts.header_iccid)
        return saip_abort(install, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "iccid of 10 bytes",
                          "none or another size");
    memcpy(install->facts.header_iccid, t.value.p, t.value.n);
    if (!tlv_find(in, 0xa5, &t))
        return saip_abort(install, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "eUICC-Mandatory-services", "none");
    TRY(check_services(install, e, t.value, reason));
    if (!tlv_find(in, 0xa6, &t))
        return saip_abort(install, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "eUICC-Mandatory-GFSTEList", "none");
    TRY(check_templates(install, e, t.value, reason));
    if (tlv_find(in, 0xa8, &t) && t.value.n)
        return saip_abort(install, e, t.whole.p, PE_LIB_NOT_SUPPORTED, reason,
                          "no eUICC-Mandatory-AIDs on a card without "
                          "an application runtime",
                          "some");
    if (tlv_find(in, 0xa9, &t) && !(install->uicc_capability >> BIT_IOT_MINIMAL & 1))
        return saip_abort(install, e, t.whole.p, PE_FEATURE_NOT_SUPPORTED, reason, "no iotOptions without IoT Minimal",
                          "some");
    /* for ES10b.GetConnectivityParameters */
    return tlv_find(in, 0x87, &t) ? isdp_put(&install->isdp, "connectivity", t.value) : OK;
}
