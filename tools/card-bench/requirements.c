/* Which requirement has which cases; requirements.h. A file of requirements/ has a line for each,
 *     NAME; CLAUSE; ... | what it demands | waived: why it has no case
 * with the last part where there is one; empty lines and lines with # do not count. */
#define _GNU_SOURCE
#include "requirements.h"

#include "requirement_texts.h"
#include "say.h"

#include "cli/text.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

const char *const coverage_words[6] = {"met", "failed", "unjudged", "unrun", "waived", "untested"};

/* ---- reading ---- */

static struct slice trimmed(struct slice s)
{
    while (s.n && s.p[0] == ' ')
        s = slice_skip(s, 1);
    while (s.n && s.p[s.n - 1] == ' ')
        s.n--;
    return s;
}

/* What stands before the next `separator`; *in goes on behind it. */
static struct slice part(struct slice *in, char separator)
{
    const uint8_t *end = in->n ? memchr(in->p, separator, in->n) : NULL;
    struct slice one = end ? slice_of(in->p, (size_t)(end - in->p)) : *in;
    *in = end ? slice_skip(*in, one.n + 1) : slice_of(NULL, 0);
    return trimmed(one);
}

static bool read_line(struct slice line, struct requirement *out)
{
    static const char waived[] = "waived: ";
    out->ids = part(&line, '|');
    out->text = part(&line, '|');
    struct slice rest = part(&line, '|');
    struct slice ids = out->ids;
    out->name = part(&ids, ';');
    if (!out->name.n || !out->text.n || line.n) return false;
    if (!rest.n) return true;
    if (rest.n < sizeof waived || memcmp(rest.p, waived, sizeof waived - 1) != 0) return false;
    out->waived = slice_skip(rest, sizeof waived - 1);
    return true;
}

static struct requirement *add(struct requirement_list *list)
{
    if (list->n == list->room) {
        size_t room = list->room ? 2 * list->room : 256;
        struct requirement *more = realloc(list->list, room * sizeof *more);
        if (!more) return NULL;
        list->list = more;
        list->room = room;
    }
    list->list[list->n] = (struct requirement){0};
    return &list->list[list->n++];
}

bool requirements_read(struct requirement_list *list, const char *source, struct slice text, char *why, size_t size)
{
    for (int number = 1; text.n; number++) {
        struct slice line = part(&text, '\n');
        if (!line.n || line.p[0] == '#') continue;
        struct requirement *one = add(list);
        if (!one || !read_line(line, one)) {
            (void)snprintf(why, size, "%s:%d: %s", source, number,
                           one ? "expected NAME; CLAUSE... | TEXT [| waived: REASON]" : "no memory");
            return false;
        }
        one->source = source;
        for (size_t i = 0; i + 1 < list->n; i++) {
            if (!slice_equal(list->list[i].name, one->name)) continue;
            (void)snprintf(why, size, "%s:%d: the name stands in %s, too", source, number, list->list[i].source);
            return false;
        }
    }
    return true;
}

bool requirements_load(struct requirement_list *list)
{
    char why[256];
    for (const struct requirement_texts_row *row = requirement_texts; row->name; row++)
        if (!requirements_read(list, row->name, slice_text(row->text), why, sizeof why)) return say_problem("%s", why);
    return true;
}

void requirements_free(struct requirement_list *list)
{
    free(list->list);
    *list = (struct requirement_list){0};
}

const struct requirement *requirements_find(const struct requirement_list *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (slice_equal(list->list[i].name, slice_text(name))) return &list->list[i];
    return NULL;
}

/* ---- which cases ---- */

/* How cases write a specification in full, and its short name in requirements/. */
static const struct {
    const char *full;
    const char *brief;
} publications[] = {
    {"ETSI TS ", "TS "},
    {"3GPP TS ", "TS "},
    {"GlobalPlatform Card 2.3 ", "GP "},
    {"GlobalPlatform Amendment D ", "GP Amd D "},
};

/* "SGP.22 5.7.16" is below "SGP.22 5.7", "SGP.22 negative 36" is not below "SGP.22 negative 3". */
static bool lies_below(struct slice said, struct slice id)
{
    for (size_t i = 0; i < sizeof publications / sizeof *publications; i++) {
        struct slice full = slice_text(publications[i].full);
        struct slice brief = slice_text(publications[i].brief);
        if (!slice_starts_with(said, full) || !slice_starts_with(id, brief)) continue;
        said = slice_skip(said, full.n);
        id = slice_skip(id, brief.n);
        break;
    }
    return slice_starts_with(said, id) && (said.n == id.n || strchr(" .,(/", said.p[id.n]));
}

static bool is_about(struct slice ids, struct slice said)
{
    while (ids.n) {
        struct slice id = part(&ids, ';');
        if (id.n && lies_below(said, id)) return true;
    }
    return false;
}

bool requirement_fits(const struct requirement *requirement, const struct case_row *row)
{
    struct slice clauses = slice_text(row->clauses);
    if (is_about(requirement->ids, slice_text(row->id))) return true;
    while (clauses.n)
        if (is_about(requirement->ids, part(&clauses, ';'))) return true;
    return false;
}

size_t requirement_cases(const struct requirement *requirement, const struct case_list *cases)
{
    size_t n = 0;
    for (size_t i = 0; i < cases->n; i++)
        n += requirement_fits(requirement, &cases->rows[i]);
    return n;
}

/* ---- a run ---- */

static enum coverage coverage_of(const struct requirement *requirement, const struct run *run, size_t cases)
{
    size_t counts[4] = {0};
    if (!cases) return requirement->waived.n ? COVERAGE_WAIVED : COVERAGE_UNTESTED;
    for (size_t i = 0; i < run->row_n; i++)
        if (run->results[i].row && requirement_fits(requirement, run->results[i].row))
            counts[run->results[i].verdict]++;
    if (counts[VERDICT_FAIL] || counts[VERDICT_ERROR]) return COVERAGE_FAILED;
    if (counts[VERDICT_PASS]) return COVERAGE_MET;
    return counts[VERDICT_SKIP] ? COVERAGE_UNJUDGED : COVERAGE_UNRUN;
}

static void put_requirement(struct json *j, const struct requirement *one, const struct case_list *cases,
                            const struct run *run)
{
    size_t n = requirement_cases(one, cases);
    json_open(j, NULL, '{');
    json_text(j, "id", one->name);
    json_string(j, "source", one->source);
    json_text(j, "text", one->text);
    if (one->waived.n) json_text(j, "waived", one->waived);
    if (run) json_string(j, "status", coverage_words[coverage_of(one, run, n)]);
    json_open(j, "cases", '[');
    for (size_t i = 0; i < cases->n; i++)
        if (requirement_fits(one, &cases->rows[i])) json_string(j, NULL, cases->rows[i].id);
    json_close(j, ']');
    json_close(j, '}');
}

bool requirements_json(struct json *j, const struct run *run)
{
    struct requirement_list list = {0};
    bool good = requirements_load(&list);
    json_open(j, "requirements", '[');
    for (size_t i = 0; good && i < list.n; i++)
        put_requirement(j, &list.list[i], run->list, run);
    json_close(j, ']');
    requirements_free(&list);
    return good;
}

/* ---- the command ---- */

static bool chosen(const struct requirement *one, const struct options *o)
{
    char name[160];
    (void)snprintf(name, sizeof name, "%.*s", (int)one->name.n, (const char *)one->name.p);
    for (size_t i = 0; i < o->filter_n; i++)
        if (fnmatch(o->filters[i], name, FNM_CASEFOLD) == 0 || fnmatch(o->filters[i], one->source, FNM_CASEFOLD) == 0)
            return true;
    return o->filter_n == 0;
}

static void put_line(struct buf *out, const struct requirement *one, const struct case_list *cases, size_t n,
                     const struct options *o)
{
    text_format(out, "%-34.*s %.*s\n", (int)one->name.n, (const char *)one->name.p, (int)one->text.n,
                (const char *)one->text.p);
    if (n && !o->verbose)
        text_format(out, "    %zu %s\n", n, n == 1 ? "case" : "cases");
    else if (!n && one->waived.n)
        text_format(out, "    waived: %.*s\n", (int)one->waived.n, (const char *)one->waived.p);
    else if (!n)
        text_format(out, "    NO CASE\n");
    for (size_t i = 0; o->verbose && i < cases->n; i++)
        if (requirement_fits(one, &cases->rows[i])) text_format(out, "    %s\n", cases->rows[i].id);
}

int requirements_report(const struct case_list *cases, const struct options *o)
{
    struct requirement_list list = {0};
    BUF_LOCAL out = {0};
    struct json j = {.out = &out};
    size_t n = 0;
    size_t missing = 0;
    size_t waived = 0;
    bool good = requirements_load(&list);
    if (o->json) json_open(&j, NULL, '[');
    for (size_t i = 0; good && i < list.n; i++) {
        const struct requirement *one = &list.list[i];
        if (!chosen(one, o)) continue;
        size_t its = requirement_cases(one, cases);
        n++;
        missing += !its && !one->waived.n;
        waived += !its && one->waived.n;
        if (o->missing && (its || one->waived.n)) continue;
        if (o->json)
            put_requirement(&j, one, cases, NULL);
        else
            put_line(&out, one, cases, its, o);
    }
    requirements_free(&list);
    if (o->json) {
        json_close(&j, ']');
        buf_byte(&out, '\n');
    } else {
        text_format(&out, "%zu requirements: %zu with cases, %zu waived, %zu without a case\n", n, n - missing - waived,
                    waived, missing);
    }
    good = good && buf_err(&out) == OK && report_write(o->json ? o->json : "-", buf_slice(&out));
    return good ? (int)missing : -1;
}
