/* One line of a rule file:   at WHAT [, CONDITION]... : [card:] ACTION
 * Conditions and actions are tables of patterns; a new one is a row. Called by mutate.c. */
#include "mutate/internal.h"

#include <string.h>

struct condition {
    const char *pattern;
    void (*take)(struct rule *rule, struct arguments *a);
};

static void take_time(struct rule *rule, struct arguments *a)
{
    rule->from = rule->to = a->number;
}

static void take_first(struct rule *rule, struct arguments *a)
{
    (void)a;
    rule->from = rule->to = 1;
}

static void take_from(struct rule *rule, struct arguments *a)
{
    rule->from = a->number;
}

static void take_every(struct rule *rule, struct arguments *a)
{
    rule->every = a->number;
}

static void take_most(struct rule *rule, struct arguments *a)
{
    rule->most = a->number;
}

static void take_once(struct rule *rule, struct arguments *a)
{
    (void)a;
    rule->most = 1;
}

static void take_percent(struct rule *rule, struct arguments *a)
{
    rule->by_chance = true;
    rule->percent = a->number;
}

static void take_after(struct rule *rule, struct arguments *a)
{
    rule->after = a->what;
}

static void take_before(struct rule *rule, struct arguments *a)
{
    rule->before = a->what;
}

static void take_channel(struct rule *rule, struct arguments *a)
{
    rule->on_channel = true;
    rule->channel = a->number;
}

static void take_aid(struct rule *rule, struct arguments *a)
{
    buf_reset(&rule->aid);
    buf_append(&rule->aid, buf_slice(&a->bytes));
}

static void take_status(struct rule *rule, struct arguments *a)
{
    rule->sw = a->sw;
    rule->sw_mask = a->sw_mask;
}

static void take_tag(struct rule *rule, struct arguments *a)
{
    rule->tag = a->tag;
}

static const struct condition conditions[] = {
    {"first time", take_first},   {"time N", take_time},       {"from time N", take_from}, {"every N", take_every},
    {"once", take_once},          {"at most N", take_most},    {"N %", take_percent},      {"after WHAT", take_after},
    {"before WHAT", take_before}, {"channel N", take_channel}, {"aid HEX", take_aid},      {"status SW", take_status},
    {"tag TAG", take_tag},
};

static void blame(struct buf *why, struct slice came, const char *expected)
{
    buf_byte(why, '"');
    say_slice(why, came);
    say_format(why, "\": expected %s", expected);
}

/* "status SW, status SW keep data": the forms that begin with the same word, or all first words. */
static void blame_form(struct buf *why, struct slice came, const char *const *patterns, size_t n)
{
    struct slice rest = came;
    struct slice word = {NULL, 0};
    bool any = false;
    (void)word_take(&rest, &word);
    blame(why, came, "");
    for (int only_same = 1; only_same >= 0 && !any; only_same--) {
        for (size_t i = 0; i < n; i++) {
            struct slice pattern = slice_text(patterns[i]);
            struct slice first = {NULL, 0};
            rest = pattern;
            (void)word_take(&rest, &first);
            if (only_same && !slice_equal(first, word)) continue;
            if (any) buf_append(why, slice_text(", "));
            buf_append(why, pattern);
            any = true;
        }
    }
}

static bool read_condition(struct rule *rule, struct slice text, struct buf *why)
{
    const char *patterns[sizeof conditions / sizeof *conditions];
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        struct arguments a = {0};
        patterns[i] = conditions[i].pattern;
        bool ok = pattern_read(conditions[i].pattern, text, &a, why);
        bool counts = strstr(conditions[i].pattern, " N") && conditions[i].take != take_channel;
        if (ok && counts && a.number == 0) {
            blame(why, text, "a number from 1 on");
            ok = false;
        }
        if (ok) conditions[i].take(rule, &a);
        arguments_free(&a);
        if (ok) return true;
        if (why->n) return false;
    }
    blame_form(why, text, patterns, sizeof patterns / sizeof *patterns);
    return false;
}

/* "at WHAT, CONDITION, ..." without the "at". */
static bool read_conditions(struct rule *rule, struct slice text, struct buf *why)
{
    for (bool first = true; first || text.n; first = false) {
        const uint8_t *comma = text.n ? memchr(text.p, ',', text.n) : NULL;
        size_t n = comma ? (size_t)(comma - text.p) : text.n;
        struct slice part = trimmed(slice_of(text.p, n));
        text = slice_skip(text, comma ? n + 1 : n);
        bool ok = first ? what_read(part, &rule->at, why) : read_condition(rule, part, why);
        if (!ok) return false;
        if (comma && trimmed(text).n == 0) {
            blame(why, slice_text(","), "a condition behind it");
            return false;
        }
    }
    if (rule->percent <= 100) return true;
    say_format(why, "%u %%: expected at most 100 %%", (unsigned)rule->percent);
    return false;
}

/* ---- the action ---- */

static const struct decode_field *find_code(const struct decode_field *field, struct slice word, int64_t *out)
{
    for (const struct decode_name *name = field ? field->names : NULL; name && name->name; name++) {
        if (!slice_equal(slice_text(name->name), word)) continue;
        *out = name->value;
        return field;
    }
    return NULL;
}

/* The name of a field must be one of an answer, at a function of its answer; tags are not checked. */
static bool check_field(const struct rule *rule, struct arguments *a, struct buf *why)
{
    const struct path *path = &a->field;
    const struct decode_field one[2] = {{0}, {0}};
    const struct decode_field *table = decode_responses;
    const struct decode_field *own = NULL;
    uint32_t tag = rule->at.kind == WHAT_FUNCTION ? rule->at.tag : rule->at.kind == WHAT_LOADING ? 0xbf37 : 0;
    struct decode_field only[2] = {one[0], one[1]};
    for (size_t i = 0; tag && table[i].name; i++)
        if (table[i].tag == tag) own = &table[i];
    if (own) only[0] = *own;
    bool by_name = path->n > 0;
    for (size_t i = 0; i < path->n; i++)
        by_name = by_name && !path->tags[i];
    const struct decode_field *field = by_name ? names_find_path(own ? only : table, path->parts, path->n) : NULL;
    if (by_name && !field) {
        buf_byte(why, '"');
        for (size_t i = 0; i < path->n; i++) {
            if (i) buf_byte(why, '/');
            say_slice(why, path->parts[i]);
        }
        say_format(why, "\": expected a field of %s", own ? own->name : "an answer");
        return false;
    }
    if (!a->word.n || find_code(field, a->word, &a->signed_number)) return true;
    blame(why, a->word, "the name of a code of this field, a number, \"text\", hex .. or random N bytes");
    return false;
}

static bool check_action(const struct rule *rule, struct buf *why)
{
    const struct action *action = rule->action;
    bool power = rule->at.kind == WHAT_POWER_ON || rule->at.kind == WHAT_RESET;
    if (power != action->power) {
        say_format(why,
                   power ? "\"%s\" goes with a command, expected ATR at power on or reset"
                         : "\"%s\" goes with power on or reset only",
                   action->pattern);
        return false;
    }
    if (action->early && rule->at.kind != WHAT_FUNCTION) {
        say_format(why, "early: expected it at a function, whose request may have several blocks");
        return false;
    }
    if (rule->by_card && !strstr(action->pattern, "FIELD")) {
        say_format(why, "card: expected an action on a field behind it, \"%s\" needs no signature", action->pattern);
        return false;
    }
    return true;
}

static bool read_action(struct rule *rule, struct slice text, struct buf *why)
{
    static const char card[] = "card:";
    const char *patterns[40];
    size_t n = 0;
    if (slice_starts_with(text, slice_text(card))) {
        rule->by_card = true;
        text = trimmed(slice_skip(text, strlen(card)));
    }
    for (const struct action *action = mutate_actions; action->pattern; action++) {
        if (n < sizeof patterns / sizeof *patterns) patterns[n++] = action->pattern;
        rule->action = action;
        if (pattern_read(action->pattern, text, &rule->arguments, why))
            return check_action(rule, why) && check_field(rule, &rule->arguments, why);
        if (why->n) return false;
    }
    blame_form(why, text, patterns, n);
    return false;
}

bool rule_read(struct rule *rule, struct slice line, struct buf *why)
{
    struct slice rest = line;
    struct slice word = {NULL, 0};
    (void)word_take(&rest, &word);
    const uint8_t *colon = rest.n ? memchr(rest.p, ':', rest.n) : NULL;
    if (!slice_equal(word, slice_text("at")) || !colon) {
        blame(why, line, "at WHAT, CONDITIONS: ACTION");
        return false;
    }
    size_t n = (size_t)(colon - rest.p);
    rule->text = line;
    return read_conditions(rule, trimmed(slice_of(rest.p, n)), why) &&
           read_action(rule, trimmed(slice_skip(rest, n + 1)), why);
}

void rule_free(struct rule *rule)
{
    buf_free(&rule->aid);
    arguments_free(&rule->arguments);
}
