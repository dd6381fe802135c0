/* The command line of softeuicc-install: one row an option, read by the parser and by --help. Called by main.c. */
#define _GNU_SOURCE
#include "install.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum kind { KIND_TEXT, KIND_FLAG, KIND_BLOCK, KIND_CURVE, KIND_METADATA };

struct row {
    const char *name;
    char letter; /* 0: none */
    const char *argument;
    enum kind kind;
    size_t place;    /* in struct options, of KIND_TEXT and KIND_FLAG */
    const char *key; /* in a metadata file, of KIND_METADATA */
    const char *help;
};

#define PLACE(member) offsetof(struct options, member)

static const struct row rows[] = {
    {"card", 'c', "FILE", KIND_TEXT, PLACE(card), NULL,
     "a card file (default: softeuicc/card.db in the user's data folder)"},
    {"reader", 'r', "NAME", KIND_TEXT, PLACE(reader), NULL, "the PC/SC reader that has NAME in its name"},
    {"connect", 0, "HOST:PORT", KIND_TEXT, PLACE(connect), NULL, "a card that softeuicc run --listen serves"},
    {"metadata", 'm', "FILE", KIND_TEXT, PLACE(metadata), NULL,
     "default: PACKAGE with .metadata for .der, or made from its header"},
    {"iccid", 0, "DIGITS", KIND_METADATA, 0, "iccid", "these say other than the metadata does:"},
    {"name", 0, "TEXT", KIND_METADATA, 0, "name", "profile name"},
    {"provider", 0, "TEXT", KIND_METADATA, 0, "service_provider", "service provider name"},
    {"class", 0, "CLASS", KIND_METADATA, 0, "class", "test, provisioning or operational"},
    {"owner", 0, "MCCMNC", KIND_METADATA, 0, "owner", "six digits, the last may be F"},
    {"gid1", 0, "HEX", KIND_METADATA, 0, "gid1", "group identifier 1 of the owner"},
    {"gid2", 0, "HEX", KIND_METADATA, 0, "gid2", "group identifier 2 of the owner"},
    {"ppr", 0, "RULES", KIND_METADATA, 0, "ppr", "profile policy rules: ppr1, ppr2, both or none"},
    {"fallback-allowed", 0, "YES|NO", KIND_METADATA, 0, "fallback_allowed", "an eIM may make it the Fallback Profile"},
    {"emergency", 0, "YES|NO", KIND_METADATA, 0, "emergency", "the Emergency Profile of an IoT card"},
    {"notify", 0, "EVENTS@ADDRESS", KIND_METADATA, 0, "notify", "install, enable, disable, delete; may be given again"},
    {"icon", 0, "FILE", KIND_METADATA, 0, "icon", "PNG or JPEG"},
    {"address", 'a', "SMDP", KIND_TEXT, PLACE(address), NULL, "of the SM-DP+ (default: testsmdpplus1.example.com)"},
    {"pki", 0, "DIR", KIND_TEXT, PLACE(pki), NULL, "keys of the SM-DP+, made by certs/make-pki (default: SGP.26)"},
    {"curve", 0, "CURVE", KIND_CURVE, 0, NULL, "nist or brainpool (default: the first that the PKI has)"},
    {"session-keys", 0, NULL, KIND_FLAG, PLACE(session_keys), NULL, "no profile protection keys (ReplaceSessionKeys)"},
    {"block", 'b', "N", KIND_BLOCK, 0, NULL, "bytes in a STORE DATA, 8 to 255 (default: 120)"},
    {"enable", 'e', NULL, KIND_FLAG, PLACE(enable), NULL, "enable the profile afterwards, with REFRESH"},
    {"write-bpp", 0, "FILE", KIND_TEXT, PLACE(write_bpp), NULL, "keep the bound profile package, for study"},
    {"json", 'j', NULL, KIND_FLAG, PLACE(json), NULL, "print one JSON object"},
    {"verbose", 'v', NULL, KIND_FLAG, PLACE(verbose), NULL, "also every APDU, and what a card of --card says to it"},
    {"version", 0, NULL, KIND_FLAG, PLACE(version), NULL, "print the version"},
    {"help", 'h', NULL, KIND_FLAG, PLACE(help), NULL, "print this"},
};

enum { ROWS = sizeof rows / sizeof *rows, LONG_ONLY = 256 };

static bool take_block(const char *text, struct options *out)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    /* The longest segment, 1024 bytes and its TLV header, has to fit into 256 blocks (SGP.22 5.7.2). */
    if (*end || text[0] < '0' || text[0] > '9' || n < 8 || n > 255)
        return problem("--block %s: expected a number from 8 to 255", text);
    out->block = n;
    return true;
}

static bool take(const struct row *row, const char *value, struct options *out)
{
    char *place = (char *)out + row->place;
    switch (row->kind) {
    case KIND_TEXT:
        memcpy(place, &value, sizeof value);
        return *value || problem("--%s: expected %s, came nothing", row->name, row->argument);
    case KIND_FLAG:
        *(bool *)place = true;
        return true;
    case KIND_BLOCK:
        return take_block(value, out);
    case KIND_CURVE:
        out->curve = value;
        return strcmp(value, "nist") == 0 || strcmp(value, "brainpool") == 0 ||
               problem("--curve %s: expected nist or brainpool", value);
    case KIND_METADATA:
        break;
    }
    if (out->override_count == OVERRIDES_MAX)
        return problem("--%s: expected at most %d options that change the metadata", row->name, OVERRIDES_MAX);
    out->overrides[out->override_count].option = row->name;
    out->overrides[out->override_count].key = row->key;
    out->overrides[out->override_count++].value = value;
    return true;
}

static void make_tables(struct option *table, char *letters)
{
    *letters++ = ':'; /* a missing argument is told apart from an unknown option */
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
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

static bool check(const struct options *o, int left)
{
    if (o->help || o->version) return true;
    if (left == 0) return problem("expected a profile package; see softeuicc-install --help");
    if (left > 1) return problem("expected one profile package, came %d", left);
    if ((o->card != NULL) + (o->reader != NULL) + (o->connect != NULL) > 1)
        return problem("--card, --reader and --connect exclude each other, expected at most one of them");
    return true;
}

bool options_read(int argc, char **argv, struct options *out)
{
    struct option table[ROWS + 1];
    char letters[2 * ROWS + 2];
    make_tables(table, letters);
    *out = (struct options){.address = "testsmdpplus1.example.com", .block = 120};
    opterr = 0;
    int found;
    while ((found = getopt_long(argc, argv, letters, table, NULL)) != -1) {
        const char *came = argv[optind - 1];
        if (found == ':') return problem("%s needs a value; see softeuicc-install --help", came);
        const struct row *row = found == '?' ? NULL : find_row(found);
        if (!row) return problem("%s is no option; see softeuicc-install --help", came);
        if (!take(row, optarg, out)) return false;
    }
    out->package = argv[optind];
    return check(out, argc - optind);
}

bool options_print_help(void)
{
    BUF_LOCAL out = {0};
    text_format(
        &out, "usage: softeuicc-install PACKAGE.der [OPTIONS]\n"
              "\n"
              "Installs a profile package into a card without an SM-DP+: this program is the SM-DP+ and the LPA.\n"
              "Exit status: 0 installed (and, with --enable, enabled), 1 not, 2 a mistake on the command line.\n"
              "\n"
              "  softeuicc-install profiles/operational.der --card test.db\n"
              "  softeuicc-install profiles/tiny.der --reader \"Virtual PCD 00 00\" --enable\n"
              "  softeuicc-install profiles/tiny.der --connect 127.0.0.1:9999 --ppr ppr2 --name \"not to be deleted\"\n"
              "\n");
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        char left[64];
        char letter[8] = "   ";
        snprintf(left, sizeof left, "--%s%s%s", row->name, row->argument ? " " : "",
                 row->argument ? row->argument : "");
        if (row->letter) snprintf(letter, sizeof letter, "-%c,", row->letter);
        text_format(&out, "  %s %-24s %s\n", letter, left, row->help);
    }
    return buf_err(&out) == OK && write_all(STDOUT_FILENO, buf_slice(&out));
}
