/* What the functions of src/isdr share. */
#ifndef SOFTEUICC_ISDR_INTERNAL_H
#define SOFTEUICC_ISDR_INTERNAL_H

#include "isdr/isdr.h"

#define ES_FUNCTION(name) enum err name(struct model *m, struct slice request, struct buf *response)

ES_FUNCTION(es10a_get_euicc_configured_addresses);
ES_FUNCTION(es10a_set_default_dp_address);
ES_FUNCTION(es10b_authenticate_server);
ES_FUNCTION(es10b_cancel_session);
ES_FUNCTION(es10b_get_euicc_challenge);
ES_FUNCTION(es10b_get_euicc_info1);
ES_FUNCTION(es10b_get_euicc_info2);
ES_FUNCTION(es10b_get_rat);
ES_FUNCTION(es10b_list_notification);
ES_FUNCTION(es10b_load_crl);
ES_FUNCTION(es10b_prepare_download);
ES_FUNCTION(es10b_remove_notification_from_list);
ES_FUNCTION(es10b_retrieve_notifications_list);
ES_FUNCTION(es10c_delete_profile);
ES_FUNCTION(es10c_disable_profile);
ES_FUNCTION(es10c_enable_profile);
ES_FUNCTION(es10c_euicc_memory_reset);
ES_FUNCTION(es10c_get_eid);
ES_FUNCTION(es10c_get_profiles_info);
ES_FUNCTION(es10c_lpae_activation);
ES_FUNCTION(es10c_set_nickname);

ES_FUNCTION(es10b_load_euicc_package);
ES_FUNCTION(es10b_get_eim_configuration_data);
ES_FUNCTION(es10b_get_certs);
ES_FUNCTION(es10b_add_initial_eim);
ES_FUNCTION(es10b_profile_rollback);
ES_FUNCTION(es10b_configure_immediate_profile_enabling);
ES_FUNCTION(es10b_immediate_enable);
ES_FUNCTION(es10b_enable_emergency_profile);
ES_FUNCTION(es10b_disable_emergency_profile);
ES_FUNCTION(es10b_execute_fallback_mechanism);
ES_FUNCTION(es10b_return_from_fallback);
ES_FUNCTION(es10b_get_connectivity_parameters);
ES_FUNCTION(es10b_euicc_memory_reset);
ES_FUNCTION(es10b_set_default_dp_address);

/* ProfileInfoListResponse (BF2D) to a ProfileInfoListRequest; for_eim: as a result in an eUICC package. */
MUST_USE enum err profiles_info(struct model *m, bool for_eim, struct slice request, struct buf *response);

/* A response of one result code: TAG {80 code}. `name` goes to the log. */
MUST_USE enum err es_result(struct model *m, struct buf *response, uint32_t tag, uint32_t code, const char *name);

/* EUICCInfo2 (BF22), also part of euiccSigned1. */
void euicc_info2(const struct model *m, struct buf *out);

/* ---- server certificates ---- */
enum certificate_fault {
    CERTIFICATE_GOOD,
    CERTIFICATE_INVALID,
    CERTIFICATE_CURVE,
    CERTIFICATE_CI_UNKNOWN,
    CERTIFICATE_ROLE
};
/* Parses and checks a server certificate up to its role: chain to a known root by AKI, curve, signature, key usage,
 * extensions, revocation. Says the reason. `clause` is "SGP.22 ..". */
MUST_USE enum err server_certificate_check(struct model *m, struct slice der, const char *clause,
                                           bool (*role)(enum certificate_role), const char *role_text,
                                           struct certificate *out, size_t *root, enum certificate_fault *fault);

/* ---- bound profile packages (SGP.22 2.5, 5.5, 5.7.6) ---- */
enum bpp_command {
    COMMAND_INITIALISE_SECURE_CHANNEL = 0,
    COMMAND_CONFIGURE_ISDP = 1,
    COMMAND_STORE_METADATA = 2,
    COMMAND_REPLACE_SESSION_KEYS = 4,
    COMMAND_LOAD_PROFILE_ELEMENTS = 5,
};
enum bpp_error {
    BPP_GOOD = 0,
    INCORRECT_INPUT_VALUES = 1,
    INVALID_SIGNATURE = 2,
    INVALID_TRANSACTION_ID = 3,
    UNSUPPORTED_CRT_VALUES = 4,
    UNSUPPORTED_REMOTE_OPERATION_TYPE = 5,
    UNSUPPORTED_PROFILE_CLASS = 6,
    SCP03T_STRUCTURE_ERROR = 7,
    SCP03T_SECURITY_ERROR = 8,
    ICCID_ALREADY_EXISTS = 9,
    INSUFFICIENT_MEMORY = 10,
    INTERRUPTION = 11,
    PE_PROCESSING_ERROR = 12,
    DATA_MISMATCH = 13,
    INVALID_NAA_KEY = 14,
    PPR_NOT_ALLOWED = 15,
    UNKNOWN_ERROR = 127,
};
/* One segment (or any piece) of a bound profile package. */
MUST_USE enum err bound_profile_package_segment(struct model *m, struct slice segment, struct buf *response);
/* True if the content of a chain is a segment or a piece of one, rather than a function's request. */
bool bound_profile_package_takes(const struct model *m, struct slice in);

/* Each carries out one command: OK and *error (BPP_GOOD or what goes into the ProfileInstallationResult), or an err for
 * what could not be processed. The reason is said when *error is not BPP_GOOD. */
MUST_USE enum err es8_initialise_secure_channel(struct model *m, struct slice request, enum bpp_error *error);
MUST_USE enum err es8_configure_isdp(struct model *m, struct slice request, enum bpp_error *error);
MUST_USE enum err es8_store_metadata(struct model *m, struct slice request, enum bpp_error *error);
MUST_USE enum err es8_replace_session_keys(struct model *m, struct slice request, enum bpp_error *error);
/* New plain text is in download.package; last: the stream is complete. */
MUST_USE enum err es8_load_profile_elements(struct model *m, bool last, enum bpp_error *error);

/* Stores a new disabled profile without its contents: record, metadata, proprietary data. */
MUST_USE enum err installation_store_record(struct model *m, struct profile *p);
/* Stores the profile (success) or only the result, appends BF37, ends the session. One commit follows. */
MUST_USE enum err installation_succeeded(struct model *m, struct buf *response);
MUST_USE enum err installation_failed(struct model *m, enum bpp_command command, enum bpp_error error,
                                      struct buf *response);
/* Notes durably which installation is under way, or that none is, so that a cut is reported at the next start. */
MUST_USE enum err installation_note(struct model *m);
/* bppCommandId that the download is at. */
enum bpp_command bound_profile_package_command(const struct model *m);

#endif
