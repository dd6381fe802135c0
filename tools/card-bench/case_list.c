/* The list of all cases: tables in C and text files; see case.h. */
#define _GNU_SOURCE
#include "case.h"

#include "cli/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"
#include "states.h"

const char *const need_words[NEED_COUNT] = {"sgp26-keys", "profile", "enabled-profile", "pin", "adm"};
const char *const need_texts[NEED_COUNT] = {
    "a card that trusts a CI of the SGP.26 test PKI, whose keys the bench has",
    "a profile that may be changed: --profile ICCID",
    "leave to change the enabled profile: --profile with its ICCID",
    "the value of PIN1: --pin HEX",
    "the value of ADM1: --adm HEX",
};
const char *need_text(enum need need)
{
    return need_texts[__builtin_ctz(need)];
}

const char *const section_words[3] = {"given", "test", "finally"};

#define TABLE(name) cases_##name,
const struct case_row *const case_tables[] = {CASE_TABLES NULL};
#undef TABLE

struct case_row *case_list_add(struct case_list *list)
{
    if (list->n == list->room) {
        size_t room = list->room ? 2 * list->room : 128;
        struct case_row *more = realloc(list->rows, room * sizeof *more);
        if (!more) return NULL;
        list->rows = more;
        list->room = room;
    }
    list->rows[list->n] = (struct case_row){0};
    return &list->rows[list->n++];
}

static void free_text(const char *text)
{
    free((void *)(uintptr_t)text);
}

static void row_free(struct case_row *row)
{
    if (!row->file) return;
    free_text(row->id);
    free_text(row->family);
    free_text(row->title);
    free_text(row->clauses);
    free_text(row->applies);
    free_text(row->state);
    free_text(row->file);
    for (size_t i = 0; i < row->step_n; i++) {
        free(row->steps[i].text);
        free(row->steps[i].why);
        pattern_clear(&row->steps[i].sent);
        for (size_t k = 0; k < row->steps[i].expected_n; k++)
            pattern_clear(&row->steps[i].expected[k]);
    }
    free(row->steps);
}

void case_list_free(struct case_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        row_free(&list->rows[i]);
    free(list->rows);
    *list = (struct case_list){0};
}

static bool load_file(struct case_list *list, const char *path, const char *family)
{
    BUF_LOCAL text = {0};
    char why[512];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error = fd < 0 ? errno : read_all(fd, 4u << 20, &text);
    if (fd >= 0) close(fd);
    if (error) return say_problem("%s: %s", path, strerror(error));
    if (case_file_read(list, path, family, buf_slice(&text), why, sizeof why)) return true;
    /* "line 12: ..." becomes "FILE:12: ...", which editors understand */
    return say_problem("%s:%s", path, strncmp(why, "line ", 5) == 0 ? why + 5 : why);
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name);
    return n > strlen(end) && strcmp(name + n - strlen(end), end) == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* The files of a folder, or with family NULL the folders in it. */
static bool load_folder(struct case_list *list, const char *folder, const char *family)
{
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, is_shown, by_name);
    if (n < 0) return say_problem("%s: %s", folder, strerror(errno));
    bool good = true;
    for (int i = 0; i < n; i++) {
        char path[PATH_MAX];
        struct stat status;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        bool is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
        if (good && !family && is_folder) good = load_folder(list, path, entries[i]->d_name);
        if (good && !is_folder && ends_with(path, ".case")) good = load_file(list, path, family ? family : "own");
        free(entries[i]);
    }
    free(entries);
    return good;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct case_row *)a)->id, ((const struct case_row *)b)->id);
}

/* What case_file.c checks in text, for rows in C: a mistake in `applies` would be a case that is skipped everywhere. */
static bool is_whole(const struct case_row *row)
{
    const char *why = "";
    bool holds;
    if (!strchr(row->id, '/') || !row->family || !row->title || !row->title[0] || !row->clauses || !row->clauses[0])
        return say_problem("%s: id, family, title and clauses are needed", row->id);
    if (!state_find(row->state)) return say_problem("%s: there is no state \"%s\"", row->id, row->state);
    if (row->applies && !expression_evaluate(row->applies, NULL, NULL, &holds, NULL, 0, &why))
        return say_problem("%s: applies: %s", row->id, why);
    return true;
}

static bool are_whole(const struct case_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        if (!is_whole(&list->rows[i])) return false;
        if (i && by_id(&list->rows[i - 1], &list->rows[i]) == 0)
            return say_problem("there are two cases %s", list->rows[i].id);
    }
    return true;
}

bool case_list_load(struct case_list *list, const char *folder)
{
    for (size_t i = 0; case_tables[i]; i++) {
        for (const struct case_row *row = case_tables[i]; row->id; row++) {
            struct case_row *copy = case_list_add(list);
            if (!copy) return say_problem("no memory");
            *copy = *row;
        }
    }
    if (!load_folder(list, folder, NULL)) return false;
    qsort(list->rows, list->n, sizeof *list->rows, by_id);
    if (!are_whole(list)) return false;
    return list->n || say_problem("%s: there are no cases", folder);
}

bool case_list_folder(const char *given, char *out, size_t size)
{
    static const char *const places[] = {"cases", "../share/softeuicc/card-bench/cases"};
    char program[PATH_MAX];
    if (given) return snprintf(out, size, "%s", given) < (int)size;
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n < 0) return false;
    program[n] = 0;
    *strrchr(program, '/') = 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (snprintf(out, size, "%s/%s", program, places[i]) < (int)size && access(out, R_OK) == 0) return true;
    return false;
}

static bool clause_matches(const struct case_row *row, const char *filter)
{
    const char *at = row->clauses;
    while (*at) {
        char one[256];
        size_t n = strcspn(at, ";");
        (void)snprintf(one, sizeof one, "%.*s", (int)n, at);
        if (fnmatch(filter, one, FNM_CASEFOLD) == 0) return true;
        at += n;
        at += strspn(at, "; ");
    }
    return false;
}

bool case_matches(const struct case_row *row, char *const *filters, size_t n)
{
    char group[256];
    (void)snprintf(group, sizeof group, "%.*s", (int)strcspn(row->id, "/"), row->id);
    for (size_t i = 0; i < n; i++) {
        if (fnmatch(filters[i], row->id, FNM_CASEFOLD) == 0 || fnmatch(filters[i], group, FNM_CASEFOLD) == 0 ||
            fnmatch(filters[i], row->family, FNM_CASEFOLD) == 0 || clause_matches(row, filters[i]))
            return true;
    }
    return n == 0;
}
