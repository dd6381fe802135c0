/* See holds.h. The names of the keys are those of src/model/model.h. */
#define _DEFAULT_SOURCE
#include "holds.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_KEY 160
#define ISDP_NAME 38 /* where the name begins in "isdp/<32 digits>/<name>" */

static bool no(char why[HOLDS_TEXT], const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool no(char why[HOLDS_TEXT], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why, HOLDS_TEXT, format, args);
    va_end(args);
    return false;
}

static bool starts(const char *key, const char *prefix)
{
    return strncmp(key, prefix, strlen(prefix)) == 0;
}

int tries_of(const struct stored *s)
{
    const char *name = starts(s->key, "isdp/") && strlen(s->key) > ISDP_NAME ? s->key + ISDP_NAME : "";
    if (starts(name, "pin/") && s->n == 15) return s->value[5];
    if (starts(name, "puk/") && s->n == 10) return s->value[1];
    return -1;
}

/* ---- at any time ---- */

static bool one_is_enabled(const struct moment *m, char why[HOLDS_TEXT])
{
    struct euicc_profile_description p;
    unsigned enabled = 0;
    for (size_t i = 0; euicc_describe_profile(m->card, i, &p) == EUICC_OK; i++)
        enabled += strcmp(p.state, "enabled") == 0;
    return enabled <= 1 || no(why, "%u profiles are enabled", enabled);
}

/* profile/<aid> and isdp/<aid>/... are there together. */
static bool profiles_are_whole(const struct moment *m, char why[HOLDS_TEXT])
{
    struct euicc_description d;
    char key[RECORD_KEY];
    size_t records = 0;
    for (size_t i = 0; i < m->stored->n; i++) {
        const char *at = m->stored->items[i].key;
        if (starts(at, "isdp/")) {
            (void)snprintf(key, sizeof key, "profile/%.32s", at + 5);
            if (!storage_find(m->stored, key)) return no(why, "%s without a profile", at);
        }
        if (!starts(at, "profile/")) continue;
        records++;
        (void)snprintf(key, sizeof key, "isdp/%.32s/meta", at + 8);
        if (!storage_find(m->stored, key)) return no(why, "%s without metadata", at);
    }
    if (euicc_describe(m->card, &d) != EUICC_OK) return no(why, "the card cannot be described");
    return d.profile_count == records || no(why, "%zu profiles, %zu are stored", d.profile_count, records);
}

/* Each key of a profile costs its name, its value and 16 bytes. */
static bool memory_is_what_is_there(const struct moment *m, char why[HOLDS_TEXT])
{
    struct euicc_description d;
    struct euicc_profile_description p;
    size_t used = 0;
    size_t told = 0;
    for (size_t i = 0; i < m->stored->n; i++) {
        const struct stored *s = &m->stored->items[i];
        if (starts(s->key, "profile/") || starts(s->key, "isdp/")) used += strlen(s->key) + s->n + 16;
    }
    for (size_t i = 0; euicc_describe_profile(m->card, i, &p) == EUICC_OK; i++)
        told += p.size;
    if (euicc_describe(m->card, &d) != EUICC_OK) return no(why, "the card cannot be described");
    return (d.memory_total - d.memory_free == used && told == used) ||
           no(why, "%zu bytes in use, the profiles say %zu, %zu are stored", d.memory_total - d.memory_free, told,
              used);
}

static uint32_t number_in(const struct storage *s, const char *key)
{
    const struct stored *at = storage_find(s, key);
    uint32_t number = 0;
    for (size_t i = 0; at && i < at->n; i++)
        number = number << 8 | at->value[i];
    return number;
}

/* Of a notification or a result; NULL: another key. */
static const char *number_text(const struct stored *s)
{
    return starts(s->key, "notification/") ? s->key + 13 : starts(s->key, "package-result/") ? s->key + 15 : NULL;
}

static bool numbers_were_given(const struct moment *m, char why[HOLDS_TEXT])
{
    uint32_t last = number_in(m->stored, "card/sequence");
    for (size_t i = 0; i < m->stored->n; i++) {
        const char *text = number_text(&m->stored->items[i]);
        if (text && strtoul(text, NULL, 10) > last)
            return no(why, "%s is above the last number, %u", m->stored->items[i].key, (unsigned)last);
    }
    return true;
}

bool holds(const struct moment *now, char why[HOLDS_TEXT])
{
    return one_is_enabled(now, why) && profiles_are_whole(now, why) && memory_is_what_is_there(now, why) &&
           numbers_were_given(now, why);
}

/* ---- from one moment to the next ---- */

static bool counts_up(const struct moment *before, const struct moment *now, char why[HOLDS_TEXT])
{
    static const char *const counters[] = {"card/sequence", "card/association-token"};
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        uint32_t was = number_in(before->stored, counters[i]);
        uint32_t is = number_in(now->stored, counters[i]);
        if (is < was) return no(why, "%s is %u, it was %u", counters[i], (unsigned)is, (unsigned)was);
    }
    return true;
}

static bool numbers_are_new(const struct moment *before, const struct moment *now, char why[HOLDS_TEXT])
{
    uint32_t last = number_in(before->stored, "card/sequence");
    for (size_t i = 0; i < now->stored->n; i++) {
        const struct stored *s = &now->stored->items[i];
        const char *text = number_text(s);
        if (!text) continue;
        const struct stored *was = storage_find(before->stored, s->key);
        if (was && (was->n != s->n || memcmp(was->value, s->value, s->n) != 0))
            return no(why, "%s was given twice", s->key);
        if (!was && strtoul(text, NULL, 10) <= last) return no(why, "%s is new, %u was the last", s->key, last);
    }
    return true;
}

/* sqn/<adf>: the highest (6 bytes), a count (3), 32 times SEQ (6). */
bool holds_sequence(const struct storage *before, const struct storage *now, char why[HOLDS_TEXT])
{
    for (size_t i = 0; i < now->n; i++) {
        const struct stored *s = &now->items[i];
        if (!starts(s->key, "isdp/") || strlen(s->key) <= ISDP_NAME || !starts(s->key + ISDP_NAME, "sqn/")) continue;
        const struct stored *was = storage_find(before, s->key);
        if (!was || was->n != s->n || s->n < 9) continue;
        if (memcmp(s->value, was->value, 6) < 0) return no(why, "%s went back", s->key);
        for (size_t at = 9; at + 6 <= s->n; at += 6)
            if (memcmp(s->value + at, was->value + at, 6) < 0)
                return no(why, "%s: entry %zu went back", s->key, (at - 9) / 6);
    }
    return true;
}

static size_t count(const struct storage *s, const char *prefix)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += starts(s->items[i].key, prefix);
    return n;
}

/* A new entry below prefix. */
static bool has_new(const struct moment *before, const struct moment *now, const char *prefix)
{
    for (size_t i = 0; i < now->stored->n; i++)
        if (starts(now->stored->items[i].key, prefix) && !storage_find(before->stored, now->stored->items[i].key))
            return true;
    return false;
}

/* An eIM by its name, key and token: with another key it may count anew (SGP.32 5.9.17). */
static bool eims_count_up(const struct moment *before, const struct moment *now, char why[HOLDS_TEXT])
{
    struct euicc_eim_description was;
    struct euicc_eim_description is;
    for (size_t i = 0; count(before->stored, "eim/") && euicc_describe_eim(before->card, i, &was) == EUICC_OK; i++)
        for (size_t k = 0; euicc_describe_eim(now->card, k, &is) == EUICC_OK; k++) {
            if (strcmp(was.id, is.id) != 0) continue;
            if (is.counter > was.counter && !has_new(before, now, "package-result/"))
                return no(why, "eIM %s counted to %u and there is no new result", is.id, (unsigned)is.counter);
            if (is.counter < was.counter && !has_new(before, now, "package-result/"))
                return no(why, "counterValue of eIM %s is %u, it was %u", is.id, (unsigned)is.counter,
                          (unsigned)was.counter);
            if (is.has_token && was.has_token && is.token < was.token)
                return no(why, "eIM %s got token %u after %u", is.id, (unsigned)is.token, (unsigned)was.token);
        }
    return true;
}

bool holds_since(const struct moment *before, const struct moment *now, char why[HOLDS_TEXT])
{
    return counts_up(before, now, why) && numbers_are_new(before, now, why) && eims_count_up(before, now, why);
}
