/* The cases spread over processes; see run.h. Each child takes every n-th case on its own copy of the built-in card and
 * writes what came of each into a pipe; a child that dies makes errors of the cases that it did not finish. */
#define _GNU_SOURCE
#include "run.h"

#include "say.h"

#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_MAX 64
#define INTERRUPT_LOOK_MS 100

/* What stands in front of the reason and the JSON in the pipe. Both ends are the same program. */
struct head {
    size_t index;
    enum verdict verdict;
    unsigned repetition;
    int64_t took;
    size_t reason_n;
    size_t json_n;
};

struct child {
    pid_t pid; /* 0: ended */
    int fd;
    struct buf in; /* not taken yet */
};

static bool send_result(int fd, const struct run *r, size_t index)
{
    const struct result *result = &r->results[index];
    const struct head head = {.index = index,
                              .verdict = result->verdict,
                              .repetition = result->repetition,
                              .took = result->took,
                              .reason_n = result->reason ? strlen(result->reason) : 0,
                              .json_n = result->json.n};
    return write_all(fd, slice_of(&head, sizeof head)) && write_all(fd, slice_of(result->reason, head.reason_n)) &&
           write_all(fd, buf_slice(&result->json));
}

static void child_main(struct run *r, int fd, size_t first, size_t step)
{
    sigset_t all;
    /* Ctrl-C is for the parent, which ends its children by SIGTERM. */
    (void)signal(SIGINT, SIG_IGN);
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_UNBLOCK, &all, NULL);
    for (size_t i = first; i < r->row_n; i += step) {
        run_case(r, i);
        if (!send_result(fd, r, i)) break;
        buf_free(&r->results[i].json);
    }
    /* not exit(): what the parent set up is its own */
    _exit(0);
}

static bool start(struct run *r, struct child *c, size_t first, size_t step)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return say_problem("no pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid < 0) {
        close(ends[0]);
        close(ends[1]);
        return say_problem("no process: %s", strerror(errno));
    }
    if (pid == 0) {
        close(ends[0]);
        child_main(r, ends[1], first, step);
    }
    close(ends[1]);
    *c = (struct child){.pid = pid, .fd = ends[0]};
    return true;
}

/* Takes whole results out of what came. False: the run ends here (--stop-at-first). */
static bool take(struct run *r, struct child *c)
{
    struct head head;
    bool goes_on = true;
    struct slice in = buf_slice(&c->in);
    while (goes_on && in.n >= sizeof head) {
        memcpy(&head, in.p, sizeof head);
        if (in.n < sizeof head + head.reason_n + head.json_n) break;
        in = slice_skip(in, sizeof head);
        struct result *result = &r->results[head.index];
        *result = (struct result){
            .row = r->rows[head.index], .verdict = head.verdict, .repetition = head.repetition, .took = head.took};
        if (head.reason_n && (result->reason = malloc(head.reason_n + 1))) {
            memcpy(result->reason, in.p, head.reason_n);
            result->reason[head.reason_n] = 0;
        }
        buf_append(&result->json, slice_of(in.p + head.reason_n, head.json_n));
        in = slice_skip(in, head.reason_n + head.json_n);
        run_count(r, result);
        goes_on = !(r->options->stop_at_first && head.verdict >= VERDICT_FAIL);
    }
    memmove(c->in.p, in.p, in.n);
    buf_truncate(&c->in, in.n);
    return goes_on;
}

/* The pipe is at its end: the child is, too. */
static void finish(struct run *r, struct child *c, size_t first, size_t step)
{
    int status = 0;
    char why[120];
    close(c->fd);
    (void)waitpid(c->pid, &status, 0);
    c->pid = 0;
    buf_free(&c->in);
    if (WIFSIGNALED(status))
        (void)snprintf(why, sizeof why, "the bench process ended by signal %d", WTERMSIG(status));
    else
        (void)snprintf(why, sizeof why, "the bench process ended with %d", WEXITSTATUS(status));
    for (size_t i = first; i < r->row_n; i += step) {
        struct result *result = &r->results[i];
        if (result->row) continue;
        *result = (struct result){.row = r->rows[i], .verdict = VERDICT_ERROR, .repetition = 1, .reason = strdup(why)};
        run_count(r, result);
    }
}

static bool read_some(struct child *c)
{
    enum { PIECE = 65536 };
    uint8_t *at = buf_extend(&c->in, PIECE);
    if (!at) return false;
    ssize_t n = read(c->fd, at, PIECE);
    buf_truncate(&c->in, c->in.n - PIECE + (n > 0 ? (size_t)n : 0));
    return n > 0 || (n < 0 && errno == EINTR);
}

/* False: stopped at the first, or interrupted. */
static bool collect(struct run *r, struct child *children, size_t n)
{
    for (;;) {
        struct pollfd wait[JOBS_MAX];
        size_t left = 0;
        for (size_t i = 0; i < n; i++) {
            wait[i] = (struct pollfd){.fd = children[i].pid ? children[i].fd : -1, .events = POLLIN};
            left += children[i].pid != 0;
        }
        if (!left) return true;
        int events = poll(wait, n, INTERRUPT_LOOK_MS);
        if (r->interrupted) return false;
        if (events <= 0) continue;
        for (size_t i = 0; i < n; i++) {
            if (!wait[i].revents) continue;
            bool more = read_some(&children[i]);
            if (!take(r, &children[i])) return false;
            if (!more) finish(r, &children[i], i, n);
        }
    }
}

bool run_jobs(struct run *r)
{
    struct child children[JOBS_MAX] = {{0}};
    size_t n = r->options->jobs < JOBS_MAX ? r->options->jobs : JOBS_MAX;
    bool good = true;
    if (n > r->row_n) n = r->row_n;
    run_prepare(r);
    for (size_t i = 0; good && i < n; i++)
        good = start(r, &children[i], i, n);
    if (good) (void)collect(r, children, n);
    for (size_t i = 0; i < n; i++) {
        if (!children[i].pid) continue;
        (void)kill(children[i].pid, SIGTERM);
        (void)waitpid(children[i].pid, NULL, 0);
        close(children[i].fd);
        buf_free(&children[i].in);
    }
    return good;
}
