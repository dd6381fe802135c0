/* SELECT and STATUS: the applications of the card and, through src/uicc, its files (ETSI TS 102 221 11.1.1, 11.1.2). */
#include "card/card.h"

#include "base/hex.h"

#define P1_BY_AID 0x04
#define P2_END_SESSION 0x40
#define AID_PARTIAL_MIN 5

/* Whatever can be selected by AID. */
struct candidate {
    enum application application;
    struct slice aid;
    struct profile_application profile; /* of the enabled profile: APPLICATION_UICC, APPLICATION_DOMAIN */
    uint8_t domain;                     /* number of the record: APPLICATION_DOMAIN */
};

/* Those that match a (right-truncated) AID, in one walk: the first and the last one, and the neighbours of the one that
 * is selected on this channel. */
struct search {
    const struct channel *channel;
    struct slice aid;
    bool any, current, has_next, has_previous;
    struct candidate first, last, next, previous;
};

static void put_fci(const euicc *card, enum application application, struct buf *out)
{
    if (application == APPLICATION_ISDR)
        isdr_fci(&card->model, out);
    else
        ecasd_fci(out);
}

/* What belonged to the application that was selected until now: blocks of STORE DATA, a secure channel. */
static void leave(struct channel *c)
{
    isdr_chain_drop(&c->chain);
    domain_session_free(&c->domain);
}

static bool is_selected(const struct channel *c, const struct candidate *candidate)
{
    if (c->application != candidate->application) return false;
    if (c->application == APPLICATION_DOMAIN) return c->domain.number == candidate->domain;
    return c->application != APPLICATION_UICC || c->uicc.adf == candidate->profile.fid;
}

static void consider(struct search *s, const struct candidate *candidate)
{
    if (!slice_starts_with(candidate->aid, s->aid)) return;
    if (s->current && !s->has_next) {
        s->next = *candidate;
        s->has_next = true;
    }
    if (!s->current && is_selected(s->channel, candidate)) {
        s->current = true;
        s->has_previous = s->any;
        s->previous = s->last;
    }
    if (!s->any) s->first = *candidate;
    s->last = *candidate;
    s->any = true;
}

static bool is_selectable(const struct profile_application *a)
{
    return a->kind == PROFILE_ADF || a->kind == PROFILE_SECURITY_DOMAIN || a->kind == PROFILE_APPLET;
}

static enum err consider_profile(struct search *s, const struct isdp *isdp, const struct profile_application *a,
                                 uint8_t seen[32])
{
    struct candidate candidate = {APPLICATION_UICC, a->aid, *a, 0};
    uint8_t bit = (uint8_t)(1u << a->number % 8);
    if (a->number > 255 || seen[a->number / 8] & bit) return OK;
    seen[a->number / 8] |= bit;
    if (!is_selectable(a)) return OK;
    if (a->kind != PROFILE_ADF) {
        struct domain d;
        bool found;
        TRY(domain_find(isdp, a->aid, &d, &found));
        if (!found) return ERR_CORRUPT;
        candidate.application = APPLICATION_DOMAIN;
        candidate.domain = d.number;
    }
    consider(s, &candidate);
    return OK;
}

/* The AIDs of EF.DIR are the terminal's order of preference (TS 102 221 13.1). */
static enum err consider_directory(struct search *s, const struct isdp *isdp, uint8_t seen[32])
{
    const struct path path = {.n = 1, .fid = {0x2f00}};
    struct profile_application a;
    struct file dir;
    struct tlv entry;
    struct tlv aid;
    bool found;
    TRY(file_get(isdp, &path, &dir, &found));
    if (!found || !file_has_records(&dir)) return OK;
    for (size_t i = 0; i < dir.records; i++) {
        struct slice record = slice_of(dir.body.p + i * dir.record_length, dir.record_length);
        if (tlv_read_lax(&record, &entry) != TLV_OK || entry.tag != 0x61 || !tlv_find(entry.value, 0x4f, &aid))
            continue;
        TRY(application_find(isdp, aid.value, &a, &found));
        if (found) TRY(consider_profile(s, isdp, &a, seen));
    }
    return OK;
}

/* The card's own applications, then those of the enabled profile: as EF.DIR has them, the others as they were
 * installed. What a disabled profile has does not exist (SGP.22 2.4.5.3). */
static enum err search_applications(const euicc *card, struct search *s)
{
    const struct candidate own[] = {{APPLICATION_ISDR, slice_of(isdr_aid, AID_SIZE), {0}, 0},
                                    {APPLICATION_ECASD, slice_of(ecasd_aid, AID_SIZE), {0}, 0}};
    struct profile_application a;
    struct isdp isdp;
    uint8_t seen[32] = {0};
    bool found;
    if (s->aid.n < AID_PARTIAL_MIN || s->aid.n > AID_SIZE) return OK;
    consider(s, &own[0]);
    consider(s, &own[1]);
    TRY(isdp_enabled(&card->model, &isdp));
    if (!isdp.store) return OK;
    TRY(consider_directory(s, &isdp, seen));
    for (size_t i = 0;; i++) {
        TRY(application_at(&isdp, i, &a, &found));
        if (!found) return OK;
        TRY(consider_profile(s, &isdp, &a, seen));
    }
}

/* Occurrence: 0 first, 1 last, 2 next, 3 previous; next and previous of nothing are the first and the last. */
static const struct candidate *choose(const struct search *s, unsigned occurrence)
{
    if (!s->any) return NULL;
    if (occurrence == 0 || (occurrence == 2 && !s->current)) return &s->first;
    if (occurrence == 1 || (occurrence == 3 && !s->current)) return &s->last;
    if (occurrence == 2) return s->has_next ? &s->next : NULL;
    return s->has_previous ? &s->previous : NULL;
}

static bool isdr_open_elsewhere(const euicc *card, const struct channel *c)
{
    for (size_t i = 0; i < CHANNELS; i++) {
        const struct channel *other = &card->channels[i];
        if (other != c && other->open && other->application == APPLICATION_ISDR) return true;
    }
    return false;
}

/* P2 b7: the session of the application ends; the channel is at the MF then, as after a reset. */
static enum err end_session(euicc *card, struct channel *c, const struct candidate *chosen)
{
    if (!is_selected(c, chosen))
        return reason_say(&card->model.reason, ERR_CONDITIONS, "TS 102 221 11.1.1", REASON_NO_OFFSET,
                          "the AID of the application whose session is open on this channel", "another AID");
    TRY(channel_end_session(card, c));
    leave(c);
    uicc_context_free(&c->uicc);
    c->application = APPLICATION_UICC;
    return OK;
}

/* An application of the enabled profile. Its kinds are rows of model/application.h. */
static enum err select_of_profile(euicc *card, struct channel *c, const struct candidate *chosen, bool with_data,
                                  struct answer *answer)
{
    enum err e = uicc_select_application(&card->model, &c->uicc, &chosen->profile, with_data, &answer->data);
    if (e != OK && !is_warning(e)) return e;
    c->application = APPLICATION_UICC;
    leave(c);
    trace_file(card, &c->uicc);
    return e;
}

static enum err select_domain(euicc *card, struct channel *c, const struct candidate *chosen, bool with_data,
                              struct answer *answer)
{
    TRY(domain_select(&card->model, &c->domain, chosen->aid, with_data, &answer->data));
    isdr_chain_drop(&c->chain);
    uicc_context_free(&c->uicc);
    c->application = APPLICATION_DOMAIN;
    return OK;
}

static enum err select_own(euicc *card, struct channel *c, const struct candidate *chosen, bool with_data,
                           struct answer *answer)
{
    if (chosen->application == APPLICATION_ISDR && card->model.personality.one_isdr_channel &&
        isdr_open_elsewhere(card, c))
        return reason_say(&card->model.reason, ERR_CONDITIONS, "SGP.22 5.7.1", REASON_NO_OFFSET,
                          "the ISD-R on one channel at a time", "a second channel");
    if (with_data) put_fci(card, chosen->application, &answer->data);
    TRY(buf_err(&answer->data));
    leave(c);
    c->application = chosen->application;
    uicc_context_free(&c->uicc);
    return OK;
}

static void trace_selection(const euicc *card, const struct candidate *chosen)
{
    char aid[2 * AID_SIZE + 1];
    if (!chosen) {
        model_trace(&card->model, EUICC_EVENT_FUNCTION, "SELECT by AID");
    } else if (chosen->application == APPLICATION_DOMAIN) {
        hex_encode(chosen->aid, aid);
        model_trace(&card->model, EUICC_EVENT_FUNCTION, "SELECT security domain %s", aid);
    } else if (chosen->application == APPLICATION_UICC) {
        hex_encode(chosen->aid, aid);
        model_trace(&card->model, EUICC_EVENT_FUNCTION, "SELECT %s %s", naa_name(chosen->profile.naa), aid);
    } else {
        model_trace(&card->model, EUICC_EVENT_FUNCTION, "SELECT %s",
                    chosen->application == APPLICATION_ISDR ? "ISD-R" : "ECASD");
    }
}

static enum err select_application(euicc *card, const struct apdu *a, bool with_data, struct answer *answer)
{
    struct channel *c = channel_of(card, a);
    struct search search = {.channel = c, .aid = a->data};
    TRY(search_applications(card, &search));
    const struct candidate *chosen = choose(&search, a->p2 & 3);
    trace_selection(card, chosen);
    if (!chosen)
        return reason_say(&card->model.reason, ERR_FILE_NOT_FOUND, "TS 102 221 11.1.1", 0,
                          "the AID of the ISD-R, the ECASD or an application of the enabled profile", "another AID");
    if (a->p2 & P2_END_SESSION) return end_session(card, c, chosen);
    if (chosen->application == APPLICATION_DOMAIN) return select_domain(card, c, chosen, with_data, answer);
    if (chosen->application == APPLICATION_UICC) return select_of_profile(card, c, chosen, with_data, answer);
    return select_own(card, c, chosen, with_data, answer);
}

static enum err select_file(euicc *card, const struct apdu *a, struct answer *answer)
{
    struct channel *c = channel_of(card, a);
    struct slice fid = a->data.n ? slice_of(a->data.p + (a->data.n < 2 ? 0 : a->data.n - 2), a->data.n < 2 ? 1 : 2)
                                 : (struct slice){0};
    model_trace(&card->model, EUICC_EVENT_FUNCTION, "SELECT %02X%02X", fid.n ? fid.p[0] : 0x3f,
                fid.n > 1 ? fid.p[1] : 0);
    const struct uicc_command in = {a->cla, a->ins, a->p1, a->p2, a->data, a->has_le, a->le};
    struct uicc_answer out = {.data = &answer->data};
    enum err e = uicc_select(&card->model, &c->uicc, &in, &out);
    if (e != OK && !is_warning(e)) return e;
    c->application = APPLICATION_UICC;
    leave(c);
    trace_file(card, &c->uicc);
    return e;
}

enum err command_select(euicc *card, const struct apdu *a, struct answer *answer)
{
    /* b8, b6 and b5 zero, b7: the session ends; b4 b3: 00 FCI, 01 FCP, 11 nothing */
    uint8_t wanted = a->p2 & 0x0c;
    if ((a->p2 & 0xb0) || wanted == 0x08)
        return reason_say(&card->model.reason, ERR_PARAMETERS, "TS 102 221 11.1.1", REASON_NO_OFFSET,
                          "P2 with FCI, FCP or nothing", "%02X", a->p2);
    if (a->p1 == P1_BY_AID) return select_application(card, a, wanted != 0x0c, answer);
    return select_file(card, a, answer);
}

static enum err own_status(euicc *card, const struct apdu *a, enum application application, struct buf *out)
{
    if (a->p1 > 2 || (a->p2 != 0x00 && a->p2 != 0x01 && a->p2 != 0x0c))
        return reason_say(&card->model.reason, ERR_PARAMETERS, "TS 102 221 11.1.2", REASON_NO_OFFSET,
                          "P1 00 to 02, P2 00, 01 or 0C", "%02X %02X", a->p1, a->p2);
    if (a->data.n)
        return reason_say(&card->model.reason, ERR_LENGTH, "TS 102 221 11.1.2", REASON_NO_OFFSET, "no data",
                          "%zu bytes", a->data.n);
    if (a->p2 == 0x01) /* the AID of the current application (DF name) */
        tlv_put(out, 0x84, slice_of(application == APPLICATION_ISDR ? isdr_aid : ecasd_aid, AID_SIZE));
    if (a->p2 == 0x00) put_fci(card, application, out);
    return buf_err(out);
}

/* STATUS of the ISD-R and the ECASD; of files in src/uicc, GET STATUS in src/domain. */
enum err command_status(euicc *card, const struct apdu *a, struct answer *answer)
{
    struct channel *c = channel_of(card, a);
    const struct uicc_command in = {a->cla, a->ins, a->p1, a->p2, a->data, a->has_le, a->le};
    struct uicc_answer out = {.data = &answer->data};
    if (c->application == APPLICATION_DOMAIN) { /* the same instruction and class (GP 11.4) */
        card->model.reason.function = "GET STATUS";
        return command_domain(card, a, answer);
    }
    if (c->application == APPLICATION_UICC)
        TRY(uicc_status(&card->model, &c->uicc, &in, &out));
    else
        TRY(own_status(card, a, c->application, &answer->data));
    /* A case 2 command has no GET RESPONSE: its Le is right or wrong (TS 102 221 7.3.1.1.2). */
    if (a->has_le) (void)uicc_fit_whole(&in, answer->data.n, &out);
    answer->right_le = out.right_le;
    return OK;
}
