/* The model as a whole: opening, cloning, forgetting; see model.h. Called by src/card. */
#define _DEFAULT_SOURCE
#include "model/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"

#define MODEL_VERSION "2"
#define MODEL_VERSION_OF_PACKAGES "1" /* isdp/<aid>/package instead of contents; src/card installs them */

void model_trace(const struct model *m, enum euicc_event event, const char *format, ...)
{
    char text[512];
    va_list args;
    if (!m->env.trace) return;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0) return;
    size_t size = (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    m->env.trace(m->env.ctx, event, (const uint8_t *)text, size);
}

void model_trace_bytes(const struct model *m, enum euicc_event event, struct slice bytes)
{
    if (m->env.trace) m->env.trace(m->env.ctx, event, bytes.p, bytes.n);
}

static enum err load_personality(struct model *m, char why[256])
{
    struct slice s;
    BUF_LOCAL text = {0};
    if (!store_get(m->store, "card/personality", &s)) return ERR_CORRUPT;
    buf_append(&text, s);
    buf_byte(&text, 0);
    TRY(buf_err(&text));
    personality_free(&m->personality);
    if (personality_parse(&m->personality, (const char *)text.p, why)) return OK;
    return why[0] ? ERR_CORRUPT : ERR_MEMORY;
}

bool model_has_packages(const struct model *m)
{
    struct slice version;
    return store_get(m->store, "card/version", &version) && slice_equal(version, slice_text(MODEL_VERSION_OF_PACKAGES));
}

enum err model_packages_are_installed(struct model *m)
{
    return store_put(m->store, "card/version", slice_text(MODEL_VERSION));
}

enum err model_reload(struct model *m, char why[256])
{
    struct slice version;
    if (!store_get(m->store, "card/version", &version)) {
        (void)snprintf(why, 256, "the stored card has no version");
        return ERR_CORRUPT;
    }
    if (!slice_equal(version, slice_text(MODEL_VERSION)) && !model_has_packages(m)) {
        (void)snprintf(why, 256, "the stored card has version %.*s, this program knows %s",
                       version.n > 20 ? 20 : (int)version.n, (const char *)version.p, MODEL_VERSION);
        return ERR_NEWER;
    }
    TRY(load_personality(m, why));
    enum err e = identity_load(m);
    if (e == ERR_CORRUPT) (void)snprintf(why, 256, "the stored card's EID, keys or certificates do not decode");
    return e;
}

static enum err make_card(struct model *m, const struct euicc_config *config, char why[256])
{
    const char *text = config->personality ? config->personality : "";
    struct slice address;
    if (!personality_parse(&m->personality, text, why)) return why[0] ? ERR_DATA : ERR_MEMORY;
    TRY(store_put(m->store, "card/version", slice_text(MODEL_VERSION)));
    TRY(store_put(m->store, "card/personality", slice_text(text)));
    TRY(identity_create(m, config, why));
    address = slice_text(m->personality.default_smdp_address);
    if (address.n) TRY(store_put(m->store, "card/default-dp", address));
    TRY(store_commit(m->store, NULL));
    return OK;
}

static enum err open_card(struct model *m, const struct euicc_config *config, char why[256])
{
    struct store_item first;
    TRY(store_new(&m->store, &m->env, profile_key_is_charged));
    first = store_first(m->store, "");
    if (!first.key) {
        if (!config) return ERR_REFERENCE;
        TRY(make_card(m, config, why));
    }
    return model_reload(m, why);
}

enum err model_open(struct model *m, const struct euicc_config *config, const struct euicc_env *env, char why[256])
{
    *m = (struct model){.env = *env};
    reason_clear(&m->reason);
    enum err e = open_card(m, config, why);
    if (e != OK) model_close(m);
    return e;
}

void model_close(struct model *m)
{
    session_drop(&m->session);
    personality_free(&m->personality);
    store_free(m->store);
    explicit_bzero(m, sizeof *m);
}

enum err model_clone(const struct model *from, const struct euicc_env *env, struct model *to)
{
    *to = *from;
    to->env = *env;
    to->store = NULL;
    to->personality.rat = (struct buf){0};
    to->session = (struct session){0};
    enum err e = store_clone(from->store, env, &to->store);
    if (e == OK && !personality_copy(&from->personality, &to->personality)) e = ERR_MEMORY;
    /* identity: what its slices point into is shared with the copy's store, which keeps it */
    if (e == OK) e = session_copy(&from->session, &to->session);
    if (e != OK) model_close(to);
    return e;
}

void model_forget_volatile(struct model *m)
{
    session_drop(&m->session);
    m->cat = (struct cat){0};
    m->terminal = (struct terminal){0};
    memset(m->verified_pins, 0, sizeof m->verified_pins);
    explicit_bzero(m->suspended, sizeof m->suspended);
    m->suspended_n = 0;
    m->switched = false;
}

enum err model_factory_reset(struct model *m)
{
    /* prefixes; the numbers of notifications and the generator of association tokens go on */
    static const char *const gone[] = {
        "profile/",        "isdp/",         "notification/", "package-result/",       "eim/",
        "otpk/",           "crl/",          "card/enabled",  "card/pending",          "card/previous",
        "card/default-dp", "card/rollback", "card/fallback", "card/emergency-return", "card/immediate-enable",
        "card/suspended"};
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        TRY(store_delete_prefix(m->store, gone[i]));
    struct slice address = slice_text(m->personality.default_smdp_address);
    if (address.n) TRY(store_put(m->store, "card/default-dp", address));
    return store_commit(m->store, NULL);
}

struct slice model_default_dp_address(const struct model *m)
{
    struct slice s = {0};
    return store_get(m->store, "card/default-dp", &s) ? s : (struct slice){0};
}
