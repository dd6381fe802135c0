/* softeuicc-profile: profile packages (SAIP) from readable sources and back. The command line; the work is in
 * source_read.c, source_write.c, package.c and trial.c. */
#include "package.h"
#include "trial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char usage[] =
    "usage: softeuicc-profile encode SOURCE [-o FILE]   readable source to a package (DER)\n"
    "       softeuicc-profile decode FILE [-o SOURCE]   a package (DER) to readable source\n"
    "       softeuicc-profile check FILE                framing, order and end, and what a card says to it\n"
    "       softeuicc-profile info FILE [--json]        ICCID, files, applications, PINs, and the elements with their "
    "sizes\n"
    "       softeuicc-profile --help\n"
    "\n"
    "\"-\" is standard input; without -o the result goes to standard output. Exit status: 0 done, 1 the input is "
    "wrong,\n"
    "2 the command line is wrong. The source format is described in profiles/README.md.\n";

struct arguments {
    const char *command;
    const char *input;
    const char *output; /* NULL: standard output */
    bool json;
};

static bool read_file(const char *path, struct buf *out)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "softeuicc-profile: %s: %s\n", path, strerror(errno));
        return false;
    }
    size_t n = 1;
    while (n) {
        uint8_t chunk[4096];
        n = fread(chunk, 1, sizeof chunk, file);
        buf_append(out, slice_of(chunk, n));
    }
    int failed = ferror(file) ? errno : 0;
    if (file != stdin) fclose(file);
    if (failed || buf_err(out) != OK) {
        fprintf(stderr, "softeuicc-profile: %s: %s\n", path, failed ? strerror(failed) : "out of memory");
        return false;
    }
    return true;
}

/* The result is whole before the file is opened: wrong input never destroys an older result. */
static bool write_file(const char *path, struct slice data)
{
    FILE *file = path ? fopen(path, "wb") : stdout;
    bool good = file && (data.n == 0 || fwrite(data.p, 1, data.n, file) == data.n);
    if (good) good = fflush(file) == 0;
    int code = errno;
    if (file && file != stdout && fclose(file) != 0) good = false;
    if (!good) fprintf(stderr, "softeuicc-profile: %s: %s\n", path ? path : "standard output", strerror(code));
    return good;
}

static bool parse(int argc, char **argv, struct arguments *a)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-o") == 0) {
            if (i + 1 == argc) {
                fprintf(stderr, "softeuicc-profile: -o: a file name is missing\n");
                return false;
            }
            a->output = strcmp(argv[++i], "-") == 0 ? NULL : argv[i];
        } else if (strcmp(argv[i], "--json") == 0) {
            a->json = true;
        } else if (argv[i][0] == '-' && argv[i][1]) {
            fprintf(stderr, "softeuicc-profile: %s: unknown option (see --help)\n", argv[i]);
            return false;
        } else if (!a->command) {
            a->command = argv[i];
        } else if (!a->input) {
            a->input = argv[i];
        } else {
            fprintf(stderr, "softeuicc-profile: %s: one file only\n", argv[i]);
            return false;
        }
    }
    if (!a->command || !a->input) {
        fputs(usage, stderr);
        return false;
    }
    if (a->json && strcmp(a->command, "info") != 0) {
        fprintf(stderr, "softeuicc-profile: --json belongs to info\n");
        return false;
    }
    return true;
}

static void report(void *context, const struct problem *problem)
{
    fprintf(stderr, "%s: byte %zu: %s\n", (const char *)context, problem->place, problem->text);
}

static void ignore(void *context, const struct problem *problem)
{
    (void)context;
    (void)problem;
}

static int encode(const struct arguments *a, struct slice input)
{
    BUF_LOCAL der = {0};
    struct problem why;
    if (!source_encode(input, &der, &why)) {
        fprintf(stderr, "%s:%zu: %s\n", a->input, why.place, why.text);
        return 1;
    }
    return write_file(a->output, buf_slice(&der)) ? 0 : 1;
}

static int decode(const struct arguments *a, struct slice input)
{
    BUF_LOCAL source = {0};
    struct problem why;
    if (!source_decode(input, &source, &why)) {
        report((void *)(uintptr_t)a->input, &why);
        return 1;
    }
    return write_file(a->output, buf_slice(&source)) ? 0 : 1;
}

static int check(const struct arguments *a, struct slice input)
{
    void *name = (void *)(uintptr_t)a->input;
    BUF_LOCAL contents = {0};
    if (package_check(input, report, name) != 0 || !trial_install(input, false, &contents, report, name)) return 1;
    return printf("%s: a profile package of %zu bytes that a card installs\n", a->input, input.n) < 0;
}

static int info(const struct arguments *a, struct slice input)
{
    BUF_LOCAL text = {0};
    BUF_LOCAL contents = {0};
    struct problem why;
    /* A package that no card installs is described without its contents; standard error says why. */
    void *name = (void *)(uintptr_t)a->input;
    if (package_check(input, ignore, NULL) == 0) (void)trial_install(input, a->json, &contents, report, name);
    if (!package_describe(input, a->json, buf_slice(&contents), &text, &why)) {
        report((void *)(uintptr_t)a->input, &why);
        return 1;
    }
    return write_file(a->output, buf_slice(&text)) ? 0 : 1;
}

static const struct command {
    const char *name;
    int (*run)(const struct arguments *a, struct slice input);
} commands[] = {{"encode", encode}, {"decode", decode}, {"check", check}, {"info", info}};

int main(int argc, char **argv)
{
    struct arguments a = {0};
    BUF_LOCAL input = {0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") != 0 && strcmp(argv[i], "-h") != 0) continue;
        fputs(usage, stdout);
        return 0;
    }
    if (!parse(argc, argv, &a)) return 2;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i].name, a.command) != 0) continue;
        if (!read_file(a.input, &input)) return 1;
        return commands[i].run(&a, buf_slice(&input));
    }
    fprintf(stderr, "softeuicc-profile: %s: unknown command (see --help)\n", a.command);
    return 2;
}
