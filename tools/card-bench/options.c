/* The command line of softeuicc-bench; see options.h. */
#define _GNU_SOURCE
#include "options.h"

#include "metadata.h"
#include "say.h"

#include "base/hex.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "usage: softeuicc-bench list [FILTER...] [--verbose] [--json-list] [--states]\n"
    "       softeuicc-bench run [FILTER...] [OPTION...]\n"
    "       softeuicc-bench diff OLD.json NEW.json [--exact] [--json FILE] [--html FILE]\n"
    "       softeuicc-bench requirements [FILTER...] [--verbose] [--missing] [--strict] [--json FILE]\n"
    "FILTER: a shell pattern over ids (ES10c.GetEID/*), groups, families (uicc) and clauses ('SGP.22 5.7.2*')\n"
    "\n"
    "the card:\n"
    "  --card builtin|FILE    the built-in card (default), or a card file of softeuicc\n"
    "  --reader NAME          the first PC/SC reader whose name contains NAME\n"
    "  --connect HOST:PORT    as `softeuicc run --listen` answers\n"
    "  --personality NAME     of the built-in card: a built-in one or a file with its lines\n"
    "  --mutate FILE          rules that make a wrong card of the built-in one (softeuicc run --mutate)\n"
    "care for a card that is not built in:\n"
    "  --allow-destructive    profiles may be deleted and installed, the memory reset, tries and counters used up\n"
    "  --profile ICCID        this profile may be changed: nickname, and if it is enabled files, which are put back;\n"
    "                         sequence numbers of its keys count up\n"
    "  --pin HEX, --adm HEX   8 bytes: PIN1 and ADM1 of the enabled profile; a wrong value costs one try\n"
    "  --timeout MS           how long an answer may take (default 10000)\n"
    "the run:\n"
    "  --stop-at-first        end at the first case that fails\n"
    "  --repeat N             each case N times, with other random numbers\n"
    "  --seed N               what the built-in card and the doubles draw follows from it (default 1)\n"
    "  --jobs N               processes at once (built-in card)\n"
    "  --cases DIR            folder with the cases (default: beside the program)\n"
    "  --verbose              a line for each case\n"
    "reports (\"-\": standard output):\n"
    "  --json FILE            everything, with the annotated dialogues; README.md has the format\n"
    "  --junit FILE           JUnit XML\n"
    "  --html FILE            one page with all of it, for a browser\n"
    "diff, of two reports of --json:\n"
    "  --exact                every byte of every answer, random numbers too\n"
    "requirements, with the number of their cases:\n"
    "  --missing              only those that have neither a case nor a reason why\n"
    "  --strict               exit status 1 if there are such\n"
    "\n"
    "Ctrl-C: the case at work is finished and the reports are written; once more: at once\n"
    "exit status: 0 nothing failed (diff: the same), 1 a case failed (diff: they differ), 2 usage, 3 errors (no "
    "answer, no reader) or interrupted\n";

enum {
    OPTION_CARD = 256,
    OPTION_READER,
    OPTION_CONNECT,
    OPTION_CASES,
    OPTION_PERSONALITY,
    OPTION_MUTATE,
    OPTION_JSON,
    OPTION_JUNIT,
    OPTION_HTML,
    OPTION_MISSING,
    OPTION_STRICT,
    OPTION_EXACT,
    OPTION_DESTRUCTIVE,
    OPTION_PROFILE,
    OPTION_PIN,
    OPTION_ADM,
    OPTION_TIMEOUT,
    OPTION_STOP,
    OPTION_REPEAT,
    OPTION_SEED,
    OPTION_JOBS,
    OPTION_STATES,
    OPTION_JSON_LIST,
};

static const struct option names[] = {{"card", required_argument, NULL, OPTION_CARD},
                                      {"reader", required_argument, NULL, OPTION_READER},
                                      {"connect", required_argument, NULL, OPTION_CONNECT},
                                      {"cases", required_argument, NULL, OPTION_CASES},
                                      {"personality", required_argument, NULL, OPTION_PERSONALITY},
                                      {"mutate", required_argument, NULL, OPTION_MUTATE},
                                      {"json", required_argument, NULL, OPTION_JSON},
                                      {"junit", required_argument, NULL, OPTION_JUNIT},
                                      {"html", required_argument, NULL, OPTION_HTML},
                                      {"missing", no_argument, NULL, OPTION_MISSING},
                                      {"strict", no_argument, NULL, OPTION_STRICT},
                                      {"exact", no_argument, NULL, OPTION_EXACT},
                                      {"allow-destructive", no_argument, NULL, OPTION_DESTRUCTIVE},
                                      {"profile", required_argument, NULL, OPTION_PROFILE},
                                      {"pin", required_argument, NULL, OPTION_PIN},
                                      {"adm", required_argument, NULL, OPTION_ADM},
                                      {"timeout", required_argument, NULL, OPTION_TIMEOUT},
                                      {"stop-at-first", no_argument, NULL, OPTION_STOP},
                                      {"repeat", required_argument, NULL, OPTION_REPEAT},
                                      {"seed", required_argument, NULL, OPTION_SEED},
                                      {"jobs", required_argument, NULL, OPTION_JOBS},
                                      {"states", no_argument, NULL, OPTION_STATES},
                                      {"json-list", no_argument, NULL, OPTION_JSON_LIST},
                                      {"verbose", no_argument, NULL, 'v'},
                                      {"help", no_argument, NULL, 'h'},
                                      {"version", no_argument, NULL, 'V'},
                                      {NULL, 0, NULL, 0}};

static bool number(const char *name, const char *text, unsigned long long least, unsigned long long most,
                   unsigned long long *out)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && !errno && *out >= least && *out <= most) return true;
    return say_problem("--%s: expected a number from %llu to %llu; came \"%s\"", name, least, most, text);
}

static bool small_number(const char *name, const char *text, unsigned most, unsigned *out)
{
    unsigned long long value;
    if (!number(name, text, 1, most, &value)) return false;
    *out = (unsigned)value;
    return true;
}

static bool secret(const char *name, const char *text, struct buf *out)
{
    buf_reset(out);
    if (hex_decode(slice_text(text), out) && out->n == 8) return true;
    return say_problem("--%s: expected 16 hex digits", name);
}

static bool profile(const char *text, struct options *o)
{
    uint8_t bytes[10];
    o->bench.profile = text;
    return metadata_iccid_bytes(text, bytes) || say_problem("--profile: expected an ICCID; came \"%s\"", text);
}

static bool seed(const char *text, struct options *o)
{
    unsigned long long value;
    if (!number("seed", text, 0, UINT64_MAX, &value)) return false;
    o->bench.seed = value;
    return true;
}

static bool option(int code, struct options *o)
{
    switch (code) {
    case OPTION_CARD:
        o->card = optarg;
        return true;
    case OPTION_READER:
        o->reader = optarg;
        return true;
    case OPTION_CONNECT:
        o->connect = optarg;
        return true;
    case OPTION_CASES:
        o->cases = optarg;
        return true;
    case OPTION_PERSONALITY:
        o->personality = optarg;
        return true;
    case OPTION_MUTATE:
        o->mutate = optarg;
        return true;
    case OPTION_JSON:
        o->json = optarg;
        return true;
    case OPTION_JUNIT:
        o->junit = optarg;
        return true;
    case OPTION_HTML:
        o->html = optarg;
        return true;
    case OPTION_MISSING:
        return o->missing = true;
    case OPTION_STRICT:
        return o->strict = true;
    case OPTION_EXACT:
        return o->exact = true;
    case OPTION_DESTRUCTIVE:
        return o->bench.allow_destructive = true;
    case OPTION_PROFILE:
        return profile(optarg, o);
    case OPTION_PIN:
        return secret("pin", optarg, &o->pin);
    case OPTION_ADM:
        return secret("adm", optarg, &o->adm);
    case OPTION_TIMEOUT:
        return small_number("timeout", optarg, 3600000, &o->timeout_ms);
    case OPTION_STOP:
        return o->stop_at_first = true;
    case OPTION_REPEAT:
        return small_number("repeat", optarg, 1000000, &o->repeat);
    case OPTION_SEED:
        return seed(optarg, o);
    case OPTION_JOBS:
        return small_number("jobs", optarg, 64, &o->jobs);
    case OPTION_STATES:
        return o->states = true;
    case OPTION_JSON_LIST:
        return o->json_list = true;
    case 'v':
        return o->verbose = true;
    case 'h':
        return o->help = true;
    case 'V':
        return o->version = true;
    default:
        return false; /* getopt said what is wrong */
    }
}

static bool read_command(const char *word, struct options *o)
{
    static const char *const words[] = {
        [COMMAND_LIST] = "list",
        [COMMAND_RUN] = "run",
        [COMMAND_REQUIREMENTS] = "requirements",
        [COMMAND_DIFF] = "diff",
    };
    for (size_t i = COMMAND_LIST; i <= COMMAND_DIFF; i++) {
        if (strcmp(word, words[i]) != 0) continue;
        o->command = (enum bench_command)i;
        return true;
    }
    return say_problem("expected run, list, diff or requirements; softeuicc-bench --help has more");
}

static bool consistent(struct options *o)
{
    int cards = (o->card != NULL) + (o->reader != NULL) + (o->connect != NULL);
    if (cards > 1) return say_problem("one of --card, --reader and --connect");
    if (!cards) o->card = "builtin";
    bool builtin = o->card && strcmp(o->card, "builtin") == 0;
    if (!builtin && (o->personality || o->mutate))
        return say_problem("--personality and --mutate are for the built-in card");
    if (builtin && (o->bench.profile || o->pin.n || o->adm.n))
        return say_problem("--profile, --pin and --adm are for a card that is not built in");
    if (!builtin && o->jobs > 1) return say_problem("--jobs is for the built-in card");
    if (o->command == COMMAND_DIFF && o->filter_n != 2) return say_problem("diff: expected two reports of run --json");
    return true;
}

bool options_read(int argc, char **argv, struct options *out)
{
    int code;
    *out = (struct options){.repeat = 1, .jobs = 1, .bench.seed = 1};
    while ((code = getopt_long(argc, argv, "vhV", names, NULL)) != -1)
        if (!option(code, out)) return false;
    if (out->help || out->version) return true;
    const char *command = optind < argc ? argv[optind++] : "";
    if (!read_command(command, out)) return false;
    out->filters = argv + optind;
    out->filter_n = (size_t)(argc - optind);
    out->bench.pin = buf_slice(&out->pin);
    out->bench.adm = buf_slice(&out->adm);
    return consistent(out);
}

void options_free(struct options *o)
{
    buf_free(&o->pin);
    buf_free(&o->adm);
}

bool options_print_help(void)
{
    return fputs(help, stdout) >= 0;
}
