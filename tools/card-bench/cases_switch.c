/* Profile switches that end with a REFRESH (SGP.22 3.2.1, 3.2.2, 5.7.16, 5.7.17, 5.7.19; ETSI TS 102 223 6.4.7): what
 * is announced to which terminal, what is so until the terminal answers, and what each answer and each reset makes of
 * it. Begins with profiles/tiny enabled and profiles/operational disabled; the rows are at the end. */
#define _GNU_SOURCE
#include "bench_profile.h"
#include "refresh.h"

#include "base/hex.h"
#include "base/tlv.h"

#include <stdio.h>

#define REFRESH_CLAUSES "ETSI TS 102 223 6.4.7"
#define ENABLE_CLAUSES "SGP.22 3.2.1; SGP.22 5.7.16; SGP.23-1 4.2.21"
#define DISABLE_CLAUSES "SGP.22 3.2.2; SGP.22 5.7.17; SGP.23-1 4.2.22"

/* ---- what is looked at ---- */

/* 1 enabled, 0 disabled, -1 gone, -2 a verdict. */
static int state_of(struct bench *b, struct lpa *lpa, bool enabled)
{
    struct lpa_profiles list;
    BUF_LOCAL id = {0};
    if (!refresh_identifier(b, enabled, false, &id)) return -2;
    if (!lpa_get_profiles_info(lpa, buf_slice(&id), (struct slice){0}, &list) || list.error >= 0) {
        (void)bench_expect(b, false, "SGP.22 5.7.15", "a list with the profile", "%s", lpa->error);
        return -2;
    }
    return bench_profile_listed(&list, slice_skip(buf_slice(&id), 2));
}

static void look_states(struct bench *b, struct lpa *lpa, const struct switching *s)
{
    static const char *const words[] = {"gone", "disabled", "enabled"};
    int old_wish = s->stays ? 1 : s->function == MEMORY_RESET ? -1 : 0;
    int new_wish = s->stays ? 0 : s->function == MEMORY_RESET ? -1 : s->function == ENABLE;
    int old_state = state_of(b, lpa, true);
    int new_state = old_state == -2 ? -2 : state_of(b, lpa, false);
    char wish[80];
    if (new_state == -2) return;
    (void)snprintf(wish, sizeof wish, "the first profile %s, the second one %s", words[old_wish + 1],
                   words[new_wish + 1]);
    (void)bench_expect(b, old_state == old_wish && new_state == new_wish, b->row->clauses, wish,
                       "the first one %s, the second one %s", words[old_state + 1], words[new_state + 1]);
}

/* Before version 3 nothing is said of functions between a switch and its REFRESH; some cards refuse all of them. */
static bool may_refuse(const struct bench *b, const struct lpa *lpa)
{
    const char *version = facts_get(b->facts, "sgp22");
    return lpa->sw == 0x6985 && version && version[0] < '3' && version[1] == '.';
}

/* Both profiles of the state name one address for each of these events. */
static void look_notifications(struct bench *b, struct lpa *lpa, const struct switching *s)
{
    static const char *const events[] = {"install", "enable", "disable", "delete"};
    struct lpa_notifications list;
    char came[200] = "";
    const char *wish = s->stays ? "" : s->function == ENABLE ? " disable enable" : " disable";
    size_t n = 0;
    if (!lpa_list_notification(lpa, -1, &list)) {
        (void)bench_expect(b, s->end == END_WAITS && may_refuse(b, lpa), "SGP.22 5.7.9", "a list", "%s", lpa->error);
        return;
    }
    for (size_t i = 0; i < list.n && n < 150; i++)
        n += (size_t)snprintf(came + n, sizeof came - n, " %s", events[list.list[i].event & 3]);
    (void)bench_expect(b, strcmp(came, wish) == 0, "SGP.22 3.5", *wish ? wish + 1 : "no notification", "%s",
                       *came ? came + 1 : "none");
}

static void look_iccid(struct bench *b, struct lpa *lpa, const struct switching *s)
{
    static const uint8_t select[] = {0x00, 0xa4, 0x00, 0x0c, 0x02, 0x2f, 0xe2};
    static const uint8_t read[] = {0x00, 0xb0, 0x00, 0x00, 0x0a};
    BUF_LOCAL data = {0};
    BUF_LOCAL id = {0};
    char digits[2 * 10 + 8];
    uint16_t sw;
    bool has = s->stays || s->function == ENABLE;
    if (!refresh_identifier(b, s->stays || s->function != ENABLE, false, &id)) return;
    if (!refresh_sent(b, lpa, lpa_command(lpa, SLICE(select), &data, &sw))) return;
    buf_reset(&data);
    if (!refresh_sent(b, lpa, lpa_command(lpa, SLICE(read), &data, &sw))) return;
    bool same = sw == 0x9000 && slice_equal(buf_slice(&data), slice_skip(buf_slice(&id), 2));
    (void)bench_expect(b, same == has, b->row->clauses,
                       has ? "EF.ICCID of the enabled profile" : "no EF.ICCID of the profile that was disabled",
                       "%s %04X", hex_short(buf_slice(&data), digits, sizeof digits), sw);
}

static void run_switch(struct bench *b)
{
    const struct switching *s = b->row->argument;
    struct lpa *lpa;
    if (!refresh_begin(b, s, SECTION_GIVEN, &lpa) || !refresh_go_on(b, lpa, s)) return;
    if (s->look == LOOK_STATES)
        look_states(b, lpa, s);
    else if (s->look == LOOK_NOTIFICATIONS)
        look_notifications(b, lpa, s);
    else
        look_iccid(b, lpa, s);
}

/* ---- the announcement ---- */

/* Type of command 01, source UICC, destination terminal (TS 102 223 6.6.13). */
static void run_command(struct bench *b)
{
    const struct switching *s = b->row->argument;
    struct lpa *lpa;
    struct tlv whole;
    struct tlv details;
    struct tlv devices;
    BUF_LOCAL command = {0};
    char digits[80];
    if (!refresh_begin(b, s, SECTION_TEST, &lpa) || !refresh_fetch(b, lpa, &command)) return;
    struct slice in = buf_slice(&command);
    (void)hex_short(in, digits, sizeof digits);
    bool good = tlv_next(&in, &whole) && whole.tag == 0xd0 && in.n == 0 && tlv_next(&whole.value, &details) &&
                (details.tag & 0x7f) == 1 && details.value.n == 3 && details.value.p[1] == 1 &&
                tlv_next(&whole.value, &devices) && (devices.tag & 0x7f) == 2 && devices.value.n == 2 &&
                devices.value.p[0] == 0x81 && devices.value.p[1] == 0x82;
    (void)bench_expect(b, good, REFRESH_CLAUSES, "a REFRESH from the UICC to the terminal", "%s", digits);
    if (!good) return;
    uint8_t qualifier = details.value.p[2];
    bool state_change = s->terminal == TERMINAL_STATE_CHANGE;
    (void)bench_expect(b, qualifier == 4 || (state_change && qualifier == 9), "SGP.22 3.2.1; " REFRESH_CLAUSES,
                       state_change ? "qualifier 04 (UICC Reset) or 09 (eUICC Profile State Change)"
                                    : "qualifier 04 (UICC Reset)",
                       "%02X", qualifier);
}

/* Whatever it says, it is heard. */
static void run_response(struct bench *b)
{
    const struct switching *s = b->row->argument;
    struct lpa *lpa;
    BUF_LOCAL command = {0};
    if (refresh_begin(b, s, SECTION_GIVEN, &lpa) && refresh_fetch(b, lpa, &command))
        (void)refresh_respond(b, lpa, &command, s->result);
}

/* 91xx is for terminals that said they can. */
static void run_not_announced(struct bench *b)
{
    const struct switching *s = b->row->argument;
    struct lpa *lpa = bench_lpa(b);
    b->section = SECTION_GIVEN;
    if (!lpa || !refresh_terminal(b, lpa, s->terminal)) return;
    b->section = SECTION_TEST;
    int code = refresh_request(b, lpa, s->function, s->by_aid);
    if (!bench_goes_on(b)) return;
    (void)bench_expect(b, code >= 0 && !lpa->proactive, b->row->clauses,
                       "an answer and no proactive command: the terminal did not say that it can REFRESH", "%d, %s",
                       code, lpa->proactive ? "91xx" : "none waits");
}

/* It is said with each good status word until it was fetched, and not again after that. */
static void run_status(struct bench *b)
{
    static const uint8_t status[] = {0x80, 0xf2, 0x00, 0x0c};
    const struct switching *s = b->row->argument;
    struct lpa *lpa;
    BUF_LOCAL command = {0};
    BUF_LOCAL data = {0};
    uint16_t sw;
    if (!refresh_begin(b, s, SECTION_GIVEN, &lpa)) return;
    uint8_t announced = lpa->proactive;
    if (s->end == END_FETCHED && !refresh_fetch(b, lpa, &command)) return;
    if (!refresh_sent(b, lpa, lpa_exchange(lpa, SLICE(status), &data, &sw))) return;
    if (s->end == END_FETCHED)
        (void)bench_expect(b, sw == 0x9000, "ETSI TS 102 221 7.4.2", "9000: nothing waits for FETCH", "%04X", sw);
    else
        (void)bench_expect(b, sw == (0x9100 | announced), "ETSI TS 102 221 7.4.2", "91xx with the same length", "%04X",
                           sw);
}

/* ---- while it waits ---- */

static void run_waiting_state(struct bench *b)
{
    static const uint8_t all[] = {0xbf, 0x2d, 0x00};
    const struct switching *s = b->row->argument;
    struct lpa *lpa;
    BUF_LOCAL response = {0};
    uint16_t sw;
    char digits[80];
    if (!refresh_begin(b, s, SECTION_GIVEN, &lpa) || !refresh_go_on(b, lpa, s)) return;
    if (!refresh_sent(b, lpa, lpa_store_data(lpa, SLICE(all), &response, &sw))) return;
    if (sw != 0x6985) {
        /* version 2 does not say what comes; an answer must not be ahead of the REFRESH */
        int state = sw == 0x9000 ? state_of(b, lpa, false) : -2;
        (void)bench_expect(b, state == 0, "SGP.22 5.7.15", "6985, or the states of before", "%s %04X",
                           hex_short(buf_slice(&response), digits, sizeof digits), sw);
    } else {
        (void)bench_expect(b, true, "SGP.22 5.7.15", "6985, or the states of before", "6985");
    }
}

static void run_waiting_list(struct bench *b)
{
    static const uint8_t tags[] = {0x5a};
    const struct switching *s = b->row->argument;
    struct lpa *lpa;
    struct lpa_profiles list;
    if (!refresh_begin(b, s, SECTION_GIVEN, &lpa) || !refresh_go_on(b, lpa, s)) return;
    const char *profiles = facts_get(b->facts, "profiles");
    bool good = lpa_get_profiles_info(lpa, (struct slice){0}, SLICE(tags), &list);
    char came[24];
    (void)snprintf(came, sizeof came, "%zu", good ? list.n : 0);
    (void)bench_expect(b, good ? profiles && strcmp(came, profiles) == 0 : may_refuse(b, lpa), "SGP.22 5.7.15",
                       "the ICCID of each profile: the state was not asked for (or 6985, before version 3)", "%s",
                       good ? came : lpa->error);
}

/* A second function of the same kind: catBusy, or 6985 as from cards that refuse all until the reset; or the card ends
 * its proactive session itself, and then does it (SGP.22 5.7.16). */
struct second {
    struct switching first;
    enum { SECOND_ENABLE, SECOND_DISABLE, SECOND_RESET } what;
};

static void run_waiting_second(struct bench *b)
{
    const struct second *second = b->row->argument;
    struct lpa *lpa;
    static const enum function functions[] = {ENABLE, DISABLE, MEMORY_RESET};
    if (!refresh_begin(b, &second->first, SECTION_GIVEN, &lpa) || !refresh_go_on(b, lpa, &second->first)) return;
    int code = refresh_request(b, lpa, functions[second->what], false);
    if (!bench_goes_on(b)) return;
    (void)bench_expect(b, code == 5 || code == 0 || (code < 0 && lpa->sw == 0x6985), b->row->clauses,
                       "catBusy (5) or 6985; or ok (0) from a card that ends its session itself", "%d %04X", code,
                       lpa->sw);
    if (!bench_goes_on(b) || code == 0 || !refresh_restart(b, lpa, true)) return;
    look_states(b, lpa, &second->first);
}

/* The profile that is about to be enabled is not deleted. */
static void run_waiting_delete(struct bench *b)
{
    const struct switching *s = b->row->argument;
    struct lpa *lpa;
    BUF_LOCAL id = {0};
    if (!refresh_begin(b, s, SECTION_GIVEN, &lpa) || !refresh_go_on(b, lpa, s) ||
        !refresh_identifier(b, false, false, &id))
        return;
    int code = lpa_delete_profile(lpa, buf_slice(&id));
    if (!bench_goes_on(b)) return;
    (void)bench_expect(b, code != 0, "SGP.22 5.7.18", "a refusal: the profile is about to be enabled", "%d %04X", code,
                       lpa->sw);
    if (!bench_goes_on(b) || !refresh_restart(b, lpa, true)) return;
    look_states(b, lpa, s);
}

/* ---- the rows ---- */

#define CASE_ON(when, name, text, clause, runner, type, ...)                                                           \
    {                                                                                                                  \
        .id = "ES10c.Refresh/" name, .family = "ES10c", .title = text, .clauses = clause, .applies = when,             \
        .state = "tiny", .needs = NEED_PROFILE, .destructive = true, .run = runner,                                    \
        .argument = &(const type){__VA_ARGS__},                                                                        \
    }
#define CASE(name, ...) CASE_ON("isdr and consumer", name, __VA_ARGS__)
/* A look at the card while the switch waits is one on another channel. */
#define LOOKS(name, ...) CASE_ON("isdr and consumer and isdr-channels >= 2", name, __VA_ARGS__)
#define ENABLES(name, text, runner, ...)                                                                               \
    CASE(name, text, ENABLE_CLAUSES, runner, struct switching, .function = ENABLE, __VA_ARGS__)
#define DISABLES(name, text, runner, ...)                                                                              \
    CASE(name, text, DISABLE_CLAUSES, runner, struct switching, .function = DISABLE, __VA_ARGS__)
#define RESETS(name, text, runner, ...)                                                                                \
    CASE(name, text, "SGP.22 5.7.19; SGP.22 negative 73; SGP.23-1 4.2.24", runner, struct switching,                   \
         .function = MEMORY_RESET, __VA_ARGS__)
/* Row 69 of the negative table. */
#define ROW_69(name, text, runner, ...)                                                                                \
    CASE(name, text, "SGP.22 negative 69; " ENABLE_CLAUSES, runner, struct switching, .function = ENABLE, __VA_ARGS__)
#define LOOKS_69(name, text, ...)                                                                                      \
    LOOKS(name, text, "SGP.22 negative 69; " ENABLE_CLAUSES, run_switch, struct switching, .function = ENABLE,         \
          .stays = true, __VA_ARGS__)
#define DONE(name, text, number)                                                                                       \
    ENABLES("20-result-" name, "TERMINAL RESPONSE " text ": the switch is done", run_switch, .result = number)
#define NOT_DONE(name, text, number)                                                                                   \
    ROW_69("21-result-" name, "TERMINAL RESPONSE " text ": the old profile stays enabled, also over a reset",          \
           run_switch, .result = number, .stays = true, .reset_before = true),                                         \
        LOOKS_69("22-result-" name "-notifications", "TERMINAL RESPONSE " text ": no notification", .result = number,  \
                 .look = LOOK_NOTIFICATIONS)
/* The terminal is busy: it may still come to it, so only what is so now is looked at. */
#define LATER(name, text, number)                                                                                      \
    LOOKS_69("23-result-" name, "TERMINAL RESPONSE " text ": the old profile is still the UICC", .result = number,     \
             .look = LOOK_ICCID),                                                                                      \
        LOOKS_69("24-result-" name "-notifications", "TERMINAL RESPONSE " text ": no notification", .result = number,  \
                 .look = LOOK_NOTIFICATIONS)
#define EACH_END(prefix, kind, what)                                                                                   \
    kind(prefix "0-reset", what ", reset before FETCH: the switch is done", run_switch, .end = END_RESET),             \
        kind(prefix "1-power", what ", power off before FETCH: the switch is done", run_switch, .end = END_POWER),     \
        kind(prefix "2-fetch-reset", what ", reset after FETCH: the switch is done", run_switch,                       \
             .end = END_FETCH_RESET),                                                                                  \
        kind(prefix "3-fetch-power", what ", power off after FETCH: the switch is done", run_switch,                   \
             .end = END_FETCH_POWER)

const struct case_row cases_switch[] = {
    ENABLES("01-enable-command", "EnableProfile with refreshFlag: REFRESH of type UICC Reset", run_command,
            .by_aid = false),
    ENABLES("02-enable-state-change",
            "To a terminal with eUICC Profile State Change: REFRESH of that type or of UICC Reset", run_command,
            .terminal = TERMINAL_STATE_CHANGE),
    DISABLES("03-disable-command", "DisableProfile with refreshFlag: REFRESH of type UICC Reset", run_command,
             .by_aid = false),
    DISABLES("04-disable-state-change",
             "DisableProfile for a terminal with eUICC Profile State Change: REFRESH of that type or of UICC Reset",
             run_command, .terminal = TERMINAL_STATE_CHANGE),
    RESETS("05-memory-reset-command", "eUICCMemoryReset of the enabled profile: REFRESH of type UICC Reset",
           run_command, .by_aid = false),
    ENABLES("06-not-announced", "To a terminal whose profile has no REFRESH none is announced", run_not_announced,
            .terminal = TERMINAL_WITHOUT_REFRESH),
    DISABLES("07-disable-not-announced", "DisableProfile: to a terminal whose profile has no REFRESH none is announced",
             run_not_announced, .terminal = TERMINAL_WITHOUT_REFRESH),
    ENABLES("08-announced-again", "Until it was fetched REFRESH is announced with each 91xx", run_status,
            .end = END_WAITS),
    ENABLES("09-announced-once", "What was fetched is not announced again", run_status, .end = END_FETCHED),

    ENABLES("0A-response", "TERMINAL RESPONSE 00 to the REFRESH gets 9000", run_response, .result = 0x00),
    ENABLES("0B-response-refused", "TERMINAL RESPONSE 32 to the REFRESH gets 9000, too", run_response, .result = 0x32),

    ENABLES("10-enable", "After REFRESH the new profile is enabled and the old one disabled", run_switch,
            .look = LOOK_STATES),
    ENABLES("11-enable-by-aid", "The same for a profile named by its ISD-P AID", run_switch, .by_aid = true),
    ENABLES("12-enable-state-change", "The same for a terminal with eUICC Profile State Change", run_switch,
            .terminal = TERMINAL_STATE_CHANGE),
    ENABLES("13-enable-notifications", "After REFRESH: disable of the old profile, then enable of the new one",
            run_switch, .look = LOOK_NOTIFICATIONS),
    ENABLES("14-enable-iccid", "After REFRESH the terminal reads EF.ICCID of the new profile", run_switch,
            .look = LOOK_ICCID),
    DISABLES("15-disable", "After REFRESH no profile is enabled", run_switch, .look = LOOK_STATES),
    DISABLES("16-disable-by-aid", "The same for a profile named by its ISD-P AID", run_switch, .by_aid = true),
    DISABLES("17-disable-notifications", "After REFRESH: disable of the profile", run_switch,
             .look = LOOK_NOTIFICATIONS),
    DISABLES("18-disable-iccid", "After REFRESH the terminal reads no EF.ICCID of the disabled profile", run_switch,
             .look = LOOK_ICCID),
    RESETS("19-memory-reset", "After eUICCMemoryReset and REFRESH no operational profile is there", run_switch,
           .look = LOOK_STATES),

    DONE("00", "00 (done)", 0x00),
    DONE("01", "01 (done with partial comprehension)", 0x01),
    DONE("02", "02 (done with missing information)", 0x02),
    DONE("03", "03 (done with additional files read)", 0x03),
    DONE("07", "07 (done with modifications)", 0x07),
    NOT_DONE("30", "30 (beyond the terminal's capabilities)", 0x30),
    NOT_DONE("31", "31 (type not understood)", 0x31),
    NOT_DONE("32", "32 (data not understood)", 0x32),
    NOT_DONE("34", "34 (SS return error)", 0x34),
    NOT_DONE("36", "36 (required values are missing)", 0x36),
    LATER("20", "20 (terminal currently unable)", 0x20),
    LATER("21", "21 (network currently unable)", 0x21),
    DISABLES("25-disable-result-32", "DisableProfile, TERMINAL RESPONSE 32: the profile stays enabled", run_switch,
             .result = 0x32, .stays = true, .reset_before = true),
    LOOKS("26-disable-result-20", "DisableProfile, TERMINAL RESPONSE 20: the profile is still the UICC",
          DISABLE_CLAUSES, run_switch, struct switching, .function = DISABLE, .result = 0x20, .stays = true,
          .look = LOOK_ICCID),
    LOOKS("27-disable-result-32-notifications", "DisableProfile, TERMINAL RESPONSE 32: no notification",
          DISABLE_CLAUSES, run_switch, struct switching, .function = DISABLE, .result = 0x32, .stays = true,
          .look = LOOK_NOTIFICATIONS),

    EACH_END("3", ENABLES, "EnableProfile"),
    EACH_END("4", DISABLES, "DisableProfile"),
    EACH_END("5", RESETS, "eUICCMemoryReset"),
    ENABLES("54-reset-notifications", "The reset in place of the REFRESH makes the same notifications", run_switch,
            .end = END_RESET, .look = LOOK_NOTIFICATIONS),
    ENABLES("55-power-iccid", "After power off in place of the REFRESH the terminal reads the new EF.ICCID", run_switch,
            .end = END_POWER, .look = LOOK_ICCID),
    ENABLES("56-silent-terminal", "refreshFlag from a device that sent no TERMINAL PROFILE: done with the next reset",
            run_switch, .terminal = TERMINAL_SILENT, .end = END_RESET),
    DISABLES("57-silent-terminal-disable",
             "DisableProfile with refreshFlag, no TERMINAL PROFILE: done with the next reset", run_switch,
             .terminal = TERMINAL_SILENT, .end = END_RESET),

    ROW_69("60-waiting-state", "Until the TERMINAL RESPONSE the new state is not told", run_waiting_state,
           .end = END_WAITS),
    ROW_69("61-waiting-state-fetched", "Between FETCH and TERMINAL RESPONSE the new state is not told",
           run_waiting_state, .end = END_FETCHED),
    ROW_69("62-waiting-list", "Until the TERMINAL RESPONSE a list without states is given", run_waiting_list,
           .end = END_WAITS),
    ROW_69("63-waiting-list-fetched", "Between FETCH and TERMINAL RESPONSE a list without states is given",
           run_waiting_list, .end = END_FETCHED),
    ENABLES("64-waiting-iccid", "Until the TERMINAL RESPONSE the terminal reads EF.ICCID of the old profile",
            run_switch, .end = END_WAITS, .look = LOOK_ICCID, .stays = true),
    DISABLES("65-waiting-iccid-disable", "DisableProfile: until the TERMINAL RESPONSE EF.ICCID is there", run_switch,
             .end = END_WAITS, .look = LOOK_ICCID, .stays = true),
    ENABLES("66-waiting-notifications", "Until the TERMINAL RESPONSE there is no notification", run_switch,
            .end = END_WAITS, .look = LOOK_NOTIFICATIONS, .stays = true),
    CASE("67-waiting-enable", "A second EnableProfile before the TERMINAL RESPONSE: catBusy",
         "SGP.22 5.7.16; SGP.22 negative 66; SGP.23-1 4.2.21", run_waiting_second, struct second,
         .first = {.function = ENABLE, .end = END_WAITS}, .what = SECOND_ENABLE),
    CASE("68-waiting-disable", "DisableProfile before the TERMINAL RESPONSE to EnableProfile: catBusy",
         "SGP.22 5.7.17; SGP.23-1 4.2.22", run_waiting_second, struct second,
         .first = {.function = ENABLE, .end = END_FETCHED}, .what = SECOND_DISABLE),
    CASE("69-waiting-memory-reset", "eUICCMemoryReset before the TERMINAL RESPONSE to EnableProfile: catBusy",
         "SGP.22 5.7.19; SGP.23-1 4.2.24", run_waiting_second, struct second,
         .first = {.function = ENABLE, .end = END_WAITS}, .what = SECOND_RESET),
    ENABLES("70-waiting-delete", "The profile that is about to be enabled cannot be deleted", run_waiting_delete,
            .end = END_WAITS),
    {.id = NULL},
};
