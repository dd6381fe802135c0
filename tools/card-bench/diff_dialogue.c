/* What is other in two dialogues of one case: status words, fields of answers, bytes of those that have no fields, and
 * expectations. Keys, challenges and signatures are other bytes each time: of bytes only their number counts where the
 * same command may be answered otherwise, unless --exact. Called by diff.c. */
#define _GNU_SOURCE
#include "diff.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* A case that took another way differs in everything that follows; so many tell it. */
#define CHANGES_MAX 12

static void put_change(struct diff *d, cJSON *changes, const char *where, const char *old, const char *new)
{
    if (cJSON_GetArraySize(changes) > CHANGES_MAX) return;
    cJSON *one = cJSON_CreateObject();
    bool last = cJSON_GetArraySize(changes) == CHANGES_MAX;
    diff_set(d, one, "where", cJSON_CreateString(last ? "and more" : where));
    diff_set(d, one, "old", cJSON_CreateString(last ? "" : old));
    diff_set(d, one, "new", cJSON_CreateString(last ? "" : new));
    diff_append(d, changes, one);
}

static void compare_texts(struct diff *d, cJSON *changes, const char *where, const char *old, const char *new)
{
    if (strcmp(old, new) != 0) put_change(d, changes, where, old, new);
}

/* ---- fields ---- */

/* A row of "answer" with the tags above it: "BF22/82", "E3/5A[2]" for the second one. */
struct field {
    char path[160];
    const char *name;
    const char *value;
};

struct fields {
    struct field *list;
    size_t n;
};

#define DEPTH_MAX 16

/* The path of row `index` of `rows`, whose tags above stand in `above`. */
static void name_field(struct field *f, char above[DEPTH_MAX][64], size_t depth, const struct fields *before)
{
    size_t at = 0;
    f->path[0] = 0;
    for (size_t i = 0; i <= depth; i++) {
        int n = snprintf(f->path + at, sizeof f->path - at, "%s%s", i ? "/" : "", above[i]);
        if (n < 0 || (size_t)n >= sizeof f->path - at) break;
        at += (size_t)n;
    }
    size_t same = 1;
    size_t length = strlen(f->path);
    for (size_t i = 0; i < before->n; i++) {
        const char *other = before->list[i].path;
        same += strncmp(other, f->path, length) == 0 && (other[length] == 0 || other[length] == '[');
    }
    if (same > 1) (void)snprintf(f->path + length, sizeof f->path - length, "[%zu]", same);
    /* what is below this one is below the second one, too */
    const char *last = strrchr(f->path, '/');
    (void)snprintf(above[depth], sizeof above[depth], "%s", last ? last + 1 : f->path);
}

static struct fields read_fields(struct diff *d, const cJSON *rows)
{
    char above[DEPTH_MAX][64] = {{0}};
    struct fields out = {.list = calloc((size_t)cJSON_GetArraySize(rows) + 1, sizeof *out.list)};
    const cJSON *row;
    if (!out.list) d->no_memory = true;
    cJSON_ArrayForEach(row, rows)
    {
        long long depth = diff_number(row, "depth");
        if (!out.list || depth >= DEPTH_MAX) continue;
        struct field *f = &out.list[out.n];
        (void)snprintf(above[depth], sizeof above[depth], "%s", diff_text(row, "tag"));
        name_field(f, above, (size_t)depth, &out);
        f->name = diff_text(row, "name");
        f->value = diff_text(row, "value");
        out.n++;
    }
    return out;
}

static const struct field *find_field(const struct fields *fields, const char *path)
{
    for (size_t i = 0; i < fields->n; i++)
        if (strcmp(fields->list[i].path, path) == 0) return &fields->list[i];
    return NULL;
}

/* Bytes, not a word or a small number: they may be random. */
static bool is_bytes(struct slice word)
{
    for (size_t i = 0; i < word.n; i++)
        if (!isxdigit(word.p[i])) return false;
    return word.n >= 8 && word.n % 2 == 0;
}

static struct slice next_word(const char **text)
{
    size_t n = strcspn(*text, " ");
    struct slice word = slice_of(*text, n);
    *text += n;
    *text += strspn(*text, " ");
    return word;
}

static bool same_value(const struct diff *d, const char *old, const char *new)
{
    if (d->exact) return strcmp(old, new) == 0;
    while (*old || *new) {
        struct slice before = next_word(&old);
        struct slice now = next_word(&new);
        if (!slice_equal(before, now) && !(before.n == now.n && is_bytes(before) && is_bytes(now))) return false;
    }
    return true;
}

static void compare_fields(struct diff *d, cJSON *changes, const char *command, const cJSON *old, const cJSON *new)
{
    struct fields before = read_fields(d, old);
    struct fields now = read_fields(d, new);
    char where[400];
    for (size_t i = 0; i < before.n; i++) {
        const struct field *f = &before.list[i];
        const struct field *other = find_field(&now, f->path);
        (void)snprintf(where, sizeof where, "%s: %s %.60s", command, f->path, f->name);
        if (!other)
            put_change(d, changes, where, *f->value ? f->value : "present", "absent");
        else if (!same_value(d, f->value, other->value))
            put_change(d, changes, where, f->value, other->value);
    }
    for (size_t i = 0; i < now.n; i++) {
        const struct field *f = &now.list[i];
        if (find_field(&before, f->path)) continue;
        (void)snprintf(where, sizeof where, "%s: %s %.60s", command, f->path, f->name);
        put_change(d, changes, where, "absent", *f->value ? f->value : "present");
    }
    free(before.list);
    free(now.list);
}

/* ---- commands ---- */

/* The first entry from *at on that is an expectation, or that is none; *at goes on behind it. */
static const cJSON *next_entry(const cJSON **at, bool expectation)
{
    while (*at) {
        const cJSON *entry = *at;
        *at = entry->next;
        if ((strcmp(diff_text(entry, "kind"), "expect") == 0) == expectation) return entry;
    }
    return NULL;
}

static unsigned instruction(const cJSON *entry)
{
    const char *sent = diff_text(entry, "sent");
    char digits[3] = {0};
    if (strlen(sent) < 8) return 0;
    memcpy(digits, sent + 2, 2);
    return (unsigned)strtoul(digits, NULL, 16);
}

/* The data of an answer, all but its status word, as digits. */
static size_t data_digits(const cJSON *entry)
{
    size_t n = strlen(diff_text(entry, "came"));
    return n < 4 ? 0 : n - 4;
}

static const char *status_digits(const cJSON *entry)
{
    const char *came = diff_text(entry, "came");
    return *came ? came + data_digits(entry) : "no answer";
}

/* GET CHALLENGE, INITIALIZE UPDATE, GET IDENTITY: other bytes for the same command. */
static bool is_random(unsigned ins)
{
    return ins == 0x84 || ins == 0x50 || ins == 0x78;
}

static void compare_data(struct diff *d, cJSON *changes, const char *where, const cJSON *old, const cJSON *new)
{
    size_t n[2] = {data_digits(old), data_digits(new)};
    const char *bytes[2] = {diff_text(old, "came"), diff_text(new, "came")};
    bool by_size =
        !d->exact && (is_random(instruction(new)) || strcmp(diff_text(old, "sent"), diff_text(new, "sent")) != 0);
    char before[2048];
    char now[2048];
    if (n[0] == n[1] && (by_size || memcmp(bytes[0], bytes[1], n[0]) == 0)) return;
    if (by_size) {
        (void)snprintf(before, sizeof before, "%zu bytes", n[0] / 2);
        (void)snprintf(now, sizeof now, "%zu bytes", n[1] / 2);
    } else {
        (void)snprintf(before, sizeof before, "%.*s", (int)n[0], bytes[0]);
        (void)snprintf(now, sizeof now, "%.*s", (int)n[1], bytes[1]);
    }
    put_change(d, changes, where, before, now);
}

/* `pieces`: the answer comes in pieces of GET RESPONSE, or belongs to blocks of STORE DATA; its fields stand at its
 * end. */
static void compare_command(struct diff *d, cJSON *changes, const char *where, const cJSON *old, const cJSON *new,
                            bool pieces)
{
    const cJSON *fields[2] = {diff_member(old, "answer"), diff_member(new, "answer")};
    const char *status[2] = {status_digits(old), status_digits(new)};
    /* 61xx says how long the answer is, of which the fields say more */
    if (strncmp(status[0], "61", 2) != 0 || strncmp(status[1], "61", 2) != 0)
        compare_texts(d, changes, where, status[0], status[1]);
    if (fields[0] || fields[1])
        compare_fields(d, changes, where, fields[0], fields[1]);
    else if (!pieces || d->exact)
        compare_data(d, changes, where, old, new);
}

static void compare_entry(struct diff *d, cJSON *changes, size_t number, const cJSON *old, const cJSON *new,
                          bool pieces)
{
    char where[200];
    const char *kind = diff_text(new, "kind");
    const char *name = diff_text(new, "name");
    const char *function = diff_text(new, "function");
    (void)snprintf(where, sizeof where, "command %zu, %.40s%s%.60s", number, *name ? name : kind, *function ? " " : "",
                   function);
    if (strcmp(kind, "command") == 0 && strcmp(diff_text(old, "kind"), kind) == 0)
        compare_command(d, changes, where, old, new, pieces);
    else /* the ATR */
        compare_texts(d, changes, where, diff_text(old, "came"), diff_text(new, "came"));
}

static void compare_commands(struct diff *d, cJSON *changes, const cJSON *old, const cJSON *new)
{
    const cJSON *at[2] = {old ? old->child : NULL, new ? new->child : NULL};
    unsigned ins_before = 0;
    for (size_t number = 1;; number++) {
        const cJSON *before = next_entry(&at[0], false);
        const cJSON *now = next_entry(&at[1], false);
        if (!before && !now) return;
        if (!before || !now) {
            put_change(d, changes, "commands", before ? "more" : "fewer", now ? "more" : "fewer");
            return;
        }
        unsigned ins = instruction(now);
        if (ins != 0xc0) ins_before = ins;
        compare_entry(d, changes, number, before, now, ins_before == 0xe2);
    }
}

/* ---- expectations ---- */

static void compare_expectations(struct diff *d, cJSON *changes, const cJSON *old, const cJSON *new)
{
    const cJSON *at[2] = {old ? old->child : NULL, new ? new->child : NULL};
    char where[64];
    for (size_t number = 1;; number++) {
        const cJSON *before = next_entry(&at[0], true);
        const cJSON *now = next_entry(&at[1], true);
        if (!before && !now) return;
        (void)snprintf(where, sizeof where, "expectation %zu", number);
        if (!before || !now) {
            put_change(d, changes, where, before ? diff_text(before, "expected") : "absent",
                       now ? diff_text(now, "expected") : "absent");
            return;
        }
        compare_texts(d, changes, where, diff_text(before, "expected"), diff_text(now, "expected"));
        bool met = cJSON_IsTrue(diff_member(now, "ok"));
        bool was_met = cJSON_IsTrue(diff_member(before, "ok"));
        if (met != was_met)
            put_change(d, changes, where, was_met ? "as expected" : "not as expected",
                       met ? "as expected" : "not as expected");
        else if (!met)
            compare_texts(d, changes, where, diff_text(before, "came"), diff_text(now, "came"));
    }
}

void diff_dialogue(struct diff *d, cJSON *changes, const cJSON *old, const cJSON *new)
{
    compare_commands(d, changes, old, new);
    compare_expectations(d, changes, old, new);
}
