/* Rules on their way: takes a command to the card, has the rules that fire change the answer, and gives it out as a
 * card gives it, by GET RESPONSE where the card did. See mutate.h. */
#include "mutate/internal.h"

#include <stdio.h>
#include <stdlib.h>

enum { RULES_MAX = 1000, ROUNDS_MAX = 1024 };

/* ---- reading ---- */

/* splitmix64 */
uint32_t rule_random(struct rule *rule)
{
    uint64_t z = rule->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

/* The stream of a rule follows from the seed and its words, wherever it stands. */
static uint64_t stream_of(uint64_t seed, struct slice text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < text.n; i++)
        hash = (hash ^ text.p[i]) * 0x100000001b3u;
    return seed * 0x9e3779b97f4a7c15u ^ hash;
}

static int add_rule(struct mutate *m, struct slice line, unsigned number, uint64_t seed, struct buf *why)
{
    if (m->n == RULES_MAX) {
        say_format(why, "expected at most %d rules", RULES_MAX);
        return EUICC_BAD_ARGUMENT;
    }
    struct rule *grown = realloc(m->rules, (m->n + 1) * sizeof *grown);
    if (!grown) return EUICC_NO_MEMORY;
    m->rules = grown;
    struct rule *rule = &m->rules[m->n++];
    *rule = (struct rule){.line = number, .number = (unsigned)m->n, .random = stream_of(seed, line)};
    if (!rule_read(rule, line, why)) return why->failed ? EUICC_NO_MEMORY : EUICC_BAD_ARGUMENT;
    return rule->aid.failed || rule->arguments.bytes.failed ? EUICC_NO_MEMORY : EUICC_OK;
}

static int read_rules(struct mutate *m, struct slice text, uint64_t seed, unsigned *line, struct buf *why)
{
    int result = EUICC_OK;
    while (text.n && result == EUICC_OK) {
        const uint8_t *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        struct slice one = trimmed(slice_of(text.p, n));
        text = slice_skip(text, end ? n + 1 : n);
        ++*line;
        if (one.n && one.p[0] != '#') result = add_rule(m, one, *line, seed, why);
    }
    return result;
}

int mutate_new(struct mutate **out, struct slice rules, uint64_t seed, struct euicc_diagnostic *why)
{
    unsigned line = 0;
    BUF_LOCAL words = {0};
    *out = NULL;
    struct mutate *m = calloc(1, sizeof *m);
    char *text = malloc(rules.n + 1);
    int result = m && text ? EUICC_OK : EUICC_NO_MEMORY;
    if (m) m->text = text;
    if (result == EUICC_OK) {
        if (rules.n) memcpy(text, rules.p, rules.n);
        text[rules.n] = 0;
        result = read_rules(m, slice_of(text, rules.n), seed, &line, &words);
    } else if (!m) {
        free(text);
    }
    if (result == EUICC_OK) {
        *out = m;
        return EUICC_OK;
    }
    mutate_free(m);
    if (why) {
        for (size_t i = 0; i < words.n; i++)
            if (words.p[i] < 0x20 || words.p[i] > 0x7e) words.p[i] = '?';
        int n = (int)(words.n < 200 ? words.n : 200);
        (void)snprintf(why->text, sizeof why->text, result == EUICC_NO_MEMORY ? "no memory" : "line %u: %.*s", line, n,
                       n ? (const char *)words.p : "");
    }
    return result;
}

void mutate_begin(struct mutate *m, const struct mutate_card *card, mutate_say say, void *say_ctx)
{
    m->card = *card;
    m->say = say;
    m->say_ctx = say_ctx;
}

void mutate_free(struct mutate *m)
{
    if (!m) return;
    for (size_t i = 0; i < m->n; i++)
        rule_free(&m->rules[i]);
    for (size_t i = 0; i < CHANNELS; i++)
        buf_free(&m->chains[i].bytes);
    buf_free(&m->waiting.data);
    buf_free(&m->previous);
    free(m->rules);
    free(m->text);
    free(m);
}

size_t mutate_count(const struct mutate *m)
{
    return m->n;
}

/* ---- when a rule fires ---- */

static bool sees(const struct rule *rule, const struct command *c, uint16_t sw)
{
    const struct chain *chain = c->chain;
    if (rule->at.kind == WHAT_POWER_ON || rule->at.kind == WHAT_RESET) return false;
    if (!command_is(c, &rule->at, rule->action->early)) return false;
    if (rule->on_channel && rule->channel != c->channel) return false;
    if (rule->tag && (c->ins != INS_STORE_DATA || chain->tag != rule->tag)) return false;
    if ((sw & rule->sw_mask) != rule->sw) return false;
    struct slice aid = buf_slice(&rule->aid);
    return aid.n == 0 || slice_starts_with(slice_of(chain->aid, chain->aid_n), aid);
}

/* Counts the occasion; true if it is one of those that the rule names. */
static bool is_time(struct rule *rule)
{
    if (rule->after.kind != WHAT_NONE && !rule->after_seen) return false;
    if (rule->before.kind != WHAT_NONE && rule->before_seen) return false;
    uint32_t nth = ++rule->matched;
    if (nth < rule->from || (rule->to && nth > rule->to)) return false;
    if (rule->every && (nth - rule->from) % rule->every != 0) return false;
    if (rule->most && rule->fired >= rule->most) return false;
    return !rule->by_chance || rule_random(rule) % 100 < rule->percent;
}

/* For "after" and "before": what the card carried out. */
static void note(struct mutate *m, const struct command *c, uint16_t sw)
{
    bool well = sw == 0x9000 || sw >> 8 == 0x61 || sw >> 8 == 0x91;
    for (size_t i = 0; well && i < m->n; i++) {
        struct rule *rule = &m->rules[i];
        if (command_is(c, &rule->after, false)) rule->after_seen = true;
        if (command_is(c, &rule->before, false)) rule->before_seen = true;
    }
}

static void say_fired(struct mutate *m, struct rule *rule, const char *where, const struct buf *said)
{
    BUF_LOCAL line = {0};
    rule->fired++;
    say_format(&line, "rule %u (line %u), %s, time %u: ", rule->number, rule->line, where, (unsigned)rule->matched);
    buf_append(&line, buf_slice(said));
    buf_byte(&line, 0);
    if (m->say && !line.failed) m->say(m->say_ctx, (const char *)line.p);
}

/* ---- what it does ---- */

/* Fetches what the card announced with 61xx, so that all of the answer can be changed at once. */
static int fetch(struct mutate *m, struct answer *a, uint8_t *scratch, size_t cap)
{
    uint8_t cla = a->command->channel < 4 ? a->command->channel : (uint8_t)(0x40 | (a->command->channel - 4));
    if (a->whole || a->command->ins == INS_GET_RESPONSE) return EUICC_OK;
    a->whole = true;
    for (int i = 0; i < ROUNDS_MAX && a->sw >> 8 == 0x61 && a->data.n < ANSWER_MAX; i++) {
        const uint8_t get_response[] = {cla, INS_GET_RESPONSE, 0, 0, (uint8_t)a->sw};
        size_t n = 0;
        a->staged = true;
        int result = m->card.transmit(m->card.ctx, get_response, sizeof get_response, scratch, cap, &n);
        if (result != EUICC_OK) return result;
        if (n < 2) return EUICC_CORRUPT;
        buf_append(&a->data, slice_of(scratch, n - 2));
        a->sw = (uint16_t)(scratch[n - 2] << 8 | scratch[n - 1]);
    }
    return a->data.failed ? EUICC_NO_MEMORY : EUICC_OK;
}

static void say_path(struct buf *said, const struct path *path)
{
    if (path->n == 0) buf_append(said, slice_text("the tag"));
    for (size_t i = 0; i < path->n; i++) {
        if (i) buf_byte(said, '/');
        say_slice(said, path->parts[i]);
    }
    if (path->index > 1) say_format(said, "[%u]", path->index);
}

/* An edit of one field; "answer as" has none and takes the outermost object. */
static bool edit(struct mutate *m, struct rule *rule, struct answer *a, struct buf *said)
{
    const struct path *path = &rule->arguments.field;
    struct slice data = buf_slice(&a->data);
    struct place place = {.n = 1};
    BUF_LOCAL with = {0};
    BUF_LOCAL out = {0};
    struct slice rest = data;
    bool found = path->n ? place_find(data, path, &place) : tlv_next(&rest, &place.chain[0]);
    if (!found) return false;
    const struct tlv *t = &place.chain[place.n - 1];
    if (!rule->action->edit(rule, t, &with)) return false;
    if (!rule->by_card)
        place_replace(&place, data, buf_slice(&with), &out);
    else if (!place_replace_signed(&m->card, &place, data, buf_slice(&with), buf_slice(&a->command->chain->bytes),
                                   &out))
        return false;
    if (with.failed || out.failed) return false;
    say_path(said, path);
    buf_byte(said, ' ');
    say_hex(said, t->whole);
    buf_append(said, slice_text(" became "));
    say_hex(said, buf_slice(&with));
    if (rule->by_card) buf_append(said, slice_text(", signed by the card"));
    buf_reset(&a->data);
    buf_append(&a->data, buf_slice(&out));
    return true;
}

static int apply(struct mutate *m, struct answer *a, uint8_t *scratch, size_t cap)
{
    const uint16_t sw = a->sw; /* conditions look at the card's own */
    for (size_t i = 0; i < m->n && !a->mute; i++) {
        struct rule *rule = &m->rules[i];
        BUF_LOCAL said = {0};
        if (!sees(rule, a->command, sw) || !is_time(rule)) continue;
        if (rule->action->whole || rule->action->edit) {
            int result = fetch(m, a, scratch, cap);
            if (result != EUICC_OK) return result;
        }
        bool done = rule->action->edit ? edit(m, rule, a, &said) : rule->action->act(m, rule, a, &said);
        if (done) say_fired(m, rule, command_name(a->command), &said);
        if (a->data.failed) return EUICC_NO_MEMORY;
    }
    return EUICC_OK;
}

/* ---- giving it out ---- */

/* A piece of what waits, as a card answers GET RESPONSE; without end it goes round and round. */
static void take_waiting(struct mutate *m, struct answer *a)
{
    struct waiting *w = &m->waiting;
    size_t left = w->data.n - w->at;
    size_t n = a->command->le;
    if (w->endless) {
        for (size_t i = 0; i < n && i < 256; i++)
            buf_byte(&a->data, w->data.p[w->at++ % w->data.n]);
        w->at %= w->data.n;
        a->sw = 0x61ff;
        return;
    }
    if (n > left) n = left;
    buf_append(&a->data, slice_of(w->data.p + w->at, n));
    w->at += n;
    left -= n;
    a->sw = left ? (uint16_t)(0x6100 | (left > 255 ? 0 : left)) : w->sw;
    w->active = left > 0;
}

/* An answer that the card gave by 61xx is given so again. */
static void stage(struct mutate *m, struct answer *a)
{
    struct waiting *w = &m->waiting;
    if (!a->staged || a->data.n == 0) return;
    buf_reset(&w->data);
    buf_append(&w->data, buf_slice(&a->data));
    w->active = !w->data.failed;
    w->endless = false;
    w->channel = a->command->channel;
    w->at = 0;
    w->sw = a->sw;
    a->sw = (uint16_t)(0x6100 | (a->data.n > 255 ? 0 : a->data.n));
    buf_reset(&a->data);
}

static int give(struct mutate *m, struct answer *a, uint8_t *rapdu, size_t cap, size_t *rn)
{
    if (a->mute) {
        m->mute = true;
        return EUICC_MUTE;
    }
    stage(m, a);
    if (a->data.n > cap - 2) buf_truncate(&a->data, cap - 2);
    if (a->data.n) memcpy(rapdu, a->data.p, a->data.n);
    rapdu[a->data.n] = (uint8_t)(a->sw >> 8);
    rapdu[a->data.n + 1] = (uint8_t)a->sw;
    *rn = a->data.n + 2;
    return EUICC_OK;
}

static int ask(struct mutate *m, struct slice capdu, struct answer *a, uint8_t *rapdu, size_t cap, size_t *rn)
{
    struct waiting *w = &m->waiting;
    const struct command *c = a->command;
    if (w->active && c->channel == w->channel) {
        if (c->ins == INS_GET_RESPONSE) {
            take_waiting(m, a);
            return a->data.failed ? EUICC_NO_MEMORY : EUICC_OK;
        }
        w->active = false;
    }
    int result = m->card.transmit(m->card.ctx, capdu.p, capdu.n, rapdu, cap, rn);
    if (result != EUICC_OK) return result;
    if (*rn < 2) return EUICC_CORRUPT;
    buf_append(&a->data, slice_of(rapdu, *rn - 2));
    a->sw = (uint16_t)(rapdu[*rn - 2] << 8 | rapdu[*rn - 1]);
    return a->data.failed ? EUICC_NO_MEMORY : EUICC_OK;
}

int mutate_transmit(struct mutate *m, struct slice capdu, uint8_t *rapdu, size_t cap, size_t *rn, unsigned *delay_ms)
{
    struct command c;
    struct answer a = {.command = &c};
    *delay_ms = 0;
    *rn = 0;
    if (m->mute) return EUICC_MUTE;
    if (cap < 2) return EUICC_SHORT_BUFFER;
    if (!command_read(m, capdu, &c)) return m->card.transmit(m->card.ctx, capdu.p, capdu.n, rapdu, cap, rn);
    int result = ask(m, capdu, &a, rapdu, cap, rn);
    if (result == EUICC_OK) {
        uint16_t sw = a.sw;
        command_done(&c, sw);
        result = apply(m, &a, rapdu, cap);
        note(m, &c, sw);
    }
    if (result == EUICC_OK) result = give(m, &a, rapdu, cap, rn);
    *delay_ms = a.delay_ms;
    buf_free(&a.data);
    if (result != EUICC_OK) return result;
    buf_reset(&m->previous);
    buf_append(&m->previous, slice_of(rapdu, *rn));
    return EUICC_OK;
}

/* ---- power ---- */

void mutate_power(struct mutate *m, bool cold, struct euicc_atr *atr)
{
    static const struct command none = {.channel = 0};
    const struct answer nothing = {.command = &none};
    m->mute = false;
    m->waiting.active = false;
    m->atr = *atr;
    m->atr_changed = false;
    for (size_t i = 0; i < CHANNELS; i++) {
        m->chains[i].tag = 0;
        m->chains[i].aid_n = 0;
        buf_reset(&m->chains[i].bytes);
    }
    const enum what_kind kind = cold ? WHAT_POWER_ON : WHAT_RESET;
    for (size_t i = 0; i < m->n; i++) {
        struct rule *rule = &m->rules[i];
        struct answer a = nothing;
        if (rule->after.kind == kind) rule->after_seen = true;
        if (rule->before.kind == kind) rule->before_seen = true;
        BUF_LOCAL said = {0};
        if (rule->at.kind == kind && is_time(rule) && rule->action->act(m, rule, &a, &said))
            say_fired(m, rule, cold ? "power on" : "reset", &said);
    }
    *atr = m->atr;
}

void mutate_atr(const struct mutate *m, struct euicc_atr *atr)
{
    if (m->atr_changed) *atr = m->atr;
}

/* ---- a card ---- */

static int card_transmit(void *ctx, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn)
{
    return euicc_transmit(ctx, capdu, n, rapdu, cap, rn);
}

static int card_sign_again(void *ctx, struct euicc_bytes was, const uint8_t signature[64], struct euicc_bytes becomes,
                           uint8_t out[64])
{
    return euicc_sign_again(ctx, was, signature, becomes, out);
}

static bool card_token(void *ctx, size_t index, uint32_t *token)
{
    struct euicc_eim_description eim;
    if (euicc_describe_eim(ctx, index, &eim) != EUICC_OK) return false;
    *token = eim.has_token ? eim.token : 0;
    return true;
}

struct mutate_card mutate_card_of(euicc *card)
{
    return (struct mutate_card){card, card_transmit, card_sign_again, card_token};
}
