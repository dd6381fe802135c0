/* Reader for the known-answer files; see kat.h. */
#define _POSIX_C_SOURCE 200809L
#include "kat.h"

#include "base/hex.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct entry {
    char *name;
    struct buf value; /* always followed by a NUL that is not counted */
};

struct kat {
    struct entry *entries;
    size_t n;
    size_t cap;
};

static struct entry *add_entry(struct kat *k, const char *name, size_t n)
{
    if (k->n == k->cap) {
        size_t cap = k->cap ? 2 * k->cap : 64;
        struct entry *more = realloc(k->entries, cap * sizeof *more);
        if (!more) return NULL;
        k->entries = more;
        k->cap = cap;
    }
    struct entry *e = &k->entries[k->n];
    *e = (struct entry){.name = strndup(name, n)};
    if (!e->name) return NULL;
    k->n++;
    return e;
}

static struct slice trim(const char *text, size_t n)
{
    while (n && (text[n - 1] == '\n' || text[n - 1] == ' '))
        n--;
    return slice_of(text, n);
}

/* One line without its end; *current is the entry that an indented line continues. */
static bool read_line(struct kat *k, const char *line, struct entry **current)
{
    if (*line == '#' || *line == '\n' || *line == 0) return true;
    if (*line == ' ') return *current && hex_decode(trim(line, strlen(line)), &(*current)->value);
    const char *equals = strstr(line, " =");
    if (!equals) return false;
    struct entry *e = add_entry(k, line, (size_t)(equals - line));
    if (!e) return false;
    *current = e;
    const char *at = equals + 2;
    while (*at == ' ')
        at++;
    struct slice rest = trim(at, strlen(at));
    if (rest.n == 0 || rest.p[0] != '"') return hex_decode(rest, &e->value);
    if (rest.n < 2 || rest.p[rest.n - 1] != '"') return false;
    buf_append(&e->value, slice_of(rest.p + 1, rest.n - 2));
    *current = NULL;
    return true;
}

static bool read_file(struct kat *k, FILE *f, const char *path)
{
    char *line = NULL;
    size_t cap = 0;
    size_t number = 0;
    struct entry *current = NULL;
    bool ok = true;
    while (ok && getline(&line, &cap, f) > 0) {
        number++;
        ok = read_line(k, line, &current);
        if (!ok) fprintf(stderr, "%s:%zu: not a line of a known-answer file\n", path, number);
    }
    free(line);
    for (size_t i = 0; i < k->n; i++) {
        buf_byte(&k->entries[i].value, 0);
        if (buf_err(&k->entries[i].value) != OK) return false;
        k->entries[i].value.n--;
    }
    return ok && !ferror(f);
}

struct kat *kat_open(const char *file)
{
    const char *folder = getenv("TEST_KAT_DIR");
#ifdef TEST_KAT_DIR
    if (!folder) folder = TEST_KAT_DIR;
#endif
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", folder ? folder : ".", file) >= (int)sizeof path) return NULL;
    FILE *f = fopen(path, "r");
    if (!f) {
        perror(path);
        return NULL;
    }
    struct kat *k = calloc(1, sizeof *k);
    if (k && !read_file(k, f, path)) {
        kat_free(k);
        k = NULL;
    }
    fclose(f);
    return k;
}

void kat_free(struct kat *k)
{
    if (!k) return;
    for (size_t i = 0; i < k->n; i++) {
        free(k->entries[i].name);
        buf_free(&k->entries[i].value);
    }
    free(k->entries);
    free(k);
}

static const struct entry *find(const struct kat *k, const char *name)
{
    for (size_t i = 0; k && i < k->n; i++)
        if (strcmp(k->entries[i].name, name) == 0) return &k->entries[i];
    return NULL;
}

static const struct entry *must_find(const struct kat *k, const char *name)
{
    const struct entry *e = find(k, name);
    if (!e) {
        fprintf(stderr, "known answer \"%s\" is missing\n", name);
        abort();
    }
    return e;
}

struct slice kat_slice(const struct kat *k, const char *name)
{
    return buf_slice(&must_find(k, name)->value);
}

struct slice kat_slicef(const struct kat *k, const char *format, ...)
{
    char name[128];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    return kat_slice(k, name);
}

bool kat_get(const struct kat *k, const char *name, struct buf *b)
{
    const struct entry *e = find(k, name);
    if (!e) return false;
    buf_reset(b);
    buf_append(b, buf_slice(&e->value));
    return buf_err(b) == OK;
}

bool kat_has(const struct kat *k, const char *name)
{
    return find(k, name);
}

const char *kat_text(const struct kat *k, const char *name)
{
    return (const char *)must_find(k, name)->value.p;
}

uint32_t kat_number(const struct kat *k, const char *name)
{
    struct slice s = kat_slice(k, name);
    if (s.n == 0 || s.n > 4) {
        fprintf(stderr, "known answer \"%s\" is not a number\n", name);
        abort();
    }
    uint32_t v = 0;
    for (size_t i = 0; i < s.n; i++)
        v = v << 8 | s.p[i];
    return v;
}

size_t kat_count(const struct kat *k, const char *name)
{
    for (size_t i = 0;; i++) {
        char prefix[128];
        snprintf(prefix, sizeof prefix, "%s.%zu", name, i);
        size_t n = strlen(prefix);
        bool there = false;
        for (size_t j = 0; k && j < k->n && !there; j++) {
            const char *other = k->entries[j].name;
            there = strncmp(other, prefix, n) == 0 && (other[n] == 0 || other[n] == '.');
        }
        if (!there) return i;
    }
}
