/* When a case applies; see expression.h. */
#define _GNU_SOURCE
#include "expression.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const compare_words[6] = {"=", "!=", "<", "<=", ">", ">="};

bool compare_holds(enum compare compare, int order)
{
    switch (compare) {
    case COMPARE_EQUAL:
        return order == 0;
    case COMPARE_OTHER:
        return order != 0;
    case COMPARE_LESS:
        return order < 0;
    case COMPARE_AT_MOST:
        return order <= 0;
    case COMPARE_MORE:
        return order > 0;
    case COMPARE_AT_LEAST:
        return order >= 0;
    }
    return false;
}

enum { WORD_SIZE = 160, DEPTH_MAX = 12 };

struct evaluation {
    const char *at;
    expression_fact fact;
    void *ctx;
    char word[WORD_SIZE];
    char *missing;
    size_t missing_size;
    const char *why;
    int depth;
};

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '.' || c == '-' || c == '_' || c == ':';
}

/* The next word, operator or parenthesis; empty at the end. */
static bool next(struct evaluation *e)
{
    size_t n = 0;
    while (isspace((unsigned char)*e->at))
        e->at++;
    if (is_word(*e->at)) {
        while (is_word(*e->at) && n + 1 < WORD_SIZE)
            e->word[n++] = *e->at++;
    } else if (*e->at == '(' || *e->at == ')') {
        e->word[n++] = *e->at++;
    } else {
        while (*e->at && strchr("=!<>", *e->at) && n < 2)
            e->word[n++] = *e->at++;
        if (!n && *e->at) e->why = "expected names, words, and, or, not, ( ), has, = != < <= > >=";
    }
    e->word[n] = 0;
    return !e->why;
}

static bool is_next(struct evaluation *e, const char *word)
{
    return strcmp(e->word, word) == 0;
}

/* "2.10.0" after "2.9": part by part, as numbers. */
static int order_of(const char *a, const char *b)
{
    while (*a || *b) {
        char *a_end;
        char *b_end;
        unsigned long x = strtoul(a, &a_end, 10);
        unsigned long y = strtoul(b, &b_end, 10);
        if (x != y) return x < y ? -1 : 1;
        if (a_end == a && b_end == b) return strcasecmp(a, b);
        a = *a_end == '.' ? a_end + 1 : a_end;
        b = *b_end == '.' ? b_end + 1 : b_end;
    }
    return 0;
}

static bool list_has(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list; *at; at += strcspn(at, " "), at += strspn(at, " "))
        if (strcspn(at, " ") == n && strncasecmp(at, word, n) == 0) return true;
    return false;
}

/* The first one that is not as wanted is named. */
static void miss(struct evaluation *e, const char * not, const char *wish, const char *value)
{
    if (!e->missing || !e->missing_size || e->missing[0]) return;
    (void)snprintf(e->missing, e->missing_size, "%s%s%s%s%s", not, wish, value ? " (it is " : "", value ? value : "",
                   value ? ")" : "");
}

static bool comparison(struct evaluation *e, bool wanted)
{
    char name[WORD_SIZE];
    char operator[WORD_SIZE];
    if (!is_word(e->word[0]) || is_next(e, "and") || is_next(e, "or") || is_next(e, "has")) {
        e->why = e->word[0] ? "expected the name of a fact" : "the name of a fact is missing at the end";
        return false;
    }
    (void)snprintf(name, sizeof name, "%s", e->word);
    const char *value = e->fact ? e->fact(e->ctx, name) : NULL;
    if (!next(e)) return false;
    bool has = is_next(e, "has");
    size_t compare = 0;
    while (compare < 6 && !is_next(e, compare_words[compare]))
        compare++;
    if (!has && compare == 6) {
        bool is = value && strcmp(value, "no") != 0 && strcmp(value, "0") != 0;
        if (is != wanted) miss(e, wanted ? "" : "not ", name, NULL);
        return is;
    }
    (void)snprintf(operator, sizeof operator, "%s", e->word);
    if (!next(e)) return false;
    if (!is_word(e->word[0])) {
        e->why = "expected a word or a number behind the comparison";
        return false;
    }
    bool is = value && (has ? list_has(value, e->word)
                            : compare_holds((enum compare)compare,
                                            compare < 2 ? strcasecmp(value, e->word) : order_of(value, e->word)));
    if (is != wanted) {
        char wish[3 * WORD_SIZE];
        (void)snprintf(wish, sizeof wish, "%s %s %s", name, operator, e->word);
        miss(e, wanted ? "" : "not ", wish, value ? value : "not known");
    }
    return next(e) && is;
}

static bool either(struct evaluation *e, bool wanted);

static bool term(struct evaluation *e, bool wanted)
{
    bool is = false;
    if (++e->depth > DEPTH_MAX) {
        e->why = "too many parentheses inside each other";
        return false;
    }
    if (is_next(e, "not")) {
        is = next(e) && !term(e, !wanted);
    } else if (is_next(e, "(")) {
        is = next(e) && either(e, wanted);
        if (!e->why && !is_next(e, ")")) e->why = "a ) is missing";
        if (!e->why) (void)next(e);
    } else {
        is = comparison(e, wanted);
    }
    e->depth--;
    return is && !e->why;
}

static bool both(struct evaluation *e, bool wanted)
{
    bool is = term(e, wanted);
    while (!e->why && is_next(e, "and")) {
        if (!next(e)) return false;
        is = term(e, wanted) && is;
    }
    return is;
}

static bool either(struct evaluation *e, bool wanted)
{
    bool is = both(e, wanted);
    while (!e->why && is_next(e, "or")) {
        if (!next(e)) return false;
        is = both(e, wanted) || is;
    }
    return is;
}

bool expression_evaluate(const char *text, expression_fact fact, void *ctx, bool *holds, char *missing, size_t size,
                         const char **why)
{
    struct evaluation e = {.at = text, .fact = fact, .ctx = ctx, .missing = missing, .missing_size = size};
    if (missing && size) missing[0] = 0;
    *holds = next(&e) && either(&e, true);
    if (!e.why && e.word[0]) e.why = "expected and, or or the end";
    *why = e.why;
    return !e.why;
}
