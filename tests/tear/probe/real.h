/* The functions of the card themselves, behind those of wrap.c. For the cards of the probe's own. */
#ifndef SOFTEUICC_TESTS_TEAR_REAL_H
#define SOFTEUICC_TESTS_TEAR_REAL_H

#include "euicc.h"

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker gives these names */
int __real_euicc_create(euicc **out, const struct euicc_config *config, const struct euicc_env *env,
                        struct euicc_diagnostic *why);
int __real_euicc_clone(const euicc *card, const struct euicc_env *env, euicc **out);
void __real_euicc_destroy(euicc *card);
int __real_euicc_power_on(euicc *card, struct euicc_atr *atr);
int __real_euicc_reset(euicc *card, struct euicc_atr *atr);
int __real_euicc_transmit(euicc *card, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn);
int __real_euicc_factory_reset(euicc *card);
int __real_euicc_eim_add(euicc *card, const uint8_t *configuration, size_t n, struct euicc_diagnostic *why);
int __real_euicc_eim_remove(euicc *card, const char *id);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

#endif
