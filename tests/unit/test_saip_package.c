/* What a profile package tells (EF.ICCID, EF.IMSI, test keys: SGP.22 5.5.5, 2.4.5.3), and packages that are cut,
 * changed or endless. */
#include "saip_package.h"

#include <stdio.h>

/* ---- facts ---- */

static void assert_file(const struct saip_file *file, const char *hex)
{
    ck_assert(file->present == (hex != NULL));
    if (hex) bytes_assert(slice_of(file->bytes, file->n), hex, "file");
}

/* EF.ICCID is member 4 of PE-MF; offsets count from the end of the last write (SAIP 8.3.2). */
START_TEST(test_fill)
{
    static const struct {
        const char *file;
        const char *content;
    } rows[] = {
        {"83{98001010000000000082}", "98001010000000000082"},
        {"83{9800} 83{1010}", "98001010"},
        {"82{02} 83{1010}", "ffff1010"},
        {"83{98} 82{02} 83{10} 82{01} 83{20}", "98ffff10ff20"},
        {"83{}", ""},
        {"", ""},
        {"A1{83{2FE2}} 83{98}", "98"},
        {"80{}", ""},
        {"83{00*63} 83{0102}", "00*63 01"}, /* only the first 64 bytes are kept */
        {"82{00FFFF} 83{01}", "FF*64"},
        {"82{00FFFFFFFF} 82{00FFFFFFFF} 83{01}", "FF*64"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[300];
        OUTCOME_LOCAL o;
        (void)snprintf(text, sizeof text, HEADER " B0{A0{81{02}} 81{67810F010201} A4{%s}} " END, rows[i].file);
        BYTES_LOCAL package = notation_bytes(text, NULL);
        run(&o, bytes_slice(&package), NULL, 0);
        ck_assert_msg(o.e == OK, "%s: %s", text, o.reason.came);
        BYTES_LOCAL wanted = notation_bytes(rows[i].content, NULL);
        ck_assert(o.facts.iccid.present);
        ck_assert_msg(slice_equal(slice_of(o.facts.iccid.bytes, o.facts.iccid.n), bytes_slice(&wanted)), "%s",
                      rows[i].file);
    }
}
END_TEST

START_TEST(test_facts)
{
    OUTCOME_LOCAL none;
    BYTES_LOCAL least = notation_bytes(PACKAGE(""), NULL);
    run(&none, bytes_slice(&least), NULL, 0);
    bytes_assert(SLICE(none.facts.header_iccid), "89000101000000000028", "header");
    assert_file(&none.facts.iccid, NULL);
    assert_file(&none.facts.imsi, NULL);
    assert_file(&none.facts.gid1, NULL);
    ck_assert(!none.facts.has_key_for_operation);
    OUTCOME_LOCAL all;
    BYTES_LOCAL package = notation_bytes(HEADER " B0{A0{81{02}} A4{83{98}}} B3{A0{81{03}} A3{83{0809}} A8{83{9E}}} "
                                                "B4{A0{81{04}} A5{83{AB}} A6{83{CD}}} " END,
                                         NULL);
    run(&all, bytes_slice(&package), NULL, 0);
    assert_file(&all.facts.iccid, "98");
    assert_file(&all.facts.imsi, "0809");
    assert_file(&all.facts.ust, "9e");
    assert_file(&all.facts.gid1, "ab");
    assert_file(&all.facts.gid2, "cd");
}
END_TEST

/* Which keys a test profile may have (SGP.22 2.4.5.3), by the rule of the personality. */
START_TEST(test_keys)
{
    static const struct {
        const char *parameter;
        bool lenient, strict;
    } rows[] = {
        {"80{03} 82{FF*16}", true, true}, /* the test algorithm */
        {"80{01} 82{00*16}", true, true},
        {"80{01} 82{00*15 01}", true, true}, /* all zero but for the last byte */
        {"80{01} 82{00*14 0100}", false, false},
        {"80{01} 82{000102030405060708090A0B0C0D0E0F}", true, false}, /* TS 34.108 */
        {"80{01} 82{000102030405060708090A0B0C0D0E10}", false, false},
        {"80{01} 82{465B5CE8B199B49FAA5F0A2EE238A6BC}", false, false},
        {"80{02} 82{00*32}", true, true},
        {"80{02} 82{01*32}", false, false},
        {"80{02} 82{}", true, true},
    };
    static const char *const rules[] = {"test_key_rule = lenient", "test_key_rule = strict", "test_key_rule = any"};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[400];
        (void)snprintf(text, sizeof text, HEADER " " MF " " USIM " A4{A0{81{20}} A1{A1{%s}}} " END, rows[i].parameter);
        BYTES_LOCAL package = notation_bytes(text, NULL);
        for (size_t r = 0; r < COUNT(rules); r++) {
            OUTCOME_LOCAL o;
            bool good = r == 2 || (r == 0 ? rows[i].lenient : rows[i].strict);
            run(&o, bytes_slice(&package), rules[r], 0);
            ck_assert_int_eq(o.e, OK);
            ck_assert_msg(o.facts.has_key_for_operation == !good, "%s, %s", rows[i].parameter, rules[r]);
        }
    }
}
END_TEST

/* ---- broken packages ---- */

static void read_package(const char *name, struct buf *out)
{
    char path[512];
    uint8_t piece[4096];
    (void)snprintf(path, sizeof path, "%s/%s.der", PROFILES_DIR, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s", path);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(out, slice_of(piece, n));
    (void)fclose(file);
}

/* Our own packages, whole and in pieces; cut anywhere they are refused for want of their end. */
START_TEST(test_own_packages)
{
    static const char *const names[] = {"tiny", "operational"};
    BUF_LOCAL package = {0};
    read_package(names[_i], &package);
    for (size_t step = 0; step < 4; step++) {
        OUTCOME_LOCAL o;
        run(&o, buf_slice(&package), NULL, step ? 331 * step : 0);
        ck_assert_msg(o.e == OK, "%s: %s", names[_i], o.reason.came);
        bytes_assert(bytes_slice(&o.response), "3007A0053003800100", names[_i]);
        ck_assert(o.facts.iccid.n == 10 && o.facts.imsi.present);
    }
    for (size_t n = 0; n < package.n; n++) {
        OUTCOME_LOCAL o;
        run(&o, slice_of(package.p, n), NULL, 0);
        ck_assert_msg(o.e == ERR_DATA && o.status == PE_INVALID_REQUEST_FORMAT, "%s cut to %zu", names[_i], n);
        ck_assert(strstr(o.reason.came, "no PE-End") && o.reason.offset <= n);
    }
}
END_TEST

/* One bit flipped in each byte: an EUICCResponse that says ok exactly if nothing was refused, and an offset inside. */
START_TEST(test_flipped)
{
    static const char *const names[] = {"tiny", "operational"};
    BUF_LOCAL package = {0};
    size_t refused_n = 0;
    read_package(names[_i], &package);
    for (size_t bit = 0; bit < package.n * 8; bit += _i ? 5 : 1) {
        OUTCOME_LOCAL o;
        struct tlv response;
        package.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        run(&o, buf_slice(&package), NULL, 0);
        package.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct slice in = bytes_slice(&o.response);
        ck_assert(tlv_read(&in, &response) == TLV_OK && in.n == 0 && response.tag == 0x30);
        ck_assert(tlv_strict(bytes_slice(&o.response), 3, NULL));
        if (o.e == OK) {
            ck_assert(o.status == PE_OK && !o.reason.said);
            continue;
        }
        refused_n++;
        ck_assert(o.e == ERR_DATA && o.status != PE_OK && o.reason.said && o.reason.offset <= package.n);
        struct slice tail = slice_of(o.response.p + o.response.n - 2, 2);
        bytes_assert(tail, "8100", "profileInstallationAborted");
    }
    ck_assert_uint_gt(refused_n, package.n / 10);
}
END_TEST

/* A copy goes on as the original does, and neither touches the other. */
START_TEST(test_copy)
{
    struct personality p;
    struct saip_check *check;
    struct reason reason;
    char why[256];
    ck_assert(personality_parse(&p, NULL, why));
    BYTES_LOCAL package = notation_bytes(PACKAGE(PE_OPTIONAL("AB", "50", "")), NULL);
    BYTES_LOCAL start = notation_bytes(HEADER " " MF " " USIM " " PE_OPTIONAL("AB", "50", ""), NULL);
    size_t taken = 0;
    reason_clear(&reason);
    ck_assert_int_eq(saip_check_new(&check, &p), OK);
    ck_assert_int_eq(saip_check_feed(check, bytes_slice(&start), &taken, &reason), OK);
    ck_assert_uint_eq(taken, start.n);
    struct saip_check *copy = saip_check_copy(check);
    ck_assert_ptr_nonnull(copy);
    ck_assert_int_eq(saip_check_end(check, bytes_slice(&start), taken, &reason), ERR_DATA);
    saip_check_free(check);
    reason_clear(&reason);
    ck_assert_int_eq(saip_check_feed(copy, bytes_slice(&package), &taken, &reason), OK);
    ck_assert_int_eq(saip_check_end(copy, bytes_slice(&package), taken, &reason), OK);
    BUF_LOCAL response = {0};
    saip_check_response(copy, &response);
    BYTES_LOCAL wanted = notation_bytes("30{A0{30{80{01} 81{50}} 30{80{00}}}}", NULL);
    ck_assert(slice_equal(buf_slice(&response), bytes_slice(&wanted)));
    saip_check_free(copy);
    personality_free(&p);
}
END_TEST

/* More elements than any package has. */
START_TEST(test_too_many)
{
    BUF_LOCAL text = {0};
    BYTES_LOCAL start = notation_bytes(HEADER " " MF, NULL);
    buf_append(&text, bytes_slice(&start));
    for (unsigned i = 0; i < 4200; i++) {
        char one[80];
        (void)snprintf(one, sizeof one, "A1{A0{81{%04X}}}", 0x100 + i);
        BYTES_LOCAL element = notation_bytes(one, NULL);
        buf_append(&text, bytes_slice(&element));
    }
    OUTCOME_LOCAL o;
    run(&o, buf_slice(&text), NULL, 0);
    ck_assert(o.e == ERR_DATA && o.status == PE_INVALID_REQUEST_FORMAT);
    ck_assert_ptr_nonnull(strstr(o.reason.expected, "4096"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("saip package");
    TCase *tcase = tcase_create("saip");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_fill);
    tcase_add_test(tcase, test_facts);
    tcase_add_test(tcase, test_keys);
    tcase_add_loop_test(tcase, test_own_packages, 0, 2);
    tcase_add_loop_test(tcase, test_flipped, 0, 2);
    tcase_add_test(tcase, test_copy);
    tcase_add_test(tcase, test_too_many);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
