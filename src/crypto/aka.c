/* Authentication and key agreement: the algorithm of a key, and what is the same for all of them (aka.h). */
#define _DEFAULT_SOURCE
#include "crypto/aka.h"

void aka_defaults(struct aka_key *key)
{
    static const uint8_t rotation[5] = {64, 0, 32, 64, 96};
    static const uint8_t last_byte[5] = {0, 1, 2, 4, 8};
    memcpy(key->rotation, rotation, sizeof rotation);
    memset(key->xoring, 0, sizeof key->xoring);
    for (size_t i = 0; i < 5; i++)
        key->xoring[i][15] = last_byte[i];
    key->iterations = 1;
    key->mac_size = 8;
    key->res_size = 8;
    key->cipher_key_size = 16;
    key->integrity_key_size = 16;
}

static bool is_one_of(size_t n, const size_t *sizes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sizes[i] == n) return true;
    return false;
}

bool aka_lengths_exist(const struct aka_key *key)
{
    static const size_t sizes[] = {8, 16, 4, 32};
    bool tuak = key->algorithm == AKA_TUAK;
    if (key->algorithm < AKA_MILENAGE || key->algorithm > AKA_TEST) return false;
    size_t mac_sizes = tuak ? 2 : 1; /* of the list, and for TUAK 32 */
    size_t res_sizes = tuak ? 4 : key->algorithm == AKA_TEST ? 3 : 1;
    return is_one_of(key->res_size, sizes, res_sizes) &&
           (is_one_of(key->mac_size, sizes, mac_sizes) || (tuak && key->mac_size == 32)) &&
           (key->key_size == 16 || (tuak && key->key_size == 32)) &&
           (key->cipher_key_size == 16 || (tuak && key->cipher_key_size == 32)) &&
           (key->integrity_key_size == 16 || (tuak && key->integrity_key_size == 32));
}

static enum err run(const struct aka_key *key, enum aka_function function, const uint8_t *random, const uint8_t *sqn,
                    const uint8_t *amf, uint8_t *mac, struct aka_keys *keys)
{
    if (!aka_lengths_exist(key)) return ERR_CORRUPT;
    if (key->algorithm == AKA_MILENAGE) return milenage_run(key, function, random, sqn, amf, mac, keys);
    if (key->algorithm == AKA_TUAK) return tuak_run(key, function, random, sqn, amf, mac, keys);
    if (key->algorithm == AKA_TEST) return usim_test_run(key, function, random, sqn, amf, mac, keys);
    return ERR_CORRUPT;
}

enum err aka_derive(const struct aka_key *key, const uint8_t random[AKA_RAND_SIZE], struct aka_keys *out)
{
    out->res_size = key->res_size;
    out->cipher_key_size = key->cipher_key_size;
    out->integrity_key_size = key->integrity_key_size;
    return run(key, AKA_F2345, random, NULL, NULL, NULL, out);
}

enum err aka_mac(const struct aka_key *key, const uint8_t random[AKA_RAND_SIZE], const uint8_t sqn[AKA_SQN_SIZE],
                 const uint8_t amf[AKA_AMF_SIZE], bool resynchronisation, uint8_t out[AKA_MAC_MAX], size_t *n)
{
    *n = key->mac_size;
    return run(key, resynchronisation ? AKA_F1_STAR : AKA_F1, random, sqn, amf, out, NULL);
}

enum err aka_resynchronisation_key(const struct aka_key *key, const uint8_t random[AKA_RAND_SIZE],
                                   uint8_t ak[AKA_SQN_SIZE])
{
    struct aka_keys keys;
    enum err e = run(key, AKA_F5_STAR, random, NULL, NULL, NULL, &keys);
    if (e == OK) memcpy(ak, keys.ak, AKA_SQN_SIZE);
    explicit_bzero(&keys, sizeof keys);
    return e;
}

/* TS 33.102 gives c2 for RES of up to 128 bits and c3 for keys of 128 bits; longer ones of TUAK are folded alike. */
void aka_gsm(const struct aka_keys *keys, uint8_t sres[4], uint8_t kc[8])
{
    memset(sres, 0, 4);
    memset(kc, 0, 8);
    for (size_t i = 0; i < keys->res_size; i++)
        sres[i % 4] ^= keys->res[i];
    for (size_t i = 0; i < keys->cipher_key_size; i++)
        kc[i % 8] ^= keys->ck[i];
    for (size_t i = 0; i < keys->integrity_key_size; i++)
        kc[i % 8] ^= keys->ik[i];
}
