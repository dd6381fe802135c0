/* The TLV reader and writer (ISO/IEC 8825-1 8.1, 10.1; ISO/IEC 7816-4 5.2.2). Every input is an exact-size copy on the
 * heap. */
#include "base/tlv.h"
#include "unit_bytes.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { OK_, END_, CUT, BAD };

/* One input, what the strict and the lax reader and the reader of heads say, and what is read where one of them
 * succeeds. */
static const struct {
    const char *hex;
    int strict, lax, head;
    uint32_t tag;
    size_t head_size, length;
} reads[] = {
    {"", END_, END_, END_, 0, 0, 0},
    /* tags */
    {"0400", OK_, OK_, OK_, 0x04, 2, 0},
    {"0401aa", OK_, OK_, OK_, 0x04, 2, 1},
    {"5f3700", OK_, OK_, OK_, 0x5f37, 3, 0},
    {"bf3800", OK_, OK_, OK_, 0xbf38, 3, 0},
    {"9f7000", OK_, OK_, OK_, 0x9f70, 3, 0},
    {"9f1f00", OK_, OK_, OK_, 0x9f1f, 3, 0},
    {"9f1e00", BAD, OK_, BAD, 0x9f1e, 3, 0}, /* 30 fits into one byte */
    {"bf0c00", BAD, OK_, BAD, 0xbf0c, 3, 0}, /* ISO 7816-4 only */
    {"9f0000", BAD, OK_, BAD, 0x9f00, 3, 0},
    {"7f7f00", OK_, OK_, OK_, 0x7f7f, 3, 0},
    {"df810000", OK_, OK_, OK_, 0xdf8100, 4, 0},
    {"dfff7f00", OK_, OK_, OK_, 0xdfff7f, 4, 0},
    {"df808100", BAD, BAD, BAD, 0, 0, 0},     /* a leading zero in the number */
    {"df800100", BAD, BAD, BAD, 0, 0, 0},     /* likewise */
    {"df81818100", BAD, BAD, BAD, 0, 0, 0},   /* four bytes */
    {"df8181ff7f00", BAD, BAD, BAD, 0, 0, 0}, /* five */
    {"5f", CUT, CUT, CUT, 0, 0, 0},
    {"df81", CUT, CUT, CUT, 0, 0, 0},
    {"04", CUT, CUT, CUT, 0, 0, 0},
    {"5f37", CUT, CUT, CUT, 0, 0, 0},
    /* lengths */
    {"0480", BAD, BAD, BAD, 0, 0, 0},          /* indefinite */
    {"04800000", BAD, BAD, BAD, 0, 0, 0},      /* indefinite with its end */
    {"048100", BAD, OK_, BAD, 0x04, 3, 0},     /* not minimal */
    {"048101aa", BAD, OK_, BAD, 0x04, 3, 1},   /* not minimal */
    {"04817f", BAD, CUT, BAD, 0, 0, 0},        /* not minimal, and cut */
    {"048200", BAD, CUT, BAD, 0, 0, 0},        /* a leading zero */
    {"04820001aa", BAD, OK_, BAD, 0x04, 4, 1}, /* a leading zero */
    {"0483000001aa", BAD, OK_, BAD, 0x04, 5, 1},
    {"048400000001aa", BAD, OK_, BAD, 0x04, 6, 1},
    {"04850000000001aa", BAD, BAD, BAD, 0, 0, 0}, /* five bytes of length */
    {"04ff", BAD, BAD, BAD, 0, 0, 0},             /* reserved */
    {"0481", CUT, CUT, CUT, 0, 0, 0},
    {"048180", CUT, CUT, OK_, 0x04, 3, 128},
    {"0482", CUT, CUT, CUT, 0, 0, 0},
    {"048201", CUT, CUT, CUT, 0, 0, 0},
    {"04820100", CUT, CUT, OK_, 0x04, 4, 256},
    {"0483010000", CUT, CUT, OK_, 0x04, 5, 65536},
    {"048401000000", CUT, CUT, OK_, 0x04, 6, 0x1000000},
    {"04847fffffff", CUT, CUT, OK_, 0x04, 6, 0x7fffffff},
    {"048480000000", BAD, BAD, BAD, 0, 0, 0}, /* more than any input */
    {"0484ffffffff", BAD, BAD, BAD, 0, 0, 0}, /* the most that four bytes say */
    {"0401", CUT, CUT, OK_, 0x04, 2, 1},
    {"0402aa", CUT, CUT, OK_, 0x04, 2, 2},
    {"047f", CUT, CUT, OK_, 0x04, 2, 127},
};

static const enum tlv_status statuses[] = {[OK_] = TLV_OK, [END_] = TLV_END, [CUT] = TLV_TRUNCATED, [BAD] = TLV_BAD};

static void check_read(int row, bool lax)
{
    BYTES_LOCAL bytes = bytes_of(reads[row].hex);
    struct slice in = bytes_slice(&bytes);
    struct tlv t = {0};
    enum tlv_status wanted = statuses[lax ? reads[row].lax : reads[row].strict];
    enum tlv_status came = lax ? tlv_read_lax(&in, &t) : tlv_read(&in, &t);
    ck_assert_msg(came == wanted, "%s %s: %d", lax ? "lax" : "strict", reads[row].hex, (int)came);
    if (came != TLV_OK) {
        ck_assert_msg(in.p == bytes.p && in.n == bytes.n, "%s: the input moved", reads[row].hex);
        return;
    }
    ck_assert_msg(t.tag == reads[row].tag && t.value.n == reads[row].length, "%s: %X, %zu bytes", reads[row].hex, t.tag,
                  t.value.n);
    ck_assert_ptr_eq(t.whole.p, bytes.p);
    ck_assert_uint_eq(t.whole.n, reads[row].head_size + reads[row].length);
    ck_assert_ptr_eq(t.value.p, bytes.p + reads[row].head_size);
    ck_assert_uint_eq(in.n, 0);
}

START_TEST(test_read)
{
    check_read(_i, false);
    check_read(_i, true);
    BYTES_LOCAL bytes = bytes_of(reads[_i].hex);
    uint32_t tag = 0;
    size_t length = 0;
    size_t head = 0;
    enum tlv_status came = tlv_head(bytes_slice(&bytes), &tag, &length, &head);
    ck_assert_msg(came == statuses[reads[_i].head], "head of %s: %d", reads[_i].hex, (int)came);
    if (came == TLV_OK)
        ck_assert_msg(tag == reads[_i].tag && length == reads[_i].length && head == reads[_i].head_size, "head of %s",
                      reads[_i].hex);
}
END_TEST

/* Each length at which the form changes: whole, one byte less, one byte more. */
START_TEST(test_read_boundaries)
{
    static const size_t sizes[] = {0, 1, 126, 127, 128, 129, 254, 255, 256, 257, 65534, 65535, 65536, 65537};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        BUF_LOCAL value = {0};
        BUF_LOCAL whole = {0};
        uint8_t *at = buf_extend(&value, sizes[i]);
        for (size_t k = 0; k < sizes[i]; k++)
            at[k] = (uint8_t)(k * 7);
        tlv_put(&whole, 0xbf22, buf_slice(&value));
        size_t head_size = sizes[i] < 128 ? 3 : sizes[i] < 256 ? 4 : sizes[i] < 65536 ? 5 : 6;
        ck_assert_uint_eq(whole.n, head_size + sizes[i]);
        for (int lax = 0; lax < 2; lax++) {
            for (int change = -1; change <= 1; change++) {
                if (change == 1) buf_byte(&whole, 0x99);
                BYTES_LOCAL bytes = bytes_copy(slice_of(whole.p, change < 0 ? whole.n - 1 : whole.n));
                if (change == 1) buf_truncate(&whole, whole.n - 1);
                struct slice in = bytes_slice(&bytes);
                struct tlv t;
                enum tlv_status came = lax ? tlv_read_lax(&in, &t) : tlv_read(&in, &t);
                ck_assert_msg(came == (change < 0 ? TLV_TRUNCATED : TLV_OK), "%zu bytes, %d: %d", sizes[i], change,
                              (int)came);
                if (change < 0) continue;
                ck_assert_uint_eq(in.n, (size_t)change);
                ck_assert(slice_equal(t.value, buf_slice(&value)));
            }
        }
    }
}
END_TEST

START_TEST(test_next_and_find)
{
    BYTES_LOCAL bytes = bytes_of("8001aa bf2202 0500 8001bb 30");
    struct slice in = bytes_slice(&bytes);
    struct tlv t;
    ck_assert(tlv_next(&in, &t) && t.tag == 0x80 && t.value.p[0] == 0xaa);
    ck_assert(tlv_next(&in, &t) && t.tag == 0xbf22);
    ck_assert(tlv_next(&in, &t) && t.tag == 0x80 && t.value.p[0] == 0xbb);
    ck_assert(!tlv_next(&in, &t) && in.n == 1);
    ck_assert(tlv_find(bytes_slice(&bytes), 0x80, &t) && t.value.p[0] == 0xaa); /* the first of two */
    ck_assert(tlv_find(bytes_slice(&bytes), 0xbf22, &t) && t.value.n == 2);
    ck_assert(!tlv_find(bytes_slice(&bytes), 0x05, &t)); /* a child of a child is none */
    ck_assert(!tlv_find(bytes_slice(&bytes), 0x30, &t)); /* not whole */
    BYTES_LOCAL behind = bytes_of("8080 8101aa");
    ck_assert(!tlv_find(bytes_slice(&behind), 0x81, &t)); /* nothing is read past bytes that are no TLV */
}
END_TEST

static const struct {
    const char *hex;
    unsigned depth;
    bool good;
    size_t offset;
} stricts[] = {
    {"", 0, true, 0},
    {"8001aa8100", 0, true, 0},
    {"3000", 0, false, 0}, /* constructed at depth 0 */
    {"3000", 1, true, 0},
    {"30023000", 1, false, 2},
    {"30023000", 2, true, 0},
    {"8001aa30023000", 1, false, 5},
    {"8001aa 81", 9, false, 3},
    {"3003 800200", 9, false, 2},
    {"bf2e04 80020080 ff", 9, false, 7},
    {"3006 8001aa 8180", 9, false, 0}, /* the outer length is wrong */
    {"3005 8001aa 8180", 9, false, 5}, /* indefinite length inside */
    {"3004 810101aa", 9, false, 5},    /* 81 01 01 fits, AA is a tag without length */
    {"3004 81810100", 9, false, 2},    /* not minimal inside */
    {"3004 8001aa 1f", 9, false, 5},
    {"8004 30813080", 0, true, 0}, /* a primitive value is not looked into */
};

START_TEST(test_strict)
{
    BYTES_LOCAL bytes = bytes_of(stricts[_i].hex);
    size_t offset = 99;
    bool good = tlv_strict(bytes_slice(&bytes), stricts[_i].depth, &offset);
    ck_assert_msg(good == stricts[_i].good, "%s", stricts[_i].hex);
    ck_assert_msg(good || offset == stricts[_i].offset, "%s: offset %zu", stricts[_i].hex, offset);
    ck_assert(tlv_strict(bytes_slice(&bytes), stricts[_i].depth, NULL) == good);
}
END_TEST

/* n wrappers 30.. around an empty one: nested depth 200. */
START_TEST(test_strict_depth)
{
    for (unsigned n = 0; n <= 200; n++) {
        BUF_LOCAL b = {0};
        size_t marks[201];
        for (unsigned i = 0; i <= n; i++)
            marks[i] = tlv_open(&b, 0x30);
        for (unsigned i = n + 1; i-- > 0;)
            tlv_close(&b, marks[i]);
        BYTES_LOCAL bytes = bytes_copy(buf_slice(&b));
        ck_assert_msg(tlv_strict(bytes_slice(&bytes), TLV_DEPTH_MAX, NULL) == (n < TLV_DEPTH_MAX), "%u wrappers", n);
        ck_assert(tlv_strict(bytes_slice(&bytes), n + 1, NULL));
        ck_assert(!tlv_strict(bytes_slice(&bytes), n, NULL));
    }
}
END_TEST

static const struct {
    const char *hex;
    bool good;
    uint32_t value;
} numbers[] = {
    {"", false, 0},
    {"00", true, 0},
    {"01", true, 1},
    {"7f", true, 127},
    {"80", false, 0}, /* negative */
    {"ff", false, 0},
    {"0080", true, 128}, /* as in sequence number 128 */
    {"0001", false, 0},  /* not minimal */
    {"007f", false, 0},
    {"00ff", true, 255},
    {"0100", true, 256},
    {"008000", true, 0x8000},
    {"000000", false, 0},
    {"7fffffff", true, 0x7fffffff},
    {"80000000", false, 0},
    {"0080000000", true, 0x80000000},
    {"00ffffffff", true, 0xffffffff},
    {"0100000000", false, 0}, /* 2^32 */
    {"000100000000", false, 0},
    {"000080000000", false, 0},
};

START_TEST(test_unsigned)
{
    BYTES_LOCAL bytes = bytes_of(numbers[_i].hex);
    uint32_t value = 0xdeadbeef;
    bool good = tlv_unsigned(bytes_slice(&bytes), &value);
    ck_assert_msg(good == numbers[_i].good, "%s", numbers[_i].hex);
    if (!good) {
        ck_assert_uint_eq(value, 0xdeadbeef);
        return;
    }
    ck_assert_msg(value == numbers[_i].value, "%s: %u", numbers[_i].hex, value);
    BUF_LOCAL b = {0};
    tlv_put_unsigned(&b, 0x02, value);
    ck_assert_msg(slice_equal(slice_skip(buf_slice(&b), 2), bytes_slice(&bytes)), "%s written", numbers[_i].hex);
}
END_TEST

static const struct {
    const char *hex;
    bool good;
    uint32_t bits;
    const char *written; /* NULL: as read */
} bit_strings[] = {
    {"", false, 0, NULL},
    {"00", true, 0, NULL},
    {"01", false, 0, NULL}, /* unused bits of nothing */
    {"0780", true, 1, NULL},
    {"0640", true, 2, NULL}, /* the four events of notifications */
    {"0520", true, 4, NULL},
    {"0410", true, 8, NULL},
    {"04f0", true, 15, NULL},
    {"0080", true, 1, "0780"}, /* trailing zero bits are accepted */
    {"008000", true, 1, "0780"},
    {"0880", false, 0, NULL}, /* eight unused bits */
    {"0780ff", false, 0, NULL},
    {"0781", false, 0, NULL}, /* an unused bit that is set */
    {"0001", true, 0x80, NULL},
    {"000080", true, 0x100, "070080"},
    {"00ffffffff", true, 0xffffffff, NULL},
    {"07000000000080", true, 0, "00"}, /* bit 32 is dropped */
};

START_TEST(test_bits)
{
    BYTES_LOCAL bytes = bytes_of(bit_strings[_i].hex);
    uint32_t bits = 0xdeadbeef;
    bool good = tlv_bits(bytes_slice(&bytes), &bits);
    ck_assert_msg(good == bit_strings[_i].good, "%s", bit_strings[_i].hex);
    if (!good) return;
    ck_assert_msg(bits == bit_strings[_i].bits, "%s: %X", bit_strings[_i].hex, bits);
    BUF_LOCAL b = {0};
    tlv_put_bits(&b, 0x81, bits);
    const char *wanted = bit_strings[_i].written ? bit_strings[_i].written : bit_strings[_i].hex;
    bytes_assert(slice_skip(buf_slice(&b), 2), wanted, bit_strings[_i].hex);
}
END_TEST

START_TEST(test_write)
{
    BUF_LOCAL b = {0};
    tlv_put_u8(&b, 0x80, 0xff);
    tlv_put(&b, 0x9f70, slice_text("a"));
    tlv_put(&b, 0xdf8101, (struct slice){0});
    tlv_put_unsigned(&b, 0x80, 0);
    tlv_put_unsigned(&b, 0x80, 128);
    tlv_put_bits(&b, 0x81, 1);
    bytes_assert(buf_slice(&b), "8001ff 9f700161 df810100 800100 80020080 81020780", "one after the other");
    buf_reset(&b);
    size_t outer = tlv_open(&b, 0xbf2d);
    size_t inner = tlv_open(&b, 0xa0);
    tlv_close(&b, inner);
    tlv_close(&b, outer);
    bytes_assert(buf_slice(&b), "bf2d02a000", "empty list");
}
END_TEST

/* A length that grows when its TLV is closed moves what is inside, and nothing before. */
START_TEST(test_open_and_close)
{
    static const size_t sizes[] = {0,   1,   121, 122, 123, 124, 125, 126, 127,
                                   128, 250, 251, 252, 253, 254, 255, 256, 70000};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        BUF_LOCAL value = {0};
        BUF_LOCAL nested = {0};
        BUF_LOCAL direct = {0};
        BUF_LOCAL inner = {0};
        uint8_t *at = buf_extend(&value, sizes[i]);
        if (sizes[i]) memset(at, 0x5a, sizes[i]);
        buf_append(&nested, slice_text("before"));
        size_t a = tlv_open(&nested, 0x30);
        size_t b = tlv_open(&nested, 0xbf37);
        buf_append(&nested, buf_slice(&value));
        tlv_close(&nested, b);
        tlv_close(&nested, a);
        tlv_put(&inner, 0xbf37, buf_slice(&value));
        buf_append(&direct, slice_text("before"));
        tlv_put(&direct, 0x30, buf_slice(&inner));
        ck_assert_msg(slice_equal(buf_slice(&nested), buf_slice(&direct)), "%zu bytes", sizes[i]);
    }
}
END_TEST

/* Every prefix of a nested object and every single bit: the reader must stay inside (sanitizers) and never invent. */
START_TEST(test_cut_and_flipped)
{
    BYTES_LOCAL whole = bytes_of("bf2238 8103020301 8203020500 840d 810101 82040004bac0 83022543 a916 0414"
                                 "f54172bdf98a95d65cbeb88a38a1c11d800a85c3 8000");
    struct tlv t;
    size_t refused = 0;
    for (size_t n = 0; n < whole.n; n++) {
        BYTES_LOCAL cut = bytes_copy(slice_of(whole.p, n));
        struct slice in = bytes_slice(&cut);
        ck_assert_msg(tlv_read(&in, &t) == (n ? TLV_TRUNCATED : TLV_END), "cut to %zu", n);
        ck_assert(tlv_strict(bytes_slice(&cut), 9, NULL) == (n == 0));
    }
    for (size_t bit = 0; bit < whole.n * 8; bit++) {
        BYTES_LOCAL flipped = bytes_copy(bytes_slice(&whole));
        flipped.p[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        struct slice in = bytes_slice(&flipped);
        size_t offset = 0;
        if (tlv_read(&in, &t) == TLV_OK) ck_assert(t.whole.n + in.n == whole.n);
        if (!tlv_strict(bytes_slice(&flipped), 9, &offset)) {
            ck_assert_uint_le(offset, whole.n);
            refused++;
        }
    }
    ck_assert_uint_gt(refused, 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tlv");
    TCase *tlv = tcase_create("tlv");
    tcase_add_loop_test(tlv, test_read, 0, COUNT(reads));
    tcase_add_test(tlv, test_read_boundaries);
    tcase_add_test(tlv, test_next_and_find);
    tcase_add_loop_test(tlv, test_strict, 0, COUNT(stricts));
    tcase_add_test(tlv, test_strict_depth);
    tcase_add_loop_test(tlv, test_unsigned, 0, COUNT(numbers));
    tcase_add_loop_test(tlv, test_bits, 0, COUNT(bit_strings));
    tcase_add_test(tlv, test_write);
    tcase_add_test(tlv, test_open_and_close);
    tcase_add_test(tlv, test_cut_and_flipped);
    suite_add_tcase(suite, tlv);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
