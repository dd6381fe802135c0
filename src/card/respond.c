/* Response APDUs: which data goes out now, which waits for GET RESPONSE, and the status word (ETSI TS 102 221 7.3.1,
 * 7.4.2). The only place that knows status words. */
#include "card/card.h"

static const struct {
    enum err e;
    uint16_t sw;
    bool fault;
    int result;
} mapping[] = {
    {OK, 0x9000, false, EUICC_OK},
    {ERR_MEMORY, 0x6f00, true, EUICC_NO_MEMORY},
    {ERR_STORAGE, 0x6f00, true, EUICC_STORAGE},
    {ERR_POWER, 0x6f00, true, EUICC_POWER_LOST},
    {ERR_RANDOM, 0x6f00, true, EUICC_RANDOM},
    {ERR_CRYPTO, 0x6f00, true, EUICC_CRYPTO},
    {ERR_CORRUPT, 0x6f00, true, EUICC_CORRUPT},
    {ERR_NEWER, 0x6f00, true, EUICC_NEWER},
    {ERR_DATA, 0x6a80, false, EUICC_BAD_ARGUMENT},
    {ERR_LENGTH, 0x6700, false, EUICC_BAD_ARGUMENT},
    {ERR_CONDITIONS, 0x6985, false, EUICC_BAD_ARGUMENT},
    {ERR_SECURITY, 0x6982, false, EUICC_BAD_ARGUMENT},
    {ERR_REFERENCE, 0x6a88, false, EUICC_NO_CARD},
    {ERR_PARAMETERS, 0x6a86, false, EUICC_BAD_ARGUMENT},
    {ERR_FILE_NOT_FOUND, 0x6a82, false, EUICC_BAD_ARGUMENT},
    {ERR_RECORD_NOT_FOUND, 0x6a83, false, EUICC_BAD_ARGUMENT},
    {ERR_NO_SPACE, 0x6a84, false, EUICC_NO_MEMORY},
    {ERR_FILE_EXISTS, 0x6a89, false, EUICC_BAD_ARGUMENT},
    {ERR_OFFSET, 0x6b00, false, EUICC_BAD_ARGUMENT},
    {ERR_FILE_TYPE, 0x6981, false, EUICC_BAD_ARGUMENT},
    {ERR_NO_CURRENT_EF, 0x6986, false, EUICC_BAD_ARGUMENT},
    {ERR_INSTRUCTION, 0x6d00, false, EUICC_BAD_ARGUMENT},
    {ERR_CLASS, 0x6e00, false, EUICC_BAD_ARGUMENT},
    {ERR_CHANNEL, 0x6881, false, EUICC_BAD_ARGUMENT},
    {ERR_SECURE_MESSAGING, 0x6882, false, EUICC_BAD_ARGUMENT},
    {ERR_NO_CHANNEL, 0x6a81, false, EUICC_BAD_ARGUMENT},
    {ERR_CHANNEL_CLOSED, 0x6200, false, EUICC_BAD_ARGUMENT},
    {ERR_PIN_BLOCKED, 0x6983, false, EUICC_BAD_ARGUMENT},
    {ERR_PIN_NOT_USABLE, 0x6984, false, EUICC_BAD_ARGUMENT},
    {ERR_CRYPTOGRAM, 0x6300, false, EUICC_BAD_ARGUMENT},
    {ERR_SM_OBJECT, 0x6988, false, EUICC_BAD_ARGUMENT},
    {ERR_MAXIMUM, 0x9850, false, EUICC_BAD_ARGUMENT},
    {ERR_AUTHENTICATION, 0x9862, false, EUICC_BAD_ARGUMENT},
    {ERR_CONTEXT, 0x9864, false, EUICC_BAD_ARGUMENT},
    {ERR_FUNCTION, 0x6a81, false, EUICC_BAD_ARGUMENT},
    {ERR_NO_DIAGNOSIS, 0x6f00, false, EUICC_BAD_ARGUMENT},
    {WARN_END_OF_FILE, 0x6282, false, EUICC_OK},
    {WARN_DEACTIVATED, 0x6283, false, EUICC_OK},
    {WARN_TERMINATED, 0x6285, false, EUICC_OK},
    {WARN_TRIES, 0x63c0, false, EUICC_OK},
    {WARN_MORE_DATA, 0x62f1, false, EUICC_OK},
    {WARN_MORE_WANTED, 0x63f1, false, EUICC_OK},
    {WARN_MORE_STATUS, 0x6310, false, EUICC_OK},
};

uint16_t status_word(enum err e)
{
    for (size_t i = 0; i < sizeof mapping / sizeof mapping[0]; i++)
        if (mapping[i].e == e) return mapping[i].sw;
    return 0x6f00;
}

bool is_fault(enum err e)
{
    for (size_t i = 0; i < sizeof mapping / sizeof mapping[0]; i++)
        if (mapping[i].e == e) return mapping[i].fault;
    return true;
}

int public_result(enum err e)
{
    for (size_t i = 0; i < sizeof mapping / sizeof mapping[0]; i++)
        if (mapping[i].e == e) return mapping[i].result;
    return EUICC_CORRUPT;
}

bool is_warning(enum err e)
{
    return e >= WARN_END_OF_FILE;
}

enum err nothing_waits(const struct model *m)
{
    return m->personality.nothing_waits == NOTHING_WAITS_6F00 ? ERR_NO_DIAGNOSIS : ERR_CONDITIONS;
}

enum err command_get_response(euicc *card, const struct apdu *a, struct answer *answer)
{
    struct channel *c = channel_of(card, a);
    size_t left = c->waiting.n - c->waiting_at;
    if (left == 0)
        return reason_say(&card->model.reason, nothing_waits(&card->model), "TS 102 221 7.4.2.2", REASON_NO_OFFSET,
                          "a response that waits", "none");
    answer->keeps_waiting = true;
    if (!a->has_le || a->data.n)
        return reason_say(&card->model.reason, ERR_LENGTH, "TS 102 221 12.1.1", REASON_NO_OFFSET, "Le and no data",
                          "another form");
    if (a->le > left && a->le < 256) {
        answer->right_le = left;
        return OK;
    }
    size_t n = a->le < left ? a->le : left;
    buf_append(&answer->data, slice_of(c->waiting.p + c->waiting_at, n));
    TRY(buf_err(&answer->data));
    c->waiting_at += n;
    return c->waiting_at == c->waiting.n ? c->waiting_warning : OK;
}

/* Takes the answer's data over into the channel; `from` bytes of it went out already. A warning is said with the last
 * of them. */
static void keep_for_get_response(struct channel *c, enum err e, struct answer *answer, size_t from)
{
    buf_free(&c->waiting);
    c->waiting = answer->data;
    answer->data = (struct buf){0};
    c->waiting_at = from;
    c->waiting_warning = e;
}

/* 61xx while data waits, else 91xx while a proactive command does, else 9000. */
static uint16_t success_word(const euicc *card, const struct channel *c)
{
    size_t left = c->waiting.n - c->waiting_at;
    if (left) return (uint16_t)(0x6100 | (left < 256 ? left : 0));
    if (card->model.cat.state == PROACTIVE_WAITING) return (uint16_t)(0x9100 | card->model.cat.command_size);
    return 0x9000;
}

enum err respond(euicc *card, const struct apdu *a, enum err e, struct answer *answer, uint8_t *rapdu, size_t cap,
                 size_t *rn)
{
    struct channel *c = channel_of(card, a);
    uint16_t sw = status_word(e);
    size_t n = 0;
    if (e == WARN_TRIES) sw = (uint16_t)(sw | (answer->tries < 15 ? answer->tries : 15));
    if (e == OK && answer->right_le) {
        sw = (uint16_t)(0x6c00 | (answer->right_le & 0xff));
    } else if (e == OK || is_warning(e)) {
        size_t limit = a->has_le ? a->le : 0;
        n = answer->data.n < limit ? answer->data.n : limit;
        if (n + 2 > cap) return ERR_NO_SPACE;
        if (n) memcpy(rapdu, answer->data.p, n);
        if (!answer->keeps_waiting && n < answer->data.n) keep_for_get_response(c, e, answer, n);
        /* A warning stays (TS 102 221 7.3.1.1.5); what waits behind 61xx is said first. */
        if (e == OK || c->waiting.n > c->waiting_at) sw = success_word(card, c);
        /* More blocks of a BER-TLV object, and a proactive command waits (10.2.1.2). */
        if ((sw == 0x62f1 || sw == 0x63f1) && card->model.cat.state == PROACTIVE_WAITING) sw++;
    }
    if (c->waiting_at == c->waiting.n && c->waiting.n) {
        buf_free(&c->waiting);
        c->waiting_at = 0;
    }
    rapdu[n] = (uint8_t)(sw >> 8);
    rapdu[n + 1] = (uint8_t)sw;
    *rn = n + 2;
    return OK;
}
