/* The random sources of euicc.h. */
#include "store_model.h"

/* xoshiro256** from splitmix64, computed from the authors' reference code. */
START_TEST(seeded_bytes_are_the_published_generator)
{
    static const uint8_t expected[24] = {0x16, 0xc7, 0x2e, 0x0c, 0x2e, 0x0b, 0x78, 0x15, 0x7e, 0x3a, 0x11, 0x6d,
                                         0x86, 0xd9, 0x04, 0x61, 0xa1, 0x99, 0xe4, 0x39, 0x32, 0x53, 0x17, 0xae};
    /* However the stream is cut. */
    for (size_t cut = 0; cut <= sizeof expected; cut++) {
        euicc_random *r = NULL;
        uint8_t out[sizeof expected];
        ck_assert_int_eq(euicc_random_new(&r, true, 42), EUICC_OK);
        ck_assert_int_eq(euicc_random_bytes(r, out, cut), EUICC_OK);
        ck_assert_int_eq(euicc_random_bytes(r, out + cut, sizeof out - cut), EUICC_OK);
        ck_assert_mem_eq(out, expected, sizeof out);
        euicc_random_free(r);
    }
    euicc_random_free(NULL);
}
END_TEST

START_TEST(unseeded_bytes_differ)
{
    euicc_random *a = NULL, *b = NULL;
    uint8_t from_a[600], from_b[600];
    ck_assert_int_eq(euicc_random_new(&a, false, 1), EUICC_OK);
    ck_assert_int_eq(euicc_random_new(&b, false, 1), EUICC_OK);
    ck_assert_int_eq(euicc_random_bytes(a, from_a, sizeof from_a), EUICC_OK);
    ck_assert_int_eq(euicc_random_bytes(b, from_b, sizeof from_b), EUICC_OK);
    ck_assert_mem_ne(from_a, from_b, 16);
    ck_assert_mem_ne(from_a + 584, from_b + 584, 16);
    ck_assert_mem_ne(from_a, from_a + 300, 300);
    euicc_random_free(a);
    euicc_random_free(b);
}
END_TEST

int main(void)
{
    Suite *all = suite_create("random");
    TCase *source = tcase_create("source");
    tcase_set_timeout(source, 60);
    tcase_add_test(source, seeded_bytes_are_the_published_generator);
    tcase_add_test(source, unseeded_bytes_differ);
    suite_add_tcase(all, source);
    return run_store_suite(all);
}
