/* The table of actions: one row each, in the order in which they are tried. Called by rules.c (to read) and mutate.c
 * (to act). Words about answers that are not of ES10 never hold their bytes: AUTHENTICATE answers with keys. */
#include "mutate/edits.h"

static uint16_t status_of(struct rule *rule)
{
    const struct arguments *a = &rule->arguments;
    if (a->sw_mask == 0xffff) return a->sw;
    return (uint16_t)(a->sw | (rule_random(rule) & ~(unsigned)a->sw_mask & 0xffff));
}

static bool act_status_keep(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said)
{
    uint16_t sw = status_of(rule);
    (void)m;
    say_format(said, "status %04X became %04X", a->sw, sw);
    a->sw = sw;
    return true;
}

static bool act_status(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said)
{
    size_t n = a->data.n;
    (void)act_status_keep(m, rule, a, said);
    if (n) say_format(said, " without its %zu bytes", n);
    buf_reset(&a->data);
    a->staged = false;
    return true;
}

static bool act_delay(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said)
{
    (void)m;
    a->delay_ms += rule->arguments.number > 3600000 ? 3600000 : rule->arguments.number;
    say_format(said, "the answer waits %u ms", a->delay_ms);
    return true;
}

static bool act_mute(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said)
{
    (void)m;
    (void)rule;
    a->mute = true;
    say_format(said, "status %04X became no answer until a reset", a->sw);
    return true;
}

static bool act_endless(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said)
{
    struct waiting *w = &m->waiting;
    (void)rule;
    buf_reset(&w->data);
    buf_append(&w->data, buf_slice(&a->data));
    if (w->data.n == 0) buf_byte(&w->data, 0);
    w->active = w->endless = true;
    w->channel = a->command->channel;
    w->at = 0;
    say_format(said, "status %04X became 61FF, and so on for every GET RESPONSE", a->sw);
    a->sw = 0x61ff;
    a->staged = false;
    buf_reset(&a->data);
    return !w->data.failed;
}

/* A whole R-APDU in place of the answer. */
static bool take_answer(struct answer *a, struct slice rapdu, struct buf *said)
{
    if (rapdu.n < 2) return false;
    say_format(said, "%zu bytes %04X became", a->data.n, a->sw);
    buf_reset(&a->data);
    buf_append(&a->data, slice_of(rapdu.p, rapdu.n - 2));
    a->sw = (uint16_t)(rapdu.p[rapdu.n - 2] << 8 | rapdu.p[rapdu.n - 1]);
    a->staged = false;
    say_format(said, " %zu bytes %04X", a->data.n, a->sw);
    return true;
}

static bool act_stale(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said)
{
    (void)rule;
    return take_answer(a, buf_slice(&m->previous), said);
}

static bool act_answer(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said)
{
    (void)m;
    return take_answer(a, buf_slice(&rule->arguments.bytes), said);
}

static bool act_early(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said)
{
    (void)m;
    (void)rule;
    say_format(said, "%zu bytes %04X became an empty answer before the last block", a->data.n, a->sw);
    buf_reset(&a->data);
    tlv_put(&a->data, a->command->chain->tag, slice_of(NULL, 0));
    a->sw = 0x9000;
    return true;
}

static bool shorten(struct answer *a, size_t n, struct buf *said)
{
    if (a->data.n <= n) return false;
    say_format(said, "%zu bytes became %zu", a->data.n, n);
    buf_truncate(&a->data, n);
    return true;
}

static bool act_cut_to(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said)
{
    (void)m;
    return shorten(a, rule->arguments.number, said);
}

static bool act_cut(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said)
{
    size_t n = rule->arguments.number;
    (void)m;
    return n > 0 && shorten(a, a->data.n < n ? 0 : a->data.n - n, said);
}

static bool act_append(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said)
{
    (void)m;
    say_format(said, "%zu bytes became ", a->data.n);
    buf_append(&a->data, buf_slice(&rule->arguments.bytes));
    say_format(said, "%zu", a->data.n);
    return true;
}

static bool act_flip(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said)
{
    (void)m;
    if (a->data.n == 0) return false;
    flip_bits(rule, a->data.p, a->data.n);
    say_format(said, "%u bits of %zu bytes flipped", (unsigned)rule->arguments.number, a->data.n);
    return true;
}

static bool act_atr(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said)
{
    const struct buf *atr = &rule->arguments.bytes;
    (void)a;
    if (atr->n > sizeof m->atr.bytes) return false;
    buf_append(said, slice_text("ATR "));
    say_hex(said, slice_of(m->atr.bytes, m->atr.n));
    memcpy(m->atr.bytes, atr->p, atr->n);
    m->atr.n = atr->n;
    m->atr_changed = true;
    buf_append(said, slice_text(" became "));
    say_hex(said, buf_slice(atr));
    return true;
}

/* clang-format off */
const struct action mutate_actions[] = {
    {.pattern = "status SW keep data", .act = act_status_keep, .whole = true},
    {.pattern = "status SW", .act = act_status},
    {.pattern = "delay N ms", .act = act_delay},
    {.pattern = "mute", .act = act_mute},
    {.pattern = "endless", .act = act_endless, .whole = true},
    {.pattern = "stale", .act = act_stale},
    {.pattern = "early", .act = act_early, .early = true},
    {.pattern = "answer as FUNCTION", .edit = edit_retag_as_function},
    {.pattern = "answer HEX", .act = act_answer},
    {.pattern = "cut to N bytes", .act = act_cut_to, .whole = true},
    {.pattern = "cut N bytes", .act = act_cut, .whole = true},
    {.pattern = "cut N bytes of FIELD", .edit = edit_cut},
    {.pattern = "append HEX", .act = act_append, .whole = true},
    {.pattern = "flip N bits", .act = act_flip, .whole = true},
    {.pattern = "flip N bits in FIELD", .edit = edit_flip},
    {.pattern = "set FIELD to VALUE", .edit = edit_set},
    {.pattern = "add SIGNED to FIELD", .edit = edit_add},
    {.pattern = "remove FIELD", .edit = edit_remove},
    {.pattern = "double FIELD", .edit = edit_double},
    {.pattern = "reverse FIELD", .edit = edit_reverse},
    {.pattern = "retag FIELD as TAG", .edit = edit_retag},
    {.pattern = "length of FIELD by SIGNED", .edit = edit_length},
    {.pattern = "ATR HEX", .act = act_atr, .power = true},
    {.pattern = NULL},
};
/* clang-format on */
