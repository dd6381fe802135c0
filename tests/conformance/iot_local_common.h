/* What the SGP.32 tests of local functions, profile switching, stored results and versions share: a card of an IoT
 * personality with an IPA, an eIM that is associated with it, and packages in one call, whose results are decoded,
 * verified and compared byte by byte. Every function ends the test with a message if something is not as it must be. */
#ifndef SOFTEUICC_TESTS_CONFORMANCE_IOT_LOCAL_COMMON_H
#define SOFTEUICC_TESTS_CONFORMANCE_IOT_LOCAL_COMMON_H

#include "common.h"
#include "ipa.h"

struct iot {
    struct fixture f;
    struct ipa ipa; /* on the basic channel, as f.lpa */
    struct eim eim;
    struct eim_package package; /* the last one */
};

#define AID_4 "A0000005591010FFFFFFFF8900001300"
#define TERMINAL_PROFILE "8010000003000080" /* with REFRESH */
#define FETCH_REFRESH "801200000B"
#define REFRESH_COMMAND "D00981030101048202 8182 9000"
#define TERMINAL_RESPONSE(result) "801400000C 810301010482028281 8301" result

/* A card that is on. personality: a built-in one; lines: what changes in it, or NULL. */
void iot_begin(struct iot *t, const char *personality, const char *lines);
void iot_end(struct iot *t);
/* eIM "eim1" with counter 1, with or without an associationToken. */
void iot_associate(struct iot *t, bool token);
/* iot_begin, an eIM with a token, and profiles 1 (enabled), 2 (fallbackAllowed), 3, 4 (an Emergency Profile); in v1.0
 * nothing special about 2 and 4. No notifications, no results. */
void iot_standard(struct iot *t, const char *personality, const char *lines);
/* A power cut: the card object goes, a new one starts over the same storage. */
void iot_cut(struct iot *t);
void iot_reset(struct iot *t);
/* Removes all notifications and results from the card. */
void iot_clean(struct iot *t);

/* An operational profile with all notifications; extra: TLVs at the end of its metadata in hex, NULL: none. */
void iot_install(struct iot *t, const char *iccid, const char *extra, uint32_t ppr);
/* The same with `members` (hex) at the end of the ProfileHeader of its package. */
void iot_install_with_header(struct iot *t, const char *iccid, const char *members);

/* A package with these operations (hex of a psmoList's or an ecoList's content): the result must be signed, and its
 * list must be `results`. Gives its seqNumber. The REFRESH, if there is one, is left to the test. */
uint32_t iot_psmo(struct iot *t, const char *list, const char *results);
uint32_t iot_eco(struct iot *t, const char *list, const char *results);
/* A package that is refused with this signed error. */
void iot_psmo_error(struct iot *t, const char *list, int code);
/* ProfileRollback that succeeds, for t->package; the result's list must be `results`. Gives its seqNumber. */
uint32_t iot_roll_back(struct iot *t, bool refresh, const char *results);
/* FETCH, TERMINAL RESPONSE with this general result ("00"), and the ISD-R again. */
void iot_refresh(struct iot *t, const char *result);

/* Of the last command. function NULL: it must have none. */
void iot_reason(struct iot *t, const char *function, const char *clause, const char *expected, const char *came);
/* Exactly this profile is enabled (NULL: none), by GetProfilesInfo and by the FCI of the ISD-R. */
void iot_enabled(struct iot *t, const char *iccid);
/* The pending notifications have the numbers after `sequence` and these events in order: "de" disable, enable. */
void iot_notified(struct iot *t, uint32_t sequence, const char *events);
/* The stored results have these numbers: "7 9". */
void iot_results(struct iot *t, const char *numbers);
/* counterValue of the eIM as the card keeps it. */
uint32_t iot_counter(struct iot *t);

#endif
