/* See bench.h. */
#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

const uint8_t bench_get_eid[12] = {0x80, 0xe2, 0x91, 0x00, 0x06, 0xbf, 0x3e, 0x03, 0x5c, 0x01, 0x5a, 0x00};
const uint8_t bench_select_isdr[22] = {0x00, 0xa4, 0x04, 0x00, 0x10, 0xa0, 0x00, 0x00, 0x05, 0x59, 0x10,
                                       0x10, 0xff, 0xff, 0xff, 0xff, 0x89, 0x00, 0x00, 0x01, 0x00, 0x00};

double bench_now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *samples, size_t n)
{
    qsort(samples, n, sizeof *samples, compare);
    return n % 2 ? samples[n / 2] : (samples[n / 2 - 1] + samples[n / 2]) / 2;
}

void bench_figure(const char *name, double value, const char *unit)
{
    int decimals = 3;
    if (value >= 100) {
        decimals = 0;
    } else if (value >= 10) {
        decimals = 1;
    }
    printf("figure: %s %.*f %s\n", name, decimals, value, unit);
    fflush(stdout);
}

void bench_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

void *bench_memory(size_t n)
{
    void *p = calloc(1, n);
    if (!p) bench_die("no memory for %zu bytes", n);
    return p;
}

pid_t bench_spawn(const char *const argv[])
{
    fflush(stdout);
    pid_t parent = getpid();
    pid_t child = fork();
    if (child < 0) bench_die("fork: %s", strerror(errno));
    if (child == 0) {
        /* the child goes when the bench goes, however that ends */
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) _exit(1);
        if (!getenv("BENCH_VERBOSE")) {
            int null = open("/dev/null", O_RDWR);
            if (null >= 0) dup2(null, STDOUT_FILENO);
        }
        execv(argv[0], (char *const *)argv);
        fprintf(stderr, "bench: %s: %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    return child;
}

void bench_stay_here(void)
{
    cpu_set_t here;
    int processor = sched_getcpu();
    CPU_ZERO(&here);
    CPU_SET((size_t)(processor < 0 ? 0 : processor), &here);
    if (sched_setaffinity(0, sizeof here, &here) != 0) fprintf(stderr, "bench: cannot stay on one processor\n");
}

void bench_end(pid_t child)
{
    kill(child, SIGTERM);
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
}
