/* The command line of softeuicc-eim: one row an option and a command, read by the parser and by --help. */
#define _GNU_SOURCE
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Which commands an option belongs to. */
enum {
    INIT = 1,
    ASSOCIATION = 2,
    SIGN = 4,
    EXPLAIN = 8,
    SHOW = 16,
    ASSOCIATE = 32,
    SEND = 64,
    RESULTS = 128,
    ALL = 255,
    ONLINE = ASSOCIATE | SEND | RESULTS,
};

static const struct command {
    const char *name;
    unsigned bit;
    int arguments; /* at least */
    int most;
    const char *usage;
    const char *help;
} commands[] = {
    {"init", INIT, 1, 1, "init DIR", "make an eIM: its key and its state"},
    {"association", ASSOCIATION, 1, 1, "association DIR", "what a card needs to know of it: EimConfigurationData"},
    {"sign", SIGN, 2, 2, "sign DIR \"OPERATIONS\" --eid EID", "sign an eUICC package"},
    {"explain", EXPLAIN, 1, 1, "explain FILE|HEX", "decode an object of SGP.32, and say what is wrong with it"},
    {"show", SHOW, 1, 1, "show DIR", "the eIM and the cards that it knows"},
    {"associate", ASSOCIATE, 1, 1, "associate DIR", "AddInitialEim on a card"},
    {"send", SEND, 1, 2, "send DIR \"OPERATIONS\"", "sign for the card, load, check the result, remove it"},
    {"results", RESULTS, 1, 1, "results DIR", "the results that are stored on a card, checked and removed"},
};

enum kind { KIND_TEXT, KIND_FLAG };

static const struct row {
    const char *name;
    char letter;
    const char *argument;
    enum kind kind;
    size_t place;
    unsigned commands;
    const char *help;
} rows[] = {
#define PLACE(member) offsetof(struct options, member)
    {"id", 0, "ID", KIND_TEXT, PLACE(id), INIT, "eimId (default: eim.example.com)"},
    {"fqdn", 0, "FQDN", KIND_TEXT, PLACE(fqdn), INIT, "eimFqdn (default: the eimId if it is an FQDN)"},
    {"id-type", 0, "TYPE", KIND_TEXT, PLACE(id_type), INIT, "oid, fqdn or proprietary (default: not said)"},
    {"curve", 0, "CURVE", KIND_TEXT, PLACE(curve), INIT, "nist or brainpool (default: nist)"},
    {"key", 0, "HEX", KIND_TEXT, PLACE(key), INIT, "this private key rather than a new one"},
    {"certificate", 0, NULL, KIND_FLAG, PLACE(certificate), INIT, "give the key in a certificate of its own"},
    {"ask-token", 0, NULL, KIND_FLAG, PLACE(ask_token), INIT, "associations ask the card for a token"},
    {"no-token", 0, NULL, KIND_FLAG, PLACE(no_token), ASSOCIATION | ASSOCIATE, "do not ask for one this time"},
    {"initial", 0, NULL, KIND_FLAG, PLACE(initial), ASSOCIATION, "the whole AddInitialEim request (BF57)"},
    {"eid", 0, "EID", KIND_TEXT, PLACE(eid), SIGN | EXPLAIN, "the card, 32 digits"},
    {"counter", 0, "N", KIND_TEXT, PLACE(counter), INIT | SIGN | SEND, "counterValue (init: that of associations)"},
    {"token", 0, "N", KIND_TEXT, PLACE(token), SIGN | SEND | EXPLAIN, "associationToken that the card gave; none"},
    {"transaction", 0, "HEX", KIND_TEXT, PLACE(transaction), SIGN | SEND, "eimTransactionId (default: random); none"},
    {"spoil", 0, "WHAT", KIND_TEXT, PLACE(spoil), SIGN | SEND, "make it wrong on purpose, see below"},
    {"package", 'p', "FILE", KIND_TEXT, PLACE(package), SEND, "a package that is signed already"},
    {"release", 'V', "X.Y", KIND_TEXT, PLACE(version), INIT | SIGN | SEND | EXPLAIN | ONLINE,
     "of SGP.32: 1.0, 1.1 or 1.2 (default: the eIM's, 1.2)"},
    {"dir", 'd', "DIR", KIND_TEXT, PLACE(directory), EXPLAIN, "the eIM, for signatures and what was asked"},
    {"certificates", 0, "FILE", KIND_TEXT, PLACE(certificates), EXPLAIN, "the card's answer to GetCerts (BF56)"},
    {"ci", 0, "FILE", KIND_TEXT, PLACE(ci), EXPLAIN | ONLINE, "CI certificate (default: the SGP.26 test CIs)"},
    {"request", 0, NULL, KIND_FLAG, PLACE(request), EXPLAIN, "the object is a request"},
    {"response", 0, NULL, KIND_FLAG, PLACE(response), EXPLAIN, "the object is an answer"},
    {"card", 'c', "FILE", KIND_TEXT, PLACE(card), ONLINE, "a card file"},
    {"reader", 'r', "NAME", KIND_TEXT, PLACE(reader), ONLINE, "the PC/SC reader that has NAME in its name"},
    {"connect", 0, "HOST:PORT", KIND_TEXT, PLACE(connect), ONLINE, "a card that softeuicc run --listen serves"},
    {"reset", 0, NULL, KIND_FLAG, PLACE(reset), SEND, "reset the card after a switch even if it does not ask"},
    {"keep", 'k', NULL, KIND_FLAG, PLACE(keep), SEND | RESULTS, "leave results on the card"},
    {"output", 'o', "FILE", KIND_TEXT, PLACE(output), ASSOCIATION | SIGN, "write DER to FILE, instead of hex"},
    {"json", 'j', NULL, KIND_FLAG, PLACE(json), ALL & ~INIT, "print one JSON object"},
    {"verbose", 'v', NULL, KIND_FLAG, PLACE(verbose), ONLINE, "also every APDU"},
    {"version", 0, NULL, KIND_FLAG, PLACE(show_version), ALL, "print the version of this program"},
    {"help", 'h', NULL, KIND_FLAG, PLACE(help), ALL, "print this"},
#undef PLACE
};

enum { ROWS = sizeof rows / sizeof *rows, LONG_ONLY = 256 };

static void make_tables(struct option *table, char *letters)
{
    *letters++ = ':'; /* a missing argument is told apart from an unknown option */
    for (size_t i = 0; i < ROWS; i++) {
        *table++ =
            (struct option){rows[i].name, rows[i].argument ? required_argument : no_argument, NULL, LONG_ONLY + (int)i};
        if (!rows[i].letter) continue;
        *letters++ = rows[i].letter;
        if (rows[i].argument) *letters++ = ':';
    }
    *table = (struct option){0};
    *letters = 0;
}

static const struct row *find_row(int found)
{
    if (found >= LONG_ONLY) return &rows[found - LONG_ONLY];
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].letter == found) return &rows[i];
    return NULL;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    return NULL;
}

static bool take(const struct row *row, const char *value, struct options *out)
{
    char *place = (char *)out + row->place;
    if (row->kind == KIND_FLAG) {
        *(bool *)place = true;
        return true;
    }
    memcpy(place, &value, sizeof value);
    return *value || problem("--%s: expected %s, came nothing", row->name, row->argument);
}

static bool check(const struct options *o, const struct command *command, unsigned given, int left)
{
    for (size_t i = 0; i < ROWS; i++)
        if (given >> i & 1 && !(rows[i].commands & command->bit))
            return problem("--%s does not belong to %s; see softeuicc-eim --help", rows[i].name, command->name);
    if (left < command->arguments || left > command->most)
        return problem("expected: softeuicc-eim %s; see softeuicc-eim --help", command->usage);
    if ((o->card != NULL) + (o->reader != NULL) + (o->connect != NULL) > 1)
        return problem("--card, --reader and --connect exclude each other, expected one of them");
    if (command->bit & ONLINE && !o->card && !o->reader && !o->connect)
        return problem("%s: expected --card FILE, --reader NAME or --connect HOST:PORT", command->name);
    if (command->bit == SIGN && !o->eid) return problem("sign: expected --eid EID, the card that the package is for");
    if (command->bit == SEND && (o->argument[1] != NULL) == (o->package != NULL))
        return problem("send: expected operations or --package FILE");
    if (o->package && (o->counter || o->spoil || o->transaction))
        return problem("--package: what is signed already takes no --counter, --spoil or --transaction");
    if (o->request && o->response) return problem("--request and --response exclude each other");
    return true;
}

bool options_read(int argc, char **argv, struct options *out)
{
    struct option table[ROWS + 1];
    char letters[2 * ROWS + 2];
    unsigned given = 0;
    int found;
    _Static_assert(ROWS <= 32, "a bit for each row");
    make_tables(table, letters);
    *out = (struct options){0};
    opterr = 0;
    while ((found = getopt_long(argc, argv, letters, table, NULL)) != -1) {
        const char *came = argv[optind - 1];
        if (found == ':') return problem("%s needs a value; see softeuicc-eim --help", came);
        const struct row *row = found == '?' ? NULL : find_row(found);
        if (!row) return problem("%s is no option; see softeuicc-eim --help", came);
        if (!take(row, optarg, out)) return false;
        given |= 1u << (row - rows);
    }
    if (out->help || out->show_version) return true;
    if (optind == argc) return problem("expected a command; see softeuicc-eim --help");
    out->command = argv[optind++];
    const struct command *command = find_command(out->command);
    if (!command) return problem("%s is no command; see softeuicc-eim --help", out->command);
    for (int i = 0; i < 2 && optind + i < argc; i++)
        out->argument[i] = argv[optind + i];
    return check(out, command, given, argc - optind);
}

bool options_number(const char *name, const char *text, int64_t low, int64_t high, int64_t *out)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno || end == text || *end || number < low || number > high)
        return problem("--%s %s: expected a number from %lld to %lld", name, text, (long long)low, (long long)high);
    *out = number;
    return true;
}

static void print_operations(struct buf *out)
{
    text_format(out, "\nOPERATIONS, with ; between them. Profile operations and eIM operations do not mix:\n"
                     "  enable ICCID [rollback]; disable ICCID; delete ICCID\n"
                     "  list [TAGS] [iccid ICCID | aid HEX | class test|provisioning|operational]; rat\n"
                     "  immediate-enable on|off [OID] [ADDRESS]; default-dp ADDRESS|-\n"
                     "  set-fallback ICCID; unset-fallback; raw HEX\n"
                     "  add-eim FILE|self; update-eim FILE|self; delete-eim ID|self; list-eim; raw-eco HEX\n"
                     "\n--spoil, several with commas:\n");
    const char *meaning = NULL;
    const char *name;
    for (size_t i = 0; (name = eim_spoil_name(i, &meaning)); i++)
        text_format(out, "  %-16s %s\n", name, meaning);
}

bool options_print_help(void)
{
    BUF_LOCAL out = {0};
    text_format(&out,
                "usage: softeuicc-eim COMMAND [OPTIONS]\n\n"
                "An eIM for people without one: it associates itself with a card, signs eUICC packages, spoils\n"
                "them on purpose, and explains results. Exit status: 0 done and right, 1 not, 2 wrong usage.\n\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        text_format(&out, "  %-34s %s\n", commands[i].usage, commands[i].help);
    text_format(&out, "\n");
    for (size_t i = 0; i < ROWS; i++) {
        char left[64];
        char letter[8] = "   ";
        snprintf(left, sizeof left, "--%s%s%s", rows[i].name, rows[i].argument ? " " : "",
                 rows[i].argument ? rows[i].argument : "");
        if (rows[i].letter) snprintf(letter, sizeof letter, "-%c,", rows[i].letter);
        text_format(&out, "  %s %-22s %s\n", letter, left, rows[i].help);
    }
    print_operations(&out);
    return buf_err(&out) == OK && write_all(STDOUT_FILENO, buf_slice(&out));
}
