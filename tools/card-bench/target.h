/* The card under test as the bench sees it: switched on and off, reset, asked. Four makers: the built-in card
 * (target_card.c), a card file (same), a PC/SC reader (target_pcsc.c), a host and port with the frames of `softeuicc
 * run
 * --listen` (target_socket.c). Nothing here waits for ever: a card that does not answer within `timeout_ms`, that was
 * pulled or that talks nonsense gives a result. Called by bench.c, which writes all of it down. */
#ifndef SOFTEUICC_CARD_BENCH_TARGET_H
#define SOFTEUICC_CARD_BENCH_TARGET_H

#include "base/buf.h"
#include "euicc.h"

enum target_result {
    TARGET_OK,
    TARGET_SILENT,   /* no answer, or none in time */
    TARGET_GONE,     /* the card was pulled, the reader or the connection is gone */
    TARGET_NONSENSE, /* an answer that no card gives: fewer than two bytes, no ATR */
    TARGET_BUSY,     /* another program has the reader */
    TARGET_BROKEN,   /* the bench itself: no memory */
};

/* "no answer" and so on, for verdicts. */
const char *target_result_text(enum target_result result);

#define TARGET_TIMEOUT_MS 10000

struct target {
    void *ctx;
    char name[256]; /* "built-in card", "reader Gemalto ..." */
    bool builtin;   /* it is made anew for each case: nothing of it can be lost */
    unsigned timeout_ms;
    /* Switches off, and then on (cold) if `on`; *atr is replaced. */
    enum target_result (*power)(struct target *t, bool on, struct buf *atr);
    enum target_result (*reset)(struct target *t, struct buf *atr); /* warm */
    /* One command, one answer of at least two bytes; *answer is replaced. */
    enum target_result (*transmit)(struct target *t, struct slice command, struct buf *answer);
    /* Why the card refused the last command, in its own words; NULL: it cannot say. False: it did not refuse. */
    bool (*reason)(struct target *t, struct euicc_reason *out);
    void (*close)(struct target *t); /* frees ctx; may be NULL before it was opened */
};

/* How the built-in card differs from a right one. Texts may be NULL. */
struct target_builtin {
    const char *personality; /* lines that change the default personality */
    struct slice mutations;  /* a rule file as for `softeuicc run --mutate`; empty: none */
    uint64_t seed;           /* all that the card draws follows from it */
};

/* A card that is made in this process: new, off, without the rules. False with *why. */
bool target_open_builtin(struct target *t, const struct target_builtin *what, struct euicc_diagnostic *why);
/* A copy of the card as it is, for target_use_state() of `owner`, which has to outlive it; euicc_destroy() it. NULL
 * without memory. */
euicc *target_keep_state(struct target *t, struct target *owner);
/* From now on the target is a copy of this card, which draws numbers that follow from `seed`; `mutated`: behind the
 * rules, which begin anew. False without memory. */
bool target_use_state(struct target *t, const euicc *state, uint64_t seed, bool mutated);

/* A card file of softeuicc; it is locked, and keeps what the cases do. */
bool target_open_file(struct target *t, const char *path, struct euicc_diagnostic *why);
/* The first PC/SC reader whose name contains `name`. Without libpcsclite always false. */
bool target_open_pcsc(struct target *t, const char *name, struct euicc_diagnostic *why);
/* "HOST:PORT": 2-byte length frames; a frame of one byte is a control (0 off, 1 on, 2 reset, 4 ATR), an empty one says
 * that the card does not answer. */
bool target_open_socket(struct target *t, const char *address, struct euicc_diagnostic *why);
void target_close(struct target *t);

/* Milliseconds of a clock that only goes on, for deadlines; microseconds for durations. */
int64_t clock_milliseconds(void);
int64_t clock_microseconds(void);

#endif
