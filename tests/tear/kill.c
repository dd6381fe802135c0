/* The daemon that is killed; see kill.h. */
#define _GNU_SOURCE
#include "kill.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_MILLISECONDS 60000 /* at least; only a hang takes so long */
#define USUAL_SEED 1

struct kill_bench kb;

void kill_fail(int line, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (kb.daemon) (void)kill(kb.daemon, SIGKILL);
    ck_abort_msg("line %d, kill %d: %s\nreplay: TEAR_SEED=%llu", line, kb.round, text,
                 (unsigned long long)kb.first_seed);
}

uint32_t next_random(void)
{
    kb.seed = kb.seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(kb.seed >> 33);
}

/* ---- the card file ---- */

static int load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    return euicc_file_load(ctx, put, put_ctx);
}

static int random_bytes(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    return euicc_random_bytes(kb.random, out, n);
}

void kill_open_card(euicc_file **file, euicc **card)
{
    struct euicc_diagnostic why;
    check(euicc_file_open(file, kb.file, NULL, EUICC_FILE_OPEN, &why) == EUICC_OK, "%s", why.text);
    const struct euicc_env env = {.ctx = *file, .random = random_bytes, .load = load, .commit = euicc_file_commit};
    check(euicc_create(card, NULL, &env, &why) == EUICC_OK, "%s", why.text);
}

void kill_close_card(euicc_file *file, euicc *card)
{
    euicc_destroy(card);
    euicc_file_close(file);
}

/* ---- the daemon ---- */

/* A daemon that was killed leaves its port to whoever comes next. A socket that is bound and never listens keeps it for
 * the following daemon, which asks for it with SO_REUSEADDR; a client in between is refused. */
static void hold_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int on = 1;
    kb.held = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(kb.held, 0);
    ck_assert_int_eq(setsockopt(kb.held, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    ck_assert_int_eq(bind(kb.held, (struct sockaddr *)&address, n), 0);
    ck_assert_int_eq(getsockname(kb.held, (struct sockaddr *)&address, &n), 0);
    kb.port = ntohs(address.sin_port);
}

static bool listens(void)
{
    char text[8192];
    FILE *log = fopen(kb.log, "r");
    if (!log) return false;
    size_t n = fread(text, 1, sizeof text - 1, log);
    fclose(log);
    text[n] = 0;
    return strstr(text, "listening on 127.0.0.1:") != NULL;
}

void start_daemon(void)
{
    const char *program = getenv("SOFTEUICC");
    ck_assert_msg(program, "SOFTEUICC does not say where the program is");
    (void)unlink(kb.log);
    kb.daemon = fork();
    ck_assert_int_ge(kb.daemon, 0);
    if (kb.daemon == 0) {
        int log = open(kb.log, O_CREAT | O_TRUNC | O_WRONLY, 0600);
        if (log < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0) _exit(126);
        const bool made = kb.personality && access(kb.file, F_OK) != 0;
        char address[32];
        (void)snprintf(address, sizeof address, "127.0.0.1:%u", kb.port);
        execl(program, program, "run", "--card", kb.file, "--listen", address, made ? "--personality" : NULL,
              kb.personality, (char *)NULL);
        _exit(127);
    }
    for (int waited = 0; !listens(); waited++) {
        check(waited < START_MILLISECONDS, "the daemon does not listen");
        check(waitpid(kb.daemon, NULL, WNOHANG) == 0, "the daemon does not start; its log is %s", kb.log);
        usleep(1000);
    }
}

pid_t start_killer(unsigned microseconds)
{
    pid_t killer = fork();
    ck_assert_int_ge(killer, 0);
    if (killer == 0) {
        usleep(microseconds);
        (void)kill(kb.daemon, SIGKILL);
        _exit(0);
    }
    return killer;
}

void end_daemon(pid_t killer)
{
    int status;
    ck_assert_int_eq(waitpid(killer, NULL, 0), killer);
    ck_assert_int_eq(waitpid(kb.daemon, &status, 0), kb.daemon);
    kb.daemon = 0;
    check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the daemon ended by itself, status %d; its log is %s",
          status, kb.log);
}

/* ---- downloads ---- */

bool kill_install(struct lpa *lpa, const struct wanted *w)
{
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    wanted_metadata(w, &metadata);
    wanted_package(w, &package);
    kb.dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    bool ok = lpa_download(lpa, kb.dp, NULL, &result);
    check(ok || result.stage != LPA_STAGE_RESULT, "download: %s", result.error);
    kb.dp->profile = (struct smdpp_profile){0};
    return ok;
}

/* ---- begin and end ---- */

void kill_begin(const char *personality)
{
    struct smdpp_config config;
    const char *folder = getenv("TMPDIR");
    const char *seed = getenv("TEAR_SEED");
    kb = (struct kill_bench){.personality = personality};
    (void)snprintf(kb.folder, sizeof kb.folder, "%s/tear-XXXXXX", folder && strlen(folder) < 40 ? folder : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(kb.folder));
    (void)snprintf(kb.file, sizeof kb.file, "%s/card", kb.folder);
    (void)snprintf(kb.log, sizeof kb.log, "%s/log", kb.folder);
    kb.seed = kb.first_seed = seed ? strtoull(seed, NULL, 10) : USUAL_SEED;
    printf("TEAR_SEED=%llu\n", (unsigned long long)kb.first_seed);
    (void)fflush(stdout);
    ck_assert_int_eq(euicc_random_new(&kb.random, true, kb.first_seed), EUICC_OK);
    kb.keys = kat_open("sgp26.txt");
    ck_assert(kb.keys && smdpp_config_sgp26(&config, kb.keys, TEST_P256, 1));
    kb.dp = smdpp_new(&config);
    ck_assert_ptr_nonnull(kb.dp);
    hold_port();
}

void kill_end(void)
{
    static const char *const left[] = {"", "-wal", "-shm", "-journal", ".lock", "-lock"};
    char name[128];
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", kb.file, left[i]);
        (void)unlink(name);
    }
    (void)unlink(kb.log);
    (void)close(kb.held);
    check(rmdir(kb.folder) == 0, "something else is left in %s", kb.folder);
    smdpp_free(kb.dp);
    kat_free(kb.keys);
    euicc_random_free(kb.random);
}

int kill_rounds(int usual)
{
    const char *kills = getenv("TEAR_KILLS");
    return kills ? (int)strtol(kills, NULL, 10) : usual;
}
