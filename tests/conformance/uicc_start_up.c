/* What terminals send when they start (start-up.txt: a phone modem in its recorded order, ModemManager, Android's LPA,
 * an nRF91 modem) to a card with profiles/operational.der enabled: every command as they send it, without Le where the
 * answer then comes by GET RESPONSE, and the exact answers that follow from the profile's source. */
#include "aka_common.h"

#include "base/hex.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define OPERATIONAL_ICCID "98001010000000000001"
#define PARTS 3 /* command, answer, answer to GET RESPONSE */

static struct fixture f;

static void set_up(void)
{
    static const struct aka_profile operational = {.file = "operational.der"};
    card_new(&f, NULL, NULL);
    aka_install(&f, OPERATIONAL_ICCID, &operational);
    aka_enable(&f, OPERATIONAL_ICCID);
}

static void tear_down(void)
{
    card_free(&f);
}

/* ---- patterns ---- */

/* Digits, of which a dot is any and a star any number. */
static bool fits(const char *pattern, const char *digits)
{
    for (; *pattern; pattern++, digits++) {
        if (*pattern == '*') {
            size_t rest = strlen(pattern + 1);
            size_t n = strlen(digits);
            return n >= rest && fits(pattern + 1, digits + n - rest);
        }
        if (!*digits || (*pattern != '.' && *pattern != *digits)) return false;
    }
    return *digits == 0;
}

static const struct {
    const char *pattern, *digits;
    bool fits;
} patterns[] = {
    {"9000", "9000", true},       {"9000", "6A82", false},     {"9000", "90", false},      {"90", "9000", false},
    {"61..", "6118", true},       {"61..", "61", false},       {"*9000", "9000", true},    {"*9000", "01029000", true},
    {"*9000", "90006A82", false}, {"01*9000", "019000", true}, {"01*9000", "9000", false},
};

/* The script can fail. */
START_TEST(test_patterns)
{
    ck_assert_msg(fits(patterns[_i].pattern, patterns[_i].digits) == patterns[_i].fits, "%s and %s",
                  patterns[_i].pattern, patterns[_i].digits);
}
END_TEST

/* ---- lines ---- */

static void expect(const char *pattern, struct slice came, const char *where)
{
    char digits[2 * 512 + 1];
    ck_assert_uint_lt(2 * came.n, sizeof digits);
    hex_encode(came, digits);
    for (char *c = digits; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    ck_assert_msg(fits(pattern, digits), "%s: came %s, expected %s", where, digits, pattern);
}

static void transmit(const char *digits, struct buf *answer, const char *where)
{
    BUF_LOCAL command = {0};
    struct lpa_reader reader;
    put_hex(&command, digits);
    ck_assert(lpa_reader_card(&reader, f.card));
    ck_assert_msg(reader.transmit(reader.ctx, buf_slice(&command), answer), "%s: no answer", where);
}

static void start(bool cold, const char *pattern, const char *where)
{
    struct euicc_atr atr;
    if (cold) euicc_power_off(f.card);
    ck_assert_int_eq(cold ? euicc_power_on(f.card, &atr) : euicc_reset(f.card, &atr), EUICC_OK);
    expect(pattern, slice_of(atr.bytes, atr.n), where);
}

/* GET RESPONSE on the channel of the command (TS 102 221 10.1.1), with the length that 61LL said. */
static void get_response(const char *command, struct slice sw, const char *pattern, const char *where)
{
    char request[16];
    BUF_LOCAL answer = {0};
    const char first[] = {command[0], command[0] ? command[1] : 0, 0};
    const unsigned class = (unsigned)strtoul(first, NULL, 16);
    ck_assert_uint_eq(sw.p[0], 0x61);
    (void)snprintf(request, sizeof request, "%02XC00000%02X", class & (class & 0x40 ? 0x4fu : 0x03u), sw.p[1]);
    transmit(request, &answer, where);
    expect(pattern, buf_slice(&answer), where);
    if (sw.p[1]) ck_assert_msg(answer.n == sw.p[1] + 2u, "%s: 61%02X and %zu bytes", where, sw.p[1], answer.n - 2);
}

static void run(char *parts[PARTS], const char *where)
{
    BUF_LOCAL answer = {0};
    if (strcmp(parts[0], "reset") == 0 || strcmp(parts[0], "power") == 0) {
        start(parts[0][0] == 'p', parts[1], where);
        return;
    }
    transmit(parts[0], &answer, where);
    expect(parts[1], buf_slice(&answer), where);
    if (parts[2]) get_response(parts[0], buf_slice(&answer), parts[2], where);
}

/* "A -> B -> C" without its blanks; false: a line without a command. */
static bool cut(char *line, char *parts[PARTS], const char *where)
{
    size_t n = 0;
    char *to = line;
    if (line[0] == '#' || line[0] == '[' || line[0] == '\n') return false;
    memset(parts, 0, PARTS * sizeof *parts);
    parts[n++] = line;
    for (const char *from = line; *from; from++) {
        if (from[0] == '-' && from[1] == '>') {
            ck_assert_msg(n < PARTS, "%s: too many parts", where);
            *to++ = 0;
            from++;
            parts[n++] = to;
        } else if (!isspace((unsigned char)*from)) {
            *to++ = *from;
        }
    }
    *to = 0;
    ck_assert_msg(n > 1, "%s: no answer is said", where);
    return true;
}

/* All sections one after the other, as terminals of one owner. */
START_TEST(test_script)
{
    char line[1024];
    char where[160];
    char section[80] = "";
    char *parts[PARTS];
    unsigned number = 0;
    unsigned commands = 0;
    FILE *file = fopen(TEST_START_UP, "r");
    ck_assert_msg(file, "%s cannot be read", TEST_START_UP);
    while (fgets(line, sizeof line, file)) {
        ck_assert_msg(strchr(line, '\n'), "line %u is too long", number + 1);
        number++;
        if (line[0] == '[') (void)snprintf(section, sizeof section, "%.*s", (int)strcspn(line, "\n"), line);
        (void)snprintf(where, sizeof where, "start-up.txt, line %u %s", number, section);
        if (!cut(line, parts, where)) continue;
        run(parts, where);
        commands++;
    }
    (void)fclose(file);
    ck_assert_msg(commands > 200, "only %u commands", commands);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc_start_up");
    TCase *t = tcase_create("patterns");
    tcase_add_loop_test(t, test_patterns, 0, (int)(sizeof patterns / sizeof *patterns));
    suite_add_tcase(suite, t);
    t = tcase_create("script");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_script);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
