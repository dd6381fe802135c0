/* `softeuicc-bench diff OLD NEW`: reads two reports and writes what changed, for people, as JSON and as a page. Called
 * by main.c. */
#define _GNU_SOURCE
#include "diff.h"

#include "say.h"

#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { DIFF_SAME = 0, DIFF_OTHER = 1, DIFF_ERROR = 3 };

/* As big as a report of all cases may become. */
#define REPORT_MAX (256u << 20)

static cJSON *load(const char *path)
{
    BUF_LOCAL text = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error = fd < 0 ? errno : read_all(fd, REPORT_MAX, &text);
    const char *end = NULL;
    if (fd >= 0) close(fd);
    if (!error && buf_err(&text) != OK) error = ENOMEM;
    if (error) {
        (void)say_problem("%s: %s", path, strerror(error));
        return NULL;
    }
    cJSON *report = cJSON_ParseWithLengthOpts((const char *)text.p, text.n, &end, false);
    if (!report)
        (void)say_problem("%s: no JSON: byte %zu", path, end && text.p ? (size_t)((const uint8_t *)end - text.p) : 0);
    return report;
}

static const char *or_none(const char *text)
{
    return *text ? text : "–";
}

static void put_head(struct buf *out, const char *word, const cJSON *one)
{
    const cJSON *summary = diff_member(one, "summary");
    text_format(out, "%s %s, %s %s:", word, diff_text(one, "card"), diff_text(one, "version"), diff_text(one, "ended"));
    for (int i = 0; i < 4; i++)
        text_format(out, " %lld %s", diff_number(summary, verdict_words[i]), verdict_words[i]);
    text_format(out, "\n");
}

/* The heading of a list with its size; false: it is empty. */
static bool put_title(struct buf *out, const cJSON *list, const char *title)
{
    if (!cJSON_GetArraySize(list)) return false;
    text_format(out, "\n%s: %d\n", title, cJSON_GetArraySize(list));
    return true;
}

static void put_facts(struct buf *out, const cJSON *list)
{
    const cJSON *one;
    if (!put_title(out, list, "facts of the card that differ")) return;
    cJSON_ArrayForEach(one, list) text_format(out, "  %-20s %s -> %s\n", diff_text(one, "name"),
                                              or_none(diff_text(one, "old")), or_none(diff_text(one, "new")));
}

static void put_one_sided(struct buf *out, const cJSON *list, const char *title)
{
    const cJSON *one;
    if (!put_title(out, list, title)) return;
    cJSON_ArrayForEach(one, list) text_format(out, "  %-5s %s\n", diff_text(one, "verdict"), diff_text(one, "id"));
}

static void put_verdicts(struct buf *out, const cJSON *list)
{
    const cJSON *one;
    if (!put_title(out, list, "other verdict")) return;
    cJSON_ArrayForEach(one, list)
    {
        text_format(out, "  %s -> %s %s\n", diff_text(one, "old"), diff_text(one, "new"), diff_text(one, "id"));
        if (*diff_text(one, "old-reason")) text_format(out, "      old: %s\n", diff_text(one, "old-reason"));
        if (*diff_text(one, "new-reason")) text_format(out, "      new: %s\n", diff_text(one, "new-reason"));
    }
}

static void put_answers(struct buf *out, const cJSON *list)
{
    const cJSON *one;
    const cJSON *change;
    if (!put_title(out, list, "same verdict, other answers")) return;
    cJSON_ArrayForEach(one, list)
    {
        text_format(out, "  %-5s %s\n", diff_text(one, "verdict"), diff_text(one, "id"));
        cJSON_ArrayForEach(change, diff_member(one, "changes"))
            text_format(out, "      %s: %s -> %s\n", diff_text(change, "where"), or_none(diff_text(change, "old")),
                        or_none(diff_text(change, "new")));
    }
}

static void put_slower(struct buf *out, const cJSON *list)
{
    const cJSON *one;
    if (!put_title(out, list, "more than twice as slow")) return;
    cJSON_ArrayForEach(one, list) text_format(out, "  %lld ms -> %lld ms %s\n", diff_number(one, "old") / 1000,
                                              diff_number(one, "new") / 1000, diff_text(one, "id"));
}

static bool write_text(const struct diff *d, size_t n)
{
    BUF_LOCAL out = {0};
    const cJSON *r = d->result;
    put_head(&out, "old:", diff_member(r, "old"));
    put_head(&out, "new:", diff_member(r, "new"));
    put_facts(&out, diff_member(r, "facts"));
    put_one_sided(&out, diff_member(r, "gone"), "cases gone");
    put_one_sided(&out, diff_member(r, "added"), "cases new");
    put_verdicts(&out, diff_member(r, "verdicts"));
    put_answers(&out, diff_member(r, "answers"));
    put_slower(&out, diff_member(r, "slower"));
    text_format(&out, "\n%lld cases the same, %zu %s\n", diff_number(r, "same"), n,
                n == 1 ? "difference" : "differences");
    return buf_err(&out) == OK && report_write("-", buf_slice(&out));
}

static bool write_all_forms(const struct diff *d, const struct options *o, size_t n)
{
    bool taken = (o->json && strcmp(o->json, "-") == 0) || (o->html && strcmp(o->html, "-") == 0);
    bool good = taken || write_text(d, n);
    if (!o->json && !o->html) return good;
    char *json = cJSON_Print(d->result);
    if (!json) return say_problem("no memory");
    if (o->json) good = report_write(o->json, slice_text(json)) && good;
    if (o->html) good = report_page(o->html, "diff.js", slice_text(json)) && good;
    cJSON_free(json);
    return good;
}

int report_diff(const struct options *o)
{
    struct diff d = {.exact = o->exact};
    int status = DIFF_ERROR;
    cJSON *old = load(o->filters[0]);
    cJSON *new = old ? load(o->filters[1]) : NULL;
    if (old && new &&diff_compare(&d, old, new)) {
        size_t n = diff_count(&d);
        if (write_all_forms(&d, o, n)) status = n ? DIFF_OTHER : DIFF_SAME;
    }
    cJSON_Delete(d.result);
    cJSON_Delete(old);
    cJSON_Delete(new);
    return status;
}
