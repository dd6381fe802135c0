/* The table of commands (ETSI TS 102 221 10.1.2): one row each, and the small handlers that only pass on. */
#include "card/card.h"

static enum err need_isdr(euicc *card, const struct apdu *a)
{
    enum application application = channel_of(card, a)->application;
    if (application == APPLICATION_ISDR) return OK;
    /* As recorded: the ECASD knows the instruction and forbids it; the MF does not know it. */
    return reason_say(&card->model.reason, application == APPLICATION_ECASD ? ERR_SECURITY : ERR_INSTRUCTION,
                      "SGP.22 5.7.1", REASON_NO_OFFSET, "STORE DATA on a channel with the ISD-R selected", "%s",
                      application == APPLICATION_ECASD ? "the ECASD" : "no ISD-R");
}

static enum err command_store_data(euicc *card, const struct apdu *a, struct answer *answer)
{
    TRY(need_isdr(card, a));
    return isdr_store_data(&card->model, &channel_of(card, a)->chain, a->p1, a->p2, a->data, &answer->data);
}

static enum err command_get_data(euicc *card, const struct apdu *a, struct answer *answer)
{
    if (channel_of(card, a)->application == APPLICATION_ECASD)
        return ecasd_get_data(&card->model, a->p1, a->p2, &answer->data);
    if (channel_of(card, a)->application == APPLICATION_ISDR)
        return reason_say(&card->model.reason, ERR_REFERENCE, "GP 11.3", REASON_NO_OFFSET, "a data object of the ISD-R",
                          "%02X%02X", a->p1, a->p2);
    return reason_say(&card->model.reason, ERR_INSTRUCTION, "GP 11.3", REASON_NO_OFFSET,
                      "a security domain on the channel", "the MF");
}

static enum err need_uicc(euicc *card, const struct apdu *a)
{
    if (channel_of(card, a)->application == APPLICATION_UICC) return OK;
    return reason_say(&card->model.reason, ERR_INSTRUCTION, "TS 102 221 10.1.2", REASON_NO_OFFSET,
                      "a file command outside the ISD-R and the ECASD", "one inside");
}

static enum err command_read_binary(euicc *card, const struct apdu *a, struct answer *answer)
{
    TRY(need_uicc(card, a));
    return uicc_read_binary(&card->model, &channel_of(card, a)->uicc, a->p1, a->p2, a->has_le ? a->le : 256,
                            &answer->data, &answer->right_le);
}

static enum err command_read_record(euicc *card, const struct apdu *a, struct answer *answer)
{
    TRY(need_uicc(card, a));
    return uicc_read_record(&card->model, &channel_of(card, a)->uicc, a->p1, a->p2, a->has_le ? a->le : 256,
                            &answer->data, &answer->right_le);
}

static enum err command_update_binary(euicc *card, const struct apdu *a, struct answer *answer)
{
    (void)answer;
    TRY(need_uicc(card, a));
    return uicc_update(&card->model, &channel_of(card, a)->uicc, false, a->p1, a->p2);
}

static enum err command_update_record(euicc *card, const struct apdu *a, struct answer *answer)
{
    (void)answer;
    TRY(need_uicc(card, a));
    return uicc_update(&card->model, &channel_of(card, a)->uicc, true, a->p1, a->p2);
}

/* VERIFY, CHANGE, DISABLE, ENABLE, UNBLOCK: the bare file system has no PIN, every reference is unknown (9.5). */
static enum err command_pin(euicc *card, const struct apdu *a, struct answer *answer)
{
    (void)answer;
    TRY(need_uicc(card, a));
    return reason_say(&card->model.reason, ERR_REFERENCE, "TS 102 221 11.1.9", REASON_NO_OFFSET,
                      "the key reference of a PIN of the enabled profile", "%02X", a->p2);
}

/* AUTHENTICATE needs a network access application, which only a profile brings. */
static enum err command_authenticate(euicc *card, const struct apdu *a, struct answer *answer)
{
    (void)answer;
    TRY(need_uicc(card, a));
    return reason_say(&card->model.reason, ERR_CONDITIONS, "TS 102 221 11.1.16", REASON_NO_OFFSET,
                      "a selected network access application", "the MF");
}

static const struct command commands[] = {
    /* ins, class 0X, class 8X, clause if P1 P2 must be 00 00, name, run */
    {0xa4, true, false, NULL, "SELECT", command_select},
    {0xf2, false, true, NULL, "STATUS", command_status},
    {0xe2, false, true, NULL, "STORE DATA", command_store_data},
    {0xc0, true, true, "TS 102 221 11.1.18", "GET RESPONSE", command_get_response},
    {0x70, true, false, NULL, "MANAGE CHANNEL", command_manage_channel},
    {0xca, true, true, NULL, "GET DATA", command_get_data},
    {0xb0, true, false, NULL, "READ BINARY", command_read_binary},
    {0xb2, true, false, NULL, "READ RECORD", command_read_record},
    {0xd6, true, false, NULL, "UPDATE BINARY", command_update_binary},
    {0xdc, true, false, NULL, "UPDATE RECORD", command_update_record},
    {0x20, true, false, NULL, "VERIFY PIN", command_pin},
    {0x24, true, false, NULL, "CHANGE PIN", command_pin},
    {0x26, true, false, NULL, "DISABLE PIN", command_pin},
    {0x28, true, false, NULL, "ENABLE PIN", command_pin},
    {0x2c, true, false, NULL, "UNBLOCK PIN", command_pin},
    {0x88, true, false, NULL, "AUTHENTICATE", command_authenticate},
    {0xaa, false, true, "TS 102 221 11.1.19", "TERMINAL CAPABILITY", command_terminal_capability},
    {0x10, false, true, "TS 102 221 11.2.1", "TERMINAL PROFILE", command_terminal_profile},
    {0x12, false, true, "TS 102 221 11.2.3", "FETCH", command_fetch},
    {0x14, false, true, "TS 102 221 11.2.4", "TERMINAL RESPONSE", command_terminal_response},
    {0xc2, false, true, "TS 102 221 11.2.2", "ENVELOPE", command_envelope},
};

const struct command *command_at(size_t index)
{
    return index < sizeof commands / sizeof commands[0] ? &commands[index] : NULL;
}

const struct command *command_find(const struct apdu *a)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (commands[i].ins == a->ins && (a->proprietary ? commands[i].proprietary : commands[i].interindustry))
            return &commands[i];
    return NULL;
}
