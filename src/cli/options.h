/* The commands of the program and their options: one row each. */
#ifndef SOFTEUICC_CLI_OPTIONS_H
#define SOFTEUICC_CLI_OPTIONS_H

#include "base/buf.h"

/* Which options a command takes. */
enum option_bit {
    OPTION_CARD = 1 << 0,
    OPTION_MEMORY = 1 << 1,
    OPTION_VPCD = 1 << 2,
    OPTION_STDIO = 1 << 3,
    OPTION_LISTEN = 1 << 4,
    OPTION_ALLOW_REMOTE = 1 << 5,
    OPTION_SEED = 1 << 6,
    OPTION_PERSONALITY = 1 << 7,
    OPTION_EID = 1 << 8,
    OPTION_PKI = 1 << 9,
    OPTION_MEMORY_SIZE = 1 << 10,
    OPTION_JSON = 1 << 11,
    OPTION_VERBOSE = 1 << 12,
    OPTION_QUIET = 1 << 13,
    OPTION_FORCE = 1 << 14,
    OPTION_YES = 1 << 15,
    OPTION_HELP = 1 << 16,
    OPTION_LOG_SECRETS = 1 << 17,
    OPTION_MUTATE = 1 << 18,
    OPTION_MUTATE_SEED = 1 << 19,
};

/* What shapes a new card. */
#define OPTIONS_NEW_CARD (OPTION_PERSONALITY | OPTION_EID | OPTION_PKI | OPTION_MEMORY_SIZE)

struct options {
    unsigned given; /* enum option_bit */
    const char *card;
    const char *vpcd;
    const char *listen;
    const char *personality;
    const char *eid;
    const char *pki;
    const char *memory_size; /* decimal digits */
    uint64_t seed;
    const char *mutate; /* a rule file */
    uint64_t mutate_seed;
    char *const *arguments; /* what is left after the options */
    int argument_count;
};

struct command {
    const char *name;
    const char *arguments; /* for the usage line */
    const char *summary;
    unsigned options; /* enum option_bit */
    int argument_max;
    const char *text;                          /* a paragraph and examples for --help */
    int (*run)(const struct options *options); /* gives the exit status */
};

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* argv[0] is the command's name. False: a mistake; said. */
bool options_parse(const struct command *command, int argc, char **argv, struct options *out);
/* Appends the option lines of a command's help. */
void options_help(const struct command *command, struct buf *out);

int command_run(const struct options *options);
int command_create(const struct options *options);
int command_info(const struct options *options);
int command_profiles(const struct options *options);
int command_check(const struct options *options);
int command_notifications(const struct options *options);
int command_fs(const struct options *options);
int command_eim(const struct options *options);
int command_reset(const struct options *options);
int command_personalities(const struct options *options);

#endif
