/* A case: one thing that is proven or violated, as a row. The rows of text files (case_file.c, the format is in
 * README.md) and those in C (cases_*.c) stand in one list (case_list.c), which `list`, filters, runs and reports read.
 */
#ifndef SOFTEUICC_CARD_BENCH_CASE_H
#define SOFTEUICC_CARD_BENCH_CASE_H

#include "case_tables.h" /* TABLE(topic) for each cases_TOPIC.c of meson.build */
#include "expression.h"
#include "pattern.h"

struct bench;

/* What a case needs of the user or of the card; without it the case is skipped, and says so. */
enum need {
    NEED_SGP26 = 1 << 0,   /* the card trusts a CI of the SGP.26 test PKI, whose keys the bench has */
    NEED_PROFILE = 1 << 1, /* a profile that may be changed */
    NEED_ENABLED = 1 << 2, /* it is the enabled one */
    NEED_PIN = 1 << 3,     /* the value of PIN1 */
    NEED_ADM = 1 << 4,     /* the value of ADM1 */
};
#define NEED_COUNT 5
/* By bit number: the word in a case file, and what it means for people. */
extern const char *const need_words[NEED_COUNT];
extern const char *const need_texts[NEED_COUNT];
const char *need_text(enum need need);

enum section { SECTION_GIVEN, SECTION_TEST, SECTION_FINALLY };
extern const char *const section_words[3];

enum step_kind {
    STEP_SEND,          /* > HEX */
    STEP_ES10,          /* es10 HEX: STORE DATA blocks and GET RESPONSE on the channel at work */
    STEP_EXPECT,        /* < PATTERN | PATTERN: the whole last answer with its status word */
    STEP_STATUS,        /* status 9000 | 91xx */
    STEP_TLV,           /* tlv PATH ... */
    STEP_PROFILE,       /* profile HEX: what GetProfilesInfo says of the profile with this ICCID */
    STEP_ISDR,          /* isd-r: a channel with the ISD-R selected on it */
    STEP_RESET,         /* reset */
    STEP_POWER,         /* power-cycle */
    STEP_ATR,           /* atr PATTERN: the last one */
    STEP_CHANNEL_OPEN,  /* channel open */
    STEP_CHANNEL_CLOSE, /* channel close */
    STEP_CHANNEL_USE,   /* channel N */
    STEP_LET,           /* let NAME = HEX */
    STEP_CHECK,         /* check HEX = PATTERN, check HEX != PATTERN */
    STEP_CAPTURE,       /* capture NAME = PATH: the value of a data object of the last answer */
    STEP_GET_RESPONSE,  /* get-response by-hand, get-response automatic */
    STEP_BLOCK_SIZE,    /* block-size N: bytes in each STORE DATA of es10 */
};

enum tlv_relation {
    TLV_PRESENT,
    TLV_ABSENT,
    TLV_EQUAL,  /* the value is as the pattern says */
    TLV_LENGTH, /* bytes of the value */
    TLV_COUNT,  /* how many objects the path leads to */
    TLV_NUMBER, /* the value as a number that is not negative */
};

#define PATH_MAX_TAGS 8
struct tlv_path {
    struct {
        uint32_t tag;
        size_t index; /* from 1; 0: the first, and for TLV_COUNT all */
    } parts[PATH_MAX_TAGS];
    size_t n;
};

#define ALTERNATIVES_MAX 6
struct step {
    enum step_kind kind;
    enum section section;
    int line;
    char *text; /* as in the file */
    char *why;  /* the comment above; NULL: none */
    struct pattern sent;
    struct pattern expected[ALTERNATIVES_MAX];
    size_t expected_n;
    struct tlv_path path;
    enum tlv_relation relation;
    enum compare compare; /* TLV_LENGTH, TLV_COUNT, TLV_NUMBER; COMPARE_EQUAL, COMPARE_OTHER of STEP_CHECK */
    size_t number;
    bool flag;                     /* STEP_GET_RESPONSE: automatic */
    char name[VARIABLE_NAME_SIZE]; /* STEP_LET, STEP_CAPTURE */
};

struct case_row {
    const char *id;      /* "ES10c.GetEID/01-nominal": group and name */
    const char *family;  /* "ES10c": the folder of the file */
    const char *title;   /* one sentence: what a right card does */
    const char *clauses; /* requirements, separated by "; " */
    const char *applies; /* expression.h over facts.h; NULL: always */
    const char *state;   /* states.h; NULL: any */
    unsigned needs;      /* enum need */
    bool changes;        /* what it changes it puts back; files and PINs: NEED_ENABLED */
    bool destructive;    /* it deletes, resets, blocks or uses up; foreign cards: --allow-destructive only */
    void (*run)(struct bench *b);
    const void *argument; /* for run: b->row->argument */
    /* of a text file */
    const char *file;
    int line;
    struct step *steps;
    size_t step_n;
};

/* ---- the list ---- */

struct case_list {
    struct case_row *rows; /* sorted by id */
    size_t n, room;
};
/* All cases: those in C and those of the files *.case in the folders of `folder`. False: the first mistake is said on
 * standard error, "FILE:LINE: ...". */
bool case_list_load(struct case_list *list, const char *folder);
void case_list_free(struct case_list *list);
/* The folder with the cases: `given` (may be NULL), beside the program, or where it is installed. False: none. */
bool case_list_folder(const char *given, char *out, size_t size);
/* True if a filter (shell pattern) fits id, group, family or one of the clauses; without filters always. */
bool case_matches(const struct case_row *row, char *const *filters, size_t n);

/* ---- case_file.c ---- */

/* Appends the cases of one file's text. False with one line in `why`, "line N: ...". */
bool case_file_read(struct case_list *list, const char *name, const char *family, struct slice text, char *why,
                    size_t why_size);
/* Room for one more row, zeros; NULL without memory. */
struct case_row *case_list_add(struct case_list *list);

/* The cases in C: one table a file, ended by a row without an id. */
#define TABLE(name) extern const struct case_row cases_##name[];
CASE_TABLES
#undef TABLE
extern const struct case_row *const case_tables[]; /* ended by NULL */

#endif
