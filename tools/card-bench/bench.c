/* One case at work: commands, the dialogue, expectations; see bench.h. */
#define _GNU_SOURCE
#include "bench.h"

#include "care.h"

#include "base/hex.h"
#include "cli/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *const verdict_words[4] = {"pass", "skip", "fail", "error"};

enum { COMMANDS_MAX = 20000, STATUS_MORE = 0x61, STATUS_LENGTH = 0x6c };

/* ---- the dialogue ---- */

void dialogue_free(struct dialogue *d)
{
    for (size_t i = 0; i < d->n; i++) {
        struct entry *e = &d->list[i];
        buf_free(&e->sent);
        buf_free(&e->came);
        buf_free(&e->why);
        buf_free(&e->expected);
        buf_free(&e->reason);
    }
    free(d->list);
    *d = (struct dialogue){0};
}

static struct entry *record(struct bench *b, enum entry_kind kind)
{
    struct dialogue *d = &b->dialogue;
    if (d->n >= COMMANDS_MAX) {
        (void)bench_verdict(b, VERDICT_ERROR, "the case does not end: %d commands", COMMANDS_MAX);
        return NULL;
    }
    if (d->n == d->room) {
        size_t room = d->room ? 2 * d->room : 16;
        struct entry *more = realloc(d->list, room * sizeof *more);
        if (!more) {
            (void)bench_verdict(b, VERDICT_ERROR, "no memory");
            return NULL;
        }
        d->list = more;
        d->room = room;
    }
    struct entry *e = &d->list[d->n++];
    *e = (struct entry){.kind = kind, .section = b->section, .line = b->line, .at = clock_microseconds() - b->started};
    if (b->why && kind != ENTRY_EXPECT) buf_append(&e->why, slice_text(b->why));
    return e;
}

void bench_begin(struct bench *b, struct target *target, const struct bench_options *options,
                 const struct case_row *row, struct facts *facts)
{
    memset(b, 0, sizeof *b);
    b->target = target;
    b->options = options;
    b->row = row;
    b->facts = facts;
    b->section = row ? SECTION_TEST : SECTION_GIVEN;
    b->get_response = true;
    b->block_size = 255;
    b->started = clock_microseconds();
}

void bench_end(struct bench *b)
{
    if (b->has_lpa) lpa_free(&b->lpa);
    if (b->has_eim) eim_free(&b->eim);
    eim_package_free(&b->package);
    buf_free(&b->package_answer);
    smdpp_free(b->smdpp);
    variables_free(&b->variables);
    dialogue_free(&b->dialogue);
    buf_free(&b->answer);
    buf_free(&b->atr);
    buf_free(&b->certificates[0]);
    buf_free(&b->certificates[1]);
}

bool bench_verdict(struct bench *b, enum verdict verdict, const char *format, ...)
{
    va_list args;
    if (b->verdict != VERDICT_PASS) return false;
    b->verdict = verdict;
    va_start(args, format);
    (void)vsnprintf(b->reason, sizeof b->reason, format, args);
    va_end(args);
    return false;
}

/* ---- the card ---- */

/* A command as people know it: its first bytes. */
static bool no_answer(struct bench *b, enum target_result result, const char *to, struct slice command)
{
    char digits[32];
    return bench_verdict(b, VERDICT_ERROR, "%s to %s%s", target_result_text(result), to,
                         hex_short(command, digits, sizeof digits));
}

static bool power_entry(struct bench *b, enum entry_kind kind, bool on)
{
    struct entry *e = record(b, kind);
    if (!e) return false;
    b->channel = 0;
    memset(b->requests, 0, sizeof b->requests);
    int64_t begin = clock_microseconds();
    enum target_result result =
        kind == ENTRY_RESET ? b->target->reset(b->target, &b->atr) : b->target->power(b->target, on, &b->atr);
    e->took = clock_microseconds() - begin;
    e->ok = result == TARGET_OK;
    if (result == TARGET_OK && on) buf_append(&e->came, buf_slice(&b->atr));
    return e->ok || no_answer(b, result, kind == ENTRY_RESET ? "reset" : "power on", (struct slice){0});
}

bool bench_power(struct bench *b, bool on)
{
    return power_entry(b, ENTRY_POWER, on);
}

bool bench_reset(struct bench *b)
{
    return power_entry(b, ENTRY_RESET, true);
}

static void record_reason(struct bench *b, struct entry *e)
{
    struct euicc_reason reason;
    if (!b->target->reason || !b->target->reason(b->target, &reason)) return;
    text_format(&e->reason, "%s, %s: expected %s; came %s", reason.function ? reason.function : "",
                reason.clause ? reason.clause : "", reason.expected, reason.came);
}

bool bench_exchange(struct bench *b, struct slice command)
{
    char why[160];
    if (b->verdict == VERDICT_ERROR) return false;
    if (!care_allows(b, command, why, sizeof why)) return bench_verdict(b, VERDICT_ERROR, "not sent: %s", why);
    struct entry *e = record(b, ENTRY_COMMAND);
    if (!e) return false;
    size_t index = b->dialogue.n - 1;
    buf_append(&e->sent, command);
    int64_t begin = clock_microseconds();
    enum target_result result = b->target->transmit(b->target, buf_slice(&e->sent), &b->answer);
    e = &b->dialogue.list[index];
    e->took = clock_microseconds() - begin;
    e->ok = result == TARGET_OK;
    if (result != TARGET_OK) {
        buf_reset(&b->answer);
        return no_answer(b, result, "", buf_slice(&e->sent));
    }
    buf_append(&e->came, buf_slice(&b->answer));
    record_reason(b, e);
    return true;
}

uint16_t bench_status(const struct bench *b)
{
    return b->answer.n < 2 ? 0 : (uint16_t)(b->answer.p[b->answer.n - 2] << 8 | b->answer.p[b->answer.n - 1]);
}

struct slice bench_data(const struct bench *b)
{
    return slice_of(b->answer.p, b->answer.n < 2 ? 0 : b->answer.n - 2);
}

/* The pieces that 61xx announces, behind what is there (TS 102 221 7.3.1.1.5). */
static bool fetch_rest(struct bench *b, uint8_t class, struct buf *whole)
{
    for (size_t pieces = 0; bench_status(b) >> 8 == STATUS_MORE; pieces++) {
        const uint8_t get[] = {(uint8_t)(class & 0x7f), 0xc0, 0, 0, (uint8_t)bench_status(b)};
        if (pieces > 1024)
            return bench_verdict(b, VERDICT_ERROR, "%s: 61xx without end", target_result_text(TARGET_NONSENSE));
        if (!bench_exchange(b, SLICE(get))) return false;
        if (bench_status(b) >> 8 == STATUS_LENGTH) {
            const uint8_t again[] = {get[0], 0xc0, 0, 0, (uint8_t)bench_status(b)};
            if (!bench_exchange(b, SLICE(again))) return false;
        }
        buf_append(whole, bench_data(b));
    }
    return true;
}

bool bench_command(struct bench *b, struct slice command)
{
    BUF_LOCAL whole = {0};
    if (!bench_exchange(b, command)) return false;
    if (!b->get_response || command.n < 4) return true;
    if (bench_status(b) >> 8 == STATUS_LENGTH && command.n == 5) {
        uint8_t again[5];
        memcpy(again, command.p, sizeof again);
        again[4] = (uint8_t)bench_status(b);
        if (!bench_exchange(b, SLICE(again))) return false;
    }
    if (bench_status(b) >> 8 != STATUS_MORE) return true;
    buf_append(&whole, bench_data(b));
    if (!fetch_rest(b, command.p[0], &whole)) return false;
    const uint8_t status[] = {(uint8_t)(bench_status(b) >> 8), (uint8_t)bench_status(b)};
    buf_append(&whole, SLICE(status));
    buf_reset(&b->answer);
    buf_append(&b->answer, buf_slice(&whole));
    return buf_err(&b->answer) == OK || bench_verdict(b, VERDICT_ERROR, "no memory");
}

/* Channels 4 to 19 have a class of their own (TS 102 221 10.1.1). */
static uint8_t class_of(const struct bench *b, uint8_t base)
{
    if (b->channel < 4) return (uint8_t)(base | b->channel);
    return (uint8_t)(base | 0x40 | (b->channel - 4));
}

bool bench_es10(struct bench *b, struct slice request)
{
    for (unsigned number = 0;; number++) {
        size_t n = request.n < b->block_size ? request.n : b->block_size;
        bool last = n == request.n;
        BUF_LOCAL command = {0};
        const uint8_t head[] = {class_of(b, 0x80), 0xe2, last ? 0x91 : 0x11, (uint8_t)number, (uint8_t)n};
        buf_append(&command, SLICE(head));
        buf_append(&command, slice_of(request.p, n));
        request = slice_skip(request, n);
        if (number > 255) return bench_verdict(b, VERDICT_ERROR, "a request has at most 256 blocks");
        if (buf_err(&command) != OK) return bench_verdict(b, VERDICT_ERROR, "no memory");
        if (!bench_command(b, buf_slice(&command))) return false;
        if (last || bench_status(b) != 0x9000) return true;
    }
}

bool bench_open_channel(struct bench *b)
{
    static const uint8_t open[] = {0x00, 0x70, 0x00, 0x00, 0x01};
    if (!bench_command(b, SLICE(open))) return false;
    struct slice data = bench_data(b);
    if (bench_status(b) != 0x9000 || data.n != 1 || data.p[0] < 1 || data.p[0] > 19)
        return bench_verdict(b, VERDICT_ERROR, "MANAGE CHANNEL gave no channel: %04X", bench_status(b));
    b->channel = data.p[0];
    return true;
}

bool bench_close_channel(struct bench *b)
{
    const uint8_t close[] = {0x00, 0x70, 0x80, (uint8_t)b->channel};
    b->channel = 0;
    return bench_command(b, SLICE(close));
}

bool bench_open_isdr(struct bench *b)
{
    /* 83 01 07: LUId, LPDd, LDSd; a card that does not care may refuse it */
    static const uint8_t capability[] = {0x80, 0xaa, 0, 0, 5, 0xa9, 3, 0x83, 1, 7};
    static const uint8_t select[] = {0x00, 0xa4, 0x04, 0x00, 0x10, 0xa0, 0, 0, 5, 0x59, 0x10,
                                     0x10, 0xff, 0xff, 0xff, 0xff, 0x89, 0, 0, 1, 0};
    BUF_LOCAL command = {0};
    if (!bench_command(b, SLICE(capability)) || !bench_open_channel(b)) return false;
    buf_append(&command, SLICE(select));
    if (buf_err(&command) != OK) return bench_verdict(b, VERDICT_ERROR, "no memory");
    command.p[0] = class_of(b, 0);
    if (!bench_command(b, buf_slice(&command))) return false;
    return bench_status(b) == 0x9000 ||
           bench_verdict(b, VERDICT_ERROR, "the ISD-R cannot be selected: %04X", bench_status(b));
}

/* ---- expectations ---- */

bool bench_expect(struct bench *b, bool ok, const char *clause, const char *expected, const char *came, ...)
{
    char text[400];
    va_list args;
    va_start(args, came);
    (void)vsnprintf(text, sizeof text, came, args);
    va_end(args);
    struct entry *e = record(b, ENTRY_EXPECT);
    if (!e) return false;
    e->ok = ok;
    buf_append(&e->why, slice_text(clause ? clause : ""));
    buf_append(&e->expected, slice_text(expected));
    buf_append(&e->came, slice_text(text));
    if (ok) return true;
    bool given = b->section != SECTION_TEST;
    return bench_verdict(b, given ? VERDICT_ERROR : VERDICT_FAIL, "%s%s%sexpected %s; came %s",
                         given ? "what the case begins or ends with is not so: " : "", clause ? clause : "",
                         clause && *clause ? ": " : "", expected, text);
}
