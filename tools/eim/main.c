/* softeuicc-eim: which command runs; see tool.h. */
#define _GNU_SOURCE
#include "tool.h"

#include <stdarg.h>
#include <stdio.h>

#ifndef SOFTEUICC_VERSION
#error "the build gives SOFTEUICC_VERSION"
#endif

bool problem(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("softeuicc-eim: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return false;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(const struct options *o);
    } commands[] = {
        {"init", command_init}, {"association", command_association},
        {"sign", command_sign}, {"explain", command_explain},
        {"show", command_show}, {"associate", command_associate},
        {"send", command_send}, {"results", command_results},
    };
    struct options options;
    if (!options_read(argc, argv, &options)) return EXIT_WRONG_USAGE;
    if (options.help) return options_print_help() ? EXIT_DONE : EXIT_REFUSED;
    if (options.show_version) return printf("softeuicc-eim %s\n", SOFTEUICC_VERSION) < 0 ? EXIT_REFUSED : EXIT_DONE;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, options.command) == 0) return commands[i].run(&options);
    return EXIT_WRONG_USAGE;
}
