/* What a new card is made from: personality, EID and PKI, as the options name them. */
#ifndef SOFTEUICC_CLI_CONFIGURATION_H
#define SOFTEUICC_CLI_CONFIGURATION_H

#include "cli/options.h"
#include "euicc.h"

enum { CONFIGURATION_CURVES = 2 };

struct configuration {
    struct euicc_config config; /* points into the rest */
    struct buf personality;
    struct buf ci[CONFIGURATION_CURVES];
    struct buf eum[CONFIGURATION_CURVES];
    struct buf key[CONFIGURATION_CURVES];
    struct euicc_issuer issuers[CONFIGURATION_CURVES];
    const char *curves[CONFIGURATION_CURVES]; /* of each issuer, as in the file names */
};

/* Reads what the options name. False: something is missing or wrong; said. */
bool configuration_read(struct configuration *c, const struct options *options);
void configuration_free(struct configuration *c);
/* Says what is wrong with a configuration that euicc_create refused with `why`, by the option or file that is at
 * fault as far as that can be found out. */
void configuration_blame(const struct configuration *c, const struct options *options, const struct euicc_env *env,
                         const struct euicc_diagnostic *why);

#endif
