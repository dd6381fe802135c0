/* softeuicc-install: a profile package into a card without an SM-DP+. The order of things; see install.h. */
#define _GNU_SOURCE
#include "install.h"

#include <stdarg.h>
#include <stdio.h>

#ifndef SOFTEUICC_VERSION
#error "the build gives SOFTEUICC_VERSION"
#endif

bool problem(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("softeuicc-install: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return false;
}

/* Files first, so that a mistake there leaves the card alone. */
static int install(const struct options *o)
{
    struct report report = {.options = o, .card_error = -1, .stage = "files"};
    struct server server = {0};
    struct offer offer = {0};
    struct card card = {0};
    LPA_DOWNLOAD_LOCAL result = {.card_error = -1};
    report.steps = !o->json ? stdout : o->verbose ? stderr : NULL;
    bool done = false;
    bool ready = offer_read(&offer, o, &report) && server_open(&server, o);
    if (ready) {
        done = card_open(&card, o, &report) && download(&card, &server, &offer, &report, &result);
        if (!card_close(&card)) done = false;
        if (!report_end(&report)) done = false;
    }
    server_close(&server);
    offer_free(&offer);
    buf_free(&report.reason);
    return done ? EXIT_DONE : EXIT_REFUSED;
}

int main(int argc, char **argv)
{
    struct options options;
    if (!options_read(argc, argv, &options)) return EXIT_WRONG_USAGE;
    if (options.help) return options_print_help() ? EXIT_DONE : EXIT_REFUSED;
    if (options.version) return printf("softeuicc-install %s\n", SOFTEUICC_VERSION) < 0 ? EXIT_REFUSED : EXIT_DONE;
    return install(&options);
}
