/* A profile switch with REFRESH from the terminal's side; see refresh.h. */
#define _GNU_SOURCE
#include "refresh.h"

#include "base/hex.h"
#include "base/tlv.h"

#include <stdio.h>

static const char *const terminal_profiles[] = {
    "000080", "00008000000000000000000000000000000000000000000000000000000000000020", "FFFF7F", NULL};

bool refresh_sent(struct bench *b, struct lpa *lpa, bool good)
{
    return good || bench_verdict(b, VERDICT_ERROR, "%s", lpa->error);
}

/* ---- the terminal ---- */

/* What a profile of a foreign card wants first is answered with "beyond the terminal's capabilities". */
static bool answer_what_waits(struct bench *b, struct lpa *lpa)
{
    for (int i = 0; lpa->proactive && i < 20; i++) {
        BUF_LOCAL command = {0};
        static const uint8_t status[] = {0x80, 0xf2, 0x00, 0x0c};
        BUF_LOCAL data = {0};
        uint16_t sw;
        if (!lpa_fetch(lpa, &command) || !lpa_terminal_response(lpa, buf_slice(&command), 0x30) ||
            !lpa_command(lpa, SLICE(status), &data, &sw))
            return bench_verdict(b, VERDICT_ERROR, "a proactive command before the case: %s", lpa->error);
    }
    return true;
}

bool refresh_terminal(struct bench *b, struct lpa *lpa, enum terminal terminal)
{
    const char *profile = terminal_profiles[terminal];
    BUF_LOCAL content = {0};
    BUF_LOCAL command = {0};
    BUF_LOCAL data = {0};
    uint16_t sw;
    if (!profile) return true;
    static const uint8_t head[] = {0x80, 0x10, 0x00, 0x00};
    buf_append(&command, SLICE(head));
    if (!hex_decode(slice_text(profile), &content)) return bench_verdict(b, VERDICT_ERROR, "no memory");
    buf_byte(&command, (uint8_t)content.n);
    buf_append(&command, buf_slice(&content));
    if (!refresh_sent(b, lpa, lpa_command(lpa, buf_slice(&command), &data, &sw))) return false;
    if (sw != 0x9000) return bench_verdict(b, VERDICT_ERROR, "TERMINAL PROFILE: %04X", sw);
    return answer_what_waits(b, lpa);
}

bool refresh_identifier(struct bench *b, bool enabled, bool by_aid, struct buf *out)
{
    const char *digits =
        facts_get(b->facts, by_aid ? (enabled ? "enabled-aid" : "disabled-aid") : (enabled ? "enabled" : "disabled"));
    BUF_LOCAL bytes = {0};
    if (!digits || !hex_decode(slice_text(digits), &bytes))
        return bench_verdict(b, VERDICT_ERROR, "the state has no such profile");
    tlv_put(out, by_aid ? 0x4f : 0x5a, buf_slice(&bytes));
    return buf_err(out) == OK || bench_verdict(b, VERDICT_ERROR, "no memory");
}

int refresh_request(struct bench *b, struct lpa *lpa, enum function function, bool by_aid)
{
    BUF_LOCAL id = {0};
    if (function == MEMORY_RESET) return lpa_memory_reset(lpa, 1);
    if (!refresh_identifier(b, function == DISABLE, by_aid, &id)) return -1;
    return function == ENABLE ? lpa_enable_profile(lpa, buf_slice(&id), true)
                              : lpa_disable_profile(lpa, buf_slice(&id), true);
}

bool refresh_begin(struct bench *b, const struct switching *s, enum section section, struct lpa **lpa)
{
    b->section = SECTION_GIVEN;
    *lpa = bench_lpa(b);
    if (!*lpa || lpa_process_notifications(*lpa, NULL) < 0 || !refresh_terminal(b, *lpa, s->terminal))
        return bench_verdict(b, VERDICT_ERROR, "%s", *lpa ? (*lpa)->error : "");
    b->section = section;
    int code = refresh_request(b, *lpa, s->function, s->by_aid);
    if (!bench_goes_on(b)) return false;
    bool announced = (*lpa)->proactive != 0;
    bool wanted = s->terminal == TERMINAL_REFRESH || s->terminal == TERMINAL_STATE_CHANGE;
    bool good = bench_expect(
        b, code == 0 && (announced || !wanted), b->row->clauses, wanted ? "ok (0), and 91xx" : "ok (0)", "%d%s%s", code,
        announced ? ", a proactive command waits" : ", nothing waits", code < 0 ? (*lpa)->error : "");
    b->section = SECTION_TEST;
    return good;
}

bool refresh_fetch(struct bench *b, struct lpa *lpa, struct buf *command)
{
    bool good = lpa_fetch(lpa, command);
    return bench_expect(b, good, "ETSI TS 102 221 11.2.3", "FETCH gives the proactive command in the announced length",
                        "%s", good ? "it does" : lpa->error);
}

bool refresh_restart(struct bench *b, struct lpa *lpa, bool cold)
{
    bool good = cold ? lpa_open(lpa) : lpa_reset(lpa);
    return good || bench_verdict(b, VERDICT_ERROR, "after the reset: %s", lpa->error);
}

bool refresh_respond(struct bench *b, struct lpa *lpa, const struct buf *command, uint8_t result)
{
    bool good = lpa_terminal_response(lpa, buf_slice(command), result);
    return bench_expect(b, good, "ETSI TS 102 221 11.2.4", "TERMINAL RESPONSE gets 9000", "%s",
                        good ? "it does" : lpa->error);
}

static bool end(struct bench *b, struct lpa *lpa, const struct switching *s)
{
    BUF_LOCAL command = {0};
    bool fetches = s->end != END_RESET && s->end != END_POWER && s->end != END_WAITS;
    if (fetches && lpa->proactive && !refresh_fetch(b, lpa, &command)) return false;
    if (s->end == END_RESPONSE && command.n) {
        if (!refresh_respond(b, lpa, &command, s->result)) return false;
        /* a terminal that did the REFRESH has reset the UICC */
        if (s->result < 0x20 || s->reset_before) return refresh_restart(b, lpa, s->reset_before);
        return lpa_start(lpa) || bench_verdict(b, VERDICT_ERROR, "%s", lpa->error);
    }
    if (s->end == END_RESET || s->end == END_FETCH_RESET) return refresh_restart(b, lpa, false);
    if (s->end == END_POWER || s->end == END_FETCH_POWER) return refresh_restart(b, lpa, true);
    return true;
}

/* FETCH and TERMINAL RESPONSE have cases of their own. */
bool refresh_go_on(struct bench *b, struct lpa *lpa, const struct switching *s)
{
    b->section = SECTION_GIVEN;
    bool good = end(b, lpa, s);
    b->section = SECTION_TEST;
    return good;
}
