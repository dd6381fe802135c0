/* softeuicc run: the card on a reader, on a port or on standard input, with a live log. Called through main.c. */
#define _GNU_SOURCE
#include "cli/log.h"
#include "cli/mutation.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/text.h"
#include "transport/transport.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const char default_vpcd[] = "127.0.0.1:35963";

struct run {
    struct session session;
    struct log log;
    struct mutation mutation;
    bool quiet;
};

/* SIGINT, SIGTERM and SIGHUP become readable on the returned descriptor: the command at work ends and its commit is
 * done before anybody looks. -1: said. */
static int open_stop(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    int fd = -1;
    if (sigprocmask(SIG_BLOCK, &signals, NULL) == 0) fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) complain("cannot watch for signals: %s", strerror(errno));
    /* Whoever reads the log or the answers may go away; write() tells. */
    (void)signal(SIGPIPE, SIG_IGN);
    return fd;
}

static void say(void *ctx, enum transport_message kind, const char *text)
{
    struct run *run = ctx;
    if (kind == TRANSPORT_NOTE) {
        if (!run->quiet) log_note(&run->log, text);
        return;
    }
    complain("%s", text);
    const char *storage = run->session.file ? euicc_file_error(run->session.file) : "";
    if (storage[0]) complain("%s", storage); /* names the file */
}

static bool print_start(const struct run *run)
{
    BUF_LOCAL out = {0};
    const struct session *s = &run->session;
    if (run->log.json) {
        struct json j = {.out = &out};
        json_open(&j, NULL, '{');
        if (!show_card_json(s, &j) || !show_profiles_json(s, &j) || !show_eims_json(s, &j) ||
            !show_notifications_json(s, &j))
            return false;
        json_close(&j, '}');
        buf_byte(&out, '\n');
    } else if (!show_card(s, &out) || !show_profiles(s, &out) || !show_eims(s, &out) || !show_notifications(s, &out)) {
        return false;
    }
    if (buf_err(&out) == OK && write_all(run->log.fd, buf_slice(&out))) return true;
    complain("the log cannot be written: %s", strerror(errno));
    return false;
}

static bool serve(struct run *run, const struct options *o, int stop)
{
    struct transport transport = {.card = run->session.card,
                                  .stop = stop,
                                  .was_in_use = run->session.was_in_use,
                                  .say = say,
                                  .ctx = run,
                                  .filter = mutation_filter(&run->mutation)};
    if (o->given & OPTION_STDIO) return transport_stdio(&transport, STDIN_FILENO, STDOUT_FILENO);
    if (o->listen) return transport_listen(&transport, o->listen, o->given & OPTION_ALLOW_REMOTE);
    return transport_vpcd(&transport, o->vpcd ? o->vpcd : default_vpcd);
}

int command_run(const struct options *o)
{
    if ((o->given & OPTION_ALLOW_REMOTE) && !o->listen) {
        complain("--allow-remote: expected --listen with it");
        return EXIT_USAGE;
    }
    if ((o->given & OPTION_MUTATE_SEED) && !o->mutate) {
        complain("--mutate-seed: expected --mutate with it");
        return EXIT_USAGE;
    }
    int stop = open_stop();
    if (stop < 0) return EXIT_FAILED;
    struct run run = {.quiet = o->given & OPTION_QUIET};
    /* With --stdio the standard output belongs to the answers. */
    int log_fd = o->given & OPTION_STDIO ? STDERR_FILENO : STDOUT_FILENO;
    log_begin(&run.log, log_fd, o->given & OPTION_VERBOSE, o->given & OPTION_JSON);
    run.log.stop = stop;
    run.log.secrets = o->given & OPTION_LOG_SECRETS;
    if (!run.quiet) {
        run.session.trace = log_event;
        run.session.trace_ctx = &run.log;
    }
    bool ok = mutation_open(&run.mutation, o) && session_open(&run.session, o, SESSION_RUN) &&
              (run.quiet || print_start(&run));
    if (ok && o->mutate) mutation_begin(&run.mutation, run.session.card, run.quiet ? NULL : &run.log);
    if (ok) ok = serve(&run, o, stop);
    mutation_close(&run.mutation);
    session_close(&run.session);
    log_end(&run.log);
    close(stop);
    return ok ? EXIT_SUCCESS : EXIT_FAILED;
}
