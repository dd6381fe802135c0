/* The live log of `softeuicc run`: one readable line a command, made from the trace events of euicc.h. */
#ifndef SOFTEUICC_CLI_LOG_H
#define SOFTEUICC_CLI_LOG_H

#include "base/buf.h"
#include "euicc.h"

/* Commands that were taken but not printed, because the line that ends them will count them. */
struct log_tally {
    unsigned blocks;
    size_t bytes;
};

/* What is known of the command at work; printed when its answer comes. */
struct log_command {
    bool open; /* came, not yet answered */
    size_t n;  /* bytes of the C-APDU */
    uint8_t head[7];
    char function[128];
    char result[160];
    struct buf reason;
    bool key_file;      /* verbose: it works on a file that holds keys */
    struct buf hex;     /* verbose: the C-APDU */
    struct buf details; /* verbose: NUL-terminated texts */
    /* verbose: the data objects that STORE DATA blocks made up and that GET RESPONSE will fetch */
    struct buf request_data;
    struct buf response_data;
};

struct log {
    int fd;
    bool verbose;
    bool json;
    bool secrets; /* verbose: PINs and keys that go over the wire in clear are shown, not dots */
    int stop;     /* readable: it is time to end, and a log that nobody reads is not waited for; -1: never */
    struct buf line;
    struct log_command command;
    /* A chain of STORE DATA blocks that is being sent, at most one at a time. */
    unsigned chain_channel;
    char chain_function[128];  /* known once a part of it was complete (bound profile package) */
    struct log_tally complete; /* blocks that belong to chain_function */
    struct log_tally unnamed;  /* blocks since then, whose function the last block will tell */
    uint32_t keys_wait;        /* bit n: on channel n GET RESPONSE would fetch keys */
    int64_t second;            /* that `clock` shows */
    char clock[24];
};

void log_begin(struct log *log, int fd, bool verbose, bool json);
/* Fits session.trace; ctx is the log. */
void log_event(void *ctx, enum euicc_event event, const uint8_t *data, size_t n);
/* A line that is not about a command. */
void log_note(struct log *log, const char *text);
/* Prints what is still held back. */
void log_end(struct log *log);

#endif
