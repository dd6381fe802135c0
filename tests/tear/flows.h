/* What the steps of flows_*.c share. */
#ifndef SOFTEUICC_TESTS_TEAR_FLOWS_H
#define SOFTEUICC_TESTS_TEAR_FLOWS_H

#include "bench.h"

/* Profile n, 1 to 5, by its ICCID. */
const char *profile_iccid(int n);
/* -1: it is not there; 0 disabled, 1 enabled. */
int profile_state(const struct bench *b, int n);
/* A plain operational profile with all notifications; extra: further metadata in hex. */
struct wanted profile_wanted(int n, const char *extra);
/* Installs it; false: interrupted. */
bool profile_install(struct bench *b, const struct wanted *w);
/* The same while a flow is prepared. */
void profile_prepare(struct bench *b, int n, const char *extra);
/* ES10c.EnableProfile without REFRESH, while a flow is prepared. */
void profile_prepare_enabled(struct bench *b, int n);

/* Steps; the argument is a profile. */
bool step_install(struct bench *b);
bool step_is_installed(struct bench *b);
bool step_is_enabled(struct bench *b);
bool step_is_disabled(struct bench *b);
/* All notifications, checked by the SM-DP+, are removed. */
bool step_process_notifications(struct bench *b);
bool step_no_notifications(struct bench *b);

/* ---- a terminal ---- */

/* The answer with its status word; false: interrupted. */
bool flow_transmit(struct bench *b, struct slice command, const char *what, struct buf *answer);
uint16_t flow_status(const struct buf *answer);
/* A command as put_hex() takes it, which must give this status word; false: interrupted. */
bool flow_say(struct bench *b, const char *digits, uint16_t expected);
/* A file of the first profile by its path. */
bool flow_find_file(const struct bench *b, const char *path, struct euicc_file_description *out);

#endif
