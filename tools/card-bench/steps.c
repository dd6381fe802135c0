/* Runs the steps of a text case (README.md): given, test, and then finally, whatever came before. Called by run.c. */
#define _GNU_SOURCE
#include "bench_profile.h"

#include "base/hex.h"
#include "base/tlv.h"
#include "cli/text.h"

#include <stdio.h>

/* What an expectation shows of bytes. */
enum { SHOWN = 120 };

/* The clause or comment that an expectation stands for. */
static const char *reason_of(const struct bench *b, const struct step *s)
{
    return s->why ? s->why : b->row->clauses;
}

static bool make(struct bench *b, const struct pattern *p, struct buf *out)
{
    const char *missing;
    if (pattern_build(p, &b->variables, out, &missing)) return true;
    if (!missing) return bench_verdict(b, VERDICT_ERROR, "no memory");
    return bench_verdict(b, VERDICT_ERROR, "line %d: {%s} has no value here", b->line, missing);
}

static bool variables_known(struct bench *b, const struct step *s)
{
    for (size_t i = 0; i < s->expected_n; i++) {
        for (size_t k = 0; k < s->expected[i].n; k++) {
            const struct pattern_item *item = &s->expected[i].items[k];
            if (item->kind == PATTERN_VARIABLE && !variables_get(&b->variables, item->name)) {
                bool here = false; /* captured further to the left */
                for (size_t m = 0; m < k; m++)
                    here = here || (s->expected[i].items[m].kind == PATTERN_CAPTURE &&
                                    strcmp(s->expected[i].items[m].name, item->name) == 0);
                if (!here)
                    return bench_verdict(b, VERDICT_ERROR, "line %d: {%s} has no value here", b->line, item->name);
            }
        }
    }
    return true;
}

/* What was expected, as in the file, behind the word of the step. */
static const char *wish_of(const struct step *s)
{
    const char *text = s->text + strcspn(s->text, " \t");
    return text + strspn(text, " \t");
}

/* One of the alternatives is these bytes. */
static bool matches(struct bench *b, const struct step *s, struct slice bytes, size_t *differs)
{
    size_t furthest = 0;
    *differs = 0;
    for (size_t i = 0; i < s->expected_n; i++) {
        size_t at;
        if (pattern_matches(&s->expected[i], bytes, &b->variables, &at)) return true;
        if (at > furthest) furthest = at;
    }
    *differs = furthest;
    return false;
}

static void compare_bytes(struct bench *b, const struct step *s, struct slice bytes)
{
    char digits[2 * SHOWN + 4];
    size_t differs;
    if (!variables_known(b, s)) return;
    bool ok = matches(b, s, bytes, &differs);
    (void)hex_short(bytes, digits, sizeof digits);
    if (ok)
        (void)bench_expect(b, true, reason_of(b, s), wish_of(s), "%s", digits);
    else
        (void)bench_expect(b, false, reason_of(b, s), wish_of(s), "%s (differs at byte %zu of %zu)", digits,
                           differs + 1, bytes.n);
}

/* ---- data objects ---- */

struct found {
    struct tlv tlv; /* the one that the path leads to */
    size_t count;
    bool well_formed; /* everything that was looked into */
};

static void follow(struct slice in, const struct tlv_path *path, size_t depth, struct found *found)
{
    struct tlv t;
    size_t same = 0;
    while (in.n) {
        if (!tlv_next(&in, &t)) {
            found->well_formed = false;
            return;
        }
        if (t.tag != path->parts[depth].tag) continue;
        same++;
        if (path->parts[depth].index && path->parts[depth].index != same) continue;
        if (depth + 1 < path->n) {
            follow(t.value, path, depth + 1, found);
        } else if (found->count++ == 0) {
            found->tlv = t;
        }
    }
}

static struct found find(const struct bench *b, const struct tlv_path *path)
{
    struct found found = {.well_formed = true};
    follow(bench_data(b), path, 0, &found);
    return found;
}

static void compare_number(struct bench *b, const struct step *s, size_t number)
{
    int order = number < s->number ? -1 : number > s->number;
    (void)bench_expect(b, compare_holds(s->compare, order), reason_of(b, s), wish_of(s), "%zu", number);
}

static void run_tlv(struct bench *b, const struct step *s)
{
    struct found found = find(b, &s->path);
    uint32_t number = 0;
    if (!found.well_formed) {
        (void)bench_expect(b, false, reason_of(b, s), wish_of(s), "bytes that are no data objects in DER");
        return;
    }
    if (s->relation == TLV_COUNT) {
        compare_number(b, s, found.count);
        return;
    }
    if (s->relation == TLV_PRESENT || s->relation == TLV_ABSENT) {
        (void)bench_expect(b, (found.count > 0) == (s->relation == TLV_PRESENT), reason_of(b, s), wish_of(s), "%s",
                           found.count ? "it is there" : "it is not there");
        return;
    }
    if (!found.count) {
        (void)bench_expect(b, false, reason_of(b, s), wish_of(s), "no such data object");
    } else if (s->relation == TLV_LENGTH) {
        compare_number(b, s, found.tlv.value.n);
    } else if (s->relation == TLV_EQUAL) {
        compare_bytes(b, s, found.tlv.value);
    } else if (!tlv_unsigned(found.tlv.value, &number)) {
        (void)bench_expect(b, false, reason_of(b, s), wish_of(s), "no number of at most 4 bytes");
    } else {
        compare_number(b, s, number);
    }
}

static void run_capture(struct bench *b, const struct step *s)
{
    struct found found = find(b, &s->path);
    if (bench_expect(b, found.count > 0, reason_of(b, s), wish_of(s), "%s",
                     found.count ? "it is there" : "no such data object") &&
        !variables_set(&b->variables, s->name, found.tlv.value))
        (void)bench_verdict(b, VERDICT_ERROR, "no memory");
}

/* ---- the other steps ---- */

static void run_check(struct bench *b, const struct step *s)
{
    BUF_LOCAL bytes = {0};
    char digits[2 * SHOWN + 4];
    size_t differs;
    if (!make(b, &s->sent, &bytes)) return;
    if (s->compare == COMPARE_EQUAL) {
        compare_bytes(b, s, buf_slice(&bytes));
    } else if (variables_known(b, s)) {
        bool same = matches(b, s, buf_slice(&bytes), &differs);
        (void)bench_expect(b, !same, reason_of(b, s), wish_of(s), "%s",
                           hex_short(buf_slice(&bytes), digits, sizeof digits));
    }
}

static void run_let(struct bench *b, const struct step *s)
{
    BUF_LOCAL bytes = {0};
    if (make(b, &s->sent, &bytes) && !variables_set(&b->variables, s->name, buf_slice(&bytes)))
        (void)bench_verdict(b, VERDICT_ERROR, "no memory");
}

static void run_sent(struct bench *b, const struct step *s)
{
    BUF_LOCAL bytes = {0};
    if (!make(b, &s->sent, &bytes)) return;
    if (s->kind == STEP_ES10)
        (void)bench_es10(b, buf_slice(&bytes));
    else
        (void)bench_command(b, buf_slice(&bytes));
}

/* The answer is the E3 of this profile and 9000; without it 9000 alone. No list at all says nothing about the case. */
static void run_profile(struct bench *b, const struct step *s)
{
    BUF_LOCAL iccid = {0};
    BUF_LOCAL bytes = {0};
    struct slice found;
    if (!make(b, &s->sent, &iccid)) return;
    if (!bench_profile_request(buf_slice(&iccid), (struct slice){0}, &bytes)) {
        (void)bench_verdict(b, VERDICT_ERROR, "no memory");
        return;
    }
    if (!bench_es10(b, buf_slice(&bytes))) return;
    if (bench_status(b) != 0x9000 || !bench_profile_find(bench_data(b), buf_slice(&iccid), &found)) {
        (void)bench_verdict(b, VERDICT_ERROR, "GetProfilesInfo gave no list of profiles: %04X", bench_status(b));
        return;
    }
    static const uint8_t done[] = {0x90, 0x00};
    buf_reset(&bytes);
    buf_append(&bytes, found);
    buf_append(&bytes, SLICE(done));
    buf_reset(&b->answer);
    buf_append(&b->answer, buf_slice(&bytes));
    if (buf_err(&bytes) != OK || buf_err(&b->answer) != OK) (void)bench_verdict(b, VERDICT_ERROR, "no memory");
}

static void run_step(struct bench *b, const struct step *s)
{
    switch (s->kind) {
    case STEP_SEND:
    case STEP_ES10:
        run_sent(b, s);
        break;
    case STEP_EXPECT:
        compare_bytes(b, s, buf_slice(&b->answer));
        break;
    case STEP_STATUS:
        compare_bytes(b, s, slice_of(b->answer.n ? b->answer.p + b->answer.n - 2 : NULL, b->answer.n ? 2 : 0));
        break;
    case STEP_TLV:
        run_tlv(b, s);
        break;
    case STEP_PROFILE:
        run_profile(b, s);
        break;
    case STEP_ISDR:
        (void)bench_open_isdr(b);
        break;
    case STEP_RESET:
        (void)bench_reset(b);
        break;
    case STEP_POWER:
        (void)bench_power(b, true);
        break;
    case STEP_ATR:
        compare_bytes(b, s, buf_slice(&b->atr));
        break;
    case STEP_CHANNEL_OPEN:
        (void)bench_open_channel(b);
        break;
    case STEP_CHANNEL_CLOSE:
        (void)bench_close_channel(b);
        break;
    case STEP_CHANNEL_USE:
        b->channel = (int)s->number;
        break;
    case STEP_LET:
        run_let(b, s);
        break;
    case STEP_CHECK:
        run_check(b, s);
        break;
    case STEP_CAPTURE:
        run_capture(b, s);
        break;
    case STEP_GET_RESPONSE:
        b->get_response = s->flag;
        break;
    case STEP_BLOCK_SIZE:
        b->block_size = s->number;
        break;
    }
}

static void run_section(struct bench *b, enum section section)
{
    for (size_t i = 0; i < b->row->step_n && bench_goes_on(b); i++) {
        const struct step *s = &b->row->steps[i];
        if (s->section != section) continue;
        b->section = section;
        b->line = s->line;
        b->why = s->why;
        run_step(b, s);
    }
}

static bool has_section(const struct bench *b, enum section section)
{
    for (size_t i = 0; i < b->row->step_n; i++)
        if (b->row->steps[i].section == section) return true;
    return false;
}

/* Puts back what the case changed, also after a failure; then the verdict is the first one. */
static void run_finally(struct bench *b)
{
    enum verdict verdict = b->verdict;
    char reason[sizeof b->reason];
    memcpy(reason, b->reason, sizeof reason);
    if (!has_section(b, SECTION_FINALLY)) return;
    b->verdict = VERDICT_PASS;
    run_section(b, SECTION_FINALLY);
    if (verdict == VERDICT_PASS) return;
    b->verdict = verdict;
    memcpy(b->reason, reason, sizeof reason);
}

void steps_run(struct bench *b)
{
    b->section = SECTION_GIVEN;
    if (!bench_power(b, true)) return;
    run_section(b, SECTION_GIVEN);
    run_section(b, SECTION_TEST);
    run_finally(b);
    b->why = NULL;
    b->line = 0;
}
