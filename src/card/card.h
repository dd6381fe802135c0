/* card: one card. Power, reset, transmit and commit; logical channels; the proactive UICC. What the files of this room
 * share; the public side is src/euicc.h. */
#ifndef SOFTEUICC_CARD_CARD_H
#define SOFTEUICC_CARD_CARD_H

#include "card/apdu.h"
#include "card/sms.h"
#include "domain/domain.h"
#include "ecasd/ecasd.h"
#include "isdr/isdr.h"
#include "uicc/uicc.h"

#define CHANNELS 20

/* APPLICATION_DOMAIN: a security domain of the enabled profile. */
enum application { APPLICATION_UICC, APPLICATION_ISDR, APPLICATION_ECASD, APPLICATION_DOMAIN };

struct channel {
    bool open;
    enum application application;
    struct uicc_context uicc;
    struct isdr_chain chain;
    struct domain_session domain;
    struct buf waiting; /* response data that GET RESPONSE fetches */
    size_t waiting_at;
    enum err waiting_warning; /* OK, or the warning that follows its last byte */
};

struct euicc {
    struct model model;
    struct channel channels[CHANNELS];
    struct sms_assembly sms; /* a secured packet that comes in parts */
    bool on;
    bool mute;
};

/* What a command handler gives back besides its err. */
struct answer {
    struct buf data;
    size_t right_le;    /* not 0: 6Cxx, Le was wrong */
    uint8_t tries;      /* of WARN_TRIES */
    bool keeps_waiting; /* GET RESPONSE: the rest of the data stays */
};

struct command {
    uint8_t ins;
    bool interindustry, proprietary; /* classes in which it exists */
    const char *no_parameters;       /* the clause by which P1 and P2 are 00 00, NULL: they mean something */
    const char *name;
    enum err (*run)(euicc *card, const struct apdu *a, struct answer *answer);
    uicc_run *uicc; /* instead of run: a command on the files of the enabled profile */
};
/* NULL past the end. */
const struct command *command_at(size_t index);
const struct command *command_find(const struct apdu *a);

enum err command_uicc(euicc *card, const struct command *command, const struct apdu *a, struct answer *answer);
enum err command_select(euicc *card, const struct apdu *a, struct answer *answer);
enum err command_status(euicc *card, const struct apdu *a, struct answer *answer);
/* A command to the security domain that is selected on the channel. */
enum err command_domain(euicc *card, const struct apdu *a, struct answer *answer);
enum err command_manage_channel(euicc *card, const struct apdu *a, struct answer *answer);
enum err command_get_response(euicc *card, const struct apdu *a, struct answer *answer);
enum err command_terminal_capability(euicc *card, const struct apdu *a, struct answer *answer);
enum err command_terminal_profile(euicc *card, const struct apdu *a, struct answer *answer);
enum err command_fetch(euicc *card, const struct apdu *a, struct answer *answer);
enum err command_terminal_response(euicc *card, const struct apdu *a, struct answer *answer);
enum err command_envelope(euicc *card, const struct apdu *a, struct answer *answer);

static inline struct channel *channel_of(euicc *card, const struct apdu *a)
{
    return &card->channels[a->channel];
}
void channel_close(struct channel *c);
/* The session of the network access application on this channel ends, unless it goes on on another one. */
MUST_USE enum err channel_end_session(euicc *card, struct channel *c);
/* All channels as after a reset: only 0, the MF. */
void channels_reset(euicc *card);
/* After a profile switch: the applications of the old profile are gone, the channel that asked goes on. */
void channels_after_switch(euicc *card, unsigned asking);

/* Brings a card of an earlier version up to date, uncommitted; see migrate.c. */
MUST_USE enum err migrate(struct model *m);

void atr_make(const struct personality *p, struct euicc_atr *out);

/* Status word of an err; 0x9000 for OK. */
uint16_t status_word(enum err e);
/* True for errors after which nothing of the command may stay: storage, memory, randomness, bugs. */
bool is_fault(enum err e);
/* What GET RESPONSE and FETCH say if nothing waits, by the personality. */
enum err nothing_waits(const struct model *m);
/* True for what was carried out all the same: changes stay, data goes out. */
bool is_warning(enum err e);
int public_result(enum err e);

/* Writes data and status word as the transport rules ask (61xx, 6Cxx, 91xx; TS 102 221 7.3, 7.4.2). */
MUST_USE enum err respond(euicc *card, const struct apdu *a, enum err e, struct answer *answer, uint8_t *rapdu,
                          size_t cap, size_t *rn);

void trace_bytes(const euicc *card, enum euicc_event event, const uint8_t *p, size_t n);
void trace_reason(const euicc *card);
/* The file or directory that a channel is at. */
void trace_file(const euicc *card, const struct uicc_context *c);

#endif
