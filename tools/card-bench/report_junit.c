/* The report as JUnit XML, for continuous integration: a family is a test suite, a case a test case. Called by main.c.
 */
#define _GNU_SOURCE
#include "run.h"

#include "cli/text.h"
#include "say.h"

/* Text in XML 1.0: what has a meaning is escaped, what may not stand there at all becomes '?'. */
static void put(struct buf *out, const char *text)
{
    for (; *text; text++) {
        uint8_t c = (uint8_t)*text;
        if (c == '<')
            text_format(out, "&lt;");
        else if (c == '>')
            text_format(out, "&gt;");
        else if (c == '&')
            text_format(out, "&amp;");
        else if (c == '"')
            text_format(out, "&quot;");
        else
            buf_byte(out, c < 0x20 || c > 0x7e ? '?' : c);
    }
}

static void attribute(struct buf *out, const char *name, const char *value)
{
    text_format(out, " %s=\"", name);
    put(out, value);
    buf_byte(out, '"');
}

static void put_case(struct buf *out, const struct result *result)
{
    static const char *const elements[] = {NULL, "skipped", "failure", "error"};
    const struct case_row *row = result->row;
    const char *name = strchr(row->id, '/');
    BUF_LOCAL group = {0};
    text_format(&group, "%.*s", (int)strcspn(row->id, "/"), row->id);
    buf_byte(&group, 0);
    text_format(out, "    <testcase");
    attribute(out, "classname", buf_err(&group) == OK ? (const char *)group.p : "");
    attribute(out, "name", name ? name + 1 : row->id);
    text_format(out, " time=\"%.6f\"", (double)result->took / 1e6);
    if (result->verdict == VERDICT_PASS) {
        text_format(out, "/>\n");
        return;
    }
    text_format(out, ">\n      <%s", elements[result->verdict]);
    attribute(out, "message", result->reason ? result->reason : "");
    text_format(out, ">");
    put(out, row->title);
    text_format(out, " (");
    put(out, row->clauses);
    text_format(out, ")</%s>\n    </testcase>\n", elements[result->verdict]);
}

/* The results of one family, from the first on that is not written. */
static void put_family(struct buf *out, const struct run *r, const char *family)
{
    size_t counts[4] = {0};
    size_t n = 0;
    int64_t took = 0;
    for (size_t i = 0; i < r->row_n; i++) {
        const struct result *result = &r->results[i];
        if (!result->row || strcmp(result->row->family, family) != 0) continue;
        counts[result->verdict]++;
        took += result->took;
        n++;
    }
    text_format(out, "  <testsuite");
    attribute(out, "name", family);
    text_format(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.6f\">\n", n,
                counts[VERDICT_FAIL], counts[VERDICT_ERROR], counts[VERDICT_SKIP], (double)took / 1e6);
    for (size_t i = 0; i < r->row_n; i++)
        if (r->results[i].row && strcmp(r->results[i].row->family, family) == 0) put_case(out, &r->results[i]);
    text_format(out, "  </testsuite>\n");
}

bool report_junit(const struct run *r, const char *path)
{
    BUF_LOCAL out = {0};
    text_format(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"softeuicc-bench\">\n");
    for (size_t i = 0; i < r->row_n; i++) {
        bool written = !r->results[i].row;
        for (size_t k = 0; k < i && !written; k++)
            written = r->results[k].row && strcmp(r->results[k].row->family, r->results[i].row->family) == 0;
        if (!written) put_family(&out, r, r->results[i].row->family);
    }
    text_format(&out, "</testsuites>\n");
    return buf_err(&out) == OK ? report_write(path, buf_slice(&out)) : say_problem("no memory for the report");
}
