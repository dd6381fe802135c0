/* A plain main for a fuzz target: runs it on files and on all files of folders, so that each target is an ordinary test
 * of any compiler. `--mutate N` runs N inputs more for each file, made by the target's own mutator from a fixed seed.
 * The meson tests of the suite "fuzz" call it. */
#define _DEFAULT_SOURCE
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define INPUT_MAX (1u << 18)

/* Targets without tables of their own mutate bytes. */
__attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t cap, unsigned seed)
{
    (void)seed;
    return LLVMFuzzerMutate(data, n, cap);
}

static uint64_t byte_random = 88172645463325252u;

/* What libFuzzer has in many forms: a byte changes, goes, comes; a part is doubled. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t cap)
{
    uint32_t how = fuzz_random(&byte_random);
    size_t at = n ? fuzz_random(&byte_random) % n : 0;
    if (n == 0 || (how % 4 == 0 && n < cap)) {
        memmove(data + at + 1, data + at, n - at);
        data[at] = (uint8_t)(how >> 8);
        return n + 1;
    }
    if (how % 4 == 1 && n > 1) {
        memmove(data + at, data + at + 1, n - at - 1);
        return n - 1;
    }
    data[at] ^= how % 4 == 2 ? (uint8_t)(1u << (how >> 8 & 7)) : (uint8_t)(how >> 8);
    return n;
}

/* The input at work, and the file that gets it: for keep_finding(). */
static const uint8_t *current;
static size_t current_n;
static const char *finding_path;

/* An oracle failed: FUZZ_FINDING in the environment names the file that gets the input. */
static void keep_finding(int number)
{
    (void)number;
    if (!finding_path) return;
    int fd = open(finding_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd >= 0 && write(fd, current, current_n) < 0) _exit(2);
}

/* The target gets an exact-size copy, so that a sanitizer sees a read behind it. */
static void run(const uint8_t *data, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    if (!copy) abort();
    if (n) memcpy(copy, data, n);
    current = copy;
    current_n = n;
    (void)LLVMFuzzerTestOneInput(copy, n);
    free(copy);
}

static unsigned long replay_file(const char *path, unsigned mutations)
{
    unsigned long runs = 1;
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    uint8_t *seed = malloc(INPUT_MAX);
    uint8_t *work = malloc(INPUT_MAX);
    if (!seed || !work) abort();
    size_t n = fread(seed, 1, INPUT_MAX, file);
    fclose(file);
    run(seed, n);
    size_t cap = 2 * n + 256 < INPUT_MAX ? 2 * n + 256 : INPUT_MAX;
    size_t size = n;
    memcpy(work, seed, n);
    for (unsigned i = 0; i < mutations; i++, runs++) {
        if (i % 8 == 0) {
            memcpy(work, seed, n);
            size = n;
        }
        size = LLVMFuzzerCustomMutator(work, size, cap, i);
        run(work, size);
    }
    free(seed);
    free(work);
    return runs;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static unsigned long replay(const char *path, unsigned mutations)
{
    struct stat about;
    if (stat(path, &about) == 0 && !S_ISDIR(about.st_mode)) return replay_file(path, mutations);
    struct dirent **list;
    unsigned long runs = 0;
    int n = scandir(path, &list, NULL, by_name);
    if (n < 0) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    for (int i = 0; i < n; i++) {
        char whole[1024];
        (void)snprintf(whole, sizeof whole, "%s/%s", path, list[i]->d_name);
        if (list[i]->d_name[0] != '.') runs += replay(whole, mutations);
        free(list[i]);
    }
    free(list);
    return runs;
}

int main(int argc, char **argv)
{
    unsigned mutations = 0;
    unsigned long runs = 0;
    struct timespec from;
    struct timespec to;
    finding_path = getenv("FUZZ_FINDING");
    (void)signal(SIGABRT, keep_finding);
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--mutate") == 0 && i + 1 < argc)
            mutations = (unsigned)strtoul(argv[++i], NULL, 10);
        else
            runs += replay(argv[i], mutations);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    printf("%lu inputs, %.0f a second\n", runs, seconds > 0 ? (double)runs / seconds : 0);
    if (runs == 0) fprintf(stderr, "usage: %s [--mutate N] FILE|FOLDER...\n", argv[0]);
    return runs ? 0 : 2;
}
