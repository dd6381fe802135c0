/* SELECT and STATUS: the applications of the card and, through src/uicc, its files (ETSI TS 102 221 11.1.1, 11.1.2). */
#include "card/card.h"

#define P1_BY_AID 0x04
#define AID_PARTIAL_MIN 5

static const struct {
    enum application application;
    const uint8_t *aid;
    const char *name;
} applications[] = {
    {APPLICATION_ISDR, isdr_aid, "ISD-R"},
    {APPLICATION_ECASD, ecasd_aid, "ECASD"},
};
#define APPLICATIONS (sizeof applications / sizeof applications[0])

static void put_fci(const euicc *card, enum application application, struct buf *out)
{
    if (application == APPLICATION_ISDR)
        isdr_fci(&card->model, out);
    else
        ecasd_fci(out);
}

/* Which application a (right-truncated) AID means. Occurrence: 0 first, 1 last, 2 next, 3 previous, of those that
 * match, counted from the one that is selected on this channel. */
static bool find_application(const struct channel *c, struct slice aid, unsigned occurrence, size_t *index)
{
    size_t matches[APPLICATIONS];
    size_t n = 0;
    size_t current = APPLICATIONS;
    if (aid.n < AID_PARTIAL_MIN || aid.n > AID_SIZE) return false;
    for (size_t i = 0; i < APPLICATIONS; i++) {
        if (memcmp(applications[i].aid, aid.p, aid.n) != 0) continue;
        if (applications[i].application == c->application) current = n;
        matches[n++] = i;
    }
    size_t wanted = 0;
    if (n == 0) return false;
    if (occurrence == 1 || (occurrence == 3 && current == APPLICATIONS)) wanted = n - 1;
    if (occurrence == 2 && current != APPLICATIONS) wanted = current + 1;
    if (occurrence == 3 && current != APPLICATIONS) {
        if (current == 0) return false;
        wanted = current - 1;
    }
    if (wanted >= n) return false;
    *index = matches[wanted];
    return true;
}

static bool isdr_open_elsewhere(const euicc *card, const struct channel *c)
{
    for (size_t i = 0; i < CHANNELS; i++) {
        const struct channel *other = &card->channels[i];
        if (other != c && other->open && other->application == APPLICATION_ISDR) return true;
    }
    return false;
}

static enum err select_application(euicc *card, const struct apdu *a, bool with_data, struct answer *answer)
{
    struct channel *c = channel_of(card, a);
    size_t index;
    if (!find_application(c, a->data, a->p2 & 3, &index)) {
        model_trace(&card->model, EUICC_EVENT_FUNCTION, "SELECT by AID");
        return reason_say(&card->model.reason, ERR_FILE_NOT_FOUND, "TS 102 221 11.1.1", 0,
                          "the AID of the ISD-R, the ECASD or an application of the enabled profile", "another AID");
    }
    model_trace(&card->model, EUICC_EVENT_FUNCTION, "SELECT %s", applications[index].name);
    if (applications[index].application == APPLICATION_ISDR && card->model.personality.one_isdr_channel &&
        isdr_open_elsewhere(card, c))
        return reason_say(&card->model.reason, ERR_CONDITIONS, "SGP.22 5.7.1", REASON_NO_OFFSET,
                          "the ISD-R on one channel at a time", "a second channel");
    isdr_chain_drop(&c->chain);
    c->application = applications[index].application;
    c->uicc = (struct uicc_context){0};
    if (with_data) put_fci(card, c->application, &answer->data);
    return buf_err(&answer->data);
}

static enum err select_file(euicc *card, const struct apdu *a, bool with_data, struct answer *answer)
{
    struct channel *c = channel_of(card, a);
    struct slice fid = a->data.n ? slice_of(a->data.p + (a->data.n < 2 ? 0 : a->data.n - 2), a->data.n < 2 ? 1 : 2)
                                 : (struct slice){0};
    model_trace(&card->model, EUICC_EVENT_FUNCTION, "SELECT %02X%02X", fid.n ? fid.p[0] : 0x3f,
                fid.n > 1 ? fid.p[1] : 0);
    TRY(uicc_select(&card->model, &c->uicc, a->p1, a->data, with_data, &answer->data));
    c->application = APPLICATION_UICC;
    isdr_chain_drop(&c->chain);
    return OK;
}

enum err command_select(euicc *card, const struct apdu *a, struct answer *answer)
{
    /* b8, b6 and b5 zero, b7: the session ends; b4 b3: 00 FCI, 01 FCP, 11 nothing */
    uint8_t wanted = a->p2 & 0x0c;
    if ((a->p2 & 0xb0) || wanted == 0x08)
        return reason_say(&card->model.reason, ERR_PARAMETERS, "TS 102 221 11.1.1", REASON_NO_OFFSET,
                          "P2 with FCI, FCP or nothing", "%02X", a->p2);
    if (a->p1 == P1_BY_AID) return select_application(card, a, wanted != 0x0c, answer);
    return select_file(card, a, wanted != 0x0c, answer);
}

enum err command_status(euicc *card, const struct apdu *a, struct answer *answer)
{
    struct channel *c = channel_of(card, a);
    if (a->p1 > 2 || (a->p2 != 0x00 && a->p2 != 0x01 && a->p2 != 0x0c))
        return reason_say(&card->model.reason, ERR_PARAMETERS, "TS 102 221 11.1.2", REASON_NO_OFFSET,
                          "P1 00 to 02, P2 00, 01 or 0C", "%02X %02X", a->p1, a->p2);
    if (a->p2 == 0x01) { /* the AID of the current application (DF name) */
        if (c->application == APPLICATION_UICC)
            return reason_say(&card->model.reason, ERR_CONDITIONS, "TS 102 221 11.1.2", REASON_NO_OFFSET,
                              "a selected application", "the MF");
        tlv_put(&answer->data, 0x84, slice_of(c->application == APPLICATION_ISDR ? isdr_aid : ecasd_aid, AID_SIZE));
        return buf_err(&answer->data);
    }
    if (c->application == APPLICATION_UICC) return uicc_status(&card->model, a->p2, &answer->data);
    if (a->p2 == 0x00) put_fci(card, c->application, &answer->data);
    return buf_err(&answer->data);
}
