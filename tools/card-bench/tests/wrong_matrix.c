/* All cases on all wrong cards; see wrong_matrix.h. The states are made once, then as many processes as there are cores
 * take one case after the other: first a right card has it, and who would do something else there, and how a card says
 * so, is seen; then each of these cards. Called by wrong_main.c. */
#define _GNU_SOURCE
#include "wrong_matrix.h"

#include "say.h"
#include "wrong_cards.h"
#include "wrong_rules.h"

#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/text.h"

/* A wrong card that goes round in circles ends its process. */
#define CASE_SECONDS 120 /* of a case that hangs; the others take milliseconds */
#define CARDS_MAX 256
#define RULES_MAX 32
#define JOBS_MAX 16

/* A column of the matrix. */
struct column {
    const char *name; /* on the command line */
    size_t inside;    /* of wrong_card_at(), if it is not a file of rules */
    size_t rules;     /* of matrix.rules, if it is one */
    bool is_rules;
    struct buf text;    /* the rules */
    struct target card; /* before which they stand */
};

/* What the processes have in common. */
struct shared {
    atomic_size_t next; /* case that nobody took */
    struct {
        _Atomic int64_t took; /* microseconds */
        atomic_size_t runs;
    } columns[CARDS_MAX];
    /* what a process is at, by the number of the process: column + 1, 0: the right card */
    struct {
        size_t row, column;
    } at[JOBS_MAX];
};

struct matrix {
    struct run *run;
    struct shared *shared;
    size_t column_n, rules_n;
    struct column columns[CARDS_MAX];
    struct slice rules[RULES_MAX];
};

/* ---- columns ---- */

static bool read_rules(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && read_all(fd, 1u << 20, out) == 0;
    if (fd >= 0) close(fd);
    return good || say_problem("%s cannot be read", path);
}

static bool find_inside(const char *name, size_t *index)
{
    const struct wrong_card *card;
    for (*index = 0; (card = wrong_card_at(*index)) != NULL; ++*index)
        if (strcmp(card->name, name) == 0) return true;
    return say_problem("there is no card \"%s\"", name);
}

static bool add_rules(struct matrix *m, struct column *c)
{
    struct euicc_diagnostic why = {{0}};
    if (m->rules_n == RULES_MAX) return say_problem("more than %d files of rules", RULES_MAX);
    if (!read_rules(c->name, &c->text)) return false;
    c->rules = m->rules_n;
    m->rules[m->rules_n++] = buf_slice(&c->text);
    const struct target_builtin what = {.mutations = buf_slice(&c->text), .seed = m->run->options->bench.seed};
    c->card = (struct target){.timeout_ms = m->run->options->timeout_ms};
    return target_open_builtin(&c->card, &what, &why) || say_problem("%s: %s", c->name, why.text);
}

static bool add_column(struct matrix *m, const char *name)
{
    struct column *c = &m->columns[m->column_n];
    if (m->column_n == CARDS_MAX) return say_problem("more than %d cards", CARDS_MAX);
    *c = (struct column){.name = name, .is_rules = strstr(name, ".rules") != NULL};
    m->column_n++;
    return c->is_rules ? add_rules(m, c) : find_inside(name, &c->inside);
}

static void matrix_free(struct matrix *m)
{
    for (size_t i = 0; i < m->column_n; i++) {
        target_close(&m->columns[i].card);
        buf_free(&m->columns[i].text);
    }
    if (m->shared) (void)munmap(m->shared, sizeof *m->shared);
    free(m);
}

/* ---- one case ---- */

static bool say_result(const struct result *result, const char *card)
{
    if (result->verdict == VERDICT_PASS) return true;
    (void)printf("%s %s %s %s\n", verdict_words[result->verdict], card, result->row->id,
                 result->reason ? result->reason : "");
    return fflush(stdout) == 0;
}

static void run_again(struct run *r, size_t row)
{
    free(r->results[row].reason);
    r->results[row] = (struct result){0};
    (void)alarm(CASE_SECONDS);
    run_case(r, row);
}

/* What a right card does; `inside` and `rules`: who would do something else. */
static bool observe(const struct matrix *m, size_t row, bool *inside, bool *rules)
{
    wrong_observe(inside);
    if (!wrong_rules_begin(m->rules, m->rules_n, rules)) return say_problem("rules are wrong");
    run_again(m->run, row);
    wrong_rules_end();
    wrong_observe(NULL);
    return say_result(&m->run->results[row], "right");
}

static bool run_column(struct matrix *m, size_t row, struct column *c)
{
    struct run *r = m->run;
    const struct target right = r->target;
    if (c->is_rules)
        r->target = c->card;
    else if (!wrong_choose(wrong_card_at(c->inside)->name))
        return false;
    run_again(r, row);
    if (c->is_rules) {
        c->card = r->target;
        r->target = right;
    }
    (void)wrong_choose(NULL);
    atomic_fetch_add(&m->shared->columns[c - m->columns].took, r->results[row].took);
    atomic_fetch_add(&m->shared->columns[c - m->columns].runs, 1);
    return say_result(&r->results[row], c->name);
}

static bool run_row(struct matrix *m, size_t job, size_t row)
{
    bool inside[CARDS_MAX] = {false};
    bool rules[RULES_MAX] = {false};
    m->shared->at[job].row = row;
    m->shared->at[job].column = 0;
    bool good = observe(m, row, inside, rules);
    for (size_t i = 0; good && i < m->column_n; i++) {
        struct column *c = &m->columns[i];
        if (!(c->is_rules ? rules[c->rules] : inside[c->inside])) continue;
        m->shared->at[job].column = i + 1;
        good = run_column(m, row, c);
    }
    return good;
}

/* ---- processes ---- */

static bool run_job(struct matrix *m, size_t job)
{
    size_t row;
    bool good = true;
    while (good && (row = atomic_fetch_add(&m->shared->next, 1)) < m->run->row_n)
        good = run_row(m, job, row);
    return good;
}

static size_t job_count(void)
{
    cpu_set_t cores;
    int n = sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
    return n < JOBS_MAX ? (size_t)n : JOBS_MAX;
}

static bool wait_for(const struct matrix *m, size_t job, pid_t pid)
{
    int status = 0;
    size_t column = m->shared->at[job].column;
    if (waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
    return say_problem("ended by %s %d in %s on the card \"%s\"", WIFSIGNALED(status) ? "signal" : "status",
                       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
                       m->run->rows[m->shared->at[job].row]->id, column ? m->columns[column - 1].name : "right");
}

static bool run_jobs_of(struct matrix *m)
{
    pid_t pids[JOBS_MAX];
    size_t n = 0;
    bool good = true;
    (void)fflush(stdout);
    for (size_t jobs = job_count(); good && n < jobs; n += good) {
        pids[n] = fork();
        if (pids[n] == 0) _exit(run_job(m, n) ? EXIT_SUCCESS : EXIT_FAILURE);
        good = pids[n] > 0 || say_problem("no process");
    }
    for (size_t i = 0; i < n; i++)
        good = wait_for(m, i, pids[i]) && good;
    return good;
}

bool wrong_matrix_run(struct run *r, char *const *cards)
{
    struct matrix *m = calloc(1, sizeof *m);
    if (!m) return say_problem("no memory");
    m->run = r;
    void *shared = mmap(NULL, sizeof *m->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bool good = shared != MAP_FAILED || say_problem("no memory");
    if (good) m->shared = shared;
    while (good && *cards)
        good = add_column(m, *cards++);
    good = good && run_jobs_of(m);
    for (size_t i = 0; good && i < m->column_n; i++)
        (void)printf("took %s %zu %lld\n", m->columns[i].name, (size_t)m->shared->columns[i].runs,
                     (long long)m->shared->columns[i].took);
    matrix_free(m);
    return good && fflush(stdout) == 0;
}
