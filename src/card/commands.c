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
    if (channel_of(card, a)->application == APPLICATION_DOMAIN) return command_domain(card, a, answer);
    TRY(need_isdr(card, a));
    return isdr_store_data(&card->model, &channel_of(card, a)->chain, a->p1, a->p2, a->data, &answer->data);
}

static enum err command_get_data(euicc *card, const struct apdu *a, struct answer *answer)
{
    if (channel_of(card, a)->application == APPLICATION_DOMAIN) return command_domain(card, a, answer);
    if (channel_of(card, a)->application == APPLICATION_ECASD)
        return ecasd_get_data(&card->model, a->p1, a->p2, &answer->data);
    if (channel_of(card, a)->application == APPLICATION_ISDR)
        return reason_say(&card->model.reason, ERR_REFERENCE, "GP 11.3", REASON_NO_OFFSET, "a data object of the ISD-R",
                          "%02X%02X", a->p1, a->p2);
    return reason_say(&card->model.reason, ERR_INSTRUCTION, "GP 11.3", REASON_NO_OFFSET,
                      "a security domain on the channel", "the MF");
}

enum err command_domain(euicc *card, const struct apdu *a, struct answer *answer)
{
    struct channel *c = channel_of(card, a);
    const struct domain_command in = {a->cla, a->ins, a->p1, a->p2, a->data, a->secured};
    if (c->application != APPLICATION_DOMAIN)
        return reason_say(&card->model.reason, ERR_INSTRUCTION, "GP 11.1", REASON_NO_OFFSET,
                          "a security domain of the profile on the channel", "none");
    enum err e = domain_execute(&card->model, &c->domain, &in, &answer->data);
    if (e != OK && !is_warning(e)) { /* what was refused changed nothing */
        store_rollback_to(card->model.store, 0);
        buf_reset(&answer->data);
    }
    return e;
}

static enum err need_uicc(euicc *card, const struct apdu *a)
{
    if (channel_of(card, a)->application == APPLICATION_UICC) return OK;
    return reason_say(&card->model.reason, ERR_INSTRUCTION, "TS 102 221 10.1.2", REASON_NO_OFFSET,
                      "a file command outside the ISD-R and the ECASD", "one inside");
}

enum err command_uicc(euicc *card, const struct command *command, const struct apdu *a, struct answer *answer)
{
    const struct uicc_command in = {a->cla, a->ins, a->p1, a->p2, a->data, a->has_le, a->le};
    struct uicc_answer out = {.data = &answer->data};
    TRY(need_uicc(card, a));
    enum err e = command->uicc(&card->model, &channel_of(card, a)->uicc, &in, &out);
    answer->right_le = out.right_le;
    answer->tries = out.tries;
    if (channel_of(card, a)->uicc.ef) trace_file(card, &channel_of(card, a)->uicc);
    /* What was refused changed nothing, but for a retry counter, which was committed before the comparison. */
    if (e != OK && !is_warning(e)) {
        store_rollback_to(card->model.store, 0);
        buf_reset(&answer->data);
    }
    return e;
}

static const struct command commands[] = {
    /* ins, class 0X, class 8X, clause if P1 P2 must be 00 00, name, run, or the function of src/uicc */
    {0xa4, true, false, NULL, "SELECT", command_select, NULL},
    {0xf2, false, true, NULL, "STATUS", command_status, NULL},
    {0xe2, false, true, NULL, "STORE DATA", command_store_data, NULL},
    {0xc0, true, true, "TS 102 221 12.1.1", "GET RESPONSE", command_get_response, NULL},
    {0x70, true, false, NULL, "MANAGE CHANNEL", command_manage_channel, NULL},
    {0xca, true, true, NULL, "GET DATA", command_get_data, NULL},
    {0xf0, false, true, NULL, "SET STATUS", command_domain, NULL},
    {0xe6, false, true, NULL, "INSTALL", command_domain, NULL},
    {0xe8, false, true, NULL, "LOAD", command_domain, NULL},
    {0xe4, false, true, NULL, "DELETE", command_domain, NULL},
    {0xd8, false, true, NULL, "PUT KEY", command_domain, NULL},
    {0x50, false, true, NULL, "INITIALIZE UPDATE", command_domain, NULL},
    {0x82, false, true, NULL, "EXTERNAL AUTHENTICATE", command_domain, NULL},
    {0xb0, true, false, NULL, "READ BINARY", NULL, uicc_read_binary},
    {0xb2, true, false, NULL, "READ RECORD", NULL, uicc_read_record},
    {0xd6, true, false, NULL, "UPDATE BINARY", NULL, uicc_update_binary},
    {0xdc, true, false, NULL, "UPDATE RECORD", NULL, uicc_update_record},
    {0xa2, true, false, NULL, "SEARCH RECORD", NULL, uicc_search_record},
    {0x32, false, true, NULL, "INCREASE", NULL, uicc_increase},
    {0xcb, false, true, NULL, "RETRIEVE DATA", NULL, uicc_retrieve_data},
    {0xdb, false, true, NULL, "SET DATA", NULL, uicc_set_data},
    {0x20, true, false, NULL, "VERIFY PIN", NULL, uicc_verify_pin},
    {0x24, true, false, NULL, "CHANGE PIN", NULL, uicc_change_pin},
    {0x26, true, false, NULL, "DISABLE PIN", NULL, uicc_disable_pin},
    {0x28, true, false, NULL, "ENABLE PIN", NULL, uicc_enable_pin},
    {0x2c, true, false, NULL, "UNBLOCK PIN", NULL, uicc_unblock_pin},
    {0x04, true, false, NULL, "DEACTIVATE FILE", NULL, uicc_deactivate_file},
    {0x44, true, false, NULL, "ACTIVATE FILE", NULL, uicc_activate_file},
    {0x88, true, false, NULL, "AUTHENTICATE", NULL, uicc_authenticate},
    {0x84, true, false, "TS 102 221 11.1.18", "GET CHALLENGE", NULL, uicc_get_challenge},
    {0x78, false, true, NULL, "GET IDENTITY", NULL, uicc_get_identity},
    {0x76, false, true, NULL, "SUSPEND UICC", NULL, uicc_suspend},
    {0xe0, true, false, "TS 102 222 6.3", "CREATE FILE", NULL, uicc_create_file},
    {0xe4, true, false, NULL, "DELETE FILE", NULL, uicc_delete_file},
    {0xe6, true, false, NULL, "TERMINATE DF", NULL, uicc_terminate_df},
    {0xe8, true, false, NULL, "TERMINATE EF", NULL, uicc_terminate_ef},
    {0xfe, true, false, NULL, "TERMINATE CARD USAGE", NULL, uicc_terminate_card},
    {0xd4, false, true, NULL, "RESIZE FILE", NULL, uicc_resize_file},
    {0xaa, false, true, "TS 102 221 11.1.19", "TERMINAL CAPABILITY", command_terminal_capability, NULL},
    {0x10, false, true, "TS 102 221 11.2.1", "TERMINAL PROFILE", command_terminal_profile, NULL},
    {0x12, false, true, "TS 102 221 11.2.3", "FETCH", command_fetch, NULL},
    {0x14, false, true, "TS 102 221 11.2.4", "TERMINAL RESPONSE", command_terminal_response, NULL},
    {0xc2, false, true, "TS 102 221 11.2.2", "ENVELOPE", command_envelope, NULL},
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
