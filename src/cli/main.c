/* softeuicc: a software eUICC on a virtual card reader. The table of commands and their help. */
#define _GNU_SOURCE
#include "cli/options.h"
#include "cli/text.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef SOFTEUICC_VERSION
#error "the build gives SOFTEUICC_VERSION"
#endif

static const struct command commands[] = {
    {"run", "", "put the card on a reader and print what it is asked", ~(unsigned)(OPTION_FORCE | OPTION_YES), 0,
     "Opens the card file, or makes a new card if there is none, and serves it until interrupted: on the vpcd virtual\n"
     "PC/SC reader, or with --listen or --stdio without pcscd. Each command is printed as one line.\n"
     "\n"
     "  softeuicc run\n"
     "  softeuicc run --memory --personality default -v\n"
     "  softeuicc run --card test.db --listen 127.0.0.1:9999\n"
     "  softeuicc run --memory --mutate wrong-status.rules --mutate-seed 7\n"
     "  echo 00A4040010A0000005591010FFFFFFFF8900000100 | softeuicc run --memory --seed 1 --stdio --quiet\n",
     command_run},
    {"create", "", "make a card file",
     OPTION_CARD | OPTION_SEED | OPTIONS_NEW_CARD | OPTION_JSON | OPTION_QUIET | OPTION_FORCE | OPTION_HELP, 0,
     "Makes a new card with its own keys and certificates. Fails if the file holds a card, unless --force is given.\n"
     "--pki DIR reads ci-nist.der, eum-nist.der, eum-nist.key.hex and the same with -brainpool; one curve is enough.\n"
     "\n"
     "  softeuicc create --card test.db\n"
     "  softeuicc create --card test.db --eid 89049032123451234512345678901235 --memory-size 524288\n"
     "  softeuicc create --card own.db --pki my-pki --force\n",
     command_create},
    {"info", "", "print what a card is and holds", OPTION_CARD | OPTION_JSON | OPTION_HELP, 0,
     "EID, versions, memory, roots, profiles, eIMs and notifications. Works while the card is in use.\n"
     "\n"
     "  softeuicc info --card test.db --json\n",
     command_info},
    {"profiles", "", "print the profiles of a card", OPTION_CARD | OPTION_JSON | OPTION_HELP, 0,
     "Works while the card is in use.\n"
     "\n"
     "  softeuicc profiles --json\n",
     command_profiles},
    {"fs", "[ICCID | AID] [PATH | NAME]", "print the files, PINs and applications of a profile",
     OPTION_CARD | OPTION_JSON | OPTION_VERBOSE | OPTION_HELP, 2,
     "Of the enabled profile, or of the one with this ICCID or ISD-P AID. Each file has a line with type, size, short\n"
     "identifier and access rule in words; what the rule does not name is never allowed. Below it the content, "
     "shortened\n"
     "without --verbose. PATH or NAME print one file or directory: 7FFF is the first network access application. PINs\n"
     "and keys are not shown. Works while the card is in use.\n"
     "\n"
     "  softeuicc fs --card test.db\n"
     "  softeuicc fs 89000101000000000010 EF.IMSI\n"
     "  softeuicc fs 7FFF/6F38 --json\n",
     command_fs},
    {"notifications", "", "print the pending notifications of a card", OPTION_CARD | OPTION_JSON | OPTION_HELP, 0,
     "Works while the card is in use.\n"
     "\n"
     "  softeuicc notifications --json\n",
     command_notifications},
    {"eim", "[list | add FILE | remove ID]", "print or change the eIMs of a card (SGP.32)",
     OPTION_CARD | OPTION_JSON | OPTION_QUIET | OPTION_HELP, 2,
     "list prints each associated eIM with its counter, the last counterValue that the card accepted from it, and its\n"
     "association token; it works while the card is in use. add associates one as the owner of the card may, whatever\n"
     "eIMs there are: FILE holds EimConfigurationData in DER or hex, - is standard input. A token that it asks for is\n"
     "printed. remove ends an association; its token is never given again.\n"
     "\n"
     "  softeuicc eim --card iot.card --json\n"
     "  softeuicc eim add my-eim.hex --card iot.card\n"
     "  softeuicc eim remove eim.example.com --card iot.card\n",
     command_eim},
    {"check", "", "tell whether a card file is whole", OPTION_CARD | OPTION_JSON | OPTION_HELP, 0,
     "Reads the whole file with its digests and changes nothing. One line if all is good; else what is wrong, and "
     "exit\n"
     "status 1. Works while the card is in use.\n"
     "\n"
     "  softeuicc check --card test.db\n",
     command_check},
    {"reset", "", "bring a card back to how it left the factory",
     OPTION_CARD | OPTION_JSON | OPTION_QUIET | OPTION_YES | OPTION_HELP, 0,
     "Deletes profiles, notifications, addresses, eIMs and stored package results. EID, keys, certificates and the\n"
     "counters behind sequence numbers and association tokens stay.\n"
     "\n"
     "  softeuicc reset --card test.db --yes\n",
     command_reset},
    {"personalities", "[list | show NAME]", "print the built-in personalities", OPTION_JSON | OPTION_HELP, 2,
     "A personality is a small text that says how a card behaves. Start your own from a built-in one.\n"
     "\n"
     "  softeuicc personalities\n"
     "  softeuicc personalities show default > mine.personality\n"
     "  softeuicc create --personality mine.personality\n",
     command_personalities},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    }
    return NULL;
}

static int print(struct buf *out, int fd, int status)
{
    if (buf_err(out) == OK && write_all(fd, buf_slice(out))) return status;
    complain("output: %s", strerror(errno));
    return EXIT_FAILED;
}

static int overview(int fd, int status)
{
    BUF_LOCAL out = {0};
    text_format(&out, "softeuicc %s: a software eUICC\n\nusage: softeuicc COMMAND [OPTIONS]\n\n", SOFTEUICC_VERSION);
    for (size_t i = 0; i < COMMANDS; i++)
        text_format(&out, "  %-16s%s\n", commands[i].name, commands[i].summary);
    text_format(&out, "  %-16s%s\n  %-16s%s\n\n", "version", "print the version", "help [COMMAND]", "print help");
    text_format(&out, "softeuicc COMMAND --help tells more, and so does softeuicc(1).\n");
    return print(&out, fd, status);
}

static int help(const struct command *command)
{
    BUF_LOCAL out = {0};
    text_format(&out, "usage: softeuicc %s%s%s [OPTIONS]\n\n%c%s.\n%s\n", command->name,
                command->arguments[0] ? " " : "", command->arguments, command->summary[0] - 'a' + 'A',
                command->summary + 1, command->text);
    options_help(command, &out);
    return print(&out, STDOUT_FILENO, EXIT_SUCCESS);
}

static int help_for(const char *name)
{
    const struct command *command = find_command(name);
    if (command) return help(command);
    complain("%s: no such command; see softeuicc help", name);
    return EXIT_USAGE;
}

static int version(void)
{
    BUF_LOCAL out = {0};
    text_format(&out, "softeuicc %s\n", SOFTEUICC_VERSION);
    return print(&out, STDOUT_FILENO, EXIT_SUCCESS);
}

int main(int argc, char **argv)
{
    if (argc < 2) return overview(STDERR_FILENO, EXIT_USAGE);
    const char *name = argv[1];
    if (strcmp(name, "version") == 0 || strcmp(name, "--version") == 0) return version();
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        return argc > 2 ? help_for(argv[2]) : overview(STDOUT_FILENO, EXIT_SUCCESS);
    }
    const struct command *command = find_command(name);
    if (!command) {
        complain(name[0] == '-' ? "%s: expected a command first; see softeuicc help"
                                : "%s: no such command; see softeuicc help",
                 name);
        return EXIT_USAGE;
    }
    struct options options;
    if (!options_parse(command, argc - 1, argv + 1, &options)) return EXIT_USAGE;
    if (options.given & OPTION_HELP) return help(command);
    return command->run(&options);
}
