/* One card: power, reset, transmit, one commit per command (design rule 3), images, clones. The public API of
 * src/euicc.h; looking in is in describe.c. */
#include "card/card.h"

#include <stdio.h>
#include <stdlib.h>

#include "asn1/asn1.h"

static void bind_environment(const euicc *card)
{
    crypto_bind_random(card->model.env.random, card->model.env.ctx);
}

/* How often crypto_bind_random() is undone: always, on every way out of a public function. */
static void unbind_environment(void)
{
    crypto_bind_random(NULL, NULL);
}

static int finish(enum err e)
{
    unbind_environment();
    return public_result(e);
}

static enum err open_card(struct model *m, const struct euicc_config *config, const struct euicc_env *env,
                          char why[256])
{
    TRY(model_open(m, config, env, why));
    enum err e = migrate(m);
    if (e == OK) e = store_commit(m->store, NULL);
    if (e != OK) model_close(m);
    return e;
}

int euicc_create(euicc **out, const struct euicc_config *config, const struct euicc_env *env,
                 struct euicc_diagnostic *why)
{
    char text[256] = "";
    *out = NULL;
    euicc *card = calloc(1, sizeof *card);
    if (!card) return EUICC_NO_MEMORY;
    crypto_bind_random(env->random, env->ctx);
    enum err e = crypto_warm_up();
    if (e == OK) e = asn1_warm_up();
    if (e == OK) e = open_card(&card->model, config, env, text);
    if (e != OK)
        free(card);
    else
        *out = card;
    if (why) (void)snprintf(why->text, sizeof why->text, "%s", text[0] ? text : euicc_result_text(public_result(e)));
    return finish(e);
}

void euicc_destroy(euicc *card)
{
    if (!card) return;
    for (size_t i = 0; i < CHANNELS; i++)
        if (card->channels[i].open) channel_close(&card->channels[i]);
    sms_forget(&card->sms);
    model_close(&card->model);
    free(card);
}

/* Forgets all that power off forgets. */
static void lose_power(euicc *card)
{
    store_rollback_to(card->model.store, 0);
    model_forget_volatile(&card->model);
    channels_reset(card);
    sms_forget(&card->sms);
    card->on = false;
}

static enum err commit(euicc *card)
{
    size_t changed = 0;
    enum err e = store_commit(card->model.store, &changed);
    if (e == OK && changed) model_trace(&card->model, EUICC_EVENT_COMMIT, "%zu keys", changed);
    if (e != OK) card->mute = true;
    return e;
}

static int start(euicc *card, const char *event, struct euicc_atr *atr)
{
    lose_power(card);
    model_trace(&card->model, EUICC_EVENT_POWER, "%s", event);
    card->mute = false;
    bind_environment(card);
    /* A switch whose REFRESH never came is carried out now (SGP.22 5.7.16). */
    enum err e = switch_finish(&card->model, true);
    if (e == OK) e = isdr_power_on(&card->model);
    if (e == OK) e = uicc_power_on(&card->model);
    card->model.switched = false;
    if (e != OK)
        store_rollback_to(card->model.store, 0);
    else
        e = commit(card);
    if (e == OK) card->on = true;
    if (e == OK && atr) atr_make(&card->model.personality, atr);
    return finish(e);
}

int euicc_power_on(euicc *card, struct euicc_atr *atr)
{
    return start(card, "power on", atr);
}

int euicc_reset(euicc *card, struct euicc_atr *atr)
{
    return start(card, "reset", atr);
}

void euicc_power_off(euicc *card)
{
    if (card->on) model_trace(&card->model, EUICC_EVENT_POWER, "power off");
    lose_power(card);
}

/* Secure messaging is there for security domains only (GP 10.5); what it protected is in *plain. */
static enum err unwrap(euicc *card, struct apdu *a, struct buf *plain)
{
    struct channel *c = channel_of(card, a);
    struct domain_command in = {a->cla, a->ins, a->p1, a->p2, a->data, a->secured};
    if (c->application != APPLICATION_DOMAIN) return OK;
    TRY(domain_unwrap(&card->model, &c->domain, &in, a->extended && a->data.n > 255, plain));
    a->unwrapped = a->secured && !in.secured;
    a->data = in.data;
    return OK;
}

static bool secured_for_nobody(const euicc *card, const struct apdu *a)
{
    const struct channel *c = &card->channels[a->channel];
    return a->secured && !(c->open && c->application == APPLICATION_DOMAIN);
}

/* The order of the checks is that of TS 102 221 10.1. */
static enum err run_command(euicc *card, struct slice in, struct apdu *a, struct buf *plain, struct answer *answer)
{
    struct reason *r = &card->model.reason;
    enum err length = apdu_parse(in, card->model.personality.extended_length, a);
    if (in.n < 4)
        return reason_say(r, ERR_LENGTH, "ISO 7816-3 12.1", REASON_NO_OFFSET, "at least 4 bytes", "%zu", in.n);
    enum err e = apdu_parse_class(a);
    if (e == OK && secured_for_nobody(card, a)) e = ERR_SECURE_MESSAGING;
    if (e != OK) {
        a->channel = 0;
        return reason_say(r, e, "TS 102 221 10.1.1", 0, "class 0X, 4X, 8X or CX without secure messaging", "%02X",
                          a->cla);
    }
    if (!card->channels[a->channel].open) {
        unsigned number = a->channel;
        a->channel = 0;
        return reason_say(r, ERR_CHANNEL, "TS 102 221 10.1.1", 0, "an open logical channel", "channel %u", number);
    }
    const struct command *command = command_find(a);
    if (!command || command->run != command_get_response) { /* whatever comes of it, a waiting answer is lost */
        buf_free(&card->channels[a->channel].waiting);
        card->channels[a->channel].waiting_at = 0;
    }
    if (command) {
        r->function = command->name;
        model_trace(&card->model, EUICC_EVENT_FUNCTION, "%s", command->name);
    }
    /* A secure channel counts every command, also those that the card does not know. */
    if (length == OK) TRY(unwrap(card, a, plain));
    if (!command)
        return reason_say(r, ERR_INSTRUCTION, "TS 102 221 10.1.2", 1, "an instruction of this class", "%02X %02X",
                          a->cla, a->ins);
    if (command->no_parameters && (a->p1 || a->p2))
        return reason_say(r, ERR_PARAMETERS, command->no_parameters, REASON_NO_OFFSET, "P1 P2 00 00", "%02X %02X",
                          a->p1, a->p2);
    if (length != OK)
        return reason_say(r, length, "ISO 7816-3 12.1", 4, "Lc and Le that fit the command", "%zu bytes in all", in.n);
    return command->uicc ? command_uicc(card, command, a, answer) : command->run(card, a, answer);
}

static void answer_free(struct answer *answer)
{
    buf_free(&answer->data);
}

/* Runs, commits, answers. OK, or what makes the card mute. */
static enum err transmit(euicc *card, struct slice in, uint8_t *rapdu, size_t cap, size_t *rn)
{
    __attribute__((cleanup(answer_free))) struct answer answer = {0};
    BUF_LOCAL plain = {0};
    struct apdu a = {0};
    reason_begin(&card->model.reason, "command");
    card->model.switched = false;
    const struct cat before = card->model.cat;
    const uint8_t ins = in.n > 1 ? in.p[1] : 0;
    uicc_before_command(&card->model, ins);
    enum err e = run_command(card, in, &a, &plain, &answer);
    if (a.unwrapped && (e == OK || is_warning(e))) {
        enum err wrapped = domain_wrap(&channel_of(card, &a)->domain, status_word(e), &answer.data);
        if (wrapped != OK) e = wrapped;
    }
    if (!is_fault(e) && answer.data.failed) e = ERR_MEMORY; /* no answer goes out in parts */
    if (!is_fault(e)) {
        enum err ended = uicc_after_command(&card->model, ins);
        if (ended != OK) e = ended;
    }
    if (is_fault(e)) {
        store_rollback_to(card->model.store, 0);
        card->model.cat = before; /* a REFRESH goes with the switch that asked for it */
        if (!card->model.reason.said)
            (void)reason_say(&card->model.reason, e, "softeuicc", REASON_NO_OFFSET, "to process the command", "%s",
                             euicc_result_text(public_result(e)));
        session_drop(&card->model.session);
        if (e == ERR_STORAGE || e == ERR_POWER) { /* a retry counter could not be stored */
            card->mute = true;
            return e;
        }
    } else {
        TRY(commit(card));
        if (card->model.switched) channels_after_switch(card, a.channel);
    }
    return respond(card, &a, e, &answer, rapdu, cap, rn);
}

int euicc_transmit(euicc *card, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn)
{
    *rn = 0;
    if (!card->on || card->mute) return EUICC_MUTE;
    if (cap < 2) return EUICC_SHORT_BUFFER;
    bind_environment(card);
    trace_bytes(card, EUICC_EVENT_COMMAND, capdu, n);
    enum err e = transmit(card, slice_of(capdu, n), rapdu, cap, rn);
    if (e == ERR_NO_SPACE) {
        unbind_environment();
        return EUICC_SHORT_BUFFER;
    }
    if (e == OK) {
        trace_reason(card);
        trace_bytes(card, EUICC_EVENT_RESPONSE, rapdu, *rn);
    }
    return finish(e);
}

void euicc_last_reason(const euicc *card, struct euicc_reason *out)
{
    const struct reason *r = &card->model.reason;
    *out = (struct euicc_reason){r->said, r->function, r->clause, r->offset, r->expected, r->came};
}

/* The key is the one whose signature it was. */
static enum err sign_again(const struct identity *identity, struct slice was, struct slice signature,
                           struct slice becomes, uint8_t out[ECDSA_RAW_SIZE])
{
    for (size_t i = 0; i < identity->root_count; i++) {
        const struct root *root = &identity->roots[i];
        uint8_t point[EC_POINT_SIZE];
        bool valid = false;
        if (!root->signs) continue;
        TRY(ec_public(root->curve, root->key, point));
        TRY(ecdsa_verify(root->curve, SLICE(point), &was, 1, signature, &valid));
        if (valid) return ecdsa_sign(root->curve, root->key, &becomes, 1, out);
    }
    return ERR_DATA;
}

int euicc_sign_again(const euicc *card, struct euicc_bytes was, const uint8_t signature[64], struct euicc_bytes becomes,
                     uint8_t out[64])
{
    bind_environment(card);
    return finish(sign_again(&card->model.identity, slice_of(was.p, was.n), slice_of(signature, ECDSA_RAW_SIZE),
                             slice_of(becomes.p, becomes.n), out));
}

int euicc_snapshot(const euicc *card, uint8_t **image, size_t *n)
{
    BUF_LOCAL b = {0};
    *image = NULL;
    *n = 0;
    enum err e = store_snapshot(card->model.store, &b);
    if (e == OK) e = buf_err(&b);
    if (e != OK) return public_result(e);
    *image = malloc(b.n ? b.n : 1);
    if (!*image) return EUICC_NO_MEMORY;
    memcpy(*image, b.p, b.n);
    *n = b.n;
    return EUICC_OK;
}

int euicc_restore(euicc *card, const uint8_t *image, size_t n)
{
    char why[256] = "";
    lose_power(card);
    enum err e = store_restore(card->model.store, slice_of(image, n));
    if (e == OK) e = model_reload(&card->model, why);
    if (e == OK) e = migrate(&card->model);
    if (e == OK) e = store_commit(card->model.store, NULL);
    if (e != OK) {
        store_rollback_to(card->model.store, 0);
        if (model_reload(&card->model, why) != OK) card->mute = true;
    }
    return public_result(e);
}

int euicc_clone(const euicc *card, const struct euicc_env *env, euicc **out)
{
    *out = NULL;
    euicc *copy = calloc(1, sizeof *copy);
    if (!copy) return EUICC_NO_MEMORY;
    enum err e = model_clone(&card->model, env, &copy->model);
    if (e != OK) {
        free(copy);
        return public_result(e);
    }
    copy->on = card->on;
    copy->mute = card->mute;
    e = sms_copy(&card->sms, &copy->sms);
    for (size_t i = 0; i < CHANNELS; i++) {
        const struct channel *from = &card->channels[i];
        struct channel *to = &copy->channels[i];
        if (!from->open) continue; /* it is zeroed */
        *to = *from;
        to->uicc = (struct uicc_context){0};
        if (uicc_context_copy(&from->uicc, &to->uicc) != OK) e = ERR_MEMORY;
        to->chain.bytes = (struct buf){0};
        to->waiting = (struct buf){0};
        if (domain_session_copy(&from->domain, &to->domain) != OK) e = ERR_MEMORY;
        buf_append(&to->chain.bytes, buf_slice(&from->chain.bytes));
        buf_append(&to->waiting, buf_slice(&from->waiting));
        if (to->chain.bytes.failed || to->waiting.failed) e = ERR_MEMORY;
    }
    if (e != OK) {
        euicc_destroy(copy);
        return public_result(e);
    }
    *out = copy;
    return EUICC_OK;
}

int euicc_eim_add(euicc *card, const uint8_t *configuration, size_t n, struct euicc_diagnostic *why)
{
    lose_power(card);
    enum err e = isdr_add_eim(&card->model, slice_of(configuration, n));
    if (e == OK)
        e = store_commit(card->model.store, NULL);
    else
        store_rollback_to(card->model.store, 0);
    if (why && e == ERR_DATA)
        (void)reason_text(&card->model.reason, why->text, sizeof why->text);
    else if (why)
        (void)snprintf(why->text, sizeof why->text, "%s", euicc_result_text(public_result(e)));
    return public_result(e);
}

int euicc_eim_remove(euicc *card, const char *id)
{
    struct eim e;
    lose_power(card);
    if (!eim_find(&card->model, slice_text(id), &e)) return EUICC_BAD_ARGUMENT;
    enum err result = eim_delete(&card->model, &e);
    if (result == OK)
        result = store_commit(card->model.store, NULL);
    else
        store_rollback_to(card->model.store, 0);
    return public_result(result);
}

int euicc_factory_reset(euicc *card)
{
    lose_power(card);
    enum err e = model_factory_reset(&card->model);
    if (e != OK) store_rollback_to(card->model.store, 0);
    return public_result(e);
}
