/* Logical channels and MANAGE CHANNEL (ETSI TS 102 221 11.1.17). */
#include "card/card.h"

void channel_close(struct channel *c)
{
    isdr_chain_drop(&c->chain);
    domain_session_free(&c->domain);
    buf_free(&c->waiting);
    uicc_context_free(&c->uicc);
    *c = (struct channel){0};
}

void channels_reset(euicc *card)
{
    for (size_t i = 0; i < CHANNELS; i++)
        channel_close(&card->channels[i]);
    card->channels[0].open = true;
}

enum err channel_end_session(euicc *card, struct channel *c)
{
    uint16_t active[CHANNELS];
    size_t n = 0;
    uint16_t adf = c->application == APPLICATION_UICC ? c->uicc.adf : 0;
    if (!adf) return OK;
    for (size_t i = 0; i < CHANNELS; i++) {
        const struct channel *other = &card->channels[i];
        if (other == c || !other->open || !other->uicc.adf) continue;
        active[n++] = other->uicc.adf;
    }
    c->uicc.adf = 0;
    return uicc_session_end(&card->model, adf, active, n);
}

void channels_after_switch(euicc *card, unsigned asking)
{
    for (unsigned i = 0; i < CHANNELS; i++) {
        struct channel *c = &card->channels[i];
        if (i == asking || !c->open) continue;
        if (i == 0) {
            channel_close(c);
            c->open = true;
        } else if (c->application == APPLICATION_UICC || c->application == APPLICATION_DOMAIN) {
            channel_close(c);
        }
    }
    uicc_context_free(&card->channels[asking].uicc);
    domain_session_free(&card->channels[asking].domain);
    if (card->channels[asking].application == APPLICATION_DOMAIN) card->channels[asking].application = APPLICATION_UICC;
    sms_forget(&card->sms);
    pin_forget_verified(&card->model);
}

static enum err open_channel(euicc *card, const struct apdu *a, unsigned number)
{
    struct channel *c = &card->channels[number];
    const struct channel *from = &card->channels[a->channel];
    bool only_one = from->application == APPLICATION_ISDR && card->model.personality.one_isdr_channel;
    c->open = true;
    if (a->channel != 0 && !only_one) { /* its application and directory (TS 102 221 11.1.17) */
        c->application = from->application;
        /* the security domain, not its secure channel */
        c->domain.selected = from->domain.selected;
        c->domain.number = from->domain.number;
        uicc_context_inherit(&from->uicc, &c->uicc);
    }
    model_trace(&card->model, EUICC_EVENT_FUNCTION, "MANAGE CHANNEL open %u", number);
    return OK;
}

static enum err open_any(euicc *card, const struct apdu *a, struct answer *answer)
{
    if (!a->has_le) {
        answer->right_le = 1;
        return OK;
    }
    for (unsigned i = 1; i < CHANNELS && i <= card->model.personality.channels_max; i++) {
        if (card->channels[i].open) continue;
        buf_byte(&answer->data, (uint8_t)i);
        TRY(buf_err(&answer->data)); /* nobody would know its number */
        return open_channel(card, a, i);
    }
    return reason_say(&card->model.reason, ERR_NO_CHANNEL, "TS 102 221 11.1.17", REASON_NO_OFFSET,
                      "a free logical channel", "all %u open", card->model.personality.channels_max);
}

static enum err open_number(euicc *card, const struct apdu *a)
{
    if (a->p2 >= CHANNELS || a->p2 > card->model.personality.channels_max || card->channels[a->p2].open)
        return reason_say(&card->model.reason,
                          card->model.personality.channel_number == CHANNEL_NUMBER_6881 ? ERR_CHANNEL : ERR_PARAMETERS,
                          "TS 102 221 11.1.17", REASON_NO_OFFSET, "the number of a closed channel", "%u", a->p2);
    return open_channel(card, a, a->p2);
}

static enum err close_number(euicc *card, const struct apdu *a)
{
    model_trace(&card->model, EUICC_EVENT_FUNCTION, "MANAGE CHANNEL close %u", a->p2);
    if (a->p2 == 0 || a->p2 >= CHANNELS)
        return reason_say(&card->model.reason, ERR_PARAMETERS, "TS 102 221 11.1.17", REASON_NO_OFFSET,
                          "the number of a supplementary channel", "%u", a->p2);
    if (!card->channels[a->p2].open)
        return reason_say(&card->model.reason, ERR_CHANNEL_CLOSED, "TS 102 221 11.1.17", REASON_NO_OFFSET,
                          "an open channel", "%u", a->p2);
    TRY(channel_end_session(card, &card->channels[a->p2]));
    channel_close(&card->channels[a->p2]);
    return OK;
}

enum err command_manage_channel(euicc *card, const struct apdu *a, struct answer *answer)
{
    if (a->p1 != 0x00 && a->p1 != 0x80)
        return reason_say(&card->model.reason, ERR_PARAMETERS, "TS 102 221 11.1.17", REASON_NO_OFFSET, "P1 00 or 80",
                          "%02X", a->p1);
    if (a->data.n)
        return reason_say(&card->model.reason, ERR_LENGTH, "TS 102 221 11.1.17", REASON_NO_OFFSET, "no data",
                          "%zu bytes", a->data.n);
    if (a->p1 == 0x80) return close_number(card, a);
    return a->p2 == 0 ? open_any(card, a, answer) : open_number(card, a);
}
