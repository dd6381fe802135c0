/* What src/crypto draws from: randomness and memory. The random source that crypto_bind_random() binds to a thread
 * (src/crypto/context.c): the same stream gives the same keys and signatures, whatever OpenSSL does in between, and
 * nothing of one stream reaches another. Without memory every function fails as such, and a good signature or point is
 * never called bad. */
#define _DEFAULT_SOURCE
#include "crypto_helpers.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static const enum curve curves[] = {CURVE_P256, CURVE_BRAINPOOLP256R1};

static struct stream shared_stream = {.state = 1};

static void bind(void)
{
    shared_stream = (struct stream){.state = 1};
    crypto_bind_random(stream_draw, &shared_stream);
}

static void unbind(void)
{
    crypto_bind_random(NULL, NULL);
}

/* All that draws, in a fixed order; the bytes depend on the stream alone. */
static void run_all(uint64_t seed, uint8_t digest_out[32])
{
    struct stream s = {.state = seed};
    BUF_LOCAL log = {0};
    crypto_bind_random(stream_draw, &s);
    for (int i = 0; i < 30; i++) {
        enum curve curve = curves[i % 2];
        struct slice message = slice_text("m");
        uint8_t sk[32], pk[65], signature[64], z[32], bytes[7];
        ok(ec_generate(curve, sk, pk));
        ok(ecdsa_sign(curve, sk, &message, 1, signature));
        ok(ecka(curve, sk, SLICE(pk), z));
        ok(crypto_random(bytes, sizeof bytes));
        buf_append(&log, SLICE(sk));
        buf_append(&log, SLICE(pk));
        buf_append(&log, SLICE(signature));
        buf_append(&log, SLICE(z));
        buf_append(&log, SLICE(bytes));
    }
    crypto_bind_random(NULL, NULL);
    ok(buf_err(&log));
    struct slice all = buf_slice(&log);
    ok(crypto_sha256(&all, 1, digest_out));
}

static void *run_all_thread(void *out)
{
    run_all(7, out);
    return NULL;
}

START_TEST(same_stream_same_bytes)
{
    uint8_t first[32], again[32], other[32], in_threads[2][32];
    run_all(7, first);
    run_all(8, other);
    ck_assert(!crypto_equal(first, other, 32));
    /* Long after OpenSSL's own generators would have reseeded (every 2^8 to 2^16 draws), and between two draws of
     * another stream. */
    struct stream s = {.state = 99};
    struct slice message = slice_text("m");
    uint8_t sk[32] = {1}, signature[64], bytes[16];
    crypto_bind_random(stream_draw, &s);
    for (int i = 0; i < 100000; i++) {
        ok(crypto_random(bytes, sizeof bytes));
        if (i % 20 == 0) ok(ecdsa_sign(CURVE_P256, sk, &message, 1, signature));
    }
    run_all(7, again);
    ck_assert_mem_eq(first, again, 32);

    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_all_thread, in_threads[i]), 0);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_mem_eq(first, in_threads[i], 32);
    }
}
END_TEST

START_TEST(same_stream_after_fork)
{
    uint8_t first[32], again[32];
    run_all(7, first);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        run_all(7, again);
        _exit(memcmp(first, again, 32) == 0 ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

/* Signatures draw their nonces from the bound stream, each its own: no bytes wait in OpenSSL between two calls. */
START_TEST(nothing_is_buffered)
{
    struct stream a = {.state = 5}, b = {.state = 6}, b_alone = {.state = 6};
    struct slice message = slice_text("m");
    uint8_t sk[32] = {1}, from_a[2][64], from_b[64], want[64];
    crypto_bind_random(stream_draw, &b_alone);
    ok(ecdsa_sign(CURVE_P256, sk, &message, 1, want));
    crypto_bind_random(stream_draw, &a);
    ok(ecdsa_sign(CURVE_P256, sk, &message, 1, from_a[0]));
    crypto_bind_random(stream_draw, &b);
    ok(ecdsa_sign(CURVE_P256, sk, &message, 1, from_b));
    crypto_bind_random(stream_draw, &a);
    ok(ecdsa_sign(CURVE_P256, sk, &message, 1, from_a[1]));
    ck_assert_mem_eq(from_b, want, 64);
    ck_assert_uint_eq(b.drawn, b_alone.drawn);
    ck_assert_uint_ge(b.drawn, 32);
    ck_assert_mem_ne(from_a[0], from_b, 64);
    ck_assert_mem_ne(from_a[0], from_a[1], 32); /* another r */
}
END_TEST

static int all_ones(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    memset(out, 0xff, n);
    return 0;
}

START_TEST(broken_sources)
{
    enum curve curve = curves[_i];
    struct slice message = slice_text("m");
    uint8_t sk[32] = {1}, pk[65], signature[64], bytes[4], new_sk[32];
    bool valid;
    ok(ec_public(curve, sk, pk));
    ok(ecdsa_sign(curve, sk, &message, 1, signature));
    unbind();
    for (int round = 0; round < 2; round++) { /* no source, then one that fails */
        struct stream s = {.state = 1, .fail_after = 3};
        if (round) crypto_bind_random(stream_draw, &s);
        memset(bytes, 0x5a, 4);
        ck_assert_int_eq(crypto_random(bytes, 4), ERR_RANDOM);
        ck_assert(bytes[0] == 0 && bytes[3] == 0);
        ck_assert_int_eq(ec_generate(curve, new_sk, pk), ERR_RANDOM);
        ck_assert_int_eq(ecdsa_sign(curve, sk, &message, 1, signature), ERR_RANDOM);
        /* What needs none still works. */
        bind();
        ok(ec_public(curve, sk, pk));
        ok(ecdsa_sign(curve, sk, &message, 1, signature));
        unbind();
        ok(ecdsa_verify(curve, SLICE(pk), &message, 1, SLICE(signature), &valid));
        ck_assert(valid);
        ok(crypto_warm_up());
    }
    crypto_bind_random(all_ones, NULL);
    ck_assert_int_eq(ec_generate(curve, new_sk, pk), ERR_RANDOM);
}
END_TEST

/* ---- memory ---- */

/* Allocations of OpenSSL that still succeed; negative: all. Set by main() as OpenSSL's allocator. */
static long allocations_left = -1;

static bool may_allocate(void)
{
    if (allocations_left > 0) allocations_left--;
    return allocations_left != 0;
}

static void *allocate(size_t n, const char *file, int line)
{
    (void)file;
    (void)line;
    return may_allocate() ? malloc(n) : NULL;
}

static void *reallocate(void *p, size_t n, const char *file, int line)
{
    (void)file;
    (void)line;
    return may_allocate() ? realloc(p, n) : NULL;
}

static void release(void *p, const char *file, int line)
{
    (void)file;
    (void)line;
    free(p);
}

struct known_values {
    enum curve curve;
    uint8_t sk[32], pk[65], signature[64], z[32];
};

static enum err try_sign(const struct known_values *k)
{
    struct slice message = slice_text("m");
    uint8_t signature[64];
    return ecdsa_sign(k->curve, k->sk, &message, 1, signature);
}

static enum err try_verify(const struct known_values *k)
{
    struct slice message = slice_text("m");
    bool valid = false;
    enum err e = ecdsa_verify(k->curve, SLICE(k->pk), &message, 1, SLICE(k->signature), &valid);
    ck_assert(valid == (e == OK));
    return e;
}

static enum err try_agree(const struct known_values *k)
{
    uint8_t z[32];
    enum err e = ecka(k->curve, k->sk, SLICE(k->pk), z);
    if (e == OK) ck_assert_mem_eq(z, k->z, 32);
    return e;
}

static enum err try_generate(const struct known_values *k)
{
    uint8_t sk[32], pk[65];
    return ec_generate(k->curve, sk, pk);
}

static enum err try_bsp(const struct known_values *k)
{
    struct bsp *bsp = NULL, *copy = NULL;
    enum err e = bsp_new(&bsp, k->z, 0x88, 16, SLICE(k->z), SLICE(k->z));
    if (e == OK) e = bsp_copy(bsp, &copy);
    bsp_free(bsp);
    bsp_free(copy);
    return e;
}

START_TEST(out_of_memory)
{
    enum err (*const functions[])(const struct known_values *) = {try_sign, try_verify, try_agree, try_generate,
                                                                  try_bsp};
    struct known_values k = {.curve = curves[_i]};
    struct slice message = slice_text("m");
    ok(crypto_warm_up());
    ok(ec_generate(k.curve, k.sk, k.pk));
    ok(ecdsa_sign(k.curve, k.sk, &message, 1, k.signature));
    ok(ecka(k.curve, k.sk, SLICE(k.pk), k.z));
    for (size_t f = 0; f < sizeof functions / sizeof functions[0]; f++) {
        long n = 1; /* 1: none succeeds */
        for (;; n++) {
            allocations_left = n;
            enum err e = functions[f](&k);
            allocations_left = -1;
            if (e == OK) break;
            ck_assert_msg(e == ERR_MEMORY || e == ERR_CRYPTO, "function %zu, allocation %ld: err %d", f, n, (int)e);
            ck_assert_int_lt(n, 3000);
        }
        ck_assert_int_gt(n, 2);
    }
}
END_TEST

static Suite *random_suite(void)
{
    Suite *s = suite_create("random");
    TCase *random = tcase_create("random");
    tcase_set_timeout(random, 60);
    tcase_add_checked_fixture(random, bind, unbind);
    tcase_add_test(random, same_stream_same_bytes);
    tcase_add_test(random, same_stream_after_fork);
    tcase_add_test(random, nothing_is_buffered);
    tcase_add_loop_test(random, broken_sources, 0, 2);
    tcase_add_loop_test(random, out_of_memory, 0, 2);
    suite_add_tcase(s, random);
    return s;
}

int main(void)
{
    /* Before OpenSSL's first allocation. */
    if (!CRYPTO_set_mem_functions(allocate, reallocate, release)) return EXIT_FAILURE;
    SRunner *runner = srunner_create(random_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
