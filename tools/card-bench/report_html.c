/* The pages: report/page.html with style, script and the JSON of a run or of a comparison put in, so that a page is one
 * file, works from a disk and fetches nothing. Nothing in the JSON can end the element that holds it: each "<" is
 * written as an escape (JSON has it in strings only), and the script makes text of what it reads, never markup.
 * Called by main.c and diff.c. */
#define _GNU_SOURCE
#include "run.h"

#include "page_parts.h"
#include "say.h"

static struct slice page_part(const char *name)
{
    for (const struct page_parts_row *row = page_parts; row->name; row++)
        if (strcmp(row->name, name) == 0) return slice_of(row->bytes, row->n);
    return slice_of(NULL, 0);
}

static void put_data(struct buf *out, struct slice json)
{
    while (json.n) {
        const uint8_t *end = memchr(json.p, '<', json.n);
        size_t n = end ? (size_t)(end - json.p) : json.n;
        buf_append(out, slice_of(json.p, n));
        if (end) buf_append(out, slice_text("\\u003c"));
        json = slice_skip(json, end ? n + 1 : n);
    }
}

/* What belongs where page.html has a mark; false: there is no mark here. */
static bool put_marked(struct buf *out, struct slice *page, const char *script, struct slice json)
{
    static const char *const marks[] = {"<!--style-->", "<!--data-->", "<!--script-->"};
    size_t which = 0;
    while (which < 3 && !slice_starts_with(*page, slice_text(marks[which])))
        which++;
    if (which == 3) return false;
    *page = slice_skip(*page, strlen(marks[which]));
    if (which == 0) buf_append(out, page_part("page.css"));
    if (which == 1) put_data(out, json);
    if (which == 2) {
        buf_append(out, page_part("common.js"));
        buf_append(out, page_part(script));
    }
    return true;
}

bool report_page(const char *path, const char *script, struct slice json)
{
    BUF_LOCAL out = {0};
    struct slice page = page_part("page.html");
    while (page.n) {
        if (put_marked(&out, &page, script, json)) continue;
        const uint8_t *next = memchr(page.p + 1, '<', page.n - 1);
        size_t n = next ? (size_t)(next - page.p) : page.n;
        buf_append(&out, slice_of(page.p, n));
        page = slice_skip(page, n);
    }
    return buf_err(&out) == OK ? report_write(path, buf_slice(&out)) : say_problem("no memory for the page");
}
