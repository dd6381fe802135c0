/* What a profile costs of the card's memory, and that it is gone when the profile is: the free memory of EUICCInfo2
 * (SGP.22 5.7.8, extCardResource), euicc_describe_profile and what is stored agree to the byte; a profile that fits
 * exactly is installed, one that is a byte too large is not (SGP.22 2.5.6 insufficientMemory); deletion, memory reset
 * and factory reset leave nothing below isdp/; profiles with the same files and AIDs never touch each other. */
#include "common.h"

#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>

static struct fixture f;

static void tear_down(void)
{
    card_free(&f);
}

static size_t described(size_t index)
{
    struct euicc_profile_description p;
    ck_assert_int_eq(euicc_describe_profile(f.card, index, &p), EUICC_OK);
    return p.size;
}

static size_t charged(void)
{
    return stored_cost(&f, "profile/") + stored_cost(&f, "isdp/");
}

/* Everything that tells of memory says the same. */
static void agree(size_t profiles)
{
    struct euicc_description d;
    size_t sum = 0;
    for (size_t i = 0; i < profiles; i++)
        sum += described(i);
    ck_assert_int_eq(euicc_describe(f.card, &d), EUICC_OK);
    ck_assert_uint_eq(sum, charged());
    ck_assert_uint_eq(d.memory_total - d.memory_free, charged());
    ck_assert_uint_eq(free_memory(&f), d.memory_free);
}

static void remove_profile(const char *iccid)
{
    BUF_LOCAL id = {0};
    BUF_LOCAL bytes = {0};
    put_hex(&bytes, iccid);
    tlv_put(&id, 0x5a, buf_slice(&bytes));
    ck_assert_msg(lpa_delete_profile(&f.lpa, buf_slice(&id)) == 0, "%s", f.lpa.error);
}

static void no_key_left(void)
{
    ck_assert_uint_eq(stored_count(&f, "profile/"), 0);
    ck_assert_uint_eq(stored_count(&f, "isdp/"), 0);
}

START_TEST(test_to_the_byte)
{
    static const struct wanted with_icon = {.iccid = ICCID_2,
                                            .profile_class = PROVISIONING,
                                            .icon = "89504E470D0A1A0A",
                                            .name = "a longer name than the other one"};
    card_new(&f, NULL, NULL);
    uint32_t empty = free_memory(&f);
    agree(0);
    install_plain(&f, ICCID_1);
    uint32_t one = free_memory(&f);
    agree(1);
    ck_assert_uint_eq(empty - one, described(0));
    install(&f, &with_icon);
    uint32_t two = free_memory(&f);
    agree(2);
    ck_assert_uint_eq(one - two, described(1));
    ck_assert_uint_gt(described(1), described(0));
    card_cut(&f);
    ck_assert_uint_eq(free_memory(&f), two);
    agree(2);
    remove_profile(ICCID_1);
    ck_assert_uint_eq(free_memory(&f), empty - (one - two));
    agree(1);
    ck_assert_uint_eq(stored_count(&f, "isdp/a0000005591010ffffffff8900001000/"), 0);
    remove_profile(ICCID_2);
    ck_assert_uint_eq(free_memory(&f), empty);
    no_key_left();
}
END_TEST

/* The memory of a card in which exactly the plain profile fits. */
static size_t exact_memory(void)
{
    card_new(&f, NULL, NULL);
    install_plain(&f, ICCID_1);
    size_t size = described(0);
    card_free(&f);
    return size;
}

static const struct wanted plain = {.iccid = ICCID_1, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};

START_TEST(test_exactly_full)
{
    char lines[64];
    size_t size = exact_memory();
    (void)snprintf(lines, sizeof lines, "memory_size = %zu\n", size);
    card_new(&f, lines, NULL);
    install_plain(&f, ICCID_1);
    ck_assert_uint_eq(free_memory(&f), 0);
    agree(1);
    remove_profile(ICCID_1);
    ck_assert_uint_eq(free_memory(&f), size);
    install_plain(&f, ICCID_1);
}
END_TEST

/* One byte, and a good many, too few: the result says errorReason 10, nothing is left, and less is still possible. */
START_TEST(test_too_large)
{
    static const size_t missing[] = {1, 2, 100, 500};
    char lines[64];
    size_t size = exact_memory() - missing[_i];
    (void)snprintf(lines, sizeof lines, "memory_size = %zu\n", size);
    card_new(&f, lines, NULL);
    install_refused(&f, &plain, 5, 10);
    ck_assert_uint_eq(free_memory(&f), size);
    no_key_left();
    card_cut(&f);
    no_key_left();
}
END_TEST

/* Names below isdp/<aid>/ and values, for comparison. */
static void contents(const char *aid, struct buf *out)
{
    char prefix[64];
    buf_reset(out);
    (void)snprintf(prefix, sizeof prefix, "isdp/%s/", aid);
    for (size_t i = 0; i < f.stored.n; i++) {
        if (strncmp(f.stored.items[i].key, prefix, strlen(prefix)) != 0) continue;
        tlv_put(out, 0x0c, slice_text(f.stored.items[i].key + strlen(prefix)));
        tlv_put(out, 0x04, slice_of(f.stored.items[i].value, f.stored.items[i].n));
    }
    ck_assert_uint_gt(out->n, 0);
}

#define LOWER_1 "a0000005591010ffffffff8900001000"
#define LOWER_2 "a0000005591010ffffffff8900001100"

/* Files with the same identifiers, applications with the same AIDs, in two profiles: each has its own; when one goes,
 * the other stays as it was. */
START_TEST(test_apart)
{
    BUF_LOCAL first = {0};
    BUF_LOCAL second = {0};
    BUF_LOCAL now = {0};
    card_new(&f, NULL, NULL);
    install_plain(&f, ICCID_1);
    contents(LOWER_1, &first);
    install_plain(&f, ICCID_2);
    contents(LOWER_1, &now);
    ck_assert(slice_equal(buf_slice(&first), buf_slice(&now)));
    contents(LOWER_2, &second);
    ck_assert_uint_eq(stored_count(&f, "isdp/" LOWER_1 "/"), stored_count(&f, "isdp/" LOWER_2 "/"));
    ck_assert(!slice_equal(buf_slice(&first), buf_slice(&second))); /* EF.ICCID */
    es10(&f, "BF31(A0(5A(" ICCID_2 "))810100)", "BF3103800100");
    contents(LOWER_1, &now);
    ck_assert(slice_equal(buf_slice(&first), buf_slice(&now)));
    contents(LOWER_2, &now);
    ck_assert(slice_equal(buf_slice(&second), buf_slice(&now)));
    remove_profile(ICCID_1);
    contents(LOWER_2, &now);
    ck_assert(slice_equal(buf_slice(&second), buf_slice(&now)));
    ck_assert_uint_eq(stored_count(&f, "isdp/"), stored_count(&f, "isdp/" LOWER_2 "/"));
    /* the number is given again and finds nothing of the one before */
    install_plain(&f, ICCID_1);
    contents(LOWER_1, &now);
    ck_assert(slice_equal(buf_slice(&first), buf_slice(&now)));
}
END_TEST

START_TEST(test_memory_reset)
{
    card_new(&f, NULL, NULL);
    uint32_t empty = free_memory(&f);
    install_plain(&f, ICCID_1);
    install_plain(&f, ICCID_2);
    es10(&f, "BF31(A0(5A(" ICCID_1 "))810100)", "BF3103800100");
    es10(&f, "BF34(82(0780))", "BF3403800100");
    no_key_left();
    ck_assert_uint_eq(free_memory(&f), empty);
}
END_TEST

START_TEST(test_factory_reset)
{
    card_new(&f, NULL, NULL);
    uint32_t empty = free_memory(&f);
    install_plain(&f, ICCID_1);
    install_plain(&f, ICCID_2);
    es10(&f, "BF31(A0(5A(" ICCID_1 "))810100)", "BF3103800100");
    ck_assert_int_eq(euicc_factory_reset(f.card), EUICC_OK);
    no_key_left();
    card_cut(&f);
    ck_assert_uint_eq(free_memory(&f), empty);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("memory of profiles");
    TCase *t = tcase_create("memory");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, NULL, tear_down);
    tcase_add_test(t, test_to_the_byte);
    tcase_add_test(t, test_exactly_full);
    tcase_add_loop_test(t, test_too_large, 0, 4);
    tcase_add_test(t, test_apart);
    tcase_add_test(t, test_memory_reset);
    tcase_add_test(t, test_factory_reset);
    suite_add_tcase(s, t);
    return run_suite(s);
}
