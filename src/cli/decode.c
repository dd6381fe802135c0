/* Walks a data object along the tables and writes its rows; see decode.h. Tags that no table knows are not entered, so
 * the depth of the tables bounds the recursion. */
#include "cli/decode_internal.h"

#include <stdio.h>

struct walk {
    struct slice object; /* the whole, to say where it stops to parse */
    unsigned rows;
    struct buf *out;   /* text */
    unsigned indent;   /* of text */
    struct json *json; /* or NULL */
    struct buf scratch;
};

/* ---- rows ---- */

/* Quoted as in C: a quotation mark or a backslash from outside does not end the text. */
static void put_quoted(struct buf *out, struct slice text)
{
    size_t start = 0;
    buf_byte(out, '"');
    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n && text.p[i] != '"' && text.p[i] != '\\') continue;
        text_safe(out, slice_of(text.p + start, i - start));
        if (i < text.n) buf_byte(out, '\\');
        start = i;
    }
    buf_byte(out, '"');
}

static void put_text(struct walk *w, const struct decode_row *row)
{
    struct buf *out = w->out;
    text_format(out, "\n%*s", (int)(w->indent + 2 * row->depth), "");
    if (row->tag) text_format(out, "%02X", (unsigned)row->tag);
    if (row->name) text_format(out, "%s%s", row->tag ? " " : "", row->name);
    if (row->quoted || row->value.n) buf_byte(out, ' ');
    if (row->quoted) {
        put_quoted(out, row->value);
    } else {
        text_safe(out, row->value);
    }
    if (row->cut) buf_append(out, slice_text(".."));
    if (row->sized) text_format(out, " (%zu %s)", row->bytes, row->bytes == 1 ? "byte" : "bytes");
}

static void put_json(struct json *j, const struct decode_row *row)
{
    char tag[9];
    json_open(j, NULL, '{');
    json_number(j, "depth", row->depth);
    (void)snprintf(tag, sizeof tag, "%02X", (unsigned)row->tag);
    if (row->tag) json_string(j, "tag", tag);
    if (row->name) json_string(j, "name", row->name);
    if (row->quoted || row->value.n) json_text(j, "value", row->value);
    if (row->cut) json_bool(j, "cut", true);
    if (row->sized) json_number(j, "bytes", row->bytes);
    json_close(j, '}');
}

static bool is_full(const struct walk *w)
{
    return w->rows > DECODE_ROWS_MAX;
}

static void put_row(struct walk *w, const struct decode_row *row)
{
    static const struct decode_row more = {.name = "..."};
    if (is_full(w)) return;
    if (w->rows++ == DECODE_ROWS_MAX) row = &more;
    if (w->json) {
        put_json(w->json, row);
    } else {
        put_text(w, row);
    }
}

/* ---- the walk ---- */

static void put_malformed(struct walk *w, struct slice rest, unsigned depth)
{
    struct decode_row row = {.depth = depth};
    char name[64];
    (void)snprintf(name, sizeof name, "no data object at byte %zu:", (size_t)(rest.p - w->object.p));
    row.name = name;
    buf_reset(&w->scratch);
    decode_hex(rest, &row, &w->scratch);
    put_row(w, &row);
}

/* An OCTET STRING is entered if it is a sequence of data objects and the first is one that the table knows. */
static bool holds_members(const struct decode_field *field, struct slice value)
{
    size_t next = 0;
    struct slice in = value;
    struct tlv first;
    return tlv_next(&in, &first) && names_find(field->members, &next, first.tag, true) &&
           tlv_strict(value, TLV_DEPTH_MAX, NULL);
}

/* Whole data objects, one after the other. */
static void walk_members(struct walk *w, const struct decode_field *table, bool any_order, struct slice in,
                         unsigned depth)
{
    size_t next = 0;
    struct tlv t;
    while (in.n && !is_full(w)) {
        if (!tlv_next(&in, &t)) {
            put_malformed(w, in, depth);
            return;
        }
        const struct decode_field *field = names_find(table, &next, t.tag, any_order);
        struct decode_row row = {.depth = depth, .tag = t.tag, .name = field ? field->name : NULL};
        bool nested = field && field->kind == DECODE_NESTED && holds_members(field, t.value);
        buf_reset(&w->scratch);
        if (!field) {
            decode_hex(t.value, &row, &w->scratch);
            put_row(w, &row);
        } else if (nested || field->kind == DECODE_SEQUENCE || field->kind == DECODE_SEQUENCE_OF) {
            put_row(w, &row);
            walk_members(w, field->members, field->kind != DECODE_SEQUENCE, t.value, depth + 1);
        } else {
            decode_value(field, &t, &row, &w->scratch);
            put_row(w, &row);
        }
    }
}

/* A segment of a bound profile package (SGP.22 2.5.5) may end inside the objects that it begins: their heads are shown
 * with the size that they announce. A segment that begins inside an object is shown by its size. */
static void walk_segment(struct walk *w, struct slice in)
{
    unsigned depth = 0;
    while (in.n && !is_full(w)) {
        uint32_t tag = 0;
        size_t length = 0;
        size_t head = 0;
        size_t next = 0;
        bool has_head = tlv_head(in, &tag, &length, &head) == TLV_OK;
        const struct decode_field *field = has_head ? names_find(decode_segments, &next, tag, true) : NULL;
        struct decode_row row = {.depth = depth, .tag = tag, .sized = true, .bytes = length};
        if (!field) {
            row = (struct decode_row){.depth = depth, .name = "continued", .sized = true, .bytes = in.n};
            put_row(w, &row);
            return;
        }
        if (length <= in.n - head) {
            walk_members(w, decode_segments, true, slice_of(in.p, head + length), depth);
            in = slice_skip(in, head + length);
            continue;
        }
        row.name = field->name;
        put_row(w, &row);
        if (field->kind != DECODE_SEQUENCE && field->kind != DECODE_SEQUENCE_OF) return;
        in = slice_skip(in, head);
        depth++;
    }
}

static void walk(struct walk *w, enum decode_what what)
{
    switch (what) {
    case DECODE_REQUEST:
        walk_members(w, decode_requests, true, w->object, 0);
        break;
    case DECODE_RESPONSE:
        walk_members(w, decode_responses, true, w->object, 0);
        break;
    case DECODE_SEGMENT:
        walk_segment(w, w->object);
        break;
    }
    buf_free(&w->scratch);
}

void decode_text(struct buf *out, unsigned indent, enum decode_what what, struct slice object)
{
    struct walk w = {.object = object, .out = out, .indent = indent};
    walk(&w, what);
}

void decode_json(struct json *j, const char *key, enum decode_what what, struct slice object)
{
    struct walk w = {.object = object, .json = j};
    json_open(j, key, '[');
    walk(&w, what);
    json_close(j, ']');
}
