/* One step of a case file; see README.md for all of them. Called by case_file.c. */
#define _GNU_SOURCE
#include "case_file.h"

#include "base/hex.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static bool read_sent(struct case_reader *r, struct pattern *out, const char *text)
{
    const char *why;
    if (!*text) return case_problem(r, "expected bytes");
    return pattern_parse(out, slice_text(text), PATTERN_SENT, &why) || case_problem(r, "%s", why);
}

/* Patterns with | between them. */
static bool read_expected(struct case_reader *r, struct step *s, char *text)
{
    if (!*text) return case_problem(r, "expected a pattern");
    for (char *rest = text; rest;) {
        char *one = strsep(&rest, "|");
        const char *why;
        if (s->expected_n == ALTERNATIVES_MAX) return case_problem(r, "at most %d alternatives", ALTERNATIVES_MAX);
        if (!one[strspn(one, " \t")]) return case_problem(r, "an alternative is empty");
        if (!pattern_parse(&s->expected[s->expected_n], slice_text(one), PATTERN_EXPECTED, &why))
            return case_problem(r, "%s", why);
        s->expected_n++;
    }
    return true;
}

static bool step_send(struct case_reader *r, struct step *s, char *rest)
{
    return read_sent(r, &s->sent, rest);
}

static bool step_expect(struct case_reader *r, struct step *s, char *rest)
{
    return read_expected(r, s, rest);
}

/* Four digits, x for any. */
static bool step_status(struct case_reader *r, struct step *s, char *rest)
{
    if (!read_expected(r, s, rest)) return false;
    for (size_t i = 0; i < s->expected_n; i++) {
        const struct pattern *p = &s->expected[i];
        if (p->n != 2 || p->items[0].kind != PATTERN_BYTE || p->items[1].kind != PATTERN_BYTE)
            return case_problem(r, "expected a status word of four digits");
    }
    return true;
}

static bool read_path(struct case_reader *r, struct step *s, const char *text, size_t n)
{
    const char *end = text + n;
    while (text < end) {
        size_t digits = strspn(text, "0123456789ABCDEFabcdef");
        if (s->path.n == PATH_MAX_TAGS) return case_problem(r, "a path has at most %d tags", PATH_MAX_TAGS);
        if (digits < 2 || digits > 6 || digits % 2) return case_problem(r, "expected a path of tags: BF22/81");
        char tag[8] = "";
        memcpy(tag, text, digits);
        s->path.parts[s->path.n].tag = (uint32_t)strtoul(tag, NULL, 16);
        text += digits;
        if (text < end && *text == '[') {
            char *close;
            s->path.parts[s->path.n].index = strtoul(text + 1, &close, 10);
            if (*close != ']' || s->path.parts[s->path.n].index == 0)
                return case_problem(r, "expected [1], [2] and so on behind a tag");
            text = close + 1;
        }
        s->path.n++;
        if (text < end && *text++ != '/') return case_problem(r, "expected / between the tags of a path");
    }
    return s->path.n || case_problem(r, "expected a path of tags: BF22/81");
}

static bool read_number(struct case_reader *r, struct step *s, char *rest)
{
    char *end;
    size_t n = strspn(rest, "=!<>");
    size_t i = 0;
    while (i < 6 && (strlen(compare_words[i]) != n || strncmp(compare_words[i], rest, n) != 0))
        i++;
    if (i == 6) return case_problem(r, "expected = != < <= > or >= and a number");
    s->compare = (enum compare)i;
    rest += n + strspn(rest + n, " \t");
    s->number = strtoul(rest, &end, 10);
    return (isdigit((unsigned char)*rest) && !*end) || case_problem(r, "expected a number; came \"%s\"", rest);
}

/* PATH present, PATH absent, PATH = PATTERN, PATH length <= 16, PATH count = 2, PATH number > 0 */
static bool step_tlv(struct case_reader *r, struct step *s, char *rest)
{
    size_t n = strcspn(rest, " \t");
    if (!read_path(r, s, rest, n)) return false;
    rest += n + strspn(rest + n, " \t");
    static const struct {
        const char *word;
        enum tlv_relation relation;
    } words[] = {{"length", TLV_LENGTH}, {"count", TLV_COUNT}, {"number", TLV_NUMBER}};
    if (strcmp(rest, "present") == 0 || strcmp(rest, "absent") == 0) {
        s->relation = *rest == 'p' ? TLV_PRESENT : TLV_ABSENT;
        return true;
    }
    if (*rest == '=') {
        s->relation = TLV_EQUAL;
        rest += 1 + strspn(rest + 1, " \t");
        /* an empty value is a pattern, too: tlv BF2D/A0 = */
        return *rest ? read_expected(r, s, rest) : (s->expected_n = 1, true);
    }
    for (size_t i = 0; i < 3; i++) {
        size_t length = strlen(words[i].word);
        if (strncmp(rest, words[i].word, length) != 0) continue;
        s->relation = words[i].relation;
        return read_number(r, s, rest + length + strspn(rest + length, " \t"));
    }
    return case_problem(r, "expected present, absent, = PATTERN, length, count or number behind the path");
}

static bool take_name(struct case_reader *r, struct step *s, char **rest)
{
    size_t n = strcspn(*rest, " \t=");
    if (n == 0 || n >= sizeof s->name) return case_problem(r, "expected a name of 1 to 31 characters");
    memcpy(s->name, *rest, n);
    *rest += n + strspn(*rest + n, " \t");
    if (**rest != '=') return case_problem(r, "expected = behind the name");
    *rest += 1 + strspn(*rest + 1, " \t");
    return true;
}

static bool step_let(struct case_reader *r, struct step *s, char *rest)
{
    return take_name(r, s, &rest) && read_sent(r, &s->sent, rest);
}

static bool step_capture(struct case_reader *r, struct step *s, char *rest)
{
    return take_name(r, s, &rest) && read_path(r, s, rest, strlen(rest));
}

static bool step_check(struct case_reader *r, struct step *s, char *rest)
{
    char *sign = strpbrk(rest, "!=");
    if (!sign || (*sign == '!' && sign[1] != '='))
        return case_problem(r, "expected BYTES = PATTERN or BYTES != PATTERN");
    s->compare = *sign == '!' ? COMPARE_OTHER : COMPARE_EQUAL;
    char *pattern = sign + (*sign == '!' ? 2 : 1);
    *sign = 0;
    return read_sent(r, &s->sent, rest) && read_expected(r, s, pattern);
}

/* channel open, channel close, channel N */
static bool step_channel(struct case_reader *r, struct step *s, char *rest)
{
    char *end;
    if (strcmp(rest, "open") == 0 || strcmp(rest, "close") == 0) {
        s->kind = *rest == 'o' ? STEP_CHANNEL_OPEN : STEP_CHANNEL_CLOSE;
        return true;
    }
    s->number = strtoul(rest, &end, 10);
    return (isdigit((unsigned char)*rest) && !*end && s->number < 20) ||
           case_problem(r, "expected channel open, channel close or channel 0 to 19");
}

static bool step_get_response(struct case_reader *r, struct step *s, char *rest)
{
    s->flag = strcmp(rest, "automatic") == 0;
    return s->flag || strcmp(rest, "by-hand") == 0 || case_problem(r, "expected automatic or by-hand");
}

static bool step_block_size(struct case_reader *r, struct step *s, char *rest)
{
    char *end;
    s->number = strtoul(rest, &end, 10);
    return (isdigit((unsigned char)*rest) && !*end && s->number >= 1 && s->number <= 255) ||
           case_problem(r, "expected a number of bytes from 1 to 255");
}

static bool step_alone(struct case_reader *r, struct step *s, char *rest)
{
    (void)s;
    return !*rest || case_problem(r, "expected nothing behind it; came \"%s\"", rest);
}

static const struct {
    const char *word;
    enum step_kind kind;
    bool (*read)(struct case_reader *r, struct step *s, char *rest);
} kinds[] = {
    {">", STEP_SEND, step_send},
    {"es10", STEP_ES10, step_send},
    {"<", STEP_EXPECT, step_expect},
    {"status", STEP_STATUS, step_status},
    {"tlv", STEP_TLV, step_tlv},
    {"profile", STEP_PROFILE, step_send},
    {"isd-r", STEP_ISDR, step_alone},
    {"reset", STEP_RESET, step_alone},
    {"power-cycle", STEP_POWER, step_alone},
    {"atr", STEP_ATR, step_expect},
    {"channel", STEP_CHANNEL_USE, step_channel},
    {"let", STEP_LET, step_let},
    {"check", STEP_CHECK, step_check},
    {"capture", STEP_CAPTURE, step_capture},
    {"get-response", STEP_GET_RESPONSE, step_get_response},
    {"block-size", STEP_BLOCK_SIZE, step_block_size},
};

bool case_step_read(struct case_reader *r, struct step *step, char *line)
{
    size_t n = strcspn(line, " \t");
    char *rest = line + n + strspn(line + n, " \t");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strlen(kinds[i].word) != n || strncmp(kinds[i].word, line, n) != 0) continue;
        step->kind = kinds[i].kind;
        return kinds[i].read(r, step, rest);
    }
    return case_problem(r, "there is no step \"%.*s\" (README.md has them all)", (int)(n < 40 ? n : 40), line);
}
