/* The small things of base: growing bytes and their wiping, hexadecimal text, reasons. */
#define _DEFAULT_SOURCE
#include "base/reason.h"
#include "base/tlv.h"
#include "unit_bytes.h"

/* The two names under which base asks the C library to wipe memory (the second with _FORTIFY_SOURCE): they stand here
 * instead, so that a test can see what is wiped. */
static size_t wiped;
// NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
void __explicit_bzero_chk(void *p, size_t n, size_t size);

void explicit_bzero(void *p, size_t n)
{
    volatile uint8_t *at = p;
    for (size_t i = 0; i < n; i++)
        at[i] = 0;
    wiped += n;
}

// NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
void __explicit_bzero_chk(void *p, size_t n, size_t size)
{
    ck_assert_uint_le(n, size);
    explicit_bzero(p, n);
}

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

START_TEST(test_buf)
{
    BUF_LOCAL b = {0};
    ck_assert(buf_slice(&b).n == 0 && buf_err(&b) == OK);
    for (unsigned i = 0; i < 100000; i++)
        buf_byte(&b, (uint8_t)(i % 251));
    ck_assert(b.n == 100000 && b.cap >= b.n && buf_err(&b) == OK);
    for (unsigned i = 0; i < 100000; i++)
        ck_assert_uint_eq(b.p[i], i % 251);
    buf_truncate(&b, 3);
    ck_assert_uint_eq(b.n, 3);
    buf_truncate(&b, 9);
    ck_assert_uint_eq(b.n, 3); /* never longer */
    buf_append(&b, (struct slice){0});
    ck_assert_uint_eq(b.n, 3);
    uint8_t *kept = b.p;
    buf_reset(&b);
    ck_assert(b.n == 0 && b.p == kept && b.cap >= 100000);
    ck_assert(buf_reserve(&b, 100000) && b.p == kept);
    buf_free(&b);
    ck_assert(!b.p && !b.n && !b.cap && !b.failed);
}
END_TEST

/* Secrets pass through bufs: each memory that one gives back is wiped first, when it grows and when it is freed. */
START_TEST(test_buf_wipes)
{
    struct buf b = {0};
    buf_append(&b, slice_text("secret"));
    size_t first = b.cap;
    wiped = 0;
    ck_assert(buf_reserve(&b, first));
    ck_assert_uint_eq(wiped, first);
    ck_assert(b.cap > first && memcmp(b.p, "secret", 6) == 0);
    size_t second = b.cap;
    buf_truncate(&b, 1);
    buf_free(&b);
    ck_assert_uint_eq(wiped, first + second);
    buf_free(&b);
    ck_assert_uint_eq(wiped, first + second);
}
END_TEST

/* A failure stays until the buf is emptied, and keeps what was there. */
START_TEST(test_buf_failure)
{
    BUF_LOCAL b = {0};
    buf_append(&b, slice_text("kept"));
    ck_assert(!buf_reserve(&b, SIZE_MAX));
    ck_assert(b.failed && buf_err(&b) == ERR_MEMORY);
    ck_assert_ptr_null(buf_extend(&b, 1));
    buf_byte(&b, 1);
    tlv_put(&b, 0x80, slice_text("x"));
    size_t mark = tlv_open(&b, 0x30);
    tlv_close(&b, mark);
    ck_assert(b.n == 4 && memcmp(b.p, "kept", 4) == 0 && buf_err(&b) == ERR_MEMORY);
    buf_truncate(&b, 2);
    ck_assert(b.failed);
    buf_reset(&b);
    buf_byte(&b, 1);
    ck_assert(!b.failed && b.n == 1);
}
END_TEST

/* Hex. */
static const struct {
    const char *text;
    bool good;
    const char *bytes; /* in canonical form */
} hexes[] = {
    {"", true, ""},
    {"00", true, "00"},
    {"aAbBfF09", true, "aabbff09"},
    {" a a\t0\r\n1 ", true, "aa01"},
    {"0", false, NULL},
    {"aab", false, NULL},
    {"0g", false, NULL},
    {"0x00", false, NULL},
    {"00:11", false, NULL},
    {"00-", false, NULL},
};

START_TEST(test_hex)
{
    BUF_LOCAL b = {0};
    char text[64];
    buf_append(&b, slice_text("#"));
    bool good = hex_decode(slice_text(hexes[_i].text), &b);
    ck_assert_msg(good == hexes[_i].good, "\"%s\"", hexes[_i].text);
    if (!good) {
        ck_assert_msg(b.n == 1 && b.p[0] == '#', "\"%s\": the buf changed", hexes[_i].text);
        return;
    }
    hex_encode(slice_skip(buf_slice(&b), 1), text);
    ck_assert_str_eq(text, hexes[_i].bytes);
}
END_TEST

START_TEST(test_hex_short)
{
    static const uint8_t bytes[] = {0x01, 0x23, 0x45, 0x67};
    static const struct {
        size_t size;
        const char *text;
    } rows[] = {{1, ""},       {2, ""},       {3, ".."},       {4, ".."},       {5, "01.."},
                {7, "0123.."}, {8, "0123.."}, {9, "01234567"}, {20, "01234567"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *out = malloc(rows[i].size);
        ck_assert_ptr_nonnull(out);
        ck_assert_ptr_eq(hex_short(SLICE(bytes), out, rows[i].size), out);
        ck_assert_msg(strcmp(out, rows[i].text) == 0, "size %zu: %s", rows[i].size, out);
        free(out);
    }
    char none = 'x';
    hex_short(SLICE(bytes), &none, 0);
    ck_assert_int_eq(none, 'x');
}
END_TEST

START_TEST(test_reason)
{
    struct reason r;
    char text[512];
    reason_clear(&r);
    ck_assert(!r.said && r.offset == REASON_NO_OFFSET && !*r.function && !*r.clause && !*r.expected && !*r.came);
    reason_begin(&r, "ES10c.GetEID");
    ck_assert(reason_say(&r, ERR_DATA, "SGP.22 5.7.20", 7, "a tagList", "%d %s", 12, "bytes") == ERR_DATA);
    ck_assert_str_eq(reason_text(&r, text, sizeof text),
                     "ES10c.GetEID (SGP.22 5.7.20) at byte 7: expected a tagList, came 12 bytes");
    /* the first one said stays, but the error goes on */
    ck_assert(reason_say(&r, ERR_MEMORY, "other", 1, "other", "other") == ERR_MEMORY);
    ck_assert_str_eq(r.clause, "SGP.22 5.7.20");
    reason_begin(&r, "SELECT");
    ck_assert(!r.said);
    ck_assert(reason_say(&r, OK, "TS 102 221", REASON_NO_OFFSET, "this", "that") == OK);
    ck_assert_str_eq(reason_text(&r, text, sizeof text), "SELECT (TS 102 221): expected this, came that");
    ck_assert_str_eq(reason_text(&r, text, 10), "SELECT (T");
}
END_TEST

START_TEST(test_reason_is_cut)
{
    struct reason r;
    char longer[400];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    reason_clear(&r);
    (void)reason_say(&r, OK, "clause", 0, longer, "%s", longer);
    ck_assert_uint_eq(strlen(r.expected), sizeof r.expected - 1);
    ck_assert_uint_eq(strlen(r.came), sizeof r.came - 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("buf");
    TCase *rest = tcase_create("buf, hex, reason");
    tcase_add_test(rest, test_buf);
    tcase_add_test(rest, test_buf_wipes);
    tcase_add_test(rest, test_buf_failure);
    tcase_add_loop_test(rest, test_hex, 0, COUNT(hexes));
    tcase_add_test(rest, test_hex_short);
    tcase_add_test(rest, test_reason);
    tcase_add_test(rest, test_reason_is_cut);
    suite_add_tcase(suite, rest);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
