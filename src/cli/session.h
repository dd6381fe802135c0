/* A card with everything that it needs around it: file, randomness, clock, log. */
#ifndef SOFTEUICC_CLI_SESSION_H
#define SOFTEUICC_CLI_SESSION_H

#include "base/buf.h"
#include "cli/options.h"
#include "euicc.h"

enum session_mode {
    SESSION_RUN,       /* opens or makes the card */
    SESSION_CREATE,    /* makes it; must not exist, unless --force */
    SESSION_CHANGE,    /* opens it */
    SESSION_READ_ONLY, /* opens it, also while another process uses it */
};

struct session {
    euicc *card;
    euicc_file *file; /* NULL: --memory */
    euicc_random *random;
    struct euicc_env env;
    char path[4096]; /* of the card file; "" with --memory */
    bool is_new;
    bool was_in_use;     /* the process that had the card before did not close it: crash, kill -9, power cut */
    bool replace;        /* forget what the file holds with the first commit */
    struct buf old_keys; /* NUL-terminated, one after the other; for `replace` */
    void *trace_ctx;
    void (*trace)(void *ctx, enum euicc_event event, const uint8_t *data, size_t n);
};

/* False: said. session_close() either way. The session must not move afterwards. */
bool session_open(struct session *s, const struct options *options, enum session_mode mode);
void session_close(struct session *s);

#endif
