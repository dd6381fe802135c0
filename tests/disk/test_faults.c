/* SQLite over a file system that fails or loses power at its n-th operation, n = 1, 2, 3, ... until it is reached no
 * more: while a card file is made, opened, brought up from version 1, changed, checkpointed and closed, below the store
 * and below a whole card. Whatever happened, the file is then the card before or after the commit at work, all that was
 * acknowledged is in it, it can be used again; and what was answered in between was never wrong.
 *
 * A sample of n by default, all with TEAR_ALL=1. A failure names the case; FAULT_CASE=SCENARIO:MODE:N:SEED runs it
 * alone. */
#define _GNU_SOURCE
#include "disk.h"
#include "shim.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS_MAX 4
#define SAMPLE 24 /* cases of a scenario and a mode */

struct scenario {
    const char *name;
    enum euicc_file_mode mode;
    unsigned steps;
    void (*prepare)(void);
    /* The commits from the first to the last-th; stops at one that fails for good. */
    void (*run)(euicc_file *file, unsigned last);
};

static struct progress {
    unsigned done, asked; /* steps that were acknowledged; that were begun */
} * shared;               /* with the process that loses power */
static const struct scenario *at_work;
static struct buf states[STEPS_MAX + 1];
static char case_name[96];
static bool dies_at_failure; /* the process ends when a commit has failed: kill -9 */

#define must(condition, ...)                                                                                           \
    do {                                                                                                               \
        char said[300];                                                                                                \
        (void)snprintf(said, sizeof said, __VA_ARGS__);                                                                \
        ck_assert_msg(condition, "FAULT_CASE=%s: %s", case_name, said);                                                \
    } while (0)

/* ---- commits ---- */

static int commit_step(euicc_file *file, unsigned step)
{
    static uint8_t large[20000];
    const struct euicc_change changes[STEPS_MAX][3] = {
        {{"key01", (const uint8_t *)"one", 3}, {"key02", NULL, 0}, {"new", (const uint8_t *)"", 0}},
        {{"large", large, sizeof large}, {"key03", (const uint8_t *)"3", 1}, {"key61", (const uint8_t *)"x", 1}},
        {{"large", large, 10}, {"new", NULL, 0}, {"key01", (const uint8_t *)"two", 3}},
        {{"key04", NULL, 0}, {"key05", NULL, 0}, {"last", (const uint8_t *)"y", 1}},
    };
    return euicc_file_commit(file, changes[step], 3);
}

/* What is read now, if it can be read, is state n. */
static void assert_state(euicc_file *file, unsigned n)
{
    BUF_LOCAL came = {0};
    if (!at_work || states[n].n == 0) return; /* the states are being found out */
    if (disk_contents(file, &came) != EUICC_OK) return;
    must(slice_equal(buf_slice(&came), buf_slice(&states[n])), "what is read is not the card after %u commits", n);
}

static void store_steps(euicc_file *file, unsigned last)
{
    BUF_LOCAL came = {0};
    if (disk_contents(file, &came) != EUICC_OK) return;
    for (unsigned k = 0; k < last; k++) {
        shared->asked = k + 1;
        if (commit_step(file, k) != EUICC_OK) {
            must(strlen(euicc_file_error(file)) > strlen(disk_path), "no word about the failure");
            if (dies_at_failure) _exit(SHIM_ENDED);
            assert_state(file, k);
            if (commit_step(file, k) != EUICC_OK) return;
        }
        shared->done = k + 1;
        assert_state(file, k + 1);
    }
}

/* ---- a whole card ---- */

static euicc_random *random_source;
static uint8_t answer[65538];

static int card_random(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    return euicc_random_bytes(random_source, out, n);
}

static euicc *card_on(euicc_file *file, bool is_new)
{
    struct euicc_env env = {.ctx = file, .random = card_random, .load = euicc_file_load, .commit = euicc_file_commit};
    struct euicc_config config = {0};
    euicc *card = NULL;
    ck_assert_int_eq(euicc_random_new(&random_source, true, 1), EUICC_OK);
    if (euicc_create(&card, is_new ? &config : NULL, &env, NULL) != EUICC_OK) card = NULL;
    return card;
}

static void card_gone(euicc *card)
{
    euicc_destroy(card);
    euicc_random_free(random_source);
    random_source = NULL;
}

/* 9000 and its data, or false for no answer; nothing else may come. */
static bool ask(euicc *card, const uint8_t *command, size_t n, size_t *got)
{
    int result = euicc_transmit(card, command, n, answer, sizeof answer, got);
    if (result == EUICC_MUTE || result == EUICC_STORAGE) return false;
    must(result == EUICC_OK && *got >= 2 && answer[*got - 2] == 0x90, "result %d, answer %02x%02x", result,
         *got >= 2 ? answer[*got - 2] : 0, *got >= 2 ? answer[*got - 1] : 0);
    return true;
}

static bool card_select(euicc *card)
{
    static const uint8_t select[] = {0x00, 0xa4, 0x04, 0x00, 0x10, 0xa0, 0x00, 0x00, 0x05, 0x59, 0x10,
                                     0x10, 0xff, 0xff, 0xff, 0xff, 0x89, 0x00, 0x00, 0x01, 0x00, 0x00};
    struct euicc_atr atr;
    size_t n;
    return euicc_power_on(card, &atr) == EUICC_OK && ask(card, select, sizeof select, &n);
}

/* SetDefaultDpAddress (SGP.22 5.7.4): smdp.exampleN */
static bool set_address(euicc *card, unsigned number)
{
    uint8_t command[] = {0x80, 0xe2, 0x91, 0x00, 0x11, 0xbf, 0x3f, 0x0e, 0x80, 0x0c, 's', 'm',
                         'd',  'p',  '.',  'e',  'x',  'a',  'm',  'p',  'l',  '0',  0x00};
    size_t n;
    command[sizeof command - 2] = (uint8_t)('0' + number);
    return ask(card, command, sizeof command, &n);
}

/* GetEuiccConfiguredData says this address; 0: none. */
static void assert_address(euicc *card, unsigned number)
{
    static const uint8_t command[] = {0x80, 0xe2, 0x91, 0x00, 0x03, 0xbf, 0x3c, 0x00, 0x00};
    size_t n;
    if (!ask(card, command, sizeof command, &n)) return;
    const uint8_t *at = memmem(answer, n, "smdp.exampl", 11);
    unsigned came = at ? (unsigned)(at[11] - '0') : 0;
    must(came == number, "the card says address %u, it was %u", came, number);
}

static void card_steps(euicc_file *file, unsigned last)
{
    euicc *card = card_on(file, false);
    if (!card || !card_select(card)) {
        card_gone(card);
        return;
    }
    for (unsigned k = 0; k < last; k++) {
        shared->asked = k + 1;
        assert_address(card, k);
        if (!set_address(card, k + 1)) {
            if (dies_at_failure) _exit(SHIM_ENDED);
            size_t n;
            must(euicc_transmit(card, answer, 5, answer, sizeof answer, &n) == EUICC_MUTE, "not mute after a failure");
            if (!card_select(card)) break;
            assert_address(card, k);
            if (!set_address(card, k + 1)) break;
        }
        shared->done = k + 1;
        assert_address(card, k + 1);
    }
    card_gone(card);
}

static void make_whole_card(void)
{
    euicc_file *file = disk_open(EUICC_FILE_CREATE);
    euicc *card = card_on(file, true);
    ck_assert_ptr_nonnull(card);
    card_gone(card);
    euicc_file_close(file);
}

/* ---- scenarios ---- */

static void nothing(void) {}

static void make_version_1(void)
{
    disk_make_card();
    disk_make_version_1();
}

/* So long that the next commit is followed by a checkpoint; the process that wrote it is dead. */
static void make_long_log(void)
{
    disk_make_card();
    euicc_file *file = disk_open(EUICC_FILE_OPEN);
    size_t n = 0;
    for (unsigned i = 0; n < (size_t)990 * (4096 + 24); i++) {
        char value[16];
        (void)snprintf(value, sizeof value, "%u", i);
        ck_assert_int_eq(disk_put(file, "key09", value), EUICC_OK);
        if (i % 16 == 0) free(disk_read("-wal", &n));
    }
    disk_keep();
    euicc_file_close(file);
    disk_bring_back();
}

static const struct scenario scenarios[] = {
    {"create", EUICC_FILE_CREATE, 2, nothing, store_steps},
    {"change", EUICC_FILE_OPEN, 4, disk_make_card, store_steps},
    {"checkpoint", EUICC_FILE_OPEN, 3, make_long_log, store_steps},
    {"version-1", EUICC_FILE_OPEN, 1, make_version_1, store_steps},
    {"card", EUICC_FILE_OPEN, 3, make_whole_card, card_steps},
};

/* The scenario up to step `last`, from opening to closing. */
static void run(const struct scenario *s, unsigned last)
{
    euicc_file *file = NULL;
    struct euicc_diagnostic why;
    int result = euicc_file_open(&file, disk_path, NULL, s->mode, &why);
    must(result == EUICC_OK || strlen(why.text) > strlen(disk_path), "no word about result %d", result);
    if (result == EUICC_OK) s->run(file, last);
    euicc_file_close(file);
}

static void find_states(const struct scenario *s)
{
    struct euicc_diagnostic why;
    s->prepare();
    disk_keep();
    at_work = NULL;
    for (unsigned k = 0; k <= s->steps; k++) {
        buf_reset(&states[k]);
        disk_bring_back();
        run(s, k);
        int result = disk_look(EUICC_FILE_OPEN, &states[k], &why);
        ck_assert_msg(result == EUICC_OK || (k == 0 && s->mode == EUICC_FILE_CREATE), "%s", why.text);
    }
    at_work = s;
}

/* ---- after it ---- */

static void use_again(void)
{
    struct euicc_file_report report;
    euicc_file *file = disk_open(EUICC_FILE_OPEN_OR_CREATE);
    BUF_LOCAL came = {0};
    must(euicc_file_check(file, &report) == EUICC_OK, "%s", euicc_file_error(file));
    must(disk_put(file, "again", "used") == EUICC_OK, "%s", euicc_file_error(file));
    euicc_file_close(file);
    file = disk_open(EUICC_FILE_OPEN);
    must(disk_contents(file, &came) == EUICC_OK && memmem(came.p, came.n, "again", 6), "%s", euicc_file_error(file));
    euicc_file_close(file);
    must(disk_file_count() == 1, "something is left beside the file");
}

static void look_at_what_is_left(const struct scenario *s, bool exactly)
{
    BUF_LOCAL came = {0};
    struct euicc_diagnostic why = {0};
    unsigned done = shared->done, asked = shared->asked;
    int result = disk_look(EUICC_FILE_OPEN, &came, &why);
    bool nothing_yet = s->mode == EUICC_FILE_CREATE && done == 0;
    if (nothing_yet && result != EUICC_OK) {
        must(result == EUICC_NO_CARD || (result == EUICC_CORRUPT && strstr(why.text, "is empty")), "%d %s", result,
             why.text);
    } else {
        must(result == EUICC_OK, "%u done, %u asked: %d %s", done, asked, result, why.text);
        bool same = slice_equal(buf_slice(&came), buf_slice(&states[done]));
        if (!same && !exactly && asked > done) same = slice_equal(buf_slice(&came), buf_slice(&states[asked]));
        must(same, "neither the card before nor after: %u done, %u asked", done, asked);
    }
    use_again();
}

/* In a process that dies. */
static void run_dying(const struct scenario *s, enum shim_mode mode, unsigned n, uint32_t seed)
{
    int status = 0;
    pid_t pid = check_fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        shim_arm(mode, n, seed);
        run(s, s->steps);
        _exit(EXIT_SUCCESS);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    must(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == SHIM_ENDED), "status %x",
         (unsigned)status);
}

static void run_case(const struct scenario *s, enum shim_mode mode, bool dies, unsigned n, uint32_t seed)
{
    (void)snprintf(case_name, sizeof case_name, "%s:%s%s:%u:%u", s->name, shim_names[mode], dies ? "-kill" : "", n,
                   (unsigned)seed);
    disk_bring_back();
    *shared = (struct progress){0};
    dies_at_failure = dies;
    if (mode == SHIM_CUT || dies) {
        run_dying(s, mode, n, seed);
    } else {
        shim_arm(mode, n, seed);
        run(s, s->steps);
        (void)shim_disarm(NULL);
    }
    dies_at_failure = false;
    shim_arm(SHIM_WELL, 0, 0);
    look_at_what_is_left(s, dies);
}

/* How many operations there are in a run without a fault. */
static unsigned operations(const struct scenario *s, enum shim_mode mode)
{
    disk_bring_back();
    *shared = (struct progress){0};
    shim_arm(mode == SHIM_CUT ? SHIM_FAILS : mode, 0, 0);
    run(s, s->steps);
    unsigned n = shim_disarm(NULL);
    ck_assert_uint_eq(shared->done, s->steps);
    return n;
}

static unsigned run_mode(const struct scenario *s, enum shim_mode mode, bool dies)
{
    unsigned last = operations(s, mode) + 1, cases = disk_all() ? last : SAMPLE, run_n = 0;
    unsigned seeds = mode == SHIM_CUT && disk_all() ? 8 : 1;
    if (cases > last) cases = last;
    ck_assert_uint_gt(last, 8);
    /* all of them, or as many spread evenly, others at each run */
    unsigned start = cases < last ? disk_random() % (last / cases + 1) : 0;
    for (unsigned i = 0; i < cases; i++) {
        unsigned n = 1 + (unsigned)((uint64_t)i * last / cases + start) % last;
        for (unsigned k = 0; k < seeds; k++) {
            run_case(s, mode, dies, n, disk_random());
            run_n++;
        }
    }
    return run_n;
}

static bool run_given_case(const struct scenario *s)
{
    const char *given = getenv("FAULT_CASE");
    char name[32], mode[32];
    int numbers = 0;
    if (!given) return false;
    ck_assert_int_eq(sscanf(given, "%31[^:]:%31[^:]:%n", name, mode, &numbers), 2);
    ck_assert_int_gt(numbers, 0);
    char *end = NULL;
    unsigned n = (unsigned)strtoul(given + numbers, &end, 10);
    uint32_t seed = *end == ':' ? (uint32_t)strtoul(end + 1, NULL, 10) : 0;
    if (strcmp(name, s->name) != 0) return true;
    char *dash = strstr(mode, "-kill");
    if (dash) *dash = 0;
    for (int i = SHIM_FULL; i < SHIM_MODES; i++) {
        if (strcmp(mode, shim_names[i]) == 0) run_case(s, (enum shim_mode)i, dash != NULL, n, seed);
    }
    return true;
}

static void scenario_test(const struct scenario *s)
{
    unsigned cases = 0;
    (void)umask(0);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne((void *)shared, MAP_FAILED);
    shim_install();
    find_states(s);
    if (!run_given_case(s)) {
        for (int mode = SHIM_FULL; mode < SHIM_MODES; mode++)
            cases += run_mode(s, (enum shim_mode)mode, false);
        cases += run_mode(s, SHIM_FAILS, true);
        printf("%s: %u cases\n", s->name, cases);
    }
    for (unsigned k = 0; k <= STEPS_MAX; k++)
        buf_free(&states[k]);
    (void)munmap(shared, sizeof *shared);
}

START_TEST(create)
{
    scenario_test(&scenarios[0]);
}
END_TEST
START_TEST(change)
{
    scenario_test(&scenarios[1]);
}
END_TEST
START_TEST(checkpoint)
{
    scenario_test(&scenarios[2]);
}
END_TEST
START_TEST(version_1)
{
    scenario_test(&scenarios[3]);
}
END_TEST
START_TEST(whole_card)
{
    scenario_test(&scenarios[4]);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {create, change, checkpoint, version_1, whole_card};
    return disk_main("faults", tests, sizeof tests / sizeof *tests);
}
