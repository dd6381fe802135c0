/* The comparison of two reports; diff.h. Cases meet by their id. A case is in one list of the result only: gone, new,
 * another verdict, or the same verdict with other answers. */
#define _GNU_SOURCE
#include "diff.h"

#include "say.h"

/* Much slower: more than twice, and by more than a person or a busy machine would explain. */
#define SLOWER_BY 50000

void diff_append(struct diff *d, cJSON *array, cJSON *value)
{
    if (!cJSON_AddItemToArray(array, value)) d->no_memory = true;
}

void diff_set(struct diff *d, cJSON *object, const char *key, cJSON *value)
{
    if (!cJSON_AddItemToObject(object, key, value)) d->no_memory = true;
}

const char *diff_text(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(diff_member(object, key));
    return text ? text : "";
}

long long diff_number(const cJSON *object, const char *key)
{
    double number = cJSON_GetNumberValue(diff_member(object, key));
    return number >= 0 && number < 1e15 ? (long long)number : 0;
}

static cJSON *list_of(struct diff *d, const char *name)
{
    diff_set(d, d->result, name, cJSON_CreateArray());
    return diff_member(d->result, name);
}

/* ---- the cards ---- */

static void compare_fact(struct diff *d, cJSON *list, const char *name, const char *old, const char *new)
{
    if (old && new &&strcmp(old, new) == 0) return;
    cJSON *one = cJSON_CreateObject();
    diff_set(d, one, "name", cJSON_CreateString(name));
    if (old) diff_set(d, one, "old", cJSON_CreateString(old));
    if (new) diff_set(d, one, "new", cJSON_CreateString(new));
    diff_append(d, list, one);
}

static void compare_facts(struct diff *d, const cJSON *old, const cJSON *new)
{
    cJSON *list = list_of(d, "facts");
    const cJSON *olds = diff_member(diff_member(old, "card"), "facts");
    const cJSON *news = diff_member(diff_member(new, "card"), "facts");
    const cJSON *one;
    cJSON_ArrayForEach(one, olds) compare_fact(d, list, one->string, cJSON_GetStringValue(one),
                                               cJSON_GetStringValue(diff_member(news, one->string)));
    cJSON_ArrayForEach(one, news) if (!diff_member(olds, one->string))
        compare_fact(d, list, one->string, NULL, cJSON_GetStringValue(one));
}

static void put_report(struct diff *d, const char *key, const cJSON *report)
{
    cJSON *one = cJSON_CreateObject();
    diff_set(d, one, "card", cJSON_CreateString(diff_text(diff_member(report, "card"), "name")));
    diff_set(d, one, "version", cJSON_CreateString(diff_text(report, "version")));
    diff_set(d, one, "ended", cJSON_CreateString(diff_text(report, "ended")));
    diff_set(d, one, "summary", cJSON_Duplicate(diff_member(report, "summary"), true));
    diff_set(d, d->result, key, one);
}

/* ---- the cases ---- */

static cJSON *about(struct diff *d, const cJSON *one)
{
    cJSON *row = cJSON_CreateObject();
    diff_set(d, row, "id", cJSON_CreateString(diff_text(one, "id")));
    diff_set(d, row, "title", cJSON_CreateString(diff_text(one, "title")));
    return row;
}

static void put_one_sided(struct diff *d, cJSON *list, const cJSON *one)
{
    cJSON *row = about(d, one);
    diff_set(d, row, "verdict", cJSON_CreateString(diff_text(one, "verdict")));
    diff_set(d, row, "reason", cJSON_CreateString(diff_text(one, "reason")));
    diff_append(d, list, row);
}

static void compare_time(struct diff *d, const cJSON *old, const cJSON *new)
{
    long long before = diff_number(old, "took");
    long long now = diff_number(new, "took");
    if (before <= 0 || now / 2 <= before || now - before < SLOWER_BY) return;
    cJSON *row = about(d, new);
    diff_set(d, row, "old", cJSON_CreateNumber((double)before));
    diff_set(d, row, "new", cJSON_CreateNumber((double)now));
    diff_append(d, diff_member(d->result, "slower"), row);
}

/* True: the verdict is the same, for the same reason if it was skipped. */
static bool compare_verdict(struct diff *d, const cJSON *old, const cJSON *new)
{
    const char *before = diff_text(old, "verdict");
    const char *now = diff_text(new, "verdict");
    bool skipped = strcmp(now, verdict_words[VERDICT_SKIP]) == 0;
    if (strcmp(before, now) == 0 && (!skipped || strcmp(diff_text(old, "reason"), diff_text(new, "reason")) == 0))
        return true;
    cJSON *row = about(d, new);
    diff_set(d, row, "old", cJSON_CreateString(before));
    diff_set(d, row, "new", cJSON_CreateString(now));
    diff_set(d, row, "old-reason", cJSON_CreateString(diff_text(old, "reason")));
    diff_set(d, row, "new-reason", cJSON_CreateString(diff_text(new, "reason")));
    diff_append(d, diff_member(d->result, "verdicts"), row);
    return false;
}

/* True: nothing changed. */
static bool compare_case(struct diff *d, const cJSON *old, const cJSON *new)
{
    compare_time(d, old, new);
    if (!compare_verdict(d, old, new)) return false;
    cJSON *changes = cJSON_CreateArray();
    diff_dialogue(d, changes, diff_member(old, "dialogue"), diff_member(new, "dialogue"));
    if (!cJSON_GetArraySize(changes)) {
        cJSON_Delete(changes);
        return true;
    }
    cJSON *row = about(d, new);
    diff_set(d, row, "verdict", cJSON_CreateString(diff_text(new, "verdict")));
    diff_set(d, row, "changes", changes);
    diff_append(d, diff_member(d->result, "answers"), row);
    return false;
}

static const cJSON *find_case(const cJSON *report, const char *id)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, diff_member(report, "cases")) if (strcmp(diff_text(one, "id"), id) == 0) return one;
    return NULL;
}

static void compare_cases(struct diff *d, const cJSON *old, const cJSON *new)
{
    cJSON *gone = list_of(d, "gone");
    cJSON *added = list_of(d, "added");
    size_t same = 0;
    const cJSON *one;
    (void)list_of(d, "verdicts");
    (void)list_of(d, "answers");
    (void)list_of(d, "slower");
    cJSON_ArrayForEach(one, diff_member(old, "cases"))
    {
        const cJSON *other = find_case(new, diff_text(one, "id"));
        if (!other)
            put_one_sided(d, gone, one);
        else
            same += compare_case(d, one, other);
    }
    cJSON_ArrayForEach(one, diff_member(new, "cases")) if (!find_case(old, diff_text(one, "id")))
        put_one_sided(d, added, one);
    diff_set(d, d->result, "same", cJSON_CreateNumber((double)same));
}

static bool is_report(const cJSON *report, const char *which)
{
    bool is =
        strcmp(diff_text(report, "program"), "softeuicc-bench") == 0 && cJSON_IsArray(diff_member(report, "cases"));
    if (!is) return say_problem("%s: not a report of softeuicc-bench run --json", which);
    long long format = diff_number(report, "format");
    return format == 1 || say_problem("%s: expected a report of format 1; came %lld", which, format);
}

bool diff_compare(struct diff *d, const cJSON *old, const cJSON *new)
{
    if (!is_report(old, "the first file") || !is_report(new, "the second file")) return false;
    d->result = cJSON_CreateObject();
    diff_set(d, d->result, "program", cJSON_CreateString("softeuicc-bench diff"));
    diff_set(d, d->result, "format", cJSON_CreateNumber(1));
    put_report(d, "old", old);
    put_report(d, "new", new);
    compare_facts(d, (cJSON *)(uintptr_t)old, (cJSON *)(uintptr_t) new);
    compare_cases(d, old, new);
    return !d->no_memory || say_problem("no memory");
}

size_t diff_count(const struct diff *d)
{
    static const char *const lists[] = {"facts", "gone", "added", "verdicts", "answers"};
    size_t n = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        n += (size_t)cJSON_GetArraySize(diff_member(d->result, lists[i]));
    return n;
}
