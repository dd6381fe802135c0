/* Bytes with wildcards, lengths and captures; see pattern.h. */
#include "pattern.h"

#include "base/hex.h"
#include "base/tlv.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH_MAX = 16 };

/* ---- variables ---- */

const struct buf *variables_get(const struct variables *v, const char *name)
{
    for (size_t i = 0; i < v->n; i++)
        if (strcmp(v->list[i].name, name) == 0) return &v->list[i].value;
    return NULL;
}

bool variables_set(struct variables *v, const char *name, struct slice value)
{
    size_t i = 0;
    while (i < v->n && strcmp(v->list[i].name, name) != 0)
        i++;
    if (i == v->n) {
        struct variable *more = realloc(v->list, (v->n + 1) * sizeof *more);
        if (!more) return false;
        v->list = more;
        v->list[v->n] = (struct variable){0};
        (void)snprintf(v->list[v->n].name, sizeof v->list[v->n].name, "%s", name);
        v->n++;
    }
    /* the value may be a part of the old one */
    BUF_LOCAL copy = {0};
    buf_append(&copy, value);
    buf_reset(&v->list[i].value);
    buf_append(&v->list[i].value, buf_slice(&copy));
    return buf_err(&copy) == OK && buf_err(&v->list[i].value) == OK;
}

void variables_free(struct variables *v)
{
    for (size_t i = 0; i < v->n; i++)
        buf_free(&v->list[i].value);
    free(v->list);
    *v = (struct variables){0};
}

/* ---- reading ---- */

struct reader {
    struct pattern *out;
    enum pattern_use use;
    size_t open[DEPTH_MAX]; /* parentheses that are */
    size_t depth;
    const char *why;
};

static struct pattern_item *add(struct reader *r, enum pattern_kind kind)
{
    struct pattern *p = r->out;
    if (p->n == p->room) {
        size_t room = p->room ? 2 * p->room : 32;
        struct pattern_item *more = realloc(p->items, room * sizeof *more);
        if (!more) {
            r->why = "no memory";
            return NULL;
        }
        p->items = more;
        p->room = room;
    }
    p->items[p->n] = (struct pattern_item){.kind = kind};
    return &p->items[p->n++];
}

static bool bad(struct reader *r, const char *why)
{
    r->why = why;
    return false;
}

/* One digit of hex, or x. */
static bool read_nibble(struct reader *r, uint8_t c, uint8_t *value, uint8_t *mask)
{
    *mask = 0xf;
    if (c >= '0' && c <= '9') {
        *value = (uint8_t)(c - '0');
    } else if (toupper(c) >= 'A' && toupper(c) <= 'F') {
        *value = (uint8_t)(toupper(c) - 'A' + 10);
    } else if (c == 'x' || c == 'X') {
        if (r->use == PATTERN_SENT) return bad(r, "x stands in what is expected, not in what is sent");
        *value = *mask = 0;
    } else {
        return bad(r, "expected hex digits, x, *, (, ), \"text\" or {name}");
    }
    return true;
}

static bool read_byte(struct reader *r, struct slice *in)
{
    uint8_t high;
    uint8_t low;
    uint8_t high_mask;
    uint8_t low_mask;
    if (!read_nibble(r, in->p[0], &high, &high_mask)) return false;
    if (in->n < 2 || !isalnum(in->p[1])) return bad(r, "a digit is missing: a byte has two");
    if (!read_nibble(r, in->p[1], &low, &low_mask)) return false;
    *in = slice_skip(*in, 2);
    struct pattern_item *item = add(r, PATTERN_BYTE);
    if (!item) return false;
    item->value = (uint8_t)(high << 4 | low);
    item->mask = (uint8_t)(high_mask << 4 | low_mask);
    return true;
}

static bool read_text(struct reader *r, struct slice *in)
{
    *in = slice_skip(*in, 1);
    while (in->n && in->p[0] != '"') {
        struct pattern_item *item = add(r, PATTERN_BYTE);
        if (!item) return false;
        item->value = in->p[0];
        item->mask = 0xff;
        *in = slice_skip(*in, 1);
    }
    if (!in->n) return bad(r, "the \" at the end is missing");
    *in = slice_skip(*in, 1);
    return true;
}

static bool read_count(struct reader *r, struct slice text, size_t *n)
{
    *n = 0;
    if (text.n == 1 && text.p[0] == '*') {
        *n = PATTERN_ANY_LENGTH;
        return true;
    }
    for (size_t i = 0; i < text.n; i++) {
        if (!isdigit(text.p[i])) return bad(r, "expected a number of bytes or * after the colon");
        *n = *n * 10 + (size_t)(text.p[i] - '0');
        if (*n > 65535) return bad(r, "expected a number of bytes up to 65535");
    }
    return text.n ? true : bad(r, "expected a number of bytes or * after the colon");
}

static bool read_name(struct reader *r, struct slice *in)
{
    const uint8_t *end = memchr(in->p, '}', in->n);
    if (!end) return bad(r, "the } at the end is missing");
    struct slice text = slice_of(in->p + 1, (size_t)(end - in->p) - 1);
    *in = slice_skip(*in, text.n + 2);
    const uint8_t *colon = memchr(text.p, ':', text.n);
    struct slice name = colon ? slice_of(text.p, (size_t)(colon - text.p)) : text;
    if (name.n == 0 || name.n >= VARIABLE_NAME_SIZE) return bad(r, "expected a name of 1 to 31 characters");
    for (size_t i = 0; i < name.n; i++)
        if (!isalnum(name.p[i]) && name.p[i] != '-' && name.p[i] != '_')
            return bad(r, "expected letters, digits, - and _ in a name");
    if (colon && r->use == PATTERN_SENT) return bad(r, "a capture stands in what is expected, not in what is sent");
    struct pattern_item *item = add(r, colon ? PATTERN_CAPTURE : PATTERN_VARIABLE);
    if (!item) return false;
    memcpy(item->name, name.p, name.n);
    return !colon || read_count(r, slice_skip(text, name.n + 1), &item->n);
}

static bool read_parenthesis(struct reader *r, uint8_t c)
{
    if (c == '(') {
        if (r->depth == DEPTH_MAX) return bad(r, "too many parentheses inside each other");
        r->open[r->depth++] = r->out->n;
        return add(r, PATTERN_OPEN);
    }
    if (!r->depth) return bad(r, "a ) without its (");
    r->out->items[r->open[--r->depth]].n = r->out->n;
    return add(r, PATTERN_CLOSE);
}

static bool read_item(struct reader *r, struct slice *in)
{
    uint8_t c = in->p[0];
    if (c == '"') return read_text(r, in);
    if (c == '{') return read_name(r, in);
    if (c != '(' && c != ')' && c != '*' && c != ' ' && c != '\t') return read_byte(r, in);
    *in = slice_skip(*in, 1);
    if (c == '(' || c == ')') return read_parenthesis(r, c);
    if (c != '*') return true;
    if (r->use == PATTERN_SENT) return bad(r, "* stands in what is expected, not in what is sent");
    return add(r, PATTERN_ANY);
}

bool pattern_parse(struct pattern *out, struct slice text, enum pattern_use use, const char **why)
{
    struct reader r = {.out = out, .use = use};
    bool good = true;
    *out = (struct pattern){0};
    while (good && text.n)
        good = read_item(&r, &text);
    if (good && r.depth) good = bad(&r, "a ( without its )");
    *why = r.why;
    if (!good) pattern_clear(out);
    return good;
}

void pattern_clear(struct pattern *p)
{
    free(p->items);
    *p = (struct pattern){0};
}

/* ---- making ---- */

static bool make_range(const struct pattern *p, size_t from, size_t to, const struct variables *v, struct buf *out,
                       const char **missing)
{
    for (size_t i = from; i < to; i++) {
        const struct pattern_item *item = &p->items[i];
        if (item->kind == PATTERN_VARIABLE) {
            const struct buf *value = variables_get(v, item->name);
            *missing = item->name;
            if (!value) return false;
            buf_append(out, buf_slice(value));
        } else if (item->kind == PATTERN_OPEN) {
            BUF_LOCAL content = {0};
            BUF_LOCAL whole = {0};
            if (!make_range(p, i + 1, item->n, v, &content, missing)) return false;
            tlv_put(&whole, 0x30, buf_slice(&content));
            if (buf_err(&whole) != OK) return false;
            buf_append(out, slice_skip(buf_slice(&whole), 1)); /* without the tag */
            i = item->n;
        } else if (item->kind == PATTERN_BYTE) {
            buf_byte(out, item->value);
        }
    }
    return true;
}

bool pattern_build(const struct pattern *p, const struct variables *v, struct buf *out, const char **missing)
{
    *missing = NULL;
    if (!make_range(p, 0, p->n, v, out, missing)) return false;
    *missing = NULL;
    return buf_err(out) == OK;
}

/* ---- matching ---- */

struct match {
    const struct pattern *p;
    struct variables *v;
    const uint8_t *start; /* of all data */
    size_t furthest;      /* that was as it should be */
    size_t tries;         /* left: a pattern of many * must not take for ever */
};

static bool match_range(struct match *m, size_t from, size_t to, struct slice data);

static void reached(struct match *m, struct slice data)
{
    size_t at = (size_t)(data.p - m->start);
    if (at > m->furthest) m->furthest = at;
}

/* A * or a capture of any length: the shortest that lets the rest match. */
static bool match_any(struct match *m, size_t from, size_t to, struct slice data)
{
    const struct pattern_item *item = &m->p->items[from];
    for (size_t n = 0; n <= data.n && m->tries; n++) {
        m->tries--;
        if (item->kind == PATTERN_CAPTURE && !variables_set(m->v, item->name, slice_of(data.p, n))) return false;
        if (match_range(m, from + 1, to, slice_skip(data, n))) return true;
    }
    return false;
}

/* The DER length at the front and its content. */
static bool take_length(struct slice *data, struct slice *content)
{
    BUF_LOCAL whole = {0};
    uint32_t tag;
    size_t length;
    size_t head;
    /* tlv_head() wants a tag in front of the length */
    buf_byte(&whole, 0x30);
    buf_append(&whole, slice_of(data->p, data->n < 6 ? data->n : 6));
    if (buf_err(&whole) != OK || tlv_head(buf_slice(&whole), &tag, &length, &head) != TLV_OK) return false;
    struct slice length_bytes;
    return slice_take(data, head - 1, &length_bytes) && slice_take(data, length, content);
}

static bool match_range(struct match *m, size_t from, size_t to, struct slice data)
{
    for (size_t i = from; i < to; i++) {
        const struct pattern_item *item = &m->p->items[i];
        struct slice part;
        reached(m, data);
        if (item->kind == PATTERN_ANY || (item->kind == PATTERN_CAPTURE && item->n == PATTERN_ANY_LENGTH))
            return match_any(m, i, to, data);
        if (item->kind == PATTERN_BYTE) {
            if (!slice_take(&data, 1, &part) || (part.p[0] & item->mask) != item->value) return false;
        } else if (item->kind == PATTERN_CAPTURE) {
            if (!slice_take(&data, item->n, &part) || !variables_set(m->v, item->name, part)) return false;
        } else if (item->kind == PATTERN_VARIABLE) {
            const struct buf *value = variables_get(m->v, item->name);
            if (!value || !slice_starts_with(data, buf_slice(value))) return false;
            data = slice_skip(data, value->n);
        } else if (item->kind == PATTERN_OPEN) {
            if (!take_length(&data, &part) || !match_range(m, i + 1, item->n, part)) return false;
            i = item->n;
        }
    }
    reached(m, data);
    return data.n == 0;
}

bool pattern_matches(const struct pattern *p, struct slice data, struct variables *v, size_t *differs)
{
    if (!data.p) data = slice_of("", 0); /* an empty slice may have no address */
    struct match m = {.p = p, .v = v, .start = data.p, .tries = 1000000};
    bool good = match_range(&m, 0, p->n, data);
    *differs = m.furthest;
    return good;
}
