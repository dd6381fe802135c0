/* What a case needs; see needs.h. A value of a PIN is tried once a run at most, and never as the last try: a blocked
 * ADM1 of a foreign card is blocked for good. */
#define _GNU_SOURCE
#include "needs.h"

#include "metadata.h"

#include "base/hex.h"

#include <stdarg.h>
#include <stdio.h>

bool needs_are_own(const struct run *r)
{
    return r->target.builtin || r->made;
}

/* ---- profiles ---- */

/* True if the text of this fact has the ICCID. */
static bool fact_has(const struct run *r, const char *fact, const uint8_t iccid[10])
{
    char digits[21];
    const char *text = facts_get(&r->facts, fact);
    hex_encode(slice_of(iccid, 10), digits);
    return text && strcasestr(text, digits);
}

bool needs_named(const struct run *r, uint8_t iccid[10])
{
    const char *digits = r->options->bench.profile;
    return digits && metadata_iccid_bytes(digits, iccid) && fact_has(r, "iccids", iccid);
}

static bool has_profile(struct run *r, struct bench *b, enum need need)
{
    uint8_t iccid[10];
    const char *digits = r->options->bench.profile;
    if (r->options->bench.allow_destructive) return true;
    if (!digits) return bench_verdict(b, VERDICT_SKIP, "needs %s", need_text(need));
    if (!needs_named(r, iccid))
        return bench_verdict(b, VERDICT_SKIP, "needs %s; %s is not on this card", need_text(need), digits);
    if (need == NEED_PROFILE || fact_has(r, "enabled", iccid)) return true;
    return bench_verdict(b, VERDICT_SKIP, "needs %s; %s is not enabled", need_text(need), digits);
}

/* ---- PINs ---- */

static bool no_secret(struct secret *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool no_secret(struct secret *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(s->why, sizeof s->why, format, args);
    va_end(args);
    return false;
}

/* An empty VERIFY PIN tells the tries that are left (TS 102 221 11.1.9). False: it does not. */
static bool tries_left(struct bench *b, uint8_t reference, unsigned *tries)
{
    const uint8_t query[] = {0x00, 0x20, 0x00, reference, 0x00};
    if (!bench_command(b, SLICE(query)) || (bench_status(b) & 0xfff0) != 0x63c0) return false;
    *tries = bench_status(b) & 0xf;
    return true;
}

static bool is_right(struct bench *b, struct secret *s, uint8_t reference, struct slice value)
{
    const uint8_t head[] = {0x00, 0x20, 0x00, reference, 0x08};
    BUF_LOCAL verify = {0};
    unsigned tries;
    if (!bench_power(b, true)) return no_secret(s, "the card does not answer");
    if (!tries_left(b, reference, &tries)) return no_secret(s, "the card does not tell its tries");
    if (tries < 2) return no_secret(s, "it has %u tr%s left and is not risked", tries, tries == 1 ? "y" : "ies");
    buf_append(&verify, SLICE(head));
    buf_append(&verify, value);
    if (buf_err(&verify) != OK || !bench_command(b, buf_slice(&verify)))
        return no_secret(s, "the card does not answer");
    uint16_t status = bench_status(b);
    if (status == 0x9000) return true;
    if ((status & 0xfff0) == 0x63c0)
        return no_secret(s, "the value is wrong (%u tries left) and is not tried again", status & 0xfu);
    return no_secret(s, "it cannot be verified here: %04X", status);
}

/* Once in a run. */
static bool try_secret(struct run *r, struct secret *s, uint8_t reference, struct slice value)
{
    struct bench b;
    if (s->is_tried) return s->is_right;
    bench_begin(&b, &r->target, &r->options->bench, NULL, &r->facts);
    s->is_tried = true;
    s->is_right = is_right(&b, s, reference, value);
    bench_end(&b);
    return s->is_right;
}

static bool has_secret(struct run *r, struct bench *b, enum need need)
{
    bool pin = need == NEED_PIN;
    struct secret *s = pin ? &r->pin : &r->adm;
    struct slice value = pin ? r->options->bench.pin : r->options->bench.adm;
    BUF_LOCAL own = {0};
    if (!value.n && !r->options->bench.allow_destructive)
        return bench_verdict(b, VERDICT_SKIP, "needs %s", need_text(need));
    if (!value.n && !hex_decode(slice_text(pin ? OWN_PIN : OWN_ADM), &own))
        return bench_verdict(b, VERDICT_ERROR, "no memory");
    if (try_secret(r, s, pin ? 0x01 : 0x0a, value.n ? value : buf_slice(&own))) return true;
    return bench_verdict(b, VERDICT_SKIP, "needs %s; %s", need_text(need), s->why);
}

/* ---- all of them ---- */

bool needs_of_card(struct bench *b)
{
    const char *sgp26 = facts_get(b->facts, "sgp26");
    if (!(b->row->needs & NEED_SGP26) || (sgp26 && strcmp(sgp26, "yes") == 0)) return true;
    return bench_verdict(b, VERDICT_SKIP, "needs %s", need_text(NEED_SGP26));
}

bool needs_of_user(struct run *r, struct bench *b)
{
    static const enum need profiles[] = {NEED_PROFILE, NEED_ENABLED};
    static const enum need secrets[] = {NEED_PIN, NEED_ADM};
    if (needs_are_own(r)) return true;
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (b->row->needs & profiles[i] && !has_profile(r, b, profiles[i])) return false;
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        if (b->row->needs & secrets[i] && !has_secret(r, b, secrets[i])) return false;
    return true;
}
