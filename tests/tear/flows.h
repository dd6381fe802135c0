/* What the steps of flows_consumer.c and flows_iot.c share. */
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

#endif
