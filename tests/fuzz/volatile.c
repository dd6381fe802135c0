/* What a card keeps until power goes, and cannot be read off an image: current file and record of each logical channel,
 * presented PINs, open channels, what waits for the terminal. A refused command leaves all that as it was (ETSI TS 102
 * 221 8.4.3 for the current file, 11.1.1.4 for a SELECT that fails); two clones, from before and after it, have to give
 * a terminal the same answers. Used by card.c, by chance. */
#include "bench.h"

#define CHANNELS 4

#define NOWHERE 0x7f, 0xff /* an offset and more */

/* STATUS of the channel; its current EF as bytes and as record; what the terminal polls. Then who may do what: writing
 * behind the end of EF.PL, and a record of EF.DIR and of EF.FDN that is too short, is 6982 without PIN1, ADM1 and PIN2,
 * else another refusal. VERIFY without data would not do: it only says how many tries are left. `next` goes on with the
 * copies of the probe before, else they are new: what the refusal spoilt a refused probe might spoil as well. */
static const struct {
    bool next;
    uint8_t n, capdu[7];
} probes[] = {
    {false, 5, {0x80, 0xf2, 0x00, 0x00, 0x00}},
    {false, 5, {0x00, 0xb0, 0x00, 0x00, 0x01}},
    {false, 5, {0x00, 0xb2, 0x00, 0x04, 0x00}},
    {false, 4, {0x80, 0xf2, 0x00, 0x0c}},
    {false, 7, {0x00, 0xa4, 0x00, 0x0c, 0x02, 0x3f, 0x00}},
    {true, 7, {0x00, 0xa4, 0x00, 0x0c, 0x02, 0x2f, 0x05}},
    {true, 6, {0x00, 0xd6, NOWHERE, 0x01, 0x00}},
    {false, 7, {0x00, 0xa4, 0x00, 0x0c, 0x02, 0x3f, 0x00}},
    {true, 7, {0x00, 0xa4, 0x00, 0x0c, 0x02, 0x2f, 0x00}},
    {true, 6, {0x00, 0xdc, 0x01, 0x04, 0x01, 0x00}},
    {false, 7, {0x00, 0xa4, 0x00, 0x0c, 0x02, 0x7f, 0xff}},
    {true, 7, {0x00, 0xa4, 0x00, 0x0c, 0x02, 0x6f, 0x3b}},
    {true, 6, {0x00, 0xdc, 0x01, 0x04, 0x01, 0x00}},
};
enum { STATUS, BINARY, RECORD, POLL, PINS /* and the rest */ };

struct view {
    uint8_t rapdu[258];
    size_t n;
};

static void ask(euicc *card, size_t probe, uint8_t channel, struct view *out)
{
    uint8_t capdu[sizeof probes[0].capdu];
    memcpy(capdu, probes[probe].capdu, sizeof capdu);
    capdu[0] |= channel;
    int result = euicc_transmit(card, capdu, probes[probe].n, out->rapdu, sizeof out->rapdu, &out->n);
    FUZZ_CHECK(result == EUICC_OK && out->n >= 2, "probe %zu: %s", probe, euicc_result_text(result));
}

static euicc *copy_of(const euicc *card)
{
    static const struct euicc_env nothing = {0};
    euicc *copy;
    FUZZ_CHECK(euicc_clone(card, &nothing, &copy) == EUICC_OK, "clone");
    return copy;
}

euicc *fuzz_copy(const struct fuzz_card *c)
{
    return copy_of(c->card);
}

/* A refusal may end the session of a security domain, which answers STATUS otherwise: that is no FCP template. */
static bool is_file_system(const struct view *status)
{
    return status->n > 2 && status->rapdu[0] == 0x62;
}

static uint8_t channel_of(struct slice capdu)
{
    return capdu.n && (capdu.p[0] & 0x40) == 0 ? capdu.p[0] & 3 : CHANNELS;
}

/* A valid short identifier selects its file, whatever comes of the command then (8.4.3: implicit selection). */
static bool names_file(struct slice capdu)
{
    if (capdu.n < 4) return false;
    switch (capdu.p[1]) {
    case 0xb0: /* READ, UPDATE BINARY */
    case 0xd6:
        return capdu.p[2] & 0x80;
    case 0xb2: /* READ, UPDATE, SEARCH RECORD */
    case 0xdc:
    case 0xa2:
        return capdu.p[3] >> 3;
    case 0x32: /* INCREASE */
        return capdu.p[2] & 0x1f;
    case 0xcb: /* RETRIEVE, SET DATA */
    case 0xdb:
        return capdu.p[3] & 0x1f;
    default:
        return false;
    }
}

static bool may_differ(size_t probe, bool own, struct slice capdu, bool tried)
{
    return (tried && probe >= PINS) || (own && (probe == BINARY || probe == RECORD) && names_file(capdu));
}

/* One channel of both cards, through all probes. */
static void compare(const euicc *before, const euicc *after, uint8_t channel, struct slice capdu, bool tried)
{
    euicc *copies[2] = {0};
    bool own = channel == channel_of(capdu);
    bool go_on = true;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0] && go_on; i++) {
        struct view was;
        struct view is;
        if (may_differ(i, own, capdu, tried)) continue;
        if (!probes[i].next) {
            euicc_destroy(copies[0]);
            euicc_destroy(copies[1]);
            copies[0] = copy_of(before);
            copies[1] = copy_of(after);
        }
        ask(copies[0], i, channel, &was);
        if (i == STATUS && own && !is_file_system(&was)) break;
        ask(copies[1], i, channel, &is);
        FUZZ_CHECK(was.n == is.n && memcmp(was.rapdu, is.rapdu, is.n) == 0,
                   "refused, and yet %02X %02X %02X %02X on channel %u gives %02X%02X, not %02X%02X, or other data",
                   probes[i].capdu[0], probes[i].capdu[1], probes[i].capdu[2], probes[i].capdu[3], channel,
                   is.rapdu[is.n - 2], is.rapdu[is.n - 1], was.rapdu[was.n - 2], was.rapdu[was.n - 1]);
        go_on = was.rapdu[0] != 0x68; /* a closed channel */
    }
    euicc_destroy(copies[0]);
    euicc_destroy(copies[1]);
}

void fuzz_check_volatile(const struct fuzz_card *c, const euicc *before, struct slice capdu, bool tried)
{
    for (uint8_t channel = 0; channel < CHANNELS; channel++)
        compare(before, c->card, channel, capdu, tried);
}
