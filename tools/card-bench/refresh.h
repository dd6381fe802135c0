/* A profile switch that ends with a REFRESH, from the terminal's side (SGP.22 3.2.1, 3.2.2, 5.7.19; ETSI TS 102 223
 * 6.4.7): for cases_switch.c. Begins with a profile that is enabled and one that is not. */
#ifndef SOFTEUICC_CARD_BENCH_REFRESH_H
#define SOFTEUICC_CARD_BENCH_REFRESH_H

#include "bench.h"

enum function { ENABLE = 0xbf31, DISABLE = 0xbf32, MEMORY_RESET = 0xbf34 };

/* TERMINAL PROFILE (TS 102 223 5.2): byte 3 bit 8 is REFRESH, byte 34 bit 6 its eUICC Profile State Change. */
enum terminal { TERMINAL_REFRESH, TERMINAL_STATE_CHANGE, TERMINAL_WITHOUT_REFRESH, TERMINAL_SILENT };
/* How it goes on after the announcement. */
enum end { END_RESPONSE, END_RESET, END_POWER, END_FETCH_RESET, END_FETCH_POWER, END_WAITS, END_FETCHED };

/* What is looked at. */
enum look {
    LOOK_STATES,        /* GetProfilesInfo of both */
    LOOK_NOTIFICATIONS, /* exactly those of the switch, in order; or none */
    LOOK_ICCID,         /* EF.ICCID on the basic channel */
};

struct switching {
    enum function function;
    enum terminal terminal;
    bool by_aid;
    enum end end;
    uint8_t result; /* general result of the TERMINAL RESPONSE */
    enum look look;
    bool stays;        /* the states are as before */
    bool reset_before; /* a cold reset before the look */
};

/* A command that the double could not bring to an end is an error, unless there is a verdict already. */
bool refresh_sent(struct bench *b, struct lpa *lpa, bool good);
/* TERMINAL PROFILE; what a profile of a foreign card wants first is answered. False: a verdict. */
bool refresh_terminal(struct bench *b, struct lpa *lpa, enum terminal terminal);
/* The whole 5A or 4F of a profile of the state. */
bool refresh_identifier(struct bench *b, bool enabled, bool by_aid, struct buf *out);
/* The function with refreshFlag: the code of the answer, -1 with lpa->error. */
int refresh_request(struct bench *b, struct lpa *lpa, enum function function, bool by_aid);
/* The switch is asked for and announced, or the terminal cannot; in `section`, since few cases are about just that. */
bool refresh_begin(struct bench *b, const struct switching *s, enum section section, struct lpa **lpa);
bool refresh_fetch(struct bench *b, struct lpa *lpa, struct buf *command);
bool refresh_respond(struct bench *b, struct lpa *lpa, const struct buf *command, uint8_t result);
/* On to s->end. */
bool refresh_go_on(struct bench *b, struct lpa *lpa, const struct switching *s);
bool refresh_restart(struct bench *b, struct lpa *lpa, bool cold);

#endif
