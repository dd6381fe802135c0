/* What auc.c takes from auc_tuak.c. */
#ifndef SOFTEUICC_TESTS_AUC_INTERNAL_H
#define SOFTEUICC_TESTS_AUC_INTERNAL_H

#include "auc.h"

void auc_tuak_f1(const struct auc_subscriber *s, const uint8_t rand[16], const uint8_t sqn[6], const uint8_t amf[2],
                 bool star, uint8_t *mac);
void auc_tuak_f2345(const struct auc_subscriber *s, struct auc_vector *v);
void auc_tuak_f5_star(const struct auc_subscriber *s, const uint8_t rand[16], uint8_t ak[6]);

#endif
