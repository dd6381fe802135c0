/* The daemon is killed with SIGKILL at random moments while an LPA works on it over TCP. Each time the card file opens
 * again, the invariants that can be seen from outside hold, all that the card had answered is there, and of the command
 * at work either everything or nothing. 50 times; TEAR_KILLS says otherwise. The seed is printed; TEAR_SEED replays the
 * moments as far as the machine's timing allows. The path of the program is in SOFTEUICC. */
#define _GNU_SOURCE
#include "common.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_MILLISECONDS 30000
#define MOMENT_MAX 80000 /* microseconds after the LPA began */

/* What the LPA changes, profiles 1 to 3. */
struct state {
    int enabled; /* profile 1 or 2, 0: none */
    int nickname;
    bool third; /* profile 3 is installed */
};

static struct {
    char folder[64], file[96], log[96];
    struct smdpp *dp;
    struct kat *keys;
    euicc_random *random;
    uint64_t seed;
    uint64_t first_seed;
    int round;
    uint32_t highest; /* number of a notification so far */
    pid_t daemon;
    uint16_t port;
    struct state known; /* by the last answer */
    struct state asked; /* what the command at work leads to */
} t;

#define check(condition, ...)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) fail_here(__LINE__, __VA_ARGS__);                                                            \
    } while (0)

static void fail_here(int line, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));
static void fail_here(int line, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (t.daemon) (void)kill(t.daemon, SIGKILL);
    ck_abort_msg("line %d, kill %d: %s\nreplay: TEAR_SEED=%llu", line, t.round, text, (unsigned long long)t.first_seed);
}

static uint32_t next_random(void)
{
    t.seed = t.seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(t.seed >> 33);
}

/* ---- the card file ---- */

static int load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    return euicc_file_load(ctx, put, put_ctx);
}

static int random_bytes(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    return euicc_random_bytes(t.random, out, n);
}

/* Reads the state and checks what has to hold. */
static struct state look(void)
{
    struct state s = {0};
    struct euicc_diagnostic why;
    struct euicc_description d;
    struct euicc_profile_description p;
    struct euicc_notification_description n;
    euicc_file *file;
    euicc *card;
    size_t used = 0;
    uint32_t last = 0;
    check(euicc_file_open(&file, t.file, NULL, EUICC_FILE_OPEN, &why) == EUICC_OK, "%s", why.text);
    const struct euicc_env env = {.ctx = file, .random = random_bytes, .load = load, .commit = euicc_file_commit};
    check(euicc_create(&card, NULL, &env, &why) == EUICC_OK, "%s", why.text);
    check(euicc_describe(card, &d) == EUICC_OK, "the card cannot be described");
    for (size_t i = 0; euicc_describe_profile(card, i, &p) == EUICC_OK; i++) {
        int number = p.iccid[16] - '0';
        used += p.size;
        if (strcmp(p.state, "enabled") == 0) {
            check(s.enabled == 0, "profiles %d and %d are enabled", s.enabled, number);
            s.enabled = number;
        }
        if (number == 1) s.nickname = atoi(p.nickname);
        if (number == 3) s.third = true;
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
    euicc_destroy(card);
    euicc_file_close(file);
    return s;
}

/* ---- the daemon ---- */

static bool read_port(void)
{
    char text[8192];
    FILE *log = fopen(t.log, "r");
    if (!log) return false;
    size_t n = fread(text, 1, sizeof text - 1, log);
    fclose(log);
    text[n] = 0;
    const char *at = strstr(text, "listening on 127.0.0.1:");
    if (!at || !strchr(at, '\n')) return false;
    t.port = (uint16_t)strtoul(at + strlen("listening on 127.0.0.1:"), NULL, 10);
    return t.port != 0;
}

static void start_daemon(void)
{
    const char *program = getenv("SOFTEUICC");
    ck_assert_msg(program, "SOFTEUICC does not say where the program is");
    (void)unlink(t.log);
    t.daemon = fork();
    ck_assert_int_ge(t.daemon, 0);
    if (t.daemon == 0) {
        int log = open(t.log, O_CREAT | O_TRUNC | O_WRONLY, 0600);
        if (log < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0) _exit(126);
        execl(program, program, "run", "--card", t.file, "--listen", "127.0.0.1:0", (char *)NULL);
        _exit(127);
    }
    for (int waited = 0; !read_port(); waited++) {
        check(waited < START_MILLISECONDS, "the daemon does not listen");
        check(waitpid(t.daemon, NULL, WNOHANG) == 0, "the daemon does not start; its log is %s", t.log);
        usleep(1000);
    }
}

/* A process of its own, so that the moment does not depend on where the LPA is. */
static pid_t start_killer(unsigned microseconds)
{
    pid_t killer = fork();
    ck_assert_int_ge(killer, 0);
    if (killer == 0) {
        usleep(microseconds);
        (void)kill(t.daemon, SIGKILL);
        _exit(0);
    }
    return killer;
}

static void end_daemon(pid_t killer)
{
    int status;
    ck_assert_int_eq(waitpid(killer, NULL, 0), killer);
    ck_assert_int_eq(waitpid(t.daemon, &status, 0), t.daemon);
    t.daemon = 0;
    check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the daemon ended by itself, status %d; its log is %s",
          status, t.log);
}

/* ---- the LPA ---- */

static const char *iccid_of(int profile)
{
    return profile == 1 ? ICCID_1 : profile == 2 ? ICCID_2 : ICCID_3;
}

static bool install_profile(struct lpa *lpa, int profile)
{
    const struct wanted w = {.iccid = iccid_of(profile), .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    wanted_metadata(&w, &metadata);
    wanted_package(&w, &package);
    t.dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    bool ok = lpa_download(lpa, t.dp, NULL, &result);
    check(ok || result.stage != LPA_STAGE_RESULT, "download: %s", result.error);
    t.dp->profile = (struct smdpp_profile){0};
    return ok;
}

static struct slice identifier(int profile, struct buf *id)
{
    put_hex(id, "5A0A");
    put_hex(id, iccid_of(profile));
    return buf_slice(id);
}

/* One change, drawn; false if the card went silent. */
static bool change(struct lpa *lpa)
{
    BUF_LOCAL id = {0};
    char name[16];
    int code = 0;
    t.asked = t.known;
    switch (next_random() % 5) {
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
    default:
        if (lpa_process_notifications(lpa, NULL) < 0) return false;
    }
    check(code <= 0, "the card refuses with %d", code);
    if (code == 0) t.known = t.asked;
    return code == 0;
}

static void work(bool once)
{
    struct lpa_reader reader;
    struct lpa lpa;
    if (!lpa_reader_socket(&reader, t.port)) return; /* killed before */
    lpa_init(&lpa, &reader, &(struct lpa_options){.with_le = true});
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
    return a->enabled == b->enabled && a->nickname == b->nickname && a->third == b->third;
}

static void begin(void)
{
    struct smdpp_config config;
    const char *folder = getenv("TMPDIR");
    const char *seed = getenv("TEAR_SEED");
    (void)snprintf(t.folder, sizeof t.folder, "%s/tear-XXXXXX", folder && strlen(folder) < 40 ? folder : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(t.folder));
    (void)snprintf(t.file, sizeof t.file, "%s/card", t.folder);
    (void)snprintf(t.log, sizeof t.log, "%s/log", t.folder);
    t.seed = t.first_seed = seed ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL) * 1000003u + (uint64_t)getpid();
    printf("TEAR_SEED=%llu\n", (unsigned long long)t.first_seed);
    (void)fflush(stdout);
    ck_assert_int_eq(euicc_random_new(&t.random, true, t.first_seed), EUICC_OK);
    t.keys = kat_open("sgp26.txt");
    ck_assert(t.keys && smdpp_config_sgp26(&config, t.keys, TEST_P256, 1));
    t.dp = smdpp_new(&config);
    ck_assert_ptr_nonnull(t.dp);
}

static void end(void)
{
    static const char *const left[] = {"", "-wal", "-shm", "-journal", ".lock", "-lock"};
    char name[128];
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", t.file, left[i]);
        (void)unlink(name);
    }
    (void)unlink(t.log);
    check(rmdir(t.folder) == 0, "something else is left in %s", t.folder);
    smdpp_free(t.dp);
    kat_free(t.keys);
    euicc_random_free(t.random);
}

START_TEST(test_kill)
{
    const char *kills = getenv("TEAR_KILLS");
    int rounds = kills ? atoi(kills) : 50;
    int interrupted = 0;
    begin();
    start_daemon();
    work(true);
    end_daemon(start_killer(0));
    t.known = look();
    check(t.known.enabled == 0 && t.known.nickname == 0 && !t.known.third, "a new card is not new");
    for (t.round = 1; t.round <= rounds; t.round++) {
        start_daemon();
        pid_t killer = start_killer(next_random() % MOMENT_MAX);
        t.asked = t.known;
        work(false);
        end_daemon(killer);
        struct state came = look();
        check(same(&came, &t.known) || same(&came, &t.asked),
              "enabled %d, nickname %d, third %d; answered was %d %d %d, asked for %d %d %d", came.enabled,
              came.nickname, (int)came.third, t.known.enabled, t.known.nickname, (int)t.known.third, t.asked.enabled,
              t.asked.nickname, (int)t.asked.third);
        interrupted += !same(&t.known, &t.asked);
        t.known = came;
    }
    printf("%d kills, %d of them in the middle of a change\n", rounds, interrupted);
    end();
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
