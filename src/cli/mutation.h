/* run --mutate: the rule file, its seed, its lines in the log, and the filter that the transports take. */
#ifndef SOFTEUICC_CLI_MUTATION_H
#define SOFTEUICC_CLI_MUTATION_H

#include "cli/log.h"
#include "cli/options.h"
#include "mutate/mutate.h"
#include "transport/transport.h"

struct mutation {
    struct mutate *rules; /* NULL: no --mutate */
    const char *path;
    uint64_t seed;
    struct transport_filter filter;
};

/* Reads the rules, if any are asked for. False: said. mutation_close() either way. */
bool mutation_open(struct mutation *mutation, const struct options *options);
/* The card is there; log NULL: quiet. */
void mutation_begin(struct mutation *mutation, euicc *card, struct log *log);
/* NULL without --mutate. The mutation must not move afterwards. */
const struct transport_filter *mutation_filter(struct mutation *mutation);
void mutation_close(struct mutation *mutation);

#endif
