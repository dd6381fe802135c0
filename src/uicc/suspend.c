/* SUSPEND UICC (ETSI TS 102 221 11.1.22): the terminal takes the power away for a while and goes on where it was with a
 * token. There only if EF.UMPC of the enabled profile says so (13.6), else the instruction is unknown. Called by
 * src/card.
 *
 * What is kept, under `card/suspended`: the PINs that were presented, what is selected on the basic channel, what the
 * terminal said of itself. It can be used by the first command after the next power on and by nothing else; a profile
 * that was switched meanwhile makes it worthless. */
#define _DEFAULT_SOURCE
#include "uicc/uicc.h"

#define CLAUSE "TS 102 221 11.1.22"
#define KEY "card/suspended"
#define INS 0x76
#define TOKEN_SIZE 8
#define UMPC_SUSPEND 0x02 /* byte 3 of EF.UMPC */
#define UNIT_MAX 4        /* seconds, minutes, hours, days, tens of days */

/* Data objects of the record; the token first. */
enum {
    TAG_TOKEN = 0x80,
    TAG_PROFILE = 0x81,
    TAG_VERIFIED = 0x82,
    TAG_DIRECTORY = 0x83,
    TAG_SELECTED = 0x84, /* current EF (2), record pointer, current ADF (2) */
    TAG_TERMINAL = 0x85, /* TERMINAL PROFILE: came, REFRESH, profile state; TERMINAL CAPABILITY: came, eUICC */
};

static enum err check_supported(struct model *m)
{
    const struct path umpc = {.n = 1, .fid = {0x2f08}};
    struct isdp isdp;
    struct file f;
    bool found;
    TRY(isdp_enabled(m, &isdp));
    TRY(file_get(&isdp, &umpc, &f, &found));
    if (found && f.body.n >= 3 && f.body.p[2] & UMPC_SUSPEND) return OK;
    return reason_say(&m->reason, ERR_INSTRUCTION, CLAUSE, 1, "EF.UMPC with support of SUSPEND UICC", "%s",
                      found ? "one without" : "none");
}

/* ---- suspend ---- */

static uint64_t seconds(const uint8_t duration[2])
{
    static const uint64_t units[] = {1, 60, 3600, 86400, 864000};
    return units[duration[0]] * duration[1];
}

static enum err check_durations(struct model *m, const struct uicc_command *a)
{
    if (a->data.n != 4)
        return reason_say(&m->reason, ERR_LENGTH, CLAUSE, REASON_NO_OFFSET, "two durations of 2 bytes", "%zu bytes",
                          a->data.n);
    for (size_t i = 0; i < 4; i += 2)
        if (a->data.p[i] > UNIT_MAX)
            return reason_say(&m->reason, ERR_DATA, CLAUSE, i, "a unit of 00 to 04", "%02X", a->data.p[i]);
    if (seconds(a->data.p) <= seconds(a->data.p + 2)) return OK;
    return reason_say(&m->reason, ERR_DATA, CLAUSE, 2, "a maximum that is not below the minimum", "less");
}

static void put_directory(const struct path *path, struct buf *out)
{
    size_t mark = tlv_open(out, TAG_DIRECTORY);
    for (size_t i = 0; i < path->n; i++) {
        buf_byte(out, (uint8_t)(path->fid[i] >> 8));
        buf_byte(out, (uint8_t)path->fid[i]);
    }
    tlv_close(out, mark);
}

static void put_state(const struct model *m, const struct uicc_context *c, const uint8_t token[TOKEN_SIZE],
                      struct slice profile, struct buf *out)
{
    const uint8_t selected[] = {(uint8_t)(c->ef >> 8), (uint8_t)c->ef, c->record, (uint8_t)(c->adf >> 8),
                                (uint8_t)c->adf};
    const uint8_t terminal[] = {m->cat.profile_received, m->cat.can_refresh, m->cat.can_refresh_profile_state,
                                m->terminal.capability_received, m->terminal.euicc};
    tlv_put(out, TAG_TOKEN, slice_of(token, TOKEN_SIZE));
    tlv_put(out, TAG_PROFILE, profile);
    tlv_put(out, TAG_VERIFIED, SLICE(m->verified_pins));
    put_directory(&c->directory, out);
    tlv_put(out, TAG_SELECTED, SLICE(selected));
    tlv_put(out, TAG_TERMINAL, SLICE(terminal));
}

static enum err suspend(struct model *m, const struct uicc_context *c, const struct uicc_command *a,
                        struct uicc_answer *answer)
{
    uint8_t token[TOKEN_SIZE];
    struct slice profile;
    BUF_LOCAL state = {0};
    TRY(check_durations(m, a));
    if (cat_is_busy(m) || m->session.state != SESSION_NONE || switch_is_pending(m))
        return reason_say(&m->reason, ERR_CONDITIONS, CLAUSE, REASON_NO_OFFSET, "a card that waits for nothing",
                          "a proactive command, a profile switch or a download under way");
    if (!store_get(m->store, "card/enabled", &profile)) return ERR_CORRUPT;
    TRY(crypto_random(token, sizeof token));
    put_state(m, c, token, profile, &state);
    TRY(buf_err(&state));
    if (state.n > SUSPENDED_SIZE) return ERR_CORRUPT;
    TRY(store_put(m->store, KEY, buf_slice(&state)));
    buf_append(answer->data, slice_of(a->data.p + 2, 2)); /* as long as the terminal wants */
    buf_append(answer->data, SLICE(token));
    explicit_bzero(token, sizeof token);
    return buf_err(answer->data);
}

/* ---- resume ---- */

static bool member(struct slice state, uint32_t tag, size_t n, struct slice *out)
{
    struct tlv t;
    if (!tlv_find(state, tag, &t) || (n && t.value.n != n)) return false;
    *out = t.value;
    return true;
}

static enum err restore(struct model *m, struct uicc_context *c, struct slice state)
{
    struct slice verified;
    struct slice directory;
    struct slice selected;
    struct slice terminal;
    struct path path;
    if (!member(state, TAG_VERIFIED, sizeof m->verified_pins, &verified) ||
        !member(state, TAG_DIRECTORY, 0, &directory) || !member(state, TAG_SELECTED, 5, &selected) ||
        !member(state, TAG_TERMINAL, 5, &terminal) || !path_read(directory, &path))
        return ERR_CORRUPT;
    uicc_context_free(c);
    c->directory = path;
    c->ef = (uint16_t)(selected.p[0] << 8 | selected.p[1]);
    c->record = selected.p[2];
    c->adf = (uint16_t)(selected.p[3] << 8 | selected.p[4]);
    memcpy(m->verified_pins, verified.p, verified.n);
    m->cat.profile_received = terminal.p[0];
    m->cat.can_refresh = terminal.p[1];
    m->cat.can_refresh_profile_state = terminal.p[2];
    m->terminal.capability_received = terminal.p[3];
    m->terminal.euicc = terminal.p[4];
    return OK;
}

static void forget(struct model *m)
{
    explicit_bzero(m->suspended, sizeof m->suspended);
    m->suspended_n = 0;
}

static enum err resume(struct model *m, struct uicc_context *c, const struct uicc_command *a)
{
    struct slice state = slice_of(m->suspended, m->suspended_n);
    struct slice token;
    struct slice profile;
    struct slice enabled;
    if (a->data.n != TOKEN_SIZE)
        return reason_say(&m->reason, ERR_LENGTH, CLAUSE, REASON_NO_OFFSET, "a token of 8 bytes", "%zu bytes",
                          a->data.n);
    if (state.n == 0)
        return reason_say(&m->reason, ERR_CONDITIONS, CLAUSE, REASON_NO_OFFSET,
                          "the first command after the card was suspended and switched on", "another place");
    if (!member(state, TAG_TOKEN, TOKEN_SIZE, &token) || !member(state, TAG_PROFILE, AID_SIZE, &profile)) {
        forget(m);
        return ERR_CORRUPT;
    }
    bool same = store_get(m->store, "card/enabled", &enabled) && slice_equal(enabled, profile);
    bool right = crypto_equal(token.p, a->data.p, TOKEN_SIZE);
    enum err e = same && right ? restore(m, c, state) : ERR_CONTEXT;
    forget(m); /* one try */
    if (e != ERR_CONTEXT) return e;
    return reason_say(&m->reason, e, CLAUSE, 0, "the token of the suspended session", "%s",
                      right ? "a token of another profile" : "another one");
}

enum err uicc_suspend(struct model *m, struct uicc_context *c, const struct uicc_command *a, struct uicc_answer *answer)
{
    TRY(check_supported(m));
    if (a->cla != 0x80) return reason_say(&m->reason, ERR_CHANNEL, CLAUSE, 0, "the basic channel", "%02X", a->cla);
    if (a->p1 > 0x01 || a->p2 != 0x00)
        return reason_say(&m->reason, ERR_PARAMETERS, CLAUSE, REASON_NO_OFFSET, "P1 00 or 01 and P2 00", "%02X %02X",
                          a->p1, a->p2);
    return a->p1 == 0x00 ? suspend(m, c, a, answer) : resume(m, c, a);
}

/* ---- the session around it ---- */

enum err uicc_power_on(struct model *m)
{
    struct slice state;
    if (!store_get(m->store, KEY, &state)) return OK;
    if (state.n > sizeof m->suspended) return ERR_CORRUPT;
    memcpy(m->suspended, state.p, state.n);
    m->suspended_n = state.n;
    return store_delete(m->store, KEY);
}

void uicc_before_command(struct model *m, uint8_t ins)
{
    if (ins != INS && m->suspended_n) forget(m);
}

enum err uicc_after_command(struct model *m, uint8_t ins)
{
    struct slice state;
    /* The terminal goes on although it suspended the card. */
    return ins != INS && store_get(m->store, KEY, &state) ? store_delete(m->store, KEY) : OK;
}
