/* One case at work: the card, everything that goes to it and comes back (the dialogue), what was expected, the verdict.
 * Used by steps.c for text cases, by cases_*.c, and by facts.c and states.c, which look at the card and prepare it.
 *
 * Verdicts: `fail` if an expectation of the section test is not met; `error` if the card gives no (sensible) answer,
 * if what a case begins with cannot be reached, or if the bench itself is at its end; `skip` before it begins. The
 * first one that is not `pass` stays. */
#ifndef SOFTEUICC_CARD_BENCH_BENCH_H
#define SOFTEUICC_CARD_BENCH_BENCH_H

#include "case.h"
#include "facts.h"
#include "ipa.h"
#include "lpa.h"
#include "target.h"

enum verdict { VERDICT_PASS, VERDICT_SKIP, VERDICT_FAIL, VERDICT_ERROR };
extern const char *const verdict_words[4];

/* ---- the dialogue ---- */

enum entry_kind {
    ENTRY_COMMAND, /* sent, came: C-APDU and R-APDU */
    ENTRY_POWER,   /* came: the ATR */
    ENTRY_RESET,   /* the same, warm */
    ENTRY_EXPECT,  /* expected, came: texts */
};

struct entry {
    enum entry_kind kind;
    enum section section;
    int line;     /* of the case file, 0: none */
    int64_t at;   /* microseconds since the case began */
    int64_t took; /* microseconds */
    struct buf sent;
    struct buf came;
    struct buf why;      /* EXPECT: clause or comment; COMMAND: the comment */
    struct buf expected; /* EXPECT */
    struct buf reason;   /* COMMAND: what the card says of its refusal, if it can */
    bool ok;             /* EXPECT: met; else: an answer came */
};

struct dialogue {
    struct entry *list;
    size_t n, room;
};
void dialogue_free(struct dialogue *d);

/* ---- a case at work ---- */

struct bench_options {
    bool allow_destructive;
    const char *profile; /* ICCID digits of the profile that may be changed; NULL: none was named */
    struct slice pin;    /* 8 bytes; empty: not known */
    struct slice adm;
    uint64_t seed;
};

struct bench {
    struct target *target;
    const struct bench_options *options;
    const struct case_row *row;
    struct facts *facts; /* of the card as the case found it */
    struct variables variables;
    struct dialogue dialogue;
    int64_t started;
    enum section section;
    int line;
    const char *why; /* the comment of the step at work */
    enum verdict verdict;
    char reason[512];

    /* the last answer */
    struct buf answer; /* data and status word */
    struct buf atr;
    bool get_response; /* fetch what 61xx announces */
    size_t block_size;
    int channel; /* of es10 and isd-r */
    /* how the request in the STORE DATA blocks on each channel begins: for what must not be sent (care.c) */
    struct request_begin {
        uint8_t bytes[2];
        uint8_t n;
    } requests[20];

    /* doubles, made when a case asks for them; an IPA is an LPA that knows the functions of SGP.32 as well */
    bool has_lpa;
    union {
        struct lpa lpa;
        struct ipa ipa;
    };
    bool has_eim;
    struct eim eim;
    struct eim_package package; /* bench_iot.h: the last one sent, and what came */
    struct buf package_answer;
    struct eim_result result;
    struct smdpp *smdpp;
    struct buf certificates[2];
};

void bench_begin(struct bench *b, struct target *target, const struct bench_options *options,
                 const struct case_row *row, struct facts *facts);
void bench_end(struct bench *b);

/* Records a verdict with its reason, unless there is one already. Gives false. */
bool bench_verdict(struct bench *b, enum verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* No verdict but pass so far. */
static inline bool bench_goes_on(const struct bench *b)
{
    return b->verdict == VERDICT_PASS;
}

/* ---- the card: false is always a verdict ---- */

bool bench_power(struct bench *b, bool on); /* cold; b->atr */
bool bench_reset(struct bench *b);
/* One command, one answer into b->answer; nothing handled. */
bool bench_exchange(struct bench *b, struct slice command);
/* With GET RESPONSE for 61xx and again with the right Le for 6Cxx, unless b->get_response is off. */
bool bench_command(struct bench *b, struct slice command);
/* An ES10 request: STORE DATA blocks on b->channel until one is refused, and GET RESPONSE. */
bool bench_es10(struct bench *b, struct slice request);
/* MANAGE CHANNEL open; b->channel. Selection of the ISD-R there, with TERMINAL CAPABILITY before (SGP.22 3.4.1). False
 * with an error: that is not what the case is about. */
bool bench_open_channel(struct bench *b);
bool bench_close_channel(struct bench *b);
bool bench_open_isdr(struct bench *b);
uint16_t bench_status(const struct bench *b); /* of b->answer */
struct slice bench_data(const struct bench *b);

/* ---- expectations ---- */

/* States one: `clause` and what is `expected` in words, `came` likewise. In the section given it makes an error of what
 * is not so, else a failure. Gives `ok`. */
bool bench_expect(struct bench *b, bool ok, const char *clause, const char *expected, const char *came, ...)
    __attribute__((format(printf, 5, 6)));

/* ---- doubles, for cases in C ---- */

/* A reader for the doubles that leads through this bench: all they send is in the dialogue. */
void bench_reader(struct bench *b, struct lpa_reader *reader);
/* An LPA on a supplementary channel, the ISD-R selected. NULL: a verdict. */
struct lpa *bench_lpa(struct bench *b);
/* The SM-DP+ of SGP.26 `number` (1 or 2) with its keys on a curve, which accepts eUICCs of both CIs. NULL: a verdict.
 */
struct smdpp *bench_smdpp(struct bench *b, enum test_curve curve, int number);
/* The CIs of SGP.26, the one of `curve` first. False: a verdict. */
bool bench_anchors(struct bench *b, enum test_curve curve, struct pki_anchor anchors[2]);
/* A file of certs/sgp26, "ci-nist.der", or of profiles; empty: there is none. */
struct slice bench_material(const char *name);
/* The key in "NAME.key.hex" there. */
bool bench_key(const char *name, enum test_curve curve, struct test_key *key);

/* Those of an IoT eUICC, IPA and eIM, are in bench_iot.h. */

/* ---- the runners of cases ---- */

/* steps.c: all steps of a text case. */
void steps_run(struct bench *b);

#endif
