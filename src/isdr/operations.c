/* The tables of operations in an eUICC package (SGP.32 2.11.1.1): one row each. A new one is a file of its own and a
 * row here. */
#include "isdr/iot.h"

static const struct package_operation psmos[] = {
    /* tag, name, since, run: SGP.32 2.11.1.1.3 */
    {0xa3, "enable", SGP32_1_0, psmo_enable},
    {0xa4, "disable", SGP32_1_0, psmo_disable},
    {0xa5, "delete", SGP32_1_0, psmo_delete},
    {0xbf2d, "listProfileInfo", SGP32_1_0, psmo_list_profile_info},
    {0xa6, "getRAT", SGP32_1_0, psmo_get_rat},
    {0xa7, "configureImmediateEnable", SGP32_1_0, psmo_configure_immediate_enable},
    {0xa8, "setFallbackAttribute", SGP32_1_1, psmo_set_fallback_attribute},
    {0xa9, "unsetFallbackAttribute", SGP32_1_1, psmo_unset_fallback_attribute},
    {0xbf65, "setDefaultDpAddress", SGP32_1_1, psmo_set_default_dp_address},
};

static const struct package_operation ecos[] = {
    /* SGP.32 2.11.1.1.2 */
    {0xa8, "addEim", SGP32_1_0, eco_add_eim},
    {0xa9, "deleteEim", SGP32_1_0, eco_delete_eim},
    {0xaa, "updateEim", SGP32_1_0, eco_update_eim},
    {0xab, "listEim", SGP32_1_0, eco_list_eim},
};

const struct package_operation *psmo_at(size_t index)
{
    return index < sizeof psmos / sizeof psmos[0] ? &psmos[index] : NULL;
}

const struct package_operation *eco_at(size_t index)
{
    return index < sizeof ecos / sizeof ecos[0] ? &ecos[index] : NULL;
}
