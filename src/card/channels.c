/* Logical channels and MANAGE CHANNEL (ETSI TS 102 221 11.1.17). */
#include "card/card.h"

void channel_close(struct channel *c)
{
    isdr_chain_drop(&c->chain);
    buf_free(&c->waiting);
    *c = (struct channel){0};
}

void channels_reset(euicc *card)
{
    for (size_t i = 0; i < CHANNELS; i++)
        channel_close(&card->channels[i]);
    card->channels[0].open = true;
}

void channels_after_switch(euicc *card, unsigned asking)
{
    for (unsigned i = 0; i < CHANNELS; i++) {
        struct channel *c = &card->channels[i];
        if (i == asking || !c->open) continue;
        if (i == 0) {
            channel_close(c);
            c->open = true;
        } else if (c->application == APPLICATION_UICC) {
            channel_close(c);
        }
    }
    card->channels[asking].uicc = (struct uicc_context){0};
}

static enum err open_channel(euicc *card, const struct apdu *a, unsigned number)
{
    struct channel *c = &card->channels[number];
    c->open = true;
    if (a->channel != 0) { /* opened from another channel: its application and directory (TS 102 221 11.1.17) */
        c->application = card->channels[a->channel].application;
        c->uicc = card->channels[a->channel].uicc;
    }
    model_trace(&card->model, EUICC_EVENT_FUNCTION, "MANAGE CHANNEL open %u", number);
    return OK;
}

static enum err open_any(euicc *card, const struct apdu *a, struct answer *answer)
{
    if (!a->has_le || a->le > 256) {
        answer->right_le = 1;
        return OK;
    }
    for (unsigned i = 1; i < CHANNELS && i <= card->model.personality.channels_max; i++) {
        if (card->channels[i].open) continue;
        buf_byte(&answer->data, (uint8_t)i);
        return open_channel(card, a, i);
    }
    return reason_say(&card->model.reason, ERR_NO_CHANNEL, "TS 102 221 11.1.17", REASON_NO_OFFSET,
                      "a free logical channel", "all %u open", card->model.personality.channels_max);
}

static enum err open_number(euicc *card, const struct apdu *a)
{
    if (a->p2 >= CHANNELS || a->p2 > card->model.personality.channels_max || card->channels[a->p2].open)
        return reason_say(&card->model.reason, ERR_PARAMETERS, "TS 102 221 11.1.17", REASON_NO_OFFSET,
                          "the number of a closed channel", "%u", a->p2);
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
