/* One OpenSSL library context per process (one per card would cost about 250 KB), with a random generator that hands
 * out the bytes of the card at work, so that the same seed gives the same keys and signatures. Used by all of
 * src/crypto; crypto_bind_random() is called by src/card around every entry.
 *
 * OpenSSL asks for randomness through RAND_priv_bytes_ex(library context), which goes to one generator object per
 * thread. Ours keeps no state and no bytes: each request is forwarded to the function bound to the thread at that
 * moment, so nothing of one card can reach another. */
#include "crypto/internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rand.h>

#define GENERATOR_NAME "SOFTEUICC-BOUND"
#define GENERATOR_STRENGTH 256
#define GENERATOR_MAX_REQUEST 65536

/* The one thing that belongs to a thread: whose bytes it draws. */
static _Thread_local struct {
    crypto_random_fn random;
    void *ctx;
    bool failed; /* a draw failed since crypto_failure() last looked */
} source;

void crypto_bind_random(crypto_random_fn random, void *ctx)
{
    source.random = random;
    source.ctx = ctx;
    source.failed = false;
}

enum err crypto_random(uint8_t *out, size_t n)
{
    if (!source.random || source.random(source.ctx, out, n) != 0) {
        OPENSSL_cleanse(out, n);
        return ERR_RANDOM;
    }
    return OK;
}

/* ---- the generator, as OpenSSL's provider interface wants it (provider-rand(7)) ---- */

struct generator {
    int state; /* EVP_RAND_STATE_*: all that OpenSSL lets a generator have and we need */
};

static void *generator_new(void *provider, void *parent, const OSSL_DISPATCH *parent_calls)
{
    (void)provider;
    (void)parent;
    (void)parent_calls;
    struct generator *g = malloc(sizeof *g);
    if (g) g->state = EVP_RAND_STATE_UNINITIALISED;
    return g;
}

static void generator_free(void *generator)
{
    free(generator);
}

static int generator_instantiate(void *generator, unsigned int strength, int prediction_resistance,
                                 const unsigned char *personalisation, size_t n, const OSSL_PARAM params[])
{
    (void)strength;
    (void)prediction_resistance;
    (void)personalisation;
    (void)n;
    (void)params;
    ((struct generator *)generator)->state = EVP_RAND_STATE_READY;
    return 1;
}

static int generator_uninstantiate(void *generator)
{
    ((struct generator *)generator)->state = EVP_RAND_STATE_UNINITIALISED;
    return 1;
}

static int generator_generate(void *generator, unsigned char *out, size_t n, unsigned int strength,
                              int prediction_resistance, const unsigned char *additional, size_t additional_n)
{
    (void)generator;
    (void)strength;
    (void)prediction_resistance;
    (void)additional;
    (void)additional_n;
    if (crypto_random(out, n) == OK) return 1;
    source.failed = true;
    return 0;
}

/* Without state there is nothing to lock, but OpenSSL insists on being able to. */
static int generator_enable_locking(void *generator)
{
    (void)generator;
    return 1;
}

static int generator_lock(void *generator)
{
    (void)generator;
    return 1;
}

static void generator_unlock(void *generator)
{
    (void)generator;
}

static int generator_get_params(void *generator, OSSL_PARAM params[])
{
    OSSL_PARAM *p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STATE);
    if (p && !OSSL_PARAM_set_int(p, ((struct generator *)generator)->state)) return 0;
    p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STRENGTH);
    if (p && !OSSL_PARAM_set_uint(p, GENERATOR_STRENGTH)) return 0;
    p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_MAX_REQUEST);
    return !p || OSSL_PARAM_set_size_t(p, GENERATOR_MAX_REQUEST);
}

static const OSSL_PARAM *generator_gettable_params(void *generator, void *provider)
{
    static const OSSL_PARAM gettable[] = {OSSL_PARAM_int(OSSL_RAND_PARAM_STATE, NULL),
                                          OSSL_PARAM_uint(OSSL_RAND_PARAM_STRENGTH, NULL),
                                          OSSL_PARAM_size_t(OSSL_RAND_PARAM_MAX_REQUEST, NULL), OSSL_PARAM_END};
    (void)generator;
    (void)provider;
    return gettable;
}

static const OSSL_ALGORITHM *provider_query(void *provider, int operation, int *no_cache)
{
    static const OSSL_DISPATCH calls[] = {
        {OSSL_FUNC_RAND_NEWCTX, (void (*)(void))generator_new},
        {OSSL_FUNC_RAND_FREECTX, (void (*)(void))generator_free},
        {OSSL_FUNC_RAND_INSTANTIATE, (void (*)(void))generator_instantiate},
        {OSSL_FUNC_RAND_UNINSTANTIATE, (void (*)(void))generator_uninstantiate},
        {OSSL_FUNC_RAND_GENERATE, (void (*)(void))generator_generate},
        {OSSL_FUNC_RAND_ENABLE_LOCKING, (void (*)(void))generator_enable_locking},
        {OSSL_FUNC_RAND_LOCK, (void (*)(void))generator_lock},
        {OSSL_FUNC_RAND_UNLOCK, (void (*)(void))generator_unlock},
        {OSSL_FUNC_RAND_GET_CTX_PARAMS, (void (*)(void))generator_get_params},
        {OSSL_FUNC_RAND_GETTABLE_CTX_PARAMS, (void (*)(void))generator_gettable_params},
        {0, NULL}};
    static const OSSL_ALGORITHM generators[] = {
        {GENERATOR_NAME, "provider=softeuicc", calls, "the random source bound to the thread"},
        {NULL, NULL, NULL, NULL}};
    (void)provider;
    *no_cache = 0;
    return operation == OSSL_OP_RAND ? generators : NULL;
}

static int provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
                         void **provider)
{
    static const OSSL_DISPATCH calls[] = {{OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))provider_query},
                                          {0, NULL}};
    static const char here = 0; /* OpenSSL wants some address that is not NULL */
    (void)handle;
    (void)in;
    *out = calls;
    *provider = (void *)(uintptr_t)&here;
    return 1;
}

/* ---- the context ---- */

static void context_free(struct crypto_context *c)
{
    if (!c) return;
    for (size_t i = 0; i < sizeof c->groups / sizeof c->groups[0]; i++)
        EC_GROUP_free(c->groups[i]);
    EVP_MAC_free(c->cmac);
    EVP_CIPHER_free(c->aes128_cbc);
    EVP_CIPHER_free(c->aes128_ecb);
    EVP_MD_free(c->shake256);
    EVP_MD_free(c->sha256);
    EVP_MD_free(c->sha1);
    OSSL_LIB_CTX_free(c->library); /* unloads the providers */
    free(c);
}

static bool context_fill(struct crypto_context *c)
{
    c->library = OSSL_LIB_CTX_new();
    if (!c->library) return false;
    if (!OSSL_PROVIDER_add_builtin(c->library, "softeuicc", provider_init)) return false;
    if (!OSSL_PROVIDER_load(c->library, "softeuicc") || !OSSL_PROVIDER_load(c->library, "default")) return false;
    /* Before anything draws: after the first draw the type can no longer be set. */
    if (!RAND_set_seed_source_type(c->library, GENERATOR_NAME, "provider=softeuicc")) return false;
    if (!RAND_set_DRBG_type(c->library, GENERATOR_NAME, "provider=softeuicc", NULL, NULL)) return false;
    c->sha1 = EVP_MD_fetch(c->library, "SHA1", NULL);
    c->sha256 = EVP_MD_fetch(c->library, "SHA256", NULL);
    c->shake256 = EVP_MD_fetch(c->library, "SHAKE256", NULL);
    c->aes128_ecb = EVP_CIPHER_fetch(c->library, "AES-128-ECB", NULL);
    c->aes128_cbc = EVP_CIPHER_fetch(c->library, "AES-128-CBC", NULL);
    c->cmac = EVP_MAC_fetch(c->library, "CMAC", NULL);
    c->groups[CURVE_P256] = EC_GROUP_new_by_curve_name_ex(c->library, NULL, NID_X9_62_prime256v1);
    c->groups[CURVE_BRAINPOOLP256R1] = EC_GROUP_new_by_curve_name_ex(c->library, NULL, NID_brainpoolP256r1);
    return c->sha1 && c->sha256 && c->shake256 && c->aes128_ecb && c->aes128_cbc && c->cmac && c->groups[CURVE_P256] &&
           c->groups[CURVE_BRAINPOOLP256R1];
}

/* Not pthread_once: a first call that runs out of memory must not spoil all later ones. Never freed: threads and
 * cards may use it until the process ends. */
const struct crypto_context *crypto_context(void)
{
    static _Atomic(struct crypto_context *) shared;
    static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
    struct crypto_context *c = atomic_load_explicit(&shared, memory_order_acquire);
    if (c) return c;
    pthread_mutex_lock(&making);
    c = atomic_load_explicit(&shared, memory_order_relaxed);
    if (!c) {
        c = calloc(1, sizeof *c);
        if (!c) ERR_raise(ERR_LIB_USER, ERR_R_MALLOC_FAILURE);
        if (c && !context_fill(c)) {
            context_free(c);
            c = NULL;
        }
        atomic_store_explicit(&shared, c, memory_order_release);
    }
    pthread_mutex_unlock(&making);
    return c;
}

enum err crypto_failure(void)
{
    enum err e = ERR_CRYPTO;
    unsigned long error;
    while ((error = ERR_get_error()) != 0)
        if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE) e = ERR_MEMORY;
    if (source.failed) e = ERR_RANDOM;
    source.failed = false;
    return e;
}

enum err crypto_warm_up(void)
{
    static const uint8_t one[EC_SCALAR_SIZE] = {[EC_SCALAR_SIZE - 1] = 1};
    static const uint8_t signature[ECDSA_RAW_SIZE] = {[31] = 1, [63] = 1};
    uint8_t point[EC_POINT_SIZE];
    uint8_t mac[16];
    bool valid;
    struct slice message = slice_text("warm up");
    const struct crypto_context *c = crypto_context();
    if (!c) return crypto_failure();
    /* The thread's generators; they draw nothing when they are made. */
    if (!RAND_get0_private(c->library) || !RAND_get0_public(c->library)) return crypto_failure();
    TRY(ec_public(CURVE_P256, one, point));
    TRY(ecdsa_verify(CURVE_P256, SLICE(point), &message, 1, SLICE(signature), &valid));
    return aes128_cmac(point, &message, 1, mac);
}
