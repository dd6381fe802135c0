/* The table of ES10 functions (SGP.22 v2.5 5.7): one row each. A new function is a file of its own and a row here. */
#include "isdr/internal.h"

static const struct es_function functions[] = {
    /* tag, interface, name, clause, read only, ends loading, run */
    {0xbf20, ES10B, "ES10b.GetEUICCInfo1", "5.7.8", true, false, es10b_get_euicc_info1},
    {0xbf21, ES10B, "ES10b.PrepareDownload", "5.7.5", false, false, es10b_prepare_download},
    {0xbf22, ES10B, "ES10b.GetEUICCInfo2", "5.7.8", true, false, es10b_get_euicc_info2},
    {0xbf28, ES10B, "ES10b.ListNotification", "5.7.9", true, false, es10b_list_notification},
    {0xbf29, ES10C, "ES10c.SetNickname", "5.7.21", false, false, es10c_set_nickname},
    {0xbf2b, ES10B, "ES10b.RetrieveNotificationsList", "5.7.10", true, false, es10b_retrieve_notifications_list},
    {0xbf2d, ES10C, "ES10c.GetProfilesInfo", "5.7.15", true, false, es10c_get_profiles_info},
    {0xbf2e, ES10B, "ES10b.GetEUICCChallenge", "5.7.7", false, true, es10b_get_euicc_challenge},
    {0xbf30, ES10B, "ES10b.RemoveNotificationFromList", "5.7.11", false, false, es10b_remove_notification_from_list},
    {0xbf31, ES10C, "ES10c.EnableProfile", "5.7.16", false, false, es10c_enable_profile},
    {0xbf32, ES10C, "ES10c.DisableProfile", "5.7.17", false, false, es10c_disable_profile},
    {0xbf33, ES10C, "ES10c.DeleteProfile", "5.7.18", false, false, es10c_delete_profile},
    {0xbf34, ES10C, "ES10c.eUICCMemoryReset", "5.7.19", false, false, es10c_euicc_memory_reset},
    {0xbf35, ES10B, "ES10b.LoadCRL", "5.7.12", false, false, es10b_load_crl},
    {0xbf38, ES10B, "ES10b.AuthenticateServer", "5.7.13", false, false, es10b_authenticate_server},
    {0xbf3c, ES10A, "ES10a.GetEuiccConfiguredAddresses", "5.7.3", true, false, es10a_get_euicc_configured_addresses},
    {0xbf3e, ES10C, "ES10c.GetEID", "5.7.20", true, false, es10c_get_eid},
    {0xbf3f, ES10A, "ES10a.SetDefaultDpAddress", "5.7.4", false, false, es10a_set_default_dp_address},
    {0xbf41, ES10B, "ES10b.CancelSession", "5.7.14", false, true, es10b_cancel_session},
    {0xbf42, ES10B, "LpaeActivation", "5.7.1", false, false, es10c_lpae_activation},
    {0xbf43, ES10B, "ES10b.GetRAT", "5.7.22", true, false, es10b_get_rat},
};

const struct es_function *es_function_at(size_t index)
{
    return index < sizeof functions / sizeof functions[0] ? &functions[index] : NULL;
}

const struct es_function *es_function_find(uint32_t tag)
{
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (functions[i].tag == tag) return &functions[i];
    return NULL;
}
