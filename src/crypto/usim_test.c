/* The test algorithm of test USIMs (3GPP TS 34.108 8.1.2): everything is RAND XOR K. Called by aka.c. */
#define _DEFAULT_SOURCE
#include "crypto/aka.h"

#define BLOCK 16

enum err usim_test_run(const struct aka_key *key, enum aka_function function, const uint8_t random[AKA_RAND_SIZE],
                       const uint8_t *sqn, const uint8_t *amf, uint8_t *mac, struct aka_keys *keys)
{
    uint8_t xdout[BLOCK];
    for (size_t i = 0; i < BLOCK; i++)
        xdout[i] = key->key[i] ^ random[i];
    if (mac) { /* f1 and f1* are the same: CDOUT = SQN || AMF on the first eight bytes */
        memcpy(mac, sqn, AKA_SQN_SIZE);
        memcpy(mac + AKA_SQN_SIZE, amf, AKA_AMF_SIZE);
        for (size_t i = 0; i < 8; i++)
            mac[i] ^= xdout[i];
    }
    if (keys) memcpy(keys->ak, xdout + 3, AKA_SQN_SIZE); /* f5* is f5 */
    if (keys && function == AKA_F2345) {
        memcpy(keys->res, xdout, key->res_size);
        for (size_t i = 0; i < BLOCK; i++) {
            keys->ck[i] = xdout[(i + 1) % BLOCK];
            keys->ik[i] = xdout[(i + 2) % BLOCK];
        }
    }
    explicit_bzero(xdout, sizeof xdout);
    return OK;
}
