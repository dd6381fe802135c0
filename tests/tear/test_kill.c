/* The daemon is killed with SIGKILL at random moments while an LPA and a terminal, on channels of their own, work on it
 * over TCP: downloads, switches, notifications, PIN tries, files that change. Each time the card file opens
 * again, the invariants that can be seen from outside hold, all that the card had answered is there, and of the command
 * at work either everything or nothing. 30 times, and 20 times in test_kill_iot.c; TEAR_KILLS says otherwise. See
 * kill.h. */
#define _GNU_SOURCE
#include "kill.h"

#include <stdio.h>
#include <stdlib.h>

#define ADM1_TRIES 3
#define ADM1_WRONG "3030303030303030"
#define ADM1_RIGHT "3838383838383838"
#define MOMENT_MAX 80000 /* microseconds after the LPA began */

/* Of the UICC of a profile, what the terminal changes. */
struct uicc {
    unsigned tries;      /* of ADM1 */
    uint8_t language[2]; /* EF.PL */
};

/* What the LPA and the terminal change, profiles 1 to 3. */
struct state {
    int enabled; /* profile 1 or 2, 0: none */
    int nickname;
    bool third; /* profile 3 is installed */
    struct uicc uicc[2];
};

static struct {
    uint32_t highest;   /* number of a notification so far */
    struct state known; /* by the last answer */
    struct state asked; /* what the command at work leads to */
} t;

/* ---- the card file ---- */

static void look_uicc(const euicc *card, size_t index, struct uicc *out)
{
    struct euicc_file_description d;
    char path[EUICC_PATH_SIZE];
    const char *after = NULL;
    bool found = false;
    while (euicc_describe_file(card, index, after, &d) == EUICC_OK) {
        for (size_t i = 0; i < d.pin_count; i++)
            if (strcmp(d.pins[i].name, "ADM1") == 0) out->tries = d.pins[i].left;
        if (strcmp(d.path, "3F00/2F05") == 0) {
            check(d.content_size == sizeof out->language, "EF.PL has %zu bytes", d.content_size);
            memcpy(out->language, d.content, sizeof out->language);
            found = true;
        }
        (void)snprintf(path, sizeof path, "%s", d.path);
        after = path;
    }
    check(found, "profile %zu has no EF.PL", index);
}

/* Reads the state and checks what has to hold. */
static struct state look(void)
{
    struct state s = {0};
    struct euicc_description d;
    struct euicc_profile_description p;
    struct euicc_notification_description n;
    euicc_file *file;
    euicc *card;
    size_t used = 0;
    uint32_t last = 0;
    kill_open_card(&file, &card);
    check(euicc_describe(card, &d) == EUICC_OK, "the card cannot be described");
    for (size_t i = 0; euicc_describe_profile(card, i, &p) == EUICC_OK; i++) {
        int number = p.iccid[16] - '0';
        used += p.size;
        if (strcmp(p.state, "enabled") == 0) {
            check(s.enabled == 0, "profiles %d and %d are enabled", s.enabled, number);
            s.enabled = number;
        }
        if (number == 1) s.nickname = (int)strtol(p.nickname, NULL, 10);
        if (number == 3) s.third = true;
        if (number < 3) look_uicc(card, i, &s.uicc[number - 1]);
    }
    check(d.memory_total - d.memory_free == used, "%zu bytes in use, the profiles say %zu",
          d.memory_total - d.memory_free, used);
    for (size_t i = 0; euicc_describe_notification(card, i, &n) == EUICC_OK; i++) {
        check(n.sequence_number > last, "notification %u after %u", (unsigned)n.sequence_number, (unsigned)last);
        last = n.sequence_number;
    }
    check(last == 0 || last >= t.highest, "the last notification is %u, it was %u", (unsigned)last,
          (unsigned)t.highest);
    if (last) t.highest = last;
    kill_close_card(file, card);
    return s;
}

/* ---- the LPA ---- */

static const char *iccid_of(int profile)
{
    return profile == 1 ? ICCID_1 : profile == 2 ? ICCID_2 : ICCID_3;
}

static bool install_profile(struct lpa *lpa, int profile)
{
    const struct wanted w = {.iccid = iccid_of(profile), .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
    return kill_install(lpa, &w);
}

static struct slice identifier(int profile, struct buf *id)
{
    put_hex(id, "5A0A");
    put_hex(id, iccid_of(profile));
    return buf_slice(id);
}

/* The terminal on the basic channel: false if the card went silent. */
static bool command(struct lpa *lpa, const char *digits, uint16_t expected)
{
    BUF_LOCAL capdu = {0};
    BUF_LOCAL data = {0};
    uint16_t sw;
    put_hex(&capdu, digits);
    if (!lpa_exchange(lpa, buf_slice(&capdu), &data, &sw)) return false;
    check(sw == expected, "%s: %04X, expected %04X", digits, sw, expected);
    return true;
}

/* A try of ADM1, wrong or right, or another language in EF.PL. */
static bool change_uicc(struct lpa *lpa)
{
    char text[32];
    if (!t.known.enabled) return true;
    /* The files of a profile that was enabled just now are there after a reset. */
    if (!lpa_reset(lpa)) return false;
    struct uicc *asked = &t.asked.uicc[t.known.enabled - 1];
    /* 0 tries: killed between the try and its success more than once. */
    if (next_random() % 2 || asked->tries == 0) {
        asked->language[0] = (uint8_t)('a' + next_random() % 26);
        (void)snprintf(text, sizeof text, "00D6850002%02X%02X", asked->language[0], asked->language[1]);
        return command(lpa, text, 0x9000);
    }
    if (asked->tries == ADM1_TRIES) {
        asked->tries--;
        return command(lpa, "0020000A08" ADM1_WRONG, 0x63c2);
    }
    asked->tries = ADM1_TRIES;
    return command(lpa, "0020000A08" ADM1_RIGHT, 0x9000);
}

/* One change, drawn; false if the card went silent. */
static bool change(struct lpa *lpa)
{
    BUF_LOCAL id = {0};
    char name[16];
    int code = 0;
    t.asked = t.known;
    switch (next_random() % 8) {
    case 0:
        t.asked.nickname++;
        (void)snprintf(name, sizeof name, "%d", t.asked.nickname);
        code = lpa_set_nickname(lpa, slice_skip(identifier(1, &id), 2), slice_text(name));
        break;
    case 1:
        t.asked.enabled = t.known.enabled == 1 ? 2 : 1;
        code = lpa_enable_profile(lpa, identifier(t.asked.enabled, &id), false);
        break;
    case 2:
        if (!t.known.enabled) return true;
        t.asked.enabled = 0;
        code = lpa_disable_profile(lpa, identifier(t.known.enabled, &id), false);
        break;
    case 3:
        t.asked.third = !t.known.third;
        if (t.asked.third) {
            if (!install_profile(lpa, 3)) return false;
        } else {
            code = lpa_delete_profile(lpa, identifier(3, &id));
        }
        break;
    case 4:
        if (lpa_process_notifications(lpa, NULL) < 0) return false;
        break;
    default:
        if (!change_uicc(lpa)) return false;
    }
    check(code <= 0, "the card refuses with %d", code);
    if (code == 0) t.known = t.asked;
    return code == 0;
}

static void work(bool once)
{
    struct lpa_reader reader;
    struct lpa lpa;
    if (!lpa_reader_socket(&reader, kb.port)) return; /* killed before */
    lpa_init(&lpa, &reader, &(struct lpa_options){.with_le = true, .channel = -1});
    bool ok = lpa_open(&lpa);
    if (once) {
        check(ok && install_profile(&lpa, 1) && install_profile(&lpa, 2), "%s", lpa.error);
    } else {
        while (ok)
            ok = change(&lpa);
    }
    lpa_free(&lpa);
}

static bool same(const struct state *a, const struct state *b)
{
    bool same_uiccs = true;
    for (size_t i = 0; i < 2; i++)
        same_uiccs = same_uiccs && a->uicc[i].tries == b->uicc[i].tries &&
                     memcmp(a->uicc[i].language, b->uicc[i].language, sizeof a->uicc[i].language) == 0;
    return same_uiccs && a->enabled == b->enabled && a->nickname == b->nickname && a->third == b->third;
}

/* A right code costs a try before it is compared, and brings all tries back then. */
static bool is_between(const struct state *came)
{
    struct state between = t.known;
    if (!t.known.enabled) return false;
    size_t at = (size_t)t.known.enabled - 1;
    if (t.asked.uicc[at].tries <= t.known.uicc[at].tries) return false;
    between.uicc[at].tries--;
    return same(came, &between);
}

static void assert_came(const struct state *came)
{
    const struct state *all[] = {came, &t.known, &t.asked};
    char text[3][128];
    for (size_t i = 0; i < 3; i++)
        (void)snprintf(text[i], sizeof text[i],
                       "enabled %d, nickname %d, third %d, tries %u %u, EF.PL %02X%02X %02X%02X", all[i]->enabled,
                       all[i]->nickname, (int)all[i]->third, all[i]->uicc[0].tries, all[i]->uicc[1].tries,
                       all[i]->uicc[0].language[0], all[i]->uicc[0].language[1], all[i]->uicc[1].language[0],
                       all[i]->uicc[1].language[1]);
    check(same(came, &t.known) || same(came, &t.asked) || is_between(came), "%s; answered was %s; asked for %s",
          text[0], text[1], text[2]);
}

START_TEST(test_kill)
{
    const int rounds = kill_rounds(30);
    int interrupted = 0;
    kill_begin(NULL);
    start_daemon();
    work(true);
    end_daemon(start_killer(0));
    t.known = look();
    check(t.known.enabled == 0 && t.known.nickname == 0 && !t.known.third, "a new card is not new");
    for (kb.round = 1; kb.round <= rounds; kb.round++) {
        start_daemon();
        pid_t killer = start_killer(next_random() % MOMENT_MAX);
        t.asked = t.known;
        work(false);
        end_daemon(killer);
        struct state came = look();
        assert_came(&came);
        interrupted += !same(&t.known, &t.asked);
        t.known = came;
    }
    printf("%d kills, %d of them in the middle of a change\n", rounds, interrupted);
    kill_end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kill");
    TCase *tests = tcase_create("kill");
    tcase_set_timeout(tests, getenv("TEAR_KILLS") ? 0 : 300);
    tcase_add_test(tests, test_kill);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
