/* A case of over-the-air management as a row: the packets that an OTA server sends to profiles/operational, whose keys
 * the bench knows, the proof of receipt that must come, and what must be so on the card afterwards (ETSI TS 102 225,
 * TS 102 226; 3GPP TS 31.115). The server is the double of tests/lib. Called by cases_ota.c, cases_ota_scripts.c and
 * cases_metadata.c. */
#ifndef SOFTEUICC_CARD_BENCH_OTA_CASE_H
#define SOFTEUICC_CARD_BENCH_OTA_CASE_H

#include "bench.h"

#include "ota.h"

/* Applications of profiles/operational: remote file management of the MF (with a checksum) and of the USIM (ciphered
 * too), the operator's security domain (both). */
#define TAR_MF "B00010"
#define TAR_USIM "B00011"
#define TAR_DOMAIN "B20100"

/* The key sets of its domain by version; SET_NEW is one that a case puts there: 60 16 times and 61 16 times, AES. */
enum ota_set { SET_AES = 1, SET_DES = 2, SET_NEW = 9 };

/* How a packet goes into short messages. */
enum ota_parts {
    OTA_WHOLE,     /* one; more than one if it does not fit */
    OTA_TWO,       /* two, in order */
    OTA_TWO_WIDE,  /* with a reference of 16 bits */
    OTA_REVERSED,  /* the second one first */
    OTA_FIRST_ONLY /* the second one never comes */
};

struct ota_send {
    const char *tar;  /* hex */
    const char *spi;  /* hex: both bytes */
    enum ota_set set; /* the keys */
    uint8_t kic, kid; /* 0: as the set */
    uint64_t counter; /* 0: 1, or one more than what was sent before */
    enum ota_fault fault;
    enum ota_parts parts;
    const char *script; /* as in case files; NULL: an empty one */
    const char *status; /* of the proof of receipt: hex, several separated by '|'; "": none must come */
    bool or_none;       /* none may come */
    bool or_clear;      /* it may come unprotected: the card has no keys for it */
    const char *data;   /* patterns separated by '|'; NULL: whatever */
};

/* A request to the ISD-R and its answer, data and status word. */
struct ota_question {
    const char *request;
    const char *response;
};

/* What GetProfilesInfo shows of a profile in members of these tags (bench_profile.h). */
struct ota_shown {
    const char *profile; /* ICCID */
    const char *tags;
    const char *members; /* patterns */
};

#define OTA_SENDS_MAX 4
#define OTA_QUESTIONS_MAX 2
struct ota_row {
    struct ota_send given[OTA_SENDS_MAX];         /* must be taken, status 00; up to a row without a TAR */
    struct ota_question begin[OTA_QUESTIONS_MAX]; /* behind given: must be so, or the case has nothing to begin with */
    struct ota_shown begin_shown;                 /* likewise */
    struct ota_send test[OTA_SENDS_MAX];
    bool power_cycle;    /* between given and test */
    const char *command; /* afterwards: an APDU as in case files, after it `answer`; on the basic channel */
    const char *answer;  /* patterns separated by '|': data and status word */
    const char *request; /* afterwards: a request to the ISD-R */
    const char *response;
    struct ota_shown shown; /* afterwards */
    struct ota_shown shown_2;
};

/* b->row->argument is a struct ota_row. */
void ota_run_row(struct bench *b);

#define OTA(name, text, clause, ...)                                                                                   \
    {                                                                                                                  \
        .id = "OTA." name, .family = "OTA", .title = text, .clauses = clause, .applies = "isdr and consumer",          \
        .state = "ota", .destructive = true, .run = ota_run_row, .argument = &(const struct ota_row)                   \
        {                                                                                                              \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }
/* What a terminal finds in EF.PL afterwards: what a script wrote there, or "en" as in the package. */
#define OTA_PL .command = "00B0850002"
#define WRITTEN OTA_PL, .answer = "\"fr\" 9000"
#define UNCHANGED OTA_PL, .answer = "\"en\" 9000"

/* ---- for rows with a function of their own ---- */

/* Power on and TERMINAL PROFILE. */
bool ota_begin(struct bench *b);
/* Sends one and demands what it says. */
bool ota_send(struct bench *b, const struct ota_send *s);
/* A request to the ISD-R, on a channel of its own, and its answer. */
bool ota_ask(struct bench *b, const char *request, const char *response);
/* What the card shows of a profile. */
bool ota_look(struct bench *b, const struct ota_shown *s);

#endif
