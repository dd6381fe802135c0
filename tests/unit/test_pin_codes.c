/* PE-PINCodes and PE-PUKCodes: what they make, where, and every check with the status and the place that are answered;
 * the references of pinStatusTemplateDOs when the package ends. SAIP 8.1.3, 8.5.
 *
 * The directories stand in the installation's store already, as the elements before would have made them. */
#include "notation.h"
#include "saip/internal.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define HEADER "A0{80{} 81{04}} "
#define PINS(list) "A2{" HEADER "A1{A0{" list "}}}"
#define SHARED(path) "A2{" HEADER "A1{81{" path "}}}"
#define PUKS(list) "A3{" HEADER "A1{" list "}}"
#define VALUE "81{30303030FFFFFFFF} "
#define PIN(reference) "30{80{" reference "} " VALUE "}"
#define PUK_VALUE "81{3131313131313131} "
#define PUK(reference) "30{80{" reference "} " PUK_VALUE "}"

struct bench {
    struct saip_install *install;
    struct reason reason;
    size_t count;
};

static void bench_new(struct bench *b)
{
    struct personality p;
    char why[256];
    ck_assert_msg(personality_parse(&p, NULL, why), "%s", why);
    *b = (struct bench){0};
    ck_assert_int_eq(saip_install_new(&b->install, &p, 1u << 20), OK);
    personality_free(&p);
}

static void bench_free(struct bench *b)
{
    saip_install_free(b->install);
}
#define BENCH_LOCAL __attribute__((cleanup(bench_free))) struct bench

static struct path path_at(uint16_t first, uint16_t second)
{
    struct path path = {0};
    if (first) ck_assert(path_push(&path, first));
    if (second) ck_assert(path_push(&path, second));
    return path;
}

/* A directory as an element makes it; status: its pinStatusTemplateDO in hex. */
static void directory(struct bench *b, uint16_t first, uint16_t second, const char *status)
{
    BYTES_LOCAL references = bytes_of(status);
    const struct file f = {.path = path_at(first, second),
                           .descriptor = 0x78,
                           .life_cycle = FILE_ACTIVATED,
                           .arr = 0x2f06,
                           .arr_record = 7,
                           .pin_status = bytes_slice(&references)};
    ck_assert_int_eq(file_create(&b->install->isdp, &f), OK);
    b->install->count++;
    saip_made_directory(b->install, &f.path);
}

static void link_directory(struct bench *b, uint16_t fid, uint16_t target)
{
    const struct file f = {.path = path_at(fid, 0),
                           .descriptor = 0x78,
                           .life_cycle = FILE_ACTIVATED,
                           .arr = 0x6f06,
                           .arr_record = 9,
                           .is_link = true,
                           .target = path_at(target, 0)};
    ck_assert_int_eq(file_create(&b->install->isdp, &f), OK);
    b->install->count++;
    saip_made_directory(b->install, &f.path);
}

/* ^ in the notation: where the failure must be said to be. */
static enum err take(struct bench *b, const char *notation, size_t *mark)
{
    size_t place = NO_MARK;
    struct tlv t;
    BYTES_LOCAL bytes = notation_bytes(notation, &place);
    struct slice in = bytes_slice(&bytes);
    ck_assert(tlv_next(&in, &t) && in.n == 0);
    const struct element e = {t.tag, 100, t.value, t.whole, true, 4};
    reason_clear(&b->reason);
    b->install->status = PE_OK;
    if (mark) *mark = place;
    return t.tag == 0xa2 ? saip_take_pin_codes(b->install, &e, &b->reason)
                         : saip_take_puk_codes(b->install, &e, &b->reason);
}

static void take_ok(struct bench *b, const char *notation)
{
    enum err e = take(b, notation, NULL);
    ck_assert_msg(e == OK, "%s: %d %s, %s", notation, e, b->reason.expected, b->reason.came);
    ck_assert(!b->reason.said);
}

static enum err end(struct bench *b)
{
    const struct element e = {0xaa, 900, {0}, {0}, true, 5};
    reason_clear(&b->reason);
    return saip_end_pins(b->install, &e, &b->reason);
}

static struct pin pin_at(struct bench *b, uint16_t first, uint16_t second, uint8_t reference)
{
    struct path path = path_at(first, second);
    struct pin pin;
    bool found;
    ck_assert_int_eq(pin_find(&b->install->isdp, &path, reference, &pin, &found), OK);
    return found ? pin : (struct pin){0};
}

/* ---- what is made ---- */

START_TEST(test_made)
{
    static const uint8_t value[] = {'0', '0', '0', '0', 0xff, 0xff, 0xff, 0xff};
    static const uint8_t puk_value[] = {'1', '1', '1', '1', '1', '1', '1', '1'};
    BENCH_LOCAL b;
    struct puk puk;
    bool found;
    bench_new(&b);
    directory(&b, 0, 0, "01 0A");
    take_ok(&b, PUKS(PUK("01") " 30{80{0081} " PUK_VALUE "82{0095}}"));
    take_ok(&b, PINS("30{80{01} " VALUE "82{01} 83{06} 84{32}} 30{80{0A} 81{0102030405060708} 83{03} 84{00AA}}"));
    struct pin pin = pin_at(&b, 0, 0, 0x01);
    ck_assert_uint_eq(pin.number, 1);
    ck_assert_uint_eq(pin.reference, 0x01);
    ck_assert_uint_eq(pin.attributes, 6);
    ck_assert(!pin.enabled);
    ck_assert_uint_eq(pin.maximum, 3);
    ck_assert_uint_eq(pin.left, 2);
    ck_assert_uint_eq(pin.puk, 1);
    ck_assert_uint_eq(pin.replacement, 0);
    ck_assert_mem_eq(pin.value, value, 8);
    pin = pin_at(&b, 0, 0, 0x0a);
    ck_assert_uint_eq(pin.number, 2);
    ck_assert(pin.enabled);
    ck_assert_uint_eq(pin.maximum, 10);
    ck_assert_uint_eq(pin.left, 10);
    ck_assert_uint_eq(pin.puk, 0);
    ck_assert_int_eq(puk_get(&b.install->isdp, 0x01, &puk, &found), OK);
    ck_assert(found && puk.maximum == 10 && puk.left == 10); /* by default */
    ck_assert_mem_eq(puk.value, puk_value, 8);
    ck_assert_int_eq(puk_get(&b.install->isdp, 0x81, &puk, &found), OK);
    ck_assert(found && puk.maximum == 9 && puk.left == 5);
    ck_assert_int_eq(end(&b), OK);
}
END_TEST

/* pinAttributes 7 and three tries by default; the same reference in two ADFs is two PINs. */
START_TEST(test_local)
{
    BENCH_LOCAL b;
    bench_new(&b);
    directory(&b, 0, 0, "");
    directory(&b, 0x7fd0, 0, "81");
    take_ok(&b, PINS(PIN("0081")));
    directory(&b, 0x7fb0, 0, "81");
    take_ok(&b, PINS("30{80{0081} 81{39393939FFFFFFFF}} " PIN("0088")));
    struct pin usim = pin_at(&b, 0x7fd0, 0, 0x81);
    struct pin isim = pin_at(&b, 0x7fb0, 0, 0x81);
    ck_assert_uint_eq(usim.attributes, 7);
    ck_assert(usim.enabled);
    ck_assert_uint_eq(usim.maximum, 3);
    ck_assert_uint_eq(usim.left, 3);
    ck_assert_uint_eq(usim.number, 1);
    ck_assert_uint_eq(isim.number, 2);
    ck_assert_uint_eq(isim.value[0], '9');
    ck_assert_uint_eq(pin_at(&b, 0, 0, 0x81).number, 0);
    ck_assert_uint_eq(pin_at(&b, 0x7fd0, 0, 0x88).number, 0);
    /* the rest of the directory's record is as it was */
    struct file f;
    bool found;
    struct path path = path_at(0x7fd0, 0);
    ck_assert_int_eq(file_get(&b.install->isdp, &path, &f, &found), OK);
    ck_assert(found && f.arr == 0x2f06 && f.arr_record == 7 && f.pin_status.n == 1);
    ck_assert_int_eq(end(&b), OK);
}
END_TEST

/* The context is the first directory of the last element that made any. */
START_TEST(test_context)
{
    BENCH_LOCAL b;
    bench_new(&b);
    directory(&b, 0, 0, "");
    directory(&b, 0x7f10, 0, "81");
    b.install->count--; /* the same element made another one */
    directory(&b, 0x7f10, 0x5f3a, "81");
    b.install->count++; /* an element that made none */
    take_ok(&b, PINS(PIN("0081")));
    ck_assert_uint_eq(pin_at(&b, 0x7f10, 0, 0x81).number, 1);
    ck_assert_uint_eq(pin_at(&b, 0x7f10, 0x5f3a, 0x81).number, 1);
    ck_assert_int_eq(end(&b), OK);
}
END_TEST

/* filePath: the same objects. */
START_TEST(test_shared)
{
    BENCH_LOCAL b;
    bench_new(&b);
    directory(&b, 0, 0, "");
    directory(&b, 0x7fd0, 0, "81");
    take_ok(&b, PINS(PIN("0081") " " PIN("0082")));
    directory(&b, 0x7f10, 0, "81 82");
    take_ok(&b, SHARED("7FD0"));
    ck_assert_uint_eq(pin_at(&b, 0x7f10, 0, 0x81).number, pin_at(&b, 0x7fd0, 0, 0x81).number);
    ck_assert_uint_eq(pin_at(&b, 0x7f10, 0, 0x82).number, 2);
    ck_assert_int_eq(end(&b), OK);
}
END_TEST

/* The PINs of a linked directory are those of its target, whose rule they must not touch. */
START_TEST(test_linked)
{
    BENCH_LOCAL b;
    struct file f;
    bool found;
    bench_new(&b);
    directory(&b, 0, 0, "");
    directory(&b, 0x7f10, 0, "81");
    link_directory(&b, 0x7f11, 0x7f10);
    take_ok(&b, PINS(PIN("0081")));
    ck_assert_uint_eq(pin_at(&b, 0x7f10, 0, 0x81).number, 1);
    ck_assert_uint_eq(pin_at(&b, 0x7f11, 0, 0x81).number, 1);
    struct path path = path_at(0x7f10, 0);
    ck_assert_int_eq(file_get(&b.install->isdp, &path, &f, &found), OK);
    ck_assert(found && !f.is_link && f.arr == 0x2f06 && f.arr_record == 7);
    path = path_at(0x7f11, 0);
    ck_assert_int_eq(file_get(&b.install->isdp, &path, &f, &found), OK);
    ck_assert(found && f.is_link && f.arr == 0x6f06 && f.arr_record == 9);
}
END_TEST

/* After PE-IoT the context is ADF.USIM, for the global PINs too (SAIP 8.5.1); they hold in the whole profile. */
START_TEST(test_iot)
{
    BENCH_LOCAL b;
    size_t row;
    bench_new(&b);
    directory(&b, 0, 0, "01 0A");
    directory(&b, 0x7fd0, 0, "81 01");
    ck_assert_int_eq(take(&b, PINS(PIN("01") PIN("0A") PIN("0081")), NULL), ERR_DATA);
    ck_assert_ptr_nonnull(element_find(0xbf20, &row));
    b.install->context.seen |= (uint64_t)1 << row;
    take_ok(&b, PINS(PIN("01") PIN("0A") PIN("0081")));
    ck_assert_uint_eq(pin_at(&b, 0x7fd0, 0, 0x01).number, 1);
    ck_assert_uint_eq(pin_at(&b, 0, 0, 0x01).number, 1);
    ck_assert_uint_eq(pin_at(&b, 0, 0, 0x0a).number, 2);
    ck_assert_uint_eq(pin_at(&b, 0x7fd0, 0, 0x81).number, 3);
    ck_assert_uint_eq(pin_at(&b, 0, 0, 0x81).number, 0);
    ck_assert_int_eq(end(&b), OK);
}
END_TEST

/* They come to those that the MF has already. */
START_TEST(test_iot_beside_others)
{
    BENCH_LOCAL b;
    size_t row;
    bench_new(&b);
    directory(&b, 0, 0, "01 0B");
    take_ok(&b, PINS(PIN("0B")));
    directory(&b, 0x7fd0, 0, "");
    ck_assert_ptr_nonnull(element_find(0xbf20, &row));
    b.install->context.seen |= (uint64_t)1 << row;
    take_ok(&b, PINS(PIN("01")));
    ck_assert_uint_eq(pin_at(&b, 0, 0, 0x0b).number, 1);
    ck_assert_uint_eq(pin_at(&b, 0, 0, 0x01).number, 2);
    ck_assert_int_eq(end(&b), OK);
}
END_TEST

/* ---- what is refused ---- */

static const struct {
    uint16_t context; /* 0: the MF */
    const char *element;
    int status;
    const char *expected, *came;
} refused[] = {
    /* form */
    {0, "A2{^" HEADER "}", 5, "pinCodes", ""},
    {0, "A2{" HEADER "^A1{}}", 5, "pinconfig or filePath", ""},
    {0, "A2{" HEADER "^A1{82{7F10}}}", 5, "pinconfig or filePath", ""},
    {0, "A2{" HEADER "^A1{A0{" PIN("01") "} 81{}}}", 5, "pinconfig or filePath", ""},
    {0, "A2{" HEADER "A1{^A0{}}}", 5, "at least one PIN", ""},
    {0, "A2{" HEADER "A1{A0{" PIN("01") "}} ^A2{}}", 6, "members that this card knows", "an unknown one"},
    {0, PINS("^31{80{01} " VALUE "}"), 5, "a SEQUENCE for each code", ""},
    {0, PINS("30{" VALUE "^80{01}}"), 5, "the members of a code in order", ""},
    {0, PINS("30{80{01} ^80{02} " VALUE "}"), 5, "the members of a code in order", ""},
    {0, PINS("30{^30{01} " VALUE "}"), 5, "the members of a code in order", ""},
    {0, PINS("30{80{01} " VALUE "^85{01}}"), 6, "members that this card knows", "an unknown one"},
    {0, PINS("^30{" VALUE "}"), 5, "keyReference", ""},
    {0, PINS("^30{80{01}}"), 5, "a value of 8 bytes", ""},
    {0, PINS("30{80{01} ^81{30303030}}"), 5, "a value of 8 bytes", ""},
    {0, PINS("30{80{01} ^81{30303030FFFFFFFFFF}}"), 5, "a value of 8 bytes", ""},
    {0, PINS("30{^80{81} " VALUE "}"), 5, "an INTEGER of 0 to 255", ""},
    {0, PINS("30{^80{0100} " VALUE "}"), 5, "an INTEGER of 0 to 255", ""},
    {0, PINS("30{^80{} " VALUE "}"), 5, "an INTEGER of 0 to 255", ""},
    /* ranges by context */
    {0, PINS("30{^80{00} " VALUE "}"), 3, "at the MF", "0"},
    {0, PINS("30{^80{09} " VALUE "}"), 3, "at the MF", "9"},
    {0, PINS("30{^80{0F} " VALUE "}"), 3, "at the MF", "15"},
    {0, PINS("30{^80{11} " VALUE "}"), 3, "at the MF", "17"},
    {0, PINS("30{^80{0081} " VALUE "}"), 3, "at the MF", "129"},
    {0, PINS("30{^80{0089} " VALUE "}"), 3, "at the MF", "137"},
    {0, PINS("30{^80{008F} " VALUE "}"), 3, "at the MF", "143"},
    {0x7fd0, PINS("30{^80{01} " VALUE "}"), 3, "outside the MF", "1"},
    {0x7fd0, PINS("30{^80{0A} " VALUE "}"), 3, "outside the MF", "10"},
    {0x7fd0, PINS("30{^80{008A} " VALUE "}"), 3, "outside the MF", "138"},
    {0x7fd0, PINS("30{^80{0089} " VALUE "}"), 3, "outside the MF", "137"},
    /* once each */
    {0, PINS(PIN("01") " 30{^80{01} " VALUE "}"), 3, "each key reference once", "1"},
    {0x7fb0, "^" PINS(PIN("0081")), 3, "one PE-PINCodes for each directory", "a second one"},
    {0xffff, "^" PINS(PIN("0081")), 3, "a directory before it", "none"},
    /* PUK and tries */
    {0, PINS("30{80{01} " VALUE "^82{02}}"), 3, "a PUK of this profile", "another one"},
    {0, PINS("30{80{01} " VALUE "^82{00}}"), 3, "a PUK of this profile", "another one"},
    {0, PINS("30{80{01} " VALUE "^84{34}}"), 3, "at least one try", ""},
    {0, PINS("30{80{01} " VALUE "^84{00}}"), 3, "at least one try", ""},
    {0, PINS("30{80{01} " VALUE "^84{03}}"), 3, "at least one try", ""},
    {0, PINS("30{80{01} " VALUE "^83{0107}}"), 5, "an INTEGER of 0 to 255", ""},
    /* filePath */
    {0x7fd0, "A2{" HEADER "A1{^81{7F}}}", 5, "a filePath", ""},
    {0x7fd0, "A2{" HEADER "A1{^81{7FD05F3A4F014F024F03}}}", 5, "a filePath", ""},
    {0x7fd0, "A2{" HEADER "A1{^81{7F66}}}", 3, "a directory with PINs of its own", "no such directory"},
    {0x7fd0, "A2{" HEADER "A1{^81{7F10}}}", 3, "a directory with PINs of its own", "one without"},
    {0x7fd0, "A2{" HEADER "A1{^81{7FB06F01}}}", 3, "a directory with PINs of its own", "no such directory"},
    {0, "A2{" HEADER "A1{^81{7FB0}}}", 3, "at the MF", "129"},
    /* PUKs */
    {0, "A3{^" HEADER "}", 5, "pukCodes", ""},
    {0, "A3{" HEADER "^A1{}}", 5, "at least one PUK", ""},
    {0, PUKS("30{^80{00} " PUK_VALUE "}"), 3, "1 to 8 or 129 to 136", ""},
    {0, PUKS("30{^80{09} " PUK_VALUE "}"), 3, "1 to 8 or 129 to 136", ""},
    {0, PUKS("30{^80{0A} " PUK_VALUE "}"), 3, "1 to 8 or 129 to 136", ""},
    {0, PUKS("30{^80{0089} " PUK_VALUE "}"), 3, "1 to 8 or 129 to 136", ""},
    {0, PUKS("30{^80{01} " PUK_VALUE "}"), 3, "each PUK once", ""}, /* there is one already */
    {0, PUKS(PUK("02") " 30{^80{02} " PUK_VALUE "}"), 3, "each PUK once", ""},
    {0, PUKS("^30{80{02}}"), 5, "a value of 8 bytes", ""},
    {0, PUKS("30{80{02} " PUK_VALUE "^82{009A}}"), 3, "at least one try", ""},
    {0, PUKS("30{80{02} " PUK_VALUE "^83{07}}"), 6, "members that this card knows", ""},
    {0,
     PUKS(PUK("02") PUK("03") PUK("04") PUK("05") PUK("06") PUK("07") PUK("08") PUK("0081") PUK("0082") PUK("0083")
              PUK("0084") PUK("0085") PUK("0086") PUK("0087") PUK("0088") "30{80{09} " PUK_VALUE "}"),
     3, "1 to 8 or 129 to 136", ""},
};

START_TEST(test_refused)
{
    BENCH_LOCAL b;
    size_t mark;
    bench_new(&b);
    directory(&b, 0, 0, "");
    take_ok(&b, PUKS(PUK("01")));
    directory(&b, 0x7f10, 0, "");
    directory(&b, 0x7fb0, 0, "");
    take_ok(&b, PINS(PIN("0081")));
    if (refused[_i].context == 0x7fd0) directory(&b, 0x7fd0, 0, "");
    if (refused[_i].context == 0) b.install->context.pin_context = (struct path){0};
    if (refused[_i].context == 0xffff) b.install->context.has_pin_context = false;
    enum err e = take(&b, refused[_i].element, &mark);
    ck_assert_msg(e == ERR_DATA && b.install->status == (enum pe_status)refused[_i].status,
                  "row %d: %d, status %d: %s, %s", _i, e, b.install->status, b.reason.expected, b.reason.came);
    ck_assert_msg(strstr(b.reason.expected, refused[_i].expected) && strstr(b.reason.came, refused[_i].came),
                  "row %d: %s, %s", _i, b.reason.expected, b.reason.came);
    ck_assert_int_eq(b.install->identification, 4);
    if (mark == NO_MARK) return;
    ck_assert_msg(b.install->offset == mark, "row %d: offset %zu", _i, b.install->offset);
    ck_assert_uint_eq(b.reason.offset, 100 + mark);
}
END_TEST

/* All references that the MF may have. */
START_TEST(test_many_pins)
{
    BENCH_LOCAL b;
    bench_new(&b);
    directory(&b, 0, 0, "01 08 0E 8A 8E");
    take_ok(&b, PINS(PIN("01") PIN("02") PIN("03") PIN("04") PIN("05") PIN("06") PIN("07") PIN("08") PIN("0A") PIN("0B")
                         PIN("0C") PIN("0D") PIN("0E") PIN("008A") PIN("008B") PIN("008C") PIN("008D") PIN("008E")));
    ck_assert_uint_eq(pin_at(&b, 0, 0, 0x8e).number, 18);
    ck_assert_int_eq(end(&b), OK);
}
END_TEST

/* ---- pinStatusTemplateDO ---- */

static const struct {
    const char *root, *adf, *below; /* references that MF, ADF and a DF in it name */
    const char *came;               /* NULL: all there */
} templates[] = {
    {"01 0A", "81 01 0A", "81", NULL},
    {"", "0A", "01", NULL},
    {"02", "81", "", "02 of 3F00"},
    {"01", "82", "", "82 of 3F00/7FD0"},
    {"01", "81", "0B", "0B of 3F00/7FD0/5F3B"},
    {"81", "81", "", "81 of 3F00"}, /* a local one is below */
};

START_TEST(test_templates)
{
    BENCH_LOCAL b;
    bench_new(&b);
    directory(&b, 0, 0, templates[_i].root);
    take_ok(&b, PINS(PIN("01") PIN("0A")));
    directory(&b, 0x7fd0, 0, templates[_i].adf);
    take_ok(&b, PINS(PIN("0081")));
    directory(&b, 0x7fd0, 0x5f3b, templates[_i].below);
    enum err e = end(&b);
    ck_assert_msg(e == (templates[_i].came ? ERR_DATA : OK), "row %d: %d %s", _i, e, b.reason.came);
    if (!templates[_i].came) return;
    ck_assert_int_eq(b.install->status, PE_PIN_CODE_MISSING);
    ck_assert_uint_eq(b.reason.offset, 900);
    ck_assert_msg(strstr(b.reason.came, templates[_i].came), "row %d: %s", _i, b.reason.came);
    ck_assert_str_eq(b.reason.expected, "PE-PINCodes for every reference in a pinStatusTemplateDO");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pin codes");
    TCase *t = tcase_create("codes");
    tcase_add_test(t, test_made);
    tcase_add_test(t, test_local);
    tcase_add_test(t, test_context);
    tcase_add_test(t, test_shared);
    tcase_add_test(t, test_linked);
    tcase_add_test(t, test_iot);
    tcase_add_test(t, test_iot_beside_others);
    tcase_add_loop_test(t, test_refused, 0, COUNT(refused));
    tcase_add_test(t, test_many_pins);
    tcase_add_loop_test(t, test_templates, 0, COUNT(templates));
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
