/* The table of ES10 functions (SGP.22 v2.5 5.7, SGP.32 5.9): one row each. A new function is a file of its own and a
 * row here. */
#include "isdr/internal.h"

#define IOT_1_1 (SPEAKS_IOT_1_1 | SPEAKS_IOT_1_2)
#define IOT (SPEAKS_IOT_1_0 | IOT_1_1)
#define ALL (SPEAKS_CONSUMER | IOT)

/* clang-format off */
static const struct es_function functions[] = {
    {0xbf20, ES10B, "ES10b.GetEUICCInfo1", "SGP.22 5.7.8", ALL, .run = es10b_get_euicc_info1, .read_only = true},
    {0xbf21, ES10B, "ES10b.PrepareDownload", "SGP.22 5.7.5", ALL, .run = es10b_prepare_download},
    {0xbf22, ES10B, "ES10b.GetEUICCInfo2", "SGP.22 5.7.8", ALL, .run = es10b_get_euicc_info2, .read_only = true},
    {0xbf28, ES10B, "ES10b.ListNotification", "SGP.22 5.7.9", ALL, .run = es10b_list_notification, .read_only = true},
    {0xbf29, ES10C, "ES10c.SetNickname", "SGP.22 5.7.21", SPEAKS_CONSUMER, .run = es10c_set_nickname},
    {0xbf2b, ES10B, "ES10b.RetrieveNotificationsList", "SGP.22 5.7.10", ALL, .run = es10b_retrieve_notifications_list, .read_only = true},
    {0xbf2d, ES10C, "ES10c.GetProfilesInfo", "SGP.22 5.7.15", ALL, .run = es10c_get_profiles_info, .read_only = true},
    {0xbf2e, ES10B, "ES10b.GetEUICCChallenge", "SGP.22 5.7.7", ALL, .run = es10b_get_euicc_challenge, .ends_loading = true},
    {0xbf30, ES10B, "ES10b.RemoveNotificationFromList", "SGP.22 5.7.11", ALL, .run = es10b_remove_notification_from_list},
    {0xbf31, ES10C, "ES10c.EnableProfile", "SGP.22 5.7.16", SPEAKS_CONSUMER, .run = es10c_enable_profile, .refused_as_undefined = true},
    {0xbf32, ES10C, "ES10c.DisableProfile", "SGP.22 5.7.17", SPEAKS_CONSUMER, .run = es10c_disable_profile, .refused_as_undefined = true},
    {0xbf33, ES10C, "ES10c.DeleteProfile", "SGP.22 5.7.18", SPEAKS_CONSUMER, .run = es10c_delete_profile, .refused_as_undefined = true},
    {0xbf34, ES10C, "ES10c.eUICCMemoryReset", "SGP.22 5.7.19", SPEAKS_CONSUMER | SPEAKS_IOT_1_0 | SPEAKS_ANY_RESET, .run = es10c_euicc_memory_reset},
    {0xbf35, ES10B, "ES10b.LoadCRL", "SGP.22 5.7.12", ALL, .run = es10b_load_crl},
    {0xbf38, ES10B, "ES10b.AuthenticateServer", "SGP.22 5.7.13", ALL, .run = es10b_authenticate_server},
    {0xbf3c, ES10A, "ES10a.GetEuiccConfiguredAddresses", "SGP.22 5.7.3", ALL, .run = es10a_get_euicc_configured_addresses, .read_only = true},
    {0xbf3e, ES10C, "ES10c.GetEID", "SGP.22 5.7.20", ALL, .run = es10c_get_eid, .read_only = true},
    {0xbf3f, ES10A, "ES10a.SetDefaultDpAddress", "SGP.22 5.7.4", SPEAKS_CONSUMER, .run = es10a_set_default_dp_address},
    {0xbf41, ES10B, "ES10b.CancelSession", "SGP.22 5.7.14", ALL, .run = es10b_cancel_session, .ends_loading = true},
    {0xbf42, ES10B, "LpaeActivation", "SGP.22 5.7.1, SGP.32 3.8", SPEAKS_CONSUMER | IOT_1_1, .run = es10c_lpae_activation},
    {0xbf43, ES10B, "ES10b.GetRAT", "SGP.22 5.7.22", ALL, .run = es10b_get_rat, .read_only = true},
    {0xbf51, ES10B, "ES10b.LoadEuiccPackage", "SGP.32 5.9.1", IOT, .run = es10b_load_euicc_package},
    {0xbf55, ES10B, "ES10b.GetEimConfigurationData", "SGP.32 5.9.18", IOT, .run = es10b_get_eim_configuration_data, .read_only = true},
    {0xbf56, ES10B, "ES10b.GetCerts", "SGP.32 5.9.10", IOT, .run = es10b_get_certs, .read_only = true},
    {0xbf57, ES10B, "ES10b.AddInitialEim", "SGP.32 5.9.4", IOT, .run = es10b_add_initial_eim},
    {0xbf58, ES10B, "ES10b.ProfileRollback", "SGP.32 5.9.16", IOT, .run = es10b_profile_rollback},
    {0xbf59, ES10B, "ES10b.ConfigureImmediateProfileEnabling", "SGP.32 5.9.17", IOT, .run = es10b_configure_immediate_profile_enabling},
    {0xbf5a, ES10B, "ES10b.ImmediateEnable", "SGP.32 5.9.15", IOT, .run = es10b_immediate_enable},
    {0xbf5b, ES10B, "ES10b.EnableEmergencyProfile", "SGP.32 5.9.22", IOT_1_1, .run = es10b_enable_emergency_profile},
    {0xbf5c, ES10B, "ES10b.DisableEmergencyProfile", "SGP.32 5.9.23", IOT_1_1, .run = es10b_disable_emergency_profile},
    {0xbf5d, ES10B, "ES10b.ExecuteFallbackMechanism", "SGP.32 5.9.20", IOT_1_1, .run = es10b_execute_fallback_mechanism},
    {0xbf5e, ES10B, "ES10b.ReturnFromFallback", "SGP.32 5.9.21", IOT_1_1, .run = es10b_return_from_fallback},
    {0xbf5f, ES10B, "ES10b.GetConnectivityParameters", "SGP.32 5.9.24", IOT_1_1, .run = es10b_get_connectivity_parameters, .read_only = true},
    {0xbf64, ES10B, "ES10b.eUICCMemoryReset", "SGP.32 5.9.5", IOT_1_1 | SPEAKS_ANY_RESET, .run = es10b_euicc_memory_reset},
    {0xbf65, ES10B, "ES10b.SetDefaultDpAddress", "SGP.32 5.9.25", IOT_1_1, .run = es10b_set_default_dp_address},
};
/* clang-format on */

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
