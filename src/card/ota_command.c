/* One command of a script: the commands of remote file management on a context of their own (ETSI TS 102 226 7), GET
 * RESPONSE, and what goes to the ISD-P of the profile (SGP.22 5.4.1). Called by card/ota_script.c. */
#include "card/ota.h"

#define CLAUSE_FILES "TS 102 226 7.1"
#define ISDP_DATA_MAX 4096

/* Commands of remote file management. `admin`: judged by the administrative access domain. */
static const struct {
    uint8_t ins;
    bool admin;
} file_commands[] = {{0xa4, false}, {0xd6, false}, {0xdc, false}, {0xa2, false}, {0x32, false}, {0x20, false},
                     {0x24, false}, {0x26, false}, {0x28, false}, {0x2c, false}, {0x04, true},  {0x44, true},
                     {0xb0, false}, {0xb2, false}, {0xcb, false}, {0xdb, false}, {0xe0, true},  {0xe4, true},
                     {0xd4, true},  {0xe6, true},  {0xe8, true}};

static bool is_file_command(uint8_t ins, bool *admin)
{
    for (size_t i = 0; i < sizeof file_commands / sizeof file_commands[0]; i++) {
        if (file_commands[i].ins != ins) continue;
        *admin = file_commands[i].admin;
        return true;
    }
    return false;
}

/* The access domain for files below the ADF is one of its own (SAIP 8.8). */
static const struct uicc_domain *access_of(const struct script *s, bool admin)
{
    bool in_adf = s->adf && s->context.directory.n && s->context.directory.fid[0] == s->adf;
    if (in_adf) return admin ? &s->adf_admin_access : &s->adf_access;
    return admin ? &s->admin_access : &s->access;
}

static enum err file_command(struct script *s, const struct apdu *a, const struct command *command,
                             struct uicc_answer *answer)
{
    struct model *m = &s->card->model;
    const struct uicc_command in = {a->cla, a->ins, a->p1, a->p2, a->data, a->has_le, a->le};
    bool admin = false;
    if (!is_file_command(a->ins, &admin))
        return reason_say(&m->reason, ERR_INSTRUCTION, CLAUSE_FILES, REASON_NO_OFFSET,
                          "a command of remote file management", "%02X", a->ins);
    if (a->ins == 0xa4 && (a->p2 & 0xf3 || a->p2 == 0x08))
        return reason_say(&m->reason, ERR_PARAMETERS, "TS 102 221 11.1.1", REASON_NO_OFFSET, "P2 00, 04 or 0C", "%02X",
                          a->p2);
    s->context.domain = *access_of(s, admin);
    if (command->uicc) return command->uicc(m, &s->context, &in, answer);
    return uicc_select(m, &s->context, &in, answer); /* SELECT; by AID it is refused */
}

/* ---- the ISD-P ---- */

/* INSTALL [for personalization] of the profile's own ISD-P: 00 00, AID, 00 00 00 (GP 11.5.2.3.6). */
static bool names_isdp(const struct script *s, struct slice in)
{
    struct slice skipped;
    struct slice aid;
    struct profile p;
    bool found;
    if (!slice_take_counted(&in, &skipped) || !slice_take_counted(&in, &skipped) || !slice_take_counted(&in, &aid))
        return false;
    if (slice_equal(aid, slice_of(isdp_alias_aid, AID_SIZE))) return true;
    return profile_enabled(&s->card->model, &p, &found) == OK && found && slice_equal(aid, SLICE(p.aid));
}

static enum err select_isdp(struct script *s, const struct apdu *a)
{
    struct model *m = &s->card->model;
    if (!s->is_mno)
        return reason_say(&m->reason, ERR_CONDITIONS, "SGP.22 5.4.1", REASON_NO_OFFSET,
                          "the security domain of the operator", "a supplementary one");
    if (a->p2 != 0)
        return reason_say(&m->reason, ERR_PARAMETERS, "GP 11.5.2.2", REASON_NO_OFFSET, "P2 00", "%02X", a->p2);
    buf_reset(&s->isdp_data.bytes);
    s->isdp_data.next_block = 0;
    s->isdp_data.selected = true;
    return OK;
}

/* STORE DATA in blocks; the last one carries the request out (GP 11.11). */
static enum err store_data(struct script *s, const struct apdu *a)
{
    struct model *m = &s->card->model;
    struct script_isdp *d = &s->isdp_data;
    if (a->p1 & 0x60)
        return reason_say(&m->reason, ERR_PARAMETERS, "GP 11.11.2.1", REASON_NO_OFFSET, "STORE DATA in clear",
                          "P1 %02X", a->p1);
    if (a->p2 != d->next_block)
        return reason_say(&m->reason, ERR_PARAMETERS, "GP 11.11.2.2", REASON_NO_OFFSET, "the next block number",
                          "%u after %u", a->p2, d->next_block);
    if (d->bytes.n + a->data.n > ISDP_DATA_MAX)
        return reason_say(&m->reason, ERR_NO_SPACE, "GP 11.11", REASON_NO_OFFSET, "at most 4096 bytes", "more");
    buf_append(&d->bytes, a->data);
    TRY(buf_err(&d->bytes));
    d->next_block++;
    if (!(a->p1 & 0x80)) return OK;
    enum err e = es6_update_metadata(m, buf_slice(&d->bytes));
    buf_reset(&d->bytes);
    d->next_block = 0;
    return e;
}

enum err script_domain_command(struct script *s, const struct apdu *a, struct buf *data)
{
    const struct domain_command in = {a->cla, a->ins, a->p1, a->p2, a->data, false};
    bool for_personalization = a->ins == 0xe6 && a->p1 == 0x20;
    if (for_personalization && names_isdp(s, a->data)) return select_isdp(s, a);
    if (for_personalization) s->isdp_data.selected = false;
    if (a->ins == 0xe2 && s->isdp_data.selected) return store_data(s, a);
    /* A secure channel of its own inside the secured packet is not for scripts (TS 102 226 8.2). */
    if (a->ins == 0x50 || a->ins == 0x82)
        return reason_say(&s->card->model.reason, ERR_INSTRUCTION, "TS 102 226 8.2", REASON_NO_OFFSET,
                          "a command of remote application management", "%02X", a->ins);
    return domain_execute(&s->card->model, &s->session, &in, data);
}

/* ---- any command ---- */

/* What is left stays for the next one; a warning is said with the last part, as on a channel (card/respond.c). */
static enum err get_response(struct script *s, const struct apdu *a, struct uicc_answer *answer)
{
    struct reason *r = &s->card->model.reason;
    size_t left = s->waiting.n - s->waiting_at;
    if (left == 0)
        return reason_say(r, nothing_waits(&s->card->model), "TS 102 221 7.4.2.2", REASON_NO_OFFSET,
                          "a response that waits", "none");
    if (!a->has_le || a->data.n)
        return reason_say(r, ERR_LENGTH, "TS 102 221 12.1.1", REASON_NO_OFFSET, "Le and no data", "another form");
    if (a->le > left && a->le < 256) {
        answer->right_le = left;
        return OK;
    }
    size_t n = a->le < left ? a->le : left;
    buf_append(answer->data, slice_of(s->waiting.p + s->waiting_at, n));
    TRY(buf_err(answer->data));
    s->waiting_at += n;
    return n == left ? s->waiting_warning : OK;
}

static void forget_waiting(struct script *s)
{
    buf_reset(&s->waiting);
    s->waiting_at = 0;
    s->waiting_warning = OK;
}

/* The order of the checks is that of TS 102 221 10.1. */
static enum err dispatch(struct script *s, struct apdu *a, struct uicc_answer *answer)
{
    struct model *m = &s->card->model;
    TRY(apdu_parse_class(a) == OK && !a->secured
            ? OK
            : reason_say(&m->reason, ERR_CLASS, "TS 102 226 7.1", REASON_NO_OFFSET, "class 00 or 80", "%02X", a->cla));
    if (a->channel)
        return reason_say(&m->reason, ERR_CHANNEL, "TS 102 226 7.1", REASON_NO_OFFSET, "the basic channel",
                          "channel %u", a->channel);
    const struct command *command = command_find(a);
    if (command && !m->reason.said) m->reason.function = command->name;
    model_trace(m, EUICC_EVENT_FUNCTION, "script: %s", command ? command->name : "command");
    if (command && command->run == command_get_response) return get_response(s, a, answer);
    forget_waiting(s);
    if (!s->is_files) return script_domain_command(s, a, answer->data);
    if (!command)
        return reason_say(&m->reason, ERR_INSTRUCTION, "TS 102 221 10.1.2", REASON_NO_OFFSET,
                          "an instruction of this class", "%02X %02X", a->cla, a->ins);
    if (command->no_parameters && (a->p1 || a->p2))
        return reason_say(&m->reason, ERR_PARAMETERS, command->no_parameters, REASON_NO_OFFSET, "P1 P2 00 00",
                          "%02X %02X", a->p1, a->p2);
    return file_command(s, a, command, answer);
}

/* Status word and data, as a terminal on a transport without Le would see them (TS 102 221 7.3). */
static void take_answer(struct script *s, const struct apdu *a, enum err e, const struct uicc_answer *answer)
{
    s->sw = status_word(e);
    if (e == WARN_TRIES) s->sw = (uint16_t)(s->sw | (answer->tries < 15 ? answer->tries : 15));
    if (e == OK && answer->right_le) s->sw = (uint16_t)(0x6c00 | (answer->right_le & 0xff));
    if (e != OK && !is_warning(e)) buf_reset(&s->data);
    size_t sent = a->has_le && a->le < s->data.n ? a->le : a->has_le ? s->data.n : 0;
    if (sent < s->data.n) {
        forget_waiting(s);
        buf_append(&s->waiting, slice_skip(buf_slice(&s->data), sent));
        buf_truncate(&s->data, sent);
        s->waiting_warning = e;
    }
    size_t left = s->waiting.n - s->waiting_at;
    if (left && (e == OK || is_warning(e)) && !answer->right_le) s->sw = (uint16_t)(0x6100 | (left < 256 ? left : 0));
}

enum err script_command(struct script *s, const struct apdu *command)
{
    struct model *m = &s->card->model;
    struct apdu a = *command;
    struct uicc_answer answer = {.data = &s->data};
    const char *function = m->reason.function;
    buf_reset(&s->data);
    s->executed++;
    size_t mark = store_mark(m->store);
    enum err e = dispatch(s, &a, &answer);
    if (is_fault(e)) return e;
    /* What was refused changed nothing, but for a retry counter, which was committed before the comparison. */
    if (e != OK && !is_warning(e)) store_rollback_to(m->store, mark);
    if (!m->reason.said) m->reason.function = function;
    take_answer(s, &a, e, &answer);
    TRY(buf_err(&s->waiting));
    return buf_err(&s->data);
}
