/* ipa: an IoT Profile Assistant for tests, demo and bench: every function of SGP.32 ES10b (5.9) and the flows of an IPA
 * (association, packages and their results, data heartbeat, downloads, rollback, fallback, emergency, memory reset). It
 * stands for the device: written from the specification, on top of lpa.h for APDUs and downloads, sharing src/base with
 * the card and nothing else.
 *
 * Requests are those of `version`; answers are decoded strictly in that release (sgp32.h). Functions that give bool:
 * true if a well-formed answer came; functions that give int: the result code (0 ok), -1 if no well-formed answer came.
 * The raw answer is in ipa->lpa.response and ipa->lpa.sw, what was wrong in ipa->lpa.error. Slices that are given back
 * point into ipa->lpa.response and are valid until the next function. */
#ifndef SOFTEUICC_TESTS_IPA_H
#define SOFTEUICC_TESTS_IPA_H

#include "eim.h"
#include "lpa.h"

#define IPA_LIST_MAX 64

/* When the card carries out a switch, SGP.32 3.9. */
enum ipa_switching {
    IPA_SWITCH_REFRESH, /* as the card asks: after 91xx FETCH, TERMINAL RESPONSE and reset; otherwise nothing */
    IPA_SWITCH_RESET,   /* cards that refuse ES10b until they are reset, with or without REFRESH */
};

struct ipa {
    struct lpa lpa;
    enum sgp32_version version;
    enum ipa_switching switching;
    unsigned refreshes; /* REFRESH commands carried out so far */
};

void ipa_init(struct ipa *ipa, const struct lpa_reader *reader, const struct lpa_options *options,
              enum sgp32_version version);
void ipa_free(struct ipa *ipa);
/* Any function: the whole request TLV. True if the answer has its tag and is what the release allows. */
bool ipa_call(struct ipa *ipa, struct slice request);
/* The content of the last answer's outer TLV. */
struct slice ipa_answer(const struct ipa *ipa);

/* ---- discovery ---- */

struct ipa_isdr {
    bool has_version;
    uint8_t svn[3];
    bool has_iot; /* E1, v1.1 and later */
    bool ipae_supported;
    bool profile_enabled;
};
/* The proprietary templates E0 and E1 in the answer to SELECT ISD-R (3.8.4). */
bool ipa_read_isdr(struct ipa *ipa, struct ipa_isdr *out);

struct ipa_info2 {
    bool ipae; /* ipaMode */
    uint8_t versions[8][3];
    size_t version_count;
    bool ecall;
    bool fallback;
    uint32_t free_memory;
};
bool ipa_get_euicc_info2(struct ipa *ipa, struct ipa_info2 *out);
bool ipa_get_eid(struct ipa *ipa, char eid[33]);
struct ipa_certificates {
    struct buf eum;   /* DER, with its 30 */
    struct buf euicc; /* likewise */
};
void ipa_certificates_free(struct ipa_certificates *certificates);
#define IPA_CERTIFICATES_LOCAL __attribute__((cleanup(ipa_certificates_free))) struct ipa_certificates
/* ci_pk_id empty: the card chooses. */
int ipa_get_certs(struct ipa *ipa, struct slice ci_pk_id, struct ipa_certificates *out);

/* ---- eIM configuration ---- */

struct ipa_eims {
    struct slice list[IPA_LIST_MAX]; /* contents of EimConfigurationData */
    struct slice ids[IPA_LIST_MAX];
    size_t n;
};
/* eim_id NULL: all. */
bool ipa_get_eim_configuration_data(struct ipa *ipa, const char *eim_id, struct ipa_eims *out);
struct ipa_added {
    int64_t tokens[IPA_LIST_MAX]; /* EIM_NO_TOKEN: added without one */
    size_t n;
};
/* request: the whole BF57. */
int ipa_add_initial_eim(struct ipa *ipa, struct slice request, struct ipa_added *out);

/* ---- packages, results, notifications ---- */

/* The whole BF51; the answer (any of the three kinds) is ipa->lpa.response. Handles no REFRESH. */
bool ipa_load_euicc_package(struct ipa *ipa, struct slice request);
enum ipa_search { IPA_SEARCH_NONE, IPA_SEARCH_NUMBER, IPA_SEARCH_EVENTS, IPA_SEARCH_RESULTS };
struct ipa_pending {
    struct lpa_notification notifications[IPA_LIST_MAX];
    size_t notification_count;
    struct slice results[IPA_LIST_MAX]; /* whole BF51 each */
    size_t result_count;
};
/* number: the sequence number, or the events as mask of 1 << event. */
bool ipa_retrieve(struct ipa *ipa, enum ipa_search search, uint32_t number, struct ipa_pending *out);
int ipa_remove(struct ipa *ipa, uint32_t sequence_number);
/* *result is the BF51 inside, empty without one. */
int ipa_profile_rollback(struct ipa *ipa, bool refresh, struct slice *result);

/* ---- profiles ---- */

struct ipa_profile {
    struct lpa_profile base;
    bool ecall;
    bool fallback; /* has the Fallback Attribute */
    bool fallback_allowed;
};
struct ipa_profiles {
    struct ipa_profile list[IPA_LIST_MAX];
    size_t n;
    int error; /* -1: a list came */
};
/* As lpa_get_profiles_info. */
bool ipa_get_profiles_info(struct ipa *ipa, struct slice search, struct slice tags, struct ipa_profiles *out);
/* The enabled profile's index in a list, -1: none. */
int ipa_enabled(const struct ipa_profiles *profiles);
/* oid: content; empty: absent. address NULL: absent. */
int ipa_configure_immediate_enable(struct ipa *ipa, bool flag, struct slice oid, const char *address);
/* v1.0 has no refreshFlag. */
int ipa_immediate_enable(struct ipa *ipa, bool refresh);
int ipa_enable_emergency_profile(struct ipa *ipa, bool refresh);
int ipa_disable_emergency_profile(struct ipa *ipa, bool refresh);
int ipa_execute_fallback(struct ipa *ipa, bool refresh);
int ipa_return_from_fallback(struct ipa *ipa, bool refresh);

/* ---- the rest ---- */

/* *http: the parameters; p NULL: none in the answer. */
int ipa_get_connectivity_parameters(struct ipa *ipa, struct slice *http);
int ipa_set_default_dp_address(struct ipa *ipa, const char *address);
int ipa_ipae_activation(struct ipa *ipa, bool activate);
enum ipa_reset {
    IPA_RESET_OPERATIONAL = 1,
    IPA_RESET_FIELD_TEST = 2,
    IPA_RESET_ADDRESS = 4,
    IPA_RESET_PRELOADED_TEST = 8, /* not in v1.0 */
    IPA_RESET_PROVISIONING = 16,  /* not in v1.0 */
    IPA_RESET_EIM = 32,
    IPA_RESET_IMMEDIATE = 64,
};
struct ipa_reset_result {
    int eim;       /* resetEimResult, -1: not given */
    int immediate; /* resetImmediateEnableConfigResult, -1: not given */
};
/* BF64, in v1.0 BF34 with its own bits. Gives resetResult. */
int ipa_memory_reset(struct ipa *ipa, unsigned options, struct ipa_reset_result *out);

/* ---- ipa_flows.c: what an IPA does with them ---- */

/* After a function that switched profiles: the REFRESH that the card asks for, or the reset of `switching`. */
bool ipa_settle(struct ipa *ipa);

/* Initial association: EID, AddInitialEim of these eIMs, the card's certificates for each (checked under the anchors),
 * the stored configurations compared. Sets eid, token, counter and card key of each eIM. */
bool ipa_associate(struct ipa *ipa, struct eim *const eims[], size_t n, bool ask_tokens,
                   const struct pki_anchor *anchors, size_t anchor_count);
/* Loads a package and delivers what came: checks the answer; if it is a result, carries out the REFRESH, retrieves it
 * by number and in the list of all results, compares, removes it, and sees that a second removal finds nothing. *out
 * points into *kept. `leave`: the result stays on the card. */
bool ipa_deliver(struct ipa *ipa, struct eim *eim, const struct eim_package *package, bool leave, struct buf *kept,
                 struct eim_result *out);
/* Signs the operations of a text and delivers them. */
bool ipa_run(struct ipa *ipa, struct eim *eim, const char *operations, eim_loader load, void *load_ctx,
             struct buf *kept, struct eim_result *out);
/* The eIM cannot be reached after a switch with rollbackFlag: ProfileRollback, its result checked, REFRESH, the result
 * delivered and removed. `granting` is the package that had the flag. Gives cmdResult, -1 if anything was wrong. */
int ipa_roll_back(struct ipa *ipa, struct eim *eim, const struct eim_package *granting, bool refresh);

/* Data heartbeat: all that an eIM asks for in IpaEuiccDataRequest, each answer checked for its form, results and
 * notifications for their signature if the eIM knows the card. */
struct ipa_status {
    char eid[33];
    struct ipa_info2 info2;
    char default_dp[256];
    char root_ds[256];
    size_t notifications;
    size_t results;
    size_t profiles;
    char enabled_iccid[21]; /* "" if none */
    size_t eims;
    int64_t token; /* of this eIM */
};
bool ipa_heartbeat(struct ipa *ipa, struct eim *eim, struct ipa_status *out);

/* Direct download: the IPA and the SM-DP+ talk to each other. `immediate`: ImmediateEnable follows, and its result goes
 * to *immediate_code. */
bool ipa_download(struct ipa *ipa, struct smdpp *dp, const struct lpa_download_options *options, bool immediate,
                  int *immediate_code, struct lpa_download_result *result);
/* Indirect download: the eIM stands between (SGP.32 3.2.3.2); it sees every message, checks that those of one download
 * belong together, and passes them on. */
struct ipa_relay {
    struct eim *eim;
    struct smdpp *dp;
    unsigned messages; /* passed on so far */
    char eid[33];      /* of the card in the AuthenticateServerResponse */
    uint8_t transaction_id[16];
    size_t transaction_id_n;
};
bool ipa_download_indirect(struct ipa *ipa, struct ipa_relay *relay, const char *address, const char *matching_id,
                           struct lpa_download_result *result);
/* All notifications: retrieved, checked by dp (NULL: not), removed. Stored results stay. -1: something was wrong. */
int ipa_process_notifications(struct ipa *ipa, struct smdpp *dp);

#endif
