/* The JSON report and the list of cases; README.md documents every member. Each case is written when it ends, with its
 * dialogue: APDUs with their timing, the data objects of ES10 decoded (src/names), and every expectation with what
 * came. Called by run.c and main.c. */
#define _GNU_SOURCE
#include "run.h"

#include "requirements.h"
#include "say.h"
#include "states.h"

#include "base/hex.h"
#include "cli/decode.h"
#include "names/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

bool report_write(const char *path, struct slice text)
{
    int fd = strcmp(path, "-") == 0 ? dup(STDOUT_FILENO) : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool good = fd >= 0 && write_all(fd, text);
    int error = errno;
    if (fd >= 0 && close(fd) != 0) {
        good = false;
        error = errno;
    }
    return good || say_problem("%s: %s", path, strerror(error));
}

bool report_can_write(const char *path)
{
    if (!path || strcmp(path, "-") == 0) return true;
    bool there = access(path, F_OK) == 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return say_problem("%s: %s", path, strerror(errno));
    close(fd);
    if (!there) (void)unlink(path);
    return true;
}

static void put_hex(struct json *j, const char *key, struct slice bytes)
{
    char *digits = malloc(2 * bytes.n + 1);
    if (!digits) return;
    hex_encode(bytes, digits);
    json_string(j, key, digits);
    free(digits);
}

/* ---- the annotated dialogue ---- */

/* What the blocks of STORE DATA and the pieces of GET RESPONSE make up. */
struct assembly {
    struct buf request;
    struct buf response;
    bool complete; /* the last block was sent: answers belong to the request */
};

static const char *function_name(struct slice request)
{
    struct tlv t;
    if (tlv_read(&request, &t) != TLV_OK) return NULL;
    for (const struct named_function *f = named_functions; f->name; f++)
        if (f->tag == t.tag) return f->name;
    return NULL;
}

static const char *command_name(uint8_t ins)
{
    for (const struct named_command *c = named_commands; c->name; c++)
        if (c->ins == ins) return c->name;
    return NULL;
}

static void put_functions(struct json *j, struct assembly *a, const struct entry *e)
{
    uint8_t sw1 = e->came.n >= 2 ? e->came.p[e->came.n - 2] : 0;
    struct slice request = buf_slice(&a->request);
    const char *function = function_name(request);
    if (e->sent.p[1] == 0xe2) {
        if (function) json_string(j, "function", function);
        decode_json(j, "request", function ? DECODE_REQUEST : DECODE_SEGMENT, request);
    }
    if (sw1 == 0x61) return;
    if (a->response.n) decode_json(j, "answer", DECODE_RESPONSE, buf_slice(&a->response));
    a->complete = false;
    buf_reset(&a->request);
    buf_reset(&a->response);
}

static void annotate(struct json *j, struct assembly *a, const struct entry *e)
{
    if (e->sent.n < 4) return;
    uint8_t ins = e->sent.p[1];
    const char *name = command_name(ins);
    if (name) json_string(j, "name", name);
    if (ins == 0xe2 && e->sent.p[0] & 0x80) {
        if (e->sent.p[3] == 0 || a->complete) {
            buf_reset(&a->request);
            buf_reset(&a->response);
        }
        if (e->sent.n > 5) {
            size_t n = e->sent.p[4] < e->sent.n - 5 ? e->sent.p[4] : e->sent.n - 5;
            buf_append(&a->request, slice_of(e->sent.p + 5, n));
        }
        a->complete = e->sent.p[2] & 0x80;
    } else if (ins != 0xc0) {
        a->complete = false;
    }
    if (!a->complete) return;
    if (e->came.n > 2) buf_append(&a->response, slice_of(e->came.p, e->came.n - 2));
    put_functions(j, a, e);
}

/* VERIFY, CHANGE, DISABLE, ENABLE or UNBLOCK PIN with this value. */
static bool presents(struct slice sent, struct slice secret)
{
    static const uint8_t ins[] = {0x20, 0x24, 0x26, 0x28, 0x2c};
    return secret.n && sent.n > 5 && memchr(ins, sent.p[1], sizeof ins) && memmem(sent.p, sent.n, secret.p, secret.n);
}

/* A report goes from hand to hand; the values of --pin and --adm open a card that is somebody's. */
static void put_sent(struct json *j, const struct bench *b, struct slice sent)
{
    const bool hidden = presents(sent, b->options->pin) || presents(sent, b->options->adm);
    put_hex(j, "sent", hidden ? slice_of(sent.p, 5) : sent);
    if (hidden) json_string(j, "hidden", "a value of --pin or --adm");
}

static void put_entry(struct json *j, const struct bench *b, struct assembly *a, const struct entry *e)
{
    static const char *const kinds[] = {"command", "power", "reset", "expect"};
    json_open(j, NULL, '{');
    json_string(j, "kind", kinds[e->kind]);
    json_string(j, "section", section_words[e->section]);
    if (e->line) json_number(j, "line", (unsigned long long)e->line);
    json_number(j, "at", (unsigned long long)e->at);
    if (e->kind == ENTRY_EXPECT) {
        json_text(j, "clause", buf_slice(&e->why));
        json_text(j, "expected", buf_slice(&e->expected));
        json_text(j, "came", buf_slice(&e->came));
        json_bool(j, "ok", e->ok);
    } else {
        json_number(j, "took", (unsigned long long)e->took);
        if (e->why.n) json_text(j, "why", buf_slice(&e->why));
        if (e->kind == ENTRY_COMMAND) put_sent(j, b, buf_slice(&e->sent));
        if (e->ok) put_hex(j, "came", buf_slice(&e->came));
        if (e->reason.n) json_text(j, "card-says", buf_slice(&e->reason));
        if (e->kind == ENTRY_COMMAND) annotate(j, a, e);
    }
    json_close(j, '}');
}

/* "a; b" as an array. */
static void put_list(struct json *j, const char *key, const char *text)
{
    json_open(j, key, '[');
    while (text && *text) {
        size_t n = strcspn(text, ";");
        json_text(j, NULL, slice_of(text, n));
        text += n;
        text += strspn(text, "; ");
    }
    json_close(j, ']');
}

static void put_row(struct json *j, const struct case_row *row)
{
    json_string(j, "id", row->id);
    json_text(j, "group", slice_of(row->id, strcspn(row->id, "/")));
    json_string(j, "family", row->family);
    json_string(j, "title", row->title);
    put_list(j, "requirements", row->clauses);
    if (row->applies) json_string(j, "applies", row->applies);
    json_string(j, "state", row->state ? row->state : states[0].name);
    json_open(j, "needs", '[');
    for (unsigned i = 0; i < NEED_COUNT; i++)
        if (row->needs >> i & 1) json_string(j, NULL, need_words[i]);
    json_close(j, ']');
    json_bool(j, "changes", row->changes);
    json_bool(j, "destructive", row->destructive);
    if (row->file) {
        const char *name = strrchr(row->file, '/');
        json_string(j, "file", name ? name + 1 : row->file);
        json_number(j, "line", (unsigned long long)row->line);
    }
}

void report_case(const struct bench *b, const struct result *result, struct buf *out)
{
    struct json j = {.out = out};
    struct assembly a = {0};
    json_open(&j, NULL, '{');
    put_row(&j, result->row);
    json_string(&j, "verdict", verdict_words[result->verdict]);
    if (result->reason) json_string(&j, "reason", result->reason);
    json_number(&j, "repetition", result->repetition);
    json_number(&j, "took", (unsigned long long)result->took);
    json_open(&j, "dialogue", '[');
    for (size_t i = 0; i < b->dialogue.n; i++)
        put_entry(&j, b, &a, &b->dialogue.list[i]);
    json_close(&j, ']');
    json_close(&j, '}');
    buf_free(&a.request);
    buf_free(&a.response);
}

/* ---- the whole report ---- */

static void put_card(struct json *j, const struct run *r)
{
    json_open(j, "card", '{');
    json_string(j, "name", r->target.name);
    json_bool(j, "builtin", r->target.builtin);
    if (r->options->personality) json_string(j, "personality", r->options->personality);
    if (r->options->mutate) json_string(j, "mutate", r->options->mutate);
    json_open(j, "facts", '{');
    for (size_t i = 0; i < r->facts.n; i++)
        json_string(j, r->facts.list[i].name, r->facts.list[i].value);
    json_close(j, '}');
    json_close(j, '}');
}

static void put_now(struct json *j)
{
    char text[40];
    time_t now = time(NULL);
    struct tm parts;
    if (gmtime_r(&now, &parts) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts))
        json_string(j, "ended", text);
}

/* The object of a case; a process that died wrote none. */
static void put_result(struct buf *out, const struct result *result)
{
    struct json j = {.out = out};
    if (result->json.n) {
        buf_append(out, buf_slice(&result->json));
        return;
    }
    json_open(&j, NULL, '{');
    put_row(&j, result->row);
    json_string(&j, "verdict", verdict_words[result->verdict]);
    json_string(&j, "reason", result->reason ? result->reason : "");
    json_open(&j, "dialogue", '[');
    json_close(&j, ']');
    json_close(&j, '}');
}

bool report_json(const struct run *r, struct buf *out)
{
    struct json j = {.out = out};
    json_open(&j, NULL, '{');
    json_string(&j, "program", "softeuicc-bench");
    json_string(&j, "version", SOFTEUICC_VERSION);
    json_number(&j, "format", 1);
    put_now(&j);
    put_card(&j, r);
    json_number(&j, "seed", r->options->bench.seed);
    json_number(&j, "repeat", r->options->repeat);
    json_bool(&j, "interrupted", r->interrupted);
    json_bool(&j, "allow-destructive", r->options->bench.allow_destructive);
    json_number(&j, "took", (unsigned long long)r->took);
    json_open(&j, "summary", '{');
    for (int i = 0; i < 4; i++)
        json_number(&j, verdict_words[i], r->counts[i]);
    json_close(&j, '}');
    json_open(&j, "cases", '[');
    bool first = true;
    for (size_t i = 0; i < r->row_n; i++) {
        if (!r->results[i].row) continue;
        if (!first) buf_byte(out, ',');
        first = false;
        put_result(out, &r->results[i]);
    }
    json_close(&j, ']');
    bool good = requirements_json(&j, r);
    json_close(&j, '}');
    buf_byte(out, '\n');
    return good && (buf_err(out) == OK || say_problem("no memory for the report"));
}

static void put_text_row(struct buf *out, const struct case_row *row, bool all)
{
    text_format(out, "%-52s %s\n", row->id, row->title);
    if (!all) return;
    text_format(out, "    %s\n", row->clauses);
    if (row->applies) text_format(out, "    applies: %s\n", row->applies);
    if (row->state) text_format(out, "    begins with: %s\n", state_find(row->state)->text);
    for (unsigned i = 0; i < NEED_COUNT; i++)
        if (row->needs >> i & 1) text_format(out, "    needs %s\n", need_texts[i]);
    if (row->destructive) text_format(out, "    destructive\n");
}

bool report_list(const struct case_list *list, const struct options *o, bool json)
{
    BUF_LOCAL out = {0};
    struct json j = {.out = &out};
    size_t n = 0;
    if (o->states) {
        for (const struct state *s = states; s->name; s++)
            text_format(&out, "%-10s %s\n", s->name, s->text);
        return report_write("-", buf_slice(&out));
    }
    if (json) json_open(&j, NULL, '[');
    for (size_t i = 0; i < list->n; i++) {
        if (!case_matches(&list->rows[i], o->filters, o->filter_n)) continue;
        n++;
        if (!json) {
            put_text_row(&out, &list->rows[i], o->verbose);
            continue;
        }
        json_open(&j, NULL, '{');
        put_row(&j, &list->rows[i]);
        json_close(&j, '}');
    }
    if (json) json_close(&j, ']');
    if (json)
        buf_byte(&out, '\n');
    else
        text_format(&out, "%zu cases\n", n);
    return buf_err(&out) == OK && report_write("-", buf_slice(&out));
}
