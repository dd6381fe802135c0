/* Images of the store (src/store/image.h): what is damaged or made by hand is refused and changes nothing. */
#include "store_model.h"

/* Restores an image at its exact size on the heap, so that a sanitizer sees a read past its end. */
static enum err restore_copy(struct store *s, const uint8_t *image, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    ck_assert_ptr_nonnull(copy);
    if (n) memcpy(copy, image, n);
    enum err e = store_restore(s, slice_of(copy, n));
    free(copy);
    return e;
}

static void assert_untouched(struct store *s, const struct model *m)
{
    size_t changed;
    assert_same(s, m, "");
    ck_assert_int_eq(store_commit(s, &changed), OK);
    ck_assert_uint_eq(changed, 0);
}

START_TEST(damaged_images_are_refused)
{
    struct back b = {.answer = EUICC_OK};
    struct euicc_env env = back_env(&b);
    struct store *s = small_store(&env);
    BUF_LOCAL image = {0};
    ck_assert_int_eq(store_snapshot(s, &image), OK);
    for (size_t n = 0; n < image.n; n++) {
        ck_assert_int_eq(restore_copy(s, image.p, n), ERR_CORRUPT);
        assert_untouched(s, &b.model);
    }
    for (size_t bit = 0; bit < 8 * image.n; bit++) {
        image.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        enum err e = restore_copy(s, image.p, image.n);
        image.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        bool version = bit / 8 == strlen("softeuicc") && bit % 8 != 0;
        ck_assert_int_eq(e, version ? ERR_NEWER : ERR_CORRUPT);
        assert_untouched(s, &b.model);
    }
    buf_byte(&image, 0);
    ck_assert_int_eq(restore_copy(s, image.p, image.n), ERR_CORRUPT);
    ck_assert_int_eq(restore_copy(s, image.p, image.n - 1), OK);
    assert_untouched(s, &b.model);
    store_free(s);
}
END_TEST

/* Bit by bit, so that it is not the code under test. */
static uint32_t crc32_bits(const uint8_t *p, size_t n)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < 8 * n; i++) {
        uint32_t bit = (crc ^ (uint32_t)(p[i / 8] >> i % 8)) & 1;
        crc = (crc >> 1) ^ (bit ? 0xedb88320 : 0);
    }
    return ~crc;
}

/* Images around and above the size from which several bytes are taken at a time. */
START_TEST(crc_of_large_images)
{
    static uint8_t value[5000];
    for (size_t i = 0; i < sizeof value; i++)
        value[i] = (uint8_t)(i * i >> 3 ^ i);
    for (size_t n = 2000; n <= sizeof value; n += n < 2100 ? 1 : 97) {
        struct store *s = new_store(NULL);
        BUF_LOCAL image = {0};
        ck_assert_int_eq(store_put(s, "large", slice_of(value, n)), OK);
        ck_assert_int_eq(store_commit(s, NULL), OK);
        ck_assert_int_eq(store_snapshot(s, &image), OK);
        uint32_t crc = 0;
        for (size_t i = image.n - 4; i < image.n; i++)
            crc = crc << 8 | image.p[i];
        ck_assert_msg(crc == crc32_bits(image.p, image.n - 4), "a value of %zu bytes", n);
        store_free(s);
    }
}
END_TEST

/* Images whose CRC is right: what the CRC does not catch. Each is what comes after the version byte. */
START_TEST(crafted_images)
{
    static const struct {
        const char *what;
        const char *body;
        size_t n;
        enum err expected;
    } rows[] = {
#define ROW(what, body, expected) {what, body, sizeof body - 1, expected}
        ROW("no entries", "\0\0\0\0", OK),
        ROW("two entries",
            "\0\0\0\2"
            "\0\0\0\1\0\0\0\1aX"
            "\0\0\0\2\0\0\0\0ab",
            OK),
        ROW("empty key",
            "\0\0\0\1"
            "\0\0\0\0\0\0\0\1X",
            OK),
        ROW("same key twice",
            "\0\0\0\2"
            "\0\0\0\1\0\0\0\1aX"
            "\0\0\0\1\0\0\0\1aY",
            ERR_CORRUPT),
        ROW("falling keys",
            "\0\0\0\2"
            "\0\0\0\1\0\0\0\1bX"
            "\0\0\0\1\0\0\0\1aY",
            ERR_CORRUPT),
        ROW("NUL in a key",
            "\0\0\0\1"
            "\0\0\0\3\0\0\0\1a\0bX",
            ERR_CORRUPT),
        ROW("fewer entries than counted",
            "\0\0\0\2"
            "\0\0\0\1\0\0\0\1aX",
            ERR_CORRUPT),
        ROW("more entries than counted",
            "\0\0\0\1"
            "\0\0\0\1\0\0\0\1aX"
            "\0\0\0\1\0\0\0\1bY",
            ERR_CORRUPT),
        ROW("billions of entries", "\xff\xff\xff\xff", ERR_CORRUPT),
        ROW("key past the end",
            "\0\0\0\1"
            "\0\0\0\3\0\0\0\0ab",
            ERR_CORRUPT),
        ROW("value past the end",
            "\0\0\0\1"
            "\0\0\0\1\xff\xff\xff\xff"
            "aX",
            ERR_CORRUPT),
        ROW("half a count", "\0\0", ERR_CORRUPT),
        ROW("nothing", "", ERR_CORRUPT),
#undef ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct store *s = new_store(NULL);
        BUF_LOCAL image = {0};
        buf_append(&image, slice_text("softeuicc\x01"));
        buf_append(&image, slice_of(rows[i].body, rows[i].n));
        uint32_t crc = crc32_bits(image.p, image.n);
        for (unsigned shift = 32; shift; shift -= 8)
            buf_byte(&image, (uint8_t)(crc >> (shift - 8)));
        enum err e = restore_copy(s, image.p, image.n);
        ck_assert_msg(e == rows[i].expected, "%s: %d, expected %d", rows[i].what, (int)e, (int)rows[i].expected);
        store_free(s);
    }
}
END_TEST

START_TEST(image_is_of_the_committed_state)
{
    struct store *s = small_store(NULL);
    BUF_LOCAL before = {0};
    BUF_LOCAL after = {0};
    ck_assert_int_eq(store_snapshot(s, &before), OK);
    ck_assert_int_eq(store_put(s, "p/C", SLICE("not yet")), OK);
    /* Appended to what is there. */
    buf_byte(&after, 'x');
    ck_assert_int_eq(store_snapshot(s, &after), OK);
    ck_assert(slice_equal(buf_slice(&before), slice_skip(buf_slice(&after), 1)));
    store_free(s);
}
END_TEST

int main(void)
{
    Suite *all = suite_create("store-image");
    TCase *image = tcase_create("image");
    tcase_set_timeout(image, 60);
    tcase_add_test(image, damaged_images_are_refused);
    tcase_add_test(image, crc_of_large_images);
    tcase_add_test(image, crafted_images);
    tcase_add_test(image, image_is_of_the_committed_state);
    suite_add_tcase(all, image);
    return run_store_suite(all);
}
