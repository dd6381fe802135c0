/* The rows of wrong_cards.h, which function is at work, and the kinds. What each card means and which cases see it is
 * in wrong/cards. */
#define _GNU_SOURCE
#include "wrong_memory.h"
#include "wrong_seams.h"

#include "isdr/iot.h"
#include "uicc/internal.h"

#include "base/hex.h"

#include <fnmatch.h>
#include <stdlib.h>

static const struct wrong_card cards[] = {
    /* name, kind, where, what */
    {"server-signature-not-checked", TRUSTS_SIGNATURE, "es10b_authenticate_server", NULL},
    {"server-certificate-not-checked", TRUSTS_CERTIFICATE, "es10b_authenticate_server", NULL},
    {"server-role-not-checked", OF_ITS_OWN, NULL, NULL},
    {"key-usage-not-checked", OF_ITS_OWN, NULL, NULL},
    {"critical-extension-ignored", OF_ITS_OWN, NULL, NULL},
    {"challenge-not-compared", TRUSTS_EQUALITY, "es10b_authenticate_server", NULL},
    {"challenge-not-fresh", OF_ITS_OWN, NULL, NULL},
    {"challenge-used-twice", OF_ITS_OWN, NULL, NULL},
    {"session-survives-reset", OF_ITS_OWN, NULL, NULL},
    {"session-signature-of-less", SIGNS_LESS, "es10b_authenticate_server", NULL},
    {"revocation-ignored", OF_ITS_OWN, NULL, NULL},
    {"package-binding-certificate-not-checked", TRUSTS_CERTIFICATE, "es10b_prepare_download", NULL},
    {"package-binding-signature-not-checked", TRUSTS_SIGNATURE, "es10b_prepare_download", NULL},
    {"package-binding-oid-not-compared", OF_ITS_OWN, NULL, NULL},
    {"prepare-transaction-not-compared", OF_ITS_OWN, NULL, NULL},
    {"cancel-transaction-not-compared", OF_ITS_OWN, NULL, NULL},
    {"cancel-does-nothing", OF_ITS_OWN, NULL, NULL},
    {"prepare-signature-of-less", SIGNS_LESS, "es10b_prepare_download", NULL},
    {"one-time-key-always-the-same", OF_ITS_OWN, NULL, NULL},
    {"one-time-key-not-kept", FORGETS, NULL, "otpk/*"},
    {"one-time-key-kept-too-long", KEEPS, NULL, "otpk/*"},
    {"channel-signature-not-checked", TRUSTS_SIGNATURE, "es8_initialise_secure_channel", NULL},
    {"channel-transaction-not-compared", OF_ITS_OWN, NULL, NULL},
    {"package-mac-not-checked", TRUSTS_EQUALITY, "bsp_open", NULL},
    {"session-keys-not-replaced", OF_ITS_OWN, NULL, NULL},
    {"iccid-twice", OF_ITS_OWN, NULL, NULL},
    {"rules-authorisation-ignored", OF_ITS_OWN, NULL, NULL},
    {"installation-result-signature-of-less", SIGNS_LESS, "bound_profile_package_segment", NULL},
    {"installation-result-not-kept", OF_ITS_OWN, NULL, NULL},
    {"memory-not-given-back", KEEPS, "profile_delete", "isdp/*"},
    {"deleted-file-stays", KEEPS, NULL, "isdp/*/?*"},
    {"delete-only-says-so", ONLY_SAYS_SO, "es10c_delete_profile", "BF3303800100"},
    {"delete-enabled", OF_ITS_OWN, NULL, NULL},
    {"enable-only-says-so", ONLY_SAYS_SO, "es10c_enable_profile", "BF3103800100"},
    {"disable-only-says-so", ONLY_SAYS_SO, "es10c_disable_profile", "BF3203800100"},
    {"reset-only-says-so", ONLY_SAYS_SO, "es10c_euicc_memory_reset", "BF3403800100"},
    {"reset-takes-everything", OF_ITS_OWN, NULL, NULL},
    {"swap-not-atomic", OF_ITS_OWN, NULL, NULL},
    {"switch-without-the-terminal", OF_ITS_OWN, NULL, NULL},
    {"refresh-missing", OF_ITS_OWN, NULL, NULL},
    {"policy-rules-ignored", OF_ITS_OWN, NULL, NULL},
    {"test-profile-does-not-give-way", FORGETS, NULL, "card/previous"},
    {"nickname-only-says-so", ONLY_SAYS_SO, "es10c_set_nickname", "BF2903800100"},
    {"search-criterion-ignored", OF_ITS_OWN, NULL, NULL},
    {"tag-list-ignored", OF_ITS_OWN, NULL, NULL},
    {"default-address-not-stored", FORGETS, NULL, "card/default-dp"},
    {"notification-lost", OF_ITS_OWN, NULL, NULL},
    {"notification-not-removed", KEEPS, "es10b_remove_notification_from_list", "notification/*"},
    {"notification-filter-ignored", OF_ITS_OWN, NULL, NULL},
    {"notification-signature-of-less", OF_ITS_OWN, NULL, NULL},
    {"sequence-number-not-raised", FORGETS, NULL, "card/sequence"},
    {"metadata-update-only-says-so", OF_ITS_OWN, NULL, NULL},
    {"block-order-ignored", OF_ITS_OWN, NULL, NULL},
    {"blocks-survive-selection", OF_ITS_OWN, NULL, NULL},

    {"eim-signature-not-checked", TRUSTS_SIGNATURE, "es10b_load_euicc_package", NULL},
    {"eim-counter-not-stored", OF_ITS_OWN, NULL, NULL},
    {"eim-counter-not-compared", OF_ITS_OWN, NULL, NULL},
    {"eim-token-ignored", OF_ITS_OWN, NULL, NULL},
    {"eim-token-not-raised", FORGETS, NULL, "card/association-token"},
    {"eid-not-compared", OF_ITS_OWN, NULL, NULL},
    {"initial-eim-always-taken", OF_ITS_OWN, NULL, NULL},
    {"eim-not-deleted", KEEPS, "eco_delete_eim", "eim/*"},
    {"eim-not-updated", FORGETS, "eco_update_eim", "eim/*"},
    {"package-result-not-kept", FORGETS, NULL, "package-result/*"},
    {"package-result-not-removed", KEEPS, "es10b_remove_notification_from_list", "package-result/*"},
    {"package-result-signature-of-less", SIGNS_LESS, "es10b_load_euicc_package", NULL},
    {"list-goes-on-after-a-failure", OF_ITS_OWN, NULL, NULL},
    {"rollback-not-authorised", FORGETS, NULL, "card/rollback"},
    {"rollback-only-says-so", ONLY_SAYS_SO, "es10b_profile_rollback", "BF5803020100"},
    {"rollback-stays-authorised", KEEPS, NULL, "card/rollback"},
    {"fallback-attribute-not-stored", FORGETS, NULL, "card/fallback"},
    {"fallback-way-back-not-stored", FORGETS, NULL, "card/fallback-return"},
    {"immediate-enable-not-stored", FORGETS, NULL, "card/immediate-enable"},
    {"emergency-call-not-protected", OF_ITS_OWN, NULL, NULL},
    {"reset-keeps-eims", KEEPS, "es10*_euicc_memory_reset", "eim/"},
    {"iot-reset-only-says-so", ONLY_SAYS_SO, "es10b_euicc_memory_reset", "BF6403800100"},

    {"wrong-pin-accepted", TRUSTS_EQUALITY, "uicc_verify_pin", NULL},
    {"wrong-puk-accepted", TRUSTS_EQUALITY, "uicc_unblock_pin", NULL},
    {"pin-tries-not-counted", OF_ITS_OWN, NULL, NULL},
    {"pin-tries-not-restored", OF_ITS_OWN, NULL, NULL},
    {"pin-change-only-says-so", OF_ITS_OWN, NULL, NULL},
    {"pin-survives-reset", OF_ITS_OWN, NULL, NULL},
    {"access-rule-ignored", OF_ITS_OWN, NULL, NULL},
    {"update-not-stored", OF_ITS_OWN, NULL, NULL},
    {"fcp-without-identifier", WITHOUT_MEMBER, NULL, "83"},
    {"fcp-without-size", WITHOUT_MEMBER, NULL, "80"},
    {"fcp-without-life-cycle", WITHOUT_MEMBER, NULL, "8A"},
    {"fcp-without-pin-status", WITHOUT_MEMBER, NULL, "C6"},
    {"sequence-number-of-network-not-stored", OF_ITS_OWN, NULL, NULL},
    {"authentication-replayed", OF_ITS_OWN, NULL, NULL},
    {"network-mac-not-checked", TRUSTS_EQUALITY, "uicc_authenticate", NULL},
    {"resynchronisation-in-clear", OF_ITS_OWN, NULL, NULL},
    {"authentication-without-pin", OF_ITS_OWN, NULL, NULL},
    {"channels-are-one", OF_ITS_OWN, NULL, NULL},
    {"secured-packet-checksum-not-checked", TRUSTS_EQUALITY, "secured_packet_open", NULL},
};

#define CARDS (sizeof cards / sizeof *cards)

const struct wrong_card *wrong_card_at(size_t index)
{
    return index < CARDS ? &cards[index] : NULL;
}

/* What this program is: one card after the other. */
static struct {
    const struct wrong_card *card;
    bool *seen;
    unsigned long round;
    struct wrong_place place;
} now;

bool wrong_choose(const char *name)
{
    now.card = NULL;
    now.round++;
    for (size_t i = 0; name && i < CARDS; i++)
        if (strcmp(cards[i].name, name) == 0) now.card = &cards[i];
    return !name || now.card;
}

void wrong_observe(bool *seen)
{
    now.seen = seen;
    now.round++;
}

unsigned long wrong_round(void)
{
    return now.round;
}

bool wrong_is(const char *name)
{
    for (size_t i = 0; now.seen && i < CARDS; i++)
        if (strcmp(cards[i].name, name) == 0) now.seen[i] = true;
    return now.card && strcmp(now.card->name, name) == 0;
}

/* Wrong in the function at work. */
static bool is_here(const struct wrong_card *card, enum wrong_kind kind, const char *key)
{
    if (card->kind != kind || (key && fnmatch(card->what, key, 0) != 0)) return false;
    return !card->where || (now.place.function && fnmatch(card->where, now.place.function, 0) == 0);
}

static const struct wrong_card *find_here(enum wrong_kind kind, const char *key)
{
    for (size_t i = 0; now.seen && i < CARDS; i++)
        if (is_here(&cards[i], kind, key)) now.seen[i] = true;
    return now.card && is_here(now.card, kind, key) ? now.card : NULL;
}

const struct wrong_card *wrong_here(enum wrong_kind kind)
{
    return find_here(kind, NULL);
}

bool wrong_with(enum wrong_kind kind, const char *key)
{
    return find_here(kind, key);
}

bool wrong_in(const char *function)
{
    return now.place.function && strcmp(now.place.function, function) == 0;
}

struct model *wrong_model(void)
{
    return now.place.model;
}

struct wrong_place wrong_enter(const char *function, struct model *m)
{
    struct wrong_place before = now.place;
    now.place = (struct wrong_place){function, m};
    return before;
}

void wrong_leave(struct wrong_place before)
{
    now.place = before;
}

/* ---- which function is at work ---- */

bool wrong_only_says_so(struct buf *response, enum err *e)
{
    const struct wrong_card *card = wrong_here(ONLY_SAYS_SO);
    if (card) *e = hex_decode(slice_text(card->what), response) ? buf_err(response) : ERR_MEMORY;
    return card;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
#define WRAP_FUNCTION(name)                                                                                            \
    ES_FUNCTION(__real_##name);                                                                                        \
    ES_FUNCTION(__wrap_##name);                                                                                        \
    ES_FUNCTION(__wrap_##name)                                                                                         \
    {                                                                                                                  \
        const struct wrong_place before = wrong_enter(#name, m);                                                       \
        enum err e;                                                                                                    \
        if (!wrong_only_says_so(response, &e)) e = __real_##name(m, request, response);                                \
        wrong_leave(before);                                                                                           \
        return e;                                                                                                      \
    }

WRAP_FUNCTION(bound_profile_package_segment)
WRAP_FUNCTION(es10b_authenticate_server)
WRAP_FUNCTION(es10b_cancel_session)
WRAP_FUNCTION(es10b_get_euicc_challenge)
WRAP_FUNCTION(es10b_prepare_download)
WRAP_FUNCTION(es10b_profile_rollback)
WRAP_FUNCTION(es10b_remove_notification_from_list)
WRAP_FUNCTION(es10b_add_initial_eim)
WRAP_FUNCTION(es10b_euicc_memory_reset)
WRAP_FUNCTION(es10c_delete_profile)
WRAP_FUNCTION(es10c_disable_profile)
WRAP_FUNCTION(es10c_euicc_memory_reset)
WRAP_FUNCTION(es10c_set_nickname)

#define WRAP_COMMAND_OF_PACKAGE(name)                                                                                  \
    enum err __real_##name(struct model *m, struct slice request, enum bpp_error *error);                              \
    enum err __wrap_##name(struct model *m, struct slice request, enum bpp_error *error);                              \
    enum err __wrap_##name(struct model *m, struct slice request, enum bpp_error *error)                               \
    {                                                                                                                  \
        const struct wrong_place before = wrong_enter(#name, m);                                                       \
        enum err e = __real_##name(m, request, error);                                                                 \
        wrong_leave(before);                                                                                           \
        return e;                                                                                                      \
    }

WRAP_COMMAND_OF_PACKAGE(es8_initialise_secure_channel)
WRAP_COMMAND_OF_PACKAGE(es8_store_metadata)

#define WRAP_OPERATION(name)                                                                                           \
    OPERATION(__real_##name);                                                                                          \
    OPERATION(__wrap_##name);                                                                                          \
    OPERATION(__wrap_##name)                                                                                           \
    {                                                                                                                  \
        const struct wrong_place before = wrong_enter(#name, p->model);                                                \
        enum err e = __real_##name(p, operation, result, failed);                                                      \
        wrong_leave(before);                                                                                           \
        if (*failed && wrong_is("list-goes-on-after-a-failure")) *failed = false;                                      \
        return e;                                                                                                      \
    }

WRAP_OPERATION(psmo_delete)
WRAP_OPERATION(psmo_disable)
WRAP_OPERATION(psmo_enable)
WRAP_OPERATION(eco_add_eim)
WRAP_OPERATION(eco_delete_eim)
WRAP_OPERATION(eco_update_eim)

#define WRAP_COMMAND(name)                                                                                             \
    uicc_run __real_##name;                                                                                            \
    uicc_run __wrap_##name;                                                                                            \
    enum err __wrap_##name(struct model *m, struct uicc_context *c, const struct uicc_command *a,                      \
                           struct uicc_answer *answer)                                                                 \
    {                                                                                                                  \
        const struct wrong_place before = wrong_enter(#name, m);                                                       \
        enum err e = __real_##name(m, c, a, answer);                                                                   \
        wrong_leave(before);                                                                                           \
        return e;                                                                                                      \
    }

WRAP_COMMAND(uicc_authenticate)
WRAP_COMMAND(uicc_change_pin)
WRAP_COMMAND(uicc_unblock_pin)
WRAP_COMMAND(uicc_verify_pin)

enum err __real_profile_delete(struct model *m, const uint8_t aid[AID_SIZE]);
enum err __wrap_profile_delete(struct model *m, const uint8_t aid[AID_SIZE]);
enum err __wrap_profile_delete(struct model *m, const uint8_t aid[AID_SIZE])
{
    const struct wrong_place before = wrong_enter("profile_delete", m);
    enum err e = __real_profile_delete(m, aid);
    wrong_leave(before);
    return e;
}

/* ---- the kinds ---- */

enum err __wrap_ecdsa_verify(enum curve curve, struct slice point, const struct slice *parts, size_t n,
                             struct slice signature, bool *valid);
enum err __wrap_ecdsa_verify(enum curve curve, struct slice point, const struct slice *parts, size_t n,
                             struct slice signature, bool *valid)
{
    static const uint8_t no_token[] = {0x84, 0x01, 0x00};
    TRY(remember_ecdsa_verify(curve, point, parts, n, signature, valid));
    if (!*valid && wrong_here(TRUSTS_SIGNATURE)) *valid = true;
    if (*valid || n != 2 || !wrong_is("eim-token-ignored")) return OK;
    const struct slice without[] = {parts[0], SLICE(no_token)};
    return remember_ecdsa_verify(curve, point, without, 2, signature, valid);
}

enum err __real_certificate_verify(const struct certificate *c, enum curve curve, struct slice point, bool *valid);
enum err __wrap_certificate_verify(const struct certificate *c, enum curve curve, struct slice point, bool *valid);
enum err __wrap_certificate_verify(const struct certificate *c, enum curve curve, struct slice point, bool *valid)
{
    /* a place of its own: a card that trusts what servers sign still checks their certificates */
    const struct wrong_place before = wrong_enter("certificate_verify", wrong_model());
    enum err e = __real_certificate_verify(c, curve, point, valid);
    wrong_leave(before);
    TRY(e);
    if (!*valid && wrong_here(TRUSTS_CERTIFICATE)) *valid = true;
    return OK;
}

bool __real_crypto_equal(const uint8_t *a, const uint8_t *b, size_t n);
bool __wrap_crypto_equal(const uint8_t *a, const uint8_t *b, size_t n);
bool __wrap_crypto_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
    return __real_crypto_equal(a, b, n) || wrong_here(TRUSTS_EQUALITY);
}

enum err __real_identity_sign(const struct model *m, size_t root, const struct slice *parts, size_t n,
                              uint8_t out[ECDSA_RAW_SIZE]);
enum err __wrap_identity_sign(const struct model *m, size_t root, const struct slice *parts, size_t n,
                              uint8_t out[ECDSA_RAW_SIZE]);
enum err __wrap_identity_sign(const struct model *m, size_t root, const struct slice *parts, size_t n,
                              uint8_t out[ECDSA_RAW_SIZE])
{
    struct slice less = parts[0];
    if (wrong_here(SIGNS_LESS)) less.n--;
    /* notifications begin with their metadata */
    if (less.n > 2 && less.p[0] == 0xbf && less.p[1] == 0x2f && wrong_is("notification-signature-of-less")) less.n--;
    return less.n < parts[0].n ? __real_identity_sign(m, root, &less, 1, out)
                               : __real_identity_sign(m, root, parts, n, out);
}

enum err __real_store_put(struct store *s, const char *key, struct slice value);
enum err __wrap_store_put(struct store *s, const char *key, struct slice value);
enum err __wrap_store_put(struct store *s, const char *key, struct slice value)
{
    return wrong_with(FORGETS, key) ? OK : __real_store_put(s, key, value);
}

enum err __real_store_delete(struct store *s, const char *key);
enum err __wrap_store_delete(struct store *s, const char *key);
enum err __wrap_store_delete(struct store *s, const char *key)
{
    return wrong_with(KEEPS, key) ? OK : __real_store_delete(s, key);
}

enum err __real_store_delete_prefix(struct store *s, const char *prefix);
enum err __wrap_store_delete_prefix(struct store *s, const char *prefix);
enum err __wrap_store_delete_prefix(struct store *s, const char *prefix)
{
    return wrong_with(KEEPS, prefix) ? OK : __real_store_delete_prefix(s, prefix);
}

/* The template 62 that was appended, once more without the member. */
static enum err leave_out(struct buf *out, size_t from, const char *what)
{
    struct slice in = slice_skip(buf_slice(out), from);
    struct tlv t;
    BUF_LOCAL without = {0};
    uint32_t tag = (uint32_t)strtoul(what, NULL, 16);
    if (!tlv_next(&in, &t)) return OK;
    size_t mark = tlv_open(&without, t.tag);
    for (struct slice members = t.value; tlv_next(&members, &t);)
        if (t.tag != tag) buf_append(&without, t.whole);
    tlv_close(&without, mark);
    TRY(buf_err(&without));
    buf_truncate(out, from);
    buf_append(out, buf_slice(&without));
    return buf_err(out);
}

enum err __real_uicc_fcp(const struct model *m, const struct isdp *isdp, const struct file *f, struct buf *out);
enum err __wrap_uicc_fcp(const struct model *m, const struct isdp *isdp, const struct file *f, struct buf *out);
enum err __wrap_uicc_fcp(const struct model *m, const struct isdp *isdp, const struct file *f, struct buf *out)
{
    const struct wrong_card *card = wrong_here(WITHOUT_MEMBER);
    size_t from = out->n;
    TRY(__real_uicc_fcp(m, isdp, f, out));
    return card ? leave_out(out, from, card->what) : OK;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
