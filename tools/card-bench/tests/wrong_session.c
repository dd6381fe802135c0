/* Cards that are wrong with the functions of SGP.22: sessions, downloads, profiles, notifications; see wrong_cards.h.
 */
#include "wrong_seams.h"

#include "isdr/internal.h"

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */

/* ---- certificates ---- */

static bool any_role(enum certificate_role role)
{
    (void)role;
    return true;
}

typedef bool role_check(enum certificate_role role);
enum err __real_server_certificate_check(struct model *m, struct slice der, const char *clause, role_check *role,
                                         const char *role_text, struct certificate *out, size_t *root,
                                         enum certificate_fault *fault);
enum err __wrap_server_certificate_check(struct model *m, struct slice der, const char *clause, role_check *role,
                                         const char *role_text, struct certificate *out, size_t *root,
                                         enum certificate_fault *fault);
enum err __wrap_server_certificate_check(struct model *m, struct slice der, const char *clause, role_check *role,
                                         const char *role_text, struct certificate *out, size_t *root,
                                         enum certificate_fault *fault)
{
    enum err e = __real_server_certificate_check(m, der, clause, role, role_text, out, root, fault);
    if (*fault == CERTIFICATE_ROLE && wrong_is("server-role-not-checked"))
        e = __real_server_certificate_check(m, der, clause, any_role, role_text, out, root, fault);
    if (wrong_in("es10b_prepare_download") && !slice_equal(out->registered_id, buf_slice(&m->session.server_oid)) &&
        wrong_is("package-binding-oid-not-compared"))
        out->registered_id = buf_slice(&m->session.server_oid);
    return e;
}

bool __real_certificate_parse(struct slice der, struct certificate *out, const char **expected, size_t *offset);
bool __wrap_certificate_parse(struct slice der, struct certificate *out, const char **expected, size_t *offset);
bool __wrap_certificate_parse(struct slice der, struct certificate *out, const char **expected, size_t *offset)
{
    if (!__real_certificate_parse(der, out, expected, offset)) return false;
    if (out->unknown_critical && wrong_is("critical-extension-ignored")) out->unknown_critical = false;
    if (out->key_usage != KEY_USAGE_DIGITAL_SIGNATURE && wrong_is("key-usage-not-checked")) {
        out->has_key_usage = true;
        out->key_usage = KEY_USAGE_DIGITAL_SIGNATURE;
    }
    return true;
}

bool __real_crl_revokes(const struct model *m, const struct root *root, struct slice serial);
bool __wrap_crl_revokes(const struct model *m, const struct root *root, struct slice serial);
bool __wrap_crl_revokes(const struct model *m, const struct root *root, struct slice serial)
{
    return __real_crl_revokes(m, root, serial) && !wrong_is("revocation-ignored");
}

/* ---- sessions ---- */

/* What came first in the case, by kind. */
struct first {
    unsigned long round;
    size_t n[3];
    uint8_t bytes[3][32];
};

/* That again, on a card that has nothing new: true. The right card draws the same numbers. */
static bool once_more(struct first *first, const char *card, size_t kind, uint8_t *bytes, size_t n)
{
    if (first->round != wrong_round()) *first = (struct first){.round = wrong_round()};
    if (first->n[kind] == n && wrong_is(card)) {
        memcpy(bytes, first->bytes[kind], n);
        return true;
    }
    if (!first->n[kind] && n <= sizeof first->bytes[kind]) {
        first->n[kind] = n;
        memcpy(first->bytes[kind], bytes, n);
    }
    return false;
}

enum err __real_crypto_random(uint8_t *out, size_t n);
enum err __wrap_crypto_random(uint8_t *out, size_t n);
enum err __wrap_crypto_random(uint8_t *out, size_t n)
{
    static struct first first;
    TRY(__real_crypto_random(out, n));
    if (wrong_in("es10b_get_euicc_challenge")) (void)once_more(&first, "challenge-not-fresh", 0, out, n);
    return OK;
}

void __real_session_drop(struct session *s);
void __wrap_session_drop(struct session *s);
void __wrap_session_drop(struct session *s)
{
    if (wrong_in("es10b_cancel_session") && wrong_is("cancel-does-nothing")) return;
    __real_session_drop(s);
}

void __real_model_forget_volatile(struct model *m);
void __wrap_model_forget_volatile(struct model *m);
void __wrap_model_forget_volatile(struct model *m)
{
    const struct session session = m->session;
    uint8_t verified[sizeof m->verified_pins];
    memcpy(verified, m->verified_pins, sizeof verified);
    bool keeps = session.state != SESSION_NONE && wrong_is("session-survives-reset");
    if (keeps) m->session = (struct session){0};
    __real_model_forget_volatile(m);
    if (keeps) m->session = session;
    if (memcmp(verified, m->verified_pins, sizeof verified) != 0 && wrong_is("pin-survives-reset"))
        memcpy(m->verified_pins, verified, sizeof verified);
}

enum err __real_asn1_authenticate_server_request(struct slice der, struct authenticate_server_request *out,
                                                 struct reason *reason);
enum err __wrap_asn1_authenticate_server_request(struct slice der, struct authenticate_server_request *out,
                                                 struct reason *reason);
enum err __wrap_asn1_authenticate_server_request(struct slice der, struct authenticate_server_request *out,
                                                 struct reason *reason)
{
    struct model *m = wrong_model();
    if (m && m->session.state == SESSION_AUTHENTICATED && wrong_is("challenge-used-twice"))
        m->session.state = SESSION_CHALLENGE;
    return __real_asn1_authenticate_server_request(der, out, reason);
}

/* A transaction of which the card looks at no byte. */
static void take_transaction(const char *card, struct slice *transaction_id)
{
    const struct model *m = wrong_model();
    if (!m) return;
    struct slice own = slice_of(m->session.transaction_id, m->session.transaction_id_size);
    if (!slice_equal(*transaction_id, own) && wrong_is(card)) *transaction_id = own;
}

#define WRAP_DECODER(name, type, card)                                                                                 \
    enum err __real_asn1_##name(struct slice der, struct type *out, struct reason *reason);                            \
    enum err __wrap_asn1_##name(struct slice der, struct type *out, struct reason *reason);                            \
    enum err __wrap_asn1_##name(struct slice der, struct type *out, struct reason *reason)                             \
    {                                                                                                                  \
        TRY(__real_asn1_##name(der, out, reason));                                                                     \
        take_transaction(card, &out->transaction_id);                                                                  \
        return OK;                                                                                                     \
    }

WRAP_DECODER(prepare_download_request, prepare_download_request, "prepare-transaction-not-compared")
WRAP_DECODER(cancel_session_request, cancel_session_request, "cancel-transaction-not-compared")
WRAP_DECODER(initialise_secure_channel_request, initialise_secure_channel_request, "channel-transaction-not-compared")

enum err __real_ec_generate(enum curve curve, uint8_t sk[EC_SCALAR_SIZE], uint8_t pk[EC_POINT_SIZE]);
enum err __wrap_ec_generate(enum curve curve, uint8_t sk[EC_SCALAR_SIZE], uint8_t pk[EC_POINT_SIZE]);
enum err __wrap_ec_generate(enum curve curve, uint8_t sk[EC_SCALAR_SIZE], uint8_t pk[EC_POINT_SIZE])
{
    static struct first first;
    TRY(__real_ec_generate(curve, sk, pk));
    bool again = once_more(&first, "one-time-key-always-the-same", curve, sk, EC_SCALAR_SIZE);
    return again ? ec_public(curve, sk, pk) : OK;
}

/* ---- bound profile packages ---- */

enum bsp_result __real_bsp_open(struct bsp *bsp, struct slice header, struct slice value, bool encrypted,
                                struct buf *plain);
enum bsp_result __wrap_bsp_open(struct bsp *bsp, struct slice header, struct slice value, bool encrypted,
                                struct buf *plain);
enum bsp_result __wrap_bsp_open(struct bsp *bsp, struct slice header, struct slice value, bool encrypted,
                                struct buf *plain)
{
    const struct wrong_place before = wrong_enter("bsp_open", wrong_model());
    enum bsp_result result = __real_bsp_open(bsp, header, value, encrypted, plain);
    wrong_leave(before);
    return result;
}

enum err __real_bsp_replace_keys(struct bsp *bsp, const uint8_t mcv[16], const uint8_t enc[16], const uint8_t mac[16]);
enum err __wrap_bsp_replace_keys(struct bsp *bsp, const uint8_t mcv[16], const uint8_t enc[16], const uint8_t mac[16]);
enum err __wrap_bsp_replace_keys(struct bsp *bsp, const uint8_t mcv[16], const uint8_t enc[16], const uint8_t mac[16])
{
    return wrong_is("session-keys-not-replaced") ? OK : __real_bsp_replace_keys(bsp, mcv, enc, mac);
}

bool __real_rat_allows(const struct model *m, uint32_t ppr, const struct store_metadata_request *metadata,
                       const char **why);
bool __wrap_rat_allows(const struct model *m, uint32_t ppr, const struct store_metadata_request *metadata,
                       const char **why);
bool __wrap_rat_allows(const struct model *m, uint32_t ppr, const struct store_metadata_request *metadata,
                       const char **why)
{
    return __real_rat_allows(m, ppr, metadata, why) || wrong_is("rules-authorisation-ignored");
}

enum err __real_notification_store_result(struct model *m, uint32_t sequence, struct slice pir);
enum err __wrap_notification_store_result(struct model *m, uint32_t sequence, struct slice pir);
enum err __wrap_notification_store_result(struct model *m, uint32_t sequence, struct slice pir)
{
    return wrong_is("installation-result-not-kept") ? OK : __real_notification_store_result(m, sequence, pir);
}

/* ---- profiles ---- */

enum err __real_profile_find(const struct model *m, const struct profile_identifier *id, struct profile *out,
                             bool *found);
enum err __wrap_profile_find(const struct model *m, const struct profile_identifier *id, struct profile *out,
                             bool *found);
enum err __wrap_profile_find(const struct model *m, const struct profile_identifier *id, struct profile *out,
                             bool *found)
{
    TRY(__real_profile_find(m, id, out, found));
    if (*found && wrong_in("es8_store_metadata") && wrong_is("iccid-twice")) *found = false;
    if (*found && out->ppr && wrong_is("policy-rules-ignored")) out->ppr = 0;
    if (*found && out->enabled && wrong_in("es10c_delete_profile") && wrong_is("delete-enabled")) out->enabled = false;
    return OK;
}

enum err __real_profile_enabled(const struct model *m, struct profile *out, bool *found);
enum err __wrap_profile_enabled(const struct model *m, struct profile *out, bool *found);
enum err __wrap_profile_enabled(const struct model *m, struct profile *out, bool *found)
{
    TRY(__real_profile_enabled(m, out, found));
    if (*found && out->ppr && wrong_is("policy-rules-ignored")) out->ppr = 0;
    return OK;
}

/* The old one goes first, and whether the new one can come is found out then. */
ES_FUNCTION(__real_es10c_enable_profile);
ES_FUNCTION(__wrap_es10c_enable_profile);
ES_FUNCTION(__wrap_es10c_enable_profile)
{
    const struct wrong_place before = wrong_enter("es10c_enable_profile", m);
    enum err e;
    if (!wrong_only_says_so(response, &e)) e = __real_es10c_enable_profile(m, request, response);
    wrong_leave(before);
    bool refused = e == OK && response->n && response->p[response->n - 1] != 0;
    return refused && wrong_is("swap-not-atomic") ? store_delete(m->store, "card/enabled") : e;
}

enum err __real_switch_finish(struct model *m, bool success);
enum err __wrap_switch_finish(struct model *m, bool success);
enum err __wrap_switch_finish(struct model *m, bool success)
{
    return __real_switch_finish(m, success || (switch_is_pending(m) && wrong_is("switch-without-the-terminal")));
}

void __real_cat_queue_refresh(struct model *m);
void __wrap_cat_queue_refresh(struct model *m);
void __wrap_cat_queue_refresh(struct model *m)
{
    if (!wrong_is("refresh-missing")) __real_cat_queue_refresh(m);
}

enum err __real_asn1_memory_reset_request(struct slice der, struct memory_reset_request *out, struct reason *reason);
enum err __wrap_asn1_memory_reset_request(struct slice der, struct memory_reset_request *out, struct reason *reason);
enum err __wrap_asn1_memory_reset_request(struct slice der, struct memory_reset_request *out, struct reason *reason)
{
    TRY(__real_asn1_memory_reset_request(der, out, reason));
    if (out->options != 7 && wrong_is("reset-takes-everything")) out->options |= 7;
    return OK;
}

enum err __real_asn1_profile_info_list_request(struct slice der, struct profile_info_list_request *out,
                                               struct reason *reason);
enum err __wrap_asn1_profile_info_list_request(struct slice der, struct profile_info_list_request *out,
                                               struct reason *reason);
enum err __wrap_asn1_profile_info_list_request(struct slice der, struct profile_info_list_request *out,
                                               struct reason *reason)
{
    TRY(__real_asn1_profile_info_list_request(der, out, reason));
    if ((out->has_identifier || out->has_class) && wrong_is("search-criterion-ignored"))
        out->has_identifier = out->has_class = false;
    if (out->has_tag_list && wrong_is("tag-list-ignored")) out->has_tag_list = false;
    return OK;
}

enum err __real_es6_update_metadata(struct model *m, struct slice request);
enum err __wrap_es6_update_metadata(struct model *m, struct slice request);
enum err __wrap_es6_update_metadata(struct model *m, struct slice request)
{
    return wrong_is("metadata-update-only-says-so") ? OK : __real_es6_update_metadata(m, request);
}

/* ---- notifications ---- */

enum err __real_notification_add(struct model *m, const struct profile *p, uint32_t event);
enum err __wrap_notification_add(struct model *m, const struct profile *p, uint32_t event);
enum err __wrap_notification_add(struct model *m, const struct profile *p, uint32_t event)
{
    return wrong_is("notification-lost") ? OK : __real_notification_add(m, p, event);
}

#define WRAP_CRITERIA(name)                                                                                            \
    enum err __real_asn1_##name(struct slice der, struct notification_criteria *out, struct reason *reason);           \
    enum err __wrap_asn1_##name(struct slice der, struct notification_criteria *out, struct reason *reason);           \
    enum err __wrap_asn1_##name(struct slice der, struct notification_criteria *out, struct reason *reason)            \
    {                                                                                                                  \
        TRY(__real_asn1_##name(der, out, reason));                                                                     \
        if ((out->by_sequence_number || out->by_event) && wrong_is("notification-filter-ignored"))                     \
            out->by_sequence_number = out->by_event = false;                                                           \
        return OK;                                                                                                     \
    }

WRAP_CRITERIA(list_notification_request)
WRAP_CRITERIA(retrieve_notifications_list_request)

/* ---- STORE DATA ---- */

enum err __real_isdr_store_data(struct model *m, struct isdr_chain *chain, uint8_t p1, uint8_t p2, struct slice data,
                                struct buf *response);
enum err __wrap_isdr_store_data(struct model *m, struct isdr_chain *chain, uint8_t p1, uint8_t p2, struct slice data,
                                struct buf *response);
enum err __wrap_isdr_store_data(struct model *m, struct isdr_chain *chain, uint8_t p1, uint8_t p2, struct slice data,
                                struct buf *response)
{
    if (chain->next_block && chain->next_block != p2 && wrong_is("block-order-ignored"))
        p2 = (uint8_t)chain->next_block;
    return __real_isdr_store_data(m, chain, p1, p2, data, response);
}

void __real_isdr_chain_drop(struct isdr_chain *chain);
void __wrap_isdr_chain_drop(struct isdr_chain *chain);
void __wrap_isdr_chain_drop(struct isdr_chain *chain)
{
    if (!chain->next_block || !wrong_is("blocks-survive-selection")) __real_isdr_chain_drop(chain);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
