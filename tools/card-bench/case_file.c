/* A text file of cases as rows; the format is in README.md. What is wrong is said with its line. Steps are read by
 * case_step.c. Called by case_list.c. */
#define _GNU_SOURCE
#include "case_file.h"

#include "states.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool case_problem(struct case_reader *r, const char *format, ...)
{
    va_list args;
    int n = snprintf(r->why, r->why_size, "line %d: ", r->line);
    va_start(args, format);
    (void)vsnprintf(r->why + n, r->why_size - (size_t)n, format, args);
    va_end(args);
    return false;
}

/* ---- header lines ---- */

static bool keep(struct case_reader *r, char **at, const char *value)
{
    free(*at);
    *at = strdup(value);
    return *at || case_problem(r, "no memory");
}

static bool set_needs(struct case_reader *r, struct case_header *h, const char *value)
{
    h->needs = 0;
    while (*value) {
        size_t n = strcspn(value, " ");
        size_t i = 0;
        while (i < NEED_COUNT && (strlen(need_words[i]) != n || strncmp(need_words[i], value, n) != 0))
            i++;
        if (i == NEED_COUNT)
            return case_problem(r, "expected needs of sgp26-keys, profile, enabled-profile, pin, adm; came \"%s\"",
                                value);
        h->needs |= 1u << i;
        value += n;
        value += strspn(value, " ");
    }
    return true;
}

static bool set_flag(struct case_reader *r, bool *flag, const char *value)
{
    *flag = strcmp(value, "yes") == 0;
    return *flag || strcmp(value, "no") == 0 || case_problem(r, "expected yes or no; came \"%s\"", value);
}

static bool set_applies(struct case_reader *r, struct case_header *h, const char *value)
{
    const char *why;
    bool holds;
    if (!expression_evaluate(value, NULL, NULL, &holds, NULL, 0, &why)) return case_problem(r, "applies: %s", why);
    return keep(r, &h->applies, value);
}

static bool set_state(struct case_reader *r, struct case_header *h, const char *value)
{
    return state_find(value) ? keep(r, &h->state, value)
                             : case_problem(r, "there is no state \"%s\" (softeuicc-bench list --states)", value);
}

static bool header_line(struct case_reader *r, struct case_header *h, const char *word, const char *value)
{
    if (!*value) return case_problem(r, "%s: expected something behind it", word);
    if (strcmp(word, "title") == 0) return keep(r, &h->title, value);
    if (strcmp(word, "clause") == 0) return keep(r, &h->clauses, value);
    if (strcmp(word, "applies") == 0) return set_applies(r, h, value);
    if (strcmp(word, "state") == 0) return set_state(r, h, value);
    if (strcmp(word, "needs") == 0) return set_needs(r, h, value);
    if (strcmp(word, "changes") == 0) return set_flag(r, &h->changes, value);
    if (strcmp(word, "destructive") == 0) return set_flag(r, &h->destructive, value);
    return case_problem(r,
                        "expected group, case, title, clause, applies, state, needs, changes, destructive, given, test "
                        "or finally; came \"%s\"",
                        word);
}

static void header_free(struct case_header *h)
{
    free(h->title);
    free(h->clauses);
    free(h->applies);
    free(h->state);
    *h = (struct case_header){0};
}

static bool copy_text(struct case_reader *r, char **to, const char *from)
{
    return !from || keep(r, to, from);
}

static bool header_copy(struct case_reader *r, struct case_header *to, const struct case_header *from)
{
    *to = (struct case_header){.needs = from->needs, .changes = from->changes, .destructive = from->destructive};
    return copy_text(r, &to->clauses, from->clauses) && copy_text(r, &to->applies, from->applies) &&
           copy_text(r, &to->state, from->state);
}

/* ---- cases ---- */

static bool step_line(struct case_reader *r, char *line)
{
    struct case_row *row = r->row;
    struct step *more = realloc(row->steps, (row->step_n + 1) * sizeof *more);
    if (!more) return case_problem(r, "no memory");
    row->steps = more;
    struct step *step = &more[row->step_n++];
    *step = (struct step){.section = r->section, .line = r->line, .text = strdup(line), .why = r->comment};
    r->comment = NULL;
    return step->text ? case_step_read(r, step, line) : case_problem(r, "no memory");
}

/* The steps that all cases of the file begin with. */
static bool shared_steps(struct case_reader *r)
{
    int line = r->line;
    bool good = true;
    for (size_t i = 0; good && i < r->shared_n; i++) {
        char *copy = strdup(r->shared[i].text);
        r->line = r->shared[i].line;
        if (r->shared[i].why) r->comment = strdup(r->shared[i].why);
        good = copy ? step_line(r, copy) : case_problem(r, "no memory");
        free(copy);
    }
    if (good) r->line = line;
    return good;
}

static bool expects_something(const struct case_row *row)
{
    for (size_t i = 0; i < row->step_n; i++) {
        const struct step *s = &row->steps[i];
        if (s->section == SECTION_TEST && (s->expected_n || s->kind == STEP_TLV)) return true;
    }
    return false;
}

/* The case at work is complete. */
static bool end_case(struct case_reader *r)
{
    struct case_row *row = r->row;
    struct case_header *h = &r->header;
    if (!row) return true;
    int line = r->line;
    r->line = row->line;
    if (!h->title) return case_problem(r, "case %s: the title is missing", row->id);
    if (!h->clauses) return case_problem(r, "case %s: the clause is missing: which requirement is it?", row->id);
    if (!expects_something(row))
        return case_problem(r, "case %s: expects nothing in its test, so it could not fail", row->id);
    r->line = line;
    row->title = h->title;
    row->clauses = h->clauses;
    row->applies = h->applies;
    row->state = h->state;
    row->needs = h->needs;
    row->changes = h->changes;
    /* files and PINs are those of the enabled profile */
    if (row->changes && strcmp(row->family, "uicc") == 0) row->needs |= NEED_ENABLED;
    row->destructive = h->destructive;
    *h = (struct case_header){0};
    r->row = NULL;
    return true;
}

static bool begin_case(struct case_reader *r, const char *name)
{
    char *id = NULL;
    if (!end_case(r)) return false;
    if (!r->group) return case_problem(r, "a line \"group NAME\" has to stand before the first case");
    if (!*name || strpbrk(name, " /"))
        return case_problem(r, "case: expected a name without blanks; came \"%s\"", name);
    if (asprintf(&id, "%s/%s", r->group, name) < 0) return case_problem(r, "no memory");
    for (size_t i = 0; i < r->list->n; i++) {
        if (strcmp(r->list->rows[i].id, id) != 0) continue;
        free(id);
        return case_problem(r, "case %s is there already: %s:%d", r->list->rows[i].id, r->list->rows[i].file,
                            r->list->rows[i].line);
    }
    r->row = case_list_add(r->list);
    if (r->row) {
        r->row->id = id;
        r->row->family = strdup(r->family);
        r->row->file = strdup(r->name);
        r->row->line = r->line;
    } else {
        free(id);
    }
    if (!r->row || !r->row->family || !r->row->file) return case_problem(r, "no memory");
    r->section = SECTION_GIVEN;
    r->in_steps = false;
    free(r->comment);
    r->comment = NULL;
    return header_copy(r, &r->header, &r->defaults) && shared_steps(r);
}

static bool share_step(struct case_reader *r, const char *line)
{
    if (r->section != SECTION_GIVEN) return case_problem(r, "before the first case only \"given\" may have steps");
    struct shared_step *more = realloc(r->shared, (r->shared_n + 1) * sizeof *more);
    if (!more) return case_problem(r, "no memory");
    r->shared = more;
    more[r->shared_n++] = (struct shared_step){strdup(line), r->comment, r->line};
    r->comment = NULL;
    return more[r->shared_n - 1].text || case_problem(r, "no memory");
}

static bool section_line(struct case_reader *r, const char *word)
{
    for (int i = SECTION_GIVEN; i <= SECTION_FINALLY; i++) {
        if (strcmp(word, section_words[i]) != 0) continue;
        if (r->in_steps && i <= (int)r->section && r->row) {
            (void)case_problem(r, "the order is given, test, finally");
            return true;
        }
        r->section = (enum section)i;
        r->in_steps = true;
        return true;
    }
    return false;
}

/* A comment: the reason of the next step. */
static bool comment_line(struct case_reader *r, const char *text)
{
    char *whole = NULL;
    text += strspn(text, "# \t");
    if (!r->in_steps) return true;
    if (asprintf(&whole, "%s%s%s", r->comment ? r->comment : "", r->comment ? " " : "", text) < 0)
        return case_problem(r, "no memory");
    free(r->comment);
    r->comment = whole;
    return true;
}

static bool read_line(struct case_reader *r, char *line)
{
    if (*line == '#') return comment_line(r, line);
    char first[24] = "";
    size_t n = strcspn(line, " \t");
    if (n < sizeof first) memcpy(first, line, n);
    const char *value = line + n + strspn(line + n, " \t");
    if (strcmp(first, "case") == 0) return begin_case(r, value);
    if (!*value && section_line(r, first)) return !r->why[0];
    if (r->in_steps) return r->row ? step_line(r, line) : share_step(r, line);
    if (strcmp(first, "group") == 0) {
        if (!*value || strpbrk(value, " /")) return case_problem(r, "group: expected a name without blanks");
        if (r->row) return case_problem(r, "a file has one group");
        return keep(r, &r->group, value);
    }
    return header_line(r, r->row ? &r->header : &r->defaults, first, value);
}

static void reader_free(struct case_reader *r)
{
    header_free(&r->header);
    header_free(&r->defaults);
    for (size_t i = 0; i < r->shared_n; i++) {
        free(r->shared[i].text);
        free(r->shared[i].why);
    }
    free(r->shared);
    free(r->group);
    free(r->comment);
}

static bool one_line(struct case_reader *r, struct slice line)
{
    if (memchr(line.p, 0, line.n)) return case_problem(r, "expected text");
    BUF_LOCAL copy = {0};
    buf_append(&copy, line);
    buf_byte(&copy, 0);
    return buf_err(&copy) == OK ? read_line(r, (char *)copy.p) : case_problem(r, "no memory");
}

bool case_file_read(struct case_list *list, const char *name, const char *family, struct slice text, char *why,
                    size_t why_size)
{
    struct case_reader r = {.list = list, .name = name, .family = family, .why = why, .why_size = why_size};
    bool good = true;
    why[0] = 0;
    while (good && text.n) {
        const uint8_t *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        struct slice line = slice_of(text.p, n);
        text = slice_skip(text, end ? n + 1 : n);
        r.line++;
        while (line.n && strchr(" \t", line.p[0]))
            line = slice_skip(line, 1);
        while (line.n && strchr(" \t\r", line.p[line.n - 1]))
            line.n--;
        if (!line.n) continue;
        good = one_line(&r, line);
    }
    good = good && end_case(&r);
    reader_free(&r);
    return good;
}
