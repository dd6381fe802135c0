/* What the files of src/mutate share; see mutate.h. */
#ifndef SOFTEUICC_MUTATE_INTERNAL_H
#define SOFTEUICC_MUTATE_INTERNAL_H

#include "base/buf.h"
#include "mutate/mutate.h"
#include "names/names.h"

enum {
    INS_GET_RESPONSE = 0xc0,
    INS_STORE_DATA = 0xe2,
    INS_SELECT = 0xa4,
    INS_MANAGE_CHANNEL = 0x70,
    CHANNELS = 20,
    PATH_PARTS_MAX = 8,
    ANSWER_MAX = 65536
};

/* ---- rules ---- */

enum what_kind {
    WHAT_NONE, /* not given */
    WHAT_ANY,
    WHAT_FUNCTION, /* the STORE DATA that carries the last block of its request */
    WHAT_LOADING,  /* the same with a segment of a bound profile package */
    WHAT_COMMAND,
    WHAT_POWER_ON,
    WHAT_RESET,
};
struct what {
    enum what_kind kind;
    uint32_t tag; /* WHAT_FUNCTION */
    uint8_t ins;  /* WHAT_COMMAND */
};

/* "euiccSigned1/transactionId", "0x62/0x8A", "[2]" behind it for the second one. Slices into the text of the rules. */
struct path {
    struct slice parts[PATH_PARTS_MAX];
    uint32_t tags[PATH_PARTS_MAX]; /* 0: by name */
    size_t n;
    unsigned index; /* from 1 */
};

enum value_kind { VALUE_BYTES, VALUE_NUMBER, VALUE_RANDOM };

/* What stands for the capital words of a pattern (pattern.c). Each kind at most once in a pattern. */
struct arguments {
    uint32_t number;
    int64_t signed_number;
    uint16_t sw, sw_mask; /* mask: the nibbles that are given */
    uint32_t tag;
    struct path field;
    struct what what;
    enum value_kind value_kind; /* VALUE: bytes; else signed_number or number */
    struct slice word;          /* VALUE: a name that the field's table has to know */
    struct buf bytes;
};

struct rule;
struct answer;
struct mutate;

/* Changes the answer; false if there is nothing to change. `said`: what was and what became. */
typedef bool (*act_fn)(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said);
/* Appends what takes the place of the data object t. */
typedef bool (*edit_fn)(struct rule *rule, const struct tlv *t, struct buf *out);

struct action {
    const char *pattern;
    act_fn act;   /* NULL: an edit of a field */
    edit_fn edit; /* needs the whole answer */
    bool whole;   /* needs it too */
    bool power;   /* goes with power on and reset, and nothing else does */
    bool early;   /* fires at the first block of a request that has more */
};
extern const struct action mutate_actions[]; /* the last one has no pattern */

struct rule {
    unsigned line;
    unsigned number; /* from 1 */
    struct slice text;
    struct what at;
    /* conditions; 0 or WHAT_NONE: not given */
    uint32_t from, to, every, most;
    bool by_chance;
    uint32_t percent;
    struct what after, before;
    bool after_seen, before_seen;
    bool on_channel;
    uint32_t channel;
    struct buf aid;
    uint16_t sw, sw_mask;
    uint32_t tag;
    bool by_card;
    const struct action *action;
    struct arguments arguments;
    uint32_t matched, fired;
    uint64_t random; /* each rule draws from its own stream: to take one away does not change the others */
};

/* ---- pattern.c: text to rules ---- */

/* True if `text` has the form of the pattern: words, and in their places N (number), SIGNED, SW, TAG, FIELD, and at the
 * end HEX, VALUE, WHAT or FUNCTION (the rest). False with *why empty: another form; with words: right form, wrong
 * value. */
bool pattern_read(const char *pattern, struct slice text, struct arguments *out, struct buf *why);
bool what_read(struct slice text, struct what *out, struct buf *why);
/* Blanks off both ends. */
struct slice trimmed(struct slice s);
/* Takes the next word off the front. */
bool word_take(struct slice *in, struct slice *word);
void arguments_free(struct arguments *a);
__attribute__((format(printf, 2, 3))) void say_format(struct buf *b, const char *format, ...);
/* At most 40 digits. */
void say_hex(struct buf *b, struct slice bytes);
void say_slice(struct buf *b, struct slice text);

/* ---- rules.c ---- */
bool rule_read(struct rule *rule, struct slice line, struct buf *why);
void rule_free(struct rule *rule);

/* ---- dialogue.c: what the terminal says ---- */
struct chain {
    uint32_t tag; /* of the first data object; 0: none */
    struct buf bytes;
    uint8_t aid[16]; /* selected */
    size_t aid_n;
};
struct command {
    uint8_t channel, ins, p1, p2;
    size_t le; /* 1 to 65536 */
    struct slice data;
    bool first, last;    /* of STORE DATA blocks */
    struct chain *chain; /* of its channel */
};
/* False: fewer than 4 bytes. */
bool command_read(struct mutate *m, struct slice capdu, struct command *out);
/* The card answered with this status word. */
void command_done(struct command *c, uint16_t sw);
bool command_is(const struct command *c, const struct what *what, bool early);
const char *command_name(const struct command *c);

/* ---- mutate.c ---- */
struct answer {
    const struct command *command;
    struct buf data;
    uint16_t sw;
    bool whole;  /* all of the data is here */
    bool staged; /* the card gave it by 61xx */
    bool mute;
    unsigned delay_ms;
};
struct waiting { /* of an answer that GET RESPONSE fetches from here */
    bool active;
    bool endless;
    uint8_t channel;
    struct buf data;
    size_t at;
    uint16_t sw;
};
struct mutate {
    char *text;
    struct rule *rules;
    size_t n;
    struct mutate_card card;
    mutate_say say;
    void *say_ctx;
    struct chain chains[CHANNELS];
    struct waiting waiting;
    struct buf previous; /* the last answer, as it left */
    bool mute;
    struct euicc_atr atr;
    bool atr_changed;
};
uint32_t rule_random(struct rule *rule);

/* ---- place.c: data objects inside an answer ---- */
struct place {
    struct tlv chain[TLV_DEPTH_MAX]; /* from the outermost one to the one that was looked for */
    const struct decode_field *fields[TLV_DEPTH_MAX];
    size_t n;
};
bool place_find(struct slice data, const struct path *path, struct place *out);
/* Appends `data` with `with` in its place and the lengths around it put right. */
void place_replace(const struct place *p, struct slice data, struct slice with, struct buf *out);
/* The same, and the signature over the innermost signed object around the place made again by the card. False: it is in
 * none, or none that the card signed. `request`: the data object that was answered. */
bool place_replace_signed(const struct mutate_card *card, const struct place *p, struct slice data, struct slice with,
                          struct slice request, struct buf *out);

#endif
