/* The options of the program's commands: one row each, read by the parser and by --help. Called by main.c. */
#define _GNU_SOURCE
#include "cli/options.h"

#include "cli/text.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

struct row {
    const char *name;
    char letter; /* 0: none */
    const char *argument;
    unsigned bit;
    const char *help;
};

static const struct row rows[] = {
    {"card", 'c', "FILE", OPTION_CARD, "the card file (default: softeuicc/card.db in the user's data folder)"},
    {"memory", 'm', NULL, OPTION_MEMORY, "a new card that lives in memory only"},
    {"vpcd", 0, "HOST:PORT", OPTION_VPCD, "the vpcd virtual reader to connect to (default: 127.0.0.1:35963)"},
    {"stdio", 0, NULL, OPTION_STDIO, "hex commands on standard input, answers on standard output"},
    {"listen", 0, "HOST:PORT", OPTION_LISTEN, "serve frames (2-byte length, bytes) over TCP; port 0: a free one"},
    {"allow-remote", 0, NULL, OPTION_ALLOW_REMOTE, "let --listen take an address that is not loopback"},
    {"seed", 0, "N", OPTION_SEED, "all randomness from the seed, and no clock: two runs give the same bytes"},
    {"mutate", 0, "RULES", OPTION_MUTATE, "turn answers hostile by the rules of this file; see tools/mutate"},
    {"mutate-seed", 0, "N", OPTION_MUTATE_SEED, "what chance decides in the rules (default: by chance, printed)"},
    {"personality", 'p', "NAME|FILE", OPTION_PERSONALITY, "how a new card behaves; see softeuicc personalities"},
    {"eid", 'e', "EID", OPTION_EID, "the EID of a new card, 32 digits (default: a random valid one)"},
    {"pki", 0, "DIR", OPTION_PKI, "roots and EUM of a new card (default: the public SGP.26 test PKI)"},
    {"memory-size", 0, "BYTES", OPTION_MEMORY_SIZE, "memory of a new card for profiles"},
    {"json", 'j', NULL, OPTION_JSON, "print JSON"},
    {"verbose", 'v', NULL, OPTION_VERBOSE, "also hex, decoded fields and every block"},
    {"log-secrets", 0, NULL, OPTION_LOG_SECRETS, "with --verbose: PINs and keys of the radio interface, not dots"},
    {"quiet", 'q', NULL, OPTION_QUIET, "print errors only"},
    {"force", 'f', NULL, OPTION_FORCE, "replace the card that is in the file"},
    {"yes", 'y', NULL, OPTION_YES, "yes, really"},
    {"help", 'h', NULL, OPTION_HELP, "print this"},
};

enum { ROWS = sizeof rows / sizeof *rows, LONG_ONLY = 256 };

/* Decimal or 0x hexadecimal, the whole text. */
static bool parse_number(const char *text, uint64_t *out)
{
    if (text[0] < '0' || text[0] > '9') return false;
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, text[1] == 'x' ? 16 : 10);
    if (errno || *end) return false;
    *out = number;
    return true;
}

static bool take_memory_size(const char *text, struct options *out)
{
    uint64_t size = 0;
    if (strspn(text, "0123456789") != strlen(text) || !parse_number(text, &size) || size == 0 || size > UINT32_MAX) {
        complain("--memory-size %s: expected a number of bytes from 1 to 4294967295", text);
        return false;
    }
    out->memory_size = text;
    return true;
}

static bool take(const struct row *row, const char *value, struct options *out)
{
    out->given |= row->bit;
    switch ((enum option_bit)row->bit) {
    case OPTION_CARD:
        out->card = value;
        break;
    case OPTION_VPCD:
        out->vpcd = value;
        break;
    case OPTION_LISTEN:
        out->listen = value;
        break;
    case OPTION_PERSONALITY:
        out->personality = value;
        break;
    case OPTION_EID:
        out->eid = value;
        if (strlen(value) == 32 && strspn(value, "0123456789") == 32) break;
        complain("--eid %s: expected 32 decimal digits", value);
        return false;
    case OPTION_PKI:
        out->pki = value;
        break;
    case OPTION_MEMORY_SIZE:
        return take_memory_size(value, out);
    case OPTION_SEED:
        if (parse_number(value, &out->seed)) break;
        complain("--seed %s: expected a number from 0 to 18446744073709551615, decimal or 0x...", value);
        return false;
    case OPTION_MUTATE:
        out->mutate = value;
        break;
    case OPTION_MUTATE_SEED:
        if (parse_number(value, &out->mutate_seed)) break;
        complain("--mutate-seed %s: expected a number from 0 to 18446744073709551615, decimal or 0x...", value);
        return false;
    case OPTION_MEMORY:
    case OPTION_STDIO:
    case OPTION_ALLOW_REMOTE:
    case OPTION_JSON:
    case OPTION_VERBOSE:
    case OPTION_LOG_SECRETS:
    case OPTION_QUIET:
    case OPTION_FORCE:
    case OPTION_YES:
    case OPTION_HELP:
        break;
    }
    return true;
}

/* Options that exclude each other. */
static bool check_together(const struct options *o)
{
    static const struct {
        unsigned bits;
        const char *text;
    } sets[] = {
        {OPTION_VPCD | OPTION_STDIO | OPTION_LISTEN, "--vpcd, --stdio and --listen"},
        {OPTION_CARD | OPTION_MEMORY, "--card and --memory"},
        {OPTION_VERBOSE | OPTION_QUIET, "--verbose and --quiet"},
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        unsigned both = o->given & sets[i].bits;
        if (both & (both - 1)) {
            complain("%s exclude each other, expected at most one of them", sets[i].text);
            return false;
        }
    }
    return true;
}

/* Fills getopt's tables with the rows that the command takes. */
static void make_tables(const struct command *command, struct option *table, char *letters)
{
    *letters++ = ':'; /* a missing argument is told apart from an unknown option */
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        if (!(command->options & row->bit)) continue;
        *table++ =
            (struct option){row->name, row->argument ? required_argument : no_argument, NULL, LONG_ONLY + (int)i};
        if (!row->letter) continue;
        *letters++ = row->letter;
        if (row->argument) *letters++ = ':';
    }
    *table = (struct option){0};
    *letters = 0;
}

static const struct row *find_row(int found)
{
    if (found >= LONG_ONLY) return &rows[found - LONG_ONLY];
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].letter == found) return &rows[i];
    }
    return NULL;
}

bool options_parse(const struct command *command, int argc, char **argv, struct options *out)
{
    struct option table[ROWS + 1];
    char letters[2 * ROWS + 2];
    make_tables(command, table, letters);
    *out = (struct options){0};
    opterr = 0;
    int found;
    while ((found = getopt_long(argc, argv, letters, table, NULL)) != -1) {
        if (found == '?' || found == ':') {
            complain(found == ':' ? "%s: %s needs a value; see softeuicc %s --help"
                                  : "%s: %s is not an option here; see softeuicc %s --help",
                     command->name, argv[optind - 1], command->name);
            return false;
        }
        const struct row *row = find_row(found);
        if (!row || !take(row, optarg, out)) return false;
        if (row->bit == OPTION_HELP) return true;
    }
    out->arguments = argv + optind;
    out->argument_count = argc - optind;
    if (out->argument_count > command->argument_max) {
        complain("%s: %s was not expected; see softeuicc %s --help", command->name,
                 out->arguments[command->argument_max], command->name);
        return false;
    }
    return check_together(out);
}

void options_help(const struct command *command, struct buf *out)
{
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        if (!(command->options & row->bit)) continue;
        char left[64];
        (void)snprintf(left, sizeof left, "--%s%s%s", row->name, row->argument ? " " : "",
                       row->argument ? row->argument : "");
        char letter[8] = "   ";
        if (row->letter) (void)snprintf(letter, sizeof letter, "-%c,", row->letter);
        text_format(out, "  %s %-24s %s\n", letter, left, row->help);
    }
}
